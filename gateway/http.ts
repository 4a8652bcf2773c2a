/**
 * HTTP and WebSocket, and the only file that knows uWebSockets.js. It turns a request into a plain
 * object, calls a handler, and sends the plain reply; pages, cookies and routes are others'.
 *
 * H1 A response is touched at most once, and never after the client went away.
 * H2 Every answer, errors too, carries the strict headers; no handler can forget them.
 * H3 A request is read whole, once, under a byte cap, before its handler runs; nothing of the
 *    library's short-lived memory leaves this file.
 * H4 Whatever a handler throws becomes an error page. Neither page nor log shows what it said.
 * H5 Heads that another server could read differently (Transfer-Encoding, a Content-Length that is
 *    doubled, empty or no number) are refused. The parser below still reads some of them its own
 *    way, so a strict proxy must stand in front.
 */

import {
  App,
  getParts,
  type HttpRequest,
  type HttpResponse,
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocket,
} from 'uWebSockets.js';
import type { FailureStatus } from '../web/view-models.ts';
import { addressOf, type TrustedProxies } from './client-address.ts';
import { emptyForm, type Form, formOf, textOf } from './form.ts';

export type Request = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  /** As sent, without the question mark; parse with `formOf`. */
  readonly query: string;
  /** The Cookie header as sent; `gateway/cookies.ts` reads it. */
  readonly cookieHeader: string;
  /** The Authorization header as sent. */
  readonly authorization: string;
  /** The If-None-Match header as sent. */
  readonly ifNoneMatch: string;
  /** Where the browser finds this gateway, for addresses that leave the page. */
  readonly origin: string;
  /** The client's address, as a key for limits: IPv4, or the /64 of IPv6. */
  readonly address: string;
  /** htmx asked: a fragment is wanted instead of a page. */
  readonly htmx: boolean;
  /** What the browser says of itself: good for a guess at most. */
  readonly userAgent: string;
  /** Filled for POST; empty otherwise. */
  form: Form;
  /** What an upload brought. */
  file?: UploadedFile;
};
/** `name` as the browser says it: good for being shown. */
export type UploadedFile = { name: string; bytes: Uint8Array };

export type Reply = {
  status: number;
  body: string | Uint8Array;
  /** Default: HTML in UTF-8. */
  contentType?: string;
  /** With 303. */
  location?: string;
  /** Whole Set-Cookie values. */
  cookies?: readonly string[];
  retryAfterSeconds?: number;
  /** Default: `no-store`, as every page may be personal. */
  cacheControl?: string;
  contentEncoding?: 'gzip' | 'br';
  /** With 401: how to prove who asks. */
  authenticate?: string;
  /** A whole ETag value. */
  etag?: string;
  /**
   * A file to be saved, sent as it is made, in place of `body`. One that fails on the way is broken off,
   * so that half of it is never taken for the whole.
   */
  download?: Download;
};

/** `over`: called once, however it ends and whether or not it has begun. */
export type Download = { name: string; pieces: AsyncIterable<string>; over?: () => void };

/** Answering at once, without a promise, is the cheapest way and always allowed. */
export type Handler = (request: Request) => Reply | Promise<Reply>;

/** What another server posts: its bytes as they came, and header names in lower case. */
export type RawRequest = {
  readonly path: string;
  readonly address: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
};
export type RawHandler = (request: RawRequest) => Reply | Promise<Reply>;

export type Asset = {
  path: string;
  bytes: Uint8Array;
  gzip: Uint8Array;
  brotli: Uint8Array;
  type: string;
};

/** A live connection. `getUserData` is what `upgrade` returned. */
export type Socket<Data> = {
  send(message: string): number;
  subscribe(topic: string): boolean;
  end(code?: number, message?: string): void;
  getUserData(): Data;
};
/** `upgrade` must decide at once: undefined refuses with 403. Topics a socket has go with it. */
export type SocketRoute<Data extends object> = {
  upgrade(request: Request): Data | undefined;
  open(socket: Socket<Data>): void;
  message?(socket: Socket<Data>, text: string): void;
  close?(socket: Socket<Data>): void;
};

