/** The pages of confirming and paying as replies: each one's model, gathered from where it is. */
import { ticketMask } from '../../engine/protocol/masks.ts';
import type { AttemptView } from '../../engine/protocol/replies.ts';
import type { ConfirmModel, PayMethodModel, PaymentModel } from '../../web/view-models.ts';
import type { Reply } from '../http.ts';
import type { Problem } from '../registering/models.ts';
import { shown } from '../registering/pages.ts';
import { formFor, type Standing, type Visit } from '../registering/present.ts';
import { firstLook } from './look.ts';
import { areaModel, coursesOf, orderModel } from './models.ts';
import type { Asked } from './order.ts';
import {
  dueOf,
  type HoldingOrder,
  isStopping,
  lastClose,
  mayRefundBeLate,
  payableNow,
  payingAttempt,
  savedOf,
} from './orders.ts';
import type { OpenedNow } from './payables.ts';
import { deviceOf, methodOf, methodsFor } from './ways.ts';
import { payerOf } from './wechat-payer.ts';

/** F28: the answers, to be checked. Only where booking is open. */
export const confirmPage = (visit: Visit, standing: Standing, problem?: Problem): Reply =>
  shown(visit, standing, 'confirm', problem, confirmModel(visit, standing));

/** F29. */
export const confirmSubmitPage = (visit: Visit, standing: Standing): Reply =>
  shown(visit, standing, 'confirmSubmit', undefined, confirmModel(visit, standing));

function confirmModel(visit: Visit, standing: Standing): ConfirmModel {
  const { session, signIn, window } = visit;
  const { registration, candidate } = standing;
  const draft = registration.draft.filter(({ ticket }) => ticket === signIn.ticket);
  return {
    form: formHere(visit, standing),
    area: areaModel(session, standing),
    person: {
      nameMask: candidate.nameMask,
      ticketMask: ticketMask(signIn.ticket),
      programme: session.programme.get(signIn.programme)?.name ?? signIn.programme,
    },
    courses: coursesOf(session, savedOf(registration, signIn.ticket)),
    // A swap's course among them: its seat is the saved course's.
    left: coursesOf(session, draft),
    feeFen: session.adopted.catalogue.feeFen,
    now: visit.at,
    due: window.state === 'open' ? dueOf(window) : undefined,
  };
}

/** F35; also when there is nothing to do but wait for the release, or the next day. */
export function orderPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  return shown(visit, standing, 'order', problem, {
    now: visit.at,
    order: orderModel(visit, standing, order),
    payable: payableNow(visit.session, order, visit.at),
    withdrawable: visit.window.state === 'open',
    stopping: isStopping(order),
    look: firstLook(order, 'order'),
  });
}

export function withdrawPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  return shown(visit, standing, 'withdraw', problem, {
    form: formHere(visit, standing),
    order: orderModel(visit, standing, order),
  });
}

/** F36. */
export function payCheckPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  return shown(visit, standing, 'payCheck', problem, {
    form: formHere(visit, standing),
    order: orderModel(visit, standing, order),
  });
}

/** F37. */
export function payConfirmPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  return shown(visit, standing, 'payConfirm', problem, {
    form: formHere(visit, standing),
    order: orderModel(visit, standing, order),
    methods: methodsHere(visit),
    look: firstLook(order, 'order'),
  });
}

/** F38. */
export function paymentPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  attempt: AttemptView,
  opened: OpenedNow | 'expired',
): Reply {
  const present = methodOf(attempt.provider, attempt.way);
  return shown(visit, standing, 'payment', undefined, {
    now: visit.at,
    form: formHere(visit, standing),
    order: orderModel(visit, standing, order),
    payable: payableNow(visit.session, order, visit.at),
    method: present,
    expiresAt: attempt.expiresAt,
    pay: payWith(opened),
    others: methodsHere(visit).filter(({ value }) => value !== present.value),
    look: firstLook(order, 'payment'),
  });
}

function payWith(opened: OpenedNow | 'expired'): PaymentModel['pay'] {
  if (opened === 'expired') return { kind: 'expired' };
  if (opened.kind !== 'opened') return { kind: opened.kind };
  return opened.payable;
}

/** F40, B2. */
export function checkingPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  asked: Asked | undefined,
  problem?: Problem,
): Reply {
  return shown(visit, standing, 'checking', problem, {
    now: visit.at,
    form: formHere(visit, standing),
    order: orderModel(visit, standing, order),
    payable: payableNow(visit.session, order, visit.at),
    asked,
    look: firstLook(order, 'order'),
  });
}

export function stopPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  return shown(visit, standing, 'stopPayment', problem, {
    form: formHere(visit, standing),
    order: orderModel(visit, standing, order),
  });
}

/** F41. `apart`: in the tab of the payment page, which is closed (F39). */
export function donePage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  apart: boolean,
  problem?: Problem,
): Reply {
  const paying = payingAttempt(order);
  return shown(visit, standing, 'done', problem, {
    order: orderModel(visit, standing, order),
    ...(paying?.paidAt !== undefined && {
      paid: { at: paying.paidAt, provider: paying.provider },
    }),
    printFrom: visit.session.adopted.catalogue.printFrom,
    apart,
  });
}

/** F31, D12. */
export function refundPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  return shown(visit, standing, 'refund', problem, {
    form: formHere(visit, standing),
    order: orderModel(visit, standing, order),
    lastClose: lastClose(visit.session) ?? visit.at,
    mayBeLate: mayRefundBeLate(visit.session, visit.at),
  });
}

/** D13. */
export function refundingPage(
  visit: Visit,
  standing: Standing,
  order: HoldingOrder,
  problem?: Problem,
): Reply {
  const refund = order.attempts.find((attempt) => attempt.refund?.cause === 'asked')?.refund;
  return shown(visit, standing, 'refunding', problem, {
    order: orderModel(visit, standing, order),
    requestedAt: refund?.requestedAt ?? visit.at,
    stuck: refund?.stuck ?? false,
    look: firstLook(order, 'order'),
  });
}

const formHere = (visit: Visit, { claim, registration }: Standing): string =>
  formFor(visit, claim?.area ?? '', registration.revision);

const methodsHere = (visit: Visit): PayMethodModel[] =>
  methodsFor(
    visit.context.providers,
    deviceOf(visit.request.userAgent),
    payerOf(visit) !== undefined,
  );
