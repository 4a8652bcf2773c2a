/**
 * WeChat Pay, API v3, as a merchant of its own: Native (a code), H5 (another browser on the phone),
 * JSAPI (inside WeChat). Loaded only where it is configured.
 *
 * W1 Whatever decides something is signed, refusals too: WeChat signs every answer to a request whose
 *    own signature was right. What is not signed means that nobody knows. A bill's file is not
 *    signed; its hash is.
 * W2 The key is the one the answer names: WeChat's public key by its id, or a platform certificate
 *    by its serial. While a merchant moves from one to the other both arrive.
 * W3 A notice is verified over the bytes that came, before anything reads them. WeChat now and then
 *    sends one with a signature that is wrong on purpose and expects it to be refused.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Aes, Decorator, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { z } from 'zod';
import type { EpochMs } from '../protocol/ids.ts';
import type { AttemptNumber } from '../protocol/payments.ts';
import type {
  BillLine,
  Opened,
  Opening,
  PaymentProvider,
  ProviderNotice,
  RawNotice,
  Refunding,
  RefundStanding,
  Standing,
} from './provider.ts';
import { chinaRfc3339, endOfDay, fenOf } from './texts.ts';

export type WechatConfig = {
  address: string;
  merchant: string;
  /** The official account in whose name is paid. */
  appId: string;
  /** Of the merchant's certificate, and its private key in PEM. */
  certificateSerial: string;
  privateKey: string;
  /** 32 bytes: opens what notices hold. */
  apiV3Key: string;
  /** How WeChat signs: its public key with its id, its platform certificate, or both. */
  publicKey?: { id: string; pem: string };
  platformCertificate?: string;
  noticesTo: string;
};

const answerWithinMs = 10_000;
const billBytesMax = 256 * 1024 * 1024;
const clockSkewMaxMs = 5 * 60_000;
/** WeChat makes the bill from nine in the morning; by then it is there. */
const billMadeAfterMs = 10 * 60 * 60_000;
/** It signs these wrongly on purpose. */
const probePrefix = 'WECHATPAY/SIGNTEST/';

const instant = z.string().transform((text, context) => {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  context.addIssue({ code: 'custom', message: 'a time' });
  return z.NEVER;
});
const refusal = z.object({ code: z.string().max(64) });
const transaction = z.object({
  mchid: z.string(),
  appid: z.string(),
  out_trade_no: z.string().max(64),
  trade_state: z.string(),
  transaction_id: z.string().max(64).optional(),
  success_time: instant.optional(),
  amount: z.object({ total: z.int().positive(), currency: z.string().optional() }).optional(),
});
type Transaction = z.infer<typeof transaction>;
const refundAnswer = z.object({
  out_refund_no: z.string(),
  out_trade_no: z.string(),
  status: z.enum(['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']),
  success_time: instant.optional(),
  amount: z.object({ refund: z.int() }),
});
const envelope = z.object({
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.string(),
    nonce: z.string(),
    associated_data: z.string().optional(),
  }),
});
const refundNotice = z.object({
  mchid: z.string(),
  out_trade_no: z.string().max(64),
  out_refund_no: z.string().max(64),
  refund_status: z.string(),
  success_time: instant.optional(),
});

/** Another try may fare better; nothing was decided. Written with and without `_` in its documents. */
const passingCodes = new Set(['RULELIMIT', 'FREQUENCYLIMITED', 'SYSTEMERROR', 'BANKERROR']);

type Refused = { refused: string };
type Answer = { status: number; data: unknown };

