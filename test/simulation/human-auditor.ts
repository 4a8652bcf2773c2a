/**
 * The auditor's word on people: sign-in, phones, passwords, the claim on an area; and on what phones
 * take.
 */
import type { PreparedCommand } from '../../engine/protocol/commands.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import {
  type AccountCode,
  type AuditLists,
  dayOf,
  done,
  type Failures,
  type Human,
  no,
  type Verdict,
  yes,
} from './audit-lists.ts';

export type OnHuman = Extract<
  PreparedCommand,
  {
    kind:
      | 'record-sign-in'
      | 'request-phone-code'
      | 'bind-phone'
      | 'set-password'
      | 'choose-area'
      | 'request-unbind-code'
      | 'unbind-phone'
      | 'change-password'
      | 'request-reset-code'
      | 'prove-reset-code'
      | 'reset-password'
      | 'end-sign-ins'
      | 'sign-out';
  }
>;
export type OfPeople = Extract<
  PreparedCommand,
  {
    kind:
      | 'note-delivery'
      | 'import-candidate'
      | 'note-vacated'
      | 'note-fenced'
      | 'note-phone-settled'
      | 'note-phone-released'
      | 'join-phone'
      | 'settle-phone'
      | 'release-phone'
      | 'take-message';
  }
>;
const noFailures = (): Failures => ({ count: 0, retryAt: 0 });

export class HumanAuditor {
  private readonly lists: AuditLists;
  /** The last "yes" changed nothing, so there is nothing to remember it with. */
  unchanged = false;

  constructor(lists: AuditLists) {
    this.lists = lists;
  }

  judge(session: Adopted | null, command: OnHuman, at: number): Verdict {
    const human = this.lists.humans.find((one) => one.person === command.person);
    const needsSession = ![
      ...['record-sign-in', 'set-password', 'change-password', 'reset-password'],
      ...['end-sign-ins', 'sign-out'],
    ].includes(command.kind);
    if (needsSession && session === null) return no('session-missing');
    if (human === undefined) return no('person-unknown');
    const day = dayOf(at);
    switch (command.kind) {
      case 'record-sign-in': {
        if (command.succeeded && command.generation !== human.generation)
          return no('changed-meanwhile');
        if (!human.record.tickets.some((one) => one.number === command.ticket))
          return no('ticket-unknown');
        const known = command.device === human.generation;
        const failed = known ? human.failures.device : human.failures.elsewhere;
        if (at < failed.retryAt) return no('sign-in-delayed');
        if (command.succeeded) {
          Object.assign(failed, noFailures());
          return yes({ kind: 'signed-in', generation: human.generation });
        }
        failed.count += 1;
        const waits = [0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640];
        failed.retryAt = at + (waits[failed.count] ?? 900) * 1_000;
        return yes({ kind: 'sign-in-failed', failures: failed.count, retryAt: failed.retryAt });
      }
      case 'request-phone-code': {
        if (session === null) return no('session-missing');
        const early = this.noCodeYet(human, session, at);
        if (early !== null) return early;
        if (human.phone !== null) return no('phone-bound-already');
        const onFile = human.record.importedPhone?.index ?? command.phone.index;
        const first = human.bindings === 0;
        if (first && session.settings.importedPhoneMustMatch && onFile !== command.phone.index)
          return no('phone-not-the-imported-one');
        human.codeDays.push(day);
        human.code = this.accountCode('bind', command, command.phone.index, session, at);
        return done;
      }
      case 'request-unbind-code': {
        if (session === null) return no('session-missing');
        if (human.phone === null) return no('phone-missing');
        const early = this.noCodeYet(human, session, at);
        if (early !== null) return early;
        human.codeDays.push(day);
        human.code = this.accountCode('unbind', command, human.phone, session, at);
        return done;
      }
      case 'bind-phone':
      case 'unbind-phone': {
        if (session === null) return no('session-missing');
        const binding = command.kind === 'bind-phone';
        if (!binding && human.phone === null) return no('phone-missing');
        const { code } = human;
        const mine = code?.use === (binding ? 'bind' : 'unbind') ? code : null;
        const wrong = this.wrongCode(mine, command, session, at);
        if (wrong !== null) return wrong;
        if (binding && human.phone !== null) return no('phone-bound-already');
        human.code = null;
        human.phoneSettled = false;
        if (binding) {
          human.phone = mine?.phone ?? null;
          human.bindings += 1;
        } else {
          human.left.push({ phone: human.phone ?? '', binding: human.bindings });
          human.phone = null;
          human.reset = null;
          human.proof = null;
          this.fence(human);
        }
        return done;
      }
      case 'set-password':
        if (human.phone === null) return no('phone-missing');
        if (human.password) return no('password-set-already');
        return this.newPassword(human);
      case 'change-password':
        if (command.generation !== human.generation) return no('changed-meanwhile');
        if (!human.password) return no('activation-required');
        if (at < human.failures.device.retryAt) return no('sign-in-delayed');
        return this.newPassword(human);
      case 'request-reset-code': {
        if (session === null) return no('session-missing');
        const { accountCodesPerDayMax, codeResendAfterMs } = session.settings;
        const { reset } = human;
        if (reset !== null && at < reset.sentAt + codeResendAfterMs) {
          this.unchanged = true;
          return this.resetCode(reset, session);
        }
        if (human.resetDays.filter((one) => one === day).length >= accountCodesPerDayMax)
          return no('codes-used-up');
        human.resetDays.push(day);
        human.reset = this.accountCode('reset', command, human.phone, session, at);
        return this.resetCode(human.reset, session);
      }
      case 'prove-reset-code': {
        if (session === null) return no('session-missing');
        const wrong = this.wrongCode(human.reset, command, session, at);
        if (wrong !== null) return wrong;
        human.reset = null;
        human.proof = { id: command.id, to: at + 600_000 };
        return done;
      }
      case 'reset-password':
        if (human.proof?.id !== command.proof) return no('code-missing');
        if (at >= human.proof.to) return no('code-expired');
        return this.newPassword(human);
      case 'end-sign-ins':
        if (command.generation !== human.generation) return no('changed-meanwhile');
        this.endSignIns(human);
        return yes({ kind: 'signed-in', generation: human.generation });
      case 'sign-out': {
        const to = Math.min(command.until, at + 43_200_000);
        const there = human.signedOut.filter((one) => at < one.to);
        if (to <= at || there.some((one) => one.nonce === command.nonce)) this.unchanged = true;
        else if (there.length >= 8) this.endSignIns(human);
        else human.signedOut = [...there, { nonce: command.nonce, to }];
        return done;
      }
      case 'choose-area': {
        if (session === null) return no('session-missing');
        const { area } = command;
        if (!session.catalogue.areas.some((one) => one.code === area)) return no('area-unknown');
        const shut = this.lists.shut(session, at);
        if (shut !== null) return shut;
        if (!human.password) return no('activation-required');
        const ticket = human.record.tickets.find((one) => one.number === command.ticket);
        if (ticket === undefined) return no('ticket-unknown');
        if (ticket.status !== 'active') return no('ticket-dead');
        if (!human.record.hasPhoto) return no('photo-missing');
        if (human.phone === null) return no('phone-missing');
        if (human.move !== null) return no('area-move-running');
        const number = human.numbers + 1;
        if (human.claim === null || human.claim.area === area) {
          human.numbers = number;
          human.claim = { number, area };
          return yes({ kind: 'claimed', claim: number, area });
        }
        const moves = human.moveDays.filter((one) => one === day).length;
        if (moves >= session.settings.areaMovesPerDayMax) return no('area-moves-used-up');
        human.moveDays.push(day);
        human.numbers = number;
        human.move = { number, from: human.claim.area, to: area };
        return yes({ kind: 'claiming', claim: number, from: human.claim.area, to: area });
      }
      default:
        throw new Error('not a command on a person');
    }
  }

