import { expect, test } from 'vitest';
import { crash } from './crash.ts';

test('B2 B14 a writer killed under load, again and again, loses no seat and sells none twice', async () => {
  const report = await crash({ kills: 8, seed: 1 });
  expect(report.kills).toBe(8);
  expect(report.saves).toBeGreaterThan(100);
});