export function createWechatProvider(config: WechatConfig, now: () => EpochMs): PaymentProvider {
  const { merchant, appId } = config;
  const keys = providerKeys(config);
  const privateKey = createPrivateKey(config.privateKey);
  const client = new Decorator({
    baseURL: config.address,
    mchid: merchant,
    serial: config.certificateSerial,
    privateKey: config.privateKey,
    certs: Object.fromEntries(keys),
    // Asked for its public key, WeChat signs with it.
    headers: config.publicKey === undefined ? {} : { 'Wechatpay-Serial': config.publicKey.id },
    timeout: answerWithinMs,
    maxRedirects: 0,
    maxContentLength: billBytesMax,
    // With this the library verifies refusals as well (W1).
    validateStatus: () => true,
  }).v3;

  /** The library's own errors carry the request with its keys: they end here. */
  async function send(request: Parameters<typeof client.request>[0]): Promise<Answer> {
    try {
      return (await client.request(request)) as Answer;
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      throw new Error(`WeChat Pay did not answer as it should: ${code ?? 'no code'}`);
    }
  }

  /** A refusal is a value; what decides nothing rejects. */
  async function call(
    method: 'GET' | 'POST',
    url: string,
    parts: { data?: object; params?: Record<string, string> },
  ): Promise<{ data: unknown } | Refused> {
    const { status, data } = await send({ method, url, ...parts });
    if (status === 200 || status === 204) return { data };
    const { code } = refusal.parse(data);
    const passes = passingCodes.has(plain(code));
    if (status < 400 || status === 401 || status === 429 || status >= 500 || passes) {
      throw new Error(`WeChat Pay answered ${status} ${code}`);
    }
    return { refused: code };
  }

  async function open(opening: Opening): Promise<Opened> {
    const { attempt, amountFen, title, way, expiresAt, returnTo } = opening;
    const order = {
      appid: appId,
      mchid: merchant,
      description: title,
      out_trade_no: attempt,
      time_expire: chinaRfc3339(expiresAt),
      notify_url: config.noticesTo,
      amount: { total: amountFen, currency: 'CNY' },
    };
    const at = (kind: string) => `/v3/pay/transactions/${kind}`;
    if (way === 'scan') {
      const answer = await call('POST', at('native'), { data: order });
      if ('refused' in answer) return refusedWith(answer);
      const { code_url } = z.object({ code_url: z.string() }).parse(answer.data);
      return { kind: 'opened', payable: { kind: 'code', text: code_url } };
    }
    if (way === 'page') {
      const { payerAddress } = opening;
      if (payerAddress === undefined) return { kind: 'refused', why: 'PAYER_ADDRESS_UNKNOWN' };
      const scene = { payer_client_ip: payerAddress, h5_info: { type: 'Wap' } };
      const answer = await call('POST', at('h5'), { data: { ...order, scene_info: scene } });
      if ('refused' in answer) return refusedWith(answer);
      const { h5_url } = z.object({ h5_url: z.url({ protocol: /^https?$/ }) }).parse(answer.data);
      const url = new URL(h5_url);
      url.searchParams.set('redirect_url', returnTo);
      return { kind: 'opened', payable: { kind: 'link', url: url.href } };
    }
    const { payerOpenId } = opening;
    if (payerOpenId === undefined) return { kind: 'refused', why: 'PAYER_UNKNOWN' };
    const payer = { openid: payerOpenId };
    const answer = await call('POST', at('jsapi'), { data: { ...order, payer } });
    if ('refused' in answer) return refusedWith(answer);
    const { prepay_id } = z.object({ prepay_id: z.string() }).parse(answer.data);
    return { kind: 'opened', payable: { kind: 'bridge', parameters: bridgeFor(prepay_id) } };
  }

  /** What `getBrandWCPayRequest` is given. */
  function bridgeFor(prepayId: string): string {
    const timeStamp = String(Math.floor(now() / 1000));
    const nonceStr = randomBytes(16).toString('hex');
    const packed = `prepay_id=${prepayId}`;
    const text = Formatter.joinedByLineFeed(appId, timeStamp, nonceStr, packed);
    const paySign = Rsa.sign(text, privateKey);
    return JSON.stringify({
      appId,
      timeStamp,
      nonceStr,
      package: packed,
      signType: 'RSA',
      paySign,
    });
  }

  async function query(attempt: AttemptNumber): Promise<Standing> {
    const answer = await call('GET', `/v3/pay/transactions/out-trade-no/${attempt}`, {
      params: { mchid: merchant },
    });
    if ('refused' in answer) {
      if (/^ORDERNOTEXISTS?$/.test(plain(answer.refused))) return { kind: 'waiting' };
      throw new Error(`WeChat Pay refused a query: ${answer.refused}`);
    }
    const told = transaction.parse(answer.data);
    if (told.out_trade_no !== attempt || told.mchid !== merchant || told.appid !== appId) {
      throw new Error('WeChat Pay spoke of another order');
    }
    return standingOf(told);
  }

  async function close(attempt: AttemptNumber): Promise<Standing> {
    const answer = await call('POST', `/v3/pay/transactions/out-trade-no/${attempt}/close`, {
      data: { mchid: merchant },
    });
    if (!('refused' in answer)) return { kind: 'closed' };
    const code = plain(answer.refused);
    if (code === 'ORDERCLOSED' || /^ORDERNOTEXISTS?$/.test(code)) return { kind: 'closed' };
    const standing = await query(attempt);
    if (standing.kind !== 'waiting') return standing;
    throw new Error(`WeChat Pay did not close: ${answer.refused}`);
  }

  async function refund(asked: Refunding): Promise<RefundStanding> {
    const { attempt, refund, amountFen } = asked;
    const taken = await call('POST', '/v3/refund/domestic/refunds', {
      data: {
        out_trade_no: attempt,
        out_refund_no: refund,
        notify_url: config.noticesTo,
        amount: { refund: amountFen, total: amountFen, currency: 'CNY' },
      },
    });
    if ('refused' in taken) return refusedWith(taken);
    const first = refundStandingOf(taken.data, asked);
    if (first.kind !== 'processing') return first;
    const now = await call('GET', `/v3/refund/domestic/refunds/${refund}`, {});
    if ('refused' in now) throw new Error(`WeChat Pay refused a query: ${now.refused}`);
    return refundStandingOf(now.data, asked);
  }

  function readNotice(raw: RawNotice, at: EpochMs): ProviderNotice {
    const serial = raw.headers.get('wechatpay-serial') ?? '';
    const time = raw.headers.get('wechatpay-timestamp') ?? '';
    const nonce = raw.headers.get('wechatpay-nonce') ?? '';
    const signature = raw.headers.get('wechatpay-signature') ?? '';
    const body = Buffer.from(raw.rawBody).toString('utf8');
    const key = keys.get(serial);
    // W3. Bytes that are no UTF-8 would read as others and be signed as those.
    const isWhole = Buffer.from(body, 'utf8').equals(raw.rawBody);
    if (
      key === undefined ||
      !isWhole ||
      signature.startsWith(probePrefix) ||
      !Rsa.verify(Formatter.response(time, nonce, body), signature, key)
    ) {
      return { kind: 'wrong', why: 'signature' };
    }
    let told: unknown;
    try {
      const { resource } = envelope.parse(JSON.parse(body));
      const { ciphertext, nonce, associated_data = '' } = resource;
      told = JSON.parse(Aes.AesGcm.decrypt(ciphertext, config.apiV3Key, nonce, associated_data));
    } catch {
      return { kind: 'wrong', why: 'malformed' };
    }
    const stale = !(Math.abs(at - Number(time) * 1000) <= clockSkewMaxMs);
    const paid = transaction.safeParse(told);
    if (paid.success) return paidNotice(paid.data, stale);
    const refunded = refundNotice.safeParse(told);
    if (!refunded.success) return { kind: 'wrong', why: 'malformed' };
    const { mchid, out_trade_no: attempt, out_refund_no, refund_status } = refunded.data;
    if (stale) return { kind: 'wrong', why: 'stale', attempt };
    if (mchid !== merchant) return { kind: 'wrong', why: 'merchant', attempt };
    const doneAt = refunded.data.success_time;
    if (refund_status !== 'SUCCESS') return { kind: 'nothing' };
    if (doneAt === undefined) return { kind: 'wrong', why: 'malformed', attempt };
    return { kind: 'refunded', attempt, refund: out_refund_no, at: doneAt };
  }

  function paidNotice(told: Transaction, stale: boolean): ProviderNotice {
    const attempt = told.out_trade_no;
    const wrong = (why: 'stale' | 'merchant' | 'currency' | 'malformed') =>
      ({ kind: 'wrong', why, attempt }) as const;
    if (stale) return wrong('stale');
    if (told.mchid !== merchant || told.appid !== appId) return wrong('merchant');
    if ((told.amount?.currency ?? 'CNY') !== 'CNY') return wrong('currency');
    if (told.trade_state !== 'SUCCESS') return { kind: 'nothing' };
    try {
      const standing = standingOf(told);
      return standing.kind === 'paid' ? standing : { kind: 'nothing' };
    } catch {
      return wrong('malformed');
    }
  }

  async function bill(day: string): Promise<readonly BillLine[] | 'later'> {
    const over = endOfDay(day);
    if (now() < over) return 'later';
    const made = await call('GET', '/v3/bill/tradebill', {
      params: { bill_date: day, bill_type: 'ALL', tar_type: 'GZIP' },
    });
    if ('refused' in made) {
      const code = plain(made.refused);
      if (code === 'STATEMENTCREATING') return 'later';
      // Of a day on which nothing happened none is ever made.
      if (code === 'NOSTATEMENTEXIST') return now() < over + billMadeAfterMs ? 'later' : [];
      throw new Error(`WeChat Pay refused a bill: ${made.refused}`);
    }
    const file = z
      .object({ hash_type: z.literal('SHA1'), hash_value: z.string(), download_url: z.url() })
      .parse(made.data);
    const { pathname, searchParams } = new URL(file.download_url);
    // Not signed (W1): the library knows the path, and its parameters must stand apart from it.
    const download = await send({
      url: pathname,
      params: Object.fromEntries(searchParams),
      responseType: 'arraybuffer',
    });
    if (download.status !== 200) throw new Error(`no bill: WeChat Pay answered ${download.status}`);
    const bytes = gunzipSync(download.data as Buffer, { maxOutputLength: billBytesMax });
    const hash = createHash('sha1').update(bytes).digest('hex');
    if (hash !== file.hash_value.toLowerCase()) throw new Error('the bill is not the one promised');
    return billLines(bytes.toString('utf8'));
  }

  return {
    name: 'wechat',
    ways: ['scan', 'page', 'inside'],
    open,
    query,
    close,
    refund,
    readNotice,
    noticeAnswer: (taken) => ({
      status: taken ? 200 : 500,
      contentType: 'application/json',
      body: taken ? '{"code":"SUCCESS"}' : '{"code":"FAIL"}',
    }),
    bill,
  };
}

