/** S4: what the journal says of one person, out of a real store, a stretch at a time. */
import { afterEach, expect, test } from 'vitest';
import type { RuxiEvent } from '../../engine/protocol/events.ts';
import { encodeEntry, noHash } from '../../engine/store/journal.ts';
import { MemoryDisk, openMemoryStore } from '../../engine/store/memory-store.ts';
import type { Store } from '../../engine/store/store.ts';
import { timelineStretch } from '../../engine/writer/timeline.ts';
import { givenPerson } from '../given.ts';

let store: Store | undefined;
afterEach(() => store?.close());

const dropped = (number: number): RuxiEvent => ({
  ...({ kind: 'area-fenced', area: '0101', number, person: givenPerson(number) } as const),
  claim: 1,
});

/** `batches`: each an entry; the persons of its events. */
async function journal(batches: number[][]): Promise<{ store: Store; head: number }> {
  const opened = await openMemoryStore(new MemoryDisk(), 'p0');
  store = opened;
  let index = 1;
  for (const people of batches) {
    const entry = { partition: 'p0', epoch: 1, index, prevHash: noHash, at: 1_000 + index };
    const { value } = encodeEntry({ ...entry, events: people.map(dropped) });
    await opened.commit({ entry: { index, value }, rows: [], checkpointed: 0 });
    index += people.length;
  }
  return { store: opened, head: index - 1 };
}

test('S4 of one person all and of others nothing, newest first, whatever entries they share', async () => {
  const { store: read, head } = await journal([[1, 2], [2], [3, 1, 1], [2]]);
  const of = (number: number, before = 0) =>
    timelineStretch(read, head, { kind: 'timeline', person: givenPerson(number), before });
  expect(of(1).lines.map(({ index }) => index)).toEqual([6, 5, 1]);
  expect(of(2).lines.map(({ index }) => index)).toEqual([7, 3, 2]);
  expect(of(9)).toEqual({ kind: 'timeline', lines: [] });
  // In the middle of an entry, and no further than what is flushed.
  expect(of(1, 6).lines.map(({ index }) => index)).toEqual([5, 1]);
  const flushed = { kind: 'timeline', person: givenPerson(1), before: 0 } as const;
  expect(timelineStretch(read, 3, flushed).lines.map(({ index }) => index)).toEqual([1]);
});

test('S4 stretches meet: none twice, none left out, to the journal’s beginning', async () => {
  const batches = Array.from({ length: 450 }, (_, batch) =>
    Array.from({ length: 100 }, (_, place) => (place === batch % 100 ? 1 : 2 + (place % 7))),
  );
  const { store: read, head } = await journal(batches);
  const seen: number[] = [];
  const nexts: number[] = [];
  for (let before: number | undefined = 0; before !== undefined; ) {
    const page = timelineStretch(read, head, { kind: 'timeline', person: givenPerson(1), before });
    seen.push(...page.lines.map(({ index }) => index));
    before = page.next;
    if (before !== undefined) nexts.push(before);
  }
  const all = batches.map((_, batch) => batch * 100 + (batch % 100) + 1).reverse();
  expect(seen).toEqual(all);
  expect(nexts).toHaveLength(11);
});
