import { expect, test } from 'vitest';
import { ticketMask } from '../../engine/protocol/masks.ts';
import { defaultLimits } from '../../gateway/limits.ts';
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

/** The courses shown, as `B 02331 draft`. */
const shown = (browser: Browser): string[] =>
  browser.page.units.flatMap(
    ({ unit, own }: { unit: { code: string }; own: { kind: string; course: { code: string } } }) =>
      own.kind === 'empty' ? [] : [`${unit.code} ${own.course.code} ${own.kind}`],
  );
/** What code entry sends. */
const entry = (browser: Browser) => ({
  challenge: browser.page.code.challenge,
  units: browser.page.units.map(({ unit }: { unit: { code: string } }) => unit.code),
  code: rightCode,
});

const entered = (...courses: string[]) => enteredIn(givenGateway(), ...courses);

async function enteredIn(gateway: GivenGateway, ...courses: string[]) {
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.toCourses();
  for (const course of courses) await browser.post('/register/courses', { course });
  return { gateway, browser, books: gateway.books };
}

test('F15 F16 the guide and the offered courses are read from memory, with what replaced a course', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/guide');
  expect(browser.page.session).toMatchObject({ feeFen: 3500, holdMs: 300_000 });
  expect(browser.page.session.days).toHaveLength(4);
  await browser.get('/courses?search=%E8%BF%91%E7%8E%B0%E4%BB%A3&unit=');
  expect(browser.page.courses).toMatchObject([
    { course: { code: '15043' }, unit: { name: '第一单元' }, replacedBy: [] },
    { course: { code: '03708' }, replacedBy: [{ code: '15043', name: '中国近现代史纲要' }] },
  ]);
  await browser.get('/courses?search=02332');
  expect(browser.page.courses).toMatchObject([{ practical: true }]);
  await browser.get('/courses?unit=nowhere*');
  expect(browser.page.unit).toBe('');
  expect(gateway.books.asked).toEqual([]);
});

test('F21 F22 the area page shows the person to check, and the words of every unit of an area', async () => {
  const gateway = givenGateway({ capacity: 1 });
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/register');
  await browser.post('/register', { agreed: '1' });
  expect(browser.page.person).toMatchObject({
    ticketMask: ticketMask(ticket),
    programme: '计算机科学与技术',
    phoneMask: '138****0000',
  });
  expect([browser.page.city, browser.page.areas]).toEqual(['', []]);
  await browser.get('/register/area?city=01');
  expect(browser.page.areas[0]).toMatchObject({
    code: '0124',
    levels: [{ unit: '第一单元', level: 'scarce' }, {}, {}, {}],
  });
  await browser.post('/register/area', { city: '01', area: '' });
  expect([browser.status, browser.page.problem.reason]).toEqual([422, 'area-unchosen']);
  expect(browser.page.city).toBe('01');
});

test('F19 F20 registering opens with the notice, and 下一步 needs the tick', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.get('/register/courses');
  expect(browser.page.page).toBe('notice');
  await browser.post('/register');
  expect([browser.status, browser.page.problem.reason]).toEqual([422, 'notice-unticked']);
  await browser.post('/register', { agreed: '1' });
  expect([browser.status, browser.page.page]).toEqual([200, 'area']);
});

test('F22 R1 choosing an area is a claim, and leads on to the courses', async () => {
  const { browser, books } = await entered();
  expect(browser.page.page).toBe('courses');
  expect(books.desk.partition.candidates.get('person-1'.padEnd(22, '-'))?.claim).toEqual({
    number: 1,
    area: '0124',
  });
});

test('F23 the pages of area and courses lead to the offered courses, of one unit too', async () => {
  const views = createViews();
  const { browser } = await entered();
  expect(views.courses(browser.page)).toContain('href="/courses?unit=A"');
  await browser.get('/register/area');
  expect(views.area(browser.page)).toContain('href="/courses"');
});

