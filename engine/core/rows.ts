/**
 * The rows: everything a partition remembers, as plain data. The store keeps them packed; books
 * change them only through events. Counts and deadlines are derived and are not rows.
 *
 * W1 Every row carries `lastIndex`, the journal index of the last event that changed it.
 * W2 What is packed and unpacked is the row again (packed-rows.ts, and for registrations the store's).
 * W3 Rows of one table are made by one function each, so that all have one shape.
 */

import type { Acknowledgement } from '../protocol/alarms.ts';
import type {
  AsideReason,
  CandidateRecord,
  CodeAddress,
  DeliveryOutcome,
} from '../protocol/commands.ts';
import type { PhoneCodePurpose } from '../protocol/events.ts';
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
import type { KeptAnswer } from './kept-answers.ts';

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
