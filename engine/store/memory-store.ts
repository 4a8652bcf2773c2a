/**
 * The store's contract in memory, for tests: what a disk does on a bad day can be chosen. A
 * `MemoryDisk` outlives the stores opened on it, as a folder outlives processes.
 */
import type { PartitionName } from '../protocol/ids.ts';
import {
  type Batch,
  EpochLost,
  FormatTooNew,
  FormatTooOld,
  formatVersion,
  type RowKey,
  type RowTable,
  rowTables,
  type Store,
  StoreCorrupt,
  type StoredEntry,
} from './store.ts';

type Image = {
  checkpointed: number;
  journal: Map<number, Uint8Array>;
  rows: Map<RowTable, Map<string, { key: RowKey; value: Uint8Array }>>;
};

/** What becomes of a commit that fails: both are possible, and the writer cannot tell which. */
export type FailedCommit = 'absent' | 'kept';

export class MemoryDisk {
  format = formatVersion;
  epoch = 0;
  freeBytes = Number.MAX_SAFE_INTEGER;
  partition: PartitionName | undefined;
  /** Commits asked for so far, successful or not. */
  commits = 0;
  image: Image = emptyImage();
  #failure: { outcome: FailedCommit; error: Error } | undefined;
  #held: (() => void)[] | undefined;

  /** The next commit rejects with `error`; its batch is wholly there afterwards, or not at all. */
  failNext(outcome: FailedCommit, error: Error = new Error('EIO')): void {
    this.#failure = { outcome, error };
  }
  /** Commits wait, unflushed, until `release`. What waits when the disk is opened anew is lost. */
  hold(): void {
    this.#held ??= [];
  }
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }
  /** Resolves when the batch is on the disk. */
  async flush(batch: Batch, stillMine: () => boolean): Promise<void> {
    this.commits += 1;
    await Promise.resolve();
    if (this.#held !== undefined) await new Promise<void>((go) => this.#held?.push(go));
    if (!stillMine()) throw new EpochLost(`partition ${this.partition} was opened by another`);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure?.outcome !== 'absent') apply(this.image, batch);
    if (failure !== undefined) throw failure.error;
  }
}

export async function openMemoryStore(disk: MemoryDisk, partition: PartitionName): Promise<Store> {
  if (disk.format > formatVersion)
    throw new FormatTooNew(`the disk has format ${disk.format}, known is ${formatVersion}`);
  if (disk.format < formatVersion)
    throw new FormatTooOld(`the disk has format ${disk.format}, which was never released`);
  if (disk.partition !== undefined && disk.partition !== partition)
    throw new StoreCorrupt(`the disk belongs to partition ${disk.partition}, not ${partition}`);
  disk.partition = partition;
  disk.epoch += 1;
  const { epoch, image } = disk;
  let checkpointed = image.checkpointed;
  let failure: unknown;

  return {
    partition,
    epoch,
    get checkpointed() {
      return checkpointed;
    },
    async commit(batch) {
      if (failure !== undefined) throw failure;
      try {
        await disk.flush(batch, () => disk.epoch === epoch);
        checkpointed = batch.checkpointed;
      } catch (error) {
        failure = error;
        throw error;
      }
    },
    get: (table, key) => tableOf(image, table).get(key.join('\0'))?.value,
    *rows(table, from) {
      const all = [...tableOf(image, table).values()];
      yield* all
        .filter(({ key }) => from === undefined || compareKeys(key, from) >= 0)
        .sort((one, other) => compareKeys(one.key, other.key));
    },
    *entries(from) {
      for (const index of indicesOf(image)) if (index >= from) yield entryAt(image, index);
    },
    entryAtOrBelow(index) {
      const found = indicesOf(image).findLast((known) => known <= index);
      return found === undefined ? undefined : entryAt(image, found);
    },
    freeBytes: () => disk.freeBytes,
    close: async () => {},
  };
}

const emptyImage = (): Image => ({
  checkpointed: 0,
  journal: new Map(),
  rows: new Map(rowTables.map((table) => [table, new Map()])),
});

function apply(image: Image, batch: Batch): void {
  if (batch.entry !== undefined)
    image.journal.set(batch.entry.index, Uint8Array.from(batch.entry.value));
  for (const { table, key, value } of batch.rows)
    tableOf(image, table).set(key.join('\0'), { key, value: Uint8Array.from(value) });
  image.checkpointed = batch.checkpointed;
}

function tableOf(image: Image, table: RowTable) {
  const rows = image.rows.get(table);
  if (rows === undefined) throw new Error(`no table ${table}`);
  return rows;
}

const indicesOf = (image: Image): number[] =>
  [...image.journal.keys()].sort((one, other) => one - other);

function entryAt(image: Image, index: number): StoredEntry {
  const value = image.journal.get(index);
  if (value === undefined) throw new Error('an index without its entry');
  return { index, value };
}

function compareKeys([one, oneNumber = 0]: RowKey, [other, otherNumber = 0]: RowKey): number {
  if (one !== other) return one < other ? -1 : 1;
  return oneNumber - otherNumber;
}
