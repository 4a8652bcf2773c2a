/** What axe finds on an open page, by the standards that every page keeps. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

/** The small one: it is read by the browser again for every page. */
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What can differ between two widths at which the same elements are shown. A width between two that were
 * looked at with every rule shows nothing that neither of them did.
 */
export const rulesOfWidth = ['target-size', 'scrollable-region-focusable'];

/** For who looks at nearly every page: it waits in each from the beginning, which costs least. */
export const bringAxe = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(source);

/**
 * `rule: element` for each finding, by every rule of the standards or by those given. axe stays in the
 * page, so that another look costs less.
 */
export async function axeComplaints(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>("typeof axe !== 'undefined'"))) {
    await page.evaluate(`${source};0`);
  }
  const options: axe.RunOptions = {
    runOnly:
      rules === undefined
        ? { type: 'tag', values: standards }
        : { type: 'rule', values: [...rules] },
    resultTypes: ['violations'],
    preload: false,
  };
  return page.evaluate<string[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)))`,
  );
}
