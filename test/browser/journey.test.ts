/**
 * The candidate's way in a real browser: on the program as one process, and again with gateways and
 * engine as separate processes over NATS. Each test is another person, so none waits for another.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser, newVisitor, type Visiting } from '../harness/browser.ts';
import { newCandidates, personWho } from './people.ts';
import { type DividedProduct, type Product, startDivided, startWhole } from './product.ts';
import {
  button,
  chooseArea,
  codeFor,
  enterCourse,
  enterPassword,
  heading,
  lookUp,
  pickArea,
  signIn,
} from './steps.ts';

/** Plenty of seats everywhere. */
const mabian = { city: '乐山市', name: '马边彝族自治县' };
const jinkouhe = { city: '乐山市', name: '金口河区' };
/** Second and fourth unit full, the others not. */
const jingyan = { city: '乐山市', name: '井研县' };
/** The nearest of the same city with seats, of which the first and third unit have some. */
const wutongqiao = { city: '乐山市', name: '五通桥区' };
/** Full in every unit. */
const shizhong = { city: '乐山市', name: '市中区' };

const courses = {
  A: { code: '00009', name: '政治经济学（财经类）' },
  B: { code: '00023', name: '高等数学（工本）' },
  otherB: { code: '00040', name: '法学概论' },
  C: { code: '00018', name: '计算机应用基础' },
};