export type HttpOptions = {
  host: string;
  /** 0: any free port. */
  port: number;
  /** Peers whose X-Forwarded-For is believed. */
  trustedProxies: TrustedProxies;
  /** The public origin, e.g. `https://ruxi.example`; absent: taken from the Host header. */
  origin?: string;
  /** Adds Strict-Transport-Security. */
  secure: boolean;
  /** Pages for what goes wrong before or in a handler. */
  failurePage: (status: FailureStatus) => string;
  /** Told of a handler's exception; must not log what a person typed. */
  onFault: (path: string, error: unknown) => void;
  /**
   * Told of every answer: `route` as it was registered, `assets`, or `other` for what reached no
   * handler. `ms`: from the whole request to its answer; if the client went away, until it was ready.
   */
  onAnswer?: (route: string, method: string, status: number, ms: number) => void;
  /** A file that has not come by then is broken off: one that trickles in keeps all others waiting. */
  uploadMsMax?: number;
};

export const page = (status: number, body: string, cookies: readonly string[] = []): Reply => ({
  status,
  body,
  cookies,
});
/** After a form was taken: the browser asks for the next page by GET, so a reload repeats nothing. */
export const redirect = (location: string, cookies: readonly string[] = []): Reply => ({
  status: 303,
  body: '',
  location,
  cookies,
});

/** Forms are small: the longest page posts well under this. */
export const formBytesMax = 8 * 1024;
/** Longer than any handler waits for the engine. */
const stopWaitMsMax = 10_000;
/** The largest file over a line of 2 Mbit/s. */
const uploadMsMaxDefault = 10 * 60_000;
/** "Service restart": a client should come back soon. */
const closeForRestart = 1012;

