/**
 * Who pays within WeChat (JSAPI, F38): the bridge wants the payer's open id, and only WeChat can say
 * it. The browser is sent there and back once per sign-in, without a question to the person; who is
 * not named can still pay in the other ways.
 *
 * P1 The way back is good for this sign-in only: its state is keyed to it.
 * P2 The app's secret goes to WeChat and nowhere else: no fault that could carry it gets out of here.
 */
import { z } from 'zod';
import type { GatewayContext } from '../context.ts';
import { signInMs } from '../cookies.ts';
import { formOf } from '../form.ts';
import { type Handler, redirect } from '../http.ts';
import { forCandidate } from '../registering/desk.ts';
import type { Visit } from '../registering/present.ts';
import { setSmallCookie, smallCookieOf } from '../small-cookies.ts';
import { deviceOf } from './ways.ts';

const exchangeWithinMs = 5_000;
const answer = z.object({ openid: z.string().regex(/^[0-9A-Za-z_-]{6,64}$/) });

/** As WeChat named the person to us in this sign-in. */
export function payerOf(visit: Visit): string | undefined {
  const [openId = '', mac] = smallCookieOf(visit, 'payer')?.split('.') ?? [];
  return mac === macOf(visit, openId) ? openId : undefined;
}

/** Where WeChat says who this is; undefined: it is known, is not wanted, or could not be learnt. */
export function toNamePayer(visit: Visit): string | undefined {
  const { context, request } = visit;
  const { wechatPayer, returnTo } = context.config.payments;
  if (wechatPayer === undefined || deviceOf(request.userAgent) !== 'wechat') return undefined;
  if (payerOf(visit) !== undefined || formOf(request.query)?.get('payer') === 'no') {
    return undefined;
  }
  const address = new URL('/connect/oauth2/authorize', wechatPayer.authorizeAt);
  address.search = new URLSearchParams({
    appid: wechatPayer.appId,
    redirect_uri: new URL('/pay/wechat', returnTo).href,
    response_type: 'code',
    scope: 'snsapi_base',
    state: stateOf(visit),
  }).toString();
  address.hash = 'wechat_redirect';
  return address.href;
}

/** The way back from WeChat, with a code that it changes into the open id once. */
export const takePayer = (context: GatewayContext): Handler =>
  forCandidate(context, async (visit) => {
    const query = formOf(visit.request.query);
    const code = query?.get('code') ?? '';
    if (code === '' || query?.get('state') !== stateOf(visit))
      return redirect('/pay/check?payer=no');
    const openId = await openIdFor(visit, code);
    if (openId === undefined) return redirect('/pay/check?payer=no');
    const value = `${openId}.${macOf(visit, openId)}`;
    return redirect('/pay/check', [setSmallCookie(visit, 'payer', value, signInMs)]);
  });

/** P2. */
async function openIdFor({ context }: Visit, code: string): Promise<string | undefined> {
  const { wechatPayer } = context.config.payments;
  if (wechatPayer === undefined) return undefined;
  const address = new URL('/sns/oauth2/access_token', wechatPayer.exchangeAt);
  address.search = new URLSearchParams({
    appid: wechatPayer.appId,
    secret: wechatPayer.appSecret,
    code,
    grant_type: 'authorization_code',
  }).toString();
  try {
    const response = await fetch(address, {
      redirect: 'error',
      signal: AbortSignal.timeout(exchangeWithinMs),
    });
    return answer.parse(await response.json()).openid;
  } catch {
    return undefined;
  }
}

const stateOf = ({ context, signIn }: Visit): string =>
  context.cookies.keyed('wechat state', signIn.nonce).toString('base64url').slice(0, 32);

const macOf = ({ context, signIn }: Visit, openId: string): string =>
  context.cookies.keyed('payer', `${signIn.nonce}~${openId}`).toString('base64url');
