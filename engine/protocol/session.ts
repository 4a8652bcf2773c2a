/**
 * What is the same for everybody during one exam session (考次): catalogue, calendar, settings and
 * the window. The SessionBook owns it; every partition and every gateway adopts numbered copies.
 */
import type { AreaCode, CourseCode, EpochMs, Fen, ProgrammeCode, UnitCode } from './ids.ts';

/** 考试单元 with its place in the timetable; the order of the list is the order on pages. */
export type ExamUnit = { code: UnitCode; name: string; startsAt: EpochMs; endsAt: EpochMs };
export type City = { code: string; name: string };
/** The office a candidate is sent to when a page cannot help. */
export type Office = { name: string; phone: string; hours: string };
/** In degrees, north and east; good to a kilometre or so, for saying what is near (B4). */
export type Position = { latitude: number; longitude: number };
export type ExamArea = {
  code: AreaCode;
  name: string;
  city: string;
  county?: string;
  office: Office;
  position?: Position;
};
/** R10. */
export const passMark = 60;
export const gradeMax = 100;
/**
 * 课程. A written course that is offered belongs to exactly one unit, province-wide. Practical
 * courses are never seated (R10). `replacedBy` answers an old code (R11).
 */
export type Course = {
  code: CourseCode;
  name: string;
  credits: number;
  method: 'written' | 'practical';
  unit?: UnitCode;
  replacedBy?: CourseCode[];
};
export type Programme = {
  code: ProgrammeCode;
  name: string;
  level: string;
  totalCredits?: number;
  /** The plan. Empty when no plan is on file: then no course counts as foreign (D8). */
  courses: CourseCode[];
  /** Courses of the plan that are not all needed; every other one is. */
  choices?: PlanChoice[];
};
/** 选考: so many of these courses, and together so many credits if that is said too. */
export type PlanChoice = {
  name: string;
  courses: CourseCode[];
  coursesMin: number;
  creditsMin?: number;
};

export type Catalogue = {
  code: string;
  title: string;
  /** Fee per course, R7. */
  feeFen: Fen;
  printFrom: EpochMs;
  units: ExamUnit[];
  cities: City[];
  areas: ExamArea[];
  courses: Course[];
  programmes: Programme[];
};

/** R5: 社会型 and 应用型, who may have days and pools of their own. */
export const candidateTypes = ['open', 'applied'] as const;
export type CandidateType = (typeof candidateTypes)[number];

/**
 * One day of the booking window: `opensAt <= time < closesAt` (D9). Booking, paying and asking for
 * a refund go by it; what stands unpaid is released from `releasesAt` on, else from the close (F30).
 * `candidateType` absent: a day of every type.
 */
export type BookingDay = {
  opensAt: EpochMs;
  closesAt: EpochMs;
  releasesAt?: EpochMs;
  candidateType?: CandidateType;
};

/** One type's days, in order. */
export function daysOf(calendar: readonly BookingDay[], type: CandidateType): BookingDay[] {
  return calendar
    .filter((day) => day.candidateType === undefined || day.candidateType === type)
    .sort((one, other) => one.opensAt - other.opensAt);
}

/**
 * So many seats in that unit. Without a type the common pool's; with one, those of the type's own,
 * in which its people sit instead of in the common one (R5).
 */
export type PoolCapacity = { unit: UnitCode; capacity: number; candidateType?: CandidateType };
/** At most so many in one area sit that course, in whichever pool. */
export type CourseCap = { course: CourseCode; cap: number };

