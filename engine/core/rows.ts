/**
 * The rows: everything a partition remembers, as plain data. The store keeps them packed; books
 * change them only through events. Counts and deadlines are derived and are not rows.
 *
 * W1 Every row carries `lastIndex`, the journal index of the last event that changed it.
 * W2 `unpackRow(row.table, rowKey(row), packRow(row))` is the row again, field for field.
 * W3 Rows of one table are made by one function each, so that all have one shape.
 */

import type { Acknowledgement, AlarmKey, AlarmLevel } from '../protocol/alarms.ts';
import type {
  AsideReason,
  CandidateRecord,
  CodeAddress,
  DeliveryOutcome,
} from '../protocol/commands.ts';
import type { Answer, PhoneCodePurpose } from '../protocol/events.ts';
import type {
  AreaCode,
  ChallengeId,
  CommandId,
  CourseCode,
  EpochMs,
  Fen,
  PartitionName,
  PersonId,
  PhoneIndex,
  Sealed,
  TicketNumber,
  UnitCode,
} from '../protocol/ids.ts';
import type {
  AreaCapacities,
  ImportNumber,
  ImportState,
  ImportSum,
  StagedKind,
  StagingView,
} from '../protocol/imports.ts';
import type { KeyId, KeyScope } from '../protocol/keys.ts';
import type { NewsContent } from '../protocol/messages.ts';
import type { AttemptNumber, OrderNumber, PaymentWay, ProviderName } from '../protocol/payments.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import type {
  BookingDelivery,
  ExitState,
  FullCourse,
  OrderState,
  Outcome,
  ReconciledDay,
  RefundCause,
} from '../protocol/replies.ts';
import type { Adopted, CandidateType, CourseCap, PoolCapacity } from '../protocol/session.ts';
import type { Sitting } from '../protocol/sittings.ts';
import type {
  Act,
  ForeseenLine,
  Role,
  Scope,
  SignInPlace,
  StaffId,
  StaffState,
} from '../protocol/staff.ts';
import { unreachable } from './assert.ts';
import { answersOf, done, type KeptAnswer, keep } from './kept-answers.ts';

/**
 * What one registration has in one unit, all of one ticket (R2): a chosen course, a hold for it, or
 * a saved course. A chosen course beside a saved one is a swap (F32).
 */
export type Place = {
  unit: UnitCode;
  ticket: TicketNumber;
  chosen: UnitCourse | undefined;
  saved: UnitCourse | undefined;
  hold: Hold | undefined;
  /** The order that the saved seat belongs to, by its place in the row; 0: none yet. */
  order: number;
  /** Of that order's seat: room, desk and absence, once there is anything to say (S5). */
  sitting: Sitting | undefined;
};
/** Never changed once made: rows, events and answers share them. */
export type UnitCourse = { readonly unit: UnitCode; readonly course: CourseCode };
/** F26 is open: it was asked of that ticket about what was full, `send-code` may follow. */
export type Asking = { ticket: TicketNumber; full: FullCourse[] };
/** In open time. */
export type Hold = { since: number; until: number };

/**
 * The one live booking code: for all that its ticket has chosen. `attempt` is 2 after the resend.
 * `sentAt`: when it was issued, if nothing was sent for it (D7).
 */
export type BookingCode = {
  challenge: ChallengeId;
  ticket: TicketNumber;
  phone: CodeAddress;
  expiresOpen: number;
  sentAt: EpochMs;
  triesUsed: number;
  attempt: number;
  delivery: BookingDelivery;
};

/** One confirmed choice of one ticket. Places count from 1 within the row and are never reused. */
export type Order = {
  place: number;
  number: OrderNumber;
  ticket: TicketNumber;
  courses: readonly UnitCourse[];
  feeFen: Fen;
  confirmedAt: EpochMs;
  state: OrderState;
  /** 0 while it holds seats. */
  endedAt: EpochMs;
  /** Of a `moved` one: what it is called where it is now. */
  movedTo: OrderNumber | undefined;
  attempts: Attempt[];
};
/** One try to pay, with a number of its own at its provider (F38). Places count from 1. */
export type Attempt = {
  place: number;
  provider: ProviderName;
  way: PaymentWay;
  startedAt: EpochMs;
  expiresAt: EpochMs;
  /** `stopping`: it is being closed at the provider. `paid` wins over all others (D14). */
  state: 'live' | 'stopping' | 'closed' | 'paid';
  /** The provider's own number for the payment; empty until paid. */
  transaction: string;
  paidAt: EpochMs;
  refund: Refund | undefined;
  /** The money was taken under this number, in the area that the order came from (S5). */
  paidAs: AttemptNumber | undefined;
};
/** `why`: the provider's code while it does not take the refund on; else empty. `doneAt` 0: due. */
export type Refund = { cause: RefundCause; requestedAt: EpochMs; doneAt: EpochMs; why: string };
/**
 * Something the person is to be told by a message, until a channel took it or gave it up. `place`
 * counts from 1 within the row.
 */
export type News = { place: number; at: EpochMs; content: NewsContent };

