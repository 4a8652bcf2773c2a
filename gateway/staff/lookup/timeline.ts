/**
 * One timeline of a candidate (S4): commands, messages, payments and what staff did, newest first, out of
 * the journals of every partition that has to do with the person. A page goes so far back and no further;
 * its link goes on from there.
 */
import { eventWords } from '../../../engine/import/audit-words.ts';
import type { PartitionName, PersonId } from '../../../engine/protocol/ids.ts';
import { partitionOfArea, partitionOfPerson } from '../../../engine/protocol/layout.ts';
import type { AuditLine, CandidateView } from '../../../engine/protocol/replies.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { deskPage } from '../page.ts';
import {
  areaNamed,
  areasOf,
  away,
  candidateOf,
  eventNamesOf,
  queryOf,
  sessionOf,
  unknown,
} from './parts.ts';

const linesPerPage = 50;
/** Most of a province's season. */
const stretchesMax = 200;

const names = new Map<string, string>(Object.entries(eventWords));

/** GET /desk/candidate/timeline?person=&before= */
export async function showTimeline(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const query = queryOf(visit);
  const person = query.get('person');
  if (!/^[A-Za-z0-9_-]{22}$/.test(person)) return unknown(visit);
  const asked = await candidateOf(visit, person);
  if (asked.kind === 'away') return away(visit);
  if (asked.kind === 'none') return unknown(visit);
  const partitions = partitionsOfPerson(visit, asked.found);
  const before = beforeIn(query.get('before'), partitions);
  if (before === undefined) return unknown(visit);
  const found = await linesOf(visit, person, before);
  if (found === undefined) return away(visit);
  const { nameMask, documentMask } = asked.found;
  return deskPage(visit, 200, 'timeline', {
    ...{ person, nameMask, documentMask, next: found.next, names: eventNamesOf(session) },
    lines: found.lines
      // What happened in another office's area is theirs to see.
      .filter(({ area }) => area === undefined || visit.within(area))
      .map(({ index, at, kind, area, details }) => ({
        ...{ index, at, kind, name: names.get(kind) ?? kind, details },
        area: area === undefined ? area : areaNamed(session, area).name,
      })),
  });
}

function partitionsOfPerson({ context }: Visit, candidate: CandidateView): PartitionName[] {
  const { layout } = context.gateway.client;
  const { person, moving } = candidate;
  const areas = [...areasOf(candidate), ...(moving === undefined ? [] : [moving.to])];
  const all = [
    ...[partitionOfPerson(layout, person), layout.session],
    ...areas.map((area) => partitionOfArea(layout, area)),
  ];
  return [...new Set(all)];
}

/** How far each journal was read: `p0.812~p1.77`; none: from the newest on. 1: to its beginning. */
type Before = Map<PartitionName, number>;

function beforeIn(text: string, partitions: readonly PartitionName[]): Before | undefined {
  const before: Before = new Map(partitions.map((partition) => [partition, 0]));
  if (text === '') return before;
  for (const part of text.split('~')) {
    const [partition = '', index = ''] = part.split('.');
    if (!before.has(partition) || !/^[1-9]\d{0,14}$/.test(index)) return undefined;
    before.set(partition, Number(index));
  }
  return before;
}

const isRead = (before: number): boolean => before === 1;

/** The newest of all at a time, so that the page is one timeline. */
async function linesOf(
  { context }: Visit,
  person: PersonId,
  before: Before,
): Promise<{ lines: AuditLine[]; next: string | undefined } | undefined> {
  const { client } = context.gateway;
  const waiting = new Map<PartitionName, AuditLine[]>();
  const lines: AuditLine[] = [];
  /** Where each stands once what is shown is shown. */
  const shown: Before = new Map(before);
  let stretches = 0;
  while (lines.length < linesPerPage) {
    for (const [partition, upper] of before) {
      while ((waiting.get(partition) ?? []).length === 0) {
        const from = before.get(partition) ?? upper;
        if (isRead(from)) break;
        if (stretches === stretchesMax) return { lines, next: inText(shown) };
        stretches += 1;
        const asked = { kind: 'timeline', person, before: from } as const;
        const page = await client.askAt(partition, asked);
        if (page.kind !== 'timeline') return undefined;
        waiting.set(partition, [...page.lines]);
        before.set(partition, page.next ?? 1);
        if (page.lines.length === 0) shown.set(partition, page.next ?? 1);
      }
    }
    const heads = [...waiting].flatMap(([partition, [line]]) =>
      line ? [{ partition, line }] : [],
    );
    const newest = heads.sort((one, other) => other.line.at - one.line.at)[0];
    if (newest === undefined) return { lines, next: undefined };
    const { partition, line } = newest;
    lines.push(line);
    const left = waiting.get(partition)?.slice(1) ?? [];
    waiting.set(partition, left);
    shown.set(partition, left.length === 0 ? (before.get(partition) ?? 1) : line.index);
  }
  return { lines, next: inText(shown) };
}

function inText(before: Before): string | undefined {
  const parts = [...before].filter(([, index]) => index > 0);
  if (parts.every(([, index]) => isRead(index)) && parts.length === before.size) return undefined;
  return parts.map(([partition, index]) => `${partition}.${index}`).join('~');
}
