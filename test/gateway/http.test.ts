/** The HTTP layer over real loopback sockets, good bytes and bad. */
import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formBytesMax, HttpServer, page, type Request, redirect } from '../../gateway/http.ts';

const faults: unknown[] = [];
const asked: Request[] = [];
const released: (() => void)[] = [];
const server = new HttpServer({
  host: '127.0.0.1',
  port: 0,
  trustedProxies: new Set(['127.0.0.1']),
  secure: true,
  failurePage: (status) => `<main>出错了 ${status}</main>`,
  onFault: (_path, error) => faults.push(error),
});
let port = 0;
const assetPath = '/assets/site.0123456789ab.css';
const style = Buffer.from('main { color: black; }\n'.repeat(50));

beforeAll(async () => {
  server
    .get('/now', (request) => {
      asked.push(request);
      return page(200, '<main>现在</main>', ['a=1; Path=/', 'b=2; Path=/']);
    })
    .get('/later', async () => page(200, '<main>稍后</main>'))
    .get('/away', () => redirect('/now'))
    .get('/throws', () => {
      throw new Error('secret of the handler');
    })
    .get('/rejects', async () => {
      throw new Error('secret of the handler');
    })
    .get('/held', () => new Promise((resolve) => released.push(() => resolve(page(200, 'held')))))
    .get('/empty', () => page(200, ''))
    .post('/form', (request) => {
      asked.push(request);
      return page(200, JSON.stringify([request.form.get('name'), request.form.all('unit')]));
    })
    .post('/form/later', async (request) => page(422, request.form.get('name')))
    .socket('/live', {
      upgrade: (request) => (request.query === 'refuse' ? undefined : { query: request.query }),
      open: (socket) => {
        socket.subscribe('everyone');
        socket.send(`hello ${socket.getUserData().query}`);
      },
      message: (socket, text) => {
        if (text === 'throw') throw new Error('secret of the socket');
        socket.send(`heard ${text}`);
      },
    });
  server.asset({
    path: assetPath,
    bytes: style,
    gzip: gzipSync(style),
    brotli: brotliCompressSync(style),
    type: 'text/css; charset=utf-8',
  });
  port = await server.listen();
});
afterAll(() => server.stop());

const url = (path: string) => `http://127.0.0.1:${port}${path}`;
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url(path), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });

/** Sends the pieces as separate segments; resolves with all that came back before the close. */
function raw(pieces: (string | Buffer)[], headOnly = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('data', (text) => {
      answer += text;
      // A whole answer has come once its body is as long as its head says.
      const [head = '', body] = answer.split('\r\n\r\n');
      const length = headOnly ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body !== undefined && Buffer.byteLength(body) >= length) socket.end();
    });
    socket.on('close', () => resolve(answer));
    const send = (at: number): void => {
      const piece = pieces[at];
      if (piece === undefined) return;
      socket.write(piece, () => setImmediate(send, at + 1));
    };
    socket.on('connect', () => send(0));
  });
}
const statusOf = (answer: string) => Number(answer.split(' ')[1]);
const head = (extra: string) =>
  `POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n${extra}\r\n`;

test('a page comes with its status, its cookies and its text', async () => {
  const answer = await fetch(url('/now?a=%E5%85%A5'));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('<main>现在</main>');
  expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
  expect(asked.at(-1)).toMatchObject({ method: 'GET', path: '/now', query: 'a=%E5%85%A5' });
});

const strict = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'strict-transport-security': 'max-age=31536000',
};
test.each(['/now', '/later', '/away', '/throws', '/rejects', '/form', '/nowhere'])(
  'every answer carries the strict headers and is not stored: %s',
  async (path) => {
    const answer = await fetch(url(path), { redirect: 'manual' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...strict,
      'cache-control': 'no-store',
    });
  },
);

test('a redirect after a form is a 303', async () => {
  const answer = await fetch(url('/away'), { redirect: 'manual' });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/now');
});

test('HEAD answers the length and no body', async () => {
  const answer = await raw(['HEAD /now HTTP/1.1\r\nHost: localhost\r\n\r\n'], true);
  expect(answer).toMatch(/content-length: 19/i);
  expect(answer.endsWith('\r\n\r\n')).toBe(true);
});

test('an empty page has length 0', async () => {
  expect(await raw(['GET /empty HTTP/1.1\r\nHost: localhost\r\n\r\n'])).toMatch(
    /content-length: 0/i,
  );
});

test('what is not there is 404, another method 405', async () => {
  expect((await fetch(url('/nowhere'))).status).toBe(404);
  expect((await fetch(url('/form'))).status).toBe(405);
  expect((await fetch(url('/now'), { method: 'DELETE' })).status).toBe(405);
});

test.each(['/throws', '/rejects'])(
  'an exception becomes a page that does not tell it: %s',
  async (path) => {
    const before = faults.length;
    const answer = await fetch(url(path));
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('<main>出错了 500</main>');
    expect(faults.length).toBe(before + 1);
  },
);

