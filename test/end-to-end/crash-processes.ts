/**
 * The product's programs and nats-server as separate processes that are killed at any moment and
 * started again, on the same ports and folders. SIGKILL is the only end they get: one that ends by itself is a fault.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../harness/free-port.ts';

export const programs = ['engine', 'gateway', 'sandbox', 'nats'] as const;
export type Program = (typeof programs)[number];

const script = fileURLToPath(new URL('../../ruxi.ts', import.meta.url));
const isOpen = /The engine answers|is open|Server is ready/;

export class Killable {
  readonly program: Program;
  readonly #command: readonly [string, ...string[]];
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #open = false;
  #ended = false;
  #fault: Error | undefined;

  constructor(
    program: Program,
    command: readonly [string, ...string[]],
    environment: NodeJS.ProcessEnv,
  ) {
    this.program = program;
    this.#command = command;
    this.#environment = environment;
  }

  /** Begun, and not yet open. */
  get starting(): boolean {
    return this.#child !== undefined && !this.#open;
  }

  /** Resolves once it is open, or was killed on the way. */
  async start(): Promise<void> {
    this.check();
    const [command, ...args] = this.#command;
    const child = spawn(command, args, {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#open = false;
    let said = '';
    await new Promise<void>((resolve) => {
      const hear = (text: string) => {
        said += text;
        if (this.#child !== child || !isOpen.test(said)) return;
        this.#open = true;
        resolve();
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.once('exit', (code, signal) => {
        // Whoever kills it has let go of it before.
        if (this.#child === child)
          this.#fault = new Error(
            `the ${this.program} ended by itself, ${code ?? signal}:\n${said}`,
          );
        resolve();
      });
    });
    this.check();
  }

  async kill(): Promise<void> {
    this.check();
    await this.#kill();
  }

  /** For good: whoever still works with it hears so. */
  async end(): Promise<void> {
    this.#ended = true;
    if (this.#fault === undefined) await this.#kill();
  }

  /** Throws if it ended and nobody had killed it. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#ended) throw new Error(`the ${this.program} is over`);
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

export type Installation = Readonly<Record<Program, Killable>> & {
  settings: Record<string, string>;
  dataFolder: string;
  keysFolder: string;
  natsUrl: string;
  gatewayAddress: string;
  sandboxAddress: string;
  stop(): Promise<void>;
};

/**
 * All in a folder of its own, on free loopback ports; nothing is started yet. `more`: settings of
 * all programs.
 */
export async function install(more: Record<string, string>): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-crash-'));
  const [natsPort, gatewayPort, sandboxPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
  ]);
  const natsUrl = `nats://127.0.0.1:${natsPort}`;
  const gatewayAddress = `http://127.0.0.1:${gatewayPort}`;
  const [dataFolder, keysFolder] = [join(folder, 'data'), join(folder, 'keys')];
  const settings = {
    RUXI_NATS_URL: natsUrl,
    RUXI_DATA_DIR: dataFolder,
    RUXI_KEYS_DIR: keysFolder,
    RUXI_DEMO_PROVINCE: 'no',
    RUXI_PORT: String(gatewayPort),
    RUXI_SANDBOX_PORT: String(sandboxPort),
    RUXI_NOTICE_ORIGIN: gatewayAddress,
    // Else every call to a sandbox that was just killed is a line.
    RUXI_LOG_LEVEL: 'error',
    ...more,
  };
  const environment = { PATH: process.env.PATH ?? '', ...settings };
  const ruxi = (program: Program) =>
    new Killable(program, [process.execPath, script, program], environment);
  const [engine, gateway, sandbox] = [ruxi('engine'), ruxi('gateway'), ruxi('sandbox')];
  const natsCommand = ['nats-server', '--addr', '127.0.0.1', '--port', String(natsPort)] as const;
  const nats = new Killable('nats', natsCommand, environment);
  return {
    ...{ engine, gateway, sandbox, nats, settings, dataFolder, keysFolder, gatewayAddress },
    natsUrl,
    sandboxAddress: `http://127.0.0.1:${sandboxPort}`,
    async stop() {
      await Promise.all([engine.end(), gateway.end(), sandbox.end(), nats.end()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
