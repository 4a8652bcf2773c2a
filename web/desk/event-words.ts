/**
 * What stands in the journal's events, field by field, as the desk reads it (S3, S4). What an event itself
 * is called stands in engine/import/audit-words.ts; what no audit shows is left out by engine/core/audit.ts.
 *
 * E1 Every field that an event can show has its word here, or says that only the raw form has it: a new
 *    one does not compile without.
 * E2 Nothing is shown that the raw form does not say; codes are named where the session has a name.
 */
import type { CodeAddress, DeliveryOutcome } from '../../engine/protocol/commands.ts';
import { documentTypes } from '../../engine/protocol/documents.ts';
import type { EventKind, PaymentReceived, RuxiEvent } from '../../engine/protocol/events.ts';
import type { CourseCode, ProgrammeCode } from '../../engine/protocol/ids.ts';
import type { HiddenField } from '../../engine/protocol/masks.ts';
import { type PaymentWay, providerNames } from '../../engine/protocol/payments.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import type { Mark } from '../../engine/protocol/sittings.ts';
import type { Act, ForeseenLine, Role, Scope, SignInPlace } from '../../engine/protocol/staff.ts';
import { monthName, wholeTime } from '../china-time.ts';
import { count } from '../ui.ts';
import { candidateKinds, candidateTypes } from '../wording.ts';
import { alarmName } from './dashboard.ts';
import { alarmNames } from './dashboard-model.ts';
import {
  actNames,
  asideNames,
  dayNamed,
  keyScopeNames,
  type Names,
  nameRoles,
  nameScope,
  nameUnit,
  providerNamesShown,
  sayAct,
  sayDesk,
  sayForeseen,
  stagedNames,
  ticketStates,
  whoOf,
  yuan,
} from './wording.ts';

export type EventNames = Names & {
  courses: ReadonlyMap<CourseCode, { name: string }>;
  programmes: ReadonlyMap<ProgrammeCode, { name: string }>;
};
/** One line of a list each. */
export type Detail = { label: string; lines: string[] };

/** Said as a whole; what they are made of has no word of its own. */
type Whole = Act | Adopted | Scope | ForeseenLine | CodeAddress;
type FieldOf<T> = T extends Whole
  ? never
  : T extends readonly (infer One)[]
    ? FieldOf<One>
    : T extends object
      ? {
          [Field in keyof T & string]-?: Field extends HiddenField
            ? never
            : Field | FieldOf<T[Field]>;
        }[keyof T & string]
      : never;
/** Of an adopted session the audit says the number. */
export type EventField = Exclude<FieldOf<RuxiEvent>, 'adopted'> | 'session';

/** Without `say`: made of fields that have words. `bare`: within a line it says itself what it is. */
type Word = {
  label: string;
  say?: (value: unknown, names: EventNames) => string;
  bare?: boolean;
};
/** What only whoever looks after the machinery reads. */
const rawOnly = undefined;

// ── Kinds of values ─────────────────────────────────────────────────────────────────────────────

const bare = (word: Word): Word => ({ ...word, bare: true });
const parts = (label: string): Word => ({ label });
const text = (label: string): Word => ({ label, say: String });
const number = (label: string): Word => ({ label, say: (value) => count(Number(value)) });
const place = (label: string, what: string): Word => ({
  label,
  say: (value) => (value === 0 ? '无' : `第 ${value} ${what}`),
});
const yesOrNo = (label: string): Word => ({
  label,
  say: (value) => (value === true ? '是' : '否'),
});
const onlyIfSo = (label: string): Word => ({ label, say: (value) => (value === true ? '是' : '') });
const instant = (label: string, never = '无'): Word => ({
  label,
  say: (value) => (value === 0 ? never : wholeTime(Number(value))),
});
/** E2 of events.ts: pauses before it are not in it, and which there were the event does not say. */
const openInstant = (label: string): Word => ({
  label,
  say: (value) => `${wholeTime(Number(value))}（不计暂停）`,
});
const day = (label: string): Word => ({ label, say: (value) => dayNamed(Number(value)) });
const money = (label: string): Word => ({ label, say: (value) => `${yuan(Number(value))} 元` });
const oneOf = (label: string, named: Readonly<Record<string, string>>): Word => ({
  label,
  say: (value) => named[String(value)] ?? String(value),
});
const refusal = (label: string): Word => ({
  label,
  say: (value) => sayDesk({ reason: value as RefusalReason }).text,
});
const who = (label: string): Word => ({ label, say: (value) => whoOf(String(value)) });
const withCode = (name: string | undefined, code: string): string =>
  name === undefined ? code : name.includes(code) ? name : `${name}（${code}）`;
