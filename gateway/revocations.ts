/**
 * Which sign-ins have ended although their cookie has not: per person, the lowest generation still
 * valid, and the single ones signed out of it. A cookie is checked against it in memory, without
 * asking anyone.
 *
 * The engine is the source: it answers all that are younger than a cookie's lifetime, and tells of
 * each new one. The gateway is not ready before every people partition has answered once.
 *
 * X1 A person's generation only rises; hearing the same twice, or late, changes nothing.
 * X2 An entry is kept as long as a cookie from before it can live, and no longer.
 */
import type { EpochMs, PersonId } from '../engine/protocol/ids.ts';
import { signInMaxMs } from '../engine/protocol/lasting.ts';
import type { Notice } from '../engine/protocol/notices.ts';
import type { SignIn } from './cookies.ts';

/** Ended sign-ins are dropped once no cookie can be that old; looked for this often. */
const sweepEveryMs = 10 * 60 * 1000;

export type EndedSignIns = Extract<Notice, { kind: 'sign-ins-ended' | 'signed-out' }>;

export type Revocations = {
  hear(ended: EndedSignIns): void;
  /** Whether this sign-in has been ended. */
  ended(signIn: Pick<SignIn, 'person' | 'generation' | 'nonce'>): boolean;
  size(): number;
};

export function createRevocations(now: () => EpochMs): Revocations {
  const byPerson = new Map<PersonId, { generation: number; at: EpochMs }>();
  const untilByNonce = new Map<string, EpochMs>();
  let sweptAt = now();

  function sweep(): void {
    const at = now();
    if (at - sweptAt < sweepEveryMs) return;
    sweptAt = at;
    for (const [person, entry] of byPerson) {
      if (entry.at + signInMaxMs <= at) byPerson.delete(person);
    }
    for (const [nonce, until] of untilByNonce) {
      if (until <= at) untilByNonce.delete(nonce);
    }
  }

  return {
    hear(ended) {
      if (ended.kind === 'signed-out') {
        untilByNonce.set(ended.nonce, ended.until);
      } else {
        const { person, generation, at } = ended;
        const known = byPerson.get(person);
        if (known === undefined || generation > known.generation) {
          byPerson.set(person, { generation, at });
        }
      }
      sweep();
    },
    ended({ person, generation, nonce }) {
      const known = byPerson.get(person);
      return (known !== undefined && generation < known.generation) || untilByNonce.has(nonce);
    },
    size: () => byPerson.size + untilByNonce.size,
  };
}
