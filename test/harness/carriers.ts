/**
 * Two carriers of short messages on loopback. Each checks every signature as its documents say,
 * without the library that made it, keeps what it took, and can be told to misbehave.
 *
 * Tencent Cloud: API 3.0 signature v3 (TC3-HMAC-SHA256), `SendSms` of 2021-01-11.
 * Alibaba Cloud: signature v3 (ACS3-HMAC-SHA256), `SendSms` of 2017-05-25, RPC style.
 */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `refuse`: says no to this number. `throttle`: too much at once. `break`: something went wrong in
 * its own house. `garble`: an answer that is none. `silent`: takes the message and never answers.
 * `hang-up`: the same, and cuts the line.
 */
export const behaviours = [
  'take',
  'refuse',
  'throttle',
  'break',
  'garble',
  'silent',
  'hang-up',
] as const;
export type Behaviour = (typeof behaviours)[number];

/** `values` by the template's variables, in the order sent. */
export type TakenMessage = {
  key: string;
  phone: string;
  sign: string;
  template: string;
  values: [name: string, value: string][];
};

export type Carrier = {
  /** For the setting: `http://127.0.0.1:…`. */
  endpoint: string;
  behaviour: Behaviour;
  /** What reached it with a right signature, whatever it then did. */
  heard: TakenMessage[];
  /** Signatures, names and dates that were wrong. */
  wrong: string[];
  close(): Promise<void>;
};

type Request = { method: string; url: URL; headers: IncomingMessage['headers']; body: string };
type Answer = { status: number; body: string };
/** Of one carrier: who it lets in, and how it says things. */
type House = {
  read(request: Request): { kind: 'heard'; message: TakenMessage } | { kind: 'wrong'; why: string };
  say(behaviour: Behaviour | 'wrong', heard?: TakenMessage): Answer;
};

export const tencentKeys = { secretId: 'AKIDexample', secretKey: 'tencent-secret-of-the-tests' };
export const alibabaKeys = {
  accessKeyId: 'LTAIexample',
  accessKeySecret: 'alibaba-secret-of-tests',
};
export const tencentApp = '1400000001';

export const startTencent = (): Promise<Carrier> =>
  startCarrier({ read: readTencent, say: sayTencent });
export const startAlibaba = (): Promise<Carrier> => {
  const nonces = new Set<string>();
  return startCarrier({ read: (request) => readAlibaba(request, nonces), say: sayAlibaba });
};

