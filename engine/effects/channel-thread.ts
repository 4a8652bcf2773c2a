/**
 * Real channels live on a thread of their own. A carrier's library spends about half a millisecond of
 * CPU on each message, which would stand in the writer's way, and what breaks in a library must end
 * no engine.
 *
 * H1 A thread that ends is started anew; what it held was not heard of and may have left.
 * H2 The thread sees no environment: libraries read proxies and debugging out of it, and the latter
 *    writes numbers and codes to the log.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Channel, type Message, NotHeard, type Sending } from './channel.ts';
import type { ChannelConfig } from './open-channels.ts';

export type ToChannelThread = { number: number; channel: number; message: Message };
export type FromChannelThread =
  | { kind: 'ready' }
  | { kind: 'heard'; number: number; sending: Sending }
  | { kind: 'not-heard'; number: number; why: string; mayHaveLeft: boolean };

export type ChannelThread = {
  /** In the order of the settings. */
  channels: Channel[];
  /** Of the present thread, for whoever wants to see it end. */
  thread(): Worker;
  close(): Promise<void>;
};

type Waiting = { resolve(sending: Sending): void; reject(error: NotHeard): void };

/** A thread that ends at once is not started in a tight loop. */
const restartAfterMs = 200;

/** Resolves once the libraries are loaded. */
export async function startChannelThread(
  configs: readonly ChannelConfig[],
): Promise<ChannelThread> {
  const waiting = new Map<number, Waiting>();
  let lastNumber = 0;
  let restart: NodeJS.Timeout | undefined;
  let closed = false;
  let worker = start();
  try {
    // The first thing it says is that it is ready.
    await once(worker, 'message');
  } catch (cause) {
    closed = true;
    throw new Error('a channel’s library cannot be loaded', { cause });
  }

  function start(): Worker {
    const file = new URL('./channel-worker.ts', import.meta.url);
    const started = new Worker(file, { workerData: configs, env: {}, execArgv: [] });
    started.on('message', (said: FromChannelThread) => {
      if (said.kind !== 'ready') answered(said);
    });
    // What befell it is its own; that it ended is what matters here.
    started.on('error', () => undefined);
    started.once('exit', ended);
    started.unref();
    return started;
  }

  function answered(said: Exclude<FromChannelThread, { kind: 'ready' }>): void {
    const who = waiting.get(said.number);
    waiting.delete(said.number);
    if (said.kind === 'heard') who?.resolve(said.sending);
    else who?.reject(new NotHeard(said.why, said.mayHaveLeft));
  }

  function ended(): void {
    const held = [...waiting.values()];
    waiting.clear();
    for (const { reject } of held) reject(new NotHeard('thread-ended', true));
    if (closed) return;
    restart = setTimeout(() => {
      restart = undefined;
      worker = start();
    }, restartAfterMs).unref();
  }

  const channelAt = ({ name }: ChannelConfig, channel: number): Channel => ({
    name,
    send(message) {
      if (closed || restart !== undefined) {
        return Promise.reject(new NotHeard('thread-away', false));
      }
      return new Promise((resolve, reject) => {
        lastNumber += 1;
        waiting.set(lastNumber, { resolve, reject });
        worker.postMessage({ number: lastNumber, channel, message } satisfies ToChannelThread);
      });
    },
  });

  return {
    channels: configs.map(channelAt),
    thread: () => worker,
    async close() {
      closed = true;
      clearTimeout(restart);
      await worker.terminate();
    },
  };
}
