/** Looking things up at the desk: areas, one area, and who holds what in one pool. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import { personIdOf, phoneIndexOf } from '../../engine/protocol/indices.ts';
import {
  accepted,
  areaCodes,
  givenAside,
  givenPayment,
  givenPerson,
  givenRecord,
  givenTicketRecord,
  markSeats,
  unitCodes,
  Visitor,
} from '../given.ts';
import { givenStaffWorld, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const wide = { burst: 10_000, everyMs: 1 };
const people = 60;
let world: StaffWorld;
let office: StaffBrowser;
let county: StaffBrowser;

beforeAll(async () => {
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide });
  const { desk, context } = world;
  for (const [place, area] of areaCodes.entries()) {
    const capacities = unitCodes.map((unit) => ({ unit, capacity: 70 + place }));
    accepted(desk.send({ kind: 'set-capacity', area, capacities }));
  }
  for (let number = 0; number < people; number += 1) {
    const [person, record] = [givenPerson(number), givenRecord(number)];
    accepted(desk.send({ kind: 'import-candidate', person, record }));
    const visitor = new Visitor(desk, number);
    accepted(visitor.take('11001'));
    if (number % 2 === 0) accepted(visitor.confirm());
  }
  const counts = ask(desk.partition, { kind: 'counts' }, desk.now);
  if (counts.kind === 'counts') context.gateway.availability.hear(counts.counts);
  office = await world.signedIn('office', ['office']);
  county = await world.signedIn('county', ['office'], { kind: 'area', area: '0102' });
});
afterAll(() => world.stop());

const codesOf = (lines: { code: string }[]) => lines.map(({ code }) => code);

test('S4 areas are listed with their free seats, sorted as asked', async () => {
  const { model } = await office.get('/desk/areas');
  expect(model.lines).toHaveLength(areaCodes.length);
  expect(model.lines[0]).toMatchObject({
    ...{ code: '0101', free: 280 - people, capacity: 280 },
    pools: [{ free: 70 - people, capacity: 70, level: 'scarce' }, {}, {}, {}],
  });
  expect(codesOf((await office.get('/desk/areas?sort=free')).model.lines)[0]).toBe('0101');
  expect(codesOf((await office.get('/desk/areas?sort=free&down=1')).model.lines)[0]).toBe('0103');
  expect((await office.get('/desk/areas?sort=nothing&city=none')).model).toMatchObject({
    ...{ sort: 'code', city: '' },
  });
});

test('S4 an office sees its own areas, and no pool of another', async () => {
  expect(codesOf((await county.get('/desk/areas')).model.lines)).toEqual(['0102']);
  for (const path of ['/desk/area?area=0101', '/desk/pool?area=0101&unit=A']) {
    const shown = await county.get(path);
    expect([shown.status, shown.model]).toEqual([403, { why: 'scope' }]);
  }
  expect((await county.get('/desk/pool?area=0102&unit=A')).model.lines).toEqual([]);
});

test('S4 one area is shown with its office and its pools', async () => {
  const { model } = await office.get('/desk/area?area=0101');
  expect(model.area).toMatchObject({ code: '0101' });
  expect(model.office.phone).toBeTruthy();
  expect(model.pools).toHaveLength(1);
});

test('S4 who holds what is listed masked, a page at a time', async () => {
  const first = (await office.get('/desk/pool?area=0101&unit=A')).model;
  expect(first.lines).toHaveLength(50);
  const rest = (await office.get(`/desk/pool?area=0101&unit=A&from=${first.next}`)).model;
  expect([rest.lines.length, rest.next]).toEqual([people - 50, undefined]);
  const all = [...first.lines, ...rest.lines].map(({ person }) => person);
  expect(new Set(all).size).toBe(people);

  const { name, document } = givenRecord(0);
  const text = JSON.stringify(first);
  expect(text).not.toContain(name);
  expect(text).not.toContain(document);
  expect(first.lines[0]).toMatchObject({ nameMask: givenRecord(0).nameMask });
});

test('S4 a pool is filtered by state and by course', async () => {
  const pool = '/desk/pool?area=0101&unit=A';
  const states = async (query: string) => {
    const { lines } = (await office.get(pool + query)).model;
    return [lines.length, ...new Set(lines.map(({ state }: { state: string }) => state))];
  };
  expect(await states('&state=confirmed')).toEqual([people / 2, 'confirmed']);
  expect(await states('&state=saved&course=11001')).toEqual([people / 2, 'saved']);
  expect(await states('&course=11002')).toEqual([0]);
});

test.each([
  '/desk/area?area=9999',
  '/desk/area',
  '/desk/pool?area=0101&unit=Z',
  '/desk/pool?area=0101&unit=A&from=-1',
  '/desk/pool?area=0101&unit=A&from=1e20',
])('S4 what is not there is said: %s', async (path) => {
  const shown = await office.get(path);
  expect([shown.status, shown.model]).toEqual([404, { why: 'unknown' }]);
});

test('S4 an engine that is away is said, and nothing is shown as if it were empty', async () => {
  world.setAway(true);
  const shown = await office.get('/desk/pool?area=0101&unit=A');
  world.setAway(false);
  expect([shown.status, shown.page]).toEqual([503, 'wait']);
});

// ── Candidates and orders ───────────────────────────────────────────────────────────────────────

const indexKey = Buffer.alloc(32, 3);
const documentNumber = '99999919850209003X';
const phone = '19900000000';

/** Somebody whose numbers are known to the test, with an order in 0101. */
async function someone() {
  const { desk } = world;
  const person = personIdOf(indexKey, 'resident-id', documentNumber);
  if (desk.partition.candidates.has(person)) return person;
  const record = givenRecord(900, {
    tickets: [givenTicketRecord(900, { number: '999912345637' })],
  });
  accepted(desk.send({ kind: 'import-candidate', person, record }));
  accepted(desk.send({ kind: 'choose-area', person, ticket: '999912345637', area: '0101' }));
  const index = phoneIndexOf(indexKey, phone);
  accepted(desk.send({ kind: 'settle-phone', phone: index, person, binding: 1 }));
  return person;
}
const find = (browser: StaffBrowser, finder: string, number: string) =>
  browser
    .get('/desk/candidates')
    .then(() => browser.post('/desk/candidates', { finder, documentType: 'resident-id', number }));

