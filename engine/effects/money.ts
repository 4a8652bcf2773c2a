/**
 * What is asked of payment providers: whether an attempt was paid, that it be closed, that money
 * goes back, what their bill says. What is due the rows say; what came of it goes back as a command.
 *
 * M1 An attempt is asked about after 5 s, 30 s, 2 min and 10 min, since a notice may be lost, and
 *    closed at its end: only the provider's word "closed" lets its seats go early (D11).
 * M2 A refund is asked for with the same number until it has succeeded. What is refused is noted for
 *    staff and asked for again.
 *    Money that was taken in another area is asked of that area (S5).
 * M3 A fact that no order takes is set aside before it is let go (D14).
 * M4 A provider that keeps everybody waiting takes no turn of another's.
 */

import type { Effect } from '../core/effects.ts';
import { chinaDay, chinaMidnight } from '../core/rules.ts';
import { nameOf } from '../outside-thread.ts';
import type { BillLine, ProviderCalls, Standing } from '../payments/provider.ts';
import { asideReasonOf, setAsideOf } from '../payments/set-aside.ts';
import { createTally, type ProviderTally } from '../payments/tally.ts';
import type { EpochMs, PartitionName } from '../protocol/ids.ts';
import { type ProviderName, placeOfNumber } from '../protocol/payments.ts';
import type {
  CommandReply,
  PaymentCursor,
  PaymentLine,
  Query,
  QueryReply,
} from '../protocol/replies.ts';
import type { RoutedBody } from '../protocol/routing.ts';
import type { ProviderStanding } from '../protocol/telemetry.ts';
import { createJobs, type Jobs, type Next } from './jobs.ts';
import { compareBill, earliestAsked } from './reconciliation.ts';

export type MoneyEffect = Extract<
  Effect,
  { kind: 'watch-payment' | 'refund-payment' | 'refund-moved' | 'reconcile' }
>;

export type MoneyOptions = {
  providers: readonly ProviderCalls[];
  partitions: readonly PartitionName[];
  /** Until there is an answer that does not pass by itself. */
  tell(body: RoutedBody): Promise<CommandReply>;
  ask(partition: PartitionName, query: Query): Promise<QueryReply>;
  clock: { now(): EpochMs; monotonic(): number };
  onTrouble(what: string): void;
};

export type Money = {
  take(effect: MoneyEffect): void;
  /** What waits for a provider or is being asked of one. */
  waiting(): number;
  standings(): ProviderStanding[];
  stop(): Promise<void>;
};

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
/** M1: after the attempt began; later as often as the last. */
const askedAfterMs = [5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs];
const runningMax = 64;
const lookEveryMs = 250;
const retryMs = secondMs;
const retryMaxMs = minuteMs;
const processingMaxMs = 5 * minuteMs;
/** A bill is made once a day, hours after it. */
const billLaterMs = 10 * minuteMs;
/** No refund is on its way for longer; providers keep bills for some months. */
const daysBackMax = 31;
const dayMs = 24 * 60 * minuteMs;

/** `2026-09-08`: days count on China's calendar. */
const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Doubles from try to try. */
const backOff = (tries: number, maxMs: number): number =>
  Math.min(maxMs, retryMs * 2 ** Math.min(tries, 20));

