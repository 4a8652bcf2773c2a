/**
 * Everything that goes out as CSV (S1): asked of the books a page at a time, so that a writer answers
 * others in between, and written as it comes.
 *
 * X1 For spreadsheets: a byte order mark, CRLF, and no cell that would run as a formula. A code of
 *    digits ends in a tab, without which a spreadsheet would make a number of it; an import takes the
 *    tab off again.
 * X2 Numbers of people leave masked. Seeing one in full is another right, one person at a time (S4). The
 *    one exception is an arrangement, which is made by ticket numbers: it names nobody, and leaves once the
 *    journal has who took it (`export-noted`).
 */
import { stringify } from 'csv-stringify/sync';
import { documentTypes } from '../protocol/documents.ts';
import type { AreaCode, EpochMs, PartitionName, UnitCode } from '../protocol/ids.ts';
import { partitionOfArea, partitionsOf } from '../protocol/layout.ts';
import { ticketMask } from '../protocol/masks.ts';
import type { OrderView, RegisteredLine, SeatView } from '../protocol/replies.ts';
import type { Adopted, CandidateType } from '../protocol/session.ts';
import { eventWords } from './audit-words.ts';
import {
  areaRows,
  clockOf,
  courseRows,
  headRows,
  planRows,
  programmeRows,
  unitRows,
  yuanOf,
} from './catalogue-tables.ts';
import {
  areasFormat,
  capacitiesFormat,
  coursesFormat,
  plansFormat,
  programmesFormat,
  sessionFormat,
  unitsFormat,
} from './formats.ts';
import type { DeskPort } from './port.ts';
import type { Column } from './table.ts';

export const exportKinds = [
  ...(['registrations', 'orders', 'pools', 'arrangement', 'candidates', 'audit'] as const),
  ...(['session', 'units', 'areas', 'courses', 'programmes', 'plans', 'capacities'] as const),
] as const;
export type ExportKind = (typeof exportKinds)[number];
export const exportTitles: Record<ExportKind, string> = {
  registrations: '报考',
  orders: '报考单',
  pools: '考位',
  arrangement: '考场编排',
  candidates: '考生',
  audit: '审计',
  session: '考次',
  units: '考试单元',
  areas: '考区',
  courses: '课程',
  programmes: '专业',
  plans: '专业计划',
  capacities: '考位容量',
};

/** Those that can be had of some areas only: an area's office takes its own. */
export const exportKindsByArea: readonly ExportKind[] = [
  ...(['registrations', 'orders', 'pools', 'arrangement'] as const),
];
export type ExportOptions = {
  /** Undefined: of all. */
  areas?: ReadonlySet<AreaCode> | undefined;
  /** Of an arrangement: of this unit alone. */
  unit?: UnitCode | undefined;
  /** Of an arrangement: with the ticket numbers in full, which whoever asks has had journaled (X2). */
  inFull?: boolean;
  /** How many rows have left so far. */
  onRows?: (rows: number) => void;
};

type Cells = string[];
/** `ids`: columns whose cells are codes, whatever digits they are made of. */
type Sheet = { titles: string[]; ids: ReadonlySet<number>; pages: AsyncIterable<Cells[]> };

const byteOrderMark = '\ufeff';
const idShown = 8;

/** Pieces of one CSV file. */
export async function* exportCsv(
  port: DeskPort,
  kind: ExportKind,
  options: ExportOptions = {},
): AsyncGenerator<string> {
  const { areas, onRows = () => {} } = options;
  if (areas !== undefined && !exportKindsByArea.includes(kind))
    throw new Error(`${kind} is the whole province's`);
  const { titles, ids, pages } = await sheetOf(port, kind, options);
  yield csvHead(titles);
  let rows = 0;
  for await (const page of pages) {
    rows += page.length;
    if (page.length > 0) yield csvLines(page, ids);
    onRows(rows);
  }
}

/** The first piece of a file. */
export const csvHead = (titles: Cells): string => byteOrderMark + csvLines([titles], new Set());
/** One table, whole. */
export const tableCsv = (
  titles: Cells,
  rows: readonly Cells[],
  ids: ReadonlySet<number> = new Set(),
): string => csvHead(titles) + (rows.length > 0 ? csvLines(rows, ids) : '');

