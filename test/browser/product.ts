/**
 * The real program for the browser tests, in a folder of its own on free loopback ports: all in one
 * process, or gateways and engine as separate processes over a real nats-server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../harness/free-port.ts';
import { startNats } from '../harness/nats.ts';

export type Product = {
  /** One address per gateway. */
  origins: readonly [string, ...string[]];
  /** Where the desk of each is. */
  desks: readonly string[];
  /** Signs captchas; the tests solve them with it. */
  cookieKey: Buffer;
  stop(): Promise<void>;
};
export type DividedProduct = Product & {
  /** For other commands of the program that reach the same bus. */
  settings: NodeJS.ProcessEnv;
  /** Connections stay open and nothing moves. */
  freezeEngine(): void;
  /** As a power cut would: no farewell. */
  killEngine(): Promise<void>;
  /** As its supervisor would. */
  stopEngine(): Promise<void>;
  startEngine(): Promise<void>;
};

const program = new URL('../../ruxi.ts', import.meta.url).pathname;

export async function startWhole(settings: NodeJS.ProcessEnv = {}): Promise<Product> {
  const folder = newFolder();
  const whole = await start(['start'], { ...folder.settings, ...settings });
  return {
    origins: [whole.address],
    desks: [whole.desk],
    cookieKey: folder.cookieKey(),
    async stop() {
      await end(whole.child, 'SIGTERM');
      folder.remove();
    },
  };
}

/** With nothing imported (`RUXI_DEMO_PROVINCE: 'no'`) the desks are open, and candidates wait for a session. */
export async function startDivided(settings: NodeJS.ProcessEnv = {}): Promise<DividedProduct> {
  const folder = newFolder();
  const begun = [startNats(), freePort(), freePort(), freePort()] as const;
  const [nats, sandboxPort, ...ports] = await Promise.all(begun);
  const all = {
    ...{ ...folder.settings, RUXI_NATS_URL: nats.url },
    // Everybody must know beforehand where the sandbox is, and the sandbox where a gateway is.
    RUXI_SANDBOX_PORT: String(sandboxPort),
    RUXI_NOTICE_ORIGIN: originAt(ports[0]),
    ...settings,
  };
  const running: ChildProcess[] = [];
  const opened =
    settings.RUXI_DEMO_PROVINCE === 'no' ? /The desk is at|answers|sandbox is open/ : isOpen;
  const run = async (what: 'engine' | 'gateway' | 'sandbox', port = 0) => {
    const started = await start([what], { ...all, RUXI_PORT: String(port) }, opened);
    running.push(started.child);
    return started;
  };
  const stop = async () => {
    // Gateways first: the last thing they hear should not be that the engine has gone.
    for (const child of running.reverse()) await end(child, 'SIGTERM');
    await nats.stop();
    folder.remove();
  };
  try {
    let [, engine] = await together([run('sandbox'), run('engine')]);
    const gateways = await together(ports.map((port) => run('gateway', port)));
    return {
      origins: [originAt(ports[0]), originAt(ports[1])],
      desks: gateways.map(({ desk }) => desk),
      cookieKey: folder.cookieKey(),
      settings: all,
      freezeEngine: () => engine.child.kill('SIGSTOP'),
      killEngine: () => end(engine.child, 'SIGKILL'),
      stopEngine: () => end(engine.child, 'SIGTERM'),
      async startEngine() {
        engine = await run('engine');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All are there, or none is still on its way when this says that one is not coming. */
async function together<All extends readonly Promise<unknown>[]>(all: readonly [...All]) {
  await Promise.allSettled(all);
  return Promise.all(all);
}

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-browser-'));
  const keysFolder = join(folder, 'keys');
  return {
    settings: {
      RUXI_DATA_DIR: join(folder, 'data'),
      RUXI_KEYS_DIR: keysFolder,
      RUXI_PORT: '0',
      RUXI_DESK_PORT: '0',
      RUXI_SANDBOX_PORT: '0',
    },
    cookieKey: () => readFileSync(join(keysFolder, 'cookie.key')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const originAt = (port: number): string => `http://127.0.0.1:${port}`;
const isOpen = /(?:is open: (\S+)|The engine answers)/;

/** Resolves with what it says once it is open: addresses are the last word of their line. */
async function start(
  args: string[],
  settings: NodeJS.ProcessEnv,
  openedBy = isOpen,
): Promise<{ child: ChildProcess; address: string; desk: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const opened = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const opened = openedBy.exec(said);
      // A whole line: an address may come in two pieces.
      if (opened !== null && said.indexOf('\n', opened.index) > 0) resolve(opened[1] ?? '');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.once('exit', (code) => reject(new Error(`ruxi ${args} ended with ${code}:\n${said}`)));
  });
  const address = await opened;
  const [, desk = ''] = /The desk is at (\S+)\/desk\n/.exec(said) ?? [];
  return { child, address, desk };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  // A frozen process hears nothing but SIGKILL.
  child.kill('SIGCONT');
  await gone;
}
