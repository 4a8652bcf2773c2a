/**
 * Turns models into HTML. Templates are read and compiled once, at start; after that a page is a
 * function of its model. With a frame the whole document comes out, without one what htmx puts
 * into a page that is open already: the title, the inside of <main>, the steps and the action bar.
 *
 * V1 Templates write `<%= … %>` only; see markup.ts for what is escaped there.
 * V2 Nothing on a page runs or styles by attribute: no handler, no style, no inline script.
 * V3 Pages that stand in another frame than the one on screen (start, sign-in) are never put into
 *    it: their fragment is an order to load them whole.
 */
import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import type { AreaCode, EpochMs } from '../engine/protocol/ids.ts';
import { type Asset, type Assets, readAssets } from './assets.ts';
import * as time from './china-time.ts';
import { escaped, html, Markup, nothing } from './markup.ts';
import * as ui from './ui.ts';
import type {
  CaptchaModel,
  CaptchaPictureModel,
  FailureStatus,
  Frame,
  LookModel,
  MenuEntry,
  PageModels,
  PageName,
  ProblemModel,
  SignInEnd,
} from './view-models.ts';
import * as words from './wording.ts';

/** With a frame a whole page, without one the fragment for htmx. */
export type Render<Model> = (model: Model, frame?: Frame) => string;
export type Views = { readonly [Name in PageName]: Render<PageModels[Name]> } & {
  /** What scripts put beside the captcha box. */
  captcha(model: CaptchaPictureModel): string;
  /** The whole field, when another way is asked for. */
  captchaField(model: CaptchaModel): string;
  /** The bar that says when the sign-in ends, after it was put off. */
  renewBar(signIn: SignInEnd, now: EpochMs): string;
  /** What waits on a page and looks again. */
  look(model: LookModel): string;
  /** For scripts: the page to go to instead of what they asked for. */
  goTo(path: string): string;
  /** For what goes wrong before or in a handler: made at start, knows nobody. */
  failure(status: FailureStatus): string;
  /** What the pages link to. */
  readonly assets: readonly Asset[];
};

type Page<Model> = {
  file: string;
  title: (model: Model) => string;
  menu?: MenuEntry;
  /** 1–6, of the steps above the page; 7: all of them are done. */
  step?: number | ((model: Model) => number);
  /** Whose counts the page follows. */
  live?: (model: Model) => AreaCode;
  /** V3: where the browser goes instead of showing a fragment. */
  whole?: string | ((model: Model) => string);
  /** Shown again by its form, sent again, not by the address of `whole`. */
  byForm?: true;
  /** On paper nothing stands around it. */
  paper?: true;
  say?: (problem: NonNullable<Model extends { problem?: infer P } ? P : never>) => words.Said;
};

const registering = { menu: 'register', say: words.sayRegistering } as const;
const paying = { ...registering, step: 6 } as const;
const following = { live: ({ area }: { area: { code: AreaCode } }) => area.code };

