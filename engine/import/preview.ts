/**
 * What a catalogue's table or a file of capacities would change, against what stands now, and whether
 * it may: whole file or nothing.
 *
 * P1 A table of the catalogue says all there is: what is not in the file goes, and nothing goes that
 *    something else still names or somebody sits in.
 * P2 A file of capacities says what it names; other pools stay as they are.
 */
import type { AreaCode, CourseCode } from '../protocol/ids.ts';
import type { PoolBalance } from '../protocol/replies.ts';
import type { Adopted, Catalogue, PoolCapacity } from '../protocol/session.ts';
import {
  areaRows,
  type Cells,
  courseRows,
  headRows,
  planRows,
  poolKey,
  programmeRows,
  type ReadCapacities,
  readAreas,
  readCapacities,
  readCourses,
  readHead,
  readPlans,
  readProgrammes,
  readUnits,
  unitRows,
} from './catalogue-tables.ts';
import { type Difference, differenceOf } from './difference.ts';
import {
  areasFormat,
  capacitiesFormat,
  coursesFormat,
  plansFormat,
  programmesFormat,
  sessionFormat,
  unitsFormat,
} from './formats.ts';
import { Problems, type Source } from './table.ts';

/** What stands: the session, and every pool with what is taken of it. */
export type Standing = { adopted: Adopted; pools: readonly PoolBalance[] };
export type CatalogueKind = 'session' | 'units' | 'areas' | 'courses' | 'programmes' | 'plans';
/** `onto`: the session's number that the difference is against; 0: there is no session yet. */
export type CataloguePreview = {
  difference: Difference;
  catalogue: Catalogue;
  onto: number;
};
export type CapacitiesPreview = {
  difference: Difference;
  changes: { area: AreaCode; capacities: PoolCapacity[] }[];
};
/** Which of these courses somebody has registered for. */
export type TakenCourses = (among: ReadonlySet<CourseCode>) => Promise<ReadonlySet<CourseCode>>;

const namedMax = 5;

/** Throws `ImportRefused` with every fault. */
export async function previewCatalogue(
  kind: CatalogueKind,
  source: Source,
  { adopted, pools }: Standing,
  takenCourses: TakenCourses,
): Promise<CataloguePreview> {
  const { catalogue, number } = adopted;
  const problems = new Problems();
  const refuse = (reason: string) => problems.add(source.name, 1, reason);
  const read = await readPart(kind, source, catalogue, problems);
  problems.refuseIfAny();
  const after = { ...catalogue, ...read };
  switch (kind) {
    case 'units': {
      const codes = new Set(after.units.map(({ code }) => code));
      const left = courses(after, ({ unit }) => unit !== undefined && !codes.has(unit));
      if (left.length > 0) refuse(`有课程排在文件里没有的单元：${listed(left)}`);
      refuseTaken(
        pools,
        ({ unit }) => !codes.has(unit),
        '文件里没有的单元里还有人占着考位',
        refuse,
      );
      break;
    }
    case 'areas': {
      const codes = new Set(after.areas.map(({ code }) => code));
      refuseTaken(
        pools,
        ({ area }) => !codes.has(area),
        '文件里没有的考区里还有人占着考位',
        refuse,
      );
      break;
    }
    case 'courses': {
      const codes = new Map(after.courses.map((course) => [course.code, course]));
      const planned = new Set(after.programmes.flatMap((programme) => programme.courses));
      const missing = [...planned].filter((code) => !codes.has(code));
      if (missing.length > 0) refuse(`专业计划里的课程文件里没有：${listed(missing)}`);
      const moved = courses(catalogue, ({ code, unit }) => codes.get(code)?.unit !== unit);
      const taken = moved.length === 0 ? new Set() : await takenCourses(new Set(moved));
      if (taken.size > 0) {
        refuse(`已有人报考的课程不能去掉或换单元：${listed([...taken] as string[])}`);
      }
      break;
    }
    default:
  }
  problems.refuseIfAny();
  return {
    difference: catalogueDifference(kind, catalogue, after),
    catalogue: after,
    onto: number,
  };
}

async function readPart(
  kind: CatalogueKind,
  source: Source,
  catalogue: Catalogue,
  problems: Problems,
): Promise<Partial<Catalogue>> {
  switch (kind) {
    case 'session':
      return (await readHead(source, problems)) ?? {};
    case 'units':
      return { units: await readUnits(source, problems) };
    case 'areas':
      return readAreas(source, problems);
    case 'courses': {
      const units = new Set(catalogue.units.map(({ code }) => code));
      return { courses: await readCourses(source, units, problems) };
    }
    case 'programmes': {
      const plans = new Map(catalogue.programmes.map((programme) => [programme.code, programme]));
      const programmes = await readProgrammes(source, problems);
      return {
        programmes: programmes.map((programme) => {
          const { courses: planned = [], choices } = plans.get(programme.code) ?? {};
          return { ...programme, courses: planned, ...(choices && { choices }) };
        }),
      };
    }
    case 'plans': {
      const byCode = new Map(catalogue.courses.map((course) => [course.code, course]));
      return { programmes: await readPlans(source, catalogue.programmes, byCode, problems) };
    }
  }
}

