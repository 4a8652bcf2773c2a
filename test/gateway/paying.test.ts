/** Confirming and paying, page by page, over the real core with the clock in the test's hand. */
import { expect, test } from 'vitest';
import { providerHere } from './paying-provider.ts';
import {
  attemptOf,
  checked,
  closesAt,
  confirmed,
  documentNumber,
  hourMs,
  later,
  orderOf,
  paid,
  registrationOf,
  saved,
  seatsOf,
  started,
  take,
} from './paying-steps.ts';
import { Browser, givenGateway, otherTicket } from './registering-browser.ts';
import { firstOpen, province } from './registering-province.ts';

test('F28 F29 what is confirmed is shown first, and named what is not in it', async () => {
  const given = await saved();
  const { browser } = given;
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: '02324' });
  await browser.post('/register/courses', { course: '00015', replace: '1' });
  await browser.get('/register/confirm');
  expect(browser.page).toMatchObject({
    page: 'confirm',
    courses: [{ course: { code: '00023' } }, { course: { code: '02331' } }],
    // F32: a swap that was not saved is no part of it either.
    left: [{ course: { code: '00015' } }, { course: { code: '02324' } }],
    feeFen: 3500,
    due: { closesAt, nextOpen: firstOpen + 24 * hourMs },
  });
  await browser.get('/register/confirm/submit');
  expect([browser.page.page, browser.page.left.length]).toEqual(['confirmSubmit', 2]);
  expect(registrationOf(given).orders).toEqual([]);
  await browser.post('/register/confirm');
  expect(browser.location).toBe('/pay');
  expect(browser.page).toMatchObject({
    page: 'order',
    order: { feeFen: 7000, state: 'confirmed' },
  });
  expect(seatsOf(given)).toEqual(['A confirmed', 'B confirmed']);
  expect(registrationOf(given).draft).toEqual([]);
});

test('F28 with nothing saved there is nothing to confirm, and the courses are shown', async () => {
  const gateway = givenGateway();
  const browser = new Browser(gateway, gateway.admit(1));
  await browser.toCourses();
  await browser.get('/register/confirm');
  expect(browser.page.page).toBe('courses');
  await browser.get('/pay');
  expect(browser.page.page).toBe('mine');
});

test('F28 a form of before is refused once another page confirmed, with the lock', async () => {
  const given = await saved();
  const { browser } = given;
  await browser.get('/register/courses');
  const courses = browser.page;
  await browser.get('/register/confirm/submit');
  await browser.post('/register/confirm');
  browser.page = courses;
  await browser.post('/register/courses', { course: '02324' });
  expect([browser.status, browser.page.page]).toEqual([422, 'locked']);
  expect(browser.page.problem.reason).toBe('changed-meanwhile');
});

test.each([
  '/register',
  '/register/area',
  '/register/courses',
  '/register/code',
  '/register/elsewhere',
  '/register/give-up',
  '/register/confirm',
  '/register/confirm/submit',
])('F28 %s shows the lock instead of forms once it is confirmed', async (path) => {
  const { browser } = await confirmed();
  await browser.get(path);
  expect(['locked', 'mine']).toContain(browser.page.page);
  if (browser.page.page === 'locked') expect(browser.page.form).toBeUndefined();
});

test('F31 D13 the lock says what state the order is in', async () => {
  const given = await paid();
  const { browser } = given;
  await browser.get('/register/courses');
  expect(browser.page).toMatchObject({ page: 'locked', state: 'paid' });
  await browser.get('/pay/refund');
  await browser.post('/pay/refund', { order: orderOf(given).number, sure: '1' });
  await browser.get('/register/area');
  expect(browser.page).toMatchObject({ page: 'locked', state: 'refunding' });
});

test('R1 D15 another ticket goes on in the same area, and cannot change it', async () => {
  const given = await confirmed();
  const { gateway, person } = given;
  const other = new Browser(gateway, person, otherTicket);
  await other.get('/register');
  await other.post('/register', { agreed: '1' });
  expect(other.page).toMatchObject({ page: 'courses', areaMayChange: false });
  await other.get('/register/area');
  expect(other.page.present).toMatchObject({ saved: 0, ordered: 2 });
  await other.get('/pay');
  expect(other.page.page).toBe('mine');
});

test('D15 a confirmed order is withdrawn whole after a warning, and its seats are free', async () => {
  const given = await confirmed();
  const { browser } = given;
  await browser.get('/pay/withdraw');
  expect(browser.page.page).toBe('withdraw');
  await browser.post('/pay/withdraw', { order: orderOf(given).number });
  expect(browser.page.page).toBe('mine');
  expect([orderOf(given).state, seatsOf(given)]).toEqual(['withdrawn', []]);
  expect(registrationOf(given).draft).toHaveLength(2);
});

