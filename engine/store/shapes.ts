/**
 * The shapes of what stands on disk, shared by journal and rows. They are the disk's own, so that
 * a change on the bus never makes a folder unreadable.
 *
 * H1 What can be written can be read: no limit here is lower than what was let in.
 * H2 Orders are for ever: fields, kinds and choices keep their places; lists grow at their end.
 */
import { done } from '../core/kept-answers.ts';
import type { UnitCourse } from '../core/rows.ts';
import type {
  CandidateRecord,
  CodeAddress,
  PassedCourse,
  TicketRecord,
} from '../protocol/commands.ts';
import type { Answer } from '../protocol/events.ts';
import type { CourseCode, UnitCode } from '../protocol/ids.ts';
import type { StagedChange } from '../protocol/imports.ts';
import {
  boolean,
  CodecError,
  choice,
  list,
  number,
  optional,
  record,
  type Shape,
  text as textUpTo,
  uint as uintUpTo,
  union,
  word,
} from '../protocol/message-pack.ts';
import type { PaymentWay, ProviderName } from '../protocol/payments.ts';
import { refusalReasons } from '../protocol/refusals.ts';
import type { FullCourse, Outcome, ReceivedOrder } from '../protocol/replies.ts';
import type {
  Adopted,
  AreaPause,
  AreaWithdrawal,
  BookingDay,
  BookingProof,
  CandidateType,
  Catalogue,
  City,
  Course,
  CourseCap,
  ExamArea,
  ExamUnit,
  Office,
  PlanChoice,
  PoolCapacity,
  Position,
  Programme,
  PublicNotice,
  Remedy,
  Settings,
  Window,
} from '../protocol/session.ts';
import type { Desk } from '../protocol/sittings.ts';
import {
  type Act,
  type CapacityChange,
  type ForeseenLine,
  foreseen,
  type PoolsOf,
} from '../protocol/staff.ts';

const unlimited = 0xffff_ffff;
export const text = textUpTo(unlimited);
export const uint = uintUpTo();
export const uint32 = uintUpTo(unlimited);
export const some = <T>(shape: Shape<T>): Shape<T[]> => list(shape, unlimited);
/** A whole number that may be negative: its two's complement. */
export const int32: Shape<number> = {
  write: (to, value) => to.uint(value >>> 0),
  read: (from) => from.uint(unlimited) | 0,
};

export const unitAndCourse: Shape<UnitCourse> = {
  write(to, { unit, course }) {
    to.array(2);
    to.text(unit);
    to.text(course);
  },
  read(from) {
    if (from.array(2) !== 2) throw new CodecError('a field is missing');
    const unit = text.read(from);
    return unitCourse(unit, text.read(from));
  },
};
/** Never changed once made (core/rows.ts), and few: the same one for all rows that name it. */
export function unitCourse(unit: UnitCode, course: CourseCode): UnitCourse {
  const known = coursesRead.get(course);
  if (known?.unit === unit) return known;
  const made = { unit, course };
  if (coursesRead.size < coursesReadMax) coursesRead.set(course, made);
  return made;
}
const coursesRead = new Map<CourseCode, UnitCourse>();
const coursesReadMax = 10_000;
export const codeAddress = record<CodeAddress>({ sealed: text, index: text, mask: text });
export const delivery = choice(['sent', 'failed', 'phone-messages-used-up']);
export const provider = choice<ProviderName>(['sandbox', 'alipay', 'wechat']);
export const desk = record<Desk>({ venue: text, room: text, deskNumber: text });
export const way = choice<PaymentWay>(['scan', 'page', 'inside']);
export const candidateType = choice<CandidateType>(['open', 'applied']);
const full = {
  unit: text,
  course: text,
  reason: choice<FullCourse['reason']>(['seats-exhausted', 'course-full']),
};
export const fullCourses = some(record<FullCourse>(full));

const anyOutcome = union<Outcome, 'kind'>('kind', {
  done: {},
  held: { held: some(text), owned: some(text), full: fullCourses },
  saved: {
    saved: some(unitAndCourse),
    failed: some(record<FullCourse & { late: boolean }>({ ...full, late: boolean })),
  },
  claimed: { claim: uint, area: text },
  claiming: { claim: uint, from: text, to: text },
  'signed-in': { generation: uint },
  'sign-in-failed': { failures: uint, retryAt: uint },
  adopted: { number: uint },
  'reset-code': { challenge: text, expiresAt: uint, resendFrom: uint },
  confirmed: { order: text },
  'payment-started': { attempt: text, amountFen: uint, expiresAt: uint },
  'import-begun': { import: uint },
  staged: {
    people: some(
      union<StagedChange, 'how'>('how', {
        added: {},
        same: {},
        changed: { columns: some(text) },
        unknown: { what: choice(['person', 'ticket']) },
      }),
    ),
  },
  act: { number: uint, decided: boolean },
  carried: { changed: uint, left: uint, more: boolean },
  // Never kept: each showing is an event of its own.
  'may-be-shown': { until: uint, pass: text },
  received: { orders: some(record<ReceivedOrder>({ order: uint, number: text })) },
  declined: { reason: word(refusalReasons) },
  'refund-stands': { refundedAt: uint, why: text },
});
const outcome: Shape<Outcome> = {
  write(to, value) {
    if (value !== done) return anyOutcome.write(to, value);
    // What `anyOutcome` writes for it: a list of its place alone, the first.
    to.array(1);
    to.uint(0);
  },
  read(from) {
    const value = anyOutcome.read(from);
    return value.kind === 'done' ? done : value;
  },
};
/** By hand: a row has several, and each save writes them all. */
export const answer: Shape<Answer> = {
  write(to, { command, contentHash, outcome: came }) {
    to.array(answerFields);
    to.text(command);
    int32.write(to, contentHash);
    outcome.write(to, came);
  },
  read(from) {
    if (from.array(answerFields) !== answerFields) throw new CodecError('a field is missing');
    return {
      command: text.read(from),
      contentHash: int32.read(from),
      outcome: outcome.read(from),
    };
  },
};
const answerFields = 3;

