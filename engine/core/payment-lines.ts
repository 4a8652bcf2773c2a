/** Our side of the comparison with a provider's bill (B7), read off the orders a page at a time. */
import type { AreaCode } from '../protocol/ids.ts';
import { attemptNumber, refundNumber } from '../protocol/payments.ts';
import type { PaymentLine, Query, QueryAnswer } from '../protocol/replies.ts';
import type { AreaBook } from './area-book.ts';
import type { RegistrationRow } from './rows.ts';

/** Registrations looked at for one page: a writer answers others between pages. */
const looksMax = 20_000;
const linesMax = 2_000;

type PaymentsQuery = Extract<Query, { kind: 'payments' }>;

export function paymentsIn(
  areas: ReadonlyMap<AreaCode, AreaBook>,
  query: PaymentsQuery,
): Extract<QueryAnswer, { kind: 'payments' }> {
  const { kind, after } = query;
  const payments: PaymentLine[] = [];
  let looks = looksMax;
  for (const area of [...areas.keys()].sort()) {
    if (after !== undefined && area < after.area) continue;
    const rows = areas.get(area)?.byNumber ?? [];
    const first = area === after?.area ? after.registration + 1 : 0;
    for (let registration = first; registration < rows.length; registration += 1) {
      const row = rows[registration];
      if (row === undefined) continue;
      for (const line of linesOf(row)) if (isWithin(line, query)) payments.push(line);
      looks -= 1;
      if (looks === 0 || payments.length >= linesMax)
        return { kind, payments, next: { area, registration } };
    }
  }
  return { kind, payments };
}

/** Paid then, or a refund was on its way then. */
function isWithin({ paidAt, refund }: PaymentLine, { from, to }: PaymentsQuery): boolean {
  if (from <= paidAt && paidAt < to) return true;
  return refund !== undefined && refund.requestedAt < to && from <= (refund.doneAt ?? to);
}

function linesOf({ orders }: RegistrationRow): PaymentLine[] {
  return orders.flatMap((order) =>
    order.attempts.flatMap((one): PaymentLine[] => {
      const { place, provider, transaction, paidAt, refund, paidAs } = one;
      // S5: the bill has it under the number under which it was taken.
      if (paidAt === 0 || paidAs !== undefined) return [];
      const attempt = attemptNumber(order.number, place);
      const line = { provider, attempt, transaction, amountFen: order.feeFen, paidAt };
      if (refund === undefined) return [line];
      const { requestedAt, doneAt } = refund;
      const number = refundNumber(attempt);
      return [{ ...line, refund: { number, requestedAt, ...(doneAt !== 0 && { doneAt }) } }];
    }),
  );
}
