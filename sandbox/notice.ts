/** One notice of the sandbox: what it says, how it is signed, and how it is when told to be wrong. */
import { type KeyObject, randomBytes } from 'node:crypto';
import type { Behaviour } from './behaviour.ts';
import type { Due, Order } from './book.ts';
import type { Message } from './notices.ts';
import { headers, type NoticeBody, noticeText, signed } from './wire.ts';

const longAgoMs = 60 * 60_000;

export function composeNotice(
  { order, due, wrong }: { order: Order; due: Due; wrong: Behaviour['wrong'] },
  merchant: string,
  key: KeyObject,
  now: number,
): Message {
  const body = spoiled(bodyOf(order, due, merchant), wrong);
  const at = wrong === 'time' ? now - longAgoMs : now;
  return signedNotice(body, key, at, wrong === 'signature');
}

/** A notice as it is sent. `forged`: with a signature that cannot be right. */
export function signedNotice(
  body: NoticeBody,
  key: KeyObject,
  at: number,
  forged = false,
): Message {
  const text = JSON.stringify(body);
  const nonce = randomBytes(16).toString('hex');
  const signature = signed(noticeText(String(at), nonce, forged ? `${text} ` : text), key);
  return {
    headers: {
      'content-type': 'application/json',
      [headers.time]: String(at),
      [headers.nonce]: nonce,
      [headers.signature]: signature,
    },
    body: text,
  };
}

function bodyOf(order: Order, due: Due, merchant: string): NoticeBody {
  if (due.of === 'paid' && order.paid !== undefined) {
    const { transaction, at } = order.paid;
    const { amountFen } = order;
    return { kind: 'paid', order: order.order, transaction, amountFen, paidAt: at, merchant };
  }
  if (order.refund?.doneAt === undefined) throw new Error('what is told has happened');
  const { refund, doneAt } = order.refund;
  return { kind: 'refunded', order: order.order, refund, at: doneAt, merchant };
}

function spoiled(body: NoticeBody, wrong: Behaviour['wrong']): NoticeBody {
  if (wrong === 'merchant') return { ...body, merchant: `${body.merchant}-2` };
  if (wrong === 'order') return { ...body, order: body.order.replace(/\d+$/, '999') };
  if (wrong === 'amount' && body.kind === 'paid') {
    return { ...body, amountFen: body.amountFen + 1 };
  }
  return body;
}