const areaWithCode = (code: string, { places }: EventNames): string =>
  withCode(places.areas.find((area) => area.code === code)?.name, code);
const area = (label: string): Word => ({
  label,
  say: (value, names) => areaWithCode(String(value), names),
});
const unit = (label: string): Word => ({
  label,
  say: (value, { units }) => withCode(nameUnit(String(value), units), String(value)),
});
const named = (code: unknown, among: ReadonlyMap<string, { name: string }>): string =>
  `${code} ${among.get(String(code))?.name ?? ''}`.trim();

const deliveries: Record<DeliveryOutcome, string> = {
  sent: '已发出',
  failed: '没有发出',
  'phone-messages-used-up': '这个手机号今天的条数已用完，没有发送',
};
const ways: Record<PaymentWay, string> = {
  scan: '扫码',
  page: '手机上打开支付页面',
  inside: '在微信里支付',
};
const effects: Record<PaymentReceived['does'], string> = {
  pays: '报考单已缴费',
  retakes: '考位已释放，全部重新取得，报考单已缴费',
  second: '重复付款，自动退回',
  late: '截止后到账，自动退回',
  lost: '考区已取消，自动退回',
};
const marks: Record<Mark['kind'], string> = {
  desk: '安排座位',
  'no-desk': '取消座位',
  absent: '缺考',
  present: '到考',
};
const signInPlaces: Record<SignInPlace, string> = {
  door: '没有登录过的浏览器',
  known: '登录过的浏览器',
  inside: '已登录的页面',
};
const documentNames = Object.fromEntries(documentTypes.map(({ code, name }) => [code, name]));

// ── Fields ──────────────────────────────────────────────────────────────────────────────────────

