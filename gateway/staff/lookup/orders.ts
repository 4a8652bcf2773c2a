/** Orders as the desk looks at them: one with all its facts, those of an area, and what fits none. */
import { ticketMask } from '../../../engine/protocol/masks.ts';
import {
  type OrderNumber,
  orderNumber,
  orderPattern,
  placeOfNumber,
  sessionTagOf,
} from '../../../engine/protocol/payments.ts';
import type { OrderState, OrderView } from '../../../engine/protocol/replies.ts';
import type { OrderLine } from '../../../web/desk/lookup-models.ts';
import { orderStateNames } from '../../../web/desk/wording.ts';
import type { Session } from '../../catalogue.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { deskPage } from '../page.ts';
import {
  areaNamed,
  away,
  courseNamed,
  numberIn,
  queryOf,
  registeredFrom,
  sessionOf,
  unknown,
} from './parts.ts';

export function orderLine(session: Session, order: OrderView): OrderLine {
  const { number, ticket, courses, feeFen, confirmedAt, state, endedAt, attempts } = order;
  return {
    ...{ number, feeFen, confirmedAt, state },
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(order.movedTo === undefined ? {} : { movedTo: order.movedTo }),
    ticketMask: ticketMask(ticket),
    courses: courses.map(({ course }) => courseNamed(session, course)),
    stuck: attempts.some(({ refund }) => refund?.stuck === true && refund.doneAt === undefined),
  };
}

/** GET /desk/order?order= */
export async function showOrder(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const { client } = visit.context.gateway;
  const number = queryOf(visit).get('order').trim();
  const place = orderPattern.test(number) ? placeOfNumber(number) : undefined;
  if (place === undefined || !visit.within(place.area)) return unknown(visit);
  const { area, registration: from } = place;
  const page = await client.ask({ kind: 'registrations', area, from });
  if (page.kind !== 'registrations') return away(visit);
  const line = page.lines.find((one) => one.number === from);
  const order = line?.registration.orders.find((one) => one.number === number);
  if (line === undefined || order === undefined) return unknown(visit);
  const { person } = line;
  const [facts, answer] = await Promise.all([
    client.askAt(client.layout.session, { kind: 'asides' }),
    client.ask({ kind: 'candidate', person }),
  ]);
  if (facts.kind !== 'asides' || answer.kind !== 'candidate') return away(visit);
  return deskPage(visit, 200, 'order', {
    area: areaNamed(session, area),
    person,
    nameMask: answer.candidate?.nameMask ?? '',
    order: orderLine(session, order),
    attempts: order.attempts.map((attempt) => ({
      ...attempt,
      // What the provider knows it by (S5).
      number: attempt.paidAs ?? attempt.number,
      asides: facts.asides.filter((aside) => aside.attempt === (attempt.paidAs ?? attempt.number)),
    })),
  });
}

/** GET /desk/orders?area=&state=&from= */
export async function showOrders(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const query = queryOf(visit);
  const areas = session.adopted.catalogue.areas
    .filter(({ code }) => visit.within(code))
    .map(({ code }) => areaNamed(session, code));
  const asked = query.get('area') || (areas.length === 1 ? (areas[0]?.code ?? '') : '');
  if (asked !== '' && !areas.some(({ code }) => code === asked)) return unknown(visit);
  const states = Object.keys(orderStateNames) as OrderState[];
  const state = states.find((one) => one === query.get('state'));
  const from = numberIn(query, 'from');
  if (from === undefined) return unknown(visit);
  const found =
    asked === ''
      ? { lines: [] }
      : await registeredFrom(visit, asked, from, ({ person, registration }) =>
          registration.orders
            .filter((one) => state === undefined || one.state === state)
            .map((order) => ({ person, ...orderLine(session, order) })),
        );
  if (found === undefined) return away(visit);
  return deskPage(visit, 200, 'orders', {
    ...{ area: asked, areas, state, from, lines: found.lines, next: found.next },
  });
}

/** GET /desk/money: the province's, since a fact that fits no order is no area's. */
export async function showMoney(visit: Visit): Promise<Reply> {
  if (!visit.within({ kind: 'province' })) return deskPage(visit, 403, 'refused', { why: 'scope' });
  const { client } = visit.context.gateway;
  const session = sessionOf(visit);
  const facts = await client.askAt(client.layout.session, { kind: 'asides' });
  if (facts.kind !== 'asides') return away(visit);
  return deskPage(visit, 200, 'money', {
    asides: facts.asides.map((aside) => ({ ...aside, order: orderOf(session, aside.attempt) })),
    reconciled: [...facts.reconciled].reverse(),
  });
}

/** Of this exam session and of an area that it has; undefined: none that could be looked up. */
function orderOf(session: Session | undefined, attempt: string): OrderNumber | undefined {
  const place = placeOfNumber(attempt);
  if (session === undefined || place === undefined) return undefined;
  if (place.session !== sessionTagOf(session.adopted.catalogue.code)) return undefined;
  const { area, registration } = place;
  return session.area.has(area)
    ? orderNumber(place.session, area, registration, place.place)
    : undefined;
}
