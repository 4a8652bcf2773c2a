import { expect, test } from 'vitest';
import { catalogueOf } from '../../engine/import/calendar.ts';
import {
  areaRows,
  courseRows,
  headRows,
  planRows,
  programmeRows,
  unitRows,
} from '../../engine/import/catalogue-tables.ts';
import { demonstrationSettings } from '../../engine/import/demonstration.ts';
import { importFormats } from '../../engine/import/formats.ts';
import {
  type CatalogueKind,
  previewCapacities,
  previewCatalogue,
  type Standing,
} from '../../engine/import/preview.ts';
import { readProvince, sourceIn } from '../../engine/import/province.ts';
import { ImportRefused, type Source } from '../../engine/import/table.ts';
import type { PoolBalance } from '../../engine/protocol/replies.ts';
import type { Catalogue } from '../../engine/protocol/session.ts';

const folder = new URL('../../data/province/', import.meta.url);
const catalogue = catalogueOf(await readProvince(sourceIn(folder)), [
  { opensAt: Date.UTC(2026, 8, 7, 1), closesAt: Date.UTC(2026, 8, 7, 14) },
]);
const pool = (area: string, unit: string, capacity: number, paid = 0): PoolBalance => ({
  ...{ area, unit, capacity, free: capacity - paid },
  ...{ held: 0, saved: 0, confirmed: 0, paid, refunding: 0 },
});
const standing: Standing = {
  adopted: {
    ...{ number: 7, catalogue, calendar: [], window: { state: 'open', pausedMs: 0 } },
    settings: { ...demonstrationSettings, bookingProof: 'code' },
  },
  pools: [pool('0104', 'A', 720, 31), pool('0104', 'B', 660), pool('0105', 'A', 90)],
};

const rowsOf: Record<CatalogueKind, (catalogue: Catalogue) => Record<string, string>[]> = {
  session: headRows,
  units: unitRows,
  areas: areaRows,
  courses: courseRows,
  programmes: programmeRows,
  plans: planRows,
};
const kinds = Object.keys(rowsOf) as CatalogueKind[];

function fileOf(kind: string, rows: readonly Record<string, string>[]): Source {
  const columns = importFormats.find((one) => one.kind === kind)?.columns ?? [];
  const lines = rows.map((row) => columns.map(({ name }) => `"${row[name] ?? ''}"`).join(','));
  const text = [columns.map(({ title }) => title).join(','), ...lines].join('\n');
  return {
    name: `${kind}.csv`,
    async *open() {
      yield new TextEncoder().encode(text);
    },
  };
}
const previewOf = (
  kind: CatalogueKind,
  rows: readonly Record<string, string>[],
  taken: string[] = [],
) => previewCatalogue(kind, fileOf(kind, rows), standing, async () => new Set(taken));

async function problemsOf(reading: Promise<unknown>) {
  const refused = await reading.then(
    () => expect.unreachable('the file should have been refused'),
    (error: unknown) => error,
  );
  return refused instanceof ImportRefused
    ? refused.problems.map(({ line, reason }) => `${line}: ${reason}`)
    : expect.unreachable(String(refused));
}

test.each(kinds)(
  'S1 %s read from what was written are the same, and change nothing',
  async (kind) => {
    const preview = await previewOf(kind, rowsOf[kind](catalogue));
    expect(preview.difference).toMatchObject({ added: 0, changed: 0, removed: 0 });
    expect(preview.difference.same).toBe(rowsOf[kind](catalogue).length);
    expect(preview.catalogue).toEqual(catalogue);
    expect(preview.onto).toBe(7);
  },
);

