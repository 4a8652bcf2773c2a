/** The slip and its check against books in memory: pages come as their models. */
import { expect, test } from 'vitest';
import type { Command } from '../../engine/protocol/commands.ts';
import type { Desk, Mark } from '../../engine/protocol/sittings.ts';
import { defaultLimits } from '../../gateway/limits.ts';
import {
  accepted,
  givenPayment,
  givenRecord,
  givenTicketRecord,
  markSeats,
  Visitor,
} from '../given.ts';
import {
  Browser,
  type GivenGateway,
  givenGateway,
  otherTicket,
  ticket,
} from './registering-browser.ts';

const fee = 3_500;

/** Somebody with saved seats, who has confirmed them. */
async function confirmed(gateway: GivenGateway, number = 1, courses = ['00023', '02331']) {
  const visitor = new Visitor(gateway.books.desk, number, '0124');
  visitor.ticket = ticket;
  const tickets = [ticket, otherTicket].map((one) =>
    givenTicketRecord(number, { number: one, programme: '080901' }),
  );
  gateway.books.admit(visitor.person, givenRecord(number, { tickets }));
  const browser = new Browser(gateway, visitor.person);
  await browser.toCourses();
  accepted(visitor.take(...courses));
  accepted(visitor.confirm());
  return { visitor, browser };
}

function pay(gateway: GivenGateway, visitor: Visitor, courses: number): string {
  const attempt = visitor.pay();
  const { now } = gateway.books.desk;
  accepted(gateway.books.desk.send({ ...givenPayment(attempt, courses * fee), paidAt: now }));
  return attempt;
}

const refunded = (gateway: GivenGateway, attempt: string) =>
  gateway.books.desk.send({
    ...({ kind: 'note-refund', area: '0124', attempt, outcome: 'succeeded' } as const),
    ...{ why: '', refundedAt: gateway.books.desk.now },
  });

/** What was chosen is still there as a draft. */
function anew(visitor: Visitor): void {
  accepted(visitor.hold());
  accepted(visitor.save());
  accepted(visitor.confirm());
}

async function paid(gateway = givenGateway()) {
  const made = await confirmed(gateway);
  const attempt = pay(gateway, made.visitor, 2);
  await made.browser.get('/slip');
  const [slip] = made.browser.page.stand.slips;
  return { gateway, ...made, attempt, slip };
}

/** Without cookies: whoever holds the paper. */
function stranger(gateway: GivenGateway): Browser<GivenGateway> {
  const browser = new Browser(gateway, 'nobody----------------');
  browser.cookies.clear();
  return browser;
}
const verdictOn = async (gateway: GivenGateway, code: string): Promise<string> =>
  (await stranger(gateway).get(`/verify?c=${encodeURIComponent(code)}`)).page.verdict;

test('F41 paid and confirmed: the slip says who, where, what, when, and what it cost', async () => {
  const { gateway, browser, slip } = await paid();
  const { now } = gateway.books.desk;
  expect(browser.page).toMatchObject({
    page: 'slip',
    title: '2026年10月自学考试',
    printFrom: Date.UTC(2026, 9, 20, 1),
    stand: { state: 'paid' },
  });
  expect(slip).toMatchObject({
    name: 'sealed-name-1',
    documentMask: expect.stringContaining('*'),
    ticket,
    programme: { code: '080901', name: '计算机科学与技术' },
    area: { city: '成都市', name: '郫都区' },
    office: { phone: '028-0000-0000' },
    courses: [
      { unit: { name: '第一单元' }, course: { code: '00023', name: '高等数学（工本）' } },
      { unit: { name: '第二单元' }, course: { code: '02331', name: '数据结构' } },
    ],
    ...{ feeFen: 2 * fee, order: '2610_0124_1_1', paidAt: now, issuedAt: now },
    checkedAt: 'https://ruxi.example/verify',
  });
  expect(slip.checkAddress).toBe(`https://ruxi.example/verify?c=${slip.code}`);
});

test('F41 the code is the same whenever the slip is made', async () => {
  const { gateway, browser, slip } = await paid();
  gateway.books.desk.wait(60_000);
  await browser.get('/slip');
  const [later] = browser.page.stand.slips;
  expect(later.issuedAt).toBe(slip.issuedAt + 60_000);
  expect(later.code).toBe(slip.code);
});

test('F41 before that, and after a refund was asked for, the page says why there is none', async () => {
  const gateway = givenGateway();
  const nobody = new Browser(gateway, gateway.admit(9));
  await nobody.get('/slip');
  expect(nobody.page.stand).toEqual({ state: 'none' });

  const { visitor, browser } = await confirmed(gateway);
  const stand = async () => (await browser.get('/slip')).page.stand;
  expect(await stand()).toEqual({ state: 'unpaid' });
  const attempt = pay(gateway, visitor, 2);
  expect(await stand()).toMatchObject({ state: 'paid' });
  accepted(visitor.requestRefund());
  expect(await stand()).toEqual({ state: 'refunding', feeFen: 2 * fee });
  accepted(refunded(gateway, attempt));
  expect(await stand()).toEqual({ state: 'refunded', feeFen: 2 * fee });
  // A new order, which is not paid yet, is what there is to say now.
  anew(visitor);
  expect(await stand()).toEqual({ state: 'unpaid' });
  pay(gateway, visitor, 2);
  expect(await stand()).toMatchObject({ slips: [{ order: '2610_0124_1_2', feeFen: 2 * fee }] });
});

