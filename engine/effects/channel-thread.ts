/** Real channels live on a thread of their own: a carrier's library spends half a millisecond a message. */
import type { Worker } from 'node:worker_threads';
import { startOutsideThread, ThreadGone } from '../outside-thread.ts';
import { type Channel, type Message, NotHeard, type Sending } from './channel.ts';
import type { ChannelConfig } from './open-channels.ts';

export type ToChannels = { channel: number; message: Message };
export type FromChannels =
  | { kind: 'heard'; sending: Sending }
  | { kind: 'not-heard'; why: string; mayHaveLeft: boolean };

export type ChannelThread = {
  /** In the order of the settings. */
  channels: Channel[];
  thread(): Worker;
  close(): Promise<void>;
};

/** Resolves once the libraries are loaded. */
export async function startChannelThread(
  configs: readonly ChannelConfig[],
): Promise<ChannelThread> {
  const file = new URL('./channel-worker.ts', import.meta.url);
  const outside = await startOutsideThread<ToChannels, FromChannels>(file, configs);

  const channelAt = ({ name }: ChannelConfig, channel: number): Channel => ({
    name,
    async send(message) {
      const heard = await outside.ask({ channel, message }).catch((error: unknown) => {
        if (!(error instanceof ThreadGone)) throw error;
        const { mayHaveRun } = error;
        throw new NotHeard(mayHaveRun ? 'thread-ended' : 'thread-away', mayHaveRun);
      });
      if (heard.kind === 'heard') return heard.sending;
      throw new NotHeard(heard.why, heard.mayHaveLeft);
    },
  });

  return {
    channels: configs.map(channelAt),
    thread: outside.thread,
    close: outside.close,
  };
}
