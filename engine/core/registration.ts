/**
 * One person's registration in one area: the draft, the held and saved seats, the booking code.
 * Deciding looks, in the order of `refusalReasons`, until nothing can refuse; evolving changes the
 * row and the area's counts together.
 *
 * G1 One place a unit, of one ticket (R2), and none that stands empty.
 * G2 A hold is for the chosen course of its place. A choice beside a saved course is a swap (F32):
 *    it takes no further seat and never frees the one it has; only its course may be full.
 * G3 A live code is for all that its ticket has chosen. Whatever changes a choice voids it; holds
 *    stay until their time is over.
 * G4 Until released by `holds-expired` a hold is its owner's, even past its end.
 */
import type {
  ChooseCourse,
  CodeAddress,
  DropCourse,
  GiveUpSeats,
  HoldSeats,
  NoteDelivery,
  OrderCommand,
  Prepared,
  ResendCode,
  SaveByPassword,
  SaveSeats,
  SendCode,
  Sequenced,
} from '../protocol/commands.ts';
import type { IssuedCode, RegistrationEvent } from '../protocol/events.ts';
import type {
  AreaCode,
  ChallengeId,
  CourseCode,
  EpochMs,
  TicketNumber,
  UnitCode,
} from '../protocol/ids.ts';
import type { FullCourse, RegistrationView, SeatView } from '../protocol/replies.ts';
import type { CandidateType } from '../protocol/session.ts';
import { type AreaBook, ensureRegistration, registrationOf } from './area-book.ts';
import { assert, unreachable } from './assert.ts';
import { isReleaseDue, unpaidChanged } from './day-close.ts';
import { enqueue } from './deadlines.ts';
import { accept, answerTo, type Decision, outdated, refuse, repeated } from './decision.ts';
import { done } from './kept-answers.ts';
import { decideOnOrder, evolveOrder, lockOn, ordersOf } from './orders.ts';
import {
  type Choice,
  choicesOf,
  hasSeat,
  isGoing,
  named,
  orderAt,
  ownText,
  placeIn,
  takenAs,
} from './places.ts';
import { countCourse, courseCounted, poolOf, whyFull } from './pools.ts';
import {
  type BookingCode,
  newPlace,
  type Place,
  type RegistrationRow,
  type UnitCourse,
} from './rows.ts';
import {
  calendarRefusal,
  chinaDay,
  clockOf,
  closeOf,
  isForeign,
  isWithdrawn,
  openTime,
  pairOf,
  poolRefusal,
  type Rules,
  typeDay,
  windowRefusal,
} from './rules.ts';
import { answered, freeSeat, releaseHold, tell, unchoose, voidCode } from './seat-moves.ts';
import { evolveSeatsMarked } from './sittings.ts';
import { enqueueUnpaid } from './unpaid-days.ts';
import { evolveWithdrawal } from './withdrawals.ts';

export type CandidateAreaCommand = Prepared<SeatCommand | OrderCommand>;
type SeatCommand =
  | ChooseCourse
  | DropCourse
  | HoldSeats
  | SendCode
  | ResendCode
  | SaveSeats
  | SaveByPassword
  | GiveUpSeats;
type Failed = FullCourse & { late: boolean };

/** Mostly nothing failed, was full or was owned: the kept answers share these. */
const noneFailed: Failed[] = [];
const noUnits: UnitCode[] = [];
const noneFull: FullCourse[] = [];

/** The instant, and what follows from it; `close`: when the day ends for the person's type. */
type Moment = { rules: Rules; at: EpochMs; open: number; close: EpochMs };

