/**
 * The adopted session in this gateway's memory, indexed for pages: courses by code, units in their
 * order, areas by city, each programme's plan, and what the booking window is doing at an instant.
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
import type {
  Adopted,
  BookingDay,
  City,
  Course,
  ExamArea,
  ExamUnit,
  Programme,
} from '../engine/protocol/session.ts';

export type PlannedProgramme = Programme & { plan: ReadonlySet<CourseCode> };

export type Session = {
  adopted: Adopted;
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
  /** Absent until the engine has told; `/readyz` waits for it. */
  current(): Session | undefined;
  /** Answers whether the copy was newer and is now in use (K1). */
  adopt(adopted: Adopted): boolean;
  onChange(listener: (session: Session) => void): void;
};

export function createCatalogue(): Catalogue {
  let session: Session | undefined;
  const listeners: ((session: Session) => void)[] = [];
  return {
    current: () => session,
    adopt(adopted) {
      if (session !== undefined && adopted.number <= session.adopted.number) return false;
      session = indexSession(adopted);
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

/** K2. `adopted` as indexed: its calendar is in order. */
export function windowAt(adopted: Adopted, at: EpochMs): WindowNow {
  const { window } = adopted;
  const calendar = calendarAt(adopted, at);
  // Before the first opening, and where there is no day at all, a pause says nothing.
  const begun = calendar.state !== 'before' && adopted.calendar.length > 0;
  if (window.state !== 'paused' || !begun) return calendar;
  return { state: 'paused', reason: window.reason, newsBy: window.newsBy };
}

/** `adopted` as indexed. */
export function calendarAt({ calendar }: Adopted, at: EpochMs): CalendarNow {
  const first = calendar[0];
  if (first !== undefined && at < first.opensAt) return { state: 'before', opensAt: first.opensAt };
  for (const [order, day] of calendar.entries()) {
    if (at < day.opensAt) return { state: 'closed', nextDay: day };
    if (at < day.closesAt) return { state: 'open', day, nextDay: calendar[order + 1] };
  }
  return { state: 'over' };
}

/** The next instant at which the calendar alone changes the window; absent when none is left. */
export function nextWindowChange(adopted: Adopted, at: EpochMs): EpochMs | undefined {
  for (const day of adopted.calendar) {
    if (at < day.opensAt) return day.opensAt;
    if (at < day.closesAt) return day.closesAt;
  }
  return undefined;
}
