/**
 * Whose seats stand unpaid, by the day whose close ends them (F30). Derived from the rows; whoever
 * comes to a registration here looks at the row again.
 *
 * U1 A registration with `unpaidSince` stands in the list of that day from its cursors on, or in
 *    `waiting` while only a live payment attempt keeps its seats; never twice. One that has ceased
 *    to be unpaid may stand there as well.
 */
import type { RegistrationRow } from './rows.ts';
import { chinaDay, type TypeDay, typeDay } from './rules.ts';

export type UnpaidDay = {
  rows: RegistrationRow[];
  /** How far releasing has come, and each reminder. */
  released: number;
  reminded: number[];
  waiting: Set<RegistrationRow>;
};
/** All but the newest are gone soon after their release. */
export type UnpaidDays = Map<TypeDay, UnpaidDay>;

/** The day whose close ends what stands unpaid in the row. */
export const unpaidDayOf = ({ candidateType, unpaidSince }: RegistrationRow): TypeDay =>
  typeDay(candidateType, chinaDay(unpaidSince));

export function enqueueUnpaid(days: UnpaidDays, row: RegistrationRow): void {
  if (row.unpaidSince === 0) return;
  const day = unpaidDayOf(row);
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