/**
 * What the withdrawal of its area has made of a registration (withdrawals.ts). Never changed once made.
 * `to`: where it goes or went, else empty. `begun`: how often it has set out, so that each time is work
 * of its own.
 */
export type Exit = {
  readonly act: number;
  readonly state: ExitState;
  readonly to: AreaCode;
  readonly declined: readonly { area: AreaCode; reason: RefusalReason }[];
  readonly begun: number;
  readonly courses: number;
  readonly feeFen: Fen;
};

/** One person in one area: all units, holds and the booking code included. */
export type RegistrationRow = {
  table: 'registrations';
  area: AreaCode;
  /** The registration's own within the area, handed out in order: neighbours in time on disk. */
  number: number;
  person: PersonId;
  lastIndex: number;
  revision: number;
  /** The highest claim a candidate's command came with. */
  claim: number;
  /** Commands with a claim not above `vacated` or `fenced` are refused. */
  vacated: number;
  fenced: number;
  places: Place[];
  code: BookingCode | undefined;
  asking: Asking | undefined;
  lastAnswer: KeptAnswer | undefined;
  answersKept: number;
  /** Derived, not packed: see kept-answers.ts. */
  answersMark: number;
  /** The China-time day in which seats were last held, and how often on it. */
  day: number;
  holdsOnDay: number;
  orders: Order[];
  ordersGiven: number;
  /** When the last of the seats that stand unpaid was saved; 0: none stands unpaid (F30). */
  unpaidSince: EpochMs;
  /** How many of the day's reminders are behind it. */
  reminded: number;
  /** When unpaid seats were last released; 0 again once seats are held. */
  releasedAt: EpochMs;
  news: News[];
  newsGiven: number;
  /** The person's; it changes only while there is neither choice nor seat (R5). */
  candidateType: CandidateType;
  exit: Exit | undefined;
  /** Derived, not packed: the deadline under which the row stands in the queue, or Infinity. */
  queuedUntil: number;
  /** Derived, not packed: the day under which it stands among the unpaid, or 0. */
  queuedDay: number;
};

export type AreaRow = {
  table: 'areas';
  area: AreaCode;
  lastIndex: number;
  capacities: PoolCapacity[];
  courseCaps: CourseCap[];
  /** The last acts on them, so that one that is carried twice changes them once. */
  acts: number[];
};

/** Of somebody signed in. Good for `purpose` only (D7). */
export type PhoneCode = {
  purpose: PhoneCodePurpose;
  challenge: ChallengeId;
  phone: CodeAddress;
  expiresAt: EpochMs;
  sentAt: EpochMs;
  triesUsed: number;
  delivery: 'sending' | DeliveryOutcome;
};
/** D3, of somebody who is not. `phone` undefined: none is bound, nothing is sent, no code is right. */
export type ResetCode = Omit<PhoneCode, 'purpose' | 'phone'> & { phone: CodeAddress | undefined };
export type CandidateRow = {
  table: 'candidates';
  person: PersonId;
  lastIndex: number;
  record: CandidateRecord;
  /** argon2id in PHC form; undefined: the initial password applies (F8). */
  passwordHash: string | undefined;
  phone: CodeAddress | undefined;
  /** How many phones were bound so far; the present one is that of this number. */
  bindings: number;
  /** The PhoneBook has made the place lasting. */
  phoneSettled: boolean;
  /** Unbound phones whose places the PhoneBook has not released yet; each took a code, so they are few. */
  phonesLeft: { phone: PhoneIndex; binding: number }[];
  phoneCode: PhoneCode | undefined;
  codesDay: number;
  codesOnDay: number;
  resetCode: ResetCode | undefined;
  /** A reset code was typed right: a new password may follow until then. */
  resetProof: { proof: CommandId; until: EpochMs } | undefined;
  resetsDay: number;
  resetsOnDay: number;
  failures: number;
  retryAt: EpochMs;
  /** The same for devices that the person had signed in from before. */
  deviceFailures: number;
  deviceRetryAt: EpochMs;
  /** Sign-ins below it are ended; `endedAt` says since when, 0 never. */
  generation: number;
  endedAt: EpochMs;
  /** Single sign-ins of this generation that were ended before their time. */
  signedOut: { nonce: string; until: EpochMs }[];
  /** The highest claim number handed out. */
  claimsGiven: number;
  claim: { number: number; area: AreaCode } | undefined;
  /** `act`: of staff, who move the person from a withdrawn area (S5). */
  moving: { number: number; from: AreaCode; to: AreaCode; act?: number } | undefined;
  /** Areas claimed before, the last left first: money may still come or go back there (D11). */
  areasLeft: AreaCode[];
  /** A fence the area has not acknowledged yet. */
  fence: { area: AreaCode; claim: number } | undefined;
  movesDay: number;
  movesOnDay: number;
  lastAnswer: KeptAnswer | undefined;
  answersKept: number;
  /** Derived, not packed: see kept-answers.ts. */
  answersMark: number;
};

