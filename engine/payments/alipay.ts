/**
 * Alipay, open platform 2.0, keys of the RSA2 kind: a code (`alipay.trade.precreate`), and its page
 * or application on the phone itself (`alipay.trade.wap.pay`). Loaded only where it is configured.
 *
 * A1 A trade exists at Alipay once somebody has scanned the code or entered the page, not before.
 *    So a number that it does not know is still waiting, and closing it there is impossible; what
 *    ends it is `time_expire`. It counts as closed, and a payment that still comes is late (P5).
 * A2 TRADE_CLOSED means that nobody paid, or that all was refunded. When money came it says since
 *    when; in doubt our refund is asked for.
 * A3 The library signs and verifies. It verifies answers only when told to, and dates requests by
 *    the machine's own time zone unless given a date.
 */
import { AlipaySdk, type AlipaySdkCommonResult } from 'alipay-sdk';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { EpochMs } from '../protocol/ids.ts';
import { type AttemptNumber, refundNumber } from '../protocol/payments.ts';
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
import { chinaTime, endOfDay, fenOf, ofChinaTime, yuanOf } from './texts.ts';
import { filesIn } from './zip.ts';

export type AlipayConfig = {
  /** The gateway: `https://openapi.alipay.com/gateway.do`. */
  address: string;
  appId: string;
  /** Who is paid: `2088…`. */
  sellerId: string;
  /** Of the application, in PEM (PKCS #8). */
  privateKey: string;
  /** Alipay's own, in PEM. */
  publicKey: string;
  noticesTo: string;
};

const answerWithinMs = 10_000;
const billWithinMs = 60_000;
const billBytesMax = 256 * 1024 * 1024;
/** A bill that is missing so long after its day is one of a day without payments. */
const billMadeAfterMs = 24 * 60 * 60_000;

const amount = z.string().transform((text, context) => {
  const fen = fenOf(text);
  if (fen !== undefined) return fen;
  context.addIssue({ code: 'custom', message: 'an amount' });
  return z.NEVER;
});
const instant = z.string().transform((text, context) => {
  const at = ofChinaTime(text);
  if (at !== undefined) return at;
  context.addIssue({ code: 'custom', message: 'a time' });
  return z.NEVER;
});
const states = z.enum(['WAIT_BUYER_PAY', 'TRADE_CLOSED', 'TRADE_SUCCESS', 'TRADE_FINISHED']);

const trade = z.object({
  outTradeNo: z.string(),
  tradeNo: z.string().max(64),
  tradeStatus: states,
  totalAmount: amount,
  sendPayDate: instant.optional(),
});
const refundQuery = z.object({
  outTradeNo: z.string().optional(),
  outRequestNo: z.string().optional(),
  refundStatus: z.string().optional(),
  refundAmount: amount.optional(),
  gmtRefundPay: instant.optional(),
});
const refundDone = z.object({
  outTradeNo: z.string(),
  fundChange: z.enum(['Y', 'N']),
  gmtRefundPay: instant.optional(),
});
const notice = z.object({
  sign_type: z.literal('RSA2'),
  app_id: z.string(),
  seller_id: z.string(),
  out_trade_no: z.string().max(64),
  trade_no: z.string().max(64),
  trade_status: states,
  total_amount: amount,
  gmt_payment: instant.optional(),
  /** Present when it tells of a refund; `out_biz_no` is then the refund's number. */
  gmt_refund: instant.optional(),
  refund_fee: amount.optional(),
  out_biz_no: z.string().max(64).optional(),
});

type Refused = { refused: string };

