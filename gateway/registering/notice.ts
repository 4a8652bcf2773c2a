/** The notice that opens registering (F19), and the tick without which there is no next step (F20). */
import type { GatewayContext } from '../context.ts';
import { type Handler, redirect } from '../http.ts';
import { presentOrder } from '../paying/orders.ts';
import { forCandidate, forStanding, showAgain } from './desk.ts';
import type { Problem } from './models.ts';
import { rememberNotice } from './notice-read.ts';
import { lockedPage, noticePage, windowPage } from './pages.ts';
import { formFrom, liveCode } from './present.ts';

export const showNotice = (context: GatewayContext): Handler =>
  forStanding(context, (visit, standing) => {
    const order = presentOrder(standing.registration, visit.signIn.ticket);
    if (order !== undefined) return lockedPage(visit, standing, order);
    if (visit.window.state !== 'open') return windowPage(visit, standing);
    // B1: whoever left to read the SMS comes back to code entry.
    if (liveCode(visit, standing.registration) !== undefined) return redirect('/register/code');
    return noticePage(visit, standing);
  });

export const takeNotice = (context: GatewayContext): Handler =>
  forCandidate(context, (visit) => {
    const again = (reason: Problem['reason']) => showAgain(visit, { reason }, noticePage);
    if (formFrom(visit, '') === undefined) return again('form-outdated');
    if (visit.request.form.get('agreed') === '') return again('notice-unticked');
    const known = context.cookies.areaOf(visit.request.cookieHeader, visit.signIn.person);
    return redirect(known === undefined ? '/register/area' : '/register/courses', [
      rememberNotice(visit),
    ]);
  });
