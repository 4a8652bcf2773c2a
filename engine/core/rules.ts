/**
 * The adopted session, made quick to ask: which areas and courses there are, whether booking is
 * open, and what the hold clocks show. Times are whole milliseconds; China keeps UTC+8 all year.
 *
 * T1 A window is `opensAt <= at < closesAt`: equal to the close is too late (D9).
 * T2 Open time is wall time less the pauses before it, and stands still while paused; an area that was
 *    paused by itself has its own. A booking day's close does not wait for it: no hold outlives the
 *    close, paused or not.
 */
import type { AreaCode, CourseCode, EpochMs, ProgrammeCode, UnitCode } from '../protocol/ids.ts';
import { sessionTagOf } from '../protocol/payments.ts';
import type { Refused } from '../protocol/refusals.ts';
import {
  type Adopted,
  type AreaPause,
  type AreaWithdrawal,
  type BookingDay,
  type CandidateType,
  type Course,
  candidateTypes,
  daysOf,
  type Settings,
} from '../protocol/session.ts';
import type { UnitCourse } from './rows.ts';

export type Rules = {
  adopted: Adopted;
  settings: Settings;
  units: readonly UnitCode[];
  areas: ReadonlySet<AreaCode>;
  courses: ReadonlyMap<CourseCode, Course>;
  /** One object for each course that has a unit, shared by all rows that name it. */
  pairs: ReadonlyMap<CourseCode, UnitCourse>;
  /** Programmes with a plan on file only: without one no course is foreign (D8). */
  plans: ReadonlyMap<ProgrammeCode, ReadonlySet<CourseCode>>;
  /** Each type's booking days, in order (R5). */
  calendars: Readonly<Record<CandidateType, readonly BookingDay[]>>;
  /** The same days, for asking. */
  days: ReadonlyMap<TypeDay, BookingDay>;
  /** Areas with a clock of their own (S2). */
  pauses: ReadonlyMap<AreaCode, AreaPause>;
  /** Areas in which no exam can be held, or could not for a while (S5). */
  withdrawals: ReadonlyMap<AreaCode, AreaWithdrawal>;
  /** What order numbers begin with: the session's code as numbers may hold it (Y2). */
  sessionTag: string;
};

export function compileRules(adopted: Adopted): Rules {
  const { catalogue, settings } = adopted;
  const calendars = {
    open: daysOf(adopted.calendar, 'open'),
    applied: daysOf(adopted.calendar, 'applied'),
  };
  return {
    adopted,
    settings,
    units: catalogue.units.map((unit) => unit.code),
    areas: new Set(catalogue.areas.map((area) => area.code)),
    courses: new Map(catalogue.courses.map((course) => [course.code, course])),
    pairs: new Map(
      catalogue.courses.flatMap(({ code: course, unit }) =>
        unit === undefined ? [] : [[course, { unit, course }]],
      ),
    ),
    plans: new Map(
      catalogue.programmes
        .filter((programme) => programme.courses.length > 0)
        .map((programme) => [programme.code, new Set(programme.courses)]),
    ),
    calendars,
    days: new Map(
      candidateTypes.flatMap((type) =>
        calendars[type].map((day) => [typeDay(type, chinaDay(day.opensAt)), day] as const),
      ),
    ),
    pauses: new Map((adopted.areaPauses ?? []).map((pause) => [pause.area, pause])),
    withdrawals: new Map((adopted.withdrawals ?? []).map((one) => [one.area, one])),
    sessionTag: sessionTagOf(catalogue.code),
  };
}

const dayMs = 86_400_000;
const chinaOffsetMs = 8 * 3_600_000;

/** Days since 1970-01-01 on China's clocks. */
export function chinaDay(at: EpochMs): number {
  return Math.floor((at + chinaOffsetMs) / dayMs);
}

/**
 * One China-time day as one candidate type has it (R5), in one number: what is filed under it closes
 * together, and apart from what the other type has on that day.
 */
export type TypeDay = number;
export const typeDay = (type: CandidateType, day: number): TypeDay =>
  day * candidateTypes.length + candidateTypes.indexOf(type);

/** When holds and payment attempts of that day end at the latest. */
export function closeOf(rules: Rules, day: TypeDay): EpochMs {
  const closesAt = rules.days.get(day)?.closesAt;
  return closesAt ?? chinaMidnight(Math.floor(day / candidateTypes.length) + 1);
}

