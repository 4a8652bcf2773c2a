/**
 * What a book answers. `accepted` repeats word for word under the same id; the view beside it is
 * the present state, so a repeated command shows where things stand now (B2).
 */
import type { Acknowledgement } from './alarms.ts';
import type {
  AsideReason,
  CandidateRecord,
  CodeAddress,
  DeliveryOutcome,
  TicketRecord,
} from './commands.ts';
import type { PhoneCodePurpose } from './events.ts';
import type {
  AreaCode,
  ChallengeId,
  CommandId,
  CourseCode,
  EpochMs,
  Fen,
  PersonId,
  PhoneIndex,
  TicketNumber,
  UnitCode,
} from './ids.ts';
import type { ImportNumber, ImportView, StagedChange, StagingView } from './imports.ts';
import type { KeyView } from './keys.ts';
import type {
  AttemptNumber,
  OrderNumber,
  PaymentWay,
  ProviderName,
  ReconciledBill,
  RefundNumber,
} from './payments.ts';
import type { RefusalReason, Refused } from './refusals.ts';
import type { AreaReport } from './reports.ts';
import type { Adopted, CandidateType } from './session.ts';
import type { Sitting } from './sittings.ts';
import type { SlipContent } from './slips.ts';
import type { Act, ActView, ForeseenLine, StaffFacts, StaffId, StaffView } from './staff.ts';

/** A chosen course without a seat: its pool is full, or it is capped and the cap is reached. */
export type FullCourse = {
  unit: UnitCode;
  course: CourseCode;
  reason: 'seats-exhausted' | 'course-full';
};

/** What a candidate command came to, small enough to keep in the row (the last eight). */
export type Outcome =
  | { kind: 'done' }
  /** hold-seats: `owned` are swaps on saved seats (F32). The code is out when `full` is empty. */
  | { kind: 'held'; held: UnitCode[]; owned: UnitCode[]; full: FullCourse[] }
  /** save-seats: each unit for itself (D5). `late` marks a hold that had run out. */
  | {
      kind: 'saved';
      saved: { unit: UnitCode; course: CourseCode }[];
      failed: (FullCourse & { late: boolean })[];
    }
  | { kind: 'claimed'; claim: number; area: AreaCode }
  | { kind: 'claiming'; claim: number; from: AreaCode; to: AreaCode }
  /** record-sign-in: sign-ins with a lower generation are ended. */
  | { kind: 'signed-in'; generation: number }
  | { kind: 'sign-in-failed'; failures: number; retryAt: EpochMs }
  | { kind: 'adopted'; number: number }
  /** request-reset-code: the live code's, whoever asked for it; said also where none is sent (D2). */
  | { kind: 'reset-code'; challenge: ChallengeId; expiresAt: EpochMs; resendFrom: EpochMs }
  /** propose-act, approve-act. */
  | { kind: 'act'; number: number; decided: boolean }
  /** act-on-area: what was changed, what was left to payments that run, and whether to ask again. */
  | { kind: 'carried'; changed: number; left: number; more: boolean }
  /** confirm-registration: the order there now is. */
  | { kind: 'confirmed'; order: OrderNumber }
  /** start-payment: what the provider is to be asked with. */
  | { kind: 'payment-started'; attempt: AttemptNumber; amountFen: Fen; expiresAt: EpochMs }
  | { kind: 'import-begun'; import: ImportNumber }
  /** receive-seats: the orders there are now, or why there is no room. */
  | { kind: 'received'; orders: ReceivedOrder[] }
  | { kind: 'declined'; reason: RefusalReason }
  /** refund-moved: when it succeeded, 0 while it has not; the provider's code while it does not take it. */
  | { kind: 'refund-stands'; refundedAt: EpochMs; why: string }
  /** stage-candidates, stage-grades: of each person in the order they came. */
  | { kind: 'staged'; people: StagedChange[] }
  /** show-in-full: until then, for whoever has what only engines can write. */
  | { kind: 'may-be-shown'; until: EpochMs; pass: string };

/** An order that has come from another area: its place there, and what it is called here. */
export type ReceivedOrder = { order: number; number: OrderNumber };

/** Sealed until the writer opens it. Empty texts where the person was erased. */
export type ShownInFull = {
  documentType: string;
  document: string;
  name: string;
  phone?: string;
};

