/**
 * The exam session: catalogue, calendar, settings and window, as one numbered whole. The partition
 * that owns it decides; every partition, that one included, works by the copy it has adopted.
 *
 * N1 Numbers only rise. Installing or setting what already stands gives no new number.
 */
import type { Adopt, InstallSession, NoteAdopted, SetWindow } from '../protocol/commands.ts';
import type { SessionEvent } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { Adopted, Window } from '../protocol/session.ts';
import { assert } from './assert.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { AdoptedRow, SessionRow } from './rows.ts';

export function decideInstallSession(
  row: SessionRow | undefined,
  command: InstallSession,
): Decision {
  const { catalogue, calendar, settings } = command;
  const standing = row?.adopted;
  const installed = { catalogue, calendar, settings };
  if (standing !== undefined && same(installed, contentOf(standing)))
    return accept({ kind: 'adopted', number: standing.number });
  const number = (standing?.number ?? 0) + 1;
  const window: Window = standing?.window ?? { state: 'open', pausedMs: 0 };
  const adopted = { number, ...installed, window };
  return accept({ kind: 'adopted', number }, { kind: 'session-installed', adopted });
}

export function decideSetWindow(
  row: SessionRow | undefined,
  command: SetWindow,
  at: EpochMs,
): Decision {
  if (row === undefined) return refuse('session-missing');
  const { adopted } = row;
  const window = windowAfter(adopted.window, command.to, at);
  if (same(window, adopted.window)) return accept({ kind: 'adopted', number: adopted.number });
  const number = adopted.number + 1;
  return accept(
    { kind: 'adopted', number },
    { kind: 'window-set', adopted: { ...adopted, number, window } },
  );
}

function windowAfter(window: Window, to: SetWindow['to'], at: EpochMs): Window {
  const { pausedMs } = window;
  if (to.state === 'paused') {
    // Other words for a pause that runs already do not start it anew.
    const pausedAt = window.state === 'paused' ? window.pausedAt : at;
    return { state: 'paused', pausedMs, pausedAt, reason: to.reason, newsBy: to.newsBy };
  }
  if (window.state === 'open') return window;
  return { state: 'open', pausedMs: pausedMs + at - window.pausedAt };
}

export function decideAdopt(row: AdoptedRow | undefined, command: Adopt): Decision {
  const { adopted } = command;
  if (row !== undefined && row.adopted.number >= adopted.number)
    return accept({ kind: 'adopted', number: row.adopted.number });
  return accept({ kind: 'adopted', number: adopted.number }, { kind: 'session-adopted', adopted });
}

export function decideNoteAdopted(row: SessionRow | undefined, command: NoteAdopted): Decision {
  if (row === undefined) return refuse('session-missing');
  const { partition, number } = command;
  const known = row.acknowledged.find((one) => one.partition === partition);
  if (known !== undefined && known.number >= number) return accept(done);
  return accept(done, { kind: 'adoption-noted', partition, number });
}

export function evolveSession(
  known: SessionRow | undefined,
  event: Exclude<SessionEvent, { kind: 'session-adopted' }>,
): SessionRow {
  if (event.kind === 'adoption-noted') {
    assert(known !== undefined, 'a session is installed before it is adopted');
    const { partition, number } = event;
    const others = known.acknowledged.filter((one) => one.partition !== partition);
    known.acknowledged = [...others, { partition, number }];
    return known;
  }
  const row = known ?? {
    table: 'session',
    lastIndex: 0,
    adopted: event.adopted,
    acknowledged: [],
  };
  row.adopted = event.adopted;
  return row;
}

const contentOf = ({ catalogue, calendar, settings }: Adopted) => ({
  catalogue,
  calendar,
  settings,
});
const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