export type PhoneRow = {
  table: 'phones';
  phone: PhoneIndex;
  lastIndex: number;
  /** `until` 0: lasting. `binding`: the newest of the person's that was settled or released here. */
  people: { person: PersonId; until: EpochMs; binding: number }[];
  day: number;
  /** The messages counted on `day`, by key. */
  messages: string[];
};

/** The SessionBook's own row. */
export type SessionRow = {
  table: 'session';
  lastIndex: number;
  adopted: Adopted;
  acknowledged: { partition: PartitionName; number: number }[];
  /** The China-time day whose bills are being compared or were last (B7); 0: none yet. */
  billsDay: number;
  /** The last day whose comparison is done. */
  reconciledDay: number;
  /** Newest last. */
  reconciled: ReconciledDay[];
};
/** What a provider said that no book could take, for staff (D14). Its own table: it only grows. */
export type AsideRow = {
  table: 'asides';
  number: number;
  lastIndex: number;
  key: string;
  at: EpochMs;
  provider: ProviderName;
  why: AsideReason;
  attempt: string;
  transaction: string;
  amountFen: Fen;
};
/** Failures in a row, and until when the next try has to wait. Never changed once made. */
export type SignInWait = { readonly failures: number; readonly retryAt: EpochMs };
/** Somebody who works at the desk. A row stays when the account ends: its name is never given anew. */
export type StaffRow = {
  table: 'staff';
  staff: StaffId;
  lastIndex: number;
  roles: Role[];
  scope: Scope;
  state: StaffState;
  invitedBy: StaffId;
  /** Of the one-time link; present while it is invited. */
  invitation: { digest: string; until: EpochMs } | undefined;
  /** argon2id in PHC form; undefined until the invitation is accepted. */
  hash: string | undefined;
  secret: Sealed | undefined;
  /** The last step of the authenticator that was used. */
  step: number;
  /** Digests of the recovery codes that are left. */
  recovery: string[];
  waits: Record<SignInPlace, SignInWait>;
  /** Sign-ins below it are ended. */
  generation: number;
  /** 0: never. */
  lastSignInAt: EpochMs;
  lastAnswer: KeptAnswer | undefined;
  answersKept: number;
  /** Derived, not packed: see kept-answers.ts. */
  answersMark: number;
};
/** What staff decided, or propose to. Rows stay: they are the desk's memory. */
export type ActRow = {
  table: 'acts';
  number: number;
  lastIndex: number;
  at: EpochMs;
  act: Act;
  by: StaffId;
  reason: string;
  foreseen: ForeseenLine[];
  /** Of the proposal: a repeat of it is the same act (B2). */
  command: CommandId;
  contentHash: number;
  state: 'proposed' | 'decided' | 'withdrawn';
  /** Who approved or withdrew it; empty: nobody, or nobody else. */
  endedBy: StaffId;
  endedAt: EpochMs;
  /** Areas, or the person, whose books have not answered. */
  open: string[];
  refused: { where: string; reason: RefusalReason }[];
  changed: number;
  left: number;
};
/** One key of another system (key-book.ts). */
export type KeyRow = {
  table: 'keys';
  lastIndex: number;
  apiKey: KeyId;
  label: string;
  digest: string;
  may: KeyScope[];
  scope: Scope;
  madeBy: StaffId;
  madeAt: EpochMs;
  /** Empty and 0 while it is good. */
  endedBy: StaffId;
  endedAt: EpochMs;
};
/** Who has taken which alarm (alarms.ts). */
export type AlarmsRow = { table: 'alarms'; lastIndex: number; acknowledged: Acknowledgement[] };
/** The copy a partition works by. */
export type AdoptedRow = { table: 'adopted'; lastIndex: number; adopted: Adopted };

/** One import, as the session's book knows it (imports.ts). */
export type ImportRow = {
  table: 'imports';
  number: ImportNumber;
  lastIndex: number;
  key: string;
  what: StagedKind;
  source: string;
  by: string;
  at: EpochMs;
  state: ImportState;
  sum: ImportSum | undefined;
  /** Of a file of capacities all of it; of people nothing. */
  capacities: AreaCapacities[];
  /** Partitions that have heard of its end. */
  acknowledged: PartitionName[];
};
/** A partition's part in the import it last heard of (staging.ts). */
export type StagingRow = {
  table: 'stagings';
  number: ImportNumber;
  lastIndex: number;
  state: StagingView['state'];
  /** In the order in which they came; `index` is that of the event that has its people. */
  slices: { slice: number; index: number }[];
  /** How many of them have gone into the people's rows. */
  taken: number;
};

export type Row =
  | ImportRow
  | StagingRow
  | RegistrationRow
  | AreaRow
  | CandidateRow
  | PhoneRow
  | SessionRow
  | AsideRow
  | AdoptedRow
  | StaffRow
  | ActRow
  | KeyRow
  | AlarmsRow;
export type Table = Row['table'];
/**
 * Registrations: area and number. Areas, candidates, phones, staff, keys: the code; asides, imports, acts: the
 * number, padded.
 * Else: one empty text.
 */
export type RowKey = [AreaCode, number] | [string];

