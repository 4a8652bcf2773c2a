/** One page of samples at a time, open in a real browser, with the live socket in the test's hand. */
import type { Browser, BrowserContext, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, newVisitor, type Visiting } from '../harness/browser.ts';
import { now } from './samples.ts';
import { type Answer, stage } from './stage.ts';

export type Opened = {
  page: Page;
  context: BrowserContext;
  /** The server's next message. Absent parts are as the samples show them. */
  hear(message: object): Promise<void>;
  /** Ends the socket as the server would. */
  hangUp(code: number): Promise<void>;
  /** The id of what has the focus. */
  focused(): Promise<string>;
};
export type Opening = Visiting & {
  answers?: Record<string, Answer>;
  /** The test can make the page's time pass (`page.clock`); it never stands still. */
  hurried?: boolean;
};

/** Longer than any of the page's own waits. */
export const eventually = (look: () => unknown) => expect.poll(look, { timeout: 20_000 });

/** To be called once in a test file; what it answers opens a page and closes the one before. */
export function useBrowser(): (address: string, opening?: Opening) => Promise<Opened> {
  let browser: Browser;
  let context: BrowserContext | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(() => context?.close());

  return async (address, { answers = {}, hurried = false, ...visiting } = {}) => {
    const visitor = await newVisitor(browser, visiting);
    context = visitor;
    let live: WebSocketRoute | undefined;
    await visitor.routeWebSocket(/\/live/, (socket) => {
      live = socket;
    });
    await stage(visitor, answers);
    const page = await visitor.newPage();
    if (hurried) await page.clock.install({ time: now });
    await page.goto(address);
    const socket = async () => {
      await eventually(() => live !== undefined).toBe(true);
      return live;
    };
    return {
      page,
      context: visitor,
      async hear(message) {
        const told = { v: 1, t: now, s: [1164, 86, 0, 1702], c: [2400, 2400, 2400, 2400] };
        (await socket())?.send(JSON.stringify({ ...told, w: 'open', ...message }));
      },
      async hangUp(code) {
        await (await socket())?.close({ code });
      },
      focused: () => page.evaluate('document.activeElement.id'),
    };
  };
}
