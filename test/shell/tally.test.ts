/** How payment providers answer: what is counted, and from when on one is away. */
import { expect, test } from 'vitest';
import { createTally } from '../../engine/payments/tally.ts';
import { createPayables } from '../../gateway/paying/payables.ts';
import { providerHere } from '../gateway/paying-provider.ts';

test('a provider is away since the first of several lost answers, and back with the first that comes', async () => {
  let at = 1_000;
  const tally = createTally([{ name: 'alipay' }, { name: 'wechat' }], () => at);
  const lose = () =>
    expect(
      tally.count('alipay', async () => {
        throw new TypeError('fetch failed');
      }),
    ).rejects.toThrow('fetch failed');
  const alipay = () => tally.standings()[0];
  for (let lost = 0; lost < 2; lost += 1) {
    await lose();
    at += 1_000;
  }
  expect(alipay()).toEqual({
    ...{ provider: 'alipay', answered: 0, silent: 2, lastTrouble: { at: 2_000, why: 'TypeError' } },
  });
  await lose();
  expect(alipay()).toMatchObject({ silent: 3, awaySince: 1_000 });
  // A refusal is an answer.
  expect(await tally.count('alipay', async () => 'refused')).toBe('refused');
  expect(alipay()).toMatchObject({ answered: 1, silent: 3 });
  expect(alipay()).not.toHaveProperty('awaySince');
  expect(tally.standings()[1]).toEqual({ provider: 'wechat', answered: 0, silent: 0 });
});

test('a gateway counts what it opens, and not what it has open', async () => {
  const provider = providerHere('alipay');
  const payables = createPayables([provider], () => 1);
  const open = (attempt: string) =>
    payables.open('alipay', {
      ...{ attempt, amountFen: 3_500, title: '示例', way: 'scan', expiresAt: 9 },
      returnTo: 'http://127.0.0.1/mine',
    });
  await open('A1');
  await open('A1');
  provider.setAway(true);
  for (const attempt of ['A2', 'A3', 'A4']) expect(await open(attempt)).toEqual({ kind: 'away' });
  expect(payables.standings()).toMatchObject([
    { provider: 'alipay', answered: 1, silent: 3, awaySince: 1 },
  ]);
});
