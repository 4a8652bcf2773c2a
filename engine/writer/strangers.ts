/**
 * People whom no book knows, as a book would see them if it did: without a phone, a password or a
 * ticket of their own. What somebody who is not signed in may ask about anybody is decided and
 * counted for them by the CandidateBook itself, or the answers would tell the two apart (D2, D3).
 * Not in the journal: what nobody's numbers did is nobody's record.
 *
 * S1 Bounded: what is forgotten first is what was asked about longest ago.
 */
import { decideOnCandidate, evolveCandidate } from '../core/candidate-book.ts';
import type { Decision } from '../core/decision.ts';
import { type CandidateRow, newCandidate } from '../core/rows.ts';
import type { Rules } from '../core/rules.ts';
import type { CandidateRecord, PreparedCommand, Sequenced } from '../protocol/commands.ts';
import type { CandidateEvent } from '../protocol/events.ts';
import type { EpochMs, PersonId } from '../protocol/ids.ts';
import type { RefusalReason } from '../protocol/refusals.ts';

const strangersMax = 50_000;

type Asked = Extract<
  PreparedCommand,
  { kind: 'record-sign-in' | 'request-reset-code' | 'prove-reset-code' }
>;
/** What may be asked about anybody. */
export const isAskedOfStrangers = (command: PreparedCommand): command is Asked =>
  command.kind === 'record-sign-in' ||
  command.kind === 'request-reset-code' ||
  command.kind === 'prove-reset-code';

export const isOfStrangers = (reason: RefusalReason): boolean =>
  reason === 'person-unknown' || reason === 'ticket-unknown';

export class Strangers {
  readonly #max: number;
  /** Whoever was asked about last stands last. */
  readonly #known = new Map<PersonId, CandidateRow>();

  constructor(max: number = strangersMax) {
    this.#max = max;
  }

  retryAt(person: PersonId): EpochMs {
    return this.#known.get(person)?.retryAt ?? 0;
  }

  /** The reply, and whether a book would have had something to write for it. */
  answer(
    rules: Rules | undefined,
    given: Sequenced,
    command: Asked,
  ): { reply: Decision['reply']; written: boolean } {
    const { person } = command;
    const row = this.#known.get(person) ?? newCandidate(person, nobody);
    const asked = command.kind === 'record-sign-in' ? { ...command, succeeded: false } : command;
    // Whatever ticket was typed: a decoy's is as good as any.
    if (asked.kind === 'record-sign-in') row.record = { ...nobody, tickets: [ticketOf(asked)] };
    const { reply, events } = decideOnCandidate(rules, row, given, asked);
    row.record = nobody;
    if (events.length === 0) return { reply, written: false };
    for (const event of events) evolveCandidate(row, event as CandidateEvent);
    this.#known.delete(person);
    this.#known.set(person, row);
    const [longestAgo] = this.#known.keys();
    if (this.#known.size > this.#max && longestAgo !== undefined) this.#known.delete(longestAgo);
    return { reply, written: true };
  }
}

/** Shared by all of them. */
const nobody: CandidateRecord = {
  kind: 'enrolled',
  documentType: '',
  document: '',
  documentMask: '',
  name: '',
  nameMask: '',
  candidateType: 'open',
  hasPhoto: false,
  tickets: [],
};

const ticketOf = ({ ticket }: { ticket: string }): CandidateRecord['tickets'][number] => ({
  number: ticket,
  programme: '',
  status: 'active',
  passed: [],
});
