/**
 * From saved seats to paid, refunded and free again, against a real engine and a sandbox that tells
 * both: bus, writer, journal and LMDB, effects and notices.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import { noticePath } from '../../engine/payments/config.ts';
import type { TicketNumber } from '../../engine/protocol/ids.ts';
import { personIdOf } from '../../engine/protocol/indices.ts';
import { loadKeys } from '../../engine/store/keys.ts';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import { createEngineClient, type EngineClient } from '../../gateway/engine-client.ts';
import { HttpServer } from '../../gateway/http.ts';
import { createWrongNotices, noticeBytesMax, takeNotice } from '../../gateway/paying/notices.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { type SandboxHere, startSandboxHere } from '../harness/sandbox.ts';
import { Browser, type Gateway, gatewayOver } from './registering-browser.ts';

let sandbox: SandboxHere;
let here: EngineHere;
let client: EngineClient;
let gateway: Gateway;
let server: HttpServer;

beforeAll(async () => {
  sandbox = await startSandboxHere();
  here = await startEngineHere({
    RUXI_SANDBOX_ADDRESS: sandbox.sandbox.address,
    RUXI_SANDBOX_DIR: sandbox.folder,
  });
  const catalogue = createCatalogue();
  const availability = createAvailability();
  client = createEngineClient({ bus: here.bus, layout: here.config.layout, now: Date.now });
  client.onCounts((counts) => availability.hear(counts));
  client.onNotice((notice) => {
    if (notice.kind === 'session-changed') catalogue.adopt(notice.adopted);
  });
  await client.whenReady();
  const indexKey = loadKeys(here.config.keysFolder).index;
  const providers = [sandbox.provider];
  const parts = { client, catalogue, availability, now: Date.now };
  gateway = gatewayOver({ ...parts, providers, indexKey });
  server = new HttpServer({
    ...{ host: '127.0.0.1', port: 0, trustedProxies: new Set<string>(), secure: false },
    failurePage: (status) => `${status}`,
    onFault: (_, error) => {
      throw error;
    },
  });
  const take = takeNotice(gateway.context, sandbox.provider, createWrongNotices());
  server.raw(noticePath('sandbox'), noticeBytesMax, take);
  const port = await server.listen();
  sandbox.sandbox.noticesTo(`http://127.0.0.1:${port}${noticePath('sandbox')}`);
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await client?.close();
  await here?.stop();
  await sandbox?.stop();
});

type Unit = { unit: { code: string }; own: { kind: string; course?: { code: string } } };

/** A new candidate of the demonstration with saved seats; phone and password are on record. */
async function someone(which: number): Promise<{ browser: Browser; documentNumber: string }> {
  const ready = demonstrationSignIns().filter((one) => one.phone !== undefined);
  const { documentType, documentNumber } = ready[which] ?? expect.unreachable();
  const person = personIdOf(gateway.context.config.indexKey, documentType, documentNumber);
  const asked = await client.ask({ kind: 'candidate', person });
  const candidate = asked.kind === 'candidate' ? asked.candidate : null;
  const ticket: TicketNumber = candidate?.tickets[0]?.number ?? expect.unreachable();
  const browser = new Browser(gateway, person, ticket, candidate?.candidateType);
  await browser.toCourses('0104');
  await take(browser);
  return { browser, documentNumber };
}

async function take(browser: Browser): Promise<void> {
  const session = gateway.context.catalogue.current() ?? expect.unreachable();
  const { courses } = session.adopted.catalogue;
  await browser.get('/register/courses');
  for (const unit of ['A', 'B']) {
    const course = courses.find((one) => one.unit === unit)?.code ?? '';
    await browser.post('/register/courses', { course });
  }
  const since = Date.now();
  await browser.post('/register/hold');
  const { code, units } = browser.page;
  const text = await vi.waitFor(async () => {
    const messages = await client.messages();
    const newest = Array.isArray(messages)
      ? messages.find(({ at, text }) => at >= since && /验证码/.test(text))
      : undefined;
    return /[0-9]{6}/.exec(newest?.text ?? '')?.[0] ?? expect.unreachable('no message yet');
  });
  await browser.post('/register/save', {
    challenge: code.challenge,
    units: units.map(({ unit }: Unit) => unit.code),
    code: text,
  });
  expect(browser.page.page).toBe('saved');
}

/** As far as the payment page. */
async function toPay(browser: Browser, documentNumber: string): Promise<string> {
  await browser.get('/register/confirm/submit');
  await browser.post('/register/confirm');
  await browser.get('/pay/check');
  await browser.post('/pay/check', { documentNumber });
  expect(browser.page.page).toBe('payConfirm');
  const { number } = browser.page.order;
  await browser.post('/pay/start', { order: number, method: 'sandbox.scan' });
  expect(browser.page.pay.text).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/pay\//);
  return number;
}

const pageBecomes = async (browser: Browser, path: string, page: string): Promise<void> => {
  await vi.waitFor(
    async () => {
      await browser.get(path);
      expect(browser.page.page).toBe(page);
    },
    { timeout: 10_000 },
  );
};

test('F28 F35 F36 F37 F38 F39 F41 F31 D13 a candidate pays by the code, is confirmed, and gets the money back', async () => {
  const { availability } = gateway.context;
  const free = () => availability.counts('0104', 'open')?.free[0] ?? 0;
  const before = free();
  const { browser, documentNumber } = await someone(0);
  const order = await toPay(browser, documentNumber);
  // Somebody scans the code: the sandbox's page, and its one button.
  await fetch(browser.page.pay.text, { method: 'POST', redirect: 'manual' });
  await pageBecomes(browser, '/pay', 'done');
  expect(browser.page).toMatchObject({ order: { number: order, state: 'paid' } });
  await browser.get('/pay/page');
  expect(browser.page).toMatchObject({ page: 'done', apart: true });
  await browser.get('/register/courses');
  expect(browser.page).toMatchObject({ page: 'locked', state: 'paid' });

  await browser.get('/pay/refund');
  await browser.post('/pay/refund', { order, sure: '1' });
  expect(browser.page.page).toBe('refunding');
  await pageBecomes(browser, '/pay', 'mine');
  await vi.waitFor(() => expect(free()).toBe(before));
  // F31: after it, one may register again.
  await browser.get('/register/courses');
  expect(browser.page.page).toBe('courses');
});

test('B2 F40 with every notice lost a query finds the payment', async () => {
  const { browser, documentNumber } = await someone(1);
  await sandbox.sandbox.behave({ silent: true });
  await toPay(browser, documentNumber);
  await fetch(browser.page.pay.text, { method: 'POST', redirect: 'manual' });
  await browser.get('/pay');
  await browser.post('/pay/query');
  expect(browser.page.page).toBe('done');
  await sandbox.sandbox.behave({ silent: false });
});

test('F38 D15 a stopped payment is closed at the provider, then the order can be withdrawn', async () => {
  const { browser, documentNumber } = await someone(2);
  const order = await toPay(browser, documentNumber);
  const code = browser.page.pay.text;
  await browser.get('/pay/stop');
  await browser.post('/pay/stop', { order });
  await vi.waitFor(
    async () => {
      await browser.get('/pay');
      expect(browser.page).toMatchObject({ page: 'order', stopping: false });
    },
    { timeout: 10_000 },
  );
  expect(await (await fetch(code)).text()).toContain('订单已关闭');
  await browser.get('/pay/withdraw');
  await browser.post('/pay/withdraw', { order });
  expect(browser.page.page).toBe('mine');
  await browser.get('/register/courses');
  expect(browser.page.page).toBe('courses');
});
