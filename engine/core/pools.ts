/**
 * An area's pools, and the courses it caps: in which pool a person sits, whether there is a seat, and
 * how a place counts. The counts follow from the registrations (A1).
 *
 * S2 Whose type has a pool of its own in the unit sits there, everybody else in the common one (R5).
 * S3 A place counts for the course it has saved, else for the one it holds: a swap counts for its new
 *    course only once it is saved. Of a capped course no more seats are taken than the cap.
 */
import type { CourseCode, UnitCode } from '../protocol/ids.ts';
import type { FullCourse } from '../protocol/replies.ts';
import type { CandidateType, CourseCap, PoolCapacity } from '../protocol/session.ts';
import { hasSeat, takenAs } from './places.ts';
import type { Place, RegistrationRow, UnitCourse } from './rows.ts';
import { newSeatBook, type SeatBook, seatsFree, type Taken } from './seat-book.ts';

export type CappedCourse = CourseCap & { taken: number };
export type Pools = {
  /**
   * A handful, looked through faster than a map is asked. A type's own stand before the common ones,
   * so that the first that takes the person is theirs (S2).
   */
  seatBooks: SeatBook[];
  cappedCourses: CappedCourse[];
};

/** The pool of the unit in which that type sits; undefined: there are no seats at all. */
export function poolIn(
  { seatBooks }: Pools,
  type: CandidateType,
  unit: UnitCode,
): SeatBook | undefined {
  for (const seats of seatBooks) {
    if (seats.unit !== unit) continue;
    if (seats.candidateType === undefined || seats.candidateType === type) return seats;
  }
  return undefined;
}

/** The same for the person of a row, made where there is none. */
export function poolOf(pools: Pools, { candidateType }: RegistrationRow, unit: UnitCode): SeatBook {
  const known = poolIn(pools, candidateType, unit);
  if (known !== undefined) return known;
  const seats = newSeatBook(unit);
  pools.seatBooks.push(seats);
  return seats;
}

/** Why the person can have no seat for that course beside what the place has; undefined: can. */
export function whyFull(
  pools: Pools,
  { candidateType }: Pick<RegistrationRow, 'candidateType'>,
  place: Place | undefined,
  { unit, course }: UnitCourse,
): FullCourse['reason'] | undefined {
  if (place === undefined || !hasSeat(place)) {
    const seats = poolIn(pools, candidateType, unit);
    if (seats === undefined || seatsFree(seats) <= 0) return 'seats-exhausted';
  }
  const capped = cappedIn(pools, course);
  if (capped === undefined || capped.taken < capped.cap) return undefined;
  return place !== undefined && courseCounted(place) === course ? undefined : 'course-full';
}

/** S3. Undefined: the place has no seat. */
export function courseCounted({ saved, chosen, hold }: Place): CourseCode | undefined {
  return saved !== undefined || hold === undefined ? saved?.course : chosen?.course;
}

/** The seat that counted for the one course counts for the other; undefined: for none. */
export function countCourse(
  pools: Pools,
  before: CourseCode | undefined,
  after: CourseCode | undefined,
): void {
  if (pools.cappedCourses.length === 0 || before === after) return;
  const left = before && cappedIn(pools, before);
  if (left) left.taken -= 1;
  const taken = after && cappedIn(pools, after);
  if (taken) taken.taken += 1;
}

function cappedIn({ cappedCourses }: Pools, course: CourseCode): CappedCourse | undefined {
  for (const capped of cappedCourses) if (capped.course === course) return capped;
  return undefined;
}

/** What the rows have taken, if these were the pools and the caps; slow and obvious. */
export function poolsFrom(
  rows: Iterable<RegistrationRow>,
  capacities: readonly PoolCapacity[],
  caps: readonly CourseCap[],
): Pools {
  const books = capacities.map(({ unit, capacity, candidateType }) => ({
    ...newSeatBook(unit, candidateType),
    capacity,
  }));
  const pools: Pools = {
    seatBooks: [
      ...books.filter(({ candidateType }) => candidateType !== undefined),
      ...books.filter(({ candidateType }) => candidateType === undefined),
    ],
    cappedCourses: caps.map(({ course, cap }) => ({ course, cap, taken: 0 })),
  };
  for (const row of rows) {
    for (const place of row.places) {
      const taken: Taken | undefined = takenAs(row, place);
      if (taken === undefined) continue;
      poolOf(pools, row, place.unit)[taken] += 1;
      countCourse(pools, undefined, courseCounted(place));
    }
  }
  return pools;
}
