/**
 * What registering pages show, made from the session, the counts and the person's own registration.
 * Pure: no clock, no bus, no HTML.
 */
import type { CourseCode, TicketNumber, UnitCode } from '../../engine/protocol/ids.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type {
  AreaCounts,
  CandidateView,
  CodeView,
  RegistrationView,
} from '../../engine/protocol/replies.ts';
import type { ExamArea } from '../../engine/protocol/session.ts';
import type {
  AreaChoiceModel,
  AreaModel,
  AskModel,
  CodeModel,
  CourseModel,
  ElsewhereModel,
  OwnModel,
  PoolModel,
  ProblemModel,
  UnitAndCourse,
  UnitCardModel,
  UnitModel,
} from '../../web/view-models.ts';
import type { RegisteringReason } from '../../web/wording.ts';
import { type CountsIn, levelOf, meterFill } from '../availability.ts';
import { isLost, type Session } from '../catalogue.ts';
import { type AreaOffer, offersNear, seatsFrom } from './nearby.ts';

/** Why a form was not taken: the engine's reason, or one of the page's own. */
export type Problem = { reason: RegisteringReason; detail?: RefusalDetail };

/** A code that is in no catalogue is shown as itself: rows outlive a changed catalogue. */
export function courseOf(session: Session, code: CourseCode): CourseModel {
  return { code, name: session.course.get(code)?.name ?? '' };
}

export function unitOf(session: Session, code: UnitCode): UnitModel {
  const of = session.units.length;
  const unit = session.unit.get(code);
  if (unit === undefined) return { code, name: code, place: of, of, startsAt: 0, endsAt: 0 };
  return { ...unit, place: (session.unitOrder.get(code) ?? 0) + 1, of };
}

export const unitAndCourse = (
  session: Session,
  { unit, course }: { unit: UnitCode; course: CourseCode },
): UnitAndCourse => ({ unit: unitOf(session, unit), course: courseOf(session, course) });

export function areaOf(session: Session, area: ExamArea): AreaModel {
  return { code: area.code, city: session.city.get(area.city)?.name ?? '', name: area.name };
}

export function poolOf(counts: AreaCounts | undefined, order: number): PoolModel | undefined {
  const free = counts?.free[order];
  const capacity = counts?.capacity[order];
  if (free === undefined || capacity === undefined) return undefined;
  return { free, capacity, level: levelOf(free, capacity), fill: meterFill(free, capacity) };
}

/** A hold stands above its draft, a swap above its saved seat. */
function ownOf(
  session: Session,
  registration: RegistrationView,
  unit: UnitCode,
  ticket: TicketNumber,
): OwnModel {
  const seat = registration.seats.find((own) => own.unit === unit);
  const draft = registration.draft.find((own) => own.unit === unit);
  const standing = seat ?? draft;
  if (standing === undefined) return { kind: 'empty' };
  const course = courseOf(session, standing.course);
  const other = standing.ticket === ticket ? {} : { otherTicket: ticketMask(standing.ticket) };
  if (seat === undefined) return { kind: 'draft', course, ...other };
  if (seat.state.kind === 'held') {
    return { kind: 'held', course, until: seat.state.until, ...other };
  }
  const { state, sitting } = seat;
  if (state.kind !== 'saved')
    return { kind: state.kind, course, ...other, ...(sitting !== undefined && { sitting }) };
  if (draft === undefined) return { kind: 'saved', course, ...other };
  return { kind: 'swap', saved: course, course: courseOf(session, draft.course), ...other };
}

export const ownUnits = (
  session: Session,
  registration: RegistrationView,
  ticket: TicketNumber,
): { unit: UnitModel; own: OwnModel }[] =>
  session.units.map(({ code }) => ({
    unit: unitOf(session, code),
    own: ownOf(session, registration, code, ticket),
  }));

