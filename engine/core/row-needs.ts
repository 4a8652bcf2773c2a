/**
 * Which rows commands, queries and events are about: what has to be loaded before a book can answer (P4),
 * and the one row that an event changes (P2). Nothing here looks into a book.
 */
import type { Command, PreparedCommand } from '../protocol/commands.ts';
import type {
  CandidateEvent,
  EventKind,
  ImportEvent,
  PhoneEvent,
  RegistrationEvent,
  RuxiEvent,
  StaffEvent,
  StagingEvent,
} from '../protocol/events.ts';
import type { Query } from '../protocol/replies.ts';
import type { Table } from './rows.ts';

/** A row that must be loaded first (or be known to be absent). */
export type RowNeed = { table: 'candidates' | 'phones'; key: string };

/** Of candidates and phones: all else is always there. */
export function rowsNeeded(asked: Command | PreparedCommand | Query): RowNeed[] {
  switch (asked.kind) {
    case 'join-phone':
    case 'settle-phone':
    case 'take-message':
    case 'release-phone':
    case 'phone':
      return [{ table: 'phones', key: asked.phone }];
    case 'stage-candidates':
    case 'stage-grades': {
      const people = 'candidates' in asked ? asked.candidates : asked.people;
      return people.map(({ person }) => ({ table: 'candidates', key: person }));
    }
    case 'import-candidate':
    case 'record-sign-in':
    case 'request-phone-code':
    case 'bind-phone':
    case 'set-password':
    case 'choose-area':
    case 'note-vacated':
    case 'note-fenced':
    case 'note-phone-settled':
    case 'request-unbind-code':
    case 'unbind-phone':
    case 'note-phone-released':
    case 'change-password':
    case 'request-reset-code':
    case 'prove-reset-code':
    case 'reset-password':
    case 'end-sign-ins':
    case 'sign-out':
    case 'act-on-candidate':
    case 'move-for':
    case 'candidate':
    case 'in-full':
    case 'sign-in-facts':
      return [{ table: 'candidates', key: asked.person }];
    case 'note-delivery':
    case 'outcome':
      return asked.area === undefined ? [{ table: 'candidates', key: asked.person }] : [];
    default:
      return [];
  }
}

/** The same, of an event that recovery reads. */
export function rowsOfEvent(event: RuxiEvent): RowNeed[] {
  if (isOnCandidate(event)) return [{ table: 'candidates', key: event.person }];
  return isOnPhone(event) ? [{ table: 'phones', key: event.phone }] : [];
}

/** Which table an event's one row is in (P2). */
const tableOfEvent: Record<EventKind, Table> = {
  'course-chosen': 'registrations',
  'course-dropped': 'registrations',
  'seats-held': 'registrations',
  'code-sent': 'registrations',
  'code-resent': 'registrations',
  'code-mistyped': 'registrations',
  'seats-saved': 'registrations',
  'seats-given-up': 'registrations',
  'holds-expired': 'registrations',
  'area-vacated': 'registrations',
  'area-fenced': 'registrations',
  'booking-delivery-noted': 'registrations',
  'registration-confirmed': 'registrations',
  'order-withdrawn': 'registrations',
  'payment-started': 'registrations',
  'payment-stopped': 'registrations',
  'attempt-closed': 'registrations',
  'payment-received': 'registrations',
  'refund-requested': 'registrations',
  'refund-succeeded': 'registrations',
  'refund-stuck': 'registrations',
  'seats-released': 'registrations',
  'unpaid-reminded': 'registrations',
  'news-noted': 'registrations',
  'seats-withdrawn': 'registrations',
  'seats-leaving': 'registrations',
  'seats-declined': 'registrations',
  'seats-moved-out': 'registrations',
  'seats-received': 'registrations',
  'seats-not-received': 'registrations',
  'moved-refund-requested': 'registrations',
  'area-move-for': 'candidates',
  'seats-marked': 'registrations',
  'capacity-set': 'areas',
  'candidate-imported': 'candidates',
  'sign-in-succeeded': 'candidates',
  'sign-in-failed': 'candidates',
  'phone-code-issued': 'candidates',
  'phone-code-mistyped': 'candidates',
  'phone-bound': 'candidates',
  'phone-settled': 'candidates',
  'password-set': 'candidates',
  'area-claimed': 'candidates',
  'area-move-started': 'candidates',
  'area-move-ended': 'candidates',
  'fence-settled': 'candidates',
  'account-delivery-noted': 'candidates',
  'phone-joined': 'phones',
  'message-taken': 'phones',
  'session-installed': 'session',
  'catalogue-installed': 'session',
  'adoption-noted': 'session',
  'reconciliation-begun': 'session',
  'day-reconciled': 'session',
  'export-noted': 'session',
  'session-adopted': 'adopted',
  'phone-unbound': 'candidates',
  'phone-released': 'candidates',
  'reset-code-issued': 'candidates',
  'reset-code-mistyped': 'candidates',
  'reset-code-proven': 'candidates',
  'sign-ins-ended': 'candidates',
  'signed-out': 'candidates',
  'shown-in-full': 'staff',
  'phone-left': 'phones',
  'payment-set-aside': 'asides',
  'course-caps-set': 'areas',
  'staff-invited': 'staff',
  'invitation-accepted': 'staff',
  'staff-signed-in': 'staff',
  'staff-sign-in-failed': 'staff',
  'staff-roles-set': 'staff',
  'account-ended': 'staff',
  'staff-password-set': 'staff',
  'totp-renewed': 'staff',
  'recovery-codes-renewed': 'staff',
  'staff-sign-ins-ended': 'staff',
  'key-made': 'keys',
  'key-ended': 'keys',
  'alarm-acknowledged': 'alarms',
  'alarm-ended': 'alarms',
  'import-begun': 'imports',
  'import-closed': 'imports',
  'import-applied': 'imports',
  'import-dropped': 'imports',
  'import-adoption-noted': 'imports',
  'people-staged': 'stagings',
  'marks-staged': 'stagings',
  'import-adopted': 'stagings',
  'slice-taken': 'stagings',
  'act-proposed': 'acts',
  'act-decided': 'acts',
  'act-withdrawn': 'acts',
  'act-carried': 'acts',
  'session-acted': 'session',
  'phone-unbound-for': 'candidates',
  'activation-reset': 'candidates',
};
export const isOnRegistration = (event: RuxiEvent): event is RegistrationEvent =>
  tableOfEvent[event.kind] === 'registrations';
export const isOnCandidate = (event: RuxiEvent): event is CandidateEvent =>
  tableOfEvent[event.kind] === 'candidates';
export const isOnPhone = (event: RuxiEvent): event is PhoneEvent =>
  tableOfEvent[event.kind] === 'phones';
export const isOnImport = (event: RuxiEvent): event is ImportEvent =>
  tableOfEvent[event.kind] === 'imports';
export const isOnStaging = (event: RuxiEvent): event is StagingEvent =>
  tableOfEvent[event.kind] === 'stagings';
export const isOnStaff = (event: RuxiEvent): event is StaffEvent =>
  tableOfEvent[event.kind] === 'staff';
