/**
 * One exam area: its seat books and one registration per person. It judges what belongs to no
 * single registration: timers, moves away, fences, capacity. A candidate's own commands are
 * judged in registration.ts.
 *
 * A1 Every registration of the area is here; counts and deadlines follow from them.
 * A2 A person unknown here gets a row at the first event, a vacating or fencing one included, so
 *    that a late command under an old claim finds the door shut (R1).
 */
import type { FenceArea, SetCapacity, VacateArea } from '../protocol/commands.ts';
import type { CapacitySet, HoldsExpired } from '../protocol/events.ts';
import type { AreaCode, EpochMs, PersonId, UnitCode } from '../protocol/ids.ts';
import type { AreaCounts, PoolBalance } from '../protocol/replies.ts';
import { dueRows, enqueue, type HoldQueues, isDue } from './deadlines.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import { takenAs } from './places.ts';
import { type AreaRow, newRegistration, type RegistrationRow } from './rows.ts';
import type { Rules } from './rules.ts';
import { newSeatBook, type SeatBook, seatsFree, seatsTaken } from './seat-book.ts';
import { enqueueUnpaid, type UnpaidDays } from './unpaid-days.ts';

export type AreaBook = {
  area: AreaCode;
  row: AreaRow | undefined;
  /** Of the units that have seats here: a handful, looked through faster than a map is asked. */
  seatBooks: SeatBook[];
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
export const expiriesPerCommandMax = 500;

export function createAreaBook(area: AreaCode): AreaBook {
  return {
    area,
    row: undefined,
    seatBooks: [],
    registrations: new Map(),
    byNumber: [],
    numberNext: 1,
    version: 0,
    queues: new Map(),
    unpaid: new Map(),
  };
}

function seatBookIn(book: AreaBook, unit: UnitCode): SeatBook | undefined {
  for (const seats of book.seatBooks) if (seats.unit === unit) return seats;
  return undefined;
}

export function seatBookOf(book: AreaBook, unit: UnitCode): SeatBook {
  const known = seatBookIn(book, unit);
  if (known !== undefined) return known;
  const seats = newSeatBook(unit);
  book.seatBooks.push(seats);
  return seats;
}

/** Free seats without making a book for a unit that has none here. */
export function seatsFreeIn(book: AreaBook, unit: UnitCode): number {
  const seats = seatBookIn(book, unit);
  return seats === undefined ? 0 : seatsFree(seats);
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
  for (const row of dueRows(rules, book.queues, at, expiriesPerCommandMax)) {
    const { area, number, person, claim } = row;
    const units = row.places
      .filter((place) => isDue(rules, row, place, at))
      .map((place) => place.unit);
    events.push({ kind: 'holds-expired', area, number, person, claim, units });
  }
  return { reply: { kind: 'accepted', outcome: done }, events };
}

/** S2: never below what is taken, and all of the command or nothing. */
export function decideSetCapacity(book: AreaBook | undefined, command: SetCapacity): Decision {
  let changes = false;
  for (const { unit, capacity } of command.capacities) {
    const seats = book && seatBookIn(book, unit);
    if (seats !== undefined && capacity < seatsTaken(seats))
      return refuse('capacity-below-taken', { unit });
    if (seats?.capacity !== capacity) changes = true;
  }
  if (!changes) return accept(done);
  const { area, capacities } = command;
  return accept(done, { kind: 'capacity-set', area, capacities });
}

export function evolveCapacitySet(book: AreaBook, event: CapacitySet, index: number): AreaRow {
  book.version = index;
  book.row ??= { table: 'areas', area: book.area, lastIndex: 0, capacities: [] };
  for (const { unit, capacity } of event.capacities) {
    const listed = book.row.capacities.find((one) => one.unit === unit);
    if (listed === undefined) book.row.capacities.push({ unit, capacity });
    else listed.capacity = capacity;
    seatBookOf(book, unit).capacity = capacity;
  }
  return book.row;
}

/** A1: counts and deadlines anew from the rows. */
export function recount(book: AreaBook): void {
  book.seatBooks = [];
  book.queues.clear();
  book.unpaid.clear();
  book.version = book.row?.lastIndex ?? 0;
  for (const { unit, capacity } of book.row?.capacities ?? [])
    seatBookOf(book, unit).capacity = capacity;
  for (const row of book.registrations.values()) {
    book.version = Math.max(book.version, row.lastIndex);
    for (const place of row.places) {
      const taken = takenAs(row, place);
      if (taken !== undefined) seatBookOf(book, place.unit)[taken] += 1;
    }
    row.queuedUntil = Number.POSITIVE_INFINITY;
    enqueue(book.queues, row);
    row.queuedDay = 0;
    enqueueUnpaid(book.unpaid, row);
  }
}

export function countsOf(rules: Rules, book: AreaBook, at: EpochMs): AreaCounts {
  const { area, version } = book;
  return {
    area,
    version,
    at,
    free: rules.units.map((unit) => seatsFreeIn(book, unit)),
    capacity: rules.units.map((unit) => seatBookIn(book, unit)?.capacity ?? 0),
  };
}

/** B14, from the rows and not from the running counts. */
export function balanceOf(book: AreaBook): PoolBalance[] {
  const pools = new Map<UnitCode, PoolBalance>();
  const poolOf = (unit: UnitCode): PoolBalance => {
    let pool = pools.get(unit);
    if (pool === undefined) {
      const { capacity, ...taken } = newSeatBook(unit);
      pool = { area: book.area, capacity, free: 0, ...taken };
      pools.set(unit, pool);
    }
    return pool;
  };
  for (const { unit, capacity } of book.row?.capacities ?? []) poolOf(unit).capacity = capacity;
  for (const row of book.registrations.values()) {
    for (const place of row.places) {
      const taken = takenAs(row, place);
      if (taken !== undefined) poolOf(place.unit)[taken] += 1;
    }
  }
  for (const pool of pools.values()) pool.free = pool.capacity - seatsTaken(pool);
  return [...pools.values()];
}
