/** What is registered in one area, read off the rows a page at a time: for the desk and for exports. */
import type { EpochMs } from '../protocol/ids.ts';
import type { Query, QueryAnswer, RegisteredLine } from '../protocol/replies.ts';
import type { AreaBook } from './area-book.ts';
import { viewOf } from './registration.ts';
import type { RegistrationRow } from './rows.ts';
import type { Rules } from './rules.ts';

/** One page's worth: a writer answers others between pages, and a message carries no more. */
const linesMax = 200;
/** Orders, attempts and registrations together, as some have many. */
const partsMax = 1_000;

export function registeredIn(
  rules: Rules | undefined,
  book: AreaBook | undefined,
  { kind, from }: Extract<Query, { kind: 'registrations' }>,
  at: EpochMs,
): Extract<QueryAnswer, { kind: 'registrations' }> {
  const lines: RegisteredLine[] = [];
  if (rules === undefined || book === undefined) return { kind, lines };
  let parts = partsMax;
  for (let number = from; number < book.byNumber.length; number += 1) {
    const row = book.byNumber[number];
    if (row === undefined) continue;
    lines.push({ number, person: row.person, registration: viewOf(rules, row, at) });
    parts -= partsOf(row);
    if (lines.length === linesMax || parts <= 0) return { kind, lines, next: number + 1 };
  }
  return { kind, lines };
}

const partsOf = ({ orders }: RegistrationRow): number =>
  orders.reduce((parts, { attempts }) => parts + 1 + attempts.length, 1);