test('D15 with a payment on its way it is not withdrawn, and the page says what to do', async () => {
  const given = await started();
  const { browser } = given;
  const said = () => [browser.status, browser.page.page, browser.page.problem.reason];
  await browser.get('/pay/withdraw');
  expect(said()).toEqual([422, 'checking', 'payment-running']);
  await browser.post('/pay/withdraw', { order: orderOf(given).number });
  expect(said()).toEqual([422, 'checking', 'payment-running']);
  expect(orderOf(given).state).toBe('confirmed');
});

test.each([
  ['99999919850209003x'],
  [' 999999 19850209 003X '],
  ['９９９９９９１９８５０２０９００３Ｘ'],
])('F36 the number is typed again, or pasted as %s', async (typed) => {
  const { browser } = await confirmed();
  await browser.get('/pay/check');
  expect(browser.page.page).toBe('payCheck');
  await browser.post('/pay/check', { documentNumber: typed });
  expect(browser.page.page).toBe('payConfirm');
  expect(JSON.stringify(browser.page)).not.toContain('19850209');
});

test.each(['999999198502090013', '', 'x'.repeat(90)])(
  'F36 another number, as %s, goes no further and says that seats and order are there',
  async (typed) => {
    const { browser } = await confirmed();
    await browser.get('/pay/check');
    await browser.post('/pay/check', { documentNumber: typed });
    expect([browser.status, browser.page.page]).toEqual([422, 'payCheck']);
    expect(browser.page.problem.reason).toBe('document-differs');
    await browser.get('/pay/confirm');
    expect(browser.page.page).toBe('payCheck');
    await browser.post('/pay/start', { order: browser.page.order.number, method: 'alipay.scan' });
    expect(browser.page.page).toBe('payCheck');
  },
);

test('F36 the number is asked for again in another sign-in, and cannot be found by trying', async () => {
  const { browser, gateway, person } = await checked();
  await browser.get('/pay/check');
  expect(browser.page.page).toBe('payConfirm');
  const another = new Browser(gateway, person);
  await another.get('/pay/check');
  expect(another.page.page).toBe('payCheck');
  const { page } = another;
  for (let tries = 0; tries < 9; tries += 1) {
    another.page = page;
    await another.post('/pay/check', { documentNumber: '999999198502090013' });
    expect(another.page.problem.reason).toBe('document-differs');
  }
  another.page = page;
  await another.post('/pay/check', { documentNumber });
  expect([another.status, another.page.page]).toEqual([429, 'busy']);
});

test('F37 F38 the second confirmation starts one attempt, however often it is sent', async () => {
  const given = await checked();
  const { browser, provider } = given;
  const { page } = browser;
  expect(page.methods.map(({ value }: { value: string }) => value)).toEqual([
    'alipay.scan',
    'alipay.page',
  ]);
  expect(orderOf(given).attempts).toEqual([]);
  const send = { order: page.order.number, method: 'alipay.scan' };
  await browser.post('/pay/start', send);
  expect(browser.location).toBe('/pay/page');
  expect(browser.page).toMatchObject({
    page: 'payment',
    method: { provider: 'alipay', way: 'scan' },
    pay: { kind: 'code', text: `alipay:${attemptOf(given).number}` },
  });
  browser.page = page;
  await browser.post('/pay/start', send);
  expect(orderOf(given).attempts).toHaveLength(1);
  // Looked at twice, opened once.
  expect(provider.opened).toHaveLength(1);
  expect(provider.opened[0]).toMatchObject({ amountFen: 7000, title: '自学考试报考费 2 门' });
});

test('F38 a link into an application does not live long, and is asked for anew', async () => {
  const given = await started('alipay.page');
  const { browser, gateway, provider } = given;
  expect(browser.page.pay).toEqual({
    kind: 'link',
    url: `https://alipay.example/alipay:${attemptOf(given).number}`,
  });
  gateway.books.desk.now += 5 * 60_000;
  await browser.get('/pay/page');
  expect(browser.page.pay.kind).toBe('link');
  expect(provider.opened).toHaveLength(2);
});

test('F38 another way is a new attempt, and the old one is on its way to be closed', async () => {
  const wechat = providerHere('wechat', ['scan', 'page', 'inside']);
  const given = await started('alipay.scan', [providerHere('alipay'), wechat]);
  const { browser } = given;
  expect(browser.page.others.map(({ value }: { value: string }) => value)).toEqual([
    'wechat.scan',
    'alipay.page',
    'wechat.page',
  ]);
  await browser.post('/pay/start', { order: browser.page.order.number, method: 'wechat.scan' });
  expect(browser.page.pay.kind).toBe('code');
  expect(orderOf(given).attempts).toMatchObject([
    { provider: 'alipay', state: 'stopping' },
    { provider: 'wechat', state: 'live' },
  ]);
});

