/** What the desk's pages for looking things up are made from. */

import type { TicketRecord } from '../../engine/protocol/commands.ts';
import type { CourseCode, EpochMs, PartitionName, PersonId } from '../../engine/protocol/ids.ts';
import type { OrderNumber } from '../../engine/protocol/payments.ts';
import type {
  AsideView,
  AttemptView,
  AuditLine,
  CandidateView,
  OrderState,
  OrderView,
  ReconciledDay,
  ShownInFull,
} from '../../engine/protocol/replies.ts';
import type {
  CandidateType,
  City,
  Course,
  ExamUnit,
  Office,
} from '../../engine/protocol/session.ts';
import type { Sitting } from '../../engine/protocol/sittings.ts';
import type { Level } from '../view-models.ts';
import type { EventNames } from './event-words.ts';

/** By code, by all free seats, by all seats, by how many units are full. */
export const areaSorts = ['code', 'free', 'capacity', 'full'] as const;
export type AreaSort = (typeof areaSorts)[number];
/** In the order in which a seat goes through them. */
export const seatStates = ['held', 'saved', 'confirmed', 'paid', 'refunding'] as const;
export type SeatState = (typeof seatStates)[number];

export type PoolCount = { free: number; capacity: number; level: Level };
export type CourseName = { code: CourseCode; name: string };
export type AreaName = { code: string; name: string; city: string };
export type AreaLine = AreaName & {
  /** By unit; undefined: not heard of so far. */
  pools: readonly (PoolCount | undefined)[];
  free: number;
  capacity: number;
};
/** As they are for one type, where types have pools of their own (R5). */
export type AreaPools = {
  candidateType?: CandidateType;
  pools: readonly (PoolCount | undefined)[];
};
export type SeatLine = {
  person: PersonId;
  nameMask: string;
  documentMask: string;
  ticketMask: string;
  course: CourseName;
  state: SeatState;
  order?: OrderNumber;
  /** Of a hold. */
  until?: EpochMs;
};

/** What a candidate may be found by. */
export const finders = ['document', 'ticket', 'phone'] as const;
export type Finder = (typeof finders)[number];

export type CandidateFound = Pick<
  CandidateView,
  'person' | 'nameMask' | 'documentMask' | 'candidateType'
> & { tickets: readonly string[]; area: AreaName | undefined };

/** What stands in one area of one person. */
export type AreaRegistered = {
  area: AreaName;
  seats: readonly {
    unit: string;
    course: CourseName;
    state: SeatState;
    until?: EpochMs;
    order?: OrderNumber;
    /** Room, desk and absence, as imports have brought them (S5). */
    sitting?: Sitting;
  }[];
  draft: readonly { unit: string; course: CourseName }[];
  orders: readonly OrderLine[];
  releasedAt?: EpochMs;
};
export type OrderLine = Pick<
  OrderView,
  'number' | 'feeFen' | 'confirmedAt' | 'state' | 'endedAt' | 'movedTo'
> & {
  ticketMask: string;
  courses: readonly CourseName[];
  /** A refund that the provider has refused so far. */
  stuck: boolean;
};

/** Empty: all. `person`: the beginning of the id, or all of it. */
export type AuditFilter = { kind: string; area: string; person: string; text: string };

export type LookupModels = {
  candidates: {
    finder: Finder;
    documentType: string;
    /** Absent: nothing was looked for. */
    found?: readonly CandidateFound[];
    problem?: { reason: 'number-malformed' };
    token: string;
  };
  candidate: {
    person: PersonId;
    nameMask: string;
    documentMask: string;
    kind: CandidateView['kind'];
    candidateType: CandidateType;
    hasPhoto: boolean;
    passwordSet: boolean;
    phoneMask: string | undefined;
    area: AreaName | undefined;
    tickets: readonly { ticketMask: string; programme: string; status: TicketRecord['status'] }[];
    registered: readonly AreaRegistered[];
    problem?: { reason: 'reason-missing' };
    token: string;
  };
  /** Shown once, and written down. */
  inFull: ShownInFull & { person: PersonId; documentTypeName: string };
  order: {
    area: AreaName;
    person: PersonId;
    nameMask: string;
    order: OrderLine;
    attempts: readonly (AttemptView & { asides: readonly AsideView[] })[];
  };
  orders: {
    /** Empty: none chosen so far. */
    area: string;
    areas: readonly AreaName[];
    state: OrderState | undefined;
    from: number;
    lines: readonly (OrderLine & { person: PersonId })[];
    next: number | undefined;
  };
  audit: {
    partition: PartitionName;
    partitions: readonly PartitionName[];
    kinds: readonly { code: string; name: string }[];
    filter: AuditFilter;
    /** The index of the newest event. */
    head: number;
    lines: readonly (AuditLine & { name: string })[];
    /** For what the lines say. */
    names: EventNames;
    /** Where it goes on, further back. */
    next: number | undefined;
    newest: boolean;
  };
  money: {
    /** `order`: of which, where the payment's number is one of ours. */
    asides: readonly (AsideView & { order: OrderNumber | undefined })[];
    reconciled: readonly ReconciledDay[];
  };

  areas: {
    /** The one that is shown; empty: all. */
    city: string;
    cities: readonly City[];
    sort: AreaSort;
    down: boolean;
    units: readonly ExamUnit[];
    lines: readonly AreaLine[];
  };
  area: {
    area: AreaName;
    office: Office;
    units: readonly ExamUnit[];
    pools: readonly AreaPools[];
    at: EpochMs | undefined;
    /** S5: no exam is held there, or not in these units; empty: in none. */
    lost: readonly string[] | undefined;
    capped: readonly { course: CourseName; free: number; cap: number }[];
  };
  pool: {
    area: AreaName;
    unit: ExamUnit;
    courses: readonly Course[];
    state: SeatState | undefined;
    /** Empty: all. */
    course: string;
    from: number;
    lines: readonly SeatLine[];
    /** Where the next page begins. */
    next: number | undefined;
  };
};