export const fieldWords: Record<EventField, Word | typeof rawOnly> = {
  // Where and who.
  kind: rawOnly,
  person: text('考生编号'),
  area: bare(area('考区')),
  unit: bare(unit('考试单元')),
  units: unit('考试单元'),
  course: bare({ label: '课程', say: (value, { courses }) => named(value, courses) }),
  courses: parts('课程'),
  ticket: text('准考证号'),
  candidateType: oneOf('考生类型', candidateTypes),
  from: area('原考区'),
  to: area('转到'),
  number: rawOnly,
  claim: rawOnly,
  move: rawOnly,
  // Seats and codes.
  held: parts('暂留'),
  since: instant('开始'),
  until: instant('有效到'),
  holdsUntil: openInstant('暂留到'),
  cleared: unit('清空的单元'),
  code: parts('验证码'),
  phone: text('手机'),
  expiresOpen: openInstant('验证码到'),
  expiresAt: instant('有效到'),
  sentAt: instant('发送时间'),
  byPassword: onlyIfSo('凭登录密码'),
  saved: parts('保存'),
  seats: parts('考位'),
  attempt: place('付款', '次'),
  outcome: oneOf('结果', deliveries),
  purpose: oneOf('用途', { 'binding-code': '绑定手机', 'unbinding-code': '解除绑定' }),
  day: day('日期'),
  news: rawOnly,
  // Orders and money.
  order: place('报考单', '张'),
  orders: place('报考单', '张'),
  orderNumber: text('报考单号'),
  stops: place('停止支付的报考单', '张'),
  refunds: place('退费的报考单', '张'),
  feeFen: money('金额'),
  payBefore: instant('缴费截止'),
  byOffice: parts('工作人员代办'),
  bookableFrom: instant('可以重新报考', '不再开放'),
  provider: oneOf('支付平台', providerNamesShown),
  way: oneOf('支付方式', ways),
  transaction: text('流水号'),
  startedAt: instant('发起时间'),
  paidAt: instant('付款时间'),
  paidAs: text('付款号'),
  payment: bare(parts('付款')),
  does: oneOf('处理', effects),
  refundedAt: instant('退费时间'),
  why: text('平台答复'),
  amountFen: money('金额'),
  confirmedAt: instant('确认时间'),
  unpaidSince: instant('未缴费起'),
  reminder: place('提醒', '次'),
  lastDay: onlyIfSo('最后一天'),
  lines: parts('账单'),
  payments: number('付款笔数'),
  paidFen: money('付款'),
  refundedFen: money('退费'),
  differences: number('差错'),
  // Withdrawn areas.
  act: {
    label: '操作',
    say: (value, names) =>
      typeof value === 'object'
        ? [actNames[(value as Act).kind], ...sayAct(value as Act, names)].join('；')
        : `第 ${value} 号`,
  },
  reason: text('原因'),
  again: onlyIfSo('再试一次'),
  left: onlyIfSo('没有别的考区可转'),
  // Areas and their capacities.
  capacities: parts('容量'),
  capacity: number('考位'),
  caps: parts('课程限额'),
  cap: number('限额'),
  // Candidates.
  record: parts('考籍'),
  documentType: oneOf('证件类型', documentNames),
  documentMask: text('证件号码'),
  nameMask: text('姓名'),
  hasPhoto: yesOrNo('有照片'),
  tickets: parts('准考证'),
  programme: { label: '专业', say: (value, { programmes }) => named(value, programmes) },
  status: oneOf('状态', ticketStates),
  passed: parts('已合格'),
  grade: number('成绩'),
  passedIn: bare({ label: '考次', say: (value) => monthName(String(value)) }),
  importedPhone: text('登记的手机'),
  device: yesOrNo('登录过的设备'),
  failures: number('连续失败'),
  retryAt: instant('可以再试'),
  generation: rawOnly,
  binding: rawOnly,
  at: rawOnly,
  // The session and its partitions.
  session: place('考次设置', '版'),
  partition: text('分区'),
  by: who('经办'),
  // Staff.
  staff: text('账号'),
  roles: { label: '角色', say: (value) => nameRoles([value as Role]) },
  scope: { label: '管理范围', say: (value, { places }) => nameScope(value as Scope, places) },
  step: rawOnly,
  label: text('使用的系统'),
  may: oneOf('可以读取', keyScopeNames),
  apiKey: rawOnly,
  alarm: { label: '告警', say: (value) => nameAlarm(String(value)) },
  level: oneOf('级别', { warning: '提醒', grave: '严重' }),
  remark: text('附言'),
  foreseen: {
    label: '提出时的影响',
    say(value, { units }) {
      const line = value as ForeseenLine;
      const where = line.unit === undefined ? '' : `${nameUnit(line.unit, units)}：`;
      return `${where}${sayForeseen(line)}`;
    },
  },
  command: rawOnly,
  andBy: who('批准'),
  targets: { label: '办理的考区或考生', say: (value, names) => areaWithCode(String(value), names) },
  target: { label: '考区或考生', say: (value, names) => areaWithCode(String(value), names) },
  refused: refusal('没有办成'),
  changed: number('改动'),
  // Imports.
  import: { label: '导入', say: (value) => `第 ${value} 号` },
  what: oneOf('内容', stagedNames),
  source: text('文件'),
  sum: parts('核对结果'),
  added: number('新增'),
  same: number('不变'),
  removed: number('去掉'),
  columns: rawOnly,
  column: rawOnly,
  rows: rawOnly,
  slice: place('批次', '批'),
  people: number('考生人数'),
  marks: parts('登记'),
  mark: bare(parts('登记')),
  desk: bare(parts('座位')),
  venue: text('考点'),
  room: text('考场'),
  deskNumber: text('座位号'),
};

