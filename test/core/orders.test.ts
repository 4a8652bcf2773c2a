/** Confirming, paying, refunds, and what providers say, at one registration. */
import { describe, expect, test } from 'vitest';
import { pendingEffects } from '../../engine/core/effects.ts';
import { checkInvariants } from '../../engine/core/invariants.ts';
import { ordersGivenMax } from '../../engine/core/orders.ts';
import { ask } from '../../engine/core/partition.ts';
import { placeOfNumber } from '../../engine/protocol/payments.ts';
import type { OrderView } from '../../engine/protocol/replies.ts';
import {
  accepted,
  chinaTime,
  type Desk,
  givenAdopted,
  givenAside,
  givenDesk,
  givenPayment,
  refused,
  Visitor,
} from '../given.ts';

const fee = 3_500;

function given(courses: string[] = ['11001', '12001'], capacity = 3) {
  const desk = givenDesk({ capacity });
  const visitor = new Visitor(desk, 1);
  accepted(visitor.take(...courses));
  return { desk, visitor };
}

function confirmed(courses?: string[], capacity?: number) {
  const made = given(courses, capacity);
  accepted(made.visitor.confirm());
  return made;
}

function paid() {
  const made = confirmed();
  const attempt = made.visitor.pay();
  accepted(made.desk.send(givenPayment(attempt, 2 * fee)));
  return { ...made, attempt };
}

function viewOf(desk: Desk, { area, person }: Visitor): OrderView[] {
  checkInvariants(desk.partition);
  const answer = ask(desk.partition, { kind: 'registration', area, person }, desk.now);
  if (answer.kind !== 'registration') throw new Error(answer.kind);
  return answer.registration.orders;
}

function seatsOf(desk: Desk, { area, person }: Visitor) {
  const answer = ask(desk.partition, { kind: 'registration', area, person }, desk.now);
  if (answer.kind !== 'registration') throw new Error(answer.kind);
  return answer.registration.seats.map(({ unit, state }) => `${unit} ${state.kind}`);
}

const poolOf = (desk: Desk, unit: string) => {
  const answer = ask(desk.partition, { kind: 'balance' }, desk.now);
  if (answer.kind !== 'balance') throw new Error(answer.kind);
  return answer.pools.find((pool) => pool.area === '0101' && pool.unit === unit);
};

const dueOf = ({ row }: Visitor) =>
  row === undefined ? [] : pendingEffects(row, []).filter(({ kind }) => kind !== 'send-news');

const closed = (desk: Desk, attempt: string) =>
  desk.send({ kind: 'note-attempt-closed', area: '0101', attempt });

const refundDone = (desk: Desk, attempt: string) =>
  desk.send({
    ...({ kind: 'note-refund', area: '0101', attempt, outcome: 'succeeded' } as const),
    ...{ why: '', refundedAt: desk.now },
  });