export function csvLines(rows: readonly Cells[], ids: ReadonlySet<number>): string {
  const safe = rows.map((cells) =>
    cells.map((cell, at) => (ids.has(at) && /^\d+$/.test(cell) ? `${cell}\t` : cell)),
  );
  return stringify(safe, {
    record_delimiter: 'windows',
    escape_formulas: true,
    quoted_match: /\s/,
  });
}

async function sheetOf(port: DeskPort, kind: ExportKind, options: ExportOptions): Promise<Sheet> {
  const { areas } = options;
  const adopted = await sessionOf(port);
  const table = <Name extends string>(
    columns: readonly Column<Name>[],
    rows: Record<Name, string>[],
  ): Sheet => ({
    titles: columns.map(({ title }) => title),
    ids: new Set(columns.flatMap(({ id }, at) => (id ? [at] : []))),
    pages: once(rows.map((row) => columns.map(({ name }) => row[name]))),
  });
  switch (kind) {
    case 'session':
      return table(sessionFormat.columns, headRows(adopted.catalogue));
    case 'units':
      return table(unitsFormat.columns, unitRows(adopted.catalogue));
    case 'areas':
      return table(areasFormat.columns, areaRows(adopted.catalogue));
    case 'courses':
      return table(coursesFormat.columns, courseRows(adopted.catalogue));
    case 'programmes':
      return table(programmesFormat.columns, programmeRows(adopted.catalogue));
    case 'plans':
      return table(plansFormat.columns, planRows(adopted.catalogue));
    case 'capacities': {
      const pools = await poolsOf(port, areas);
      return table(
        capacitiesFormat.columns,
        pools.map(({ area, unit, capacity, candidateType }) => ({
          ...{ area, unit, capacity: String(capacity), candidate_type: candidateType ?? '' },
        })),
      );
    }
    case 'pools':
      return poolSheet(port, adopted, areas);
    case 'registrations':
      return {
        titles: [
          ...['考区代码', '考区名称', '报考编号', '考生', '准考证号', '单元代码', '课程代码'],
          ...['课程名称', '状态', '报考单号'],
        ],
        ids: new Set([0, 6]),
        pages: registrationPages(port, adopted, areas),
      };
    case 'orders':
      return {
        titles: [
          ...['报考单号', '考区代码', '考生', '准考证号', '课程代码', '金额（元）', '确认时间'],
          ...['状态', '结束时间', '支付次数', '支付渠道', '支付单号', '缴费时间', '退费时间'],
        ],
        ids: new Set([1, 4]),
        pages: orderPages(port, adopted, areas),
      };
    case 'arrangement':
      return {
        titles: [
          ...['考区代码', '考区名称', '单元代码', '准考证号', '课程代码', '课程名称', '考生'],
          ...['考点', '考场号', '座位号', '缺考'],
        ],
        ids: new Set([0, 3, 4, 8, 9]),
        pages: arrangementPages(port, adopted, options),
      };
    case 'candidates':
      return {
        titles: [
          ...['考生', '考生类别', '考生类型', '证件类型', '证件号码', '姓名', '照片', '手机号'],
          ...['已设密码', '考区代码', '准考证号', '专业代码', '准考证状态'],
        ],
        ids: new Set([9, 11]),
        pages: candidatePages(port),
      };
    case 'audit':
      return {
        titles: ['分区', '序号', '时间', '事件', '名称', '考区代码', '考生', '详情'],
        ids: new Set([5]),
        pages: auditPages(port),
      };
  }
}

async function sessionOf(port: DeskPort): Promise<Adopted> {
  const { adopted } = await port.ask(port.layout.session, { kind: 'session' });
  if (adopted === null) throw new Error('还没有发布考次');
  return adopted;
}

type Areas = ExportOptions['areas'];
const isAmong = (areas: Areas, area: AreaCode): boolean => areas === undefined || areas.has(area);

async function* once(rows: Cells[]): AsyncGenerator<Cells[]> {
  yield rows;
}

// ── Pools ───────────────────────────────────────────────────────────────────────────────────────

