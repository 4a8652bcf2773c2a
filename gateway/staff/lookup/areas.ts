/** From the province to a pool: areas with their free seats, one area, and who holds what in one pool. */
import type { AreaCode } from '../../../engine/protocol/ids.ts';
import { ticketMask } from '../../../engine/protocol/masks.ts';
import type { SeatView } from '../../../engine/protocol/replies.ts';
import { candidateTypes } from '../../../engine/protocol/session.ts';
import {
  type AreaLine,
  type AreaPools,
  type AreaSort,
  areaSorts,
  type PoolCount,
  type SeatLine,
  seatStates,
} from '../../../web/desk/lookup-models.ts';
import { levelOf } from '../../availability.ts';
import { lostIn, type Session } from '../../catalogue.ts';
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

/** GET /desk/areas?city=&sort=&down= */
export function showAreas(visit: Visit): Reply {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const query = queryOf(visit);
  const own = session.adopted.catalogue.areas.filter(({ code }) => visit.within(code));
  const cities = session.adopted.catalogue.cities.filter(({ code }) =>
    own.some(({ city }) => city === code),
  );
  const city = cities.some(({ code }) => code === query.get('city')) ? query.get('city') : '';
  const sort = sortIn(query.get('sort'));
  const down = query.has('down');
  const lines = own
    .filter((area) => city === '' || area.city === city)
    .map(({ code, name, city: of }): AreaLine => {
      const pools = poolsIn(visit, session, code);
      return { code, name, city: session.city.get(of)?.name ?? of, pools, ...sumOf(pools) };
    })
    .sort((one, other) => compareBy(sort, one, other) * (down ? -1 : 1));
  return deskPage(visit, 200, 'areas', {
    ...{ city, cities, sort, down, lines, units: session.units },
  });
}

const sortIn = (typed: string): AreaSort => areaSorts.find((sort) => sort === typed) ?? 'code';

function compareBy(sort: AreaSort, one: AreaLine, other: AreaLine): number {
  const byCode = one.code < other.code ? -1 : 1;
  if (sort === 'code') return byCode;
  if (sort === 'full') return fullOf(one) - fullOf(other) || byCode;
  return one[sort] - other[sort] || byCode;
}
const fullOf = ({ pools }: AreaLine): number =>
  pools.filter((pool) => pool?.level === 'full').length;

/** In the order of the session's units; undefined: not heard of so far. */
function poolsIn(
  { context }: Visit,
  { units }: Session,
  area: AreaCode,
  type: (typeof candidateTypes)[number] = 'open',
): (PoolCount | undefined)[] {
  const counts = context.gateway.availability.counts(area, type);
  return units.map((_, place) => {
    const [free, capacity] = [counts?.free[place], counts?.capacity[place]];
    if (free === undefined || capacity === undefined) return undefined;
    return { free, capacity, level: levelOf(free, capacity) };
  });
}

function sumOf(pools: readonly (PoolCount | undefined)[]): { free: number; capacity: number } {
  const sum = { free: 0, capacity: 0 };
  for (const pool of pools) {
    sum.free += pool?.free ?? 0;
    sum.capacity += pool?.capacity ?? 0;
  }
  return sum;
}

/** GET /desk/area?area= */
export function showArea(visit: Visit): Reply {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const area = areaIn(visit, session);
  if (typeof area === 'object' && 'status' in area) return area;
  const counts = visit.context.gateway.availability.counts(area.code, 'open');
  const types = counts?.own === undefined ? [] : candidateTypes;
  const pools: AreaPools[] =
    types.length === 0
      ? [{ pools: poolsIn(visit, session, area.code) }]
      : types.map((candidateType) => ({
          candidateType,
          pools: poolsIn(visit, session, area.code, candidateType),
        }));
  return deskPage(visit, 200, 'area', {
    area: areaNamed(session, area.code),
    office: area.office,
    units: session.units,
    pools,
    at: counts?.at,
    lost: lostIn(session.adopted, area.code)?.units,
    capped: (counts?.courses ?? []).map(({ course, free, cap }) => ({
      ...{ course: courseNamed(session, course), free, cap },
    })),
  });
}

/** GET /desk/pool?area=&unit=&state=&course=&from= */
export async function showPool(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const area = areaIn(visit, session);
  if (typeof area === 'object' && 'status' in area) return area;
  const query = queryOf(visit);
  const unit = session.unit.get(query.get('unit'));
  if (unit === undefined) return unknown(visit);
  const state = seatStates.find((one) => one === query.get('state'));
  const course = query.get('course');
  const from = numberIn(query, 'from');
  if (from === undefined) return unknown(visit);
  const isWanted = (seat: SeatView): boolean =>
    seat.unit === unit.code &&
    (state === undefined || seat.state.kind === state) &&
    (course === '' || seat.course === course);
  const found = await registeredFrom(visit, area.code, from, ({ person, registration }) =>
    registration.seats.filter(isWanted).map((seat) => ({ person, seat })),
  );
  if (found === undefined) return away(visit);
  const lines = await named(visit, session, found.lines);
  if (lines === undefined) return away(visit);
  return deskPage(visit, 200, 'pool', {
    area: areaNamed(session, area.code),
    unit,
    courses: session.adopted.catalogue.courses.filter((one) => one.unit === unit.code),
    state,
    course,
    from,
    lines,
    next: found.next,
  });
}

type Found = { person: string; seat: SeatView };

/** Masked: the page of a candidate shows more, to who may see it. */
async function named(
  { context }: Visit,
  session: Session,
  found: readonly Found[],
): Promise<SeatLine[] | undefined> {
  const { client } = context.gateway;
  // All at once: the client makes one message of them.
  const answers = await Promise.all(
    found.map(({ person }) => client.ask({ kind: 'candidate', person })),
  );
  const lines: SeatLine[] = [];
  for (const [place, { person, seat }] of found.entries()) {
    const answer = answers[place];
    if (answer?.kind !== 'candidate') return undefined;
    const { ticket, course, state } = seat;
    lines.push({
      person,
      nameMask: answer.candidate?.nameMask ?? '',
      documentMask: answer.candidate?.documentMask ?? '',
      ticketMask: ticketMask(ticket),
      course: courseNamed(session, course),
      state: state.kind,
      ...('order' in state ? { order: state.order } : {}),
      ...('until' in state ? { until: state.until } : {}),
    });
  }
  return lines;
}

/** The area that the query names, if it is there and within the scope of who looks. */
function areaIn(visit: Visit, session: Session) {
  const area = session.area.get(queryOf(visit).get('area'));
  if (area === undefined) return unknown(visit);
  if (!visit.within(area.code)) return deskPage(visit, 403, 'refused', { why: 'scope' });
  return area;
}