test('a form is read, with repeated names and Chinese text', async () => {
  const answer = await post('/form', 'name=%E5%BC%A0+%2B&unit=A&unit=B');
  expect(await answer.json()).toEqual(['张 +', ['A', 'B']]);
});

test('a form that comes in pieces is read whole, even within a character', async () => {
  const body = Buffer.from('name=张三&unit=A');
  const pieces = [...body].map((byte) => Buffer.from([byte]));
  const answer = await raw([head(`Content-Length: ${body.length}\r\n`), ...pieces]);
  expect(answer).toContain('["张三",["A"]]');
});

test('a form answered on a later turn keeps its content', async () => {
  const answer = await post('/form/later', 'name=x');
  expect(answer.status).toBe(422);
  expect(await answer.text()).toBe('x');
});

test('an empty form is a form', async () => {
  expect(await (await post('/form', '')).json()).toEqual(['', []]);
});

test('a body over the bound is refused with a page, announced or not', async () => {
  const body = `name=${'a'.repeat(formBytesMax)}`;
  expect((await post('/form', body)).status).toBe(413);
  const exact = `name=${'a'.repeat(formBytesMax - 5)}`;
  expect((await post('/form', exact)).status).toBe(200);
});

test.each([
  ['a broken byte', Buffer.from([0x6e, 0x3d, 0xff, 0xfe])],
  ['an overlong form of a slash', Buffer.from('name=%c0%af')],
  ['half a character', Buffer.from('name=%e5%bc')],
  ['a broken escape', Buffer.from('name=%zz')],
  ['a lone surrogate', Buffer.from('name=%ed%a0%80')],
  ['NUL', Buffer.from('name=a%00b')],
  ['NUL in the clear', Buffer.from('name=a\0b')],
  ['too many fields', Buffer.from('a=1&'.repeat(65))],
])('a form with %s is refused whole', async (_, body) => {
  const answer = await raw([head(`Content-Length: ${body.length}\r\n`), body]);
  expect(statusOf(answer)).toBe(400);
  expect(answer).toContain('出错了 400');
});

