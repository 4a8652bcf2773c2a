/**
 * One exam area: its seat books and one registration per person. It judges what belongs to no
 * single registration: timers, moves away, fences, capacity. A candidate's own commands are
 * judged in registration.ts.
 *
 * A1 Every registration of the area is here; counts and deadlines follow from them.
 * A2 A person unknown here gets a row at the first event, a vacating or fencing one included, so
 *    that a late command under an old claim finds the door shut (R1).
 */
import type { FenceArea, SetCapacity, SetCourseCaps, VacateArea } from '../protocol/commands.ts';
import type { CapacitySet, CourseCapsSet, HoldsExpired } from '../protocol/events.ts';
import type { AreaCode, EpochMs, PersonId, UnitCode } from '../protocol/ids.ts';
import type { AreaCapacities } from '../protocol/imports.ts';
import type { AreaCounts, PoolBalance } from '../protocol/replies.ts';
import { candidateTypes, type PoolCapacity } from '../protocol/session.ts';
import { dueRows, enqueue, type HoldQueues, isDue } from './deadlines.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import { isGoing } from './places.ts';
import { type Pools, poolIn, poolsFrom } from './pools.ts';
import { type AreaRow, newArea, newRegistration, type RegistrationRow } from './rows.ts';
import type { Rules } from './rules.ts';
import { type SeatBook, seatsFree, seatsTaken } from './seat-book.ts';
import { enqueueUnpaid, type UnpaidDays } from './unpaid-days.ts';

export type AreaBook = Pools & {
  area: AreaCode;
  row: AreaRow | undefined;
  registrations: Map<PersonId, RegistrationRow>;
  /** The same by their numbers, which orders carry; with gaps. */
  byNumber: RegistrationRow[];
  numberNext: number;
  /** The journal index of the last event in this area. */
  version: number;
  queues: HoldQueues;
  unpaid: UnpaidDays;
};

/** Holds ended by one command; the rest waits for the next, with others' commands between. */
const expiriesPerCommandMax = 200;

export function createAreaBook(area: AreaCode): AreaBook {
  return {
    area,
    row: undefined,
    seatBooks: [],
    cappedCourses: [],
    registrations: new Map(),
    byNumber: [],
    numberNext: 1,
    version: 0,
    queues: new Map(),
    unpaid: new Map(),
  };
}

/** The person's row, or a blank one with the number it would get; the book does not change. */
export function registrationOf(book: AreaBook, person: PersonId): RegistrationRow {
  return book.registrations.get(person) ?? newRegistration(book.area, book.numberNext, person);
}

/** The row an event names, made at the person's first. */
export function ensureRegistration(
  book: AreaBook,
  number: number,
  person: PersonId,
): RegistrationRow {
  let row = book.registrations.get(person);
  if (row === undefined) {
    row = newRegistration(book.area, number, person);
    addRegistration(book, row);
  }
  return row;
}

export function addRegistration(book: AreaBook, row: RegistrationRow): void {
  book.registrations.set(row.person, row);
  book.byNumber[row.number] = row;
  if (row.number >= book.numberNext) book.numberNext = row.number + 1;
}

/** R1: the claim has moved on; a candidate with saved seats has to give them up first (D6). */
export function decideVacateArea(book: AreaBook, command: VacateArea): Decision {
  const row = registrationOf(book, command.person);
  // A claim above this move was used here since: the move is long over, only this message is late.
  if (row.vacated >= command.claim || row.claim > command.claim) return accept(done);
  // S5: whether seats remain is known when the other area has answered.
  if (isGoing(row)) return refuse('seats-moving');
  if (row.places.some((place) => place.saved !== undefined)) return refuse('seats-remain');
  const { area, number, person } = row;
  return accept(done, { kind: 'area-vacated', area, number, person, claim: command.claim });
}

export function decideFenceArea(book: AreaBook, command: FenceArea): Decision {
  const row = registrationOf(book, command.person);
  if (row.vacated >= command.claim || row.fenced >= command.claim) return accept(done);
  const { area, number, person } = row;
  return accept(done, { kind: 'area-fenced', area, number, person, claim: command.claim });
}

export function decideExpireHolds(rules: Rules, book: AreaBook, at: EpochMs): Decision {
  const events: HoldsExpired[] = [];
  for (const row of dueRows(rules, book.area, book.queues, at, expiriesPerCommandMax)) {
    const { area, number, person, claim } = row;
    const units = row.places
      .filter((place) => isDue(rules, row, place, at))
      .map((place) => place.unit);
    events.push({ kind: 'holds-expired', area, number, person, claim, units });
  }
  return { reply: { kind: 'accepted', outcome: done }, events };
}

/**
 * S2: never below what is taken, and all of the command or nothing. When a type gets a pool of its own
 * its seats go there with it, and back when it loses it (R5): the numbers must fit afterwards.
 */
export function decideSetCapacity(book: AreaBook | undefined, command: SetCapacity): Decision {
  const standing = book?.row?.capacities ?? [];
  const capacities = capacitiesAfter(standing, command);
  if (same(standing, capacities)) return accept(done);
  const { seatBooks } = poolsFrom(book?.registrations.values() ?? [], capacities, []);
  const short = seatBooks.find((seats) => seatsFree(seats) < 0);
  if (short !== undefined) return refuse('capacity-below-taken', poolName(short));
  return accept(done, { kind: 'capacity-set', area: command.area, capacities });
}

/**
 * S1: an import that was decided is carried out whole. A pool of which more was taken since it was
 * previewed has just that many seats.
 */
