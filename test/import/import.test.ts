import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { demonstrationCalendar } from '../../engine/import/calendar.ts';
import { checkCandidates } from '../../engine/import/candidates.ts';
import {
  demonstrationSettings,
  demonstrationSignIns,
  importDemonstration,
} from '../../engine/import/demonstration.ts';
import { coursesFormat } from '../../engine/import/formats.ts';
import { readProvince, sourceIn } from '../../engine/import/province.ts';
import { commandIdOf } from '../../engine/import/send.ts';
import {
  ImportRefused,
  type Problem,
  Problems,
  readTable,
  type Source,
} from '../../engine/import/table.ts';
import type { Command } from '../../engine/protocol/commands.ts';
import { initialPasswordOf } from '../../engine/protocol/documents.ts';
import { opaquePattern } from '../../engine/protocol/ids.ts';
import { singleLayout } from '../../engine/protocol/layout.ts';
import { phoneMask } from '../../engine/protocol/masks.ts';
import { booksForTest, spreadLayout } from './books.ts';

const now = Date.UTC(2026, 8, 7, 1);
const folder = new URL('../../data/province/', import.meta.url);
const committed = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const calendarFrom = async (at: number) =>
  demonstrationCalendar((await readProvince(sourceIn(folder))).bookingHours, at);
const idsOf = (arrivals: readonly Command[]) => new Set(arrivals.map((command) => command.id));

// Carrying ---------------------------------------------------------------------------------------

test.each([
  ['one partition', singleLayout],
  ['partitions for areas and for people', spreadLayout],
])('the demonstration goes in once, over %s', async (_how, layout) => {
  const books = booksForTest(layout);
  const done = await importDemonstration(books.port, books.vault, { now });
  expect(done).toEqual({ kind: 'imported', areas: 183, candidates: 2400 });
  const counts = books.counts();
  expect(counts).toHaveLength(183);
  for (const { free, capacity } of counts) expect(free).toEqual(capacity);
  const own = counts.filter((one) => one.own !== undefined).map(({ area }) => area);
  expect(own).toEqual(['0112', '0123', '0703']);
  expect(books.people()).toHaveLength(2400);
  books.check();
  expect(books.arrivals).toHaveLength(1 + 2 * 183 + 2400);
  expect(idsOf(books.arrivals).size).toBe(books.arrivals.length);
  for (const { id } of books.arrivals) expect(id).toMatch(opaquePattern);

  const tomorrow = now + 86_400_000;
  const again = await importDemonstration(books.port, books.vault, { now: tomorrow });
  expect(again).toEqual({ kind: 'present' });
  expect(books.arrivals).toHaveLength(1 + 2 * 183 + 2400);
});

test('D9 the session brings the calendar of the first start and the settings', async () => {
  const books = booksForTest();
  await importDemonstration(books.port, books.vault, { now, hours: '09:00-22:00' });
  const session = books.adopted();
  expect(session?.calendar).toHaveLength(30);
  expect(session?.calendar[0]).toEqual({ opensAt: now, closesAt: now + 13 * 3_600_000 });
  expect(session?.settings).toEqual({ ...demonstrationSettings, bookingProof: 'code' });
  expect(session?.catalogue.areas).toHaveLength(183);
});

test.each([1, 2, 3, 5, 8, 9])(
  'an import killed after %i batches is carried on by the next start, to the same end',
  async (batches) => {
    const books = booksForTest(spreadLayout);
    books.answerOnly(batches);
    await expect(importDemonstration(books.port, books.vault, { now })).rejects.toThrow('killed');
    books.answerOnly(Number.POSITIVE_INFINITY);
    const later = now + 3 * 86_400_000;
    const done = await importDemonstration(books.port, books.vault, { now: later });
    expect(done).toEqual({ kind: 'imported', areas: 183, candidates: 2400 });
    // The calendar counts from the first start, not from the one that finished the work.
    expect(books.adopted()).toMatchObject({ number: 1, calendar: await calendarFrom(now) });
    expect(books.people()).toHaveLength(2400);
    books.check();
    // What came twice came under the same id.
    expect(idsOf(books.arrivals).size).toBe(1 + 2 * 183 + 2400);
  },
);