/** Routes first, then `listen`; `stop` once. */
export class HttpServer {
  readonly #app: TemplatedApp = App();
  readonly #options: HttpOptions;
  /** The constant part of every head, sent as one value: one call into the library, not eight. */
  readonly #strictHeaders: string;
  readonly #paths = new Set<string>();
  readonly #sockets = new Set<WebSocket<object>>();
  #listening: us_listen_socket | undefined;
  /** Handlers that have not answered yet. */
  #running = 0;
  #stopping = false;
  /** Files that are being read or worked on. */
  #uploads = 0;
  #whenIdle: (() => void) | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#strictHeaders = strictHeaders(options.secure);
  }

  /** HEAD comes with it. */
  get(path: string, handler: Handler): this {
    this.#paths.add(path);
    this.#app.get(path, (res, req) => this.#withoutBody(res, req, 'GET', handler));
    this.#app.head(path, (res, req) => this.#withoutBody(res, req, 'HEAD', handler));
    return this;
  }

  post(path: string, handler: Handler): this {
    this.#paths.add(path);
    this.#app.post(path, (res, req) => this.#withBody(res, req, handler));
    return this;
  }

  /**
   * A form with one file, read whole into memory, for pages that few people have. `admit` decides by the
   * head alone, and knows whether another file is being worked on; whoever it refuses is not listened to.
   */
  upload(
    path: string,
    bytesMax: number,
    admit: (request: Request, busy: boolean) => Reply | undefined,
    handler: Handler,
  ): this {
    this.#paths.add(path);
    this.#app.post(path, (res, req) => {
      const head = readHead(req);
      const refusal =
        lengthRefusal(head, bytesMax) ??
        (head.contentType.startsWith('multipart/form-data') ? undefined : 415) ??
        (this.#ownOrigin(head) ? undefined : 403);
      if (refusal !== undefined) return this.#fail(res, refusal, false, true);
      const request = this.#requestOf(res, req, head, 'POST');
      const refused = admit(request, this.#uploads > 0);
      if (refused !== undefined) return this.#send(res, refused, false, true);
      this.#uploads += 1;
      const over = () => {
        this.#uploads -= 1;
      };
      this.#gatherFile(res, head.length, over, (body) => {
        const read = readParts(body, head.contentType);
        if (read === undefined) {
          over();
          return this.#fail(res, 400, false, false);
        }
        request.form = read.form;
        if (read.file !== undefined) request.file = read.file;
        this.#run(res, path, 'POST', async () => {
          try {
            return await handler(request);
          } finally {
            over();
          }
        });
      });
    });
    return this;
  }

  /**
   * A post that comes from no page of ours and is no form: neither origin nor cookie nor content type
   * is asked about, since what it says is believed for its signature alone.
   */
  raw(path: string, bytesMax: number, handler: RawHandler): this {
    this.#paths.add(path);
    this.#app.post(path, (res, req) => {
      const head = readHead(req);
      const refusal = lengthRefusal(head, bytesMax);
      if (refusal !== undefined) return this.#fail(res, refusal, false, true);
      const headers = new Map<string, string>();
      req.forEach((name, value) => {
        headers.set(name, value);
      });
      const address = this.#addressOf(res, head);
      this.#gather(res, bytesMax, (body) =>
        this.#run(res, path, 'POST', () => handler({ path, address, headers, body })),
      );
    });
    return this;
  }

  /** Serves the bytes from memory, to be kept for ever: their path changes with their content. */
  asset({ path, bytes, gzip, brotli, type }: Asset): this {
    const plain: Reply = {
      status: 200,
      body: bytes,
      contentType: type,
      cacheControl: 'public, max-age=31536000, immutable',
      // Weak, as it is the same for every encoding.
      etag: `W/"${path}"`,
    };
    const unchanged: Reply = { ...plain, status: 304, body: '' };
    const encoded: [RegExp, Reply][] = [
      [/\bbr\b/, { ...plain, body: brotli, contentEncoding: 'br' }],
      [/\bgzip\b/, { ...plain, body: gzip, contentEncoding: 'gzip' }],
    ];
    this.#paths.add(path);
    for (const method of ['get', 'head'] as const) {
      this.#app[method](path, (res, req) => {
        // Some browsers ask again on a reload, whatever they were told.
        if (req.getHeader('if-none-match') === plain.etag) {
          this.#answered('assets', 'GET', unchanged.status);
          return this.#send(res, unchanged, true, false);
        }
        const accepted = req.getHeader('accept-encoding');
        const [, best] = encoded.find(([name]) => name.test(accepted)) ?? [undefined, plain];
        this.#answered('assets', 'GET', best.status);
        this.#send(res, best, method === 'head', false);
      });
    }
    return this;
  }

  socket<Data extends object>(path: string, route: SocketRoute<Data>): this {
    this.#paths.add(path);
    this.#app.ws<Data>(path, {
      compression: 0,
      maxPayloadLength: 4096,
      idleTimeout: 60,
      maxBackpressure: 64 * 1024,
      // Else a full buffer drops messages without a word; a reconnect brings a whole snapshot.
      closeOnBackpressureLimit: true,
      // Minutes.
      maxLifetime: 60,
      upgrade: (res, req, context) => {
        const head = readHead(req);
        // A browser always names the origin here, whatever the page's referrer policy.
        const own = head.origin !== '' && head.origin !== 'null' && this.#ownOrigin(head);
        const request = this.#requestOf(res, req, head, 'GET');
        const data = own && !this.#stopping ? this.#upgraded(route, request) : undefined;
        if (data === undefined) return this.#fail(res, 403, false, false);
        // At once on purpose: this library's later upgrade may close a corked socket.
        res.upgrade(
          data,
          head.socketKey,
          head.socketProtocol,
          '', // no extensions, so no compression
          context,
        );
      },
      open: (socket) => {
        this.#sockets.add(socket);
        this.#guarded(path, () => route.open(socket));
      },
      message: (socket, message, isBinary) => {
        const text = isBinary ? undefined : textOf(Buffer.from(message));
        if (text === undefined) return socket.end(1007);
        this.#guarded(path, () => route.message?.(socket, text));
      },
      close: (socket) => {
        this.#sockets.delete(socket);
        this.#guarded(path, () => route.close?.(socket));
      },
    });
    return this;
  }

  /** To every socket subscribed to the topic. */
  publish(topic: string, message: string): void {
    this.#app.publish(topic, message);
  }

  /** The port listened on. */
  listen(): Promise<number> {
    this.#app.any('/*', (res, req) => {
      const known = this.#paths.has(req.getUrl());
      const method = req.getMethod();
      // What may have brought a body ends here, before anybody could read it differently.
      const close = method !== 'get' && method !== 'head';
      this.#fail(res, known ? 405 : 404, method === 'head', close);
    });
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      (this.#app as unknown as ExclusiveApp).listen(host, port, exclusively, (listening) => {
        if (listening === false) return reject(new Error(`cannot listen on ${host}:${port}`));
        this.#listening = listening;
        resolve(us_socket_local_port(listening));
      });
    });
  }

  /** No new connections; sockets are told to come back (1012); running handlers may finish. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#listening !== undefined) us_listen_socket_close(this.#listening);
    this.#listening = undefined;
    for (const socket of this.#sockets) socket.end(closeForRestart);
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, stopWaitMsMax);
        this.#whenIdle = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
    this.#app.close();
  }

  #withoutBody(res: HttpResponse, req: HttpRequest, method: 'GET' | 'HEAD', handler: Handler) {
    const head = readHead(req);
    if (head.doubtful || head.length > 0) return this.#fail(res, 400, method === 'HEAD', true);
    const request = this.#requestOf(res, req, head, method);
    this.#run(res, request.path, method, () => handler(request));
  }

  #withBody(res: HttpResponse, req: HttpRequest, handler: Handler) {
    const head = readHead(req);
    const refusal = this.#refusalOf(head);
    if (refusal !== undefined) return this.#fail(res, refusal, false, true);
    const request = this.#requestOf(res, req, head, 'POST');
    this.#gather(res, formBytesMax, (body) => {
      const text = textOf(body);
      const form = text === undefined ? undefined : formOf(text);
      if (form === undefined) return this.#fail(res, 400, false, false);
      request.form = form;
      this.#run(res, request.path, 'POST', () => handler(request));
    });
  }

  /** H3. */
  #gather(res: HttpResponse, bytesMax: number, whole: (body: Buffer) => void) {
    let gathered: Buffer | undefined;
    let ended = false;
    res.onAborted(() => {
      ended = true;
      res.gone = true;
    });
    res.onData((chunk, isLast) => {
      if (ended) return;
      // The chunk's memory is the library's and gone after this call.
      const bytes = Buffer.from(chunk);
      const body = gathered === undefined ? bytes : Buffer.concat([gathered, bytes]);
      if (body.length > bytesMax) {
        ended = true;
        return this.#fail(res, 413, false, true);
      }
      if (!isLast) {
        gathered = gathered === undefined ? Buffer.from(bytes) : body;
        return;
      }
      ended = true;
      whole(body);
    });
  }

  /** Many megabytes: each piece goes where it belongs when it comes. `broken`: it will never be whole. */
  #gatherFile(
    res: HttpResponse,
    length: number,
    broken: () => void,
    whole: (body: Buffer) => void,
  ) {
    const body = Buffer.allocUnsafe(length);
    let size = 0;
    let ended = false;
    // Ends what comes in by calling `onAborted`.
    const late = setTimeout(() => res.close(), this.#options.uploadMsMax ?? uploadMsMaxDefault);
    res.onAborted(() => {
      clearTimeout(late);
      if (!ended) broken();
      ended = true;
      res.gone = true;
    });
    res.onData((chunk, isLast) => {
      if (ended) return;
      if (size + chunk.byteLength > length) {
        ended = true;
        clearTimeout(late);
        broken();
        return this.#fail(res, 413, false, true);
      }
      body.set(new Uint8Array(chunk), size);
      size += chunk.byteLength;
      if (!isLast) return;
      ended = true;
      clearTimeout(late);
      // What nobody has filled is not theirs to read.
      whole(body.subarray(0, size));
    });
  }

  /** Why a form is not even read. */
  #refusalOf(head: Head): FailureStatus | undefined {
    const refusal = lengthRefusal(head, formBytesMax);
    if (refusal !== undefined) return refusal;
    if (!head.contentType.startsWith('application/x-www-form-urlencoded')) return 415;
    if (!this.#ownOrigin(head)) return 403;
    return undefined;
  }

  /**
   * Whether a page of ours may have sent this. Under `Referrer-Policy: no-referrer` browsers write
   * `Origin: null` on our own forms, so Sec-Fetch-Site decides where it exists; where neither says
   * anything, SameSite cookies and the form token decide alone.
   */
  #ownOrigin(head: Head): boolean {
    if (head.fetchSite !== '' && head.fetchSite !== 'same-origin') return false;
    if (head.origin === '' || head.origin === 'null') return true;
    const own = this.#options.origin;
    if (own !== undefined) return head.origin === own;
    return head.origin === `http://${head.host}` || head.origin === `https://${head.host}`;
  }

  #requestOf(res: HttpResponse, req: HttpRequest, head: Head, method: Request['method']): Request {
    return {
      method,
      path: req.getUrl(),
      // Without a question mark the library gives nothing at all, whatever its types say.
      query: req.getQuery() ?? '',
      cookieHeader: head.cookie,
      authorization: head.authorization,
      ifNoneMatch: head.ifNoneMatch,
      origin: this.#options.origin ?? `http://${head.host}`,
      address: this.#addressOf(res, head),
      htmx: head.htmx,
      userAgent: head.userAgent,
      form: emptyForm,
    };
  }

  #addressOf(res: HttpResponse, { forwardedFor }: Head): string {
    const peer = new Uint8Array(res.getRemoteAddress());
    return addressOf(peer, forwardedFor, this.#options.trustedProxies);
  }

  #run(
    res: HttpResponse,
    path: string,
    method: Request['method'],
    act: () => Reply | Promise<Reply>,
  ) {
    const isHead = method === 'HEAD';
    const sinceMs = this.#options.onAnswer === undefined ? 0 : performance.now();
    let reply: Reply | Promise<Reply>;
    try {
      reply = act();
    } catch (error) {
      this.#answered(path, method, 500, sinceMs);
      return this.#fault(res, path, error, isHead, false);
    }
    if (!(reply instanceof Promise)) {
      this.#answered(path, method, reply.status, sinceMs);
      return this.#send(res, reply, isHead, false);
    }
    if (method !== 'POST') {
      res.onAborted(() => {
        res.gone = true;
      });
    }
    this.#running += 1;
    reply
      .then(
        (answer) => {
          this.#answered(path, method, answer.status, sinceMs);
          this.#sendLater(res, answer, isHead);
        },
        (error: unknown) => {
          this.#answered(path, method, 500, sinceMs);
          this.#fault(res, path, error, isHead, true);
        },
      )
      .finally(() => {
        this.#running -= 1;
        if (this.#running === 0) this.#whenIdle?.();
      });
  }

  /** `sinceMs` absent: answered at once. */
  #answered(route: string, method: string, status: number, sinceMs?: number): void {
    const { onAnswer } = this.#options;
    if (onAnswer === undefined) return;
    onAnswer(route, method, status, sinceMs === undefined ? 0 : performance.now() - sinceMs);
  }

  #fault(res: HttpResponse, path: string, error: unknown, isHead: boolean, later: boolean) {
    this.#options.onFault(path, error);
    const reply = failureReply(500, this.#options.failurePage(500));
    if (later) this.#sendLater(res, reply, isHead);
    else this.#send(res, reply, isHead, false);
  }

  #fail(res: HttpResponse, status: FailureStatus, isHead: boolean, close: boolean): void {
    this.#answered('other', 'any', status);
    this.#send(res, failureReply(status, this.#options.failurePage(status)), isHead, close);
  }

  #guarded(path: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.onFault(path, error);
    }
  }

  #upgraded<Data extends object>(route: SocketRoute<Data>, request: Request): Data | undefined {
    try {
      return route.upgrade(request);
    } catch (error) {
      this.#options.onFault(request.path, error);
      return undefined;
    }
  }

  /** On a later turn than the request's the library no longer gathers the writes by itself. */
  #sendLater(res: HttpResponse, reply: Reply, isHead: boolean): void {
    if (res.gone === true) reply.download?.over?.();
    else res.cork(() => this.#send(res, reply, isHead, false));
  }

  #send(res: HttpResponse, reply: Reply, isHead: boolean, close: boolean): void {
    res.writeStatus(statusLines.get(reply.status) ?? String(reply.status));
    res.writeHeader('Content-Security-Policy', this.#strictHeaders);
    res.writeHeader('Content-Type', reply.contentType ?? 'text/html; charset=utf-8');
    res.writeHeader('Cache-Control', reply.cacheControl ?? 'no-store');
    if (reply.location !== undefined) res.writeHeader('Location', reply.location);
    if (reply.cookies !== undefined) {
      for (const cookie of reply.cookies) res.writeHeader('Set-Cookie', cookie);
    }
    if (reply.retryAfterSeconds !== undefined) {
      res.writeHeader('Retry-After', String(reply.retryAfterSeconds));
    }
    if (reply.contentEncoding !== undefined) {
      res.writeHeader('Content-Encoding', reply.contentEncoding);
    }
    if (reply.authenticate !== undefined) {
      res.writeHeader('WWW-Authenticate', reply.authenticate);
    }
    if (reply.etag !== undefined) res.writeHeader('ETag', reply.etag);
    if (reply.cacheControl?.startsWith('public')) res.writeHeader('Vary', 'Accept-Encoding');
    else res.writeHeader('Vary', 'HX-Request');
    if (reply.download !== undefined) {
      const name = encodeURIComponent(reply.download.name);
      res.writeHeader('Content-Disposition', `attachment; filename*=UTF-8''${name}`);
      if (!isHead) void this.#pour(res, reply.download);
      else {
        res.endWithoutBody();
        reply.download.over?.();
      }
      return;
    }
    if (isHead) {
      // Told the length itself, the library would wait for a body that never comes.
      if (reply.status !== 304) {
        res.writeHeader('Content-Length', String(byteLengthOf(reply.body)));
      }
      res.endWithoutBody();
    } else {
      res.end(reply.body, close);
    }
  }

  /** As fast as the client takes it; its going away ends the making too. */
  async #pour(res: HttpResponse, { pieces, over }: Download): Promise<void> {
    let go: () => void = () => {};
    res.onWritable(() => {
      go();
      return true;
    });
    res.onAborted(() => {
      res.gone = true;
      go();
    });
    this.#running += 1;
    try {
      for await (const piece of pieces) {
        if (res.gone === true) return;
        const written = new Promise<void>((resolve) => {
          go = resolve;
        });
        let taken = true;
        res.cork(() => {
          taken = res.write(piece);
        });
        if (!taken) await written;
      }
      if (res.gone !== true) res.cork(() => res.end());
    } catch (error) {
      this.#options.onFault('download', error);
      if (res.gone !== true) res.close();
    } finally {
      over?.();
      this.#running -= 1;
      if (this.#running === 0) this.#whenIdle?.();
    }
  }
}

