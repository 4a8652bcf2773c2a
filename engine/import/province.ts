/**
 * Reads the demonstration province's tables. Most are of the kinds that any office imports; only the
 * session itself, units by weekday and booking days by number are its own, as they have no dates.
 */
import { createReadStream } from 'node:fs';
import type { AreaCode, UnitCode } from '../protocol/ids.ts';
import { codePattern } from '../protocol/ids.ts';
import {
  type CandidateType,
  type City,
  type Course,
  type CourseCap,
  candidateTypes,
  type ExamArea,
  type PoolCapacity,
  type Programme,
} from '../protocol/session.ts';
import {
  readAreas,
  readCapacities,
  readCourseCaps,
  readCourses,
  readPlans,
  readProgrammes,
} from './catalogue-tables.ts';
import { type Column, type Format, Problems, readTable, type Source } from './table.ts';

/** `day` 1 is the first exam day; minutes are counted from midnight in China. */
export type UnitInWeek = {
  code: UnitCode;
  name: string;
  day: number;
  startsMinute: number;
  endsMinute: number;
};
/** `day` 1 is the first booking day; without a type it is everybody's (R5). */
export type BookingHours = {
  day: number;
  opensMinute: number;
  closesMinute: number;
  candidateType?: CandidateType;
};
export type Province = {
  code: string;
  title: string;
  feeFen: number;
  units: UnitInWeek[];
  bookingHours: BookingHours[];
  cities: City[];
  areas: ExamArea[];
  capacities: Map<AreaCode, PoolCapacity[]>;
  courseCaps: Map<AreaCode, CourseCap[]>;
  courses: Course[];
  programmes: Programme[];
};

const labelMax = 60;
const own = <Name extends string>(
  name: Name,
  form: string,
  isRight: (cell: string) => boolean,
): Column<Name> => ({
  ...{ name, title: name, form },
  check: (cell) => (isRight(cell) ? cell : undefined),
});
const matches = (pattern: RegExp) => (cell: string) => pattern.test(cell);
const isLabel = (text: string): boolean => text !== '' && [...text].length <= labelMax;

const sessionFormat = {
  ...{ kind: 'session', title: 'session', rowsMax: 1, example: '' },
  columns: [
    own('code', '最多 16 位数字和大写字母', matches(codePattern)),
    own('title', `1 到 ${labelMax} 个字`, isLabel),
    // Yuan with exactly two decimals: the point is taken out, and no fraction was ever there.
    own('fee_yuan', '像 35.00', matches(/^\d{1,4}\.\d\d$/)),
  ],
} satisfies Format;
const weekFormat = {
  ...{ kind: 'week', title: 'week', rowsMax: 16, example: '' },
  columns: [
    own('code', '最多 16 位数字和大写字母', matches(codePattern)),
    own('name', `1 到 ${labelMax} 个字`, isLabel),
    own('day', '1 到 7', matches(/^[1-7]$/)),
    own('starts', '像 09:00', (cell) => minuteOf(cell) !== undefined),
    own('ends', '像 09:00', (cell) => minuteOf(cell) !== undefined),
  ],
} satisfies Format;
const bookingDaysFormat = {
  ...{ kind: 'booking-days', title: 'booking-days', rowsMax: 200, example: '' },
  columns: [
    own('day', '1 到 60', matches(/^([1-9]|[1-5]\d|60)$/)),
    own('opens', '像 09:00', (cell) => minuteOf(cell) !== undefined),
    // A whole day's last minute is included: it closes as the next begins.
    own('closes', '像 22:00', (cell) => cell === '24:00' || minuteOf(cell) !== undefined),
    {
      ...own('candidate_type', '空、open 或 applied', matches(/^(open|applied)?$/)),
      optional: true,
    },
  ],
} satisfies Format;

/** The files of a province folder, by table name. */
export const sourceIn =
  (folder: URL) =>
  (table: string): Source => {
    const name = `${table}.csv`;
    return { name, open: () => createReadStream(new URL(name, folder)) };
  };

/** Throws `ImportRefused` with every fault of every table. */
export async function readProvince(sourceOf: (table: string) => Source): Promise<Province> {
  const problems = new Problems();
  const head = await readSession(sourceOf('session'), problems);
  const units = await readWeek(sourceOf('units'), problems);
  const unitCodes = new Set(units.map(({ code }) => code));
  const { cities, areas } = await readAreas(sourceOf('areas'), problems);
  const areaCodes = new Set(areas.map(({ code }) => code));
  const pools = sourceOf('capacities');
  const { capacities } = await readCapacities(pools, areaCodes, unitCodes, problems);
  for (const area of areaCodes) {
    const common = capacities.get(area)?.filter((pool) => pool.candidateType === undefined);
    if (common?.length === units.length) continue;
    problems.add(pools.name, 1, `考区 ${area} 不是每个单元都有一个容量`);
  }
  const bookingHours = await readBookingHours(sourceOf('booking-days'), problems);
  const courses = await readCourses(sourceOf('courses'), unitCodes, problems);
  const coursesByCode = new Map(courses.map((course) => [course.code, course]));
  const caps = sourceOf('course-caps');
  const courseCaps = await readCourseCaps(caps, areaCodes, coursesByCode, problems);
  const listed = await readProgrammes(sourceOf('programmes'), problems);
  const programmes = await readPlans(sourceOf('plans'), listed, coursesByCode, problems);
  problems.refuseIfAny();
  return {
    ...head,
    ...{ units, bookingHours, cities, areas, capacities, courseCaps, courses, programmes },
  };
}

async function readSession(source: Source, problems: Problems) {
  const head = { code: '', title: '', feeFen: 0 };
  for await (const row of readTable(source, sessionFormat, problems)) {
    head.code = row.code;
    head.title = row.title;
    head.feeFen = Number(row.fee_yuan.replace('.', ''));
  }
  return head;
}

async function readWeek(source: Source, problems: Problems): Promise<UnitInWeek[]> {
  const units = new Map<UnitCode, UnitInWeek>();
  for await (const row of readTable(source, weekFormat, problems)) {
    if (!row.whole) continue;
    const startsMinute = minuteOf(row.starts) ?? 0;
    const endsMinute = minuteOf(row.ends) ?? 0;
    if (startsMinute >= endsMinute) problems.add(source.name, row.line, '开考要早于结束');
    if (units.has(row.code)) problems.add(source.name, row.line, '单元代码上面已有');
    const { code, name } = row;
    units.set(code, { code, name, day: Number(row.day), startsMinute, endsMinute });
  }
  return [...units.values()];
}

async function readBookingHours(source: Source, problems: Problems): Promise<BookingHours[]> {
  const all: BookingHours[] = [];
  for await (const row of readTable(source, bookingDaysFormat, problems)) {
    if (!row.whole) continue;
    const opensMinute = minuteOf(row.opens) ?? 0;
    const closesMinute = row.closes === '24:00' ? 24 * 60 : (minuteOf(row.closes) ?? 0);
    const candidateType = candidateTypes.find((one) => one === row.candidate_type);
    const day = Number(row.day);
    const isSameDay = (one: BookingHours): boolean =>
      one.day === day &&
      (one.candidateType === undefined ||
        candidateType === undefined ||
        one.candidateType === candidateType);
    if (opensMinute >= closesMinute) problems.add(source.name, row.line, '开放要早于关闭');
    if (all.some(isSameDay)) {
      problems.add(source.name, row.line, '这一天（该类型或不分类型）上面已有');
    }
    const hours = { day, opensMinute, closesMinute };
    all.push(candidateType === undefined ? hours : { ...hours, candidateType });
  }
  return all;
}

function minuteOf(clock: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
