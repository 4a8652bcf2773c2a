/** Every page, in a real browser, at a phone's, a tablet's and a desk's width. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageName } from '../../web/view-models.ts';
import { axeComplaints, rulesOfWidth } from '../harness/axe.ts';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { samples } from './samples.ts';
import { origin, sampleAddress, stage } from './stage.ts';

let browser: Browser;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  context = await newVisitor(browser, { width: 360 });
  await context.routeWebSocket(/\/live/, () => {});
  await stage(context);
  page = await context.newPage();
});
afterAll(() => browser.close());

/** Runs in the page, where this project's own types do not reach. What is 1 px wide is for Enter. */
const sizeComplaints = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = scrollWidth > clientWidth ? ['wider than the screen'] : [];
  const targets = document.querySelectorAll('button, .btn, .tbtn, .ml a, summary, select, .choice');
  const small = [...targets].filter((target) => {
    const { width, height } = target.getBoundingClientRect();
    return target.checkVisibility() && width > 1 && (width < 44 || height < 44);
  });
  return [...wide, ...small.map((target) => 'below 44 px: ' + target.textContent)];
})()`;

test.each(Object.keys(samples) as PageName[])(
  'B16 %s can be read, reached and pressed at every width',
  async (name) => {
    const complaints: string[] = [];
    const note = (sample: string, width: number, what: string[]) =>
      complaints.push(...what.map((one) => `${sample} at ${width} px: ${one}`));
    for (const sample of Object.keys(samples[name])) {
      await page.setViewportSize({ width: 360, height: 800 });
      await page.goto(sampleAddress(name, sample));
      for (const width of [360, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        note(sample, width, await page.evaluate<string[]>(sizeComplaints));
        note(sample, width, await axeComplaints(page, width === 768 ? rulesOfWidth : undefined));
      }
    }
    expect(complaints).toEqual([]);
  },
);

test.each(Object.keys(samples) as PageName[])(
  'B16 %s asks for nothing that its content security policy refuses',
  async (name) => {
    const complaints: string[] = [];
    const visited = await context.newPage();
    visited.on('pageerror', ({ message }) => complaints.push(message));
    visited.on('console', (message) => {
      const text = message.text();
      // A browser notes every 422 as if it were a broken link.
      if (message.type() === 'error' && !text.includes('422')) complaints.push(text);
    });
    for (const sample of Object.keys(samples[name])) {
      await visited.goto(sampleAddress(name, sample));
    }
    await visited.close();
    expect(complaints).toEqual([]);
  },
);

test('B16 a failure page is whole, and leads back', async () => {
  await page.goto(`${origin}/nowhere`);
  expect(await axeComplaints(page)).toEqual([]);
  expect(await page.getByRole('link', { name: '回到首页' }).count()).toBe(1);
});
