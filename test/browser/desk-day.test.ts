/**
 * A small registration day from the desk, in the real program with two gateways over NATS, from an empty
 * engine to the next morning: imports, the day in the calendar, a rush that fills pools while the first
 * page is open, seats added, a pause, an engine that is killed, payments, the close, the bill, exports
 * and the verified folder. The programs go by a clock that the test puts ahead, so nobody waits for an
 * opening, and the bill is there at once.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { chinaDay, chinaMidnight } from '../../engine/core/rules.ts';
import { localTime } from '../../web/china-time.ts';
import { bringAxe } from '../harness/axe.ts';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { type Clock, startClock } from '../harness/clock.ts';
import { ByHttp } from './by-http.ts';
import { type Colleague, joinAll, looked, proveIfAsked, signIn } from './desk-steps.ts';
import { type DividedProduct, startDivided } from './product.ts';
import { areas, candidates, capacities, courses, tablesOf } from './small-province.ts';
import { button, heading } from './steps.ts';

const minute = 60_000;
const hour = 60 * minute;
const today = () => chinaDay(Date.now());
const reason = '示例：演练';
const { east, west, south } = areas;

let clock: Clock;
let product: DividedProduct;
let browser: Browser;
beforeAll(async () => {
  // Just before nine on a morning in China, ahead of the machine's clock by a day at most.
  clock = startClock(chinaMidnight(today() + 1) + 9 * hour - 2 * minute);
  const empty = { RUXI_DEMO_PROVINCE: 'no', RUXI_TRUSTED_PROXIES: '127.0.0.1' };
  [product, browser] = await Promise.all([
    startDivided({ ...clock.settings, ...empty }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  clock?.stop();
});

// ── People ──────────────────────────────────────────────────────────────────────────────────────

/** The second of the office works at the other gateway, without scripts. */
function everybody() {
  const [here = '', there = ''] = product.desks;
  return joinAll(browser, product, [
    { name: 'admin', roles: ['system'], at: here },
    { name: 'li.na', roles: ['office'], at: here },
    { name: 'wang.wei', roles: ['office'], at: there, scripts: false },
    { name: 'zhao.min', roles: ['finance'], at: here },
    { name: 'sun.yi', roles: ['audit'], at: here },
  ]);
}

const open = ({ page, at }: Colleague, path: string) => page.goto(at + path);

/** Opened again and again: pages of the desk are as of the moment they were asked for. */
async function until(who: Colleague, path: string, sign: Locator): Promise<void> {
  await vi.waitUntil(async () => {
    await open(who, path);
    return (await sign.count()) > 0;
  });
}

// ── Acts ────────────────────────────────────────────────────────────────────────────────────────

/** S1: uploaded and compared; tables of the catalogue are installed by who has seen the difference. */
async function bring(who: Colleague, kind: string, csv: string, other: Colleague): Promise<void> {
  const { page, authenticator } = who;
  await open(who, '/desk/import');
  await page.getByLabel('内容').selectOption(kind);
  await page.getByLabel('文件', { exact: true }).setInputFiles({
    ...{ name: `${kind}.csv`, mimeType: 'text/csv', buffer: Buffer.from(csv) },
  });
  await button(page, '上传并核对').click();
  const staged = page.getByRole('heading', { name: /次导入等待复核/ });
  const compared = page.locator('#install-reason');
  await until(who, '/desk/import', staged.or(compared));
  if (await compared.isVisible()) {
    await compared.fill(reason);
    await button(page, '确认导入').click();
    await proveIfAsked(page, authenticator, page.getByText('已导入').first());
    return;
  }
  await open(other, '/desk/import');
  await other.page.locator('#apply-reason').fill(reason);
  await button(other.page, '复核通过，生效').click();
  await proveIfAsked(other.page, other.authenticator, other.page.getByText('已生效').first());
}

/** From the preview on: one proposes, the other approves, and it is carried out. */
async function decideByTwo(one: Colleague, other: Colleague): Promise<void> {
  await one.page.locator('#reason').fill(reason);
  await button(one.page, '提交待批准').click();
  await approved(one, other);
}
async function approved(one: Colleague, other: Colleague): Promise<void> {
  await proveIfAsked(one.page, one.authenticator, one.page.getByText('等待批准').first());
  const { pathname, search } = new URL(one.page.url());
  await open(other, pathname + search);
  await button(other.page, '批准并办理').click();
  const done = other.page.getByText(/^(办理中|已办理)$/).first();
  await proveIfAsked(other.page, other.authenticator, done);
}

