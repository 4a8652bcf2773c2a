import { describe, expect, test } from 'vitest';
import { accepted, givenDesk, refused, unitCodes, Visitor } from '../given.ts';

describe('leaving an area', () => {
  test('R1 with saved seats it is refused; afterwards commands under an old claim are refused', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    const { person, area } = visitor;
    const vacate = { kind: 'vacate-area', person, area, claim: 2 } as const;
    expect(refused(desk.send(vacate)).reason).toBe('seats-remain');
    accepted(visitor.choose('12001'));
    accepted(visitor.hold());
    accepted(visitor.giveUp(['A']));
    accepted(desk.send(vacate));
    expect(visitor.row).toMatchObject({ places: [], code: undefined, vacated: 2 });
    expect(refused(visitor.choose('11001')).reason).toBe('claim-superseded');
    visitor.claim = 2;
    expect(refused(visitor.choose('11001')).reason).toBe('claim-superseded');
    visitor.claim = 3;
    accepted(visitor.choose('11001'));
  });

  test('R1 doubled or late, it changes nothing more', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    const { person, area } = visitor;
    const vacate = { kind: 'vacate-area', person, area, claim: 2 } as const;
    accepted(desk.send(vacate));
    const events = desk.journal.length;
    accepted(desk.send(vacate));
    expect(desk.journal.length).toBe(events);
    visitor.claim = 3;
    accepted(visitor.take('11001'));
    accepted(desk.send(vacate));
    expect(visitor.row?.places.length).toBe(1);
  });

  test('R1 a person unknown to the area is remembered as having left', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    const { person, area } = visitor;
    accepted(desk.send({ kind: 'vacate-area', person, area, claim: 2 }));
    expect(refused(visitor.choose('11001')).reason).toBe('claim-superseded');
  });

  test('S4 F43 a fence ignores saved seats and shuts out what was signed in before', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    accepted(visitor.choose('12001'));
    accepted(visitor.hold());
    const { person, area } = visitor;
    const fence = { kind: 'fence-area', person, area, claim: 1 } as const;
    accepted(desk.send(fence));
    expect(visitor.row?.places).toMatchObject([{ saved: { course: '11001' } }]);
    expect(visitor.row?.places.length).toBe(1);
    expect(refused(visitor.choose('13001')).reason).toBe('claim-superseded');
    visitor.claim = 2;
    accepted(visitor.choose('13001'));
    // Late again: the newer sign-in's draft stays.
    accepted(desk.send(fence));
    expect(visitor.row?.places.length).toBe(2);
  });

  test('R1 a fence that comes after the newer claim leaves its draft alone', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    visitor.claim = 2;
    accepted(visitor.choose('11001'));
    const { person, area } = visitor;
    accepted(desk.send({ kind: 'fence-area', person, area, claim: 1 }));
    expect(visitor.row?.places.length).toBe(1);
    visitor.claim = 1;
    expect(refused(visitor.choose('12001')).reason).toBe('claim-superseded');
  });

  test('R1 a fence does not count as having left', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    const { person, area } = visitor;
    accepted(desk.send({ kind: 'fence-area', person, area, claim: 2 }));
    expect(refused(desk.send({ kind: 'vacate-area', person, area, claim: 2 })).reason).toBe(
      'seats-remain',
    );
  });
});

describe('capacity', () => {
  const set = (capacity: number) =>
    ({
      kind: 'set-capacity',
      area: '0101',
      capacities: unitCodes.map((unit) => ({ unit, capacity })),
    }) as const;

  test('S2 it may be raised, and lowered to what is taken, held seats included', () => {
    const desk = givenDesk({ capacity: 3 });
    accepted(new Visitor(desk, 1).take('12001'));
    const held = new Visitor(desk, 2);
    accepted(held.choose('12001'));
    accepted(held.hold());
    expect(refused(desk.send(set(1)))).toEqual({
      reason: 'capacity-below-taken',
      detail: { unit: 'B' },
    });
    accepted(desk.send(set(2)));
    const late = new Visitor(desk, 3);
    accepted(late.choose('12001'));
    expect(accepted(late.hold())).toMatchObject({ full: [{ unit: 'B' }] });
    accepted(desk.send(set(4)));
    expect(accepted(late.hold())).toMatchObject({ full: [] });
  });

  test('S1 the same capacities again are no event', () => {
    const desk = givenDesk({ capacity: 3 });
    const events = desk.journal.length;
    accepted(desk.send(set(3)));
    expect(desk.journal.length).toBe(events);
  });

  test('B14 a unit without seats here is full', () => {
    const desk = givenDesk();
    accepted(
      desk.send({ kind: 'set-capacity', area: '0102', capacities: [{ unit: 'A', capacity: 0 }] }),
    );
    const visitor = new Visitor(desk, 1, '0102');
    accepted(visitor.choose('11001'));
    expect(accepted(visitor.hold())).toMatchObject({ held: [], full: [{ unit: 'A' }] });
  });
});
