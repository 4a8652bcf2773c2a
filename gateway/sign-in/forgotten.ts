/**
 * A forgotten password (D3): from the list of tickets, a code to the bound phone, then a new one.
 *
 * T1 Up to the right code every answer is the same for who has a phone, who has none, and nobody:
 *    the same command, decided by the same rules, and the same page (D2). What is on record is asked
 *    for only once the code was right.
 * T2 Nothing is kept between the pages but what a sealed handle holds; a reload sends the same form,
 *    which is the same command.
 */
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type { ForgottenReason, NewPasswordReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { FormToken, ResetHandle, TicketHandle, Visitor } from '../cookies.ts';
import { type Reply, type Request, redirect } from '../http.ts';
import { awayReply, limitReply } from '../waiting.ts';
import { noCaptchaYet } from './captcha-desk.ts';
import { hashNewPassword, newPasswordProblem, passwordChanged } from './new-password.ts';
import { forgottenReply, resetPasswordReply, signInReply } from './pages.ts';
import { sendForm } from './send.ts';
import { typedCode } from './typed.ts';

export type Forgotten = Record<
  'begin' | 'sendCode' | 'prove' | 'setPassword',
  (request: Request) => Promise<Reply> | Reply
>;

type Asked = Extract<ResetHandle, { kind: 'asked' }>;
type Proven = Extract<ResetHandle, { kind: 'proven' }>;
type Problem = { reason: ForgottenReason; detail?: RefusalDetail };

export function createForgotten(context: GatewayContext): Forgotten {
  const { client, cookies, limits, now } = context;

  /** Within the limits of who is not signed in, with a visitor and what stands behind the page. */
  function step<Handle>(
    open: (request: Request, visitor: Visitor) => Handle | undefined,
    handle: (request: Request, visitor: Visitor, opened: Handle) => Promise<Reply> | Reply,
  ): (request: Request) => Promise<Reply> | Reply {
    return (request) => {
      const at = now();
      const wait =
        limits.take('signInAddress', request.address, at) ?? limits.take('signInsTogether', '', at);
      if (wait !== undefined) return limitReply(context, request, wait);
      const visitor = cookies.visitorOf(request.cookieHeader);
      if (visitor === undefined) return redirect('/sign-in');
      const opened = open(request, visitor);
      if (opened !== undefined) return handle(request, visitor, opened);
      const shown = { reason: 'lookup-expired', captcha: noCaptchaYet } as const;
      return signInReply(context, request, visitor, 422, shown);
    };
  }
  const handleOf = ({ form }: Request, visitor: Visitor): TicketHandle | undefined =>
    cookies.openHandle(form.get('handle'), visitor, now());
  const resetOf = ({ form }: Request, visitor: Visitor): ResetHandle | undefined =>
    cookies.openReset(form.get('reset'), visitor, now());
  const askedOf = (request: Request, visitor: Visitor): Asked | undefined => {
    const reset = resetOf(request, visitor);
    return reset?.kind === 'asked' ? reset : undefined;
  };
  const provenOf = (request: Request, visitor: Visitor): Proven | undefined => {
    const reset = resetOf(request, visitor);
    return reset?.kind === 'proven' ? reset : undefined;
  };
  const formOf = ({ form }: Request, visitor: Visitor): FormToken | undefined =>
    cookies.readFormToken(form.get('token'), visitor, now());

  function begin(request: Request, visitor: Visitor, handle: TicketHandle): Reply {
    return forgottenReply(context, request, visitor, 200, handle);
  }

  async function sendCode(
    request: Request,
    visitor: Visitor,
    handle: TicketHandle,
  ): Promise<Reply> {
    const { person } = handle;
    // A code that was asked for before may still be typed, whatever comes of asking again.
    const shown = askedOf(request, visitor) ?? handle;
    const again = (problem: Problem) =>
      forgottenReply(context, request, visitor, 422, shown, problem);
    const form = formOf(request, visitor);
    if (form === undefined) return again({ reason: 'form-expired' });
    const at = now();
    const wait =
      limits.take('codesAccount', `${person} forgotten`, at) ??
      limits.take('resetCodesAddress', request.address, at);
    if (wait !== undefined) return limitReply(context, request, wait);

    const challenge = cookies.commandIdOf(form, 'challenge');
    const reply = await sendForm(
      context,
      form,
      { kind: 'request-reset-code', person, challenge },
      '',
    );
    if (reply.kind === 'unknown') {
      const problem = { reason: 'outcome-unknown' } as const;
      return forgottenReply(context, request, visitor, 503, shown, problem, sentToken(request));
    }
    if (reply.kind === 'refused') return again(reply);
    if (reply.outcome.kind !== 'reset-code') return awayReply(context, request);
    const { kind: _, ...code } = reply.outcome;
    return forgottenReply(context, request, visitor, 200, { handle, kind: 'asked', ...code });
  }

  async function prove(request: Request, visitor: Visitor, asked: Asked): Promise<Reply> {
    const { handle, challenge } = asked;
    const { person } = handle;
    const again = (problem: Problem) =>
      forgottenReply(context, request, visitor, 422, asked, problem);
    const form = formOf(request, visitor);
    if (form === undefined) return again({ reason: 'form-expired' });
    const code = typedCode(request);
    if (code === undefined) return again({ reason: 'code-malformed' });
    const wait = limits.take('account', `${person} forgotten`, now());
    if (wait !== undefined) return limitReply(context, request, wait);

    const body = { kind: 'prove-reset-code', person, challenge, code } as const;
    const reply = await sendForm(context, form, body, `${challenge}~${code}`);
    if (reply.kind === 'unknown') {
      const problem = { reason: 'outcome-unknown' } as const;
      return forgottenReply(context, request, visitor, 503, asked, problem, sentToken(request));
    }
    if (reply.kind === 'refused') return again(reply);
    const proven = { handle, kind: 'proven', proof: reply.id } as const;
    return resetPasswordReply(context, request, visitor, 200, proven);
  }

  async function setPassword(request: Request, visitor: Visitor, proven: Proven): Promise<Reply> {
    const { handle, proof } = proven;
    const { person, documentNumber, tickets } = handle;
    const again = (reason: NewPasswordReason) =>
      resetPasswordReply(context, request, visitor, 422, proven, { reason });
    const form = formOf(request, visitor);
    if (form === undefined) return again('form-expired');
    const wait = limits.take('account', `${person} forgotten`, now());
    if (wait !== undefined) return limitReply(context, request, wait);
    const answer = await client.ask({ kind: 'candidate', person });
    if (answer.kind !== 'candidate') return awayReply(context, request);
    const { candidate } = answer;
    const problem = newPasswordProblem(request, {
      documentNumber,
      tickets: tickets.map(({ ticket }) => ticket),
      phoneMask: candidate?.phone?.mask ?? '',
    });
    if (problem !== undefined) return again(problem);

    const hashed = await hashNewPassword(context, request, form);
    if ('reply' in hashed) return hashed.reply;
    const { hash } = hashed;
    const reply = await sendForm(
      context,
      form,
      { kind: 'reset-password', person, proof, hash },
      hash,
    );
    if (reply.kind === 'unknown') {
      const shown = { reason: 'outcome-unknown', form: sentToken(request) } as const;
      return resetPasswordReply(context, request, visitor, 503, proven, shown);
    }
    if (reply.kind === 'refused') {
      const late = { reason: 'proof-expired' } as const;
      if (reply.reason === 'busy' || reply.reason === 'engine-away') {
        return awayReply(context, request);
      }
      return forgottenReply(context, request, visitor, 422, handle, late);
    }
    return passwordChanged(context, request, person, candidate?.generation ?? 0);
  }

  return {
    begin: step(handleOf, begin),
    sendCode: step(handleOf, sendCode),
    prove: step(askedOf, prove),
    setPassword: step(provenOf, setPassword),
  };
}

/** B2: sent again it is the same command. */
const sentToken = ({ form }: Request): string => form.get('token');
