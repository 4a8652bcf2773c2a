/**
 * What is on file about the candidate, ticket by ticket: the enrolment record with the passed
 * courses (F17), and the programme's plan with the grades (F18). Full sign-in only (D1).
 */
import type { TicketRecord } from '../../engine/protocol/commands.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { TicketTabModel } from '../../web/view-models.ts';
import type { GatewayContext } from '../context.ts';
import { formOf } from '../form.ts';
import { show } from '../frame.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forPerson } from '../registering/desk.ts';
import type { Visit } from '../registering/present.ts';
import { officeOfTicket } from '../sign-in/office.ts';
import { passedOf, passedOutside, planStandingOf, programmeOf } from './plan.ts';

export const showPassed = (context: GatewayContext): Handler =>
  forTicket(context, (visit, candidate, ticket, tickets) => {
    const { session, request } = visit;
    const { name, documentMask, kind, candidateType, hasPhoto, phone } = candidate;
    const courses = passedOf(session, ticket.passed);
    const model = {
      tickets,
      person: { name, documentMask, kind, candidateType, hasPhoto, phoneMask: phone?.mask },
      ticket: {
        ticketMask: ticketMask(ticket.number),
        programme: programmeOf(session, ticket.programme),
        status: ticket.status,
      },
      courses,
      credits: courses.reduce((sum, { credits = 0 }) => sum + credits, 0),
    };
    const office = officeOfTicket(session, ticket.number);
    return show(context, request, 200, 'passed', model, { office });
  });

export const showPlan = (context: GatewayContext): Handler =>
  forTicket(context, ({ session, request }, _, ticket, tickets) => {
    const { programme, passed } = ticket;
    const model = {
      tickets,
      title: session.adopted.catalogue.title,
      programme: programmeOf(session, programme),
      plan: planStandingOf(session, programme, passed),
      others: passedOf(session, passedOutside(session, programme, passed)),
    };
    const office = officeOfTicket(session, ticket.number);
    return show(context, request, 200, 'plan', model, { office });
  });

type OnTicket = (
  visit: Visit,
  candidate: CandidateView,
  ticket: TicketRecord,
  tickets: readonly TicketTabModel[],
) => Reply;

/** The ticket asked for by its place among the person's, else the one signed in with. */
const forTicket = (context: GatewayContext, act: OnTicket): Handler =>
  forPerson(context, (visit, candidate) => {
    const { session, signIn, request } = visit;
    const { tickets } = candidate;
    const asked = tickets[Number(formOf(request.query)?.get('ticket')) - 1];
    const ticket = asked ?? tickets.find(({ number }) => number === signIn.ticket) ?? tickets[0];
    // Nobody is imported without a ticket; whoever were would have nothing to look up.
    if (ticket === undefined) return redirect('/mine');
    return act(
      visit,
      candidate,
      ticket,
      tickets.map(({ number, programme }, place) => ({
        place: place + 1,
        ticketMask: ticketMask(number),
        programme: programmeOf(session, programme).name,
        shown: number === ticket.number,
      })),
    );
  });
