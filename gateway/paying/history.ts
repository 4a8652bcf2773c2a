/**
 * All of a person's orders of this session, of every ticket and of areas that were left: money may
 * still come or go back there. What each came to, and what a candidate must be told of it.
 */

import type { AreaCode } from '../../engine/protocol/ids.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type {
  AttemptView,
  CandidateView,
  OrderView,
  RegistrationView,
} from '../../engine/protocol/replies.ts';
import type {
  AreaModel,
  MoneyNewsModel,
  OrderRecordModel,
  PaymentRecordModel,
} from '../../web/view-models.ts';
import { isLost } from '../catalogue.ts';
import type { Standing, Visit } from '../registering/present.ts';
import { areaModel, areaNamed, coursesOf } from './models.ts';
import { methodOf } from './ways.ts';

/** What stands in an area that was left. */
export type Former = { area: AreaCode; registration: RegistrationView };
export type Placed = { order: OrderView; area: AreaModel };
/** `whole`: no area that was left failed to answer. */
export type History = { placed: Placed[]; former: Former[]; whole: boolean };

/** Oldest first. */
export async function historyOf(visit: Visit, standing: Standing): Promise<History> {
  const { context, session, signIn } = visit;
  const { candidate, claim, registration } = standing;
  const left = candidate.areasLeft ?? [];
  const former = await Promise.all(
    left
      .filter((area) => area !== claim?.area)
      .map(async (area) => {
        const { person } = signIn;
        const answer = await context.client.ask({ kind: 'registration', area, person });
        return answer.kind === 'registration'
          ? { area, registration: answer.registration }
          : undefined;
      }),
  );
  const here = areaModel(session, standing);
  const placed = [
    ...former.flatMap((one) =>
      (one?.registration.orders ?? []).map((order) => ({
        order,
        area: areaNamed(session, one?.area ?? ''),
      })),
    ),
    ...registration.orders.map((order) => ({ order, area: here })),
  ];
  return {
    placed: placed.sort((one, other) => one.order.confirmedAt - other.order.confirmedAt),
    former: former.flatMap((one) => one ?? []),
    whole: former.every((one) => one !== undefined),
  };
}

export function recordOf(
  { session, signIn }: Visit,
  { nameMask }: CandidateView,
  { order, area }: Placed,
): OrderRecordModel {
  const { number, ticket, courses, feeFen, state, confirmedAt, endedAt, attempts } = order;
  return {
    order: {
      ...{ number, area, nameMask, feeFen, state },
      ticketMask: ticketMask(ticket),
      courses: coursesOf(session, courses),
    },
    own: ticket === signIn.ticket,
    ...(courses.some(({ unit }) => isLost(session.adopted, area.code, unit)) && { lost: true }),
    confirmedAt,
    ...(endedAt !== undefined && { endedAt }),
    payments: attempts.map(paymentOf),
  };
}

function paymentOf(attempt: AttemptView): PaymentRecordModel {
  const { provider, way, startedAt, state, paidAt, paidAs, refund } = attempt;
  return {
    // What the provider knows it by (S5).
    number: paidAs ?? attempt.number,
    method: methodOf(provider, way),
    ...{ startedAt, state },
    ...(paidAt !== undefined && { paidAt }),
    ...(refund && { refund }),
  };
}

/**
 * D11, F31: money that goes back by itself until it is there, and a refund that was asked for and is
 * done, as long as nothing newer has happened to its ticket.
 */
export function moneyNewsOf(
  { signIn, session }: Visit,
  { registration }: Standing,
  { placed }: History,
): MoneyNewsModel[] {
  const causeOf = (cause: 'second' | 'late', { order, area }: Placed): MoneyNewsModel['kind'] => {
    const lost =
      order.state === 'moved' ||
      order.courses.some(({ unit }) => isLost(session.adopted, area.code, unit));
    return cause === 'late' && lost ? 'lost' : cause;
  };
  const news = placed.flatMap((one) =>
    one.order.attempts.flatMap(({ refund }): MoneyNewsModel[] => {
      if (refund === undefined || refund.cause === 'asked' || refund.doneAt !== undefined)
        return [];
      const { feeFen, number } = one.order;
      const kind = causeOf(refund.cause, one);
      return [{ kind, feeFen, order: number, stuck: refund.stuck }];
    }),
  );
  const own = placed.filter(({ order }) => order.ticket === signIn.ticket);
  const last = own.at(-1)?.order;
  const seated = registration.seats.some(({ ticket }) => ticket === signIn.ticket);
  if (last?.state !== 'refunded' || seated) return news;
  return [...news, { kind: 'refunded', feeFen: last.feeFen, order: last.number, stuck: false }];
}
