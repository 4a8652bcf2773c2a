/**
 * Rooms and desks, and absences (S5): a file is held against what was sold, and what it would change is
 * staged with the areas.
 *
 * M1 A file is whole for every unit of an area that it names: a sold seat that it does not name there has
 *    no desk afterwards, or nobody absent on it. The preview counts those.
 * M2 A seat is sold once it is paid for. A line that names none is a fault, and so is a desk that two
 *    lines give; with the first fault nothing more is sent.
 */
import type { AreaCode, UnitCode } from '../protocol/ids.ts';
import { type ImportNumber, sliceMax } from '../protocol/imports.ts';
import { partitionOfArea } from '../protocol/layout.ts';
import { ticketMask } from '../protocol/masks.ts';
import type { RegisteredLine, SeatView } from '../protocol/replies.ts';
import type { Catalogue } from '../protocol/session.ts';
import type { Desk, Mark, Sitting, StagedMark } from '../protocol/sittings.ts';
import { type Difference, Differences } from './difference.ts';
import { absencesFormat, arrangementFormat } from './formats.ts';
import type { DeskPort } from './port.ts';
import { type Progress, StagingRefused } from './stage.ts';
import { Problems, readTable, type Source } from './table.ts';

export type MarkKind = 'arrangement' | 'absences';
/** `keep` undefined: only compared, and nothing is staged. */
export type MarkStaging = { port: DeskPort; keep: ImportNumber | undefined; onProgress?: Progress };

type FileMark = { line: number; course: string; mark: Mark; found: boolean };
/** What the file says of one area; `marks` by unit and ticket. */
type AreaMarks = { units: Set<UnitCode>; marks: Map<string, FileMark> };
type Refuse = (line: number, reason: string) => void;

/** Throws `ImportRefused` with every fault. */
export async function stageMarks(
  kind: MarkKind,
  { port, keep, onProgress }: MarkStaging,
  source: Source,
  catalogue: Catalogue,
): Promise<Difference> {
  const problems = new Problems();
  const refuse: Refuse = (line, reason) => problems.add(source.name, line, reason);
  const areas = await readMarks(kind, source, catalogue, problems);
  problems.refuseIfAny();
  const { columns } = kind === 'arrangement' ? arrangementFormat : absencesFormat;
  const differences = new Differences(columns);
  let slice = 0;
  let people = 0;
  for (const [area, file] of areas) {
    const partition = partitionOfArea(port.layout, area);
    const send = async (marks: StagedMark[]): Promise<void> => {
      if (keep === undefined || problems.count > 0) return;
      const part = { import: keep, slice, area, marks };
      slice += 1;
      const reply = await port.tell(partition, { kind: 'stage-marks', ...part });
      if (reply.kind === 'refused') throw new StagingRefused(reply.reason);
    };
    let waiting: StagedMark[] = [];
    for await (const { person, registration } of registeredIn(port, area)) {
      for (const seat of registration.seats) {
        const mark = judge(kind, file, seat, differences, refuse);
        const { unit, ticket, course } = seat;
        if (mark !== undefined) waiting.push({ person, unit, ticket, course, mark });
      }
      people += 1;
      onProgress?.(people);
      if (waiting.length < sliceMax) continue;
      await send(waiting.slice(0, sliceMax));
      waiting = waiting.slice(sliceMax);
    }
    if (waiting.length > 0) await send(waiting);
    for (const { line, found } of file.marks.values())
      if (!found) refuse(line, '这个考区和单元里没有这个准考证号的已缴费考位');
  }
  problems.refuseIfAny();
  return differences.sum;
}

async function* registeredIn(port: DeskPort, area: AreaCode): AsyncGenerator<RegisteredLine> {
  const partition = partitionOfArea(port.layout, area);
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: { lines: RegisteredLine[]; next?: number } = await port.ask(partition, {
      ...({ kind: 'registrations', area, from } as const),
    });
    yield* page.lines;
    from = page.next;
  }
}

/** What is to be said of the seat; undefined: nothing. */
function judge(
  kind: MarkKind,
  { units, marks }: AreaMarks,
  { unit, ticket, course, state, sitting }: SeatView,
  differences: Differences,
  refuse: Refuse,
): Mark | undefined {
  if (state.kind !== 'paid' || !units.has(unit)) return undefined;
  const line = marks.get(keyOf(unit, ticket));
  if (line !== undefined) line.found = true;
  if (line !== undefined && line.course !== course)
    refuse(line.line, `课程代码：报考的是 ${course}`);
  const who = `${ticketMask(ticket)} ${unit}`;
  return kind === 'arrangement'
    ? compareDesks(line?.mark, sitting?.desk, who, differences)
    : compareAbsences(line?.mark, sitting, who, differences);
}

