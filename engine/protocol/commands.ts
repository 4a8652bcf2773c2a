/**
 * What may be asked of a book. A command is imperative, carries everything the decision needs that
 * is not in the book's rows, and is safe to repeat under the same id.
 *
 * C1 No command carries a person's name or number in the clear except those that must
 *    (`request-phone-code` brings a phone to be sealed, `stage-candidates` people, `accept-invitation`
 *    and `renew-totp` an authenticator's secret; `save-seats`, `bind-phone`, `unbind-phone` and
 *    `prove-reset-code` a typed code); the writer replaces those before the core and the
 *    journal see them.
 */

import type { AlarmKey, AlarmLevel } from './alarms.ts';
import type {
  AreaCode,
  ChallengeId,
  CommandId,
  CourseCode,
  EpochMs,
  Fen,
  PersonId,
  PhoneIndex,
  ProgrammeCode,
  Sealed,
  TicketNumber,
  UnitCode,
} from './ids.ts';
import type {
  AreaCapacities,
  ImportNumber,
  ImportSum,
  PlainCandidate,
  PlainGrades,
  StagedKind,
  StagedPerson,
} from './imports.ts';
import type { KeyId, KeyScope } from './keys.ts';
import type {
  AttemptNumber,
  OrderNumber,
  PaymentWay,
  ProviderName,
  ReconciledBill,
} from './payments.ts';
import type { RefusalReason } from './refusals.ts';
import type { ReceivedOrder } from './replies.ts';
import type {
  Adopted,
  BookingDay,
  CandidateType,
  Catalogue,
  CourseCap,
  InstalledSettings,
  PoolCapacity,
} from './session.ts';
import type { StagedMark } from './sittings.ts';
import type {
  Act,
  AreaPart,
  Decider,
  ForeseenLine,
  PersonPart,
  Role,
  Scope,
  SignInPlace,
  StaffId,
} from './staff.ts';

/**
 * `answerBy`: after it the engine refuses `too-late`, so a shown "no" never becomes a late "yes".
 * `epoch`: the partition's epoch as the sender knew it at first sending; 0 skips the check (timers,
 * effects and imports, which are safe to repeat by their own content).
 */
type Envelope = { id: CommandId; answerBy: EpochMs; epoch: number };

/** A candidate's command to the AreaBook: made from `revision`, under claim number `claim`. */
type OnRegistration = Envelope & {
  area: AreaCode;
  person: PersonId;
  claim: number;
  revision: number;
  ticket: TicketNumber;
};

/**
 * F24: the course goes into its own unit; `replace` swaps what stands there (F32 on a saved seat).
 * The person's type is taken over by a registration that has nothing chosen and no seat (R5).
 */
export type ChooseCourse = OnRegistration & {
  kind: 'choose-course';
  programme: ProgrammeCode;
  candidateType: CandidateType;
  course: CourseCode;
  replace: boolean;
};
/** Takes a course out of the draft; a hold in that unit is freed, a saved seat stays. */
export type DropCourse = OnRegistration & { kind: 'drop-course'; unit: UnitCode };

/** Where the code goes. The phone belongs to the CandidateBook; the gateway brings it along. */
export type CodeAddress = { sealed: Sealed; index: PhoneIndex; mask: string };
/**
 * 获取验证码 (F25, B1): holds what is free for this ticket's draft; with every unit won the code is
 * issued at once, otherwise F26 is asked and `send-code` follows or nothing does.
 */
export type HoldSeats = OnRegistration & {
  kind: 'hold-seats';
  challenge: ChallengeId;
  phone: CodeAddress;
};
/** F26 "yes": clears the drafts without a seat and issues the code for the held ones. */
export type SendCode = OnRegistration & {
  kind: 'send-code';
  challenge: ChallengeId;
  phone: CodeAddress;
};
export type ResendCode = OnRegistration & { kind: 'resend-code' };
/** 保存考位 (F27): takes the code's units, each answering for itself (D5). `code` is as typed. */
export type SaveSeats = OnRegistration & {
  kind: 'save-seats';
  challenge: ChallengeId;
  code: string;
  units: UnitCode[];
};
/**
 * 保存考位 in an outage of short messages (D7): the gateway compared the password typed anew. It
 * counts like a typed code.
 */