/** R3 and D8 are said beside a course that is still to be saved, never in its way. */
export function unitCards(
  session: Session,
  registration: RegistrationView,
  candidate: CandidateView,
  ticket: TicketNumber,
  counts: AreaCounts | undefined,
): UnitCardModel[] {
  return ownUnits(session, registration, ticket).map(({ unit, own }, order) => ({
    unit,
    pool: poolOf(counts, order),
    own,
    ...(isCourseFull(own, counts) && { courseFull: true }),
    ...((own.kind === 'draft' || own.kind === 'held' || own.kind === 'swap') &&
      adviceOn(session, candidate, ticket, own.course.code)),
  }));
}

/** The chosen course has no seat yet, and the area seats no more of it, whatever its unit has. */
function isCourseFull(own: OwnModel, counts: AreaCounts | undefined): boolean {
  if (own.kind !== 'draft' && own.kind !== 'swap') return false;
  return (
    counts?.courses?.some(({ course, free }) => course === own.course.code && free <= 0) === true
  );
}

/** A passed course may be taken again; without a plan on file no course is foreign. */
export function adviceOn(
  session: Session,
  candidate: CandidateView,
  ticket: TicketNumber,
  course: CourseCode,
): { passedGrade?: number; foreign?: boolean } {
  const passed = candidate.tickets
    .flatMap((record) => record.passed)
    .find((record) => record.course === course);
  const record = candidate.tickets.find(({ number }) => number === ticket);
  const plan = record && session.programme.get(record.programme)?.plan;
  const foreign = plan !== undefined && plan.size > 0 && !plan.has(course);
  return { ...(passed && { passedGrade: passed.grade }), ...(foreign && { foreign }) };
}

export function savedCount(registration: RegistrationView): number {
  return registration.seats.filter((seat) => seat.state.kind === 'saved').length;
}

/** Seats in an order, of whichever ticket: they stay until it is withdrawn, refunded or released. */
export function orderedCount({ seats }: RegistrationView): number {
  return seats.filter(({ state }) => state.kind !== 'held' && state.kind !== 'saved').length;
}

export function problemOf(
  session: Session,
  problem: Problem,
  own: TicketNumber,
): ProblemModel<RegisteringReason> {
  const { reason, detail = {} } = problem;
  const { unit, course, replacedBy, ticket, at, triesLeft } = detail;
  return {
    reason,
    ...(unit !== undefined && {
      unit: { code: unit, name: session.unit.get(unit)?.name ?? unit },
    }),
    ...(course !== undefined && { course: courseOf(session, course) }),
    ...(replacedBy && { replacedBy: replacedBy.map((code) => courseOf(session, code)) }),
    // Named only where it is another of the person's: there it must be dealt with (R2).
    ...(ticket !== undefined && ticket !== own && { ticketMask: ticketMask(ticket) }),
    ...(at !== undefined && { at }),
    ...(triesLeft !== undefined && { triesLeft }),
  };
}

/** F22: the areas of a city with the level of each unit, as far as counts were heard. */
export function areasOf(
  session: Session,
  countsIn: CountsIn,
  city: string,
): AreaChoiceModel['areas'] {
  return (session.areasOfCity.get(city) ?? []).map(({ code, name }) => {
    const counts = countsIn(code);
    const levels = session.units.flatMap((unit, order) => {
      const pool = poolOf(counts, order);
      return pool === undefined ? [] : [{ unit: unit.name, level: pool.level }];
    });
    return isLost(session.adopted, code)
      ? { code, name, levels, lost: true }
      : { code, name, levels };
  });
}

/** F26: what was full and what the code would save, of the ticket that was asked. */
export function askedOf(
  session: Session,
  registration: RegistrationView,
  ticket: TicketNumber,
): Pick<AskModel, 'full' | 'rest'> {
  const chosen = inOrder(session, registration.draft).filter((draft) => draft.ticket === ticket);
  const seatIn = (unit: UnitCode) => registration.seats.find((seat) => seat.unit === unit);
  const full = registration.asking?.full ?? [];
  return {
    full: inOrder(session, full).map((one) => ({
      ...unitAndCourse(session, one),
      swap: seatIn(one.unit) !== undefined,
    })),
    rest: chosen.flatMap((draft) => {
      const seat = seatIn(draft.unit);
      if (seat === undefined || full.some(({ unit }) => unit === draft.unit)) return [];
      const until = seat.state.kind === 'held' ? { until: seat.state.until } : {};
      return [{ ...unitAndCourse(session, draft), ...until }];
    }),
  };
}

