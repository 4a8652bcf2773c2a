/**
 * What a slip (报考凭证) says of its order, brought down to one short text. A gateway makes it of what
 * it shows when it signs a slip, the engine of what its books say when one is checked: both must
 * agree to the letter.
 *
 * L1 All of it counts. An order never changes while it is paid, but numbers are only as lasting as
 *    the data: after a restore from a backup another order may have one that was handed out before.
 */
import { hash } from 'node:crypto';
import type { CourseCode, EpochMs, Fen, TicketNumber, UnitCode } from './ids.ts';
import type { OrderNumber } from './payments.ts';

/** 22 base64url characters. Tells nothing by itself, and is no secret. */
export type SlipContent = string;

export type SlipOrder = {
  number: OrderNumber;
  ticket: TicketNumber;
  courses: readonly { readonly unit: UnitCode; readonly course: CourseCode }[];
  feeFen: Fen;
  /** Of the payment that the order stands on. */
  paidAt: EpochMs;
};

export function slipContentOf({ number, ticket, courses, feeFen, paidAt }: SlipOrder): SlipContent {
  const taken = courses.map(({ unit, course }) => [unit, course]);
  const text = JSON.stringify([number, ticket, taken, feeFen, paidAt]);
  return hash('sha256', text, 'base64url').slice(0, 22);
}
