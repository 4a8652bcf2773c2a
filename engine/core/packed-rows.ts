/**
 * Rows as lists of plain values, for the store and for comparing whole books. Registrations are not
 * here: the store writes them by hand, since every save writes one.
 *
 * W2 `unpackRow(row.table, rowKey(row), packRow(row))` is the row again, field for field.
 */
import type { AlarmKey, AlarmLevel } from '../protocol/alarms.ts';
import type { AsideReason, CandidateRecord, CodeAddress } from '../protocol/commands.ts';
import type { Answer } from '../protocol/events.ts';
import type {
  AreaCode,
  CommandId,
  CourseCode,
  EpochMs,
  Fen,
  PartitionName,
  PersonId,
  Sealed,
  UnitCode,
} from '../protocol/ids.ts';
import type {
  AreaCapacities,
  ImportNumber,
  ImportState,
  ImportSum,
  StagedKind,
} from '../protocol/imports.ts';
import type { KeyScope } from '../protocol/keys.ts';
import type { ProviderName } from '../protocol/payments.ts';
import type { Outcome, ReconciledDay } from '../protocol/replies.ts';
import type { Adopted, CandidateType } from '../protocol/session.ts';
import type { Act, ForeseenLine, Role, Scope, StaffId, StaffState } from '../protocol/staff.ts';
import { unreachable } from './assert.ts';
import { answersOf, done, keep } from './kept-answers.ts';
import {
  type ActRow,
  type CandidateRow,
  newArea,
  newCandidate,
  newStaff,
  type PhoneCode,
  type RegistrationRow,
  type ResetCode,
  type Row,
  type RowKey,
  type SessionRow,
  type StaffRow,
  type StagingRow,
  type UnitCourse,
} from './rows.ts';

export type PackedRow = Exclude<Row, RegistrationRow>;

/** Positional and compact, for the store's codec: arrays, texts, numbers, and records as they are. */
export function packRow(row: PackedRow): unknown[] {
  switch (row.table) {
    case 'areas':
      return [
        row.lastIndex,
        row.capacities.flatMap(({ unit, capacity, candidateType }) => [
          ...[unit, capacity, candidateType ?? null],
        ]),
        row.courseCaps.flatMap(({ course, cap }) => [course, cap]),
        row.acts,
      ];
    case 'candidates':
      return [
        row.lastIndex,
        row.record,
        row.passwordHash ?? null,
        row.phone ?? null,
        row.bindings,
        row.phoneSettled,
        row.phonesLeft,
        row.phoneCode ?? null,
        row.codesDay,
        row.codesOnDay,
        row.resetCode === undefined ? null : packResetCode(row.resetCode),
        row.resetProof ?? null,
        row.resetsDay,
        row.resetsOnDay,
        row.failures,
        row.retryAt,
        row.deviceFailures,
        row.deviceRetryAt,
        row.generation,
        row.endedAt,
        row.signedOut,
        row.claimsGiven,
        row.claim ?? null,
        row.moving ?? null,
        row.areasLeft,
        row.fence ?? null,
        row.movesDay,
        row.movesOnDay,
        answersOf(row).flatMap(packAnswer),
      ];
    case 'phones':
      return [
        row.lastIndex,
        row.people.flatMap(({ person, until, binding }) => [person, until, binding]),
        row.day,
        row.messages,
      ];
    case 'session':
      return [
        ...[row.lastIndex, row.adopted, row.acknowledged],
        ...[row.billsDay, row.reconciledDay, row.reconciled],
      ];
    case 'acts':
      return [
        ...[row.lastIndex, row.at, row.act, row.by, row.reason, row.foreseen, row.command],
        ...[row.contentHash, row.state, row.endedBy, row.endedAt, row.open],
        ...[row.refused, row.changed, row.left],
      ];
    case 'alarms':
      return [
        row.lastIndex,
        row.acknowledged.map((one) => [
          ...[one.alarm, one.level, one.since, one.by, one.at, one.remark],
        ]),
      ];
    case 'keys':
      return [
        ...[row.lastIndex, row.label, row.digest, row.may, row.scope, row.madeBy, row.madeAt],
        ...[row.endedBy, row.endedAt],
      ];
    case 'staff':
      return [
        ...[row.lastIndex, row.roles, row.scope, row.state, row.invitedBy],
        ...[row.invitation ?? null, row.hash ?? null, row.secret ?? null, row.step],
        ...[row.recovery, row.waits, row.generation, row.lastSignInAt],
        answersOf(row).flatMap(packAnswer),
      ];
    case 'asides':
      return [
        ...[row.lastIndex, row.key, row.at, row.provider, row.why],
        ...[row.attempt, row.transaction, row.amountFen],
      ];
    case 'adopted':
      return [row.lastIndex, row.adopted];
    case 'imports':
      return [
        ...[row.lastIndex, row.key, row.what, row.source, row.by, row.at, row.state],
        ...[row.sum ?? null, row.capacities, row.acknowledged],
      ];
    case 'stagings':
      return [
        ...[row.lastIndex, row.number, row.state, row.taken],
        row.slices.flatMap(({ slice, index }) => [slice, index]),
      ];
    default:
      return unreachable(row);
  }
}

