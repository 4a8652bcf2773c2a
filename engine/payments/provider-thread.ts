/**
 * The engine's side of the real providers: calls are made on a thread of their own, since each is
 * signed and verified with RSA, and thousands of attempts are asked about in the minutes of a rush.
 */
import { type OutsideThread, startOutsideThread } from '../outside-thread.ts';
import { type AttemptNumber, type ProviderName, providerNames } from '../protocol/payments.ts';
import { createProviders, type PaymentConfig } from './config.ts';
import type { BillLine, ProviderCalls, Refunding, RefundStanding, Standing } from './provider.ts';

export type ToProviders = { provider: ProviderName } & (
  | { call: 'query' | 'close'; attempt: AttemptNumber }
  | { call: 'refund'; refunding: Refunding }
  | { call: 'bill'; day: string }
);
export type FromProviders = Standing | RefundStanding | readonly BillLine[] | 'later';

export type ProviderDesk = { providers: readonly ProviderCalls[]; close(): Promise<void> };

/** Resolves once the libraries are loaded. The sandbox needs none, and so no thread. */
export async function startProviderDesk(
  config: PaymentConfig,
  now: () => number,
): Promise<ProviderDesk> {
  if (config.sandbox === undefined) return startProviderThread(config);
  return { providers: await createProviders(config, now), close: async () => {} };
}

export async function startProviderThread(config: PaymentConfig): Promise<ProviderDesk> {
  const file = new URL('./provider-worker.ts', import.meta.url);
  const outside = await startOutsideThread<ToProviders, FromProviders>(file, config);
  const configured = providerNames.filter((name) => name in config);
  return {
    providers: configured.map((name) => callsOf(outside, name)),
    close: outside.close,
  };
}

/** The thread answers each call with what the provider's own method gives. */
function callsOf(
  { ask }: OutsideThread<ToProviders, FromProviders>,
  provider: ProviderName,
): ProviderCalls {
  return {
    name: provider,
    query: async (attempt) => (await ask({ provider, call: 'query', attempt })) as Standing,
    close: async (attempt) => (await ask({ provider, call: 'close', attempt })) as Standing,
    refund: async (refunding) =>
      (await ask({ provider, call: 'refund', refunding })) as RefundStanding,
    bill: async (day) =>
      (await ask({ provider, call: 'bill', day })) as readonly BillLine[] | 'later',
  };
}