test.each([
  ['document', ' 999999 19850209 003x '],
  ['ticket', '9999 1234 5637'],
  ['phone', '+86 199-0000-0000'],
])('S4 a candidate is found by %s, masked, and within the scope alone', async (finder, number) => {
  const person = await someone();
  const shown = await find(office, finder, number);
  expect(shown.model.found).toMatchObject([{ person, area: { code: '0101' } }]);
  const text = JSON.stringify(shown.model);
  for (const hidden of [documentNumber, '999912345637', phone]) expect(text).not.toContain(hidden);
  expect((await find(county, finder, number)).model.found).toEqual([]);
});

test.each([
  ['document', '123'],
  ['ticket', '12345'],
  ['phone', '110'],
])('S4 what is no %s is said, and nobody is looked for', async (finder, number) => {
  const shown = await find(office, finder, number);
  expect([shown.status, shown.model.problem, shown.model.found]).toEqual([
    422,
    { reason: 'number-malformed' },
    undefined,
  ]);
});

test('S4 who has the engine walk through everything again and again waits, alone', async () => {
  const person = await someone();
  const hasty = await world.signedIn('hasty', ['office']);
  const asked = () => find(hasty, 'ticket', '999912345637');
  for (let time = 0; time < 20; time += 1) expect((await asked()).status).toBe(200);
  expect([(await asked()).status, hasty.last.page]).toEqual([429, 'wait']);
  expect((await hasty.get(`/desk/candidate/timeline?person=${person}`)).status).toBe(429);
  expect((await find(hasty, 'phone', phone)).status).toBe(200);
  expect((await find(office, 'ticket', '999912345637')).status).toBe(200);
  world.desk.now += 3_000;
  expect((await asked()).status).toBe(200);
});

