/** After the session: how many papers of each course are needed where, who has a desk, and the money of each day. */
import type { ReconciledDay } from '../../../engine/protocol/replies.ts';
import type { ReportedMoney, ReportedSeats } from '../../../engine/protocol/reports.ts';
import { type SeatState, seatStates } from '../../../web/desk/lookup-models.ts';
import type {
  PapersGroup,
  SeatCounts,
  SettlementLine,
  SittingCounts,
} from '../../../web/desk/report-models.ts';
import type { Session } from '../../catalogue.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { areaNamed, away, courseNamed, queryOf, sessionOf, unknown } from '../lookup/parts.ts';
import { deskPage } from '../page.ts';
import { daySums, factsFor } from './day.ts';
import { added, areasSeen, type Gathered, gather, spanAt, sumReports } from './gather.ts';

/** GET /desk/reports/papers?area=&unit=&course= */
export async function showPapers(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const query = queryOf(visit);
  const [area, unit, course] = [query.get('area'), query.get('unit'), query.get('course')];
  const seen = areasSeen(visit, session);
  if (area !== '' && !seen.includes(area)) return unknown(visit);
  if (unit !== '' && !session.unit.has(unit)) return unknown(visit);
  if (course !== '' && !session.course.has(course)) return unknown(visit);
  const span = spanAt(session.adopted.calendar, visit.context.gateway.now());
  const found = await gather(visit, area === '' ? seen : [area], span);
  if (found === undefined) return away(visit);
  const groups = groupsOf(session, found, { unit, course });
  return deskPage(visit, 200, 'papers', {
    ...{ at: found.at, areas: found.areas.size, area, unit, units: session.units, groups },
    choices: seen.map((code) => areaNamed(session, code)),
    course: course === '' ? undefined : courseNamed(session, course),
    sum: countsOf(groups.map(({ sum }) => sum)),
    amiss: amissIn(found),
  });
}

/** GET /desk/reports/sittings?unit= */
export async function showSittings(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const unit = queryOf(visit).get('unit');
  if (unit !== '' && !session.unit.has(unit)) return unknown(visit);
  const span = spanAt(session.adopted.calendar, visit.context.gateway.now());
  const found = await gather(visit, areasSeen(visit, session), span);
  if (found === undefined) return away(visit);
  const entries = papersOf(session, found);
  const shown = entries.filter((one) => unit === '' || one.unit === unit);
  const lines = added(shown, ({ area }) => area, sittingNumbers);
  return deskPage(visit, 200, 'sittings', {
    ...{ at: found.at, areas: found.areas.size, unit, units: session.units },
    byUnit: session.units.map((one) => ({
      unit: one,
      counts: sittingsOf(entries.filter((entry) => entry.unit === one.code)),
    })),
    lines: lines.flatMap((line) =>
      line.paid === 0 ? [] : [{ ...areaNamed(session, line.area), counts: sittingsOf([line]) }],
    ),
    sum: sittingsOf(shown),
    amiss: amissIn(found),
  });
}

export const sittingNumbers = ['paid', 'arranged', 'absent'] as const;
function sittingsOf(all: readonly ReportedSeats[]): SittingCounts {
  const sum = (name: keyof SittingCounts) => all.reduce((whole, one) => whole + one[name], 0);
  return { paid: sum('paid'), arranged: sum('arranged'), absent: sum('absent') };
}

/** Payments with neither seat nor refund: there must be none. */
const amissIn = ({ at, areas }: Gathered): number =>
  daySums(sumReports(at, areas.values())).sums.amiss.count;

/** One line in an area, of a course, for people of one type. */
export type PapersEntry = { area: string } & ReportedSeats;

/** By area as the session lists them, then by unit and course. */
export function papersOf(session: Session, { areas }: Gathered): PapersEntry[] {
  const order = session.units.map(({ code }) => code);
  const placeOf = ({ unit, course, candidateType }: ReportedSeats) =>
    `${String(order.indexOf(unit)).padStart(3, '0')} ${course} ${candidateType}`;
  return [...areas].flatMap(([area, { seats }]) =>
    seats
      .map((one) => ({ area, ...one }))
      .sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1)),
  );
}

function groupsOf(
  session: Session,
  found: Gathered,
  { unit, course }: { unit: string; course: string },
): PapersGroup[] {
  const entries = papersOf(session, found).filter(
    (one) => (unit === '' || one.unit === unit) && (course === '' || one.course === course),
  );
  const codeOf = (one: PapersEntry) => (course === '' ? one.course : one.area);
  const nameOf = (code: string) =>
    course === '' ? courseNamed(session, code).name : areaTold(session, code);
  return session.units.flatMap((one): PapersGroup[] => {
    const own = added(
      entries.filter((entry) => entry.unit === one.code),
      codeOf,
      seatStates,
    );
    if (own.length === 0) return [];
    const lines = own
      .map((entry) => ({ code: codeOf(entry), counts: countsOf([entry]) }))
      .sort((left, right) => (left.code < right.code ? -1 : 1))
      .map((line) => ({ ...line, name: nameOf(line.code) }));
    return [{ unit: one, lines, sum: countsOf(lines.map(({ counts }) => counts)) }];
  });
}

function areaTold(session: Session, code: string): string {
  const { city, name } = areaNamed(session, code);
  return `${city} ${name}`;
}

function countsOf(all: readonly SeatCounts[]): SeatCounts {
  const sum = (state: SeatState) => all.reduce((whole, one) => whole + one[state], 0);
  return Object.fromEntries(seatStates.map((state) => [state, sum(state)])) as SeatCounts;
}

/** GET /desk/reports/settlement */
export async function showSettlement(visit: Visit): Promise<Reply> {
  const found = await settlementOf(visit);
  if (found === undefined) return away(visit);
  return deskPage(visit, 200, 'settlement', found);
}

export async function settlementOf(visit: Visit) {
  const session = sessionOf(visit);
  if (session === undefined) return undefined;
  const span = spanAt(session.adopted.calendar, visit.context.gateway.now());
  const [found, facts] = await Promise.all([
    gather(visit, areasSeen(visit, session), span),
    factsFor(visit),
  ]);
  if (found === undefined || facts === 'away') return undefined;
  const { at, areas } = found;
  const lines = withBills(sumReports(at, areas.values()).money, facts?.reconciled ?? []);
  const sum = { payments: 0, paidFen: 0, refunds: 0, refundedFen: 0 };
  for (const line of lines) {
    sum.payments += line.payments;
    sum.paidFen += line.paidFen;
    sum.refunds += line.refunds;
    sum.refundedFen += line.refundedFen;
  }
  return { at, areas: areas.size, lines, sum, compared: facts !== undefined };
}

/** Also days on which only the bill has something. */
function withBills(
  money: readonly ReportedMoney[],
  reconciled: readonly ReconciledDay[],
): SettlementLine[] {
  const isOf = (one: { day: number; provider: string }, other: typeof one) =>
    one.day === other.day && one.provider === other.provider;
  const billed = reconciled
    .filter((bill) => !money.some((line) => isOf(line, bill)))
    .map(({ day, provider }) => ({
      ...{ day, provider, payments: 0, paidFen: 0, refunds: 0, refundedFen: 0 },
    }));
  return [...money, ...billed]
    .map((line) => {
      const bill = reconciled.find((one) => isOf(one, line));
      return { ...line, ...(bill === undefined ? {} : { differences: bill.differences }) };
    })
    .sort((one, other) => other.day - one.day || (one.provider < other.provider ? -1 : 1));
}
