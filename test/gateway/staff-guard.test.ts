/** The guard of the desk: every route × every role, and what keeps somebody in or out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRight, type Role, rights, roles } from '../../engine/protocol/staff.ts';
import { createDesk, type DeskRoute } from '../../gateway/staff/desk.ts';
import { deskIdleMs, deskSignInMs, stepUpMs } from '../../gateway/staff/desk-cookies.ts';
import { addStaffRoutes } from '../../gateway/staff/server.ts';
import { givenStaffWorld, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const minute = 60_000;
const wide = { burst: 10_000, everyMs: 1 };
let world: StaffWorld;
const browsers = new Map<Role, StaffBrowser>();
let next = 0;
function fresh(held: Role[]): Promise<StaffBrowser> {
  next += 1;
  return world.signedIn(`someone.${next}`, held);
}

function ask(browser: StaffBrowser, route: DeskRoute, fields: Record<string, string> = {}) {
  const { method, path, file } = route;
  if (file === true) return browser.upload(path, fields, new File(['x'], 'x.csv'));
  return method === 'get' ? browser.get(path) : browser.post(path, fields);
}

beforeAll(async () => {
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide });
  for (const role of roles) browsers.set(role, await world.signedIn(`only.${role}`, [role]));
});
afterAll(() => world.stop());

describe('the route table', () => {
  test('S4 every route of the desk names a right there is, and stands in the table', () => {
    const served: string[] = [];
    const server = {
      get: (path: string) => note('get', path),
      post: (path: string) => note('post', path),
      upload: (path: string) => note('post', path),
      asset: () => server,
    };
    function note(method: string, path: string) {
      served.push(`${method} ${path}`);
      return server;
    }
    addStaffRoutes(server as unknown as Parameters<typeof addStaffRoutes>[0], world.context);
    const named = world.routes.map(({ method, path }) => `${method} ${path}`);
    expect(served.filter((one) => one.includes('/desk')).sort()).toEqual(named.sort());
    expect(new Set(named).size).toBe(named.length);
    for (const { path, right } of world.routes) {
      expect(path).toMatch(/^\/desk/);
      if (right === 'nobody') expect(path).toMatch(/^\/desk\/(sign-in|invitation)/);
      else expect(Object.keys(rights)).toContain(right);
    }
  });

  test('S4 nobody who is not signed in reaches any, whatever they send', async () => {
    for (const route of world.routes) {
      const { path, right } = route;
      if (right === 'nobody') continue;
      const shown = await ask(world.browser(), route);
      expect([path, shown.page]).toEqual([path, 'signIn']);
    }
  });

  test.each(roles)('S4 %s reaches what its rights name and is refused all else', async (role) => {
    const browser = browsers.get(role) as StaffBrowser;
    for (const route of world.routes) {
      const { path, right } = route;
      if (right === 'nobody' || path === '/desk/sign-out') continue;
      // A form without a token gets no further than the guard, and shows that it was let that far.
      const shown = await ask(browser, route, { token: '' });
      const refused = shown.page === 'refused' && shown.model.why === 'right';
      expect([path, shown.status === 403 && refused]).toEqual([path, !hasRight([role], right)]);
    }
  });
});

describe('a sign-in', () => {
  test('left alone for half an hour, by a person, it is over', async () => {
    const browser = await fresh(['viewer']);
    world.desk.now += deskIdleMs - 1;
    expect((await browser.get('/desk')).page).toBe('dashboard');
    world.desk.now += deskIdleMs - 1;
    expect((await browser.get('/desk')).page).toBe('dashboard');
    world.desk.now += deskIdleMs;
    const shown = await browser.get('/desk');
    expect([shown.page, shown.model.news]).toEqual(['signIn', 'idle']);
    expect(browser.cookies.has('ruxi-desk')).toBe(false);
  });

  test('what a page asks for by itself keeps nobody signed in', async () => {
    const asked: string[] = [];
    const handlers = new Map<string, (request: never) => unknown>();
    const server = {
      get(path: string, handler: (request: never) => unknown) {
        handlers.set(path, handler);
        return server;
      },
      post: () => server,
    };
    const desk = createDesk(server as never, world.context);
    const handler = () => {
      asked.push('ran');
      return { status: 200, body: '' };
    };
    desk.get('/desk/numbers', 'see-desk', handler, { quiet: true });
    desk.get('/desk/page', 'see-desk', handler);
    const browser = await fresh(['viewer']);
    world.desk.now += 2 * minute;
    const cookieHeader = `ruxi-desk=${browser.cookies.get('ruxi-desk')}`;
    const { emptyForm } = await import('../../gateway/form.ts');
    const request = { method: 'GET', query: '', cookieHeader, form: emptyForm } as never;
    const quiet = (await handlers.get('/desk/numbers')?.(request)) as { cookies?: string[] };
    const loud = (await handlers.get('/desk/page')?.(request)) as { cookies?: string[] };
    expect([quiet.cookies, loud.cookies?.length, asked.length]).toEqual([undefined, 1, 2]);
  });

  test('however busy, it is over after twelve hours', async () => {
    const browser = await fresh(['viewer']);
    for (let spent = 0; spent + 20 * minute < deskSignInMs; spent += 20 * minute) {
      world.desk.now += 20 * minute;
      expect((await browser.get('/desk')).page).toBe('dashboard');
    }
    world.desk.now += 20 * minute;
    const shown = await browser.get('/desk');
    expect([shown.page, shown.model.news]).toEqual(['signIn', 'over']);
  });

  test('S4 a role that changes ends it at once, and the new one counts', async () => {
    const browser = await fresh(['office']);
    const staff = `someone.${next}`;
    const shell = { by: 'shell', byGeneration: 0, reason: '示例' };
    const scope = { kind: 'province' } as const;
    const client = world.context.gateway.client;
    const sent = { id: `roles${next}`.padEnd(22, '-'), answerBy: world.desk.now + minute };
    await client.send({ kind: 'set-roles', staff, roles: ['viewer'], scope, ...shell }, sent);
    const shown = await browser.get('/desk');
    expect([shown.page, shown.model.news]).toEqual(['signIn', 'ended']);
    world.desk.now += minute;
    await browser.signIn(staff);
    expect(browser.last.frame.signedIn.roles).toEqual(['viewer']);
  });

  test('a changed bit, another gateway’s key or a candidate’s cookie signs nobody in', async () => {
    const browser = await fresh(['viewer']);
    const value = browser.cookies.get('ruxi-desk') ?? '';
    for (const forged of [
      value.replace('someone', 'admin'),
      `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`,
      `${value}x`,
      '',
    ]) {
      browser.cookies.set('ruxi-desk', forged);
      expect((await browser.get('/desk')).page).toBe('signIn');
    }
  });

  test('a gateway that starts and knows no accounts yet signs nobody out for it', async () => {
    const browser = await fresh(['viewer']);
    const { client } = world.context.gateway;
    client.staffKnown = () => false;
    const shown = await browser.get('/desk');
    expect([shown.status, shown.page, browser.cookies.has('ruxi-desk')]).toEqual([
      ...[503, 'wait', true],
    ]);
    client.staffKnown = () => true;
    expect((await browser.get('/desk')).page).toBe('dashboard');
  });

  test('signing out ends it here and everywhere', async () => {
    const browser = await fresh(['viewer']);
    const other = world.browser();
    other.secret = browser.secret;
    world.desk.now += minute;
    await other.signIn(`someone.${next}`);
    const shown = await browser.post('/desk/sign-out', {
      token: (await browser.get('/desk')).frame.signedIn.token,
    });
    expect([shown.page, shown.model.news]).toEqual(['signIn', 'out']);
    expect((await other.get('/desk')).model.news).toBe('ended');
  });
});

describe('the proof', () => {
  test('S2 a fresh one is good for five minutes, then it is asked for again', async () => {
    const browser = await fresh(['system']);
    const token = (await browser.get('/desk')).frame.signedIn.token;
    expect((await browser.post('/desk/prove', { token, to: '/desk' })).path).toBe('/desk');
    world.desk.now += stepUpMs;
    const asked = await browser.post('/desk/prove', { token, to: '/desk' });
    expect([asked.page, asked.model.action, asked.model.fields]).toEqual([
      ...['prove', '/desk/prove', [['to', '/desk']]],
    ]);
    expect((await browser.prove('000000')).model.problem).toMatchObject({ reason: 'code-wrong' });
    const code = browser.code();
    expect((await browser.prove(code)).path).toBe('/desk');
    world.desk.now += stepUpMs;
    await browser.post('/desk/prove', { token, to: '/desk' });
    // An old code is nothing, and one that was used is said to be.
    expect((await browser.prove(code)).model.problem.reason).toBe('code-wrong');
  });

  test('it leads to pages of the desk and nowhere else', async () => {
    const browser = await fresh(['system']);
    const token = (await browser.get('/desk')).frame.signedIn.token;
    for (const to of [
      'https://elsewhere.example/desk',
      '//elsewhere',
      '/desk\r\nX: y',
      '/mine',
      '',
    ]) {
      expect((await browser.post('/desk/prove', { token, to })).path).toBe('/desk');
    }
  });

  test('B2 a double click on it is one proof', async () => {
    const browser = await fresh(['system']);
    const token = (await browser.get('/desk')).frame.signedIn.token;
    world.desk.now += stepUpMs;
    await browser.post('/desk/prove', { token, to: '/desk' });
    const fields = { token, to: '/desk', proof: browser.code() };
    const before = new Map(browser.cookies);
    expect((await browser.post('/desk/prove', fields)).path).toBe('/desk');
    const second = world.browser();
    for (const [name, value] of before) second.cookies.set(name, value);
    expect((await second.post('/desk/prove', fields)).path).toBe('/desk');
    // From another form it is a code that was used.
    const other = (await browser.get('/desk')).frame.signedIn.token;
    second.cookies.clear();
    for (const [name, value] of before) second.cookies.set(name, value);
    const spent = await second.post('/desk/prove', { ...fields, token: other });
    expect(spent.model.problem.reason).toBe('code-spent');
  });

  test('a form without its token does nothing, and a proof is not even asked for', async () => {
    const browser = await fresh(['system']);
    world.desk.now += stepUpMs;
    const shown = await browser.post('/desk/prove', { token: 'none', to: '/desk' });
    expect([shown.status, shown.page, shown.model.why]).toEqual([422, 'refused', 'form']);
  });
});
