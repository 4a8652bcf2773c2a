/**
 * What stands in a bus message: batches of commands and queries, their replies in the same order,
 * counts and notices. Every message is `[version, [items]]` in MessagePack; an item is a list that
 * begins with its kind's place below and goes on with its fields in the order given here.
 *
 * O1 Closed: kinds, fields, types, lengths and characters not named here do not pass.
 * O2 One bad item does not harm its neighbours: it is `malformed`, they are read. A message that
 *    cannot be followed at all is a `CodecError`.
 * O3 Within a version lists of kinds grow at their end only; any other change is a new version, before
 *    the first release too: other versions are refused whole (test/contract/formats.test.ts).
 * O4 The names of fields never travel, so a renamed field changes nothing on the bus.
 */

import { type Acknowledgement, type AlarmLevel, alarmKeyMax, alarmLevels } from './alarms.ts';
import {
  type AsideReason,
  asideReasons,
  type CandidateRecord,
  type CodeAddress,
  type Command,
  type DeliveryOutcome,
  type MovedOrder,
  type MovedPayment,
  type MovedSeat,
  type NoteMoved,
  type PassedCourse,
  type SetCapacity,
  type StaffProof,
  type TicketRecord,
} from './commands.ts';
import type { CommandId, UnitCode } from './ids.ts';
import {
  type AreaCapacities,
  type ImportSum,
  type ImportView,
  type PlainCandidate,
  type PlainGrades,
  type PlainTicket,
  type StagedChange,
  type StagedKind,
  type StagingView,
  sliceMax,
  stagedKinds,
} from './imports.ts';
import { type KeyScope, type KeyView, keyScopes } from './keys.ts';
import type { AreaLedger, LedgerPool, PeopleCounts } from './ledger.ts';
import {
  ascii,
  boolean,
  CodecError,
  characters,
  choice,
  type Fields,
  list,
  nullable,
  number,
  optional,
  Reader,
  record,
  type Shape,
  text,
  uint,
  union,
  Writer,
  word,
} from './message-pack.ts';
import type { Notice } from './notices.ts';
import {
  type PaymentWay,
  type ProviderName,
  paymentWays,
  providerNames,
  type ReconciledBill,
} from './payments.ts';
import {
  type RefusalDetail,
  type RefusalReason,
  type Refused,
  refusalReasons,
} from './refusals.ts';
import type {
  Accepted,
  AreaCounts,
  AsideView,
  AskedQuery,
  AttemptView,
  AuditLine,
  BookingDelivery,
  CandidateLine,
  CandidateView,
  ChannelStanding,
  ChannelsReport,
  CodeView,
  CommandReply,
  Demand,
  DemonstrationMessage,
  ExitSum,
  ExitView,
  FullCourse,
  LeftLine,
  OrderState,
  OrderView,
  Outcome,
  PartitionStatus,
  PaymentCursor,
  PaymentLine,
  PoolBalance,
  Query,
  QueryAnswer,
  QueryReply,
  ReceivedOrder,
  ReconciledDay,
  RefundCause,
  RegisteredLine,
  RegistrationView,
  Revocation,
  SeatView,
  ShownInFull,
  SignInFacts,
  WithdrawalView,
} from './replies.ts';
import { channelNames, exitStates } from './replies.ts';
import {
  type AreaReport,
  type ReportedMoney,
  type ReportedOrders,
  type ReportedPayment,
  type ReportedSeats,
  reportTopics,
} from './reports.ts';
import {
  type Adopted,
  type AreaPause,
  type AreaWithdrawal,
  type BookingDay,
  type BookingProof,
  type CandidateType,
  type Catalogue,
  type City,
  type Course,
  type CourseCap,
  candidateTypes,
  type ExamArea,
  type ExamUnit,
  type InstalledSettings,
  type Office,
  type PlanChoice,
  type PoolCapacity,
  type Position,
  type Programme,
  type PublicNotice,
  type Remedy,
  type Settings,
  targetsMax,
  type Window,
} from './session.ts';
import type { Desk, Mark, Sitting, StagedMark } from './sittings.ts';
import {
  type Act,
  type ActState,
  type ActView,
  type AreaPart,
  type CapacityChange,
  type ForeseenLine,
  foreseen,
  type PersonPart,
  type PoolsOf,
  type Role,
  roles,
  type Scope,
  type SignInPlace,
  type StaffFacts,
  type StaffView,
  signInPlaces,
} from './staff.ts';
import {
  type CommandCount,
  type Durations,
  durationBoundsUs,
  type PartitionTelemetry,
  type ProviderStanding,
  type UnmetDemand,
} from './telemetry.ts';

export { CodecError } from './message-pack.ts';

export type Asked = Command | AskedQuery;
export type Answered = CommandReply | QueryReply;
/** Stands in a batch where something unreadable stood. `id` is empty if not even that was read. */
export type Malformed = { kind: 'malformed'; id: CommandId };

/** Of one batch, and of one publication. A bus carries no larger message to an engine. */
export const messageSizeMax = 1024 * 1024;
/** Of one batch's replies; a bus may carry them in parts. */
const repliesSizeMax = 64 * 1024 * 1024;
const itemsMax = 4096;

const version = 7;

// ── Names ───────────────────────────────────────────────────────────────────────────────────────

const opaque = ascii(characters('A-Za-z0-9_-'), 22);
const code = ascii(characters('0-9A-Z'), 1, 16);
const course = ascii(characters('0-9'), 5);
const ticket = ascii(characters('0-9'), 12);
const smsCode = ascii(characters('0-9'), 6);
const mobile = ascii(characters('0-9'), 11);
const month = ascii(characters('0-9-'), 7);
const partition = ascii(characters('0-9a-zA-Z-'), 1, 32);
const sealed = ascii(characters('A-Za-z0-9_-'), 1, 2048);
const plain = ascii(characters(' -~'), 0, 128);
const passwordHash = ascii(characters('!-~'), 1, 256);
const mask = text(128);
const label = text(256);
const sentence = text(1024);
const at = uint();
const count = uint();
const small = uint(0xffff_ffff);