export function rowKey(row: Row): RowKey {
  switch (row.table) {
    case 'registrations':
      return [row.area, row.number];
    case 'areas':
      return [row.area];
    case 'candidates':
      return [row.person];
    case 'phones':
      return [row.phone];
    case 'staff':
      return [row.staff];
    case 'keys':
      return [row.apiKey];
    case 'asides':
    case 'imports':
    case 'acts':
      return [String(row.number).padStart(numberDigits, '0')];
    case 'session':
    case 'adopted':
    case 'stagings':
    case 'alarms':
      return [''];
    default:
      return unreachable(row);
  }
}

/** Of asides and acts. */
const numberDigits = 8;

export function newRegistration(area: AreaCode, number: number, person: PersonId): RegistrationRow {
  return {
    table: 'registrations',
    area,
    number,
    person,
    lastIndex: 0,
    revision: 0,
    claim: 0,
    vacated: 0,
    fenced: 0,
    places: [],
    code: undefined,
    asking: undefined,
    lastAnswer: undefined,
    answersKept: 0,
    answersMark: 0,
    day: 0,
    holdsOnDay: 0,
    orders: noOrders,
    ordersGiven: 0,
    unpaidSince: 0,
    reminded: 0,
    releasedAt: 0,
    news: noNews,
    newsGiven: 0,
    candidateType: 'open',
    exit: undefined,
    queuedUntil: Number.POSITIVE_INFINITY,
    queuedDay: 0,
  };
}

export function newArea(area: AreaCode): AreaRow {
  return { table: 'areas', area, lastIndex: 0, capacities: [], courseCaps: [], acts: [] };
}

/** Shared by all that have none, so never pushed to: lists of rows are copied to grow. */
const noOrders: Order[] = [];
const noNews: News[] = [];

export function newPlace(
  unit: UnitCode,
  ticket: TicketNumber,
  chosen: UnitCourse | undefined,
  saved: UnitCourse | undefined,
  hold: Hold | undefined,
  order = 0,
  sitting: Sitting | undefined = undefined,
): Place {
  return { unit, ticket, chosen, saved, hold, order, sitting };
}

export function newCandidate(person: PersonId, record: CandidateRecord): CandidateRow {
  return {
    table: 'candidates',
    person,
    lastIndex: 0,
    record,
    passwordHash: undefined,
    phone: undefined,
    bindings: 0,
    phoneSettled: false,
    phonesLeft: [],
    phoneCode: undefined,
    codesDay: 0,
    codesOnDay: 0,
    resetCode: undefined,
    resetProof: undefined,
    resetsDay: 0,
    resetsOnDay: 0,
    failures: 0,
    retryAt: 0,
    deviceFailures: 0,
    deviceRetryAt: 0,
    generation: 1,
    endedAt: 0,
    signedOut: [],
    claimsGiven: 0,
    claim: undefined,
    moving: undefined,
    areasLeft: [],
    fence: undefined,
    movesDay: 0,
    movesOnDay: 0,
    lastAnswer: undefined,
    answersKept: 0,
    answersMark: 0,
  };
}

export const noWait: SignInWait = { failures: 0, retryAt: 0 };

export function newStaff(staff: StaffId): StaffRow {
  return {
    table: 'staff',
    staff,
    lastIndex: 0,
    roles: [],
    scope: { kind: 'province' },
    state: 'invited',
    invitedBy: '',
    invitation: undefined,
    hash: undefined,
    secret: undefined,
    step: 0,
    recovery: [],
    waits: { door: noWait, known: noWait, inside: noWait },
    generation: 0,
    lastSignInAt: 0,
    lastAnswer: undefined,
    answersKept: 0,
    answersMark: 0,
  };
}

