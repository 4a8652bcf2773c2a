/**
 * Reads the candidates' file, one row per admission ticket, a person's rows together, and the file of
 * grades. Streaming: what stays in memory of what was read is the numbers that must not come again.
 */
import { createHash } from 'node:crypto';
import type { CandidateRecord, PassedCourse, TicketRecord } from '../protocol/commands.ts';
import { type DocumentProblem, firstSecretOf, normaliseDocument } from '../protocol/documents.ts';
import type { PersonId, TicketNumber } from '../protocol/ids.ts';
import { documentMask, nameMask, phoneMask } from '../protocol/masks.ts';
import type { Course, Programme } from '../protocol/session.ts';
import { candidatesFormat, gradesFormat, passedIn } from './formats.ts';
import type { ImportVault } from './send.ts';
import {
  ImportRefused,
  type NamesIn,
  Problems,
  type Row,
  readTable,
  type Source,
} from './table.ts';

/** A person as the file has them, checked. `line` is that of the first ticket. */
export type FileCandidate = {
  line: number;
  documentType: string;
  number: string;
  name: string;
  kind: CandidateRecord['kind'];
  candidateType: CandidateRecord['candidateType'];
  hasPhoto: boolean;
  phone: string;
  passwordHash: string;
  activationCode: string;
  tickets: FileTicket[];
};
/** `passed` absent: the file does without the column, and what is on record stays. */
export type FileTicket = Omit<TicketRecord, 'passed'> & { passed?: PassedCourse[] };
/** One line of the file of grades. */
export type FileGrade = {
  line: number;
  documentType: string;
  number: string;
  ticket: TicketNumber;
  passed: PassedCourse;
};
/** A file without a fault, ready to be sent. `digest` is that of its bytes. */
export type CheckedCandidates = {
  source: Source;
  known: Known;
  digest: string;
  last: FileCandidate;
};
export type Known = { courses: readonly Course[]; programmes: readonly Programme[] };

const ticketsMax = 20;

type CandidateRow = Row<NamesIn<typeof candidatesFormat>>;
const personColumns = candidatesFormat.columns
  .map(({ name }) => name)
  .filter((name) => !['ticket', 'programme', 'ticket_status', 'passed'].includes(name));

/** Reads the whole file once; throws `ImportRefused` with every fault, and then nothing was sent. */
export async function checkCandidates(source: Source, known: Known): Promise<CheckedCandidates> {
  const problems = new Problems();
  const hash = createHash('sha256');
  const hashed: Source = {
    name: source.name,
    async *open() {
      for await (const chunk of source.open()) {
        hash.update(chunk);
        yield chunk;
      }
    },
  };
  let last: FileCandidate | undefined;
  for await (const candidate of readCandidates(hashed, known, problems)) last = candidate;
  problems.refuseIfAny();
  if (last === undefined) {
    throw new ImportRefused([{ file: source.name, line: 1, reason: '没有可导入的考生' }], 1);
  }
  return { source, known, digest: hash.digest('base64url'), last };
}

