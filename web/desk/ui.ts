/** The small parts that the desk's pages are put together from; each class stands in desk.css. */

import { documentTypes } from '../../engine/protocol/documents.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import { type KeyScope, keyScopes } from '../../engine/protocol/keys.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { ExitSum } from '../../engine/protocol/replies.ts';
import type { ReportedPayment, ReportSum, ReportTopic } from '../../engine/protocol/reports.ts';
import type { ExamUnit } from '../../engine/protocol/session.ts';
import {
  type Foreseen,
  type ForeseenLine,
  hasRight,
  type Right,
  type Role,
  reasonMax,
  roles,
} from '../../engine/protocol/staff.ts';
import { dateOf, dayAndTime, dayAndWeekday } from '../china-time.ts';
import { html, type Markup, nothing } from '../markup.ts';
import { qrCode } from '../qr.ts';
import { count, seatAt } from '../ui.ts';
import type { Level } from '../view-models.ts';
import { levelNames, type Said } from '../wording.ts';
import type { WithdrawalProgress } from './act-models.ts';
import { type EventNames, sayDetails } from './event-words.ts';
import type { ShownDifference } from './files-models.ts';
import type { AreaName, OrderLine } from './lookup-models.ts';
import { type DaySums, paperStates, type SeatCounts, type SittingCounts } from './report-models.ts';
import type { DeskFrame, ScopeChoices } from './view-models.ts';
import {
  fileNames,
  foreseenColumns,
  keyScopeHints,
  keyScopeNames,
  orderStateNames,
  plainYuan,
  providerNamesShown,
  type ReportFile,
  roleHints,
  roleNames,
  sayForeseen,
  reportTabs as tabs,
  topicHints,
  topicNames,
  yuan,
} from './wording.ts';

export { count, documentTypes, qrCode, seatAt };

export const mark = html`<svg class="mk" width="34" height="34" viewBox="0 0 34 34" aria-hidden="true"><rect x="2" y="2" width="30" height="30" rx="3" fill="none" stroke="#fff" stroke-width="2"/><path d="M17 2v30M2 17h30" stroke="#B9D3D6" stroke-width="1.5" stroke-dasharray="3 2.4"/><rect x="6" y="6" width="8.4" height="8.4" rx="1" fill="#FFC94D"/></svg>`;

/** What is wrong, above the form; screen readers say it at once. */
export const problem = (said: Said | undefined): Markup =>
  said === undefined
    ? nothing
    : html`<div class="problem" id="problem" role="alert" tabindex="-1"><p><b>${said.text}</b> ${said.next}</p></div>`;

const orderTags: Partial<Record<OrderLine['state'], string>> = {
  paid: ' ok',
  confirmed: ' warn',
  refunding: ' warn',
};
export const orderTag = ({ state, stuck }: Pick<OrderLine, 'state' | 'stuck'>): Markup =>
  html`<span class="tag${orderTags[state] ?? ''}">${orderStateNames[state]}</span>${
    stuck ? html` <span class="tag bad">退费没有受理</span>` : nothing
  }`;

const changeNames = { added: '新增', changed: '变更', removed: '去掉' } as const;
/** What a file would change, in numbers and by its first rows. */
export function difference({ columns, examples, ...counts }: ShownDifference): Markup {
  const { added, changed, same, removed } = counts;
  const inColumns = columns.map(({ title, rows }) => `${title} ${count(rows)} 处`).join('、');
  return html`<p class="num"><b>新增 ${count(added)}，变更 ${count(changed)}，去掉 ${count(removed)}，不变 ${count(same)}。</b>${
    inColumns === '' ? nothing : html` 变更的列：${inColumns}。`
  }</p>${
    examples.length === 0
      ? nothing
      : html`<table class="stack num"><caption class="vh">前几处改动</caption><thead><tr><th scope="col">改动</th><th scope="col">哪一行</th><th scope="col">列</th></tr></thead><tbody>${examples.map(
          ({ how, who, columns: changedColumns }) =>
            html`<tr><td data-label="改动">${changeNames[how]}</td><td data-label="哪一行">${who}</td><td data-label="列">${changedColumns.join('、')}</td></tr>`,
        )}</tbody></table>`
  }`;
}