/** When what stands unpaid since that day is released (F30); staff may have postponed it (S2). */
export function releaseOf(rules: Rules, day: TypeDay): EpochMs {
  return Math.max(rules.days.get(day)?.releasesAt ?? 0, closeOf(rules, day));
}

/** The next time booking opens for that type after `at`; undefined: never again (D10). */
export function nextOpening(rules: Rules, type: CandidateType, at: EpochMs): EpochMs | undefined {
  return rules.calendars[type].find((day) => at < day.opensAt)?.opensAt;
}

/** When that type can book seats: at once, at the next opening, or never again (D10). */
export function bookableFrom(rules: Rules, type: CandidateType, at: EpochMs): EpochMs | undefined {
  return calendarRefusal(rules, type, at) === undefined ? at : nextOpening(rules, type, at);
}

/** The instant at which a day begins in China. */
export const chinaMidnight = (day: number): EpochMs => day * dayMs - chinaOffsetMs;

/** The clock that the area's holds run by: how long it stood, and since when it stands. */
export function clockOf(
  { adopted: { window }, pauses }: Rules,
  area: AreaCode,
): { pausedMs: number; pausedAt?: EpochMs } {
  return pauses.get(area) ?? window;
}

export function openTime(rules: Rules, area: AreaCode, at: EpochMs): number {
  const { pausedMs, pausedAt = at } = clockOf(rules, area);
  return pausedAt - pausedMs;
}

/**
 * Undefined while booking is open there for that type; `detail.at` says when trying again makes
 * sense.
 */
export function windowRefusal(
  rules: Rules,
  type: CandidateType,
  area: AreaCode,
  at: EpochMs,
): Refused | undefined {
  const { window } = rules.adopted;
  const shut = calendarRefusal(rules, type, at);
  if (shut?.reason === 'window-not-yet-open') return shut;
  if (window.state === 'paused')
    return { kind: 'refused', reason: 'window-paused', detail: { at: window.newsBy } };
  const pause = pauseIn(rules, area, undefined);
  if (shut !== undefined || pause === undefined) return shut;
  return { kind: 'refused', reason: 'area-paused', detail: { at: pause.newsBy } };
}

/** S2: why nothing is taken in that unit of the area alone; undefined: it is. */
export function poolRefusal(rules: Rules, area: AreaCode, unit: UnitCode): Refused | undefined {
  const pause = pauseIn(rules, area, unit);
  if (pause === undefined) return undefined;
  return { kind: 'refused', reason: 'pool-paused', detail: { unit, at: pause.newsBy } };
}

/** S5. Without a unit: whether there is nothing left to register for. */
export function isWithdrawn(
  { withdrawals, units }: Pick<Rules, 'withdrawals' | 'units'>,
  area: AreaCode,
  unit?: UnitCode,
): boolean {
  const withdrawal = withdrawals.get(area);
  if (withdrawal === undefined || withdrawal.remedy.kind === 'reopen') return false;
  const { units: lost } = withdrawal;
  if (lost.length === 0) return true;
  return unit === undefined ? units.every((one) => lost.includes(one)) : lost.includes(unit);
}

function pauseIn({ pauses }: Rules, area: AreaCode, unit: UnitCode | undefined) {
  return pauses.get(area)?.pools.find((one) => one.unit === unit);
}

/** Paying and refunds go by the calendar alone: a pause of booking does not touch them (D9, S2). */
export function calendarRefusal(
  rules: Rules,
  type: CandidateType,
  at: EpochMs,
): Refused | undefined {
  const calendar = rules.calendars[type];
  const next = calendar.find((day) => at < day.closesAt);
  if (next !== undefined && next === calendar[0] && at < next.opensAt)
    return { kind: 'refused', reason: 'window-not-yet-open', detail: { at: next.opensAt } };
  if (next === undefined) return { kind: 'refused', reason: 'window-over' };
  if (at < next.opensAt)
    return { kind: 'refused', reason: 'window-closed', detail: { at: next.opensAt } };
  return undefined;
}

/** The shared object where the session knows the course there, else one of its own. */
export function pairOf(rules: Rules | undefined, unit: UnitCode, course: CourseCode): UnitCourse {
  const shared = rules?.pairs.get(course);
  return shared?.unit === unit ? shared : { unit, course };
}

export function isForeign(rules: Rules, programme: ProgrammeCode, course: CourseCode): boolean {
  const plan = rules.plans.get(programme);
  return plan !== undefined && !plan.has(course);
}
