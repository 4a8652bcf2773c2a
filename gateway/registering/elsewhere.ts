/**
 * B4: another exam area with seats for everything wanted, and one action to go there with the
 * courses. Whoever has saved seats is told what must be given up first (D6); the move itself is the
 * engine's (R1, area.ts).
 */
import type { CourseCode } from '../../engine/protocol/ids.ts';
import type { GatewayContext } from '../context.ts';
import type { AreaClaim } from '../cookies.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { claimArea, notClaimed } from './area.ts';
import { carriedTo, carry, dropCarried, type PutIn, putIn } from './carried.ts';
import { forBooking, forCandidate, forForm, notStanding, showAgain } from './desk.ts';
import type { Problem } from './models.ts';
import { coursesPage, elsewherePage } from './pages.ts';
import {
  epochAt,
  formFrom,
  type SentForm,
  type Standing,
  standingOf,
  type Visit,
} from './present.ts';
import { outcomeAddress } from './send.ts';

export const showElsewhere = (context: GatewayContext): Handler =>
  forBooking(context, (visit, standing) => elsewhereOrArea(visit, standing));

/** Chooses the area, then puts the courses in; what takes longer is carried on by the courses page. */
export const goElsewhere = (context: GatewayContext): Handler =>
  forCandidate(context, async (visit) => {
    const again = (problem: Problem) => showAgain(visit, problem, elsewhereOrArea);
    const form = formFrom(visit, '');
    if (form === undefined) return again({ reason: 'form-outdated' });
    const area = visit.request.form.get('area');
    if (!visit.session.area.has(area)) return again({ reason: 'area-unchosen' });
    const asked = await standingOf(visit);
    if (asked.kind !== 'standing') return notStanding(visit, asked);
    const { candidate, claim, registration } = asked.standing;
    // A double click, or the back button: that area is theirs already, or about to be.
    if (candidate.moving !== undefined) return redirect('/register/area');
    if (claim?.area === area) return redirect('/register/courses');
    // What the page said would be lost, or kept, is no longer so.
    if (registration.revision !== form.revision) return again({ reason: 'changed-meanwhile' });
    if (registration.seats.some(({ state }) => state.kind !== 'held')) {
      return again({ reason: 'seats-remain' });
    }
    const courses = registration.draft
      .filter(({ ticket }) => ticket === visit.signIn.ticket)
      .map(({ course }) => course);
    const chosen = await claimArea(visit, form, area);
    if (chosen.kind === 'claimed') return arrive(visit, form, chosen.claim, courses);
    const reply = await notClaimed(visit, chosen, again);
    if (chosen.kind === 'refused') return reply;
    return { ...reply, cookies: [...(reply.cookies ?? []), carry(visit, area, courses)] };
  });

/** From the courses page: what could not be put in right after the move. */
export const takeCarried = (context: GatewayContext): Handler =>
  forForm(
    context,
    async (visit, form, claim) => {
      const asked = await standingOf(visit);
      if (asked.kind !== 'standing') return notStanding(visit, asked);
      const courses = carriedTo(visit, claim.area, asked.standing.registration);
      return arrived(visit, await putIn(visit, form, claim, courses), claim, courses);
    },
    (visit, standing, problem) => coursesPage(visit, standing, { problem }),
  );

/** The form was made for the person's book; what goes to the area must know that book's life. */
async function arrive(
  visit: Visit,
  form: SentForm,
  claim: AreaClaim,
  courses: readonly CourseCode[],
): Promise<Reply> {
  const { context, signIn } = visit;
  const { area } = claim;
  const epoch = epochAt(visit, area);
  const asked = await context.client.ask({ kind: 'registration', area, person: signIn.person });
  // The move is done; the courses page finds what is to be put in.
  if (asked.kind !== 'registration' || epoch === undefined) {
    return redirect('/register/courses', [
      context.cookies.setArea(signIn.person, claim),
      carry(visit, area, courses),
    ]);
  }
  const { revision } = asked.registration;
  const put = await putIn(visit, { ...form, epoch, revision }, claim, courses);
  return arrived(visit, put, claim, courses);
}

async function arrived(
  visit: Visit,
  put: PutIn,
  claim: AreaClaim,
  courses: readonly CourseCode[],
): Promise<Reply> {
  const { context, signIn } = visit;
  const here = context.cookies.setArea(signIn.person, claim);
  if (put.kind === 'unknown') {
    return redirect(outcomeAddress(put.operation), [here, carry(visit, claim.area, courses)]);
  }
  const cookies = [here, dropCarried(visit)];
  if (put.problem === undefined) {
    return redirect(`/register/courses?change=1&carried=${courses.length}`, cookies);
  }
  const reply = await showAgain(visit, put.problem, (_, standing, problem) =>
    coursesPage(visit, standing, { problem }),
  );
  return { ...reply, cookies: [...(reply.cookies ?? []), ...cookies] };
}

/** While the area is being changed, or none is chosen, that comes first. */
function elsewhereOrArea(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const { candidate, area } = standing;
  if (candidate.moving !== undefined || area === undefined) return redirect('/register/area');
  return elsewherePage(visit, standing, area, problem);
}
