import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRules, windowRefusal } from '../../engine/core/rules.ts';
import {
  createCatalogue,
  indexSession,
  nextWindowChange,
  windowAt,
} from '../../gateway/catalogue.ts';
import { firstOpen, province } from './registering-province.ts';

const hour = 3_600_000;

test('a session copy is replaced whole, by a higher number only', () => {
  const catalogue = createCatalogue();
  const heard: number[] = [];
  catalogue.onChange((session) => heard.push(session.adopted.number));
  expect(catalogue.current()).toBeUndefined();
  expect(catalogue.adopt(province({ number: 2 }))).toBe(true);
  expect(catalogue.adopt(province({ number: 2 }))).toBe(false);
  expect(catalogue.adopt(province({ number: 1 }))).toBe(false);
  expect(catalogue.adopt(province({ number: 3 }))).toBe(true);
  expect(heard).toEqual([2, 3]);
});

test('F22 areas are listed by city, units keep their order', () => {
  const session = indexSession(province());
  expect(session.areasOfCity.get('01')?.map((area) => area.name)).toEqual(['郫都区', '青羊区']);
  expect(session.unitOrder.get('C')).toBe(2);
  expect(session.programme.get('080901')?.plan.has('00023')).toBe(true);
});

test.each([
  ['before the first day', firstOpen - 1, 'before'],
  ['at the opening itself', firstOpen, 'open'],
  ['in the last millisecond', firstOpen + 13 * hour - 1, 'open'],
  ['at the close itself', firstOpen + 13 * hour, 'closed'],
  ['before the second day', firstOpen + 24 * hour - 1, 'closed'],
  ['on the second day', firstOpen + 24 * hour, 'open'],
  ['after the last day', firstOpen + 85 * hour, 'over'],
])('the window %s', (_when, at, state) => {
  expect(windowAt(province(), at).state).toBe(state);
});

test('the open window names its day and the next, and the last day has no next', () => {
  const first = windowAt(province(), firstOpen);
  const last = windowAt(province(), firstOpen + 73 * hour);
  expect(first.state === 'open' && first.nextDay?.opensAt).toBe(firstOpen + 24 * hour);
  expect(last.state === 'open' && last.nextDay).toBeUndefined();
});

test('a pause is told with its reason once the session has begun', () => {
  const window = {
    state: 'paused' as const,
    pausedMs: 0,
    pausedAt: firstOpen,
    reason: '短信通道故障',
    newsBy: firstOpen + hour,
  };
  expect(windowAt(province({ window }), firstOpen - 1).state).toBe('before');
  expect(windowAt(province({ window }), firstOpen + 1)).toEqual({
    state: 'paused',
    reason: '短信通道故障',
    newsBy: firstOpen + hour,
  });
});

test('the next change of the window follows the calendar', () => {
  expect(nextWindowChange(province(), firstOpen - 1)).toBe(firstOpen);
  expect(nextWindowChange(province(), firstOpen)).toBe(firstOpen + 13 * hour);
  expect(nextWindowChange(province(), firstOpen + 90 * hour)).toBeUndefined();
});

test('D9 a page says of the window what the engine decides by it, at every instant', () => {
  const reasons = {
    before: 'window-not-yet-open',
    paused: 'window-paused',
    closed: 'window-closed',
    over: 'window-over',
    open: undefined,
  };
  const edges = [0, 13, 24, 37, 48, 61, 72, 85].flatMap((at) => [
    firstOpen + at * hour - 1,
    firstOpen + at * hour,
  ]);
  const instant = fc.oneof(
    fc.constantFrom(...edges),
    fc.integer({ min: firstOpen - 2 * hour, max: firstOpen + 90 * hour }),
  );
  const paused = { state: 'paused' as const, pausedMs: 0, reason: '', newsBy: 0 };
  fc.assert(
    fc.property(instant, fc.boolean(), fc.boolean(), (at, isPaused, backwards) => {
      const window = isPaused
        ? { ...paused, pausedAt: firstOpen }
        : { state: 'open' as const, pausedMs: 0 };
      const given = province({ window });
      if (backwards) given.calendar.reverse();
      const { adopted } = indexSession(given);
      expect(reasons[windowAt(adopted, at).state]).toBe(
        windowRefusal(compileRules(given), 'open', '0101', at)?.reason,
      );
    }),
  );
});
