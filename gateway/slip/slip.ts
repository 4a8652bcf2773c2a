/**
 * 报考凭证 (F41): one for every order that is 已缴费 and 已确认, for its owner, ticket by ticket. Where
 * there is none the page says why.
 */
import { type OrderNumber, placeOfNumber } from '../../engine/protocol/payments.ts';
import type { OrderView, SeatView } from '../../engine/protocol/replies.ts';
import { slipContentOf } from '../../engine/protocol/slips.ts';
import type { SlipModel, SlipStandModel } from '../../web/view-models.ts';
import type { GatewayContext } from '../context.ts';
import { show } from '../frame.ts';
import { type Handler, redirect } from '../http.ts';
import { programmeOf } from '../looking-up/plan.ts';
import { askedTicket } from '../looking-up/tickets.ts';
import { areaModel, coursesOf } from '../paying/models.ts';
import { payingAttempt } from '../paying/orders.ts';
import { forStanding } from '../registering/desk.ts';
import type { Standing, Visit } from '../registering/present.ts';

export const showSlip = (context: GatewayContext): Handler =>
  forStanding(context, (visit, standing) => {
    const { candidate, area, registration } = standing;
    const asked = askedTicket(visit, candidate);
    if (asked === undefined) return redirect('/mine');
    const { ticket, tickets } = asked;
    const orders = registration.orders.filter((order) => order.ticket === ticket.number);
    const { title, printFrom } = visit.session.adopted.catalogue;
    const stand = standOf(orders, (order) => slipOf(visit, standing, order));
    const { demonstration } = context.config;
    const model = { demonstration, tickets, title, printFrom, stand };
    return show(context, visit.request, 200, 'slip', model, { office: area?.office });
  });

/** `orders`: of one ticket, oldest first. A seat that was taken again (D11) may make it two slips. */
function standOf(
  orders: readonly OrderView[],
  slipFor: (order: OrderView) => SlipModel | undefined,
): SlipStandModel {
  const slips = orders.flatMap((order) => slipFor(order) ?? []);
  if (slips.length > 0) return { state: 'paid', slips };
  const standing = orders.find(({ state }) => state === 'confirmed' || state === 'refunding');
  const { state, feeFen = 0 } = standing ?? orders.at(-1) ?? {};
  if (state === 'confirmed') return { state: 'unpaid' };
  return state === 'refunding' || state === 'refunded' ? { state, feeFen } : { state: 'none' };
}

function slipOf(visit: Visit, standing: Standing, order: OrderView): SlipModel | undefined {
  const { context, session, request, at } = visit;
  const { candidate, area } = standing;
  const { number, ticket, courses, feeFen, state } = order;
  const paidAt = payingAttempt(order)?.paidAt;
  const place = placeOfNumber(number);
  if (state !== 'paid' || paidAt === undefined || place === undefined) return undefined;

  const code = context.slipCodes.codeOf(place, slipContentOf({ ...order, paidAt }));
  const record = candidate.tickets.find((one) => one.number === ticket);
  const checkedAt = `${request.origin}/verify`;
  return {
    name: candidate.name,
    documentMask: candidate.documentMask,
    ticket,
    programme: programmeOf(session, record?.programme ?? ''),
    area: areaModel(session, standing),
    office: area?.office,
    courses: coursesOf(session, courses).map((one) => {
      const seat = standing.registration.seats.find(({ unit }) => unit === one.unit.code);
      const desk = isOfOrder(seat, number) ? seat?.sitting?.desk : undefined;
      return { ...one, ...(desk !== undefined && { desk }) };
    }),
    ...{ feeFen, order: number, paidAt, issuedAt: at },
    ...{ code, checkedAt, checkAddress: `${checkedAt}?c=${code}` },
  };
}

const isOfOrder = (seat: SeatView | undefined, order: OrderNumber): boolean =>
  seat !== undefined && 'order' in seat.state && seat.state.order === order;
