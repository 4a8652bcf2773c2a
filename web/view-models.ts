/**
 * What each page shows, as ready values: names, masks, counts, levels, instants. Whoever answers a
 * request fills one in; `views.ts` turns it into HTML and `wording.ts` words reasons and states.
 * What stands around every page is the `Frame`; a fragment for htmx is made without it.
 *
 * M1 Instants are whole milliseconds; they become China time on the page and nowhere else.
 * M2 A model never carries a whole document, phone or ticket number, except what the person at the
 *    page has typed on it a moment ago, and the ticket number that is printed on a slip.
 * M3 `form` is the token of the page's forms; a page without one has no form that changes anything.
 */
import type { DocumentType, FirstSecret } from '../engine/protocol/documents.ts';
import type {
  AreaCode,
  ChallengeId,
  EpochMs,
  Fen,
  ProgrammeCode,
  TicketNumber,
  UnitCode,
} from '../engine/protocol/ids.ts';
import type {
  OrderNumber,
  Payable,
  PaymentWay,
  ProviderName,
} from '../engine/protocol/payments.ts';
import type { AttemptView, FullCourse, OrderState } from '../engine/protocol/replies.ts';
import type { BookingDay, CandidateType, Office } from '../engine/protocol/session.ts';
import type { Desk, Sitting } from '../engine/protocol/sittings.ts';
import type {
  AccountReason,
  ForgottenReason,
  LookupReason,
  NewPasswordReason,
  OperationKind,
  PasswordStepReason,
  PhoneReason,
  RegisteringReason,
  SlipCheckReason,
} from './wording.ts';

// ── Around every page ───────────────────────────────────────────────────────────────────────────

/** What the booking window is doing. */
export type WindowModel =
  | { state: 'before'; opensAt: EpochMs }
  | { state: 'open'; day: BookingDay; nextDay: BookingDay | undefined }
  | { state: 'paused'; reason: string; newsBy: EpochMs }
  | { state: 'closed'; nextDay: BookingDay }
  | { state: 'over' };

/**
 * The booking days, in order. `daysOf`: they are this type's, and other types have other days (R5);
 * else they are everybody's, and a day may say whose it is.
 */
export type DaysModel = { days: readonly BookingDay[]; daysOf?: CandidateType | undefined };

/** What every page knows of the sign-in it was made for. */
export type SignInEnd = {
  expiresAt: EpochMs;
  /** Whether it may be gone on with; not for ever. */
  renewable: boolean;
  /** The token of the forms that end it and go on with it. */
  signOutForm: string;
};

export type Frame = {
  /** The server's clock as the page was made; every countdown starts from it. */
  now: EpochMs;
  /** Marks every page, and adds the page of sent messages to the menu. */
  demonstration: boolean;
  /** Absent as long as no session is known. */
  window: WindowModel | undefined;
  /**
   * Absent before sign-in. An activation sign-in shows no name (D1); nor where none was asked for.
   * `expiresAt`: when it ends by itself.
   */
  signedIn:
    | ({ kind: 'full'; nameMask?: string; ticketMask: string } & SignInEnd)
    | ({ kind: 'activation' } & SignInEnd)
    | undefined;
  /** Whom the foot of the page names. */
  office: Office | undefined;
  /** Notices of the office, above everything else. */
  banners: readonly string[];
  /** S2: of the moment; an open page follows them. */
  notices: readonly string[];
  /** The page answers a form: its address is not the one that shows it again. */
  posted: boolean;
};

// ── What several pages show ─────────────────────────────────────────────────────────────────────

export type CourseModel = { code: string; name: string };
/** `place` counts from 1 in the timetable of `of` units; the icon follows from both. */
export type UnitModel = {
  code: UnitCode;
  name: string;
  place: number;
  of: number;
  startsAt: EpochMs;
  endsAt: EpochMs;
};
export type UnitAndCourse = { unit: UnitModel; course: CourseModel };
/** `city` and `name` as they are shown: 成都市, 郫都区. */
export type AreaModel = { code: AreaCode; city: string; name: string };

