/**
 * Who sends a request, and whether the page asked for is open to them. Every handler that is not
 * for strangers begins here.
 *
 * W1 An activation sign-in (D1) reaches the binding and password pages, nothing else.
 * W2 A form is taken only with a token made for this very sign-in (before it: this visitor).
 */
import type { GatewayContext } from '../context.ts';
import type { FormToken, SignIn } from '../cookies.ts';
import { type Reply, type Request, redirect } from '../http.ts';

/** Verified, unexpired, and not ended since. */
export function signInOf(context: GatewayContext, request: Request): SignIn | undefined {
  const signIn = context.cookies.signInOf(request.cookieHeader, context.now());
  if (signIn === undefined) return undefined;
  return context.revocations.ended(signIn) ? undefined : signIn;
}

/** Led here from a page that is not for strangers: the page says so, since the sign-in may have ended. */
export const startOver = (context: GatewayContext): Reply =>
  redirect('/sign-in?again', [context.cookies.clearSignIn()]);

/** `reply` is to be sent instead when nobody, or only an activation sign-in, is there. */
export function candidateOf(
  context: GatewayContext,
  request: Request,
): { signIn: SignIn } | { reply: Reply } {
  const signIn = signInOf(context, request);
  if (signIn === undefined) return { reply: startOver(context) };
  return signIn.kind === 'activation' ? { reply: redirect('/activate') } : { signIn };
}

/** Undefined: forged, for another sign-in, or older than a sign-in lasts. */
export function formOfSignIn(
  context: GatewayContext,
  request: Request,
  signIn: SignIn,
): FormToken | undefined {
  return context.cookies.readFormToken(request.form.get('token'), signIn.nonce, context.now());
}
