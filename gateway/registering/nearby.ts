/**
 * B4: where all of the wanted courses can be sat. Since everything must be in one exam area (R1),
 * only an area with a seat for every one of them helps; the same city first, then by distance.
 * Pure. Counts are as last heard: advice, never a promise.
 *
 * Q1 Whether a seat is free is asked in one place, per area, unit and course: the pool that the person
 *    sits in (R5), and what a cap leaves of the course.
 * Q2 What depends on the catalogue alone, the neighbours of an area in their order, is made once.
 */
import type { AreaCode, CourseCode, UnitCode } from '../../engine/protocol/ids.ts';
import type { ExamArea, Position } from '../../engine/protocol/session.ts';
import { type CountsIn, type Level, levelOf } from '../availability.ts';
import type { Session } from '../catalogue.ts';
import { RecentMap } from '../recent-map.ts';

/** A course that somebody wants to sit, in the unit it belongs to. */
export type Wanted = { unit: UnitCode; course: CourseCode };
export type FreeSeats = { free: number; level: Level };
/** Q1. Undefined: no counts have been heard of that area. */
export type SeatsQuestion = (area: AreaCode, wanted: Wanted) => FreeSeats | undefined;

export type Neighbour = {
  area: ExamArea;
  sameCity: boolean;
  /** Absent: one of the two has no position on file. */
  kilometres: number | undefined;
};
export type AreaOffer = Neighbour & {
  /** In the order wanted; `free` 0: full there, or not heard. */
  units: readonly (Wanted & FreeSeats)[];
};
export type Offers = {
  /** A seat for every wanted course. */
  whole: AreaOffer[];
  /** How many more there are, farther away. */
  more: number;
  /** For some of them only, the most complete first. Looked for where `whole` finds few. */
  partly: AreaOffer[];
};

export const wholeOffersMax = 8;
export const partlyOffersMax = 4;
/** With this many places to go, half an answer helps nobody. */
const wholeOffersEnough = 4;

/** Q1. */
export const seatsFrom =
  (session: Session, countsIn: CountsIn): SeatsQuestion =>
  (area, { unit, course }) => {
    const counts = countsIn(area);
    const order = session.unitOrder.get(unit) ?? -1;
    const inPool = counts?.free[order];
    if (inPool === undefined) return undefined;
    const capped = counts?.courses?.find((one) => one.course === course);
    const free = Math.max(0, Math.min(inPool, capped?.free ?? inPool));
    const capacity = counts?.capacity[order] ?? 0;
    return { free, level: levelOf(free, Math.min(capacity, capped?.cap ?? capacity)) };
  };

/** Areas other than `from`, in the order in which somebody there would go to them. */
export function offersNear(
  session: Session,
  seatsIn: SeatsQuestion,
  from: AreaCode,
  wanted: readonly Wanted[],
): Offers {
  const whole: Neighbour[] = [];
  /** By how many of the wanted courses have a seat there. */
  const partly: Neighbour[][] = wanted.map(() => []);
  for (const neighbour of neighboursOf(session, from)) {
    let free = 0;
    for (const one of wanted) {
      if ((seatsIn(neighbour.area.code, one)?.free ?? 0) > 0) free += 1;
    }
    if (free === wanted.length) whole.push(neighbour);
    else partly[free]?.push(neighbour);
  }
  const offered = (neighbour: Neighbour): AreaOffer => {
    const { code } = neighbour.area;
    const units = wanted.map((one) => ({ ...one, ...(seatsIn(code, one) ?? nothingKnown) }));
    return { ...neighbour, units };
  };
  // The list begins with the areas that have nothing: those are left out.
  const mostFirst = partly.slice(1).reverse().flat();
  return {
    whole: whole.slice(0, wholeOffersMax).map(offered),
    more: Math.max(0, whole.length - wholeOffersMax),
    partly:
      whole.length >= wholeOffersEnough ? [] : mostFirst.slice(0, partlyOffersMax).map(offered),
  };
}

const nothingKnown: FreeSeats = { free: 0, level: 'full' };

const neighbours = new WeakMap<Session, RecentMap<AreaCode, readonly Neighbour[]>>();
/** A province has under two hundred areas; beyond, the least asked for are made again. */
const neighbourListsMax = 512;

/** Q2. The same city first, then by distance; without positions in the catalogue's order, last. */
export function neighboursOf(session: Session, from: AreaCode): readonly Neighbour[] {
  let lists = neighbours.get(session);
  if (lists === undefined) {
    lists = new RecentMap(neighbourListsMax);
    neighbours.set(session, lists);
  }
  const known = lists.get(from);
  if (known !== undefined) return known;
  const here = session.area.get(from);
  const made = session.adopted.catalogue.areas
    .filter((area) => area.code !== from)
    .map((area) => ({
      area,
      sameCity: area.city === here?.city,
      kilometres: kilometresBetween(here?.position, area.position),
    }))
    .sort(
      (a, b) =>
        Number(b.sameCity) - Number(a.sameCity) ||
        (a.kilometres ?? farAway) - (b.kilometres ?? farAway),
    );
  lists.set(from, made);
  return made;
}

/** Farther than any two places on Earth. */
const farAway = 30_000;
const earthRadiusKm = 6_371;

/** As the crow flies (haversine). */
export function kilometresBetween(
  one: Position | undefined,
  other: Position | undefined,
): number | undefined {
  if (one === undefined || other === undefined) return undefined;
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const north = radians(other.latitude - one.latitude);
  const east = radians(other.longitude - one.longitude);
  const chord =
    Math.sin(north / 2) ** 2 +
    Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(east / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.sqrt(chord));
}
