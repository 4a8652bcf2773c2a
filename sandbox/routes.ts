/**
 * What the sandbox answers: signed calls of its merchant, the pay page for people, and the control
 * by which it is told to misbehave.
 *
 * A1 A call whose signature, merchant or time is wrong is answered 401 and does nothing.
 * A2 Control is for this machine only, and never for a browser's form or a page of another site:
 *    those cannot send JSON unasked.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Behaviour, behaviourChange } from './behaviour.ts';
import type { Book, Order } from './book.ts';
import type { SandboxKeys } from './keys.ts';
import type { Sandbox } from './main.ts';
import { nothingHere, payPage } from './pages.ts';
import type { Handler, Reply, Request } from './server.ts';
import {
  type Answers,
  answerText,
  type Call,
  clockSkewMax,
  headers,
  isSigned,
  paths,
  type Requests,
  requests,
  requestText,
  signed,
} from './wire.ts';

export type RoutesOptions = {
  sandbox: Omit<Sandbox, 'stop'>;
  /** For links that people follow. */
  origin: string;
  merchant: string;
  keys: SandboxKeys;
  book: Book;
  behaviour(): Behaviour;
  now(): number;
  act<Answer>(decide: () => Answer): Promise<Answer>;
};

const control = z.object({
  behave: behaviourChange.optional(),
  noticesTo: z.string().url().optional(),
  pay: z.object({ order: z.string(), late: z.boolean().default(false) }).optional(),
});
export type Control = z.input<typeof control>;
const controlPath = '/control';

export function handlerOf(options: RoutesOptions): Handler {
  const { sandbox, keys, book, now, act } = options;
  const sheet = styleSheet();

  const callOf = (path: string): Call | undefined =>
    (Object.keys(paths) as Call[]).find((call) => paths[call] === path);

  async function answerCall(call: Call, request: Request): Promise<Reply> {
    if (options.behaviour().down) return 'cut';
    const nonce = request.header(headers.nonce) ?? '';
    const reply = (status: number, answer: unknown): Reply => {
      const body = JSON.stringify(answer);
      const at = String(now());
      const forged = options.behaviour().answersForged;
      const text = answerText(status, at, forged ? 'another' : nonce, body);
      const signature = signed(text, keys.sandboxPrivate);
      return {
        status,
        body,
        contentType: 'application/json',
        headers: { [headers.time]: at, [headers.signature]: signature },
      };
    };
    if (!isFromMerchant(request, nonce)) return reply(401, { kind: 'refused', why: 'SIGNATURE' });
    let asked: unknown;
    try {
      asked = requests[call].parse(JSON.parse(request.body));
    } catch {
      return reply(400, { kind: 'refused', why: 'MALFORMED' });
    }
    return reply(200, await act(() => decide(call, asked)));
  }

  /** A1 */
  function isFromMerchant(request: Request, nonce: string): boolean {
    const at = request.header(headers.time) ?? '';
    const merchant = request.header(headers.merchant) ?? '';
    const text = requestText(merchant, request.path, at, nonce, request.body);
    return (
      merchant === options.merchant &&
      Math.abs(now() - Number(at)) <= clockSkewMax &&
      isSigned(text, request.header(headers.signature) ?? '', keys.merchantPublic)
    );
  }

  function decide(call: Call, asked: unknown): Answers[Call] {
    const { refunds, billsEarly } = options.behaviour();
    const at = now();
    switch (call) {
      case 'open': {
        const opened = book.open(asked as Requests['open'], at);
        if ('why' in opened) return { kind: 'refused', why: opened.why };
        return { kind: 'opened', url: `${options.origin}/pay/${opened.token}` };
      }
      case 'query':
        return book.standing((asked as Requests['query']).order, at);
      case 'close':
        return book.close((asked as Requests['close']).order, at);
      case 'refund':
        return book.refund(asked as Requests['refund'], at, refunds);
      case 'bill':
        return book.bill((asked as Requests['bill']).day, at, billsEarly);
    }
  }

  async function answerPayer(request: Request): Promise<Reply> {
    const order = book.findByToken(request.path.slice('/pay/'.length));
    if (order === undefined) return page(404, nothingHere(sheet.path));
    if (request.method === 'POST') {
      await sandbox.pay(order.order);
      return {
        status: 303,
        body: '',
        contentType: 'text/plain',
        headers: { location: request.path },
      };
    }
    const standing = book.standing(order.order, now());
    return page(200, payPage({ order, standing, path: request.path, sheet: sheet.path }));
  }

  /** A2 */
  async function answerControl(request: Request): Promise<Reply> {
    if (!request.local) return page(404, nothingHere(sheet.path));
    if (request.method === 'POST') {
      if (request.header('content-type') !== 'application/json') return json(415, {});
      let told: z.output<typeof control>;
      try {
        told = control.parse(JSON.parse(request.body));
      } catch {
        return json(400, { why: 'MALFORMED' });
      }
      if (told.noticesTo !== undefined) sandbox.noticesTo(told.noticesTo);
      if (told.behave !== undefined) await sandbox.behave(told.behave);
      if (told.pay !== undefined && !(await sandbox.pay(told.pay.order, told.pay.late))) {
        return json(409, { why: 'NOT_POSSIBLE' });
      }
    }
    const orders = sandbox.orders().map(withoutToken);
    return json(200, { behaviour: options.behaviour(), orders });
  }

  return async (request) => {
    const call = callOf(request.path);
    if (call !== undefined && request.method === 'POST') return answerCall(call, request);
    if (request.path === controlPath) return answerControl(request);
    if (request.path.startsWith('/pay/')) return answerPayer(request);
    if (request.path === sheet.path) {
      return {
        status: 200,
        body: sheet.text,
        contentType: 'text/css; charset=utf-8',
        headers: { 'cache-control': 'public, max-age=31536000, immutable' },
      };
    }
    return page(404, nothingHere(sheet.path));
  };
}

const withoutToken = ({ token: _, ...order }: Order): Omit<Order, 'token'> => order;
const page = (status: number, body: string): Reply => ({
  status,
  body,
  contentType: 'text/html; charset=utf-8',
});
const json = (status: number, value: unknown): Reply => ({
  status,
  body: JSON.stringify(value),
  contentType: 'application/json',
});

/** The product's palette, so that the two fit; everything drawn with it is the sandbox's own. */
function styleSheet(): { path: string; text: string } {
  const tokens = readFileSync(new URL('../web/styles/tokens.css', import.meta.url), 'utf8');
  const own = readFileSync(new URL('./sandbox.css', import.meta.url), 'utf8');
  const text = `${tokens}\n${own}`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { path: `/sandbox.${hash}.css`, text };
}
