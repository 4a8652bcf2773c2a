import { readFileSync } from 'node:fs';
import argon2 from 'argon2';
import { beforeAll, expect, test } from 'vitest';
import { demonstrationPassword, makeProvince } from '../../data/make.ts';
import { type FileCandidate, readCandidates } from '../../engine/import/candidates.ts';
import { demonstrationSignIns, describeSignIns } from '../../engine/import/demonstration.ts';
import { type Province, readProvince, sourceIn } from '../../engine/import/province.ts';
import { Problems } from '../../engine/import/table.ts';
import {
  firstSecretOf,
  initialPasswordOf,
  normaliseDocument,
} from '../../engine/protocol/documents.ts';

const folder = new URL('../../data/province/', import.meta.url);
const sourceOf = sourceIn(folder);
let province: Province;
const people: FileCandidate[] = [];
const byNumber = new Map<string, FileCandidate>();

beforeAll(async () => {
  // Reading is the check: unknown codes, a missing pool, a wrong check digit end here.
  province = await readProvince(sourceOf);
  const problems = new Problems();
  for await (const person of readCandidates(sourceOf('candidates'), province, problems)) {
    people.push(person);
    byNumber.set(person.number, person);
  }
  problems.refuseIfAny();
});

const some = (is: (person: FileCandidate) => boolean) => people.some(is);
const holds = (person: FileCandidate, status: string) =>
  person.tickets.some((ticket) => ticket.status === status);

test('the committed files are what the script makes', async () => {
  for (const [name, text] of await makeProvince()) {
    expect(readFileSync(new URL(name, folder), 'utf8'), name).toBe(text);
  }
});

test('21 cities, 183 areas, four pools in each', () => {
  expect(province.cities).toHaveLength(21);
  expect(province.areas).toHaveLength(183);
  expect(new Set(province.areas.map((area) => area.code)).size).toBe(183);
  expect(province.areas.every((area) => /^\d{4}$/.test(area.code))).toBe(true);
  const codes = new Map(province.areas.map((area) => [area.county, area.code]));
  expect(codes.get('510116')).toBe('0122');
  expect(codes.get('510117')).toBe('0124');
  expect(codes.get('511181')).toBe('1181');
  const pools = [...province.capacities.values()];
  expect(pools).toHaveLength(183);
  const common = (area: (typeof pools)[number]) =>
    area.filter((pool) => pool.candidateType === undefined);
  expect(
    pools.every(
      (area) =>
        common(area)
          .map(({ unit }) => unit)
          .join('') === 'ABCD',
    ),
  ).toBe(true);
});

test('R5 three areas have pools of 应用型, and three courses are capped where they can be tried', () => {
  const own = [...province.capacities].filter(([, pools]) =>
    pools.some(({ candidateType }) => candidateType === 'applied'),
  );
  expect(own.map(([area]) => area)).toEqual(['0112', '0123', '0703']);
  expect([...province.courseCaps.values()].flat()).toEqual([
    { course: '00009', cap: 1 },
    { course: '00012', cap: 60 },
    { course: '00023', cap: 30 },
  ]);
});

test('capacities are rooms of thirty to about 900,000, Leshan as it was seen', () => {
  let total = 0;
  for (const area of province.areas) {
    const pools = province.capacities.get(area.code) ?? [];
    total += pools.reduce((sum, pool) => sum + pool.capacity, 0);
    if (area.city === '511100') continue;
    for (const { capacity, candidateType } of pools) {
      expect(capacity % 30).toBe(0);
      expect(capacity).toBeGreaterThanOrEqual(candidateType === undefined ? 300 : 150);
      expect(capacity).toBeLessThanOrEqual(4000);
    }
  }
  expect(total).toBeGreaterThan(895_000);
  expect(total).toBeLessThan(905_000);
  expect(province.capacities.get('1102')?.map((pool) => pool.capacity)).toEqual([0, 0, 0, 0]);
  expect(province.capacities.get('1133')?.map((pool) => pool.capacity)).toEqual([
    842, 815, 847, 815,
  ]);
});

test('R10 218 courses: a written one has one unit, a practical one none', () => {
  expect(province.courses).toHaveLength(218);
  const practical = province.courses.filter((course) => course.method === 'practical');
  expect(practical).toHaveLength(30);
  expect(practical.every((course) => course.unit === undefined)).toBe(true);
  const unseated = province.courses.filter(
    (course) => course.method === 'written' && course.unit === undefined,
  );
  expect(unseated).toHaveLength(9);
  expect(province.units.map((unit) => unit.name)).toEqual([
    '第一单元',
    '第二单元',
    '第三单元',
    '第四单元',
  ]);
});

test('R11 a replaced code names a replacement that can be booked, and stands in no plan', () => {
  const replaced = province.courses.filter((course) => course.replacedBy !== undefined);
  expect(replaced.map((course) => [course.code, ...(course.replacedBy ?? [])])).toEqual([
    ['00015', '13000'],
    ['03708', '15043'],
    ['03709', '15044'],
  ]);
  for (const { code, replacedBy } of replaced) {
    const replacement = province.courses.find((course) => course.code === replacedBy?.[0]);
    expect(replacement?.unit).toBeDefined();
    expect(province.programmes.some((programme) => programme.courses.includes(code))).toBe(false);
  }
});

test('44 programmes, eleven of them with a plan; R7 the fee is 35.00', () => {
  expect(province.programmes).toHaveLength(44);
  expect(province.programmes.filter((programme) => programme.courses.length > 0)).toHaveLength(11);
  expect(province.feeFen).toBe(3500);
});

