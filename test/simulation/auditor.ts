/**
 * The second book: slow, obvious, and written from the rules alone. It keeps flat lists and finds
 * things by filtering them, shares no code with the core, forgets nothing in a crash, and says for
 * every command what the answer has to be.
 */
import type { PreparedCommand, Sequenced } from '../../engine/protocol/commands.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { Outcome } from '../../engine/protocol/replies.ts';
import type { Adopted, Settings } from '../../engine/protocol/session.ts';

export type Verdict = { yes: Outcome } | { no: RefusalReason };

type Spot = {
  area: string;
  person: string;
  unit: string;
  ticket: string;
  chosen: string | null;
  saved: string | null;
  /** When the seat was saved. */
  since: number;
  hold: { from: number; to: number } | null;
};
export type Pool = {
  area: string;
  unit: string;
  capacity: number;
  held: number;
  saved: number;
  confirmed: number;
  paid: number;
  refunding: number;
};
type Code = {
  challenge: string;
  ticket: string;
  wrong: number;
  to: number;
  sentAt: number;
  sendings: number;
  note: string;
  /** A message went out for it, or is to. */
  told: boolean;
};
type Form = {
  area: string;
  person: string;
  revision: number;
  left: number;
  fenced: number;
  seen: number;
  code: Code | null;
  question: string | null;
  holdDay: number;
  holdsThatDay: number;
};
type Human = {
  person: string;
  record: Extract<PreparedCommand, { kind: 'import-candidate' }>['record'];
  password: boolean;
  phone: string | null;
  bindings: number;
  phoneSettled: boolean;
  left: { phone: string; binding: number }[];
  code: AccountCode | null;
  codeDays: number[];
  reset: AccountCode | null;
  proof: { id: string; to: number } | null;
  resetDays: number[];
  failures: { elsewhere: Failures; device: Failures };
  generation: number;
  signedOut: { nonce: string; to: number }[];
  numbers: number;
  claim: { number: number; area: string } | null;
  move: { number: number; from: string; to: string } | null;
  fence: { area: string; claim: number } | null;
  moveDays: number[];
};
type AccountCode = {
  use: 'bind' | 'unbind' | 'reset';
  challenge: string;
  phone: string | null;
  to: number;
  sentAt: number;
  wrong: number;
  note: string;
};
type Failures = { count: number; retryAt: number };
type OnHuman = Extract<
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
const noFailures = (): Failures => ({ count: 0, retryAt: 0 });
type Kept = { whose: string; id: string; content: string; outcome: Outcome };

const done: Verdict = { yes: { kind: 'done' } };
const no = (reason: RefusalReason): Verdict => ({ no: reason });
const yes = (outcome: Outcome): Verdict => ({ yes: outcome });
const dayOf = (at: number): number => Math.floor((at + 28_800_000) / 86_400_000);

export const taken = ({ held, saved, confirmed, paid, refunding }: Pool): number =>
  held + saved + confirmed + paid + refunding;

/** Everything of a command that makes it the same command, as text. */
function contentOf(command: PreparedCommand): string {
  return JSON.stringify(command, (name, value) =>
    ['id', 'answerBy', 'epoch', 'codeMatches', 'passwordMatches', 'sealed'].includes(name)
      ? undefined
      : value,
  );
}

export class Auditor {
  readonly spots: Spot[] = [];
  private readonly capacities: { area: string; unit: string; capacity: number }[] = [];
  private readonly forms: Form[] = [];
  private readonly humans: Human[] = [];
  private readonly places: {
    phone: string;
    person: string;
    to: number | null;
    binding: number;
  }[] = [];
  private readonly messages: { phone: string; key: string; day: number }[] = [];
  private readonly kept: Kept[] = [];
  private readonly adoptedBy: { partition: string; adopted: Adopted }[] = [];
  private installed: Adopted | null = null;
  /** The last "yes" changed nothing, so there is nothing to remember it with. */
  private unchanged = false;

  /** Carries the command out, in its own way, and says what the answer has to be. */
  judge(partition: string, given: Sequenced): Verdict {
    const { command } = given;
    const session = this.sessionOf(partition);
    switch (command.kind) {
      case 'choose-course':
      case 'drop-course':
      case 'hold-seats':
      case 'send-code':
      case 'resend-code':
      case 'save-seats':
      case 'save-by-password':
      case 'give-up-seats':
        return this.remembering(`${command.area}/${command.person}`, given, () =>
          this.onForm(session, command, given.at),
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
          this.onHuman(session, command, given.at),
        );
      default:
        return this.late(given) ?? this.plain(partition, session, command, given.at);
    }
  }

