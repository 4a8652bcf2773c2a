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
import type { AlarmLevel } from '../protocol/alarms.ts';
import { asideReasons, type MovedPayment } from '../protocol/commands.ts';
import type {
  IssuedCode,
  RuxiEvent,
  SeatsMovedOut,
  SeatsReceived,
  StagedSlice,
} from '../protocol/events.ts';
import type { EpochMs, PartitionName } from '../protocol/ids.ts';
import {
  type AreaCapacities,
  type ImportSum,
  type StagedKind,
  type StagedPerson,
  stagedKinds,
} from '../protocol/imports.ts';
import type { KeyScope } from '../protocol/keys.ts';
import {
  boolean,
  CodecError,
  choice,
  type Fields,
  optional,
  Reader,
  record,
  union,
  Writer,
  word,
} from '../protocol/message-pack.ts';
import type { ReconciledBill } from '../protocol/payments.ts';
import { refusalReasons } from '../protocol/refusals.ts';
import type { Mark, SeatMark, StagedMark } from '../protocol/sittings.ts';
import type { Role, Scope, SignInPlace } from '../protocol/staff.ts';
import {
  act,
  adopted,
  answer,
  candidateRecord,
  candidateType,
  codeAddress,
  courseCaps,
  delivery,
  desk,
  foreseenLines,
  int32,
  poolCapacities,
  provider,
  some,
  text,
  uint,
  uint32,
  unitAndCourse,
  way,
} from './shapes.ts';
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

// ── Events ──────────────────────────────────────────────────────────────────────────────────────

const onRegistration = { area: text, number: uint, person: text, claim: uint };
const onCandidate = { person: text };
const issuedCode = record<IssuedCode>({
  challenge: text,
  ticket: text,
  phone: codeAddress,
  units: some(unitAndCourse),
  expiresOpen: uint,
  sentAt: uint,
  byPassword: boolean,
});
const hold: Fields<{ unit: string; course: string; since: number; until: number }> = {
  unit: text,
  course: text,
  since: uint,
  until: uint,
};

const asideReason = word(asideReasons);
const stagedPerson = record<StagedPerson>({ person: text, record: candidateRecord });
const seatMark: Fields<SeatMark> = {
  ...{ unit: text, ticket: text, course: text },
  mark: union<Mark, 'kind'>('kind', { desk: { desk }, 'no-desk': {}, absent: {}, present: {} }),
};
const refusalReason = word(refusalReasons);

const onStaff = { staff: text, answer };
const decided = { by: text, reason: text };
const place = choice<SignInPlace>(['door', 'known', 'inside']);
const held = some(choice<Role>(['viewer', 'office', 'finance', 'system', 'audit']));
const scope = union<Scope, 'kind'>('kind', {
  province: {},
  city: { city: text },
  area: { area: text },
});