const pages: { readonly [Name in PageName]: Page<PageModels[Name]> } = {
  start: { file: 'start', title: () => '首页', whole: '/' },
  signIn: {
    file: 'sign-in',
    title: () => '查询准考证号',
    menu: 'sign-in',
    whole: ({ news }) => (news === undefined ? '/sign-in' : `/sign-in?${news}`),
    say: words.sayLookup,
  },
  tickets: {
    file: 'tickets',
    title: () => '选择准考证，登录',
    menu: 'sign-in',
    whole: '/sign-in',
    say: words.sayPasswordStep,
  },
  activate: { file: 'activate', title: () => '首次登录', whole: '/activate' },
  bindPhone: {
    file: 'bind-phone',
    title: () => '绑定手机',
    whole: '/activate/phone',
    say: words.sayPhone,
  },
  newPassword: {
    file: 'new-password',
    title: () => '修改密码',
    whole: '/activate/password',
    say: words.sayNewPassword,
  },
  notice: { ...registering, file: 'notice', title: () => '阅读须知', step: 1, whole: '/register' },
  area: { ...registering, file: 'area', title: () => '选择考区', step: 2 },
  moving: { file: 'moving', title: () => '正在更换考区', menu: 'register', step: 2 },
  courses: {
    ...registering,
    ...following,
    file: 'courses',
    title: ({ units }) => {
      const full = units.filter(ui.isFullDraft).length;
      return full === 0 ? '选择课程' : `选择课程（${full} 门没有余位）`;
    },
    step: 3,
  },
  ask: {
    ...registering,
    ...following,
    file: 'ask',
    title: ({ full }) => `有 ${full.length} 门课程没有考位`,
    step: 4,
  },
  allFull: { ...following, file: 'all-full', title: () => '没有考位', menu: 'register', step: 3 },
  code: {
    ...registering,
    ...following,
    file: 'code',
    title: ({ byPassword }) => (byPassword ? '输入登录密码' : '输入验证码'),
    step: 4,
  },
  saved: { ...following, file: 'saved', title: ui.savedTitle, menu: 'register', step: 4 },
  unknown: {
    file: 'unknown',
    title: () => '正在核实',
    menu: 'register',
    step: ({ operation }) => words.operationSteps[operation.kind],
  },
  giveUp: { ...registering, file: 'give-up', title: () => '放弃考位', menu: 'mine' },
  mine: { file: 'mine', title: () => '我的报考', menu: 'mine', whole: '/mine' },
  guide: { file: 'guide', title: () => '报考前准备', menu: 'guide' },
  courseList: { file: 'course-list', title: () => '查看开考课程', menu: 'courses' },
  window: {
    file: 'window',
    title: ({ window }) => ui.windowTitles[window.state],
    menu: 'register',
  },
  busy: { file: 'busy', title: () => '请稍后再试' },
  messages: { file: 'messages', title: () => '演示短信', menu: 'messages' },
  forgotten: {
    file: 'forgotten',
    title: () => '忘记密码',
    menu: 'sign-in',
    whole: '/sign-in',
    byForm: true,
    say: words.sayForgotten,
  },
  resetPassword: {
    file: 'new-password',
    title: () => '重设密码',
    menu: 'sign-in',
    whole: '/sign-in',
    byForm: true,
    say: words.sayNewPassword,
  },
  account: {
    file: 'account',
    title: () => '账号与安全',
    menu: 'account',
    whole: '/account',
    say: words.sayAccount,
  },
  unbindPhone: {
    file: 'unbind-phone',
    title: () => '解除手机绑定',
    menu: 'phone',
    whole: '/account/phone',
    say: words.sayPhone,
  },
  changePassword: {
    file: 'new-password',
    title: () => '修改密码',
    menu: 'password',
    whole: '/account/password',
    say: words.sayNewPassword,
  },
  passed: { file: 'passed', title: () => '查看已合格课程', menu: 'passed' },
  plan: { file: 'plan', title: () => '查看毕业课程与成绩', menu: 'plan' },
  elsewhere: {
    ...registering,
    ...following,
    file: 'elsewhere',
    title: () => '有考位的考区',
    step: 3,
  },
  slip: { file: 'slip', title: () => '报考凭证', menu: 'mine', paper: true },
  slipCheck: {
    file: 'slip-check',
    title: ({ verdict }) => `${verdict ? `${words.slipVerdicts[verdict]} - ` : ''}查验报考凭证`,
    menu: 'slip-check',
    say: words.saySlipCheck,
  },
  confirm: { ...registering, file: 'confirm', title: () => '确认报考信息', step: 5 },
  confirmSubmit: { ...registering, file: 'confirm-submit', title: () => '提交报考', step: 5 },
  locked: { ...registering, file: 'locked', title: ({ state }) => ui.lockedTitles[state], step: 6 },
  order: { ...paying, file: 'order', title: () => '核对订单' },
  withdraw: { ...registering, file: 'withdraw', title: () => '撤销报考', menu: 'mine' },
  payCheck: { ...paying, file: 'pay-check', title: () => '核对证件号码' },
  payConfirm: { ...paying, file: 'pay-confirm', title: () => '去缴费' },
  payment: { ...paying, file: 'payment', title: () => '缴费' },
  checking: { ...paying, file: 'checking', title: () => '正在核实缴费结果' },
  stopPayment: { ...paying, file: 'stop-payment', title: () => '停止支付' },
  done: { ...registering, file: 'done', title: () => '报考完成', step: 7 },
  refund: { ...registering, file: 'refund', title: () => '申请退费', menu: 'mine' },
  refunding: { ...registering, file: 'refunding', title: () => '正在退费', menu: 'mine' },
  orderRecord: { file: 'order-record', title: () => '订单记录', menu: 'mine' },
};

const steps = ['阅读须知', '选择考区', '选择课程', '保存考位', '确认报考信息', '缴费'];
const lastStep = steps.length;

const folder = new URL('pages/', import.meta.url);

/** What a template sees beside `it`. `part` takes what belongs outside <main>: the action bar. */
type Surroundings = {
  ui: typeof ui;
  words: typeof words;
  time: typeof time;
  html: typeof html;
  assets: Assets;
  said: words.Said | undefined;
  part: (content: string) => void;
  /** F1: the field on every form that asks for a captcha, with what is wrong with it. */
  captchaField: (model: CaptchaModel, said?: words.Said) => Markup;
};
type Template = (model: unknown, said?: words.Said) => { main: string; act: string };

