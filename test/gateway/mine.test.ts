/** 我的报考 and the start page, in every state that money and the day's end bring about. */
import { expect, test } from 'vitest';
import type { AreaWithdrawal } from '../../engine/protocol/session.ts';
import { noticesAt } from '../../gateway/catalogue.ts';
import { carryMoves, withdrawSlice } from '../harness/withdrawing.ts';
import { providerHere } from './paying-provider.ts';
import {
  attemptOf,
  closesAt,
  confirmed,
  documentNumber,
  type Given,
  hourMs,
  later,
  orderOf,
  paid,
  saved,
  seatsOf,
  started,
  take,
} from './paying-steps.ts';
import { Browser, givenGateway, otherTicket } from './registering-browser.ts';
import { firstOpen } from './registering-province.ts';

const nextDay = firstOpen + 24 * hourMs;

async function mine({ browser }: Pick<Given, 'browser'>) {
  await browser.get('/mine');
  expect(browser.page.page).toBe('mine');
  return browser.page;
}
/** The start page says the same as 我的报考. */
async function step(given: Pick<Given, 'browser'>) {
  const page = await mine(given);
  await given.browser.get('/');
  expect(given.browser.page.step).toEqual(page.step);
  return page.step;
}
/** The book's word that the attempt was paid, as a notice brings it. */
function pay({ gateway }: Given, attempt: string, number = 1): void {
  gateway.books.desk.send({
    ...({ kind: 'note-payment', area: '0124', provider: 'alipay', attempt } as const),
    ...{ transaction: `T${attempt}.${number}`, amountFen: 7000, paidAt: gateway.books.desk.now },
  });
}
function refunded({ gateway }: Given, attempt: string): void {
  const refundedAt = gateway.books.desk.now;
  const note = { kind: 'note-refund', area: '0124', attempt, why: '', refundedAt } as const;
  gateway.books.desk.send({ ...note, outcome: 'succeeded' });
}

test('F28 F40 F41 D13 the next step is one, from nothing chosen to a refund under way', async () => {
  const gateway = givenGateway({ providers: [providerHere('alipay')] });
  const person = gateway.admit(1, {}, documentNumber);
  const browser = new Browser(gateway, person);
  expect(await step({ browser })).toEqual({ kind: 'choose' });
  await browser.toCourses();
  await browser.post('/register/courses', { course: '00023' });
  expect(await step({ browser })).toEqual({ kind: 'save', courses: 1 });
  await browser.get('/register/courses');
  await browser.post('/register/hold');
  expect(await step({ browser })).toMatchObject({ kind: 'code' });

  const given = await saved();
  expect(await step(given)).toEqual({
    kind: 'confirm',
    courses: 2,
    due: { closesAt, nextOpen: nextDay },
  });
  await given.browser.get('/register/confirm/submit');
  await given.browser.post('/register/confirm');
  expect(await step(given)).toMatchObject({
    kind: 'pay',
    feeFen: 7000,
    payable: { kind: 'until' },
  });
  expect((await step(await started())).kind).toBe('check');
  const done = await paid();
  expect(await step(done)).toEqual({ kind: 'done', courses: 2 });
  await done.browser.get('/pay/refund');
  await done.browser.post('/pay/refund', { order: orderOf(done).number });
  expect(await step(done)).toEqual({ kind: 'refunding', feeFen: 7000 });
});

test('F30 what was released is a draft, and one action takes it up the next day', async () => {
  const given = await confirmed();
  const { browser } = given;
  later(given, closesAt + 60_000);
  const night = await mine(given);
  expect(night).toMatchObject({
    window: { state: 'closed' },
    step: { kind: 'again', courses: 2 },
    orders: [{ order: { state: 'released' }, own: true }],
  });
  later(given, nextDay + hourMs);
  expect((await mine(given)).step).toMatchObject({ kind: 'again', courses: 2 });
  await browser.post('/register/hold');
  expect([browser.page.page, browser.page.units.length]).toEqual(['code', 2]);
  // Once it is taken up again nothing speaks of the release.
  expect((await mine(given)).step.kind).toBe('code');
});

