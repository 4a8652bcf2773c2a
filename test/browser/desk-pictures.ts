/**
 * Pictures of the desk. Its first page shows a rush that is made up, since a province does not rush on one
 * machine; all others are the real program's, with what the candidates of the other pictures did.
 */
import type { Browser, Page } from 'playwright-core';
import { newsOf } from '../../web/desk/dashboard.ts';
import { createDeskViews } from '../../web/desk/views.ts';
import { newVisitor } from '../harness/browser.ts';
import { busyDashboard } from '../harness/dashboard.ts';
import { type Colleague, joinAll, proveIfAsked } from './desk-steps.ts';
import type { InventedCandidate } from './people.ts';
import type { DividedProduct } from './product.ts';
import { button, heading } from './steps.ts';

type Size = { width: number; height: number };
type Take = (page: Page, name: string) => Promise<void>;
export type DeskPictures = (size: Size, take: Take, registered: InventedCandidate) => Promise<void>;

const area = { code: '1133', course: '00009' };

export async function deskPictures(
  browser: Browser,
  product: DividedProduct,
): Promise<DeskPictures> {
  const [at = ''] = product.desks;
  const [li, sun, admin] = await joinAll(browser, product, [
    { name: 'li.na', roles: ['office', 'finance'], at },
    { name: 'sun.yi', roles: ['audit'], at },
    { name: 'admin', roles: ['system'], at },
  ]);
  const open = ({ page }: Colleague, path: string) => page.goto(at + path);

  return async (size, take, registered) => {
    await takeFirstPage(browser, size, take);
    for (const { page } of [li, sun, admin]) await page.setViewportSize(size);
    const { page } = li;

    await open(li, '/desk/candidates');
    await page.getByLabel('证件号码', { exact: true }).check();
    await page.getByLabel('号码', { exact: true }).fill(registered.documentNumber);
    await button(page, '查找').click();
    await heading(page, '查找考生').waitFor();
    await take(page, 'desk-candidates');
    await page.locator('tbody a').first().click();
    await take(page, 'desk-candidate');
    const [order] = await linksTo(page, '/desk/order?');
    const [timeline] = await linksTo(page, '/desk/candidate/timeline');
    const [acts] = await linksTo(page, '/desk/candidate/acts');
    for (const [name, path] of [
      ['order', order],
      ['timeline', timeline],
      ['candidate-acts', acts],
      ['areas', '/desk/areas'],
      ['area', `/desk/area?area=${area.code}`],
      ['pool', `/desk/pool?area=${area.code}&unit=A`],
      ['orders', `/desk/orders?area=${area.code}`],
      ['money', '/desk/money'],
      ['evening', '/desk/reports'],
      ['morning', '/desk/reports/morning'],
      ['papers', '/desk/reports/papers'],
      ['settlement', '/desk/reports/settlement'],
      ['window', '/desk/window'],
      ['calendar', '/desk/calendar'],
      ['board', '/desk/board'],
      ['export', '/desk/export'],
      ['account', '/desk/account'],
    ] as const) {
      await open(li, path ?? '');
      await take(page, `desk-${name}`);
    }

    await open(li, `/desk/area/change?area=${area.code}`);
    await take(page, 'desk-area-change');
    await page.locator('#capacity-0').fill('900');
    await page.getByRole('button', { name: /^调整 第一单元/ }).click();
    await page.locator('#reason').fill('示例：新增两个考场');
    await take(page, 'desk-act-preview');
    await button(page, '提交待批准').click();
    await proveIfAsked(page, li.authenticator, page.getByText('等待批准').first());
    await take(page, 'desk-act');
    await button(page, '撤回').click();
    await open(li, '/desk/acts');
    await take(page, 'desk-acts');

    // A capacity that is another than the one that stands, and a line that is none.
    await bring(li, `考区代码,单元代码,容量\r\n${area.code},A,880\r\n${area.code},Z,十\r\n`);
    await page.getByText('整个文件都没有导入').waitFor();
    await take(page, 'desk-import-faults');
    await bring(li, `考区代码,单元代码,容量\r\n${area.code},A,880\r\n`);
    await page.getByText('次导入等待复核').waitFor();
    await take(page, 'desk-import');
    await button(page, '作废这次导入').click();

    await open(sun, '/desk/audit');
    await take(sun.page, 'desk-audit');
    for (const [name, path] of [
      ['people', '/desk/people'],
      ['invite', '/desk/people/invite'],
      ['person', '/desk/people/account?staff=li.na'],
      ['keys', '/desk/keys'],
    ] as const) {
      await open(admin, path);
      await take(admin.page, `desk-${name}`);
    }
  };
}

const linksTo = (page: Page, path: string): Promise<string[]> =>
  page
    .locator(`main a[href^="${path}"]`)
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));

/** Uploaded, and looked at until it was compared. */
async function bring({ page, at }: Colleague, csv: string): Promise<void> {
  await page.goto(`${at}/desk/import`);
  await page.getByLabel('内容').selectOption('capacities');
  await page.getByLabel('文件', { exact: true }).setInputFiles({
    ...{ name: 'capacities.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) },
  });
  await button(page, '上传并核对').click();
  while (await page.getByText('正在核对。').isVisible()) await page.goto(`${at}/desk/import`);
}

/** Four and a half minutes after an opening, with every area of the demonstration. */
async function takeFirstPage(browser: Browser, size: Size, take: Take): Promise<void> {
  const views = createDeskViews();
  const { dashboard, now } = busyDashboard();
  const model = dashboard.see(undefined);
  const shown = views.render(
    'dashboard',
    { ...model, ...views.scripts, token: 'token', mayTake: true },
    {
      ...{ now: now(), demonstration: true, path: '/desk', session: '2026 年 10 月考试' },
      places: { cities: [], areas: [] },
      signedIn: { staff: 'li.na', roles: ['office'], scope: { kind: 'province' }, token: 'token' },
    },
  );
  const context = await newVisitor(browser, size);
  const assets = new Map(views.assets.map((asset) => [asset.path, asset]));
  await context.route('http://ruxi.localhost/**', (route) => {
    const { pathname } = new URL(route.request().url());
    const asset = assets.get(pathname);
    if (asset !== undefined)
      return route.fulfill({ body: Buffer.from(asset.bytes), contentType: asset.type });
    return pathname === '/desk'
      ? route.fulfill({ body: shown, contentType: 'text/html; charset=utf-8' })
      : route.fulfill({ json: newsOf(model, 0) });
  });
  const page = await context.newPage();
  await page.goto('http://ruxi.localhost/desk');
  await page.locator('#chart canvas').waitFor();
  await take(page, 'desk');
  await context.close();
}
