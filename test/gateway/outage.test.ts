/** D7's last sentence at the gateway: the password, typed once more, in place of the booking code. */
import { expect, test } from 'vitest';
import type { BookingProof } from '../../engine/protocol/session.ts';
import type { Verified } from '../../gateway/hashing/hashing.ts';
import { createViews } from '../../web/views.ts';
import { messagesAreOut } from '../../web/wording.ts';
import { rightCode } from './registering-books.ts';
import { Browser, type GivenGateway, givenGateway } from './registering-browser.ts';
import { province } from './registering-province.ts';

const views = createViews();
const rightPassword = '示例 密码-42';
const holdMs = 300_000;

type Hashing = { compared: string[]; answer: (password: string) => Verified };

/** Passwords are compared by sight; `hashing.answer` may be another. */
function outage(given: { capacity?: number } = {}) {
  const gateway = givenGateway(given);
  const hashing: Hashing = {
    compared: [],
    answer: (password) => ({ kind: 'verified', matches: password === rightPassword }),
  };
  Object.assign(gateway.context, {
    hashing: {
      verify: async (_hash: string, password: string) => {
        hashing.compared.push(password);
        return hashing.answer(password);
      },
    },
  });
  decide(gateway, 'password');
  return { gateway, hashing, books: gateway.books };
}

/** Engine and gateway hear of it together. */
function decide(gateway: GivenGateway, bookingProof: BookingProof): void {
  const number = (gateway.context.catalogue.current()?.adopted.number ?? 0) + 1;
  const base = province({ number });
  const adopted = { ...base, settings: { ...base.settings, bookingProof } };
  gateway.books.desk.send({ kind: 'adopt', adopted });
  gateway.context.catalogue.adopt(adopted);
}

async function holding(given: { capacity?: number } = {}, courses = ['02331', '00023']) {
  const all = outage(given);
  const browser = new Browser(all.gateway, all.gateway.admit(1));
  await browser.toCourses();
  for (const course of courses) await browser.post('/register/courses', { course });
  await browser.post('/register/hold');
  return { ...all, browser };
}

const entry = (browser: Browser, password: string) => ({
  challenge: browser.page.code.challenge,
  units: browser.page.units.map(({ unit }: { unit: { code: string } }) => unit.code),
  password,
});
const save = (browser: Browser, password = rightPassword) =>
  browser.post('/register/save/password', entry(browser, password));
const candidateOf = ({ books }: { books: GivenGateway['books'] }) =>
  books.desk.partition.candidates.get('person-1'.padEnd(22, '-'));

test('D7 F25 B1 the seats are held as ever, and the page asks for the password, with the clock', async () => {
  const { browser } = await holding();
  expect(browser.page).toMatchObject({ page: 'code', byPassword: true });
  expect(browser.page.code.delivery).toBe('not-sent');
  expect(browser.page.holdUntil).toBe(browser.page.now + holdMs);
  const page = views.code(browser.page);
  expect(page).toContain('短信暂时发不出去，请重新输入登录密码来保存考位。');
  expect(page).toMatch(/<input id="password"[^>]* autocomplete="current-password"/);
  expect(page).not.toContain('name="code"');
  expect(page).not.toContain('/register/code/resend');
  await browser.get('/register/courses?change=1');
  expect(browser.page).toMatchObject({ page: 'courses', byPassword: true });
  await browser.get('/mine');
  expect(browser.page.step).toMatchObject({ kind: 'code', byPassword: true });
});

test('D7 the pages around say so, whoever looks', async () => {
  const { gateway, browser } = await holding();
  const { context } = gateway;
  const seen: unknown[] = [];
  const framed = new Proxy(
    {},
    { get: () => (_: object, frame: unknown) => seen.push(frame) && '' },
  );
  Object.assign(context, { views: framed });
  await browser.get('/mine');
  expect(seen).toMatchObject([{ banners: [messagesAreOut] }]);
  decide(gateway, 'code');
  await browser.get('/mine');
  expect(seen).toMatchObject([{}, { banners: [] }]);
});

test('D7 F27 D5 the right password saves, and nothing that is kept has it', async () => {
  const { browser, books } = await holding();
  await save(browser);
  expect(browser.page).toMatchObject({ page: 'saved', failed: [] });
  expect(browser.page.saved).toHaveLength(2);
  const kept = [books.sent, books.desk.journal, browser.location];
  expect(JSON.stringify(kept)).not.toContain(rightPassword);
  await browser.get(browser.location);
  expect(browser.page.saved).toHaveLength(2);
});

