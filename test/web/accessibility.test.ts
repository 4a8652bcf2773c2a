/**
 * Every page, in a real browser: at a phone's, a tablet's and a desk's width, on a narrow screen, and with
 * more space between letters and lines.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageName } from '../../web/view-models.ts';
import { axeComplaints, bringAxe, rulesOfWidth } from '../harness/axe.ts';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { samples } from './samples.ts';
import { origin, sampleAddress, stage } from './stage.ts';

let browser: Browser;
let page: Page;
/** What scripts and the browser complained of since somebody asked. */
const said: string[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
  const context = await newVisitor(browser, { width: 360 });
  await context.routeWebSocket(/\/live/, () => {});
  await stage(context);
  await bringAxe(context);
  page = await context.newPage();
  page.on('pageerror', ({ message }) => said.push(message));
  page.on('console', (message) => {
    const text = message.text();
    // A browser notes every 422 as if it were a broken link.
    if (message.type() === 'error' && !text.includes('422')) said.push(text);
  });
});
afterAll(() => browser.close());

/** These run in the page, where this project's own types do not reach. */
const sideways = `document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? ['wider than the screen'] : []`;

/** What is 1 px wide is for Enter. */
const sizeComplaints = `(() => {
  const targets = document.querySelectorAll('button, .btn, .tbtn, .ml a, summary, select, .choice');
  const small = [...targets].filter((target) => {
    const { width, height } = target.getBoundingClientRect();
    return target.checkVisibility() && width > 1 && (width < 44 || height < 44);
  });
  return [...${sideways}, ...small.map((target) => 'below 44 px: ' + target.textContent)];
})()`;

/** WCAG 1.4.12, as a reader's own style sheet would; and what is then cut off. */
const spacing = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(\`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }\`);
  document.adoptedStyleSheets = [sheet];
  const cut = [...document.querySelectorAll('body *')].filter((element) => {
    const { overflowX, overflowY, clip } = getComputedStyle(element);
    if (overflowX === 'visible' && overflowY === 'visible') return false;
    if (clip !== 'auto' || !element.textContent.trim() || !element.checkVisibility()) return false;
    return element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
  });
  return [...${sideways}, ...cut.map((element) => 'cut off: ' + element.className)];
})()`;

test.each(Object.keys(samples) as PageName[])(
  'B16 %s can be read, reached and pressed at every width, and asks for nothing that its policy refuses',
  async (name) => {
    const complaints: string[] = [];
    for (const [place, sample] of Object.keys(samples[name]).entries()) {
      const found: string[] = [];
      const note = (width: number, what: string[]) =>
        found.push(...what.map((one) => `at ${width} px: ${one}`));
      const resize = (width: number) => page.setViewportSize({ width, height: 800 });
      await resize(360);
      await page.goto(sampleAddress(name, sample));
      for (const width of [360, 768, 1440]) {
        await resize(width);
        note(width, await page.evaluate<string[]>(sizeComplaints));
        // What the others of a page differ in is no matter of width.
        const whole = width === 360 || (width === 1440 && place === 0);
        note(width, await axeComplaints(page, whole ? undefined : rulesOfWidth));
      }
      await resize(320);
      note(320, await page.evaluate<string[]>(sideways));
      await resize(360);
      note(360, await page.evaluate<string[]>(spacing));
      complaints.push(...[...found, ...said.splice(0)].map((one) => `${sample}: ${one}`));
    }
    expect(complaints).toEqual([]);
  },
);

test('B16 a failure page is whole, and leads back', async () => {
  await page.goto(`${origin}/nowhere`);
  expect(await axeComplaints(page)).toEqual([]);
  expect(await page.getByRole('link', { name: '回到首页' }).count()).toBe(1);
});
