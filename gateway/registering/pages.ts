/**
 * The registering pages as replies: gathers a page's model, takes its HTML from the views, and
 * chooses the status.
 */
import type { CourseCode } from '../../engine/protocol/ids.ts';
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { Outcome, RegistrationView, SeatView } from '../../engine/protocol/replies.ts';
import type { ExamArea } from '../../engine/protocol/session.ts';
import type { PageModels, PageName } from '../../web/view-models.ts';
import { windowAt } from '../catalogue.ts';
import { show } from '../frame.ts';
import { type Reply, redirect } from '../http.ts';
import { orderModel } from '../paying/models.ts';
import { dueOf, type HoldingOrder, presentOrder } from '../paying/orders.ts';
import { busyReply } from '../waiting.ts';
import { carriedTo } from './carried.ts';
import { narrowed } from './forms.ts';
import {
  areaOf,
  areasOf,
  askedOf,
  codeOf,
  courseOf,
  elsewhereOf,
  orderedCount,
  ownUnits,
  type Problem,
  problemOf,
  savedCount,
  unitAndCourse,
  unitCards,
} from './models.ts';
import {
  type AreaChoice,
  barOn,
  byPassword,
  formFor,
  lapsed,
  liveCode,
  noChoice,
  type Standing,
  type Visit,
} from './present.ts';
import { type Operation, operationNumber, outcomeAddress } from './send.ts';

export function noticePage(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const { adopted } = visit.session;
  return shown(visit, standing, 'notice', problem, {
    form: formFor(visit, '', 0),
    now: visit.at,
    title: adopted.catalogue.title,
    days: adopted.calendar,
    daysOf: visit.session.daysOf,
    feeFen: adopted.catalogue.feeFen,
    holdMs: adopted.settings.holdMs,
  });
}

/** Paused, not yet open, closed or over; a form sent just before the close ends here too. */
export function windowPage(visit: Visit, standing: Standing): Reply {
  const { adopted } = visit.session;
  const window = windowAt(adopted, visit.context.now(), standing.area?.code);
  // The engine's clock was past the edge and ours is not: the next look will agree.
  if (window.state === 'open') return busyReply(visit.context, visit.request, 1_000);
  return shown(visit, standing, 'window', undefined, {
    now: visit.at,
    window,
    days: adopted.calendar,
    daysOf: visit.session.daysOf,
  });
}

export function areaPage(
  visit: Visit,
  standing: Standing,
  choice: AreaChoice,
  problem?: Problem,
): Reply {
  const { session, signIn } = visit;
  const { candidate, area, registration } = standing;
  const order = presentOrder(registration, signIn.ticket);
  if (order !== undefined) return lockedPage(visit, standing, order);
  // R8, F42: whatever the step or the form was, a phone comes first, and that page says so.
  if (barOn(visit, candidate) === 'phone-missing') return redirect('/activate/phone');
  const programme = session.programme.get(signIn.programme);
  return shown(visit, standing, 'area', problem, {
    form: formFor(visit, '', 0),
    person: {
      name: candidate.name,
      documentMask: candidate.documentMask,
      ticketMask: ticketMask(signIn.ticket),
      programme: programme?.name ?? signIn.programme,
      phoneMask: candidate.phone?.mask,
    },
    cities: session.adopted.catalogue.cities,
    city: choice.city,
    areas: areasOf(session, visit.countsIn, choice.city),
    area: choice.area,
    present: area && {
      area: areaOf(session, area),
      saved: savedCount(registration),
      ordered: orderedCount(registration),
    },
  });
}

/**
 * F28, F31, D13: this ticket's courses are in an order, and what can be done now is not here. A
 * refusal that says no more than that needs no words of its own.
 */
export function lockedPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  const said = problem?.reason === `order-${order.state}` ? undefined : problem;
  return shown(visit, standing, 'locked', said, {
    order: orderModel(visit, standing, order),
    state: order.state,
  });
}

