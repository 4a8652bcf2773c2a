/**
 * The words of paying: numbers that find their book by themselves, and the facts a provider tells.
 *
 * Y1 An order number names exam session, area, registration and place in its row; an attempt number
 *    adds which attempt it is, a refund number the R. So a provider's notice leads to the one book
 *    that can judge it, and every attempt has a number of its own at the provider (F38).
 * Y2 Numbers hold digits, capitals and `_` only and at most 32 characters: what both providers take
 *    (WeChat Pay v3 `out_trade_no` 6–32, Alipay `out_trade_no` up to 64, letters, digits and `_`).
 */
import type { AreaCode, EpochMs, Fen } from './ids.ts';

/** `DEMO_0124_17_1`. */
export type OrderNumber = string;
/** `DEMO_0124_17_1_2`: the provider's `out_trade_no`. */
export type AttemptNumber = string;
/** `DEMO_0124_17_1_2R`: an attempt is refunded whole or not at all, so one number is enough. */
export type RefundNumber = string;

export const providerNames = ['sandbox', 'alipay', 'wechat'] as const;
export type ProviderName = (typeof providerNames)[number];
/**
 * How the person pays (F38): `scan`, a code that another phone scans; `page`, the provider's page or
 * application on this very phone (Alipay WAP, WeChat H5); `inside`, within WeChat itself (JSAPI).
 */
export const paymentWays = ['scan', 'page', 'inside'] as const;
export type PaymentWay = (typeof paymentWays)[number];

/** What a person pays with: the text of a code, a link, or what WeChat's own bridge is handed. */
export type Payable =
  | { kind: 'code'; text: string }
  | { kind: 'link'; url: string }
  | { kind: 'bridge'; parameters: string };

/** Money that a provider has taken. `transaction` is the provider's own number for it. */
export type PaidFact = {
  attempt: AttemptNumber;
  transaction: string;
  amountFen: Fen;
  paidAt: EpochMs;
};

/** B7: what one provider's bill of one day came to, and how many of its lines differ from ours. */
export type ReconciledBill = {
  provider: ProviderName;
  payments: number;
  paidFen: Fen;
  refunds: number;
  refundedFen: Fen;
  differences: number;
};

const attemptPattern = /^[0-9A-Z]{1,8}_[0-9A-Z]{1,16}_[0-9]{1,7}_[0-9]{1,3}_[0-9]{1,3}$/;
export const orderPattern = /^[0-9A-Z]{1,8}_[0-9A-Z]{1,16}_[0-9]{1,7}_[0-9]{1,3}$/;

/** What numbers have of the exam session's code. */
export const sessionTagOf = (code: string): string =>
  code.replaceAll(/[^0-9A-Z]/g, '').slice(-sessionTagMax) || 'S';
const sessionTagMax = 8;

export const orderNumber = (
  session: string,
  area: AreaCode,
  registration: number,
  place: number,
): OrderNumber => `${session}_${area}_${registration}_${place}`;
export const attemptNumber = (order: OrderNumber, place: number): AttemptNumber =>
  `${order}_${place}`;
export const refundNumber = (attempt: AttemptNumber): RefundNumber => `${attempt}R`;

/** Undefined: not one of ours. */
export function attemptOfRefund(refund: RefundNumber): AttemptNumber | undefined {
  const attempt = refund.slice(0, -1);
  return refund.endsWith('R') && attemptPattern.test(attempt) ? attempt : undefined;
}
/** For an order's or an attempt's number. Undefined: not one of ours. */
export function placeOfNumber(
  number: OrderNumber | AttemptNumber,
): { session: string; area: AreaCode; registration: number; place: number } | undefined {
  if (!orderPattern.test(number) && !attemptPattern.test(number)) return undefined;
  const [session, area, registration, place] = number.split('_');
  if (session === undefined || area === undefined) return undefined;
  return { session, area, registration: Number(registration), place: Number(place) };
}