describe('confirming', () => {
  test('F28 what is saved becomes one order, at the fee of its courses', () => {
    const { desk, visitor } = given();
    const outcome = accepted(visitor.confirm());
    expect(outcome).toEqual({ kind: 'confirmed', order: '202610_0101_1_1' });
    expect(viewOf(desk, visitor)).toMatchObject([
      { number: '202610_0101_1_1', feeFen: 2 * fee, state: 'confirmed', attempts: [] },
    ]);
    expect(seatsOf(desk, visitor)).toEqual(['A confirmed', 'B confirmed']);
    expect(poolOf(desk, 'A')).toMatchObject({ free: 2, saved: 0, confirmed: 1 });
  });

  test('F28 afterwards the area and the courses are locked', () => {
    const { visitor, desk } = confirmed();
    const locked = { reason: 'order-confirmed' };
    expect(refused(visitor.choose('13001'))).toEqual(locked);
    expect(refused(visitor.choose('11002', true))).toEqual(locked);
    expect(refused(visitor.hold())).toEqual(locked);
    expect(refused(visitor.giveUp(['A']))).toEqual(locked);
    expect(refused(visitor.confirm())).toEqual(locked);
    const { area, person } = visitor;
    expect(refused(desk.send({ kind: 'vacate-area', area, person, claim: 2 }))).toEqual({
      reason: 'seats-remain',
    });
  });

  test('F29 what is chosen and not saved is not included: it goes, its hold with it', () => {
    const { desk, visitor } = given();
    accepted(visitor.choose('11002', true));
    accepted(visitor.choose('13001'));
    accepted(visitor.hold());
    accepted(visitor.confirm());
    const [order] = viewOf(desk, visitor);
    expect(order?.courses).toEqual([
      { unit: 'A', course: '11001' },
      { unit: 'B', course: '12001' },
    ]);
    expect(visitor.row?.places.some(({ chosen, hold }) => chosen ?? hold)).toBe(false);
    expect(visitor.row?.code).toBeUndefined();
    expect(poolOf(desk, 'C')).toMatchObject({ free: 3, held: 0 });
  });

  test('F28 without a saved seat there is nothing to confirm', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    expect(refused(visitor.confirm())).toEqual({ reason: 'nothing-saved' });
  });

  test('D14 no order is made whose number a provider’s notice could not name', () => {
    const { desk, visitor } = given();
    const { row } = visitor;
    if (row === undefined) throw new Error('whoever has saved has a row');
    row.ordersGiven = ordersGivenMax - 1;
    accepted(visitor.confirm());
    const attempt = visitor.pay();
    expect(placeOfNumber(attempt)).toMatchObject({ area: '0101', place: ordersGivenMax });
    accepted(closed(desk, attempt));
    expect(viewOf(desk, visitor).map(({ state }) => state)).toEqual(['confirmed']);
    accepted(visitor.withdraw());
    accepted(visitor.take('13001'));
    expect(refused(visitor.confirm())).toEqual({ reason: 'orders-used-up' });
  });

  test('B2 confirmed twice under one id is confirmed once', () => {
    const { desk, visitor } = given();
    const id = 'confirm---------------';
    const revision = visitor.row?.revision ?? 0;
    const first = accepted(visitor.confirm({ id, revision }));
    expect(accepted(visitor.confirm({ id, revision }))).toEqual(first);
    expect(viewOf(desk, visitor)).toHaveLength(1);
  });

  test('R1 R2 orders are per ticket; the other ticket goes on choosing', () => {
    const { desk, visitor } = confirmed();
    visitor.ticket = '10000000050';
    accepted(visitor.take('13001'));
    accepted(visitor.confirm());
    expect(viewOf(desk, visitor).map(({ ticket, feeFen }) => [ticket, feeFen])).toEqual([
      ['10000000001', 2 * fee],
      ['10000000050', fee],
    ]);
  });

  test('D15 an order without a live attempt may be withdrawn whole; choices stay as drafts', () => {
    const { desk, visitor } = confirmed();
    accepted(visitor.withdraw());
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'withdrawn', endedAt: desk.now }]);
    expect(poolOf(desk, 'A')).toMatchObject({ free: 3, confirmed: 0 });
    expect(visitor.chosen).toEqual(['A', 'B']);
    const { area, person } = visitor;
    accepted(desk.send({ kind: 'vacate-area', area, person, claim: 2 }));
  });

  test('D15 while an attempt lives it may not; stopped and closed at the provider it may', () => {
    const { desk, visitor } = confirmed();
    const attempt = visitor.pay();
    expect(refused(visitor.withdraw())).toEqual({ reason: 'payment-running' });
    accepted(visitor.stopPayment());
    expect(refused(visitor.withdraw())).toEqual({ reason: 'payment-running' });
    accepted(closed(desk, attempt));
    accepted(visitor.withdraw());
    expect(refused(visitor.startPayment('sandbox', '202610_0101_1_1'))).toEqual({
      reason: 'order-ended',
    });
  });
});

