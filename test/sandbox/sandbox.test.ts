/** The sandbox as another party: its disk, its pages, who may tell it what. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Opening } from '../../engine/payments/provider.ts';
import { createSandboxProvider } from '../../engine/payments/sandbox.ts';
import { merchantKeysIn } from '../../sandbox/keys.ts';
import { openLedger } from '../../sandbox/ledger.ts';
import { startSandboxProcess } from '../../sandbox/process.ts';
import { runRuxi } from '../harness/engine.ts';
import { startNoticeDesk } from '../harness/notice-desk.ts';
import { type SandboxHere, startSandboxHere } from '../harness/sandbox.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
async function started(...given: Parameters<typeof startSandboxHere>): Promise<SandboxHere> {
  const here = await startSandboxHere(...given);
  endings.push(here.stop);
  return here;
}
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-sandbox-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const attempt = 'DEMO_0124_17_1_1';
const opening = (change: Partial<Opening> = {}): Opening => ({
  attempt,
  amountFen: 7_000,
  title: '自学考试报考费 2 门',
  way: 'page',
  expiresAt: Date.now() + 3_600_000,
  returnTo: 'http://127.0.0.1:3000/mine',
  ...change,
});
async function payPageOf({ provider }: SandboxHere, change: Partial<Opening> = {}) {
  const opened = await provider.open(opening(change));
  if (opened.kind !== 'opened' || opened.payable.kind !== 'link') throw new Error('a link');
  return opened.payable.url;
}
const refunding = { attempt, refund: `${attempt}R`, transaction: 'S1', amountFen: 7_000 };

test('B7 what was answered outlives a kill at any moment, and what was not told is told then', async () => {
  const folder = newFolder();
  const environment = { RUXI_SANDBOX_DIR: folder };
  const desk = await startNoticeDesk();
  endings.push(desk.stop);
  let paid: unknown;
  for (const life of ['first', 'second']) {
    const ruxi = await runRuxi(['sandbox'], environment, /sandbox is open: http:\S+\n/);
    endings.push(() => {
      ruxi.child.kill('SIGKILL');
    });
    const address = /open: (\S+)/.exec(ruxi.output())?.[1] ?? '';
    const keys = merchantKeysIn(join(folder, 'keys'));
    const merchant = 'ruxi';
    const provider = createSandboxProvider({ address, merchant, keys, now: () => Date.now() });
    const control = (body: unknown) =>
      fetch(`${address}/control`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    if (life === 'first') {
      await provider.open(opening());
      expect((await control({ pay: { order: attempt } })).status).toBe(200);
      paid = await provider.query(attempt);
      await control({ behave: { refunds: 'processing' } });
      expect(await provider.refund(refunding)).toEqual({ kind: 'processing' });
      await provider.close('DEMO_0124_17_1_2');
    } else {
      expect(await provider.query(attempt)).toEqual(paid);
      expect(paid).toMatchObject({ kind: 'paid', amountFen: 7_000 });
      // A number that was closed before it was opened stays closed.
      expect(await provider.open(opening({ attempt: 'DEMO_0124_17_1_2' }))).toMatchObject({
        kind: 'refused',
      });
      desk.readWith(provider);
      await control({ noticesTo: desk.url });
      await vi.waitFor(
        () => expect(desk.received.map(({ read }) => read)).toContainEqual(paid),
        30_000,
      );
      expect((await provider.refund(refunding)).kind).toBe('succeeded');
    }
    ruxi.child.kill('SIGKILL');
    expect(await ruxi.ended).toBe('SIGKILL');
  }
});

test('a torn last line is cut off, and what stands before it counts', async () => {
  const path = join(newFolder(), 'ledger.jsonl');
  const first = await openLedger<{ at: number; text: string }>(path, () => {});
  first.write({ at: 1, text: '一' });
  await first.settled();
  first.write({ at: 2, text: '二' });
  first.write({ at: 3, text: '三' });
  await first.close();
  const whole = readFileSync(path, 'utf8');
  appendFileSync(path, '{"at":4,"te');
  for (const _ of ['torn', 'mended']) {
    const read: number[] = [];
    const ledger = await openLedger<{ at: number }>(path, ({ at }) => read.push(at));
    expect(read).toEqual([1, 2, 3]);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    await ledger.close();
  }
});

test('a ledger is read whole, however long it is and wherever a piece of it ends', async () => {
  const path = join(newFolder(), 'ledger.jsonl');
  const ledger = await openLedger<{ at: number; text: string }>(path, () => {});
  for (let at = 0; at < 5_000; at += 1) ledger.write({ at, text: '缴费'.repeat(at % 17) });
  await ledger.close();
  const read: { at: number; text: string }[] = [];
  await (await openLedger<{ at: number; text: string }>(path, (entry) => read.push(entry))).close();
  expect(read).toHaveLength(5_000);
  expect(read.every(({ at, text }, index) => at === index && text.length === (at % 17) * 2)).toBe(
    true,
  );
});

test('after a write that failed a ledger settles nothing any more', async () => {
  const path = join(newFolder(), 'ledger.jsonl');
  const ledger = await openLedger<{ at: number }>(path, () => {});
  await ledger.close();
  ledger.write({ at: 1 });
  await expect(ledger.settled()).rejects.toThrow();
  ledger.write({ at: 2 });
  await expect(ledger.settled()).rejects.toThrow();
  expect(readFileSync(path, 'utf8')).toBe('');
});

test('F38 the pay page says that no money moves, takes one click without scripts, then shows it', async () => {
  const here = await started();
  const url = await payPageOf(here);
  const before = await fetch(url);
  expect(before.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  const page = await before.text();
  expect(page).toContain('70.00');
  expect(page).toContain('不收真钱');
  expect(page).toContain('href="http://127.0.0.1:3000/mine"');
  expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  const sheet = /href="(\/sandbox\.\w+\.css)"/.exec(page)?.[1];
  expect((await fetch(here.sandbox.address + sheet)).headers.get('content-type')).toMatch(/css/);
  const after = await fetch(url, { method: 'POST' });
  expect(after.url).toBe(url);
  expect(await after.text()).toContain('付款成功');
  expect(await here.provider.query(attempt)).toMatchObject({ kind: 'paid', amountFen: 7_000 });
  await here.provider.refund(refunding);
  expect(await (await fetch(url)).text()).toContain('已退款');
});

test('F38 a closed or unknown pay page takes nothing and says so', async () => {
  const here = await started();
  const url = await payPageOf(here);
  await here.provider.close(attempt);
  const closed = await fetch(url, { method: 'POST' });
  expect(await closed.text()).toContain('订单已关闭');
  expect(await here.provider.query(attempt)).toEqual({ kind: 'closed' });
  const unknown = await fetch(url.replace(/\w{32}$/, '0'.repeat(32)));
  expect(unknown.status).toBe(404);
});

test('what a merchant writes stands on the page as text, and leads to the web only', async () => {
  const here = await started();
  const url = await payPageOf(here, { title: '<b>"门&\'' });
  expect(await (await fetch(url)).text()).toContain('&lt;b&gt;&quot;门&amp;&#39;');
  const odd = opening({ attempt: `${attempt}2`, returnTo: 'javascript:alert(1)' });
  await expect(here.provider.open(odd)).rejects.toThrow('400');
});

test('a call that is not the merchant’s is answered 401 and does nothing', async () => {
  const here = await started();
  const { address } = here.sandbox;
  const unsigned = await fetch(`${address}/api/open`, { method: 'POST', body: '{}' });
  expect(unsigned.status).toBe(401);
  const strangers = merchantKeysIn(join(newFolder(), 'keys'));
  const own = merchantKeysIn(join(here.folder, 'keys'));
  const now = () => Date.now();
  for (const [merchant, keys, clock] of [
    ['ruxi', { ...own, merchantPrivate: strangers.merchantPrivate }, now],
    ['somebody', own, now],
    ['ruxi', own, () => Date.now() - 6 * 60_000],
  ] as const) {
    const provider = createSandboxProvider({ address, merchant, keys, now: clock });
    await expect(provider.open(opening())).rejects.toThrow('401');
  }
  expect(here.sandbox.orders()).toEqual([]);
});

test('control is for this machine and for programs: a proxy’s or a form’s request gets nothing', async () => {
  const { sandbox, provider } = await started();
  await provider.open(opening());
  const url = `${sandbox.address}/control`;
  const body = JSON.stringify({ pay: { order: attempt } });
  const json = { 'content-type': 'application/json' };
  const passedOn = { ...json, 'x-forwarded-for': '203.0.113.9' };
  expect((await fetch(url, { method: 'POST', headers: passedOn, body })).status).toBe(404);
  expect((await fetch(url, { method: 'POST', body })).status).toBe(415);
  expect(await statusAs('page.example', url)).toBe(404);
  expect(await statusAs('localhost', url)).toBe(200);
  const wrong = JSON.stringify({ behave: { wrong: 'everything' } });
  expect((await fetch(url, { method: 'POST', headers: json, body: wrong })).status).toBe(400);
  expect(await provider.query(attempt)).toEqual({ kind: 'waiting' });
  const paid = await fetch(url, { method: 'POST', headers: json, body });
  expect(await paid.json()).toMatchObject({ orders: [{ order: attempt, amountFen: 7_000 }] });
  expect((await fetch(url, { method: 'POST', headers: json, body })).status).toBe(409);
  expect(await (await fetch(url)).text()).not.toContain('token');
});

test('keys are made once, by whichever side comes first, and are for the owner’s eyes', async () => {
  const folder = join(newFolder(), 'keys');
  const first = merchantKeysIn(folder);
  expect(merchantKeysIn(folder).merchantPrivate.equals(first.merchantPrivate)).toBe(true);
});

test('beside the product it is started again on the same port when it dies, and told where notices go', async () => {
  const folder = newFolder();
  const desk = await startNoticeDesk();
  endings.push(desk.stop);
  const said: string[] = [];
  const environment = { ...process.env, RUXI_SANDBOX_DIR: folder, RUXI_SANDBOX_PORT: '0' };
  const beside = await startSandboxProcess(['ruxi.ts', 'sandbox'], environment, (text) =>
    said.push(text),
  );
  endings.push(beside.stop);
  beside.noticesTo(desk.url);
  const { address } = beside;
  const keys = merchantKeysIn(join(folder, 'keys'));
  const merchant = 'ruxi';
  const provider = createSandboxProvider({ address, merchant, keys, now: () => Date.now() });
  desk.readWith(provider);
  await provider.open(opening());
  process.kill(beside.pid() ?? 0, 'SIGKILL');
  await vi.waitFor(async () => {
    expect(await provider.query(attempt)).toEqual({ kind: 'waiting' });
  }, 30_000);
  expect(said.join()).toContain('starting it again');
  await fetch(`${address}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pay: { order: attempt } }),
  });
  await vi.waitFor(() => expect(desk.received[0]?.read).toMatchObject({ kind: 'paid', attempt }));
});

/** What a page is answered whose name was made to lead here: `fetch` sets the host by itself. */
const statusAs = (host: string, url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });
