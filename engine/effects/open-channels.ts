/** Opens the channels that are configured, on the thread of theirs: each loads its library. */
import { type AlibabaConfig, openAlibabaChannel } from './alibaba-channel.ts';
import type { Channel } from './channel.ts';
import { openTencentChannel, type TencentConfig } from './tencent-channel.ts';

export type ChannelConfig = TencentConfig | AlibabaConfig;

export function openChannels(configs: readonly ChannelConfig[]): Channel[] {
  return configs.map((config) =>
    config.name === 'tencent' ? openTencentChannel(config) : openAlibabaChannel(config),
  );
}
