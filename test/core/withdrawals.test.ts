/** S5: an exam area is withdrawn: all who registered there are moved, or let go with their money. */
import { describe, expect, test } from 'vitest';
import { placeOfNumber } from '../../engine/protocol/payments.ts';
import type { Act } from '../../engine/protocol/staff.ts';
import { accepted, chinaTime, givenPerson, refused, type Visitor } from '../given.ts';
import { Parts } from '../harness/parts.ts';

type Withdraw = Extract<Act, { kind: 'withdraw-area' }>;
const withdraw = (remedy: Withdraw['remedy'], more: Partial<Withdraw> = {}): Withdraw => ({
  ...({ kind: 'withdraw-area', area: '0101', units: [], from: 0, shown: '考点被水淹' } as const),
  ...more,
  remedy,
});
const refund = { kind: 'refund' } as const;
const moveTo = (...to: string[]) => ({ kind: 'move', to }) as const;

/** Everything is carried to its end, and all holds. */
function settled(parts: Parts): boolean {
  const rest = parts.settle();
  parts.check();
  return rest;
}
function seatsIn(parts: Parts, area: string): Record<string, number> {
  const sums = { held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 };
  for (const pool of parts.progress(area).pools)
    for (const as of ['held', 'saved', 'confirmed', 'paid', 'refunding'] as const)
      sums[as] += pool[as];
  return sums;
}
const none = { held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 };
const newsOf = (parts: Parts, number: number): string[] =>
  parts.told
    .filter(({ person }) => person === givenPerson(number))
    .map(({ content }) => content.kind);
const areaOf = (parts: Parts, visitor: Visitor): string => parts.follow(visitor).area;

/** One of each state: held, saved, confirmed, paid with two courses, and a refund that is under way. */
function everyState(parts: Parts) {
  const held = parts.person(1, '0101');
  accepted(held.choose('11001'));
  accepted(held.hold());
  const saved = parts.person(2, '0101');
  accepted(saved.take('11002'));
  const confirmed = parts.person(3, '0101');
  accepted(confirmed.take('12001'));
  accepted(confirmed.confirm());
  const paid = parts.paidFor(4, '0101', '11001', '12001');
  return { held, saved, confirmed, paid };
}

describe('the act', () => {
  test('S5 S2 it is two people’s, and not the same twice', () => {
    const parts = new Parts(4);
    const outcome = accepted(parts.propose(withdraw(refund)));
    if (outcome.kind !== 'act') throw new Error(outcome.kind);
    expect(outcome.decided).toBe(false);
    expect(refused(parts.approve(outcome.number, 'li')).reason).toBe('second-person-missing');
    accepted(parts.approve(outcome.number, 'wang'));
    expect(settled(parts)).toBe(true);
    expect(parts.act(outcome.number)).toMatchObject({ state: { kind: 'done' }, andBy: 'wang' });
  });

  test.each([
    ['its own area as a target', withdraw(moveTo('0101')), 'act-unfit'],
    ['no target', withdraw(moveTo()), 'act-unfit'],
    ['a target twice', withdraw(moveTo('0102', '0102')), 'act-unfit'],
    ['a target that there is not', withdraw(moveTo('0999')), 'area-unknown'],
    ['an area that there is not', withdraw(refund, { area: '0999' }), 'area-unknown'],
    ['a unit that there is not', withdraw(refund, { units: ['Z'] }), 'act-unfit'],
    ['nothing for candidates to read', withdraw(refund, { shown: ' ' }), 'reason-missing'],
    ['what somebody else has said since', withdraw(refund, { from: 3 }), 'changed-meanwhile'],
    ['an area that is open, to be opened', withdraw({ kind: 'reopen' }), 'changed-meanwhile'],
  ] as const)('S5 it is refused with %s', (_, act, reason) => {
    expect(refused(new Parts(1).propose(act)).reason).toBe(reason);
  });

  test('S5 people are not moved into an area that is withdrawn itself', () => {
    const parts = new Parts(2);
    parts.decides(withdraw(refund, { area: '0102' }));
    expect(refused(parts.propose(withdraw(moveTo('0102')))).reason).toBe('area-withdrawn');
    accepted(parts.propose(withdraw(moveTo('0103'))));
  });

  test('S5 the dry run says who is there, in which state, and what they have paid', () => {
    const parts = new Parts(4);
    everyState(parts);
    const seen = parts.progress('0101');
    expect(seen).toMatchObject({
      act: 0,
      people: 4,
      peoplePaid: 1,
      livePayments: 0,
      feeFen: 7_000,
    });
    expect(seen.demand).toEqual([
      { candidateType: 'open', units: ['A', 'B'], state: 'paid', people: 1, seats: 2, fen: 7_000 },
      { candidateType: 'open', units: ['B'], state: 'confirmed', people: 1, seats: 1, fen: 0 },
      { candidateType: 'open', units: ['A'], state: 'saved', people: 1, seats: 1, fen: 0 },
    ]);
    expect(parts.progress('0101', ['B'])).toMatchObject({ people: 2, feeFen: 7_000 });
    const line = { kind: 'foresee', act: withdraw(refund) } as const;
    const lines = ['east', 'west'].flatMap((name) => {
      const answer = parts.ask(name, line);
      return answer.kind === 'foresee' ? answer.foreseen : [];
    });
    expect(lines.filter(({ count }) => count > 0)).toEqual([
      { what: 'people', count: 4 },
      { what: 'people-paid', count: 1 },
      { what: 'seats-held', unit: 'A', count: 1 },
      { what: 'seats-saved', unit: 'A', count: 1 },
      { what: 'seats-confirmed', unit: 'B', count: 1 },
      { what: 'seats-paid', unit: 'A', count: 1 },
      { what: 'seats-paid', unit: 'B', count: 1 },
      { what: 'fee-fen', count: 7_000 },
    ]);
  });
});

