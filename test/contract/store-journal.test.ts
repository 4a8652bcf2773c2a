import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RuxiEvent } from '../../engine/protocol/events.ts';
import {
  decodeEntry,
  encodeEntry,
  type JournalEntry,
  noHash,
  stagedPersonIn,
  stagedSliceIn,
} from '../../engine/store/journal.ts';
import {
  givenActs,
  givenAdopted,
  givenPerson,
  givenPhone,
  givenRecord,
  givenTicket,
  opaque,
} from '../given.ts';

const answer = (outcome: { kind: 'done' }) => ({
  command: opaque('command', 1),
  contentHash: -123_456_789,
  outcome,
});
const registration = { area: '0101', number: 7, person: givenPerson(1), claim: 3 };
const done = answer({ kind: 'done' });
const ticket = givenTicket(1);
const unitA = { unit: 'A', course: '11001' };
const code = {
  challenge: opaque('challenge', 1),
  ticket,
  phone: givenPhone(1),
  units: [unitA],
  expiresOpen: 1_780_000_300_000,
  sentAt: 1_780_000_000_000,
  byPassword: false,
};
const delivery = { challenge: opaque('challenge', 1), attempt: 1, outcome: 'sent' } as const;
const adopted = givenAdopted();
const onStaff = { staff: 'li.na', answer: done };
const marks = (
  [
    { kind: 'desk', desk: { venue: '示例中学', room: '003', deskNumber: '12' } },
    { kind: 'no-desk' },
    { kind: 'absent' },
    { kind: 'present' },
  ] as const
).map((mark) => ({ ...unitA, ticket, mark }));