/** One file at most, and the fields beside it; undefined: not to be read as that. */
function readParts(
  body: Buffer,
  contentType: string,
): { form: Form; file?: UploadedFile } | undefined {
  const fields = new URLSearchParams();
  let file: UploadedFile | undefined;
  const parts = getParts(body, contentType);
  if (parts === undefined) return undefined;
  for (const { name, filename, data } of parts) {
    const bytes = Buffer.from(data);
    if (filename !== undefined) {
      if (file !== undefined) return undefined;
      file = { name: filename.slice(0, 128), bytes: Buffer.from(bytes) };
      continue;
    }
    const text = bytes.length > formBytesMax ? undefined : textOf(bytes);
    if (text === undefined) return undefined;
    fields.append(name, text);
  }
  const form = formOf(fields.toString());
  return form && { form, ...(file === undefined ? {} : { file }) };
}

/**
 * Two servers on one port would each get some of the requests, and nobody would notice. The library
 * takes this, and its types do not say so.
 */
const exclusively = 1;
type ExclusiveApp = {
  listen(
    host: string,
    port: number,
    options: typeof exclusively,
    listened: (socket: us_listen_socket | false) => void,
  ): void;
};

type Head = {
  host: string;
  origin: string;
  fetchSite: string;
  cookie: string;
  authorization: string;
  ifNoneMatch: string;
  contentType: string;
  forwardedFor: string;
  socketKey: string;
  socketProtocol: string;
  htmx: boolean;
  userAgent: string;
  lengths: number;
  length: number;
  /** H5. */
  doubtful: boolean;
};

