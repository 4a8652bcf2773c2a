/**
 * How one partition does, told once a second to whoever listens: gateways for `/metrics` and the desk.
 * Numbers only; no person, no course. Counts are sums since the engine's start, so that a message that
 * is lost costs nothing but a second's freshness.
 */
import type { AreaCode, EpochMs, PartitionName, UnitCode } from './ids.ts';
import type { ProviderName } from './payments.ts';
import type { RefusalReason } from './refusals.ts';
import type { ChannelStanding } from './replies.ts';
import type { CandidateType } from './session.ts';

/** Upper bounds of durations, in microseconds: 128 µs to 8 s, each twice the one before. */
export const durationBoundsUs = Array.from({ length: 17 }, (_, power) => 128 * 2 ** power);

export type Durations = {
  /** Of the last five seconds. Absent when there was none. */
  p50Us?: number;
  p99Us?: number;
  /** Since the start, by bound: below it and not below the one before; then the longer ones. */
  counts: number[];
  sumUs: number;
};

/** Commands of one kind that came to one end. Queries are not counted here. */
export type CommandCount = { kind: string; outcome: 'accepted' | RefusalReason; count: number };

/** B9: how often somebody wanted a seat in the pool and was told that it is full. */
export type UnmetDemand = {
  area: AreaCode;
  unit: UnitCode;
  /** Present: the pool is this type's alone (R5). */
  candidateType?: CandidateType;
  count: number;
};

/** How a payment provider answers: what it was asked by whoever says so, since the start. */
export type ProviderStanding = {
  provider: ProviderName;
  answered: number;
  /** Calls without an answer. */
  silent: number;
  /** Present while it has not answered several times in a row: since the first of them. */
  awaySince?: EpochMs;
  /** `why`: a word of ours. */
  lastTrouble?: { at: EpochMs; why: string };
};

export type PartitionTelemetry = {
  partition: PartitionName;
  epoch: number;
  /** The last flushed event. */
  index: number;
  /** The engine's clock. */
  at: EpochMs;
  startedAt: EpochMs;
  /** New work is refused: too little room on the disk; a clock that stepped. */
  spaceLow: boolean;
  clockDoubted: boolean;
  freeBytes: number;

  /** In the last second: saves with at least one seat, and answers of any kind. */
  savesPerSecond: number;
  answersPerSecond: number;
  /**
   * `latency`: from the receipt of a message to its replies, by command and query. `flush`: of each
   * commit of events, its encoding and its flush to the disk.
   */
  latency: Durations;
  flush: Durations;
  /** Commands and queries that were answered; the most of one commit in the last second. */
  answers: number;
  largestBatch: number;
  /** Commands and queries waiting to be taken. */
  inbox: number;
  /** The checkpoint's lag: rows not yet written, and events and time since the oldest of them. */
  dirtyRows: number;
  eventsBehind: number;
  behindMs: number;

  seats: {
    capacity: number;
    free: number;
    held: number;
    saved: number;
    confirmed: number;
    paid: number;
    refunding: number;
  };
  pools: number;
  poolsFull: number;
  /** S1, B14: both must be 0. `poolsAstray`: the running counts are not what the rows say. */
  poolsOversold: number;
  poolsAstray: number;

  commands: CommandCount[];
  /** Since the booking day opened that is the present or the last one; pools that have any. */
  unmet: UnmetDemand[];

  /** Effects that wait or are being worked on. */
  waiting: { codes: number; news: number; money: number };
  channels: ChannelStanding[];
  /** Those that are configured. */
  providers: ProviderStanding[];
};
