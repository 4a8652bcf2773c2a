/**
 * One person's registration in one area: the draft, the held and saved seats, the booking code.
 * Deciding looks, in the order of `refusalReasons`, until nothing can refuse; evolving changes the
 * row and the area's counts together.
 *
 * G1 One draft and one seat a unit, across the person's tickets (R2).
 * G2 A held seat stands under a draft of the same course and ticket. A draft on a saved seat is a
 *    swap (F32): it takes no further seat and never frees the one it has.
 * G3 A live code names drafts of its own ticket. Whatever changes a draft voids it; holds stay
 *    until their time is over.
 * G4 Until released by `holds-expired` a hold is its owner's, even past its end.
 */
import type {
  ChooseCourse,
  CodeAddress,
  DropCourse,
  GiveUpSeats,
  HoldSeats,
  NoteDelivery,
  Prepared,
  ResendCode,
  SaveSeats,
  SendCode,
  Sequenced,
} from '../protocol/commands.ts';
import type { Answer, IssuedCode, RegistrationEvent } from '../protocol/events.ts';
import type { ChallengeId, CourseCode, EpochMs, TicketNumber, UnitCode } from '../protocol/ids.ts';
import type { RegistrationView, SeatView } from '../protocol/replies.ts';
import {
  type AreaBook,
  ensureRegistration,
  registrationOf,
  seatBookOf,
  seatsFreeIn,
} from './area-book.ts';
import { assert, unreachable } from './assert.ts';
import { enqueue } from './deadlines.ts';
import {
  accept,
  answerTo,
  type Decision,
  done,
  keepAnswer,
  outdated,
  refuse,
  repeated,
} from './decision.ts';
import type { BookingCode, Draft, RegistrationRow, Seat } from './rows.ts';
import { chinaDay, closeOf, isForeign, openTime, type Rules, windowRefusal } from './rules.ts';

export type CandidateAreaCommand = Prepared<
  ChooseCourse | DropCourse | HoldSeats | SendCode | ResendCode | SaveSeats | GiveUpSeats
>;
type UnitCourse = { unit: UnitCode; course: CourseCode };
type Failed = UnitCourse & { reason: 'seats-exhausted'; late: boolean };

/** Nothing failed, most of the time: kept answers share one list. */
const noneFailed: Failed[] = [];

/** The instant, and what follows from it. */
type Moment = { rules: Rules; at: EpochMs; open: number };

export function decideOnRegistration(
  rules: Rules | undefined,
  book: AreaBook,
  given: Sequenced,
  command: CandidateAreaCommand,
): Decision {
  const { at } = given;
  const row = registrationOf(book, command.person);
  const early = repeated(row.answers, command) ?? outdated(given);
  if (early !== undefined) return early;
  if (rules === undefined) return refuse('session-missing');
  if (!rules.areas.has(command.area)) return refuse('area-unknown');
  if (command.claim <= row.vacated || command.claim <= row.fenced)
    return refuse('claim-superseded');
  if (command.revision !== row.revision) return refuse('changed-meanwhile');
  const shut = windowRefusal(rules, at);
  if (shut !== undefined) return { reply: shut, events: [] };
  const moment = { rules, at, open: openTime(rules, at) };
  switch (command.kind) {
    case 'choose-course':
      return chooseCourse(rules, row, command);
    case 'drop-course':
      return dropCourse(row, command);
    case 'hold-seats':
      return holdSeats(moment, book, row, command);
    case 'send-code':
      return sendCode(moment, row, command);
    case 'resend-code':
      return resendCode(moment, row, command);
    case 'save-seats':
      return saveSeats(moment, book, row, command);
    case 'give-up-seats':
      return giveUpSeats(row, command);
    default:
      return unreachable(command);
  }
}

/** F24: the course finds its unit by itself. */
function chooseCourse(rules: Rules, row: RegistrationRow, command: ChooseCourse): Decision {
  const { ticket } = command;
  const course = rules.courses.get(command.course);
  if (course === undefined) return refuse('course-unknown', { course: command.course });
  const { code, replacedBy, unit } = course;
  if (replacedBy !== undefined && replacedBy.length > 0)
    return refuse('course-replaced', { course: code, replacedBy });
  if (course.method === 'practical') return refuse('course-practical', { course: code });
  if (unit === undefined) return refuse('course-not-offered', { course: code });
  if (rules.settings.foreignCourse === 'refuse' && isForeign(rules, command.programme, code))
    return refuse('course-foreign', { course: code });

  const seat = seatIn(row, unit);
  for (const standing of [draftIn(row, unit), seat]) {
    if (standing === undefined) continue;
    // The same course again is a clash too: there is nothing to put in its place.
    if (standing.ticket !== ticket || standing.course === code || !command.replace)
      return refuse('unit-clash', { unit, course: standing.course, ticket: standing.ticket });
  }

  return accept(done, {
    kind: 'course-chosen',
    ...named(row, command),
    unit,
    course: code,
    ticket,
    answer: answerTo(command, done),
  });
}

