import { expect, test } from 'vitest';
import { failStopCode } from '../../engine/writer/ports.ts';
import { crash, fillDisk } from './crash.ts';

test('B2 B14 a writer killed under load, again and again, loses no seat and sells none twice', async () => {
  const report = await crash({ kills: 8, seed: 1 });
  expect(report.kills).toBe(8);
  expect(report.saves).toBeGreaterThan(100);
});

test('B2 a writer whose disk is full stops at once and has lost nothing it acknowledged', async () => {
  const { code, saves } = await fillDisk(6);
  expect(code).toBe(failStopCode);
  expect(saves).toBeGreaterThan(100);
});