export function capacitiesOfImport(
  book: AreaBook | undefined,
  { area, capacities }: AreaCapacities,
): CapacitySet | undefined {
  const standing = book?.row?.capacities ?? [];
  const wanted = capacitiesAfter(standing, { capacities });
  const { seatBooks } = poolsFrom(book?.registrations.values() ?? [], wanted, []);
  const after = wanted.map((pool) => {
    const seats = seatBooks.find((one) => isSamePool(poolName(one), pool));
    const taken = seats === undefined ? 0 : seatsTaken(seats);
    return taken > pool.capacity ? { ...pool, capacity: taken } : pool;
  });
  return same(standing, after) ? undefined : { kind: 'capacity-set', area, capacities: after };
}

/** Pools that are named change or come at the end, so that nothing new is no change. */
function capacitiesAfter(
  standing: readonly PoolCapacity[],
  { capacities, merged = [] }: Pick<SetCapacity, 'capacities' | 'merged'>,
): PoolCapacity[] {
  const after = standing.filter((pool) => !merged.some((one) => isSamePool(one, pool)));
  for (const pool of capacities) {
    const place = after.findIndex((one) => isSamePool(one, pool));
    if (place === -1) after.push(pool);
    else after[place] = pool;
  }
  return after;
}

type PoolName = Omit<PoolCapacity, 'capacity'>;
export const isSamePool = (one: PoolName, other: PoolName): boolean =>
  one.unit === other.unit && one.candidateType === other.candidateType;
const poolName = ({ unit, candidateType }: SeatBook): PoolName =>
  candidateType === undefined ? { unit } : { unit, candidateType };
const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export function decideSetCourseCaps(book: AreaBook | undefined, command: SetCourseCaps): Decision {
  const { area, caps } = command;
  if (same(book?.row?.courseCaps ?? [], caps)) return accept(done);
  const { cappedCourses } = poolsFrom(book?.registrations.values() ?? [], [], caps);
  const short = cappedCourses.find(({ cap, taken }) => cap < taken);
  if (short !== undefined) return refuse('capacity-below-taken', { course: short.course });
  return accept(done, { kind: 'course-caps-set', area, caps });
}

export function evolveCapacitySet(book: AreaBook, event: CapacitySet, index: number): AreaRow {
  const row = rowOf(book, index);
  row.capacities = event.capacities;
  noteAct(row, event.act);
  recountSeats(book);
  return row;
}

export function evolveCourseCapsSet(book: AreaBook, event: CourseCapsSet, index: number): AreaRow {
  const row = rowOf(book, index);
  row.courseCaps = event.caps;
  noteAct(row, event.act);
  recountSeats(book);
  return row;
}

/** More than can be on their way to one area at a time. */
const actsKeptMax = 64;

function noteAct(row: AreaRow, act: number | undefined): void {
  if (act !== undefined) row.acts = [...row.acts, act].slice(-actsKeptMax);
}

function rowOf(book: AreaBook, index: number): AreaRow {
  book.version = index;
  book.row ??= newArea(book.area);
  return book.row;
}

function recountSeats(book: AreaBook): void {
  const { capacities = [], courseCaps = [] } = book.row ?? {};
  Object.assign(book, poolsFrom(book.registrations.values(), capacities, courseCaps));
}

/** A1: counts and deadlines anew from the rows. */
export function recount(book: AreaBook): void {
  recountSeats(book);
  book.queues.clear();
  book.unpaid.clear();
  book.version = book.row?.lastIndex ?? 0;
  for (const row of book.registrations.values()) {
    book.version = Math.max(book.version, row.lastIndex);
    row.queuedUntil = Number.POSITIVE_INFINITY;
    enqueue(book.queues, row);
    row.queuedDay = 0;
    enqueueUnpaid(book.unpaid, row);
  }
}

export function countsOf(rules: Rules, book: AreaBook, at: EpochMs): AreaCounts {
  const { area, version, seatBooks, cappedCourses } = book;
  const commonIn = (unit: UnitCode): SeatBook | undefined =>
    seatBooks.find((seats) => seats.unit === unit && seats.candidateType === undefined);
  const counts: AreaCounts = { area, version, at, ...seatsOf(rules.units.map(commonIn)) };
  const own = candidateTypes.filter((type) =>
    seatBooks.some((seats) => seats.candidateType === type),
  );
  if (own.length > 0)
    counts.own = own.map((candidateType) => {
      const pools = rules.units.map((unit) => poolIn(book, candidateType, unit));
      return { candidateType, ...seatsOf(pools) };
    });
  if (cappedCourses.length > 0)
    counts.courses = cappedCourses.map(({ course, cap, taken }) => {
      return { course, free: cap - taken, cap };
    });
  return counts;
}

const seatsOf = (pools: readonly (SeatBook | undefined)[]) => ({
  free: pools.map((seats) => (seats === undefined ? 0 : seatsFree(seats))),
  capacity: pools.map((seats) => seats?.capacity ?? 0),
});

/** B14, from the rows and not from the running counts. */
export function balanceOf({ area, row, registrations }: AreaBook): PoolBalance[] {
  const { capacities = [], courseCaps = [] } = row ?? {};
  const { seatBooks } = poolsFrom(registrations.values(), capacities, courseCaps);
  return seatBooks.map((seats) => {
    const { capacity, held, saved, confirmed, paid, refunding } = seats;
    return {
      ...{ area, ...poolName(seats), capacity, free: seatsFree(seats) },
      ...{ held, saved, confirmed, paid, refunding },
    };
  });
}