test('F26 D7 the question speaks of the password, and “yes” leads to it', async () => {
  const { gateway, books } = outage({ capacity: 1 });
  const first = new Browser(gateway, gateway.admit(1));
  await first.toCourses();
  await first.post('/register/courses', { course: '02331' });
  await first.post('/register/hold');
  const browser = new Browser(gateway, gateway.admit(2));
  await browser.toCourses();
  for (const course of ['00015', '00023']) await browser.post('/register/courses', { course });
  await browser.post('/register/hold');
  expect(browser.page).toMatchObject({ page: 'ask', byPassword: true });
  const page = views.ask(browser.page);
  expect(page).toContain('要清空它们，用登录密码保存其余 1 门吗？');
  expect(page).not.toMatch(/发送/);
  await browser.post('/register/code/send');
  expect(browser.page).toMatchObject({ page: 'code', byPassword: true });
  await save(browser);
  expect(browser.page.saved).toHaveLength(1);
  expect(books.sent.some(({ kind }) => kind === 'save-by-password')).toBe(true);
});

test('D7 D3 a wrong password uses up a try and counts as a failed sign-in, until both say stop', async () => {
  const all = await holding();
  const { browser, books, hashing } = all;
  const { page } = browser;
  const seen: unknown[] = [];
  for (let times = 0; times < 6; times += 1) {
    // Each from a page of its own, the last from one of before.
    if (times > 4) browser.page = page;
    await save(browser, `wrong ${times}`);
    const { reason, triesLeft, at } = browser.page.problem;
    seen.push([browser.page.page, reason, triesLeft, at && at - books.desk.now]);
  }
  expect(seen).toEqual([
    ...[4, 3, 2, 1].map((left) => ['code', 'password-wrong', left, undefined]),
    ['courses', 'password-wrong', 0, 5_000],
    ['courses', 'password-delayed', undefined, 5_000],
  ]);
  expect(candidateOf(all)).toMatchObject({ deviceFailures: 5, failures: 0 });
  expect(hashing.compared).toHaveLength(5);
  // Later the right one opens nothing any more: a new hold does.
  books.desk.now += 5_000;
  browser.page = page;
  await save(browser);
  expect(browser.page.problem.reason).toBe('password-tries-used-up');
  await browser.post('/register/hold');
  await save(browser);
  expect(browser.page.page).toBe('saved');
});

test('D3 the right password ends the count, as at the door', async () => {
  const all = await holding();
  const { browser } = all;
  for (const wrong of ['wrong 1', 'wrong 2', 'wrong 3']) await save(browser, wrong);
  await save(browser);
  expect(browser.page.page).toBe('saved');
  expect(candidateOf(all)?.deviceFailures).toBe(0);
});

test('B2 D3 sent twice it is one save and one sign-in', async () => {
  const all = await holding();
  const { browser, books } = all;
  const { page } = browser;
  for (let times = 0; times < 2; times += 1) {
    browser.page = page;
    await save(browser, 'wrong');
    expect(browser.page.problem.reason).toBe('password-wrong');
  }
  expect(candidateOf(all)?.deviceFailures).toBe(1);
  browser.page = page;
  await save(browser);
  const address = browser.location;
  browser.page = page;
  await save(browser);
  expect([browser.page.page, browser.location]).toEqual(['saved', address]);
  const saves = books.sent.filter(({ kind }) => kind === 'save-by-password');
  expect(new Set(saves.map(({ id }) => id)).size).toBe(2);
});

test('B2 a lost answer is asked for again, and a wrong password is told in its own words', async () => {
  const { browser, books } = await holding();
  const { page } = browser;
  const lost = async (password: string) => {
    browser.page = page;
    // The second of the two commands: the first one is the sign-in's.
    let commands = 0;
    const { send } = books.client;
    Object.assign(books.client, {
      send: async (...given: Parameters<typeof send>) => {
        commands += 1;
        if (commands === 2) books.loseNext('after');
        return send(...given);
      },
    });
    await save(browser, password);
    Object.assign(books.client, { send });
  };
  await lost('wrong');
  expect(browser.location).toMatch(/^\/register\/outcome\?.*kind=save-by-password/);
  books.desk.now += 9_000;
  await browser.get(browser.location);
  expect([browser.page.page, browser.page.problem.reason]).toEqual(['code', 'no-trace']);
  await lost(rightPassword);
  expect(browser.page.page).toBe('saved');
});

test('D7 a queue that is full saves nothing, and says when, beside the clock of the hold', async () => {
  const { browser, books, hashing } = await holding();
  const { answer } = hashing;
  hashing.answer = () => ({ kind: 'busy', waitMs: 7_200 });
  const { page } = browser;
  await save(browser);
  expect([browser.status, browser.page.page]).toEqual([503, 'code']);
  expect(browser.page.problem).toEqual({ reason: 'password-busy', at: books.desk.now + 7_200 });
  expect(browser.page.holdUntil).toBe(page.holdUntil);
  expect(books.sent.some(({ kind }) => kind === 'save-by-password')).toBe(false);
  hashing.answer = () => ({ kind: 'failed' });
  await save(browser);
  expect([browser.status, browser.page.page]).toEqual([503, 'busy']);
  hashing.answer = answer;
  browser.page = page;
  await save(browser);
  expect(browser.page.page).toBe('saved');
});

