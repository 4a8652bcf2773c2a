/**
 * The real program and real pages: what they weigh, the captcha for everybody, and a pause that an
 * open page hears of.
 */
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser, newVisitor, type Visiting } from '../harness/browser.ts';
import { newCandidates, personWho } from './people.ts';
import { type DividedProduct, startDivided } from './product.ts';
import { button, chooseArea, enterCourse, enterPassword, heading, signIn } from './steps.ts';

let product: DividedProduct;
let browser: Browser;
let origin: string;
const people = newCandidates();
beforeAll(async () => {
  [product, browser] = await Promise.all([startDivided(), launchBrowser()]);
  [origin] = product.origins;
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

async function visit(visiting?: Visiting): Promise<{ context: BrowserContext; page: Page }> {
  const context = await newVisitor(browser, visiting);
  onTestFinished(() => context.close());
  return { context, page: await context.newPage() };
}
function nextPerson() {
  const { value } = people.next();
  if (value === undefined) throw new Error('more tests than invented people');
  return value;
}

const kilobyte = 1024;

/**
 * What a page costs: bytes and requests over the wire, without what the browser had already. The
 * gateways leave it to the proxy to zip pages, so they are weighed as it would send them.
 */
async function weigh(page: Page, path: string) {
  const session = await page.context().newCDPSession(page);
  const wired = new Map<string, { type: string; bytes: number }>();
  const inMemory = new Set<string>();
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    const kept = inMemory.has(requestId) || response.fromDiskCache === true;
    if (!kept) wired.set(requestId, { type, bytes: 0 });
  });
  session.on('Network.requestServedFromCache', ({ requestId }) => inMemory.add(requestId));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = wired.get(requestId);
    if (one !== undefined) one.bytes = encodedDataLength;
  });
  const answer = await page.goto(`${origin}${path}`, { waitUntil: 'networkidle' });
  await session.detach();
  const html = gzipSync((await answer?.body()) ?? '', { level: 4 }).length;
  const others = [...wired.values()].filter(({ type }) => type !== 'Document');
  return {
    html,
    requests: others.length + 1,
    bytes: html + others.reduce((sum, { bytes }) => sum + bytes, 0),
    fonts: others.filter(({ type }) => type === 'Font').length,
  };
}

test('B16 a first visit costs 40 KB and five requests, a later page 8 KB and itself', async () => {
  const first = ['/', '/guide', '/courses', '/sign-in', '/mine'];
  for (const path of first) {
    const { page } = await visit({ width: 360 });
    const { bytes, requests, fonts } = await weigh(page, path);
    expect(bytes, path).toBeLessThanOrEqual(40 * kilobyte);
    expect(requests, path).toBeLessThanOrEqual(5);
    expect(fonts, path).toBe(0);
    expect(bytes, path).toBeGreaterThan(20 * kilobyte);
  }
  const { page } = await visit({ width: 360 });
  await signIn(page, origin, product.cookieKey, nextPerson());
  await chooseArea(page, origin, { city: '乐山市', name: '马边彝族自治县' });
  const later = ['/', '/guide', '/courses', '/mine', '/register', '/register/area?city=510100'];
  for (const path of [...later, '/register/courses', '/messages']) {
    const { html, requests } = await weigh(page, path);
    expect(html, path).toBeLessThanOrEqual(8 * kilobyte);
    expect(requests, path).toBe(1);
  }
});

const someone = personWho('two tickets');
async function beginSignIn(page: Page): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('证件类型').selectOption(someone.documentType);
  await page.getByLabel('证件号码').fill(someone.documentNumber);
  await button(page, '看不清或无法看图？换一种验证方式').click();
}

test('F1 D3 B16 a sign-in by keyboard, without looking at a picture: the device does the work', async () => {
  const { page } = await visit();
  await beginSignIn(page);
  const start = button(page, '开始验证');
  await start.waitFor();
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('captcha');
  await page.keyboard.press('Enter');
  await page.getByText('验证完成，请点“确认”。').waitFor();
  expect(await page.getByAltText('验证码图片').count()).toBe(0);
  await button(page, '确认').click();
  await enterPassword(page, { ...someone, ticketEndsIn: '07' });
  await page.getByText('退出登录').first().waitFor({ state: 'attached' });
});

test('F1 F2 B16 without scripts a sum in words does as well, once', async () => {
  const { page } = await visit({ width: 360, scripts: false });
  await beginSignIn(page);
  const answer = async () => {
    const label = (await page.locator('label[for=captcha]').textContent()) ?? '';
    const [, left = '', sign, right = ''] = /：(.+)(加|减)(.+)等于几/.exec(label) ?? [];
    return sign === '加' ? wordValue(left) + wordValue(right) : wordValue(left) - wordValue(right);
  };
  expect(await page.getByLabel('证件号码').inputValue()).toBe(someone.documentNumber);
  await page.locator('#captcha').fill(String((await answer()) + 1));
  await button(page, '确认').click();
  await page.getByText('验证题的得数不对').first().waitFor();
  await page.locator('#captcha').fill(String(await answer()));
  await button(page, '确认').click();
  await heading(page, '选择准考证，登录').waitFor();
});

/** 十二 → 12. */
function wordValue(words: string): number {
  const [tens, ones] = words.includes('十') ? words.split('十') : ['零', words];
  const value = (digit = '') => '零一二三四五六七八九'.indexOf(digit || '零');
  return (tens === '' ? 1 : value(tens)) * 10 + value(ones);
}

function window(...args: string[]): void {
  const program = new URL('../../ruxi.ts', import.meta.url).pathname;
  execFileSync(process.execPath, [program, 'window', ...args], {
    env: { ...process.env, ...product.settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

test('S2 B16 a pause and its end are heard on open pages, with the reason, and nothing is lost', async () => {
  const { context, page } = await visit();
  const who = nextPerson();
  await signIn(page, origin, product.cookieKey, who);
  await chooseArea(page, origin, { city: '乐山市', name: '马边彝族自治县' });
  await enterCourse(page, '00009');
  await page.locator('#main').getByText('已放进第一单元').waitFor();
  await page.getByText('余位实时更新').waitFor();
  await page.getByLabel('课程代码').fill('00023');
  const mine = await context.newPage();
  await mine.goto(`${origin}/mine`);

  window('pause', '--reason', '短信通道故障', '--news-by', '2030-01-01T10:30+08:00');
  onTestFinished(() => window('open'));
  for (const open of [page, mine]) {
    await open.getByText('报考暂停：短信通道故障。10:30 前会更新消息').first().waitFor();
  }
  await button(page, '获取验证码').waitFor({ state: 'hidden' });
  const waiting = await context.newPage();
  await waiting.goto(`${origin}/register`);
  await heading(waiting, '报考暂停').waitFor();

  window('open');
  await page.getByText('报考已开放，可以继续。').waitFor();
  await button(page, '获取验证码').waitFor();
  expect(await page.getByLabel('课程代码').inputValue()).toBe('00023');
  await heading(waiting, '报考已开放').waitFor();
  await waiting.locator('#main').getByRole('link', { name: '课程报考与缴费' }).click();
  await heading(waiting, '报考须知').or(heading(waiting, '选择要报考的课程')).first().waitFor();
  await button(page, '获取验证码').click();
  await page.getByLabel('短信验证码').waitFor();
});
