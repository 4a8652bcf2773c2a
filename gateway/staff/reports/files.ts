/** The reports as CSV, each with the moment that it tells of in its name. No file names a person. */
import { csvHead, csvLines, tableCsv } from '../../../engine/import/export.ts';
import type { AreaCode } from '../../../engine/protocol/ids.ts';
import { dateOf, localTime } from '../../../web/china-time.ts';
import { seatStates } from '../../../web/desk/lookup-models.ts';
import { paperStates } from '../../../web/desk/report-models.ts';
import {
  dayColumns,
  dayNamed,
  fileNames,
  paperColumns,
  paymentColumns,
  plainYuan,
  providerNamesShown,
  type ReportFile,
  settlementColumns,
  sittingColumns,
  topicNames,
  typeNames,
} from '../../../web/desk/wording.ts';
import type { Session } from '../../catalogue.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { areaNamed, away, courseNamed, queryOf, sessionOf, unknown } from '../lookup/parts.ts';
import { askedDay, daySums } from './day.ts';
import { areasSeen, type Gathered, gather } from './gather.ts';
import { papersOf, settlementOf, sittingNumbers } from './sums.ts';

/** GET /desk/reports/file?of=&day= */
export async function sendReport(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const files = Object.keys(fileNames) as ReportFile[];
  const file = files.find((one) => one === queryOf(visit).get('of'));
  if (file === undefined) return unknown(visit);
  if (file === 'settlement') {
    const found = await settlementOf(visit);
    return found === undefined ? away(visit) : csv(file, found.at, once(settlementCsv(found)));
  }
  const asked = askedDay(visit, session);
  if (asked === undefined) return unknown(visit);
  const found = await gather(visit, areasSeen(visit, session), asked.span);
  if (found === undefined) return away(visit);
  switch (file) {
    case 'day':
      return csv(file, found.at, once(dayCsv(session, found)), dateOf(asked.span.day));
    case 'payments':
      return csv(file, found.at, once(paymentsCsv(found)));
    case 'papers':
    case 'sittings':
      return csv(file, found.at, seatsCsv(session, found, file));
  }
}

/** `day`: of what is one day's. */
function csv(file: ReportFile, at: number, pieces: AsyncIterable<string>, day?: string): Reply {
  const moment = localTime(at).replace('T', ' ').replace(':', '');
  const name = day === undefined ? fileNames[file] : `${fileNames[file]} ${day} 截至`;
  return {
    ...{ status: 200, body: '', contentType: 'text/csv; charset=utf-8' },
    download: { name: `${name} ${moment}.csv`, pieces },
  };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

const placeCells = (session: Session, area: AreaCode): string[] => {
  const { code, name, city } = areaNamed(session, area);
  return [code, name, city];
};

function dayCsv(session: Session, { areas }: Gathered): string {
  const rows = [...areas].map(([area, report]) => {
    const { sums, released, seats } = daySums(report);
    const all = ({ count, seats, fen }: typeof sums.released) => [
      ...[String(count), String(seats), plainYuan(fen)],
    ];
    return [
      ...[...placeCells(session, area), String(released), ...all(sums.released)],
      ...[...all(sums['in-grace']), ...all(sums.overdue)],
      ...seatStates.map((state) => String(seats[state])),
      ...[...all(sums['refunds-requested']), ...all(sums['refunds-done'])],
      ...[...all(sums['refunds-open']), ...all(sums['refunds-stuck']), ...all(sums.amiss)],
    ];
  });
  return tableCsv(dayColumns, rows, new Set([0]));
}

function paymentsCsv({ areas }: Gathered): string {
  const rows = [...areas.values()].flatMap(({ payments }) =>
    payments.map(({ topic, attempt, provider, amountFen, since }) => [
      ...[topicNames[topic], attempt, providerNamesShown[provider], plainYuan(amountFen)],
      localTime(since).replace('T', ' '),
    ]),
  );
  return tableCsv(paymentColumns, rows);
}

/** An area at a time: there may be many thousand lines. */
async function* seatsCsv(
  session: Session,
  found: Gathered,
  file: 'papers' | 'sittings',
): AsyncGenerator<string> {
  const [columns, numbers] =
    file === 'papers' ? [paperColumns, paperStates] : [sittingColumns, sittingNumbers];
  yield csvHead(columns);
  for (const [area, report] of found.areas) {
    const lines = papersOf(session, { at: found.at, areas: new Map([[area, report]]) });
    const rows = lines.map(({ unit, course, candidateType, ...counts }) => [
      ...[...placeCells(session, area), unit, session.unit.get(unit)?.name ?? unit],
      ...[course, courseNamed(session, course).name, typeNames[candidateType]],
      ...numbers.map((name) => String(counts[name])),
    ]);
    if (rows.length > 0) yield csvLines(rows, new Set([0, 5]));
  }
}

function settlementCsv({ lines, compared }: NonNullable<Awaited<ReturnType<typeof settlementOf>>>) {
  const rows = lines.map(({ day, provider, differences, ...money }) => [
    ...[dayNamed(day), providerNamesShown[provider]],
    ...[String(money.payments), plainYuan(money.paidFen)],
    ...[String(money.refunds), plainYuan(money.refundedFen)],
    plainYuan(money.paidFen - money.refundedFen),
    ...(compared ? [differences === undefined ? '' : String(differences)] : []),
  ]);
  return tableCsv(compared ? settlementColumns : settlementColumns.slice(0, -1), rows);
}
