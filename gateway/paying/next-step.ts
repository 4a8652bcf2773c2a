/**
 * The one thing that a ticket's registration asks for next: what the start page shows and 我的报考
 * begins with. Pure.
 */
import type { TicketNumber } from '../../engine/protocol/ids.ts';
import type { CodeView, RegistrationView } from '../../engine/protocol/replies.ts';
import type { NextStepModel } from '../../web/view-models.ts';
import { byPassword, type Visit } from '../registering/present.ts';
import { dueOf, liveAttempt, payableNow, presentOrder, savedOf } from './orders.ts';

export function nextStepOf(
  { session, signIn, at, window }: Pick<Visit, 'session' | 'signIn' | 'at' | 'window'>,
  registration: RegistrationView,
  code: CodeView | undefined,
): NextStepModel {
  const { ticket } = signIn;
  const saved = savedOf(registration, ticket);
  const order = presentOrder(registration, ticket);
  // Beside an order whose seats a late payment took again (D11) what was saved since is still to do.
  if (order !== undefined && (order.state === 'confirmed' || saved.length === 0)) {
    const { feeFen, courses } = order;
    switch (order.state) {
      case 'confirmed':
        return {
          kind: liveAttempt(order) === undefined ? 'pay' : 'check',
          feeFen,
          payable: payableNow(session, order, at),
        };
      case 'paid':
        return { kind: 'done', courses: courses.length };
      case 'refunding':
        return { kind: 'refunding', feeFen };
    }
  }
  const own = (of: { ticket: TicketNumber }) => of.ticket === ticket;
  const drafts = registration.draft.filter(own).length;
  if (code !== undefined)
    return { kind: 'code', until: code.expiresAt, ...byPassword({ session }) };
  if (saved.length > 0) {
    const due = window.state === 'open' ? dueOf(window) : undefined;
    return { kind: 'confirm', courses: saved.length, due };
  }
  const { releasedAt } = registration;
  if (drafts > 0 && releasedAt !== undefined) return { kind: 'again', courses: drafts, releasedAt };
  return drafts > 0 ? { kind: 'save', courses: drafts } : { kind: 'choose' };
}