export function decideOnRegistration(
  rules: Rules | undefined,
  book: AreaBook,
  given: Sequenced,
  command: CandidateAreaCommand,
): Decision {
  const { at } = given;
  const row = registrationOf(book, command.person);
  const early = repeated(row, command) ?? outdated(given);
  if (early !== undefined) return early;
  if (rules === undefined) return refuse('session-missing');
  if (!rules.areas.has(command.area)) return refuse('area-unknown');
  if (command.claim <= row.vacated || command.claim <= row.fenced)
    return refuse('claim-superseded');
  if (command.revision !== row.revision) return refuse('changed-meanwhile');
  const type = typeFor(row, command);
  const shut = goesWhilePaused(command)
    ? calendarRefusal(rules, type, at)
    : windowRefusal(rules, type, command.area, at);
  if (shut !== undefined) return { reply: shut, events: [] };
  if (isGoing(row)) return refuse('seats-moving');
  if (isReleaseDue(rules, row, at)) return refuse('release-running');
  const lost = lostUnit(rules, row, command);
  if (lost !== undefined) return refuse('area-withdrawn', lost);
  if (isOnOrder(command)) return decideOnOrder(rules, row, given, command);
  const lock = lockOn(row, command.ticket);
  if (lock !== undefined) return { reply: lock, events: [] };
  const close = closeOf(rules, typeDay(type, chinaDay(at)));
  const moment = { rules, at, open: openTime(rules, command.area, at), close };
  switch (command.kind) {
    case 'choose-course':
      return chooseCourse(rules, book, row, command);
    case 'drop-course':
      return dropCourse(row, command);
    case 'hold-seats':
      return holdSeats(moment, book, row, command);
    case 'send-code':
      return sendCode(moment, row, command);
    case 'resend-code':
      return resendCode(moment, row, command);
    case 'save-seats':
    case 'save-by-password':
      return saveSeats(moment, book, row, command);
    case 'give-up-seats':
      return giveUpSeats(row, command);
    default:
      return unreachable(command);
  }
}

/** A registration with nothing in it yet, or no more, goes by what the person's record says now. */
function typeFor(row: RegistrationRow, command: CandidateAreaCommand): CandidateType {
  if (command.kind !== 'choose-course' || row.places.length > 0) return row.candidateType;
  return command.candidateType;
}

/** Money has a switch of its own (S2). */
const goesWhilePaused = ({ kind }: CandidateAreaCommand): boolean =>
  kind === 'start-payment' || kind === 'stop-payment' || kind === 'request-refund';

/** S5: nothing more is taken where no exam is held; what there is can be given up, and paid money asked back. */
function lostUnit(
  rules: Rules,
  row: RegistrationRow,
  command: CandidateAreaCommand,
): { unit?: UnitCode } | undefined {
  const { area } = row;
  if (!rules.withdrawals.has(area) || !takesOrPays(command)) return undefined;
  if (isWithdrawn(rules, area)) return {};
  const unit = unitsOf(rules, row, command).find((one) => isWithdrawn(rules, area, one));
  return unit === undefined ? undefined : { unit };
}

const takesOrPays = ({ kind }: CandidateAreaCommand): boolean =>
  !['drop-course', 'give-up-seats', 'withdraw-order', 'stop-payment', 'request-refund'].includes(
    kind,
  );

/** What the command would take or pay for. */
function unitsOf(
  rules: Rules,
  row: RegistrationRow,
  command: CandidateAreaCommand,
): readonly UnitCode[] {
  const { ticket } = command;
  switch (command.kind) {
    case 'choose-course':
      return [rules.courses.get(command.course)?.unit ?? ''];
    case 'confirm-registration':
      return row.places.flatMap(({ unit, saved, ticket: of }) =>
        saved !== undefined && of === ticket ? [unit] : [],
      );
    case 'start-payment':
      return (row.orders.find(({ number }) => number === command.order)?.courses ?? []).map(
        ({ unit }) => unit,
      );
    default:
      return choicesOf(row, ticket).map(({ unit }) => unit);
  }
}

function isOnOrder(command: CandidateAreaCommand): command is OrderCommand {
  const { kind } = command;
  return kind === 'confirm-registration' || kind === 'withdraw-order' || goesWhilePaused(command);
}

