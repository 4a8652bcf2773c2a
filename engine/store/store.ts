/**
 * What a writer needs of a disk: one atomic, durable commit at a time; reads of what is committed.
 * It knows tables, keys and bytes. What the bytes say is journal.ts and rows.ts; when to commit is
 * the writer's. Two implementations keep this contract (test/contract/store-contract.ts): LMDB, and
 * one in memory whose failures can be chosen.
 *
 * K1 A commit is whole or absent. Its promise resolves only once it would survive a power cut.
 * K2 After a rejected commit nothing is known about it, and this store takes no further one: the
 *    caller must stop, open anew and read what is there.
 * K3 Opening raises the epoch, durably. Every commit checks inside its own transaction that the
 *    epoch is still its own, so two processes never write one folder.
 * K4 Journal keys only grow and are never rewritten; rows are only put, never removed.
 */
import type { PartitionName } from '../protocol/ids.ts';

export const rowTables = [
  'registrations',
  'areas',
  'candidates',
  'phones',
  'session',
  'adopted',
  'asides',
  'staff',
  'imports',
  'stagings',
  'acts',
  'keys',
  'alarms',
] as const;
export type RowTable = (typeof rowTables)[number];

/**
 * As the core's `rowKey` gives it: registrations have area and number, all others one code. Sorts
 * by its parts, numbers by value, so that neighbours in time are neighbours on disk. ASCII only.
 */
export type RowKey = [string, number] | [string];
export type StoredRow = { table: RowTable; key: RowKey; value: Uint8Array };
/** `index` is that of the entry's first event. */
export type StoredEntry = { index: number; value: Uint8Array };

/**
 * `checkpointed`: every row on disk, these among them, holds all events up to and including this
 * index. Recovery replays from the next one.
 */
export type Batch = { entry?: StoredEntry; rows: readonly StoredRow[]; checkpointed: number };

/** What can be asked of a folder without touching it. */
export interface StoreReader {
  readonly partition: PartitionName;
  /** As of the last successful commit. */
  readonly checkpointed: number;
  /** Valid until the next read. */
  get(table: RowTable, key: RowKey): Uint8Array | undefined;
  /** In key order, from `from` on if it is given. A value is valid until the next step. */
  rows(table: RowTable, from?: RowKey): Iterable<{ key: RowKey; value: Uint8Array }>;
  /** Entries whose key is `from` or above, in order. A value is valid until the next step. */
  entries(from: number): Iterable<StoredEntry>;
  /** The entry with the highest key at or below `index`. */
  entryAtOrBelow(index: number): StoredEntry | undefined;
  close(): Promise<void>;
}

export interface Store extends StoreReader {
  readonly epoch: number;
  commit(batch: Batch): Promise<void>;
  /** What the disk can still take. */
  freeBytes(): number;
}

/** The folder's bytes are not what a store wrote: serving from them would be guessing. */
export class StoreCorrupt extends Error {}
/** Written by a newer Ruxi. */
export class FormatTooNew extends Error {}
/** Written before formats were carried forward: nothing but a demonstration can be in it. */
export class FormatTooOld extends Error {}
/** Another writer has opened this folder since. */
export class EpochLost extends Error {}

/**
 * The layout of tables, keys, rows and journal entries, as one number, held against what is written by
 * test/contract/formats.test.ts. Whatever does not only grow at its end raises it. Nothing has been
 * released so far, so nothing is carried forward: formats 1 to 4 are refused. From the first release on a
 * new format comes with its step in lmdb-store.ts.
 */
export const formatVersion = 5;
