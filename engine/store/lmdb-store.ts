/**
 * A partition's folder as an LMDB environment: one table per kind of row, the journal, and a few
 * words about the folder itself (`meta`).
 *
 * L1 Nothing is ever removed and keys of the journal only grow: no delete-heavy table, no table
 *    that becomes empty again. Both are known to crash LMDB.
 * L2 The first thing in every transaction is the epoch; what throws there has written nothing.
 * L3 A value handed to `commit` is not touched again: LMDB copies it when the transaction runs.
 */
import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'lmdb';
import type { PartitionName } from '../protocol/ids.ts';
import { type Environment, openEnvironment } from './environment.ts';
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
  type StoreReader,
} from './store.ts';

type Table = Database<Buffer, Buffer>;
type Tables = {
  environment: Environment;
  meta: Database<Buffer, string>;
  journal: Table;
  rows: Record<RowTable, Table>;
};

/** `folder` is the partition's own. Raises the epoch (K3). */
export async function openLmdbStore(folder: string, partition: PartitionName): Promise<Store> {
  const tables = openTables(openEnvironment(folder));
  const { environment, meta, journal, rows } = tables;
  try {
    await environment.transaction(() => {
      if (meta.get('format') === undefined) begin(meta, partition);
      checkMeta(meta, partition);
      meta.put('epoch', numberBytes(readNumber(meta, 'epoch') + 1));
    });
    await environment.flushed;
  } catch (error) {
    await environment.close();
    throw error;
  }
  const epoch = readNumber(meta, 'epoch');
  let checkpointed = readNumber(meta, 'checkpointed');
  let failure: unknown;

  async function commit(batch: Batch): Promise<void> {
    if (failure !== undefined) throw failure;
    try {
      await environment.transaction(() => write(batch));
      await environment.flushed;
      checkpointed = batch.checkpointed;
    } catch (error) {
      // lmdb keeps the cause in a second promise, which would end the process if nobody listened.
      (error as { commitError?: Promise<unknown> }).commitError?.catch(() => {});
      failure = error;
      throw error;
    }
  }
  function write(batch: Batch): void {
    if (readNumber(meta, 'epoch') !== epoch)
      throw new EpochLost(`partition ${partition} was opened by another writer`);
    if (batch.entry !== undefined)
      journal.put(numberBytes(batch.entry.index), batch.entry.value as Buffer);
    for (const { table, key, value } of batch.rows) rows[table].put(keyBytes(key), value as Buffer);
    // A batch without content is still written: whoever sends it waits for the disk on purpose.
    const empty = batch.entry === undefined && batch.rows.length === 0;
    if (empty || batch.checkpointed !== checkpointed)
      meta.put('checkpointed', numberBytes(batch.checkpointed));
  }

  return {
    ...readerOf(tables, partition),
    epoch,
    get checkpointed() {
      return checkpointed;
    },
    commit,
    freeBytes() {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    },
  };
}

/** Looks without raising the epoch: a running writer is not disturbed. */
export function openLmdbReader(folder: string, partition: PartitionName): StoreReader {
  if (!existsSync(join(folder, 'data.mdb')))
    throw new Error(`there is no store of partition ${partition}`);
  const tables = openTables(openEnvironment(folder));
  checkMeta(tables.meta, partition);
  return readerOf(tables, partition);
}

function openTables(environment: Environment): Tables {
  const table = (name: string, how: object): Table =>
    environment.openDB<Buffer, Buffer>(name, { keyEncoding: 'binary', ...how });
  const rows = Object.fromEntries(rowTables.map((name) => [name, table(name, asTheyLie)]));
  return {
    environment,
    meta: environment.openDB<Buffer, string>('meta', { encoding: 'binary' }),
    journal: table('journal', { encoding: 'binary' }),
    rows: rows as Record<RowTable, Table>,
  };
}

/**
 * Rows are read where lmdb puts them, in one place for all: a copy each, hundreds of thousands at a
 * start, would be given back to the allocator but not to the machine.
 */
const asTheyLie = {
  encoding: 'binary',
  encoder: {
    encode: (value: Buffer): Buffer => value,
    decode: ({ buffer, byteOffset, length }: Buffer): Buffer =>
      Buffer.from(buffer, byteOffset, length),
  },
};

function begin(meta: Database<Buffer, string>, partition: PartitionName): void {
  meta.put('format', numberBytes(formatVersion));
  meta.put('partition', Buffer.from(partition, 'utf8'));
  meta.put('epoch', numberBytes(0));
  meta.put('checkpointed', numberBytes(0));
}

/** A later format adds its step here: a released one is carried forward in the same transaction. */
function checkMeta(meta: Database<Buffer, string>, partition: PartitionName): void {
  const format = readNumber(meta, 'format');
  if (format > formatVersion)
    throw new FormatTooNew(
      `the folder has format ${format}; this program knows up to ${formatVersion}`,
    );
  if (format < formatVersion)
    throw new FormatTooOld(
      `the folder has format ${format}, which was never released; move it away and start anew`,
    );
  const written = meta.get('partition')?.toString('utf8');
  if (written !== partition)
    throw new StoreCorrupt(`the folder belongs to partition ${written}, not ${partition}`);
}

function readerOf(tables: Tables, partition: PartitionName): StoreReader {
  const { environment, meta, journal, rows } = tables;
  return {
    partition,
    get checkpointed() {
      return readNumber(meta, 'checkpointed');
    },
    get: (table, key) => rows[table].get(keyBytes(key)),
    *rows(table, from) {
      const range = from === undefined ? {} : { start: keyBytes(from) };
      for (const { key, value } of rows[table].getRange(range))
        yield { key: keyOf(table, key), value };
    },
    *entries(from) {
      for (const { key, value } of journal.getRange({ start: numberBytes(from) }))
        yield { index: numberOf(key), value };
    },
    entryAtOrBelow(index) {
      const range = journal.getRange({ start: numberBytes(index), reverse: true, limit: 1 });
      for (const { key, value } of range) return { index: numberOf(key), value } as StoredEntry;
      return undefined;
    },
    close: () => environment.close(),
  };
}

const numberSize = 6;

/** Six bytes, big end first: sorts by value, lasts for 2^48 events. */
function numberBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(numberSize);
  bytes.writeUIntBE(value, 0, numberSize);
  return bytes;
}
const numberOf = (bytes: Buffer): number => bytes.readUIntBE(0, numberSize);

function readNumber(meta: Database<Buffer, string>, name: string): number {
  const bytes = meta.get(name);
  if (bytes?.length !== numberSize) throw new StoreCorrupt(`the folder does not say its ${name}`);
  return numberOf(bytes);
}

/** The text, a zero byte, and the number where there is one. Codes and ids are ASCII. */
function keyBytes([text, number]: RowKey): Buffer {
  const length = text.length;
  const bytes = Buffer.allocUnsafe(length + 1 + (number === undefined ? 0 : numberSize));
  for (let at = 0; at < length; at += 1) bytes[at] = text.charCodeAt(at);
  bytes[length] = 0;
  if (number !== undefined) bytes.writeUIntBE(number, length + 1, numberSize);
  return bytes;
}

function keyOf(table: RowTable, bytes: Buffer): RowKey {
  if (table !== 'registrations') return [bytes.toString('latin1', 0, bytes.length - 1)];
  const end = bytes.length - numberSize;
  return [bytes.toString('latin1', 0, end - 1), bytes.readUIntBE(end, numberSize)];
}
