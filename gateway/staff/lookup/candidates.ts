/**
 * Candidates as the desk finds and sees them: masked, by those within whose scope they register. What
 * was typed stands in no address and no log; the full numbers are shown once the journal has by whom
 * and why (S4). Whom a number belongs to is told only so often: what a mask hides of a phone are four
 * digits, and ten thousand tries would be as good as seeing it.
 */
import { documentTypes, normaliseDocument } from '../../../engine/protocol/documents.ts';
import {
  mobilePattern,
  opaquePattern,
  type PersonId,
  ticketPattern,
} from '../../../engine/protocol/ids.ts';
import { personIdOf, phoneIndexOf } from '../../../engine/protocol/indices.ts';
import { ticketMask } from '../../../engine/protocol/masks.ts';
import type { CandidateView, RegistrationView } from '../../../engine/protocol/replies.ts';
import {
  type AreaName,
  type AreaRegistered,
  type CandidateFound,
  type Finder,
  finders,
} from '../../../web/desk/lookup-models.ts';
import type { Session } from '../../catalogue.ts';
import type { Reply } from '../../http.ts';
import { sendForm } from '../../sign-in/send.ts';
import { normalisePhone } from '../../sign-in/typed.ts';
import { deciderOf, type FormVisit, tooOftenFor, type Visit } from '../desk.ts';
import { reasonIn } from '../lines.ts';
import { deskPage } from '../page.ts';
import { orderLine } from './orders.ts';
import {
  areaNamed,
  areasOf,
  away,
  candidateOf,
  courseNamed,
  queryOf,
  sessionOf,
  unknown,
} from './parts.ts';

const halfMinuteMs = 30_000;

/** GET /desk/candidates */
export const showFind = (visit: Visit): Reply =>
  deskPage(visit, 200, 'candidates', {
    ...{ finder: 'document', documentType: 'resident-id', token: visit.token() },
  });

/** POST /desk/candidates */
export async function findCandidates(visit: FormVisit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  const { form } = visit.request;
  const finder = finders.find((one) => one === form.get('finder')) ?? 'document';
  const documentType = form.get('documentType');
  const token = form.get('token');
  const shown = { finder, documentType, token };
  const tooOften = finder === 'ticket' ? tooOftenFor(visit, 'deskWalks') : undefined;
  if (tooOften !== undefined) return tooOften;
  const people = await peopleBy(visit, finder, documentType, form.get('number').slice(0, 64));
  if (people === 'malformed') {
    const problem = { reason: 'number-malformed' } as const;
    return deskPage(visit, 422, 'candidates', { ...shown, problem });
  }
  if (people === 'away') return away(visit);
  const found: CandidateFound[] = [];
  for (const person of people) {
    const asked = await candidateOf(visit, person);
    if (asked.kind === 'away') return away(visit);
    if (asked.kind === 'found') found.push(foundOf(session, asked.found));
  }
  return deskPage(visit, 200, 'candidates', { ...shown, found });
}

async function peopleBy(
  { context }: Visit,
  finder: Finder,
  documentType: string,
  typed: string,
): Promise<PersonId[] | 'malformed' | 'away'> {
  const { client, config } = context.gateway;
  switch (finder) {
    case 'document': {
      const document = normaliseDocument(documentType, typed);
      if (!document.ok) return 'malformed';
      return [personIdOf(config.indexKey, documentType, document.number)];
    }
    case 'phone': {
      const phone = normalisePhone(typed);
      if (!mobilePattern.test(phone)) return 'malformed';
      const answer = await client.ask({
        ...{ kind: 'phone', phone: phoneIndexOf(config.indexKey, phone) },
      });
      return answer.kind === 'phone' ? answer.people : 'away';
    }
    case 'ticket': {
      const ticket = typed.normalize('NFKC').replaceAll(/\s/g, '');
      if (!ticketPattern.test(ticket)) return 'malformed';
      return ownersOf({ context }, ticket);
    }
  }
}

/** All candidates are walked: see candidate-pages.ts. */
async function ownersOf(
  { context }: Pick<Visit, 'context'>,
  ticket: string,
): Promise<PersonId[] | 'away'> {
  const { client } = context.gateway;
  for (const partition of client.layout.people) {
    const ask = (after: PersonId | undefined) =>
      client.askAt(partition, {
        ...({ kind: 'candidates', ticket } as const),
        ...(after === undefined ? {} : { after }),
      });
    let after: PersonId | undefined;
    do {
      const page: Awaited<ReturnType<typeof ask>> = await ask(after);
      if (page.kind !== 'candidates') return 'away';
      if (page.lines.length > 0) return page.lines.map(({ person }) => person);
      after = page.next;
    } while (after !== undefined);
  }
  return [];
}

