/**
 * The first page's words, squares and curves. One map of texts serves the page and its updates, so
 * that what a script writes is what a page without scripts says.
 */

import type { AlarmKey, AlarmLevel } from '../../engine/protocol/alarms.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import { hasRight, type Right, type Role, type Scope } from '../../engine/protocol/staff.ts';
import type { ProviderStanding } from '../../engine/protocol/telemetry.ts';
import { clockTime, dayAndTime } from '../china-time.ts';
import { html, type Markup } from '../markup.ts';
import { providerNamesShown } from '../wording.ts';
import { actNames } from './act-words.ts';
import type {
  ActMark,
  Alarm,
  AlarmName,
  AlarmRow,
  DashboardModel,
  HeatArea,
  Point,
  PoolName,
  PoolStanding,
} from './dashboard-model.ts';

export { remarkMax } from '../../engine/protocol/alarms.ts';

export const thousands = (count: number): string =>
  String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
const ms = (us: number | undefined): string =>
  us === undefined ? '—' : us < 100_000 ? (us / 1_000).toFixed(1) : thousands(us / 1_000);
const share = (part: number, whole: number): string =>
  whole === 0 ? '0.0%' : `${((part / whole) * 100).toFixed(1)}%`;
const bytes = (count: number | undefined): string =>
  count === undefined ? '—' : `${(count / 1024 ** 3).toFixed(1)} GB`;
const clock = (at: EpochMs | undefined): string => (at === undefined ? '—' : clockTime(at));