export type SaveByPassword = OnRegistration & {
  kind: 'save-by-password';
  challenge: ChallengeId;
  passwordMatches: boolean;
  units: UnitCode[];
};
/** D6: gives up saved seats, explicitly. */
export type GiveUpSeats = OnRegistration & { kind: 'give-up-seats'; units: UnitCode[] };

/** 确认报考信息 (F28): the ticket's saved seats become one order; what is only chosen is dropped. */
export type ConfirmRegistration = OnRegistration & { kind: 'confirm-registration' };
/** D15: confirmed, unpaid and with no live attempt: the whole order goes and its seats are free. */
export type WithdrawOrder = OnRegistration & { kind: 'withdraw-order'; order: OrderNumber };
/** F38: a new attempt with a number of its own; an earlier one is closed at its provider. */
export type StartPayment = OnRegistration & {
  kind: 'start-payment';
  order: OrderNumber;
  provider: ProviderName;
  way: PaymentWay;
};
/** The candidate will not pay this way: the attempt is closed at its provider. */
export type StopPayment = OnRegistration & { kind: 'stop-payment'; order: OrderNumber };
/** 申请退费 (F31): the whole order; its seats stay until the refund has succeeded (D13). */
export type RequestRefund = OnRegistration & { kind: 'request-refund'; order: OrderNumber };

/**
 * A provider's verified word that it took money (D14): by notice, by asking, or in its bill.
 * `area` is the one that the attempt's number names.
 */
export type NotePayment = Envelope & {
  kind: 'note-payment';
  area: AreaCode;
  provider: ProviderName;
  attempt: AttemptNumber;
  transaction: string;
  amountFen: Fen;
  paidAt: EpochMs;
};
/** The provider will take no money for this attempt any more. */
export type NoteAttemptClosed = Envelope & {
  kind: 'note-attempt-closed';
  area: AreaCode;
  attempt: AttemptNumber;
};
/**
 * `refused`: not taken on so far; it is tried again, and staff see it. `why`: the provider's code,
 * else empty. `refundedAt`: by the provider's clock, 0 while refused.
 */
export type NoteRefund = Envelope & {
  kind: 'note-refund';
  area: AreaCode;
  attempt: AttemptNumber;
  outcome: 'succeeded' | 'refused';
  why: string;
  refundedAt: EpochMs;
};
/** Timers of F30, in slices: those whose day has closed, and those who are to be reminded of it. */
export type ReleaseUnpaid = Envelope & { kind: 'release-unpaid'; area: AreaCode };
export type RemindUnpaid = Envelope & { kind: 'remind-unpaid'; area: AreaCode };
/** An effect's completion: a message about the registration was taken by a channel, or given up. */
export type NoteNews = Envelope & {
  kind: 'note-news';
  area: AreaCode;
  person: PersonId;
  news: number;
  outcome: 'sent' | 'failed';
};

/** One order as another area takes it over (S5). `order`: its place where it comes from. */
export type MovedOrder = {
  order: number;
  ticket: TicketNumber;
  feeFen: Fen;
  confirmedAt: EpochMs;
  /** Absent: it is not paid. */
  payment?: MovedPayment;
};
/** `paidAs`: the attempt under which the provider took the money and will give it back. */
export type MovedPayment = {
  provider: ProviderName;
  way: PaymentWay;
  startedAt: EpochMs;
  paidAt: EpochMs;
  paidAs: AttemptNumber;
};
/** `order`: by its place where it comes from; 0 none. */
export type MovedSeat = { unit: UnitCode; course: CourseCode; ticket: TicketNumber; order: number };
/**
 * S5: all seats of somebody whose area is withdrawn, in one command: all of them or none. `claim`: the
 * number of the person's move. Known again by `act`.
 */
export type ReceiveSeats = Envelope & {
  kind: 'receive-seats';
  area: AreaCode;
  person: PersonId;
  claim: number;
  act: number;
  from: AreaCode;
  candidateType: CandidateType;
  unpaidSince: EpochMs;
  seats: MovedSeat[];
  orders: MovedOrder[];
};
/** An effect's completion, at the area that is withdrawn: what `to` made of it. */
export type NoteMoved = Envelope & {
  kind: 'note-moved';
  area: AreaCode;
  person: PersonId;
  act: number;
  to: AreaCode;
  claim: number;
  came: { kind: 'received'; orders: ReceivedOrder[] } | { kind: 'declined'; reason: RefusalReason };
};
/** From where a moved order is now, to where its money is: it shall go back (F31). Safe to repeat. */
export type RefundMoved = Envelope & {
  kind: 'refund-moved';
  area: AreaCode;
  attempt: AttemptNumber;
};

