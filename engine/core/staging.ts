/**
 * One partition's part in an import of people (S1) or of marks on seats (S5). A slice is staged by one
 * event, whose content the journal keeps; the row remembers where. Once the import is applied a person's
 * staged record counts: it goes into their row when anybody needs it, and slice by slice in between. Marks
 * go slice by slice alone: registrations are all in memory, so that takes moments.
 *
 * G1 Nothing staged is seen before the import is applied here, and then all of it is: whoever loads a
 *    person takes the record over first (`takeover`).
 * G2 Memory knows where each staged person stands; their records are read from the journal while they
 *    are needed. Both are derived: a start reads the slices that are left.
 * G3 Only imports change a record, one after the other: what was compared at staging still stands when
 *    it is applied.
 */
import type {
  AdoptImport,
  CandidateRecord,
  PassedCourse,
  Prepared,
  StageCandidates,
  StageGrades,
  StageMarks,
  TakeStaged,
} from '../protocol/commands.ts';
import type {
  CandidateImported,
  RuxiEvent,
  StagedSlice,
  StagingEvent,
} from '../protocol/events.ts';
import type { AreaCode, PersonId } from '../protocol/ids.ts';
import type {
  ImportNumber,
  PlainGrades,
  StagedChange,
  StagedPerson,
  StagingView,
} from '../protocol/imports.ts';
import type { AreaBook } from './area-book.ts';
import { assert, unreachable } from './assert.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { CandidateRow, StagingRow } from './rows.ts';
import { marksTaken } from './sittings.ts';

/** What a partition has staged. `row`: of the import it last heard of. */
export type Staging = {
  row: StagingRow | undefined;
  /** Where each person's record stands, for as long as it is not in their row. */
  places: Map<PersonId, StagedAt>;
  /** What was read for the decision at hand: slices to be taken, and single people. */
  loaded: { slices: Map<number, StagedSlice>; people: Map<PersonId, CandidateRecord> };
};
/** The index of a slice's event and the place in it, in one number: there are as many as people. */
type StagedAt = number;
const stagedAt = (index: number, place: number): StagedAt => index * placesMax + place;
const placesMax = 256;

export const createStaging = (): Staging => ({
  row: undefined,
  places: new Map(),
  loaded: { slices: new Map(), people: new Map() },
});

type Candidates = ReadonlyMap<PersonId, CandidateRow>;

/** Undefined: slices of this import may be staged here. */
function notStagedNow(staging: Staging, number: ImportNumber): Decision | undefined {
  const { row } = staging;
  if (row === undefined || row.number < number) {
    return row?.state === 'applied' ? refuse('import-running') : undefined;
  }
  return row.number > number || row.state !== 'open' ? refuse('import-closed') : undefined;
}

export function decideStageCandidates(
  staging: Staging,
  candidates: Candidates,
  command: Prepared<StageCandidates>,
): Decision {
  if (command.keysDiffer) return refuse('person-unknown');
  return stage(
    staging,
    command,
    command.people.map(({ person, record }) => {
      const before = candidates.get(person)?.record;
      return { person, record, change: changeOf(before, record) };
    }),
  );
}

export function decideStageGrades(
  staging: Staging,
  candidates: Candidates,
  command: StageGrades,
): Decision {
  return stage(
    staging,
    command,
    command.people.map(({ person, grades }) => {
      const stood = candidates.get(person)?.record;
      if (stood === undefined) return { person, change: { how: 'unknown', what: 'person' } };
      const record = withGrades(stood, grades);
      if (record === undefined) return { person, change: { how: 'unknown', what: 'ticket' } };
      return { person, record, change: changeOf(stood, record) };
    }),
  );
}

/** What the marks are on was looked up by whoever sends them; A1 of sittings.ts is asked when they count. */
export function decideStageMarks(
  staging: Staging,
  { import: number, slice, area, marks }: StageMarks,
): Decision {
  const early = notStagedNow(staging, number);
  if (early !== undefined) return early;
  if (isStaged(staging, number, slice)) return accept(done);
  return accept(done, { kind: 'marks-staged', import: number, slice, area, marks });
}

const isStaged = ({ row }: Staging, number: ImportNumber, slice: number): boolean =>
  row?.number === number && row.slices.some((one) => one.slice === slice);

type Judged = { person: PersonId; record?: CandidateRecord; change: StagedChange };