const unitsMax = 16;
/** The common one of each unit, and one of each type. */
const poolsMax = unitsMax * (1 + candidateTypes.length);
const capsMax = 1000;
const ticketsMax = 64;
const units: Shape<UnitCode[]> = list(code, unitsMax);
const unitAndCourse = record<{ unit: UnitCode; course: string }>({ unit: code, course });
const unitsAndCourses = list(unitAndCourse, unitsMax);
const delivery = choice<DeliveryOutcome>(['sent', 'failed', 'phone-messages-used-up']);
const deliveryState = choice<'sending' | DeliveryOutcome>([
  'sending',
  'sent',
  'failed',
  'phone-messages-used-up',
]);
const bookingDelivery = choice<BookingDelivery>([
  ...(['sending', 'sent', 'failed', 'phone-messages-used-up', 'not-sent'] as const),
]);
const reason: Shape<RefusalReason> = word(refusalReasons);
const candidateType = choice<CandidateType>(candidateTypes);
/** Order, attempt and refund numbers. */
const numbers = ascii(characters('0-9A-Z_'), 1, 40);
const provider = choice<ProviderName>(providerNames);
const way = choice<PaymentWay>(paymentWays);
const money = small;
/** A provider's own words: bounded, and otherwise whatever it says. */
const foreign = text(128);
const asideReason: Shape<AsideReason> = word(asideReasons);

const staff = ascii(characters('a-z0-9.-'), 2, 32);
/** Of who decided: an account, or `shell` and a label. */
const signature = text(300);
const rolesHeld = list(choice<Role>(roles), roles.length);
const scope = union<Scope, 'kind'>('kind', {
  province: {},
  city: { city: code },
  area: { area: code },
});
/** An authenticator's, in base32. */
const secret = ascii(characters('A-Z2-7'), 16, 64);
const recovery = list(opaque, 16);
const staffState = choice<StaffView['state']>(['invited', 'active', 'ended']);
const staffView = record<StaffView>({
  staff,
  roles: rolesHeld,
  scope,
  state: staffState,
  generation: small,
  invitedBy: signature,
  invitedUntil: optional(at),
  lastSignInAt: optional(at),
});

const apiKeyDigest = ascii(characters('A-Za-z0-9_-'), 43);
const may = list(choice<KeyScope>(keyScopes), keyScopes.length);
const keyView = record<KeyView>({
  ...{ apiKey: opaque, label, digest: apiKeyDigest, may, scope },
  state: choice<KeyView['state']>(['active', 'ended']),
  ...{ madeBy: signature, madeAt: at, endedBy: optional(signature), endedAt: optional(at) },
});

const alarmKey = ascii(characters('A-Za-z0-9.:_-'), 1, alarmKeyMax);
const alarmLevel = choice<AlarmLevel>(alarmLevels);
const acknowledged = list(
  record<Acknowledgement>({
    ...{ alarm: alarmKey, level: alarmLevel, since: at, by: signature, at, remark: label },
  }),
  1_000,
);

const codeAddress = record<CodeAddress>({ sealed, index: opaque, mask });
/** A phone as typed, or already sealed. */
const phone: Shape<string | CodeAddress> = {
  write: (to, value) =>
    typeof value === 'string' ? mobile.write(to, value) : codeAddress.write(to, value),
  read: (from) => (from.standsAtText ? mobile.read(from) : codeAddress.read(from)),
};

// ── The session ─────────────────────────────────────────────────────────────────────────────────

const catalogue = record<Catalogue>({
  code: plain,
  title: label,
  feeFen: small,
  printFrom: at,
  units: list(record<ExamUnit>({ code, name: label, startsAt: at, endsAt: at }), unitsMax),
  cities: list(record<City>({ code, name: label }), 1000),
  areas: list(
    record<ExamArea>({
      code,
      name: label,
      city: code,
      county: optional(code),
      office: record<Office>({ name: label, phone: label, hours: label }),
      position: optional(record<Position>({ latitude: number, longitude: number })),
    }),
    10_000,
  ),
  courses: list(
    record<Course>({
      code: course,
      name: label,
      credits: number,
      method: choice(['written', 'practical']),
      unit: optional(code),
      replacedBy: optional(list(course, 16)),
    }),
    10_000,
  ),
  programmes: list(
    record<Programme>({
      code,
      name: label,
      level: label,
      totalCredits: optional(number),
      courses: list(course, 1000),
      choices: optional(
        list(
          record<PlanChoice>({
            name: label,
            courses: list(course, 1000),
            coursesMin: small,
            creditsMin: optional(small),
          }),
          100,
        ),
      ),
    }),
    10_000,
  ),
});
const calendar = list(
  record<BookingDay>({
    opensAt: at,
    closesAt: at,
    releasesAt: optional(at),
    candidateType: optional(candidateType),
  }),
  1000,
);
const bookingProof = choice<BookingProof>(['code', 'password']);
const installedSettings: Fields<InstalledSettings> = {
  foreignCourse: choice(['warn', 'refuse']),
  importedPhoneMustMatch: boolean,
  holdMs: small,
  holdMaxMs: small,
  codeTriesMax: small,
  codeResendAfterMs: small,
  bookingCodesPerDayMax: small,
  accountCodesPerDayMax: small,
  messagesPerPhonePerDayMax: small,
  peoplePerPhoneMax: small,
  areaMovesPerDayMax: small,
  paymentMs: small,
  releaseGraceMs: small,
  remindBeforeMs: list(small, 8),
  billsAfterMs: small,
};
const settings = record<Settings>({ ...installedSettings, bookingProof });
const window = union<Window, 'state'>('state', {
  open: { pausedMs: count },
  paused: { pausedMs: count, pausedAt: at, reason: sentence, newsBy: at },
});
const remedy = union<Remedy, 'kind'>('kind', {
  move: { to: list(code, targetsMax) },
  refund: {},
  reopen: {},
});
const adopted = record<Adopted>({
  number: small,
  catalogue,
  calendar,
  settings,
  window,
  areaPauses: optional(
    list(
      record<AreaPause>({
        area: code,
        pools: list(
          record<AreaPause['pools'][number]>({
            unit: optional(code),
            reason: sentence,
            newsBy: at,
          }),
          unitsMax + 1,
        ),
        pausedMs: count,
        pausedAt: optional(at),
      }),
      10_000,
    ),
  ),
  payingPaused: optional(record<NonNullable<Adopted['payingPaused']>>({ reason: sentence })),
  notice: optional(record<PublicNotice>({ text: sentence, until: at })),
  withdrawals: optional(
    list(
      record<AreaWithdrawal>({
        ...{ area: code, units, act: small, reason: sentence, remedy },
      }),
      10_000,
    ),
  ),
});

