/** The desk's reports over HTTP, with the real core: who sees which areas, what adds up, and the files. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportKindsByArea } from '../../engine/import/export.ts';
import { minuteTime } from '../../web/china-time.ts';
import {
  accepted,
  areaCodes,
  chinaTime,
  givenAside,
  givenCalendar,
  givenCatalogue,
  givenPayment,
  givenPerson,
  givenRecord,
  givenSettings,
  markSeats,
  unitCodes,
  Visitor,
} from '../given.ts';
import { givenStaffWorld, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const wide = { burst: 10_000, everyMs: 1 };
let world: StaffWorld;
let office: StaffBrowser;
let county: StaffBrowser;

/** By five people in each area: held by nobody, one seat saved, one confirmed, two paid, one refunding. */
beforeAll(async () => {
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide });
  const { desk } = world;
  const { bookingProof, ...settings } = givenSettings();
  const session = { catalogue: givenCatalogue(), calendar: givenCalendar(), settings };
  accepted(desk.send({ kind: 'install-session', ...session }));
  let number = 0;
  for (const area of areaCodes) {
    const capacities = unitCodes.map((unit) => ({ unit, capacity: 20 }));
    accepted(desk.send({ kind: 'set-capacity', area, capacities }));
    for (const does of ['save', 'confirm', 'pay', 'pay', 'refund']) {
      number += 1;
      const [person, record] = [givenPerson(number), givenRecord(number)];
      accepted(desk.send({ kind: 'import-candidate', person, record }));
      const visitor = new Visitor(desk, number, area);
      accepted(visitor.take('11001', '12001'));
      if (does === 'save') continue;
      accepted(visitor.confirm());
      if (does === 'confirm') continue;
      accepted(desk.send({ ...givenPayment(visitor.pay(), 7_000), paidAt: desk.now }));
      if (does === 'refund') accepted(visitor.requestRefund());
    }
  }
  office = await world.signedIn('office', ['office']);
  county = await world.signedIn('county', ['office'], { kind: 'area', area: '0102' });
});
afterAll(() => world.stop());

const two = { count: 3, seats: 6, fen: 21_000 };

test('S5 the evening’s report adds up what is within the scope of who looks', async () => {
  const { model } = await office.get('/desk/reports');
  expect(model).toMatchObject({
    ...{ at: world.desk.now, day: chinaTime(0, 0), areas: 3, releasesAt: chinaTime(0, 22) },
    total: {
      ...{ released: 0, seats: { held: 0, saved: 6, confirmed: 6, paid: 12, refunding: 6 } },
      sums: { 'refunds-open': two, 'refunds-requested': two, amiss: { count: 0 } },
    },
    orders: [
      { state: 'confirmed', ...two },
      { state: 'paid', count: 6, seats: 12, fen: 42_000 },
      { state: 'refunding', ...two },
    ],
    asides: [],
  });
  expect(model.lines).toHaveLength(3);
  const own = (await county.get('/desk/reports')).model;
  expect(own.lines.map(({ code }: { code: string }) => code)).toEqual(['0102']);
  expect(own).toMatchObject({ areas: 1, total: { seats: { paid: 4 } } });
  // The provider’s bills and what fits no order are the province’s.
  expect(own.asides).toBeUndefined();
});

test('S5 papers are counted by course and unit, by area, and filtered', async () => {
  const { model } = await office.get('/desk/reports/papers');
  const counts = { saved: 3, confirmed: 3, paid: 6, refunding: 3, held: 0 };
  expect(model.groups).toMatchObject([
    { unit: { code: 'A' }, lines: [{ code: '11001', counts }], sum: counts },
    { unit: { code: 'B' }, lines: [{ code: '12001', counts }], sum: counts },
  ]);
  expect([model.sum.paid, model.amiss]).toEqual([12, 0]);
  const filtered = (await office.get('/desk/reports/papers?area=0103&unit=B')).model;
  expect(filtered).toMatchObject({ areas: 1, groups: [{ unit: { code: 'B' }, sum: { paid: 2 } }] });
  expect(filtered.groups).toHaveLength(1);
  const byArea = (await office.get('/desk/reports/papers?course=11001')).model;
  const lines = byArea.groups[0].lines.map((line: { code: string }) => line.code);
  expect([byArea.groups.length, lines]).toEqual([1, [...areaCodes]]);
});

