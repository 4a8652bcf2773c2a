/**
 * Who may send what. Gateways speak for everybody who has none of the engine's keys: candidates,
 * providers, and who works at the desk. The house is the engine's own parts and the command line beside
 * it, and has a door of its own (subjects.ts), which a gateway's account at the bus does not open.
 *
 * G1 What is the house's alone, or signed by the command line, is carried out from its door only.
 * G2 What somebody at the desk decides bears who, and the book that decides looks up whether they may:
 *    every such command has its right here. A gateway can lie about who asks, never about what they may.
 */
import type { Command } from './commands.ts';
import { type Decider, type Right, shell } from './staff.ts';

type Kind = Command['kind'];
type Decided = Extract<Command, Decider>['kind'];
/** `act`: the right of the act that it is about. */
type Sender<K extends Kind> = K extends Decided ? Right | 'act' : 'gateway' | 'house';

export const senders = {
  // Candidates, from choosing to paying; each proved by their sign-in, of which gateways know the key.
  'choose-course': 'gateway',
  'drop-course': 'gateway',
  'hold-seats': 'gateway',
  'send-code': 'gateway',
  'resend-code': 'gateway',
  'save-seats': 'gateway',
  'save-by-password': 'gateway',
  'give-up-seats': 'gateway',
  'confirm-registration': 'gateway',
  'withdraw-order': 'gateway',
  'start-payment': 'gateway',
  'stop-payment': 'gateway',
  'request-refund': 'gateway',
  'record-sign-in': 'gateway',
  'request-phone-code': 'gateway',
  'bind-phone': 'gateway',
  'set-password': 'gateway',
  'choose-area': 'gateway',
  'request-unbind-code': 'gateway',
  'unbind-phone': 'gateway',
  'change-password': 'gateway',
  'request-reset-code': 'gateway',
  'prove-reset-code': 'gateway',
  'reset-password': 'gateway',
  'end-sign-ins': 'gateway',
  'sign-out': 'gateway',
  'join-phone': 'gateway',
  // Providers, whose signatures gateways check.
  'note-payment': 'gateway',
  'note-attempt-closed': 'gateway',
  'note-refund': 'gateway',
  'set-aside': 'gateway',
  // Of one's own account: by its link, or by what was proved at the door.
  'accept-invitation': 'gateway',
  'record-staff-sign-in': 'gateway',
  'change-staff-password': 'gateway',
  'renew-totp': 'gateway',
  'renew-recovery-codes': 'gateway',
  'end-staff-sign-ins': 'gateway',
  // What gateways see: it only gives an alarm back to whoever takes it next.
  'note-alarm-ended': 'gateway',
  // A file's slices: nothing of them counts before two have applied the import.
  'stage-candidates': 'gateway',
  'stage-grades': 'gateway',
  'stage-marks': 'gateway',

  'invite-staff': 'keep-accounts',
  'set-roles': 'keep-accounts',
  'end-account': 'keep-accounts',
  'make-key': 'keep-keys',
  'end-key': 'keep-keys',
  'acknowledge-alarm': 'acknowledge-alarms',
  'install-catalogue': 'import',
  'begin-import': 'import',
  'close-import': 'import',
  'apply-import': 'import',
  'drop-import': 'import',
  'show-in-full': 'see-in-full',
  'note-export': 'see-in-full',
  'propose-act': 'act',
  'approve-act': 'act',
  'withdraw-act': 'act',

  // Timers.
  'expire-holds': 'house',
  'release-unpaid': 'house',
  'remind-unpaid': 'house',
  'begin-reconciliation': 'house',
  'take-staged': 'house',
  // From book to book, and back.
  adopt: 'house',
  'note-adopted': 'house',
  'adopt-import': 'house',
  'note-import-adopted': 'house',
  'act-on-area': 'house',
  'act-on-candidate': 'house',
  'note-act-carried': 'house',
  'receive-seats': 'house',
  'note-moved': 'house',
  'refund-moved': 'house',
  'move-for': 'house',
  'vacate-area': 'house',
  'fence-area': 'house',
  'note-vacated': 'house',
  'note-fenced': 'house',
  'settle-phone': 'house',
  'release-phone': 'house',
  'take-message': 'house',
  'note-phone-settled': 'house',
  'note-phone-released': 'house',
  'note-delivery': 'house',
  'note-news': 'house',
  'note-reconciled': 'house',
  // The command line, and the demonstration's first start.
  'install-session': 'house',
  'set-capacity': 'house',
  'set-course-caps': 'house',
  'import-candidate': 'house',
} as const satisfies { [K in Kind]: Sender<K> };

/** Which right each asks for that bears who decided it. */
export const rightOfCommand: Pick<typeof senders, Decided> = senders;

/** G1. */
export const mayComeFromGateway = (command: Command): boolean =>
  senders[command.kind] !== 'house' && !('byGeneration' in command && command.by === shell);