// ── Commands ────────────────────────────────────────────────────────────────────────────────────

const envelope = { id: opaque, answerBy: at, epoch: count };
const onRegistration = {
  ...envelope,
  area: code,
  person: opaque,
  claim: small,
  revision: small,
  ticket,
};
const onArea = { ...envelope, area: code, person: opaque, claim: small };
const onPerson = { ...envelope, person: opaque };
const onPhone = { ...envelope, phone: opaque, person: opaque };

const ticketFields: Fields<Omit<TicketRecord, 'passed'>> = {
  number: ticket,
  programme: code,
  status: choice(['active', 'graduated', 'transferred']),
};
const ticketRecords = list(
  record<TicketRecord>({
    ...ticketFields,
    passed: list(record<PassedCourse>({ course, grade: number, passedIn: optional(month) }), 256),
  }),
  ticketsMax,
);
const candidateKind = choice<CandidateRecord['kind']>(['enrolled', 'new']);
const candidateRecord = record<CandidateRecord>({
  kind: candidateKind,
  documentType: plain,
  document: sealed,
  documentMask: mask,
  name: sealed,
  nameMask: mask,
  candidateType,
  hasPhoto: boolean,
  tickets: ticketRecords,
  importedPhone: optional(codeAddress),
  passwordHash: optional(passwordHash),
  activationDigest: optional(opaque),
});

const stagedKind = choice<StagedKind>(stagedKinds);
const poolCapacities = list(
  record<PoolCapacity>({ unit: code, capacity: small, candidateType: optional(candidateType) }),
  poolsMax,
);
const areaCapacities = list(
  record<AreaCapacities>({ area: code, capacities: poolCapacities }),
  10_000,
);
const passedCourse = record<PassedCourse>({ course, grade: number, passedIn: optional(month) });
const importSum = record<ImportSum>({
  added: small,
  changed: small,
  same: small,
  removed: small,
  columns: list(record<ImportSum['columns'][number]>({ column: plain, rows: small }), 64),
});
const plainCandidate = record<PlainCandidate>({
  ...{ person: opaque, documentType: plain },
  documentNumber: ascii(characters('0-9A-Z'), 1, 32),
  name: label,
  kind: candidateKind,
  candidateType,
  hasPhoto: boolean,
  phone: optional(mobile),
  passwordHash: optional(passwordHash),
  activationCode: optional(ascii(characters('0-9A-Z'), 8, 20)),
  tickets: list(
    record<PlainTicket>({
      ...{ number: ticket, programme: code },
      status: choice(['active', 'graduated', 'transferred']),
      passed: optional(list(passedCourse, 256)),
    }),
    ticketsMax,
  ),
});
const plainGrades = record<PlainGrades>({
  person: opaque,
  grades: list(record<PlainGrades['grades'][number]>({ ticket, passed: passedCourse }), 1024),
});
const desk = record<Desk>({ venue: label, room: plain, deskNumber: plain });
const stagedMark = record<StagedMark>({
  ...{ person: opaque, unit: code, ticket, course },
  mark: union<Mark, 'kind'>('kind', { desk: { desk }, 'no-desk': {}, absent: {}, present: {} }),
});
const onImport = { ...envelope, import: small };
const stagedSlice = { ...onImport, slice: small, keep: boolean };
const courseCaps = list(record<CourseCap>({ course: course, cap: small }), capsMax);
const poolsOf = list(record<PoolsOf>({ area: code, unit: optional(code) }), 10_000);
const onPersonOf = { person: opaque, area: optional(code) };
const onOrderOf = { person: opaque, area: code, order: numbers };
const act = union<Act, 'kind'>('kind', {
  'pause-window': { shown: sentence, newsBy: at },
  'open-window': {},
  'set-calendar': { from: calendar, calendar },
  'pause-pools': { pools: poolsOf, shown: sentence, newsBy: at },
  'open-pools': { pools: poolsOf },
  'set-paying': { to: choice(['open', 'paused']), shown: sentence },
  'set-hold': { holdMs: small, holdMaxMs: small },
  'set-booking-proof': { to: bookingProof },
  'set-capacity': {
    changes: list(
      record<CapacityChange>({ area: code, from: poolCapacities, capacities: poolCapacities }),
      10_000,
    ),
  },
  'set-course-caps': { area: code, from: courseCaps, caps: courseCaps },
  'release-unpaid': { areas: list(code, 10_000) },
  'publish-notice': { text: sentence, until: at },
  'unbind-phone-for': onPersonOf,
  'reset-to-activation': onPersonOf,
  'end-sign-ins-for': onPersonOf,
  'withdraw-for': onOrderOf,
  'refund-for': onOrderOf,
  'withdraw-area': { area: code, units, from: small, remedy, shown: sentence },
});
const foreseenLines = list(
  record<ForeseenLine>({ what: word(foreseen), count: count, unit: optional(code) }),
  1_024,
);
const areaPart = union<AreaPart, 'kind'>('kind', {
  'set-capacity': { from: poolCapacities, capacities: poolCapacities },
  'set-course-caps': { from: courseCaps, caps: courseCaps },
  'release-unpaid': { before: at },
  'withdraw-for': { person: opaque, order: numbers },
  'refund-for': { person: opaque, order: numbers },
  'withdraw-area': {},
});

const query = union<Query, 'kind'>('kind', {
  registration: { area: code, person: opaque },
  candidate: { person: opaque },
  'sign-in-facts': { person: opaque },
  'in-full': { person: opaque, area: optional(code), until: at, pass: plain },
  outcome: { command: opaque, person: opaque, area: optional(code), answerBy: at },
  counts: {},
  balance: { area: optional(code) },
  session: {},
  revocations: {},
  'spend-once': { token: ascii(characters('!-~'), 1, 128), until: at },
  status: {},
  messages: {},
  channels: {},
  payments: {
    from: at,
    to: at,
    after: optional(record<PaymentCursor>({ area: code, registration: small })),
  },
  asides: {},
  'order-state': { area: code, registration: small, place: small },
  registrations: { area: code, from: small },
  report: { area: code, since: at, until: at, from: small },
  candidates: { after: optional(opaque), ticket: optional(ticket) },
  phone: { phone: opaque },
  'staff-facts': { staff },
  'staff-list': {},
  imports: {},
  acts: { by: optional(staff), waiting: boolean, before: optional(small) },
  act: { number: small },
  foresee: { act },
  withdrawal: { area: code, units },
  keys: {},
  alarms: {},
  journal: { from: count },
  timeline: { person: opaque, before: count },
});

