/**
 * What staff decide (S2, S4): proposed with a reason and what it would change, approved by another where
 * it is two people's, and carried out. Part of the SessionBook's partition, a row an act.
 *
 * B1 Who proposes and who approves have the right, in all that the act reaches, when it is decided; and
 *    they are two. Who proposed it must still have it then.
 * B2 What an act makes of the session is decided with it, in the same entry of the journal. Areas and
 *    people are told until each has answered: the row says who has not.
 * B3 Nothing is decided on a state that somebody else has changed since (`from`), nor later than
 *    `proposalMs` after it was proposed.
 */
import type {
  ApproveAct,
  NoteActCarried,
  ProposeAct,
  Sequenced,
  WithdrawAct,
} from '../protocol/commands.ts';
import type { ActEvent, SessionActed } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import { type Adopted, targetsMax } from '../protocol/session.ts';
import {
  type Act,
  type ActView,
  type AreaPart,
  type Decider,
  isTwoPeoples,
  isWithin,
  noticeMax,
  type PersonPart,
  proposalMs,
  rightOf,
  type Scope,
  type StaffId,
  scopesOf,
  seesAct,
  shownMax,
  signed,
  targetsOf,
} from '../protocol/staff.ts';
import { isBlank, lackingIn } from '../protocol/two-people.ts';
import { isSamePool } from './area-book.ts';
import { assert, unreachable } from './assert.ts';
import { calendarFits } from './calendars.ts';
import { contentHash } from './content-hash.ts';
import { accept, type Decision, outdated, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import { openPools, openWindow, pausePools, pauseWindow } from './pauses.ts';
import type { ActRow, AdoptedRow, SessionRow, StaffRow } from './rows.ts';
import { asTheyAre, notTheirs, type StaffBook } from './staff-book.ts';

/** By number, in order. */
export type ActBook = Map<number, ActRow>;

/** A session has hundreds. */
const actsMax = 20_000;
/** Of one account, so that nobody alone can fill the list and leave none who could pause. */
export const actsOfOneMax = 1_000;
export const actsPerPage = 50;
/** No seat waits longer than this for a code, however slow the messages are. */
const holdMaxMs = 60 * 60_000;
const holdMinMs = 60_000;

/** What deciding an act looks at. */
export type ActDesk = {
  acts: ActBook;
  staff: StaffBook;
  session: SessionRow | undefined;
  adopted: AdoptedRow | undefined;
};

export function decideProposeAct(desk: ActDesk, given: Sequenced, command: ProposeAct): Decision {
  const { acts, session } = desk;
  const { at } = given;
  const again = repeatedProposal(acts, command);
  if (again !== undefined) return again;
  const early = outdated(given);
  if (early !== undefined) return early;
  if (session === undefined) return refuse('session-missing');
  const { act, reason, foreseen } = command;
  const by = signed(command);
  if (isBlank(reason)) return refuse('reason-missing');
  const refusal = notDecidable(desk, act, command) ?? unfit(act, session.adopted, at);
  if (refusal !== undefined) return refuse(refusal);
  if (acts.size >= actsMax || countOf(acts, by) >= actsOfOneMax) return refuse('list-full');

  const number = acts.size + 1;
  const decided = !isTwoPeoples[act.kind];
  const proposed: ActEvent = {
    ...({ kind: 'act-proposed', number, act, by, reason, foreseen } as const),
    ...{ command: command.id, contentHash: contentHash(command) },
  };
  const { events } = decided ? carriedOut(session.adopted, number, act, at) : { events: [] };
  const outcome = { kind: 'act', number, decided } as const;
  return { reply: { kind: 'accepted', outcome }, events: [proposed, ...events] };
}

function countOf(acts: ActBook, by: StaffId): number {
  let count = 0;
  for (const row of acts.values()) if (row.by === by) count += 1;
  return count;
}

/** B2. Newest first: a repeat comes soon. */
function repeatedProposal(acts: ActBook, command: ProposeAct): Decision | undefined {
  for (let number = acts.size; number > 0; number -= 1) {
    const row = acts.get(number);
    if (row?.command !== command.id) continue;
    if (row.contentHash !== contentHash(command)) return refuse('command-id-reused');
    return accept({ kind: 'act', number, decided: row.state === 'decided' });
  }
  return undefined;
}

export function decideApproveAct(desk: ActDesk, command: ApproveAct, at: EpochMs): Decision {
  const { number } = command;
  const by = signed(command);
  const row = desk.acts.get(number);
  if (row === undefined || desk.session === undefined) return refuse('act-unknown');
  const { act } = row;
  if (row.state === 'decided' && row.endedBy === by)
    return accept({ kind: 'act', number, decided: true });
  if (row.state !== 'proposed') return refuse('act-ended');
  if (row.at + proposalMs <= at) return refuse('act-expired');
  const lacking = lackingIn({ reason: row.reason, by: row.by, andBy: by });
  if (lacking !== undefined) return refuse(lacking);
  const refusal =
    notDecidable(desk, act, command) ??
    notDecidable(desk, act, asTheyAre(desk.staff, row.by)) ??
    unfit(act, desk.session.adopted, at);
  if (refusal !== undefined) return refuse(refusal);

  const { events } = carriedOut(desk.session.adopted, number, act, at, by);
  return { reply: { kind: 'accepted', outcome: { kind: 'act', number, decided: true } }, events };
}

/** Who has proposed it, or anybody who might have approved it. */
export function decideWithdrawAct(desk: ActDesk, command: WithdrawAct, at: EpochMs): Decision {
  const { number } = command;
  const row = desk.acts.get(number);
  if (row === undefined) return refuse('act-unknown');
  if (row.state === 'withdrawn') return accept(done);
  if (row.state === 'decided') return refuse('act-ended');
  if (row.at + proposalMs <= at) return refuse('act-expired');
  const refusal = notDecidable(desk, row.act, command);
  if (refusal !== undefined) return refuse(refusal);
  return accept(done, { kind: 'act-withdrawn', number, by: signed(command) });
}

export function decideNoteActCarried(acts: ActBook, command: NoteActCarried): Decision {
  const { number, target, refused, changed, left } = command;
  if (acts.get(number)?.open.includes(target) !== true) return accept(done);
  return accept(done, {
    ...({ kind: 'act-carried', number, target, changed, left } as const),
    ...(refused === undefined ? {} : { refused }),
  });
}

function notDecidable({ staff, adopted }: ActDesk, act: Act, decider: Decider) {
  return notTheirs(staff, adopted, decider, rightOf[act.kind], scopesOf(act));
}

/** What decides `number`: the act's own event, and the session's. `andBy` absent: one is enough. */
function carriedOut(
  adopted: Adopted,
  number: number,
  act: Act,
  at: EpochMs,
  andBy?: StaffId,
): { events: (ActEvent | SessionActed)[] } {
  const decided: ActEvent = {
    ...({ kind: 'act-decided', number, targets: booksOf(act) } as const),
    ...(andBy === undefined ? {} : { andBy }),
  };
  const after = sessionAfter(act, number, adopted, at);
  if (after === undefined) return { events: [decided] };
  const acted = { ...after, number: adopted.number + 1 };
  return { events: [decided, { kind: 'session-acted', act: number, adopted: acted }] };
}

// ── What acts are about ─────────────────────────────────────────────────────────────────────────

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
/** Words that say what they show, and no more of them. */
export const isPlain = (text: string, most: number): boolean =>
  text.length <= most && !/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(text);

/** Why it cannot be, by what the session says; what books say of it they say when it is carried. */
function unfit(act: Act, adopted: Adopted, at: EpochMs): RefusalReason | undefined {
  const { catalogue, calendar, settings } = adopted;
  const isArea = (area: string): boolean => catalogue.areas.some(({ code }) => code === area);
  const isUnit = (unit: string): boolean => catalogue.units.some(({ code }) => code === unit);
  switch (act.kind) {
    case 'pause-window':
      return unreadable(act.shown) ?? (act.newsBy <= at ? 'act-unfit' : undefined);
    case 'open-window':
      return adopted.window.state === 'open' ? 'changed-meanwhile' : undefined;
    case 'set-calendar':
      if (!same(act.from, calendar)) return 'changed-meanwhile';
      return calendarFits(calendar, act.calendar, at) ? undefined : 'calendar-unfit';
    case 'pause-pools':
    case 'open-pools': {
      const known = act.pools.every(
        ({ area, unit }) => isArea(area) && (unit === undefined || isUnit(unit)),
      );
      if (!known || act.pools.length === 0) return 'area-unknown';
      if (act.kind === 'open-pools') return undefined;
      return unreadable(act.shown) ?? (act.newsBy <= at ? 'act-unfit' : undefined);
    }
    case 'set-paying':
      return act.to === 'paused' ? unreadable(act.shown) : undefined;
    case 'set-hold':
      return holdMinMs <= act.holdMs && act.holdMs <= act.holdMaxMs && act.holdMaxMs <= holdMaxMs
        ? undefined
        : 'act-unfit';
    case 'set-booking-proof':
      return settings.bookingProof === act.to ? 'changed-meanwhile' : undefined;
    case 'set-capacity': {
      const areas = act.changes.map(({ area }) => area);
      if (areas.length === 0 || !areas.every(isArea)) return 'area-unknown';
      const pools = act.changes.flatMap(({ capacities }) => capacities);
      // Of two numbers for one pool only one would count, and both were shown.
      const two = act.changes.some(({ capacities }) =>
        capacities.some((pool, at) => capacities.findIndex((one) => isSamePool(one, pool)) !== at),
      );
      const empty = act.changes.some(({ capacities }) => capacities.length === 0);
      const twice = new Set(areas).size < areas.length;
      return empty || twice || two || !pools.every(({ unit }) => isUnit(unit))
        ? 'act-unfit'
        : undefined;
    }
    case 'set-course-caps': {
      if (!isArea(act.area)) return 'area-unknown';
      const seated = new Set(
        catalogue.courses.filter(({ unit }) => unit !== undefined).map(({ code }) => code),
      );
      const courses = act.caps.map(({ course }) => course);
      const twice = new Set(courses).size < courses.length;
      return twice || !courses.every((course) => seated.has(course)) ? 'act-unfit' : undefined;
    }
    case 'release-unpaid':
      return act.areas.length > 0 && act.areas.every(isArea) ? undefined : 'area-unknown';
    case 'publish-notice': {
      if (!isPlain(act.text, noticeMax)) return 'act-unfit';
      return act.text !== '' && act.until <= at ? 'act-unfit' : undefined;
    }
    case 'unbind-phone-for':
    case 'reset-to-activation':
    case 'end-sign-ins-for':
      return act.area === undefined || isArea(act.area) ? undefined : 'area-unknown';
    case 'withdraw-for':
    case 'refund-for':
      return isArea(act.area) ? undefined : 'area-unknown';
    case 'withdraw-area': {
      const { area, units, remedy } = act;
      const to = targetsOf(remedy);
      if (![area, ...to].every(isArea)) return 'area-unknown';
      const standing = adopted.withdrawals?.find((one) => one.area === area);
      if ((standing?.act ?? 0) !== act.from) return 'changed-meanwhile';
      const twice = new Set(units).size < units.length || new Set(to).size < to.length;
      if (twice || !units.every(isUnit) || to.includes(area)) return 'act-unfit';
      if (remedy.kind === 'move' && (to.length === 0 || to.length > targetsMax)) return 'act-unfit';
      if (remedy.kind === 'reopen')
        return standing === undefined || standing.remedy.kind === 'reopen'
          ? 'changed-meanwhile'
          : undefined;
      const isLost = (target: string): boolean =>
        adopted.withdrawals?.some(
          (one) => one.area === target && one.units.length === 0 && one.remedy.kind !== 'reopen',
        ) === true;
      return to.some(isLost) ? 'area-withdrawn' : unreadable(act.shown);
    }
    default:
      return unreachable(act);
  }
}

/** Of what candidates are to read. */
function unreadable(shown: string): RefusalReason | undefined {
  if (isBlank(shown)) return 'reason-missing';
  return isPlain(shown, shownMax) ? undefined : 'act-unfit';
}

/** Undefined: it is not about the session. */
function sessionAfter(
  act: Act,
  number: number,
  adopted: Adopted,
  at: EpochMs,
): Adopted | undefined {
  const { settings } = adopted;
  switch (act.kind) {
    case 'pause-window': {
      const words = { reason: act.shown, newsBy: act.newsBy };
      return { ...adopted, ...pauseWindow(adopted, words, at) };
    }
    case 'open-window':
      return { ...adopted, ...openWindow(adopted, at) };
    case 'set-calendar':
      return { ...adopted, calendar: act.calendar };
    case 'pause-pools': {
      const words = { reason: act.shown, newsBy: act.newsBy };
      return { ...adopted, ...pausePools(adopted, act.pools, words, at) };
    }
    case 'open-pools':
      return { ...adopted, ...openPools(adopted, act.pools, at) };
    case 'set-paying': {
      const { payingPaused, ...open } = adopted;
      return act.to === 'open' ? open : { ...open, payingPaused: { reason: act.shown } };
    }
    case 'set-hold': {
      const { holdMs, holdMaxMs: most } = act;
      return { ...adopted, settings: { ...settings, holdMs, holdMaxMs: most } };
    }
    case 'set-booking-proof':
      return { ...adopted, settings: { ...settings, bookingProof: act.to } };
    case 'publish-notice': {
      const { notice, ...without } = adopted;
      const { text, until } = act;
      return text === '' ? without : { ...without, notice: { text, until } };
    }
    case 'withdraw-area': {
      const { area, units, remedy, shown: reason } = act;
      const others = (adopted.withdrawals ?? []).filter((one) => one.area !== area);
      const withdrawal = { area, units, act: number, reason, remedy };
      return { ...adopted, withdrawals: [...others, withdrawal] };
    }
    default:
      return undefined;
  }
}

function booksOf(act: Act): string[] {
  switch (act.kind) {
    case 'set-capacity':
      return act.changes.map(({ area }) => area);
    case 'set-course-caps':
    case 'withdraw-for':
    case 'refund-for':
    case 'withdraw-area':
      return [act.area];
    case 'release-unpaid':
      return [...new Set(act.areas)];
    case 'unbind-phone-for':
    case 'reset-to-activation':
    case 'end-sign-ins-for':
      return [act.person];
    default:
      return [];
  }
}

/** What one of its targets is told. */
export type ActPart =
  | { kind: 'act-on-area'; area: string; act: number; part: AreaPart }
  | { kind: 'act-on-candidate'; person: string; act: number; area?: string; part: PersonPart };

export function partOf({ act, number, endedAt }: ActRow, target: string): ActPart {
  const onArea = (part: AreaPart): ActPart => ({
    ...{ kind: 'act-on-area', area: target, act: number, part },
  });
  switch (act.kind) {
    case 'set-capacity': {
      const change = act.changes.find(({ area }) => area === target);
      assert(change !== undefined, 'the targets are the areas that change');
      const { from, capacities } = change;
      return onArea({ kind: 'set-capacity', from, capacities });
    }
    case 'set-course-caps':
      return onArea({ kind: 'set-course-caps', from: act.from, caps: act.caps });
    case 'release-unpaid':
      return onArea({ kind: 'release-unpaid', before: endedAt });
    case 'withdraw-area':
      return onArea({ kind: act.kind });
    case 'withdraw-for':
    case 'refund-for':
      return onArea({ kind: act.kind, person: act.person, order: act.order });
    case 'unbind-phone-for':
    case 'reset-to-activation':
    case 'end-sign-ins-for': {
      const { kind: part, person, area } = act;
      const claimed = area === undefined ? {} : { area };
      return { kind: 'act-on-candidate', person, act: number, ...claimed, part };
    }
    default:
      throw new Error(`${act.kind} is told nobody`);
  }
}

// ── Carrying out, and showing ───────────────────────────────────────────────────────────────────

export function evolveAct(acts: ActBook, event: ActEvent, at: EpochMs): ActRow {
  const { number } = event;
  if (event.kind === 'act-proposed') {
    const { act, by, reason, foreseen, command, contentHash: hash } = event;
    const row: ActRow = {
      ...({ table: 'acts', number, lastIndex: 0, at, act, by, reason, foreseen } as const),
      ...({ command, contentHash: hash, state: 'proposed', endedBy: '', endedAt: 0 } as const),
      ...{ open: [], refused: [], changed: 0, left: 0 },
    };
    acts.set(number, row);
    return row;
  }
  const row = acts.get(number);
  assert(row !== undefined, 'an act is proposed before anything becomes of it');
  switch (event.kind) {
    case 'act-decided':
      row.state = 'decided';
      row.endedBy = event.andBy ?? '';
      row.endedAt = at;
      row.open = event.targets;
      return row;
    case 'act-withdrawn':
      row.state = 'withdrawn';
      row.endedBy = event.by;
      row.endedAt = at;
      return row;
    case 'act-carried': {
      const { target, refused, changed, left } = event;
      row.open = row.open.filter((one) => one !== target);
      if (refused !== undefined) row.refused = [...row.refused, { where: target, reason: refused }];
      row.changed += changed;
      row.left += left;
      return row;
    }
    default:
      return unreachable(event);
  }
}

export function actViewOf(row: ActRow, at: EpochMs): ActView {
  const { number, act, by, reason, foreseen, refused, changed, left } = row;
  const view: ActView = {
    ...{ number, at: row.at, act, by, reason, foreseen },
    ...{ state: stateOf(row, at), refused, changed, left },
  };
  if (row.state !== 'decided') return view;
  view.decidedAt = row.endedAt;
  if (row.endedBy !== '') view.andBy = row.endedBy;
  return view;
}

function stateOf({ state, at, endedBy, open }: ActRow, now: EpochMs): ActView['state'] {
  switch (state) {
    case 'proposed':
      return { kind: at + proposalMs <= now ? 'expired' : 'proposed' };
    case 'withdrawn':
      return { kind: 'withdrawn', by: endedBy };
    case 'decided':
      return open.length === 0 ? { kind: 'done' } : { kind: 'decided', open: open.length };
    default:
      return unreachable(state);
  }
}

const everything: Pick<StaffRow, 'roles' | 'scope'> = {
  ...{ roles: ['office'], scope: { kind: 'province' } },
};

/** Newest first. What somebody may not see takes no place of what they may. */
export function actsShown(
  { acts, staff, adopted }: Pick<ActDesk, 'acts' | 'staff' | 'adopted'>,
  { by, waiting, before = acts.size + 1 }: { by?: StaffId; waiting: boolean; before?: number },
  at: EpochMs,
): { acts: ActView[]; next?: number } {
  const shown: ActView[] = [];
  const account = by === undefined ? everything : staff.get(by);
  if (account === undefined) return { acts: shown };
  const areas = new Map(adopted?.adopted.catalogue.areas.map(({ code, city }) => [code, city]));
  const within = (asked: Scope) => isWithin(account.scope, asked, (area) => areas.get(area));
  for (let number = Math.min(before - 1, acts.size); number > 0; number -= 1) {
    const row = acts.get(number);
    // Numbers follow in time: before this one nothing waits any more.
    if (row === undefined || (waiting && row.at + proposalMs <= at)) break;
    if (waiting && row.state !== 'proposed') continue;
    if (!seesAct(account.roles, within, row.act)) continue;
    if (shown.length === actsPerPage) return { acts: shown, next: number + 1 };
    shown.push(actViewOf(row, at));
  }
  return { acts: shown };
}
