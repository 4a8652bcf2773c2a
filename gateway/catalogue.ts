/**
 * The adopted session in this gateway's memory, indexed for pages: courses by code, units in their
 * order, areas by city, each programme's plan, and what the booking window is doing at an instant.
 * Each candidate type has a copy whose calendar is its own (R5); a stranger's has everybody's days.
 * Pages read from here and never ask the engine for what is the same for everybody.
 *
 * The engine decides by its own copy; this one only words pages. Feeding it is engine-client's.
 *
 * K1 A copy is replaced whole and only by a higher number, so late notices cannot turn it back.
 * K2 The window follows the engine's rule and order: not yet open, paused, open while
 *    `opensAt <= at < closesAt`, closed until the next day, over.
 */
import type {
  AreaCode,
  CourseCode,
  EpochMs,
  ProgrammeCode,
  UnitCode,
} from '../engine/protocol/ids.ts';
import type { AreaCounts } from '../engine/protocol/replies.ts';
import {
  type Adopted,
  type AreaPause,
  type AreaWithdrawal,
  type BookingDay,
  type CandidateType,
  type City,
  type Course,
  daysOf,
  type ExamArea,
  type ExamUnit,
  type Programme,
} from '../engine/protocol/session.ts';
import { areaIsLost, payingIsPaused, unitPaused } from '../web/wording.ts';

export type PlannedProgramme = Programme & { plan: ReadonlySet<CourseCode> };

export type Session = {
  /** Its calendar is in order. */
  adopted: Adopted;
  /** Set where the calendar is this type's and another type has other days. */
  daysOf: CandidateType | undefined;
  units: readonly ExamUnit[];
  unit: ReadonlyMap<UnitCode, ExamUnit>;
  /** Place in the timetable, the order of everything shown by unit. */
  unitOrder: ReadonlyMap<UnitCode, number>;
  course: ReadonlyMap<CourseCode, Course>;
  area: ReadonlyMap<AreaCode, ExamArea>;
  city: ReadonlyMap<string, City>;
  areasOfCity: ReadonlyMap<string, readonly ExamArea[]>;
  programme: ReadonlyMap<ProgrammeCode, PlannedProgramme>;
};

export type WindowNow =
  | { state: 'before'; opensAt: EpochMs }
  | { state: 'open'; day: BookingDay; nextDay: BookingDay | undefined }
  | { state: 'paused'; reason: string; newsBy: EpochMs }
  | { state: 'closed'; nextDay: BookingDay }
  | { state: 'over' };

/** What the calendar alone says: paying and refunds go by it, a pause of booking or not (D9). */
export type CalendarNow = Exclude<WindowNow, { state: 'paused' }>;

export type Catalogue = {
  /** Absent until the engine has told; `/readyz` waits for it. Without a type: a stranger's. */
  current(type?: CandidateType): Session | undefined;
  /** Answers whether the copy was newer and is now in use (K1). */
  adopt(adopted: Adopted): boolean;
  onChange(listener: (session: Session) => void): void;
};

