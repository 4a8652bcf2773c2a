/**
 * When holds end. A queue is a binary heap of one type's booking day: its registrations by the open
 * time of their earliest hold. Saving and dropping leave the entry where it is; whoever takes it off the
 * top looks at the row again.
 *
 * Q1 A registration with a hold stands under a time not later than that hold's end.
 * Q2 A registration stands at most once under its `queuedUntil`; other entries of it are stale.
 */
import type { AreaCode, EpochMs } from '../protocol/ids.ts';
import { assert } from './assert.ts';
import type { Place, RegistrationRow } from './rows.ts';
import { clockOf, closeOf, openTime, type Rules, type TypeDay, typeDay } from './rules.ts';

export type HoldQueue = { untils: number[]; rows: RegistrationRow[] };
/** All but the newest days' empty soon after their close. */
export type HoldQueues = Map<TypeDay, HoldQueue>;

export function isDue(rules: Rules, row: RegistrationRow, place: Place, at: EpochMs): boolean {
  const { hold } = place;
  if (hold === undefined) return false;
  // Equal is over: a hold until 12:00:00 no longer stands at 12:00:00.
  return hold.until <= openTime(rules, row.area, at) || closeOf(rules, holdDay(row)) <= at;
}

/** The day on which the holds of the row were taken. */
const holdDay = ({ candidateType, day }: RegistrationRow): TypeDay => typeDay(candidateType, day);

export function earliestUntil(row: RegistrationRow): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { hold } of row.places) {
    if (hold !== undefined && hold.until < earliest) earliest = hold.until;
  }
  return earliest;
}

/** Call after a hold was taken: keeps Q1. */
export function enqueue(queues: HoldQueues, row: RegistrationRow): void {
  const until = earliestUntil(row);
  if (until >= row.queuedUntil) return;
  const day = holdDay(row);
  let queue = queues.get(day);
  if (queue === undefined) {
    queue = { untils: [], rows: [] };
    queues.set(day, queue);
  }
  row.queuedUntil = until;
  push(queue, until, row);
}

/**
 * Takes stale entries off the tops of the queues. Answers whether a hold is due. Changes nothing
 * but the queues, which are derived.
 */
export function tidy(rules: Rules, area: AreaCode, queues: HoldQueues, at: EpochMs): boolean {
  const open = openTime(rules, area, at);
  for (const [day, queue] of queues) {
    const closed = closeOf(rules, day) <= at;
    for (;;) {
      const [until] = queue.untils;
      const [row] = queue.rows;
      if (until === undefined || row === undefined) {
        if (closed) queues.delete(day);
        break;
      }
      if (!closed && open < until) break;
      if (row.queuedUntil === until && row.places.some((place) => isDue(rules, row, place, at)))
        return true;
      pop(queue);
      if (row.queuedUntil !== until) continue;
      row.queuedUntil = Number.POSITIVE_INFINITY;
      enqueue(queues, row);
    }
  }
  return false;
}

/** Registrations with a hold that is due, at most `max` of them. */
export function dueRows(
  rules: Rules,
  area: AreaCode,
  queues: HoldQueues,
  at: EpochMs,
  max: number,
): RegistrationRow[] {
  const open = openTime(rules, area, at);
  const due = new Set<RegistrationRow>();
  for (const [day, { untils, rows }] of queues) {
    const closed = closeOf(rules, day) <= at;
    // Whoever is due sits in the heap below others that are, so the search ends at the first not.
    const nodes = [0];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      const until = untils[node];
      const row = rows[node];
      if (until === undefined || row === undefined || (!closed && open < until)) continue;
      if (row.places.some((place) => isDue(rules, row, place, at))) due.add(row);
      if (due.size === max) return [...due];
      nodes.push(2 * node + 1, 2 * node + 2);
    }
  }
  return [...due];
}

/** The wall time at which something may be due; early rather than late. */
export function nextDue(rules: Rules, area: AreaCode, queues: HoldQueues): EpochMs {
  const { pausedMs, pausedAt } = clockOf(rules, area);
  let next = Number.POSITIVE_INFINITY;
  for (const [day, { untils }] of queues) {
    const [until] = untils;
    if (until === undefined) continue;
    const byClock = pausedAt === undefined ? until + pausedMs : Number.POSITIVE_INFINITY;
    next = Math.min(next, byClock, closeOf(rules, day));
  }
  return next;
}

function push({ untils, rows }: HoldQueue, until: number, row: RegistrationRow): void {
  let node = untils.length;
  untils.push(until);
  rows.push(row);
  while (node > 0) {
    const parent = (node - 1) >> 1;
    if ((untils[parent] ?? 0) <= until) break;
    swap(untils, rows, node, parent);
    node = parent;
  }
}

function pop({ untils, rows }: HoldQueue): void {
  const last = untils.length - 1;
  swap(untils, rows, 0, last);
  untils.pop();
  rows.pop();
  for (let node = 0; ; ) {
    const left = 2 * node + 1;
    const right = left + 1;
    let least = node;
    if (left < last && (untils[left] ?? 0) < (untils[least] ?? 0)) least = left;
    if (right < last && (untils[right] ?? 0) < (untils[least] ?? 0)) least = right;
    if (least === node) return;
    swap(untils, rows, node, least);
    node = least;
  }
}

function swap(untils: number[], rows: RegistrationRow[], one: number, other: number): void {
  const [until, row] = [untils[one], rows[one]];
  const [untilOther, rowOther] = [untils[other], rows[other]];
  assert(until !== undefined && untilOther !== undefined, 'both are in the heap');
  assert(row !== undefined && rowOther !== undefined, 'both are in the heap');
  untils[one] = untilOther;
  untils[other] = until;
  rows[one] = rowOther;
  rows[other] = row;
}