/** Yields everybody whose rows are right; every fault goes to `problems`. */
export async function* readCandidates(
  source: Source,
  known: Known,
  problems: Problems,
): AsyncGenerator<FileCandidate> {
  const courses = new Set(known.courses.map((course) => course.code));
  const programmes = new Set(known.programmes.map((programme) => programme.code));
  const people = new Set<string>();
  const tickets = new Set<string>();
  let first: CandidateRow | undefined;
  let candidate: FileCandidate | undefined;

  for await (const row of readTable(source, candidatesFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    if (first === undefined || !samePerson(first, row)) {
      if (candidate !== undefined) yield candidate;
      first = row;
      candidate = personOf(row, refuse);
      const key = `${candidate?.documentType} ${candidate?.number}`;
      if (candidate !== undefined && people.has(key)) refuse('同一证件号码在上面已有，且不相邻');
      people.add(key);
    } else if (personColumns.some((column) => first?.[column] !== row[column])) {
      refuse('与上一行是同一个人，但本人的信息不一致');
    }
    const ticket = ticketOf(row, courses, programmes, refuse);
    if (tickets.has(ticket.number)) refuse('准考证号上面已有');
    tickets.add(ticket.number);
    candidate?.tickets.push(ticket);
    if (candidate?.tickets.length === ticketsMax + 1) refuse(`一个人超过 ${ticketsMax} 个准考证号`);
  }
  if (candidate !== undefined) yield candidate;
}

/** Yields every grade that is right; every fault goes to `problems`. */
export async function* readGrades(
  source: Source,
  known: Known,
  problems: Problems,
): AsyncGenerator<FileGrade> {
  const courses = new Set(known.courses.map((course) => course.code));
  const seen = new Set<string>();
  for await (const row of readTable(source, gradesFormat, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (!row.whole) continue;
    const document = normaliseDocument(row.document_type, row.document_number);
    const key = `${row.ticket} ${row.course}`;
    if (!document.ok) refuse(`证件号码：${documentWords[document.reason]}`);
    if (!courses.has(row.course)) refuse('没有这门课程');
    if (seen.has(key)) refuse('同一准考证号和课程上面已有');
    seen.add(key);
    if (!document.ok) continue;
    yield {
      ...{ line: row.line, documentType: row.document_type, number: document.number },
      ticket: row.ticket,
      passed: {
        ...{ course: row.course, grade: Number(row.grade) },
        ...(row.passed_in !== '' && { passedIn: row.passed_in }),
      },
    };
  }
}

const documentWords: Record<DocumentProblem, string> = {
  'type-unknown': '没有这种证件',
  empty: '是空的',
  length: '位数不对',
  character: '有不该有的字符',
  prefix: '开头不对',
  date: '出生日期不对',
  checksum: '校验位不对',
};

const samePerson = (one: CandidateRow, other: CandidateRow): boolean =>
  one.document_type === other.document_type && one.document_number === other.document_number;

function personOf(row: CandidateRow, refuse: (reason: string) => void): FileCandidate | undefined {
  const document = normaliseDocument(row.document_type, row.document_number);
  if (!document.ok) refuse(`证件号码：${documentWords[document.reason]}`);
  // F7, F8: a new candidate brings a password, an enrolled one starts from the initial password.
  if (row.kind === 'new' && row.password_hash === '') refuse('口令散列：新生必须有');
  if (row.kind === 'enrolled' && row.password_hash !== '') refuse('口令散列：在籍考生不能有');
  // D16: whose number makes no password starts from a code of the office's.
  const needsCode =
    row.kind === 'enrolled' && firstSecretOf(row.document_type) === 'activation-code';
  if (needsCode && row.activation_code === '') {
    refuse('激活码：这种证件的在籍考生必须有，8 到 20 位数字和字母');
  }
  if (!needsCode && row.activation_code !== '') {
    refuse('激活码：只有证件号码不产生初始口令的在籍考生才有');
  }
  if (!document.ok) return undefined;
  return {
    line: row.line,
    documentType: row.document_type,
    number: document.number,
    name: row.name,
    kind: row.kind === 'new' ? 'new' : 'enrolled',
    candidateType: row.candidate_type === 'applied' ? 'applied' : 'open',
    hasPhoto: row.photo === 'yes',
    phone: row.phone,
    passwordHash: row.password_hash,
    activationCode: row.activation_code,
    tickets: [],
  };
}

function ticketOf(
  row: CandidateRow,
  courses: ReadonlySet<string>,
  programmes: ReadonlySet<string>,
  refuse: (reason: string) => void,
): FileTicket {
  const passed = passedIn(row.passed);
  if (!programmes.has(row.programme)) refuse('没有这个专业');
  if (passed.some(({ course }) => !courses.has(course))) refuse('合格课程：没有这门课程');
  return {
    number: row.ticket,
    programme: row.programme,
    status: row.ticket_status as TicketRecord['status'],
    ...(row.lacks.has('passed') ? {} : { passed }),
  };
}

/** Sealed under the person's own key; beside it only masks and indices (E1). */
export function recordOf(
  candidate: FileCandidate,
  person: PersonId,
  vault: ImportVault,
): CandidateRecord {
  const { number, name, phone, passwordHash, activationCode } = candidate;
  return {
    kind: candidate.kind,
    documentType: candidate.documentType,
    document: vault.seal(person, number),
    documentMask: documentMask(number),
    name: vault.seal(person, name),
    nameMask: nameMask(name),
    candidateType: candidate.candidateType,
    hasPhoto: candidate.hasPhoto,
    tickets: candidate.tickets.map((ticket) => ({ ...ticket, passed: ticket.passed ?? [] })),
    ...(phone === ''
      ? {}
      : {
          importedPhone: {
            sealed: vault.seal(person, phone),
            index: vault.phoneIndexOf(phone),
            mask: phoneMask(phone),
          },
        }),
    ...(passwordHash === '' ? {} : { passwordHash }),
    ...(activationCode === ''
      ? {}
      : { activationDigest: vault.activationDigestOf(person, activationCode) }),
  };
}
