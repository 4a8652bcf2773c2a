/**
 * A withdrawn area (S5): what becomes of who is registered there. Staff decide it once, for all; each
 * registration is then moved to another area, or let go with its money, one by one and in slices.
 *
 * X1 Where the work stands follows from the rows, as with the day's close: whoever has a seat there is
 *    still to be seen to. A restart goes on where the last flush left it.
 * X2 A seat elsewhere is had before the one here goes. In between the registration is `going`, and
 *    nothing else happens to it.
 * X3 All of a person's seats move, into one area (R1), or none.
 * X4 Who has paid goes first, then who has confirmed, then who has saved; of these who registered first.
 * X5 Money stays where it was taken. A moved order names the payment, and its refund goes there.
 * X6 What a payment may still come for is not touched: the attempt is closed at its provider first.
 */
import type {
  MovedOrder,
  MovedPayment,
  MovedSeat,
  NoteMoved,
  ReceiveSeats,
  RefundMoved,
} from '../protocol/commands.ts';
import type {
  SeatsLeaving,
  SeatsReceived,
  SeatsWithdrawn,
  WithdrawalEvent,
} from '../protocol/events.ts';
import type { EpochMs, Fen, UnitCode } from '../protocol/ids.ts';
import { attemptNumber, orderNumber } from '../protocol/payments.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import type { Outcome } from '../protocol/replies.ts';
import type { AreaWithdrawal } from '../protocol/session.ts';
import { commandOfAct } from '../protocol/staff.ts';
import { type AreaBook, registrationOf } from './area-book.ts';
import { assert, unreachable } from './assert.ts';
import { hasLiveAttempt, isReleaseDue, unpaidChanged } from './day-close.ts';
import { accept, answerTo, type Decision, refuse } from './decision.ts';
import { done, keep, keptAnswer } from './kept-answers.ts';
import {
  findAttempt,
  isPaying,
  ordersGivenMax,
  refundAsked,
  standAs,
  stopAttempts,
} from './orders.ts';
import { hasSeat, isGoing, isUnpaid, orderAt, ownText, placeIn } from './places.ts';
import { countCourse, poolOf, whyFull } from './pools.ts';
import { type Attempt, type Exit, newPlace, type Order, type RegistrationRow } from './rows.ts';
import { isWithdrawn, pairOf, type Rules } from './rules.ts';
import { answered, freeSeat, releaseHold, tell, unchoose, voidCode } from './seat-moves.ts';
import { enqueueUnpaid } from './unpaid-days.ts';

/** Registrations changed by one command, with others' commands between. */
const withdrawnPerCommandMax = 200;
/** On their way from one area at a time: what fills up elsewhere is known before the next set out. */
const goingMax = 64;

// ── The withdrawn area ──────────────────────────────────────────────────────────────────────────

/** What the next slice does with one registration. */
type Turn =
  /** A payment, a refund, its day's release or the other area has the word. */
  | { kind: 'waits' }
  /** Nothing of it is here any more that the withdrawal asks for. */
  | { kind: 'settled' }
  | { kind: 'left' }
  | { kind: 'changes'; event: SeatsWithdrawn }
  | { kind: 'ready'; event: SeatsLeaving };

/** One slice. `left`: who has found no room; `more` until nothing is waited for. */
export function decideWithdrawal(rules: Rules, book: AreaBook, act: number, at: EpochMs): Decision {
  const withdrawal = rules.withdrawals.get(book.area);
  // Its act is decided with the session, of which this partition may not have heard yet.
  if (withdrawal === undefined || withdrawal.act < act) return carried([], 0, true);
  // Another act has said otherwise since, and does it.
  if (withdrawal.act > act || withdrawal.remedy.kind === 'reopen') return carried([], 0, false);
  const changes: SeatsWithdrawn[] = [];
  const ready: { served: number; event: SeatsLeaving }[] = [];
  let going = 0;
  let best = Number.POSITIVE_INFINITY;
  let waits = 0;
  let left = 0;
  for (const row of book.byNumber) {
    if (row === undefined || !isAffected(withdrawal, row)) continue;
    const turn = turnOf(rules, withdrawal, row, at);
    if (turn.kind === 'waits') waits += 1;
    if (turn.kind === 'left') left += 1;
    if (turn.kind === 'changes') changes.push(turn.event);
    if (turn.kind === 'ready') ready.push({ served: servedAs(row), event: turn.event });
    if (isGoing(row)) going += 1;
    if (isGoing(row) || turn.kind === 'ready') best = Math.min(best, servedAs(row));
  }
  // X4: nobody overtakes who is still being seated.
  const next = ready.filter(({ served }) => served === best).map(({ event }) => event);
  const events = [
    ...changes.slice(0, withdrawnPerCommandMax),
    ...next.slice(0, Math.max(0, goingMax - going)),
  ];
  return carried(events, left, waits + changes.length + ready.length > 0);
}