test('D10 after the last close there is no next time, and the page says so', async () => {
  const gateway = givenGateway();
  const person = gateway.admit(1, {}, documentNumber);
  const browser = new Browser(gateway, person);
  gateway.books.desk.now = firstOpen + 3 * 24 * hourMs + hourMs;
  browser.signIn(person);
  await browser.toCourses();
  await take(browser, ['00023']);
  expect((await mine({ browser })).step.due.nextOpen).toBeUndefined();
  gateway.books.desk.now = closesAt + 3 * 24 * hourMs + 1;
  browser.signIn(person);
  expect(await mine({ browser })).toMatchObject({
    window: { state: 'over' },
    step: { kind: 'again', courses: 1 },
  });
});

test('D11 money that came too late is told of until it is back, with its progress', async () => {
  const given = await started();
  const { gateway, browser, person } = given;
  const attempt = attemptOf(given).number;
  later(given, closesAt + hourMs);
  // The grace is over; then somebody else takes the seats, and the money comes.
  await mine(given);
  expect(orderOf(given).state).toBe('released');
  for (const number of [8, 9]) {
    const other = new Browser(gateway, gateway.admit(number));
    gateway.books.desk.now = nextDay + number * 60_000;
    other.signIn(`person-${number}`.padEnd(22, '-'));
    await other.toCourses();
    await take(other, ['00023', '02331']);
  }
  pay(given, attempt);
  browser.signIn(person);
  expect((await mine(given)).news).toEqual([
    { kind: 'late', feeFen: 7000, order: orderOf(given).number, stuck: false },
  ]);
  await browser.get(`/order?number=${orderOf(given).number}`);
  expect(browser.page).toMatchObject({
    page: 'orderRecord',
    order: { state: 'released' },
    payments: [{ number: attempt, state: 'paid', refund: { cause: 'late', stuck: false } }],
  });
  refunded(given, attempt);
  expect((await mine(given)).news).toEqual([]);
  await browser.get(`/order?number=${orderOf(given).number}`);
  expect(browser.page.payments[0].refund.doneAt).toBe(gateway.books.desk.now);
});

test('D11 a second payment goes back by itself, and the registration stays', async () => {
  const given = await started();
  const { browser } = given;
  const first = attemptOf(given).number;
  await browser.get('/pay/page');
  await browser.post('/pay/start', { order: orderOf(given).number, method: 'alipay.page' });
  const second = attemptOf(given).number;
  expect(second).not.toBe(first);
  pay(given, second);
  pay(given, first);
  expect(await mine(given)).toMatchObject({
    step: { kind: 'done' },
    news: [{ kind: 'second', feeFen: 7000 }],
  });
});

test('F31 after a refund the page says that it is done, until something newer happens', async () => {
  const given = await paid();
  const { browser } = given;
  await browser.get('/pay/refund');
  await browser.post('/pay/refund', { order: orderOf(given).number });
  refunded(given, attemptOf(given).number);
  const page = await mine(given);
  expect(page).toMatchObject({ step: { kind: 'save', courses: 2 }, news: [{ kind: 'refunded' }] });
  await browser.get('/register/courses');
  await take(browser, []);
  expect((await mine(given)).news).toEqual([]);
});

test('R1 D11 orders of an area that was left are still there', async () => {
  const given = await paid();
  const { browser, gateway } = given;
  await browser.get('/pay/refund');
  await browser.post('/pay/refund', { order: orderOf(given).number });
  refunded(given, attemptOf(given).number);
  await browser.toCourses('0105');
  const page = await mine(given);
  expect(page.area.code).toBe('0105');
  expect(page.orders).toMatchObject([{ order: { area: { code: '0124' }, state: 'refunded' } }]);
  await browser.get(`/order?number=${orderOf(given).number}`);
  expect(browser.page).toMatchObject({ page: 'orderRecord', order: { area: { code: '0124' } } });
  expect(gateway.books.asked.filter(({ kind }) => kind === 'registration').length).toBeGreaterThan(
    0,
  );
});

test('R2 the other ticket’s order is shown as its own, and only there acted on', async () => {
  const given = await confirmed();
  const { gateway, person } = given;
  const other = new Browser(gateway, person, otherTicket);
  expect(await mine({ browser: other })).toMatchObject({
    step: { kind: 'choose' },
    orders: [{ own: false, order: { state: 'confirmed' } }],
  });
  await other.get(`/order?number=${orderOf(given).number}`);
  expect(other.page).toMatchObject({ page: 'orderRecord', own: false });
  await other.get(`/pay?order=${orderOf(given).number}`);
  expect(other.page.page).toBe('mine');
});

