import { expect, test } from 'vitest';
import type { PassedCourse } from '../../engine/protocol/commands.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { Catalogue } from '../../engine/protocol/session.ts';
import { indexSession } from '../../gateway/catalogue.ts';
import { passedOf, passedOutside, planStandingOf } from '../../gateway/looking-up/plan.ts';
import { coursesOnPageMax, searchCourses } from '../../gateway/looking-up/search.ts';
import { createViews } from '../../web/views.ts';
import { givenTicketRecord } from '../given.ts';
import { Browser, givenGateway, otherTicket, ticket } from './registering-browser.ts';
import { firstOpen, province } from './registering-province.ts';

const views = createViews();

// Searching --------------------------------------------------------------------------------------

function sessionWith(change: (catalogue: Catalogue) => Partial<Catalogue>) {
  const adopted = province();
  const { catalogue } = adopted;
  return indexSession({ ...adopted, catalogue: { ...catalogue, ...change(catalogue) } });
}
const everything = { text: '', unit: undefined, programme: undefined, page: 1 };

test('F16 a programme narrows the list to its plan, practical and replaced courses included', () => {
  const session = sessionWith(() => ({}));
  const found = searchCourses(session, { ...everything, programme: '080901' });
  expect(found.courses.map(({ course }) => course.code)).toEqual([
    ...['00023', '15043', '00015', '02331', '02324', '04735', '02332', '03708'],
  ]);
  const inUnit = searchCourses(session, { ...everything, programme: '080901', unit: 'B' });
  expect(inUnit.courses.map(({ course }) => course.code)).toEqual(['00015', '02331']);
});

test('F16 a long list comes in pages, none lost and none twice', () => {
  const session = sessionWith(() => ({
    courses: Array.from({ length: 2 * coursesOnPageMax + 1 }, (_, at) => ({
      code: String(10_000 + at),
      name: '示例',
      credits: 4,
      method: 'written' as const,
      unit: 'ABCD'[at % 4] ?? '',
    })),
  }));
  const pages = [1, 2, 3].map((page) => searchCourses(session, { ...everything, page }));
  expect(pages.map(({ courses }) => courses.length)).toEqual([
    coursesOnPageMax,
    coursesOnPageMax,
    1,
  ]);
  const codes = pages.flatMap(({ courses }) => courses.map(({ course }) => course.code));
  expect(new Set(codes).size).toBe(2 * coursesOnPageMax + 1);
  expect(pages[0]).toMatchObject({ count: 2 * coursesOnPageMax + 1, page: 1, pages: 3 });
  expect(searchCourses(session, { ...everything, page: 99 }).page).toBe(3);
  expect(searchCourses(session, { ...everything, page: -1 }).page).toBe(1);
});

test('F16 the pages lead on with what was searched for', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/courses?search=%E6%95%B0&unit=A&programme=080901&page=x');
  expect(browser.page.query).toBe('search=%E6%95%B0&unit=A&programme=080901');
  const html = views.courseList({ ...browser.page, pages: 3, page: 2 });
  const address = '/courses?search=%E6%95%B0&amp;unit=A&amp;programme=080901&amp;page=';
  for (const page of [1, 3]) expect(html).toContain(`href="${address}${page}"`);
});

test('F16 R10 R11 what cannot be booked says why in the list', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/courses');
  const html = views.courseList(browser.page);
  expect(html).toContain('实践课程，不安排考位，不在这里报考');
  expect(html).toContain('已停用，改为 15043 中国近现代史纲要');
  expect(html).toContain('本次不开考');
});

test('F16 who is signed in is offered their own programme; a programme without a plan says so', async () => {
  const adopted = province();
  const [programme] = adopted.catalogue.programmes;
  if (programme === undefined) throw new Error('the province has a programme');
  const bare = { ...programme, code: '040106', name: '学前教育', courses: [] };
  const catalogue = { ...adopted.catalogue, programmes: [programme, bare] };
  const gateway = givenGateway({ adopted: { ...adopted, catalogue } });
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/courses');
  expect(browser.page.own).toMatchObject({ code: '080901' });
  expect(views.courseList(browser.page)).toContain('href="/courses?programme=080901"');
  await browser.get('/courses?programme=040106');
  expect(browser.page).toMatchObject({ unplanned: true, courses: [] });
  expect(views.courseList(browser.page)).toContain('课程计划还没有录入');

  browser.cookies.clear();
  await browser.get('/courses');
  expect(browser.page).not.toHaveProperty('own');
  expect(browser.page.registering).toBe(false);
});