test('F24 a code drops into its unit; the page says so by the course that was placed', async () => {
  const { browser } = await entered('０2331 ');
  expect(browser.location).toBe('/register/courses?change=1&placed=02331');
  expect(shown(browser)).toEqual(['B 02331 draft']);
  expect(browser.page.placed.unit.name).toBe('第二单元');
});

test.each([
  ['1234', 'course-malformed'],
  ['99999', 'course-unknown'],
  ['02332', 'course-practical'],
  ['02142', 'course-not-offered'],
  ['03708', 'course-replaced'],
])('F24 R10 R11 D8 the code %s is refused as %s and stays in the box', async (course, reason) => {
  const { browser } = await entered();
  await browser.post('/register/courses', { course });
  expect([browser.status, browser.page.page]).toEqual([422, 'courses']);
  expect(browser.page.problem.reason).toBe(reason);
  expect(browser.page.typed).toBe(course);
});

test('R2 a second course in a unit is asked about, and replaces only when told so', async () => {
  const { browser } = await entered('02331');
  await browser.post('/register/courses', { course: '00015' });
  expect(browser.page.problem).toMatchObject({
    reason: 'unit-clash',
    unit: { code: 'B', name: '第二单元' },
    course: { code: '02331', name: '数据结构' },
  });
  expect(browser.page.replace).toMatchObject({
    course: { code: '00015' },
    present: { code: '02331' },
    saved: false,
  });
  await browser.post('/register/courses', { course: '00015', replace: '1' });
  expect(shown(browser)).toEqual(['B 00015 draft']);
});

test('R2 the refusal names the other ticket', async () => {
  const { browser, gateway } = await entered('02331');
  const other = new Browser(gateway, 'person-1'.padEnd(22, '-'), otherTicket);
  await other.get('/register');
  await other.post('/register', { agreed: '1' });
  await other.get('/register/courses');
  await other.post('/register/courses', { course: '00015', replace: '1' });
  expect(other.page.problem).toMatchObject({
    reason: 'unit-clash',
    ticketMask: ticketMask(ticket),
  });
  expect(other.page.replace).toBeUndefined();
  expect(other.page.units[1].own.otherTicket).toBe(ticketMask(ticket));
  expect(shown(browser)).toEqual(['B 02331 draft']);
});

test('F25 B1 获取验证码 holds the seats, and every reload comes back to code entry', async () => {
  const { browser, gateway } = await entered('02331', '00023');
  await browser.post('/register/hold');
  expect(browser.location).toBe('/register/code');
  expect(browser.page.page).toBe('code');
  expect(browser.page.units).toHaveLength(2);
  expect(browser.page.holdUntil).toBe(browser.page.now + 300_000);
  for (const address of ['/register', '/register/courses', '/register/code']) {
    await browser.get(address);
    expect(browser.page.page).toBe('code');
  }
  // Another device, freshly signed in.
  const phone = new Browser(gateway, 'person-1'.padEnd(22, '-'));
  await phone.get('/register');
  expect(phone.page.page).toBe('code');
  await phone.get('/register/courses?change=1');
  expect(phone.page.page).toBe('courses');
  expect(phone.page.codeUntil).toBeDefined();
});

test('F27 D5 the code and 保存考位 save, and the outcome can be shown again', async () => {
  const { browser } = await entered('02331', '00023');
  await browser.post('/register/hold');
  const { challenge, units } = entry(browser);
  await browser.post('/register/save', { challenge, units, code: rightCode });
  expect(browser.location).toMatch(/^\/register\/outcome\?id=/);
  expect(browser.page.page).toBe('saved');
  expect(browser.page.saved).toHaveLength(2);
  const again = browser.location;
  await browser.get('/mine');
  await browser.get(again);
  expect(browser.page.saved).toHaveLength(2);
});

test('F27 with scripts the save costs one command and no question', async () => {
  const { browser, books } = await entered('02331');
  await browser.post('/register/hold');
  const { challenge, units } = entry(browser);
  books.asked.length = 0;
  browser.htmx = true;
  await browser.post('/register/save', { challenge, units, code: rightCode });
  expect([browser.page.page, books.asked.length]).toEqual(['saved', 0]);
  expect(books.sent.filter((command) => command.kind === 'save-seats')).toHaveLength(1);
});

