/** What scripts add, in a real browser: live counts, clocks, forms that are sent once. */
import type { Page, Route } from 'playwright-core';
import { expect, test } from 'vitest';
import { eventually, type Opened, useBrowser } from './opened.ts';
import { samples } from './samples.ts';
import { type Answer, origin, sampleAddress, views } from './stage.ts';

const openPage = useBrowser();
let opened: Opened;
let page: Page;
async function open(address: string, answers: Record<string, Answer> = {}, scripts = true) {
  opened = await openPage(address, { answers, scripts });
  page = opened.page;
}
const hear = (message: object) => opened.hear(message);
const focused = () => opened.focused();
const courses = sampleAddress('courses', 'mockup');
/** Held back until the test lets it go. */
function gate() {
  let release = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { opened, release };
}

test('B14 live counts change text in place: the same nodes, and focus where it was', async () => {
  await open(courses);
  await page.focus('#course');
  const figure = await page.$('#u-B [data-free]');
  await hear({ v: 2, s: [1163, 0, 5, 1702] });
  await eventually(() => figure?.textContent()).toBe('0');
  expect(await page.textContent('#u-A [data-free]')).toBe('1,163');
  expect(await page.textContent('#u-B header .chip')).toBe('已满');
  expect(await page.getAttribute('#u-B .cells', 'data-fill')).toBe('0');
  expect(await page.getAttribute('#u-C .cells', 'data-fill')).toBe('1');
  expect(await page.isVisible('#u-B [data-why]')).toBe(true);
  expect(await page.isVisible('#u-C [data-why]')).toBe(false);
  expect(await focused()).toBe('course');
  expect(await page.textContent('#live-text')).toBe('余位实时更新');
  expect(await page.textContent('#said')).toMatch(/^第二单元已满/);
});

test('B14 an older message changes nothing', async () => {
  await open(courses);
  await hear({ v: 9, s: [700, 86, 0, 1702] });
  await eventually(() => page.textContent('#u-A [data-free]')).toBe('700');
  await hear({ v: 8, s: [800, 86, 0, 1] });
  await hear({ v: 10, s: [600, 86, 0, 1702] });
  await eventually(() => page.textContent('#u-A [data-free]')).toBe('600');
  expect(await page.textContent('#u-D [data-free]')).toBe('1,702');
});

test('F1 focusing the captcha box is what loads the picture; it can be changed', async () => {
  await open(sampleAddress('signIn', 'fresh'));
  expect(await page.$$('#captcha-picture img')).toHaveLength(0);
  await page.focus('#captcha');
  await page.waitForSelector('#captcha-picture img');
  expect(await page.inputValue('input[name="captchaToken"]')).toBe('fresh');
  expect(await focused()).toBe('captcha');
  await eventually(() => page.textContent('button[name="newCaptcha"]')).toBe('换一张');
  const address = page.url();
  await page.click('button[name="newCaptcha"]');
  await page.waitForSelector('#captcha-picture img');
  expect(page.url()).toBe(address);
});

test('F1 who cannot read the picture presses a button, and the device does the work', async () => {
  await open(sampleAddress('signIn', 'fresh'));
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await page.getByRole('button', { name: '看不清或无法看图？换一种验证方式' }).click();
  await page.waitForSelector('text=自动验证');
  await eventually(focused).toBe('captcha');
  const solver = () => fetched.filter((path) => path.startsWith('/assets/captcha.'));
  expect(solver()).toEqual([]);
  await page.keyboard.press('Enter');
  const line = page.locator('#captcha-field [role="status"]');
  await eventually(() => line.textContent()).toBe('验证完成，请点“确认”。');
  expect(solver()).toHaveLength(1);
  expect(await page.inputValue('input[name="captcha"]')).toBe('1204');
  expect(await page.getAttribute('#captcha', 'aria-disabled')).toBe('true');
  expect(await focused()).toBe('captcha');
});

test('F1 the work can be left for a sum in words, and that for the picture', async () => {
  await open(sampleAddress('signIn', 'work'));
  await page.getByRole('button', { name: '改为回答验证题' }).click();
  await page.getByLabel('验证题：十二减五等于几？').waitFor();
  expect(await focused()).toBe('captcha');
  await page.getByRole('button', { name: '改用图片验证码' }).click();
  await page.getByAltText('验证码图片').waitFor();
  expect(await page.inputValue('input[name="captchaToken"]')).toBe('fresh');
});

test('F1 without crypto the work says so, and the sum is beside it', async () => {
  await open('about:blank');
  await opened.context.addInitScript("Object.defineProperty(window, 'crypto', { value: {} })");
  await page.goto(sampleAddress('signIn', 'work'));
  await page.getByRole('button', { name: '开始验证' }).click();
  await page.getByText('这台设备没有完成自动验证').waitFor();
  expect(await page.inputValue('input[name="captcha"]')).toBe('');
});

test('F24 a course goes in without leaving the page, and the box is ready for the next', async () => {
  await open(sampleAddress('courses', 'fresh'), { '/register/courses': '/sample/courses/mockup' });
  await page.evaluate(`new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target.matches('[role="status"]')) window.spoken = target.textContent;
    }
  }).observe(document.getElementById('main'), { subtree: true, childList: true })`);
  await page.fill('#course', '02324');
  await page.press('#course', 'Enter');
  await page.waitForSelector('text=已放进第三单元');
  expect(await page.title()).toContain('1 门没有余位');
  expect(await focused()).toBe('course');
  // Words that come into a live region are read out; a region that comes with them is not.
  await eventually(() => page.evaluate('window.spoken')).toBe('02324 离散数学 已放进第三单元。');
  expect(await page.textContent('#act')).toContain('70.00 元');
});

