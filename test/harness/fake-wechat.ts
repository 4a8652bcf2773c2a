/**
 * WeChat Pay API v3 on loopback, as its documents say: checks the Authorization of every request,
 * signs every answer to one that was right, encrypts what notices hold. Keys are made here.
 */
import {
  createCipheriv,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { WechatConfig } from '../../engine/payments/wechat.ts';
import type { Due, Order } from '../../sandbox/book.ts';
import type { Message } from '../../sandbox/notices.ts';
import type { Reply, Request } from '../../sandbox/server.ts';
import { certificatePem } from './certificate.ts';
import { type FakeProvider, startFake } from './fake-provider.ts';

export type FakeWechat = FakeProvider & {
  config: WechatConfig;
  merchantKey: KeyObject;
  /** A notice as WeChat would send it, with these things otherwise. */
  notice(change?: NoticeChange): { headers: Map<string, string>; rawBody: Uint8Array };
  /** What the merchant's requests asked to be signed with. */
  askedSerials: Set<string | undefined>;
  /** A platform certificate, with which it signs when told so. */
  certificate: { pem: string; serial: string; key: KeyObject };
  /** From now on the files of bills are not the ones that were promised. */
  spoilBills(): void;
};
export type NoticeChange = {
  told?: Record<string, unknown>;
  key?: KeyObject;
  serial?: string;
  at?: number;
  signaturePrefix?: string;
};

const merchant = '1900000109';
const appId = 'wx8888888888888888';
const certificateSerial = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
const publicKeyId = 'PUB_KEY_ID_0119000001092026090800000000000001';
const platformSerial = '3775B6A45ACD588826D15E583A95F5DD3A1F2B0C';
const apiV3Key = randomBytes(16).toString('hex');
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [merchantKeys, wechatKeys, strangerKeys, certificateKeys] = [rsa(), rsa(), rsa(), rsa()];
const platformCertificate = certificatePem(certificateKeys, platformSerial);

const order = z.object({
  appid: z.literal(appId),
  mchid: z.literal(merchant),
  description: z.string().min(1).max(127),
  out_trade_no: z.string().regex(/^[\w\-*]{6,32}$/),
  time_expire: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
  notify_url: z.url(),
  amount: z.strictObject({ total: z.int().positive(), currency: z.literal('CNY') }),
});
const orders = {
  native: order,
  h5: order.extend({
    scene_info: z.object({
      payer_client_ip: z.ipv4(),
      h5_info: z.object({ type: z.literal('Wap') }),
    }),
  }),
  jsapi: order.extend({ payer: z.object({ openid: z.string().min(1) }) }),
};
const refund = z.strictObject({
  out_trade_no: z.string(),
  out_refund_no: z.string().regex(/^[\w\-|*@]{1,64}$/),
  notify_url: z.url(),
  amount: z.strictObject({ refund: z.int(), total: z.int(), currency: z.literal('CNY') }),
});

const seconds = (): string => String(Math.floor(Date.now() / 1000));
/** `2026-09-08T12:00:00+08:00`, in whole seconds as WeChat tells it. */
const rfc3339 = (at: number): string =>
  `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;

export async function startFakeWechat(noticesTo: string): Promise<FakeWechat> {
  const askedSerials = new Set<string | undefined>();
  const files = new Map<string, Buffer>();
  let billsSpoilt = false;

  /** Headers that sign a text, as an answer's or a notice's. */
  function signatureOf(body: string, { key, serial, at, signaturePrefix }: NoticeChange = {}) {
    const timestamp = at === undefined ? seconds() : String(Math.floor(at / 1000));
    const nonce = randomBytes(16).toString('hex');
    const text = `${timestamp}\n${nonce}\n${body}\n`;
    const signature = sign('sha256', Buffer.from(text), key ?? wechatKeys.privateKey);
    return {
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Serial': serial ?? publicKeyId,
      'Wechatpay-Signature': (signaturePrefix ?? '') + signature.toString('base64'),
    };
  }

  function noticeWith(told: Record<string, unknown>, change: NoticeChange = {}): Message {
    const nonce = randomBytes(6).toString('hex');
    const original_type = 'refund_status' in told ? 'refund' : 'transaction';
    const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce);
    cipher.setAAD(Buffer.from(original_type));
    const text = JSON.stringify({ ...told, ...change.told });
    const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    const body = JSON.stringify({
      id: 'EV-2018022511223320873',
      create_time: rfc3339(Date.now()),
      resource_type: 'encrypt-resource',
      event_type: original_type === 'refund' ? 'REFUND.SUCCESS' : 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      resource: {
        original_type,
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: ciphertext.toString('base64'),
        associated_data: original_type,
        nonce,
      },
    });
    return { headers: { 'content-type': 'application/json', ...signatureOf(body, change) }, body };
  }

  function transactionOf({ order, amountFen, paid, refund }: Order): Record<string, unknown> {
    return {
      mchid: merchant,
      appid: appId,
      out_trade_no: order,
      transaction_id: paid?.transaction,
      trade_type: 'NATIVE',
      trade_state: refund === undefined ? 'SUCCESS' : 'REFUND',
      trade_state_desc: '支付成功',
      bank_type: 'OTHERS',
      success_time: rfc3339(paid?.at ?? 0),
      payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
      amount: { total: amountFen, payer_total: amountFen, currency: 'CNY', payer_currency: 'CNY' },
    };
  }
  function refundOf({ order, amountFen, paid, refund }: Order): Record<string, unknown> {
    const done = refund?.doneAt;
    return {
      refund_id: '50300000012026090800000000001',
      out_refund_no: refund?.refund,
      transaction_id: paid?.transaction,
      out_trade_no: order,
      channel: 'ORIGINAL',
      create_time: rfc3339(Date.now()),
      status: done === undefined ? 'PROCESSING' : 'SUCCESS',
      ...(done === undefined ? {} : { success_time: rfc3339(done) }),
      amount: { total: amountFen, refund: refund?.amountFen, currency: 'CNY' },
    };
  }

  const fake = await startFake(({ book, behaviour, address, tell, act }) => {
    const reply = (status: number, value?: unknown): Reply => {
      const body = value === undefined ? '' : JSON.stringify(value);
      const forged = behaviour.answersForged ? { key: strangerKeys.privateKey } : {};
      return { status, body, contentType: 'application/json', headers: signatureOf(body, forged) };
    };
    const fail = (status: number, code: string): Reply => reply(status, { code, message: '失败' });

    function isFromMerchant({ method, path, body, header }: Request): boolean {
      const found =
        /^WECHATPAY2-SHA256-RSA2048 mchid="(.*?)",serial_no="(.*?)",timestamp="(\d+)",nonce_str="(\w+)",signature="(.*?)"$/.exec(
          header('authorization') ?? '',
        );
      const [, mchid, serial, timestamp, nonce, signature = ''] = found ?? [];
      const text = Buffer.from(`${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`);
      return (
        mchid === merchant &&
        serial === certificateSerial &&
        Math.abs(Number(timestamp) - Number(seconds())) <= 300 &&
        verify('sha256', text, merchantKeys.publicKey, Buffer.from(signature, 'base64'))
      );
    }

    function open(kind: keyof typeof orders, text: string): Reply {
      const read = orders[kind].safeParse(JSON.parse(text));
      if (!read.success) return fail(400, 'PARAM_ERROR');
      const { out_trade_no, amount, description, time_expire, notify_url } = read.data;
      tell(notify_url);
      const opened = book.open(
        {
          order: out_trade_no,
          amountFen: amount.total,
          title: description,
          way: 'scan',
          expiresAt: Date.parse(time_expire),
          returnTo: 'http://127.0.0.1/',
        },
        Date.now(),
      );
      if ('why' in opened) {
        if (opened.why === 'ORDER_PAID') return fail(400, 'ORDERPAID');
        return fail(403, 'OUT_TRADE_NO_USED');
      }
      const { token } = opened;
      if (kind === 'native')
        return reply(200, { code_url: `weixin://wxpay/bizpayurl?pr=${token}` });
      if (kind === 'jsapi') return reply(200, { prepay_id: `wx${token}` });
      const page = 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb';
      return reply(200, { h5_url: `${page}?prepay_id=wx${token}&package=1` });
    }

    function query(number: string): Reply {
      const found = book.find(number);
      if (found === undefined) return fail(404, 'ORDER_NOT_EXIST');
      if (found.paid !== undefined) return reply(200, transactionOf(found));
      const { kind } = book.standing(number, Date.now());
      const trade_state = kind === 'closed' && found.closed ? 'CLOSED' : 'NOTPAY';
      return reply(200, { mchid: merchant, appid: appId, out_trade_no: number, trade_state });
    }

    /** Of a number that it does not know WeChat says the same as of one that it closed. */
    function close(number: string, text: string): Reply {
      if (JSON.parse(text).mchid !== merchant) return fail(400, 'PARAM_ERROR');
      const standing = book.standing(number, Date.now());
      if (standing.kind === 'paid') return fail(400, 'ORDERPAID');
      act(() => book.close(number, Date.now()));
      return reply(204);
    }

    function takeRefund(text: string): Reply {
      const read = refund.safeParse(JSON.parse(text));
      if (!read.success) return fail(400, 'PARAM_ERROR');
      const { out_trade_no, out_refund_no, amount, notify_url } = read.data;
      const found = book.find(out_trade_no);
      if (found?.paid === undefined) return fail(404, 'RESOURCE_NOT_EXISTS');
      if (amount.total !== found.amountFen) return fail(400, 'INVALID_REQUEST');
      tell(notify_url);
      const asked = { order: out_trade_no, refund: out_refund_no, amountFen: amount.refund };
      const taken = act(() => book.refund(asked, Date.now(), behaviour.refunds));
      if (taken.kind === 'refused') return fail(403, 'NOT_ENOUGH');
      // It answers before it has looked, as WeChat does: only the query knows.
      return reply(200, { ...refundOf(found), status: 'PROCESSING', success_time: undefined });
    }

    function bill(search: URLSearchParams): Reply {
      const day = search.get('bill_date') ?? '';
      if (search.get('tar_type') !== 'GZIP') return fail(400, 'PARAM_ERROR');
      const made = book.bill(day, Date.now(), behaviour.billsEarly);
      if (made.kind === 'later') return fail(400, 'STATEMENT_CREATING');
      if (made.lines.length === 0) return fail(400, 'NO_STATEMENT_EXIST');
      const text = billText(made.lines.map((line) => ({ ...line, appId, merchant })));
      const token = randomBytes(24).toString('base64url');
      files.set(token, gzipSync(billsSpoilt ? text.replaceAll('`0.00', '`0.01') : text));
      return reply(200, {
        hash_type: 'SHA1',
        hash_value: createHash('sha1').update(text).digest('hex'),
        download_url: `${address}/v3/billdownload/file?token=${token}&tartype=gzip`,
      });
    }

    function file(search: URLSearchParams): Reply {
      const body = files.get(search.get('token') ?? '');
      if (body === undefined) return fail(404, 'NOT_FOUND');
      return { status: 200, body, contentType: 'application/x-gzip' };
    }

    return {
      compose(order: Order, due: Due, wrong) {
        const told =
          due.of === 'paid'
            ? { ...transactionOf(order), trade_state: 'SUCCESS' }
            : { mchid: merchant, ...refundOf(order), refund_status: 'SUCCESS', status: undefined };
        const another = { told: { out_trade_no: order.order.replace(/\d+$/, '999') } };
        const more = { told: { amount: { total: order.amountFen + 1, currency: 'CNY' } } };
        const changes: Record<typeof wrong, NoticeChange> = {
          nothing: {},
          signature: { key: strangerKeys.privateKey },
          amount: more,
          merchant: { told: { mchid: '1900000110' } },
          order: another,
          time: { at: Date.now() - 3_600_000 },
        };
        return noticeWith(told, changes[wrong]);
      },
      isTaken: (status) => status === 200 || status === 204,
      async handler(request) {
        const { method, body } = request;
        askedSerials.add(request.header('wechatpay-serial'));
        if (!isFromMerchant(request)) {
          const refused = JSON.stringify({ code: 'SIGN_ERROR', message: '签名错误' });
          return { status: 401, body: refused, contentType: 'application/json' };
        }
        const { pathname, searchParams } = new URL(request.path, address);
        const transactions = '/v3/pay/transactions/';
        const [place = '', number = '', verb = ''] = pathname.startsWith(transactions)
          ? pathname.slice(transactions.length).split('/')
          : [];
        if (place === 'native' || place === 'h5' || place === 'jsapi') return open(place, body);
        if (place === 'out-trade-no' && verb === 'close') return close(number, body);
        if (place === 'out-trade-no' && searchParams.get('mchid') === merchant) {
          return query(number);
        }
        const refunds = '/v3/refund/domestic/refunds';
        if (pathname === refunds && method === 'POST') return takeRefund(body);
        if (pathname.startsWith(`${refunds}/`)) {
          const number = pathname.slice(refunds.length + 1);
          const found = book.orders().find(({ refund }) => refund?.refund === number);
          return found === undefined
            ? fail(404, 'RESOURCE_NOT_EXISTS')
            : reply(200, refundOf(found));
        }
        if (pathname === '/v3/bill/tradebill') return bill(searchParams);
        if (pathname === '/v3/billdownload/file') return file(searchParams);
        return fail(404, 'NOT_FOUND');
      },
    };
  });

  const told = {
    mchid: merchant,
    appid: appId,
    out_trade_no: 'DEMO_0124_17_1_1',
    transaction_id: '4200000000202609080000000001',
    trade_state: 'SUCCESS',
    success_time: rfc3339(Date.now()),
    amount: { total: 10_500, currency: 'CNY' },
  };
  return {
    ...fake,
    merchantKey: merchantKeys.publicKey,
    askedSerials,
    certificate: {
      pem: platformCertificate,
      serial: platformSerial,
      key: certificateKeys.privateKey,
    },
    spoilBills() {
      billsSpoilt = true;
    },
    notice(change = {}) {
      const { headers, body } = noticeWith(told, change);
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      return {
        headers: new Map(lower as [string, string][]),
        rawBody: new TextEncoder().encode(body),
      };
    },
    config: {
      address: fake.address,
      merchant,
      appId,
      certificateSerial,
      privateKey: merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      apiV3Key,
      publicKey: {
        id: publicKeyId,
        pem: wechatKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      },
      noticesTo,
    },
  };
}