function carried(events: (SeatsWithdrawn | SeatsLeaving)[], left: number, more: boolean): Decision {
  const outcome: Outcome = { kind: 'carried', changed: events.length, left, more };
  return { reply: { kind: 'accepted', outcome }, events };
}

export const isAffected = (lost: { units: readonly UnitCode[] }, row: RegistrationRow): boolean =>
  row.places.some((place) => hasSeat(place) && covers(lost, place.unit));

export const covers = ({ units }: { units: readonly UnitCode[] }, unit: UnitCode): boolean =>
  units.length === 0 || units.includes(unit);

function turnOf(rules: Rules, withdrawal: AreaWithdrawal, row: RegistrationRow, at: EpochMs): Turn {
  const { act, remedy } = withdrawal;
  if (isGoing(row) || isReleaseDue(rules, row, at)) return { kind: 'waits' };
  // X3: a move takes a person's whole registration, whichever units are lost.
  const covered = remedy.kind === 'move' ? { units: [] } : withdrawal;
  const touches = ({ courses }: Order): boolean =>
    courses.some(({ unit }) => covers(covered, unit));
  const standing = row.orders.filter((order) => order.endedAt === 0 && touches(order));
  const confirmed = standing.filter(({ state }) => state === 'confirmed');
  const held = row.places.filter(({ hold, unit }) => hold !== undefined && covers(covered, unit));
  const { area, number, person, claim } = row;
  const on = { area, number, person, claim, act };
  const changes: SeatsWithdrawn = {
    ...({ kind: 'seats-withdrawn', ...on } as const),
    held: held.map(({ unit }) => unit),
    stops: confirmed.filter(isLive).map(({ place }) => place),
    ...{ units: [], orders: [], refunds: [] },
  };
  if (remedy.kind === 'refund') {
    const ending = confirmed.filter((order) => !hasLiveAttempt(order));
    changes.orders = ending.map(({ place }) => place);
    changes.units = row.places
      .filter(({ saved, order, unit }) =>
        order === 0 ? saved !== undefined && covers(covered, unit) : changes.orders.includes(order),
      )
      .map(({ unit }) => unit);
    changes.refunds = standing.filter(({ state }) => state === 'paid').map(({ place }) => place);
  }
  const { units, stops, refunds } = changes;
  if (held.length + units.length + stops.length + refunds.length > 0)
    return { kind: 'changes', event: changes };
  if (confirmed.some(hasLiveAttempt)) return { kind: 'waits' };
  if (remedy.kind !== 'move') return { kind: 'settled' };
  if (standing.some(({ state }) => state === 'refunding')) return { kind: 'waits' };
  const declined = row.exit?.act === act ? row.exit.declined : [];
  const to = remedy.to.find((target) => !declined.some((one) => one.area === target));
  if (to === undefined) return { kind: 'left' };
  return { kind: 'ready', event: { kind: 'seats-leaving', ...on, to } };
}

const isLive = ({ attempts }: Order): boolean => attempts.some(({ state }) => state === 'live');

/** X4. */
export function servedAs({ orders }: RegistrationRow): number {
  if (orders.some(({ state }) => state === 'paid')) return 0;
  return orders.some(({ state }) => state === 'confirmed') ? 1 : 2;
}

