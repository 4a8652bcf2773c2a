/**
 * A page that waits looks by itself whether something has changed, at first soon, later seldom.
 * While nothing has, only the element that looks is replaced: no focus moves, nothing jumps.
 */
import type { OrderView } from '../../engine/protocol/replies.ts';
import type { LookModel } from '../../web/view-models.ts';
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { type Handler, page, redirect } from '../http.ts';
import { forStanding } from '../registering/desk.ts';
import { presentOrder } from './orders.ts';

/** After the first look the second, and so on; the last goes for all that follow. */
const afterSeconds = [5, 10, 20, 30];

export const firstLook = (order: OrderView, at: LookModel['at']): LookModel => ({
  at,
  state: stateOf(order),
  ...nextLook(0),
});

function nextLook(times: number): Pick<LookModel, 'times' | 'afterSeconds'> {
  const place = Math.min(times, afterSeconds.length - 1);
  return { times: place, afterSeconds: afterSeconds[place] ?? 0 };
}

/** Where the order and each of its attempts stand; without one: nothing to wait for. */
const stateOf = (order: OrderView | undefined): string =>
  order === undefined
    ? 'none'
    : [order.number, order.state, ...order.attempts.map(({ state }) => state)].join('-');

export const showLook = (context: GatewayContext): Handler =>
  forStanding(context, (visit, standing) => {
    const query = formOf(visit.request.query);
    const at = placeOf(query?.get('at'));
    // Without scripts nobody comes here, except by hand.
    if (!visit.request.htmx) return redirect(pathOf[at]);
    const before = query?.get('state') ?? '';
    const [order] = before.split('-');
    const { registration } = standing;
    const state = stateOf(presentOrder(registration, visit.signIn.ticket, order));
    if (before !== state) return page(200, context.views.goTo(pathOf[at]));
    const times = Number.parseInt(query?.get('times') ?? '', 10) || 0;
    return page(200, context.views.look({ at, state, ...nextLook(Math.max(0, times) + 1) }));
  });

const pathOf: Record<LookModel['at'], string> = {
  order: '/pay',
  payment: '/pay/page',
  mine: '/mine',
};

const placeOf = (text: string | undefined): LookModel['at'] =>
  text === 'payment' || text === 'mine' ? text : 'order';
