/**
 * What the session's book knows of imports that two people decide on (S1): from the file's first line
 * to the event that applies all of it. What was staged lies with the partitions (staging.ts).
 *
 * I1 One import at a time is open or ready. What is not ready is never applied, and what was applied or
 *    dropped stays so.
 * I2 Who begins, closes, applies or drops one may import for the whole province, as the accounts here say
 *    at that moment; who applies it is not who brought it, and whoever brought it must still have the right.
 * I3 Every partition hears of the end, in the order of numbers, until it has acknowledged it.
 */
import type {
  ApplyImport,
  BeginImport,
  CloseImport,
  DropImport,
  ImportCommand,
  NoteImportAdopted,
} from '../protocol/commands.ts';
import type { ImportEvent } from '../protocol/events.ts';
import type { EpochMs, PartitionName } from '../protocol/ids.ts';
import type { ImportNumber, ImportView } from '../protocol/imports.ts';
import { rightOfCommand } from '../protocol/senders.ts';
import { type Decider, signed } from '../protocol/staff.ts';
import { isBlank, lackingIn } from '../protocol/two-people.ts';
import { assert, unreachable } from './assert.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { AdoptedRow, ImportRow } from './rows.ts';
import { asTheyAre, notTheirs, type StaffBook } from './staff-book.ts';

/** By number. */
export type Imports = Map<ImportNumber, ImportRow>;

/** Of those decided long ago the journal tells. */
const shownMax = 50;

type Around = { imports: Imports; staff: StaffBook; adopted: AdoptedRow | undefined };

export function decideOnImport(around: Around, command: ImportCommand): Decision {
  const { imports } = around;
  if (command.kind === 'note-import-adopted')
    return noteAdopted(imports.get(command.import), command);
  const refusal = mayNot(around, command, command.kind);
  switch (command.kind) {
    case 'begin-import':
      return refusal === undefined ? begin(imports, command) : refuse(refusal);
    case 'close-import':
      return refusal === undefined ? close(imports.get(command.import), command) : refuse(refusal);
    case 'apply-import':
      return refusal === undefined ? apply(around, command) : refuse(refusal);
    case 'drop-import': {
      const row = imports.get(command.import);
      // Whoever has begun it may give it up, whatever has become of their account since: a file that
      // broke off would stand in everybody's way.
      if (refusal !== undefined && row?.by !== signed(command)) return refuse(refusal);
      return drop(row, command);
    }
    default:
      return unreachable(command);
  }
}

/** I2. */
const mayNot = (
  { staff, adopted }: Around,
  decider: Decider,
  kind: Exclude<ImportCommand, NoteImportAdopted>['kind'],
) => notTheirs(staff, adopted, decider, rightOfCommand[kind], [{ kind: 'province' }]);

function begin(imports: Imports, command: BeginImport): Decision {
  const { key, what, source } = command;
  for (const row of imports.values()) {
    if (row.key === key) return accept({ kind: 'import-begun', import: row.number });
    if (row.state === 'open' || row.state === 'ready') return refuse('import-open');
  }
  const number = imports.size + 1;
  const by = signed(command);
  const event = { kind: 'import-begun', import: number, key, what, source, by } as const;
  return accept({ kind: 'import-begun', import: number }, event);
}

function close(row: ImportRow | undefined, command: CloseImport): Decision {
  if (row === undefined) return refuse('import-unknown');
  if (row.state === 'ready') return accept(done);
  if (row.state !== 'open') return refuse('import-closed');
  const { sum, capacities = [] } = command;
  return accept(done, { kind: 'import-closed', import: row.number, sum, capacities });
}

function apply(around: Around, command: ApplyImport): Decision {
  const { reason } = command;
  const row = around.imports.get(command.import);
  if (isBlank(reason)) return refuse('reason-missing');
  if (row === undefined) return refuse('import-unknown');
  if (row.state === 'applied') return accept(done);
  if (row.state === 'dropped') return refuse('import-closed');
  if (row.state === 'open') return refuse('import-not-ready');
  const { by } = row;
  const andBy = signed(command);
  const lacking = lackingIn({ reason, by, andBy });
  if (lacking !== undefined) return refuse(lacking);
  const refusal = mayNot(around, asTheyAre(around.staff, by), 'begin-import');
  if (refusal !== undefined) return refuse(refusal);
  return accept(done, { kind: 'import-applied', import: row.number, reason, by, andBy });
}

function drop(row: ImportRow | undefined, command: DropImport): Decision {
  if (row === undefined) return refuse('import-unknown');
  if (row.state === 'dropped') return accept(done);
  if (row.state === 'applied') return refuse('import-closed');
  return accept(done, { kind: 'import-dropped', import: command.import });
}

function noteAdopted(row: ImportRow | undefined, command: NoteImportAdopted): Decision {
  if (row === undefined) return refuse('import-unknown');
  const { partition } = command;
  if (row.acknowledged.includes(partition)) return accept(done);
  return accept(done, { kind: 'import-adoption-noted', import: row.number, partition });
}

export function evolveImports(imports: Imports, event: ImportEvent, at: EpochMs): ImportRow {
  if (event.kind === 'import-begun') {
    const { import: number, key, what, source, by } = event;
    const row: ImportRow = {
      ...({ table: 'imports', number, lastIndex: 0, key, what, source, by, at } as const),
      ...{ state: 'open', sum: undefined, capacities: [], acknowledged: [] },
    };
    imports.set(number, row);
    return row;
  }
  const row = imports.get(event.import);
  assert(row !== undefined, 'an import is begun before anything happens to it');
  switch (event.kind) {
    case 'import-closed':
      row.state = 'ready';
      row.sum = event.sum;
      row.capacities = event.capacities;
      return row;
    case 'import-applied':
      row.state = 'applied';
      return row;
    case 'import-dropped':
      row.state = 'dropped';
      row.capacities = [];
      return row;
    case 'import-adoption-noted':
      row.acknowledged = [...row.acknowledged, event.partition];
      return row;
    default:
      return unreachable(event);
  }
}

/** Newest first. */
export function importViews(imports: Imports): ImportView[] {
  const newest = [...imports.values()].reverse().slice(0, shownMax);
  return newest.map(({ number, what, source, by, at, state, sum }) => ({
    ...{ number, what, source, by, at, state },
    ...(sum !== undefined && { sum }),
  }));
}

/** I3: those who have not acknowledged its end. */
export const notToldOf = (
  { state, acknowledged }: ImportRow,
  partitions: readonly PartitionName[],
): PartitionName[] =>
  state === 'applied' || state === 'dropped'
    ? partitions.filter((partition) => !acknowledged.includes(partition))
    : [];