  /** What every pool has, by its own lists. */
  balance(): Pool[] {
    return this.capacities.map(({ area, unit, capacity }) => {
      const here = this.spots.filter((spot) => spot.area === area && spot.unit === unit);
      const saved = here.filter((spot) => spot.saved !== null).length;
      const held = here.filter((spot) => spot.hold !== null).length;
      return { area, unit, capacity, held, saved, confirmed: 0, paid: 0, refunding: 0 };
    });
  }

  /** D7: whether the password stands for codes there. */
  takesPasswords(partition: string): boolean {
    return this.sessionOf(partition)?.settings.bookingProof === 'password';
  }

  revisionOf(area: string, person: string): number {
    return this.forms.find((one) => one.area === area && one.person === person)?.revision ?? 0;
  }

  generationOf(person: string): number {
    return this.humans.find((one) => one.person === person)?.generation ?? 1;
  }

  private sessionOf(partition: string): Adopted | null {
    return this.adoptedBy.find((one) => one.partition === partition)?.adopted ?? null;
  }

  private late({ command, at, olderEpoch }: Sequenced): Verdict | null {
    if (at > command.answerBy) return no('too-late');
    return olderEpoch ? no('ask-again') : null;
  }

  private remembering(whose: string, given: Sequenced, judged: () => Verdict): Verdict {
    const { command } = given;
    const mine = this.kept.filter((one) => one.whose === whose).slice(-8);
    const before = mine.find((one) => one.id === command.id);
    if (before !== undefined)
      return before.content === contentOf(command) ? yes(before.outcome) : no('command-id-reused');
    this.unchanged = false;
    const verdict = this.late(given) ?? judged();
    if ('yes' in verdict && !this.unchanged) {
      const { id } = command;
      this.kept.push({ whose, id, content: contentOf(command), outcome: verdict.yes });
    }
    return verdict;
  }

  private openTime(session: Adopted, at: number): number {
    const { window } = session;
    return (window.state === 'paused' ? window.pausedAt : at) - window.pausedMs;
  }

  private closeOfDay(session: Adopted, day: number): number {
    const ofDay = session.calendar.filter((one) => dayOf(one.opensAt) === day);
    return ofDay[0]?.closesAt ?? (day + 1) * 86_400_000 - 28_800_000;
  }

  private shut(session: Adopted, at: number): Verdict | null {
    const { calendar, window } = session;
    if (calendar.every((day) => at < day.opensAt)) return no('window-not-yet-open');
    if (window.state === 'paused') return no('window-paused');
    if (calendar.some((day) => day.opensAt <= at && at < day.closesAt)) return null;
    return no(calendar.some((day) => at < day.opensAt) ? 'window-closed' : 'window-over');
  }

  private free(area: string, unit: string): number {
    const pool = this.balance().find((one) => one.area === area && one.unit === unit);
    return pool === undefined ? 0 : pool.capacity - taken(pool);
  }

  private formOf(area: string, person: string): Form {
    const known = this.forms.find((one) => one.area === area && one.person === person);
    if (known !== undefined) return known;
    const form: Form = {
      ...{ area, person, revision: 0, left: 0, fenced: 0, seen: 0 },
      ...{ code: null, question: null, holdDay: -1, holdsThatDay: 0 },
    };
    this.forms.push(form);
    return form;
  }

  private spotsOf(form: Form): Spot[] {
    return this.spots.filter((one) => one.area === form.area && one.person === form.person);
  }

  /** F30: saved on a day that has closed since, and not paid. */
  private isOverdue(session: Adopted, { saved, since }: Spot, at: number): boolean {
    return saved !== null && this.closeOfDay(session, dayOf(since)) <= at;
  }

  private sweep(): void {
    const standing = this.spots.filter((spot) => spot.chosen !== null || spot.saved !== null);
    this.spots.splice(0, this.spots.length, ...standing);
  }

  private onForm(
    session: Adopted | null,
    command: Extract<PreparedCommand, { revision: number }>,
    at: number,
  ): Verdict {
    if (session === null) return no('session-missing');
    if (!session.catalogue.areas.some((area) => area.code === command.area))
      return no('area-unknown');
    const form = this.formOf(command.area, command.person);
    if (command.claim <= form.left || command.claim <= form.fenced) return no('claim-superseded');
    if (command.revision !== form.revision) return no('changed-meanwhile');
    const verdict =
      this.shut(session, at) ??
      (this.spotsOf(form).some((spot) => this.isOverdue(session, spot, at))
        ? no('release-running')
        : this.onOpenForm(session, form, command, at));
    if ('yes' in verdict) {
      form.revision += 1;
      form.seen = Math.max(form.seen, command.claim);
    }
    this.sweep();
    return verdict;
  }

