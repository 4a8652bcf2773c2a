/** What every book answers with, and the checks that come before any book's own. */
import type { PreparedCommand, Sequenced } from '../protocol/commands.ts';
import type { Answer, RuxiEvent } from '../protocol/events.ts';
import type { RefusalDetail, RefusalReason, Refused } from '../protocol/refusals.ts';
import type { Accepted, Outcome } from '../protocol/replies.ts';
import { contentHash } from './content-hash.ts';
import { keptAnswer } from './kept-answers.ts';
import type { CandidateRow, RegistrationRow, StaffRow } from './rows.ts';

/** A refusal may bring an event too: a mistyped code counts a try. */
export type Decision = { reply: Accepted | Refused; events: readonly RuxiEvent[] };

const none: readonly RuxiEvent[] = [];

export function accept(outcome: Outcome, event?: RuxiEvent): Decision {
  return { reply: { kind: 'accepted', outcome }, events: event === undefined ? none : [event] };
}

export function refuse(reason: RefusalReason, detail?: RefusalDetail): Decision {
  return {
    reply: detail === undefined ? { kind: 'refused', reason } : { kind: 'refused', reason, detail },
    events: none,
  };
}

/** B2: a known id gets its kept answer, before anything else is looked at. */
export function repeated(
  row: RegistrationRow | CandidateRow | StaffRow | undefined,
  command: PreparedCommand,
): Decision | undefined {
  const kept = row === undefined ? undefined : keptAnswer(row, command.id);
  if (kept === undefined) return undefined;
  if (kept.contentHash !== contentHash(command)) return refuse('command-id-reused');
  return accept(kept.outcome);
}

/** An unknown id from before the restart, or one whose time to be answered is over. */
export function outdated(given: Sequenced): Decision | undefined {
  // Equal is still in time: the sender waits up to and including `answerBy`.
  if (given.command.answerBy < given.at) return refuse('too-late');
  // It may have been refused before the restart; what was refused was not kept.
  if (given.olderEpoch) return refuse('ask-again');
  return undefined;
}

export function answerTo(command: PreparedCommand, outcome: Outcome): Answer {
  return { command: command.id, contentHash: contentHash(command), outcome };
}
