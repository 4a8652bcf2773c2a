/**
 * The catalogue's tables and what they come to: reads rows into parts of a catalogue, checking every
 * reference between them so that nothing later can dangle, and writes a catalogue back as rows.
 *
 * C1 Reading what was written gives the same part again: exports can be imported, and a difference is
 *    one of rows.
 */
import type { AreaCode, CourseCode, ProgrammeCode, UnitCode } from '../protocol/ids.ts';
import type {
  CandidateType,
  Catalogue,
  City,
  Course,
  CourseCap,
  ExamArea,
  ExamUnit,
  PlanChoice,
  PoolCapacity,
  Programme,
} from '../protocol/session.ts';
import {
  areasFormat,
  capacitiesFormat,
  courseCapsFormat,
  coursesFormat,
  plansFormat,
  programmesFormat,
  sessionFormat,
  unitsFormat,
} from './formats.ts';
import { type NamesIn, type Problems, readTable, type Source } from './table.ts';

/** A row without its place in a file. */
export type Cells<F> = Record<NamesIn<F>, string>;
type Codes = { has(code: string): boolean };

const minuteMs = 60_000;
const chinaOffsetMs = 8 * 60 * minuteMs;

// ── The session ─────────────────────────────────────────────────────────────────────────────────

export type Head = Pick<Catalogue, 'code' | 'title' | 'feeFen' | 'printFrom'>;

export async function readHead(source: Source, problems: Problems): Promise<Head | undefined> {
  let head: Head | undefined;
  for await (const row of readTable(source, sessionFormat, problems)) {
    const printFrom = instantOf(row.print_from);
    if (!row.whole) continue;
    if (printFrom === undefined) problems.add(source.name, row.line, '准考证打印开始：没有这一天');
    const feeFen = Number(row.fee_yuan.replace('.', ''));
    head = { code: row.code, title: row.title, feeFen, printFrom: printFrom ?? 0 };
  }
  return head;
}

export const headRows = ({
  code,
  title,
  feeFen,
  printFrom,
}: Head): Cells<typeof sessionFormat>[] => [
  { code, title, fee_yuan: yuanOf(feeFen), print_from: clockOf(printFrom) },
];

