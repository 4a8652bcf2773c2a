/** Files that leave the desk (S1): each kind is a route of its own, with the right that it needs. */
import {
  type ExportKind,
  exportKinds,
  exportKindsByArea,
  exportTitles,
} from '../../../engine/import/export.ts';
import { hasRight, type Right } from '../../../engine/protocol/staff.ts';
import { dateOf, minuteTime } from '../../../web/china-time.ts';
import type { Reply } from '../../http.ts';
import type { Desk, Visit } from '../desk.ts';
import { away, sessionOf } from '../lookup/parts.ts';
import { deskPage, waitPage } from '../page.ts';
import { areasSeen } from '../reports/gather.ts';

const exportsWaitMs = 20_000;
const rightOfKind: Record<ExportKind, Right> = {
  registrations: 'export-people',
  candidates: 'export-people',
  orders: 'export-orders',
  audit: 'see-audit',
  pools: 'see-desk',
  session: 'see-desk',
  units: 'see-desk',
  areas: 'see-desk',
  courses: 'see-desk',
  programmes: 'see-desk',
  plans: 'see-desk',
  capacities: 'see-desk',
};
const pathOf = (kind: ExportKind): string => `/desk/export/${kind}`;

export function addExports(desk: Desk): void {
  desk.get('/desk/export', 'see-desk', showExport);
  for (const kind of exportKinds)
    desk.get(pathOf(kind), rightOfKind[kind], (visit) => giveFile(visit, kind));
}

const isTheirs = (visit: Visit, kind: ExportKind): boolean =>
  exportKindsByArea.includes(kind) || visit.within({ kind: 'province' });

/** GET /desk/export */
const showExport = (visit: Visit): Reply =>
  deskPage(visit, 200, 'export', {
    whole: visit.within({ kind: 'province' }),
    files: exportKinds
      .filter((kind) => hasRight(visit.me.roles, rightOfKind[kind]) && isTheirs(visit, kind))
      .map((kind) => ({ path: pathOf(kind), title: exportTitles[kind] })),
  });

function giveFile(visit: Visit, kind: ExportKind): Reply {
  if (!isTheirs(visit, kind)) return deskPage(visit, 403, 'refused', { why: 'scope' });
  const { context } = visit;
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const over = context.exportSlots.take(visit.me.staff);
  if (over === undefined) return waitPage(context, visit.request, 'exports', exportsWaitMs);
  const areas = visit.within({ kind: 'province' }) ? undefined : new Set(areasSeen(visit, session));
  const now = context.gateway.now();
  const stamp = `${dateOf(now)} ${minuteTime(now).replace(':', '')}`;
  return {
    ...{ status: 200, body: '', contentType: 'text/csv; charset=utf-8' },
    download: {
      name: `${exportTitles[kind]} ${stamp}.csv`,
      pieces: context.exportCsv(kind, { areas }),
      over,
    },
  };
}
