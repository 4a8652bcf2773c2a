/**
 * F18: a programme's plan and how far a ticket has come with it: what was passed, how many credits
 * that makes, what is still missing. Pure.
 *
 * P1 What depends on the catalogue alone is made once for a catalogue, not once for a page.
 * P2 Of a choice without a number of credits only the courses it asks for count, the largest first:
 *    a second foreign language makes nobody graduate sooner.
 * P3 A course passed under a code that was replaced counts for the one course that replaced it (R11).
 */
import type { PassedCourse } from '../../engine/protocol/commands.ts';
import type { CourseCode, ProgrammeCode } from '../../engine/protocol/ids.ts';
import { passMark } from '../../engine/protocol/session.ts';
import type {
  ListedCourseModel,
  PassedModel,
  PlanCourseModel,
  PlanModel,
  PlanPartModel,
  ProgrammeModel,
} from '../../web/view-models.ts';
import type { PlannedProgramme, Session } from '../catalogue.ts';
import { courseOf, unitOf } from '../registering/models.ts';
import { listedCourse } from './listed.ts';

/** Absent: no plan is on file, and nothing can be said about graduating. */
export type PlanStanding = PlanModel['plan'];

type Part = {
  choice: PlanPartModel['choice'];
  courses: readonly ListedCourseModel[];
};
type Plan = { parts: readonly Part[]; totalCredits: number | undefined };

/** How far `passed` has come with the programme's plan. */
export function planStandingOf(
  session: Session,
  programme: ProgrammeCode,
  passed: readonly PassedCourse[],
): PlanStanding {
  const plan = planOf(session, programme);
  if (plan === undefined) return undefined;
  const results = resultsOf(session, passed);
  const parts = plan.parts.map(({ choice, courses }): PlanPartModel => {
    const shown = courses.map((one): PlanCourseModel => {
      const result = results.get(one.course.code);
      return result === undefined ? one : { ...one, result };
    });
    return { choice, courses: shown, ...leftOf(choice, shown) };
  });
  const all = parts.flatMap((part) => part.courses);
  const earned = parts.reduce((sum, part) => sum + part.creditsCounted, 0);
  const { totalCredits } = plan;
  return {
    parts,
    passedCount: all.filter(({ result }) => result !== undefined).length,
    courseCount: all.length,
    creditsEarned: earned,
    totalCredits,
    creditsLeft: totalCredits === undefined ? undefined : Math.max(0, totalCredits - earned),
    complete:
      parts.every(({ coursesLeft, creditsLeft }) => coursesLeft === 0 && creditsLeft === 0) &&
      earned >= (totalCredits ?? 0),
    together: togetherOf(session, parts),
  };
}

/** F17: what was passed, the latest first; a course that has left the catalogue keeps its code. */
export function passedOf(session: Session, passed: readonly PassedCourse[]): PassedModel[] {
  return [...passed]
    .sort((a, b) => compare(b.passedIn ?? '', a.passedIn ?? '') || compare(a.course, b.course))
    .map(({ course: code, grade, passedIn }) => {
      const course = session.course.get(code);
      return {
        course: courseOf(session, code),
        grade,
        ...(course && { credits: course.credits, practical: course.method === 'practical' }),
        ...(passedIn !== undefined && { passedIn }),
        replacedBy: (course?.replacedBy ?? []).map((one) => courseOf(session, one)),
      };
    });
}

/** Passed, and of no use to this programme as far as its plan says. */
export function passedOutside(
  session: Session,
  programme: ProgrammeCode,
  passed: readonly PassedCourse[],
): PassedCourse[] {
  const plan = session.programme.get(programme)?.plan;
  const within = (code: CourseCode) => plan?.has(code) === true;
  return passed.filter(({ course }) => {
    const successor = successorOf(session, course);
    return !within(course) && !(successor !== undefined && within(successor));
  });
}