test('D7 a mistyped code is said with the tries left, and the holds stay', async () => {
  const { browser } = await entered('02331');
  await browser.post('/register/hold');
  const { challenge, units } = entry(browser);
  await browser.post('/register/save', { challenge, units, code: '000000' });
  expect([browser.status, browser.page.page]).toEqual([422, 'code']);
  expect(browser.page.problem).toEqual({ reason: 'code-wrong', triesLeft: 4 });
  await browser.post('/register/save', { challenge, units, code: '12' });
  expect(browser.page.problem).toEqual({ reason: 'code-malformed' });
  await browser.post('/register/save', { challenge, units, code: `２４６ 810` });
  expect(browser.page.page).toBe('saved');
});

test('F26 some full: asked, comes back on reload; 否 keeps the choice, 是 clears and sends', async () => {
  const gateway = givenGateway({ capacity: 1 });
  const first = new Browser(gateway, gateway.admit(1));
  await first.toCourses();
  await first.post('/register/courses', { course: '02331' });
  await first.post('/register/hold');
  const browser = new Browser(gateway, gateway.admit(2));
  await browser.toCourses();
  for (const course of ['00015', '00023']) await browser.post('/register/courses', { course });
  await browser.post('/register/hold');
  expect(browser.page.page).toBe('ask');
  await browser.get('/register/code');
  expect(browser.page.page).toBe('ask');
  await browser.post('/register/code/decline');
  expect(browser.page.page).toBe('courses');
  expect(shown(browser)).toEqual(['A 00023 held', 'B 00015 draft']);
  await browser.get('/register/code');
  await browser.post('/register/code/send');
  expect(browser.page.page).toBe('code');
  expect(browser.page.units.map((one: { state: string }) => one.state)).toEqual(['held']);
});

test('F26 all full: no code, the choice stays and other areas are offered', async () => {
  const gateway = givenGateway({ capacity: 1 });
  const first = new Browser(gateway, gateway.admit(1));
  await first.toCourses();
  await first.post('/register/courses', { course: '02331' });
  await first.post('/register/hold');
  const browser = new Browser(gateway, gateway.admit(2));
  await browser.toCourses();
  await browser.post('/register/courses', { course: '02331' });
  await browser.post('/register/hold');
  expect(browser.page.page).toBe('allFull');
  expect(browser.page.full).toMatchObject([{ unit: { code: 'B' }, course: { code: '02331' } }]);
  expect(browser.page.whole.map((offer: { area: object }) => offer.area)).toEqual([
    { code: '0105', city: '成都市', name: '青羊区' },
    { code: '0201', city: '绵阳市', name: '涪城区' },
  ]);
  await browser.get('/register/code');
  expect(browser.page.page).toBe('courses');
  expect(shown(browser)).toEqual(['B 02331 draft']);
});

test('B1 one resend after a minute, and no second', async () => {
  const { browser, books } = await entered('02331');
  await browser.post('/register/hold');
  await browser.post('/register/code/resend');
  expect(browser.page.problem.reason).toBe('resend-too-soon');
  books.desk.wait(60_000);
  await browser.post('/register/code/resend');
  expect([browser.status, browser.page.code.resendLeft]).toEqual([200, false]);
});

test('B1 after the hold ran out the courses are still chosen', async () => {
  const { browser, books } = await entered('02331');
  await browser.post('/register/hold');
  const { challenge, units } = entry(browser);
  books.desk.wait(301_000);
  await browser.post('/register/save', { challenge, units, code: rightCode });
  expect([browser.page.page, browser.page.problem.reason]).toEqual(['courses', 'code-expired']);
  expect(shown(browser)).toEqual(['B 02331 draft']);
  await browser.get('/register/courses');
  expect([browser.status, browser.page.problem.reason]).toEqual([200, 'code-expired']);
  await browser.post('/register/hold');
  expect(browser.page.page).toBe('code');
});

