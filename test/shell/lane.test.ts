import { expect, test, vi } from 'vitest';
import { Lane } from '../../engine/effects/lane.ts';

test('the oldest first, and never more at a time than allowed', async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const lane = new Lane<number>(3, (work) => {
    begun.push(work);
    return new Promise((resolve) => ends.push(resolve));
  });
  for (let work = 0; work < 10; work += 1) lane.put(work);
  expect(begun).toEqual([0, 1, 2]);
  expect(lane.size).toBe(10);
  ends[1]?.();
  await vi.waitFor(() => expect(begun).toEqual([0, 1, 2, 3]));
  expect(lane.size).toBe(9);
});

test('a long queue is carried out whole, and forgotten as it goes', async () => {
  const done: number[] = [];
  const lane = new Lane<number>(8, async (work) => {
    done.push(work);
  });
  for (let work = 0; work < 20_000; work += 1) lane.put(work);
  await vi.waitFor(() => expect(lane.size).toBe(0));
  expect(done).toEqual(Array.from({ length: 20_000 }, (_, work) => work));
});

test('after the end nothing more begins, and what was begun is waited for', async () => {
  let end: (() => void) | undefined;
  const begun: number[] = [];
  const lane = new Lane<number>(1, (work) => {
    begun.push(work);
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  lane.put(1);
  lane.put(2);
  const stopped = lane.stop();
  end?.();
  await stopped;
  lane.put(3);
  expect(begun).toEqual([1]);
});
