/** What must hold after every event, checked the slow and obvious way. A break is a `Bug`. */
import type { AreaBook } from './area-book.ts';
import { assert } from './assert.ts';
import { earliestUntil } from './deadlines.ts';
import type { Partition } from './partition.ts';
import { draftIn, seatIn } from './registration.ts';
import { answersKeptMax, type CandidateRow, type RegistrationRow } from './rows.ts';

export function checkInvariants(partition: Partition): void {
  const areaOfPerson = new Map<string, string>();
  for (const book of partition.areas.values()) {
    checkCounts(book);
    for (const row of book.registrations.values()) {
      checkRegistration(book, row);
      if (!row.seats.some((seat) => seat.saved)) continue;
      const other = areaOfPerson.get(row.person);
      assert(other === undefined, 'R1: saved seats of one person lie in one area');
      areaOfPerson.set(row.person, row.area);
    }
  }
  for (const row of partition.candidates.values()) checkCandidate(row);
}

function checkCounts(book: AreaBook): void {
  for (const seats of book.seatBooks.values()) {
    let held = 0;
    let saved = 0;
    for (const row of book.registrations.values()) {
      const seat = seatIn(row, seats.unit);
      if (seat?.saved) saved += 1;
      else if (seat !== undefined) held += 1;
    }
    assert(seats.held === held && seats.saved === saved, 'A1: counts follow from the rows');
    assert(seats.held + seats.saved <= seats.capacity, 'S1: never more taken than there is');
  }
}

function checkRegistration(book: AreaBook, row: RegistrationRow): void {
  const { seats, draft, code, asking } = row;
  assert(row.area === book.area && row.number < book.numberNext, 'A1: numbers are handed out once');
  assert(new Set(seats.map((seat) => seat.unit)).size === seats.length, 'G1: one seat a unit');
  assert(new Set(draft.map((one) => one.unit)).size === draft.length, 'G1: one draft a unit');
  for (const seat of seats) {
    const chosen = draftIn(row, seat.unit);
    if (chosen !== undefined)
      assert(chosen.ticket === seat.ticket, 'G2: a swap stays with its ticket');
    if (seat.saved) continue;
    assert(chosen?.course === seat.course, 'G2: a held seat stands under its draft');
    assert(seat.since < seat.until, 'G4: a hold has a time');
  }
  for (const unit of code?.units ?? [])
    assert(draftIn(row, unit)?.ticket === code?.ticket, 'G3: a live code names its drafts');
  assert(code === undefined || asking === undefined, 'G3: either a code is out or F26 is open');
  assert(row.queuedUntil <= earliestUntil(row), 'Q1: every hold is waited for');
  assert(row.answers.length <= answersKeptMax, 'B2: the kept answers are few');
}

function checkCandidate(row: CandidateRow): void {
  const { claim, moving, claimsGiven } = row;
  assert((claim?.number ?? 0) <= claimsGiven, 'K1: no claim above what was given');
  assert((moving?.number ?? 0) <= claimsGiven, 'K1: no move above what was given');
  assert(moving === undefined || moving.from === claim?.area, 'K2: the old area stays claimed');
  assert(row.answers.length <= answersKeptMax, 'B2: the kept answers are few');
}
