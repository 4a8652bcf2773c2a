/** The desk's first page in memory: what it hears, what rings, and whose numbers it shows. */
import { describe, expect, test } from 'vitest';
import type { Acknowledgement } from '../../engine/protocol/alarms.ts';
import type { ActView } from '../../engine/protocol/staff.ts';
import { chartOf, newsOf, textsOf } from '../../web/desk/dashboard.ts';
import { alarmNames } from '../../web/desk/dashboard-model.ts';
import { gateway, givenDashboard } from '../harness/dashboard.ts';
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
    ...{ 'unmet.none': '' },
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
  expect(alarm).toEqual({
    ...{ key: 'latency', name: 'latency', level: 'warning' },
    ...{ value: 60, since: desk.now() - 30_000 },
  });
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
  // Every alarm of the list has its rows on the page.
  expect(new Set(model.alarmRows.map(({ name }) => name))).toEqual(new Set(alarmNames));
  for (const { key } of model.alarmRows)
    expect(newsOf(model, 0).texts).toMatchObject({
      ...{ [`alarm.${key}.open`]: '', [`alarm.${key}.taken`]: '' },
    });
});

describe('an alarm that somebody has taken', () => {
  const astray = { poolsAstray: 1 };
  const slow = { latency: latency(60_000) };
  const takenAt = (at: number, over: Partial<Acknowledgement> = {}): Acknowledgement => ({
    ...{ alarm: 'latency', level: 'warning', since: at - 5_000, by: 'li.na', at, remark: '在看' },
    ...over,
  });
  const alarm = (desk: ReturnType<typeof givenDashboard>) =>
    desk.dashboard.see(undefined).alarms.find(({ name }) => name === 'latency');
  const slowFor = (desk: ReturnType<typeof givenDashboard>, seconds: number) => {
    for (let second = 0; second < seconds; second += 1) desk.second(slow);
  };

  test('A3 stays listed below those that nobody has taken, with who, when and the words', () => {
    const desk = givenDashboard();
    slowFor(desk, 31);
    desk.second({ ...slow, ...astray });
    desk.alarms.hear({ index: 1, acknowledged: [takenAt(desk.now())] });
    const model = desk.dashboard.see(undefined);
    expect(model.alarms.map(({ name, taken }) => [name, taken?.by])).toEqual([
      ['ledger-astray', undefined],
      ['latency', 'li.na'],
    ]);
    const texts = textsOf(model);
    expect(texts).toMatchObject({
      ...{ 'alarm.latency.open': '', 'alarm.latency.taken': 'shown' },
      ...{ 'alarm.ledger-astray.open': 'shown', 'alarm.ledger-astray.grave': '严重' },
      ringing: '2 条告警，1 条还没有人知悉',
    });
    expect(texts['alarm.latency.by']).toMatch(/^li\.na \d\d:\d\d:\d\d 知悉：在看$/);
    // What was told earlier comes late and changes nothing.
    desk.alarms.hear({ index: 0, acknowledged: [] });
    expect(alarm(desk)).toHaveProperty('taken');
  });

  test('A3 is so at a gateway that saw it begin at another moment, or has only begun', () => {
    const desk = givenDashboard();
    const taken = takenAt(desk.now(), { since: desk.now() - 600_000 });
    desk.alarms.hear({ index: 1, acknowledged: [taken] });
    // At once, though it has been looked at for a second only.
    desk.second(slow);
    expect(alarm(desk)).toMatchObject({ since: taken.since, taken });
  });

  test('A2 A4 is nobody’s once it has ended and come back, and the engine is told of its end until it says so', () => {
    const desk = givenDashboard();
    slowFor(desk, 31);
    const taken = takenAt(desk.now());
    desk.alarms.hear({ index: 1, acknowledged: [taken] });
    for (let second = 0; second < 59; second += 1) desk.second();
    // Within the minute it is the same one.
    desk.second(slow);
    expect(alarm(desk)).toHaveProperty('taken');
    for (let second = 0; second < 61; second += 1) desk.second();
    expect(desk.ended).toEqual([taken]);
    slowFor(desk, 31);
    expect(alarm(desk)).toMatchObject({ level: 'warning' });
    expect(alarm(desk)).not.toHaveProperty('taken');
    expect(desk.ended.length).toBeGreaterThan(2);
    // Heard again with something else that was taken, it has ended all the same.
    const other = takenAt(desk.now(), { alarm: 'inbox' });
    desk.alarms.hear({ index: 2, acknowledged: [{ ...taken }, other] });
    expect(alarm(desk)).not.toHaveProperty('taken');
    desk.alarms.hear({ index: 3, acknowledged: [other] });
    const before = desk.ended.length;
    for (let second = 0; second < 20; second += 1) desk.second(slow);
    expect(desk.ended).toHaveLength(before);
    // Taken anew it is taken.
    desk.alarms.hear({ index: 4, acknowledged: [takenAt(desk.now())] });
    expect(alarm(desk)).toMatchObject({ taken: { by: 'li.na' } });
  });

  test('A2 is nobody’s when it becomes grave, and somebody’s again when it is eased or taken so', () => {
    const desk = givenDashboard();
    slowFor(desk, 31);
    desk.alarms.hear({ index: 1, acknowledged: [takenAt(desk.now())] });
    for (let second = 0; second < 31; second += 1) desk.second({ latency: latency(2_000_000) });
    expect(alarm(desk)).toMatchObject({ level: 'grave' });
    expect(alarm(desk)).not.toHaveProperty('taken');
    desk.alarms.hear({ index: 2, acknowledged: [takenAt(desk.now(), { level: 'grave' })] });
    expect(alarm(desk)).toHaveProperty('taken');
    slowFor(desk, 62);
    expect(alarm(desk)).toMatchObject({ level: 'warning', taken: { level: 'grave' } });
  });

  test('A4 of another gateway’s own is not this one’s to end', () => {
    const desk = givenDashboard();
    const taken = takenAt(desk.now(), { alarm: 'loop-slow:elsewhere:13101' });
    desk.alarms.hear({ index: 1, acknowledged: [taken] });
    for (let second = 0; second < 90; second += 1) desk.second();
    expect(desk.ended).toEqual([]);
  });

  test('S3 S4 is taken at the desk by who has the right for the province, and by nobody else', async () => {
    const world = await givenStaffWorld();
    const { desk, context } = world;
    const li = await world.signedIn('li.na', ['office']);
    const viewer = await world.signedIn('zhao.liu', ['viewer']);
    const local = await world.signedIn('wang.wu', ['office'], { kind: 'area', area: '0102' });
    const key = 'disk-low';
    const ring = (value: number) =>
      context.alarms.look([{ key, name: 'disk-low', value }], desk.now);
    ring(1);
    const since = String(desk.now);
    const typed = { alarm: key, since, level: 'warning', remark: ' 正在清理：日志 ' };
    for (const [who, may] of [
      [li, true],
      [viewer, false],
      [local, false],
    ] as const) {
      expect((await who.get('/desk')).model).toMatchObject({ mayTake: may });
    }
    expect(await viewer.post('/desk/alarms/take', typed)).toMatchObject({
      ...{ status: 403, page: 'refused' },
    });
    await local.get('/desk');
    expect((await local.post('/desk/alarms/take', typed)).model.problem).toEqual({
      reason: 'scope-foreign',
    });
    expect(desk.partition.alarms).toBeUndefined();
    world.setAway(true);
    await li.get('/desk');
    const lost = await li.post('/desk/alarms/take', typed);
    expect([lost.status, lost.model.problem]).toEqual([503, { reason: 'outcome-unknown' }]);
    world.setAway(false);
    // The page that answers has it, whatever the notice does.
    const shown = await li.post('/desk/alarms/take', typed);
    expect([shown.path, shown.model.alarms]).toMatchObject([
      '/desk',
      [{ key, taken: { by: 'li.na', remark: '正在清理：日志' } }],
    ]);
    desk.now += 1_000;
    await world.context.alarms.look([{ key, name: 'disk-low', value: 1 }], desk.now);
    await world.stop();
  });

  test('S3 is not taken unseen: what has ended, come anew or grown is shown first', async () => {
    const world = await givenStaffWorld();
    const { desk, context } = world;
    const li = await world.signedIn('li.na', ['finance']);
    const key = 'checkpoint';
    const look = (value: number, grave: boolean) =>
      context.alarms.look([{ key, name: 'provider-away', value, grave }], desk.now);
    const take = async (since: number | string) => {
      const fields = { alarm: key, since: String(since), level: 'warning', remark: '' };
      return (await li.post('/desk/alarms/take', fields)).model.problem?.reason;
    };
    await li.get('/desk');
    expect(await take(desk.now)).toBe('alarm-ended');
    look(1, false);
    const since = desk.now;
    expect(await take(since - 60_000)).toBe('alarm-changed');
    expect(await take('x')).toBe('alarm-changed');
    look(1, true);
    expect(await take(since)).toBe('alarm-changed');
    look(0, false);
    expect(await take(since)).toBe('alarm-ended');
    expect(desk.partition.alarms).toBeUndefined();
    await world.stop();
  });
});

