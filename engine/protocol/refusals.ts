/**
 * Every expected "no", in the order in which reasons are checked. A refusal is a value, not an
 * error. Released names keep their meaning; the list only grows.
 */
import type { CourseCode, EpochMs, TicketNumber, UnitCode } from './ids.ts';
import type { CandidateType } from './session.ts';

export const refusalReasons = [
  // The asker's own: no writer was reached.
  'engine-away', // not connected, nobody answers, or never heard: nothing was sent
  // The writer's own, before any book is asked.
  'busy', // inbox or memory bound reached, or free disk below the watermark
  'clock-doubted', // the clock stepped by more than a minute; staff decide
  'malformed', // outside the closed schema
  'command-id-reused', // the same id came with other content
  'too-late', // answerBy has passed
  'ask-again', // unknown id from before the engine's restart: nothing was done
  'session-missing', // no session has been installed yet
  // Acts of two people (S2).
  'reason-missing',
  'second-person-missing', // nobody is a second person to themselves
  // Staff accounts.
  'right-missing', // no role that is active in that generation has it
  'scope-foreign', // outside the scope of who decides
  'staff-unknown',
  'staff-known', // invited already, or in use
  'staff-ended',
  'staff-invited', // the invitation has not been accepted
  'invitation-over', // accepted, replaced, or its day is over
  'own-account', // nobody decides about their own
  'roles-unfit', // none, or such as must stand apart
  'last-keeper', // there would be nobody left to keep the accounts
  'act-unknown',
  'act-ended', // decided or withdrawn before
  'act-expired', // nobody approved it in time
  'act-unfit', // names nothing that there is, or what it asks for cannot be
  'calendar-unfit', // days that overlap, or change what is past
  'claim-elsewhere', // the person claims another area than the act says
  'code-spent', // this code of the authenticator, or a later one, was used
  // Keys of other systems.
  'key-unknown',
  'keys-full', // as many as are kept
  // Who asks.
  'person-unknown',
  'area-unknown',
  'claim-superseded', // the claim on the area is not above what was vacated or fenced
  'changed-meanwhile', // the registration's revision moved on
  // When.
  'window-not-yet-open',
  'window-paused',
  'window-closed', // for today
  'window-over', // the last day has closed
  'area-withdrawn', // S5: no exam is held in this area, or in that unit of it
  'area-paused', // this area alone (S2)
  'seats-moving', // S5: this registration is on its way to another area; passes by itself
  'release-running', // F30: this registration is unpaid since an earlier day and about to be released
  // May this candidate register at all (CandidateBook).
  'activation-required', // D1: initial password, nothing else is reachable
  'ticket-unknown',
  'ticket-dead', // R4
  'photo-missing', // R6
  'phone-missing', // R8
  'area-move-running',
  'area-moves-used-up',
  'seats-remain', // the old area still holds saved seats; D6
  // Courses.
  'course-unknown',
  'course-replaced', // R11
  'course-practical', // R10
  'course-not-offered',
  'course-foreign', // D8, when the setting refuses
  'unit-clash', // R2: the unit has a course already; detail names course and ticket
  'unit-empty', // nothing there to drop or give up
  'draft-empty', // nothing chosen to hold
  'pool-paused', // this unit of the area alone (S2)
  // Orders.
  'order-confirmed', // F28: this ticket's courses are locked until paid, withdrawn or released
  'order-paid', // F31: only a refund opens it again
  'order-refunding', // D13: nothing may change until it has succeeded
  'order-ended', // withdrawn, released or refunded
  'order-unknown',
  'nothing-saved', // no saved seat to confirm
  'orders-used-up',
  'payment-running', // D15: an attempt is live
  'payments-used-up',
  'paying-paused', // S2: paying has a switch of its own
  // Codes.
  'codes-used-up', // D7 daily cap
  'password-instead', // D7: no code is sent, the password stands for it
  'resend-too-soon',
  'resend-used-up', // B1: one resend extends the hold once
  'code-missing', // no live code: never asked for, spent, voided by a change, or expired long ago
  'code-tries-used-up',
  'code-expired',
  'password-ended', // D7: the password no longer stands for a code
  'code-wrong',
  'selection-changed', // the code was bound to other units
  'seats-exhausted', // a pool is full (per unit, D5)
  'course-full', // the area caps this course, and the cap is reached
  // Phones and passwords.
  'phone-bound-already',
  'phone-not-the-imported-one', // D1
  'phone-people-full', // D7: one phone for several people, capped
  'phone-messages-used-up',
  'password-set-already',
  'sign-in-delayed', // D3
  // Capacity.
  'capacity-below-taken',
  // Facts of providers (D14).
  'payment-unknown', // no such order or attempt
  'payment-differs', // another transaction for an attempt that is paid
  'amount-differs',
  'list-full', // the list of what was set aside
  // Imports of people (S1).
  'import-open', // another stands open or waits to be decided
  'import-unknown',
  'import-closed', // it was closed, applied or dropped
  'import-not-ready', // not every slice is there
  'import-running', // the one before is still going into the rows: passes by itself
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** What a sentence needs to name; each field only where the reason speaks of it. */
export type RefusalDetail = {
  unit?: UnitCode;
  course?: CourseCode;
  /** R11: the codes that took its place. */
  replacedBy?: CourseCode[];
  /** R2: the person's other ticket that has the unit. */
  ticket?: TicketNumber;
  /** When trying again makes sense: next opening, resend, sign-in delay. */
  at?: EpochMs;
  triesLeft?: number;
  /** R5: the unit's pool that is this type's alone. */
  candidateType?: CandidateType;
};

export type Refused = { kind: 'refused'; reason: RefusalReason; detail?: RefusalDetail };

/** Those that pass by themselves: whoever can wait tries the same again. */
export const passingRefusals: readonly RefusalReason[] = [
  ...(['engine-away', 'busy', 'clock-doubted', 'too-late', 'ask-again', 'import-running'] as const),
];