describe('closing', () => {
  test('S5 nothing more is taken at once; what there is can still be given up, and money asked back', () => {
    const parts = new Parts(4);
    const { held, saved, paid, confirmed } = everyState(parts);
    const late = parts.person(9, '0102');
    parts.decides(withdraw(refund));
    // The session is adopted everywhere before the area's work begins.
    for (let step = 0; step < 8; step += 1) parts.step();
    expect(refused(held.save()).reason).toBe('area-withdrawn');
    expect(refused(saved.choose('13001')).reason).toBe('area-withdrawn');
    expect(refused(saved.confirm()).reason).toBe('area-withdrawn');
    expect(refused(confirmed.startPayment()).reason).toBe('area-withdrawn');
    expect(refused(parts.claims(late, '0101')).reason).toBe('area-withdrawn');
    accepted(confirmed.withdraw());
    accepted(paid.requestRefund());
    settled(parts);
    parts.checkAtRest();
    expect(seatsIn(parts, '0101')).toEqual(none);
  });

  test('S5 one unit: whoever sits in it is concerned, the other units stay open', () => {
    const parts = new Parts(4);
    const only = parts.paidFor(1, '0101', '12001');
    const both = parts.paidFor(2, '0101', '11001', '12001');
    const apart = parts.person(3, '0101');
    accepted(apart.take('11002', '13001'));
    parts.decides(withdraw(refund, { units: ['A'] }));
    settled(parts);
    parts.checkAtRest();
    expect(only.row?.orders[0]?.state).toBe('paid');
    // F31: an order goes back whole.
    expect(both.row?.orders[0]?.state).toBe('refunded');
    expect(apart.row?.places.map(({ unit, saved }) => [unit, saved !== undefined])).toEqual([
      ['A', false],
      ['C', true],
    ]);
    const next = parts.person(4, '0101');
    expect(refused(next.choose('11001'))).toEqual({
      reason: 'area-withdrawn',
      detail: { unit: 'A' },
    });
    accepted(next.take('12002'));
    accepted(apart.confirm());
  });

  test('S5 opened again, it takes registrations, and who is still there stays', () => {
    const parts = new Parts(1);
    const stays = parts.paidFor(1, '0101', '11001');
    parts.paidFor(2, '0102', '11001');
    const act = parts.decides(withdraw(moveTo('0102')));
    settled(parts);
    expect(parts.progress('0101').left.people).toBe(1);
    const reopened = parts.decides(withdraw({ kind: 'reopen' }, { from: act }));
    expect(settled(parts)).toBe(true);
    expect(parts.act(reopened).state).toEqual({ kind: 'done' });
    expect(stays.row?.orders[0]?.state).toBe('paid');
    const next = parts.person(3, '0101');
    accepted(next.take('12001'));
    parts.checkAtRest();
  });
});

