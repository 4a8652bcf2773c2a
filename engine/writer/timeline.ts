/**
 * What the journal says of one person, newest first, a stretch at a time (S4). There is no index: who is
 * acted for is looked up a few times a day, and a list in every row would be written with every save.
 * An entry that has the person's id nowhere in its bytes is passed over without being read.
 */
import { auditOf } from '../core/audit.ts';
import type { RuxiEvent } from '../protocol/events.ts';
import type { PersonId } from '../protocol/ids.ts';
import type { AuditLine, Query, QueryAnswer } from '../protocol/replies.ts';
import { decodeEntry } from '../store/journal.ts';
import type { StoreReader } from '../store/store.ts';

/** Some milliseconds' work, with others' commands before the next stretch. */
const stretchEvents = 4_000;
/** Of one person in one stretch: nobody clicks more often, and what was left is asked for again. */
const linesMax = 1_000;

/** `head`: the last flushed index. `before` 0: from there. */
export function timelineStretch(
  store: Pick<StoreReader, 'entryAtOrBelow' | 'entries'>,
  head: number,
  { kind, person, before }: Extract<Query, { kind: 'timeline' }>,
): Extract<QueryAnswer, { kind: 'timeline' }> {
  const upper = before === 0 ? head + 1 : Math.min(before, head + 1);
  const lower = Math.max(1, upper - stretchEvents);
  const sought = Buffer.from(person);
  let lines: AuditLine[] = [];
  const start = store.entryAtOrBelow(lower)?.index ?? lower;
  for (const { index, value } of store.entries(start)) {
    if (index >= upper) break;
    if (!Buffer.from(value.buffer, value.byteOffset, value.byteLength).includes(sought)) continue;
    const { at, events } = decodeEntry(value);
    for (const [place, event] of events.entries()) {
      const own = index + place;
      if (own < lower || own >= upper || !isOf(event, person)) continue;
      lines.push({ index: own, at, ...auditOf(event) });
    }
  }
  lines = lines.reverse();
  const shown = lines.slice(0, linesMax);
  const last = lines.length > linesMax ? shown.at(-1)?.index : undefined;
  const next = last ?? lower;
  return { kind, lines: shown, ...(next > 1 ? { next } : {}) };
}

function isOf(event: RuxiEvent, person: PersonId): boolean {
  if (event.kind === 'act-proposed') return 'person' in event.act && event.act.person === person;
  return 'person' in event && event.person === person;
}
