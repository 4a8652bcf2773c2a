/**
 * The one way into every page of the desk. A route is declared with the right it asks for; the guard
 * below decides whether the handler runs, so no handler can forget to ask.
 *
 * G1 In this order: signed in and not ended; not idle; the right; how often the route is asked, where
 *    it costs much; the form's token; the proof by the authenticator, where the route asks for it. What fails says so and nothing has happened.
 * G2 Roles and scope are the directory's at the moment of the request, never the browser's.
 * G3 A request that a page makes by itself (`quiet`) keeps nobody signed in.
 * G4 What a form held goes through the proof with it: who has typed a reason types it once. Passwords
 *    do not; their form is asked for anew.
 */
import type { AreaCode } from '../../engine/protocol/ids.ts';
import {
  type Decider,
  hasRight,
  isWithin,
  type Right,
  type Scope,
  type StaffView,
} from '../../engine/protocol/staff.ts';
import type { FormToken } from '../cookies.ts';
import { type Handler, type HttpServer, type Reply, type Request, redirect } from '../http.ts';
import type { StaffContext } from './context.ts';
import { type DeskSignIn, deskIdleMs, stepUpMs } from './desk-cookies.ts';
import { deskPage, waitPage } from './page.ts';
import { proveAgain } from './proof.ts';

/** Who asks, and what they may do. */
export type Visit = {
  context: StaffContext;
  request: Request;
  signIn: DeskSignIn;
  /** The account as it is now. */
  me: StaffView;
  /** Whether all of it lies within the account's scope. */
  within(asked: Scope | AreaCode): boolean;
  /** For the forms of the page that answers. */
  token(): string;
};
/** `form` is the root of the ids of the commands that it sends. */
export type FormVisit = Visit & { form: FormToken };

/** As the engine looks it up (protocol/senders.ts). */
export const deciderOf = ({ me }: Visit): Decider => ({
  by: me.staff,
  byGeneration: me.generation,
});

/** Of one account: its colleagues are not kept waiting. */
export type DeskLimit = 'deskWalks' | 'deskDryRuns' | 'deskFinds';
export function tooOftenFor({ context, request, me }: Visit, limit: DeskLimit): Reply | undefined {
  const { limits, now } = context.gateway;
  const waitMs = limits.take(limit, me.staff, now());
  return waitMs === undefined ? undefined : waitPage(context, request, 'often', waitMs);
}

type Answer = Reply | Promise<Reply>;
type How = {
  /** Asks for the authenticator, unless it was asked for in the last five minutes. */
  stepUp?: boolean;
  /** G3. */
  quiet?: boolean;
  /** Has the engine walk far, or could be tried again and again: one account does so now and then, and
   * their colleagues do not wait for it. */
  limit?: DeskLimit;
};
export type DeskRoute = How & {
  method: 'get' | 'post';
  path: string;
  /** `nobody`: for who is not signed in. */
  right: Right | 'nobody';
  /** Its form brings a file. */
  file?: true;
};

export type Desk = {
  /** Every route of the desk: what is not here is not served. */
  readonly routes: readonly DeskRoute[];
  get(path: string, right: Right, handler: (visit: Visit) => Answer, how?: How): Desk;
  post(path: string, right: Right, handler: (visit: FormVisit) => Answer, how?: How): Desk;
  /** With a file. Whoever may not come in is not listened to; what is proved again has none. */
  upload(path: string, right: Right, bytesMax: number, handler: (visit: FormVisit) => Answer): Desk;
  /** For who is not signed in: the door itself. */
  door(method: 'get' | 'post', path: string, handler: Handler): Desk;
};

/** A cookie is written again only so often. */
const renewEveryMs = 60_000;

