/** F30: the end of a booking day, and what comes after it (D9–D11). */
import { expect, test } from 'vitest';
import { checkInvariants } from '../../engine/core/invariants.ts';
import { ask, dueCommands, nextDeadline } from '../../engine/core/partition.ts';
import type { BookingDay } from '../../engine/protocol/session.ts';
import {
  accepted,
  chinaTime,
  type Desk,
  givenAdopted,
  givenCalendar,
  givenDesk,
  givenPayment,
  givenSettings,
  givenTicket,
  refused,
  Visitor,
} from '../given.ts';

const fee = 3_500;
const minute = 60_000;

const poolOf = (desk: Desk, unit = 'A') => {
  checkInvariants(desk.partition);
  const answer = ask(desk.partition, { kind: 'balance' }, desk.now);
  if (answer.kind !== 'balance') throw new Error(answer.kind);
  return answer.pools.find((pool) => pool.area === '0101' && pool.unit === unit);
};
const newsOf = ({ row }: Visitor) => row?.news.map(({ content }) => content.kind);

function given(courses = ['11001'], capacity = 3) {
  const desk = givenDesk({ capacity });
  const visitor = new Visitor(desk, 1);
  accepted(visitor.take(...courses));
  return { desk, visitor };
}

test('F30 after the close what is saved or confirmed and unpaid is released', () => {
  const { desk, visitor } = given();
  const second = new Visitor(desk, 2);
  accepted(second.take('11002'));
  accepted(second.confirm());
  desk.waitUntil(chinaTime(0, 22) - 1);
  expect(poolOf(desk)).toMatchObject({ saved: 1, confirmed: 1, free: 1 });
  desk.waitUntil(chinaTime(0, 22));
  expect(poolOf(desk)).toMatchObject({ saved: 0, confirmed: 0, free: 3 });
  expect(second.row?.orders).toMatchObject([{ state: 'released', endedAt: chinaTime(0, 22) }]);
  expect(newsOf(visitor)).toEqual(['seats-saved', 'unpaid-reminder', 'released-unpaid']);
  expect(visitor.row?.news.at(-1)?.content).toMatchObject({ bookableFrom: chinaTime(1, 9) });
});

test('F30 the choice stays as a draft, and the next day begins with it', () => {
  const { desk, visitor } = given(['11001', '12001']);
  accepted(visitor.confirm());
  desk.waitUntil(chinaTime(0, 22));
  desk.waitUntil(chinaTime(1, 9, 1));
  expect(visitor.chosen).toEqual(['A', 'B']);
  expect(visitor.row?.releasedAt).toBe(chinaTime(0, 22));
  accepted(visitor.hold());
  expect(visitor.row?.releasedAt).toBe(0);
  accepted(visitor.save());
  accepted(visitor.confirm());
  expect(visitor.row?.orders).toMatchObject([{ state: 'confirmed', place: 2 }]);
});

test('F30 a saved seat that was to be swapped keeps the new choice as its draft', () => {
  const { desk, visitor } = given();
  accepted(visitor.choose('11002', true));
  desk.waitUntil(chinaTime(0, 22));
  expect(visitor.row?.places).toMatchObject([{ chosen: { course: '11002' }, saved: undefined }]);
});

test('F30 who withdraws and saves again on one day is reminded and released once', () => {
  const { desk, visitor } = given();
  accepted(visitor.confirm());
  accepted(visitor.withdraw());
  accepted(visitor.hold());
  accepted(visitor.save());
  desk.waitUntil(chinaTime(0, 19));
  desk.waitUntil(chinaTime(0, 22));
  expect(poolOf(desk)).toMatchObject({ saved: 0, free: 3 });
  expect(newsOf(visitor)).toEqual(['seats-saved', 'unpaid-reminder', 'released-unpaid']);
});

test('F30 who has nothing unpaid any more is not reminded', () => {
  const { desk, visitor } = given();
  accepted(visitor.giveUp(['A']));
  desk.waitUntil(chinaTime(0, 19));
  desk.waitUntil(chinaTime(0, 22));
  expect(newsOf(visitor)).toEqual(['seats-saved']);
});

