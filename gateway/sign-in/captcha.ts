/**
 * What keeps the laziest robots away (F1, F2), in three ways: a picture of letters, a sum in words
 * for who cannot see it and runs no scripts, and a proof of work that a person only has to start
 * (WCAG 3.3.8). It is friction, not proof: readers of distorted letters exist. What protects
 * accounts are the limits and delays behind it.
 *
 * Nothing is kept: whatever the way, the answer is derived from the token under a key, and its
 * picture, sum or work is made again whenever it is asked for. That a token was used is remembered
 * by the engine (`spend-once`).
 *
 * P1 A token is good for one visitor, one way, two minutes and one life of the engine, whose memory
 *    of spent tokens ends with it.
 * P2 The picture holds strokes only, in an order that says nothing; no letter stands in it as text.
 * P3 How much work is asked for is never read from a browser: only the number it found is.
 */
import { timingSafeEqual } from 'node:crypto';
import { createChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { CaptchaWay, SumModel, WorkModel } from '../../web/view-models.ts';
import { numberInWords } from '../../web/wording.ts';
import { type Cookies, newNonce, type Visitor } from '../cookies.ts';
import { drawCaptcha } from './captcha-picture.ts';

export type CaptchaVerdict = 'right' | 'wrong' | 'expired';
/** The life of the engine partition that will remember this spending key. */
export type EpochOf = (spendingKey: string) => number;
export type Captcha = {
  issue(visitor: Visitor, way: CaptchaWay, now: EpochMs): string;
  /** Undefined: not a token of this visitor's. */
  wayOf(token: string, visitor: Visitor): CaptchaWay | undefined;
  /** SVG. Undefined: not a token of a picture of this visitor's. */
  picture(token: string, visitor: Visitor): string | undefined;
  /** Of a token that is a sum's. */
  sum(token: string): SumModel;
  /** Of a token that is work's. */
  work(token: string): Promise<WorkModel>;
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
/** Both terms of a sum; small, since it is read out and done in the head. */
const termMax = 9;
/**
 * One try of the work, in rounds of PBKDF2: some tenths of a millisecond here, once for each
 * challenge. The tries stand between half of the most and the most, so that nobody is lucky and an
 * old phone, eight times as slow, is done within seconds.
 */
const workRounds = 1_000;
export const workTriesMax = 2_000;

const ways: Record<string, CaptchaWay> = { p: 'picture', s: 'sum', w: 'work' };
const letterOf: Record<CaptchaWay, string> = { picture: 'p', sum: 's', work: 'w' };

export function createCaptcha(keyed: Cookies['keyed'], epochOf: EpochOf): Captcha {
  const lettersOf = (token: string): string => {
    let letters = '';
    for (const byte of keyed('captcha answer', token)) {
      if (byte < fairBytes) letters += captchaAlphabet[byte % captchaAlphabet.length];
      if (letters.length === answerLength) break;
    }
    return letters;
  };
  const sumOf = (token: string): SumModel & { result: number } => {
    const drawn = keyed('captcha sum', token);
    const [one, other] = [
      1 + (drawn.readUInt32LE(0) % termMax),
      1 + (drawn.readUInt32LE(4) % termMax),
    ];
    const plus = drawn.readUInt8(8) % 2 === 0;
    // Taken away from the sum, so that nothing comes out below one.
    return plus
      ? { left: one, plus, right: other, result: one + other }
      : { left: one + other, plus, right: other, result: one };
  };
  const triesOf = (token: string): number => {
    const half = workTriesMax / 2;
    return half + (keyed('captcha work', token).readUInt32LE() % half);
  };
  const macOf = (text: string, visitor: Visitor): Buffer =>
    keyed('captcha token', `${text}~${visitor}`).subarray(0, 16);

  function read(token: string, visitor: Visitor) {
    const [nonce = '', epoch = '', issuedAt = '', letter = '', mac = '', ...more] =
      token.split('.');
    // Else one token had as many pictures as there are things to write behind it.
    if (more.length > 0) return undefined;
    const expected = macOf(`${nonce}.${epoch}.${issuedAt}.${letter}`, visitor);
    const way = ways[letter];
    if (way === undefined || !same(mac, expected.toString('base64url'))) return undefined;
    if (Number.parseInt(epoch, 36) !== epochOf(nonce)) return undefined;
    return { way, issuedAt: Number.parseInt(issuedAt, 36) };
  }

  function isRight(token: string, way: CaptchaWay, typed: string): boolean {
    const answer = normaliseAnswer(typed);
    switch (way) {
      case 'picture':
        return same(answer, lettersOf(token));
      case 'sum': {
        const { result } = sumOf(token);
        return answer === String(result) || answer === numberInWords(result);
      }
      case 'work':
        return same(answer, String(triesOf(token)));
    }
  }

  return {
    issue(visitor, way, now) {
      const nonce = newNonce();
      const text = `${nonce}.${epochOf(nonce).toString(36)}.${now.toString(36)}.${letterOf[way]}`;
      return `${text}.${macOf(text, visitor).toString('base64url')}`;
    },
    wayOf: (token, visitor) => read(token, visitor)?.way,
    picture(token, visitor) {
      if (read(token, visitor)?.way !== 'picture') return undefined;
      return drawCaptcha(lettersOf(token), keyed('captcha picture', token).readUInt32LE());
    },
    sum(token) {
      const { left, plus, right } = sumOf(token);
      return { left, plus, right };
    },
    async work(token) {
      const { parameters } = await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: workRounds,
        counter: triesOf(token),
        deriveKey,
      });
      const { nonce, salt, cost, keyPrefix } = parameters;
      return { nonce, salt, rounds: cost, keyPrefix, triesMax: workTriesMax };
    },
    check(token, visitor, answer, now) {
      const known = read(token, visitor);
      if (known === undefined || now >= known.issuedAt + captchaMs) return 'expired';
      return isRight(token, known.way, answer) ? 'right' : 'wrong';
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