export function createAlipayProvider(config: AlipayConfig, now: () => EpochMs): PaymentProvider {
  const { appId, sellerId } = config;
  const sdk = new AlipaySdk({
    appId,
    privateKey: config.privateKey,
    keyType: 'PKCS8',
    alipayPublicKey: config.publicKey,
    gateway: config.address,
    signType: 'RSA2',
    timeout: answerWithinMs,
  });

  /** A refusal is a value; what decides nothing rejects (A3). */
  async function call(
    method: string,
    bizContent: Record<string, unknown>,
    more: Record<string, string> = {},
  ): Promise<{ data: AlipaySdkCommonResult } | Refused> {
    let data: AlipaySdkCommonResult;
    try {
      const asked = { ...more, timestamp: chinaTime(now()), bizContent };
      data = await sdk.exec(method, asked, { validateSign: true });
    } catch {
      // The library's own errors quote the answer, which may name the payer: they end here.
      throw new Error(`Alipay did not answer ${method} as it should`);
    }
    if (data.code === '10000') return { data };
    const why = String(data.subCode ?? data.code);
    // 20000: out of order; 40005: asked too often.
    if (data.code === '20000' || data.code === '40005' || why.includes('SYSTEM_ERROR')) {
      throw new Error(`Alipay answered ${method} with ${data.code} ${why}`);
    }
    return { refused: why };
  }

  async function open(opening: Opening): Promise<Opened> {
    const { attempt, amountFen, title, way, expiresAt, returnTo } = opening;
    if (way === 'inside') return { kind: 'refused', why: 'NO_SUCH_WAY' };
    const order = {
      out_trade_no: attempt,
      total_amount: yuanOf(amountFen),
      subject: title,
      seller_id: sellerId,
      time_expire: chinaTime(expiresAt),
    };
    if (way === 'page') {
      const url = sdk.pageExecute('alipay.trade.wap.pay', 'GET', {
        timestamp: chinaTime(now()),
        notify_url: config.noticesTo,
        return_url: returnTo,
        bizContent: { ...order, product_code: 'QUICK_WAP_WAY', quit_url: returnTo },
      });
      return { kind: 'opened', payable: { kind: 'link', url } };
    }
    const answer = await call('alipay.trade.precreate', order, { notify_url: config.noticesTo });
    if ('refused' in answer) return { kind: 'refused', why: answer.refused };
    const { qrCode, outTradeNo } = z
      .object({ qrCode: z.string(), outTradeNo: z.string() })
      .parse(answer.data);
    if (outTradeNo !== attempt) throw new Error('Alipay spoke of another order');
    return { kind: 'opened', payable: { kind: 'code', text: qrCode } };
  }

  async function query(attempt: AttemptNumber): Promise<Standing> {
    const answer = await call('alipay.trade.query', { out_trade_no: attempt });
    if ('refused' in answer) {
      if (answer.refused === 'ACQ.TRADE_NOT_EXIST') return { kind: 'waiting' };
      throw new Error(`Alipay refused a query: ${answer.refused}`);
    }
    const told = trade.parse(answer.data);
    if (told.outTradeNo !== attempt) throw new Error('Alipay spoke of another order');
    if (told.tradeStatus === 'WAIT_BUYER_PAY') return { kind: 'waiting' };
    let paidAt = told.sendPayDate;
    if (paidAt === undefined && told.tradeStatus === 'TRADE_CLOSED') {
      const refund = await refundedAt(attempt, refundNumber(attempt));
      if (refund === undefined) return { kind: 'closed' };
      paidAt = refund.at;
    }
    if (paidAt === undefined) throw new Error('Alipay tells half a payment');
    const { tradeNo, totalAmount } = told;
    return { kind: 'paid', attempt, transaction: tradeNo, amountFen: totalAmount, paidAt };
  }

  async function close(attempt: AttemptNumber): Promise<Standing> {
    const answer = await call('alipay.trade.close', { out_trade_no: attempt });
    if (!('refused' in answer) || answer.refused === 'ACQ.TRADE_NOT_EXIST') {
      return { kind: 'closed' };
    }
    const standing = await query(attempt);
    if (standing.kind !== 'waiting') return standing;
    throw new Error('Alipay did not close it');
  }

  async function refund(asked: Refunding): Promise<RefundStanding> {
    const { attempt, refund, amountFen } = asked;
    const answer = await call('alipay.trade.refund', {
      out_trade_no: attempt,
      out_request_no: refund,
      refund_amount: yuanOf(amountFen),
    });
    if ('refused' in answer) return { kind: 'refused', why: answer.refused };
    const told = refundDone.parse(answer.data);
    if (told.outTradeNo !== attempt) throw new Error('Alipay spoke of another order');
    const done = await refundedAt(attempt, refund);
    if (done !== undefined) {
      if (done.amountFen !== amountFen) return { kind: 'refused', why: 'OTHER_AMOUNT' };
      return { kind: 'succeeded', at: done.at };
    }
    // Money has moved now, though the query lags behind; `N` says neither that it did nor that not.
    if (told.fundChange === 'N') return { kind: 'processing' };
    return { kind: 'succeeded', at: told.gmtRefundPay ?? now() };
  }

  async function refundedAt(
    attempt: AttemptNumber,
    refund: string,
  ): Promise<{ at: EpochMs; amountFen: number } | undefined> {
    const answer = await call('alipay.trade.fastpay.refund.query', {
      out_trade_no: attempt,
      out_request_no: refund,
      query_options: ['gmt_refund_pay'],
    });
    if ('refused' in answer) {
      if (answer.refused === 'ACQ.TRADE_NOT_EXIST') return undefined;
      throw new Error(`Alipay refused a query: ${answer.refused}`);
    }
    const told = refundQuery.parse(answer.data);
    if (told.refundStatus !== 'REFUND_SUCCESS') return undefined;
    const { refundAmount, gmtRefundPay } = told;
    if (told.outRequestNo !== refund || refundAmount === undefined || gmtRefundPay === undefined) {
      throw new Error('Alipay tells half a refund');
    }
    return { at: gmtRefundPay, amountFen: refundAmount };
  }

  function readNotice(raw: RawNotice): ProviderNotice {
    const body = Buffer.from(raw.rawBody).toString('utf8');
    const fields = Object.fromEntries(new URLSearchParams(body));
    // The library would follow a notice that names a weaker kind of signature.
    if (
      fields.sign_type !== 'RSA2' ||
      fields.sign === undefined ||
      !sdk.checkNotifySignV2(fields)
    ) {
      return { kind: 'wrong', why: 'signature' };
    }
    const read = notice.safeParse(fields);
    if (!read.success) return { kind: 'wrong', why: 'malformed' };
    const told = read.data;
    const attempt = told.out_trade_no;
    if (told.app_id !== appId || told.seller_id !== sellerId) {
      return { kind: 'wrong', why: 'merchant', attempt };
    }
    if (told.gmt_refund !== undefined || told.refund_fee !== undefined) {
      const refund = refundNumber(attempt);
      const isOurs = told.out_biz_no === refund && told.refund_fee === told.total_amount;
      // Another is made by staff at Alipay; the day's bill shows it (B7).
      if (!isOurs || told.gmt_refund === undefined) return { kind: 'nothing' };
      return { kind: 'refunded', attempt, refund, at: told.gmt_refund };
    }
    if (told.trade_status === 'WAIT_BUYER_PAY' || told.trade_status === 'TRADE_CLOSED') {
      return { kind: 'nothing' };
    }
    const { trade_no: transaction, total_amount: amountFen, gmt_payment: paidAt } = told;
    if (paidAt === undefined) return { kind: 'wrong', why: 'malformed', attempt };
    return { kind: 'paid', attempt, transaction, amountFen, paidAt };
  }

  async function bill(day: string): Promise<readonly BillLine[] | 'later'> {
    const over = endOfDay(day);
    if (now() < over) return 'later';
    const answer = await call('alipay.data.dataservice.bill.downloadurl.query', {
      bill_type: 'trade',
      bill_date: day,
    });
    if ('refused' in answer) {
      if (!/bill_not_exist/i.test(answer.refused)) {
        throw new Error(`Alipay refused a bill: ${answer.refused}`);
      }
      // It says so of a bill that is not made yet, and of a day without payments.
      return now() < over + billMadeAfterMs ? 'later' : [];
    }
    const { billDownloadUrl } = z.object({ billDownloadUrl: z.url() }).parse(answer.data);
    const url = new URL(billDownloadUrl);
    // The file is signed by nobody: it comes by TLS if the gateway does, whatever the link says.
    url.protocol = new URL(config.address).protocol;
    const file = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(billWithinMs) });
    if (file.status !== 200) throw new Error(`no bill: Alipay answered ${file.status}`);
    return billLines(filesIn(Buffer.from(await file.arrayBuffer()), billBytesMax));
  }

  return {
    name: 'alipay',
    ways: ['scan', 'page'],
    open,
    query,
    close,
    refund,
    readNotice,
    noticeAnswer: (taken) => ({
      status: taken ? 200 : 500,
      contentType: 'text/plain',
      body: taken ? 'success' : 'fail',
    }),
    bill,
  };
}

