/**
 * Reads the candidates' file, one row per admission ticket, a person's rows together, and turns a
 * person into the record the CandidateBook keeps. Streaming: what stays in memory of a person read
 * is the two numbers that must not come again.
 */
import { createHash } from 'node:crypto';
import type { CandidateRecord, TicketRecord } from '../protocol/commands.ts';
import {
  firstSecretOf,
  normaliseActivationCode,
  normaliseDocument,
} from '../protocol/documents.ts';
import { mobilePattern, type PersonId, ticketPattern } from '../protocol/ids.ts';
import { documentMask, nameMask, phoneMask } from '../protocol/masks.ts';
import { type Course, gradeMax, type Programme, passMark } from '../protocol/session.ts';
import type { ImportVault } from './send.ts';
import { ImportRefused, Problems, type Row, readTable, type Source } from './table.ts';

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
  tickets: TicketRecord[];
};
/** A file without a fault, ready to be sent. `digest` is that of its bytes. */
export type CheckedCandidates = {
  source: Source;
  known: Known;
  digest: string;
  last: FileCandidate;
};
type Known = { courses: readonly Course[]; programmes: readonly Programme[] };

const candidatesMax = 2_000_000;
const ticketsMax = 20;
const passedMax = 100;
const nameLengthMax = 64;
/** Verifying costs what the hash says: one that costs more would stall everybody's sign-in. */
const hashMemoryMax = 65_536;
const monthPattern = /^(19|20)\d\d-(0[1-9]|1[0-2])$/;
const hashPasses = /^[1-4]$/;
const hashPattern =
  /^\$argon2id\$v=19\$m=(?<m>\d{1,6}),(?:t=(?<t>\d),p=1|p=1,t=(?<t2>\d))\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;

const personColumns = [
  'document_type',
  'document_number',
  'name',
  'kind',
  'candidate_type',
  'photo',
  'phone',
  'password_hash',
  'activation_code',
] as const;
const columns = [...personColumns, 'ticket', 'programme', 'ticket_status', 'passed'] as const;
type CandidateRow = Row<(typeof columns)[number]>;

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
    throw new ImportRefused([{ file: source.name, line: 1, reason: 'nobody to import' }], 1);
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

  for await (const row of readTable(source, columns, problems)) {
    const refuse = (reason: string) => problems.add(source.name, row.line, reason);
    if (first === undefined || !samePerson(first, row)) {
      if (candidate !== undefined) yield candidate;
      first = row;
      candidate = personOf(row, refuse);
      const key = `${candidate?.documentType} ${candidate?.number}`;
      if (candidate !== undefined && people.has(key)) refuse('the document stood further up');
      people.add(key);
      if (people.size > candidatesMax) {
        refuse(`more than ${candidatesMax} candidates`);
        return;
      }
    } else if (personColumns.some((column) => first?.[column] !== row[column])) {
      refuse('not as in the row above, which is the same person');
    }
    const ticket = ticketOf(row, courses, programmes, refuse);
    if (tickets.has(ticket.number)) refuse('the ticket stood further up');
    tickets.add(ticket.number);
    candidate?.tickets.push(ticket);
    if (candidate?.tickets.length === ticketsMax + 1) refuse(`more than ${ticketsMax} tickets`);
  }
  if (candidate !== undefined) yield candidate;
}

const samePerson = (one: CandidateRow, other: CandidateRow): boolean =>
  one.document_type === other.document_type && one.document_number === other.document_number;

function personOf(row: CandidateRow, refuse: (reason: string) => void): FileCandidate | undefined {
  const document = normaliseDocument(row.document_type, row.document_number);
  const nameLength = [...row.name].length;
  if (!document.ok) refuse(`document: ${document.reason}`);
  if (nameLength === 0 || nameLength > nameLengthMax) refuse('name: 1 to 64 characters');
  if (row.kind !== 'enrolled' && row.kind !== 'new') refuse('kind: enrolled or new');
  if (row.candidate_type !== 'open' && row.candidate_type !== 'applied') {
    refuse('candidate_type: open or applied');
  }
  if (row.photo !== 'yes' && row.photo !== 'no') refuse('photo: yes or no');
  if (row.phone !== '' && !mobilePattern.test(row.phone)) refuse('phone: a mobile number or empty');
  // F7, F8: a new candidate brings a password, an enrolled one starts from the initial password.
  if (row.kind === 'new' && !affordableHash(row.password_hash)) {
    refuse('password_hash: a new candidate needs an argon2id hash that sign-in can afford');
  }
  if (row.kind === 'enrolled' && row.password_hash !== '') {
    refuse('password_hash: an enrolled candidate has none');
  }
  // D16: whose number makes no password starts from a code of the office's.
  const needsCode =
    row.kind === 'enrolled' && firstSecretOf(row.document_type) === 'activation-code';
  const activationCode = normaliseActivationCode(row.activation_code) ?? '';
  if (needsCode && activationCode === '') {
    refuse('activation_code: 8 to 20 digits and letters');
  }
  if (!needsCode && row.activation_code !== '') {
    refuse(
      'activation_code: only for an enrolled candidate whose document has no initial password',
    );
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
    activationCode,
    tickets: [],
  };
}

function affordableHash(hash: string): boolean {
  const { m, t, t2 } = hashPattern.exec(hash)?.groups ?? {};
  return Number(m) <= hashMemoryMax && hashPasses.test(t ?? t2 ?? '');
}

const statuses = new Set<string>(['active', 'graduated', 'transferred']);

function ticketOf(
  row: CandidateRow,
  courses: ReadonlySet<string>,
  programmes: ReadonlySet<string>,
  refuse: (reason: string) => void,
): TicketRecord {
  if (!ticketPattern.test(row.ticket)) refuse('ticket: 12 digits');
  if (!programmes.has(row.programme)) refuse('no such programme');
  if (!statuses.has(row.ticket_status)) refuse('ticket_status: active, graduated or transferred');
  const passed = row.passed === '' ? [] : row.passed.split(/ +/);
  if (passed.length > passedMax) refuse(`passed: more than ${passedMax} courses`);
  return {
    number: row.ticket,
    programme: row.programme,
    status: row.ticket_status as TicketRecord['status'],
    passed: passed.map((entry) => {
      const [, course = '', grade, passedIn] = /^(\d{5}):(\d{1,3})(?::(.*))?$/.exec(entry) ?? [];
      if (!courses.has(course)) refuse('passed: no such course');
      if (!(Number(grade) >= passMark && Number(grade) <= gradeMax)) {
        refuse(`passed: a grade from ${passMark} to ${gradeMax}`);
      }
      if (passedIn !== undefined && !monthPattern.test(passedIn)) {
        refuse('passed: a month as in 2025-10');
      }
      return { course, grade: Number(grade), ...(passedIn !== undefined && { passedIn }) };
    }),
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
    tickets: candidate.tickets,
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
