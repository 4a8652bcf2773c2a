/**
 * What may be read without signing in: the preparation steps (F15) and the offered courses (F16).
 * Both are answered from memory and cost the engine nothing.
 */
import { codePattern } from '../../engine/protocol/ids.ts';
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { show } from '../frame.ts';
import type { Handler } from '../http.ts';
import { courseOf, unitOf } from '../registering/models.ts';
import { awayReply } from '../waiting.ts';
import { searchCourses } from './search.ts';

export const searchTextMax = 40;

export const showGuide =
  (context: GatewayContext): Handler =>
  (request) => {
    const days = context.catalogue.current()?.adopted.calendar ?? [];
    return show(context, request, 200, 'guide', { now: context.now(), days });
  };

export const showCourseList =
  (context: GatewayContext): Handler =>
  (request) => {
    const session = context.catalogue.current();
    if (session === undefined) return awayReply(context, request);
    const query = formOf(request.query);
    const asked = query?.get('unit') ?? '';
    const unit = codePattern.test(asked) && session.unit.has(asked) ? asked : undefined;
    const text = (query?.get('search') ?? '').slice(0, searchTextMax);
    const found = searchCourses(session, { text, unit });
    const model = {
      title: session.adopted.catalogue.title,
      search: text,
      unit: unit ?? '',
      units: session.units.map(({ code, name }) => ({ code, name })),
      courses: found.courses.map((course) => ({
        course: courseOf(session, course.code),
        credits: course.credits,
        unit: course.unit === undefined ? undefined : unitOf(session, course.unit),
        practical: course.method === 'practical',
        replacedBy: (course.replacedBy ?? []).map((code) => courseOf(session, code)),
      })),
      more: found.more,
    };
    return show(context, request, 200, 'courseList', model);
  };