function dropCourse(row: RegistrationRow, command: DropCourse): Decision {
  const { unit, ticket } = command;
  const draft = draftIn(row, unit);
  if (draft === undefined) return refuse('unit-empty', { unit });
  if (draft.ticket !== ticket) return refuse('unit-empty', { unit, ticket: draft.ticket });

  return accept(done, {
    kind: 'course-dropped',
    ...named(row, command),
    unit,
    answer: answerTo(command, done),
  });
}

/** F25, B1: every chosen pool is asked before any message goes out, and what is free is held. */
function holdSeats(
  { rules, at, open }: Moment,
  book: AreaBook,
  row: RegistrationRow,
  command: HoldSeats,
): Decision {
  const { ticket } = command;
  const { settings } = rules;
  const chosen = row.draft.filter((draft) => draft.ticket === ticket);
  if (chosen.length === 0) return refuse('draft-empty');
  const day = chinaDay(at);
  if (row.day === day && row.holdsOnDay >= settings.bookingCodesPerDayMax)
    return refuse('codes-used-up');

  const close = closeInOpenTime(rules, day);
  const held: (UnitCourse & { since: number; until: number })[] = [];
  const owned: UnitCode[] = [];
  const full: UnitCourse[] = [];
  for (const { unit, course } of chosen) {
    const seat = seatIn(row, unit);
    if (seat?.saved) {
      owned.push(unit);
    } else if (seat !== undefined || seatsFreeIn(book, unit) > 0) {
      // A hold that still runs keeps its beginning: asking again cannot stretch it for ever.
      const since = seat !== undefined && open < seat.until ? seat.since : open;
      const until = Math.min(open + settings.holdMs, since + settings.holdMaxMs, close);
      held.push({ unit, course, since, until });
    } else {
      full.push({ unit, course });
    }
  }
  const units = held.map(({ unit }) => unit);
  const answer = answerTo(command, { kind: 'held', held: units, owned, full });
  const event = { kind: 'seats-held', ...named(row, command), ticket, held, day, answer } as const;
  if (full.length > 0) return accept(answer.outcome, event);
  const expiresOpen = Math.min(open + settings.holdMs, close);
  const code = issuedCode(command, chosen, expiresOpen, at);
  return accept(answer.outcome, { ...event, code });
}

/** F26 "yes": what has no seat is cleared, and the message goes out for the rest. */
function sendCode({ rules, at, open }: Moment, row: RegistrationRow, command: SendCode): Decision {
  if (row.asking !== command.ticket) return refuse('code-missing');

  const chosen = row.draft.filter((draft) => draft.ticket === command.ticket);
  const seated = chosen.filter((draft) => seatIn(row, draft.unit) !== undefined);
  const cleared = chosen.filter((draft) => seatIn(row, draft.unit) === undefined);
  const close = closeInOpenTime(rules, chinaDay(at));
  const expiresOpen = Math.min(open + rules.settings.holdMs, close);
  return accept(done, {
    kind: 'code-sent',
    ...named(row, command),
    cleared: cleared.map((draft) => draft.unit),
    holdsUntil: prolonged(row, seated, expiresOpen, rules.settings.holdMaxMs),
    code: issuedCode(command, seated, expiresOpen, at),
    answer: answerTo(command, done),
  });
}

/** B1: one resend extends the code, and the holds with it up to their maximum. */
function resendCode(
  { rules, at, open }: Moment,
  row: RegistrationRow,
  command: ResendCode,
): Decision {
  const { settings } = rules;
  const code = row.code?.ticket === command.ticket ? row.code : undefined;
  if (code !== undefined && at < code.sentAt + settings.codeResendAfterMs)
    return refuse('resend-too-soon', { at: code.sentAt + settings.codeResendAfterMs });
  if (code !== undefined && code.attempt > 1) return refuse('resend-used-up');
  if (code === undefined) return refuse('code-missing');
  if (code.triesUsed >= settings.codeTriesMax) return refuse('code-tries-used-up');
  if (code.expiresOpen <= open) return refuse('code-expired');

  const close = closeInOpenTime(rules, chinaDay(at));
  const expiresOpen = Math.max(code.expiresOpen, Math.min(open + settings.holdMs, close));
  return accept(done, {
    kind: 'code-resent',
    ...named(row, command),
    holdsUntil: prolonged(row, draftsIn(row, code.units), expiresOpen, settings.holdMaxMs),
    expiresOpen,
    sentAt: at,
    answer: answerTo(command, done),
  });
}