/** What the other area is asked for; a row that is going stands still, so it is the same each time. */
export function moveOf(row: RegistrationRow): { seats: MovedSeat[]; orders: MovedOrder[] } {
  const seats = row.places.flatMap(({ unit, saved, ticket, order }): MovedSeat[] =>
    saved === undefined ? [] : [{ unit, course: saved.course, ticket, order }],
  );
  const orders = row.orders
    .filter(({ endedAt }) => endedAt === 0)
    .map((order): MovedOrder => {
      const { place, number, ticket, feeFen, confirmedAt, state, attempts } = order;
      const moved = { order: place, ticket, feeFen, confirmedAt };
      const paying = attempts.find(isPaying);
      if (state !== 'paid' || paying === undefined) return moved;
      const { provider, way, startedAt, paidAt } = paying;
      const paidAs = paying.paidAs ?? attemptNumber(number, paying.place);
      return { ...moved, payment: { provider, way, startedAt, paidAt, paidAs } };
    });
  return { seats, orders };
}

/** What has been paid for those. */
export const paidIn = (orders: readonly MovedOrder[]): Fen =>
  orders.reduce((sum, { payment, feeFen }) => sum + (payment === undefined ? 0 : feeFen), 0);

/** Reasons that say nothing about room: the same area is asked again. */
const againReasons: readonly RefusalReason[] = ['area-move-running'];
/** Reasons that no other area would say otherwise about. */
const everywhereReasons: readonly RefusalReason[] = ['claim-elsewhere', 'person-unknown'];

/** A late or doubled note is about a journey that is over. */
export function decideNoteMoved(
  rules: Rules | undefined,
  book: AreaBook,
  command: NoteMoved,
): Decision {
  const row = registrationOf(book, command.person);
  const { exit, area, number, person, claim } = row;
  const { act, to, came } = command;
  if (exit?.state !== 'going' || exit.act !== act || exit.to !== to) return accept(done);
  const on = { area, number, person, claim, act, to };
  if (came.kind === 'received') {
    const { orders } = came;
    return accept(done, { kind: 'seats-moved-out', ...on, move: command.claim, orders });
  }
  const { reason } = came;
  const again = againReasons.includes(reason);
  const remedy = rules?.withdrawals.get(area)?.remedy;
  const others = remedy?.kind === 'move' ? remedy.to.filter((target) => target !== to) : [];
  const untried = others.some((target) => !exit.declined.some((one) => one.area === target));
  const left = !again && (!untried || everywhereReasons.includes(reason));
  return accept(done, { kind: 'seats-declined', ...on, reason, again, left });
}

/** X5: what has moved on is given back where it is now, and the money goes back from here. */
export function decideRefundMoved(book: AreaBook, command: RefundMoved): Decision {
  const found = findAttempt(book, command.attempt);
  if (found === undefined) return refuse('payment-unknown');
  const { row, order, attempt } = found;
  if (isGoing(row)) return refuse('seats-moving');
  if (order.state !== 'moved' || attempt.state !== 'paid') return refuse('payment-unknown');
  const { refund } = attempt;
  if (refund !== undefined)
    return accept({ kind: 'refund-stands', refundedAt: refund.doneAt, why: refund.why });
  const { area, number, person, claim } = row;
  return accept(
    { kind: 'refund-stands', refundedAt: 0, why: '' },
    {
      ...({ kind: 'moved-refund-requested', area, number, person, claim } as const),
      ...{ order: order.place, attempt: attempt.place },
    },
  );
}

// ── The area that they come to ──────────────────────────────────────────────────────────────────