test.each(['area=0101', 'area=9999', 'unit=Z', 'course=99999'])(
  'S5 papers of what is not there, or another office’s, are not there: %s',
  async (query) => {
    const shown = await county.get(`/desk/reports/papers?${query}`);
    expect([shown.status, shown.model]).toEqual([404, { why: 'unknown' }]);
  },
);

test('S5 desks and absences are counted by unit and area, within the scope of who looks', async () => {
  const sums = async (browser: StaffBrowser, query = '') => {
    const { model } = await browser.get(`/desk/reports/sittings${query}`);
    return [model.sum, model.lines.map(({ code }: { code: string }) => code), model.amiss];
  };
  const counts = { paid: 12, arranged: 0, absent: 0 };
  expect(await sums(office)).toEqual([counts, [...areaCodes], 0]);
  const visitor = new Visitor(world.desk, 8, '0102');
  const seat = { person: visitor.person, ticket: visitor.ticket, unit: 'A', course: '11001' };
  const desk = { venue: '', room: '003', deskNumber: '12' };
  markSeats(world.desk, 1, '0102', [{ ...seat, mark: { kind: 'desk', desk } }]);
  markSeats(world.desk, 2, '0102', [{ ...seat, mark: { kind: 'absent' } }]);
  expect(await sums(office)).toEqual([{ ...counts, arranged: 1, absent: 1 }, [...areaCodes], 0]);
  expect(await sums(office, '?unit=B')).toEqual([{ ...counts, paid: 6 }, [...areaCodes], 0]);
  expect(await sums(county, '?unit=A')).toEqual([{ paid: 2, arranged: 1, absent: 1 }, ['0102'], 0]);
  expect((await office.get('/desk/reports/sittings')).model.byUnit).toMatchObject([
    { unit: { code: 'A' }, counts: { paid: 6, arranged: 1, absent: 1 } },
    { unit: { code: 'B' }, counts: { paid: 6, arranged: 0 } },
    { counts: { paid: 0 } },
    { counts: { paid: 0 } },
  ]);
  expect((await office.get('/desk/reports/sittings?unit=Z')).model).toEqual({ why: 'unknown' });
});

test('S5 B7 money is settled by day and provider, beside what the bill says', async () => {
  const { desk } = world;
  const day = Math.floor((desk.now + 8 * 3_600_000) / 86_400_000);
  const { model } = await office.get('/desk/reports/settlement');
  expect(model).toMatchObject({
    lines: [{ day, provider: 'sandbox', payments: 9, paidFen: 63_000, refunds: 0 }],
    ...{ sum: { payments: 9, paidFen: 63_000, refunds: 0, refundedFen: 0 }, compared: true },
  });
  expect(model.lines[0].differences).toBeUndefined();
  const own = (await county.get('/desk/reports/settlement')).model;
  expect(own).toMatchObject({ sum: { payments: 3, paidFen: 21_000 }, compared: false });
});

test('S5 an engine that is away is said, and nothing is shown as if it were empty', async () => {
  world.setAway(true);
  for (const path of ['', '/morning', '/papers', '/sittings', '/settlement', '/file?of=papers']) {
    const shown = await office.get(`/desk/reports${path}`);
    expect([path, shown.status, shown.page]).toEqual([path, 503, 'wait']);
  }
  world.setAway(false);
});

test('S5 reports are for who may see orders', async () => {
  const viewer = await world.signedIn('viewer', ['viewer']);
  for (const path of ['', '/morning', '/papers', '/sittings', '/settlement', '/file?of=day']) {
    const shown = await viewer.get(`/desk/reports${path}`);
    expect([shown.status, shown.model]).toEqual([403, { why: 'right' }]);
  }
  expect((await office.get('/desk/reports/file?of=everything')).model).toEqual({ why: 'unknown' });
});

/** Saved as a file from the desk. */
async function file(browser: StaffBrowser, of: string): Promise<{ name: string; text: string }> {
  const answer = await browser.save(`/desk/reports/file?of=${of}`);
  const [, name = ''] =
    /filename\*=UTF-8''(.*)$/.exec(answer.headers.get('content-disposition') ?? '') ?? [];
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { name: decodeURIComponent(name), text };
}