/** F27: each unit answers for itself (D5). */
function saveSeats(
  { rules, open }: Moment,
  book: AreaBook,
  row: RegistrationRow,
  command: Prepared<SaveSeats>,
): Decision {
  const { code } = row;
  const { codeTriesMax } = rules.settings;
  if (code === undefined || code.challenge !== command.challenge) return refuse('code-missing');
  if (code.triesUsed >= codeTriesMax) return refuse('code-tries-used-up');
  if (code.expiresOpen <= open) return refuse('code-expired');
  if (!command.codeMatches) {
    const { reply } = refuse('code-wrong', { triesLeft: codeTriesMax - code.triesUsed - 1 });
    return { reply, events: [{ kind: 'code-mistyped', ...named(row, command) }] };
  }
  if (code.ticket !== command.ticket || !sameUnits(code.units, command.units))
    return refuse('selection-changed');

  const { ticket } = code;
  const saved: UnitCourse[] = [];
  let failed = noneFailed;
  for (const unit of code.units) {
    const draft = draftIn(row, unit);
    assert(draft !== undefined, 'G3: a live code names drafts');
    const { course } = draft;
    if (seatIn(row, unit) !== undefined || seatsFreeIn(book, unit) > 0) {
      saved.push({ unit, course });
    } else {
      if (failed === noneFailed) failed = [];
      // Only a unit that was held stands in a code without a seat: its hold has run out.
      failed.push({ unit, course, reason: 'seats-exhausted', late: true });
    }
  }
  const answer = answerTo(command, { kind: 'saved', saved, failed });
  const { area, number, person } = row;
  const { claim } = command;
  return accept(answer.outcome, {
    kind: 'seats-saved',
    area,
    number,
    person,
    claim,
    ticket,
    saved,
    answer,
  });
}

/** D6: all the named seats or none. */
function giveUpSeats(row: RegistrationRow, command: GiveUpSeats): Decision {
  const { units, ticket } = command;
  if (units.length === 0) return refuse('unit-empty');
  for (const unit of units) {
    const seat = seatIn(row, unit);
    if (!seat?.saved) return refuse('unit-empty', { unit });
    if (seat.ticket !== ticket) return refuse('unit-empty', { unit, ticket: seat.ticket });
  }

  return accept(done, {
    kind: 'seats-given-up',
    ...named(row, command),
    units,
    answer: answerTo(command, done),
  });
}

/** A late or doubled note about a message that is no longer the code's last says nothing new. */
export function decideBookingDelivery(book: AreaBook, command: NoteDelivery): Decision {
  const row = registrationOf(book, command.person);
  const { challenge, attempt, outcome } = command;
  const { code, area, number, person, claim } = row;
  if (code?.challenge !== challenge || code.attempt !== attempt || code.delivery !== 'sending')
    return accept(done);

  return accept(done, {
    kind: 'booking-delivery-noted',
    ...{ area, number, person, claim, challenge, attempt, outcome },
  });
}