const detailsTitle = '#支付宝业务明细查询';
const detailsEnd = '业务明细列表结束';

/** Of two files, one of details and one of sums, both in GBK; numbers end in a tab. */
function billLines(files: readonly Buffer[]): BillLine[] {
  const decoder = new TextDecoder('gb18030');
  const details = files
    .map((file) => decoder.decode(file))
    .find((text) => text.startsWith(detailsTitle));
  if (details === undefined) throw new Error('the bill has no details');
  if (!details.includes(detailsEnd)) throw new Error('the bill has no end');
  const [names = [], ...rows] = parse(details, {
    comment: '#',
    comment_no_infix: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  });
  const place = (name: string): number => {
    const found = names.indexOf(name);
    if (found < 0) throw new Error(`the bill lacks ${name}`);
    return found;
  };
  const transactions = place('支付宝交易号');
  const attempts = place('商户订单号');
  const kinds = place('业务类型');
  const amounts = place('订单金额（元）');
  const refunds = place('退款批次号/请求号');
  return rows.flatMap((fields): BillLine[] => {
    // A title with a comma moves what stands behind it.
    const moved = Math.max(0, fields.length - names.length);
    const kind = fields[kinds];
    const amountFen = fenOf((fields[amounts + moved] ?? '').replace(/^-/, ''));
    if (amountFen === undefined) throw new Error('the bill holds an amount that is none');
    const common = {
      attempt: fields[attempts] ?? '',
      transaction: fields[transactions] ?? '',
      amountFen,
    };
    if (kind === '交易') return [{ kind: 'payment', ...common }];
    if (kind === '退款') {
      return [{ kind: 'refund', ...common, refund: fields[refunds + moved] ?? '' }];
    }
    throw new Error(`the bill holds a kind that nobody knows: ${kind}`);
  });
}
