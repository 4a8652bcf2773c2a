/** The desk's first page in memory: what it hears, what rings, and whose numbers it shows. */
import { expect, test } from 'vitest';
import { newsOf, textsOf } from '../../web/desk/dashboard.ts';
import { alarmNames } from '../../web/desk/dashboard-model.ts';
import { givenDashboard } from '../harness/dashboard.ts';
import { givenStaffWorld } from './staff-desk.ts';

const latency = (p99Us: number) => ({ counts: [], sumUs: 0, p50Us: 1_000, p99Us });
const names = (desk: ReturnType<typeof givenDashboard>) =>
  desk.dashboard
    .see(undefined)
    .alarms.map(({ name, endedAt }) => (endedAt ? `${name} ended` : name));

test('B9 a pool that empties has its time to empty, and the time at which it was full', () => {
  const desk = givenDashboard();
  desk.counts('0101', 1, [100, 100, 0, 100]);
  for (let second = 0; second < 60; second += 1) {
    desk.second({ unmet: [{ area: '0101', unit: 'A', count: second }] });
    desk.counts('0101', 2 + second, [99 - second, 100, 0, 100]);
  }
  const [a, b, c] = desk.dashboard.see(undefined).pools;
  // 40 left, one a second or so.
  expect(a).toMatchObject({ area: '0101', unit: 'A', free: 40, unmet: 59 });
  expect(a?.emptyInMs).toBeGreaterThan(30_000);
  expect(a?.emptyInMs).toBeLessThan(50_000);
  expect(b).not.toHaveProperty('emptyInMs');
  // Full before anybody looked: no time is made up.
  expect(c).toMatchObject({ unit: 'C', free: 0 });
  expect(c).not.toHaveProperty('fullAt');
  desk.counts('0101', 99, [0, 100, 0, 100]);
  const after = desk.dashboard.see(undefined);
  expect(after.pools[0]).toMatchObject({ free: 0, fullAt: desk.now() });
  expect(textsOf(after)).toMatchObject({
    ...{ full: '2', fullOf: '/ 4', 'sold.0.after': '+00:01:00' },
    ...{ 'sold.1.after': '—', 'unmet.0.times': '59', 'unmet.1': '' },
  });
  // Late counts change nothing.
  desk.counts('0101', 98, [50, 50, 50, 50]);
  expect(desk.dashboard.see(undefined).pools[0]?.free).toBe(0);
});

test('B14 the proof says how many pools agree, and when the oldest of them was counted', () => {
  const desk = givenDashboard();
  desk.counts('0101', 1, [60, 100]);
  desk.counts('0102', 1, [100, 100]);
  desk.second();
  const pool = { capacity: 100, held: 0, saved: 40, confirmed: 0, paid: 0, refunding: 0 };
  const people = { entered: 50, saved: 40, confirmed: 0, paying: 0, paid: 0 };
  const told = (area: string, at: number, agrees: boolean) =>
    desk.dashboard.hearLedgers([
      {
        area,
        version: 1,
        at,
        people,
        pools: [
          { unit: 'A', ...pool, agrees },
          { unit: 'B', ...pool, agrees: true },
        ],
      },
    ]);
  told('0101', desk.now() - 5_000, true);
  told('0102', desk.now(), true);
  const { proof, people: counted } = desk.dashboard.see(undefined);
  expect(proof).toEqual({ agreeing: 4, counted: 4, pools: 4, at: desk.now() - 5_000 });
  expect(counted).toMatchObject({ entered: 100, saved: 80 });
  expect(textsOf(desk.dashboard.see(undefined)).proof).toBe('考位账本平衡：4 / 4');
  told('0101', desk.now(), false);
  expect(textsOf(desk.dashboard.see(undefined))).toMatchObject({
    ...{ proof: '考位账本不平：3 / 4', failedNote: '超售 0　账实差异 1' },
  });
});

test('an engine that is gone rings, its numbers are kept with their age, and others stay as they were', () => {
  const desk = givenDashboard();
  desk.second({ savesPerSecond: 40 });
  for (let second = 0; second < 3; second += 1) desk.silence();
  expect(desk.dashboard.see(undefined)).toMatchObject({ stale: false, alarms: [] });
  desk.silence();
  const gone = desk.dashboard.see(undefined);
  expect(gone).toMatchObject({ stale: true, savesPerSecond: 40, heardAt: desk.now() - 4_000 });
  expect(gone.alarms).toMatchObject([{ name: 'engine-silent', value: 4_000 }]);
  expect(gone.points.at(-1)).toEqual({ at: desk.now() });
  expect(textsOf(gone).stale).toContain('引擎没有回应');
  desk.second();
  expect(desk.dashboard.see(undefined).stale).toBe(false);
  expect(names(desk)).toEqual(['engine-silent ended']);
  for (let second = 0; second < 61; second += 1) desk.second();
  expect(names(desk)).toEqual([]);
});