/** 充足 · 紧张 · 已满. */
export type Level = 'plenty' | 'scarce' | 'full';
/** `fill`: how many of the meter's ten cells are lit. */
export type PoolModel = { free: number; capacity: number; level: Level; fill: number };

/** The candidate's own course in a unit. `otherTicket`: it was chosen under another ticket (R2). */
export type OwnModel =
  | { kind: 'empty' }
  | { kind: 'draft'; course: CourseModel; otherTicket?: string }
  | { kind: 'held'; course: CourseModel; until: EpochMs; otherTicket?: string }
  | { kind: 'saved'; course: CourseModel; otherTicket?: string }
  /** In an order: 待缴费, 已缴费 with 已确认, 退费中. */
  | {
      kind: 'confirmed' | 'paid' | 'refunding';
      course: CourseModel;
      otherTicket?: string;
      sitting?: Sitting;
    }
  /** F32: `saved` keeps its seat until `course` has taken its place. */
  | { kind: 'swap'; saved: CourseModel; course: CourseModel; otherTicket?: string };
export type UnitCardModel = {
  unit: UnitModel;
  /** Absent while no counts have been heard. */
  pool: PoolModel | undefined;
  own: OwnModel;
  /** R3: the grade of a passed course that is chosen again. */
  passedGrade?: number;
  /** D8: outside the candidate's own plan. */
  foreign?: boolean;
  /** The area seats no more of the chosen course, whatever its unit has. */
  courseFull?: true;
};

/** Why a form was not taken. Each field only where the reason speaks of it. */
export type ProblemModel<Reason extends string> = {
  reason: Reason;
  unit?: { code: UnitCode; name: string };
  course?: CourseModel;
  /** R11: what took the course's place. */
  replacedBy?: readonly CourseModel[];
  /** R2: the person's other ticket that has the unit. */
  ticketMask?: string;
  /** When trying again makes sense. */
  at?: EpochMs;
  triesLeft?: number;
};

/** The code that was sent and where it stands. */
export type SentCodeModel = {
  challenge: ChallengeId;
  phoneMask: string;
  expiresAt: EpochMs;
  resendFrom: EpochMs;
  triesLeft: number;
  delivery: 'sending' | 'sent' | 'failed' | 'phone-messages-used-up';
};

// ── Before and at sign-in ───────────────────────────────────────────────────────────────────────

export type StartModel = {
  now: EpochMs;
  window: WindowModel | undefined;
  signedIn: boolean;
  /** R8: signed in, and no phone is bound. */
  phoneMissing?: boolean;
  /** Signed in, and the session is known. */
  step?: NextStepModel;
  /** Absent as long as no session is known. */
  session: (DaysModel & { title: string; feeFen: Fen }) | undefined;
};
export type SignInModel = {
  form: string;
  documentTypes: readonly DocumentType[];
  documentType: string;
  documentNumber: string;
  captcha: CaptchaModel;
  /**
   * `changed`: the password was, and the sign-in that did it has ended (F14). `again`: led here from
   * a page that is not for strangers; whoever was signed in is not any more.
   */
  news: 'changed' | 'again' | undefined;
  problem?: ProblemModel<LookupReason>;
};
/** F1: letters to read, a sum in words, or a proof of work that only has to be started. */
export type CaptchaWay = 'picture' | 'sum' | 'work';
export type SumModel = { left: number; plus: boolean; right: number };
/** The number is wanted for which PBKDF2 over nonce and number begins with `keyPrefix`. */
export type WorkModel = {
  nonce: string;
  salt: string;
  rounds: number;
  keyPrefix: string;
  /** It is found after at most so many tries. */
  triesMax: number;
};
/**
 * The captcha's field. `answer` is what was typed or found before, as a format error elsewhere on
 * the form spends nothing (F2); `asked`: this way was just asked for, so the focus belongs there.
 */
