/**
 * The orders of a registration: confirming, paying, the money that goes back, and what a provider
 * says of it all. Orders are per ticket.
 *
 * O1 An order that is confirmed, paid or refunding holds a seat in each of its units; one that has
 *    ended holds none. A ticket with such an order chooses nothing more (F28, F31).
 * O2 Every attempt that took money pays its order, or its refund is due until it has succeeded. So
 *    there is never money without a seat or a refund (D11).
 * O3 What a provider says is a fact, in whatever order and however often it comes: paid wins over
 *    closed, and a fact that is known changes nothing (D14).
 * O4 A seat that was released is taken again only as a free seat (D11): never an oversell.
 */
import type {
  NoteAttemptClosed,
  NoteNews,
  NotePayment,
  NoteRefund,
  OrderCommand,
  RequestRefund,
  Sequenced,
  StartPayment,
  StopPayment,
  WithdrawOrder,
} from '../protocol/commands.ts';
import type { OrderEvent, PaymentReceived } from '../protocol/events.ts';
import type { EpochMs, TicketNumber } from '../protocol/ids.ts';
import {
  type AttemptNumber,
  attemptNumber,
  orderNumber,
  placeOfNumber,
} from '../protocol/payments.ts';
import type { RefusalReason, Refused } from '../protocol/refusals.ts';
import type { AttemptView, OrderView } from '../protocol/replies.ts';
import { type AreaBook, registrationOf } from './area-book.ts';
import { assert, unreachable } from './assert.ts';
import { evolveReleased, evolveReminded, hasLiveAttempt, unpaidChanged } from './day-close.ts';
import { accept, answerTo, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import { isGoing, named, orderAt, ownText, placeIn } from './places.ts';
import { countCourse, poolOf, whyFull } from './pools.ts';
import { type Attempt, newPlace, type Order, type RegistrationRow } from './rows.ts';
import {
  bookableFrom,
  chinaDay,
  closeOf,
  isWithdrawn,
  pairOf,
  type Rules,
  typeDay,
} from './rules.ts';
import type { Taken } from './seat-book.ts';
import { answered, freeSeat, releaseHold, tell, unchoose, voidCode } from './seat-moves.ts';

/** Of one registration, those kept; more is a game, not a registration. */
export const ordersMax = 30;
export const attemptsMax = 20;
/** All that were ever made: a number has room for three digits (payments.ts, Y2). */
export const ordersGivenMax = 999;

const lockReasons = {
  confirmed: 'order-confirmed',
  paid: 'order-paid',
  refunding: 'order-refunding',
} as const satisfies Partial<Record<Order['state'], RefusalReason>>;

/** O1: why this ticket can choose, save and give up nothing; undefined: it can. */
export function lockOn(row: RegistrationRow, ticket: TicketNumber): Refused | undefined {
  for (const { ticket: of, state } of row.orders) {
    if (of !== ticket || !holdsSeats(state)) continue;
    return { kind: 'refused', reason: lockReasons[state] };
  }
  return undefined;
}

type Holding = keyof typeof lockReasons & Taken;
const holdsSeats = (state: Order['state']): state is Holding => state in lockReasons;

/** After the checks that every candidate's command passes first. */
export function decideOnOrder(
  rules: Rules,
  row: RegistrationRow,
  { at }: Sequenced,
  command: OrderCommand,
): Decision {
  if (command.kind === 'confirm-registration') return confirmRegistration(rules, row, command);
  const order = row.orders.find(({ number }) => number === command.order);
  if (order === undefined || order.ticket !== command.ticket) return refuse('order-unknown');
  switch (command.kind) {
    case 'withdraw-order':
      return withdrawOrder(row, order, command);
    case 'start-payment':
      return startPayment(rules, row, order, command, at);
    case 'stop-payment':
      return stopPayment(row, order, command);
    case 'request-refund':
      return requestRefund(row, order, command);
    default:
      return unreachable(command);
  }
}

function confirmRegistration(
  rules: Rules,
  row: RegistrationRow,
  command: Extract<OrderCommand, { kind: 'confirm-registration' }>,
): Decision {
  const { ticket } = command;
  const courses = row.places.flatMap(({ ticket: of, saved, order }) =>
    of === ticket && saved !== undefined && order === 0 ? [saved] : [],
  );
  if (courses.length === 0) return lockedOr(row, ticket, 'nothing-saved');
  if (keptOrders(row).length >= ordersMax || row.ordersGiven >= ordersGivenMax)
    return refuse('orders-used-up');

  const order = row.ordersGiven + 1;
  const feeFen = courses.length * rules.adopted.catalogue.feeFen;
  const number = orderNumber(rules.sessionTag, row.area, row.number, order);
  const answer = answerTo(command, { kind: 'confirmed', order: number });
  return accept(answer.outcome, {
    kind: 'registration-confirmed',
    ...named(row, command),
    ...{ order, orderNumber: number, ticket, courses, feeFen, answer },
  });
}

function lockedOr(row: RegistrationRow, ticket: TicketNumber, reason: RefusalReason): Decision {
  const lock = lockOn(row, ticket);
  return lock === undefined ? refuse(reason) : { reply: lock, events: [] };
}

/** Orders that ended and were never near a provider are forgotten when another is made. */
const keptOrders = (row: RegistrationRow): Order[] =>
  row.orders.filter(({ state, attempts }) => holdsSeats(state) || attempts.length > 0);

function withdrawOrder(row: RegistrationRow, order: Order, command: WithdrawOrder): Decision {
  if (order.state !== 'confirmed') return notConfirmed(order);
  if (hasLiveAttempt(order)) return refuse('payment-running');

  const answer = answerTo(command, done);
  return accept(done, {
    kind: 'order-withdrawn',
    ...named(row, command),
    order: order.place,
    answer,
  });
}

export const notConfirmed = ({ state }: Order): Decision =>
  refuse(holdsSeats(state) ? lockReasons[state] : 'order-ended');

function startPayment(
  rules: Rules,
  row: RegistrationRow,
  order: Order,
  command: StartPayment,
  at: EpochMs,
): Decision {
  if (order.state !== 'confirmed') return notConfirmed(order);
  if (order.attempts.length >= attemptsMax) return refuse('payments-used-up');
  if (rules.adopted.payingPaused !== undefined) return refuse('paying-paused');

  const { provider, way } = command;
  const attempt = order.attempts.length + 1;
  const close = closeOf(rules, typeDay(row.candidateType, chinaDay(at)));
  const expiresAt = Math.min(at + rules.settings.paymentMs, close);
  const number = attemptNumber(command.order, attempt);
  const answer = answerTo(command, {
    ...({ kind: 'payment-started', attempt: number, amountFen: order.feeFen, expiresAt } as const),
  });
  return accept(answer.outcome, {
    kind: 'payment-started',
    ...named(row, command),
    ...{ order: order.place, attempt, provider, way, expiresAt, answer },
  });
}

function stopPayment(row: RegistrationRow, order: Order, command: StopPayment): Decision {
  if (order.state !== 'confirmed') return notConfirmed(order);
  const answer = answerTo(command, done);
  return accept(done, {
    kind: 'payment-stopped',
    ...named(row, command),
    order: order.place,
    answer,
  });
}

function requestRefund(row: RegistrationRow, order: Order, command: RequestRefund): Decision {
  if (order.state !== 'paid') return notConfirmed(order);
  const answer = answerTo(command, done);
  return accept(done, {
    kind: 'refund-requested',
    ...named(row, command),
    order: order.place,
    answer,
  });
}

// ── What providers say ──────────────────────────────────────────────────────────────────────────

type Found = { row: RegistrationRow; order: Order; attempt: Attempt };

/** The number is not enough: it may be another session's, or never have been handed out. */
export function findAttempt(book: AreaBook, number: AttemptNumber): Found | undefined {
  const place = placeOfNumber(number);
  const row = place && book.byNumber[place.registration];
  for (const order of row?.orders ?? []) {
    for (const attempt of order.attempts) {
      if (row !== undefined && attemptNumber(order.number, attempt.place) === number)
        return { row, order, attempt };
    }
  }
  return undefined;
}

/** D14, D11. Nothing here is too late: money that came is paid for with a seat or goes back. */
export function decideNotePayment(
  rules: Rules | undefined,
  book: AreaBook,
  command: NotePayment,
): Decision {
  const found = findAttempt(book, command.attempt);
  if (found === undefined) return refuse('payment-unknown');
  const { row, order, attempt } = found;
  if (attempt.provider !== command.provider) return refuse('payment-unknown');
  const { transaction, paidAt } = command;
  if (attempt.state === 'paid')
    return attempt.transaction === transaction ? accept(done) : refuse('payment-differs');
  if (command.amountFen !== order.feeFen) return refuse('amount-differs');

  const { area, number, person, claim } = row;
  return accept(done, {
    ...({ kind: 'payment-received', area, number, person, claim } as const),
    ...{ order: order.place, attempt: attempt.place, transaction, paidAt },
    does: whatItDoes(rules, book, row, order),
  });
}

function whatItDoes(
  rules: Rules | undefined,
  book: AreaBook,
  row: RegistrationRow,
  order: Order,
): PaymentReceived['does'] {
  switch (order.state) {
    case 'confirmed':
      // On its way it is unpaid, and so it arrives.
      return isGoing(row) ? 'lost' : 'pays';
    case 'moved':
      return order.attempts.some(isPaying) ? 'second' : 'lost';
    case 'paid':
    case 'refunding':
    case 'refunded':
      return 'second';
    case 'released':
      if (canRetake(book, row, order) && !isLost(rules, order)) return 'retakes';
      return isLost(rules, order) ? 'lost' : 'late';
    case 'withdrawn':
      // They said that they did not want it.
      return 'late';
    default:
      return unreachable(order.state);
  }
}

/** S5. */
const isLost = (rules: Rules | undefined, { number, courses }: Order): boolean =>
  rules !== undefined &&
  courses.some(({ unit }) => isWithdrawn(rules, placeOfNumber(number)?.area ?? '', unit));

/** D11: the claim is still here, nothing else is in those units, and every seat is there. */
function canRetake(book: AreaBook, row: RegistrationRow, { ticket, courses }: Order): boolean {
  if (row.claim <= row.vacated) return false;
  return courses.every((course) => {
    const place = placeIn(row, course.unit);
    if (place?.saved !== undefined) return false;
    if (place?.hold !== undefined && place.ticket !== ticket) return false;
    return whyFull(book, row, place, course) === undefined;
  });
}

export function decideNoteAttemptClosed(book: AreaBook, command: NoteAttemptClosed): Decision {
  const found = findAttempt(book, command.attempt);
  if (found === undefined) return refuse('payment-unknown');
  const { row, order, attempt } = found;
  if (attempt.state === 'closed' || attempt.state === 'paid') return accept(done);
  const { area, number, person, claim } = row;
  return accept(done, {
    ...({ kind: 'attempt-closed', area, number, person, claim } as const),
    ...{ order: order.place, attempt: attempt.place },
  });
}

export function decideNoteRefund(
  rules: Rules,
  book: AreaBook,
  command: NoteRefund,
  now: EpochMs,
): Decision {
  const found = findAttempt(book, command.attempt);
  // A refund that we did not ask for: somebody made it at the provider.
  if (found?.attempt.refund === undefined) return refuse('payment-unknown');
  const { row, order, attempt } = found;
  const { refund } = found.attempt;
  if (refund.doneAt !== 0) return accept(done);
  const { area, number, person, claim } = row;
  const at = { area, number, person, claim, order: order.place, attempt: attempt.place };
  const { why, refundedAt } = command;
  if (command.outcome === 'succeeded')
    return accept(done, {
      ...({ kind: 'refund-succeeded', ...at, refundedAt } as const),
      bookableFrom: bookableFrom(rules, row.candidateType, now) ?? 0,
    });
  return refund.why === why ? accept(done) : accept(done, { kind: 'refund-stuck', ...at, why });
}

export function decideNoteNews(book: AreaBook, command: NoteNews): Decision {
  const row = registrationOf(book, command.person);
  const { area, number, person, claim } = row;
  const { news, outcome } = command;
  if (!row.news.some(({ place }) => place === news)) return accept(done);
  return accept(done, { kind: 'news-noted', area, number, person, claim, news, outcome });
}

// ── Carrying out ────────────────────────────────────────────────────────────────────────────────

export function evolveOrder(
  rules: Rules | undefined,
  book: AreaBook,
  row: RegistrationRow,
  event: OrderEvent,
  at: EpochMs,
): void {
  if ('answer' in event) answered(row, event.claim, event.answer);
  switch (event.kind) {
    case 'registration-confirmed':
      confirmed(rules, book, row, event, at);
      return;
    case 'order-withdrawn': {
      const order = known(row, event.order);
      if (event.byOffice !== undefined)
        tellOfWithdrawn(row, order.courses.length, event.byOffice.bookableFrom, at);
      for (const { unit } of order.courses) freeSeat(book, row, unit, true);
      end(order, 'withdrawn', at);
      unpaidChanged(book, row);
      return;
    }
    case 'payment-started': {
      const order = known(row, event.order);
      const { attempt: place, provider, way, expiresAt } = event;
      stopAttempts(order);
      order.attempts.push({
        ...{ place, provider, way, startedAt: at, expiresAt, state: 'live' },
        ...{ transaction: '', paidAt: 0, refund: undefined, paidAs: undefined },
      });
      return;
    }
    case 'payment-stopped':
      stopAttempts(known(row, event.order));
      return;
    case 'attempt-closed':
      knownAttempt(row, event).state = 'closed';
      unpaidChanged(book, row);
      return;
    case 'payment-received':
      received(book, row, event, at);
      return;
    case 'refund-requested': {
      const order = known(row, event.order);
      refundAsked(order, at);
      standAs(book, row, order, 'refunding');
      return;
    }
    case 'refund-succeeded': {
      const order = known(row, event.order);
      const { refund } = knownAttempt(row, event);
      assert(refund !== undefined, 'only what is to be refunded is');
      const { feeFen } = order;
      refund.doneAt = event.refundedAt;
      refund.why = '';
      if (refund.cause !== 'asked') {
        tell(row, { kind: 'money-returned', feeFen }, at);
        return;
      }
      // S5: it has its seats, or had them, in another area, which tells of it.
      if (order.state === 'moved') return;
      const { bookableFrom } = event;
      if (bookableFrom === 0) tell(row, { kind: 'refund-succeeded-last-day', feeFen }, at);
      else tell(row, { kind: 'refund-succeeded', feeFen, bookableFrom }, at);
      for (const { unit } of order.courses) freeSeat(book, row, unit, true);
      end(order, 'refunded', at);
      return;
    }
    case 'refund-stuck': {
      const { refund } = knownAttempt(row, event);
      assert(refund !== undefined, 'only what is to be refunded is stuck');
      refund.why = event.why;
      return;
    }
    case 'moved-refund-requested':
      refundAsked(known(row, event.order), at);
      return;
    case 'seats-released':
      evolveReleased(book, row, event, at);
      return;
    case 'unpaid-reminded':
      evolveReminded(row, event, at);
      return;
    case 'news-noted':
      row.news = row.news.filter(({ place }) => place !== event.news);
      return;
    default:
      unreachable(event);
  }
}

/** S4. Who withdraws an order of their own was there. */
function tellOfWithdrawn(
  row: RegistrationRow,
  courses: number,
  bookableFrom: EpochMs,
  at: EpochMs,
): void {
  if (bookableFrom === 0) tell(row, { kind: 'withdrawn-by-office-last-day', courses }, at);
  else tell(row, { kind: 'withdrawn-by-office', courses, bookableFrom }, at);
}

function confirmed(
  rules: Rules | undefined,
  book: AreaBook,
  row: RegistrationRow,
  event: Extract<OrderEvent, { kind: 'registration-confirmed' }>,
  at: EpochMs,
): void {
  const { order: place, orderNumber: number, feeFen } = event;
  const ticket = ownText(row, event.ticket);
  const courses = event.courses.map(({ unit, course }) => pairOf(rules, unit, course));
  // F29: what is chosen and has no seat, a swap among it, is not part of it and goes.
  if (row.code?.ticket === ticket || row.asking?.ticket === ticket) voidCode(row);
  for (const { unit, chosen, ticket: of } of row.places)
    if (chosen !== undefined && of === ticket) unchoose(book, row, unit);
  for (const { unit } of courses) {
    const seat = placeIn(row, unit);
    assert(seat?.saved !== undefined && seat.order === 0, 'only a saved seat is confirmed');
    seat.order = place;
    const seats = poolOf(book, row, unit);
    seats.saved -= 1;
    seats.confirmed += 1;
  }
  const order: Order = {
    ...{ place, number, ticket, courses, feeFen, confirmedAt: at, state: 'confirmed', endedAt: 0 },
    ...{ movedTo: undefined, attempts: [] },
  };
  row.ordersGiven = place;
  row.orders = [...keptOrders(row), order];
}

function received(book: AreaBook, row: RegistrationRow, event: PaymentReceived, at: EpochMs): void {
  const order = known(row, event.order);
  const attempt = knownAttempt(row, event);
  const { transaction, paidAt, does } = event;
  attempt.state = 'paid';
  attempt.transaction = transaction;
  attempt.paidAt = paidAt;
  // Nobody shall pay a second time.
  stopAttempts(order);
  switch (does) {
    case 'pays':
      standAs(book, row, order, 'paid');
      unpaidChanged(book, row);
      tellOfPaid(row, order, at);
      return;
    case 'retakes':
      for (const course of order.courses) retake(book, row, order, course);
      voidCode(row);
      order.state = 'paid';
      order.endedAt = 0;
      tellOfPaid(row, order, at);
      return;
    case 'second':
    case 'late':
    case 'lost': {
      const cause = does === 'second' ? 'second' : 'late';
      attempt.refund = { cause, requestedAt: at, doneAt: 0, why: '' };
      tell(row, { kind: goingBack[does], feeFen: order.feeFen }, at);
      return;
    }
    default:
      unreachable(does);
  }
}

const goingBack = {
  second: 'second-payment-refunding',
  late: 'late-payment-refunding',
  lost: 'area-lost-payment',
} as const;

/** O4. A draft in the unit gives way; a hold of this ticket becomes the seat. */
function retake(
  book: AreaBook,
  row: RegistrationRow,
  { place: number, ticket }: Order,
  course: Order['courses'][number],
): void {
  const { unit } = course;
  const place = placeIn(row, unit);
  if (place === undefined) {
    row.places = row.places.concat(newPlace(unit, ticket, undefined, course, undefined, number));
  } else {
    releaseHold(book, row, place);
    place.ticket = ticket;
    place.chosen = undefined;
    place.saved = course;
    place.order = number;
  }
  poolOf(book, row, unit).paid += 1;
  countCourse(book, undefined, course.course);
}

/** The attempt whose money the order stands on: the one that does not go back by itself. */
export const isPaying = ({ state, refund }: Attempt): boolean =>
  state === 'paid' && (refund === undefined || refund.cause === 'asked');

/** F31: the payment that the order stands on is to go back. */
export function refundAsked({ attempts }: Order, at: EpochMs): void {
  const paying = attempts.find(isPaying);
  assert(paying !== undefined, 'O2: a paid order was paid by an attempt');
  paying.refund = { cause: 'asked', requestedAt: at, doneAt: 0, why: '' };
}

function tellOfPaid(row: RegistrationRow, { courses, feeFen }: Order, at: EpochMs): void {
  tell(row, { kind: 'registration-paid', courses: courses.length, feeFen }, at);
}

export function standAs(book: AreaBook, row: RegistrationRow, order: Order, state: Holding): void {
  assert(holdsSeats(order.state), 'O1: only an order with seats moves on');
  for (const { unit } of order.courses) {
    const seats = poolOf(book, row, unit);
    seats[order.state] -= 1;
    seats[state] += 1;
  }
  order.state = state;
}

/** The seats have gone before. */
function end(order: Order, state: 'withdrawn' | 'refunded', at: EpochMs): void {
  order.state = state;
  order.endedAt = at;
}

export function stopAttempts({ attempts }: Order): void {
  for (const attempt of attempts) if (attempt.state === 'live') attempt.state = 'stopping';
}

function known(row: RegistrationRow, place: number): Order {
  const order = orderAt(row, place);
  assert(order !== undefined, 'the order of an event is in its row');
  return order;
}

function knownAttempt(row: RegistrationRow, event: { order: number; attempt: number }): Attempt {
  const attempt = known(row, event.order).attempts.find(({ place }) => place === event.attempt);
  assert(attempt !== undefined, 'the attempt of an event is in its order');
  return attempt;
}

// ── Showing ─────────────────────────────────────────────────────────────────────────────────────

const noOrders: OrderView[] = [];

export function ordersOf(row: RegistrationRow): OrderView[] {
  if (row.orders.length === 0) return noOrders;
  return row.orders.map((order): OrderView => {
    const { number, ticket, courses, feeFen, confirmedAt, state, endedAt, movedTo } = order;
    return {
      ...{ number, ticket, courses: [...courses], feeFen, confirmedAt, state },
      ...(endedAt !== 0 && { endedAt }),
      ...(movedTo !== undefined && { movedTo }),
      attempts: order.attempts.map((attempt) => attemptView(order, attempt)),
    };
  });
}

function attemptView(order: Order, attempt: Attempt): AttemptView {
  const { provider, way, startedAt, expiresAt, state, paidAt, paidAs, refund } = attempt;
  const view: AttemptView = {
    number: attemptNumber(order.number, attempt.place),
    ...{ provider, way, startedAt, expiresAt, state },
  };
  if (paidAt !== 0) view.paidAt = paidAt;
  if (paidAs !== undefined) view.paidAs = paidAs;
  if (refund !== undefined) {
    const { cause, requestedAt, doneAt, why } = refund;
    view.refund = { cause, requestedAt, ...(doneAt !== 0 && { doneAt }), stuck: why !== '' };
  }
  return view;
}
