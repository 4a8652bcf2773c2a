/**
 * Debian's nginx with ops/nginx.conf before two gateways with a real engine behind them: what the proxy
 * must keep away, what it must not lose, and a gateway that is stopped while candidates read.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { gatewayConfigOf } from '../../gateway/config.ts';
import { createCookies, newNonce } from '../../gateway/cookies.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { certificatePem } from '../harness/certificate.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { freePort } from '../harness/free-port.ts';

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find(existsSync) ?? 'nginx';
const folder = mkdtempSync(join(tmpdir(), 'ruxi-proxy-'));
const configuration = join(folder, 'nginx.conf');
const log = join(folder, 'ruxi.log');
let here: EngineHere;
let gateways: [Gateway, Gateway];
let proxy: ChildProcess;
let [port, plainPort] = [0, 0];
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

beforeAll(async () => {
  here = await startEngineHere();
  const key = (name: string) => readFileSync(join(here.config.keysFolder, `${name}.key`));
  const keys = { index: key('index'), cookie: key('cookie'), slip: key('slip') };
  const environment = {
    ...{ RUXI_PORT: '0', RUXI_ORIGIN: 'https://ruxi.example' },
    RUXI_TRUSTED_PROXIES: '127.0.0.1',
  };
  const start = () =>
    startGateway(gatewayConfigOf(environment, keys, here.config.layout), here.bus);
  gateways = [await start(), await start()];
  [port, plainPort] = [await freePort(), await freePort()];
  writeConfiguration();
  proxy = spawn(nginx, ['-p', folder, '-c', configuration], { stdio: 'ignore' });
  await vi.waitFor(async () => expect((await get('/')).status).toBe(200), { timeout: 20_000 });
}, 60_000);
afterAll(async () => {
  agent.destroy();
  if (proxy !== undefined && proxy.exitCode === null) {
    const gone = once(proxy, 'exit');
    proxy.kill('SIGTERM');
    await gone;
  }
  await Promise.all((gateways ?? []).map((gateway) => gateway.stop()));
  await here?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What an office has to fill in is exchanged, in one place each; all else is as it is shipped. */
