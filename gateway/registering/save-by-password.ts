/**
 * 保存考位 while short messages do not go out (D7): the password, typed once more, stands for the
 * code. Whether it does now is the area's to say, and so are the tries; here it is only compared.
 *
 * P1 A wrong password counts twice before it is said: as a sign-in that failed (own-password.ts),
 *    and as a try like a wrong code.
 * P2 Comparing has a queue. When that is full nothing was done, and the page says when to come back,
 *    with the clock of the hold beside it.
 */
import type { PasswordProofReason, RegisteringReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import type { Handler, Reply } from '../http.ts';
import { checkOwnPassword } from '../sign-in/own-password.ts';
import { startOver } from '../sign-in/who.ts';
import { awayReply, limitReply } from '../waiting.ts';
import { afterSave, codeOrCourses } from './code.ts';
import { forForm, notAccepted, showAgain } from './desk.ts';
import { passwordForm } from './forms.ts';
import type { Problem } from './models.ts';
import type { Visit } from './present.ts';
import { sendAct } from './send.ts';

/** What is said of a code in other words where a password stood for it. */
const ofPasswords: { [Reason in RegisteringReason]?: PasswordProofReason } = {
  'code-missing': 'password-hold-gone',
  'code-tries-used-up': 'password-tries-used-up',
  'code-expired': 'password-late',
  'code-wrong': 'password-wrong',
  'selection-changed': 'password-hold-gone',
};

export const ofPassword = ({ reason, detail }: Problem): Problem => ({
  reason: ofPasswords[reason] ?? reason,
  ...(detail && { detail }),
});

export const saveByPassword = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const { request, signIn } = visit;
      const { now } = context;
      const fields = passwordForm.safeParse({
        password: request.form.get('password'),
        challenge: request.form.get('challenge'),
        units: request.form.all('units'),
      });
      if (!fields.success) return showAgain(visit, { reason: 'form-outdated' }, codeOrCourses);
      const { password, challenge, units } = fields.data;
      if (password === '') return showAgain(visit, { reason: 'password-missing' }, codeOrCourses);
      const checked = await checkOwnPassword(context, signIn, form, password);
      switch (checked.kind) {
        case 'right':
        case 'wrong':
          break;
        case 'delayed':
          return again(visit, { reason: 'password-delayed', detail: { at: checked.until } });
        case 'often':
          return limitReply(context, request, checked.waitMs);
        case 'busy':
          return later(visit, checked.waitMs);
        case 'away':
          return awayReply(context, request);
        case 'ended':
          return startOver(context);
      }
      const passwordMatches = checked.kind === 'right';
      const act = { kind: 'save-by-password', challenge, passwordMatches, units } as const;
      // Comparing took its time: until when there is to be an answer counts from now.
      const content = `${challenge}~${password}~${units.join()}`;
      const late = { ...visit, at: now() };
      const sent = await sendAct(late, form, claim, 'save-by-password', content, act);
      if (sent.kind === 'accepted') return afterSave(visit, sent);
      const at = checked.kind === 'wrong' ? checked.retryAt : undefined;
      return notAccepted(late, sent, (_, standing, { reason, detail }) =>
        codeOrCourses(
          late,
          standing,
          ofPassword({ reason, detail: { ...detail, ...(at !== undefined && { at }) } }),
        ),
      );
    },
    codeOrCourses,
  );

/** Since the page was asked for, time has passed. */
const again = (visit: Visit, problem: Problem): Promise<Reply> =>
  showAgain({ ...visit, at: visit.context.now() }, problem, codeOrCourses);

/** P2. */
async function later(visit: Visit, waitMs: number): Promise<Reply> {
  const at = visit.context.now() + waitMs;
  const reply = await again(visit, { reason: 'password-busy', detail: { at } });
  if (reply.status !== 422) return reply;
  return { ...reply, status: 503, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
}
