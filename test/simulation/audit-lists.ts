/**
 * What the auditor knows: flat lists, and the questions that its parts ask of them. Things are found
 * by filtering. Nothing here shares code with the core.
 */
import type { PreparedCommand } from '../../engine/protocol/commands.ts';
import type { ProviderName } from '../../engine/protocol/payments.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { FullCourse, Outcome, RefundCause } from '../../engine/protocol/replies.ts';
import type { Adopted } from '../../engine/protocol/session.ts';

export type Verdict = { yes: Outcome } | { no: RefusalReason };

export const done: Verdict = { yes: { kind: 'done' } };
export const no = (reason: RefusalReason): Verdict => ({ no: reason });
export const yes = (outcome: Outcome): Verdict => ({ yes: outcome });
export const dayOf = (at: number): number => Math.floor((at + 28_800_000) / 86_400_000);

export type Spot = {
  area: string;
  person: string;
  unit: string;
  ticket: string;
  chosen: string | null;
  saved: string | null;
  /** When the seat was saved. */
  since: number;
  hold: { from: number; to: number } | null;
  /** The number of the order that the saved seat belongs to. */
  order: string | null;
};
export type Pool = {
  area: string;
  unit: string;
  capacity: number;
  held: number;
  saved: number;
  confirmed: number;
  paid: number;
  refunding: number;
};
export type Code = {
  challenge: string;
  ticket: string;
  wrong: number;
  to: number;
  sentAt: number;
  sendings: number;
  note: string;
  /** A message went out for it, or is to. */
  told: boolean;
};
export type Form = {
  area: string;
  person: string;
  /** Handed out within the area at the first thing that happens to it; 0 before. */
  number: number;
  revision: number;
  left: number;
  fenced: number;
  seen: number;
  code: Code | null;
  question: { ticket: string; full: string[] } | null;
  holdDay: number;
  holdsThatDay: number;
  ordersMade: number;
};
export type OrderState = 'confirmed' | 'paid' | 'refunding' | 'refunded' | 'withdrawn' | 'released';
export type Order = {
  number: string;
  area: string;
  person: string;
  ticket: string;
  courses: { unit: string; course: string }[];
  fen: number;
  state: OrderState;
};
export type Attempt = {
  number: string;
  order: string;
  provider: ProviderName;
  state: 'live' | 'stopping' | 'closed' | 'paid';
  transaction: string;
  refund: { cause: RefundCause; given: boolean; stuck: boolean } | null;
};
export type Human = {
  person: string;
  record: Extract<PreparedCommand, { kind: 'import-candidate' }>['record'];
  password: boolean;
  phone: string | null;
  bindings: number;
  phoneSettled: boolean;
  left: { phone: string; binding: number }[];
  code: AccountCode | null;
  codeDays: number[];
  reset: AccountCode | null;
  proof: { id: string; to: number } | null;
  resetDays: number[];
  failures: { elsewhere: Failures; device: Failures };
  generation: number;
  signedOut: { nonce: string; to: number }[];
  numbers: number;
  claim: { number: number; area: string } | null;
  move: { number: number; from: string; to: string } | null;
  fence: { area: string; claim: number } | null;
  moveDays: number[];
};
export type AccountCode = {
  use: 'bind' | 'unbind' | 'reset';
  challenge: string;
  phone: string | null;
  to: number;
  sentAt: number;
  wrong: number;
  note: string;
};
export type Failures = { count: number; retryAt: number };

export const happenings = [
  ...(['paid', 'paid-after-closed', 'seats-again', 'second', 'too-late'] as const),
  ...(['too-late-withdrawn', 'too-late-elsewhere'] as const),
  ...(['closed', 'closed-after-paid', 'waited-for', 'released', 'withdrawn'] as const),
  ...(['refund-stuck', 'refunded'] as const),
];
export type Happening = (typeof happenings)[number];

export const taken = ({ held, saved, confirmed, paid, refunding }: Pool): number =>
  held + saved + confirmed + paid + refunding;

/** An order in such a state has its seats. */
export const stands = (state: OrderState): state is 'confirmed' | 'paid' | 'refunding' =>
  state === 'confirmed' || state === 'paid' || state === 'refunding';

export class AuditLists {
  readonly spots: Spot[] = [];
  readonly capacities: { area: string; unit: string; capacity: number }[] = [];
  readonly caps: { area: string; course: string; cap: number }[] = [];
  readonly forms: Form[] = [];
  readonly orders: Order[] = [];
  readonly attempts: Attempt[] = [];
  readonly asides = new Set<string>();
  /** What became of attempts and orders: a suite that missed something has not tried. */
  readonly happened = new Set<Happening>();
  readonly humans: Human[] = [];
  readonly places: { phone: string; person: string; to: number | null; binding: number }[] = [];
  readonly messages: { phone: string; key: string; day: number }[] = [];
  readonly alarms: { alarm: string; grave: boolean; since: number; at: number }[] = [];
  readonly adoptedBy: { partition: string; adopted: Adopted }[] = [];