/** One pass over the head: only that shows a header that is doubled or empty. */
function readHead(req: HttpRequest): Head {
  const head: Head = {
    host: '',
    origin: '',
    fetchSite: '',
    cookie: '',
    authorization: '',
    ifNoneMatch: '',
    contentType: '',
    forwardedFor: '',
    socketKey: '',
    socketProtocol: '',
    htmx: false,
    userAgent: '',
    lengths: 0,
    length: 0,
    doubtful: false,
  };
  let hosts = 0;
  req.forEach((name, value) => {
    switch (name) {
      case 'host':
        head.host = value;
        hosts += 1;
        break;
      case 'origin':
        head.origin = value;
        break;
      case 'sec-fetch-site':
        head.fetchSite = value;
        break;
      case 'cookie':
        head.cookie = head.cookie === '' ? value : `${head.cookie}; ${value}`;
        break;
      case 'authorization':
        head.authorization = value;
        break;
      case 'if-none-match':
        head.ifNoneMatch = value;
        break;
      case 'content-type':
        head.contentType = value;
        break;
      case 'x-forwarded-for':
        head.forwardedFor = head.forwardedFor === '' ? value : `${head.forwardedFor},${value}`;
        break;
      case 'sec-websocket-key':
        head.socketKey = value;
        break;
      case 'sec-websocket-protocol':
        head.socketProtocol = value;
        break;
      case 'user-agent':
        head.userAgent = value;
        break;
      case 'hx-request':
        head.htmx = value === 'true';
        break;
      case 'content-length':
        head.lengths += 1;
        head.length = Number(value);
        if (!/^[0-9]{1,9}$/.test(value)) head.doubtful = true;
        break;
      case 'transfer-encoding':
        head.doubtful = true;
        break;
    }
  });
  if (hosts !== 1 || head.lengths > 1) head.doubtful = true;
  return head;
}

