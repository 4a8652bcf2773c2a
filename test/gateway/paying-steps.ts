/** Steps of somebody who confirms and pays, over the real core with the clock in the test's hand. */
import { expect } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import type { PersonId } from '../../engine/protocol/ids.ts';
import type { OrderView, RegistrationView } from '../../engine/protocol/replies.ts';
import { type ProviderHere, providerHere } from './paying-provider.ts';
import { rightCode } from './registering-books.ts';
import { Browser, type GivenGateway, givenGateway } from './registering-browser.ts';
import { firstOpen } from './registering-province.ts';

export const hourMs = 3_600_000;
/** The clock goes on, and somebody who was signed in signs in again. */
export function later({ gateway, browser, person }: Given, at: number): void {
  gateway.books.desk.now = at;
  browser.signIn(person);
}
export const closesAt = firstOpen + 13 * hourMs;
/** Invented: no division of China begins with 99. */
export const documentNumber = '99999919850209003X';

export type Given = {
  gateway: GivenGateway;
  browser: Browser;
  person: PersonId;
  provider: ProviderHere;
};

/** Somebody with saved seats. */
export async function saved(
  courses: readonly string[] = ['00023', '02331'],
  providers: ProviderHere[] = [providerHere('alipay')],
): Promise<Given> {
  const gateway = givenGateway({ providers });
  const person = gateway.admit(1, {}, documentNumber);
  const browser = new Browser(gateway, person);
  await browser.toCourses();
  await take(browser, courses);
  return { gateway, browser, person, provider: providers[0] ?? expect.unreachable() };
}

export async function take(browser: Browser, courses: readonly string[]): Promise<void> {
  for (const course of courses) await browser.post('/register/courses', { course });
  await browser.post('/register/hold');
  const { code, units } = browser.page;
  await browser.post('/register/save', {
    challenge: code.challenge,
    units: units.map(({ unit }: { unit: { code: string } }) => unit.code),
    code: rightCode,
  });
  expect(browser.page.page).toBe('saved');
}

export async function confirmed(providers?: ProviderHere[]): Promise<Given> {
  const given = await saved(undefined, providers);
  await given.browser.get('/register/confirm/submit');
  await given.browser.post('/register/confirm');
  return given;
}

export async function checked(providers?: ProviderHere[]): Promise<Given> {
  const given = await confirmed(providers);
  await given.browser.get('/pay/check');
  await given.browser.post('/pay/check', { documentNumber });
  return given;
}

export async function started(method = 'alipay.scan', providers?: ProviderHere[]): Promise<Given> {
  const given = await checked(providers);
  const { page } = given.browser;
  await given.browser.post('/pay/start', { order: page.order.number, method });
  return given;
}

export async function paid(): Promise<Given> {
  const given = await started();
  given.provider.pay(attemptOf(given).number);
  await given.browser.get('/pay');
  await given.browser.post('/pay/query');
  return given;
}

export function registrationOf({ gateway, person }: Given): RegistrationView {
  const { partition, now } = gateway.books.desk;
  const answer = ask(partition, { kind: 'registration', area: '0124', person }, now);
  return answer.kind === 'registration' ? answer.registration : expect.unreachable();
}
export const orderOf = (given: Given): OrderView =>
  registrationOf(given).orders.at(-1) ?? expect.unreachable();
export const attemptOf = (given: Given) => orderOf(given).attempts.at(-1) ?? expect.unreachable();
export const seatsOf = (given: Given): string[] =>
  registrationOf(given).seats.map(({ unit, state }) => `${unit} ${state.kind}`);