test('F38 what the browser says of itself only puts the likeliest way first', async () => {
  const { browser } = await checked([providerHere('alipay'), providerHere('wechat')]);
  const methods = async (userAgent: string) => {
    browser.userAgent = userAgent;
    await browser.get('/pay/confirm');
    return browser.page.methods.map(({ value }: { value: string }) => value);
  };
  const phone =
    'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36';
  expect(await methods(phone)).toEqual([
    'alipay.page',
    'wechat.page',
    'alipay.scan',
    'wechat.scan',
  ]);
  expect(await methods(`${phone} MicroMessenger/8.0`)).toEqual([
    'alipay.scan',
    'wechat.scan',
    'alipay.page',
    'wechat.page',
  ]);
  expect(await methods('Mozilla/5.0 (Windows NT 10.0) MicroMessenger/7.0')).toEqual([
    'alipay.scan',
    'wechat.scan',
    'alipay.page',
    'wechat.page',
  ]);
});

test('F38 a way that is none is asked for again', async () => {
  const given = await checked();
  const { browser } = given;
  const { page } = browser;
  // WeChat's is a provider that there is, but not here; and nobody has said who would pay inside it.
  for (const method of ['purse.coins', 'wechat.scan', 'alipay.inside', '']) {
    browser.page = page;
    await browser.post('/pay/start', { order: page.order.number, method });
    expect([browser.status, browser.page.problem.reason]).toEqual([422, 'method-unchosen']);
  }
  expect(orderOf(given).attempts).toEqual([]);
});

test('D14 a provider that is away, or says no, is told honestly, and the next try may succeed', async () => {
  const given = await checked();
  const { browser, provider } = given;
  provider.setAway(true);
  await browser.post('/pay/start', { order: browser.page.order.number, method: 'alipay.scan' });
  expect([browser.status, browser.page.pay.kind]).toEqual([200, 'away']);
  provider.setAway(false);
  provider.setRefusing(true);
  await browser.get('/pay/page');
  expect(browser.page.pay.kind).toBe('refused');
  provider.setRefusing(false);
  await browser.get('/pay/page');
  expect(browser.page.pay.kind).toBe('code');
  expect(seatsOf(given)).toEqual(['A confirmed', 'B confirmed']);
});

test('F38 an attempt that is over is not shown to be paid', async () => {
  const given = await started();
  const { browser, gateway, provider } = given;
  gateway.books.desk.now = attemptOf(given).expiresAt;
  await browser.get('/pay/page');
  expect(browser.page.pay.kind).toBe('expired');
  expect(provider.opened).toHaveLength(1);
  await browser.post('/pay/start', { order: browser.page.order.number, method: 'alipay.scan' });
  expect(browser.page.pay.kind).toBe('code');
  expect(orderOf(given).attempts).toHaveLength(2);
});

test('F40 F41 B2 a query asks the provider; 已缴费 and 已确认 come together, once it is booked', async () => {
  const given = await started();
  const { browser, provider } = given;
  await browser.get('/pay');
  expect([browser.page.page, browser.page.asked]).toEqual(['checking', undefined]);
  await browser.post('/pay/query');
  expect([browser.page.page, browser.page.asked]).toEqual(['checking', 'waiting']);
  provider.setAway(true);
  await browser.post('/pay/query');
  expect(browser.page.asked).toBe('away');
  provider.setAway(false);
  provider.pay(attemptOf(given).number);
  await browser.post('/pay/query');
  expect(browser.page).toMatchObject({
    page: 'done',
    apart: false,
    order: { state: 'paid' },
    paid: { at: 1, provider: 'alipay' },
  });
  expect(seatsOf(given)).toEqual(['A paid', 'B paid']);
  // F39: the tab of the payment page shows the order once more.
  await browser.get('/pay/page');
  expect(browser.page).toMatchObject({ page: 'done', apart: true });
});

test('F40 asking is limited, and the page says that it goes on by itself', async () => {
  const { browser } = await started();
  await browser.get('/pay');
  for (let times = 0; times < 3; times += 1) await browser.post('/pay/query');
  await browser.post('/pay/query');
  expect([browser.page.page, browser.page.asked]).toEqual(['checking', 'often']);
});

