/** The thread of the real providers: one call after the other as asked. */
import { workerData } from 'node:worker_threads';
import { serveOutside } from '../outside-thread.ts';
import { createProviders, type PaymentConfig } from './config.ts';
import type { FromProviders, ToProviders } from './provider-thread.ts';

const providers = await createProviders(workerData as PaymentConfig, Date.now);

serveOutside<ToProviders, FromProviders>(async (asked) => {
  const provider = providers.find(({ name }) => name === asked.provider);
  if (provider === undefined) throw new Error('a provider that nobody configured');
  switch (asked.call) {
    case 'query':
      return provider.query(asked.attempt);
    case 'close':
      return provider.close(asked.attempt);
    case 'refund':
      return provider.refund(asked.refunding);
    case 'bill':
      return provider.bill(asked.day);
  }
});
