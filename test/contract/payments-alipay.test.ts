import { afterEach, expect, test, vi } from 'vitest';
import { createAlipayProvider } from '../../engine/payments/alipay.ts';
import type { Opening, PaymentProvider, RawNotice } from '../../engine/payments/provider.ts';
import { fenOf, yuanOf } from '../../engine/payments/texts.ts';
import { filesIn } from '../../engine/payments/zip.ts';
import { type FakeAlipay, startFakeAlipay } from '../harness/fake-alipay.ts';
import { zipOf } from '../harness/zip.ts';
import { describeProvider } from './payments-contract.ts';

const now = () => Date.now();

/** A payer who follows the link, as only a payer talks to Alipay then. */
function following(provider: PaymentProvider): PaymentProvider & { links: Map<string, string> } {
  const links = new Map<string, string>();
  return {
    ...provider,
    links,
    async open(opening) {
      const opened = await provider.open(opening);
      if (opened.kind === 'opened' && opened.payable.kind === 'link') {
        links.set(opening.attempt, opened.payable.url);
      }
      return opened;
    },
  };
}

describeProvider(
  'Alipay',
  async (noticesTo) => {
    const fake = await startFakeAlipay(noticesTo);
    const provider = following(createAlipayProvider(fake.config, now));
    const arrive = async (attempt: string) => {
      const link = provider.links.get(attempt);
      if (link === undefined) fake.arrive(attempt);
      else expect((await fetch(link)).status).toBe(200);
    };
    return {
      ...fake,
      provider,
      arrive,
      async pay(attempt, late) {
        await arrive(attempt);
        return fake.pay(attempt, late);
      },
    };
  },
  { replayed: 'same', tellsRefunds: false },
);

let fakes: FakeAlipay[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(fakes.map((fake) => fake.stop()));
  fakes = [];
});
async function started(): Promise<{ fake: FakeAlipay; provider: PaymentProvider }> {
  const fake = await startFakeAlipay('http://127.0.0.1:9/notices/alipay');
  fakes.push(fake);
  return { fake, provider: createAlipayProvider(fake.config, now) };
}
const attempt = 'DEMO_0124_17_1_1';
const refund = `${attempt}R`;
const opening = (change: Partial<Opening> = {}): Opening => ({
  attempt,
  amountFen: 10_500,
  title: '自学考试报考费 3 门',
  way: 'scan',
  expiresAt: Date.now() + 3_600_000,
  returnTo: 'https://ruxi.example/mine?a=1&b=2',
  ...change,
});
const asRaw = (rawBody: Uint8Array): RawNotice => ({ headers: new Map(), rawBody });

test('D11 a code that nobody has scanned is closed for us, and a scan after that is a late payment', async () => {
  const { fake, provider } = await started();
  await provider.open(opening());
  expect(await provider.close(attempt)).toEqual({ kind: 'closed' });
  expect(await provider.query(attempt)).toEqual({ kind: 'waiting' });
  expect(await fake.pay(attempt)).toBe(true);
  expect(await provider.query(attempt)).toMatchObject({ kind: 'paid', amountFen: 10_500 });
  expect(await provider.close(attempt)).toMatchObject({ kind: 'paid', amountFen: 10_500 });
});

test('D11 a trade that is closed because all was refunded was paid, also when Alipay forgets since when', async () => {
  const { fake, provider } = await started();
  await provider.open(opening());
  await fake.pay(attempt);
  const fact = await provider.query(attempt);
  if (fact.kind !== 'paid') throw new Error('it was paid');
  const { transaction } = fact;
  const done = await provider.refund({ attempt, refund, transaction, amountFen: 10_500 });
  expect(await provider.query(attempt)).toEqual(fact);
  fake.forgetPayDates();
  const { at } = done as { at: number };
  expect(await provider.query(attempt)).toEqual({ ...fact, paidAt: at });
});

test('F38 on the phone the link carries the order, signed and dated in China’s time', async () => {
  const { fake, provider } = await started();
  const opened = await provider.open(opening({ way: 'page' }));
  if (opened.kind !== 'opened' || opened.payable.kind !== 'link') throw new Error('a link');
  const url = new URL(opened.payable.url);
  expect(url.searchParams.get('return_url')).toBe('https://ruxi.example/mine?a=1&b=2');
  expect(url.searchParams.get('notify_url')).toBe(fake.config.noticesTo);
  expect(fake.asked).toEqual([]);
  expect((await fetch(url)).status).toBe(200);
  url.searchParams.set('biz_content', '{}');
  await fetch(url);
  expect(await provider.query(attempt)).toEqual({ kind: 'waiting' });
  expect(await fake.pay(attempt)).toBe(true);
});

test('F38 there is no way inside of WeChat', async () => {
  const { provider } = await started();
  expect(await provider.open(opening({ way: 'inside' }))).toMatchObject({ kind: 'refused' });
});

