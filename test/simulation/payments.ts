/**
 * How this world pays: the page that opens an attempt, the person at the till, the till's notices, and
 * what the engine asks of providers. Nobody is sure to be heard: letters get lost, providers go away.
 */
import type { Effect } from '../../engine/core/effects.ts';
import { ask } from '../../engine/core/partition.ts';
import { compareBill, earliestAsked } from '../../engine/effects/reconciliation.ts';
import type { BillLine } from '../../engine/payments/provider.ts';
import { type AsideFact, asideReasonOf, setAsideOf } from '../../engine/payments/set-aside.ts';
import type { AsideReason } from '../../engine/protocol/commands.ts';
import type { PartitionName } from '../../engine/protocol/ids.ts';
import {
  type PaidFact,
  type ProviderName,
  placeOfNumber,
  providerNames,
} from '../../engine/protocol/payments.ts';
import type { PaymentCursor, PaymentLine } from '../../engine/protocol/replies.ts';
import { chinaTime } from '../given.ts';
import { dayOf, type Order } from './audit-lists.ts';
import { daysBooked, homeOfArea, minute, partitionNames } from './province.ts';
import { type Taking, Till, type TillNotice } from './till.ts';
import type { World } from './world.ts';

const dayMs = 24 * 60 * minute;
const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
const midnight = (day: number): number => day * dayMs - 8 * 60 * minute;
const foreverNo: readonly string[] = ['payment-unknown', 'payment-differs', 'amount-differs'];

type Watch = Extract<Effect, { kind: 'watch-payment' }>;
type Refund = Extract<Effect, { kind: 'refund-payment' }>;
type Begin = {
  area: string;
  person: string;
  claim: number;
  revision: number;
  ticket: string;
  order: string;
};

export class Payments {
  readonly till = new Till();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** 前往交费. The page that opens the attempt at the provider may be closed before it does. */
  begin(to: PartitionName, from: Begin, how: number): void {
    const provider = providerNames[how % 3] ?? 'sandbox';
    this.world.send(to, { kind: 'start-payment', ...from, provider, way: 'scan' }, (reply) => {
      if (reply.kind !== 'accepted' || reply.outcome.kind !== 'payment-started') return;
      const { attempt, amountFen, expiresAt } = reply.outcome;
      if (how % 12 > 0) this.till.open(provider, attempt, amountFen, expiresAt);
    });
  }

  /** Somebody pays for the order: mostly by its newest attempt, mostly what it costs, mostly in time. */
  pay(order: Order, how: number): void {
    const { till, world } = this;
    const attempts = world.auditor.lists.attemptsOf(order);
    const attempt = how % 4 === 0 ? attempts[how % attempts.length] : attempts.at(-1);
    if (attempt === undefined) return;
    const { number, provider } = attempt;
    const slow = how % 5 === 0;
    // A code that the provider first hears of when it is scanned.
    if (slow) till.open(provider, number, order.fen, world.now + 5 * minute);
    const amount = how % 9 === 0 ? order.fen - 100 : order.fen;
    if (!till.take(number, amount, world.now, slow)) return;
    world.seen.mishaps.add(slow ? 'paid slowly' : 'paid');
    // The notice is usually quick.
    if (how % 3 > 0) this.tell(till.unheard.at(-1));
  }

  /** What goes wrong at the providers' own. */
  goWrong(what: number, how: number): void {
    const { till, world } = this;
    const provider = providerNames[how % 3] ?? 'sandbox';
    const taking = till.takings[how % till.takings.length];
    switch (what % 6) {
      case 0:
      case 1:
        till.goAway(provider, world.now + 60 * minute);
        world.seen.mishaps.add('away');
        return;
      case 2:
        if (taking === undefined) return;
        till.refuseBack(taking.transaction, world.now + 30 * minute);
        return;
      case 3:
        if (taking === undefined) return;
        till.refuseBack(taking.transaction, Number.POSITIVE_INFINITY);
        return;
      case 4:
        // Of a number that was never handed out.
        till.enter(provider, `202610_0101_${1 + (how % 9)}_77_1`, 3_500, world.now);
        return;
      default:
        // One number, paid a second time.
        if (taking === undefined) return;
        till.enter(taking.provider, taking.attempt, taking.amountFen, world.now);
    }
  }