/** F24: the course finds its unit by itself. */
function chooseCourse(
  rules: Rules,
  book: AreaBook,
  row: RegistrationRow,
  command: ChooseCourse,
): Decision {
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

  const place = placeIn(row, unit);
  for (const standing of [place?.chosen, place?.saved]) {
    if (place === undefined || standing === undefined) continue;
    // The same course again is a clash too: there is nothing to put in its place.
    if (place.ticket !== ticket || standing.course === code || !command.replace)
      return refuse('unit-clash', { unit, course: standing.course, ticket: place.ticket });
  }
  const paused = poolRefusal(rules, row.area, unit);
  if (paused !== undefined) return { reply: paused, events: [] };
  // A hold goes over to the new course (G2); where that is full, the person keeps what is held.
  if (place?.hold !== undefined) {
    const reason = whyFull(book, row, place, { unit, course: code });
    if (reason !== undefined) return refuse(reason, { unit, course: code });
  }

  return accept(done, {
    kind: 'course-chosen',
    ...named(row, command),
    unit,
    course: code,
    ticket,
    candidateType: command.candidateType,
    answer: answerTo(command, done),
  });
}

function dropCourse(row: RegistrationRow, command: DropCourse): Decision {
  const { unit, ticket } = command;
  const place = placeIn(row, unit);
  if (place?.chosen === undefined) return refuse('unit-empty', { unit });
  if (place.ticket !== ticket) return refuse('unit-empty', { unit, ticket: place.ticket });

  return accept(done, {
    kind: 'course-dropped',
    ...named(row, command),
    unit,
    answer: answerTo(command, done),
  });
}

/** F25, B1: every chosen pool is asked before any message goes out, and what is free is held. */
function holdSeats(
  { rules, at, open, close }: Moment,
  book: AreaBook,
  row: RegistrationRow,
  command: HoldSeats,
): Decision {
  const { ticket } = command;
  const { settings } = rules;
  const chosen = choicesOf(row, ticket);
  if (chosen.length === 0) return refuse('draft-empty');
  const paused = pausedAmong(rules, row, ticket);
  if (paused !== undefined) return paused;
  const day = chinaDay(at);
  if (row.day === day && row.holdsOnDay >= settings.bookingCodesPerDayMax)
    return refuse('codes-used-up');

  const closeOpen = inOpenTime(rules, row.area, close);
  const held: (UnitCourse & { since: number; until: number })[] = [];
  let owned = noUnits;
  let full = noneFull;
  for (const place of chosen) {
    const { chosen, hold } = place;
    const { unit, course } = chosen;
    const reason = hold === undefined ? whyFull(book, row, place, chosen) : undefined;
    if (reason !== undefined) {
      full = full.concat({ unit, course, reason });
    } else if (place.saved !== undefined) {
      owned = owned.concat(unit);
    } else {
      // A hold that still runs keeps its beginning: asking again cannot stretch it for ever.
      // A pause that was adopted late sets the clock back: then it began at the latest now.
      const since = hold !== undefined && open < hold.until ? Math.min(hold.since, open) : open;
      const until = Math.min(open + settings.holdMs, since + settings.holdMaxMs, closeOpen);
      held.push({ unit, course, since, until });
    }
  }
  const units = held.map(({ unit }) => unit);
  const answer = answerTo(command, { kind: 'held', held: units, owned, full });
  const event = { kind: 'seats-held', ...named(row, command), ticket, held, day, answer } as const;
  if (full.length > 0) return accept(answer.outcome, event);
  const expiresOpen = Math.min(open + settings.holdMs, closeOpen);
  const code = issuedCode(rules, command, chosen, expiresOpen, at);
  return accept(answer.outcome, { ...event, code });
}

/** F26 "yes": what was named as full is cleared, and the message goes out for the rest. */
function sendCode(
  { rules, at, open, close }: Moment,
  row: RegistrationRow,
  command: SendCode,
): Decision {
  const { asking } = row;
  const paused = pausedAmong(rules, row, command.ticket);
  if (paused !== undefined) return paused;
  if (asking?.ticket !== command.ticket) return refuse('code-missing');

  // A swap to a full course has a seat and is cleared all the same: of a swap only the draft (F26).
  const cleared = asking.full.map(({ unit }) => unit);
  const seated = choicesOf(row, command.ticket).filter(({ unit }) => !isAmong(cleared, unit));
  const expiresOpen = Math.min(open + rules.settings.holdMs, inOpenTime(rules, row.area, close));
  return accept(done, {
    kind: 'code-sent',
    ...named(row, command),
    cleared,
    holdsUntil: prolonged(seated, expiresOpen, rules.settings.holdMaxMs),
    code: issuedCode(rules, command, seated, expiresOpen, at),
    answer: answerTo(command, done),
  });
}