export function evolveRegistration(book: AreaBook, event: RegistrationEvent): RegistrationRow {
  const row = ensureRegistration(book, event.number, event.person);
  switch (event.kind) {
    case 'course-chosen': {
      const { unit, course, ticket } = event;
      voidCode(row);
      const draft = draftIn(row, unit);
      if (draft === undefined) row.draft.push({ unit, course, ticket });
      else draft.course = course;
      const seat = seatIn(row, unit);
      // G2: the hold is on a seat of the unit, whatever is written there.
      if (seat !== undefined && !seat.saved) seat.course = course;
      answered(row, event.claim, event.answer);
      return row;
    }
    case 'course-dropped':
      voidCode(row);
      removeDraft(row, event.unit);
      releaseHold(book, row, event.unit);
      answered(row, event.claim, event.answer);
      return row;
    case 'seats-held': {
      const { ticket, held, day, code } = event;
      voidCode(row);
      if (row.day !== day) row.holdsOnDay = 0;
      row.day = day;
      for (const one of held) {
        const seat = seatIn(row, one.unit);
        if (seat === undefined) {
          const { unit, course, since, until } = one;
          row.seats.push({ unit, course, ticket, saved: false, since, until });
          seatBookOf(book, one.unit).held += 1;
        } else {
          seat.since = one.since;
          seat.until = one.until;
        }
      }
      const won = row.draft.some(
        (draft) => draft.ticket === ticket && seatIn(row, draft.unit) !== undefined,
      );
      // All full: nothing was won, nothing is asked, and the day's cap is untouched.
      if (won) row.holdsOnDay += 1;
      if (code !== undefined) row.code = liveCode(code);
      else if (won) row.asking = ticket;
      enqueue(book.queues, row);
      answered(row, event.claim, event.answer);
      return row;
    }
    case 'code-sent':
      voidCode(row);
      for (const unit of event.cleared) removeDraft(row, unit);
      row.code = liveCode(event.code);
      prolongHolds(row, row.code.units, event.holdsUntil);
      answered(row, event.claim, event.answer);
      return row;
    case 'code-resent': {
      const { code } = row;
      assert(code !== undefined, 'only a live code is sent again');
      code.expiresOpen = event.expiresOpen;
      code.sentAt = event.sentAt;
      code.attempt += 1;
      code.delivery = 'sending';
      prolongHolds(row, code.units, event.holdsUntil);
      answered(row, event.claim, event.answer);
      return row;
    }
    case 'code-mistyped':
      assert(row.code !== undefined, 'only a live code is mistyped');
      row.code.triesUsed += 1;
      return row;
    case 'seats-saved':
      voidCode(row);
      for (const { unit, course } of event.saved) {
        saveSeat(book, row, unit, course, event.ticket);
        removeDraft(row, unit);
      }
      answered(row, event.claim, event.answer);
      return row;
    case 'seats-given-up':
      for (const unit of event.units) {
        // What was a swap on this seat is an ordinary choice now; code and question counted on it.
        if (draftIn(row, unit) !== undefined) voidCode(row);
        removeSeat(row, unit);
        seatBookOf(book, unit).saved -= 1;
      }
      answered(row, event.claim, event.answer);
      return row;
    case 'holds-expired':
      for (const unit of event.units) {
        // F26 named what was full; what ran out since must not be cleared as if it had been.
        if (seatIn(row, unit)?.ticket === row.asking) row.asking = undefined;
        releaseHold(book, row, unit);
      }
      return row;
    case 'area-vacated':
      row.vacated = Math.max(row.vacated, event.claim);
      leave(book, row);
      return row;
    case 'area-fenced':
      row.fenced = Math.max(row.fenced, event.claim);
      // A newer sign-in has been at work already; the fence only shuts out what came before it.
      if (row.claim <= event.claim) leave(book, row);
      return row;
    case 'booking-delivery-noted':
      assert(row.code !== undefined, 'the noted message belongs to a live code');
      row.code.delivery = event.outcome;
      return row;
    default:
      return unreachable(event);
  }
}

export function viewOf(rules: Rules, row: RegistrationRow, at: EpochMs): RegistrationView {
  const open = openTime(rules, at);
  const view: RegistrationView = {
    revision: row.revision,
    seats: row.seats.map((seat) => seatView(seat, at - open)),
    draft: row.draft.map(({ unit, course, ticket }) => ({ unit, course, ticket })),
  };
  const { code, asking } = row;
  if (asking !== undefined) view.asking = asking;
  if (code === undefined) return view;
  view.code = {
    challenge: code.challenge,
    ticket: code.ticket,
    units: code.units,
    phoneMask: code.phone.mask,
    expiresAt: code.expiresOpen + at - open,
    resendFrom: code.sentAt + rules.settings.codeResendAfterMs,
    resendLeft: code.attempt === 1,
    triesLeft: Math.max(0, rules.settings.codeTriesMax - code.triesUsed),
    delivery: code.delivery,
  };
  return view;
}

const savedState: SeatView['state'] = { kind: 'saved' };

function seatView(seat: Seat, closedMs: number): SeatView {
  const { unit, course, ticket } = seat;
  const state = seat.saved ? savedState : ({ kind: 'held', until: seat.until + closedMs } as const);
  return { unit, course, ticket, state };
}

function named(row: RegistrationRow, command: { claim: number }) {
  const { area, number, person } = row;
  return { area, number, person, claim: command.claim };
}

