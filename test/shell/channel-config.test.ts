import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineConfigOf, foldersOf } from '../../engine/config.ts';
import { channelsConfigOf } from '../../engine/effects/config.ts';
import { messageKinds } from '../../engine/protocol/messages.ts';
import { ConfigError } from '../../engine/settings.ts';

const templates = messageKinds.map((kind, place) => `${kind}=${1000 + place}`).join(', ');
const tencent = {
  RUXI_SMS_TENCENT_SECRET_ID: 'id',
  RUXI_SMS_TENCENT_SECRET_KEY: 'key',
  RUXI_SMS_TENCENT_APP: '1400000001',
  RUXI_SMS_TENCENT_SIGN: '入席',
  RUXI_SMS_TENCENT_TEMPLATES: templates,
};
const alibaba = {
  RUXI_SMS_ALIBABA_ACCESS_KEY_ID: 'id',
  RUXI_SMS_ALIBABA_ACCESS_KEY_SECRET: 'secret',
  RUXI_SMS_ALIBABA_SIGN: '入席',
  RUXI_SMS_ALIBABA_TEMPLATES: templates,
};
const real = {
  RUXI_DEMONSTRATION: 'no',
  RUXI_SANDBOX: 'yes',
  RUXI_SMS_CHANNELS: 'tencent,alibaba',
  ...tencent,
  ...alibaba,
};

test('the demonstration is what there is by default, whatever else is set', () => {
  expect(channelsConfigOf({})).toEqual({ kind: 'demonstration' });
  expect(channelsConfigOf({ ...real, RUXI_DEMONSTRATION: 'yes' })).toEqual({
    kind: 'demonstration',
  });
  expect(engineConfigOf({}).demonstration).toBe(true);
});

test('real channels stand in the order of their names, with their carriers’ own addresses', () => {
  const config = channelsConfigOf({ ...real, RUXI_SMS_CHANNELS: 'alibaba, tencent' });
  expect(config).toMatchObject({
    kind: 'real',
    channels: [
      {
        name: 'alibaba',
        accessKeyId: 'id',
        accessKeySecret: 'secret',
        region: 'cn-hangzhou',
        endpoint: { protocol: 'https', host: 'dysmsapi.aliyuncs.com' },
      },
      {
        name: 'tencent',
        app: '1400000001',
        sign: '入席',
        region: 'ap-guangzhou',
        endpoint: { protocol: 'https', host: 'sms.tencentcloudapi.com' },
        templates: { 'booking-code': '1000', 'refund-succeeded': '1011' },
      },
    ],
  });
});

test('invented people get no real messages', () => {
  expect(engineConfigOf(real).demonstration).toBe(false);
  expect(() => engineConfigOf({ ...real, RUXI_DEMO_PROVINCE: 'yes' })).toThrow(ConfigError);
});

test('a gateway and those who only look need no carrier’s key', () => {
  expect(foldersOf({ RUXI_DEMONSTRATION: 'no' }).dataFolder).toBe('var/data');
});

test('a secret, and the templates one a line, may stand in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-channels-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { RUXI_SMS_TENCENT_SECRET_KEY, RUXI_SMS_TENCENT_TEMPLATES, ...others } = tencent;
  const config = channelsConfigOf({
    ...others,
    RUXI_DEMONSTRATION: 'no',
    RUXI_SMS_CHANNELS: 'tencent',
    RUXI_SMS_TENCENT_SECRET_KEY_FILE: file('key', `${RUXI_SMS_TENCENT_SECRET_KEY}\n`),
    RUXI_SMS_TENCENT_TEMPLATES_FILE: file(
      'templates',
      RUXI_SMS_TENCENT_TEMPLATES.replaceAll(', ', '\n'),
    ),
  });
  expect(config).toMatchObject({
    channels: [{ secretKey: 'key', templates: { 'booking-code': '1000' } }],
  });
  rmSync(folder, { recursive: true });
});

const without = (name: string) => ({ [name]: undefined });
test.each<[Record<string, string | undefined>, string]>([
  [{ RUXI_DEMONSTRATION: 'perhaps' }, 'RUXI_DEMONSTRATION: "yes" or "no"'],
  [{ RUXI_SMS_CHANNELS: '' }, 'RUXI_SMS_CHANNELS must name how short messages leave'],
  [{ RUXI_SMS_CHANNELS: 'pigeon' }, 'RUXI_SMS_CHANNELS must be of tencent, alibaba'],
  [{ RUXI_SMS_CHANNELS: 'tencent,tencent' }, 'RUXI_SMS_CHANNELS names a channel twice'],
  [without('RUXI_SMS_TENCENT_SECRET_KEY'), 'RUXI_SMS_TENCENT_SECRET_KEY is not set'],
  [{ RUXI_SMS_ALIBABA_SIGN: '' }, 'RUXI_SMS_ALIBABA_SIGN is not set'],
  [
    { RUXI_SMS_TENCENT_TEMPLATES: 'booking-code=1' },
    'RUXI_SMS_TENCENT_TEMPLATES lacks binding-code, unbinding-code',
  ],
  [
    { RUXI_SMS_TENCENT_TEMPLATES: `${templates}, birthday=7` },
    'RUXI_SMS_TENCENT_TEMPLATES must say kind=code',
  ],
  [{ RUXI_SMS_ALIBABA_TEMPLATES: 'nonsense' }, 'RUXI_SMS_ALIBABA_TEMPLATES must say kind=code'],
  [
    { RUXI_SMS_ALIBABA_ENDPOINT: 'http://dysmsapi.aliyuncs.com' },
    'RUXI_SMS_ALIBABA_ENDPOINT must be https, or http on 127.0.0.1',
  ],
  [
    { RUXI_SMS_TENCENT_ENDPOINT: 'https://sms.tencentcloudapi.com/path' },
    'RUXI_SMS_TENCENT_ENDPOINT must look like https://host',
  ],
])('settings are refused in words, without their values: %j', (settings, words) => {
  const refused = () => channelsConfigOf({ ...real, ...settings });
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(words);
});

test('a package that is not installed is named', () => {
  const refused = () => channelsConfigOf(real, (name) => name !== '@alicloud/dysmsapi20170525');
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(
    'names alibaba, whose package @alicloud/dysmsapi20170525 is not installed',
  );
});
