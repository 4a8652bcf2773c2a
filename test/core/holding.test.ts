import { describe, expect, test } from 'vitest';
import { pendingEffects } from '../../engine/core/effects.ts';
import { ask, nextDeadline } from '../../engine/core/partition.ts';
import {
  accepted,
  chinaTime,
  type Desk,
  givenCalendar,
  givenDesk,
  givenSettings,
  givenTicket,
  refused,
  Visitor,
} from '../given.ts';

const minute = 60_000;

function fill(desk: Desk, course: string, count: number): void {
  for (let number = 0; number < count; number += 1)
    accepted(new Visitor(desk, 500 + number).take(course));
}

function freeIn(desk: Desk, unit: string): number | undefined {
  const answer = ask(desk.partition, { kind: 'balance' }, desk.now);
  if (answer.kind !== 'balance') throw new Error('not a balance');
  return answer.pools.find((pool) => pool.area === '0101' && pool.unit === unit)?.free;
}

describe('asking for a code', () => {
  test('F25 B1 every chosen unit is held before a code goes out, and the code goes out at once', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.choose('12001'));
    const reply = visitor.hold();
    expect(accepted(reply)).toEqual({ kind: 'held', held: ['A', 'B'], owned: [], full: [] });
    const until = desk.now + 5 * minute;
    expect(reply).toMatchObject({
      registration: {
        seats: [
          { unit: 'A', course: '11001', state: { kind: 'held', until } },
          { unit: 'B', course: '12001', state: { kind: 'held', until } },
        ],
        code: {
          units: ['A', 'B'],
          expiresAt: until,
          resendFrom: desk.now + minute,
          resendLeft: true,
          triesLeft: 5,
          delivery: 'sending',
        },
      },
    });
    expect(freeIn(desk, 'A')).toBe(9);
    const row = visitor.row;
    expect(row && pendingEffects(row, [])).toMatchObject([
      { kind: 'send-message', area: '0101', challenge: visitor.challenge, attempt: 1 },
    ]);
  });

  test('F25 with nothing chosen for this ticket there is nothing to hold', () => {
    const visitor = new Visitor(givenDesk(), 1);
    expect(refused(visitor.hold()).reason).toBe('draft-empty');
    accepted(visitor.choose('11001'));
    visitor.ticket = givenTicket(99);
    expect(refused(visitor.hold()).reason).toBe('draft-empty');
  });

  test('F26 some full: what is free is held, nothing is sent, and the question is open', () => {
    const desk = givenDesk({ capacity: 1 });
    fill(desk, '12001', 1);
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.choose('12002'));
    const reply = visitor.hold();
    expect(accepted(reply)).toEqual({
      kind: 'held',
      held: ['A'],
      owned: [],
      full: [{ unit: 'B', course: '12002', reason: 'seats-exhausted' }],
    });
    expect(reply).toMatchObject({
      registration: { asking: { ticket: visitor.ticket, full: [{ unit: 'B' }] } },
    });
    expect(visitor.row?.code).toBeUndefined();
    expect(visitor.row && pendingEffects(visitor.row, [])).toEqual([]);
  });

  test('F26 yes: the full ones are cleared and the code is sent for the held ones', () => {
    const desk = givenDesk({ capacity: 1 });
    fill(desk, '12001', 1);
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.choose('12002'));
    accepted(visitor.hold());
    desk.wait(3 * minute);
    const reply = visitor.sendCode();
    expect(accepted(reply)).toEqual({ kind: 'done' });
    const expiresAt = desk.now + 5 * minute;
    // B1: the hold lives as long as the code it waits for.
    expect(reply).toMatchObject({
      registration: {
        draft: [{ unit: 'A', course: '11001' }],
        seats: [{ unit: 'A', state: { kind: 'held', until: expiresAt } }],
        code: { units: ['A'], expiresAt },
      },
    });
    expect(refused(visitor.sendCode()).reason).toBe('code-missing');
  });

  test('F26 B1 no: nothing is sent, the choice stays, and the hold runs out', () => {
    const desk = givenDesk({ capacity: 1 });
    fill(desk, '12001', 1);
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.choose('12002'));
    accepted(visitor.hold());
    desk.wait(5 * minute);
    expect(visitor.row?.places.map((place) => [place.chosen?.course, place.hold])).toEqual([
      ['11001', undefined],
      ['12002', undefined],
    ]);
    expect(freeIn(desk, 'A')).toBe(1);
    // The question was about what was full then; what ran out since must not be cleared with it.
    expect(refused(visitor.sendCode()).reason).toBe('code-missing');
  });

  test('F26 all full: no code, no question, and the daily cap is untouched', () => {
    const desk = givenDesk({ capacity: 1 });
    fill(desk, '11001', 1);
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11002'));
    for (let again = 0; again < 10; again += 1) {
      expect(accepted(visitor.hold())).toMatchObject({ held: [], full: [{ unit: 'A' }] });
    }
    expect(refused(visitor.sendCode()).reason).toBe('code-missing');
  });

  test('D7 holds are capped per person and day, and the next day counts anew', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    for (let again = 0; again < 5; again += 1) accepted(visitor.hold());
    expect(refused(visitor.hold()).reason).toBe('codes-used-up');
    desk.waitUntil(chinaTime(1, 9));
    accepted(visitor.hold());
  });

  test('B1 asking again keeps the seat and cannot stretch the hold beyond ten minutes', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    const first = desk.now;
    desk.wait(4 * minute);
    accepted(visitor.hold());
    desk.wait(4 * minute);
    accepted(visitor.hold());
    expect(visitor.row?.places[0]?.hold).toEqual({ since: first, until: first + 10 * minute });
    desk.wait(2 * minute);
    expect(freeIn(desk, 'A')).toBe(1);
  });

  test('G3 any change of the draft voids the code; the other holds stay', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.choose('12001'));
    accepted(visitor.hold());
    accepted(visitor.choose('13001'));
    expect(refused(visitor.save()).reason).toBe('code-missing');
    expect(freeIn(desk, 'A')).toBe(9);
    accepted(visitor.drop('A'));
    expect(freeIn(desk, 'A')).toBe(10);
    expect(freeIn(desk, 'B')).toBe(9);
  });

  test('B1 another course in a held unit keeps the held seat', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    accepted(visitor.choose('11002', true));
    expect(visitor.hold()).toMatchObject({
      outcome: { held: ['A'], full: [] },
      registration: { seats: [{ unit: 'A', course: '11002' }] },
    });
  });
});

