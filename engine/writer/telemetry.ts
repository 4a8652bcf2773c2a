/**
 * What a writer counts about itself while it works, and the report it makes of it once a second. It
 * counts; it decides nothing, and nothing depends on it.
 *
 * M1 On the way of a command nothing is made that the collector would have to take away: counters that
 *    exist, and two numbers a batch. What costs more happens in the report.
 */
import type { AreaBook } from '../core/area-book.ts';
import type { Decision } from '../core/decision.ts';
import type { Partition } from '../core/partition.ts';
import { poolIn } from '../core/pools.ts';
import { seatsFree } from '../core/seat-book.ts';
import type { PreparedCommand } from '../protocol/commands.ts';
import { DurationCounts } from '../protocol/durations.ts';
import type { AreaCode, EpochMs, PersonId, UnitCode } from '../protocol/ids.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import type { FullCourse } from '../protocol/replies.ts';
import type { CandidateType } from '../protocol/session.ts';
import type { CommandCount, PartitionTelemetry, UnmetDemand } from '../protocol/telemetry.ts';

type Outcome = CommandCount['outcome'];
/** What only the writer knows. */
export type Standing = Omit<
  PartitionTelemetry,
  | ('savesPerSecond' | 'answersPerSecond' | 'latency' | 'flush' | 'answers' | 'largestBatch')
  | ('behindMs' | 'seats' | 'pools' | 'poolsFull' | 'poolsOversold')
  | ('commands' | 'unmet' | 'startedAt' | 'eventsBehind')
> & {
  /** The last event in memory, and the last that all rows on disk hold. */
  lastIndex: number;
  completeUpTo: number;
  /** On the monotonic clock. */
  atMs: number;
};

export class Telemetry {
  readonly latency = new DurationCounts();
  readonly flush = new DurationCounts();
  readonly #startedAt: EpochMs;
  readonly #counts = new Map<string, Map<Outcome, { count: number }>>();
  readonly #unmet = new Map<AreaCode, UnmetDemand[]>();
  /** When which event was the last one, the oldest first: how old an unwritten one is. */
  readonly #indices: { index: number; atMs: number }[] = [];
  #unmetSince: EpochMs = 0;
  #answers = 0;
  #saves = 0;
  #largestBatch = 0;
  #last = { atMs: 0, answers: 0, saves: 0 };

  constructor(startedAt: EpochMs, atMs: number) {
    this.#startedAt = startedAt;
    this.#last.atMs = atMs;
  }

