/** The gateway's settings: from the environment, checked whole before anything starts. */
import { z } from 'zod';
import { type PaymentConfig, paymentConfigOf } from '../engine/payments/config.ts';
import { type Layout, singleLayout } from '../engine/protocol/layout.ts';
import { limitKeyOf, type TrustedProxies } from './client-address.ts';
import { defaultLimits, type LimitsConfig } from './limits.ts';

export type GatewayConfig = {
  host: string;
  /** 0: any free port. */
  port: number;
  /**
   * The operators' own port; never the one that candidates reach. 0: any free port. `origin`: where
   * the office's browsers find it, if that is behind a proxy of its own.
   */
  desk: { host: string; port: number; origin?: string };
  /** The public origin, e.g. `https://ruxi.example`; absent: as the Host header says. */
  origin?: string;
  /** Behind TLS: `__Host-` cookies, Strict-Transport-Security. */
  secure: boolean;
  trustedProxies: TrustedProxies;
  /** Shows /messages and says on every page that nothing here is real. */
  demonstration: boolean;
  layout: Layout;
  /** Shared with the engine: finds a person from a typed number. */
  indexKey: Uint8Array;
  /** Signs what browsers carry; the same in every gateway. */
  cookieKey: Uint8Array;
  /** Signs slips; the same in every gateway, and for as long as slips are to be checked. */
  slipKey: Uint8Array;
  limits: LimitsConfig;
  /** Live sockets at a time; beyond, pages poll. */
  socketsMax: number;
  payments: PaymentConfig;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
};

/** A sentence for whoever starts the program: which setting, and what it should be. */
export class ConfigError extends Error {}

const settings = z.object({
  /** Only the proxy beside it should reach a gateway. */
  RUXI_HOST: z.string().default('127.0.0.1'),
  RUXI_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  RUXI_ORIGIN: z
    .string()
    .regex(/^https?:\/\/[^/]+$/)
    .optional(),
  /** Whoever reaches it sees how the system does, so it is this machine's alone unless told. */
  RUXI_DESK_HOST: z.string().default('127.0.0.1'),
  RUXI_DESK_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  RUXI_DESK_ORIGIN: z
    .string()
    .regex(/^https?:\/\/[^/]+$/)
    .optional(),
  /** Addresses, separated by commas. */
  RUXI_TRUSTED_PROXIES: z.string().default(''),
  RUXI_DEMONSTRATION: z.enum(['yes', 'no']).default('yes'),
  RUXI_SOCKETS_MAX: z.coerce.number().int().min(0).default(50_000),
  RUXI_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('warn'),
});

export function gatewayConfigOf(
  environment: Readonly<Record<string, string | undefined>>,
  keys: { index: Uint8Array; cookie: Uint8Array; slip: Uint8Array },
  layout: Layout = singleLayout,
): GatewayConfig {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigError(lines.join('\n'));
  }
  const from = parsed.data;
  const origin = from.RUXI_ORIGIN;
  return {
    host: from.RUXI_HOST,
    port: from.RUXI_PORT,
    desk: {
      host: from.RUXI_DESK_HOST,
      port: from.RUXI_DESK_PORT ?? besides(from.RUXI_PORT),
      ...(from.RUXI_DESK_ORIGIN === undefined ? {} : { origin: from.RUXI_DESK_ORIGIN }),
    },
    ...(origin === undefined ? {} : { origin }),
    secure: origin?.startsWith('https:') ?? false,
    trustedProxies: proxiesOf(from.RUXI_TRUSTED_PROXIES),
    demonstration: from.RUXI_DEMONSTRATION === 'yes',
    layout,
    indexKey: keys.index,
    cookieKey: keys.cookie,
    slipKey: keys.slip,
    limits: defaultLimits,
    socketsMax: from.RUXI_SOCKETS_MAX,
    payments: paymentConfigOf(environment),
    logLevel: from.RUXI_LOG_LEVEL,
  };
}

/** The next one; beside any free port, any free port. */
const besides = (port: number): number => (port === 0 || port === 65_535 ? 0 : port + 1);

function proxiesOf(text: string): TrustedProxies {
  const proxies = text.split(',').map((part) => part.trim());
  return new Set(
    proxies
      .filter((part) => part !== '')
      .map((part) => {
        const key = limitKeyOf(part);
        if (key === undefined)
          throw new ConfigError('RUXI_TRUSTED_PROXIES: holds what is no address');
        return key;
      }),
  );
}
