/**
 * What the sandbox provider and its merchant say to each other: the provider's published document,
 * as code. Both sides read what arrives against these shapes and sign what they send.
 *
 * W1 Everything is JSON in UTF-8, signed with Ed25519 over the very bytes of the body. A request's
 *    signature names its path, an answer's the request it answers, so neither can stand elsewhere.
 * W2 Money is whole fen, time is milliseconds since 1970.
 * W3 A call may be repeated: the same numbers come to the same.
 * W4 A notice is sent until it is answered with status 200 and the one word `taken`.
 */
import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';

export const paths = {
  open: '/api/open',
  query: '/api/query',
  close: '/api/close',
  refund: '/api/refund',
  bill: '/api/bill',
} as const;
export type Call = keyof typeof paths;

/** In lower case, as they arrive. */
export const headers = {
  merchant: 'sandbox-merchant',
  time: 'sandbox-time',
  nonce: 'sandbox-nonce',
  signature: 'sandbox-signature',
} as const;

/** How far two clocks may be apart; what is older may be a replay. */
export const clockSkewMax = 5 * 60_000;
export const takenWord = 'taken';

const order = z.string().regex(/^[0-9A-Za-z_]{6,32}$/);
const refund = z.string().regex(/^[0-9A-Za-z_]{6,33}$/);
const fen = z.int().positive().max(100_000_000);
const time = z.int().nonnegative();
const webAddress = z
  .string()
  .max(500)
  .regex(/^https?:\/\/\S+$/);
const ways = z.enum(['scan', 'page', 'inside']);
const reason = z.string().max(64);
const transaction = z.string().max(64);

export const requests = {
  open: z.object({
    order,
    amountFen: fen,
    title: z.string().min(1).max(120),
    way: ways,
    expiresAt: time,
    returnTo: webAddress,
  }),
  query: z.object({ order }),
  close: z.object({ order }),
  refund: z.object({ order, refund, amountFen: fen }),
  /** China time. */
  bill: z.object({ day: z.iso.date() }),
} as const;
export type Requests = { [Name in Call]: z.infer<(typeof requests)[Name]> };

const paid = z.object({
  kind: z.literal('paid'),
  order,
  transaction,
  amountFen: fen,
  paidAt: time,
});
const refused = z.object({ kind: z.literal('refused'), why: reason });
const standing = z.union([
  z.object({ kind: z.literal('waiting') }),
  z.object({ kind: z.literal('closed') }),
  paid,
]);
const billLine = z.union([
  z.object({ kind: z.literal('payment'), order, transaction, amountFen: fen }),
  z.object({ kind: z.literal('refund'), order, refund, transaction, amountFen: fen }),
]);
export const answers = {
  open: z.union([z.object({ kind: z.literal('opened'), url: webAddress }), refused]),
  query: standing,
  close: standing,
  refund: z.union([
    z.object({ kind: z.literal('succeeded'), at: time }),
    z.object({ kind: z.literal('processing') }),
    refused,
  ]),
  bill: z.union([
    z.object({ kind: z.literal('bill'), lines: z.array(billLine) }),
    z.object({ kind: z.literal('later') }),
  ]),
} as const;
export type Answers = { [Name in Call]: z.infer<(typeof answers)[Name]> };

const merchant = z.string().min(1).max(64);
export const noticeBody = z.union([
  paid.extend({ merchant }),
  z.object({ kind: z.literal('refunded'), order, refund, at: time, merchant }),
]);
export type NoticeBody = z.infer<typeof noticeBody>;

export const requestText = (
  merchantName: string,
  path: string,
  at: string,
  nonce: string,
  body: string,
): string => ['request', merchantName, path, at, nonce, body].join('\n');
/** `nonce`: the request's. */
export const answerText = (status: number, at: string, nonce: string, body: string): string =>
  ['answer', status, at, nonce, body].join('\n');
export const noticeText = (at: string, nonce: string, body: string): string =>
  ['notice', at, nonce, body].join('\n');

export const signed = (text: string, key: KeyObject): string =>
  sign(null, Buffer.from(text), key).toString('base64');
export const isSigned = (text: string, signature: string, key: KeyObject): boolean =>
  verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