test.each([
  ['two different lengths', 'Content-Length: 5\r\nContent-Length: 0\r\n', 'name='],
  ['the same length twice', 'Content-Length: 5\r\nContent-Length: 5\r\n', 'name='],
  ['an empty length', 'Content-Length: \r\n', ''],
  ['a signed length', 'Content-Length: +5\r\n', 'name='],
  ['chunks', 'Transfer-Encoding: chunked\r\n', '5\r\nname=\r\n0\r\n\r\n'],
  ['a made-up encoding', 'Transfer-Encoding: xchunked\r\n', '5\r\nname=\r\n0\r\n\r\n'],
  ['identity', 'Transfer-Encoding: identity\r\n', '5\r\nname=\r\n0\r\n\r\n'],
  ['both', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['two hosts', 'Host: elsewhere\r\nContent-Length: 5\r\n', 'name='],
])('a head with %s is refused', async (_, lines, body) => {
  const answers = asked.length;
  const answer = await raw([head(lines) + body]);
  expect(statusOf(answer)).toBe(400);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(asked.length).toBe(answers);
});

test('a body after a doubtful length is never taken for a second request', async () => {
  const hidden = 'GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const answers = asked.length;
  const answer = await raw([
    head(`Content-Length: ${hidden.length}\r\nContent-Length: 0\r\n`) + hidden,
  ]);
  expect(statusOf(answer)).toBe(400);
  expect(asked.length).toBe(answers);
});

test('a POST without a length, or not a form, is refused', async () => {
  expect(statusOf(await raw([head('')]))).toBe(411);
  expect((await post('/form', '{}', { 'content-type': 'application/json' })).status).toBe(415);
});

test('a form from another site is refused before it is read', async () => {
  const answers = asked.length;
  expect((await post('/form', 'name=x', { origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await post('/form', 'name=x', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await post('/form', 'name=x', { 'sec-fetch-site': 'same-site' })).status).toBe(403);
  expect(asked.length).toBe(answers);
});

test('a form of our own is taken, also under `Origin: null` as no-referrer pages send it', async () => {
  const own = { 'sec-fetch-site': 'same-origin' };
  expect((await post('/form', 'name=x', { ...own, origin: 'null' })).status).toBe(200);
  expect((await post('/form', 'name=x', { ...own, origin: url('') })).status).toBe(200);
});

test('a request line in two pieces: known to fail as 505 at some splits, so a proxy must gather heads', async () => {
  const request = 'GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const statuses = new Set<number>();
  for (let at = 1; at < request.length; at += 1) {
    const answer = await raw([request.slice(0, at), request.slice(at)]);
    statuses.add(statusOf(answer));
  }
  expect([...statuses].every((status) => status === 200 || status === 505)).toBe(true);
  expect(statuses).toContain(200);
});

test('a client that leaves before the answer is forgotten, and the server goes on', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(() => released.length).toBe(1);
  socket.destroy();
  expect((await fetch(url('/now'))).status).toBe(200);
  released.pop()?.();
  expect((await fetch(url('/now'))).status).toBe(200);
});

test('a client that leaves within its form runs no handler', async () => {
  const answers = asked.length;
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head('Content-Length: 100\r\n')}name=`);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.destroy();
  expect((await fetch(url('/later'))).status).toBe(200);
  expect(asked.length).toBe(answers);
});

test('the client address is the right-most hop that is no proxy of ours', async () => {
  const from = async (forwarded: string) => {
    await fetch(url('/now'), { headers: { 'x-forwarded-for': forwarded } });
    return asked.at(-1)?.address;
  };
  expect(await from('203.0.113.9')).toBe('203.0.113.9');
  expect(await from('198.51.100.1, 203.0.113.9, 127.0.0.1')).toBe('203.0.113.9');
  expect(await from('203.0.113.9, nonsense')).toBe('127.0.0.1');
  expect(await from('2001:db8:1:2:3::9')).toBe('2001:db8:1:2::');
  expect(await from('::ffff:203.0.113.9')).toBe('203.0.113.9');
});

test('B16 an asset is immutable, and sent as small as the browser takes it', async () => {
  const plain = await raw([`GET ${assetPath} HTTP/1.1\r\nHost: localhost\r\n\r\n`]);
  expect(plain).toContain(style.toString());
  expect(plain).toMatch(/cache-control: public, max-age=31536000, immutable/i);
  const zipped = await fetch(url(assetPath), { headers: { 'accept-encoding': 'gzip' } });
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(zipped.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(Object.fromEntries(zipped.headers)).toMatchObject(strict);
  expect(zipped.headers.get('vary')).toBe('Accept-Encoding');
  expect(await zipped.text()).toBe(style.toString());
  const smallest = await fetch(url(assetPath), { headers: { 'accept-encoding': 'gzip, br' } });
  expect(smallest.headers.get('content-encoding')).toBe('br');
  expect(await smallest.text()).toBe(style.toString());
});

test('B16 an asset that is asked for again is not sent again', async () => {
  const { headers } = await fetch(url(assetPath));
  const etag = headers.get('etag') ?? '';
  const again = await fetch(url(assetPath), { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
  const other = await fetch(url(assetPath), { headers: { 'if-none-match': 'W/"/other"' } });
  expect(other.status).toBe(200);
});

function socketTo(path: string, origin: string): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { origin } } as never);
}
const nextMessage = (socket: WebSocket) =>
  new Promise<string>((resolve) => {
    socket.addEventListener('message', (event) => resolve(String(event.data)), { once: true });
  });
const closed = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    socket.addEventListener('close', (event) => resolve(event.code), { once: true });
  });

test('a socket of our own page opens, hears, and is published to', async () => {
  const socket = socketTo('/live?area=0124', url(''));
  expect(await nextMessage(socket)).toBe('hello area=0124');
  socket.send('入');
  expect(await nextMessage(socket)).toBe('heard 入');
  const heard = nextMessage(socket);
  server.publish('everyone', 'news');
  expect(await heard).toBe('news');
  socket.send('throw');
  socket.send('still there');
  expect(await nextMessage(socket)).toBe('heard still there');
  const gone = closed(socket);
  socket.send('a'.repeat(5000));
  expect(await gone).toBe(1006);
});

const upgrade = (path: string, lines: string) =>
  raw([
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${lines}\r\n`,
  ]);
test('a socket from another site, from no page, or that its route refuses, is 403', async () => {
  const own = `Origin: ${url('')}\r\n`;
  expect(statusOf(await upgrade('/live', own))).toBe(101);
  expect(statusOf(await upgrade('/live', 'Origin: https://elsewhere.example\r\n'))).toBe(403);
  expect(statusOf(await upgrade('/live', ''))).toBe(403);
  expect(statusOf(await upgrade('/live', 'Origin: null\r\n'))).toBe(403);
  expect(statusOf(await upgrade('/live?refuse', own))).toBe(403);
});

test('stopping tells sockets to come back, lets handlers finish, and takes no one new', async () => {
  const own = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    trustedProxies: new Set(),
    secure: false,
    failurePage: String,
    onFault: (_path, error) => faults.push(error),
  });
  let finish = (): void => undefined;
  const started = new Promise<void>((resolve) => {
    own.get('/slow', () => {
      resolve();
      return new Promise((done) => {
        finish = () => done(page(200, 'finished'));
      });
    });
  });
  own.socket('/live', { upgrade: () => ({}), open: (socket) => socket.send('open') });
  const at = await own.listen();
  const socket = new WebSocket(`ws://127.0.0.1:${at}/live`, {
    headers: { origin: `http://127.0.0.1:${at}` },
  } as never);
  await nextMessage(socket);
  const gone = closed(socket);
  const slow = fetch(`http://127.0.0.1:${at}/slow`);
  await started;
  const stopped = own.stop();
  expect(await gone).toBe(1012);
  finish();
  expect(await (await slow).text()).toBe('finished');
  await stopped;
  await expect(fetch(`http://127.0.0.1:${at}/slow`)).rejects.toThrow();
});
