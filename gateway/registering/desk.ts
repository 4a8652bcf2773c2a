/**
 * The way into every registering page: who asks, whether the session is known, where they stand,
 * and what every form needs before its content is looked at.
 */
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import type { AreaClaim } from '../cookies.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { candidateOf, startOver } from '../sign-in/who.ts';
import { awayReply, busyReply, limitReply } from '../waiting.ts';
import type { Problem } from './models.ts';
import { noticeWasRead } from './notice-read.ts';
import { areaPage, windowPage } from './pages.ts';
import {
  barOn,
  formFrom,
  type NotStanding,
  noChoice,
  personOf,
  type SentForm,
  type Standing,
  standingOf,
  type Visit,
  visitOf,
} from './present.ts';
import { claimNow, outcomeAddress, type Sent } from './send.ts';

/** Full sign-in, within the account's rate, session known. */
export function forCandidate(
  context: GatewayContext,
  act: (visit: Visit) => Reply | Promise<Reply>,
): Handler {
  return (request) => {
    const who = candidateOf(context, request);
    if ('reply' in who) return who.reply;
    const wait = context.limits.take('account', who.signIn.person, context.now());
    if (wait !== undefined) return limitReply(context, request, wait);
    const session = context.catalogue.current(who.signIn.candidateType);
    if (session === undefined) return awayReply(context, request);
    return act(visitOf(context, request, who.signIn, session));
  };
}

/** Pages about the person and no registration. */
export function forPerson(
  context: GatewayContext,
  act: (visit: Visit, candidate: CandidateView) => Reply,
): Handler {
  return forCandidate(context, async (visit) => {
    const asked = await personOf(visit);
    return asked.kind === 'person' ? act(visit, asked.candidate) : notStanding(visit, asked);
  });
}

/** Pages: the engine is asked where the candidate stands; the area cookie follows it. */
export function forStanding(
  context: GatewayContext,
  act: (visit: Visit, standing: Standing) => Reply | Promise<Reply>,
): Handler {
  return forCandidate(context, async (visit) => {
    const asked = await standingOf(visit);
    if (asked.kind !== 'standing') return notStanding(visit, asked);
    return rememberArea(visit, asked.standing, await act(visit, asked.standing));
  });
}

/** Steps after the notice: only while booking is open, and only once it was ticked (F20). */
export function forBooking(
  context: GatewayContext,
  act: (visit: Visit, standing: Standing) => Reply | Promise<Reply>,
): Handler {
  return forStanding(context, (visit, standing) => {
    if (visit.window.state !== 'open') return windowPage(visit, standing);
    // Whoever has chosen something has ticked it, on this device or another.
    if (!noticeWasRead(visit) && standing.registration.revision === 0) {
      return redirect('/register');
    }
    const reason = barOn(visit, standing.candidate);
    if (reason !== undefined) return areaPage(visit, standing, noChoice, { reason });
    return act(visit, standing);
  });
}

/**
 * Forms on a registration: the claim from the cookie, or asked for. `outdated` answers a form made
 * for another area, another sign-in or another life of the page.
 */
export function forForm(
  context: GatewayContext,
  act: (visit: Visit, form: SentForm, claim: AreaClaim) => Promise<Reply>,
  outdated: (visit: Visit, standing: Standing, problem: Problem) => Reply,
): Handler {
  return forCandidate(context, async (visit) => {
    const { request, signIn } = visit;
    const known = context.cookies.areaOf(request.cookieHeader, signIn.person);
    const claim = known ?? (await claimNow(visit));
    if (claim === 'away') return awayReply(context, request);
    if (claim === undefined) return redirect('/register/area');
    const form = formFrom(visit, claim.area);
    if (form === undefined) {
      return showAgain(visit, { reason: 'form-outdated' }, outdated);
    }
    return act(visit, form, claim);
  });
}

/** A form that was not taken: the present state, asked fresh, and why. */
export async function showAgain(
  visit: Visit,
  problem: Problem,
  show: (visit: Visit, standing: Standing, problem: Problem) => Reply,
): Promise<Reply> {
  const asked = await standingOf(visit);
  if (asked.kind !== 'standing') return notStanding(visit, asked);
  return rememberArea(visit, asked.standing, show(visit, asked.standing, problem));
}

/**
 * After a form was taken: scripts get the next page at once, a plain browser asks for it by GET,
 * so that a reload repeats nothing.
 */
export async function goOn(
  visit: Visit,
  location: string,
  show: (visit: Visit, standing: Standing) => Reply,
): Promise<Reply> {
  if (!visit.request.htmx) return redirect(location);
  const asked = await standingOf(visit);
  if (asked.kind !== 'standing') return redirect(location);
  return rememberArea(visit, asked.standing, show(visit, asked.standing));
}

/** What did not come to an accepted outcome, alike for every form. */
export function notAccepted(
  visit: Visit,
  sent: Exclude<Sent, { kind: 'accepted' }>,
  show: (visit: Visit, standing: Standing, problem: Problem) => Reply,
): Reply | Promise<Reply> {
  if (sent.kind === 'unknown') return redirect(outcomeAddress(sent.operation));
  const { reason, detail } = sent;
  if (reason.startsWith('window-')) return showAgain(visit, { reason }, windowPage);
  if (reason === 'busy') return busyReply(visit.context, visit.request);
  if (reason === 'engine-away') return awayReply(visit.context, visit.request);
  return showAgain(visit, { reason, detail }, show);
}

/** The engine could not be asked, or says that this sign-in is over. */
export const notStanding = ({ context, request }: Visit, { kind }: NotStanding): Reply =>
  kind === 'ended' ? startOver(context) : awayReply(context, request);

/** Keeps the area cookie true, so that the next form needs no question. */
export function rememberArea(visit: Visit, standing: Standing, reply: Reply): Reply {
  const { context, request, signIn } = visit;
  const { claim } = standing;
  const known = context.cookies.areaOf(request.cookieHeader, signIn.person);
  if (known?.area === claim?.area && known?.claim === claim?.claim) return reply;
  const cookie =
    claim === undefined
      ? context.cookies.clearArea()
      : context.cookies.setArea(signIn.person, claim);
  return { ...reply, cookies: [...(reply.cookies ?? []), cookie] };
}