test('F40 a waiting page looks by itself, ever more seldom, and goes where the news is', async () => {
  const given = await started();
  const { browser, provider } = given;
  await browser.get('/pay');
  const { state } = browser.page.look;
  browser.htmx = true;
  const after = [];
  for (const times of ['0', '1', '2', '9', '-5']) {
    await browser.get(`/pay/look?at=order&state=${state}&times=${times}`);
    expect([browser.page.page, browser.page.state]).toEqual(['look', state]);
    after.push(browser.page.afterSeconds);
  }
  expect(after).toEqual([10, 20, 30, 30, 10]);
  provider.pay(attemptOf(given).number);
  browser.htmx = false;
  await browser.get('/pay');
  await browser.post('/pay/query');
  browser.htmx = true;
  await browser.get(`/pay/look?at=payment&state=${state}&times=1`);
  expect(browser.page.page).toBe('goTo');
  browser.htmx = false;
  await browser.get(`/pay/look?at=order&state=${state}&times=1`);
  expect(browser.page.page).toBe('done');
});

test('F38 an attempt is given up after a warning; the order stays', async () => {
  const given = await started();
  const { browser } = given;
  await browser.get('/pay/stop');
  expect(browser.page.page).toBe('stopPayment');
  await browser.post('/pay/stop', { order: orderOf(given).number });
  expect(browser.page).toMatchObject({ page: 'order', stopping: true });
  expect(attemptOf(given).state).toBe('stopping');
  await browser.get('/pay/stop');
  expect(browser.page.page).toBe('order');
});

test('B2 an answer that is lost is asked for, and found', async () => {
  const given = await checked();
  const { browser, gateway } = given;
  gateway.books.loseNext('after');
  await browser.post('/pay/start', { order: browser.page.order.number, method: 'alipay.scan' });
  expect(browser.location).toBe('/pay/page');
  expect(browser.page.pay.kind).toBe('code');

  const again = await saved();
  again.gateway.books.loseNext('before');
  await again.browser.get('/register/confirm/submit');
  await again.browser.post('/register/confirm');
  expect(again.browser.page).toMatchObject({ page: 'unknown', operation: { kind: 'confirm' } });
  again.gateway.books.desk.now += 60_000;
  await again.browser.get(again.browser.location);
  expect(again.browser.page).toMatchObject({ page: 'confirm', problem: { reason: 'no-trace' } });
});

test('F30 D9 after the close an unpaid order cannot be paid, and the page says what comes', async () => {
  const given = await confirmed();
  const { browser, gateway } = given;
  const { desk } = gateway.books;
  later(given, closesAt - 1);
  await browser.get('/pay');
  expect(browser.page.payable).toMatchObject({ kind: 'until' });
  desk.now = closesAt;
  await browser.get('/pay/check');
  // Released at once: it has become a draft.
  expect([browser.page.page, orderOf(given).state]).toEqual(['mine', 'released']);
});

test('D11 while a payment may still come in the order waits, and nothing can be paid anew', async () => {
  const given = await confirmed();
  const { browser, gateway } = given;
  const { desk } = gateway.books;
  later(given, closesAt - 60_000);
  await browser.get('/pay/check');
  await browser.post('/pay/check', { documentNumber });
  await browser.post('/pay/start', { order: browser.page.order.number, method: 'alipay.scan' });
  expect(browser.page.expiresAt).toBe(closesAt);
  desk.now = closesAt + 1_000;
  await browser.get('/pay');
  expect(browser.page).toMatchObject({ page: 'checking', payable: { kind: 'over' } });
  await browser.get('/pay/confirm');
  expect(browser.page.page).toBe('checking');
});

test('D10 on the last day there is no tomorrow', async () => {
  const gateway = givenGateway({ providers: [providerHere('alipay')] });
  gateway.books.desk.now = firstOpen + 3 * 24 * hourMs + hourMs;
  const browser = new Browser(gateway, gateway.admit(1, {}, documentNumber));
  await browser.toCourses();
  await take(browser, ['00023']);
  await browser.get('/register/confirm');
  expect(browser.page.due.nextOpen).toBeUndefined();
});

test('S2 D9 while booking is paused an order is still paid; confirming waits', async () => {
  const given = await checked();
  const { browser, gateway } = given;
  const { now } = gateway.books.desk;
  const window = {
    ...({ state: 'paused', pausedMs: 0, pausedAt: now, reason: '检修' } as const),
    newsBy: now + hourMs,
  };
  const adopted = province({ number: 2, window });
  gateway.books.desk.send({ kind: 'adopt', adopted });
  gateway.context.catalogue.adopt(adopted);
  await browser.get('/pay');
  expect(browser.page).toMatchObject({ payable: { kind: 'until' }, withdrawable: false });
  await browser.get('/pay/confirm');
  await browser.post('/pay/start', { order: browser.page.order.number, method: 'alipay.scan' });
  expect(browser.page.pay.kind).toBe('code');
  await browser.get('/pay/withdraw');
  expect(browser.page.page).toBe('window');
});

