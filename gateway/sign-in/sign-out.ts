/** 退出登录: this browser forgets; what was sent stays sent. */
import type { GatewayContext } from '../context.ts';
import { type Handler, redirect } from '../http.ts';
import { formOfSignIn, signInOf } from './who.ts';

export const createSignOut =
  (context: GatewayContext): Handler =>
  (request) => {
    const { cookies } = context;
    const signIn = signInOf(context, request);
    // Another site must not be able to sign anybody out, not even by a form of its own (W2).
    if (signIn !== undefined && formOfSignIn(context, request, signIn) === undefined) {
      return redirect('/');
    }
    return redirect('/', [cookies.clearSignIn(), cookies.clearActivation(), cookies.clearArea()]);
  };
