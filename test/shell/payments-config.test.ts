import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createProviders, noticePath, paymentConfigOf } from '../../engine/payments/config.ts';
import { certificatePem } from '../harness/certificate.ts';

const folder = mkdtempSync(join(tmpdir(), 'ruxi-payments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const exported = (type: 'pkcs1' | 'pkcs8'): string =>
  keys.privateKey.export({ type, format: 'pem' }).toString();
const publicPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const bare = (pem: string): string => pem.replace(/-----.*-----|\s/g, '');

const wechat: Record<string, string> = {
  RUXI_ORIGIN: 'https://ruxi.example',
  RUXI_WECHAT_MERCHANT: '1900000109',
  RUXI_WECHAT_APP_ID: 'wx8888888888888888',
  RUXI_WECHAT_CERTIFICATE_SERIAL: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  RUXI_WECHAT_PRIVATE_KEY: exported('pkcs8'),
  RUXI_WECHAT_API_V3_KEY: '0123456789abcdef0123456789abcdef',
  RUXI_WECHAT_PUBLIC_KEY_ID: 'PUB_KEY_ID_01',
  RUXI_WECHAT_PUBLIC_KEY: publicPem,
};
const alipay: Record<string, string> = {
  RUXI_ORIGIN: 'https://ruxi.example',
  RUXI_ALIPAY_APP_ID: '2021000122671080',
  RUXI_ALIPAY_SELLER_ID: '2088102146225135',
  RUXI_ALIPAY_PRIVATE_KEY: bare(exported('pkcs1')),
  RUXI_ALIPAY_PUBLIC_KEY: bare(publicPem),
};
const without = (settings: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([other]) => other !== name));
const namesOf = async (environment: Record<string, string>) => {
  const providers = await createProviders(paymentConfigOf(environment), () => 0);
  return providers.map(({ name }) => name);
};

test('with nothing configured there is the sandbox, beside the data', async () => {
  const config = paymentConfigOf({ RUXI_DATA_DIR: join(folder, 'data'), RUXI_PORT: '3101' });
  expect(config).toMatchObject({
    returnTo: 'http://127.0.0.1:3101/mine',
    sandbox: {
      address: 'http://127.0.0.1:3002',
      folder: join(folder, 'sandbox'),
      noticesTo: `http://127.0.0.1:3101${noticePath('sandbox')}`,
    },
  });
  const providers = await createProviders(config, () => 0);
  expect(providers.map(({ name, ways }) => [name, ways])).toEqual([['sandbox', ['scan', 'page']]]);
});

test('a configured provider takes the sandbox’s place, and is told the public address', async () => {
  const config = paymentConfigOf(wechat);
  expect(config.sandbox).toBeUndefined();
  expect(config.returnTo).toBe('https://ruxi.example/mine');
  expect(config.wechat).toMatchObject({
    address: 'https://api.mch.weixin.qq.com',
    noticesTo: 'https://ruxi.example/notices/wechat',
  });
  expect(await namesOf(wechat)).toEqual(['wechat']);
  const elsewhere = { ...wechat, RUXI_NOTICE_ORIGIN: 'https://notices.example' };
  expect(paymentConfigOf(elsewhere).wechat?.noticesTo).toBe(
    'https://notices.example/notices/wechat',
  );
});

test('Alipay’s keys come as its tool writes them, and both providers may be there', async () => {
  const config = paymentConfigOf({ ...alipay, ...wechat });
  expect(config.sandbox).toBeUndefined();
  expect(config.alipay).toEqual({
    address: 'https://openapi.alipay.com/gateway.do',
    appId: '2021000122671080',
    sellerId: '2088102146225135',
    privateKey: exported('pkcs8'),
    publicKey: publicPem,
    noticesTo: 'https://ruxi.example/notices/alipay',
  });
  expect(await namesOf(alipay)).toEqual(['alipay']);
  expect(await namesOf({ ...alipay, ...wechat })).toEqual(['alipay', 'wechat']);
});

test('secrets may stand in files, and keys come in any of their forms', () => {
  const file = join(folder, 'wechat.pem');
  writeFileSync(file, `${exported('pkcs1')}\n`);
  const fromFile = {
    ...without(wechat, 'RUXI_WECHAT_PRIVATE_KEY'),
    RUXI_WECHAT_PRIVATE_KEY_FILE: file,
  };
  const forms = [exported('pkcs1'), bare(exported('pkcs1')), bare(exported('pkcs8'))];
  const all = [fromFile, ...forms.map((key) => ({ ...wechat, RUXI_WECHAT_PRIVATE_KEY: key }))];
  for (const settings of all) {
    expect(paymentConfigOf(settings).wechat?.privateKey).toBe(exported('pkcs8'));
  }
  const bareKey = { ...wechat, RUXI_WECHAT_PUBLIC_KEY: bare(publicPem) };
  expect(paymentConfigOf(bareKey).wechat?.publicKey?.pem).toBe(publicPem);
});

test('WeChat’s platform certificate does instead of its public key', () => {
  const pem = certificatePem(keys, '3775B6A45ACD588826D15E583A95F5DD3A1F2B0C');
  const certified = {
    ...without(without(wechat, 'RUXI_WECHAT_PUBLIC_KEY'), 'RUXI_WECHAT_PUBLIC_KEY_ID'),
    RUXI_WECHAT_PLATFORM_CERTIFICATE: pem,
  };
  expect(paymentConfigOf(certified).wechat).toMatchObject({ platformCertificate: pem });
});

test.each([
  [{ RUXI_WECHAT_MERCHANT: '1900000109' }, 'RUXI_WECHAT_APP_ID'],
  [{ ...alipay, RUXI_ALIPAY_SELLER_ID: 'shop@example.com' }, 'RUXI_ALIPAY_SELLER_ID: 2088'],
  [without(alipay, 'RUXI_ALIPAY_PUBLIC_KEY'), 'RUXI_ALIPAY_PUBLIC_KEY'],
  [without(alipay, 'RUXI_ORIGIN'), 'RUXI_ORIGIN is needed'],
  [without(wechat, 'RUXI_ORIGIN'), 'RUXI_ORIGIN is needed'],
  [without(wechat, 'RUXI_WECHAT_PUBLIC_KEY'), 'go together'],
  [
    without(without(wechat, 'RUXI_WECHAT_PUBLIC_KEY'), 'RUXI_WECHAT_PUBLIC_KEY_ID'),
    'one is needed to verify',
  ],
  [{ ...wechat, RUXI_WECHAT_PRIVATE_KEY: publicPem }, 'RUXI_WECHAT_PRIVATE_KEY: an RSA private'],
  [{ ...wechat, RUXI_WECHAT_PUBLIC_KEY: 'nothing' }, 'RUXI_WECHAT_PUBLIC_KEY: an RSA public key'],
  [{ ...wechat, RUXI_WECHAT_PLATFORM_CERTIFICATE: publicPem }, 'a certificate in PEM'],
  [{ ...wechat, RUXI_WECHAT_API_V3_KEY: 'short' }, 'RUXI_WECHAT_API_V3_KEY: 32 characters'],
  [{ ...wechat, RUXI_WECHAT_API_V3_KEY_FILE: '/nowhere' }, 'are both set'],
  [{ ...wechat, RUXI_ORIGIN: 'https://ruxi.example/' }, 'RUXI_ORIGIN: like https://ruxi.example'],
])('half a configuration is refused in words: %#', (settings, words) => {
  expect(() => paymentConfigOf(settings as Record<string, string>)).toThrow(words);
  try {
    paymentConfigOf(settings as Record<string, string>);
  } catch (error) {
    expect(String(error)).not.toContain('BEGIN');
  }
});

test('a provider’s library is loaded only where it is configured', () => {
  const loadedWith = (settings: Record<string, string>): string => {
    const program = `
      import { createRequire } from 'node:module';
      import { createProviders, paymentConfigOf } from './engine/payments/config.ts';
      await createProviders(paymentConfigOf(process.env), Date.now);
      console.log(Object.keys(createRequire(import.meta.url).cache).join());
    `;
    const ran = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('../..', import.meta.url),
      env: { RUXI_SANDBOX_DIR: folder, ...settings },
      encoding: 'utf8',
    });
    expect(ran.stderr).toBe('');
    return ran.stdout;
  };
  // What Alipay's library stands on is in the old format, as WeChat's is itself.
  expect(loadedWith({})).not.toMatch(/wechatpay|crypto-js/);
  expect(loadedWith(alipay)).toMatch(/crypto-js/);
  expect(loadedWith(wechat)).toMatch(/wechatpay-axios-plugin/);
});

test('R7 outside the demonstration nobody registers for nothing: the sandbox must be asked for', () => {
  const real = { RUXI_DEMONSTRATION: 'no' };
  expect(() => paymentConfigOf(real)).toThrow('no payment provider has settings');
  expect(paymentConfigOf({ ...real, RUXI_SANDBOX: 'yes' }).sandbox).toBeDefined();
  expect(paymentConfigOf({ ...real, ...wechat }).sandbox).toBeUndefined();
  expect(paymentConfigOf({}).sandbox).toBeDefined();
});
