/**
 * An act as a form has it. Every act is made from its fields in one place, for its preview and again when
 * it is proposed: what was shown is compared with what is then sent.
 */
import type { AreaCode, EpochMs } from '../../../engine/protocol/ids.ts';
import {
  type BookingDay,
  type CandidateType,
  type CourseCap,
  candidateTypes,
} from '../../../engine/protocol/session.ts';
import type { Act, ActKind, PoolsOf } from '../../../engine/protocol/staff.ts';
import { fromLocalTime } from '../../../web/china-time.ts';
import type { ActReason } from '../../../web/desk/wording.ts';
import type { Session } from '../../catalogue.ts';
import type { Form } from '../../form.ts';
import { oneLine } from '../lines.ts';

/** What is read beside the form. */
export type Around = {
  session: Session;
  now: EpochMs;
  /** As the gateway knows them. */
  capsOf(area: AreaCode): CourseCap[];
  /** Whether the decider's scope holds it: a choice of many areas means their own. */
  within(area: AreaCode): boolean;
};
export type Typed = { act: Act } | { reason: ActReason };

const minuteMs = 60_000;

export function typedAct(form: Form, around: Around): Typed {
  const { session, now } = around;
  const kind = form.get('kind') as ActKind;
  switch (kind) {
    case 'pause-window':
      return paused(form, now, (words) => ({ kind, ...words }));
    case 'open-window':
      return { act: { kind } };
    case 'pause-pools':
      return paused(form, now, (words) => ({ kind, pools: [poolsIn(form)], ...words }));
    case 'open-pools':
      return { act: { kind, pools: [poolsIn(form)] } };
    case 'set-paying':
      return {
        act: {
          kind,
          to: form.get('to') === 'open' ? 'open' : 'paused',
          shown: oneLine(form, 'shown'),
        },
      };
    case 'set-hold': {
      const [hold, most] = [wholeNumber(form.get('hold')), wholeNumber(form.get('most'))];
      if (hold === undefined || most === undefined) return { reason: 'count-malformed' };
      return { act: { kind, holdMs: hold * minuteMs, holdMaxMs: most * minuteMs } };
    }
    case 'set-booking-proof':
      return { act: { kind, to: form.get('to') === 'password' ? 'password' : 'code' } };
    case 'set-capacity':
      return capacity(form);
    case 'set-course-caps':
      return courseCap(form, around);
    case 'release-unpaid': {
      const city = form.get('city');
      const areas = form.has('area')
        ? [form.get('area')]
        : session.adopted.catalogue.areas
            .filter((area) => city === 'all' || area.city === city)
            .map(({ code }) => code)
            .filter(around.within);
      return { act: { kind, areas } };
    }
    case 'publish-notice': {
      const notice = oneLine(form, 'text');
      if (notice === '') return { act: { kind, text: '', until: 0 } };
      const until = fromLocalTime(form.get('until'));
      return until === undefined
        ? { reason: 'time-malformed' }
        : { act: { kind, text: notice, until } };
    }
    case 'set-calendar':
      return calendar(form, session);
    case 'unbind-phone-for':
    case 'reset-to-activation':
    case 'end-sign-ins-for': {
      const area = form.get('area');
      return { act: { kind, person: form.get('person'), ...(area === '' ? {} : { area }) } };
    }
    case 'withdraw-area':
      return withdrawal(form, around);
    case 'withdraw-for':
    case 'refund-for': {
      const [person, area, order] = ['person', 'area', 'order'].map((name) => form.get(name));
      return { act: { kind, person: person ?? '', area: area ?? '', order: order ?? '' } };
    }
    default:
      return { reason: 'act-unfit' };
  }
}

const wholeNumber = (typed: string): number | undefined => {
  const digits = typed.normalize('NFKC').trim();
  return /^\d{1,6}$/.test(digits) ? Number(digits) : undefined;
};

function paused(
  form: Form,
  now: EpochMs,
  act: (words: { shown: string; newsBy: EpochMs }) => Act,
): Typed {
  const minutes = wholeNumber(form.get('minutes'));
  if (minutes === undefined || minutes === 0) return { reason: 'count-malformed' };
  // Said as a clock time, so to the minute.
  const newsBy = Math.ceil((now + minutes * minuteMs) / minuteMs) * minuteMs;
  return { act: act({ shown: oneLine(form, 'shown'), newsBy }) };
}

