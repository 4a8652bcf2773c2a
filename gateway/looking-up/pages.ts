/**
 * What may be read without signing in: the preparation steps (F15) and the offered courses (F16).
 * Both are answered from memory and cost the engine nothing.
 */
import { codePattern } from '../../engine/protocol/ids.ts';
import type { ProgrammeModel } from '../../web/view-models.ts';
import { type Session, windowAt } from '../catalogue.ts';
import type { GatewayContext } from '../context.ts';
import type { SignIn } from '../cookies.ts';
import { formOf } from '../form.ts';
import { show } from '../frame.ts';
import type { Handler, Request } from '../http.ts';
import { signInOf } from '../sign-in/who.ts';
import { awayReply } from '../waiting.ts';
import { programmeOf } from './plan.ts';
import { searchCourses } from './search.ts';

const searchTextMax = 40;

export const showGuide =
  (context: GatewayContext): Handler =>
  (request) => {
    const session = context.catalogue.current(signInOf(context, request)?.candidateType);
    const asked = formOf(request.query)?.get('city') ?? '';
    const city = session?.city.has(asked) ? asked : '';
    const offices = (session?.areasOfCity.get(city) ?? []).map(({ name, office }) => ({
      area: name,
      office,
    }));
    const model = {
      now: context.now(),
      session: session && {
        days: session.adopted.calendar,
        daysOf: session.daysOf,
        feeFen: session.adopted.catalogue.feeFen,
        holdMs: session.adopted.settings.holdMs,
      },
      cities: session?.adopted.catalogue.cities ?? [],
      city,
      offices,
    };
    return show(context, request, 200, 'guide', model);
  };

export const showCourseList =
  (context: GatewayContext): Handler =>
  (request) => {
    const signIn = signInOf(context, request);
    const session = context.catalogue.current(signIn?.candidateType);
    if (session === undefined) return awayReply(context, request);
    const query = formOf(request.query);
    const known = (name: string, among: ReadonlyMap<string, unknown>): string => {
      const asked = query?.get(name) ?? '';
      return codePattern.test(asked) && among.has(asked) ? asked : '';
    };
    const unit = known('unit', session.unit);
    const programme = known('programme', session.programme);
    const search = (query?.get('search') ?? '').slice(0, searchTextMax);
    const found = searchCourses(session, {
      text: search,
      unit: unit || undefined,
      programme: programme || undefined,
      page: Math.floor(Number(query?.get('page') ?? '')) || 1,
    });
    const model = {
      title: session.adopted.catalogue.title,
      search,
      unit,
      units: session.units.map(({ code, name }) => ({ code, name })),
      programme,
      programmes: session.adopted.catalogue.programmes,
      unplanned: session.programme.get(programme)?.plan.size === 0,
      query: new URLSearchParams({ search, unit, programme }).toString(),
      ...found,
      ...readerOf(context, request, session, signIn),
    };
    return show(context, request, 200, 'courseList', model);
  };

/** What the sign-in and the area cookie say; the engine is not asked, a link does no harm. */
function readerOf(
  context: GatewayContext,
  request: Request,
  session: Session,
  signIn: SignIn | undefined,
): { own: ProgrammeModel | undefined; registering: boolean } {
  if (signIn?.kind !== 'full') return { own: undefined, registering: false };
  const { person, programme } = signIn;
  const planned = (session.programme.get(programme)?.plan.size ?? 0) > 0;
  return {
    own: planned ? programmeOf(session, programme) : undefined,
    registering:
      windowAt(session.adopted, context.now()).state === 'open' &&
      context.cookies.areaOf(request.cookieHeader, person) !== undefined,
  };
}
