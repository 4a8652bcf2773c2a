/** Whose book a command or query is for, and so which partition it goes to. */
import type { Adopt, Command, StagingCommand } from './commands.ts';
import type { PartitionName } from './ids.ts';
import {
  type Layout,
  partitionOfArea,
  partitionOfPerson,
  partitionOfPhone,
  stableHash,
} from './layout.ts';
import type { Query } from './replies.ts';

type WithoutEnvelope<C> = C extends Command ? Omit<C, 'id' | 'answerBy' | 'epoch'> : never;
/** A command before it is put into its envelope. */
export type CommandBody = WithoutEnvelope<Command>;
/** What names no book goes to a partition by name. */
export type RoutedBody = WithoutEnvelope<Exclude<Command, Adopt | StagingCommand>>;
/** Queries that name what they are about; the others are asked of a partition by name. */
export type RoutedQuery = Extract<
  Query,
  {
    kind:
      | 'registration'
      | 'candidate'
      | 'sign-in-facts'
      | 'in-full'
      | 'outcome'
      | 'session'
      | 'spend-once'
      | 'order-state'
      | 'registrations'
      | 'report'
      | 'withdrawal'
      | 'phone'
      | 'staff-facts'
      | 'staff-list'
      | 'keys'
      | 'alarms'
      | 'acts'
      | 'act';
  }
>;

export function partitionOfBody(layout: Layout, body: RoutedBody): PartitionName {
  switch (body.kind) {
    case 'choose-course':
    case 'drop-course':
    case 'hold-seats':
    case 'send-code':
    case 'resend-code':
    case 'save-seats':
    case 'save-by-password':
    case 'give-up-seats':
    case 'confirm-registration':
    case 'withdraw-order':
    case 'start-payment':
    case 'stop-payment':
    case 'request-refund':
    case 'note-payment':
    case 'note-attempt-closed':
    case 'note-refund':
    case 'note-news':
    case 'release-unpaid':
    case 'remind-unpaid':
    case 'vacate-area':
    case 'fence-area':
    case 'expire-holds':
    case 'set-capacity':
    case 'set-course-caps':
    case 'act-on-area':
    case 'receive-seats':
    case 'note-moved':
    case 'refund-moved':
      return partitionOfArea(layout, body.area);
    case 'note-delivery':
      return body.area === undefined
        ? partitionOfPerson(layout, body.person)
        : partitionOfArea(layout, body.area);
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
      return partitionOfPerson(layout, body.person);
    case 'join-phone':
    case 'settle-phone':
    case 'take-message':
    case 'release-phone':
      return partitionOfPhone(layout, body.phone);
    case 'install-session':
    case 'note-adopted':
    case 'set-aside':
    case 'begin-reconciliation':
    case 'note-reconciled':
    case 'invite-staff':
    case 'accept-invitation':
    case 'record-staff-sign-in':
    case 'set-roles':
    case 'end-account':
    case 'change-staff-password':
    case 'renew-totp':
    case 'renew-recovery-codes':
    case 'end-staff-sign-ins':
    case 'make-key':
    case 'end-key':
    case 'acknowledge-alarm':
    case 'note-alarm-ended':
    case 'install-catalogue':
    case 'begin-import':
    case 'close-import':
    case 'apply-import':
    case 'drop-import':
    case 'note-import-adopted':
    case 'show-in-full':
    case 'propose-act':
    case 'approve-act':
    case 'withdraw-act':
    case 'note-act-carried':
    case 'note-export':
      return layout.session;
  }
}

export function partitionOfQuery(layout: Layout, query: RoutedQuery): PartitionName {
  switch (query.kind) {
    case 'registration':
    case 'order-state':
    case 'registrations':
    case 'report':
    case 'withdrawal':
      return partitionOfArea(layout, query.area);
    case 'candidate':
    case 'sign-in-facts':
    case 'in-full':
      return partitionOfPerson(layout, query.person);
    case 'outcome':
      return query.area === undefined
        ? partitionOfPerson(layout, query.person)
        : partitionOfArea(layout, query.area);
    case 'phone':
      return partitionOfPhone(layout, query.phone);
    case 'session':
    case 'staff-facts':
    case 'staff-list':
    case 'keys':
    case 'alarms':
    case 'acts':
    case 'act':
      return layout.session;
    case 'spend-once': {
      // Any one partition will do, as long as it is always the same for one token.
      const { people } = layout;
      return people[stableHash(query.token) % people.length] ?? layout.session;
    }
  }
}