test('F32 F33 a saved course is swapped within its unit, and courses are added beside it', async () => {
  const { browser } = await entered('02331');
  await browser.post('/register/hold');
  await browser.post('/register/save', entry(browser));
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: '00015' });
  expect(browser.page.problem.reason).toBe('unit-clash');
  await browser.post('/register/courses', { course: '00015', replace: '1' });
  await browser.post('/register/courses', { course: '04735' });
  await browser.post('/register/hold');
  await browser.post('/register/save', entry(browser));
  expect(shown(browser)).toEqual(['B 00015 saved', 'D 04735 saved']);
});

test('D6 R1 seats are given up explicitly; before that the area cannot change', async () => {
  const { browser } = await entered('02331');
  await browser.post('/register/hold');
  await browser.post('/register/save', entry(browser));
  await browser.get('/register/area');
  await browser.post('/register/area', { city: '01', area: '0105' });
  expect([browser.page.page, browser.page.problem.reason]).toEqual(['area', 'seats-remain']);
  await browser.get('/register/give-up?unit=B');
  expect(browser.page.seats).toHaveLength(1);
  await browser.post('/register/give-up', { unit: 'B' });
  expect([browser.page.page, shown(browser)]).toEqual(['mine', []]);
  await browser.get('/register/area');
  await browser.post('/register/area', { city: '01', area: '0105' });
  expect(browser.page.page).toBe('courses');
});

test('R1 a move that is not answered yet is shown as running, and ends by itself', async () => {
  const { browser, books } = await entered('02331');
  books.holdEffects(true);
  await browser.get('/register/area');
  const { desk } = books;
  const moving = browser.post('/register/area', { city: '01', area: '0105' });
  // The request looks again for a while by the gateway's clock.
  desk.now += 3_000;
  await moving;
  expect(browser.page.page).toBe('moving');
  await browser.get('/register/courses');
  expect(browser.page.page).toBe('moving');
  const { from, to } = browser.page;
  expect([from.code, to.code]).toEqual(['0124', '0105']);
  books.holdEffects(false);
  await browser.get('/register/area?moved=0105');
  expect([browser.page.page, browser.page.area.code]).toEqual(['courses', '0105']);
  // A move that was refused ends where it began, and says why.
  await browser.get('/register/area?moved=0124');
  expect([browser.page.page, browser.page.problem.reason]).toEqual(['area', 'seats-remain']);
});

test('D8 a foreign course is warned about on its card, or refused when the office says so', async () => {
  const warned = await entered('03709');
  expect(warned.browser.page.units[3].foreign).toBe(true);
  const settings = { ...province().settings, foreignCourse: 'refuse' as const };
  const gateway = givenGateway({ adopted: { ...province(), settings } });
  const refused = await enteredIn(gateway, '03709');
  expect(refused.browser.page.problem.reason).toBe('course-foreign');
});

test('R3 a passed course may be chosen, and its card says the grade', async () => {
  const gateway = givenGateway();
  const passed = [{ course: '02331', grade: 72 }];
  const tickets = [{ number: ticket, programme: '080901', status: 'active' as const, passed }];
  const browser = new Browser(gateway, gateway.admit(1, { tickets }));
  await browser.toCourses();
  await browser.post('/register/courses', { course: '02331' });
  expect([browser.status, browser.page.units[1].passedGrade]).toEqual([200, 72]);
});

test('R4 a dead ticket registers nothing, also where another ticket chose the area', async () => {
  const gateway = givenGateway();
  const tickets = (['active', 'graduated'] as const).map((status, at) => ({
    number: [ticket, otherTicket][at] ?? '',
    programme: '080901',
    status,
    passed: [],
  }));
  const person = gateway.admit(1, { tickets });
  await new Browser(gateway, person).toCourses();
  const dead = new Browser(gateway, person, otherTicket);
  await dead.get('/register');
  await dead.post('/register', { agreed: '1' });
  expect([dead.page.page, dead.page.problem.reason]).toEqual(['area', 'ticket-dead']);
  // A form that was not taken hands out no other either.
  await dead.post('/register/courses', { course: '02331' });
  expect([dead.page.page, dead.page.problem.reason]).toEqual(['area', 'ticket-dead']);
});