export type SeatView = {
  unit: UnitCode;
  course: CourseCode;
  ticket: TicketNumber;
  /** `until` in wall time; while paused it moves with the clock. */
  state:
    | { kind: 'held'; until: EpochMs }
    | { kind: 'saved' }
    | { kind: 'confirmed'; order: OrderNumber }
    | { kind: 'paid'; order: OrderNumber }
    | { kind: 'refunding'; order: OrderNumber };
  /** Of a seat that an order holds, once there is anything to say (S5). */
  sitting?: Sitting;
};
export type CodeView = {
  challenge: ChallengeId;
  ticket: TicketNumber;
  units: UnitCode[];
  phoneMask: string;
  /** Wall time; equal is too late. */
  expiresAt: EpochMs;
  resendFrom: EpochMs;
  resendLeft: boolean;
  triesLeft: number;
  delivery: BookingDelivery;
};
/** Of a booking code. `not-sent`: the password stands for it (D7). */
export type BookingDelivery = 'sending' | DeliveryOutcome | 'not-sent';
/**
 * `confirmed` is 待缴费, `paid` is 已缴费 and 已确认 (F41), `refunding` 退费中; the others have ended and
 * hold no seat. `moved`: another area has it (S5); its money, if there is any, stays here.
 */
export type OrderState =
  | 'confirmed'
  | 'paid'
  | 'refunding'
  | 'refunded'
  | 'withdrawn'
  | 'released'
  | 'moved';
/** Why money goes back: asked for, a second payment of one order, or one that came too late (D11). */
export type RefundCause = 'asked' | 'second' | 'late';
export type AttemptView = {
  number: AttemptNumber;
  provider: ProviderName;
  way: PaymentWay;
  startedAt: EpochMs;
  expiresAt: EpochMs;
  /** `stopping`: it is being closed at the provider. */
  state: 'live' | 'stopping' | 'closed' | 'paid';
  paidAt?: EpochMs;
  /** S5: the money was taken under this number, in the area that the order came from. */
  paidAs?: AttemptNumber;
  refund?: { cause: RefundCause; requestedAt: EpochMs; doneAt?: EpochMs; stuck: boolean };
};
export type OrderView = {
  number: OrderNumber;
  ticket: TicketNumber;
  courses: { unit: UnitCode; course: CourseCode }[];
  feeFen: Fen;
  confirmedAt: EpochMs;
  state: OrderState;
  endedAt?: EpochMs;
  /** Of a `moved` one: what it is called where it is now. */
  movedTo?: OrderNumber;
  attempts: AttemptView[];
};
/**
 * What a withdrawn area has made of a registration (S5): on its way `to` another area, waiting to be
 * tried anywhere, without room (`left`), moved, or given back.
 */
export type ExitView = { act: number; state: ExitState; to?: AreaCode };
export const exitStates = ['here', 'going', 'left', 'moved', 'let-go'] as const;
export type ExitState = (typeof exitStates)[number];
/** One person's registration in one area, as pages show it. Revision 0: nothing yet. */
export type RegistrationView = {
  revision: number;
  seats: SeatView[];
  draft: { unit: UnitCode; course: CourseCode; ticket: TicketNumber }[];
  /** Oldest first. */
  orders: OrderView[];
  /** F30: when unpaid seats were last released; gone once seats are held again. */
  releasedAt?: EpochMs;
  exit?: ExitView;
  code?: CodeView;
  /** F26 was asked of the ticket about what was full: `send-code` or nothing follows. */
  asking?: { ticket: TicketNumber; full: FullCourse[] };
};

export type CandidateView = {
  person: PersonId;
  kind: CandidateRecord['kind'];
  documentMask: string;
  name: string;
  nameMask: string;
  hasPhoto: boolean;
  candidateType: CandidateType;
  tickets: TicketRecord[];
  /** Set while one is bound (F10, F42). */
  phone?: CodeAddress;
  /** D1: shown masked; must be the first one bound. Absent once one was. */
  importedPhoneMask?: string;
  passwordSet: boolean;
  generation: number;
  claim?: { number: number; area: AreaCode };
  moving?: { number: number; from: AreaCode; to: AreaCode };
  /** Areas claimed before: a late payment there and its way back are still the person's (D11). */
  areasLeft?: AreaCode[];
  phoneCode?: {
    purpose: PhoneCodePurpose;
    challenge: ChallengeId;
    phoneMask: string;
    expiresAt: EpochMs;
    resendFrom: EpochMs;
    triesLeft: number;
    delivery: 'sending' | DeliveryOutcome;
  };
};

