/**
 * Courses on their way from one exam area to another (B4). A draft belongs to the registration of
 * its area and ends when that area is left, so the courses travel in the browser until they are put
 * in again: the move may take a moment, and its answer may be lost.
 *
 * C1 The cookie is good for one person, one session and one area; it only ever fills in a draft.
 */
import type { AreaCode, CourseCode } from '../../engine/protocol/ids.ts';
import { coursePattern } from '../../engine/protocol/ids.ts';
import type { RefusalDetail } from '../../engine/protocol/refusals.ts';
import type { RegistrationView } from '../../engine/protocol/replies.ts';
import type { AreaClaim } from '../cookies.ts';
import { setSmallCookie, smallCookieOf } from '../small-cookies.ts';
import type { Problem } from './models.ts';
import type { SentForm, Visit } from './present.ts';
import { type Operation, sendAct } from './send.ts';

/** Longer than any move takes, shorter than anybody's plans last. */
const carriedMs = 30 * 60_000;

/** As many as there are units, and no page chooses more. */
const carriedMax = 16;

/** A whole Set-Cookie value. */
export function carry(visit: Visit, area: AreaCode, courses: readonly CourseCode[]): string {
  const text = [area, ...courses.slice(0, carriedMax)].join('-');
  return setSmallCookie(visit, 'carried', `${text}.${macOf(visit, text)}`, carriedMs);
}

export const dropCarried = (visit: Visit): string => setSmallCookie(visit, 'carried', '', 0);

/** What was to be put in at this area and still has no place there. */
export function carriedTo(
  visit: Visit,
  area: AreaCode,
  registration: RegistrationView,
): CourseCode[] {
  const { session } = visit;
  const [text = '', mac] = smallCookieOf(visit, 'carried')?.split('.') ?? [];
  if (mac === undefined || mac !== macOf(visit, text)) return [];
  const [to, ...courses] = text.split('-');
  if (to !== area) return [];
  const taken = new Set([...registration.draft, ...registration.seats].map(({ unit }) => unit));
  return courses.filter((code) => {
    const unit = coursePattern.test(code) ? session.course.get(code)?.unit : undefined;
    return unit !== undefined && !taken.has(unit);
  });
}

export type PutIn =
  /** `problem`: why some course could not be put in; the others were. */
  { kind: 'done'; problem: Problem | undefined } | { kind: 'unknown'; operation: Operation };

/**
 * Puts the courses into the draft, one after another, each from the revision that the one before
 * left. Repeating it, in a second tab or by a double click, finds them there.
 */
export async function putIn(
  visit: Visit,
  form: SentForm,
  claim: AreaClaim,
  courses: readonly CourseCode[],
): Promise<PutIn> {
  let { revision } = form;
  let problem: Problem | undefined;
  for (const course of courses) {
    const { programme, candidateType } = visit.signIn;
    const choice = { programme, candidateType, course, replace: false };
    const act = { kind: 'choose-course', ...choice } as const;
    const from = { ...form, revision };
    const sent = await sendAct(visit, from, claim, 'choose', `${course}~false`, act);
    if (sent.kind === 'unknown') return { kind: 'unknown', operation: sent.operation };
    revision = sent.registration?.revision ?? revision;
    const isThere = sent.registration?.draft.some((chosen) => chosen.course === course) === true;
    if (sent.kind === 'refused' && !isThere) problem ??= problemWith(course, sent);
  }
  return { kind: 'done', problem };
}

/** Among several courses the page must name the one. */
function problemWith(
  course: CourseCode,
  { reason, detail }: { reason: Problem['reason']; detail: RefusalDetail },
): Problem {
  return { reason, detail: { course, ...detail } };
}

function macOf({ context, signIn, session }: Visit, text: string): string {
  const { code } = session.adopted.catalogue;
  return context.cookies.keyed('carried', `${signIn.person}~${code}~${text}`).toString('base64url');
}
