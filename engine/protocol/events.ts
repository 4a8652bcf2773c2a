/**
 * What happened, past tense. An event changes exactly one row, is total (evolve cannot refuse it)
 * and holds everything recovery needs: the rules of its day are never asked again.
 *
 * E1 No event holds a code, a name or a number in the clear: sealed text and masks only.
 * E2 Times named `until`/`expiresOpen` are in open time (wall time less the pauses before it).
 */

import type { Acknowledgement, AlarmKey } from './alarms.ts';
import type {
  AsideReason,
  CandidateRecord,
  CodeAddress,
  DeliveryOutcome,
  MovedPayment,
} from './commands.ts';
import type {
  AreaCode,
  ChallengeId,
  CommandId,
  CourseCode,
  EpochMs,
  Fen,
  PersonId,
  PhoneIndex,
  Sealed,
  TicketNumber,
  UnitCode,
} from './ids.ts';
import type {
  AreaCapacities,
  ImportNumber,
  ImportSum,
  StagedKind,
  StagedPerson,
} from './imports.ts';
import type { KeyId, KeyScope } from './keys.ts';
import type { CodeKind } from './messages.ts';
import type { OrderNumber, PaymentWay, ProviderName, ReconciledBill } from './payments.ts';
import type { RefusalReason } from './refusals.ts';
import type { Outcome } from './replies.ts';
import type { Adopted, CandidateType, CourseCap, PoolCapacity } from './session.ts';
import type { SeatMark, StagedMark } from './sittings.ts';
import type { Act, ForeseenLine, Role, Scope, SignInPlace, StaffId } from './staff.ts';
import type { DecidedByTwo } from './two-people.ts';

/** What a signed-in person's account code is good for (D7). */
export type PhoneCodePurpose = Extract<CodeKind, 'binding-code' | 'unbinding-code'>;

/** The accepted command this event answers: kept in the row, so a repeat is recognised (B2). */
export type Answer = { command: CommandId; contentHash: number; outcome: Outcome };

/** `number` is the registration's own within the area; the first event of a person creates it. */
type OnRegistrationRow = { area: AreaCode; number: number; person: PersonId; claim: number };

