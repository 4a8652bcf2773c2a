import { describe, expect, test } from 'vitest';
import { nextDeadline } from '../../engine/core/partition.ts';
import { chinaDay, compileRules, windowRefusal } from '../../engine/core/rules.ts';
import type { Act } from '../../engine/protocol/staff.ts';
import {
  accepted,
  actFromShell,
  chinaTime,
  Desk,
  firstDay,
  givenAdopted,
  givenCalendar,
  givenCatalogue,
  givenDesk,
  givenRecord,
  givenSettings,
  refused,
  shellAs,
  Visitor,
} from '../given.ts';

describe('the booking window', () => {
  const rules = compileRules(givenAdopted());
  test.each([
    ['before the first day', chinaTime(0, 9) - 1, 'window-not-yet-open', chinaTime(0, 9)],
    ['at the opening', chinaTime(0, 9), undefined, undefined],
    ['just before the close', chinaTime(0, 22) - 1, undefined, undefined],
    ['at the close: equal is too late', chinaTime(0, 22), 'window-closed', chinaTime(1, 9)],
    ['in the night', chinaTime(1, 3), 'window-closed', chinaTime(1, 9)],
    ['on the last day', chinaTime(3, 21), undefined, undefined],
    ['after the last close', chinaTime(3, 22), 'window-over', undefined],
  ])('D9 F34 %s', (_, at, reason, again) => {
    const refusal = windowRefusal(rules, 'open', '0101', at);
    expect(refusal?.reason).toBe(reason);
    expect(refusal?.detail?.at).toBe(again);
  });

  test('D9 days are counted on China’s clocks', () => {
    expect(chinaDay(firstDay)).toBe(chinaDay(firstDay + 86_400_000 - 1));
    expect(chinaDay(firstDay) - chinaDay(firstDay - 1)).toBe(1);
  });

  test('D9 a day of 24 hours closes at midnight and the next opens at the same instant', () => {
    const calendar = [0, 1].map((day) => ({
      opensAt: chinaTime(day, 0),
      closesAt: chinaTime(day + 1, 0),
    }));
    const wholeDays = compileRules(givenAdopted({ calendar }));
    expect(windowRefusal(wholeDays, 'open', '0101', chinaTime(1, 0))).toBeUndefined();
    expect(windowRefusal(wholeDays, 'open', '0101', chinaTime(2, 0))?.reason).toBe('window-over');
  });

  test('D9 every command of a candidate keeps to the window', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    accepted(
      desk.send({ kind: 'import-candidate', person: visitor.person, record: givenRecord(1) }),
    );
    const all = [
      () => visitor.choose('12001'),
      () => visitor.drop('A'),
      () => visitor.hold(),
      () => visitor.sendCode(),
      () => visitor.resend(),
      () => visitor.save(['A']),
      () => visitor.giveUp(['A']),
      () => {
        const { person, ticket, area } = visitor;
        return desk.send({ kind: 'choose-area', person, ticket, area });
      },
    ];
    desk.waitUntil(chinaTime(0, 22));
    expect(all.map((command) => refused(command()))).toEqual(
      all.map(() => ({ reason: 'window-closed', detail: { at: chinaTime(1, 9) } })),
    );
  });

  test('S2 D9 a pause is named with when there is news; before the first opening that comes first', () => {
    const newsBy = chinaTime(0, 11);
    const pausedAt = chinaTime(0, 8);
    const window = { state: 'paused', pausedMs: 0, pausedAt, reason: '示例', newsBy } as const;
    const paused = compileRules(givenAdopted({ window }));
    expect(windowRefusal(paused, 'open', '0101', chinaTime(0, 8))?.reason).toBe(
      'window-not-yet-open',
    );
    expect(windowRefusal(paused, 'open', '0101', chinaTime(0, 10))).toMatchObject({
      reason: 'window-paused',
      detail: { at: newsBy },
    });
  });

  test('D9 without a session nothing can be booked, counted or waited for', () => {
    const desk = new Desk();
    expect(refused(new Visitor(desk, 1).choose('11001')).reason).toBe('session-missing');
    accepted(desk.send({ kind: 'expire-holds', area: '0101' }));
    expect(nextDeadline(desk.partition)).toBeUndefined();
  });
});

