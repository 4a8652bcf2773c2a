/**
 * What is on file about the candidate, ticket by ticket: the enrolment record with the passed
 * courses (F17), and the programme's plan with the grades (F18). Full sign-in only (D1).
 */
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import { show } from '../frame.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { forPerson } from '../registering/desk.ts';
import type { Visit } from '../registering/present.ts';
import { officeOfTicket } from '../sign-in/office.ts';
import { passedOf, passedOutside, planStandingOf, programmeOf } from './plan.ts';
import { type AskedTicket, askedTicket } from './tickets.ts';

export const showPassed = (context: GatewayContext): Handler =>
  forTicket(context, (visit, candidate, { ticket, tickets }) => {
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
  forTicket(context, ({ session, request }, _, { ticket, tickets }) => {
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

type OnTicket = (visit: Visit, candidate: CandidateView, asked: AskedTicket) => Reply;

const forTicket = (context: GatewayContext, act: OnTicket): Handler =>
  forPerson(context, (visit, candidate) => {
    const asked = askedTicket(visit, candidate);
    return asked === undefined ? redirect('/mine') : act(visit, candidate, asked);
  });