describe('paying', () => {
  test('F38 every attempt has its own number, and a new one closes the old at its provider', () => {
    const { visitor } = confirmed();
    expect(visitor.pay('alipay')).toBe('202610_0101_1_1_1');
    expect(visitor.pay('wechat')).toBe('202610_0101_1_1_2');
    expect(dueOf(visitor)).toMatchObject([
      { kind: 'watch-payment', provider: 'alipay', attempt: '202610_0101_1_1_1', closesAt: 0 },
      { kind: 'watch-payment', provider: 'wechat', attempt: '202610_0101_1_1_2' },
    ]);
  });

  test('D11 an attempt ends after its time, and never after the close', () => {
    const { desk, visitor } = confirmed();
    accepted(visitor.startPayment());
    desk.now = chinaTime(0, 21, 50);
    accepted(visitor.startPayment());
    const ends = viewOf(desk, visitor)[0]?.attempts.map(({ expiresAt }) => expiresAt);
    expect(ends).toEqual([chinaTime(0, 10, 30), chinaTime(0, 22)]);
  });

  test('F41 the right money makes the order paid and its seats with it', () => {
    const { desk, visitor } = paid();
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'paid', attempts: [{ state: 'paid' }] }]);
    expect(seatsOf(desk, visitor)).toEqual(['A paid', 'B paid']);
    expect(poolOf(desk, 'B')).toMatchObject({ confirmed: 0, paid: 1, free: 2 });
    expect(visitor.row?.news.at(-1)?.content).toEqual({
      ...{ kind: 'registration-paid', courses: 2, feeFen: 2 * fee },
    });
  });

  test('D14 the same notice again changes nothing; another transaction is set aside', () => {
    const { desk, visitor, attempt } = paid();
    const before = visitor.row?.lastIndex;
    accepted(desk.send(givenPayment(attempt, 2 * fee)));
    expect(visitor.row?.lastIndex).toBe(before);
    expect(refused(desk.send(givenPayment(attempt, 2 * fee, 2)))).toEqual({
      reason: 'payment-differs',
    });
  });

  test('D14 a wrong amount, a wrong provider and an unknown order confirm nothing', () => {
    const { desk, visitor } = confirmed();
    const attempt = visitor.pay();
    expect(refused(desk.send(givenPayment(attempt, fee)))).toEqual({ reason: 'amount-differs' });
    const elsewhere = { ...givenPayment(attempt, 2 * fee), provider: 'alipay' } as const;
    expect(refused(desk.send(elsewhere))).toEqual({ reason: 'payment-unknown' });
    for (const number of ['202610_0101_1_1_9', '202610_0101_7_1_1', '202611_0101_1_1_1'])
      expect(refused(desk.send(givenPayment(number, 2 * fee)))).toEqual({
        reason: 'payment-unknown',
      });
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'confirmed' }]);
  });

  test('D14 paid wins over closed, in whichever order they come', () => {
    const { desk, visitor } = confirmed();
    const attempt = visitor.pay();
    accepted(closed(desk, attempt));
    accepted(desk.send(givenPayment(attempt, 2 * fee)));
    accepted(closed(desk, attempt));
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'paid', attempts: [{ state: 'paid' }] }]);
  });

  test('D11 a second payment of one order goes back by itself', () => {
    const { desk, visitor } = confirmed();
    const first = visitor.pay('alipay');
    const second = visitor.pay('sandbox');
    accepted(desk.send(givenPayment(second, 2 * fee)));
    accepted(desk.send({ ...givenPayment(first, 2 * fee), provider: 'alipay' }));
    expect(viewOf(desk, visitor)).toMatchObject([
      { state: 'paid', attempts: [{ refund: { cause: 'second', stuck: false } }, {}] },
    ]);
    expect(dueOf(visitor)).toMatchObject([
      { kind: 'refund-payment', attempt: first, refund: `${first}R`, amountFen: 2 * fee },
    ]);
    accepted(refundDone(desk, first));
    expect(dueOf(visitor)).toEqual([]);
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'paid' }]);
    expect(visitor.row?.news.map(({ content }) => content.kind)).toEqual([
      ...['seats-saved', 'registration-paid', 'second-payment-refunding', 'money-returned'],
    ]);
  });

  test('D11 money for a withdrawn order goes back by itself', () => {
    const { desk, visitor } = confirmed();
    const attempt = visitor.pay();
    accepted(visitor.stopPayment());
    accepted(closed(desk, attempt));
    accepted(visitor.withdraw());
    accepted(desk.send(givenPayment(attempt, 2 * fee)));
    expect(viewOf(desk, visitor)).toMatchObject([
      { state: 'withdrawn', attempts: [{ refund: { cause: 'late' } }] },
    ]);
  });

  test('S2 paying goes on while booking is paused', () => {
    const { desk, visitor } = confirmed();
    const paused = { state: 'paused', pausedMs: 0, pausedAt: desk.now } as const;
    const window = { ...paused, reason: '示例', newsBy: desk.now };
    accepted(desk.send({ kind: 'adopt', adopted: givenAdopted({ number: 2, window }) }));
    const attempt = visitor.pay();
    accepted(desk.send(givenPayment(attempt, 2 * fee)));
    accepted(visitor.requestRefund());
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'refunding' }]);
  });

  test('D9 after the close no attempt begins', () => {
    const { desk, visitor } = confirmed();
    desk.now = chinaTime(0, 22);
    expect(refused(visitor.startPayment())).toMatchObject({ reason: 'window-closed' });
  });

  test('attempts and orders are bounded', () => {
    const { visitor } = confirmed();
    for (let number = 1; number <= 20; number += 1) accepted(visitor.startPayment());
    expect(refused(visitor.startPayment())).toEqual({ reason: 'payments-used-up' });
  });
});

