import { expect, test } from 'vitest';
import { failStopCode } from '../../engine/writer/ports.ts';
import { crash, fillDisk } from './crash.ts';
import { crashMoney } from './crash-money.ts';
import { programs } from './crash-processes.ts';

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

test('B2 B7 B14 D11 D14 S5 with engine, gateway, provider and bus killed while money moves, ledger and seats agree to the fen', async () => {
  const { kills, payments, refunds, seats, released } = await crashMoney({ rounds: 1, seed: 1 });
  expect(kills.of('engine').some((during) => during.has('lost area'))).toBe(true);
  for (const program of programs) expect(kills.of(program).length).toBeGreaterThan(0);
  for (const some of [payments, refunds, seats, released]) expect(some).toBeGreaterThan(0);
});
