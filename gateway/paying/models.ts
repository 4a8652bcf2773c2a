/** What the paying pages show, made from the session and the person's own registration. Pure. */
import type { AreaCode } from '../../engine/protocol/ids.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { OrderView } from '../../engine/protocol/replies.ts';
import type { AreaModel, OrderModel, UnitAndCourse } from '../../web/view-models.ts';
import type { Session } from '../catalogue.ts';
import { areaOf, inOrder, unitAndCourse } from '../registering/models.ts';
import type { Standing, Visit } from '../registering/present.ts';

export function orderModel(visit: Visit, standing: Standing, order: OrderView): OrderModel {
  const { number, ticket, courses, feeFen, state } = order;
  return {
    number,
    area: areaModel(visit.session, standing),
    nameMask: standing.candidate.nameMask,
    ticketMask: ticketMask(ticket),
    courses: coursesOf(visit.session, courses),
    feeFen,
    state,
  };
}

export const coursesOf = (session: Session, courses: OrderView['courses']): UnitAndCourse[] =>
  inOrder(session, courses).map((one) => unitAndCourse(session, one));

/** An area that left the catalogue while somebody stands there is shown by its code. */
export function areaNamed(session: Session, code: AreaCode | ''): AreaModel {
  const area = session.area.get(code);
  return area === undefined ? { code, city: '', name: code } : areaOf(session, area);
}
/** The one where the person stands. */
export const areaModel = (session: Session, { claim }: Standing): AreaModel =>
  areaNamed(session, claim?.area ?? '');