test.each([
  [{ app_id: '2021000000000000' }, { kind: 'wrong', why: 'merchant', attempt }],
  [{ seller_id: '2088000000000001' }, { kind: 'wrong', why: 'merchant', attempt }],
  [{ trade_status: 'WAIT_BUYER_PAY', gmt_payment: undefined }, { kind: 'nothing' }],
  [{ trade_status: 'TRADE_CLOSED' }, { kind: 'nothing' }],
  [{ trade_status: 'TRADE_ELSEWHERE' }, { kind: 'wrong', why: 'malformed' }],
  [{ gmt_payment: undefined }, { kind: 'wrong', why: 'malformed', attempt }],
  [{ gmt_payment: 'soon' }, { kind: 'wrong', why: 'malformed' }],
  [{ total_amount: '1.05e2' }, { kind: 'wrong', why: 'malformed' }],
  [{ total_amount: '-105.00' }, { kind: 'wrong', why: 'malformed' }],
  [{ total_amount: '105.001' }, { kind: 'wrong', why: 'malformed' }],
  [
    { trade_status: 'TRADE_FINISHED' },
    {
      kind: 'paid',
      attempt,
      transaction: '2026090822001419931441931972',
      amountFen: 10_500,
      paidAt: Date.parse('2026-09-08T12:00:00+08:00'),
    },
  ],
])('D14 a signed notice with %j is %j', async (told, read) => {
  const { fake, provider } = await started();
  const raw = asRaw(fake.notice(told as Record<string, string | undefined>));
  expect(provider.readNotice(raw, now())).toEqual(read);
});

test('D14 a refund of ours that is told is read; one that staff made at Alipay changes nothing here', async () => {
  const { fake, provider } = await started();
  const ours = {
    trade_status: 'TRADE_CLOSED',
    gmt_refund: '2026-09-08 13:00:00.123',
    refund_fee: '105.00',
    out_biz_no: refund,
  };
  const read = (told: Record<string, string>) =>
    provider.readNotice(asRaw(fake.notice(told)), now());
  const at = Date.parse('2026-09-08T13:00:00+08:00');
  expect(read(ours)).toEqual({ kind: 'refunded', attempt, refund, at });
  expect(read({ ...ours, out_biz_no: 'BY_HAND' })).toEqual({ kind: 'nothing' });
  const part = { ...ours, trade_status: 'TRADE_SUCCESS', refund_fee: '35.00' };
  expect(read(part)).toEqual({ kind: 'nothing' });
});

test('D14 a weaker kind of signature is refused, though Alipay’s own key made it', async () => {
  const { fake, provider } = await started();
  for (const sign_type of ['RSA', 'NONE', '']) {
    const raw = asRaw(fake.notice({ sign_type }, fake.key));
    expect(provider.readNotice(raw, now())).toEqual({ kind: 'wrong', why: 'signature' });
  }
});

test('D14 no error says what Alipay answered: it may name a payer', async () => {
  const { fake, provider } = await started();
  await provider.open(opening());
  await fake.pay(attempt);
  await fake.behave({ answersForged: true });
  const error = await provider.query(attempt).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Error);
  expect(Object.keys(error as Error)).toEqual([]);
  expect(`${error} ${(error as Error).cause}`).not.toMatch(/159|trade_no/);
});

test('B7 amounts are read digit by digit, never as floats', () => {
  for (const fen of [1, 9, 10, 99, 100, 101, 1_999, 10_500, 99_999_999]) {
    expect(fenOf(yuanOf(fen))).toBe(fen);
  }
  expect([fenOf('19.9'), fenOf('0.29'), fenOf('35')]).toEqual([1_990, 29, 3_500]);
  for (const text of [
    '',
    '.5',
    '1.',
    '1.234',
    '1,00',
    ' 1.00',
    '1e3',
    '-1.00',
    '0x10',
    '１.００',
  ]) {
    expect(fenOf(text), text).toBeUndefined();
  }
});

test('B7 an archive is read as its list says, and what is broken or too long is not', () => {
  const name = Buffer.from('a');
  const bytes = Buffer.from('支付宝'.repeat(1_000));
  const archive = zipOf(
    [
      { name, bytes },
      { name, bytes: bytes.subarray(0, 9), stored: true },
    ],
    'x',
  );
  expect(filesIn(archive, 100_000)).toEqual([bytes, bytes.subarray(0, 9)]);
  expect(() => filesIn(archive, 9_000)).toThrow('more than a bill');
  const broken = Buffer.from(archive);
  broken.writeUInt8(broken.readUInt8(40) ^ 0xff, 40);
  expect(() => filesIn(broken, 100_000)).toThrow();
  for (const other of [
    Buffer.alloc(0),
    Buffer.from('not an archive, and long enough'),
    archive.subarray(1),
  ]) {
    expect(() => filesIn(other, 100_000)).toThrow();
  }
});