test('R6 who may not register is told why', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1, { hasPhoto: false }));
  await browser.toCourses();
  expect([browser.page.page, browser.page.problem.reason]).toEqual(['area', 'photo-missing']);
});

test('R8 F42 without a phone every way into registering ends at binding one', async () => {
  const { browser, gateway } = await entered('02331');
  const { desk } = gateway.books;
  const { person } = [...desk.partition.candidates.values()][0] ?? { person: '' };
  const courses = browser.page;
  desk.send({ kind: 'request-unbind-code', person, challenge: 'unbind' });
  desk.send({ kind: 'unbind-phone', person, challenge: 'unbind', codeMatches: true });
  for (const path of ['/register/area', '/register/courses']) {
    await browser.get(path);
    expect([browser.page.page, browser.page.again]).toEqual(['bindPhone', true]);
  }
  // Pages from before the unbinding lead there too, whatever device they are on.
  for (const htmx of [false, true]) {
    browser.htmx = htmx;
    for (const [path, fields] of [
      ['/register/courses', { course: '02324' }],
      ['/register/hold', {}],
      ['/register/area', { city: '01', area: '0124' }],
    ] as const) {
      browser.page = courses;
      await browser.post(path, fields);
      expect(browser.page.page, path).toBe('bindPhone');
    }
  }
  // What is saved and what it says is seen all the same.
  browser.htmx = false;
  expect((await browser.get('/mine')).page.page).toBe('mine');
});

test('B2 a lost answer is unknown, then the truth, and sending again doubles nothing', async () => {
  const { browser, books } = await entered('02331');
  await browser.post('/register/hold');
  const held = browser.page;
  const save = entry(browser);
  books.loseNext('before');
  await browser.post('/register/save', save);
  expect([browser.page.page, browser.page.operation.kind]).toEqual(['unknown', 'save']);
  const address = browser.location;
  // The same form once more: the same command, carried out this time, its answer lost again.
  browser.page = held;
  books.loseNext('after');
  await browser.post('/register/save', save);
  expect(browser.location.slice(0, 60)).toBe(address.slice(0, 60));
  expect(browser.page.page).toBe('saved');
  await browser.get(address);
  expect(browser.page.saved).toMatchObject([{ unit: { code: 'B' }, course: { code: '02331' } }]);
});

test('B2 while the engine is away nothing is called failed; after the time to answer, no trace', async () => {
  const { browser, books } = await entered('02331');
  books.setAway(true);
  await browser.post('/register/courses', { course: '00023' });
  expect(browser.page.page).toBe('unknown');
  const address = browser.location;
  books.setAway(false);
  await browser.get(address);
  expect(browser.page.page).toBe('unknown');
  books.desk.wait(9_000);
  await browser.get(address);
  expect([browser.page.page, browser.page.problem.reason]).toEqual(['courses', 'no-trace']);
});

test('B2 a command that reached nobody is said to be undone, and never to be one of many', async () => {
  const { browser, books } = await entered('02331');
  books.missNext();
  await browser.post('/register/courses', { course: '00023' });
  expect([browser.status, browser.page.page, browser.page.cause]).toEqual([503, 'busy', 'away']);
  await browser.get('/register/area');
  books.missNext();
  await browser.post('/register/area', { city: '01', area: '0105' });
  expect([browser.status, browser.page.cause]).toEqual([503, 'away']);
});

test('D7 B1 one person cannot ask for one code after another at will', async () => {
  const { browser } = await entered('02331');
  const { burst } = defaultLimits.codesAccount;
  for (let times = 0; times < burst; times += 1) {
    await browser.get('/register/courses?change=1');
    await browser.post('/register/hold');
    expect([browser.status, browser.page.page]).toEqual([200, 'code']);
  }
  await browser.get('/register/courses?change=1');
  await browser.post('/register/hold');
  expect([browser.status, browser.page.page]).toEqual([429, 'busy']);
});

