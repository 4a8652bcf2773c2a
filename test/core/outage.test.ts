/** D7's last sentence: in an outage of short messages two staff let the password stand for codes. */
import { describe, expect, test } from 'vitest';
import { pendingEffects } from '../../engine/core/effects.ts';
import { checkInvariants } from '../../engine/core/invariants.ts';
import type { BookingProof } from '../../engine/protocol/session.ts';
import {
  accepted,
  actFromShell,
  Desk,
  givenAdopted,
  givenCalendar,
  givenCatalogue,
  givenDesk,
  givenSettings,
  refused,
  shellAs,
  Visitor,
} from '../given.ts';

const minute = 60_000;
const two = { reason: '示例：通道中断', by: '示例甲', andBy: '示例乙' };

const toPassword = { kind: 'set-booking-proof', to: 'password' } as const;
const propose = (desk: Desk, change: { by?: string; reason?: string } = {}) => {
  const { by, reason } = { ...two, ...change };
  return desk.send({
    ...({ kind: 'propose-act', act: toPassword, reason, foreseen: [], ...shellAs(by) } as const),
  });
};

/** What a partition hears when two staff have decided. */
function adopts(desk: Desk, bookingProof: BookingProof): void {
  const number = (desk.partition.adopted?.adopted.number ?? 0) + 1;
  const settings = givenSettings({ bookingProof });
  accepted(desk.send({ kind: 'adopt', adopted: givenAdopted({ number, settings }) }));
}

function inOutage(options: { capacity?: number } = {}): Desk {
  const desk = givenDesk(options);
  adopts(desk, 'password');
  return desk;
}

/** Chosen and held, in an outage without a message. */
function waiting(desk: Desk, number: number, ...courses: string[]): Visitor {
  const visitor = new Visitor(desk, number);
  for (const course of courses) accepted(visitor.choose(course));
  accepted(visitor.hold());
  return visitor;
}

const messagesDue = ({ row }: Visitor) =>
  (row === undefined ? [] : pendingEffects(row, [])).filter(({ kind }) => kind === 'send-message');

describe('two staff decide', () => {
  const install = {
    kind: 'install-session',
    ...{ catalogue: givenCatalogue(), calendar: givenCalendar(), settings: givenSettings() },
  } as const;

  test('D7 S2 the change is a new number, and the journal has the reason and both names', () => {
    const desk = new Desk();
    accepted(desk.send(install));
    actFromShell(desk, toPassword);
    expect(desk.partition.session?.adopted).toMatchObject({
      number: 2,
      settings: { bookingProof: 'password' },
    });
    expect(desk.journal.map(({ event }) => event)).toMatchObject([
      { kind: 'session-installed' },
      { kind: 'act-proposed', by: 'shell 示例甲', reason: '示例' },
      { kind: 'act-decided', andBy: 'shell 示例乙' },
      { kind: 'session-acted', act: 1 },
    ]);
    // What stands already gives no number, whoever says it.
    expect(refused(propose(desk, { by: '示例丙' })).reason).toBe('changed-meanwhile');
    actFromShell(desk, { ...toPassword, to: 'code' });
    expect(desk.partition.session?.adopted.number).toBe(3);
  });

  test('D7 every partition is told, as of any change of the session', () => {
    const desk = new Desk();
    accepted(desk.send(install));
    for (const partition of ['p0', 'p1'])
      accepted(desk.send({ kind: 'note-adopted', partition, number: 1 }));
    actFromShell(desk, toPassword);
    const due = desk.partition.session && pendingEffects(desk.partition.session, ['p0', 'p1']);
    expect(due).toMatchObject(
      ['p0', 'p1'].map((partition) => ({
        kind: 'adopt',
        partition,
        adopted: { number: 2, settings: { bookingProof: 'password' } },
      })),
    );
  });

  test.each([
    ['no reason', { reason: ' \u200b　' }, 'reason-missing'],
    ['a reason of letters that nobody sees', { reason: '\u3164\u2800\u034f' }, 'reason-missing'],
    ['nobody', { by: '' }, 'second-person-missing'],
    ['nobody else', { andBy: '\t' }, 'second-person-missing'],
    ['the same person', { andBy: '示例甲' }, 'second-person-missing'],
    ['the same person, spaced', { andBy: ' 示例 甲' }, 'second-person-missing'],
    ['the same person, with a filler', { andBy: '示例甲\u3164' }, 'second-person-missing'],
    ['the same person, in another width and case', { by: 'Ｌｉ Si', andBy: 'li si' }, undefined],
  ])('D7 S2 %s is not two people with a reason', (_, change, reason = 'second-person-missing') => {
    const desk = new Desk();
    accepted(desk.send(install));
    const { andBy, ...rest } = { ...two, ...change };
    const proposed = propose(desk, rest);
    const reply =
      proposed.kind === 'refused'
        ? proposed
        : desk.send({ kind: 'approve-act', number: 1, ...shellAs(andBy) });
    expect(refused(reply).reason).toBe(reason);
    expect(desk.partition.session?.adopted.settings.bookingProof).toBe('code');
  });
});

