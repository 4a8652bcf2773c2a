/** A whole engine, its books apart in several partitions, as a gateway sees it. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeReplies } from '../../engine/protocol/codec.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import { commandsTo } from '../../engine/protocol/subjects.ts';
import type { CommandBody } from '../../gateway/engine-client.ts';
import { opaque } from '../given.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { type Asking, accountIn, askEngine, holdSeats } from '../harness/holding.ts';

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
  await asking.sendWithin({
    kind: 'set-capacity',
    area,
    capacities: ['A', 'B', 'C', 'D'].map((unit) => ({ unit, capacity: 500 })),
  });
  await vi.waitFor(() => expect(heard.has(area)).toBe(true));
  leave();
});

test('S2 S4 an act of two is decided, and carried to the books of other partitions', async () => {
  const { client, send, sendWithin } = asking;
  const reason = '示例';
  const byLi = await accountIn(asking, 'li', ['office']);
  const areas = ['0124', '0105'];
  const counts = await Promise.all(
    engine.config.layout.areas.map((partition) => client.askAt(partition, { kind: 'balance' })),
  );
  const pools = counts.flatMap((one) => (one.kind === 'balance' ? one.pools : []));
  const capacityIn = (area: string) =>
    pools.find((pool) => pool.area === area && pool.unit === 'A')?.capacity ?? 0;
  const changes = areas.map((area) => ({
    area,
    from: [{ unit: 'A', capacity: capacityIn(area) }],
    capacities: [{ unit: 'A', capacity: capacityIn(area) + 5 }],
  }));
  const byShell = { by: 'shell', byGeneration: 0, reason, foreseen: [] };
  const act = { kind: 'set-capacity', changes } as const;
  const { outcome } = await sendWithin({ kind: 'propose-act', act, ...byShell });
  if (outcome.kind !== 'act') throw new Error(outcome.kind);
  const { number } = outcome;
  await send({ kind: 'approve-act', number, ...byLi });
  await vi.waitFor(async () =>
    expect(await client.ask({ kind: 'act', number })).toMatchObject({
      act: { state: { kind: 'done' }, changed: 2, refused: [], andBy: 'li' },
    }),
  );
  // The session's own acts reach everybody by its adoption.
  const adopted = new Promise((resolve) => {
    const leave = client.onNotice((notice) => {
      if (notice.kind !== 'session-changed' || notice.adopted.payingPaused === undefined) return;
      leave();
      resolve(notice.adopted.payingPaused.reason);
    });
  });
  const paused = { kind: 'set-paying', to: 'paused', shown: '通道故障' } as const;
  const second = await sendWithin({ kind: 'propose-act', act: paused, ...byShell });
  if (second.outcome.kind !== 'act') throw new Error(second.outcome.kind);
  await send({ kind: 'approve-act', number: second.outcome.number, ...byLi });
  expect(await adopted).toBe('通道故障');
  expect(engine.troubles).toEqual([]);
});

test('S2 S3 what is the house’s, and whoever says they are the command line, comes by no gateway', async () => {
  const { client, send } = asking;
  const answerBy = () => Date.now() + 60_000;
  const shell = { by: 'shell', byGeneration: 0, named: '示例' };
  const act = { kind: 'open-window' } as const;
  const { adopted } = (await client.ask({ kind: 'session' })) as { adopted: Adopted };
  const refused = [
    { kind: 'set-capacity', area: '0124', capacities: [{ unit: 'A', capacity: 9_999 }] },
    {
      kind: 'act-on-area',
      area: '0124',
      act: 1,
      part: { kind: 'release-unpaid', before: 2 ** 42 },
    },
    { kind: 'install-session', ...adopted },
    { kind: 'propose-act', act, ...shell, reason: '示例', foreseen: [] },
    { kind: 'approve-act', number: 1, ...shell },
    { kind: 'install-catalogue', catalogue: adopted.catalogue, onto: 1, ...shell, reason: '示例' },
    { kind: 'apply-import', import: 1, ...shell, reason: '示例' },
    { kind: 'end-account', staff: 'li', ...shell, reason: '示例' },
  ] as const satisfies CommandBody[];
  for (const [place, body] of refused.entries()) {
    const id = opaque('gate', place);
    expect(await client.send(body as CommandBody, { id, answerBy: answerBy() })).toMatchObject({
      ...{ kind: 'refused', reason: 'right-missing' },
    });
  }
  expect(engine.troubles.splice(0)).toHaveLength(refused.length);
  // Its neighbours in the same message are none the worse.
  const both = await Promise.all([
    send({ kind: 'end-staff-sign-ins', staff: 'li', generation: 2 }),
    client.send(
      { kind: 'expire-holds', area: '0124' },
      { id: opaque('gate', 9), answerBy: answerBy() },
    ),
  ]);
  expect(both.map(({ kind }) => kind)).toEqual(['accepted', 'refused']);
  expect(engine.troubles.splice(0)).toHaveLength(1);
});