export type CaptchaModel = { answer: string; asked: boolean } & (
  | {
      way: 'picture';
      /** Absent until the box is focused, or without scripts the button pressed. */
      token: string | undefined;
    }
  | { way: 'sum'; token: string; sum: SumModel }
  | {
      way: 'work';
      token: string;
      /** Absent: it is done, and `answer` is the number. */
      work: WorkModel | undefined;
    }
);
/** The picture alone, put beside its box by scripts. */
export type CaptchaPictureModel = { token: string };
export type TicketsModel = {
  form: string;
  /** F3. `handle` is what is sent when this one is picked. */
  tickets: readonly { handle: string; ticketMask: string; programme: string }[];
  /** F4, F5: the place in `tickets`, or none. */
  chosen: number | undefined;
  /** Sent when none is picked. */
  handleOfNone: string;
  /** What a first sign-in takes, by the type of document alone (D2). */
  firstSecret: FirstSecret;
  /** Of the region that the typed number begins with. */
  office: Office | undefined;
  problem?: ProblemModel<PasswordStepReason>;
};

// ── First sign-in ───────────────────────────────────────────────────────────────────────────────

/** F9. `setsPassword`: an enrolled candidate changes the password after binding (F12). */
export type ActivateModel = { setsPassword: boolean };
export type BindPhoneModel = {
  now: EpochMs;
  form: string;
  /** As typed, when the form comes back. */
  phone: string;
  /** F11: one was unbound before; all else is done. */
  again: boolean;
  /** D1: the phone on record, which must be the one bound if `mustMatch`. */
  imported: { mask: string; mustMatch: boolean } | undefined;
  code: SentCodeModel | undefined;
  problem?: ProblemModel<PhoneReason>;
};
export type NewPasswordModel<Way extends NewPasswordWay = NewPasswordWay> = {
  form: string;
  way: Way;
  /** D4. */
  charactersMin: number;
  problem?: ProblemModel<NewPasswordReason>;
};

/**
 * What has to be typed besides the new password: the first secret (F13), the old password (F43), or
 * nothing more, since a code stood for it (D3).
 */
export type NewPasswordWay =
  | { kind: 'first'; secret: FirstSecret }
  | { kind: 'change' }
  | { kind: 'forgotten'; reset: string };

// ── One's own account ───────────────────────────────────────────────────────────────────────────

/** D3: the same whoever is asked about (D2). `handle` and `reset` are sent back as they are. */
export type ForgottenModel = {
  now: EpochMs;
  form: string;
  handle: string;
  /** Present once a code was asked for. */
  code: { reset: string; expiresAt: EpochMs; resendFrom: EpochMs } | undefined;
  office: Office | undefined;
  problem?: ProblemModel<ForgottenReason>;
};
/** F42. */
export type UnbindPhoneModel = {
  now: EpochMs;
  form: string;
  phoneMask: string;
  code: SentCodeModel | undefined;
  /** Where to go when the old phone is gone. */
  office: Office | undefined;
  problem?: ProblemModel<PhoneReason>;
};
export type AccountModel = {
  form: string;
  /** Absent: none is bound. */
  phoneMask: string | undefined;
  /** When this sign-in ends by itself. */
  expiresAt: EpochMs;
  /** What was done a moment ago. */
  news?: 'bound' | 'unbound' | 'ended';
  problem?: ProblemModel<AccountReason>;
};

// ── Registering ─────────────────────────────────────────────────────────────────────────────────

export type NoticeModel = DaysModel & {
  now: EpochMs;
  form: string;
  title: string;
  feeFen: Fen;
  holdMs: number;
  problem?: ProblemModel<RegisteringReason>;
};
export type AreaChoiceModel = {
  form: string;
  /** F21: the candidate's own data, to check. */
  person: {
    name: string;
    documentMask: string;
    ticketMask: string;
    programme: string;
    /** R8: absent if none is bound. */
    phoneMask: string | undefined;
  };
  cities: readonly { code: string; name: string }[];
  /** The city whose areas are listed; empty: none chosen yet. */
  city: string;
  /** Of that city, with the level of every unit in timetable order, as far as it is known. */
  areas: readonly {
    code: AreaCode;
    name: string;
    levels: readonly { unit: string; level: Level }[];
    /** S5: no exam is held there. */
    lost?: true;
  }[];
  /** The area ticked on the page; empty: none. */
  area: AreaCode | '';
  /** The area chosen before, and the seats saved and ordered there: with any it cannot change (D6). */
  present: { area: AreaModel; saved: number; ordered: number } | undefined;
  problem?: ProblemModel<RegisteringReason>;
};
/** R1: the old area is being left; the page looks again by itself. */
export type MovingModel = { from: AreaModel; to: AreaModel };

