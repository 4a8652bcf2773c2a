/** What the desk's reports are made from (S5). All of it within the scope of who looks, as of `at`. */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { AsideView, OrderState } from '../../engine/protocol/replies.ts';
import type {
  ReportedMoney,
  ReportedPayment,
  ReportSum,
  ReportTopic,
} from '../../engine/protocol/reports.ts';
import type { ExamUnit } from '../../engine/protocol/session.ts';
import type { AreaName, CourseName, SeatState } from './lookup-models.ts';

/** As papers are ordered: who has paid comes first. */
export const paperStates: readonly SeatState[] = [
  ...(['paid', 'refunding', 'confirmed', 'saved', 'held'] as const),
];
export type SeatCounts = Readonly<Record<SeatState, number>>;
export type DaySums = {
  sums: Readonly<Record<ReportTopic, ReportSum>>;
  /** Registrations that lost unpaid seats and have held none since. */
  released: number;
  seats: SeatCounts;
};
type AsOf = { at: EpochMs; areas: number };
type Day = AsOf & {
  /** The booking day that it is about, by its midnight. */
  day: EpochMs;
  /** Those that can be looked at, the newest first. */
  days: readonly EpochMs[];
  total: DaySums;
  /** Areas in which somebody still has something to do. */
  lines: readonly (AreaName & DaySums)[];
  payments: readonly ReportedPayment[];
};

/** In the order in which a morning goes through them. */
export const checks = [
  ...(['released', 'grace-over', 'refunds-flow', 'nothing-amiss', 'bills-agree'] as const),
  ...(['window-open', 'paying-open', 'areas-open'] as const),
] as const;
export type CheckName = (typeof checks)[number];
/** `waiting`: its time has not come. `count`: of what is wrong. `day`: that it is about, of one day's. */
export type Check = {
  name: CheckName;
  state: 'good' | 'bad' | 'waiting';
  count?: number;
  day?: EpochMs;
};

/** Seats that are paid for; how many of them have a desk, and whose owners stayed away. */
export type SittingCounts = { paid: number; arranged: number; absent: number };
export type PapersLine = { code: string; name: string; counts: SeatCounts };
export type PapersGroup = { unit: ExamUnit; lines: readonly PapersLine[]; sum: SeatCounts };
/** `differences` absent: not compared so far, or not for who looks. */
export type SettlementLine = ReportedMoney & { differences?: number };

export type ReportModels = {
  evening: Day & {
    /** When its unpaid seats are released; undefined: there is no such day. */
    releasesAt: EpochMs | undefined;
    orders: readonly ({ state: OrderState } & ReportSum)[];
    /** The day's; undefined: not for who looks. */
    asides: readonly AsideView[] | undefined;
  };
  morning: Day & { checks: readonly Check[] };
  papers: AsOf & {
    /** Empty: all within the scope. */
    area: string;
    choices: readonly AreaName[];
    unit: string;
    units: readonly ExamUnit[];
    /** Present: its lines are areas; else they are courses. */
    course: CourseName | undefined;
    groups: readonly PapersGroup[];
    sum: SeatCounts;
    /** Payments with neither seat nor refund; there must be none. */
    amiss: number;
  };
  sittings: AsOf & {
    /** Empty: all. */
    unit: string;
    units: readonly ExamUnit[];
    byUnit: readonly { unit: ExamUnit; counts: SittingCounts }[];
    /** Areas with paid seats. */
    lines: readonly (AreaName & { counts: SittingCounts })[];
    sum: SittingCounts;
    amiss: number;
  };
  settlement: AsOf & {
    /** By day, the newest first. */
    lines: readonly SettlementLine[];
    sum: Omit<ReportedMoney, 'day' | 'provider'>;
    /** Whether the providers' bills are for who looks. */
    compared: boolean;
  };
};