function compareDesks(
  mark: Mark | undefined,
  stood: Desk | undefined,
  who: string,
  differences: Differences,
): Mark | undefined {
  if (mark?.kind !== 'desk') {
    if (stood === undefined) return undefined;
    differences.note('removed', who);
    return { kind: 'no-desk' };
  }
  if (stood === undefined) {
    differences.note('added', who);
    return mark;
  }
  const { venue, room, deskNumber } = mark.desk;
  const columns = [
    ...(venue === stood.venue ? [] : ['venue']),
    ...(room === stood.room ? [] : ['room']),
    ...(deskNumber === stood.deskNumber ? [] : ['desk_number']),
  ];
  if (columns.length > 0) {
    differences.note('changed', who, columns);
    return mark;
  }
  differences.same();
  return undefined;
}

function compareAbsences(
  mark: Mark | undefined,
  stood: Sitting | undefined,
  who: string,
  differences: Differences,
): Mark | undefined {
  const [was, is] = [stood?.absent === true, mark?.kind === 'absent'];
  if (was !== is) {
    differences.note(is ? 'added' : 'removed', who);
    return { kind: is ? 'absent' : 'present' };
  }
  if (mark !== undefined) differences.same();
  return undefined;
}

const keyOf = (unit: UnitCode, ticket: string): string => `${unit} ${ticket}`;

// ── The file ────────────────────────────────────────────────────────────────────────────────────

async function readMarks(
  kind: MarkKind,
  source: Source,
  catalogue: Catalogue,
  problems: Problems,
): Promise<Map<AreaCode, AreaMarks>> {
  const units = new Set(catalogue.units.map(({ code }) => code));
  const courses = new Set(catalogue.courses.map(({ code }) => code));
  const areas = new Map<AreaCode, AreaMarks>(
    catalogue.areas.map(({ code }) => [code, { units: new Set(), marks: new Map() }]),
  );
  const rows =
    kind === 'arrangement' ? readDesks(source, problems) : readAbsences(source, problems);
  for await (const { line, area, unit, ticket, course, mark } of rows) {
    const refuse = (reason: string) => problems.add(source.name, line, reason);
    const file = areas.get(area);
    const key = keyOf(unit, ticket);
    if (file === undefined) refuse('没有这个考区');
    if (!units.has(unit)) refuse('没有这个单元');
    if (!courses.has(course)) refuse('没有这门课程');
    if (file?.marks.has(key)) refuse('这个准考证号在这个单元上面已有');
    file?.units.add(unit);
    file?.marks.set(key, { line, course, mark, found: false });
  }
  return new Map([...areas].filter(([, { units: named }]) => named.size > 0));
}

type MarkRow = {
  line: number;
  area: AreaCode;
  unit: UnitCode;
  ticket: string;
  course: string;
  mark: Mark;
};

async function* readDesks(source: Source, problems: Problems): AsyncGenerator<MarkRow> {
  const rooms = new Map<string, Room>();
  for await (const row of readTable(source, arrangementFormat, problems)) {
    const { line, whole, area, unit, ticket, course, venue, room: number } = row;
    if (!whole) continue;
    const refuse = (reason: string) => problems.add(source.name, line, reason);
    const seat = { line, area, unit, ticket, course };
    if (number === '' || row.desk_number === '') {
      if (number !== row.desk_number) refuse('考场号和座位号要么都有，要么都空着');
      yield { ...seat, mark: { kind: 'no-desk' } };
      continue;
    }
    const place = [area, unit, venue, number].join('\n');
    const room = rooms.get(place) ?? { size: row.room_size, people: 0, desks: new Set<number>() };
    rooms.set(place, room);
    room.people += 1;
    if (room.desks.has(Number(row.desk_number))) refuse('同一考场的这个座位上面已有人');
    room.desks.add(Number(row.desk_number));
    if (room.size !== row.room_size) refuse('考场座位数：和上面同一考场的不一样');
    if (room.size !== '' && room.people > Number(room.size)) refuse(`这个考场超过 ${room.size} 人`);
    yield {
      ...seat,
      mark: { kind: 'desk', desk: { venue, room: number, deskNumber: row.desk_number } },
    };
  }
}
type Room = { size: string; people: number; desks: Set<number> };

async function* readAbsences(source: Source, problems: Problems): AsyncGenerator<MarkRow> {
  for await (const row of readTable(source, absencesFormat, problems)) {
    const { line, whole, area, unit, ticket, course, absent } = row;
    if (!whole) continue;
    const kind = absent === 'yes' ? 'absent' : 'present';
    yield { line, area, unit, ticket, course, mark: { kind } };
  }
}
