/**
 * Document types as data (D16), and the one way a document number is brought into its stored
 * form. Import and sign-in both come through here; were they to differ by one character, the
 * person's index would differ and nobody would be found.
 *
 * N1 `normaliseDocument` is idempotent: its result, given again, is its result.
 */
import { stdnum } from 'stdnum';

/** What an enrolled candidate signs in with for the first time (F8; D16). */
export type FirstSecret = 'initial-password' | 'activation-code';
/** `name` stands on pages. `hint` says what a number of this type looks like. */
export type DocumentType = { code: string; name: string; hint: string; firstSecret: FirstSecret };
export type DocumentProblem =
  | 'type-unknown'
  | 'empty'
  | 'length'
  | 'character'
  | 'prefix'
  | 'date'
  | 'checksum';
export type NormalisedDocument =
  | { ok: true; number: string }
  | { ok: false; reason: DocumentProblem };

type Row = DocumentType & { check: (number: string) => DocumentProblem | undefined };

/**
 * A number without a checksum is soon guessed at, and in part written on every copy: whoever has
 * one gets an activation code from the office instead of a password made of it.
 */
const rows: readonly Row[] = [
  {
    code: 'resident-id',
    name: '居民身份证',
    hint: '18 位，最后一位可能是 X',
    firstSecret: 'initial-password',
    check: checkEighteen,
  },
  {
    code: 'residence-permit',
    name: '港澳台居民居住证',
    hint: '18 位，以 81、82 或 83 开头，最后一位可能是 X',
    firstSecret: 'initial-password',
    check: (number) => checkEighteen(number) ?? (/^8[123]0000/.test(number) ? undefined : 'prefix'),
  },
  {
    code: 'mainland-permit',
    name: '港澳居民来往内地通行证',
    hint: 'H 或 M 加 8 位数字；11 位的旧号只填前 9 位',
    firstSecret: 'activation-code',
    check(number) {
      if (number.length !== 9) return 'length';
      if (!/^[HM]/.test(number)) return 'prefix';
      return /^.\d{8}$/.test(number) ? undefined : 'character';
    },
  },
  {
    code: 'taiwan-permit',
    name: '台湾居民来往大陆通行证',
    hint: '8 位数字',
    firstSecret: 'activation-code',
    check(number) {
      if (number.length !== 8) return 'length';
      return /^\d{8}$/.test(number) ? undefined : 'character';
    },
  },
  {
    code: 'passport',
    name: '护照',
    hint: '6 到 12 位字母和数字，没有空格和横线',
    firstSecret: 'activation-code',
    check(number) {
      if (number.length < 6 || number.length > 12) return 'length';
      return /^[0-9A-Z]*\d[0-9A-Z]*$/.test(number) ? undefined : 'character';
    },
  },
];
const byCode = new Map(rows.map((row) => [row.code, row]));

/** In the order of the list on the sign-in page. */
export const documentTypes: readonly DocumentType[] = rows.map(({ check, ...type }) => type);

export const firstSecretOf = (type: string): FirstSecret =>
  byCode.get(type)?.firstSecret ?? 'activation-code';

/** Longer input is refused before any work is done on it. */
const inputLengthMax = 64;

/**
 * Accepts what people type and paste: x for X, spaces, hyphens and invisible marks within,
 * full-width digits and letters. Refuses, never repairs, anything that is not the same number.
 */
export function normaliseDocument(type: string, text: string): NormalisedDocument {
  const row = byCode.get(type);
  if (row === undefined) return { ok: false, reason: 'type-unknown' };
  if (text.length > inputLengthMax) return { ok: false, reason: 'length' };
  const number = plain(text);
  if (number === '') return { ok: false, reason: 'empty' };
  const reason = row.check(number);
  return reason === undefined ? { ok: true, number } : { ok: false, reason };
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Pd}]/gu, '')
    .toUpperCase();

/** As offices print them and people type them; undefined: not the form of one. */
export function normaliseActivationCode(text: string): string | undefined {
  if (text.length > inputLengthMax) return undefined;
  const code = plain(text);
  return /^[0-9A-Z]{8,20}$/.test(code) ? code : undefined;
}

/** The last six characters, X upper-case (F8). `number` is normalised. */
export const initialPasswordOf = (number: string): string => number.slice(-6);

/** GB 11643: residence permits follow the same construction as resident identity cards. */
const eighteen = stdnum.CN?.ric;
function checkEighteen(number: string): DocumentProblem | undefined {
  if (eighteen === undefined) throw new Error('stdnum has no check for CN resident numbers');
  const { error } = eighteen.validate(number);
  if (error === undefined) return undefined;
  // The length is the likelier slip and is named first; the library's message names classes only.
  if (number.length !== 18) return 'length';
  if (!/^\d{17}[\dX]$/.test(number)) return 'character';
  return error.name === 'InvalidChecksum' ? 'checksum' : 'date';
}
