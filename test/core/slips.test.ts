/** What anybody may ask of an order: whether it is paid now. */
import { expect, test } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import { slipContentOf } from '../../engine/protocol/slips.ts';
import { accepted, type Desk, firstDay, givenDesk, givenPayment, Visitor } from '../given.ts';

const fee = 3_500;

function paidOf(desk: Desk, order: { area?: string; registration?: number; place?: number } = {}) {
  const asked = { kind: 'order-state', area: '0101', registration: 1, place: 1, ...order } as const;
  const answer = ask(desk.partition, asked, desk.now);
  // No more than this leaves the books, whatever stands in them.
  expect(Object.keys(answer).sort()).toEqual(['kind', 'paid']);
  return answer.kind === 'order-state' ? answer.paid : expect.unreachable();
}

const refunded = (desk: Desk, attempt: string) =>
  desk.send({
    ...({ kind: 'note-refund', area: '0101', attempt, outcome: 'succeeded' } as const),
    ...{ why: '', refundedAt: desk.now },
  });

function given() {
  const desk = givenDesk();
  const visitor = new Visitor(desk, 1);
  accepted(visitor.take('11001', '12001'));
  accepted(visitor.confirm());
  return { desk, visitor };
}

test('F41 an order is paid from the booked payment until its refund is asked for', () => {
  const { desk, visitor } = given();
  expect(paidOf(desk)).toBeNull();
  const attempt = visitor.pay();
  expect(paidOf(desk)).toBeNull();
  accepted(desk.send(givenPayment(attempt, 2 * fee)));
  expect(paidOf(desk)).toBe(
    slipContentOf({
      number: '202610_0101_1_1',
      ticket: visitor.ticket,
      courses: [
        { unit: 'A', course: '11001' },
        { unit: 'B', course: '12001' },
      ],
      ...{ feeFen: 2 * fee, paidAt: firstDay },
    }),
  );
  accepted(visitor.requestRefund());
  expect(paidOf(desk)).toBeNull();
  accepted(refunded(desk, attempt));
  expect(paidOf(desk)).toBeNull();
});

test('F41 a second payment that goes back changes nothing', () => {
  const { desk, visitor } = given();
  const [first, second] = [visitor.pay(), visitor.pay('alipay')];
  accepted(desk.send(givenPayment(first, 2 * fee)));
  const paid = paidOf(desk);
  accepted(desk.send({ ...givenPayment(second, 2 * fee, 2), provider: 'alipay' }));
  expect(paidOf(desk)).toBe(paid);
  accepted(refunded(desk, second));
  expect(paidOf(desk)).toBe(paid);
});

test('D15 an order that was withdrawn is not paid', () => {
  const { desk, visitor } = given();
  accepted(visitor.withdraw());
  expect(paidOf(desk)).toBeNull();
});

test.each([
  ['an area without registrations', { area: '0102' }],
  ['an area that there is not', { area: '0' }],
  ['a registration that there is not', { registration: 9_999_999 }],
  ['an order that there is not', { place: 2 }],
  ['no registration', { registration: 0 }],
])('D2 of %s it is said that nothing is paid', (_, order) => {
  const { desk, visitor } = given();
  accepted(desk.send(givenPayment(visitor.pay(), 2 * fee)));
  expect(paidOf(desk)).not.toBeNull();
  expect(paidOf(desk, order)).toBeNull();
});

test('what a slip says is told apart to the last of it', () => {
  const order = {
    ...{ number: '202610_0101_1_1', ticket: '010524100031', feeFen: fee, paidAt: 5 },
    courses: [{ unit: 'A', course: '11001' }],
  };
  const others = [
    { ...order, number: '202610_0101_1_2' },
    { ...order, ticket: '010524100032' },
    { ...order, feeFen: 2 * fee },
    { ...order, paidAt: 6 },
    { ...order, courses: [{ unit: 'B', course: '11001' }] },
    { ...order, courses: [{ unit: 'A', course: '11002' }] },
    { ...order, courses: [...order.courses, { unit: 'B', course: '12001' }] },
    { ...order, courses: [] },
  ];
  const all = [order, ...others].map(slipContentOf);
  expect(new Set(all).size).toBe(all.length);
  expect(slipContentOf({ ...order, courses: [...order.courses] })).toBe(all[0]);
});
