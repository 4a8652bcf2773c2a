/**
 * The desk's pages: templates compiled at start, each in one frame, with one style sheet of its own.
 * Nothing needs a script. Rules V1 and V2 of ../views.ts hold here too.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Eta } from 'eta';
import { type Asset, asset, withoutComments, withoutSpace } from '../assets.ts';
import * as time from '../china-time.ts';
import { escaped, html, Markup } from '../markup.ts';
import { failureTexts } from '../ui.ts';
import type { FailureStatus } from '../view-models.ts';
import type { Said } from '../wording.ts';
import * as board from './dashboard.ts';
import { entriesFor } from './navigation.ts';
import * as ui from './ui.ts';
import type {
  DeskFrame,
  DeskModels,
  DeskPageName,
  DeskProblem,
  DeskScripts,
} from './view-models.ts';
import * as words from './wording.ts';

export type DeskViews = {
  render<Name extends DeskPageName>(name: Name, model: DeskModels[Name], frame: DeskFrame): string;
  /** For what goes wrong before or in a handler. */
  failure(status: FailureStatus): string;
  /** What the pages link to. */
  readonly assets: readonly Asset[];
  readonly scripts: DeskScripts;
};

type Page<Model> = { file: string; title: (model: Model) => string };

const pages: { readonly [Name in DeskPageName]: Page<DeskModels[Name]> } = {
  refused: { file: 'refused', title: ({ why }) => words.refusals[why].title },
  wait: { file: 'wait', title: ({ cause }) => words.waits[cause].title },
  signIn: { file: 'sign-in', title: () => '登录' },
  code: { file: 'code', title: () => '输入动态码' },
  invitation: { file: 'invitation', title: () => '启用账号' },
  invitationOver: { file: 'invitation-over', title: () => '链接已失效' },
  codes: { file: 'codes', title: () => '恢复码' },
  prove: { file: 'prove', title: () => '再次验证' },
  dashboard: { file: 'dashboard', title: () => '值守' },
  board: { file: 'board', title: () => '考位表' },
  account: { file: 'account', title: () => '我的账号' },
  password: { file: 'password', title: () => '修改密码' },
  authenticator: { file: 'authenticator', title: () => '换验证器' },
  people: { file: 'people', title: () => '账号' },
  invite: { file: 'invite', title: () => '邀请' },
  invited: { file: 'invited', title: () => '邀请链接' },
  person: { file: 'person', title: ({ account }) => `账号 ${account.staff}` },
  keys: { file: 'keys', title: () => '接口密钥' },
  keyMade: { file: 'key-made', title: () => '新的密钥' },
  key: { file: 'key', title: ({ key }) => `密钥 ${key.label}` },
  areas: { file: 'areas', title: () => '考区' },
  acts: { file: 'acts', title: () => '操作' },
  act: { file: 'act', title: ({ act }) => `操作 ${act.number}` },
  actPreview: { file: 'act-preview', title: ({ act }) => words.actNames[act.kind] },
  actUnfit: { file: 'act-unfit', title: () => '没有处理' },
  window: { file: 'window', title: () => '开关' },
  calendar: { file: 'calendar', title: () => '日程' },
  withdrawal: { file: 'withdrawal', title: ({ area }) => `${area.name} 取消考区` },
  pools: { file: 'pools', title: ({ area }) => `${area.name} 调整` },
  timeline: { file: 'timeline', title: ({ nameMask }) => `经过 ${nameMask}` },
  candidateActs: { file: 'candidate-acts', title: () => '为考生办理' },
  area: { file: 'area', title: ({ area }) => area.name },
  candidates: { file: 'candidates', title: () => '查找考生' },
  candidate: { file: 'candidate', title: ({ nameMask }) => `考生 ${nameMask}` },
  inFull: { file: 'in-full', title: () => '完整号码' },
  order: { file: 'order', title: ({ order }) => `订单 ${order.number}` },
  orders: { file: 'orders', title: () => '订单' },
  audit: { file: 'audit', title: () => '审计' },
  import: { file: 'import', title: () => '导入' },
  export: { file: 'export', title: () => '导出' },
  money: { file: 'money', title: () => '对账' },
  evening: { file: 'evening', title: () => '晚间报表' },
  morning: { file: 'morning', title: () => '早间检查' },
  papers: { file: 'papers', title: () => '订卷统计' },
  sittings: { file: 'sittings', title: () => '考场与缺考' },
  settlement: { file: 'settlement', title: () => '资金日报' },
  pool: { file: 'pool', title: ({ area, unit }) => `${area.name} ${unit.name}` },
};

const folder = new URL('pages/', import.meta.url);

export function createDeskViews(): DeskViews {
  const style = styleSheet();
  const eta = new Eta({
    escapeFunction: escaped,
    rmWhitespace: true,
    functionHeader: 'const { ui, words, time, html, said, frame } = options;',
  });
  const template = (file: string) => {
    const compiled = eta.compile(readFileSync(new URL(`${file}.eta`, folder), 'utf8'));
    return (model: object, around: object): string => compiled.call(eta, model, around);
  };
  const outer = template('frame');
  const bodies = Object.fromEntries(
    Object.entries(pages).map(([name, { file }]) => [name, template(file)]),
  );
  const around = { ui, words, time, html, board };
  const [script, chartScript] = scriptsOf();

  function framed(title: string, main: string, frame: DeskFrame | undefined): string {
    const menu = frame?.signedIn && entriesFor(frame.signedIn.roles, frame.path);
    return outer({ title, main: new Markup(main), menu, style: style.path }, { ...around, frame });
  }

  return {
    render(name, model, frame) {
      const { problem } = model as { problem?: DeskProblem<words.Reason> };
      const said: Said | undefined = problem && words.sayDesk(problem);
      const main = bodies[name]?.(model, { ...around, said, frame }) ?? '';
      const title = `${said === undefined ? '' : '错误：'}${pages[name].title(model)} - 值守台 - 入席`;
      return framed(title, main, frame);
    },
    failure(status) {
      const { title, text, next } = failureTexts[status];
      const main = html`<section class="card door"><h1>${title}</h1><p>${text}</p><p>${next}</p></section>`;
      return framed(`${title} - 值守台 - 入席`, main.text, undefined);
    },
    assets: [style, script, chartScript],
    scripts: { script: script.path, chartScript: chartScript.path },
  };
}

/** The palette, then the desk's own. */
function styleSheet(): Asset {
  const own = ['../styles/tokens.css', 'desk.css', 'dashboard.css'].map((name) =>
    readFileSync(new URL(name, import.meta.url), 'utf8'),
  );
  return asset(
    'desk.css',
    withoutSpace([ofUplot('uPlot.min.css'), ...own].join('\n')),
    'text/css; charset=utf-8',
  );
}

/** Ours, and uPlot as its package has it. */
function scriptsOf(): [ours: Asset, uplot: Asset] {
  const own = readFileSync(new URL('../public/desk.js', import.meta.url), 'utf8');
  const type = 'text/javascript; charset=utf-8';
  return [
    asset('desk.js', withoutComments(own), type),
    asset('uplot.js', ofUplot('uPlot.iife.min.js'), type),
  ];
}
function ofUplot(name: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8');
}
