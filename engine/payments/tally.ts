/**
 * How payment providers answer those who ask them: every call is counted, and from when on one has
 * answered none. A refusal is an answer; a promise that rejects is none (P2 of provider.ts).
 */
import { nameOf } from '../outside-thread.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { ProviderName } from '../protocol/payments.ts';
import type { ProviderStanding } from '../protocol/telemetry.ts';

/** In a row: one lost answer says nothing of a provider. */
const silencesMax = 3;

export type ProviderTally = {
  /** Gives what the call gives, and counts it. */
  count<T>(provider: ProviderName, call: () => Promise<T>): Promise<T>;
  standings(): ProviderStanding[];
};

type Side = {
  answered: number;
  silent: number;
  inARow: number;
  firstAt: EpochMs;
  lastTrouble: ProviderStanding['lastTrouble'];
};

export function createTally(
  providers: readonly { name: ProviderName }[],
  now: () => EpochMs,
): ProviderTally {
  const sides = new Map<ProviderName, Side>(
    providers.map(({ name }) => [
      name,
      { answered: 0, silent: 0, inARow: 0, firstAt: 0, lastTrouble: undefined },
    ]),
  );
  function silent(side: Side, error: unknown): void {
    const at = now();
    side.silent += 1;
    if (side.inARow === 0) side.firstAt = at;
    side.inARow += 1;
    side.lastTrouble = { at, why: nameOf(error) };
  }
  return {
    async count(provider, call) {
      const side = sides.get(provider);
      try {
        const answer = await call();
        if (side !== undefined) {
          side.answered += 1;
          side.inARow = 0;
        }
        return answer;
      } catch (error) {
        if (side !== undefined) silent(side, error);
        throw error;
      }
    },
    standings: () => [...sides].map(standingOf),
  };
}

function standingOf([provider, side]: [ProviderName, Side]): ProviderStanding {
  const { answered, silent, inARow, firstAt, lastTrouble } = side;
  return {
    ...{ provider, answered, silent },
    ...(inARow < silencesMax ? {} : { awaySince: firstAt }),
    ...(lastTrouble === undefined ? {} : { lastTrouble }),
  };
}
