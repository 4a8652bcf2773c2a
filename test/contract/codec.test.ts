import fc from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { alarmLevels } from '../../engine/protocol/alarms.ts';
import {
  type Answered,
  AskBatch,
  type Asked,
  CodecError,
  decodeAsk,
  decodeCounts,
  decodeNotices,
  decodeReplies,
  encodeAsk,
  encodeCounts,
  encodeNotices,
  encodeReplies,
  messageSizeMax,
} from '../../engine/protocol/codec.ts';
import { asideReasons, type CodeAddress, type Command } from '../../engine/protocol/commands.ts';
import { keyScopes } from '../../engine/protocol/keys.ts';
import type { Notice } from '../../engine/protocol/notices.ts';
import { paymentWays, providerNames } from '../../engine/protocol/payments.ts';
import { refusalReasons } from '../../engine/protocol/refusals.ts';
import { type AskedQuery, channelNames, exitStates } from '../../engine/protocol/replies.ts';
import { reportTopics } from '../../engine/protocol/reports.ts';
import { candidateTypes } from '../../engine/protocol/session.ts';
import {
  type ActView,
  type AreaPart,
  foreseen,
  roles,
  signInPlaces,
} from '../../engine/protocol/staff.ts';
import {
  givenActs,
  givenAdopted,
  givenPerson,
  givenPhone,
  givenRecord,
  givenSettings,
  givenTicketRecord,
  shellAs,
} from '../given.ts';

/** Another decoder, as independent as they come. */
const others = new Unpackr({ useRecords: false, int64AsType: 'number' });
const unpack = (bytes: Uint8Array): unknown => others.unpack(bytes);

const id = (number: number): string => `command${number}`.padEnd(22, '-');
const save: Command = {
  kind: 'save-seats',
  id: id(1),
  answerBy: 1_788_829_477_123,
  epoch: 3,
  area: '0124',
  person: 'person7---------------',
  claim: 2,
  revision: 5,
  ticket: '999912345637',
  challenge: 'challenge9------------',
  code: '123456',
  units: ['A', 'C'],
};
const query: AskedQuery = {
  id: id(2),
  answerBy: 9,
  query: { kind: 'registration', area: '0124', person: 'person7---------------' },
};

const opaque = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/);
const code = fc.stringMatching(/^[0-9A-Z]{1,16}$/);
const course = fc.stringMatching(/^[0-9]{5}$/);
const ticket = fc.stringMatching(/^[0-9]{12}$/);
const at = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const small = fc.integer({ min: 0, max: 0xffff_ffff });
const sentence = fc.string({ maxLength: 30, unit: 'binary' });
const envelope = { id: opaque, answerBy: at, epoch: at };
const onRegistration = {
  ...envelope,
  area: code,
  person: opaque,
  claim: small,
  revision: small,
  ticket,
};
const phone: fc.Arbitrary<CodeAddress> = fc.record({
  sealed: fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/),
  index: opaque,
  mask: sentence,
});
const kind = <K extends string>(value: K) => fc.constant(value);
const candidateType = fc.constantFrom(...candidateTypes);
const fullReason = fc.constantFrom('seats-exhausted' as const, 'course-full' as const);
const units = fc.array(code, { maxLength: 16 });

const staff = fc.stringMatching(/^[a-z][a-z0-9.-]{1,31}$/);
const secret = fc.stringMatching(/^[A-Z2-7]{32}$/);
const rolesHeld = fc.uniqueArray(fc.constantFrom(...roles));
const scope = fc.oneof(
  fc.record({ kind: kind('province') }),
  fc.record({ kind: kind('city'), city: code }),
  fc.record({ kind: kind('area'), area: code }),
);
const apiKeyDigest = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
const keyMay = fc.uniqueArray(fc.constantFrom(...keyScopes));
const keyView = fc.record(
  {
    ...{ apiKey: opaque, label: sentence, digest: apiKeyDigest, may: keyMay, scope },
    state: fc.constantFrom('active' as const, 'ended' as const),
    ...{ madeBy: staff, madeAt: at, endedBy: staff, endedAt: at },
  },
  { requiredKeys: ['apiKey', 'label', 'digest', 'may', 'scope', 'state', 'madeBy', 'madeAt'] },
);
const alarm = fc.stringMatching(/^[a-z-]{1,24}(:[A-Za-z0-9.:_-]{1,24})?$/);
const alarmLevel = fc.constantFrom(...alarmLevels);
const acknowledged = fc.record({
  alarm,
  level: alarmLevel,
  since: at,
  by: staff,
  at,
  remark: sentence,
});
const staffView = fc.record(
  {
    ...{ staff, roles: rolesHeld, scope, generation: small, invitedBy: staff },
    state: fc.constantFrom('invited' as const, 'active' as const, 'ended' as const),
    ...{ invitedUntil: at, lastSignInAt: at },
  },
  { requiredKeys: ['staff', 'roles', 'scope', 'generation', 'invitedBy', 'state'] },
);

