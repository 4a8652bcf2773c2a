/** R5 and course caps as a candidate meets them: own days, own counts, and a course that is full. */
import { expect, test } from 'vitest';
import type { BookingDay, CandidateType, PoolCapacity } from '../../engine/protocol/session.ts';
import { createViews } from '../../web/views.ts';
import { rightCode } from './registering-books.ts';
import { Browser, type GivenGateway, givenGateway, ticket } from './registering-browser.ts';
import { firstOpen, province } from './registering-province.ts';

const hour = 3_600_000;
const views = createViews();

/** 社会型 on all four days; 应用型 from the second on. */
const calendar: BookingDay[] = province().calendar.map((day, at) =>
  at === 0 ? { ...day, candidateType: 'open' } : day,
);

function someone(gateway: GivenGateway, number: number, type: CandidateType = 'open'): Browser {
  const person = gateway.admit(number, { candidateType: type });
  return new Browser(gateway, person, ticket, type);
}

const setPools = (gateway: GivenGateway, ...capacities: PoolCapacity[]) =>
  gateway.books.desk.send({ kind: 'set-capacity', area: '0124', capacities });
const cap = (gateway: GivenGateway, course: string, most: number) =>
  gateway.books.desk.send({
    ...{ kind: 'set-course-caps', area: '0124' },
    caps: [{ course, cap: most }],
  });

async function choose(browser: Browser, ...courses: string[]): Promise<void> {
  await browser.toCourses();
  for (const course of courses) await browser.post('/register/courses', { course });
}

async function save(browser: Browser): Promise<void> {
  await browser.post('/register/hold');
  await browser.post('/register/save', {
    challenge: browser.page.code.challenge,
    units: browser.page.units.map(({ unit }: { unit: { code: string } }) => unit.code),
    code: rightCode,
  });
}

type Card = { pool: { free: number; capacity: number }; courseFull?: true };
const freeOf = (browser: Browser): number[] =>
  browser.page.units.map(({ pool }: Card) => pool.free);

test('R5 outside their own days candidates are told so, with the dates of their own days', async () => {
  const gateway = givenGateway({ adopted: province({ calendar }) });
  const applied = someone(gateway, 1, 'applied');
  await applied.get('/register');
  expect(applied.page).toMatchObject({
    ...{ page: 'window', daysOf: 'applied' },
    window: { state: 'before', opensAt: firstOpen + 24 * hour },
  });
  expect(applied.page.days.map(({ opensAt }: BookingDay) => opensAt)).toEqual(
    [1, 2, 3].map((day) => firstOpen + day * 24 * hour),
  );
  const html = String(views.window(applied.page));
  expect(html).toContain('您是应用型考生，这里是应用型的报考时间，和其他考生的不完全一样。');
  const open = someone(gateway, 2);
  await open.get('/register');
  expect(open.page).toMatchObject({ page: 'notice', daysOf: 'open' });
  expect(open.page.days).toHaveLength(4);
});

test('R5 the notice and 我的报考 show the days of the candidate’s own type', async () => {
  const gateway = givenGateway({ adopted: province({ calendar }) });
  gateway.books.desk.now = firstOpen + 25 * hour;
  const applied = someone(gateway, 1, 'applied');
  for (const [address, page] of [
    ['/register', 'notice'],
    ['/mine', 'mine'],
  ] as const) {
    await applied.get(address);
    expect(applied.page).toMatchObject({ page, daysOf: 'applied' });
    expect(applied.page.days).toHaveLength(3);
  }
});

test('R5 where all have the same days nothing is said of types', async () => {
  const gateway = givenGateway();
  const applied = someone(gateway, 1, 'applied');
  await applied.get('/register');
  expect(applied.page.daysOf).toBeUndefined();
  expect(String(views.notice(applied.page))).not.toContain('应用型');
});

test('R5 a record that was corrected ends the sign-in, so that nothing goes by the old type', async () => {
  const gateway = givenGateway();
  const person = gateway.admit(1, { candidateType: 'applied' });
  const browser = new Browser(gateway, person, ticket, 'open');
  gateway.routes.set('GET /sign-in', () => ({ status: 200, body: '{"page":"signIn"}' }));
  await browser.get('/register');
  expect(browser.page).toEqual({ page: 'signIn' });
});

test('R5 counts, levels and offers are those of the candidate’s own pools', async () => {
  const gateway = givenGateway({ capacity: 500 });
  setPools(gateway, { unit: 'B', capacity: 1, candidateType: 'applied' });
  const first = someone(gateway, 1, 'applied');
  await choose(first, '02331');
  expect(freeOf(first)).toEqual([500, 1, 500, 500]);
  await save(first);
  const second = someone(gateway, 2, 'applied');
  await choose(second, '02331');
  expect(freeOf(second)[1]).toBe(0);
  await second.post('/register/hold');
  expect(second.page).toMatchObject({ page: 'allFull', full: [{ reason: 'seats-exhausted' }] });
  expect(second.page.whole.map((offer: { area: { code: string } }) => offer.area.code)).toEqual([
    ...['0105', '0201'],
  ]);
  await second.get('/register/area?city=01');
  const levels = (browser: Browser) =>
    browser.page.areas.find(({ code }: { code: string }) => code === '0124')?.levels;
  expect(levels(second)[1]).toMatchObject({ level: 'full' });
  const open = someone(gateway, 3);
  await choose(open, '02331');
  expect(freeOf(open)[1]).toBe(500);
  await open.get('/register/area?city=01');
  expect(levels(open)[1]).toMatchObject({ level: 'plenty' });
});

