/**
 * D11, D14, B7: the money of the province against the till's own ledger, to the fen, once everything
 * has come to rest. Every payment that the till took has one fate and never two: it pays an order
 * that has all its seats, it is given back, its way back is due, it was set aside for staff, or the
 * till still tells of it because nobody could take it. Nothing else in the books is money.
 */
import { ask } from '../../engine/core/partition.ts';
import type { AsideRow, Attempt, Order, RegistrationRow } from '../../engine/core/rows.ts';
import { attemptNumber } from '../../engine/protocol/payments.ts';
import type { Taking, Till } from './till.ts';
import type { Writer } from './writer.ts';

type Booked = { row: RegistrationRow; order: Order; attempt: Attempt; number: string };
export type Fate = (typeof fates)[number];
export const fates = [
  ...(['kept', 'refunded', 'refunded-second', 'refunded-late', 'due', 'due-second'] as const),
  ...(['due-late', 'amount-differs', 'payment-differs', 'payment-unknown', 'untaken'] as const),
];
const isFateOfAside = (why: string): why is Fate => fates.some((fate) => fate === why);

const feeFen = 3_500;

export function checkMoney(writers: readonly Writer[], till: Till, seen: Set<Fate>): void {
  const booked = writers.flatMap(bookedIn);
  const asides = writers.flatMap(({ partition }) => [...partition.asides.values()]);
  const sums = { kept: 0, back: 0, due: 0, dueOfSeats: 0, aside: 0, untaken: 0 };
  for (const taking of till.takings) {
    const fate = fateOf(taking, booked, asides, till);
    seen.add(fate);
    const { amountFen, backAt } = taking;
    if (fate.startsWith('refunded') !== (backAt !== 0))
      throw new Error(`B7: ${fate}, but the till says otherwise: ${JSON.stringify(taking)}`);
    if (fate.startsWith('due') && !till.refusesForGood(taking.transaction))
      throw new Error(`D11: nobody asks for what is to go back: ${JSON.stringify(taking)}`);
    if (fate === 'kept') sums.kept += amountFen;
    else if (fate.startsWith('refunded')) sums.back += amountFen;
    else if (fate.startsWith('due')) sums.due += amountFen;
    else if (fate === 'untaken') sums.untaken += amountFen;
    else sums.aside += amountFen;
    if (fate === 'due') sums.dueOfSeats += amountFen;
  }
  const took = till.takings.reduce((sum, { amountFen }) => sum + amountFen, 0);
  const { kept, back, due, dueOfSeats, aside, untaken } = sums;
  if (took !== kept + back + due + aside + untaken) throw new Error('B7: the sums differ');
  for (const { number, attempt, order } of booked) {
    const known = till.takings.some(
      (one) => one.attempt === number && one.transaction === attempt.transaction,
    );
    if (!known) throw new Error(`B7: ${order.number} has money that nobody paid`);
  }
  // Seats and money, pool by pool: 35 yuan a seat, no more and no fewer.
  const seats = { paid: 0, refunding: 0 };
  for (const { partition } of writers) {
    const answer = ask(partition, { kind: 'balance' }, 0);
    if (answer.kind !== 'balance') throw new Error('not a balance');
    for (const { paid, refunding } of answer.pools) {
      seats.paid += paid;
      seats.refunding += refunding;
    }
  }
  if (seats.paid * feeFen !== kept) throw new Error('B7: seats that are paid and money differ');
  if (seats.refunding * feeFen !== dueOfSeats)
    throw new Error('B7: seats that wait for a refund and money differ');
}

function bookedIn({ partition }: Writer): Booked[] {
  const rows = [...partition.areas.values()].flatMap((book) => [...book.registrations.values()]);
  return rows.flatMap((row) =>
    row.orders.flatMap((order) =>
      order.attempts
        .filter(({ state }) => state === 'paid')
        .map((attempt) => {
          return { row, order, attempt, number: attemptNumber(order.number, attempt.place) };
        }),
    ),
  );
}

function fateOf(
  taking: Taking,
  booked: readonly Booked[],
  asides: readonly AsideRow[],
  { unheard }: Till,
): Fate {
  const { attempt: number, transaction, amountFen } = taking;
  const found: Fate[] = [];
  for (const one of booked) {
    if (one.number !== number || one.attempt.transaction !== transaction) continue;
    if (one.order.feeFen !== amountFen)
      throw new Error(`D14: ${number} was booked for another sum`);
    found.push(bookedAs(one));
  }
  for (const one of asides) {
    if (one.attempt === number && one.transaction === transaction && isFateOfAside(one.why))
      found.push(one.why);
  }
  const [fate] = found;
  if (found.length > 1) throw new Error(`D11: ${number} has two fates: ${found.join()}`);
  if (fate !== undefined) return fate;
  if (unheard.some((one) => one.kind === 'paid' && one.taking === taking)) return 'untaken';
  throw new Error(`D11: the money of ${number} is nowhere: ${JSON.stringify(taking)}`);
}

function bookedAs({ row, order, attempt }: Booked): Fate {
  const { refund } = attempt;
  const seats = row.places.filter((place) => place.order === order.place);
  const seated =
    seats.length === order.courses.length &&
    order.courses.every(({ unit, course }) =>
      seats.some((place) => place.unit === unit && place.saved?.course === course),
    );
  if (refund === undefined) {
    if (order.state !== 'paid' || !seated)
      throw new Error(`D11: ${order.number} took money and has no seats`);
    return 'kept';
  }
  const given = refund.doneAt !== 0;
  if (refund.cause !== 'asked') return given ? `refunded-${refund.cause}` : `due-${refund.cause}`;
  if (given) return 'refunded';
  if (order.state !== 'refunding' || !seated)
    throw new Error(`D13: ${order.number} waits for its refund and has no seats`);
  return 'due';
}
