/**
 * Which new passwords are refused, and why (D4); and how a typed initial password is compared (F8).
 * Length does the work; the rest keeps out what is tried first.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { initialPasswordOf } from '../../engine/protocol/documents.ts';
import { commonWords } from './common-passwords.ts';

export type PasswordProblem = 'too-short' | 'too-long' | 'common' | 'personal' | 'not-the-same';

export const passwordCharactersMin = 10;
/** A longer text costs hashing time and protects no better. */
export const passwordBytesMax = 128;
/** D4: so many characters in a row of a number of one's own are too many. */
const personalRun = 6;
/** A password made of common words and no more than this besides is a common password. */
const uncommonMin = 4;

/** `phoneMask` as in protocol/masks.ts: the clear number is nowhere at hand, nor needed. */
export type OwnNumbers = { documentNumber: string; tickets: readonly string[]; phoneMask: string };

export function passwordProblem(
  password: string,
  again: string,
  own: OwnNumbers,
): PasswordProblem | undefined {
  if ([...password].length < passwordCharactersMin) return 'too-short';
  if (Buffer.byteLength(password) > passwordBytesMax) return 'too-long';
  const plain = password.normalize('NFKC').toLowerCase();
  if (isPersonal(plain, own)) return 'personal';
  if (isCommon(plain)) return 'common';
  return password === again ? undefined : 'not-the-same';
}

/** F8. In constant time; a small x is accepted for X. */
export function isInitialPassword(typed: string, documentNumber: string): boolean {
  const given = typed.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase();
  // Equal lengths are what timingSafeEqual needs, and hashing gives them.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(initialPasswordOf(documentNumber)));
}

function isPersonal(plain: string, own: OwnNumbers): boolean {
  const known = [own.documentNumber, ...own.tickets].map((number) => number.toLowerCase());
  for (let at = 0; at + personalRun <= plain.length; at += 1) {
    const run = plain.slice(at, at + personalRun);
    if (known.some((number) => number.includes(run))) return true;
    if (couldBeOf(own.phoneMask, run)) return true;
  }
  return false;
}

/** A hidden digit could be any, so a run that fits the mask is refused although it may be chance. */
function couldBeOf(mask: string, run: string): boolean {
  for (let at = 0; at + personalRun <= mask.length; at += 1) {
    const fits = [...run].every((character, place) => {
      const shown = mask[at + place];
      return shown === '*' ? /[0-9]/.test(character) : shown === character;
    });
    if (fits) return true;
  }
  return false;
}

/** Written as a shape or a digit for a letter, a common word stays one. */
const plainLetters = new Map([
  ['@', 'a'],
  ['4', 'a'],
  ['3', 'e'],
  ['1', 'i'],
  ['!', 'i'],
  ['0', 'o'],
  ['$', 's'],
  ['5', 's'],
  ['7', 't'],
]);

function isCommon(plain: string): boolean {
  const letters = plain.replaceAll(/[@431!0$57]/g, (shape) => plainLetters.get(shape) ?? shape);
  const common = (start: number, end: number) =>
    isCommonPart(plain.slice(start, end)) || isCommonPart(letters.slice(start, end));
  return uncommonIn(plain.length, common) < uncommonMin;
}

/** How many characters are left when a few common words, runs and repetitions are taken out. */
function uncommonIn(length: number, common: (start: number, end: number) => boolean): number {
  // leftAt[n][end]: the fewest characters left of the first `end`, with `n` parts taken out.
  const leftAt = [Array.from({ length: length + 1 }, (_, end) => end)];
  for (let taken = 1; taken <= partsMax; taken += 1) {
    const before = leftAt[taken - 1] ?? [];
    const left = [0];
    for (let end = 1; end <= length; end += 1) {
      let least = Math.min(before[end] ?? end, (left[end - 1] ?? 0) + 1);
      for (let start = Math.max(0, end - longestPart); start <= end - shortestPart; start += 1) {
        const without = before[start] ?? start;
        if (without < least && common(start, end)) least = without;
      }
      left.push(least);
    }
    leftAt.push(left);
  }
  return leftAt[partsMax]?.[length] ?? 0;
}

/** Four common words in a row are a passphrase, and a good one. */
const partsMax = 3;
const shortestPart = 3;
const longestPart = 16;
/** Neighbours in the alphabet, in counting and on the keyboard, read either way. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm,./',
  '!@#$%^&*()_+',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  '1q2w3e4r5t6y7u8i9o0p',
];
const runs = rows.flatMap((row) => [row, [...row].reverse().join('')]);

function isCommonPart(part: string): boolean {
  if (commonWords.has(part)) return true;
  if (runs.some((row) => row.includes(part))) return true;
  if (/^(19[4-9]|20[0-4])[0-9]((0[1-9]|1[0-2])([0-2][0-9]|3[01]))?$/.test(part)) return true;
  return isRepetition(part);
}

/** `aaaa`, `121212`, `abcabc`. */
function isRepetition(part: string): boolean {
  for (let period = 1; period <= part.length / 2; period += 1) {
    const repeats = [...part].every(
      (character, at) => at < period || character === part[at - period],
    );
    if (repeats && part.length >= Math.max(3, 2 * period)) return true;
  }
  return false;
}