export function createDesk(
  server: Pick<HttpServer, 'get' | 'post' | 'upload'>,
  context: StaffContext,
): Desk {
  const routes: DeskRoute[] = [];
  const desk: Desk = {
    routes,
    get(path, right, handler, how = {}) {
      routes.push({ method: 'get', path, right, ...how });
      server.get(path, guarded(context, right, how, handler));
      return desk;
    },
    post(path, right, handler, how = {}) {
      routes.push({ method: 'post', path, right, ...how });
      const withForm = (visit: Visit) => {
        const form = formOf(visit);
        return form === undefined ? expired(visit) : handler({ ...visit, form });
      };
      server.post(path, guarded(context, right, how, withForm));
      return desk;
    },
    upload(path, right, bytesMax, handler) {
      routes.push({ method: 'post', path, right, file: true });
      const admit = (request: Request, busy: boolean): Reply | undefined => {
        const came = visitOf(context, request);
        if ('reply' in came) return came.reply;
        const { visit } = came;
        if (!hasRight(visit.me.roles, right))
          return deskPage(visit, 403, 'refused', { why: 'right' });
        // A file is the whole province's, and is taken in one at a time: nobody else keeps it waiting.
        if (!visit.within({ kind: 'province' }))
          return deskPage(visit, 403, 'refused', { why: 'scope' });
        return busy ? waitPage(context, request, 'busy') : undefined;
      };
      const withForm = (visit: Visit) => {
        const form = formOf(visit);
        return form === undefined ? expired(visit) : handler({ ...visit, form });
      };
      server.upload(path, bytesMax, admit, guarded(context, right, {}, withForm));
      return desk;
    },
    door(method, path, handler) {
      routes.push({ method, path, right: 'nobody' });
      server[method](path, handler);
      return desk;
    },
  };
  return desk;
}

function guarded(
  context: StaffContext,
  right: Right,
  how: How,
  handler: (visit: Visit) => Answer,
): Handler {
  return async (request) => {
    const { gateway, cookies } = context;
    const came = visitOf(context, request);
    if ('reply' in came) return came.reply;
    const { visit } = came;
    if (!hasRight(visit.me.roles, right)) return deskPage(visit, 403, 'refused', { why: 'right' });
    const now = gateway.now();
    const tooOften = how.limit && tooOftenFor(visit, how.limit);
    if (tooOften !== undefined) return tooOften;
    let { signIn } = visit;
    if (how.stepUp === true && now - signIn.provedAt >= stepUpMs) {
      if (request.method === 'POST' && formOf(visit) === undefined) return expired(visit);
      // G4.
      if (request.form.has('password')) return redirect(request.path);
      const proof = await proveAgain(visit);
      if (proof.kind === 'not') return proof.reply;
      signIn = { ...signIn, provedAt: now };
    }
    if (how.quiet !== true && now - signIn.activeAt >= renewEveryMs) {
      signIn = { ...signIn, activeAt: now };
    }
    const reply = await handler({ ...visit, signIn });
    if (signIn === visit.signIn || reply.cookies?.some(isOfDesk)) return reply;
    return { ...reply, cookies: [...(reply.cookies ?? []), cookies.set(signIn, now)] };
  };
}

/** A handler that has set or cleared the sign-in itself knows better. */
const isOfDesk = (cookie: string): boolean => /^(__Host-)?ruxi-desk=/.test(cookie);

/** G1, G2: the sign-in as it stands. */
export function visitOf(
  context: StaffContext,
  request: Request,
): { visit: Visit } | { reply: Reply } {
  const { gateway, cookies, directory } = context;
  const now = gateway.now();
  // The accounts are not known yet: nobody is signed out for it, and nobody is in.
  if (!gateway.client.staffKnown()) return { reply: waitPage(context, request, 'away') };
  const signIn = cookies.signInOf(request.cookieHeader);
  const over = (why: string) => ({ reply: redirect(`/desk/sign-in${why}`, [cookies.clear()]) });
  if (signIn === undefined) return { reply: redirect('/desk/sign-in') };
  if (signIn.expiresAt <= now) return over('?over');
  if (now - signIn.activeAt >= deskIdleMs) return over('?idle');
  const me = directory.of(signIn.staff);
  // A role, a password or the account itself has changed: what was proved counts no more.
  if (me?.state !== 'active' || me.generation !== signIn.generation) return over('?ended');
  const cityOf = (area: AreaCode) => gateway.catalogue.current()?.area.get(area)?.city;
  const visit: Visit = {
    ...{ context, request, signIn, me },
    within: (asked) =>
      isWithin(me.scope, typeof asked === 'string' ? { kind: 'area', area: asked } : asked, cityOf),
    token: () => gateway.cookies.formToken(signIn.nonce, 0, now),
  };
  return { visit };
}

function formOf({ context, request, signIn }: Visit): FormToken | undefined {
  const { cookies, now } = context.gateway;
  return cookies.readFormToken(request.form.get('token'), signIn.nonce, now());
}

const expired = (visit: Visit): Reply => deskPage(visit, 422, 'refused', { why: 'form' });