/** From the CandidateBook's writer: leave this area at move number `claim`; refused while seats remain. */
export type VacateArea = Envelope & {
  kind: 'vacate-area';
  area: AreaCode;
  person: PersonId;
  claim: number;
};
/** Like `vacate-area` but ignores seats: cuts off what was signed in before. */
export type FenceArea = Envelope & {
  kind: 'fence-area';
  area: AreaCode;
  person: PersonId;
  claim: number;
};
/** A timer: frees holds whose time is over. */
export type ExpireHolds = Envelope & { kind: 'expire-holds'; area: AreaCode };
/**
 * Pools not named stay as they are. `merged`: types that have no pool of their own in that unit any
 * more and sit in the common one.
 */
export type SetCapacity = Envelope & {
  kind: 'set-capacity';
  area: AreaCode;
  capacities: PoolCapacity[];
  merged?: { unit: UnitCode; candidateType: CandidateType }[];
};
/** All caps of the area: a course that is not named has none. */
export type SetCourseCaps = Envelope & {
  kind: 'set-course-caps';
  area: AreaCode;
  caps: CourseCap[];
};

export type DeliveryOutcome = 'sent' | 'failed' | 'phone-messages-used-up';
/** An effect's completion: what became of a message. `area` absent: an account code. */
export type NoteDelivery = Envelope & {
  kind: 'note-delivery';
  person: PersonId;
  area?: AreaCode;
  challenge: ChallengeId;
  attempt: number;
  outcome: DeliveryOutcome;
};

export type AreaCommand =
  | ChooseCourse
  | DropCourse
  | HoldSeats
  | SendCode
  | ResendCode
  | SaveSeats
  | GiveUpSeats
  | OrderCommand
  | VacateArea
  | FenceArea
  | ExpireHolds
  | SetCapacity
  | PaymentFact
  | ReleaseUnpaid
  | RemindUnpaid
  | NoteNews
  | SetCourseCaps
  | SaveByPassword
  | ActOnArea
  | ReceiveSeats
  | NoteMoved
  | RefundMoved;
/** A candidate's, on an order. */
export type OrderCommand =
  | ConfirmRegistration
  | WithdrawOrder
  | StartPayment
  | StopPayment
  | RequestRefund;
/** What became true at a provider. */
export type PaymentFact = NotePayment | NoteAttemptClosed | NoteRefund;

export type TicketRecord = {
  number: TicketNumber;
  programme: ProgrammeCode;
  status: 'active' | 'graduated' | 'transferred';
  /** R3, F17. */
  passed: PassedCourse[];
};
/** `passedIn`: the month of the exam session, as `2025-10`; absent: not on file. */
export type PassedCourse = { course: CourseCode; grade: number; passedIn?: string };
export type CandidateRecord = {
  kind: 'enrolled' | 'new';
  documentType: string;
  /** Sealed document number, and the mask shown instead of it. */
  document: Sealed;
  documentMask: string;
  name: Sealed;
  nameMask: string;
  candidateType: CandidateType;
  hasPhoto: boolean;
  tickets: TicketRecord[];
  importedPhone?: CodeAddress;
  /** argon2id in PHC form for new candidates (F7); absent: the initial password applies (F8). */
  passwordHash?: string;
  /** D16: keyed digest of the office's activation code, which then stands for the initial password. */
  activationDigest?: string;
};
export type ImportCandidate = Envelope & {
  kind: 'import-candidate';
  person: PersonId;
  record: CandidateRecord;
};
/**
 * The gateway compared the password, which was that of `generation`; the book counts, delays (D3)
 * and numbers the sign-in. `device`:
 * the generation in which a device that brings proof of it last signed in; such a device is counted
 * apart, so that nobody else's failures delay it.
 */
