/**
 * From the order to the payment page: the document number once more (F36), the second confirmation
 * (F37), an attempt with a number of its own (F38), and the page that shows its code or leads to the
 * provider. That page may be looked at again and again, and in several tabs: it is one attempt.
 */
import type { PaymentWay } from '../../engine/protocol/payments.ts';
import type { PayMethodModel } from '../../web/view-models.ts';
import type { GatewayContext } from '../context.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forForm, forStanding, notAccepted, notStanding, showAgain } from '../registering/desk.ts';
import type { Problem } from '../registering/models.ts';
import { type Standing, standingOf, type Visit } from '../registering/present.ts';
import { sendAct } from '../registering/send.ts';
import { limitReply } from '../waiting.ts';
import { isOwnDocument, rememberChecked, wasChecked } from './checked.ts';
import { orderAsked, orderOrMine } from './order.ts';
import { type HoldingOrder, liveAttempt, payableNow } from './orders.ts';
import { donePage, payCheckPage, payConfirmPage, paymentPage } from './pages.ts';
import { methodsFor } from './ways.ts';
import { payerOf, toNamePayer } from './wechat-payer.ts';

/** F36. */
export const showPayCheck = (context: GatewayContext): Handler =>
  forStanding(context, (visit, standing) => {
    const order = payable(visit, standing);
    if (order === undefined) return orderOrMine(visit, standing);
    const named = toNamePayer(visit);
    if (named !== undefined) return redirect(named);
    if (wasChecked(visit, order.number)) return redirect('/pay/confirm');
    return payCheckPage(visit, standing, order);
  });

export const checkDocument = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit) => {
      const { signIn, request, at } = visit;
      // Most of it is masked on every page: whoever finds a browser signed in shall not try it out.
      const wait = context.limits.take('documentsAccount', signIn.person, at);
      if (wait !== undefined) return limitReply(context, request, wait);
      const asked = await standingOf(visit);
      if (asked.kind !== 'standing') return notStanding(visit, asked);
      const order = payable(visit, asked.standing);
      if (order === undefined) return orderOrMine(visit, asked.standing);
      if (!isOwnDocument(visit, request.form.get('documentNumber'))) {
        return payCheckPage(visit, asked.standing, order, { reason: 'document-differs' });
      }
      return redirect('/pay/confirm', [rememberChecked(visit, order.number)]);
    },
    payConfirmOrCheck,
  );

/** F37. */
export const showPayConfirm = (context: GatewayContext): Handler =>
  forStanding(context, payConfirmOrCheck);

function payConfirmOrCheck(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const order = payable(visit, standing);
  if (order === undefined) return orderOrMine(visit, standing, problem);
  if (!wasChecked(visit, order.number)) return payCheckPage(visit, standing, order, problem);
  return payConfirmPage(visit, standing, order, problem);
}

/** F38: a new attempt; the engine has an earlier one closed at its provider. */
export const startPayment = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const { request } = visit;
      const order = request.form.get('order');
      const method = methodIn(visit, request.form.get('method'));
      if (!wasChecked(visit, order)) return redirect('/pay/check');
      if (method === undefined) {
        return showAgain(visit, { reason: 'method-unchosen' }, payConfirmOrCheck);
      }
      const { provider, way } = method;
      const act = { kind: 'start-payment', order, provider, way } as const;
      const content = `${order}~${provider}.${way}`;
      const sent = await sendAct(visit, form, claim, 'pay', content, act);
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, payConfirmOrCheck);
      return redirect('/pay/page');
    },
    payConfirmOrCheck,
  );

/** An attempt at a provider that nobody can ask would stay open to no end. */
const methodIn = (visit: Visit, text: string): PayMethodModel | undefined =>
  methodsFor(visit.context.providers, 'wechat', payerOf(visit) !== undefined).find(
    ({ value }) => value === text,
  );

/** The payment page, in its tab: F38, and the order once more when it is paid (F39). */
export const showPayment = (context: GatewayContext): Handler =>
  forStanding(context, async (visit, standing) => {
    const order = orderAsked(visit, standing);
    if (order?.state === 'paid') return donePage(visit, standing, order, true);
    const attempt = order && liveAttempt(order);
    if (order === undefined || attempt === undefined) return redirect('/pay');
    const { number, provider, way, expiresAt } = attempt;
    // Equal is too late: the engine has it closed now, and asks whether it was paid.
    if (visit.at >= expiresAt) return paymentPage(visit, standing, order, attempt, 'expired');
    const payer = payerFor(visit, way);
    const opened = await context.payables.open(provider, {
      ...{ attempt: number, amountFen: order.feeFen, way, expiresAt },
      title: `自学考试报考费 ${order.courses.length} 门`,
      returnTo: context.config.payments.returnTo,
      payerAddress: visit.request.address,
      ...(payer !== undefined && { payerOpenId: payer }),
    });
    return paymentPage(visit, standing, order, attempt, opened);
  });

const payerFor = (visit: Visit, way: PaymentWay): string | undefined =>
  way === 'inside' ? payerOf(visit) : undefined;

/** The order that can be paid now. */
function payable(visit: Visit, standing: Standing): HoldingOrder | undefined {
  const order = orderAsked(visit, standing);
  if (order?.state !== 'confirmed') return undefined;
  return payableNow(visit.session, order, visit.at).kind === 'until' ? order : undefined;
}
