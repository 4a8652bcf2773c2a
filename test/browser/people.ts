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

const tableOf = (name: string): Record<string, string>[] =>
  parse(readFileSync(new URL(`../../data/province/${name}.csv`, import.meta.url)), {
    columns: true,
  });
const people = tableOf('sign-ins').map(
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

/**
 * New candidates with a phone, a photo and one good ticket, who can register at once: as many as
 * there are tests. None of them stands in `sign-ins.csv`.
 */
export function* newCandidates(): Generator<InventedCandidate> {
  const rows = tableOf('candidates');
  const listed = new Set(people.map((person) => person.documentNumber));
  const tickets = new Map<string, number>();
  for (const row of rows) {
    const number = row.document_number ?? '';
    tickets.set(number, (tickets.get(number) ?? 0) + 1);
  }
  const password = personWho('new candidate').password;
  for (const row of rows) {
    const documentNumber = row.document_number ?? '';
    if (row.kind !== 'new' || row.photo !== 'yes' || !row.phone) continue;
    if (row.ticket_status !== 'active' || tickets.get(documentNumber) !== 1) continue;
    if (listed.has(documentNumber)) continue;
    yield {
      shows: 'new candidate, phone on record',
      documentType: row.document_type ?? '',
      documentNumber,
      ticket: row.ticket ?? '',
      password,
      phone: row.phone,
    };
  }
}

export function captchaAnswer(cookieKey: Uint8Array, token: string): string {
  const bytes = createCookies(cookieKey, false).keyed('captcha answer', token);
  const fair = 256 - (256 % captchaAlphabet.length);
  const letters = [...bytes]
    .filter((byte) => byte < fair)
    .map((byte) => captchaAlphabet[byte % captchaAlphabet.length]);
  return letters.slice(0, answerLength).join('');
}
