/** Work that comes again: who waits is passed over by nobody. */
import { expect, test, vi } from 'vitest';
import { createJobs } from '../../engine/effects/jobs.ts';

test('D11 B7 with one place, whoever is always due again takes no turn of those behind', async () => {
  const turns: string[] = [];
  const jobs = createJobs({
    ...{ runningMax: 1, lookEveryMs: 1, monotonic: () => performance.now() },
    onFault: () => undefined,
    thenMs: () => 0,
  });
  for (const name of ['one', 'two', 'three']) {
    jobs.add(name, async () => {
      turns.push(name);
      if (name === 'two') throw new Error('the provider is away');
      return { afterMs: 0 };
    });
  }
  await vi.waitFor(() => expect(turns.length).toBeGreaterThanOrEqual(9));
  await jobs.stop();
  expect(turns.slice(0, 9)).toEqual([
    ...['one', 'two', 'three', 'one', 'two', 'three', 'one', 'two', 'three'],
  ]);
});
