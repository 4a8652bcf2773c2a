import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { expect, test } from 'vitest';
import { createCookies, newNonce } from '../../gateway/cookies.ts';
import {
  answerLength,
  captchaAlphabet,
  captchaMs,
  createCaptcha,
  workTriesMax,
} from '../../gateway/sign-in/captcha.ts';
import { drawCaptcha } from '../../gateway/sign-in/captcha-picture.ts';
import { numberInWords } from '../../web/wording.ts';

const now = 1_800_000_000_000;
const { keyed } = createCookies(Buffer.alloc(32, 7), false);
let epoch = 4;
const captcha = createCaptcha(keyed, () => epoch);
const visitor = newNonce();

/** Answers are found as a person finds them, by the picture: the only one drawn like it. */
function answerTo(token: string): string {
  const answers: string[] = [];
  createCaptcha(
    (purpose, text) => {
      const derived = keyed(purpose, text);
      if (purpose === 'captcha answer') {
        const fair = 256 - (256 % captchaAlphabet.length);
        const letters = [...derived].filter((byte) => byte < fair).slice(0, answerLength);
        answers.push(
          letters.map((byte) => captchaAlphabet[byte % captchaAlphabet.length]).join(''),
        );
      }
      return derived;
    },
    () => epoch,
  ).picture(token, visitor);
  return answers[0] ?? '';
}

test('D3 a captcha is right for its visitor, within two minutes, in one life of the engine', () => {
  const token = captcha.issue(visitor, 'picture', now);
  const answer = answerTo(token);
  expect(captcha.check(token, visitor, answer, now + captchaMs - 1)).toBe('right');
  expect(captcha.check(token, visitor, answer, now + captchaMs)).toBe('expired');
  expect(captcha.check(token, newNonce(), answer, now)).toBe('expired');
  epoch = 5;
  expect(captcha.check(token, visitor, answer, now)).toBe('expired');
  epoch = 4;
  expect(captcha.check(token, visitor, answer, now)).toBe('right');
});

test('F2 any other answer is wrong; small letters, spaces and full width are forgiven', () => {
  const token = captcha.issue(visitor, 'picture', now);
  const answer = answerTo(token);
  const wide = [...answer].map((letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0));
  expect(captcha.check(token, visitor, answer.toLowerCase(), now)).toBe('right');
  expect(captcha.check(token, visitor, ` ${wide.join(' ')} `, now)).toBe('right');
  for (const other of ['', answer.slice(1), `${answer}A`, `${[...answer].reverse().join('')}!`]) {
    expect(captcha.check(token, visitor, other, now)).toBe('wrong');
  }
});

test('F2 a token changed anywhere is nobody’s', () => {
  const token = captcha.issue(visitor, 'picture', now);
  for (let at = 0; at < token.length; at += 1) {
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(captcha.check(changed, visitor, answerTo(token), now)).toBe('expired');
    expect(captcha.picture(changed, visitor)).toBeUndefined();
  }
  expect(captcha.picture(`${token}.more`, visitor)).toBeUndefined();
});

test('F1 the picture is strokes only, the same for the same token, and another for another', () => {
  const token = captcha.issue(visitor, 'picture', now);
  const picture = captcha.picture(token, visitor);
  expect(picture).toMatch(/^<svg [^<>]*><path [^<>]*d="[ML0-9 .-]+"\/><\/svg>$/);
  expect(captcha.picture(token, visitor)).toBe(picture);
  expect(captcha.picture(captcha.issue(visitor, 'picture', now), visitor)).not.toBe(picture);
});

test('F1 every character is drawn inside the picture', () => {
  for (const character of captchaAlphabet) {
    for (let seed = 0; seed < 50; seed += 1) {
      const path = /d="([^"]+)"/.exec(drawCaptcha(character.repeat(4), seed))?.[1] ?? '';
      // Four characters of at least one stroke, and the noise.
      expect(path.split('M').length - 1).toBeGreaterThanOrEqual(4 + 3);
      const [xs, ys] = [0, 1].map((axis) =>
        path
          .split(/[ML]/)
          .slice(1)
          .map((point) => Number(point.split(' ')[axis])),
      );
      for (const x of xs ?? []) expect(x).toBeGreaterThan(-20);
      for (const y of ys ?? []) expect(Math.abs(y - 28)).toBeLessThan(36);
    }
  }
});

test('F1 a sum is answered in digits or in words, and by its result alone', () => {
  for (let round = 0; round < 200; round += 1) {
    const token = captcha.issue(visitor, 'sum', now);
    const { left, plus, right } = captcha.sum(token);
    const result = plus ? left + right : left - right;
    expect(result).toBeGreaterThanOrEqual(1);
    expect(result).toBeLessThanOrEqual(18);
    expect(captcha.check(token, visitor, String(result), now)).toBe('right');
    expect(captcha.check(token, visitor, numberInWords(result), now)).toBe('right');
    expect(captcha.check(token, visitor, String(result + 1), now)).toBe('wrong');
    expect(captcha.picture(token, visitor)).toBeUndefined();
  }
});

test('F1 work is done by finding the number, within the tries that are named', async () => {
  for (let round = 0; round < 3; round += 1) {
    const token = captcha.issue(visitor, 'work', now);
    const { rounds, triesMax, ...challenge } = await captcha.work(token);
    const solution = await solveChallenge({
      challenge: {
        parameters: { ...challenge, algorithm: 'PBKDF2/SHA-256', cost: rounds, keyLength: 32 },
      },
      deriveKey,
    });
    const found = solution?.counter ?? 0;
    expect(triesMax).toBe(workTriesMax);
    expect(found).toBeLessThan(triesMax);
    expect(found).toBeGreaterThanOrEqual(triesMax / 2);
    expect(captcha.check(token, visitor, String(found), now + captchaMs - 1)).toBe('right');
    expect(captcha.check(token, visitor, String(found), now + captchaMs)).toBe('expired');
    expect(captcha.check(token, visitor, String(found + 1), now)).toBe('wrong');
    expect(captcha.check(token, newNonce(), String(found), now)).toBe('expired');
  }
});

test('F1 a token is good for its own way only', async () => {
  const token = captcha.issue(visitor, 'sum', now);
  expect(captcha.wayOf(token, visitor)).toBe('sum');
  for (const letter of ['p', 'w', 'x', '']) {
    const parts = token.split('.');
    parts[3] = letter;
    expect(captcha.wayOf(parts.join('.'), visitor)).toBeUndefined();
    expect(captcha.check(parts.join('.'), visitor, '1', now)).toBe('expired');
  }
});
