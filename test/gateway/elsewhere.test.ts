import { expect, test } from 'vitest';
import type { RegistrationView } from '../../engine/protocol/replies.ts';
import type { Position } from '../../engine/protocol/session.ts';
import {
  type Availability,
  type CountsIn,
  createAvailability,
} from '../../gateway/availability.ts';
import { indexSession } from '../../gateway/catalogue.ts';
import { elsewhereOf } from '../../gateway/registering/models.ts';
import {
  kilometresBetween,
  neighboursOf,
  offersNear,
  partlyOffersMax,
  seatsFrom,
  wholeOffersMax,
} from '../../gateway/registering/nearby.ts';
import { nothingYet } from '../../gateway/registering/present.ts';
import { createViews } from '../../web/views.ts';
import { rightCode } from './registering-books.ts';
import {
  Browser,
  type GivenGateway,
  givenGateway,
  otherTicket,
  ticket,
} from './registering-browser.ts';
import { firstOpen, province } from './registering-province.ts';

const views = createViews();
const at = (latitude: number, longitude: number): Position => ({ latitude, longitude });

// Near and free ----------------------------------------------------------------------------------

/** Two cities; 0124 is where somebody stands, 0299 has no position. */
const places: [code: string, city: string, position?: Position][] = [
  ['0124', '01', at(30.8, 103.9)],
  ['0105', '01', at(30.68, 104.07)],
  ['0181', '01', at(30.99, 103.62)],
  ['0201', '02', at(31.46, 104.68)],
  ['0281', '02', at(31.1, 104.4)],
  ['0299', '02'],
];
const wide = indexSession({
  ...province(),
  catalogue: {
    ...province().catalogue,
    areas: places.map(([code, city, position]) => ({
      ...{ code, name: code, city, office: { name: '', phone: '', hours: '' } },
      ...(position && { position }),
    })),
  },
});
/** As 社会型 sees them. */
const openIn =
  (availability: Availability): CountsIn =>
  (area) =>
    availability.counts(area, 'open');
const offersOf = (free: Record<string, number[]>, ...units: string[]) => {
  const availability = createAvailability();
  for (const [area, seats] of Object.entries(free)) {
    availability.hear([{ area, version: 1, at: 0, free: seats, capacity: [900, 900, 900, 900] }]);
  }
  const wanted = units.map((unit) => ({ unit, course: '02331' }));
  return offersNear(wide, seatsFrom(wide, openIn(availability)), '0124', wanted);
};

test('B4 distances are those of the globe', () => {
  // Chengdu to Beijing: some 1,519 km between these two points.
  const far = kilometresBetween(at(30.66, 104.08), at(39.9, 116.4)) ?? 0;
  expect(far).toBeGreaterThan(1_500);
  expect(far).toBeLessThan(1_530);
  // A degree of latitude.
  expect(kilometresBetween(at(30, 104), at(31, 104))).toBeCloseTo(111.2, 1);
  expect(kilometresBetween(at(30, 104), at(30, 104))).toBe(0);
  expect(kilometresBetween(at(30, 104), undefined)).toBeUndefined();
});

test('B4 the same city comes first, then the nearest, then what has no position', () => {
  const order = neighboursOf(wide, '0124').map(({ area }) => area.code);
  expect(order).toEqual(['0105', '0181', '0281', '0201', '0299']);
  expect(neighboursOf(wide, '0124')).toBe(neighboursOf(wide, '0124'));
  // Without a position here nothing is near; the catalogue's order stands within city and others.
  expect(neighboursOf(wide, '0299').map(({ area }) => area.code)).toEqual([
    ...['0201', '0281', '0124', '0105', '0181'],
  ]);
});