export type CoursesModel = {
  form: string;
  area: AreaModel;
  /** Today's hours. */
  day: BookingDay;
  units: readonly UnitCardModel[];
  feeFen: Fen;
  /** D6: with saved seats the area cannot change. */
  areaMayChange: boolean;
  /** What stands in the code box. */
  typed: string;
  /** F24: where the course went that was just put in. */
  placed?: UnitAndCourse;
  /** A unit that is taken: exchanging must be asked for (F32 if `saved`). */
  replace?: UnitAndCourse & { present: CourseModel; saved: boolean };
  /** A code lives: the way back to code entry, and when its holds end. */
  codeUntil?: EpochMs;
  /** D7: it is the password that is entered. */
  byPassword?: true;
  /** B4: courses that came along from another area: how many, or which are still to be put in. */
  carried?: { done: number } | { left: readonly CourseModel[] };
  problem?: ProblemModel<RegisteringReason>;
};
/** F26. `rest` is what the code will save; `until` absent: a swap on an owned seat (F32). */
export type AskModel = {
  form: string;
  area: AreaModel;
  /** `swap`: a seat is saved there, and stays. */
  full: readonly (UnitAndCourse & { swap: boolean })[];
  rest: readonly (UnitAndCourse & { until?: EpochMs })[];
  /** D7: nothing will be sent, the password stands for it. */
  byPassword?: true;
  problem?: ProblemModel<RegisteringReason>;
};
/** An exam area to go to, with what was last heard of it. `kilometres` as the crow flies. */
export type AreaOfferModel = {
  area: AreaModel;
  sameCity: boolean;
  kilometres?: number;
  /** Of the wanted units; `free` 0: full there. */
  units: readonly { unit: UnitModel; free: number; level: Level }[];
};
/** B4. Counts are advice. */
export type ElsewhereModel = {
  now: EpochMs;
  form: string;
  area: AreaModel;
  /** Everything wanted, of all tickets. `full`: it has no seat here and there is none. */
  wanted: readonly (UnitAndCourse & { own: OwnModel; full: boolean })[];
  /** Counts of the present area have been heard. */
  counted: boolean;
  /** Seats for everything wanted: the same city first, then the nearest. */
  whole: readonly AreaOfferModel[];
  more: number;
  /** Seats for some of it, where few have all. */
  partly: readonly AreaOfferModel[];
  /** D6: seats that must be given up before the area may change. */
  kept: readonly UnitAndCourse[];
  /** D15, F31: some of them are in an order, which must be withdrawn or refunded. */
  ordered: boolean;
  /** Seats are held here, and would be lost; until when the first is. */
  heldUntil?: EpochMs;
  problem?: ProblemModel<RegisteringReason>;
};
/** F26: nothing was held and nothing sent. */
/** Why there is no seat: the unit has none left, or the area seats no more of that course. */
export type WithReason = UnitAndCourse & { reason: FullCourse['reason'] };
export type AllFullModel = ElsewhereModel & { full: readonly WithReason[] };
export type CodeModel = {
  now: EpochMs;
  form: string;
  area: AreaModel;
  code: Omit<SentCodeModel, 'delivery'> & {
    /** B1: whether one more message would extend the holds. */
    resendLeft: boolean;
    /** `not-sent`: the password stood for it as it was issued (D7). */
    delivery: SentCodeModel['delivery'] | 'not-sent';
  };
  /** D7: the password stands for it now. A code that was sent before stays good. */
  byPassword?: true;
  /** When the holds end; absent: they have ended, the code may still be tried (D5). */
  holdUntil: EpochMs | undefined;
  /** Length of the whole hold, for the bar. */
  holdMs: number;
  /** What the code saves. `until` absent: a swap on an owned seat, or its hold has ended. */
  units: readonly (UnitAndCourse & { state: 'held' | 'owned' | 'expired'; until?: EpochMs })[];
  /** Saved earlier, for comfort. */
  saved: readonly UnitAndCourse[];
  problem?: ProblemModel<RegisteringReason>;
};
/** F27, D5. `due` absent: not open. */
export type SavedModel = {
  now: EpochMs;
  area: AreaModel;
  saved: readonly UnitAndCourse[];
  /** `late`: the hold had run out before. */
  failed: readonly (WithReason & { late: boolean })[];
  /** Every unit as it stands now, in timetable order. */
  units: readonly { unit: UnitModel; own: OwnModel }[];
  feeFen: Fen;
  due: DueModel | undefined;
};
/** B2. `again` is the address that asks once more. */
export type UnknownModel = {
  operation: {
    kind: OperationKind;
    courses: readonly CourseModel[];
    sentAt: EpochMs;
    /** Short enough to be read out on the phone. */
    number: string;
  };
  again: string;
};
/** D6. */
export type GiveUpModel = {
  form: string;
  area: AreaModel;
  seats: readonly UnitAndCourse[];
  problem?: ProblemModel<RegisteringReason>;
};
/** 我的报考. `area` absent: none chosen yet. `form`: of the area, for what can be done at once. */
/** S5: what becomes of the seats in a withdrawn area. `refunding`: money is on its way back. */
export type ExitModel = { reason: string; from: AreaModel } & (
  | { kind: 'going' | 'moved'; to: AreaModel }
  /** `unpaid`: seats of this ticket that can neither be confirmed nor paid, and go at the day's close (F30). */
  | { kind: 'waiting'; unpaid: boolean }
  | { kind: 'let-go'; refunding: boolean }
);
export type MineModel = DaysModel & {
  now: EpochMs;
  title: string;
  form: string;
  window: WindowModel;
  area: AreaModel | undefined;
  step: NextStepModel;
  /** S5: their area is withdrawn, or was. */
  exit?: ExitModel;
  /** Money that goes back, and money that has. */
  news: readonly MoneyNewsModel[];
  units: readonly { unit: UnitModel; own: OwnModel }[];
  feeFen: Fen;
  /** Newest first, of every ticket; `whole`: those of areas that were left are all among them. */
  orders: readonly OrderRecordModel[];
  whole: boolean;
  /** Something is on its way: a payment, or a refund. */
  look?: LookModel;
};

