/**
 * B7: a provider's bill of one day against our orders, to the fen. Pure: who fetches either side,
 * and where differences go, is money.ts's.
 */
import type { BillLine } from '../payments/provider.ts';
import type { AsideReason } from '../protocol/commands.ts';
import type { EpochMs, Fen } from '../protocol/ids.ts';
import type { ProviderName, ReconciledBill } from '../protocol/payments.ts';
import type { PaymentLine } from '../protocol/replies.ts';

export type Difference = {
  why: Extract<AsideReason, `bill-${string}`>;
  attempt: string;
  transaction: string;
  amountFen: Fen;
};
export type Compared = { line: ReconciledBill; differences: Difference[] };

/**
 * `ours`: all that was paid, and every refund that was on its way, at any time of the day or around it;
 * what must stand on the bill is what `from <= time < to` says. A refund stands on the bill of the day on
 * which it was taken on or of the day on which it succeeded, as the provider likes: `earlier` are the bills
 * since `earliestAsked`.
 */
export function compareBill(
  provider: ProviderName,
  bill: readonly BillLine[],
  earlier: readonly BillLine[],
  ours: readonly PaymentLine[],
  from: EpochMs,
  to: EpochMs,
): Compared {
  const known = new Map(
    ours.filter((line) => line.provider === provider).map((line) => [line.attempt, line]),
  );
  const paid = new Set<string>();
  const refunded = refundsOn(earlier);
  const line: ReconciledBill = {
    ...{ provider, payments: 0, paidFen: 0, refunds: 0, refundedFen: 0, differences: 0 },
  };
  const differences: Difference[] = [];
  for (const { kind, attempt, transaction, amountFen } of bill) {
    const own = known.get(attempt);
    const differs = (why: Difference['why']) =>
      differences.push({ why, attempt, transaction, amountFen });
    if (kind === 'payment') {
      line.payments += 1;
      line.paidFen += amountFen;
      if (own === undefined || own.transaction !== transaction) {
        differs('bill-payment-missing-here');
        continue;
      }
      if (own.amountFen !== amountFen) differs('bill-amount-differs');
      paid.add(attempt);
    } else {
      line.refunds += 1;
      line.refundedFen += amountFen;
      if (own?.refund === undefined) {
        differs('bill-refund-missing-here');
        continue;
      }
      if (own.amountFen !== amountFen) differs('bill-amount-differs');
      refunded.add(attempt);
    }
  }
  for (const { attempt, transaction, amountFen, paidAt, refund } of known.values()) {
    const within = (at: EpochMs) => from <= at && at < to;
    if (within(paidAt) && !paid.has(attempt))
      differences.push({ why: 'bill-payment-missing-there', attempt, transaction, amountFen });
    if (refund?.doneAt !== undefined && within(refund.doneAt) && !refunded.has(attempt))
      differences.push({ why: 'bill-refund-missing-there', attempt, transaction, amountFen });
  }
  line.differences = differences.length;
  return { line, differences };
}

/** When the first refund was asked for of those that succeeded on the day and are not on its bill; else `from`. */
export function earliestAsked(
  provider: ProviderName,
  bill: readonly BillLine[],
  ours: readonly PaymentLine[],
  from: EpochMs,
  to: EpochMs,
): EpochMs {
  const listed = refundsOn(bill);
  let earliest = from;
  for (const { provider: taker, attempt, refund } of ours) {
    if (taker !== provider || refund?.doneAt === undefined || listed.has(attempt)) continue;
    if (from <= refund.doneAt && refund.doneAt < to)
      earliest = Math.min(earliest, refund.requestedAt);
  }
  return earliest;
}

const refundsOn = (bill: readonly BillLine[]): Set<string> =>
  new Set(bill.filter(({ kind }) => kind === 'refund').map(({ attempt }) => attempt));
