/**
 * A real nats-server of a test's own, on a free loopback port. It may be stopped and started again
 * on the same port, to see what everyone does meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export type NatsServer = {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The process stands still: connections stay open and nothing moves. */
  freeze(): void;
  thaw(): void;
};

const host = '127.0.0.1';
const upWithinMs = 10_000;
const lookEveryMs = 20;

/** `settings`: a file beside the address, and what it reads of its environment. */
export async function startNats(settings?: {
  file: string;
  environment: Record<string, string>;
}): Promise<NatsServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const from = settings === undefined ? [] : ['--config', settings.file];
    const started = spawn('nats-server', [...from, '--addr', host, '--port', String(port)], {
      stdio: 'ignore',
      env: { ...process.env, ...settings?.environment },
    });
    child = started;
    const failed = once(started, 'error').then(([error]) => {
      throw new Error('nats-server could not be started', { cause: error });
    });
    failed.catch(() => {});
    await Promise.race([failed, untilListening(port)]);
  }
  await start();

  return {
    url: `nats://${host}:${port}`,
    start,
    async stop() {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null) return;
      const gone = once(running, 'exit');
      running.kill('SIGKILL');
      await gone;
    },
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
  };
}

async function untilListening(port: number): Promise<void> {
  const giveUpAt = Date.now() + upWithinMs;
  while (!(await accepts(port))) {
    if (Date.now() > giveUpAt) throw new Error('nats-server did not begin to listen');
    await setTimeout(lookEveryMs);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