describe('a payment provider that does not answer', () => {
  const answering = { provider: 'wechat', answered: 90, silent: 1 } as const;
  test('rings by its name, since the engine has had no answer, and says by what else one can pay', () => {
    const desk = givenDashboard();
    const awaySince = desk.now() - 40_000;
    const away = { provider: 'alipay', answered: 9, silent: 3, awaySince } as const;
    desk.second({ providers: [away, answering] });
    const model = desk.dashboard.see(undefined);
    expect(model.alarms).toMatchObject([
      { key: 'provider-away:alipay', since: awaySince, level: 'warning' },
    ]);
    const texts = textsOf(model);
    expect(texts['alarm.provider-away:alipay.name']).toBe('支付宝没有回应');
    expect(texts['alarm.provider-away:alipay.effect']).toContain('考生可以改用微信支付');
    expect(texts).toMatchObject({
      ...{ 'pay.alipayTag': '没有回应', 'pay.wechatTag': '正常', 'pay.wechat': '应答 98.9%' },
    });
    // None is left.
    desk.second({ providers: [away, { ...answering, awaySince }] });
    const none = desk.dashboard.see(undefined);
    expect(none.alarms.map(({ level }) => level)).toEqual(['grave', 'grave']);
    expect(textsOf(none)['alarm.provider-away:wechat.effect']).toContain('考生现在不能缴费');
    desk.second({ providers: [answering] });
    expect(desk.dashboard.see(undefined).alarms).toMatchObject([
      { endedAt: desk.now() },
      { endedAt: desk.now() },
    ]);
  });

  test('rings as this gateway’s own where only this gateway cannot reach it', () => {
    const desk = givenDashboard();
    const awaySince = desk.now();
    desk.here.push({ provider: 'alipay', answered: 0, silent: 3, awaySince });
    const engine = { provider: 'alipay', answered: 9, silent: 0 } as const;
    for (let second = 0; second < 16; second += 1) desk.second({ providers: [engine, answering] });
    expect(desk.dashboard.see(undefined).alarms).toMatchObject([
      { key: `opening-away:${gateway}:alipay`, since: awaySince },
    ]);
    // The engine finds it away too: it is the provider’s.
    desk.second({ providers: [{ ...engine, awaySince }, answering] });
    expect(names(desk)).toEqual(['provider-away', 'opening-away ended']);
  });
});