export type RecordSignIn = Envelope & {
  kind: 'record-sign-in';
  person: PersonId;
  ticket: TicketNumber;
  succeeded: boolean;
  generation: number;
  device?: number;
};
/** F10. `phone` arrives in the clear and is sealed by the writer before the core sees it. */
export type RequestPhoneCode = Envelope & {
  kind: 'request-phone-code';
  person: PersonId;
  challenge: ChallengeId;
  phone: string | CodeAddress;
};
export type BindPhone = Envelope & {
  kind: 'bind-phone';
  person: PersonId;
  challenge: ChallengeId;
  code: string;
};
/** F13: allowed from the activation sign-in only, after binding. `hash` is argon2id in PHC form. */
export type SetPassword = Envelope & { kind: 'set-password'; person: PersonId; hash: string };
/** R1: choosing an area is a claim; each choice gets a new number. */
export type ChooseArea = Envelope & {
  kind: 'choose-area';
  person: PersonId;
  ticket: TicketNumber;
  area: AreaCode;
};
/** S5: the person's area is withdrawn, and act `act` moves them: a claim as any other (R1). */
export type MoveFor = Envelope & {
  kind: 'move-for';
  person: PersonId;
  act: number;
  from: AreaCode;
  to: AreaCode;
};
/** The old area's answer to `vacate-area`, brought back by the effect. */
export type NoteVacated = Envelope & {
  kind: 'note-vacated';
  person: PersonId;
  claim: number;
  vacated: boolean;
};
/** The area's acknowledgement of `fence-area`. */
export type NoteFenced = Envelope & { kind: 'note-fenced'; person: PersonId; claim: number };
/** The PhoneBook took `settle-phone` for this binding. */
export type NotePhoneSettled = Envelope & {
  kind: 'note-phone-settled';
  person: PersonId;
  binding: number;
};
/** F42: a code to the phone that shall be unbound. */
export type RequestUnbindCode = Envelope & {
  kind: 'request-unbind-code';
  person: PersonId;
  challenge: ChallengeId;
};
export type UnbindPhone = Envelope & {
  kind: 'unbind-phone';
  person: PersonId;
  challenge: ChallengeId;
  code: string;
};
/** The PhoneBook took `release-phone` for this binding. */
export type NotePhoneReleased = Envelope & {
  kind: 'note-phone-released';
  person: PersonId;
  binding: number;
};
/** F43: the gateway compared the old password with the hash of sign-in generation `generation`. */
export type ChangePassword = Envelope & {
  kind: 'change-password';
  person: PersonId;
  hash: string;
  generation: number;
};
/**
 * D3: a code to the bound phone for somebody who is not signed in. Answered alike whether there is
 * such a person, and whether a phone is bound (D2).
 */
export type RequestResetCode = Envelope & {
  kind: 'request-reset-code';
  person: PersonId;
  challenge: ChallengeId;
};
/** Accepted, its own id is the proof that `reset-password` brings. */
export type ProveResetCode = Envelope & {
  kind: 'prove-reset-code';
  person: PersonId;
  challenge: ChallengeId;
  code: string;
};
export type ResetPassword = Envelope & {
  kind: 'reset-password';
  person: PersonId;
  proof: CommandId;
  hash: string;
};
/** Ends every sign-in of the person but the one that asks, which goes on in the new generation. */
export type EndSignIns = Envelope & {
  kind: 'end-sign-ins';
  person: PersonId;
  generation: number;
};
/** Ends one sign-in, known by its nonce; after `until` it would have ended by itself. */
export type SignOut = Envelope & {
  kind: 'sign-out';
  person: PersonId;
  nonce: string;
  until: EpochMs;
};

export type CandidateCommand =
  | ImportCandidate
  | RecordSignIn
  | RequestPhoneCode
  | BindPhone
  | SetPassword
  | ChooseArea
  | NoteVacated
  | NoteFenced
  | NotePhoneSettled
  | RequestUnbindCode
  | UnbindPhone
  | NotePhoneReleased
  | ChangePassword
  | RequestResetCode
  | ProveResetCode
  | ResetPassword
  | EndSignIns
  | SignOut
  | ActOnCandidate
  | MoveFor;

