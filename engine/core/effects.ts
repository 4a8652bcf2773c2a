/**
 * What the world outside still owes a row. A pending effect is a state of its row, not a note in
 * an outbox: after a restart the rows say again what is due.
 *
 * F1 Issued at least once. `key` is the same for the same work, so a second try does no harm; the
 *    completion comes back as a command, after which the row no longer asks.
 */
import type { CodeAddress, MovedOrder, MovedSeat } from '../protocol/commands.ts';
import type {
  AreaCode,
  ChallengeId,
  EpochMs,
  Fen,
  PartitionName,
  PersonId,
  PhoneIndex,
} from '../protocol/ids.ts';
import type { AreaCapacities, ImportNumber } from '../protocol/imports.ts';
import type { CodeKind } from '../protocol/messages.ts';
import {
  type AttemptNumber,
  attemptNumber,
  type ProviderName,
  type RefundNumber,
  refundNumber,
} from '../protocol/payments.ts';
import type { Adopted, CandidateType } from '../protocol/session.ts';
import { type ActPart, partOf } from './acts.ts';
import { notToldOf } from './imports.ts';
import type {
  ActRow,
  CandidateRow,
  ImportRow,
  News,
  Order,
  PhoneCode,
  RegistrationRow,
  Row,
  SessionRow,
} from './rows.ts';
import { isReconciling } from './session-book.ts';
import { moveOf } from './withdrawals.ts';

export type Effect =
  /** Counted at the PhoneBook by `key` first; `note-delivery` brings the outcome. `area`: a booking code. */
  | {
      kind: 'send-message';
      key: string;
      /** What the code is for; the code itself is derived when it is sent. */
      code: CodeKind;
      person: PersonId;
      area?: AreaCode;
      challenge: ChallengeId;
      attempt: number;
      phone: CodeAddress;
      sentAt: EpochMs;
    }
  /** Told by a message once a channel takes it; `note-news` brings the outcome. */
  | { kind: 'send-news'; key: string; person: PersonId; area: AreaCode; news: News }
  /**
   * An attempt that may be paid: the provider is asked now and then, and closes it at `closesAt`.
   * `note-payment` or `note-attempt-closed` brings the end.
   */
  | {
      kind: 'watch-payment';
      key: string;
      area: AreaCode;
      provider: ProviderName;
      attempt: AttemptNumber;
      startedAt: EpochMs;
      closesAt: EpochMs;
    }
  /** S5: all of a registration goes to another area; `note-moved` brings what that made of it. */
  | {
      kind: 'move-seats';
      key: string;
      person: PersonId;
      area: AreaCode;
      to: AreaCode;
      act: number;
      candidateType: CandidateType;
      unpaidSince: EpochMs;
      seats: MovedSeat[];
      orders: MovedOrder[];
    }
  /** S5: money that another area took for it; `note-refund` brings what that says. */
  | {
      kind: 'refund-moved';
      key: string;
      area: AreaCode;
      provider: ProviderName;
      attempt: AttemptNumber;
      paidAs: AttemptNumber;
    }
  /** Money that goes back; `note-refund` brings what the provider says. */
  | {
      kind: 'refund-payment';
      key: string;
      area: AreaCode;
      provider: ProviderName;
      attempt: AttemptNumber;
      refund: RefundNumber;
      transaction: string;
      amountFen: Fen;
    }
  /** The bills of a China-time day are compared with the orders; `note-reconciled` ends it. */
  | { kind: 'reconcile'; key: string; day: number }
  /** `note-vacated` brings whether the area was left; `seats-remain` is a "no". */
  | { kind: 'vacate-area'; key: string; person: PersonId; area: AreaCode; claim: number }
  /** Acknowledged by `note-fenced`. */
  | { kind: 'fence-area'; key: string; person: PersonId; area: AreaCode; claim: number }
  /** Acknowledged by `note-phone-settled`. */
  | { kind: 'settle-phone'; key: string; person: PersonId; phone: PhoneIndex; binding: number }
  /** The reply's number is brought back by `note-adopted`. */
  | { kind: 'adopt'; key: string; partition: PartitionName; adopted: Adopted }
  /** `capacities`: all of them; each partition is told its own. Acknowledged by `note-import-adopted`. */
  | {
      kind: 'adopt-import';
      key: string;
      partition: PartitionName;
      import: ImportNumber;
      to: 'applied' | 'dropped';
      capacities: AreaCapacities[];
    }
  /** What an act is to one area or person; `note-act-carried` brings what became of it. */
  | { kind: 'carry-act'; key: string; target: string; part: ActPart }
  /** Acknowledged by `note-phone-released`. */
  | { kind: 'release-phone'; key: string; person: PersonId; phone: PhoneIndex; binding: number };

/** `partitions`: all that must adopt the session, read for the SessionBook's row only. */
export function pendingEffects(row: Row, partitions: readonly PartitionName[]): Effect[] {
  switch (row.table) {
    case 'registrations': {
      const effects = ofRegistration(row);
      addNews(row, effects);
      return effects;
    }
    case 'candidates':
      return ofCandidate(row);
    case 'session':
      return ofSession(row, partitions);
    case 'imports':
      return ofImport(row, partitions);
    case 'acts':
      return ofAct(row);
    default:
      return [];
  }
}

/**
 * The same without news, of which there may be as much as there are rows: whoever starts asks for it
 * when there is room.
 */
