import { generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import type { Opening, PaymentProvider } from '../../engine/payments/provider.ts';
import { createWechatProvider, type WechatConfig } from '../../engine/payments/wechat.ts';
import { type FakeWechat, startFakeWechat } from '../harness/fake-wechat.ts';
import { describeProvider } from './payments-contract.ts';

const now = () => Date.now();

describeProvider(
  'WeChat Pay',
  async (noticesTo) => {
    const fake = await startFakeWechat(noticesTo);
    return { ...fake, provider: createWechatProvider(fake.config, now) };
  },
  { replayed: 'stale', tellsRefunds: true },
);

let fakes: FakeWechat[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(fakes.map((fake) => fake.stop()));
  fakes = [];
});
async function started(
  change: (fake: FakeWechat) => Partial<WechatConfig> = () => ({}),
): Promise<{ fake: FakeWechat; provider: PaymentProvider }> {
  const fake = await startFakeWechat('http://127.0.0.1:9/notices/wechat');
  fakes.push(fake);
  const provider = createWechatProvider({ ...fake.config, ...change(fake) }, now);
  return { fake, provider };
}
const attempt = 'DEMO_0124_17_1_1';
const opening = (change: Partial<Opening> = {}): Opening => ({
  attempt,
  amountFen: 10_500,
  title: '自学考试报考费 3 门',
  way: 'scan',
  expiresAt: Date.now() + 3_600_000,
  returnTo: 'https://ruxi.example/mine?a=1&b=2',
  ...change,
});
const pem = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

test('F38 inside WeChat the bridge is handed what the merchant’s own key has signed', async () => {
  const { fake, provider } = await started();
  const inside = opening({ way: 'inside', payerOpenId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' });
  const opened = await provider.open(inside);
  if (opened.kind !== 'opened' || opened.payable.kind !== 'bridge') throw new Error('a bridge');
  const told = JSON.parse(opened.payable.parameters) as Record<string, string>;
  expect(told).toMatchObject({ appId: fake.config.appId, signType: 'RSA' });
  expect(told.package).toMatch(/^prepay_id=wx\w+$/);
  const text = `${told.appId}\n${told.timeStamp}\n${told.nonceStr}\n${told.package}\n`;
  const signature = Buffer.from(told.paySign ?? '', 'base64');
  expect(verify('sha256', Buffer.from(text), fake.merchantKey, signature)).toBe(true);
});

test('F38 in another browser the link comes back to where it was told', async () => {
  const { provider } = await started();
  const opened = await provider.open(opening({ way: 'page', payerAddress: '203.0.113.9' }));
  if (opened.kind !== 'opened' || opened.payable.kind !== 'link') throw new Error('a link');
  const url = new URL(opened.payable.url);
  expect(url.searchParams.get('redirect_url')).toBe('https://ruxi.example/mine?a=1&b=2');
  expect(url.searchParams.get('prepay_id')).toMatch(/^wx\w+$/);
});

test('F38 a way that needs to know more about the payer is refused without it', async () => {
  const { provider } = await started();
  expect(await provider.open(opening({ way: 'page' }))).toMatchObject({ kind: 'refused' });
  expect(await provider.open(opening({ way: 'inside' }))).toMatchObject({ kind: 'refused' });
});

test('D14 a signature that WeChat made wrong on purpose is refused', async () => {
  const { fake, provider } = await started();
  const good = fake.notice();
  expect(provider.readNotice(good, now())).toMatchObject({ kind: 'paid', amountFen: 10_500 });
  const probe = fake.notice({ signaturePrefix: 'WECHATPAY/SIGNTEST/' });
  expect(provider.readNotice(probe, now())).toEqual({ kind: 'wrong', why: 'signature' });
});

test('D14 the key is the one that is named: WeChat’s public key or its certificate', async () => {
  const { fake, provider } = await started(({ certificate }) => ({
    platformCertificate: certificate.pem,
  }));
  const { key, serial } = fake.certificate;
  const kindOf = (raw: ReturnType<FakeWechat['notice']>) => provider.readNotice(raw, now()).kind;
  expect(kindOf(fake.notice())).toBe('paid');
  expect(kindOf(fake.notice({ key, serial }))).toBe('paid');
  expect(kindOf(fake.notice({ serial }))).toBe('wrong');
  expect(kindOf(fake.notice({ key }))).toBe('wrong');
  expect(kindOf(fake.notice({ key, serial: `${serial}0` }))).toBe('wrong');
  await provider.query(attempt);
  expect([...fake.askedSerials]).toEqual([fake.config.publicKey?.id]);
});

test.each([
  [{ amount: { total: 10_500, currency: 'USD' } }, { kind: 'wrong', why: 'currency', attempt }],
  [{ appid: 'wx0000000000000000' }, { kind: 'wrong', why: 'merchant', attempt }],
  [{ mchid: '1900000999' }, { kind: 'wrong', why: 'merchant', attempt }],
  [{ trade_state: 'CLOSED' }, { kind: 'nothing' }],
  [{ transaction_id: undefined }, { kind: 'wrong', why: 'malformed', attempt }],
  [{ amount: { total: 10_500.5 } }, { kind: 'wrong', why: 'malformed' }],
  [{ amount: { total: '10500' } }, { kind: 'wrong', why: 'malformed' }],
  [{ success_time: 'soon' }, { kind: 'wrong', why: 'malformed' }],
  [{ trade_state: 'ELSEWHERE' }, { kind: 'nothing' }],
])('D14 a signed notice with %j is %j', async (told, read) => {
  const { fake, provider } = await started();
  expect(provider.readNotice(fake.notice({ told }), now())).toEqual(read);
});

test('D14 a refund that was closed or failed is told and changes nothing', async () => {
  const { fake, provider } = await started();
  const refund = { appid: undefined, trade_state: undefined, out_refund_no: `${attempt}R` };
  for (const refund_status of ['CLOSED', 'ABNORMAL']) {
    const raw = fake.notice({ told: { ...refund, refund_status } });
    expect(provider.readNotice(raw, now())).toEqual({ kind: 'nothing' });
  }
});

test('D14 what another key has locked is set aside', async () => {
  const { fake, provider } = await started(() => ({ apiV3Key: '0'.repeat(32) }));
  expect(provider.readNotice(fake.notice(), now())).toEqual({ kind: 'wrong', why: 'malformed' });
});

test('D14 a refusal that is not signed says nothing, and no error carries a key', async () => {
  const stranger = pem();
  const { provider } = await started(() => ({ privateKey: stranger }));
  const error = await provider.query(attempt).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Error);
  expect(Object.keys(error as Error)).toEqual([]);
  expect((error as Error).cause).toBeUndefined();
});

test('B7 a bill that is not the one promised is not read', async () => {
  const { fake, provider } = await started();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-09-08T12:00:00+08:00') });
  await provider.open(opening());
  await fake.pay(attempt);
  vi.setSystemTime(Date.parse('2026-09-09T10:00:00+08:00'));
  expect(await provider.bill('2026-09-08')).toHaveLength(1);
  fake.spoilBills();
  await expect(provider.bill('2026-09-08')).rejects.toThrow('not the one promised');
});
