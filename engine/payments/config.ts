/**
 * Which payment providers there are, from the environment, checked whole before anything starts; and
 * the making of them. Plain data, so that it can be handed to a worker thread.
 *
 * With no real provider configured there is the sandbox. A provider's library is loaded only where
 * the provider is configured.
 */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { merchantKeysIn } from '../../sandbox/keys.ts';
import type { ProviderName } from '../protocol/payments.ts';
import { ConfigError, type Environment, inWords, secretOf } from '../settings.ts';
import type { AlipayConfig } from './alipay.ts';
import { isCertificate, privateKeyPem, publicKeyPem } from './keys.ts';
import type { PaymentProvider } from './provider.ts';
import { createSandboxProvider } from './sandbox.ts';
import type { WechatConfig } from './wechat.ts';

export type PaymentConfig = {
  /** Where a provider's page leads back to: the candidate's own page, which says what is true. */
  returnTo: string;
  alipay?: AlipayConfig;
  wechat?: WechatConfig;
  /** Who pays within WeChat is asked of WeChat; absent: nobody can pay there. */
  wechatPayer?: WechatPayerConfig;
  /** Only where there is no other. */
  sandbox?: SandboxConfig;
};

/** The official account's own side: the gateway's alone. */
export type WechatPayerConfig = {
  appId: string;
  appSecret: string;
  /** Where browsers are sent, and where the code that they bring back is exchanged. */
  authorizeAt: string;
  exchangeAt: string;
};

/** Both for the sandbox itself (`ruxi sandbox`) and for its merchant. */
export type SandboxConfig = {
  host: string;
  /** 0: any free port; then `address` is known once it listens. */
  port: number;
  /** Where engine and gateway reach it. */
  address: string;
  /** Where people's browsers reach it, if that is elsewhere. */
  origin?: string;
  folder: string;
  keysFolder: string;
  merchant: string;
  /** Where it sends its notices. */
  noticesTo: string;
};

/** Where a gateway takes a provider's notices. */
export const noticePath = (provider: ProviderName): string => `/notices/${provider}`;

const origin = z.string().regex(/^https?:\/\/[^/\s]+$/, { message: 'like https://ruxi.example' });
const port = z.coerce.number({ message: 'a port' }).int().min(0).max(65_535);

const settings = z.object({
  /** The gateway's own. */
  RUXI_HOST: z.string().min(1).default('127.0.0.1'),
  RUXI_PORT: port.default(3000),
  RUXI_ORIGIN: origin.optional(),
  RUXI_DEMONSTRATION: z.enum(['yes', 'no'], { message: '"yes" or "no"' }).default('yes'),
  /** Outside the demonstration nobody pays at the sandbox unasked. */
  RUXI_SANDBOX: z.literal('yes', { message: '"yes", or absent' }).optional(),
  /** Where providers send their notices, if that is not the public address. */
  RUXI_NOTICE_ORIGIN: origin.optional(),
});
const sandboxSettings = z.object({
  RUXI_DATA_DIR: z.string().min(1).default('var/data'),
  RUXI_SANDBOX_DIR: z.string().min(1).optional(),
  RUXI_SANDBOX_HOST: z.string().min(1).default('127.0.0.1'),
  RUXI_SANDBOX_PORT: port.default(3002),
  RUXI_SANDBOX_ADDRESS: origin.optional(),
  RUXI_SANDBOX_ORIGIN: origin.optional(),
});

