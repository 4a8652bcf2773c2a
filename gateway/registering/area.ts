/**
 * Personal information to check (F21) and the exam area (F22): city, then area. Choosing is a
 * claim on the person (R1); moving from another area is the engine's work and may take a moment.
 */
import type { AreaCode } from '../../engine/protocol/ids.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import type { AreaClaim } from '../cookies.ts';
import { formOf } from '../form.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { awayReply, busyReply } from '../waiting.ts';
import { forBooking, forCandidate, showAgain } from './desk.ts';
import { areaForm } from './forms.ts';
import type { Problem } from './models.ts';
import { areaPage, movingPage, windowPage } from './pages.ts';
import {
  type AreaChoice,
  formFrom,
  noChoice,
  type SentForm,
  type Standing,
  type Visit,
} from './present.ts';
import { answerWithinMs, type Operation, outcomeAddress } from './send.ts';

/** How long a request waits for a move to settle before it shows that it is running. */
const moveWaitMsMax = 2_000;
const moveLookEveryMs = 100;

export const showArea = (context: GatewayContext): Handler =>
  forBooking(context, (visit, standing) => {
    if (standing.candidate.moving !== undefined) return movingPage(visit, standing);
    const moved = formOf(visit.request.query)?.get('moved') ?? '';
    if (moved === '') return areaPage(visit, standing, choiceFrom(visit, standing));
    // From the page that waited for a move: it has ended, one way or the other.
    if (moved === standing.claim?.area) return redirect('/register/courses');
    return areaPage(visit, standing, noChoice, { reason: 'seats-remain' });
  });

export const takeArea = (context: GatewayContext): Handler =>
  forCandidate(context, async (visit) => {
    const { request, signIn } = visit;
    const sent = areaForm.safeParse({
      city: request.form.get('city'),
      area: request.form.get('area'),
    });
    const choice: AreaChoice = sent.success ? sent.data : noChoice;
    const again = (problem: Problem) =>
      showAgain(visit, problem, (_, standing) =>
        areaPage(visit, standing, filled(visit, standing, choice), problem),
      );
    const form = formFrom(visit, '');
    if (form === undefined) return again({ reason: 'form-outdated' });
    if (choice.area === '' || !visit.session.area.has(choice.area)) {
      return again({ reason: 'area-unchosen' });
    }
    const chosen = await claimArea(visit, form, choice.area);
    if (chosen.kind !== 'claimed') return notClaimed(visit, chosen, again);
    return redirect('/register/courses', [context.cookies.setArea(signIn.person, chosen.claim)]);
  });

export type NotClaimed =
  | { kind: 'moving' }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'unknown'; operation: Operation };

/** R1: the claim on an area, and a short wait for the move that it may take. */
export async function claimArea(
  visit: Visit,
  form: SentForm,
  area: AreaCode,
): Promise<{ kind: 'claimed'; claim: AreaClaim } | NotClaimed> {
  const { context, signIn } = visit;
  const operation: Operation = {
    id: context.cookies.commandIdOf(form, `area~${area}`),
    kind: 'area',
    area: '',
    revision: 0,
    sentAt: visit.at,
    answerBy: visit.at + answerWithinMs,
  };
  const reply = await context.client.send(
    { kind: 'choose-area', person: signIn.person, ticket: signIn.ticket, area },
    { id: operation.id, answerBy: operation.answerBy, epoch: form.epoch },
  );
  if (reply.kind === 'unknown') return { kind: 'unknown', operation };
  if (reply.kind === 'refused') {
    const { reason, detail } = reply;
    return { kind: 'refused', problem: { reason, ...(detail && { detail }) } };
  }
  const candidate = await settled(visit, reply.candidate);
  if (candidate === undefined || candidate.moving !== undefined) return { kind: 'moving' };
  const { claim } = candidate;
  if (claim?.area !== area) return { kind: 'refused', problem: { reason: 'seats-remain' } };
  return { kind: 'claimed', claim: { area, claim: claim.number } };
}

/** What is shown instead of the area's courses. */
export function notClaimed(
  visit: Visit,
  chosen: NotClaimed,
  again: (problem: Problem) => Promise<Reply>,
): Reply | Promise<Reply> {
  const { context, request } = visit;
  switch (chosen.kind) {
    case 'moving':
      return redirect('/register/area');
    case 'unknown':
      return redirect(outcomeAddress(chosen.operation));
    case 'refused': {
      const { reason } = chosen.problem;
      if (reason === 'busy') return busyReply(context, request);
      if (reason === 'engine-away') return awayReply(context, request);
      if (reason.startsWith('window-')) return showAgain(visit, { reason }, windowPage);
      return again(chosen.problem);
    }
  }
}

/** Where a question about an area choice ends: the choice again, with the reason. */
export function areaOrCourses(visit: Visit, standing: Standing, problem: Problem): Reply {
  if (standing.candidate.moving !== undefined) return movingPage(visit, standing);
  return areaPage(visit, standing, choiceFrom(visit, standing), problem);
}

/** Looks again until the move has ended, for a short while. Undefined: the engine is away. */
async function settled(
  visit: Visit,
  first: CandidateView | undefined,
): Promise<CandidateView | undefined> {
  const { client, now } = visit.context;
  let candidate = first;
  while (candidate?.moving !== undefined && now() - visit.at < moveWaitMsMax) {
    await new Promise((resolve) => setTimeout(resolve, moveLookEveryMs));
    const asked = await client.ask({ kind: 'candidate', person: visit.signIn.person });
    if (asked.kind !== 'candidate') return undefined;
    candidate = asked.candidate ?? undefined;
  }
  return candidate;
}

/** From the address: choosing a city without scripts asks for the page again. */
function choiceFrom(visit: Visit, standing: Standing): AreaChoice {
  const query = formOf(visit.request.query);
  const sent = areaForm.safeParse({
    city: query?.get('city') ?? '',
    area: query?.get('area') ?? '',
  });
  return filled(visit, standing, sent.success ? sent.data : noChoice);
}

/** What is not chosen yet follows from the area, the city, or the present claim. */
function filled(visit: Visit, standing: Standing, sent: AreaChoice): AreaChoice {
  const { session } = visit;
  const area = session.area.get(sent.area);
  if (sent.city !== '' && session.city.has(sent.city)) {
    return { city: sent.city, area: area?.city === sent.city ? area.code : '' };
  }
  const shown = area ?? standing.area;
  return { city: shown?.city ?? '', area: shown?.code ?? '' };
}