test('A1 A2 slow answers ring once they are slow for half a minute, and keep their beginning', () => {
  const desk = givenDashboard();
  for (let second = 0; second < 30; second += 1) desk.second({ latency: latency(60_000) });
  expect(names(desk)).toEqual([]);
  desk.second({ latency: latency(60_000) });
  const [alarm] = desk.dashboard.see(undefined).alarms;
  expect(alarm).toEqual({ name: 'latency', value: 60, since: desk.now() - 30_000 });
  desk.second({ latency: latency(1_000) });
  desk.second({ latency: latency(60_000) });
  expect(desk.dashboard.see(undefined).alarms).toEqual([alarm]);
});

test.each([
  ['oversold', { poolsOversold: 1 }],
  ['ledger-astray', { poolsAstray: 2 }],
  ['clock-doubted', { clockDoubted: true }],
  ['disk-full', { spaceLow: true }],
  ['disk-low', { freeBytes: 1024 ** 3 }],
  ['checkpoint', { behindMs: 60_001 }],
] as const)('%s rings at once', (name, report) => {
  const desk = givenDashboard();
  desk.second(report);
  expect(names(desk)).toEqual([name]);
  expect(textsOf(desk.dashboard.see(undefined))[`alarm.${name}.since`]).not.toBe('');
});

test('failures are of the last minute, and of the system only', () => {
  const desk = givenDashboard();
  const commands = (accepted: number, busy: number, refused: number) => ({
    commands: [
      { kind: 'save-seats', outcome: 'accepted' as const, count: accepted },
      { kind: 'save-seats', outcome: 'busy' as const, count: busy },
      { kind: 'save-seats', outcome: 'code-wrong' as const, count: refused },
    ],
  });
  desk.second(commands(0, 0, 0));
  desk.second(commands(90, 1, 9));
  expect(desk.dashboard.see(undefined).failed).toBeCloseTo(0.01);
  for (let second = 0; second < 61; second += 1) desk.second(commands(190, 1, 9));
  expect(desk.dashboard.see(undefined)).not.toHaveProperty('failed');
});

test('news has what is new since, and the chart no more than five minutes', () => {
  const desk = givenDashboard();
  for (let second = 0; second < 310; second += 1) desk.second();
  const model = desk.dashboard.see(undefined);
  expect(model.points).toHaveLength(300);
  expect(newsOf(model, desk.now() - 2_000).points.map(([at]) => at)).toEqual([
    desk.now() - 1_000,
    desk.now(),
  ]);
  // Every alarm of the list has its row on the page.
  for (const name of alarmNames)
    expect(newsOf(model, 0).texts).toHaveProperty(`alarm.${name}.what`);
});

test('S4 whoever has one area sees its pools only, in the page, its news, the table and the file', async () => {
  const world = await givenStaffWorld();
  const { dashboard } = world.context;
  for (const area of ['0101', '0102'])
    dashboard.hearCounts([{ area, version: 1, at: 1, free: [7, 0], capacity: [9, 9] }]);
  const whole = await world.signedIn('li.na', ['viewer'], { kind: 'province' });
  const own = await world.signedIn('wang.wu', ['viewer'], { kind: 'area', area: '0102' });
  expect((await whole.get('/desk')).model).toMatchObject({ scoped: false, pools: { length: 4 } });
  const seen = (await own.get('/desk')).model;
  expect(seen).toMatchObject({ scoped: true, heat: [{ area: '0102' }], pools: { length: 2 } });
  expect(seen.seats).toMatchObject({ capacity: 18, free: 7 });
  const board = (await own.get('/desk/board?sort=free')).model;
  expect(board.pools.map((pool: { area: string; free: number }) => [pool.area, pool.free])).toEqual(
    [
      ['0102', 0],
      ['0102', 7],
    ],
  );
  const file = (await own.get('/desk/board.csv')).model.text.trim().split('\n');
  expect(file.slice(1)).toEqual([
    '0102,示例市 示例考区0102,单元A,9,7,,,,,,0,,',
    '0102,示例市 示例考区0102,单元B,9,0,,,,,,0,,',
  ]);
  await world.stop();
});
