/**
 * The gateway's one way to the engine: finds the partition, adds the envelope, and hears what the
 * engine tells everyone.
 *
 * G1 No answer is `unknown`, never "no" (postbox.ts, X1).
 * G2 Before a partition was heard, commands to it are refused `engine-away`, unsent.
 * G3 A candidate's command bears the epoch of the writer's life it was first sent in. A caller
 *    that sends the same id again gives the first sending's epoch.
 * G4 Snapshots come again whenever something may have been missed: after a reconnect, and when a
 *    writer has a new epoch. Listeners hear them as they hear news.
 */
import { randomBytes } from 'node:crypto';
import type { Bus, BusState, Unsubscribe } from '../engine/bus/bus.ts';
import { Postbox, type Unknown } from '../engine/bus/postbox.ts';
import {
  CodecError,
  decodeCounts,
  decodeLedgers,
  decodeNotices,
  decodeTelemetry,
} from '../engine/protocol/codec.ts';
import type { Command } from '../engine/protocol/commands.ts';
import type { CommandId, EpochMs, PartitionName } from '../engine/protocol/ids.ts';
import { type Layout, partitionsOf } from '../engine/protocol/layout.ts';
import type { AreaLedger } from '../engine/protocol/ledger.ts';
import type { Notice } from '../engine/protocol/notices.ts';
import type { Refused } from '../engine/protocol/refusals.ts';
import type {
  AreaCounts,
  CommandReply,
  DemonstrationMessage,
  Query,
  QueryAnswer,
} from '../engine/protocol/replies.ts';
import {
  partitionOfBody,
  partitionOfQuery,
  type RoutedBody,
  type RoutedQuery,
} from '../engine/protocol/routing.ts';
import {
  countsFrom,
  ledgersFrom,
  noticesFrom,
  telemetryFrom,
} from '../engine/protocol/subjects.ts';
import type { PartitionTelemetry } from '../engine/protocol/telemetry.ts';

export type { Unknown } from '../engine/bus/postbox.ts';
/** A command as a handler writes it: the client adds the envelope and finds the partition. */
export type { RoutedBody as CommandBody, RoutedQuery } from '../engine/protocol/routing.ts';

/** `epoch` absent: the partition's present one (G3). */
export type Envelope = { id: CommandId; answerBy: EpochMs; epoch?: number };