test('B4 R1 only areas with a seat in every wanted unit are whole; others come apart, if few are', () => {
  const { whole, partly, more } = offersOf(
    {
      '0105': [0, 5, 0, 0],
      '0181': [3, 4, 0, 0],
      '0201': [1, 1, 9, 9],
      '0281': [9, 0, 9, 9],
      '0299': [0, 0, 9, 9],
    },
    'A',
    'B',
  );
  expect(whole.map(({ area }) => area.code)).toEqual(['0181', '0201']);
  expect(whole[0]?.units).toMatchObject([
    { unit: 'A', free: 3, level: 'scarce' },
    { unit: 'B', free: 4, level: 'scarce' },
  ]);
  expect(more).toBe(0);
  expect(partly.map(({ area }) => area.code)).toEqual(['0105', '0281']);
  expect(partly[0]?.units.map(({ free }) => free)).toEqual([0, 5]);
});

test('B4 among the partly free the most complete comes first', () => {
  const { whole, partly } = offersOf(
    { '0105': [5, 0, 0, 0], '0181': [0, 0, 0, 0], '0201': [1, 1, 0, 0] },
    'A',
    'B',
    'C',
  );
  expect(whole).toEqual([]);
  expect(partly.map(({ area }) => area.code)).toEqual(['0201', '0105']);
});

test('B4 an area that was never heard of is not offered', () => {
  const { whole, partly } = offersOf({ '0105': [1, 1, 1, 1] }, 'A');
  expect(whole.map(({ area }) => area.code)).toEqual(['0105']);
  expect(partly).toEqual([]);
});

test('B4 a long list ends honestly', () => {
  const many = indexSession({
    ...province(),
    catalogue: {
      ...province().catalogue,
      areas: Array.from({ length: 30 }, (_, place) => ({
        ...{ code: String(1000 + place), name: '示例', city: '01' },
        office: { name: '', phone: '', hours: '' },
      })),
    },
  });
  const availability = createAvailability();
  const hear = (free: (place: number) => number, version: number) =>
    availability.hear(
      many.adopted.catalogue.areas.map(({ code }, place) => ({
        ...{ area: code, version, at: 0 },
        free: [free(place), 1, 1, 1],
        capacity: [900, 900, 900, 900],
      })),
    );
  const wanted = ['A', 'B'].map((unit) => ({ unit, course: '' }));
  hear(() => 1, 1);
  const all = offersNear(many, seatsFrom(many, openIn(availability)), '1000', wanted);
  expect([all.whole.length, all.more, all.partly.length]).toEqual([
    wholeOffersMax,
    29 - wholeOffersMax,
    0,
  ]);
  hear((place) => (place === 5 ? 1 : 0), 2);
  const few = offersNear(many, seatsFrom(many, openIn(availability)), '1000', wanted);
  expect([few.whole.length, few.more, few.partly.length]).toEqual([1, 0, partlyOffersMax]);
});

// Going there ------------------------------------------------------------------------------------

const draft = (browser: Browser): string[] =>
  browser.page.units.flatMap(({ own }: { own: { kind: string; course: { code: string } } }) =>
    own.kind === 'draft' ? [own.course.code] : [],
  );

/** `full` units of 0124 have been taken by somebody else. */
function givenFull(...full: string[]): GivenGateway {
  const gateway = givenGateway({ capacity: 1 });
  const capacities = full.map((unit) => ({ unit, capacity: 0 }));
  if (full.length > 0) {
    gateway.books.desk.send({ kind: 'set-capacity', area: '0124', capacities });
  }
  gateway.books.onCounts((counts) => gateway.context.availability.hear(counts));
  return gateway;
}

async function choosing(gateway: GivenGateway, ...courses: string[]) {
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.toCourses();
  for (const course of courses) await browser.post('/register/courses', { course });
  return browser;
}

