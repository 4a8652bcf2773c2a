/**
 * Rooms, desks and absences of an area's sold seats (S5), as an import brings them.
 *
 * A1 Only a seat that an order holds is marked, and only while it is that ticket's for that course: a
 *    file may be older than a refund.
 * A2 A mark raises no revision and moves no seat: what a candidate has open stays good.
 */
import type { RuxiEvent, SeatsMarked } from '../protocol/events.ts';
import type { PersonId } from '../protocol/ids.ts';
import type { Mark, SeatMark, Sitting, StagedMark } from '../protocol/sittings.ts';
import type { AreaBook } from './area-book.ts';
import { unreachable } from './assert.ts';
import { placeIn } from './places.ts';
import type { Place, RegistrationRow } from './rows.ts';

/** What of a slice still fits, one event for each person. */
export function marksTaken(
  book: AreaBook | undefined,
  marks: readonly StagedMark[],
  number: number,
): RuxiEvent[] {
  const people = new Map<PersonId, SeatMark[]>();
  for (const { person, ...mark } of marks) {
    const row = book?.registrations.get(person);
    if (row === undefined || markedPlace(row, mark) === undefined) continue;
    people.set(person, [...(people.get(person) ?? []), mark]);
  }
  return [...people].flatMap(([person, fitting]) => {
    const row = book?.registrations.get(person);
    if (row === undefined) return [];
    const { area, number: registration, claim } = row;
    const named = { area, number: registration, person, claim };
    return [{ kind: 'seats-marked', ...named, import: number, marks: fitting }];
  });
}

export function evolveSeatsMarked(row: RegistrationRow, { marks }: SeatsMarked): void {
  for (const one of marks) {
    const place = markedPlace(row, one);
    if (place !== undefined) place.sitting = marked(place.sitting, one.mark);
  }
}

/** A1. */
function markedPlace(
  row: RegistrationRow,
  { unit, ticket, course }: Omit<SeatMark, 'mark'>,
): Place | undefined {
  const place = placeIn(row, unit);
  const fits = place?.ticket === ticket && place.saved?.course === course && place.order !== 0;
  return fits ? place : undefined;
}

const none: Sitting = { desk: undefined, absent: false };

function marked(sitting: Sitting = none, mark: Mark): Sitting | undefined {
  const { desk, absent } = sitting;
  switch (mark.kind) {
    case 'desk':
      return { desk: mark.desk, absent };
    case 'no-desk':
      return absent ? { desk: undefined, absent } : undefined;
    case 'absent':
      return { desk, absent: true };
    case 'present':
      return desk === undefined ? undefined : { desk, absent: false };
    default:
      return unreachable(mark);
  }
}
