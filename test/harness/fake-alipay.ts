/**
 * Alipay's open platform on loopback, as its documents say: checks the RSA2 signature of every
 * request, signs every answer and notice. A trade exists once somebody has scanned or entered the
 * page. Keys are made here.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { AlipayConfig } from '../../engine/payments/alipay.ts';
import type { Order } from '../../sandbox/book.ts';
import type { Reply } from '../../sandbox/server.ts';
import { type FakeProvider, startFake } from './fake-provider.ts';
import { zipOf } from './zip.ts';

export type FakeAlipay = FakeProvider & {
  config: AlipayConfig;
  /** Somebody scans what was opened, or enters its page. */
  arrive(attempt: string): void;
  /** A notice as Alipay would send it, with these things otherwise. */
  notice(told?: Record<string, string | undefined>, key?: KeyObject): Uint8Array;
  /** Signs as Alipay does not: for a notice with another kind of signature. */
  key: KeyObject;
  /** From now on answers about closed trades do not say when money came. */
  forgetPayDates(): void;
  /** What was asked, in order. */
  asked: string[];
};

const appId = '2021000122671080';
const sellerId = '2088102146225135';
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [merchantKeys, alipayKeys, strangerKeys] = [rsa(), rsa(), rsa()];

const chinaTime = (at: number): string =>
  new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
const yuan = (fen: number): string => (fen / 100).toFixed(2);
const fenOf = (text: string): number => Math.round(Number(text) * 100);

const order = z.object({
  out_trade_no: z.string().regex(/^\w{1,64}$/),
  total_amount: z.string().regex(/^\d+\.\d\d$/),
  subject: z.string().min(1).max(256),
  seller_id: z.literal(sellerId),
  time_expire: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  product_code: z.literal('QUICK_WAP_WAY').optional(),
});
type Asked = z.infer<typeof order>;

/** All but the signature, by name, as the signature covers it. */
const covered = (fields: Record<string, string>): string =>
  Object.keys(fields)
    .filter((name) => name !== 'sign')
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&');

