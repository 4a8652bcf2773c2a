/**
 * What comes between the first sign-in and everything else: the phone (F9, F10), then for enrolled
 * candidates the password (F12–F14). The engine's book says what is still due; these pages only
 * lead there, so closing one, going back or signing in anew continues where it stopped.
 *
 * A1 No name and no course is shown here (D1).
 * A2 A phone is joined at the PhoneBook before a code is asked for, so a full phone gets no code.
 * A3 A new password ends the sign-in that set it (F14).
 */

import { mobilePattern, opaquePattern, smsCodePattern } from '../../engine/protocol/ids.ts';
import { phoneIndexOf } from '../../engine/protocol/indices.ts';
import { phoneMask } from '../../engine/protocol/masks.ts';
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type { CandidateView, CommandReply } from '../../engine/protocol/replies.ts';
import type { NewPasswordReason, PhoneReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import { type FormToken, newNonce, type SignIn, signInMs } from '../cookies.ts';
import type { CommandBody, Unknown } from '../engine-client.ts';
import { type Reply, type Request, redirect } from '../http.ts';
import { awayReply, busyReply, limitReply } from '../waiting.ts';
import { activateReply, bindPhoneReply, newPasswordReply } from './pages.ts';
import { isInitialPassword, passwordProblem } from './passwords.ts';
import { formOfSignIn, signInOf, startOver } from './who.ts';

export type Activation = Record<
  'notice' | 'phone' | 'sendCode' | 'bind' | 'password' | 'setPassword',
  (request: Request) => Promise<Reply>
>;

const answerWithinMs = 8_000;

/** Who is being activated, and how far that has come. */
type Step = { request: Request; signIn: SignIn; candidate: CandidateView };

export function createActivation(context: GatewayContext): Activation {
  const { client, config, cookies, hashing, limits, now } = context;

  /** Leads elsewhere whoever has nothing to do here. */
  function step(
    handle: (step: Step) => Promise<Reply> | Reply,
    due: 'phone' | 'password',
  ): (request: Request) => Promise<Reply> {
    return async (request) => {
      const signIn = signInOf(context, request);
      if (signIn === undefined) return startOver(context);
      if (signIn.kind === 'full') return redirect('/');
      const answer = await client.ask({ kind: 'candidate', person: signIn.person });
      if (answer.kind !== 'candidate') return awayReply(context, request);
      const { candidate } = answer;
      // The book knows of a new password before this gateway may have heard of it (A3).
      if (candidate === null || candidate.generation > signIn.generation) return startOver(context);
      if (candidate.phone !== undefined) {
        if (candidate.passwordSet) return activated(signIn, candidate);
        if (due !== 'password') return redirect('/activate/password');
      } else if (due === 'password') {
        return redirect('/activate');
      }
      return handle({ request, signIn, candidate });
    };
  }

  /** Nothing is left to do (F12): the same sign-in, now for everything. */
  function activated(signIn: SignIn, candidate: CandidateView): Reply {
    const at = now();
    const full: SignIn = {
      ...signIn,
      kind: 'full',
      nameMask: candidate.nameMask,
      issuedAt: at,
      expiresAt: at + signInMs,
      nonce: newNonce(),
    };
    return redirect('/', [cookies.setSignIn(full), cookies.clearActivation()]);
  }

  function send(body: CommandBody, form: FormToken, salt: string): Promise<CommandReply | Unknown> {
    const id = cookies.commandIdOf(form, `${body.kind}~${salt}`);
    return client.send(body, { id, answerBy: now() + answerWithinMs });
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
    const joined = await send({ kind: 'join-phone', phone: index, person }, form, phone);
    if (joined.kind === 'unknown') return unknown();
    if (joined.kind === 'refused') return again(joined);
    const challenge = cookies.commandIdOf(form, `challenge~${phone}`);
    const reply = await send({ kind: 'request-phone-code', person, challenge, phone }, form, phone);
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
    const code = request.form.get('code').slice(0, 32).normalize('NFKC').replaceAll(/\s/g, '');
    if (!smsCodePattern.test(code)) return again({ reason: 'code-malformed' });
    const wait = limits.take('account', person, now());
    if (wait !== undefined) return limitReply(context, request, wait);

    const body = { kind: 'bind-phone', person, challenge, code } as const;
    const reply = await send(body, form, `${challenge}~${code}`);
    if (reply.kind === 'unknown') return unknown();
    if (reply.kind === 'refused' && reply.reason !== 'phone-bound-already') return again(reply);
    return redirect('/activate/password');
  }

  async function setPassword({ request, signIn, candidate }: Step): Promise<Reply> {
    const { person } = signIn;
    const again = (reason: NewPasswordReason) =>
      newPasswordReply(context, request, signIn, 422, reason);
    const form = formOfSignIn(context, request, signIn);
    if (form === undefined) return again('form-expired');
    const documentNumber = cookies.activationOf(request.cookieHeader, signIn, now());
    if (documentNumber === undefined) return startOver(context);
    const wait = limits.take('account', person, now());
    if (wait !== undefined) return limitReply(context, request, wait);
    if (!isInitialPassword(request.form.get('initial'), documentNumber)) {
      return again('initial-wrong');
    }
    const password = request.form.get('password');
    const problem = passwordProblem(password, request.form.get('again'), {
      documentNumber,
      tickets: candidate.tickets.map(({ number }) => number),
      phoneMask: candidate.phone?.mask ?? '',
    });
    if (problem !== undefined) return again(problem);

    // From the form, so that a double click is one hash and one command.
    const salt = cookies.keyed('password salt', `${form.nonce}~${password}`).subarray(0, 16);
    const hashed = await hashing.hash(password, salt);
    if (hashed.kind === 'busy') return busyReply(context, request, hashed.waitMs);
    if (hashed.kind === 'failed') return awayReply(context, request);
    const reply = await send(
      { kind: 'set-password', person, hash: hashed.hash },
      form,
      hashed.hash,
    );
    if (reply.kind === 'unknown') {
      const sent = request.form.get('token');
      return newPasswordReply(context, request, signIn, 503, 'outcome-unknown', sent);
    }
    if (reply.kind === 'refused' && reply.reason !== 'password-set-already') {
      return reply.reason === 'phone-missing' ? redirect('/activate') : awayReply(context, request);
    }
    return redirect('/sign-in?changed', [
      cookies.clearSignIn(),
      cookies.clearActivation(),
      cookies.clearArea(),
    ]);
  }

  return {
    notice: step(({ request, candidate }) => activateReply(context, request, candidate), 'phone'),
    phone: step(
      ({ request, signIn, candidate }) => bindPhoneReply(context, request, signIn, candidate, 200),
      'phone',
    ),
    sendCode: step(sendCode, 'phone'),
    bind: step(bind, 'phone'),
    password: step(
      ({ request, signIn }) => newPasswordReply(context, request, signIn, 200),
      'password',
    ),
    setPassword: step(setPassword, 'password'),
  };
}

/** `+86 138-0000-0000` and full-width digits are the same number. */
export function normalisePhone(typed: string): string {
  const digits = typed.normalize('NFKC').replace(/[\s\p{Cf}\p{Pd}()]/gu, '');
  return digits.replace(/^(\+|00)86/, '');
}
