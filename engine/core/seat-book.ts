/**
 * One pool: an exam area's seats in one unit, for everybody or for one candidate type alone (R5). It
 * counts; who sits there stands in the registrations, and the counts can be rebuilt from them at any
 * time.
 *
 * S1 What is taken is never more than the capacity. Free is derived, never stored (B14).
 */
import type { UnitCode } from '../protocol/ids.ts';
import type { CandidateType } from '../protocol/session.ts';

/** How a seat is taken: each by one person, each on its way from held to paid or back to free. */
export type Taken = 'held' | 'saved' | 'confirmed' | 'paid' | 'refunding';
export type SeatBook = {
  unit: UnitCode;
  /** Undefined: the common pool of the unit. */
  candidateType: CandidateType | undefined;
  capacity: number;
} & Record<Taken, number>;

export const newSeatBook = (unit: UnitCode, candidateType?: CandidateType): SeatBook => ({
  ...{ unit, candidateType, capacity: 0 },
  ...{ held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 },
});
export const seatsTaken = (book: Record<Taken, number>): number =>
  book.held + book.saved + book.confirmed + book.paid + book.refunding;
export const seatsFree = (book: SeatBook): number => book.capacity - seatsTaken(book);
