/**
 * Takes what a provider has said to the book that owns the order, and what no order takes to the
 * list that staff see (D14). A fact may be told any number of times (orders.ts, O3).
 *
 * T1 `taken` is said only once the engine has it on disk, as an order's or in the list.
 */
import { type AsideFact, asideReasonOf, setAsideOf } from '../../engine/payments/set-aside.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import {
  type AttemptNumber,
  attemptOfRefund,
  type PaidFact,
  type ProviderName,
  placeOfNumber,
  type RefundNumber,
} from '../../engine/protocol/payments.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { GatewayContext } from '../context.ts';
import { newNonce } from '../cookies.ts';
import type { CommandBody } from '../engine-client.ts';

export type Told = 'taken' | 'not-now';

/** Refusals that another try does not change: no order takes this fact. */
const foreverNo: ReadonlySet<RefusalReason> = new Set([
  'payment-unknown',
  'payment-differs',
  'amount-differs',
  'malformed',
]);
const answerWithinMs = 8_000;

export async function tellPaid(
  context: GatewayContext,
  provider: ProviderName,
  { attempt, transaction, amountFen, paidAt }: PaidFact,
): Promise<Told> {
  const fact = { attempt, transaction, amountFen };
  const area = placeOfNumber(attempt)?.area;
  if (area === undefined) return setAside(context, provider, 'payment-unknown', fact);
  const body = { kind: 'note-payment', area, provider, ...fact, paidAt } as const;
  return tellOrSetAside(context, provider, fact, body);
}

export async function tellRefunded(
  context: GatewayContext,
  provider: ProviderName,
  refunded: { attempt: AttemptNumber; refund: RefundNumber; at: EpochMs },
): Promise<Told> {
  const { attempt, refund, at } = refunded;
  const fact = { attempt, transaction: refund, amountFen: 0 };
  const area = placeOfNumber(attempt)?.area;
  if (area === undefined || attemptOfRefund(refund) !== attempt) {
    return setAside(context, provider, 'payment-unknown', fact);
  }
  const outcome = { outcome: 'succeeded', why: '', refundedAt: at } as const;
  const body = { kind: 'note-refund', area, attempt, ...outcome } as const;
  return tellOrSetAside(context, provider, fact, body);
}

/** The provider takes no more money for it. */
export async function tellClosed(context: GatewayContext, attempt: AttemptNumber): Promise<void> {
  const area = placeOfNumber(attempt)?.area;
  if (area !== undefined) await tell(context, { kind: 'note-attempt-closed', area, attempt });
}

async function tellOrSetAside(
  context: GatewayContext,
  provider: ProviderName,
  fact: AsideFact,
  body: CommandBody,
): Promise<Told> {
  const reply = await tell(context, body);
  const told = reply === 'taken' || reply === 'not-now';
  return told ? reply : setAside(context, provider, reply, fact);
}

export async function setAside(
  context: GatewayContext,
  ...[provider, why, fact]: Parameters<typeof setAsideOf>
): Promise<Told> {
  const reply = await tell(context, setAsideOf(provider, why, fact));
  return reply === 'taken' ? 'taken' : 'not-now';
}

async function tell(
  { client, now }: GatewayContext,
  body: CommandBody,
): Promise<Told | ReturnType<typeof asideReasonOf>> {
  // Its content makes it safe to repeat: no earlier life of the writer matters.
  const envelope = { id: newNonce(), answerBy: now() + answerWithinMs, epoch: 0 };
  const reply = await client.send(body, envelope);
  if (reply.kind === 'accepted') return 'taken';
  if (reply.kind === 'unknown' || !foreverNo.has(reply.reason)) return 'not-now';
  return asideReasonOf(reply.reason);
}