test('F23 from choosing courses the list leads back, and its codes into the box; otherwise not', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/courses');
  expect(browser.page.registering).toBe(false);
  await browser.toCourses();
  await browser.get('/courses?search=02331');
  const html = views.courseList(browser.page);
  expect(html).toContain('href="/register/courses?change=1"');
  expect(html).toContain('href="/register/courses?change=1&amp;course=02331"');
  await browser.get('/register/courses?change=1&course=02331');
  expect(browser.page).toMatchObject({ page: 'courses', typed: '02331' });

  await browser.get('/courses?search=02332');
  expect(views.courseList(browser.page)).not.toContain('course=02332');
  gateway.books.desk.now = firstOpen - 1;
  await browser.get('/courses?search=02331');
  expect(browser.page.registering).toBe(false);
});

// The guide --------------------------------------------------------------------------------------

test('F15 the guide names every step by its own words, the fee, the days and the offices', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/guide?city=01');
  const html = views.guide(browser.page);
  const words = [
    ...['确认', '登录', '确定', '获取验证码', '绑定', '提交', '我已阅读并知晓', '下一步'],
    ...['输入报考科目', '保存考位', '确认报考信息', '前往交费', '关闭', '返回', '申请退费'],
    ...[
      '查看开考课程',
      '查看已合格课程',
      '查看毕业课程与成绩',
      '课程报考与缴费',
      '已缴费',
      '已确认',
    ],
    ...['每门课程 35.00 元', '9月7日', '09:00–22:00', '5 分钟', '028-0000-0000'],
  ];
  for (const word of words) expect(html, word).toContain(word);
  expect(browser.page.offices).toHaveLength(2);
  await browser.get('/guide?city=99');
  expect(browser.page.offices).toEqual([]);
});

// Record and plan --------------------------------------------------------------------------------

/** Two required courses, a language of two, and optional ones to make eight credits. */
const planned = sessionWith((catalogue) => ({
  courses: [
    ...catalogue.courses,
    { code: '09001', name: '示例选修一', credits: 5, method: 'written', unit: 'C' },
    { code: '09002', name: '示例选修二', credits: 3, method: 'written' },
    { code: '09003', name: '示例选修三', credits: 5, method: 'written', unit: 'C' },
    { code: '09004', name: '示例日语', credits: 7, method: 'written', unit: 'A' },
  ],
  programmes: [
    {
      code: '080901',
      name: '计算机科学与技术',
      level: '专升本',
      totalCredits: 27,
      courses: [...['15043', '02332', '02331', '00015', '09004'], ...['09001', '09002', '09003']],
      choices: [
        { name: '外语', courses: ['00015', '09004'], coursesMin: 1 },
        { name: '选考课程', courses: ['09001', '09002', '09003'], coursesMin: 2, creditsMin: 8 },
      ],
    },
    { code: '040106', name: '学前教育', level: '专升本', courses: [] },
  ],
}));
const standing = (...passed: PassedCourse[]) => {
  const plan = planStandingOf(planned, '080901', passed);
  if (plan === undefined) throw new Error('the programme has a plan');
  return plan;
};
const grade = (course: string, points = 60): PassedCourse => ({ course, grade: points });

