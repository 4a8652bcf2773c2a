/**
 * What stands in each unit of one registration: the upper half of a card is the pool, the lower
 * half the candidate's own course. Pure; pages word it.
 */
import type { CourseCode, EpochMs, TicketNumber, UnitCode } from '../../engine/protocol/ids.ts';
import type { AreaCounts, CandidateView, RegistrationView } from '../../engine/protocol/replies.ts';
import type { ExamUnit } from '../../engine/protocol/session.ts';
import { type Level, levelOf, meterFill } from '../availability.ts';
import type { Session } from '../catalogue.ts';

export type Pool = { free: number; capacity: number; level: Level; fill: number };

export type OwnCourse =
  | { kind: 'empty' }
  /** Chosen, no seat yet. */
  | { kind: 'draft'; course: CourseCode; ticket: TicketNumber }
  | { kind: 'held'; course: CourseCode; ticket: TicketNumber; until: EpochMs }
  | { kind: 'saved'; course: CourseCode; ticket: TicketNumber }
  /** F32: the saved seat is kept; `course` takes its place with the code and 保存考位. */
  | { kind: 'swap'; saved: CourseCode; course: CourseCode; ticket: TicketNumber };

export type UnitState = { unit: ExamUnit; pool: Pool | undefined; own: OwnCourse };

export function unitStatesOf(
  session: Session,
  registration: RegistrationView,
  counts: AreaCounts | undefined,
): UnitState[] {
  return session.units.map((unit, order) => ({
    unit,
    pool: poolOf(counts, order),
    own: ownCourseOf(registration, unit.code),
  }));
}

export function poolOf(counts: AreaCounts | undefined, order: number): Pool | undefined {
  const free = counts?.free[order];
  const capacity = counts?.capacity[order];
  if (free === undefined || capacity === undefined) return undefined;
  return { free, capacity, level: levelOf(free, capacity), fill: meterFill(free, capacity) };
}

export function ownCourseOf(registration: RegistrationView, unit: UnitCode): OwnCourse {
  const seat = registration.seats.find((own) => own.unit === unit);
  const draft = registration.draft.find((own) => own.unit === unit);
  if (seat?.state.kind === 'held') {
    const { course, ticket, state } = seat;
    return { kind: 'held', course, ticket, until: state.until };
  }
  if (seat !== undefined) {
    const { course, ticket } = seat;
    if (draft === undefined) return { kind: 'saved', course, ticket };
    return { kind: 'swap', saved: course, course: draft.course, ticket: draft.ticket };
  }
  return draft === undefined ? { kind: 'empty' } : { kind: 'draft', ...pick(draft) };
}

const pick = ({ course, ticket }: { course: CourseCode; ticket: TicketNumber }) => ({
  course,
  ticket,
});

/** R3 and D8: said beside the course, never in its way. */
export type CourseAdvice = { passedGrade?: number; foreign: boolean };

/** A passed course may be taken again; without a plan on file no course is foreign. */
export function adviceOn(
  session: Session,
  candidate: CandidateView,
  ticket: TicketNumber,
  course: CourseCode,
): CourseAdvice {
  const passed = candidate.tickets
    .flatMap((record) => record.passed)
    .find((record) => record.course === course);
  const record = candidate.tickets.find(({ number }) => number === ticket);
  const plan = record && session.programme.get(record.programme)?.plan;
  const foreign = plan !== undefined && plan.size > 0 && !plan.has(course);
  return { ...(passed && { passedGrade: passed.grade }), foreign };
}

/** Courses that count towards the fee: drafts and held ones of a full pool do not. */
export function countCourses(states: readonly UnitState[]): {
  saved: number;
  chosen: number;
  chosenFull: number;
} {
  let saved = 0;
  let chosen = 0;
  let chosenFull = 0;
  for (const { own, pool } of states) {
    if (own.kind === 'saved' || own.kind === 'swap') saved += 1;
    if (own.kind === 'draft' || own.kind === 'held' || own.kind === 'swap') chosen += 1;
    if (own.kind === 'draft' && pool?.level === 'full') chosenFull += 1;
  }
  return { saved, chosen, chosenFull };
}
