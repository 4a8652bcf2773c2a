/**
 * 退出登录: this browser forgets, and the engine ends the sign-in everywhere, so that a copy of its
 * cookie is worth nothing either. Whoever wants to leave a computer can, also while the engine is
 * away; then a copy lasts as long as the sign-in would have.
 */
import type { GatewayContext } from '../context.ts';
import { signInMs } from '../cookies.ts';
import { type Handler, redirect } from '../http.ts';
import { sendForm } from './send.ts';
import { formOfSignIn, signInOf } from './who.ts';

export const createSignOut =
  (context: GatewayContext): Handler =>
  async (request) => {
    const { cookies } = context;
    const signIn = signInOf(context, request);
    if (signIn !== undefined) {
      const form = formOfSignIn(context, request, signIn);
      // Another site must not be able to sign anybody out, not even by a form of its own (W2).
      if (form === undefined) return redirect('/');
      const { person, nonce } = signIn;
      // A copy may have been renewed since: none can end later than if it were renewed now.
      const until = context.now() + signInMs;
      await sendForm(context, form, { kind: 'sign-out', person, nonce, until }, '');
    }
    return redirect('/', [cookies.clearSignIn(), cookies.clearDocument(), cookies.clearArea()]);
  };