export type Accepted = {
  kind: 'accepted';
  outcome: Outcome;
  registration?: RegistrationView;
  candidate?: CandidateView;
};

/** Refusals on a registration bring the present view too, so that the page can show it. */
export type CommandReply = { id: CommandId } & (
  | Accepted
  | (Refused & { registration?: RegistrationView })
);

/**
 * One area's free seats by unit, as of journal index `version` (advice, never a promise). `own`: as
 * they are for a type that has a pool of its own there (R5), in all units; `courses`: the capped ones.
 * Absent where there are none.
 */
export type AreaCounts = {
  area: AreaCode;
  version: number;
  at: EpochMs;
  free: number[];
  capacity: number[];
  own?: { candidateType: CandidateType; free: number[]; capacity: number[] }[];
  courses?: { course: CourseCode; free: number; cap: number }[];
};

/** B14, per pool, computed from the rows and not from the running counts. */
export type PoolBalance = {
  area: AreaCode;
  unit: UnitCode;
  /** Present: the pool is this type's alone (R5). */
  candidateType?: CandidateType;
  capacity: number;
  free: number;
  held: number;
  saved: number;
  confirmed: number;
  paid: number;
  refunding: number;
};

/** People of a withdrawn area in one respect, and what of theirs it is about. */
export type ExitSum = { people: number; seats: number; fen: Fen };
/** Who needs seats in just these units, and in which order they are served. */
export type Demand = {
  candidateType: CandidateType;
  units: UnitCode[];
  state: 'paid' | 'confirmed' | 'saved';
} & ExitSum;
/** Somebody without room in any of the areas that were tried. */
export type LeftLine = {
  number: number;
  person: PersonId;
  seats: { unit: UnitCode; course: CourseCode }[];
  feeFen: Fen;
  declined: { area: AreaCode; reason: RefusalReason }[];
};
/**
 * S5: how far the withdrawal of an area has come, read off its rows. `act` 0: it stands open. What is
 * `waiting` stands until a payment or a refund is settled; `returned` of `letGo` has been refunded.
 */
export type WithdrawalView = {
  act: number;
  pools: PoolBalance[];
  people: number;
  peoplePaid: number;
  livePayments: number;
  feeFen: Fen;
  demand: Demand[];
  waiting: ExitSum;
  going: ExitSum;
  moved: ({ to: AreaCode } & ExitSum)[];
  letGo: ExitSum;
  returnedFen: Fen;
  left: ExitSum;
  leftLines: LeftLine[];
};

/** One payment as our orders have it, for the comparison with a bill (B7). */
export type PaymentLine = {
  provider: ProviderName;
  attempt: AttemptNumber;
  transaction: string;
  amountFen: Fen;
  paidAt: EpochMs;
  /** `doneAt` absent: asked for, and not succeeded so far. */
  refund?: { number: RefundNumber; requestedAt: EpochMs; doneAt?: EpochMs };
};
/** Where the next page of payments begins. */
export type PaymentCursor = { area: AreaCode; registration: number };
export type AsideView = {
  number: number;
  at: EpochMs;
  provider: ProviderName;
  why: AsideReason;
  attempt: string;
  transaction: string;
  amountFen: Fen;
};
/** One provider's day, compared (B7). `day` is a China-time day number. */
export type ReconciledDay = { day: number } & ReconciledBill;

/** One person's registration in an area; `number` is the registration's own there. */
export type RegisteredLine = { number: number; person: PersonId; registration: RegistrationView };
/** A candidate as lists show them: masked, without secrets. `area`: the one claimed. */
export type CandidateLine = {
  person: PersonId;
  kind: CandidateRecord['kind'];
  documentType: string;
  documentMask: string;
  nameMask: string;
  candidateType: CandidateType;
  hasPhoto: boolean;
  tickets: Omit<TicketRecord, 'passed'>[];
  passwordSet: boolean;
  phoneMask?: string;
  area?: AreaCode;
};

/** One event of the journal. `details`: JSON, masked; `person`: the beginning of the id. */
export type AuditLine = {
  index: number;
  at: EpochMs;
  /** The event's. */
  kind: string;
  area?: AreaCode;
  person?: string;
  details: string;
};

