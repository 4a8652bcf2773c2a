/**
 * What short messages are about, as values. Carriers send approved templates only, so a message is
 * a kind and its few parameters; the text is made in `engine/effects/messages.ts` and nowhere else.
 *
 * M1 No name, no number of a person, of a ticket or of an order: a message is read over shoulders.
 * M2 Every parameter is short (carriers allow six characters): counts, money and clock times.
 * M3 One kind, one template. What differs on the last day, when there is no tomorrow (D10), is a
 *    kind of its own.
 */
import type { EpochMs, Fen } from './ids.ts';

/** Codes are typed somewhere while somebody waits: they overtake news, and D7 caps them. */
export const codeKinds = [
  'booking-code',
  'binding-code',
  /** F42: to the phone that shall be unbound. */
  'unbinding-code',
  /** D3: a forgotten password. */
  'password-code',
] as const;
export type CodeKind = (typeof codeKinds)[number];

/** What happened to a registration. Nobody types anything from it, and no cap counts it. */
export const newsKinds = [
  'seats-saved',
  /** F30: 3 h and 1 h before the day's close. */
  'unpaid-reminder',
  'unpaid-reminder-last-day',
  /** F41: paid and confirmed. */
  'registration-paid',
  'released-unpaid',
  'released-unpaid-last-day',
  /** D11: the money came after the seats were gone and goes back by itself. */
  'late-payment-refunding',
  /** F31. */
  'refund-succeeded',
  'refund-succeeded-last-day',
  /** D11: one order was paid twice, and one of the payments goes back by itself. */
  'second-payment-refunding',
  /** The end of what goes back by itself, whether it came late or twice. */
  'money-returned',
  /** S5: the area is withdrawn, and the seats are in another. */
  'area-moved',
  'area-moved-unpaid',
  /** S5: the money goes back, or there was none; the seats are gone. */
  'area-lost-refunding',
  'area-lost',
  /** S5: no room elsewhere; the office decides. */
  'area-lost-waiting',
  /** S5: money that came for an order of a withdrawn area, and goes back by itself. */
  'area-lost-payment',
  /** S4: the candidate may not have been there. */
  'withdrawn-by-office',
  'withdrawn-by-office-last-day',
] as const;
export type NewsKind = (typeof newsKinds)[number];

export const messageKinds = [...codeKinds, ...newsKinds] as const;
export type MessageKind = CodeKind | NewsKind;

export type CodeContent = { kind: CodeKind; code: string };
/**
 * `courses`: how many the news is about. `payBefore`: the close of the very day, after which the
 * message is no longer sent. `bookableFrom`: the next moment at which booking is open, which may be
 * now; where there is none, the kind ends in `-last-day`.
 */
export type NewsContent =
  | { kind: 'seats-saved'; courses: number; payBefore: EpochMs }
  | { kind: 'unpaid-reminder'; courses: number; payBefore: EpochMs }
  | { kind: 'unpaid-reminder-last-day'; courses: number; payBefore: EpochMs }
  | { kind: 'registration-paid'; courses: number; feeFen: Fen }
  | { kind: 'released-unpaid'; courses: number; bookableFrom: EpochMs }
  | { kind: 'released-unpaid-last-day'; courses: number }
  | { kind: 'withdrawn-by-office'; courses: number; bookableFrom: EpochMs }
  | { kind: 'withdrawn-by-office-last-day'; courses: number }
  | { kind: 'late-payment-refunding'; feeFen: Fen }
  | { kind: 'refund-succeeded'; feeFen: Fen; bookableFrom: EpochMs }
  | { kind: 'refund-succeeded-last-day'; feeFen: Fen }
  | { kind: 'second-payment-refunding'; feeFen: Fen }
  | { kind: 'money-returned'; feeFen: Fen }
  | { kind: 'area-moved'; courses: number }
  | { kind: 'area-moved-unpaid'; courses: number }
  | { kind: 'area-lost-refunding'; courses: number; feeFen: Fen }
  | { kind: 'area-lost'; courses: number }
  | { kind: 'area-lost-waiting'; courses: number }
  | { kind: 'area-lost-payment'; feeFen: Fen };
export type MessageContent = CodeContent | NewsContent;