export type AnswerTo<Q extends Query> = Extract<QueryAnswer, { kind: Q['kind'] }>;
export interface EngineClient {
  send(body: RoutedBody, envelope: Envelope): Promise<CommandReply | Unknown>;
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
  epochOf(body: RoutedBody): number | undefined;
  onCounts(listener: (counts: readonly AreaCounts[]) => void): Unsubscribe;
  /** B14: what the engine has counted anew, some areas a second. */
  onLedgers(listener: (ledgers: readonly AreaLedger[]) => void): Unsubscribe;
  /** News and snapshots alike: the session, accounts and ended sign-ins as their notices. */
  onNotice(listener: (notice: Notice) => void): Unsubscribe;
  /** How each partition does, once a second. */
  onTelemetry(listener: (telemetry: PartitionTelemetry) => void): Unsubscribe;
  onState(listener: (state: BusState) => void): Unsubscribe;
  /** Every partition was heard, session and accounts are known, counts and revocations are loaded. */
  ready(): boolean;
  /** Messages to the engine that have no answer so far. */
  inFlight(): number;
  whenReady(): Promise<void>;
  /** Before that, and for the desk enough: every account and every key was told of. */
  staffKnown(): boolean;
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

const timeoutMsDefault = 5_000;
/** Between two tries to load what a partition tells. */
const loadPauseMs = 250;

/** What was heard of one partition. */
type Lane = {
  partition: PartitionName;
  epoch: number | undefined;
  loading: boolean;
  loaded: boolean;
};

export function createEngineClient(options: EngineClientOptions): EngineClient {
  const { bus, layout, now, timeoutMs = timeoutMsDefault } = options;
  const postbox = new Postbox(bus, timeoutMs);
  const lanes = new Map<PartitionName, Lane>(
    partitionsOf(layout).map((partition) => [partition, laneOf(partition)]),
  );
  const countsListeners = new Set<(counts: readonly AreaCounts[]) => void>();
  const ledgersListeners = new Set<(ledgers: readonly AreaLedger[]) => void>();
  const noticeListeners = new Set<(notice: Notice) => void>();
  const telemetryListeners = new Set<(telemetry: PartitionTelemetry) => void>();
  const idPrefix = randomBytes(6).toString('base64url');
  let queries = 0;
  let state: BusState = 'reconnecting';
  let closed = false;
  let knowsStaff = false;
  let tellReady: () => void = () => {};
  const becameReady = new Promise<void>((resolve) => {
    tellReady = resolve;
  });

  const subscriptions = [...lanes.values()].flatMap((lane) => [
    bus.subscribe(countsFrom(lane.partition), (bytes) => hearCounts(readable(decodeCounts, bytes))),
    bus.subscribe(ledgersFrom(lane.partition), (bytes) => {
      const ledgers = readable(decodeLedgers, bytes);
      for (const listener of ledgersListeners) listener(ledgers);
    }),
    bus.subscribe(noticesFrom(lane.partition), (bytes) =>
      hearNotices(lane, readable(decodeNotices, bytes)),
    ),
    bus.subscribe(telemetryFrom(lane.partition), (bytes) => {
      for (const telemetry of readable(decodeTelemetry, bytes))
        for (const listener of telemetryListeners) listener(telemetry);
    }),
  ]);
  subscriptions.push(
    bus.onState((became) => {
      const back = became === 'connected' && state !== 'connected';
      state = became;
      if (back) for (const lane of lanes.values()) loadAnew(lane);
    }),
  );

  function laneAt(partition: PartitionName): Lane {
    const lane = lanes.get(partition);
    if (lane === undefined) throw new Error('not a partition of the layout');
    return lane;
  }

  async function askAt<Q extends Query>(
    partition: PartitionName,
    query: Q,
  ): Promise<AnswerTo<Q> | Refused | Unknown> {
    queries += 1;
    const id = idPrefix + queries.toString(36).padStart(22 - idPrefix.length, '0');
    const answer = await postbox.post(partition, { id, answerBy: now() + timeoutMs, query });
    if (answer.kind === 'refused' || answer.kind === 'unknown') return answer;
    // Anything else would be another query's answer: as good as none.
    return answer.kind === query.kind ? (answer as unknown as AnswerTo<Q>) : { kind: 'unknown' };
  }

  function hearCounts(counts: readonly AreaCounts[]): void {
    for (const listener of countsListeners) listener(counts);
  }
  function hearNotices(lane: Lane, notices: readonly Notice[]): void {
    for (const notice of notices) {
      if (notice.kind === 'writer-up' && notice.epoch > (lane.epoch ?? 0)) loadAnew(lane);
      tell(notice);
    }
  }
  function tell(notice: Notice): void {
    for (const listener of noticeListeners) listener(notice);
  }

  /** G4. Tries until it has succeeded: a gateway may be started before its engine. */
  function loadAnew(lane: Lane): void {
    lane.loaded = false;
    if (lane.loading || closed) return;
    lane.loading = true;
    void load(lane).then((succeeded) => {
      lane.loading = false;
      lane.loaded = succeeded;
      if (!succeeded) setTimeout(() => loadAnew(lane), loadPauseMs).unref();
      else if (ready()) tellReady();
    });
  }
  async function load(lane: Lane): Promise<boolean> {
    const { partition } = lane;
    const status = await askAt(partition, { kind: 'status' });
    if (status.kind !== 'status') return false;
    lane.epoch = status.status.epoch;
    if (partition === layout.session) {
      // First: where no session is installed yet, somebody at the desk will.
      const list = await askAt(partition, { kind: 'staff-list' });
      if (list.kind !== 'staff-list') return false;
      for (const staff of list.staff) tell({ kind: 'staff-changed', staff });
      const keys = await askAt(partition, { kind: 'keys' });
      if (keys.kind !== 'keys') return false;
      for (const key of keys.keys) tell({ kind: 'key-changed', key });
      const alarms = await askAt(partition, { kind: 'alarms' });
      if (alarms.kind !== 'alarms') return false;
      const { index, acknowledged } = alarms;
      tell({ kind: 'alarms-acknowledged', index, acknowledged });
      const acts = await askAt(partition, { kind: 'acts', waiting: false });
      if (acts.kind !== 'acts') return false;
      for (const act of acts.acts)
        if (act.decidedAt !== undefined) tell({ kind: 'act-decided', act });
      knowsStaff = true;
      const session = await askAt(partition, { kind: 'session' });
      if (session.kind !== 'session' || session.adopted === null) return false;
      tell({ kind: 'session-changed', adopted: session.adopted });
    }
    if (layout.areas.includes(partition)) {
      const counts = await askAt(partition, { kind: 'counts' });
      if (counts.kind !== 'counts') return false;
      hearCounts(counts.counts);
    }
    if (layout.people.includes(partition)) {
      const ended = await askAt(partition, { kind: 'revocations' });
      if (ended.kind !== 'revocations') return false;
      for (const { signedOut, ...one } of ended.revocations) {
        if (one.at > 0) tell({ kind: 'sign-ins-ended', ...one });
        for (const { nonce, until } of signedOut) {
          tell({ kind: 'signed-out', person: one.person, nonce, until });
        }
      }
    }
    return true;
  }
  function ready(): boolean {
    return state === 'connected' && [...lanes.values()].every((lane) => lane.loaded);
  }

  return {
    layout,
    async send(body, { id, answerBy, epoch }) {
      const lane = laneAt(partitionOfBody(layout, body));
      const known = epoch ?? lane.epoch;
      if (known === undefined || closed) return { id, kind: 'refused', reason: 'engine-away' };
      const command = { ...body, id, answerBy, epoch: known } as Command;
      const reply = await postbox.post(lane.partition, command);
      if (reply.kind === 'refused' && reply.reason === 'ask-again') loadAnew(lane);
      const mine = reply.kind === 'accepted' || reply.kind === 'refused';
      return mine ? (reply as CommandReply) : { kind: 'unknown' };
    },
    ask: (query) => askAt(partitionOfQuery(layout, query), query),
    askAt,
    async messages() {
      const answers = await Promise.all(
        [...lanes.keys()].map((partition) => askAt(partition, { kind: 'messages' })),
      );
      const all: DemonstrationMessage[] = [];
      for (const answer of answers) {
        if (answer.kind !== 'messages') return answer;
        all.push(...answer.messages);
      }
      return all.sort((one, other) => other.at - one.at);
    },
    epochOf: (body) => laneAt(partitionOfBody(layout, body)).epoch,
    onCounts: (listener) => join(countsListeners, listener),
    onLedgers: (listener) => join(ledgersListeners, listener),
    onNotice: (listener) => join(noticeListeners, listener),
    onTelemetry: (listener) => join(telemetryListeners, listener),
    onState: (listener) => bus.onState(listener),
    ready,
    inFlight: () => postbox.onTheirWay,
    whenReady: () => becameReady,
    staffKnown: () => knowsStaff,
    async close() {
      closed = true;
      await postbox.settle();
      for (const unsubscribe of subscriptions) unsubscribe();
    },
  };
}

function laneOf(partition: PartitionName): Lane {
  return {
    partition,
    epoch: undefined,
    loading: false,
    loaded: false,
  };
}

/** News that cannot be read (another version's) is not news; what matters comes again (G4). */
function readable<T>(decode: (bytes: Uint8Array) => T[], bytes: Uint8Array): T[] {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof CodecError) return [];
    throw error;
  }
}

function join<T>(listeners: Set<T>, listener: T): Unsubscribe {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