test('F30 what is paid stays', () => {
  const { desk, visitor } = given();
  accepted(visitor.confirm());
  accepted(desk.send(givenPayment(visitor.pay(), fee)));
  desk.waitUntil(chinaTime(2, 12));
  expect(poolOf(desk)).toMatchObject({ paid: 1, free: 2 });
  expect(newsOf(visitor)).toEqual(['seats-saved', 'registration-paid']);
});

test('D9 release may come later than the close, by the same calendar', () => {
  const releasesAt = chinaTime(0, 23);
  const calendar = givenCalendar().map(
    (day, at): BookingDay => (at === 0 ? { ...day, releasesAt } : day),
  );
  const desk = givenDesk({ adopted: { calendar }, capacity: 3 });
  accepted(new Visitor(desk, 1).take('11001'));
  desk.waitUntil(releasesAt - 1);
  expect(poolOf(desk)).toMatchObject({ saved: 1 });
  desk.waitUntil(releasesAt);
  expect(poolOf(desk)).toMatchObject({ saved: 0 });
});

test('D11 a live attempt keeps the seats until the provider has closed it', () => {
  const { desk, visitor } = given();
  accepted(visitor.confirm());
  desk.waitUntil(chinaTime(0, 21, 55));
  const attempt = visitor.pay();
  desk.waitUntil(chinaTime(0, 22, 1));
  expect(poolOf(desk)).toMatchObject({ confirmed: 1 });
  accepted(desk.send({ kind: 'note-attempt-closed', area: '0101', attempt }));
  desk.runTimers();
  expect(poolOf(desk)).toMatchObject({ confirmed: 0, free: 3 });
});

test('D11 seats saved beside a live attempt are released at once', () => {
  const { desk, visitor } = given();
  accepted(visitor.confirm());
  accepted(visitor.startPayment());
  visitor.ticket = givenTicket(50);
  accepted(visitor.take('12001'));
  desk.waitUntil(chinaTime(0, 21, 50));
  visitor.ticket = givenTicket(1);
  const attempt = visitor.pay();
  desk.waitUntil(chinaTime(0, 22));
  expect(poolOf(desk, 'B')).toMatchObject({ saved: 0 });
  expect(poolOf(desk, 'A')).toMatchObject({ confirmed: 1 });
  accepted(desk.send(givenPayment(attempt, fee)));
  desk.waitUntil(chinaTime(0, 23));
  expect(poolOf(desk, 'A')).toMatchObject({ paid: 1 });
});

test('D11 the grace is bounded: a provider that never answers does not keep seats for ever', () => {
  const { desk, visitor } = given();
  accepted(visitor.confirm());
  desk.waitUntil(chinaTime(0, 21, 55));
  accepted(visitor.startPayment());
  desk.waitUntil(chinaTime(0, 22, 30) - 1);
  expect(poolOf(desk)).toMatchObject({ confirmed: 1 });
  expect(nextDeadline(desk.partition)).toBe(chinaTime(0, 22, 30));
  desk.waitUntil(chinaTime(0, 22, 30));
  expect(poolOf(desk)).toMatchObject({ confirmed: 0 });
});

/** Released with an attempt that may still have been paid. */
function released(courses = ['11001', '12001'], capacity = 1) {
  const { desk, visitor } = given(courses, capacity);
  accepted(visitor.confirm());
  desk.waitUntil(chinaTime(0, 21, 55));
  const attempt = visitor.pay();
  desk.waitUntil(chinaTime(0, 23));
  expect(poolOf(desk)).toMatchObject({ confirmed: 0, free: capacity });
  return { desk, visitor, attempt, sum: courses.length * fee };
}

