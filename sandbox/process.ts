/**
 * The sandbox as a process of its own, beside the program that uses it: another party does not share
 * a process, and its disk makes nobody wait. When it ends by itself it is started again, on the same
 * port.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

export type FromSandboxProcess = { kind: 'open'; address: string; port: number };
export type ToSandboxProcess = { kind: 'notices'; to: string };

export type SandboxProcess = {
  address: string;
  pid(): number | undefined;
  /** From now on notices go there. */
  noticesTo(url: string): void;
  stop(): Promise<void>;
};

const restartPauseMs = 500;

/** `program`: what to give to Node, e.g. `['ruxi.ts', 'sandbox']`. Rejects when it does not open. */
export async function startSandboxProcess(
  program: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<SandboxProcess> {
  let stopping = false;
  let to: string | undefined;

  async function start(settings: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [...process.execArgv, ...program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: settings,
      // A terminal's Ctrl-C comes to the parent, which stops this one when it is no longer needed.
      detached: true,
    });
    const ended = once(child, 'exit');
    const opened = await Promise.race([
      once(child, 'message').then(([message]) => message as FromSandboxProcess),
      ended.then(() => undefined),
    ]);
    if (opened !== undefined && to !== undefined) tell(child, to);
    return { child, ended, opened };
  }

  const first = await start(environment);
  if (first.opened === undefined) throw new Error('the payment sandbox did not start');
  const { address, port } = first.opened;
  let running = first;
  const keeping = keep();

  async function keep(): Promise<void> {
    for (;;) {
      await running.ended;
      if (stopping) return;
      say('ruxi: the payment sandbox ended; starting it again');
      await setTimeout(restartPauseMs);
      if (stopping) return;
      running = await start({ ...environment, RUXI_SANDBOX_PORT: String(port) });
      if (stopping) running.child.kill('SIGTERM');
    }
  }

  return {
    address,
    pid: () => running.child.pid,
    noticesTo(url) {
      to = url;
      tell(running.child, url);
    },
    async stop() {
      stopping = true;
      running.child.kill('SIGTERM');
      await keeping;
    },
  };
}

function tell(child: ChildProcess, to: string): void {
  if (child.connected) child.send({ kind: 'notices', to } satisfies ToSandboxProcess);
}