/** Positional and compact, for the store's codec: arrays, texts, numbers, and records as they are. */
export function packRow(row: Row): unknown[] {
  switch (row.table) {
    case 'registrations':
      return [
        row.lastIndex,
        row.person,
        row.revision,
        row.claim,
        row.vacated,
        row.fenced,
        row.places.flatMap(({ unit, ticket, chosen, saved, hold, order, sitting }) => [
          ...[unit, ticket, chosen?.course ?? null, saved?.course ?? null],
          ...[hold?.since ?? 0, hold?.until ?? 0, order, sitting ? packSitting(sitting) : null],
        ]),
        row.code === undefined ? null : packCode(row.code),
        row.asking === undefined ? null : packAsking(row.asking),
        row.day,
        row.holdsOnDay,
        row.orders.flatMap(packOrder),
        ...[row.ordersGiven, row.unpaidSince, row.reminded, row.releasedAt],
        row.news.flatMap(packNews),
        row.newsGiven,
        answersOf(row).flatMap(packAnswer),
        row.candidateType,
        row.exit ?? null,
      ];
    case 'areas':
      return [
        row.lastIndex,
        row.capacities.flatMap(({ unit, capacity, candidateType }) => [
          ...[unit, capacity, candidateType ?? null],
        ]),
        row.courseCaps.flatMap(({ course, cap }) => [course, cap]),
        row.acts,
      ];
    case 'candidates':
      return [
        row.lastIndex,
        row.record,
        row.passwordHash ?? null,
        row.phone ?? null,
        row.bindings,
        row.phoneSettled,
        row.phonesLeft,
        row.phoneCode ?? null,
        row.codesDay,
        row.codesOnDay,
        row.resetCode === undefined ? null : packResetCode(row.resetCode),
        row.resetProof ?? null,
        row.resetsDay,
        row.resetsOnDay,
        row.failures,
        row.retryAt,
        row.deviceFailures,
        row.deviceRetryAt,
        row.generation,
        row.endedAt,
        row.signedOut,
        row.claimsGiven,
        row.claim ?? null,
        row.moving ?? null,
        row.areasLeft,
        row.fence ?? null,
        row.movesDay,
        row.movesOnDay,
        answersOf(row).flatMap(packAnswer),
      ];
    case 'phones':
      return [
        row.lastIndex,
        row.people.flatMap(({ person, until, binding }) => [person, until, binding]),
        row.day,
        row.messages,
      ];
    case 'session':
      return [
        ...[row.lastIndex, row.adopted, row.acknowledged],
        ...[row.billsDay, row.reconciledDay, row.reconciled],
      ];
    case 'acts':
      return [
        ...[row.lastIndex, row.at, row.act, row.by, row.reason, row.foreseen, row.command],
        ...[row.contentHash, row.state, row.endedBy, row.endedAt, row.open],
        ...[row.refused, row.changed, row.left],
      ];
    case 'alarms':
      return [
        row.lastIndex,
        row.acknowledged.map((one) => [
          ...[one.alarm, one.level, one.since, one.by, one.at, one.remark],
        ]),
      ];
    case 'keys':
      return [
        ...[row.lastIndex, row.label, row.digest, row.may, row.scope, row.madeBy, row.madeAt],
        ...[row.endedBy, row.endedAt],
      ];
    case 'staff':
      return [
        ...[row.lastIndex, row.roles, row.scope, row.state, row.invitedBy],
        ...[row.invitation ?? null, row.hash ?? null, row.secret ?? null, row.step],
        ...[row.recovery, row.waits, row.generation, row.lastSignInAt],
        answersOf(row).flatMap(packAnswer),
      ];
    case 'asides':
      return [
        ...[row.lastIndex, row.key, row.at, row.provider, row.why],
        ...[row.attempt, row.transaction, row.amountFen],
      ];
    case 'adopted':
      return [row.lastIndex, row.adopted];
    case 'imports':
      return [
        ...[row.lastIndex, row.key, row.what, row.source, row.by, row.at, row.state],
        ...[row.sum ?? null, row.capacities, row.acknowledged],
      ];
    case 'stagings':
      return [
        ...[row.lastIndex, row.number, row.state, row.taken],
        row.slices.flatMap(({ slice, index }) => [slice, index]),
      ];
    default:
      return unreachable(row);
  }
}

