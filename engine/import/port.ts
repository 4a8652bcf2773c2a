/**
 * The desk's way to the books: one command or question at a time, asked again until it has an answer
 * that lasts. All that an import sends is safe to repeat by what it says.
 *
 * Q1 An engine that is gone is waited for, and then named: what was acknowledged stays.
 */
import { setTimeout } from 'node:timers/promises';
import type { Bus } from '../bus/bus.ts';
import { Postbox } from '../bus/postbox.ts';
import type { Command } from '../protocol/commands.ts';
import { freshId } from '../protocol/fresh-id.ts';
import type { EpochMs, PartitionName } from '../protocol/ids.ts';
import type { Layout } from '../protocol/layout.ts';
import { passingRefusals, type RefusalReason } from '../protocol/refusals.ts';
import type { CommandReply, Query, QueryAnswer } from '../protocol/replies.ts';
import type { CommandBody } from '../protocol/routing.ts';
import { commandsTo, type commandsWithin } from '../protocol/subjects.ts';

export type DeskPort = {
  layout: Layout;
  tell(partition: PartitionName, body: CommandBody): Promise<CommandReply>;
  ask<K extends Query['kind']>(
    partition: PartitionName,
    query: Extract<Query, { kind: K }>,
  ): Promise<Extract<QueryAnswer, { kind: K }>>;
};

/** Nobody answered for too long; whether the last command was carried out is not known. */
export class EngineAway extends Error {}

const answerWithinMs = 10_000;
const pauseFirstMs = 25;
const pauseMaxMs = 1_000;
const anyEpoch = 0;

const passing: ReadonlySet<RefusalReason> = new Set(passingRefusals);

export type DeskPortOptions = {
  bus: Bus;
  layout: Layout;
  now(): EpochMs;
  /** How long an engine that does not answer is waited for: a restart takes seconds. */
  patienceMs?: number;
  /** The command line has the house's. */
  door?: typeof commandsTo | typeof commandsWithin;
};

export function createDeskPort({
  bus,
  layout,
  now,
  patienceMs = 60_000,
  door = commandsTo,
}: DeskPortOptions): DeskPort {
  const postbox = new Postbox(bus, answerWithinMs, door);

  async function untilAnswered<Answer extends { kind: string }>(
    post: (id: string) => Promise<Answer>,
  ): Promise<Answer> {
    const givenUpAt = now() + patienceMs;
    for (let tries = 0; ; tries += 1) {
      const answer = await post(freshId());
      const reason = 'reason' in answer ? (answer.reason as RefusalReason) : undefined;
      if (answer.kind !== 'unknown' && (reason === undefined || !passing.has(reason)))
        return answer;
      if (now() >= givenUpAt) throw new EngineAway('引擎没有回答');
      await setTimeout(Math.min(pauseMaxMs, pauseFirstMs * 2 ** tries));
    }
  }

  return {
    layout,
    async tell(partition, body) {
      const reply = await untilAnswered((id) =>
        postbox.post(partition, {
          ...{ ...body, id, answerBy: now() + answerWithinMs, epoch: anyEpoch },
        } as Command),
      );
      if (reply.kind === 'accepted' || reply.kind === 'refused') return reply;
      throw new Error(`a command was answered as ${reply.kind}`);
    },
    async ask(partition, query) {
      const answer = await untilAnswered((id) =>
        postbox.post(partition, { id, answerBy: now() + answerWithinMs, query }),
      );
      if (answer.kind === query.kind) return answer as never;
      const why = answer.kind === 'refused' ? answer.reason : answer.kind;
      throw new Error(`the question ${query.kind} was answered ${why}`);
    },
  };
}