export const urgentEffects = (row: Row, partitions: readonly PartitionName[]): Effect[] =>
  row.table === 'registrations' ? ofRegistration(row) : pendingEffects(row, partitions);

/** Of one row, onto what there is already. */
export function addNews({ area, number, person, news }: RegistrationRow, effects: Effect[]): void {
  for (const one of news) {
    const key = `${area}.${number}.news.${one.place}`;
    effects.push({ kind: 'send-news', key, person, area, news: one });
  }
}

function ofRegistration(row: RegistrationRow): Effect[] {
  const { code, person, area, orders } = row;
  const effects: Effect[] = [];
  if (code?.delivery === 'sending') {
    const { challenge, attempt, phone, sentAt } = code;
    const key = `${challenge}.${attempt}`;
    effects.push({
      ...({ kind: 'send-message', key, code: 'booking-code', person, area } as const),
      ...{ challenge, attempt, phone, sentAt },
    });
  }
  for (const order of orders) ofOrder(area, order, effects);
  const { exit, number, candidateType, unpaidSince } = row;
  if (exit?.state === 'going') {
    const { act, to, begun } = exit;
    const key = `${area}.${number}.move.${begun}`;
    effects.push({
      ...({ kind: 'move-seats', key, person, area, to, act } as const),
      ...{ candidateType, unpaidSince, ...moveOf(row) },
    });
  }
  return effects;
}

function ofOrder(area: AreaCode, { number, feeFen, attempts }: Order, effects: Effect[]): void {
  for (const one of attempts) {
    const { place, provider, state, startedAt, expiresAt, transaction, refund, paidAs } = one;
    const attempt = attemptNumber(number, place);
    if (state === 'live' || state === 'stopping') {
      // Stopping is other work than watching: it must not wait for the watch to come round.
      const key = `${attempt}.${state}`;
      const closesAt = state === 'live' ? expiresAt : 0;
      effects.push({
        ...({ kind: 'watch-payment', key, area, provider, attempt } as const),
        ...{ startedAt, closesAt },
      });
    }
    if (refund === undefined || refund.doneAt !== 0) continue;
    const key = refundNumber(attempt);
    if (paidAs !== undefined) {
      effects.push({ kind: 'refund-moved', key, area, provider, attempt, paidAs });
      continue;
    }
    effects.push({
      ...({ kind: 'refund-payment', key, area, provider, attempt } as const),
      ...{ refund: key, transaction, amountFen: feeFen },
    });
  }
}

function ofCandidate(row: CandidateRow): Effect[] {
  const { person, phoneCode, resetCode, phone, bindings, moving, fence } = row;
  const effects: Effect[] = [];
  if (phoneCode?.delivery === 'sending')
    effects.push(accountMessage(person, phoneCode.purpose, phoneCode));
  if (resetCode?.phone !== undefined && resetCode.delivery === 'sending') {
    const { phone: to, ...code } = resetCode;
    effects.push(accountMessage(person, 'password-code', { ...code, phone: to }));
  }
  if (phone !== undefined && !row.phoneSettled) {
    const { index } = phone;
    const key = `${person}.settle.${bindings}`;
    effects.push({ kind: 'settle-phone', key, person, phone: index, binding: bindings });
  }
  for (const { phone: index, binding } of row.phonesLeft) {
    const key = `${person}.release.${binding}`;
    effects.push({ kind: 'release-phone', key, person, phone: index, binding });
  }
  if (moving !== undefined) {
    const { number: claim, from: area } = moving;
    effects.push({ kind: 'vacate-area', key: `${person}.vacate.${claim}`, person, area, claim });
  }
  if (fence !== undefined) {
    const { area, claim } = fence;
    effects.push({ kind: 'fence-area', key: `${person}.fence.${claim}`, person, area, claim });
  }
  return effects;
}

function accountMessage(
  person: PersonId,
  code: CodeKind,
  { challenge, phone, sentAt }: Omit<PhoneCode, 'purpose'>,
): Effect {
  const key = `${challenge}.1`;
  return { kind: 'send-message', key, code, person, challenge, attempt: 1, phone, sentAt };
}

function ofAct(row: ActRow): Effect[] {
  if (row.state !== 'decided') return [];
  return row.open.map((target) => ({
    ...({ kind: 'carry-act', key: `act.${row.number}.${target}`, target } as const),
    part: partOf(row, target),
  }));
}

function ofSession(row: SessionRow, partitions: readonly PartitionName[]): Effect[] {
  const { adopted, billsDay } = row;
  const has = (partition: PartitionName): boolean =>
    row.acknowledged.some((one) => one.partition === partition && one.number >= adopted.number);
  const effects: Effect[] = [];
  for (const partition of partitions) {
    if (has(partition)) continue;
    const key = `adopt.${adopted.number}.${partition}`;
    effects.push({ kind: 'adopt', key, partition, adopted });
  }
  if (isReconciling(row))
    effects.push({ kind: 'reconcile', key: `reconcile.${billsDay}`, day: billsDay });
  return effects;
}

function ofImport(row: ImportRow, partitions: readonly PartitionName[]): Effect[] {
  const { number, capacities } = row;
  const to = row.state === 'applied' ? 'applied' : 'dropped';
  return notToldOf(row, partitions).map((partition) => {
    const key = `import.${number}.${to}.${partition}`;
    return { kind: 'adopt-import', key, partition, import: number, to, capacities };
  });
}