/** The store's checksum vouches for `packed`: it is what `packRow` made. */
export function unpackRow(table: Table, key: RowKey, packed: unknown[]): Row {
  switch (table) {
    case 'registrations': {
      const [area, number] = key as [AreaCode, number];
      const [lastIndex, person, revision, claim, vacated, fenced, places, code, ...rest] =
        packed as PackedRegistration;
      const [asking, day, holdsOnDay, orders, ordersGiven, unpaidSince, reminded, ...last] = rest;
      const [releasedAt, news, newsGiven, answers, candidateType, exit] = last;
      const row = newRegistration(area, number, person);
      row.lastIndex = lastIndex;
      row.revision = revision;
      row.claim = claim;
      row.vacated = vacated;
      row.fenced = fenced;
      row.places = inGroups<PackedPlace>(places, 8).map(
        ([unit, ticket, chosen, saved, since, until, order, sitting]) =>
          newPlace(
            ...([unit, ticket] as const),
            chosen === null ? undefined : { unit, course: chosen },
            saved === null ? undefined : { unit, course: saved },
            until === 0 ? undefined : { since, until },
            order,
            sitting === null ? undefined : unpackSitting(sitting),
          ),
      );
      row.code = code === null ? undefined : unpackCode(code);
      row.asking = asking === null ? undefined : unpackAsking(asking);
      row.day = day;
      row.holdsOnDay = holdsOnDay;
      row.orders = inGroups<PackedOrder>(orders, 10).map(unpackOrder);
      row.ordersGiven = ordersGiven;
      row.unpaidSince = unpaidSince;
      row.reminded = reminded;
      row.releasedAt = releasedAt;
      row.news = inGroups<PackedNews>(news, 3).map(unpackNews);
      row.newsGiven = newsGiven;
      for (const answer of unpackAnswers(answers)) keep(row, answer);
      row.candidateType = candidateType;
      row.exit = exit ?? undefined;
      return row;
    }
    case 'areas': {
      const [lastIndex, pools, caps, acts] = packed as [number, unknown[], unknown[], number[]];
      const row = newArea(key[0]);
      row.lastIndex = lastIndex;
      row.capacities = inGroups<[UnitCode, number, CandidateType | null]>(pools, 3).map(
        ([unit, capacity, candidateType]) =>
          candidateType === null ? { unit, capacity } : { unit, capacity, candidateType },
      );
      row.courseCaps = inGroups<[CourseCode, number]>(caps, 2).map(([course, cap]) => {
        return { course, cap };
      });
      row.acts = acts;
      return row;
    }
    case 'candidates': {
      const [lastIndex, record, passwordHash, phone, bindings, phoneSettled, phonesLeft, ...codes] =
        packed as PackedCandidate;
      const [phoneCode, codesDay, codesOnDay, resetCode, resetProof, ...more] = codes;
      const [resetsDay, resetsOnDay, failures, retryAt, deviceFailures, ...ends] = more;
      const [deviceRetryAt, generation, endedAt, signedOut, ...claims] = ends;
      const [claimsGiven, claim, moving, areasLeft, fence, movesDay, movesOnDay, answers] = claims;
      const row = newCandidate(key[0], record);
      row.lastIndex = lastIndex;
      row.passwordHash = passwordHash ?? undefined;
      row.phone = phone ?? undefined;
      row.bindings = bindings;
      row.phoneSettled = phoneSettled;
      row.phonesLeft = phonesLeft;
      row.phoneCode = phoneCode ?? undefined;
      row.codesDay = codesDay;
      row.codesOnDay = codesOnDay;
      row.resetCode = resetCode === null ? undefined : unpackResetCode(resetCode);
      row.resetProof = resetProof ?? undefined;
      row.resetsDay = resetsDay;
      row.resetsOnDay = resetsOnDay;
      row.failures = failures;
      row.retryAt = retryAt;
      row.deviceFailures = deviceFailures;
      row.deviceRetryAt = deviceRetryAt;
      row.generation = generation;
      row.endedAt = endedAt;
      row.signedOut = signedOut;
      row.claimsGiven = claimsGiven;
      row.claim = claim ?? undefined;
      row.moving = moving ?? undefined;
      row.areasLeft = areasLeft;
      row.fence = fence ?? undefined;
      row.movesDay = movesDay;
      row.movesOnDay = movesOnDay;
      for (const answer of unpackAnswers(answers)) keep(row, answer);
      return row;
    }
    case 'phones': {
      const [lastIndex, flat, day, messages] = packed as [number, unknown[], number, string[]];
      const places = inGroups<[PersonId, EpochMs, number]>(flat, 3);
      const people = places.map(([person, until, binding]) => ({ person, until, binding }));
      return { table, phone: key[0], lastIndex, people, day, messages };
    }
    case 'session': {
      const [lastIndex, adopted, acknowledged, ...bills] = packed as [
        ...[lastIndex: number, adopted: Adopted, acknowledged: SessionRow['acknowledged']],
        ...[billsDay: number, reconciledDay: number, reconciled: ReconciledDay[]],
      ];
      const [billsDay, reconciledDay, reconciled] = bills;
      return { table, lastIndex, adopted, acknowledged, billsDay, reconciledDay, reconciled };
    }
    case 'asides': {
      const [lastIndex, name, at, provider, why, attempt, transaction, amountFen] = packed as [
        ...[lastIndex: number, key: string, at: EpochMs, provider: ProviderName, why: AsideReason],
        ...[attempt: string, transaction: string, amountFen: Fen],
      ];
      return {
        ...({ table, number: Number(key[0]), lastIndex, key: name, at } as const),
        ...{ provider, why, attempt, transaction, amountFen },
      };
    }
    case 'acts': {
      const [lastIndex, at, act, by, reason, foreseen, command, ...rest] = packed as PackedAct;
      const [contentHash, state, endedBy, endedAt, open, refused, changed, left] = rest;
      return {
        ...({ table, number: Number(key[0]), lastIndex, at, act, by, reason, foreseen } as const),
        ...{ command, contentHash, state, endedBy, endedAt, open, refused, changed, left },
      };
    }
    case 'alarms': {
      const [lastIndex, acknowledged] = packed as [
        lastIndex: number,
        acknowledged: [AlarmKey, AlarmLevel, EpochMs, string, EpochMs, string][],
      ];
      return {
        ...{ table, lastIndex },
        acknowledged: acknowledged.map(([alarm, level, since, by, at, remark]) => ({
          ...{ alarm, level, since, by, at, remark },
        })),
      };
    }
    case 'keys': {
      const [lastIndex, label, digest, may, scope, madeBy, madeAt, endedBy, endedAt] = packed as [
        ...[lastIndex: number, label: string, digest: string, may: KeyScope[], scope: Scope],
        ...[madeBy: StaffId, madeAt: EpochMs, endedBy: StaffId, endedAt: EpochMs],
      ];
      return {
        ...{ table, lastIndex, apiKey: key[0], label, digest, may, scope, madeBy, madeAt },
        ...{ endedBy, endedAt },
      };
    }
    case 'staff': {
      const [lastIndex, roles, scope, state, invitedBy, invitation, hash, ...rest] =
        packed as PackedStaff;
      const [secret, step, recovery, waits, generation, lastSignInAt, answers] = rest;
      const row = newStaff(key[0]);
      row.lastIndex = lastIndex;
      row.roles = roles;
      row.scope = scope;
      row.state = state;
      row.invitedBy = invitedBy;
      row.invitation = invitation ?? undefined;
      row.hash = hash ?? undefined;
      row.secret = secret ?? undefined;
      row.step = step;
      row.recovery = recovery;
      row.waits = waits;
      row.generation = generation;
      row.lastSignInAt = lastSignInAt;
      for (const answer of unpackAnswers(answers)) keep(row, answer);
      return row;
    }
    case 'adopted': {
      const [lastIndex, adopted] = packed as [number, Adopted];
      return { table, lastIndex, adopted };
    }
    case 'imports': {
      const [lastIndex, name, what, source, by, at, state, sum, ...end] = packed as PackedImport;
      const [capacities, acknowledged] = end;
      return {
        ...({ table, number: Number(key[0]), lastIndex, key: name, what, source, by, at } as const),
        ...{ state, sum: sum ?? undefined, capacities, acknowledged },
      };
    }
    case 'stagings': {
      const [lastIndex, number, state, taken, flat] = packed as [
        ...[lastIndex: number, number: ImportNumber, state: StagingRow['state'], taken: number],
        flat: unknown[],
      ];
      const slices = inGroups<[number, number]>(flat, 2);
      return {
        ...({ table, number, lastIndex, state, taken } as const),
        slices: slices.map(([slice, index]) => ({ slice, index })),
      };
    }
    default:
      return unreachable(table);
  }
}

