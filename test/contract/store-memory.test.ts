import { describe, expect, test } from 'vitest';
import { MemoryDisk, openMemoryStore } from '../../engine/store/memory-store.ts';
import { FormatTooNew, FormatTooOld, formatVersion } from '../../engine/store/store.ts';
import { storeContract } from './store-contract.ts';

describe('the store in memory', () => {
  storeContract(() => {
    const disk = new MemoryDisk();
    return {
      open: (partition = 'p0') => openMemoryStore(disk, partition),
      remove: async () => {},
    };
  });

  test('a newer format is refused, and one that was never released', async () => {
    const disk = new MemoryDisk();
    disk.format = formatVersion + 1;
    await expect(openMemoryStore(disk, 'p0')).rejects.toThrow(FormatTooNew);
    disk.format = formatVersion - 1;
    await expect(openMemoryStore(disk, 'p0')).rejects.toThrow(FormatTooOld);
  });

  test('a failed commit is there or not, and nothing follows it', async () => {
    for (const outcome of ['absent', 'kept'] as const) {
      const disk = new MemoryDisk();
      const store = await openMemoryStore(disk, 'p0');
      disk.failNext(outcome);
      const entry = { index: 1, value: Buffer.from('entry') };
      await expect(store.commit({ entry, rows: [], checkpointed: 0 })).rejects.toThrow('EIO');
      await expect(store.commit({ rows: [], checkpointed: 0 })).rejects.toThrow('EIO');
      const again = await openMemoryStore(disk, 'p0');
      expect([...again.entries(0)].length).toBe(outcome === 'kept' ? 1 : 0);
    }
  });

  test('what waits unflushed is lost when the disk is opened anew', async () => {
    const disk = new MemoryDisk();
    const store = await openMemoryStore(disk, 'p0');
    disk.hold();
    const entry = { index: 1, value: Buffer.from('entry') };
    const commit = store.commit({ entry, rows: [], checkpointed: 0 });
    const again = await openMemoryStore(disk, 'p0');
    disk.release();
    await expect(commit).rejects.toThrow();
    expect(again.entryAtOrBelow(1)).toBeUndefined();
  });
});
