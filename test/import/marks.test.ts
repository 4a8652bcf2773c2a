/** Rooms, desks and absences from a file into the areas' books: the real core, in memory. */
import { beforeEach, expect, test } from 'vitest';
import { ask, type CoreQuery } from '../../engine/core/partition.ts';
import {
  createImportDesk,
  type DeskPort,
  type ImportDesk,
  ImportRefused,
  importFormats,
  uploadedSource,
} from '../../engine/import/desk.ts';
import type { MarkKind } from '../../engine/import/marks.ts';
import { decodeAsk, encodeAsk } from '../../engine/protocol/codec.ts';
import type { Command, PreparedCommand } from '../../engine/protocol/commands.ts';
import { singleLayout } from '../../engine/protocol/layout.ts';
import type { Query } from '../../engine/protocol/replies.ts';
import {
  accepted,
  type Desk,
  givenAdopted,
  givenDesk,
  givenPayment,
  opaque,
  shellAs,
  unitCodes,
  Visitor,
} from '../given.ts';

const brought = shellAs('示例甲');
const decided = { ...shellAs('示例乙'), reason: '编排完成' };
const ticketOf = (number: number): string => `9999${String(number).padStart(8, '0')}`;
let desk: Desk;
let files: ImportDesk;
let posted = 0;

beforeEach(() => {
  desk = givenDesk({ capacity: 200 });
  const { catalogue, calendar, settings } = givenAdopted();
  accepted(desk.send({ kind: 'install-session', catalogue, calendar, settings }));
  const port: DeskPort = {
    layout: singleLayout,
    async tell(_, body) {
      posted += 1;
      const command = { ...body, id: opaque('file', posted), answerBy: desk.now, epoch: 0 };
      // As over a bus: what the closed schema would not let through fails here.
      const [arrived] = decodeAsk(encodeAsk([command as Command])) as [Command];
      return desk.carry(arrived as PreparedCommand);
    },
    async ask(_, query: Query): Promise<never> {
      return ask(desk.partition, query as CoreQuery, desk.now) as never;
    },
  };
  files = createImportDesk(port, { personIdOf: () => expect.unreachable() });
});

/** Saves, confirms and pays. */
function paid(number: number, area: string, ...courses: string[]): Visitor {
  const visitor = unpaid(number, area, ...courses);
  accepted(desk.send(givenPayment(visitor.pay(), 3_500 * courses.length)));
  return visitor;
}
function unpaid(number: number, area: string, ...courses: string[]): Visitor {
  const visitor = new Visitor(desk, number, area);
  visitor.ticket = ticketOf(number);
  accepted(visitor.take(...courses));
  accepted(visitor.confirm());
  return visitor;
}

function fileOf(kind: MarkKind, lines: readonly string[]) {
  const columns = importFormats.find((one) => one.kind === kind)?.columns ?? [];
  const text = [columns.map(({ title }) => title).join(','), ...lines, ''].join('\r\n');
  return uploadedSource(
    `${kind}.csv`,
    (async function* () {
      yield new TextEncoder().encode(text);
    })(),
  );
}
const sits = (
  number: number,
  unit: string,
  course: string,
  room: string,
  seat: string,
  { area = '0101', venue = '', size = '' } = {},
): string => [area, unit, ticketOf(number), course, venue, room, seat, size].join(',');
const stays = (number: number, unit: string, course: string, absent = '是', area = '0101') =>
  [area, unit, ticketOf(number), course, absent].join(',');

