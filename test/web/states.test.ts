/** What happens to a page that is open while the world changes, in a real browser. */
import type { Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { sayWindow } from '../../web/wording.ts';
import { eventually, useBrowser } from './opened.ts';
import { days, entering, frame, now } from './samples.ts';
import { sampleAddress, views } from './stage.ts';

const open = useBrowser();
const [today] = days as [(typeof days)[0]];
const courses = sampleAddress('courses', 'mockup');
const code = sampleAddress('code', 'mockup');
const before = ['报考还没有开始', sayWindow({ state: 'before', opensAt: today.opensAt })] as const;
const pausedSays = sayWindow({ state: 'paused', reason: '短信通道故障', newsBy: now + 1_800_000 });
const paused = ['报考暂停', pausedSays] as const;
const html = 'text/html; charset=utf-8';
/** What a gateway says of the window to whoever has no socket. */
const windowAnswer = (message: () => object | undefined) => {
  const asked: string[] = [];
  const answer = async (route: Route) => {
    asked.push(new URL(route.request().url()).search);
    const body = message();
    if (body === undefined) return route.abort();
    const told = { v: 0, t: now, s: [], c: [], w: 'open', ...body };
    await route.fulfill({ body: JSON.stringify(told), contentType: 'application/json' });
  };
  return { asked, answer };
};

describe('before opening', () => {
  test('B16 the countdown follows the server’s clock and speaks at its marks, apart from the figures', async () => {
    const { page, hear } = await open(sampleAddress('start', 'before'), { hurried: true });
    const said = () => page.textContent('#said');
    expect(await page.getAttribute('.count', 'role')).toBe('timer');
    expect(await page.textContent('.count')).toMatch(/^1[23]时/);
    expect(await said()).toBe('');
    for (const [left, words] of [
      [600, '距开放还有 10 分'],
      [300, '距开放还有 5 分'],
      [60, '距开放还有 1 分 0 秒'],
      [10, '距开放还有 10 秒'],
      [0, '到时间了，正在开放。'],
    ] as const) {
      await hear({ t: today.opensAt - (left + 1) * 1000, w: 'before', n: before });
      await eventually(async () => {
        await page.clock.runFor(1_000);
        return said();
      }).toContain(words);
    }
    expect(await page.textContent('.count')).toBe('0时0分0秒');
  });

  test('B16 the socket says that it has opened: nothing is loaded, and the way in is there', async () => {
    const { page, hear, focused } = await open(sampleAddress('window', 'before'));
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const go = page.getByRole('link', { name: '课程报考与缴费' }).locator('visible=true');
    const inPage = page.locator('#main').getByRole('link', { name: '课程报考与缴费' });
    expect(await inPage.count()).toBe(0);
    await hear({ t: today.opensAt - 1_000, w: 'before', n: before });
    await eventually(() => page.textContent('#said')).toBe('到时间了，正在开放。');
    const place = await focused();
    await hear({ t: today.opensAt, w: 'open' });
    await inPage.waitFor();
    expect(await page.textContent('h1')).toBe('报考已开放');
    expect(await page.textContent('#news')).toContain('报考已开放');
    expect(await page.isVisible('.count')).toBe(false);
    expect(await focused()).toBe(place);
    expect(await go.count()).toBeGreaterThan(0);
    expect(requests.filter((url) => !url.includes('/assets/'))).toEqual([]);
  });

  test('B16 whoever has no socket asks within five seconds, and again until it is so', async () => {
    let opened = false;
    const { asked, answer } = windowAnswer(() =>
      opened ? { t: today.opensAt + 60_000 } : { t: today.opensAt, w: 'before', n: before },
    );
    const { page } = await open(sampleAddress('start', 'before-stranger'), {
      answers: { '/window': answer },
      hurried: true,
    });
    await page.clock.runFor(30_000);
    expect(asked).toEqual([]);
    await page.clock.fastForward(today.opensAt - Date.UTC(2026, 8, 6, 12));
    await page.clock.runFor(6_000);
    await eventually(() => asked.length).toBe(1);
    opened = true;
    await page.clock.runFor(31_000);
    await eventually(() => page.textContent('#now')).toBe('报考已开放');
    expect(asked.length).toBe(2);
    await page.clock.runFor(120_000);
    expect(asked.length).toBe(2);
  });
});

describe('while the window changes', () => {
  test('S2 D9 a pause keeps what was typed, and the bar says why and until when; then it goes on', async () => {
    const { page, hear, focused } = await open(courses);
    await page.fill('#course', '02324');
    const button = page.getByRole('button', { name: '获取验证码' });
    await hear({ v: 2, w: 'paused', n: paused });
    await eventually(() => page.textContent('#news')).toContain(pausedSays);
    expect(pausedSays).toContain('短信通道故障');
    expect(pausedSays).toContain('前会更新消息');
    expect(await button.isVisible()).toBe(false);
    expect(await page.textContent('#act')).toContain(pausedSays);
    expect(await page.textContent('#live-text')).toBe('报考暂停');
    await hear({ v: 3, w: 'open' });
    await eventually(() => page.textContent('#news')).toContain('报考已开放，可以继续。');
    expect(await button.isVisible()).toBe(true);
    expect(await page.textContent('#act')).not.toContain('短信通道故障');
    expect(await page.inputValue('#course')).toBe('02324');
    expect(await focused()).toBe('course');
  });

  test.each([
    ['closed', '下次开放：9月8日 09:00', { state: 'closed', nextDay: days[1] ?? today }],
    ['over', '请关注下次考试', { state: 'over' }],
  ] as const)('D9 D10 %s in the middle of choosing is told in place', async (w, words, window) => {
    const { page, hear } = await open(courses);
    await hear({ v: 2, w, n: ['今天的报考和缴费已结束', sayWindow(window)] });
    await eventually(() => page.textContent('#news')).toContain(words);
    expect(await page.textContent('#act')).toContain(words);
    expect(await page.isVisible('#act form')).toBe(false);
  });

  test('S2 the page of a pause hears of other news and of the end without being loaded', async () => {
    const { page, hear } = await open(sampleAddress('window', 'paused'));
    await hear({ w: 'paused', n: ['报考暂停', '报考暂停：系统检修。11:00 前会更新消息。'] });
    // What stands there already is not told again; what is new is.
    expect(await page.textContent('#news')).toBe('');
    await hear({ w: 'paused', n: ['报考暂停', '报考暂停：系统检修。12:00 前会更新消息。'] });
    await eventually(() => page.textContent('#main')).toContain('12:00 前');
    await hear({ w: 'open' });
    await eventually(() => page.textContent('h1')).toBe('报考已开放');
    expect(await page.locator('#main').getByRole('link', { name: '课程报考与缴费' }).count()).toBe(
      1,
    );
  });

  test('S2 B1 notices come and go on an open page; a paused pool stops the clock of the hold', async () => {
    const { page, hear } = await open(code);
    await hear({ v: 2, w: 'open', b: ['示例公告', 'A 单元暂停报考'], h: 1 });
    await eventually(() => page.locator('#notices p').allTextContents()).toEqual([
      ...['示例公告', 'A 单元暂停报考'],
    ]);
    const stood = await page.textContent('.left b');
    await hear({ v: 3, t: now + 60_000, w: 'open', b: ['示例公告'], h: 1 });
    await eventually(() => page.locator('#notices p').allTextContents()).toEqual(['示例公告']);
    expect(await page.textContent('.left b')).toBe(stood);
    await hear({ v: 4, t: now + 61_000, w: 'open' });
    await eventually(() => page.locator('#notices p').count()).toBe(0);
  });

  test('S2 B1 a pause stops the clock of the hold, and its end brings the new one', async () => {
    const later = { ...entering, holdUntil: (entering.holdUntil ?? 0) + 600_000 };
    const answers = {
      '/register/code': (route: Route) =>
        route.fulfill({ body: views.code(later), contentType: html }),
    };
    const { page, hear, focused } = await open(code, { answers });
    await page.fill('#code', '123');
    await hear({ v: 2, w: 'paused', n: paused });
    await eventually(() => page.textContent('#news')).toContain('报考暂停');
    const stood = await page.textContent('.left b');
    await hear({ v: 3, t: now + 60_000, w: 'paused', n: paused });
    await eventually(() => page.textContent('#clock')).toMatch(/^09:05/);
    expect(await page.textContent('.left b')).toBe(stood);
    await hear({ v: 4, t: now + 61_000, w: 'open' });
    await eventually(() => page.textContent('.clock .big')).toBe('09:19:30');
    expect(await page.inputValue('#code')).toBe('123');
    expect(await focused()).toBe('code');
  });
});

test('B1 when the hold runs out the page says so in place: what was typed and the focus stay', async () => {
  const answers = { '/register/code': '/sample/code/expired' };
  const { page, hear, focused } = await open(code, { answers });
  await page.fill('#code', '123');
  await hear({ v: 2, t: entering.holdUntil });
  await page.getByText('暂留已到时').waitFor();
  expect(await page.inputValue('#code')).toBe('123');
  expect(await focused()).toBe('code');
});

describe('the connection', () => {
  test('B16 a lost one is said with the moment the counts are from, and its return for three seconds', async () => {
    let reachable = false;
    const { answer } = windowAnswer(() => (reachable ? { v: 3, t: now + 40_000 } : undefined));
    const { page, hear, hangUp } = await open(courses, {
      answers: { '/window': answer },
      hurried: true,
    });
    await hear({ v: 2 });
    await eventually(() => page.textContent('#live-text')).toBe('余位实时更新');
    await hangUp(1000);
    await eventually(async () => {
      await page.clock.runFor(1_000);
      return page.textContent('#news');
    }).toBe('网络已断开，余位停止更新（截至 09:04:26）。已保存的考位不受影响。 重试');
    expect(await page.textContent('#live-text')).toBe('更新暂停，余位截至 09:04:26');
    expect(await page.getAttribute('#news', 'role')).toBe('status');
    reachable = true;
    await page.getByRole('button', { name: '重试' }).click();
    await eventually(() => page.textContent('#news')).toBe('已恢复');
    await page.clock.runFor(3_100);
    expect(await page.textContent('#news')).toBe('');
  });

  test('B16 a device without network says so at once, on pages without counts too', async () => {
    const { answer } = windowAnswer(() => ({}));
    const { page, context } = await open(sampleAddress('signIn', 'fresh'), {
      answers: { '/window': answer },
    });
    await page.fill('#number', '5101');
    await context.setOffline(true);
    const lost = '网络已断开。已保存的考位不受影响。 重试';
    await eventually(() => page.textContent('#news')).toBe(lost);
    // A form is not sent into the void: its page, and what is typed on it, would be gone.
    await page.locator('.btn', { hasText: '确认' }).click();
    expect(await page.textContent('#news')).toBe(lost);
    expect(await page.textContent('h1')).toBe('查询准考证号');
    await context.setOffline(false);
    await eventually(() => page.textContent('#news')).toBe('已恢复');
    expect(await page.inputValue('#number')).toBe('5101');
  });

  test('B16 with sockets refused the counts are asked for now and then', async () => {
    const { asked, answer } = windowAnswer(() => ({ v: 7, s: [7, 6, 5, 4], c: [9, 9, 9, 9] }));
    const { page, hear, hangUp } = await open(courses, {
      answers: { '/window': answer },
      hurried: true,
    });
    await hear({ v: 2 });
    await hangUp(4001);
    await eventually(() => page.textContent('#news')).toContain('不影响报考');
    expect(asked).toEqual([]);
    await page.clock.runFor(31_000);
    await eventually(() => page.textContent('#u-A [data-free]')).toBe('7');
    expect(asked).toEqual(['?area=0124']);
    await page.clock.runFor(31_000);
    await eventually(() => asked.length).toBe(2);
  });
});

describe('the sign-in', () => {
  const signedIn = frame.signedIn ?? { expiresAt: 0, renewable: false, signOutForm: '' };
  const twelveHours = 12 * 3_600_000;

  test('B16 two minutes before its end it is said, and 继续 goes on without losing what was typed', async () => {
    const renewed = { ...signedIn, expiresAt: signedIn.expiresAt + twelveHours };
    let sent = '';
    const renew = (route: Route) => {
      sent = route.request().postData() ?? '';
      return route.fulfill({
        body: views.renewBar(renewed, now + twelveHours),
        contentType: html,
      });
    };
    const { page } = await open(courses, { answers: { '/sign-in/renew': renew }, hurried: true });
    await page.fill('#course', '02324');
    await page.clock.fastForward(signedIn.expiresAt - now - 180_000);
    await page.clock.runFor(1_000);
    expect(await page.isVisible('#renew')).toBe(false);
    await page.clock.runFor(60_000);
    expect(await page.isVisible('#renew')).toBe(true);
    expect(await page.textContent('#said')).toBe(
      '登录将在 12:00:00 结束。点“继续”保持登录，填好的内容都在。',
    );
    await page.getByRole('button', { name: '继续', exact: true }).click();
    await eventually(() => page.isVisible('#renew')).toBe(false);
    expect(sent).toContain('token=');
    expect(await page.inputValue('#course')).toBe('02324');
    expect(await page.locator('#main:focus').count()).toBe(1);
    await page.clock.fastForward(twelveHours);
    await page.clock.runFor(1_000);
    expect(await page.isVisible('#renew')).toBe(true);
    await page.clock.fastForward(120_000);
    await page.clock.runFor(1_000);
    expect(await page.textContent('#renew p')).toContain('登录已结束');
    expect(await page.getByRole('button', { name: '继续', exact: true }).count()).toBe(0);
  });

  test('B16 without scripts a page made so late shows it, as a plain form', async () => {
    const { page } = await open(sampleAddress('mine', 'ending'), {
      answers: { '/sign-in/renew': '/sample/mine/saved' },
      scripts: false,
    });
    await page.getByRole('button', { name: '继续', exact: true }).click();
    await page.waitForURL(/\/sign-in\/renew$/);
  });
});

describe('what is spoken', () => {
  const levels = (b: number, c: number) => ({ s: [1164, b, c, 1702] });

  test('B16 edges of the chosen units together, once in fifteen seconds; figures are no live region', async () => {
    const { page, hear } = await open(courses, { hurried: true });
    const said = () => page.textContent('#said');
    expect(await page.locator('.unit [aria-live], .unit [role="status"]').count()).toBe(0);
    await hear({ v: 2, ...levels(86, 0) });
    await hear({ v: 3, ...levels(80, 0) });
    await eventually(() => page.textContent('#u-B [data-free]')).toBe('80');
    expect(await said()).toBe('');
    await hear({ v: 4, ...levels(0, 0) });
    await eventually(said).toBe('第二单元已满');
    await hear({ v: 5, ...levels(0, 3) });
    await hear({ v: 6, ...levels(2, 3) });
    // Nobody has chosen anything in the fourth unit.
    await hear({ v: 7, s: [1164, 1, 3, 0] });
    await eventually(() => page.textContent('#u-D [data-free]')).toBe('0');
    await page.clock.runFor(5_000);
    expect(await said()).toBe('第二单元已满');
    await page.clock.runFor(11_000);
    expect(await said()).toBe('第三单元又有余位，剩 3。第二单元又有余位，剩 2');
  });

  test('B16 播报余位变化 can be switched off, and stays so', async () => {
    const { page, hear } = await open(courses);
    const box = page.getByRole('checkbox', { name: '播报余位变化' });
    expect(await box.isChecked()).toBe(true);
    await box.uncheck();
    await page.reload();
    expect(await box.isChecked()).toBe(false);
    await hear({ v: 4, ...levels(0, 0) });
    await eventually(() => page.textContent('#u-B [data-free]')).toBe('0');
    expect(await page.textContent('#said')).toBe('');
  });

  test('B16 without scripts nothing is offered that only scripts can do', async () => {
    const { page } = await open(courses, { scripts: false });
    expect(await page.isVisible('#announce')).toBe(false);
  });
});

test('B2 a slow answer: the button says so, then that the outcome is being checked; nothing is lost', async () => {
  const { page } = await open(code, {
    answers: { '/register/save': () => new Promise(() => {}) },
    hurried: true,
  });
  await page.fill('#code', '123456');
  await page.getByRole('button', { name: '保存考位' }).click();
  await page.clock.runFor(900);
  const waiting = page.getByRole('button', { name: '正在提交…' });
  expect(await waiting.getAttribute('aria-disabled')).toBe('true');
  expect(await page.textContent('#news')).toBe('');
  await page.clock.runFor(7_200);
  expect(await page.textContent('#news')).toContain('正在核实这次操作的结果');
  expect(await page.inputValue('#code')).toBe('123456');
});
