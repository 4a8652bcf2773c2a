/**
 * Which partition owns what. A partition is one journal, one writer, one folder. Placement is a
 * pure function of the layout, the same in every process.
 */
import type { AreaCode, PartitionName, PersonId, PhoneIndex } from './ids.ts';

/** Each list names the partitions that share that kind of book, by hash. `session` owns one book. */
export type Layout = {
  session: PartitionName;
  areas: readonly PartitionName[];
  people: readonly PartitionName[];
  phones: readonly PartitionName[];
};

/** One process hosts all: the default. */
export const singleLayout: Layout = {
  session: 'p0',
  areas: ['p0'],
  people: ['p0'],
  phones: ['p0'],
};

/** FNV-1a over UTF-16 code units: stable across versions, spread enough for placement. */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

function place(among: readonly PartitionName[], key: string): PartitionName {
  const chosen = among[stableHash(key) % among.length];
  if (chosen === undefined) throw new Error('a layout must name at least one partition per kind');
  return chosen;
}

export const partitionOfArea = (layout: Layout, area: AreaCode): PartitionName =>
  place(layout.areas, area);
export const partitionOfPerson = (layout: Layout, person: PersonId): PartitionName =>
  place(layout.people, person);
export const partitionOfPhone = (layout: Layout, phone: PhoneIndex): PartitionName =>
  place(layout.phones, phone);

/** Every partition once, in a stable order. */
export function partitionsOf(layout: Layout): PartitionName[] {
  return [...new Set([layout.session, ...layout.areas, ...layout.people, ...layout.phones])].sort();
}