export const yuanOf = (fen: number): string =>
  `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

// ── Units ───────────────────────────────────────────────────────────────────────────────────────

export async function readUnits(source: Source, problems: Problems): Promise<ExamUnit[]> {
  const units = new Map<UnitCode, ExamUnit>();
  for await (const row of readTable(source, unitsFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    const startsAt = instantOf(row.starts);
    const endsAt = instantOf(row.ends);
    if (startsAt === undefined || endsAt === undefined || startsAt >= endsAt) {
      refuse('开考时间要早于结束时间，日期要存在');
      continue;
    }
    if (units.has(row.code)) refuse('单元代码上面已有');
    units.set(row.code, { code: row.code, name: row.name, startsAt, endsAt });
  }
  return [...units.values()];
}

export const unitRows = ({ units }: Catalogue): Cells<typeof unitsFormat>[] =>
  units.map(({ code, name, startsAt, endsAt }) => ({
    ...{ code, name, starts: clockOf(startsAt), ends: clockOf(endsAt) },
  }));

/** `2026-10-24 09:00`, China time; a day that no calendar has is none. */
function instantOf(clock: string): number | undefined {
  const at = Date.parse(`${clock.replace(' ', 'T')}:00Z`) - chinaOffsetMs;
  return Number.isNaN(at) || clockOf(at) !== clock ? undefined : at;
}
export const clockOf = (at: number): string =>
  new Date(at + chinaOffsetMs).toISOString().slice(0, 16).replace('T', ' ');

// ── Areas ───────────────────────────────────────────────────────────────────────────────────────

export async function readAreas(
  source: Source,
  problems: Problems,
): Promise<{ cities: City[]; areas: ExamArea[] }> {
  const cities = new Map<string, City>();
  const areas = new Map<AreaCode, ExamArea>();
  for await (const row of readTable(source, areasFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    if (areas.has(row.code)) refuse('考区代码上面已有');
    const city = cities.get(row.city_code);
    if (city !== undefined && city.name !== row.city_name) refuse('同一市州代码在上面是另一个名称');
    if ((row.latitude === '') !== (row.longitude === '')) refuse('纬度和经度要么都填，要么都空');
    cities.set(row.city_code, { code: row.city_code, name: row.city_name });
    areas.set(row.code, {
      code: row.code,
      name: row.name,
      city: row.city_code,
      ...(row.county_code === '' ? {} : { county: row.county_code }),
      office: { name: row.office_name, phone: row.office_phone, hours: row.office_hours },
      ...(row.latitude !== '' && {
        position: { latitude: Number(row.latitude), longitude: Number(row.longitude) },
      }),
    });
  }
  return { cities: [...cities.values()], areas: [...areas.values()] };
}

export function areaRows({ areas, cities }: Catalogue): Cells<typeof areasFormat>[] {
  const names = new Map(cities.map(({ code, name }) => [code, name]));
  return areas.map(({ code, name, city, county, office, position }) => ({
    ...{ code, name, city_code: city, city_name: names.get(city) ?? '' },
    ...{ county_code: county ?? '', office_name: office.name },
    ...{ office_phone: office.phone, office_hours: office.hours },
    latitude: position === undefined ? '' : String(position.latitude),
    longitude: position === undefined ? '' : String(position.longitude),
  }));
}

// ── Pools ───────────────────────────────────────────────────────────────────────────────────────

/** `lines` has the line of each pool, by `poolKey`. */
export type ReadCapacities = {
  capacities: Map<AreaCode, PoolCapacity[]>;
  lines: Map<string, number>;
};

export const poolKey = (area: AreaCode, unit: UnitCode, type: CandidateType | undefined): string =>
  `${area} ${unit} ${type ?? ''}`;

export async function readCapacities(
  source: Source,
  areas: Codes,
  units: Codes,
  problems: Problems,
): Promise<ReadCapacities> {
  const capacities = new Map<AreaCode, PoolCapacity[]>();
  const lines = new Map<string, number>();
  for await (const row of readTable(source, capacitiesFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    if (!areas.has(row.area)) refuse('没有这个考区');
    if (!units.has(row.unit)) refuse('没有这个考试单元');
    const candidateType = row.candidate_type === '' ? undefined : typeOf(row.candidate_type);
    const key = poolKey(row.area, row.unit, candidateType);
    if (lines.has(key)) refuse('同一考区、单元和考生类型上面已有');
    lines.set(key, row.line);
    const pool = { unit: row.unit, capacity: Number(row.capacity) };
    const pools = capacities.get(row.area) ?? [];
    pools.push(candidateType === undefined ? pool : { ...pool, candidateType });
    capacities.set(row.area, pools);
  }
  return { capacities, lines };
}

/** The cell was checked. */
const typeOf = (cell: string): CandidateType => (cell === 'applied' ? 'applied' : 'open');

export async function readCourseCaps(
  source: Source,
  areas: Codes,
  courses: ReadonlyMap<CourseCode, Course>,
  problems: Problems,
): Promise<Map<AreaCode, CourseCap[]>> {
  const courseCaps = new Map<AreaCode, CourseCap[]>();
  for await (const row of readTable(source, courseCapsFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    if (!areas.has(row.area)) refuse('没有这个考区');
    if (courses.get(row.course)?.unit === undefined) refuse('没有开考这门课程');
    const caps = courseCaps.get(row.area) ?? [];
    if (caps.some((one) => one.course === row.course)) refuse('同一考区和课程上面已有');
    caps.push({ course: row.course, cap: Number(row.cap) });
    courseCaps.set(row.area, caps);
  }
  return courseCaps;
}

// ── Courses ─────────────────────────────────────────────────────────────────────────────────────

export async function readCourses(
  source: Source,
  units: Codes,
  problems: Problems,
): Promise<Course[]> {
  const courses = new Map<CourseCode, Course>();
  const lines = new Map<CourseCode, number>();
  for await (const row of readTable(source, coursesFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    const method = row.exam_method === 'practical' ? 'practical' : 'written';
    if (courses.has(row.code)) refuse('课程代码上面已有');
    if (row.unit !== '' && !units.has(row.unit)) refuse('没有这个考试单元');
    if (method === 'practical' && row.unit !== '') refuse('实践课程不能有考试单元');
    if (row.replaced_by !== '' && row.unit !== '') refuse('已被替代的课程不能有考试单元');
    const replacedBy = row.replaced_by === '' ? [] : row.replaced_by.split(/ +/);
    lines.set(row.code, row.line);
    courses.set(row.code, {
      code: row.code,
      name: row.name,
      credits: Number(row.credits),
      method,
      ...(row.unit === '' ? {} : { unit: row.unit }),
      ...(replacedBy.length === 0 ? {} : { replacedBy }),
    });
  }
  for (const course of courses.values()) {
    // One step only: a page that names a replacement must not send people on to yet another.
    for (const code of course.replacedBy ?? []) {
      const replacement = courses.get(code);
      if (replacement !== undefined && replacement.replacedBy === undefined) continue;
      problems.add(source.name, lines.get(course.code) ?? 1, '替代课程不存在，或自己也已被替代');
    }
  }
  return [...courses.values()];
}

export const courseRows = ({ courses }: Catalogue): Cells<typeof coursesFormat>[] =>
  courses.map(({ code, name, credits, method, unit, replacedBy }) => ({
    ...{ code, name, credits: String(credits), exam_method: method, unit: unit ?? '' },
    replaced_by: replacedBy?.join(' ') ?? '',
  }));

// ── Programmes ──────────────────────────────────────────────────────────────────────────────────

/** Without their plans. */
export async function readProgrammes(source: Source, problems: Problems): Promise<Programme[]> {
  const programmes = new Map<ProgrammeCode, Programme>();
  for await (const row of readTable(source, programmesFormat, problems)) {
    if (!row.whole) continue;
    if (programmes.has(row.code)) problems.add(source.name, row.line, '专业代码上面已有');
    programmes.set(row.code, {
      code: row.code,
      name: row.name,
      level: row.level,
      ...(row.total_credits === '' ? {} : { totalCredits: Number(row.total_credits) }),
      courses: [],
    });
  }
  return [...programmes.values()];
}

export const programmeRows = ({ programmes }: Catalogue): Cells<typeof programmesFormat>[] =>
  programmes.map(({ code, name, level, totalCredits }) => ({
    ...{ code, name, level, total_credits: totalCredits === undefined ? '' : String(totalCredits) },
  }));

/** The same programmes with the plans of the file and no others. */
export async function readPlans(
  source: Source,
  programmes: readonly Programme[],
  courses: ReadonlyMap<CourseCode, Course>,
  problems: Problems,
): Promise<Programme[]> {
  const planned = new Map(
    programmes.map(({ choices, ...programme }): [ProgrammeCode, Programme] => [
      programme.code,
      { ...programme, courses: [] },
    ]),
  );
  const choices: { choice: PlanChoice; line: number }[] = [];
  for await (const row of readTable(source, plansFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    const programme = planned.get(row.programme);
    if (!courses.has(row.course)) refuse('没有这门课程');
    if (programme === undefined) {
      refuse('没有这个专业');
      continue;
    }
    if (programme.courses.includes(row.course)) refuse('这门课程上面已在该专业的计划里');
    programme.courses.push(row.course);
    if (row.choice === '') {
      if (row.courses_min + row.credits_min !== '')
        refuse('没有选考组时，至少门数和至少学分要空着');
      continue;
    }
    const asked: PlanChoice = {
      name: row.choice,
      courses: [],
      coursesMin: Number(row.courses_min),
      ...(row.credits_min === '' ? {} : { creditsMin: Number(row.credits_min) }),
    };
    if (row.courses_min === '') refuse('有选考组时，要填至少门数');
    let choice = programme.choices?.find(({ name }) => name === row.choice);
    if (choice === undefined) {
      choice = asked;
      programme.choices = [...(programme.choices ?? []), choice];
      choices.push({ choice, line: row.line });
    } else if (choice.coursesMin !== asked.coursesMin || choice.creditsMin !== asked.creditsMin) {
      refuse('同一选考组的至少门数和至少学分要与上面相同');
    }
    choice.courses.push(row.course);
  }
  for (const { choice, line } of choices) {
    const credits = choice.courses.reduce(
      (sum, code) => sum + (courses.get(code)?.credits ?? 0),
      0,
    );
    // Nobody could ever graduate.
    if (choice.courses.length < choice.coursesMin || credits < (choice.creditsMin ?? 0)) {
      problems.add(source.name, line, '该选考组的课程或学分不够，谁也毕不了业');
    }
  }
  return [...planned.values()];
}

export const planRows = ({ programmes }: Catalogue): Cells<typeof plansFormat>[] =>
  programmes.flatMap(({ code, courses, choices }) =>
    courses.map((course) => {
      const choice = choices?.find((one) => one.courses.includes(course));
      return {
        ...{ programme: code, course, choice: choice?.name ?? '' },
        courses_min: choice === undefined ? '' : String(choice.coursesMin),
        credits_min: choice?.creditsMin === undefined ? '' : String(choice.creditsMin),
      };
    }),
  );