  private onOpenForm(
    session: Adopted,
    form: Form,
    command: Extract<PreparedCommand, { revision: number }>,
    at: number,
  ): Verdict {
    const { settings } = session;
    const { ticket, area, person } = command;
    const spots = this.spotsOf(form);
    const mine = spots.filter((spot) => spot.ticket === ticket && spot.chosen !== null);
    const now = this.openTime(session, at);
    const close = this.closeOfDay(session, dayOf(at)) - session.window.pausedMs;
    const codeEnds = Math.min(now + settings.holdMs, close);
    const forget = (): void => {
      form.code = null;
      form.question = null;
    };
    switch (command.kind) {
      case 'choose-course': {
        const course = session.catalogue.courses.find((one) => one.code === command.course);
        if (course === undefined) return no('course-unknown');
        if ((course.replacedBy ?? []).length > 0) return no('course-replaced');
        if (course.method === 'practical') return no('course-practical');
        const { unit, code } = course;
        if (unit === undefined) return no('course-not-offered');
        const plan = session.catalogue.programmes.find((one) => one.code === command.programme);
        const foreign =
          plan !== undefined && plan.courses.length > 0 && !plan.courses.includes(code);
        if (foreign && settings.foreignCourse === 'refuse') return no('course-foreign');
        const spot = spots.find((one) => one.unit === unit);
        if (spot !== undefined) {
          const same = spot.chosen === code || spot.saved === code;
          if (spot.ticket !== ticket || same || !command.replace) return no('unit-clash');
          spot.chosen = code;
        } else {
          this.spots.push({
            area,
            person,
            unit,
            ticket,
            chosen: code,
            saved: null,
            since: 0,
            hold: null,
          });
        }
        forget();
        return done;
      }
      case 'drop-course': {
        const spot = mine.find((one) => one.unit === command.unit);
        if (spot === undefined) return no('unit-empty');
        spot.chosen = null;
        spot.hold = null;
        forget();
        return done;
      }
      case 'hold-seats': {
        if (mine.length === 0) return no('draft-empty');
        const today = dayOf(at);
        if (form.holdDay === today && form.holdsThatDay >= settings.bookingCodesPerDayMax)
          return no('codes-used-up');
        const owned = mine.filter((spot) => spot.saved !== null);
        const others = mine.filter((spot) => spot.saved === null);
        const full = others.filter((spot) => spot.hold === null && this.free(area, spot.unit) <= 0);
        const held = others.filter((spot) => !full.includes(spot));
        for (const spot of held) {
          const running = spot.hold !== null && now < spot.hold.to ? spot.hold.from : now;
          const from = Math.min(running, now);
          const to = Math.min(now + settings.holdMs, from + settings.holdMaxMs, close);
          spot.hold = { from, to };
        }
        forget();
        if (form.holdDay !== today) form.holdsThatDay = 0;
        form.holdDay = today;
        if (full.length < mine.length) form.holdsThatDay += 1;
        if (full.length === 0) form.code = this.code(command, settings, codeEnds, at);
        else if (full.length < mine.length) form.question = ticket;
        return yes({
          kind: 'held',
          held: held.map((spot) => spot.unit),
          owned: owned.map((spot) => spot.unit),
          full: full.map((spot) => ({
            ...{ unit: spot.unit, course: spot.chosen ?? '', reason: 'seats-exhausted' as const },
          })),
        });
      }
      case 'send-code': {
        if (form.question !== ticket) return no('code-missing');
        for (const spot of mine) {
          if (spot.saved === null && spot.hold === null) spot.chosen = null;
        }
        this.stretch(mine, codeEnds, settings.holdMaxMs);
        forget();
        form.code = this.code(command, settings, codeEnds, at);
        return done;
      }
      case 'resend-code': {
        const code = form.code?.ticket === ticket ? form.code : null;
        if (settings.bookingProof === 'password') return no('password-instead');
        if (code === null) return no('code-missing');
        if (code.told && at < code.sentAt + settings.codeResendAfterMs)
          return no('resend-too-soon');
        if (code.sendings > 1) return no('resend-used-up');
        if (code.wrong >= settings.codeTriesMax) return no('code-tries-used-up');
        if (now >= code.to) return no('code-expired');
        code.to = Math.max(code.to, codeEnds);
        code.sentAt = at;
        code.sendings += 1;
        code.note = 'sending';
        code.told = true;
        this.stretch(mine, code.to, settings.holdMaxMs);
        return done;
      }
      case 'save-seats':
      case 'save-by-password': {
        const { code } = form;
        if (code === null || code.challenge !== command.challenge) return no('code-missing');
        if (code.wrong >= settings.codeTriesMax) return no('code-tries-used-up');
        if (now >= code.to) return no('code-expired');
        if (command.kind === 'save-by-password' && settings.bookingProof === 'code')
          return no('password-ended');
        if (
          'passwordMatches' in command
            ? !command.passwordMatches
            : !command.codeMatches || !code.told
        ) {
          code.wrong += 1;
          return no('code-wrong');
        }
        const bound = mine.map((spot) => spot.unit).sort();
        if (code.ticket !== ticket || bound.join() !== [...command.units].sort().join())
          return no('selection-changed');
        const failed = mine.filter(
          (spot) => spot.saved === null && spot.hold === null && this.free(area, spot.unit) <= 0,
        );
        const saved = mine.filter((spot) => !failed.includes(spot));
        const named = (spot: Spot) => ({ unit: spot.unit, course: spot.chosen ?? '' });
        const outcome: Outcome = {
          kind: 'saved',
          saved: saved.map(named),
          failed: failed.map((spot) => ({ ...named(spot), reason: 'seats-exhausted', late: true })),
        };
        for (const spot of saved) {
          // A swap is on a seat that is owned already.
          const since = spot.saved === null ? at : spot.since;
          Object.assign(spot, { saved: spot.chosen, chosen: null, since, hold: null });
        }
        forget();
        return yes(outcome);
      }
      case 'give-up-seats': {
        const spotAt = (unit: string) =>
          spots.find((one) => one.unit === unit && one.ticket === ticket && one.saved !== null);
        if (command.units.length === 0) return no('unit-empty');
        if (command.units.some((unit) => spotAt(unit) === undefined)) return no('unit-empty');
        for (const unit of command.units) {
          const spot = spotAt(unit);
          if (spot === undefined) continue;
          if (spot.chosen !== null) forget();
          spot.saved = null;
        }
        return done;
      }
      default:
        throw new Error('not a command on a form');
    }
  }

