/**
 * What every payment provider does for us, whichever it is. One contract suite is run on all of
 * them, on the wire, against a server on loopback that speaks as the provider's documents say.
 *
 * P1 Every call may be repeated with the same numbers and then comes to the same.
 * P2 A promise that rejects means that nobody knows: ask again. What the provider decided is a
 *    value. No answer is trusted before its signature was verified.
 * P3 Money is whole fen in both directions; a decimal text is never read through a float.
 * P4 Nothing here decides anything about seats: facts go to the book that owns the order.
 * P5 `closed` is the provider's word and not a promise: a payment may still be told after it (a code
 *    that Alipay first hears of when it is scanned, a bank that was slow). Such a fact is true (D11).
 */
import type { EpochMs, Fen } from '../protocol/ids.ts';
import type {
  AttemptNumber,
  PaidFact,
  Payable,
  PaymentWay,
  ProviderName,
  RefundNumber,
} from '../protocol/payments.ts';

export type Opening = {
  attempt: AttemptNumber;
  amountFen: Fen;
  /** What the payer reads, e.g. `自学考试报考费 3 门`. No name, no number of a person. */
  title: string;
  way: PaymentWay;
  /** Equal is too late: the provider takes no money from then on. */
  expiresAt: EpochMs;
  /** Where the provider's page leads back to. Coming back changes nothing by itself. */
  returnTo: string;
  /** WeChat H5 asks for the payer's address; absent where it is not known. */
  payerAddress?: string;
  /** WeChat JSAPI: who pays, as WeChat names the person to this merchant. */
  payerOpenId?: string;
};
export type Opened = { kind: 'opened'; payable: Payable } | { kind: 'refused'; why: string };

/** What the provider says of one attempt. */
export type Standing =
  /** Nothing paid, and it still may be; also of a number that the provider has not heard of. */
  | { kind: 'waiting' }
  /** Nothing paid, and it never will be. */
  | { kind: 'closed' }
  /** Paid, whatever was refunded since. */
  | ({ kind: 'paid' } & PaidFact);

export type Refunding = {
  attempt: AttemptNumber;
  refund: RefundNumber;
  transaction: string;
  amountFen: Fen;
};
export type RefundStanding =
  | { kind: 'succeeded'; at: EpochMs }
  /** Taken on and not done yet: ask again later with the same number. */
  | { kind: 'processing' }
  /** Not taken on; asking again later may help. `why` is the provider's own code, for staff. */
  | { kind: 'refused'; why: string };

/** A message from the provider, read and verified. */
export type ProviderNotice =
  | ({ kind: 'paid' } & PaidFact)
  | { kind: 'refunded'; attempt: AttemptNumber; refund: RefundNumber; at: EpochMs }
  /** Verified, and it changes nothing of ours: a closed order, a refund still on its way. */
  | { kind: 'nothing' }
  /** Set aside and shown to staff (D14). */
  | { kind: 'wrong'; why: WrongNotice; attempt?: AttemptNumber };
export type WrongNotice = 'malformed' | 'signature' | 'stale' | 'merchant' | 'currency';
/** `rawBody`: the very bytes that were sent; header names in lower case. */
export type RawNotice = { headers: ReadonlyMap<string, string>; rawBody: Uint8Array };
export type NoticeAnswer = { status: number; contentType: string; body: string };

/**
 * One line of a provider's bill for one China-time day. A refund stands in the bill of the day on which
 * it was done, or, with WeChat Pay, taken on: reconcile refunds by number, not by day.
 */
export type BillLine = { attempt: AttemptNumber; transaction: string; amountFen: Fen } & (
  | { kind: 'payment' }
  | { kind: 'refund'; refund: RefundNumber }
);

export interface PaymentProvider {
  readonly name: ProviderName;
  readonly ways: readonly PaymentWay[];
  open(opening: Opening): Promise<Opened>;
  query(attempt: AttemptNumber): Promise<Standing>;
  /** Ends the attempt there and says what is true after it: `closed` or `paid`, never `waiting`. */
  close(attempt: AttemptNumber): Promise<Standing>;
  refund(refunding: Refunding): Promise<RefundStanding>;
  readNotice(notice: RawNotice, now: EpochMs): ProviderNotice;
  /** `taken`: the fact is on disk. Else the provider shall send it again. */
  noticeAnswer(taken: boolean): NoticeAnswer;
  /** `day` as `2026-09-08`, China time. `later`: the provider has not made it yet. */
  bill(day: string): Promise<readonly BillLine[] | 'later'>;
}

/** What the engine asks of it. Opening an attempt and reading notices are a gateway's. */
export type ProviderCalls = Pick<PaymentProvider, 'name' | 'query' | 'close' | 'refund' | 'bill'>;
