/**
 * What may become of the calendar while the session runs (S2, D9): days are added, prolonged, closed
 * early and released later. What is past stays as it was.
 *
 * C1 A type's days do not overlap, and each lies within one day of China's clocks: what is filed under a
 *    day closes with it (rules.ts).
 * C2 A day that was released stays as it is. One that has begun keeps its opening; its close and its
 *    release are still to come, or as they were.
 */
import type { EpochMs } from '../protocol/ids.ts';
import { type BookingDay, candidateTypes, daysOf } from '../protocol/session.ts';
import { chinaDay } from './rules.ts';

export function calendarFits(
  standing: readonly BookingDay[],
  calendar: readonly BookingDay[],
  at: EpochMs,
): boolean {
  if (calendar.length === 0) return false;
  const whole = candidateTypes.every((type) => isWhole(daysOf(calendar, type)));
  return whole && keepsThePast(standing, calendar, at);
}

/** C1. Equal is no overlap: a day of 24 hours closes as the next opens. */
function isWhole(days: readonly BookingDay[]): boolean {
  return days.every((day, place) => {
    const { opensAt, closesAt } = day;
    if (opensAt >= closesAt || chinaDay(opensAt) !== chinaDay(closesAt - 1)) return false;
    const next = days[place + 1];
    if (day.releasesAt !== undefined && day.releasesAt < closesAt) return false;
    if (next === undefined) return true;
    // Equal is too late: what is released at the opening is released into the crowd.
    const released = day.releasesAt === undefined || day.releasesAt < next.opensAt;
    return closesAt <= next.opensAt && chinaDay(opensAt) < chinaDay(next.opensAt) && released;
  });
}

/** C2. */
function keepsThePast(
  standing: readonly BookingDay[],
  calendar: readonly BookingDay[],
  at: EpochMs,
): boolean {
  const inTime = calendar.every((day) => {
    const before = standing.find((one) => isSameDay(one, day));
    if (before !== undefined && isSame(before, day)) return true;
    const begun = before !== undefined && before.opensAt <= at;
    if (begun && releaseOf(before) <= at) return false;
    if (!begun && day.opensAt <= at) return false;
    const closeStays = begun && before.closesAt === day.closesAt;
    return (closeStays || at < day.closesAt) && at < releaseOf(day);
  });
  const begunStay = standing.every(
    (before) => at < before.opensAt || calendar.some((day) => isSameDay(before, day)),
  );
  return inTime && begunStay;
}

const isSameDay = (one: BookingDay, other: BookingDay): boolean =>
  one.opensAt === other.opensAt && one.candidateType === other.candidateType;
const releaseOf = ({ closesAt, releasesAt = closesAt }: BookingDay): EpochMs =>
  Math.max(closesAt, releasesAt);
const isSame = (one: BookingDay, other: BookingDay): boolean =>
  one.closesAt === other.closesAt && releaseOf(one) === releaseOf(other);
