/** The pages of signing in, as replies: what each shows is gathered here, how it looks is web's. */
import { documentTypes, firstSecretOf } from '../../engine/protocol/documents.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type {
  CaptchaModel,
  ProblemModel,
  SentCodeModel,
  SignInModel,
} from '../../web/view-models.ts';
import type {
  ForgottenReason,
  LookupReason,
  NewPasswordReason,
  PasswordStepReason,
  PhoneReason,
} from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { ResetHandle, SignIn, TicketHandle, Visitor } from '../cookies.ts';
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
  shown: { reason?: LookupReason; captcha: CaptchaModel; news?: SignInModel['news'] },
): Reply {
  const { form } = request;
  const { reason, captcha, news } = shown;
  return show(context, request, status, 'signIn', {
    form: context.cookies.formToken(visitor, 0, context.now()),
    documentTypes,
    documentType: form.get('documentType') || (documentTypes[0]?.code ?? ''),
    documentNumber: form.get('documentNumber').slice(0, documentInputMax),
    captcha,
    news,
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
    firstSecret: firstSecretOf(handle.documentType),
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
  return show(context, request, status, 'bindPhone', {
    now: now(),
    form,
    phone,
    again: signIn.kind === 'full',
    imported: importedPhoneMask === undefined ? undefined : { mask: importedPhoneMask, mustMatch },
    code: codeFor('binding-code', candidate),
    ...problemOf(problem),
  });
}

/** The live code, if it is good for this. */
export function codeFor(
  purpose: NonNullable<CandidateView['phoneCode']>['purpose'],
  { phoneCode }: CandidateView,
): SentCodeModel | undefined {
  return phoneCode?.purpose === purpose ? phoneCode : undefined;
}

/** What a page needs of a refusal to say it. */
export function problemOf<Reason extends string>(
  problem: { reason: Reason; detail?: RefusalDetail } | undefined,
): { problem?: ProblemModel<Reason> } {
  if (problem === undefined) return {};
  const { reason, detail: { at, triesLeft } = {} } = problem;
  return {
    problem: {
      reason,
      ...(at === undefined ? {} : { at }),
      ...(triesLeft === undefined ? {} : { triesLeft }),
    },
  };
}

/** F13, F43. `way`: what has to be typed besides the new password. */
export function newPasswordReply(
  context: GatewayContext,
  request: Request,
  signIn: SignIn,
  way: { kind: 'first'; document: string } | { kind: 'change' },
  status: number,
  shown: { reason?: NewPasswordReason; at?: EpochMs; form?: string } = {},
): Reply {
  const { reason, at, form = context.cookies.formToken(signIn.nonce, 0, context.now()) } = shown;
  const model = {
    form,
    charactersMin: passwordCharactersMin,
    ...problemOf(reason && { reason, ...(at === undefined ? {} : { detail: { at } }) }),
  };
  if (way.kind === 'change') {
    return show(context, request, status, 'changePassword', { ...model, way });
  }
  const { kind, document } = way;
  const secret = firstSecretOf(document);
  return show(context, request, status, 'newPassword', { ...model, way: { kind, secret } });
}

/** D3: nothing on it says whether there is such a person, or a phone (D2). */
export function forgottenReply(
  context: GatewayContext,
  request: Request,
  visitor: Visitor,
  status: number,
  at: TicketHandle | Extract<ResetHandle, { kind: 'asked' }>,
  problem?: { reason: ForgottenReason; detail?: RefusalDetail },
  form: string = context.cookies.formToken(visitor, 0, context.now()),
): Reply {
  const { cookies, now } = context;
  const session = context.catalogue.current();
  const asked = 'kind' in at ? at : undefined;
  const handle = 'kind' in at ? at.handle : at;
  return show(context, request, status, 'forgotten', {
    now: now(),
    form,
    handle: cookies.sealHandle(handle, visitor, now()),
    code: asked && {
      reset: cookies.sealReset(asked, visitor, now()),
      expiresAt: asked.expiresAt,
      resendFrom: asked.resendFrom,
    },
    office: session && officeNear(session, handle.documentNumber),
    ...problemOf(problem),
  });
}

/** D3: the code was right, and stands for the old password. */
export function resetPasswordReply(
  context: GatewayContext,
  request: Request,
  visitor: Visitor,
  status: number,
  proven: Extract<ResetHandle, { kind: 'proven' }>,
  shown: { reason?: NewPasswordReason; form?: string } = {},
): Reply {
  const { cookies, now } = context;
  const { reason, form = cookies.formToken(visitor, 0, now()) } = shown;
  return show(context, request, status, 'resetPassword', {
    form,
    way: { kind: 'forgotten', reset: cookies.sealReset(proven, visitor, now()) },
    charactersMin: passwordCharactersMin,
    ...problemOf(reason && { reason }),
  });
}
