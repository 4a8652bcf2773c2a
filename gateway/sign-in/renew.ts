/**
 * 继续: a sign-in that is about to end goes on (WCAG 2.2.1), the same one, so that open pages and
 * what is typed on them stay good.
 *
 * N1 Not for ever: a whole day, or two hours with an initial password. Both allow what people need,
 *    and a forgotten browser ends some day.
 */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { SignInEnd } from '../../web/view-models.ts';
import type { GatewayContext } from '../context.ts';
import { activationMs, type SignIn, signInMs } from '../cookies.ts';
import { type Handler, page, redirect } from '../http.ts';
import { formOfSignIn, signInOf, startOver } from './who.ts';

/** Longer than the twenty hours from which on no more need be offered. */
export const signInWholeMs = 24 * 3_600_000;
const activationWholeMs = 2 * 3_600_000;

const stepOf = ({ kind }: SignIn): number => (kind === 'full' ? signInMs : activationMs);
const lastOf = ({ kind, issuedAt }: SignIn): EpochMs =>
  issuedAt + (kind === 'full' ? signInWholeMs : activationWholeMs);

/** What pages say about the end of this sign-in. */
export const endOf = (context: GatewayContext, signIn: SignIn, now: EpochMs): SignInEnd => ({
  expiresAt: signIn.expiresAt,
  renewable: signIn.expiresAt < lastOf(signIn),
  signOutForm: context.cookies.formToken(signIn.nonce, 0, now),
});

/** With scripts the bar comes back alone; without, the page that shows how things stand. */
export const createRenew =
  (context: GatewayContext): Handler =>
  (request) => {
    const { cookies, views } = context;
    const now = context.now();
    const signIn = signInOf(context, request);
    if (signIn === undefined) return startOver(context);
    if (formOfSignIn(context, request, signIn) === undefined) return redirect('/');
    const renewed = {
      ...signIn,
      expiresAt: Math.max(signIn.expiresAt, Math.min(now + stepOf(signIn), lastOf(signIn))),
    };
    const set = [cookies.setSignIn(renewed, now)];
    const document = cookies.documentOf(request.cookieHeader, signIn, now);
    if (document !== undefined) set.push(cookies.setDocument(document, renewed, now));
    if (request.htmx) return page(200, views.renewBar(endOf(context, renewed, now), now), set);
    return redirect(signIn.kind === 'full' ? '/mine' : '/activate', set);
  };
