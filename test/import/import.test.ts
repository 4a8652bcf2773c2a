import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { demonstrationCalendar } from '../../engine/import/calendar.ts';
import { checkCandidates } from '../../engine/import/candidates.ts';
import {
  demonstrationSettings,
  demonstrationSignIns,
  importDemonstration,
} from '../../engine/import/demonstration.ts';
import { readProvince, sourceIn } from '../../engine/import/province.ts';
import { commandIdOf } from '../../engine/import/send.ts';
import { ImportRefused, type Problem, type Source } from '../../engine/import/table.ts';
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

test.each<[string, number, string, string]>([
  ['session', 2, 'DEMO,演示,35', 'fee_yuan: as in 35.00'],
  ['session', 2, 'a.b>,演示,35.00', 'code: up to 16 digits and capital letters'],
  ['units', 2, 'A,第一单元,0,09:00,11:30', 'day: 1 to 7'],
  ['units', 2, 'A,第一单元,1,11:30,09:00', 'starts, ends: as in 09:00, 11:30'],
  ['areas', 3, '0104,青羊区,510100,成都市,510105,甲,乙,丙,x,,', 'the code stands there already'],
  ['areas', 3, '0105,青羊区,510100,重庆市,510105,甲,乙,丙,x,,', 'the city has another name above'],
  [
    'areas',
    3,
    '0105,青羊区,510100,成都市,510105,甲,,丙,x,,',
    'the office needs a name, a phone and hours',
  ],
  [
    'areas',
    3,
    '0105,青羊区,510100,成都市,a.*,甲,乙,丙,x,,',
    'county_code: empty, or up to 16 digits and capital letters',
  ],
  [
    'areas',
    3,
    `0105,${'区'.repeat(61)},510100,成都市,510105,甲,乙,丙,x,,`,
    'name: 1 to 60 characters',
  ],
  ['capacities', 2, '9999,A,30,,x', 'no such area'],
  ['capacities', 2, '0104,E,30,,x', 'no such unit'],
  ['capacities', 2, '0104,A,-30,,x', 'capacity: 0 to 100000'],
  ['capacities', 2, '0104,A,30,closed,x', 'candidate_type: empty, open or applied'],
  ['capacities', 3, '0104,A,30,,x', 'area, unit and candidate_type stand there already'],
  ['booking-days', 2, '61,09:00,22:00,', 'day: 1 to 60'],
  ['booking-days', 2, '1,22:00,09:00,', 'opens, closes: as in 09:00, 22:00'],
  ['booking-days', 2, '1,24:00,24:00,', 'opens, closes: as in 09:00, 22:00'],
  ['booking-days', 2, '1,09:00,22:00,all', 'candidate_type: empty, open or applied'],
  ['booking-days', 3, '1,09:00,22:00,', 'the day stands there already, for this type or for all'],
  [
    'booking-days',
    3,
    '1,09:00,22:00,applied',
    'the day stands there already, for this type or for all',
  ],
  ['course-caps', 2, '9999,00009,1', 'no such area'],
  ['course-caps', 2, '0112,99999,1', 'no such course is offered'],
  ['course-caps', 2, '0112,00019,1', 'no such course is offered'],
  ['course-caps', 2, '0112,00009,1.5', 'cap: 0 to 100000'],
  ['course-caps', 3, '0112,00009,2', 'area and course stand there already'],
  ['courses', 2, '0009,政治,6,written,A,,,,', 'code: five digits'],
  ['courses', 2, '00009,政治,6,oral,A,,,,', 'exam_method: written or practical'],
  ['courses', 2, '00009,政治,6,practical,A,,,,', 'a practical course has no unit (R10)'],
  ['courses', 2, '00009,政治,6,written,A,13000,,,', 'a replaced course has no unit (R11)'],
  [
    'courses',
    2,
    '00009,政治,6,written,,00015,,,',
    'replaced_by: no such course, or itself replaced',
  ],
  ['programmes', 2, '020301K,,专升本,70,', 'name, level: 1 to 60 characters'],
  [
    'areas',
    3,
    '0105,青羊区,510100,成都市,510105,甲,乙,丙,x,104.07,30.68',
    'latitude, longitude: both empty, or degrees in China',
  ],
  [
    'areas',
    3,
    '0105,青羊区,510100,成都市,510105,甲,乙,丙,x,30.68,',
    'latitude, longitude: both empty, or degrees in China',
  ],
  ['plans', 2, '999999,13000,', 'no such programme'],
  ['plans', 2, '020401,99999,', 'no such course'],
  ['plans', 2, '020401,15043,1', 'no such choice'],
  ['choices', 2, '999999,1,外语,1,', 'no such programme'],
  ['choices', 3, '050101,1,外语,1,', 'programme and choice stand there already'],
  ['choices', 2, '050101,1,,1,', 'name: 1 to 60 characters'],
  ['choices', 2, '050101,1,外语,0,', 'courses_min: 1 to 100'],
  ['choices', 2, '050101,1,外语,1,0', 'credits_min: empty, or 1 to 1000'],
  ['choices', 2, '050101,1,外语,3,', 'the plan has too few courses or credits of this choice'],
  ['choices', 2, '050101,1,外语,1,15', 'the plan has too few courses or credits of this choice'],
])('%s line %i is refused as "%s": %s', async (table, line, text, reason) => {
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
test.each<[string, string]>([
  ['document: checksum', change('0048', '0049')],
  ['document: type-unknown', change('resident-id', 'library-card')],
  ['name: 1 to 64 characters', change('李虚构', '')],
  ['kind: enrolled or new', change('enrolled', 'other')],
  ['candidate_type: open or applied', change('open', 'closed')],
  ['photo: yes or no', change('yes', '1')],
  ['phone: a mobile number or empty', change('yes,,', 'yes,12345,')],
  [
    'password_hash: a new candidate needs an argon2id hash that sign-in can afford',
    change('enrolled', 'new'),
  ],
  [
    'password_hash: a new candidate needs an argon2id hash that sign-in can afford',
    change('enrolled', 'new').replace(
      'yes,,,,',
      `yes,,"$argon2id$v=19$m=999999,t=4,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}",,`,
    ),
  ],
  ['password_hash: an enrolled candidate has none', change('yes,,,', 'yes,,x,')],
  [
    'activation_code: only for an enrolled candidate whose document has no initial password',
    change('yes,,,', 'yes,,,DEMO0001'),
  ],
  [
    'activation_code: 8 to 20 digits and letters',
    change('resident-id,999999198502090048', 'passport,DEMO00013'),
  ],
  [
    'activation_code: 8 to 20 digits and letters',
    change('resident-id,999999198502090048', 'passport,DEMO00013').replace(
      'yes,,,',
      'yes,,,DEMO-1',
    ),
  ],
  ['ticket: 12 digits', change('012500000004', '125')],
  ['no such programme', change('030101K', '030101')],
  ['ticket_status: active, graduated or transferred', change('active', 'lost')],
  ['passed: no such course', change('15043:73', '99999:73')],
  ['passed: a grade from 60 to 100', change('15043:73', '15043:59')],
  ['passed: a grade from 60 to 100', change('15043:73', '15043:101')],
  ['passed: a month as in 2025-10', change('15043:73', '15043:73:2025-13')],
  ['passed: a month as in 2025-10', change('15043:73', '15043:73:')],
  [
    'the ticket stood further up',
    `${secondTicket.replace('5,0', '6,0')}\n${secondTicket.replace('5,0', '6,0')}`,
  ],
  [
    'not as in the row above, which is the same person',
    `${right}\n${secondTicket.replace('李', '王')}`,
  ],
])('candidates: "%s" with its line, and nobody is imported (%#)', async (reason, rows) => {
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
    { file: 'people.csv', line: 4, reason: 'the document stood further up' },
  ]);
});

