/** The thread of the real channels: it sends one message after the other as told, and keeps nothing. */
import { workerData } from 'node:worker_threads';
import { serveOutside } from '../outside-thread.ts';
import { NotHeard } from './channel.ts';
import type { FromChannels, ToChannels } from './channel-thread.ts';
import { type ChannelConfig, openChannels } from './open-channels.ts';

const channels = openChannels(workerData as readonly ChannelConfig[]);

serveOutside<ToChannels, FromChannels>(async ({ channel, message }) => {
  try {
    const sending = await channels[channel]?.send(message);
    if (sending === undefined) throw new Error('a channel that nobody opened');
    return { kind: 'heard', sending };
  } catch (error) {
    const { why, mayHaveLeft } = error instanceof NotHeard ? error : new NotHeard('fault', true);
    return { kind: 'not-heard', why, mayHaveLeft };
  }
});
