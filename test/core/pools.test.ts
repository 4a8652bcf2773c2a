/** R5 and the caps within a pool: own days, own pools, and courses of which an area seats only so many. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkInvariants } from '../../engine/core/invariants.ts';
import { ask, createPartition, digest, evolve, rebuild } from '../../engine/core/partition.ts';
import type { AreaCounts } from '../../engine/protocol/replies.ts';
import type { BookingDay, CandidateType, PoolCapacity } from '../../engine/protocol/session.ts';
import {
  accepted,
  chinaTime,
  type Desk,
  givenCalendar,
  givenCatalogue,
  givenDesk,
  givenPayment,
  givenPerson,
  givenRecord,
  givenSettings,
  givenTicket,
  refused,
  Visitor,
} from '../given.ts';

const fee = 3_500;
const minute = 60_000;

function someone(desk: Desk, number: number, type: CandidateType = 'open'): Visitor {
  const visitor = new Visitor(desk, number);
  visitor.candidateType = type;
  return visitor;
}

/** One pool of area 0101, as counted from the rows. */
function poolOf(desk: Desk, candidateType?: CandidateType, unit = 'A') {
  checkInvariants(desk.partition);
  const answer = ask(desk.partition, { kind: 'balance' }, desk.now);
  if (answer.kind !== 'balance') throw new Error(answer.kind);
  return answer.pools.find(
    (pool) => pool.area === '0101' && pool.unit === unit && pool.candidateType === candidateType,
  );
}

function countsOf(desk: Desk): AreaCounts | undefined {
  const answer = ask(desk.partition, { kind: 'counts' }, desk.now);
  if (answer.kind !== 'counts') throw new Error(answer.kind);
  return answer.counts.find(({ area }) => area === '0101');
}

const setPools = (
  desk: Desk,
  capacities: PoolCapacity[],
  merged: { unit: string; candidateType: CandidateType }[] = [],
) => desk.send({ kind: 'set-capacity', area: '0101', capacities, merged });
const setCaps = (desk: Desk, ...caps: [course: string, cap: number][]) =>
  desk.send({
    ...({ kind: 'set-course-caps', area: '0101' } as const),
    caps: caps.map(([course, cap]) => ({ course, cap })),
  });
const ownPool = (capacity: number): PoolCapacity => ({
  ...{ unit: 'A', capacity, candidateType: 'applied' },
});
const merged = [{ unit: 'A', candidateType: 'applied' as const }];