/** Takes a place on the phone for ten minutes, before a code is sent to it (D7). */
export type JoinPhone = Envelope & { kind: 'join-phone'; phone: PhoneIndex; person: PersonId };
/** Makes the place lasting, once the code proved the phone. `binding` counts the person's bindings. */
export type SettlePhone = Envelope & {
  kind: 'settle-phone';
  phone: PhoneIndex;
  person: PersonId;
  binding: number;
};
/** Counts one message against the phone's daily cap, once per `key`. */
export type TakeMessage = Envelope & { kind: 'take-message'; phone: PhoneIndex; key: string };
/** F42: gives up the place of this binding; a later binding's place stays. */
export type ReleasePhone = Envelope & {
  kind: 'release-phone';
  phone: PhoneIndex;
  person: PersonId;
  binding: number;
};
export type PhoneCommand = JoinPhone | SettlePhone | TakeMessage | ReleasePhone;

export type InstallSession = Envelope & {
  kind: 'install-session';
  catalogue: Catalogue;
  calendar: BookingDay[];
  settings: InstalledSettings;
};
/** To every partition, repeated until acknowledged. */
export type Adopt = Envelope & { kind: 'adopt'; adopted: Adopted };
/** The SessionBook learns that a partition has adopted `number`. */
export type NoteAdopted = Envelope & { kind: 'note-adopted'; partition: string; number: number };
/**
 * D14: what a provider said and no book could take, for staff. Once per `key`. `attempt` and
 * `transaction` are the provider's words and may be anything.
 */
export type SetAside = Envelope & {
  kind: 'set-aside';
  key: string;
  provider: ProviderName;
  why: AsideReason;
  attempt: string;
  transaction: string;
  amountFen: Fen;
};
export const asideReasons = [
  // Notices that could not be trusted.
  'malformed',
  'signature',
  'stale',
  'merchant',
  'currency',
  // Facts that fit no order.
  'payment-unknown',
  'payment-differs',
  'amount-differs',
  // B7: what a bill has and our orders have not, or the other way round.
  'bill-payment-missing-here',
  'bill-payment-missing-there',
  'bill-refund-missing-here',
  'bill-refund-missing-there',
  'bill-amount-differs',
] as const;
export type AsideReason = (typeof asideReasons)[number];
/** A timer: the bills of the booking day that closed are there to be compared (B7). */
export type BeginReconciliation = Envelope & { kind: 'begin-reconciliation'; day: number };
/** The day's bills are compared, a line a provider; differences were set aside before. */
export type NoteReconciled = Envelope & {
  kind: 'note-reconciled';
  day: number;
  lines: ReconciledBill[];
};
/**
 * S1: one table of the catalogue was imported. `onto`: the session's number that the difference was
 * shown against; 0: there was none, and this is its first.
 */
export type InstallCatalogue = Envelope &
  Decider & { kind: 'install-catalogue'; catalogue: Catalogue; onto: number; reason: string };
/**
 * One file; `key` is the sender's own, so that asking again begins nothing new. Whoever brings it is the
 * first of the two who decide.
 */
export type BeginImport = Envelope &
  Decider & { kind: 'begin-import'; key: string; what: StagedKind; source: string };
/** Every slice was acknowledged, or here it is; what is not closed cannot be applied. */
export type CloseImport = Envelope &
  Decider & {
    kind: 'close-import';
    import: ImportNumber;
    sum: ImportSum;
    capacities?: AreaCapacities[];
  };
/** S1, S2: by the second of the two; from this one event on everything is as the file says. */
export type ApplyImport = Envelope &
  Decider & { kind: 'apply-import'; import: ImportNumber; reason: string };
export type DropImport = Envelope & Decider & { kind: 'drop-import'; import: ImportNumber };
/** A partition has heard what became of the import. */
export type NoteImportAdopted = Envelope & {
  kind: 'note-import-adopted';
  import: ImportNumber;
  partition: string;
};
/**
 * To people's partitions. A slice that is there already is answered anew and staged no second time;
 * `keep` false: only answered, for a preview.
 */