/** One event of every kind, every optional field once present. */
const everyKind: { [K in RuxiEvent['kind']]: Extract<RuxiEvent, { kind: K }> } = {
  'course-chosen': {
    kind: 'course-chosen',
    ...registration,
    ...unitA,
    ticket,
    candidateType: 'applied',
    answer: done,
  },
  'course-dropped': { kind: 'course-dropped', ...registration, unit: 'A', answer: done },
  'seats-held': {
    kind: 'seats-held',
    ...registration,
    ticket,
    held: [{ ...unitA, since: 1_780_000_000_000, until: 1_780_000_300_000 }],
    day: 20_605,
    code,
    answer: {
      ...done,
      outcome: {
        ...{ kind: 'held', held: ['A'], owned: ['B'] },
        full: [{ unit: 'C', course: '13001', reason: 'course-full' }],
      },
    },
  },
  'code-sent': {
    kind: 'code-sent',
    ...registration,
    cleared: ['C'],
    holdsUntil: 1_780_000_300_000,
    code,
    answer: done,
  },
  'code-resent': {
    kind: 'code-resent',
    ...registration,
    holdsUntil: 1_780_000_400_000,
    expiresOpen: 1_780_000_400_000,
    sentAt: 1_780_000_100_000,
    answer: done,
  },
  'code-mistyped': { kind: 'code-mistyped', ...registration },
  'seats-saved': {
    kind: 'seats-saved',
    ...registration,
    ticket,
    saved: [unitA],
    payBefore: 1_780_050_000_000,
    byPassword: true,
    answer: {
      ...done,
      outcome: {
        kind: 'saved',
        saved: [unitA],
        failed: [{ unit: 'B', course: '12001', reason: 'seats-exhausted', late: true }],
      },
    },
  },
  'seats-given-up': { kind: 'seats-given-up', ...registration, units: ['A'], answer: done },
  'holds-expired': { kind: 'holds-expired', ...registration, units: ['A', 'B'] },
  'area-vacated': { kind: 'area-vacated', ...registration },
  'area-fenced': { kind: 'area-fenced', ...registration },
  'booking-delivery-noted': { kind: 'booking-delivery-noted', ...registration, ...delivery },
  'capacity-set': {
    ...{ kind: 'capacity-set', area: '0101' },
    capacities: [
      { unit: 'A', capacity: 9 },
      { unit: 'A', capacity: 3, candidateType: 'applied' },
    ],
  },
  'candidate-imported': {
    kind: 'candidate-imported',
    person: givenPerson(1),
    record: givenRecord(1, {
      activationDigest: opaque('digest', 1),
      tickets: [
        {
          number: ticket,
          programme: '020301K',
          status: 'transferred',
          passed: [
            { course: '11001', grade: 60.5 },
            { course: '11002', grade: 60, passedIn: '2025-10' },
          ],
        },
      ],
    }),
  },
  'sign-in-succeeded': {
    kind: 'sign-in-succeeded',
    person: givenPerson(1),
    device: true,
    answer: { ...done, outcome: { kind: 'signed-in', generation: 2 } },
  },
  'sign-in-failed': {
    kind: 'sign-in-failed',
    person: givenPerson(1),
    device: false,
    failures: 2,
    retryAt: 1_780_000_010_000,
    answer: { ...done, outcome: { kind: 'sign-in-failed', failures: 2, retryAt: 1 } },
  },
  'phone-code-issued': {
    kind: 'phone-code-issued',
    person: givenPerson(1),
    purpose: 'unbinding-code',
    challenge: opaque('challenge', 1),
    phone: givenPhone(1),
    expiresAt: 1_780_000_300_000,
    sentAt: 1_780_000_000_000,
    day: 20_605,
    answer: done,
  },
  'phone-code-mistyped': { kind: 'phone-code-mistyped', person: givenPerson(1) },
  'phone-bound': { kind: 'phone-bound', person: givenPerson(1), at: 5, answer: done },
  'phone-settled': { kind: 'phone-settled', person: givenPerson(1) },
  'password-set': {
    kind: 'password-set',
    person: givenPerson(1),
    hash: '$argon2id$invented',
    generation: 2,
    at: 5,
    answer: done,
  },
  'area-claimed': {
    kind: 'area-claimed',
    person: givenPerson(1),
    number: 1,
    area: '0101',
    answer: { ...done, outcome: { kind: 'claimed', claim: 1, area: '0101' } },
  },
  'area-move-started': {
    kind: 'area-move-started',
    person: givenPerson(1),
    number: 2,
    from: '0101',
    to: '0102',
    day: 20_605,
    answer: { ...done, outcome: { kind: 'claiming', claim: 2, from: '0101', to: '0102' } },
  },
  'area-move-ended': {
    kind: 'area-move-ended',
    person: givenPerson(1),
    number: 2,
    area: '0102',
  },
  'fence-settled': { kind: 'fence-settled', person: givenPerson(1), claim: 2 },
  'account-delivery-noted': {
    kind: 'account-delivery-noted',
    person: givenPerson(1),
    ...delivery,
  },
  'phone-joined': {
    kind: 'phone-joined',
    phone: opaque('phone', 1),
    person: givenPerson(1),
    until: 5,
    binding: 1,
  },
  'message-taken': { kind: 'message-taken', phone: opaque('phone', 1), key: 'key', day: 1 },
  'session-installed': { kind: 'session-installed', adopted },
  'adoption-noted': { kind: 'adoption-noted', partition: 'p1', number: 2 },
  'session-adopted': { kind: 'session-adopted', adopted },
  'phone-unbound': { kind: 'phone-unbound', person: givenPerson(1), answer: done },
  'phone-released': { kind: 'phone-released', person: givenPerson(1), binding: 2 },
  'reset-code-issued': {
    kind: 'reset-code-issued',
    person: givenPerson(1),
    challenge: opaque('challenge', 1),
    expiresAt: 1_780_000_300_000,
    sentAt: 1_780_000_000_000,
    day: 20_605,
    answer: {
      ...done,
      outcome: {
        kind: 'reset-code',
        challenge: opaque('challenge', 1),
        expiresAt: 1_780_000_300_000,
        resendFrom: 1_780_000_060_000,
      },
    },
  },
  'reset-code-mistyped': { kind: 'reset-code-mistyped', person: givenPerson(1) },
  'reset-code-proven': {
    kind: 'reset-code-proven',
    person: givenPerson(1),
    proof: opaque('command', 1),
    until: 5,
    answer: done,
  },
  'sign-ins-ended': {
    kind: 'sign-ins-ended',
    person: givenPerson(1),
    generation: 3,
    at: 5,
    answer: { ...done, outcome: { kind: 'signed-in', generation: 3 } },
  },
  'shown-in-full': {
    kind: 'shown-in-full',
    ...{ ...onStaff, person: givenPerson(1), area: '0101', reason: '来电核对' },
  },
  'signed-out': {
    kind: 'signed-out',
    person: givenPerson(1),
    nonce: opaque('nonce', 1),
    until: 6,
    at: 5,
    answer: done,
  },
  'phone-left': {
    kind: 'phone-left',
    phone: opaque('phone', 1),
    person: givenPerson(1),
    binding: 1,
    until: 5,
  },
  'registration-confirmed': {
    kind: 'registration-confirmed',
    ...registration,
    order: 1,
    orderNumber: 'DEMO_0101_7_1',
    ticket,
    courses: [unitA],
    feeFen: 3_500,
    answer: { ...done, outcome: { kind: 'confirmed', order: 'DEMO_0101_7_1' } },
  },
  'order-withdrawn': {
    ...{ kind: 'order-withdrawn', ...registration, order: 1, answer: done },
    byOffice: { act: 3, bookableFrom: 1_780_000_005_000 },
  },
  'payment-started': {
    kind: 'payment-started',
    ...registration,
    order: 1,
    attempt: 2,
    provider: 'wechat',
    way: 'inside',
    expiresAt: 1_780_000_300_000,
    answer: {
      ...done,
      outcome: {
        ...{ kind: 'payment-started', attempt: 'DEMO_0101_7_1_2' },
        ...{ amountFen: 3_500, expiresAt: 1_780_000_300_000 },
      },
    },
  },
  'payment-stopped': { kind: 'payment-stopped', ...registration, order: 1, answer: done },
  'attempt-closed': { kind: 'attempt-closed', ...registration, order: 1, attempt: 2 },
  'payment-received': {
    kind: 'payment-received',
    ...registration,
    order: 1,
    attempt: 2,
    transaction: '4200001',
    paidAt: 1_780_000_200_000,
    does: 'retakes',
  },
  'refund-requested': { kind: 'refund-requested', ...registration, order: 1, answer: done },
  'refund-succeeded': {
    kind: 'refund-succeeded',
    ...registration,
    order: 1,
    attempt: 2,
    refundedAt: 1_780_000_900_000,
    bookableFrom: 1_780_050_000_000,
  },
  'refund-stuck': {
    kind: 'refund-stuck',
    ...registration,
    order: 1,
    attempt: 2,
    why: 'NOT_ENOUGH',
  },
  'seats-released': {
    kind: 'seats-released',
    ...registration,
    units: ['A', 'B'],
    orders: [1],
    bookableFrom: 1_780_050_000_000,
  },
  'unpaid-reminded': {
    kind: 'unpaid-reminded',
    ...registration,
    reminder: 1,
    payBefore: 1_780_050_000_000,
    lastDay: true,
  },
  'seats-withdrawn': {
    ...({ kind: 'seats-withdrawn', ...registration, act: 7, held: ['A'] } as const),
    ...{ units: ['B'], orders: [1], stops: [2], refunds: [3] },
  },
  'seats-leaving': { kind: 'seats-leaving', ...registration, act: 7, to: '0102' },
  'seats-declined': {
    ...({ kind: 'seats-declined', ...registration, act: 7, to: '0102' } as const),
    ...({ reason: 'seats-exhausted', again: false, left: true } as const),
  },
  'seats-moved-out': {
    ...({ kind: 'seats-moved-out', ...registration, act: 7, to: '0102', move: 9 } as const),
    orders: [{ order: 1, number: 'DEMO_0102_4_1' }],
  },
  'seats-received': {
    ...({ kind: 'seats-received', ...registration, act: 7, from: '0101' } as const),
    ...({ candidateType: 'applied', unpaidSince: 1_780_000_000_000 } as const),
    seats: [{ ...unitA, ticket, order: 1 }],
    orders: [
      {
        ...{ order: 1, orderNumber: 'DEMO_0102_4_1', ticket, feeFen: 3_500, confirmedAt: 5 },
        payment: {
          ...({ provider: 'alipay', way: 'page', startedAt: 6, paidAt: 7 } as const),
          paidAs: 'DEMO_0101_1_1_1',
        },
      },
    ],
    answer: done,
  },
  'seats-not-received': { kind: 'seats-not-received', ...registration, answer: done },
  'moved-refund-requested': {
    ...{ kind: 'moved-refund-requested', ...registration, order: 1, attempt: 2 },
  },
  'area-move-for': {
    ...{ kind: 'area-move-for', person: givenPerson(1), number: 3, from: '0101' },
    ...{ to: '0102', act: 7 },
  },
  'news-noted': { kind: 'news-noted', ...registration, news: 3, outcome: 'failed' },
  'reconciliation-begun': { kind: 'reconciliation-begun', day: 20_605 },
  'day-reconciled': {
    kind: 'day-reconciled',
    day: 20_605,
    lines: [
      {
        ...{ provider: 'alipay', payments: 3, paidFen: 10_500 },
        ...{ refunds: 1, refundedFen: 3_500, differences: 0 },
      },
    ],
  },
  'payment-set-aside': {
    kind: 'payment-set-aside',
    number: 4,
    key: 'alipay.2026.amount',
    provider: 'alipay',
    why: 'amount-differs',
    attempt: 'DEMO_0101_7_1_2',
    transaction: '2026',
    amountFen: 1,
  },
  'course-caps-set': {
    kind: 'course-caps-set',
    area: '0101',
    caps: [{ course: '11001', cap: 30 }],
  },
  'staff-invited': {
    ...{ kind: 'staff-invited', ...onStaff, by: 'shell', reason: '示例', generation: 1 },
    ...{ roles: ['system', 'viewer'], scope: { kind: 'city', city: '01' } },
    ...{ digest: opaque('digest', 1), until: 1_780_086_400_000 },
  },
  'invitation-accepted': {
    ...{ kind: 'invitation-accepted', ...onStaff, generation: 2, hash: '$argon2id$invented' },
    ...{ secret: 'sealed', step: 59_333_333, recovery: [opaque('recovery', 1)] },
  },
  'staff-signed-in': {
    kind: 'staff-signed-in',
    ...{ ...onStaff, step: 0, recovery: opaque('recovery', 1), from: 'known' },
  },
  'staff-sign-in-failed': {
    kind: 'staff-sign-in-failed',
    ...{ ...onStaff, from: 'inside', failures: 5, retryAt: 1_780_000_005_000 },
  },
  'staff-roles-set': {
    ...{ kind: 'staff-roles-set', ...onStaff, by: 'zhang', reason: '示例', generation: 2 },
    ...{ roles: ['office', 'finance'], scope: { kind: 'area', area: '0101' } },
  },
  'account-ended': {
    ...{ kind: 'account-ended', ...onStaff, by: 'zhang', reason: '示例', generation: 3 },
  },
  'staff-password-set': {
    ...{ kind: 'staff-password-set', ...onStaff, generation: 2, hash: '$argon2id$invented' },
  },
  'totp-renewed': {
    ...{ kind: 'totp-renewed', ...onStaff, generation: 2, secret: 'sealed', step: 59_333_334 },
  },
  'recovery-codes-renewed': {
    ...{ kind: 'recovery-codes-renewed', ...onStaff, recovery: [opaque('recovery', 2)] },
  },
  'staff-sign-ins-ended': { kind: 'staff-sign-ins-ended', ...onStaff, generation: 2 },
  'import-begun': {
    ...{ kind: 'import-begun', import: 3, key: opaque('upload', 1) },
    ...{ what: 'candidates', source: '考生.csv', by: 'li.na' },
  },
  'import-closed': {
    ...{ kind: 'import-closed', import: 3 },
    sum: { added: 2, changed: 1, same: 4, removed: 0, columns: [{ column: 'phone', rows: 1 }] },
    capacities: [
      { area: '0101', capacities: [{ unit: 'A', capacity: 30, candidateType: 'applied' }] },
    ],
  },
  'import-applied': {
    ...{ kind: 'import-applied', import: 3, reason: '示例', by: '示例甲', andBy: '示例乙' },
  },
  'import-dropped': { kind: 'import-dropped', import: 3 },
  'import-adoption-noted': { kind: 'import-adoption-noted', import: 3, partition: 'p0' },
  'people-staged': {
    ...{ kind: 'people-staged', import: 3, slice: 7 },
    people: [1, 2, 3].map((place) => ({ person: givenPerson(place), record: givenRecord(place) })),
  },
  'marks-staged': {
    ...{ kind: 'marks-staged', import: 3, slice: 8, area: '0101' },
    marks: marks.map((mark, place) => ({ person: givenPerson(place), ...mark })),
  },
  'seats-marked': { kind: 'seats-marked', ...registration, import: 3, marks },
  'export-noted': {
    ...{ kind: 'export-noted', by: 'li.na', reason: '编排考场', what: 'arrangement' },
    scope: { kind: 'area', area: '0101' },
  },
  'import-adopted': { kind: 'import-adopted', import: 3, to: 'applied' },
  'slice-taken': { kind: 'slice-taken', import: 3 },
  'catalogue-installed': { kind: 'catalogue-installed', adopted, reason: '示例', by: '示例甲' },
  'act-proposed': {
    ...{
      kind: 'act-proposed',
      number: 7,
      act: { kind: 'open-window' },
      by: 'li.na',
      reason: '示例',
    },
    foreseen: [{ what: 'unpaid', count: 12, unit: 'A' }],
    ...{ command: opaque('command', 1), contentHash: -5 },
  },
  'act-decided': { kind: 'act-decided', number: 7, andBy: 'wang', targets: ['0101', '0102'] },
  'act-withdrawn': { kind: 'act-withdrawn', number: 7, by: 'li.na' },
  'act-carried': {
    ...{ kind: 'act-carried', number: 7, target: '0101', refused: 'capacity-below-taken' },
    ...{ changed: 3, left: 1 },
  },
  'key-made': {
    ...{ kind: 'key-made', apiKey: opaque('key', 1), label: '示例系统', digest: 'digest' },
    ...{
      may: ['areas', 'orders'],
      scope: { kind: 'city', city: '01' },
      by: 'li.na',
      reason: '示例',
    },
  },
  'alarm-acknowledged': {
    ...{ kind: 'alarm-acknowledged', alarm: 'provider-away:alipay', level: 'grave' },
    ...{ since: 1_788_830_000_000, by: 'li.na', remark: '示例' },
  },
  'alarm-ended': { kind: 'alarm-ended', alarm: 'provider-away:alipay' },
  'key-ended': { kind: 'key-ended', apiKey: opaque('key', 1), by: 'li.na', reason: '示例' },
  'session-acted': { kind: 'session-acted', act: 7, adopted },
  'phone-unbound-for': { kind: 'phone-unbound-for', person: givenPerson(1), answer: done },
  'activation-reset': {
    ...{ kind: 'activation-reset', person: givenPerson(1), generation: 3, at: 5, answer: done },
  },
};

