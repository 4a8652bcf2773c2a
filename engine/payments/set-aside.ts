/** D14: how a fact that nobody takes is handed to staff. */
import type { AsideReason, SetAside } from '../protocol/commands.ts';
import type { Fen } from '../protocol/ids.ts';
import type { ProviderName } from '../protocol/payments.ts';
import type { RefusalReason } from '../protocol/refusals.ts';

export type AsideFact = { attempt: string; transaction: string; amountFen: Fen };

const keyMax = 120;

/** The same fact has the same key, so it stands in the list once. */
export function setAsideOf(
  provider: ProviderName,
  why: AsideReason,
  { attempt, transaction, amountFen }: AsideFact,
): Omit<SetAside, 'id' | 'answerBy' | 'epoch'> {
  const words = `${provider}.${why}.${attempt}.${transaction}.${amountFen}`;
  const key = words.replaceAll(/[^ -~]/g, '?').slice(0, keyMax);
  return { kind: 'set-aside', key, provider, why, attempt, transaction, amountFen };
}

/** What a book said of a fact it does not take. */
export function asideReasonOf(reason: RefusalReason): AsideReason {
  return reason === 'payment-differs' || reason === 'amount-differs' ? reason : 'payment-unknown';
}
