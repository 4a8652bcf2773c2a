/**
 * The desk's first page, its news once a second, and the table of every pool, also as CSV. Whoever has a
 * city or one area sees its seats, people and ledger only; how the system does is the same for all.
 */
import { stringify } from 'csv-stringify/sync';
import type { EpochMs } from '../../../engine/protocol/ids.ts';
import { hasRight } from '../../../engine/protocol/staff.ts';
import { newsOf, poolPlace, poolUnit } from '../../../web/desk/dashboard.ts';
import type { DashboardModel, PoolStanding } from '../../../web/desk/dashboard-model.ts';
import { type BoardSort, boardSorts, type DeskModels } from '../../../web/desk/view-models.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { deskPage } from '../page.ts';

function seen({ context, me, within }: Visit): DashboardModel {
  return context.dashboard.see(me.scope.kind === 'province' ? undefined : within);
}

/** GET /desk */
export const showDashboard = (visit: Visit): Reply =>
  deskPage(visit, 200, 'dashboard', dashboardOf(visit));

export const dashboardOf = (visit: Visit): DeskModels['dashboard'] => ({
  ...seen(visit),
  ...visit.context.views.scripts,
  token: visit.token(),
  mayTake: visit.within({ kind: 'province' }) && hasRight(visit.me.roles, 'acknowledge-alarms'),
});

/** GET /desk/now.json?seen= */
export function tellDashboard(visit: Visit): Reply {
  const since = Number(new URLSearchParams(visit.request.query).get('seen') ?? 0);
  const from: EpochMs = Number.isSafeInteger(since) ? since : 0;
  return {
    status: 200,
    body: JSON.stringify(newsOf(seen(visit), from)),
    contentType: 'application/json',
  };
}

/** GET /desk/board?sort= */
export function showBoard(visit: Visit): Reply {
  const typed = new URLSearchParams(visit.request.query).get('sort');
  const sort = boardSorts.find((one) => one === typed) ?? 'place';
  const { at, stale, pools } = seen(visit);
  const sorted = [...pools].sort(orders[sort]);
  return deskPage(visit, 200, 'board', { at, stale, pools: sorted, sort });
}

const last = Number.MAX_SAFE_INTEGER;
/** `place`: as the catalogue has them, which a stable sort leaves alone. */
const orders: Record<BoardSort, (one: PoolStanding, other: PoolStanding) => number> = {
  place: () => 0,
  capacity: (one, other) => other.capacity - one.capacity,
  free: (one, other) => one.free - other.free,
  unmet: (one, other) => other.unmet - one.unmet,
  soon: (one, other) => (one.emptyInMs ?? last) - (other.emptyInMs ?? last),
};

/** GET /desk/board.csv */
export function exportBoard(visit: Visit): Reply {
  const lines = seen(visit).pools.map((pool) => [
    ...[pool.area, poolPlace(pool), poolUnit(pool), pool.capacity, pool.free],
    ...counted.map((state) => pool.counted?.[state] ?? ''),
    pool.unmet,
    pool.emptyInMs === undefined ? '' : Math.round(pool.emptyInMs / 1_000),
    pool.counted === undefined ? '' : pool.counted.agrees ? '平' : '不平',
  ]);
  const body = stringify([columns, ...lines], { bom: true, escape_formulas: true });
  return { status: 200, body, contentType: 'text/csv; charset=utf-8' };
}
const counted = ['held', 'saved', 'confirmed', 'paid', 'refunding'] as const;
const columns = [
  ...['考区代码', '考区', '单元', '总数', '余位', '暂留', '已保存', '待缴费', '已缴费', '退费中'],
  ...['想报未得', '预计报满（秒）', '账本'],
];
