/** A writer's shell around the core, as small as it can be: a disk, a journal, and crashes. */
import {
  createPartition,
  decide,
  digest,
  evolve,
  forgetRow,
  loadRow,
  type Partition,
  present,
  rebuild,
  residentRows,
  rowOfEvent,
} from '../../engine/core/partition.ts';
import { rowsNeeded } from '../../engine/core/row-needs.ts';
import { type Row, type RowKey, rowKey, type Table } from '../../engine/core/rows.ts';
import type { PreparedCommand, Sequenced } from '../../engine/protocol/commands.ts';
import type { RuxiEvent } from '../../engine/protocol/events.ts';
import type { PartitionName } from '../../engine/protocol/ids.ts';
import type { CommandReply } from '../../engine/protocol/replies.ts';
import { decodeRow, encodeRows } from '../../engine/store/rows.ts';
import type { StoredRow } from '../../engine/store/store.ts';

type Entry = { index: number; at: number; event: RuxiEvent };
type Judge = (given: Sequenced, reply: CommandReply) => void;

export const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const nameOf = (table: Table, key: RowKey): string => `${table}/${key.join('/')}`;

export class Writer {
  readonly name: PartitionName;
  partition: Partition;
  epoch = 1;
  /** The last event's; whoever sees it unchanged knows that nothing happened here. */
  index = 0;
  private readonly disk = new Map<string, StoredRow>();
  private readonly journal: Entry[] = [];
  private readonly dirty = new Set<Row>();
  /** Lost in a crash, like the real one. */
  private refusedIds = new Map<string, CommandReply>();

  constructor(name: PartitionName) {
    this.name = name;
    this.partition = createPartition(name);
  }

  handle(command: PreparedCommand, at: number, judge: Judge): CommandReply {
    const refused = this.refusedIds.get(command.id);
    if (refused !== undefined) return refused;
    for (const need of rowsNeeded(command)) {
      if (!this.partition[need.table].has(need.key)) this.load(need.table, [need.key]);
    }
    const olderEpoch = command.epoch !== 0 && command.epoch < this.epoch;
    const given = { sequence: this.index, at, olderEpoch, command };
    const { reply, events } = decide(this.partition, given);
    for (const event of events) {
      this.index += 1;
      // What recovery will read: nothing shared with the living rows.
      this.journal.push({ index: this.index, at, event: copy(event) });
      this.dirty.add(evolve(this.partition, event, at, this.index));
    }
    const full = present(this.partition, command, reply, at);
    if (full.kind === 'refused') this.refusedIds.set(command.id, full);
    judge(given, full);
    return full;
  }

  /** Writes some dirty rows behind the journal, and forgets some clean ones. */
  checkpoint(pick: number): void {
    const picked = [...this.dirty].filter((_, place) => (pick >> (place % 8)) % 2 !== 0);
    for (const row of picked) this.dirty.delete(row);
    for (const stored of encodeRows(picked)) {
      const { table, key } = stored;
      this.disk.set(nameOf(table, key), stored);
      if (table === 'candidates' || table === 'phones')
        forgetRow(this.partition, { table, key: String(key[0]) });
    }
  }

  crash(): void {
    this.loadAll();
    const before = digest(this.partition);
    this.partition = createPartition(this.name);
    this.dirty.clear();
    this.refusedIds = new Map();
    this.epoch += 1;
    this.loadAll();
    for (const { event, at, index } of this.journal) {
      const row = rowOfEvent(this.partition, event);
      if (row !== undefined && row.lastIndex >= index) continue;
      this.dirty.add(evolve(this.partition, copy(event), at, index));
    }
    rebuild(this.partition);
    if (digest(this.partition) !== before) throw new Error(`${this.name} came back changed`);
  }

  loadAll(): void {
    const here = new Set<string>();
    for (const row of residentRows(this.partition)) here.add(nameOf(row.table, rowKey(row)));
    for (const [name, { table, key }] of this.disk) if (!here.has(name)) this.load(table, key);
  }

  private load(table: Table, key: RowKey): void {
    const stored = this.disk.get(nameOf(table, key));
    if (stored !== undefined) loadRow(this.partition, decodeRow(table, key, stored.value));
  }
}
