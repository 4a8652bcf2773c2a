/** What the pages for looking things up have in common. */
import type { AreaCode, PersonId } from '../../../engine/protocol/ids.ts';
import type { CandidateView, RegisteredLine } from '../../../engine/protocol/replies.ts';
import type { EventNames } from '../../../web/desk/event-words.ts';
import type { AreaName } from '../../../web/desk/lookup-models.ts';
import type { Session } from '../../catalogue.ts';
import { emptyForm, type Form, formOf } from '../../form.ts';
import type { Reply } from '../../http.ts';
import type { Visit } from '../desk.ts';
import { deskPage, waitPage } from '../page.ts';

export const queryOf = ({ request }: Visit): Form => formOf(request.query) ?? emptyForm;
export const sessionOf = ({ context }: Visit): Session | undefined =>
  context.gateway.catalogue.current();

/** The engine did not answer, and nothing is shown as if it were empty. */
export const away = ({ context, request }: Visit): Reply => waitPage(context, request, 'away');
/** Also of what is another office's: whether it is there is not theirs to know. */
export const unknown = (visit: Visit): Reply => deskPage(visit, 404, 'refused', { why: 'unknown' });

export function areaNamed(session: Session, code: AreaCode): AreaName {
  const area = session.area.get(code);
  return { code, name: area?.name ?? code, city: session.city.get(area?.city ?? '')?.name ?? '' };
}

export const courseNamed = (session: Session, code: string) => ({
  ...{ code, name: session.course.get(code)?.name ?? '' },
});

/** What the codes of events are called; before there is a session they stand for themselves. */
export const eventNamesOf = (session: Session | undefined): EventNames => ({
  places: session?.adopted.catalogue ?? { cities: [], areas: [] },
  units: session?.units ?? [],
  courses: session?.course ?? new Map(),
  programmes: session?.programme ?? new Map(),
});

/** A whole number of a query; absent: 0. Undefined: none that could be meant. */
export function numberIn(query: Form, name: string): number | undefined {
  const text = query.get(name);
  return /^\d{0,9}$/.test(text) ? Number(text) : undefined;
}

export type Asked<T> = { kind: 'found'; found: T } | { kind: 'none' } | { kind: 'away' };

/** Somebody who is within the scope of who looks: by the area they claim or had claimed. */
export async function candidateOf(visit: Visit, person: PersonId): Promise<Asked<CandidateView>> {
  const answer = await visit.context.gateway.client.ask({ kind: 'candidate', person });
  if (answer.kind !== 'candidate') return { kind: 'away' };
  const { candidate } = answer;
  const seen =
    candidate !== null &&
    (visit.within({ kind: 'province' }) || areasOf(candidate).some((area) => visit.within(area)));
  return seen ? { kind: 'found', found: candidate } : { kind: 'none' };
}

export const areasOf = ({ claim, areasLeft }: CandidateView): AreaCode[] => [
  ...new Set([...(claim === undefined ? [] : [claim.area]), ...(areasLeft ?? [])]),
];

const linesPerPage = 50;
/** Pages of registrations that one request asks the engine for: whoever looks goes on by a link. */
const asksMax = 20;

/**
 * What `linesOf` makes of an area's registrations from one number on, until a page is full. Nobody's lines
 * are torn apart. `next`: where the rest begins. Undefined: the engine is away.
 */
export async function registeredFrom<Line>(
  { context }: Visit,
  area: AreaCode,
  first: number,
  linesOf: (registered: RegisteredLine) => Line[],
): Promise<{ lines: Line[]; next?: number } | undefined> {
  const { client } = context.gateway;
  const ask = (from: number) => client.ask({ kind: 'registrations', area, from } as const);
  const lines: Line[] = [];
  let from: number | undefined = first;
  for (let asks = 0; asks < asksMax && from !== undefined; asks += 1) {
    const page: Awaited<ReturnType<typeof ask>> = await ask(from);
    if (page.kind !== 'registrations') return undefined;
    for (const registered of page.lines) {
      const own = linesOf(registered);
      if (own.length > 0 && lines.length >= linesPerPage) return { lines, next: registered.number };
      lines.push(...own);
    }
    from = page.next;
  }
  return { lines, ...(from === undefined ? {} : { next: from }) };
}
