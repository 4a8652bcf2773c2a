/**
 * 修改密码 at any time (F43): the old password, the new one twice. Every sign-in of the person ends,
 * this one too, and goes on with the new password as after the first change (F14).
 *
 * C1 A wrong old password counts and delays as a failed sign-in from a known device does (D3).
 * C2 What is wrong with the new password is said before the old one is looked at, and costs no try.
 */
import { signInDelayAfter } from '../../engine/protocol/sign-in-delay.ts';
import type { NewPasswordReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { Handler, Reply } from '../http.ts';
import {
  hashNewPassword,
  newPasswordProblem,
  ownNumbers,
  passwordChanged,
} from '../sign-in/new-password.ts';
import { newPasswordReply } from '../sign-in/pages.ts';
import { passwordBytesMax } from '../sign-in/passwords.ts';
import { sendForm } from '../sign-in/send.ts';
import { startOver } from '../sign-in/who.ts';
import { awayReply, busyReply } from '../waiting.ts';
import { type AccountVisit, forAccount } from './desk.ts';

const way = { kind: 'change' } as const;

export const showChangePassword = (context: GatewayContext): Handler =>
  forAccount(context, ({ request, signIn }) =>
    newPasswordReply(context, request, signIn, way, 200),
  );

export const changePassword = (context: GatewayContext): Handler =>
  forAccount(context, async (visit) => {
    const { request, signIn, candidate, form } = visit;
    const { client, cookies, hashing, now } = context;
    const { person } = signIn;
    const again = (reason: NewPasswordReason, at?: number): Reply =>
      newPasswordReply(context, request, signIn, way, 422, {
        reason,
        ...(at === undefined ? {} : { at }),
      });
    if (form === undefined) return again('form-expired');
    const document = cookies.documentOf(request.cookieHeader, signIn, now());
    if (document === undefined) return startOver(context);
    const problem = newPasswordProblem(request, ownNumbers(document.number, candidate));
    if (problem !== undefined) return again(problem);
    const old = request.form.get('old');
    if (old === '') return again('old-missing');
    // Said whether the old one is right or not: it must not be learnt without a try (C1).
    if (old === request.form.get('password')) return again('unchanged');

    const answer = await client.ask({ kind: 'sign-in-facts', person });
    if (answer.kind !== 'sign-in-facts') return awayReply(context, request);
    const { facts } = answer;
    if (facts === null || facts.generation > signIn.generation) return startOver(context);
    if (facts.password.kind !== 'set') return startOver(context);
    if (now() < facts.deviceRetryAt) return again('delayed', facts.deviceRetryAt);
    // Longer than any password that could have been set: compared all the same, and wrong.
    const typed = Buffer.byteLength(old) <= passwordBytesMax ? old : '';
    const verdict = await hashing.verify(facts.password.hash, typed);
    if (verdict.kind === 'busy') return busyReply(context, request, verdict.waitMs);
    if (verdict.kind === 'failed') return awayReply(context, request);
    if (!verdict.matches) return countWrong(visit, old, again);

    const hashed = await hashNewPassword(context, request, form);
    if ('reply' in hashed) return hashed.reply;
    const { hash } = hashed;
    const { generation } = facts;
    const body = { kind: 'change-password', person, hash, generation } as const;
    const reply = await sendForm(context, form, body, hash);
    if (reply.kind === 'unknown') {
      const sent = { reason: 'outcome-unknown', form: request.form.get('token') } as const;
      return newPasswordReply(context, request, signIn, way, 503, sent);
    }
    if (reply.kind === 'refused') {
      if (reply.reason === 'changed-meanwhile') return startOver(context);
      return reply.reason === 'sign-in-delayed'
        ? again('delayed', reply.detail?.at)
        : awayReply(context, request);
    }
    return passwordChanged(context, request, person, generation);
  });

/** C1. Counted before the answer is shown. */
async function countWrong(
  { context, request, signIn, form }: AccountVisit,
  old: string,
  again: (reason: NewPasswordReason, at?: number) => Reply,
): Promise<Reply> {
  const { person, ticket, generation } = signIn;
  if (form === undefined) return again('form-expired');
  const counted = { person, ticket, succeeded: false, generation, device: generation };
  const body = { kind: 'record-sign-in', ...counted } as const;
  const reply = await sendForm(context, form, body, `${ticket}~${old}`);
  if (reply.kind === 'refused' && reply.reason === 'sign-in-delayed') {
    return again('delayed', reply.detail?.at);
  }
  if (reply.kind !== 'accepted' || reply.outcome.kind !== 'sign-in-failed') {
    return awayReply(context, request);
  }
  const { failures, retryAt } = reply.outcome;
  return again('old-wrong', signInDelayAfter(failures) > 0 ? retryAt : undefined);
}
