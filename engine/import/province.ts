/**
 * Reads a province's tables: units, booking days, areas with their pools and caps, courses, programmes
 * with their plans. Every reference between them is checked here, so that nothing later can dangle.
 * Leaves dates to calendar.ts and people to candidates.ts.
 */
import { createReadStream } from 'node:fs';
import type { AreaCode, CourseCode, ProgrammeCode, UnitCode } from '../protocol/ids.ts';
import { codePattern, coursePattern } from '../protocol/ids.ts';
import {
  type CandidateType,
  type City,
  type Course,
  type CourseCap,
  candidateTypes,
  type ExamArea,
  type PlanChoice,
  type PoolCapacity,
  type Position,
  type Programme,
} from '../protocol/session.ts';
import { Problems, readTable, type Source } from './table.ts';

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

const examDaysMax = 7;
const bookingDaysMax = 60;
const unitsMax = 16;
/** Of a name or title, in characters; four bytes each at most stay under a message's limit. */
const labelMax = 60;
const replacementsMax = 16;
const capacityMax = 100_000;
const creditsMax = 100;
const planCreditsMax = 1000;
const choiceCoursesMax = 100;

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
  const units = await readUnits(sourceOf('units'), problems);
  const { cities, areas } = await readAreas(sourceOf('areas'), problems);
  const capacities = await readCapacities(sourceOf('capacities'), areas, units, problems);
  const bookingHours = await readBookingHours(sourceOf('booking-days'), problems);
  const courses = await readCourses(sourceOf('courses'), units, problems);
  const courseCaps = await readCourseCaps(sourceOf('course-caps'), areas, courses, problems);
  const programmes = await readProgrammes(sourceOf('programmes'), problems);
  const choices = await readChoices(sourceOf('choices'), programmes, problems);
  await readPlans(sourceOf('plans'), programmes, courses, choices, problems);
  problems.refuseIfAny();
  return {
    ...head,
    units: [...units.values()],
    bookingHours,
    cities: [...cities.values()],
    areas: [...areas.values()],
    capacities,
    courseCaps,
    courses: [...courses.values()],
    programmes: [...programmes.values()],
  };
}

