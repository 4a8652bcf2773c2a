/**
 * The provider's ledger against the engine's books, to the fen and to the seat. The provider is
 * another party: what it has on disk is what money did.
 */
import type { AreaCode } from '../../engine/protocol/ids.ts';
import type { PaymentLine, PoolBalance, RegistrationView } from '../../engine/protocol/replies.ts';
import type { Order } from '../../sandbox/book.ts';
import type { Told } from './crash-payers.ts';

export type Accounts = {
  /** What the provider took and gave back. */
  ledger: readonly Omit<Order, 'token'>[];
  /** What the engine has of it. */
  payments: readonly PaymentLine[];
  pools: readonly PoolBalance[];
  registrations: readonly (RegistrationView & { area: AreaCode })[];
  /** How many facts were set aside for staff. */
  asides: number;
  told: Told;
  feeFen: number;
};
export type Sums = {
  payments: number;
  paidFen: number;
  refunds: number;
  refundedFen: number;
  seats: number;
  /** Orders whose seats were released at a close, and attempts whose money went back by itself. */
  released: number;
  second: number;
  late: number;
};

/** Everything in which the two sides differ, or one contradicts itself; empty: they agree. */
export function differencesIn(accounts: Accounts): string[] {
  return [
    ...betweenLedgerAndPayments(accounts),
    ...inOrders(accounts),
    ...inPools(accounts.pools),
    ...inSeats(accounts),
    ...againstWhatWasTold(accounts),
    ...inTotal(accounts),
  ];
}

export function sumsOf({ ledger, pools, registrations }: Accounts): Sums {
  const paid = ledger.filter((order) => order.paid !== undefined);
  const refunded = ledger.filter(({ refund }) => refund?.doneAt !== undefined);
  const orders = registrations.flatMap((view) => view.orders);
  const causes = orders.flatMap(({ attempts }) => attempts.map(({ refund }) => refund?.cause));
  return {
    payments: paid.length,
    paidFen: sumOf(paid.map(({ amountFen }) => amountFen)),
    refunds: refunded.length,
    refundedFen: sumOf(refunded.map(({ refund }) => refund?.amountFen ?? 0)),
    seats: sumOf(pools.map((pool) => pool.paid)),
    released: orders.filter(({ state }) => state === 'released').length,
    second: causes.filter((cause) => cause === 'second').length,
    late: causes.filter((cause) => cause === 'late').length,
  };
}

/** Each payment and each refund stands on both sides, and is the same. */
function* betweenLedgerAndPayments({ ledger, payments, asides }: Accounts): Iterable<string> {
  const ours = new Map(payments.map((line) => [line.attempt, line]));
  if (ours.size < payments.length) yield 'an attempt stands among the payments twice';
  if (asides > 0) yield `${asides} facts were set aside`;
  for (const { order, amountFen, paid, refund } of ledger) {
    const line = ours.get(order);
    ours.delete(order);
    if (paid === undefined) {
      if (line !== undefined) yield `${order} is paid here and not there`;
      continue;
    }
    if (line === undefined) {
      yield `${order} is paid there and not here`;
      continue;
    }
    if (line.transaction !== paid.transaction) yield `${order}: another transaction`;
    if (line.amountFen !== amountFen) yield `${order}: ${amountFen} there, ${line.amountFen} here`;
    if (line.paidAt !== paid.at) yield `${order}: another time of payment`;
    if (line.refund?.doneAt !== refund?.doneAt) yield `${order}: refunded on one side only`;
    if (line.refund !== undefined && line.refund.doneAt === undefined)
      yield `${order}: its refund is still due`;
    if (refund === undefined) continue;
    if (refund.amountFen !== amountFen) yield `${order}: not the whole was refunded`;
    if (refund.refund !== line.refund?.number) yield `${order}: another refund's number`;
  }
  for (const attempt of ours.keys()) yield `${attempt} is paid here and unknown there`;
}