describe('the SessionBook', () => {
  const install = {
    kind: 'install-session',
    ...{ catalogue: givenCatalogue(), calendar: givenCalendar(), settings: givenSettings() },
  } as const;

  test('S1 installing gives numbers; the same again gives none', () => {
    const desk = new Desk();
    expect(accepted(desk.send(install))).toEqual({ kind: 'adopted', number: 1 });
    expect(accepted(desk.send(install))).toEqual({ kind: 'adopted', number: 1 });
    const settings = givenSettings({ codeTriesMax: 1 });
    expect(accepted(desk.send({ ...install, settings }))).toEqual({ kind: 'adopted', number: 2 });
    expect(desk.journal.length).toBe(2);
  });

  test('S1 S2 D7 what acts have set no installation undoes', () => {
    const desk = new Desk();
    const proven = givenSettings({ bookingProof: 'password' });
    accepted(desk.send({ ...install, settings: proven }));
    expect(desk.partition.session?.adopted.settings.bookingProof).toBe('code');
    const [first, ...others] = givenCalendar();
    if (first === undefined) throw new Error('no day');
    const prolonged = [{ ...first, closesAt: first.closesAt + 60_000 }, ...others];
    const acts: Act[] = [
      { kind: 'set-calendar', from: givenCalendar(), calendar: prolonged },
      { kind: 'set-hold', holdMs: 8 * 60_000, holdMaxMs: 15 * 60_000 },
      { kind: 'set-booking-proof', to: 'password' },
      { kind: 'set-paying', to: 'paused', shown: '示例' },
      { kind: 'publish-notice', text: '示例公告', until: chinaTime(0, 20) },
      { kind: 'pause-pools', pools: [{ area: '0101' }], shown: '示例', newsBy: chinaTime(0, 12) },
      { kind: 'pause-window', shown: '示例', newsBy: chinaTime(0, 12) },
    ];
    for (const act of acts) actFromShell(desk, act);
    const set = desk.partition.session?.adopted;
    accepted(desk.send(install));
    expect(desk.partition.session?.adopted).toEqual(set);
    accepted(desk.send({ ...install, settings: givenSettings({ codeTriesMax: 1 }) }));
    expect(desk.partition.session?.adopted).toEqual({
      ...set,
      number: (set?.number ?? 0) + 1,
      settings: { ...set?.settings, codeTriesMax: 1 },
    });
  });

  test('S2 pausing and opening again adds up the pauses', () => {
    const desk = new Desk();
    const propose = (act: Act) =>
      desk.send({ kind: 'propose-act', act, reason: '示例', foreseen: [], ...shellAs('示例') });
    const pause = { kind: 'pause-window', shown: '示例', newsBy: chinaTime(0, 12) } as const;
    expect(refused(propose(pause)).reason).toBe('session-missing');
    accepted(desk.send(install));
    expect(refused(propose({ kind: 'open-window' })).reason).toBe('changed-meanwhile');
    const pausedAt = desk.now;
    for (const at of [0, 60_000]) {
      desk.now = pausedAt + at;
      accepted(propose({ ...pause, shown: `示例${at}` }));
    }
    expect(desk.partition.session?.adopted.window).toMatchObject({ pausedAt, reason: '示例60000' });
    desk.now = pausedAt + 90_000;
    accepted(propose({ kind: 'open-window' }));
    expect(desk.partition.session?.adopted).toMatchObject({
      number: 4,
      window: { state: 'open', pausedMs: 90_000 },
    });
    // S3: each stands in the journal with who was at the command line.
    const by = desk.journal.flatMap(({ event }) => (event.kind === 'act-proposed' ? event.by : []));
    expect(by).toEqual(['shell 示例', 'shell 示例', 'shell 示例']);
  });

  test('D9 a partition adopts higher numbers only, however late or doubled they come', () => {
    const desk = new Desk();
    const second = givenAdopted({ number: 2 });
    const first = givenAdopted({ number: 1 });
    const numbers = [second, first, second].map((adopted) =>
      accepted(desk.send({ kind: 'adopt', adopted })),
    );
    expect(numbers).toEqual([2, 2, 2].map((number) => ({ kind: 'adopted', number })));
    expect(desk.journal.length).toBe(1);
  });

  test('D9 the SessionBook learns who has adopted what, once', () => {
    const desk = new Desk();
    const note = { kind: 'note-adopted', partition: 'p1' } as const;
    expect(refused(desk.send({ ...note, number: 1 })).reason).toBe('session-missing');
    accepted(desk.send(install));
    for (const number of [1, 1, 2, 1]) accepted(desk.send({ ...note, number }));
    expect(desk.partition.session?.acknowledged).toEqual([{ partition: 'p1', number: 2 }]);
    expect(desk.journal.length).toBe(3);
  });
});