test('F18 a plan asks for its total of credits, and leaves to choose what the sources leave', () => {
  const credits = new Map(province.courses.map((course) => [course.code, course.credits]));
  const sum = (codes: readonly string[]) =>
    codes.reduce((total, code) => total + (credits.get(code) ?? 0), 0);
  for (const { code, courses, totalCredits, choices = [] } of province.programmes) {
    if (totalCredits === undefined) continue;
    const chosen = choices.flatMap((choice) => choice.courses);
    const needed = sum(courses.filter((course) => !chosen.includes(course)));
    // The least that the choices can come to.
    const least = choices.map(({ courses: among, coursesMin, creditsMin }) => {
      const fewest = among.map((course) => credits.get(course) ?? 0).sort((a, b) => a - b);
      return Math.max(
        creditsMin ?? 0,
        fewest.slice(0, coursesMin).reduce((a, b) => a + b, 0),
      );
    });
    // Replaced courses in a plan brought up to three credits more than the sources' total.
    const total = needed + least.reduce((a, b) => a + b, 0);
    expect(total - totalCredits, code).toBeGreaterThanOrEqual(0);
    expect(total - totalCredits, code).toBeLessThanOrEqual(3);
  }
  const literature = province.programmes.find(({ code }) => code === '050101');
  expect(literature?.choices).toEqual([
    { name: '外语', courses: ['13000', '14970'], coursesMin: 1 },
    {
      name: '选考课程',
      courses: ['03954', '07827', '10398', '14025', '00814'],
      coursesMin: 3,
      creditsMin: 14,
    },
  ]);
});

test('B4 every area has a position, near its neighbours', () => {
  expect(province.areas.every(({ position }) => position !== undefined)).toBe(true);
  const positionOf = (code: string) => province.areas.find((area) => area.code === code)?.position;
  expect(positionOf('0104')).toEqual({ latitude: 30.65, longitude: 104.1 });
  for (const { position } of province.areas) {
    expect(position?.latitude).toBeGreaterThan(26);
    expect(position?.latitude).toBeLessThan(34.4);
    expect(position?.longitude).toBeGreaterThan(97.3);
    expect(position?.longitude).toBeLessThan(108.6);
  }
});

test('at least 2,000 invented people, plainly so, with right check digits', () => {
  expect(people.length).toBeGreaterThanOrEqual(2000);
  expect(byNumber.size).toBe(people.length);
  for (const person of people) {
    expect(normaliseDocument(person.documentType, person.number).ok).toBe(true);
    expect(person.number).toMatch(/^(999999|83000019[01][0-9]|830000192[01]|H?9999|DEMO)/);
    expect(person.phone).toMatch(/^(1990000\d{4})?$/);
    expect(person.name).toMatch(/^.(示例|演示|样例|虚构|示范|试用)$/u);
  }
});

test.each<[string, (person: FileCandidate) => boolean]>([
  ['F8 enrolled, first sign-in', (one) => one.kind === 'enrolled' && one.phone === ''],
  ['D1 enrolled, phone on record', (one) => one.kind === 'enrolled' && one.phone !== ''],
  ['F12 new, phone on record', (one) => one.kind === 'new' && one.phone !== ''],
  ['F12 new, no phone', (one) => one.kind === 'new' && one.phone === ''],
  ['F4 one ticket', (one) => one.tickets.length === 1],
  ['F5 several tickets', (one) => one.tickets.length > 1 && !holds(one, 'graduated')],
  ['R4 diploma issued', (one) => holds(one, 'graduated')],
  ['R4 transferred out', (one) => holds(one, 'transferred')],
  ['R6 no photo', (one) => !one.hasPhoto],
  ['R5 social', (one) => one.candidateType === 'open'],
  ['R5 applied', (one) => one.candidateType === 'applied'],
  ['R3 passed courses', (one) => one.tickets.some((ticket) => ticket.passed?.length)],
  ['D16 residence permit', (one) => one.documentType === 'residence-permit'],
  ['D16 a number that ends in X', (one) => one.number.endsWith('X')],
  ['D16 mainland permit', (one) => one.documentType === 'mainland-permit'],
  ['D16 Taiwan permit', (one) => one.documentType === 'taiwan-permit'],
  ['D16 passport', (one) => one.documentType === 'passport'],
])('%s: among the invented people', (_kind, is) => {
  expect(some(is)).toBe(true);
});

test('F7 F8 D16 every listed sign-in is in the file and its password works', async () => {
  const listed = demonstrationSignIns();
  expect(listed.length).toBeGreaterThanOrEqual(9);
  for (const signIn of listed) {
    const person = byNumber.get(signIn.documentNumber);
    expect(person?.documentType).toBe(signIn.documentType);
    expect(person?.phone ?? '').toBe(signIn.phone ?? '');
    if (person?.kind === 'enrolled') {
      const byNumber = firstSecretOf(signIn.documentType) === 'initial-password';
      const first = byNumber ? initialPasswordOf(signIn.documentNumber) : person.activationCode;
      expect(signIn.password).toBe(first);
    } else {
      expect(signIn.password).toBe(demonstrationPassword);
      expect(await argon2.verify(person?.passwordHash ?? '', signIn.password)).toBe(true);
    }
    expect(describeSignIns()).toContain(signIn.documentNumber);
  }
});
