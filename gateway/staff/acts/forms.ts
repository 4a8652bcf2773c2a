/** The pages that acts begin on: what stands now, and a form for each thing that may be done there. */

import type { EpochMs } from '../../../engine/protocol/ids.ts';
import { opaquePattern } from '../../../engine/protocol/ids.ts';
import { partitionOfArea } from '../../../engine/protocol/layout.ts';
import type { BookingDay } from '../../../engine/protocol/session.ts';
import { type ActKind, hasRight, rightOf } from '../../../engine/protocol/staff.ts';
import type { AreaPaused, DayState, May } from '../../../web/desk/act-models.ts';
import type { AreaName } from '../../../web/desk/lookup-models.ts';
import { pausesIn, type Session } from '../../catalogue.ts';
import { emptyForm, formOf } from '../../form.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { candidateOf, sessionOf, unknown } from '../lookup/parts.ts';
import { deskPage, waitPage } from '../page.ts';

const province = { kind: 'province' } as const;
const inSession: readonly ActKind[] = [
  ...(['pause-window', 'open-window', 'set-paying', 'set-hold', 'set-booking-proof'] as const),
  'publish-notice',
];
const inArea: readonly ActKind[] = [
  ...(['set-capacity', 'set-course-caps', 'pause-pools', 'open-pools', 'release-unpaid'] as const),
];
const forPerson: readonly ActKind[] = [
  ...(['unbind-phone-for', 'reset-to-activation', 'end-sign-ins-for'] as const),
  ...(['withdraw-for', 'refund-for'] as const),
];

const mayOf = (visit: Visit, kinds: readonly ActKind[], reaches: boolean): May =>
  Object.fromEntries(
    kinds.map((kind) => [kind, reaches && hasRight(visit.me.roles, rightOf[kind])]),
  );

/** GET /desk/window */
export function showWindow(visit: Visit): Reply {
  const session = sessionOf(visit);
  if (session === undefined) return waitPage(visit.context, visit.request, 'away');
  const { window, payingPaused, notice, settings, areaPauses = [] } = session.adopted;
  const now = visit.context.gateway.now();
  const whole = visit.within(province);
  const mayRelease = hasRight(visit.me.roles, rightOf['release-unpaid']);
  const cities = session.adopted.catalogue.cities.filter(({ code }) =>
    session.areasOfCity.get(code)?.some((area) => visit.within(area.code)),
  );
  return deskPage(visit, 200, 'window', {
    ...{ token: visit.token(), window, bookingProof: settings.bookingProof },
    may: { ...mayOf(visit, inSession, whole), 'release-unpaid': mayRelease && cities.length > 0 },
    ...(payingPaused === undefined ? {} : { payingPaused }),
    ...(notice === undefined || notice.until <= now ? {} : { notice }),
    ...{ holdMs: settings.holdMs, holdMaxMs: settings.holdMaxMs, cities },
    paused: areaPauses.flatMap(({ area, pools }): AreaPaused[] =>
      pools.length > 0 && visit.within(area) ? [{ area: nameOf(session, area), pools }] : [],
    ),
  });
}

/** GET /desk/calendar */
export function showCalendar(visit: Visit): Reply {
  const session = sessionOf(visit);
  if (session === undefined) return waitPage(visit.context, visit.request, 'away');
  const now = visit.context.gateway.now();
  return deskPage(visit, 200, 'calendar', {
    token: visit.token(),
    mayChange: visit.within(province) && hasRight(visit.me.roles, rightOf['set-calendar']),
    days: session.adopted.calendar.map((day) => ({ ...day, state: stateOf(day, now) })),
  });
}

function stateOf({ opensAt, closesAt, releasesAt }: BookingDay, now: EpochMs): DayState {
  if (now < opensAt) return 'ahead';
  return now < Math.max(closesAt, releasesAt ?? 0) ? 'begun' : 'over';
}

/** GET /desk/area/change?area= */
export async function showPools(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return waitPage(visit.context, visit.request, 'away');
  const area = session.area.get((formOf(visit.request.query) ?? emptyForm).get('area'));
  if (area === undefined) return unknown(visit);
  if (!visit.within(area.code)) return deskPage(visit, 403, 'refused', { why: 'scope' });
  const { client, availability } = visit.context.gateway;
  const partition = partitionOfArea(client.layout, area.code);
  const answer = await client.askAt(partition, { kind: 'balance', area: area.code });
  if (answer.kind !== 'balance') return waitPage(visit.context, visit.request, 'away');
  return deskPage(visit, 200, 'pools', {
    ...{ token: visit.token(), area: nameOf(session, area.code), units: session.units },
    may: mayOf(visit, inArea, true),
    pools: answer.pools.map(({ unit, candidateType, capacity, free }) => ({
      ...{ unit, capacity, taken: capacity - free },
      ...(candidateType === undefined ? {} : { candidateType }),
    })),
    caps: (availability.counts(area.code, 'open')?.courses ?? []).map(({ course, cap, free }) => ({
      ...{ course, name: session.course.get(course)?.name ?? '', cap, free },
    })),
    paused: pausesIn(session.adopted, area.code),
  });
}

/** GET /desk/candidate/acts?person= */
export async function showCandidateActs(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return waitPage(visit.context, visit.request, 'away');
  const person = (formOf(visit.request.query) ?? emptyForm).get('person');
  if (!opaquePattern.test(person)) return unknown(visit);
  const { client } = visit.context.gateway;
  const asked = await candidateOf(visit, person);
  if (asked.kind === 'away') return waitPage(visit.context, visit.request, 'away');
  if (asked.kind === 'none') return unknown(visit);
  const candidate = asked.found;
  const area = candidate.claim?.area;
  const scope = area === undefined ? province : ({ kind: 'area', area } as const);
  // Who had their area before may see them still, and knows that they are there.
  if (!visit.within(scope)) return deskPage(visit, 403, 'refused', { why: 'scope' });
  const registered =
    area === undefined ? undefined : await client.ask({ kind: 'registration', area, person });
  if (registered !== undefined && registered.kind !== 'registration')
    return waitPage(visit.context, visit.request, 'away');
  const orders = registered?.registration.orders ?? [];
  return deskPage(visit, 200, 'candidateActs', {
    ...{ token: visit.token(), person, scope, may: mayOf(visit, forPerson, true) },
    ...{ nameMask: candidate.nameMask, documentMask: candidate.documentMask },
    ...{
      phoneMask: candidate.phone?.mask,
      area: area === undefined ? area : nameOf(session, area),
    },
    orders: orders
      .filter(({ state }) => state === 'confirmed' || state === 'paid')
      .map(({ number, state, feeFen }) => ({ number, state, feeFen })),
    lastClose: session.adopted.calendar
      .filter((one) => (one.candidateType ?? candidate.candidateType) === candidate.candidateType)
      .at(-1)?.closesAt,
  });
}

function nameOf(session: Session, code: string): AreaName {
  const area = session.area.get(code);
  const city = session.city.get(area?.city ?? '')?.name ?? '';
  return { code, name: area?.name ?? code, city };
}
