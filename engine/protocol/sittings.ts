/**
 * Where a sold seat is sat, and whether somebody came (S5). Both are brought as files after the session,
 * and stand beside the seat: whoever loses the seat loses them with it.
 */
import type { CourseCode, PersonId, TicketNumber, UnitCode } from './ids.ts';

/** 考点, 考场号 and 座位号. `venue` is empty where an area has but one. */
export type Desk = { readonly venue: string; readonly room: string; readonly deskNumber: string };
/** `desk` undefined: none is given. */
export type Sitting = { readonly desk: Desk | undefined; readonly absent: boolean };

/** What a file says of one seat. */
export type Mark =
  | { kind: 'desk'; desk: Desk }
  | { kind: 'no-desk' }
  | { kind: 'absent' }
  | { kind: 'present' };
/** The seat is the ticket's, for that course, or the mark says nothing any more. */
export type SeatMark = { unit: UnitCode; ticket: TicketNumber; course: CourseCode; mark: Mark };
export type StagedMark = SeatMark & { person: PersonId };
