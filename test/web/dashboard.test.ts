/** The desk's first page in a real browser: at every width, and what it does while the world changes. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newsOf } from '../../web/desk/dashboard.ts';
import type { DeskFrame } from '../../web/desk/view-models.ts';
import { createDeskViews } from '../../web/desk/views.ts';
import { axeComplaints } from '../harness/axe.ts';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { busyDashboard, type DashboardDesk } from '../harness/dashboard.ts';

const origin = 'http://ruxi.localhost';
const html = 'text/html; charset=utf-8';
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const views = createDeskViews();
const frameAt = (desk: DashboardDesk): DeskFrame => ({
  ...{ now: desk.now(), demonstration: true, path: '/desk', session: '示例考次' },
  places: { cities: [], areas: [] },
  signedIn: { staff: 'li.na', roles: ['office'], scope: { kind: 'province' }, token: 'token' },
});

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

type Stage = {
  desk: DashboardDesk;
  context: BrowserContext;
  page: Page;
  end: { kind: 'up' | 'down' | 'out' | 'refused' };
  /** The fields of each alarm that was taken. */
  taken: Record<string, string>[];
  errors: string[];
};
async function stage(scripts = true, areas = 183): Promise<Stage> {
  const desk = busyDashboard(areas);
  const end: Stage['end'] = { kind: 'up' };
  const context = await newVisitor(browser, { scripts });
  const errors: string[] = [];
  const taken: Stage['taken'] = [];
  const assets = new Map(views.assets.map((asset) => [asset.path, asset]));
  await context.route(`${origin}/**`, (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    const asset = assets.get(pathname);
    if (asset !== undefined)
      return route.fulfill({ body: Buffer.from(asset.bytes), contentType: asset.type });
    const model = desk.dashboard.see(undefined);
    if (pathname === '/desk/alarms/take') {
      taken.push(Object.fromEntries(new URLSearchParams(route.request().postData() ?? '')));
      if (end.kind === 'refused')
        return route.fulfill({ status: 422, body: '请看过再点', contentType: html });
      desk.alarms.hear({ index: taken.length, acknowledged: [acknowledgedAt(desk.now())] });
      return route.fulfill({ status: 303, headers: { location: '/desk' } });
    }
    if (pathname === '/desk/now.json') {
      if (end.kind === 'down') return route.abort('connectionrefused');
      if (end.kind === 'out') return route.fulfill({ status: 403, body: '' });
      return route.fulfill({ json: newsOf(model, Number(searchParams.get('seen'))) });
    }
    const frame = frameAt(desk);
    const body =
      pathname === '/desk'
        ? views.render(
            'dashboard',
            { ...model, ...views.scripts, token: 'token', mayTake: true },
            frame,
          )
        : views.render('board', { ...model, sort: 'place' }, { ...frame, path: pathname });
    const headers = { 'Content-Security-Policy': contentSecurityPolicy };
    return route.fulfill({ body, contentType: html, headers });
  });
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !message.text().includes('net::ERR') &&
      !/403|422/.test(message.text())
    )
      errors.push(message.text());
  });
  return { desk, context, page, end, errors, taken };
}

const acknowledgedAt = (at: number) => ({
  ...{ alarm: 'messages-waiting', level: 'warning' as const, since: at - 60_000, at },
  ...{ by: 'li.na', remark: '已联系服务商' },
});

const eventually = (look: () => unknown) => expect.poll(look, { timeout: 20_000 });

const tooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';

test('B16 the first page and the table can be read and reached at every width', async () => {
  // axe's time grows with the squares, which are all alike.
  const { page, context, errors } = await stage(true, 12);
  const complaints: string[] = [];
  for (const path of ['/desk', '/desk/board']) {
    await page.goto(origin + path);
    if (path === '/desk') await page.waitForSelector('#chart canvas');
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      // The curves are drawn anew for the width, a moment after it has changed.
      await eventually(() => page.evaluate<boolean>(tooWide)).toBe(false);
      for (const one of await axeComplaints(page))
        complaints.push(`${path} at ${width} px: ${one}`);
    }
  }
  expect([...complaints, ...errors]).toEqual([]);
  await context.close();
});

