/** Every page, in a real browser, at a phone's, a tablet's and a desk's width. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { everySample } from './samples.ts';
import { origin, sampleAddress, stage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** A search for what is missing, so it may be small: what was found, and where. */
const complaintsOf = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).withTags(standards).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
};

test.each([360, 768, 1440])('B16 no page is closed to a screen reader at %i px', async (width) => {
  const context = await newVisitor(browser, { width });
  await context.routeWebSocket(/\/live/, () => {});
  await stage(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  const note = (what: string) => complaints.push(`${new URL(page.url()).pathname} ${what}`);
  page.on('pageerror', (error) => note(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') note(message.text());
  });
  for (const { page: name, name: sample } of everySample) {
    await page.goto(sampleAddress(name, sample));
    for (const complaint of await complaintsOf(page)) note(complaint);
    const wider = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (wider > 0) note(`is ${wider} px wider than the screen`);
    const targets = await page
      .locator('button, .btn, .tbtn, .ml a, summary, select, .choice')
      .all();
    const small: string[] = [];
    for (const target of targets) {
      const box = await target.boundingBox();
      // One pixel: there for the keyboard or a screen reader alone.
      if (box === null || box.width <= 1) continue;
      if (box.height < 44 || box.width < 44) small.push((await target.textContent()) ?? '');
    }
    for (const one of small) note(`has a target below 44 px: ${one}`);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

test('B16 a failure page is whole, and leads back', async () => {
  const context = await newVisitor(browser, { width: 360 });
  await stage(context);
  const page = await context.newPage();
  await page.goto(`${origin}/nowhere`);
  expect(await complaintsOf(page)).toEqual([]);
  expect(await page.getByRole('link', { name: '回到首页' }).count()).toBe(1);
  await context.close();
});
