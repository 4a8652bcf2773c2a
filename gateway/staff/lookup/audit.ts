/** The journal, newest first, to be searched: every staff act and every movement of a seat (S3). */
import { eventWords } from '../../../engine/import/audit-words.ts';
import type { PartitionName } from '../../../engine/protocol/ids.ts';
import { partitionsOf } from '../../../engine/protocol/layout.ts';
import type { AuditLine } from '../../../engine/protocol/replies.ts';
import { type EventNames, sayDetails } from '../../../web/desk/event-words.ts';
import type { AuditFilter } from '../../../web/desk/lookup-models.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { deskPage } from '../page.ts';
import { away, eventNamesOf, numberIn, queryOf, sessionOf, unknown } from './parts.ts';

const linesPerPage = 100;
/** Events looked through at a time, and how often in one request: whoever looks goes on by a link. */
const windowEvents = 500;
const windowsMax = 20;

const names = new Map<string, string>(Object.entries(eventWords));
const kinds = [...names].map(([code, name]) => ({ code, name }));

/** GET /desk/audit?partition=&kind=&area=&person=&text=&before= */
export async function showAudit(visit: Visit): Promise<Reply> {
  // A journal is one for all: only who may see all of it sees it.
  if (!visit.within({ kind: 'province' })) return deskPage(visit, 403, 'refused', { why: 'scope' });
  const { client } = visit.context.gateway;
  const partitions = partitionsOf(client.layout);
  const query = queryOf(visit);
  const partition = query.get('partition') || client.layout.session;
  const typed = numberIn(query, 'before');
  if (!partitions.includes(partition) || typed === undefined) return unknown(visit);
  const filter: AuditFilter = {
    kind: names.has(query.get('kind')) ? query.get('kind') : '',
    area: query.get('area').trim(),
    person: query.get('person').trim().slice(0, 22),
    text: query.get('text').trim(),
  };
  const status = await client.askAt(partition, { kind: 'status' });
  if (status.kind !== 'status') return away(visit);
  const head = status.status.index;
  const before = typed === 0 ? head + 1 : Math.min(typed, head + 1);
  const eventNames = eventNamesOf(sessionOf(visit));
  const found = await linesBefore(visit, partition, before, (line) =>
    matches(line, filter, eventNames),
  );
  if (found === undefined) return away(visit);
  return deskPage(visit, 200, 'audit', {
    ...{ partition, partitions, kinds, filter, head, names: eventNames },
    lines: found.lines.map((line) => ({ ...line, name: names.get(line.kind) ?? line.kind })),
    /** Further back; absent at the first event. */
    next: found.next > 1 ? found.next : undefined,
    newest: typed === 0,
  });
}

function matches(
  { kind, area, person, details }: AuditLine,
  { kind: wanted, ...filter }: AuditFilter,
  eventNames: EventNames,
): boolean {
  if (wanted !== '' && kind !== wanted) return false;
  if (filter.area !== '' && area !== filter.area) return false;
  // The journal's lines name the beginning of the id alone.
  if (filter.person !== '' && (person === undefined || !sameStart(person, filter.person)))
    return false;
  // As it is read, and as the journal has it.
  return (
    details.includes(filter.text) ||
    sayDetails(kind, details, eventNames).some(({ label, lines }) =>
      [label, ...lines].some((one) => one.includes(filter.text)),
    )
  );
}
const sameStart = (one: string, other: string): boolean =>
  one.startsWith(other) || other.startsWith(one);

/** `next`: where the next page goes on, further back. */
async function linesBefore(
  { context }: Visit,
  partition: PartitionName,
  before: number,
  wanted: (line: AuditLine) => boolean,
): Promise<{ lines: AuditLine[]; next: number } | undefined> {
  const { client } = context.gateway;
  const ask = (from: number) => client.askAt(partition, { kind: 'journal', from } as const);
  const lines: AuditLine[] = [];
  let upper = before;
  for (let windows = 0; windows < windowsMax && upper > 1; windows += 1) {
    const lower = Math.max(1, upper - windowEvents);
    const seen: AuditLine[] = [];
    for (let from: number | undefined = lower; from !== undefined && from < upper; ) {
      const page: Awaited<ReturnType<typeof ask>> = await ask(from);
      if (page.kind !== 'journal') return undefined;
      seen.push(...page.lines.filter(({ index }) => index < upper));
      from = page.next;
    }
    for (const line of seen.reverse()) {
      if (!wanted(line)) continue;
      lines.push(line);
      if (lines.length === linesPerPage) return { lines, next: line.index };
    }
    upper = lower;
  }
  return { lines, next: upper };
}
