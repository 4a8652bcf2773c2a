/**
 * People at the desk, in the real program with two gateways: the command line's link, a password and
 * an authenticator, an invitation, a role that changes and ends a sign-in at the other gateway, and an
 * area that is paused and opened again.
 * What stands on the pages on the way is looked at by axe at three widths.
 */
import { execFileSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { accept, looked, signIn } from './desk-steps.ts';
import { personWho } from './people.ts';
import { type DividedProduct, startDivided } from './product.ts';
import { button, signIn as candidateSignIn, chooseArea } from './steps.ts';

let product: DividedProduct;
let browser: Browser;
beforeAll(async () => {
  [product, browser] = await Promise.all([startDivided(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

test('S2 S4 B16 from the command line’s link to a colleague whose role changes, and who acts, at two gateways', async () => {
  const [here = '', there = ''] = product.desks;
  const program = new URL('../../ruxi.ts', import.meta.url).pathname;
  const invite = ['staff', 'invite', 'admin', '--roles', 'system', '--scope', 'province'];
  const said = execFileSync(process.execPath, [program, ...invite], {
    env: { ...process.env, ...product.settings, RUXI_DESK_ORIGIN: here },
    encoding: 'utf8',
  });
  const [link = ''] = /http\S+/.exec(said) ?? [];
  expect(link).toContain(`${here}/desk/invitation?staff=admin`);

  // The whole way works without scripts.
  const admin = await (await newVisitor(browser, { scripts: false })).newPage();
  const looker = await (await newVisitor(browser)).newPage();
  await looker.goto(link);
  await looked(looker, 'invitation');
  const ofAdmin = await accept(admin, link);
  await looker.goto(link);
  await looked(looker, 'invitation-over');
  await looker.goto(`${here}/desk`);
  expect(new URL(looker.url()).pathname).toBe('/desk/sign-in');
  await button(looker, '下一步').waitFor();
  await looked(looker, 'sign-in');
  await admin.getByRole('link', { name: '我已抄好，去登录' }).click();
  await signIn(admin, 'admin', ofAdmin);

  await admin.getByRole('link', { name: '账号', exact: true }).click();
  await admin.getByRole('link', { name: '邀请' }).click();
  await admin.getByLabel('账号名').fill('li.na');
  await admin.getByLabel('考务', { exact: true }).check();
  await admin.getByLabel('管理范围').selectOption({ label: '成都市（全部考区）' });
  await admin.getByLabel('原因').fill('示例：首日值守');
  await button(admin, '邀请').click();
  await admin.getByRole('heading', { name: '已邀请 li.na' }).waitFor();
  const second = (await admin.locator('code.link').textContent()) ?? '';
  expect(second.startsWith(here)).toBe(true);

  // The colleague's browser runs scripts, so that axe can look; the desk has none of its own.
  const li = await (await newVisitor(browser)).newPage();
  const ofLi = await accept(li, second.replace(here, there));
  await looked(li, 'codes');
  await li.getByRole('link', { name: '我已抄好，去登录' }).click();
  await signIn(li, 'li.na', ofLi);
  expect(await li.getByRole('link', { name: '账号', exact: true }).count()).toBe(0);
  expect((await li.goto(`${there}/desk/people`))?.status()).toBe(403);
  await looked(li, 'refused');
  await li.goto(`${there}/desk/account`);
  await looked(li, 'account');
  await li.goto(`${there}/desk/account/authenticator`);
  await looked(li, 'authenticator');

  await admin.getByRole('link', { name: '我已转交' }).click();
  await admin.getByRole('link', { name: 'li.na' }).click();
  await admin.getByLabel('财务', { exact: true }).check();
  await admin.getByLabel('原因').first().fill('示例：兼管对账');
  await button(admin, '更改').click();
  await admin.getByText('已更改角色和范围').waitFor();
  // Told to every gateway at once, and loaded by none anew.
  await expect
    .poll(async () => {
      await li.goto(`${there}/desk`);
      return li.getByText('之前的登录已结束').count();
    })
    .toBe(1);
  await signIn(li, 'li.na', ofLi);
  await li.getByText('考务、财务 · 成都市').waitFor();

  // An office pauses an area of its own in one step, and an open page there hears of it.
  const [origin] = product.origins;
  const candidate = await (await newVisitor(browser)).newPage();
  await candidateSignIn(candidate, origin, product.cookieKey, personWho('new candidate'));
  await chooseArea(candidate, origin, { city: '成都市', name: '郫都区' });
  await candidate.getByText('余位实时更新').waitFor();
  await li.goto(`${there}/desk/area/change?area=0124`);
  await looked(li, 'pools');
  await li.getByLabel('考生看到的原因').fill('示例：考点停电');
  await button(li, '立即暂停').click();
  await li.getByRole('heading', { name: /^暂停考区/ }).waitFor();
  await candidate.getByText('报考暂停：示例：考点停电').first().waitFor();
  await li.goto(`${there}/desk/area/change?area=0124`);
  await button(li, '全部恢复').click();
  await looked(li, 'act-preview');
  await li.getByLabel('原因').fill('示例：来电了');
  await button(li, '办理').click();
  await candidate.getByText('报考已开放，可以继续。').waitFor();
  await li.goto(`${there}/desk/acts`);
  await looked(li, 'acts');

  // What only who keeps the accounts sees, looked at by a browser that can run axe.
  await looker.context().addCookies(await admin.context().cookies());
  for (const [name, path] of [
    ['people', '/desk/people'],
    ['invite', '/desk/people/invite'],
    ['person', '/desk/people/account?staff=li.na'],
    ['password', '/desk/account/password'],
  ] as const) {
    await looker.goto(here + path);
    await looked(looker, name);
  }
  await button(admin, '退出登录').click();
  await admin.getByText('已退出').waitFor();
});
