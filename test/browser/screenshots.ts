/**
 * Pictures of every page and state at three widths, from the real program: `npm run screenshots`
 * writes `screenshots/<page>-<width>.png`. Looks, not asserts; people look at them.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { everySample } from '../web/samples.ts';
import { sampleAddress, stage } from '../web/stage.ts';
import { deskPictures } from './desk-pictures.ts';
import { type InventedCandidate, newCandidates, newcomers, personWho } from './people.ts';
import { startDivided } from './product.ts';
import {
  button,
  captchaToken,
  chooseArea,
  codeFor,
  enterCourse,
  enterPassword,
  heading,
  lookUp,
  signIn,
} from './steps.ts';

const root = new URL('../..', import.meta.url).pathname;
const folder = process.argv[2] ?? join(root, 'screenshots');
const widths = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
const mabian = { city: '乐山市', name: '马边彝族自治县' };
const jingyan = { city: '乐山市', name: '井研县' };
const shizhong = { city: '乐山市', name: '市中区' };

mkdirSync(join(folder, 'states'), { recursive: true });
const product = await startDivided();
const browser = await launchBrowser();
const [origin] = product.origins;
const people = newCandidates();
const beginners = newcomers();
const takeDesk = await deskPictures(browser, product);
try {
  for (const size of widths) {
    console.log(`${size.width} px`);
    await takeAll(size);
  }
} finally {
  await browser.close();
  await product.stop();
}

type Pictures = {
  take(page: Page, name: string): Promise<void>;
  open(page: Page, path: string, name: string): Promise<void>;
};

async function takeAll(size: { width: number; height: number }): Promise<void> {
  const take = async (page: Page, name: string) => {
    // As tall as the page, so that what sticks to the window's edge stands at the page's.
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    await page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
    await page.screenshot({ path: join(folder, `${name}-${size.width}.png`) });
    await page.setViewportSize(size);
  };
  const visit = async () => (await newVisitor(browser, size)).newPage();
  const open = async (page: Page, path: string, name: string) => {
    await page.goto(`${origin}${path}`);
    await take(page, name);
  };
  const next = (among: Generator<InventedCandidate> = people): InventedCandidate => {
    const { value } = among.next();
    if (value === undefined) throw new Error('more pictures than invented people');
    return value;
  };

  const stranger = await visit();
  await open(stranger, '/', 'start');
  await open(stranger, '/guide', 'guide');
  await open(stranger, '/courses', 'courses-offered');
  await open(stranger, '/courses?programme=080901', 'courses-offered-programme');
  await open(stranger, '/verify', 'slip-check');
  await open(stranger, '/verify?c=K7QM-3F2A-9TZX-04RB-81WD-HS6E', 'slip-check-invalid');
  await open(stranger, '/verify?c=K7QM-3F2A', 'slip-check-problem');
  await open(stranger, '/messages', 'messages-empty');
  await open(stranger, '/nothing-here', 'not-found');
  await stranger.goto(`${origin}/sign-in`);
  await captchaToken(stranger);
  await take(stranger, 'sign-in');
  const newcomer = next(beginners);
  await button(stranger, '看不清或无法看图？换一种验证方式').click();
  await button(stranger, '开始验证').click();
  await stranger.getByText('验证完成，请点“确认”。').waitFor();
  await take(stranger, 'sign-in-work');
  await button(stranger, '改为回答验证题').click();
  await stranger.getByText('验证题：').waitFor();
  await take(stranger, 'sign-in-sum');
  await lookUp(stranger, origin, product.cookieKey, newcomer, 'AAAA');
  await stranger.getByRole('alert').waitFor();
  await take(stranger, 'sign-in-captcha-wrong');
  await lookUp(stranger, origin, product.cookieKey, personWho('two tickets'));
  await heading(stranger, '选择准考证，登录').waitFor();
  await take(stranger, 'tickets');
  await enterPassword(stranger, { ...personWho('two tickets'), ticketEndsIn: '07', password: 'x' });
  await stranger.getByRole('alert').waitFor();
  await take(stranger, 'tickets-failed');

  const fresh = await visit();
  await lookUp(fresh, origin, product.cookieKey, newcomer);
  await enterPassword(fresh, newcomer);
  await heading(fresh, '首次登录').waitFor();
  await take(fresh, 'activate');
  await fresh.goto(`${origin}/activate/phone`);
  await take(fresh, 'bind-phone');
  const phone = `199000990${String(size.width).slice(-2)}`;
  await fresh.getByLabel('手机号').fill(phone);
  await button(fresh, '获取验证码').click();
  await fresh.getByLabel('短信验证码').waitFor();
  await take(fresh, 'bind-phone-code');
  await fresh.getByLabel('短信验证码').fill(await codeFor(fresh, origin, phone));
  await button(fresh, '绑定').click();
  await heading(fresh, '修改密码').waitFor();
  await take(fresh, 'new-password');

  const settled = await visit();
  const holder = next();
  await signIn(settled, origin, product.cookieKey, holder);
  await open(settled, '/account', 'account');
  await open(settled, '/account/password', 'change-password');
  await open(settled, '/account/phone', 'unbind-phone');
  await button(settled, '获取验证码').click();
  await settled.getByLabel('短信验证码').waitFor();
  await take(settled, 'unbind-phone-code');
  const unbinding = await codeFor(settled, origin, holder.phone, '解除手机绑定');
  await settled.getByLabel('短信验证码').fill(unbinding);
  await button(settled, '解除绑定').click();
  await settled.getByText('手机已解除绑定').waitFor();
  await take(settled, 'account-unbound');
  await open(settled, '/activate/phone', 'bind-phone-again');

  const forgetful = await visit();
  await lookUp(forgetful, origin, product.cookieKey, next());
  await button(forgetful, '忘记密码').click();
  await heading(forgetful, '忘记密码').waitFor();
  await take(forgetful, 'forgotten');
  await button(forgetful, '获取验证码').click();
  await forgetful.getByLabel('短信验证码').waitFor();
  await take(forgetful, 'forgotten-code');

  const who = next();
  const page = await visit();
  await signIn(page, origin, product.cookieKey, who);
  await open(page, '/mine', 'mine-empty');
  await open(page, '/register', 'notice');
  await page.getByLabel('我已阅读并知晓').check();
  await button(page, '下一步').click();
  await heading(page, '选择考区').waitFor();
  await page.getByLabel('市（州）').selectOption({ label: mabian.city });
  await page.getByRole('radio').first().waitFor();
  await take(page, 'area');
  await chooseArea(page, origin, mabian);
  await take(page, 'courses-none');
  await enterCourse(page, '00009');
  await page.locator('#main').getByText('已放进第一单元').waitFor();
  await enterCourse(page, '00023');
  await page.locator('#main').getByText('已放进第二单元').waitFor();
  await take(page, 'courses-chosen');
  await enterCourse(page, '99999');
  await page.getByRole('alert').waitFor();
  await take(page, 'courses-problem');
  await button(page, '获取验证码').click();
  await page.getByLabel('短信验证码').waitFor();
  await take(page, 'code');
  await page.getByLabel('短信验证码').fill('000000');
  await button(page, '保存考位').click();
  await page.getByRole('alert').waitFor();
  await take(page, 'code-wrong');
  await page.getByLabel('短信验证码').fill(await codeFor(page, origin, who.phone));
  await button(page, '保存考位').click();
  await heading(page, '保存结果').waitFor();
  await take(page, 'saved');
  await open(page, '/register/courses', 'courses-saved');
  await enterCourse(page, '00040');
  await page.getByRole('alert').waitFor();
  await take(page, 'courses-replace');
  await open(page, '/mine', 'mine');
  await page
    .getByRole('link', { name: /放弃这个考位/ })
    .first()
    .click();
  await heading(page, '放弃考位').waitFor();
  await take(page, 'give-up');
  await open(page, '/register/area', 'area-locked');
  await open(page, '/messages', 'messages');

  const payer = next();
  await takePaying(await visit(), payer, { take, open });
  await takeDesk(size, take, payer);

  const half = await visit();
  await signIn(half, origin, product.cookieKey, next());
  await chooseArea(half, origin, jingyan);
  await enterCourse(half, '00009');
  await half.locator('#main').getByText('已放进第一单元').waitFor();
  await enterCourse(half, '00023');
  await half.getByText('没有余位').first().waitFor();
  await take(half, 'courses-one-full');
  await button(half, '获取验证码').click();
  await half.getByRole('dialog').waitFor();
  await take(half, 'ask');

  const none = await visit();
  await signIn(none, origin, product.cookieKey, next());
  await chooseArea(none, origin, shizhong);
  await enterCourse(none, '00009');
  await none.getByText('没有余位').first().waitFor();
  await button(none, '获取验证码').click();
  await heading(none, '没有考位').waitFor();
  await take(none, 'all-full');
  await open(none, '/register/elsewhere', 'elsewhere');

  const studying = await visit();
  await signIn(studying, origin, product.cookieKey, {
    ...personWho('two tickets'),
    ticketEndsIn: '07',
  });
  await open(studying, '/passed', 'passed');
  await open(studying, '/plan', 'plan');

  const waiting = await visit();
  const patient = next();
  await signIn(waiting, origin, product.cookieKey, patient);
  await chooseArea(waiting, origin, mabian);
  await enterCourse(waiting, '00009');
  await waiting.locator('#main').getByText('已放进第一单元').waitFor();
  await button(waiting, '获取验证码').click();
  await waiting.getByLabel('短信验证码').fill(await codeFor(waiting, origin, patient.phone));
  product.freezeEngine();
  await button(waiting, '保存考位').click();
  await heading(waiting, '正在核实').waitFor();
  await take(waiting, 'unknown');
  await product.killEngine();
  await waiting.goto(`${origin}/mine`);
  await take(waiting, 'away');
  await product.startEngine();
  await waiting.goto(`${origin}/mine`);
  await heading(waiting, '我的报考').waitFor();

  const choosing = await visit();
  await signIn(choosing, origin, product.cookieKey, next());
  await chooseArea(choosing, origin, mabian);
  await choosing.getByText('余位实时更新').waitFor();
  pause('pause', '--reason', '系统检修', '--news-by', '2030-01-01T10:30+08:00');
  await waiting.goto(`${origin}/register`);
  await waiting.getByText('报考暂停').first().waitFor();
  await take(waiting, 'paused');
  await choosing.getByText('报考暂停').first().waitFor();
  await take(choosing, 'courses-paused');
  pause('open');
  await choosing.getByText('报考已开放').first().waitFor();
  await choosing.context().setOffline(true);
  await choosing.getByText('网络已断开').waitFor();
  await take(choosing, 'courses-offline');

  // Every page in every state, those among them that the program is in at other hours only.
  const context = await newVisitor(browser, size);
  await context.routeWebSocket(/\/live/, () => {});
  await stage(context);
  const sample = await context.newPage();
  for (const { page: name, name: state } of everySample) {
    await sample.goto(sampleAddress(name, state));
    await take(sample, `states/${name}-${state}`);
  }
}

/** From saved seats to paid, refunding and refunded, the platform's own page among them. */
async function takePaying(
  page: Page,
  who: InventedCandidate,
  { take, open }: Pictures,
): Promise<void> {
  await signIn(page, origin, product.cookieKey, who);
  await chooseArea(page, origin, mabian);
  for (const [course, unit] of [
    ['00009', '第一单元'],
    ['00018', '第三单元'],
  ] as const) {
    await enterCourse(page, course);
    await page.getByText(`已放进${unit}`).waitFor();
  }
  await button(page, '获取验证码').click();
  await page.getByLabel('短信验证码').fill(await codeFor(page, origin, who.phone));
  await button(page, '保存考位').click();
  await heading(page, '保存结果').waitFor();
  await open(page, '/register/confirm', 'confirm');
  await page.getByRole('main').getByRole('link', { name: '确认报考信息', exact: true }).click();
  await page.getByRole('dialog').waitFor();
  await take(page, 'confirm-submit');
  await button(page, '确定').click();
  await heading(page, '核对订单').waitFor();
  await take(page, 'order');
  await open(page, '/mine', 'mine-unpaid');
  await open(page, '/register/courses', 'courses-locked');
  await open(page, '/pay/withdraw', 'withdraw');
  await page.goto(`${origin}/pay/check`);
  await page.getByLabel('证件号码').fill('110101199003070000');
  await button(page, '确定').click();
  await page.getByRole('alert').waitFor();
  await take(page, 'pay-check-wrong');
  await page.getByLabel('证件号码').fill(who.documentNumber);
  await button(page, '确定').click();
  await page.getByRole('dialog').waitFor();
  await take(page, 'pay-confirm');
  const [payment] = await Promise.all([
    page.context().waitForEvent('page'),
    button(page, '确定').click(),
  ]);
  await heading(payment, '缴费').waitFor();
  await take(payment, 'payment');
  await payment.goto(`${origin}/pay`);
  await take(payment, 'pay-checking');
  await open(payment, '/pay/stop', 'pay-stop');
  await payment.goto(`${origin}/pay/page`);
  const [platform] = await Promise.all([
    page.context().waitForEvent('page'),
    payment.getByRole('link', { name: '打开演示付款页' }).click(),
  ]);
  await take(platform, 'sandbox');
  await platform.getByRole('button', { name: /^确认付款/ }).click();
  await platform.getByText('付款成功').first().waitFor();
  const close = payment.getByRole('link', { name: '关闭' });
  while (!(await close.isVisible())) await payment.goto(`${origin}/pay/page`);
  await take(payment, 'done-apart');
  await open(page, '/pay', 'done');
  await open(page, '/slip', 'slip');
  await open(page, '/mine', 'mine-paid');
  await open(page, '/pay/refund', 'refund');
  const sure = page.getByLabel('我知道本次考试可能报不上，仍要退费');
  if (await sure.isVisible()) await sure.check();
  await button(page, '申请退费').click();
  await page.waitForURL((url) => url.pathname !== '/pay/refund');
  const refunded = page.getByText('已退费').first();
  await page.goto(`${origin}/mine`);
  while (!(await refunded.isVisible())) await page.goto(`${origin}/mine`);
  await take(page, 'mine-refunded');
}

function pause(...args: string[]): void {
  execFileSync(process.execPath, [join(root, 'ruxi.ts'), 'window', ...args], {
    env: { ...process.env, ...product.settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
