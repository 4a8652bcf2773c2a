/**
 * 解除手机绑定 (F42): a code to the phone that is bound proves that it is still the person's. Who has
 * it no longer goes to the office, which the page names. Saved seats and payments stay; until another
 * phone is bound every way into registering ends at the binding page (R8).
 */
import { opaquePattern } from '../../engine/protocol/ids.ts';
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type { PhoneReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import { show } from '../frame.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { officeOfTicket } from '../sign-in/office.ts';
import { codeFor, problemOf } from '../sign-in/pages.ts';
import { sendForm } from '../sign-in/send.ts';
import { typedCode } from '../sign-in/typed.ts';
import { limitReply } from '../waiting.ts';
import { type AccountVisit, forAccount } from './desk.ts';

/** Whoever has no phone bound is led to binding one. */
const forBound = (
  context: GatewayContext,
  act: (visit: AccountVisit, phoneMask: string) => Promise<Reply> | Reply,
): Handler =>
  forAccount(context, (visit) => {
    const { phone } = visit.candidate;
    return phone === undefined ? redirect('/activate/phone') : act(visit, phone.mask);
  });

export const showUnbind = (context: GatewayContext): Handler =>
  forBound(context, (visit, phoneMask) => unbindReply(visit, phoneMask, 200));

export const sendUnbindCode = (context: GatewayContext): Handler =>
  forBound(context, async (visit, phoneMask) => {
    const { signIn, form, request } = visit;
    const { person } = signIn;
    if (form === undefined) return unbindReply(visit, phoneMask, 422, { reason: 'form-expired' });
    const wait = context.limits.take('codesAccount', person, context.now());
    if (wait !== undefined) return limitReply(context, request, wait);
    const challenge = context.cookies.commandIdOf(form, 'challenge');
    const body = { kind: 'request-unbind-code', person, challenge } as const;
    const reply = await sendForm(context, form, body, '');
    if (reply.kind === 'unknown') return unknownYet(visit, phoneMask);
    if (reply.kind === 'refused') return unbindReply(visit, phoneMask, 422, reply);
    return redirect('/account/phone');
  });

export const unbindPhone = (context: GatewayContext): Handler =>
  forBound(context, async (visit, phoneMask) => {
    const { signIn, form, request } = visit;
    const { person } = signIn;
    const again = (problem: { reason: PhoneReason; detail?: RefusalDetail }) =>
      unbindReply(visit, phoneMask, 422, problem);
    if (form === undefined) return again({ reason: 'form-expired' });
    const challenge = request.form.get('challenge');
    if (!opaquePattern.test(challenge)) return again({ reason: 'code-missing' });
    const code = typedCode(request);
    if (code === undefined) return again({ reason: 'code-malformed' });
    const body = { kind: 'unbind-phone', person, challenge, code } as const;
    const reply = await sendForm(context, form, body, `${challenge}~${code}`);
    if (reply.kind === 'unknown') return unknownYet(visit, phoneMask);
    if (reply.kind === 'refused' && reply.reason !== 'phone-missing') return again(reply);
    // The claim's number moved on with it.
    return redirect('/account?unbound', [context.cookies.clearArea()]);
  });

/** B2: the same form again, so that another click repeats the command. */
const unknownYet = (visit: AccountVisit, phoneMask: string): Reply =>
  unbindReply(
    visit,
    phoneMask,
    503,
    { reason: 'outcome-unknown' },
    visit.request.form.get('token'),
  );

function unbindReply(
  { context, request, signIn, candidate }: AccountVisit,
  phoneMask: string,
  status: number,
  problem?: { reason: PhoneReason; detail?: RefusalDetail },
  form: string = context.cookies.formToken(signIn.nonce, 0, context.now()),
): Reply {
  const session = context.catalogue.current();
  return show(context, request, status, 'unbindPhone', {
    now: context.now(),
    form,
    phoneMask,
    code: codeFor('unbinding-code', candidate),
    office: session && officeOfTicket(session, signIn.ticket),
    ...problemOf(problem),
  });
}