function catalogueDifference(kind: CatalogueKind, before: Catalogue, after: Catalogue): Difference {
  const byCode = ({ code }: { code: string }) => code;
  switch (kind) {
    case 'session':
      return differenceOf(sessionFormat.columns, byCode, headRows(before), headRows(after));
    case 'units':
      return differenceOf(unitsFormat.columns, byCode, unitRows(before), unitRows(after));
    case 'areas':
      return differenceOf(areasFormat.columns, byCode, areaRows(before), areaRows(after));
    case 'courses':
      return differenceOf(coursesFormat.columns, byCode, courseRows(before), courseRows(after));
    case 'programmes': {
      const rows = [programmeRows(before), programmeRows(after)] as const;
      return differenceOf(programmesFormat.columns, byCode, ...rows);
    }
    case 'plans': {
      const key = (row: Cells<typeof plansFormat>) => `${row.programme} ${row.course}`;
      return differenceOf(plansFormat.columns, key, planRows(before), planRows(after));
    }
  }
}

/** The first file of an installation that has no session: there is nothing to compare it with. */
export async function previewFirstSession(source: Source): Promise<CataloguePreview> {
  const problems = new Problems();
  const head = await readHead(source, problems);
  problems.refuseIfAny();
  if (head === undefined) throw new Error('a table without a fault has a row');
  const nothing = { units: [], cities: [], areas: [], courses: [], programmes: [] };
  return {
    difference: differenceOf(sessionFormat.columns, ({ code }) => code, [], headRows(head)),
    catalogue: { ...head, ...nothing },
    onto: 0,
  };
}

/** Throws `ImportRefused` with every fault, among them each capacity below what is taken. */
export async function previewCapacities(
  source: Source,
  { adopted, pools }: Standing,
): Promise<CapacitiesPreview> {
  const { areas, units } = adopted.catalogue;
  const problems = new Problems();
  const areaCodes = new Set(areas.map(({ code }) => code));
  const unitCodes = new Set(units.map(({ code }) => code));
  const read = await readCapacities(source, areaCodes, unitCodes, problems);
  const standing = new Map(
    pools.map((pool) => [poolKey(pool.area, pool.unit, pool.candidateType), pool]),
  );
  refuseBelowTaken(source, read, standing, problems);
  problems.refuseIfAny();
  const before: Cells<typeof capacitiesFormat>[] = [];
  const after: Cells<typeof capacitiesFormat>[] = [];
  for (const [area, capacities] of read.capacities) {
    for (const { unit, capacity, candidateType } of capacities) {
      const cells = { area, unit, candidate_type: candidateType ?? '' };
      const stood = standing.get(poolKey(area, unit, candidateType));
      if (stood !== undefined) before.push({ ...cells, capacity: String(stood.capacity) });
      after.push({ ...cells, capacity: String(capacity) });
    }
  }
  const key = ({ area, unit, candidate_type: type }: Cells<typeof capacitiesFormat>) =>
    [area, unit, ...(type === '' ? [] : [type])].join(' ');
  return {
    difference: differenceOf(capacitiesFormat.columns, key, before, after),
    changes: [...read.capacities].map(([area, capacities]) => ({ area, capacities })),
  };
}

function refuseBelowTaken(
  source: Source,
  { capacities, lines }: ReadCapacities,
  standing: ReadonlyMap<string, PoolBalance>,
  problems: Problems,
): void {
  for (const [area, pools] of capacities) {
    for (const { unit, capacity, candidateType } of pools) {
      const key = poolKey(area, unit, candidateType);
      const stood = standing.get(key);
      const taken = stood === undefined ? 0 : takenOf(stood);
      if (capacity >= taken) continue;
      problems.add(source.name, lines.get(key) ?? 1, `容量：低于已占用的 ${taken} 个考位`);
    }
  }
}

export const takenOf = ({ held, saved, confirmed, paid, refunding }: PoolBalance): number =>
  held + saved + confirmed + paid + refunding;

function refuseTaken(
  pools: readonly PoolBalance[],
  isGone: (pool: PoolBalance) => boolean,
  words: string,
  refuse: (reason: string) => void,
): void {
  const taken = pools.filter((pool) => isGone(pool) && takenOf(pool) > 0);
  if (taken.length === 0) return;
  refuse(`${words}：${listed(taken.map(({ area, unit }) => `${area} ${unit}`))}`);
}

const courses = (
  catalogue: Catalogue,
  is: (course: Catalogue['courses'][number]) => boolean,
): CourseCode[] => catalogue.courses.filter(is).map(({ code }) => code);

const listed = (names: readonly string[]): string =>
  names.length <= namedMax
    ? names.join('、')
    : `${names.slice(0, namedMax).join('、')} 等 ${names.length} 个`;
