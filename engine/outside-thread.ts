/**
 * A thread for libraries that speak with the outside world. They spend CPU on every call, which
 * would stand in the writer's way, and what breaks in one must end no engine.
 *
 * H1 A thread that ends is started anew; whatever it was asked may have been done.
 * H2 The thread sees no environment: libraries read proxies and debugging out of it, and the latter
 *    writes secrets and people's numbers to the log.
 */
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';

/** Nobody knows; `mayHaveRun: false`: the thread was not there, so nothing was done for certain. */
export class ThreadGone extends Error {
  readonly mayHaveRun: boolean;
  constructor(mayHaveRun: boolean) {
    super(mayHaveRun ? 'the thread ended' : 'the thread is away');
    this.mayHaveRun = mayHaveRun;
  }
}

export type OutsideThread<Request, Answer> = {
  /** Rejects with `ThreadGone`, or with the name of what was thrown there. */
  ask(request: Request): Promise<Answer>;
  /** The present one, for whoever wants to see it end. */
  thread(): Worker;
  close(): Promise<void>;
};

type Asked<Request> = { number: number; request: Request };
type Said<Answer> =
  | { kind: 'ready' }
  | { kind: 'answered'; number: number; answer: Answer }
  | { kind: 'failed'; number: number; why: string };

/** A thread that ends at once is not started in a tight loop. */
const restartAfterMs = 200;

/** Resolves once its libraries are loaded. `data` is handed to it as `workerData`. */
export async function startOutsideThread<Request, Answer>(
  file: URL,
  data: unknown,
): Promise<OutsideThread<Request, Answer>> {
  type Waiting = { resolve(answer: Answer): void; reject(error: Error): void };
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
    throw new Error('a library for the outside world cannot be loaded', { cause });
  }

  function start(): Worker {
    const started = new Worker(file, { workerData: data, env: {}, execArgv: [] });
    started.on('message', (said: Said<Answer>) => {
      if (said.kind === 'ready') return;
      const who = waiting.get(said.number);
      waiting.delete(said.number);
      if (said.kind === 'answered') who?.resolve(said.answer);
      else who?.reject(new Error(said.why));
    });
    // What befell it is its own; that it ended is what matters here.
    started.on('error', () => undefined);
    started.once('exit', ended);
    started.unref();
    return started;
  }

  function ended(): void {
    const held = [...waiting.values()];
    waiting.clear();
    for (const { reject } of held) reject(new ThreadGone(true));
    if (closed) return;
    restart = setTimeout(() => {
      restart = undefined;
      worker = start();
    }, restartAfterMs).unref();
  }

  return {
    ask(request) {
      if (closed || restart !== undefined) return Promise.reject(new ThreadGone(false));
      return new Promise((resolve, reject) => {
        lastNumber += 1;
        waiting.set(lastNumber, { resolve, reject });
        worker.postMessage({ number: lastNumber, request } satisfies Asked<Request>);
      });
    },
    thread: () => worker,
    async close() {
      closed = true;
      clearTimeout(restart);
      await worker.terminate();
    },
  };
}

/** Errors of the outside world are told by name: a message may quote secrets. */
export const nameOf = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

/** In the thread, once its libraries are loaded. */
export function serveOutside<Request, Answer>(answer: (request: Request) => Promise<Answer>): void {
  if (parentPort === null) throw new Error('this file runs on a worker thread');
  const engine = parentPort;
  const say = (said: Said<Answer>) => engine.postMessage(said);
  engine.on('message', async ({ number, request }: Asked<Request>) => {
    try {
      say({ kind: 'answered', number, answer: await answer(request) });
    } catch (error) {
      say({ kind: 'failed', number, why: nameOf(error) });
    }
  });
  say({ kind: 'ready' });
}
