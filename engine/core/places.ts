/** What can be read off a registration's row: its places, and as what each of its seats counts. */
import type { TicketNumber, UnitCode } from '../protocol/ids.ts';
import { assert } from './assert.ts';
import type { Order, Place, RegistrationRow, UnitCourse } from './rows.ts';
import type { Taken } from './seat-book.ts';

export type Choice = Place & { chosen: UnitCourse };

export function named(row: RegistrationRow, command: { claim: number }) {
  const { area, number, person } = row;
  return { area, number, person, claim: command.claim };
}

/** S5: on its way from a withdrawn area to another; nothing else happens to it. */
export const isGoing = ({ exit }: RegistrationRow): boolean => exit?.state === 'going';

export const hasSeat = (place: Place): boolean =>
  place.saved !== undefined || place.hold !== undefined;

export function placeIn(row: RegistrationRow, unit: UnitCode): Place | undefined {
  for (const place of row.places) if (place.unit === unit) return place;
  return undefined;
}

/** What a ticket has chosen, in the order of choosing: what it holds, saves and gets codes for. */
export function choicesOf(row: RegistrationRow, ticket: TicketNumber): Choice[] {
  return row.places.filter(
    (place): place is Choice => place.chosen !== undefined && place.ticket === ticket,
  );
}

export function orderAt(row: RegistrationRow, place: number): Order | undefined {
  for (const order of row.orders) if (order.place === place) return order;
  return undefined;
}

/** As what the place's seat counts; undefined: it has none. */
export function takenAs(row: RegistrationRow, place: Place): Taken | undefined {
  if (place.saved === undefined) return place.hold === undefined ? undefined : 'held';
  if (place.order === 0) return 'saved';
  const state = orderAt(row, place.order)?.state;
  assert(
    state === 'confirmed' || state === 'paid' || state === 'refunding',
    'O1: the order of a seat holds it',
  );
  return state;
}

/** Whether the seat is the person's only until the day closes (F30). */
export function isUnpaidPlace(row: RegistrationRow, place: Place): boolean {
  const taken = takenAs(row, place);
  return taken === 'saved' || taken === 'confirmed';
}
export const isUnpaid = (row: RegistrationRow): boolean =>
  row.places.some((place) => isUnpaidPlace(row, place));

/** The row's own copy of a ticket number where it has one: every message brings another. */
export function ownText(row: RegistrationRow, ticket: TicketNumber): TicketNumber {
  for (const place of row.places) if (place.ticket === ticket) return place.ticket;
  return ticket;
}