describe('days of one type', () => {
  /** 社会型 on the first two days until 22:00; 应用型 on the first until 20:00, and on the third. */
  const calendar: BookingDay[] = [
    { opensAt: chinaTime(0, 9), closesAt: chinaTime(0, 22), candidateType: 'open' },
    { opensAt: chinaTime(0, 9), closesAt: chinaTime(0, 20), candidateType: 'applied' },
    { opensAt: chinaTime(1, 9), closesAt: chinaTime(1, 22), candidateType: 'open' },
    { opensAt: chinaTime(2, 9), closesAt: chinaTime(2, 22), candidateType: 'applied' },
  ];
  const given = (capacity = 3) => givenDesk({ adopted: { calendar }, capacity });

  test('R5 each type keeps to its own days, and is told when they are', () => {
    const desk = given();
    desk.now = chinaTime(1, 10);
    expect(refused(someone(desk, 1, 'applied').choose('11001'))).toEqual({
      ...{ reason: 'window-closed', detail: { at: chinaTime(2, 9) } },
    });
    accepted(someone(desk, 2).choose('11001'));
    desk.now = chinaTime(2, 10);
    accepted(someone(desk, 1, 'applied').choose('11001'));
    expect(refused(someone(desk, 2).choose('12001')).reason).toBe('window-over');
  });

  test('R5 the claim on an area keeps to the days of the person’s record', () => {
    const desk = given();
    for (const [number, candidateType] of [
      [1, 'open'],
      [2, 'applied'],
    ] as const) {
      const record = givenRecord(number, { candidateType });
      accepted(desk.send({ kind: 'import-candidate', person: givenPerson(number), record }));
    }
    const claim = (number: number) =>
      desk.send({
        ...({ kind: 'choose-area', area: '0101' } as const),
        ...{ person: givenPerson(number), ticket: givenTicket(number) },
      });
    desk.now = chinaTime(1, 10);
    accepted(claim(1));
    expect(refused(claim(2))).toEqual({
      ...{ reason: 'window-closed', detail: { at: chinaTime(2, 9) } },
    });
    desk.now = chinaTime(2, 10);
    accepted(claim(2));
    expect(refused(claim(1)).reason).toBe('window-over');
  });

  test('R5 F30 of one day two closes: what one type has unpaid goes, the other’s stays', () => {
    const desk = given();
    const open = someone(desk, 1);
    const applied = someone(desk, 2, 'applied');
    for (const visitor of [open, applied]) accepted(visitor.take('11001', '12001'));
    expect(applied.row?.news.at(-1)?.content).toMatchObject({ payBefore: chinaTime(0, 20) });
    desk.waitUntil(chinaTime(0, 20));
    expect(applied.row).toMatchObject({ unpaidSince: 0 });
    expect(applied.row?.news.at(-1)?.content).toMatchObject({
      ...{ kind: 'released-unpaid', bookableFrom: chinaTime(2, 9) },
    });
    expect(poolOf(desk)).toMatchObject({ saved: 1 });
    desk.waitUntil(chinaTime(0, 22));
    expect(open.row?.news.at(-1)?.content).toMatchObject({
      ...{ kind: 'released-unpaid', bookableFrom: chinaTime(1, 9) },
    });
    expect(poolOf(desk)).toMatchObject({ saved: 0, free: 3 });
  });

  test('R5 B1 no hold outlives the close of its own type', () => {
    const desk = given();
    desk.now = chinaTime(0, 19, 58);
    const open = someone(desk, 1);
    const applied = someone(desk, 2, 'applied');
    for (const visitor of [open, applied]) {
      accepted(visitor.choose('11001'));
      accepted(visitor.hold());
    }
    desk.waitUntil(chinaTime(0, 20));
    expect(poolOf(desk)).toMatchObject({ held: 1 });
    expect(applied.row?.places).toMatchObject([{ hold: undefined }]);
    desk.waitUntil(chinaTime(0, 20, 3));
    expect(poolOf(desk)).toMatchObject({ held: 0 });
  });

  test('R5 D9 a day moved for one type moves its holds and its release alone', () => {
    const desk = given();
    const visitors = [someone(desk, 1), someone(desk, 2, 'applied')];
    for (const visitor of visitors) accepted(visitor.take('11001'));
    const moved = calendar.map((day, at) =>
      at === 1 ? { ...day, closesAt: chinaTime(0, 23) } : day,
    );
    const adopted = desk.partition.adopted?.adopted;
    if (adopted === undefined) throw new Error('no session');
    accepted(desk.send({ kind: 'adopt', adopted: { ...adopted, number: 2, calendar: moved } }));
    desk.waitUntil(chinaTime(0, 22));
    expect(visitors.map(({ row }) => row?.unpaidSince !== 0)).toEqual([false, true]);
    desk.waitUntil(chinaTime(0, 23));
    expect(visitors.map(({ row }) => row?.unpaidSince !== 0)).toEqual([false, false]);
  });

  test('R5 D10 F30 the last day is the type’s own, in the reminder, the release and the refund', () => {
    const desk = given();
    desk.now = chinaTime(1, 10);
    const open = someone(desk, 1);
    accepted(open.take('11001'));
    desk.waitUntil(chinaTime(1, 19));
    desk.waitUntil(chinaTime(1, 22));
    expect(open.row?.news.map(({ content }) => content.kind)).toEqual([
      ...['seats-saved', 'unpaid-reminder-last-day', 'released-unpaid-last-day'],
    ]);
    desk.now = chinaTime(2, 10);
    const applied = someone(desk, 2, 'applied');
    accepted(applied.take('11001'));
    accepted(applied.confirm());
    const attempt = applied.pay();
    accepted(desk.send(givenPayment(attempt, fee)));
    accepted(applied.requestRefund());
    const refund = { kind: 'note-refund', area: '0101', attempt, why: '' } as const;
    accepted(desk.send({ ...refund, outcome: 'succeeded', refundedAt: desk.now }));
    expect(applied.row?.news.at(-1)?.content).toMatchObject({
      ...{ kind: 'refund-succeeded', bookableFrom: desk.now },
    });
  });

  test('R5 D11 an attempt to pay ends with the day of the payer’s type', () => {
    const desk = given();
    desk.now = chinaTime(0, 19, 50);
    const applied = someone(desk, 2, 'applied');
    accepted(applied.take('11001'));
    accepted(applied.confirm());
    expect(accepted(applied.startPayment())).toMatchObject({ expiresAt: chinaTime(0, 20) });
  });

  test('R5 B7 of one day’s closes the later one starts the comparison of the bills', () => {
    const desk = givenDesk();
    const settings = givenSettings({ billsAfterMs: 60 * minute });
    const catalogue = givenCatalogue();
    accepted(desk.send({ kind: 'install-session', catalogue, calendar, settings }));
    desk.waitUntil(chinaTime(0, 23) - 1);
    expect(desk.partition.session?.billsDay).toBe(0);
    desk.waitUntil(chinaTime(0, 23));
    expect(desk.partition.session?.billsDay).not.toBe(0);
  });

  test('R5 a corrected type counts from the next choice of a registration that has nothing', () => {
    const desk = given();
    const visitor = someone(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    visitor.candidateType = 'applied';
    accepted(visitor.choose('12001'));
    expect(visitor.row?.candidateType).toBe('open');
    accepted(visitor.drop('A'));
    accepted(visitor.drop('B'));
    desk.now = chinaTime(0, 19, 58);
    accepted(visitor.choose('11001'));
    expect(visitor.row?.candidateType).toBe('applied');
    accepted(visitor.hold());
    checkInvariants(desk.partition);
    desk.waitUntil(chinaTime(0, 20));
    expect(poolOf(desk)).toMatchObject({ held: 0, free: 3 });
  });
});

describe('pools of one type', () => {
  test('R5 whose type has a pool of its own sits there, everybody else in the common one', () => {
    const desk = givenDesk({ capacity: 1 });
    accepted(setPools(desk, [ownPool(1)]));
    accepted(someone(desk, 1, 'applied').take('11001', '12001'));
    expect(poolOf(desk, 'applied')).toMatchObject({ capacity: 1, saved: 1, free: 0 });
    expect(poolOf(desk)).toMatchObject({ saved: 0, free: 1 });
    expect(poolOf(desk, undefined, 'B')).toMatchObject({ saved: 1, free: 0 });
    const second = someone(desk, 2, 'applied');
    accepted(second.choose('11002'));
    expect(accepted(second.hold())).toMatchObject({
      full: [{ unit: 'A', course: '11002', reason: 'seats-exhausted' }],
    });
    accepted(someone(desk, 3).take('11001'));
    expect(poolOf(desk)).toMatchObject({ saved: 1, free: 0 });
  });

  test('R5 counts carry the own pools, for whoever watches them', () => {
    const desk = givenDesk({ capacity: 3 });
    expect(countsOf(desk)).not.toHaveProperty('own');
    accepted(setPools(desk, [ownPool(2)]));
    accepted(someone(desk, 1, 'applied').take('11001'));
    expect(countsOf(desk)).toMatchObject({
      free: [3, 3, 3, 3],
      capacity: [3, 3, 3, 3],
      own: [{ candidateType: 'applied', free: [1, 3, 3, 3], capacity: [2, 3, 3, 3] }],
    });
  });

  test('S2 R5 a pool that is split or merged takes its people’s seats along, if the numbers fit', () => {
    const desk = givenDesk({ capacity: 3 });
    const people = [someone(desk, 1, 'applied'), someone(desk, 2, 'applied'), someone(desk, 3)];
    for (const visitor of people) accepted(visitor.take('11001'));
    expect(refused(setPools(desk, [ownPool(1)]))).toEqual({
      ...{ reason: 'capacity-below-taken', detail: { unit: 'A', candidateType: 'applied' } },
    });
    const common = (capacity: number) => ({ unit: 'A', capacity });
    expect(refused(setPools(desk, [ownPool(2), common(0)]))).toEqual({
      ...{ reason: 'capacity-below-taken', detail: { unit: 'A' } },
    });
    accepted(setPools(desk, [ownPool(2), common(1)]));
    expect(poolOf(desk, 'applied')).toMatchObject({ saved: 2, free: 0 });
    expect(poolOf(desk)).toMatchObject({ saved: 1, free: 0 });
    expect(refused(setPools(desk, [], merged))).toEqual({
      ...{ reason: 'capacity-below-taken', detail: { unit: 'A' } },
    });
    accepted(setPools(desk, [common(3)], merged));
    expect(poolOf(desk, 'applied')).toBeUndefined();
    expect(poolOf(desk)).toMatchObject({ capacity: 3, saved: 3, free: 0 });
  });

  test('S2 R5 what changes nothing is accepted and not written; merging what is one already neither', () => {
    const desk = givenDesk({ capacity: 3 });
    accepted(setPools(desk, [ownPool(2)]));
    const before = desk.journal.length;
    accepted(setPools(desk, [ownPool(2), { unit: 'A', capacity: 3 }]));
    accepted(setPools(desk, [], [{ unit: 'B', candidateType: 'applied' }]));
    expect(desk.journal.length).toBe(before);
  });

  test('R5 D11 a late payment takes its seats again in the pool of its own type', () => {
    const desk = givenDesk({ capacity: 1 });
    accepted(setPools(desk, [ownPool(1)]));
    const applied = someone(desk, 1, 'applied');
    accepted(applied.take('11001'));
    accepted(applied.confirm());
    const attempt = applied.pay();
    desk.waitUntil(chinaTime(0, 22, 30));
    desk.waitUntil(chinaTime(1, 9));
    accepted(someone(desk, 2).take('11002'));
    accepted(desk.send(givenPayment(attempt, fee)));
    expect(poolOf(desk, 'applied')).toMatchObject({ paid: 1, free: 0 });
  });
});

describe('courses of which an area seats only so many', () => {
  test('D5 F26 beyond the cap the course is full, although the pool has seats', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1]));
    accepted(someone(desk, 1).take('11001'));
    const visitor = someone(desk, 2);
    for (const course of ['11001', '12001']) accepted(visitor.choose(course));
    const reply = visitor.hold();
    expect(accepted(reply)).toMatchObject({
      ...{ held: ['B'], full: [{ unit: 'A', course: '11001', reason: 'course-full' }] },
    });
    accepted(visitor.sendCode());
    accepted(visitor.save());
    expect(poolOf(desk)).toMatchObject({ saved: 1, free: 8 });
    accepted(someone(desk, 3).take('11002'));
    expect(countsOf(desk)).toMatchObject({ courses: [{ course: '11001', free: 0, cap: 1 }] });
  });

  test('D5 a hold that ran out may find the course full at saving, and the outcome names it', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1]));
    const slow = someone(desk, 1);
    accepted(slow.choose('11001'));
    accepted(slow.hold());
    // Asked for again and again the code lives on; the hold ends after ten minutes in all (B1).
    for (const _ of [1, 2]) {
      desk.wait(4 * minute);
      accepted(slow.hold());
    }
    desk.wait(2 * minute);
    accepted(someone(desk, 2).take('11001'));
    expect(accepted(slow.save())).toEqual({
      ...{ kind: 'saved', saved: [] },
      failed: [{ unit: 'A', course: '11001', reason: 'course-full', late: true }],
    });
    expect(poolOf(desk)).toMatchObject({ saved: 1, free: 8 });
  });

  test('F32 F26 a swap to a full course is cleared as a draft, and the saved seat stays', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1]));
    accepted(someone(desk, 1).take('11001'));
    const visitor = someone(desk, 2);
    accepted(visitor.take('11002'));
    accepted(visitor.choose('11001', true));
    accepted(visitor.choose('12001'));
    const reply = visitor.hold();
    const full = [{ unit: 'A', course: '11001', reason: 'course-full' }];
    expect(accepted(reply)).toMatchObject({ held: ['B'], owned: [], full });
    expect(reply).toMatchObject({ registration: { asking: { ticket: visitor.ticket, full } } });
    accepted(visitor.sendCode());
    expect(accepted(visitor.save())).toMatchObject({ saved: [{ unit: 'B' }], failed: [] });
    expect(visitor.row?.places).toMatchObject([{ saved: { course: '11002' } }, { unit: 'B' }]);
    expect(visitor.row?.places[0]?.chosen).toBeUndefined();
    checkInvariants(desk.partition);
  });

  test('F26 only swaps, all to full courses: nothing is asked, nothing is sent, nothing counts', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1]));
    accepted(someone(desk, 1).take('11001'));
    const visitor = someone(desk, 2);
    accepted(visitor.take('11002'));
    accepted(visitor.choose('11001', true));
    const before = visitor.row?.holdsOnDay;
    expect(accepted(visitor.hold())).toMatchObject({ held: [], owned: [], full: [{ unit: 'A' }] });
    expect(visitor.row).toMatchObject({ asking: undefined, code: undefined, holdsOnDay: before });
    expect(visitor.chosen).toEqual(['A']);
  });

  test('F32 D5 a swap is not held: if others were quicker it fails at saving, and the seat stays', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1]));
    const visitor = someone(desk, 2);
    accepted(visitor.take('11002'));
    accepted(visitor.choose('11001', true));
    expect(accepted(visitor.hold())).toMatchObject({ owned: ['A'], full: [] });
    accepted(someone(desk, 1).take('11001'));
    expect(accepted(visitor.save())).toEqual({
      ...{ kind: 'saved', saved: [] },
      failed: [{ unit: 'A', course: '11001', reason: 'course-full', late: false }],
    });
    expect(visitor.row?.places).toMatchObject([{ saved: { course: '11002' } }]);
    expect(poolOf(desk)).toMatchObject({ saved: 2, free: 7 });
  });

  test('F32 a swap frees its old course for others once it is saved', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1], ['11002', 1]));
    const visitor = someone(desk, 1);
    accepted(visitor.take('11001'));
    accepted(visitor.choose('11002', true));
    accepted(visitor.hold());
    accepted(visitor.save());
    expect(countsOf(desk)).toMatchObject({ courses: [{ free: 1 }, { free: 0 }] });
    accepted(someone(desk, 2).take('11001'));
    checkInvariants(desk.partition);
  });

  test('F24 a hold goes over to another course of the unit, unless that is full', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1], ['11002', 1]));
    accepted(someone(desk, 1).take('11001'));
    const visitor = someone(desk, 2);
    accepted(visitor.choose('11002'));
    accepted(visitor.hold());
    expect(refused(visitor.choose('11001', true))).toEqual({
      ...{ reason: 'course-full', detail: { unit: 'A', course: '11001' } },
    });
    expect(visitor.row?.code).toBeDefined();
    accepted(visitor.choose('11003', true));
    expect(countsOf(desk)).toMatchObject({ courses: [{ free: 0 }, { free: 1 }] });
    expect(poolOf(desk)).toMatchObject({ held: 1, saved: 1 });
  });

  test('S2 a cap is never below what is taken, and all caps are set or none', () => {
    const desk = givenDesk({ capacity: 9 });
    for (const number of [1, 2]) accepted(someone(desk, number).take('11001'));
    expect(refused(setCaps(desk, ['12001', 5], ['11001', 1]))).toEqual({
      ...{ reason: 'capacity-below-taken', detail: { course: '11001' } },
    });
    expect(countsOf(desk)).not.toHaveProperty('courses');
    accepted(setCaps(desk, ['11001', 2]));
    expect(countsOf(desk)).toMatchObject({ courses: [{ course: '11001', free: 0, cap: 2 }] });
    const before = desk.journal.length;
    accepted(setCaps(desk, ['11001', 2]));
    expect(desk.journal.length).toBe(before);
    accepted(setCaps(desk));
    accepted(someone(desk, 3).take('11001'));
    checkInvariants(desk.partition);
  });

  test('D11 a late payment takes a capped course again only while the cap has room', () => {
    const desk = givenDesk({ capacity: 9 });
    accepted(setCaps(desk, ['11001', 1]));
    const visitor = someone(desk, 1);
    accepted(visitor.take('11001'));
    accepted(visitor.confirm());
    const attempt = visitor.pay();
    desk.waitUntil(chinaTime(0, 22, 30));
    expect(countsOf(desk)).toMatchObject({ courses: [{ free: 1 }] });
    desk.waitUntil(chinaTime(1, 9));
    accepted(someone(desk, 2).take('11001'));
    // A hold of the unit is no room for the order's course.
    accepted(visitor.choose('11002', true));
    accepted(visitor.hold());
    accepted(desk.send(givenPayment(attempt, fee)));
    expect(visitor.row?.orders[0]).toMatchObject({ state: 'released' });
    expect(visitor.row?.orders[0]?.attempts[0]?.refund).toMatchObject({ cause: 'late' });
    expect(countsOf(desk)).toMatchObject({ courses: [{ free: 0 }] });
    checkInvariants(desk.partition);
  });
});