function writeConfiguration(): void {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(files.certificate, certificatePem(pair, '01'));
  writeFileSync(files.key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  let text = readFileSync(new URL('../../ops/nginx.conf', import.meta.url), 'utf8');
  const exchanged: [string, string][] = [
    ['server 127.0.0.1:3101;', `server 127.0.0.1:${gateways[0].port};`],
    ['server 127.0.0.1:3102;', `server 127.0.0.1:${gateways[1].port};`],
    ['listen 80;', `listen 127.0.0.1:${plainPort};`],
    ['listen [::]:80;', ''],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
    ['listen [::]:443 ssl http2;', ''],
    ['/etc/ssl/ruxi/fullchain.pem', files.certificate],
    ['/etc/ssl/ruxi/privkey.pem', files.key],
    ['/var/log/nginx/ruxi.log', log],
  ];
  for (const [from, to] of exchanged) {
    expect(text.split(from), from).toHaveLength(2);
    text = text.replace(from, to);
  }
  writeFileSync(join(folder, 'ruxi.conf'), text);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  for (const name of temporary) mkdirSync(join(folder, name));
  writeFileSync(
    configuration,
    [
      `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;`,
      process.getuid?.() === 0 ? 'user root;' : '',
      'events { worker_connections 512; }',
      'http {',
      ...temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`),
      `  include ${folder}/ruxi.conf;`,
      '}',
    ].join('\n'),
  );
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };
function ask(path: string, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        path,
        ...options,
        headers: { host: 'ruxi.example', ...options.headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            ...{ status: answer.statusCode ?? 0, headers: answer.headers },
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
const get = (path: string, headers: Record<string, string> = {}) => ask(path, { headers });
/** A head as nobody's library would write it; what comes back until the other side closes. */
async function raw(bytes: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

test('nginx takes the configuration as it is shipped but for addresses, without a warning', () => {
  const { status, stderr } = spawnSync(nginx, ['-t', '-p', folder, '-c', configuration], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect(stderr).not.toMatch(/warn|emerg/);
});

test('pages come by TLS, zipped, strict, and without the name of a library', async () => {
  const { status, headers, body } = await get('/', { 'accept-encoding': 'gzip' });
  expect(status).toBe(200);
  expect(headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(body).toString('utf8')).toContain('</html>');
  expect(headers['strict-transport-security']).toContain('max-age');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers).not.toHaveProperty('uwebsockets');
  expect(headers.server).toBe('nginx');
  const location = await new Promise((resolve) => {
    plainRequest({ host: '127.0.0.1', port: plainPort, path: '/sign-in?x=1' }, (answer) => {
      resolve(answer.headers.location);
      answer.resume();
    }).end();
  });
  expect(location).toBe('https://ruxi.example/sign-in?x=1');
});

test('a form in chunks reaches a gateway whole, with a length; one that is too large reaches none', async () => {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: 'https://ruxi.example',
    'transfer-encoding': 'chunked',
  };
  const form = { method: 'POST', headers };
  // A gateway by itself refuses chunks with 400; here the form is read, and found without a token.
  const chunked = await ask('/sign-in/lookup', form, 'documentNumber=1');
  expect(chunked.status).not.toBe(400);
  expect(chunked.status).toBeLessThan(500);
  const large = await ask('/sign-in/lookup', form, `a=${'b'.repeat(20_000)}`);
  expect(large.status).toBe(413);
  expect(large.body.toString('utf8')).toContain('nginx');
});

test.each([
  ['two lengths', 'Content-Length: 3\r\nContent-Length: 30\r\n'],
  ['a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'],
  ['chunks under another name', 'Transfer-Encoding: xchunked\r\n'],
  ['no host', ''],
])('a head that two could read differently is answered by the proxy: %s', async (what, lines) => {
  const host = what === 'no host' ? '' : 'Host: ruxi.example\r\n';
  const said = await raw(`POST /sign-in HTTP/1.1\r\n${host}Connection: close\r\n${lines}\r\nabc`);
  expect(said).toMatch(/^HTTP\/1\.1 (400|501) /);
  expect(said).toContain('nginx');
});

test('what operators look at is not there for candidates', async () => {
  for (const path of ['/metrics', '/readyz', '/livez', '/version', '/desk', '/desk/sign-in'])
    expect((await get(path)).status, path).toBe(404);
});

test('the log has no query and no cookie', async () => {
  const secret = randomBytes(8).toString('hex');
  await get(`/courses?q=${secret}`, { cookie: `x=${secret}` });
  await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('GET /courses 200'), {
    timeout: 20_000,
  });
  expect(readFileSync(log, 'utf8')).not.toContain(secret);
});

test('a gateway is stopped while pages are read: none is lost, and open ones are sent elsewhere', async () => {
  const socket = await openLive();
  const gone = once(socket, 'close').then(([event]) => (event as { code: number }).code);
  let reading = true;
  const statuses: number[] = [];
  const readers = Array.from({ length: 8 }, async () => {
    while (reading) statuses.push((await get('/guide')).status);
  });
  await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(50), { timeout: 20_000 });
  await Promise.all(gateways.slice(0, 1).map((gateway) => gateway.stop()));
  const sofar = statuses.length;
  await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(sofar + 50), { timeout: 20_000 });
  await gateways[1].stop();
  reading = false;
  await Promise.all(readers);
  expect([...new Set(statuses.slice(0, sofar + 50))]).toEqual([200]);
  expect(await gone).toBe(1012);
  gateways = [] as never;
});

/** A page that is open, of somebody who has signed in. */
async function openLive(): Promise<WebSocket> {
  const issuedAt = Date.now();
  const [cookie = ''] = createCookies(
    readFileSync(join(here.config.keysFolder, 'cookie.key')),
    true,
  )
    .setSignIn({
      ...({
        person: newNonce(),
        ticket: '010524100031',
        programme: '080901',
        kind: 'full',
      } as const),
      ...({ candidateType: 'open', generation: 1, nameMask: '虚*' } as const),
      ...{ issuedAt, expiresAt: issuedAt + 3_600_000, nonce: newNonce() },
    })
    .split(';');
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const headers = { origin: 'https://ruxi.example', cookie };
  const socket = new WebSocket(`wss://127.0.0.1:${port}/live`, { headers } as never);
  await once(socket, 'message');
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  return socket;
}
