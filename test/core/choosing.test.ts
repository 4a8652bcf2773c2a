import { describe, expect, test } from 'vitest';
import { type RefusalReason, refusalReasons } from '../../engine/protocol/refusals.ts';
import { accepted, givenDesk, givenSettings, givenTicket, refused, Visitor } from '../given.ts';

describe('choosing courses', () => {
  test('F24 a course goes into the unit it belongs to', () => {
    const visitor = new Visitor(givenDesk(), 1);
    const reply = visitor.choose('12001');
    expect(accepted(reply)).toEqual({ kind: 'done' });
    expect(reply).toMatchObject({
      registration: {
        revision: 1,
        draft: [{ unit: 'B', course: '12001', ticket: visitor.ticket }],
        seats: [],
      },
    });
  });

  test.each([
    ['D8 an unknown course', '99999', { reason: 'course-unknown', detail: { course: '99999' } }],
    [
      'R11 a replaced course names what replaced it',
      '20003',
      { reason: 'course-replaced', detail: { course: '20003', replacedBy: ['11001', '12001'] } },
    ],
    [
      'R10 a practical course',
      '20001',
      { reason: 'course-practical', detail: { course: '20001' } },
    ],
    [
      'D8 a course not offered this time',
      '20002',
      { reason: 'course-not-offered', detail: { course: '20002' } },
    ],
  ])('%s is refused with its reason', (_, course, answer) => {
    const visitor = new Visitor(givenDesk(), 1);
    expect(refused(visitor.choose(course))).toEqual(answer);
    expect(visitor.row).toBeUndefined();
  });

  test('D8 a course outside the plan is accepted when the setting warns', () => {
    accepted(new Visitor(givenDesk(), 1).choose('11003'));
  });

  test('D8 a course outside the plan is refused when the setting refuses', () => {
    const settings = givenSettings({ foreignCourse: 'refuse' });
    const visitor = new Visitor(givenDesk({ adopted: { settings } }), 1);
    expect(refused(visitor.choose('11003'))).toEqual({
      reason: 'course-foreign',
      detail: { course: '11003' },
    });
    accepted(visitor.choose('11001'));
  });

  test('D8 without a plan on file no course counts as foreign', () => {
    const settings = givenSettings({ foreignCourse: 'refuse' });
    const desk = givenDesk({ adopted: { settings } });
    const visitor = new Visitor(desk, 1);
    for (const [programme, course] of [
      ['020302K', '11003'],
      ['999999', '12003'],
    ] as const) {
      const reply = desk.send({
        kind: 'choose-course',
        ...visitor.from(),
        programme,
        candidateType: 'open',
        course,
        replace: false,
      });
      accepted(reply);
    }
  });

  test('R2 a second course in one exam unit is refused as unit-clash', () => {
    const visitor = new Visitor(givenDesk(), 1);
    accepted(visitor.choose('11001'));
    expect(refused(visitor.choose('11002'))).toEqual({
      reason: 'unit-clash',
      detail: { unit: 'A', course: '11001', ticket: visitor.ticket },
    });
  });

  test('R2 the refusal names the other ticket, and replacing does not reach across tickets', () => {
    const visitor = new Visitor(givenDesk(), 1);
    const first = visitor.ticket;
    accepted(visitor.choose('11001'));
    visitor.ticket = givenTicket(99);
    for (const replace of [false, true]) {
      expect(refused(visitor.choose('11002', replace))).toEqual({
        reason: 'unit-clash',
        detail: { unit: 'A', course: '11001', ticket: first },
      });
    }
    visitor.ticket = first;
    accepted(visitor.hold());
    accepted(visitor.save());
    visitor.ticket = givenTicket(99);
    expect(refused(visitor.choose('11002', true)).detail).toMatchObject({ ticket: first });
  });

  test('R2 the same course again is a clash even when replacing', () => {
    const visitor = new Visitor(givenDesk(), 1);
    accepted(visitor.choose('11001'));
    expect(refused(visitor.choose('11001', true)).reason).toBe('unit-clash');
  });

  test('F24 replacing puts another course of the unit in its place', () => {
    const visitor = new Visitor(givenDesk(), 1);
    accepted(visitor.choose('11001'));
    expect(visitor.choose('11002', true)).toMatchObject({
      registration: { draft: [{ unit: 'A', course: '11002' }] },
    });
  });

  test('F24 a dropped course leaves the draft; where nothing stands there is nothing to drop', () => {
    const visitor = new Visitor(givenDesk(), 1);
    accepted(visitor.choose('11001'));
    expect(visitor.drop('A')).toMatchObject({ registration: { draft: [], revision: 2 } });
    expect(refused(visitor.drop('A'))).toEqual({ reason: 'unit-empty', detail: { unit: 'A' } });
  });

  test('R2 another ticket cannot drop the course, and learns whose it is', () => {
    const visitor = new Visitor(givenDesk(), 1);
    accepted(visitor.choose('11001'));
    visitor.ticket = givenTicket(99);
    expect(refused(visitor.drop('A'))).toEqual({
      reason: 'unit-empty',
      detail: { unit: 'A', ticket: givenTicket(1) },
    });
  });
});

test('guards answer in the order of the list of reasons', () => {
  const desk = givenDesk();
  const visitor = new Visitor(desk, 1);
  // Each step puts right what the reason before it named.
  const wrong = {
    ...visitor.from(),
    kind: 'choose-course',
    programme: '020301K',
    candidateType: 'open',
    course: '99999',
    replace: false,
    area: '9999',
    claim: 0,
    revision: 7,
    answerBy: desk.now - 1,
    olderEpoch: true,
  } as const;
  const reasons: RefusalReason[] = [];
  const fixes = [
    {},
    { answerBy: desk.now },
    { olderEpoch: false },
    { area: '0101' },
    { claim: 1 },
    { revision: 0 },
  ];
  let asked = { ...wrong };
  for (const fix of fixes) {
    asked = { ...asked, ...(fix as object) };
    reasons.push(refused(desk.send(asked)).reason);
  }
  expect(reasons).toEqual([
    'too-late',
    'ask-again',
    'area-unknown',
    'claim-superseded',
    'changed-meanwhile',
    'course-unknown',
  ]);
  const places = reasons.map((reason) => refusalReasons.indexOf(reason));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});