async function poolsOf(port: DeskPort, areas: Areas) {
  const all = [];
  for (const partition of new Set(port.layout.areas))
    all.push(...(await port.ask(partition, { kind: 'balance' })).pools);
  return all
    .filter(({ area }) => isAmong(areas, area))
    .sort((one, other) => (one.area === other.area ? 0 : one.area < other.area ? -1 : 1));
}

async function poolSheet(port: DeskPort, { catalogue }: Adopted, areas: Areas): Promise<Sheet> {
  const names = new Map(catalogue.areas.map(({ code, name }) => [code, name]));
  const pools = await poolsOf(port, areas);
  return {
    titles: [
      ...['考区代码', '考区名称', '单元代码', '考生类型', '容量', '余位'],
      ...['暂留', '已保存', '待缴费', '已缴费', '退费中'],
    ],
    ids: new Set([0]),
    pages: once(
      pools.map(({ area, unit, candidateType, ...counts }) => {
        const { capacity, free, held, saved, confirmed, paid, refunding } = counts;
        return [
          ...[area, names.get(area) ?? '', unit, typeWords(candidateType)],
          ...[capacity, free, held, saved, confirmed, paid, refunding].map(String),
        ];
      }),
    ),
  };
}

const typeWords = (type: CandidateType | undefined): string =>
  type === undefined ? '' : type === 'applied' ? '应用型' : '社会型';

// ── Registrations ───────────────────────────────────────────────────────────────────────────────

async function* registered(
  port: DeskPort,
  { catalogue }: Adopted,
  areas: Areas,
): AsyncGenerator<{ area: string; name: string; lines: RegisteredLine[] }> {
  for (const { code: area, name } of catalogue.areas) {
    if (!isAmong(areas, area)) continue;
    const partition = partitionOfArea(port.layout, area);
    for (let from: number | undefined = 0; from !== undefined; ) {
      const page: { lines: RegisteredLine[]; next?: number } = await port.ask(partition, {
        ...({ kind: 'registrations', area, from } as const),
      });
      yield { area, name, lines: page.lines };
      from = page.next;
    }
  }
}

const seatWords: Record<SeatView['state']['kind'], string> = {
  held: '暂留',
  saved: '已保存',
  confirmed: '待缴费',
  paid: '已缴费',
  refunding: '退费中',
};

async function* registrationPages(
  port: DeskPort,
  adopted: Adopted,
  areas: Areas,
): AsyncGenerator<Cells[]> {
  const names = new Map(adopted.catalogue.courses.map(({ code, name }) => [code, name]));
  for await (const { area, name, lines } of registered(port, adopted, areas)) {
    yield lines.flatMap(({ number, person, registration: { seats, draft } }) => {
      const head = [area, name, String(number), person.slice(0, idShown)];
      const row = (ticket: string, unit: string, course: string, state: string, order: string) => [
        ...[...head, ticketMask(ticket), unit, course, names.get(course) ?? '', state, order],
      ];
      return [
        ...seats.map(({ ticket, unit, course, state }) =>
          row(ticket, unit, course, seatWords[state.kind], 'order' in state ? state.order : ''),
        ),
        ...draft.map(({ ticket, unit, course }) => row(ticket, unit, course, '未保存', '')),
      ];
    });
  }
}

/** One row a sold seat: 准考证号 is what an arrangement goes by, and what it comes back with. */
async function* arrangementPages(
  port: DeskPort,
  adopted: Adopted,
  { areas, unit: only, inFull }: ExportOptions,
): AsyncGenerator<Cells[]> {
  const names = new Map(adopted.catalogue.courses.map(({ code, name }) => [code, name]));
  for await (const { area, name, lines } of registered(port, adopted, areas)) {
    yield lines.flatMap(({ person, registration: { seats } }) =>
      seats.flatMap(({ unit, course, ticket, state, sitting }) => {
        if (state.kind !== 'paid' || (only !== undefined && unit !== only)) return [];
        const { venue = '', room = '', deskNumber = '' } = sitting?.desk ?? {};
        const number = inFull === true ? ticket : ticketMask(ticket);
        return [
          [
            ...[
              area,
              name,
              unit,
              number,
              course,
              names.get(course) ?? '',
              person.slice(0, idShown),
            ],
            ...[venue, room, deskNumber, sitting?.absent === true ? '是' : '否'],
          ],
        ];
      }),
    );
  }
}

