/**
 * Every route of the interface for other systems, in one table: what it asks for, who may ask, what it
 * answers, and how. The server and the document are both made from it (server.ts, document.ts).
 *
 * R1 A key reaches the areas of its scope alone; what lies elsewhere is for it as if it were not there.
 * R2 What the engine did not say is never shown as if it were empty.
 */
import { z } from 'zod';
import { type AreaCode, codePattern, type EpochMs } from '../../engine/protocol/ids.ts';
import type { KeyScope, KeyView } from '../../engine/protocol/keys.ts';
import { orderPattern, placeOfNumber } from '../../engine/protocol/payments.ts';
import type { AreaCounts, OrderView, SeatView } from '../../engine/protocol/replies.ts';
import { type CandidateType, candidateTypes } from '../../engine/protocol/session.ts';
import { isWithin } from '../../engine/protocol/staff.ts';
import { type Session, withoutLost } from '../catalogue.ts';
import type { GatewayContext } from '../context.ts';
import {
  areasAnswer,
  orderAnswer,
  type ProblemName,
  poolsAnswer,
  registrationsAnswer,
} from './schemas.ts';

export type Asked = { gateway: GatewayContext; key: KeyView; session: Session };
export type Failed = { problem: ProblemName };
export type ApiRoute = {
  path: string;
  /** In the document, where others find it by this name. */
  name: string;
  summary: string;
  scope: KeyScope;
  parameters: z.ZodObject;
  answer: z.ZodType;
  /** It holds nothing of a person, so whoever has it may keep it and ask whether it still stands. */
  keepable: boolean;
  handle(asked: Asked, given: never): object | Promise<object>;
};

function route<Given extends z.ZodObject, Answer extends z.ZodType>(
  one: Omit<ApiRoute, 'handle'> & {
    parameters: Given;
    answer: Answer;
    handle(
      asked: Asked,
      given: z.output<Given>,
    ): z.input<Answer> | Failed | Promise<z.input<Answer> | Failed>;
  },
): ApiRoute {
  return one as unknown as ApiRoute;
}

const area = z.string().regex(codePattern).describe('The code of an exam area.');

export const apiRoutes: readonly ApiRoute[] = [
  route({
    ...{ path: '/api/v1/areas', name: 'Areas', scope: 'areas', keepable: true },
    summary: 'The exam session, its units, and the exam areas with their offices.',
    parameters: z.strictObject({}),
    answer: areasAnswer,
    handle: showAreas,
  }),
  route({
    ...{ path: '/api/v1/pools', name: 'Pools', scope: 'counts', keepable: true },
    summary: 'Capacity and free seats of every pool, or of those of one area.',
    parameters: z.strictObject({ area: area.optional() }),
    answer: poolsAnswer,
    handle: showPools,
  }),
  route({
    ...{ path: '/api/v1/registrations', name: 'Registrations', scope: 'registrations' },
    keepable: false,
    summary: 'Who is registered for what in one area, a page at a time.',
    parameters: z.strictObject({
      area,
      from: z
        .string()
        .regex(/^[0-9]{1,9}$/)
        .transform(Number)
        .optional()
        .describe('`next` of the page before.'),
    }),
    answer: registrationsAnswer,
    handle: showRegistrations,
  }),
  route({
    ...{ path: '/api/v1/order', name: 'Order', scope: 'orders', keepable: false },
    summary: 'How one order and its payments stand.',
    parameters: z.strictObject({
      number: z.string().regex(orderPattern).describe('The number on the order.'),
    }),
    answer: orderAnswer,
    handle: showOrder,
  }),
];

type Given<Answer extends z.ZodType> = z.input<Answer>;

function reaches({ key, session }: Asked, code: AreaCode): boolean {
  const known = session.area.get(code);
  return known !== undefined && isWithin(key.scope, { kind: 'area', area: code }, () => known.city);
}

function showAreas(asked: Asked): Given<typeof areasAnswer> {
  const { session } = asked;
  const { catalogue } = session.adopted;
  return {
    session: { code: catalogue.code, title: catalogue.title },
    units: session.units.map(({ code, name, startsAt, endsAt }) => ({
      ...{ code, name, startsAt: instant(startsAt), endsAt: instant(endsAt) },
    })),
    areas: catalogue.areas
      .filter(({ code }) => reaches(asked, code))
      .map(({ code, name, city, county, office }) => ({
        ...{ code, name, city: { code: city, name: session.city.get(city)?.name ?? '' } },
        ...(county !== undefined && { county }),
        office: { name: office.name, phone: office.phone, hours: office.hours },
      })),
  };
}

