/** What holds for every route of the gateway, whoever wrote its handler. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentNumberOf, givenWorld, importedPassword, type World } from './sign-in-desk.ts';

const source = readFileSync(new URL('../../gateway/server.ts', import.meta.url), 'utf8');
const routes = [...source.matchAll(/\.(get|post)\('([^']+)'/g)].map(([, method, path]) => ({
  method: method === 'get' ? 'GET' : 'POST',
  path: path ?? '',
}));
const posts = routes.filter(({ method }) => method === 'POST');

let world: World;
let cookie: string;
beforeAll(async () => {
  world = await givenWorld();
  const someone = documentNumberOf(1);
  world.admit(someone);
  const browser = world.browser();
  await browser.signIn(someone, importedPassword);
  cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
});
afterAll(() => world.stop());

function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const init: RequestInit = { method, headers, redirect: 'manual' };
  if (method === 'POST') init.body = new URLSearchParams({ form: 'forged', unit: 'A' });
  return fetch(world.origin + path, init);
}

test('the route table is found', () => {
  expect(routes.length).toBeGreaterThan(25);
});

test.each(routes)('strict headers, no storing, no script inline: $method $path', async (route) => {
  for (const headers of [{}, { cookie }, { cookie, 'hx-request': 'true' }]) {
    const answer = await ask(route.method, route.path, headers);
    expect(answer.status).toBeLessThan(500);
    const head = Object.fromEntries(answer.headers);
    expect(head).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'$/,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'cache-control': 'no-store',
    });
    expect(head['content-security-policy']).not.toContain('unsafe');
  }
});

test.each(posts)('a forged form changes nothing: $path', async ({ path }) => {
  const before = world.commands.length;
  const answer = await ask('POST', path, { cookie });
  expect(answer.status).toBeLessThan(500);
  expect(world.commands.length).toBe(before);
});

test.each(posts)('a form from another site is refused: $path', async ({ path }) => {
  const from = { cookie, origin: 'https://elsewhere.example' };
  expect((await ask('POST', path, from)).status).toBe(403);
  const fetched = { cookie, 'sec-fetch-site': 'cross-site' };
  expect((await ask('POST', path, fetched)).status).toBe(403);
});

test.each(routes.filter(({ path }) => /^\/(register|mine|activate|slip|account)/.test(path)))(
  'D1 nobody gets in without signing in: $method $path',
  async ({ method, path }) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/sign-in?again');
  },
);