// ── Confirming and paying ───────────────────────────────────────────────────────────────────────

/** F30: until when is to be paid, and when booking opens again; absent: never (D10). */
export type DueModel = { closesAt: EpochMs; nextOpen: EpochMs | undefined };
export type OrderModel = {
  number: string;
  area: AreaModel;
  nameMask: string;
  ticketMask: string;
  courses: readonly UnitAndCourse[];
  feeFen: Fen;
  state: OrderState;
};
/** Whether an unpaid order can be paid now: not while the day is shut, and never after its own. */
export type PayableModel =
  | { kind: 'until'; due: DueModel }
  | { kind: 'shut'; calendar: Exclude<WindowModel, { state: 'open' | 'paused' }> }
  | { kind: 'over' };
/**
 * How a waiting page looks whether something has changed: from which state, how often it has looked,
 * and when it looks next. `at`: the order's page, the payment page in its own tab, or 我的报考.
 */
export type LookModel = {
  at: 'order' | 'payment' | 'mine';
  state: string;
  times: number;
  afterSeconds: number;
};

/** F28, F29: what will be confirmed, and in `left` what will not. `due` absent: not open. */
export type ConfirmModel = {
  now: EpochMs;
  form: string;
  area: AreaModel;
  person: { nameMask: string; ticketMask: string; programme: string };
  courses: readonly UnitAndCourse[];
  left: readonly UnitAndCourse[];
  feeFen: Fen;
  due: DueModel | undefined;
  problem?: ProblemModel<RegisteringReason>;
};
/** F28, F31, D13: the courses stand in an order and are not to be changed here. */
export type LockedModel = {
  order: OrderModel;
  state: 'confirmed' | 'paid' | 'refunding';
  problem?: ProblemModel<RegisteringReason>;
};
/** F35. `stopping`: an attempt is being closed, and may yet have been paid. */
export type OrderPageModel = {
  now: EpochMs;
  order: OrderModel;
  payable: PayableModel;
  withdrawable: boolean;
  stopping: boolean;
  look: LookModel;
  problem?: ProblemModel<RegisteringReason>;
};
/** D15, F36, and giving an attempt up: a form on the order. */
export type OrderFormModel = {
  form: string;
  order: OrderModel;
  problem?: ProblemModel<RegisteringReason>;
};
/** One way to pay by one provider; `value` is what is sent when it is chosen. */
export type PayMethodModel = { value: string; provider: ProviderName; way: PaymentWay };
/** F37. The likeliest method first. */
export type PayConfirmModel = OrderFormModel & {
  methods: readonly PayMethodModel[];
  look: LookModel;
};
/** F38. */
export type PaymentModel = OrderFormModel & {
  now: EpochMs;
  payable: PayableModel;
  method: PayMethodModel;
  expiresAt: EpochMs;
  pay:
    | Payable
    /** The attempt is over; the provider did not answer; it did not take the order. */
    | { kind: 'expired' | 'away' | 'refused' };
  others: readonly PayMethodModel[];
  look: LookModel;
};
/** F40. `asked`: what came of asking the provider a moment ago. */
export type CheckingModel = OrderFormModel & {
  now: EpochMs;
  payable: PayableModel;
  asked: 'waiting' | 'away' | 'often' | undefined;
  look: LookModel;
};
/** F41. `apart`: in the payment page's tab, to be closed (F39). */
export type DoneModel = {
  order: OrderModel;
  paid?: { at: EpochMs; provider: ProviderName };
  printFrom: EpochMs;
  apart: boolean;
  problem?: ProblemModel<RegisteringReason>;
};
/** F31. `mayBeLate`: it is asked again (D12). */
export type RefundModel = OrderFormModel & { lastClose: EpochMs; mayBeLate: boolean };
/** D13. */
export type RefundingModel = {
  order: OrderModel;
  requestedAt: EpochMs;
  stuck: boolean;
  look: LookModel;
  problem?: ProblemModel<RegisteringReason>;
};

