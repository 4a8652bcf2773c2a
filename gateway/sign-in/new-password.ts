/**
 * A new password, whichever way somebody came to set one (F13, F43, D3): checked, then hashed, and
 * once it is set the way back to the sign-in (F14).
 */
import type { PersonId } from '../../engine/protocol/ids.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { NewPasswordReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { FormToken } from '../cookies.ts';
import { type Reply, type Request, redirect } from '../http.ts';
import { awayReply, busyReply } from '../waiting.ts';
import { type OwnNumbers, passwordProblem } from './passwords.ts';

/** What of somebody's own must not stand in a password (D4). */
export const ownNumbers = (
  documentNumber: string,
  { tickets, phone }: CandidateView,
): OwnNumbers => ({
  documentNumber,
  tickets: tickets.map(({ number }) => number),
  phoneMask: phone?.mask ?? '',
});

/** D4. Undefined: it will do. */
export const newPasswordProblem = (
  { form }: Request,
  own: OwnNumbers,
): NewPasswordReason | undefined => passwordProblem(form.get('password'), form.get('again'), own);

/** What the form asks for, once it will do. */
export async function hashNewPassword(
  context: GatewayContext,
  request: Request,
  form: FormToken,
): Promise<{ hash: string } | { reply: Reply }> {
  const password = request.form.get('password');
  // From the form, so that a double click is one hash and one command.
  const salt = context.cookies.keyed('password salt', `${form.nonce}~${password}`);
  const hashed = await context.hashing.hash(password, salt.subarray(0, 16));
  switch (hashed.kind) {
    case 'hashed':
      return { hash: hashed.hash };
    case 'busy':
      return { reply: busyReply(context, request, hashed.waitMs) };
    case 'failed':
      return { reply: awayReply(context, request) };
  }
}

/**
 * Every sign-in of the person has ended, and this browser is known for the next. `generation`: the
 * one that ended.
 */
export const passwordChanged = (
  { cookies }: GatewayContext,
  { cookieHeader }: Request,
  person: PersonId,
  generation: number,
): Reply =>
  redirect('/sign-in?changed', [
    cookies.clearSignIn(),
    cookies.clearDocument(),
    cookies.clearArea(),
    cookies.setDevice(cookieHeader, person, generation + 1),
  ]);
