/**
 * Who works at the desk: one row per account, in the partition that owns the session. Whether a
 * password or a code was right is compared elsewhere; what may be done with that is decided here.
 *
 * A1 Who decides about an account is checked here as well as at the desk: an active account, of the
 *    generation that is signed in, whose roles have the right and whose scope holds all it touches.
 * A2 Whatever changes what an account may do ends its sign-ins: the generation rises.
 * A3 A one-time link, a step of an authenticator and a recovery code are each good once.
 * A4 Somebody is always left who can keep all accounts, but for the command line's way back in.
 */
import type {
  AcceptInvitation,
  EndAccount,
  InviteStaff,
  Prepared,
  RecordStaffSignIn,
  Sequenced,
  SetRoles,
  ShowInFull,
  StaffCommand,
} from '../protocol/commands.ts';
import type { StaffEvent } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import { rightOfCommand } from '../protocol/senders.ts';
import { signInDelayAfter } from '../protocol/sign-in-delay.ts';
import {
  type Decider,
  hasRight,
  invitationMs,
  isWithin,
  type Right,
  rolesFit,
  type Scope,
  type StaffFacts,
  type StaffId,
  type StaffView,
  shell,
  signed,
} from '../protocol/staff.ts';
import { isBlank } from '../protocol/two-people.ts';
import { assert, unreachable } from './assert.ts';
import { accept, answerTo, type Decision, outdated, refuse, repeated } from './decision.ts';
import { done, keep } from './kept-answers.ts';
import { type AdoptedRow, newStaff, noWait, type StaffRow } from './rows.ts';

/** By name. */
export type StaffBook = Map<StaffId, StaffRow>;

/** Ended ones are kept, so this is for all the years of one data folder. */
const staffMax = 10_000;
/** From the journal to the page. */
const shownWithinMs = 60_000;

export function decideOnStaff(
  book: StaffBook,
  adopted: AdoptedRow | undefined,
  given: Sequenced,
  command: Prepared<StaffCommand>,
): Decision {
  const { at } = given;
  const { staff } = command;
  const row = book.get(staff);
  const early = repeated(row, command) ?? outdated(given);
  if (early !== undefined) return early;
  if (command.kind === 'invite-staff') return invite(book, adopted, row, command, at);
  if (row === undefined) return refuse('staff-unknown');
  if (row.state === 'ended') return refuse('staff-ended');
  switch (command.kind) {
    case 'accept-invitation':
      return acceptInvitation(row, command, at);
    case 'set-roles':
      return setRoles(book, adopted, row, command);
    case 'end-account':
      return endAccount(book, adopted, row, command);
    case 'record-staff-sign-in':
      return recordSignIn(row, command, at);
    default:
  }
  if (row.state === 'invited') return refuse('staff-invited');
  if (command.generation !== row.generation) return refuse('changed-meanwhile');
  const generation = row.generation + 1;
  const answer = answerTo(command, done);
  switch (command.kind) {
    case 'change-staff-password': {
      const { hash } = command;
      return accept(done, { kind: 'staff-password-set', staff, generation, hash, answer });
    }
    case 'renew-totp': {
      const { sealedSecret: secret, step } = command;
      return accept(done, { kind: 'totp-renewed', staff, generation, secret, step, answer });
    }
    case 'renew-recovery-codes': {
      const { recovery } = command;
      return accept(done, { kind: 'recovery-codes-renewed', staff, recovery, answer });
    }
    case 'end-staff-sign-ins':
      return accept(done, { kind: 'staff-sign-ins-ended', staff, generation, answer });
    default:
      return unreachable(command);
  }
}