const importedRecord = givenRecord(1, {
  tickets: [
    givenTicketRecord(1, {
      number: '999900000001',
      passed: [
        { course: '00023', grade: 61.5 },
        { course: '00024', grade: 60, passedIn: '2025-10' },
      ],
    }),
  ],
});
const foreseenLines = fc.array(
  fc.record(
    { what: fc.constantFrom(...foreseen), count: fc.nat(), unit: code },
    { requiredKeys: ['what', 'count'] },
  ),
  { maxLength: 4 },
);
const pools = [{ unit: 'A', capacity: 3 }];
const givenParts: AreaPart[] = [
  { kind: 'set-capacity', from: pools, capacities: pools },
  { kind: 'set-course-caps', from: [], caps: [{ course: '11001', cap: 9 }] },
  { kind: 'release-unpaid', before: 5 },
  { kind: 'withdraw-for', person: givenPerson(1), order: 'DEMO_0101_1_1' },
  { kind: 'refund-for', person: givenPerson(1), order: 'DEMO_0101_1_1' },
  { kind: 'withdraw-area' },
];
const personParts = ['unbind-phone-for', 'reset-to-activation', 'end-sign-ins-for'] as const;
const actView: fc.Arbitrary<ActView> = fc.record(
  {
    ...{ number: small, at, by: staff, reason: sentence, andBy: staff, decidedAt: at },
    ...{ act: fc.constantFrom(...givenActs), foreseen: foreseenLines },
    state: fc.oneof(
      fc.record({
        kind: fc.constantFrom('proposed' as const, 'done' as const, 'expired' as const),
      }),
      fc.record({ kind: kind('decided'), open: small }),
      fc.record({ kind: kind('withdrawn'), by: staff }),
    ),
    refused: fc.array(
      fc.record({ where: code, reason: fc.constantFrom('capacity-below-taken' as const) }),
      { maxLength: 3 },
    ),
    ...{ changed: small, left: small },
  },
  {
    requiredKeys: [
      ...(['number', 'at', 'by', 'reason', 'act', 'foreseen', 'state'] as const),
      ...(['refused', 'changed', 'left'] as const),
    ],
  },
);
const adopted = givenAdopted();
const { bookingProof: _, ...installedSettings } = givenSettings();
const paused = givenAdopted({
  number: 2,
  window: { state: 'paused', pausedMs: 4, pausedAt: 5, reason: '系统维护', newsBy: 6 },
  areaPauses: [
    { area: '0101', pools: [{ reason: '停电', newsBy: 7 }], pausedMs: 4, pausedAt: 5 },
    { area: '0102', pools: [{ unit: 'A', reason: '核对', newsBy: 8 }], pausedMs: 4, pausedAt: 5 },
  ],
  payingPaused: { reason: '通道故障' },
  notice: { text: '公告', until: 9 },
  withdrawals: [
    ...[
      { area: '0101', units: [], act: 3, reason: '示例', remedy: { kind: 'refund' } as const },
      { area: '0102', units: ['A'], act: 4, reason: '示例', remedy: { kind: 'reopen' } as const },
    ],
    { area: '0103', units: ['A'], act: 5, reason: '示例', remedy: { kind: 'move', to: ['0104'] } },
  ],
});
const movedTo = 'DEMO_0102_1_1';
const came: fc.Arbitrary<Extract<Asked, { kind: 'note-moved' }>['came']> = fc.oneof(
  fc.record({
    kind: kind('received'),
    orders: fc.array(fc.record({ order: small, number: fc.constant(movedTo) }), { maxLength: 2 }),
  }),
  fc.record({ kind: kind('declined'), reason: fc.constantFrom('seats-exhausted' as const) }),
);
const exitSum = { people: small, seats: small, fen: small };
const asked: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({
    kind: kind('save-seats'),
    ...onRegistration,
    challenge: opaque,
    code: fc.stringMatching(/^[0-9]{6}$/),
    units,
  }),
  fc.record({
    kind: kind('save-by-password'),
    ...onRegistration,
    challenge: opaque,
    passwordMatches: fc.boolean(),
    units,
  }),
  fc
    .record({
      kind: fc.constantFrom('invite-staff', 'set-roles', 'end-account'),
      ...{ ...envelope, staff, by: staff, byGeneration: small, reason: sentence },
      ...{ roles: rolesHeld, scope, digest: opaque, anew: fc.boolean() },
    })
    .map(({ digest, anew, ...rest }) => {
      const { roles: _, scope: __, ...decided } = rest;
      if (rest.kind === 'end-account') return decided;
      return rest.kind === 'set-roles' ? rest : { ...rest, digest, anew };
    }) as fc.Arbitrary<Asked>,
  fc.record({
    kind: kind('accept-invitation'),
    ...{ ...envelope, staff, digest: opaque, hash: kind('$argon2id$invented'), secret },
    ...{ step: small, recovery: fc.array(opaque, { maxLength: 10 }) },
  }),
  fc.record({
    kind: kind('record-staff-sign-in'),
    ...{ ...envelope, staff, generation: small, from: fc.constantFrom(...signInPlaces) },
    proof: fc.oneof(
      fc.record({ kind: kind('failed') }),
      fc.record({ kind: kind('totp'), step: small }),
      fc.record({ kind: kind('recovery'), digest: opaque }),
    ),
  }),
  fc.record({
    kind: kind('change-staff-password'),
    ...{ ...envelope, staff, generation: small, hash: kind('$argon2id$invented') },
  }),
  fc.record({
    kind: kind('renew-totp'),
    ...{ ...envelope, staff, generation: small, secret, step: small },
  }),
  fc.record({
    kind: kind('renew-recovery-codes'),
    ...{ ...envelope, staff, generation: small, recovery: fc.array(opaque, { maxLength: 10 }) },
  }),
  fc.record({ kind: kind('end-staff-sign-ins'), ...envelope, staff, generation: small }),
  fc.record({
    kind: kind('make-key'),
    ...{ ...envelope, by: staff, byGeneration: small, reason: sentence },
    ...{ apiKey: opaque, label: sentence, digest: apiKeyDigest, may: keyMay, scope },
  }),
  fc.record({
    ...{ kind: kind('end-key'), ...envelope, by: staff, byGeneration: small, reason: sentence },
    apiKey: opaque,
  }),
  fc.record({
    ...{ kind: kind('acknowledge-alarm'), ...envelope, by: staff, byGeneration: small },
    ...{ alarm, level: alarmLevel, since: at, remark: fc.string({ maxLength: 60 }) },
  }),
  fc.record({ kind: kind('note-alarm-ended'), ...envelope, alarm, acknowledgedAt: at }),
  fc.record({
    kind: kind('propose-act'),
    ...{ ...envelope, by: staff, byGeneration: small, reason: sentence },
    ...{ act: fc.constantFrom(...givenActs), foreseen: foreseenLines },
  }),
  fc.record({
    kind: fc.constantFrom('approve-act' as const, 'withdraw-act' as const),
    ...{ ...envelope, by: staff, byGeneration: small, number: small },
  }),
  fc.record(
    {
      kind: kind('note-act-carried'),
      ...{ ...envelope, number: small, target: opaque, changed: small, left: small },
      refused: fc.constantFrom('claim-elsewhere' as const),
    },
    { requiredKeys: ['kind', 'id', 'answerBy', 'epoch', 'number', 'target', 'changed', 'left'] },
  ),
  fc.record({
    kind: kind('act-on-area'),
    ...{ ...envelope, area: code, act: small },
    part: fc.constantFrom(...givenParts),
  }),
  fc.record(
    {
      kind: kind('act-on-candidate'),
      ...{ ...envelope, person: opaque, act: small, area: code },
      part: fc.constantFrom(...personParts),
    },
    { requiredKeys: ['kind', 'id', 'answerBy', 'epoch', 'person', 'act', 'part'] },
  ),
  fc.record({
    kind: kind('receive-seats'),
    ...{ ...envelope, area: code, person: opaque, claim: small, act: small, from: code },
    ...{ candidateType, unpaidSince: at },
    seats: fc.array(fc.record({ unit: code, course, ticket, order: small }), { maxLength: 3 }),
    orders: fc.array(
      fc.record(
        {
          ...{ order: small, ticket, feeFen: small, confirmedAt: at },
          payment: fc.record({
            provider: fc.constantFrom(...providerNames),
            way: fc.constantFrom(...paymentWays),
            ...{ startedAt: at, paidAt: at, paidAs: fc.constant('DEMO_0101_1_1_1') },
          }),
        },
        { requiredKeys: ['order', 'ticket', 'feeFen', 'confirmedAt'] },
      ),
      { maxLength: 2 },
    ),
  }),
  fc.record({
    kind: kind('note-moved'),
    ...{ ...envelope, area: code, person: opaque, act: small, to: code, claim: small, came },
  }),
  fc.record({
    ...{ kind: kind('refund-moved'), ...envelope, area: code },
    attempt: fc.constant('DEMO_0101_1_1_1'),
  }),
  fc.record({
    ...{ kind: kind('move-for'), ...envelope, person: opaque, act: small, from: code, to: code },
  }),
  fc.record({
    kind: kind('install-session'),
    ...envelope,
    catalogue: fc.constant(adopted.catalogue),
    calendar: fc.constant(adopted.calendar),
    settings: fc.constant(installedSettings),
  }),
  fc.record({ kind: kind('hold-seats'), ...onRegistration, challenge: opaque, phone }),
  fc.record({ kind: kind('send-code'), ...onRegistration, challenge: opaque, phone }),
  fc.record({ kind: kind('resend-code'), ...onRegistration }),
  fc.record({
    kind: kind('choose-course'),
    ...onRegistration,
    programme: code,
    candidateType,
    course,
    replace: fc.boolean(),
  }),
  fc.record({ kind: kind('drop-course'), ...onRegistration, unit: code }),
  fc.record({ kind: kind('give-up-seats'), ...onRegistration, units }),
  fc.record({ kind: kind('vacate-area'), ...envelope, area: code, person: opaque, claim: small }),
  fc.record({ kind: kind('expire-holds'), ...envelope, area: code }),
  fc.record(
    {
      kind: kind('set-capacity'),
      ...envelope,
      area: code,
      capacities: fc.array(
        fc.record(
          { unit: code, capacity: small, candidateType },
          { requiredKeys: ['unit', 'capacity'] },
        ),
        { maxLength: 48 },
      ),
      merged: fc.array(fc.record({ unit: code, candidateType }), { maxLength: 48 }),
    },
    { requiredKeys: ['kind', 'id', 'answerBy', 'epoch', 'area', 'capacities'] },
  ),
  fc.record({
    kind: kind('set-course-caps'),
    ...envelope,
    area: code,
    caps: fc.array(fc.record({ course, cap: small }), { maxLength: 4 }),
  }),
  fc.record(
    {
      kind: kind('note-delivery'),
      ...envelope,
      person: opaque,
      area: code,
      challenge: opaque,
      attempt: small,
      outcome: fc.constantFrom('sent', 'failed', 'phone-messages-used-up'),
    },
    {
      requiredKeys: [
        'kind',
        'id',
        'answerBy',
        'epoch',
        'person',
        'challenge',
        'attempt',
        'outcome',
      ],
    },
  ),
  fc.record(
    {
      kind: kind('record-sign-in'),
      ...envelope,
      person: opaque,
      ticket,
      succeeded: fc.boolean(),
      generation: small,
      device: small,
    },
    {
      requiredKeys: [
        ...(['kind', 'id', 'answerBy', 'epoch', 'person'] as const),
        ...(['ticket', 'succeeded', 'generation'] as const),
      ],
    },
  ),
  fc.record({
    kind: fc.constantFrom('unbind-phone', 'prove-reset-code'),
    ...envelope,
    person: opaque,
    challenge: opaque,
    code: fc.stringMatching(/^[0-9]{6}$/),
  }) as fc.Arbitrary<Asked>,
  fc.record({
    kind: fc.constantFrom('request-unbind-code', 'request-reset-code'),
    ...envelope,
    person: opaque,
    challenge: opaque,
  }) as fc.Arbitrary<Asked>,
  fc.record({
    kind: kind('change-password'),
    ...envelope,
    person: opaque,
    hash: kind('$argon2id$invented'),
    generation: small,
  }),
  fc.record({
    kind: kind('reset-password'),
    ...envelope,
    person: opaque,
    proof: opaque,
    hash: kind('$argon2id$invented'),
  }),
  fc.record({ kind: kind('end-sign-ins'), ...envelope, person: opaque, generation: small }),
  fc.record({
    kind: kind('show-in-full'),
    ...envelope,
    person: opaque,
    area: code,
    by: staff,
    byGeneration: small,
    reason: sentence,
  }),
  fc.record({ kind: kind('sign-out'), ...envelope, person: opaque, nonce: opaque, until: at }),
  fc.record({
    kind: fc.constantFrom('settle-phone', 'release-phone'),
    ...envelope,
    phone: opaque,
    person: opaque,
    binding: small,
  }) as fc.Arbitrary<Asked>,
  fc.record({
    kind: fc.constantFrom('note-phone-settled', 'note-phone-released'),
    ...envelope,
    person: opaque,
    binding: small,
  }) as fc.Arbitrary<Asked>,
  fc.record({
    kind: kind('request-phone-code'),
    ...envelope,
    person: opaque,
    challenge: opaque,
    phone: fc.oneof(phone, fc.stringMatching(/^1[3-9][0-9]{9}$/)),
  }),
  fc.record({ kind: kind('choose-area'), ...envelope, person: opaque, ticket, area: code }),
  fc.record({
    kind: kind('import-candidate'),
    ...envelope,
    person: opaque,
    record: fc.constant(importedRecord),
  }),
  fc.record({ kind: kind('adopt'), ...envelope, adopted: fc.constantFrom(adopted, paused) }),
  fc.record({
    kind: kind('take-message'),
    ...envelope,
    phone: opaque,
    key: fc.stringMatching(/^[ -~]{0,60}$/),
  }),
  fc.record({
    kind: kind('start-payment'),
    ...onRegistration,
    order: fc.constant('DEMO_0124_17_1'),
    provider: fc.constantFrom(...providerNames),
    way: fc.constantFrom(...paymentWays),
  }),
  fc.record({
    kind: kind('note-payment'),
    ...envelope,
    area: code,
    provider: fc.constantFrom(...providerNames),
    attempt: fc.constant('DEMO_0124_17_1_2'),
    transaction: sentence,
    amountFen: small,
    paidAt: at,
  }),
  fc.record({
    kind: kind('set-aside'),
    ...envelope,
    key: fc.stringMatching(/^[ -~]{0,60}$/),
    provider: fc.constantFrom(...providerNames),
    why: fc.constantFrom(...asideReasons),
    attempt: sentence,
    transaction: sentence,
    amountFen: small,
  }),
  fc.record({
    id: opaque,
    answerBy: at,
    query: fc.oneof(
      fc.record({ kind: kind('registration'), area: code, person: opaque }),
      fc.record({ kind: kind('candidate'), person: opaque }),
      fc.record({
        kind: kind('spend-once'),
        token: fc.stringMatching(/^[!-~]{1,100}$/),
        until: at,
      }),
      fc.record({
        kind: fc.constantFrom(
          'counts',
          'balance',
          'session',
          'revocations',
          'status',
          'messages',
          'channels',
        ),
      }) as fc.Arbitrary<{ kind: 'counts' }>,
      fc.record(
        { kind: kind('outcome'), command: opaque, person: opaque, area: code, answerBy: at },
        { requiredKeys: ['kind', 'command', 'person', 'answerBy'] },
      ),
      fc.record({ kind: kind('order-state'), area: code, registration: small, place: small }),
      fc.record({ kind: kind('registrations'), area: code, from: small }),
      fc.record({ kind: kind('report'), area: code, since: at, until: at, from: small }),
      fc.record({ kind: kind('phone'), phone: opaque }),
      fc.record({ kind: kind('candidates'), after: opaque, ticket }, { requiredKeys: ['kind'] }),
      fc.record({ kind: kind('staff-facts'), staff }),
      fc.record({ kind: kind('staff-list') }),
      fc.record({ kind: kind('keys') }),
      fc.record({ kind: kind('alarms') }),
      fc.record(
        { kind: kind('acts'), by: staff, waiting: fc.boolean(), before: small },
        { requiredKeys: ['kind', 'waiting'] },
      ),
      fc.record({ kind: kind('act'), number: small }),
      fc.record({ kind: kind('timeline'), person: opaque, before: small }),
      fc.record({ kind: kind('foresee'), act: fc.constantFrom(...givenActs) }),
      fc.record({ kind: kind('withdrawal'), area: code, units }),
    ),
  }),
);