/** The store's checksum vouches for `packed`: it is what `packRow` made. */
export function unpackRow(table: PackedRow['table'], key: RowKey, packed: unknown[]): PackedRow {
  switch (table) {
    case 'areas': {
      const [lastIndex, pools, caps, acts] = packed as [number, unknown[], unknown[], number[]];
      const row = newArea(key[0]);
      row.lastIndex = lastIndex;
      row.capacities = inGroups<[UnitCode, number, CandidateType | null]>(pools, 3).map(
        ([unit, capacity, candidateType]) =>
          candidateType === null ? { unit, capacity } : { unit, capacity, candidateType },
      );
      row.courseCaps = inGroups<[CourseCode, number]>(caps, 2).map(([course, cap]) => {
        return { course, cap };
      });
      row.acts = acts;
      return row;
    }
    case 'candidates': {
      const [lastIndex, record, passwordHash, phone, bindings, phoneSettled, phonesLeft, ...codes] =
        packed as PackedCandidate;
      const [phoneCode, codesDay, codesOnDay, resetCode, resetProof, ...more] = codes;
      const [resetsDay, resetsOnDay, failures, retryAt, deviceFailures, ...ends] = more;
      const [deviceRetryAt, generation, endedAt, signedOut, ...claims] = ends;
      const [claimsGiven, claim, moving, areasLeft, fence, movesDay, movesOnDay, answers] = claims;
      const row = newCandidate(key[0], record);
      row.lastIndex = lastIndex;
      row.passwordHash = passwordHash ?? undefined;
      row.phone = phone ?? undefined;
      row.bindings = bindings;
      row.phoneSettled = phoneSettled;
      row.phonesLeft = phonesLeft;
      row.phoneCode = phoneCode ?? undefined;
      row.codesDay = codesDay;
      row.codesOnDay = codesOnDay;
      row.resetCode = resetCode === null ? undefined : unpackResetCode(resetCode);
      row.resetProof = resetProof ?? undefined;
      row.resetsDay = resetsDay;
      row.resetsOnDay = resetsOnDay;
      row.failures = failures;
      row.retryAt = retryAt;
      row.deviceFailures = deviceFailures;
      row.deviceRetryAt = deviceRetryAt;
      row.generation = generation;
      row.endedAt = endedAt;
      row.signedOut = signedOut;
      row.claimsGiven = claimsGiven;
      row.claim = claim ?? undefined;
      row.moving = moving ?? undefined;
      row.areasLeft = areasLeft;
      row.fence = fence ?? undefined;
      row.movesDay = movesDay;
      row.movesOnDay = movesOnDay;
      for (const answer of unpackAnswers(answers)) keep(row, answer);
      return row;
    }
    case 'phones': {
      const [lastIndex, flat, day, messages] = packed as [number, unknown[], number, string[]];
      const places = inGroups<[PersonId, EpochMs, number]>(flat, 3);
      const people = places.map(([person, until, binding]) => ({ person, until, binding }));
      return { table, phone: key[0], lastIndex, people, day, messages };
    }
    case 'session': {
      const [lastIndex, adopted, acknowledged, ...bills] = packed as [
        ...[lastIndex: number, adopted: Adopted, acknowledged: SessionRow['acknowledged']],
        ...[billsDay: number, reconciledDay: number, reconciled: ReconciledDay[]],
      ];
      const [billsDay, reconciledDay, reconciled] = bills;
      return { table, lastIndex, adopted, acknowledged, billsDay, reconciledDay, reconciled };
    }
    case 'asides': {
      const [lastIndex, name, at, provider, why, attempt, transaction, amountFen] = packed as [
        ...[lastIndex: number, key: string, at: EpochMs, provider: ProviderName, why: AsideReason],
        ...[attempt: string, transaction: string, amountFen: Fen],
      ];
      return {
        ...({ table, number: Number(key[0]), lastIndex, key: name, at } as const),
        ...{ provider, why, attempt, transaction, amountFen },
      };
    }
    case 'acts': {
      const [lastIndex, at, act, by, reason, foreseen, command, ...rest] = packed as PackedAct;
      const [contentHash, state, endedBy, endedAt, open, refused, changed, left] = rest;
      return {
        ...({ table, number: Number(key[0]), lastIndex, at, act, by, reason, foreseen } as const),
        ...{ command, contentHash, state, endedBy, endedAt, open, refused, changed, left },
      };
    }
    case 'alarms': {
      const [lastIndex, acknowledged] = packed as [
        lastIndex: number,
        acknowledged: [AlarmKey, AlarmLevel, EpochMs, string, EpochMs, string][],
      ];
      return {
        ...{ table, lastIndex },
        acknowledged: acknowledged.map(([alarm, level, since, by, at, remark]) => ({
          ...{ alarm, level, since, by, at, remark },
        })),
      };
    }
    case 'keys': {
      const [lastIndex, label, digest, may, scope, madeBy, madeAt, endedBy, endedAt] = packed as [
        ...[lastIndex: number, label: string, digest: string, may: KeyScope[], scope: Scope],
        ...[madeBy: StaffId, madeAt: EpochMs, endedBy: StaffId, endedAt: EpochMs],
      ];
      return {
        ...{ table, lastIndex, apiKey: key[0], label, digest, may, scope, madeBy, madeAt },
        ...{ endedBy, endedAt },
      };
    }
    case 'staff': {
      const [lastIndex, roles, scope, state, invitedBy, invitation, hash, ...rest] =
        packed as PackedStaff;
      const [secret, step, recovery, waits, generation, lastSignInAt, answers] = rest;
      const row = newStaff(key[0]);
      row.lastIndex = lastIndex;
      row.roles = roles;
      row.scope = scope;
      row.state = state;
      row.invitedBy = invitedBy;
      row.invitation = invitation ?? undefined;
      row.hash = hash ?? undefined;
      row.secret = secret ?? undefined;
      row.step = step;
      row.recovery = recovery;
      row.waits = waits;
      row.generation = generation;
      row.lastSignInAt = lastSignInAt;
      for (const answer of unpackAnswers(answers)) keep(row, answer);
      return row;
    }
    case 'adopted': {
      const [lastIndex, adopted] = packed as [number, Adopted];
      return { table, lastIndex, adopted };
    }
    case 'imports': {
      const [lastIndex, name, what, source, by, at, state, sum, ...end] = packed as PackedImport;
      const [capacities, acknowledged] = end;
      return {
        ...({ table, number: Number(key[0]), lastIndex, key: name, what, source, by, at } as const),
        ...{ state, sum: sum ?? undefined, capacities, acknowledged },
      };
    }
    case 'stagings': {
      const [lastIndex, number, state, taken, flat] = packed as [
        ...[lastIndex: number, number: ImportNumber, state: StagingRow['state'], taken: number],
        flat: unknown[],
      ];
      const slices = inGroups<[number, number]>(flat, 2);
      return {
        ...({ table, number, lastIndex, state, taken } as const),
        slices: slices.map(([slice, index]) => ({ slice, index })),
      };
    }
    default:
      return unreachable(table);
  }
}

