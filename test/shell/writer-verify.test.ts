import { expect, test } from 'vitest';
import type { RuxiEvent } from '../../engine/protocol/events.ts';
import { decodeEntry, encodeEntry } from '../../engine/store/journal.ts';
import type { MemoryDisk } from '../../engine/store/memory-store.ts';
import { type VerifyReport, verifyStore } from '../../engine/verify.ts';
import { choose, hold, save, WriterDesk } from './writer-harness.ts';

/** A journal of some length, its rows partly behind it. */
async function givenDesk(): Promise<WriterDesk> {
  const desk = await (await new WriterDesk().start({ lagMax: 2, idleMs: 2 ** 31 - 1 })).open();
  for (let number = 0; number < 6; number += 1) {
    await desk.send(choose(number, 0, '11001'));
    await desk.send(hold(number, 1));
    await desk.send(save(desk, number, 2, ['A']));
  }
  return desk;
}
const verify = (desk: WriterDesk, known?: VerifyReport['head']) =>
  verifyStore(desk.store, known && [known]);
const indices = ({ image }: MemoryDisk) => [...image.journal.keys()].sort((a, b) => a - b);
const bytesAt = (disk: MemoryDisk, index: number): Buffer =>
  Buffer.from(disk.image.journal.get(index) ?? []);

test('S3 a whole journal is verified: chain, replay and rows agree', async () => {
  const desk = await givenDesk();
  const report = verify(desk);
  expect(report.problems).toEqual([]);
  expect(report.events).toBe(desk.writer.status().index);
  expect(report.head.index).toBe(desk.writer.status().index);
  expect(report.rows).toMatchObject({ registrations: 6, areas: 3, adopted: 1 });
  expect(desk.store.checkpointed).toBeLessThan(report.head.index);

  const before = report.digest;
  await desk.writer.drain();
  const after = verify(desk, report.head);
  expect(after.problems).toEqual([]);
  expect(after.digest).toBe(before);
});

test('S3 an empty journal is verified', async () => {
  const desk = await new WriterDesk().start();
  expect(verify(desk)).toMatchObject({ problems: [], events: 0, entries: 0 });
});

test('S3 an entry that was edited is found, also with its own hash made anew', async () => {
  const desk = await givenDesk();
  for (const index of indices(desk.disk)) {
    const original = bytesAt(desk.disk, index);
    const entry = decodeEntry(original);
    const edited = encodeEntry({ ...entry, at: entry.at + 1 }).value;
    const flipped = Buffer.from(original);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    for (const spoiled of [edited, flipped]) {
      desk.disk.image.journal.set(index, spoiled);
      const last = index === indices(desk.disk).at(-1);
      // Nothing follows the last entry: only a head kept elsewhere tells it from another.
      const known = last ? { index: endOf(original), hash: entry.hash } : undefined;
      expect(verify(desk, known).problems).not.toEqual([]);
    }
    desk.disk.image.journal.set(index, original);
  }
  expect(verify(desk).problems).toEqual([]);
});

test('S3 an entry that is missing is found; one cut off the end, by who knows the head', async () => {
  const desk = await givenDesk();
  const { head } = verify(desk);
  const all = indices(desk.disk);
  for (const index of all) {
    const original = bytesAt(desk.disk, index);
    desk.disk.image.journal.delete(index);
    expect(verify(desk, head).problems).not.toEqual([]);
    desk.disk.image.journal.set(index, original);
  }
  const cut = all.slice(-3);
  for (const index of cut) desk.disk.image.journal.delete(index);
  expect(verify(desk, head).problems).toContainEqual(expect.stringContaining('known head'));
});

test('S3 entries that changed places, or were put in, are found', async () => {
  const desk = await givenDesk();
  const all = indices(desk.disk);
  for (let at = 1; at < all.length; at += 1) {
    const [one, two] = [all[at - 1] ?? 0, all[at] ?? 0];
    const [first, second] = [bytesAt(desk.disk, one), bytesAt(desk.disk, two)];
    desk.disk.image.journal.set(one, second);
    desk.disk.image.journal.set(two, first);
    expect(verify(desk).problems).not.toEqual([]);
    desk.disk.image.journal.set(one, first);
    desk.disk.image.journal.set(two, second);
  }
  const events: RuxiEvent[] = [{ kind: 'capacity-set', area: '0101', capacities: [] }];
  const index = (all.at(-1) ?? 0) + 100;
  const at = desk.now;
  const put = encodeEntry({ partition: 'p0', epoch: 1, index, prevHash: '', at, events });
  desk.disk.image.journal.set(index, put.value);
  expect(verify(desk).problems).not.toEqual([]);
});

test('S3 a row that does not say what the journal says is found', async () => {
  const desk = await givenDesk();
  await desk.writer.drain();
  const rows = desk.disk.image.rows.get('registrations');
  const [one, two] = [...(rows?.values() ?? [])];
  if (rows === undefined || one === undefined || two === undefined) throw new Error('no rows');
  const kept = one.value;
  one.value = two.value;
  expect(verify(desk).problems).toContainEqual(expect.stringContaining('registrations'));
  one.value = kept;
  expect(verify(desk).problems).toEqual([]);
  const [key] = rows.keys();
  rows.delete(key ?? '');
  expect(verify(desk).problems).toContainEqual(expect.stringContaining('registrations'));
});

function endOf(value: Uint8Array): number {
  const { index, events } = decodeEntry(value);
  return index + events.length - 1;
}
