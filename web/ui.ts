/**
 * The small parts pages are put together from: icons, chips, meters, the menu, the summary of a
 * problem. Each answers markup; where a part has a look of its own, the class of the same name in
 * styles/components.css is its other half.
 */
import type { EpochMs } from '../engine/protocol/ids.ts';
import {
  type BookingDay,
  type CandidateType,
  candidateTypes,
  type Office,
} from '../engine/protocol/session.ts';
import type { Desk } from '../engine/protocol/sittings.ts';
import { clockTime, day, dayAndWeekday, endTime, monthName, timeSpan } from './china-time.ts';
import { escaped, html, Markup, nothing } from './markup.ts';
import type {
  AreaModel,
  AreaOfferModel,
  CodeModel,
  CourseModel,
  CoursesModel,
  DaysModel,
  ElsewhereModel,
  FailureStatus,
  Frame,
  Level,
  LockedModel,
  LookModel,
  MenuEntry,
  NextStepModel,
  OrderModel,
  OrderRecordModel,
  OwnModel,
  PassedModel,
  PayableModel,
  PayMethodModel,
  PoolModel,
  ProblemModel,
  SavedModel,
  SentCodeModel,
  SignInEnd,
  TicketTabModel,
  UnitAndCourse,
  UnitCardModel,
  UnitModel,
  WindowModel,
} from './view-models.ts';
import {
  attemptStates,
  distance,
  holdExpiring,
  holdExpiringByPassword,
  holdStarted,
  holdStartedByPassword,
  holdStartedSending,
  levelNames,
  listUnitCourses,
  messagesAreBack,
  methodHints,
  methodName,
  nameCourse,
  ownDays,
  providerNamesShown,
  type RegisteringReason,
  refundCauses,
  refundStuck,
  type Said,
  sayNextStep,
  sayPayable,
  signInEnded,
  signInEnds,
  swapStarted,
  swapStartedByPassword,
  candidateTypes as typeNames,
  whyNotSeated,
  yuan,
} from './wording.ts';

export { qrCode } from './qr.ts';

// ── Icons ───────────────────────────────────────────────────────────────────────────────────────

/** Drawn once per page and used by name; every state has one, so that colour never stands alone. */
const drawings = {
  tick: '<path d="M2.5 7.5l3 3 6-7" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>',
  half: '<circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M7 2a5 5 0 0 1 0 10z" fill="currentColor"/>',
  dot: '<circle cx="7" cy="7" r="5.5" fill="currentColor"/>',
  bar: '<circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M4 7h6" stroke="currentColor" stroke-width="2"/>',
  pen: '<circle cx="7" cy="7" r="5.2" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="2.6 1.5"/>',
  clock:
    '<circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M7 3.8V7l2.2 1.6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>',
  info: '<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M7 6.4v3.4M7 4.1v.2" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>',
  ticks:
    '<path d="M1 7.8l2.6 2.7 5-6.2M6.6 10.2l.4.3 5.8-6.7" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>',
  yuan: '<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M4.8 3.8L7 6.6l2.2-2.8M7 6.6v4M4.9 7h4.2M4.9 8.9h4.2" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linecap="round"/>',
  back: '<path d="M5.2 2.6L2.4 5.4l2.8 2.8M2.8 5.4h5.4a3 3 0 0 1 0 6H5" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>',
  swap: '<path d="M2.5 5h8M8 2.2 10.8 5 8 7.8M11.5 9.5h-8M6 6.9 3.2 9.6 6 12.2" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>',
};
export type IconName = keyof typeof drawings;

export const symbols = new Markup(
  `<svg class="vh" width="0" height="0" aria-hidden="true"><defs>${Object.entries(drawings)
    .map(([name, drawing]) => `<symbol id="i-${name}" viewBox="0 0 14 14">${drawing}</symbol>`)
    .join('')}</defs></svg>`,
);

export function icon(name: IconName, size = 14): Markup {
  return new Markup(
    `<svg width="${size}" height="${size}" aria-hidden="true"><use href="#i-${name}"/></svg>`,
  );
}

/** 田字格: the field a character is practised in, one seat taken. */
export const mark = new Markup(
  '<svg width="34" height="34" viewBox="0 0 34 34" aria-hidden="true"><rect x="2" y="2" width="30" height="30" rx="3" fill="none" stroke="#fff" stroke-width="2"/><path d="M17 2v30M2 17h30" stroke="#B9D3D6" stroke-width="1.5" stroke-dasharray="3 2.4"/><rect x="6" y="6" width="8.4" height="8.4" rx="1" fill="#FFC94D"/></svg>',
);

/** Quadrants by place: 1 top left, 2 top right, 3 bottom left, 4 bottom right. */
const quadrants = [4, 16.5].flatMap((y) =>
  [4, 16.5].map(
    (x) =>
      new Markup(
        `<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><rect x="1" y="1" width="26" height="26" rx="3" fill="none" stroke="#7F8B92" stroke-width="1.5"/><path d="M14 1v26M1 14h26" stroke="#B7BFC3" stroke-dasharray="2.5 2"/><rect x="${x}" y="${y}" width="7.5" height="7.5" rx="1" fill="#0F4A56"/></svg>`,
      ),
  ),
);

