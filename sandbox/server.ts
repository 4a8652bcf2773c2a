/**
 * HTTP for the sandbox, and nothing else: reads a request whole under a cap, calls one handler,
 * sends one reply with strict headers.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Request = {
  method: string;
  path: string;
  header(name: string): string | undefined;
  body: string;
  /** From this very machine, asked for by its own name, and not passed on by a proxy. */
  local: boolean;
};
/** `cut`: the connection ends without a word, as when a server is down. */
export type Reply =
  | 'cut'
  | {
      status: number;
      body: string | Uint8Array;
      contentType: string;
      headers?: Record<string, string>;
    };
export type Handler = (request: Request) => Promise<Reply>;

export type Server = {
  address: string;
  port: number;
  /** Requests that came earlier have waited. */
  answerWith(handler: Handler): void;
  stop(): Promise<void>;
};

const bodyBytesMax = 64 * 1024;
/** Whoever held the port may be on the way out. */
const listenTries = 20;
const listenPauseMs = 250;

const strictHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export async function listen(host: string, port: number): Promise<Server> {
  let take: (handler: Handler) => void = () => {};
  const handler = new Promise<Handler>((resolve) => {
    take = resolve;
  });
  const server = createServer((incoming, response) => {
    response.on('finish', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    void serveOne(incoming, response, handler);
  });
  for (let tries = 1; ; tries += 1) {
    try {
      server.listen(port, host);
      await once(server, 'listening');
      break;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken) throw error;
      if (tries >= listenTries) {
        throw new Error(`port ${port} is in use; RUXI_SANDBOX_PORT may name another`, {
          cause: error,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, listenPauseMs));
    }
  }
  const bound = (server.address() as AddressInfo).port;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    answerWith: (given) => take(given),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

async function serveOne(
  incoming: IncomingMessage,
  response: ServerResponse,
  handler: Promise<Handler>,
): Promise<void> {
  try {
    const body = await bodyOf(incoming);
    if (body === undefined) return cut(incoming);
    const reply = await (await handler)(requestOf(incoming, body));
    if (reply === 'cut') return cut(incoming);
    response.writeHead(reply.status, {
      ...strictHeaders,
      'content-type': reply.contentType,
      'content-length': Buffer.byteLength(reply.body),
      ...reply.headers,
    });
    response.end(incoming.method === 'HEAD' ? '' : reply.body);
  } catch {
    // The client has gone, or the ledger has: either way nobody is told that something happened.
    cut(incoming);
  }
}

function requestOf(incoming: IncomingMessage, body: string): Request {
  const { headers, socket, method = 'GET', url = '/' } = incoming;
  const address = socket.remoteAddress ?? '';
  return {
    method: method === 'HEAD' ? 'GET' : method,
    path: url,
    header(name) {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    body,
    local:
      /^(::ffff:)?127\.|^::1$/.test(address) &&
      // A page of another site whose name was made to lead here brings that name.
      /^(127\.[\d.]+|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '') &&
      headers['x-forwarded-for'] === undefined &&
      headers.forwarded === undefined,
  };
}

/** Undefined: more than anybody here has to say. */
async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const cut = (incoming: IncomingMessage): void => {
  incoming.socket.destroy();
};