test('F26 a capped course is full although its unit is not, and the pages say which', async () => {
  const gateway = givenGateway({ capacity: 500 });
  cap(gateway, '02331', 1);
  const first = someone(gateway, 1);
  await choose(first, '02331');
  await save(first);
  const browser = someone(gateway, 2);
  await choose(browser, '02331');
  expect(browser.page.units[1]).toMatchObject({ courseFull: true, pool: { free: 499 } });
  expect(String(views.courses(browser.page))).toContain(
    '在郫都区已达最大人数，可以改报本单元的其他课程',
  );
  await browser.post('/register/hold');
  expect(browser.page).toMatchObject({ page: 'allFull', full: [{ reason: 'course-full' }] });
  const html = String(views.allFull(browser.page));
  expect(html).toContain('所选课程都没有考位');
  expect(html).toContain('您可以改报同单元的其他课程，或看看哪些考区还有考位。');
  expect(browser.page.whole).toHaveLength(2);
  expect(browser.page.wanted).toMatchObject([{ full: true }]);
});

test('B4 an area that seats no more of a wanted course is not offered', async () => {
  const gateway = givenGateway({ capacity: 500 });
  gateway.books.desk.send({
    ...{ kind: 'set-course-caps', area: '0105' },
    caps: [{ course: '02331', cap: 0 }],
  });
  const browser = someone(gateway, 1);
  await choose(browser, '02331');
  await browser.get('/register/elsewhere');
  expect(browser.page.whole.map((offer: { area: { code: string } }) => offer.area.code)).toEqual([
    '0201',
  ]);
});

test('F26 F32 a swap to a full course: only the draft is cleared, and the page says so', async () => {
  const gateway = givenGateway({ capacity: 500 });
  cap(gateway, '15043', 1);
  const first = someone(gateway, 1);
  await choose(first, '15043');
  await save(first);
  const browser = someone(gateway, 2);
  await choose(browser, '00023');
  await save(browser);
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: '15043', replace: '1' });
  await browser.post('/register/courses', { course: '02331' });
  await browser.post('/register/hold');
  expect(browser.page).toMatchObject({
    page: 'ask',
    full: [{ course: { code: '15043' }, swap: true }],
    rest: [{ course: { code: '02331' } }],
  });
  expect(String(views.ask(browser.page))).toContain('要换的课程清空以后，原来保存的考位还在。');
  await browser.post('/register/code/send');
  expect(browser.page.units).toMatchObject([{ course: { code: '02331' }, state: 'held' }]);
  expect(browser.page.saved).toMatchObject([{ course: { code: '00023' } }]);
});

test('F32 D5 a swap that others were quicker with: the outcome names the course, the seat stays', async () => {
  const gateway = givenGateway({ capacity: 500 });
  cap(gateway, '15043', 1);
  const browser = someone(gateway, 1);
  await choose(browser, '00023');
  await save(browser);
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: '15043', replace: '1' });
  await browser.post('/register/hold');
  const mine = browser.page;
  const quicker = someone(gateway, 2);
  await choose(quicker, '15043');
  await save(quicker);
  await browser.post('/register/save', {
    ...{ challenge: mine.code.challenge, units: ['A'], code: rightCode },
  });
  expect(browser.page).toMatchObject({
    page: 'saved',
    failed: [{ course: { code: '15043' }, reason: 'course-full', late: false }],
  });
  const html = String(views.saved(browser.page));
  expect(html).toContain('15043 中国近现代史纲要，原因：这门课程在本考区已达最大人数。');
  expect(browser.page.units[0].own).toMatchObject({ kind: 'swap', saved: { code: '00023' } });
});

test('F24 a course that a hold cannot go over to is refused by name, and the hold stays', async () => {
  const gateway = givenGateway({ capacity: 500 });
  cap(gateway, '15043', 1);
  const first = someone(gateway, 1);
  await choose(first, '15043');
  await save(first);
  const browser = someone(gateway, 2);
  await choose(browser, '00023');
  await browser.post('/register/hold');
  await browser.get('/register/courses?change=1');
  await browser.post('/register/courses', { course: '15043', replace: '1' });
  expect(browser.status).toBe(422);
  expect(browser.page.problem).toMatchObject({
    ...{ reason: 'course-full', course: { code: '15043' } },
  });
  expect(browser.page.units[0].own).toMatchObject({ kind: 'held', course: { code: '00023' } });
});
