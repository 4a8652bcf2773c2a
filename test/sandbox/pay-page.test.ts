/** The pay page in a real browser: readable by everybody, and paid by a click with scripts off. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeComplaints } from '../harness/axe.ts';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { type SandboxHere, startSandboxHere } from '../harness/sandbox.ts';

let browser: Browser;
let here: SandboxHere;
beforeAll(async () => {
  browser = await launchBrowser();
  here = await startSandboxHere();
});
afterAll(async () => {
  await browser.close();
  await here.stop();
});

async function payPageOf(attempt: string): Promise<string> {
  const opened = await here.provider.open({
    attempt,
    amountFen: 14_000,
    title: '自学考试报考费 4 门',
    way: 'page',
    expiresAt: Date.now() + 3_600_000,
    returnTo: `${here.sandbox.address}/nowhere`,
  });
  if (opened.kind !== 'opened' || opened.payable.kind !== 'link') throw new Error('a link');
  return opened.payable.url;
}
const isTooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';

test('B16 every state of the pay page can be read at every width', async () => {
  const visitor = await newVisitor(browser, { width: 360 });
  const page = await visitor.newPage();
  const found: string[] = [];
  page.on('console', (message) => found.push(message.text()));
  const attempt = 'DEMO_0124_17_1_1';
  const url = await payPageOf(attempt);
  const look = async (heading: string) => {
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(url);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(heading);
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      if (await page.evaluate<boolean>(isTooWide)) found.push(`${heading}: too wide at ${width}`);
      const complaints = await axeComplaints(page);
      found.push(...complaints.map((one) => `${heading} at ${width} px: ${one}`));
    }
  };
  await look('待付款');
  await here.sandbox.pay(attempt);
  await look('付款成功');
  await here.sandbox.behave({ refunds: 'processing' });
  const refund = { attempt, refund: `${attempt}R`, transaction: 'S1', amountFen: 14_000 };
  await here.provider.refund(refund);
  await look('退款中');
  await here.sandbox.behave({ refunds: 'succeed' });
  await look('已退款');
  await visitor.close();
  expect(found).toEqual([]);
});

test('B16 with scripts off one click pays, and reloading pays nothing again', async () => {
  const visitor = await newVisitor(browser, { width: 360, scripts: false });
  const page = await visitor.newPage();
  const attempt = 'DEMO_0124_17_2_1';
  await page.goto(await payPageOf(attempt));
  await page.getByRole('button', { name: '确认付款' }).click();
  await page.getByText('付款成功').waitFor();
  const fact = await here.provider.query(attempt);
  expect(fact).toMatchObject({ kind: 'paid', amountFen: 14_000 });
  await page.reload();
  expect(await here.provider.query(attempt)).toEqual(fact);
  await visitor.close();
});
