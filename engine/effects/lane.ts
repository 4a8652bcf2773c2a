/**
 * Work that waits its turn: the oldest first, so many at a time. What waits is bounded by the rows
 * it came from.
 */

/** Taken from the front of the queue before the queue is made anew. */
const forgetAfter = 4_096;

export class Lane<T> {
  readonly #runningMax: number;
  readonly #carryOut: (work: T) => Promise<void>;
  readonly #running = new Set<Promise<void>>();
  #queue: T[] = [];
  #started = 0;
  #stopped = false;

  /** `carryOut` never rejects. */
  constructor(runningMax: number, carryOut: (work: T) => Promise<void>) {
    this.#runningMax = runningMax;
    this.#carryOut = carryOut;
  }

  put(work: T): void {
    this.#queue.push(work);
    this.#startMore();
  }
  /** What waits and what is being worked on. */
  get size(): number {
    return this.#queue.length - this.#started + this.#running.size;
  }
  /** Nothing more begins; resolves when what was begun has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  #startMore(): void {
    while (this.#running.size < this.#runningMax && !this.#stopped) {
      const work = this.#queue[this.#started];
      if (work === undefined) return;
      this.#started += 1;
      if (this.#started >= forgetAfter) {
        this.#queue = this.#queue.slice(this.#started);
        this.#started = 0;
      }
      const run: Promise<void> = this.#carryOut(work).finally(() => {
        this.#running.delete(run);
        this.#startMore();
      });
      this.#running.add(run);
    }
  }
}
