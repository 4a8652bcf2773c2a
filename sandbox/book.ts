/**
 * The sandbox's orders: what may happen to one, and what is true of it. Decides and remembers; the
 * ledger keeps what it decided, HTTP is others'.
 *
 * B1 Every change is an entry; the orders after a restart are what the entries make of them.
 * B2 The same call again changes nothing and says the same.
 * B3 Nothing is paid at or after `expiresAt`, and nothing that was closed is paid, unless a test
 *    asks for the late success that real providers promise never to send.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Answers, Requests } from './wire.ts';

export type Order = Readonly<Requests['open']> & {
  /** What the pay page's address holds: nobody guesses it. */
  token: string;
  closed: boolean;
  paid?: { transaction: string; at: number };
  refund?: { refund: string; amountFen: number; doneAt?: number };
};

export type Entry = { at: number } & (
  | ({ kind: 'opened'; token: string } & Requests['open'])
  | { kind: 'closed'; order: string }
  | { kind: 'paid'; order: string; transaction: string }
  | { kind: 'refund-taken'; order: string; refund: string; amountFen: number }
  | { kind: 'refunded'; order: string }
  /** The merchant has taken the notice of that. */
  | ({ kind: 'told' } & Due)
);

/** Something that the merchant is to be told. */
export type Due = { order: string; of: 'paid' | 'refunded' };

export type RefundManner = 'succeed' | 'refuse' | 'processing';

/** A sandbox is for trying out; it is not to fill a disk. */
const ordersMax = 1_000_000;
const dayMs = 24 * 60 * 60_000;

export class Book {
  readonly #orders = new Map<string, Order>();
  readonly #byToken = new Map<string, Order>();
  /** Closed before they were opened: an opening that was on its way comes too late. */
  readonly #neverOpen = new Set<string>();
  readonly #untold = new Map<string, Due>();
  #news: Due[] = [];
  readonly #record: (entry: Entry) => void;

  /** `record`: keeps an entry that was just decided; entries from before are only applied. */
  constructor(record: (entry: Entry) => void) {
    this.#record = record;
  }