  private noCodeYet(human: Human, { settings }: Adopted, at: number): Verdict | null {
    const today = human.codeDays.filter((one) => one === dayOf(at)).length;
    if (today >= settings.accountCodesPerDayMax) return no('codes-used-up');
    if (human.code !== null && at < human.code.sentAt + settings.codeResendAfterMs)
      return no('resend-too-soon');
    return null;
  }

  private accountCode(
    use: AccountCode['use'],
    { challenge }: { challenge: string },
    phone: string | null,
    { settings }: Adopted,
    at: number,
  ): AccountCode {
    return {
      use,
      challenge,
      phone,
      to: at + settings.holdMs,
      sentAt: at,
      wrong: 0,
      note: 'sending',
    };
  }

  private resetCode({ challenge, to, sentAt }: AccountCode, { settings }: Adopted): Verdict {
    const resendFrom = sentAt + settings.codeResendAfterMs;
    return yes({ kind: 'reset-code', challenge, expiresAt: to, resendFrom });
  }

  private wrongCode(
    code: AccountCode | null,
    command: { challenge: string; codeMatches: boolean },
    { settings }: Adopted,
    at: number,
  ): Verdict | null {
    if (code === null || code.challenge !== command.challenge) return no('code-missing');
    if (code.wrong >= settings.codeTriesMax) return no('code-tries-used-up');
    if (at >= code.to) return no('code-expired');
    if (command.codeMatches && code.phone !== null) return null;
    code.wrong += 1;
    return no('code-wrong');
  }

  private newPassword(human: Human): Verdict {
    human.password = true;
    human.reset = null;
    human.proof = null;
    this.endSignIns(human);
    this.fence(human);
    return done;
  }

  private endSignIns(human: Human): void {
    human.generation += 1;
    human.signedOut = [];
    human.failures.device = noFailures();
  }

