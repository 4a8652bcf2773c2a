/**
 * The journal as the audit shows it, a page at a time: whole entries of what is flushed, until there are
 * enough events for one page.
 */
import { auditOf } from '../core/audit.ts';
import type { AuditLine, Query, QueryAnswer } from '../protocol/replies.ts';
import { decodeEntry } from '../store/journal.ts';
import type { StoreReader } from '../store/store.ts';

/** One page's worth: an entry more is read to its end. */
const linesEnough = 500;
/** A batch of a rush has thousands: of one entry so many are shown at a time. */
const linesMax = 2_000;

export function journalPage(
  store: StoreReader,
  { kind, from }: Extract<Query, { kind: 'journal' }>,
): Extract<QueryAnswer, { kind: 'journal' }> {
  const lines: AuditLine[] = [];
  const start = store.entryAtOrBelow(from)?.index ?? from;
  for (const { index, value } of store.entries(start)) {
    if (lines.length >= linesEnough) return { kind, lines, next: index };
    const { at, events } = decodeEntry(value);
    for (const [place, event] of events.entries()) {
      if (index + place < from) continue;
      if (lines.length === linesMax) return { kind, lines, next: index + place };
      lines.push({ index: index + place, at, ...auditOf(event) });
    }
  }
  return { kind, lines };
}