  /** What came last never goes back by itself. */
  refuseLast(): void {
    const last = this.till.takings.at(-1);
    if (last !== undefined) this.till.refuseBack(last.transaction, Number.POSITIVE_INFINITY);
  }

  /** The till says again what it was not answered. */
  tell(notice: TillNotice | undefined): void {
    if (notice === undefined) return;
    const { till } = this;
    const taken = (): void => {
      till.unheard = till.unheard.filter((one) => one !== notice);
    };
    const { provider, attempt } = notice.taking;
    if (notice.kind === 'paid') {
      this.notePaid(provider, notice.taking, taken);
      return;
    }
    const area = placeOfNumber(attempt)?.area ?? '';
    const fact = { attempt, transaction: notice.refund, amountFen: 0 };
    this.world.send(
      homeOfArea(area),
      {
        ...({ kind: 'note-refund', area, attempt, outcome: 'succeeded', why: '' } as const),
        refundedAt: notice.at,
      },
      (reply) => {
        if (reply.kind === 'accepted') taken();
        else if (foreverNo.includes(reply.reason))
          this.setAside(provider, asideReasonOf(reply.reason), fact, taken);
      },
      0,
    );
  }

  /** A fact goes to the book that its number names, and is set aside if that does not take it. */
  private notePaid(provider: ProviderName, paid: PaidFact, taken: () => void): void {
    const { attempt, transaction, amountFen, paidAt } = paid;
    const area = placeOfNumber(attempt)?.area ?? '';
    const fact = { attempt, transaction, amountFen };
    this.world.send(
      homeOfArea(area),
      { kind: 'note-payment', area, provider, ...fact, paidAt },
      (reply) => {
        if (reply.kind === 'accepted') taken();
        else if (foreverNo.includes(reply.reason))
          this.setAside(provider, asideReasonOf(reply.reason), fact, taken);
      },
      0,
    );
  }

  private setAside(
    provider: ProviderName,
    why: AsideReason,
    fact: AsideFact,
    taken: () => void,
  ): void {
    this.world.send(
      'rest',
      setAsideOf(provider, why, fact),
      (reply) => {
        if (reply.kind === 'accepted') taken();
      },
      0,
    );
  }

  /** Asks about an attempt, or closes it once it is over. */
  watch({ area, provider, attempt, closesAt }: Watch): void {
    const { till, world } = this;
    const over = world.now >= closesAt;
    const standing = over
      ? till.close(provider, attempt, world.now)
      : till.query(provider, attempt, world.now);
    if (standing === undefined || standing.kind === 'waiting') return;
    if (standing.kind === 'paid') this.notePaid(provider, standing, () => undefined);
    else world.send(homeOfArea(area), { kind: 'note-attempt-closed', area, attempt }, undefined, 0);
  }

  refund({ area, provider, attempt, refund, transaction, amountFen }: Refund): void {
    const { till, world } = this;
    const asked = { attempt, refund, transaction, amountFen };
    const standing = till.refund(provider, asked, world.now);
    if (standing === undefined || standing.kind === 'processing') return;
    const said =
      standing.kind === 'succeeded'
        ? ({ outcome: 'succeeded', why: '', refundedAt: standing.at } as const)
        : ({ outcome: 'refused', why: standing.why, refundedAt: 0 } as const);
    world.send(homeOfArea(area), { kind: 'note-refund', area, attempt, ...said }, undefined, 0);
  }

