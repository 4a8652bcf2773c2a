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
import type { AreaCode } from '../protocol/ids.ts';
import { encodeRows } from '../store/rows.ts';
import type { StoredRow } from '../store/store.ts';

/** 64 rows of some 300 bytes are about five pages. */
const neighbourhoodBits = 6;
const placeMask = (1 << neighbourhoodBits) - 1;

/**
 * `since`: the index of the first event that no row on disk holds. `low` and `high` have a bit for
 * each registration that is in `rows`. Rows of the other tables live alone.
 */
type Neighbourhood = {
  /** Where it is found again; of a row that lives alone, its name. */
  home: Neighbourhoods | string;
  since: number;
  low: number;
  high: number;
  rows: Row[];
};
/** One area's dirty ones, by place. */
type Neighbourhoods = Map<number, Neighbourhood>;

export class Checkpoint {
  /** In the order of `since`. */
  readonly #dirty = new Set<Neighbourhood>();
  readonly #areas = new Map<AreaCode, Neighbourhoods>();
  readonly #alone = new Map<string, Neighbourhood>();
  #writing: Neighbourhood[] = [];
  readonly #writingAlone = new Set<string>();
  #lag = 0;

  /** Rows not yet flushed. */
  get lag(): number {
    return this.#lag;
  }
  /** The row was changed by the event `index`. */
  mark(row: Row, index: number): void {
    if (row.table !== 'registrations') {
      this.#markAlone(row, index);
      return;
    }
    const home = this.#homeOf(row.area);
    const place = row.number >>> neighbourhoodBits;
    let neighbourhood = home.get(place);
    if (neighbourhood === undefined) {
      neighbourhood = this.#begin(home, index);
      home.set(place, neighbourhood);
    }
    const at = row.number & placeMask;
    const bit = 1 << (at & 31);
    if (((at < 32 ? neighbourhood.low : neighbourhood.high) & bit) !== 0) return;
    if (at < 32) neighbourhood.low |= bit;
    else neighbourhood.high |= bit;
    neighbourhood.rows.push(row);
    this.#lag += 1;
  }
  /** Of candidates and phones: whether the disk may have an older row. */
  isDirty(row: Row): boolean {
    const name = nameOf(row);
    return this.#alone.has(name) || this.#writingAlone.has(name);
  }
  /**
   * Takes whole neighbourhoods until `rowsMin` rows are together. One slice at a time: `written`
   * or the end of the process comes before the next.
   */
  take(rowsMin: number): StoredRow[] {
    const rows: Row[] = [];
    for (const neighbourhood of this.#dirty) {
      if (rows.length >= rowsMin) break;
      this.#dirty.delete(neighbourhood);
      this.#writing.push(neighbourhood);
      const { home } = neighbourhood;
      for (const row of neighbourhood.rows) rows.push(row);
      if (typeof home !== 'string') {
        const [row] = neighbourhood.rows;
        if (row?.table === 'registrations') home.delete(row.number >>> neighbourhoodBits);
      } else {
        this.#alone.delete(home);
        this.#writingAlone.add(home);
      }
    }
    return encodeRows(rows);
  }
  /** What `take` gave was flushed. */
  written(): void {
    for (const { rows } of this.#writing) this.#lag -= rows.length;
    this.#writing = [];
    this.#writingAlone.clear();
  }
  /** With the slice just taken on disk, all rows there hold the events up to the answer (C3). */
  completeUpTo(lastIndex: number): number {
    const [oldest] = this.#dirty;
    return oldest === undefined ? lastIndex : oldest.since - 1;
  }

  #markAlone(row: Row, index: number): void {
    const name = nameOf(row);
    let neighbourhood = this.#alone.get(name);
    if (neighbourhood === undefined) {
      neighbourhood = this.#begin(name, index);
      this.#alone.set(name, neighbourhood);
      this.#lag += 1;
    }
    neighbourhood.rows[0] = row;
  }
  #begin(home: Neighbourhood['home'], since: number): Neighbourhood {
    const neighbourhood = { home, since, low: 0, high: 0, rows: [] };
    this.#dirty.add(neighbourhood);
    return neighbourhood;
  }
  #homeOf(area: AreaCode): Neighbourhoods {
    let home = this.#areas.get(area);
    if (home === undefined) {
      home = new Map();
      this.#areas.set(area, home);
    }
    return home;
  }
}

const nameOf = (row: Row): string => `${row.table} ${rowKey(row)[0]}`;