export async function startFakeAlipay(noticesTo: string): Promise<FakeAlipay> {
  const precreated = new Map<string, Asked>();
  const bills = new Map<string, Buffer>();
  const asked: string[] = [];
  let payDates = true;
  let arrive: FakeAlipay['arrive'] = () => {};

  function noticeOf(
    told: Record<string, string | undefined>,
    key: KeyObject = alipayKeys.privateKey,
  ): string {
    const fields = {
      notify_id: randomBytes(16).toString('hex'),
      notify_type: 'trade_status_sync',
      notify_time: chinaTime(Date.now()),
      charset: 'utf-8',
      version: '1.0',
      app_id: appId,
      auth_app_id: appId,
      seller_id: sellerId,
      buyer_id: '2088722545315134',
      ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
    } as Record<string, string>;
    const kind = fields.sign_type === 'RSA' ? 'sha1' : 'sha256';
    const signature = sign(kind, Buffer.from(covered(fields)), key).toString('base64');
    const all = { ...fields, sign_type: fields.sign_type ?? 'RSA2', sign: signature };
    return new URLSearchParams(all).toString();
  }

  const paidFields = ({ order, title, amountFen, paid }: Order) => ({
    out_trade_no: order,
    trade_no: paid?.transaction ?? '',
    trade_status: 'TRADE_SUCCESS',
    subject: title,
    total_amount: yuan(amountFen),
    receipt_amount: yuan(amountFen),
    gmt_create: chinaTime(paid?.at ?? 0),
    gmt_payment: chinaTime(paid?.at ?? 0),
    fund_bill_list: JSON.stringify([{ amount: yuan(amountFen), fundChannel: 'ALIPAYACCOUNT' }]),
  });

  const fake = await startFake(({ book, behaviour, address, tell, act }) => {
    function answer(method: string, fields: object): Reply {
      const text = JSON.stringify(fields);
      const { privateKey } = behaviour.answersForged ? strangerKeys : alipayKeys;
      const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
      const name = `${method.replaceAll('.', '_')}_response`;
      const body = `{"${name}":${text},"sign":"${signature}"}`;
      return { status: 200, body, contentType: 'text/html;charset=utf-8' };
    }
    const good = { code: '10000', msg: 'Success' };
    const bad = (sub_code: string) => ({ code: '40004', msg: 'Business Failed', sub_code });

    function create(told: Asked): Order | { why: string } {
      return book.open(
        {
          order: told.out_trade_no,
          amountFen: fenOf(told.total_amount),
          title: told.subject,
          way: 'scan',
          expiresAt: Date.parse(`${told.time_expire.replace(' ', 'T')}+08:00`),
          returnTo: 'http://127.0.0.1/',
        },
        Date.now(),
      );
    }
    arrive = (attempt) => {
      const told = precreated.get(attempt);
      if (told !== undefined) create(told);
    };

    function precreate(biz: unknown): object {
      const read = order.safeParse(biz);
      if (!read.success) return bad('ACQ.INVALID_PARAMETER');
      const told = read.data;
      const trade = book.find(told.out_trade_no);
      if (trade?.paid !== undefined) return bad('ACQ.TRADE_HAS_SUCCESS');
      if (trade?.closed === true) return bad('ACQ.TRADE_HAS_CLOSE');
      const known = precreated.get(told.out_trade_no);
      if (known !== undefined && known.total_amount !== told.total_amount) {
        return bad('ACQ.CONTEXT_INCONSISTENT');
      }
      precreated.set(told.out_trade_no, told);
      const qr_code = `https://qr.alipay.com/${randomBytes(12).toString('hex')}`;
      return { ...good, out_trade_no: told.out_trade_no, qr_code };
    }

    function query(number: string): object {
      const trade = book.find(number);
      if (trade === undefined) return bad('ACQ.TRADE_NOT_EXIST');
      const { amountFen, paid, refund } = trade;
      const isOver = paid === undefined ? trade.closed : refund?.doneAt !== undefined;
      const trade_status = isOver
        ? 'TRADE_CLOSED'
        : paid === undefined
          ? 'WAIT_BUYER_PAY'
          : 'TRADE_SUCCESS';
      return {
        ...good,
        out_trade_no: number,
        trade_no: paid?.transaction ?? `2026${number.length}`,
        trade_status,
        total_amount: yuan(amountFen),
        buyer_logon_id: '159****5620',
        ...(paid === undefined || (isOver && !payDates)
          ? {}
          : { send_pay_date: chinaTime(paid.at) }),
      };
    }

    function close(number: string): object {
      const trade = book.find(number);
      if (trade === undefined) return bad('ACQ.TRADE_NOT_EXIST');
      if (trade.paid !== undefined) return bad('ACQ.REASON_TRADE_STATUS_INVALID');
      act(() => book.close(number, Date.now()));
      return { ...good, out_trade_no: number, trade_no: `2026${number.length}` };
    }

    function refund(number: string, request: string, text: string): object {
      const trade = book.find(number);
      if (trade === undefined) return bad('ACQ.TRADE_NOT_EXIST');
      if (trade.paid === undefined) return bad('ACQ.TRADE_STATUS_ERROR');
      if (fenOf(text) > trade.amountFen) return bad('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
      const before = trade.refund?.doneAt;
      const asked = { order: number, refund: request, amountFen: fenOf(text) };
      const taken = act(() => book.refund(asked, Date.now(), behaviour.refunds));
      if (taken.kind === 'refused') return bad('ACQ.SELLER_BALANCE_NOT_ENOUGH');
      const changed = before === undefined && trade.refund?.doneAt !== undefined;
      return {
        ...good,
        out_trade_no: number,
        trade_no: trade.paid.transaction,
        fund_change: changed ? 'Y' : 'N',
        refund_fee: yuan(trade.refund?.doneAt === undefined ? 0 : asked.amountFen),
      };
    }

    function refundQuery(number: string, request: string, options: string[]): object {
      const trade = book.find(number);
      if (trade === undefined) return bad('ACQ.TRADE_NOT_EXIST');
      const done = trade.refund?.doneAt;
      if (trade.refund?.refund !== request || done === undefined) return good;
      return {
        ...good,
        out_trade_no: number,
        out_request_no: request,
        trade_no: trade.paid?.transaction,
        total_amount: yuan(trade.amountFen),
        refund_amount: yuan(trade.refund.amountFen),
        refund_status: 'REFUND_SUCCESS',
        ...(options.includes('gmt_refund_pay') ? { gmt_refund_pay: chinaTime(done) } : {}),
      };
    }

    function bill(day: string): object {
      const made = book.bill(day, Date.now(), behaviour.billsEarly);
      if (made.kind === 'later' || made.lines.length === 0) return bad('isp.bill_not_exist');
      const token = randomBytes(12).toString('hex');
      bills.set(token, billArchive(made.lines));
      return { ...good, bill_download_url: `${address}/downloadBillFile.resource?fileId=${token}` };
    }

    const fieldsOf = (text: string): Record<string, string> =>
      Object.fromEntries(new URLSearchParams(text));

    /** Also that it was dated by China's clock. */
    function isFromMerchant(fields: Record<string, string>): boolean {
      const { app_id, sign_type, timestamp = '', sign: signature = '' } = fields;
      const age = Date.now() - Date.parse(`${timestamp.replace(' ', 'T')}+08:00`);
      return (
        app_id === appId &&
        sign_type === 'RSA2' &&
        Math.abs(age) < 600_000 &&
        verify(
          'sha256',
          Buffer.from(covered(fields)),
          merchantKeys.publicKey,
          Buffer.from(signature, 'base64'),
        )
      );
    }

    function call(method: string, biz: Record<string, unknown>): object {
      const number = String(biz.out_trade_no);
      const request = String(biz.out_request_no);
      switch (method) {
        case 'alipay.trade.precreate':
          return precreate(biz);
        case 'alipay.trade.query':
          return query(number);
        case 'alipay.trade.close':
          return close(number);
        case 'alipay.trade.refund':
          return refund(number, request, String(biz.refund_amount));
        case 'alipay.trade.fastpay.refund.query':
          return refundQuery(number, request, (biz.query_options ?? []) as string[]);
        case 'alipay.data.dataservice.bill.downloadurl.query':
          return bill(String(biz.bill_date));
        default:
          return { code: '40001', msg: 'Missing Method', sub_code: 'isv.invalid-method' };
      }
    }

    return {
      silentOn: 'refunded',
      compose(order, _due, wrong) {
        const fields = paidFields(order);
        const changes: Record<typeof wrong, Record<string, string>> = {
          nothing: {},
          signature: {},
          time: {},
          amount: { total_amount: yuan(order.amountFen + 1) },
          merchant: { seller_id: '2088000000000000' },
          order: { out_trade_no: order.order.replace(/\d+$/, '999') },
        };
        const { privateKey } = wrong === 'signature' ? strangerKeys : alipayKeys;
        return {
          headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
          body: noticeOf({ ...fields, ...changes[wrong] }, privateKey),
        };
      },
      isTaken: (_status, body) => body === 'success',
      async handler({ method, path, body }) {
        const { pathname, search } = new URL(path, address);
        if (pathname === '/downloadBillFile.resource') {
          const file = bills.get(fieldsOf(search).fileId ?? '');
          if (file === undefined) return { status: 404, body: '', contentType: 'text/plain' };
          return { status: 200, body: file, contentType: 'application/octet-stream' };
        }
        const fields = { ...fieldsOf(search), ...(method === 'POST' ? fieldsOf(body) : {}) };
        const name = fields.method ?? '';
        asked.push(name);
        if (!isFromMerchant(fields)) {
          return answer(name, { code: '40002', msg: '', sub_code: 'isv.invalid-signature' });
        }
        if (fields.notify_url !== undefined) tell(fields.notify_url);
        const biz = JSON.parse(fields.biz_content ?? '{}') as Record<string, unknown>;
        if (name !== 'alipay.trade.wap.pay') return answer(name, call(name, biz));
        const page = order.safeParse(biz);
        const entered = page.success && fields.return_url !== undefined ? create(page.data) : page;
        const status = 'token' in entered ? 200 : 400;
        return { status, body: '支付宝', contentType: 'text/html;charset=utf-8' };
      },
    };
  });

  return {
    ...fake,
    arrive: (attempt) => arrive(attempt),
    async pay(attempt, late) {
      arrive(attempt);
      return fake.pay(attempt, late);
    },
    key: alipayKeys.privateKey,
    asked,
    forgetPayDates() {
      payDates = false;
    },
    notice(told = {}, key) {
      const text = noticeOf(
        {
          out_trade_no: 'DEMO_0124_17_1_1',
          trade_no: '2026090822001419931441931972',
          trade_status: 'TRADE_SUCCESS',
          total_amount: '105.00',
          gmt_payment: '2026-09-08 12:00:00',
          ...told,
        },
        key,
      );
      return new TextEncoder().encode(text);
    },
    config: {
      address: `${fake.address}/gateway.do`,
      appId,
      sellerId,
      privateKey: merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicKey: alipayKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
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
};

/** The sums first, then the details; a title with a comma among them; all of it in GBK. */
function billArchive(lines: BillLine[]): Buffer {
  const rule = '#-----------------------------------------';
  const head =
    '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';
  const rows = lines.map(({ kind, order, transaction, amountFen, refund = '' }) => {
    const money = `${kind === 'refund' ? '-' : ''}${yuan(amountFen)}`;
    const title = kind === 'refund' ? '自学考试报考费,3 门' : '自学考试报考费 3 门';
    const times = '2026-09-08 12:00:00,2026-09-08 12:00:30';
    const amounts = `${money},${money},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00`;
    return `${transaction}\t,${order}\t,${kind === 'refund' ? '退款' : '交易'}\t,${title},${times},\t,\t,\t,\t,*三(138****8000)\t,${amounts},${refund}\t,-0.06,0.00,`;
  });
  const common = ['#账号：[20881021462251350156]', '#起始日期：[2026年09月08日 00:00:00]'];
  const details = [
    '#支付宝业务明细查询',
    ...common,
    `${rule}业务明细列表----------------------------------------`,
    head,
    ...rows,
    `${rule}业务明细列表结束------------------------------------`,
    '#交易合计：1笔',
  ];
  const sums = ['#支付宝业务汇总查询', ...common, '门店编号,门店名称', '合计,'];
  return zipOf([
    { name: gbk('业务明细(汇总).csv'), bytes: gbk(sums.join('\r\n')) },
    { name: gbk('业务明细.csv'), bytes: gbk(details.join('\r\n')) },
  ]);
}

/** Node reads GBK and does not write it: what each pair of bytes reads as, the other way round. */
const gbkBytes = new Map<string, number[]>();
for (let first = 0x81; first <= 0xfe; first += 1) {
  for (let second = 0x40; second <= 0xfe; second += 1) {
    const pair = [first, second];
    const text = new TextDecoder('gbk').decode(Uint8Array.from(pair));
    if (text.length === 1) gbkBytes.set(text, pair);
  }
}
function gbk(text: string): Buffer {
  const bytes = [...text].flatMap((character) => {
    const code = character.charCodeAt(0);
    return code < 0x80 ? [code] : (gbkBytes.get(character) ?? []);
  });
  return Buffer.from(bytes);
}
