/**
 * The picture that keeps the laziest robots away (F1, F2), behind an interface, so that another
 * kind of challenge can take its place. It is friction, not proof: readers of distorted letters
 * exist. What protects accounts are the limits and delays behind it.
 *
 * Nothing is kept: the answer is derived from the token under a key, and drawn again whenever its
 * picture is asked for. That a token was used is remembered by the engine (`spend-once`).
 *
 * P1 A token is good for one visitor, two minutes and one life of the engine, whose memory of spent
 *    tokens ends with it.
 * P2 The picture holds strokes only, in an order that says nothing; no letter stands in it as text.
 */
import { timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import { type Cookies, newNonce, type Visitor } from '../cookies.ts';
import { drawCaptcha } from './captcha-picture.ts';

export type CaptchaVerdict = 'right' | 'wrong' | 'expired';
/** The life of the engine partition that will remember this spending key. */
export type EpochOf = (spendingKey: string) => number;
export type Captcha = {
  issue(visitor: Visitor, now: EpochMs): string;
  /** SVG. Undefined: not a token of this visitor's. */
  picture(token: string, visitor: Visitor): string | undefined;
  check(token: string, visitor: Visitor, answer: string, now: EpochMs): CaptchaVerdict;
  /** What `spend-once` is asked with. */
  spendingKey(token: string): string;
};

export const captchaMs = 2 * 60_000;
export const answerLength = 4;
/** Characters that stay apart when bent: no 0 O Q, 1 I L, 2 Z, 5 S, 8 B, G. */
export const captchaAlphabet = 'ACDEFHJKMNPRTUVWXY34679';
/** How many of them one byte can choose from without preferring any. */
const fairBytes = 256 - (256 % captchaAlphabet.length);

export function createCaptcha(keyed: Cookies['keyed'], epochOf: EpochOf): Captcha {
  const answerOf = (token: string): string => {
    let answer = '';
    for (const byte of keyed('captcha answer', token)) {
      if (byte < fairBytes) answer += captchaAlphabet[byte % captchaAlphabet.length];
      if (answer.length === answerLength) break;
    }
    return answer;
  };
  const macOf = (text: string, visitor: Visitor): Buffer =>
    keyed('captcha token', `${text}~${visitor}`).subarray(0, 16);

  function read(token: string, visitor: Visitor) {
    const [nonce = '', epoch = '', issuedAt = '', mac = '', ...more] = token.split('.');
    // Else one token had as many pictures as there are things to write behind it.
    if (more.length > 0) return undefined;
    const expected = macOf(`${nonce}.${epoch}.${issuedAt}`, visitor).toString('base64url');
    if (!same(mac, expected)) return undefined;
    if (Number.parseInt(epoch, 36) !== epochOf(nonce)) return undefined;
    return { issuedAt: Number.parseInt(issuedAt, 36) };
  }

  return {
    issue(visitor, now) {
      const nonce = newNonce();
      const text = `${nonce}.${epochOf(nonce).toString(36)}.${now.toString(36)}`;
      return `${text}.${macOf(text, visitor).toString('base64url')}`;
    },
    picture(token, visitor) {
      if (read(token, visitor) === undefined) return undefined;
      return drawCaptcha(answerOf(token), keyed('captcha picture', token).readUInt32LE());
    },
    check(token, visitor, answer, now) {
      const known = read(token, visitor);
      if (known === undefined || now >= known.issuedAt + captchaMs) return 'expired';
      return same(normaliseAnswer(answer), answerOf(token)) ? 'right' : 'wrong';
    },
    spendingKey: (token) => token.split('.')[0] ?? '',
  };
}

/** Full-width letters and spaces come from Chinese keyboards. */
export function normaliseAnswer(typed: string): string {
  return typed.slice(0, 32).normalize('NFKC').replaceAll(/\s/g, '').toUpperCase();
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
