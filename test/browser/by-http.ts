/**
 * A candidate without a browser, for tests that need many: the pages' own forms are sent as a browser
 * without scripts sends them. Signed in by a cookie that the gateway would have set; how it comes to
 * set one is other tests' matter.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { personIdOf } from '../../engine/protocol/indices.ts';
import { createCookies, newNonce, signInMs } from '../../gateway/cookies.ts';
import type { InventedCandidate } from './people.ts';

/** `keysFolder`: the installation's. */
export type Place = { origin: string; keysFolder: string };
export type Registering = InventedCandidate & { programme: string };

export class ByHttp {
  readonly #place: Place;
  readonly who: Registering;
  readonly #cookies = new Map<string, string>();
  /** The last page. */
  page = '';

  constructor(place: Place, who: Registering) {
    this.#place = place;
    this.who = who;
    const [index, cookie] = ['index', 'cookie'].map((name) =>
      readFileSync(join(place.keysFolder, `${name}.key`)),
    ) as [Buffer, Buffer];
    const issuedAt = Date.now();
    this.#keep(
      createCookies(cookie, false).setSignIn({
        ...{ person: personIdOf(index, who.documentType, who.documentNumber), ticket: who.ticket },
        ...{ programme: who.programme, candidateType: 'open', kind: 'full', generation: 1 },
        ...{ nameMask: '示 * 例', issuedAt, expiresAt: issuedAt + signInMs, nonce: newNonce() },
      }),
    );
  }

  /** For a browser that goes on where this one is. */
  cookies(): { name: string; value: string; url: string }[] {
    return [...this.#cookies].map(([name, value]) => ({ name, value, url: this.#place.origin }));
  }

  /** Follows where it is led. */
  get = (path: string): Promise<string> => this.#go(path);

  /** The form of the last page that goes there, with its hidden fields and these. */
  async send(path: string, fields: Record<string, string> = {}): Promise<string> {
    const form = [...this.page.matchAll(/<form[^>]*>.*?<\/form>/gs)]
      .map(([text]) => text)
      .find((text) => text.includes(`method="post" action="${path}"`));
    if (form === undefined) throw new Error(`no form to ${path} on: ${this.#said()}`);
    const body = new URLSearchParams();
    for (const [input] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g))
      body.append(attribute(input, 'name'), attribute(input, 'value'));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.#go(path, body);
  }

  /** F19–F24. */
  async choose(city: string, area: string, courses: readonly string[]): Promise<void> {
    await this.get('/register');
    await this.send('/register', { agreed: '1' });
    await this.get(`/register/area?city=${city}`);
    await this.send('/register/area', { area });
    for (const course of courses) await this.send('/register/courses', { course });
  }

  /** F25, B1. False: nothing was free. */
  async hold(): Promise<boolean> {
    await this.get('/register/courses?change=1');
    await this.send('/register/hold');
    if (this.page.includes('action="/register/save"')) return true;
    if (this.page.includes('没有考位')) return false;
    throw new Error(`neither held nor full: ${this.#said()}`);
  }

  /** F27. */
  async save(): Promise<true> {
    const typing = this.page;
    const code = await this.#code();
    this.page = typing;
    await this.send('/register/save', { code });
    if (this.page.includes('保存结果')) return true;
    throw new Error(`not saved: ${this.#said()}`);
  }

  /** F28, F29. */
  async confirm(): Promise<void> {
    await this.get('/register/confirm/submit');
    await this.send('/register/confirm');
  }

  /** F35–F38, with the button on the payment sandbox's page. */
  async pay(): Promise<void> {
    await this.get('/pay/check');
    // Asked once an order, however often it is paid.
    if (this.page.includes('action="/pay/check"'))
      await this.send('/pay/check', { documentNumber: this.who.documentNumber });
    await this.send('/pay/start', { method: 'sandbox.page' });
    const link = /href="(http:\/\/127\.0\.0\.1:\d+\/pay\/[0-9a-f]+)"/.exec(this.page)?.[1];
    if (link === undefined) throw new Error(`no way to pay on: ${this.#said()}`);
    await fetch(link, { method: 'POST', redirect: 'manual' });
  }

  /** The words of the last page. */
  #said(): string {
    const main = this.page.slice(this.page.indexOf('<main'), this.page.indexOf('</main>'));
    return main.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  }

  async #code(): Promise<string> {
    for (;;) {
      const text = await this.get('/messages');
      const mine = text.slice(Math.max(0, text.indexOf(this.who.phone)));
      const code = /(?<!\d)\d{6}(?!\d)/.exec(mine.slice(this.who.phone.length))?.[0];
      if (code !== undefined && mine !== text) return code;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #go(path: string, body?: URLSearchParams): Promise<string> {
    const answer = await fetch(this.#place.origin + path, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        // Everybody comes from an address of their own.
        'x-forwarded-for': `10.0.${Number(this.who.phone.slice(-4, -2))}.${Number(this.who.phone.slice(-2))}`,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie);
    this.page = await answer.text();
    const on = answer.headers.get('location');
    return on === null ? this.page : this.#go(on);
  }

  #keep(setCookie: string): void {
    const [pair = ''] = setCookie.split(';');
    const at = pair.indexOf('=');
    this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

const attribute = (tag: string, name: string): string =>
  new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
