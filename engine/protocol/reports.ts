/**
 * What the desk's reports are put together from (S5): the sums of one area's registrations, a page of
 * them at a time. Pages and areas add up; nothing here names a person.
 */
import type { CourseCode, EpochMs, Fen, UnitCode } from './ids.ts';
import type { AttemptNumber, ProviderName } from './payments.ts';
import type { OrderState } from './replies.ts';
import type { CandidateType } from './session.ts';

/** The seats of one course in its unit, as people of one type have them. */
export type ReportedSeats = {
  unit: UnitCode;
  course: CourseCode;
  candidateType: CandidateType;
  held: number;
  saved: number;
  confirmed: number;
  paid: number;
  refunding: number;
  /** Of the paid: with room and desk, and whose owners stayed away. */
  arranged: number;
  absent: number;
};
/** So many, with so many seats, for so much. */
export type ReportSum = { count: number; seats: number; fen: Fen };
/** By the state they are in: orders. */
export type ReportedOrders = { state: OrderState } & ReportSum;

/**
 * `released`: orders that ended so within the span. `in-grace`: orders that stand after their release
 * because a payment may still come (D11). `overdue`: registrations whose release is due and has not
 * come. Of refunds, `requested` and `done` within the span, `open` and `stuck` as things are now.
 * `amiss`: payments that came and neither pay seats nor go back; there must be none.
 */
export const reportTopics = [
  ...(['released', 'in-grace', 'overdue'] as const),
  ...(['refunds-requested', 'refunds-done', 'refunds-open', 'refunds-stuck', 'amiss'] as const),
] as const;
export type ReportTopic = (typeof reportTopics)[number];
/** What somebody has to look at by itself. */
export type ReportedPayment = {
  topic: Extract<ReportTopic, 'refunds-stuck' | 'amiss'>;
  attempt: AttemptNumber;
  provider: ProviderName;
  amountFen: Fen;
  /** When it was paid, or its refund requested. */
  since: EpochMs;
};
/** What came and went on one China-time day, as our orders have it. */
export type ReportedMoney = {
  day: number;
  provider: ProviderName;
  payments: number;
  paidFen: Fen;
  refunds: number;
  refundedFen: Fen;
};
export type AreaReport = {
  at: EpochMs;
  seats: ReportedSeats[];
  orders: ReportedOrders[];
  sums: ({ topic: ReportTopic } & ReportSum)[];
  /** Registrations that lost unpaid seats within the span and have held none since. */
  releasedRegistrations: number;
  money: ReportedMoney[];
  /** Some of each; the sums count all. */
  payments: ReportedPayment[];
};
