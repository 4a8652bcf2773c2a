/**
 * Opens payment attempts at their providers, for as long as their pages are looked at.
 *
 * P1 What an attempt is paid with is kept in a bounded memory and for a few minutes, since a link
 *    into an application does not live long; after that it is opened again, which comes to the same
 *    (contract P1 of provider.ts).
 * P2 One attempt is opened once at a time, however many tabs look at it.
 * P3 That a provider did not answer says nothing of the order: seats and attempt are what they were.
 */
import type { Opened, Opening, PaymentProvider } from '../../engine/payments/provider.ts';
import { createTally } from '../../engine/payments/tally.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { AttemptNumber, Payable, ProviderName } from '../../engine/protocol/payments.ts';
import type { ProviderStanding } from '../../engine/protocol/telemetry.ts';
import { RecentMap } from '../recent-map.ts';

export type OpenedNow = Opened | { kind: 'away' };
export type Payables = {
  open(provider: ProviderName, opening: Opening): Promise<OpenedNow>;
  /** How providers answer this gateway. */
  standings(): ProviderStanding[];
};

/** As many as are looked at in half an hour of a rush; each is some hundred bytes. */
const payablesMax = 50_000;
/** WeChat's links end after five minutes. */
const keptMs = 4 * 60_000;

export function createPayables(
  providers: readonly PaymentProvider[],
  now: () => EpochMs,
  sizeMax = payablesMax,
): Payables {
  const tally = createTally(providers, now);
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const known = new RecentMap<AttemptNumber, { payable: Payable; at: EpochMs }>(sizeMax);
  const opening = new Map<AttemptNumber, Promise<OpenedNow>>();

  async function openAt(provider: PaymentProvider, asked: Opening): Promise<OpenedNow> {
    try {
      const opened = await tally.count(provider.name, () => provider.open(asked));
      if (opened.kind === 'opened') {
        known.set(asked.attempt, { payable: opened.payable, at: now() });
      }
      return opened;
    } catch {
      return { kind: 'away' };
    }
  }

  return {
    standings: () => tally.standings(),
    async open(name, asked) {
      const { attempt } = asked;
      const kept = known.get(attempt);
      if (kept !== undefined && now() < kept.at + keptMs) {
        return { kind: 'opened', payable: kept.payable };
      }
      const provider = byName.get(name);
      // Its keys were taken out of the settings while the attempt lived.
      if (provider === undefined) return { kind: 'refused', why: 'NOT_CONFIGURED' };
      const running = opening.get(attempt);
      if (running !== undefined) return running;
      const begun = openAt(provider, asked).finally(() => opening.delete(attempt));
      opening.set(attempt, begun);
      return begun;
    },
  };
}
