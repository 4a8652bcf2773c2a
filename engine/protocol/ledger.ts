/**
 * B14: one area's ledger, counted from its registrations one by one, and held against the counts that
 * run along with every seat. A writer counts some areas a second and tells what it found; numbers only.
 */
import type { AreaCode, EpochMs, UnitCode } from './ids.ts';
import type { CandidateType } from './session.ts';

export type AreaLedger = {
  area: AreaCode;
  /** The journal index that both counts speak of, and when they were made. */
  version: number;
  at: EpochMs;
  pools: LedgerPool[];
  people: PeopleCounts;
};

/** As counted. Free is what the others leave of the capacity, so it is not told. */
export type LedgerPool = {
  unit: UnitCode;
  /** Present: the pool is this type's alone (R5). */
  candidateType?: CandidateType;
  capacity: number;
  held: number;
  saved: number;
  confirmed: number;
  paid: number;
  refunding: number;
  /** The running counts say the same, each of them. */
  agrees: boolean;
};

/** How far people have come in the area; each counts for every step up to the furthest. */
export type PeopleCounts = {
  /** Chose something there, and have not moved on to another area. */
  entered: number;
  saved: number;
  confirmed: number;
  /** Began to pay, and have paid: money that went back does not count. */
  paying: number;
  paid: number;
};
