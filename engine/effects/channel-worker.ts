/** The thread of the real channels: it sends one message after the other as told, and keeps nothing. */
import { parentPort, workerData } from 'node:worker_threads';
import { NotHeard } from './channel.ts';
import type { FromChannelThread, ToChannelThread } from './channel-thread.ts';
import { type ChannelConfig, openChannels } from './open-channels.ts';

if (parentPort === null)
  throw new Error('engine/effects/channel-worker.ts runs on a worker thread');
const engine = parentPort;
const channels = openChannels(workerData as readonly ChannelConfig[]);
const say = (said: FromChannelThread) => engine.postMessage(said);

engine.on('message', async ({ number, channel, message }: ToChannelThread) => {
  try {
    const sending = await channels[channel]?.send(message);
    if (sending === undefined) throw new Error('a channel that nobody opened');
    say({ kind: 'heard', number, sending });
  } catch (error) {
    const { why, mayHaveLeft } = error instanceof NotHeard ? error : new NotHeard('fault', true);
    say({ kind: 'not-heard', number, why, mayHaveLeft });
  }
});
say({ kind: 'ready' });