const event = union<RuxiEvent, 'kind'>('kind', {
  'course-chosen': {
    ...onRegistration,
    unit: text,
    course: text,
    ticket: text,
    candidateType,
    answer,
  },
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
  'seats-saved': {
    ...onRegistration,
    ticket: text,
    saved: some(unitAndCourse),
    payBefore: uint,
    byPassword: boolean,
    answer,
  },
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
  'capacity-set': { area: text, capacities: poolCapacities, act: optional(uint) },
  'candidate-imported': { ...onCandidate, record: candidateRecord },
  'sign-in-succeeded': { ...onCandidate, device: boolean, answer },
  'sign-in-failed': { ...onCandidate, device: boolean, failures: uint, retryAt: uint, answer },
  'phone-code-issued': {
    ...onCandidate,
    purpose: choice(['binding-code', 'unbinding-code']),
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
  'phone-joined': { phone: text, person: text, until: optional(uint), binding: optional(uint) },
  'message-taken': { phone: text, key: text, day: uint },
  'session-installed': { adopted },
  'adoption-noted': { partition: text, number: uint },
  'session-adopted': { adopted },
  'phone-unbound': { ...onCandidate, answer },
  'phone-released': { ...onCandidate, binding: uint },
  'reset-code-issued': {
    ...onCandidate,
    challenge: text,
    expiresAt: uint,
    sentAt: uint,
    day: uint,
    answer,
  },
  'reset-code-mistyped': { ...onCandidate },
  'reset-code-proven': { ...onCandidate, proof: text, until: uint, answer },
  'sign-ins-ended': { ...onCandidate, generation: uint, at: uint, answer },
  'signed-out': { ...onCandidate, nonce: text, until: uint, at: uint, answer },
  'phone-left': { phone: text, person: text, binding: uint, until: uint },
  'registration-confirmed': {
    ...onRegistration,
    order: uint,
    orderNumber: text,
    ticket: text,
    courses: some(unitAndCourse),
    feeFen: uint,
    answer,
  },
  'order-withdrawn': {
    ...{ ...onRegistration, order: uint, answer },
    byOffice: optional(
      record<{ act: number; bookableFrom: number }>({ act: uint, bookableFrom: uint }),
    ),
  },
  'payment-started': {
    ...onRegistration,
    order: uint,
    attempt: uint,
    provider,
    way,
    expiresAt: uint,
    answer,
  },
  'payment-stopped': { ...onRegistration, order: uint, answer },
  'attempt-closed': { ...onRegistration, order: uint, attempt: uint },
  'payment-received': {
    ...onRegistration,
    order: uint,
    attempt: uint,
    transaction: text,
    paidAt: uint,
    does: choice(['pays', 'retakes', 'second', 'late', 'lost']),
  },
  'refund-requested': { ...onRegistration, order: uint, answer },
  'refund-succeeded': {
    ...onRegistration,
    order: uint,
    attempt: uint,
    refundedAt: uint,
    bookableFrom: uint,
  },
  'refund-stuck': { ...onRegistration, order: uint, attempt: uint, why: text },
  'seats-released': {
    ...onRegistration,
    units: some(text),
    orders: some(uint),
    bookableFrom: uint,
    act: optional(uint),
  },
  'unpaid-reminded': { ...onRegistration, reminder: uint, payBefore: uint, lastDay: boolean },
  'news-noted': { ...onRegistration, news: uint, outcome: choice(['sent', 'failed']) },
  'reconciliation-begun': { day: uint },
  'day-reconciled': {
    day: uint,
    lines: some(
      record<ReconciledBill>({
        provider,
        payments: uint,
        paidFen: uint,
        refunds: uint,
        refundedFen: uint,
        differences: uint,
      }),
    ),
  },
  'payment-set-aside': {
    number: uint,
    key: text,
    provider,
    why: asideReason,
    attempt: text,
    transaction: text,
    amountFen: uint,
  },
  'course-caps-set': { area: text, caps: courseCaps, act: optional(uint) },
  'staff-invited': {
    ...{ ...onStaff, ...decided, generation: uint },
    ...{ roles: held, scope, digest: text, until: uint },
  },
  'invitation-accepted': {
    ...{ ...onStaff, generation: uint, hash: text, secret: text },
    ...{ step: uint, recovery: some(text) },
  },
  'staff-signed-in': { ...onStaff, step: uint, recovery: optional(text), from: place },
  'staff-sign-in-failed': { ...onStaff, from: place, failures: uint, retryAt: uint },
  'staff-roles-set': { ...onStaff, ...decided, generation: uint, roles: held, scope },
  'account-ended': { ...onStaff, ...decided, generation: uint },
  'staff-password-set': { ...onStaff, generation: uint, hash: text },
  'totp-renewed': { ...onStaff, generation: uint, secret: text, step: uint },
  'recovery-codes-renewed': { ...onStaff, recovery: some(text) },
  'staff-sign-ins-ended': { ...onStaff, generation: uint },
  'import-begun': {
    ...{ import: uint, key: text, source: text, by: text },
    what: choice<StagedKind>(stagedKinds),
  },
  'import-closed': {
    import: uint,
    sum: record<ImportSum>({
      ...{ added: uint, changed: uint, same: uint, removed: uint },
      columns: some(record<ImportSum['columns'][number]>({ column: text, rows: uint })),
    }),
    capacities: some(record<AreaCapacities>({ area: text, capacities: poolCapacities })),
  },
  'import-applied': { import: uint, reason: text, by: text, andBy: text },
  'import-dropped': { import: uint },
  'import-adoption-noted': { import: uint, partition: text },
  // `stagedPersonIn` counts on the order of these fields.
  'people-staged': { import: uint, slice: uint, people: some(stagedPerson) },
  'marks-staged': {
    ...{ import: uint, slice: uint, area: text },
    marks: some(record<StagedMark>({ person: text, ...seatMark })),
  },
  'seats-marked': { ...onRegistration, import: uint, marks: some(record<SeatMark>(seatMark)) },
  'import-adopted': { import: uint, to: choice(['applied', 'dropped']) },
  'slice-taken': { import: uint },
  'catalogue-installed': { adopted, reason: text, by: text },
  'act-proposed': {
    ...{ number: uint, act, by: text, reason: text, foreseen: foreseenLines },
    ...{ command: text, contentHash: int32 },
  },
  'act-decided': { number: uint, andBy: optional(text), targets: some(text) },
  'act-withdrawn': { number: uint, by: text },
  'act-carried': {
    ...{ number: uint, target: text, refused: optional(refusalReason) },
    ...{ changed: uint, left: uint },
  },
  'session-acted': { act: uint, adopted },
  'phone-unbound-for': { ...onCandidate, answer },
  'activation-reset': { ...onCandidate, generation: uint, at: uint, answer },
  'shown-in-full': {
    ...{ ...onStaff, person: text, area: optional(text), reason: text },
  },
  'key-made': {
    ...{ ...decided, apiKey: text, label: text, digest: text, scope },
    may: some(choice<KeyScope>(['areas', 'counts', 'registrations', 'orders'])),
  },
  'key-ended': { ...decided, apiKey: text },
  'seats-withdrawn': {
    ...{ ...onRegistration, act: uint, held: some(text), units: some(text) },
    ...{ orders: some(uint), stops: some(uint), refunds: some(uint) },
  },
  'seats-leaving': { ...onRegistration, act: uint, to: text },
  'seats-declined': {
    ...{ ...onRegistration, act: uint, to: text, reason: refusalReason },
    ...{ again: boolean, left: boolean },
  },
  'seats-moved-out': {
    ...{ ...onRegistration, act: uint, to: text, move: uint },
    orders: some(record<SeatsMovedOut['orders'][number]>({ order: uint, number: text })),
  },
  'seats-received': {
    ...{ ...onRegistration, act: uint, from: text, candidateType, unpaidSince: uint },
    seats: some(
      record<SeatsReceived['seats'][number]>({
        unit: text,
        course: text,
        ticket: text,
        order: uint,
      }),
    ),
    orders: some(
      record<SeatsReceived['orders'][number]>({
        ...{ order: uint, orderNumber: text, ticket: text, feeFen: uint, confirmedAt: uint },
        payment: optional(
          record<MovedPayment>({
            ...{ provider, way, startedAt: uint, paidAt: uint, paidAs: text },
          }),
        ),
      }),
    ),
    answer,
  },
  'seats-not-received': { ...onRegistration, answer },
  'moved-refund-requested': { ...onRegistration, order: uint, attempt: uint },
  'area-move-for': { ...onCandidate, number: uint, from: text, to: text, act: uint },
  'alarm-acknowledged': {
    ...{ alarm: text, since: uint, by: text, remark: text },
    level: choice<AlarmLevel>(['warning', 'grave']),
  },
  'alarm-ended': { alarm: text },
  'export-noted': { ...decided, what: choice(['arrangement']), scope },
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
    if (from.array(fieldsOfEntry) !== fieldsOfEntry || uint32.read(from) !== entryFormat)
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

/**
 * The slice whose event is the one at `place` of a stored entry. Nothing else is read, and the hash is
 * not looked at: this is asked while somebody waits.
 */
export function stagedSliceIn(value: Uint8Array, place: number): StagedSlice {
  return readStaged(value, place, (from) => {
    const staged = event.read(from);
    if (staged.kind !== 'people-staged' && staged.kind !== 'marks-staged')
      throw new CodecError('another event');
    return staged;
  });
}

/** The same of the single person at `personPlace` of it. */
export function stagedPersonIn(
  value: Uint8Array,
  place: number,
  personPlace: number,
): StagedPerson {
  return readStaged(value, place, (from) => {
    // Its kind, the import and the slice.
    from.array(4);
    for (let field = 0; field < 3; field += 1) from.skip();
    if (from.array(unlimitedEvents) <= personPlace) throw new CodecError('no such person');
    for (let before = 0; before < personPlace; before += 1) from.skip();
    return stagedPerson.read(from);
  });
}

function readStaged<Read>(value: Uint8Array, place: number, read: (from: Reader) => Read): Read {
  const from = new Reader(value);
  try {
    from.array(fieldsOfEntry);
    for (let field = 1; field < fieldsOfEntry; field += 1) from.skip();
    if (from.array(unlimitedEvents) <= place) throw new CodecError('no such event');
    for (let before = 0; before < place; before += 1) from.skip();
    return read(from);
  } catch (cause) {
    throw new StoreCorrupt('a staged slice cannot be read', { cause });
  }
}
const unlimitedEvents = 0xffff_ffff;

/** The hash an entry was stored with, unchecked. */
export const hashOf = (value: Uint8Array): string =>
  Buffer.from(value.subarray(-hashBytes)).toString('base64url');
