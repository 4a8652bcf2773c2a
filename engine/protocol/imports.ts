/**
 * Files that are imported whole or not at all and by two people's decision (S1): what is staged, slice
 * by slice, and what the session's book knows of each import.
 */
import type { CandidateRecord, PassedCourse, TicketRecord } from './commands.ts';
import type { AreaCode, EpochMs, PersonId, TicketNumber } from './ids.ts';
import type { PoolCapacity } from './session.ts';

/** Counts from 1; never given again. */
export type ImportNumber = number;
/** What two people decide on. Of capacities the whole file is one piece; the others come in slices. */
export const stagedKinds = [
  ...(['candidates', 'grades', 'capacities', 'arrangement', 'absences'] as const),
] as const;
export type StagedKind = (typeof stagedKinds)[number];
export type AreaCapacities = { area: AreaCode; capacities: PoolCapacity[] };

/**
 * A person as the file has them, in the clear: the writer seals it before the core or the journal see
 * it. A ticket without `passed` leaves the passed courses on record.
 */
export type PlainCandidate = {
  person: PersonId;
  documentType: string;
  documentNumber: string;
  name: string;
  kind: CandidateRecord['kind'];
  candidateType: CandidateRecord['candidateType'];
  hasPhoto: boolean;
  phone?: string;
  passwordHash?: string;
  activationCode?: string;
  tickets: PlainTicket[];
};
export type PlainTicket = Omit<TicketRecord, 'passed'> & { passed?: PassedCourse[] };
/** What one person's lines of a file of grades say. */
export type PlainGrades = {
  person: PersonId;
  grades: { ticket: TicketNumber; passed: PassedCourse }[];
};

/** The record that a person will have once the import is applied. */
export type StagedPerson = { person: PersonId; record: CandidateRecord };

/** How one person of a slice differs from what is on record. `columns` as the file names them. */
export type StagedChange =
  | { how: 'added' }
  | { how: 'same' }
  | { how: 'changed'; columns: string[] }
  /** Grades of somebody who is not on record, or of a ticket that is not the person's. */
  | { how: 'unknown'; what: 'person' | 'ticket' };

/** People or seats of one slice at most: what candidates' commands wait for. */
export const sliceMax = 64;

/** What an import would change or has changed, in people, pools or seats. */
export type ImportSum = {
  added: number;
  changed: number;
  same: number;
  /** Only of files that are whole for what they name. */
  removed: number;
  columns: { column: string; rows: number }[];
};

/**
 * `open`: slices are on their way, and nothing of them is seen. `ready`: all are there, and it waits to
 * be decided. One import at a time is either.
 */
export type ImportState = 'open' | 'ready' | 'applied' | 'dropped';
export type ImportView = {
  number: ImportNumber;
  what: StagedKind;
  /** The file's name. */
  source: string;
  /** Whoever brought the file. */
  by: string;
  at: EpochMs;
  state: ImportState;
  /** Absent while it is open. */
  sum?: ImportSum;
};
/**
 * One partition's part in the import it last heard of. `taken` of `slices` have gone into the rows; until
 * then a person's record is taken as it is needed.
 */
export type StagingView = {
  number: ImportNumber;
  state: 'open' | 'applied' | 'done' | 'dropped';
  slices: number;
  taken: number;
};
