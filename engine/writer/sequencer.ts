/**
 * Gives every batch its instant and every event its index.
 *
 * T1 `at` never goes back, neither within a life nor across a restart: it begins at the journal's
 *    last instant.
 * T2 A wall clock that steps against the monotonic one, or lies behind the journal, by more than
 *    `stepMax` is doubted, for good: staff set it right and start the writer again.
 */
import type { EpochMs } from '../protocol/ids.ts';
import type { Clock } from './ports.ts';

const stepMax = 60_000;

export class Sequencer {
  readonly #clock: Clock;
  #at: EpochMs;
  #wall: EpochMs;
  #monotonic: number;
  #doubted = false;
  /** The index the next event will have. */
  nextIndex: number;

  constructor(clock: Clock, nextIndex: number, lastAt: EpochMs) {
    this.#clock = clock;
    this.#at = lastAt;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
    this.nextIndex = nextIndex;
  }
  get doubted(): boolean {
    return this.#doubted;
  }
  /** The instant of a batch that begins now; `undefined`: the clock is doubted. */
  stamp(): EpochMs | undefined {
    const wall = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    const step = wall - this.#wall - (monotonic - this.#monotonic);
    if (Math.abs(step) > stepMax || this.#at - wall > stepMax) this.#doubted = true;
    this.#wall = wall;
    this.#monotonic = monotonic;
    if (this.#doubted) return undefined;
    this.#at = Math.max(this.#at, wall);
    return this.#at;
  }
}
