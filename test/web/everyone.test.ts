/** Every page for everybody, in a real browser: by keyboard alone, without motion, in the colours of the system. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageName } from '../../web/view-models.ts';
import { launchBrowser, newVisitor } from '../harness/browser.ts';
import { samples } from './samples.ts';
import { sampleAddress, stage } from './stage.ts';

let browser: Browser;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  context = await newVisitor(browser, { width: 360, height: 640 });
  await context.routeWebSocket(/\/live/, () => {});
  await stage(context);
  page = await context.newPage();
});
afterAll(() => browser.close());

const names = Object.keys(samples) as PageName[];
const samplesOf = (name: PageName): string[] => Object.keys(samples[name]);

/** Runs in the page, where this project's own types do not reach. */
const focusState = `(() => {
  const element = document.activeElement;
  window.walked ??= [];
  // Past the last one stands the browser's own bar, or the first one again.
  if (element === document.body || element === walked[0]) return undefined;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 2);
  const y = Math.min(Math.max(box.y + box.height / 2, 1), innerHeight - 2);
  const there = document.elementFromPoint(x, y);
  const label = element.closest('label');
  const last = walked.at(-1);
  const complaints = [];
  if (last && !(last.compareDocumentPosition(element) & 4)) complaints.push('goes back to');
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) complaints.push('no ring on');
  if (!element.contains(there) && !there?.contains(element) && there !== label)
    complaints.push('hidden by ' + (there?.className ?? 'nothing') + ':');
  if (there && there !== element && there.contains(element) && there.closest('.act') !== element.closest('.act'))
    complaints.push('under the bar:');
  if (element.tabIndex > 0) complaints.push('jumps the order:');
  walked.push(element);
  const name = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 20);
  return complaints.map((one) => one + ' ' + element.tagName.toLowerCase() + ' ' + (element.id || name));
})()`;
/** What the keyboard should have come to and did not. Of radio buttons, one in each group. */
const unreached = `(() => {
  const all = document.querySelectorAll('a[href], button, input, select, textarea, summary');
  const groups = new Set(walked.filter(({ type }) => type === 'radio').map(({ name }) => name));
  return [...all]
    .filter((element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => !walked.includes(element) && !(element.type === 'radio' && groups.has(element.name)))
    .map((element) => 'not reached: ' + element.tagName.toLowerCase() + ' ' + (element.id || element.textContent));
})()`;

test.each(names)(
  'B16 %s is walked by keyboard: in order, seen, and nothing left out',
  async (name) => {
    await page.setViewportSize({ width: 360, height: 640 });
    for (const sample of samplesOf(name).slice(0, 2)) {
      await page.goto(sampleAddress(name, sample));
      // Wherever the page put the focus, the walk begins at its beginning.
      await page.evaluate("document.querySelector('.brand').focus()");
      await page.keyboard.press('Shift+Tab');
      expect(await page.textContent(':focus')).toBe('跳到主要内容');
      const complaints: string[] = [];
      for (;;) {
        const found = await page.evaluate<string[] | undefined>(focusState);
        if (found === undefined) break;
        complaints.push(...found);
        await page.keyboard.press('Tab');
      }
      expect([...complaints, ...(await page.evaluate<string[]>(unreached))], sample).toEqual([]);
    }
  },
);

test('B16 the skip link leads into the page, and Esc closes the menu where it was opened', async () => {
  await page.setViewportSize({ width: 360, height: 640 });
  await page.goto(sampleAddress('guide', 'fresh'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('main');
  await page.locator('.menu > summary').focus();
  await page.keyboard.press('Enter');
  await page.locator('.menu a').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await page.locator('.menu a:focus').count()).toBe(1);
  await page.keyboard.press('Escape');
  expect(await page.locator('.menu[open]').count()).toBe(0);
  expect(await page.locator('.menu > summary:focus').count()).toBe(1);
});

/** The longest that anything on the page moves, in seconds. */
const moves = `Math.max(...[...document.querySelectorAll('*')].flatMap((element) => {
  const { transitionDuration, animationDuration } = getComputedStyle(element);
  return [transitionDuration, animationDuration].flatMap((all) => all.split(',').map(parseFloat));
}))`;

test.each(names)(
  'B16 %s moves nothing for who asked for that, and else 0.2 s at most',
  async (name) => {
    await page.goto(sampleAddress(name, samplesOf(name)[0] ?? ''));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await page.evaluate<number>(moves)).toBe(0);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await page.evaluate<number>(moves)).toBeLessThanOrEqual(0.2);
  },
);

test('B16 in the colours of the system a meter, a chip and the present step still say what they say', async () => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(sampleAddress('courses', 'mockup'));
  const look = (selector: string, what: string) =>
    page.evaluate<string>(
      `getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${what}')`,
    );
  const [lit, unlit] = ['#u-A .cells i:first-child', '#u-A .cells i:last-child'];
  expect(await look(lit, 'background-color')).not.toBe(await look(unlit, 'background-color'));
  expect(await look('#u-A .chip', 'border-top-style')).toBe('solid');
  await page.setViewportSize({ width: 1440, height: 640 });
  expect(await look('.steps .now', 'border-top-color')).not.toBe(
    await look('.steps .now + li', 'border-top-color'),
  );
  await page.focus('.act .btn');
  expect(await look('.act .btn', 'outline-style')).toBe('solid');
  await page.emulateMedia({ forcedColors: null });
});