/** A session with other than four units shows the number instead of a quadrant. */
export function unitIcon({ place, of }: UnitModel): Markup {
  const quadrant = of === quadrants.length ? quadrants[place - 1] : undefined;
  if (quadrant !== undefined) return quadrant;
  return html`<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><rect x="1" y="1" width="26" height="26" rx="3" fill="none" stroke="#7F8B92" stroke-width="1.5"/><text x="14" y="19.5" text-anchor="middle" font-size="15" font-weight="600" fill="#0F4A56">${place}</text></svg>`;
}

// ── Chips and meters ────────────────────────────────────────────────────────────────────────────

export type ChipKind =
  | 'ok'
  | 'low'
  | 'full'
  | 'draft'
  | 'hold'
  | 'saved'
  | 'due'
  | 'paid'
  | 'sure'
  | 'back';
const chipIcons: Record<ChipKind, IconName> = {
  ok: 'dot',
  low: 'half',
  full: 'bar',
  draft: 'pen',
  hold: 'clock',
  saved: 'tick',
  due: 'yuan',
  paid: 'tick',
  sure: 'ticks',
  back: 'back',
};
const chipBegins = Object.fromEntries(
  Object.entries(chipIcons).map(([kind, name]) => [
    kind,
    `<span class="chip ${kind}">${icon(name).text}`,
  ]),
) as Record<ChipKind, string>;

export const chip = (kind: ChipKind, text: string): Markup =>
  new Markup(`${chipBegins[kind]}<b>${escaped(text)}</b></span>`);

export const levelKinds: Record<Level, 'ok' | 'low' | 'full'> = {
  plenty: 'ok',
  scarce: 'low',
  full: 'full',
};
export const levelChip = (level: Level): Markup => chip(levelKinds[level], levelNames[level]);

/** The candidate's own state in a unit; never shares a chip with the pool's. */
export function ownChip(own: OwnModel): Markup {
  switch (own.kind) {
    case 'empty':
      return nothing;
    case 'draft':
      return chip('draft', '已填入');
    case 'held':
      return chip('hold', `暂留到 ${clockTime(own.until)}`);
    case 'saved':
    case 'swap':
      return chip('saved', '已保存');
    case 'confirmed':
      return chip('due', '待缴费');
    case 'paid':
      // F41: the two flags stand together or the registration is not done.
      return html`${chip('paid', '已缴费')}${chip('sure', '已确认')}`;
    case 'refunding':
      return chip('back', '退费中');
  }
}

/** S5: by the numbers that stand on doors and desks. */
export const seatAt = ({ venue, room, deskNumber }: Desk): Markup =>
  html`${venue === '' ? nothing : html`<span class="nw">${venue}</span>　`}<span class="nw">${room} 考场</span>　<span class="nw">${deskNumber} 号座位</span>`;

const cells = '<i></i>'.repeat(10);
/** How many cells are lit stands in `data-fill`; the number beside it is for everyone else. */
export const meter = ({ fill }: PoolModel): Markup =>
  new Markup(`<div class="cells" data-fill="${fill}" aria-hidden="true">${cells}</div>`);

/** `share` from 0 to 1. app.js follows the clock; without it the bar shows the page's moment. */
export function progress(share: number): Markup {
  const width = Math.round(400 * Math.min(1, Math.max(0, share)));
  return html`<svg class="bar" viewBox="0 0 400 8" preserveAspectRatio="none" aria-hidden="true"><rect class="tr" width="400" height="8" rx="4"/><rect class="fl" width="${width}" height="8" rx="4"/></svg>`;
}

// ── Forms ───────────────────────────────────────────────────────────────────────────────────────

/** A plain form that htmx sends in place where it runs. A second submit while one is out is dropped. */
export const post = (path: string): Markup =>
  html`method="post" action="${path}" hx-post="${path}" hx-target="#main" hx-swap="innerHTML" hx-sync="this:drop"`;
/** A form whose answer is another page: the browser's own navigation is right. */
export const send = (path: string): Markup => html`method="post" action="${path}"`;
/** Never named `form`: htmx reads `form.form`, and would find this field there. */
export const token = (form: string): Markup =>
  html`<input type="hidden" name="token" value="${form}">`;

/** Stated once on top, with the way to the field; the field repeats the words. */
export function problem(said: Said, field?: string, actions: Markup = nothing): Markup {
  const what =
    field === undefined
      ? html`<p>${said.text}</p>`
      : html`<p><a href="#${field}">${said.text}</a></p>`;
  return html`<section class="problems" id="problems" role="alert" tabindex="-1" aria-labelledby="problem"><div><h2 id="problem">有 1 处需要处理</h2>${what}<p class="hint">${said.next}</p></div>${actions}</section>`;
}
/** Beside the field; `id` is what its aria-describedby names. */
export const fieldProblem = (said: Said, id: string): Markup =>
  html`<p class="wrong" id="${id}">${icon('info')}<span>${said.text}</span></p>`;

// ── Menu ────────────────────────────────────────────────────────────────────────────────────────