describe('refunds', () => {
  test('F31 D13 seats stay until the refund has succeeded, and nothing may change', () => {
    const { desk, visitor, attempt } = paid();
    accepted(visitor.requestRefund());
    expect(seatsOf(desk, visitor)).toEqual(['A refunding', 'B refunding']);
    expect(refused(visitor.choose('13001'))).toEqual({ reason: 'order-refunding' });
    expect(refused(visitor.requestRefund())).toEqual({ reason: 'order-refunding' });
    accepted(refundDone(desk, attempt));
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'refunded' }]);
    expect(poolOf(desk, 'A')).toMatchObject({ free: 3, refunding: 0 });
    expect(visitor.chosen).toEqual(['A', 'B']);
    accepted(visitor.hold());
    expect(visitor.row?.news.at(-1)?.content).toEqual({
      ...{ kind: 'refund-succeeded', feeFen: 2 * fee, bookableFrom: desk.now },
    });
  });

  test('F31 without a payment there is nothing to refund', () => {
    const { visitor } = confirmed();
    expect(refused(visitor.requestRefund())).toEqual({ reason: 'order-confirmed' });
    expect(refused(visitor.requestRefund('202610_0101_1_7'))).toEqual({ reason: 'order-unknown' });
  });

  test('D13 a refused refund keeps the seats, is told, and succeeds later', () => {
    const { desk, visitor, attempt } = paid();
    accepted(visitor.requestRefund());
    const no = { kind: 'note-refund', area: '0101', attempt, outcome: 'refused' } as const;
    accepted(desk.send({ ...no, why: 'NOT_ENOUGH', refundedAt: 0 }));
    expect(viewOf(desk, visitor)).toMatchObject([
      { state: 'refunding', attempts: [{ refund: { stuck: true } }] },
    ]);
    expect(dueOf(visitor)).toMatchObject([{ kind: 'refund-payment' }]);
    accepted(refundDone(desk, attempt));
    accepted(refundDone(desk, attempt));
    expect(viewOf(desk, visitor)).toMatchObject([{ state: 'refunded' }]);
  });

  test('D14 a refund that nobody asked for is set aside', () => {
    const { desk, attempt } = paid();
    expect(refused(refundDone(desk, attempt))).toEqual({ reason: 'payment-unknown' });
  });

  test('D10 D12 after the last close a refund says that nothing can be booked again', () => {
    const { desk, visitor, attempt } = paid();
    accepted(visitor.requestRefund());
    desk.now = chinaTime(3, 23);
    accepted(refundDone(desk, attempt));
    expect(visitor.row?.news.at(-1)?.content.kind).toBe('refund-succeeded-last-day');
  });

  test('D11 a payment that comes while another is being refunded goes back as well', () => {
    const { desk, visitor } = confirmed();
    const first = visitor.pay();
    const second = visitor.pay();
    accepted(desk.send(givenPayment(first, 2 * fee)));
    accepted(visitor.requestRefund());
    accepted(refundDone(desk, first));
    accepted(desk.send(givenPayment(second, 2 * fee)));
    expect(viewOf(desk, visitor)).toMatchObject([
      { state: 'refunded', attempts: [{}, { refund: { cause: 'second' } }] },
    ]);
  });
});

describe('lists for staff', () => {
  test('D14 what nobody takes stands in the list once', () => {
    const desk = givenDesk();
    accepted(desk.send({ kind: 'set-aside', ...givenAside(1) }));
    accepted(desk.send({ kind: 'set-aside', ...givenAside(1) }));
    accepted(desk.send({ kind: 'set-aside', ...givenAside(2) }));
    const answer = ask(desk.partition, { kind: 'asides' }, desk.now);
    expect(answer).toMatchObject({ asides: [{ number: 2 }, { number: 1 }], reconciled: [] });
  });

  test('B7 payments are listed by when they were made or were on their way back', () => {
    const { desk, visitor, attempt } = paid();
    const listed = (from: number, to: number) => {
      const answer = ask(desk.partition, { kind: 'payments', from, to }, desk.now);
      return answer.kind === 'payments' ? answer.payments : [];
    };
    const line = { provider: 'sandbox', attempt, amountFen: 2 * fee, paidAt: chinaTime(0, 0) };
    expect(listed(chinaTime(0, 0), chinaTime(1, 0))).toEqual([
      { ...line, transaction: `T${attempt}.1` },
    ]);
    expect(listed(chinaTime(1, 0), chinaTime(2, 0))).toEqual([]);
    accepted(visitor.requestRefund());
    desk.now = chinaTime(3, 12);
    accepted(refundDone(desk, attempt));
    // The provider may list it on any day on which it was on its way.
    for (const day of [1, 2, 3])
      expect(listed(chinaTime(day, 0), chinaTime(day + 1, 0))).toMatchObject([
        { attempt, refund: { number: `${attempt}R`, doneAt: chinaTime(3, 12) } },
      ]);
    expect(listed(chinaTime(4, 0), chinaTime(5, 0))).toEqual([]);
  });
});
