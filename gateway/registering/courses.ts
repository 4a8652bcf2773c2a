/**
 * One box for a course code (F24): the course drops into the unit it belongs to. The chosen
 * courses live with the registration in the engine, so every device shows the same.
 */
import { isLost } from '../catalogue.ts';
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forBooking, forForm, goOn, notAccepted, showAgain } from './desk.ts';
import { courseForm, unitForm } from './forms.ts';
import type { Problem } from './models.ts';
import { areaPage, coursesPage } from './pages.ts';
import { barOn, liveCode, noChoice, type Standing, type Visit } from './present.ts';
import { sendAct } from './send.ts';

export const showCourses = (context: GatewayContext): Handler =>
  forBooking(context, (visit, standing) => {
    if (standing.candidate.moving !== undefined || standing.area === undefined) {
      return redirect('/register/area');
    }
    // S5: nothing is to be had here any more; another area is to be chosen.
    const { area, registration } = standing;
    if (isLost(visit.session.adopted, area.code) && registration.seats.length === 0)
      return registration.draft.length > 0
        ? redirect('/register/elsewhere')
        : areaPage(visit, standing, noChoice, { reason: 'area-withdrawn' });
    const query = formOf(visit.request.query);
    const live = liveCode(visit, standing.registration) !== undefined;
    // B1: a reload comes back to code entry; only its own link leads back to the courses.
    if (live && query?.has('change') !== true) return redirect('/register/code');
    const carried = Number(query?.get('carried') ?? 0);
    return coursesPage(visit, standing, {
      typed: query?.get('course') ?? '',
      placed: query?.get('placed') ?? '',
      ...(carried > 0 && carried <= standing.registration.draft.length && { carried }),
    });
  });

export const takeCourse = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const typed = visit.request.form.get('course').slice(0, 64);
      const again = (_: Visit, standing: Standing, problem: Problem) =>
        coursesPage(visit, standing, { typed, problem });
      const fields = courseForm.safeParse({
        course: typed,
        replace: visit.request.form.get('replace') !== '',
      });
      if (!fields.success) return showAgain(visit, { reason: 'course-malformed' }, again);
      const { course, replace } = fields.data;
      const sent = await sendAct(visit, form, claim, 'choose', `${course}~${replace}`, {
        kind: 'choose-course',
        programme: visit.signIn.programme,
        candidateType: visit.signIn.candidateType,
        course,
        replace,
      });
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, again);
      return goOn(visit, `/register/courses?change=1&placed=${course}`, (_, standing) =>
        barOn(visit, standing.candidate) === undefined
          ? coursesPage(visit, standing, { placed: course })
          : redirect('/register/area'),
      );
    },
    outdatedCourses,
  );

export const dropCourse = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const fields = unitForm.safeParse({ unit: visit.request.form.get('unit') });
      if (!fields.success) return showAgain(visit, { reason: 'unit-unchosen' }, outdatedCourses);
      const { unit } = fields.data;
      const sent = await sendAct(visit, form, claim, 'drop', unit, { kind: 'drop-course', unit });
      if (sent.kind !== 'accepted') return notAccepted(visit, sent, outdatedCourses);
      return goOn(visit, '/register/courses?change=1', (_, standing) =>
        coursesPage(visit, standing, {}),
      );
    },
    outdatedCourses,
  );

/** Anything that did not go through ends on the courses as they are, with the reason on top. */
export function outdatedCourses(visit: Visit, standing: Standing, problem?: Problem): Reply {
  // Whoever may not register gets no form to do it with (R4, R6, R8); the area's page says why.
  if (standing.area === undefined || barOn(visit, standing.candidate) !== undefined) {
    return redirect('/register/area');
  }
  return coursesPage(visit, standing, problem ? { problem } : {});
}
