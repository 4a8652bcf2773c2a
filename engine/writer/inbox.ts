/**
 * What waits to be carried through the books: submissions in order of arrival, each whole.
 *
 * N1 Bounded: a submission that would bring more than `max` items in is not taken, and its sender
 *    is told at once. One submission always fits an empty inbox.
 */
import type { Answered, Submitted } from './ports.ts';

export type Submission = {
  items: readonly Submitted[];
  reply: (replies: Answered[]) => void;
  /** On the monotonic clock. */
  receivedMs: number;
};

export class Inbox {
  readonly #max: number;
  #waiting: Submission[] = [];
  #next = 0;
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }
  /** Items waiting. */
  get size(): number {
    return this.#size;
  }
  /** Whether it was taken. */
  put(submission: Submission): boolean {
    if (this.#size > 0 && this.#size + submission.items.length > this.#max) return false;
    this.#waiting.push(submission);
    this.#size += submission.items.length;
    return true;
  }
  take(): Submission | undefined {
    const taken = this.#waiting[this.#next];
    if (taken === undefined) return undefined;
    this.#next += 1;
    this.#size -= taken.items.length;
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    return taken;
  }
}
