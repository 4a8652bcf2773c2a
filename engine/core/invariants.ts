/** What must hold after every event, checked the slow and obvious way. A break is a `Bug`. */
import { answersKeptMax } from '../protocol/lasting.ts';
import { type AreaBook, balanceOf } from './area-book.ts';
import { assert } from './assert.ts';
import { earliestUntil } from './deadlines.ts';
import type { Partition } from './partition.ts';
import { isGoing, placeIn, takenAs } from './places.ts';
import type { CandidateRow, RegistrationRow } from './rows.ts';
import { seatsTaken } from './seat-book.ts';

export function checkInvariants(partition: Partition): void {
  const areaOfPerson = new Map<string, string>();
  for (const book of partition.areas.values()) {
    checkCounts(book);
    for (const row of book.registrations.values()) {
      checkRegistration(book, row);
      // S5: on its way it has seats here and there, and only those there count once it has arrived.
      if (isGoing(row) || !row.places.some((place) => place.saved !== undefined)) continue;
      const other = areaOfPerson.get(row.person);
      assert(other === undefined, 'R1: saved seats of one person lie in one area');
      areaOfPerson.set(row.person, row.area);
    }
  }
  for (const row of partition.candidates.values()) checkCandidate(row);
}

function checkCounts(book: AreaBook): void {
  const { capacities = [], courseCaps = [] } = book.row ?? {};
  const seats = [...book.registrations.values()].flatMap((row) =>
    row.places.flatMap((place) => {
      const as = takenAs(row, place);
      const { unit, saved, chosen } = place;
      return as === undefined
        ? []
        : [{ unit, type: row.candidateType, as, course: saved ?? chosen }];
    }),
  );
  for (const pool of balanceOf(book)) {
    const { unit, candidateType, capacity, free } = pool;
    const running = book.seatBooks.find(
      (one) => one.unit === unit && one.candidateType === candidateType,
    );
    const taken = seats.filter((seat) => {
      const own = capacities.some((one) => one.unit === unit && one.candidateType === seat.type);
      return seat.unit === unit && (own ? seat.type : undefined) === candidateType;
    });
    for (const as of ['held', 'saved', 'confirmed', 'paid', 'refunding'] as const) {
      const count = taken.filter((seat) => seat.as === as).length;
      assert(pool[as] === count && running?.[as] === count, 'A1: counts follow from the rows');
    }
    assert(running?.capacity === capacity, 'A1: capacities follow from the area');
    assert(capacity - taken.length === free && free >= 0, 'S1: never more taken than there is');
  }
  const pools = balanceOf(book);
  const idle = book.seatBooks.filter(
    (one) =>
      !pools.some((pool) => pool.unit === one.unit && pool.candidateType === one.candidateType),
  );
  assert(
    idle.every((one) => seatsTaken(one) === 0),
    'A1: what nobody has is not counted',
  );
  for (const [place, { course, cap }] of courseCaps.entries()) {
    const taken = seats.filter((seat) => seat.course?.course === course).length;
    assert(book.cappedCourses[place]?.taken === taken, 'A1: counts follow from the rows');
    assert(taken <= cap, 'S3: never more taken of a course than its cap');
  }
}

function checkRegistration(book: AreaBook, row: RegistrationRow): void {
  const { places, code, asking } = row;
  assert(row.area === book.area && row.number < book.numberNext, 'A1: numbers are handed out once');
  for (const place of places) {
    const { unit, chosen, saved, hold } = place;
    assert(placeIn(row, unit) === place, 'G1: one place a unit');
    assert(chosen !== undefined || saved !== undefined, 'G1: no place stands empty');
    if (hold === undefined) continue;
    assert(saved === undefined && chosen !== undefined, 'G2: a hold is for a chosen course');
    assert(hold.since < hold.until, 'G4: a hold has a time');
  }
  const chooses = (ticket: string): boolean =>
    places.some((place) => place.ticket === ticket && place.chosen !== undefined);
  assert(code === undefined || chooses(code.ticket), 'G3: a live code is for something chosen');
  assert(asking === undefined || chooses(asking.ticket), 'G3: F26 is asked about something chosen');
  for (const { unit, course } of asking?.full ?? [])
    assert(placeIn(row, unit)?.chosen?.course === course, 'G3: F26 names what is chosen');
  assert(code === undefined || asking === undefined, 'G3: either a code is out or F26 is open');
  assert(row.queuedUntil <= earliestUntil(row), 'Q1: every hold is waited for');
  assert(row.answersKept <= answersKeptMax, 'B2: the kept answers are few');
  checkOrders(row);
}

function checkOrders(row: RegistrationRow): void {
  const { orders, places, unpaidSince } = row;
  for (const { place, courses, state, endedAt, attempts, ticket } of orders) {
    const seats = places.filter((one) => one.order === place);
    const holds = state === 'confirmed' || state === 'paid' || state === 'refunding';
    assert(seats.length === (holds ? courses.length : 0), 'O1: an order has all its seats or none');
    assert(holds === (endedAt === 0), 'O1: an order with seats has not ended');
    assert(
      seats.every((one) => one.ticket === ticket && courses.some(({ unit }) => unit === one.unit)),
      'O1: the seats of an order are in its units',
    );
    const money = attempts.filter((attempt) => attempt.state === 'paid');
    const pays = money.filter(({ refund }) => refund === undefined || refund.cause === 'asked');
    const paying = state === 'paid' || state === 'refunding' || state === 'refunded' ? 1 : 0;
    if (state === 'moved') {
      assert(pays.length <= 1, 'O2: a moved order was paid once, or not at all');
      continue;
    }
    assert(pays.length === paying, 'O2: all money pays its order or goes back');
    const refund = pays[0]?.refund;
    assert(
      (state === 'paid') === (paying === 1 && refund === undefined),
      'O2: a paid order is not being refunded',
    );
  }
  for (const place of places) {
    const taken = takenAs(row, place);
    if (taken === 'saved' || taken === 'confirmed')
      assert(unpaidSince !== 0, 'U1: what is unpaid is waited for');
  }
}

function checkCandidate(row: CandidateRow): void {
  const { claim, moving, claimsGiven } = row;
  assert((claim?.number ?? 0) <= claimsGiven, 'K1: no claim above what was given');
  assert((moving?.number ?? 0) <= claimsGiven, 'K1: no move above what was given');
  assert(moving === undefined || moving.from === claim?.area, 'K2: the old area stays claimed');
  assert(row.answersKept <= answersKeptMax, 'B2: the kept answers are few');
}
