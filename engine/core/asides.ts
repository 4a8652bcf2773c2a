/**
 * D14, B7: what a provider said and no order could take, kept for staff. Part of the SessionBook's
 * partition, a row each.
 *
 * A1 Once per key, however often it is said. The list is bounded; when it is full a provider's
 *    notice is not acknowledged, so the provider keeps it for us.
 */
import type { SetAside } from '../protocol/commands.ts';
import type { PaymentSetAside } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { AsideRow } from './rows.ts';

export const asidesMax = 20_000;

/** By key. */
export type Asides = Map<string, AsideRow>;

export function decideSetAside(asides: Asides, command: SetAside): Decision {
  const { key, provider, why, attempt, transaction, amountFen } = command;
  if (asides.has(key)) return accept(done);
  if (asides.size >= asidesMax) return refuse('list-full');
  const number = asides.size + 1;
  return accept(done, {
    ...({ kind: 'payment-set-aside', number, key, provider, why } as const),
    ...{ attempt, transaction, amountFen },
  });
}

export function evolveSetAside(asides: Asides, event: PaymentSetAside, at: EpochMs): AsideRow {
  const { number, key, provider, why, attempt, transaction, amountFen } = event;
  const row: AsideRow = {
    ...{ table: 'asides', number, lastIndex: 0, key, at },
    ...{ provider, why, attempt, transaction, amountFen },
  };
  asides.set(key, row);
  return row;
}
