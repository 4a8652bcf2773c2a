/**
 * The whole way through a real gateway with its real pages, a real engine with its journal on disk
 * and the demonstration province: every kind of invented person signs in as a browser would.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import { gatewayConfigOf } from '../../gateway/config.ts';
import { createCookies } from '../../gateway/cookies.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { answerLength, captchaAlphabet } from '../../gateway/sign-in/captcha.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { documentNumberOf } from './sign-in-desk.ts';

let engine: EngineHere;
let gateway: Gateway;
let origin: string;
let cookieKey: Buffer;
beforeAll(async () => {
  engine = await startEngineHere();
  const key = (name: string) => readFileSync(join(engine.config.keysFolder, `${name}.key`));
  cookieKey = key('cookie');
  const config = gatewayConfigOf(
    { RUXI_PORT: '0' },
    { index: key('index'), cookie: cookieKey, slip: key('slip') },
    engine.config.layout,
  );
  gateway = await startGateway(config, engine.bus);
  origin = `http://127.0.0.1:${gateway.port}`;
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await engine.stop();
});

class Walker {
  readonly cookies = new Map<string, string>();
  path = '';
  html = '';

  async go(path: string, fields?: Record<string, string>): Promise<this> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const init: RequestInit = { headers: { cookie }, redirect: 'manual' };
    if (fields !== undefined) {
      init.method = 'POST';
      init.body = new URLSearchParams({ token: this.field('token'), ...fields });
    }
    const answer = await fetch(origin + path, init);
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    if (answer.status === 303) return this.go(answer.headers.get('location') ?? '');
    this.path = path;
    this.html = await answer.text();
    return this;
  }

  /** What a browser would send under that name from <main>: a choice only if it is made. */
  field(name: string): string {
    const main = this.html.slice(this.html.indexOf('<main'));
    const inputs = [...main.matchAll(/<input [^>]*>/g)].map(([input]) => input);
    const sent = inputs.find(
      (input) =>
        input.includes(` name="${name}"`) &&
        (!/ type="(radio|checkbox)"/.test(input) || / checked[ >]/.test(input)),
    );
    return / value="([^"]*)"/.exec(sent ?? '')?.[1] ?? '';
  }

  async lookUp(documentType: string, documentNumber: string): Promise<this> {
    await this.go('/sign-in');
    await this.go('/sign-in/lookup', { newCaptcha: '1', documentType, documentNumber });
    const captchaToken = this.field('captchaToken');
    const captcha = answerTo(captchaToken);
    return this.go('/sign-in/lookup', { documentType, documentNumber, captchaToken, captcha });
  }

  async signIn(documentType: string, documentNumber: string, password: string): Promise<this> {
    await this.lookUp(documentType, documentNumber);
    const picked = this.field('handle');
    // F5: of several the first, as a person would pick one.
    const several = this.html.match(/ type="radio"/g)?.length !== 1;
    const handle = several
      ? (/ type="radio"[^>]* value="([^"]*)"/.exec(this.html)?.[1] ?? '')
      : picked;
    return this.go('/sign-in', { handle, password });
  }
}

function answerTo(token: string): string {
  const { keyed } = createCookies(cookieKey, false);
  const fair = 256 - (256 % captchaAlphabet.length);
  const fairBytes = [...keyed('captcha answer', token)].filter((byte) => byte < fair);
  return fairBytes
    .slice(0, answerLength)
    .map((byte) => captchaAlphabet[byte % captchaAlphabet.length])
    .join('');
}

/** As it stands on the demonstration's page of messages. */
async function newestCode(phone: string): Promise<string> {
  const walker = new Walker();
  let code = '';
  await expect
    .poll(async () => {
      const { html } = await walker.go('/messages');
      const after = html.slice(html.indexOf(phone));
      code = (html.includes(phone) && /验证码 (\d{6})/.exec(after)?.[1]) || '';
      return code;
    })
    .not.toBe('');
  return code;
}

const signIns = demonstrationSignIns();
test.each(signIns)('F1–F10, F12 $shows', async ({ documentType, documentNumber, ...person }) => {
  const walker = await new Walker().signIn(documentType, documentNumber, person.password);
  expect(walker.cookies.has('ruxi-sign-in')).toBe(true);
  const first = person.shows.startsWith('enrolled') || person.shows.startsWith('the only ticket');
  if (person.phone !== undefined && !first) {
    expect(walker.path).toBe('/');
    expect(walker.html).toContain('退出登录');
  } else {
    // D1: nothing of the person is shown.
    expect(walker.path).toBe('/activate');
    expect(walker.html).not.toContain(person.ticketMask);
    expect((await walker.go('/mine')).path).toBe('/activate');
  }
});

test('F8–F14 D1 D4 from the initial password to a sign-in of one’s own, once and for good', async () => {
  const person = signIns.find(
    ({ phone, password, documentNumber }) =>
      phone !== undefined && password === documentNumber.slice(-6),
  );
  if (person?.phone === undefined) throw new Error('the demonstration has such a person');
  const { documentType, documentNumber, password: initial, phone } = person;
  const walker = await new Walker().signIn(documentType, documentNumber, initial);
  await walker.go('/activate/phone');
  expect(walker.html).toContain(`${phone.slice(0, 3)}****${phone.slice(7)}`);
  await walker.go('/activate/phone/code', { phone });
  const code = await newestCode(phone);
  await walker.go('/activate/phone', { challenge: walker.field('challenge'), code });
  expect(walker.path).toBe('/activate/password');
  const password = 'Kd7-hjw2mQ-river';
  await walker.go('/activate/password', { initial, password, again: password });
  expect(walker.path).toBe('/sign-in?changed');

  const old = await new Walker().signIn(documentType, documentNumber, initial);
  expect(old.html).toContain('没有登录成功');
  const own = await new Walker().signIn(documentType, documentNumber, password);
  expect(own.path).toBe('/');
});

test('D2 a number that nobody has is answered like any other', async () => {
  const walker = await new Walker().lookUp('resident-id', documentNumberOf(999));
  const { html } = walker;
  expect(html).toMatch(/[0-9]{4}\*{6}[0-9]{2}/);
  expect(html).toContain('请先检查证件号码');
  await walker.go('/sign-in', {
    handle: walker.field('handle'),
    password: documentNumberOf(999).slice(-6),
  });
  expect(walker.html).toContain('没有登录成功');

  // Nor does the failure say more of somebody: the same words, and no time to wait for.
  const somebody = new Walker();
  const { documentType, documentNumber } = signIns[0] ?? { documentType: '', documentNumber: '' };
  await somebody.signIn(documentType, documentNumber, '010020');
  const problemOf = ({ html }: Walker) =>
    /<section class="problems".*?<\/section>/s.exec(html)?.[0];
  expect(problemOf(somebody)).toBe(problemOf(walker));
  expect(problemOf(somebody)).toBeDefined();
});

test('no page holds a script, a style or a handler of its own', async () => {
  const walker = new Walker();
  for (const path of ['/', '/sign-in', '/guide', '/courses', '/messages', '/nowhere']) {
    const { html } = await walker.go(path);
    expect(html).not.toMatch(
      /<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:/i,
    );
  }
});

test('every asset a page links to is served, and for ever', async () => {
  const { html } = await new Walker().go('/');
  const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(1);
  for (const path of new Set(paths)) {
    const answer = await fetch(origin + path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('cache-control')).toContain('immutable');
  }
});