function showPools(
  asked: Asked,
  { area: wanted }: { area?: string | undefined },
): Given<typeof poolsAnswer> | Failed {
  const { gateway, session } = asked;
  if (wanted !== undefined && !reaches(asked, wanted)) return { problem: 'not-found' };
  // Counts that nobody renews are old, and a machine would not notice.
  if (!gateway.client.ready()) return { problem: 'engine-away' };
  const codes = wanted === undefined ? [...session.area.keys()] : [wanted];
  return {
    areas: codes
      .filter((code) => reaches(asked, code))
      .flatMap((code) => poolsOf(gateway, session, code)),
  };
}

function poolsOf({ availability }: GatewayContext, session: Session, code: AreaCode) {
  const { units } = session;
  const countsOf = (type: CandidateType) => withoutLost(session, availability.counts(code, type));
  const counts = countsOf('open');
  if (counts === undefined) return [];
  const { version, courses = [] } = counts;
  const listed = ({ free, capacity }: AreaCounts, type: object) =>
    units.map((unit, place) => ({
      ...{ unit: unit.code, ...type, capacity: capacity[place] ?? 0, free: free[place] ?? 0 },
    }));
  const pools =
    counts.own === undefined
      ? listed(counts, {})
      : candidateTypes.flatMap((candidateType) =>
          listed(countsOf(candidateType) ?? counts, { candidateType }),
        );
  return [{ area: code, version, at: instant(counts.at), pools, courses }];
}

async function showRegistrations(
  asked: Asked,
  { area: wanted, from = 0 }: { area: string; from?: number | undefined },
): Promise<Given<typeof registrationsAnswer> | Failed> {
  if (!reaches(asked, wanted)) return { problem: 'not-found' };
  const { client } = asked.gateway;
  const page = await client.ask({ kind: 'registrations', area: wanted, from });
  if (page.kind !== 'registrations') return { problem: 'engine-away' };
  return {
    area: wanted,
    registrations: page.lines.map(({ number, person, registration }) => ({
      ...{ number, person, seats: registration.seats.map(seatOf) },
    })),
    ...(page.next !== undefined && { next: page.next }),
  };
}

function seatOf({ unit, course, ticket, state }: SeatView) {
  return {
    ...{ unit, course, ticket, state: state.kind },
    ...('order' in state && { order: state.order }),
    ...('until' in state && { until: instant(state.until) }),
  };
}

async function showOrder(
  asked: Asked,
  { number }: { number: string },
): Promise<Given<typeof orderAnswer> | Failed> {
  const place = placeOfNumber(number);
  if (place === undefined || !reaches(asked, place.area)) return { problem: 'not-found' };
  const { area: code, registration: from } = place;
  const page = await asked.gateway.client.ask({ kind: 'registrations', area: code, from });
  if (page.kind !== 'registrations') return { problem: 'engine-away' };
  const line = page.lines.find((one) => one.number === from);
  const order = line?.registration.orders.find((one) => one.number === number);
  if (line === undefined || order === undefined) return { problem: 'not-found' };
  return { area: code, person: line.person, ...orderOf(order) };
}

function orderOf(order: OrderView) {
  const { number, ticket, state, courses, feeFen, confirmedAt, endedAt, attempts } = order;
  return {
    ...{ number, ticket, state, feeFen, confirmedAt: instant(confirmedAt) },
    courses: courses.map(({ unit, course }) => ({ unit, course })),
    ...(endedAt !== undefined && { endedAt: instant(endedAt) }),
    ...(order.movedTo !== undefined && { movedTo: order.movedTo }),
    payments: attempts.flatMap(({ provider, paidAt, paidAs, refund }) =>
      paidAt === undefined
        ? []
        : {
            ...{ provider, amountFen: feeFen, paidAt: instant(paidAt) },
            ...(paidAs !== undefined && { paidAs }),
            ...(refund !== undefined && {
              refund: {
                requestedAt: instant(refund.requestedAt),
                ...(refund.doneAt !== undefined && { doneAt: instant(refund.doneAt) }),
              },
            }),
          },
    ),
  };
}

const instant = (at: EpochMs): string => new Date(at).toISOString();
