/** The sums of one area for the desk's reports, counted while a day goes by. */
import { expect, test } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import { attemptNumber } from '../../engine/protocol/payments.ts';
import type { AreaReport, ReportTopic } from '../../engine/protocol/reports.ts';
import type { Mark } from '../../engine/protocol/sittings.ts';
import {
  accepted,
  chinaTime,
  type Desk,
  givenDesk,
  givenPayment,
  markSeats,
  Visitor,
} from '../given.ts';

const span = { since: chinaTime(0, 0), until: chinaTime(1, 9) };

function page(desk: Desk, from = 0) {
  const query = { kind: 'report', area: '0101', ...span, from } as const;
  const answer = ask(desk.partition, query, desk.now);
  return answer.kind === 'report' ? answer : expect.unreachable();
}
const reportOf = (desk: Desk): AreaReport => page(desk).report;
const sumOf = ({ sums }: AreaReport, topic: ReportTopic) => {
  const { count, seats, fen } = sums.find((one) => one.topic === topic) ?? {};
  return count === undefined ? undefined : { count, seats, fen };
};

/** Two courses, confirmed. */
function confirmed(desk: Desk, number: number): Visitor {
  const visitor = new Visitor(desk, number);
  accepted(visitor.take('11001', '12001'));
  accepted(visitor.confirm());
  return visitor;
}
function paid(desk: Desk, number: number): Visitor {
  const visitor = confirmed(desk, number);
  accepted(desk.send({ ...givenPayment(visitor.pay(), 7_000), paidAt: desk.now }));
  return visitor;
}

test('S5 seats are summed by unit, course and type in every state', () => {
  const desk = givenDesk();
  const holder = new Visitor(desk, 1);
  accepted(holder.choose('11001'));
  accepted(holder.hold());
  const applied = new Visitor(desk, 2);
  applied.candidateType = 'applied';
  accepted(applied.take('11001'));
  confirmed(desk, 3);
  paid(desk, 4);
  accepted(paid(desk, 5).requestRefund());
  accepted(new Visitor(desk, 6).choose('13001'));
  const none = {
    ...{ held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 },
    ...{ arranged: 0, absent: 0 },
  };
  const open = { candidateType: 'open' };
  const { seats, orders } = reportOf(desk);
  expect(seats).toEqual([
    { ...none, ...open, unit: 'A', course: '11001', held: 1, confirmed: 1, paid: 1, refunding: 1 },
    { ...none, candidateType: 'applied', unit: 'A', course: '11001', saved: 1 },
    { ...none, ...open, unit: 'B', course: '12001', confirmed: 1, paid: 1, refunding: 1 },
  ]);
  const one = { count: 1, seats: 2, fen: 7_000 };
  expect(orders).toEqual([
    { state: 'confirmed', ...one },
    { state: 'paid', ...one },
    { state: 'refunding', ...one },
  ]);
});

test('S5 of paid seats, how many have a desk and who stayed away', () => {
  const desk = givenDesk();
  const people = [1, 2, 3].map((number) => paid(desk, number));
  const markOf = ({ person, ticket }: Visitor, mark: Mark) => ({
    ...{ person, ticket, unit: 'A', course: '11001', mark },
  });
  const seat = { venue: '', room: '003', deskNumber: '12' };
  const given = people.map((one) => markOf(one, { kind: 'desk', desk: seat }));
  markSeats(desk, 1, '0101', given);
  markSeats(
    desk,
    2,
    '0101',
    people.slice(1).map((one) => markOf(one, { kind: 'absent' })),
  );
  expect(reportOf(desk).seats).toMatchObject([
    { unit: 'A', paid: 3, arranged: 3, absent: 2 },
    { unit: 'B', paid: 3, arranged: 0, absent: 0 },
  ]);
  // Whose money goes back is asked for no more: not counted as who stayed away.
  accepted((people[2] as Visitor).requestRefund());
  expect(reportOf(desk).seats[0]).toMatchObject({ paid: 2, arranged: 2, absent: 1, refunding: 1 });
});

