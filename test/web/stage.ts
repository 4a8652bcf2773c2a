/** Shows samples in a real browser without a gateway: every request is answered from memory. */
import type { BrowserContext } from 'playwright-core';
import type { Frame, PageName } from '../../web/view-models.ts';
import { createViews, type Render } from '../../web/views.ts';
import { everySample } from './samples.ts';

export const origin = 'http://ruxi.test';
export const views = createViews();

/** As the gateway sends it: what breaks it would break there too. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const captcha =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 56"><path d="M20 40 35 12 50 40M70 14v28M90 14h20l-20 28h20" fill="none" stroke="#17232b" stroke-width="3"/></svg>';

export function renderSample(page: PageName, model: unknown, frame?: Frame): string {
  return (views[page] as Render<unknown>)(model, frame);
}

export const sampleAddress = (page: PageName, name: string): string =>
  `${origin}/sample/${page}/${name}`;

export async function stage(context: BrowserContext): Promise<void> {
  const pages = new Map(
    everySample.map(({ page, name, model, frame }) => [
      `/sample/${page}/${name}`,
      { page, model, frame },
    ]),
  );
  const assets = new Map(views.assets.map((asset) => [asset.path, asset]));
  await context.route(`${origin}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    const asset = assets.get(pathname);
    if (asset !== undefined) {
      return route.fulfill({ body: Buffer.from(asset.bytes), contentType: asset.type });
    }
    if (pathname === '/captcha') {
      return route.fulfill({ body: captcha, contentType: 'image/svg+xml' });
    }
    const sample = pages.get(pathname);
    if (sample === undefined) return route.fulfill({ status: 404, body: views.failure(404) });
    const fragment = route.request().headers()['hx-request'] === 'true';
    return route.fulfill({
      body: renderSample(sample.page, sample.model, fragment ? undefined : sample.frame),
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': contentSecurityPolicy },
    });
  });
}