const reconciledBill = {
  provider,
  payments: small,
  paidFen: count,
  refunds: small,
  refundedFen: count,
  differences: small,
};
const onStaff = { ...envelope, staff };
const ofStaff = { ...onStaff, generation: small };
const decider = { by: staff, byGeneration: small, named: optional(label) };
const byStaff = { ...envelope, ...decider };
const onKey = { ...byStaff, apiKey: opaque, reason: sentence };
/** An area's code, or a person's id. */
const target = ascii(characters('0-9A-Za-z_-'), 1, 22);
const carried = { target, refused: optional(reason), changed: count, left: count };
const decidedByStaff = { ...onStaff, ...decider, reason: sentence };
const onOrder = { ...onRegistration, order: numbers };
const onAttempt = { ...envelope, area: code, attempt: numbers };

const receivedOrders = list(record<ReceivedOrder>({ order: small, number: numbers }), 64);

type Item = Command | ({ kind: 'ask' } & AskedQuery);
const item = union<Item, 'kind'>('kind', {
  ask: { id: opaque, answerBy: at, query },
  'choose-course': { ...onRegistration, programme: code, candidateType, course, replace: boolean },
  'drop-course': { ...onRegistration, unit: code },
  'hold-seats': { ...onRegistration, challenge: opaque, phone: codeAddress },
  'send-code': { ...onRegistration, challenge: opaque, phone: codeAddress },
  'resend-code': onRegistration,
  'save-seats': { ...onRegistration, challenge: opaque, code: smsCode, units },
  'give-up-seats': { ...onRegistration, units },
  'vacate-area': onArea,
  'fence-area': onArea,
  'expire-holds': { ...envelope, area: code },
  'set-capacity': {
    ...envelope,
    area: code,
    capacities: poolCapacities,
    merged: optional(
      list(
        record<NonNullable<SetCapacity['merged']>[number]>({ unit: code, candidateType }),
        poolsMax,
      ),
    ),
  },
  'note-delivery': {
    ...onPerson,
    area: optional(code),
    challenge: opaque,
    attempt: small,
    outcome: delivery,
  },
  'import-candidate': { ...onPerson, record: candidateRecord },
  'record-sign-in': {
    ...onPerson,
    ticket,
    succeeded: boolean,
    generation: small,
    device: optional(small),
  },
  'request-phone-code': { ...onPerson, challenge: opaque, phone },
  'bind-phone': { ...onPerson, challenge: opaque, code: smsCode },
  'set-password': { ...onPerson, hash: passwordHash },
  'choose-area': { ...onPerson, ticket, area: code },
  'note-vacated': { ...onPerson, claim: small, vacated: boolean },
  'note-fenced': { ...onPerson, claim: small },
  'note-phone-settled': { ...onPerson, binding: small },
  'join-phone': onPhone,
  'settle-phone': { ...onPhone, binding: small },
  'take-message': { ...envelope, phone: opaque, key: plain },
  'install-session': {
    ...envelope,
    catalogue,
    calendar,
    settings: record<InstalledSettings>(installedSettings),
  },
  adopt: { ...envelope, adopted },
  'note-adopted': { ...envelope, partition, number: small },
  'request-unbind-code': { ...onPerson, challenge: opaque },
  'unbind-phone': { ...onPerson, challenge: opaque, code: smsCode },
  'note-phone-released': { ...onPerson, binding: small },
  'change-password': { ...onPerson, hash: passwordHash, generation: small },
  'request-reset-code': { ...onPerson, challenge: opaque },
  'prove-reset-code': { ...onPerson, challenge: opaque, code: smsCode },
  'reset-password': { ...onPerson, proof: opaque, hash: passwordHash },
  'end-sign-ins': { ...onPerson, generation: small },
  'sign-out': { ...onPerson, nonce: opaque, until: at },
  'release-phone': { ...onPhone, binding: small },
  'confirm-registration': onRegistration,
  'withdraw-order': onOrder,
  'start-payment': { ...onOrder, provider, way },
  'stop-payment': onOrder,
  'request-refund': onOrder,
  'note-payment': {
    ...{ ...onAttempt, provider },
    ...{ transaction: foreign, amountFen: money, paidAt: at },
  },
  'note-attempt-closed': onAttempt,
  'note-refund': {
    ...onAttempt,
    outcome: choice(['succeeded', 'refused']),
    why: foreign,
    refundedAt: at,
  },
  'release-unpaid': { ...envelope, area: code },
  'remind-unpaid': { ...envelope, area: code },
  'note-news': {
    ...{ ...envelope, area: code, person: opaque, news: small },
    outcome: choice(['sent', 'failed']),
  },
  'set-aside': {
    ...{ ...envelope, key: plain, provider, why: asideReason },
    ...{ attempt: foreign, transaction: foreign, amountFen: money },
  },
  'begin-reconciliation': { ...envelope, day: small },
  'note-reconciled': {
    ...envelope,
    day: small,
    lines: list(record<ReconciledBill>(reconciledBill), 8),
  },
  'set-course-caps': {
    ...envelope,
    area: code,
    caps: courseCaps,
  },
  'save-by-password': { ...onRegistration, challenge: opaque, passwordMatches: boolean, units },
  'invite-staff': { ...decidedByStaff, roles: rolesHeld, scope, digest: opaque, anew: boolean },
  'accept-invitation': {
    ...{ ...onStaff, digest: opaque, hash: passwordHash },
    ...{ secret, step: small, recovery },
  },
  'record-staff-sign-in': {
    ...ofStaff,
    proof: union<StaffProof, 'kind'>('kind', {
      failed: {},
      totp: { step: small },
      recovery: { digest: opaque },
    }),
    from: choice<SignInPlace>(signInPlaces),
  },
  'set-roles': { ...decidedByStaff, roles: rolesHeld, scope },
  'end-account': decidedByStaff,
  'change-staff-password': { ...ofStaff, hash: passwordHash },
  'renew-totp': { ...ofStaff, secret, step: small },
  'renew-recovery-codes': { ...ofStaff, recovery },
  'end-staff-sign-ins': ofStaff,
  'begin-import': { ...byStaff, key: opaque, what: stagedKind, source: label },
  'close-import': {
    ...{ ...onImport, ...decider, sum: importSum },
    capacities: optional(areaCapacities),
  },
  'apply-import': { ...onImport, ...decider, reason: sentence },
  'drop-import': { ...onImport, ...decider },
  'note-import-adopted': { ...onImport, partition },
  'stage-candidates': { ...stagedSlice, candidates: list(plainCandidate, sliceMax) },
  'stage-grades': { ...stagedSlice, people: list(plainGrades, sliceMax) },
  'stage-marks': { ...onImport, slice: small, area: code, marks: list(stagedMark, sliceMax) },
  'adopt-import': {
    ...{ ...onImport, to: choice(['applied', 'dropped']) },
    capacities: areaCapacities,
  },
  'take-staged': { ...onImport, slice: count },
  'install-catalogue': { ...byStaff, catalogue, onto: small, reason: sentence },
  'make-key': { ...onKey, label, digest: apiKeyDigest, may, scope },
  'end-key': onKey,
  'show-in-full': { ...onPerson, ...decider, area: optional(code), reason: sentence },
  'acknowledge-alarm': {
    ...{ ...byStaff, alarm: alarmKey, level: alarmLevel, since: at, remark: label },
  },
  'note-alarm-ended': { ...envelope, alarm: alarmKey, acknowledgedAt: at },
  'note-export': {
    ...{ ...byStaff, what: choice(['arrangement']), scope, reason: sentence },
  },
  'propose-act': { ...byStaff, act, reason: sentence, foreseen: foreseenLines },
  'approve-act': { ...byStaff, number: small },
  'withdraw-act': { ...byStaff, number: small },
  'receive-seats': {
    ...{ ...onArea, act: small, from: code, candidateType, unpaidSince: at },
    seats: list(record<MovedSeat>({ unit: code, course, ticket, order: small }), unitsMax),
    orders: list(
      record<MovedOrder>({
        ...{ order: small, ticket, feeFen: money, confirmedAt: at },
        payment: optional(
          record<MovedPayment>({ provider, way, startedAt: at, paidAt: at, paidAs: numbers }),
        ),
      }),
      64,
    ),
  },
  'note-moved': {
    ...{ ...onArea, act: small, to: code },
    came: union<NoteMoved['came'], 'kind'>('kind', {
      received: { orders: receivedOrders },
      declined: { reason },
    }),
  },
  'refund-moved': onAttempt,
  'move-for': { ...onPerson, act: small, from: code, to: code },
  'note-act-carried': { ...envelope, number: small, ...carried },
  'act-on-area': { ...envelope, area: code, act: small, part: areaPart },
  'act-on-candidate': {
    ...{ ...onPerson, act: small, area: optional(code) },
    part: choice<PersonPart>(['unbind-phone-for', 'reset-to-activation', 'end-sign-ins-for']),
  },
});