describe('refunding', () => {
  test('S5 B7 B14 F31 the unpaid are released, the paid get their money back, each is told once', () => {
    const parts = new Parts(4);
    const { paid } = everyState(parts);
    const act = parts.decides(withdraw(refund));
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect(seatsIn(parts, '0101')).toEqual(none);
    expect(parts.returned.size).toBe(1);
    expect(paid.row?.orders[0]).toMatchObject({ state: 'refunded' });
    expect(
      [1, 2, 3, 4].map((number) => newsOf(parts, number).filter((kind) => kind.startsWith('area'))),
    ).toEqual([['area-lost'], ['area-lost'], ['area-lost'], ['area-lost-refunding']]);
    expect(newsOf(parts, 4).at(-1)).toBe('refund-succeeded');
    expect(parts.progress('0101')).toMatchObject({
      ...{ act, people: 0, letGo: { people: 4, seats: 5, fen: 7_000 }, returnedFen: 7_000 },
      left: { people: 0 },
    });
    // The choice stays, and another area is free to be chosen.
    expect(paid.row?.places.map(({ chosen }) => chosen?.course)).toEqual(['11001', '12001']);
    accepted(parts.claims(paid, '0102'));
    settled(parts);
    const anew = parts.follow(paid);
    accepted(anew.take('11001'));
  });

  test('S5 D11 a payment that is under way is closed first; one that comes all the same is refunded', () => {
    const parts = new Parts(4);
    const closes = parts.person(1, '0101');
    accepted(closes.take('11001'));
    accepted(closes.confirm());
    closes.pay();
    const pays = parts.person(2, '0101');
    accepted(pays.take('11002'));
    accepted(pays.confirm());
    parts.inFlight.add(pays.pay());
    const late = parts.person(3, '0101');
    accepted(late.take('11003'));
    accepted(late.confirm());
    const attempt = late.pay();
    parts.decides(withdraw(refund));
    expect(settled(parts)).toBe(true);
    expect(closes.row?.orders[0]).toMatchObject({ state: 'released' });
    expect(pays.row?.orders[0]).toMatchObject({ state: 'refunded' });
    expect(newsOf(parts, 2)).toContain('area-lost-refunding');
    // The bank books after the provider has said "closed": there are no seats to be had again.
    parts.pays(attempt);
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect(newsOf(parts, 3)).toContain('area-lost-payment');
    expect(parts.returned.size).toBe(2);
  });

  test('S5 after the last day it is done as well, and who waits for the release is left to it', () => {
    const parts = new Parts(4);
    const paid = parts.paidFor(1, '0101', '11001');
    const unpaid = parts.person(2, '0101');
    accepted(unpaid.take('11002'));
    parts.now = chinaTime(9, 12);
    const act = parts.decides(withdraw(refund));
    // F30 is due, and no timer has come round.
    expect(settled(parts)).toBe(false);
    expect(parts.act(act).state).toEqual({ kind: 'decided', open: 1 });
    parts.wait(0);
    expect(settled(parts)).toBe(true);
    expect(paid.row?.orders[0]?.state).toBe('refunded');
    expect(unpaid.row?.exit).toBeUndefined();
    expect(newsOf(parts, 2)).toContain('released-unpaid-last-day');
    expect(newsOf(parts, 1)).toEqual([
      ...['seats-saved', 'registration-paid', 'area-lost-refunding', 'refund-succeeded-last-day'],
    ]);
    parts.checkAtRest();
  });
});

