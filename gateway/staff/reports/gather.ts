/**
 * The sums of all areas within the scope of who looks, asked of the engine area by area, a few at a
 * time, so that a report never stands between candidates and their seats. One area that does not answer
 * is no report: a sum that leaves somebody out would be believed.
 */
import type { AreaCode, EpochMs } from '../../../engine/protocol/ids.ts';
import type { AreaReport } from '../../../engine/protocol/reports.ts';
import type { BookingDay } from '../../../engine/protocol/session.ts';
import type { Session } from '../../catalogue.ts';
import type { Visit } from '../desk.ts';

/** On their way at once for one report. */
const asksAtOnce = 4;
export const chinaOffsetMs = 8 * 3_600_000;
export const dayMs = 86_400_000;

/** What counts as of one booking day, named by its midnight: from its opening until the next one opens. */
export type Span = { day: EpochMs; since: EpochMs; until: EpochMs };
export type Gathered = { at: EpochMs; areas: ReadonlyMap<AreaCode, AreaReport> };

/** Midnights of the days that have opened, the newest first; before the first, today's. */
export function daysOpened(calendar: readonly BookingDay[], now: EpochMs): [EpochMs, ...EpochMs[]] {
  const opened = calendar.map(({ opensAt }) => opensAt).filter((at) => at <= now);
  const days = [...new Set(opened.map(chinaMidnight))].sort((one, other) => other - one);
  const [last = chinaMidnight(now), ...earlier] = days;
  return [last, ...earlier];
}
export function spanOf(calendar: readonly BookingDay[], day: EpochMs, now: EpochMs): Span {
  const openings = calendar.map(({ opensAt }) => opensAt);
  const own = openings.filter((at) => chinaMidnight(at) === day);
  const later = openings.filter((at) => at >= day + dayMs);
  // Before the first day, or after the last, there is no opening to begin or end with.
  return { day, since: Math.min(...own, now), until: Math.min(...later, now + dayMs) };
}
/** Of the last day that has opened. */
export const spanAt = (calendar: readonly BookingDay[], now: EpochMs): Span =>
  spanOf(calendar, daysOpened(calendar, now)[0], now);
const chinaMidnight = (at: EpochMs): EpochMs => at - ((at + chinaOffsetMs) % dayMs);

export const areasSeen = (visit: Visit, session: Session): AreaCode[] =>
  session.adopted.catalogue.areas.map(({ code }) => code).filter((code) => visit.within(code));

/** In the order of `wanted`; undefined: somebody did not answer. */
export async function gather(
  { context }: Visit,
  wanted: readonly AreaCode[],
  { since, until }: Span,
): Promise<Gathered | undefined> {
  const { client, now } = context.gateway;
  const at = now();
  const found = new Map<AreaCode, AreaReport>();
  const left = wanted.values();
  let silent = false;
  const worker = async () => {
    for (const area of left) {
      const pages: AreaReport[] = [];
      for (let from: number | undefined = 0; from !== undefined && !silent; ) {
        const page: Awaited<ReturnType<typeof ask>> = await ask(area, from);
        if (page.kind !== 'report') silent = true;
        else pages.push(page.report);
        from = page.kind === 'report' ? page.next : undefined;
      }
      found.set(area, sumReports(at, pages));
    }
  };
  const ask = (area: AreaCode, from: number) =>
    client.ask({ kind: 'report', area, since, until, from } as const);
  await Promise.all(Array.from({ length: asksAtOnce }, worker));
  if (silent) return undefined;
  const areas = wanted.flatMap((area) => {
    const report = found.get(area);
    return report === undefined ? [] : [[area, report] as const];
  });
  return { at, areas: new Map(areas) };
}

/** Pages of one area, or areas. */
export function sumReports(at: EpochMs, reports: Iterable<AreaReport>): AreaReport {
  const all = [...reports];
  return {
    at,
    seats: added(
      all.flatMap(({ seats }) => seats),
      ({ unit, course, candidateType }) => `${unit} ${course} ${candidateType}`,
      ['held', 'saved', 'confirmed', 'paid', 'refunding', 'arranged', 'absent'],
    ),
    orders: added(
      all.flatMap(({ orders }) => orders),
      ({ state }) => state,
      ['count', 'seats', 'fen'],
    ),
    sums: added(
      all.flatMap(({ sums }) => sums),
      ({ topic }) => topic,
      ['count', 'seats', 'fen'],
    ),
    releasedRegistrations: all.reduce((sum, one) => sum + one.releasedRegistrations, 0),
    money: added(
      all.flatMap(({ money }) => money),
      ({ day, provider }) => `${day} ${provider}`,
      ['payments', 'paidFen', 'refunds', 'refundedFen'],
    ),
    payments: all.flatMap(({ payments }) => payments),
  };
}

/** One line for each name, with the numbers of all that bear it. */
export function added<Number extends string, Line extends { readonly [Name in Number]: number }>(
  lines: readonly Line[],
  nameOf: (line: Line) => string,
  numbers: readonly Number[],
): Line[] {
  const sums = new Map<string, Record<Number, number>>();
  for (const line of lines) {
    const name = nameOf(line);
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, { ...line });
    else for (const number of numbers) sum[number] += line[number];
  }
  return [...sums.values()] as Line[];
}
