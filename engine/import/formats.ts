/**
 * Every kind of table that goes in or comes out, each defined once: from here follow what a header may
 * say, what a cell may hold and what the reader of the file is told, what an export writes, and the
 * pages of docs/importing.md (test/import/formats.test.ts holds them together).
 */
import { documentTypes, normaliseActivationCode } from '../protocol/documents.ts';
import { codePattern, coursePattern, mobilePattern, ticketPattern } from '../protocol/ids.ts';
import { gradeMax, passMark } from '../protocol/session.ts';
import { type Column, type Format, looksLikeFormula } from './table.ts';

/** Of a name or title, in characters; four bytes each at most stay under a message's limit. */
const labelMax = 60;
const nameMax = 64;
const capacityMax = 100_000;
const creditsMax = 100;
const planCreditsMax = 1_000;
const choiceCoursesMax = 100;
const replacementsMax = 16;
const passedMax = 100;
/** Verifying costs what the hash says: one that costs more would stall everybody's sign-in. */
const hashMemoryMax = 65_536;

// ── Cells ───────────────────────────────────────────────────────────────────────────────────────

type Cell = Pick<Column, 'form' | 'check' | 'id'>;

const matching = (form: string, pattern: RegExp): Cell => ({
  form,
  check: (cell) => (pattern.test(cell) ? cell : undefined),
  id: true,
});
const label = (most = labelMax): Cell => ({
  form: `1 到 ${most} 个字`,
  check: (cell) =>
    cell !== '' && [...cell].length <= most && !looksLikeFormula(cell) && !hasControls(cell)
      ? cell
      : undefined,
});
const hasControls = (cell: string): boolean => /[\p{Cc}\u2028\u2029]/u.test(cell);
/** A whole number in its one plain form, no sign and no leading zero. */
const whole = (least: number, most: number): Cell => ({
  form: `${least} 到 ${most} 的整数`,
  check: (cell) =>
    /^(0|[1-9]\d{0,8})$/.test(cell) && Number(cell) >= least && Number(cell) <= most
      ? cell
      : undefined,
});
const degrees = (form: string, least: number, most: number): Cell => ({
  form,
  check: (cell) =>
    /^\d{1,3}(\.\d{1,6})?$/.test(cell) && Number(cell) >= least && Number(cell) <= most
      ? cell
      : undefined,
});
/** Written as the code or in Chinese; kept as the code. */
const oneOf = (values: readonly (readonly [code: string, said: string])[]): Cell => ({
  form: values.map(([code, said]) => `${said}（${code}）`).join('、'),
  check: (cell) => values.find((value) => value.includes(cell))?.[0],
});
const orEmpty = ({ form, check, id }: Cell): Cell => ({
  form: `空，或${form}`,
  check: (cell) => (cell === '' ? '' : check(cell)),
  ...(id && { id }),
});

const code = matching('最多 16 位数字和大写字母', codePattern);
const course = matching('5 位数字', coursePattern);
const ticket = matching('12 位数字', ticketPattern);
const candidateType = oneOf([
  ['open', '社会型'],
  ['applied', '应用型'],
]);
const monthPattern = /^(19|20)\d\d-(0[1-9]|1[0-2])$/;
const clock: Cell = matching(
  '像 2026-10-24 09:00（北京时间）',
  /^20\d\d-\d\d-\d\d [0-2]\d:[0-5]\d$/,
);
const document: Cell = {
  form: '与证件类型相符的证件号码',
  // Whether it is right hangs on the type, so the row says.
  check: (cell) => (cell === '' ? undefined : cell),
  id: true,
};
const documentType = oneOf(documentTypes.map(({ code, name }) => [code, name]));

/** argon2id in PHC form, within what a sign-in can afford. */
const passwordHash: Cell = {
  form: 'argon2id 口令散列（PHC 格式，m 不超过 65536，t 不超过 4，p=1）',
  check(cell) {
    const { m, t, t2 } = hashPattern.exec(cell)?.groups ?? {};
    return Number(m) <= hashMemoryMax && /^[1-4]$/.test(t ?? t2 ?? '') ? cell : undefined;
  },
};
const hashPattern =
  /^\$argon2id\$v=19\$m=(?<m>\d{1,6}),(?:t=(?<t>\d),p=1|p=1,t=(?<t2>\d))\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;

const passedPattern = /^(\d{5}):(\d{1,3})(?::(.*))?$/;
const isPassed = (entry: string): boolean => {
  const [, , grade, month] = passedPattern.exec(entry) ?? [];
  if (!(Number(grade) >= passMark && Number(grade) <= gradeMax)) return false;
  return month === undefined || monthPattern.test(month);
};
const passed: Cell = {
  form: `课程代码:成绩 或 课程代码:成绩:年-月，空格隔开，成绩 ${passMark} 到 ${gradeMax}，最多 ${passedMax} 门`,
  check(cell) {
    if (cell === '') return '';
    const entries = cell.split(/ +/);
    return entries.length <= passedMax && entries.every(isPassed) ? cell : undefined;
  },
};

