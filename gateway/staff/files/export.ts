/** Files that leave the desk (S1, S5): each kind is a route of its own, with the right that it needs. */
import {
  type ExportKind,
  type ExportOptions,
  exportKinds,
  exportKindsByArea,
  exportTitles,
} from '../../../engine/import/export.ts';
import type { AreaCode } from '../../../engine/protocol/ids.ts';
import { hasRight, type Right, type Scope, textOfScope } from '../../../engine/protocol/staff.ts';
import { dateOf, minuteTime } from '../../../web/china-time.ts';
import type { FilesModels } from '../../../web/desk/files-models.ts';
import { emptyForm, type Form } from '../../form.ts';
import type { Reply } from '../../http.ts';
import { sendForm } from '../../sign-in/send.ts';
import { type Desk, deciderOf, type FormVisit, type Visit } from '../desk.ts';
import { reasonIn } from '../lines.ts';
import { areaNamed, away, queryOf, sessionOf, unknown } from '../lookup/parts.ts';
import { deskPage, waitPage } from '../page.ts';
import { areasSeen } from '../reports/gather.ts';

const exportsWaitMs = 20_000;
const rightOfKind: Record<ExportKind, Right> = {
  registrations: 'export-people',
  candidates: 'export-people',
  arrangement: 'export-people',
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
  desk.get('/desk/export', 'see-desk', (visit) => exportPage(visit, 200, visit.token()));
  desk.post('/desk/export/in-full', 'see-in-full', giveInFull, { stepUp: true });
  for (const kind of exportKinds)
    desk.get(pathOf(kind), rightOfKind[kind], (visit) => giveFile(visit, kind));
}

const isTheirs = (visit: Visit, kind: ExportKind): boolean =>
  exportKindsByArea.includes(kind) || visit.within({ kind: 'province' });

function exportPage(
  visit: Visit,
  status: number,
  token: string,
  problem?: FilesModels['export']['problem'],
): Reply {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  return deskPage(visit, status, 'export', {
    whole: visit.within({ kind: 'province' }),
    files: exportKinds
      .filter((kind) => hasRight(visit.me.roles, rightOfKind[kind]) && isTheirs(visit, kind))
      .map((kind) => ({ path: pathOf(kind), title: exportTitles[kind] })),
    areas: areasSeen(visit, session).map((code) => areaNamed(session, code)),
    units: session.units,
    token,
    ...(problem !== undefined && { problem }),
  });
}

/** GET /desk/export/<kind>; of an arrangement ?area=&unit= too. */
function giveFile(visit: Visit, kind: ExportKind): Reply {
  if (!isTheirs(visit, kind)) return deskPage(visit, 403, 'refused', { why: 'scope' });
  const byArea = exportKindsByArea.includes(kind);
  const part = partOf(visit, byArea ? queryOf(visit) : emptyForm);
  if ('reply' in part) return part.reply;
  const over = slotFor(visit);
  return over === undefined ? noSlot(visit) : fileOf(visit, kind, part, over);
}

const slotFor = ({ context, me }: Visit): (() => void) | undefined =>
  context.exportSlots.take(me.staff);
const noSlot = ({ context, request }: Visit): Reply =>
  waitPage(context, request, 'exports', exportsWaitMs);

/** POST /desk/export/in-full: an arrangement with ticket numbers, once the journal has who takes it. */
async function giveInFull(visit: FormVisit): Promise<Reply> {
  const { context, request, form, me } = visit;
  const part = partOf(visit, request.form);
  if ('reply' in part) return part.reply;
  const reason = reasonIn(request.form);
  const scope: Scope = part.area === undefined ? me.scope : { kind: 'area', area: part.area };
  const body = {
    ...({ kind: 'note-export', what: 'arrangement', scope, reason } as const),
    ...deciderOf(visit),
  };
  const over = slotFor(visit);
  // The journal has no file that did not leave.
  if (over === undefined) return noSlot(visit);
  const about = `arrangement~${textOfScope(scope)}~${reason}`;
  const reply = await sendForm(context.gateway, form, body, about);
  if (reply.kind === 'accepted')
    return fileOf(visit, 'arrangement', { ...part, inFull: true }, over);
  over();
  if (reply.kind === 'unknown') return away(visit);
  return exportPage(visit, 422, request.form.get('token'), { reason: reply.reason });
}

type Part = Pick<ExportOptions, 'areas' | 'unit' | 'inFull'> & { area?: AreaCode };

/** What an address or a form asks for, within the scope of who asks. */
function partOf(visit: Visit, asked: Form): Part | { reply: Reply } {
  const session = sessionOf(visit);
  if (session === undefined) return { reply: away(visit) };
  const [area, unit] = [asked.get('area'), asked.get('unit')];
  const seen = areasSeen(visit, session);
  if ((area !== '' && !seen.includes(area)) || (unit !== '' && !session.unit.has(unit)))
    return { reply: unknown(visit) };
  const whole = area === '' && visit.within({ kind: 'province' });
  return {
    ...(area === '' ? {} : { area }),
    ...(unit === '' ? {} : { unit }),
    ...(whole ? {} : { areas: new Set(area === '' ? seen : [area]) }),
  };
}

/** `over`: once it has left, or broken off. */
function fileOf(
  visit: Visit,
  kind: ExportKind,
  { area, ...options }: Part,
  over: () => void,
): Reply {
  const { context } = visit;
  const now = context.gateway.now();
  const named = [area, options.unit].flatMap((code) => code ?? []);
  const name = [exportTitles[kind], ...named, dateOf(now), minuteTime(now).replace(':', '')];
  return {
    ...{ status: 200, body: '', contentType: 'text/csv; charset=utf-8' },
    download: { name: `${name.join(' ')}.csv`, pieces: context.exportCsv(kind, options), over },
  };
}
