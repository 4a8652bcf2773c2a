/**
 * Puts one engine together: a store and a writer for each partition it carries, the answerers that
 * stand on the bus for them, and the effects. It starts and stops them in the one right order; the
 * bus and the process belong to whoever calls.
 *
 * N1 An answerer stands on the bus only once its writer has recovered.
 * N2 Stopping: nothing new is taken, effects rest, what waits is answered, every row is written,
 *    then stores close.
 */
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Bus, Unsubscribe } from './bus/bus.ts';
import { Postbox } from './bus/postbox.ts';
import type { EngineConfig } from './config.ts';
import type { Channel } from './effects/channel.ts';
import { startChannelThread } from './effects/channel-thread.ts';
import { createDemonstrationChannel } from './effects/demonstration-channel.ts';
import { createEffects, type Effects } from './effects/effects.ts';
import { type Attempt, createFailover } from './effects/failover.ts';
import { type DemonstrationImport, importDemonstration } from './import/demonstration.ts';
import type { ImportPort } from './import/send.ts';
import { nameOf } from './outside-thread.ts';
import type { ProviderCalls } from './payments/provider.ts';
import { startProviderDesk } from './payments/provider-thread.ts';
import {
  CodecError,
  decodeAsk,
  encodeCounts,
  encodeLedgers,
  encodeNotices,
  encodeReplies,
  encodeTelemetry,
} from './protocol/codec.ts';
import type { EpochMs, PartitionName } from './protocol/ids.ts';
import type { Layout } from './protocol/layout.ts';
import { mayComeFromGateway } from './protocol/senders.ts';
import {
  commandsTo,
  commandsWithin,
  countsFrom,
  ledgersFrom,
  noticesFrom,
  telemetryFrom,
} from './protocol/subjects.ts';
import type { PartitionTelemetry } from './protocol/telemetry.ts';
import { auditKeyOf, keepHead, type SignedHead, signHead } from './store/heads.ts';
import { loadKeys } from './store/keys.ts';
import { openLmdbStore } from './store/lmdb-store.ts';
import type { Store } from './store/store.ts';
import { openVault, type Vault } from './store/vault.ts';
import type { Publication, Submitted, Writer } from './writer/ports.ts';
import { startWriter } from './writer/writer.ts';

export type EngineOptions = {
  config: EngineConfig;
  bus: Bus;
  /** Ends the process: a writer doubts its disk, its epoch or itself. */
  exit(code: number, reason: Error): void;
  /** In words without personal data. */
  onTrouble(what: string): void;
  /** One try to send a message; without personal data. */
  onAttempt(attempt: Attempt): void;
  /** How each partition does, once a second. */
  onTelemetry?(telemetry: PartitionTelemetry): void;
  /** S3: once a minute while the journal grows, and at the end. For a log that leaves the machine. */
  onHead(head: SignedHead): void;
};

export type Engine = {
  vault: Vault;
  stop(): Promise<void>;
};

const headEveryMs = 60_000;

const clock = { now: (): EpochMs => Date.now(), monotonic: (): number => performance.now() };

/** Resolves once every partition has recovered and answers. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { config } = options;
  const { channels } = config;
  const carriers =
    channels.kind === 'real' ? await startChannelThread(channels.channels) : undefined;
  const money = await startProviderDesk(config.payments, clock.now);
  const keys = loadKeys(config.keysFolder);
  const vault = openVault(config.dataFolder, keys);
  const parts: Part[] = [];
  const stop = async () => {
    await Promise.all(parts.map((part) => part.rest()));
    await Promise.all([carriers?.close(), money.close()]);
    await Promise.all(parts.map((part) => part.writer.drain()));
    await Promise.all(parts.map((part) => part.lastHead()));
    await Promise.all(parts.map((part) => part.store.close()));
    await vault.close();
  };
  try {
    for (const partition of config.partitions) {
      const store = await openLmdbStore(join(config.dataFolder, partition), partition);
      const part = startPart({
        ...{ ...options, vault, store, channels: carriers?.channels },
        auditKey: auditKeyOf(keys.audit),
        providers: money.providers,
      });
      parts.push(await part.catch((error: unknown) => closeAfter(store, error)));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { vault, stop };
}

async function closeAfter(store: Store, error: unknown): Promise<never> {
  await store.close();
  throw error;
}

type Part = { store: Store; writer: Writer; rest(): Promise<void>; lastHead(): Promise<void> };

/** `channels`: the real ones, shared by all parts; absent in the demonstration. */
type Parts = {
  vault: Vault;
  store: Store;
  channels: readonly Channel[] | undefined;
  providers: readonly ProviderCalls[];
  auditKey: KeyObject;
};

