/**
 * Failed sign-ins of people whom the engine does not know. It keeps nothing about them, yet a
 * stranger must be delayed just as a candidate is, or the delay would tell the two apart (D2, D3).
 * Bounded: what is forgotten first is what failed longest ago.
 */
import type { EpochMs, PersonId } from '../../engine/protocol/ids.ts';
import { signInDelayAfter } from '../../engine/protocol/sign-in-delay.ts';
import { RecentMap } from '../recent-map.ts';

export type Strangers = {
  retryAt(person: PersonId): EpochMs;
  /** As the engine answers for a candidate. */
  failed(person: PersonId, now: EpochMs): { failures: number; retryAt: EpochMs };
};

export const strangersMax = 50_000;

export function createStrangers(): Strangers {
  const known = new RecentMap<PersonId, { failures: number; retryAt: EpochMs }>(strangersMax);
  return {
    retryAt: (person) => known.get(person)?.retryAt ?? 0,
    failed(person, now) {
      const failures = (known.get(person)?.failures ?? 0) + 1;
      const failed = { failures, retryAt: now + signInDelayAfter(failures) };
      known.set(person, failed);
      return failed;
    },
  };
}