const alipaySettings = z.object({
  RUXI_ALIPAY_APP_ID: z.string().regex(/^\d{16}$/, { message: '16 digits' }),
  RUXI_ALIPAY_SELLER_ID: z.string().regex(/^2088\d{12}$/, { message: '2088 and 12 digits more' }),
  RUXI_ALIPAY_PRIVATE_KEY: keyIn(privateKeyPem, 'an RSA private key'),
  RUXI_ALIPAY_PUBLIC_KEY: keyIn(publicKeyPem, 'an RSA public key'),
  RUXI_ALIPAY_ADDRESS: z.url().default('https://openapi.alipay.com/gateway.do'),
});
const wechatSettings = z.object({
  RUXI_WECHAT_MERCHANT: z.string().regex(/^\d{8,10}$/, { message: 'a merchant’s number' }),
  RUXI_WECHAT_APP_ID: z.string().regex(/^wx\w{16}$/, { message: 'like wx8888888888888888' }),
  RUXI_WECHAT_CERTIFICATE_SERIAL: z.string().regex(/^[0-9A-F]{16,40}$/, {
    message: 'the serial number of the merchant’s certificate, in capitals',
  }),
  RUXI_WECHAT_PRIVATE_KEY: keyIn(privateKeyPem, 'an RSA private key'),
  RUXI_WECHAT_API_V3_KEY: z.string().length(32, { message: '32 characters' }),
  RUXI_WECHAT_PUBLIC_KEY_ID: z
    .string()
    .regex(/^PUB_KEY_ID_\w+$/, { message: 'like PUB_KEY_ID_…' })
    .optional(),
  RUXI_WECHAT_PUBLIC_KEY: keyIn(publicKeyPem, 'an RSA public key').optional(),
  RUXI_WECHAT_PLATFORM_CERTIFICATE: z
    .string()
    .refine(isCertificate, { message: 'a certificate in PEM' })
    .optional(),
  RUXI_WECHAT_ADDRESS: origin.default('https://api.mch.weixin.qq.com'),
  /** Of the official account: only with it people can pay inside WeChat without a code. */
  RUXI_WECHAT_APP_SECRET: z.string().min(16, { message: 'the account’s secret' }).optional(),
  RUXI_WECHAT_AUTHORIZE_ADDRESS: origin.default('https://open.weixin.qq.com'),
  RUXI_WECHAT_EXCHANGE_ADDRESS: origin.default('https://api.weixin.qq.com'),
});

export function paymentConfigOf(environment: Environment): PaymentConfig {
  const from = inWords(settings, environment);
  const returnTo = `${from.RUXI_ORIGIN ?? hereOf(from)}/mine`;
  const alipay = alipayConfigOf(environment);
  const wechat = wechatConfigOf(environment);
  if (alipay === undefined && wechat === undefined) {
    if (from.RUXI_DEMONSTRATION === 'no' && from.RUXI_SANDBOX !== 'yes') {
      throw new ConfigError(
        'no payment provider has settings, and seats would be had for nothing: ' +
          'set RUXI_ALIPAY_… or RUXI_WECHAT_…, or RUXI_SANDBOX to "yes" to try paying out',
      );
    }
    return Object.freeze({ returnTo, sandbox: sandboxConfigOf(environment) });
  }
  return Object.freeze({
    returnTo,
    ...(alipay === undefined ? {} : { alipay }),
    ...(wechat === undefined ? {} : { wechat, ...wechatPayerOf(environment) }),
  });
}

function alipayConfigOf(environment: Environment): AlipayConfig | undefined {
  const secrets = ['RUXI_ALIPAY_PRIVATE_KEY', 'RUXI_ALIPAY_PUBLIC_KEY'];
  const own = settingsOf('RUXI_ALIPAY_', environment, secrets);
  if (own === undefined) return undefined;
  const from = inWords(alipaySettings, own);
  return {
    address: from.RUXI_ALIPAY_ADDRESS,
    appId: from.RUXI_ALIPAY_APP_ID,
    sellerId: from.RUXI_ALIPAY_SELLER_ID,
    privateKey: from.RUXI_ALIPAY_PRIVATE_KEY,
    publicKey: from.RUXI_ALIPAY_PUBLIC_KEY,
    noticesTo: noticesFrom('alipay', environment),
  };
}

const wechatSecrets = [
  'RUXI_WECHAT_PRIVATE_KEY',
  'RUXI_WECHAT_API_V3_KEY',
  'RUXI_WECHAT_PUBLIC_KEY',
  'RUXI_WECHAT_PLATFORM_CERTIFICATE',
  'RUXI_WECHAT_APP_SECRET',
];

function wechatPayerOf(environment: Environment): { wechatPayer?: WechatPayerConfig } {
  const own = settingsOf('RUXI_WECHAT_', environment, wechatSecrets);
  const from = own && inWords(wechatSettings, own);
  if (from?.RUXI_WECHAT_APP_SECRET === undefined) return {};
  return {
    wechatPayer: {
      appId: from.RUXI_WECHAT_APP_ID,
      appSecret: from.RUXI_WECHAT_APP_SECRET,
      authorizeAt: from.RUXI_WECHAT_AUTHORIZE_ADDRESS,
      exchangeAt: from.RUXI_WECHAT_EXCHANGE_ADDRESS,
    },
  };
}