export type CourseChosen = OnRegistrationRow & {
  kind: 'course-chosen';
  unit: UnitCode;
  course: CourseCode;
  ticket: TicketNumber;
  candidateType: CandidateType;
  answer: Answer;
};
/** A hold in the unit is freed with it; the live code is voided. */
export type CourseDropped = OnRegistrationRow & {
  kind: 'course-dropped';
  unit: UnitCode;
  answer: Answer;
};
/** `code` present: issued at once. `day` is the China-time day number the cap counts in. */
export type SeatsHeld = OnRegistrationRow & {
  kind: 'seats-held';
  ticket: TicketNumber;
  held: { unit: UnitCode; course: CourseCode; since: number; until: number }[];
  day: number;
  code?: IssuedCode;
  answer: Answer;
};
export type IssuedCode = {
  challenge: ChallengeId;
  ticket: TicketNumber;
  phone: CodeAddress;
  units: { unit: UnitCode; course: CourseCode }[];
  expiresOpen: number;
  sentAt: EpochMs;
  /** D7: no message goes out for it, the password stands for it. */
  byPassword: boolean;
};
/** F26 "yes": `cleared` drafts go; the code is issued for what is held, and holds last with it. */
export type CodeSent = OnRegistrationRow & {
  kind: 'code-sent';
  cleared: UnitCode[];
  holdsUntil: number;
  code: IssuedCode;
  answer: Answer;
};
/** One extension of code and holds (B1); a hold never ends earlier for it. */
export type CodeResent = OnRegistrationRow & {
  kind: 'code-resent';
  holdsUntil: number;
  expiresOpen: number;
  sentAt: EpochMs;
  answer: Answer;
};
export type CodeMistyped = OnRegistrationRow & { kind: 'code-mistyped' };
/** `saved` includes swaps; `taken` are those that took a free seat because their hold had run out. */
export type SeatsSaved = OnRegistrationRow & {
  kind: 'seats-saved';
  ticket: TicketNumber;
  saved: { unit: UnitCode; course: CourseCode }[];
  /** The day's close: until then it can be paid. */
  payBefore: EpochMs;
  /** D7: the password proved it, no code did. */
  byPassword: boolean;
  answer: Answer;
};
export type SeatsGivenUp = OnRegistrationRow & {
  kind: 'seats-given-up';
  units: UnitCode[];
  answer: Answer;
};
export type HoldsExpired = OnRegistrationRow & { kind: 'holds-expired'; units: UnitCode[] };
/** Draft, holds and code go; commands with a claim not above `claim` are refused from now on. */
export type AreaVacated = OnRegistrationRow & { kind: 'area-vacated' };
/** Like `area-vacated`, but saved seats stay. */
export type AreaFenced = OnRegistrationRow & { kind: 'area-fenced' };
export type BookingDelivery = OnRegistrationRow & {
  kind: 'booking-delivery-noted';
  challenge: ChallengeId;
  attempt: number;
  outcome: DeliveryOutcome;
};
/** `order`: its place in the row, `orderNumber` what it is called. The ticket's choices without a seat go, its saved seats stay. */
export type RegistrationConfirmed = OnRegistrationRow & {
  kind: 'registration-confirmed';
  order: number;
  orderNumber: OrderNumber;
  ticket: TicketNumber;
  courses: { unit: UnitCode; course: CourseCode }[];
  feeFen: Fen;
  answer: Answer;
};
/** `byOffice`: by which act of staff, and from when the person may book again; 0 never. */
export type OrderWithdrawn = OnRegistrationRow & {
  kind: 'order-withdrawn';
  order: number;
  answer: Answer;
  byOffice?: { act: number; bookableFrom: EpochMs };
};
/** Attempts of the order that were live are being closed from now on. */
export type PaymentStarted = OnRegistrationRow & {
  kind: 'payment-started';
  order: number;
  attempt: number;
  provider: ProviderName;
  way: PaymentWay;
  expiresAt: EpochMs;
  answer: Answer;
};
export type PaymentStopped = OnRegistrationRow & {
  kind: 'payment-stopped';
  order: number;
  answer: Answer;
};
export type AttemptClosed = OnRegistrationRow & {
  kind: 'attempt-closed';
  order: number;
  attempt: number;
};
/**
 * `pays`: the order, whose seats it holds. `retakes`: the seats of a released order, all of them
 * (D11). `second`, `late` and `lost`, where the area is withdrawn (S5): nothing, so the money goes back by
 * itself.
 */
export type PaymentReceived = OnRegistrationRow & {
  kind: 'payment-received';
  order: number;
  attempt: number;
  transaction: string;
  paidAt: EpochMs;
  does: 'pays' | 'retakes' | 'second' | 'late' | 'lost';
};
export type RefundRequested = OnRegistrationRow & {
  kind: 'refund-requested';
  order: number;
  answer: Answer;
};
export type RefundSucceeded = OnRegistrationRow & {
  kind: 'refund-succeeded';
  order: number;
  attempt: number;
  /** By the provider's clock: its bill has it on that day. */
  refundedAt: EpochMs;
  /** Booking is open or opens again; 0 never. */
  bookableFrom: EpochMs;
};
/** The provider does not take it on; it is tried again. */
export type RefundStuck = OnRegistrationRow & {
  kind: 'refund-stuck';
  order: number;
  attempt: number;
  why: string;
};
/**
 * F30: `units` lose their seats and stay as a draft; `orders` end with it. `bookableFrom`: when
 * booking opens again, 0 never (D10).
 */
export type SeatsReleased = OnRegistrationRow & {
  kind: 'seats-released';
  units: UnitCode[];
  orders: number[];
  bookableFrom: EpochMs;
  /** By an act of staff, before its day was over. */
  act?: number;
};
/** `reminder` counts from 1; `lastDay`: there is no tomorrow (D10). */
export type UnpaidReminded = OnRegistrationRow & {
  kind: 'unpaid-reminded';
  reminder: number;
  payBefore: EpochMs;
  lastDay: boolean;
};
/**
 * S5: of a registration in a withdrawn area. `held` and unpaid `units` are free and stay as a draft, `orders`
 * end with them; `stops`: attempts of these orders are being closed; `refunds`: these orders go back.
 */
