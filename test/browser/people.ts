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
 * People with a photo and one good ticket, none of whom stands in `sign-ins.csv`: as many as there
 * are tests. New candidates have a phone and can register at once.
 */
export const newCandidates = (): Generator<InventedCandidate> =>
  peopleWhere((row) => row.kind === 'new' && row.phone !== '', personWho('new candidate').password);
/** Enrolled, never signed in, no phone on record (F8, F9). */
export const newcomers = (): Generator<InventedCandidate> =>
  peopleWhere((row) => row.kind === 'enrolled' && row.phone === '');

function* peopleWhere(
  fits: (row: Record<string, string>) => boolean,
  password?: string,
): Generator<InventedCandidate> {
  const rows = tableOf('candidates');
  const tickets = new Map<string, number>();
  for (const { document_number = '' } of rows) {
    tickets.set(document_number, (tickets.get(document_number) ?? 0) + 1);
  }
  for (const row of rows) {
    const { document_type = '', document_number = '', ticket = '', phone = '' } = row;
    if (row.photo !== 'yes' || row.ticket_status !== 'active' || !fits(row)) continue;
    if (tickets.get(document_number) !== 1) continue;
    if (people.some((person) => person.documentNumber === document_number)) continue;
    yield {
      shows: row.kind ?? '',
      documentType: document_type,
      documentNumber: document_number,
      ticket,
      password: password ?? document_number.slice(-6),
      phone,
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