async function startCarrier(house: House): Promise<Carrier> {
  const server = createServer((incoming, response) => {
    void answer(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const carrier: Carrier = {
    endpoint: `http://127.0.0.1:${port}`,
    behaviour: 'take',
    heard: [],
    wrong: [],
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
    const { method = '', headers } = incoming;
    const url = new URL(incoming.url ?? '', carrier.endpoint);
    const read = house.read({ method, url, headers, body });
    if (read.kind === 'wrong') {
      carrier.wrong.push(read.why);
      send(response, house.say('wrong'));
      return;
    }
    carrier.heard.push(read.message);
    const { behaviour } = carrier;
    if (behaviour === 'silent') return;
    if (behaviour === 'hang-up') incoming.socket.destroy();
    else if (behaviour === 'garble') send(response, { status: 200, body: '<html>502</html>' });
    else send(response, house.say(behaviour, read.message));
  }
  return carrier;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

// ── Tencent Cloud ───────────────────────────────────────────────────────────────────────────────

const tencentAgeMaxMs = 5 * 60_000;

function readTencent({ method, url, headers, body }: Request): ReturnType<House['read']> {
  const wrong = (why: string) => ({ kind: 'wrong', why }) as const;
  const timestamp = String(headers['x-tc-timestamp']);
  if (Math.abs(Date.now() - Number(timestamp) * 1000) > tencentAgeMaxMs) return wrong('stale');
  const day = new Date(Number(timestamp) * 1000).toISOString().slice(0, 10);
  const [service = ''] = url.hostname.split('.');
  const scope = `${day}/${service}/tc3_request`;
  const canonical = [
    method,
    '/',
    '',
    `content-type:${headers['content-type']}\nhost:${url.hostname}\n`,
    'content-type;host',
    sha256(body),
  ].join('\n');
  const toSign = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(`TC3${tencentKeys.secretKey}`, day), service), 'tc3_request');
  const right = `TC3-HMAC-SHA256 Credential=${tencentKeys.secretId}/${scope}, SignedHeaders=content-type;host, Signature=${hmac(key, toSign).toString('hex')}`;
  if (headers.authorization !== right) return wrong('signature');
  if (headers['x-tc-action'] !== 'SendSms') return wrong('action');
  if (headers['x-tc-version'] !== '2021-01-11') return wrong('version');
  if (headers['x-tc-region'] !== 'ap-guangzhou') return wrong('region');
  const asked = JSON.parse(body) as Record<string, unknown> & {
    PhoneNumberSet: string[];
    TemplateParamSet: string[];
  };
  const [phone = '', ...others] = asked.PhoneNumberSet;
  if (others.length > 0 || !/^\+861\d{10}$/.test(phone)) return wrong('phone');
  if (asked.SmsSdkAppId !== tencentApp) return wrong('app');
  const message = {
    key: String(asked.SessionContext),
    phone: phone.slice(3),
    sign: String(asked.SignName),
    template: String(asked.TemplateId),
    values: asked.TemplateParamSet.map((value, index): [string, string] => [`${index + 1}`, value]),
  };
  return { kind: 'heard', message };
}

function sayTencent(behaviour: Behaviour | 'wrong', heard?: TakenMessage): Answer {
  const status = (code: string, message: string) =>
    tencentAnswer({
      SendStatusSet: [
        {
          SerialNo: code === 'Ok' ? '2028:f825e6d16e23f73f4123' : '',
          PhoneNumber: `+86${heard?.phone}`,
          Fee: code === 'Ok' ? 1 : 0,
          SessionContext: heard?.key,
          Code: code,
          Message: message,
          IsoCode: 'CN',
        },
      ],
    });
  const error = (code: string) => tencentAnswer({ Error: { Code: code, Message: 'see the code' } });
  switch (behaviour) {
    case 'take':
      return status('Ok', 'send success');
    case 'refuse':
      return status('LimitExceeded.PhoneNumberDailyLimit', 'exceeds the daily limit');
    case 'throttle':
      return error('RequestLimitExceeded');
    case 'break':
      return error('InternalError.OtherError');
    default:
      return error('AuthFailure.SignatureFailure');
  }
}
const tencentAnswer = (response: object): Answer => ({
  status: 200,
  body: JSON.stringify({ Response: { ...response, RequestId: 'a0aabda6-cf91-4f3e-a81f' } }),
});

// ── Alibaba Cloud ───────────────────────────────────────────────────────────────────────────────

const alibabaAgeMaxMs = 15 * 60_000;

function readAlibaba(
  { method, url, headers, body }: Request,
  nonces: Set<string>,
): ReturnType<House['read']> {
  const wrong = (why: string) => ({ kind: 'wrong', why }) as const;
  const [, signed = '', signature = ''] =
    /^ACS3-HMAC-SHA256 Credential=LTAIexample,SignedHeaders=([\w;-]+),Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const names = signed.split(';');
  const must = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-acs-'));
  if (must.toSorted().some((name) => !names.includes(name))) return wrong('unsigned header');
  const query = [...url.searchParams].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const canonical = [
    method,
    '/',
    query.map(([name, value]) => `${percent(name)}=${percent(value)}`).join('&'),
    names.map((name) => `${name}:${String(headers[name]).trim()}\n`).join(''),
    signed,
    headers['x-acs-content-sha256'],
  ].join('\n');
  const right = hmac(alibabaKeys.accessKeySecret, `ACS3-HMAC-SHA256\n${sha256(canonical)}`);
  if (signature !== right.toString('hex')) return wrong('signature');
  if (headers['x-acs-content-sha256'] !== sha256(body)) return wrong('body');
  const age = Math.abs(Date.now() - Date.parse(String(headers['x-acs-date'])));
  if (!(age <= alibabaAgeMaxMs)) return wrong('stale');
  const nonce = String(headers['x-acs-signature-nonce']);
  if (nonces.has(nonce)) return wrong('nonce');
  nonces.add(nonce);
  if (headers['x-acs-action'] !== 'SendSms') return wrong('action');
  if (headers['x-acs-version'] !== '2017-05-25') return wrong('version');
  const asked = (name: string) => url.searchParams.get(name) ?? '';
  if (!/^1\d{10}$/.test(asked('PhoneNumbers'))) return wrong('phone');
  const message = {
    key: asked('OutId'),
    phone: asked('PhoneNumbers'),
    sign: asked('SignName'),
    template: asked('TemplateCode'),
    values: Object.entries(JSON.parse(asked('TemplateParam')) as Record<string, string>),
  };
  return { kind: 'heard', message };
}

function sayAlibaba(behaviour: Behaviour | 'wrong'): Answer {
  const say = (status: number, code: string, more: object = {}) => ({
    status,
    body: JSON.stringify({ Code: code, Message: code, RequestId: 'F655A8D5', ...more }),
  });
  switch (behaviour) {
    case 'take':
      return say(200, 'OK', { BizId: '900619746936498440^0' });
    case 'refuse':
      return say(200, 'isv.BUSINESS_LIMIT_CONTROL');
    case 'throttle':
      return say(400, 'Throttling.User');
    case 'break':
      return say(500, 'InternalError');
    default:
      return say(400, 'SignatureDoesNotMatch');
  }
}

/** RFC 3986: everything but letters, digits and `-_.~`. */
const percent = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