const orderWords: Record<OrderView['state'], string> = {
  confirmed: '待缴费',
  paid: '已缴费',
  refunding: '退费中',
  refunded: '已退费',
  withdrawn: '已撤销',
  released: '已释放',
  moved: '已转考区',
};

async function* orderPages(
  port: DeskPort,
  adopted: Adopted,
  areas: Areas,
): AsyncGenerator<Cells[]> {
  for await (const { area, lines } of registered(port, adopted, areas)) {
    yield lines.flatMap(({ person, registration: { orders } }) =>
      orders.map((order) => {
        const { number, ticket, courses, feeFen, confirmedAt, state, endedAt, attempts } = order;
        const paid = attempts.find((attempt) => attempt.paidAt !== undefined);
        return [
          ...[number, area, person.slice(0, idShown), ticketMask(ticket)],
          ...[courses.map(({ course }) => course).join(' '), yuanOf(feeFen), clockOf(confirmedAt)],
          ...[orderWords[state], clockOr(endedAt), String(attempts.length)],
          ...[paid?.provider ?? '', paid?.paidAs ?? paid?.number ?? '', clockOr(paid?.paidAt)],
          clockOr(paid?.refund?.doneAt),
        ];
      }),
    );
  }
}

const clockOr = (at: EpochMs | undefined): string => (at === undefined ? '' : clockOf(at));

// ── People ──────────────────────────────────────────────────────────────────────────────────────

const ticketWords = { active: '有效', graduated: '已毕业', transferred: '已转出' } as const;
const documentNames = new Map(documentTypes.map(({ code, name }) => [code, name]));

async function* candidatePages(port: DeskPort): AsyncGenerator<Cells[]> {
  for (const partition of new Set(port.layout.people)) {
    await isTakenOver(port, partition);
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Awaited<ReturnType<typeof candidatesAfter>> = await candidatesAfter(
        port,
        partition,
        after,
      );
      yield page.lines.flatMap((line) => {
        const { person, kind, candidateType, documentType, documentMask, nameMask } = line;
        const head = [
          ...[person.slice(0, idShown), kind === 'new' ? '新生' : '在籍', typeWords(candidateType)],
          ...[documentNames.get(documentType) ?? documentType, documentMask, nameMask],
          ...[line.hasPhoto ? '有' : '无', line.phoneMask ?? '', line.passwordSet ? '是' : '否'],
          line.area ?? '',
        ];
        return line.tickets.map(({ number, programme, status }) => [
          ...[...head, ticketMask(number), programme, ticketWords[status]],
        ]);
      });
      after = page.next;
    }
  }
}

const candidatesAfter = (port: DeskPort, partition: PartitionName, after: string) =>
  port.ask(partition, { kind: 'candidates', ...(after !== '' && { after }) });

/** What an applied import has staged is in no row until it is taken over: that takes seconds. */
async function isTakenOver(port: DeskPort, partition: PartitionName): Promise<void> {
  for (;;) {
    const { staging } = await port.ask(partition, { kind: 'imports' });
    if (staging?.state !== 'applied') return;
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}
const lookAgainMs = 200;

// ── Audit ───────────────────────────────────────────────────────────────────────────────────────

async function* auditPages(port: DeskPort): AsyncGenerator<Cells[]> {
  const words = new Map<string, string>(Object.entries(eventWords));
  for (const partition of partitionsOf(port.layout)) {
    for (let from: number | undefined = 1; from !== undefined; ) {
      const page: Awaited<ReturnType<typeof journalFrom>> = await journalFrom(
        port,
        partition,
        from,
      );
      yield page.lines.map(({ index, at, kind, area, person, details }) => [
        ...[partition, String(index), clockToTheSecond(at), kind, words.get(kind) ?? kind],
        ...[area ?? '', person ?? '', details],
      ]);
      from = page.next;
    }
  }
}

const journalFrom = (port: DeskPort, partition: PartitionName, from: number) =>
  port.ask(partition, { kind: 'journal', from });

const chinaOffsetMs = 8 * 3_600_000;
const clockToTheSecond = (at: EpochMs): string =>
  new Date(at + chinaOffsetMs).toISOString().slice(0, 19).replace('T', ' ');