/** Staged, decided by two, heard of and taken by timers. */
async function apply(kind: MarkKind, lines: readonly string[], between = () => {}) {
  const { number, difference } = await files.stage(kind, fileOf(kind, lines), brought);
  await files.apply(number, decided);
  between();
  const heard = { import: number, to: 'applied' as const, capacities: [] };
  accepted(desk.send({ kind: 'adopt-import', ...heard }));
  accepted(desk.send({ kind: 'note-import-adopted', import: number, partition: 'p0' }));
  desk.runTimers();
  expect((await files.taken(number)).done).toBe(true);
  return difference;
}
function sittings({ area, person }: Visitor) {
  const answer = ask(desk.partition, { kind: 'registration', area, person }, desk.now);
  if (answer.kind !== 'registration') return expect.unreachable();
  return Object.fromEntries(
    answer.registration.seats.map(({ unit, sitting }) => [
      unit,
      sitting &&
        [
          ...(sitting.desk === undefined ? [] : [sitting.desk.room, sitting.desk.deskNumber]),
          ...(sitting.absent ? ['absent'] : []),
        ].join(' '),
    ]),
  );
}
async function faultsOf(kind: MarkKind, lines: readonly string[]): Promise<string[]> {
  const refused = await files.stage(kind, fileOf(kind, lines), brought).then(
    () => expect.unreachable('the file has faults'),
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(ImportRefused);
  return (refused as ImportRefused).problems.map(({ line, reason }) => `${line} ${reason}`);
}

test('S5 desks are previewed, staged unseen, decided by two, and stand beside the seats', async () => {
  const one = paid(1, '0101', '11001', '12001');
  const other = paid(2, '0102', '11001');
  const lines = [
    sits(1, 'A', '11001', '001', '12', { venue: '示例中学', size: '30' }),
    sits(2, 'A', '11001', '001', '12', { area: '0102' }),
  ];
  const before = desk.journal.length;
  const difference = await files.preview('arrangement', fileOf('arrangement', lines));
  expect(difference).toMatchObject({ added: 2, changed: 0, same: 0, removed: 0 });
  expect(difference.examples[0]?.who).toBe('9999******01 A');
  expect(desk.journal).toHaveLength(before);

  const { number } = await files.stage('arrangement', fileOf('arrangement', lines), brought);
  expect(sittings(one)).toEqual({ A: undefined, B: undefined });
  await expect(files.apply(number, { ...decided, ...brought })).rejects.toThrow('second-person');
  await files.drop(number, brought);

  const revision = one.row?.revision;
  await apply('arrangement', lines);
  expect(sittings(one)).toEqual({ A: '001 12', B: undefined });
  expect(sittings(other)).toEqual({ A: '001 12' });
  expect(one.row?.places[0]?.sitting?.desk?.venue).toBe('示例中学');
  expect(one.row?.revision).toBe(revision);
});

test('S5 a file is whole for each unit of an area that it names, and for no other', async () => {
  const one = paid(1, '0101', '11001', '12001');
  const two = paid(2, '0101', '11002');
  const far = paid(3, '0102', '11001');
  await apply('arrangement', [
    sits(1, 'A', '11001', '001', '1'),
    sits(1, 'B', '12001', '001', '1'),
    sits(2, 'A', '11002', '001', '2'),
    sits(3, 'A', '11001', '001', '2', { area: '0102' }),
  ]);
  const again = await apply('arrangement', [sits(1, 'A', '11001', '001', '02')]);
  expect(again).toMatchObject({
    ...{ added: 0, changed: 1, same: 0, removed: 1 },
    columns: [{ title: '座位号', rows: 1 }],
  });
  expect([one, two, far].map(sittings)).toEqual([
    { A: '001 02', B: '001 1' },
    { A: undefined },
    { A: '001 2' },
  ]);
  const same = await apply('arrangement', [
    sits(1, 'A', '11001', '001', '02'),
    sits(2, 'A', '11002', '', ''),
  ]);
  expect(same).toMatchObject({ added: 0, changed: 0, same: 1, removed: 0 });
  expect((await files.imports())[1]?.sum).toMatchObject({ changed: 1, removed: 1 });
});

test('S5 every fault is told by its line, and nothing of the file is kept', async () => {
  paid(1, '0101', '11001', '12001');
  paid(2, '0101', '11002');
  unpaid(3, '0101', '11001');
  const refunding = paid(4, '0101', '11001');
  accepted(refunding.requestRefund());
  const at = (room: string, seat: string, size = '') => [room, seat, { size }] as const;
  expect(
    await faultsOf('arrangement', [
      sits(1, 'Z', '11001', ...at('001', '1')),
      sits(1, 'A', '99999', ...at('001', '1')),
      sits(1, 'A', '11001', '001', '1', { area: '9999' }),
      sits(1, 'B', '12001', ...at('001', '')),
      sits(1, 'B', '12001', ...at('001', '3')),
      sits(5, 'C', '13001', ...at('001', '7', '2')),
      sits(6, 'C', '13001', ...at('001', '07', '2')),
      sits(7, 'C', '13001', ...at('001', '8', '3')),
    ]),
  ).toEqual([
    '2 没有这个单元',
    '3 没有这门课程',
    '4 没有这个考区',
    '5 考场号和座位号要么都有，要么都空着',
    '6 这个准考证号在这个单元上面已有',
    '8 同一考场的这个座位上面已有人',
    '9 考场座位数：和上面同一考场的不一样',
    '9 这个考场超过 2 人',
  ]);
  const none = '这个考区和单元里没有这个准考证号的已缴费考位';
  expect(
    await faultsOf('arrangement', [
      sits(1, 'A', '11002', ...at('001', '1')),
      sits(2, 'B', '12001', ...at('001', '1')),
      sits(3, 'A', '11001', ...at('001', '2')),
      sits(4, 'A', '11001', ...at('001', '3')),
      sits(9, 'A', '11001', ...at('001', '4')),
    ]),
  ).toEqual(['2 课程代码：报考的是 11001', ...[3, 4, 5, 6].map((line) => `${line} ${none}`)]);
  expect(await faultsOf('absences', [stays(1, 'A', '11001', '也许')])).toEqual([
    '2 缺考：是（yes）、否（no）',
  ]);
  expect((await files.imports()).map(({ state }) => state)).toEqual([
    'dropped',
    'dropped',
    'dropped',
  ]);
  expect(desk.journal.some(({ event }) => event.kind === 'marks-staged')).toBe(false);
});

test('S5 absences are marked and taken back, and leave the desk alone', async () => {
  const one = paid(1, '0101', '11001', '12001');
  const two = paid(2, '0101', '11002');
  await apply('arrangement', [sits(1, 'A', '11001', '001', '1')]);
  expect(await apply('absences', [stays(1, 'A', '11001'), stays(2, 'A', '11002')])).toMatchObject({
    ...{ added: 2, removed: 0 },
  });
  expect([one, two].map(sittings)).toEqual([{ A: '001 1 absent', B: undefined }, { A: 'absent' }]);
  expect(
    await apply('absences', [stays(1, 'A', '11001', '否'), stays(2, 'A', '11002')]),
  ).toMatchObject({ added: 0, same: 1, removed: 1 });
  expect([one, two].map(sittings)).toEqual([{ A: '001 1', B: undefined }, { A: 'absent' }]);
  await apply('arrangement', [sits(2, 'A', '11002', '001', '1')]);
  expect([one, two].map(sittings)).toEqual([{ A: undefined, B: undefined }, { A: '001 1 absent' }]);
});

test('S5 F31 a seat that was given back has neither desk nor absence, nor takes one from an older file', async () => {
  const one = paid(1, '0101', '11001');
  const two = paid(2, '0101', '11002');
  const refund = (visitor: Visitor) => {
    const attempt = `${visitor.order}_1`;
    accepted(visitor.requestRefund());
    const succeeded = { outcome: 'succeeded', why: '', refundedAt: desk.now } as const;
    accepted(desk.send({ kind: 'note-refund', area: visitor.area, attempt, ...succeeded }));
  };
  await apply('arrangement', [
    sits(1, 'A', '11001', '001', '1'),
    sits(2, 'A', '11002', '001', '2'),
  ]);
  refund(one);
  expect(one.row?.places.map(({ sitting }) => sitting)).toEqual([undefined]);
  const lines = [sits(2, 'A', '11002', '002', '9')];
  await apply('arrangement', lines, () => refund(two));
  expect(two.row?.places.map(({ sitting }) => sitting)).toEqual([undefined]);
  expect(desk.journal.filter(({ event }) => event.kind === 'seats-marked')).toHaveLength(2);
});

test('S5 a hundred people of two areas go in slices, each once', async () => {
  const people = Array.from({ length: 100 }, (_, at) =>
    paid(at + 1, at < 70 ? '0101' : '0103', '11001'),
  );
  const lines = people.map(({ area }, at) =>
    sits(at + 1, 'A', '11001', String(1 + Math.floor(at / 30)), String(at % 30), {
      area,
      size: '30',
    }),
  );
  expect(await apply('arrangement', lines)).toMatchObject({ added: 100 });
  const kinds = desk.journal.map(({ event }) => event.kind);
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  expect([count('marks-staged'), count('slice-taken'), count('seats-marked')]).toEqual([3, 3, 100]);
  for (const [at, visitor] of people.entries())
    expect(sittings(visitor)).toEqual({ A: `${1 + Math.floor(at / 30)} ${at % 30}` });
  expect(unitCodes).toContain('A');
});