/** B1: one resend extends the code, and the holds with it up to their maximum. */
function resendCode(
  { rules, at, open, close }: Moment,
  row: RegistrationRow,
  command: ResendCode,
): Decision {
  const { settings } = rules;
  const code = row.code?.ticket === command.ticket ? row.code : undefined;
  const paused = pausedAmong(rules, row, command.ticket);
  if (paused !== undefined) return paused;
  if (settings.bookingProof === 'password') return refuse('password-instead');
  const resendFrom = code === undefined ? 0 : resendFromOf(rules, code);
  if (at < resendFrom) return refuse('resend-too-soon', { at: resendFrom });
  if (code !== undefined && code.attempt > 1) return refuse('resend-used-up');
  if (code === undefined) return refuse('code-missing');
  if (code.triesUsed >= settings.codeTriesMax) return refuse('code-tries-used-up');
  if (code.expiresOpen <= open) return refuse('code-expired');

  const closeOpen = inOpenTime(rules, row.area, close);
  const expiresOpen = Math.max(code.expiresOpen, Math.min(open + settings.holdMs, closeOpen));
  return accept(done, {
    kind: 'code-resent',
    ...named(row, command),
    holdsUntil: prolonged(choicesOf(row, code.ticket), expiresOpen, settings.holdMaxMs),
    expiresOpen,
    sentAt: at,
    answer: answerTo(command, done),
  });
}

/** S2: of a selection that has a paused pool in it nothing is held or saved; it can be dropped. */
function pausedAmong(
  rules: Rules,
  row: RegistrationRow,
  ticket: TicketNumber,
): Decision | undefined {
  const { area } = row;
  if (!rules.pauses.has(area)) return undefined;
  for (const { unit } of choicesOf(row, ticket)) {
    const paused = poolRefusal(rules, area, unit);
    if (paused !== undefined) return { reply: paused, events: [] };
  }
  return undefined;
}

/** D7: for a code that was not sent at first, the first message may follow at once. */
function resendFromOf({ settings }: Rules, { delivery, sentAt }: BookingCode): EpochMs {
  return delivery === 'not-sent' ? sentAt : sentAt + settings.codeResendAfterMs;
}

/** F27: each unit answers for itself (D5). */
function saveSeats(
  { rules, open, close }: Moment,
  book: AreaBook,
  row: RegistrationRow,
  command: Prepared<SaveSeats> | SaveByPassword,
): Decision {
  const { code } = row;
  const { codeTriesMax, bookingProof } = rules.settings;
  const paused = pausedAmong(rules, row, command.ticket);
  if (paused !== undefined) return paused;
  if (code === undefined || code.challenge !== command.challenge) return refuse('code-missing');
  if (code.triesUsed >= codeTriesMax) return refuse('code-tries-used-up');
  if (code.expiresOpen <= open) return refuse('code-expired');
  const byPassword = command.kind === 'save-by-password';
  if (byPassword && bookingProof !== 'password') return refuse('password-ended');
  // What was never sent can only have been guessed.
  const proven = byPassword
    ? command.passwordMatches
    : command.codeMatches && code.delivery !== 'not-sent';
  if (!proven) {
    const { reply } = refuse('code-wrong', { triesLeft: codeTriesMax - code.triesUsed - 1 });
    return { reply, events: [{ kind: 'code-mistyped', ...named(row, command) }] };
  }
  const { ticket } = code;
  if (ticket !== command.ticket || !isSelection(row, ticket, command.units))
    return refuse('selection-changed');

  // The longest list there can be, cut to length below: growing one keeps room for sixteen more.
  const saved = new Array<UnitCourse>(command.units.length);
  let count = 0;
  let failed = noneFailed;
  for (const place of row.places) {
    const { unit, chosen } = place;
    if (chosen === undefined || place.ticket !== ticket) continue;
    const reason = place.hold === undefined ? whyFull(book, row, place, chosen) : undefined;
    if (reason === undefined) {
      saved[count] = chosen;
      count += 1;
    } else {
      // Only a unit that was held stands in a code without a seat: its hold has run out. A swap is
      // not held: others may have been quicker with its course, and the saved seat stays (F32).
      const { course } = chosen;
      failed = failed.concat({ unit, course, reason, late: place.saved === undefined });
    }
  }
  if (count < saved.length) saved.length = count;
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
    payBefore: close,
    byPassword,
    answer,
  });
}

