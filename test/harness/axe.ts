/** What axe finds on an open page, by the standards that every page keeps. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What can differ between two widths at which the same elements are shown. A width between two that were
 * looked at with every rule shows nothing that neither of them did.
 */
export const rulesOfWidth = ['target-size', 'scrollable-region-focusable'];

/**
 * `rule: element` for each finding, by every rule of the standards or by those given. axe stays in the
 * page, so that another look costs less.
 */
export async function axeComplaints(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>("typeof axe !== 'undefined'"))) {
    await page.evaluate(`${axe.source};0`);
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
