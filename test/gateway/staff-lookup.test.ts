/** Looking things up at the desk: areas, one area, and who holds what in one pool. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import { accepted, areaCodes, givenPerson, givenRecord, unitCodes, Visitor } from '../given.ts';
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
