/** One event of every kind with every field that it may have, for whatever shows events. */
import type { EventKind, RuxiEvent } from '../../engine/protocol/events.ts';
import { chinaTime, givenAdopted, givenPerson, givenRecord } from '../given.ts';

type Whole<T> = { [Field in keyof T]-?: Exclude<T[Field], undefined> };
type Samples = {
  [Kind in EventKind]: Whole<Omit<Extract<RuxiEvent, { kind: Kind }>, 'kind'>>;
};

const at = chinaTime(0, 9);
const later = chinaTime(0, 22);
const person = givenPerson(1);
const ticket = '999912345637';
const answer = { command: 'c'.repeat(22), contentHash: 1, outcome: { kind: 'done' as const } };
const row = { area: '0101', number: 17, person, claim: 1 };
const own = { ...row, answer };
const [challenge, orderNumber] = ['s'.repeat(22), 'DEMO_0101_17_1'];
const phone = { sealed: 'sealed-phone', index: 'i'.repeat(22), mask: '199****0000' };
const seat = { unit: 'A', course: '11001' };
const code = {
  ...{ challenge, ticket, phone, units: [seat], expiresOpen: later, sentAt: at, byPassword: false },
};
const fact = { order: 1, attempt: 2 };
const act = 7;
const mark = {
  ...{ ...seat, ticket },
  mark: { kind: 'desk' as const, desk: { venue: '示例中学', room: '003', deskNumber: '12' } },
};
const pool = { unit: 'A', capacity: 1_200, candidateType: 'applied' as const };
const by = 'li.na';
const reason = '按文件办理';
const decided = { by, reason };
const staff = { staff: 'wang.wu', answer };
const scope = { kind: 'area' as const, area: '0101' };
const adopted = givenAdopted();
const record = {
  ...givenRecord(1, {
    importedPhone: phone,
    passwordHash: 'password-hash',
    activationDigest: 'activation-digest',
  }),
};
const delivery = { challenge, attempt: 1, outcome: 'phone-messages-used-up' as const };
const failure = { failures: 3, retryAt: later };
const accountCode = { challenge, expiresAt: later, sentAt: at, day: 20_000 };
const index = 'i'.repeat(22);

