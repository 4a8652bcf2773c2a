/** A whole engine, its books apart in several partitions, as a gateway sees it. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeReplies } from '../../engine/protocol/codec.ts';
import { commandsTo } from '../../engine/protocol/subjects.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { type Asking, askEngine, holdSeats } from '../harness/holding.ts';

let engine: EngineHere;
let asking: Asking;

beforeAll(async () => {
  engine = await startEngineHere({
    RUXI_SESSION_PARTITION: 's',
    RUXI_AREA_PARTITIONS: 'a0,a1',
    RUXI_PEOPLE_PARTITIONS: 'u0,u1',
    RUXI_PHONE_PARTITIONS: 'n',
  });
  asking = await askEngine(engine);
});
afterAll(async () => {
  await asking.close();
  await engine.stop();
});

test('B1 B14 a candidate takes seats across partitions: claim, draft, hold, message, save', async () => {
  const { client, send } = asking;
  const holder = await holdSeats(engine, asking);
  const { from, units, challenge, registration } = holder;
  expect(holder.held.outcome).toMatchObject({ kind: 'held', held: units, full: [] });

  await vi.waitFor(async () => expect((await registration()).code?.delivery).toBe('sent'));
  const messages = await client.messages();
  const [message] = Array.isArray(messages) ? messages : [];
  expect(message?.phone).toBe(holder.phone);
  const code = /验证码 (\d{6})/.exec(message?.text ?? '')?.[1] ?? '';
  const { revision } = await registration();
  const saved = await send({ kind: 'save-seats', ...from, revision, challenge, code, units });
  expect(saved.outcome).toMatchObject({ kind: 'saved', failed: [] });
  expect(saved.registration?.seats.map(({ state }) => state.kind)).toEqual(['saved', 'saved']);

  for (const partition of engine.config.layout.areas) {
    const balance = await client.askAt(partition, { kind: 'balance' });
    if (balance.kind !== 'balance') throw new Error('no balance');
    for (const pool of balance.pools) {
      expect(pool.capacity).toBe(pool.free + pool.held + pool.saved);
    }
  }
  expect(engine.troubles).toEqual([]);
});

test('a message that cannot be read is answered so, and harms nobody', async () => {
  const [partition = ''] = engine.config.layout.areas;
  const bomb = new Uint8Array(100_000).fill(0x91);
  const answer = await engine.bus.ask(commandsTo(partition), bomb, 60_000);
  expect(decodeReplies(answer)).toEqual([]);
  expect(engine.troubles.splice(0)).toHaveLength(1);
  expect(await asking.client.askAt(partition, { kind: 'status' })).toMatchObject({
    kind: 'status',
  });
});

test('counts reach a gateway after the command that changed them', async () => {
  const heard = new Map<string, number>();
  const leave = asking.client.onCounts((counts) => {
    for (const one of counts) heard.set(one.area, one.version);
  });
  const area = '0124';
  await asking.send({
    kind: 'set-capacity',
    area,
    capacities: ['A', 'B', 'C', 'D'].map((unit) => ({ unit, capacity: 500 })),
  });
  await vi.waitFor(() => expect(heard.has(area)).toBe(true));
  leave();
});
