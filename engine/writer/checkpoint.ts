/**
 * Which rows in memory are ahead of the disk, and which of them are written next.
 *
 * C1 A row is dirty from the event that changed it until a commit with it was flushed. Dirty rows
 *    are never evicted: the disk has an older row.
 * C2 Rows leave by neighbourhood, oldest first: registrations of one area whose numbers are close
 *    lie on the same pages, and a page written once for many rows is what makes this cheap.
 * C3 Every row on disk, with those being written, holds all events before the oldest dirty one.
 */
import { type Row, rowKey } from '../core/rows.ts';
import { encodeRows } from '../store/rows.ts';
import type { StoredRow } from '../store/store.ts';

/** 64 rows of some 300 bytes are about five pages. */
const neighbourhoodBits = 6;

/** `since`: the index of the first event that no row on disk holds. */
type Neighbourhood = { since: number; rows: Map<number | string, Row> };

export class Checkpoint {
  /** In the order of `since`. */
  readonly #dirty = new Map<string, Neighbourhood>();
  #writing = new Map<string, Neighbourhood>();
  #lag = 0;
  /** Names of neighbourhoods, so that the hot path builds no text. */
  readonly #names = new Map<string, string[]>();

  /** Rows not yet flushed. */
  get lag(): number {
    return this.#lag;
  }
  /** The row was changed by the event `index`. */
  mark(row: Row, index: number): void {
    const name = this.#nameOf(row);
    let neighbourhood = this.#dirty.get(name);
    if (neighbourhood === undefined) {
      neighbourhood = { since: index, rows: new Map() };
      this.#dirty.set(name, neighbourhood);
    }
    const key = row.table === 'registrations' ? row.number : '';
    const before = neighbourhood.rows.size;
    neighbourhood.rows.set(key, row);
    this.#lag += neighbourhood.rows.size - before;
  }
  isDirty(row: Row): boolean {
    const name = this.#nameOf(row);
    return this.#dirty.has(name) || this.#writing.has(name);
  }
  /**
   * Takes whole neighbourhoods until `rowsMin` rows are together. One slice at a time: `written`
   * or the end of the process comes before the next.
   */
  take(rowsMin: number): StoredRow[] {
    const rows: Row[] = [];
    for (const [name, neighbourhood] of this.#dirty) {
      if (rows.length >= rowsMin) break;
      this.#dirty.delete(name);
      this.#writing.set(name, neighbourhood);
      for (const row of neighbourhood.rows.values()) rows.push(row);
    }
    return encodeRows(rows);
  }
  /** What `take` gave was flushed. */
  written(): void {
    for (const { rows } of this.#writing.values()) this.#lag -= rows.size;
    this.#writing = new Map();
  }
  /** With the slice just taken on disk, all rows there hold the events up to the answer (C3). */
  completeUpTo(lastIndex: number): number {
    const [oldest] = this.#dirty.values();
    return oldest === undefined ? lastIndex : oldest.since - 1;
  }

  #nameOf(row: Row): string {
    if (row.table !== 'registrations') return `${row.table} ${rowKey(row)[0]}`;
    const place = row.number >>> neighbourhoodBits;
    let names = this.#names.get(row.area);
    if (names === undefined) {
      names = [];
      this.#names.set(row.area, names);
    }
    const name = names[place] ?? `registrations ${row.area} ${place}`;
    names[place] = name;
    return name;
  }
}