type BillLine = {
  kind: 'payment' | 'refund';
  order: string;
  transaction: string;
  amountFen: number;
  refund?: string;
  appId: string;
  merchant: string;
};

/** The bill of kind ALL, with a title that holds a comma. */
function billText(lines: BillLine[]): string {
  const head =
    '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
  const sums =
    '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
  const yuan = (fen: number): string => (fen / 100).toFixed(2);
  const rows = lines.map(({ kind, order, transaction, amountFen, refund, appId, merchant }) => {
    const [paid, back] = kind === 'payment' ? [amountFen, 0] : [0, amountFen];
    return [
      '2026-09-08 12:00:00',
      appId,
      merchant,
      '0',
      '',
      transaction,
      order,
      'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      'NATIVE',
      kind === 'payment' ? 'SUCCESS' : 'REFUND',
      'OTHERS',
      'CNY',
      yuan(paid),
      '0.00',
      kind === 'payment' ? '0' : '50300000012026090800000000001',
      refund ?? '0',
      yuan(back),
      '0.00',
      kind === 'payment' ? '' : 'ORIGINAL',
      kind === 'payment' ? '' : 'PROCESSING',
      '自学考试报考费, 3 门',
      '',
      '0.63000',
      '0.60%',
      yuan(paid),
      yuan(back),
      '',
    ];
  });
  const line = (fields: string[]): string => fields.map((field) => `\`${field}`).join(',');
  const summary = line([String(rows.length), '0.00', '0.00', '0.00', '0.00', '0.00', '0.00']);
  return `\uFEFF${[head, ...rows.map(line), sums, summary].join('\r\n')}\r\n`;
}