export function createMoney(options: MoneyOptions): Money {
  const { partitions, tell, ask, clock, onTrouble } = options;
  const { now } = clock;
  const tally = createTally(options.providers, now);
  const providers = new Map(
    options.providers.map((provider) => [provider.name, counted(provider, tally)]),
  );
  const newJobs = () =>
    createJobs({
      ...{ runningMax, lookEveryMs, monotonic: clock.monotonic },
      onFault: (key, error, tries) => {
        // A provider may be away for long; the first word of it is enough.
        if (tries === 0) onTrouble(`${key}: ${nameOf(error)}`);
      },
      thenMs: (tries) => backOff(tries, retryMaxMs),
    });
  /** M4. */
  const jobs: Record<ProviderName | 'bills', Jobs> = {
    ...{ sandbox: newJobs(), alipay: newJobs(), wechat: newJobs() },
    bills: newJobs(),
  };

  /** One whose keys were taken out of the settings while orders still speak of it. */
  function providerOf(name: ProviderName): ProviderCalls {
    const provider = providers.get(name);
    if (provider === undefined) throw new Error(`the provider ${name} is not configured`);
    return provider;
  }

  async function watch(effect: Extract<Effect, { kind: 'watch-payment' }>): Promise<Next> {
    const { attempt, startedAt, closesAt } = effect;
    const provider = providerOf(effect.provider);
    const over = now() >= closesAt;
    const standing = await (over ? provider.close(attempt) : provider.query(attempt));
    if (standing.kind !== 'waiting') return noteEnd(effect, standing);
    if (over) return { afterMs: retryMaxMs };
    const age = now() - startedAt;
    const next = askedAfterMs.find((after) => after > age);
    const untilNext = next === undefined ? (askedAfterMs.at(-1) ?? 0) : next - age;
    return { afterMs: Math.min(untilNext, closesAt - now()) };
  }

  async function noteEnd(
    { area, provider, attempt }: Extract<Effect, { kind: 'watch-payment' }>,
    standing: Exclude<Standing, { kind: 'waiting' }>,
  ): Promise<Next> {
    if (standing.kind === 'closed') {
      await tell({ kind: 'note-attempt-closed', area, attempt });
      return 'done';
    }
    const { transaction, amountFen, paidAt } = standing;
    const fact = { provider, attempt, transaction, amountFen, paidAt };
    const reply = await tell({ kind: 'note-payment', area, ...fact });
    if (reply.kind === 'accepted') return 'done';
    const kept = await keepAside(provider, asideReasonOf(reply.reason), fact);
    return kept ? 'done' : { afterMs: retryMaxMs };
  }

  /** M3. Not kept: the list is full, and staff have to look through it first. */
  async function keepAside(...given: Parameters<typeof setAsideOf>): Promise<boolean> {
    return (await tell(setAsideOf(...given))).kind === 'accepted';
  }

  async function refund(effect: Extract<Effect, { kind: 'refund-payment' }>, tries: number) {
    const { area, attempt, refund: number, transaction, amountFen } = effect;
    const provider = providerOf(effect.provider);
    const standing = await provider.refund({ attempt, refund: number, transaction, amountFen });
    switch (standing.kind) {
      case 'processing':
        return { afterMs: backOff(tries, processingMaxMs) };
      case 'refused':
        await tell({
          ...({ kind: 'note-refund', area, attempt, outcome: 'refused' } as const),
          ...{ why: standing.why.slice(0, 64) || 'refused', refundedAt: 0 },
        });
        return { afterMs: backOff(tries, 60 * minuteMs) };
      case 'succeeded':
        await tell({
          ...({ kind: 'note-refund', area, attempt, outcome: 'succeeded' } as const),
          ...{ why: '', refundedAt: standing.at },
        });
        return 'done' as const;
    }
  }

  /** S5: the area that took the money gives it back, and says how it stands. */
  async function refundMoved(
    { area, attempt, paidAs }: Extract<Effect, { kind: 'refund-moved' }>,
    tries: number,
  ): Promise<Next> {
    const later = { afterMs: backOff(tries, retryMaxMs) };
    const at = placeOfNumber(paidAs)?.area;
    if (at === undefined) throw new Error(`${paidAs} is no number of ours`);
    const reply = await tell({ kind: 'refund-moved', area: at, attempt: paidAs });
    if (reply.kind === 'refused' || reply.outcome.kind !== 'refund-stands') {
      if (tries === 0) onTrouble(`${attempt}: its money is not where it was`);
      return later;
    }
    const { refundedAt, why } = reply.outcome;
    const outcome = refundedAt === 0 ? 'refused' : 'succeeded';
    if (refundedAt !== 0 || why !== '')
      await tell({ kind: 'note-refund', area, attempt, outcome, why, refundedAt });
    return refundedAt === 0 ? later : 'done';
  }

  async function reconcile({ day }: Extract<Effect, { kind: 'reconcile' }>): Promise<Next> {
    const from = chinaMidnight(day);
    const to = from + dayMs;
    const bills = new Map<ProviderName, readonly BillLine[]>();
    for (const provider of providers.values()) {
      const bill = await provider.bill(dateOf(day));
      if (bill === 'later') return { afterMs: billLaterMs };
      bills.set(provider.name, bill);
    }
    const ours = await paymentsIn(from - dayMs, to + dayMs);
    const lines = [];
    for (const [provider, bill] of bills) {
      const since = chinaDay(earliestAsked(provider, bill, ours, from, to));
      const earlier = await billsOf(provider, Math.max(since, day - daysBackMax), day);
      if (earlier === 'later') return { afterMs: billLaterMs };
      const { line, differences } = compareBill(provider, bill, earlier, ours, from, to);
      for (const difference of differences) {
        if (!(await keepAside(provider, difference.why, difference)))
          return { afterMs: billLaterMs };
      }
      lines.push(line);
    }
    await tell({ kind: 'note-reconciled', day, lines });
    return 'done';
  }

  /** Of the days before `day`, from `since` on. */
  async function billsOf(
    provider: ProviderName,
    since: number,
    day: number,
  ): Promise<readonly BillLine[] | 'later'> {
    const all: BillLine[] = [];
    for (let one = since; one < day; one += 1) {
      const bill = await providerOf(provider).bill(dateOf(one));
      if (bill === 'later') return bill;
      all.push(...bill);
    }
    return all;
  }

  async function paymentsIn(from: EpochMs, to: EpochMs): Promise<PaymentLine[]> {
    const all: PaymentLine[] = [];
    for (const partition of partitions) {
      let after: PaymentCursor | undefined;
      do {
        const page = await ask(partition, {
          ...{ kind: 'payments', from, to },
          ...(after && { after }),
        });
        if (page.kind !== 'payments') throw new Error('the orders could not be asked for');
        all.push(...page.payments);
        after = page.next;
      } while (after !== undefined);
    }
    return all;
  }

  return {
    take(effect) {
      switch (effect.kind) {
        case 'watch-payment': {
          const first = Math.max(
            0,
            Math.min(effect.startedAt + (askedAfterMs[0] ?? 0) - now(), effect.closesAt - now()),
          );
          jobs[effect.provider].add(effect.key, () => watch(effect), first);
          return;
        }
        case 'refund-payment':
          jobs[effect.provider].add(effect.key, (tries) => refund(effect, tries));
          return;
        case 'refund-moved':
          jobs[effect.provider].add(effect.key, (tries) => refundMoved(effect, tries));
          return;
        case 'reconcile':
          jobs.bills.add(effect.key, () => reconcile(effect));
          return;
      }
    },
    waiting: () => Object.values(jobs).reduce((sum, each) => sum + each.size(), 0),
    standings: () => tally.standings(),
    async stop() {
      await Promise.all(Object.values(jobs).map((each) => each.stop()));
    },
  };
}

const counted = (provider: ProviderCalls, tally: ProviderTally): ProviderCalls => ({
  name: provider.name,
  query: (attempt) => tally.count(provider.name, () => provider.query(attempt)),
  close: (attempt) => tally.count(provider.name, () => provider.close(attempt)),
  refund: (refunding) => tally.count(provider.name, () => provider.refund(refunding)),
  bill: (day) => tally.count(provider.name, () => provider.bill(day)),
});
