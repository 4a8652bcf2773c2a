/** What staff do at the desk, by the names that stand on its pages, and how a page is looked at. */
import { generateSync } from 'otplib';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { connectNatsBus } from '../../engine/bus/nats-bus.ts';
import { inviteStaff } from '../../engine/invite.ts';
import { singleLayout } from '../../engine/protocol/layout.ts';
import type { Role } from '../../engine/protocol/staff.ts';
import { axeComplaints, rulesOfWidth } from '../harness/axe.ts';
import { newVisitor } from '../harness/browser.ts';
import type { DividedProduct } from './product.ts';
import { button } from './steps.ts';

const password = 'amber-lantern-quiet-42';
const stepMs = 30_000;

/** Gives codes as an authenticator does; each is good once, and one step early or late is near enough. */
class Authenticator {
  readonly #secret: string;
  #last = 0;

  constructor(secret: string) {
    this.#secret = secret;
  }

  async next(): Promise<string> {
    const now = () => Math.floor(Date.now() / stepMs);
    const step = Math.max(this.#last + 1, now() - 1);
    while (step > now() + 1) await new Promise((resolve) => setTimeout(resolve, 500));
    this.#last = step;
    return generateSync({ secret: this.#secret, epoch: (step * stepMs) / 1000 });
  }
}

/** By every rule on a large screen, which shows most; narrower, by those that width alone decides. */
export async function looked(page: Page, name: string): Promise<void> {
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const complaints = await axeComplaints(page, width === 1440 ? undefined : rulesOfWidth);
    expect([name, width, complaints]).toEqual([name, width, []]);
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect([name, width, Number(wide) <= width]).toEqual([name, width, true]);
    const folder = process.env.RUXI_PICTURES;
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  }
}

export async function accept(page: Page, link: string): Promise<Authenticator> {
  await page.goto(link);
  const secret = (await page.locator('code.secret').textContent())?.replaceAll(' ', '') ?? '';
  const authenticator = new Authenticator(secret);
  await page.getByLabel('密码', { exact: true }).fill(password);
  await page.getByLabel('再输一次').fill(password);
  await page.getByLabel('验证器上的 6 位动态码').fill(await authenticator.next());
  await button(page, '启用账号').click();
  await page.getByRole('heading', { name: '账号已启用' }).waitFor();
  return authenticator;
}

export type Colleague = { name: string; page: Page; at: string; authenticator: Authenticator };
/** `at`: the desk of a gateway. */
export type Joining = { name: string; roles: Role[]; at: string; scripts?: boolean };

/** Accounts of the whole province, each of them invited by the command line's way, and signed in. */
export async function joinAll<Everybody extends readonly Joining[]>(
  browser: Browser,
  { settings }: DividedProduct,
  everybody: readonly [...Everybody],
): Promise<{ [Each in keyof Everybody]: Colleague }> {
  const bus = await connectNatsBus({ url: settings.RUXI_NATS_URL ?? '', name: 'joining' });
  const join = async ({ name, roles, at, scripts = true }: Joining): Promise<Colleague> => {
    const who = { staff: name, roles, scope: { kind: 'province' } as const, reason: '示例：值守' };
    const invited = await inviteStaff(bus, singleLayout, who);
    if (invited.kind !== 'invited') throw new Error(`${name} was not invited: ${invited.why}`);
    const page = await (await newVisitor(browser, { scripts })).newPage();
    const authenticator = await accept(page, at + invited.path);
    await page.getByRole('link', { name: '我已抄好，去登录' }).click();
    await signIn(page, name, authenticator);
    return { name, page, at, authenticator };
  };
  const joined = await Promise.all(everybody.map(join));
  await bus.close();
  return joined as { [Each in keyof Everybody]: Colleague };
}

export async function signIn(
  page: Page,
  staff: string,
  authenticator: Authenticator,
): Promise<void> {
  await page.getByLabel('账号').fill(staff);
  await page.getByLabel('密码').fill(password);
  await button(page, '下一步').click();
  await page.getByLabel('验证器上的 6 位动态码').fill(await authenticator.next());
  await button(page, '登录').click();
  await page.getByRole('navigation', { name: '菜单' }).waitFor();
}

/** An act that asks for who does it again, where the last proof is too old. */
export async function proveIfAsked(
  page: Page,
  authenticator: Authenticator,
  after: Locator,
): Promise<void> {
  const asked = page.getByRole('heading', { name: '请再次验证' });
  await asked.or(after).first().waitFor();
  if (!(await asked.isVisible())) return;
  await page.getByLabel('验证器上的 6 位动态码').fill(await authenticator.next());
  await button(page, '确认').click();
  await after.waitFor();
}