test('B4 one action: the other area, and the chosen courses in it', async () => {
  const browser = await choosing(givenFull('B'), '00023', '02331');
  await browser.get('/register/elsewhere');
  expect(browser.page).toMatchObject({
    page: 'elsewhere',
    wanted: [
      { course: { code: '00023' }, full: false },
      { course: { code: '02331' }, full: true },
    ],
    whole: [
      { area: { code: '0105' }, sameCity: true },
      { area: { code: '0201', city: '绵阳市' }, sameCity: false },
    ],
    kept: [],
  });
  await browser.post('/register/elsewhere', { area: '0105' });
  expect(browser.location).toBe('/register/courses?change=1&carried=2');
  expect(browser.page).toMatchObject({ page: 'courses', area: { code: '0105' } });
  expect(draft(browser)).toEqual(['00023', '02331']);
  expect(browser.page.carried).toEqual({ done: 2 });
  expect(views.courses(browser.page)).toContain('填好的 2 门课程带过来了');
  // They can go on from there.
  await browser.post('/register/hold');
  expect(browser.page.page).toBe('code');
});

test('B4 a move that takes its time: the courses wait in the browser and are put in with one press', async () => {
  const gateway = givenFull('B');
  const browser = await choosing(gateway, '00023', '02331');
  await browser.get('/register/elsewhere');
  gateway.books.holdEffects(true);
  const going = browser.post('/register/elsewhere', { area: '0105' });
  // The handler looks again for two seconds of its own clock.
  const clock = setInterval(() => {
    gateway.books.desk.now += 500;
  }, 20);
  await going;
  clearInterval(clock);
  expect(browser.page.page).toBe('moving');
  gateway.books.holdEffects(false);
  await browser.get('/register/area?moved=0105');
  expect(browser.page).toMatchObject({
    page: 'courses',
    area: { code: '0105' },
    carried: { left: [{ code: '00023' }, { code: '02331' }] },
  });
  const html = views.courses(browser.page);
  expect(html).toContain('action="/register/elsewhere/courses"');
  expect(html).toContain('02331 数据结构');
  await browser.post('/register/elsewhere/courses');
  expect(draft(browser)).toEqual(['00023', '02331']);
  await browser.get('/register/courses?change=1');
  expect(browser.page).not.toHaveProperty('carried');
});

test('B2 B4 an answer that was lost on the way loses no course', async () => {
  const gateway = givenFull('B');
  const browser = await choosing(gateway, '00023', '02331');
  await browser.get('/register/elsewhere');
  gateway.books.loseNext('after');
  await browser.post('/register/elsewhere', { area: '0105' });
  // The outcome is known by now, and leads to the courses of the new area.
  expect(browser.page).toMatchObject({ page: 'courses', area: { code: '0105' } });
  expect(browser.page.carried.left).toHaveLength(2);
  await browser.post('/register/elsewhere/courses');
  expect(draft(browser)).toEqual(['00023', '02331']);
});

test('B4 the same press twice moves once and finds everything there', async () => {
  const gateway = givenFull('B');
  const browser = await choosing(gateway, '00023', '02331');
  await browser.get('/register/elsewhere');
  const again = new Browser(gateway, 'person-1'.padEnd(22, '-'));
  for (const [name, value] of browser.cookies) again.cookies.set(name, value);
  const { page } = browser;
  again.page = page;
  await Promise.all(
    [browser, again].map((one) => one.post('/register/elsewhere', { area: '0105' })),
  );
  for (const one of [browser, again]) {
    await one.get('/register/courses?change=1');
    expect(draft(one)).toEqual(['00023', '02331']);
  }
  const moves = gateway.books.sent.filter(({ kind }) => kind === 'choose-area');
  expect(new Set(moves.map(({ id }) => id)).size).toBe(2);
  // By the back button: the area is theirs already.
  again.page = page;
  await again.post('/register/elsewhere', { area: '0105' });
  expect(again.page).toMatchObject({ page: 'courses', area: { code: '0105' } });
});

