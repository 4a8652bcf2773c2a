/**
 * The bytes of a journal entry: what one batch of commands came to, in a chain of hashes.
 *
 * J1 An entry is MessagePack `[format, partition, epoch, index, prevHash, at, events]` followed by
 *    the 32 bytes of its SHA-256. `prevHash` is the hash of the entry before it, so that whoever
 *    knows the last hash knows the whole journal.
 * J2 Indices number events and have no gaps: an entry with n events at index i is followed by the
 *    entry at i + n.
 * J3 An event is a list that begins with the place of its kind in `events` below and goes on with
 *    its fields in the order written there. Both orders are for ever; kinds grow at the end. The
 *    shapes are the journal's own, so that a change on the bus never makes a journal unreadable,
 *    and what can be written can be read: no limit here is lower than what was let in.
 */
import { createHash } from 'node:crypto';
import type { CandidateRecord, CodeAddress, TicketRecord } from '../protocol/commands.ts';
import type { Answer, IssuedCode, RuxiEvent } from '../protocol/events.ts';
import type { EpochMs, PartitionName } from '../protocol/ids.ts';
import {
  boolean,
  CodecError,
  choice,
  type Fields,
  list,
  number,
  optional,
  Reader,
  record,
  type Shape,
  text as textUpTo,
  uint as uintUpTo,
  union,
  Writer,
} from '../protocol/message-pack.ts';
import type { Outcome } from '../protocol/replies.ts';
import type {
  Adopted,
  BookingDay,
  Catalogue,
  City,
  Course,
  ExamArea,
  ExamUnit,
  Office,
  Programme,
  Settings,
  Window,
} from '../protocol/session.ts';
import { StoreCorrupt } from './store.ts';

export type JournalEntry = {
  partition: PartitionName;
  epoch: number;
  /** Of the first event. */
  index: number;
  prevHash: string;
  at: EpochMs;
  events: readonly RuxiEvent[];
};

/** The `prevHash` of a partition's first entry. */
export const noHash = '';
/** The index of a partition's first event. */
export const firstIndex = 1;

const entryFormat = 1;
const hashBytes = 32;
const unlimited = 0xffff_ffff;

// ── Shapes ──────────────────────────────────────────────────────────────────────────────────────

const text = textUpTo(unlimited);
const uint = uintUpTo();
const some = <T>(shape: Shape<T>): Shape<T[]> => list(shape, unlimited);
/** A whole number that may be negative: its two's complement. */
const int32: Shape<number> = {
  write: (to, value) => to.uint(value >>> 0),
  read: (from) => from.uint(unlimited) | 0,
};

const unitAndCourse = record<{ unit: string; course: string }>({ unit: text, course: text });
const codeAddress = record<CodeAddress>({ sealed: text, index: text, mask: text });
const delivery = choice(['sent', 'failed', 'phone-messages-used-up']);

const outcome = union<Outcome, 'kind'>('kind', {
  done: {},
  held: { held: some(text), owned: some(text), full: some(unitAndCourse) },
  saved: {
    saved: some(unitAndCourse),
    failed: some(
      record<{ unit: string; course: string; reason: 'seats-exhausted'; late: boolean }>({
        unit: text,
        course: text,
        reason: choice(['seats-exhausted']),
        late: boolean,
      }),
    ),
  },
  claimed: { claim: uint, area: text },
  claiming: { claim: uint, from: text, to: text },
  'signed-in': { generation: uint },
  'sign-in-failed': { failures: uint, retryAt: uint },
  adopted: { number: uint },
});
const answer = record<Answer>({ command: text, contentHash: int32, outcome });

const ticketRecord = record<TicketRecord>({
  number: text,
  programme: text,
  status: choice(['active', 'graduated', 'transferred']),
  passed: some(record<{ course: string; grade: number }>({ course: text, grade: number })),
});
const candidateRecord = record<CandidateRecord>({
  kind: choice(['enrolled', 'new']),
  documentType: text,
  document: text,
  documentMask: text,
  name: text,
  nameMask: text,
  candidateType: choice(['open', 'applied']),
  hasPhoto: boolean,
  tickets: some(ticketRecord),
  importedPhone: optional(codeAddress),
  passwordHash: optional(text),
});

const catalogue = record<Catalogue>({
  code: text,
  title: text,
  feeFen: uint,
  printFrom: uint,
  units: some(record<ExamUnit>({ code: text, name: text, startsAt: uint, endsAt: uint })),
  cities: some(record<City>({ code: text, name: text })),
  areas: some(
    record<ExamArea>({
      code: text,
      name: text,
      city: text,
      county: optional(text),
      office: record<Office>({ name: text, phone: text, hours: text }),
    }),
  ),
  courses: some(
    record<Course>({
      code: text,
      name: text,
      credits: number,
      method: choice(['written', 'practical']),
      unit: optional(text),
      replacedBy: optional(some(text)),
    }),
  ),
  programmes: some(
    record<Programme>({
      code: text,
      name: text,
      level: text,
      totalCredits: optional(number),
      courses: some(text),
    }),
  ),
});
const settings = record<Settings>({
  foreignCourse: choice(['warn', 'refuse']),
  importedPhoneMustMatch: boolean,
  holdMs: uint,
  holdMaxMs: uint,
  codeTriesMax: uint,
  codeResendAfterMs: uint,
  bookingCodesPerDayMax: uint,
  accountCodesPerDayMax: uint,
  messagesPerPhonePerDayMax: uint,
  peoplePerPhoneMax: uint,
  areaMovesPerDayMax: uint,
});
const adopted = record<Adopted>({
  number: uint,
  catalogue,
  calendar: some(record<BookingDay>({ opensAt: uint, closesAt: uint })),
  settings,
  window: union<Window, 'state'>('state', {
    open: { pausedMs: uint },
    paused: { pausedMs: uint, pausedAt: uint, reason: text, newsBy: uint },
  }),
});