/** D6: all the named seats or none. */
function giveUpSeats(row: RegistrationRow, command: GiveUpSeats): Decision {
  const { units, ticket } = command;
  if (units.length === 0) return refuse('unit-empty');
  for (const unit of units) {
    const place = placeIn(row, unit);
    if (place?.saved === undefined) return refuse('unit-empty', { unit });
    if (place.ticket !== ticket) return refuse('unit-empty', { unit, ticket: place.ticket });
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

export function evolveRegistration(
  rules: Rules | undefined,
  book: AreaBook,
  event: RegistrationEvent,
  at: EpochMs,
  index: number,
): RegistrationRow {
  const row = ensureRegistration(book, event.number, event.person);
  book.version = index;
  switch (event.kind) {
    case 'course-chosen': {
      const { unit } = event;
      const chosen = pairOf(rules, unit, event.course);
      const ticket = ownText(row, event.ticket);
      voidCode(row);
      if (row.places.length === 0) takeType(row, event.candidateType);
      const place = placeIn(row, unit);
      // A hold stays with the place: it is on a seat of the unit, whatever is written there.
      if (place?.hold !== undefined) countCourse(book, courseCounted(place), chosen.course);
      if (place !== undefined) place.chosen = chosen;
      // Copied, not pushed to: a pushed-to list keeps room for sixteen more, in every row.
      else row.places = row.places.concat(newPlace(unit, ticket, chosen, undefined, undefined));
      answered(row, event.claim, event.answer);
      return row;
    }
    case 'course-dropped':
      voidCode(row);
      unchoose(book, row, event.unit);
      answered(row, event.claim, event.answer);
      return row;
    case 'seats-held': {
      const { ticket, held, day, code } = event;
      voidCode(row);
      if (row.day !== day) row.holdsOnDay = 0;
      row.day = day;
      for (const { unit, since, until } of held) {
        const place = placeIn(row, unit);
        assert(place !== undefined, 'G2: a hold is for a chosen course');
        if (place.hold === undefined) {
          poolOf(book, row, unit).held += 1;
          countCourse(book, undefined, place.chosen?.course);
        }
        place.hold = { since, until };
      }
      const { outcome } = event.answer;
      assert(outcome.kind === 'held', 'the answer says what was full');
      const won = choicesOf(row, ticket).length > outcome.full.length;
      // All full: nothing was won, nothing is asked, and the day's cap is untouched.
      if (won) row.holdsOnDay += 1;
      if (code !== undefined) row.code = liveCode(row, code);
      else if (won) row.asking = { ticket, full: outcome.full };
      row.releasedAt = 0;
      enqueue(book.queues, row);
      answered(row, event.claim, event.answer);
      return row;
    }
    case 'code-sent':
      voidCode(row);
      for (const unit of event.cleared) unchoose(book, row, unit);
      row.code = liveCode(row, event.code);
      prolongHolds(row, row.code.ticket, event.holdsUntil);
      answered(row, event.claim, event.answer);
      return row;
    case 'code-resent': {
      const { code } = row;
      assert(code !== undefined, 'only a live code is sent again');
      code.expiresOpen = event.expiresOpen;
      code.sentAt = event.sentAt;
      code.attempt += 1;
      code.delivery = 'sending';
      prolongHolds(row, code.ticket, event.holdsUntil);
      answered(row, event.claim, event.answer);
      return row;
    }
    case 'code-mistyped':
      assert(row.code !== undefined, 'only a live code is mistyped');
      row.code.triesUsed += 1;
      return row;
    case 'seats-saved':
      voidCode(row);
      for (const { unit, course } of event.saved) saveSeat(rules, book, row, unit, course, at);
      if (event.saved.length > 0) tellOfSaved(row, event.saved.length, at, event.payBefore);
      answered(row, event.claim, event.answer);
      return row;
    case 'seats-given-up':
      for (const unit of event.units) {
        const place = placeIn(row, unit);
        assert(place?.saved !== undefined, 'only a saved seat is given up');
        // What was a swap here is an ordinary choice now; code and question counted on the seat.
        if (place.chosen !== undefined) voidCode(row);
        freeSeat(book, row, unit, false);
      }
      unpaidChanged(book, row);
      answered(row, event.claim, event.answer);
      return row;
    case 'holds-expired':
      for (const unit of event.units) {
        // F26 named what was full; what ran out since must not be cleared as if it had been.
        const place = placeIn(row, unit);
        assert(place !== undefined, 'only what is held expires');
        if (place.ticket === row.asking?.ticket) row.asking = undefined;
        releaseHold(book, row, place);
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
    case 'seats-withdrawn':
    case 'seats-leaving':
    case 'seats-declined':
    case 'seats-moved-out':
    case 'seats-received':
    case 'seats-not-received':
      evolveWithdrawal(rules, book, row, event, at);
      return row;
    case 'seats-marked':
      evolveSeatsMarked(row, event);
      return row;
    default:
      evolveOrder(rules, book, row, event, at);
      return row;
  }
}

/** A row from the store names each course anew; three quarters of a million of them add up. */
export function sharePairs(rules: Rules | undefined, row: RegistrationRow): void {
  for (const place of row.places) {
    const { unit, chosen, saved } = place;
    if (chosen !== undefined) place.chosen = pairOf(rules, unit, chosen.course);
    if (saved !== undefined) place.saved = pairOf(rules, unit, saved.course);
  }
  for (let kept = row.lastAnswer; kept !== undefined; kept = kept.before) {
    const { outcome } = kept;
    if (outcome.kind !== 'saved') continue;
    const saved = outcome.saved.map(({ unit, course }) => pairOf(rules, unit, course));
    kept.outcome = { kind: 'saved', saved, failed: outcome.failed };
  }
  for (const order of row.orders)
    order.courses = order.courses.map(({ unit, course }) => pairOf(rules, unit, course));
}

export function viewOf(rules: Rules, row: RegistrationRow, at: EpochMs): RegistrationView {
  const open = openTime(rules, row.area, at);
  const view: RegistrationView = {
    revision: row.revision,
    seats: row.places.filter(hasSeat).map((place) => seatView(row, place, at - open)),
    draft: row.places.flatMap(({ unit, ticket, chosen }) =>
      chosen === undefined ? [] : [{ unit, course: chosen.course, ticket }],
    ),
    orders: ordersOf(row),
  };
  if (row.releasedAt !== 0) view.releasedAt = row.releasedAt;
  if (row.exit !== undefined) {
    const { act, state, to } = row.exit;
    view.exit = { act, state, ...(to === '' ? {} : { to }) };
  }
  const { code, asking } = row;
  if (asking !== undefined) view.asking = asking;
  if (code === undefined) return view;
  view.code = {
    challenge: code.challenge,
    ticket: code.ticket,
    units: choicesOf(row, code.ticket).map((place) => place.unit),
    phoneMask: code.phone.mask,
    expiresAt: code.expiresOpen + at - open,
    resendFrom: resendFromOf(rules, code),
    resendLeft: code.attempt === 1,
    triesLeft: Math.max(0, rules.settings.codeTriesMax - code.triesUsed),
    delivery: code.delivery,
  };
  return view;
}

const savedState: SeatView['state'] = { kind: 'saved' };

function seatView(row: RegistrationRow, place: Place, closedMs: number): SeatView {
  const { unit, ticket, chosen, saved, hold, sitting } = place;
  if (saved !== undefined) {
    const { course } = saved;
    const order = orderAt(row, place.order);
    const kind = takenAs(row, place);
    if (order === undefined || kind === undefined || kind === 'held' || kind === 'saved')
      return { unit, course, ticket, state: savedState };
    const state = { kind, order: order.number };
    return { unit, course, ticket, state, ...(sitting !== undefined && { sitting }) };
  }
  assert(chosen !== undefined && hold !== undefined, 'G2: a hold is for a chosen course');
  const { course } = chosen;
  return { unit, course, ticket, state: { kind: 'held', until: hold.until + closedMs } };
}

/** For lists of a handful the plain loop is several times quicker than `includes`. */
function isAmong(units: readonly UnitCode[], unit: UnitCode): boolean {
  for (const one of units) if (one === unit) return true;
  return false;
}

/** Whether `units` are exactly those of the ticket's choices. */
function isSelection(
  row: RegistrationRow,
  ticket: TicketNumber,
  units: readonly UnitCode[],
): boolean {
  let count = 0;
  for (const { unit, chosen, ticket: of } of row.places) {
    if (chosen === undefined || of !== ticket) continue;
    if (!isAmong(units, unit)) return false;
    count += 1;
  }
  return count === units.length;
}

/** Today's close on the clock that holds run by, as the pauses stand now. */
function inOpenTime(rules: Rules, area: AreaCode, close: EpochMs): number {
  return close - clockOf(rules, area).pausedMs;
}

/** Until when the holds in `places` last if the code lasts until `expiresOpen`; 0 without any. */
function prolonged(places: readonly Place[], expiresOpen: number, holdMaxMs: number): number {
  const begun = places.flatMap(({ hold }) => (hold === undefined ? [] : [hold.since]));
  if (begun.length === 0) return 0;
  return Math.min(expiresOpen, Math.min(...begun) + holdMaxMs);
}

function prolongHolds(row: RegistrationRow, ticket: TicketNumber, until: number): void {
  for (const { hold } of choicesOf(row, ticket)) {
    if (hold !== undefined) hold.until = Math.max(hold.until, until);
  }
}

function issuedCode(
  { settings }: Rules,
  command: { challenge: ChallengeId; phone: CodeAddress; ticket: TicketNumber },
  places: readonly Choice[],
  expiresOpen: number,
  sentAt: EpochMs,
): IssuedCode {
  const { challenge, phone, ticket } = command;
  const units = places.map(({ chosen }) => chosen);
  const byPassword = settings.bookingProof === 'password';
  return { challenge, ticket, phone, units, expiresOpen, sentAt, byPassword };
}

function liveCode(row: RegistrationRow, code: IssuedCode): BookingCode {
  const { challenge, phone, expiresOpen, sentAt } = code;
  const ticket = ownText(row, code.ticket);
  return {
    ...{ challenge, ticket, phone, expiresOpen, sentAt },
    triesUsed: 0,
    attempt: 1,
    delivery: code.byPassword ? 'not-sent' : 'sending',
  };
}

/** What is filed under the days of the other type is no longer looked for there. */
function takeType(row: RegistrationRow, type: CandidateType): void {
  if (row.candidateType === type) return;
  row.candidateType = type;
  row.queuedUntil = Number.POSITIVE_INFINITY;
}

function saveSeat(
  rules: Rules | undefined,
  book: AreaBook,
  row: RegistrationRow,
  unit: UnitCode,
  course: CourseCode,
  at: EpochMs,
): void {
  const place = placeIn(row, unit);
  assert(place !== undefined, 'G3: a code is for what was chosen');
  // F32: a swap leaves the counts alone, the seat was owned all along.
  countCourse(book, courseCounted(place), course);
  if (place.saved === undefined) {
    const seats = poolOf(book, row, unit);
    if (place.hold !== undefined) seats.held -= 1;
    seats.saved += 1;
    if (row.unpaidSince === 0) row.reminded = 0;
    row.unpaidSince = at;
    enqueueUnpaid(book.unpaid, row);
  }
  const { chosen } = place;
  place.saved = chosen?.course === course ? chosen : pairOf(rules, unit, course);
  place.chosen = undefined;
  place.hold = undefined;
}

/** Draft, holds, code and question go; saved seats stay. */
function leave(book: AreaBook, row: RegistrationRow): void {
  voidCode(row);
  for (const { unit, chosen } of row.places) {
    if (chosen !== undefined) unchoose(book, row, unit);
  }
}

/** One message for all that was saved in a row: a channel that is slow need not carry them all. */
function tellOfSaved(row: RegistrationRow, saved: number, at: EpochMs, payBefore: EpochMs): void {
  const last = row.news.at(-1)?.content;
  const before = last?.kind === 'seats-saved' ? last.courses : 0;
  if (before > 0) row.news = row.news.slice(0, -1);
  tell(row, { kind: 'seats-saved', courses: before + saved, payBefore }, at);
}
