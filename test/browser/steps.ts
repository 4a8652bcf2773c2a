/**
 * What a candidate does on the pages, by the names that stand on them. Every step works with and
 * without scripts and ends when the page it leads to is there.
 */

import type { Page } from 'playwright-core';
import { runsScripts } from '../harness/browser.ts';
import { captchaAnswer, type InventedCandidate } from './people.ts';

export type Candidate = Pick<InventedCandidate, 'documentType' | 'documentNumber' | 'password'> & {
  /** Several tickets: the one to pick, by the last digits that its mask shows. */
  ticketEndsIn?: string;
};

export const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name });
export const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

/** F1, F2: as far as the list of tickets, or back to the form with what is wrong. */
export async function lookUp(
  page: Page,
  origin: string,
  cookieKey: Uint8Array,
  who: Pick<Candidate, 'documentType' | 'documentNumber'>,
  answerWith?: string,
): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('证件类型').selectOption(who.documentType);
  await page.getByLabel('证件号码').fill(who.documentNumber);
  const token = await captchaToken(page);
  await page.locator('#captcha').fill(answerWith ?? captchaAnswer(cookieKey, token));
  await button(page, '确认').click();
}

/** Focusing the box loads the picture; without scripts its button does. */
export async function captchaToken(page: Page): Promise<string> {
  const token = page.locator('input[name=captchaToken]');
  await page.locator('#captcha').focus();
  if (!runsScripts(page.context())) await button(page, '显示图片').click();
  await token.waitFor({ state: 'attached' });
  return token.inputValue();
}

/** F3–F6: from the list of tickets on. */
export async function enterPassword(page: Page, who: Candidate): Promise<void> {
  await heading(page, '选择准考证，登录').waitFor();
  if (who.ticketEndsIn !== undefined) {
    await page.getByRole('radio', { name: new RegExp(`\\*${who.ticketEndsIn}`) }).check();
  }
  await page.getByLabel('密码', { exact: true }).fill(who.password);
  await button(page, '登录').click();
}

export async function signIn(
  page: Page,
  origin: string,
  cookieKey: Uint8Array,
  who: Candidate,
): Promise<void> {
  await lookUp(page, origin, cookieKey, who);
  await enterPassword(page, who);
  await page.getByText('退出登录').first().waitFor({ state: 'attached' });
}

/** F19–F22: the notice, then city and area; ends where courses are chosen. */
export async function chooseArea(
  page: Page,
  origin: string,
  area: { city: string; name: string },
): Promise<void> {
  await page.goto(`${origin}/register`);
  if (await heading(page, '报考须知').isVisible()) {
    await page.getByLabel('我已阅读并知晓').check();
    await button(page, '下一步').click();
    // Whoever chose an area on another day is led past it.
    await heading(page, /^选择(考区|要报考的课程)$/).waitFor();
    await page.goto(`${origin}/register/area`);
  }
  await heading(page, '选择考区').waitFor();
  await pickArea(page, area);
}

export async function pickArea(page: Page, area: { city: string; name: string }): Promise<void> {
  await page.getByLabel('市（州）').selectOption({ label: area.city });
  if (!runsScripts(page.context())) await button(page, '列出考区').click();
  await page.getByRole('radio', { name: new RegExp(`^${area.name}`) }).check();
  await button(page, '下一步').click();
  await heading(page, '选择要报考的课程').waitFor();
}

/** F24. */
export async function enterCourse(page: Page, code: string): Promise<void> {
  await page.getByLabel('课程代码').fill(code);
  await button(page, '输入报考科目').click();
}

/**
 * The newest six digits sent to this phone, as soon as the page of messages shows them. `about`:
 * what the message says that its code is for.
 */
export async function codeFor(
  page: Page,
  origin: string,
  phone: string,
  about = '',
): Promise<string> {
  const desk = await page.context().newPage();
  try {
    for (;;) {
      await desk.goto(`${origin}/messages`);
      const sent = desk
        .locator('.messages li')
        .filter({ hasText: phone })
        .filter({ hasText: about });
      const [newest = ''] = await sent.allTextContents();
      const text = newest.slice(newest.indexOf(phone) + phone.length);
      const code = /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0];
      if (code !== undefined) return code;
      await desk.waitForTimeout(100);
    }
  } finally {
    await desk.close();
  }
}
