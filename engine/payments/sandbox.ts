/**
 * The merchant's side of the sandbox provider (sandbox/wire.ts has its words).
 *
 * An answer counts only when its signature names the very request; anything else, also an answer
 * that refuses our signature, means that nobody knows.
 */
import { randomBytes } from 'node:crypto';
import type { MerchantKeys } from '../../sandbox/keys.ts';
import {
  type Answers,
  answers,
  answerText,
  type Call,
  clockSkewMax,
  headers,
  isSigned,
  noticeBody,
  noticeText,
  paths,
  type Requests,
  requestText,
  signed,
  takenWord,
} from '../../sandbox/wire.ts';
import type { AttemptNumber } from '../protocol/payments.ts';
import type { PaymentProvider, ProviderNotice, RawNotice, Standing } from './provider.ts';

export type SandboxProviderOptions = {
  /** Where its calls are answered. */
  address: string;
  merchant: string;
  keys: MerchantKeys;
  now(): number;
};

const answerWithinMs = 10_000;

export function createSandboxProvider(options: SandboxProviderOptions): PaymentProvider {
  const { address, merchant, keys, now } = options;

  async function call<Name extends Call>(
    name: Name,
    request: Requests[Name],
  ): Promise<Answers[Name]> {
    const path = paths[name];
    const body = JSON.stringify(request);
    const at = String(now());
    const nonce = randomBytes(16).toString('hex');
    const response = await fetch(address + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [headers.merchant]: merchant,
        [headers.time]: at,
        [headers.nonce]: nonce,
        [headers.signature]: signed(
          requestText(merchant, path, at, nonce, body),
          keys.merchantPrivate,
        ),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const text = await response.text();
    const answeredAt = response.headers.get(headers.time) ?? '';
    const signature = response.headers.get(headers.signature) ?? '';
    if (
      !isSigned(answerText(response.status, answeredAt, nonce, text), signature, keys.sandboxPublic)
    ) {
      throw new Error('the sandbox’s answer is not signed by it');
    }
    if (response.status !== 200) throw new Error(`the sandbox answered ${response.status}`);
    return answers[name].parse(JSON.parse(text)) as Answers[Name];
  }

  return {
    name: 'sandbox',
    ways: ['scan', 'page'],
    async open({ attempt, amountFen, title, way, expiresAt, returnTo }) {
      const answer = await call('open', {
        order: attempt,
        amountFen,
        title,
        way,
        expiresAt,
        returnTo,
      });
      if (answer.kind === 'refused') return answer;
      const { url } = answer;
      const payable =
        way === 'scan' ? ({ kind: 'code', text: url } as const) : ({ kind: 'link', url } as const);
      return { kind: 'opened', payable };
    },
    query: async (attempt) => standingOf(await call('query', { order: attempt }), attempt),
    close: async (attempt) => standingOf(await call('close', { order: attempt }), attempt),
    refund: ({ attempt, refund, amountFen }) =>
      call('refund', { order: attempt, refund, amountFen }),
    readNotice: (notice, at) => readNotice(notice, at, merchant, keys),
    noticeAnswer: (taken) => ({
      status: taken ? 200 : 503,
      contentType: 'text/plain',
      body: taken ? takenWord : 'again',
    }),
    async bill(day) {
      const answer = await call('bill', { day });
      if (answer.kind === 'later') return 'later';
      return answer.lines.map(({ order, ...line }) => ({ attempt: order, ...line }));
    },
  };
}

function standingOf(answer: Answers['query'], attempt: AttemptNumber): Standing {
  if (answer.kind !== 'paid') return answer;
  if (answer.order !== attempt) throw new Error('the sandbox spoke of another order');
  const { transaction, amountFen, paidAt } = answer;
  return { kind: 'paid', attempt, transaction, amountFen, paidAt };
}

function readNotice(
  notice: RawNotice,
  now: number,
  merchant: string,
  keys: MerchantKeys,
): ProviderNotice {
  const text = Buffer.from(notice.rawBody).toString('utf8');
  const at = notice.headers.get(headers.time);
  const nonce = notice.headers.get(headers.nonce);
  const signature = notice.headers.get(headers.signature);
  if (
    at === undefined ||
    nonce === undefined ||
    signature === undefined ||
    !isSigned(noticeText(at, nonce, text), signature, keys.sandboxPublic)
  ) {
    return { kind: 'wrong', why: 'signature' };
  }
  let body: ReturnType<typeof noticeBody.parse>;
  try {
    body = noticeBody.parse(JSON.parse(text));
  } catch {
    return { kind: 'wrong', why: 'malformed' };
  }
  const attempt = body.order;
  if (!(Math.abs(now - Number(at)) <= clockSkewMax)) {
    return { kind: 'wrong', why: 'stale', attempt };
  }
  if (body.merchant !== merchant) return { kind: 'wrong', why: 'merchant', attempt };
  if (body.kind === 'refunded') {
    return { kind: 'refunded', attempt, refund: body.refund, at: body.at };
  }
  const { transaction, amountFen, paidAt } = body;
  return { kind: 'paid', attempt, transaction, amountFen, paidAt };
}