test('S5 every report leaves as a file of whole lines, and of the own areas alone', async () => {
  const papers = await file(office, 'papers');
  expect(papers.name).toBe(
    `订卷统计 2026-06-01 ${minuteTime(world.desk.now).replace(':', '')}.csv`,
  );
  const lines = papers.text.trimEnd().split('\r\n');
  const cells = lines.map((line) => line.split(','));
  expect(lines[0]?.startsWith('\ufeff考区代码,')).toBe(true);
  expect(lines).toHaveLength(1 + areaCodes.length * 2);
  expect(new Set(cells.map(({ length }) => length))).toEqual(new Set([13]));
  expect(cells[1]?.slice(-5)).toEqual(['2', '1', '1', '1', '0']);
  for (const [of, rows, width] of [
    ['day', 3, 33],
    ['payments', 0, 5],
    ['sittings', 6, 11],
    ['settlement', 1, 8],
  ] as const) {
    const { text } = await file(office, of);
    const read = text.trimEnd().split('\r\n');
    expect([of, read.length - 1]).toEqual([of, rows]);
    for (const line of read) expect(line.split(',')).toHaveLength(width);
  }
  const own = (await file(county, 'papers')).text;
  expect(own).toContain('0102');
  expect(own).not.toContain('0101');
  const settled = (await file(county, 'settlement')).text;
  expect(settled).not.toContain('账单差错');
});

test('S1 S4 S5 an office of a city or an area takes its own areas along, and no more', async () => {
  const city = await world.signedIn('city', ['office'], { kind: 'city', city: '01' });
  for (const [browser, areas] of [
    [county, ['0102']],
    [city, [...areaCodes]],
    [office, undefined],
  ] as const) {
    const { whole, files } = (await browser.get('/desk/export')).model;
    expect(whole).toBe(areas === undefined);
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    for (const kind of exportKindsByArea) {
      expect(paths).toContain(`/desk/export/${kind}`);
      const asked = JSON.parse((await browser.get(`/desk/export/${kind}`)).model.text).model;
      expect(asked).toEqual({ kind, ...(areas && { areas }) });
    }
    const shown = await browser.get('/desk/export/candidates');
    expect(paths.includes('/desk/export/candidates')).toBe(whole);
    if (!whole) expect([shown.status, shown.model]).toEqual([403, { why: 'scope' }]);
  }
});

test('S5 an arrangement leaves with whole ticket numbers by right, proof and reason, and the journal has it first', async () => {
  const path = '/desk/export/in-full';
  const noted = () =>
    world.desk.journal.flatMap(({ event }) => (event.kind === 'export-noted' ? [event] : []));
  const { model } = await county.get('/desk/export');
  expect(model.areas).toMatchObject([{ code: '0102' }]);
  await county.proved(path, { area: '0102', unit: 'A', reason: ' ' });
  expect([county.last.status, county.last.model.problem]).toEqual([
    422,
    { reason: 'reason-missing' },
  ]);
  await county.get('/desk/export');
  for (const [area, unit] of [
    ['0101', ''],
    ['', 'Z'],
  ] as const) {
    const shown = await county.proved(path, { area, unit, reason: '编排考场' });
    expect([shown.status, shown.model]).toEqual([404, { why: 'unknown' }]);
    await county.get('/desk/export');
  }
  expect(noted()).toEqual([]);
  await county.proved(path, { area: '', unit: 'A', reason: '编排考场' });
  expect(JSON.parse(county.last.model.text).model).toEqual({
    ...{ kind: 'arrangement', areas: ['0102'], unit: 'A', inFull: true },
  });
  await office.get('/desk/export');
  await office.proved(path, { area: '', unit: '', reason: '全省编排' });
  expect(noted()).toMatchObject([
    { by: 'county', reason: '编排考场', scope: { kind: 'area', area: '0102' } },
    { by: 'office', reason: '全省编排', scope: { kind: 'province' } },
  ]);
  const viewer = await world.signedIn('viewer.files', ['viewer', 'finance']);
  await viewer.get('/desk/export');
  expect((await viewer.post(path, { reason: '示例' })).model).toEqual({ why: 'right' });
  expect((await viewer.get('/desk/export/arrangement')).model).toEqual({ why: 'right' });
  const masked = await office.get('/desk/export/arrangement?area=0103&unit=B');
  expect(JSON.parse(masked.model.text).model).toEqual({
    ...{ kind: 'arrangement', areas: ['0103'], unit: 'B' },
  });
});