describe('while the password stands for codes', () => {
  test('D7 F25 B1 seats are held as ever, and no message is due', () => {
    const desk = inOutage();
    const visitor = waiting(desk, 1, '11001', '12001');
    expect(messagesDue(visitor)).toEqual([]);
    const held = { kind: 'held', until: desk.now + 5 * minute };
    expect(visitor.hold()).toMatchObject({
      registration: {
        seats: [{ state: held }, { state: held }],
        code: {
          ...{ delivery: 'not-sent', triesLeft: 5, expiresAt: desk.now + 5 * minute },
          resendFrom: desk.now,
        },
      },
    });
  });

  test('D7 F26 the question about full ones is asked as ever; "yes" sends nothing', () => {
    const desk = inOutage({ capacity: 1 });
    accepted(waiting(desk, 1, '11001').saveByPassword());
    const visitor = waiting(desk, 2, '11001', '12001');
    expect(visitor.row?.asking?.ticket).toBe(visitor.ticket);
    accepted(visitor.sendCode());
    expect(messagesDue(visitor)).toEqual([]);
    expect(visitor.row?.code?.delivery).toBe('not-sent');
    expect(accepted(visitor.saveByPassword())).toMatchObject({ saved: [{ unit: 'B' }] });
  });

  test('D7 F27 D5 the right password saves what is held, and the journal says by what', () => {
    const desk = inOutage();
    const visitor = waiting(desk, 1, '11001', '12001');
    expect(accepted(visitor.saveByPassword())).toEqual({
      kind: 'saved',
      saved: [
        { unit: 'A', course: '11001' },
        { unit: 'B', course: '12001' },
      ],
      failed: [],
    });
    expect(desk.journal.at(-1)?.event).toMatchObject({ kind: 'seats-saved', byPassword: true });
    expect(refused(visitor.saveByPassword(true, ['A'])).reason).toBe('code-missing');
    checkInvariants(desk.partition);
  });

  test('D7 five tries, of passwords and codes together; then even the right one is refused', () => {
    const visitor = waiting(inOutage(), 1, '11001');
    const left = [0, 1, 2, 3, 4].map((tries) =>
      refused(tries === 2 ? visitor.save(['A'], false) : visitor.saveByPassword(false)),
    );
    expect(left).toEqual(
      [4, 3, 2, 1, 0].map((triesLeft) => ({ reason: 'code-wrong', detail: { triesLeft } })),
    );
    expect(refused(visitor.saveByPassword()).reason).toBe('code-tries-used-up');
  });

  test('D7 what nobody was sent is no code, even if it is guessed', () => {
    const visitor = waiting(inOutage(), 1, '11001');
    expect(refused(visitor.save())).toEqual({ reason: 'code-wrong', detail: { triesLeft: 4 } });
    accepted(visitor.saveByPassword());
  });

  test('D7 five minutes: equal is too late, and the selection is bound as ever', () => {
    const desk = inOutage();
    const [early, late] = [waiting(desk, 1, '11001'), waiting(desk, 2, '11001')];
    expect(refused(early.saveByPassword(true, ['A', 'B'])).reason).toBe('selection-changed');
    desk.wait(5 * minute - 1);
    accepted(early.saveByPassword());
    desk.wait(1);
    expect(refused(late.saveByPassword()).reason).toBe('code-expired');
  });

  test('D7 B1 D5 after the hold a password still in time takes a free seat or answers full', () => {
    const desk = inOutage({ capacity: 1 });
    const visitor = waiting(desk, 1, '11001');
    for (let times = 0; times < 2; times += 1) {
      desk.wait(4 * minute);
      accepted(visitor.hold());
    }
    // The hold cannot be stretched as long as the code.
    desk.wait(3 * minute);
    const rival = waiting(desk, 2, '11002');
    accepted(rival.saveByPassword());
    expect(accepted(visitor.saveByPassword())).toMatchObject({
      saved: [],
      failed: [{ unit: 'A', reason: 'seats-exhausted', late: true }],
    });
  });

  test('B2 the same save again is the first answer; the same id for other units is refused', () => {
    const desk = inOutage();
    const visitor = waiting(desk, 1, '11001', '12001');
    const save = {
      ...({ kind: 'save-by-password', ...visitor.from(), challenge: visitor.challenge } as const),
      ...{ passwordMatches: true, units: ['A', 'B'], id: 'save------------------' },
    };
    const first = accepted(desk.send(save));
    expect(accepted(desk.send(save))).toEqual(first);
    expect(accepted(desk.send({ ...save, passwordMatches: false }))).toEqual(first);
    expect(refused(desk.send({ ...save, units: ['A'] })).reason).toBe('command-id-reused');
  });

  test('D7 nothing is sent again, whether a code was sent before or not', () => {
    const desk = givenDesk();
    const before = waiting(desk, 1, '11001');
    adopts(desk, 'password');
    const since = waiting(desk, 2, '11001');
    desk.wait(minute);
    for (const visitor of [before, since]) {
      expect(refused(visitor.resend()).reason).toBe('password-instead');
    }
  });

  test('D7 a code that was sent before stays good, and so does the password for it', () => {
    const desk = givenDesk();
    const [one, other] = [waiting(desk, 1, '11001'), waiting(desk, 2, '11001')];
    adopts(desk, 'password');
    expect(messagesDue(one)).toMatchObject([{ attempt: 1 }]);
    accepted(one.save());
    expect(desk.journal.at(-1)?.event).toMatchObject({ kind: 'seats-saved', byPassword: false });
    accepted(other.saveByPassword());
  });
});