const menuEntries: Record<Exclude<MenuEntry, 'messages' | 'sign-in'>, [string, string]> = {
  guide: ['/guide', '报考前准备'],
  courses: ['/courses', '查看开考课程'],
  register: ['/register', '课程报考与缴费'],
  mine: ['/mine', '我的报考'],
  passed: ['/passed', '查看已合格课程'],
  plan: ['/plan', '查看毕业课程与成绩'],
  phone: ['/account/phone', '解除手机绑定'],
  password: ['/account/password', '修改密码'],
  account: ['/account', '账号与安全'],
  'slip-check': ['/verify', '查验报考凭证'],
};

/** The same list in the same order, in the top bar of a phone and at the left of a wide screen. */
export function menu(frame: Frame, current: MenuEntry | undefined): Markup {
  const link = (entry: MenuEntry, path: string, name: string) =>
    entry === current
      ? html`<li><a href="${path}" aria-current="page">${name}</a></li>`
      : html`<li><a href="${path}">${name}</a></li>`;
  const entry = (name: keyof typeof menuEntries) => link(name, ...menuEntries[name]);
  const messages = frame.demonstration ? link('messages', '/messages', '演示短信') : nothing;
  const { signedIn } = frame;
  const record = signedIn?.kind === 'full' ? html`${entry('passed')}${entry('plan')}` : nothing;
  const look = html`<p class="mg">查询</p><ul class="ml">${entry('guide')}${entry('courses')}${record}${entry('slip-check')}${messages}</ul>`;
  if (signedIn === undefined) {
    return html`${look}<p class="mg">账号</p><ul class="ml">${link('sign-in', '/sign-in', '登录')}</ul>`;
  }
  const own =
    signedIn.kind === 'full'
      ? html`<p class="mg">报考</p><ul class="ml">${entry('register')}${entry('mine')}</ul><p class="mg">账号</p><ul class="ml">${entry('phone')}${entry('password')}${entry('account')}</ul>`
      : nothing;
  return html`${look}${own}<form ${send('/sign-out')}>${token(signedIn.signOutForm)}<button class="out" type="submit">退出登录</button></form>`;
}

// ── What several templates need to know ─────────────────────────────────────────────────────────

export const areaName = ({ city, name }: AreaModel): string => `${city}${name}`;

/** Its unit has no seats left, as far as is known. */
export const isInFullUnit = ({ own, pool }: UnitCardModel): boolean =>
  own.kind === 'draft' && pool?.level === 'full';
/** For whatever reason. */
export const isFullDraft = (card: UnitCardModel): boolean =>
  isInFullUnit(card) || (card.own.kind === 'draft' && card.courseFull === true);

export type Tally = { saved: number; chosen: number; chosenFull: number; paid: number };
/** `paid`: courses the fee is reckoned on; a swap is one course, a full one none. */
export function tally(units: readonly UnitCardModel[]): Tally {
  const count = (of: (unit: UnitCardModel) => boolean) => units.filter(of).length;
  const saved = count(({ own }) => own.kind === 'saved' || own.kind === 'swap');
  const added = count(({ own }) => own.kind === 'draft' || own.kind === 'held');
  const chosenFull = count(isFullDraft);
  return {
    saved,
    chosen: added + count(({ own }) => own.kind === 'swap'),
    chosenFull,
    paid: saved + added - chosenFull,
  };
}

/** The course that stands in a unit now: with a swap still the saved one. */
export const standing = (own: Exclude<OwnModel, { kind: 'empty' }>): CourseModel =>
  own.kind === 'swap' ? own.saved : own.course;

export function savedTitle({ saved, failed }: Pick<SavedModel, 'saved' | 'failed'>): string {
  if (failed.length === 0) return `${saved.length} 门已保存`;
  return saved.length === 0
    ? `${failed.length} 门没有保存`
    : `${saved.length} 门已保存，${failed.length} 门没有保存`;
}

export const windowTitles: Record<WindowModel['state'], string> = {
  before: '报考还没有开始',
  open: '正在报考',
  paused: '报考暂停',
  closed: '今天的报考和缴费已结束',
  over: '本次报考已截止',
};

/** 已确认 is said of nobody who has not paid (W3). */
export const lockedTitles: Record<LockedModel['state'], string> = {
  confirmed: '待缴费',
  paid: '报考已完成',
  refunding: '正在退费',
};

export type FailureText = { title: string; text: string; next: string };
export const failureTexts: Record<FailureStatus, FailureText> = {
  400: {
    title: '没有看懂这个请求',
    text: '发来的内容不完整或有误，没有处理。已保存的考位不受影响。',
    next: '请返回上一页，重新打开后再试。',
  },
  403: {
    title: '这个请求不是从本系统的页面发出的',
    text: '为了您的安全，没有处理。已保存的考位不受影响。',
    next: '请从首页重新进入。',
  },
  404: {
    title: '没有这个页面',
    text: '地址可能输错了，或页面已经换了地方。',
    next: '请从首页或菜单重新进入。',
  },
  405: {
    title: '这个页面不能这样打开',
    text: '它只接收表单。没有处理任何内容，已保存的考位不受影响。',
    next: '请从首页或“我的报考”重新进入。',
  },
  411: {
    title: '没有看懂这个请求',
    text: '发来的内容没有说明长度，没有处理。已保存的考位不受影响。',
    next: '请返回上一页，重新打开后再试。',
  },
  413: {
    title: '提交的内容太长',
    text: '超过了页面能接收的长度，没有处理。已保存的考位不受影响。',
    next: '请返回上一页，缩短内容后再提交。',
  },
  415: {
    title: '没有看懂这个请求',
    text: '发来的不是表单，没有处理。已保存的考位不受影响。',
    next: '请从首页重新进入。',
  },
  500: {
    title: '系统出了问题',
    text: '这次没有得到结果。已保存的考位不受影响。',
    next: '请稍等片刻，到“我的报考”查看真实结果，再决定是否重做。',
  },
};

