/**
 * An area's ledger, counted the slow and obvious way from its registrations, and whether the counts that
 * run along say the same (B14). It changes nothing.
 */

import type { EpochMs } from '../protocol/ids.ts';
import type { AreaLedger, LedgerPool, PeopleCounts } from '../protocol/ledger.ts';
import type { AreaBook } from './area-book.ts';
import { poolsFrom } from './pools.ts';
import type { RegistrationRow } from './rows.ts';
import { newSeatBook, type SeatBook } from './seat-book.ts';

export function ledgerOf(book: AreaBook, at: EpochMs): AreaLedger {
  const { area, version, row, registrations, seatBooks: running } = book;
  const { capacities = [], courseCaps = [] } = row ?? {};
  const { seatBooks: counted } = poolsFrom(registrations.values(), capacities, courseCaps);
  // A pool that only one of the two knows is empty in the other.
  const unknown = running.filter((pool) => find(counted, pool) === undefined);
  const empty = unknown.map(({ unit, candidateType }) => newSeatBook(unit, candidateType));
  const pools = [...counted, ...empty].map((pool) => told(pool, agree(pool, find(running, pool))));
  return { area, version, at, pools, people: peopleIn(registrations.values()) };
}

const find = (pools: readonly SeatBook[], { unit, candidateType }: SeatBook) =>
  pools.find((pool) => pool.unit === unit && pool.candidateType === candidateType);

const numbers = ['capacity', 'held', 'saved', 'confirmed', 'paid', 'refunding'] as const;
const agree = (counted: SeatBook, running: SeatBook | undefined): boolean =>
  numbers.every((number) => counted[number] === (running?.[number] ?? 0));

function told(pool: SeatBook, agrees: boolean): LedgerPool {
  const { unit, candidateType, capacity, held, saved, confirmed, paid, refunding } = pool;
  const type = candidateType === undefined ? {} : { candidateType };
  return { unit, ...type, capacity, held, saved, confirmed, paid, refunding, agrees };
}

function peopleIn(rows: Iterable<RegistrationRow>): PeopleCounts {
  const people = { entered: 0, saved: 0, confirmed: 0, paying: 0, paid: 0 };
  for (const row of rows) {
    const { orders, places, claim, vacated } = row;
    const confirmed = orders.length > 0;
    const saved = confirmed || places.some((place) => place.saved !== undefined);
    if (saved || claim > vacated) people.entered += 1;
    if (saved) people.saved += 1;
    if (confirmed) people.confirmed += 1;
    if (orders.some(({ attempts }) => attempts.length > 0)) people.paying += 1;
    if (orders.some(({ state }) => state === 'paid')) people.paid += 1;
  }
  return people;
}