test('S1 a preview counts what comes, changes and goes, in which columns, and names the first', async () => {
  const [first, second, ...rest] = areaRows(catalogue);
  if (first === undefined || second === undefined) return expect.unreachable();
  const moved = { ...first, office_phone: '028-00000000', office_hours: '09:00–12:00' };
  const added = { ...second, code: '9901', name: '演示新区' };
  const { difference, catalogue: after } = await previewCatalogue(
    'areas',
    fileOf('areas', [moved, ...rest, added]),
    { ...standing, pools: [] },
    async () => new Set(),
  );
  expect(difference).toEqual({
    ...{ added: 1, changed: 1, removed: 1, same: rest.length },
    columns: [
      { title: '办公室电话', rows: 1 },
      { title: '办公时间', rows: 1 },
    ],
    examples: [
      { how: 'changed', who: '0104', columns: ['办公室电话', '办公时间'] },
      { how: 'added', who: '9901', columns: [] },
      { how: 'removed', who: '0105', columns: [] },
    ],
  });
  expect(after.areas).toHaveLength(catalogue.areas.length);
  expect(after.courses).toBe(catalogue.courses);
});

test('S1 what something still names, or somebody sits in, is not taken away', async () => {
  const [, ...units] = unitRows(catalogue);
  const [unitFault, seatFault] = await problemsOf(previewOf('units', units));
  expect(unitFault).toMatch(/^1: 有课程排在文件里没有的单元：00009、/);
  expect(seatFault).toBe('1: 文件里没有的单元里还有人占着考位：0104 A');
  const [, ...areas] = areaRows(catalogue);
  expect(await problemsOf(previewOf('areas', areas))).toEqual([
    '1: 文件里没有的考区里还有人占着考位：0104 A',
  ]);
  const replacing = new Set(catalogue.courses.flatMap(({ replacedBy = [] }) => replacedBy));
  const planned = catalogue.programmes
    .flatMap(({ courses }) => courses)
    .find((code) => !replacing.has(code));
  const fewer = courseRows(catalogue).filter(({ code }) => code !== planned);
  expect(await problemsOf(previewOf('courses', fewer))).toEqual([
    `1: 专业计划里的课程文件里没有：${planned}`,
  ]);
  const moved = courseRows(catalogue).map((row) =>
    row.code === '00009' ? { ...row, unit: 'B' } : row,
  );
  expect(await problemsOf(previewOf('courses', moved, ['00009']))).toEqual([
    '1: 已有人报考的课程不能去掉或换单元：00009',
  ]);
  expect((await previewOf('courses', moved)).difference.columns).toEqual([
    { title: '单元代码', rows: 1 },
  ]);
});

test('S1 programmes keep their plans, and a plan without its choice rules is refused', async () => {
  const { catalogue: after } = await previewOf('programmes', programmeRows(catalogue));
  expect(after.programmes).toEqual(catalogue.programmes);
  const rows = planRows(catalogue).map((row) => ({ ...row, courses_min: '' }));
  expect((await problemsOf(previewOf('plans', rows)))[0]).toMatch(/有选考组时，要填至少门数$/);
});

test('S1 S2 a capacity below what is taken is refused by its line; pools that are not named stay', async () => {
  const row = (area: string, unit: string, capacity: number) => ({
    ...{ area, unit, capacity: String(capacity), candidate_type: '' },
  });
  const low = fileOf('capacities', [row('0104', 'B', 0), row('0104', 'A', 30)]);
  expect(await problemsOf(previewCapacities(low, standing))).toEqual([
    '3: 容量：低于已占用的 31 个考位',
  ]);
  const right = fileOf('capacities', [
    ...[row('0104', 'A', 31), row('0105', 'A', 90), row('0105', 'B', 60)],
    { ...row('0105', 'B', 30), candidate_type: '应用型' },
  ]);
  const { difference, changes } = await previewCapacities(right, standing);
  expect(difference).toMatchObject({ added: 2, changed: 1, same: 1, removed: 0 });
  expect(difference.examples).toEqual([
    { how: 'changed', who: '0104 A', columns: ['容量'] },
    { how: 'added', who: '0105 B', columns: [] },
    { how: 'added', who: '0105 B applied', columns: [] },
  ]);
  expect(changes).toEqual([
    { area: '0104', capacities: [{ unit: 'A', capacity: 31 }] },
    {
      area: '0105',
      capacities: [
        { unit: 'A', capacity: 90 },
        { unit: 'B', capacity: 60 },
        { unit: 'B', capacity: 30, candidateType: 'applied' },
      ],
    },
  ]);
});