/** W2 */
function providerKeys({ publicKey, platformCertificate }: WechatConfig): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  if (publicKey !== undefined) keys.set(publicKey.id, createPublicKey(publicKey.pem));
  if (platformCertificate !== undefined) {
    const certificate = new X509Certificate(platformCertificate);
    keys.set(certificate.serialNumber, certificate.publicKey);
  }
  return keys;
}

/** `ORDER_NOT_EXIST` and `ORDERNOTEXIST` are one code. */
const plain = (code: string): string => code.replaceAll('_', '');
const refusedWith = ({ refused }: Refused) => ({ kind: 'refused', why: refused }) as const;

function standingOf(told: Transaction): Standing {
  switch (told.trade_state) {
    case 'SUCCESS':
    case 'REFUND': {
      const { out_trade_no: attempt, transaction_id, success_time, amount } = told;
      if (transaction_id === undefined || success_time === undefined || amount === undefined) {
        throw new Error('WeChat Pay tells half a payment');
      }
      return {
        kind: 'paid',
        attempt,
        transaction: transaction_id,
        amountFen: amount.total,
        paidAt: success_time,
      };
    }
    case 'CLOSED':
    case 'REVOKED':
      return { kind: 'closed' };
    case 'NOTPAY':
    case 'USERPAYING':
    case 'PAYERROR':
      return { kind: 'waiting' };
    default:
      throw new Error(`WeChat Pay tells a state that nobody knows: ${told.trade_state}`);
  }
}

