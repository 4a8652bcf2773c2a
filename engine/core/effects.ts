/**
 * What the world outside still owes a row. A pending effect is a state of its row, not a note in
 * an outbox: after a restart the rows say again what is due.
 *
 * F1 Issued at least once. `key` is the same for the same work, so a second try does no harm; the
 *    completion comes back as a command, after which the row no longer asks.
 */
import type { CodeAddress } from '../protocol/commands.ts';
import type {
  AreaCode,
  ChallengeId,
  EpochMs,
  PartitionName,
  PersonId,
  PhoneIndex,
} from '../protocol/ids.ts';
import type { CodeKind } from '../protocol/messages.ts';
import type { Adopted } from '../protocol/session.ts';
import type { CandidateRow, RegistrationRow, Row, SessionRow } from './rows.ts';

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
  /** `note-vacated` brings whether the area was left; `seats-remain` is a "no". */
  | { kind: 'vacate-area'; key: string; person: PersonId; area: AreaCode; claim: number }
  /** Acknowledged by `note-fenced`. */
  | { kind: 'fence-area'; key: string; person: PersonId; area: AreaCode; claim: number }
  /** Acknowledged by `note-phone-settled`. */
  | { kind: 'settle-phone'; key: string; person: PersonId; phone: PhoneIndex }
  /** The reply's number is brought back by `note-adopted`. */
  | { kind: 'adopt'; key: string; partition: PartitionName; adopted: Adopted };

/** `partitions`: all that must adopt the session, read for the SessionBook's row only. */
export function pendingEffects(row: Row, partitions: readonly PartitionName[]): Effect[] {
  switch (row.table) {
    case 'registrations':
      return ofRegistration(row);
    case 'candidates':
      return ofCandidate(row);
    case 'session':
      return ofSession(row, partitions);
    default:
      return [];
  }
}

function ofRegistration(row: RegistrationRow): Effect[] {
  const { code, person, area } = row;
  if (code === undefined || code.delivery !== 'sending') return [];
  const { challenge, attempt, phone, sentAt } = code;
  const key = `${challenge}.${attempt}`;
  return [
    {
      kind: 'send-message',
      key,
      code: 'booking-code',
      person,
      area,
      challenge,
      attempt,
      phone,
      sentAt,
    },
  ];
}

function ofCandidate(row: CandidateRow): Effect[] {
  const { person, phoneCode, phone, moving, fence } = row;
  const effects: Effect[] = [];
  if (phoneCode?.delivery === 'sending') {
    const { challenge, phone: to, sentAt } = phoneCode;
    const key = `${challenge}.1`;
    effects.push({
      kind: 'send-message',
      key,
      code: 'binding-code',
      person,
      challenge,
      attempt: 1,
      phone: to,
      sentAt,
    });
  }
  if (phone !== undefined && !row.phoneSettled) {
    const key = `${person}.settle.${phone.index}`;
    effects.push({ kind: 'settle-phone', key, person, phone: phone.index });
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

function ofSession(row: SessionRow, partitions: readonly PartitionName[]): Effect[] {
  const { adopted } = row;
  const has = (partition: PartitionName): boolean =>
    row.acknowledged.some((one) => one.partition === partition && one.number >= adopted.number);
  return partitions
    .filter((partition) => !has(partition))
    .map((partition) => ({
      kind: 'adopt',
      key: `adopt.${adopted.number}.${partition}`,
      partition,
      adopted,
    }));
}