test('S2 what was decided stands on the chart of who may see it, for five minutes, and acts for one candidate never', () => {
  const desk = givenDashboard();
  const decided = (number: number, act: ActView['act'], at = desk.now()) =>
    desk.marks.hear({
      ...{ number, at, act, by: 'li.na', reason: '示例', foreseen: [], decidedAt: at },
      ...{ state: { kind: 'done' }, refused: [], changed: 0, left: 0 },
    });
  decided(3, { kind: 'open-pools', pools: [{ area: '0102' }] });
  decided(1, { kind: 'pause-window', shown: '示例', newsBy: 1 }, desk.now() - 1_000);
  decided(4, { kind: 'end-sign-ins-for', person: 'x' });
  // Told again: at a reconnection, or once it has been carried.
  decided(3, { kind: 'open-pools', pools: [{ area: '0102' }] });
  const seen = (within?: (area: string) => boolean) =>
    desk.dashboard.see(within).marks.map(({ number }) => number);
  expect(seen()).toEqual([1, 3]);
  expect(seen((area) => area === '0101')).toEqual([1]);
  const model = desk.dashboard.see(undefined);
  expect(newsOf(model, 0).marks).toEqual([
    [desk.now() - 1_000, '暂停'],
    [desk.now(), '恢复'],
  ]);
  expect(textsOf(model)).toMatchObject({
    ...{ 'mark.0.what': '恢复考区', 'mark.1.what': '暂停报考', 'mark.2': '', noMarks: '' },
  });
  expect(chartOf(model).text.match(/class="act-name"/g)).toHaveLength(2);
  for (let second = 0; second < 301; second += 1) desk.second();
  expect(seen()).toEqual([]);
  expect(textsOf(desk.dashboard.see(undefined)).noMarks).not.toBe('');
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