export type Query =
  | { kind: 'registration'; area: AreaCode; person: PersonId }
  | { kind: 'candidate'; person: PersonId }
  /** Tickets, type and what the password step needs; nothing that names the person. */
  | { kind: 'sign-in-facts'; person: PersonId }
  /** As show-in-full allowed it. */
  | { kind: 'in-full'; person: PersonId; area?: AreaCode; until: EpochMs; pass: string }
  /** B2: what became of a command; `area` absent: a CandidateBook's. */
  | { kind: 'outcome'; command: CommandId; person: PersonId; area?: AreaCode; answerBy: EpochMs }
  | { kind: 'counts' }
  /** Of one area of this partition, or of all. */
  | { kind: 'balance'; area?: AreaCode }
  /** Paid or refunded in `from <= time < to`; of this partition's areas, a page at a time. */
  | { kind: 'payments'; from: EpochMs; to: EpochMs; after?: PaymentCursor }
  /** D14, B7: what was set aside, newest first, and the days that were compared. */
  | { kind: 'asides' }
  | { kind: 'session' }
  /** People with sign-ins that were ended within the cookie's lifetime. */
  | { kind: 'revocations' }
  /** Single use of captchas: memory only, a restart voids them all. Answers whether it was unspent. */
  | { kind: 'spend-once'; token: string; until: EpochMs }
  | { kind: 'status' }
  /** Demonstration mode only: the messages "sent", newest first. */
  | { kind: 'messages' }
  /** How the channels for short messages fare, and how many messages wait for them. */
  | { kind: 'channels' }
  /** Whether one order is paid now, by where its number says that it is. */
  | { kind: 'order-state'; area: AreaCode; registration: number; place: number }
  /** Those of an area numbered `from` on, a page at a time. */
  | { kind: 'registrations'; area: AreaCode; from: number }
  /** S5: its sums, of those numbered `from` on, a page at a time; events in `since <= time < until`. */
  | { kind: 'report'; area: AreaCode; since: EpochMs; until: EpochMs; from: number }
  /** All of this partition by key, or those among them who have that ticket; a page at a time. */
  | { kind: 'candidates'; after?: PersonId; ticket?: TicketNumber }
  /** Who may use that phone (S4). */
  | { kind: 'phone'; phone: PhoneIndex }
  /** What the desk's sign-in checks with. */
  | { kind: 'staff-facts'; staff: StaffId }
  /** Every account, by its name. */
  | { kind: 'staff-list' }
  /** Every key of other systems, newest first. */
  | { kind: 'keys' }
  /** Every acknowledgement of an alarm that stands. */
  | { kind: 'alarms' }
  /** Imports of people: those the session's book knows, newest first, and this partition's own part. */
  | { kind: 'imports' }
  /** Newest first, those before number `before`; `waiting`: for somebody's approval. */
  /** Those that `by` may see; absent: all. */
  | { kind: 'acts'; by?: StaffId; waiting: boolean; before?: number }
  | { kind: 'act'; number: number }
  /** What an act would change in this partition, as things are now. */
  | { kind: 'foresee'; act: Act }
  /** S5: who would be affected, or how far it has come; `units` empty: all. */
  | { kind: 'withdrawal'; area: AreaCode; units: UnitCode[] }
  /** S3: this partition's journal from that index on, as the audit shows it; a page at a time. */
  | { kind: 'journal'; from: number }
  /** S4: what it says of one person, newest first, before that index (0: from the newest on). */
  | { kind: 'timeline'; person: PersonId; before: number };
export type AskedQuery = { id: CommandId; answerBy: EpochMs; query: Query };

