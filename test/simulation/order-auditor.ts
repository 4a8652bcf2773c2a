/**
 * The auditor's word on orders and money, from the rules alone: confirming (F28), withdrawing (D15),
 * paying (F38), asking for money back (F31, D13), what providers say (D11, D14), and the end of a day
 * (F30).
 */
import type { PreparedCommand } from '../../engine/protocol/commands.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import {
  type Attempt,
  type AuditLists,
  dayOf,
  done,
  type Form,
  type Happening,
  no,
  type Order,
  type Spot,
  stands,
  type Verdict,
  yes,
} from './audit-lists.ts';

const ofOrders = [
  ...(['confirm-registration', 'withdraw-order', 'start-payment'] as const),
  ...(['stop-payment', 'request-refund'] as const),
];
export type OfOrders = Extract<PreparedCommand, { kind: (typeof ofOrders)[number] }>;
export const isOfOrders = (command: PreparedCommand): command is OfOrders =>
  ofOrders.some((kind) => kind === command.kind);

export type OfMoney = Extract<
  PreparedCommand,
  {
    kind:
      | 'note-payment'
      | 'note-attempt-closed'
      | 'note-refund'
      | 'release-unpaid'
      | 'remind-unpaid'
      | 'note-news'
      | 'set-aside';
  }
>;

export class OrderAuditor {
  private readonly lists: AuditLists;

  constructor(lists: AuditLists) {
    this.lists = lists;
  }

  /** F28, F31: a ticket with an order that stands chooses, saves and gives up nothing. */
  lockOn({ area, person }: Form, ticket: string): Verdict | null {
    const mine = this.lists.orders.filter(
      (one) => one.area === area && one.person === person && one.ticket === ticket,
    );
    const standing = mine.find((one) => stands(one.state));
    return standing === undefined ? null : this.locked(standing);
  }

  private locked({ state }: Order): Verdict {
    return no(stands(state) ? `order-${state}` : 'order-ended');
  }

  judge(session: Adopted, form: Form, command: OfOrders, at: number): Verdict {
    const { ticket } = command;
    if (command.kind === 'confirm-registration') return this.confirm(session, form, ticket);
    const order = this.lists.orders.find(
      ({ number, area, person }) =>
        number === command.order && area === form.area && person === form.person,
    );
    if (order === undefined || order.ticket !== ticket) return no('order-unknown');
    const attempts = this.lists.attemptsOf(order);
    const running = attempts.filter(({ state }) => state === 'live' || state === 'stopping');
    switch (command.kind) {
      case 'withdraw-order':
        if (order.state !== 'confirmed') return this.locked(order);
        if (running.length > 0) return no('payment-running');
        this.free(order, 'withdrawn');
        this.happens('withdrawn');
        return done;
      case 'start-payment': {
        if (order.state !== 'confirmed') return this.locked(order);
        if (attempts.length >= 20) return no('payments-used-up');
        this.stop(order);
        const attempt = `${order.number}_${attempts.length + 1}`;
        this.lists.attempts.push({
          ...{ number: attempt, order: order.number, provider: command.provider },
          ...{ state: 'live', transaction: '', refund: null },
        });
        const close = this.lists.closeOfDay(session, dayOf(at));
        const expiresAt = Math.min(at + session.settings.paymentMs, close);
        return yes({ kind: 'payment-started', attempt, amountFen: order.fen, expiresAt });
      }
      case 'stop-payment':
        if (order.state !== 'confirmed') return this.locked(order);
        this.stop(order);
        return done;
      case 'request-refund': {
        if (order.state !== 'paid') return this.locked(order);
        const paying = attempts.find(({ state, refund }) => state === 'paid' && refund === null);
        if (paying === undefined) throw new Error(`${order.number} is paid by nothing`);
        paying.refund = { cause: 'asked', given: false, stuck: false };
        order.state = 'refunding';
        return done;
      }
    }
  }

  /** F28, R7: what is saved becomes one order; F29: what is only chosen goes. */
  private confirm({ catalogue }: Adopted, form: Form, ticket: string): Verdict {
    const { area, person } = form;
    const mine = this.lists.spotsOf(form).filter((spot) => spot.ticket === ticket);
    const saved = mine.filter((spot) => spot.saved !== null && spot.order === null);
    if (saved.length === 0) return this.lockOn(form, ticket) ?? no('nothing-saved');
    // What ended without ever being near a provider is forgotten.
    const kept = this.lists.orders.filter(
      (one) =>
        one.area !== area ||
        one.person !== person ||
        stands(one.state) ||
        this.lists.attemptsOf(one).length > 0,
    );
    const here = kept.filter((one) => one.area === area && one.person === person);
    if (here.length >= 30 || form.ordersMade >= 999) return no('orders-used-up');
    this.lists.orders.splice(0, this.lists.orders.length, ...kept);
    form.ordersMade += 1;
    const session = catalogue.code.replaceAll('-', '');
    const number = `${session}_${area}_${form.number}_${form.ordersMade}`;
    if (form.code?.ticket === ticket || form.question?.ticket === ticket) this.lists.forget(form);
    for (const spot of mine) {
      spot.chosen = null;
      spot.hold = null;
    }
    for (const spot of saved) spot.order = number;
    const courses = saved.map((spot) => ({ unit: spot.unit, course: spot.saved ?? '' }));
    const fen = courses.length * catalogue.feeFen;
    this.lists.orders.push({ number, area, person, ticket, courses, fen, state: 'confirmed' });
    return yes({ kind: 'confirmed', order: number });
  }