async function saving(gateway: GivenGateway, ...courses: string[]) {
  const browser = await choosing(gateway, ...courses);
  await browser.post('/register/hold');
  const units = browser.page.units.map(({ unit }: { unit: { code: string } }) => unit.code);
  const { challenge } = browser.page.code;
  await browser.post('/register/save', { challenge, units, code: rightCode });
  return browser;
}

test('B4 D6 with saved seats the page says what must be given up first, and offers no action', async () => {
  const gateway = givenFull('B');
  const browser = await saving(gateway, '00023');
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: '02331' });
  await browser.get('/register/elsewhere');
  expect(browser.page).toMatchObject({
    wanted: [{ own: { kind: 'saved' } }, { own: { kind: 'draft' }, full: true }],
    kept: [{ unit: { code: 'A' }, course: { code: '00023' } }],
    ordered: false,
    whole: [{ area: { code: '0105' } }, { area: { code: '0201' } }],
  });
  const html = views.elsewhere(browser.page);
  expect(html).toContain('要换考区，得先放弃这些考位');
  expect(html).not.toContain('换到这里');
  // Sent all the same, it is refused and nothing moves.
  await browser.post('/register/elsewhere', { area: '0105' });
  expect([browser.status, browser.page.problem.reason]).toEqual([422, 'seats-remain']);
  expect(gateway.books.sent.filter(({ kind }) => kind === 'choose-area')).toHaveLength(1);
});

test('B4 held seats are named with their end, and are freed by going', async () => {
  const gateway = givenFull('B');
  const browser = await choosing(gateway, '00023', '02331');
  await browser.post('/register/hold');
  expect(browser.page.page).toBe('ask');
  expect(views.ask(browser.page)).toContain('href="/register/elsewhere"');
  await browser.get('/register/elsewhere');
  expect(browser.page.heldUntil).toBeGreaterThan(firstOpen);
  const html = views.elsewhere(browser.page);
  expect(html).toContain('放回暂留，换到这里');
  expect(html).toContain('换考区，暂留的考位会放回');
  await browser.post('/register/elsewhere', { area: '0105' });
  expect(draft(browser)).toEqual(['00023', '02331']);
  const area = gateway.books.desk.partition.areas.get('0124');
  expect(area?.seatBooks.find(({ unit }) => unit === 'A')).toMatchObject({ held: 0 });
});

test('B4 R2 what another ticket has chosen is wanted too, is named, and is not carried', async () => {
  const gateway = givenFull('B');
  const person = gateway.admit(1);
  const other = new Browser(gateway, person, otherTicket);
  await other.toCourses();
  await other.post('/register/courses', { course: '00023' });
  const browser = new Browser(gateway, person, ticket);
  await browser.toCourses();
  await browser.post('/register/courses', { course: '02331' });
  await browser.get('/register/elsewhere');
  expect(browser.page.wanted).toHaveLength(2);
  expect(views.elsewhere(browser.page)).toContain('用其他准考证填的课程不会带过去');
  await browser.post('/register/elsewhere', { area: '0105' });
  expect(draft(browser)).toEqual(['02331']);
});

test('B4 an old page cannot act on a newer choice', async () => {
  const gateway = givenFull('B');
  const browser = await choosing(gateway, '02331');
  await browser.get('/register/elsewhere');
  const { page } = browser;
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: '00023' });
  browser.page = page;
  await browser.post('/register/elsewhere', { area: '0105' });
  expect([browser.status, browser.page.page, browser.page.problem.reason]).toEqual([
    ...[422, 'elsewhere', 'changed-meanwhile'],
  ]);
  await browser.post('/register/elsewhere', { area: '9999' });
  expect(browser.page.problem.reason).toBe('area-unchosen');
  browser.page = { form: 'forged' };
  await browser.post('/register/elsewhere', { area: '0105' });
  expect(browser.page.problem.reason).toBe('form-outdated');
});

