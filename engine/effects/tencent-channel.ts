/**
 * Tencent Cloud (腾讯云短信), `SendSms` of 2021-01-11. Its library signs and speaks; here stands
 * what an answer means.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import type { MessageKind } from '../protocol/messages.ts';
import {
  answerWithinMs,
  type Channel,
  NotHeard,
  notHeard,
  type Sending,
  whyOf,
} from './channel.ts';
import { parametersOf, templateOnFile } from './messages.ts';

type Library = typeof import('tencentcloud-sdk-nodejs-sms');

export type TencentConfig = {
  name: 'tencent';
  secretId: string;
  secretKey: string;
  /** SdkAppId. */
  app: string;
  sign: string;
  region: string;
  /** The first word of the host is what the signature is made for: `sms.tencentcloudapi.com`. */
  endpoint: { protocol: 'http' | 'https'; host: string };
  templates: Readonly<Record<MessageKind, string>>;
};

/** `验证码 {1}，…`: variables go by their place. */
export const tencentTemplate = (kind: MessageKind): string =>
  templateOnFile(kind, (_name, place) => `{${place}}`);

/** Loads the library; nothing is sent yet. */
export function openTencentChannel(config: TencentConfig, timeoutMs = answerWithinMs): Channel {
  const library: Library = createRequire(import.meta.url)('tencentcloud-sdk-nodejs-sms');
  const { secretId, secretKey, app, sign, region, endpoint, templates } = config;
  const Agent = endpoint.protocol === 'http' ? HttpAgent : HttpsAgent;
  const client = new library.sms.v20210111.Client({
    credential: { secretId, secretKey },
    region,
    profile: {
      signMethod: 'TC3-HMAC-SHA256',
      httpProfile: {
        protocol: `${endpoint.protocol}://`,
        endpoint: endpoint.host,
        reqTimeout: timeoutMs / 1000,
        // One line for many messages; the library by itself opens one for each.
        agent: new Agent({ keepAlive: true }),
      },
    },
  });
  return {
    name: 'tencent',
    async send({ key, phone, content }) {
      const request = {
        PhoneNumberSet: [`+86${phone}`],
        SmsSdkAppId: app,
        SignName: sign,
        TemplateId: templates[content.kind],
        TemplateParamSet: parametersOf(content).map(({ value }) => value),
        SessionContext: key,
      };
      const answer = await client.SendSms(request).catch((error: unknown) => {
        // The carrier refused the whole request, and said why by a code.
        const code = codeOf(error);
        if (code === undefined) throw notHeard(error);
        return { SendStatusSet: [{ Code: code }] };
      });
      return meaningOf(answer.SendStatusSet?.[0]?.Code);
    },
  };
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function meaningOf(code: string | undefined): Sending {
  if (code === 'Ok') return { kind: 'sent' };
  const why = whyOf(code);
  if (code === undefined || code.startsWith('InternalError')) throw new NotHeard(why, true);
  if (code.startsWith('RequestLimitExceeded')) throw new NotHeard(why, false);
  return { kind: 'failed', why };
}
