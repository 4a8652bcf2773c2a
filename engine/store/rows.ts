/**
 * The bytes of a row: a checksum, until when a start must look at the row, and what the core's
 * `packRow` made. Which row it is stands in its key; the index of its last event stands first in
 * what was packed.
 */
import { crc32 } from 'node:zlib';
import { Packr } from 'msgpackr';
import { pendingEffects } from '../core/effects.ts';
import { signInMaxMs } from '../core/partition.ts';
import { packRow, type Row, rowKey, unpackRow } from '../core/rows.ts';
import type { EpochMs } from '../protocol/ids.ts';
import { type RowKey, type RowTable, StoreCorrupt, type StoredRow } from './store.ts';

const packr = new Packr({ useRecords: false });
/** Checksum, attention. */
const headBytes = 4 + 8;

export function encodeRow(row: Row): StoredRow {
  const packed = packr.pack(packRow(row));
  const value = Buffer.allocUnsafe(headBytes + packed.length);
  value.writeDoubleLE(attentionUntil(row), 4);
  packed.copy(value, headBytes);
  value.writeUInt32LE(crc32(value.subarray(4)), 0);
  return { table: row.table, key: rowKey(row), value };
}

/** Throws `StoreCorrupt` when the bytes are not those that were written. */
export function decodeRow(table: RowTable, key: RowKey, value: Uint8Array): Row {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length < headBytes || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0))
    throw new StoreCorrupt(`a row of ${table} does not match its checksum`);
  return unpackRow(table, key, packr.unpack(bytes.subarray(headBytes)));
}

/** Whether a start at `now` must decode the row although nobody asked for it yet. */
export function needsAttention(value: Uint8Array, now: EpochMs): boolean {
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getFloat64(4, true) > now;
}

/** Work for the outside world is due until it is done; an ended sign-in matters while it could last. */
function attentionUntil(row: Row): EpochMs {
  if (row.table !== 'candidates') return 0;
  if (pendingEffects(row, []).length > 0) return Number.POSITIVE_INFINITY;
  return row.endedAt === 0 ? 0 : row.endedAt + signInMaxMs;
}
