/**
 * The exam session: catalogue, calendar, settings and window, as one numbered whole. The partition
 * that owns it decides; every partition, that one included, works by the copy it has adopted.
 *
 * N1 Numbers only rise. Installing or setting what already stands gives no new number.
 * N2 The bills of each closed day are compared once, in the order of days (B7). A restart goes on
 *    with the day that was begun.
 * N3 What acts set is theirs to change: no installation over a session that stands touches its days, how
 *    long seats are held, how bookings are proven (D7), nor what is paused or published (S2).
 */
import type {
  Adopt,
  BeginReconciliation,
  InstallCatalogue,
  InstallSession,
  NoteAdopted,
  NoteExport,
  NoteReconciled,
} from '../protocol/commands.ts';
import type { SessionEvent } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import { rightOfCommand } from '../protocol/senders.ts';
import { type Adopted, firstSettings, type Window } from '../protocol/session.ts';
import { signed } from '../protocol/staff.ts';
import { isBlank } from '../protocol/two-people.ts';
import { assert } from './assert.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { AdoptedRow, SessionRow } from './rows.ts';
import { chinaDay } from './rules.ts';
import { notTheirs, type StaffBook } from './staff-book.ts';

export function decideInstallSession(
  row: SessionRow | undefined,
  command: InstallSession,
): Decision {
  const { catalogue } = command;
  const standing = row?.adopted;
  const calendar = standing?.calendar ?? command.calendar;
  const bookingProof = standing?.settings.bookingProof ?? 'code';
  const { holdMs, holdMaxMs } = standing?.settings ?? command.settings;
  const settings = { ...command.settings, bookingProof, holdMs, holdMaxMs };
  const installed = { catalogue, calendar, settings };
  if (standing !== undefined && same(installed, contentOf(standing)))
    return accept({ kind: 'adopted', number: standing.number });
  const number = (standing?.number ?? 0) + 1;
  const window: Window = { state: 'open', pausedMs: 0 };
  const adopted = { window, ...standing, number, ...installed };
  return accept({ kind: 'adopted', number }, { kind: 'session-installed', adopted });
}

type Around = {
  session: SessionRow | undefined;
  staff: StaffBook;
  adopted: AdoptedRow | undefined;
};

/** Nothing but the catalogue, and only onto the session that it was made from. */
export function decideInstallCatalogue(around: Around, command: InstallCatalogue): Decision {
  const { catalogue, onto, reason } = command;
  const { staff, session: row } = around;
  if (isBlank(reason)) return refuse('reason-missing');
  const right = rightOfCommand['install-catalogue'];
  const refusal = notTheirs(staff, around.adopted, command, right, [{ kind: 'province' }]);
  if (refusal !== undefined) return refuse(refusal);
  if (row !== undefined && same(catalogue, row.adopted.catalogue))
    return accept({ kind: 'adopted', number: row.adopted.number });
  if (row === undefined && onto !== 0) return refuse('session-missing');
  if (row !== undefined && row.adopted.number !== onto) return refuse('changed-meanwhile');
  const number = onto + 1;
  const adopted = { ...(row?.adopted ?? firstSession), number, catalogue };
  const by = signed(command);
  return accept({ kind: 'adopted', number }, { kind: 'catalogue-installed', adopted, reason, by });
}

/** Its calendar is empty, so nothing is open. */
const firstSession: Omit<Adopted, 'number' | 'catalogue'> = {
  ...{ window: { state: 'open', pausedMs: 0 }, calendar: [] },
  settings: { ...firstSettings, bookingProof: 'code' },
};

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

/** The booking day whose bills are to be compared next, and when they are there; undefined: none. */
export function nextBills(row: SessionRow): { day: number; at: EpochMs } | undefined {
  // One day at a time: while one is being compared the next waits.
  if (isReconciling(row)) return undefined;
  const { calendar, settings } = row.adopted;
  const days = calendar
    .map(({ opensAt, closesAt }) => ({
      day: chinaDay(opensAt),
      at: closesAt + settings.billsAfterMs,
    }))
    .filter(({ day }) => day > row.billsDay)
    // Of two types' closes on one day the later counts (R5).
    .sort((one, other) => one.day - other.day || other.at - one.at);
  return days[0];
}

/** Whether the bills of `billsDay` are still being compared. */
export const isReconciling = (row: SessionRow): boolean =>
  row.billsDay !== 0 && row.reconciledDay < row.billsDay;

export function decideBeginReconciliation(
  row: SessionRow | undefined,
  command: BeginReconciliation,
  at: EpochMs,
): Decision {
  if (row === undefined) return refuse('session-missing');
  const next = nextBills(row);
  if (next?.day !== command.day || at < next.at) return accept(done);
  return accept(done, { kind: 'reconciliation-begun', day: command.day });
}

export function decideNoteReconciled(
  row: SessionRow | undefined,
  { day, lines }: NoteReconciled,
): Decision {
  if (row === undefined) return refuse('session-missing');
  if (!isReconciling(row) || row.billsDay !== day) return accept(done);
  return accept(done, { kind: 'day-reconciled', day, lines });
}

/** Days of comparisons that are kept for staff; the journal has them all. */
const reconciledMax = 200;

/** Who took the numbers of many along, and why: nothing leaves before the journal has it. */
export function decideNoteExport(around: Around, command: NoteExport): Decision {
  const { reason, what, scope } = command;
  const { staff, adopted, session } = around;
  if (session === undefined) return refuse('session-missing');
  if (isBlank(reason)) return refuse('reason-missing');
  const refusal = notTheirs(staff, adopted, command, rightOfCommand['note-export'], [scope]);
  if (refusal !== undefined) return refuse(refusal);
  return accept(done, { kind: 'export-noted', by: signed(command), reason, what, scope });
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
  if (event.kind === 'export-noted') {
    assert(known !== undefined, 'a file is of a session');
    return known;
  }
  if (event.kind === 'reconciliation-begun' || event.kind === 'day-reconciled') {
    assert(known !== undefined, 'a session is installed before its days end');
    const { day } = event;
    known.billsDay = day;
    if (event.kind === 'reconciliation-begun') return known;
    known.reconciledDay = day;
    const lines = event.lines.map((line) => ({ day, ...line }));
    known.reconciled = [...known.reconciled, ...lines].slice(-reconciledMax);
    return known;
  }
  const row = known ?? {
    table: 'session',
    lastIndex: 0,
    adopted: event.adopted,
    acknowledged: [],
    billsDay: 0,
    reconciledDay: 0,
    reconciled: [],
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
