/** The desk's pages as replies, and what stands around each. */
import { hasRight } from '../../engine/protocol/staff.ts';
import type { DeskFrame, DeskModels, DeskPageName } from '../../web/desk/view-models.ts';
import { page, type Reply, type Request } from '../http.ts';
import { awaySeconds } from '../waiting.ts';
import type { StaffContext } from './context.ts';
import type { Visit } from './desk.ts';

export function deskPage<Name extends DeskPageName>(
  visit: Visit,
  status: number,
  name: Name,
  model: DeskModels[Name],
  cookies: readonly string[] = [],
): Reply {
  const { context, me, request } = visit;
  const frame = frameOf(context, request);
  const { staff, roles, scope } = me;
  const signedIn = { staff, roles, scope, token: visit.token() };
  const window = context.gateway.catalogue.current()?.adopted.window;
  const province = visit.within({ kind: 'province' });
  const pausable = window?.state === 'open' && province && hasRight(roles, 'set-window');
  return page(status, context.views.render(name, model, { ...frame, signedIn, pausable }), cookies);
}

/** For who is not signed in. */
export function doorPage<Name extends DeskPageName>(
  context: StaffContext,
  request: Request,
  status: number,
  name: Name,
  model: DeskModels[Name],
): Reply {
  return page(status, context.views.render(name, model, frameOf(context, request)));
}

function frameOf({ gateway }: StaffContext, request: Request): DeskFrame {
  const catalogue = gateway.catalogue.current()?.adopted.catalogue;
  return {
    now: gateway.now(),
    demonstration: gateway.config.demonstration,
    path: request.path,
    session: catalogue?.title,
    places: { cities: catalogue?.cities ?? [], areas: catalogue?.areas ?? [] },
  };
}

/** Asked too often, hashing has too much to do, or the engine did not answer: nothing is done. */
export function waitPage(
  context: StaffContext,
  request: Request,
  cause: 'often' | 'exports' | 'busy' | 'away',
  waitMs: number = awaySeconds * 1000,
): Reply {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const status = cause === 'often' || cause === 'exports' ? 429 : 503;
  return {
    ...doorPage(context, request, status, 'wait', { cause, seconds }),
    retryAfterSeconds: seconds,
  };
}