async function readSession(source: Source, problems: Problems) {
  const head = { code: '', title: '', feeFen: 0 };
  let rows = 0;
  for await (const row of readTable(source, ['code', 'title', 'fee_yuan'], problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    rows += 1;
    if (rows > 1) refuse('more than one session');
    if (!codePattern.test(row.code)) refuse('code: up to 16 digits and capital letters');
    if (!isLabel(row.title)) refuse(`title: 1 to ${labelMax} characters`);
    // Yuan with exactly two decimals: the point is taken out, and no fraction was ever there.
    if (!/^\d{1,4}\.\d\d$/.test(row.fee_yuan)) refuse('fee_yuan: as in 35.00');
    head.code = row.code;
    head.title = row.title;
    head.feeFen = Number(row.fee_yuan.replace('.', ''));
  }
  return head;
}

async function readUnits(source: Source, problems: Problems) {
  const units = new Map<UnitCode, UnitInWeek>();
  for await (const row of readTable(source, ['code', 'name', 'day', 'starts', 'ends'], problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    const startsMinute = minuteOf(row.starts);
    const endsMinute = minuteOf(row.ends);
    if (!codePattern.test(row.code)) refuse('code: up to 16 digits and capital letters');
    if (units.has(row.code)) refuse('the code stands there already');
    if (!isLabel(row.name)) refuse(`name: 1 to ${labelMax} characters`);
    if (!wholeIn(row.day, 1, examDaysMax)) refuse(`day: 1 to ${examDaysMax}`);
    if (startsMinute === undefined || endsMinute === undefined || startsMinute >= endsMinute) {
      refuse('starts, ends: as in 09:00, 11:30');
      continue;
    }
    if (units.size === unitsMax) refuse(`more than ${unitsMax} units`);
    units.set(row.code, {
      code: row.code,
      name: row.name,
      day: Number(row.day),
      startsMinute,
      endsMinute,
    });
  }
  return units;
}

async function readAreas(source: Source, problems: Problems) {
  const cities = new Map<string, City>();
  const areas = new Map<AreaCode, ExamArea>();
  const columns = [
    'code',
    'name',
    'city_code',
    'city_name',
    'county_code',
    'office_name',
    'office_phone',
    'office_hours',
    'latitude',
    'longitude',
  ] as const;
  for await (const row of readTable(source, columns, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!codePattern.test(row.code)) refuse('code: up to 16 digits and capital letters');
    if (areas.has(row.code)) refuse('the code stands there already');
    if (!isLabel(row.name)) refuse(`name: 1 to ${labelMax} characters`);
    if (!codePattern.test(row.city_code)) refuse('city_code: up to 16 digits and capital letters');
    if (!isLabel(row.city_name)) refuse(`city_name: 1 to ${labelMax} characters`);
    if (row.county_code !== '' && !codePattern.test(row.county_code)) {
      refuse('county_code: empty, or up to 16 digits and capital letters');
    }
    const city = cities.get(row.city_code);
    if (city !== undefined && city.name !== row.city_name)
      refuse('the city has another name above');
    // Pages send people to the office whenever they cannot help themselves.
    if (![row.office_name, row.office_phone, row.office_hours].every(isLabel)) {
      refuse('the office needs a name, a phone and hours');
    }
    const position = positionOf(row.latitude, row.longitude);
    if (position === 'wrong') refuse('latitude, longitude: both empty, or degrees in China');
    cities.set(row.city_code, { code: row.city_code, name: row.city_name });
    areas.set(row.code, {
      code: row.code,
      name: row.name,
      city: row.city_code,
      ...(row.county_code === '' ? {} : { county: row.county_code }),
      office: { name: row.office_name, phone: row.office_phone, hours: row.office_hours },
      ...(typeof position === 'object' && { position }),
    });
  }
  return { cities, areas };
}

/** Two columns put the wrong way round are the likeliest fault, and would pass for a place at sea. */
function positionOf(latitude: string, longitude: string): Position | 'none' | 'wrong' {
  if (latitude === '' && longitude === '') return 'none';
  const within = (text: string, least: number, most: number) =>
    /^\d{1,3}(\.\d{1,6})?$/.test(text) && Number(text) >= least && Number(text) <= most;
  if (!within(latitude, 3, 54) || !within(longitude, 73, 136)) return 'wrong';
  return { latitude: Number(latitude), longitude: Number(longitude) };
}

async function readCapacities(
  source: Source,
  areas: ReadonlyMap<AreaCode, ExamArea>,
  units: ReadonlyMap<UnitCode, UnitInWeek>,
  problems: Problems,
) {
  const capacities = new Map<AreaCode, PoolCapacity[]>();
  const columns = ['area', 'unit', 'capacity'] as const;
  for await (const row of readTable(source, columns, problems, ['candidate_type'])) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!areas.has(row.area)) refuse('no such area');
    if (!units.has(row.unit)) refuse('no such unit');
    if (!wholeIn(row.capacity, 0, capacityMax)) refuse(`capacity: 0 to ${capacityMax}`);
    const { type: candidateType, wrong } = typeOf(row.candidate_type);
    if (wrong) refuse('candidate_type: empty, open or applied');
    const pools = capacities.get(row.area) ?? [];
    if (pools.some((pool) => pool.unit === row.unit && pool.candidateType === candidateType)) {
      refuse('area, unit and candidate_type stand there already');
    }
    const pool = { unit: row.unit, capacity: Number(row.capacity) };
    pools.push(candidateType === undefined ? pool : { ...pool, candidateType });
    capacities.set(row.area, pools);
  }
  for (const area of areas.keys()) {
    const common = capacities.get(area)?.filter((pool) => pool.candidateType === undefined);
    if (common?.length !== units.size) {
      problems.add(source.name, 1, `area ${area} has not one capacity for each unit`);
    }
  }
  return capacities;
}

/** Empty: no type in particular. */
function typeOf(text: string): { type: CandidateType | undefined; wrong: boolean } {
  const type = candidateTypes.find((one) => one === text);
  return { type, wrong: type === undefined && text !== '' };
}