  /** B7: differences are set aside first, each heard, then the day is done. */
  reconcile(from: PartitionName, day: number): void {
    const { world, till } = this;
    if (providerNames.some((name) => till.isAway(name, world.now))) return;
    const compared = providerNames.map((name) => ({ name, ...this.compare(name, day) }));
    const lines = compared.map(({ line }) => line);
    const finish = (): void =>
      world.send(from, { kind: 'note-reconciled', day, lines }, undefined, 0);
    let open = 0;
    for (const { name, differences } of compared) {
      for (const { why, ...fact } of differences) {
        open += 1;
        this.setAside(name, why, fact, () => {
          open -= 1;
          if (open === 0) finish();
        });
      }
    }
    if (open === 0) finish();
  }

  /** What may be owed at rest: it waits for staff, and not for anybody here. */
  mayWait(effect: Effect): boolean {
    const { till, world } = this;
    switch (effect.kind) {
      case 'watch-payment': {
        // It may be paid yet; or money came that its order does not take.
        if (world.now < effect.closesAt) return true;
        const [taking] = till.takingsOf(effect.attempt);
        return taking !== undefined && world.isSetAside(taking);
      }
      case 'refund-payment':
        return till.refusesForGood(effect.transaction);
      case 'reconcile':
        return world.isListFull();
      default:
        return false;
    }
  }

  /** B7: at the end every bill is what our orders say, but for what was set aside. */
  checkBills(): void {
    const first = dayOf(chinaTime(0, 12));
    for (let day = first - 1; day <= dayOf(this.world.now); day += 1) {
      for (const name of providerNames) {
        for (const { why, ...fact } of this.compare(name, day).differences) {
          const taking = this.till.takings.find((one) => one.transaction === fact.transaction);
          const waits = taking !== undefined && this.isLeftToStaff(taking);
          if (why !== 'bill-payment-missing-here' || !waits)
            throw new Error(`B7: ${why} at rest: ${JSON.stringify(fact)}`);
        }
      }
    }
    const session = this.world.writer('rest').partition.session;
    for (const { day, provider, ...line } of session?.reconciled ?? []) {
      const bill = this.till.bill(provider, dateOf(day));
      const sumOf = (kind: 'payment' | 'refund'): number =>
        bill.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.amountFen, 0);
      if (line.paidFen !== sumOf('payment') || line.refundedFen !== sumOf('refund'))
        throw new Error(`B7: the bill of ${provider} on ${dateOf(day)} was read wrong`);
    }
    const days = session?.reconciled.map(({ day, provider }) => `${day} ${provider}`) ?? [];
    if (!this.world.isListFull() && new Set(days).size !== daysBooked * providerNames.length)
      throw new Error(`B7: not every day was compared: ${days.join(', ')}`);
  }

  /** D11: no attempt is under way any more, but for one whose money its order did not take. */
  checkAttempts(): void {
    for (const { number, state } of this.world.auditor.lists.attempts) {
      if (state === 'closed' || state === 'paid') continue;
      if (!this.till.takingsOf(number).some((taking) => this.isLeftToStaff(taking)))
        throw new Error(`D11: ${number} is ${state} for ever`);
    }
  }

  private isLeftToStaff(taking: Taking): boolean {
    return this.world.isSetAside(taking) || this.world.isListFull();
  }

  compare(name: ProviderName, day: number) {
    const from = midnight(day);
    const to = from + dayMs;
    const { till } = this;
    const ours = this.ours(from - dayMs, to + dayMs);
    const bill = till.bill(name, dateOf(day));
    const earlier: BillLine[] = [];
    for (let one = dayOf(earliestAsked(name, bill, ours, from, to)); one < day; one += 1)
      earlier.push(...till.bill(name, dateOf(one)));
    return compareBill(name, bill, earlier, ours, from, to);
  }

  /** What our orders say of a time. */
  private ours(from: number, to: number): PaymentLine[] {
    const all: PaymentLine[] = [];
    for (const name of partitionNames) {
      const { partition } = this.world.writer(name);
      let after: PaymentCursor | undefined;
      do {
        const query = { kind: 'payments', from, to, ...(after && { after }) } as const;
        const page = ask(partition, query, this.world.now);
        if (page.kind !== 'payments') throw new Error('not payments');
        all.push(...page.payments);
        after = page.next;
      } while (after !== undefined);
    }
    return all;
  }
}
