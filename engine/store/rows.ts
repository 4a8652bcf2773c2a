/**
 * The bytes of a row: a checksum, until when a start must look at the row, and its fields. Which
 * row it is stands in its key.
 *
 * Registrations are written field by field, since every save writes one; the other tables go
 * through the core's `packRow`.
 */
import { crc32 } from 'node:zlib';
import { Packr } from 'msgpackr';
import { pendingEffects } from '../core/effects.ts';
import { answersOf, keep } from '../core/kept-answers.ts';
import {
  type BookingCode,
  type Hold,
  newPlace,
  newRegistration,
  type Place,
  packRow,
  type RegistrationRow,
  type Row,
  rowKey,
  unpackRow,
} from '../core/rows.ts';
import type { EpochMs } from '../protocol/ids.ts';
import { signInMaxMs } from '../protocol/lasting.ts';
import {
  CodecError,
  choice,
  optional,
  Reader,
  record,
  type Shape,
  Writer,
} from '../protocol/message-pack.ts';
import { answer, codeAddress, some, text, uint, unitAndCourse } from './shapes.ts';
import { type RowKey, type RowTable, StoreCorrupt, type StoredRow } from './store.ts';

/** Checksum, attention. */
const headBytes = 4 + 8;
/** Grows with the first rows and stays: a slice of rows shares one piece of memory. */
const writer = new Writer();
const packr = new Packr({ useRecords: false });

/** All that belongs in one commit, so that the rows can share their memory. */
export function encodeRows(rows: Iterable<Row>): StoredRow[] {
  const places: { row: Row; start: number; end: number }[] = [];
  for (const row of rows) {
    const start = writer.at;
    writer.gap(headBytes);
    if (row.table === 'registrations') writeRegistration(row);
    else writer.raw(packr.pack(packRow(row)));
    places.push({ row, start, end: writer.at });
  }
  const { buffer, byteOffset, byteLength } = writer.take();
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return places.map(({ row, start, end }) => {
    const value = bytes.subarray(start, end);
    value.writeDoubleLE(attentionUntil(row), 4);
    value.writeUInt32LE(crc32(value.subarray(4)), 0);
    return { table: row.table, key: rowKey(row), value };
  });
}

/** Throws `StoreCorrupt` when the bytes are not those that were written. */
export function decodeRow(table: RowTable, key: RowKey, value: Uint8Array): Row {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length < headBytes || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0))
    throw new StoreCorrupt(`a row of ${table} does not match its checksum`);
  if (table === 'registrations') return readRegistration(key, bytes);
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

// ── Registrations ───────────────────────────────────────────────────────────────────────────────

/** What is in the key, or follows from other fields, or has its own way of being written. */
type Elsewhere =
  | ('table' | 'area' | 'number')
  | ('queuedUntil' | 'lastAnswer' | 'answersKept' | 'answersMark');

const placeFields = record<Place>({
  unit: text,
  ticket: text,
  chosen: optional(unitAndCourse),
  saved: optional(unitAndCourse),
  hold: optional(record<Hold>({ since: uint, until: uint })),
});
/** What is read has the one shape that all of them have. */
const place: Shape<Place> = {
  write: placeFields.write,
  read(from) {
    const { unit, ticket, chosen, saved, hold } = placeFields.read(from);
    return newPlace(unit, ticket, chosen, saved, hold);
  },
};
const registration = record<Omit<RegistrationRow, Elsewhere>>({
  lastIndex: uint,
  person: text,
  revision: uint,
  claim: uint,
  vacated: uint,
  fenced: uint,
  places: some(place),
  code: optional(
    record<BookingCode>({
      challenge: text,
      ticket: text,
      phone: codeAddress,
      expiresOpen: uint,
      sentAt: uint,
      triesUsed: uint,
      attempt: uint,
      delivery: choice(['sending', 'sent', 'failed', 'phone-messages-used-up']),
    }),
  ),
  asking: optional(text),
  day: uint,
  holdsOnDay: uint,
});
const answers = some(answer);

function writeRegistration(row: RegistrationRow): void {
  registration.write(writer, row);
  answers.write(writer, answersOf(row));
}

function readRegistration([area, number]: RowKey, bytes: Buffer): RegistrationRow {
  const from = new Reader(bytes);
  from.at = headBytes;
  try {
    const fields = registration.read(from);
    const row = newRegistration(area, number ?? 0, fields.person);
    Object.assign(row, fields);
    for (const one of answers.read(from)) keep(row, one);
    if (from.left > 0) throw new CodecError('a row with more than its fields');
    return row;
  } catch (cause) {
    throw new StoreCorrupt('a row of registrations cannot be read', { cause });
  }
}
