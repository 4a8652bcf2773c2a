/**
 * How long something took, many thousand times a second: counts by size, in a few nanoseconds and
 * without anything for the collector. Sizes are known to an eighth.
 */
import { type Durations, durationBoundsUs } from './telemetry.ts';

/** Each doubling is divided into eight. */
const stepBits = 3;
const steps = 1 << stepBits;
const longestUs = 2 ** 30 - 1;
const sizes = (30 - stepBits + 1) << stepBits;
/** The percentiles look so many reports back. */
const reports = 5;

export class DurationCounts {
  /** Since the start. */
  readonly #all = new Float64Array(sizes);
  /** As `#all` was at the last reports, the oldest first. */
  readonly #before: Float64Array[] = [];
  #sumUs = 0;

  /** `times`: so many took just as long. */
  add(ms: number, times = 1): void {
    // A monotonic clock has no negative ones; what takes a quarter of an hour is long enough.
    const us = Math.max(0, Math.min(longestUs, Math.round(ms * 1_000)));
    this.#all[sizeOf(us)] = (this.#all[sizeOf(us)] ?? 0) + times;
    this.#sumUs += us * times;
  }

  /** Once a second. */
  report(): Durations {
    const [oldest] = this.#before;
    const recent = this.#all.map((count, size) => count - (oldest?.[size] ?? 0));
    this.#before.push(this.#all.slice());
    if (this.#before.length > reports) this.#before.shift();
    const [p50Us, p99Us] = [percentile(recent, 0.5), percentile(recent, 0.99)];
    const recently = p50Us === undefined || p99Us === undefined ? {} : { p50Us, p99Us };
    return { ...recently, ...this.sums() };
  }
  /** Since the start, whenever they are asked for. */
  sums(): Pick<Durations, 'counts' | 'sumUs'> {
    return { counts: this.#byBound(), sumUs: this.#sumUs };
  }

  #byBound(): number[] {
    const counts = new Array<number>(durationBoundsUs.length + 1).fill(0);
    let bound = 0;
    for (const [size, count] of this.#all.entries()) {
      while (largestOf(size) > (durationBoundsUs[bound] ?? Number.POSITIVE_INFINITY)) bound += 1;
      counts[bound] = (counts[bound] ?? 0) + count;
    }
    return counts;
  }
}

function percentile(counts: Float64Array, share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [size, count] of counts.entries()) {
    seen += count;
    if (seen >= total * share) return largestOf(size);
  }
  return longestUs;
}

function sizeOf(us: number): number {
  if (us < steps) return us;
  const doublings = 31 - Math.clz32(us) - stepBits;
  return ((doublings + 1) << stepBits) | ((us >> doublings) & (steps - 1));
}

/** The longest that counts as this size. */
function largestOf(size: number): number {
  if (size < steps) return size;
  const doublings = (size >> stepBits) - 1;
  return ((steps + (size & (steps - 1)) + 1) << doublings) - 1;
}