test('S4 a candidate is shown with seats and orders to their own office, and to no other', async () => {
  const person = await someone();
  const { model } = await office.get(`/desk/candidate?person=${person}`);
  expect(model).toMatchObject({ person, area: { code: '0101' } });
  expect(model.registered).toMatchObject([{ area: { code: '0101' } }]);
  for (const path of [`person=${person}`, `person=${givenPerson(7_777)}`, 'person=nobody']) {
    const shown = await county.get(`/desk/candidate?${path}`);
    expect([shown.status, shown.model]).toEqual([404, { why: 'unknown' }]);
  }
});

test('S3 S4 numbers in full: by who may, with a reason, after the proof, and written down', async () => {
  const { desk } = world;
  const person = await someone();
  const shownTo = () =>
    desk.journal.flatMap(({ event }) => (event.kind === 'shown-in-full' ? [event] : []));
  const page = `/desk/candidate?person=${person}`;
  const finance = await world.signedIn('finance', ['finance']);
  await finance.get(page);
  expect((await finance.post('/desk/candidate/in-full', { person, reason: '核对' })).status).toBe(
    403,
  );
  await county.get('/desk/candidates');
  await county.proved('/desk/candidate/in-full', { person, reason: '核对' });
  expect(county.last.model).toEqual({ why: 'unknown' });
  await office.get(page);
  await office.proved('/desk/candidate/in-full', { person, reason: ' ' });
  expect(office.last.model.problem).toEqual({ reason: 'reason-missing' });
  expect(shownTo()).toEqual([]);

  desk.now += 6 * 60_000;
  await office.get(page);
  expect((await office.post('/desk/candidate/in-full', { person, reason: '核对' })).page).toBe(
    'prove',
  );
  expect(shownTo()).toEqual([]);
  expect((await office.prove()).page).toBe('inFull');
  expect(shownTo()).toMatchObject([{ person, staff: 'office', reason: '核对' }]);
});

test('S4 D14 an order is found by its number with every fact, by its own office alone', async () => {
  const { desk } = world;
  const visitor = new Visitor(desk, 0);
  const { order } = visitor;
  const attempt = visitor.pay();
  accepted(desk.send(givenPayment(attempt, 3_500)));
  accepted(desk.send({ kind: 'set-aside', ...givenAside(1), attempt }));
  const { model } = await office.get(`/desk/order?order=${order}`);
  expect(model).toMatchObject({
    ...{ order: { number: order, state: 'paid', feeFen: 3_500 } },
    attempts: [{ number: attempt, state: 'paid', asides: [{ attempt }] }],
  });
  for (const [browser, number] of [
    [county, order],
    [office, '202610_0101_9999_1'],
    [office, 'nothing'],
  ] as const) {
    const shown = await browser.get(`/desk/order?order=${number}`);
    expect([shown.status, shown.model]).toEqual([404, { why: 'unknown' }]);
  }
  const listed = (await office.get('/desk/orders?area=0101&state=paid')).model;
  expect(listed.lines).toMatchObject([{ number: order }]);
  expect((await county.get('/desk/orders?area=0101')).model).toEqual({ why: 'unknown' });
});

test('S4 orders of an area are listed a page at a time, and none is torn from its person', async () => {
  const numbers: string[] = [];
  let from: number | undefined = 0;
  while (from !== undefined) {
    const { model }: { model: { lines: { number: string }[]; next?: number } } = await office.get(
      `/desk/orders?area=0101&from=${from}`,
    );
    numbers.push(...model.lines.map(({ number }) => number));
    from = model.next;
  }
  expect(new Set(numbers).size).toBe(people / 2);
  expect(numbers).toHaveLength(people / 2);
});