  /** What comes to the partition from providers, timers and effects. */
  plain(session: Adopted | null, command: OfMoney, at: number): Verdict {
    switch (command.kind) {
      case 'note-payment': {
        const attempt = this.attempt(command);
        if (attempt?.provider !== command.provider) return no('payment-unknown');
        const { transaction, amountFen } = command;
        if (attempt.state === 'paid')
          return attempt.transaction === transaction ? done : no('payment-differs');
        const order = this.lists.orderOf(attempt.order);
        if (amountFen !== order.fen) return no('amount-differs');
        this.takeMoney(order, attempt, transaction);
        return done;
      }
      case 'note-attempt-closed': {
        const attempt = this.attempt(command);
        if (attempt === undefined) return no('payment-unknown');
        // Paid wins over closed (D14).
        this.happens(attempt.state === 'paid' ? 'closed-after-paid' : 'closed');
        if (attempt.state !== 'paid') attempt.state = 'closed';
        return done;
      }
      case 'note-refund': {
        if (session === null) return no('session-missing');
        const attempt = this.attempt(command);
        if (attempt === undefined || attempt.refund === null) return no('payment-unknown');
        const { refund } = attempt;
        if (refund.given) return done;
        refund.stuck = command.outcome === 'refused';
        this.happens(refund.stuck ? 'refund-stuck' : 'refunded');
        if (refund.stuck) return done;
        refund.given = true;
        // F31: only now the seats are free.
        if (refund.cause === 'asked') this.free(this.lists.orderOf(attempt.order), 'refunded');
        return done;
      }
      case 'release-unpaid':
        if (session !== null) this.release(session, command.area, at);
        return done;
      case 'remind-unpaid':
      case 'note-news':
        return done;
      case 'set-aside': {
        if (this.lists.asides.has(command.key)) return done;
        if (this.lists.asides.size >= 20_000) return no('list-full');
        this.lists.asides.add(command.key);
        return done;
      }
    }
  }

  private attempt(command: { area: string; attempt: string }): Attempt | undefined {
    return this.lists.attempts.find(
      ({ number, order }) =>
        number === command.attempt && this.lists.orderOf(order).area === command.area,
    );
  }

  /** D11: money that came is paid for with a seat or goes back. */
  private takeMoney(order: Order, attempt: Attempt, transaction: string): void {
    if (attempt.state === 'closed') this.happens('paid-after-closed');
    attempt.state = 'paid';
    attempt.transaction = transaction;
    this.stop(order);
    const back = (cause: 'second' | 'late'): void => {
      this.happens(cause === 'second' ? 'second' : 'too-late');
      attempt.refund = { cause, given: false, stuck: false };
    };
    if (order.state === 'confirmed') {
      order.state = 'paid';
      this.happens('paid');
    } else if (order.state === 'withdrawn') {
      this.happens('too-late-withdrawn');
      back('late');
    } else if (order.state !== 'released') {
      back('second');
    } else if (this.canHaveSeatsAgain(order)) {
      this.seatAgain(order);
    } else {
      back('late');
    }
  }

  /** D11: the area is still theirs, nothing else is in those units, every seat is free. */
  private canHaveSeatsAgain({ area, person, ticket, courses }: Order): boolean {
    const form = this.lists.formOf(area, person);
    if (form.seen <= form.left) {
      this.happens('too-late-elsewhere');
      return false;
    }
    return courses.every(({ unit, course }) => {
      const spot = this.lists.spotsOf(form).find((one) => one.unit === unit);
      if (spot !== undefined && spot.saved !== null) return false;
      if (spot !== undefined && spot.hold !== null && spot.ticket !== ticket) return false;
      return this.lists.full(area, spot, unit, course) === null;
    });
  }

  private seatAgain(order: Order): void {
    const { area, person, ticket, courses, number } = order;
    const form = this.lists.formOf(area, person);
    this.happens('seats-again');
    this.lists.forget(form);
    order.state = 'paid';
    for (const { unit, course } of courses) {
      const spot = this.lists.spotsOf(form).find((one) => one.unit === unit);
      const seat = { ticket, chosen: null, saved: course, hold: null, order: number };
      if (spot !== undefined) Object.assign(spot, seat);
      else this.lists.spots.push({ area, person, unit, since: 0, ...seat });
    }
  }

  /** F30, D11: what has a live attempt waits for the provider, but not beyond the grace. */
  private release(session: Adopted, area: string, at: number): void {
    const overdue = this.lists.spots.filter(
      (spot) => spot.area === area && this.lists.isOverdue(session, spot, at),
    );
    const going = overdue.filter((spot) => !this.isWaitedFor(session, spot, at));
    if (going.length < overdue.length) this.happens('waited-for');
    for (const spot of going) {
      if (spot.order !== null) {
        this.lists.orderOf(spot.order).state = 'released';
        this.happens('released');
      }
      spot.chosen ??= spot.saved;
      Object.assign(spot, { saved: null, order: null });
      this.lists.forget(this.lists.formOf(spot.area, spot.person));
    }
  }

  private isWaitedFor(session: Adopted, { order, since }: Spot, at: number): boolean {
    if (order === null) return false;
    const attempts = this.lists.attemptsOf(this.lists.orderOf(order));
    const running = attempts.some(({ state }) => state === 'live' || state === 'stopping');
    const close = this.lists.closeOfDay(session, dayOf(since));
    return running && at < close + session.settings.releaseGraceMs;
  }

  private happens(what: Happening): void {
    this.lists.happened.add(what);
  }

  private stop(order: Order): void {
    for (const attempt of this.lists.attemptsOf(order))
      if (attempt.state === 'live') attempt.state = 'stopping';
  }

  /** The seats are free, what was in them stays as a choice. */
  private free(order: Order, state: 'withdrawn' | 'refunded'): void {
    order.state = state;
    for (const spot of this.lists.spots.filter((one) => one.order === order.number)) {
      spot.chosen ??= spot.saved;
      Object.assign(spot, { saved: null, order: null });
    }
  }
}