export function movingPage(visit: Visit, standing: Standing): Reply {
  const { session } = visit;
  const { moving } = standing.candidate;
  const from = moving && session.area.get(moving.from);
  const to = moving && session.area.get(moving.to);
  if (from === undefined || to === undefined) {
    return areaPage(visit, standing, noChoice);
  }
  const areas = { from: areaOf(session, from), to: areaOf(session, to) };
  return shown(visit, standing, 'moving', undefined, areas);
}

export function coursesPage(
  visit: Visit,
  standing: Standing,
  given: { typed?: string; placed?: string; carried?: number; problem?: Problem },
): Reply {
  const { session, signIn, window } = visit;
  const { area, registration, candidate } = standing;
  const order = presentOrder(registration, signIn.ticket);
  if (order !== undefined) return lockedPage(visit, standing, order, given.problem);
  if (window.state !== 'open') return windowPage(visit, standing);
  if (area === undefined) return areaPage(visit, standing, noChoice, given.problem);
  const counts = visit.countsIn(area.code);
  const placed = registration.draft.find(({ course }) => course === given.placed);
  const code = liveCode(visit, registration);
  const carried = carriedTo(visit, area.code, registration);
  // Whoever comes back too late is told so, until the next step.
  const problem = given.problem ?? lapsed(visit, registration);
  const reply = shown(visit, standing, 'courses', problem, {
    form: formFor(visit, area.code, registration.revision),
    area: areaOf(session, area),
    day: window.day,
    units: unitCards(session, registration, candidate, signIn.ticket, counts),
    feeFen: session.adopted.catalogue.feeFen,
    areaMayChange: savedCount(registration) + orderedCount(registration) === 0,
    typed: given.typed ?? '',
    ...(placed && { placed: unitAndCourse(session, placed) }),
    ...replacementOf(visit, registration, given),
    ...(code && { codeUntil: code.expiresAt, ...byPassword(visit) }),
    ...(carried.length > 0 && {
      carried: { left: carried.map((one) => courseOf(session, one)) },
    }),
    ...(given.carried !== undefined && { carried: { done: given.carried } }),
  });
  return given.problem === undefined ? { ...reply, status: 200 } : reply;
}

/** A taken unit of this very ticket may be exchanged; the other ticket's may not (R2). */
function replacementOf(
  { session, signIn }: Visit,
  registration: RegistrationView,
  { typed = '', problem }: { typed?: string; problem?: Problem },
): Pick<PageModels['courses'], 'replace'> {
  const { unit, course, ticket } = problem?.detail ?? {};
  if (problem?.reason !== 'unit-clash' || unit === undefined || course === undefined) return {};
  const wanted = narrowed(typed);
  if (ticket !== signIn.ticket || wanted === course || !session.course.has(wanted)) return {};
  const draft = registration.draft.some((chosen) => chosen.unit === unit);
  return {
    replace: {
      ...unitAndCourse(session, { unit, course: wanted }),
      present: courseOf(session, course),
      saved: !draft,
    },
  };
}

export function askPage(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const { session, signIn } = visit;
  const { area, registration } = standing;
  if (area === undefined) return coursesPage(visit, standing, problem ? { problem } : {});
  return shown(visit, standing, 'ask', problem, {
    form: formFor(visit, area.code, registration.revision),
    area: areaOf(session, area),
    ...askedOf(session, registration, signIn.ticket),
    ...byPassword(visit),
  });
}

export function allFullPage(
  visit: Visit,
  standing: Standing,
  full: Extract<Outcome, { kind: 'held' }>['full'],
): Reply {
  const { session } = visit;
  const { area, registration } = standing;
  if (area === undefined) return coursesPage(visit, standing, {});
  return shown(visit, standing, 'allFull', undefined, {
    full: full.map((one) => ({ ...unitAndCourse(session, one), reason: one.reason })),
    ...elsewhereModel(visit, area, registration),
  });
}

/** B4. */
export function elsewherePage(
  visit: Visit,
  standing: Standing,
  area: ExamArea,
  problem?: Problem,
): Reply {
  const order = presentOrder(standing.registration, visit.signIn.ticket);
  if (order !== undefined) return lockedPage(visit, standing, order, problem);
  const model = elsewhereModel(visit, area, standing.registration);
  return shown(visit, standing, 'elsewhere', problem, model);
}

