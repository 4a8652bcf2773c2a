import { describe, expect, test } from 'vitest';
import { checkInvariants } from '../../engine/core/invariants.ts';
import { ask } from '../../engine/core/partition.ts';
import type { PoolBalance } from '../../engine/protocol/replies.ts';
import { accepted, type Desk, givenDesk, givenTicket, refused, Visitor } from '../given.ts';

const minute = 60_000;

function poolOf(desk: Desk, unit: string, area = '0101'): PoolBalance {
  const answer = ask(desk.partition, { kind: 'balance' }, desk.now);
  const pools = answer.kind === 'balance' ? answer.pools : [];
  const pool = pools.find((one) => one.area === area && one.unit === unit);
  if (pool === undefined) throw new Error('no such pool');
  return pool;
}

/** Chosen, held, and a code on its way. */
function waiting(desk: Desk, number: number, ...courses: string[]): Visitor {
  const visitor = new Visitor(desk, number);
  for (const course of courses) accepted(visitor.choose(course));
  accepted(visitor.hold());
  return visitor;
}

describe('saving with the code', () => {
  test('F27 D5 the held units are saved and the outcome names each', () => {
    const desk = givenDesk();
    const visitor = waiting(desk, 1, '11001', '12001');
    const reply = visitor.save();
    expect(accepted(reply)).toEqual({
      kind: 'saved',
      saved: [
        { unit: 'A', course: '11001' },
        { unit: 'B', course: '12001' },
      ],
      failed: [],
    });
    expect(reply).toMatchObject({
      registration: {
        draft: [],
        seats: [
          { unit: 'A', course: '11001', ticket: visitor.ticket, state: { kind: 'saved' } },
          { unit: 'B', course: '12001', ticket: visitor.ticket, state: { kind: 'saved' } },
        ],
      },
    });
    expect(visitor.row?.code).toBeUndefined();
    expect(poolOf(desk, 'A')).toMatchObject({ capacity: 10, free: 9, held: 0, saved: 1 });
  });

  test('D5 a code is spent by its save', () => {
    const visitor = waiting(givenDesk(), 1, '11001');
    accepted(visitor.save());
    expect(refused(visitor.save(['A'])).reason).toBe('code-missing');
  });

  test('D7 a code of an earlier challenge is no live code', () => {
    const visitor = waiting(givenDesk(), 1, '11001');
    const { challenge } = visitor;
    accepted(visitor.hold());
    visitor.challenge = challenge;
    expect(refused(visitor.save()).reason).toBe('code-missing');
  });

  test('D7 five tries, counted down; then even the right code is refused', () => {
    const visitor = waiting(givenDesk(), 1, '11001');
    const left = [1, 2, 3, 4, 5].map(() => refused(visitor.save(['A'], false)));
    expect(left).toEqual(
      [4, 3, 2, 1, 0].map((triesLeft) => ({ reason: 'code-wrong', detail: { triesLeft } })),
    );
    expect(refused(visitor.save()).reason).toBe('code-tries-used-up');
    expect(visitor.row?.revision).toBe(2);
  });

  test('D7 five minutes: equal is too late', () => {
    const desk = givenDesk();
    const [early, late] = [waiting(desk, 1, '11001'), waiting(desk, 2, '11001')];
    desk.wait(5 * minute - 1);
    accepted(early.save());
    desk.wait(1);
    expect(refused(late.save()).reason).toBe('code-expired');
  });

  test('D7 the code is bound to its ticket and to its selection', () => {
    const visitor = waiting(givenDesk(), 1, '11001', '12001');
    expect(refused(visitor.save(['A'])).reason).toBe('selection-changed');
    expect(refused(visitor.save(['A', 'C'])).reason).toBe('selection-changed');
    visitor.ticket = givenTicket(99);
    expect(refused(visitor.save(['A', 'B'])).reason).toBe('selection-changed');
    visitor.ticket = givenTicket(1);
    accepted(visitor.save(['B', 'A']));
  });

  test('B1 D5 after the hold ran out a valid code takes a free seat or answers full', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    desk.wait(6 * minute - 1);
    // The hold is gone. Held anew in both units, the older one would end first.
    accepted(visitor.choose('12001'));
    accepted(visitor.hold());
    desk.wait(4 * minute);
    accepted(visitor.hold());
    desk.wait(4 * minute);
    accepted(visitor.hold());
    desk.wait(3 * minute);
    const rival = waiting(desk, 2, '12002');
    expect(visitor.row?.places.every((place) => place.hold === undefined)).toBe(true);
    expect(accepted(visitor.save())).toEqual({
      kind: 'saved',
      saved: [{ unit: 'A', course: '11001' }],
      failed: [{ unit: 'B', course: '12001', reason: 'seats-exhausted', late: true }],
    });
    accepted(rival.save());
    // What was won is kept, what failed stays chosen.
    expect(visitor.row?.places).toMatchObject([
      { unit: 'A', saved: { course: '11001' } },
      { unit: 'B', chosen: { course: '12001' } },
    ]);
    checkInvariants(desk.partition);
  });

  test('B14 the last seat goes to one, and the pool never counts below nothing', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = waiting(desk, 1, '11001');
    const rival = new Visitor(desk, 2);
    accepted(rival.choose('11001'));
    expect(accepted(rival.hold())).toMatchObject({ held: [], full: [{ unit: 'A' }] });
    accepted(visitor.save());
    expect(accepted(rival.hold())).toMatchObject({ held: [] });
    expect(poolOf(desk, 'A')).toMatchObject({ capacity: 1, free: 0, held: 0, saved: 1 });
    expect(poolOf(desk, 'A', '0102').free).toBe(1);
  });
});

