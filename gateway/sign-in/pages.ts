/** The pages of signing in, as replies: what each shows is gathered here, how it looks is web's. */
import { documentTypes } from '../../engine/protocol/documents.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { CaptchaModel } from '../../web/view-models.ts';
import type {
  LookupReason,
  NewPasswordReason,
  PasswordStepReason,
  PhoneReason,
} from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { SignIn, TicketHandle, Visitor } from '../cookies.ts';
import { show } from '../frame.ts';
import { page, type Reply, type Request } from '../http.ts';
import { officeNear } from './office.ts';
import { passwordCharactersMin } from './passwords.ts';

/** The first stage. What was typed stays. */
export function signInReply(
  context: GatewayContext,
  request: Request,
  visitor: Visitor,
  status: number,
  shown: { reason?: LookupReason; captcha: CaptchaModel; changed?: boolean },
): Reply {
  const { form } = request;
  const { reason, captcha, changed = false } = shown;
  return show(context, request, status, 'signIn', {
    form: context.cookies.formToken(visitor, 0, context.now()),
    documentTypes,
    documentType: form.get('documentType') || (documentTypes[0]?.code ?? ''),
    documentNumber: form.get('documentNumber').slice(0, documentInputMax),
    captcha,
    changed,
    ...(reason === undefined ? {} : { problem: { reason } }),
  });
}

/** What stands in the box again is no longer than what is read from it. */
const documentInputMax = 64;

/** The captcha alone, put beside its box when that is first focused (F1). */
export const captchaReply = (context: GatewayContext, token: string): Reply =>
  page(200, context.views.captcha({ token }));
/** The whole field, when another way than the one on the page is asked for. */
export const captchaFieldReply = (context: GatewayContext, captcha: CaptchaModel): Reply =>
  page(200, context.views.captchaField(captcha));

/** The second stage: each ticket masked, with a handle that holds them all (D2, F3–F5). */
export function ticketsReply(
  context: GatewayContext,
  request: Request,
  visitor: Visitor,
  status: number,
  handle: TicketHandle,
  problem?: { reason: PasswordStepReason; at?: EpochMs },
): Reply {
  const { cookies, now } = context;
  const session = context.catalogue.current();
  const handleOf = (chosen: number) => cookies.sealHandle({ ...handle, chosen }, visitor, now());
  return show(context, request, status, 'tickets', {
    form: cookies.formToken(visitor, 0, now()),
    tickets: handle.tickets.map(({ ticket, programme }, chosen) => ({
      handle: handleOf(chosen),
      ticketMask: ticketMask(ticket),
      programme: session?.programme.get(programme)?.name ?? programme,
    })),
    chosen: handle.chosen === noneChosen ? undefined : handle.chosen,
    handleOfNone: handleOf(noneChosen),
    office: session && officeNear(session, handle.documentNumber),
    ...(problem === undefined ? {} : { problem }),
  });
}

/** F5: which of several tickets is for the candidate to say. */
export const noneChosen = -1;

export const activateReply = (
  context: GatewayContext,
  request: Request,
  candidate: CandidateView,
): Reply => show(context, request, 200, 'activate', { setsPassword: !candidate.passwordSet });

export function bindPhoneReply(
  context: GatewayContext,
  request: Request,
  signIn: SignIn,
  candidate: CandidateView,
  status: number,
  shown: {
    problem?: { reason: PhoneReason; detail?: RefusalDetail };
    phone?: string;
    /** The form that was sent, when its outcome is unknown: sent again it is the same command. */
    form?: string;
  } = {},
): Reply {
  const { cookies, now } = context;
  const { problem, phone = '', form = cookies.formToken(signIn.nonce, 0, now()) } = shown;
  const { importedPhoneMask } = candidate;
  const settings = context.catalogue.current()?.adopted.settings;
  const mustMatch = settings?.importedPhoneMustMatch ?? true;
  const { at, triesLeft } = problem?.detail ?? {};
  return show(context, request, status, 'bindPhone', {
    now: now(),
    form,
    phone,
    imported: importedPhoneMask === undefined ? undefined : { mask: importedPhoneMask, mustMatch },
    code: candidate.phoneCode,
    ...(problem === undefined
      ? {}
      : {
          problem: {
            reason: problem.reason,
            ...(at === undefined ? {} : { at }),
            ...(triesLeft === undefined ? {} : { triesLeft }),
          },
        }),
  });
}

export const newPasswordReply = (
  context: GatewayContext,
  request: Request,
  signIn: SignIn,
  status: number,
  reason?: NewPasswordReason,
  /** As above. */
  form: string = context.cookies.formToken(signIn.nonce, 0, context.now()),
): Reply =>
  show(context, request, status, 'newPassword', {
    form,
    charactersMin: passwordCharactersMin,
    ...(reason === undefined ? {} : { problem: { reason } }),
  });
