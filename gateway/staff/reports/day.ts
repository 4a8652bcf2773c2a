/** The evening's report and the morning's: what a booking day has left behind, and what is still to do. */
import type { EpochMs } from '../../../engine/protocol/ids.ts';
import type { AsideView, ReconciledDay } from '../../../engine/protocol/replies.ts';
import {
  type AreaReport,
  type ReportSum,
  type ReportTopic,
  reportTopics,
} from '../../../engine/protocol/reports.ts';
import { dateOf } from '../../../web/china-time.ts';
import { type SeatState, seatStates } from '../../../web/desk/lookup-models.ts';
import type { Check, DaySums } from '../../../web/desk/report-models.ts';
import type { Session } from '../../catalogue.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { areaNamed, away, queryOf, sessionOf, unknown } from '../lookup/parts.ts';
import { deskPage } from '../page.ts';
import {
  areasSeen,
  chinaOffsetMs,
  dayMs,
  daysOpened,
  gather,
  type Span,
  spanOf,
  sumReports,
} from './gather.ts';

/** GET /desk/reports?day= */
export async function showEvening(visit: Visit): Promise<Reply> {
  const found = await dayOf(visit);
  if ('reply' in found) return found.reply;
  const { session, span, whole, facts, model } = found;
  return deskPage(visit, 200, 'evening', {
    ...model,
    releasesAt: releaseIn(session, span),
    orders: whole.orders,
    asides: facts?.asides.filter(({ at }) => span.since <= at && at < span.until),
  });
}

/** GET /desk/reports/morning?day= */
export async function showMorning(visit: Visit): Promise<Reply> {
  const found = await dayOf(visit);
  if ('reply' in found) return found.reply;
  const { session, span, facts, model } = found;
  const checks = checksOf(session, span, model.total, facts?.reconciled, model.at);
  return deskPage(visit, 200, 'morning', { ...model, checks });
}

type Facts = { asides: AsideView[]; reconciled: ReconciledDay[] };

/** Of the day that the query names; without one, of the last that has opened. */
export function askedDay(visit: Visit, { adopted }: Session) {
  const now = visit.context.gateway.now();
  const days = daysOpened(adopted.calendar, now);
  const named = queryOf(visit).get('day');
  const day = named === '' ? days[0] : days.find((one) => dateOf(one) === named);
  return day === undefined ? undefined : { days, span: spanOf(adopted.calendar, day, now) };
}

async function dayOf(visit: Visit) {
  const session = sessionOf(visit);
  if (session === undefined) return { reply: away(visit) };
  const asked = askedDay(visit, session);
  if (asked === undefined) return { reply: unknown(visit) };
  const { days, span } = asked;
  const [found, facts] = await Promise.all([
    gather(visit, areasSeen(visit, session), span),
    factsFor(visit),
  ]);
  if (found === undefined || facts === 'away') return { reply: away(visit) };
  const { at, areas } = found;
  const whole = sumReports(at, areas.values());
  const lines = [...areas].map(([code, report]) => ({
    ...{ ...areaNamed(session, code), ...daySums(report) },
  }));
  const model = {
    ...{ at, day: span.day, days, areas: areas.size, total: daySums(whole) },
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
function releaseIn({ adopted }: Session, { day }: Span): EpochMs | undefined {
  const days = adopted.calendar.filter(({ opensAt }) => day <= opensAt && opensAt < day + dayMs);
  const releases = days.map(({ closesAt, releasesAt }) => Math.max(closesAt, releasesAt ?? 0));
  return releases.length === 0 ? undefined : Math.max(...releases);
}

function checksOf(
  { adopted }: Session,
  span: Span,
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
    ...(reconciled === undefined ? [] : billsOf(adopted, span, reconciled, at)),
    { name: 'window-open', state: window.state === 'open' ? 'good' : 'bad' },
    { name: 'paying-open', state: payingPaused === undefined ? 'good' : 'bad' },
    clear('areas-open', pausedAreas),
  ];
}

/** Of the day, or of the last that has closed before it. */
function billsOf(
  { calendar, settings }: Session['adopted'],
  { day }: Span,
  reconciled: readonly ReconciledDay[],
  at: EpochMs,
): Check[] {
  const closed = calendar.filter(
    ({ opensAt, closesAt }) => closesAt <= at && opensAt < day + dayMs,
  );
  const last = closed.sort((one, other) => other.closesAt - one.closesAt)[0];
  if (last === undefined) return [];
  const { opensAt, closesAt } = last;
  const lines = reconciled.filter(
    (one) => one.day === Math.floor((opensAt + chinaOffsetMs) / dayMs),
  );
  const check = { name: 'bills-agree', day: opensAt } as const;
  if (lines.length === 0)
    return [{ ...check, state: at < closesAt + settings.billsAfterMs ? 'waiting' : 'bad' }];
  const count = lines.reduce((sum, { differences }) => sum + differences, 0);
  return [{ ...check, state: count === 0 ? 'good' : 'bad', count }];
}
