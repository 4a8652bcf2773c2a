/**
 * A small registration day from the desk, in the real program with two gateways: capacities imported
 * by two, a pool that fills, seats added by two, a pause and its end, the export, and the
 * folder that a stopped engine leaves behind.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { type Authenticator, accept, looked, proveIfAsked, signIn } from './desk-steps.ts';
import { newCandidates } from './people.ts';
import { type DividedProduct, startDivided } from './product.ts';
import {
  button,
  signIn as candidateSignIn,
  chooseArea,
  codeFor,
  enterCourse,
  heading,
} from './steps.ts';

const program = new URL('../../ruxi.ts', import.meta.url).pathname;
const capacities = new URL('../../data/province/capacities.csv', import.meta.url);
const area = { code: '0124', city: '成都市', name: '郫都区' };
const course = '00009';
const reason = '示例：演练';

let product: DividedProduct;
let browser: Browser;
beforeAll(async () => {
  [product, browser] = await Promise.all([startDivided(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

type Colleague = { page: Page; authenticator: Authenticator };

const ruxi = (...args: string[]) =>
  execFileSync(process.execPath, [program, ...args], {
    env: { ...process.env, ...product.settings, RUXI_DESK_ORIGIN: product.desks[0] },
    encoding: 'utf8',
  });

async function join(link: string, name: string): Promise<Colleague> {
  const page = await (await newVisitor(browser)).newPage();
  const authenticator = await accept(page, link);
  await page.getByRole('link', { name: '我已抄好，去登录' }).click();
  await signIn(page, name, authenticator);
  return { page, authenticator };
}

/** Invited by the first administrator, at the desk. */
async function invite(admin: Colleague, at: string, name: string, role: string): Promise<string> {
  await admin.page.goto(`${at}/desk/people/invite`);
  await admin.page.getByLabel('账号名').fill(name);
  await admin.page.getByLabel(role, { exact: true }).check();
  await admin.page.getByLabel('管理范围').selectOption({ label: '全省' });
  await admin.page.getByLabel('原因').fill(reason);
  await button(admin.page, '邀请').click();
  await proveIfAsked(admin.page, admin.authenticator, heading(admin.page, `已邀请 ${name}`));
  return (await admin.page.locator('code.link').textContent()) ?? '';
}

/** From the preview on: one proposes, the other approves, and it is carried out. */
async function decideByTwo(one: Colleague, other: Colleague, at: string): Promise<void> {
  await one.page.locator('#reason').fill(reason);
  await button(one.page, '提交待批准').click();
  await proveIfAsked(one.page, one.authenticator, one.page.getByText('等待批准').first());
  const { pathname, search } = new URL(one.page.url());
  await other.page.goto(at + pathname + search);
  await button(other.page, '批准并办理').click();
  const done = other.page.getByText(/^(办理中|已办理)$/).first();
  await proveIfAsked(other.page, other.authenticator, done);
}

test('S1 S2 S3 B14 a small registration day from the desk, from the import to the verified folder', async () => {
  const [here = '', there = ''] = product.desks;
  const [origin] = product.origins;
  const said = ruxi('staff', 'invite', 'admin', '--roles', 'system', '--scope', 'province');
  const admin = await join(/http\S+/.exec(said)?.[0] ?? '', 'admin');
  const li = await join(await invite(admin, here, 'li.na', '考务'), 'li.na');
  const toWang = await invite(admin, here, 'wang.wei', '考务');
  const wang = await join(toWang.replace(here, there), 'wang.wei');

  // One uploads, the other applies: one seat is left of the first unit.
  const table = readFileSync(capacities, 'utf8').replace(/^0124,A,\d+,/m, '0124,A,1,');
  await li.page.goto(`${here}/desk/import`);
  await li.page.getByLabel('内容').selectOption('capacities');
  await li.page.getByLabel('文件', { exact: true }).setInputFiles({
    ...{ name: 'capacities.csv', mimeType: 'text/csv', buffer: Buffer.from(table) },
  });
  await button(li.page, '上传并核对').click();
  const staged = li.page.getByRole('heading', { name: /次导入等待复核/ });
  await proveIfAsked(li.page, li.authenticator, heading(li.page, '导入'));
  await expect
    .poll(async () => {
      await li.page.goto(`${here}/desk/import`);
      return staged.count();
    })
    .toBe(1);
  await looked(li.page, 'day-import');
  await wang.page.goto(`${there}/desk/import`);
  await wang.page.locator('#apply-reason').fill(reason);
  await button(wang.page, '复核通过，生效').click();
  await proveIfAsked(wang.page, wang.authenticator, wang.page.getByText('已生效').first());

  // The first takes the seat; the desk shows that nothing is left.
  const people = newCandidates();
  const register = async (): Promise<Page> => {
    const { value: who } = people.next();
    if (who === undefined) throw new Error('nobody was invented');
    const page = await (await newVisitor(browser)).newPage();
    await candidateSignIn(page, origin, product.cookieKey, who);
    await chooseArea(page, origin, area);
    await enterCourse(page, course);
    await page.locator('#main').getByText('已放进第一单元').waitFor();
    await button(page, '获取验证码').click();
    await page.getByLabel('短信验证码').or(page.getByText('已满').first()).first().waitFor();
    if ((await page.getByLabel('短信验证码').count()) === 0) return page;
    await page.getByLabel('短信验证码').fill(await codeFor(page, origin, who.phone));
    await button(page, '保存考位').click();
    await heading(page, '保存结果').waitFor();
    return page;
  };
  const first = await register();
  const areaPage = `${here}/desk/area?area=${area.code}`;
  await expect
    .poll(async () => {
      await li.page.goto(areaPage);
      return li.page.locator('#main, main').getByText('已满').count();
    })
    .toBeGreaterThan(0);
  await looked(li.page, 'day-area-full');

  await li.page.goto(`${here}/desk/area/change?area=${area.code}`);
  await li.page.locator('#capacity-0').fill('2');
  await li.page.getByRole('button', { name: /^调整 第一单元/ }).click();
  await decideByTwo(li, wang, there);
  await expect
    .poll(async () => {
      await li.page.goto(areaPage);
      return li.page.locator('#main, main').getByText('已满').count();
    })
    .toBe(0);
  await register();

  // Paused in one step, opened again.
  await first.goto(`${origin}/register/courses`);
  await li.page.goto(`${here}/desk/window`);
  await li.page.locator('#shown-window').fill('示例：线路检修');
  await button(li.page, '立即暂停').click();
  await first
    .getByText(/示例：线路检修/)
    .first()
    .waitFor();
  await li.page.goto(`${here}/desk/window`);
  await looked(li.page, 'day-paused');
  await button(li.page, '恢复报考').click();
  await li.page.locator('#reason').waitFor();
  if (await button(li.page, '办理').isVisible()) {
    await li.page.locator('#reason').fill(reason);
    await button(li.page, '办理').click();
  } else await decideByTwo(li, wang, there);
  await first.getByText('报考已开放，可以继续。').waitFor();

  // What the desk exports is what was saved.
  await li.page.goto(`${here}/desk/export`);
  const [download] = await Promise.all([
    li.page.waitForEvent('download'),
    li.page.locator('a[href*="registrations"]').first().click(),
  ]);
  const rows = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  expect(rows.filter((row) => row.includes(course))).toHaveLength(2);

  await product.stopEngine();
  const verified = ruxi('verify');
  expect(verified).toContain('Whole:');
  expect(Number(/(\d+) signed heads/.exec(verified)?.[1])).toBeGreaterThan(0);
});
