/** The operators' port of a real gateway: what it says while the gateway starts, serves and stops. */
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { singleLayout } from '../../engine/protocol/layout.ts';
import { gatewayConfigOf } from '../../gateway/config.ts';
import { HttpServer, page } from '../../gateway/http.ts';
import { startGateway } from '../../gateway/main.ts';
import { fakeBooks } from '../harness/books.ts';
import { freePort } from '../harness/free-port.ts';

const keys = { index: Buffer.alloc(32, 1), cookie: Buffer.alloc(32, 2), slip: Buffer.alloc(32, 3) };
const patiently = { timeout: 20_000 };
const get = async (port: number, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, body: await answer.text() };
};

test('its port is the next one, on this machine, unless told otherwise', () => {
  const deskOf = (environment: Record<string, string>) => gatewayConfigOf(environment, keys).desk;
  expect(deskOf({})).toEqual({ host: '127.0.0.1', port: 3001 });
  expect(deskOf({ RUXI_PORT: '0' })).toEqual({ host: '127.0.0.1', port: 0 });
  expect(deskOf({ RUXI_HOST: '0.0.0.0', RUXI_DESK_PORT: '9000' })).toEqual({
    ...{ host: '127.0.0.1', port: 9000 },
  });
  expect(deskOf({ RUXI_DESK_HOST: '10.0.0.1' })).toMatchObject({ host: '10.0.0.1' });
  expect(() => deskOf({ RUXI_DESK_PORT: 'high' })).toThrow('RUXI_DESK_PORT');
});

test('a gateway lives before it is ready, and candidates find it only when it is', async () => {
  const books = fakeBooks(singleLayout);
  books.leave('p0');
  const desk = await freePort();
  const environment = { RUXI_PORT: '0', RUXI_DESK_PORT: String(desk) };
  const starting = startGateway(gatewayConfigOf(environment, keys), books.bus);
  await vi.waitFor(async () => {
    expect(await get(desk, '/livez')).toEqual({ status: 200, body: 'alive\n' });
  }, patiently);
  expect(await get(desk, '/readyz')).toEqual({ status: 503, body: 'starting\n' });
  books.arrive('p0');
  const gateway = await starting;
  expect(gateway.deskPort).toBe(desk);
  expect(await get(desk, '/readyz')).toEqual({ status: 200, body: 'ready\n' });
  expect(JSON.parse((await get(desk, '/version')).body)).toEqual({
    ruxi: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    node: process.versions.node,
  });
  for (const path of ['/livez', '/readyz', '/version']) {
    expect((await get(gateway.port, path)).status, path).toBe(404);
  }
  expect((await get(desk, '/')).status).toBe(404);
  await gateway.stop();
  await expect(get(desk, '/livez')).rejects.toThrow();
  await books.close();
});

test('where nothing is imported yet the desk is open, for somebody has to do it', async () => {
  const books = fakeBooks(singleLayout);
  const plain = books.onQuery;
  books.onQuery = (query, partition) =>
    query.kind === 'session' ? { kind: 'session', adopted: null } : plain(query, partition);
  books.leave('p0');
  let port = 0;
  const starting = startGateway(
    gatewayConfigOf({ RUXI_PORT: '0' }, keys),
    books.bus,
    async (open) => {
      port = open;
    },
  );
  await vi.waitFor(() => expect(port).toBeGreaterThan(0), 20_000);
  const desk = async () => (await fetch(`http://127.0.0.1:${port}/desk`)).url;
  // Nobody is sent to the sign-in before it is known who could.
  expect(await desk()).toMatch(/\/desk$/);
  books.arrive('p0');
  await vi.waitFor(async () => expect(await desk()).toMatch(/\/desk\/sign-in$/), 20_000);
  expect(await get(port, '/readyz')).toEqual({ status: 503, body: 'starting\n' });
  books.onQuery = plain;
  await (await starting).stop();
  await books.close();
});

test('a stop says so at once, and until what runs is answered', async () => {
  const books = fakeBooks(singleLayout);
  const gateway = await startGateway(gatewayConfigOf({ RUXI_PORT: '0' }, keys), books.bus);
  // Held: the engine does not answer a question of this one.
  const plain = books.onQuery;
  books.onQuery = (query, partition) =>
    query.kind === 'messages' ? 'lost' : plain(query, partition);
  const slow = get(gateway.port, '/messages');
  await vi.waitFor(() => {
    const asked = books.messages.flatMap(({ items }) => items);
    expect(asked.some((item) => 'query' in item && item.query.kind === 'messages')).toBe(true);
  }, patiently);
  const stopped = gateway.stop();
  expect(await get(gateway.deskPort, '/readyz')).toEqual({ status: 503, body: 'stopping\n' });
  expect(await get(gateway.deskPort, '/livez')).toEqual({ status: 200, body: 'alive\n' });
  expect(await accepts(gateway.port)).toBe(false);
  // The bus goes, and with it every hope of an answer.
  await books.close();
  expect((await slow).status).toBe(503);
  await stopped;
});

test('two servers never share a port', async () => {
  const options = {
    ...{ host: '127.0.0.1', trustedProxies: new Set<string>(), secure: false },
    ...{ failurePage: String, onFault: () => undefined },
  };
  const one = new HttpServer({ ...options, port: 0 }).get('/', () => page(200, ''));
  const port = await one.listen();
  await expect(new HttpServer({ ...options, port }).listen()).rejects.toThrow(`cannot listen on`);
  await one.stop();
});

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
