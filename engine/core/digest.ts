/**
 * A short text that is the same for the same rows, in whatever order they came: how recovery,
 * replay and the running books are compared.
 */
import { hashFields, hashValue } from './hash.ts';
import { answersOf } from './kept-answers.ts';
import { packRow } from './packed-rows.ts';
import { type RegistrationRow, type Row, rowKey } from './rows.ts';

/** Two lanes of 26 bits, so that a sum of two shares is still exact. */
const lane = 0x4000000;

export function digestOf(rows: Iterable<Row>): string {
  let count = 0;
  let high = 0;
  let low = 0;
  for (const row of rows) {
    const content = [row.table, rowKey(row), contentOf(row)];
    count += 1;
    high = (high + (hashValue(content) >>> 6)) % lane;
    low = (low + (hashValue([content, row.lastIndex, row.table]) >>> 6)) % lane;
  }
  return [count, high, low].map((part) => part.toString(16)).join('-');
}

/** Field by field what a registration has, so that none can be forgotten here. */
const contentOf = (row: Row): unknown =>
  row.table === 'registrations'
    ? [
        hashFields(row, derived),
        answersOf(row).map(({ command, contentHash, outcome }) => [command, contentHash, outcome]),
      ]
    : packRow(row);
/** Set anew by `rebuild`, or given as the list of kept answers. */
const derived: ReadonlySet<string> = new Set([
  'queuedUntil',
  'queuedDay',
  'lastAnswer',
  'answersKept',
  'answersMark',
] satisfies (keyof RegistrationRow)[]);