async function startPart(given: EngineOptions & Parts): Promise<Part> {
  const { config, bus, exit, onTrouble, onAttempt, vault, store, providers } = given;
  const { partition } = store;
  const { layout } = config;
  const demonstration = createDemonstrationChannel();
  const channels = given.channels ?? [demonstration];
  const courier = createFailover(channels, { clock, onAttempt });
  let writer: Writer | undefined;
  const effects: Effects = createEffects({
    bus,
    layout,
    vault,
    courier,
    providers,
    clock,
    onRoomForNews: () => writer?.roomForNews(),
    onTrouble: (what) => onTrouble(`${partition}: ${what}`),
  });
  const started = await startWriter({
    partition,
    layout,
    store,
    vault,
    clock,
    publish(publication) {
      if (publication.kind !== 'telemetry') return publish(bus, partition, publication);
      try {
        publish(bus, partition, publication);
        given.onTelemetry?.(publication.telemetry);
      } catch (error) {
        // No seat depends on it: whoever watches sees that no report comes, and why.
        onTrouble(`${partition}: how it does was not told: ${nameOf(error)}`);
      }
    },
    onEffects: (due) => effects.run(due),
    messages: () => demonstration.messages(),
    channels: () => ({ channels: courier.standings(), waiting: effects.waiting() }),
    money: () => effects.money(),
    exit,
    limits: config.limits,
  });
  writer = started;
  const leave = answer(bus, partition, started, onTrouble);
  const lastHead = keepHeads(given, started);
  return {
    store,
    writer: started,
    async rest() {
      leave();
      await effects.stop();
    },
    lastHead,
  };
}

/** S3. Answers how to keep the last one; nothing is kept where nothing was added. */
function keepHeads(
  { config, store, auditKey, onHead, onTrouble }: EngineOptions & Parts,
  writer: Writer,
): () => Promise<void> {
  const { partition, epoch } = store;
  let keptIndex = 0;
  let keeping = Promise.resolve();
  const keep = async () => {
    const { index, hash, at } = writer.head();
    if (index === keptIndex) return;
    const head = signHead(auditKey, { partition, epoch, index, hash, at });
    try {
      await keepHead(config.headsFolder, head);
      keptIndex = index;
      onHead(head);
    } catch (error) {
      onTrouble(`${partition}: the journal's head was not kept: ${nameOf(error)}`);
    }
  };
  const inTurn = () => {
    keeping = keeping.then(keep);
    return keeping;
  };
  const each = setInterval(inTurn, headEveryMs).unref();
  return () => {
    clearInterval(each);
    return inTurn();
  };
}

function answer(
  bus: Bus,
  partition: PartitionName,
  writer: Writer,
  onTrouble: (what: string) => void,
): Unsubscribe {
  const answerAt = (door: string, admit: (item: Submitted) => Submitted): Unsubscribe =>
    bus.answer(door, (payload, reply) => {
      try {
        writer.submit(decodeAsk(payload).map(admit), (replies) => reply(encodeReplies(replies)));
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        // Nothing of it was carried out, which an answer without replies says.
        onTrouble(`${partition}: a message that cannot be read: ${error.message}`);
        reply(encodeReplies([]));
      }
    });
  const leaves = [
    answerAt(commandsWithin(partition), (item) => item),
    answerAt(commandsTo(partition), (item) => {
      if ('query' in item || item.kind === 'malformed' || item.kind === 'barred') return item;
      if (mayComeFromGateway(item)) return item;
      // A gateway never sends such: it is another version's, broken, or somebody else's by now.
      onTrouble(`${partition}: ${item.kind} came through the gateways' door, and was refused`);
      return { kind: 'barred', id: item.id };
    }),
  ];
  return () => {
    for (const leave of leaves) leave();
  };
}

function publish(bus: Bus, partition: PartitionName, publication: Publication): void {
  const [subject, payload] = messageOf(partition, publication);
  bus.publish(subject, payload);
}

function messageOf(partition: PartitionName, publication: Publication): [string, Uint8Array] {
  switch (publication.kind) {
    case 'counts':
      return [countsFrom(partition), encodeCounts(publication.counts)];
    case 'ledgers':
      return [ledgersFrom(partition), encodeLedgers(publication.ledgers)];
    case 'notices':
      return [noticesFrom(partition), encodeNotices(publication.notices)];
    case 'telemetry':
      return [telemetryFrom(partition), encodeTelemetry([publication.telemetry])];
  }
}

/** Longer than a busy writer ever takes: an import would rather wait than begin anew. */
const importAnswerMs = 60_000;

/** At the first start; later ones find everything there. The bus must reach every partition. */
export function importProvince(
  engine: Engine,
  config: EngineConfig,
  bus: Bus,
): Promise<DemonstrationImport> {
  const hours = config.demonstrationHours;
  return importDemonstration(importPort(bus, config.layout), engine.vault, {
    now: clock.now(),
    ...(hours === undefined ? {} : { hours }),
  });
}

function importPort(bus: Bus, layout: Layout): ImportPort {
  const postbox = new Postbox(bus, importAnswerMs, commandsWithin);
  const lost = () => new Error('the engine did not answer; what was imported stays');
  let queries = 0;
  return {
    layout,
    submit: (partition, commands) =>
      Promise.all(
        commands.map(async (command) => {
          const reply = await postbox.post(partition, command);
          if (reply.kind !== 'accepted' && reply.kind !== 'refused') throw lost();
          return reply;
        }),
      ),
    async ask(partition, query) {
      queries += 1;
      const id = `import${queries}`.padEnd(22, '-');
      const answerBy = clock.now() + importAnswerMs;
      const reply = await postbox.post(partition, { id, answerBy, query });
      if (reply.kind === 'unknown' || reply.kind === 'accepted') throw lost();
      return reply;
    },
  };
}
