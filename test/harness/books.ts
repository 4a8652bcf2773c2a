/** Stands in for every writer of a layout: answers what a test says, and keeps what was asked. */
import { MessageChannel } from 'node:worker_threads';
import { expect } from 'vitest';
import type { Bus } from '../../engine/bus/bus.ts';
import { createEmbeddedBus } from '../../engine/bus/embedded-bus.ts';
import {
  type Answered,
  type Asked,
  decodeAsk,
  encodeNotices,
  encodeReplies,
} from '../../engine/protocol/codec.ts';
import type { Command } from '../../engine/protocol/commands.ts';
import { type Layout, partitionsOf } from '../../engine/protocol/layout.ts';
import type { Notice } from '../../engine/protocol/notices.ts';
import type { Query, QueryAnswer } from '../../engine/protocol/replies.ts';
import { mayComeFromGateway } from '../../engine/protocol/senders.ts';
import { commandsTo, commandsWithin, noticesFrom } from '../../engine/protocol/subjects.ts';
import { givenAdopted } from '../given.ts';

/** `lost`: no reply ever comes. A refusal or outcome may be given without its id. */
export type Said = 'lost' | DistributiveOmit<Answered, 'id'>;
type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

export type FakeBooks = {
  /** The asking side. */
  bus: Bus;
  /** Messages per partition, each with its items, in order of arrival. */
  messages: { partition: string; items: Asked[] }[];
  commands(): Command[];
  epoch: number;
  onCommand: (command: Command, partition: string) => Said;
  onQuery: (query: Query, partition: string) => Said;
  notify(partition: string, notices: Notice[]): void;
  publish(subject: string, bytes: Uint8Array): void;
  /** Nobody answers this partition any more, or again. */
  leave(partition: string): void;
  arrive(partition: string): void;
  close(): Promise<void>;
};

export const accepted: Said = { kind: 'accepted', outcome: { kind: 'done' } };

export function fakeBooks(layout: Layout): FakeBooks {
  const { port1, port2 } = new MessageChannel();
  const bus = createEmbeddedBus(port1);
  const far = createEmbeddedBus(port2);
  const leaving = new Map<string, () => void>();
  const books: FakeBooks = {
    bus,
    messages: [],
    commands: () =>
      books.messages.flatMap(({ items }) =>
        items.filter((item): item is Command => !('query' in item)),
      ),
    epoch: 1,
    onCommand: () => accepted,
    onQuery: (query, partition) => plainAnswer(query, partition, books.epoch),
    notify: (partition, notices) => far.publish(noticesFrom(partition), encodeNotices(notices)),
    publish: (subject, bytes) => far.publish(subject, bytes),
    leave(partition) {
      leaving.get(partition)?.();
    },
    arrive(partition) {
      const leaves = [commandsTo, commandsWithin].map((door) =>
        far.answer(door(partition), (payload, reply) => {
          const items = decodeAsk(payload).filter((item): item is Asked => {
            if ('kind' in item && item.kind === 'malformed') throw new Error('malformed');
            if (door === commandsTo && !('query' in item))
              expect(mayComeFromGateway(item)).toBe(true);
            return true;
          });
          books.messages.push({ partition, items });
          const replies = items.map((item) => {
            const said =
              'query' in item
                ? books.onQuery(item.query, partition)
                : books.onCommand(item, partition);
            return said === 'lost' ? said : ({ id: item.id, ...said } as Answered);
          });
          const all = replies.filter((one) => one !== 'lost');
          if (all.length === replies.length) reply(encodeReplies(all));
        }),
      );
      leaving.set(partition, () => {
        for (const leave of leaves) leave();
      });
    },
    async close() {
      await Promise.all([bus.close(), far.close()]);
    },
  };
  for (const partition of partitionsOf(layout)) books.arrive(partition);
  return books;
}

export function plainAnswer(query: Query, partition: string, epoch: number): QueryAnswer | 'lost' {
  switch (query.kind) {
    case 'status':
      return { kind: 'status', status: { partition, epoch, index: 1, lag: 0, inbox: 0 } };
    case 'session':
      return { kind: 'session', adopted: givenAdopted() };
    case 'counts':
      return { kind: 'counts', counts: [] };
    case 'revocations':
      return { kind: 'revocations', revocations: [] };
    case 'staff-list':
      return { kind: 'staff-list', staff: [] };
    case 'keys':
      return { kind: 'keys', keys: [] };
    case 'alarms':
      return { kind: 'alarms', index: 0, acknowledged: [] };
    case 'acts':
      return { kind: 'acts', acts: [] };
    case 'messages':
      return { kind: 'messages', messages: [] };
    default:
      return 'lost';
  }
}