// ── Parts with a little logic ───────────────────────────────────────────────────────────────────

/** More days than a page needs to show are summed up in a line. */
const daysShownMax = 8;

/** The booking days: what is past, what is now, what comes, and whose it is where that differs (R5). */
export function days({ days: all, daysOf }: DaysModel, now: EpochMs): Markup {
  const next = all.findIndex((day) => now < day.closesAt);
  const from = Math.max(0, Math.min(next < 0 ? all.length : next, all.length - daysShownMax));
  const shown = all.slice(from, from + daysShownMax);
  const item = (day: BookingDay, at: number) => {
    const hours = timeSpan(day.opensAt, day.closesAt);
    const last = from + at === all.length - 1;
    const name = dayAndWeekday(day.opensAt);
    if (now >= day.closesAt) return html`<li class="past"><b>${name}</b>已结束</li>`;
    const text = `${now >= day.opensAt ? '今天，' : from + at === next ? '下次，' : ''}${whose(day)}${
      last ? `最后一天，${endTime(day.closesAt)} 截止` : hours
    }`;
    return html`<li class="${from + at === next ? 'next' : 'later'}"><b>${name}</b>${text}</li>`;
  };
  const later = new Set(
    all.slice(from + shown.length).map(({ opensAt }) => dayAndWeekday(opensAt)),
  );
  const rest =
    later.size > 0
      ? html`<p class="hint after num">之后还有 ${later.size} 天，${lastDays(all)}。</p>`
      : nothing;
  const own = daysOf === undefined ? nothing : html`<p class="hint after">${ownDays(daysOf)}</p>`;
  return html`<ul class="days num" aria-label="报考时间">${shown.map(item)}</ul>${rest}${own}`;
}

const whose = ({ candidateType }: BookingDay): string =>
  candidateType === undefined ? '' : `${typeNames[candidateType]}，`;

/** One for all, or each type's where they differ. */
function lastDays(all: readonly BookingDay[]): string {
  const lastOf = (type: CandidateType): BookingDay | undefined =>
    all.findLast(({ candidateType }) => candidateType === undefined || candidateType === type);
  const ends = (day: BookingDay): string =>
    `${dayAndWeekday(day.opensAt)}，${endTime(day.closesAt)} 截止`;
  const types = candidateTypes.flatMap((type) => {
    const day = lastOf(type);
    return day === undefined ? [] : [{ type, day }];
  });
  const [first] = types;
  if (first === undefined) return '';
  if (types.every(({ day }) => day === first.day)) return `最后一天是 ${ends(first.day)}`;
  return types.map(({ type, day }) => `${typeNames[type]}最后一天是 ${ends(day)}`).join('；');
}

const sittings = new WeakMap<UnitModel, string>();
/** `10月24日 周六 09:00–11:30`. Long lists show the same units, which are never changed once made. */
export function sitting(unit: UnitModel): string {
  let text = sittings.get(unit);
  if (text === undefined) {
    text = `${dayAndWeekday(unit.startsAt)} ${timeSpan(unit.startsAt, unit.endsAt)}`;
    sittings.set(unit, text);
  }
  return text;
}

/** F17, F18: one of the person's tickets at a time; with a single one there is nothing to choose. */
export function ticketTabs(path: string, tickets: readonly TicketTabModel[]): Markup {
  if (tickets.length < 2) return nothing;
  const tab = ({ place, ticketMask, programme, shown }: TicketTabModel) =>
    html`<li><a href="${path}?ticket=${place}"${shown ? html` aria-current="true"` : nothing}><b class="num">${ticketMask}</b>${programme}</a></li>`;
  return html`<nav class="tabs" aria-label="准考证"><ul>${tickets.map(tab)}</ul></nav>`;
}

/** Passed courses with their grades. */
export function passedTable(courses: readonly PassedModel[], caption: string): Markup {
  const row = ({ course, grade, credits, practical, passedIn, replacedBy }: PassedModel) => {
    const remark =
      replacedBy.length > 0
        ? html`<small>${whyNotSeated(false, replacedBy)}</small>`
        : practical
          ? html`<small>实践课程</small>`
          : nothing;
    return html`<tr><td><b>${course.code}</b></td><td>${course.name || '名称没有记录'}${remark}</td><td data-label="合格时间 ">${passedIn === undefined ? '没有记录' : monthName(passedIn)}</td><td data-label="学分 ">${credits ?? '没有记录'}</td><td class="right" data-label="成绩 ">${grade}</td></tr>`;
  };
  return html`<table class="list num"><caption class="vh">${caption}</caption><thead><tr><th scope="col">代码</th><th scope="col">课程</th><th scope="col">合格时间</th><th scope="col">学分</th><th scope="col" class="right">成绩</th></tr></thead><tbody>${courses.map(row)}</tbody></table>`;
}