/** S4: may they see somebody's numbers in full? That they do stands here before it is so. */
export function decideShowInFull(
  book: StaffBook,
  adopted: AdoptedRow | undefined,
  given: Sequenced,
  command: ShowInFull,
): Decision {
  const { by, person, area, reason } = command;
  const row = book.get(by);
  const early = repeated(row, command) ?? outdated(given);
  if (early !== undefined) return early;
  if (isBlank(reason)) return refuse('reason-missing');
  const scope: Scope = area === undefined ? { kind: 'province' } : { kind: 'area', area };
  const refusal = notTheirs(book, adopted, command, rightOfCommand[command.kind], [scope]);
  if (refusal !== undefined) return refuse(refusal);
  // The command line has no page to show it on.
  if (row === undefined) return refuse('right-missing');
  const until = given.at + shownWithinMs;
  const answer = answerTo(command, { kind: 'may-be-shown', until, pass: '' });
  return accept(answer.outcome, {
    ...({ kind: 'shown-in-full', staff: by, person, reason, answer } as const),
    ...(area === undefined ? {} : { area }),
  });
}

/** A1. Why `by`, signed in with that generation, may not do this in all of `scopes`. */
export function notTheirs(
  book: StaffBook,
  adopted: AdoptedRow | undefined,
  { by, byGeneration, named }: Decider,
  right: Right,
  scopes: readonly Scope[],
): RefusalReason | undefined {
  // That it is the command line, its door has shown (protocol/senders.ts).
  if (by === shell) return undefined;
  if (named !== undefined) return 'right-missing';
  const row = book.get(by);
  const active = row?.state === 'active' && row.generation === byGeneration;
  if (!active || !hasRight(row.roles, right)) return 'right-missing';
  const areas = adopted?.adopted.catalogue.areas ?? [];
  const cityOf = (area: string) => areas.find(({ code }) => code === area)?.city;
  return scopes.every((asked) => isWithin(row.scope, asked, cityOf)) ? undefined : 'scope-foreign';
}

/**
 * Whoever has signed something before, as their account is by now: who has signed out since has still
 * done it; one who has lost the right has not.
 */
export function asTheyAre(book: StaffBook, by: string): Decider {
  const isShell = by === shell || by.startsWith(`${shell} `);
  return isShell
    ? { by: shell, byGeneration: 0 }
    : { by, byGeneration: book.get(by)?.generation ?? 0 };
}

/** What is asked about every decision on an account. */
function undecidable(
  book: StaffBook,
  adopted: AdoptedRow | undefined,
  command: InviteStaff | SetRoles | EndAccount,
  scopes: readonly Scope[],
): RefusalReason | undefined {
  if (isBlank(command.reason)) return 'reason-missing';
  const refusal = notTheirs(book, adopted, command, rightOfCommand[command.kind], scopes);
  if (refusal !== undefined) return refusal;
  return command.by === command.staff ? 'own-account' : undefined;
}

function invite(
  book: StaffBook,
  adopted: AdoptedRow | undefined,
  row: StaffRow | undefined,
  command: InviteStaff,
  at: EpochMs,
): Decision {
  const { staff, roles, scope, digest, anew, by, reason } = command;
  const refusal = undecidable(book, adopted, command, row ? [scope, row.scope] : [scope]);
  if (refusal !== undefined) return refuse(refusal);
  if (row?.state === 'ended') return refuse('staff-ended');
  if (by !== shell && row !== undefined && !anew) return refuse('staff-known');
  if (by !== shell && row === undefined && anew) return refuse('staff-unknown');
  if (!rolesFit(roles)) return refuse('roles-unfit');
  if (!isKnown(scope, adopted)) return refuse('area-unknown');
  // A4: whoever has the command line may do what is left to do when the last keeper has lost the way.
  if (by !== shell && row !== undefined && isLastKeeper(book, row)) return refuse('last-keeper');
  if (row === undefined && book.size >= staffMax) return refuse('list-full');
  const answer = answerTo(command, done);
  const generation = (row?.generation ?? 0) + 1;
  return accept(done, {
    ...({ kind: 'staff-invited', staff, roles, scope, digest, until: at + invitationMs } as const),
    ...{ generation, by: signed(command), reason, answer },
  });
}

