/**
 * 修改密码 at any time (F43): the old password, the new one twice. Every sign-in of the person ends,
 * this one too, and goes on with the new password as after the first change (F14).
 *
 * C1 The old password counts and delays as a sign-in from a known device does (own-password.ts, D3).
 * C2 What is wrong with the new password is said before the old one is looked at, and costs no try.
 */
import type { NewPasswordReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { Handler, Reply } from '../http.ts';
import {
  hashNewPassword,
  newPasswordProblem,
  ownNumbers,
  passwordChanged,
} from '../sign-in/new-password.ts';
import { checkOwnPassword } from '../sign-in/own-password.ts';
import { newPasswordReply } from '../sign-in/pages.ts';
import { sendForm } from '../sign-in/send.ts';
import { startOver } from '../sign-in/who.ts';
import { awayReply, busyReply, limitReply } from '../waiting.ts';
import { forAccount } from './desk.ts';

const way = { kind: 'change' } as const;

export const showChangePassword = (context: GatewayContext): Handler =>
  forAccount(context, ({ request, signIn }) =>
    newPasswordReply(context, request, signIn, way, 200),
  );

export const changePassword = (context: GatewayContext): Handler =>
  forAccount(context, async (visit) => {
    const { request, signIn, candidate, form } = visit;
    const { cookies, now } = context;
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

    const checked = await checkOwnPassword(context, signIn, form, old);
    switch (checked.kind) {
      case 'right':
        break;
      case 'wrong':
        return again('old-wrong', checked.retryAt);
      case 'delayed':
        return again('delayed', checked.until);
      case 'often':
        return limitReply(context, request, checked.waitMs);
      case 'busy':
        return busyReply(context, request, checked.waitMs);
      case 'away':
        return awayReply(context, request);
      case 'ended':
        return startOver(context);
    }

    const hashed = await hashNewPassword(context, request, form);
    if ('reply' in hashed) return hashed.reply;
    const { hash } = hashed;
    const { generation } = checked;
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