/** Whom to call, and when. */
export const officeRows = ({ name, phone, hours }: Office): Markup =>
  html`<dl class="rows num"><div><dt>咨询</dt><dd>${name}<small>${hours}</small></dd></div><div><dt>电话</dt><dd>${phone}</dd></div></dl>`;

export const captcha = (token: string): Markup =>
  html`<img src="/captcha?token=${token}" width="160" height="56" alt="验证码图片"><input type="hidden" name="captchaToken" value="${token}">`;

/** What is known of the message on its way. */
export function deliveryText({
  delivery,
  phoneMask,
}: Pick<SentCodeModel, 'delivery' | 'phoneMask'>): string {
  switch (delivery) {
    case 'sending':
      return `验证码正在发往 ${phoneMask}。`;
    case 'sent':
      return `验证码已发往 ${phoneMask}。`;
    case 'failed':
      return `短信没有发到 ${phoneMask}，请稍等后重新获取。`;
    case 'phone-messages-used-up':
      return `${phoneMask} 今天的短信条数已用完，没有发送；请明天再试，或联系考区。`;
  }
}

/** `1,164` */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
/** `35`, and `35.50` where there are fen. */
export const wholeYuan = (fen: number): string => (fen % 100 === 0 ? String(fen / 100) : yuan(fen));