const samples: Samples = {
  'course-chosen': { ...own, ...seat, ticket, candidateType: 'open' },
  'course-dropped': { ...own, unit: 'A' },
  'seats-held': { ...own, ticket, held: [{ ...seat, since: at, until: later }], day: 20_000, code },
  'code-sent': { ...own, cleared: ['A', 'B'], holdsUntil: later, code },
  'code-resent': { ...own, holdsUntil: later, expiresOpen: later, sentAt: at },
  'code-mistyped': row,
  'seats-saved': { ...own, ticket, saved: [seat], payBefore: later, byPassword: true },
  'seats-given-up': { ...own, units: ['A'] },
  'holds-expired': { ...row, units: ['A'] },
  'area-vacated': row,
  'area-fenced': row,
  'booking-delivery-noted': { ...row, ...delivery },
  'registration-confirmed': {
    ...{ ...own, order: 1, orderNumber, ticket, courses: [seat], feeFen: 3_500 },
  },
  'order-withdrawn': { ...own, order: 1, byOffice: { act, bookableFrom: 0 } },
  'payment-started': {
    ...{ ...own, ...fact, provider: 'alipay', way: 'scan', expiresAt: later },
  },
  'payment-stopped': { ...own, order: 1 },
  'attempt-closed': { ...row, ...fact },
  'payment-received': { ...row, ...fact, transaction: '2026060122', paidAt: at, does: 'late' },
  'refund-requested': { ...own, order: 1 },
  'refund-succeeded': { ...row, ...fact, refundedAt: at, bookableFrom: later },
  'refund-stuck': { ...row, ...fact, why: 'SYSTEM_ERROR' },
  'seats-released': { ...row, units: ['A'], orders: [1], bookableFrom: later, act },
  'unpaid-reminded': { ...row, reminder: 1, payBefore: later, lastDay: true },
  'seats-withdrawn': {
    ...{ ...row, act, held: ['A'], units: ['B'], orders: [1], stops: [2], refunds: [3] },
  },
  'seats-leaving': { ...row, act, to: '0102' },
  'seats-declined': {
    ...{ ...row, act, to: '0102', reason: 'seats-exhausted', again: false, left: true },
  },
  'seats-moved-out': {
    ...{ ...row, act, to: '0102', move: 2, orders: [{ order: 1, number: 'DEMO_0102_3_1' }] },
  },
  'seats-received': {
    ...{ ...own, act, from: '0102', candidateType: 'open', unpaidSince: at },
    seats: [{ ...seat, ticket, order: 1 }],
    orders: [
      {
        ...{ order: 1, orderNumber, ticket, feeFen: 3_500, confirmedAt: at },
        payment: {
          ...{ provider: 'wechat', way: 'inside', startedAt: at, paidAt: at },
          paidAs: 'DEMO_0102_3_1_1',
        },
      },
    ],
  },
  'seats-not-received': own,
  'moved-refund-requested': { ...row, ...fact },
  'news-noted': { ...row, news: 2, outcome: 'failed' },
  'seats-marked': { ...row, import: 3, marks: [mark, { ...mark, mark: { kind: 'absent' } }] },
  'capacity-set': { area: '0101', capacities: [pool], act },
  'course-caps-set': { area: '0101', caps: [{ course: '11001', cap: 9 }], act },
  'candidate-imported': { person, record },
  'sign-in-succeeded': { person, device: true, answer },
  'sign-in-failed': { person, device: false, ...failure, answer },
  'phone-code-issued': { person, purpose: 'unbinding-code', phone, ...accountCode, answer },
  'phone-code-mistyped': { person },
  'phone-bound': { person, at, answer },
  'phone-settled': { person },
  'password-set': { person, hash: 'password-hash', generation: 2, at, answer },
  'area-claimed': { person, number: 1, area: '0101', answer },
  'area-move-started': { person, number: 2, from: '0101', to: '0102', day: 20_000, answer },
  'area-move-for': { person, number: 2, from: '0101', to: '0102', act },
  'area-move-ended': { person, number: 2, area: '0102' },
  'fence-settled': { person, claim: 2 },
  'account-delivery-noted': { person, ...delivery },
  'phone-unbound': { person, answer },
  'phone-released': { person, binding: 1 },
  'reset-code-issued': { person, ...accountCode, answer },
  'reset-code-mistyped': { person },
  'reset-code-proven': { person, proof: 'proof'.padEnd(22, 'p'), until: later, answer },
  'sign-ins-ended': { person, generation: 3, at, answer },
  'signed-out': { person, nonce: 'nonce', until: later, at, answer },
  'phone-unbound-for': { person, answer },
  'activation-reset': { person, generation: 3, at, answer },
  'phone-joined': { phone: index, person, until: later, binding: 1 },
  'phone-left': { phone: index, person, binding: 1, until: later },
  'message-taken': { phone: index, key: 'secret-key', day: 20_000 },
  'session-installed': { adopted },
  'catalogue-installed': { adopted, ...decided },
  'adoption-noted': { partition: 'p1', number: 4 },
  'session-adopted': { adopted },
  'session-acted': { act, adopted },
  'payment-set-aside': {
    ...{ number: 1, key: 'secret-key', provider: 'wechat', why: 'amount-differs' },
    ...{ attempt: 'DEMO_0101_17_1_1', transaction: '2026060122', amountFen: 3_400 },
  },
  'reconciliation-begun': { day: 20_000 },
  'day-reconciled': {
    day: 20_000,
    lines: [
      {
        ...{ provider: 'alipay', payments: 1_200, paidFen: 4_200_000 },
        ...{ refunds: 3, refundedFen: 10_500, differences: 1 },
      },
    ],
  },
  'export-noted': { ...decided, what: 'arrangement', scope },
  'staff-invited': {
    ...{ ...staff, ...decided, generation: 1, roles: ['office', 'finance'], scope },
    ...{ digest: 'invitation-digest', until: later },
  },
  'invitation-accepted': {
    ...{ ...staff, generation: 2, hash: 'password-hash', secret: 'sealed-secret', step: 9 },
    recovery: ['recovery-digest'],
  },
  'staff-signed-in': { ...staff, step: 9, recovery: 'recovery-digest', from: 'known' },
  'staff-sign-in-failed': { ...staff, from: 'door', ...failure },
  'staff-roles-set': { ...staff, ...decided, generation: 2, roles: ['audit'], scope },
  'account-ended': { ...staff, ...decided, generation: 3 },
  'staff-password-set': { ...staff, generation: 3, hash: 'password-hash' },
  'totp-renewed': { ...staff, generation: 3, secret: 'sealed-secret', step: 9 },
  'recovery-codes-renewed': { ...staff, recovery: ['recovery-digest'] },
  'staff-sign-ins-ended': { ...staff, generation: 3 },
  'shown-in-full': { ...staff, person, area: '0101', reason },
  'key-made': {
    ...{ apiKey: 'k'.repeat(22), ...decided, label: '招生系统', digest: 'key-digest' },
    ...{ may: ['areas', 'orders'], scope: { kind: 'city', city: '01' } },
  },
  'key-ended': { apiKey: 'k'.repeat(22), ...decided },
  'alarm-acknowledged': {
    ...{ alarm: 'provider-away:alipay', level: 'grave', since: at, by, remark: '已联系' },
  },
  'alarm-ended': { alarm: 'disk-full' },
  'act-proposed': {
    ...{ number: act, ...decided, command: 'c'.repeat(22), contentHash: 1 },
    act: { kind: 'withdraw-for', person, area: '0101', order: orderNumber },
    foreseen: [{ what: 'seats-added', count: 1_200, unit: 'A' }],
  },
  'act-decided': { number: act, andBy: 'shell 张三', targets: ['0101', '0102'] },
  'act-withdrawn': { number: act, by },
  'act-carried': { number: act, target: '0101', refused: 'claim-elsewhere', changed: 3, left: 2 },
  'import-begun': { import: 3, key: 'secret-key', what: 'capacities', source: '容量.csv', by },
  'import-closed': {
    import: 3,
    sum: { added: 1, changed: 2, same: 3, removed: 4, columns: [{ column: 'name', rows: 2 }] },
    capacities: Array.from({ length: 20 }, () => ({ area: '0101', capacities: [pool, pool] })),
  },
  'import-applied': { import: 3, ...decided, andBy: 'wang.wu' },
  'import-dropped': { import: 3 },
  'import-adoption-noted': { import: 3, partition: 'p1' },
  'people-staged': { import: 3, slice: 1, people: [{ person, record }] },
  'marks-staged': { import: 3, slice: 1, area: '0101', marks: [{ ...mark, person }] },
  'import-adopted': { import: 3, to: 'applied' },
  'slice-taken': { import: 3 },
};

export const oneOfEveryEvent = Object.entries(samples).map(
  ([kind, fields]) => ({ kind, ...fields }) as RuxiEvent,
);