test('a problem takes the focus, and its words stand at the field too', async () => {
  await open(courses, { '/register/courses': '/sample/courses/unknown' });
  await page.fill('#course', '99999');
  await page.press('#course', 'Enter');
  await page.waitForSelector('#problems');
  expect(await focused()).toBe('problems');
  expect(await page.title()).toMatch(/^错误：/);
  expect(await page.textContent('#course-wrong')).toContain('没有 99999 这个课程代码');
});

test('F25 F26 asking for a code brings the question, on “否”, which Esc takes', async () => {
  await open(courses, {
    '/register/hold': '/sample/ask/mockup',
    '/register/code/decline': '/sample/courses/mockup',
  });
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.waitForSelector('[role="dialog"]');
  expect(await page.textContent(':focus')).toBe('否，重新选择');
  expect(await page.isVisible('#act')).toBe(false);
  expect(await page.textContent('#steps .now')).toContain('保存考位');
  await page.keyboard.press('Escape');
  await page.waitForSelector('text=选择要报考的课程');
});

test('F27 a form is sent once, however often it is pressed, and says that it is under way', async () => {
  const { opened, release } = gate();
  let sent = 0;
  const answer = async (route: Route) => {
    sent += 1;
    await opened;
    await route.fulfill({
      body: views.saved(samples.saved.mockup?.model as never),
      contentType: 'text/html; charset=utf-8',
    });
  };
  await open(sampleAddress('code', 'mockup'), { '/register/save': answer });
  await page.fill('#code', '123456');
  const button = page.getByRole('button', { name: '保存考位' });
  await button.dblclick();
  await page.waitForSelector('text=正在提交…');
  expect(await page.getAttribute('button:has-text("正在提交…")', 'aria-disabled')).toBe('true');
  await page.press('#code', 'Enter');
  release();
  await page.waitForSelector('text=每个单元的结果');
  expect(sent).toBe(1);
});

test('B2 no answer is not called a failure, and the form can be sent again', async () => {
  let sent = 0;
  const answer = async (route: Route) => {
    sent += 1;
    if (sent === 1) return route.abort();
    await route.fulfill({
      body: views.saved(samples.saved.all?.model as never),
      contentType: 'text/html; charset=utf-8',
    });
  };
  await open(sampleAddress('code', 'mockup'), { '/register/save': answer });
  await page.fill('#code', '123456');
  await page.click('button:has-text("保存考位")');
  await eventually(() => page.textContent('#news')).toContain('还不知道这次操作成没成功');
  expect(await page.inputValue('#code')).toBe('123456');
  await page.getByRole('button', { name: '再查一次' }).click();
  await page.waitForSelector('text=2 门已保存');
  expect(sent).toBe(2);
  expect(await page.textContent('#news')).toBe('');
});

test('a busy answer keeps the page and what was typed', async () => {
  const answer = (route: Route) =>
    route.fulfill({ status: 503, headers: { 'Retry-After': '7' }, body: 'busy' });
  await open(sampleAddress('code', 'mockup'), { '/register/save': answer });
  await page.fill('#code', '123456');
  await page.click('button:has-text("保存考位")');
  await eventually(() => page.textContent('#news')).toContain('请过 7 秒再点一次');
  expect(await page.inputValue('#code')).toBe('123456');
});

test('a page of another frame is loaded whole', async () => {
  await open(courses, {
    '/register/hold': '/sample/signIn/fresh',
    '/sign-in': '/sample/signIn/fresh',
  });
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.waitForURL(`${origin}/sign-in`);
  expect(await page.textContent('h1')).toBe('查询准考证号');
});

test('B1 the hold is counted down by the server’s clock, and the last minute is said', async () => {
  await open(sampleAddress('code', 'mockup'));
  await eventually(() => page.textContent('.left b')).toMatch(/^4 分 3\d 秒$/);
  expect(await page.textContent('[data-resend]')).toMatch(/^重新获取（3\d 秒后）$/);
  expect(await page.isVisible('#expiring')).toBe(false);
  // The device's own clock plays no part; a later time from the server does.
  await hear({ v: 2, t: Date.UTC(2026, 8, 7, 1, 8, 31) });
  await eventually(() => page.isVisible('#expiring')).toBe(true);
  await eventually(() => page.textContent('#said')).toContain('考位暂留还剩');
  await eventually(() => page.textContent('[data-resend]')).toBe('重新获取');
});

test('B16 without scripts the same page says everything and every form is a plain one', async () => {
  await open(sampleAddress('code', 'mockup'), { '/register/save': '/sample/saved/mockup' }, false);
  expect(await page.textContent('.left b')).toBe('4 分 36 秒');
  await page.fill('#code', '123456');
  await page.click('button:has-text("保存考位")');
  await page.waitForURL(`${origin}/register/save`);
  expect(await page.textContent('h2')).toContain('1 门已保存，1 门没有保存');
});