describe('replacing, adding and giving up', () => {
  test('F32 a swap works when the pool is full and never lets the seat go', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    expect(refused(visitor.choose('11002')).reason).toBe('unit-clash');
    accepted(visitor.choose('11002', true));
    // Until code and 保存考位 it is a draft.
    expect(visitor.row?.places).toMatchObject([
      { saved: { course: '11001' }, chosen: { course: '11002' } },
    ]);
    expect(accepted(visitor.hold())).toEqual({ kind: 'held', held: [], owned: ['A'], full: [] });
    expect(poolOf(desk, 'A')).toMatchObject({ free: 0, saved: 1, held: 0 });
    expect(accepted(visitor.save())).toMatchObject({ saved: [{ unit: 'A', course: '11002' }] });
    expect(visitor.row?.places).toMatchObject([{ saved: { course: '11002' }, chosen: undefined }]);
    expect(poolOf(desk, 'A')).toMatchObject({ free: 0, saved: 1, held: 0 });
  });

  test('F32 dropping a swap leaves the saved seat', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    accepted(visitor.choose('11002', true));
    accepted(visitor.drop('A'));
    expect(visitor.row?.places).toMatchObject([{ saved: { course: '11001' }, chosen: undefined }]);
    expect(refused(visitor.drop('A')).reason).toBe('unit-empty');
  });

  test('F26 F32 in a replacement clearing drops the draft of the full unit, never a saved seat', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    accepted(new Visitor(desk, 2).take('12001'));
    accepted(visitor.choose('11002', true));
    accepted(visitor.choose('12002'));
    expect(accepted(visitor.hold())).toMatchObject({
      held: [],
      owned: ['A'],
      full: [{ unit: 'B', course: '12002' }],
    });
    expect(visitor.sendCode()).toMatchObject({
      registration: { draft: [{ unit: 'A' }], code: { units: ['A'] } },
    });
    expect(accepted(visitor.save())).toMatchObject({ saved: [{ unit: 'A', course: '11002' }] });
  });

  test('F33 a failed addition leaves what was saved untouched', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    accepted(new Visitor(desk, 2).take('12001'));
    accepted(visitor.choose('12002'));
    expect(accepted(visitor.hold())).toMatchObject({ held: [], full: [{ unit: 'B' }] });
    expect(visitor.row?.places).toMatchObject([
      { unit: 'A', saved: { course: '11001' } },
      { unit: 'B', chosen: { course: '12002' }, saved: undefined },
    ]);
    accepted(visitor.drop('B'));
    accepted(visitor.choose('13001'));
    accepted(visitor.hold());
    expect(accepted(visitor.save())).toMatchObject({ saved: [{ unit: 'C' }], failed: [] });
    expect(visitor.row?.places.map((place) => place.saved?.course)).toEqual(['11001', '13001']);
  });

  test('D6 saved seats are given up by name, all of the named or none', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001', '12001'));
    expect(refused(visitor.giveUp(['A', 'C']))).toEqual({
      reason: 'unit-empty',
      detail: { unit: 'C' },
    });
    expect(refused(visitor.giveUp([])).reason).toBe('unit-empty');
    expect(poolOf(desk, 'A').saved).toBe(1);
    accepted(visitor.giveUp(['A']));
    expect(poolOf(desk, 'A')).toMatchObject({ saved: 0, free: 10 });
    expect(poolOf(desk, 'B').saved).toBe(1);
  });

  test('D6 R2 another ticket cannot give the seat up, and learns whose it is', () => {
    const visitor = new Visitor(givenDesk(), 1);
    accepted(visitor.take('11001'));
    visitor.ticket = givenTicket(99);
    expect(refused(visitor.giveUp(['A'])).detail).toEqual({ unit: 'A', ticket: givenTicket(1) });
  });

  test('D6 giving up the seat under a swap leaves an ordinary choice and voids its code', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    accepted(visitor.choose('11002', true));
    accepted(visitor.hold());
    accepted(visitor.giveUp(['A']));
    expect(refused(visitor.save()).reason).toBe('code-missing');
    expect(visitor.row?.places).toMatchObject([
      { chosen: { course: '11002' }, saved: undefined, hold: undefined },
    ]);
    checkInvariants(desk.partition);
  });

  test('B14 the ledger balances, pool by pool, whatever was held, saved, swapped and given up', () => {
    const desk = givenDesk({ capacity: 3 });
    accepted(new Visitor(desk, 1).take('11001', '12001'));
    waiting(desk, 2, '11002', '13001');
    const third = new Visitor(desk, 3);
    accepted(third.take('11003'));
    accepted(third.giveUp(['A']));
    const answer = ask(desk.partition, { kind: 'balance' }, desk.now);
    const pools = answer.kind === 'balance' ? answer.pools : [];
    expect(pools.length).toBe(12);
    for (const { capacity, free, held, saved } of pools) {
      expect(free + held + saved).toBe(capacity);
      expect(free).toBeGreaterThanOrEqual(0);
    }
    const counts = ask(desk.partition, { kind: 'counts' }, desk.now);
    expect(counts).toMatchObject({
      counts: [{ area: '0101', free: [1, 2, 2, 3], capacity: [3, 3, 3, 3] }, {}, {}],
    });
    checkInvariants(desk.partition);
  });
});