test('F41 a withdrawn order has no slip', async () => {
  const gateway = givenGateway();
  const { visitor, browser } = await confirmed(gateway);
  accepted(visitor.withdraw());
  expect((await browser.get('/slip')).page.stand).toEqual({ state: 'none' });
});

test('R2 every ticket has its own slip, and each can be reached', async () => {
  const { gateway, visitor, browser } = await paid();
  visitor.ticket = otherTicket;
  accepted(visitor.take('04735'));
  accepted(visitor.confirm());
  pay(gateway, visitor, 1);

  await browser.get('/slip?ticket=2');
  const { tickets, stand } = browser.page;
  expect(tickets).toMatchObject([{ shown: false }, { ticketMask: '0105******32', shown: true }]);
  expect(stand.slips).toMatchObject([{ ticket: otherTicket, order: '2610_0124_1_2' }]);
  await browser.get('/slip');
  expect(browser.page.stand.slips).toMatchObject([{ ticket, order: '2610_0124_1_1' }]);
});

test('D11 a late payment that took its seats again beside another order gives two slips', async () => {
  const gateway = givenGateway();
  const { visitor } = await confirmed(gateway, 1, ['00023']);
  const late = visitor.pay();
  const { desk } = gateway.books;
  accepted(desk.send({ kind: 'note-attempt-closed', area: '0124', attempt: late }));
  // Past the close, and into the next day.
  desk.wait(24 * 3_600_000);
  accepted(visitor.choose('02324'));
  accepted(visitor.drop('A'));
  anew(visitor);
  pay(gateway, visitor, 1);
  accepted(desk.send({ ...givenPayment(late, fee), paidAt: desk.now }));
  const nextDay = new Browser(gateway, visitor.person);
  const { slips } = (await nextDay.get('/slip')).page.stand;
  expect(slips.map(({ order }: { order: string }) => order)).toEqual([
    '2610_0124_1_1',
    '2610_0124_1_2',
  ]);
  for (const { code } of slips) expect(await verdictOn(gateway, code)).toBe('valid');
});

test('F41 who is not signed in has no slip', async () => {
  const { gateway } = await paid();
  const handler = gateway.routes.get('GET /slip') ?? expect.unreachable();
  const request = { cookieHeader: '', query: '', address: '127.0.0.1' };
  expect(await handler(request as never)).toMatchObject({
    status: 303,
    location: '/sign-in?again',
  });
});

// ── Checking ────────────────────────────────────────────────────────────────────────────────────

test('F41 anybody with the code hears that it is good, as it is printed or as it is typed', async () => {
  const { gateway, slip } = await paid();
  expect(await verdictOn(gateway, slip.code)).toBe('valid');
  const typed = slip.code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
  expect(await verdictOn(gateway, ` ${typed.match(/.{4}/g)?.join(' – ')}`)).toBe('valid');
});

test('D2 and hears nothing else: no name, no number, no course, no place', async () => {
  const { gateway, slip } = await paid();
  const browser = await stranger(gateway).get(`/verify?c=${slip.code}`);
  expect(browser.status).toBe(200);
  const { now, page, code, verdict, ...more } = browser.page;
  expect(more).toEqual({});
  expect({ page, code, verdict }).toEqual({
    ...{ page: 'slipCheck', code: slip.code, verdict: 'valid' },
  });
});

test('F31 a refund makes it bad at once, from the moment it is asked for', async () => {
  const { gateway, visitor, attempt, slip } = await paid();
  accepted(visitor.requestRefund());
  expect(await verdictOn(gateway, slip.code)).toBe('invalid');
  accepted(refunded(gateway, attempt));
  expect(await verdictOn(gateway, slip.code)).toBe('invalid');
  // Registering again is another order, with a slip of its own.
  anew(visitor);
  pay(gateway, visitor, 2);
  expect(await verdictOn(gateway, slip.code)).toBe('invalid');
});

test('D15 a code made for an order that was not paid, or was withdrawn, is bad', async () => {
  const { gateway, slip } = await paid();
  const { slipCodes } = gateway.context;
  const { visitor } = await confirmed(gateway, 2);
  const unpaid = slipCodes.codeOf({ area: '0124', registration: 2, place: 1 }, slip.code);
  expect(await verdictOn(gateway, unpaid)).toBe('invalid');
  accepted(visitor.withdraw());
  expect(await verdictOn(gateway, unpaid)).toBe('invalid');
});

test('F41 signed for another content, as after a restore that gave the number anew, it is bad', async () => {
  const { gateway } = await paid();
  const order = { area: '0124', registration: 1, place: 1 };
  const code = gateway.context.slipCodes.codeOf(order, 'of-another-day--------');
  expect(await verdictOn(gateway, code)).toBe('invalid');
});