// ── Replies ─────────────────────────────────────────────────────────────────────────────────────

const fullCourse = {
  unit: code,
  course,
  reason: choice<FullCourse['reason']>(['seats-exhausted', 'course-full']),
};
const fullCourses = list(record<FullCourse>(fullCourse), unitsMax);
const outcome = union<Outcome, 'kind'>('kind', {
  done: {},
  held: { held: units, owned: units, full: fullCourses },
  saved: {
    saved: unitsAndCourses,
    failed: list(
      record<Extract<Outcome, { kind: 'saved' }>['failed'][number]>({
        ...fullCourse,
        late: boolean,
      }),
      unitsMax,
    ),
  },
  claimed: { claim: small, area: code },
  claiming: { claim: small, from: code, to: code },
  'signed-in': { generation: small },
  'sign-in-failed': { failures: small, retryAt: at },
  adopted: { number: small },
  'reset-code': { challenge: opaque, expiresAt: at, resendFrom: at },
  confirmed: { order: numbers },
  'payment-started': { attempt: numbers, amountFen: money, expiresAt: at },
  'import-begun': { import: small },
  received: { orders: receivedOrders },
  declined: { reason },
  'refund-stands': { refundedAt: at, why: foreign },
  staged: {
    people: list(
      union<StagedChange, 'how'>('how', {
        added: {},
        same: {},
        changed: { columns: list(plain, 64) },
        unknown: { what: choice(['person', 'ticket']) },
      }),
      sliceMax,
    ),
  },
  act: { number: small, decided: boolean },
  carried: { changed: count, left: count, more: boolean },
  'may-be-shown': { until: at, pass: plain },
});
const orderState = choice<OrderState>([
  ...(['confirmed', 'paid', 'refunding', 'refunded', 'withdrawn', 'released', 'moved'] as const),
]);
const attemptView = record<AttemptView>({
  number: numbers,
  provider,
  way,
  startedAt: at,
  expiresAt: at,
  state: choice(['live', 'stopping', 'closed', 'paid']),
  paidAt: optional(at),
  paidAs: optional(numbers),
  refund: optional(
    record<NonNullable<AttemptView['refund']>>({
      cause: choice<RefundCause>(['asked', 'second', 'late']),
      requestedAt: at,
      doneAt: optional(at),
      stuck: boolean,
    }),
  ),
});
const orderView = record<OrderView>({
  number: numbers,
  ticket,
  courses: unitsAndCourses,
  feeFen: money,
  confirmedAt: at,
  state: orderState,
  endedAt: optional(at),
  movedTo: optional(numbers),
  attempts: list(attemptView, 64),
});
const registration = record<RegistrationView>({
  revision: small,
  seats: list(
    record<SeatView>({
      unit: code,
      course,
      ticket,
      state: union<SeatView['state'], 'kind'>('kind', {
        held: { until: at },
        saved: {},
        confirmed: { order: numbers },
        paid: { order: numbers },
        refunding: { order: numbers },
      }),
      sitting: optional(record<Sitting>({ desk: optional(desk), absent: boolean })),
    }),
    unitsMax,
  ),
  draft: list(record<RegistrationView['draft'][number]>({ unit: code, course, ticket }), unitsMax),
  orders: list(orderView, 64),
  releasedAt: optional(at),
  exit: optional(record<ExitView>({ act: small, state: choice(exitStates), to: optional(code) })),
  code: optional(
    record<CodeView>({
      challenge: opaque,
      ticket,
      units,
      phoneMask: mask,
      expiresAt: at,
      resendFrom: at,
      resendLeft: boolean,
      triesLeft: small,
      delivery: bookingDelivery,
    }),
  ),
  asking: optional(record<NonNullable<RegistrationView['asking']>>({ ticket, full: fullCourses })),
});
const claim = record<NonNullable<CandidateView['claim']>>({ number: small, area: code });
const candidate = record<CandidateView>({
  person: opaque,
  kind: candidateKind,
  documentMask: mask,
  name: label,
  nameMask: mask,
  hasPhoto: boolean,
  candidateType,
  tickets: ticketRecords,
  phone: optional(codeAddress),
  importedPhoneMask: optional(mask),
  passwordSet: boolean,
  generation: small,
  claim: optional(claim),
  moving: optional(
    record<NonNullable<CandidateView['moving']>>({ number: small, from: code, to: code }),
  ),
  areasLeft: optional(list(code, unitsMax)),
  phoneCode: optional(
    record<NonNullable<CandidateView['phoneCode']>>({
      purpose: choice(['binding-code', 'unbinding-code']),
      challenge: opaque,
      phoneMask: mask,
      expiresAt: at,
      resendFrom: at,
      triesLeft: small,
      delivery: deliveryState,
    }),
  ),
});
const refusalDetail = record<RefusalDetail>({
  unit: optional(code),
  course: optional(course),
  replacedBy: optional(list(course, 16)),
  ticket: optional(ticket),
  at: optional(at),
  triesLeft: optional(small),
  candidateType: optional(candidateType),
});
const seatCounts = list(small, unitsMax);
const areaCounts = record<AreaCounts>({
  area: code,
  version: count,
  at,
  free: seatCounts,
  capacity: seatCounts,
  own: optional(
    list(
      record<NonNullable<AreaCounts['own']>[number]>({
        candidateType,
        free: seatCounts,
        capacity: seatCounts,
      }),
      candidateTypes.length,
    ),
  ),
  courses: optional(
    list(
      record<NonNullable<AreaCounts['courses']>[number]>({ course, free: small, cap: small }),
      capsMax,
    ),
  ),
});

