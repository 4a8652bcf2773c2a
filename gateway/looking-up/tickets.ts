/** Pages about one of the person's tickets at a time. */
import type { TicketRecord } from '../../engine/protocol/commands.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { TicketTabModel } from '../../web/view-models.ts';
import { formOf } from '../form.ts';
import type { Visit } from '../registering/present.ts';
import { programmeOf } from './plan.ts';

export type AskedTicket = { ticket: TicketRecord; tickets: readonly TicketTabModel[] };

/**
 * The ticket asked for by its place among the person's, else the one signed in with. Undefined:
 * nobody is imported without a ticket; whoever were would have nothing to look at.
 */
export function askedTicket(
  { session, signIn, request }: Visit,
  { tickets }: CandidateView,
): AskedTicket | undefined {
  const asked = tickets[Number(formOf(request.query)?.get('ticket')) - 1];
  const ticket = asked ?? tickets.find(({ number }) => number === signIn.ticket) ?? tickets[0];
  if (ticket === undefined) return undefined;
  return {
    ticket,
    tickets: tickets.map(({ number, programme }, place) => ({
      place: place + 1,
      ticketMask: ticketMask(number),
      programme: programmeOf(session, programme).name,
      shown: number === ticket.number,
    })),
  };
}