test('D11 a late success takes the seats again when all of them are free', () => {
  const { desk, visitor, attempt, sum } = released();
  accepted(desk.send(givenPayment(attempt, sum)));
  expect(visitor.row?.orders).toMatchObject([{ state: 'paid', endedAt: 0 }]);
  expect(poolOf(desk, 'A')).toMatchObject({ paid: 1, free: 0 });
  expect(poolOf(desk, 'B')).toMatchObject({ paid: 1, free: 0 });
  expect(visitor.chosen).toEqual([]);
  expect(newsOf(visitor)?.at(-1)).toBe('registration-paid');
});

test('D11 a late success goes back when one of the seats is gone: all or nothing', () => {
  const { desk, visitor, attempt, sum } = released();
  desk.waitUntil(chinaTime(1, 9));
  accepted(new Visitor(desk, 2).take('12002'));
  accepted(desk.send(givenPayment(attempt, sum)));
  expect(visitor.row?.orders).toMatchObject([
    { state: 'released', attempts: [{ state: 'paid', refund: { cause: 'late' } }] },
  ]);
  expect(poolOf(desk, 'A')).toMatchObject({ paid: 0, free: 1 });
  expect(newsOf(visitor)?.at(-1)).toBe('late-payment-refunding');
});

test('D11 a late success goes back when the person has something else in those units', () => {
  const { desk, visitor, attempt, sum } = released(['11001'], 2);
  desk.waitUntil(chinaTime(1, 9));
  accepted(visitor.choose('11002', true));
  accepted(visitor.hold());
  accepted(visitor.save());
  accepted(desk.send(givenPayment(attempt, sum)));
  expect(visitor.row?.orders).toMatchObject([{ attempts: [{ refund: { cause: 'late' } }] }]);
  expect(poolOf(desk)).toMatchObject({ saved: 1, paid: 0, free: 1 });
});

test('D11 the own hold in a unit becomes the seat again', () => {
  const { desk, visitor, attempt, sum } = released();
  desk.waitUntil(chinaTime(1, 9));
  accepted(visitor.hold());
  expect(poolOf(desk)).toMatchObject({ held: 1, free: 0 });
  accepted(desk.send(givenPayment(attempt, sum)));
  expect(poolOf(desk)).toMatchObject({ held: 0, paid: 1, free: 0 });
  expect(visitor.row?.code).toBeUndefined();
});

test('D11 R1 a late success goes back when the person has left the area', () => {
  const { desk, visitor, attempt, sum } = released();
  const { area, person } = visitor;
  accepted(desk.send({ kind: 'vacate-area', area, person, claim: 2 }));
  accepted(desk.send(givenPayment(attempt, sum)));
  expect(visitor.row?.orders).toMatchObject([{ attempts: [{ refund: { cause: 'late' } }] }]);
  expect(poolOf(desk)).toMatchObject({ paid: 0, free: 1 });
});

test('F30 an engine that was away over the close releases first: nobody acts on yesterday', () => {
  const { desk, visitor } = given();
  desk.now = chinaTime(1, 9, 5);
  expect(refused(visitor.confirm())).toEqual({ reason: 'release-running' });
  expect(refused(visitor.giveUp(['A']))).toEqual({ reason: 'release-running' });
  desk.runTimers();
  expect(poolOf(desk)).toMatchObject({ saved: 0, free: 3 });
  accepted(visitor.hold());
});

test('F30 a day of many is closed in slices, each bounded, and comes to an end', () => {
  const desk = givenDesk({ capacity: 2_000 });
  const people = Array.from({ length: 1_201 }, (_, number) => new Visitor(desk, number + 1));
  for (const visitor of people) accepted(visitor.take('11001'));
  desk.now = chinaTime(0, 22);
  const slices: number[] = [];
  for (;;) {
    const [due] = [...dueCommands(desk.partition, desk.now)].filter(
      ({ kind }) => kind === 'release-unpaid',
    );
    if (due === undefined) break;
    const before = desk.journal.length;
    desk.send(due);
    slices.push(desk.journal.length - before);
  }
  expect(slices).toEqual([200, 200, 200, 200, 200, 200, 1]);
  expect(poolOf(desk)).toMatchObject({ saved: 0, free: 2_000 });
});

