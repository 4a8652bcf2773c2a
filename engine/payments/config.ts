/**
 * Which payment providers there are, from the environment, checked whole before anything starts; and
 * the making of them. Plain data, so that it can be handed to a worker thread.
 *
 * With no real provider configured there is the sandbox. A provider's library is loaded only where
 * the provider is configured.
 */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { merchantKeysIn } from '../../sandbox/keys.ts';
import type { ProviderName } from '../protocol/payments.ts';
import { type Environment, inWords } from '../settings.ts';
import type { PaymentProvider } from './provider.ts';
import { createSandboxProvider } from './sandbox.ts';

export type PaymentConfig = {
  /** Where a provider's page leads back to: the candidate's own page, which says what is true. */
  returnTo: string;
  sandbox?: SandboxConfig;
};

/** Both for the sandbox itself (`ruxi sandbox`) and for its merchant. */
export type SandboxConfig = {
  host: string;
  /** 0: any free port; then `address` is known once it listens. */
  port: number;
  /** Where engine and gateway reach it. */
  address: string;
  /** Where people's browsers reach it, if that is elsewhere. */
  origin?: string;
  folder: string;
  keysFolder: string;
  merchant: string;
  /** Where it sends its notices. */
  noticesTo: string;
};

/** Where a gateway takes a provider's notices. */
export const noticePath = (provider: ProviderName): string => `/notices/${provider}`;

const origin = z.string().regex(/^https?:\/\/[^/\s]+$/, { message: 'like https://ruxi.example' });
const port = z.coerce.number({ message: 'a port' }).int().min(0).max(65_535);

const settings = z.object({
  /** The gateway's own. */
  RUXI_HOST: z.string().min(1).default('127.0.0.1'),
  RUXI_PORT: port.default(3000),
  RUXI_ORIGIN: origin.optional(),
  /** Where providers send their notices, if that is not the public address. */
  RUXI_NOTICE_ORIGIN: origin.optional(),
});
const sandboxSettings = z.object({
  RUXI_DATA_DIR: z.string().min(1).default('var/data'),
  RUXI_SANDBOX_DIR: z.string().min(1).optional(),
  RUXI_SANDBOX_HOST: z.string().min(1).default('127.0.0.1'),
  RUXI_SANDBOX_PORT: port.default(3002),
  RUXI_SANDBOX_ADDRESS: origin.optional(),
  RUXI_SANDBOX_ORIGIN: origin.optional(),
});

export function paymentConfigOf(environment: Environment): PaymentConfig {
  const from = inWords(settings, environment);
  return Object.freeze({
    returnTo: `${from.RUXI_ORIGIN ?? hereOf(from)}/mine`,
    sandbox: sandboxConfigOf(environment),
  });
}

export function sandboxConfigOf(environment: Environment): SandboxConfig {
  const from = inWords(sandboxSettings, environment);
  const gateway = inWords(settings, environment);
  const { RUXI_SANDBOX_HOST: host, RUXI_SANDBOX_PORT: port, RUXI_SANDBOX_ORIGIN: origin } = from;
  const folder = from.RUXI_SANDBOX_DIR ?? join(dirname(from.RUXI_DATA_DIR), 'sandbox');
  return Object.freeze({
    host,
    port,
    address: from.RUXI_SANDBOX_ADDRESS ?? `http://${host}:${port}`,
    ...(origin === undefined ? {} : { origin }),
    folder,
    keysFolder: join(folder, 'keys'),
    merchant: 'ruxi',
    // Straight to the gateway: the sandbox stands beside it, behind the same proxy.
    noticesTo: (gateway.RUXI_NOTICE_ORIGIN ?? hereOf(gateway)) + noticePath('sandbox'),
  });
}

const hereOf = ({ RUXI_HOST, RUXI_PORT }: z.infer<typeof settings>): string =>
  `http://${RUXI_HOST}:${RUXI_PORT}`;

/** For calls (the engine) and for reading notices (a gateway) alike. */
export async function createProviders(
  config: PaymentConfig,
  now: () => number,
): Promise<readonly PaymentProvider[]> {
  const providers: PaymentProvider[] = [];
  if (config.sandbox !== undefined) {
    const { address, merchant, keysFolder } = config.sandbox;
    const keys = merchantKeysIn(keysFolder);
    providers.push(createSandboxProvider({ address, merchant, keys, now }));
  }
  return providers;
}