type Checked = { name: string; state: string; count?: number };
const checked = async (browser: StaffBrowser) =>
  Object.fromEntries(
    (await browser.get('/desk/reports/morning')).model.checks.map(
      ({ name, state, count }: Checked) => [name, count ? `${state} ${count}` : state],
    ),
  );

test('S5 the morning’s checks name what the evening has left behind', async () => {
  const { desk } = world;
  accepted(desk.send({ kind: 'set-aside', ...givenAside(1) }));
  const payer = new Visitor(desk, 2, '0101');
  desk.now = chinaTime(0, 21, 45);
  office = await world.signedIn('office.late', ['office']);
  payer.pay();
  desk.now = chinaTime(0, 22, 1);
  expect(await checked(office)).toMatchObject({
    ...{ released: 'bad 5', 'grace-over': 'bad 1', 'nothing-amiss': 'good' },
    ...{ 'bills-agree': 'waiting', 'window-open': 'good', 'paying-open': 'good' },
  });
  desk.runTimers();
  expect(await checked(office)).toMatchObject({ released: 'good', 'grace-over': 'bad 1' });
  const evening = (await office.get('/desk/reports')).model;
  expect(evening.total).toMatchObject({ released: 5, sums: { released: { count: 2, seats: 4 } } });
  expect(evening.asides).toHaveLength(1);

  desk.waitUntil(chinaTime(1, 8));
  const early = await world.signedIn('office.early', ['office']);
  expect(await checked(early)).toMatchObject({ 'grace-over': 'good', 'bills-agree': 'waiting' });
  desk.waitUntil(chinaTime(1, 11, 5));
  const later = await world.signedIn('office.noon', ['office']);
  expect(await checked(later)).toMatchObject({ 'bills-agree': 'bad' });
  const day = Math.floor(chinaTime(0, 12) / 86_400_000);
  const line = { payments: 9, paidFen: 63_000, refunds: 0, refundedFen: 0, differences: 2 };
  const lines = [{ provider: 'sandbox' as const, ...line }];
  accepted(desk.send({ kind: 'note-reconciled', day, lines }));
  expect(await checked(later)).toMatchObject({ 'bills-agree': 'bad 2' });
  expect((await later.get('/desk/reports/settlement')).model.lines).toMatchObject([
    { day, differences: 2 },
  ]);
});

test('S5 any day that has opened can be looked at, on screen and as a file', async () => {
  const late = await world.signedIn('office.next', ['office']);
  const shown = (path: string) => late.get(`/desk/reports${path}`);
  const days = [chinaTime(1, 0), chinaTime(0, 0)];
  const [last, first] = [await shown(''), await shown('?day=2026-06-01')];
  // The payment that never came ended in the night, which is the evening's still.
  const released = { count: 3, seats: 6 };
  expect(last.model).toMatchObject({ day: days[0], days, total: { released: 0 } });
  expect(last.model.total.sums.released.count).toBe(0);
  expect(first.model).toMatchObject({ day: days[1], days, releasesAt: chinaTime(0, 22) });
  expect(first.model.total.sums.released).toMatchObject(released);
  expect([last.model.asides.length, first.model.asides.length]).toEqual([0, 1]);
  expect((await shown('?day=2026-06-02')).model).toEqual(last.model);
  const morning = (await shown('/morning?day=2026-06-01')).model;
  expect(morning).toMatchObject({ day: days[1], total: { sums: { released } } });
  expect(morning.checks).toContainEqual(
    expect.objectContaining({ name: 'bills-agree', state: 'bad', count: 2, day: chinaTime(0, 9) }),
  );
  for (const day of ['2026-05-31', '2026-06-03', '2026-6-1', 'x'])
    for (const path of ['?', '/morning?', '/file?of=day&'])
      expect((await shown(`${path}day=${day}`)).model).toEqual({ why: 'unknown' });
  const [whole, early] = [await file(late, 'day'), await file(late, 'day&day=2026-06-01')];
  expect(whole.name).toBe('分考区日结 2026-06-02 截至 2026-06-02 1107.csv');
  expect(early.name).toBe('分考区日结 2026-06-01 截至 2026-06-02 1107.csv');
  const releasedOrders = ({ text }: typeof whole) =>
    text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => Number(line.split(',')[4]));
  const sum = (all: number[]) => all.reduce((one, other) => one + other, 0);
  expect([sum(releasedOrders(whole)), sum(releasedOrders(early))]).toEqual([0, 3]);
});
