/**
 * One partition's books and the way through them: `decide` judges a command, `evolve` carries out
 * what was decided, `present` puts the state that follows beside the answer. All is synchronous
 * and deterministic; instants and ids arrive on the command.
 *
 * P1 `decide` and `ask` change nothing. `evolve` cannot refuse.
 * P2 An event changes exactly one row and stamps it with the event's own journal index. Indices
 *    number events, not batches: two events of one batch may change the same row.
 * P3 Recovery: `loadRow` every stored row but candidates and phones, then for each journal event
 *    load what it needs (`rowsOfEvent`), skip it where `rowOfEvent(...).lastIndex >= index`, else
 *    `evolve`; at the end `rebuild` once. No rule is asked again.
 */
import type { PreparedCommand, Sequenced } from '../protocol/commands.ts';
import type { RuxiEvent } from '../protocol/events.ts';
import type { AreaCode, EpochMs, PartitionName } from '../protocol/ids.ts';
import type { Refused } from '../protocol/refusals.ts';
import type { Accepted, CommandReply, Query, QueryAnswer } from '../protocol/replies.ts';
import type { Row } from './rows.ts';

export type Partition = { name: PartitionName };
/** A refusal may bring an event too: a mistyped code counts a try. */
export type Decision = { reply: Accepted | Refused; events: RuxiEvent[] };
/** A row that must be loaded first (or be known to be absent). */
export type RowNeed = { table: 'candidates' | 'phones'; key: string };
/** What the writer itself answers. */
export type CoreQuery = Exclude<Query, { kind: 'spend-once' | 'status' | 'messages' }>;

export declare function createPartition(name: PartitionName): Partition;
export declare function rowsNeeded(asked: PreparedCommand | Query): RowNeed[];
export declare function rowsOfEvent(event: RuxiEvent): RowNeed[];
export declare function loadRow(partition: Partition, row: Row): void;
/** Candidates and phones only; the caller knows that the row is clean. */
export declare function forgetRow(partition: Partition, need: RowNeed): void;
export declare function rowOfEvent(partition: Partition, event: RuxiEvent): Row | undefined;
export declare function decide(partition: Partition, given: Sequenced): Decision;
export declare function evolve(
  partition: Partition,
  event: RuxiEvent,
  at: EpochMs,
  index: number,
): Row;
/** The full reply, with the present view beside the answer: call it after the events have evolved. */
export declare function present(
  partition: Partition,
  command: PreparedCommand,
  reply: Accepted | Refused,
  at: EpochMs,
): CommandReply;
export declare function ask(partition: Partition, query: CoreQuery, at: EpochMs): QueryAnswer;
/** Areas with holds whose time is over; ask again after carrying them out, the work is sliced. */
export declare function dueCommands(
  partition: Partition,
  at: EpochMs,
): { kind: 'expire-holds'; area: AreaCode }[];
export declare function nextDeadline(partition: Partition): EpochMs | undefined;
/** Recomputes counts and deadlines from the rows. */
export declare function rebuild(partition: Partition): void;
/** Throws `Bug` naming the label that is broken. */
export declare function checkInvariants(partition: Partition): void;
/** Same rows, same text, in whatever order they came. `digestRow` is one row's share of it. */
export declare function digest(partition: Partition): string;
export declare function digestRow(row: Row): number;