test.each<[string, number, string | Uint8Array]>([
  ['the file is empty', 1, ''],
  ['nobody to import', 1, `${header}\n`],
  [
    'column missing: phone, passed',
    1,
    right && header.replace('phone,', '').replace(',passed', ''),
  ],
  ['not as many cells as the header', 3, `${header}\n${right}\n${right},one more\n`],
  ['a quotation mark is not closed', 2, `${header}\n"${right}`],
  ['the line is too long', 2, `${header}\n${change('李', '李'.repeat(100_000))}\n`],
  [
    'the file is not UTF-8',
    1,
    new Uint8Array([...new TextEncoder().encode(header), 10, 0xc0, 0xee]),
  ],
])('a file in the wrong form: %s', async (reason, line, content) => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const problems = await problemsOf(checkCandidates(fileOf('people.csv', bytes), known));
  expect(problems).toContainEqual({ file: 'people.csv', line, reason });
});

test('a file with very many faults names the first hundred and counts the rest', async () => {
  const rows = Array.from({ length: 150 }, () => change('yes', 'perhaps'));
  const reading = candidatesOf([header, ...rows].join('\n'));
  await expect(reading).rejects.toThrow(/and \d+ more/);
  expect(await problemsOf(candidatesOf([header, ...rows].join('\n')))).toHaveLength(100);
});