export type StageCandidates = Envelope & {
  kind: 'stage-candidates';
  import: ImportNumber;
  slice: number;
  keep: boolean;
  candidates: PlainCandidate[];
};
export type StageGrades = Envelope & {
  kind: 'stage-grades';
  import: ImportNumber;
  slice: number;
  keep: boolean;
  people: PlainGrades[];
};
/** To an area's partition: rooms and desks, or absences. Once staged here, a slice is staged no second time. */
export type StageMarks = Envelope & {
  kind: 'stage-marks';
  import: ImportNumber;
  slice: number;
  area: AreaCode;
  marks: StagedMark[];
};
/**
 * To every partition, repeated until acknowledged. `capacities`: of this partition's areas; a pool of
 * which more was taken since has just that many.
 */
export type AdoptImport = Envelope & {
  kind: 'adopt-import';
  import: ImportNumber;
  to: 'applied' | 'dropped';
  capacities: AreaCapacities[];
};
/** A timer: one slice of an applied import goes into the rows. */
export type TakeStaged = Envelope & { kind: 'take-staged'; import: ImportNumber; slice: number };
export type ImportCommand =
  | BeginImport
  | CloseImport
  | ApplyImport
  | DropImport
  | NoteImportAdopted;
export type StagingCommand = StageCandidates | StageGrades | StageMarks | AdoptImport | TakeStaged;

export type SessionCommand =
  | InstallSession
  | Adopt
  | NoteAdopted
  | SetAside
  | BeginReconciliation
  | NoteReconciled
  | InstallCatalogue;

/** Who decides about an account or a key, and why. */
type DecidedByStaff = Decider & { reason: string };
/**
 * A one-time link: `digest` is that of its secret. `anew`: for an account that there is already, as
 * the way back in: password and authenticator are void, and are set by the link. Nobody's name that
 * was only typed again is voided so, but by the command line, which may do either.
 */
export type InviteStaff = Envelope &
  DecidedByStaff & {
    kind: 'invite-staff';
    staff: StaffId;
    roles: Role[];
    scope: Scope;
    digest: string;
    anew: boolean;
  };
/**
 * `secret`: the authenticator's, in base32, of which `step` was a right code. `recovery`: digests of
 * single-use codes.
 */
export type AcceptInvitation = Envelope & {
  kind: 'accept-invitation';
  staff: StaffId;
  digest: string;
  hash: string;
  secret: string;
  step: number;
  recovery: string[];
};
/**
 * The gateway compared the password and the code of `generation`; the book counts, delays and takes
 * each step and each recovery code once. Known is a browser by proof of an earlier sign-in
 * in that generation; from an earlier one it is as good as none.
 */
export type RecordStaffSignIn = Envelope & {
  kind: 'record-staff-sign-in';
  staff: StaffId;
  generation: number;
  proof: StaffProof;
  from: SignInPlace;
};
export type StaffProof =
  | { kind: 'failed' }
  | { kind: 'totp'; step: number }
  | { kind: 'recovery'; digest: string };
export type SetRoles = Envelope &
  DecidedByStaff & { kind: 'set-roles'; staff: StaffId; roles: Role[]; scope: Scope };
export type EndAccount = Envelope & DecidedByStaff & { kind: 'end-account'; staff: StaffId };
/** The gateway compared the old password with the hash of that generation. */
export type ChangeStaffPassword = Envelope & {
  kind: 'change-staff-password';
  staff: StaffId;
  generation: number;
  hash: string;
};
export type RenewTotp = Envelope & {
  kind: 'renew-totp';
  staff: StaffId;
  generation: number;
  secret: string;
  step: number;
};
/** Those handed out before are void. */
export type RenewRecoveryCodes = Envelope & {
  kind: 'renew-recovery-codes';
  staff: StaffId;
  generation: number;
  recovery: string[];
};
/** Ends every sign-in of the account. */
export type EndStaffSignIns = Envelope & {
  kind: 'end-staff-sign-ins';
  staff: StaffId;
  generation: number;
};
export type StaffCommand =
  | InviteStaff
  | AcceptInvitation
  | RecordStaffSignIn
  | SetRoles
  | EndAccount
  | ChangeStaffPassword
  | RenewTotp
  | RenewRecoveryCodes
  | EndStaffSignIns;

/**
 * S4: somebody at the desk sees a person's numbers in full. `area`: one that the person registers or
 * registered in, for who works for no more than that; absent, for the province's. Accepted, it stands in
 * the journal, and the answer has what the person's own book then asks for (`in-full`).
 */