async function readBookingHours(source: Source, problems: Problems): Promise<BookingHours[]> {
  const all: BookingHours[] = [];
  const columns = ['day', 'opens', 'closes'] as const;
  for await (const row of readTable(source, columns, problems, ['candidate_type'])) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    const opensMinute = minuteOf(row.opens);
    // A whole day's last minute is included: it closes as the next begins.
    const closesMinute = row.closes === '24:00' ? 24 * 60 : minuteOf(row.closes);
    const { type: candidateType, wrong } = typeOf(row.candidate_type);
    if (!wholeIn(row.day, 1, bookingDaysMax)) refuse(`day: 1 to ${bookingDaysMax}`);
    if (wrong) refuse('candidate_type: empty, open or applied');
    if (opensMinute === undefined || closesMinute === undefined || opensMinute >= closesMinute) {
      refuse('opens, closes: as in 09:00, 22:00');
      continue;
    }
    const day = Number(row.day);
    const isSameDay = (one: BookingHours): boolean =>
      one.day === day &&
      (one.candidateType === undefined ||
        candidateType === undefined ||
        one.candidateType === candidateType);
    if (all.some(isSameDay)) refuse('the day stands there already, for this type or for all');
    const hours = { day, opensMinute, closesMinute };
    all.push(candidateType === undefined ? hours : { ...hours, candidateType });
  }
  return all;
}

async function readCourseCaps(
  source: Source,
  areas: ReadonlyMap<AreaCode, ExamArea>,
  courses: ReadonlyMap<CourseCode, Course>,
  problems: Problems,
) {
  const courseCaps = new Map<AreaCode, CourseCap[]>();
  for await (const row of readTable(source, ['area', 'course', 'cap'], problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!areas.has(row.area)) refuse('no such area');
    if (courses.get(row.course)?.unit === undefined) refuse('no such course is offered');
    if (!wholeIn(row.cap, 0, capacityMax)) refuse(`cap: 0 to ${capacityMax}`);
    const caps = courseCaps.get(row.area) ?? [];
    if (caps.some(({ course }) => course === row.course)) {
      refuse('area and course stand there already');
    }
    caps.push({ course: row.course, cap: Number(row.cap) });
    courseCaps.set(row.area, caps);
  }
  return courseCaps;
}

async function readCourses(
  source: Source,
  units: ReadonlyMap<UnitCode, UnitInWeek>,
  problems: Problems,
) {
  const courses = new Map<CourseCode, Course>();
  const lines = new Map<CourseCode, number>();
  const columns = ['code', 'name', 'credits', 'exam_method', 'unit', 'replaced_by'] as const;
  for await (const row of readTable(source, columns, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    const method = row.exam_method;
    if (!coursePattern.test(row.code)) refuse('code: five digits');
    if (courses.has(row.code)) refuse('the code stands there already');
    if (!isLabel(row.name)) refuse(`name: 1 to ${labelMax} characters`);
    if (!wholeIn(row.credits, 0, creditsMax)) refuse(`credits: 0 to ${creditsMax}`);
    if (row.unit !== '' && !units.has(row.unit)) refuse('no such unit');
    if (method !== 'written' && method !== 'practical') {
      refuse('exam_method: written or practical');
      continue;
    }
    if (method === 'practical' && row.unit !== '') refuse('a practical course has no unit (R10)');
    if (row.replaced_by !== '' && row.unit !== '') refuse('a replaced course has no unit (R11)');
    const replacedBy = row.replaced_by === '' ? [] : row.replaced_by.split(/ +/);
    if (replacedBy.length > replacementsMax) refuse(`replaced_by: up to ${replacementsMax} codes`);
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
      problems.add(
        source.name,
        lines.get(course.code) ?? 1,
        'replaced_by: no such course, or itself replaced',
      );
    }
  }
  return courses;
}