  private code(
    { challenge, ticket }: { challenge: string; ticket: string },
    { bookingProof }: Settings,
    to: number,
    sentAt: number,
  ): Code {
    const told = bookingProof === 'code';
    const note = told ? 'sending' : 'none';
    return { challenge, ticket, wrong: 0, to, sentAt, sendings: 1, note, told };
  }

  private stretch(spots: Spot[], to: number, most: number): void {
    const holds = spots.flatMap((spot) => (spot.hold === null ? [] : [spot.hold]));
    const first = Math.min(...holds.map((hold) => hold.from));
    for (const hold of holds) hold.to = Math.max(hold.to, Math.min(to, first + most));
  }

  private onHuman(session: Adopted | null, command: OnHuman, at: number): Verdict {
    const human = this.humans.find((one) => one.person === command.person);
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
        const shut = this.shut(session, at);
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

  /** Commands that are safe to repeat by their own content. */
  private plain(
    partition: string,
    session: Adopted | null,
    command: PreparedCommand,
    at: number,
  ): Verdict {
    switch (command.kind) {
      case 'vacate-area': {
        const form = this.formOf(command.area, command.person);
        if (form.left >= command.claim || form.seen > command.claim) return done;
        if (this.spotsOf(form).some((spot) => spot.saved !== null)) return no('seats-remain');
        form.left = command.claim;
        this.leave(form);
        return done;
      }
      case 'fence-area': {
        const form = this.formOf(command.area, command.person);
        if (form.left >= command.claim || form.fenced >= command.claim) return done;
        form.fenced = command.claim;
        if (form.seen <= command.claim) this.leave(form);
        return done;
      }
      case 'expire-holds': {
        if (session === null) return done;
        for (const spot of this.spots.filter((one) => one.area === command.area)) {
          const form = this.formOf(spot.area, spot.person);
          const closed = this.closeOfDay(session, form.holdDay) <= at;
          if (spot.hold === null || (spot.hold.to > this.openTime(session, at) && !closed))
            continue;
          spot.hold = null;
          if (form.question === spot.ticket) form.question = null;
        }
        return done;
      }
      case 'release-unpaid': {
        if (session === null) return done;
        for (const spot of this.spots.filter((one) => one.area === command.area)) {
          if (!this.isOverdue(session, spot, at)) continue;
          spot.chosen ??= spot.saved;
          spot.saved = null;
          Object.assign(this.formOf(spot.area, spot.person), { code: null, question: null });
        }
        return done;
      }
      case 'remind-unpaid':
      case 'note-news':
        return done;
      case 'set-capacity': {
        const { area } = command;
        const short = command.capacities.some(({ unit, capacity }) => {
          const pool = this.balance().find((one) => one.area === area && one.unit === unit);
          return pool !== undefined && capacity < taken(pool);
        });
        if (short) return no('capacity-below-taken');
        for (const { unit, capacity } of command.capacities) {
          const pool = this.capacities.find((one) => one.area === area && one.unit === unit);
          if (pool === undefined) this.capacities.push({ area, unit, capacity });
          else pool.capacity = capacity;
        }
        return done;
      }
      case 'note-delivery': {
        const human = this.humans.find((one) => one.person === command.person);
        if (command.area === undefined) {
          if (human === undefined) return no('person-unknown');
          const sent = [human.code, human.reset].find(
            (code) => code?.challenge === command.challenge && code.note === 'sending',
          );
          if (sent) sent.note = command.outcome;
          return done;
        }
        const { code } = this.formOf(command.area, command.person);
        const last = code?.challenge === command.challenge && code.sendings === command.attempt;
        if (code !== null && last && code.note === 'sending') code.note = command.outcome;
        return done;
      }
      case 'import-candidate': {
        const { person, record } = command;
        const known = this.humans.find((one) => one.person === person);
        const human: Human = known ?? {
          ...{ person, record, password: false, phone: null, phoneSettled: false, code: null },
          ...{ bindings: 0, left: [], codeDays: [], reset: null, proof: null, resetDays: [] },
          failures: { elsewhere: noFailures(), device: noFailures() },
          ...{ generation: 1, signedOut: [], numbers: 0 },
          ...{ claim: null, move: null, fence: null, moveDays: [] },
        };
        if (known === undefined) this.humans.push(human);
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
        const human = this.humans.find((one) => one.person === command.person);
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
        const place = this.places.find((one) => one.phone === phone && one.person === person);
        let binding = place?.binding ?? 0;
        let to: number | null = at + 600_000;
        if (command.kind === 'join-phone') {
          if (session === null) return no('session-missing');
          if (place?.to === null) return done;
          const others = this.places.filter(
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
        const rest = this.places.filter(
          (one) =>
            (one.phone !== phone || one.person !== person) &&
            (one.phone !== phone || one.to === null || at < one.to),
        );
        this.places.splice(0, this.places.length, ...rest, { phone, person, to, binding });
        return done;
      }
      case 'take-message': {
        if (session === null) return no('session-missing');
        const { phone, key } = command;
        const day = dayOf(at);
        const today = this.messages.filter((one) => one.phone === phone && one.day === day);
        if (today.some((one) => one.key === key)) return done;
        if (today.length >= session.settings.messagesPerPhonePerDayMax)
          return no('phone-messages-used-up');
        this.messages.push({ phone, key, day });
        return done;
      }
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
        const known = this.adoptedBy.find((one) => one.partition === partition);
        const { adopted } = command;
        if (known === undefined) this.adoptedBy.push({ partition, adopted });
        else if (known.adopted.number < adopted.number) known.adopted = adopted;
        const number = Math.max(known?.adopted.number ?? 0, adopted.number);
        return yes({ kind: 'adopted', number });
      }
      case 'note-adopted':
      case 'begin-reconciliation':
      case 'note-reconciled':
        return this.installed === null ? no('session-missing') : done;
      default:
        throw new Error(`the auditor does not know ${command.kind}`);
    }
  }

  private leave(form: Form): void {
    form.code = null;
    form.question = null;
    for (const spot of this.spotsOf(form)) Object.assign(spot, { chosen: null, hold: null });
    this.sweep();
  }

  private install(next: Adopted): Verdict {
    const contentOfSession = (of: Adopted | null): string =>
      JSON.stringify({ ...of, number: undefined });
    if (contentOfSession(this.installed) !== contentOfSession(next)) this.installed = next;
    return yes({ kind: 'adopted', number: this.installed?.number ?? 0 });
  }
}
