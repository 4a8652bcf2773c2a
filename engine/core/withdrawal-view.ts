/**
 * S5: who has a seat in an area that is withdrawn or may be, and how far its withdrawal has come. Slow and
 * obvious, off the rows; it changes nothing.
 */
import type { EpochMs, UnitCode } from '../protocol/ids.ts';
import type {
  Demand,
  ExitSum,
  LeftLine,
  PoolBalance,
  WithdrawalView,
} from '../protocol/replies.ts';
import type { ForeseenLine } from '../protocol/staff.ts';
import { type AreaBook, balanceOf } from './area-book.ts';
import { hasLiveAttempt, isReleaseDue } from './day-close.ts';
import { isGoing } from './places.ts';
import type { Exit, RegistrationRow } from './rows.ts';
import type { Rules } from './rules.ts';
import { covers, isAffected, moveOf, paidIn, servedAs } from './withdrawals.ts';

/** Named one by one; more are counted. */
const leftLinesMax = 200;
const servedNames = ['paid', 'confirmed', 'saved'] as const;

const none = (): ExitSum => ({ people: 0, seats: 0, fen: 0 });

export function withdrawalIn(
  rules: Rules | undefined,
  book: AreaBook,
  units: UnitCode[],
  at: EpochMs,
): WithdrawalView {
  const standing = rules?.withdrawals.get(book.area);
  const act = standing === undefined || standing.remedy.kind === 'reopen' ? 0 : standing.act;
  const view: WithdrawalView = {
    ...{ act, pools: balanceOf(book), people: 0, peoplePaid: 0, livePayments: 0, feeFen: 0 },
    ...{ demand: [], waiting: none(), going: none(), moved: [], letGo: none(), returnedFen: 0 },
    ...{ left: none(), leftLines: [] },
  };
  for (const row of book.byNumber) {
    if (row === undefined) continue;
    if (row.exit !== undefined) addExit(view, row, row.exit);
    if (isAffected({ units }, row)) addAffected(rules, view, row, units, at);
  }
  view.demand.sort((one, other) => rank(one) - rank(other));
  return view;
}

const rank = ({ state }: Demand): number => servedNames.indexOf(state);

function addTo(sum: ExitSum, seats: number, fen: number): void {
  sum.people += 1;
  sum.seats += seats;
  sum.fen += fen;
}

/** What is over, of any act: two that follow each other are one withdrawal. */
function addExit(view: WithdrawalView, row: RegistrationRow, exit: Exit): void {
  const { state, to, courses, feeFen } = exit;
  if (state === 'let-go') {
    addTo(view.letGo, courses, feeFen);
    const due = row.orders.reduce(
      (sum, order) => sum + (order.state === 'refunding' ? order.feeFen : 0),
      0,
    );
    view.returnedFen += Math.max(0, feeFen - due);
  }
  if (state !== 'moved') return;
  let sum = view.moved.find((one) => one.to === to);
  if (sum === undefined) {
    sum = { to, ...none() };
    view.moved.push(sum);
  }
  addTo(sum, courses, feeFen);
}

function addAffected(
  rules: Rules | undefined,
  view: WithdrawalView,
  row: RegistrationRow,
  units: readonly UnitCode[],
  at: EpochMs,
): void {
  const { exit, candidateType } = row;
  const { seats, orders } = moveOf(row);
  const feeFen = paidIn(orders);
  const live = row.orders.filter((one) => one.state === 'confirmed' && hasLiveAttempt(one)).length;
  const refunding = row.orders.some(({ state }) => state === 'refunding');
  view.people += 1;
  if (feeFen > 0) view.peoplePaid += 1;
  view.livePayments += live;
  for (const order of row.orders)
    if (order.state === 'paid' && order.courses.some(({ unit }) => covers({ units }, unit)))
      view.feeFen += order.feeFen;
  if (isGoing(row)) addTo(view.going, seats.length, feeFen);
  else if (exit?.state === 'left' && exit.act === view.act) {
    addTo(view.left, seats.length, feeFen);
    if (view.leftLines.length < leftLinesMax) view.leftLines.push(leftLine(row, exit, feeFen));
  } else if (live > 0 || refunding || (rules !== undefined && isReleaseDue(rules, row, at)))
    addTo(view.waiting, seats.length, feeFen);
  if (seats.length === 0) return;
  const state = servedNames[servedAs(row)] ?? 'saved';
  const wanted = seats.map(({ unit }) => unit).sort();
  const key = `${wanted}`;
  let demand = view.demand.find(
    (one) => one.state === state && one.candidateType === candidateType && `${one.units}` === key,
  );
  if (demand === undefined) {
    demand = { candidateType, units: wanted, state, ...none() };
    view.demand.push(demand);
  }
  addTo(demand, seats.length, feeFen);
}

const leftLine = (
  { number, person, places }: RegistrationRow,
  exit: Exit,
  feeFen: number,
): LeftLine => ({
  ...{ number, person, feeFen, declined: [...exit.declined] },
  seats: places.flatMap(({ saved }) => (saved === undefined ? [] : [saved])),
});

/** The same as lines of a dry run. */
export function foreseenOf(view: WithdrawalView, units: readonly UnitCode[]): ForeseenLine[] {
  const lines: ForeseenLine[] = [
    { what: 'people', count: view.people },
    { what: 'people-paid', count: view.peoplePaid },
  ];
  const lost = view.pools.filter(({ unit }) => covers({ units }, unit));
  for (const as of ['held', 'saved', 'confirmed', 'paid', 'refunding'] as const)
    for (const unit of new Set(lost.map((pool) => pool.unit)))
      lines.push({ what: `seats-${as}`, unit, count: sumOf(lost, unit, as) });
  lines.push({ what: 'live-payments', count: view.livePayments });
  lines.push({ what: 'fee-fen', count: view.feeFen });
  return lines;
}

const sumOf = (
  pools: readonly PoolBalance[],
  of: UnitCode,
  as: 'held' | 'saved' | 'confirmed' | 'paid' | 'refunding',
): number => pools.reduce((sum, { unit, [as]: seats }) => sum + (unit === of ? seats : 0), 0);