export type SeatsWithdrawn = OnRegistrationRow & {
  kind: 'seats-withdrawn';
  act: number;
  held: UnitCode[];
  units: UnitCode[];
  orders: number[];
  stops: number[];
  refunds: number[];
};
/** From now until `seats-declined` or `seats-moved-out` nothing else happens to it. */
export type SeatsLeaving = OnRegistrationRow & { kind: 'seats-leaving'; act: number; to: AreaCode };
/** `again`: nothing was said of room. `left`: there is nowhere else to try. */
export type SeatsDeclined = OnRegistrationRow & {
  kind: 'seats-declined';
  act: number;
  to: AreaCode;
  reason: RefusalReason;
  again: boolean;
  left: boolean;
};
/** `to` has the seats; orders are `moved`, and their money stays. `move`: the claim number there. */
export type SeatsMovedOut = OnRegistrationRow & {
  kind: 'seats-moved-out';
  act: number;
  to: AreaCode;
  move: number;
  orders: { order: number; number: OrderNumber }[];
};
/** Seats of somebody from a withdrawn area, as they stood there. */
export type SeatsReceived = OnRegistrationRow & {
  kind: 'seats-received';
  act: number;
  from: AreaCode;
  candidateType: CandidateType;
  unpaidSince: EpochMs;
  /** `order`: by its place here. */
  seats: { unit: UnitCode; course: CourseCode; ticket: TicketNumber; order: number }[];
  orders: {
    order: number;
    orderNumber: OrderNumber;
    ticket: TicketNumber;
    feeFen: Fen;
    confirmedAt: EpochMs;
    payment?: MovedPayment;
  }[];
  answer: Answer;
};
/** There was no room: commands with a claim not above `claim` are refused from now on. */
export type SeatsNotReceived = OnRegistrationRow & { kind: 'seats-not-received'; answer: Answer };
/** The order has moved on, and is given back where it is now. */
export type MovedRefundRequested = OnRegistrationRow & {
  kind: 'moved-refund-requested';
  order: number;
  attempt: number;
};
export type NewsNoted = OnRegistrationRow & {
  kind: 'news-noted';
  news: number;
  outcome: 'sent' | 'failed';
};
/** Rooms and desks, or who stayed away, as import `import` has them. */
export type SeatsMarked = OnRegistrationRow & {
  kind: 'seats-marked';
  import: ImportNumber;
  marks: SeatMark[];
};
/** These are the area's pools from now on. `act`: by which act of staff, where it was one. */
export type CapacitySet = {
  kind: 'capacity-set';
  area: AreaCode;
  capacities: PoolCapacity[];
  act?: number;
};
/** These are its caps. */
export type CourseCapsSet = {
  kind: 'course-caps-set';
  area: AreaCode;
  caps: CourseCap[];
  act?: number;
};

type OnCandidateRow = { person: PersonId };
export type CandidateImported = OnCandidateRow & {
  kind: 'candidate-imported';
  record: CandidateRecord;
};
/** `device`: from a device the person had signed in from before, which is counted apart. */
export type SignInSucceeded = OnCandidateRow & {
  kind: 'sign-in-succeeded';
  device: boolean;
  answer: Answer;
};
export type SignInFailed = OnCandidateRow & {
  kind: 'sign-in-failed';
  device: boolean;
  failures: number;
  retryAt: EpochMs;
  answer: Answer;
};
export type PhoneCodeIssued = OnCandidateRow & {
  kind: 'phone-code-issued';
  purpose: PhoneCodePurpose;
  challenge: ChallengeId;
  phone: CodeAddress;
  expiresAt: EpochMs;
  sentAt: EpochMs;
  day: number;
  answer: Answer;
};
export type PhoneCodeMistyped = OnCandidateRow & { kind: 'phone-code-mistyped' };
export type PhoneBound = OnCandidateRow & { kind: 'phone-bound'; at: EpochMs; answer: Answer };
/** Of the present binding. */
export type PhoneSettled = OnCandidateRow & { kind: 'phone-settled' };
/** Every earlier sign-in of the person ends: `generation` is the new lowest valid one. */
export type PasswordSet = OnCandidateRow & {
  kind: 'password-set';
  hash: string;
  generation: number;
  at: EpochMs;
  answer: Answer;
};
/** Settled at once (no old area), or the first half of a move. */
export type AreaClaimed = OnCandidateRow & {
  kind: 'area-claimed';
  number: number;
  area: AreaCode;
  answer: Answer;
};
export type AreaMoveStarted = OnCandidateRow & {
  kind: 'area-move-started';
  number: number;
  from: AreaCode;
  to: AreaCode;
  day: number;
  answer: Answer;
};
/** S5: the first half of a move that nobody chose. */
export type AreaMoveFor = OnCandidateRow & {
  kind: 'area-move-for';
  number: number;
  from: AreaCode;
  to: AreaCode;
  act: number;
};
export type AreaMoveEnded = OnCandidateRow & {
  kind: 'area-move-ended';
  /** The claim after it: the new area under the move's number, or the old one under a new number. */
  number: number;
  area: AreaCode;
};
/** The fence is due at the claimed area (password change); acknowledged by `fence-settled`. */
export type FenceSettled = OnCandidateRow & { kind: 'fence-settled'; claim: number };
export type AccountDelivery = OnCandidateRow & {
  kind: 'account-delivery-noted';
  challenge: ChallengeId;
  attempt: number;
  outcome: DeliveryOutcome;
};