test('F18 what is missing: courses, choices and credits', () => {
  const plan = standing(grade('02331', 85), grade('09001'));
  expect(plan).toMatchObject({
    passedCount: 2,
    courseCount: 8,
    creditsEarned: 8,
    totalCredits: 27,
    creditsLeft: 19,
    complete: false,
  });
  expect(plan.parts).toMatchObject([
    { choice: undefined, coursesLeft: 2, creditsCounted: 3 },
    { choice: { name: '外语' }, coursesLeft: 1, creditsLeft: 0, creditsCounted: 0 },
    { choice: { name: '选考课程' }, coursesLeft: 1, creditsLeft: 3, creditsCounted: 5 },
  ]);
  const html = views.plan({
    ...{ tickets: [], title: '', others: [], absent: [], plan },
    programme: { code: '080901', name: '计算机科学与技术', level: '专升本' },
  });
  expect(html).toContain('离毕业还差 4 门、19 学分');
  expect(html).toContain('还差 2 门必考课程：15043 中国近现代史纲要、02332 数据结构（实践）');
  expect(html).toContain('外语还差 1 门');
  expect(html).toContain('选考课程还差 1 门、3 学分');
  expect(html).toContain('合格 85 分');
});

test('R10 the practical course is part of the plan, missing and not offered; 60 passes, 59 does not', () => {
  const plan = standing(grade('02331', 59), grade('15043', 60));
  const required = plan.parts[0]?.courses ?? [];
  expect(required.map(({ course, result }) => [course.code, result?.grade])).toEqual([
    ['15043', 60],
    ['02332', undefined],
    ['02331', undefined],
  ]);
  expect(required[1]).toMatchObject({ practical: true, unit: undefined });
  expect(plan.together.flatMap(({ courses }) => courses)).not.toContainEqual(
    expect.objectContaining({ code: '02332' }),
  );
});

test('R11 a course passed under its old code counts for the one that replaced it, and says so', () => {
  const plan = standing({ course: '03708', grade: 75, passedIn: '2023-10' });
  expect(plan.parts[0]?.courses[0]).toMatchObject({
    course: { code: '15043' },
    result: { grade: 75, passedIn: '2023-10', formerly: '03708' },
  });
  expect(passedOutside(planned, '080901', [grade('03708'), grade('04735')])).toEqual([
    grade('04735'),
  ]);
});

test('F18 of a choice that names no credits a surplus course counts nothing', () => {
  expect(standing(grade('00015')).creditsEarned).toBe(14);
  expect(standing(grade('00015'), grade('09004')).creditsEarned).toBe(14);
  // Where it does name credits every course of it counts.
  const surplus = standing(grade('09001'), grade('09002'), grade('09003'));
  expect(surplus.creditsEarned).toBe(13);
});

test('F18 what can be taken together: missing and offered, by unit, without what is enough already', () => {
  const codes = (...passed: PassedCourse[]) =>
    standing(...passed).together.map(({ unit, courses }) => [
      unit.code,
      ...courses.map(({ code }) => code),
    ]);
  expect(codes()).toEqual([
    ['A', '15043', '09004'],
    ['B', '02331', '00015'],
    ['C', '09001', '09003'],
  ]);
  expect(codes(grade('00015'), grade('09001'), grade('09002'))).toEqual([
    ['A', '15043'],
    ['B', '02331'],
  ]);
});

test('F18 with everything passed nothing is missing', () => {
  const passed = ['15043', '02332', '02331', '09004', '09001', '09003'].map((code) => grade(code));
  expect(standing(...passed)).toMatchObject({
    complete: false,
    creditsEarned: 25,
    creditsLeft: 2,
  });
  expect(standing(...passed, grade('09002'))).toMatchObject({
    complete: true,
    creditsLeft: 0,
    together: [],
  });
});

test('F18 without a plan on file the page says so and shows the grades', async () => {
  expect(planStandingOf(planned, '040106', [grade('02331')])).toBeUndefined();
  const html = views.plan({
    ...{ tickets: [], title: '', plan: undefined, absent: [] },
    programme: { code: '040106', name: '学前教育', level: '专升本' },
    others: passedOf(planned, [grade('02331', 77)]),
  });
  expect(html).toContain('课程计划还没有录入');
  expect(html).toContain('77');
  expect(html).not.toContain('离毕业还差');
});