test('B2 an outcome asked for with a time that no clock can show is not looked for', async () => {
  const { browser } = await entered();
  const id = 'a'.repeat(22);
  const times = `sentAt=${Number.MAX_SAFE_INTEGER}&answerBy=${Number.MAX_SAFE_INTEGER}`;
  await browser.get(`/register/outcome?id=${id}&kind=save&area=0124&revision=0&${times}`);
  expect(browser.page.page).toBe('mine');
});

test('B2 an old outcome that is kept no longer is never called undone', async () => {
  const { browser } = await entered('02331');
  await browser.post('/register/hold');
  await browser.post('/register/save', entry(browser));
  const { location } = browser;
  await browser.get('/register/courses');
  for (const replace of ['15043', '00023', '15043', '00023', '15043', '00023', '15043', '00023']) {
    await browser.post('/register/courses', { course: replace, replace: '1' });
    expect(browser.status).toBe(200);
  }
  await browser.get(location);
  expect(browser.page.page).toBe('unknown');
  browser.gateway.books.desk.wait(10_000);
  await browser.get(location);
  expect(browser.page.page).toBe('mine');
});

test('a double click, and an old tab, change nothing twice', async () => {
  const { browser } = await entered('02331');
  const before = browser.page;
  await browser.post('/register/courses', { course: '00023' });
  browser.page = before;
  await browser.post('/register/courses', { course: '00023' });
  expect([browser.status, shown(browser)]).toEqual([200, ['A 00023 draft', 'B 02331 draft']]);
  browser.page = before;
  await browser.post('/register/courses', { course: '04735' });
  expect(browser.page.problem.reason).toBe('changed-meanwhile');
  expect(shown(browser)).toEqual(['A 00023 draft', 'B 02331 draft']);
});

test('a form made for one area does nothing in another, nor does a forged one', async () => {
  const { browser } = await entered('02331');
  const old = browser.page;
  await browser.get('/register/area');
  await browser.post('/register/area', { city: '01', area: '0105' });
  browser.page = old;
  await browser.post('/register/courses', { course: '00023' });
  expect([browser.status, browser.page.problem.reason]).toEqual([422, 'form-outdated']);
  expect(shown(browser)).toEqual([]);
  browser.page = { form: '1.forged~0~0.AAAAAAAAAAAAAAAAAAAAAA' };
  await browser.post('/register/courses', { course: '00023' });
  expect(browser.page.problem.reason).toBe('form-outdated');
});

test('R1 a claim made anew on another device is refreshed once and the command repeated', async () => {
  const { browser, gateway, books } = await entered();
  const other = new Browser(gateway, 'person-1'.padEnd(22, '-'));
  await other.toCourses('0105');
  await other.get('/register/area');
  await other.post('/register/area', { city: '01', area: '0124' });
  const sentBefore = books.sent.length;
  await browser.post('/register/courses', { course: '02331' });
  expect(shown(browser)).toEqual(['B 02331 draft']);
  const claims = books.sent.slice(sentBefore).map((one) => ('claim' in one ? one.claim : 0));
  expect(claims).toEqual([1, 3]);
});

test('D9 outside the window every step shows the window; 我的报考 is always there', async () => {
  const hour = 3_600_000;
  const days = [0, 24].map((from) => ({
    opensAt: firstOpen + from * hour,
    closesAt: firstOpen + (from + 1) * hour,
  }));
  const { browser, books } = await enteredIn(
    givenGateway({ adopted: province({ calendar: days }) }),
    '02331',
  );
  books.desk.waitUntil(firstOpen + hour);
  await browser.post('/register/courses', { course: '00023' });
  expect([browser.page.page, browser.page.window.state]).toEqual(['window', 'closed']);
  for (const address of ['/register', '/register/area', '/register/courses', '/register/code']) {
    await browser.get(address);
    expect(browser.page.page).toBe('window');
  }
  await browser.get('/mine');
  expect([browser.page.page, browser.page.window.state]).toEqual(['mine', 'closed']);
});
