/**
 * Work that waits its turn: the oldest first, so many at a time and so many a second. How much may
 * wait is for whoever puts it there to say.
 */

const sliceMs = 100;
/** Taken from the front of the queue before the queue is made anew. */
const forgetAfter = 4_096;

export class Lane<T> {
  readonly #runningMax: number;
  readonly #carryOut: (work: T) => Promise<void>;
  readonly #perSliceMax: number;
  readonly #running = new Set<Promise<void>>();
  #queue: T[] = [];
  #started = 0;
  #stopped = false;
  #begunInSlice = 0;
  #nextSlice: NodeJS.Timeout | undefined;

  /** `carryOut` never rejects. */
  constructor(
    runningMax: number,
    carryOut: (work: T) => Promise<void>,
    perSecondMax = Number.POSITIVE_INFINITY,
  ) {
    this.#runningMax = runningMax;
    this.#carryOut = carryOut;
    this.#perSliceMax = (perSecondMax * sliceMs) / 1_000;
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
    clearTimeout(this.#nextSlice);
    await Promise.all(this.#running);
  }

  /** The pace counts in slices of time that begin with the first work in them. */
  #mayBegin(): boolean {
    if (this.#begunInSlice >= this.#perSliceMax) return false;
    this.#begunInSlice += 1;
    if (this.#perSliceMax === Number.POSITIVE_INFINITY) return true;
    this.#nextSlice ??= setTimeout(() => {
      this.#nextSlice = undefined;
      this.#begunInSlice = 0;
      this.#startMore();
    }, sliceMs).unref();
    return true;
  }

  #startMore(): void {
    while (this.#running.size < this.#runningMax && !this.#stopped) {
      const work = this.#queue[this.#started];
      if (work === undefined || !this.#mayBegin()) return;
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