/** D7: what shows that seats are saved by whom they are held for. */
export type BookingProof = 'code' | 'password';
/** Limits and choices the office sets; D7, D8, B1 and F11 name them. */
export type Settings = {
  foreignCourse: 'warn' | 'refuse';
  importedPhoneMustMatch: boolean;
  holdMs: number;
  /** No hold lives longer than this in all, however often the code is sent again. */
  holdMaxMs: number;
  codeTriesMax: number;
  codeResendAfterMs: number;
  bookingCodesPerDayMax: number;
  accountCodesPerDayMax: number;
  messagesPerPhonePerDayMax: number;
  peoplePerPhoneMax: number;
  areaMovesPerDayMax: number;
  /** How long one payment attempt may be paid; never beyond the day's close (D11). */
  paymentMs: number;
  /** How long after the release a provider that does not answer is waited for (D11). */
  releaseGraceMs: number;
  /** F30: how long before the close the unpaid are reminded, longest first. */
  remindBeforeMs: number[];
  /** B7: how long after the close the providers' bills of the day are there. */
  billsAfterMs: number;
  /** In an outage of short messages the password stands for the booking code. */
  bookingProof: BookingProof;
};
/** Without what two people decide: nobody installs that. */
export type InstalledSettings = Omit<Settings, 'bookingProof'>;
const minuteMs = 60_000;
/** D7, D8, B1: what a new session begins with. */
export const firstSettings: InstalledSettings = {
  foreignCourse: 'warn',
  importedPhoneMustMatch: true,
  holdMs: 5 * minuteMs,
  holdMaxMs: 10 * minuteMs,
  codeTriesMax: 5,
  codeResendAfterMs: minuteMs,
  bookingCodesPerDayMax: 10,
  accountCodesPerDayMax: 10,
  messagesPerPhonePerDayMax: 20,
  peoplePerPhoneMax: 3,
  areaMovesPerDayMax: 10,
  paymentMs: 30 * minuteMs,
  releaseGraceMs: 30 * minuteMs,
  remindBeforeMs: [180 * minuteMs, 60 * minuteMs],
  billsAfterMs: 13 * 60 * minuteMs,
};

/**
 * The window as staff left it. `pausedMs` is the sum of the ended pauses; while paused the hold
 * clocks stand still at `pausedAt`, so deadlines are kept in open time: `at - pausedMs`.
 */
export type Window =
  | { state: 'open'; pausedMs: number }
  | { state: 'paused'; pausedMs: number; pausedAt: EpochMs; reason: string; newsBy: EpochMs };

/**
 * An area of which something is or was paused by itself (S2). `pools`: what is paused there now; without
 * a unit all of it. The area has a clock of its own from then on, which stands while the window or any
 * of its pools is paused, so that nobody loses a hold to a pause (docs/decisions/pausing.md).
 */
export type AreaPause = {
  area: AreaCode;
  pools: { unit?: UnitCode; reason: string; newsBy: EpochMs }[];
  pausedMs: number;
  pausedAt?: EpochMs;
};
/**
 * S5: an area, or some of its units, in which no exam can be held any more. Nothing is taken there from now
 * on; `remedy` says what becomes of who is registered. `act`: the one that said it last. One entry an area.
 */
export type AreaWithdrawal = {
  area: AreaCode;
  /** Empty: all of them. */
  units: UnitCode[];
  act: number;
  /** What candidates read. */
  reason: string;
  remedy: Remedy;
};
/**
 * `move`: to the first of these areas that has a seat in every unit of the person's (R1). `reopen`: the
 * area takes registrations again, and whoever is still there stays.
 */
export type Remedy = { kind: 'move'; to: AreaCode[] } | { kind: 'refund' } | { kind: 'reopen' };
/** Areas that a move tries, one after the other. */
export const targetsMax = 8;

/** On every open page until `until` (S2). Plain text. */
export type PublicNotice = { text: string; until: EpochMs };

/** What is adopted, whole, by number; a lower number never replaces a higher one. */
export type Adopted = {
  number: number;
  catalogue: Catalogue;
  calendar: BookingDay[];
  settings: Settings;
  window: Window;
  /** Absent: nothing was ever paused by itself. */
  areaPauses?: AreaPause[];
  /** S2: no payment can be started, for this reason; those that run go on. */
  payingPaused?: { reason: string };
  notice?: PublicNotice;
  /** Absent: no area was ever withdrawn. */
  withdrawals?: AreaWithdrawal[];
};
