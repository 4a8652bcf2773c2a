/**
 * 账号与安全: the phone, the password and the sign-ins of who is signed in, and the way to end every
 * other sign-in.
 */
import type { AccountReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import { newNonce, type SignIn } from '../cookies.ts';
import { show } from '../frame.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { sendForm } from '../sign-in/send.ts';
import { startOver } from '../sign-in/who.ts';
import { awayReply } from '../waiting.ts';
import { type AccountVisit, forAccount } from './desk.ts';

export const showAccount = (context: GatewayContext): Handler =>
  forAccount(context, (visit) => accountReply(visit, 200));

/** The one that asks goes on under a name of its own, as if it had just been made. */
export const endSignIns = (context: GatewayContext): Handler =>
  forAccount(context, async (visit) => {
    const { request, signIn, form } = visit;
    const { cookies, now } = context;
    const { person, generation } = signIn;
    if (form === undefined) return accountReply(visit, 422, { reason: 'form-expired' });
    const document = cookies.documentOf(request.cookieHeader, signIn, now());
    if (document === undefined) return startOver(context);
    const body = { kind: 'end-sign-ins', person, generation } as const;
    const reply = await sendForm(context, form, body, '');
    if (reply.kind === 'unknown') {
      const sent = request.form.get('token');
      return accountReply(visit, 503, { reason: 'outcome-unknown', form: sent });
    }
    if (reply.kind === 'refused' || reply.outcome.kind !== 'signed-in') {
      // Ended itself, by another that asked the same a moment before.
      const ended = reply.kind === 'refused' && reply.reason === 'changed-meanwhile';
      return ended ? startOver(context) : awayReply(context, request);
    }
    const { generation: next } = reply.outcome;
    const renewed: SignIn = { ...signIn, generation: next, issuedAt: now(), nonce: newNonce() };
    return redirect('/account?ended', [
      cookies.setSignIn(renewed),
      cookies.setDocument(document, renewed),
      cookies.setDevice(request.cookieHeader, person, next),
    ]);
  });

const newsKinds = ['bound', 'unbound', 'ended'] as const;

function accountReply(
  { context, request, signIn, candidate }: AccountVisit,
  status: number,
  shown: { reason?: AccountReason; form?: string } = {},
): Reply {
  const { cookies, now } = context;
  const { reason, form = cookies.formToken(signIn.nonce, 0, now()) } = shown;
  const news = newsKinds.find((one) => one === request.query);
  return show(context, request, status, 'account', {
    form,
    phoneMask: candidate.phone?.mask,
    expiresAt: signIn.expiresAt,
    ...(news === undefined ? {} : { news }),
    ...(reason === undefined ? {} : { problem: { reason } }),
  });
}