const unitsAndCourses = fc.array(fc.record({ unit: code, course }), { maxLength: 4 });
const fullCourses = fc.array(fc.record({ unit: code, course, reason: fullReason }), {
  maxLength: 4,
});
const orderNumber = fc.constantFrom('DEMO_0124_17_1', '202610_0101_1_30');
const attemptView = fc.record(
  {
    number: fc.constant('DEMO_0124_17_1_2'),
    provider: fc.constantFrom(...providerNames),
    way: fc.constantFrom(...paymentWays),
    startedAt: at,
    expiresAt: at,
    state: fc.constantFrom('live', 'stopping', 'closed', 'paid'),
    paidAt: at,
    paidAs: fc.constant('DEMO_0101_1_1_1'),
    refund: fc.record(
      {
        cause: fc.constantFrom('asked', 'second', 'late'),
        requestedAt: at,
        doneAt: at,
        stuck: fc.boolean(),
      },
      { requiredKeys: ['cause', 'requestedAt', 'stuck'] },
    ),
  },
  { requiredKeys: ['number', 'provider', 'way', 'startedAt', 'expiresAt', 'state'] },
);
const order = fc.record(
  {
    number: orderNumber,
    ticket,
    courses: unitsAndCourses,
    feeFen: small,
    confirmedAt: at,
    state: fc.constantFrom(
      ...(['confirmed', 'paid', 'refunding', 'refunded', 'withdrawn', 'released'] as const),
      'moved',
    ),
    endedAt: at,
    movedTo: fc.constant(movedTo),
    attempts: fc.array(attemptView, { maxLength: 2 }),
  },
  { requiredKeys: ['number', 'ticket', 'courses', 'feeFen', 'confirmedAt', 'state', 'attempts'] },
);
const registration = fc.record(
  {
    revision: small,
    seats: fc.array(
      fc.record({
        unit: code,
        course,
        ticket,
        state: fc.oneof(
          fc.record({ kind: kind('held'), until: at }),
          fc.record({ kind: kind('saved') }),
          fc.record({ kind: kind('paid'), order: orderNumber }),
        ),
      }),
      { maxLength: 4 },
    ),
    draft: fc.array(fc.record({ unit: code, course, ticket }), { maxLength: 4 }),
    orders: fc.array(order, { maxLength: 2 }),
    releasedAt: at,
    exit: fc.record(
      { act: small, state: fc.constantFrom(...exitStates), to: code },
      { requiredKeys: ['act', 'state'] },
    ),
    code: fc.record({
      challenge: opaque,
      ticket,
      units,
      phoneMask: sentence,
      expiresAt: at,
      resendFrom: at,
      resendLeft: fc.boolean(),
      triesLeft: small,
      delivery: fc.constantFrom(
        ...(['sending', 'sent', 'failed', 'phone-messages-used-up', 'not-sent'] as const),
      ),
    }),
    asking: fc.record({ ticket, full: fullCourses }),
  },
  { requiredKeys: ['revision', 'seats', 'draft', 'orders'] },
);
const candidateLine = fc.record(
  {
    ...{ person: opaque, kind: fc.constantFrom('enrolled' as const, 'new' as const) },
    ...{ documentType: fc.constant('resident-id'), documentMask: sentence, nameMask: sentence },
    ...{ candidateType, hasPhoto: fc.boolean(), passwordSet: fc.boolean() },
    tickets: fc.array(
      fc.record({
        ...{ number: ticket, programme: code },
        status: fc.constantFrom('active' as const, 'graduated' as const),
      }),
      { maxLength: 2 },
    ),
    ...{ phoneMask: sentence, area: code },
  },
  {
    requiredKeys: [
      ...(['person', 'kind', 'documentType', 'documentMask', 'nameMask'] as const),
      ...(['candidateType', 'hasPhoto', 'passwordSet', 'tickets'] as const),
    ],
  },
);
const reportSum = { count: small, seats: small, fen: small };
const areaReport = fc.record({
  at,
  seats: fc.array(
    fc.record({
      ...{ unit: code, course, candidateType },
      ...{ held: small, saved: small, confirmed: small, paid: small, refunding: small },
      ...{ arranged: small, absent: small },
    }),
    { maxLength: 3 },
  ),
  orders: fc.array(
    fc.record({ state: fc.constantFrom('paid' as const, 'released' as const), ...reportSum }),
    { maxLength: 2 },
  ),
  sums: fc.array(fc.record({ topic: fc.constantFrom(...reportTopics), ...reportSum }), {
    maxLength: 3,
  }),
  releasedRegistrations: small,
  money: fc.array(
    fc.record({
      ...{ day: small, provider: fc.constantFrom(...providerNames), payments: small },
      ...{ paidFen: small, refunds: small, refundedFen: small },
    }),
    { maxLength: 2 },
  ),
  payments: fc.array(
    fc.record({
      topic: fc.constantFrom('refunds-stuck' as const, 'amiss' as const),
      ...{ attempt: fc.constant('DEMO_0124_17_1_2'), provider: fc.constantFrom(...providerNames) },
      ...{ amountFen: small, since: at },
    }),
    { maxLength: 2 },
  ),
});
const answered: fc.Arbitrary<Answered> = fc.oneof(
  fc.record({
    ...{ id: opaque, kind: kind('withdrawal') },
    withdrawal: fc.record({
      ...{ act: small, people: small, peoplePaid: small, livePayments: small, feeFen: small },
      pools: fc.array(
        fc.record(
          {
            ...{ area: code, unit: code, candidateType, capacity: small, free: small },
            ...{ held: small, saved: small, confirmed: small, paid: small, refunding: small },
          },
          {
            requiredKeys: [
              ...(['area', 'unit', 'capacity', 'free'] as const),
              ...(['held', 'saved', 'confirmed', 'paid', 'refunding'] as const),
            ],
          },
        ),
        { maxLength: 2 },
      ),
      demand: fc.array(
        fc.record({
          ...{ candidateType, units, ...exitSum },
          state: fc.constantFrom('paid' as const, 'confirmed' as const, 'saved' as const),
        }),
        { maxLength: 2 },
      ),
      ...{ waiting: fc.record(exitSum), going: fc.record(exitSum), letGo: fc.record(exitSum) },
      moved: fc.array(fc.record({ to: code, ...exitSum }), { maxLength: 2 }),
      ...{ returnedFen: small, left: fc.record(exitSum) },
      leftLines: fc.array(
        fc.record({
          ...{ number: small, person: opaque, feeFen: small },
          seats: unitsAndCourses,
          declined: fc.array(
            fc.record({ area: code, reason: fc.constantFrom('seats-exhausted' as const) }),
            { maxLength: 2 },
          ),
        }),
        { maxLength: 2 },
      ),
    }),
  }),
  fc.record({ id: opaque, kind: kind('acts'), acts: fc.array(actView, { maxLength: 3 }) }),
  fc.record({ id: opaque, kind: kind('act'), act: fc.option(actView) }),
  fc.record({ id: opaque, kind: kind('foresee'), foreseen: foreseenLines }),
  fc.record({
    ...{ id: opaque, kind: kind('alarms'), index: at },
    acknowledged: fc.array(acknowledged, { maxLength: 3 }),
  }),
  fc.record({ id: opaque, kind: kind('keys'), keys: fc.array(keyView, { maxLength: 3 }) }),
  fc.record({ id: opaque, kind: kind('staff-list'), staff: fc.array(staffView, { maxLength: 3 }) }),
  fc.record(
    {
      ...{ id: opaque, kind: kind('staff-facts'), retryAt: at },
      facts: fc.option(
        fc.record(
          {
            state: fc.constantFrom('invited' as const, 'active' as const, 'ended' as const),
            ...{
              generation: small,
              step: small,
              recoveryLeft: small,
              secret,
            },
            retryAt: fc.record({ door: at, known: at, inside: at }),
            hash: kind('$argon2id$invented'),
            invitation: fc.record({ digest: opaque, until: at }),
          },
          {
            requiredKeys: ['state', 'generation', 'step', 'recoveryLeft', 'retryAt'],
          },
        ),
      ),
    },
    { requiredKeys: ['id', 'kind', 'facts'] },
  ),
  fc.record(
    {
      id: opaque,
      kind: kind('accepted'),
      outcome: fc.oneof(
        fc.record({ kind: kind('done') }),
        fc.record({ kind: kind('held'), held: units, owned: units, full: fullCourses }),
        fc.record({
          kind: kind('saved'),
          saved: unitsAndCourses,
          failed: fc.array(
            fc.record({ unit: code, course, reason: fullReason, late: fc.boolean() }),
            { maxLength: 4 },
          ),
        }),
        fc.record({ kind: kind('claiming'), claim: small, from: code, to: code }),
        fc.record({ kind: kind('may-be-shown'), until: at, pass: opaque }),
        fc.record({ kind: kind('sign-in-failed'), failures: small, retryAt: at }),
        fc.record({
          kind: kind('reset-code'),
          challenge: opaque,
          expiresAt: at,
          resendFrom: at,
        }),
      ),
      registration,
    },
    { requiredKeys: ['id', 'kind', 'outcome'] },
  ),
  fc.record(
    {
      id: opaque,
      kind: kind('refused'),
      reason: fc.constantFrom(...refusalReasons),
      detail: fc.record(
        {
          unit: code,
          course,
          ticket,
          at,
          triesLeft: small,
          candidateType,
          replacedBy: fc.array(course, { maxLength: 3 }),
        },
        { requiredKeys: [] },
      ),
      registration,
    },
    { requiredKeys: ['id', 'kind', 'reason'] },
  ),
  fc.record({
    id: opaque,
    kind: kind('messages'),
    messages: fc.array(fc.record({ at, phone: fc.stringMatching(/^[0-9]{11}$/), text: sentence })),
  }),
  fc.record({
    id: opaque,
    kind: kind('channels'),
    channels: fc.array(
      fc.record(
        {
          channel: fc.constantFrom(...channelNames),
          sent: small,
          failed: small,
          unknown: small,
          p50Ms: small,
          p99Ms: small,
          openSince: at,
          lastTrouble: fc.record({ at, why: fc.stringMatching(/^[\w.:-]{1,64}$/) }),
        },
        { requiredKeys: ['channel', 'sent', 'failed', 'unknown'] },
      ),
      { maxLength: channelNames.length },
    ),
    waiting: fc.record({ codes: small, news: small }),
  }),
  fc.record({ id: opaque, kind: kind('session'), adopted: fc.constantFrom(null, adopted) }),
  fc.record({ id: opaque, kind: kind('candidate'), candidate: kind(null as never) }),
  fc.record({
    id: opaque,
    kind: kind('revocations'),
    revocations: fc.array(
      fc.record({
        person: opaque,
        generation: small,
        at,
        signedOut: fc.array(fc.record({ nonce: opaque, until: at }), { maxLength: 8 }),
      }),
    ),
  }),
  fc.record({
    id: opaque,
    kind: kind('sign-in-facts'),
    facts: fc.record({
      tickets: fc.constant(importedRecord.tickets),
      candidateType,
      password: fc.oneof(
        fc.record({ kind: kind('initial') }),
        fc.record({ kind: kind('set'), hash: kind('$argon2id$invented') }),
        fc.record({ kind: kind('activation-code'), digest: opaque }),
      ),
      retryAt: at,
      deviceRetryAt: at,
      generation: small,
      activated: fc.boolean(),
    }),
  }),
  fc.record({ id: opaque, kind: kind('order-state'), paid: fc.option(opaque) }),
  fc.record(
    {
      ...{ id: opaque, kind: kind('registrations'), next: small },
      lines: fc.array(fc.record({ number: small, person: opaque, registration }), { maxLength: 2 }),
    },
    { requiredKeys: ['id', 'kind', 'lines'] },
  ),
  fc.record(
    { ...{ id: opaque, kind: kind('report'), next: small }, report: areaReport },
    { requiredKeys: ['id', 'kind', 'report'] },
  ),
  fc.record(
    {
      ...{ id: opaque, kind: kind('candidates'), next: opaque },
      lines: fc.array(candidateLine, { maxLength: 2 }),
    },
    { requiredKeys: ['id', 'kind', 'lines'] },
  ),
  fc.record({
    ...{ id: opaque, kind: kind('phone'), people: fc.array(opaque, { maxLength: 3 }) },
  }),
);

