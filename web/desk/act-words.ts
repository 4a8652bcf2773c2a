/** Acts in words: what each is called, what it says, what it would change, and what has become of it. */
import type { AreaCode, UnitCode } from '../../engine/protocol/ids.ts';
import type { BookingDay, CandidateType, ExamUnit } from '../../engine/protocol/session.ts';
import type {
  Act,
  ActKind,
  ActView,
  Foreseen,
  ForeseenLine,
  PoolsOf,
} from '../../engine/protocol/staff.ts';
import { day, dayAndTime, endTime, minuteTime } from '../china-time.ts';
import { count } from '../ui.ts';
import { candidateTypes, yuan } from '../wording.ts';
import type { Places } from './view-models.ts';

export const actNames: Record<ActKind, string> = {
  'pause-window': '暂停报考',
  'open-window': '恢复报考',
  'set-calendar': '修改日程',
  'pause-pools': '暂停考区',
  'open-pools': '恢复考区',
  'set-paying': '缴费开关',
  'set-hold': '暂留时长',
  'set-booking-proof': '报考验证方式',
  'set-capacity': '调整考位',
  'set-course-caps': '课程限额',
  'release-unpaid': '释放未缴费',
  'publish-notice': '公告',
  'unbind-phone-for': '代解绑手机',
  'reset-to-activation': '重置为首次登录',
  'end-sign-ins-for': '结束登录',
  'withdraw-for': '代撤销报考单',
  'refund-for': '代申请退费',
  'withdraw-area': '考区取消',
};

type InFen = Extract<Foreseen, 'fee-fen' | 'left-fen'>;
const foreseenNames: Record<Exclude<Foreseen, InFen>, [before: string, after: string]> = {
  holding: ['', ' 人正在暂留考位，计时会停住'],
  unpaid: ['', ' 人有未缴费的考位'],
  'unpaid-seats': ['未缴费的考位 ', ' 个'],
  'live-payments': ['', ' 笔正在支付，会先等支付结果，不动它们的考位'],
  'seats-added': ['增加考位 ', ' 个'],
  'seats-removed': ['减少考位 ', ' 个'],
  'pools-too-small': ['', ' 个单元会少于已占用的考位，这些考区不会改'],
  'caps-too-small': ['', ' 门课程的限额少于已占用的考位，不会改'],
  'orders-confirmed': ['待缴费的报考单 ', ' 张'],
  'orders-paid': ['已缴费的报考单 ', ' 张'],
  people: ['', ' 人在这里有考位'],
  'people-paid': ['其中 ', ' 人已缴费'],
  'seats-held': ['暂留考位 ', ' 个'],
  'seats-saved': ['已保存考位 ', ' 个'],
  'seats-confirmed': ['待缴费考位 ', ' 个'],
  'seats-paid': ['已缴费考位 ', ' 个'],
  'seats-refunding': ['退费中考位 ', ' 个'],
  'target-free': ['转入的考区空位 ', ' 个'],
  // Caps are asked only when somebody comes: a count of empty seats knows no courses.
  'people-fit': ['', ' 人能转过去（按空位算，没有算课程限额）'],
  'people-left': ['', ' 人转不过去，会列出来，由您再决定'],
};
export function sayForeseen({ what, count: how }: ForeseenLine): string {
  if (what === 'fee-fen') return `金额 ${yuan(how)} 元`;
  if (what === 'left-fen') return `转不过去的人已缴 ${yuan(how)} 元`;
  const [before, after] = foreseenNames[what];
  return `${before}${count(how)}${after}`;
}

/** Of one unit, as columns. */
export const foreseenColumns: Partial<Record<Foreseen, string>> = {
  'seats-held': '暂留',
  'seats-saved': '已保存',
  'seats-confirmed': '待缴费',
  'seats-paid': '已缴费',
  'seats-refunding': '退费中',
  'target-free': '转入的考区空位',
};

export type Names = { places: Places; units: readonly ExamUnit[] };

