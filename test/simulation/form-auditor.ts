/**
 * The auditor's word on one person's form in one area: what is chosen, held and saved, and the code.
 */
import type { PreparedCommand } from '../../engine/protocol/commands.ts';
import type { Outcome } from '../../engine/protocol/replies.ts';
import type { Adopted, Settings } from '../../engine/protocol/session.ts';
import {
  type AuditLists,
  type Code,
  dayOf,
  done,
  type Form,
  no,
  type Spot,
  taken,
  type Verdict,
  yes,
} from './audit-lists.ts';
import { isOfOrders, type OfOrders, type OrderAuditor } from './order-auditor.ts';

export type OnForm = Extract<PreparedCommand, { revision: number }>;
type OnArea = Extract<
  PreparedCommand,
  { kind: 'vacate-area' | 'fence-area' | 'expire-holds' | 'set-capacity' | 'set-course-caps' }
>;

export class FormAuditor {
  private readonly lists: AuditLists;
  private readonly orders: OrderAuditor;

  constructor(lists: AuditLists, orders: OrderAuditor) {
    this.lists = lists;
    this.orders = orders;
  }

  judge(session: Adopted | null, command: OnForm, at: number): Verdict {
    if (session === null) return no('session-missing');
    if (!session.catalogue.areas.some((area) => area.code === command.area))
      return no('area-unknown');
    const form = this.lists.formOf(command.area, command.person);
    if (command.claim <= form.left || command.claim <= form.fenced) return no('claim-superseded');
    if (command.revision !== form.revision) return no('changed-meanwhile');
    const verdict =
      this.closed(session, form, command, at) ??
      (isOfOrders(command)
        ? this.orders.judge(session, form, command, at)
        : (this.orders.lockOn(form, command.ticket) ??
          this.onOpenForm(session, form, command, at)));
    if ('yes' in verdict) {
      this.lists.open(form);
      form.revision += 1;
      form.seen = Math.max(form.seen, command.claim);
    }
    this.lists.sweep();
    return verdict;
  }

  /** Booking goes by the window, money by the calendar (D9, S2); and nothing before F30 is done. */
  private closed(session: Adopted, form: Form, { kind }: OnForm, at: number): Verdict | null {
    const ofMoney = ['start-payment', 'stop-payment', 'request-refund'].includes(kind);
    const { lists } = this;
    const shut = ofMoney ? lists.shutByCalendar(session, at) : lists.shut(session, at);
    if (shut !== null) return shut;
    const overdue = lists.spotsOf(form).some((spot) => lists.isOverdue(session, spot, at));
    return overdue ? no('release-running') : null;
  }

