/**
 * How short messages leave: by the demonstration, or by the named channels, the first one first.
 * Everything a carrier needs is checked here, its library's presence included, so that nobody learns
 * of a missing template from a candidate who got no message.
 */
import { createRequire } from 'node:module';
import { z } from 'zod';
import { type MessageKind, messageKinds } from '../protocol/messages.ts';
import { ConfigError, type Environment, inWords, secretOf } from '../settings.ts';
import type { ChannelConfig } from './open-channels.ts';

export type ChannelsConfig =
  | { kind: 'demonstration' }
  | { kind: 'real'; channels: readonly ChannelConfig[] };

/** The optional package behind each channel. */
const packages = {
  tencent: 'tencentcloud-sdk-nodejs-sms',
  alibaba: '@alicloud/dysmsapi20170525',
} as const;
type RealName = keyof typeof packages;
const realNames = Object.keys(packages) as RealName[];

const settings = z.object({
  RUXI_DEMONSTRATION: z.enum(['yes', 'no'], { message: '"yes" or "no"' }).default('yes'),
  RUXI_SMS_CHANNELS: z.string().default(''),
});

/** `hasPackage`: whether an optional package is installed. */
export function channelsConfigOf(
  environment: Environment,
  hasPackage: (name: string) => boolean = isInstalled,
): ChannelsConfig {
  const from = inWords(settings, environment);
  if (from.RUXI_DEMONSTRATION === 'yes') return { kind: 'demonstration' };
  const names = listOf(from.RUXI_SMS_CHANNELS).map(realName);
  if (names.length === 0) {
    throw new ConfigError(
      `RUXI_DEMONSTRATION is "no", so RUXI_SMS_CHANNELS must name how short messages leave: ${realNames.join(', ')}, or both`,
    );
  }
  if (new Set(names).size < names.length) {
    throw new ConfigError('RUXI_SMS_CHANNELS names a channel twice');
  }
  for (const name of names) {
    if (hasPackage(packages[name])) continue;
    throw new ConfigError(
      `RUXI_SMS_CHANNELS names ${name}, whose package ${packages[name]} is not installed`,
    );
  }
  return { kind: 'real', channels: names.map((name) => channelOf(name, environment)) };
}

function realName(name: string): RealName {
  const found = realNames.find((known) => known === name);
  if (found !== undefined) return found;
  throw new ConfigError(`RUXI_SMS_CHANNELS must be of ${realNames.join(', ')}`);
}

function channelOf(name: RealName, environment: Environment): ChannelConfig {
  const setting = (last: string): string => {
    const full = `RUXI_SMS_${name.toUpperCase()}_${last}`;
    const value = secretOf(environment, full);
    if (value === undefined || value === '') throw new ConfigError(`${full} is not set`);
    return value;
  };
  const or = (last: string, otherwise: string): string =>
    environment[`RUXI_SMS_${name.toUpperCase()}_${last}`] ?? otherwise;
  const sign = setting('SIGN');
  const templates = templatesOf(setting('TEMPLATES'), `RUXI_SMS_${name.toUpperCase()}_TEMPLATES`);
  switch (name) {
    case 'tencent':
      return {
        name,
        sign,
        templates,
        secretId: setting('SECRET_ID'),
        secretKey: setting('SECRET_KEY'),
        app: setting('APP'),
        region: or('REGION', 'ap-guangzhou'),
        endpoint: endpointOf(or('ENDPOINT', 'https://sms.tencentcloudapi.com'), name),
      };
    case 'alibaba':
      return {
        name,
        sign,
        templates,
        accessKeyId: setting('ACCESS_KEY_ID'),
        accessKeySecret: setting('ACCESS_KEY_SECRET'),
        region: or('REGION', 'cn-hangzhou'),
        endpoint: endpointOf(or('ENDPOINT', 'https://dysmsapi.aliyuncs.com'), name),
      };
  }
}

/** `booking-code=1001, binding-code=1002, …`, or one a line: one for every kind. */
function templatesOf(text: string, setting: string): Record<MessageKind, string> {
  const pairs = new Map(
    listOf(text).map((pair): [string, string] => {
      const [, kind = '', code = ''] = /^([a-z-]+)\s*=\s*(\w+)$/.exec(pair) ?? [];
      if (!messageKinds.some((known) => known === kind)) {
        throw new ConfigError(
          `${setting} must say kind=code for each of ${messageKinds.join(', ')}`,
        );
      }
      return [kind, code];
    }),
  );
  const missing = messageKinds.filter((kind) => !pairs.has(kind));
  if (missing.length > 0) throw new ConfigError(`${setting} lacks ${missing.join(', ')}`);
  return Object.fromEntries(pairs) as Record<MessageKind, string>;
}

function endpointOf(text: string, name: RealName): ChannelConfig['endpoint'] {
  const url = URL.parse(text);
  const setting = `RUXI_SMS_${name.toUpperCase()}_ENDPOINT`;
  if (url === null || url.origin !== text) {
    throw new ConfigError(`${setting} must look like https://host`);
  }
  if (url.protocol === 'https:') return { protocol: 'https', host: url.host };
  // Codes and phone numbers in the clear go no further than this machine.
  if (url.protocol === 'http:' && url.hostname === '127.0.0.1') {
    return { protocol: 'http', host: url.host };
  }
  throw new ConfigError(`${setting} must be https, or http on 127.0.0.1`);
}

const listOf = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