function acceptInvitation(
  row: StaffRow,
  command: Prepared<AcceptInvitation>,
  at: EpochMs,
): Decision {
  const { staff, invitation } = row;
  if (invitation === undefined || invitation.digest !== command.digest || invitation.until <= at)
    return refuse('invitation-over');
  const { hash, sealedSecret: secret, step, recovery } = command;
  const generation = row.generation + 1;
  const answer = answerTo(command, done);
  return accept(done, {
    ...({ kind: 'invitation-accepted', staff, generation, hash, secret, step } as const),
    ...{ recovery, answer },
  });
}

function setRoles(
  book: StaffBook,
  adopted: AdoptedRow | undefined,
  row: StaffRow,
  command: SetRoles,
): Decision {
  const { staff, roles, scope, reason } = command;
  const refusal = undecidable(book, adopted, command, [scope, row.scope]);
  if (refusal !== undefined) return refuse(refusal);
  if (!rolesFit(roles)) return refuse('roles-unfit');
  if (!isKnown(scope, adopted)) return refuse('area-unknown');
  if (!keepsAll(roles, scope) && isLastKeeper(book, row)) return refuse('last-keeper');
  const generation = row.generation + 1;
  const answer = answerTo(command, done);
  const by = signed(command);
  return accept(done, {
    ...({ kind: 'staff-roles-set', staff, roles, scope, generation, by, reason, answer } as const),
  });
}

function endAccount(
  book: StaffBook,
  adopted: AdoptedRow | undefined,
  row: StaffRow,
  command: EndAccount,
): Decision {
  const { staff, reason } = command;
  const refusal = undecidable(book, adopted, command, [row.scope]);
  if (refusal !== undefined) return refuse(refusal);
  if (isLastKeeper(book, row)) return refuse('last-keeper');
  const generation = row.generation + 1;
  const answer = answerTo(command, done);
  const by = signed(command);
  return accept(done, { kind: 'account-ended', staff, generation, by, reason, answer });
}

function recordSignIn(row: StaffRow, command: RecordStaffSignIn, at: EpochMs): Decision {
  const { staff, generation } = row;
  const { proof } = command;
  const isStale = command.generation !== generation;
  // Proof from before the account changed is none: whoever knew it then is a stranger now.
  const from = command.from === 'known' && isStale ? 'door' : command.from;
  if (row.state === 'invited') return refuse('staff-invited');
  // What was right was so for the password and the authenticator of that generation only.
  if (proof.kind !== 'failed' && isStale) return refuse('changed-meanwhile');
  const delayedUntil = row.waits[from].retryAt;
  if (at < delayedUntil) return refuse('sign-in-delayed', { at: delayedUntil });
  if (proof.kind === 'totp' && proof.step <= row.step) return refuse('code-spent');

  const isSpent = proof.kind === 'recovery' && !row.recovery.includes(proof.digest);
  if (proof.kind === 'failed' || isSpent) {
    const failures = row.waits[from].failures + 1;
    const retryAt = at + signInDelayAfter(failures);
    const answer = answerTo(command, { kind: 'sign-in-failed', failures, retryAt });
    return accept(answer.outcome, {
      ...({ kind: 'staff-sign-in-failed', staff, from, failures, retryAt, answer } as const),
    });
  }
  const answer = answerTo(command, { kind: 'signed-in', generation });
  return accept(answer.outcome, {
    ...({ kind: 'staff-signed-in', staff, from, answer } as const),
    ...(proof.kind === 'totp' ? { step: proof.step } : { step: 0, recovery: proof.digest }),
  });
}

/** Whether the catalogue has the place; before there is one nobody's scope can be narrower. */
export function isKnown(scope: Scope, adopted: AdoptedRow | undefined): boolean {
  if (scope.kind === 'province') return true;
  const catalogue = adopted?.adopted.catalogue;
  return scope.kind === 'city'
    ? (catalogue?.cities.some(({ code }) => code === scope.city) ?? false)
    : (catalogue?.areas.some(({ code }) => code === scope.area) ?? false);
}

