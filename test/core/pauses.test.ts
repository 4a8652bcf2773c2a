/** S2: pausing areas and single pools, with clocks of their own; and paying's own switch. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPools, openWindow, pausePools, pauseWindow } from '../../engine/core/pauses.ts';
import { compileRules, openTime } from '../../engine/core/rules.ts';
import type { Adopted } from '../../engine/protocol/session.ts';
import {
  accepted,
  chinaTime,
  type Desk,
  givenAdopted,
  givenDesk,
  givenPayment,
  givenRecord,
  refused,
  Visitor,
} from '../given.ts';

const minute = 60_000;
const words = { reason: '示例', newsBy: chinaTime(0, 12) };

/** The partition hears what has become of the session. */
function adopts(desk: Desk, change: (adopted: Adopted) => Partial<Adopted>): void {
  const adopted = desk.partition.adopted?.adopted;
  if (adopted === undefined) throw new Error('no session');
  const number = adopted.number + 1;
  accepted(desk.send({ kind: 'adopt', adopted: { ...adopted, ...change(adopted), number } }));
}
const pause = (desk: Desk, ...pools: { area: string; unit?: string }[]): void =>
  adopts(desk, (adopted) => pausePools(adopted, pools, words, desk.now));
const open = (desk: Desk, ...pools: { area: string; unit?: string }[]): void =>
  adopts(desk, (adopted) => openPools(adopted, pools, desk.now));

function freeIn(desk: Desk, unit: string): number | undefined {
  const pool = desk.partition.areas.get('0101')?.seatBooks.find((one) => one.unit === unit);
  return pool && pool.capacity - pool.held - pool.saved;
}

describe('an area alone', () => {
  test('S2 everything there is refused with the time of the next news, elsewhere nothing', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    accepted(visitor.choose('12001'));
    accepted(
      desk.send({ kind: 'import-candidate', person: visitor.person, record: givenRecord(1) }),
    );
    pause(desk, { area: '0101' });
    const { person, ticket } = visitor;
    const all = [
      () => visitor.choose('13001'),
      () => visitor.drop('B'),
      () => visitor.hold(),
      () => visitor.giveUp(['A']),
      () => visitor.confirm(),
      () => desk.send({ kind: 'choose-area', person, ticket, area: '0101' }),
    ];
    expect(all.map((command) => refused(command()))).toEqual(
      all.map(() => ({ reason: 'area-paused', detail: { at: words.newsBy } })),
    );
    accepted(desk.send({ kind: 'choose-area', person, ticket, area: '0102' }));
    const other = new Visitor(desk, 2);
    other.area = '0102';
    accepted(other.choose('11001'));
  });

  test('S2 B1 its holds stand, those of other areas run out', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    const other = new Visitor(desk, 2);
    other.area = '0102';
    for (const one of [visitor, other]) {
      accepted(one.choose('11001'));
      accepted(one.hold());
    }
    desk.wait(4 * minute);
    pause(desk, { area: '0101' });
    desk.wait(30 * minute);
    expect(freeIn(desk, 'A')).toBe(0);
    expect(desk.partition.areas.get('0102')?.seatBooks[0]?.held).toBe(0);
    open(desk, { area: '0101' });
    desk.wait(minute - 1);
    accepted(visitor.save());
  });

  test('S2 B1 after the pause the rest of the time runs on, and not twice where two overlap', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    pause(desk, { area: '0101' });
    desk.wait(10 * minute);
    adopts(desk, (adopted) => pauseWindow(adopted, words, desk.now));
    desk.wait(10 * minute);
    open(desk, { area: '0101' });
    desk.wait(10 * minute);
    expect(freeIn(desk, 'A')).toBe(0);
    adopts(desk, (adopted) => openWindow(adopted, desk.now));
    desk.wait(5 * minute - 1);
    expect(freeIn(desk, 'A')).toBe(0);
    desk.wait(1);
    expect(freeIn(desk, 'A')).toBe(1);
  });
});

describe('one pool alone', () => {
  test('S2 its unit takes nobody, and what stands in its way can be dropped', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.choose('12001'));
    pause(desk, { area: '0101', unit: 'A' });
    const detail = { unit: 'A', at: words.newsBy };
    expect(refused(visitor.hold())).toEqual({ reason: 'pool-paused', detail });
    accepted(visitor.drop('A'));
    expect(refused(visitor.choose('11001'))).toEqual({ reason: 'pool-paused', detail });
    accepted(visitor.hold());
    accepted(visitor.save(['B']));
  });

  test('S2 B1 what was held in it is saved when it is open again: nobody loses a hold to a pause', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('12001'));
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    pause(desk, { area: '0101', unit: 'A' });
    expect(refused(visitor.save(['A'])).reason).toBe('pool-paused');
    expect(refused(visitor.resend()).reason).toBe('pool-paused');
    desk.wait(20 * minute);
    open(desk, { area: '0101', unit: 'A' });
    accepted(visitor.save(['A']));
    expect(visitor.row?.code).toBeUndefined();
  });
});

test('S2 clocks: an area’s stands exactly while it or the window is paused, and never goes back', () => {
  const step = fc.record({
    what: fc.constantFrom(
      'pause-window',
      'open-window',
      'pause-a',
      'open-a',
      'pause-all',
      'open-all',
    ),
    ms: fc.integer({ min: 0, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let at = chinaTime(0, 10);
      let adopted = givenAdopted();
      const units = new Set<string>();
      let window = false;
      /** Slow and obvious: how long the area stood. */
      let stood = 0;
      for (const { what, ms } of steps) {
        if (what === 'pause-window') adopted = { ...adopted, ...pauseWindow(adopted, words, at) };
        if (what === 'open-window') adopted = { ...adopted, ...openWindow(adopted, at) };
        const one = [{ area: '0101', unit: 'A' }];
        const all = [{ area: '0101' }];
        if (what === 'pause-a') adopted = { ...adopted, ...pausePools(adopted, one, words, at) };
        if (what === 'open-a') adopted = { ...adopted, ...openPools(adopted, one, at) };
        if (what === 'pause-all') adopted = { ...adopted, ...pausePools(adopted, all, words, at) };
        if (what === 'open-all') adopted = { ...adopted, ...openPools(adopted, all, at) };
        if (what.endsWith('window')) window = what === 'pause-window';
        if (what === 'pause-a') units.add('A');
        if (what === 'pause-all') units.add('');
        if (what === 'open-a') units.delete('A');
        if (what === 'open-all') units.clear();
        at += ms;
        if (window || units.size > 0) stood += ms;
        expect(openTime(compileRules(adopted), '0101', at)).toBe(at - stood);
      }
    }),
  );
});

test('S2 D9 paying has its own switch: nothing can be started, what runs goes on', () => {
  const desk = givenDesk();
  const [before, after] = [new Visitor(desk, 1), new Visitor(desk, 2)];
  for (const visitor of [before, after]) {
    accepted(visitor.take('11001'));
    accepted(visitor.confirm());
  }
  const attempt = before.pay();
  adopts(desk, () => ({ payingPaused: { reason: '示例' } }));
  expect(refused(after.startPayment()).reason).toBe('paying-paused');
  accepted(desk.send(givenPayment(attempt, before.row?.orders[0]?.feeFen ?? 0)));
  expect(before.row?.orders[0]?.state).toBe('paid');
  accepted(before.requestRefund());
  const { payingPaused, ...open } = desk.partition.adopted?.adopted ?? givenAdopted();
  accepted(desk.send({ kind: 'adopt', adopted: { ...open, number: open.number + 1 } }));
  after.pay();
});
