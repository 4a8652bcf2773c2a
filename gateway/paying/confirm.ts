/**
 * 确认报考信息 (F28, F29): the answers are checked on a page, the question is asked on another, and
 * what was chosen without a seat is named as not included on both.
 */
import type { GatewayContext } from '../context.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forForm, forStanding, notAccepted } from '../registering/desk.ts';
import type { Problem } from '../registering/models.ts';
import { lockedPage, windowPage } from '../registering/pages.ts';
import { barOn, type Standing, type Visit } from '../registering/present.ts';
import { sendAct } from '../registering/send.ts';
import { presentOrder, savedOf } from './orders.ts';
import { confirmPage, confirmSubmitPage } from './pages.ts';

export const showConfirm = (context: GatewayContext): Handler =>
  forStanding(context, confirmOrCourses);

export const askConfirm = (context: GatewayContext): Handler =>
  forStanding(
    context,
    (visit, standing) => toConfirm(visit, standing) ?? confirmSubmitPage(visit, standing),
  );

export const confirmRegistration = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const act = { kind: 'confirm-registration' } as const;
      const sent = await sendAct(visit, form, claim, 'confirm', '', act);
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, confirmOrCourses);
      return redirect('/pay');
    },
    confirmOrCourses,
  );

export function confirmOrCourses(visit: Visit, standing: Standing, problem?: Problem): Reply {
  return toConfirm(visit, standing, problem) ?? confirmPage(visit, standing, problem);
}

/** What stands in the way of confirming; undefined: it can be done. */
function toConfirm(visit: Visit, standing: Standing, problem?: Problem): Reply | undefined {
  const { registration, area, candidate } = standing;
  const { ticket } = visit.signIn;
  const none = savedOf(registration, ticket).length === 0;
  const order = presentOrder(registration, ticket);
  // Beside an order whose seats a late payment took again (D11) others may have been saved since.
  if (order !== undefined && none) return lockedPage(visit, standing, order, problem);
  if (visit.window.state !== 'open') return windowPage(visit, standing);
  if (area === undefined) return redirect('/register/area');
  if (none) return redirect('/register/courses');
  // R8, F42: who has unbound a phone binds another before registering goes on.
  return barOn(visit, candidate) === 'phone-missing' ? redirect('/activate/phone') : undefined;
}
