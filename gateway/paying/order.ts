/**
 * One address for a ticket's order, whatever has become of it: to be checked and paid (F35), being
 * paid (F40), done (F41), its money going back. And asking the provider whether it was paid.
 */
import type { AttemptView } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forForm, forStanding } from '../registering/desk.ts';
import type { Problem } from '../registering/models.ts';
import { type Standing, standingOf, type Visit } from '../registering/present.ts';
import { tellClosed, tellPaid } from './facts.ts';
import { type HoldingOrder, liveAttempt, presentOrder } from './orders.ts';
import { checkingPage, donePage, orderPage, refundingPage } from './pages.ts';

export const showOrder = (context: GatewayContext): Handler => forStanding(context, orderOrMine);

/** The order that the page, or the form, was for. */
export const orderAsked = (
  { request, signIn }: Visit,
  { registration }: Standing,
): HoldingOrder | undefined =>
  presentOrder(
    registration,
    signIn.ticket,
    request.form.get('order') || formOf(request.query)?.get('order'),
  );

export function orderOrMine(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const order = orderAsked(visit, standing);
  if (order === undefined) return redirect('/mine');
  switch (order.state) {
    case 'confirmed':
      return liveAttempt(order) === undefined
        ? orderPage(visit, standing, order, problem)
        : checkingPage(visit, standing, order, askedIn(visit), problem);
    case 'paid':
      return donePage(visit, standing, order, false, problem);
    case 'refunding':
      return refundingPage(visit, standing, order, problem);
  }
}

/** What the provider said a moment ago, when somebody pressed 查询缴费结果. */
export type Asked = 'waiting' | 'away' | 'often';
const askedIn = ({ request }: Visit): Asked | undefined => {
  const asked = formOf(request.query)?.get('asked');
  return asked === 'waiting' || asked === 'away' || asked === 'often' ? asked : undefined;
};

/** F40, B2: the provider itself is asked, and what it says goes to the book before the page. */
export const queryPayment = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit) => {
      const { signIn, at } = visit;
      const wait = context.limits.take('queriesAccount', signIn.person, at);
      if (wait !== undefined) return redirect('/pay?asked=often');
      const asked = await standingOf(visit);
      if (asked.kind !== 'standing') return redirect('/pay?asked=away');
      const order = orderAsked(visit, asked.standing);
      if (order?.state !== 'confirmed') return redirect('/pay');
      const open = order.attempts.filter(({ state }) => state === 'live' || state === 'stopping');
      const heard = await Promise.all(open.map((attempt) => askProvider(context, attempt)));
      return redirect(heard.includes('away') ? '/pay?asked=away' : '/pay?asked=waiting');
    },
    orderOrMine,
  );

async function askProvider(
  context: GatewayContext,
  { number, provider: name }: AttemptView,
): Promise<'heard' | 'away'> {
  const provider = context.providers.find((one) => one.name === name);
  if (provider === undefined) return 'away';
  try {
    const standing = await provider.query(number);
    if (standing.kind === 'closed') await tellClosed(context, number);
    if (standing.kind !== 'paid') return 'heard';
    return (await tellPaid(context, provider.name, standing)) === 'taken' ? 'heard' : 'away';
  } catch {
    return 'away';
  }
}