export function createViews(): Views {
  const assets = readAssets();
  const eta = new Eta({
    escapeFunction: escaped,
    rmWhitespace: true,
    functionHeader: 'const { ui, words, time, html, assets, said, part, captchaField } = options;',
  });

  function template(file: string): Template {
    const compiled = eta.compile(readFileSync(new URL(`${file}.eta`, folder), 'utf8'));
    return (model, said) => {
      let act = '';
      const around: Surroundings = {
        ui,
        words,
        time,
        html,
        assets,
        said,
        part: (content) => {
          act = content;
        },
        captchaField,
      };
      // Eta hands its second argument to the compiled function as `options`.
      const main = compiled.call(eta, model as object, around as object);
      return { main, act };
    };
  }

  const fieldTemplate = template('captcha-field');
  function captchaField(model: CaptchaModel, said?: words.Said): Markup {
    const script = assets.captcha.path;
    return new Markup(fieldTemplate({ ...model, script }, said).main);
  }
  const frameTemplate = template('frame');
  const stepsBars = Array.from({ length: lastStep + 2 }, (_, step) => stepsBar(step));

  function renderer<Name extends PageName>(name: Name): Render<PageModels[Name]> {
    const page = pages[name];
    const body = template(page.file);
    return (model, frame) => {
      const whole = typeof page.whole === 'function' ? page.whole(model) : page.whole;
      if (frame === undefined && whole !== undefined) return wholeInstead(whole);
      const { problem } = model as { problem?: ProblemModel<never> };
      const said = problem && page.say?.(problem as never);
      const { main, act } = body(model, said);
      const place = (typeof page.step === 'function' ? page.step(model) : page.step) ?? 0;
      const steps = stepsBars[place] ?? nothing;
      const step = place === 0 || place > lastStep ? '' : `第 ${place} 步，共 6 步 - `;
      const title = `${said === undefined ? '' : '错误：'}${page.title(model)} - ${step}自学考试课程报考`;
      if (frame === undefined) {
        return `<title>${escaped(title)}</title>${main}<hx-partial hx-target="#steps" hx-swap="outerHTML">${steps.text}</hx-partial><hx-partial hx-target="#act" hx-swap="outerHTML">${actBar(act)}</hx-partial>`;
      }
      return frameTemplate({
        ...frameParts(assets, frame, page.menu),
        title,
        steps,
        live: page.live?.(model) ?? '',
        paper: page.paper ?? false,
        address: frame.posted && !page.byForm ? whole : undefined,
        main: new Markup(main),
        act: new Markup(actBar(act)),
      }).main;
    };
  }

  const captcha = template('captcha');
  const failures = new Map(
    ([400, 403, 404, 405, 411, 413, 415, 500] as const).map((status) => {
      const { title, text, next } = ui.failureTexts[status];
      const { main } = template('failure')({ title, text, next, style: assets.style.path });
      return [status, main];
    }),
  );
  const renderers = Object.fromEntries(
    (Object.keys(pages) as PageName[]).map((name) => [name, renderer(name)]),
  ) as { [Name in PageName]: Render<PageModels[Name]> };
  return {
    ...renderers,
    captcha: (model) => captcha(model).main,
    captchaField: (model) => captchaField(model).text,
    renewBar: (signIn, now) => ui.renewBar(signIn, now).text,
    look: (model) => ui.look(model).text,
    goTo: wholeInstead,
    failure: (status) => failures.get(status) ?? '',
    assets: Object.values(assets),
  };
}

const actBar = (act: string): string =>
  act === ''
    ? '<section class="act" id="act" hidden></section>'
    : `<section class="act" id="act" aria-label="提交">${act}</section>`;

/** V3: app.js reads it before anything is swapped. */
const wholeInstead = (path: string): string => `<p data-whole="${path}"></p>`;

function stepsBar(now: number): Markup {
  if (now === 0) return html`<nav class="steps" id="steps" hidden></nav>`;
  const item = (name: string, at: number) => {
    const content = html`<span>${at + 1} ${name}</span>`;
    if (at + 1 < now) return html`<li class="done">${content}</li>`;
    return at + 1 === now
      ? html`<li class="now" aria-current="step">${content}</li>`
      : html`<li>${content}</li>`;
  };
  const place =
    now > lastStep ? html`6 步全部完成` : html`第 ${now} 步，共 6 步<b>${steps[now - 1]}</b>`;
  return html`<nav class="steps" id="steps" aria-label="报考步骤"><div class="wrap"><p>${place}</p><ol>${steps.map(item)}</ol></div></nav>`;
}

function frameParts(assets: Assets, frame: Frame, current: MenuEntry | undefined) {
  return {
    frame,
    assets,
    htmxConfig,
    menu: ui.menu(frame, current),
    symbols: ui.symbols,
  };
}

const htmxConfig = JSON.stringify({
  history: false,
  includeIndicatorCSS: false,
  // Two waits of the gateway for the engine and some more: its word comes before ours.
  defaultTimeout: 30_000,
  extensions: 'ws',
  ws: { reconnectDelay: '2s', reconnectJitter: 1, reconnectMaxDelay: '60s' },
});