/** Code entry: what the code saves, and until when that is held. */
export function codeOf(
  session: Session,
  registration: RegistrationView,
  code: CodeView,
): Pick<CodeModel, 'code' | 'holdUntil' | 'units' | 'saved'> {
  const { challenge, phoneMask, expiresAt, resendFrom, resendLeft, triesLeft, delivery } = code;
  const units = inOrder(session, registration.draft)
    .filter(({ unit }) => code.units.includes(unit))
    .map((draft) => {
      const seat = registration.seats.find(({ unit }) => unit === draft.unit);
      const shown = unitAndCourse(session, draft);
      if (seat === undefined) return { ...shown, state: 'expired' as const };
      if (seat.state.kind !== 'held') return { ...shown, state: 'owned' as const };
      return { ...shown, state: 'held' as const, until: seat.state.until };
    });
  const ends = units.flatMap((unit) => ('until' in unit ? [unit.until] : []));
  const saved = inOrder(session, registration.seats)
    .filter((seat) => seat.state.kind === 'saved' && !code.units.includes(seat.unit))
    .map((seat) => unitAndCourse(session, seat));
  return {
    code: { challenge, phoneMask, expiresAt, resendFrom, resendLeft, triesLeft, delivery },
    holdUntil: ends.length === 0 ? undefined : Math.min(...ends),
    units,
    saved,
  };
}

/**
 * B4: everything the person wants to sit, of all their tickets, since all of it must be in one area
 * (R1); and the areas that have a seat for each.
 */
export function elsewhereOf(
  session: Session,
  countsIn: CountsIn,
  area: ExamArea,
  registration: RegistrationView,
  ticket: TicketNumber,
): Omit<ElsewhereModel, 'now' | 'form' | 'problem'> {
  const seatsIn = seatsFrom(session, countsIn);
  const wanted = session.units.flatMap(({ code }) => {
    const own = ownOf(session, registration, code, ticket);
    return own.kind === 'empty' ? [] : [{ unit: code, course: own.course.code, own }];
  });
  const offers = offersNear(session, seatsIn, area.code, wanted);
  const offerOf = ({ area: there, kilometres, sameCity, units }: AreaOffer) => ({
    area: areaOf(session, there),
    sameCity,
    ...(kilometres !== undefined && { kilometres }),
    units: units.map(({ unit, free, level }) => ({ unit: unitOf(session, unit), free, level })),
  });
  const seat = ({ unit, course }: { unit: UnitCode; course: CourseCode }) =>
    unitAndCourse(session, { unit, course });
  const seats = inOrder(session, registration.seats);
  const held = seats.flatMap(({ state }) => (state.kind === 'held' ? [state.until] : []));
  return {
    area: areaOf(session, area),
    wanted: wanted.map(({ unit, course, own }) => ({
      ...seat({ unit, course }),
      own,
      full: own.kind === 'draft' && seatsIn(area.code, { unit, course })?.free === 0,
    })),
    counted: countsIn(area.code) !== undefined,
    whole: offers.whole.map(offerOf),
    more: offers.more,
    partly: offers.partly.map(offerOf),
    kept: seats.filter(({ state }) => state.kind !== 'held').map(seat),
    ordered: orderedCount(registration) > 0,
    ...(held.length > 0 && { heldUntil: Math.min(...held) }),
  };
}

export function inOrder<Placed extends { unit: UnitCode }>(
  session: Session,
  placed: readonly Placed[],
): Placed[] {
  const place = ({ unit }: Placed): number => session.unitOrder.get(unit) ?? 0;
  return [...placed].sort((a, b) => place(a) - place(b));
}