test('D7 however long comparing took, the engine has its time to answer', async () => {
  const { browser, books, hashing } = await holding();
  const { answer } = hashing;
  hashing.answer = (password) => {
    books.desk.now += 14_000;
    return answer(password);
  };
  await save(browser);
  expect(browser.page.page).toBe('saved');
});

test('D7 one person cannot fill the queue', async () => {
  const { browser, hashing } = await holding();
  const { page } = browser;
  let refusedFrom = 0;
  for (let times = 1; refusedFrom === 0 && times < 50; times += 1) {
    browser.page = page;
    await save(browser);
    if (browser.status === 429) refusedFrom = times;
  }
  expect(hashing.compared).toHaveLength(refusedFrom - 1);
  expect(refusedFrom).toBeGreaterThan(5);
});

test('D7 an empty password is asked for, and costs nothing', async () => {
  const { browser, hashing } = await holding();
  await save(browser, '');
  expect([browser.status, browser.page.problem.reason]).toEqual([422, 'password-missing']);
  const { challenge } = browser.page.code;
  await browser.post('/register/save/password', { password: 'x', challenge, units: [] });
  expect(browser.page.problem.reason).toBe('form-outdated');
  expect(hashing.compared).toEqual([]);
});

test('D7 B1 what was held too long is said in words without a code', async () => {
  const { browser, books } = await holding({}, ['02331']);
  const { page } = browser;
  books.desk.wait(holdMs + 1_000);
  await save(browser);
  expect([browser.page.page, browser.page.problem.reason]).toEqual(['courses', 'password-late']);
  await browser.get('/register/courses');
  expect(browser.page.problem.reason).toBe('password-late');
  await browser.post('/register/hold');
  browser.page = page;
  await save(browser);
  expect(browser.page.problem.reason).toBe('changed-meanwhile');
});

test('D7 a code that was sent before stays good, and the password stands for it too', async () => {
  const { gateway, browser, books } = await holding();
  decide(gateway, 'code');
  const other = new Browser(gateway, gateway.admit(2));
  await other.toCourses();
  await other.post('/register/courses', { course: '02324' });
  await other.post('/register/hold');
  expect(other.page.byPassword).toBeUndefined();
  decide(gateway, 'password');
  await other.get('/register/code');
  const page = views.code(other.page);
  expect(page).toMatch(/<input id="password"/);
  expect(page).toMatch(/<input [^>]*id="code"/);
  const { challenge, units } = entry(other, '');
  await other.post('/register/save', { challenge, units, code: rightCode });
  expect(other.page.page).toBe('saved');
  await browser.get('/register/code');
  await save(browser);
  expect(browser.page.page).toBe('saved');
  expect(books.sent.filter(({ kind }) => kind === 'save-seats')).toHaveLength(1);
});

test('D7 once messages go out again, a code is asked for, and who had none gets one at once', async () => {
  const { gateway, browser } = await holding();
  const { page } = browser;
  decide(gateway, 'code');
  await save(browser);
  expect(browser.page).toMatchObject({ page: 'code', problem: { reason: 'password-ended' } });
  expect(views.code(browser.page)).not.toMatch(/<input[^>]* id="(code|password)"/);
  expect(browser.page.code).toMatchObject({ delivery: 'not-sent', triesLeft: 5 });
  await browser.post('/register/code/resend');
  expect(browser.page.code.delivery).toBe('sending');
  const { challenge, units } = entry(browser, '');
  await browser.post('/register/save', { challenge, units, code: rightCode });
  expect(browser.page.saved).toHaveLength(2);
  expect(page.byPassword).toBe(true);
});

test('D7 asking for a code again leads to the password', async () => {
  const { gateway, browser } = await holding();
  decide(gateway, 'code');
  await browser.get('/register/code');
  const { page } = browser;
  decide(gateway, 'password');
  browser.page = page;
  await browser.post('/register/code/resend');
  expect(browser.page).toMatchObject({
    ...{ page: 'code', byPassword: true },
    problem: { reason: 'password-instead' },
  });
});

test('F43 a sign-in that has ended elsewhere saves nothing', async () => {
  const all = await holding();
  const { browser, books } = all;
  const { person = '', generation = 0 } = candidateOf(all) ?? {};
  books.desk.send({ kind: 'change-password', person, hash: '$argon2id$other', generation });
  all.gateway.routes.set('GET /sign-in', () => ({ status: 200, body: '' }));
  await save(browser);
  expect(browser.location).toBe('/sign-in?again');
  expect(books.sent.some(({ kind }) => kind === 'save-by-password')).toBe(false);
});
