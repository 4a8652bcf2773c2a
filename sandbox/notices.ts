/**
 * Tells the merchant what happened, again and again until it was taken, as badly as it was told to.
 * What a notice looks like is others'.
 *
 * N1 What the ledger does not note as taken is due, also after a restart.
 * N2 A notice that was not taken is sent again after a pause that grows.
 */
import type { Behaviour } from './behaviour.ts';
import type { Due, Order } from './book.ts';

export type NoticesOptions = {
  /** Anew for each try, as it carries a time. */
  compose(order: Order, due: Due, wrong: Behaviour['wrong']): Message;
  isTaken(status: number, body: string): boolean;
  /** Before the second try; each further pause is twice as long. */
  firstPauseMs: number;
  url(): string | undefined;
  behaviour(): Behaviour;
  find(order: string): Order | undefined;
  onTaken(due: Due): Promise<void>;
};

export type Message = { headers: Record<string, string>; body: string };

export interface Notices {
  add(due: readonly Due[]): void;
  /** What was told of behaviour or address may have changed: nothing waits for its pause. */
  lookAgain(): void;
  stop(): Promise<void>;
}

const pauseMaxMs = 60_000;
const answerWithinMs = 5_000;
const runningMax = 64;

type Trying = { due: Due; tries: number };

export function createNotices(options: NoticesOptions): Notices {
  let ready: Trying[] = [];
  const waiting = new Map<Trying, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  function startMore(): void {
    const { silent, noticesReversed } = options.behaviour();
    if (silent || options.url() === undefined || stopping.signal.aborted) return;
    if (noticesReversed > 1) {
      if (running.size > 0 || ready.length < noticesReversed) return;
      const backwards = ready.reverse();
      ready = [];
      run(backwards);
      return;
    }
    while (running.size < runningMax) {
      const next = ready.shift();
      if (next === undefined) return;
      run([next]);
    }
  }

  /** One after the other. */
  function run(these: Trying[]): void {
    const all = async () => {
      for (const one of these) await attempt(one);
    };
    const job: Promise<void> = all().finally(() => {
      running.delete(job);
      startMore();
    });
    running.add(job);
  }

  async function attempt(one: Trying): Promise<void> {
    const { noticeCopies, wrong } = options.behaviour();
    // A wrong notice is one too many, whatever is answered: the right one is still due.
    let taken = wrong === 'nothing';
    for (let copies = noticeCopies; copies > 0; copies -= 1) {
      taken = (await send(one.due, wrong)) && taken;
    }
    if (taken) return options.onTaken(one.due);
    const pause = Math.min(pauseMaxMs, options.firstPauseMs * 2 ** one.tries);
    one.tries += 1;
    later(one, pause);
  }

  function later(one: Trying, pauseMs: number): void {
    const wake = () => {
      waiting.delete(one);
      ready.push(one);
      startMore();
    };
    if (!stopping.signal.aborted) waiting.set(one, setTimeout(wake, pauseMs));
  }

  async function send(due: Due, wrong: Behaviour['wrong']): Promise<boolean> {
    const url = options.url();
    const order = options.find(due.order);
    if (url === undefined || order === undefined) return false;
    const { headers, body } = options.compose(order, due, wrong);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(answerWithinMs)]),
      });
      return options.isTaken(response.status, await response.text());
    } catch {
      return false;
    }
  }

  return {
    add(due) {
      const { noticeDelayMs } = options.behaviour();
      for (const one of due.map((due) => ({ due, tries: 0 }))) {
        if (noticeDelayMs > 0) later(one, noticeDelayMs);
        else ready.push(one);
      }
      startMore();
    },
    lookAgain() {
      for (const [one, timer] of waiting) {
        clearTimeout(timer);
        ready.push(one);
      }
      waiting.clear();
      startMore();
    },
    async stop() {
      stopping.abort();
      for (const timer of waiting.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