  /** `fresh`: something was changed by it, so it is no repetition of an earlier answer. */
  decided(
    partition: Partition,
    command: PreparedCommand,
    reply: Decision['reply'],
    fresh: boolean,
    at: EpochMs,
  ): void {
    this.#cellOf(command.kind, reply.kind === 'accepted' ? reply.kind : reply.reason).count += 1;
    if (!fresh || reply.kind !== 'accepted') return;
    const { outcome } = reply;
    if (outcome.kind === 'saved' && outcome.saved.length > 0) this.#saves += 1;
    if (outcome.kind !== 'saved' && outcome.kind !== 'held') return;
    const full = outcome.kind === 'saved' ? outcome.failed : outcome.full;
    if (full.length === 0) return;
    this.#beginDay(partition, at);
    this.#wanted(partition, command, full);
  }
  /** Before anything was decided. */
  refused(kind: string, reason: RefusalReason): void {
    this.#cellOf(kind, reason).count += 1;
  }
  flushed(size: number, ms: number): void {
    this.flush.add(ms);
    if (size > this.#largestBatch) this.#largestBatch = size;
  }
  replied(items: number, ms: number): void {
    this.#answers += items;
    this.latency.add(ms, items);
  }

  report(partition: Partition, standing: Standing): PartitionTelemetry {
    const { lastIndex, completeUpTo, atMs, ...stands } = standing;
    const { atMs: lastMs, answers, saves } = this.#last;
    const seconds = Math.max(atMs - lastMs, 1) / 1_000;
    this.#last = { atMs, answers: this.#answers, saves: this.#saves };
    this.#beginDay(partition, standing.at);
    const report = {
      ...stands,
      startedAt: this.#startedAt,
      savesPerSecond: Math.round((this.#saves - saves) / seconds),
      answersPerSecond: Math.round((this.#answers - answers) / seconds),
      latency: this.latency.report(),
      flush: this.flush.report(),
      answers: this.#answers,
      largestBatch: this.#largestBatch,
      eventsBehind: lastIndex - completeUpTo,
      behindMs: this.#behindMs(lastIndex, completeUpTo, atMs),
      ...seatsIn(partition),
      commands: [...this.#counts].flatMap(([kind, outcomes]) =>
        [...outcomes].map(([outcome, { count }]) => ({ kind, outcome, count })),
      ),
      unmet: [...this.#unmet.values()].flat(),
    };
    this.#largestBatch = 0;
    return report;
  }

  #cellOf(kind: string, outcome: Outcome): { count: number } {
    let outcomes = this.#counts.get(kind);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.#counts.set(kind, outcomes);
    }
    let cell = outcomes.get(outcome);
    if (cell === undefined) {
      cell = { count: 0 };
      outcomes.set(outcome, cell);
    }
    return cell;
  }

  /** Pools that are full; a course that is capped says nothing about its pool. */
  #wanted(partition: Partition, command: PreparedCommand, full: readonly FullCourse[]): void {
    if (!('area' in command) || !('person' in command) || command.area === undefined) return;
    const book = partition.areas.get(command.area);
    const type = book && typeOf(book, command.person);
    if (book === undefined || type === undefined) return;
    for (const { unit, reason } of full) {
      if (reason !== 'seats-exhausted') continue;
      this.#unmetIn(command.area, unit, poolIn(book, type, unit)?.candidateType).count += 1;
    }
  }
  #unmetIn(area: AreaCode, unit: UnitCode, candidateType: CandidateType | undefined): UnmetDemand {
    let pools = this.#unmet.get(area);
    if (pools === undefined) {
      pools = [];
      this.#unmet.set(area, pools);
    }
    for (const pool of pools)
      if (pool.unit === unit && pool.candidateType === candidateType) return pool;
    const type = candidateType === undefined ? {} : { candidateType };
    const pool = { area, unit, ...type, count: 0 };
    pools.push(pool);
    return pool;
  }

  /** What was wanted on another day says nothing about this one. */
  #beginDay({ adopted }: Partition, at: EpochMs): void {
    let openedAt = 0;
    for (const { opensAt } of adopted?.adopted.calendar ?? [])
      if (opensAt <= at && opensAt > openedAt) openedAt = opensAt;
    if (openedAt === this.#unmetSince) return;
    this.#unmetSince = openedAt;
    this.#unmet.clear();
  }

  /** At most: a second more than it was. */
  #behindMs(lastIndex: number, completeUpTo: number, atMs: number): number {
    this.#indices.push({ index: lastIndex, atMs });
    // The last report before the oldest unwritten event stays: since then it may have been there.
    while ((this.#indices[1]?.index ?? lastIndex + 1) <= completeUpTo) this.#indices.shift();
    const [since] = this.#indices;
    return lastIndex === completeUpTo || since === undefined ? 0 : Math.round(atMs - since.atMs);
  }
}

const typeOf = (book: AreaBook, person: PersonId): CandidateType | undefined =>
  book.registrations.get(person)?.candidateType;

const taken = ['held', 'saved', 'confirmed', 'paid', 'refunding'] as const;

function seatsIn(
  partition: Partition,
): Pick<PartitionTelemetry, 'seats' | 'pools' | 'poolsFull' | 'poolsOversold'> {
  const seats = {
    ...{ capacity: 0, free: 0, held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 },
  };
  let pools = 0;
  let poolsFull = 0;
  let poolsOversold = 0;
  for (const { seatBooks } of partition.areas.values()) {
    for (const pool of seatBooks) {
      if (pool.capacity === 0 && seatsFree(pool) === 0) continue;
      const free = seatsFree(pool);
      pools += 1;
      if (free <= 0) poolsFull += 1;
      if (free < 0) poolsOversold += 1;
      seats.capacity += pool.capacity;
      seats.free += Math.max(0, free);
      for (const as of taken) seats[as] += pool[as];
    }
  }
  return { seats, pools, poolsFull, poolsOversold };
}