export type SignInFacts = {
  tickets: TicketRecord[];
  candidateType: CandidateType;
  password:
    | { kind: 'initial' }
    | { kind: 'set'; hash: string }
    /** D16: in place of the initial password. */
    | { kind: 'activation-code'; digest: string };
  retryAt: EpochMs;
  /** The same for devices that bring proof of an earlier sign-in in this generation. */
  deviceRetryAt: EpochMs;
  generation: number;
  /** D1: the password is the person's own, and a phone was bound once; F42 takes neither back. */
  activated: boolean;
};
/** Sign-ins below `generation` are ended since `at` (0: never); so are those signed out. */
export type Revocation = {
  person: PersonId;
  generation: number;
  at: EpochMs;
  signedOut: { nonce: string; until: EpochMs }[];
};
export type DemonstrationMessage = { at: EpochMs; phone: string; text: string };
export const channelNames = ['demonstration', 'tencent', 'alibaba'] as const;
export type ChannelName = (typeof channelNames)[number];
/** One channel since the engine's start, as one partition has found it. */
export type ChannelStanding = {
  channel: ChannelName;
  /** Tries, by what came of them; `unknown` may have been sent. */
  sent: number;
  failed: number;
  unknown: number;
  /** Of the newest thousand answers. Absent before the first. */
  p50Ms?: number;
  p99Ms?: number;
  /** Present while it goes last because it failed several times in a row. */
  openSince?: EpochMs;
  /** `why`: the carrier's own code, or a word of ours. */
  lastTrouble?: { at: EpochMs; why: string };
};
/** Standings in the order of the settings. */
export type ChannelsReport = {
  channels: ChannelStanding[];
  waiting: { codes: number; news: number };
};
export type PartitionStatus = {
  partition: string;
  epoch: number;
  index: number;
  /** Dirty rows not yet written behind the journal. */
  lag: number;
  inbox: number;
};

export type QueryAnswer =
  | { kind: 'registration'; registration: RegistrationView }
  | { kind: 'candidate'; candidate: CandidateView | null }
  /** `retryAt`: of nobody, who is delayed like anybody (D2). */
  /** Null: there is no such person, or they have nothing to do with that area. */
  | { kind: 'in-full'; shown: ShownInFull | null }
  | { kind: 'sign-in-facts'; facts: SignInFacts | null; retryAt?: EpochMs }
  | {
      kind: 'outcome';
      /** `absent`: not carried out, and (after `answerBy`) never will be. */
      state:
        | { kind: 'kept'; outcome: Outcome }
        | { kind: 'refused'; reason: RefusalReason }
        | { kind: 'checking' }
        | { kind: 'absent' };
      registration?: RegistrationView;
    }
  | { kind: 'counts'; counts: AreaCounts[] }
  | { kind: 'balance'; pools: PoolBalance[] }
  | { kind: 'payments'; payments: PaymentLine[]; next?: PaymentCursor }
  | { kind: 'asides'; asides: AsideView[]; reconciled: ReconciledDay[] }
  | { kind: 'session'; adopted: Adopted | null }
  | { kind: 'revocations'; revocations: Revocation[] }
  | { kind: 'spend-once'; unspent: boolean }
  | { kind: 'status'; status: PartitionStatus }
  | { kind: 'messages'; messages: DemonstrationMessage[] }
  | ({ kind: 'channels' } & ChannelsReport)
  /** For anybody who checks a slip, so no more than that; null: not paid, or there is none. */
  | { kind: 'order-state'; paid: SlipContent | null }
  | { kind: 'registrations'; lines: RegisteredLine[]; next?: number }
  | { kind: 'report'; report: AreaReport; next?: number }
  | { kind: 'candidates'; lines: CandidateLine[]; next?: PersonId }
  | { kind: 'phone'; people: PersonId[] }
  /** `retryAt`: of a name with which nobody signs in, who is delayed like anybody. */
  | { kind: 'staff-facts'; facts: StaffFacts | null; retryAt?: EpochMs }
  | { kind: 'staff-list'; staff: StaffView[] }
  | { kind: 'keys'; keys: KeyView[] }
  | { kind: 'alarms'; index: number; acknowledged: Acknowledgement[] }
  | { kind: 'imports'; imports: ImportView[]; staging: StagingView | null }
  /** `next`: where the next page goes on, further back. */
  | { kind: 'acts'; acts: ActView[]; next?: number }
  | { kind: 'act'; act: ActView | null }
  | { kind: 'foresee'; foreseen: ForeseenLine[] }
  | { kind: 'withdrawal'; withdrawal: WithdrawalView }
  | { kind: 'journal'; lines: AuditLine[]; next?: number }
  /** `next`: where the stretch before it ends; absent at the journal's beginning. */
  | { kind: 'timeline'; lines: AuditLine[]; next?: number };
export type QueryReply = { id: CommandId } & (QueryAnswer | Refused);