describe('whatever happens', () => {
  const courses = ['11001', '11002', '11003', '12001', '12002'];
  type Step = { who: number; what: number; how: number };
  const step: fc.Arbitrary<Step> = fc.record({
    who: fc.integer({ min: 0, max: 5 }),
    what: fc.integer({ min: 0, max: 13 }),
    how: fc.integer({ min: 0, max: 9 }),
  });

  /** Refused or accepted, as it comes; the reply says which. */
  function carry(desk: Desk, people: Visitor[], { who, what, how }: Step) {
    const visitor = people[who] ?? someone(desk, 1);
    const pools = how % 2 === 0 ? [ownPool(how % 3)] : [{ unit: 'A', capacity: how % 4 }];
    if (what <= 3) return visitor.choose(courses[how % courses.length] ?? '', how % 2 === 0);
    if (what <= 5) return visitor.hold();
    if (what === 6) return visitor.sendCode();
    if (what <= 8) return visitor.save();
    if (what === 9) return visitor.giveUp([how % 2 === 0 ? 'A' : 'B']);
    if (what === 10) return visitor.confirm();
    if (what === 11) return setPools(desk, pools, how > 7 ? merged : []);
    if (what === 12) return setCaps(desk, ['11001', how % 3], ['12001', how % 2]);
    desk.wait(how * minute);
    return undefined;
  }

  /** What a reply says of fullness. */
  function said(reply: ReturnType<typeof carry>): string[] {
    if (reply === undefined) return [];
    if (reply.kind === 'refused') return [reply.reason];
    const { outcome } = reply;
    const full = outcome.kind === 'held' ? outcome.full : [];
    const failed = outcome.kind === 'saved' ? outcome.failed : [];
    return [...full, ...failed].map(({ reason }) => `${outcome.kind} ${reason}`);
  }

  test('R5 B14 no pool and no course is ever oversold, and the journal alone gives the same books', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
        const desk = givenDesk({ capacity: 2 });
        accepted(setPools(desk, [ownPool(1)]));
        accepted(setCaps(desk, ['11001', 1]));
        const people = [1, 2, 3, 4, 5, 6].map((number) =>
          someone(desk, number, number % 2 === 0 ? 'applied' : 'open'),
        );
        for (const one of steps) {
          for (const word of said(carry(desk, people, one))) seen.add(word);
          checkInvariants(desk.partition);
        }
        const again = createPartition('p0');
        for (const { event, at, index } of desk.journal) evolve(again, event, at, index);
        const live = countsOf(desk);
        expect(digest(again)).toBe(digest(desk.partition));
        rebuild(again);
        desk.partition = again;
        checkInvariants(again);
        expect(countsOf(desk)).toEqual(live);
      }),
      { numRuns: 200 },
    );
    // A run in which nothing was ever full has not tried.
    for (const word of ['held seats-exhausted', 'held course-full', 'capacity-below-taken'])
      expect(seen).toContain(word);
  });
});

test('R5 a day that names no type is everybody’s', () => {
  const desk = givenDesk({ adopted: { calendar: givenCalendar() } });
  accepted(someone(desk, 1, 'applied').choose('11001'));
  accepted(someone(desk, 2).choose('11001'));
});