describe('once codes go out again', () => {
  test('D7 the password proves nothing any more, and costs no try', () => {
    const desk = inOutage();
    const visitor = waiting(desk, 1, '11001');
    adopts(desk, 'code');
    for (const matches of [true, false]) {
      expect(refused(visitor.saveByPassword(matches)).reason).toBe('password-ended');
    }
    expect(visitor.row?.code?.triesUsed).toBe(0);
  });

  test('D7 B1 who held without a message gets one at once, and it extends the hold', () => {
    const desk = inOutage();
    const visitor = waiting(desk, 1, '11001');
    desk.wait(2 * minute);
    adopts(desk, 'code');
    const until = desk.now + 5 * minute;
    expect(visitor.resend()).toMatchObject({
      registration: {
        code: { delivery: 'sending', expiresAt: until, resendLeft: false },
        seats: [{ state: { until } }],
      },
    });
    expect(messagesDue(visitor)).toMatchObject([{ attempt: 2, challenge: visitor.challenge }]);
    expect(refused(visitor.saveByPassword()).reason).toBe('password-ended');
    accepted(visitor.save());
  });

  test('D7 new holds send a code as ever', () => {
    const desk = inOutage();
    adopts(desk, 'code');
    const visitor = waiting(desk, 1, '11001');
    expect(messagesDue(visitor)).toMatchObject([{ attempt: 1 }]);
    expect(refused(desk.send({ ...resendOf(visitor) })).reason).toBe('resend-too-soon');
  });
});

const resendOf = (visitor: Visitor) => ({ kind: 'resend-code', ...visitor.from() }) as const;
