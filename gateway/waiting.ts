/** "Later": nothing was done, trying again is safe, and the page says when. */
import type { BusyModel } from '../web/view-models.ts';
import type { GatewayContext } from './context.ts';
import { show } from './frame.ts';
import type { Reply, Request } from './http.ts';

const busyMs = 3_000;
/** How long to wait before the engine is asked again. */
export const awaySeconds = 5;

/** One account or address asked too often (D3). */
export const limitReply = (context: GatewayContext, request: Request, waitMs: number): Reply =>
  waitReply(context, request, 429, 'often', waitMs);
/** A queue is full: hashing's, which says its honest length, or the engine's. */
export const busyReply = (context: GatewayContext, request: Request, waitMs = busyMs): Reply =>
  waitReply(context, request, 503, 'busy', waitMs);
/** The engine did not answer, or hashing failed: nothing is known to have been done. */
export const awayReply = (context: GatewayContext, request: Request): Reply =>
  waitReply(context, request, 503, 'away', awaySeconds * 1000);

function waitReply(
  context: GatewayContext,
  request: Request,
  status: 429 | 503,
  cause: BusyModel['cause'],
  waitMs: number,
): Reply {
  const waitSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  const reply = show(context, request, status, 'busy', { cause, waitSeconds });
  return { ...reply, retryAfterSeconds: waitSeconds };
}
