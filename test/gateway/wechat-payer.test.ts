/** Within WeChat: who pays is asked of WeChat, here a server on loopback that keeps its published words. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { paymentConfigOf } from '../../engine/payments/config.ts';
import { providerHere } from './paying-provider.ts';
import { attemptOf, documentNumber, orderOf, take } from './paying-steps.ts';
import { Browser, type GivenGateway, givenGateway } from './registering-browser.ts';

const appId = 'wx8888888888888888';
const appSecret = 'invented-secret-of-the-account';
const wechat =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.44';

let server: Server;
let down: boolean;
/** Codes that were handed out, each for one person and once. */
let codes: Map<string, string>;
let asked: URLSearchParams[];
let gateway: GivenGateway;
let browser: Browser;

beforeEach(async () => {
  down = false;
  codes = new Map([['code-1', 'oInvented_Payer-0001']]);
  asked = [];
  server = createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    if (down || pathname !== '/sns/oauth2/access_token') return request.socket.destroy();
    asked.push(query);
    const openid = codes.get(query.get('code') ?? '');
    codes.delete(query.get('code') ?? '');
    const good = query.get('appid') === appId && query.get('secret') === appSecret;
    const answer =
      good && openid !== undefined
        ? { access_token: 'token', expires_in: 7200, openid, scope: 'snsapi_base' }
        : { errcode: 40029, errmsg: 'invalid code' };
    response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const exchangeAt = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = givenGateway({
    providers: [providerHere('wechat', ['scan', 'page', 'inside'])],
    payments: {
      wechatPayer: {
        ...{ appId, appSecret, exchangeAt },
        authorizeAt: 'https://open.weixin.qq.com',
      },
    },
  });
  browser = new Browser(gateway, gateway.admit(1, {}, documentNumber));
  await browser.toCourses();
  await take(browser, ['00023']);
  await browser.get('/register/confirm/submit');
  await browser.post('/register/confirm');
  browser.userAgent = wechat;
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

const person = () =>
  gateway.context.cookies.signInOf(cookies(), gateway.context.now())?.person ?? '';
const cookies = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const methods = () => browser.page.methods.map(({ value }: { value: string }) => value);
/** Where WeChat sends the browser back to. */
function wayBack(code: string): string {
  const { hash, origin, pathname, searchParams } = new URL(browser.location);
  expect([origin, pathname, hash]).toEqual([
    'https://open.weixin.qq.com',
    '/connect/oauth2/authorize',
    '#wechat_redirect',
  ]);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    appid: appId,
    redirect_uri: 'http://ruxi.localhost/pay/wechat',
    response_type: 'code',
    scope: 'snsapi_base',
  });
  return `/pay/wechat?code=${code}&state=${searchParams.get('state')}`;
}

test('F38 within WeChat the payer is named once, and then its own bridge pays', async () => {
  await browser.get('/pay/check');
  await browser.get(wayBack('code-1'));
  expect(browser.page.page).toBe('payCheck');
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    ...{ appid: appId, secret: appSecret, code: 'code-1' },
    grant_type: 'authorization_code',
  });
  await browser.post('/pay/check', { documentNumber });
  expect(methods()).toEqual(['wechat.inside', 'wechat.scan', 'wechat.page']);
  await browser.post('/pay/start', { order: browser.page.order.number, method: 'wechat.inside' });
  const given = { gateway, browser, person: person(), provider: providerHere('wechat') };
  expect(browser.page.pay).toEqual({
    kind: 'bridge',
    parameters: JSON.stringify({
      attempt: attemptOf(given).number,
      payer: 'oInvented_Payer-0001',
    }),
  });
  expect(orderOf(given).attempts).toMatchObject([{ way: 'inside', state: 'live' }]);
  await browser.get('/pay/check');
  expect([browser.page.page, asked.length]).toEqual(['payConfirm', 1]);
});

test.each([
  ['a code that is none', () => wayBack('code-9')],
  ['no code', () => wayBack('')],
  ['another sign-in’s state', () => `${wayBack('code-1').split('&')[0]}&state=forged`],
])('F38 with %s nobody is named, and the other ways stay', async (_, way) => {
  await browser.get('/pay/check');
  await browser.get(way());
  expect(browser.location).toBe('/pay/check?payer=no');
  expect(browser.page.page).toBe('payCheck');
  await browser.post('/pay/check', { documentNumber });
  expect(methods()).toEqual(['wechat.scan', 'wechat.page']);
});

test('F38 when WeChat cannot be reached one still pays in the other ways', async () => {
  await browser.get('/pay/check');
  const back = wayBack('code-1');
  down = true;
  await browser.get(back);
  expect(browser.page.page).toBe('payCheck');
});

test('F38 a payer’s name is good for its own sign-in only, and cannot be made up', async () => {
  await browser.get('/pay/check');
  await browser.get(wayBack('code-1'));
  await browser.post('/pay/check', { documentNumber });
  const named = browser.cookies.get('ruxi-payer') ?? expect.unreachable();
  browser.cookies.set('ruxi-payer', named.replace('0001', '0002'));
  await browser.get('/pay/confirm');
  expect(methods()).not.toContain('wechat.inside');
  browser.signIn(person());
  browser.cookies.set('ruxi-payer', named);
  await browser.get('/pay/check');
  expect(browser.location).toContain('open.weixin.qq.com');
});

test('F38 elsewhere than in WeChat nobody is sent there', async () => {
  browser.userAgent = wechat.replace(/MicroMessenger\S*/, '');
  await browser.get('/pay/check');
  expect([browser.page.page, asked]).toEqual(['payCheck', []]);
});

test('F38 the account’s secret comes from the settings, and without it nobody is asked', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const environment = {
    RUXI_ORIGIN: 'https://ruxi.example',
    RUXI_WECHAT_MERCHANT: '1900000001',
    RUXI_WECHAT_APP_ID: appId,
    RUXI_WECHAT_CERTIFICATE_SERIAL: '0123456789ABCDEF0123',
    RUXI_WECHAT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    RUXI_WECHAT_API_V3_KEY: '0'.repeat(32),
    RUXI_WECHAT_PUBLIC_KEY_ID: 'PUB_KEY_ID_0001',
    RUXI_WECHAT_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
  expect(paymentConfigOf(environment).wechatPayer).toBeUndefined();
  expect(paymentConfigOf({ ...environment, RUXI_WECHAT_APP_SECRET: appSecret })).toMatchObject({
    returnTo: 'https://ruxi.example/mine',
    wechatPayer: {
      ...{ appId, appSecret },
      authorizeAt: 'https://open.weixin.qq.com',
      exchangeAt: 'https://api.weixin.qq.com',
    },
  });
});