const keepsAll = (roles: StaffRow['roles'], scope: Scope): boolean =>
  hasRight(roles, 'keep-accounts') && scope.kind === 'province';

function isLastKeeper(book: StaffBook, row: StaffRow): boolean {
  const keeps = (one: StaffRow) => one.state === 'active' && keepsAll(one.roles, one.scope);
  return keeps(row) && ![...book.values()].some((other) => other !== row && keeps(other));
}

export function evolveStaff(known: StaffRow | undefined, event: StaffEvent, at: EpochMs): StaffRow {
  const row = known ?? newStaff(event.staff);
  assert(
    known !== undefined || event.kind === 'staff-invited',
    'an account begins with an invitation',
  );
  keep(row, event.answer);
  if ('generation' in event) row.generation = event.generation;
  switch (event.kind) {
    case 'staff-invited': {
      const { roles, scope, digest, until, by } = event;
      Object.assign(row, { roles, scope, invitation: { digest, until }, invitedBy: by });
      row.state = 'invited';
      row.hash = undefined;
      row.secret = undefined;
      row.recovery = [];
      row.waits = newStaff(row.staff).waits;
      return row;
    }
    case 'invitation-accepted':
      row.state = 'active';
      row.invitation = undefined;
      row.hash = event.hash;
      row.secret = event.secret;
      row.step = event.step;
      row.recovery = event.recovery;
      return row;
    case 'staff-signed-in':
      row.step = Math.max(row.step, event.step);
      row.recovery = row.recovery.filter((digest) => digest !== event.recovery);
      if (event.from !== 'inside') row.lastSignInAt = at;
      row.waits = { ...row.waits, [event.from]: noWait };
      return row;
    case 'staff-sign-in-failed': {
      const { from, failures, retryAt } = event;
      row.waits = { ...row.waits, [from]: { failures, retryAt } };
      return row;
    }
    case 'staff-roles-set':
      row.roles = event.roles;
      row.scope = event.scope;
      return row;
    case 'account-ended':
      row.state = 'ended';
      row.invitation = undefined;
      row.hash = undefined;
      row.secret = undefined;
      row.recovery = [];
      return row;
    case 'staff-password-set':
      row.hash = event.hash;
      row.waits = newStaff(row.staff).waits;
      return row;
    case 'totp-renewed':
      row.secret = event.secret;
      row.step = event.step;
      return row;
    case 'recovery-codes-renewed':
      row.recovery = event.recovery;
      return row;
    case 'staff-sign-ins-ended':
    case 'shown-in-full':
      return row;
    default:
      return unreachable(event);
  }
}

export function staffViewOf(row: StaffRow): StaffView {
  const { staff, roles, scope, state, generation, invitedBy, invitation, lastSignInAt } = row;
  return {
    ...{ staff, roles, scope, state, generation, invitedBy },
    ...(invitation === undefined ? {} : { invitedUntil: invitation.until }),
    ...(lastSignInAt === 0 ? {} : { lastSignInAt }),
  };
}

/** The secret is the row's sealed one; the writer opens it. */
export function staffFactsOf(row: StaffRow): StaffFacts {
  const { state, generation, hash, secret, step, recovery, invitation } = row;
  const { door, known, inside } = row.waits;
  const retryAt = { door: door.retryAt, known: known.retryAt, inside: inside.retryAt };
  return {
    ...{ state, generation, step, recoveryLeft: recovery.length, retryAt },
    ...(hash === undefined ? {} : { hash }),
    ...(secret === undefined ? {} : { secret }),
    ...(invitation === undefined ? {} : { invitation }),
  };
}

export const staffListOf = (book: StaffBook): StaffView[] =>
  [...book.values()].map(staffViewOf).sort((one, other) => (one.staff < other.staff ? -1 : 1));
