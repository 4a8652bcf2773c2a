/** The demonstration's channel and both carriers' keep one contract; the carriers check on the wire. */
import { expect, test } from 'vitest';
import {
  type AlibabaConfig,
  alibabaTemplate,
  openAlibabaChannel,
} from '../../engine/effects/alibaba-channel.ts';
import { createDemonstrationChannel } from '../../engine/effects/demonstration-channel.ts';
import {
  openTencentChannel,
  type TencentConfig,
  tencentTemplate,
} from '../../engine/effects/tencent-channel.ts';
import { type MessageKind, messageKinds } from '../../engine/protocol/messages.ts';
import {
  alibabaKeys,
  type Carrier,
  startAlibaba,
  startTencent,
  type TakenMessage,
  tencentApp,
  tencentKeys,
} from '../harness/carriers.ts';
import { type CarriedChannel, carriedContract, channelContract } from './channel-contract.ts';

const impatientMs = 100;
const sign = '入席';
const nobody = { protocol: 'http', host: '127.0.0.1:1' } as const;

channelContract('demonstration', async () => {
  const channel = createDemonstrationChannel();
  return { channel, received: () => channel.messages().toReversed(), async close() {} };
});
channelContract('Tencent Cloud', openTencent);
carriedContract('Tencent Cloud', openTencent);
channelContract('Alibaba Cloud', openAlibaba);
carriedContract('Alibaba Cloud', openAlibaba);

async function openTencent(): Promise<CarriedChannel> {
  const carrier = await startTencent();
  const config: TencentConfig = {
    name: 'tencent',
    ...tencentKeys,
    app: tencentApp,
    sign,
    region: 'ap-guangzhou',
    endpoint: endpointOf(carrier),
    templates: codes((place) => `${1000 + place}`),
  };
  return {
    ...onCarrier(carrier, config.templates, tencentTemplate, (name) => `{${name}}`),
    channel: openTencentChannel(config),
    impatient: openTencentChannel(config, impatientMs),
    strange: openTencentChannel({ ...config, secretKey: 'another' }),
    away: openTencentChannel({ ...config, endpoint: nobody }),
  };
}

async function openAlibaba(): Promise<CarriedChannel> {
  const carrier = await startAlibaba();
  const config: AlibabaConfig = {
    name: 'alibaba',
    ...alibabaKeys,
    sign,
    region: 'cn-hangzhou',
    endpoint: endpointOf(carrier),
    templates: codes((place) => `SMS_${2000 + place}`),
  };
  return {
    ...onCarrier(carrier, config.templates, alibabaTemplate, (name) => `\${${name}}`),
    channel: openAlibabaChannel(config),
    impatient: openAlibabaChannel(config, impatientMs),
    strange: openAlibabaChannel({ ...config, accessKeySecret: 'another' }),
    away: openAlibabaChannel({ ...config, endpoint: nobody }),
  };
}

/** The carrier fills in the templates that it has on file. */
function onCarrier(
  carrier: Carrier,
  templates: Readonly<Record<MessageKind, string>>,
  onFile: (kind: MessageKind) => string,
  variable: (name: string) => string,
) {
  const show = ({ phone, key, sign: signed, template, values }: TakenMessage) => {
    const kind = messageKinds.find((one) => templates[one] === template);
    if (kind === undefined) throw new Error(`no template ${template} on file`);
    const text = values.reduce(
      (filled, [name, value]) => filled.replace(variable(name), value),
      onFile(kind),
    );
    return { phone, key, text: `【${signed}】${text}` };
  };
  return {
    received: () => carrier.heard.map(show),
    behave(behaviour: Carrier['behaviour']) {
      carrier.behaviour = behaviour;
    },
    async close() {
      expect(carrier.wrong.filter((why) => why !== 'signature')).toEqual([]);
      await carrier.close();
    },
  };
}

function endpointOf({ endpoint }: Carrier): { protocol: 'http'; host: string } {
  return { protocol: 'http', host: new URL(endpoint).host };
}
function codes(code: (place: number) => string): Record<MessageKind, string> {
  return Object.fromEntries(messageKinds.map((kind, place) => [kind, code(place)])) as Record<
    MessageKind,
    string
  >;
}

test('a template is filed in each carrier’s own way', () => {
  expect(tencentTemplate('registration-paid')).toContain('{1} 门课程，{2} 元');
  expect(alibabaTemplate('registration-paid')).toMatch(/\$\{courses\} 门课程，\$\{fee\} 元/);
});
