/**
 * What an act of staff does to one area's books (S2, S4): capacity, caps, freeing what stands unpaid, and
 * one candidate's order.
 *
 * Y1 Safe to repeat: an area remembers the acts that changed its pools, and the others say the same
 *    again or find nothing more to do.
 * Y2 A live payment is left alone: its order is not freed and not withdrawn, and is counted as left.
 */
import type { ActOnArea } from '../protocol/commands.ts';
import type { SeatsReleased } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { Outcome } from '../protocol/replies.ts';
import type { CourseCap, PoolCapacity } from '../protocol/session.ts';
import { type AreaPart, commandOfAct } from '../protocol/staff.ts';
import { type AreaBook, decideSetCapacity, decideSetCourseCaps, isSamePool } from './area-book.ts';
import { unreachable } from './assert.ts';
import { hasLiveAttempt, unpaidOf } from './day-close.ts';
import { accept, answerTo, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import { notConfirmed } from './orders.ts';
import { isGoing } from './places.ts';
import type { RegistrationRow } from './rows.ts';
import { bookableFrom, type Rules } from './rules.ts';
import { decideWithdrawal } from './withdrawals.ts';

/** Registrations changed by one command, with others' commands between. */
const releasedPerCommandMax = 200;

const carried = (changed: number, left = 0, more = false): Outcome => ({
  ...{ kind: 'carried', changed, left, more },
});

export function decideActOnArea(
  rules: Rules,
  book: AreaBook,
  command: ActOnArea,
  at: EpochMs,
): Decision {
  const { part, act } = command;
  switch (part.kind) {
    case 'set-capacity': {
      if (book.row?.acts.includes(act)) return accept(carried(0));
      if (!standsAs(book, part)) return refuse('changed-meanwhile');
      const { capacities } = part;
      const setting = { ...command, kind: 'set-capacity', capacities } as const;
      return byAct(decideSetCapacity(book, setting), act, capacities.length);
    }
    case 'set-course-caps': {
      if (book.row?.acts.includes(act)) return accept(carried(0));
      const standing = book.row?.courseCaps ?? [];
      if (!sameCaps(standing, part.from)) return refuse('changed-meanwhile');
      const { caps } = part;
      const setting = { ...command, kind: 'set-course-caps', caps } as const;
      return byAct(decideSetCourseCaps(book, setting), act, caps.length);
    }
    case 'release-unpaid':
      return releaseUnpaid(rules, book, act, part.before, at);
    case 'withdraw-for':
    case 'refund-for':
      return changeOrder(rules, book, command, part, at);
    case 'withdraw-area':
      return decideWithdrawal(rules, book, act, at);
    default:
      return unreachable(part);
  }
}

/** B3: every pool that is named has what it had, and those without a number there were not. */
function standsAs(
  { row }: AreaBook,
  { from, capacities }: { from: readonly PoolCapacity[]; capacities: readonly PoolCapacity[] },
): boolean {
  const standing = row?.capacities ?? [];
  return capacities.every((pool) => {
    const before = from.find((one) => isSamePool(one, pool))?.capacity;
    return standing.find((one) => isSamePool(one, pool))?.capacity === before;
  });
}

const sameCaps = (one: readonly CourseCap[], other: readonly CourseCap[]): boolean =>
  one.length === other.length &&
  one.every(({ course, cap }) => other.some((cp) => cp.course === course && cp.cap === cap));

function byAct({ reply, events }: Decision, act: number, changed: number): Decision {
  if (reply.kind === 'refused') return { reply, events };
  const [event] = events;
  if (event?.kind !== 'capacity-set' && event?.kind !== 'course-caps-set')
    return accept(carried(0));
  return accept(carried(changed), { ...event, act });
}

/** All that has stood unpaid since before the act; what is saved after it is another day's work. */
function releaseUnpaid(
  rules: Rules,
  book: AreaBook,
  act: number,
  before: EpochMs,
  at: EpochMs,
): Decision {
  const events: SeatsReleased[] = [];
  let changed = 0;
  let left = 0;
  for (const row of book.registrations.values()) {
    if (row.unpaidSince === 0 || row.unpaidSince > before || isGoing(row)) continue;
    left += row.orders.filter(
      (order) => order.state === 'confirmed' && hasLiveAttempt(order),
    ).length;
    const goes = unpaidOf(row, hasLiveAttempt);
    if (goes === undefined) continue;
    if (events.length === releasedPerCommandMax)
      return { reply: { kind: 'accepted', outcome: carried(changed, 0, true) }, events };
    const { area, number, person, claim, candidateType } = row;
    const again = bookableFrom(rules, candidateType, at) ?? 0;
    changed += goes.units.length;
    events.push({
      ...({ kind: 'seats-released', area, number, person, claim, ...goes } as const),
      ...{ bookableFrom: again, act },
    });
  }
  return { reply: { kind: 'accepted', outcome: carried(changed, left) }, events };
}

type OrderPart = Extract<AreaPart, { kind: 'withdraw-for' | 'refund-for' }>;

/** D15, F31, as the person could have done it; the window does not matter to the office. */
function changeOrder(
  rules: Rules,
  book: AreaBook,
  command: ActOnArea,
  part: OrderPart,
  at: EpochMs,
): Decision {
  const row: RegistrationRow | undefined = book.registrations.get(part.person);
  const order = row?.orders.find(({ number }) => number === part.order);
  if (row === undefined || order === undefined) return refuse('order-unknown');
  if (isGoing(row)) return refuse('seats-moving');
  const { area, number, person, claim, candidateType } = row;
  const { state, place } = order;
  const on = { area, number, person, claim, order: place };
  const answer = { ...answerTo(command, done), command: commandOfAct(command.act) };
  if (part.kind === 'withdraw-for') {
    if (state === 'withdrawn') return accept(carried(0));
    if (state !== 'confirmed') return notConfirmed(order);
    if (hasLiveAttempt(order)) return refuse('payment-running');
    const again = bookableFrom(rules, candidateType, at) ?? 0;
    const byOffice = { act: command.act, bookableFrom: again };
    const event = { kind: 'order-withdrawn', ...on, answer, byOffice } as const;
    return accept(carried(order.courses.length), event);
  }
  if (state === 'refunding' || state === 'refunded') return accept(carried(0));
  if (state !== 'paid') return notConfirmed(order);
  return accept(carried(order.courses.length), { kind: 'refund-requested', ...on, answer });
}