const channelStanding = record<ChannelStanding>({
  channel: choice(channelNames),
  sent: count,
  failed: count,
  unknown: count,
  p50Ms: optional(count),
  p99Ms: optional(count),
  openSince: optional(at),
  lastTrouble: optional(record<NonNullable<ChannelStanding['lastTrouble']>>({ at, why: plain })),
});
const areaLedger = record<AreaLedger>({
  area: code,
  version: count,
  at,
  pools: list(
    record<LedgerPool>({
      unit: code,
      candidateType: optional(candidateType),
      ...{ capacity: count, held: count, saved: count, confirmed: count },
      ...{ paid: count, refunding: count },
      agrees: boolean,
    }),
    poolsMax,
  ),
  people: record<PeopleCounts>({
    ...{ entered: count, saved: count, confirmed: count, paying: count, paid: count },
  }),
});

const auditLines = list(
  record<AuditLine>({
    ...{ index: count, at, kind: plain },
    ...{ area: optional(code), person: optional(plain), details: text(1024 * 1024) },
  }),
  10_000,
);
const actView = record<ActView>({
  number: small,
  at,
  act,
  by: signature,
  reason: sentence,
  foreseen: foreseenLines,
  andBy: optional(signature),
  decidedAt: optional(at),
  state: union<ActState, 'kind'>('kind', {
    proposed: {},
    decided: { open: small },
    done: {},
    withdrawn: { by: signature },
    expired: {},
  }),
  refused: list(record<ActView['refused'][number]>({ where: target, reason }), 10_000),
  changed: count,
  left: count,
});

const poolBalance = record<PoolBalance>({
  ...{ area: code, unit: code, candidateType: optional(candidateType), capacity: small },
  ...{ free: small, held: small, saved: small, confirmed: small, paid: small, refunding: small },
});
const exitSum = { people: small, seats: small, fen: count };
const withdrawal = record<WithdrawalView>({
  act: small,
  pools: list(poolBalance, 10_000),
  ...{ people: small, peoplePaid: small, livePayments: small, feeFen: count },
  demand: list(
    record<Demand>({
      ...{ candidateType, units, state: choice(['paid', 'confirmed', 'saved']), ...exitSum },
    }),
    10_000,
  ),
  waiting: record<ExitSum>(exitSum),
  going: record<ExitSum>(exitSum),
  moved: list(record<WithdrawalView['moved'][number]>({ to: code, ...exitSum }), 10_000),
  letGo: record<ExitSum>(exitSum),
  returnedFen: count,
  left: record<ExitSum>(exitSum),
  leftLines: list(
    record<LeftLine>({
      ...{ number: small, person: opaque, seats: unitsAndCourses, feeFen: count },
      declined: list(record<LeftLine['declined'][number]>({ area: code, reason }), targetsMax),
    }),
    1_000,
  ),
});
const reportSum = { count: small, seats: small, fen: count };
const areaReport = record<AreaReport>({
  at,
  seats: list(
    record<ReportedSeats>({
      ...{ unit: code, course, candidateType },
      ...{ held: small, saved: small, confirmed: small, paid: small, refunding: small },
      ...{ arranged: small, absent: small },
    }),
    10_000,
  ),
  orders: list(record<ReportedOrders>({ state: orderState, ...reportSum }), 16),
  sums: list(
    record<AreaReport['sums'][number]>({ topic: choice(reportTopics), ...reportSum }),
    reportTopics.length,
  ),
  releasedRegistrations: small,
  money: list(
    record<ReportedMoney>({
      ...{ day: small, provider, payments: small, paidFen: count },
      ...{ refunds: small, refundedFen: count },
    }),
    10_000,
  ),
  payments: list(
    record<ReportedPayment>({
      topic: choice(['refunds-stuck', 'amiss']),
      ...{ attempt: numbers, provider, amountFen: money, since: at },
    }),
    1_000,
  ),
});

