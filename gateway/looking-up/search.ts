/** F16: finding courses in the session's list, by code, name, unit, programme. Pure. */
import type { ProgrammeCode, UnitCode } from '../../engine/protocol/ids.ts';
import type { ListedCourseModel } from '../../web/view-models.ts';
import type { Session } from '../catalogue.ts';
import { listedCourses } from './listed.ts';

export type CourseSearch = {
  text: string;
  unit: UnitCode | undefined;
  programme: ProgrammeCode | undefined;
  /** Counted from 1; beyond the last it is the last. */
  page: number;
};
export type CoursesFound = {
  courses: ListedCourseModel[];
  /** On all pages together. */
  count: number;
  page: number;
  pages: number;
};

export const coursesOnPageMax = 50;

/**
 * Every word typed must occur in the code or the name. Courses that are not seated (practical,
 * replaced, not offered) come last, so that a candidate who types such a code learns why it cannot
 * be booked (R10, R11).
 */
export function searchCourses(session: Session, search: CourseSearch): CoursesFound {
  const words = plain(search.text).split(/\s+/).filter(Boolean);
  const plan =
    search.programme === undefined ? undefined : session.programme.get(search.programme)?.plan;
  const found = textsOf(session).filter(
    ({ text, shown: { course, unit } }) =>
      (search.unit === undefined || unit?.code === search.unit) &&
      (plan === undefined || plan.has(course.code)) &&
      words.every((word) => text.includes(word)),
  );
  const pages = Math.max(1, Math.ceil(found.length / coursesOnPageMax));
  const page = Math.min(Math.max(1, search.page), pages);
  const from = (page - 1) * coursesOnPageMax;
  return {
    courses: found.slice(from, from + coursesOnPageMax).map(({ shown }) => shown),
    count: found.length,
    page,
    pages,
  };
}

type Searched = { text: string; shown: ListedCourseModel };
const searched = new WeakMap<Session, readonly Searched[]>();

function textsOf(session: Session): readonly Searched[] {
  const known = searched.get(session);
  if (known !== undefined) return known;
  const texts = [...listedCourses(session).values()].map((shown) => ({
    text: plain(`${shown.course.code} ${shown.course.name}`),
    shown,
  }));
  searched.set(session, texts);
  return texts;
}

/** Full-width digits are typed as often as not. */
const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
