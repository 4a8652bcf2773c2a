/**
 * The second book: slow, obvious, and written from the rules alone. It keeps flat lists and finds
 * things by filtering them, shares no code with the core, forgets nothing in a crash, and says for
 * every command what the answer has to be. Its parts judge forms, orders and people.
 */
import type {
  AlarmCommand,
  ApproveAct,
  PreparedCommand,
  ProposeAct,
  Sequenced,
  WithdrawAct,
} from '../../engine/protocol/commands.ts';
import type { Outcome } from '../../engine/protocol/replies.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import type { Act } from '../../engine/protocol/staff.ts';
import { AuditLists, done, no, type Verdict, yes } from './audit-lists.ts';
import { FormAuditor } from './form-auditor.ts';
import { HumanAuditor } from './human-auditor.ts';
import { OrderAuditor } from './order-auditor.ts';

type Kept = { id: string; content: string; outcome: Outcome };
/** `decidedBy`: empty where one was enough. */
type Acted = {
  id: string;
  content: string;
  act: Act;
  by: string;
  at: number;
  decidedBy?: string;
} & {
  withdrawn?: true;
};
type OfSession = Extract<
  PreparedCommand,
  {
    kind: 'install-session' | 'adopt' | 'note-adopted' | 'begin-reconciliation' | 'note-reconciled';
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
  private readonly acts: Acted[] = [];

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
      case 'propose-act':
        return this.proposed(given, command);
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
      case 'approve-act':
        return this.approved(command, at);
      case 'withdraw-act':
        return this.withdrawn(command, at);
      case 'acknowledge-alarm':
      case 'note-alarm-ended':
        return this.ofAlarm(command, at);
      case 'install-session':
      case 'adopt':
      case 'note-adopted':
      case 'begin-reconciliation':
      case 'note-reconciled':
        return this.ofSession(partition, command);
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

  private ofSession(partition: string, command: OfSession): Verdict {
    switch (command.kind) {
      case 'install-session': {
        const { catalogue } = command;
        const calendar = this.installed?.calendar ?? command.calendar;
        const bookingProof = this.installed?.settings.bookingProof ?? 'code';
        const { holdMs, holdMaxMs } = this.installed?.settings ?? command.settings;
        const settings = { ...command.settings, bookingProof, holdMs, holdMaxMs };
        const number = (this.installed?.number ?? 0) + 1;
        const window = this.installed?.window ?? ({ state: 'open', pausedMs: 0 } as const);
        const next = { number, catalogue, calendar, settings, window };
        return this.install(next);
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

  /** How many acts there are: of the command line alone, which may do all of them. */
  get actsProposed(): number {
    return this.acts.length;
  }

  private proposed(given: Sequenced, command: ProposeAct): Verdict {
    const { at } = given;
    const content = contentOf(command);
    const again = this.acts.find(({ id }) => id === command.id);
    if (again !== undefined && again.content !== content) return no('command-id-reused');
    const numberOf = (act: Acted) => this.acts.indexOf(act) + 1;
    const answer = (act: Acted) =>
      yes({ kind: 'act', number: numberOf(act), decided: act.decidedBy !== undefined });
    if (again !== undefined) return answer(again);
    const late = this.late(given);
    if (late !== null) return late;
    if (this.installed === null) return no('session-missing');
    const { act, by, named, reason } = command;
    if (reason.trim() === '') return no('reason-missing');
    const unfit = this.unfit(act, at);
    if (unfit !== null) return unfit;
    const acted: Acted = { id: command.id, content, act, by: `${by} ${named}`, at };
    this.acts.push(acted);
    if (act.kind !== 'set-booking-proof') this.decide(acted, at, '');
    return answer(acted);
  }

  private approved({ number, by, named }: ApproveAct, at: number): Verdict {
    const acted = this.acts[number - 1];
    if (acted === undefined || this.installed === null) return no('act-unknown');
    const approver = `${by} ${named}`;
    const decided = yes({ kind: 'act', number, decided: true });
    if (acted.decidedBy === approver) return decided;
    if (acted.decidedBy !== undefined || acted.withdrawn) return no('act-ended');
    if (at >= acted.at + 30 * 60_000) return no('act-expired');
    if (acted.by === approver) return no('second-person-missing');
    const unfit = this.unfit(acted.act, at);
    if (unfit !== null) return unfit;
    this.decide(acted, at, approver);
    return decided;
  }

  private withdrawn({ number }: WithdrawAct, at: number): Verdict {
    const acted = this.acts[number - 1];
    if (acted === undefined) return no('act-unknown');
    if (acted.withdrawn) return done;
    if (acted.decidedBy !== undefined) return no('act-ended');
    if (at >= acted.at + 30 * 60_000) return no('act-expired');
    acted.withdrawn = true;
    return done;
  }

  /** One occurrence is taken once, and once more when it has become grave. */
  private ofAlarm(command: AlarmCommand, at: number): Verdict {
    const { alarms } = this.lists;
    const { alarm } = command;
    const place = alarms.findIndex((one) => one.alarm === alarm);
    const standing = alarms[place];
    if (command.kind === 'note-alarm-ended') {
      if (standing?.at === command.acknowledgedAt) alarms.splice(place, 1);
      return done;
    }
    const { since } = command;
    const grave = command.level === 'grave';
    const isNew = standing === undefined || Math.abs(standing.since - since) >= 60_000;
    if (!isNew && (standing.grave || !grave)) return done;
    if (standing !== undefined) alarms.splice(place, 1);
    alarms.push({ alarm, grave, since, at });
    return done;
  }

  private unfit(act: Act, at: number): Verdict | null {
    const { window, settings } = this.installed ?? {};
    switch (act.kind) {
      case 'pause-window':
        return act.newsBy <= at ? no('act-unfit') : null;
      case 'open-window':
        return window?.state === 'open' ? no('changed-meanwhile') : null;
      case 'set-booking-proof':
        return settings?.bookingProof === act.to ? no('changed-meanwhile') : null;
      case 'set-hold':
        return null;
      default:
        throw new Error(`the auditor does not know ${act.kind}`);
    }
  }

  private decide(acted: Acted, at: number, approver: string): void {
    acted.decidedBy = approver;
    if (this.installed === null) return;
    const { act } = acted;
    const { window, settings } = this.installed;
    const next = { ...this.installed, number: this.installed.number + 1 };
    const { pausedMs } = window;
    const pausedAt = window.state === 'paused' ? window.pausedAt : at;
    if (act.kind === 'pause-window') {
      const { shown: reason, newsBy } = act;
      next.window = { state: 'paused', pausedMs, pausedAt, reason, newsBy };
    }
    if (act.kind === 'open-window')
      next.window = { state: 'open', pausedMs: pausedMs + at - pausedAt };
    if (act.kind === 'set-booking-proof') next.settings = { ...settings, bookingProof: act.to };
    if (act.kind === 'set-hold') {
      const { holdMs, holdMaxMs } = act;
      next.settings = { ...settings, holdMs, holdMaxMs };
    }
    this.installed = next;
  }

  private install(next: Adopted): Verdict {
    const contentOfSession = (of: Adopted | null): string =>
      JSON.stringify({ ...of, number: undefined });
    if (contentOfSession(this.installed) !== contentOfSession(next)) this.installed = next;
    return yes({ kind: 'adopted', number: this.installed?.number ?? 0 });
  }
}
