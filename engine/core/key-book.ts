/**
 * Keys of other systems: one row per key, in the partition that owns the session. Rows stay when a key
 * ends, so that whoever reads the audit finds which it was.
 *
 * K1 Who makes or ends a key is checked here as well as at the desk, as for accounts (A1).
 * K2 Only the digest of a secret comes here. A key is made once: the same again changes nothing, and
 *    another secret under its id is refused.
 * K3 What has ended stays ended.
 */
import type { EndKey, KeyCommand, MakeKey } from '../protocol/commands.ts';
import type { KeyEvent } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { KeyId, KeyView } from '../protocol/keys.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import { rightOfCommand } from '../protocol/senders.ts';
import { type Scope, signed } from '../protocol/staff.ts';
import { isBlank } from '../protocol/two-people.ts';
import { assert, unreachable } from './assert.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { AdoptedRow, KeyRow } from './rows.ts';
import { isKnown, notTheirs, type StaffBook } from './staff-book.ts';

/** By id, in the order in which they were made. */
export type KeyBook = Map<KeyId, KeyRow>;

/** Ended ones are kept, so this is for all the years of one data folder. */
export const keysMax = 1_000;

type Around = { keys: KeyBook; staff: StaffBook; adopted: AdoptedRow | undefined };

export function decideOnKey(around: Around, command: KeyCommand): Decision {
  const row = around.keys.get(command.apiKey);
  switch (command.kind) {
    case 'make-key':
      return make(around, row, command);
    case 'end-key':
      return end(around, row, command);
    default:
      return unreachable(command);
  }
}

function make(around: Around, row: KeyRow | undefined, command: MakeKey): Decision {
  const { apiKey, label, digest, may, scope, reason } = command;
  const refusal = undecidable(around, command, scope);
  if (refusal !== undefined) return refuse(refusal);
  if (row !== undefined) return row.digest === digest ? accept(done) : refuse('command-id-reused');
  if (!isKnown(scope, around.adopted)) return refuse('area-unknown');
  if (around.keys.size >= keysMax) return refuse('keys-full');
  const by = signed(command);
  return accept(done, { kind: 'key-made', apiKey, label, digest, may, scope, by, reason });
}

function end(around: Around, row: KeyRow | undefined, command: EndKey): Decision {
  if (row === undefined) return refuse('key-unknown');
  const { apiKey, reason } = command;
  const refusal = undecidable(around, command, row.scope);
  if (refusal !== undefined) return refuse(refusal);
  if (row.endedAt > 0) return accept(done);
  return accept(done, { kind: 'key-ended', apiKey, by: signed(command), reason });
}

function undecidable(
  { staff, adopted }: Around,
  command: KeyCommand,
  scope: Scope,
): RefusalReason | undefined {
  if (isBlank(command.reason)) return 'reason-missing';
  return notTheirs(staff, adopted, command, rightOfCommand[command.kind], [scope]);
}

export function evolveKeys(keys: KeyBook, event: KeyEvent, at: EpochMs): KeyRow {
  if (event.kind === 'key-made') {
    const { apiKey, label, digest, may, scope, by: madeBy } = event;
    const row: KeyRow = {
      ...({ table: 'keys', lastIndex: 0, apiKey, label, digest, may, scope, madeBy } as const),
      ...{ madeAt: at, endedBy: '', endedAt: 0 },
    };
    keys.set(apiKey, row);
    return row;
  }
  const row = keys.get(event.apiKey);
  assert(row !== undefined, 'a key is made before it ends');
  row.endedBy = event.by;
  row.endedAt = at;
  return row;
}

export function keyViewOf(row: KeyRow): KeyView {
  const { apiKey, label, digest, may, scope, madeBy, madeAt, endedBy, endedAt } = row;
  return {
    ...{ apiKey, label, digest, may, scope, state: endedAt > 0 ? 'ended' : 'active' },
    ...{ madeBy, madeAt },
    ...(endedAt > 0 && { endedBy, endedAt }),
  };
}

/** Newest first. */
export const keyListOf = (keys: KeyBook): KeyView[] =>
  [...keys.values()].map(keyViewOf).sort((one, other) => other.madeAt - one.madeAt);
