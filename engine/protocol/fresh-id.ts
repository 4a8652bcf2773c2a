/** For shells only: the core is handed its ids with the commands (test/core/purity.test.ts). */
import { randomBytes } from 'node:crypto';

/** One that nobody else has, as `opaquePattern` wants it. */
export const freshId = (): string => randomBytes(17).toString('base64url').slice(0, 22);
