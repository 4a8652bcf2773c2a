/**
 * The invented people of the demonstration who show something, and the answer of a captcha. The
 * answer is derived as the gateway does, under the key of the test's own installation: there is no
 * way around a captcha in the product.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { createCookies } from '../../gateway/cookies.ts';
import { answerLength, captchaAlphabet } from '../../gateway/sign-in/captcha.ts';

export type InventedCandidate = {
  shows: string;
  documentType: string;
  documentNumber: string;
  ticket: string;
  password: string;
  phone: string;
};

const path = new URL('../../data/province/sign-ins.csv', import.meta.url);
const people = (parse(readFileSync(path), { columns: true }) as Record<string, string>[]).map(
  (row): InventedCandidate => ({
    shows: row.shows ?? '',
    documentType: row.document_type ?? '',
    documentNumber: row.document_number ?? '',
    ticket: row.ticket ?? '',
    password: row.password ?? '',
    phone: row.phone ?? '',
  }),
);

/** By the beginning of what the person shows, as `sign-ins.csv` words it. */
export function personWho(shows: string): InventedCandidate {
  const found = people.find((person) => person.shows.startsWith(shows));
  if (found === undefined) throw new Error(`nobody in sign-ins.csv shows: ${shows}`);
  return found;
}

export function captchaAnswer(cookieKey: Uint8Array, token: string): string {
  const bytes = createCookies(cookieKey, false).keyed('captcha answer', token);
  const fair = 256 - (256 % captchaAlphabet.length);
  const letters = [...bytes]
    .filter((byte) => byte < fair)
    .map((byte) => captchaAlphabet[byte % captchaAlphabet.length]);
  return letters.slice(0, answerLength).join('');
}