/** Where a field says something else: behind its event's kind, or the field that it stands in. */
const elsewhere: {
  readonly [Where in `${EventKind | EventField}.${EventField}`]?: Word | typeof rawOnly;
} = {
  'held.since': rawOnly,
  'held.until': openInstant('到'),
  'seats-withdrawn.held': unit('释放的暂留'),
  'seats-withdrawn.units': unit('释放的单元'),
  'seats-withdrawn.orders': place('作废的报考单', '张'),
  'seats-released.units': unit('释放的单元'),
  'seats-released.orders': place('作废的报考单', '张'),
  'seats-moved-out.orders': parts('报考单'),
  'seats-received.orders': parts('报考单'),
  'seats-declined.reason': refusal('原因'),
  'orders.order': bare(place('报考单', '张')),
  'orders.number': text('转入后的报考单号'),
  'tickets.number': bare(text('准考证号')),
  'record.kind': bare(oneOf('类别', candidateKinds)),
  'mark.kind': bare(oneOf('登记', marks)),
  'code.units': parts('课程'),
  'payment-set-aside.why': oneOf('原因', asideNames),
  'payment-set-aside.attempt': text('付款号'),
  'lines.refunds': number('退费笔数'),
  'adoption-noted.number': place('考次设置', '版'),
  'staff-signed-in.from': oneOf('登录自', signInPlaces),
  'staff-sign-in-failed.from': oneOf('登录自', signInPlaces),
  'import-adopted.to': oneOf('结果', { applied: '生效', dropped: '放弃' }),
  'act-proposed.number': text('操作号'),
  'act-decided.number': text('操作号'),
  'act-withdrawn.number': text('操作号'),
  'act-carried.number': text('操作号'),
  'act-carried.left': number('正在支付未动'),
  'marks-staged.marks': number('座位数'),
  'sum.changed': number('变更'),
  'code.ticket': rawOnly,
  // The day in which a limit counts.
  'seats-held.day': rawOnly,
  'phone-code-issued.day': rawOnly,
  'reset-code-issued.day': rawOnly,
  'area-move-started.day': rawOnly,
  'message-taken.day': rawOnly,
  'phone-joined.phone': text('手机编号'),
  'phone-left.phone': text('手机编号'),
  'message-taken.phone': text('手机编号'),
  'booking-delivery-noted.attempt': place('发送', '次'),
  'account-delivery-noted.attempt': place('发送', '次'),
};

function nameAlarm(alarm: string): string {
  const [found, of] = alarm.split(':');
  const name = alarmNames.find((one) => one === found);
  if (name === undefined) return alarm;
  const provider = providerNames.find((one) => one === of);
  return alarmName({ key: alarm, name, ...(provider !== undefined && { provider }) });
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────

/** Longer lists are whole in the raw form. */
const linesMax = 12;

/** `details` as an audit line has them. */
export function sayDetails(kind: string, details: string, names: EventNames): Detail[] {
  if (details === '') return [];
  return Object.entries(JSON.parse(details) as object).flatMap(([field, value]) => {
    const word = wordOf(kind, field);
    if (word === undefined) return [];
    const values = Array.isArray(value) ? value : [value];
    const said = values.map((one) => say(field, word, one, names)).filter((line) => line !== '');
    if (said.length === 0) return [];
    const plain = said.length > 1 && values.every((one) => typeof one !== 'object');
    const all = plain ? [said.join('、')] : said;
    const over = all.length - linesMax;
    const lines = over > 0 ? [...all.slice(0, linesMax), `还有 ${over} 条，见原始记录`] : all;
    return [{ label: word.label, lines }];
  });
}

export function wordOf(where: string, field: string): Word | undefined {
  const here = `${where}.${field}` as keyof typeof elsewhere;
  return here in elsewhere ? elsewhere[here] : fieldWords[field as EventField];
}

function say(field: string, word: Word, value: unknown, names: EventNames): string {
  if (word.say !== undefined) return word.say(value, names);
  if (typeof value !== 'object' || value === null) return String(value);
  let line = '';
  let afterBare = false;
  for (const [inner, one] of Object.entries(value)) {
    const innerWord = wordOf(field, inner);
    if (innerWord === undefined) continue;
    const values = Array.isArray(one) ? one : [one];
    const said = values.map((each) => say(inner, innerWord, each, names)).filter(Boolean);
    if (said.length === 0) continue;
    const isBare = innerWord.bare === true;
    if (line !== '') line += afterBare && isBare ? ' ' : '，';
    line += `${isBare ? '' : `${innerWord.label} `}${said.join('；')}`;
    afterBare = isBare;
  }
  return line;
}
