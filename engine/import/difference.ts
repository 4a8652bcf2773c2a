/**
 * What an import would change, told before it is applied (S1): how many rows come, change and go, in
 * which columns, and the first of them by name.
 */
import type { Column } from './table.ts';

export type Difference = {
  added: number;
  changed: number;
  same: number;
  removed: number;
  /** Of the changed: in how many rows each column changes, in the order of the table's columns. */
  columns: { title: string; rows: number }[];
  examples: Example[];
};
/** `who` never shows more of a person than a mask. */
export type Example = { how: 'added' | 'changed' | 'removed'; who: string; columns: string[] };

const examplesMax = 20;

/** Gathers a difference row by row. */
export class Differences {
  readonly #columns: readonly Pick<Column, 'name' | 'title'>[];
  readonly #changed = new Map<string, number>();
  readonly #examples: Example[] = [];
  readonly #counts = { added: 0, changed: 0, same: 0, removed: 0 };

  constructor(columns: readonly Pick<Column, 'name' | 'title'>[]) {
    this.#columns = columns;
  }

  note(how: Example['how'], who: string, columns: readonly string[] = []): void {
    this.#counts[how] += 1;
    for (const name of columns) this.#changed.set(name, (this.#changed.get(name) ?? 0) + 1);
    if (this.#examples.length >= examplesMax) return;
    this.#examples.push({ how, who, columns: this.#columnsNamed(columns) });
  }
  same(rows = 1): void {
    this.#counts.same += rows;
  }

  get sum(): Difference {
    const columns = this.#columns.flatMap(({ name, title }) => {
      const rows = this.#changed.get(name) ?? 0;
      return rows === 0 ? [] : [{ title, rows }];
    });
    return { ...this.#counts, columns, examples: this.#examples };
  }

  #columnsNamed(names: readonly string[]): string[] {
    return this.#columns.flatMap(({ name, title }) => (names.includes(name) ? [title] : []));
  }
}

/** Of two whole tables, whose rows `keyOf` tells apart. */
export function differenceOf<Row extends Record<string, string>>(
  columns: readonly Pick<Column, 'name' | 'title'>[],
  keyOf: (row: Row) => string,
  before: readonly Row[],
  after: readonly Row[],
): Difference {
  const differences = new Differences(columns);
  const left = new Map(before.map((row) => [keyOf(row), row]));
  for (const row of after) {
    const key = keyOf(row);
    const stood = left.get(key);
    left.delete(key);
    if (stood === undefined) {
      differences.note('added', key);
      continue;
    }
    const changed = Object.keys(row).filter((name) => row[name] !== stood[name]);
    if (changed.length === 0) differences.same();
    else differences.note('changed', key, changed);
  }
  for (const key of left.keys()) differences.note('removed', key);
  return differences.sum;
}
