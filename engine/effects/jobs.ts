/**
 * Work that is done again and again until it is done: each job says when it wants to come next.
 * Tens of thousands may wait; a bounded number runs, and waiting takes no place of those.
 *
 * J1 Whoever had a turn stands last: however long each takes, none of those that are due is passed
 *    over for ever.
 */
export type Next = 'done' | { afterMs: number };
/** `tries` counts what came before. */
export type Job = (tries: number) => Promise<Next>;

export type Jobs = {
  /** Whether it is new: a job that is known by its key is not taken twice. */
  add(key: string, job: Job, afterMs?: number): boolean;
  /** What waits and what runs. */
  size(): number;
  /** Waits for those that run; the others never will. */
  stop(): Promise<void>;
};

type Waiting = { job: Job; dueAt: number; tries: number; running: boolean };

export type JobsOptions = {
  runningMax: number;
  lookEveryMs: number;
  /** Milliseconds on a clock that never steps. */
  monotonic(): number;
  /** A job that threw: it comes again after `thenMs`. */
  onFault(key: string, error: unknown, tries: number): void;
  thenMs(tries: number): number;
};

export function createJobs(options: JobsOptions): Jobs {
  const { runningMax, lookEveryMs, monotonic, onFault, thenMs } = options;
  const known = new Map<string, Waiting>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  function look(): void {
    const now = monotonic();
    for (const [key, waiting] of known) {
      if (stopped || running.size >= runningMax) return;
      if (!waiting.running && waiting.dueAt <= now) start(key, waiting);
    }
  }

  function start(key: string, waiting: Waiting): void {
    waiting.running = true;
    const run: Promise<void> = waiting
      .job(waiting.tries)
      .catch((error: unknown): Next => {
        if (!stopped) onFault(key, error, waiting.tries);
        return { afterMs: thenMs(waiting.tries) };
      })
      .then((next) => {
        waiting.running = false;
        waiting.tries += 1;
        known.delete(key);
        if (next === 'done') return;
        waiting.dueAt = monotonic() + next.afterMs;
        known.set(key, waiting);
      })
      .finally(() => running.delete(run));
    running.add(run);
  }

  const looking = setInterval(look, lookEveryMs).unref();

  return {
    add(key, job, afterMs = 0) {
      if (known.has(key)) return false;
      known.set(key, { job, dueAt: monotonic() + afterMs, tries: 0, running: false });
      if (afterMs === 0) look();
      return true;
    },
    size: () => known.size,
    async stop() {
      stopped = true;
      clearInterval(looking);
      await Promise.all(running);
    },
  };
}