const entryOf = (events: readonly RuxiEvent[]): JournalEntry => ({
  partition: 'p0',
  epoch: 3,
  index: 41,
  prevHash: noHash,
  at: 1_780_000_000_000,
  events,
});

test('S3 an event of every kind comes back field for field', () => {
  const entry = entryOf(Object.values(everyKind));
  const { value, hash } = encodeEntry(entry);
  expect(decodeEntry(value)).toEqual({ ...entry, hash });
});

test('a field that may be absent comes back absent', () => {
  const { code: _, ...held } = everyKind['seats-held'];
  const { until: __, binding: ___, ...joined } = everyKind['phone-joined'];
  const entry = entryOf([held, joined]);
  expect(decodeEntry(encodeEntry(entry).value).events).toStrictEqual([held, joined]);
});

test('S1 a staged slice, and one person of it, are found in an entry without reading the others', () => {
  const staged = everyKind['people-staged'];
  const { value } = encodeEntry(
    entryOf([everyKind['seats-saved'], staged, everyKind['import-begun']]),
  );
  expect(stagedSliceIn(value, 1)).toEqual(staged);
  expect(stagedPersonIn(value, 1, 2)).toEqual(staged.people[2]);
  expect(() => stagedPersonIn(value, 1, 3)).toThrow('staged slice');
  expect(() => stagedSliceIn(value, 0)).toThrow('staged slice');
  expect(() => stagedSliceIn(value, 3)).toThrow('staged slice');
});

