/**
 * Free seats per area and unit, as last heard from the engine: the numbers and words on pages.
 * They are advice. The seat is decided by the engine when it is asked for.
 *
 * V1 An area's counts are replaced only by a higher version (its partition's journal index), so
 *    a late or repeated message changes nothing.
 * V2 At least one cell of the meter is lit while any seat is left, and none when none is.
 */
import type { AreaCode } from '../engine/protocol/ids.ts';
import type { AreaCounts } from '../engine/protocol/replies.ts';
import type { CandidateType } from '../engine/protocol/session.ts';

/** 充足 · 紧张 · 已满. */
export type Level = 'plenty' | 'scarce' | 'full';

export type Availability = {
  /** As they are for that type, which may have pools of its own there (R5). */
  counts(area: AreaCode, type: CandidateType): AreaCounts | undefined;
  /** Answers which areas changed (V1). */
  hear(counts: readonly AreaCounts[]): AreaCode[];
  onChange(listener: (area: AreaCode) => void): void;
};

const meterCells = 10;
/** 紧张 is at or below a fifth of the capacity, or below this many seats. */
const scarceSeats = 100;
const scarceShare = 0.2;

/** A province has some hundreds of areas. Those beyond the limit show no counts. */
const areasMax = 10_000;

export function createAvailability(): Availability {
  const byArea = new Map<AreaCode, AreaCounts>();
  const listeners: ((area: AreaCode) => void)[] = [];
  return {
    counts(area, type) {
      const counts = byArea.get(area);
      const own = counts?.own?.find(({ candidateType }) => candidateType === type);
      if (counts === undefined || own === undefined) return counts;
      return { ...counts, free: own.free, capacity: own.capacity };
    },
    hear(heard) {
      const changed: AreaCode[] = [];
      for (const counts of heard) {
        const known = byArea.get(counts.area);
        if (known === undefined ? byArea.size >= areasMax : counts.version <= known.version) {
          continue;
        }
        byArea.set(counts.area, counts);
        changed.push(counts.area);
      }
      for (const area of changed) for (const listener of listeners) listener(area);
      return changed;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

/** What a page asks about areas: the counts as they are for whoever is looking. */
export type CountsIn = (area: AreaCode) => AreaCounts | undefined;

export function levelOf(free: number, capacity: number): Level {
  if (free <= 0) return 'full';
  return free <= capacity * scarceShare || free < scarceSeats ? 'scarce' : 'plenty';
}

/** How many of the meter's ten cells are lit (V2). */
export function meterFill(free: number, capacity: number): number {
  if (free <= 0 || capacity <= 0) return 0;
  return Math.min(meterCells, Math.max(1, Math.round((free / capacity) * meterCells)));
}