type PackedImport = [
  ...[lastIndex: number, key: string, what: StagedKind, source: string, by: string],
  ...[at: EpochMs, state: ImportState, sum: ImportSum | null],
  ...[capacities: AreaCapacities[], acknowledged: PartitionName[]],
];
type PackedCandidate = [
  lastIndex: number,
  record: CandidateRecord,
  passwordHash: string | null,
  phone: CodeAddress | null,
  bindings: number,
  phoneSettled: boolean,
  phonesLeft: CandidateRow['phonesLeft'],
  phoneCode: PhoneCode | null,
  codesDay: number,
  codesOnDay: number,
  resetCode: PackedResetCode | null,
  resetProof: CandidateRow['resetProof'] | null,
  resetsDay: number,
  resetsOnDay: number,
  failures: number,
  retryAt: EpochMs,
  deviceFailures: number,
  deviceRetryAt: EpochMs,
  generation: number,
  endedAt: EpochMs,
  signedOut: CandidateRow['signedOut'],
  claimsGiven: number,
  claim: CandidateRow['claim'] | null,
  moving: CandidateRow['moving'] | null,
  areasLeft: AreaCode[],
  fence: CandidateRow['fence'] | null,
  movesDay: number,
  movesOnDay: number,
  answers: unknown[],
];
type PackedAct = [
  lastIndex: number,
  at: EpochMs,
  act: Act,
  by: StaffId,
  reason: string,
  foreseen: ForeseenLine[],
  command: CommandId,
  contentHash: number,
  state: ActRow['state'],
  endedBy: StaffId,
  endedAt: EpochMs,
  open: string[],
  refused: ActRow['refused'],
  changed: number,
  left: number,
];
type PackedStaff = [
  lastIndex: number,
  roles: Role[],
  scope: Scope,
  state: StaffState,
  invitedBy: StaffId,
  invitation: StaffRow['invitation'] | null,
  hash: string | null,
  secret: Sealed | null,
  step: number,
  recovery: string[],
  waits: StaffRow['waits'],
  generation: number,
  lastSignInAt: EpochMs,
  answers: unknown[],
];
type PackedResetCode = ReturnType<typeof packResetCode>;

