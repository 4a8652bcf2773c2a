/** Debian's Chromium for the tests that walk the pages. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

export function launchBrowser(): Promise<Browser> {
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error('Chromium is not installed');
  return chromium.launch({
    executablePath,
    // A container's root may not use the sandbox, and its /dev/shm is small.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

export type Visiting = { width?: number; height?: number; scripts?: boolean };

/** A browser of somebody's own: cookies and all. Slow machines get time; a page that hangs ends. */
export async function newVisitor(
  browser: Browser,
  { width = 1440, height = 900, scripts = true }: Visiting = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height },
    javaScriptEnabled: scripts,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  context.setDefaultTimeout(30_000);
  if (!scripts) withoutScripts.add(context);
  return context;
}

const withoutScripts = new WeakSet<BrowserContext>();
/** Whether pages of this visitor run scripts; the browser itself does not tell. */
export const runsScripts = (context: BrowserContext): boolean => !withoutScripts.has(context);