function stage(
  staging: Staging,
  { import: number, slice, keep }: StageCandidates | StageGrades | Prepared<StageCandidates>,
  judged: readonly Judged[],
): Decision {
  const outcome = { kind: 'staged', people: judged.map(({ change }) => change) } as const;
  if (!keep) return accept(outcome);
  const early = notStagedNow(staging, number);
  if (early !== undefined) return early;
  // Who waits for a file that will not be applied needs no slices of it.
  if (isStaged(staging, number, slice) || judged.some(({ record }) => record === undefined))
    return accept(outcome);
  const people = judged.flatMap(({ person, record, change }) =>
    record === undefined || change.how === 'same' ? [] : [{ person, record }],
  );
  return accept(outcome, { kind: 'people-staged', import: number, slice, people });
}

/** Undefined: a ticket is not the person's. */
function withGrades(
  record: CandidateRecord,
  grades: PlainGrades['grades'],
): CandidateRecord | undefined {
  const tickets = record.tickets.map((ticket) => ({ ...ticket, passed: [...ticket.passed] }));
  for (const { ticket: number, passed } of grades) {
    const ticket = tickets.find((one) => one.number === number);
    if (ticket === undefined) return undefined;
    const place = ticket.passed.findIndex((one) => one.course === passed.course);
    if (place === -1) ticket.passed.push(passed);
    else ticket.passed[place] = passed;
  }
  return { ...record, tickets };
}

function changeOf(before: CandidateRecord | undefined, after: CandidateRecord): StagedChange {
  if (before === undefined) return { how: 'added' };
  const columns = columnsChanged(before, after);
  return columns.length === 0 ? { how: 'same' } : { how: 'changed', columns };
}

/** As the file names them. Sealed text differs only where what it says does (writer/prepare.ts). */
function columnsChanged(before: CandidateRecord, after: CandidateRecord): string[] {
  const columns: string[] = [];
  const note = (column: string, one: unknown, other: unknown) => {
    if (one !== other) columns.push(column);
  };
  note('name', before.name, after.name);
  note('kind', before.kind, after.kind);
  note('candidate_type', before.candidateType, after.candidateType);
  note('photo', before.hasPhoto, after.hasPhoto);
  note('phone', before.importedPhone?.index, after.importedPhone?.index);
  note('password_hash', before.passwordHash, after.passwordHash);
  note('activation_code', before.activationDigest, after.activationDigest);
  const numbers = (record: CandidateRecord) => record.tickets.map(({ number }) => number).join();
  note('ticket', numbers(before), numbers(after));
  const stood = new Map(before.tickets.map((ticket) => [ticket.number, ticket]));
  const both = after.tickets.flatMap((ticket) => {
    const other = stood.get(ticket.number);
    return other === undefined ? [] : [[other, ticket] as const];
  });
  const some = (column: string, differs: (pair: (typeof both)[number]) => boolean) => {
    if (both.some(differs)) columns.push(column);
  };
  some('programme', ([one, other]) => one.programme !== other.programme);
  some('ticket_status', ([one, other]) => one.status !== other.status);
  some('passed', ([one, other]) => gradesText(one.passed) !== gradesText(other.passed));
  return columns;
}

/** In whatever order they stand. */
const gradesText = (passed: readonly PassedCourse[]): string =>
  passed
    .map(({ course, grade, passedIn }) => `${course}:${grade}:${passedIn ?? ''}`)
    .sort()
    .join(' ');

/** `capacities` are the areas' (area-book.ts); this is whether the import was heard of before. */
export function isAdoptedBefore({ row }: Staging, { import: number }: AdoptImport): boolean {
  if (row === undefined || row.number < number) return false;
  return row.number > number || row.state !== 'open';
}

/** The one before goes into its rows first: `import-running` passes by itself. */
export const isTaking = ({ row }: Staging, { import: number }: AdoptImport): boolean =>
  row !== undefined && row.number < number && row.state === 'applied';

/** The rows of the slice's people are loaded, and the slice is. */
export function decideTakeStaged(
  { row, places, loaded }: Staging,
  { candidates, areas }: { candidates: Candidates; areas: ReadonlyMap<AreaCode, AreaBook> },
  { import: number, slice: index }: TakeStaged,
): Decision {
  if (row?.state !== 'applied' || row.number !== number) return accept(done);
  if (row.slices[row.taken]?.index !== index) return accept(done);
  const staged = loaded.slices.get(index);
  assert(staged !== undefined, 'a slice is loaded before it is taken');
  const events: RuxiEvent[] = [];
  if (staged.kind === 'marks-staged')
    events.push(...marksTaken(areas.get(staged.area), staged.marks, number));
  else
    for (const [place, { person, record }] of staged.people.entries()) {
      if (places.get(person) !== stagedAt(index, place)) continue;
      if (!isRecord(candidates, person, record))
        events.push({ kind: 'candidate-imported', person, record });
    }
  events.push({ kind: 'slice-taken', import: number });
  return { reply: { kind: 'accepted', outcome: done }, events };
}