/** F42: the place of the binding at the PhoneBook is to be released; a fence is due. */
export type PhoneUnbound = OnCandidateRow & { kind: 'phone-unbound'; answer: Answer };
export type PhoneReleased = OnCandidateRow & { kind: 'phone-released'; binding: number };
/** D3. Nothing is sent where no phone is bound, and all else is the same (D2). */
export type ResetCodeIssued = OnCandidateRow & {
  kind: 'reset-code-issued';
  challenge: ChallengeId;
  expiresAt: EpochMs;
  sentAt: EpochMs;
  day: number;
  answer: Answer;
};
export type ResetCodeMistyped = OnCandidateRow & { kind: 'reset-code-mistyped' };
export type ResetCodeProven = OnCandidateRow & {
  kind: 'reset-code-proven';
  proof: CommandId;
  until: EpochMs;
  answer: Answer;
};
export type SignInsEnded = OnCandidateRow & {
  kind: 'sign-ins-ended';
  generation: number;
  at: EpochMs;
  answer: Answer;
};
/** One sign-in; `at` says which of those remembered have ended by themselves. */
export type SignedOut = OnCandidateRow & {
  kind: 'signed-out';
  nonce: string;
  until: EpochMs;
  at: EpochMs;
  answer: Answer;
};

type OnPhoneRow = { phone: PhoneIndex };
/** `until` absent: lasting, for the binding of this number. */
export type PhoneJoined = OnPhoneRow & {
  kind: 'phone-joined';
  person: PersonId;
  until?: EpochMs;
  binding?: number;
};
/** The place of this binding lasts no longer than `until`. */
export type PhoneLeft = OnPhoneRow & {
  kind: 'phone-left';
  person: PersonId;
  binding: number;
  until: EpochMs;
};
export type MessageTaken = OnPhoneRow & { kind: 'message-taken'; key: string; day: number };

export type SessionInstalled = { kind: 'session-installed'; adopted: Adopted };
/** S1: by an import; who wanted it and why stands here and nowhere else. */
export type CatalogueInstalled = {
  kind: 'catalogue-installed';
  adopted: Adopted;
  reason: string;
  by: string;
};
export type AdoptionNoted = { kind: 'adoption-noted'; partition: string; number: number };
export type PaymentSetAside = {
  kind: 'payment-set-aside';
  number: number;
  key: string;
  provider: ProviderName;
  why: AsideReason;
  attempt: string;
  transaction: string;
  amountFen: Fen;
};
export type ReconciliationBegun = { kind: 'reconciliation-begun'; day: number };
export type DayReconciled = { kind: 'day-reconciled'; day: number; lines: ReconciledBill[] };
type OnStaffRow = { staff: StaffId; answer: Answer };
/** S3: who decided it and why. */
type Decided = { by: StaffId; reason: string };
/** Every sign-in of the account ends: `generation` is the new lowest valid one. */
type EndsSignIns = { generation: number };
export type StaffInvited = OnStaffRow &
  Decided &
  EndsSignIns & {
    kind: 'staff-invited';
    roles: Role[];
    scope: Scope;
    digest: string;
    until: EpochMs;
  };
