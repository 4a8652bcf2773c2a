/**
 * The books as an import meets them: they accept, keep and count; they can be told to refuse or to
 * die. Every command that arrives is held against what an import promised.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { ImportPort, ImportVault } from '../../engine/import/send.ts';
import type { Command, InstallSession } from '../../engine/protocol/commands.ts';
import type { PersonId } from '../../engine/protocol/ids.ts';
import { personIdOf, phoneIndexOf } from '../../engine/protocol/indices.ts';
import {
  type Layout,
  partitionOfArea,
  partitionOfPerson,
  singleLayout,
} from '../../engine/protocol/layout.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { CandidateView, CommandReply } from '../../engine/protocol/replies.ts';
import type { Adopted } from '../../engine/protocol/session.ts';

/** The bus's cap on one message. */
const messageBytesMax = 1024 * 1024;

export const spreadLayout: Layout = {
  session: 'desk',
  areas: ['areas-1', 'areas-2'],
  people: ['people-1', 'people-2'],
  phones: ['people-1'],
};

export function booksForTest(layout: Layout = singleLayout) {
  const indexKey = randomBytes(32);
  const unsettled = new Set<PersonId>();
  let answersLeft = Number.POSITIVE_INFINITY;
  const refusals: RefusalReason[] = [];
  const sessions: InstallSession[] = [];
  const people = new Map<PersonId, string>();
  const areas = new Map<string, string>();
  /** Whoever came, in the order of arrival, repeats included. */
  const arrivals: Command[] = [];

  function take(partition: string, command: Command): CommandReply {
    const reason = refusals.shift();
    if (reason !== undefined) return { id: command.id, kind: 'refused', reason };
    arrivals.push(command);
    switch (command.kind) {
      case 'install-session':
        expect(partition).toBe(layout.session);
        sessions.push(command);
        break;
      case 'set-capacity':
        expect(partition).toBe(partitionOfArea(layout, command.area));
        areas.set(command.area, command.id);
        break;
      case 'import-candidate':
        expect(partition).toBe(partitionOfPerson(layout, command.person));
        people.set(command.person, command.id);
        break;
      default:
        expect.unreachable(`an import sent ${command.kind}`);
    }
    return { id: command.id, kind: 'accepted', outcome: { kind: 'done' } };
  }

  const port: ImportPort = {
    layout,
    submit: async (partition, commands) => {
      for (const command of commands) {
        if (command.kind !== 'import-candidate') continue;
        expect(unsettled, 'sealed text left before its key was durable').not.toContain(
          command.person,
        );
      }
      expect(JSON.stringify(commands).length).toBeLessThan(messageBytesMax / 2);
      await Promise.resolve();
      if (answersLeft === 0) throw new Error('the engine was killed');
      answersLeft -= 1;
      return commands.map((command) => take(partition, command));
    },
    ask: async (_partition, query) => {
      if (query.kind === 'candidate') {
        const candidate = people.has(query.person) ? ({} as CandidateView) : null;
        return { id: 'asked', kind: 'candidate', candidate };
      }
      expect(query.kind).toBe('session');
      const [installed] = sessions;
      return { id: 'asked', kind: 'session', adopted: installed ? adoptedOf(installed) : null };
    },
  };
  const vault: ImportVault = {
    personIdOf: (type, number) => personIdOf(indexKey, type, number),
    phoneIndexOf: (number) => phoneIndexOf(indexKey, number),
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
  return {
    port,
    vault,
    sessions,
    people,
    areas,
    arrivals,
    /** The next commands to arrive are refused with these, one each. */
    refuseNext: (...reasons: RefusalReason[]) => refusals.push(...reasons),
    /** Answers so many more batches, then no more until told otherwise. */
    answerOnly: (batches: number) => {
      answersLeft = batches;
    },
  };
}

function adoptedOf({ catalogue, calendar, settings }: InstallSession): Adopted {
  return { number: 1, catalogue, calendar, settings, window: { state: 'open', pausedMs: 0 } };
}