  sessionOf(partition: string): Adopted | null {
    return this.adoptedBy.find((one) => one.partition === partition)?.adopted ?? null;
  }

  /** What every pool has. */
  balance(): Pool[] {
    return this.capacities.map(({ area, unit, capacity }) => {
      const pool = { area, unit, capacity, held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 };
      for (const spot of this.spots) {
        if (spot.area !== area || spot.unit !== unit) continue;
        const as = this.takenAs(spot);
        if (as !== null) pool[as] += 1;
      }
      return pool;
    });
  }

  /** As what a spot's seat counts. */
  takenAs(spot: Spot): 'held' | 'saved' | 'confirmed' | 'paid' | 'refunding' | null {
    if (spot.saved === null) return spot.hold === null ? null : 'held';
    if (spot.order === null) return 'saved';
    const { state } = this.orderOf(spot.order);
    if (!stands(state)) throw new Error(`${spot.order} has ended and has a seat`);
    return state;
  }

  orderOf(number: string): Order {
    const order = this.orders.find((one) => one.number === number);
    if (order === undefined) throw new Error(`there is no order ${number}`);
    return order;
  }

  attemptsOf({ number }: Order): Attempt[] {
    return this.attempts.filter((one) => one.order === number);
  }

  free(area: string, unit: string): number {
    const pool = this.balance().find((one) => one.area === area && one.unit === unit);
    return pool === undefined ? 0 : pool.capacity - taken(pool);
  }

  /** How many seats in the area stand for that course: saved ones for what is saved, held ones for what is chosen. */
  takenOf(area: string, course: string): number {
    return this.spots.filter((spot) => spot.area === area && this.counts(spot) === course).length;
  }

  private counts({ saved, hold, chosen }: Spot): string | null {
    if (saved !== null) return saved;
    return hold === null ? null : chosen;
  }

  /** Why there is no seat for that course beside what the spot has; null: there is. */
  full(
    area: string,
    spot: Spot | undefined,
    unit: string,
    course: string,
  ): FullCourse['reason'] | null {
    const seated = spot !== undefined && (spot.saved !== null || spot.hold !== null);
    if (!seated && this.free(area, unit) <= 0) return 'seats-exhausted';
    const capped = this.caps.find((one) => one.area === area && one.course === course);
    if (capped === undefined || this.takenOf(area, course) < capped.cap) return null;
    return spot !== undefined && this.counts(spot) === course ? null : 'course-full';
  }

  formOf(area: string, person: string): Form {
    const known = this.forms.find((one) => one.area === area && one.person === person);
    if (known !== undefined) return known;
    const form: Form = {
      ...{ area, person, number: 0, revision: 0, left: 0, fenced: 0, seen: 0 },
      ...{ code: null, question: null, holdDay: -1, holdsThatDay: 0, ordersMade: 0 },
    };
    this.forms.push(form);
    return form;
  }

  /** Something happens to it: from now on it has a number, which orders name. */
  open(form: Form): void {
    if (form.number > 0) return;
    const here = this.forms.filter((one) => one.area === form.area && one.number > 0);
    form.number = here.length + 1;
  }

  spotsOf({ area, person }: { area: string; person: string }): Spot[] {
    return this.spots.filter((one) => one.area === area && one.person === person);
  }

  sweep(): void {
    const standing = this.spots.filter((spot) => spot.chosen !== null || spot.saved !== null);
    this.spots.splice(0, this.spots.length, ...standing);
  }

  /** Code and open question of a form. */
  forget(form: Form): void {
    form.code = null;
    form.question = null;
  }

  openTime(session: Adopted, at: number): number {
    const { window } = session;
    return (window.state === 'paused' ? window.pausedAt : at) - window.pausedMs;
  }

  closeOfDay(session: Adopted, day: number): number {
    const ofDay = session.calendar.filter((one) => dayOf(one.opensAt) === day);
    return ofDay[0]?.closesAt ?? (day + 1) * 86_400_000 - 28_800_000;
  }

  /** By the calendar alone: money does not mind a pause of booking (S2). */
  shutByCalendar({ calendar }: Adopted, at: number): Verdict | null {
    if (calendar.every((day) => at < day.opensAt)) return no('window-not-yet-open');
    if (calendar.some((day) => day.opensAt <= at && at < day.closesAt)) return null;
    return no(calendar.some((day) => at < day.opensAt) ? 'window-closed' : 'window-over');
  }

  shut(session: Adopted, at: number): Verdict | null {
    const { calendar, window } = session;
    if (calendar.every((day) => at < day.opensAt)) return no('window-not-yet-open');
    if (window.state === 'paused') return no('window-paused');
    return this.shutByCalendar(session, at);
  }

  /** F30: saved on a day that has closed since, and not paid. */
  isOverdue(session: Adopted, spot: Spot, at: number): boolean {
    const as = this.takenAs(spot);
    if (as !== 'saved' && as !== 'confirmed') return false;
    return this.closeOfDay(session, dayOf(spot.since)) <= at;
  }
}