export function lasting(forMs: number): string {
  const seconds = Math.max(0, Math.round(forMs / 1_000));
  const two = (number: number) => String(number).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  return `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
/** `约 4 分钟`: no better is known. */
export function about(forMs: number | undefined): string {
  if (forMs === undefined) return '—';
  const minutes = forMs / 60_000;
  if (minutes < 1) return '不到 1 分钟';
  return minutes < 90 ? `约 ${Math.round(minutes)} 分钟` : `约 ${Math.round(minutes / 60)} 小时`;
}
const typeNames = { open: '社会型', applied: '应用型' } as const;
export const poolUnit = ({ unitName, candidateType }: PoolName): string =>
  candidateType === undefined ? unitName : `${unitName}（${typeNames[candidateType]}）`;
export const poolPlace = ({ cityName, areaName }: PoolName): string => `${cityName} ${areaName}`;

const windowNames: Record<DashboardModel['window'], string> = {
  none: '等待引擎',
  before: '尚未开放',
  open: '报考开放中',
  paused: '报考已暂停',
  closed: '今日已关闭',
  over: '报考已结束',
};

/** What it does to candidates, and what helps. */
type AlarmWords = { name: string; effect: string; help: string; measure(value: number): string };
const none = () => '';
const alarmWords: Record<AlarmName, AlarmWords> = {
  'engine-silent': {
    name: '引擎没有回应',
    effect: '考生看到“正在核实”；已保存的考位和已付的钱都在。',
    help: '看引擎进程是否在重启；一分钟没有恢复，请值班工程师处理。',
    measure: (value) => `已 ${Math.round(value / 1_000)} 秒`,
  },
  oversold: {
    name: '有考位池超出容量',
    effect: '可能有人报上了没有的考位。',
    help: '请立即暂停报考，并请值班工程师核对。',
    measure: (value) => `${value} 个`,
  },
  'ledger-astray': {
    name: '考位账本不平',
    effect: '余位可能不准；登记本身逐条都在。',
    help: '请暂停相关考区，重启引擎会从登记重数。',
    measure: (value) => `${value} 个考位池`,
  },
  'clock-doubted': {
    name: '引擎的时钟不可信',
    effect: '新的报考都被拒绝，请考生稍后再试。',
    help: '请校准引擎所在机器的时钟。',
    measure: none,
  },
  'disk-full': {
    name: '磁盘已满',
    effect: '新的报考都被拒绝，请考生稍后再试。',
    help: '请立即腾出空间，腾出后自动恢复。',
    measure: none,
  },
  'provider-away': {
    name: '没有回应',
    effect: '已付的钱和考位都在，恢复后自动核实。',
    help: '请联系支付平台；不要让考生再付一次。',
    measure: none,
  },
  'opening-away': {
    name: '从本网关连不上',
    effect: '经过本网关的考生打不开付款码，页面请他们再试或换一种方式；考位和订单都在。',
    help: '请看这台机器到支付平台的网络。',
    measure: none,
  },
  latency: {
    name: '处理变慢',
    effect: '考生点了以后要等；结果不受影响。',
    help: '看哪个分片的队列长；必要时请工程师查看磁盘。',
    measure: (value) => `p99 ${Math.round(value)} 毫秒，已超过 30 秒`,
  },
  failures: {
    name: '失败的请求偏多',
    effect: '部分考生看到“系统很忙”，重试无害。',
    help: '看队列和磁盘；必要时暂停报考。',
    measure: (value) => `${(value / 10).toFixed(2)}%`,
  },
  inbox: {
    name: '排队的请求偏多',
    effect: '考生点了以后要等。',
    help: '一般会自行消化；持续增长请工程师查看。',
    measure: (value) => `${thousands(value)} 条`,
  },
  checkpoint: {
    name: '落盘整理落后',
    effect: '对考生没有影响；这时重启引擎会慢一些。',
    help: '避免此时重启；报考高峰过后会自行赶上。',
    measure: (value) => `${Math.round(value / 1_000)} 秒`,
  },
  'messages-waiting': {
    name: '短信积压',
    effect: '验证码到得慢；考位照样暂留，不会因此丢失。',
    help: '可以延长暂留时间；通道中断时可改用密码验证。',
    measure: (value) => `${thousands(value)} 条验证码在等`,
  },
  'channel-failing': {
    name: '短信通道连续失败',
    effect: '已改走其他通道，考生照常收到验证码。',
    help: '请联系通道的服务商。',
    measure: (value) => `${value} 个通道`,
  },
  'payment-waiting': {
    name: '支付核实积压',
    effect: '已付款的考生要晚些看到“已缴费”；钱和考位都在。',
    help: '看支付平台是否正常；不要让考生再付一次。',
    measure: (value) => `${thousands(value)} 件在等`,
  },
  'bus-waiting': {
    name: '网关到引擎的消息积压',
    effect: '考生点了以后要等。',
    help: '看消息总线是否正常。',
    measure: (value) => `${thousands(value)} 条`,
  },
  'loop-slow': {
    name: '本网关忙不过来',
    effect: '经过本网关的考生打开页面变慢。',
    help: '增加网关，或让代理少分给它一些。',
    measure: (value) => `事件循环 p99 ${Math.round(value)} 毫秒`,
  },
  'disk-low': {
    name: '磁盘空间不多',
    effect: '现在没有影响；用完后新的报考会被拒绝。',
    help: '请在用完之前腾出空间。',
    measure: (value) => `剩 ${bytes(2 * 1024 ** 3 - value * 1024 ** 2)}`,
  },
  'clock-apart': {
    name: '网关与引擎的时钟不一致',
    effect: '页面上的倒计时可能差一点；是否截止以引擎为准。',
    help: '请校准两台机器的时钟。',
    measure: (value) => `相差 ${Math.round(value)} 毫秒`,
  },
};

type Shortcut = { path: string; name: string; right: Right; whole: boolean; style: string };
/** `whole`: for the province's office alone; a county's finds its own on its area's page. */
const shortcuts: readonly Shortcut[] = [
  { path: '/desk/window#booking', name: '暂停报考', right: 'set-window', whole: true, style: '' },
  { path: '/desk/calendar', name: '关闭窗口', right: 'set-window', whole: true, style: ' d' },
  { path: '/desk/areas', name: '调整考位', right: 'set-pools', whole: false, style: '' },
  { path: '/desk/window#release', name: '释放未缴费', right: 'set-pools', whole: false, style: '' },
  {
    path: '/desk/window#notice',
    name: '发布公告',
    right: 'publish-notices',
    whole: true,
    style: ' p',
  },
];
/** What somebody with these roles and this scope may do, each one step from the first page. */
export const shortcutsFor = ({ roles, scope }: Viewer): readonly Shortcut[] =>
  shortcuts.filter(
    ({ right, whole }) => hasRight(roles, right) && (!whole || scope.kind === 'province'),
  );
type Viewer = { roles: readonly Role[]; scope: Scope };

export const sideRows = 6;
/** Acts under the chart; all of them stand on it. */
export const markRows = 4;
function soldOut(pools: readonly PoolStanding[]): PoolStanding[] {
  return pools
    .filter(({ free }) => free <= 0)
    .sort((one, other) => (other.fullAt ?? 0) - (one.fullAt ?? 0));
}
const emptying = (pools: readonly PoolStanding[]): PoolStanding[] =>
  pools
    .filter(({ emptyInMs }) => emptyInMs !== undefined)
    .sort((one, other) => (one.emptyInMs ?? 0) - (other.emptyInMs ?? 0));
const wanted = (pools: readonly PoolStanding[]): PoolStanding[] =>
  pools.filter(({ unmet }) => unmet > 0).sort((one, other) => other.unmet - one.unmet);

export const funnelSteps = ['entered', 'saved', 'confirmed', 'paying', 'paid'] as const;
export const funnelNames = {
  entered: '选定考区',
  saved: '保存考位',
  confirmed: '确认报考',
  paying: '发起缴费',
  paid: '缴费成功',
} as const;

/** Everything on the page that changes, by its key; empty: the row is not shown. */
export function textsOf(model: DashboardModel): Record<string, string> {
  const { at, heardAt, seats, pools, health, people, proof } = model;
  const full = soldOut(pools);
  const taken = seats.capacity - seats.free;
  const { codes, news, money } = health.waiting;
  const texts: Record<string, string> = {
    now: clockTime(at),
    window: windowNames[model.window],
    changes: model.changesAt === undefined ? '—' : lasting(model.changesAt - at),
    changesWhat: model.window === 'open' || model.window === 'paused' ? '距今日关闭' : '距下次开放',
    stale: !model.stale
      ? ''
      : heardAt === undefined
        ? '还没有收到引擎的数据。'
        : `引擎没有回应。以下是 ${clockTime(heardAt)} 的数据，恢复后本页自动更新。`,
    saves: model.savesPerSecond === undefined ? '—' : thousands(model.savesPerSecond),
    savesNote:
      model.peak === undefined
        ? '还没有峰值'
        : `峰值 ${thousands(model.peak.savesPerSecond)}　${clockTime(model.peak.at)}`,
    held: thousands(seats.held),
    heldNote: `排队 ${thousands(model.inbox)}　在线页面 ${thousands(health.sockets)}`,
    p99: ms(model.p99Us),
    p99Note: `p50 ${ms(model.p50Us)}　目标 ≤ 50`,
    taken: thousands(taken),
    takenOf: `/ ${thousands(seats.capacity)}`,
    takenNote: `${share(taken, seats.capacity)}　已缴费 ${thousands(seats.paid)}`,
    full: thousands(full.length),
    fullOf: `/ ${thousands(pools.length)}`,
    fullNote:
      full[0] === undefined ? '还没有报满的' : `最近：${full[0].areaName} ${poolUnit(full[0])}`,
    failed: model.failed === undefined ? '0.00' : (model.failed * 100).toFixed(2),
    failedNote: `超售 ${model.poolsOversold}　账实差异 ${model.poolsAstray}`,
    proof:
      proof.counted === 0
        ? '正在逐条重数，还没有数完一个考区。'
        : `考位账本${proof.agreeing === proof.counted ? '平衡' : '不平'}：${thousands(proof.agreeing)} / ${thousands(proof.pools)}`,
    proofAt: proof.at === undefined ? '' : `截至 ${clockTime(proof.at)}`,
    engine: `${model.partitions.length} 个分片，排队 ${thousands(model.inbox)}`,
    engineTag: model.stale ? '没有回应' : '正常',
    gateway: `连接 ${thousands(health.sockets)}，事件循环 p99 ${Math.round(health.loopP99Ms)} 毫秒`,
    gatewayTag: health.loopP99Ms > 50 ? '忙' : '正常',
    bus: `待回复 ${thousands(health.inFlight)}`,
    busTag: health.inFlight > 10_000 ? '积压' : model.stale ? '没有回应' : '正常',
    disk: `落盘 p99 ${ms(health.flushP99Us)} 毫秒，剩余 ${bytes(health.freeBytes)}`,
    diskTag: health.freeBytes !== undefined && health.freeBytes < 2 * 1024 ** 3 ? '不足' : '正常',
    sms: `验证码在等 ${thousands(codes)}，通知在等 ${thousands(news)}`,
    smsTag: health.channels.some(({ openSince }) => openSince !== undefined)
      ? '有通道失败'
      : codes > 500
        ? '积压'
        : '正常',
    payment: `在等结果 ${thousands(money)} 件`,
    paymentTag: money > 1_000 ? '积压' : '正常',
  };
  for (const step of funnelSteps) {
    texts[`people.${step}`] = thousands(people[step]);
    texts[`people.${step}.share`] = share(people[step], people.entered);
  }
  rows(texts, 'sold', full, '还没有报满的', (pool) => ({
    time: clock(pool.fullAt),
    after:
      pool.fullAt === undefined || model.openedAt === undefined || pool.fullAt < model.openedAt
        ? '—'
        : `+${lasting(pool.fullAt - model.openedAt)}`,
    place: poolPlace(pool),
    unit: poolUnit(pool),
    seats: thousands(pool.capacity),
  }));
  rows(texts, 'soon', emptying(pools), '近一分钟没有在减少的', (pool) => ({
    place: poolPlace(pool),
    unit: poolUnit(pool),
    seats: thousands(pool.free),
    time: about(pool.emptyInMs),
  }));
  rows(texts, 'unmet', wanted(pools), '没有', (pool) => ({
    place: poolPlace(pool),
    unit: poolUnit(pool),
    times: thousands(pool.unmet),
  }));
  for (const part of model.partitions) {
    const key = `part.${part.partition}`;
    const silent = part.ageMs > 3_000;
    texts[`${key}.saves`] = silent ? '—' : thousands(part.savesPerSecond);
    texts[`${key}.inbox`] = silent ? '—' : thousands(part.inbox);
    texts[`${key}.p99`] = silent ? '—' : ms(part.p99Us);
    texts[`${key}.behind`] = silent ? '没有回应' : (part.behindMs / 1_000).toFixed(1);
  }
  alarmTexts(texts, model);
  for (let row = 0; row < markRows; row += 1) {
    const mark = model.marks.at(-1 - row);
    texts[`mark.${row}`] = mark === undefined ? '' : 'shown';
    if (mark === undefined) continue;
    texts[`mark.${row}.time`] = clockTime(mark.at);
    texts[`mark.${row}.what`] = actNames[mark.act];
    texts[`mark.${row}.by`] = mark.by;
  }
  texts.noMarks = model.marks.length === 0 ? '近五分钟没有操作。' : '';
  for (const standing of health.providers) {
    const key = `pay.${standing.provider}`;
    texts[key] = saidOf(standing);
    texts[`${key}Tag`] = standing.awaySince === undefined ? '正常' : '没有回应';
  }
  return texts;
}

function saidOf({ answered, silent, awaySince, lastTrouble }: ProviderStanding): string {
  if (awaySince !== undefined) return `自 ${clockTime(awaySince)} 起没有回应`;
  const asked = answered + silent;
  if (asked === 0) return '还没有问过';
  const last = lastTrouble === undefined ? '' : `，上次失败 ${clockTime(lastTrouble.at)}`;
  return `应答 ${share(answered, asked)}${last}`;
}

// ── Alarms ──────────────────────────────────────────────────────────────────────────────────────

/** `alarm.KEY.open` and `alarm.KEY.taken`: in which of the two lists it stands, if in any. */
function alarmTexts(texts: Record<string, string>, model: DashboardModel): void {
  const { alarms, at } = model;
  const ringing = alarms.filter(({ endedAt }) => endedAt === undefined);
  const nobodys = ringing.filter(({ taken }) => taken === undefined).length;
  texts.ringing =
    ringing.length === 0
      ? '没有告警'
      : `${ringing.length} 条告警${nobodys === 0 ? '，都已有人知悉' : nobodys === ringing.length ? '' : `，${nobodys} 条还没有人知悉`}`;
  for (const { key } of model.alarmRows) {
    const alarm = alarms.find((one) => one.key === key);
    const text = `alarm.${key}`;
    texts[`${text}.open`] = alarm !== undefined && alarm.taken === undefined ? 'shown' : '';
    texts[`${text}.taken`] = alarm?.taken === undefined ? '' : 'shown';
    if (alarm === undefined) continue;
    const { level, since, endedAt, taken } = alarm;
    texts[`${text}.name`] = alarmName(alarm);
    texts[`${text}.what`] = alarmText(alarm);
    texts[`${text}.effect`] = alarmEffect(alarm, model);
    texts[`${text}.since`] = `${dayAndClock(since, at)} 起`;
    texts[`${text}.grave`] = level === 'grave' && endedAt === undefined ? '严重' : '';
    texts[`${text}.ask`] = endedAt === undefined ? 'shown' : '';
    if (taken !== undefined)
      texts[`${text}.by`] =
        `${taken.by} ${dayAndClock(taken.at, at)} 知悉${taken.remark === '' ? '' : `：${taken.remark}`}`;
  }
}

/** What its form says of the occurrence that is seen. */
export const occurrencesOf = (model: DashboardModel): Record<AlarmKey, [EpochMs, AlarmLevel]> =>
  Object.fromEntries(model.alarms.map(({ key, since, level }) => [key, [since, level]]));

/** Those that ring stand first, then the others, which may come. */
export function rowsInOrder({ alarms, alarmRows }: DashboardModel): AlarmRow[] {
  const place = new Map(alarms.map(({ key }, at) => [key, at]));
  const last = alarms.length;
  return alarmRows.toSorted(
    (one, other) => (place.get(one.key) ?? last) - (place.get(other.key) ?? last),
  );
}

export function alarmName({ name, provider }: AlarmRow): string {
  const words = alarmWords[name].name;
  if (provider === undefined) return words;
  const who = providerNamesShown[provider];
  return name === 'opening-away' ? `${words}${who}` : `${who}${words}`;
}

function alarmText({ name, value, endedAt }: Alarm): string {
  if (endedAt !== undefined) return `已恢复（${clockTime(endedAt)}）`;
  return alarmWords[name].measure(value);
}

function alarmEffect({ name, level, provider }: Alarm, { health }: DashboardModel): string {
  const { effect, help } = alarmWords[name];
  if (name === 'channel-failing' && level === 'grave')
    return `所有通道都失败，考生收不到验证码；已保存的考位不受影响。${help}可以改用密码验证。`;
  if (name !== 'provider-away') return `${effect}${help}`;
  const others = health.providers
    .filter((one) => one.provider !== provider && one.awaySince === undefined)
    .map((one) => providerNamesShown[one.provider]);
  const ways =
    others.length === 0
      ? '考生现在不能缴费，缴费页请他们稍后再试。'
      : `考生可以改用${others.join('、')}，缴费页会这样提示。`;
  return `${ways}${effect}${help}`;
}
const dayAndClock = (since: EpochMs, at: EpochMs): string =>
  at - since > 12 * 3_600_000 ? dayAndTime(since) : clockTime(since);

function rows(
  texts: Record<string, string>,
  table: string,
  pools: readonly PoolStanding[],
  none: string,
  textOf: (pool: PoolStanding) => Record<string, string>,
): void {
  texts[`${table}.none`] = pools.length === 0 ? none : '';
  for (let row = 0; row < sideRows; row += 1) {
    const pool = pools[row];
    texts[`${table}.${row}`] = pool === undefined ? '' : 'shown';
    if (pool === undefined) continue;
    for (const [cell, text] of Object.entries(textOf(pool)))
      texts[`${table}.${row}.${cell}`] = text;
  }
}

// ── The squares ─────────────────────────────────────────────────────────────────────────────────

/** Which of the five steps, by share taken; the last is full. `-`: the unit has no seats there. */
function heatLevel({ capacity, free }: HeatArea['units'][number]): string {
  if (capacity <= 0) return '-';
  if (free <= 0) return '4';
  const used = (capacity - free) / capacity;
  return used >= 0.95 ? '3' : used >= 0.8 ? '2' : used >= 0.5 ? '1' : '0';
}
export const heatLevels = ({ units }: HeatArea): string => units.map(heatLevel).join('');
export const heatSaid = ({ cityName, name, units }: HeatArea): string =>
  `${cityName} ${name}：${units
    .map((unit) => {
      const level = heatLevel(unit);
      if (level === '-') return `${unit.name}没有考位`;
      return level === '4'
        ? `${unit.name}已满`
        : `${unit.name}已用 ${Math.floor(((unit.capacity - unit.free) / unit.capacity) * 100)}%`;
    })
    .join('，')}`;

/** Where in a square each unit stands, where there are as many as it has corners. */
export function heatKey([first]: readonly HeatArea[]): string {
  const names = first?.units.map(({ name }) => name) ?? [];
  if (names.length !== corners.length) return '';
  return `每格一个考区：${corners.map((corner, place) => `${corner}${names[place]}`).join('，')}`;
}
const corners = ['左上', '右上', '左下', '右下'] as const;

const perRow = 2;
/** 田字格: units from the left, two a row. */
export function heatSquare(area: HeatArea): Markup {
  const levels = [...heatLevels(area)];
  const height = Math.ceil(levels.length / perRow) * 13 - 1;
  const cells = levels.map((level, place) => {
    const x = (place % perRow) * 13;
    const y = Math.floor(place / perRow) * 13;
    return html`<g class="q q${level === '-' ? 'x' : level}"><rect x="${x}" y="${y}" width="12" height="12" rx="1.5"/><path class="x" d="M${x + 3.5} ${y + 3.5}l5 5m0-5l-5 5"/></g>`;
  });
  return html`<svg viewBox="0 0 25 ${height}" width="29" height="${Math.round((29 / 25) * height)}" aria-hidden="true">${cells}</svg>`;
}
export function byCity(heat: readonly HeatArea[]): { name: string; areas: HeatArea[] }[] {
  const cities = new Map<string, { name: string; areas: HeatArea[] }>();
  for (const area of heat) {
    const city = cities.get(area.city) ?? { name: area.cityName, areas: [] };
    cities.set(area.city, city);
    city.areas.push(area);
  }
  return [...cities.values()];
}

// ── The curves ──────────────────────────────────────────────────────────────────────────────────

const chart = { width: 640, height: 250, seconds: 300 };

/** A scale that ends on a round number. */
function scaleOf(values: readonly number[], least: number): number {
  const most = Math.max(least, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}

export function chartOf(model: DashboardModel): Markup {
  const { points, at } = model;
  const saves = scaleOf(
    points.flatMap((point) => point.saves ?? []),
    4,
  );
  const p99 = scaleOf(
    points.flatMap((point) => point.p99Ms ?? []),
    20,
  );
  const x = (time: EpochMs) => chart.width - ((at - time) / 1_000 / chart.seconds) * chart.width;
  const path = (of: (point: Point) => number | undefined, scale: number): string => {
    let text = '';
    let pen = false;
    for (const point of points) {
      const value = of(point);
      if (value !== undefined && x(point.at) >= 0)
        text += `${pen ? 'L' : 'M'}${x(point.at).toFixed(1)} ${(chart.height - (value / scale) * chart.height).toFixed(1)}`;
      pen = value !== undefined && x(point.at) >= 0;
    }
    return text === '' ? 'M0 0' : text;
  };
  const lines = [0, 1, 2, 3, 4].map((step) => {
    const y = chart.height - (step / 4) * chart.height;
    return html`<path class="grid" d="M0 ${y}H${chart.width}"/><text class="ax" x="-6" y="${y + 4}" text-anchor="end">${thousands((saves / 4) * step)}</text><text class="ax" x="${chart.width + 6}" y="${y + 4}">${thousands((p99 / 4) * step)}</text>`;
  });
  const minutes = [0, 1, 2, 3, 4].map((minute) => {
    const time = Math.floor(at / 60_000 - minute) * 60_000;
    return html`<text class="ax" x="${x(time)}" y="${chart.height + 20}" text-anchor="middle">${clockTime(time).slice(0, 5)}</text>`;
  });
  const last = points.findLast((point) => point.saves !== undefined);
  const end =
    last?.saves === undefined
      ? ''
      : html`<circle class="end" cx="${x(last.at).toFixed(1)}" cy="${(chart.height - (last.saves / saves) * chart.height).toFixed(1)}" r="4"/>`;
  const acts = marksOf(model).map(([time, label], place) => {
    const left = x(time);
    const end = left > chart.width / 2;
    return html`<path class="act" d="M${left.toFixed(1)} 0V${chart.height}"/><text class="act-name" x="${(left + (end ? -4 : 4)).toFixed(1)}" y="${10 + (place % 3) * 14}"${end ? html` text-anchor="end"` : ''}>${label}</text>`;
  });
  return html`<svg class="chart" viewBox="-64 -14 744 292" role="img" aria-label="${chartSaid(model)}">${lines}${minutes}${acts}<path class="l1" d="${path((point) => point.saves, saves)}"/><path class="l2" d="${path((point) => point.p99Ms, p99)}"/>${end}</svg>`;
}

/** What was decided, as short as it stands beside its line. */
const markNames: Record<ActMark['act'], string> = {
  ...actNames,
  'pause-window': '暂停',
  'open-window': '恢复',
  'pause-pools': '暂停',
  'open-pools': '恢复',
  'set-calendar': '日程',
  'set-paying': '缴费',
  'set-hold': '时长',
  'set-booking-proof': '验证',
  'set-capacity': '考位',
  'set-course-caps': '限额',
  'release-unpaid': '释放',
};
const marksOf = ({ marks }: DashboardModel): [at: EpochMs, label: string][] =>
  marks.map(({ at, act }) => [at, markNames[act]]);

function chartSaid({ points }: DashboardModel): string {
  const saves = points.flatMap((point) => point.saves ?? []);
  const p99 = points.flatMap((point) => point.p99Ms ?? []);
  if (saves.length === 0) return '近五分钟还没有数据';
  const most = Math.max(...saves);
  const slowest = p99.length === 0 ? '' : `；p99 最高 ${Math.max(...p99).toFixed(1)} 毫秒`;
  return `近五分钟保存速率最高每秒 ${thousands(most)} 次，现在 ${thousands(saves.at(-1) ?? 0)} 次${slowest}`;
}

/** What changed since `seen`, for a page that is open. */
export type DashboardNews = {
  at: EpochMs;
  stale: boolean;
  window: string;
  texts: Record<string, string>;
  heat: [area: string, levels: string, said: string][];
  points: [at: EpochMs, saves: number | null, p99Ms: number | null][];
  widths: Record<string, number>;
  marks: [at: EpochMs, label: string][];
  alarms: Record<AlarmKey, [since: EpochMs, level: AlarmLevel]>;
};
export function newsOf(model: DashboardModel, seen: EpochMs): DashboardNews {
  return {
    ...{ at: model.at, stale: model.stale, window: model.window, texts: textsOf(model) },
    heat: model.heat.map((area) => [area.area, heatLevels(area), heatSaid(area)]),
    points: model.points
      .filter(({ at }) => at > seen)
      .map(({ at, saves, p99Ms }) => [at, saves ?? null, p99Ms ?? null]),
    widths: widthsOf(model),
    marks: marksOf(model),
    alarms: occurrencesOf(model),
  };
}
/** Of the funnel's bars, in hundredths. */
export function widthsOf({ people }: DashboardModel): Record<string, number> {
  const of = (count: number) =>
    people.entered === 0 ? 0 : Math.round((count / people.entered) * 1_000) / 10;
  return Object.fromEntries(funnelSteps.map((step) => [step, of(people[step])]));
}
