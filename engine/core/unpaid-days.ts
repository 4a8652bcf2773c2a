/**
 * Whose seats stand unpaid, by the day whose close ends them (F30). Derived from the rows; whoever
 * comes to a registration here looks at the row again.
 *
 * U1 A registration with `unpaidSince` stands in the list of that day from its cursors on, or in
 *    `waiting` while only a live payment attempt keeps its seats.
 */
import type { RegistrationRow } from './rows.ts';
import { chinaDay } from './rules.ts';

export type UnpaidDay = {
  rows: RegistrationRow[];
  /** How far releasing has come, and each reminder. */
  released: number;
  reminded: number[];
  waiting: Set<RegistrationRow>;
};
/** By China-time day number; all but the newest are gone soon after their release. */
export type UnpaidDays = Map<number, UnpaidDay>;

export function enqueueUnpaid(days: UnpaidDays, row: RegistrationRow): void {
  if (row.unpaidSince === 0) return;
  const day = chinaDay(row.unpaidSince);
  if (row.queuedDay === day) return;
  let unpaid = days.get(day);
  if (unpaid === undefined) {
    unpaid = { rows: [], released: 0, reminded: [], waiting: new Set() };
    days.set(day, unpaid);
  }
  row.queuedDay = day;
  unpaid.waiting.delete(row);
  unpaid.rows.push(row);
}
