/**
 * The sums of one area for the desk's reports (S5), read off the rows a page at a time. It changes
 * nothing. What a topic means stands in ../protocol/reports.ts.
 */
import type { CourseCode, EpochMs } from '../protocol/ids.ts';
import { attemptNumber } from '../protocol/payments.ts';
import type { Query, QueryAnswer } from '../protocol/replies.ts';
import type {
  AreaReport,
  ReportedMoney,
  ReportedOrders,
  ReportedPayment,
  ReportedSeats,
  ReportSum,
  ReportTopic,
} from '../protocol/reports.ts';
import type { AreaBook } from './area-book.ts';
import { isReleaseDue, releasable } from './day-close.ts';
import { orderAt, placeIn, takenAs } from './places.ts';
import { courseCounted } from './pools.ts';
import type { Order, RegistrationRow } from './rows.ts';
import { chinaDay, type Rules } from './rules.ts';

/** Registrations looked at for one page, some milliseconds' work: a writer answers others in between. */
const looksMax = 5_000;
/** Payments named on one page. */
const paymentsMax = 1_000;

type ReportQuery = Extract<Query, { kind: 'report' }>;
type Span = Pick<ReportQuery, 'since' | 'until'>;

export function reportIn(
  rules: Rules | undefined,
  book: AreaBook | undefined,
  { kind, since, until, from }: ReportQuery,
  at: EpochMs,
): Extract<QueryAnswer, { kind: 'report' }> {
  const sums = new Sums();
  const rows = rules === undefined ? [] : (book?.byNumber ?? []);
  const end = Math.min(rows.length, from + looksMax);
  for (let number = from; rules !== undefined && number < end; number += 1) {
    const row = rows[number];
    if (row !== undefined) sums.add(rules, row, { since, until }, at);
  }
  return { kind, report: sums.report(at), ...(end < rows.length && { next: end }) };
}

class Sums {
  readonly #seats = new Map<string, ReportedSeats>();
  readonly #orders = new Map<string, ReportedOrders>();
  readonly #topics = new Map<ReportTopic, { topic: ReportTopic } & ReportSum>();
  readonly #money = new Map<string, ReportedMoney>();
  readonly #payments: ReportedPayment[] = [];
  #releasedRegistrations = 0;

  report(at: EpochMs): AreaReport {
    return {
      at,
      seats: [...this.#seats.values()],
      orders: [...this.#orders.values()],
      sums: [...this.#topics.values()],
      releasedRegistrations: this.#releasedRegistrations,
      money: [...this.#money.values()],
      payments: this.#payments,
    };
  }

  add(rules: Rules, row: RegistrationRow, span: Span, at: EpochMs): void {
    for (const place of row.places) {
      const taken = takenAs(row, place);
      const course = courseCounted(place);
      if (taken === undefined || course === undefined) continue;
      const seats = this.#seatsOf(row, place.unit, course);
      seats[taken] += 1;
      if (taken !== 'paid') continue;
      if (place.sitting?.desk !== undefined) seats.arranged += 1;
      if (place.sitting?.absent === true) seats.absent += 1;
    }
    if (isIn(row.releasedAt, span)) this.#releasedRegistrations += 1;
    this.#addAfterClose(rules, row, at);
    for (const order of row.orders) {
      addTo(this.#ordersIn(order.state), order.courses.length, order.feeFen);
      if (order.state === 'released' && isIn(order.endedAt, span)) this.#count('released', order);
      this.#addPayments(row, order, span);
    }
  }

  /** D11, F30: what stands although its day is over. */
  #addAfterClose(rules: Rules, row: RegistrationRow, at: EpochMs): void {
    if (!isReleaseDue(rules, row, at)) return;
    const goes = releasable(rules, row, at);
    if (goes !== undefined) {
      const fees = goes.orders.map((place) => orderAt(row, place)?.feeFen ?? 0);
      const fen = fees.reduce((sum, fee) => sum + fee, 0);
      addTo(this.#topic('overdue'), goes.units.length, fen);
    }
    for (const order of row.orders)
      if (order.state === 'confirmed' && goes?.orders.includes(order.place) !== true)
        this.#count('in-grace', order);
  }

  #addPayments(row: RegistrationRow, order: Order, span: Span): void {
    for (const { place, provider, state, paidAt, refund, paidAs } of order.attempts) {
      // S5: what was taken in another area is counted there.
      if (state !== 'paid' || paidAs !== undefined) continue;
      const paid = this.#moneyOn(chinaDay(paidAt), provider);
      paid.payments += 1;
      paid.paidFen += order.feeFen;
      const name = (topic: ReportedPayment['topic'], since: EpochMs) => {
        this.#count(topic, order);
        if (this.#payments.length >= paymentsMax) return;
        const attempt = attemptNumber(order.number, place);
        this.#payments.push({ topic, attempt, provider, amountFen: order.feeFen, since });
      };
      if (refund === undefined) {
        if (order.state !== 'moved' && !hasItsSeats(row, order)) name('amiss', paidAt);
        continue;
      }
      const { requestedAt, doneAt, why } = refund;
      if (isIn(requestedAt, span)) this.#count('refunds-requested', order);
      if (doneAt === 0) {
        this.#count('refunds-open', order);
        if (why !== '') name('refunds-stuck', requestedAt);
        continue;
      }
      if (isIn(doneAt, span)) this.#count('refunds-done', order);
      const back = this.#moneyOn(chinaDay(doneAt), provider);
      back.refunds += 1;
      back.refundedFen += order.feeFen;
    }
  }

  #count(topic: ReportTopic, { courses, feeFen }: Order): void {
    addTo(this.#topic(topic), courses.length, feeFen);
  }
  #topic(topic: ReportTopic): ReportSum {
    return getOr(this.#topics, topic, () => ({ topic, count: 0, seats: 0, fen: 0 }));
  }
  #ordersIn(state: Order['state']): ReportSum {
    return getOr(this.#orders, state, () => ({ state, count: 0, seats: 0, fen: 0 }));
  }
  #seatsOf({ candidateType }: RegistrationRow, unit: string, course: CourseCode): ReportedSeats {
    return getOr(this.#seats, `${unit} ${course} ${candidateType}`, () => ({
      ...{ unit, course, candidateType },
      ...{ held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0, arranged: 0, absent: 0 },
    }));
  }
  #moneyOn(day: number, provider: ReportedMoney['provider']): ReportedMoney {
    return getOr(this.#money, `${day} ${provider}`, () => ({
      ...{ day, provider, payments: 0, paidFen: 0, refunds: 0, refundedFen: 0 },
    }));
  }
}

const isIn = (at: EpochMs, { since, until }: Span): boolean => since <= at && at < until;

function addTo(sum: ReportSum, seats: number, fen: number): void {
  sum.count += 1;
  sum.seats += seats;
  sum.fen += fen;
}

function getOr<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** F41: looked for in the places, and not believed of the state alone. */
function hasItsSeats(row: RegistrationRow, { state, place, courses }: Order): boolean {
  return (
    state === 'paid' &&
    courses.every(({ unit, course }) => {
      const at = placeIn(row, unit);
      return at?.order === place && at.saved?.course === course;
    })
  );
}
