/** F16: finding a course in the session's list, by code, by name, by unit. Pure. */
import type { UnitCode } from '../../engine/protocol/ids.ts';
import type { Course } from '../../engine/protocol/session.ts';
import type { Session } from '../catalogue.ts';

export type CourseSearch = { text: string; unit: UnitCode | undefined };
export type CoursesFound = { courses: Course[]; more: number };

/** One page of a long list; who needs the rest narrows the search. */
export const coursesShownMax = 300;

/**
 * Every word typed must occur in the code or the name. Ordered by unit as in the timetable, then
 * by code; courses that are not seated (practical, replaced, not offered) come last, so that a
 * candidate who types such a code learns why it cannot be booked (R10, R11).
 */
export function searchCourses(session: Session, search: CourseSearch): CoursesFound {
  const words = search.text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
  const found = session.adopted.catalogue.courses.filter(
    (course) =>
      (search.unit === undefined || course.unit === search.unit) &&
      words.every((word) => course.code.includes(word) || course.name.toLowerCase().includes(word)),
  );
  const last = session.units.length;
  const place = (course: Course): number =>
    (course.unit === undefined ? undefined : session.unitOrder.get(course.unit)) ?? last;
  found.sort((a, b) => place(a) - place(b) || (a.code < b.code ? -1 : 1));
  return {
    courses: found.slice(0, coursesShownMax),
    more: Math.max(0, found.length - coursesShownMax),
  };
}