describe('moving', () => {
  test('S5 R1 B7 B14 everybody goes with seats, courses, order and its dates; money stays where it was taken', () => {
    const parts = new Parts(4);
    const { held, saved, confirmed, paid } = everyState(parts);
    const before = paid.row?.orders[0];
    const act = parts.decides(withdraw(moveTo('0102')));
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect(seatsIn(parts, '0101')).toEqual(none);
    expect(seatsIn(parts, '0102')).toEqual({ ...none, saved: 1, confirmed: 1, paid: 2 });
    expect([saved, confirmed, paid].map((one) => areaOf(parts, one))).toEqual([
      '0102',
      '0102',
      '0102',
    ]);
    const moved = parts.follow(paid);
    expect(moved.row?.orders).toMatchObject([
      {
        ...{ state: 'paid', feeFen: 7_000, confirmedAt: before?.confirmedAt, ticket: paid.ticket },
        attempts: [
          { state: 'paid', paidAt: before?.attempts[0]?.paidAt, paidAs: `${before?.number}_1` },
        ],
      },
    ]);
    expect(moved.row?.places.map((place) => place.saved?.course)).toEqual(['11001', '12001']);
    expect(paid.row?.orders).toMatchObject([
      { state: 'moved', movedTo: moved.row?.orders[0]?.number },
    ]);
    expect(placeOfNumber(moved.order)?.area).toBe('0102');
    expect([1, 2, 3, 4].map((number) => newsOf(parts, number).at(-1))).toEqual([
      ...['area-lost', 'area-moved-unpaid', 'area-moved-unpaid', 'area-moved'],
    ]);
    // Who only held has nothing to be moved, and may choose.
    accepted(parts.claims(held, '0103'));
    expect(parts.progress('0101')).toMatchObject({
      ...{ act, people: 0, left: { people: 0 }, going: { people: 0 } },
      moved: [{ to: '0102', people: 3, seats: 4, fen: 7_000 }],
    });
    // What was begun is gone on with: confirmed, paid, and given back from there.
    const attempt = parts.follow(confirmed).pay();
    parts.pays(attempt);
    accepted(parts.follow(saved).confirm());
    accepted(moved.requestRefund());
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect(moved.row?.orders[0]).toMatchObject({ state: 'refunded' });
    expect([...parts.returned.keys()]).toEqual([`${before?.number}_1`]);
    expect(newsOf(parts, 4).at(-1)).toBe('refund-succeeded');
    expect(seatsIn(parts, '0102')).toEqual({ ...none, confirmed: 1, paid: 1 });
  });

  test('S5 who has paid goes first; who finds no room stays, is told, and another act decides', () => {
    const parts = new Parts(3);
    const saved = parts.person(1, '0101');
    accepted(saved.take('11001'));
    const first = parts.paidFor(2, '0101', '11001');
    const second = parts.paidFor(3, '0101', '11002');
    parts.paidFor(4, '0102', '11003');
    // Two seats are left there: one in unit A would be enough for each of three.
    const act = parts.decides(withdraw(moveTo('0102')));
    expect(settled(parts)).toBe(true);
    expect([first, second, saved].map((one) => areaOf(parts, one))).toEqual([
      '0102',
      '0102',
      '0101',
    ]);
    expect(newsOf(parts, 1).at(-1)).toBe('area-lost-waiting');
    expect(parts.act(act)).toMatchObject({ state: { kind: 'done' }, left: 1 });
    expect(parts.progress('0101')).toMatchObject({
      left: { people: 1, seats: 1, fen: 0 },
      leftLines: [
        {
          ...{ person: saved.person, seats: [{ unit: 'A', course: '11001' }] },
          declined: [{ area: '0102', reason: 'seats-exhausted' }],
        },
      ],
    });
    expect(refused(parts.propose(withdraw(refund))).reason).toBe('changed-meanwhile');
    parts.decides(withdraw(moveTo('0102', '0103'), { from: act }));
    expect(settled(parts)).toBe(true);
    expect(areaOf(parts, saved)).toBe('0103');
    expect(newsOf(parts, 1).at(-1)).toBe('area-moved-unpaid');
    parts.checkAtRest();
  });

  test('S5 R1 all units in one area: half a place is none, and several areas are tried in order', () => {
    const parts = new Parts(1);
    parts.paidFor(1, '0102', '12001');
    const both = parts.paidFor(2, '0101', '11001', '12002');
    parts.decides(withdraw(moveTo('0102', '0103')));
    expect(settled(parts)).toBe(true);
    expect(areaOf(parts, both)).toBe('0103');
    expect(parts.rowOf(2, '0102')?.places).toEqual([]);
    expect(both.row?.exit).toMatchObject({ state: 'moved', declined: [{ area: '0102' }] });
    parts.checkAtRest();
  });

  test('S5 the target fills up while people move: nobody is oversold, the rest is left', () => {
    const parts = new Parts(3);
    for (const number of [1, 2, 3]) parts.paidFor(number, '0101', '11001');
    parts.decides(withdraw(moveTo('0102')));
    const quick = parts.person(7, '0102');
    const quicker = parts.person(8, '0102');
    for (let step = 0; parts.rows().every(({ exit }) => exit?.state !== 'going'); step += 1)
      if (step > 200 || !parts.step()) throw new Error('nobody sets out');
    accepted(quick.take('11002'));
    accepted(quicker.take('11003'));
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect(parts.progress('0101').left.people).toBe(2);
    expect(seatsIn(parts, '0102')).toEqual({ ...none, saved: 2, paid: 1 });
  });

  test('S5 B2 somebody who gives up or withdraws meanwhile is not moved; on the way nothing else happens', () => {
    const parts = new Parts(3);
    const gives = parts.person(1, '0101');
    accepted(gives.take('11001'));
    const withdraws = parts.person(2, '0101');
    accepted(withdraws.take('11002'));
    accepted(withdraws.confirm());
    const goes = parts.paidFor(3, '0101', '11003');
    parts.decides(withdraw(moveTo('0102')));
    for (let step = 0; goes.row?.exit?.state !== 'going'; step += 1)
      if (step > 200 || !parts.step()) throw new Error('nobody sets out');
    // X4: the paid go first, so these two are still here.
    accepted(gives.giveUp(['A']));
    accepted(withdraws.withdraw());
    expect(refused(goes.requestRefund()).reason).toBe('seats-moving');
    const office: Act = {
      kind: 'refund-for',
      person: goes.person,
      area: '0101',
      order: goes.order,
    };
    const act = parts.decides(office);
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect([gives, withdraws].map((one) => areaOf(parts, one))).toEqual(['0101', '0101']);
    expect(areaOf(parts, goes)).toBe('0102');
    // The office hears what has become of it, and asks where it is now.
    expect(parts.act(act)).toMatchObject({ refused: [{ where: '0101' }] });
  });

  test('R1 S5 a move that the person has begun ends first', () => {
    const parts = new Parts(3);
    const goes = parts.person(1, '0101');
    accepted(goes.take('11001'));
    accepted(parts.claims(goes, '0103'));
    parts.decides(withdraw(moveTo('0102')));
    expect(settled(parts)).toBe(true);
    expect(areaOf(parts, goes)).toBe('0102');
    parts.checkAtRest();
  });

  test('S5 D13 a refund that is under way is waited for, and its seat is not moved', () => {
    const parts = new Parts(3);
    const leaves = parts.paidFor(1, '0101', '11001');
    accepted(leaves.requestRefund());
    parts.refusing = true;
    const act = parts.decides(withdraw(moveTo('0102')));
    expect(settled(parts)).toBe(false);
    expect(parts.act(act).state.kind).toBe('decided');
    expect(parts.progress('0101').waiting).toEqual({ people: 1, seats: 1, fen: 0 });
    parts.refusing = false;
    expect(settled(parts)).toBe(true);
    expect(parts.act(act).state.kind).toBe('done');
    expect(areaOf(parts, leaves)).toBe('0101');
    parts.checkAtRest();
  });

  test('S5 D14 a second payment of a moved order, and one of an unpaid order, go back by themselves', () => {
    const parts = new Parts(3);
    const paid = parts.person(1, '0101');
    accepted(paid.take('11001'));
    accepted(paid.confirm());
    const [first, second] = [paid.pay(), paid.pay('wechat')];
    parts.pays(first);
    const unpaid = parts.person(2, '0101');
    accepted(unpaid.take('11002'));
    accepted(unpaid.confirm());
    const closed = unpaid.pay();
    parts.decides(withdraw(moveTo('0102')));
    expect(settled(parts)).toBe(true);
    expect([paid, unpaid].map((one) => areaOf(parts, one))).toEqual(['0102', '0102']);
    accepted(
      parts.send({
        ...{ kind: 'note-payment', area: '0101', provider: 'wechat', attempt: second },
        ...{ amountFen: 3_500, transaction: 'T second', paidAt: parts.now },
      }),
    );
    parts.paid.set(second, 3_500);
    parts.pays(closed);
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect([...parts.returned.keys()].sort()).toEqual([second, closed].sort());
    expect(newsOf(parts, 1)).toContain('second-payment-refunding');
    expect(newsOf(parts, 2)).toContain('area-lost-payment');
  });

  test('S5 D11 money that comes while an unpaid order is on its way goes back: it arrives as it set out', () => {
    const parts = new Parts(3);
    const unpaid = parts.person(1, '0101');
    accepted(unpaid.take('11001'));
    accepted(unpaid.confirm());
    const attempt = unpaid.pay();
    parts.decides(withdraw(moveTo('0102')));
    for (let step = 0; unpaid.row?.exit?.state !== 'going'; step += 1)
      if (step > 200 || !parts.step()) throw new Error('nobody sets out');
    parts.pays(attempt);
    parts.check();
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect(newsOf(parts, 1)).toContain('area-lost-payment');
    expect([...parts.returned.keys()]).toEqual([attempt]);
    expect(parts.follow(unpaid).row?.orders).toMatchObject([{ state: 'confirmed', attempts: [] }]);
  });

  test('R1 S5 once an area has said that there is no room, that claim is over there, however late it comes', () => {
    const parts = new Parts(1);
    parts.paidFor(1, '0102', '11001');
    const stays = parts.paidFor(2, '0101', '11002');
    const act = parts.decides(withdraw(moveTo('0102')));
    settled(parts);
    expect(stays.row?.exit?.state).toBe('left');
    const there = parts.rowOf(2, '0102');
    const asked = {
      ...({ kind: 'receive-seats', area: '0102', person: stays.person, from: '0101' } as const),
      ...({ claim: there?.vacated ?? 0, candidateType: 'open', unpaidSince: 0 } as const),
      orders: [],
      seats: [{ unit: 'B', course: '12001', ticket: stays.ticket, order: 0 }],
    };
    expect(there?.vacated).toBeGreaterThan(1);
    // The same question finds its answer; another under that claim finds the door shut.
    expect(accepted(parts.send({ ...asked, act })).kind).toBe('declined');
    expect(refused(parts.send({ ...asked, act: act + 1 })).reason).toBe('claim-superseded');
  });

  test('S5 B7 moved twice, the money goes back from where it was taken', () => {
    const parts = new Parts(3);
    const paid = parts.paidFor(1, '0101', '11001', '12001');
    const number = paid.order;
    parts.decides(withdraw(moveTo('0102')));
    settled(parts);
    parts.decides(withdraw(moveTo('0103'), { area: '0102' }));
    expect(settled(parts)).toBe(true);
    expect(areaOf(parts, paid)).toBe('0103');
    parts.checkAtRest();
    parts.decides(withdraw(refund, { area: '0103' }));
    expect(settled(parts)).toBe(true);
    parts.checkAtRest();
    expect([...parts.returned]).toEqual([[`${number}_1`, 7_000]]);
    expect(seatsIn(parts, '0103')).toEqual(none);
  });

  test('S5 two withdrawals at once: into each other nobody is moved, and both come to an end', () => {
    const parts = new Parts(3);
    const one = parts.paidFor(1, '0101', '11001');
    const other = parts.paidFor(2, '0102', '11001');
    const first = accepted(parts.propose(withdraw(moveTo('0102'))));
    const second = accepted(parts.propose(withdraw(moveTo('0101'), { area: '0102' })));
    if (first.kind !== 'act' || second.kind !== 'act') throw new Error('no act');
    accepted(parts.approve(first.number));
    expect(refused(parts.approve(second.number)).reason).toBe('area-withdrawn');
    const third = parts.decides(withdraw(moveTo('0103'), { area: '0102' }));
    expect(settled(parts)).toBe(true);
    expect([areaOf(parts, one), areaOf(parts, other)].filter((area) => area === '0102')).toEqual(
      [],
    );
    expect(parts.act(third).state.kind).toBe('done');
    // Who had come there before word of it was moved on; who came after was turned away.
    const left = parts.progress('0101').left.people;
    expect(areaOf(parts, one)).toBe(left === 1 ? '0101' : '0103');
    parts.checkAtRest();
  });

  test('S5 killed at any moment it goes on, and comes to the same end', () => {
    const ends = new Set<string>();
    for (let kill = 0; kill < 60; kill += 3) {
      const parts = new Parts(2);
      for (const number of [1, 2]) parts.paidFor(number, '0101', '11001', '12001');
      const saved = parts.person(3, '0101');
      accepted(saved.take('13001'));
      parts.paidFor(4, '0102', '11002');
      parts.decides(withdraw(moveTo('0102', '0103')));
      for (let step = 0; step < kill; step += 1) parts.step();
      parts.crash();
      expect(settled(parts)).toBe(true);
      parts.checkAtRest();
      ends.add(
        JSON.stringify(parts.rows().map(({ area, person, places }) => [area, person, places])),
      );
    }
    expect(ends.size).toBe(1);
  });
});
