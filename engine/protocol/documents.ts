/**
 * Document types as data (D16), and the one way a document number is brought into its stored
 * form. Import and sign-in both come through here; were they to differ by one character, the
 * person's index would differ and nobody would be found.
 *
 * N1 `normaliseDocument` is idempotent: its result, given again, is its result.
 */
import { stdnum } from 'stdnum';

/** `name` stands on pages. `hint` says what a number of this type looks like. */
export type DocumentType = { code: string; name: string; hint: string };
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

/** Types without a checksum of their own (travel permits, passports) are added here with a format. */
const rows: readonly Row[] = [
  {
    code: 'resident-id',
    name: '居民身份证',
    hint: '18 位，最后一位可能是 X',
    check: checkEighteen,
  },
  {
    code: 'residence-permit',
    name: '港澳台居民居住证',
    hint: '18 位，以 81、82 或 83 开头，最后一位可能是 X',
    check: (number) => checkEighteen(number) ?? (/^8[123]0000/.test(number) ? undefined : 'prefix'),
  },
];
const byCode = new Map(rows.map((row) => [row.code, row]));

/** In the order of the list on the sign-in page. */
export const documentTypes: readonly DocumentType[] = rows.map(({ code, name, hint }) => ({
  code,
  name,
  hint,
}));

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
  const number = text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Pd}]/gu, '')
    .toUpperCase();
  if (number === '') return { ok: false, reason: 'empty' };
  const reason = row.check(number);
  return reason === undefined ? { ok: true, number } : { ok: false, reason };
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