export function seatIn(row: RegistrationRow, unit: UnitCode): Seat | undefined {
  for (const seat of row.seats) if (seat.unit === unit) return seat;
  return undefined;
}

export function draftIn(row: RegistrationRow, unit: UnitCode): Draft | undefined {
  for (const draft of row.draft) if (draft.unit === unit) return draft;
  return undefined;
}

function draftsIn(row: RegistrationRow, units: readonly UnitCode[]): Draft[] {
  return row.draft.filter((draft) => units.includes(draft.unit));
}

function sameUnits(bound: readonly UnitCode[], asked: readonly UnitCode[]): boolean {
  if (bound.length !== asked.length) return false;
  for (const unit of bound) if (!asked.includes(unit)) return false;
  return true;
}

/** Today's close on the clock that holds run by, as the pauses stand now. */
function closeInOpenTime(rules: Rules, day: number): number {
  return closeOf(rules, day) - rules.adopted.window.pausedMs;
}

/** Until when the holds under `drafts` last if the code lasts until `expiresOpen`; 0 without any. */
function prolonged(
  row: RegistrationRow,
  drafts: readonly Draft[],
  expiresOpen: number,
  holdMaxMs: number,
): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { unit } of drafts) {
    const seat = seatIn(row, unit);
    if (seat !== undefined && !seat.saved) first = Math.min(first, seat.since);
  }
  return first === Number.POSITIVE_INFINITY ? 0 : Math.min(expiresOpen, first + holdMaxMs);
}

function prolongHolds(row: RegistrationRow, units: readonly UnitCode[], until: number): void {
  for (const seat of row.seats) {
    if (!seat.saved && units.includes(seat.unit)) seat.until = Math.max(seat.until, until);
  }
}

function issuedCode(
  command: { challenge: ChallengeId; phone: CodeAddress; ticket: TicketNumber },
  drafts: readonly Draft[],
  expiresOpen: number,
  sentAt: EpochMs,
): IssuedCode {
  const { challenge, phone, ticket } = command;
  const units = drafts.map(({ unit, course }) => ({ unit, course }));
  return { challenge, ticket, phone, units, expiresOpen, sentAt };
}

function liveCode(code: IssuedCode): BookingCode {
  const { challenge, ticket, phone, expiresOpen, sentAt } = code;
  const units = code.units.map(({ unit }) => unit);
  return {
    challenge,
    ticket,
    phone,
    units,
    expiresOpen,
    sentAt,
    triesUsed: 0,
    attempt: 1,
    delivery: 'sending',
  };
}

function voidCode(row: RegistrationRow): void {
  row.code = undefined;
  row.asking = undefined;
}

function answered(row: RegistrationRow, claim: number, answer: Answer): void {
  row.revision += 1;
  if (claim > row.claim) row.claim = claim;
  keepAnswer(row.answers, answer);
}

function saveSeat(
  book: AreaBook,
  row: RegistrationRow,
  unit: UnitCode,
  course: CourseCode,
  ticket: TicketNumber,
): void {
  const seat = seatIn(row, unit);
  if (seat === undefined) {
    row.seats.push({ unit, course, ticket, saved: true, since: 0, until: 0 });
    seatBookOf(book, unit).saved += 1;
    return;
  }
  seat.course = course;
  // F32: a swap leaves the counts alone, the seat was owned all along.
  if (seat.saved) return;
  seat.saved = true;
  seat.since = 0;
  seat.until = 0;
  const seats = seatBookOf(book, unit);
  seats.held -= 1;
  seats.saved += 1;
}

function releaseHold(book: AreaBook, row: RegistrationRow, unit: UnitCode): void {
  const seat = seatIn(row, unit);
  if (seat === undefined || seat.saved) return;
  removeSeat(row, unit);
  seatBookOf(book, unit).held -= 1;
}

/** Draft, holds, code and question go; saved seats stay. */
function leave(book: AreaBook, row: RegistrationRow): void {
  voidCode(row);
  row.draft = [];
  for (const unit of row.seats.map((seat) => seat.unit)) releaseHold(book, row, unit);
}

function removeSeat(row: RegistrationRow, unit: UnitCode): void {
  const place = row.seats.findIndex((seat) => seat.unit === unit);
  if (place >= 0) row.seats.splice(place, 1);
}

function removeDraft(row: RegistrationRow, unit: UnitCode): void {
  for (let place = 0; place < row.draft.length; place += 1) {
    if (row.draft[place]?.unit !== unit) continue;
    row.draft.splice(place, 1);
    return;
  }
}