/** The form is the person's book's: going elsewhere is a claim (R1), made from this registration. */
function elsewhereModel(visit: Visit, area: ExamArea, registration: RegistrationView) {
  const { session, signIn, countsIn } = visit;
  return {
    now: visit.at,
    form: formFor(visit, '', registration.revision),
    ...elsewhereOf(session, countsIn, area, registration, signIn.ticket),
  };
}

export function codePage(visit: Visit, standing: Standing, problem?: Problem): Reply {
  const { session } = visit;
  const { area, registration } = standing;
  const code = liveCode(visit, registration);
  if (area === undefined || code === undefined) {
    return coursesPage(visit, standing, problem ? { problem } : {});
  }
  return shown(visit, standing, 'code', problem, {
    now: visit.at,
    form: formFor(visit, area.code, registration.revision),
    area: areaOf(session, area),
    holdMs: session.adopted.settings.holdMs,
    ...codeOf(session, registration, code),
    ...byPassword(visit),
  });
}

/** F27, D5. Right after saving nothing else was asked, so that no name stands around it. */
export function savedPage(
  visit: Visit,
  operation: Operation,
  outcome: Extract<Outcome, { kind: 'saved' }>,
  registration: RegistrationView,
  standing: Standing | undefined,
): Reply {
  const { session, signIn, window } = visit;
  const area = session.area.get(operation.area);
  return shown(visit, standing, 'saved', undefined, {
    area: area ? areaOf(session, area) : { code: operation.area, city: '', name: '' },
    saved: outcome.saved.map((one) => unitAndCourse(session, one)),
    failed: outcome.failed.map((one) => {
      return { ...unitAndCourse(session, one), reason: one.reason, late: one.late };
    }),
    units: ownUnits(session, registration, signIn.ticket),
    feeFen: session.adopted.catalogue.feeFen,
    now: visit.at,
    due: window.state === 'open' ? dueOf(window) : undefined,
  });
}

export function unknownPage(
  visit: Visit,
  operation: Operation,
  standing: Standing | undefined,
): Reply {
  const { session } = visit;
  return shown(visit, standing, 'unknown', undefined, {
    operation: {
      kind: operation.kind,
      courses: coursesOfOperation(visit, operation, standing).map((one) => courseOf(session, one)),
      sentAt: operation.sentAt,
      number: operationNumber(operation.id),
    },
    again: outcomeAddress(operation),
  });
}

/** What an operation is about, as far as it is known. */
function coursesOfOperation(
  { signIn }: Visit,
  { kind }: Operation,
  standing: Standing | undefined,
): CourseCode[] {
  if (standing === undefined) return [];
  const { draft, seats } = standing.registration;
  const own = seats.filter(({ ticket }) => ticket === signIn.ticket);
  switch (kind) {
    case 'confirm':
      return own.map(({ course }) => course);
    case 'withdraw':
    case 'pay':
    case 'stop':
    case 'refund': {
      const order = presentOrder(standing.registration, signIn.ticket);
      return order?.courses.map(({ course }) => course) ?? [];
    }
    default:
      return draft.map(({ course }) => course);
  }
}

export function giveUpPage(
  visit: Visit,
  standing: Standing,
  seats: readonly SeatView[],
  problem?: Problem,
): Reply {
  const { session } = visit;
  const { area, registration } = standing;
  if (area === undefined) return redirect('/mine');
  return shown(visit, standing, 'giveUp', problem, {
    form: formFor(visit, area.code, registration.revision),
    area: areaOf(session, area),
    seats: seats.map((seat) => unitAndCourse(session, seat)),
  });
}

/** The foot of the page names the office of the area the page is about. */
export function shown<Name extends PageName>(
  { context, request, session, signIn }: Visit,
  standing: Standing | undefined,
  name: Name,
  problem: Problem | undefined,
  model: PageModels[Name],
): Reply {
  const whole = problem ? { ...model, problem: problemOf(session, problem, signIn.ticket) } : model;
  const office = standing?.area?.office;
  return show(context, request, problem ? 422 : 200, name, whole, { office });
}
