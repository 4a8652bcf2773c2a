/** The evening's report and the morning's: what a booking day has left behind, and what is still to do. */
import type { EpochMs } from '../../../engine/protocol/ids.ts';
import type { AsideView, ReconciledDay } from '../../../engine/protocol/replies.ts';
import {
  type AreaReport,
  type ReportSum,
  type ReportTopic,
  reportTopics,
} from '../../../engine/protocol/reports.ts';
import { type SeatState, seatStates } from '../../../web/desk/lookup-models.ts';
import type { Check, DaySums } from '../../../web/desk/report-models.ts';
import type { Session } from '../../catalogue.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { areaNamed, away, sessionOf } from '../lookup/parts.ts';
import { deskPage } from '../page.ts';
import {
  areasSeen,
  chinaOffsetMs,
  dayMs,
  gather,
  type Span,
  spanAt,
  sumReports,
} from './gather.ts';

/** GET /desk/reports */
export async function showEvening(visit: Visit): Promise<Reply> {
  const found = await dayOf(visit);
  if (found === undefined) return away(visit);
  const { session, span, whole, facts, model } = found;
  return deskPage(visit, 200, 'evening', {
    ...model,
    releasesAt: releaseIn(session, span),
    orders: whole.orders,
    asides: facts?.asides.filter(({ at }) => span.since <= at && at < span.until),
  });
}

/** GET /desk/reports/morning */
export async function showMorning(visit: Visit): Promise<Reply> {
  const found = await dayOf(visit);
  if (found === undefined) return away(visit);
  const { session, facts, model } = found;
  const checks = checksOf(session, model.total, facts?.reconciled, model.at);
  return deskPage(visit, 200, 'morning', { ...model, checks });
}

type Facts = { asides: AsideView[]; reconciled: ReconciledDay[] };

async function dayOf(visit: Visit) {
  const session = sessionOf(visit);
  if (session === undefined) return undefined;
  const span = spanAt(session.adopted.calendar, visit.context.gateway.now());
  const [found, facts] = await Promise.all([
    gather(visit, areasSeen(visit, session), span),
    factsFor(visit),
  ]);
  if (found === undefined || facts === 'away') return undefined;
  const { at, areas } = found;
  const whole = sumReports(at, areas.values());
  const lines = [...areas].map(([code, report]) => ({
    ...{ ...areaNamed(session, code), ...daySums(report) },
  }));
  const model = {
    ...{ at, day: span.since, areas: areas.size, total: daySums(whole) },
    lines: lines.filter(isUnsettled),
    payments: whole.payments,
  };
  return { session, span, whole, facts, model };
}

/** What fits no order, and the bills: the province's to see. */
export async function factsFor(visit: Visit): Promise<Facts | undefined | 'away'> {
  if (!visit.within({ kind: 'province' })) return undefined;
  const { client } = visit.context.gateway;
  const facts = await client.askAt(client.layout.session, { kind: 'asides' });
  return facts.kind === 'asides' ? facts : 'away';
}

const none: ReportSum = { count: 0, seats: 0, fen: 0 };

export function daySums({ sums, releasedRegistrations, seats }: AreaReport): DaySums {
  const of = (topic: ReportTopic): ReportSum => sums.find((one) => one.topic === topic) ?? none;
  const seatsIn = (state: SeatState) => seats.reduce((sum, one) => sum + one[state], 0);
  return {
    sums: Object.fromEntries(reportTopics.map((topic) => [topic, of(topic)])) as DaySums['sums'],
    released: releasedRegistrations,
    seats: Object.fromEntries(
      seatStates.map((state) => [state, seatsIn(state)]),
    ) as DaySums['seats'],
  };
}

const open: readonly ReportTopic[] = ['in-grace', 'overdue', 'refunds-open', 'amiss'];
const isUnsettled = ({ sums, seats }: DaySums): boolean =>
  seats.saved + seats.confirmed > 0 || open.some((topic) => sums[topic].count > 0);

/** When the last of that day's seats are released. */
function releaseIn({ adopted }: Session, { since }: Span): EpochMs | undefined {
  const days = adopted.calendar.filter(
    ({ opensAt }) => since <= opensAt && opensAt < since + dayMs,
  );
  const releases = days.map(({ closesAt, releasesAt }) => Math.max(closesAt, releasesAt ?? 0));
  return releases.length === 0 ? undefined : Math.max(...releases);
}

function checksOf(
  { adopted }: Session,
  { sums }: DaySums,
  reconciled: readonly ReconciledDay[] | undefined,
  at: EpochMs,
): Check[] {
  const { window, payingPaused, areaPauses } = adopted;
  const clear = (name: Check['name'], count: number): Check => ({
    ...{ name, state: count === 0 ? 'good' : 'bad', count },
  });
  const pausedAreas = (areaPauses ?? []).filter(({ pools }) => pools.length > 0).length;
  return [
    clear('released', sums.overdue.count),
    clear('grace-over', sums['in-grace'].count),
    clear('refunds-flow', sums['refunds-stuck'].count),
    clear('nothing-amiss', sums.amiss.count),
    ...(reconciled === undefined ? [] : billsOf(adopted, reconciled, at)),
    { name: 'window-open', state: window.state === 'open' ? 'good' : 'bad' },
    { name: 'paying-open', state: payingPaused === undefined ? 'good' : 'bad' },
    clear('areas-open', pausedAreas),
  ];
}

/** Of the last day that has closed. */
function billsOf(
  { calendar, settings }: Session['adopted'],
  reconciled: readonly ReconciledDay[],
  at: EpochMs,
): Check[] {
  const closed = calendar.filter(({ closesAt }) => closesAt <= at);
  const last = closed.sort((one, other) => other.closesAt - one.closesAt)[0];
  if (last === undefined) return [];
  const close = last.closesAt;
  const day = Math.floor((last.opensAt + chinaOffsetMs) / dayMs);
  const lines = reconciled.filter((one) => one.day === day);
  const name = 'bills-agree';
  if (lines.length === 0)
    return [{ name, state: at < close + settings.billsAfterMs ? 'waiting' : 'bad' }];
  const count = lines.reduce((sum, { differences }) => sum + differences, 0);
  return [{ name, state: count === 0 ? 'good' : 'bad', count }];
}
