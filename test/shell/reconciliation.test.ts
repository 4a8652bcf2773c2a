/** B7: a bill against our orders. */
import { expect, test } from 'vitest';
import { compareBill, earliestAsked } from '../../engine/effects/reconciliation.ts';
import type { BillLine } from '../../engine/payments/provider.ts';
import type { PaymentLine } from '../../engine/protocol/replies.ts';

const from = 1_000_000;
const to = 2_000_000;
const numberOf = (place: number) => `DEMO_0124_${place}_1_1`;

const own = (place: number, change: Partial<PaymentLine> = {}): PaymentLine => ({
  provider: 'alipay',
  attempt: numberOf(place),
  transaction: `T${place}`,
  amountFen: 3_500,
  paidAt: from,
  ...change,
});
const paid = (place: number, change: Partial<BillLine> = {}): BillLine => ({
  ...{ kind: 'payment', attempt: numberOf(place), transaction: `T${place}`, amountFen: 3_500 },
  ...(change as object),
});
const back = (place: number, amountFen = 3_500): BillLine => ({
  ...{ kind: 'refund', attempt: numberOf(place), transaction: `T${place}`, amountFen },
  refund: `${numberOf(place)}R`,
});
const refunded = (place: number, doneAt: number, requestedAt = doneAt): PaymentLine =>
  own(place, { paidAt: from - 1, refund: { number: `${numberOf(place)}R`, requestedAt, doneAt } });

const compare = (bill: BillLine[], ours: PaymentLine[], before: BillLine[] = []) => {
  const { line, differences } = compareBill('alipay', bill, before, ours, from, to);
  expect(line.differences).toBe(differences.length);
  return { line, why: differences.map(({ why, attempt }) => `${why} ${attempt}`) };
};

test('B7 what agrees is summed to the fen, refunds apart', () => {
  const { line, why } = compare([paid(1), paid(2), back(3)], [own(1), own(2), refunded(3, to - 1)]);
  expect(why).toEqual([]);
  expect(line).toEqual({
    ...{ provider: 'alipay', payments: 2, paidFen: 7_000 },
    ...{ refunds: 1, refundedFen: 3_500, differences: 0 },
  });
});

test.each<[string, BillLine[], PaymentLine[], string[]]>([
  ['a payment we know nothing of', [paid(1)], [], ['bill-payment-missing-here 1']],
  [
    'another transaction',
    [paid(1)],
    [own(1, { transaction: 'T9' })],
    [...['bill-payment-missing-here 1', 'bill-payment-missing-there 1']],
  ],
  ['one fen less', [paid(1)], [own(1, { amountFen: 3_499 })], ['bill-amount-differs 1']],
  ['a payment the bill has not', [], [own(1)], ['bill-payment-missing-there 1']],
  [
    'a refund nobody asked for',
    [back(1)],
    [own(1, { paidAt: from - 1 })],
    ['bill-refund-missing-here 1'],
  ],
  ['a refund the bill has not', [], [refunded(1, to - 1)], ['bill-refund-missing-there 1']],
  ['a refund of another sum', [back(1, 3_400)], [refunded(1, from)], ['bill-amount-differs 1']],
])('B7 %s is a difference', (_what, bill, ours, expected) => {
  const words = expected.map((one) =>
    one.replace(/ (\d)$/, (_all, place) => ` ${numberOf(Number(place))}`),
  );
  expect(compare(bill, ours).why).toEqual(words);
});

test('B7 the days around, and other providers, are nobody’s difference', () => {
  const ours = [
    own(1, { paidAt: from - 1 }),
    own(2, { paidAt: to }),
    refunded(3, to),
    own(4, { provider: 'wechat' }),
  ];
  expect(compare([], ours).why).toEqual([]);
});

test('B7 a refund over midnight may stand on the bill of either day', () => {
  const overnight = refunded(1, from + 1, from - 1);
  expect(compare([], [overnight], [back(1)]).why).toEqual([]);
  expect(compare([back(1)], [overnight]).why).toEqual([]);
  expect(compare([], [overnight]).why).toEqual([`bill-refund-missing-there ${numberOf(1)}`]);
  // Asked for on the day, and billed on it, though it succeeds tomorrow.
  expect(compare([back(2)], [refunded(2, to + 1, to - 1)]).why).toEqual([]);
  const due = own(3, {
    refund: { number: `${numberOf(3)}R`, requestedAt: to - 1 },
    paidAt: from - 1,
  });
  expect(compare([back(3)], [due]).why).toEqual([]);
  expect(compare([], [due]).why).toEqual([]);
});

test('B7 a refund that takes days is looked for on every bill since it was asked for', () => {
  const asked = (bill: BillLine[], ours: PaymentLine[]) =>
    earliestAsked('alipay', bill, ours, from, to);
  const slow = refunded(1, from, from - 5_000_000);
  expect(asked([], [slow, refunded(2, to - 1, from - 9)])).toBe(from - 5_000_000);
  // On the day's own bill, of another day or another provider, nothing earlier is needed.
  const elsewhere = { ...slow, provider: 'wechat' as const };
  expect(asked([back(1)], [slow, elsewhere, refunded(2, to, from - 9), own(3)])).toBe(from);
});