export type InvitationAccepted = OnStaffRow &
  EndsSignIns & {
    kind: 'invitation-accepted';
    hash: string;
    secret: Sealed;
    step: number;
    recovery: string[];
  };
/** `step` 0: by the recovery code of that digest. */
export type StaffSignedIn = OnStaffRow & {
  kind: 'staff-signed-in';
  step: number;
  recovery?: string;
  from: SignInPlace;
};
export type StaffSignInFailed = OnStaffRow & {
  kind: 'staff-sign-in-failed';
  from: SignInPlace;
  failures: number;
  retryAt: EpochMs;
};
export type StaffRolesSet = OnStaffRow &
  Decided &
  EndsSignIns & { kind: 'staff-roles-set'; roles: Role[]; scope: Scope };
export type AccountEnded = OnStaffRow & Decided & EndsSignIns & { kind: 'account-ended' };
export type StaffPasswordSet = OnStaffRow &
  EndsSignIns & { kind: 'staff-password-set'; hash: string };
export type TotpRenewed = OnStaffRow &
  EndsSignIns & { kind: 'totp-renewed'; secret: Sealed; step: number };
export type RecoveryCodesRenewed = OnStaffRow & {
  kind: 'recovery-codes-renewed';
  recovery: string[];
};
export type StaffSignInsEnded = OnStaffRow & EndsSignIns & { kind: 'staff-sign-ins-ended' };
/** S3: of whom, and why; what is shown follows. */
export type ShownInFull = OnStaffRow & {
  kind: 'shown-in-full';
  person: PersonId;
  area?: AreaCode;
  reason: string;
};
export type StaffEvent =
  | StaffInvited
  | InvitationAccepted
  | StaffSignedIn
  | StaffSignInFailed
  | StaffRolesSet
  | AccountEnded
  | StaffPasswordSet
  | TotpRenewed
  | RecoveryCodesRenewed
  | StaffSignInsEnded
  | ShownInFull;

type OnKeyRow = { apiKey: KeyId };
export type KeyMade = OnKeyRow &
  Decided & { kind: 'key-made'; label: string; digest: string; may: KeyScope[]; scope: Scope };
export type KeyEnded = OnKeyRow & Decided & { kind: 'key-ended' };
export type KeyEvent = KeyMade | KeyEnded;

export type AlarmAcknowledged = Omit<Acknowledgement, 'at'> & { kind: 'alarm-acknowledged' };
/** The acknowledgement lapses (A2 of alarms.ts). */
export type AlarmEnded = { kind: 'alarm-ended'; alarm: AlarmKey };
export type AlarmEvent = AlarmAcknowledged | AlarmEnded;

type OnActRow = { number: number };
/** `command` and `contentHash`: of the proposal, so that a repeat is recognised (B2). */
export type ActProposed = OnActRow & {
  kind: 'act-proposed';
  act: Act;
  by: StaffId;
  reason: string;
  foreseen: ForeseenLine[];
  command: CommandId;
  contentHash: number;
};
/** `targets`: areas or the person whose books are told. `andBy` absent: nobody else is needed. */
export type ActDecided = OnActRow & { kind: 'act-decided'; andBy?: StaffId; targets: string[] };
export type ActWithdrawn = OnActRow & { kind: 'act-withdrawn'; by: StaffId };
export type ActCarried = OnActRow & {
  kind: 'act-carried';
  target: string;
  refused?: RefusalReason;
  changed: number;
  left: number;
};
export type ActEvent = ActProposed | ActDecided | ActWithdrawn | ActCarried;
/** What an act made of the session. */
export type SessionActed = { kind: 'session-acted'; act: number; adopted: Adopted };
/** S4: the phone, or what the record says of one, no longer binds. Its binding was of this number. */
export type PhoneUnboundFor = OnCandidateRow & { kind: 'phone-unbound-for'; answer: Answer };
/** S4: as after enrolment. Every sign-in ends. */
export type ActivationReset = OnCandidateRow & {
  kind: 'activation-reset';
  generation: number;
  at: EpochMs;
  answer: Answer;
};

/** This partition works by `adopted` from now on. */
export type SessionAdopted = { kind: 'session-adopted'; adopted: Adopted };

