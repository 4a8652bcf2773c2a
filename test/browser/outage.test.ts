/**
 * D7 over NATS, with the real program: short messages stop, two staff let the password stand for
 * codes from the command line, candidates save with it with scripts and without, and codes return.
 */
import { execFileSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { axeComplaints } from '../harness/axe.ts';
import { launchBrowser, newVisitor, type Visiting } from '../harness/browser.ts';
import { type InventedCandidate, newCandidates } from './people.ts';
import { type DividedProduct, startDivided } from './product.ts';
import { button, chooseArea, codeFor, enterCourse, signIn } from './steps.ts';

let product: DividedProduct;
let browser: Browser;
let origin: string;
const people = newCandidates();
const mabian = { city: '乐山市', name: '马边彝族自治县' };
beforeAll(async () => {
  [product, browser] = await Promise.all([startDivided(), launchBrowser()]);
  [origin] = product.origins;
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

function bookingProof(to: 'code' | 'password'): void {
  const program = new URL('../../ruxi.ts', import.meta.url).pathname;
  const decided = ['--reason', '短信通道中断', '--by', '示例甲', '--and-by', '示例乙'];
  execFileSync(process.execPath, [program, 'booking-proof', to, ...decided], {
    env: { ...process.env, ...product.settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Signed in, with this course chosen, and the seats asked for. */
async function holding(
  course: string,
  visiting?: Visiting,
): Promise<{ page: Page; who: InventedCandidate }> {
  const context = await newVisitor(browser, visiting);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const { value: who } = people.next();
  if (who === undefined) throw new Error('more tests than invented people');
  await signIn(page, origin, product.cookieKey, who);
  await chooseArea(page, origin, mabian);
  await enterCourse(page, course);
  await page.getByText('已放进').waitFor();
  await button(page, '获取验证码').click();
  return { page, who };
}

const password = (page: Page) => page.getByLabel('登录密码');
const savedTitle = (page: Page) => page.getByRole('heading', { name: /门已保存/ });

test('D7 B16 an open page turns to the password by itself, and back', async () => {
  const { page, who } = await holding('00009');
  await page.getByLabel('短信验证码').waitFor();
  const code = await codeFor(page, origin, who.phone);
  await page.getByLabel('短信验证码').fill(code.slice(0, 3));

  bookingProof('password');
  onTestFinished(() => bookingProof('code'));
  await password(page).waitFor();
  // What was typed stays, since that code is still good.
  expect(await page.getByLabel('短信验证码').inputValue()).toBe(code.slice(0, 3));
  expect(await axeComplaints(page)).toEqual([]);
  await password(page).fill('not the password');
  await button(page, '保存考位').first().click();
  await page.getByRole('alert').getByText('密码不对，还可以试 4 次。').waitFor();
  await password(page).fill(who.password);
  await button(page, '保存考位').first().click();
  await savedTitle(page).waitFor();

  await page.goto(`${origin}/register/courses`);
  await page.getByText('短信暂时发不出去').first().waitFor();
  await enterCourse(page, '00023');
  await page.getByText('已放进').waitFor();
  await button(page, '获取验证码').click();
  await password(page).waitFor();
  bookingProof('code');
  await button(page, '获取验证码').click();
  await page.getByLabel('短信验证码').waitFor();
});

test('D7 F26 F27 B16 without scripts the password is typed, once wrong, and saves', async () => {
  bookingProof('password');
  onTestFinished(() => bookingProof('code'));
  const { page, who } = await holding('00009', { width: 360, scripts: false });
  await page.getByText('请重新输入登录密码来保存考位').waitFor();
  await password(page).fill('not the password');
  await button(page, '保存考位').click();
  await page.getByRole('alert').getByText('密码不对，还可以试 4 次。').waitFor();
  await password(page).fill(who.password);
  await button(page, '保存考位').click();
  await savedTitle(page).waitFor();
  // Not even to be fetched: nothing that looks like a code went to this phone.
  await page.goto(`${origin}/messages`);
  const mine = page.locator('.messages li').filter({ hasText: who.phone });
  for (const text of await mine.allTextContents()) expect(text).not.toContain('验证码');
});