test('the format of an entry stays what it was', () => {
  const events = [everyKind['seats-saved'], everyKind['code-mistyped']];
  expect(encodeEntry(entryOf(events)).value.toString('hex')).toMatchInlineSnapshot(
    `"9701a270300329a0cf0000019e70448800929a06a43031303107b6706572736f6e312d2d2d2d2d2d2d2d2d2d2d2d2d2d2d03ab31303030303030303030319192a141a53131303031cf0000019e733f7880c393b6636f6d6d616e64312d2d2d2d2d2d2d2d2d2d2d2d2d2dcef8a432eb93029192a141a531313030319194a142a5313230303100c39505a43031303107b6706572736f6e312d2d2d2d2d2d2d2d2d2d2d2d2d2d2d03e84bfe8cf65989a317dac9adc5ae9061f7ad18e2fb2760a3ba7dec8f9a8cc3fc"`,
  );
});

test('S3 any change of any byte of an entry is found', () => {
  const { value } = encodeEntry(entryOf([everyKind['seats-saved']]));
  fc.assert(
    fc.property(fc.nat(value.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const changed = Buffer.from(value);
      changed[at] = (changed[at] ?? 0) ^ bits;
      expect(() => decodeEntry(changed)).toThrow('hash');
    }),
  );
  for (let length = 0; length < value.length; length += 1)
    expect(() => decodeEntry(value.subarray(0, length))).toThrow('hash');
});

test.each(givenActs)(
  'S2 S4 an act of every kind comes back as it was: $kind',
  (act: (typeof givenActs)[number]) => {
    const event = { ...everyKind['act-proposed'], act };
    const { value } = encodeEntry(entryOf([event]));
    expect(decodeEntry(value).events).toEqual([event]);
  },
);
