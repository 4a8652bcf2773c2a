/**
 * The second book: slow, obvious, and written from the rules alone. It keeps flat lists and finds
 * things by filtering them, shares no code with the core, forgets nothing in a crash, and says for
 * every command what the answer has to be. Its parts judge forms, orders and people.
 */
import type { PreparedCommand, Sequenced } from '../../engine/protocol/commands.ts';
import type { Outcome } from '../../engine/protocol/replies.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import { AuditLists, done, no, type Verdict, yes } from './audit-lists.ts';
import { FormAuditor } from './form-auditor.ts';
import { HumanAuditor } from './human-auditor.ts';
import { OrderAuditor } from './order-auditor.ts';

type Kept = { id: string; content: string; outcome: Outcome };
type OfSession = Extract<
  PreparedCommand,
  {
    kind:
      | 'install-session'
      | 'set-window'
      | 'set-booking-proof'
      | 'adopt'
      | 'note-adopted'
      | 'begin-reconciliation'
      | 'note-reconciled';
  }
>;

/** Everything of a command that makes it the same command, as text. */
function contentOf(command: PreparedCommand): string {
  return JSON.stringify(command, (name, value) =>
    ['id', 'answerBy', 'epoch', 'codeMatches', 'passwordMatches', 'sealed'].includes(name)
      ? undefined
      : value,
  );
}

export class Auditor {
  readonly lists = new AuditLists();
  private readonly orders = new OrderAuditor(this.lists);
  private readonly forms = new FormAuditor(this.lists, this.orders);
  private readonly people = new HumanAuditor(this.lists);
  private readonly kept = new Map<string, Kept[]>();
  private installed: Adopted | null = null;

  /** Carries the command out, in its own way, and says what the answer has to be. */
  judge(partition: string, given: Sequenced): Verdict {
    const { command, at } = given;
    const session = this.lists.sessionOf(partition);
    switch (command.kind) {
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
        return this.remembering(`${command.area}/${command.person}`, given, () =>
          this.forms.judge(session, command, at),
        );
      case 'record-sign-in':
      case 'request-phone-code':
      case 'bind-phone':
      case 'set-password':
      case 'choose-area':
      case 'request-unbind-code':
      case 'unbind-phone':
      case 'change-password':
      case 'request-reset-code':
      case 'prove-reset-code':
      case 'reset-password':
      case 'end-sign-ins':
      case 'sign-out':
        return this.remembering(command.person, given, () =>
          this.people.judge(session, command, at),
        );
      default:
    }
    const late = this.late(given);
    if (late !== null) return late;
    switch (command.kind) {
      case 'vacate-area':
      case 'fence-area':
      case 'expire-holds':
      case 'set-capacity':
      case 'set-course-caps':
        return this.forms.plain(session, command, at);
      case 'note-payment':
      case 'note-attempt-closed':
      case 'note-refund':
      case 'release-unpaid':
      case 'remind-unpaid':
      case 'note-news':
      case 'set-aside': {
        const verdict = this.orders.plain(session, command, at);
        this.lists.sweep();
        return verdict;
      }
      case 'note-delivery':
      case 'import-candidate':
      case 'note-vacated':
      case 'note-fenced':
      case 'note-phone-settled':
      case 'note-phone-released':
      case 'join-phone':
      case 'settle-phone':
      case 'release-phone':
      case 'take-message':
        return this.people.plain(session, command, at);
      case 'install-session':
      case 'set-window':
      case 'set-booking-proof':
      case 'adopt':
      case 'note-adopted':
      case 'begin-reconciliation':
      case 'note-reconciled':
        return this.ofSession(partition, command, at);
      default:
        throw new Error(`the auditor does not know ${command.kind}`);
    }
  }

  /** D7: whether the password stands for codes there. */
  takesPasswords(partition: string): boolean {
    return this.lists.sessionOf(partition)?.settings.bookingProof === 'password';
  }

  revisionOf(area: string, person: string): number {
    const { forms } = this.lists;
    return forms.find((one) => one.area === area && one.person === person)?.revision ?? 0;
  }

  generationOf(person: string): number {
    return this.lists.humans.find((one) => one.person === person)?.generation ?? 1;
  }

  private late({ command, at, olderEpoch }: Sequenced): Verdict | null {
    if (at > command.answerBy) return no('too-late');
    return olderEpoch ? no('ask-again') : null;
  }

  private remembering(whose: string, given: Sequenced, judged: () => Verdict): Verdict {
    const { command } = given;
    const all = this.kept.get(whose) ?? [];
    const before = all.slice(-8).find((one) => one.id === command.id);
    if (before !== undefined)
      return before.content === contentOf(command) ? yes(before.outcome) : no('command-id-reused');
    this.people.unchanged = false;
    const verdict = this.late(given) ?? judged();
    if ('yes' in verdict && !this.people.unchanged) {
      const { id } = command;
      const content = contentOf(command);
      this.kept.set(whose, [...all, { id, content, outcome: verdict.yes }]);
    }
    return verdict;
  }

  private ofSession(partition: string, command: OfSession, at: number): Verdict {
    switch (command.kind) {
      case 'install-session': {
        const { catalogue, calendar } = command;
        const bookingProof = this.installed?.settings.bookingProof ?? 'code';
        const settings = { ...command.settings, bookingProof };
        const number = (this.installed?.number ?? 0) + 1;
        const window = this.installed?.window ?? ({ state: 'open', pausedMs: 0 } as const);
        const next = { number, catalogue, calendar, settings, window };
        return this.install(next);
      }
      case 'set-window': {
        if (this.installed === null) return no('session-missing');
        const { window, number } = this.installed;
        const { to } = command;
        const { pausedMs } = window;
        const pausedAt = window.state === 'paused' ? window.pausedAt : at;
        const next: Adopted['window'] =
          to.state === 'paused'
            ? { state: 'paused', pausedMs, pausedAt, reason: to.reason, newsBy: to.newsBy }
            : { state: 'open', pausedMs: pausedMs + at - pausedAt };
        return this.install({ ...this.installed, number: number + 1, window: next });
      }
      case 'set-booking-proof': {
        if (this.installed === null) return no('session-missing');
        const { to, reason, by, andBy } = command;
        if (reason.trim() === '') return no('reason-missing');
        if (by.trim() === '' || by.trim() === andBy.trim()) return no('second-person-missing');
        const { number, settings } = this.installed;
        if (settings.bookingProof === to) return yes({ kind: 'adopted', number });
        const next = { ...settings, bookingProof: to };
        return this.install({ ...this.installed, number: number + 1, settings: next });
      }
      case 'adopt': {
        const known = this.lists.adoptedBy.find((one) => one.partition === partition);
        const { adopted } = command;
        if (known === undefined) this.lists.adoptedBy.push({ partition, adopted });
        else if (known.adopted.number < adopted.number) known.adopted = adopted;
        const number = Math.max(known?.adopted.number ?? 0, adopted.number);
        return yes({ kind: 'adopted', number });
      }
      case 'note-adopted':
      case 'begin-reconciliation':
      case 'note-reconciled':
        return this.installed === null ? no('session-missing') : done;
    }
  }

  private install(next: Adopted): Verdict {
    const contentOfSession = (of: Adopted | null): string =>
      JSON.stringify({ ...of, number: undefined });
    if (contentOfSession(this.installed) !== contentOfSession(next)) this.installed = next;
    return yes({ kind: 'adopted', number: this.installed?.number ?? 0 });
  }
}
