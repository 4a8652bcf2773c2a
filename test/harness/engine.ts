/**
 * Engines for tests: in this process over an embedded bus, or as a process of its own over NATS,
 * which may be killed. Folders are temporary and go with `stop`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { Bus } from '../../engine/bus/bus.ts';
import { createEmbeddedBus } from '../../engine/bus/embedded-bus.ts';
import { type EngineConfig, engineConfigOf } from '../../engine/config.ts';
import type { Attempt } from '../../engine/effects/failover.ts';
import { type Engine, importProvince, startEngine } from '../../engine/main.ts';

export type Folders = { RUXI_DATA_DIR: string; RUXI_KEYS_DIR: string };

export function temporaryFolders(): Folders & { remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-test-'));
  return {
    RUXI_DATA_DIR: join(folder, 'data'),
    RUXI_KEYS_DIR: join(folder, 'keys'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type EngineHere = {
  config: EngineConfig;
  engine: Engine;
  /** The gateway's end of the bus. */
  bus: Bus;
  /** What the engine wished to say. */
  troubles: string[];
  /** Every try to send a message. */
  attempts: Attempt[];
  stop(): Promise<void>;
};

/** `environment` overrides settings, e.g. `RUXI_DEMO_PROVINCE: 'no'` for an empty engine. */
export async function startEngineHere(
  environment: Record<string, string> = {},
): Promise<EngineHere> {
  const { remove, ...folders } = temporaryFolders();
  const config = engineConfigOf({ ...folders, ...environment });
  const { port1, port2 } = new MessageChannel();
  const bus = createEmbeddedBus(port1);
  const engineBus = createEmbeddedBus(port2);
  const troubles: string[] = [];
  const attempts: Attempt[] = [];
  const engine = await startEngine({
    config,
    bus: engineBus,
    exit(_code, reason) {
      throw reason;
    },
    onTrouble: (what) => troubles.push(what),
    onAttempt: (attempt) => attempts.push(attempt),
    onHead() {},
  });
  if (config.demonstration) await importProvince(engine, config, engineBus);
  return {
    config,
    engine,
    bus,
    troubles,
    attempts,
    async stop() {
      await engine.stop();
      await Promise.all([bus.close(), engineBus.close()]);
      remove();
    },
  };
}

export type RuxiProcess = {
  child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** Resolves with the exit code, or the signal's name. */
  ended: Promise<number | string>;
};

/** `node ruxi.ts …` with these settings and no others; resolves once it has said `until`. */
export async function runRuxi(
  args: readonly string[],
  environment: Record<string, string>,
  until: RegExp,
): Promise<RuxiProcess> {
  const child = spawn(process.execPath, ['ruxi.ts', ...args], {
    cwd: new URL('../..', import.meta.url),
    // Several may run at a time: each with a payment sandbox on a port of its own.
    env: { PATH: process.env.PATH ?? '', RUXI_SANDBOX_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(child, 'exit').then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? 0,
  );
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (until.test(output)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then((how) => reject(new Error(`ended with ${how} before it was ready: ${output}`)));
  });
  return { child, output: () => output, ended };
}

export const runEngine = (environment: Record<string, string>): Promise<RuxiProcess> =>
  runRuxi(['engine'], environment, /The engine answers for/);