function packResetCode({ phone, ...code }: ResetCode) {
  return { ...code, phone: phone ?? null };
}

function unpackResetCode({ phone, ...code }: PackedResetCode): ResetCode {
  return { ...code, phone: phone ?? undefined };
}

function unitCourses(flat: readonly unknown[]): UnitCourse[] {
  const pairs = inGroups<[UnitCode, CourseCode]>(flat, 2);
  return pairs.map(([unit, course]) => ({ unit, course }));
}

/** Most answers are "done" or what was saved: 0 and a list instead of an object with names. */
function packAnswer({ command, contentHash, outcome }: Answer): unknown[] {
  return [command, contentHash, packOutcome(outcome)];
}

function packOutcome(outcome: Outcome): unknown {
  if (outcome.kind === 'done') return 0;
  if (outcome.kind !== 'saved' || outcome.failed.length > 0) return outcome;
  return outcome.saved.flatMap(({ unit, course }) => [unit, course]);
}

function unpackAnswers(flat: unknown[]): Answer[] {
  const answers = inGroups<[string, number, unknown]>(flat, 3);
  return answers.map(([command, contentHash, packed]) => {
    return { command, contentHash, outcome: unpackOutcome(packed) };
  });
}

function unpackOutcome(packed: unknown): Outcome {
  if (packed === 0) return done;
  if (!Array.isArray(packed)) return packed as Outcome;
  return { kind: 'saved', saved: unitCourses(packed), failed: [] };
}

function inGroups<Group extends readonly unknown[]>(
  flat: readonly unknown[],
  size: number,
): Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < flat.length; at += size)
    groups.push(flat.slice(at, at + size) as unknown as Group);
  return groups;
}
