import { expect, test } from 'vitest';
import { signInMaxMs } from '../../engine/protocol/lasting.ts';
import { createAvailability, levelOf, meterFill } from '../../gateway/availability.ts';
import { createRevocations } from '../../gateway/revocations.ts';

const counts = (area: string, version: number, free: number[]) => ({
  area,
  version,
  at: 0,
  free,
  capacity: free.map(() => 2400),
});

test('counts are replaced only by a higher version, so late and repeated messages change nothing', () => {
  const availability = createAvailability();
  const changes: string[] = [];
  availability.onChange((area) => changes.push(area));
  expect(availability.hear([counts('0105', 7, [5]), counts('0106', 2, [9])])).toEqual([
    '0105',
    '0106',
  ]);
  expect(availability.hear([counts('0105', 7, [4]), counts('0105', 6, [8])])).toEqual([]);
  expect(availability.counts('0105', 'open')?.free).toEqual([5]);
  expect(availability.hear([counts('0105', 8, [4])])).toEqual(['0105']);
  expect(availability.counts('0105', 'open')?.free).toEqual([4]);
  expect(changes).toEqual(['0105', '0106', '0105']);
});

test('R5 a type with a pool of its own sees that; the other sees the common one', () => {
  const availability = createAvailability();
  const own = [{ candidateType: 'applied' as const, free: [2, 7], capacity: [20, 900] }];
  availability.hear([{ ...counts('0105', 7, [5, 7]), capacity: [900, 900], own }]);
  expect(availability.counts('0105', 'applied')).toMatchObject({
    free: [2, 7],
    capacity: [20, 900],
  });
  expect(availability.counts('0105', 'open')).toMatchObject({ free: [5, 7], capacity: [900, 900] });
  expect(availability.counts('0106', 'applied')).toBeUndefined();
});

test.each([
  [1164, 2400, 'plenty', 5],
  [1702, 2400, 'plenty', 7],
  [86, 2400, 'scarce', 1],
  [480, 2400, 'scarce', 2],
  [481, 2400, 'plenty', 2],
  [99, 120, 'scarce', 8],
  [100, 120, 'plenty', 8],
  [1, 2400, 'scarce', 1],
  [2400, 2400, 'plenty', 10],
  [0, 2400, 'full', 0],
  [0, 0, 'full', 0],
] as const)('%i of %i seats is %s and lights %i cells', (free, capacity, level, cells) => {
  expect(levelOf(free, capacity)).toBe(level);
  expect(meterFill(free, capacity)).toBe(cells);
});

test('an ended sign-in stays ended while its cookie could live, and is forgotten after', () => {
  let at = 1_000_000;
  const revocations = createRevocations(() => at);
  const hearAll = (person: string, generation: number, since = at) =>
    revocations.hear({ kind: 'sign-ins-ended', person, generation, at: since });
  const ended = (person: string, generation: number, nonce = 'one') =>
    revocations.ended({ person, generation, nonce });
  hearAll('a', 3);
  hearAll('a', 2, at + 1);
  expect([ended('a', 2), ended('a', 3), ended('b', 0)]).toEqual([true, false, false]);
  const until = at + signInMaxMs;
  revocations.hear({ kind: 'signed-out', person: 'b', nonce: 'two', until });
  expect([ended('b', 1, 'two'), ended('b', 1, 'one')]).toEqual([true, false]);
  expect(revocations.size()).toBe(2);
  at = until;
  hearAll('b', 1);
  expect(revocations.size()).toBe(1);
});
