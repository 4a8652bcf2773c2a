/** What a writer says about itself once a second, and what it counts on the way. */
import { expect, test, vi } from 'vitest';
import { decodeTelemetry, encodeTelemetry } from '../../engine/protocol/codec.ts';
import { DurationCounts } from '../../engine/protocol/durations.ts';
import { durationBoundsUs, type PartitionTelemetry } from '../../engine/protocol/telemetry.ts';
import { createTelemetry } from '../../gateway/telemetry.ts';
import { choose, hold, save, WriterDesk } from './writer-harness.ts';

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

test('durations: percentiles of the last reports, counts by bound since the start', () => {
  const durations = new DurationCounts();
  expect(durations.report()).toEqual({
    counts: durationBoundsUs.map(() => 0).concat(0),
    sumUs: 0,
  });
  durations.add(1, 98);
  durations.add(100);
  durations.add(20_000);
  const { p50Us = 0, p99Us = 0, counts, sumUs } = durations.report();
  // To an eighth.
  expect(p50Us).toBeGreaterThanOrEqual(1_000);
  expect(p50Us).toBeLessThan(1_125);
  expect(p99Us).toBeGreaterThanOrEqual(100_000);
  expect(p99Us).toBeLessThan(112_500);
  expect(sumUs).toBe(98_000 + 100_000 + 20_000_000);
  const at = (us: number) => counts[durationBoundsUs.findIndex((bound) => us < bound)];
  expect([at(1_000), at(100_000), counts.at(-1)]).toEqual([98, 1, 1]);
  for (let second = 0; second < 5; second += 1) durations.report();
  const later = durations.report();
  expect(later).not.toHaveProperty('p50Us');
  expect(later.counts).toEqual(counts);
});

test('durations: each is counted below its bound, and not below the one before', () => {
  for (const us of [0, 1, 7, 8, 127, 128, 129, 255, 256, 257, 8_388_608, 8_388_609, 2 ** 40]) {
    const durations = new DurationCounts();
    durations.add(us / 1_000);
    const place = durations.report().counts.indexOf(1);
    expect(us, `${us} at ${place}`).toBeLessThan(
      durationBoundsUs[place] ?? Number.POSITIVE_INFINITY,
    );
    if (place > 0) expect(us).toBeGreaterThanOrEqual(durationBoundsUs[place - 1] ?? 0);
  }
});

test('B9 B14 a writer tells its counts, its pools and what was wanted in vain', async () => {
  const desk = await (await new WriterDesk().start()).open(1);
  const code = async (number: number) => {
    await desk.send(choose(number, 0, '11001'));
    await desk.send(hold(number, 1));
  };
  await code(1);
  await desk.send(save(desk, 1, 2, ['A']));
  await code(2);
  await code(3);
  await desk.send(save(desk, 3, 2, ['A'], '000000'));
  const told = await nextReport(desk);
  expect(told).toMatchObject({
    ...{ partition: 'p0', epoch: 1, pools: 12, poolsFull: 1, poolsOversold: 0, poolsAstray: 0 },
    ...{ seats: { capacity: 12, free: 11, held: 0, saved: 1, confirmed: 0 } },
    ...{ spaceLow: false, clockDoubted: false, inbox: 0 },
    waiting: { codes: 0, news: 0, money: 0 },
  });
  expect(told.unmet).toEqual([{ area: '0101', unit: 'A', count: 2 }]);
  expect(told.commands).toEqual(
    expect.arrayContaining([
      { kind: 'hold-seats', outcome: 'accepted', count: 3 },
      { kind: 'save-seats', outcome: 'accepted', count: 1 },
    ]),
  );
  expect(sum(told.commands.map(({ count }) => count))).toBe(told.answers);
  expect(sum(told.latency.counts)).toBe(told.answers);
  expect(told.index).toBe(desk.writer.status().index);
  expect(decodeTelemetry(encodeTelemetry([told]))).toEqual([told]);
});

test('what is unwritten grows older, and is nothing once it is written', async () => {
  const desk = await new WriterDesk().start({ idleMs: 2 ** 30 });
  await desk.open();
  const first = await nextReport(desk);
  expect(first.dirtyRows).toBeGreaterThan(0);
  expect(first.eventsBehind).toBe(first.index);
  desk.pass(60_000);
  expect((await nextReport(desk)).behindMs).toBeGreaterThanOrEqual(60_000);
  await desk.writer.drain();
});

test('T1 a gateway keeps the newest report of each partition, and when it heard it', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const report = await nextReport(desk);
  let now = 10;
  const telemetry = createTelemetry(() => now);
  const heard: number[] = [];
  telemetry.onReport(({ telemetry: { answers } }) => heard.push(answers));
  const { answers } = report;
  telemetry.hear(report);
  now = 20;
  telemetry.hear({ ...report, answers: answers - 1 });
  telemetry.hear({ ...report, partition: 'a1', answers: 5 });
  expect(telemetry.partitions()).toEqual([
    { telemetry: { ...report, partition: 'a1', answers: 5 }, heardAt: 20 },
    { telemetry: report, heardAt: 10 },
  ]);
  // Another life counts from nothing.
  telemetry.hear({ ...report, epoch: 2, answers: 0 });
  telemetry.hear({ ...report, answers: answers + 1 });
  expect(heard).toEqual([answers, 5, 0]);
});

async function nextReport(desk: WriterDesk): Promise<PartitionTelemetry> {
  desk.publications = [];
  return vi.waitFor(
    () => {
      for (const publication of desk.publications)
        if (publication.kind === 'telemetry') return publication.telemetry;
      return expect.unreachable('no report yet');
    },
    { timeout: 20_000 },
  );
}
