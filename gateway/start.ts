/** The first page, for strangers and for those signed in; and the demonstration's messages. */
import type { TicketNumber } from '../engine/protocol/ids.ts';
import type { RefusalReason } from '../engine/protocol/refusals.ts';
import type { CandidateView } from '../engine/protocol/replies.ts';
import type { NextStepModel } from '../web/view-models.ts';
import { sayRefusal } from '../web/wording.ts';
import { windowAt } from './catalogue.ts';
import type { GatewayContext } from './context.ts';
import type { SignIn } from './cookies.ts';
import { show } from './frame.ts';
import { type Handler, type Reply, type Request, redirect } from './http.ts';
import { nextStepOf } from './paying/next-step.ts';
import { notStanding } from './registering/desk.ts';
import { liveCode, standingOf, visitOf } from './registering/present.ts';
import { signInOf, startOver } from './sign-in/who.ts';
import { awayReply } from './waiting.ts';

export const showStart =
  (context: GatewayContext): Handler =>
  (request) => {
    const signIn = signInOf(context, request);
    if (signIn === undefined) return start(context, request);
    if (signIn.kind === 'activation') return redirect('/activate');
    const session = context.catalogue.current(signIn.candidateType);
    if (session === undefined) return startOf(context, request, signIn);
    const visit = visitOf(context, request, signIn, session);
    return standingOf(visit).then((asked) => {
      if (asked.kind !== 'standing') return notStanding(visit, asked);
      const { candidate, registration } = asked.standing;
      const code = visit.window.state === 'open' ? liveCode(visit, registration) : undefined;
      return start(context, request, { signIn, candidate }, nextStepOf(visit, registration, code));
    });
  };

/** Before a session is known there is nothing to go on with. */
async function startOf(context: GatewayContext, request: Request, signIn: SignIn): Promise<Reply> {
  const answer = await context.client.ask({ kind: 'candidate', person: signIn.person });
  if (answer.kind !== 'candidate') return awayReply(context, request);
  const { candidate } = answer;
  if (candidate === null) return startOver(context);
  return start(context, request, { signIn, candidate });
}

function start(
  context: GatewayContext,
  request: Request,
  who?: { signIn: SignIn; candidate: CandidateView },
  step?: NextStepModel,
): Reply {
  const now = context.now();
  const session = context.catalogue.current(who?.signIn.candidateType);
  const adopted = session?.adopted;
  const hindrances = who === undefined ? [] : hindrancesOf(who.candidate, who.signIn.ticket);
  const banners = hindrances.map((reason) => {
    const { text, next } = sayRefusal({ reason });
    return text + next;
  });
  const model = {
    now,
    window: adopted && windowAt(adopted, now),
    signedIn: who !== undefined,
    phoneMissing: who !== undefined && who.candidate.phone === undefined,
    ...(step && { step }),
    session: adopted && {
      title: adopted.catalogue.title,
      days: adopted.calendar,
      daysOf: session?.daysOf,
      feeFen: adopted.catalogue.feeFen,
    },
  };
  return show(context, request, 200, 'start', model, { banners });
}

/** Why nothing can be registered; told only to who has signed in (R4, R6). */
function hindrancesOf(candidate: CandidateView, ticketNumber: TicketNumber): RefusalReason[] {
  const ticket = candidate.tickets.find(({ number }) => number === ticketNumber);
  const found: RefusalReason[] = [];
  if (ticket?.status !== 'active') found.push('ticket-dead');
  if (!candidate.hasPhoto) found.push('photo-missing');
  return found;
}

/** What would have gone to phones; only where nothing is real. */
export const showMessages =
  (context: GatewayContext): Handler =>
  async (request) => {
    const messages = await context.client.messages();
    if (!Array.isArray(messages)) return awayReply(context, request);
    return show(context, request, 200, 'messages', { messages });
  };
