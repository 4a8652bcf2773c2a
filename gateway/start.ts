/** The first page, for strangers and for those signed in; and the demonstration's messages. */
import type { TicketNumber } from '../engine/protocol/ids.ts';
import type { RefusalReason } from '../engine/protocol/refusals.ts';
import type { CandidateView } from '../engine/protocol/replies.ts';
import { sayRefusal } from '../web/wording.ts';
import { windowAt } from './catalogue.ts';
import type { GatewayContext } from './context.ts';
import { show } from './frame.ts';
import { type Handler, type Reply, type Request, redirect } from './http.ts';
import { signInOf, startOver } from './sign-in/who.ts';
import { awayReply } from './waiting.ts';

export const showStart =
  (context: GatewayContext): Handler =>
  (request) => {
    const signIn = signInOf(context, request);
    if (signIn === undefined) return start(context, request, undefined, []);
    if (signIn.kind === 'activation') return redirect('/activate');
    return context.client.ask({ kind: 'candidate', person: signIn.person }).then((answer) => {
      if (answer.kind !== 'candidate') return awayReply(context, request);
      if (answer.candidate === null) return startOver(context);
      const { candidate } = answer;
      return start(context, request, candidate, hindrancesOf(candidate, signIn.ticket));
    });
  };

function start(
  context: GatewayContext,
  request: Request,
  candidate: CandidateView | undefined,
  hindrances: readonly RefusalReason[],
): Reply {
  const now = context.now();
  const adopted = context.catalogue.current()?.adopted;
  const banners = hindrances.map((reason) => {
    const { text, next } = sayRefusal({ reason });
    return text + next;
  });
  const model = {
    now,
    window: adopted && windowAt(adopted, now),
    signedIn: candidate !== undefined,
    phoneMissing: candidate !== undefined && candidate.phone === undefined,
    session: adopted && {
      title: adopted.catalogue.title,
      days: adopted.calendar,
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