/** Nothing was paid, the next day has come, and another course is saved instead; no money has come so far. */
async function takeAnother(given: Awaited<ReturnType<typeof started>>): Promise<void> {
  const { browser } = given;
  later(given, closesAt + hourMs);
  await mine(given);
  later(given, nextDay + hourMs);
  await browser.get('/register/courses');
  for (const unit of ['A', 'B']) {
    await browser.post('/register/courses/drop', { unit });
    await browser.get('/register/courses');
  }
  await take(browser, ['02324']);
}

test('D11 an order whose seats were taken again stands beside a newer one, each with its pages', async () => {
  const given = await started();
  const { browser } = given;
  const old = orderOf(given).number;
  const attempt = attemptOf(given).number;
  await takeAnother(given);
  await browser.get('/register/confirm/submit');
  await browser.post('/register/confirm');
  const newer = orderOf(given).number;
  pay(given, attempt);
  expect(seatsOf(given).sort()).toEqual(['A paid', 'B paid', 'C confirmed']);
  await browser.get('/pay');
  expect(browser.page).toMatchObject({ page: 'order', order: { number: newer } });
  await browser.get(`/pay?order=${old}`);
  expect(browser.page).toMatchObject({ page: 'done', order: { number: old } });
  await browser.get(`/pay/refund?order=${old}`);
  await browser.post('/pay/refund', { order: old, sure: '1' });
  expect(seatsOf(given).sort()).toEqual(['A refunding', 'B refunding', 'C confirmed']);
  expect((await mine(given)).step).toMatchObject({ kind: 'pay', feeFen: 3500 });
});

test('F40 我的报考 looks by itself while a payment or a refund is on its way', async () => {
  const given = await started();
  const { browser } = given;
  const { look } = await mine(given);
  browser.htmx = true;
  await browser.get(`/pay/look?at=mine&state=${look.state}&times=0`);
  expect(browser.page).toMatchObject({ page: 'look', at: 'mine' });
  pay(given, attemptOf(given).number);
  await browser.get(`/pay/look?at=mine&state=${look.state}&times=1`);
  expect(browser.page.page).toBe('goTo');
  browser.htmx = false;
  expect((await mine(given)).look).toBeUndefined();
});

test('D11 F28 what was saved before such money came is confirmed beside it', async () => {
  const given = await started();
  const { browser } = given;
  const attempt = attemptOf(given).number;
  await takeAnother(given);
  pay(given, attempt);
  expect(seatsOf(given).sort()).toEqual(['A paid', 'B paid', 'C saved']);
  expect((await mine(given)).step).toMatchObject({ kind: 'confirm', courses: 1 });
  await browser.get('/register/confirm');
  expect(browser.page).toMatchObject({ page: 'confirm', courses: [{ course: { code: '02324' } }] });
  await browser.get('/register/confirm/submit');
  await browser.post('/register/confirm');
  expect(browser.page).toMatchObject({ page: 'order', order: { feeFen: 3500 } });
  // With nothing more to confirm the lock is shown as ever.
  await browser.get('/register/confirm');
  expect(browser.page.page).toBe('locked');
});

test('F35 an order number of another person shows nothing', async () => {
  const given = await paid();
  const stranger = new Browser(given.gateway, given.gateway.admit(2));
  await stranger.get(`/order?number=${orderOf(given).number}`);
  expect(stranger.page.page).toBe('mine');
});

test('B2 when an area that was left does not answer, the page says that something is missing', async () => {
  const given = await paid();
  const { browser, gateway } = given;
  await browser.get('/pay/refund');
  await browser.post('/pay/refund', { order: orderOf(given).number });
  refunded(given, attemptOf(given).number);
  await browser.toCourses('0105');
  const { client } = gateway.context;
  const { ask } = client;
  client.ask = (async (query) =>
    query.kind === 'registration' && query.area === '0124'
      ? { kind: 'unknown' }
      : ask(query)) as typeof ask;
  expect(await mine(given)).toMatchObject({ whole: false, orders: [] });
});

