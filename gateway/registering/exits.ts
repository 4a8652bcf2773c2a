/**
 * S5, as a candidate sees it: their area is withdrawn, and what has become, or will, of their seats. The
 * office decides; the page says what is safe, and what there is to do, which mostly is nothing.
 */
import type { ExitModel } from '../../web/view-models.ts';
import { isLost } from '../catalogue.ts';
import type { Former } from '../paying/history.ts';
import { areaNamed } from '../paying/models.ts';
import { areaOf } from './models.ts';
import type { Standing, Visit } from './present.ts';

/** Undefined: nothing of theirs is concerned. `former`: what stands in areas that they have left. */
export function exitOf(
  { session, signIn }: Visit,
  { area, registration }: Standing,
  former: readonly Former[],
): ExitModel | undefined {
  if (area === undefined) return undefined;
  const here = areaOf(session, area);
  const reason = reasonIn(session, area.code);
  const { exit } = registration;
  if (exit?.state === 'going' && exit.to !== undefined)
    return { kind: 'going', reason, from: here, to: areaNamed(session, exit.to) };
  const seats = registration.seats.filter(({ unit }) => isLost(session.adopted, area.code, unit));
  const waits = seats.some(({ state }) => state.kind !== 'refunding' && state.kind !== 'held');
  const isUnpaid = ({ ticket, state }: (typeof seats)[0]): boolean =>
    ticket === signIn.ticket && (state.kind === 'saved' || state.kind === 'confirmed');
  if (waits) return { kind: 'waiting', reason, from: here, unpaid: seats.some(isUnpaid) };
  const refunding = seats.some(({ state }) => state.kind === 'refunding');
  // What was let go stays chosen, until it is dropped or taken elsewhere.
  const draft = registration.draft.some(({ unit }) => isLost(session.adopted, area.code, unit));
  if (refunding || (exit?.state === 'let-go' && draft))
    return { kind: 'let-go', reason, from: here, refunding };
  for (const { area: left, registration: there } of former)
    if (there.exit?.state === 'moved' && there.exit.to === area.code)
      return {
        ...{ kind: 'moved', reason: reasonIn(session, left) },
        ...{ from: areaNamed(session, left), to: here },
      };
  return undefined;
}

const reasonIn = (session: Visit['session'], area: string): string =>
  session.adopted.withdrawals?.find((one) => one.area === area)?.reason ?? '';
