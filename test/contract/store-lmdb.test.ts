import { mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, describe, expect, test } from 'vitest';
import { openLmdbReader, openLmdbStore } from '../../engine/store/lmdb-store.ts';
import { FormatTooNew, FormatTooOld, StoreCorrupt } from '../../engine/store/store.ts';
import { storeContract } from './store-contract.ts';

const folders: string[] = [];
const givenFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-store-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('the store in LMDB', () => {
  storeContract(() => {
    const folder = mkdtempSync(join(tmpdir(), 'ruxi-store-'));
    return {
      open: (partition = 'p0') => openLmdbStore(folder, partition),
      remove: async () => rmSync(folder, { recursive: true }),
    };
  });

  test.each([
    ['newer', 99, FormatTooNew],
    ['unreleased', 1, FormatTooOld],
  ])('a format that is %s is refused, untouched', async (_which, format, error) => {
    const folder = givenFolder();
    const store = await openLmdbStore(folder, 'p0');
    await store.close();
    const environment = open<Buffer, string>({ path: folder, maxDbs: 16, encoding: 'binary' });
    const meta = environment.openDB<Buffer, string>('meta', { encoding: 'binary' });
    await meta.put('format', Buffer.from([0, 0, 0, 0, 0, format]));
    await environment.close();
    await expect(openLmdbStore(folder, 'p0')).rejects.toThrow(error);
  });

  test('looking does not raise the epoch, and sees what was committed', async () => {
    const folder = givenFolder();
    const store = await openLmdbStore(folder, 'p0');
    const entry = { index: 1, value: Buffer.from('entry') };
    await store.commit({ entry, rows: [], checkpointed: 0 });
    const reader = openLmdbReader(folder, 'p0');
    expect(reader.entryAtOrBelow(1)?.index).toBe(1);
    await store.commit({ rows: [], checkpointed: 1 });
    await store.close();
  });

  test('there is nothing to look at where no store is', () => {
    expect(() => openLmdbReader(givenFolder(), 'p0')).toThrow('no store');
  });

  test('a file that was written over is refused, and this process lives', async () => {
    const folder = givenFolder();
    const store = await openLmdbStore(folder, 'p0');
    const rows = Array.from({ length: 2_000 }, (_, number) => ({
      table: 'registrations' as const,
      key: ['0101', number] as [string, number],
      value: Buffer.alloc(200, number),
    }));
    await store.commit({ rows, checkpointed: 0 });
    await store.close();
    const file = join(folder, 'data.mdb');
    const handle = openSync(file, 'r+');
    // All but the two meta pages: whatever page the walk comes to is rubbish.
    const rubbish = Buffer.alloc(statSync(file).size - 8_192, 0xa5);
    writeSync(handle, rubbish, 0, rubbish.length, 8_192);
    await expect(openLmdbStore(folder, 'p0')).rejects.toThrow(StoreCorrupt);
  });
});
