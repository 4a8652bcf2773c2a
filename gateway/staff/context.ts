/** What every handler on the operators' port is given. */
import type { GatewayContext } from '../context.ts';
import type { Readiness } from './health.ts';

export type StaffContext = {
  /** The parts of the gateway whose port this is. */
  gateway: GatewayContext;
  readiness(): Readiness;
};
