/** One message of every kind, all of it invented. */
import type { MessageContent, MessageKind } from '../../engine/protocol/messages.ts';

/** 2026-09-08 22:00 in China. */
export const dayCloses = Date.UTC(2026, 8, 8, 14);
/** 2026-09-09 09:00 in China. */
export const nextDayOpens = Date.UTC(2026, 8, 9, 1);

const code = '012345';
const courses = 3;
const feeFen = 10_505;
const payBefore = dayCloses;
const bookableFrom = nextDayOpens;

export const contents: { [K in MessageKind]: MessageContent & { kind: K } } = {
  'booking-code': { kind: 'booking-code', code },
  'binding-code': { kind: 'binding-code', code },
  'unbinding-code': { kind: 'unbinding-code', code },
  'password-code': { kind: 'password-code', code },
  'seats-saved': { kind: 'seats-saved', courses, payBefore },
  'unpaid-reminder': { kind: 'unpaid-reminder', courses, payBefore },
  'unpaid-reminder-last-day': { kind: 'unpaid-reminder-last-day', courses, payBefore },
  'registration-paid': { kind: 'registration-paid', courses, feeFen },
  'released-unpaid': { kind: 'released-unpaid', courses, bookableFrom },
  'released-unpaid-last-day': { kind: 'released-unpaid-last-day', courses },
  'withdrawn-by-office': { kind: 'withdrawn-by-office', courses, bookableFrom },
  'withdrawn-by-office-last-day': { kind: 'withdrawn-by-office-last-day', courses },
  'late-payment-refunding': { kind: 'late-payment-refunding', feeFen },
  'refund-succeeded': { kind: 'refund-succeeded', feeFen, bookableFrom },
  'second-payment-refunding': { kind: 'second-payment-refunding', feeFen: 10_500 },
  'money-returned': { kind: 'money-returned', feeFen: 10_500 },
  'refund-succeeded-last-day': { kind: 'refund-succeeded-last-day', feeFen },
  'area-moved': { kind: 'area-moved', courses },
  'area-moved-unpaid': { kind: 'area-moved-unpaid', courses },
  'area-lost-refunding': { kind: 'area-lost-refunding', courses, feeFen },
  'area-lost': { kind: 'area-lost', courses },
  'area-lost-waiting': { kind: 'area-lost-waiting', courses },
  'area-lost-payment': { kind: 'area-lost-payment', feeFen },
};