test('S2 D9 while paying is paused no payment starts, and the page says why; nothing is lost', async () => {
  const { browser, gateway } = await checked();
  const adopted = { ...province({ number: 2 }), payingPaused: { reason: '通道故障' } };
  gateway.books.desk.send({ kind: 'adopt', adopted });
  gateway.context.catalogue.adopt(adopted);
  await browser.get('/pay/confirm');
  const { number } = browser.page.order;
  await browser.post('/pay/start', { order: number, method: 'alipay.scan' });
  expect([browser.page.page, browser.page.problem.reason]).toEqual([
    ...['payConfirm', 'paying-paused'],
  ]);
  const open = province({ number: 3 });
  gateway.books.desk.send({ kind: 'adopt', adopted: open });
  gateway.context.catalogue.adopt(open);
  await browser.get('/pay/confirm');
  await browser.post('/pay/start', { order: number, method: 'alipay.scan' });
  expect(browser.page.pay.kind).toBe('code');
});

test('S2 a page of an area that is paused by itself says so, with the reason', async () => {
  const { browser, gateway } = await checked();
  const { now } = gateway.books.desk;
  const words = { reason: '考点停电', newsBy: now + hourMs };
  const areaPauses = [{ area: '0124', pools: [words], pausedMs: 0, pausedAt: now }];
  const adopted = { ...province({ number: 2 }), areaPauses };
  gateway.books.desk.send({ kind: 'adopt', adopted });
  gateway.context.catalogue.adopt(adopted);
  await browser.get('/pay/withdraw');
  expect(browser.page).toMatchObject({ page: 'window', window: { state: 'paused', ...words } });
});

test('F31 D12 D13 a refund is asked for twice where it may be late, and keeps the seats till it is done', async () => {
  const given = await paid();
  const { browser, gateway } = given;
  await browser.get('/pay/refund');
  expect(browser.page).toMatchObject({
    page: 'refund',
    lastClose: closesAt + 3 * 24 * hourMs,
    mayBeLate: false,
  });
  later(given, firstOpen + 2 * 24 * hourMs + hourMs);
  await browser.get('/pay/refund');
  expect(browser.page.mayBeLate).toBe(true);
  const order = orderOf(given).number;
  await browser.post('/pay/refund', { order });
  expect([browser.status, browser.page.problem.reason]).toEqual([422, 'refund-unticked']);
  expect(orderOf(given).state).toBe('paid');
  await browser.post('/pay/refund', { order, sure: '1' });
  expect(browser.page).toMatchObject({ page: 'refunding', stuck: false });
  expect(seatsOf(given)).toEqual(['A refunding', 'B refunding']);

  const { desk } = gateway.books;
  const attempt = attemptOf(given).number;
  const note = { kind: 'note-refund', area: '0124', attempt } as const;
  desk.send({ ...note, outcome: 'refused', why: 'NOTENOUGH', refundedAt: 0 });
  await browser.get('/pay');
  expect(browser.page.stuck).toBe(true);
  desk.send({ ...note, outcome: 'succeeded', why: '', refundedAt: desk.now });
  await browser.get('/pay');
  expect(browser.page.page).toBe('mine');
  expect([orderOf(given).state, seatsOf(given)]).toEqual(['refunded', []]);
});

test('D9 a refund is asked for while the calendar is open, and not after the last close', async () => {
  const given = await paid();
  const { browser, gateway } = given;
  const lastClose = closesAt + 3 * 24 * hourMs;
  later(given, lastClose - 60_000);
  await browser.get('/pay/refund');
  gateway.books.desk.now = lastClose;
  await browser.post('/pay/refund', { order: orderOf(given).number, sure: '1' });
  expect([browser.page.page, browser.page.window]).toEqual(['window', { state: 'over' }]);
  expect(orderOf(given).state).toBe('paid');
});

test('F39 a form that names no order of ours changes nothing', async () => {
  const given = await paid();
  const { browser } = given;
  await browser.get('/pay/refund');
  for (const order of ['', 'DEMO', '2610_0124_99_1', "'; drop"]) {
    await browser.post('/pay/refund', { order, sure: '1' });
    expect(browser.page.problem.reason).toBe('order-unknown');
  }
  expect(orderOf(given).state).toBe('paid');
});
