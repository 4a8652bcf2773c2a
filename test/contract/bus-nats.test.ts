import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BusAbsent, BusUnanswered } from '../../engine/bus/bus.ts';
import { connectNatsBus } from '../../engine/bus/nats-bus.ts';
import {
  commandsTo,
  commandsWithin,
  countsFrom,
  ledgersFrom,
  noticesFrom,
  telemetryFrom,
} from '../../engine/protocol/subjects.ts';
import { type NatsServer, startNats } from '../harness/nats.ts';
import { describeBus } from './bus-contract.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server.stop());

const connected = (name: string) => connectNatsBus({ url: server.url, name });

describeBus('NATS bus', async (options) => {
  const [asker, answerer] = await Promise.all(
    ['asker', 'answerer'].map((name) => connectNatsBus({ url: server.url, name, ...options })),
  );
  if (asker === undefined || answerer === undefined) throw new Error('no buses');
  return {
    asker,
    answerer,
    async close() {
      await Promise.all([asker.close(), answerer.close()]);
    },
  };
});

test('U1 U2 a server that goes away leaves asks unanswered; when it is back, all goes on', async () => {
  const [asker, answerer] = await Promise.all([connected('asker'), connected('answerer')]);
  const heard: number[] = [];
  answerer.answer('ruxi.ask.p1', (payload, reply) => {
    heard.push(payload[0] ?? 0);
    if (payload[0] !== 1) reply(payload);
  });
  const states: string[] = [];
  asker.onState((state) => states.push(state));
  await vi.waitFor(() => asker.ask('ruxi.ask.p1', Uint8Array.of(7), 20_000));
  const waiting = expect(asker.ask('ruxi.ask.p1', Uint8Array.of(1), 60_000)).rejects.toBeInstanceOf(
    BusUnanswered,
  );
  await vi.waitFor(() => expect(heard).toContain(1));

  await server.stop();
  await waiting;
  await expect(asker.ask('ruxi.ask.p1', Uint8Array.of(2), 20_000)).rejects.toBeInstanceOf(
    BusAbsent,
  );
  await server.start();
  await vi.waitFor(() => expect(states).toEqual(['connected', 'reconnecting', 'connected']), {
    timeout: 20_000,
  });
  await vi.waitFor(() => asker.ask('ruxi.ask.p1', Uint8Array.of(3), 20_000), { timeout: 20_000 });
  // T1, U2: what was asked while it was away never comes, what was lost is not repeated.
  expect(heard).not.toContain(2);
  expect(heard.filter((one) => one === 1)).toHaveLength(1);
  await Promise.all([asker.close(), answerer.close()]);
}, 60_000);

test('S2 a gateway’s account asks and hears, and neither speaks nor listens as the house does', async () => {
  const guarded = await startNats({
    file: new URL('../../ops/nats.conf', import.meta.url).pathname,
    environment: { RUXI_NATS_ENGINE_PASSWORD: 'one', RUXI_NATS_GATEWAY_PASSWORD: 'other' },
  });
  const urlOf = (user: string) => guarded.url.replace('//', `//${user}@`);
  const engine = await connectNatsBus({ url: urlOf('engine:one'), name: 'engine' });
  const gateway = await connectNatsBus({ url: urlOf('gateway:other'), name: 'gateway' });
  const within: string[] = [];
  engine.answer(commandsTo('p0'), (payload, reply) => reply(payload));
  engine.answer(commandsWithin('p0'), (payload, reply) => {
    within.push(payload.toString());
    reply(payload);
  });
  const heard: number[] = [];
  for (const subject of [countsFrom, ledgersFrom, noticesFrom, telemetryFrom])
    gateway.subscribe(subject('p0'), (payload) => heard.push(payload[0] ?? 0));
  const overheard: number[] = [];
  gateway.subscribe(commandsTo('p0'), (payload) => overheard.push(payload[0] ?? 0));
  await vi.waitFor(() => gateway.ask(commandsTo('p0'), Uint8Array.of(1), 20_000));
  const barred = gateway.ask(commandsWithin('p0'), Uint8Array.of(2), 50);
  await expect(barred).rejects.toBeInstanceOf(BusUnanswered);
  gateway.publish(noticesFrom('p0'), Uint8Array.of(3));
  for (const [place, subject] of [countsFrom, ledgersFrom, noticesFrom, telemetryFrom].entries())
    engine.publish(subject('p0'), Uint8Array.of(10 + place));
  await vi.waitFor(() => expect(heard).toEqual([10, 11, 12, 13]));
  await engine.ask(commandsWithin('p0'), Uint8Array.of(4), 20_000);
  expect([within.length, overheard]).toEqual([1, []]);
  await Promise.all([engine.close(), gateway.close()]);
  await guarded.stop();
}, 60_000);

test('T2 a bus may be started before its server', async () => {
  await server.stop();
  const early = connected('early');
  await server.start();
  const bus = await early;
  bus.answer('ruxi.ask.p2', (payload, reply) => reply(payload));
  expect([...(await bus.ask('ruxi.ask.p2', Uint8Array.of(9), 20_000))]).toEqual([9]);
  await bus.close();
}, 60_000);

test('a message without a place for the answer is not handed over, and harms nobody', async () => {
  const bugs: unknown[] = [];
  const bus = await connectNatsBus({
    url: server.url,
    name: 'answerer',
    onBug: (error) => bugs.push(error),
  });
  const heard: number[] = [];
  bus.answer('ruxi.ask.p3', (payload, reply) => {
    heard.push(payload[0] ?? 0);
    reply(payload);
  });
  bus.publish('ruxi.ask.p3', Uint8Array.of(1));
  expect([...(await bus.ask('ruxi.ask.p3', Uint8Array.of(2), 20_000))]).toEqual([2]);
  expect([heard, bugs]).toEqual([[2], []]);
  await bus.close();
}, 60_000);

test('closing does not wait for a server that is away', async () => {
  const bus = await connected('leaver');
  await server.stop();
  await bus.close();
  await server.start();
}, 60_000);
