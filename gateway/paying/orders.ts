/**
 * What a registration's orders come to at this moment: which one this ticket stands by, what may
 * still be paid, and until when. Pure; the engine decides, this only words pages.
 *
 * O1 A ticket has one order that holds seats, and seldom another one whose seats a late payment took
 *    again (D11). Pages speak of the one they were asked for, else of the one that wants something.
 * O2 Until when an order may be paid follows from the day it was confirmed on (F30), and from the
 *    calendar alone: a pause of booking does not touch money (D9).
 */
import type { EpochMs, TicketNumber } from '../../engine/protocol/ids.ts';
import type { AttemptView, OrderView, RegistrationView } from '../../engine/protocol/replies.ts';
import type { BookingDay } from '../../engine/protocol/session.ts';
import type { DueModel, PayableModel } from '../../web/view-models.ts';
import { type CalendarNow, calendarAt, type Session } from '../catalogue.ts';

export type HoldingState = 'confirmed' | 'paid' | 'refunding';
export type HoldingOrder = OrderView & { state: HoldingState };

const holdsSeats = (order: OrderView): order is HoldingOrder =>
  order.state === 'confirmed' || order.state === 'paid' || order.state === 'refunding';

/** In the order in which they want something of the candidate. */
const states: readonly HoldingState[] = ['confirmed', 'refunding', 'paid'];

/** O1. `wanted`: the number that a page was asked for; of another ticket's order nothing is shown. */
export function presentOrder(
  { orders }: RegistrationView,
  ticket: TicketNumber,
  wanted = '',
): HoldingOrder | undefined {
  const own = orders.filter(holdsSeats).filter((order) => order.ticket === ticket);
  const first = states.flatMap((state) => own.filter((order) => order.state === state));
  return own.find(({ number }) => number === wanted) ?? first[0];
}

/** This ticket's own, not yet in an order. */
export const savedOf = ({ seats }: RegistrationView, ticket: TicketNumber) =>
  seats.filter((seat) => seat.ticket === ticket && seat.state.kind === 'saved');

/** The one that may still be paid: the newest, and never more than one. */
export const liveAttempt = ({ attempts }: OrderView): AttemptView | undefined =>
  attempts.findLast(({ state }) => state === 'live');

/** One is being closed at its provider: until it says so, money may still come. */
export const isStopping = ({ attempts }: OrderView): boolean =>
  attempts.some(({ state }) => state === 'stopping');

/** An attempt that may still bring money: until its provider closed it, the order stays (D15). */
export const mayBePaid = (order: OrderView): boolean =>
  liveAttempt(order) !== undefined || isStopping(order);

/** The attempt whose money the order stands on. */
export const payingAttempt = ({ attempts }: OrderView): AttemptView | undefined =>
  attempts.find(
    ({ paidAt, refund }) =>
      paidAt !== undefined && (refund === undefined || refund.cause === 'asked'),
  );

/** O2. `over`: its day is past, and nothing can be paid any more. */
export function payableNow(
  { adopted }: Session,
  { confirmedAt }: OrderView,
  at: EpochMs,
): PayableModel {
  const day = dayOf(adopted.calendar, confirmedAt);
  if (day !== undefined && releaseOf(day) <= at) return { kind: 'over' };
  const calendar = calendarAt(adopted, at);
  if (calendar.state !== 'open') return { kind: 'shut', calendar };
  return { kind: 'until', due: dueOf(calendar) };
}

export const dueOf = ({ day, nextDay }: Extract<CalendarNow, { state: 'open' }>): DueModel => ({
  closesAt: day.closesAt,
  nextOpen: nextDay?.opensAt,
});

/** Staff may have put tonight's release off (S2). */
const releaseOf = ({ closesAt, releasesAt }: BookingDay): EpochMs =>
  Math.max(closesAt, releasesAt ?? 0);

const dayOf = (calendar: readonly BookingDay[], at: EpochMs): BookingDay | undefined =>
  calendar.find(({ opensAt, closesAt }) => opensAt <= at && at < closesAt);

/** D12: the last moment at which anything can be booked; undefined: there is no booking day. */
export const lastClose = ({ adopted }: Session): EpochMs | undefined =>
  adopted.calendar.at(-1)?.closesAt;

/** What providers allow themselves: at once to a balance, up to three working days to a bank card. */
const refundTakesMsMax = 3 * 24 * 60 * 60_000;

/** D12: whether a refund asked for now may still be on its way at the last close. */
export function mayRefundBeLate(session: Session, at: EpochMs): boolean {
  const last = lastClose(session);
  return last === undefined || at + refundTakesMsMax > last;
}
