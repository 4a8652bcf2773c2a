/**
 * What is on file about the candidate, ticket by ticket: the enrolment record with the passed
 * courses (F17), and the programme's plan with the grades and this session's absences (F18, S5). Full
 * sign-in only (D1).
 */
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { GatewayContext } from '../context.ts';
import { show } from '../frame.ts';
import { type Handler, redirect } from '../http.ts';
import { forPerson, forStanding } from '../registering/desk.ts';
import { inOrder, unitAndCourse } from '../registering/models.ts';
import { officeOfTicket } from '../sign-in/office.ts';
import { passedOf, passedOutside, planStandingOf, programmeOf } from './plan.ts';
import { askedTicket } from './tickets.ts';

export const showPassed = (context: GatewayContext): Handler =>
  forPerson(context, (visit, candidate) => {
    const asked = askedTicket(visit, candidate);
    if (asked === undefined) return redirect('/mine');
    const { ticket, tickets } = asked;
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
  forStanding(context, (visit, { candidate, registration }) => {
    const asked = askedTicket(visit, candidate);
    if (asked === undefined) return redirect('/mine');
    const { ticket, tickets } = asked;
    const { session, request } = visit;
    const { programme, passed, number } = ticket;
    const absent = registration.seats.filter(
      ({ ticket: of, sitting }) => of === number && sitting?.absent === true,
    );
    const model = {
      tickets,
      title: session.adopted.catalogue.title,
      programme: programmeOf(session, programme),
      plan: planStandingOf(session, programme, passed),
      others: passedOf(session, passedOutside(session, programme, passed)),
      absent: inOrder(session, absent).map((one) => unitAndCourse(session, one)),
    };
    const office = officeOfTicket(session, ticket.number);
    return show(context, request, 200, 'plan', model, { office });
  });