/** Whether there is room is written down either way, so that a late repeat finds the same answer. */
export function decideReceiveSeats(
  rules: Rules | undefined,
  book: AreaBook,
  command: ReceiveSeats,
): Decision {
  const row = registrationOf(book, command.person);
  const by = commandOfAct(command.act);
  const kept = keptAnswer(row, by);
  if (kept !== undefined) return accept(kept.outcome);
  if (rules === undefined) return refuse('session-missing');
  const { claim, act, from, candidateType, unpaidSince } = command;
  if (claim <= row.vacated || claim <= row.fenced) return refuse('claim-superseded');
  const { area, number, person } = row;
  const on = { area, number, person, claim };
  const declined = noRoom(rules, book, row, command);
  if (declined !== undefined) {
    const outcome: Outcome = { kind: 'declined', reason: declined };
    const answer = { ...answerTo(command, outcome), command: by };
    return accept(outcome, { kind: 'seats-not-received', ...on, answer });
  }
  const orders = command.orders.map(({ order: before, ...order }, index) => {
    const place = row.ordersGiven + 1 + index;
    const name = orderNumber(rules.sessionTag, area, number, place);
    return { before, order: place, orderNumber: name, ...order };
  });
  const placeOf = (before: number): number =>
    orders.find((order) => order.before === before)?.order ?? 0;
  const outcome: Outcome = {
    kind: 'received',
    orders: orders.map(({ before, orderNumber: name }) => ({ order: before, number: name })),
  };
  return accept(outcome, {
    ...({ kind: 'seats-received', ...on, act, from, candidateType, unpaidSince } as const),
    seats: command.seats.map((seat) => ({ ...seat, order: placeOf(seat.order) })),
    orders: orders.map(({ before, ...order }) => order),
    answer: { ...answerTo(command, outcome), command: by },
  });
}

function noRoom(
  rules: Rules,
  book: AreaBook,
  row: RegistrationRow,
  { seats, orders, candidateType }: ReceiveSeats,
): RefusalReason | undefined {
  if (!rules.areas.has(book.area)) return 'area-unknown';
  if (seats.some(({ unit }) => isWithdrawn(rules, book.area, unit))) return 'area-withdrawn';
  if (row.places.some(({ saved }) => saved !== undefined)) return 'seats-remain';
  if (row.ordersGiven + orders.length > ordersGivenMax) return 'orders-used-up';
  for (const seat of seats) {
    const full = whyFull(book, { candidateType }, undefined, seat);
    if (full !== undefined) return full;
  }
  return undefined;
}

// ── Carrying out ────────────────────────────────────────────────────────────────────────────────

export function evolveWithdrawal(
  rules: Rules | undefined,
  book: AreaBook,
  row: RegistrationRow,
  event: WithdrawalEvent,
  at: EpochMs,
): void {
  switch (event.kind) {
    case 'seats-withdrawn':
      withdrawn(book, row, event, at);
      return;
    case 'seats-leaving': {
      const { act, to } = event;
      voidCode(row);
      const { seats, orders } = moveOf(row);
      const feeFen = paidIn(orders);
      row.exit = {
        ...{ act, state: 'going', to, courses: seats.length, feeFen },
        declined: row.exit?.act === act ? row.exit.declined : [],
        begun: (row.exit?.begun ?? 0) + 1,
      };
      return;
    }
    case 'seats-declined': {
      const { exit } = row;
      assert(exit?.state === 'going', 'X2: only who has set out is turned away');
      const { to: area, reason, again, left } = event;
      const declined = again ? exit.declined : [...exit.declined, { area, reason }];
      row.exit = { ...exit, state: left ? 'left' : 'here', to: '', declined };
      if (left) tell(row, { kind: 'area-lost-waiting', courses: exit.courses }, at);
      unpaidChanged(book, row);
      return;
    }
    case 'seats-moved-out': {
      const { exit } = row;
      assert(exit?.state === 'going', 'X2: only who has set out arrives');
      const courses = exit.courses;
      tell(row, { kind: isUnpaid(row) ? 'area-moved-unpaid' : 'area-moved', courses }, at);
      for (const { unit, saved, chosen } of row.places) {
        if (saved !== undefined) freeSeat(book, row, unit, false);
        if (chosen !== undefined) unchoose(book, row, unit);
      }
      for (const { order: place, number } of event.orders) {
        const order = orderAt(row, place);
        assert(order !== undefined, 'X2: what has set out is still here');
        order.state = 'moved';
        order.endedAt = at;
        order.movedTo = number;
      }
      row.vacated = Math.max(row.vacated, event.move);
      row.exit = { ...exit, state: 'moved' };
      unpaidChanged(book, row);
      return;
    }
    case 'seats-received':
      received(rules, book, row, event);
      return;
    case 'seats-not-received':
      row.vacated = Math.max(row.vacated, event.claim);
      keep(row, event.answer);
      return;
    default:
      unreachable(event);
  }
}