/** The one thing to do next at a ticket's registration. */
export type NextStepModel =
  /** Nothing is there yet. */
  | { kind: 'choose' }
  /** Courses are chosen, and have no seat. */
  | { kind: 'save'; courses: number }
  /** F30: their seats were released, the choice is still there. */
  | { kind: 'again'; courses: number; releasedAt: EpochMs }
  /** `byPassword`: it is the password that is entered (D7). */
  | { kind: 'code'; until: EpochMs; byPassword?: true }
  /** `due` absent: booking is not open. */
  | { kind: 'confirm'; courses: number; due: DueModel | undefined }
  /** `check`: an attempt lives. */
  | { kind: 'pay' | 'check'; feeFen: Fen; payable: PayableModel }
  | { kind: 'done'; courses: number }
  | { kind: 'refunding'; feeFen: Fen };
/** D11: `late` and `second` go back by themselves; `refunded`: what was asked for is done (F31). */
export type MoneyNewsModel = {
  /** `lost`: for an order of a withdrawn area (S5). */
  kind: 'late' | 'second' | 'lost' | 'refunded';
  feeFen: Fen;
  order: string;
  stuck: boolean;
};
/** One attempt to pay and what became of it; `number` is what the provider knows it by. */
export type PaymentRecordModel = {
  number: string;
  method: PayMethodModel;
  startedAt: EpochMs;
  state: AttemptView['state'];
  paidAt?: EpochMs;
  refund?: NonNullable<AttemptView['refund']>;
};
/** `own`: of the ticket that is signed in with. */
export type OrderRecordModel = {
  order: OrderModel;
  own: boolean;
  /** S5: its area is withdrawn. */
  lost?: true;
  confirmedAt: EpochMs;
  endedAt?: EpochMs;
  payments: readonly PaymentRecordModel[];
};

// ── Looking things up, and when nothing can be done ─────────────────────────────────────────────