export function programmeOf(session: Session, code: ProgrammeCode): ProgrammeModel {
  const programme = session.programme.get(code);
  return { code, name: programme?.name ?? '', level: programme?.level ?? '' };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** R10: 60 is the pass mark. A course passed twice counts with its better grade. */
function resultsOf(
  session: Session,
  passed: readonly PassedCourse[],
): Map<CourseCode, NonNullable<PlanCourseModel['result']>> {
  const results = new Map<CourseCode, NonNullable<PlanCourseModel['result']>>();
  const note = (code: CourseCode, { grade, passedIn }: PassedCourse, formerly?: CourseCode) => {
    const known = results.get(code);
    if (known !== undefined && known.grade >= grade) return;
    results.set(code, {
      grade,
      ...(passedIn !== undefined && { passedIn }),
      ...(formerly !== undefined && { formerly }),
    });
  };
  for (const one of passed) {
    if (one.grade < passMark) continue;
    note(one.course, one);
    const successor = successorOf(session, one.course);
    if (successor !== undefined) note(successor, one, one.course);
  }
  return results;
}

/** P3. Where several took its place, which of them it counts for is not on file. */
function successorOf(session: Session, code: CourseCode): CourseCode | undefined {
  const [successor, ...more] = session.course.get(code)?.replacedBy ?? [];
  return more.length === 0 ? successor : undefined;
}

function leftOf(
  choice: PlanPartModel['choice'],
  courses: readonly PlanCourseModel[],
): Pick<PlanPartModel, 'coursesLeft' | 'creditsLeft' | 'creditsCounted'> {
  const credits = courses
    .filter(({ result }) => result !== undefined)
    .map((one) => one.credits)
    .sort((a, b) => b - a);
  const passed = credits.length;
  const { coursesMin = courses.length, creditsMin } = choice ?? {};
  const counted = choice !== undefined && creditsMin === undefined ? coursesMin : passed;
  const creditsCounted = credits.slice(0, counted).reduce((sum, one) => sum + one, 0);
  return {
    coursesLeft: Math.max(0, coursesMin - passed),
    creditsLeft: Math.max(0, (creditsMin ?? 0) - creditsCounted),
    creditsCounted,
  };
}

/** Missing courses that sit this session, by unit: one of each can be taken together (R2). */
function togetherOf(
  session: Session,
  parts: readonly PlanPartModel[],
): NonNullable<PlanStanding>['together'] {
  const missing = parts
    .filter(({ coursesLeft, creditsLeft }) => coursesLeft > 0 || creditsLeft > 0)
    .flatMap((part) => part.courses)
    .filter(({ result }) => result === undefined);
  return session.units.flatMap(({ code }) => {
    const courses = missing.filter(({ unit }) => unit?.code === code).map(({ course }) => course);
    return courses.length === 0 ? [] : [{ unit: unitOf(session, code), courses }];
  });
}

const plans = new WeakMap<Session, Map<ProgrammeCode, Plan | undefined>>();

/** P1. */
function planOf(session: Session, code: ProgrammeCode): Plan | undefined {
  let known = plans.get(session);
  if (known === undefined) {
    known = new Map(
      session.adopted.catalogue.programmes.map(({ code: one }) => [
        one,
        madePlan(session, session.programme.get(one)),
      ]),
    );
    plans.set(session, known);
  }
  return known.get(code);
}

function madePlan(session: Session, programme: PlannedProgramme | undefined): Plan | undefined {
  if (programme === undefined || programme.plan.size === 0) return undefined;
  const listed = (code: CourseCode) => listedCourse(session, code);
  const { choices = [], totalCredits } = programme;
  const chosen = new Set(choices.flatMap(({ courses }) => courses));
  const required = programme.courses.filter((code) => !chosen.has(code));
  return {
    parts: [
      { choice: undefined, courses: required.map(listed) },
      ...choices.map(({ name, courses, coursesMin, creditsMin }) => ({
        choice: { name, coursesMin, ...(creditsMin !== undefined && { creditsMin }) },
        courses: courses.map(listed),
      })),
    ],
    totalCredits,
  };
}
