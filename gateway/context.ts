/** What every handler is given: the parts of one running gateway. No part reaches for another's. */
import type { PaymentProvider } from '../engine/payments/provider.ts';
import type { EpochMs } from '../engine/protocol/ids.ts';
import type { Views } from '../web/views.ts';
import type { Availability } from './availability.ts';
import type { Catalogue } from './catalogue.ts';
import type { GatewayConfig } from './config.ts';
import type { Cookies } from './cookies.ts';
import type { EngineClient } from './engine-client.ts';
import type { Hashing } from './hashing/hashing.ts';
import type { Limits } from './limits.ts';
import type { Payables } from './paying/payables.ts';
import type { Revocations } from './revocations.ts';
import type { SlipCodes } from './slip/codes.ts';

export type GatewayContext = {
  config: GatewayConfig;
  client: EngineClient;
  catalogue: Catalogue;
  availability: Availability;
  revocations: Revocations;
  views: Views;
  cookies: Cookies;
  limits: Limits;
  hashing: Hashing;
  slipCodes: SlipCodes;
  providers: readonly PaymentProvider[];
  /** Payment attempts, opened at those. */
  payables: Payables;
  now(): EpochMs;
};
