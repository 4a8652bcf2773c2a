/**
 * The end of a booking day (F30): the unpaid are reminded of it, and released after it, in slices
 * with other people's commands between them.
 *
 * L1 What a live payment attempt may still pay stays until the provider has closed it or the grace
 *    is over (D11).
 * L2 A slice looks at a bounded number of registrations, however many are due. Where the work stands
 *    follows from the rows, so a restart goes on where the last flush left it.
 */
import type { SeatsReleased, UnpaidReminded } from '../protocol/events.ts';
import type { EpochMs, UnitCode } from '../protocol/ids.ts';
import type { AreaBook } from './area-book.ts';
import type { Decision } from './decision.ts';
import { done } from './kept-answers.ts';
import { isGoing, isUnpaid, isUnpaidPlace, orderAt } from './places.ts';
import type { Order, RegistrationRow } from './rows.ts';
import { closeOf, nextOpening, type Rules, releaseOf, type TypeDay } from './rules.ts';
import { freeSeat, tell, voidCode } from './seat-moves.ts';
import { enqueueUnpaid, type UnpaidDay, unpaidDayOf } from './unpaid-days.ts';

/** Registrations changed by one command, and looked at for it: some milliseconds' work. */
const unpaidPerCommandMax = 200;
const looksMax = 4 * unpaidPerCommandMax;
/** Whoever saved so shortly before a reminder knows. */
const remindNotWithinMs = 30 * 60_000;

export const hasLiveAttempt = (order: Order): boolean =>
  order.attempts.some(({ state }) => state === 'live' || state === 'stopping');

/** F30: its day is over and it only waits for its turn: nothing else may happen to it before. */
export function isReleaseDue(rules: Rules, row: RegistrationRow, at: EpochMs): boolean {
  return row.unpaidSince !== 0 && releaseOf(rules, unpaidDayOf(row)) <= at;
}

/** What of it can go now: saved seats, and confirmed orders that nobody can pay any more (L1). */
export function releasable(
  rules: Rules,
  row: RegistrationRow,
  at: EpochMs,
): { units: UnitCode[]; orders: number[] } | undefined {
  if (!isReleaseDue(rules, row, at) || isGoing(row)) return undefined;
  const graceEnds = graceOf(rules, unpaidDayOf(row));
  return unpaidOf(row, (order) => hasLiveAttempt(order) && at < graceEnds);
}

/** Its seats that stand unpaid, without those of orders that are spared. */
export function unpaidOf(
  row: RegistrationRow,
  isSpared: (order: Order) => boolean,
): { units: UnitCode[]; orders: number[] } | undefined {
  const orders: number[] = [];
  const units: UnitCode[] = [];
  for (const { unit, saved, order: place } of row.places) {
    if (saved === undefined) continue;
    const order = place === 0 ? undefined : orderAt(row, place);
    if (order !== undefined) {
      if (order.state !== 'confirmed') continue;
      if (isSpared(order)) continue;
      if (!orders.includes(place)) orders.push(place);
    }
    units.push(unit);
  }
  return units.length === 0 ? undefined : { units, orders };
}

const graceOf = (rules: Rules, day: TypeDay): EpochMs =>
  releaseOf(rules, day) + rules.settings.releaseGraceMs;

export function decideReleaseUnpaid(rules: Rules, book: AreaBook, at: EpochMs): Decision {
  const events: SeatsReleased[] = [];
  let looks = looksMax;
  for (const [day, unpaid] of book.unpaid) {
    if (at < releaseOf(rules, day)) continue;
    for (let next = unpaid.released; next < unpaid.rows.length; next += 1) {
      const row = unpaid.rows[next];
      if (row === undefined || looks === 0 || events.length === unpaidPerCommandMax) break;
      looks -= 1;
      const goes = row.queuedDay === day ? releasable(rules, row, at) : undefined;
      if (goes === undefined) continue;
      const { area, number, person, claim } = row;
      const bookableFrom = nextOpening(rules, row.candidateType, at) ?? 0;
      events.push({ kind: 'seats-released', area, number, person, claim, ...goes, bookableFrom });
    }
  }
  return { reply: { kind: 'accepted', outcome: done }, events };
}

export function evolveReleased(
  book: AreaBook,
  row: RegistrationRow,
  event: SeatsReleased,
  at: EpochMs,
): void {
  const { units, bookableFrom } = event;
  for (const unit of units) freeSeat(book, row, unit, true);
  for (const place of event.orders) {
    const order = orderAt(row, place);
    if (order === undefined) continue;
    order.state = 'released';
    order.endedAt = at;
  }
  // Choices have come back: a code or question of before does not speak of them.
  voidCode(row);
  row.releasedAt = at;
  const courses = units.length;
  if (bookableFrom === 0) tell(row, { kind: 'released-unpaid-last-day', courses }, at);
  else tell(row, { kind: 'released-unpaid', courses, bookableFrom }, at);
  unpaidChanged(book, row);
}

/** Call after seats ceased to be unpaid, or their attempts ended. */
export function unpaidChanged(book: AreaBook, row: RegistrationRow): void {
  if (row.unpaidSince === 0) return;
  if (isUnpaid(row)) {
    enqueueUnpaid(book.unpaid, row);
    return;
  }
  book.unpaid.get(unpaidDayOf(row))?.waiting.delete(row);
  // It stays in its day's list: who saves again on that day must not stand there twice.
  row.unpaidSince = 0;
}