async function readProgrammes(source: Source, problems: Problems) {
  const programmes = new Map<ProgrammeCode, Programme>();
  for await (const row of readTable(source, ['code', 'name', 'level', 'total_credits'], problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!codePattern.test(row.code)) refuse('code: up to 16 digits and capital letters');
    if (programmes.has(row.code)) refuse('the code stands there already');
    if (!isLabel(row.name) || !isLabel(row.level)) {
      refuse(`name, level: 1 to ${labelMax} characters`);
    }
    if (row.total_credits !== '' && !wholeIn(row.total_credits, 1, planCreditsMax)) {
      refuse(`total_credits: 1 to ${planCreditsMax}`);
    }
    programmes.set(row.code, {
      code: row.code,
      name: row.name,
      level: row.level,
      ...(row.total_credits === '' ? {} : { totalCredits: Number(row.total_credits) }),
      courses: [],
    });
  }
  return programmes;
}

/** By programme and choice; where each stands, as its courses come from another file. */
type Choices = Map<string, { choice: PlanChoice; file: string; line: number }>;

/** What a plan leaves to choose; which courses belong to a choice stands in the plan itself. */
async function readChoices(
  source: Source,
  programmes: ReadonlyMap<ProgrammeCode, Programme>,
  problems: Problems,
): Promise<Choices> {
  const choices: Choices = new Map();
  const columns = ['programme', 'choice', 'name', 'courses_min', 'credits_min'] as const;
  for await (const row of readTable(source, columns, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    const programme = programmes.get(row.programme);
    const key = `${row.programme} ${row.choice}`;
    if (programme === undefined) refuse('no such programme');
    if (!codePattern.test(row.choice)) refuse('choice: up to 16 digits and capital letters');
    if (choices.has(key)) refuse('programme and choice stand there already');
    if (!isLabel(row.name)) refuse(`name: 1 to ${labelMax} characters`);
    if (!wholeIn(row.courses_min, 1, choiceCoursesMax)) {
      refuse(`courses_min: 1 to ${choiceCoursesMax}`);
    }
    if (row.credits_min !== '' && !wholeIn(row.credits_min, 1, planCreditsMax)) {
      refuse(`credits_min: empty, or 1 to ${planCreditsMax}`);
    }
    const choice: PlanChoice = {
      name: row.name,
      courses: [],
      coursesMin: Number(row.courses_min),
      ...(row.credits_min === '' ? {} : { creditsMin: Number(row.credits_min) }),
    };
    if (programme !== undefined) programme.choices = [...(programme.choices ?? []), choice];
    choices.set(key, { choice, file: source.name, line: row.line });
  }
  return choices;
}

async function readPlans(
  source: Source,
  programmes: ReadonlyMap<ProgrammeCode, Programme>,
  courses: ReadonlyMap<CourseCode, Course>,
  choices: Choices,
  problems: Problems,
) {
  for await (const row of readTable(source, ['programme', 'course', 'choice'], problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    const plan = programmes.get(row.programme)?.courses;
    const chosen = choices.get(`${row.programme} ${row.choice}`);
    if (plan === undefined) refuse('no such programme');
    if (!courses.has(row.course)) refuse('no such course');
    if (plan?.includes(row.course)) refuse('the course stands in the plan already');
    if (row.choice !== '' && chosen === undefined) refuse('no such choice');
    plan?.push(row.course);
    chosen?.choice.courses.push(row.course);
  }
  for (const { choice, file, line } of choices.values()) {
    const credits = choice.courses.reduce(
      (sum, code) => sum + (courses.get(code)?.credits ?? 0),
      0,
    );
    // Nobody could ever graduate.
    if (choice.courses.length < choice.coursesMin || credits < (choice.creditsMin ?? 0)) {
      problems.add(file, line, 'the plan has too few courses or credits of this choice');
    }
  }
}

const isLabel = (text: string): boolean => text !== '' && [...text].length <= labelMax;

/** A whole number in its one plain form, no sign and no leading zero. */
function wholeIn(text: string, least: number, most: number): boolean {
  if (!/^(0|[1-9]\d{0,8})$/.test(text)) return false;
  return Number(text) >= least && Number(text) <= most;
}

function minuteOf(clock: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