/** What an event says, to be read; what the journal has of it stands folded away below. */
export const eventDetails = (
  { kind, details }: { kind: string; details: string },
  names: EventNames,
): Markup =>
  details === ''
    ? nothing
    : html`<dl class="said">${sayDetails(kind, details, names).map(
        ({ label, lines }) =>
          html`<div><dt>${label}</dt>${lines.map((line, place) => html`<dd${place === 0 ? nothing : html` class="more"`}>${line}</dd>`)}</div>`,
      )}</dl><details class="source"><summary>原始记录</summary><p class="raw">${details}</p></details>`;

/** Whether whoever looks has it: what they may not do is not offered. */
export const may = ({ signedIn }: DeskFrame, right: Right): boolean =>
  signedIn !== undefined && hasRight(signedIn.roles, right);

/** What is the whole province's: a file, for one. */
export const mayInProvince = (frame: DeskFrame, right: Right): boolean =>
  may(frame, right) && frame.signedIn?.scope.kind === 'province';

/** An address with what a form by GET would send; empty values are left out. */
export function withQuery(path: string, fields: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query}`;
}

const levelTags: Record<Level, string> = { plenty: ' ok', scarce: ' warn', full: ' bad' };
export const levelTag = (level: Level): Markup =>
  html`<span class="tag${levelTags[level]}">${levelNames[level]}</span>`;

export const token = (value: string): Markup =>
  html`<input type="hidden" name="token" value="${value}">`;

export const hidden = (fields: readonly (readonly [name: string, value: string])[]): Markup =>
  html`${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;

type Box = {
  name: string;
  label: string;
  hint?: string;
  kind?: 'text' | 'password';
  value?: string;
  autocomplete: string;
  /** A number read off a phone. */
  code?: boolean;
};

/** The reports, and which of them this is; those of a day lead to the same day. */
export const reportTabs = (path: string, shown?: ReportDays): Markup =>
  html`<nav class="tabs" aria-label="报表"><ul>${tabs.map(
    (tab) =>
      html`<li><a href="${withQuery(tab.path, 'daily' in tab && shown !== undefined ? dayField(shown) : {})}"${tab.path === path ? html` aria-current="page"` : nothing}>${tab.name}</a></li>`,
  )}</ul></nav>`;

type ReportDays = { day: EpochMs; days: readonly EpochMs[] };
/** The last day needs no name: it is another one tomorrow. */
const dayField = ({ day, days }: ReportDays): { day: string } => ({
  day: day === days[0] ? '' : dateOf(day),
});
/** The day that a report is about: any that has opened. */
export function dayPicker(path: string, { day, days }: ReportDays): Markup {
  if (days.length < 2) return nothing;
  const at = days.indexOf(day);
  const step = (to: EpochMs | undefined, name: string) =>
    to === undefined
      ? nothing
      : html`<a class="b" href="${withQuery(path, dayField({ day: to, days }))}">${name}</a>`;
  return html`<form class="filter" method="get" action="${path}"><span class="pair"><label for="of-day">报考日</label><select class="box" id="of-day" name="day">${days.map(
    (one) =>
      html`<option value="${dateOf(one)}"${one === day ? html` selected` : nothing}>${dayAndWeekday(one)}</option>`,
  )}</select></span><button class="b" type="submit">显示</button>${step(days[at + 1], '前一天')}${step(days[at - 1], '后一天')}</form>`;
}

/** For who may take them away. */
export const fileLinks = (
  frame: DeskFrame,
  files: readonly ReportFile[],
  shown?: ReportDays,
): Markup =>
  may(frame, 'export-orders')
    ? html`<p class="row">${files.map((file) => html`<a class="b" href="${withQuery('/desk/reports/file', { of: file, ...(shown !== undefined && file === 'day' ? dayField(shown) : {}) })}">导出${fileNames[file]}</a>`)}</p>`
    : nothing;

/** With thousands told apart: sums of a whole province. */
export function money(fen: number): string {
  const [whole = '', cents = ''] = plainYuan(Math.abs(fen)).split('.');
  return `${fen < 0 ? '-' : ''}${count(Number(whole))}.${cents}`;
}

/** A dry run: what is about everything as lines, what is about units as a table. */
export function foreseenLines(lines: readonly ForeseenLine[], units: readonly ExamUnit[]): Markup {
  const plain = lines.filter(({ unit }) => unit === undefined);
  const columns = (Object.keys(foreseenColumns) as Foreseen[]).filter((what) =>
    lines.some((line) => line.unit !== undefined && line.what === what),
  );
  const cell = (what: Foreseen, unit: string): string =>
    count(lines.find((line) => line.what === what && line.unit === unit)?.count ?? 0);
  return html`<ul>${plain.map((line) => html`<li class="num">${sayForeseen(line)}</li>`)}</ul>${
    columns.length === 0
      ? nothing
      : html`<table class="stack num"><thead><tr><th scope="col">考试单元</th>${columns.map((what) => html`<th scope="col" class="r">${foreseenColumns[what]}</th>`)}</tr></thead><tbody>${units.map(
          ({ code, name }) =>
            html`<tr><td data-label="考试单元">${name}</td>${columns.map((what) => html`<td class="r" data-label="${foreseenColumns[what]}">${cell(what, code)}</td>`)}</tr>`,
        )}</tbody></table>`
  }`;
}

/** S5: how far the withdrawal of an area has come, and who has found no room. */
export function withdrawalProgress(
  { moved, letGo, returnedFen, people, going, waiting, left, leftLines }: WithdrawalProgress,
  units: readonly ExamUnit[],
): Markup {
  const ahead = people - going.people - waiting.people - left.people;
  const row = (name: string, sum: ExitSum): Markup =>
    html`<tr><td data-label="情况">${name}</td><td class="r" data-label="人数">${count(sum.people)}</td><td class="r" data-label="考位">${count(sum.seats)}</td><td class="r" data-label="已缴（元）">${money(sum.fen)}</td></tr>`;
  const unitName = (code: string): string => units.find((one) => one.code === code)?.name ?? code;
  return html`<section class="card" aria-labelledby="progress"><div class="hd"><h2 id="progress">进度</h2>${
    ahead + going.people + waiting.people > 0
      ? html`<span class="tag warn">办理中</span>`
      : left.people > 0
        ? html`<span class="tag warn">等您决定</span>`
        : html`<span class="tag ok">都已处理</span>`
  }</div>${ahead > 0 ? html`<p class="num">还有 <b>${count(ahead)}</b> 人没有轮到。</p>` : nothing}<table class="stack num"><thead><tr><th scope="col">情况</th><th scope="col" class="r">人数</th><th scope="col" class="r">考位</th><th scope="col" class="r">已缴（元）</th></tr></thead><tbody>${moved.map((one) => row(`已转到${one.area}`, one))}${row(`已释放或退费${letGo.fen > 0 ? `（已退成 ${money(returnedFen)} 元）` : ''}`, letGo)}${row('正在转', going)}${row('等支付或退费结果', waiting)}${row('没有空位，等您决定', left)}</tbody></table></section>${
    leftLines.length === 0
      ? nothing
      : html`<section class="card" aria-labelledby="left"><div class="hd"><h2 id="left">没有空位的考生（${count(left.people)}）</h2></div><table class="stack num"><thead><tr><th scope="col">考生</th><th scope="col">考位</th><th scope="col" class="r">已缴（元）</th><th scope="col">问过的考区</th></tr></thead><tbody>${leftLines.map(
          (one) =>
            html`<tr><td data-label="考生"><a href="${withQuery('/desk/candidate', { person: one.person })}">${one.nameMask} ${one.documentMask}</a></td><td data-label="考位">${one.seats.map((seat) => `${unitName(seat.unit)} ${seat.code} ${seat.name}`).join('、')}</td><td class="r" data-label="已缴（元）">${money(one.feeFen)}</td><td data-label="问过的考区">${one.declined.map(({ area, reason }) => `${area}：${declinedNames[reason] ?? reason}`).join('、')}</td></tr>`,
        )}</tbody></table>${left.people > leftLines.length ? html`<p class="sub">还有 ${count(left.people - leftLines.length)} 人没有列出，处理完这些再看。</p>` : nothing}</section>`
  }`;
}
const declinedNames: Partial<Record<RefusalReason, string>> = {
  'seats-exhausted': '没有空位',
  'course-full': '课程限额已满',
  'area-withdrawn': '也已取消',
  'claim-elsewhere': '考生选的考区对不上',
  'seats-remain': '那里还有别的考位',
  'orders-used-up': '报考单太多',
};

const alarming: readonly ReportTopic[] = ['overdue', 'refunds-stuck', 'amiss'];
export function topicRow(topic: ReportTopic, { count: how, seats, fen }: ReportSum): Markup {
  const hint = topicHints[topic];
  const bad = alarming.includes(topic) && how > 0;
  return html`<tr><td>${topicNames[topic]}${hint === undefined ? nothing : html`<small>${hint}</small>`}</td><td class="r">${bad ? html`<b class="wrong">${count(how)}</b>` : count(how)}</td><td class="r">${count(seats)}</td><td class="r">${money(fen)}</td></tr>`;
}

/** A report of a day: what came about on it, and what stands now. */
export const dayRows = (shown: ReportDays, rows: Markup): Markup =>
  html`<tbody><tr><th class="of" scope="rowgroup" colspan="4">${dayAndWeekday(shown.day)} 当日</th></tr>${rows}</tbody>`;
export const rowsNow = (rows: Markup): Markup =>
  html`<tbody><tr><th class="of" scope="rowgroup" colspan="4">现在</th></tr>${rows}</tbody>`;

/** What has to be looked at by itself; nothing: no card. */
export function attention(payments: readonly ReportedPayment[], sums: DaySums['sums']): Markup {
  const all = sums['refunds-stuck'].count + sums.amiss.count;
  if (all === 0) return nothing;
  const left = all - payments.length;
  return html`<section class="card" aria-labelledby="attention"><h2 id="attention">逐笔处理（${count(all)}）</h2><table class="stack num"><thead><tr><th scope="col">事项</th><th scope="col">支付单号</th><th scope="col">支付平台</th><th scope="col">开始时间</th><th scope="col" class="r">金额</th></tr></thead><tbody>${payments.map(
    ({ topic, attempt, provider, amountFen, since }) =>
      html`<tr><td data-label="事项"><span class="tag bad">${topicNames[topic]}</span></td><td data-label="支付单号"><a href="${withQuery('/desk/order', { order: orderOf(attempt) })}">${attempt}</a></td><td data-label="支付平台">${providerNamesShown[provider]}</td><td data-label="开始时间">${dayAndTime(since)}</td><td class="r" data-label="金额">${yuan(amountFen)} 元</td></tr>`,
  )}</tbody></table>${left > 0 ? html`<p class="sub">还有 ${count(left)} 笔没有列出。</p>` : nothing}</section>`;
}
/** An attempt's number is its order's, and its own place. */
const orderOf = (attempt: string): string => attempt.slice(0, attempt.lastIndexOf('_'));

/** Where something is still to be done. */
export const areaDays = (lines: readonly (AreaName & DaySums)[]): Markup =>
  lines.length === 0
    ? nothing
    : html`<section class="card" aria-labelledby="areas"><h2 id="areas">没有办完的考区（${lines.length}）</h2><div class="table" role="group" aria-labelledby="areas" tabindex="0"><table class="num"><thead><tr><th scope="col">考区</th><th scope="col" class="r">未缴费考位</th><th scope="col" class="r">宽限中</th><th scope="col" class="r">到时没有释放</th><th scope="col" class="r">退费中</th><th scope="col" class="r">没有受理</th></tr></thead><tbody>${lines.map(
        ({ code, name, city, seats, sums }) =>
          html`<tr><th scope="row"><a href="/desk/area?area=${code}">${name}</a><small>${city} ${code}</small></th><td class="r">${count(seats.saved + seats.confirmed)}</td><td class="r">${count(sums['in-grace'].count)}</td><td class="r">${count(sums.overdue.count)}</td><td class="r">${count(sums['refunds-open'].count)}</td><td class="r">${count(sums['refunds-stuck'].count)}</td></tr>`,
      )}</tbody></table></div></section>`;

/** S5: what must be empty before anything is ordered by these counts. */
export const amissLine = (amiss: number): Markup =>
  amiss === 0
    ? html`<p class="sub">已付款、没有确认也没有退的：0。</p>`
    : html`<p class="told">已付款、没有确认也没有退的：<b class="wrong num">${count(amiss)}</b> 笔。必须是 0，请先在<a href="/desk/reports">晚间报表</a>逐笔处理。</p>`;

export const sittingHead = html`<th scope="col" class="r">已缴费</th><th scope="col" class="r">已安排</th><th scope="col" class="r">未安排</th><th scope="col" class="r">缺考</th><th scope="col" class="r">缺考率</th>`;
export const sittingCells = ({ paid, arranged, absent }: SittingCounts): Markup =>
  html`${[paid, arranged, paid - arranged, absent].map((one) => html`<td class="r">${count(one)}</td>`)}<td class="r">${paid === 0 ? '—' : `${((absent / paid) * 100).toFixed(1)}%`}</td>`;

export const seatCells = (counts: SeatCounts): Markup =>
  html`${paperStates.map((state) => html`<td class="r">${count(counts[state])}</td>`)}`;

/** 角色: what each is for stands beside it. */
export const roleBoxes = (held: readonly Role[]): Markup =>
  html`<fieldset><legend>角色</legend><div class="choices">${roles.map((role) => {
    const checked = held.includes(role) ? html` checked` : nothing;
    const id = `role-${role}`;
    return html`<div class="choice"><input id="${id}" type="checkbox" name="role" value="${role}" aria-describedby="${id}-hint"${checked}><p><label for="${id}">${roleNames[role]}</label><small id="${id}-hint">${roleHints[role]}</small></p></div>`;
  })}</div></fieldset>`;

/** What a key may read: each with what that is. */
export const keyScopeBoxes = (may: readonly KeyScope[]): Markup =>
  html`<fieldset><legend>可以读取</legend><div class="choices">${keyScopes.map((one) => {
    const checked = may.includes(one) ? html` checked` : nothing;
    const id = `may-${one}`;
    return html`<div class="choice"><input id="${id}" type="checkbox" name="may" value="${one}" aria-describedby="${id}-hint"${checked}><p><label for="${id}">${keyScopeNames[one]}</label><small id="${id}-hint">${keyScopeHints[one]}</small></p></div>`;
  })}</div></fieldset>`;

/** 管理范围: the province, a city with all of its areas, or one area. */
export function scopeSelect({ province, cities }: ScopeChoices, chosen: string): Markup {
  const option = (value: string, name: string) =>
    html`<option value="${value}"${value === chosen ? html` selected` : nothing}>${name}</option>`;
  const groups = cities.map(
    ({ code, name, whole, areas }) =>
      html`<optgroup label="${name}">${whole ? option(`city:${code}`, `${name}（全部考区）`) : nothing}${areas.map((area) => option(`area:${area.code}`, area.name))}</optgroup>`,
  );
  return html`<div class="field"><label for="scope">管理范围</label><select class="box" id="scope" name="scope" required>${option('', '请选择')}${province ? option('province', '全省') : nothing}${groups}</select></div>`;
}

/** Why: it stands in the audit. */
export const reasonField = (name: string, value = ''): Markup =>
  html`<div class="field"><label for="${name}">原因</label><p class="hint" id="${name}-hint">会写入审计记录。</p><input class="box" id="${name}" name="reason" value="${value}" maxlength="${reasonMax}" autocomplete="off" required aria-describedby="${name}-hint"></div>`;

/** S2: what candidates read while it is paused, and when they will hear more. */
export const pauseFields = (id: string): Markup =>
  html`<div class="field"><label for="shown-${id}">考生看到的原因</label><input class="box" id="shown-${id}" name="shown" maxlength="100" autocomplete="off" required></div><div class="field"><label for="minutes-${id}">多久内更新消息</label><select class="box" id="minutes-${id}" name="minutes">${[15, 30, 60, 120].map((one) => html`<option value="${one}"${one === 30 ? html` selected` : nothing}>${one} 分钟</option>`)}</select></div>`;

/** A day and a time on China's clocks. `unless`: what it means to leave it empty. */
export const timeField = (
  id: string,
  name: string,
  label: string,
  value = '',
  unless?: string,
): Markup =>
  html`<div class="field"><label for="${id}">${label}</label>${
    unless === undefined ? nothing : html`<p class="hint" id="${id}-hint">${unless}</p>`
  }<input class="box" id="${id}" name="${name}" type="datetime-local" value="${value}"${
    unless === undefined ? html` required` : html` aria-describedby="${id}-hint"`
  }></div>`;

export const numberField = (id: string, name: string, label: string, value: number): Markup =>
  html`<div class="field"><label for="${id}">${label}</label><input class="box" id="${id}" name="${name}" inputmode="numeric" maxlength="6" value="${value}" autocomplete="off" required></div>`;

/** One box with its label; required, with words of ours for what is wrong. */
export function field({
  name,
  label,
  hint,
  kind = 'text',
  value = '',
  autocomplete,
  code,
}: Box): Markup {
  const numeric = code === true ? html` inputmode="numeric" maxlength="20"` : nothing;
  const described = hint === undefined ? nothing : html` aria-describedby="${name}-hint"`;
  const told = hint === undefined ? nothing : html`<p class="hint" id="${name}-hint">${hint}</p>`;
  return html`<div class="field"><label for="${name}">${label}</label>${told}<input class="box" id="${name}" name="${name}" type="${kind}" value="${value}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false" required${numeric}${described}></div>`;
}
