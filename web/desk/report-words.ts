/** The words of the reports (S5), on screen and as the columns of files. */
import type { ReportTopic } from '../../engine/protocol/reports.ts';
import { day as monthAndDay } from '../china-time.ts';
import type { Check, CheckName } from './report-models.ts';

export const reportTabs = [
  { path: '/desk/reports', name: '晚间报表', daily: true },
  { path: '/desk/reports/morning', name: '早间检查', daily: true },
  { path: '/desk/reports/papers', name: '订卷统计' },
  { path: '/desk/reports/sittings', name: '考场与缺考' },
  { path: '/desk/reports/settlement', name: '资金日报' },
] as const;

export const fileNames = {
  day: '分考区日结',
  payments: '待处理付款',
  papers: '订卷统计',
  sittings: '考场与缺考',
  settlement: '资金日报',
} as const;
export type ReportFile = keyof typeof fileNames;

export const topicNames: Record<ReportTopic, string> = {
  released: '已释放的报考单',
  'in-grace': '宽限中的报考单',
  overdue: '到时没有释放',
  'refunds-requested': '当日申请退费',
  'refunds-done': '当日退费成功',
  'refunds-open': '退费办理中',
  'refunds-stuck': '退费没有受理',
  amiss: '已付款，没有确认也没有退',
};
export const topicHints: Partial<Record<ReportTopic, string>> = {
  'in-grace': '付款还在进行，等支付平台答复，或宽限结束。',
  overdue: '应当是 0。刚到释放时间时会有，几秒内办完。',
  'refunds-open': '退费成功后，考位才放回。',
  'refunds-stuck': '支付平台拒绝了，系统会再试；一直不成要到支付平台查。',
  amiss: '必须是 0。不是 0 请立即联系系统管理员。',
};

/** What is well, and what is not: of how many, where that is counted. */
const checkTexts: Record<CheckName, readonly [good: string, bad: (count: number) => string]> = {
  released: ['未缴费的考位都已释放', (n) => `${n} 份报考到时没有释放`],
  'grace-over': ['没有仍在宽限中的付款', (n) => `${n} 单还在等支付平台答复`],
  'refunds-flow': ['退费都已受理', (n) => `${n} 笔退费支付平台没有受理`],
  'nothing-amiss': ['没有已付款而没有确认的报考单', (n) => `${n} 笔付款既没有确认，也没有退`],
  'bills-agree': [
    '账单已核对，没有差错',
    (n) => (n === 0 ? '账单还没有核对' : `账单有 ${n} 条差错`),
  ],
  'window-open': ['报考没有暂停', () => '报考已暂停'],
  'paying-open': ['缴费没有暂停', () => '缴费已暂停'],
  'areas-open': ['没有单独暂停的考区', (n) => `${n} 个考区有单独的暂停`],
};
export function sayCheck({ name, state, count = 0, day }: Check): string {
  const [good, bad] = checkTexts[name];
  const of = day === undefined ? '' : `${monthAndDay(day)}的`;
  if (state === 'waiting') return `${of}账单还没有到核对的时间`;
  return of + (state === 'good' ? good : bad(count));
}
export const checkStates = { good: '正常', bad: '请处理', waiting: '未到时间' } as const;

const three = (name: string, what = '单'): string[] => [
  `${name}（${what}）`,
  `${name}（考位）`,
  `${name}（元）`,
];
const areaColumns = ['考区代码', '考区名称', '市州'];
export const dayColumns = [
  ...[...areaColumns, '释放过考位的报考', ...three('释放的报考单')],
  ...[...three('宽限中'), ...three('到时没有释放', '人')],
  ...['暂留考位', '已保存考位', '待缴费考位', '已缴费考位', '退费中考位'],
  ...[...three('当日申请退费', '笔'), ...three('当日退费成功', '笔')],
  ...[
    ...three('退费办理中', '笔'),
    ...three('退费没有受理', '笔'),
    ...three('已付款没有确认', '笔'),
  ],
];
export const paymentColumns = ['事项', '支付单号', '支付平台', '金额（元）', '开始时间'];
const seatColumns = [...[...areaColumns, '单元代码', '单元', '课程代码', '课程名称', '考生类型']];
export const paperColumns = [...[...seatColumns, '已缴费', '退费中', '待缴费', '已保存', '暂留']];
export const sittingColumns = [...seatColumns, '已缴费', '已安排座位', '缺考'];
export const settlementColumns = [
  ...['日期', '支付平台', '收款（笔）', '收款（元）', '退费（笔）', '退费（元）'],
  ...['净额（元）', '账单差错'],
];

/** `-35.00`: for files and for net sums, which may be negative. */
export function plainYuan(fen: number): string {
  const whole = Math.abs(fen);
  const cents = String(whole % 100).padStart(2, '0');
  return `${fen < 0 ? '-' : ''}${Math.floor(whole / 100)}.${cents}`;
}