test('F30 the unpaid are reminded three hours and one hour before the close, each once', () => {
  const { desk, visitor } = given();
  desk.waitUntil(chinaTime(0, 19));
  expect(newsOf(visitor)).toEqual(['seats-saved', 'unpaid-reminder']);
  desk.wait(5 * minute);
  const late = new Visitor(desk, 2);
  accepted(late.take('12001'));
  desk.waitUntil(chinaTime(0, 20, 40));
  const later = new Visitor(desk, 3);
  accepted(later.take('13001'));
  desk.waitUntil(chinaTime(0, 21));
  desk.wait(minute);
  expect(newsOf(visitor)).toEqual(['seats-saved', 'unpaid-reminder', 'unpaid-reminder']);
  expect(newsOf(late)).toEqual(['seats-saved', 'unpaid-reminder']);
  // Whoever saved twenty minutes ago knows.
  expect(newsOf(later)).toEqual(['seats-saved']);
  expect(visitor.row?.news.at(-1)?.content).toMatchObject({ payBefore: chinaTime(0, 22) });
});

test('F30 the paid are not reminded, and nobody is after a release', () => {
  const { desk, visitor } = given();
  accepted(visitor.confirm());
  accepted(desk.send(givenPayment(visitor.pay(), fee)));
  const unpaid = new Visitor(desk, 2);
  accepted(unpaid.take('11002'));
  desk.waitUntil(chinaTime(0, 19));
  desk.waitUntil(chinaTime(0, 21));
  desk.waitUntil(chinaTime(0, 22));
  desk.waitUntil(chinaTime(1, 20));
  expect(newsOf(visitor)).toEqual(['seats-saved', 'registration-paid']);
  expect(newsOf(unpaid)).toEqual([
    ...['seats-saved', 'unpaid-reminder', 'unpaid-reminder', 'released-unpaid'],
  ]);
});

test('D10 on the last day reminder and release say that there is no tomorrow', () => {
  const desk = givenDesk({ capacity: 3 });
  desk.now = chinaTime(3, 10);
  const visitor = new Visitor(desk, 1);
  accepted(visitor.take('11001'));
  desk.waitUntil(chinaTime(3, 19));
  desk.waitUntil(chinaTime(3, 22));
  expect(newsOf(visitor)).toEqual([
    ...['seats-saved', 'unpaid-reminder-last-day', 'released-unpaid-last-day'],
  ]);
});

test('F30 nothing due leaves the timers at rest until the next reminder', () => {
  const { desk } = given();
  desk.waitUntil(chinaTime(0, 10, 5));
  expect(nextDeadline(desk.partition)).toBe(chinaTime(0, 19));
  desk.waitUntil(chinaTime(0, 19));
  desk.waitUntil(chinaTime(0, 21));
  expect(nextDeadline(desk.partition)).toBe(chinaTime(0, 22));
  desk.waitUntil(chinaTime(0, 22));
  expect(nextDeadline(desk.partition)).toBeUndefined();
});

test('B7 each closed day is compared once, in order, one at a time', () => {
  const desk = givenDesk();
  const { catalogue, calendar } = givenAdopted();
  const settings = givenSettings({ billsAfterMs: 60 * minute });
  accepted(desk.send({ kind: 'install-session', catalogue, calendar, settings }));
  desk.waitUntil(chinaTime(0, 23) - 1);
  expect(desk.partition.session?.billsDay).toBe(0);
  desk.waitUntil(chinaTime(1, 23));
  const day = desk.partition.session?.billsDay ?? 0;
  expect(desk.partition.session?.reconciledDay).toBe(0);
  const bill = { payments: 1, paidFen: 1, refunds: 0, refundedFen: 0, differences: 0 };
  accepted(desk.send({ kind: 'note-reconciled', day, lines: [{ provider: 'alipay', ...bill }] }));
  desk.runTimers();
  expect(desk.partition.session).toMatchObject({ billsDay: day + 1, reconciledDay: day });
  expect(ask(desk.partition, { kind: 'asides' }, desk.now)).toMatchObject({
    reconciled: [{ day, provider: 'alipay', payments: 1 }],
  });
});