  orders(): Order[] {
    return [...this.#orders.values()];
  }
  find(order: string): Order | undefined {
    return this.#orders.get(order);
  }
  findByToken(token: string): Order | undefined {
    return this.#byToken.get(token);
  }

  apply(entry: Entry): void {
    if (entry.kind === 'opened') {
      const { kind: _, at: __, ...rest } = entry;
      const order: Order = { ...rest, closed: false };
      this.#orders.set(order.order, order);
      this.#byToken.set(order.token, order);
      return;
    }
    if (entry.kind === 'told') {
      this.#untold.delete(keyOf(entry));
      return;
    }
    const order = this.#orders.get(entry.order);
    if (order === undefined) {
      this.#neverOpen.add(entry.order);
      return;
    }
    switch (entry.kind) {
      case 'closed':
        order.closed = true;
        return;
      case 'paid':
        order.paid = { transaction: entry.transaction, at: entry.at };
        this.#owe({ order: entry.order, of: 'paid' });
        return;
      case 'refund-taken':
        order.refund = { refund: entry.refund, amountFen: entry.amountFen };
        return;
      case 'refunded':
        if (order.refund !== undefined) order.refund.doneAt = entry.at;
        this.#owe({ order: entry.order, of: 'refunded' });
    }
  }

  open(asked: Requests['open'], now: number): Order | { why: string } {
    const known = this.#orders.get(asked.order);
    if (known !== undefined) {
      const same = known.amountFen === asked.amountFen && known.expiresAt === asked.expiresAt;
      if (!same) return { why: 'ORDER_NUMBER_USED' };
      if (known.paid !== undefined) return { why: 'ORDER_PAID' };
      return this.#isClosed(known, now) ? { why: 'ORDER_CLOSED' } : known;
    }
    if (this.#neverOpen.has(asked.order) || now >= asked.expiresAt) return { why: 'ORDER_CLOSED' };
    if (this.#orders.size >= ordersMax) return { why: 'SANDBOX_FULL' };
    const token = randomBytes(16).toString('hex');
    this.#happened({ kind: 'opened', at: now, ...asked, token });
    return this.#orders.get(asked.order) ?? { why: 'SANDBOX_FULL' };
  }

  standing(number: string, now: number): Answers['query'] {
    const order = this.#orders.get(number);
    if (order === undefined) {
      return { kind: this.#neverOpen.has(number) ? 'closed' : 'waiting' };
    }
    if (order.paid === undefined)
      return { kind: this.#isClosed(order, now) ? 'closed' : 'waiting' };
    const { transaction, at } = order.paid;
    return { kind: 'paid', order: number, transaction, amountFen: order.amountFen, paidAt: at };
  }

  close(number: string, now: number): Answers['close'] {
    if (this.standing(number, now).kind === 'waiting') {
      this.#happened({ kind: 'closed', at: now, order: number });
    }
    return this.standing(number, now);
  }

  /** What the button on the pay page does. `late`: as if the order were still open (B3). */
  pay(number: string, now: number, late = false): boolean {
    const order = this.#orders.get(number);
    if (order === undefined || order.paid !== undefined) return false;
    if (!late && this.#isClosed(order, now)) return false;
    const transaction = `S${now}${String(randomInt(1e9)).padStart(9, '0')}`;
    this.#happened({ kind: 'paid', at: now, order: number, transaction });
    return true;
  }

  refund(asked: Requests['refund'], now: number, manner: RefundManner): Answers['refund'] {
    const order = this.#orders.get(asked.order);
    if (order?.paid === undefined) return { kind: 'refused', why: 'ORDER_NOT_PAID' };
    if (order.refund === undefined) {
      if (asked.amountFen !== order.amountFen) return { kind: 'refused', why: 'WRONG_AMOUNT' };
      if (manner === 'refuse') return { kind: 'refused', why: 'REFUSED_AS_TOLD' };
      this.#happened({ kind: 'refund-taken', at: now, ...asked });
    }
    const { refund } = order;
    if (refund?.refund !== asked.refund || refund.amountFen !== asked.amountFen) {
      return { kind: 'refused', why: 'ALREADY_REFUNDED' };
    }
    if (manner === 'succeed' && refund.doneAt === undefined) {
      this.#happened({ kind: 'refunded', at: now, order: order.order });
    }
    return refund.doneAt === undefined
      ? { kind: 'processing' }
      : { kind: 'succeeded', at: refund.doneAt };
  }

  /** Those taken on and not done yet, all at once. */
  finishRefunds(now: number): void {
    for (const { order, refund } of this.#orders.values()) {
      if (refund !== undefined && refund.doneAt === undefined) {
        this.#happened({ kind: 'refunded', at: now, order });
      }
    }
  }

  /** `early`: also of a day that is not over. */
  bill(day: string, now: number, early: boolean): Answers['bill'] {
    const from = Date.parse(`${day}T00:00:00+08:00`);
    if (!early && now < from + dayMs) return { kind: 'later' };
    const within = (at: number): boolean => at >= from && at < from + dayMs;
    const lines: Extract<Answers['bill'], { kind: 'bill' }>['lines'] = [];
    for (const { order, amountFen, paid, refund } of this.#orders.values()) {
      if (paid === undefined) continue;
      const { transaction } = paid;
      if (within(paid.at)) lines.push({ kind: 'payment', order, transaction, amountFen });
      if (refund?.doneAt !== undefined && within(refund.doneAt)) {
        lines.push({
          kind: 'refund',
          order,
          refund: refund.refund,
          transaction,
          amountFen: refund.amountFen,
        });
      }
    }
    return { kind: 'bill', lines };
  }

  /** Of what the merchant has not taken the notice yet, in the order in which it happened. */
  untold(): Due[] {
    return [...this.#untold.values()];
  }

  noteTold(due: Due, now: number): void {
    if (this.#untold.has(keyOf(due))) this.#happened({ kind: 'told', at: now, ...due });
  }

  /** Of that, what came up since this was last asked. */
  takeNews(): Due[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #owe(due: Due): void {
    this.#untold.set(keyOf(due), due);
    this.#news.push(due);
  }

  #isClosed(order: Order, now: number): boolean {
    return order.closed || now >= order.expiresAt;
  }

  #happened(entry: Entry): void {
    this.#record(entry);
    this.apply(entry);
  }
}

const keyOf = ({ order, of }: Due): string => `${of} ${order}`;
