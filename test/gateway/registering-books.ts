/**
 * An engine client over the real core, in memory, with the clock in the test's hand: commands are
 * decided and carried out as a writer would, moves between areas included. An answer can be lost,
 * before or after the command was carried out.
 */
import { pendingEffects } from '../../engine/core/effects.ts';
import { ask, type CoreQuery } from '../../engine/core/partition.ts';
import type { CandidateRecord, Command, PreparedCommand } from '../../engine/protocol/commands.ts';
import type { PersonId } from '../../engine/protocol/ids.ts';
import type {
  AreaCounts,
  CommandReply,
  Query,
  QueryAnswer,
} from '../../engine/protocol/replies.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import type { CommandBody, EngineClient, Envelope, Unknown } from '../../gateway/engine-client.ts';
import { Desk } from '../given.ts';
import { quietClient } from './quiet-client.ts';

/** What the message would say. */
export const rightCode = '246810';

export type Books = {
  desk: Desk;
  client: EngineClient;
  /** Every command that reached the books, repeats included. */
  sent: Command[];
  /** Queries asked, to see what a page costs. */
  asked: Query[];
  /** The next answer is lost: the command was carried out or it was not. */
  loseNext(how: 'before' | 'after'): void;
  /** Nothing reaches the engine, or again everything. */
  /** The next command finds nobody: it is not sent, and the client knows that it was not. */
  missNext(): void;
  setAway(away: boolean): void;
  /** Effects wait until told: a move stays running. */
  holdEffects(held: boolean): void;
  admit(person: PersonId, record: CandidateRecord): void;
  /** Hears the counts after every command. */
  onCounts(listener: (counts: readonly AreaCounts[]) => void): void;
};

export function givenBooks(adopted: Adopted, now: number, capacity: number): Books {
  const desk = new Desk('p0', now);
  desk.send({ kind: 'adopt', adopted });
  for (const { code: area } of adopted.catalogue.areas) {
    const capacities = adopted.catalogue.units.map(({ code: unit }) => ({ unit, capacity }));
    desk.send({ kind: 'set-capacity', area, capacities });
  }
  const sent: Command[] = [];
  const asked: Query[] = [];
  let losing: 'before' | 'after' | 'unsent' | undefined;
  let away = false;
  let effectsHeld = false;
  const listeners: ((counts: readonly AreaCounts[]) => void)[] = [];
  const unknown: Unknown = { kind: 'unknown' };

  function prepared(command: Command): PreparedCommand {
    if (command.kind !== 'save-seats') return command as PreparedCommand;
    const { code, ...rest } = command;
    return { ...rest, codeMatches: code === rightCode };
  }

  function runEffects(): void {
    if (effectsHeld) return;
    for (const row of [...desk.partition.candidates.values()]) {
      for (const effect of pendingEffects(row, ['p0'])) {
        if (effect.kind !== 'vacate-area') continue;
        const { area, person, claim } = effect;
        const { kind } = desk.send({ kind: 'vacate-area', area, person, claim });
        desk.send({ kind: 'note-vacated', person, claim, vacated: kind === 'accepted' });
      }
    }
  }

  async function send(body: CommandBody, envelope: Envelope): Promise<CommandReply | Unknown> {
    const lost = losing;
    losing = undefined;
    if (lost === 'unsent') return { id: envelope.id, kind: 'refused', reason: 'engine-away' };
    if (away || lost === 'before') return unknown;
    const command = { ...body, epoch: 1, ...envelope } as Command;
    sent.push(command);
    desk.runTimers();
    const reply = desk.carry(prepared(command));
    runEffects();
    tellCounts();
    return lost === 'after' ? unknown : reply;
  }

  function tellCounts(): void {
    const answered = ask(desk.partition, { kind: 'counts' }, desk.now);
    if (answered.kind === 'counts') for (const listener of listeners) listener(answered.counts);
  }

  async function answer(query: Query): Promise<QueryAnswer | Unknown> {
    asked.push(query);
    if (away) return unknown;
    desk.runTimers();
    return ask(desk.partition, query as CoreQuery, desk.now);
  }

  const client: EngineClient = {
    ...quietClient,
    send,
    // The answer's kind is the query's, which the compiler cannot follow here.
    ask: answer as EngineClient['ask'],
    askAt: ((_partition, query) => answer(query)) as EngineClient['askAt'],
    ready: () => !away,
  };
  return {
    desk,
    client,
    sent,
    asked,
    loseNext: (how) => {
      losing = how;
    },
    missNext: () => {
      losing = 'unsent';
    },
    setAway: (to) => {
      away = to;
    },
    holdEffects: (held) => {
      effectsHeld = held;
      runEffects();
    },
    onCounts: (listener) => {
      listeners.push(listener);
      tellCounts();
    },
    admit: (person, record) => {
      desk.send({ kind: 'import-candidate', person, record });
    },
  };
}