test('B7 D14 what fits no order is the province’s to see', async () => {
  const { model } = await office.get('/desk/money');
  expect(model.asides.length).toBeGreaterThan(0);
  const { order } = new Visitor(world.desk, 0);
  expect(model.asides.map((aside: { order?: string }) => aside.order)).toContain(order);
  const elsewhere = { ...givenAside(2), attempt: '202504_0101_1_1_1' };
  accepted(world.desk.send({ kind: 'set-aside', ...elsewhere }));
  const { asides } = (await office.get('/desk/money')).model;
  const other = asides.find(({ attempt }: { attempt: string }) => attempt === elsewhere.attempt);
  expect(other).toMatchObject({ attempt: elsewhere.attempt });
  expect(other).not.toHaveProperty('order');
  const shown = await county.get('/desk/money');
  expect([shown.status, shown.model]).toEqual([403, { why: 'scope' }]);
});

test('S3 the journal is searched, newest first, a page at a time, by who audits', async () => {
  const audit = await world.signedIn('audit', ['audit']);
  type Line = { index: number; kind: string; area?: string };
  const read = async (query: string): Promise<Line[]> => {
    const lines: Line[] = [];
    let before = '';
    for (;;) {
      const { model } = await audit.get(`/desk/audit?${query}${before}`);
      lines.push(...model.lines);
      if (model.next === undefined) return lines;
      before = `&before=${model.next}`;
    }
  };
  const all = await read('');
  const count = world.desk.journal.length;
  expect(all.map(({ index }) => index)).toEqual(
    Array.from({ length: all.length }, (_, place) => all.length - place),
  );
  // Its own sign-in and what came after stand there too.
  expect(all.length).toBeLessThanOrEqual(world.desk.journal.length);
  expect(all.length).toBeGreaterThanOrEqual(count);

  const saved = await read('kind=seats-saved&area=0101');
  expect(saved).toHaveLength(people);
  expect(new Set(saved.map(({ kind, area }) => `${kind} ${area}`))).toEqual(
    new Set(['seats-saved 0101']),
  );
  const { person } = new Visitor(world.desk, 3);
  const own = await read(`person=${person}`);
  expect(own.length).toBeGreaterThan(0);
  expect(await read('text=nothing-of-the-kind')).toEqual([]);
  // By what is read, and by what the journal has.
  expect(await read(`kind=seats-saved&text=${encodeURIComponent('缴费截止')}`)).toHaveLength(
    people,
  );
  expect(await read('kind=seats-saved&text=payBefore')).toHaveLength(people);
  const city = await world.signedIn('audit.city', ['audit'], { kind: 'city', city: '01' });
  expect((await city.get('/desk/audit')).model).toEqual({ why: 'scope' });
  expect((await audit.get('/desk/audit?partition=nowhere')).model).toEqual({ why: 'unknown' });
});

test('S4 S5 room, desk and absence stand with the candidate, and in the timeline', async () => {
  const { desk } = world;
  const person = await someone();
  const ticket = '999912345637';
  const visitor = Object.assign(new Visitor(desk, 900), { person, ticket });
  accepted(visitor.take('14001'));
  accepted(visitor.confirm());
  accepted(desk.send(givenPayment(visitor.pay(), 3_500)));
  const seat = { person, ticket, unit: 'D', course: '14001' };
  const sat = { venue: '示例中学', room: '003', deskNumber: '12' };
  markSeats(desk, 1, '0101', [{ ...seat, mark: { kind: 'desk', desk: sat } }]);
  markSeats(desk, 2, '0101', [{ ...seat, mark: { kind: 'absent' } }]);
  const { model } = await office.get(`/desk/candidate?person=${person}`);
  expect(model.registered[0].seats).toMatchObject([{ sitting: { desk: sat, absent: true } }]);
  const shown = await office.get(`/desk/candidate/timeline?person=${person}`);
  const marked = shown.model.lines.filter(
    ({ name }: { name: string }) => name === '登记座位或缺考',
  );
  expect(marked).toMatchObject([{ area: '示例考区0101' }, { area: '示例考区0101' }]);
  expect(marked[1].details).toContain('"room":"003"');
  expect(marked[1].details).not.toContain(ticket);
});
