/**
 * The phone and, at the first sign-in, the password: what comes before everything else (F9–F14), and
 * what a phone that was unbound leads back to (F11). The engine's book says what is still due; these
 * pages only lead there, so closing one, going back or signing in anew continues where it stopped.
 *
 * A1 In an activation no name and no course is shown (D1).
 * A2 A phone is joined at the PhoneBook before a code is asked for, so a full phone gets no code.
 * A3 A new password ends the sign-in that set it (F14).
 */

import { mobilePattern, opaquePattern } from '../../engine/protocol/ids.ts';
import { phoneIndexOf } from '../../engine/protocol/indices.ts';
import { phoneMask } from '../../engine/protocol/masks.ts';
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { NewPasswordReason, PhoneReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import { type SignIn, signInMs } from '../cookies.ts';
import { type Reply, type Request, redirect } from '../http.ts';
import { awayReply, limitReply } from '../waiting.ts';
import { isFirstSecret } from './first-secret.ts';
import {
  hashNewPassword,
  newPasswordProblem,
  ownNumbers,
  passwordChanged,
} from './new-password.ts';
import { activateReply, bindPhoneReply, newPasswordReply } from './pages.ts';
import { sendForm } from './send.ts';
import { normalisePhone, typedCode } from './typed.ts';
import { formOfSignIn, signInOf, startOver } from './who.ts';

export type Activation = Record<
  'notice' | 'phone' | 'sendCode' | 'bind' | 'password' | 'setPassword',
  (request: Request) => Promise<Reply>
>;

/** Who is being activated, and how far that has come. */
type Step = { request: Request; signIn: SignIn; candidate: CandidateView };

export function createActivation(context: GatewayContext): Activation {
  const { client, config, cookies, limits, now } = context;

  /** Leads elsewhere whoever has nothing to do here; `home`: who has nothing to do at all. */
  function step(
    handle: (step: Step) => Promise<Reply> | Reply,
    due: 'phone' | 'password',
    home: '/' | '/account',
  ): (request: Request) => Promise<Reply> {
    return async (request) => {
      const signIn = signInOf(context, request);
      if (signIn === undefined) return startOver(context);
      const answer = await client.ask({ kind: 'candidate', person: signIn.person });
      if (answer.kind !== 'candidate') return awayReply(context, request);
      const { candidate } = answer;
      // The book knows of a new password before this gateway may have heard of it (A3).
      if (candidate === null || candidate.generation > signIn.generation) return startOver(context);
      const bound = candidate.phone !== undefined;
      if (signIn.kind === 'full') {
        // F11: signed in with nothing else left to do.
        if (bound || due === 'password') return redirect(home);
      } else if (bound) {
        if (candidate.passwordSet) return activated(request, signIn, candidate);
        if (due !== 'password') return redirect('/activate/password');
      } else if (due === 'password') {
        return redirect('/activate');
      }
      return handle({ request, signIn, candidate });
    };
  }

  /**
   * Nothing is left to do (F12): the same sign-in, now for everything. By the same name too: whoever
   * signs out of it ends what it began as, of which there may be a copy.
   */
  function activated(request: Request, signIn: SignIn, candidate: CandidateView): Reply {
    const at = now();
    const document = cookies.documentOf(request.cookieHeader, signIn, at);
    if (document === undefined) return startOver(context);
    const full: SignIn = {
      ...signIn,
      kind: 'full',
      nameMask: candidate.nameMask,
      issuedAt: at,
      expiresAt: at + signInMs,
    };
    return redirect('/', [cookies.setSignIn(full), cookies.setDocument(document, full)]);
  }

  /** B2: the same form again, so that another click repeats the command instead of adding one. */
  function unknownYet(
    request: Request,
    signIn: SignIn,
    candidate: CandidateView,
    phone: string,
  ): Reply {
    return bindPhoneReply(context, request, signIn, candidate, 503, {
      problem: { reason: 'outcome-unknown' },
      phone,
      form: request.form.get('token'),
    });
  }

  async function sendCode({ request, signIn, candidate }: Step): Promise<Reply> {
    const { person } = signIn;
    const typed = request.form.get('phone').slice(0, 32);
    const again = (problem: { reason: PhoneReason; detail?: RefusalDetail }) =>
      bindPhoneReply(context, request, signIn, candidate, 422, { problem, phone: typed });
    const unknown = () => unknownYet(request, signIn, candidate, typed);
    const form = formOfSignIn(context, request, signIn);
    if (form === undefined) return again({ reason: 'form-expired' });
    const phone = normalisePhone(typed);
    if (!mobilePattern.test(phone)) return again({ reason: 'phone-malformed' });
    const { importedPhoneMask } = candidate;
    const mustMatch = context.catalogue.current()?.adopted.settings.importedPhoneMustMatch ?? true;
    const matched = mustMatch && importedPhoneMask !== undefined;
    if (matched && phoneMask(phone) !== importedPhoneMask) {
      // Seen from here already, before the wrong phone is given a place (A2).
      return again({ reason: 'phone-not-the-imported-one' });
    }
    const at = now();
    const wait =
      limits.take('codesAccount', person, at) ??
      (matched ? limits.take('phonesAccount', person, at) : undefined);
    if (wait !== undefined) return limitReply(context, request, wait);

    const index = phoneIndexOf(config.indexKey, phone);
    const join = { kind: 'join-phone', phone: index, person } as const;
    const joined = await sendForm(context, form, join, phone);
    if (joined.kind === 'unknown') return unknown();
    if (joined.kind === 'refused') return again(joined);
    const challenge = cookies.commandIdOf(form, `challenge~${phone}`);
    const ask = { kind: 'request-phone-code', person, challenge, phone } as const;
    const reply = await sendForm(context, form, ask, phone);
    if (reply.kind === 'unknown') return unknown();
    if (reply.kind === 'refused') return again(reply);
    return redirect('/activate/phone');
  }

  async function bind({ request, signIn, candidate }: Step): Promise<Reply> {
    const { person } = signIn;
    const again = (problem: { reason: PhoneReason; detail?: RefusalDetail }) =>
      bindPhoneReply(context, request, signIn, candidate, 422, { problem });
    const unknown = () => unknownYet(request, signIn, candidate, '');
    const form = formOfSignIn(context, request, signIn);
    if (form === undefined) return again({ reason: 'form-expired' });
    const challenge = request.form.get('challenge');
    if (!opaquePattern.test(challenge)) return again({ reason: 'code-missing' });
    const code = typedCode(request);
    if (code === undefined) return again({ reason: 'code-malformed' });
    const wait = limits.take('account', person, now());
    if (wait !== undefined) return limitReply(context, request, wait);

    const body = { kind: 'bind-phone', person, challenge, code } as const;
    const reply = await sendForm(context, form, body, `${challenge}~${code}`);
    if (reply.kind === 'unknown') return unknown();
    if (reply.kind === 'refused' && reply.reason !== 'phone-bound-already') return again(reply);
    return redirect(signIn.kind === 'full' ? '/account?bound' : '/activate/password');
  }

  async function setPassword({ request, signIn, candidate }: Step): Promise<Reply> {
    const { person } = signIn;
    const document = cookies.documentOf(request.cookieHeader, signIn, now());
    if (document === undefined) return startOver(context);
    const way = { kind: 'first', document: document.type } as const;
    const again = (reason: NewPasswordReason) =>
      newPasswordReply(context, request, signIn, way, 422, { reason });
    const form = formOfSignIn(context, request, signIn);
    if (form === undefined) return again('form-expired');
    const wait = limits.take('account', person, now());
    if (wait !== undefined) return limitReply(context, request, wait);
    const answer = await client.ask({ kind: 'sign-in-facts', person });
    if (answer.kind !== 'sign-in-facts') return awayReply(context, request);
    if (answer.facts === null) return startOver(context);
    if (!isFirstSecret(context, person, document, answer.facts, request.form.get('initial'))) {
      return again('first-secret-wrong');
    }
    const problem = newPasswordProblem(request, ownNumbers(document.number, candidate));
    if (problem !== undefined) return again(problem);

    const hashed = await hashNewPassword(context, request, form);
    if ('reply' in hashed) return hashed.reply;
    const { hash } = hashed;
    const reply = await sendForm(context, form, { kind: 'set-password', person, hash }, hash);
    if (reply.kind === 'unknown') {
      const token = request.form.get('token');
      return newPasswordReply(context, request, signIn, way, 503, {
        reason: 'outcome-unknown',
        form: token,
      });
    }
    if (reply.kind === 'refused' && reply.reason !== 'password-set-already') {
      return reply.reason === 'phone-missing' ? redirect('/activate') : awayReply(context, request);
    }
    return passwordChanged(context, request, person, answer.facts.generation);
  }

  return {
    notice: step(
      ({ request, signIn, candidate }) =>
        signIn.kind === 'full'
          ? redirect('/activate/phone')
          : activateReply(context, request, candidate),
      'phone',
      '/',
    ),
    phone: step(
      ({ request, signIn, candidate }) => bindPhoneReply(context, request, signIn, candidate, 200),
      'phone',
      '/account',
    ),
    sendCode: step(sendCode, 'phone', '/account'),
    bind: step(bind, 'phone', '/account'),
    password: step(
      ({ request, signIn }) => {
        const document = cookies.documentOf(request.cookieHeader, signIn, now());
        if (document === undefined) return startOver(context);
        const way = { kind: 'first', document: document.type } as const;
        return newPasswordReply(context, request, signIn, way, 200);
      },
      'password',
      '/',
    ),
    setPassword: step(setPassword, 'password', '/'),
  };
}
