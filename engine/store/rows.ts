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
import { keep } from '../core/kept-answers.ts';
import { packRow, unpackRow } from '../core/packed-rows.ts';
import {
  type Asking,
  type Attempt,
  type BookingCode,
  type Exit,
  type News,
  newPlace,
  newRegistration,
  type Order,
  type Place,
  type Refund,
  type RegistrationRow,
  type Row,
  rowKey,
} from '../core/rows.ts';
import type { EpochMs } from '../protocol/ids.ts';
import { signInMaxMs } from '../protocol/lasting.ts';
import {
  boolean,
  CodecError,
  choice,
  optional,
  Reader,
  record,
  union,
  Writer,
  word,
} from '../protocol/message-pack.ts';
import type { NewsContent } from '../protocol/messages.ts';
import { refusalReasons } from '../protocol/refusals.ts';
import { exitStates } from '../protocol/replies.ts';
import type { Sitting } from '../protocol/sittings.ts';
import {
  answer,
  candidateType,
  codeAddress,
  desk,
  fullCourses,
  provider,
  some,
  text,
  uint,
  unitAndCourse,
  unitCourse,
  way,
} from './shapes.ts';
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
  const ended = row.endedAt === 0 ? 0 : row.endedAt + signInMaxMs;
  return Math.max(ended, ...row.signedOut.map(({ until }) => until));
}

// ── Registrations ───────────────────────────────────────────────────────────────────────────────

/**
 * By hand, in one order here and there: with a shape for each field this is the dearest step of a
 * save. `nil` stands for what is absent.
 */
function writeRegistration(row: RegistrationRow): void {
  writer.array(registrationFields);
  writer.uint(row.lastIndex);
  writer.text(row.person);
  writer.uint(row.revision);
  writer.uint(row.claim);
  writer.uint(row.vacated);
  writer.uint(row.fenced);
  places.write(writer, row.places);
  bookingCode.write(writer, row.code);
  asking.write(writer, row.asking);
  writer.uint(row.day);
  writer.uint(row.holdsOnDay);
  orders.write(writer, row.orders);
  writer.uint(row.ordersGiven);
  writer.uint(row.unpaidSince);
  writer.uint(row.reminded);
  writer.uint(row.releasedAt);
  news.write(writer, row.news);
  writer.uint(row.newsGiven);
  writer.array(row.answersKept);
  for (let kept = row.lastAnswer; kept !== undefined; kept = kept.before)
    answer.write(writer, kept);
  candidateType.write(writer, row.candidateType);
  exit.write(writer, row.exit);
}

function readRegistration([area, number]: RowKey, bytes: Buffer): RegistrationRow {
  const from = new Reader(bytes);
  from.at = headBytes;
  try {
    expect(from.array(registrationFields) === registrationFields);
    const lastIndex = uint.read(from);
    const row = newRegistration(area, number ?? 0, text.read(from));
    row.lastIndex = lastIndex;
    row.revision = uint.read(from);
    row.claim = uint.read(from);
    row.vacated = uint.read(from);
    row.fenced = uint.read(from);
    row.places = places.read(from);
    row.code = bookingCode.read(from);
    row.asking = asking.read(from);
    row.day = uint.read(from);
    row.holdsOnDay = uint.read(from);
    row.orders = orders.read(from);
    row.ordersGiven = uint.read(from);
    row.unpaidSince = uint.read(from);
    row.reminded = uint.read(from);
    row.releasedAt = uint.read(from);
    row.news = news.read(from);
    row.newsGiven = uint.read(from);
    // Newest first, as they are chained; kept again in the order in which they came.
    for (const one of answers.read(from).reverse()) keep(row, one);
    row.candidateType = candidateType.read(from);
    row.exit = exit.read(from);
    expect(from.left === 0);
    return row;
  } catch (cause) {
    throw new StoreCorrupt('a row of registrations cannot be read', { cause });
  }
}

function writePlace(
  to: Writer,
  { unit, ticket, chosen, saved, hold, order, sitting }: Place,
): void {
  to.array(placeFields);
  to.text(unit);
  to.text(ticket);
  maybeText.write(to, chosen?.course);
  maybeText.write(to, saved?.course);
  to.uint(hold?.since ?? 0);
  to.uint(hold?.until ?? 0);
  to.uint(order);
  maybeSitting.write(to, sitting);
}

