/**
 * One pool: an exam area's seats in one unit. It counts; who sits there stands in the
 * registrations, and the counts can be rebuilt from them at any time.
 *
 * S1 `0 <= held + saved <= capacity`. Free is derived, never stored (B14).
 */
import type { UnitCode } from '../protocol/ids.ts';

export type SeatBook = { unit: UnitCode; capacity: number; held: number; saved: number };

export const seatsTaken = (book: SeatBook): number => book.held + book.saved;
export const seatsFree = (book: SeatBook): number => book.capacity - book.held - book.saved;