export function decideRemindUnpaid(rules: Rules, book: AreaBook, at: EpochMs): Decision {
  const events: UnpaidReminded[] = [];
  let looks = looksMax;
  for (const [day, unpaid] of book.unpaid) {
    const reminder = reminderAt(rules, day, at);
    if (reminder === 0) continue;
    for (let next = unpaid.reminded[reminder] ?? 0; next < unpaid.rows.length; next += 1) {
      const row = unpaid.rows[next];
      if (row === undefined || looks === 0 || events.length === unpaidPerCommandMax) break;
      looks -= 1;
      if (!wantsReminder(rules, row, day, reminder)) continue;
      const { area, number, person, claim } = row;
      const lastDay = nextOpening(rules, row.candidateType, at) === undefined;
      events.push({
        ...{ kind: 'unpaid-reminded', area, number, person, claim, reminder },
        ...{ payBefore: closeOf(rules, day), lastDay },
      });
    }
  }
  return { reply: { kind: 'accepted', outcome: done }, events };
}

export function evolveReminded(row: RegistrationRow, event: UnpaidReminded, at: EpochMs): void {
  row.reminded = event.reminder;
  const courses = row.places.filter((place) => isUnpaidPlace(row, place)).length;
  const { payBefore, lastDay } = event;
  const kind = lastDay ? 'unpaid-reminder-last-day' : 'unpaid-reminder';
  tell(row, { kind, courses, payBefore }, at);
}

/** Which reminder is the last that is due on that day, counted from 1; 0: none, or too late for any. */
function reminderAt(rules: Rules, day: TypeDay, at: EpochMs): number {
  const close = closeOf(rules, day);
  if (at >= close) return 0;
  return rules.settings.remindBeforeMs.filter((before) => close - before <= at).length;
}

function wantsReminder(
  rules: Rules,
  row: RegistrationRow,
  day: TypeDay,
  reminder: number,
): boolean {
  if (row.queuedDay !== day || row.unpaidSince === 0 || row.reminded >= reminder) return false;
  const before = rules.settings.remindBeforeMs[reminder - 1] ?? 0;
  return row.unpaidSince <= closeOf(rules, day) - before - remindNotWithinMs;
}

/** What is to be done now. Changes nothing but the lists, which are derived. */
export function tidyUnpaid(
  rules: Rules,
  book: AreaBook,
  at: EpochMs,
): { release: boolean; remind: boolean } {
  let release = false;
  let remind = false;
  for (const [day, unpaid] of book.unpaid) {
    if (releaseOf(rules, day) <= at)
      release = tidyReleased(rules, book, day, unpaid, at) || release;
    else remind = tidyReminded(rules, day, unpaid, at) || remind;
  }
  return { release, remind };
}

function tidyReleased(
  rules: Rules,
  book: AreaBook,
  day: TypeDay,
  unpaid: UnpaidDay,
  at: EpochMs,
): boolean {
  if (graceOf(rules, day) <= at) {
    for (const row of unpaid.waiting) enqueueUnpaid(book.unpaid, row);
  }
  for (; unpaid.released < unpaid.rows.length; unpaid.released += 1) {
    const row = unpaid.rows[unpaid.released];
    if (row === undefined || row.queuedDay !== day) continue;
    if (releasable(rules, row, at) !== undefined) return true;
    row.queuedDay = 0;
    // L1: it comes back when its attempts end, or the grace does; from a journey, when that ends.
    if (row.unpaidSince !== 0 && !isGoing(row)) unpaid.waiting.add(row);
  }
  if (unpaid.waiting.size === 0) book.unpaid.delete(day);
  return false;
}

function tidyReminded(rules: Rules, day: TypeDay, unpaid: UnpaidDay, at: EpochMs): boolean {
  const reminder = reminderAt(rules, day, at);
  if (reminder === 0) return false;
  // Those of earlier reminders who were not reached then are reached by this one.
  for (let earlier = 1; earlier < reminder; earlier += 1)
    unpaid.reminded[earlier] = unpaid.rows.length;
  for (let next = unpaid.reminded[reminder] ?? 0; next < unpaid.rows.length; next += 1) {
    unpaid.reminded[reminder] = next;
    const row = unpaid.rows[next];
    if (row !== undefined && wantsReminder(rules, row, day, reminder)) return true;
  }
  unpaid.reminded[reminder] = unpaid.rows.length;
  return false;
}

/** The wall time at which something may be due; early rather than late. */
export function nextUnpaidDue(rules: Rules, book: AreaBook): EpochMs {
  let next = Number.POSITIVE_INFINITY;
  for (const [day, unpaid] of book.unpaid) {
    const { rows, released, reminded, waiting } = unpaid;
    if (released < rows.length) next = Math.min(next, releaseOf(rules, day));
    if (waiting.size > 0) next = Math.min(next, graceOf(rules, day));
    for (const [place, before] of rules.settings.remindBeforeMs.entries()) {
      if ((reminded[place + 1] ?? 0) < rows.length)
        next = Math.min(next, closeOf(rules, day) - before);
    }
  }
  return next;
}
