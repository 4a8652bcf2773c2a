/** Shows samples in a real browser without a gateway: every request is answered from memory. */
import type { BrowserContext, Route } from 'playwright-core';
import type { Frame, PageName } from '../../web/view-models.ts';
import { createViews, type Render } from '../../web/views.ts';
import { captchas, everySample } from './samples.ts';

/** Browsers take localhost for safe, as they do a connection with TLS: only there is crypto. */
export const origin = 'http://ruxi.localhost';
export const views = createViews();

/** As the gateway sends it: what breaks it would break there too. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://ruxi.localhost; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const captchaPicture =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 56"><path d="M20 40 35 12 50 40M70 14v28M90 14h20l-20 28h20" fill="none" stroke="#17232b" stroke-width="3"/></svg>';

/** The picture, or the field in another way. */
function captchaBody(way: string | null): string {
  const model = captchas.find((one) => one.way === way);
  return model === undefined ? views.captcha({ token: 'fresh' }) : views.captchaField(model);
}

export function renderSample(page: PageName, model: unknown, frame?: Frame): string {
  return (views[page] as Render<unknown>)(model, frame);
}

export const sampleAddress = (page: PageName, name: string): string =>
  `${origin}/sample/${page}/${name}`;

/** What a request ends in: the path of a sample, or an answer of the test's own. */
export type Answer = string | ((route: Route) => Promise<void>);

const samplePages = new Map(
  everySample.map((sample) => [`/sample/${sample.page}/${sample.name}`, sample]),
);
const assets = new Map(views.assets.map((asset) => [asset.path, asset]));

export async function stage(
  context: BrowserContext,
  answers: Record<string, Answer> = {},
): Promise<void> {
  await context.route(`${origin}/**`, async (route) => {
    const request = route.request();
    const { pathname, searchParams } = new URL(request.url());
    const answer = answers[pathname] ?? pathname;
    if (typeof answer === 'function') return answer(route);
    const asset = assets.get(answer);
    if (asset !== undefined) {
      return route.fulfill({ body: Buffer.from(asset.bytes), contentType: asset.type });
    }
    const headers = { 'Content-Security-Policy': contentSecurityPolicy };
    const contentType = 'text/html; charset=utf-8';
    if (answer === '/captcha') {
      const body = captchaBody(searchParams.get('way'));
      return !searchParams.has('token')
        ? route.fulfill({ body, contentType, headers })
        : route.fulfill({ body: captchaPicture, contentType: 'image/svg+xml', headers });
    }
    const sample = samplePages.get(answer);
    if (sample === undefined) {
      return route.fulfill({ status: 404, body: views.failure(404), contentType, headers });
    }
    const wanted = request.headers()['hx-request'] === 'true' ? undefined : sample.frame;
    const { problem } = sample.model as { problem?: unknown };
    return route.fulfill({
      status: problem === undefined ? 200 : 422,
      body: renderSample(sample.page, sample.model, wanted),
      contentType,
      headers,
    });
  });
}