/** S5: the session says so, at the books and at this gateway; nothing of it is done so far. */
function lose({ gateway }: Given, withdrawal: Partial<AreaWithdrawal>): void {
  const { desk } = gateway.books;
  const before = desk.partition.adopted?.adopted;
  if (before === undefined) throw new Error('no session');
  const plain = { area: '0124', units: [], act: 1, reason: '考点被水淹' };
  const remedy = { kind: 'refund' } as const;
  const withdrawals = [{ ...plain, remedy, ...withdrawal }];
  const adopted = { ...before, number: before.number + 1, withdrawals };
  desk.send({ kind: 'adopt', adopted });
  gateway.context.catalogue.adopt(adopted);
}
type Offered = { code: string; lost?: true };
const noticesIn = ({ gateway: { context } }: Given): string[] => {
  const session = context.catalogue.current();
  return session === undefined ? [] : noticesAt(session, context.now(), '0124');
};
const exitIn = async (given: Given) => (await mine(given)).exit;

test('S5 the area is lost: the seats wait, are on their way, and are in another; all pages say so', async () => {
  const given = await paid();
  const { gateway, browser } = given;
  const { desk } = gateway.books;
  expect(await exitIn(given)).toBeUndefined();
  lose(given, { remedy: { kind: 'move', to: ['0105'] } });
  expect(await exitIn(given)).toMatchObject({
    ...{ kind: 'waiting', unpaid: false, reason: '考点被水淹', from: { code: '0124' } },
  });
  expect(noticesIn(given)).toEqual([expect.stringContaining('考点被水淹，这个考区不能举行')]);
  // Nobody else gets in, and it is not offered.
  const other = new Browser(gateway, gateway.admit(9));
  await other.toCourses();
  expect([other.page.page, other.page.problem.reason]).toEqual(['area', 'area-withdrawn']);
  expect(other.page.areas.map(({ code, lost }: Offered) => [code, lost])).toEqual([
    ['0124', true],
    ['0105', undefined],
  ]);
  withdrawSlice(desk, '0124', 1);
  expect(await exitIn(given)).toMatchObject({ kind: 'going', to: { code: '0105' } });
  carryMoves(desk);
  const page = await mine(given);
  expect(page).toMatchObject({
    exit: { kind: 'moved', from: { code: '0124' }, to: { code: '0105' } },
    area: { code: '0105' },
    step: { kind: 'done', courses: 2 },
    orders: [{ order: { state: 'paid' } }, { order: { state: 'moved' } }],
  });
  // One payment, under the number that the provider knows.
  const [now, before] = page.orders;
  expect(now.payments[0].number).toBe(before.payments[0].number);
  await browser.get('/pay/refund');
  await browser.post('/pay/refund', { order: now.order.number });
  expect(await step(given)).toEqual({ kind: 'refunding', feeFen: 7000 });
});

test('S5 the area is lost and the money goes back: said until it has, and then where to go', async () => {
  const given = await paid();
  const { gateway, browser } = given;
  const attempt = attemptOf(given).number;
  lose(given, {});
  withdrawSlice(gateway.books.desk, '0124', 1);
  expect(await exitIn(given)).toMatchObject({ kind: 'let-go', refunding: true });
  refunded(given, attempt);
  expect(await exitIn(given)).toMatchObject({ kind: 'let-go', refunding: false });
  await browser.get('/register/courses?change=1');
  // What was chosen is taken along to where there is room, and nothing is said any more.
  expect(browser.page.page).toBe('elsewhere');
  expect(browser.page.whole.map(({ area }: { area: Offered }) => area.code)).toContain('0105');
  await browser.post('/register/elsewhere', { area: '0105' });
  expect([browser.page.page, browser.page.area.code]).toEqual(['courses', '0105']);
  expect(await exitIn(given)).toBeUndefined();
  expect(gateway.books.desk.partition.candidates.get(given.person)?.claim?.area).toBe('0105');
});

test('S5 the area is lost before anything is paid: nobody is told that all is safe', async () => {
  const given = await saved();
  lose(given, { remedy: { kind: 'move', to: ['0105'] } });
  expect(await exitIn(given)).toMatchObject({ kind: 'waiting', unpaid: true });
});

test('S5 one unit is lost: what is only chosen there cannot be held, and the others go on', async () => {
  const given = await saved();
  const { gateway, browser } = given;
  lose(given, { units: ['A'] });
  withdrawSlice(gateway.books.desk, '0124', 1);
  expect(await exitIn(given)).toMatchObject({ kind: 'let-go', refunding: false });
  await browser.get('/register/courses?change=1');
  expect(browser.page.page).toBe('courses');
  await browser.post('/register/hold');
  expect(browser.page.problem.reason).toBe('area-withdrawn');
  expect(noticesIn(given)).toEqual([expect.stringContaining('不能举行第一单元的考试')]);
});