/** G1: where the record is that must be loaded before this person is looked at; undefined: none. */
export function awaitedRecord(
  { row, places }: Staging,
  person: PersonId,
): { index: number; place: number } | undefined {
  const at = row?.state === 'applied' ? places.get(person) : undefined;
  if (at === undefined) return undefined;
  return { index: Math.floor(at / placesMax), place: at % placesMax };
}

/** G1. The person's row and record are loaded. */
export function takeover(
  staging: Staging,
  candidates: Candidates,
  person: PersonId,
): CandidateImported | undefined {
  const record = staging.loaded.people.get(person);
  assert(record !== undefined, 'a record is loaded before it is taken over');
  staging.loaded.people.delete(person);
  staging.places.delete(person);
  // After a restart somebody may be found again who was taken over before it.
  if (isRecord(candidates, person, record)) return undefined;
  return { kind: 'candidate-imported', person, record };
}

function isRecord(candidates: Candidates, person: PersonId, record: CandidateRecord): boolean {
  const stood = candidates.get(person)?.record;
  return stood !== undefined && JSON.stringify(stood) === JSON.stringify(record);
}

export function evolveStaging(staging: Staging, event: StagingEvent, index: number): StagingRow {
  const { places, loaded } = staging;
  if (staging.row === undefined || staging.row.number < event.import) {
    const { import: number } = event;
    staging.row = { table: 'stagings', number, lastIndex: 0, state: 'open', slices: [], taken: 0 };
    places.clear();
  }
  const { row } = staging;
  switch (event.kind) {
    case 'people-staged':
    case 'marks-staged':
      row.slices.push({ slice: event.slice, index });
      noteSlice(staging, index, event);
      return row;
    case 'import-adopted':
      row.state = event.to;
      if (row.state === 'applied' && row.slices.length === 0) row.state = 'done';
      if (row.state !== 'applied') places.clear();
      return row;
    case 'slice-taken': {
      const taken = row.slices[row.taken]?.index ?? 0;
      for (const [place, { person }] of peopleIn(loaded.slices.get(taken)).entries())
        if (places.get(person) === stagedAt(taken, place)) places.delete(person);
      loaded.slices.delete(taken);
      row.taken += 1;
      if (row.taken < row.slices.length) return row;
      row.state = 'done';
      places.clear();
      return row;
    }
    default:
      return unreachable(event);
  }
}

/** Somebody's record has gone into their row. */
export function noteTaken({ row, places }: Staging, person: PersonId): void {
  if (row?.state === 'applied') places.delete(person);
}

/** G2: of two slices with one person the later counts. */
export function noteSlice({ places }: Staging, index: number, slice: StagedSlice): void {
  for (const [place, { person }] of peopleIn(slice).entries())
    places.set(person, stagedAt(index, place));
}

/** Whose records it has. */
export const peopleIn = (slice: StagedSlice | undefined): readonly StagedPerson[] =>
  slice?.kind === 'people-staged' ? slice.people : [];

/** Slices that somebody may still need, in the order in which they came. */
export function slicesLeft({ row }: Staging): number[] {
  if (row === undefined || (row.state !== 'open' && row.state !== 'applied')) return [];
  return row.slices.slice(row.taken).map(({ index }) => index);
}

/** Of an applied import, those a timer is to take next. */
export function slicesToTake({ row }: Staging, most: number): TakeStagedBody[] {
  if (row?.state !== 'applied') return [];
  const { number, slices, taken } = row;
  return slices
    .slice(taken, taken + most)
    .map(({ index }) => ({ kind: 'take-staged', import: number, slice: index }));
}
export type TakeStagedBody = Pick<TakeStaged, 'kind' | 'import' | 'slice'>;

export function stagingView({ row }: Staging): StagingView | null {
  if (row === undefined) return null;
  const { number, state, slices, taken } = row;
  return { number, state, slices: slices.length, taken };
}
