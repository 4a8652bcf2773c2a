/**
 * Names with which nobody signs in at the desk: there is no such account, or it is not in yet, or has
 * ended. At the door they are counted and delayed by the staff's own book, as an account is, or the wait
 * would tell who works there. Not in the journal: what was tried with nobody's name is nobody's record.
 *
 * S1 Bounded: what is forgotten first is what was tried longest ago.
 */
import type { Decision } from '../core/decision.ts';
import { newStaff, type StaffRow } from '../core/rows.ts';
import { decideOnStaff, evolveStaff } from '../core/staff-book.ts';
import type { PreparedCommand, RecordStaffSignIn, Sequenced } from '../protocol/commands.ts';
import type { StaffEvent } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import type { StaffId } from '../protocol/staff.ts';

const namesMax = 10_000;

const nobodys: readonly RefusalReason[] = ['staff-unknown', 'staff-invited', 'staff-ended'];

/** What anybody may try with any name: something wrong, at the door. */
export const isTriedAtDoor = (command: PreparedCommand): command is RecordStaffSignIn =>
  command.kind === 'record-staff-sign-in' &&
  command.from === 'door' &&
  command.proof.kind === 'failed';
export const isNobodys = (reason: RefusalReason): boolean => nobodys.includes(reason);

export class DeskStrangers {
  readonly #max: number;
  /** Whoever was tried last stands last. */
  readonly #known = new Map<StaffId, StaffRow>();

  constructor(max: number = namesMax) {
    this.#max = max;
  }

  retryAt(staff: StaffId): EpochMs {
    return this.#known.get(staff)?.waits.door.retryAt ?? 0;
  }

  /** The reply, and whether a book would have had something to write for it. */
  answer(
    given: Sequenced,
    command: RecordStaffSignIn,
  ): { reply: Decision['reply']; written: boolean } {
    const { staff } = command;
    const row = this.#known.get(staff) ?? { ...newStaff(staff), state: 'active' };
    const book = new Map([[staff, row]]);
    const { reply, events } = decideOnStaff(book, undefined, given, command);
    if (events.length === 0) return { reply, written: false };
    for (const event of events) evolveStaff(row, event as StaffEvent, given.at);
    this.#known.delete(staff);
    this.#known.set(staff, row);
    const [longestAgo] = this.#known.keys();
    if (this.#known.size > this.#max && longestAgo !== undefined) this.#known.delete(longestAgo);
    return { reply, written: true };
  }
}