/** F15. */
export type GuideModel = {
  now: EpochMs;
  /** Absent as long as no session is known. */
  session: (DaysModel & { feeFen: Fen; holdMs: number }) | undefined;
  cities: readonly { code: string; name: string }[];
  /** The city whose offices are listed; empty: none asked for yet. */
  city: string;
  offices: readonly { area: string; office: Office }[];
};
/** A course as lists show it. */
export type ListedCourseModel = {
  course: CourseModel;
  credits: number;
  /** Absent: it has no sitting this session. */
  unit: UnitModel | undefined;
  /** R10. */
  practical: boolean;
  /** R11. */
  replacedBy: readonly CourseModel[];
};
export type ProgrammeModel = { code: ProgrammeCode; name: string; level: string };
/** F16. */
export type CourseListModel = {
  title: string;
  search: string;
  /** The unit the list is narrowed to; empty: all. */
  unit: UnitCode | '';
  units: readonly { code: UnitCode; name: string }[];
  /** The programme the list is narrowed to; empty: all. */
  programme: ProgrammeCode | '';
  programmes: readonly ProgrammeModel[];
  /** No plan is on file for the chosen programme: nothing can be listed by it. */
  unplanned: boolean;
  /** The candidate's own, for one link; absent before sign-in, and where no plan is on file. */
  own: ProgrammeModel | undefined;
  courses: readonly ListedCourseModel[];
  /** On all pages together. */
  count: number;
  page: number;
  pages: number;
  /** What was searched for, as it stands in the address; other pages add their number. */
  query: string;
  /** F23: the candidate is choosing courses: the way back, and codes that can be put in the box. */
  registering: boolean;
};
/** One of the person's tickets, to look up by; `place` counts from 1. */
export type TicketTabModel = {
  place: number;
  ticketMask: string;
  programme: string;
  shown: boolean;
};
export type PassedModel = {
  course: CourseModel;
  grade: number;
  /** Both absent: the course has left the catalogue. */
  credits?: number;
  practical?: boolean;
  /** The month, as `2025-10`. */
  passedIn?: string;
  replacedBy: readonly CourseModel[];
};
/** F17. */
export type PassedPageModel = {
  tickets: readonly TicketTabModel[];
  person: {
    name: string;
    documentMask: string;
    kind: 'enrolled' | 'new';
    candidateType: CandidateType;
    hasPhoto: boolean;
    phoneMask: string | undefined;
  };
  ticket: {
    ticketMask: string;
    programme: ProgrammeModel;
    status: 'active' | 'graduated' | 'transferred';
  };
  courses: readonly PassedModel[];
  credits: number;
};
export type PlanCourseModel = ListedCourseModel & {
  /** Absent: not passed yet. `formerly`: passed under this code, which was replaced (R11). */
  result?: { grade: number; passedIn?: string; formerly?: string };
};
/** Courses that are all needed, or a choice among some. */
export type PlanPartModel = {
  choice: { name: string; coursesMin: number; creditsMin?: number } | undefined;
  courses: readonly PlanCourseModel[];
  coursesLeft: number;
  creditsLeft: number;
  creditsCounted: number;
};
/** F18. `plan` absent: none is on file. */
export type PlanModel = {
  tickets: readonly TicketTabModel[];
  title: string;
  programme: ProgrammeModel;
  plan:
    | {
        parts: readonly PlanPartModel[];
        passedCount: number;
        courseCount: number;
        creditsEarned: number;
        /** Both absent: the plan names no total. */
        totalCredits: number | undefined;
        creditsLeft: number | undefined;
        /** Nothing is missing any more. */
        complete: boolean;
        /** Missing courses that sit this session, by unit: one of each can be taken together. */
        together: readonly { unit: UnitModel; courses: readonly CourseModel[] }[];
      }
    | undefined;
  /** Passed, and in no part of the plan. */
  others: readonly PassedModel[];
  /** This session's seats that the ticket's owner stayed away from (S5). */
  absent: readonly UnitAndCourse[];
};
/** D9, S2: not yet open, paused, closed for today, over. `window` is never open here. */
export type WindowPageModel = DaysModel & {
  now: EpochMs;
  window: Exclude<WindowModel, { state: 'open' }>;
};
/**
 * 429 and 503: nothing was done. `busy` too many people at once, `often` too many tries from one
 * account or address, `away` the engine cannot be asked just now.
 */
