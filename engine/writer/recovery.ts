/**
 * From what is on disk to a partition that can serve: rows first, then the journal's tail.
 *
 * R1 Nothing is judged again: events are carried out, and only on rows that lack them.
 * R2 What does not fit together is named and nothing is served: a row or entry that fails its
 *    checksum, a gap or a broken link in the chain, a row ahead of the journal, a broken invariant.
 */
import { type Effect, pendingEffects, urgentEffects } from '../core/effects.ts';
import { checkInvariants } from '../core/invariants.ts';
import {
  createPartition,
  evolve,
  forgetRow,
  loadRow,
  type Partition,
  rebuild,
  residentRows,
  rowOfEvent,
} from '../core/partition.ts';
import { type RowNeed, rowsOfEvent } from '../core/row-needs.ts';
import type { Row } from '../core/rows.ts';
import { noteSlice, slicesLeft } from '../core/staging.ts';
import type { StagedSlice } from '../protocol/events.ts';
import type { EpochMs, PartitionName } from '../protocol/ids.ts';
import type { StagedPerson } from '../protocol/imports.ts';
import {
  decodeEntry,
  firstIndex,
  hashOf,
  type JournalEntry,
  noHash,
  stagedPersonIn,
  stagedSliceIn,
} from '../store/journal.ts';
import { decodeRow, needsAttention } from '../store/rows.ts';
import { StoreCorrupt, type StoredEntry, type StoreReader } from '../store/store.ts';
import { Checkpoint } from './checkpoint.ts';

export type Recovered = {
  partition: Partition;
  checkpoint: Checkpoint;
  nextIndex: number;
  lastHash: string;
  lastAt: EpochMs;
  /** What the rows say is still owed to the outside world, but for news. */
  effects: Effect[];
};

const residentTables = [
  ...(['adopted', 'session', 'areas', 'registrations', 'asides', 'staff'] as const),
  ...(['imports', 'stagings', 'acts', 'keys', 'alarms'] as const),
] as const;
const onDemandTables = ['candidates', 'phones'] as const;

export function recover(
  store: StoreReader,
  partitions: readonly PartitionName[],
  now: EpochMs,
): Recovered {
  const partition = createPartition(store.partition);
  const checkpoint = new Checkpoint();
  let newest = 0;

  for (const row of readRows(store, residentTables)) {
    newest = Math.max(newest, row.lastIndex);
    loadRow(partition, row);
  }
  for (const row of readRows(store, onDemandTables, (value) => needsAttention(value, now))) {
    newest = Math.max(newest, row.lastIndex);
    // Loading also tells the partition of an ended sign-in, which it keeps when the row goes.
    loadRow(partition, row);
    if (row.table === 'candidates' && pendingEffects(row, partitions).length === 0)
      forgetRow(partition, { table: row.table, key: row.person });
  }
  const end = followJournal(store, store.checkpointed + 1, (entry) => {
    const load = (need: RowNeed): void => loadNeeded(store, partition, need);
    replay(partition, entry, load, (row, index) => checkpoint.mark(row, index));
  });
  if (newest >= end.nextIndex) throw new StoreCorrupt('a row is ahead of the journal');
  rebuild(partition);
  findStaged(store, partition);
  checkInvariants(partition);
  const effects: Effect[] = [];
  for (const row of residentRows(partition))
    for (const effect of urgentEffects(row, partitions)) effects.push(effect);
  return { partition, checkpoint, ...end, effects };
}

/** Rows of the given tables, decoded, those the filter lets through. */
export function* readRows(
  store: StoreReader,
  tables: readonly Row['table'][],
  wanted: (value: Uint8Array) => boolean = () => true,
): Generator<Row> {
  for (const table of tables)
    for (const { key, value } of store.rows(table))
      if (wanted(value)) yield decodeRow(table, key, value);
}

/**
 * Walks the chain from the entry that holds `from` to the end, checking every link, the first one
 * against the entry before it.
 */
export function followJournal(
  store: StoreReader,
  from: number,
  visit: (entry: JournalEntry & { hash: string }) => void,
): { nextIndex: number; lastHash: string; lastAt: EpochMs } {
  const start = store.entryAtOrBelow(Math.max(from, firstIndex));
  let nextIndex = start?.index ?? firstIndex;
  const before = store.entryAtOrBelow(nextIndex - 1);
  let lastHash = before === undefined ? noHash : hashOf(before.value);
  let lastAt: EpochMs = 0;
  if (start === undefined && from > firstIndex)
    throw new StoreCorrupt('the journal is gone, the rows are not');
  for (const { index, value } of store.entries(nextIndex)) {
    const entry = decodeEntry(value);
    if (entry.partition !== store.partition)
      throw new StoreCorrupt(`an entry of partition ${entry.partition} at index ${index}`);
    if (entry.index !== index || index !== nextIndex)
      throw new StoreCorrupt(`the journal has a gap at index ${nextIndex}`);
    if (entry.prevHash !== lastHash)
      throw new StoreCorrupt(`the chain of hashes is broken at index ${index}`);
    visit(entry);
    nextIndex += entry.events.length;
    lastHash = entry.hash;
    lastAt = entry.at;
  }
  if (nextIndex < from) throw new StoreCorrupt(`the journal ends at ${nextIndex}, rows go on`);
  return { nextIndex, lastHash, lastAt };
}

/** Carries an entry's events out on the rows that lack them. */
export function replay(
  partition: Partition,
  entry: JournalEntry,
  load: (need: RowNeed) => void,
  changed: (row: Row, index: number) => void,
): void {
  let index = entry.index;
  for (const event of entry.events) {
    for (const need of rowsOfEvent(event)) load(need);
    const row = rowOfEvent(partition, event);
    if (row === undefined || row.lastIndex < index)
      changed(evolve(partition, event, entry.at, index), index);
    index += 1;
  }
}

/** Who is staged and not in their row yet is known again (core/staging.ts, G2). */
function findStaged(store: StoreReader, partition: Partition): void {
  const { staging } = partition;
  staging.places.clear();
  for (const index of slicesLeft(staging)) noteSlice(staging, index, stagedSliceAt(store, index));
}

/** What the event at `index` staged. */
export function stagedSliceAt(store: StoreReader, index: number): StagedSlice {
  const entry = stagedEntry(store, index);
  return stagedSliceIn(entry.value, index - entry.index);
}
/** The single person at `place` of it. */
export function stagedPersonAt(store: StoreReader, index: number, place: number): StagedPerson {
  const entry = stagedEntry(store, index);
  return stagedPersonIn(entry.value, index - entry.index, place);
}
function stagedEntry(store: StoreReader, index: number): StoredEntry {
  const entry = store.entryAtOrBelow(index);
  if (entry === undefined) throw new StoreCorrupt('the journal lacks a staged slice');
  return entry;
}

/** Brings a candidate or phone in from the store unless it is here or nowhere. */
export function loadNeeded(store: StoreReader, partition: Partition, need: RowNeed): void {
  if (partition[need.table].has(need.key)) return;
  const value = store.get(need.table, [need.key]);
  if (value !== undefined) loadRow(partition, decodeRow(need.table, [need.key], value));
}