/** What a batch is answered with, whichever of its items it answers. */
type Reply = { id: CommandId } & (
  | Accepted
  | (Refused & { registration?: RegistrationView })
  | QueryAnswer
);
/** Empty only where a malformed item did not even tell its id. */
const replyId = ascii(characters('A-Za-z0-9_-'), 0, 22);
const id = { id: replyId };
const reply = union<Reply, 'kind'>('kind', {
  accepted: {
    ...id,
    outcome,
    registration: optional(registration),
    candidate: optional(candidate),
  },
  refused: {
    ...id,
    reason,
    detail: optional(refusalDetail),
    registration: optional(registration),
  },
  registration: { ...id, registration },
  candidate: { ...id, candidate: nullable(candidate) },
  'in-full': {
    ...id,
    shown: nullable(
      record<ShownInFull>({
        ...{ documentType: plain, document: plain, name: label },
        phone: optional(plain),
      }),
    ),
  },
  'sign-in-facts': {
    ...id,
    facts: nullable(
      record<SignInFacts>({
        tickets: ticketRecords,
        candidateType,
        password: union<SignInFacts['password'], 'kind'>('kind', {
          initial: {},
          set: { hash: passwordHash },
          'activation-code': { digest: opaque },
        }),
        retryAt: at,
        deviceRetryAt: at,
        generation: small,
        activated: boolean,
      }),
    ),
    retryAt: optional(at),
  },
  outcome: {
    ...id,
    state: union<Extract<QueryAnswer, { kind: 'outcome' }>['state'], 'kind'>('kind', {
      kept: { outcome },
      refused: { reason },
      checking: {},
      absent: {},
    }),
    registration: optional(registration),
  },
  counts: { ...id, counts: list(areaCounts, 10_000) },
  balance: {
    ...id,
    pools: list(poolBalance, 10_000 * unitsMax),
  },
  session: { ...id, adopted: nullable(adopted) },
  revocations: {
    ...id,
    revocations: list(
      record<Revocation>({
        person: opaque,
        generation: small,
        at,
        signedOut: list(record<Revocation['signedOut'][number]>({ nonce: opaque, until: at }), 64),
      }),
      1_000_000,
    ),
  },
  'spend-once': { ...id, unspent: boolean },
  status: {
    ...id,
    status: record<PartitionStatus>({
      partition,
      epoch: count,
      index: count,
      lag: count,
      inbox: count,
    }),
  },
  messages: {
    ...id,
    messages: list(record<DemonstrationMessage>({ at, phone: plain, text: sentence }), 10_000),
  },
  channels: {
    ...id,
    channels: list(channelStanding, channelNames.length),
    waiting: record<ChannelsReport['waiting']>({ codes: count, news: count }),
  },
  payments: {
    ...id,
    payments: list(
      record<PaymentLine>({
        provider,
        attempt: numbers,
        transaction: foreign,
        amountFen: money,
        paidAt: at,
        refund: optional(
          record<NonNullable<PaymentLine['refund']>>({
            number: numbers,
            requestedAt: at,
            doneAt: optional(at),
          }),
        ),
      }),
      10_000,
    ),
    next: optional(record<PaymentCursor>({ area: code, registration: small })),
  },
  asides: {
    ...id,
    asides: list(
      record<AsideView>({
        ...{ number: small, at, provider, why: asideReason },
        ...{ attempt: foreign, transaction: foreign, amountFen: money },
      }),
      10_000,
    ),
    reconciled: list(record<ReconciledDay>({ day: small, ...reconciledBill }), 10_000),
  },
  'order-state': { ...id, paid: nullable(opaque) },
  registrations: {
    ...id,
    lines: list(record<RegisteredLine>({ number: small, person: opaque, registration }), 1_000),
    next: optional(small),
  },
  report: { ...id, report: areaReport, next: optional(small) },
  candidates: {
    ...id,
    lines: list(
      record<CandidateLine>({
        ...{ person: opaque, kind: candidateKind, documentType: plain, documentMask: mask },
        ...{ nameMask: mask, candidateType, hasPhoto: boolean, passwordSet: boolean },
        tickets: list(record(ticketFields), ticketsMax),
        ...{ phoneMask: optional(mask), area: optional(code) },
      }),
      1_000,
    ),
    next: optional(opaque),
  },
  phone: { ...id, people: list(opaque, 1_000) },
  'staff-facts': {
    ...id,
    facts: nullable(
      record<StaffFacts>({
        state: staffState,
        generation: small,
        hash: optional(passwordHash),
        secret: optional(secret),
        step: small,
        recoveryLeft: small,
        retryAt: record<StaffFacts['retryAt']>({ door: at, known: at, inside: at }),
        invitation: optional(
          record<NonNullable<StaffFacts['invitation']>>({ digest: opaque, until: at }),
        ),
      }),
    ),
    retryAt: optional(at),
  },
  'staff-list': { ...id, staff: list(staffView, 10_000) },
  keys: { ...id, keys: list(keyView, 1_000) },
  alarms: { ...id, index: count, acknowledged },
  imports: {
    ...id,
    imports: list(
      record<ImportView>({
        ...{ number: small, what: stagedKind, source: label, by: signature, at },
        state: choice(['open', 'ready', 'applied', 'dropped']),
        sum: optional(importSum),
      }),
      1000,
    ),
    staging: nullable(
      record<StagingView>({
        ...{ number: small, state: choice(['open', 'applied', 'done', 'dropped']) },
        ...{ slices: small, taken: small },
      }),
    ),
  },
  acts: { ...id, acts: list(actView, 100), next: optional(small) },
  act: { ...id, act: nullable(actView) },
  foresee: { ...id, foreseen: foreseenLines },
  withdrawal: { ...id, withdrawal },
  journal: { ...id, lines: auditLines, next: optional(count) },
  timeline: { ...id, lines: auditLines, next: optional(count) },
});

const notice = union<Notice, 'kind'>('kind', {
  'writer-up': { partition, epoch: count, index: count },
  'sign-ins-ended': { person: opaque, generation: small, at },
  'session-changed': { adopted },
  'signed-out': { person: opaque, nonce: opaque, until: at },
  'staff-changed': { staff: staffView },
  'key-changed': { key: keyView },
  'alarms-acknowledged': { index: count, acknowledged },
  'act-decided': { act: actView },
});

