/**
 * The demonstration's days (D9): the booking days of its table, counted from the first start, and exams
 * seven weeks after the first of them, as in a real autumn.
 *
 * China keeps one zone and no summer time, so a day there is plain arithmetic.
 */
import type { EpochMs } from '../protocol/ids.ts';
import type { BookingDay, Catalogue, ExamUnit } from '../protocol/session.ts';
import type { BookingHours, Province } from './province.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const chinaOffsetMs = 8 * hourMs;

/** From the first booking day to the earliest possible first exam day. */
const leadDays = 49;
/** Tickets are printed from four days before the first exam day, 09:00. */
const printLeadDays = 4;

/** Midnight in China at or before `at`. */
const chinaMidnight = (at: EpochMs): EpochMs =>
  Math.floor((at + chinaOffsetMs) / dayMs) * dayMs - chinaOffsetMs;
/** 0 is Sunday. 1970-01-01 was a Thursday. */
const chinaWeekday = (midnight: EpochMs): number =>
  (Math.floor((midnight + chinaOffsetMs) / dayMs) + 4) % 7;

/** `hours` as in `09:00-22:00`, in place of those of the table. */
export function demonstrationCalendar(
  table: readonly BookingHours[],
  now: EpochMs,
  hours?: string,
): BookingDay[] {
  const all = hours === undefined ? undefined : minutesOf(hours);
  const first = chinaMidnight(now);
  return table.map(({ day, candidateType, ...own }) => {
    const { opensMinute, closesMinute } = all ?? own;
    const midnight = first + (day - 1) * dayMs;
    return {
      opensAt: midnight + opensMinute * minuteMs,
      closesAt: midnight + closesMinute * minuteMs,
      ...(candidateType !== undefined && { candidateType }),
    };
  });
}

function minutesOf(hours: string): { opensMinute: number; closesMinute: number } {
  const [, ...parts] = /^(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/.exec(hours) ?? [];
  const [opensHour = 0, opensMinute = 0, closesHour = 0, closesMinute = 0] = parts.map(Number);
  const opens = opensHour * 60 + opensMinute;
  const closes = closesHour * 60 + closesMinute;
  if (parts.length !== 4 || opens >= closes || closes > 24 * 60) {
    throw new Error('the demonstration hours must look like 09:00-22:00');
  }
  return { opensMinute: opens, closesMinute: closes };
}

/** The province's tables with dates: the first Saturday seven weeks on is exam day 1. */
export function catalogueOf(province: Province, calendar: readonly BookingDay[]): Catalogue {
  const firstBooking = chinaMidnight(calendar[0]?.opensAt ?? 0);
  const earliest = firstBooking + leadDays * dayMs;
  const firstExam = earliest + ((6 - chinaWeekday(earliest) + 7) % 7) * dayMs;
  const { code, title, feeFen, cities, areas, courses, programmes } = province;
  return {
    code,
    title,
    feeFen,
    printFrom: firstExam - printLeadDays * dayMs + 9 * hourMs,
    units: province.units.map((unit): ExamUnit => {
      const midnight = firstExam + (unit.day - 1) * dayMs;
      return {
        code: unit.code,
        name: unit.name,
        startsAt: midnight + unit.startsMinute * minuteMs,
        endsAt: midnight + unit.endsMinute * minuteMs,
      };
    }),
    cities,
    areas,
    courses,
    programmes,
  };
}