type PackedImport = [
  ...[lastIndex: number, key: string, what: StagedKind, source: string, by: string],
  ...[at: EpochMs, state: ImportState, sum: ImportSum | null],
  ...[capacities: AreaCapacities[], acknowledged: PartitionName[]],
];
type PackedPlace = [
  unit: UnitCode,
  ticket: TicketNumber,
  chosen: CourseCode | null,
  saved: CourseCode | null,
  since: number,
  until: number,
  order: number,
  sitting: PackedSitting | null,
];
/** An empty room: no desk is given. */
type PackedSitting = [venue: string, room: string, deskNumber: string, absent: boolean];
const packSitting = ({ desk, absent }: Sitting): PackedSitting => [
  ...([desk?.venue ?? '', desk?.room ?? '', desk?.deskNumber ?? ''] as const),
  absent,
];
const unpackSitting = ([venue, room, deskNumber, absent]: PackedSitting): Sitting => ({
  desk: room === '' ? undefined : { venue, room, deskNumber },
  absent,
});
type PackedRegistration = [
  lastIndex: number,
  person: PersonId,
  revision: number,
  claim: number,
  vacated: number,
  fenced: number,
  places: unknown[],
  code: PackedCode | null,
  asking: PackedAsking | null,
  day: number,
  holdsOnDay: number,
  orders: unknown[],
  ordersGiven: number,
  unpaidSince: EpochMs,
  reminded: number,
  releasedAt: EpochMs,
  news: unknown[],
  newsGiven: number,
  answers: unknown[],
  candidateType: CandidateType,
  exit: Exit | null,
];
type PackedAsking = ReturnType<typeof packAsking>;
type PackedOrder = ReturnType<typeof packOrder>;
type PackedAttempt = ReturnType<typeof packAttempt>;
type PackedNews = ReturnType<typeof packNews>;
type PackedCandidate = [
  lastIndex: number,
  record: CandidateRecord,
  passwordHash: string | null,
  phone: CodeAddress | null,
  bindings: number,
  phoneSettled: boolean,
  phonesLeft: CandidateRow['phonesLeft'],
  phoneCode: PhoneCode | null,
  codesDay: number,
  codesOnDay: number,
  resetCode: PackedResetCode | null,
  resetProof: CandidateRow['resetProof'] | null,
  resetsDay: number,
  resetsOnDay: number,
  failures: number,
  retryAt: EpochMs,
  deviceFailures: number,
  deviceRetryAt: EpochMs,
  generation: number,
  endedAt: EpochMs,
  signedOut: CandidateRow['signedOut'],
  claimsGiven: number,
  claim: CandidateRow['claim'] | null,
  moving: CandidateRow['moving'] | null,
  areasLeft: AreaCode[],
  fence: CandidateRow['fence'] | null,
  movesDay: number,
  movesOnDay: number,
  answers: unknown[],
];
type PackedAct = [
  lastIndex: number,
  at: EpochMs,
  act: Act,
  by: StaffId,
  reason: string,
  foreseen: ForeseenLine[],
  command: CommandId,
  contentHash: number,
  state: ActRow['state'],
  endedBy: StaffId,
  endedAt: EpochMs,
  open: string[],
  refused: ActRow['refused'],
  changed: number,
  left: number,
];
type PackedStaff = [
  lastIndex: number,
  roles: Role[],
  scope: Scope,
  state: StaffState,
  invitedBy: StaffId,
  invitation: StaffRow['invitation'] | null,
  hash: string | null,
  secret: Sealed | null,
  step: number,
  recovery: string[],
  waits: StaffRow['waits'],
  generation: number,
  lastSignInAt: EpochMs,
  answers: unknown[],
];
type PackedCode = ReturnType<typeof packCode>;
type PackedResetCode = ReturnType<typeof packResetCode>;

