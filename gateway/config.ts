/** The gateway's settings, from the environment, checked whole before anything starts. */
import type { TrustedProxies } from './client-address.ts';
import { defaultLimits, type LimitsConfig } from './limits.ts';

export type GatewayConfig = {
  host: string;
  /** 0: any free port. */
  port: number;
  /** The public origin, e.g. `https://ruxi.example`; absent: as the Host header says. */
  origin?: string;
  /** Behind TLS: `__Host-` cookies, Strict-Transport-Security. */
  secure: boolean;
  trustedProxies: TrustedProxies;
  /** Shows /messages and says on every page that nothing here is real. */
  demonstration: boolean;
  /** Shared with the engine: finds a person from a typed number. */
  indexKey: Uint8Array;
  /** Signs what browsers carry; the same in every gateway. */
  cookieKey: Uint8Array;
  limits: LimitsConfig;
};

export { defaultLimits };