describe('sending the code again', () => {
  function waiting(): { desk: Desk; visitor: Visitor } {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    return { desk, visitor };
  }

  test('D7 not before sixty seconds; the answer says when', () => {
    const { desk, visitor } = waiting();
    const at = desk.now + minute;
    desk.wait(minute - 1);
    expect(refused(visitor.resend())).toEqual({ reason: 'resend-too-soon', detail: { at } });
    desk.wait(1);
    accepted(visitor.resend());
  });

  test('B1 one resend extends code and hold once, and a second is refused', () => {
    const { desk, visitor } = waiting();
    desk.wait(4 * minute);
    const until = desk.now + 5 * minute;
    expect(visitor.resend()).toMatchObject({
      registration: {
        code: { expiresAt: until, resendLeft: false, delivery: 'sending' },
        seats: [{ state: { until } }],
      },
    });
    expect(visitor.row && pendingEffects(visitor.row, [])).toMatchObject([{ attempt: 2 }]);
    desk.wait(2 * minute);
    expect(refused(visitor.resend()).reason).toBe('resend-used-up');
  });

  test('D7 without a live code, with its tries used up or its time over, nothing is sent again', () => {
    const { desk, visitor } = waiting();
    expect(refused(new Visitor(desk, 2).resend()).reason).toBe('code-missing');
    const other = new Visitor(desk, 3);
    accepted(other.choose('11001'));
    accepted(other.hold());
    for (let tries = 0; tries < 5; tries += 1) refused(other.save(['A'], false));
    desk.wait(minute);
    expect(refused(other.resend()).reason).toBe('code-tries-used-up');
    desk.wait(4 * minute);
    expect(refused(visitor.resend()).reason).toBe('code-expired');
  });

  test('B1 what became of the message is noted once; a late note about an older one is not', () => {
    const { desk, visitor } = waiting();
    const { person, area, challenge } = visitor;
    const note = { kind: 'note-delivery', person, area, challenge } as const;
    accepted(desk.send({ ...note, attempt: 1, outcome: 'sent' }));
    expect(visitor.row?.code?.delivery).toBe('sent');
    accepted(desk.send({ ...note, attempt: 1, outcome: 'failed' }));
    expect(visitor.row?.code?.delivery).toBe('sent');
    desk.wait(minute);
    accepted(visitor.resend());
    accepted(desk.send({ ...note, attempt: 1, outcome: 'failed' }));
    expect(visitor.row?.code?.delivery).toBe('sending');
    accepted(desk.send({ ...note, attempt: 2, outcome: 'phone-messages-used-up' }));
    expect(visitor.row?.code?.delivery).toBe('phone-messages-used-up');
  });
});