function readPlace(from: Reader): Place {
  expect(from.array(placeFields) === placeFields);
  const unit = text.read(from);
  const ticket = text.read(from);
  const chosen = maybeText.read(from);
  const saved = maybeText.read(from);
  const since = uint.read(from);
  const until = uint.read(from);
  const order = uint.read(from);
  return newPlace(
    unit,
    ticket,
    chosen === undefined ? undefined : unitCourse(unit, chosen),
    saved === undefined ? undefined : unitCourse(unit, saved),
    until === 0 ? undefined : { since, until },
    order,
    maybeSitting.read(from),
  );
}

function expect(holds: boolean): void {
  if (!holds) throw new CodecError('not the fields of a registration');
}

const registrationFields = 21;
const placeFields = 8;
const newsFields = 3;
const maybeText = optional(text);
const maybeSitting = optional(record<Sitting>({ desk: optional(desk), absent: boolean }));
const asking = optional(record<Asking>({ ticket: text, full: fullCourses }));
const answers = some(answer);
const places = some<Place>({ write: writePlace, read: readPlace });
const refund = record<Refund>({
  cause: choice(['asked', 'second', 'late']),
  requestedAt: uint,
  doneAt: uint,
  why: text,
});
const attempt = record<Attempt>({
  place: uint,
  provider,
  way,
  startedAt: uint,
  expiresAt: uint,
  state: choice(['live', 'stopping', 'closed', 'paid']),
  transaction: text,
  paidAt: uint,
  refund: optional(refund),
  paidAs: maybeText,
});
const orders = some(
  record<Order>({
    place: uint,
    number: text,
    ticket: text,
    courses: some(unitAndCourse),
    feeFen: uint,
    confirmedAt: uint,
    state: choice([
      ...([
        'confirmed',
        'paid',
        'refunding',
        'refunded',
        'withdrawn',
        'released',
        'moved',
      ] as const),
    ]),
    endedAt: uint,
    movedTo: maybeText,
    attempts: some(attempt),
  }),
);
const newsContent = union<NewsContent, 'kind'>('kind', {
  'seats-saved': { courses: uint, payBefore: uint },
  'unpaid-reminder': { courses: uint, payBefore: uint },
  'unpaid-reminder-last-day': { courses: uint, payBefore: uint },
  'registration-paid': { courses: uint, feeFen: uint },
  'released-unpaid': { courses: uint, bookableFrom: uint },
  'released-unpaid-last-day': { courses: uint },
  'withdrawn-by-office': { courses: uint, bookableFrom: uint },
  'withdrawn-by-office-last-day': { courses: uint },
  'late-payment-refunding': { feeFen: uint },
  'refund-succeeded': { feeFen: uint, bookableFrom: uint },
  'refund-succeeded-last-day': { feeFen: uint },
  'second-payment-refunding': { feeFen: uint },
  'money-returned': { feeFen: uint },
  'area-moved': { courses: uint },
  'area-moved-unpaid': { courses: uint },
  'area-lost-refunding': { courses: uint, feeFen: uint },
  'area-lost': { courses: uint },
  'area-lost-waiting': { courses: uint },
  'area-lost-payment': { feeFen: uint },
});
const news = some<News>({
  write(to, { place, at, content }) {
    to.array(newsFields);
    to.uint(place);
    to.uint(at);
    newsContent.write(to, content);
  },
  read(from) {
    expect(from.array(newsFields) === newsFields);
    return { place: uint.read(from), at: uint.read(from), content: newsContent.read(from) };
  },
});
const exit = optional(
  record<Exit>({
    ...{ act: uint, state: choice(exitStates), to: text, begun: uint, courses: uint, feeFen: uint },
    declined: some(record<Exit['declined'][number]>({ area: text, reason: word(refusalReasons) })),
  }),
);
const bookingCode = optional(
  record<BookingCode>({
    challenge: text,
    ticket: text,
    phone: codeAddress,
    expiresOpen: uint,
    sentAt: uint,
    triesUsed: uint,
    attempt: uint,
    delivery: choice([
      ...(['sending', 'sent', 'failed', 'phone-messages-used-up', 'not-sent'] as const),
    ]),
  }),
);
