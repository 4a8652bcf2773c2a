/**
 * What a candidate may undo at an order: 撤销, the whole of it (D15); 停止支付, an attempt; 申请退费
 * (F31). Each is warned of on a page of its own, where the choice that changes nothing has the focus.
 */
import { orderPattern } from '../../engine/protocol/payments.ts';
import type { OperationKind } from '../../web/wording.ts';
import { calendarAt } from '../catalogue.ts';
import type { GatewayContext } from '../context.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forForm, forStanding, notAccepted, showAgain } from '../registering/desk.ts';
import type { Problem } from '../registering/models.ts';
import { windowPage } from '../registering/pages.ts';
import type { Standing, Visit } from '../registering/present.ts';
import { sendAct } from '../registering/send.ts';
import { orderAsked, orderOrMine } from './order.ts';
import { liveAttempt, mayBePaid, mayRefundBeLate } from './orders.ts';
import { refundPage, stopPage, withdrawPage } from './pages.ts';

export const askWithdraw = (context: GatewayContext): Handler =>
  forStanding(context, withdrawOrOrder);
export const withdrawOrder = (context: GatewayContext): Handler =>
  onOrder(context, 'withdraw', 'withdraw-order', '/mine', withdrawOrOrder);

export const askStop = (context: GatewayContext): Handler => forStanding(context, stopOrOrder);
export const stopPayment = (context: GatewayContext): Handler =>
  onOrder(context, 'stop', 'stop-payment', '/pay', stopOrOrder);

export const askRefund = (context: GatewayContext): Handler => forStanding(context, refundOrOrder);
export const requestRefund = (context: GatewayContext): Handler =>
  onOrder(context, 'refund', 'request-refund', '/pay', refundOrOrder, ({ session, request, at }) =>
    // D12: where it may be too late, it is asked again.
    mayRefundBeLate(session, at) && request.form.get('sure') === '' ? 'refund-unticked' : undefined,
  );

type Show = (visit: Visit, standing: Standing, problem?: Problem) => Reply;

function onOrder(
  context: GatewayContext,
  operation: Extract<OperationKind, 'withdraw' | 'stop' | 'refund'>,
  kind: 'withdraw-order' | 'stop-payment' | 'request-refund',
  next: string,
  again: Show,
  objection: (visit: Visit) => Problem['reason'] | undefined = () => undefined,
): Handler {
  return forForm(
    context,
    async (visit, form, claim) => {
      const order = visit.request.form.get('order');
      if (!orderPattern.test(order)) return showAgain(visit, { reason: 'order-unknown' }, again);
      const reason = objection(visit);
      if (reason !== undefined) return showAgain(visit, { reason }, again);
      const sent = await sendAct(visit, form, claim, operation, order, { kind, order });
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, again);
      return redirect(next);
    },
    again,
  );
}

function withdrawOrOrder(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const order = orderAsked(visit, standing);
  if (order?.state !== 'confirmed') return orderOrMine(visit, standing, problem);
  if (visit.window.state !== 'open') return windowPage(visit, standing);
  if (mayBePaid(order))
    return orderOrMine(visit, standing, problem ?? { reason: 'payment-running' });
  return withdrawPage(visit, standing, order, problem);
}

function stopOrOrder(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const order = orderAsked(visit, standing);
  if (order === undefined || liveAttempt(order) === undefined) {
    return orderOrMine(visit, standing, problem);
  }
  return stopPage(visit, standing, order, problem);
}

function refundOrOrder(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const order = orderAsked(visit, standing);
  if (order?.state !== 'paid') return orderOrMine(visit, standing, problem);
  const { adopted } = visit.session;
  if (calendarAt(adopted, visit.at).state !== 'open') return windowPage(visit, standing);
  return refundPage(visit, standing, order, problem);
}
