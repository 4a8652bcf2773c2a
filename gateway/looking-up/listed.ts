/**
 * The session's courses as lists show them: what each is worth, when it sits, or why it does not.
 * The same for everybody, so it is made once for a catalogue and not once for a page.
 */
import type { CourseCode } from '../../engine/protocol/ids.ts';
import type { Course } from '../../engine/protocol/session.ts';
import type { ListedCourseModel } from '../../web/view-models.ts';
import type { Session } from '../catalogue.ts';
import { courseOf, unitOf } from '../registering/models.ts';

const lists = new WeakMap<Session, ReadonlyMap<CourseCode, ListedCourseModel>>();

/**
 * By code, in the order of pages: by unit as in the timetable, then by code; courses that are not
 * seated come last.
 */
export function listedCourses(session: Session): ReadonlyMap<CourseCode, ListedCourseModel> {
  const known = lists.get(session);
  if (known !== undefined) return known;
  const last = session.units.length;
  const place = ({ unit }: Course): number =>
    (unit === undefined ? undefined : session.unitOrder.get(unit)) ?? last;
  const list = new Map(
    [...session.adopted.catalogue.courses]
      .sort((a, b) => place(a) - place(b) || (a.code < b.code ? -1 : 1))
      .map((course) => [course.code, listedOf(session, course)]),
  );
  lists.set(session, list);
  return list;
}

/** A code that is in no catalogue is shown as itself, as everywhere. */
export const listedCourse = (session: Session, code: CourseCode): ListedCourseModel =>
  listedCourses(session).get(code) ?? listedOf(session, unknownCourse(code));

const listedOf = (session: Session, course: Course): ListedCourseModel => ({
  course: courseOf(session, course.code),
  credits: course.credits,
  unit: course.unit === undefined ? undefined : unitOf(session, course.unit),
  practical: course.method === 'practical',
  replacedBy: (course.replacedBy ?? []).map((code) => courseOf(session, code)),
});

const unknownCourse = (code: CourseCode): Course => ({
  code,
  name: '',
  credits: 0,
  method: 'written',
});