/** A file with numbers in full has left. */
export type ExportNoted = {
  kind: 'export-noted';
  by: string;
  reason: string;
  what: 'arrangement';
  scope: Scope;
};

/** The desk's side of an import, in the session's partition. */
export type ImportBegun = {
  kind: 'import-begun';
  import: ImportNumber;
  key: string;
  what: StagedKind;
  source: string;
  by: string;
};
export type ImportClosed = {
  kind: 'import-closed';
  import: ImportNumber;
  sum: ImportSum;
  capacities: AreaCapacities[];
};
/** S1: this event applies the whole of it. */
export type ImportApplied = DecidedByTwo & { kind: 'import-applied'; import: ImportNumber };
export type ImportDropped = { kind: 'import-dropped'; import: ImportNumber };
export type ImportAdoptionNoted = {
  kind: 'import-adoption-noted';
  import: ImportNumber;
  partition: string;
};
/** A partition's side. Those who differ from what is on record, as they will be; nothing shows yet. */
export type PeopleStaged = {
  kind: 'people-staged';
  import: ImportNumber;
  slice: number;
  people: StagedPerson[];
};
/** The same of an area's seats. */
export type MarksStaged = {
  kind: 'marks-staged';
  import: ImportNumber;
  slice: number;
  area: AreaCode;
  marks: StagedMark[];
};
export type ImportAdopted = {
  kind: 'import-adopted';
  import: ImportNumber;
  to: 'applied' | 'dropped';
};
/** What the oldest slice that was left says is in the rows. */
export type SliceTaken = { kind: 'slice-taken'; import: ImportNumber };
export type ImportEvent =
  | ImportBegun
  | ImportClosed
  | ImportApplied
  | ImportDropped
  | ImportAdoptionNoted;
export type StagedSlice = PeopleStaged | MarksStaged;
export type StagingEvent = StagedSlice | ImportAdopted | SliceTaken;

export type RegistrationEvent =
  | CourseChosen
  | CourseDropped
  | SeatsHeld
  | CodeSent
  | CodeResent
  | CodeMistyped
  | SeatsSaved
  | SeatsGivenUp
  | HoldsExpired
  | AreaVacated
  | AreaFenced
  | BookingDelivery
  | SeatsMarked
  | OrderEvent
  | WithdrawalEvent;
export type OrderEvent =
  | RegistrationConfirmed
  | OrderWithdrawn
  | PaymentStarted
  | PaymentStopped
  | AttemptClosed
  | PaymentReceived
  | RefundRequested
  | RefundSucceeded
  | RefundStuck
  | SeatsReleased
  | UnpaidReminded
  | NewsNoted
  | MovedRefundRequested;
export type WithdrawalEvent =
  | SeatsWithdrawn
  | SeatsLeaving
  | SeatsDeclined
  | SeatsMovedOut
  | SeatsReceived
  | SeatsNotReceived;
export type CandidateEvent =
  | CandidateImported
  | SignInSucceeded
  | SignInFailed
  | PhoneCodeIssued
  | PhoneCodeMistyped
  | PhoneBound
  | PhoneSettled
  | PasswordSet
  | AreaClaimed
  | AreaMoveStarted
  | AreaMoveFor
  | AreaMoveEnded
  | FenceSettled
  | AccountDelivery
  | PhoneUnbound
  | PhoneReleased
  | ResetCodeIssued
  | ResetCodeMistyped
  | ResetCodeProven
  | SignInsEnded
  | SignedOut
  | PhoneUnboundFor
  | ActivationReset;
export type PhoneEvent = PhoneJoined | MessageTaken | PhoneLeft;
export type SessionEvent =
  | SessionInstalled
  | AdoptionNoted
  | ReconciliationBegun
  | DayReconciled
  | SessionAdopted
  | CatalogueInstalled
  | SessionActed
  | ExportNoted;
export type RuxiEvent =
  | RegistrationEvent
  | CapacitySet
  | CourseCapsSet
  | CandidateEvent
  | PhoneEvent
  | SessionEvent
  | PaymentSetAside
  | StaffEvent
  | KeyEvent
  | AlarmEvent
  | ImportEvent
  | StagingEvent
  | ActEvent;
export type EventKind = RuxiEvent['kind'];
