/**
 * A short text that is the same for the same rows, in whatever order they came: how recovery,
 * replay and the running books are compared.
 */
import { hashValue } from './hash.ts';
import { packRow, type Row, rowKey } from './rows.ts';

/** Two lanes of 26 bits, so that a sum of two shares is still exact. */
const lane = 0x4000000;

export function digestOf(rows: Iterable<Row>): string {
  let count = 0;
  let high = 0;
  let low = 0;
  for (const row of rows) {
    const content = [row.table, rowKey(row), packRow(row)];
    count += 1;
    high = (high + (hashValue(content) >>> 6)) % lane;
    low = (low + (hashValue([content, row.lastIndex, row.table]) >>> 6)) % lane;
  }
  return [count, high, low].map((part) => part.toString(16)).join('-');
}