function wechatConfigOf(environment: Environment): WechatConfig | undefined {
  const own = settingsOf('RUXI_WECHAT_', environment, wechatSecrets);
  if (own === undefined) return undefined;
  const from = inWords(wechatSettings, own);
  const { RUXI_WECHAT_PUBLIC_KEY_ID: id, RUXI_WECHAT_PUBLIC_KEY: pem } = from;
  const { RUXI_WECHAT_PLATFORM_CERTIFICATE: platformCertificate } = from;
  if ((id === undefined) !== (pem === undefined)) {
    throw new ConfigError('RUXI_WECHAT_PUBLIC_KEY and RUXI_WECHAT_PUBLIC_KEY_ID go together');
  }
  if (pem === undefined && platformCertificate === undefined) {
    throw new ConfigError(
      'RUXI_WECHAT_PUBLIC_KEY or RUXI_WECHAT_PLATFORM_CERTIFICATE: one is needed to verify',
    );
  }
  return {
    address: from.RUXI_WECHAT_ADDRESS,
    merchant: from.RUXI_WECHAT_MERCHANT,
    appId: from.RUXI_WECHAT_APP_ID,
    certificateSerial: from.RUXI_WECHAT_CERTIFICATE_SERIAL,
    privateKey: from.RUXI_WECHAT_PRIVATE_KEY,
    apiV3Key: from.RUXI_WECHAT_API_V3_KEY,
    ...(id === undefined || pem === undefined ? {} : { publicKey: { id, pem } }),
    ...(platformCertificate === undefined ? {} : { platformCertificate }),
    noticesTo: noticesFrom('wechat', environment),
  };
}

/** Undefined: not one is set, so the provider is not wanted. */
function settingsOf(
  prefix: string,
  environment: Environment,
  secrets: readonly string[],
): Environment | undefined {
  if (!Object.keys(environment).some((name) => name.startsWith(prefix))) return undefined;
  const found = secrets.map((name) => [name, secretOf(environment, name)] as const);
  return { ...environment, ...Object.fromEntries(found) };
}

/** A real provider is elsewhere: it must be told an address that it can reach. */
function noticesFrom(provider: ProviderName, environment: Environment): string {
  const { RUXI_NOTICE_ORIGIN, RUXI_ORIGIN } = inWords(settings, environment);
  const from = RUXI_NOTICE_ORIGIN ?? RUXI_ORIGIN;
  if (from !== undefined) return from + noticePath(provider);
  throw new ConfigError('RUXI_ORIGIN is needed: payment providers send their notices there');
}

export function sandboxConfigOf(environment: Environment): SandboxConfig {
  const from = inWords(sandboxSettings, environment);
  const gateway = inWords(settings, environment);
  const { RUXI_SANDBOX_HOST: host, RUXI_SANDBOX_PORT: port, RUXI_SANDBOX_ORIGIN: origin } = from;
  const folder = from.RUXI_SANDBOX_DIR ?? join(dirname(from.RUXI_DATA_DIR), 'sandbox');
  return Object.freeze({
    host,
    port,
    address: from.RUXI_SANDBOX_ADDRESS ?? `http://${host}:${port}`,
    ...(origin === undefined ? {} : { origin }),
    folder,
    keysFolder: join(folder, 'keys'),
    merchant: 'ruxi',
    // Straight to the gateway: the sandbox stands beside it, behind the same proxy.
    noticesTo: (gateway.RUXI_NOTICE_ORIGIN ?? hereOf(gateway)) + noticePath('sandbox'),
  });
}

const hereOf = ({ RUXI_HOST, RUXI_PORT }: z.infer<typeof settings>): string =>
  `http://${RUXI_HOST}:${RUXI_PORT}`;

/** Comes out as PEM, whatever form it had. */
function keyIn(read: (text: string) => string | undefined, message: string) {
  return z.string({ message }).transform((text, context) => {
    const pem = read(text);
    if (pem !== undefined) return pem;
    context.addIssue({ code: 'custom', message: `${message}, in PEM or base64` });
    return z.NEVER;
  });
}

/** For calls (the engine) and for reading notices (a gateway) alike. */
export async function createProviders(
  config: PaymentConfig,
  now: () => number,
): Promise<readonly PaymentProvider[]> {
  const providers: PaymentProvider[] = [];
  if (config.alipay !== undefined) {
    const { createAlipayProvider } = await import('./alipay.ts');
    providers.push(createAlipayProvider(config.alipay, now));
  }
  if (config.wechat !== undefined) {
    const { createWechatProvider } = await import('./wechat.ts');
    providers.push(createWechatProvider(config.wechat, now));
  }
  if (config.sandbox !== undefined) {
    const { address, merchant, keysFolder } = config.sandbox;
    const keys = merchantKeysIn(keysFolder);
    providers.push(createSandboxProvider({ address, merchant, keys, now }));
  }
  return providers;
}