  private onOpenForm(
    session: Adopted,
    form: Form,
    command: Exclude<OnForm, OfOrders>,
    at: number,
  ): Verdict {
    const { settings } = session;
    const { ticket, area, person } = command;
    const spots = this.lists.spotsOf(form);
    const mine = spots.filter((spot) => spot.ticket === ticket && spot.chosen !== null);
    const now = this.lists.openTime(session, at);
    const close = this.lists.closeOfDay(session, dayOf(at)) - session.window.pausedMs;
    const codeEnds = Math.min(now + settings.holdMs, close);
    const forget = (): void => this.lists.forget(form);
    const whyFull = (spot: Spot) =>
      spot.hold === null ? this.lists.full(area, spot, spot.unit, spot.chosen ?? '') : null;
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
          const full = spot.hold === null ? null : this.lists.full(area, spot, unit, code);
          if (full !== null) return no(full);
          spot.chosen = code;
        } else {
          this.lists.spots.push({
            area,
            person,
            unit,
            ticket,
            chosen: code,
            saved: null,
            since: 0,
            hold: null,
            order: null,
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
        const full = mine.flatMap((spot) => {
          const reason = whyFull(spot);
          return reason === null ? [] : [{ unit: spot.unit, course: spot.chosen ?? '', reason }];
        });
        const seated = mine.filter((spot) => !full.some(({ unit }) => unit === spot.unit));
        const owned = seated.filter((spot) => spot.saved !== null);
        const held = seated.filter((spot) => spot.saved === null);
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
        else if (full.length < mine.length)
          form.question = { ticket, full: full.map(({ unit }) => unit) };
        return yes({
          kind: 'held',
          held: held.map((spot) => spot.unit),
          owned: owned.map((spot) => spot.unit),
          full,
        });
      }
      case 'send-code': {
        if (form.question?.ticket !== ticket) return no('code-missing');
        // F26: what was named goes; of a swap only the draft, never the saved seat.
        for (const spot of mine) if (form.question.full.includes(spot.unit)) spot.chosen = null;
        this.stretch(
          mine.filter((spot) => spot.chosen !== null),
          codeEnds,
          settings.holdMaxMs,
        );
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
        const named = (spot: Spot) => ({ unit: spot.unit, course: spot.chosen ?? '' });
        const failed = mine.flatMap((spot) => {
          const reason = whyFull(spot);
          return reason === null ? [] : [{ ...named(spot), reason, late: spot.saved === null }];
        });
        const saved = mine.filter((spot) => !failed.some(({ unit }) => unit === spot.unit));
        const outcome: Outcome = { kind: 'saved', saved: saved.map(named), failed };
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

  /** What is safe to repeat by its own content. */
  plain(session: Adopted | null, command: OnArea, at: number): Verdict {
    switch (command.kind) {
      case 'vacate-area': {
        const form = this.lists.formOf(command.area, command.person);
        if (form.left >= command.claim || form.seen > command.claim) return done;
        if (this.lists.spotsOf(form).some((spot) => spot.saved !== null)) return no('seats-remain');
        form.left = command.claim;
        this.lists.open(form);
        this.leave(form);
        return done;
      }
      case 'fence-area': {
        const form = this.lists.formOf(command.area, command.person);
        if (form.left >= command.claim || form.fenced >= command.claim) return done;
        form.fenced = command.claim;
        this.lists.open(form);
        if (form.seen <= command.claim) this.leave(form);
        return done;
      }
      case 'expire-holds': {
        if (session === null) return done;
        for (const spot of this.lists.spots.filter((one) => one.area === command.area)) {
          const form = this.lists.formOf(spot.area, spot.person);
          const closed = this.lists.closeOfDay(session, form.holdDay) <= at;
          if (spot.hold === null || (spot.hold.to > this.lists.openTime(session, at) && !closed))
            continue;
          spot.hold = null;
          if (form.question?.ticket === spot.ticket) form.question = null;
        }
        return done;
      }
      case 'set-capacity': {
        const { area } = command;
        const short = command.capacities.some(({ unit, capacity }) => {
          const pool = this.lists.balance().find((one) => one.area === area && one.unit === unit);
          return pool !== undefined && capacity < taken(pool);
        });
        if (short) return no('capacity-below-taken');
        for (const { unit, capacity } of command.capacities) {
          const pool = this.lists.capacities.find((one) => one.area === area && one.unit === unit);
          if (pool === undefined) this.lists.capacities.push({ area, unit, capacity });
          else pool.capacity = capacity;
        }
        return done;
      }
      case 'set-course-caps': {
        const { area, caps } = command;
        if (caps.some(({ course, cap }) => this.lists.takenOf(area, course) > cap))
          return no('capacity-below-taken');
        const others = this.lists.caps.filter((one) => one.area !== area);
        const here = caps.map((one) => ({ area, ...one }));
        this.lists.caps.splice(0, this.lists.caps.length, ...others, ...here);
        return done;
      }
    }
  }

  private leave(form: Form): void {
    this.lists.forget(form);
    for (const spot of this.lists.spotsOf(form)) Object.assign(spot, { chosen: null, hold: null });
    this.lists.sweep();
  }
}
