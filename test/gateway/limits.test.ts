import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLimits, defaultLimits, type LimitsConfig } from '../../gateway/limits.ts';

const config: LimitsConfig = {
  ...defaultLimits,
  captchasAddress: { burst: 3, everyMs: 100 },
  account: { burst: 1, everyMs: 1000 },
};

test('a burst goes through, then one every interval; a refusal says how long to wait', () => {
  const limits = createLimits(config);
  const results = [0, 0, 0, 0, 99, 100, 100].map((at) => limits.take('captchasAddress', 'a', at));
  expect(results).toEqual([undefined, undefined, undefined, 100, 1, undefined, 100]);
});

test('keys and limits are apart', () => {
  const limits = createLimits(config);
  expect(limits.take('account', 'a', 0)).toBeUndefined();
  expect(limits.take('account', 'a', 0)).toBe(1000);
  expect(limits.take('account', 'b', 0)).toBeUndefined();
  expect(limits.take('captchasAddress', 'a', 0)).toBeUndefined();
});

test('never more than the burst and one per interval, and what is told to wait may come then', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 60 }), (gaps) => {
      const limits = createLimits(config);
      let now = 0;
      const taken: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const wait = limits.take('captchasAddress', 'a', now);
        if (wait === undefined) taken.push(now);
        else expect(createWith(taken).take('captchasAddress', 'a', now + wait)).toBeUndefined();
      }
      for (const [from, start] of taken.entries()) {
        const within = taken.slice(from).filter((at) => at < start + 1000).length;
        expect(within).toBeLessThanOrEqual(3 + 10);
      }
    }),
  );
  function createWith(taken: number[]) {
    const limits = createLimits(config);
    for (const at of taken) limits.take('captchasAddress', 'a', at);
    return limits;
  }
});

test('a clock set back does not lock a key out', () => {
  const limits = createLimits(config);
  for (let times = 0; times < 3; times += 1) limits.take('captchasAddress', 'a', 1_000_000);
  expect(limits.take('captchasAddress', 'a', 0)).toBeUndefined();
});

test('a flood of new keys stays within the bound and frees nobody', () => {
  const limits = createLimits(config, 100);
  limits.take('account', 'guilty', 0);
  for (let key = 0; key < 1000; key += 1) limits.take('account', `flood ${key}`, 0);
  expect(limits.size()).toBeLessThanOrEqual(101);
  expect(limits.take('account', 'guilty', 0)).toBe(1000);
  // Those that found no room share one allowance.
  expect(limits.take('account', 'another', 0)).toBe(1000);
  // Recovered keys make room again.
  expect(limits.take('account', 'another', 5000)).toBeUndefined();
  expect(limits.take('account', 'yet another', 5000)).toBeUndefined();
});
