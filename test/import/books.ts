/**
 * The books of every partition, decided by the real core and kept in memory; they can be told to be
 * busy, to refuse or to die. Every command that arrives is held against what an import promises.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { pendingEffects } from '../../engine/core/effects.ts';
import { checkInvariants } from '../../engine/core/invariants.ts';
import {
  ask,
  type CoreQuery,
  createPartition,
  decide,
  evolve,
  type Partition,
} from '../../engine/core/partition.ts';
import type { ImportPort, ImportVault } from '../../engine/import/send.ts';
import { decodeAsk, encodeAsk } from '../../engine/protocol/codec.ts';
import type { Command, PreparedCommand } from '../../engine/protocol/commands.ts';
import type { PersonId } from '../../engine/protocol/ids.ts';
import { activationDigestOf, personIdOf, phoneIndexOf } from '../../engine/protocol/indices.ts';
import {
  type Layout,
  partitionOfArea,
  partitionOfPerson,
  partitionsOf,
  singleLayout,
} from '../../engine/protocol/layout.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { AreaCounts, CommandReply } from '../../engine/protocol/replies.ts';

export const spreadLayout: Layout = {
  session: 'desk',
  areas: ['areas-1', 'areas-2'],
  people: ['people-1', 'people-2'],
  phones: ['people-1'],
};

export function booksForTest(layout: Layout = singleLayout) {
  const indexKey = randomBytes(32);
  const partitions = new Map(partitionsOf(layout).map((name) => [name, createPartition(name)]));
  const unsettled = new Set<PersonId>();
  const refusals: RefusalReason[] = [];
  let answersLeft = Number.POSITIVE_INFINITY;
  let index = 0;
  /** Whatever was decided, in the order of arrival, repeats included. */
  const arrivals: Command[] = [];

  const partitionNamed = (name: string): Partition => {
    const partition = partitions.get(name);
    return partition ?? expect.unreachable(`no partition ${name}`);
  };
  function carryOut(partition: Partition, command: PreparedCommand): CommandReply {
    const given = { sequence: index, at: 0, olderEpoch: false, command };
    const { reply, events } = decide(partition, given);
    for (const event of events) {
      index += 1;
      const row = evolve(partition, event, 0, index);
      // What the engine's effects would do: every partition adopts the session.
      for (const effect of pendingEffects(row, partitionsOf(layout))) {
        if (effect.kind !== 'adopt') continue;
        const { adopted, key } = effect;
        const adopt = { kind: 'adopt', id: key, answerBy: 0, epoch: 0, adopted } as const;
        carryOut(partitionNamed(effect.partition), adopt);
      }
    }
    return { id: command.id, ...reply };
  }
  function take(name: string, command: Command): CommandReply {
    const reason = refusals.shift();
    if (reason !== undefined) return { id: command.id, kind: 'refused', reason };
    arrivals.push(command);
    switch (command.kind) {
      case 'install-session':
        expect(name).toBe(layout.session);
        return carryOut(partitionNamed(name), command);
      case 'set-capacity':
      case 'set-course-caps':
        expect(name).toBe(partitionOfArea(layout, command.area));
        return carryOut(partitionNamed(name), command);
      case 'import-candidate':
        expect(name).toBe(partitionOfPerson(layout, command.person));
        return carryOut(partitionNamed(name), command);
      default:
        return expect.unreachable(`an import sent ${command.kind}`);
    }
  }

  const port: ImportPort = {
    layout,
    submit: async (name, commands) => {
      for (const command of commands) {
        if (command.kind !== 'import-candidate') continue;
        expect(unsettled, 'sealed text left before its key was durable').not.toContain(
          command.person,
        );
      }
      // As over a bus: what the closed schema or the size cap would not let through fails here.
      const arrived = decodeAsk(encodeAsk(commands));
      expect(arrived).toEqual(commands);
      await Promise.resolve();
      if (answersLeft === 0) throw new Error('the engine was killed');
      answersLeft -= 1;
      return commands.map((command) => take(name, command));
    },
    ask: async (name, query) => {
      expect(['candidate', 'session']).toContain(query.kind);
      return { id: 'asked', ...ask(partitionNamed(name), query as CoreQuery, 0) };
    },
  };
  const vault: ImportVault = {
    personIdOf: (type, number) => personIdOf(indexKey, type, number),
    phoneIndexOf: (number) => phoneIndexOf(indexKey, number),
    activationDigestOf: (person, code) => activationDigestOf(indexKey, person, code),
    seal: (person, text) => {
      unsettled.add(person);
      const cipher = createCipheriv('aes-256-gcm', indexKey, randomBytes(12));
      return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64url');
    },
    settle: async () => {
      const writing = [...unsettled];
      await Promise.resolve();
      for (const person of writing) unsettled.delete(person);
    },
  };
  const all = [...partitions.values()];
  return {
    port,
    vault,
    arrivals,
    adopted: () => partitionNamed(layout.session).adopted?.adopted,
    people: () => all.flatMap((partition) => [...partition.candidates.values()]),
    counts: () => all.flatMap((partition) => countsOf(partition)),
    check: () => all.forEach(checkInvariants),
    /** The next commands to arrive are refused with these, one each. */
    refuseNext: (...reasons: RefusalReason[]) => refusals.push(...reasons),
    /** Answers so many more batches, then no more until told otherwise. */
    answerOnly: (batches: number) => {
      answersLeft = batches;
    },
  };
}

function countsOf(partition: Partition): AreaCounts[] {
  const answer = ask(partition, { kind: 'counts' }, 0);
  return answer.kind === 'counts' ? answer.counts : [];
}