function withdrawn(book: AreaBook, row: RegistrationRow, event: SeatsWithdrawn, at: EpochMs): void {
  const { act, held, units } = event;
  voidCode(row);
  for (const unit of held) {
    const place = placeIn(row, unit);
    assert(place !== undefined, 'only what is held is let go');
    releaseHold(book, row, place);
  }
  for (const unit of units) freeSeat(book, row, unit, true);
  for (const place of event.orders) {
    const order = orderAt(row, place);
    assert(order !== undefined, 'the order of an event is in its row');
    order.state = 'released';
    order.endedAt = at;
  }
  for (const place of event.stops) {
    const order = orderAt(row, place);
    if (order !== undefined) stopAttempts(order);
  }
  let courses = units.length;
  let feeFen = 0;
  for (const place of event.refunds) {
    const order = orderAt(row, place);
    assert(order !== undefined, 'the order of an event is in its row');
    refundAsked(order, at);
    standAs(book, row, order, 'refunding');
    courses += order.courses.length;
    feeFen += order.feeFen;
  }
  unpaidChanged(book, row);
  // Who only held is told too, where it was all there was.
  if (courses === 0 && !row.places.some(hasSeat)) courses = held.length;
  if (courses === 0) return;
  if (feeFen > 0) tell(row, { kind: 'area-lost-refunding', courses, feeFen }, at);
  else tell(row, { kind: 'area-lost', courses }, at);
  const before = row.exit?.act === act && row.exit.state === 'let-go' ? row.exit : undefined;
  row.exit = {
    ...({ act, state: 'let-go', to: '', declined: [], begun: row.exit?.begun ?? 0 } as const),
    courses: (before?.courses ?? 0) + courses,
    feeFen: (before?.feeFen ?? 0) + feeFen,
  } satisfies Exit;
}

function received(
  rules: Rules | undefined,
  book: AreaBook,
  row: RegistrationRow,
  event: SeatsReceived,
): void {
  voidCode(row);
  // What was chosen here long ago gives way.
  for (const { unit, chosen } of row.places) if (chosen !== undefined) unchoose(book, row, unit);
  if (row.candidateType !== event.candidateType) {
    row.candidateType = event.candidateType;
    row.queuedUntil = Number.POSITIVE_INFINITY;
  }
  const seats = event.seats.map(({ unit, course, ticket, order }) => ({
    ...{ saved: pairOf(rules, unit, course), ticket: ownText(row, ticket), order },
  }));
  row.orders = [
    ...row.orders,
    ...event.orders.map(({ order: place, orderNumber: number, payment, ...order }): Order => {
      const attempts: Attempt[] = payment === undefined ? [] : [paidElsewhere(payment)];
      const courses = seats.flatMap((seat) => (seat.order === place ? [seat.saved] : []));
      const state = payment === undefined ? 'confirmed' : 'paid';
      const stands = { state, endedAt: 0, movedTo: undefined } as const;
      return { ...order, place, number, courses, ...stands, attempts };
    }),
  ];
  row.ordersGiven += event.orders.length;
  for (const { saved, ticket, order } of seats) {
    row.places = row.places.concat(
      newPlace(saved.unit, ticket, undefined, saved, undefined, order),
    );
    const state = order === 0 ? 'saved' : orderAt(row, order)?.state;
    assert(state === 'saved' || state === 'confirmed' || state === 'paid', 'as they set out');
    poolOf(book, row, saved.unit)[state] += 1;
    countCourse(book, undefined, saved.course);
  }
  row.releasedAt = 0;
  row.reminded = 0;
  row.unpaidSince = isUnpaid(row) ? event.unpaidSince : 0;
  enqueueUnpaid(book.unpaid, row);
  answered(row, event.claim, event.answer);
}

/** X5: so that pages and a refund find the payment; our side of a bill has it where it was taken. */
const paidElsewhere = ({ provider, way, startedAt, paidAt, paidAs }: MovedPayment): Attempt => ({
  ...{ place: 1, provider, way, startedAt, expiresAt: paidAt, state: 'paid', transaction: '' },
  ...{ paidAt, refund: undefined, paidAs },
});