describe('round trips', () => {
  test('whatever is asked is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 5 }), (items) => {
        expect(decodeAsk(encodeAsk(items))).toEqual(items);
      }),
    );
  });
  test('whatever is answered is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(answered, { maxLength: 5 }), (items) => {
        expect(decodeReplies(encodeReplies(items))).toEqual(items);
      }),
    );
  });
  test('S1 imports and their answers are read as they were written', () => {
    const envelope = { answerBy: 8, epoch: 0 };
    const onImport = { ...envelope, import: 3 };
    const slice = { ...onImport, slice: 2, keep: true };
    const decider = { by: 'li.na', byGeneration: 2 };
    const sum = {
      added: 1,
      changed: 2,
      same: 3,
      removed: 0,
      columns: [{ column: 'phone', rows: 2 }],
    };
    const capacities = [
      { area: '0124', capacities: [{ unit: 'A', capacity: 3, candidateType: 'applied' as const }] },
    ];
    const passed = { course: '00023', grade: 61, passedIn: '2026-04' };
    const commands: Command[] = [
      ...([
        {
          kind: 'begin-import',
          id: id(1),
          ...envelope,
          key: id(9),
          what: 'grades',
          source: '成绩.csv',
          ...decider,
        },
        { kind: 'close-import', id: id(2), ...onImport, ...decider, sum, capacities },
        { kind: 'apply-import', id: id(3), ...onImport, ...shellAs('示例'), reason: '示例' },
        { kind: 'drop-import', id: id(4), ...onImport, ...decider },
        {
          ...({ kind: 'install-catalogue', id: id(10), ...envelope, onto: 3 } as const),
          ...{ catalogue: adopted.catalogue, reason: '示例', ...decider },
        },
        { kind: 'note-import-adopted', id: id(5), ...onImport, partition: 'p0' },
        { kind: 'adopt-import', id: id(6), ...onImport, to: 'applied', capacities },
        { kind: 'take-staged', id: id(7), ...onImport, slice: 2 ** 40 },
      ] as const),
      {
        ...({ kind: 'stage-grades', id: id(8), ...slice } as const),
        people: [{ person: id(7), grades: [{ ticket: '999900000001', passed }] }],
      },
      {
        ...({ kind: 'stage-marks', id: id(8), ...onImport, slice: 2, area: '0124' } as const),
        marks: (
          [
            { kind: 'desk', desk: { venue: '示例中学', room: '003', deskNumber: '12' } },
            { kind: 'no-desk' },
            { kind: 'absent' },
            { kind: 'present' },
          ] as const
        ).map((mark) => ({
          ...{ person: id(7), unit: 'A', ticket: '999900000001', course: '00023', mark },
        })),
      },
      {
        ...({ kind: 'note-export', id: id(8), ...envelope, what: 'arrangement' } as const),
        ...{ ...decider, reason: '示例', scope: { kind: 'city', city: '01' } },
      },
      {
        ...({ kind: 'stage-candidates', id: id(9), ...slice } as const),
        candidates: [
          {
            ...{ person: id(7), documentType: 'passport', documentNumber: 'DEMO00013' },
            ...({ name: '示例', kind: 'enrolled', candidateType: 'applied' } as const),
            ...{ hasPhoto: false, phone: '19900000001', activationCode: 'DEMO0001' },
            tickets: [
              { number: '999900000001', programme: '020401', status: 'active', passed: [passed] },
              { number: '999900000002', programme: '020401', status: 'graduated' },
            ],
          },
        ],
      },
    ];
    expect(decodeAsk(encodeAsk(commands))).toEqual(commands);
    const answers: Answered[] = [
      { id: id(1), kind: 'accepted', outcome: { kind: 'import-begun', import: 3 } },
      {
        ...({ id: id(2), kind: 'accepted' } as const),
        outcome: {
          kind: 'staged',
          people: [
            ...([{ how: 'added' }, { how: 'same' }, { how: 'unknown', what: 'ticket' }] as const),
            { how: 'changed', columns: ['phone', 'name'] },
          ],
        },
      },
      {
        ...({ id: id(3), kind: 'imports' } as const),
        imports: [
          {
            number: 2,
            what: 'candidates',
            source: '考生.csv',
            by: 'li.na',
            at: 7,
            state: 'ready',
            sum,
          },
          { number: 1, what: 'capacities', source: 'c.csv', by: 'li.na', at: 6, state: 'open' },
        ],
        staging: { number: 2, state: 'applied', slices: 9, taken: 4 },
      },
      {
        ...({ id: id(5), kind: 'timeline', next: 9 } as const),
        lines: [{ index: 7, at: 6, kind: 'seats-saved', area: '0124', details: '{}' }],
      },
      {
        ...({ id: id(4), kind: 'journal', next: 9 } as const),
        lines: [
          { index: 7, at: 6, kind: 'seats-saved', area: '0124', person: 'abcdefgh', details: '{}' },
          { index: 8, at: 6, kind: 'session-acted', details: '' },
        ],
      },
    ];
    expect(decodeReplies(encodeReplies(answers))).toEqual(answers);
  });
  test('counts and notices are read as they were written', () => {
    const one = { area: '0124', version: 9, at: 8, free: [1, 0, 300], capacity: [2, 2, 400] };
    const own = [{ candidateType: 'applied' as const, free: [1, 0, 0], capacity: [2, 2, 20] }];
    const counts = [one, { ...one, own, courses: [{ course: '02324', free: 3, cap: 40 }] }];
    expect(decodeCounts(encodeCounts(counts))).toEqual(counts);
    const notices = [
      { kind: 'writer-up', partition: 'p-0', epoch: 1, index: 2 },
      { kind: 'sign-ins-ended', person: 'person7---------------', generation: 3, at: 4 },
      { kind: 'session-changed', adopted: paused },
      { kind: 'signed-out', person: id(7), nonce: id(8), until: 9 },
      {
        kind: 'staff-changed',
        staff: {
          ...{ staff: 'li.na', roles: ['office'], scope: { kind: 'area', area: '0101' } },
          ...{ state: 'active', generation: 4, invitedBy: 'shell', lastSignInAt: 5 },
        },
      },
      {
        kind: 'key-changed',
        key: {
          ...{ apiKey: id(1), label: '示例系统', digest: 'd'.repeat(43), may: ['areas', 'orders'] },
          ...{ scope: { kind: 'province' }, state: 'ended', madeBy: 'li.na', madeAt: 5 },
          ...{ endedBy: 'shell', endedAt: 6 },
        },
      },
      {
        ...{ kind: 'alarms-acknowledged', index: 7 },
        acknowledged: [
          {
            ...{ alarm: 'loop-slow:desk.example:13101', level: 'warning', since: 4 },
            ...{ by: 'li.na', at: 5, remark: '示例' },
          },
        ],
      },
      {
        kind: 'act-decided',
        act: {
          ...{ number: 7, at: 5, act: { kind: 'open-window' }, by: 'li.na', reason: '示例' },
          ...{ foreseen: [], decidedAt: 5, state: { kind: 'done' }, refused: [] },
          ...{ changed: 0, left: 0 },
        },
      },
    ] satisfies Notice[];
    expect(decodeNotices(encodeNotices(notices))).toEqual(notices);
  });
  test('an absent field stays absent', () => {
    const [read] = decodeReplies(encodeReplies([{ id: id(1), kind: 'refused', reason: 'busy' }]));
    expect(Object.keys(read ?? {}).sort()).toEqual(['id', 'kind', 'reason']);
  });
});

