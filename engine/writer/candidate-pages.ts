/**
 * All candidates in the order of their keys, a page at a time, masked: what is on disk, as it is in
 * memory where a newer row is there. For exports, and to find whose a ticket is: staff ask seldom,
 * and an index of every ticket would cost memory all day.
 */
import type { Partition } from '../core/partition.ts';
import type { CandidateRow } from '../core/rows.ts';
import type { CandidateLine, Query, QueryAnswer } from '../protocol/replies.ts';
import { decodeRow } from '../store/rows.ts';
import type { StoreReader } from '../store/store.ts';

/** Rows looked at for one page. */
export const candidatesPerPage = 500;

export function candidatePage(
  store: StoreReader,
  partition: Partition,
  { kind, after = '', ticket }: Extract<Query, { kind: 'candidates' }>,
): Extract<QueryAnswer, { kind: 'candidates' }> {
  const found = new Map<string, CandidateRow>();
  let last: string | undefined;
  for (const { key, value } of store.rows('candidates', [after])) {
    const [person] = key;
    if (person === after) continue;
    const row = partition.candidates.get(person) ?? decodeRow('candidates', key, value);
    if (row.table === 'candidates') found.set(person, row);
    if (found.size < candidatesPerPage) continue;
    last = person;
    break;
  }
  // Those that no checkpoint has written so far.
  for (const [person, row] of partition.candidates)
    if (person > after && (last === undefined || person <= last)) found.set(person, row);
  const lines = [...found.values()]
    .filter(({ record }) => ticket === undefined || hasTicket(record.tickets, ticket))
    .sort((one, other) => (one.person < other.person ? -1 : 1))
    .map(lineOf);
  return { kind, lines, ...(last === undefined ? {} : { next: last }) };
}

const hasTicket = (tickets: readonly { number: string }[], ticket: string): boolean =>
  tickets.some(({ number }) => number === ticket);

function lineOf({ person, record, phone, claim, passwordHash }: CandidateRow): CandidateLine {
  const { kind, documentType, documentMask, nameMask, candidateType, hasPhoto, tickets } = record;
  return {
    ...{ person, kind, documentType, documentMask, nameMask, candidateType, hasPhoto },
    tickets: tickets.map(({ number, programme, status }) => ({ number, programme, status })),
    passwordSet: passwordHash !== undefined || record.passwordHash !== undefined,
    ...(phone === undefined ? {} : { phoneMask: phone.mask }),
    ...(claim === undefined ? {} : { area: claim.area }),
  };
}
