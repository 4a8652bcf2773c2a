/**
 * Alibaba Cloud (阿里云短信), `SendSms` of 2017-05-25. Its library signs and speaks; here stands
 * what an answer means.
 */
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

type Library = typeof import('@alicloud/dysmsapi20170525');

export type AlibabaConfig = {
  name: 'alibaba';
  accessKeyId: string;
  accessKeySecret: string;
  sign: string;
  region: string;
  endpoint: { protocol: 'http' | 'https'; host: string };
  templates: Readonly<Record<MessageKind, string>>;
};

/** `验证码 ${code}，…`: variables go by their name. */
export const alibabaTemplate = (kind: MessageKind): string =>
  templateOnFile(kind, (name) => `\${${name}}`);

/** Loads the library; nothing is sent yet. */
export function openAlibabaChannel(config: AlibabaConfig, timeoutMs = answerWithinMs): Channel {
  const library: Library = createRequire(import.meta.url)('@alicloud/dysmsapi20170525');
  const { accessKeyId, accessKeySecret, sign, region, endpoint, templates } = config;
  const options = {
    accessKeyId,
    accessKeySecret,
    regionId: region,
    protocol: endpoint.protocol.toUpperCase(),
    endpoint: endpoint.host,
    connectTimeout: timeoutMs / 2,
    readTimeout: timeoutMs / 2,
  };
  // The library reads plain fields; the class that it names for them is in a package of its own.
  const client = new library.default(options as ConstructorParameters<typeof library.default>[0]);
  return {
    name: 'alibaba',
    async send({ key, phone, content }) {
      const request = new library.SendSmsRequest({
        phoneNumbers: phone,
        signName: sign,
        templateCode: templates[content.kind],
        templateParam: JSON.stringify(
          Object.fromEntries(parametersOf(content).map(({ name, value }) => [name, value])),
        ),
        outId: key,
      });
      const answer = await client.sendSms(request).catch((error: unknown) => {
        // The carrier refused the whole request, and said why by a code.
        const code = codeOf(error);
        if (code === undefined) throw notHeard(error);
        return { body: { code } };
      });
      return meaningOf(answer.body?.code);
    },
  };
}

/** Only of an answer by the carrier: broken lines have codes too, and no status. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || !('code' in error)) return undefined;
  const { statusCode, code } = error;
  const answered = typeof statusCode === 'number' && typeof code === 'string';
  return answered && code !== 'undefined' ? code : undefined;
}

function meaningOf(code: string | undefined): Sending {
  if (code === 'OK') return { kind: 'sent' };
  const why = whyOf(code);
  if (code?.startsWith('Throttling')) throw new NotHeard(why, false);
  // `isp.`: something broke within the carrier's own house.
  if (code === undefined || /^(isp\.(?!RAM_)|InternalError|ServiceUnavailable)/.test(code)) {
    throw new NotHeard(why, true);
  }
  return { kind: 'failed', why };
}
