/**
 * Every pool as the desk knows it: seats left as told a few times a second, how fast they go, when the
 * last one went, what was wanted in vain, and the ledger as the engine counted it anew (B9, B14).
 *
 * P1 Counts of an older version than those known change nothing.
 * P2 What was full when this gateway first heard of it has no time: nobody here saw it.
 */
import type { AreaCode, EpochMs, UnitCode } from '../../../engine/protocol/ids.ts';
import type { AreaLedger, PeopleCounts } from '../../../engine/protocol/ledger.ts';
import type { AreaCounts } from '../../../engine/protocol/replies.ts';
import type { CandidateType } from '../../../engine/protocol/session.ts';
import type { UnmetDemand } from '../../../engine/protocol/telemetry.ts';
import type { HeatArea, PoolStanding } from '../../../web/desk/dashboard-model.ts';
import type { Session } from '../../catalogue.ts';

type Pool = {
  candidateType: CandidateType | undefined;
  place: number;
  capacity: number;
  free: number;
  fullAt: EpochMs | undefined;
  /** Every five seconds what was left, the newest last. */
  left: number[];
};
type Area = { version: number; pools: Map<string, Pool>; ledger: AreaLedger | undefined };

const lookEveryMs = 5_000;
const looksKept = 12;
/** A province has some hundreds. */
const areasMax = 10_000;

export type Within = (area: AreaCode) => boolean;

export class PoolBoard {
  readonly #areas = new Map<AreaCode, Area>();
  #lookedAt: EpochMs = 0;

  hearCounts(counts: readonly AreaCounts[]): void {
    for (const one of counts) {
      const area = this.#areaOf(one.area);
      if (area === undefined || one.version <= area.version) continue;
      area.version = one.version;
      const types = [{ candidateType: undefined, ...one }, ...(one.own ?? [])];
      for (const { candidateType, free, capacity } of types)
        for (const [place, seats] of capacity.entries())
          hear(area, candidateType, place, free[place] ?? 0, seats, one.at);
    }
  }

  hearLedgers(ledgers: readonly AreaLedger[]): void {
    for (const ledger of ledgers) {
      const area = this.#areaOf(ledger.area);
      if (area === undefined) continue;
      // The count of a later time, whichever life of the engine it is from.
      if (ledger.at >= (area.ledger?.at ?? 0)) area.ledger = ledger;
    }
  }

  /** Once a second. */
  look(now: EpochMs): void {
    if (now - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now;
    for (const { pools } of this.#areas.values())
      for (const pool of pools.values()) {
        pool.left.push(pool.free);
        if (pool.left.length > looksKept + 1) pool.left.shift();
      }
  }

  heat({ adopted, units, city }: Session, within: Within): HeatArea[] {
    const areas = adopted.catalogue.areas.filter(({ code }) => within(code));
    return areas.map(({ code, name, city: inCity }) => {
      const pools = [...(this.#areas.get(code)?.pools.values() ?? [])];
      return {
        ...{ area: code, name, city: inCity, cityName: city.get(inCity)?.name ?? inCity },
        units: units.map((unit, place) => {
          const there = pools.filter((pool) => pool.place === place);
          return { name: unit.name, capacity: sum(there, 'capacity'), free: sum(there, 'free') };
        }),
      };
    });
  }

  standings(session: Session, unmet: readonly UnmetDemand[], within: Within): PoolStanding[] {
    const { adopted, units, city } = session;
    const wanted = new Map(
      unmet.map(({ area, unit, candidateType, count }) => [
        keyOf(area, unit, candidateType),
        count,
      ]),
    );
    const standings: PoolStanding[] = [];
    for (const { code, name, city: inCity } of adopted.catalogue.areas) {
      if (!within(code)) continue;
      const area = this.#areas.get(code);
      for (const pool of area?.pools.values() ?? []) {
        const unit = units[pool.place];
        if (unit === undefined || (pool.capacity === 0 && pool.free === 0)) continue;
        const { candidateType, capacity, free, fullAt } = pool;
        const counted = area?.ledger?.pools.find(
          (one) => one.unit === unit.code && one.candidateType === candidateType,
        );
        const emptyInMs = emptyIn(pool);
        standings.push({
          ...{ area: code, areaName: name, cityName: city.get(inCity)?.name ?? inCity },
          ...{ unit: unit.code, unitName: unit.name, capacity, free },
          ...(candidateType === undefined ? {} : { candidateType }),
          unmet: wanted.get(keyOf(code, unit.code, candidateType)) ?? 0,
          ...(fullAt === undefined ? {} : { fullAt }),
          ...(emptyInMs === undefined ? {} : { emptyInMs }),
          ...(counted === undefined ? {} : { counted: { ...counted, at: area?.ledger?.at ?? 0 } }),
        });
      }
    }
    return standings;
  }

  people(within: Within): PeopleCounts {
    const people = { entered: 0, saved: 0, confirmed: 0, paying: 0, paid: 0 };
    for (const [code, { ledger }] of this.#areas) {
      if (ledger === undefined || !within(code)) continue;
      for (const step of Object.keys(people) as (keyof PeopleCounts)[])
        people[step] += ledger.people[step];
    }
    return people;
  }

  #areaOf(code: AreaCode): Area | undefined {
    let area = this.#areas.get(code);
    if (area === undefined && this.#areas.size < areasMax) {
      area = { version: -1, pools: new Map(), ledger: undefined };
      this.#areas.set(code, area);
    }
    return area;
  }
}

const keyOf = (area: AreaCode, unit: UnitCode, type: CandidateType | undefined): string =>
  `${area} ${unit} ${type ?? ''}`;
const sum = (pools: readonly Pool[], what: 'capacity' | 'free'): number =>
  pools.reduce((all, pool) => all + pool[what], 0);

function hear(
  { pools }: Area,
  candidateType: CandidateType | undefined,
  place: number,
  free: number,
  capacity: number,
  at: EpochMs,
): void {
  const key = `${place} ${candidateType ?? ''}`;
  const known = pools.get(key);
  if (known === undefined) {
    pools.set(key, { candidateType, place, capacity, free, fullAt: undefined, left: [] });
    return;
  }
  // P2.
  if (free > 0) known.fullAt = undefined;
  else if (known.free > 0) known.fullAt = at;
  Object.assign(known, { free, capacity });
}

/** By what went within the last minute, or since this gateway began to look. */
function emptyIn({ free, left }: Pool): number | undefined {
  const [before = free] = left;
  const gone = before - free;
  if (gone <= 0 || free <= 0) return undefined;
  return Math.round((free / gone) * Math.max(1, left.length - 1) * lookEveryMs);
}
