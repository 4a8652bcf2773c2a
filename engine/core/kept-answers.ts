/**
 * B2: the last accepted commands of a row with their outcomes, so that a repeat is recognised.
 *
 * V1 At most `answersKeptMax`, newest first: a chain, since adding to it reads nothing of what is
 *    already there, which lies scattered in memory.
 * V2 `answersMark` has a bit for each kept id; a clear bit says "never seen" without following the
 *    chain.
 */
import type { Answer } from '../protocol/events.ts';
import type { CommandId } from '../protocol/ids.ts';
import { answersKeptMax } from '../protocol/lasting.ts';
import type { Outcome } from '../protocol/replies.ts';

/** Shared: most commands come to nothing more. */
export const done: Outcome = { kind: 'done' };

export type KeptAnswer = Answer & { before: KeptAnswer | undefined };
type WithAnswers = {
  lastAnswer: KeptAnswer | undefined;
  answersKept: number;
  answersMark: number;
};

export function keptAnswer(row: WithAnswers, command: CommandId): Answer | undefined {
  if ((row.answersMark & bitOf(command)) === 0) return undefined;
  for (let kept = row.lastAnswer; kept !== undefined; kept = kept.before) {
    if (kept.command === command) return kept;
  }
  return undefined;
}

export function keep(row: WithAnswers, { command, contentHash, outcome }: Answer): void {
  row.lastAnswer = { command, contentHash, outcome, before: row.lastAnswer };
  row.answersKept += 1;
  row.answersMark |= bitOf(command);
  if (row.answersKept > answersKeptMax) forgetOldest(row);
}

/** Oldest first. */
export function answersOf(row: WithAnswers): Answer[] {
  const answers: Answer[] = [];
  for (let kept = row.lastAnswer; kept !== undefined; kept = kept.before) answers.push(kept);
  return answers.reverse();
}

function forgetOldest(row: WithAnswers): void {
  row.answersMark = 0;
  row.answersKept = 0;
  for (let kept = row.lastAnswer; kept !== undefined; kept = kept.before) {
    row.answersMark |= bitOf(kept.command);
    row.answersKept += 1;
    if (row.answersKept === answersKeptMax) kept.before = undefined;
  }
}

/** Ids are random (protocol/ids.ts): three of their characters are as good as a hash. */
function bitOf(command: CommandId): number {
  return (
    1 << (command.charCodeAt(0) ^ (command.charCodeAt(10) << 1) ^ (command.charCodeAt(20) << 2))
  );
}
