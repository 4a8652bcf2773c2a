/** What the desk's pages for looking things up are made from. */
import type { CourseCode, EpochMs, PersonId } from '../../engine/protocol/ids.ts';
import type { OrderNumber } from '../../engine/protocol/payments.ts';
import type {
  CandidateType,
  City,
  Course,
  ExamUnit,
  Office,
} from '../../engine/protocol/session.ts';
import type { Level } from '../view-models.ts';

/** By code, by all free seats, by all seats, by how many units are full. */
export const areaSorts = ['code', 'free', 'capacity', 'full'] as const;
export type AreaSort = (typeof areaSorts)[number];
/** In the order in which a seat goes through them. */
export const seatStates = ['held', 'saved', 'confirmed', 'paid', 'refunding'] as const;
export type SeatState = (typeof seatStates)[number];

export type PoolCount = { free: number; capacity: number; level: Level };
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
  course: { code: CourseCode; name: string };
  state: SeatState;
  order?: OrderNumber;
  /** Of a hold. */
  until?: EpochMs;
};

export type LookupModels = {
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
    capped: readonly { course: CourseCode; name: string; free: number; cap: number }[];
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
