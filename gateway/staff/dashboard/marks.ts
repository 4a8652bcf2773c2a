/**
 * What staff decided in the last minutes, as the engine tells every gateway: marks on the chart, so that
 * whoever sees a curve bend sees what was done. Acts for one candidate bend none, and are nobody's to see.
 */
import type { EpochMs } from '../../../engine/protocol/ids.ts';
import { type ActView, type Scope, scopesOf } from '../../../engine/protocol/staff.ts';
import type { ActMark } from '../../../web/desk/dashboard-model.ts';
import type { Within } from './pools.ts';

/** More than two people can decide in five minutes. */
const marksMax = 50;

export type Marks = {
  hear(act: ActView): void;
  /** The oldest first; of one area those within the scope only. */
  since(from: EpochMs, within: Within): ActMark[];
};

export function createMarks(): Marks {
  const known = new Map<number, ActMark & { scopes: Scope[] }>();
  return {
    hear({ number, act, by, decidedAt }) {
      if (decidedAt === undefined || 'person' in act) return;
      known.set(number, { number, at: decidedAt, act: act.kind, by, scopes: scopesOf(act) });
      if (known.size <= marksMax) return;
      const [oldest] = [...known.values()].sort((one, other) => one.at - other.at);
      if (oldest !== undefined) known.delete(oldest.number);
    },
    since: (from, within) =>
      [...known.values()]
        .filter(({ at, scopes }) => at >= from && isSeen(scopes, within))
        .sort((one, other) => one.at - other.at || one.number - other.number)
        .map(({ scopes, ...mark }) => mark),
  };
}

const isSeen = (scopes: readonly Scope[], within: Within): boolean =>
  scopes.some((scope) => scope.kind !== 'area' || within(scope.area));