/** Money stands in an order or goes back; an order has the seats that its state says, or none. */
function* inOrders({ registrations, feeFen }: Accounts): Iterable<string> {
  for (const { orders, seats } of registrations) {
    for (const { number, state, courses, attempts, feeFen: orderFen } of orders) {
      const own = seats.filter((seat) => 'order' in seat.state && seat.state.order === number);
      const kept = attempts.filter((one) => one.state === 'paid' && one.refund === undefined);
      if (orderFen !== courses.length * feeFen) yield `${number}: another fee`;
      if (attempts.some((one) => one.state === 'live' || one.state === 'stopping'))
        yield `${number}: an attempt is still open`;
      if (state === 'paid') {
        const paidSeats = namesOf(own.filter((seat) => seat.state.kind === 'paid'));
        if (paidSeats !== namesOf(courses))
          yield `${number} is paid and has the seats ${paidSeats}`;
        if (kept.length !== 1) yield `${number} is paid by ${kept.length} payments`;
      } else {
        if (own.length > 0) yield `${number} is ${state} and has seats`;
        // S5: a moved one keeps the money that its seats elsewhere are paid with.
        if (kept.length > (state === 'moved' ? 1 : 0))
          yield `${number} is ${state} and keeps money`;
        if (state === 'confirmed' || state === 'refunding') yield `${number} is still ${state}`;
      }
    }
    for (const { state, unit } of seats) {
      if (state.kind !== 'paid') yield `a seat in ${unit} is ${state.kind} after the close`;
      else if (!orders.some(({ number }) => number === state.order))
        yield 'a seat without an order';
    }
  }
}

const namesOf = (courses: readonly { unit: string; course: string }[]): string =>
  courses
    .map(({ unit, course }) => `${unit} ${course}`)
    .sort()
    .join();

/** B14, and that nothing was sold twice. */
export function* inPools(pools: readonly PoolBalance[]): Iterable<string> {
  for (const pool of pools) {
    const { area, unit, capacity, free, held, saved, confirmed, paid, refunding } = pool;
    const name = `pool ${area} ${unit}`;
    if (capacity !== free + held + saved + confirmed + paid + refunding)
      yield `${name} does not balance: ${JSON.stringify(pool)}`;
    if (free < 0) yield `${name} is sold beyond its capacity`;
  }
}

/** Pool by pool: as many as people have there. */
function* inSeats({ pools, registrations }: Accounts): Iterable<string> {
  for (const { area, unit, capacity, free } of pools) {
    const own = registrations.filter((one) => one.area === area).flatMap(({ seats }) => seats);
    const there = own.filter((seat) => seat.unit === unit).length;
    if (there !== capacity - free)
      yield `people have ${there} seats in ${area} ${unit}, and ${capacity - free} are taken`;
  }
}

/** B2: what people were told is what is there, and nothing was done that nobody was told of. */
function* againstWhatWasTold({ registrations, ledger, told }: Accounts): Iterable<string> {
  const orders = registrations.flatMap((view) => view.orders);
  // S5: what was paid in another area was told of there, and is asked back from there.
  const attempts = orders
    .flatMap((order) => order.attempts)
    .filter(({ paidAs }) => paidAs === undefined);
  yield* differ('attempt', told.started, new Set(attempts.map(({ number }) => number)));
  const asked = orders.filter((order) =>
    order.attempts.some(({ refund }) => refund?.cause === 'asked'),
  );
  yield* differ('refund', told.refundsAsked, new Set(asked.map(({ number }) => number)));
  for (const { number, state } of orders)
    if ((state === 'withdrawn') !== told.withdrawn.has(number))
      yield `${number} is ${state}, and its person was told otherwise`;
  const paid = ledger.filter((order) => order.paid !== undefined).map(({ order }) => order);
  for (const attempt of told.paid)
    if (!paid.includes(attempt)) yield `${attempt}: the provider has lost a payment`;
}

function* differ(what: string, told: Set<string>, there: Set<string>): Iterable<string> {
  for (const one of told) if (!there.has(one)) yield `${what} ${one} was accepted and is gone`;
  for (const one of there) if (!told.has(one)) yield `${what} ${one} is there, nobody was told`;
}

function* inTotal(accounts: Accounts): Iterable<string> {
  const { paidFen, refundedFen, seats } = sumsOf(accounts);
  const kept = paidFen - refundedFen;
  if (kept !== seats * accounts.feeFen)
    yield `${kept} fen were kept for ${seats} seats of ${accounts.feeFen}`;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
