/** Files to and from the desk, over real loopback sockets. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { HttpServer, page, type Request } from '../../gateway/http.ts';

const faults: unknown[] = [];
const heard: Request[] = [];
const bytesMax = 4 * 1024 * 1024;
let ended = 0;
const overs: string[] = [];
let release: () => void = () => {};
let origin = '';
let port = 0;
const server = new HttpServer({
  ...{ host: '127.0.0.1', port: 0, trustedProxies: new Set<string>(), secure: false },
  failurePage: (status) => `出错了 ${status}`,
  onFault: (path, error) => faults.push([path, String(error)]),
});

const pieceSize = 64 * 1024;
async function* pieces(count: number, failsAt = -1): AsyncGenerator<string> {
  try {
    for (let at = 0; at < count; at += 1) {
      if (at === failsAt) throw new Error('the engine went away');
      yield String(at % 10).repeat(pieceSize);
    }
  } finally {
    ended += 1;
  }
}
const download = (name: string, of: AsyncIterable<string>) => ({
  ...{ status: 200, body: '', contentType: 'text/csv; charset=utf-8' },
  download: { name, pieces: of, over: () => overs.push(name) },
});

beforeAll(async () => {
  server
    .upload(
      '/upload',
      bytesMax,
      (request, busy) => {
        if (request.cookieHeader === '') return page(403, 'nobody');
        return busy ? page(503, 'busy') : undefined;
      },
      async (request) => {
        heard.push(request);
        if (request.form.has('hold')) {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        }
        return page(200, `${request.file?.name} ${request.file?.bytes.length}`);
      },
    )
    .get('/file', async () => download('考区 一.csv', pieces(64)))
    .get('/breaks', async () => download('half.csv', pieces(64, 40)))
    .get('/long', async () => download('long.csv', pieces(100_000)));
  port = await server.listen();
  origin = `http://127.0.0.1:${port}`;
});
afterAll(() => server.stop());

function formWith(size: number, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([Buffer.alloc(size, 0x61)]), '考生.csv');
  return form;
}
const upload = (form: FormData, cookie = 'a=1') =>
  fetch(`${origin}/upload`, {
    method: 'POST',
    body: form,
    headers: cookie === '' ? {} : { cookie },
  });

test('a file comes whole, with the fields beside it', async () => {
  const size = 3 * 1024 * 1024 + 17;
  const answer = await upload(formWith(size, { kind: 'candidates', reason: '今年的 “新生”\r\n' }));
  expect([answer.status, await answer.text()]).toEqual([200, `考生.csv ${size}`]);
  const last = heard.at(-1);
  expect([last?.form.get('kind'), last?.form.get('reason')]).toEqual([
    'candidates',
    '今年的 “新生”\r\n',
  ]);
  expect(last?.file?.bytes.every((byte) => byte === 0x61)).toBe(true);
});

test('who is not admitted is not listened to, and what is too large or no form is refused', async () => {
  const before = heard.length;
  // The connection is closed while the browser still sends: it hears the answer or the closing.
  const refused = await upload(formWith(8), '');
  expect([refused.status, await refused.text()]).toEqual([403, 'nobody']);
  const tooLarge = await upload(formWith(bytesMax)).then(
    ({ status }) => status,
    () => 413,
  );
  expect(tooLarge).toBe(413);
  const noForm = await fetch(`${origin}/upload`, {
    ...{ method: 'POST', body: 'kind=x', headers: { cookie: 'a=1', 'content-type': 'text/csv' } },
  });
  expect(noForm.status).toBe(415);
  const twoFiles = formWith(3);
  twoFiles.append('more', new Blob(['x']), 'more.csv');
  expect((await upload(twoFiles)).status).toBe(400);
  expect(heard.length).toBe(before);
});

test('another origin’s page uploads nothing', async () => {
  const answer = await fetch(`${origin}/upload`, {
    ...{ method: 'POST', body: formWith(3) },
    headers: { cookie: 'a=1', 'sec-fetch-site': 'cross-site' },
  });
  expect(answer.status).toBe(403);
});

test('an upload that breaks off is nothing, and the next is taken', async () => {
  const before = heard.length;
  const socket = connect(port, '127.0.0.1');
  const head = ['POST /upload HTTP/1.1', 'Host: x', 'Cookie: a=1', 'Content-Length: 100000'];
  const type = 'Content-Type: multipart/form-data; boundary=b';
  socket.write(
    [...head, type, '', '--b\r\nContent-Disposition: form-data; name="kind"'].join('\r\n'),
  );
  await vi.waitFor(async () => expect((await upload(formWith(1))).status).toBe(503), 60_000);
  socket.destroy();
  await vi.waitFor(async () => expect((await upload(formWith(1))).status).toBe(200), 60_000);
  expect(heard.slice(before).every(({ file }) => file?.name === '考生.csv')).toBe(true);
});

test('a file that trickles in is broken off, and the next is taken', async () => {
  const hasty = new HttpServer({
    ...{ host: '127.0.0.1', port: 0, trustedProxies: new Set<string>(), secure: false },
    ...{ failurePage: String, onFault: () => {}, uploadMsMax: 200 },
  });
  hasty.upload(
    '/upload',
    bytesMax,
    (_, busy) => (busy ? page(503, 'busy') : undefined),
    () => page(200, 'taken'),
  );
  const at = await hasty.listen();
  const socket = connect(at, '127.0.0.1');
  const head = ['POST /upload HTTP/1.1', 'Host: x', 'Content-Length: 100000'];
  const type = 'Content-Type: multipart/form-data; boundary=b';
  socket.write([...head, type, '', '--b'].join('\r\n'));
  socket.on('error', () => {});
  const trickle = setInterval(() => socket.write('-'), 20);
  // Whether by an end or by a reset, which a write under way may meet.
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(trickle);
  const next = { method: 'POST', body: formWith(1) };
  expect((await fetch(`http://127.0.0.1:${at}/upload`, next)).status).toBe(200);
  await hasty.stop();
});

test('while one file is worked on, the next hears so', async () => {
  const first = upload(formWith(1, { hold: '1' }));
  await vi.waitFor(async () => expect((await upload(formWith(1))).status).toBe(503), 60_000);
  release();
  expect((await first).status).toBe(200);
  expect((await upload(formWith(1))).status).toBe(200);
});

test('a file is saved as it is made, under its name', async () => {
  const answer = await fetch(`${origin}/file`);
  expect(answer.headers.get('content-disposition')).toBe(
    "attachment; filename*=UTF-8''%E8%80%83%E5%8C%BA%20%E4%B8%80.csv",
  );
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  const text = await answer.text();
  expect(text.length).toBe(64 * pieceSize);
  expect(text.slice(-1)).toBe('3');
  const head = await fetch(`${origin}/file`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  await vi.waitFor(() => expect(overs.splice(0)).toEqual(Array(2).fill('考区 一.csv')));
});

test('one that fails on the way is broken off: half is never taken for the whole', async () => {
  const answer = await fetch(`${origin}/breaks`);
  await expect(answer.text()).rejects.toThrow();
  expect(faults.at(-1)).toEqual(['download', 'Error: the engine went away']);
  expect(overs.splice(0)).toEqual(['half.csv']);
});

test('whoever goes away ends the making', async () => {
  const before = ended;
  const leaving = new AbortController();
  const answer = await fetch(`${origin}/long`, { signal: leaving.signal });
  const reader = answer.body?.getReader();
  await reader?.read();
  leaving.abort();
  await vi.waitFor(() => expect(ended).toBe(before + 1), 60_000);
  await vi.waitFor(() => expect(overs.splice(0)).toEqual(['long.csv']));
});