function packCode(code: BookingCode) {
  const { challenge, ticket, phone, expiresOpen, sentAt } = code;
  const { triesUsed, attempt, delivery } = code;
  return [
    ...([challenge, ticket, phone.sealed, phone.index, phone.mask] as const),
    ...([expiresOpen, sentAt, triesUsed, attempt, delivery] as const),
  ] as const;
}

function unpackCode(packed: PackedCode): BookingCode {
  const [challenge, ticket, sealed, index, mask, expiresOpen, sentAt, ...rest] = packed;
  const [triesUsed, attempt, delivery] = rest;
  const phone = { sealed, index, mask };
  return {
    ...{ challenge, ticket, phone, expiresOpen, sentAt },
    ...{ triesUsed, attempt, delivery },
  };
}

function packAsking({ ticket, full }: Asking) {
  return [ticket, full.flatMap(({ unit, course, reason }) => [unit, course, reason])] as const;
}

function unpackAsking([ticket, flat]: PackedAsking): Asking {
  const full = inGroups<[UnitCode, CourseCode, FullCourse['reason']]>(flat, 3);
  return { ticket, full: full.map(([unit, course, reason]) => ({ unit, course, reason })) };
}

function packResetCode({ phone, ...code }: ResetCode) {
  return { ...code, phone: phone ?? null };
}

function unpackResetCode({ phone, ...code }: PackedResetCode): ResetCode {
  return { ...code, phone: phone ?? undefined };
}

function packOrder(order: Order) {
  const { place, number, ticket, courses, feeFen, confirmedAt, state, endedAt, attempts } = order;
  const flat = courses.flatMap(({ unit, course }) => [unit, course]);
  return [
    ...([place, number, ticket, flat, feeFen, confirmedAt, state, endedAt] as const),
    order.movedTo ?? null,
    attempts.flatMap(packAttempt) as unknown[],
  ] as const;
}

function unpackOrder(packed: PackedOrder): Order {
  const [place, number, ticket, flat, feeFen, confirmedAt, state, endedAt, ...rest] = packed;
  const [movedTo, attempts] = rest;
  return {
    ...{ place, number, ticket, courses: unitCourses(flat), feeFen, confirmedAt, state, endedAt },
    movedTo: movedTo ?? undefined,
    attempts: inGroups<PackedAttempt>(attempts, 10).map(unpackAttempt),
  };
}

function packAttempt(attempt: Attempt) {
  const { place, provider, way, startedAt, expiresAt, state, transaction, paidAt } = attempt;
  const refund: Refund | null = attempt.refund ?? null;
  return [
    ...([place, provider, way, startedAt, expiresAt, state, transaction, paidAt] as const),
    refund,
    attempt.paidAs ?? null,
  ] as const;
}

function unpackAttempt(packed: PackedAttempt): Attempt {
  const [place, provider, way, startedAt, expiresAt, state, transaction, paidAt, ...rest] = packed;
  const [refund, paidAs] = rest;
  return {
    ...{ place, provider, way, startedAt, expiresAt, state, transaction, paidAt },
    refund: refund ?? undefined,
    paidAs: paidAs ?? undefined,
  };
}

function packNews({ place, at, content }: News) {
  return [place, at, content] as const;
}

function unpackNews([place, at, content]: PackedNews): News {
  return { place, at, content };
}

function unitCourses(flat: readonly unknown[]): UnitCourse[] {
  const pairs = inGroups<[UnitCode, CourseCode]>(flat, 2);
  return pairs.map(([unit, course]) => ({ unit, course }));
}

/** Most answers are "done" or what was saved: 0 and a list instead of an object with names. */
function packAnswer({ command, contentHash, outcome }: Answer): unknown[] {
  return [command, contentHash, packOutcome(outcome)];
}

function packOutcome(outcome: Outcome): unknown {
  if (outcome.kind === 'done') return 0;
  if (outcome.kind !== 'saved' || outcome.failed.length > 0) return outcome;
  return outcome.saved.flatMap(({ unit, course }) => [unit, course]);
}

function unpackAnswers(flat: unknown[]): Answer[] {
  const answers = inGroups<[string, number, unknown]>(flat, 3);
  return answers.map(([command, contentHash, packed]) => {
    return { command, contentHash, outcome: unpackOutcome(packed) };
  });
}

function unpackOutcome(packed: unknown): Outcome {
  if (packed === 0) return done;
  if (!Array.isArray(packed)) return packed as Outcome;
  return { kind: 'saved', saved: unitCourses(packed), failed: [] };
}

function inGroups<Group extends readonly unknown[]>(
  flat: readonly unknown[],
  size: number,
): Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < flat.length; at += size)
    groups.push(flat.slice(at, at + size) as unknown as Group);
  return groups;
}