export function createCatalogue(): Catalogue {
  let session: Session | undefined;
  let ofType: Record<CandidateType, Session> | undefined;
  const listeners: ((session: Session) => void)[] = [];
  return {
    current: (type) => (type === undefined ? session : ofType?.[type]),
    adopt(adopted) {
      if (session !== undefined && adopted.number <= session.adopted.number) return false;
      session = indexSession(adopted);
      ofType = { open: sessionOf(session, 'open'), applied: sessionOf(session, 'applied') };
      for (const listener of listeners) listener(session);
      return true;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

export function indexSession(adopted: Adopted): Session {
  const { units, courses, areas, cities, programmes } = adopted.catalogue;
  const areasOfCity = new Map<string, ExamArea[]>(cities.map((city) => [city.code, []]));
  for (const area of areas) areasOfCity.get(area.city)?.push(area);
  const calendar = [...adopted.calendar].sort((one, other) => one.opensAt - other.opensAt);
  return {
    adopted: { ...adopted, calendar },
    daysOf: undefined,
    units,
    unit: new Map(units.map((unit) => [unit.code, unit])),
    unitOrder: new Map(units.map((unit, order) => [unit.code, order])),
    course: new Map(courses.map((course) => [course.code, course])),
    area: new Map(areas.map((area) => [area.code, area])),
    city: new Map(cities.map((city) => [city.code, city])),
    areasOfCity,
    programme: new Map(
      programmes.map((programme) => [
        programme.code,
        { ...programme, plan: new Set(programme.courses) },
      ]),
    ),
  };
}

/** The same for people of one type: where all their days are, none of them need name it. */
export function sessionOf(session: Session, type: CandidateType): Session {
  const { adopted } = session;
  const calendar = daysOf(adopted.calendar, type).map(({ candidateType, ...day }) => day);
  const differs = adopted.calendar.some(({ candidateType }) => candidateType !== undefined);
  return {
    ...session,
    adopted: { ...adopted, calendar },
    daysOf: differs ? type : undefined,
  };
}

/** K2. `adopted` as indexed: its calendar is in order. In an area a pause of its own counts too (S2). */
export function windowAt(adopted: Adopted, at: EpochMs, area: AreaCode | '' = ''): WindowNow {
  const { window } = adopted;
  const calendar = calendarAt(adopted, at);
  // Before the first opening, and where there is no day at all, a pause says nothing.
  const begun = calendar.state !== 'before' && adopted.calendar.length > 0;
  if (window.state === 'paused' && begun)
    return { state: 'paused', reason: window.reason, newsBy: window.newsBy };
  const own = calendar.state === 'open' ? pausesIn(adopted, area) : [];
  const whole = own.find(({ unit }) => unit === undefined);
  if (whole === undefined) return calendar;
  return { state: 'paused', reason: whole.reason, newsBy: whole.newsBy };
}

/** What is paused in that area alone. */
export const pausesIn = ({ areaPauses = [] }: Adopted, area: AreaCode | ''): AreaPause['pools'] =>
  areaPauses.find((pause) => pause.area === area)?.pools ?? [];

/** S5: of an area in which no exam is held, or not in these units of it. */
export const lostIn = (
  { withdrawals = [] }: Adopted,
  area: AreaCode | '',
): AreaWithdrawal | undefined =>
  withdrawals.find((one) => one.area === area && one.remedy.kind !== 'reopen');

/** Of that unit; without one, of the whole area. */
export function isLost(adopted: Adopted, area: AreaCode, unit?: UnitCode): boolean {
  const lost = lostIn(adopted, area);
  if (lost === undefined || lost.units.length === 0) return lost !== undefined;
  return unit !== undefined && lost.units.includes(unit);
}

/** The same as free seats: what may still be there is nobody's to take. */
export function withoutLost(session: Session, counts: AreaCounts | undefined) {
  const { adopted, units } = session;
  if (counts === undefined || lostIn(adopted, counts.area) === undefined) return counts;
  const { area } = counts;
  const free = counts.free.map((seats, place) =>
    isLost(adopted, area, units[place]?.code) ? 0 : seats,
  );
  return { ...counts, free };
}

/** S2, S5: what every open page is to say now; in an area, of its paused and its lost units too. */
export function noticesAt({ adopted, unit }: Session, at: EpochMs, area: AreaCode | ''): string[] {
  const { notice, payingPaused } = adopted;
  const units = pausesIn(adopted, area).flatMap(({ unit: code, ...pause }) =>
    code === undefined ? [] : [unitPaused(unit.get(code)?.name ?? code, pause)],
  );
  const lost = lostIn(adopted, area);
  const names = lost?.units.map((code) => unit.get(code)?.name ?? code) ?? [];
  return [
    ...(lost === undefined ? [] : [areaIsLost(lost.reason, names)]),
    ...(notice !== undefined && at < notice.until ? [notice.text] : []),
    ...(payingPaused === undefined ? [] : [payingIsPaused(payingPaused.reason)]),
    ...units,
  ];
}

/** `adopted` as indexed. Of the days that a stranger sees open at once the longest counts. */
export function calendarAt({ calendar }: Adopted, at: EpochMs): CalendarNow {
  const first = calendar[0];
  if (first !== undefined && at < first.opensAt) return { state: 'before', opensAt: first.opensAt };
  let day: BookingDay | undefined;
  for (const next of calendar) {
    if (at < next.opensAt)
      return day === undefined
        ? { state: 'closed', nextDay: next }
        : { state: 'open', day, nextDay: next };
    if (at < next.closesAt && (day === undefined || day.closesAt < next.closesAt)) day = next;
  }
  return day === undefined ? { state: 'over' } : { state: 'open', day, nextDay: undefined };
}

/** The next instant at which time alone changes the window or the notice; absent when none is left. */
export function nextWindowChange({ calendar, notice }: Adopted, at: EpochMs): EpochMs | undefined {
  const edges = calendar.flatMap(({ opensAt, closesAt }) => [opensAt, closesAt]);
  if (notice !== undefined) edges.push(notice.until);
  const ahead = edges.filter((edge) => at < edge);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}