const onRegistration = { area: text, number: uint, person: text, claim: uint };
const onCandidate = { person: text };
const issuedCode = record<IssuedCode>({
  challenge: text,
  ticket: text,
  phone: codeAddress,
  units: some(unitAndCourse),
  expiresOpen: uint,
  sentAt: uint,
});
const hold: Fields<{ unit: string; course: string; since: number; until: number }> = {
  unit: text,
  course: text,
  since: uint,
  until: uint,
};

const event = union<RuxiEvent, 'kind'>('kind', {
  'course-chosen': { ...onRegistration, unit: text, course: text, ticket: text, answer },
  'course-dropped': { ...onRegistration, unit: text, answer },
  'seats-held': {
    ...onRegistration,
    ticket: text,
    held: some(record(hold)),
    day: uint,
    code: optional(issuedCode),
    answer,
  },
  'code-sent': {
    ...onRegistration,
    cleared: some(text),
    holdsUntil: uint,
    code: issuedCode,
    answer,
  },
  'code-resent': {
    ...onRegistration,
    holdsUntil: uint,
    expiresOpen: uint,
    sentAt: uint,
    answer,
  },
  'code-mistyped': { ...onRegistration },
  'seats-saved': { ...onRegistration, ticket: text, saved: some(unitAndCourse), answer },
  'seats-given-up': { ...onRegistration, units: some(text), answer },
  'holds-expired': { ...onRegistration, units: some(text) },
  'area-vacated': { ...onRegistration },
  'area-fenced': { ...onRegistration },
  'booking-delivery-noted': {
    ...onRegistration,
    challenge: text,
    attempt: uint,
    outcome: delivery,
  },
  'capacity-set': {
    area: text,
    capacities: some(record<{ unit: string; capacity: number }>({ unit: text, capacity: uint })),
  },
  'candidate-imported': { ...onCandidate, record: candidateRecord },
  'sign-in-succeeded': { ...onCandidate, answer },
  'sign-in-failed': { ...onCandidate, failures: uint, retryAt: uint, answer },
  'phone-code-issued': {
    ...onCandidate,
    challenge: text,
    phone: codeAddress,
    expiresAt: uint,
    sentAt: uint,
    day: uint,
    answer,
  },
  'phone-code-mistyped': { ...onCandidate },
  'phone-bound': { ...onCandidate, at: uint, answer },
  'phone-settled': { ...onCandidate },
  'password-set': { ...onCandidate, hash: text, generation: uint, at: uint, answer },
  'area-claimed': { ...onCandidate, number: uint, area: text, answer },
  'area-move-started': {
    ...onCandidate,
    number: uint,
    from: text,
    to: text,
    day: uint,
    answer,
  },
  'area-move-ended': { ...onCandidate, number: uint, area: text },
  'fence-settled': { ...onCandidate, claim: uint },
  'account-delivery-noted': { ...onCandidate, challenge: text, attempt: uint, outcome: delivery },
  'phone-joined': { phone: text, person: text, until: optional(uint) },
  'message-taken': { phone: text, key: text, day: uint },
  'session-installed': { adopted },
  'window-set': { adopted },
  'adoption-noted': { partition: text, number: uint },
  'session-adopted': { adopted },
});
const events = some(event);

// ── Entries ─────────────────────────────────────────────────────────────────────────────────────

const fieldsOfEntry = 7;
const writer = new Writer();

/** `hash` is the next entry's `prevHash`. */
export function encodeEntry(entry: JournalEntry): { value: Buffer; hash: string } {
  writer.at = 0;
  writer.array(fieldsOfEntry);
  writer.uint(entryFormat);
  writer.text(entry.partition);
  writer.uint(entry.epoch);
  writer.uint(entry.index);
  writer.text(entry.prevHash);
  writer.uint(entry.at);
  writer.array(entry.events.length);
  for (const one of entry.events) event.write(writer, one);
  const body = writer.take();
  const hash = createHash('sha256').update(body).digest();
  return { value: Buffer.concat([body, hash]), hash: hash.toString('base64url') };
}

/** Throws `StoreCorrupt` when the bytes are not those that were written. */
export function decodeEntry(value: Uint8Array): JournalEntry & { hash: string } {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const body = bytes.subarray(0, -hashBytes);
  const hash = createHash('sha256').update(body).digest();
  if (!hash.equals(bytes.subarray(-hashBytes)))
    throw new StoreCorrupt('a journal entry does not match its hash');
  const from = new Reader(body);
  try {
    if (from.array(fieldsOfEntry) !== fieldsOfEntry || from.uint(unlimited) !== entryFormat)
      throw new CodecError('an entry of another format');
    const entry = {
      partition: text.read(from),
      epoch: uint.read(from),
      index: uint.read(from),
      prevHash: text.read(from),
      at: uint.read(from),
      events: events.read(from),
      hash: hash.toString('base64url'),
    };
    if (from.left > 0) throw new CodecError('an entry with more than its fields');
    return entry;
  } catch (cause) {
    throw new StoreCorrupt('a journal entry cannot be read', { cause });
  }
}

/** The hash an entry was stored with, unchecked. */
export const hashOf = (value: Uint8Array): string =>
  Buffer.from(value.subarray(-hashBytes)).toString('base64url');
