/** What scripts add where somebody confirms, pays and waits. */
import type { Route } from 'playwright-core';
import { expect, test } from 'vitest';
import { eventually, useBrowser } from './opened.ts';
import { samples } from './samples.ts';
import { origin, sampleAddress, views } from './stage.ts';

const openPage = useBrowser();
const fragment = (body: string) => (route: Route) =>
  route.fulfill({ body, contentType: 'text/html; charset=utf-8' });
const { look } = samples.checking.first?.model ?? expect.unreachable();

test('F40 a waiting page looks by itself, ever more seldom, and moves no focus', async () => {
  const asked: string[] = [];
  const { page, focused } = await openPage(sampleAddress('checking', 'first'), {
    hurried: true,
    answers: {
      '/pay/look': (route) => {
        const times = asked.push(new URL(route.request().url()).search);
        return fragment(views.look({ ...look, times, afterSeconds: 10 * times }))(route);
      },
    },
  });
  await page.focus('a[href="/pay/stop"]');
  await page.clock.runFor(5_000);
  await eventually(() => asked.length).toBe(1);
  expect(asked[0]).toContain(`at=order&state=${look.state}&times=0`);
  await page.waitForSelector('#look[hx-get$="times=1"]', { state: 'attached' });
  await page.clock.runFor(9_000);
  expect(asked).toHaveLength(1);
  await page.clock.runFor(1_500);
  await eventually(() => asked.length).toBe(2);
  expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('/pay/stop');
  expect(await focused()).toBe('');
});

test('F40 when something has changed the page goes where it stands', async () => {
  const { page } = await openPage(sampleAddress('checking', 'first'), {
    hurried: true,
    answers: { '/pay/look': fragment(views.goTo('/pay')), '/pay': '/sample/done/mockup' },
  });
  await page.clock.runFor(5_000);
  await page.waitForURL(`${origin}/pay`);
  expect(await page.textContent('h2')).toContain('已缴费，已确认');
});

test('F40 a look that fails says nothing, and is tried again', async () => {
  let asked = 0;
  const { page } = await openPage(sampleAddress('checking', 'first'), {
    hurried: true,
    answers: {
      '/pay/look': (route) => {
        asked += 1;
        return route.fulfill({ status: 503, body: '', contentType: 'text/html' });
      },
    },
  });
  await page.clock.runFor(5_000);
  await eventually(() => asked).toBe(1);
  await page.clock.runFor(60_000);
  await eventually(() => asked).toBeGreaterThan(1);
  expect(await page.textContent('#news')).toBe('');
});

test.each([
  ['confirmSubmit', 'all', '/register/confirm', '取消'],
  ['withdraw', 'asked', '/pay', '不撤销，返回'],
  ['payConfirm', 'several', '/pay', '取消'],
  ['stopPayment', 'asked', '/pay', '不停止，返回'],
  ['refund', 'asked', '/pay', '不退，保留考位'],
] as const)(
  'F29 F37 on %s the focus is on the choice that changes nothing, and Esc is that choice',
  async (name, sample, path, text) => {
    const { page } = await openPage(sampleAddress(name, sample), {
      answers: { [path]: '/sample/mine/due' },
    });
    expect(await page.evaluate('document.activeElement.textContent')).toBe(text);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => url.pathname === path);
  },
);

test('F37 the payment page opens in a tab of its own, and this page stays', async () => {
  const { page, context } = await openPage(sampleAddress('payConfirm', 'several'), {
    answers: { '/pay/start': '/sample/payment/code' },
  });
  const [payment] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('button', { name: '确定' }).click(),
  ]);
  await payment.getByRole('img', { name: '支付二维码' }).waitFor();
  expect(page.url()).toBe(sampleAddress('payConfirm', 'several'));
  // It can be asked for again: the same form is the same attempt.
  expect(await page.getByRole('button', { name: '确定' }).getAttribute('aria-disabled')).toBeNull();
});

test('F38 within WeChat its bridge is handed what the server signed, and then the server is asked', async () => {
  const { page, context } = await openPage(sampleAddress('start', 'done'));
  await context.addInitScript(`
    window.WeixinJSBridge = {
      invoke: (name, given, done) => { sessionStorage.given = name + JSON.stringify(given); done({}); },
    };
  `);
  await context.route(
    `${origin}/pay/page`,
    fragment(views.done(samples.done.apart?.model as never, samples.done.apart?.frame)),
  );
  await page.goto(sampleAddress('payment', 'bridge'));
  await page.getByRole('button', { name: '打开微信缴费' }).click();
  await page.waitForURL(`${origin}/pay/page`);
  expect(await page.evaluate('sessionStorage.given')).toBe(
    'getBrandWCPayRequest{"appId":"wx8888888888888888"}',
  );
});

test('F38 where there is no bridge the page says what to do instead', async () => {
  const { page } = await openPage(sampleAddress('payment', 'bridge'), { hurried: true });
  await page.getByRole('button', { name: '打开微信缴费' }).click();
  await eventually(async () => {
    await page.clock.runFor(3_000);
    return page.textContent('#bridge-said');
  }).toContain('没有打开微信支付');
});

test('F39 关闭 closes the tab of the payment', async () => {
  const { page, context } = await openPage(sampleAddress('checking', 'first'), {
    answers: { '/pay/page': '/sample/done/apart' },
  });
  const [apart] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: '打开支付页面' }).click(),
  ]);
  const closed = apart.waitForEvent('close');
  await apart.getByRole('link', { name: '关闭' }).click();
  await closed;
});
