/**
 * B2: what became of an operation whose answer was lost, or is wanted again. Asked of the engine
 * each time; never guessed, never "failed" while it is unknown.
 */
import { answersKeptMax } from '../../engine/protocol/lasting.ts';
import type { Outcome, RegistrationView } from '../../engine/protocol/replies.ts';
import type { OperationKind } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import { type Handler, type Reply, redirect } from '../http.ts';
import { confirmOrCourses } from '../paying/confirm.ts';
import { orderOrMine } from '../paying/order.ts';
import { areaOrCourses } from './area.ts';
import { codeOrCourses } from './code.ts';
import { forCandidate, rememberArea } from './desk.ts';
import type { Problem } from './models.ts';
import { allFullPage, savedPage, unknownPage, windowPage } from './pages.ts';
import { type Standing, standingOf, type Visit } from './present.ts';
import { ofPassword } from './save-by-password.ts';
import { type Operation, operationFrom } from './send.ts';

export const showOutcome = (context: GatewayContext): Handler =>
  forCandidate(context, async (visit) => {
    const operation = operationFrom(visit.request.query);
    if (operation === undefined) return redirect('/mine');
    const { id, area, answerBy } = operation;
    const [asked, where] = await Promise.all([
      context.client.ask({
        kind: 'outcome',
        command: id,
        person: visit.signIn.person,
        ...(area !== '' && { area }),
        answerBy,
      }),
      standingOf(visit),
    ]);
    const standing = where.kind === 'standing' ? where.standing : undefined;
    if (asked.kind !== 'outcome' || standing === undefined) {
      return unknownPage(visit, operation, standing);
    }
    switch (asked.state.kind) {
      case 'checking':
        return unknownPage(visit, operation, standing);
      case 'kept':
        return rememberArea(visit, standing, kept(visit, standing, operation, asked.state.outcome));
      case 'refused':
        return notDone(visit, standing, operation, { reason: asked.state.reason });
      case 'absent':
        return wasCarriedOutPerhaps(operation, asked.registration)
          ? redirect('/mine')
          : notDone(visit, standing, operation, { reason: 'no-trace' });
    }
  });

/**
 * An accepted command raised the revision it was made from. Once eight more have been accepted its
 * answer is no longer kept, and only the present state is sure. Of the person's own book no
 * revision is known.
 */
function wasCarriedOutPerhaps(operation: Operation, now: RegistrationView | undefined): boolean {
  return operation.area === '' || (now?.revision ?? 0) > operation.revision + answersKeptMax;
}

function kept(visit: Visit, standing: Standing, operation: Operation, outcome: Outcome): Reply {
  switch (outcome.kind) {
    case 'saved':
      return savedPage(visit, operation, outcome, standing.registration, standing);
    case 'held':
      return outcome.held.length + outcome.owned.length > 0
        ? redirect('/register/code')
        : stillFull(visit, standing, outcome.full);
    case 'claimed':
    case 'claiming':
      return redirect(
        standing.candidate.moving === undefined ? '/register/courses' : '/register/area',
      );
    default:
      return redirect(pageAfter[operation.kind]);
  }
}

/** F26, all full: shown again for as long as one of those courses is still chosen. */
function stillFull(
  visit: Visit,
  standing: Standing,
  full: Extract<Outcome, { kind: 'held' }>['full'],
): Reply {
  const { draft } = standing.registration;
  const still = full.filter(({ course }) => draft.some((chosen) => chosen.course === course));
  return still.length > 0
    ? allFullPage(visit, standing, still)
    : redirect('/register/courses?change=1');
}

const pageAfter = {
  choose: '/register/courses?change=1',
  drop: '/register/courses?change=1',
  hold: '/register/code',
  send: '/register/code',
  resend: '/register/code',
  save: '/mine',
  'save-by-password': '/mine',
  'give-up': '/mine',
  area: '/register/area',
  confirm: '/pay',
  withdraw: '/mine',
  pay: '/pay/page',
  stop: '/pay',
  refund: '/pay',
};

function notDone(visit: Visit, standing: Standing, operation: Operation, problem: Problem): Reply {
  const show = showAfter(operation.kind);
  // Money goes by the calendar alone; its own pages say when it is shut.
  if (visit.window.state !== 'open' && show !== orderOrMine) return windowPage(visit, standing);
  const said = operation.kind === 'save-by-password' ? ofPassword(problem) : problem;
  return rememberArea(visit, standing, show(visit, standing, said));
}

function showAfter(kind: OperationKind): (v: Visit, s: Standing, problem: Problem) => Reply {
  switch (kind) {
    case 'area':
      return areaOrCourses;
    case 'confirm':
      return confirmOrCourses;
    case 'withdraw':
    case 'pay':
    case 'stop':
    case 'refund':
      return orderOrMine;
    default:
      return codeOrCourses;
  }
}
