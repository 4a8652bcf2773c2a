/** Whether an order stands paid, for whoever checks a slip: neither whose it is nor where. */
import { type SlipContent, slipContentOf } from '../protocol/slips.ts';
import type { AreaBook } from './area-book.ts';
import { orderAt } from './places.ts';

/** Null: there is no such order, or it is not paid now. */
export function paidOrderIn(
  book: AreaBook | undefined,
  { registration, place }: { registration: number; place: number },
): SlipContent | null {
  const row = book?.byNumber[registration];
  const order = row && orderAt(row, place);
  if (order?.state !== 'paid') return null;
  // A payment that goes back by itself is another one; one that was asked back ends this state.
  const paying = order.attempts.find(({ state, refund }) => state === 'paid' && !refund);
  return paying === undefined ? null : slipContentOf({ ...order, paidAt: paying.paidAt });
}