function poolsIn(form: Form): PoolsOf {
  const unit = form.get('unit');
  return { area: form.get('area'), ...(unit === '' ? {} : { unit }) };
}

const typeIn = (form: Form): { candidateType?: CandidateType } => {
  const type = candidateTypes.find((one) => one === form.get('type'));
  return type === undefined ? {} : { candidateType: type };
};

function capacity(form: Form): Typed {
  const [area, unit] = [form.get('area'), form.get('unit')];
  const [before, after] = [wholeNumber(form.get('from')), wholeNumber(form.get('capacity'))];
  if (after === undefined) return { reason: 'count-malformed' };
  const pool = { unit, ...typeIn(form) };
  const from = before === undefined ? [] : [{ ...pool, capacity: before }];
  const change = { area, from, capacities: [{ ...pool, capacity: after }] };
  return { act: { kind: 'set-capacity', changes: [change] } };
}

/** As the act before had them. */
const sameUnits = 'same';

/** S5. A unit comes to those that were lost before; no unit means all. */
function withdrawal(form: Form, { session }: Around): Typed {
  const area = form.get('area');
  const standing = session.adopted.withdrawals?.find((one) => one.area === area);
  const from = wholeNumber(form.get('from'));
  const to = [...new Set(form.all('to').filter((one) => one !== ''))];
  if (from === undefined || ![area, ...to].every((one) => session.area.has(one)))
    return { reason: 'act-unfit' };
  const lost = standing === undefined || standing.remedy.kind === 'reopen' ? [] : standing.units;
  const unit = form.get('unit');
  const further = unit === '' ? [] : [...new Set([...lost, unit])];
  const units = unit === sameUnits ? lost : further;
  if (!units.every((one) => session.unit.has(one))) return { reason: 'act-unfit' };
  const act = { kind: 'withdraw-area', area, from } as const;
  const shown = oneLine(form, 'shown');
  switch (form.get('remedy')) {
    case 'move':
      return { act: { ...act, units, remedy: { kind: 'move', to }, shown } };
    case 'refund':
      return { act: { ...act, units, remedy: { kind: 'refund' }, shown } };
    case 'reopen':
      return { act: { ...act, units: lost, remedy: { kind: 'reopen' }, shown: '' } };
    default:
      return { reason: 'act-unfit' };
  }
}

function courseCap(form: Form, { capsOf }: Around): Typed {
  const [area, course] = [form.get('area'), form.get('course').normalize('NFKC').trim()];
  if (!/^\d{5}$/.test(course)) return { reason: 'act-unfit' };
  const from = capsOf(area);
  const others = from.filter((one) => one.course !== course);
  if (form.get('cap').trim() === '')
    return { act: { kind: 'set-course-caps', area, from, caps: others } };
  const cap = wholeNumber(form.get('cap'));
  if (cap === undefined) return { reason: 'count-malformed' };
  return { act: { kind: 'set-course-caps', area, from, caps: [...others, { course, cap }] } };
}

/** One day at a time: changed, taken away or added. */
function calendar(form: Form, { adopted }: Session): Typed {
  const from = adopted.calendar;
  const set = (days: readonly BookingDay[]): Typed => ({
    act: { kind: 'set-calendar', from: [...from], calendar: inOrder(days) },
  });
  const [opens, closes] = [fromLocalTime(form.get('opens')), fromLocalTime(form.get('closes'))];
  if (form.get('op') === 'add') {
    if (opens === undefined || closes === undefined) return { reason: 'time-malformed' };
    return set([...from, { opensAt: opens, closesAt: closes, ...typeIn(form) }]);
  }
  const type = typeIn(form).candidateType;
  const day = from.find(
    ({ opensAt, candidateType }) => String(opensAt) === form.get('day') && candidateType === type,
  );
  if (day === undefined) return { reason: 'changed-meanwhile' };
  const others = from.filter((one) => one !== day);
  if (form.get('op') === 'remove') return set(others);
  // Left empty: with the close, wherever that is moved to.
  const releases = form.get('releases') === '' ? closes : fromLocalTime(form.get('releases'));
  if (closes === undefined || releases === undefined) return { reason: 'time-malformed' };
  const { releasesAt, ...rest } = day;
  const later = releases > closes ? { releasesAt: releases } : {};
  return set([...others, { ...rest, closesAt: closes, ...later }]);
}

const inOrder = (days: readonly BookingDay[]): BookingDay[] =>
  [...days].sort((one, other) => one.opensAt - other.opensAt);