test('F17 passed courses come latest first, with credits, and with what replaced them', () => {
  const shown = passedOf(planned, [
    { course: '02331', grade: 70 },
    { course: '03708', grade: 75, passedIn: '2023-10' },
    { course: '02332', grade: 80, passedIn: '2025-04' },
    { course: '98765', grade: 60 },
  ]);
  expect(shown).toMatchObject([
    { course: { code: '02332' }, passedIn: '2025-04', practical: true, credits: 2 },
    { course: { code: '03708' }, replacedBy: [{ code: '15043' }] },
    { course: { code: '02331', name: '数据结构' }, grade: 70 },
    { course: { code: '98765', name: '' } },
  ]);
  expect(shown[3]).not.toHaveProperty('credits');
});

test('F17 F18 the record is shown per ticket, and every ticket of the person is reachable', async () => {
  const gateway = givenGateway();
  const tickets = [
    givenTicketRecord(1, {
      number: ticket,
      programme: '080901',
      passed: [{ course: '00023', grade: 61, passedIn: '2025-10' }],
    }),
    givenTicketRecord(1, { number: otherTicket, programme: '080901', status: 'graduated' }),
  ];
  const browser = new Browser(gateway, gateway.admit(1, { tickets, hasPhoto: false }));
  await browser.get('/passed');
  expect(browser.page).toMatchObject({
    person: { documentMask: '510*************00', hasPhoto: false, phoneMask: '138****0000' },
    ticket: { ticketMask: ticketMask(ticket), status: 'active', programme: { code: '080901' } },
    courses: [{ course: { code: '00023' }, grade: 61, passedIn: '2025-10', credits: 10 }],
    credits: 10,
    tickets: [
      { place: 1, shown: true },
      { place: 2, ticketMask: ticketMask(otherTicket), shown: false },
    ],
  });
  // One question to the engine; the catalogue is in memory.
  expect(gateway.books.asked.map(({ kind }) => kind)).toEqual(['candidate']);
  const html = views.passed(browser.page);
  for (const path of ['/passed?ticket=2', '/plan?ticket=1']) expect(html).toContain(path);
  for (const number of [ticket, otherTicket]) expect(html).not.toContain(number);
  expect(html).toContain('您的考籍里还没有照片');

  await browser.get('/passed?ticket=2');
  expect(browser.page).toMatchObject({ ticket: { status: 'graduated' }, courses: [] });
  expect(views.passed(browser.page)).toContain('已毕业或已转出，不能再报考');
  await browser.get('/plan?ticket=1');
  expect(browser.page).toMatchObject({
    page: 'plan',
    programme: { code: '080901' },
    plan: { passedCount: 1 },
  });
  await browser.get('/plan?ticket=3');
  expect(browser.page.tickets[0].shown).toBe(true);
});

test('F17 F18 D1 the record is for a full sign-in only, and ends with it', async () => {
  const gateway = givenGateway();
  const person = gateway.admit(1);
  const browser = new Browser(gateway, person);
  const leadsTo = async (address: string) => {
    // The way ends there, so that nothing which that page asks is counted.
    gateway.routes.delete(`GET ${address}`);
    for (const path of ['/passed', '/plan']) {
      await expect(browser.get(path)).rejects.toThrow(`no route GET ${address}`);
    }
  };
  gateway.context.revocations.hear({
    kind: 'sign-ins-ended',
    person,
    generation: 2,
    at: firstOpen,
  });
  await leadsTo('/sign-in');
  const { cookies } = gateway.context;
  const issuedAt = gateway.context.now();
  const activation = cookies.setSignIn({
    ...{
      person,
      ticket,
      programme: '080901',
      candidateType: 'open',
      kind: 'activation',
      generation: 2,
      nameMask: '',
    },
    ...{ issuedAt, expiresAt: issuedAt + 60_000, nonce: 'activation' },
  });
  const [name = '', value = ''] = (activation.split(';')[0] ?? '').split('=');
  browser.cookies.set(name, value);
  await leadsTo('/activate');
  expect(gateway.books.asked).toEqual([]);
});

test('F17 while the engine is away nothing is guessed', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  gateway.books.setAway(true);
  await browser.get('/plan');
  expect([browser.status, browser.page.page, browser.page.cause]).toEqual([503, 'busy', 'away']);
});