/** The first whole minute that leaves two people time to decide. */
const soon = (): number => Math.ceil((Date.now() + 40_000) / minute) * minute;

/** In steps that no engine doubts, each of which it has seen. */
async function passTo(at: number, who: Colleague): Promise<void> {
  while (Date.now() < at) {
    await clock.moveTo(Math.min(at, Date.now() + 45_000));
    await open(who, '/desk/acts');
  }
}

/** By the keyboard alone. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const focused = target.and(page.locator(':focus'));
  for (let presses = 0; (await focused.count()) === 0; presses += 1) {
    expect(presses).toBeLessThan(80);
    await page.keyboard.press('Tab');
  }
}

const ruxi = (...args: string[]) =>
  execFileSync(process.execPath, [new URL('../../ruxi.ts', import.meta.url).pathname, ...args], {
    env: { ...process.env, ...product.settings },
    encoding: 'utf8',
  });

// ── Candidates ──────────────────────────────────────────────────────────────────────────────────

const crowd = [...candidates];

function comers(count: number): ByHttp[] {
  const place = { origin: product.origins[0], keysFolder: product.settings.RUXI_KEYS_DIR ?? '' };
  return crowd.splice(0, count).map((who) => new ByHttp(place, who));
}
/** They come all at once; some may find that nothing is left. */
async function rush(area: { code: string; city: string }, count: number, wanted: string[]) {
  const register = async (one: ByHttp) => {
    await one.choose(area.city, area.code, wanted);
    return { one, seated: (await one.hold()) && (await one.save()) };
  };
  return Promise.all(comers(count).map(register));
}

/** How the payment sandbox behaves from now on. */
async function behave(behaviour: object): Promise<void> {
  await fetch(`http://127.0.0.1:${product.settings.RUXI_SANDBOX_PORT}/control`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ behave: behaviour }),
  });
}

// ── The first page ──────────────────────────────────────────────────────────────────────────────

/** Open all day, and never loaded again: it counts how often each of its six cards said something new. */
async function openWatch(who: Colleague): Promise<Page> {
  const page = await who.page.context().newPage();
  await page.goto(`${who.at}/desk`);
  await page.evaluate(`
    moves = new Map();
    for (const card of document.querySelectorAll('.kpi')) {
      const name = card.querySelector('h2').textContent;
      const move = () => moves.set(name, (moves.get(name) ?? 0) + 1);
      new MutationObserver(move).observe(card, { childList: true, subtree: true });
    }`);
  return page;
}
const shown = (page: Page, key: string) => page.locator(`[data-t="${key}"]`);
const reads = (page: Page, key: string, words: string) =>
  shown(page, key)
    .filter({ hasText: new RegExp(`^${words}$`) })
    .waitFor();

// ── The day ─────────────────────────────────────────────────────────────────────────────────────