test('S5 F30 D11 after the close: what is overdue, what a payment keeps, what was released', () => {
  const desk = givenDesk();
  accepted(new Visitor(desk, 1).take('11001'));
  confirmed(desk, 2);
  const payer = confirmed(desk, 3);
  desk.now = chinaTime(0, 21, 50);
  payer.pay();
  const two = { count: 1, seats: 2, fen: 7_000 };
  expect(sumOf(reportOf(desk), 'overdue')).toBeUndefined();

  desk.now = chinaTime(0, 22, 1);
  const due = reportOf(desk);
  expect(sumOf(due, 'overdue')).toEqual({ count: 2, seats: 3, fen: 7_000 });
  expect(sumOf(due, 'in-grace')).toEqual(two);
  expect([sumOf(due, 'released'), due.releasedRegistrations]).toEqual([undefined, 0]);

  desk.runTimers();
  const released = reportOf(desk);
  expect(sumOf(released, 'overdue')).toBeUndefined();
  expect(sumOf(released, 'in-grace')).toEqual(two);
  expect([sumOf(released, 'released'), released.releasedRegistrations]).toEqual([two, 2]);

  desk.waitUntil(chinaTime(0, 22, 31));
  const over = reportOf(desk);
  expect(sumOf(over, 'in-grace')).toBeUndefined();
  expect(sumOf(over, 'released')).toEqual({ count: 2, seats: 4, fen: 14_000 });
  expect(over.seats).toEqual([]);

  desk.waitUntil(chinaTime(1, 23));
  const query = { kind: 'report', area: '0101', from: 0 } as const;
  const next = { since: chinaTime(1, 0), until: chinaTime(2, 9) };
  const later = ask(desk.partition, { ...query, ...next }, desk.now);
  expect(later).toMatchObject({ report: { releasedRegistrations: 0, sums: [] } });
});

test('S5 B7 refunds: asked for, done, open and stuck, and the money of each day', () => {
  const desk = givenDesk();
  const stuck = paid(desk, 1);
  accepted(stuck.requestRefund());
  const done = paid(desk, 2);
  accepted(done.requestRefund());
  const attemptOf = ({ order }: Visitor) => attemptNumber(order, 1);
  const about = (visitor: Visitor) =>
    ({ kind: 'note-refund', area: '0101', attempt: attemptOf(visitor) }) as const;
  accepted(desk.send({ ...about(stuck), outcome: 'refused', why: 'E1', refundedAt: 0 }));
  desk.now = chinaTime(1, 10);
  accepted(desk.send({ ...about(done), outcome: 'succeeded', why: '', refundedAt: desk.now }));
  const report = reportOf(desk);
  const one = { count: 1, seats: 2, fen: 7_000 };
  expect(sumOf(report, 'refunds-requested')).toEqual({ count: 2, seats: 4, fen: 14_000 });
  expect(sumOf(report, 'refunds-open')).toEqual(one);
  expect(sumOf(report, 'refunds-stuck')).toEqual(one);
  // After the span.
  expect(sumOf(report, 'refunds-done')).toBeUndefined();
  expect(report.payments).toEqual([
    {
      ...{ topic: 'refunds-stuck', attempt: attemptOf(stuck), provider: 'sandbox' },
      ...{ amountFen: 7_000, since: chinaTime(0, 10) },
    },
  ]);
  const [first, second] = report.money;
  expect(first).toMatchObject({ payments: 2, paidFen: 14_000, refunds: 0, refundedFen: 0 });
  expect(second).toMatchObject({ payments: 0, paidFen: 0, refunds: 1, refundedFen: 7_000 });
  expect((second?.day ?? 0) - (first?.day ?? 0)).toBe(1);
});

test('S5 F41 a payment that pays no seat and does not go back is named', () => {
  const desk = givenDesk();
  const visitor = paid(desk, 1);
  expect(sumOf(reportOf(desk), 'amiss')).toBeUndefined();
  // No command leads here, which is why it is looked for.
  const place = visitor.row?.places.find(({ unit }) => unit === 'B');
  if (place !== undefined) place.order = 0;
  const report = reportOf(desk);
  expect(sumOf(report, 'amiss')).toEqual({ count: 1, seats: 2, fen: 7_000 });
  expect(report.payments).toMatchObject([{ topic: 'amiss', since: chinaTime(0, 10) }]);
});

test('S5 a large area is summed a page at a time, and nobody twice', () => {
  const desk = givenDesk();
  const visitor = new Visitor(desk, 1);
  accepted(visitor.choose('11001'));
  const { row } = visitor;
  const book = desk.partition.areas.get('0101');
  if (row === undefined || book === undefined) return expect.unreachable();
  const count = 5_001;
  for (let number = 1; number < count + 1; number += 1)
    book.byNumber[number] = { ...row, number, releasedAt: chinaTime(0, 22) };
  let sum = 0;
  let pages = 0;
  for (let from: number | undefined = 0; from !== undefined; pages += 1) {
    const { report, next }: ReturnType<typeof page> = page(desk, from);
    sum += report.releasedRegistrations;
    from = next;
  }
  expect([sum, pages]).toEqual([count, 2]);
});

test('S5 an area that nobody registered in sums to nothing', () => {
  expect(reportOf(givenDesk())).toEqual({
    ...{ at: chinaTime(0, 10), seats: [], orders: [], sums: [], money: [], payments: [] },
    releasedRegistrations: 0,
  });
});