function refundStandingOf(
  data: unknown,
  { attempt, refund, amountFen }: Refunding,
): RefundStanding {
  const told = refundAnswer.parse(data);
  if (told.out_trade_no !== attempt || told.out_refund_no !== refund) {
    throw new Error('WeChat Pay spoke of another refund');
  }
  if (told.amount.refund !== amountFen) return { kind: 'refused', why: 'OTHER_AMOUNT' };
  if (told.status === 'PROCESSING') return { kind: 'processing' };
  // The person's card is gone, or the refund was withdrawn: staff must look (S5).
  if (told.status !== 'SUCCESS') return { kind: 'refused', why: told.status };
  if (told.success_time === undefined) throw new Error('WeChat Pay tells half a refund');
  return { kind: 'succeeded', at: told.success_time };
}

/**
 * A head of names, then lines whose every field begins with `` ` ``, then a head and a line of sums.
 * Older merchants' bills lack the amounts that were asked for and have older names.
 */
function billLines(text: string): BillLine[] {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = head.split(',');
  const place = (...wanted: string[]): number => {
    const found = wanted.map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (found === undefined) throw new Error(`the bill lacks ${wanted[0]}`);
    return found;
  };
  const attempts = place('商户订单号');
  const transactions = place('微信订单号');
  const states = place('交易状态');
  const amounts = place('订单金额', '总金额');
  const refunds = place('商户退款单号');
  const refundAmounts = place('申请退款金额', '退款金额');
  const refundStates = place('退款状态');
  const end = lines.findIndex((line) => line.startsWith('总交易单数'));
  if (end < 0) throw new Error('the bill has no end');
  return lines.slice(0, end).flatMap((line): BillLine[] => {
    const fields = line.slice(1).split(',`');
    const field = (index: number): string => fields[index] ?? '';
    const fen = (index: number): number => {
      const amount = fenOf(field(index));
      if (amount === undefined) throw new Error('the bill holds an amount that is none');
      return amount;
    };
    const common = { attempt: field(attempts), transaction: field(transactions) };
    if (field(states) === 'SUCCESS') {
      return [{ kind: 'payment', ...common, amountFen: fen(amounts) }];
    }
    if (field(states) !== 'REFUND' || field(refundStates) === 'FAIL') return [];
    const refund = field(refunds);
    return [{ kind: 'refund', ...common, refund, amountFen: fen(refundAmounts) }];
  });
}
