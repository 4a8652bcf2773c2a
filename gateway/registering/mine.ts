/**
 * 我的报考: the truth of the moment, from any device, whatever the window is doing (B2): what to do
 * next, every unit, and every order with its money.
 */
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { historyOf, moneyNewsOf, recordOf } from '../paying/history.ts';
import { firstLook } from '../paying/look.ts';
import { nextStepOf } from '../paying/next-step.ts';
import { type HoldingOrder, isStopping, liveAttempt, presentOrder } from '../paying/orders.ts';
import { forStanding } from './desk.ts';
import { exitOf } from './exits.ts';
import { areaOf, ownUnits } from './models.ts';
import { shown } from './pages.ts';
import { formFor, liveCode, type Standing, type Visit } from './present.ts';

export const showMine = (context: GatewayContext): Handler => forStanding(context, minePage);

async function minePage(visit: Visit, standing: Standing): Promise<Reply> {
  const { session, signIn, window, at } = visit;
  const { area, claim, candidate, registration } = standing;
  const history = await historyOf(visit, standing);
  const exit = exitOf(visit, standing, history.former);
  const code = liveCode(visit, registration);
  const order = presentOrder(registration, signIn.ticket);
  return shown(visit, standing, 'mine', undefined, {
    now: at,
    title: session.adopted.catalogue.title,
    form: formFor(visit, claim?.area ?? '', registration.revision),
    window,
    area: area && areaOf(session, area),
    step: nextStepOf(visit, registration, window.state === 'open' ? code : undefined),
    ...(exit && { exit }),
    news: moneyNewsOf(visit, standing, history),
    units: ownUnits(session, registration, signIn.ticket),
    feeFen: session.adopted.catalogue.feeFen,
    ...(order && isWaiting(order) && { look: firstLook(order, 'mine') }),
    days: session.adopted.calendar,
    daysOf: session.daysOf,
    orders: history.placed.map((one) => recordOf(visit, candidate, one)).reverse(),
    whole: history.whole,
  });
}

const isWaiting = (order: HoldingOrder): boolean =>
  order.state === 'refunding' || liveAttempt(order) !== undefined || isStopping(order);

/** One order, whatever has become of it: its courses, payments and refunds. */
export const showOrderRecord = (context: GatewayContext): Handler =>
  forStanding(context, async (visit, standing) => {
    const number = formOf(visit.request.query)?.get('number');
    const { placed } = await historyOf(visit, standing);
    const found = placed.find(({ order }) => order.number === number);
    if (found === undefined) return redirect('/mine');
    return shown(
      visit,
      standing,
      'orderRecord',
      undefined,
      recordOf(visit, standing.candidate, found),
    );
  });
