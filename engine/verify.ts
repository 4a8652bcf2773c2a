/**
 * Proves, from a partition's folder alone, that the journal is whole and that the rows say what it
 * says: walks the chain of hashes from the first entry to the last, carries every event out from
 * nothing, and compares the outcome with the rows brought up to date by the tail, as a start would
 * do it. Reads only; a running writer is not disturbed.
 *
 * Z1 Any edit, loss, insertion or exchange within the chain is found by the chain itself. Entries
 *    cut off its end are found by whoever kept a later head (index and hash) elsewhere.
 */

import { digestOf } from './core/digest.ts';
import {
  createPartition,
  loadRow,
  type Partition,
  rebuild,
  residentRows,
} from './core/partition.ts';
import type { Row, Table } from './core/rows.ts';
import type { EpochMs, PartitionName } from './protocol/ids.ts';
import type { Head } from './store/heads.ts';
import { firstIndex, type JournalEntry } from './store/journal.ts';
import { openLmdbReader } from './store/lmdb-store.ts';
import { rowTables, StoreCorrupt, type StoreReader } from './store/store.ts';
import { followJournal, readRows, replay } from './writer/recovery.ts';

export type VerifyReport = {
  partition: PartitionName;
  entries: number;
  events: number;
  /** The head as it is: worth writing down elsewhere (Z1). */
  head: Head;
  lastAt: EpochMs;
  /** Of all rows; the same for the same rows on any machine. */
  digest: string;
  rows: Record<Table, number>;
  /** Each says one thing that is wrong. Empty: verified. */
  problems: string[];
};

/** `known`: heads kept from before, read before this is called; the journal must contain each. */
export async function verifyPartition(
  folder: string,
  partition: PartitionName,
  known: readonly Head[] = [],
): Promise<VerifyReport> {
  const reader = openLmdbReader(folder, partition);
  try {
    return verifyStore(reader, known);
  } finally {
    await reader.close();
  }
}

/** The same for any store. */
export function verifyStore(store: StoreReader, known: readonly Head[] = []): VerifyReport {
  const problems: string[] = [];
  const report: VerifyReport = {
    partition: store.partition,
    entries: 0,
    events: 0,
    head: { index: 0, hash: '' },
    lastAt: 0,
    digest: '',
    rows: {
      registrations: 0,
      areas: 0,
      candidates: 0,
      phones: 0,
      session: 0,
      adopted: 0,
      asides: 0,
      staff: 0,
      imports: 0,
      stagings: 0,
      acts: 0,
      keys: 0,
      alarms: 0,
    },
    problems,
  };
  // Rows first: what a running writer adds meanwhile is then in the journal read after them.
  const { checkpointed } = store;
  const stored = attempt(problems, 'rows', () => rowsAsStored(store));
  const replayed = attempt(problems, 'journal', () => replayAll(store, report, known));
  if (stored === undefined || replayed === undefined) return report;
  attempt(problems, 'tail', () => {
    followJournal(store, checkpointed + 1, (entry) => carryOut(stored, entry));
  });
  rebuild(stored);
  for (const table of rowTables) {
    const asStored = rowsOf(stored, table);
    const asReplayed = rowsOf(replayed, table);
    report.rows[table] = asReplayed.length;
    if (asStored.length !== asReplayed.length)
      problems.push(
        `${table}: ${asStored.length} rows are stored, the journal makes ${asReplayed.length}`,
      );
    else if (digestOf(asStored) !== digestOf(asReplayed))
      problems.push(`${table}: the stored rows differ from what the journal makes`);
  }
  report.digest = digestOf(residentRows(replayed));
  return report;
}

/** Everything from nothing, by the whole chain. */
function replayAll(store: StoreReader, report: VerifyReport, known: readonly Head[]): Partition {
  const partition = createPartition(store.partition);
  const missing = new Map(known.map(({ index, hash }) => [index, hash]));
  const end = followJournal(store, firstIndex, (entry) => {
    carryOut(partition, entry);
    report.entries += 1;
    report.events += entry.events.length;
    const index = entry.index + entry.events.length - 1;
    if (missing.get(index) === entry.hash) missing.delete(index);
    report.head = { index, hash: entry.hash };
  });
  report.lastAt = end.lastAt;
  for (const index of missing.keys())
    report.problems.push(`journal: the known head at index ${index} is not there`);
  rebuild(partition);
  return partition;
}

function carryOut(partition: Partition, entry: JournalEntry): void {
  // All rows are here: nothing has to be loaded.
  replay(
    partition,
    entry,
    () => {},
    () => {},
  );
}

function rowsAsStored(store: StoreReader): Partition {
  const partition = createPartition(store.partition);
  for (const row of readRows(store, rowTables)) loadRow(partition, row);
  return partition;
}

function rowsOf(partition: Partition, table: Table): Row[] {
  return [...residentRows(partition)].filter((row) => row.table === table);
}

function attempt<T>(problems: string[], what: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StoreCorrupt)) throw error;
    problems.push(`${what}: ${error.message}`);
    return undefined;
  }
}
