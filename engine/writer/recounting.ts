/**
 * Counts every area's ledger anew, some areas at a time, for as long as the writer lives (B14).
 *
 * C1 An area is counted whole, between two commands, so both counts speak of one journal index.
 * C2 A slice ends at the first area that brings it to its rows: what one second costs is bounded by
 *    that and by the largest area, and every area's turn comes.
 */
import { ledgerOf } from '../core/ledger.ts';
import type { Partition } from '../core/partition.ts';
import type { AreaCode, EpochMs } from '../protocol/ids.ts';
import type { AreaLedger } from '../protocol/ledger.ts';

/** Two milliseconds, where each has three seats; a province's rush takes twenty slices or so. */
const rowsPerSlice = 20_000;
/** So many fit one message, whatever they say. */
const areasPerSlice = 256;

export class Recounting {
  readonly #partition: Partition;
  readonly #rowsPerSlice: number;
  readonly #astray = new Map<AreaCode, number>();
  #left: AreaCode[] = [];

  constructor(partition: Partition, rows = rowsPerSlice) {
    this.#partition = partition;
    this.#rowsPerSlice = rows;
  }

  /** How many pools did not agree when they were last counted. */
  get poolsAstray(): number {
    return [...this.#astray.values()].reduce((sum, pools) => sum + pools, 0);
  }

  slice(at: EpochMs): AreaLedger[] {
    const { areas } = this.#partition;
    if (this.#left.length === 0) this.#left = [...areas.keys()].reverse();
    const ledgers: AreaLedger[] = [];
    let rows = 0;
    while (rows < this.#rowsPerSlice && ledgers.length < areasPerSlice) {
      const area = this.#left.pop();
      if (area === undefined) break;
      const book = areas.get(area);
      if (book === undefined) continue;
      const ledger = ledgerOf(book, at);
      ledgers.push(ledger);
      this.#astray.set(area, ledger.pools.filter(({ agrees }) => !agrees).length);
      rows += book.registrations.size;
    }
    return ledgers;
  }
}
