/**
 * What must be remembered until an instant and may be forgotten after it.
 *
 * X1 Nothing is forgotten before its time: when full of what still counts, the map says so and
 *    takes nothing more.
 */
import type { EpochMs } from '../protocol/ids.ts';

/** Entries looked at for each that comes in: more go than come while there is something to forget. */
const sweptPerPut = 2;

export class ExpiringMap<V extends { until: EpochMs }> {
  readonly #max: number;
  readonly #entries = new Map<string, V>();
  #sweep = this.#entries.entries();

  constructor(max: number) {
    this.#max = max;
  }
  get full(): boolean {
    return this.#entries.size >= this.#max;
  }
  get(key: string): V | undefined {
    return this.#entries.get(key);
  }
  /** Call `forget` first and mind `full`. */
  set(key: string, value: V): void {
    this.#entries.set(key, value);
  }
  /** Goes on where it stopped last, so that every entry has its turn. Equal still counts. */
  forget(now: EpochMs, looks: number = sweptPerPut): void {
    for (let looked = 0; looked < looks && this.#entries.size > 0; looked += 1) {
      let next = this.#sweep.next();
      if (next.done === true) {
        this.#sweep = this.#entries.entries();
        next = this.#sweep.next();
      }
      if (next.done === true) return;
      const [key, { until }] = next.value;
      if (until < now) this.#entries.delete(key);
    }
  }
}