const durations = record<Durations>({
  p50Us: optional(count),
  p99Us: optional(count),
  counts: list(count, durationBoundsUs.length + 1),
  sumUs: count,
});
const telemetry = record<PartitionTelemetry>({
  partition,
  epoch: count,
  index: count,
  at,
  startedAt: at,
  spaceLow: boolean,
  clockDoubted: boolean,
  freeBytes: count,
  savesPerSecond: count,
  answersPerSecond: count,
  latency: durations,
  flush: durations,
  answers: count,
  largestBatch: count,
  inbox: count,
  dirtyRows: count,
  eventsBehind: count,
  behindMs: count,
  seats: record<PartitionTelemetry['seats']>({
    ...{ capacity: count, free: count, held: count, saved: count },
    ...{ confirmed: count, paid: count, refunding: count },
  }),
  pools: count,
  poolsFull: count,
  poolsOversold: count,
  poolsAstray: count,
  commands: list(
    record<CommandCount>({
      kind: ascii(characters('a-z0-9-'), 1, 64),
      outcome: word<CommandCount['outcome']>(['accepted', ...refusalReasons]),
      count,
    }),
    10_000,
  ),
  unmet: list(
    record<UnmetDemand>({
      area: code,
      unit: code,
      candidateType: optional(candidateType),
      count,
    }),
    10_000 * unitsMax,
  ),
  waiting: record<PartitionTelemetry['waiting']>({ codes: count, news: count, money: count }),
  channels: list(channelStanding, channelNames.length),
  providers: list(
    record<ProviderStanding>({
      ...{ provider, answered: count, silent: count, awaySince: optional(at) },
      lastTrouble: optional(
        record<NonNullable<ProviderStanding['lastTrouble']>>({ at, why: plain }),
      ),
    }),
    providerNames.length,
  ),
});

// ── Messages ────────────────────────────────────────────────────────────────────────────────────

/** A batch that is gathered as it comes: each item is written once, when it is added. */
export class AskBatch {
  #to = new Writer();
  #place = 0;
  #items = 0;

  constructor() {
    this.#begin();
  }
  get items(): number {
    return this.#items;
  }
  /** Bytes so far; a batch of more than `messageSizeMax` is refused by whoever reads it. */
  get size(): number {
    return this.#to.at;
  }
  /** Throws `CodecError` for what no reader would take; the batch is then as it was before. */
  add(asked: Asked): void {
    const before = this.#to.at;
    try {
      item.write(this.#to, 'query' in asked ? { kind: 'ask', ...asked } : asked);
    } catch (error) {
      this.#to.at = before;
      throw error;
    }
    this.#items += 1;
  }
  /** The whole message; the batch is empty again. */
  take(): Uint8Array {
    this.#to.endArray(this.#place, this.#items);
    const bytes = this.#to.take();
    this.#begin();
    return bytes;
  }

  #begin(): void {
    this.#to.array(2);
    this.#to.uint(version);
    this.#place = this.#to.openArray();
    this.#items = 0;
  }
}

export function encodeAsk(items: readonly Asked[]): Uint8Array {
  const batch = new AskBatch();
  for (const asked of items) batch.add(asked);
  return batch.take();
}

export function decodeAsk(bytes: Uint8Array): (Asked | Malformed)[] {
  const from = openMessage(bytes, messageSizeMax);
  const length = from.array(itemsMax);
  const items: (Asked | Malformed)[] = [];
  for (let index = 0; index < length; index += 1) items.push(readItem(from));
  closeMessage(from);
  return items;
}

function readItem(from: Reader): Asked | Malformed {
  const start = from.at;
  try {
    const asked = item.read(from);
    if (asked.kind !== 'ask') return asked;
    return { id: asked.id, answerBy: asked.answerBy, query: asked.query };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    from.at = start;
    from.skip();
    const end = from.at;
    from.at = start;
    const malformed: Malformed = { kind: 'malformed', id: readId(from) };
    from.at = end;
    return malformed;
  }
}

/** Every kind of item gives its id first. */
function readId(from: Reader): CommandId {
  try {
    from.array(255);
    from.skip();
    return opaque.read(from);
  } catch (error) {
    if (error instanceof CodecError) return '';
    throw error;
  }
}

const [encodeReplies, decodeReplies] = messageOf<Answered>(reply, itemsMax, repliesSizeMax);
const [encodeCounts, decodeCounts] = messageOf(areaCounts, 10_000, messageSizeMax);
/** A list of one. */
const [encodeTelemetry, decodeTelemetry] = messageOf(telemetry, 1, messageSizeMax);
const [encodeLedgers, decodeLedgers] = messageOf(areaLedger, 10_000, messageSizeMax);
const [encodeNotices, decodeNotices] = messageOf(notice, itemsMax, messageSizeMax);

export {
  decodeCounts,
  decodeLedgers,
  decodeNotices,
  decodeReplies,
  decodeTelemetry,
  encodeCounts,
  encodeLedgers,
  encodeNotices,
  encodeReplies,
  encodeTelemetry,
};

function messageOf<T>(
  shape: Shape<T>,
  most: number,
  sizeMax: number,
): [encode: (items: readonly T[]) => Uint8Array, decode: (bytes: Uint8Array) => T[]] {
  const to = new Writer();
  return [
    (items) => {
      to.at = 0;
      to.array(2);
      to.uint(version);
      to.array(items.length);
      for (const one of items) shape.write(to, one);
      return to.take();
    },
    (bytes) => {
      const from = openMessage(bytes, sizeMax);
      const length = from.array(most);
      const items: T[] = [];
      for (let index = 0; index < length; index += 1) items.push(shape.read(from));
      closeMessage(from);
      return items;
    },
  ];
}

function openMessage(bytes: Uint8Array, sizeMax: number): Reader {
  if (bytes.length > sizeMax) throw new CodecError('a message too large');
  const from = new Reader(bytes);
  if (from.array(2) !== 2) throw new CodecError('not a message');
  if (from.uint(255) !== version) throw new CodecError('another version of the messages');
  return from;
}
function closeMessage(from: Reader): void {
  if (from.left > 0) throw new CodecError('more bytes than the message has');
}
