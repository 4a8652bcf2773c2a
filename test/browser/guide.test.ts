/**
 * The province's operating guide, walked from its first line to its last, in its order and by its
 * names: on the program as one process and over NATS, with scripts and without. One person, from the
 * first sign-in to a paid and confirmed registration, its slip, and what the guide calls the rest.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { captchaAnswer, type InventedCandidate, newcomers } from './people.ts';
import { type Product, startDivided, startWhole } from './product.ts';
import { button, captchaToken, codeFor, enterCourse, heading, pickArea } from './steps.ts';

/** Second and fourth unit full, the others not. */
const area = { city: '乐山市', name: '井研县' };
const courses = { first: '00009', full: '00023', third: '00018', otherFirst: '00022' };
const password = 'xian-hua-er-zhong-8';
/** Some sixty pages: a busy machine shall not end a walk that goes on. */
const walkMsMax = 600_000;

describe.each<[string, () => Promise<Product>]>([
  ['one process', startWhole],
  ['gateways, engine and sandbox apart, over NATS', startDivided],
])('%s', (_, start) => {
  let product: Product;
  let browser: Browser;
  const people = newcomers();

  beforeAll(async () => {
    [product, browser] = await Promise.all([start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  test.each([
    ['with scripts', true],
    ['without scripts', false],
  ])(
    'F1 F9 F14 F15 F19 F29 F32 F33 F35 F36 F37 F38 F39 F40 F41 F42 F43 the guide from its first line to its last, %s',
    async (_how, scripts) => {
      const { value: who } = people.next();
      if (who === undefined) throw new Error('more walks than invented people');
      const context = await newVisitor(browser, { scripts });
      onTestFinished(() => context.close());
      const walk = new Walk(context, await context.newPage(), product, who);
      await walk.findTicket();
      await walk.bindPhone();
      await walk.changePassword();
      await walk.lookThingsUp();
      await walk.readNotice();
      await walk.chooseCourses();
      await walk.replaceAndAdd();
      await walk.confirm();
      await walk.pay();
      await walk.keepSlip();
      await walk.doTheRest();
    },
    walkMsMax,
  );
});

class Walk {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly product: Product;
  readonly who: InventedCandidate;
  readonly phone: string;

  constructor(context: BrowserContext, page: Page, product: Product, who: InventedCandidate) {
    this.context = context;
    this.page = page;
    this.product = product;
    this.who = who;
    // One that nobody in the demonstration has on record.
    this.phone = `1990077${who.ticket.slice(-4)}`;
  }

  get origin(): string {
    return this.product.origins[0];
  }
  async menu(name: string): Promise<void> {
    const link = this.page.getByRole('link', { name, exact: true }).first();
    await link.click();
  }
  async newestCode(): Promise<string> {
    return codeFor(this.page, this.origin, this.phone);
  }

  /** 一（一）（二）（三） */
  async findTicket(): Promise<void> {
    const { page, origin, product, who } = this;
    await page.goto(`${origin}/sign-in`);
    await page.getByLabel('证件类型').selectOption(who.documentType);
    await page.getByLabel('证件号码').fill(who.documentNumber);
    const token = await captchaToken(page);
    await page.locator('#captcha').fill(captchaAnswer(product.cookieKey, token));
    await button(page, '确认').click();
    await heading(page, '选择准考证，登录').waitFor();
    expect(await page.getByRole('radio').isChecked()).toBe(true);
    await page.getByLabel('密码', { exact: true }).fill(who.password);
    await button(page, '登录').click();
    await heading(page, '首次登录').waitFor();
  }

  /** 二（一）1–4 */
  async bindPhone(): Promise<void> {
    const { page } = this;
    await page.getByRole('link', { name: '确定' }).click();
    await page.getByLabel('手机号').fill(this.phone);
    await button(page, '获取验证码').click();
    await page.getByLabel('短信验证码').fill(await this.newestCode());
    await button(page, '绑定').click();
  }

  /** 二（二）1 */
  async changePassword(): Promise<void> {
    const { page, who, origin, product } = this;
    await heading(page, '修改密码').waitFor();
    await page.getByLabel('初始密码').fill(who.password);
    await page.getByLabel('新密码', { exact: true }).fill(password);
    await page.getByLabel('再输一次新密码').fill(password);
    await button(page, '提交').click();
    await page.waitForURL(/\/sign-in/);
    await page.getByLabel('证件类型').selectOption(who.documentType);
    await page.getByLabel('证件号码').fill(who.documentNumber);
    const token = await captchaToken(page);
    await page.locator('#captcha').fill(captchaAnswer(product.cookieKey, token));
    await button(page, '确认').click();
    await heading(page, '选择准考证，登录').waitFor();
    await page.getByLabel('密码', { exact: true }).fill(password);
    await button(page, '登录').click();
    await page.getByText('退出登录').first().waitFor({ state: 'attached' });
    expect(page.url()).toBe(`${origin}/`);
  }

  /** 二（二）2–5 */
  async lookThingsUp(): Promise<void> {
    for (const name of ['报考前准备', '查看开考课程', '查看已合格课程', '查看毕业课程与成绩']) {
      await this.menu(name);
      await heading(this.page, name).waitFor();
    }
  }

  /** 三（一） */
  async readNotice(): Promise<void> {
    const { page } = this;
    await this.menu('课程报考与缴费');
    await heading(page, '报考须知').waitFor();
    await page.getByLabel('我已阅读并知晓').check();
    await button(page, '下一步').click();
  }

  /** 三（二）1–6 */
  async chooseCourses(): Promise<void> {
    const { page, who } = this;
    await heading(page, '选择考区').waitFor();
    await page.getByText(who.ticket.slice(-2)).first().waitFor();
    await pickArea(page, area);
    await page.getByRole('main').getByRole('link', { name: '查看开考课程' }).first().click();
    await heading(page, '查看开考课程').waitFor();
    await page.goto(`${this.origin}/register/courses`);
    await enterCourse(page, courses.first);
    await page.getByRole('article', { name: '第一单元' }).getByText('已填入').waitFor();
    await enterCourse(page, courses.full);
    await page.getByRole('article', { name: '第二单元' }).getByText('已填入').waitFor();
    await button(page, '获取验证码').click();
    await page.getByText('这些课程没有考位了（已达最大人数）').waitFor();
    await button(page, /^是，清空并发送/).click();
    await this.save();
  }

  async save(): Promise<void> {
    const { page } = this;
    await page.getByLabel('短信验证码').waitFor();
    await page.getByLabel('短信验证码').fill(await this.newestCode());
    await button(page, '保存考位').click();
    await heading(page, '保存结果').waitFor();
  }

  /** 三（二）特别提醒: another course in the same unit (F32), then one more unit (F33). */
  async replaceAndAdd(): Promise<void> {
    const { page } = this;
    await page.goto(`${this.origin}/register/courses?change=1`);
    await enterCourse(page, courses.otherFirst);
    await button(page, /^换成/).click();
    await page.getByRole('article', { name: '第一单元' }).getByText('保存以后换成这门').waitFor();
    await enterCourse(page, courses.third);
    await page.getByRole('article', { name: '第三单元' }).getByText('已填入').waitFor();
    await button(page, '获取验证码').click();
    await this.save();
  }

  /** 三（二）7 */
  async confirm(): Promise<void> {
    const { page } = this;
    await page.goto(`${this.origin}/register/confirm`);
    await heading(page, '确认报考信息').waitFor();
    await page.getByRole('main').getByRole('link', { name: '确认报考信息', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: '提交报考' });
    await dialog.getByRole('link', { name: '取消' }).click();
    await heading(page, '确认报考信息').waitFor();
    await page.getByRole('main').getByRole('link', { name: '确认报考信息', exact: true }).click();
    await dialog.getByRole('button', { name: '确定' }).click();
    await heading(page, '核对订单').waitFor();
  }

  /** 三（三）1–7 */
  async pay(): Promise<void> {
    const { page, who, context } = this;
    await page.getByRole('link', { name: '前往交费' }).click();
    await page.getByLabel('证件号码').fill(who.documentNumber);
    await button(page, '确定').click();
    const dialog = page.getByRole('dialog', { name: '去缴费' });
    const [payment] = await Promise.all([
      context.waitForEvent('page'),
      dialog.getByRole('button', { name: '确定' }).click(),
    ]);
    await heading(payment, '缴费').waitFor();
    const [platform] = await Promise.all([
      context.waitForEvent('page'),
      payment.getByRole('link', { name: '打开演示付款页' }).click(),
    ]);
    await platform.getByRole('button', { name: /^确认付款/ }).click();
    await platform.getByText('付款成功').first().waitFor();
    await platform.close();
    // F39: the page of the payment shows the order once more, as soon as the platform has told.
    const close = payment.getByRole('link', { name: '关闭' });
    while (!(await close.isVisible())) await payment.goto(`${this.origin}/pay/page`);
    await payment.close();
    await page.goto(`${this.origin}/pay`);
    await this.untilDone(page);
    for (const flag of ['已缴费', '已确认'])
      await page.getByText(flag, { exact: true }).first().waitFor();
  }

  /** F40: asks until the answer is there; the page also looks by itself. */
  async untilDone(page: Page): Promise<void> {
    const done = page.getByRole('heading', { level: 1, name: '报考完成' });
    const query = button(page, '查询缴费结果');
    await done.or(query).first().waitFor();
    while (!(await done.isVisible())) {
      await query.click({ timeout: 5_000 }).catch(() => undefined);
      await done.or(query).first().waitFor();
    }
  }

  /** 查看报考凭证: what the guide's last picture shows, to keep. */
  async keepSlip(): Promise<void> {
    const { page, who } = this;
    await page.getByRole('link', { name: '查看报考凭证' }).click();
    await heading(page, '报考凭证').waitFor();
    await page.getByText(who.ticket).first().waitFor();
    expect(await page.locator('.address').first().textContent()).toContain('/verify');
    expect(await page.locator('.slip').first().textContent()).toContain('查验码');
    await page.goto(`${this.origin}/mine`);
    for (const flag of ['已缴费', '已确认'])
      await page.getByText(flag, { exact: true }).first().waitFor();
  }

  /** 四（一）（二） */
  async doTheRest(): Promise<void> {
    const { page } = this;
    await this.menu('解除手机绑定');
    await heading(page, '解除手机绑定').waitFor();
    await button(page, '获取验证码').click();
    await page.getByLabel('短信验证码').fill(await this.newestCode());
    await button(page, '解除绑定').click();
    await page.getByText('手机已解除绑定').waitFor();
    await this.menu('修改密码');
    await heading(page, '修改密码').waitFor();
    await page.getByLabel('原密码').fill(password);
    await page.getByLabel('新密码', { exact: true }).fill(`${password}-neu`);
    await page.getByLabel('再输一次新密码').fill(`${password}-neu`);
    await button(page, '提交').click();
    await page.waitForURL(/\/sign-in/);
  }
}
