/**
 * S5: an area is withdrawn. The page that the act begins on, who would find room where, and how far it has
 * come, with the list of those without room.
 */
import { partitionOfArea } from '../../../engine/protocol/layout.ts';
import type { Demand, PoolBalance, WithdrawalView } from '../../../engine/protocol/replies.ts';
import { type AreaWithdrawal, targetsMax } from '../../../engine/protocol/session.ts';
import {
  type Act,
  type ForeseenLine,
  hasRight,
  rightOf,
  targetsOf,
} from '../../../engine/protocol/staff.ts';
import type { LeftModel, WithdrawalProgress } from '../../../web/desk/act-models.ts';
import { isLost, type Session } from '../../catalogue.ts';
import { emptyForm, formOf } from '../../form.ts';
import type { Reply } from '../../http.ts';
import { neighboursOf } from '../../registering/nearby.ts';
import type { Visit } from '../desk.ts';
import { areaNamed, courseNamed, sessionOf } from '../lookup/parts.ts';
import { deskPage, waitPage } from '../page.ts';

type Withdraw = Extract<Act, { kind: 'withdraw-area' }>;

const standingIn = (session: Session, area: string): AreaWithdrawal | undefined =>
  session.adopted.withdrawals?.find((one) => one.area === area);

/** GET /desk/area/withdraw?area= */
export async function showWithdrawal(visit: Visit): Promise<Reply> {
  const session = sessionOf(visit);
  if (session === undefined) return waitPage(visit.context, visit.request, 'away');
  const area = session.area.get((formOf(visit.request.query) ?? emptyForm).get('area'));
  if (area === undefined) return deskPage(visit, 404, 'refused', { why: 'unknown' });
  if (!visit.within(area.code)) return deskPage(visit, 403, 'refused', { why: 'scope' });
  const standing = standingIn(session, area.code);
  const progress = await progressOf(visit, session, area.code, standing?.units ?? []);
  if (progress === undefined) return waitPage(visit.context, visit.request, 'away');
  const { availability } = visit.context.gateway;
  return deskPage(visit, 200, 'withdrawal', {
    ...{ token: visit.token(), area: areaNamed(session, area.code), units: session.units },
    may: hasRight(visit.me.roles, rightOf['withdraw-area']),
    ...(standing === undefined ? {} : { standing }),
    from: standing?.act ?? 0,
    progress,
    targetsMax: Math.min(targetsMax, targetsShown),
    // Nearest first: nobody is sent farther than there is need.
    targets: neighboursOf(session, area.code)
      .filter((one) => visit.within(one.area.code) && !isLost(session.adopted, one.area.code))
      .map((one) => ({
        ...areaNamed(session, one.area.code),
        free: availability.counts(one.area.code, 'open')?.free ?? [],
      })),
  });
}

/** A form has room for so many; another act may go on with others. */
const targetsShown = 4;

/** Undefined: the engine is away. Who has no room is named to who may see candidates. */
export async function progressOf(
  visit: Visit,
  session: Session,
  area: string,
  units: string[],
): Promise<WithdrawalProgress | undefined> {
  const view = await withdrawalIn(visit, area, units);
  if (view === undefined) return undefined;
  const { leftLines, demand, pools, moved, act, ...sums } = view;
  const shown = hasRight(visit.me.roles, 'see-candidates') ? leftLines : [];
  const { client } = visit.context.gateway;
  // All at once: the client makes one message of them.
  const answers = await Promise.all(
    shown.map(({ person }) => client.ask({ kind: 'candidate', person })),
  );
  const left: LeftModel[] = [];
  for (const [place, line] of shown.entries()) {
    const answer = answers[place];
    if (answer?.kind !== 'candidate') return undefined;
    left.push({
      ...{ person: line.person, feeFen: line.feeFen },
      nameMask: answer.candidate?.nameMask ?? '',
      documentMask: answer.candidate?.documentMask ?? '',
      seats: line.seats.map(({ unit, course }) => ({ unit, ...courseNamed(session, course) })),
      declined: line.declined.map((one) => ({ ...one, area: areaNamed(session, one.area).name })),
    });
  }
  return {
    ...sums,
    isOpen: act === 0,
    moved: moved.map(({ to, ...sum }) => ({ area: areaNamed(session, to).name, ...sum })),
    leftLines: left,
  };
}

async function withdrawalIn(
  visit: Visit,
  area: string,
  units: string[],
): Promise<WithdrawalView | undefined> {
  const { client } = visit.context.gateway;
  const answer = await client.ask({ kind: 'withdrawal', area, units });
  return answer.kind === 'withdrawal' ? answer.withdrawal : undefined;
}

/** The lines of a dry run that need more than one area's books. Undefined: the engine is away. */
export async function foreseenMoves(
  visit: Visit,
  act: Withdraw,
): Promise<ForeseenLine[] | undefined> {
  const targets = targetsOf(act.remedy);
  const session = sessionOf(visit);
  if (targets.length === 0 || session === undefined) return [];
  const { client } = visit.context.gateway;
  const view = await withdrawalIn(visit, act.area, act.units);
  const answers = await Promise.all(
    targets.map((area) =>
      client.askAt(partitionOfArea(client.layout, area), { kind: 'balance', area }),
    ),
  );
  if (view === undefined) return undefined;
  const free: FreeSeats[] = [];
  for (const [place, answer] of answers.entries()) {
    if (answer.kind !== 'balance') return undefined;
    const area = targets[place] ?? '';
    const isOpen = ({ unit }: PoolBalance): boolean => !isLost(session.adopted, area, unit);
    free.push(freeIn(answer.pools.filter(isOpen)));
  }
  const inAll = (unit: string): number =>
    free.reduce((sum, pools) => {
      for (const pool of pools.values()) if (pool.unit === unit) sum += Math.max(0, pool.free);
      return sum;
    }, 0);
  const lines = session.units.map(({ code }) => ({
    ...{ what: 'target-free' as const, unit: code, count: inAll(code) },
  }));
  const { fit, left, leftFen } = fitOf(view.demand, free);
  return [
    ...lines,
    { what: 'people-fit', count: fit },
    { what: 'people-left', count: left },
    { what: 'left-fen', count: leftFen },
  ];
}

type FreeSeats = Map<string, { unit: string; free: number }>;
const poolKey = (unit: string, type: string | undefined): string => `${unit} ${type ?? ''}`;

function freeIn(pools: readonly PoolBalance[]): FreeSeats {
  return new Map(
    pools.map(({ unit, candidateType, free }) => [poolKey(unit, candidateType), { unit, free }]),
  );
}

/** In the engine's order: who has paid first, each to the first area that has all the seats. */
function fitOf(
  demand: readonly Demand[],
  targets: readonly FreeSeats[],
): { fit: number; left: number; leftFen: number } {
  const sum = { fit: 0, left: 0, leftFen: 0 };
  for (const { people, units, candidateType, fen } of demand) {
    let open = people;
    for (const free of targets) {
      const pools = units.map(
        (unit) => free.get(poolKey(unit, candidateType)) ?? free.get(poolKey(unit, undefined)),
      );
      const room = Math.max(0, Math.min(...pools.map((pool) => pool?.free ?? 0)));
      const go = Math.min(open, room);
      for (const pool of pools) if (pool !== undefined) pool.free -= go;
      open -= go;
    }
    sum.fit += people - open;
    sum.left += open;
    sum.leftFen += people === 0 ? 0 : Math.round((fen * open) / people);
  }
  return sum;
}
