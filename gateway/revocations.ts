/**
 * Which sign-ins have ended although their cookie has not: per person, the lowest generation still
 * valid. A cookie is checked against it in memory, without asking anyone.
 *
 * The engine is the source: it answers all that are younger than a cookie's lifetime, and tells of
 * each new one. The gateway is not ready before every people partition has answered once.
 *
 * X1 A person's generation only rises; hearing the same twice, or late, changes nothing.
 * X2 An entry is kept as long as a cookie from before it can live, and no longer.
 */
import type { EpochMs, PersonId } from '../engine/protocol/ids.ts';
import { signInMaxMs } from '../engine/protocol/lasting.ts';

/** Ended sign-ins are dropped once no cookie can be that old; looked for this often. */
const sweepEveryMs = 10 * 60 * 1000;

export type EndedSignIns = { person: PersonId; generation: number; at: EpochMs };

export type Revocations = {
  hear(ended: readonly EndedSignIns[]): void;
  /** Whether a sign-in of this generation has been ended. */
  ended(person: PersonId, generation: number): boolean;
  size(): number;
};

export function createRevocations(now: () => EpochMs): Revocations {
  const byPerson = new Map<PersonId, { generation: number; at: EpochMs }>();
  let sweptAt = now();

  function sweep(): void {
    const at = now();
    if (at - sweptAt < sweepEveryMs) return;
    sweptAt = at;
    for (const [person, entry] of byPerson) {
      if (entry.at + signInMaxMs <= at) byPerson.delete(person);
    }
  }

  return {
    hear(ended) {
      for (const { person, generation, at } of ended) {
        const known = byPerson.get(person);
        if (known === undefined || generation > known.generation) {
          byPerson.set(person, { generation, at });
        }
      }
      sweep();
    },
    ended(person, generation) {
      const known = byPerson.get(person);
      return known !== undefined && generation < known.generation;
    },
    size: () => byPerson.size,
  };
}
