/**
 * The gateway's one way to the engine. Whatever one turn of the event loop sends to a partition
 * leaves as one bus message, so load makes messages larger, not more numerous.
 *
 * G1 No answer is never "no": a lost or late reply is `unknown`, an outcome of its own. Asking
 *    with the same id, or for the `outcome`, finds the truth.
 * G2 `refused busy` from here means that nothing was sent.
 * G3 A candidate's command bears the epoch of the writer's life it was first sent in. A caller
 *    that sends the same id again gives the first sending's epoch.
 * G4 Snapshots come again whenever something may have been missed: after a reconnect, and when a
 *    writer has a new epoch. Listeners hear them as they hear news.
 */
import type { Bus, BusState, Unsubscribe } from '../engine/bus/bus.ts';
import type { Command } from '../engine/protocol/commands.ts';
import type { CommandId, EpochMs, PartitionName } from '../engine/protocol/ids.ts';
import type { Layout } from '../engine/protocol/layout.ts';
import type { Notice } from '../engine/protocol/notices.ts';
import type { Refused } from '../engine/protocol/refusals.ts';
import type {
  AreaCounts,
  CommandReply,
  DemonstrationMessage,
  Query,
  QueryAnswer,
} from '../engine/protocol/replies.ts';

/** The outcome is not known: it may have been carried out. Never shown as "failed". */
export type Unknown = { kind: 'unknown' };

type WithoutEnvelope<C> = C extends Command ? Omit<C, 'id' | 'answerBy' | 'epoch'> : never;
/** A command as a handler writes it; the client adds the envelope and finds the partition. */
export type CommandBody = WithoutEnvelope<Command>;
/** `epoch` absent: the partition's present one (G3). */
export type Envelope = { id: CommandId; answerBy: EpochMs; epoch?: number };

export type AnswerTo<Q extends Query> = Extract<QueryAnswer, { kind: Q['kind'] }>;
/** Queries whose partition follows from what they name. */
export type RoutedQuery = Extract<
  Query,
  { kind: 'registration' | 'candidate' | 'sign-in-facts' | 'outcome' | 'session' | 'spend-once' }
>;

export interface EngineClient {
  send(body: CommandBody, envelope: Envelope): Promise<CommandReply | Unknown>;
  ask<Q extends RoutedQuery>(query: Q): Promise<AnswerTo<Q> | Refused | Unknown>;
  /** For queries that every partition answers for itself: counts, balance, status, revocations. */
  askAt<Q extends Query>(
    partition: PartitionName,
    query: Q,
  ): Promise<AnswerTo<Q> | Refused | Unknown>;
  /** Demonstration mode: what every partition "sent", newest first. */
  messages(): Promise<DemonstrationMessage[] | Refused | Unknown>;
  readonly layout: Layout;
  /** The epoch in which the partition of this body's book lives; undefined before it was heard. */
  epochOf(body: CommandBody): number | undefined;
  onCounts(listener: (counts: readonly AreaCounts[]) => void): Unsubscribe;
  /** News and snapshots alike: the session as `session-changed`, revocations as `sign-ins-ended`. */
  onNotice(listener: (notice: Notice) => void): Unsubscribe;
  onState(listener: (state: BusState) => void): Unsubscribe;
  /** Every partition has been heard, the session is known, and counts and revocations are loaded. */
  ready(): boolean;
  whenReady(): Promise<void>;
  /** Sends what was gathered, waits for what is on its way, then stops listening. The bus stays. */
  close(): Promise<void>;
}

export type EngineClientOptions = {
  bus: Bus;
  layout: Layout;
  now(): EpochMs;
  /** After this long without an answer the outcome is `unknown`. */
  timeoutMs?: number;
};

export declare function createEngineClient(options: EngineClientOptions): EngineClient;
