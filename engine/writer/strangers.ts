/**
 * Failed sign-ins of people whom no book knows. A stranger must be delayed just as a candidate is,
 * whichever gateway asks, or the delay would tell the two apart (D2, D3). Not in the journal: what
 * nobody's numbers did is nobody's record.
 *
 * S1 Bounded: what is forgotten first is what failed longest ago.
 */
import type { EpochMs, PersonId } from '../protocol/ids.ts';
import type { Refused } from '../protocol/refusals.ts';
import { signInDelayAfter } from '../protocol/sign-in-delay.ts';

const strangersMax = 50_000;

export class Strangers {
  readonly #max: number;
  /** Whoever failed last stands last. */
  readonly #known = new Map<PersonId, { failures: number; retryAt: EpochMs }>();

  constructor(max: number = strangersMax) {
    this.#max = max;
  }

  retryAt(person: PersonId): EpochMs {
    return this.#known.get(person)?.retryAt ?? 0;
  }

  /** As the candidate's book counts and delays; `refused` is what it said for want of a candidate. */
  failed(person: PersonId, refused: Refused, at: EpochMs): Refused {
    const { failures, retryAt } = this.#known.get(person) ?? { failures: 0, retryAt: 0 };
    if (at < retryAt)
      return { kind: 'refused', reason: 'sign-in-delayed', detail: { at: retryAt } };
    const delay = signInDelayAfter(failures + 1);
    this.#known.delete(person);
    this.#known.set(person, { failures: failures + 1, retryAt: at + delay });
    const [longestAgo] = this.#known.keys();
    if (this.#known.size > this.#max && longestAgo !== undefined) this.#known.delete(longestAgo);
    return delay > 0 ? { ...refused, detail: { at: at + delay } } : refused;
  }
}
