/**
 * One's own account: password, authenticator, recovery codes. Each is changed behind a fresh proof.
 *
 * A1 The old password counts and delays as a code does, before anything else is looked at; what is
 *    wrong with the new one is said before that and costs no try.
 * A2 A new authenticator is proved by a code of its own, so nobody locks themselves out by a photo of
 *    the QR code that was never taken.
 */
import type { CommandReply } from '../../engine/protocol/replies.ts';
import type { StaffFacts } from '../../engine/protocol/staff.ts';
import type { OwnReason } from '../../web/desk/wording.ts';
import type { Unknown } from '../engine-client.ts';
import { type Reply, redirect } from '../http.ts';
import { sendForm } from '../sign-in/send.ts';
import type { FormVisit, Visit } from './desk.ts';
import { hostOf } from './invitation.ts';
import { deskPage, waitPage } from './page.ts';
import { hashPassword, newPasswordProblem } from './passwords.ts';
import { recordFailure } from './proof.ts';
import { bounded, factsOf } from './sign-in.ts';
import { recoveryCodesOf, recoveryDigest, stepOfCode, totpAddress, totpSecret } from './totp.ts';

type Problem = { reason: OwnReason; at?: number };

export const showAccount = (visit: Visit): Promise<Reply> =>
  withFacts(visit, ({ recoveryLeft }) => {
    const { request, signIn } = visit;
    return deskPage(visit, 200, 'account', {
      ...{ expiresAt: signIn.expiresAt, recoveryLeft, token: visit.token() },
      ...(request.query === 'recovery' ? { news: 'recovery' } : {}),
    });
  });

export const showPassword = (visit: Visit): Reply =>
  deskPage(visit, 200, 'password', { token: visit.token() });

export const changePassword = (visit: FormVisit): Promise<Reply> =>
  withFacts(visit, async (facts) => {
    const { context, request, me, form } = visit;
    const { hashing, now } = context.gateway;
    const { staff, generation } = me;
    const again = (problem: Problem) =>
      deskPage(visit, 422, 'password', { token: visit.token(), problem });
    const reason = newPasswordProblem(request, staff);
    if (reason !== undefined) return again({ reason });
    const old = request.form.get('old');
    if (old === request.form.get('password')) return again({ reason: 'unchanged' });
    const { inside: retryAt } = facts.retryAt;
    if (now() < retryAt) return again({ reason: 'delayed', at: retryAt });
    const compared = await hashing.first.verify(facts.hash ?? '', bounded(old));
    if (compared.kind === 'busy') return waitPage(context, request, 'busy', compared.waitMs);
    if (compared.kind === 'failed') return waitPage(context, request, 'away');
    if (!compared.matches) {
      const recorded = await recordFailure(context, staff, generation, 'inside');
      if (recorded.kind === 'away') return waitPage(context, request, 'away');
      const at = recorded.kind === 'wrong' ? recorded.at : undefined;
      return again({ reason: 'old-wrong', ...(at === undefined ? {} : { at }) });
    }
    const hashed = await hashPassword(context, request, form.nonce);
    if ('reply' in hashed) return hashed.reply;
    const { hash } = hashed;
    const body = { kind: 'change-staff-password', staff, generation, hash } as const;
    return changed(visit, await sendForm(context.gateway, form, body, hash));
  });

export function showAuthenticator(visit: Visit): Reply {
  return authenticatorPage(visit, visit.token());
}

export async function renewAuthenticator(visit: FormVisit): Promise<Reply> {
  const { context, request, me, form } = visit;
  const { staff, generation } = me;
  const token = request.form.get('token');
  const secret = secretOf(visit, token);
  const step = stepOfCode(secret, request.form.get('fresh'), context.gateway.now());
  if (step === undefined) return authenticatorPage(visit, token, { reason: 'code-wrong' });
  const body = { kind: 'renew-totp', staff, generation, secret, step } as const;
  return changed(visit, await sendForm(context.gateway, form, body, `${step}`));
}

function authenticatorPage(visit: Visit, token: string, problem?: Problem): Reply {
  const { me, request } = visit;
  const secret = secretOf(visit, token);
  const address = totpAddress(me.staff, secret, hostOf(request));
  return deskPage(visit, problem === undefined ? 200 : 422, 'authenticator', {
    ...{ token, secret, address },
    ...(problem === undefined ? {} : { problem }),
  });
}

/** From the form, so that it stays what was scanned when the page is shown again. */
const secretOf = ({ context, me }: Visit, token: string): string =>
  totpSecret(context.gateway.cookies, `${me.staff}~${token}`);

export async function renewRecoveryCodes(visit: FormVisit): Promise<Reply> {
  const { context, request, me, form } = visit;
  const { cookies } = context.gateway;
  const { staff, generation } = me;
  const codes = recoveryCodesOf(cookies, `${staff}~${form.nonce}`);
  const recovery = codes.map((code) => recoveryDigest(cookies, staff, code) ?? '');
  const body = { kind: 'renew-recovery-codes', staff, generation, recovery } as const;
  const reply = await sendForm(context.gateway, form, body, '');
  if (reply.kind === 'accepted') return deskPage(visit, 200, 'codes', { codes, own: true });
  return waitPage(context, request, 'away');
}

/** Every sign-in of the account has ended, this one too. */
function changed({ context, request }: Visit, reply: CommandReply | Unknown): Reply {
  const { cookies } = context;
  if (reply.kind === 'accepted') return redirect('/desk/sign-in?changed', [cookies.clear()]);
  const ended = reply.kind === 'refused' && reply.reason === 'changed-meanwhile';
  return ended
    ? redirect('/desk/sign-in?ended', [cookies.clear()])
    : waitPage(context, request, 'away');
}

async function withFacts(
  { context, request, me }: Visit,
  act: (facts: StaffFacts) => Reply | Promise<Reply>,
): Promise<Reply> {
  const facts = await factsOf(context, me.staff);
  if (facts === 'away') return waitPage(context, request, 'away');
  if (facts?.generation === me.generation) return act(facts);
  return redirect('/desk/sign-in?ended', [context.cookies.clear()]);
}