describe('the hold clocks', () => {
  test('B1 a hold ends at its end, not before: equal is over', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    expect(nextDeadline(desk.partition)).toBe(desk.now + 5 * minute);
    desk.wait(5 * minute - 1);
    expect(freeIn(desk, 'A')).toBe(0);
    desk.wait(1);
    expect(freeIn(desk, 'A')).toBe(1);
    expect(nextDeadline(desk.partition)).toBeUndefined();
  });

  function pause(desk: Desk): void {
    const { partition, now } = desk;
    if (partition.adopted === undefined) throw new Error('no session');
    const { adopted } = partition.adopted;
    const { pausedMs } = adopted.window;
    const newsBy = now + 60 * minute;
    const window = { state: 'paused', pausedMs, pausedAt: now, reason: '示例', newsBy } as const;
    desk.send({ kind: 'adopt', adopted: { ...adopted, number: adopted.number + 1, window } });
  }
  function resume(desk: Desk): void {
    const adopted = desk.partition.adopted?.adopted;
    if (adopted?.window.state !== 'paused') throw new Error('not paused');
    const pausedMs = adopted.window.pausedMs + desk.now - adopted.window.pausedAt;
    const window = { state: 'open', pausedMs } as const;
    desk.send({ kind: 'adopt', adopted: { ...adopted, number: adopted.number + 1, window } });
  }

  test('B1 S2 a pause stops the clocks; the shown end moves with it', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    desk.wait(4 * minute);
    pause(desk);
    desk.wait(30 * minute);
    expect(freeIn(desk, 'A')).toBe(0);
    const answer = ask(
      desk.partition,
      { kind: 'registration', area: '0101', person: visitor.person },
      desk.now,
    );
    expect(answer).toMatchObject({
      registration: {
        seats: [{ state: { until: desk.now + minute } }],
        code: { expiresAt: desk.now + minute },
      },
    });
    resume(desk);
    desk.wait(minute - 1);
    accepted(visitor.save());
    expect(freeIn(desk, 'A')).toBe(0);
  });

  test('B1 S2 after a pause the rest of the time runs on', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    desk.wait(4 * minute);
    pause(desk);
    desk.wait(30 * minute);
    resume(desk);
    expect(nextDeadline(desk.partition)).toBe(desk.now + minute);
    desk.wait(minute);
    expect(freeIn(desk, 'A')).toBe(1);
  });

  test('D9 no hold outlives the day: taken just before the close it ends with it', () => {
    const desk = givenDesk({ capacity: 1 });
    desk.waitUntil(chinaTime(0, 21, 58));
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    expect(visitor.hold()).toMatchObject({
      registration: {
        seats: [{ state: { until: chinaTime(0, 22) } }],
        code: { expiresAt: chinaTime(0, 22) },
      },
    });
    desk.waitUntil(chinaTime(0, 22));
    expect(freeIn(desk, 'A')).toBe(1);
  });

  test('D9 a pause does not carry a hold over the close', () => {
    const desk = givenDesk({ capacity: 1 });
    desk.waitUntil(chinaTime(0, 21, 54));
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    desk.wait(minute);
    pause(desk);
    expect(nextDeadline(desk.partition)).toBe(chinaTime(0, 22));
    desk.waitUntil(chinaTime(0, 22) - 1);
    expect(freeIn(desk, 'A')).toBe(0);
    desk.wait(1);
    expect(freeIn(desk, 'A')).toBe(1);
  });

  test('D9 days that touch at midnight: yesterday’s holds end there, today’s do not', () => {
    const calendar = [0, 1].map((day) => ({
      opensAt: chinaTime(day, 0),
      closesAt: chinaTime(day + 1, 0),
    }));
    const desk = givenDesk({ capacity: 2, adopted: { calendar } });
    desk.waitUntil(chinaTime(0, 23, 57));
    const early = new Visitor(desk, 1);
    accepted(early.choose('11001'));
    accepted(early.hold());
    desk.wait(minute);
    pause(desk);
    desk.waitUntil(chinaTime(1, 0) - 30_000);
    resume(desk);
    desk.waitUntil(chinaTime(1, 0));
    expect(freeIn(desk, 'A')).toBe(2);
    const late = new Visitor(desk, 2);
    accepted(late.choose('11001'));
    accepted(late.hold());
    desk.wait(4 * minute);
    expect(freeIn(desk, 'A')).toBe(1);
  });

  test('D9 an install that moves the close earlier ends the holds with it', () => {
    const desk = givenDesk({ capacity: 1 });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    const adopted = desk.partition.adopted?.adopted;
    if (adopted === undefined) throw new Error('no session');
    const calendar = givenCalendar();
    calendar[0] = { opensAt: chinaTime(0, 9), closesAt: desk.now + minute };
    desk.send({ kind: 'adopt', adopted: { ...adopted, number: 2, calendar } });
    desk.wait(minute);
    expect(freeIn(desk, 'A')).toBe(1);
  });

  test('B1 what runs out at once is freed in slices, each a command of its own', () => {
    const desk = givenDesk({ capacity: 2_000 });
    for (let number = 0; number < 1_200; number += 1) {
      const visitor = new Visitor(desk, number);
      accepted(visitor.choose('11001'));
      accepted(visitor.hold());
    }
    const before = desk.journal.length;
    desk.now += 5 * minute;
    const send = desk.send.bind(desk);
    const sizes: number[] = [];
    desk.send = (asked) => {
      const from = desk.journal.length;
      const reply = send(asked);
      sizes.push(desk.journal.length - from);
      return reply;
    };
    desk.runTimers();
    expect(sizes).toEqual([200, 200, 200, 200, 200, 200]);
    expect(desk.journal.length - before).toBe(1_200);
    expect(freeIn(desk, 'A')).toBe(2_000);
  });

  test('B1 staff may lengthen the hold: new ones live longer', () => {
    const settings = givenSettings({ holdMs: 8 * minute });
    const desk = givenDesk({ adopted: { settings } });
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    expect(visitor.hold()).toMatchObject({
      registration: { code: { expiresAt: desk.now + 8 * minute } },
    });
  });
});