describe('the bytes', () => {
  test('a save and a query are these bytes, in any version that says 7', () => {
    expect(Buffer.from(encodeAsk([save, query])).toString('hex')).toBe(golden.ask);
  });
  test('a reply is these bytes, in any version that says 7', () => {
    const reply: Answered = {
      id: id(1),
      kind: 'accepted',
      outcome: { kind: 'saved', saved: [{ unit: 'A', course: '00023' }], failed: [] },
      registration: {
        revision: 6,
        seats: [{ unit: 'A', course: '00023', ticket: '999912345637', state: { kind: 'saved' } }],
        draft: [],
        orders: [],
      },
    };
    expect(Buffer.from(encodeReplies([reply])).toString('hex')).toBe(golden.reply);
  });
  test('they are MessagePack to others, and what others write is read', () => {
    const [version, items] = unpack(encodeAsk([save])) as [number, unknown[]];
    expect(version).toBe(7);
    const again = new Packr({ useRecords: false }).pack([version, items]);
    expect(decodeAsk(again)).toEqual([save]);
  });
});

describe('bad input', () => {
  const bad = (change: (fields: unknown[]) => void): Uint8Array => {
    const [version, items] = unpack(encodeAsk([save])) as [number, unknown[][]];
    const fields = items[0] ?? [];
    change(fields);
    const neighbours = unpack(encodeAsk([query])) as [number, unknown[]];
    return new Packr({ useRecords: false }).pack([version, [fields, neighbours[1][0]]]);
  };
  const places = [
    'kind',
    'id',
    'answerBy',
    'epoch',
    'area',
    'person',
    'claim',
    'revision',
    'ticket',
    'challenge',
    'code',
    'units',
  ];
  test.each([
    ['kind', 200],
    ['kind', '6'],
    ['answerBy', -1],
    ['answerBy', 1.5],
    ['epoch', null],
    ['area', 'p0.>'],
    ['area', '*'],
    ['area', ''],
    ['area', 'A'.repeat(17)],
    ['person', 'short'],
    ['claim', 2 ** 32],
    ['revision', true],
    ['ticket', '99991234563X'],
    ['challenge', 7],
    ['code', '12345'],
    ['code', '１２３４５６'],
    ['units', 'A'],
    ['units', Array.from({ length: 17 }, () => 'A')],
    ['units', [['A']]],
    ['units', { A: 1 }],
    ['units', new Uint8Array(3)],
  ])('an item whose %s is %j is malformed, and its neighbour is read', (field, value) => {
    const bytes = bad((fields) => {
      fields[places.indexOf(field)] = value;
    });
    expect(decodeAsk(bytes)).toEqual([{ kind: 'malformed', id: save.id }, query]);
  });
  test('a field too many or too few is malformed', () => {
    expect(decodeAsk(bad((fields) => fields.push(1)))[0]).toEqual({
      kind: 'malformed',
      id: save.id,
    });
    expect(decodeAsk(bad((fields) => fields.pop()))[0]).toEqual({ kind: 'malformed', id: save.id });
  });
  test('an item whose id cannot be read is malformed without one', () => {
    const bytes = bad((fields) => {
      fields[1] = 'x'.repeat(23);
    });
    expect(decodeAsk(bytes)).toEqual([{ kind: 'malformed', id: '' }, query]);
    const replies: Answered[] = [{ id: '', kind: 'refused', reason: 'malformed' }];
    expect(decodeReplies(encodeReplies(replies))).toEqual(replies);
  });
  test('record definitions and other extensions are not decoded', () => {
    const record = Buffer.from('d47240', 'hex');
    const message = Buffer.concat([
      Buffer.from('920791', 'hex'),
      record,
      Buffer.from('91a161', 'hex'),
    ]);
    expect(() => decodeAsk(message)).toThrow(CodecError);
    const records = new Packr({ useRecords: true });
    const packed = records.pack([1, [{ kind: 'save-seats' }]]);
    expect(() => decodeAsk(packed)).toThrow(CodecError);
  });
  test('a bomb of nested lists is skipped without depth, and costs no more than its bytes', () => {
    const deep = Buffer.concat([
      Buffer.from('920792', 'hex'),
      Buffer.alloc(500_000, 0x91),
      Buffer.from('c0', 'hex'),
      Buffer.from(encodeAsk([query])).subarray(7),
    ]);
    expect(decodeAsk(deep)).toEqual([{ kind: 'malformed', id: '' }, query]);
  });
  test.each([
    ['claims four thousand million items', '9207ddffffffff'],
    ['claims a list inside that long', '920791ddffffffff'],
    ['claims a text of 4 GiB', '920791920adbffffffff61'],
    ['claims a map of 4 G pairs', '920791dfffffffff'],
    ['is empty', ''],
    ['is no list', 'a161'],
    ['has another version', '920190'],
    ['has bytes after its end', '92079000'],
    ['holds the byte that MessagePack never uses', '920791c1'],
  ])('a message that %s is refused whole', (_what, hex) => {
    expect(() => decodeAsk(Buffer.from(hex, 'hex'))).toThrow(CodecError);
  });
  test('a message above the cap is refused before it is looked at', () => {
    const items = Array.from({ length: 4_000 }, () => query);
    const whole = encodeAsk(items);
    expect(decodeAsk(whole)).toHaveLength(4_000);
    const padded = new Uint8Array(messageSizeMax + 1);
    padded.set(whole);
    expect(() => decodeAsk(padded)).toThrow('too large');
  });
  test('broken UTF-8 is malformed', () => {
    const bytes = encodeAsk([
      {
        kind: 'hold-seats',
        id: id(1),
        answerBy: 1,
        epoch: 1,
        area: '0124',
        person: id(7),
        claim: 1,
        revision: 1,
        ticket: '999912345637',
        challenge: id(8),
        phone: { ...givenPhone(1), mask: 'éé' },
      },
      query,
    ]);
    const broken = Buffer.from(bytes);
    broken[broken.indexOf(Buffer.from('éé'))] = 0xff;
    expect(decodeAsk(broken)).toEqual([{ kind: 'malformed', id: id(1) }, query]);
  });
  test('every truncation is refused, none crashes', () => {
    const whole = encodeAsk([save, query]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeAsk(whole.subarray(0, length))).toThrow(CodecError);
    }
  });
  test('random bytes and flipped bits are read or refused, never anything else', () => {
    const whole = Buffer.from(encodeAsk([save, query, save]));
    const readOrRefused = (bytes: Uint8Array) => {
      try {
        decodeAsk(bytes);
        decodeReplies(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefused), { numRuns: 2_000 });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (place, byte) => {
        const changed = Buffer.from(whole);
        changed[place] = byte;
        readOrRefused(changed);
      }),
      { numRuns: 2_000 },
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('what no reader would take is not written, and the batch goes on', () => {
  const batch = new AskBatch();
  batch.add(query);
  expect(() => batch.add({ ...save, revision: Number.NaN })).toThrow(CodecError);
  expect(() => batch.add({ ...save, answerBy: 2 ** 53 })).toThrow(CodecError);
  batch.add(save);
  expect(batch.items).toBe(2);
  expect(decodeAsk(batch.take())).toEqual([query, save]);
  expect(decodeAsk(batch.take())).toEqual([]);
});

const golden = {
  ask: [
    '9207dd000000029c06b6636f6d6d616e64312d2d2d2d2d2d2d2d2d2d2d2d2d2dcf000001a07e8ba90303',
    'a430313234b6706572736f6e372d2d2d2d2d2d2d2d2d2d2d2d2d2d2d0205ac3939393931323334353633',
    '37b66368616c6c656e6765392d2d2d2d2d2d2d2d2d2d2d2da631323334353692a141a1439400b6636f6d',
    '6d616e64322d2d2d2d2d2d2d2d2d2d2d2d2d2d099300a430313234b6706572736f6e372d2d2d2d2d2d2d',
    '2d2d2d2d2d2d2d2d',
  ].join(''),
  reply: [
    '9207919500b6636f6d6d616e64312d2d2d2d2d2d2d2d2d2d2d2d2d2d93029192a141a530303032339098',
    '069195a141a53030303233ac3939393931323334353633379101c09090c0c0c0c0c0',
  ].join(''),
};