// Long, and on a busy machine longer.
const patience = { timeout: 10 * minute };
test(
  'S1 S2 S3 F30 D9 D14 B7 B9 B14 B16 a small day from the desk, from nothing to the morning after',
  patience,
  async () => {
    const [admin, li, wang, zhao, sun] = await everybody();
    await open(li, '/desk');
    await reads(li.page, 'window', '等待引擎');
    for (const [kind, csv] of tablesOf(Date.now())) await bring(li, kind, csv, wang);

    await open(li, '/desk/calendar');
    const opensAt = soon();
    await li.page.getByLabel('开始').fill(localTime(opensAt));
    await li.page.getByLabel('截止').fill(localTime(chinaMidnight(today()) + 22 * hour));
    await button(li.page, '预览').click();
    await decideByTwo(li, wang);

    const watch = await openWatch(li);
    await reads(watch, 'window', '尚未开放');
    await passTo(opensAt, li);
    await reads(watch, 'window', '报考开放中');

    // Two pools fill, and those for whom nothing is left are counted.
    const both = [courses.first, courses.second];
    const [slow] = comers(1);
    await slow?.choose(south.city, south.code, both);
    await slow?.hold();
    await reads(watch, 'held', '2');
    await slow?.save();
    const [crowdEast, , crowdSouth] = await Promise.all([
      rush(east, capacities.east[0] + 4, [courses.first]),
      rush(west, capacities.west[0], [courses.first]),
      rush(south, 5, both),
    ]);
    const left = crowdEast.filter(({ seated }) => !seated);
    expect(left).toHaveLength(4);
    await reads(watch, 'full', '2');
    await reads(watch, 'taken', '32');
    await watch.locator(`[data-area="${east.code}"][data-levels="40"]`).waitFor();
    await reads(watch, 'unmet.0.place', '示例市 东区');
    const sold = await watch.locator('[data-t^="sold."][data-t$=".place"]').allTextContents();
    expect(sold.filter((one) => one !== '').sort()).toEqual(['示例市 东区', '示例市 西区']);
    const cards = ['保存速率', '暂留中的考位', '处理时延 p99', '已用考位', '已满考位池'];
    await vi.waitUntil(async () => {
      const moved = (await watch.evaluate('[...moves.keys()]')) as string[];
      return cards.every((card) => moved.includes(card));
    });
    await reads(watch, 'failed', '0.00');

    // Seats are added by two, the first of whom touches nothing but the keyboard.
    await open(li, `/desk/area?area=${east.code}`);
    await tabTo(li.page, li.page.getByRole('link', { name: '调整考位、限额和暂停' }));
    await li.page.keyboard.press('Enter');
    await heading(li.page, /调整$/).waitFor();
    await tabTo(li.page, li.page.locator('#capacity-0'));
    await li.page.keyboard.type(String(capacities.east[0] + 5));
    await li.page.keyboard.press('Enter');
    await li.page.locator('#reason').waitFor();
    await tabTo(li.page, li.page.locator('#reason'));
    await li.page.keyboard.type(reason);
    await li.page.keyboard.press('Enter');
    await approved(li, wang);
    await reads(watch, 'full', '1');
    await reads(watch, 'mark.0.what', '调整考位');
    expect(
      await Promise.all(left.map(async ({ one }) => (await one.hold()) && one.save())),
    ).toEqual([true, true, true, true]);

    // Paused in one step, without scripts; an open page of a candidate hears of it, and of its end.
    const [payer, other, unpaid] = crowdSouth.map(({ one }) => one) as [ByHttp, ByHttp, ByHttp];
    const visitor = await newVisitor(browser);
    await visitor.addCookies(payer.cookies());
    const candidate = await visitor.newPage();
    await candidate.goto(`${product.origins[0]}/register/courses`);
    await candidate.getByText('余位实时更新').waitFor();
    await open(wang, '/desk');
    await wang.page.locator('summary', { hasText: '暂停报考' }).click();
    await wang.page.locator('#shown-all').fill('示例：线路检修');
    await button(wang.page, '立即暂停全省报考').click();
    await candidate
      .getByText(/示例：线路检修/)
      .first()
      .waitFor();
    await reads(watch, 'window', '报考已暂停');
    await open(li, '/desk/window');
    await button(li.page, '恢复报考').click();
    await li.page.locator('#reason').fill(reason);
    await button(li.page, '办理').click();
    await candidate.getByText('报考已开放，可以继续。').waitFor();
    await reads(watch, 'mark.0.what', '恢复报考');
    await reads(watch, 'mark.1.what', '暂停报考');

    // The engine is killed: the first page says so and stays, and comes back by itself.
    await product.killEngine();
    await watch.locator('#board[data-stale]').waitFor();
    await watch
      .getByText(/^引擎没有回应/)
      .first()
      .waitFor();
    await reads(watch, 'taken', '36');
    await product.startEngine();
    await watch.locator('#board:not([data-stale])').waitFor();
    await reads(watch, 'window', '报考开放中');

    // The provider is away: it rings by its name, somebody takes it, and the other gateway knows.
    await Promise.all([payer, other, unpaid].map((one) => one.confirm()));
    await behave({ down: true });
    await expect(payer.pay()).rejects.toThrow('支付平台暂时没有回应');
    const ringing = watch.locator('[data-row="alarm.provider-away:sandbox.open"]');
    await ringing.locator('summary').click();
    await ringing.locator('input[name=remark]').fill('示例：已联系');
    await ringing.getByRole('button').click();
    await watch.locator('[data-row="alarm.provider-away:sandbox.taken"]').waitFor();
    await until(wang, '/desk', wang.page.getByText(/^li\.na [\d:]+ 知悉：示例：已联系$/));
    // Who began anew knows no other than what was taken.
    await product.killEngine();
    await product.startEngine();
    await watch.locator('[data-row="alarm.provider-away:sandbox.taken"]:visible').waitFor();
    await behave({ down: false });
    await watch
      .locator('[data-t="alarm.provider-away:sandbox.what"]:visible', { hasText: '已恢复' })
      .waitFor();

    // One pays, one is told of with a wrong amount and has paid all the same, one does not pay.
    await payer.pay();
    await until(zhao, '/desk/money', zhao.page.getByText('差错（0）'));
    await behave({ wrong: 'amount' });
    await other.pay();
    await until(zhao, '/desk/money', zhao.page.getByText('差错（1）'));
    await behave({ wrong: 'nothing' });
    const paid = zhao.page.locator('tbody tr', { hasText: '已缴费' });
    await until(zhao, `/desk/orders?area=${south.code}`, paid.nth(1));

    // Closed early. What is unpaid is released, and what is paid stays.
    await open(li, '/desk/calendar');
    const closesAt = soon();
    await li.page.getByText('更改').first().click();
    await li.page.getByLabel('截止').first().fill(localTime(closesAt));
    await button(li.page, '看会影响多少').click();
    await decideByTwo(li, wang);
    await passTo(closesAt, li);
    await reads(watch, 'window', '报考已结束');
    await reads(watch, 'taken', '4');
    expect(await watch.evaluate('moves.size')).toBeGreaterThan(0);

    // Every page that the day went by, as it stands now.
    const order = await zhao.page
      .locator('tbody a[href*="/desk/order?"]')
      .first()
      .getAttribute('href');
    const person = await zhao.page
      .locator('tbody a[href*="/desk/candidate?"]')
      .first()
      .getAttribute('href');
    await looked(watch, 'day-desk');
    await Promise.all([
      lookedAt(li, [
        ...['acts', 'act?number=1', 'calendar', 'window', 'import', 'export', 'areas', 'board'],
        ...[`area?area=${south.code}`, `area/change?area=${south.code}`],
        ...[`pool?area=${south.code}&unit=A`, (person ?? '').replace('/desk/', '')],
      ]),
      lookedAt(zhao, [
        ...['money', `orders?area=${south.code}`, (order ?? '').replace('/desk/', ''), 'reports'],
        ...['reports/morning', 'reports/papers', 'reports/settlement'],
      ]),
      lookedAt(sun, ['audit']),
      lookedAt(admin, ['people', 'people/account?staff=li.na', 'keys', 'account']),
    ]);
    const registrations = await saved(li, '/desk/export/registrations');
    expect(registrations.filter((one) => one.includes('已缴费'))).toHaveLength(4);

    // The next morning: the bill is there, and says what the orders say.
    await product.stopEngine();
    await clock.moveTo(chinaMidnight(today() + 1) + 10 * hour + minute);
    await product.startEngine();
    for (const who of [zhao, sun]) {
      await open(who, '/desk');
      await signIn(who.page, who.name, who.authenticator);
    }
    await until(zhao, '/desk/money', zhao.page.getByText('分毫不差'));
    const line = await zhao.page.locator('tbody tr', { hasText: '分毫不差' }).textContent();
    expect(line).toContain('2 笔，140.00 元');
    const orders = await saved(zhao, '/desk/export/orders');
    expect(orders.filter((one) => one.includes('已缴费'))).toHaveLength(2);
    await open(sun, '/desk/audit?kind=seats-released');
    expect(await sun.page.locator('tbody tr').count()).toBeGreaterThan(0);

    await product.stopEngine();
    const verified = ruxi('verify');
    expect(verified).toContain('Whole:');
    expect(Number(/(\d+) signed heads/.exec(verified)?.[1])).toBeGreaterThan(1);
  },
);

async function lookedAt(who: Colleague, paths: readonly string[]): Promise<void> {
  await bringAxe(who.page.context());
  for (const path of paths) {
    await open(who, `/desk/${path}`);
    await looked(who.page, `day-${path.replaceAll(/\W+/g, '-')}`);
  }
}

/** The lines of a file that the desk gives out, without its first. */
async function saved(who: Colleague, path: string): Promise<string[]> {
  await open(who, '/desk/export');
  const [download] = await Promise.all([
    who.page.waitForEvent('download'),
    who.page.locator(`a[href="${path}"]`).click(),
  ]);
  return readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
}
