/** What axe finds on an open page, by the standards that every page keeps. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** `rule: element` for each finding. axe stays in the page, so that another look costs less. */
export async function axeComplaints(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>("typeof axe !== 'undefined'"))) {
    await page.evaluate(`${axe.source};0`);
  }
  const options: axe.RunOptions = {
    runOnly: { type: 'tag', values: standards },
    resultTypes: ['violations'],
    preload: false,
  };
  return page.evaluate<string[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)))`,
  );
}
