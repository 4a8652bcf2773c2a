/**
 * What a writer is given and what it offers. The writer owns the order of things; time, disk, keys,
 * the bus and the outside world are brought by whoever starts it.
 */
import type { Effect } from '../core/effects.ts';
import type { Answered, Asked, Malformed } from '../protocol/codec.ts';
import type { CommandId, EpochMs, PartitionName } from '../protocol/ids.ts';
import type { Layout } from '../protocol/layout.ts';
import type { AreaLedger } from '../protocol/ledger.ts';
import type { Notice } from '../protocol/notices.ts';
import type {
  AreaCounts,
  ChannelsReport,
  DemonstrationMessage,
  PartitionStatus,
} from '../protocol/replies.ts';
import type { PartitionTelemetry, ProviderStanding } from '../protocol/telemetry.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../store/vault.ts';

/** `monotonic` never steps; their difference tells a clock that was set from one that ran. */
export type Clock = { now(): EpochMs; monotonic(): number };
/** As decoded from a message: what could not be read, or came through a door not its own, is answered too. */
export type Submitted = Asked | Malformed | { kind: 'barred'; id: CommandId };
export type { Answered };
export type Publication =
  | { kind: 'counts'; counts: AreaCounts[] }
  | { kind: 'ledgers'; ledgers: AreaLedger[] }
  | { kind: 'notices'; notices: Notice[] }
  | { kind: 'telemetry'; telemetry: PartitionTelemetry };

export type WriterOptions = {
  partition: PartitionName;
  layout: Layout;
  /** Opened by the caller for this writer alone; closed by the caller, after `drain`. */
  store: Store;
  vault: Vault;
  clock: Clock;
  publish(publication: Publication): void;
  /**
   * Work for the outside world, after the flush that made it due. At least once: the same key may
   * come again until its completion came back as a command.
   */
  onEffects(effects: readonly Effect[]): void;
  /** Demonstration mode: the messages "sent", newest first. */
  messages(): DemonstrationMessage[];
  /** How short messages leave, for staff. */
  channels(): ChannelsReport;
  /** What waits for a payment provider or is being asked of it, and how each answers. */
  money(): { waiting: number; providers: ProviderStanding[] };
  /** Ends the process. Called once, after which the writer neither commits nor answers. */
  exit(code: number, reason: Error): void;
  limits?: Partial<WriterLimits>;
};

export type WriterLimits = {
  /** Commands and queries waiting. Over it the answer is `busy`, at once. */
  inboxMax: number;
  /** Commands and queries flushed together; a submission begun is finished. */
  batchMax: number;
  /** Rows ahead of the disk before commits under load carry some of them. */
  lagMax: number;
  /** Events ahead of the oldest row behind, before the same: it bounds what a start must replay. */
  tailMax: number;
  /** Rows written at a time when nothing else is to be done. */
  idleSlice: number;
  /** Nothing is to be done when nothing came for this long. At most 2^31 - 1. */
  idleMs: number;
  /** Clean candidate and phone rows kept in memory, each. */
  residentMax: number;
  /** Refused ids remembered until their `answerBy`. */
  refusalsMax: number;
  /** Spent single-use tokens remembered until they would have expired. */
  spentMax: number;
  /** Below this many free bytes new work is refused. */
  freeBytesMin: number;
};

export interface Writer {
  /** Replies come once, together, in the order of `items`, after their batch was flushed. */
  submit(items: readonly Submitted[], reply: (replies: Answered[]) => void): void;
  /** Takes nothing new, answers what waits, writes every row behind the journal, stops timers. */
  drain(): Promise<void>;
  status(): PartitionStatus;
  /** Of what is flushed. `hash` is empty while there is nothing. */
  head(): { index: number; hash: string; at: EpochMs };
  /** News was left in its rows for want of room, and there is room again: it is handed over anew. */
  roomForNews(): void;
}

/** The exit code of a writer that doubts its disk or its epoch (fail-stop). */
export const failStopCode = 70;