test('F7 F8 D1 D16 people stand in the books as the file has them', async () => {
  const books = booksForTest();
  await importDemonstration(books.port, books.vault, { now });
  const listed = demonstrationSignIns();
  for (const { documentType, documentNumber, password, phone } of listed) {
    const person = books.vault.personIdOf(documentType, documentNumber);
    const row = books.people().find((one) => one.person === person);
    const initial = password === initialPasswordOf(documentNumber);
    const digest = books.vault.activationDigestOf(person, password);
    const byCode = row?.record.activationDigest === digest;
    const enrolled = initial || byCode;
    expect(row?.record.kind).toBe(enrolled ? 'enrolled' : 'new');
    expect(row?.passwordHash === undefined).toBe(enrolled);
    expect(row?.record.activationDigest !== undefined).toBe(byCode);
    // An enrolled candidate's phone is only expected; a new candidate's counts as bound.
    const address = phone && { index: books.vault.phoneIndexOf(phone), mask: phoneMask(phone) };
    if (address) expect(row?.record.importedPhone).toMatchObject(address);
    expect(row?.phone !== undefined).toBe(!enrolled && phone !== undefined);
  }
});

test('the last candidate comes after all others, whatever partition they went to', async () => {
  const books = booksForTest(spreadLayout);
  await importDemonstration(books.port, books.vault, { now });
  const rows = committed('candidates.csv').trimEnd().split('\n');
  const [documentType = '', number = ''] = rows.at(-1)?.split(',') ?? [];
  const last = books.arrivals.at(-1);
  expect(last?.kind === 'import-candidate' && last.person).toBe(
    books.vault.personIdOf(documentType, number),
  );
});

test('busy is waited out', async () => {
  const books = booksForTest();
  books.refuseNext('busy', 'busy', 'busy');
  await importDemonstration(books.port, books.vault, { now });
  expect(books.people()).toHaveLength(2400);
  expect(books.arrivals).toHaveLength(1 + 2 * 183 + 2400);
});

test('any other refusal ends the import and is named by its origin', async () => {
  const books = booksForTest();
  books.refuseNext('clock-doubted');
  const failing = importDemonstration(books.port, books.vault, { now });
  await expect(failing).rejects.toThrow('the session: refused, clock-doubted');
  expect(books.arrivals).toHaveLength(0);
});

test('nothing that names a person leaves in the clear', async () => {
  const books = booksForTest();
  await importDemonstration(books.port, books.vault, { now });
  const sent = JSON.stringify(books.arrivals);
  expect(sent).not.toMatch(/示例|演示·|样例|虚构|示范|试用/);
  expect(sent).not.toMatch(/999999(19|20)\d{2}/);
  expect(sent).not.toMatch(/1990000\d{4}/);
  // D16: neither numbers nor activation codes.
  expect(sent).not.toMatch(/DEMO\d/);
});

test('an id depends on every part, and on where one part ends', () => {
  expect(commandIdOf('a', 'b')).toBe(commandIdOf('a', 'b'));
  expect(commandIdOf('a', 'b')).not.toBe(commandIdOf('a', 'c'));
  expect(commandIdOf('a', 'b')).not.toBe(commandIdOf('ab'));
});

// Refusing ---------------------------------------------------------------------------------------

/** A file in place of the committed one; given in pieces, as a disk would. */
const fileOf = (name: string, bytes: Uint8Array): Source => ({
  name,
  async *open() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  },
});
const textFile = (name: string, text: string) => fileOf(name, new TextEncoder().encode(text));