/** In a few lines; what candidates are to read stands as they will read it. */
export function sayAct(act: Act, names: Names): string[] {
  switch (act.kind) {
    case 'pause-window':
      return [`考生看到：${act.shown}。${dayAndTime(act.newsBy)} 前更新消息`];
    case 'open-window':
      return ['暂留计时接着走'];
    case 'set-calendar':
      return changesOf(act.from, act.calendar);
    case 'pause-pools':
      return [
        act.pools.map((pool) => namePools(pool, names)).join('、'),
        `考生看到：${act.shown}。${dayAndTime(act.newsBy)} 前更新消息`,
      ];
    case 'open-pools':
      return [act.pools.map((pool) => namePools(pool, names)).join('、')];
    case 'set-paying':
      return act.to === 'open'
        ? ['恢复缴费']
        : ['暂停缴费，已经在付的不受影响', `考生看到：${act.shown}`];
    case 'set-hold':
      return [`每次 ${minutes(act.holdMs)} 分钟，最长 ${minutes(act.holdMaxMs)} 分钟`];
    case 'set-booking-proof':
      return [act.to === 'password' ? '短信发不出时，用登录密码保存考位' : '恢复用短信验证码'];
    case 'set-capacity':
      return act.changes.flatMap(({ area, from, capacities }) =>
        capacities.map(({ unit, capacity, candidateType }) => {
          const before = from.find(
            (one) => one.unit === unit && one.candidateType === candidateType,
          );
          const whose = candidateType === undefined ? '' : `（${candidateTypes[candidateType]}）`;
          const name = `${namePools({ area, unit }, names)}${whose}`;
          return `${name}：${before === undefined ? '没有' : count(before.capacity)} → ${count(capacity)}`;
        }),
      );
    case 'set-course-caps': {
      const capOf = (caps: typeof act.caps, course: string) =>
        caps.find((one) => one.course === course)?.cap;
      const courses = new Set([...act.from, ...act.caps].map(({ course }) => course));
      const changed = [...courses].filter(
        (course) => capOf(act.from, course) !== capOf(act.caps, course),
      );
      const named = (cap: number | undefined) => (cap === undefined ? '不限' : count(cap));
      return changed.map(
        (course) =>
          `${nameArea(act.area, names)} ${course}：${named(capOf(act.from, course))} → ${named(capOf(act.caps, course))}`,
      );
    }
    case 'release-unpaid':
      return [
        act.areas.length === names.places.areas.length
          ? '全省'
          : act.areas.map((area) => nameArea(area, names)).join('、'),
        '考位放回，选好的课程留作草稿',
      ];
    case 'publish-notice':
      return act.text === ''
        ? ['撤下公告']
        : [`考生看到：${act.text}`, `显示到 ${dayAndTime(act.until)}`];
    case 'unbind-phone-for':
      return ['考位和已缴费的都在；再报考要先绑定新手机', ...whose(act, names)];
    case 'reset-to-activation':
      return ['密码回到初始密码，手机解绑，登录全部结束；考位都在', ...whose(act, names)];
    case 'end-sign-ins-for':
      return ['这位考生的登录全部结束', ...whose(act, names)];
    case 'withdraw-for':
    case 'refund-for':
      return [`报考单 ${act.order}`, ...whose(act, names)];
    case 'withdraw-area': {
      const { area, units, remedy, shown } = act;
      const which = units.length === 0 ? '整个考区' : unitNames(units, names.units);
      const where = `${nameArea(area, names)}，${which}`;
      if (remedy.kind === 'reopen')
        return [`${nameArea(area, names)}重新接受报考`, '还没有处理的考位留在原处'];
      const what =
        remedy.kind === 'move'
          ? `已有的考位依次转到：${remedy.to.map((to) => nameArea(to, names)).join('、')}`
          : '未缴费的考位释放，已缴费的全部退费';
      return [where, '马上停止报考和缴费', what, `考生看到：${shown}`];
    }
  }
}

const whose = ({ area }: { area?: AreaCode }, names: Names): string[] => [
  area === undefined ? '还没有选考区的考生' : `${nameArea(area, names)}的考生`,
];
const minutes = (ms: number): number => Math.round(ms / 60_000);

export const nameArea = (area: AreaCode, { places }: Names): string =>
  places.areas.find(({ code }) => code === area)?.name ?? area;
export const nameUnit = (unit: UnitCode, units: readonly ExamUnit[]): string =>
  units.find(({ code }) => code === unit)?.name ?? unit;
export const unitNames = (codes: readonly UnitCode[], units: readonly ExamUnit[]): string =>
  codes.map((code) => nameUnit(code, units)).join('、');
const namePools = ({ area, unit }: PoolsOf, names: Names): string =>
  `${nameArea(area, names)}${unit === undefined ? '' : ` ${nameUnit(unit, names.units)}`}`;

export function sayDay({ opensAt, closesAt, releasesAt, candidateType }: BookingDay): string {
  const release =
    releasesAt === undefined || releasesAt <= closesAt ? '' : `，${endTime(releasesAt)} 释放`;
  return `${day(opensAt)} ${minuteTime(opensAt)}–${endTime(closesAt)}${release}${typeName(candidateType)}`;
}
const typeName = (type: CandidateType | undefined): string =>
  type === undefined ? '' : `（${candidateTypes[type]}）`;

function changesOf(from: readonly BookingDay[], to: readonly BookingDay[]): string[] {
  const isSame = (one: BookingDay, other: BookingDay) =>
    one.opensAt === other.opensAt && one.candidateType === other.candidateType;
  const lines: string[] = [];
  for (const before of from) {
    const after = to.find((one) => isSame(one, before));
    if (after === undefined) lines.push(`取消：${sayDay(before)}`);
    else if (sayDay(before) !== sayDay(after))
      lines.push(`${sayDay(before)} 改为 ${sayDay(after)}`);
  }
  for (const after of to)
    if (!from.some((one) => isSame(one, after))) lines.push(`增加：${sayDay(after)}`);
  return lines;
}

export const actStates: Record<ActView['state']['kind'], [text: string, tag: string]> = {
  proposed: ['等待批准', 'warn'],
  decided: ['办理中', 'warn'],
  done: ['已办理', 'ok'],
  withdrawn: ['已撤回', ''],
  expired: ['已作废', ''],
};