export type BusyModel = { cause: 'busy' | 'often' | 'away'; waitSeconds: number };
/** Demonstration only: what would have been sent by SMS. */
export type MessagesModel = {
  messages: readonly { at: EpochMs; phone: string; text: string }[];
};

/** 报考凭证 of one order that is 已缴费 and 已确认, for its owner. */
export type SlipModel = {
  name: string;
  documentMask: string;
  ticket: TicketNumber;
  programme: ProgrammeModel;
  area: AreaModel;
  office: Office | undefined;
  /** `desk`: once one is given (S5). */
  courses: readonly (UnitAndCourse & { desk?: Desk })[];
  feeFen: Fen;
  order: OrderNumber;
  paidAt: EpochMs;
  issuedAt: EpochMs;
  code: string;
  /** Where the code is checked: by hand, and with the code in it. */
  checkedAt: string;
  checkAddress: string;
};
/** What there is for a ticket: slips, or why there is none. `feeFen`: what goes back. */
export type SlipStandModel =
  | { state: 'paid'; slips: readonly SlipModel[] }
  | { state: 'none' | 'unpaid' }
  | { state: 'refunding' | 'refunded'; feeFen: Fen };
export type SlipsModel = {
  /** Marks what leaves on paper. */
  demonstration: boolean;
  tickets: readonly TicketTabModel[];
  title: string;
  /** When admission tickets can be printed. */
  printFrom: EpochMs;
  stand: SlipStandModel;
};
/** Anybody's: whether a slip is good, and no more. `code`: as typed, or in its one form. */
export type SlipCheckModel = {
  now: EpochMs;
  code: string;
  verdict?: 'valid' | 'invalid' | 'away';
  problem?: ProblemModel<SlipCheckReason>;
};

/** Every page by its name. */
export type PageModels = {
  start: StartModel;
  signIn: SignInModel;
  tickets: TicketsModel;
  activate: ActivateModel;
  bindPhone: BindPhoneModel;
  newPassword: NewPasswordModel<Extract<NewPasswordWay, { kind: 'first' }>>;
  notice: NoticeModel;
  area: AreaChoiceModel;
  moving: MovingModel;
  courses: CoursesModel;
  ask: AskModel;
  allFull: AllFullModel;
  code: CodeModel;
  saved: SavedModel;
  unknown: UnknownModel;
  giveUp: GiveUpModel;
  mine: MineModel;
  guide: GuideModel;
  courseList: CourseListModel;
  window: WindowPageModel;
  busy: BusyModel;
  messages: MessagesModel;
  passed: PassedPageModel;
  plan: PlanModel;
  elsewhere: ElsewhereModel;
  forgotten: ForgottenModel;
  resetPassword: NewPasswordModel<Extract<NewPasswordWay, { kind: 'forgotten' }>>;
  account: AccountModel;
  unbindPhone: UnbindPhoneModel;
  changePassword: NewPasswordModel<Extract<NewPasswordWay, { kind: 'change' }>>;
  slip: SlipsModel;
  slipCheck: SlipCheckModel;
  confirm: ConfirmModel;
  confirmSubmit: ConfirmModel;
  locked: LockedModel;
  order: OrderPageModel;
  withdraw: OrderFormModel;
  payCheck: OrderFormModel;
  payConfirm: PayConfirmModel;
  payment: PaymentModel;
  checking: CheckingModel;
  stopPayment: OrderFormModel;
  done: DoneModel;
  refund: RefundModel;
  refunding: RefundingModel;
  orderRecord: OrderRecordModel;
};
export type PageName = keyof PageModels;

/** Where the menu says that one is. */
export type MenuEntry =
  | 'guide'
  | 'courses'
  | 'register'
  | 'mine'
  | 'messages'
  | 'sign-in'
  | 'passed'
  | 'plan'
  | 'phone'
  | 'password'
  | 'account'
  | 'slip-check';
/** What goes wrong before a page's handler, or in it. */
export type FailureStatus = 400 | 403 | 404 | 405 | 411 | 413 | 415 | 500;