const ticketRecord = record<TicketRecord>({
  number: text,
  programme: text,
  status: choice(['active', 'graduated', 'transferred']),
  passed: some(record<PassedCourse>({ course: text, grade: number, passedIn: optional(text) })),
});
export const candidateRecord = record<CandidateRecord>({
  kind: choice(['enrolled', 'new']),
  documentType: text,
  document: text,
  documentMask: text,
  name: text,
  nameMask: text,
  candidateType,
  hasPhoto: boolean,
  tickets: some(ticketRecord),
  importedPhone: optional(codeAddress),
  passwordHash: optional(text),
  activationDigest: optional(text),
});

const catalogue = record<Catalogue>({
  code: text,
  title: text,
  feeFen: uint,
  printFrom: uint,
  units: some(record<ExamUnit>({ code: text, name: text, startsAt: uint, endsAt: uint })),
  cities: some(record<City>({ code: text, name: text })),
  areas: some(
    record<ExamArea>({
      code: text,
      name: text,
      city: text,
      county: optional(text),
      office: record<Office>({ name: text, phone: text, hours: text }),
      position: optional(record<Position>({ latitude: number, longitude: number })),
    }),
  ),
  courses: some(
    record<Course>({
      code: text,
      name: text,
      credits: number,
      method: choice(['written', 'practical']),
      unit: optional(text),
      replacedBy: optional(some(text)),
    }),
  ),
  programmes: some(
    record<Programme>({
      code: text,
      name: text,
      level: text,
      totalCredits: optional(number),
      courses: some(text),
      choices: optional(
        some(
          record<PlanChoice>({
            name: text,
            courses: some(text),
            coursesMin: uint,
            creditsMin: optional(uint),
          }),
        ),
      ),
    }),
  ),
});
const settings = record<Settings>({
  foreignCourse: choice(['warn', 'refuse']),
  importedPhoneMustMatch: boolean,
  holdMs: uint,
  holdMaxMs: uint,
  codeTriesMax: uint,
  codeResendAfterMs: uint,
  bookingCodesPerDayMax: uint,
  accountCodesPerDayMax: uint,
  messagesPerPhonePerDayMax: uint,
  peoplePerPhoneMax: uint,
  areaMovesPerDayMax: uint,
  paymentMs: uint,
  releaseGraceMs: uint,
  remindBeforeMs: some(uint),
  billsAfterMs: uint,
  bookingProof: choice(['code', 'password']),
});
const calendar = some(
  record<BookingDay>({
    opensAt: uint,
    closesAt: uint,
    releasesAt: optional(uint),
    candidateType: optional(candidateType),
  }),
);
const remedy = union<Remedy, 'kind'>('kind', {
  move: { to: some(text) },
  refund: {},
  reopen: {},
});
export const adopted = record<Adopted>({
  number: uint,
  catalogue,
  calendar,
  settings,
  window: union<Window, 'state'>('state', {
    open: { pausedMs: uint },
    paused: { pausedMs: uint, pausedAt: uint, reason: text, newsBy: uint },
  }),
  areaPauses: optional(
    some(
      record<AreaPause>({
        area: text,
        pools: some(
          record<AreaPause['pools'][number]>({
            unit: optional(text),
            reason: text,
            newsBy: uint,
          }),
        ),
        pausedMs: uint,
        pausedAt: optional(uint),
      }),
    ),
  ),
  payingPaused: optional(record<NonNullable<Adopted['payingPaused']>>({ reason: text })),
  notice: optional(record<PublicNotice>({ text, until: uint })),
  withdrawals: optional(
    some(
      record<AreaWithdrawal>({
        ...{ area: text, units: some(text), act: uint, reason: text, remedy },
      }),
    ),
  ),
});

export const poolCapacities = some(
  record<PoolCapacity>({ unit: text, capacity: uint, candidateType: optional(candidateType) }),
);
export const courseCaps = some(record<CourseCap>({ course: text, cap: uint }));
const poolsOf = some(record<PoolsOf>({ area: text, unit: optional(text) }));
const onPersonOf = { person: text, area: optional(text) };
const onOrderOf = { person: text, area: text, order: text };
export const act = union<Act, 'kind'>('kind', {
  'pause-window': { shown: text, newsBy: uint },
  'open-window': {},
  'set-calendar': { from: calendar, calendar },
  'pause-pools': { pools: poolsOf, shown: text, newsBy: uint },
  'open-pools': { pools: poolsOf },
  'set-paying': { to: choice(['open', 'paused']), shown: text },
  'set-hold': { holdMs: uint, holdMaxMs: uint },
  'set-booking-proof': { to: choice<BookingProof>(['code', 'password']) },
  'set-capacity': {
    changes: some(
      record<CapacityChange>({ area: text, from: poolCapacities, capacities: poolCapacities }),
    ),
  },
  'set-course-caps': { area: text, from: courseCaps, caps: courseCaps },
  'release-unpaid': { areas: some(text) },
  'publish-notice': { text: text, until: uint },
  'unbind-phone-for': onPersonOf,
  'reset-to-activation': onPersonOf,
  'end-sign-ins-for': onPersonOf,
  'withdraw-for': onOrderOf,
  'refund-for': onOrderOf,
  'withdraw-area': {
    ...{ area: text, units: some(text), from: uint, remedy, shown: text },
  },
});
export const foreseenLines = some(
  record<ForeseenLine>({ what: word(foreseen), count: uint, unit: optional(text) }),
);
