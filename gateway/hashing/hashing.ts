/**
 * Passwords (F7, F13): argon2id in a process of its own. One hash costs the processor of more than
 * a thousand saves, so it runs neither on the event loop nor in the thread pool that other file
 * and network work of this process shares.
 *
 * Q1 At most `concurrency` hashes run and `waitingMax` wait. Beyond, the answer is `busy` with an
 *    honest wait, at once.
 * Q2 A hashing process that dies is started again; what it held answers `failed`, which says nothing
 *    about the password.
 * Q3 Whoever works at the desk goes before those who wait: there are few of them, and on the busiest
 *    morning the desk must be reached.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HashingJob, HashingResult } from './hasher.ts';

export type Hashed = { kind: 'hashed'; hash: string } | Unavailable;
export type Verified = { kind: 'verified'; matches: boolean } | Unavailable;
export type Unavailable = { kind: 'busy'; waitMs: number } | { kind: 'failed' };

export type Hashing = {
  /** `salt`: 16 bytes, never used for another password. The same pair gives the same hash. */
  hash(password: string, salt: Uint8Array): Promise<Hashed>;
  verify(hash: string, password: string): Promise<Verified>;
  /** The same, before everybody who waits (Q3). */
  first: Pick<Hashing, 'hash' | 'verify'>;
  /** 1 while booking is open, so that saves keep the processor, unless they wait for it; else 2. */
  setConcurrency(concurrency: 1 | 2): void;
  waiting(): number;
  processId(): number | undefined;
  stop(): Promise<void>;
};

/** About 15 seconds at two a 30 ms slice: longer, and people reload, which makes it worse. */
export const waitingMax = 512;
/** Beyond those: the desk's own limits keep it far below. */
const firstMax = 64;
/** Until one has been measured. */
const firstGuessMs = 40;
/** A process that dies at once is not started in a tight loop. */
const restartAfterMs = 200;

type Job = { message: HashingJob; settle: (result: HashingResult | undefined) => void };

export function startHashing(): Hashing {
  const waiting: Job[] = [];
  const running = new Map<number, { job: Job; since: number }>();
  let concurrency = 2;
  let usualMs = firstGuessMs;
  let lastId = 0;
  let stopped = false;
  let restart: NodeJS.Timeout | undefined;
  let child = start();

  function start(): ChildProcess {
    const started = fork(fileURLToPath(new URL('./hasher.ts', import.meta.url)), {
      // Ours may be a test runner's, or a debugger's.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    started.on('message', (result: HashingResult) => finished(result));
    started.once('exit', () => lost(started));
    started.on('error', () => lost(started));
    return started;
  }

  function lost(which: ChildProcess): void {
    if (which !== child || restart !== undefined) return;
    const held = [...running.values()];
    running.clear();
    for (const { job } of held) job.settle(undefined);
    if (stopped) return;
    restart = setTimeout(() => {
      restart = undefined;
      child = start();
      next();
    }, restartAfterMs);
  }

  function finished(result: HashingResult): void {
    const known = running.get(result.id);
    if (known === undefined) return;
    running.delete(result.id);
    usualMs += (performance.now() - known.since - usualMs) / 8;
    known.job.settle(result);
    next();
  }

  function next(): void {
    while (running.size < concurrency && child.connected && restart === undefined) {
      const job = waiting.shift();
      if (job === undefined) return;
      running.set(job.message.id, { job, since: performance.now() });
      child.send(job.message);
    }
  }

  function waitMs(): number {
    return Math.ceil(((waiting.length + running.size) * usualMs) / concurrency);
  }

  function submit<Answer>(
    message: HashingJob,
    first: boolean,
    answer: (result: HashingResult) => Answer | Unavailable,
  ): Promise<Answer | Unavailable> {
    const most = first ? waitingMax + firstMax : waitingMax;
    if (waiting.length >= most) return Promise.resolve({ kind: 'busy', waitMs: waitMs() });
    return new Promise((resolve) => {
      const settle = (result: HashingResult | undefined) =>
        resolve(result === undefined ? { kind: 'failed' } : answer(result));
      if (first) waiting.unshift({ message, settle });
      else waiting.push({ message, settle });
      next();
    });
  }

  const work = (first: boolean): Pick<Hashing, 'hash' | 'verify'> => ({
    hash(password, salt) {
      const job = { id: ++lastId, kind: 'hash', password, salt: hexOf(salt) } as const;
      return submit<Hashed>(job, first, ({ hash }) =>
        hash === undefined ? { kind: 'failed' } : { kind: 'hashed', hash },
      );
    },
    verify(hash, password) {
      const job = { id: ++lastId, kind: 'verify', hash, password } as const;
      return submit<Verified>(job, first, ({ matches }) =>
        matches === undefined ? { kind: 'failed' } : { kind: 'verified', matches },
      );
    },
  });

  return {
    ...work(false),
    first: work(true),
    setConcurrency(to) {
      concurrency = to;
      next();
    },
    waiting: () => waiting.length,
    processId: () => child.pid,
    async stop() {
      stopped = true;
      clearTimeout(restart);
      for (const job of waiting.splice(0)) job.settle(undefined);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