describe.each<[string, () => Promise<Product>]>([
  ['one process', startWhole],
  ['gateways and engine apart, over NATS', startDivided],
])('%s', (_, start) => {
  let product: Product;
  let browser: Browser;
  const people = newCandidates();

  beforeAll(async () => {
    [product, browser] = await Promise.all([start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  const nextPerson = () => {
    const { value } = people.next();
    if (value === undefined) throw new Error('more tests than invented people');
    return value;
  };
  const visit = async (visiting?: Visiting): Promise<{ context: BrowserContext; page: Page }> => {
    const context = await newVisitor(browser, visiting);
    onTestFinished(() => context.close());
    return { context, page: await context.newPage() };
  };
  const signedIn = async (visiting?: Visiting) => {
    const who = nextPerson();
    const { context, page } = await visit(visiting);
    const [origin] = product.origins;
    await signIn(page, origin, product.cookieKey, who);
    return { who, context, page, origin };
  };
  const unit = (page: Page, name: string) => page.getByRole('article', { name });
  /** 获取验证码, the code from the page of messages, 保存考位. */
  const saveWithCode = async (page: Page, origin: string, phone: string) => {
    await button(page, '获取验证码').click();
    await page.getByLabel('短信验证码').waitFor();
    await page.getByLabel('短信验证码').fill(await codeFor(page, origin, phone));
    await button(page, '保存考位').click();
    await heading(page, '保存结果').waitFor();
  };

  test('F1 F2 F3 F4 F6 F8 F9 F10 F12 F13 F14 D1 D4 a first sign-in binds a phone, changes the password and begins anew', async () => {
    const who = personWho('enrolled, first sign-in');
    const [origin] = product.origins;
    const { page } = await visit();

    await lookUp(page, origin, product.cookieKey, { ...who, documentNumber: '99999919850209005' });
    await page.getByText('证件号码的位数不对').first().waitFor();
    await lookUp(page, origin, product.cookieKey, who, 'AAAA');
    await page.getByText('验证码与图片不符').first().waitFor();

    await lookUp(page, origin, product.cookieKey, who);
    await heading(page, '选择准考证，登录').waitFor();
    expect(await page.getByRole('radio').count()).toBe(1);
    expect(await page.getByRole('radio').isChecked()).toBe(true);
    expect(await page.content()).not.toContain(who.ticket);
    await enterPassword(page, who);

    await heading(page, '首次登录').waitFor();
    for (const path of ['/register', '/mine', '/register/courses']) {
      await page.goto(`${origin}${path}`);
      await heading(page, '首次登录').waitFor();
    }
    await page.getByRole('link', { name: '确定' }).click();

    await page.getByLabel('手机号').fill('19900099001');
    await button(page, '获取验证码').click();
    await page.getByLabel('短信验证码').fill(await codeFor(page, origin, '19900099001'));
    await button(page, '绑定').click();

    await heading(page, '修改密码').waitFor();
    const change = async (initial: string, fresh: string, again = fresh) => {
      await page.getByLabel('初始密码').fill(initial);
      await page.getByLabel('新密码', { exact: true }).fill(fresh);
      await page.getByLabel('再输一次新密码').fill(again);
      await button(page, '提交').click();
    };
    await change(who.password, 'short');
    await page.getByRole('alert').waitFor();
    await change(who.password, 'xian-hua-er-zhong', 'something else');
    await page.getByRole('alert').waitFor();
    await change(who.password, 'xian-hua-er-zhong');
    await page.getByText('密码已修改').waitFor();

    await lookUp(page, origin, product.cookieKey, who);
    await enterPassword(page, who);
    await page.getByText('没有登录成功').first().waitFor();
    await lookUp(page, origin, product.cookieKey, who);
    await enterPassword(page, { ...who, password: 'xian-hua-er-zhong' });
    await page.getByText('退出登录').first().waitFor({ state: 'attached' });
    await page.goto(`${origin}/mine`);
    await heading(page, '我的报考').waitFor();
  });

  test.each([
    ['with scripts', true],
    ['without', false],
  ])(
    'F11 F42 F43 R8 D3 B16 %s: the phone is unbound and another bound, the password changed, and set anew',
    async (_, scripts) => {
      const { who, page, origin } = await signedIn({ scripts });
      const fresh = `1990009${scripts ? 1 : 2}${String(who.phone).slice(-3)}`;
      await chooseArea(page, origin, jinkouhe);
      await enterCourse(page, courses.A.code);
      await unit(page, '第一单元').getByText(courses.A.name, { exact: true }).waitFor();
      await saveWithCode(page, origin, who.phone);

      await page.goto(`${origin}/account/phone`);
      await heading(page, '解除手机绑定').waitFor();
      await button(page, '获取验证码').click();
      const unbinding = await codeFor(page, origin, who.phone, '解除手机绑定');
      await page.getByLabel('短信验证码').fill(unbinding);
      await button(page, '解除绑定').click();
      await page.getByText('手机已解除绑定').waitFor();

      // What is saved stays; every way into registering ends at the binding page.
      await page.goto(`${origin}/mine`);
      await page.getByText(courses.A.name).first().waitFor();
      await page.goto(`${origin}/register/courses`);
      await heading(page, '绑定手机').waitFor();
      await page.getByLabel('手机号').fill(fresh);
      await button(page, '获取验证码').click();
      await page.getByLabel('短信验证码').fill(await codeFor(page, origin, fresh, '绑定手机号'));
      await button(page, '绑定').click();
      await page.getByText('手机已绑定').waitFor();
      await page.goto(`${origin}/register/courses`);
      await heading(page, '选择要报考的课程').waitFor();

      await page.goto(`${origin}/account/password`);
      await page.getByLabel('原密码').fill(who.password);
      await page.getByLabel('新密码', { exact: true }).fill('san-ma-jin-shan');
      await page.getByLabel('再输一次新密码').fill('san-ma-jin-shan');
      await button(page, '提交').click();
      await page.getByText('密码已修改').waitFor();

      await lookUp(page, origin, product.cookieKey, who);
      await heading(page, '选择准考证，登录').waitFor();
      await button(page, '忘记密码').click();
      await heading(page, '忘记密码').waitFor();
      await button(page, '获取验证码').click();
      await page.getByLabel('短信验证码').fill(await codeFor(page, origin, fresh, '重设密码'));
      await button(page, '下一步').click();
      await heading(page, '重设密码').waitFor();
      await page.getByLabel('新密码', { exact: true }).fill('qi-li-ba-shan-jiu');
      await page.getByLabel('再输一次新密码').fill('qi-li-ba-shan-jiu');
      await button(page, '提交').click();
      await page.getByText('密码已修改').waitFor();
      await signIn(page, origin, product.cookieKey, { ...who, password: 'qi-li-ba-shan-jiu' });
      await page.goto(`${origin}/account`);
      await page
        .getByText(`${fresh.slice(0, 3)}****${fresh.slice(7)}`)
        .first()
        .waitFor();
    },
  );

  test('F19 F20 F21 F22 F24 F25 F27 B1 B2 a candidate takes seats, and every device shows them', async () => {
    const { who, page, origin } = await signedIn();

    await page.goto(`${origin}/register`);
    await button(page, '下一步').click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('我已阅读并知晓').check();
    await button(page, '下一步').click();
    await heading(page, '选择考区').waitFor();
    await page.getByText('个人信息', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(who.documentNumber);
    await pickArea(page, mabian);

    await enterCourse(page, courses.A.code);
    await page
      .locator('#main')
      .getByText(`${courses.A.code} ${courses.A.name} 已放进第一单元`)
      .waitFor();
    await enterCourse(page, courses.B.code);
    await unit(page, '第二单元').getByText(courses.B.name, { exact: true }).waitFor();

    await button(page, '获取验证码').click();
    await page.getByText('考位暂留到', { exact: true }).waitFor();
    const until = await page.locator('.clock .big').textContent();
    await page.reload();
    expect(await page.locator('.clock .big').textContent()).toBe(until);
    // Wherever the candidate comes back to registering, code entry is where it goes on.
    await page.goto(`${origin}/register/courses`);
    expect(await page.locator('.clock .big').textContent()).toBe(until);

    const code = await codeFor(page, origin, who.phone);
    const wrong = code === '111111' ? '222222' : '111111';
    await page.getByLabel('短信验证码').fill(wrong);
    await button(page, '保存考位').click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('短信验证码').fill(code);
    await button(page, '保存考位').click();
    await heading(page, '保存结果').waitFor();
    await page.getByText('已保存 2 门', { exact: false }).first().waitFor();

    const elsewhere = product.origins.at(-1) ?? origin;
    const other = await visit({ width: 360, height: 740 });
    await signIn(other.page, elsewhere, product.cookieKey, who);
    await other.page.goto(`${elsewhere}/mine`);
    await other.page.getByText(courses.A.name).first().waitFor();
    await other.page.getByText(courses.B.name).first().waitFor();
    expect(
      await other.page.locator('#main').getByText('已保存', { exact: true }).count(),
    ).toBeGreaterThan(1);
  });

  test('F32 F33 D6 R2 saved courses are exchanged, added to and given up', async () => {
    const { who, page, origin } = await signedIn();
    await chooseArea(page, origin, mabian);
    await enterCourse(page, courses.B.code);
    await unit(page, '第二单元').getByText(courses.B.name, { exact: true }).waitFor();
    await saveWithCode(page, origin, who.phone);

    await page.goto(`${origin}/register/courses`);
    await enterCourse(page, courses.otherB.code);
    await page.getByRole('alert').getByRole('button').click();
    await unit(page, '第二单元').getByText('保存以后换成这门').waitFor();
    await unit(page, '第二单元').getByText('已保存', { exact: true }).waitFor();
    await enterCourse(page, courses.C.code);
    await unit(page, '第三单元').getByText(courses.C.name, { exact: true }).waitFor();
    await saveWithCode(page, origin, who.phone);

    await page.goto(`${origin}/mine`);
    await page.getByText(courses.otherB.name).first().waitFor();
    await page.getByText(courses.C.name).first().waitFor();
    expect(await page.getByText(courses.B.name).count()).toBe(0);

    await page.goto(`${origin}/register/area`);
    await page.getByText('不能更换考区').waitFor();

    for (const name of [courses.otherB.name, courses.C.name]) {
      await page.goto(`${origin}/mine`);
      await page.getByRole('link', { name: new RegExp(`放弃这个考位.*${name}`) }).click();
      await page.getByRole('checkbox', { name: new RegExp(name) }).check();
      await button(page, '放弃考位').click();
      await expect
        .poll(() => page.getByRole('link', { name: new RegExp(`放弃这个考位.*${name}`) }).count())
        .toBe(0);
    }
    await page.goto(`${origin}/register/area`);
    await pickArea(page, jinkouhe);
    await page.getByText('金口河区').first().waitFor();
  });

  test('F26 with some units full the page asks: no sends nothing, yes clears and sends', async () => {
    const { who, page, origin } = await signedIn();
    await chooseArea(page, origin, jingyan);
    await enterCourse(page, courses.A.code);
    await unit(page, '第一单元').getByText(courses.A.name, { exact: true }).waitFor();
    await enterCourse(page, courses.B.code);
    await unit(page, '第二单元').getByText(courses.B.name, { exact: true }).waitFor();

    await button(page, '获取验证码').click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const words = await dialog.textContent();
    for (const word of ['井研县', '第二单元', courses.B.code, courses.B.name, '已达最大人数']) {
      expect(words).toContain(word);
    }
    await button(page, '否，重新选择').click();
    await heading(page, '选择要报考的课程').waitFor();
    await unit(page, '第一单元').getByText(courses.A.name, { exact: true }).waitFor();
    await unit(page, '第二单元').getByText(courses.B.name, { exact: true }).waitFor();
    await page.goto(`${origin}/messages`);
    expect(await page.locator('#main').textContent()).not.toContain(who.phone);

    await page.goto(`${origin}/register/code`);
    await button(page, '是，清空并发送').click();
    await page.getByLabel('短信验证码').fill(await codeFor(page, origin, who.phone));
    await button(page, '保存考位').click();
    await heading(page, '保存结果').waitFor();
    await page.goto(`${origin}/mine`);
    await page.getByText(courses.A.name).first().waitFor();
    expect(await page.getByText(courses.B.name).count()).toBe(0);
  });

  test('F26 with every unit full nothing is sent and other areas are offered', async () => {
    const { who, page, origin } = await signedIn({ width: 768, height: 1024 });
    await chooseArea(page, origin, shizhong);
    await enterCourse(page, courses.A.code);
    await unit(page, '第一单元').getByText(courses.A.name, { exact: true }).waitFor();
    await button(page, '获取验证码').click();
    await heading(page, '没有考位').waitFor();
    await page.getByText('没有发送验证码').first().waitFor();
    await page.getByText(wutongqiao.name).first().waitFor();
    await page.goto(`${origin}/messages`);
    expect(await page.locator('#main').textContent()).not.toContain(who.phone);
  });

  test.each([
    ['with scripts', true],
    ['without', false],
  ])(
    'B4 B16 %s: from a full area to the nearest with seats, and the courses come along',
    async (_how, scripts) => {
      const { page, origin } = await signedIn({ width: 360, height: 740, scripts });
      await chooseArea(page, origin, shizhong);
      await enterCourse(page, courses.A.code);
      await page.locator('#main').getByText('已放进第一单元').waitFor();
      await enterCourse(page, courses.C.code);
      await page.locator('#main').getByText('已放进第三单元').waitFor();
      await page.getByRole('link', { name: '看看哪些考区每门都有考位' }).first().click();
      await heading(page, '哪些考区都有考位').waitFor();
      const nearest = page.getByRole('listitem').filter({ hasText: '约' }).first();
      expect(await nearest.textContent()).toMatch(/^五通桥区\s*本市，约 \d+ 公里/);
      await nearest.getByRole('button', { name: /换到这里：.*带上 2 门课程/ }).click();
      await page.getByText('填好的 2 门课程带过来了').waitFor();
      await page.getByText(wutongqiao.name).first().waitFor();
      for (const { name } of [courses.A, courses.C]) {
        await page.getByRole('article').getByText(name, { exact: true }).waitFor();
      }
      await button(page, '获取验证码').click();
      await page.getByLabel('短信验证码').waitFor();
    },
  );

  test('F16 F17 F18 F23 B16 what is on file about a candidate is looked up without scripts', async () => {
    const who = personWho('two tickets');
    const [origin] = product.origins;
    const { page } = await visit({ width: 360, height: 740, scripts: false });
    await lookUp(page, origin, product.cookieKey, who);
    await enterPassword(page, { ...who, ticketEndsIn: '07' });
    await page.getByText('退出登录').first().waitFor({ state: 'attached' });
    const fromMenu = async (name: string) => {
      await page.locator('summary').click();
      await page.getByRole('link', { name, exact: true }).first().click();
      await heading(page, name).waitFor();
    };
    await fromMenu('查看已合格课程');
    expect(await page.getByRole('row').count()).toBe(1 + 5);
    await page.getByText('2023年4月').first().waitFor();
    await page.getByRole('link', { name: /信息管理与信息系统/ }).click();
    await page.getByText('还没有合格的课程').waitFor();

    await fromMenu('查看毕业课程与成绩');
    await page.getByRole('heading', { name: /^离毕业还差/ }).waitFor();
    await page.getByText('14976 计算机科学与技术（本科）毕业设计').first().waitFor();

    await fromMenu('查看开考课程');
    await page.getByRole('link', { name: /^只看我的专业/ }).click();
    await page.getByText('找到 23 门课程').waitFor();
    await page.getByLabel('课程代码或名称').fill('数据');
    await button(page, '查询').click();
    await page.getByText('13003').waitFor();

    await chooseArea(page, origin, jinkouhe);
    await page.getByRole('link', { name: '查看开考课程' }).first().click();
    await page.getByLabel('课程代码或名称').fill(courses.A.code);
    await button(page, '查询').click();
    await page.getByRole('link', { name: `填入 ${courses.A.code} ${courses.A.name}` }).click();
    await button(page, '输入报考科目').click();
    await page
      .locator('#main')
      .getByText(`${courses.A.code} ${courses.A.name} 已放进第一单元`)
      .waitFor();
  });

  test('F5 R4 B16 without scripts: a ticket is picked, and seats are taken by plain forms', async () => {
    const who = personWho('two tickets');
    const [origin] = product.origins;
    const { page } = await visit({ width: 360, height: 740, scripts: false });

    await lookUp(page, origin, product.cookieKey, who);
    await heading(page, '选择准考证，登录').waitFor();
    expect(await page.getByRole('radio').count()).toBe(2);
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0);
    await enterPassword(page, { ...who, ticketEndsIn: '07' });
    await page.getByText('退出登录').first().waitFor({ state: 'attached' });

    await chooseArea(page, origin, mabian);
    await enterCourse(page, courses.A.code);
    await page
      .locator('#main')
      .getByText(`${courses.A.code} ${courses.A.name} 已放进第一单元`)
      .waitFor();
    await saveWithCode(page, origin, who.phone);
    await page.goto(`${origin}/mine`);
    await page.getByText(courses.A.name).first().waitFor();
  });

  test('two browsers see each other’s seats go', async () => {
    const one = await signedIn();
    const two = await signedIn();
    for (const { page, origin } of [one, two]) await chooseArea(page, origin, jinkouhe);
    const free = unit(two.page, '第一单元').locator('[data-free]');
    await two.page.getByText('余位实时更新').waitFor();
    const before = Number((await free.textContent())?.replace(/,/g, ''));
    await two.page.getByLabel('课程代码').focus();

    await enterCourse(one.page, courses.A.code);
    await unit(one.page, '第一单元').getByText(courses.A.name, { exact: true }).waitFor();
    await button(one.page, '获取验证码').click();
    await one.page.getByLabel('短信验证码').waitFor();
    await expect
      .poll(async () => Number((await free.textContent())?.replace(/,/g, '')), { timeout: 30_000 })
      .toBe(before - 1);
    expect(await two.page.locator('#course:focus').count()).toBe(1);
  });

  test('B2 double click, back button and a second tab save once', async () => {
    const { who, context, page, origin } = await signedIn();
    await chooseArea(page, origin, mabian);
    await enterCourse(page, courses.A.code);
    await unit(page, '第一单元').getByText(courses.A.name, { exact: true }).waitFor();
    const tab = await context.newPage();
    await tab.goto(`${origin}/register/courses`);

    await button(page, '获取验证码').dblclick();
    await page.getByLabel('短信验证码').waitFor();
    const code = await codeFor(page, origin, who.phone);
    await page.goto(`${origin}/messages`);
    expect((await page.locator('#main').textContent())?.split(who.phone).length).toBe(2);

    // The second tab still shows what was chosen before the code was asked for.
    await button(tab, '获取验证码').click();
    await tab.getByText('已在别的页面或设备上变过').waitFor();

    await page.goto(`${origin}/register/code`);
    await page.getByLabel('短信验证码').fill(code);
    await button(page, '保存考位').dblclick();
    await heading(page, '保存结果').waitFor();
    await page.goBack();
    await page.goForward();
    await page.goto(`${origin}/mine`);
    await page.getByText('已保存', { exact: true }).first().waitFor();
    expect(await page.getByRole('link', { name: /放弃这个考位/ }).count()).toBe(1);
  });
});

describe('the engine goes away', () => {
  let product: DividedProduct;
  let browser: Browser;
  beforeAll(async () => {
    [product, browser] = await Promise.all([startDivided(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  test('B2 while a save is on its way: the page says that it is being checked, then what is true', async () => {
    const [who] = newCandidates();
    if (who === undefined) throw new Error('nobody was invented');
    const [origin] = product.origins;
    const context = await newVisitor(browser);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await signIn(page, origin, product.cookieKey, who);
    await chooseArea(page, origin, mabian);
    await enterCourse(page, courses.A.code);
    await page.locator('#main').getByText('已放进第一单元').waitFor();
    await button(page, '获取验证码').click();
    await page.getByLabel('短信验证码').waitFor();
    const code = await codeFor(page, origin, who.phone);
    await page.getByLabel('短信验证码').fill(code);

    product.freezeEngine();
    await button(page, '保存考位').click();
    // A page of its own, or, where the browser gave up waiting for it, a line on the same page.
    const checking = heading(page, '正在核实');
    await checking.or(page.getByText('还不知道这次操作成没成功')).first().waitFor();
    await product.killEngine();
    await product.startEngine();

    // The page of its own asks again by itself until the truth is known.
    const asksAgain = await checking.isVisible();
    await expect.poll(() => checking.count(), { timeout: 60_000, interval: 200 }).toBe(0);
    const saidSaved = await heading(page, '保存结果').isVisible();
    await page.goto(`${origin}/mine`);
    await heading(page, '我的报考').waitFor();
    const saved = (await page.getByRole('link', { name: /放弃这个考位/ }).count()) === 1;
    if (asksAgain) expect(saved).toBe(saidSaved);
    if (saved) return;
    // Not carried out: the held seat and the code lasted, and saving still works.
    await page.goto(`${origin}/register/code`);
    await page.getByLabel('短信验证码').fill(code);
    await button(page, '保存考位').click();
    await heading(page, '保存结果').waitFor();
  });
});