const column = <Name extends string>(
  name: Name,
  title: string,
  cell: Cell,
  more: Pick<Column, 'optional'> = {},
): Column<Name> => ({ name, title, ...cell, ...more });
const optional = { optional: true } as const;

// ── The session's tables ────────────────────────────────────────────────────────────────────────

const tableRowsMax = 10_000;

export const sessionFormat = {
  kind: 'session' as const,
  title: '考次',
  rowsMax: 1,
  example: '202610,2026 年 10 月高等教育自学考试,35.00,2026-10-20 09:00',
  columns: [
    column('code', '考次代码', code),
    column('title', '考次名称', label()),
    // Exactly two decimals: the point is taken out, and no fraction was ever there.
    column('fee_yuan', '每门课程的费用（元）', {
      form: '像 35.00',
      check: (cell) => (/^\d{1,4}\.\d\d$/.test(cell) ? cell : undefined),
    }),
    column('print_from', '准考证打印开始', clock),
  ],
} satisfies Format;

export const areasFormat = {
  kind: 'areas' as const,
  title: '考区',
  rowsMax: tableRowsMax,
  example: '0104,锦江区,510100,成都市,510104,锦江区自考办,028-00000104,09:00–17:00,30.65,104.10',
  columns: [
    column('code', '考区代码', code),
    column('name', '考区名称', label()),
    column('city_code', '市州代码', code),
    column('city_name', '市州名称', label()),
    column('county_code', '县区代码', orEmpty(code)),
    column('office_name', '办公室', label()),
    column('office_phone', '办公室电话', label()),
    column('office_hours', '办公时间', label()),
    // Two columns put the wrong way round are the likeliest fault, and would pass for a place at sea.
    column('latitude', '纬度', orEmpty(degrees('中国境内的纬度', 3, 54)), optional),
    column('longitude', '经度', orEmpty(degrees('中国境内的经度', 73, 136)), optional),
  ],
} satisfies Format;

export const unitsFormat = {
  kind: 'units' as const,
  title: '考试单元',
  rowsMax: 16,
  example: 'A,第一单元,2026-10-24 09:00,2026-10-24 11:30',
  columns: [
    column('code', '单元代码', code),
    column('name', '单元名称', label()),
    column('starts', '开考时间', clock),
    column('ends', '结束时间', clock),
  ],
} satisfies Format;

export const capacitiesFormat = {
  kind: 'capacities' as const,
  title: '考位容量',
  rowsMax: 200_000,
  example: '0104,A,720,',
  columns: [
    column('area', '考区代码', code),
    column('unit', '单元代码', code),
    column('capacity', '容量', whole(0, capacityMax)),
    column('candidate_type', '考生类型', orEmpty(candidateType), optional),
  ],
} satisfies Format;

export const courseCapsFormat = {
  kind: 'course-caps' as const,
  title: '课程限额',
  rowsMax: 200_000,
  example: '0104,00009,60',
  columns: [
    column('area', '考区代码', code),
    column('course', '课程代码', course),
    column('cap', '限额', whole(0, capacityMax)),
  ],
} satisfies Format;

export const coursesFormat = {
  kind: 'courses' as const,
  title: '课程',
  rowsMax: tableRowsMax,
  example: '00009,政治经济学（财经类）,6,笔试,A,',
  columns: [
    column('code', '课程代码', course),
    column('name', '课程名称', label()),
    column('credits', '学分', whole(0, creditsMax)),
    column(
      'exam_method',
      '考核方式',
      oneOf([
        ['written', '笔试'],
        ['practical', '实践'],
      ]),
    ),
    column('unit', '单元代码', orEmpty(code)),
    column('replaced_by', '替代课程', {
      form: `空，或最多 ${replacementsMax} 个课程代码，空格隔开`,
      check(cell) {
        const codes = cell === '' ? [] : cell.split(/ +/);
        return codes.length <= replacementsMax && codes.every((one) => coursePattern.test(one))
          ? cell
          : undefined;
      },
    }),
  ],
} satisfies Format;

export const programmesFormat = {
  kind: 'programmes' as const,
  title: '专业',
  rowsMax: tableRowsMax,
  example: '020401,国际经济与贸易,专升本,71',
  columns: [
    column('code', '专业代码', code),
    column('name', '专业名称', label()),
    column('level', '层次', label()),
    column('total_credits', '毕业学分', orEmpty(whole(1, planCreditsMax))),
  ],
} satisfies Format;

export const plansFormat = {
  kind: 'plans' as const,
  title: '专业计划',
  rowsMax: 500_000,
  example: '050101,00831,选考课程,3,14',
  columns: [
    column('programme', '专业代码', code),
    column('course', '课程代码', course),
    column('choice', '选考组', orEmpty(label())),
    column('courses_min', '至少门数', orEmpty(whole(1, choiceCoursesMax))),
    column('credits_min', '至少学分', orEmpty(whole(1, planCreditsMax))),
  ],
} satisfies Format;

