/**
 * What two programs have to agree on – the messages of the bus, the journal and the rows on a disk – is
 * held against its version number. Every shape is described as it is made; names are no part of it, since
 * they never travel.
 */
import { createHash } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Cases, Fields, Shape } from '../../engine/protocol/message-pack.ts';

type AnyShape = Shape<never>;
const described = vi.hoisted(() => ({
  shapes: new Map<unknown, string>(),
  characters: new Map<Uint8Array, string>(),
}));

vi.mock('../../engine/protocol/message-pack.ts', async (original) => {
  const real = await original<typeof import('../../engine/protocol/message-pack.ts')>();
  const { shapes, characters } = described;
  const as = <S>(shape: S, words: string): S => {
    shapes.set(shape, words);
    return shape;
  };
  const of = (shape: unknown): string => shapes.get(shape) ?? 'by hand';
  const inOrder = (fields: object): string => Object.values(fields).map(of).join(', ');
  as(real.boolean, 'boolean');
  as(real.number, 'number');
  return {
    ...real,
    characters(ranges: string) {
      const allowed = real.characters(ranges);
      characters.set(allowed, ranges);
      return allowed;
    },
    uint: (max?: number) => as(real.uint(max), `uint ${max}`),
    text: (max: number) => as(real.text(max), `text ${max}`),
    ascii: (allowed: Uint8Array, min: number, max = min) =>
      as(real.ascii(allowed, min, max), `${characters.get(allowed)} ${min}-${max}`),
    choice: (values: string[]) => as(real.choice(values), `choice ${values}`),
    // In words, so that its list may grow anywhere.
    word: (values: string[]) => as(real.word(values), 'word'),
    optional: (shape: AnyShape) => as(real.optional(shape), `optional ${of(shape)}`),
    nullable: (shape: AnyShape) => as(real.nullable(shape), `nullable ${of(shape)}`),
    list: (shape: AnyShape, max: number) => as(real.list(shape, max), `${max} of ${of(shape)}`),
    record: (fields: Fields<object>) => as(real.record(fields), `[${inOrder(fields)}]`),
    union: (tag: never, cases: Cases<never, never>) =>
      as(
        real.union(tag, cases),
        `{${Object.entries<object>(cases).map(([kind, fields]) => `${kind}: ${inOrder(fields)}`)}}`,
      ),
  };
});

beforeEach(() => {
  vi.resetModules();
  described.shapes.clear();
});

/** Of all that was described: alike wherever in its file a shape stands. */
const print = (): string =>
  createHash('sha256')
    .update([...new Set(described.shapes.values())].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);

// Another print: if kinds were added at the end of their lists and nothing else, write it here. Else raise
// the version as well, also before the first release: what was written under the old one is then refused
// with a sentence, and never misread.

test('O3 the messages of the bus are those of version 7', async () => {
  const { encodeNotices } = await import('../../engine/protocol/codec.ts');
  expect([encodeNotices([])[1], print()]).toEqual([7, 'bc33e468fb024d7c']);
});

test('H2 the journal and the registrations on a disk are those of format 5', async () => {
  const { formatVersion } = await import('../../engine/store/store.ts');
  await import('../../engine/store/journal.ts');
  await import('../../engine/store/rows.ts');
  expect([formatVersion, print()]).toEqual([5, '2056e3759a51a23b']);
});
