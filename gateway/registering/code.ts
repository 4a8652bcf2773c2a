/**
 * 获取验证码 and what follows: holding the seats (F25, B1), the question about the full ones
 * (F26), code entry that comes back on every reload, and 保存考位 (F27).
 *
 * H1 保存考位 is the rush itself: cookie, form, one command, one answer. It asks the engine
 *    nothing else unless something went wrong.
 */
import type { CodeAddress } from '../../engine/protocol/commands.ts';
import type { ChallengeId } from '../../engine/protocol/ids.ts';
import type { GatewayContext } from '../context.ts';
import type { AreaClaim } from '../cookies.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { awayReply, limitReply } from '../waiting.ts';
import { outdatedCourses } from './courses.ts';
import { forCandidate, forForm, forStanding, goOn, notAccepted, showAgain } from './desk.ts';
import { saveForm } from './forms.ts';
import type { Problem } from './models.ts';
import { allFullPage, askPage, codePage, savedPage, windowPage } from './pages.ts';
import { barOn, isAsked, liveCode, type SentForm, type Standing, type Visit } from './present.ts';
import { outcomeAddress, type Sent, sendAct } from './send.ts';

/** F25, B1: holds what is free before any message goes out. */
export const holdSeats = (context: GatewayContext): Handler =>
  forNewCode(
    context,
    async (visit, form, claim, to) => {
      const sent = await sendAct(visit, form, claim, 'hold', '', { kind: 'hold-seats', ...to });
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, outdatedCourses);
      const { registration, outcome, operation } = sent;
      if (outcome.kind === 'held' && !isAsked(visit, registration) && outcome.full.length > 0) {
        return goOn(visit, outcomeAddress(operation), (_, standing) =>
          allFullPage(visit, standing, outcome.full),
        );
      }
      return goOn(visit, '/register/code', codeOrCourses);
    },
    outdatedCourses,
  );

/** Code entry while a code lives, F26's question while it is open, else on to the courses. */
export const showCode = (context: GatewayContext): Handler =>
  forStanding(context, (visit, standing) => {
    const { registration } = standing;
    if (visit.window.state !== 'open') return windowPage(visit, standing);
    return liveCode(visit, registration) !== undefined || isAsked(visit, registration)
      ? codeOrCourses(visit, standing)
      : redirect('/register/courses');
  });

/** F26 "yes": the full ones are cleared and the code goes out. */
export const sendCode = (context: GatewayContext): Handler =>
  forNewCode(
    context,
    async (visit, form, claim, to) => {
      const sent = await sendAct(visit, form, claim, 'send', '', { kind: 'send-code', ...to });
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, codeOrCourses);
      return goOn(visit, '/register/code', codeOrCourses);
    },
    codeOrCourses,
  );

type NewCode = { challenge: ChallengeId; phone: CodeAddress };

/** Where a new code goes. The area books know neither phones nor tickets (R4, R6, R8). */
const forNewCode = (
  context: GatewayContext,
  act: (visit: Visit, form: SentForm, claim: AreaClaim, to: NewCode) => Promise<Reply>,
  outdated: (visit: Visit, standing: Standing, problem: Problem) => Reply,
): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const { person } = visit.signIn;
      // Each may be a message; the daily caps alone would let them all go out in one minute (D7).
      const wait = context.limits.take('codesAccount', person, visit.at);
      if (wait !== undefined) return limitReply(context, visit.request, wait);
      const asked = await context.client.ask({ kind: 'candidate', person });
      if (asked.kind !== 'candidate' || asked.candidate === null) {
        return awayReply(context, visit.request);
      }
      const { phone } = asked.candidate;
      const reason = barOn(visit, asked.candidate);
      if (phone === undefined || reason !== undefined) {
        return showAgain(visit, { reason: reason ?? 'phone-missing' }, outdatedCourses);
      }
      const challenge = context.cookies.commandIdOf(form, 'challenge');
      return act(visit, form, claim, { challenge, phone });
    },
    outdated,
  );

/** F26 "no": nothing is sent, the courses stay, the holds run out by themselves. */
export const declineCode = (context: GatewayContext): Handler =>
  forCandidate(context, (visit) => goOn(visit, '/register/courses?change=1', outdatedCourses));

/** One resend extends code and holds once (B1). */
export const resendCode = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const sent = await sendAct(visit, form, claim, 'resend', '', { kind: 'resend-code' });
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, codeOrCourses);
      return goOn(visit, '/register/code', codeOrCourses);
    },
    codeOrCourses,
  );

/** F27, D5: each unit answers for itself. */
export const saveSeats = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const fields = saveForm.safeParse({
        code: visit.request.form.get('code'),
        challenge: visit.request.form.get('challenge'),
        units: visit.request.form.all('units'),
      });
      if (!fields.success) return showAgain(visit, { reason: 'code-malformed' }, codeOrCourses);
      const { code, challenge, units } = fields.data;
      const content = `${challenge}~${code}~${units.join()}`;
      const act = { kind: 'save-seats', challenge, code, units } as const;
      const sent = await sendAct(visit, form, claim, 'save', content, act);
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, codeOrCourses);
      return afterSave(visit, sent);
    },
    codeOrCourses,
  );

/** Whatever proved it, code or password. */
export function afterSave(visit: Visit, sent: Extract<Sent, { kind: 'accepted' }>): Reply {
  const { outcome, operation, registration } = sent;
  if (!visit.request.htmx || outcome.kind !== 'saved') return redirect(outcomeAddress(operation));
  return savedPage(visit, operation, outcome, registration, undefined);
}

/** What the registration waits for: the code, F26's answer, or courses. Every device shows it. */
export function codeOrCourses(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const { registration } = standing;
  if (liveCode(visit, registration) !== undefined) return codePage(visit, standing, problem);
  if (isAsked(visit, registration)) return askPage(visit, standing, problem);
  return outdatedCourses(visit, standing, problem);
}
