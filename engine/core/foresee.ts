/**
 * The dry run (S2): what an act would change in one partition, as things are now. Slow and obvious: it
 * looks at every registration of the areas concerned. Partitions are asked one by one and added up.
 *
 * Z1 It changes nothing, and promises nothing: what it counts may be another number a moment later.
 */
import type { AreaCode, EpochMs } from '../protocol/ids.ts';
import type { Act, Foreseen, ForeseenLine } from '../protocol/staff.ts';
import { type AreaBook, isSamePool } from './area-book.ts';
import { hasLiveAttempt } from './day-close.ts';
import { isUnpaidPlace } from './places.ts';
import { poolsFrom } from './pools.ts';
import type { Order, RegistrationRow } from './rows.ts';
import type { Rules } from './rules.ts';
import { seatsFree } from './seat-book.ts';
import { foreseenOf, withdrawalIn } from './withdrawal-view.ts';

type Counts = Partial<Record<Foreseen, number>>;

export function foresee(
  areas: ReadonlyMap<AreaCode, AreaBook>,
  act: Act,
  rules: Rules | undefined,
  at: EpochMs,
): ForeseenLine[] {
  if (act.kind === 'withdraw-area') {
    const book = areas.get(act.area);
    const { units } = act;
    return book === undefined ? [] : foreseenOf(withdrawalIn(rules, book, units, at), units);
  }
  const counts: Counts = {};
  const add = (what: Foreseen, count: number): void => {
    counts[what] = (counts[what] ?? 0) + count;
  };
  const books = (codes: readonly AreaCode[]): AreaBook[] =>
    [...new Set(codes)].flatMap((code) => areas.get(code) ?? []);
  switch (act.kind) {
    case 'pause-window':
      countHolding([...areas.values()], undefined, add);
      break;
    case 'pause-pools':
      for (const { area, unit } of act.pools) countHolding(books([area]), unit, add);
      break;
    case 'set-calendar':
    case 'set-paying':
      countUnpaid([...areas.values()], add);
      break;
    case 'release-unpaid':
      countUnpaid(books(act.areas), add);
      break;
    case 'set-capacity':
      for (const change of act.changes)
        for (const book of books([change.area])) countCapacity(book, change.capacities, add);
      break;
    case 'set-course-caps':
      for (const { registrations } of books([act.area])) {
        const { cappedCourses } = poolsFrom(registrations.values(), [], act.caps);
        add('caps-too-small', cappedCourses.filter(({ cap, taken }) => cap < taken).length);
      }
      break;
    case 'withdraw-for':
    case 'refund-for':
      for (const { registrations } of books([act.area]))
        countOrder(registrations.get(act.person), act.order, add);
      break;
    default:
  }
  return Object.entries(counts).map(([what, count]) => ({ what: what as Foreseen, count }));
}

type Add = (what: Foreseen, count: number) => void;

function countHolding(books: readonly AreaBook[], unit: string | undefined, add: Add): void {
  for (const { registrations } of books)
    for (const { places } of registrations.values())
      if (places.some((place) => place.hold !== undefined && (unit ?? place.unit) === place.unit))
        add('holding', 1);
}

function countUnpaid(books: readonly AreaBook[], add: Add): void {
  for (const { registrations } of books) {
    for (const row of registrations.values()) {
      if (row.unpaidSince === 0) continue;
      add('unpaid', 1);
      add('unpaid-seats', row.places.filter((place) => isUnpaidPlace(row, place)).length);
      add('live-payments', row.orders.filter(isBeingPaid).length);
    }
  }
}

const isBeingPaid = (order: Order): boolean => order.state === 'confirmed' && hasLiveAttempt(order);

function countCapacity(
  { row, registrations }: AreaBook,
  capacities: NonNullable<AreaBook['row']>['capacities'],
  add: Add,
): void {
  const standing = row?.capacities ?? [];
  for (const pool of capacities) {
    const before = standing.find((one) => isSamePool(one, pool))?.capacity ?? 0;
    add('seats-added', Math.max(0, pool.capacity - before));
    add('seats-removed', Math.max(0, before - pool.capacity));
  }
  const others = standing.filter((one) => !capacities.some((pool) => isSamePool(one, pool)));
  const { seatBooks } = poolsFrom(registrations.values(), [...others, ...capacities], []);
  add('pools-too-small', seatBooks.filter((seats) => seatsFree(seats) < 0).length);
}

function countOrder(row: RegistrationRow | undefined, number: string, add: Add): void {
  const order = row?.orders.find((one) => one.number === number);
  if (order === undefined) return;
  add('orders-confirmed', order.state === 'confirmed' ? 1 : 0);
  add('orders-paid', order.state === 'paid' ? 1 : 0);
  add('live-payments', isBeingPaid(order) ? 1 : 0);
  add('fee-fen', order.feeFen);
}