// ── People ──────────────────────────────────────────────────────────────────────────────────────

const yesNo = oneOf([
  ['yes', '有'],
  ['no', '无'],
]);
const peopleRowsMax = 2_000_000;

export const candidatesFormat = {
  kind: 'candidates' as const,
  title: '考生',
  rowsMax: peopleRowsMax,
  example:
    '居民身份证,999999198502090048,李虚构,在籍,社会型,有,,,,012500000004,030101K,有效,15043:73',
  columns: [
    column('document_type', '证件类型', documentType),
    column('document_number', '证件号码', document),
    column('name', '姓名', label(nameMax)),
    column(
      'kind',
      '考生类别',
      oneOf([
        ['enrolled', '在籍'],
        ['new', '新生'],
      ]),
    ),
    column('candidate_type', '考生类型', candidateType),
    column('photo', '照片', yesNo),
    column('phone', '手机号', orEmpty(matching('11 位手机号', mobilePattern))),
    column('password_hash', '口令散列', orEmpty(passwordHash)),
    column(
      'activation_code',
      '激活码',
      orEmpty({
        form: '8 到 20 位数字和字母',
        check: (cell) => normaliseActivationCode(cell),
        id: true,
      }),
    ),
    column('ticket', '准考证号', ticket),
    column('programme', '专业代码', code),
    column(
      'ticket_status',
      '准考证状态',
      oneOf([
        ['active', '有效'],
        ['graduated', '已毕业'],
        ['transferred', '已转出'],
      ]),
    ),
    column('passed', '合格课程', passed, optional),
  ],
} satisfies Format;

export const gradesFormat = {
  kind: 'grades' as const,
  title: '成绩',
  // They are put together by person before any is sent.
  rowsMax: 1_000_000,
  example: '居民身份证,999999198502090048,012500000004,15044,76,2026-04',
  columns: [
    column('document_type', '证件类型', documentType),
    column('document_number', '证件号码', document),
    column('ticket', '准考证号', ticket),
    column('course', '课程代码', course),
    column('grade', '成绩', whole(passMark, gradeMax)),
    column('passed_in', '合格年月', orEmpty(matching('像 2026-04', monthPattern))),
  ],
} satisfies Format;

// ── After the session ───────────────────────────────────────────────────────────────────────────

const seatsMax = 1_000_000;
const room = matching('1 到 8 位数字和大写字母', /^[0-9A-Z]{1,8}$/);

/** Whose seat a line is about. */
const seatColumns = [
  column('area', '考区代码', code),
  column('unit', '单元代码', code),
  column('ticket', '准考证号', ticket),
  column('course', '课程代码', course),
];

export const arrangementFormat = {
  kind: 'arrangement' as const,
  title: '考场编排',
  // They are put together by area before any is sent.
  rowsMax: seatsMax,
  example: '0104,A,012500000004,00009,示例中学,003,12,30',
  columns: [
    ...seatColumns,
    column('venue', '考点', orEmpty(label()), optional),
    column('room', '考场号', orEmpty(room)),
    column('desk_number', '座位号', orEmpty(matching('1 到 4 位数字', /^\d{1,4}$/))),
    column('room_size', '考场座位数', orEmpty(whole(1, 1_000)), optional),
  ],
} satisfies Format;

export const absencesFormat = {
  kind: 'absences' as const,
  title: '缺考',
  rowsMax: seatsMax,
  example: '0104,A,012500000004,00009,是',
  columns: [
    ...seatColumns,
    column(
      'absent',
      '缺考',
      oneOf([
        ['yes', '是'],
        ['no', '否'],
      ]),
    ),
  ],
} satisfies Format;

/** What a cell of `passed` says; the cell was checked. */
export const passedIn = (cell: string) =>
  (cell === '' ? [] : cell.split(/ +/)).map((entry) => {
    const [, taken = '', grade, month] = passedPattern.exec(entry) ?? [];
    return { course: taken, grade: Number(grade), ...(month !== undefined && { passedIn: month }) };
  });

/** In the order in which a session needs them. */
export const importFormats = [
  sessionFormat,
  unitsFormat,
  areasFormat,
  coursesFormat,
  programmesFormat,
  plansFormat,
  capacitiesFormat,
  candidatesFormat,
  arrangementFormat,
  absencesFormat,
  gradesFormat,
] as const satisfies readonly Format[];
export type ImportKind = (typeof importFormats)[number]['kind'];

/** One kind of table in Markdown, as docs/importing.md and the command line show it. */
export function describeFormat({ kind, title, columns, example }: Format): string {
  const named = (one: Column): string => `${one.title}${one.optional ? '（可没有这一列）' : ''}`;
  return [
    `### ${title}（\`${kind}\`）`,
    '',
    '| 列 | 英文名 | 内容 |',
    '|---|---|---|',
    ...columns.map((one) => `| ${named(one)} | \`${one.name}\` | ${one.form} |`),
    '',
    '```',
    columns.map((one) => one.title).join(','),
    example,
    '```',
  ].join('\n');
}