export type ShowInFull = Envelope &
  Decider & { kind: 'show-in-full'; person: PersonId; area?: AreaCode; reason: string };

/** For another system; the secret whose `digest` this is was shown once and is kept nowhere. */
export type MakeKey = Envelope &
  DecidedByStaff & {
    kind: 'make-key';
    apiKey: KeyId;
    label: string;
    digest: string;
    may: KeyScope[];
    scope: Scope;
  };
export type EndKey = Envelope & DecidedByStaff & { kind: 'end-key'; apiKey: KeyId };
export type KeyCommand = MakeKey | EndKey;

/** Somebody sees to an alarm (alarms.ts). `remark` may be empty. */
export type AcknowledgeAlarm = Envelope &
  Decider & {
    kind: 'acknowledge-alarm';
    alarm: AlarmKey;
    level: AlarmLevel;
    since: EpochMs;
    remark: string;
  };
/** A gateway's: the occurrence that was acknowledged at that instant is over. */
export type NoteAlarmEnded = Envelope & {
  kind: 'note-alarm-ended';
  alarm: AlarmKey;
  acknowledgedAt: EpochMs;
};
export type AlarmCommand = AcknowledgeAlarm | NoteAlarmEnded;

/** Numbers of many leave in full, in one file, of all that `scope` names: the journal has who took it. */
export type NoteExport = Envelope &
  Decider & { kind: 'note-export'; what: 'arrangement'; scope: Scope; reason: string };

/** What two must decide waits for the other; anything else is decided with it (W3). */
export type ProposeAct = Envelope &
  Decider & { kind: 'propose-act'; act: Act; reason: string; foreseen: ForeseenLine[] };
export type ApproveAct = Envelope & Decider & { kind: 'approve-act'; number: number };
export type WithdrawAct = Envelope & Decider & { kind: 'withdraw-act'; number: number };
/** An effect's completion: what one area or person made of the act. `target`: which. */
export type NoteActCarried = Envelope & {
  kind: 'note-act-carried';
  number: number;
  target: string;
  refused?: RefusalReason;
  changed: number;
  left: number;
};
export type ActCommand = ProposeAct | ApproveAct | WithdrawAct | NoteActCarried;
/** Of act `act`; safe to repeat. */
export type ActOnArea = Envelope & {
  kind: 'act-on-area';
  area: AreaCode;
  act: number;
  part: AreaPart;
};
/** `area`: what the person must claim, or absent nothing. */
export type ActOnCandidate = Envelope & {
  kind: 'act-on-candidate';
  person: PersonId;
  act: number;
  area?: AreaCode;
  part: PersonPart;
};

export type Command =
  | ActCommand
  | AreaCommand
  | NoteDelivery
  | CandidateCommand
  | PhoneCommand
  | SessionCommand
  | StaffCommand
  | ShowInFull
  | KeyCommand
  | AlarmCommand
  | NoteExport
  | ImportCommand
  | StagingCommand;

/**
 * What the core decides on: the typed code has become a verdict, what is personal is sealed (C1).
 * `codeMatches` was compared in constant time against the code derived from `challenge`;
 * `keysDiffer`: a person's id was made with another index key than this engine's.
 */
export type Prepared<C> = C extends {
  kind: 'save-seats' | 'bind-phone' | 'unbind-phone' | 'prove-reset-code';
}
  ? Omit<C, 'code'> & { codeMatches: boolean }
  : C extends { kind: 'request-phone-code' }
    ? Omit<C, 'phone'> & { phone: CodeAddress }
    : C extends { kind: 'accept-invitation' | 'renew-totp' }
      ? Omit<C, 'secret'> & { sealedSecret: Sealed }
      : C extends { kind: 'stage-candidates' }
        ? Omit<C, 'candidates'> & { people: StagedPerson[]; keysDiffer: boolean }
        : C;
export type PreparedCommand = Prepared<Command>;

/**
 * A command with its place in the partition's order and its instant; both are then data.
 * `olderEpoch`: it was first sent to an earlier life of this writer (see `ask-again`).
 */
export type Sequenced = {
  sequence: number;
  at: EpochMs;
  olderEpoch: boolean;
  command: PreparedCommand;
};