function foundOf(session: Session, candidate: CandidateView): CandidateFound {
  const { person, nameMask, documentMask, candidateType, tickets } = candidate;
  return {
    ...{ person, nameMask, documentMask, candidateType },
    tickets: tickets.map(({ number }) => ticketMask(number)),
    area: claimedArea(session, candidate),
  };
}

const claimedArea = (session: Session, { claim }: CandidateView): AreaName | undefined =>
  claim && areaNamed(session, claim.area);

/** GET /desk/candidate?person= */
export const showCandidate = (visit: Visit): Promise<Reply> =>
  candidatePage(visit, 200, queryOf(visit).get('person'), visit.token());

async function candidatePage(
  visit: Visit,
  status: number,
  person: PersonId,
  token: string,
  problem?: { reason: 'reason-missing' },
): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return away(visit);
  if (!opaquePattern.test(person)) return unknown(visit);
  const asked = await candidateOf(visit, person);
  if (asked.kind !== 'found') return asked.kind === 'away' ? away(visit) : unknown(visit);
  const candidate = asked.found;
  const areas = areasOf(candidate).filter((area) => visit.within(area));
  const registrations = await Promise.all(
    areas.map((area) => visit.context.gateway.client.ask({ kind: 'registration', area, person })),
  );
  const registered: AreaRegistered[] = [];
  for (const [place, area] of areas.entries()) {
    const answer = registrations[place];
    if (answer?.kind !== 'registration') return away(visit);
    registered.push(registeredIn(session, areaNamed(session, area), answer.registration));
  }
  const { nameMask, documentMask, kind, candidateType, hasPhoto, passwordSet, phone } = candidate;
  return deskPage(visit, status, 'candidate', {
    ...{ person, nameMask, documentMask, kind, candidateType, hasPhoto, passwordSet, token },
    phoneMask: phone?.mask,
    area: claimedArea(session, candidate),
    tickets: candidate.tickets.map(({ number, programme, status: state }) => ({
      ticketMask: ticketMask(number),
      programme: session.programme.get(programme)?.name ?? programme,
      status: state,
    })),
    registered,
    ...(problem === undefined ? {} : { problem }),
  });
}

function registeredIn(
  session: Session,
  area: AreaName,
  { seats, draft, orders, releasedAt }: RegistrationView,
): AreaRegistered {
  const unitNamed = (code: string) => session.unit.get(code)?.name ?? code;
  return {
    area,
    seats: seats.map(({ unit, course, state, sitting }) => ({
      unit: unitNamed(unit),
      course: courseNamed(session, course),
      state: state.kind,
      ...('until' in state ? { until: state.until } : {}),
      ...('order' in state ? { order: state.order } : {}),
      ...(sitting === undefined ? {} : { sitting }),
    })),
    draft: draft.map(({ unit, course }) => ({
      unit: unitNamed(unit),
      course: courseNamed(session, course),
    })),
    orders: orders.map((order) => orderLine(session, order)),
    ...(releasedAt === undefined ? {} : { releasedAt }),
  };
}

/** POST /desk/candidate/in-full */
export async function showInFull(visit: FormVisit): Promise<Reply> {
  const { context, request } = visit;
  const person = request.form.get('person');
  const reason = reasonIn(request.form);
  if (!opaquePattern.test(person)) return unknown(visit);
  if (reason === '') {
    const problem = { reason: 'reason-missing' } as const;
    return candidatePage(visit, 422, person, request.form.get('token'), problem);
  }
  const asked = await candidateOf(visit, person);
  if (asked.kind !== 'found') return asked.kind === 'away' ? away(visit) : unknown(visit);
  const { client, now } = context.gateway;
  const own = areasOf(asked.found).find((code) => visit.within(code));
  const area = visit.within({ kind: 'province' }) || own === undefined ? {} : { area: own };
  const body = { kind: 'show-in-full', person, ...area, ...deciderOf(visit), reason } as const;
  // What was allowed holds for a minute: a form that is sent anew later is asked for anew.
  const salt = `${person}~${reason}~${Math.floor(now() / halfMinuteMs)}`;
  const reply = await sendForm(context.gateway, visit.form, body, salt);
  if (reply.kind === 'refused') return unknown(visit);
  if (reply.kind !== 'accepted' || reply.outcome.kind !== 'may-be-shown') return away(visit);
  const { until, pass } = reply.outcome;
  const answer = await client.ask({ kind: 'in-full', person, ...area, until, pass });
  if (answer.kind !== 'in-full') return away(visit);
  const { shown } = answer;
  if (shown === null) return unknown(visit);
  const type = documentTypes.find(({ code }) => code === shown.documentType);
  return deskPage(visit, 200, 'inFull', {
    ...{ ...shown, person, documentTypeName: type?.name ?? shown.documentType },
  });
}