test('D2 forged, unknown and refunded codes cost the same and give the same page', async () => {
  const { gateway, visitor, slip } = await paid();
  const { slipCodes } = gateway.context;
  accepted(visitor.requestRefund());
  const content = 'content---------------';
  const codes = {
    refunded: slip.code,
    unknown: slipCodes.codeOf({ area: '0105', registration: 9, place: 1 }, content),
    forged: `${slip.code.slice(0, -1)}${slip.code.endsWith('Z') ? 'Y' : 'Z'}`,
    guessed: 'K7QM3F2A9TZX04RB81WDHS6E',
    zeros: '0'.repeat(24),
  };
  const pages = [];
  for (const code of Object.values(codes)) {
    const before = gateway.books.asked.length;
    const browser = await stranger(gateway).get(`/verify?c=${code}`);
    expect(gateway.books.asked.slice(before)).toMatchObject([{ kind: 'order-state' }]);
    expect(browser.status).toBe(200);
    expect(browser.page.code).toHaveLength(24);
    pages.push(JSON.stringify({ ...browser.page, code: '' }));
  }
  expect(new Set(pages).size).toBe(1);
  expect(pages[0]).toContain('"invalid"');
});

test('B2 while the engine is away nothing is called bad: come back later', async () => {
  const { gateway, slip } = await paid();
  gateway.books.setAway(true);
  const browser = await stranger(gateway).get(`/verify?c=${slip.code}`);
  expect([browser.status, browser.page.verdict]).toEqual([503, 'away']);
  const forged = await stranger(gateway).get('/verify?c=K7QM3F2A9TZX04RB81WDHS6E');
  expect([forged.status, forged.page.verdict]).toEqual([503, 'away']);
  gateway.books.setAway(false);
  expect(await verdictOn(gateway, slip.code)).toBe('valid');
});

test('F41 what is no code is to be typed again, and costs the engine nothing', async () => {
  const { gateway, slip } = await paid();
  const before = gateway.books.asked.length;
  for (const typed of [slip.code.slice(1), 'hello', `${'x'.repeat(5_000)}`]) {
    const browser = await stranger(gateway).get(`/verify?c=${typed}`);
    expect([browser.status, browser.page.problem.reason]).toEqual([422, 'slip-code-malformed']);
    expect(browser.page.code.length).toBeLessThanOrEqual(60);
  }
  const open = await stranger(gateway).get('/verify');
  expect([open.status, open.page.code, open.page.verdict]).toEqual([200, '', undefined]);
  expect(gateway.books.asked.length).toBe(before);
});

test('D3 one address can check only so many; another is not kept waiting for it', async () => {
  const { gateway, slip } = await paid();
  const handler = gateway.routes.get('GET /verify') ?? expect.unreachable();
  const from = (address: string, code = 'K7QM3F2A9TZX04RB81WDHS6E') =>
    handler({ cookieHeader: '', query: `c=${code}`, address, htmx: true } as never);
  const { burst } = defaultLimits.slipChecksAddress;
  for (let count = 0; count < burst; count += 1) {
    expect((await from('192.0.2.1')).status).toBe(200);
  }
  const before = gateway.books.asked.length;
  expect(await from('192.0.2.1')).toMatchObject({ status: 429, retryAfterSeconds: 2 });
  expect(gateway.books.asked.length).toBe(before);
  expect((await from('192.0.2.2', slip.code)).status).toBe(200);
});

test('a check changes nothing', async () => {
  const { gateway, slip } = await paid();
  const before: Command[] = [...gateway.books.sent];
  await verdictOn(gateway, slip.code);
  expect(gateway.books.sent).toEqual(before);
});

test('S5 room and desk stand on the slip and beside the seat, and an absence where grades are looked up', async () => {
  const { gateway, visitor, browser } = await paid();
  const { desk: books } = gateway.books;
  const { area, person } = visitor;
  const seat = { person, ticket, unit: 'A', course: '00023' };
  const desk = { venue: '示例中学', room: '003', deskNumber: '12' };
  const mark = (number: number, to: Mark) =>
    markSeats(books, number, area, [{ ...seat, mark: to }]);
  await browser.get('/plan');
  expect(browser.page.absent).toEqual([]);
  mark(1, { kind: 'desk', desk });
  await browser.get('/slip');
  expect(browser.page.stand.slips[0].courses.map((one: { desk?: Desk }) => one.desk)).toEqual([
    desk,
    undefined,
  ]);
  mark(2, { kind: 'absent' });
  await browser.get('/mine');
  expect(browser.page.units[0].own).toMatchObject({
    kind: 'paid',
    sitting: { desk, absent: true },
  });
  await browser.get('/plan');
  expect(browser.page.absent).toMatchObject([{ unit: { code: 'A' }, course: { code: '00023' } }]);
  // The other ticket's owner is the same person, and stayed away from nothing under it.
  await browser.get('/plan?ticket=2');
  expect(browser.page.absent).toEqual([]);
  accepted(visitor.requestRefund());
  accepted(refunded(gateway, `${visitor.order}_1`));
  await browser.get('/plan');
  expect(browser.page.absent).toEqual([]);
});