/** `4 分 36 秒` */
export function leftText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} 秒` : `${minutes} 分 ${seconds % 60} 秒`;
}
/** `10 时 47 分 23 秒`, the figures large; whole days stand before. */
export function countdown(leftMs: number): Markup {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), '天'],
    [Math.floor(seconds / 3600) % 24, '时'],
    [Math.floor(seconds / 60) % 60, '分'],
    [seconds % 60, '秒'],
  ];
  const shown = (parts[0]?.[0] ?? 0) > 0 ? parts : parts.slice(1);
  return html`${shown.map(([value, name]) => html`<b>${value}</b><span>${name}</span>`)}`;
}

/** What stands under a course's name about the seat it has. */
export function ownText(own: OwnModel): string {
  switch (own.kind) {
    case 'empty':
      return '';
    case 'draft':
      return '还没有考位';
    case 'held':
      return '请在此前保存';
    case 'saved':
      return '有考位了，还要确认和缴费';
    case 'swap':
      return '考位还在，正在换课程';
    case 'confirmed':
      return '缴费成功才算报上';
    case 'paid':
      return '本次报考完成';
    case 'refunding':
      return '退成之前考位仍为您保留';
  }
}

/** Takes the course out of the unit; a saved seat stays. */
export const dropForm = (form: string, unit: UnitModel, name: string, label = name): Markup =>
  html`<form ${post('/register/courses/drop')}>${token(form)}<input type="hidden" name="unit" value="${unit.code}"><button class="tbtn" type="submit" aria-label="${label}">${name}</button></form>`;

/** F32, and a unit that is taken: exchanging is asked for, never done unasked. */
export function replaceForm({ form, replace }: CoursesModel): Markup {
  if (replace === undefined) return nothing;
  return html`<form ${post('/register/courses')}>${token(form)}<input type="hidden" name="course" value="${replace.course.code}"><input type="hidden" name="replace" value="1"><button class="tbtn" type="submit">换成 ${nameCourse(replace.course)}</button></form>`;
}

const courseReasons = new Set<RegisteringReason>([
  'course-malformed',
  'course-unknown',
  'course-replaced',
  'course-practical',
  'course-not-offered',
  'course-foreign',
  'draft-empty',
]);
/** Where on the courses page a problem is mended: the code box, or the card of its unit. */
export function coursesField(problem: ProblemModel<RegisteringReason>): string | undefined {
  if (courseReasons.has(problem.reason)) return 'course';
  return problem.unit === undefined ? undefined : `u-${problem.unit.code}`;
}

/** What the code, or the password in its place, is to save. */
export const saveFields = ({ code, units }: CodeModel): Markup =>
  html`<input type="hidden" name="challenge" value="${code.challenge}">${units.map(({ unit }) => html`<input type="hidden" name="units" value="${unit.code}">`)}`;

/** B1: what is held, and until when; said truly while the message is still on its way. */
export function codeText(model: CodeModel, held: number, until: EpochMs): string {
  const { phoneMask, delivery } = model.code;
  if (model.byPassword)
    return held === 0 ? swapStartedByPassword(until) : holdStartedByPassword(held, until);
  if (delivery === 'not-sent') return messagesAreBack(until);
  if (held === 0) return swapStarted(phoneMask, until);
  switch (delivery) {
    case 'sending':
      return holdStartedSending(phoneMask, held, until);
    case 'sent':
      return holdStarted(phoneMask, held, until);
    case 'failed':
    case 'phone-messages-used-up':
      return `${deliveryText({ phoneMask, delivery })}${held} 个考位仍为您暂留到 ${clockTime(until)}。`;
  }
}

/** Shown by app.js in the last minute. */
export const expiringText = ({ code, byPassword }: CodeModel, until: EpochMs): string =>
  byPassword ? holdExpiringByPassword(until) : holdExpiring(until, code.resendLeft);

/** B4: where to go, what must be given up first, and one action for each place. */
export function offers(model: ElsewhereModel): Markup {
  const { now, area, wanted, counted, whole, more, partly, kept, heldUntil, ordered } = model;
  const others = wanted.flatMap(({ course, own }) =>
    own.kind !== 'empty' && own.otherTicket !== undefined
      ? [`${nameCourse(course)}（准考证 ${own.otherTicket}）`]
      : [],
  );
  const item = (offer: AreaOfferModel) => offerItem(model, offer);
  const list = (title: string, items: readonly AreaOfferModel[]) =>
    items.length === 0
      ? nothing
      : html`<h3 class="h3">${title}</h3><ul class="offers">${items.map(item)}</ul>`;
  const warn = (text: string, link: Markup = nothing) =>
    html`<p class="warn num">${icon('info')}<span>${text}${link}</span></p>`;
  return html`<section class="box" id="offers" aria-labelledby="offers-title"><h2 id="offers-title">有考位的考区</h2><p class="hint num">余位截至 ${clockTime(now)}，实时变化，只供参考，以保存结果为准。<a href="/register/elsewhere">重新查看</a></p>${
    counted ? nothing : warn('暂时没有余位数字，请过几秒重新查看。')
  }${
    kept.length === 0
      ? nothing
      : warn(
          `您在${areaName(area)}已有考位：${listUnitCourses(kept)}。要换考区，得先${ordered ? '撤销报考，已缴费的要等退费成功' : '放弃这些考位'}；考位放回以后可能被别人报走。`,
          html`<a href="/mine">我的报考</a>`,
        )
  }${
    heldUntil === undefined || kept.length > 0
      ? nothing
      : warn(
          `您在${areaName(area)}有暂留到 ${clockTime(heldUntil)} 的考位。换考区，暂留的考位会放回。`,
        )
  }${
    others.length === 0 || kept.length > 0
      ? nothing
      : warn(`用其他准考证填的课程不会带过去，要用那个准考证登录后重新填：${others.join('、')}。`)
  }${
    counted && whole.length === 0
      ? html`<p class="say">${wanted.length === 1 ? '现在没有考区还有这门课程的考位。' : `现在没有考区同时有这 ${wanted.length} 门课程的考位。`}可以改报其他单元的课程，或稍后再看。</p>`
      : list(wanted.length === 1 ? '有余位' : '每门都有余位', whole)
  }${
    more > 0
      ? html`<p class="hint after num">更远的还有 ${more} 个考区，可以在<a href="/register/area">更换考区</a>里自己选。</p>`
      : nothing
  }${list('只有一部分课程有余位', partly)}</section>`;
}

function offerItem(
  { form, wanted, kept, heldUntil }: ElsewhereModel,
  { area, sameCity, kilometres, units }: AreaOfferModel,
): Markup {
  const far = kilometres === undefined ? '' : `，${distance(kilometres)}`;
  const place = sameCity ? `本市${far}` : `${area.city}${far}`;
  const seats = units.map(({ unit, free, level }) => {
    const text = free > 0 ? `余 ${count(free)}` : levelNames.full;
    return html`<span class="nw">${unit.name} ${chip(levelKinds[level], text)}</span>`;
  });
  const coming = wanted.filter(({ own }) => own.kind !== 'empty' && own.otherTicket === undefined);
  const name = heldUntil === undefined ? '换到这里' : '放回暂留，换到这里';
  const action =
    kept.length > 0
      ? nothing
      : html`<form ${send('/register/elsewhere')}>${token(form)}<input type="hidden" name="area" value="${area.code}"><button class="tbtn" type="submit" aria-label="${name}：${areaName(area)}，带上 ${coming.length} 门课程">${name}</button></form>`;
  return html`<li><div><b>${area.name}</b><small class="num">${place}</small><span class="levels num">${seats}</span></div>${action}</li>`;
}

/** B4: after a move, what came along, or what is still to be put in. */
export function carried(form: string, courses: NonNullable<CoursesModel['carried']>): Markup {
  if ('done' in courses) {
    return html`<section class="good-news num">${icon('tick')}<p role="status">已换到这个考区，填好的 ${courses.done} 门课程带过来了。考位还没有保存，请点“获取验证码”。</p></section>`;
  }
  const list = courses.left.map(nameCourse).join('、');
  return html`<section class="notice num">${icon('info')}<p>从原来的考区带来的课程还没有填好：${list}。</p><form ${send('/register/elsewhere/courses')}>${token(form)}<button class="tbtn" type="submit">填入这些课程</button></form></section>`;
}

/**
 * WCAG 2.2.1: the sign-in's end, and the way to go on. app.js shows it two minutes before; a page
 * that is made later than that shows it itself.
 */
export function renewBar({ expiresAt, renewable, signOutForm }: SignInEnd, now: EpochMs): Markup {
  const early = expiresAt - now > signInWarnMs;
  const go = renewable ? html`<button class="tbtn" type="submit">继续</button>` : nothing;
  return html`<form class="renew" id="renew" aria-label="登录时间" ${send('/sign-in/renew')} hx-post="/sign-in/renew" hx-target="#renew" hx-swap="outerHTML" data-ends="${expiresAt}" data-ended="${signInEnded}"${early ? new Markup(' hidden') : nothing}><div class="wrap">${token(signOutForm)}<p>${signInEnds(expiresAt, renewable)}</p>${go}</div></form>`;
}
const signInWarnMs = 2 * 60_000;

/** In groups of four, so that eye and hand find their way. */
export const slipCode = (code: string): string => code.replace(/.{4}(?!$)/g, '$&-');

// ── Confirming and paying ───────────────────────────────────────────────────────────────────────

/** An order's state: 已缴费 and 已确认 stand together (F41). */
export function orderChip(state: OrderModel['state']): Markup {
  switch (state) {
    case 'confirmed':
      return chip('due', '待缴费');
    case 'paid':
      return html`${chip('paid', '已缴费')}${chip('sure', '已确认')}`;
    case 'refunding':
      return chip('back', '退费中');
    case 'refunded':
      return chip('back', '已退费');
    case 'withdrawn':
      return chip('back', '已撤销');
    case 'released':
      return chip('back', '已释放');
    case 'moved':
      return chip('back', '已转考区');
  }
}

/** Courses with when they are sat, as rows of a list of terms. */
const courseRows = (courses: readonly UnitAndCourse[]): Markup =>
  html`${courses.map(
    ({ unit, course }) =>
      html`<div><dt>${unit.name}</dt><dd>${course.name || course.code}<small>${course.code}　${sitting(unit)}</small></dd></div>`,
  )}`;

/** F35, F39: all that is to be checked of an order. */
export function orderRows(order: OrderModel): Markup {
  const { number, area, nameMask, ticketMask, courses, feeFen, state } = order;
  const each = courses.length === 0 ? 0 : feeFen / courses.length;
  return html`<dl class="rows num"><div><dt>状态</dt><dd class="chips">${orderChip(state)}</dd></div><div><dt>订单号</dt><dd class="number">${number}</dd></div><div><dt>考生</dt><dd>${nameMask}<small>准考证 ${ticketMask}</small></dd></div><div><dt>考区</dt><dd>${area.city}　${area.name}</dd></div>${courseRows(courses)}<div class="tot"><dt>合计<small>${wholeYuan(each)} 元 × ${courses.length} 门</small></dt><dd>${yuan(feeFen)} 元</dd></div></dl>`;
}

/** The one number a page is about. */
export const amount = (feeFen: number): Markup =>
  html`<p class="amount num"><b class="big">${yuan(feeFen)}</b> 元</p>`;

export const payable = (model: PayableModel, now: EpochMs): Markup =>
  html`<p class="warn num">${icon('info')}<span>${sayPayable(model, now)}</span></p>`;

/** Looks by itself where scripts run; nothing is shown. What failed is tried again after a minute. */
export const look = ({ at, state, times, afterSeconds }: LookModel): Markup =>
  html`<span id="look" hx-get="/pay/look?at=${at}&state=${state}&times=${times}" hx-trigger="load delay:${afterSeconds}s, every 60s" hx-target="this" hx-swap="outerHTML"></span>`;

/** The hidden order number of a form on an order. */
export const orderField = ({ number }: OrderModel): Markup =>
  html`<input type="hidden" name="order" value="${number}">`;

/** F38: ways to pay, to choose from; with a single one there is nothing to choose. */
export function methodField(methods: readonly PayMethodModel[]): Markup {
  const [first] = methods;
  if (first === undefined) return nothing;
  if (methods.length === 1) {
    return html`<input type="hidden" name="method" value="${first.value}"><p class="hint after">${methodName(first)}，${methodHints[first.way]}。</p>`;
  }
  const item = (method: PayMethodModel, at: number) => {
    const checked = at === 0 ? html` checked` : nothing;
    return html`<li><label class="choice" for="method-${at}"><input type="radio" id="method-${at}" name="method" value="${method.value}"${checked}><span><b>${methodName(method)}</b><small>${methodHints[method.way]}</small></span></label></li>`;
  };
  return html`<fieldset class="field"><legend>支付方式</legend><ul class="choices">${methods.map(item)}</ul></fieldset>`;
}

/** What a dialog stands before: a page, hinted at. */
export const scrimPage = new Markup(
  '<svg viewBox="0 0 1080 700" aria-hidden="true"><g fill="#fff"><rect x="40" y="28" width="330" height="30" rx="4"/><rect x="40" y="86" width="640" height="84" rx="8"/><rect x="700" y="86" width="340" height="420" rx="8"/><rect x="40" y="188" width="310" height="200" rx="8"/><rect x="370" y="188" width="310" height="200" rx="8"/><rect x="40" y="408" width="310" height="200" rx="8"/><rect x="370" y="408" width="310" height="200" rx="8"/></g></svg>',
);

/** An order's courses in a dialog, in short. */
export const orderLines = ({ courses }: OrderModel): Markup =>
  html`<ul class="lines" aria-label="这 ${courses.length} 门课程">${courses.map(
    ({ unit, course }) =>
      html`<li>${unitIcon(unit)}<div><b>${course.name || course.code}</b><small class="num">${course.code}　${unit.name}</small></div></li>`,
  )}</ul>`;

const stepIcons: Record<NextStepModel['kind'], [IconName, 'good' | 'mix' | '']> = {
  choose: ['pen', ''],
  save: ['pen', ''],
  again: ['pen', 'mix'],
  code: ['clock', 'mix'],
  confirm: ['tick', 'mix'],
  pay: ['yuan', 'mix'],
  check: ['clock', 'mix'],
  done: ['ticks', 'good'],
  refunding: ['back', 'mix'],
};

/** Where the next step is done. While booking is shut what belongs to it has no way. */
function stepWay(step: NextStepModel, open: boolean): [string, string] | undefined {
  switch (step.kind) {
    case 'pay':
      return ['/pay', '前往交费'];
    case 'check':
      return ['/pay', '查询缴费结果'];
    case 'done':
      return ['/slip', '查看报考凭证'];
    case 'refunding':
      return ['/pay', '查看退费进度'];
    default:
  }
  if (!open) return undefined;
  switch (step.kind) {
    case 'choose':
      return ['/register', '课程报考与缴费'];
    case 'save':
      return ['/register/courses', '继续选课程'];
    case 'again':
      return ['/mine', '重新报考'];
    case 'code':
      return ['/register/code', step.byPassword ? '输入密码' : '输入验证码'];
    case 'confirm':
      return ['/register/confirm', '确认报考信息'];
  }
}

/**
 * The next step, stated once. `actions` stand beside its own; `form` is there where what was
 * released can be asked for again at once (F30).
 */
export function nextStep(
  step: NextStepModel,
  window: WindowModel,
  now: EpochMs,
  actions: Markup = nothing,
  form?: string,
): Markup {
  const open = window.state === 'open';
  const [drawing, look] = stepIcons[step.kind];
  const { text, next } = sayNextStep(step, window, now);
  const way = stepWay(step, open);
  const link = way === undefined ? nothing : html`<a class="btn" href="${way[0]}">${way[1]}</a>`;
  const main =
    step.kind === 'again' && open && form !== undefined
      ? html`<form ${send('/register/hold')}>${token(form)}<button class="btn" type="submit">获取验证码</button></form>`
      : link;
  const ways =
    main === nothing && actions === nothing
      ? nothing
      : html`<div class="btns row">${main}${actions}</div>`;
  const chips = step.kind === 'done' ? html`<p class="chips">${orderChip('paid')}</p>` : nothing;
  return html`<section class="box result ${look}" aria-labelledby="step"><h2 id="step">${icon(drawing, 20)}${text}</h2>${chips}<p class="num">${next}</p>${ways}</section>`;
}

/** S5: who has lost the area need not hear that nothing was paid in time. */
function howEnded({ order, lost }: OrderRecordModel): string {
  if (order.state === 'withdrawn') return '撤销报考，考位放回';
  if (order.state === 'moved') return '考区不能举行考试，考位转到另一个考区';
  return lost === true ? '考位释放' : '没有在截止前缴费，考位释放';
}

/** What happened to an order, oldest first; what is still on its way stands last. */
export function orderEvents(record: OrderRecordModel): Markup {
  const { order, confirmedAt, endedAt, payments } = record;
  const fee = `${yuan(order.feeFen)} 元`;
  const events: { at: EpochMs | undefined; text: string; number?: string }[] = [
    { at: confirmedAt, text: '确认报考信息' },
  ];
  for (const { number, method, startedAt, state, paidAt, refund } of payments) {
    const provider = providerNamesShown[method.provider];
    events.push({ at: startedAt, text: `发起支付，${provider}：${attemptStates[state]}`, number });
    if (paidAt !== undefined) events.push({ at: paidAt, text: `付款成功，${fee}` });
    if (refund === undefined) continue;
    const { cause, requestedAt, doneAt, stuck } = refund;
    events.push({ at: requestedAt, text: refundCauses[cause] });
    const waiting = stuck ? refundStuck : '退回原付款账户，退成后发短信。';
    const text = doneAt === undefined ? waiting : `退费成功，${fee}，到账时间以支付平台为准`;
    events.push({ at: doneAt, text });
  }
  if (endedAt !== undefined && order.state !== 'refunded')
    events.push({ at: endedAt, text: howEnded(record) });
  const item = ({ at, text, number }: (typeof events)[0]) =>
    html`<li><b>${at === undefined ? '办理中' : `${day(at)} ${clockTime(at)}`}</b>${text}${
      number === undefined ? nothing : html`<small>${number}</small>`
    }</li>`;
  const last = Number.POSITIVE_INFINITY;
  const inOrder = events.sort((one, other) => (one.at ?? last) - (other.at ?? last) || 0);
  return html`<ol class="events num">${inOrder.map(item)}</ol>`;
}