test('B9 B14 B16 an open page follows in place, moves no focus, and greys when nobody answers', async () => {
  const { desk, page, context, end, errors } = await stage();
  await page.goto(`${origin}/desk`);
  const link = page.locator('[data-area]').last();
  await link.focus();
  const area = (await link.getAttribute('data-area')) ?? '';
  const text = (key: string) => page.locator(`[data-t="${key}"]`).first().textContent();
  await eventually(() => text('proof')).toContain('考位账本平衡：732 / 732');
  desk.second({ savesPerSecond: 4_321 });
  desk.counts(area, 999, [0, 2_400, 1_600, 1_600], [2_400, 2_400, 1_600, 1_600]);
  await eventually(() => text('saves')).toBe('4,321');
  // One time on the page, at its head and beside the numbers.
  await eventually(
    async () => (await page.locator('#clock').textContent()) === (await text('now')),
  ).toBe(true);
  await eventually(() => link.getAttribute('data-levels')).toBe('4000');
  expect(await link.locator('.vh').textContent()).toContain('已满');
  expect(await page.evaluate('document.activeElement.dataset.area')).toBe(area);
  // The engine is gone, and the desk says so and stays.
  for (let second = 0; second < 4; second += 1) desk.silence();
  await eventually(() => text('stale')).toContain('引擎没有回应');
  await eventually(() => page.locator('#board[data-stale]').count()).toBe(1);
  expect(await page.getByText('考生看到“正在核实”').isVisible()).toBe(true);
  desk.second();
  await eventually(() => page.locator('#board[data-stale]').count()).toBe(0);
  end.kind = 'down';
  await eventually(() => text('stale')).toContain('与值守服务断开');
  end.kind = 'up';
  await eventually(() => page.locator('#board[data-stale]').count()).toBe(0);
  end.kind = 'out';
  await eventually(() => text('stale')).toContain('登录已结束');
  expect(await page.evaluate('document.activeElement.dataset.area')).toBe(area);
  expect(errors).toEqual([]);
  await context.close();
});

test('B16 an alarm is taken in place: by keyboard, with words, seen by whoever looks, and said why if not', async () => {
  const { desk, page, context, end, errors, taken } = await stage(true, 12);
  await page.goto(`${origin}/desk`);
  const open = page.locator('[data-row="alarm.messages-waiting.open"]');
  const calm = page.locator('[data-row="alarm.messages-waiting.taken"]');
  await eventually(() => open.isVisible()).toBe(true);
  expect(await calm.isVisible()).toBe(false);
  await open.locator('summary').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('已联系服务商');
  // Another begins and one ends meanwhile: nothing moves under the hand.
  desk.second({ poolsAstray: 1, waiting: { codes: 3_120, news: 0, money: 0 } });
  await eventually(() => page.locator('.alarm.grave:visible').count()).toBe(1);
  expect(await page.evaluate('document.activeElement.value')).toBe('已联系服务商');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await eventually(() => calm.isVisible()).toBe(true);
  await eventually(() => open.isVisible()).toBe(false);
  expect(await calm.textContent()).toContain('知悉：已联系服务商');
  expect(await page.evaluate('document.activeElement.dataset.row')).toBe(
    'alarm.messages-waiting.taken',
  );
  const { since } = desk.dashboard
    .see(undefined)
    .alarms.find(({ key }) => key === 'messages-waiting') ?? { since: 0 };
  expect(taken).toEqual([
    {
      ...{ token: 'token', alarm: 'messages-waiting', level: 'warning' },
      ...{ since: String(since), remark: '已联系服务商' },
    },
  ]);
  // What has begun since the page was opened is taken as it stands.
  const astray = desk.dashboard.see(undefined).alarms.find(({ key }) => key === 'ledger-astray');
  end.kind = 'refused';
  await page.locator('[data-take="ledger-astray"] button').click();
  await eventually(() => page.textContent('body')).toContain('请看过再点');
  expect(taken.at(-1)).toMatchObject({ since: String(astray?.since), level: 'grave' });
  expect(errors).toEqual([]);
  await context.close();
});

test('B16 without scripts the page is whole, with curves of its own and a way to look again', async () => {
  const { page, context, taken } = await stage(false);
  await page.goto(`${origin}/desk`);
  expect(await page.locator('#chart svg .l1').getAttribute('d')).toContain('L');
  expect(await page.getByRole('link', { name: '刷新' }).getAttribute('href')).toBe('/desk');
  expect(await page.locator('[data-area]').count()).toBe(183);
  const open = page.locator('[data-row="alarm.messages-waiting.open"]');
  await open.locator('summary').click();
  await open.locator('input[name=remark]').fill('已联系服务商');
  await open.getByRole('button').click();
  await eventually(() => page.getByText('知悉：已联系服务商').isVisible()).toBe(true);
  expect(taken).toMatchObject([{ remark: '已联系服务商' }]);
  expect(await open.isVisible()).toBe(false);
  await context.close();
});
