/** The menu of the desk: each entry is shown to those whose role has its right. */
import { hasRight, type Right, type Role } from '../../engine/protocol/staff.ts';

type Entry = { path: string; name: string; right: Right };

/** The longest path that a page's own begins with is its entry. */
export const navigation: readonly Entry[] = [
  { path: '/desk', name: '值守', right: 'see-desk' },
  { path: '/desk/areas', name: '考区', right: 'see-desk' },
  { path: '/desk/candidates', name: '考生', right: 'see-candidates' },
  { path: '/desk/orders', name: '订单', right: 'see-orders' },
  { path: '/desk/money', name: '对账', right: 'see-orders' },
  { path: '/desk/reports', name: '报表', right: 'see-orders' },
  { path: '/desk/acts', name: '操作', right: 'see-desk' },
  { path: '/desk/window', name: '开关', right: 'see-desk' },
  { path: '/desk/calendar', name: '日程', right: 'see-desk' },
  { path: '/desk/import', name: '导入', right: 'import' },
  { path: '/desk/export', name: '导出', right: 'see-desk' },
  { path: '/desk/audit', name: '审计', right: 'see-audit' },
  { path: '/desk/people', name: '账号', right: 'keep-accounts' },
  { path: '/desk/keys', name: '密钥', right: 'keep-keys' },
];

export function entriesFor(
  held: readonly Role[],
  path: string,
): { path: string; name: string; current: boolean }[] {
  const entries = navigation.filter(({ right }) => hasRight(held, right));
  const leading = entries
    .filter((entry) => path === entry.path || path.startsWith(`${entry.path}/`))
    // Every page's path begins with the first entry's.
    .filter((entry) => entry.path !== '/desk' || path === '/desk')
    .sort((one, other) => other.path.length - one.path.length);
  return entries.map((entry) => ({ ...entry, current: entry === leading[0] }));
}