async function problemsOf(reading: Promise<unknown>): Promise<readonly Problem[]> {
  const refused = await reading.then(
    () => expect.unreachable('the file should have been refused'),
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(ImportRefused);
  return refused instanceof ImportRefused ? refused.problems : [];
}

/** The committed province with one line of one table replaced. */
function provinceWith(table: string, line: number, text: string) {
  const sourceOf = sourceIn(folder);
  const lines = committed(`${table}.csv`).split('\n');
  lines[line - 1] = text;
  const changed = textFile(`${table}.csv`, lines.join('\n'));
  return readProvince((name) => (name === table ? changed : sourceOf(name)));
}

test('R5 a table without types is everybody’s, and a day may be of one type only', async () => {
  const text = (await committed('capacities.csv')).replaceAll(/^(\w+,\w+,\w+),.*$/gm, '$1');
  const lines = text.split('\n');
  const untyped = lines.filter(
    (line, at) =>
      line.split(',').slice(0, 2).join() !== lines[at - 1]?.split(',').slice(0, 2).join(),
  );
  const bare = textFile('capacities.csv', untyped.join('\n'));
  const days = 'day,opens,closes,candidate_type\n1,09:00,22:00,open\n1,08:00,24:00,applied\n';
  const sourceOf = sourceIn(folder);
  const tables = new Map([
    ['capacities', bare],
    ['booking-days', textFile('booking-days.csv', days)],
  ]);
  const province = await readProvince((name) => tables.get(name) ?? sourceOf(name));
  expect([...province.capacities.values()].flat()).toHaveLength(4 * 183);
  expect(demonstrationCalendar(province.bookingHours, now)).toEqual([
    { opensAt: now, closesAt: now + 13 * 3_600_000, candidateType: 'open' },
    { opensAt: now - 3_600_000, closesAt: now + 15 * 3_600_000, candidateType: 'applied' },
  ]);
});

const codeForm = '最多 16 位数字和大写字母';
test.each<[string, number, string, string]>([
  ['session', 2, 'DEMO,演示,35', 'fee_yuan：像 35.00'],
  ['session', 2, 'a.b>,演示,35.00', `code：${codeForm}`],
  ['units', 2, 'A,第一单元,0,09:00,11:30', 'day：1 到 7'],
  ['units', 2, 'A,第一单元,1,11:30,09:00', '开考要早于结束'],
  ['areas', 3, '0104,青羊区,510100,成都市,510105,甲,乙,丙,x,,', '考区代码上面已有'],
  ['areas', 3, '0105,青羊区,510100,重庆市,510105,甲,乙,丙,x,,', '同一市州代码在上面是另一个名称'],
  ['areas', 3, '0105,青羊区,510100,成都市,510105,甲,,丙,x,,', '办公室电话：1 到 60 个字'],
  ['areas', 3, '0105,青羊区,510100,成都市,a.*,甲,乙,丙,x,,', `县区代码：空，或${codeForm}`],
  [
    'areas',
    3,
    `0105,${'区'.repeat(61)},510100,成都市,510105,甲,乙,丙,x,,`,
    '考区名称：1 到 60 个字',
  ],
  ['areas', 3, '0105,=1+1,510100,成都市,510105,甲,乙,丙,x,,', '考区名称：不能以 = + - @ 开头'],
  ['areas', 3, '0105,＠区,510100,成都市,510105,甲,乙,丙,x,,', '考区名称：不能以 = + - @ 开头'],
  [
    'areas',
    3,
    '0105,青羊区,510100,成都市,510105,甲,乙,丙,x,30.68,',
    '纬度和经度要么都填，要么都空',
  ],
  [
    'areas',
    3,
    '0105,青羊区,510100,成都市,510105,甲,乙,丙,x,104.07,30.68',
    '纬度：空，或中国境内的纬度',
  ],
  ['capacities', 2, '9999,A,30,,x', '没有这个考区'],
  ['capacities', 2, '0104,E,30,,x', '没有这个考试单元'],
  ['capacities', 2, '0104,A,30.5,,x', '容量：0 到 100000 的整数'],
  ['capacities', 2, '0104,A,-30,,x', '容量：不能以 = + - @ 开头'],
  ['capacities', 2, '0104,A,30,closed,x', '考生类型：空，或社会型（open）、应用型（applied）'],
  ['capacities', 3, '0104,A,30,,x', '同一考区、单元和考生类型上面已有'],
  ['booking-days', 2, '61,09:00,22:00,', 'day：1 到 60'],
  ['booking-days', 2, '1,22:00,09:00,', '开放要早于关闭'],
  ['booking-days', 2, '1,24:00,24:00,', 'opens：像 09:00'],
  ['booking-days', 2, '1,09:00,22:00,all', 'candidate_type：空、open 或 applied'],
  ['booking-days', 3, '1,09:00,22:00,', '这一天（该类型或不分类型）上面已有'],
  ['booking-days', 3, '1,09:00,22:00,applied', '这一天（该类型或不分类型）上面已有'],
  ['course-caps', 2, '9999,00009,1', '没有这个考区'],
  ['course-caps', 2, '0112,99999,1', '没有开考这门课程'],
  ['course-caps', 2, '0112,00019,1', '没有开考这门课程'],
  ['course-caps', 2, '0112,00009,1.5', '限额：0 到 100000 的整数'],
  ['course-caps', 3, '0112,00009,2', '同一考区和课程上面已有'],
  ['courses', 2, '0009,政治,6,written,A,,,,', '课程代码：5 位数字'],
  ['courses', 2, '00009,政治,6,oral,A,,,,', '考核方式：笔试（written）、实践（practical）'],
  ['courses', 2, '00009,政治,6,practical,A,,,,', '实践课程不能有考试单元'],
  ['courses', 2, '00009,政治,6,written,A,13000,,,', '已被替代的课程不能有考试单元'],
  ['courses', 2, '00009,政治,6,written,,00015,,,', '替代课程不存在，或自己也已被替代'],
  ['programmes', 2, '020301K,,专升本,70,', '专业名称：1 到 60 个字'],
  ['plans', 2, '999999,13000,,,', '没有这个专业'],
  ['plans', 2, '020401,99999,,,', '没有这门课程'],
  ['plans', 2, '020401,15043,,1,', '没有选考组时，至少门数和至少学分要空着'],
  ['plans', 3, '020401,15043,,,', '这门课程上面已在该专业的计划里'],
  ['plans', 2, '020401,15043,外语,,', '有选考组时，要填至少门数'],
  ['plans', 2, '020401,15043,外语,0,', '至少门数：空，或1 到 100 的整数'],
  ['plans', 2, '020401,15043,外语,1,0', '至少学分：空，或1 到 1000 的整数'],
  ['plans', 2, '020401,15043,外语,3,', '该选考组的课程或学分不够，谁也毕不了业'],
  ['plans', 2, '020401,15043,外语,1,15', '该选考组的课程或学分不够，谁也毕不了业'],
])('S1 %s line %i is refused as "%s": %s', async (table, line, text, reason) => {
  const problems = await problemsOf(provinceWith(table, line, text));
  expect(problems).toContainEqual({ file: `${table}.csv`, line, reason });
});

const header =
  'document_type,document_number,name,kind,candidate_type,photo,phone,password_hash,activation_code,ticket,programme,ticket_status,passed';
const right =
  'resident-id,999999198502090048,李虚构,enrolled,open,yes,,,,012500000004,030101K,active,15043:73';
const secondTicket = right.replace('012500000004', '012500000005');
const known = await readProvince(sourceIn(folder));
const candidatesOf = (text: string) => checkCandidates(textFile('people.csv', text), known);

test('F17 a passed course comes with its grade, and with the month if the file has it', async () => {
  const { last } = await candidatesOf(`${header}\n${right} 15044:60:2025-10\n`);
  expect(last.tickets[0]?.passed).toEqual([
    { course: '15043', grade: 73 },
    { course: '15044', grade: 60, passedIn: '2025-10' },
  ]);
});

test('F5 the rows of one person are one candidate with several tickets', async () => {
  const { last } = await candidatesOf(`${header}\n${right}\n${secondTicket}\n`);
  expect(last.tickets.map((ticket) => ticket.number)).toEqual(['012500000004', '012500000005']);
});

test('a byte order mark, CRLF, another order of columns and further columns are taken', async () => {
  const swap = (line: string, first: string) => {
    const cells = line.split(',');
    return [first, ...cells.slice(6), ...cells.slice(0, 6)].join(',');
  };
  const text = `\ufeff${swap(header, 'remark')}\r\n${swap(right, '"a, ""b"""')}\r\n`;
  const { last } = await candidatesOf(text);
  expect(last).toMatchObject({ number: '999999198502090048', name: '李虚构', line: 2 });
});

const change = (from: string, to: string) => right.replace(from, to);
const hashForm = '口令散列：空，或argon2id 口令散列（PHC 格式，m 不超过 65536，t 不超过 4，p=1）';
const passedForm =
  '合格课程：课程代码:成绩 或 课程代码:成绩:年-月，空格隔开，成绩 60 到 100，最多 100 门';
test.each<[string, string]>([
  ['证件号码：校验位不对', change('0048', '0049')],
  [
    '证件类型：居民身份证（resident-id）、港澳台居民居住证（residence-permit）、港澳居民来往内地通行证（mainland-permit）、台湾居民来往大陆通行证（taiwan-permit）、护照（passport）',
    change('resident-id', 'library-card'),
  ],
  ['姓名：1 到 64 个字', change('李虚构', '')],
  ['姓名：不能以 = + - @ 开头', change('李虚构', '@SUM(A1)')],
  ['考生类别：在籍（enrolled）、新生（new）', change('enrolled', 'other')],
  ['考生类型：社会型（open）、应用型（applied）', change('open', 'closed')],
  ['照片：有（yes）、无（no）', change('yes', '1')],
  ['手机号：空，或11 位手机号', change('yes,,', 'yes,12345,')],
  ['口令散列：新生必须有', change('enrolled', 'new')],
  [
    hashForm,
    change('enrolled', 'new').replace(
      'yes,,,,',
      `yes,,"$argon2id$v=19$m=999999,t=4,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}",,`,
    ),
  ],
  [hashForm, change('yes,,,', 'yes,,x,')],
  [
    '口令散列：在籍考生不能有',
    change(
      'yes,,,,',
      `yes,,"$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}",,`,
    ),
  ],
  ['激活码：只有证件号码不产生初始口令的在籍考生才有', change('yes,,,', 'yes,,,DEMO0001')],
  [
    '激活码：这种证件的在籍考生必须有，8 到 20 位数字和字母',
    change('resident-id,999999198502090048', 'passport,DEMO00013'),
  ],
  [
    '激活码：空，或8 到 20 位数字和字母',
    change('resident-id,999999198502090048', 'passport,DEMO00013').replace(
      'yes,,,',
      'yes,,,DEMO-1',
    ),
  ],
  ['准考证号：12 位数字', change('012500000004', '125')],
  ['没有这个专业', change('030101K', '030101')],
  [
    '准考证状态：有效（active）、已毕业（graduated）、已转出（transferred）',
    change('active', 'lost'),
  ],
  ['合格课程：没有这门课程', change('15043:73', '99999:73')],
  [passedForm, change('15043:73', '15043:59')],
  [passedForm, change('15043:73', '15043:101')],
  [passedForm, change('15043:73', '15043:73:2025-13')],
  [passedForm, change('15043:73', '15043:73:')],
  [
    '准考证号上面已有',
    `${secondTicket.replace('5,0', '6,0')}\n${secondTicket.replace('5,0', '6,0')}`,
  ],
  ['与上一行是同一个人，但本人的信息不一致', `${right}\n${secondTicket.replace('李', '王')}`],
])('S1 candidates: "%s" with its line, and nobody is imported (%#)', async (reason, rows) => {
  const text = `${header}\n${rows}\n`;
  const problems = await problemsOf(candidatesOf(text));
  expect(problems.map((problem) => problem.reason)).toContain(reason);
  expect(problems.every(({ line }) => line === rows.split('\n').length + 1)).toBe(true);
});

test('every fault of a file is named, and none repeats what a cell says', async () => {
  const rows = [right.replace('0048', '0049'), change('yes', 'perhaps'), change('open', 'ajar')];
  const text = [header, rows[0], rows[1], right.replace('999999', '888888'), rows[2]].join('\n');
  const problems = await problemsOf(candidatesOf(text));
  expect(new Set(problems.map((problem) => problem.line))).toEqual(new Set([2, 3, 4, 5]));
  const said = JSON.stringify(problems);
  for (const cell of ['perhaps', 'ajar', '李虚构', '98502']) expect(said).not.toContain(cell);
});

test('a document that stood further up is refused', async () => {
  const other = right.replace('999999198502090048', '999999198501010018');
  const between = other.replace('012500000004', '012500000009');
  const problems = await problemsOf(
    candidatesOf([header, right, between, secondTicket].join('\n')),
  );
  expect(problems).toEqual([
    { file: 'people.csv', line: 4, reason: '同一证件号码在上面已有，且不相邻' },
  ]);
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
test.each<[string, number, string | Uint8Array]>([
  ['文件是空的', 1, ''],
  ['只有表头，没有内容', 1, `${header}\n`],
  ['缺少列：手机号、准考证号', 1, header.replace('phone,', '').replace(',ticket,', ',')],
  ['同一列出现两次：姓名', 1, `${header},姓名\n${right},x\n`],
  ['有 14 格，表头有 13 格', 3, `${header}\n${right}\n${right},one more\n`],
  ['引号没有闭合', 2, `${header}\n"${right}`],
  ['引号闭合之后还有文字', 2, `${header}\n"a"b,${right}`],
  ['格子中间有引号，含引号的格子要整格加引号', 2, `${header}\na"b",${right}`],
  ['这一行太长，可能少了一个引号', 2, `${header}\n${change('李', '李'.repeat(100_000))}\n`],
  ['超过 200 列', 1, `${header}${',x'.repeat(200)}\n`],
  ['文件既不是 UTF-8 也不是 GB18030 编码', 2, new Uint8Array([...bytesOf(header), 10, 0xff, 0xff])],
  [
    '这是 UTF-16 编码（“Unicode 文本”），请另存为 UTF-8 的 CSV',
    1,
    new Uint8Array([0xff, 0xfe, 1, 2]),
  ],
  ['这是 Excel 工作簿（xlsx），请先另存为 CSV', 1, bytesOf('PK\x03\x04 and more')],
  ['不是文本文件', 2, `${header}\n${change('李', '\0')}\n`],
])('S1 a file in the wrong form: %s', async (reason, line, content) => {
  const bytes = typeof content === 'string' ? bytesOf(content) : content;
  const problems = await problemsOf(checkCandidates(fileOf('people.csv', bytes), known));
  expect(problems).toContainEqual({ file: 'people.csv', line, reason });
});

/** Of two bytes a letter, as Windows writes them: what the tests need of it. */
const gb18030 = (text: string): Uint8Array => {
  const letters = new Map<string, number[]>();
  const decoder = new TextDecoder('gb18030');
  for (let high = 0x81; high < 0xff; high += 1) {
    for (let low = 0x40; low < 0xff; low += 1) {
      if (low !== 0x7f) letters.set(decoder.decode(new Uint8Array([high, low])), [high, low]);
    }
  }
  return new Uint8Array([...text].flatMap((letter) => letters.get(letter) ?? [...bytesOf(letter)]));
};

test('S1 GB18030 is read as well as UTF-8, with Chinese names of columns and values', async () => {
  const titles =
    '证件类型,证件号码,姓名,考生类别,考生类型,照片,手机号,口令散列,激活码,准考证号,专业代码,准考证状态,合格课程';
  const row = change('resident-id', '居民身份证')
    .replace('enrolled,open,yes', '在籍,社会型,有')
    .replace('active', '有效');
  const file = fileOf('people.csv', gb18030(`${titles}\r\n${row}\r\n`));
  const { last } = await checkCandidates(file, known);
  const { last: same } = await candidatesOf(`${header}\n${right}\n`);
  expect(last).toEqual(same);
});

test('S1 which encoding a file has is decided once, and held to', async () => {
  const row = (at: number) => `${String(at).padStart(5, '0')},政治经济学（演示）,6,笔试,A,`;
  const lines = [
    'code,name,credits,exam_method,unit,replaced_by',
    ...Array.from({ length: 3_000 }, (_, at) => row(at)),
  ];
  const late = new Uint8Array([...bytesOf(`${lines.join('\n')}\n`), 0xc0, 0xee, 10, 65]);
  const problems = new Problems();
  const file = fileOf('courses.csv', late);
  for await (const { whole } of readTable(file, coursesFormat, problems)) expect(whole).toBe(true);
  expect(() => problems.refuseIfAny()).toThrow('第 3002 行：文件前面是 UTF-8 编码，这一行不是');
});

test('S1 a file of which nothing but ASCII says how it is encoded lets others in between', async () => {
  const piece = bytesOf('\n'.repeat(64 * 1024));
  const pieces = 40;
  const source: Source = {
    name: 'grades.csv',
    async *open() {
      yield bytesOf('code,name,credits,exam_method,unit,replaced_by\n');
      for (let at = 0; at < pieces; at += 1) yield piece;
    },
  };
  let turns = 0;
  let over = false;
  const others = () => {
    turns += 1;
    if (!over) setImmediate(others);
  };
  setImmediate(others);
  const problems = new Problems();
  for await (const _ of readTable(source, coursesFormat, problems)) expect.unreachable();
  over = true;
  expect(() => problems.refuseIfAny()).toThrow('只有表头，没有内容');
  expect(turns).toBeGreaterThanOrEqual(pieces);
});

test('S1 a file longer than its kind may be is refused at the line too many', async () => {
  const short = { ...coursesFormat, rowsMax: 3 };
  const problems = new Problems();
  const row = '00009,政治,6,written,A,';
  const file = textFile(
    'courses.csv',
    ['code,name,credits,exam_method,unit,replaced_by', row, row, row, row, row].join('\n'),
  );
  let rows = 0;
  for await (const one of readTable(file, short, problems)) rows += one.whole ? 1 : 0;
  expect(rows).toBe(3);
  expect(() => problems.refuseIfAny()).toThrow('第 5 行：超过 3 行');
});

test('a file with very many faults names the first hundred and counts the rest', async () => {
  const rows = Array.from({ length: 150 }, () => change('yes', 'perhaps'));
  const reading = candidatesOf([header, ...rows].join('\n'));
  await expect(reading).rejects.toThrow(/还有 \d+ 处问题/);
  expect(await problemsOf(candidatesOf([header, ...rows].join('\n')))).toHaveLength(100);
});