  private fence(human: Human): void {
    if (human.claim === null) return;
    human.fence = { area: human.claim.area, claim: human.claim.number };
    if (human.move !== null) return;
    human.numbers += 1;
    human.claim = { number: human.numbers, area: human.claim.area };
  }

  /** What effects and imports bring: safe to repeat by its own content. */
  plain(session: Adopted | null, command: OfPeople, at: number): Verdict {
    switch (command.kind) {
      case 'note-delivery': {
        const human = this.lists.humans.find((one) => one.person === command.person);
        if (command.area === undefined) {
          if (human === undefined) return no('person-unknown');
          const sent = [human.code, human.reset].find(
            (code) => code?.challenge === command.challenge && code.note === 'sending',
          );
          if (sent) sent.note = command.outcome;
          return done;
        }
        const { code } = this.lists.formOf(command.area, command.person);
        const last = code?.challenge === command.challenge && code.sendings === command.attempt;
        if (code !== null && last && code.note === 'sending') code.note = command.outcome;
        return done;
      }
      case 'import-candidate': {
        const { person, record } = command;
        const known = this.lists.humans.find((one) => one.person === person);
        const human: Human = known ?? {
          ...{ person, record, password: false, phone: null, phoneSettled: false, code: null },
          ...{ bindings: 0, left: [], codeDays: [], reset: null, proof: null, resetDays: [] },
          failures: { elsewhere: noFailures(), device: noFailures() },
          ...{ generation: 1, signedOut: [], numbers: 0 },
          ...{ claim: null, move: null, fence: null, moveDays: [] },
        };
        if (known === undefined) this.lists.humans.push(human);
        const alive = (of: Human['record'], number: string): boolean =>
          of.tickets.some((one) => one.number === number && one.status === 'active');
        const died = human.record.tickets.some(
          ({ number }) => alive(human.record, number) && !alive(record, number),
        );
        human.record = record;
        if (record.passwordHash !== undefined) human.password = true;
        const { importedPhone } = record;
        if (record.kind === 'new' && importedPhone !== undefined && human.bindings === 0) {
          human.phone = importedPhone.index;
          human.bindings = 1;
        }
        if (died) this.fence(human);
        return done;
      }
      case 'note-vacated':
      case 'note-fenced':
      case 'note-phone-settled':
      case 'note-phone-released': {
        const human = this.lists.humans.find((one) => one.person === command.person);
        if (human === undefined) return no('person-unknown');
        if (command.kind === 'note-phone-settled' && human.bindings === command.binding)
          human.phoneSettled = human.phone !== null;
        if (command.kind === 'note-phone-released')
          human.left = human.left.filter(({ binding }) => binding !== command.binding);
        if (command.kind === 'note-fenced' && human.fence?.claim === command.claim)
          human.fence = null;
        if (command.kind === 'note-vacated' && human.move?.number === command.claim) {
          if (!command.vacated) human.numbers += 1;
          human.claim = command.vacated
            ? { number: human.move.number, area: human.move.to }
            : { number: human.numbers, area: human.move.from };
          human.move = null;
        }
        return done;
      }
      case 'join-phone':
      case 'settle-phone':
      case 'release-phone': {
        const { phone, person } = command;
        const place = this.lists.places.find((one) => one.phone === phone && one.person === person);
        let binding = place?.binding ?? 0;
        let to: number | null = at + 600_000;
        if (command.kind === 'join-phone') {
          if (session === null) return no('session-missing');
          if (place?.to === null) return done;
          const others = this.lists.places.filter(
            (one) =>
              one.phone === phone && one.person !== person && (one.to === null || at < one.to),
          );
          const crowd = new Set(others.map((one) => one.person));
          if (crowd.size >= session.settings.peoplePerPhoneMax) return no('phone-people-full');
        } else {
          if (command.binding < binding) return done;
          const stands = place !== undefined && command.binding === binding;
          if (stands && (command.kind === 'settle-phone' || place.to !== null)) return done;
          binding = command.binding;
          if (command.kind === 'settle-phone') to = null;
        }
        const rest = this.lists.places.filter(
          (one) =>
            (one.phone !== phone || one.person !== person) &&
            (one.phone !== phone || one.to === null || at < one.to),
        );
        this.lists.places.splice(0, this.lists.places.length, ...rest, {
          phone,
          person,
          to,
          binding,
        });
        return done;
      }
      case 'take-message': {
        if (session === null) return no('session-missing');
        const { phone, key } = command;
        const day = dayOf(at);
        const today = this.lists.messages.filter((one) => one.phone === phone && one.day === day);
        if (today.some((one) => one.key === key)) return done;
        if (today.length >= session.settings.messagesPerPhonePerDayMax)
          return no('phone-messages-used-up');
        this.lists.messages.push({ phone, key, day });
        return done;
      }
    }
  }
}