/** Why a body is not even read. */
function lengthRefusal(head: Head, bytesMax: number): FailureStatus | undefined {
  if (head.doubtful) return 400;
  if (head.lengths === 0) return 411;
  return head.length > bytesMax ? 413 : undefined;
}

const failureReply = (status: FailureStatus, body: string): Reply => ({ status, body });

function byteLengthOf(body: string | Uint8Array): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

/** The value of the first header with the others behind it: the library copies it as it is. */
function strictHeaders(secure: boolean): string {
  const lines = [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options: nosniff',
    'Referrer-Policy: no-referrer',
    'Cross-Origin-Opener-Policy: same-origin',
    'Cross-Origin-Resource-Policy: same-origin',
    'Permissions-Policy: camera=(), microphone=(), geolocation=()',
  ];
  if (secure) lines.push('Strict-Transport-Security: max-age=31536000');
  return lines.join('\r\n');
}

const statusLines = new Map([
  [200, '200 OK'],
  [303, '303 See Other'],
  [304, '304 Not Modified'],
  [400, '400 Bad Request'],
  [401, '401 Unauthorized'],
  [403, '403 Forbidden'],
  [404, '404 Not Found'],
  [405, '405 Method Not Allowed'],
  [411, '411 Length Required'],
  [413, '413 Content Too Large'],
  [415, '415 Unsupported Media Type'],
  [422, '422 Unprocessable Content'],
  [429, '429 Too Many Requests'],
  [500, '500 Internal Server Error'],
  [503, '503 Service Unavailable'],
]);
