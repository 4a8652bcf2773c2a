/**
 * The rows: everything a partition remembers, as plain data. The store keeps them packed; books
 * change them only through events. Counts and deadlines are derived and are not rows.
 *
 * W1 Every row carries `lastIndex`, the journal index of the last event that changed it.
 * W2 `unpackRow(row.table, rowKey(row), packRow(row))` is the row again, field for field.
 * W3 Rows of one table are made by one function each, so that all have one shape.
 */
import type { CandidateRecord, CodeAddress, DeliveryOutcome } from '../protocol/commands.ts';
import type { Answer } from '../protocol/events.ts';
import type {
  AreaCode,
  ChallengeId,
  CourseCode,
  EpochMs,
  PartitionName,
  PersonId,
  PhoneIndex,
  TicketNumber,
  UnitCode,
} from '../protocol/ids.ts';
import type { Adopted } from '../protocol/session.ts';
import { unreachable } from './assert.ts';

/** B2: how many accepted commands a row remembers. */
export const answersKeptMax = 8;

/** A seat this registration occupies. `since` and `until` are in open time, 0 once saved. */
export type Seat = {
  unit: UnitCode;
  course: CourseCode;
  ticket: TicketNumber;
  saved: boolean;
  since: number;
  until: number;
};
/** A chosen course without a saved seat; on a unit with one it is a swap (F32). */
export type Draft = { unit: UnitCode; course: CourseCode; ticket: TicketNumber };

/** The one live booking code. `attempt` is 2 after the resend. */
export type BookingCode = {
  challenge: ChallengeId;
  ticket: TicketNumber;
  phone: CodeAddress;
  units: UnitCode[];
  expiresOpen: number;
  sentAt: EpochMs;
  triesUsed: number;
  attempt: number;
  delivery: 'sending' | DeliveryOutcome;
};

/** One person in one area: all units, holds and the booking code included. */
export type RegistrationRow = {
  table: 'registrations';
  area: AreaCode;
  /** The registration's own within the area, handed out in order: neighbours in time on disk. */
  number: number;
  person: PersonId;
  lastIndex: number;
  revision: number;
  /** The highest claim a candidate's command came with. */
  claim: number;
  /** Commands with a claim not above `vacated` or `fenced` are refused. */
  vacated: number;
  fenced: number;
  seats: Seat[];
  draft: Draft[];
  code: BookingCode | undefined;
  /** F26 has been asked and not answered: `send-code` may follow. */
  asking: boolean;
  /** The China-time day in which seats were last held, and how often on it. */
  day: number;
  holdsOnDay: number;
  answers: Answer[];
  /** Derived, not packed: the deadline under which the row stands in the queue, or Infinity. */
  queuedUntil: number;
};

export type AreaRow = {
  table: 'areas';
  area: AreaCode;
  lastIndex: number;
  capacities: { unit: UnitCode; capacity: number }[];
};

export type PhoneCode = {
  challenge: ChallengeId;
  phone: CodeAddress;
  expiresAt: EpochMs;
  sentAt: EpochMs;
  triesUsed: number;
  delivery: 'sending' | DeliveryOutcome;
};
export type CandidateRow = {
  table: 'candidates';
  person: PersonId;
  lastIndex: number;
  record: CandidateRecord;
  /** argon2id in PHC form; undefined: the initial password applies (F8). */
  passwordHash: string | undefined;
  phone: CodeAddress | undefined;
  /** The PhoneBook has made the place lasting. */
  phoneSettled: boolean;
  phoneCode: PhoneCode | undefined;
  codesDay: number;
  codesOnDay: number;
  failures: number;
  retryAt: EpochMs;
  /** Sign-ins below it are ended; `endedAt` says since when, 0 never. */
  generation: number;
  endedAt: EpochMs;
  /** The highest claim number handed out. */
  claimsGiven: number;
  claim: { number: number; area: AreaCode } | undefined;
  moving: { number: number; from: AreaCode; to: AreaCode } | undefined;
  /** A fence the area has not acknowledged yet. */
  fence: { area: AreaCode; claim: number } | undefined;
  movesDay: number;
  movesOnDay: number;
  answers: Answer[];
};

export type PhoneRow = {
  table: 'phones';
  phone: PhoneIndex;
  lastIndex: number;
  /** `until` 0: lasting. */
  people: { person: PersonId; until: EpochMs }[];
  day: number;
  /** The messages counted on `day`, by key. */
  messages: string[];
};

/** The SessionBook's own row. */
export type SessionRow = {
  table: 'session';
  lastIndex: number;
  adopted: Adopted;
  acknowledged: { partition: PartitionName; number: number }[];
};
/** The copy a partition works by. */
export type AdoptedRow = { table: 'adopted'; lastIndex: number; adopted: Adopted };

export type Row = RegistrationRow | AreaRow | CandidateRow | PhoneRow | SessionRow | AdoptedRow;
export type Table = Row['table'];
/** Registrations: area and number. Areas, candidates, phones: the code. Else: one empty text. */
export type RowKey = [AreaCode, number] | [string];

export function rowKey(row: Row): RowKey {
  switch (row.table) {
    case 'registrations':
      return [row.area, row.number];
    case 'areas':
      return [row.area];
    case 'candidates':
      return [row.person];
    case 'phones':
      return [row.phone];
    case 'session':
    case 'adopted':
      return [''];
    default:
      return unreachable(row);
  }
}

/** Positional and compact, for the store's codec: arrays, texts and numbers only. */
export declare function packRow(row: Row): unknown[];
export declare function unpackRow(table: Table, key: RowKey, packed: unknown[]): Row;