test('B4 a course that cannot be put in there is named, the others are in', async () => {
  const gateway = givenFull('B');
  const browser = await choosing(gateway, '00023', '02331');
  await browser.get('/register/elsewhere');
  // Meanwhile the office takes a course out of the session.
  const adopted = province({ number: 2 });
  const courses = adopted.catalogue.courses.map((course) => {
    if (course.code !== '00023') return course;
    const { unit, ...unseated } = course;
    return unseated;
  });
  const catalogue = { ...adopted.catalogue, courses };
  gateway.books.desk.send({ kind: 'adopt', adopted: { ...adopted, catalogue } });
  await browser.post('/register/elsewhere', { area: '0105' });
  expect(browser.page).toMatchObject({
    page: 'courses',
    problem: { reason: 'course-not-offered', course: { code: '00023' } },
  });
  expect(draft(browser)).toEqual(['02331']);
});

test('F26 B4 when all are full the alternatives stand on the page at once', async () => {
  const browser = await choosing(givenFull('B', 'C'), '02331', '02324');
  await browser.post('/register/hold');
  expect(browser.page).toMatchObject({
    page: 'allFull',
    full: [{ unit: { code: 'B' } }, { unit: { code: 'C' } }],
    whole: [{ area: { code: '0105' } }, { area: { code: '0201' } }],
  });
  expect(views.allFull(browser.page)).toContain('查看有考位的考区');
  await browser.post('/register/elsewhere', { area: '0201' });
  expect(browser.page).toMatchObject({ page: 'courses', area: { code: '0201' } });
  expect(draft(browser)).toEqual(['02331', '02324']);
});

test('D5 B4 a result with something not saved leads to where everything is free', async () => {
  const browser = await choosing(givenFull(), '02331');
  const saved = {
    ...browser.page,
    saved: [],
    failed: [{ unit: browser.page.units[1].unit, course: { code: '02331', name: '' }, late: true }],
  };
  expect(views.saved(saved)).toContain('href="/register/elsewhere"');
});

test('B4 the courses page leads there from a full unit, and the page needs courses to look for', async () => {
  const browser = await choosing(givenFull('B'), '02331');
  await browser.get('/register/courses');
  const html = views.courses(browser.page);
  expect(html.match(/href="\/register\/elsewhere"/g)?.length).toBeGreaterThanOrEqual(2);
  await browser.post('/register/courses/drop', { unit: 'B' });
  await browser.get('/register/elsewhere');
  expect(browser.page.wanted).toEqual([]);
  expect(views.elsewhere(browser.page)).toContain('还没有填入课程');
});

test('B4 a carried cookie of somebody else, or changed by hand, is not read', async () => {
  const gateway = givenFull('B');
  const browser = await choosing(gateway, '02331');
  browser.cookies.set('ruxi-carried', '0124-00023.forged');
  await browser.get('/register/courses?change=1');
  expect(browser.page).not.toHaveProperty('carried');
});

test.each([
  ['saved', 'saved', false],
  ['confirmed', 'confirmed', true],
  ['paid', 'paid', true],
] as const)('B4 D6 D15 F31 a seat that is %s says how it is given up', (_, kind, ordered) => {
  const area = wide.area.get('0124');
  if (area === undefined) throw new Error('the area is there');
  const state = kind === 'saved' ? { kind } : { kind, order: '0124000000000001' };
  const registration: RegistrationView = {
    ...nothingYet,
    revision: 3,
    seats: [{ unit: 'A', course: '00023', ticket, state }],
    draft: [{ unit: 'B', course: '02331', ticket }],
  };
  const model = elsewhereOf(wide, () => undefined, area, registration, ticket);
  expect([model.kept.length, model.ordered]).toEqual([1, ordered]);
  const html = views.elsewhere({ now: 0, form: 'form', ...model });
  expect(html).toContain(ordered ? '得先撤销报考，已缴费的要等退费成功' : '得先放弃这些考位');
  expect(html).not.toContain('换到这里');
});
