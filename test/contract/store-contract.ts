/**
 * What every store promises (engine/store/store.ts), asked of each implementation alike.
 */
import { afterEach, expect, test } from 'vitest';
import {
  EpochLost,
  type RowKey,
  type RowTable,
  type Store,
  StoreCorrupt,
} from '../../engine/store/store.ts';

/** One place where stores are opened again and again; `close` gives it back. */
export type Place = {
  open(partition?: string): Promise<Store>;
  remove(): Promise<void>;
};

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString('utf8');
const row = (table: RowTable, key: RowKey, value: string) => ({ table, key, value: bytes(value) });

export function storeContract(makePlace: () => Place): void {
  const places: Place[] = [];
  const given = (): Place => {
    const place = makePlace();
    places.push(place);
    return place;
  };
  afterEach(async () => {
    for (const place of places.splice(0)) await place.remove();
  });

  test('a new place is empty, at epoch 1', async () => {
    const store = await given().open();
    expect(store.epoch).toBe(1);
    expect(store.checkpointed).toBe(0);
    expect([...store.entries(0)]).toEqual([]);
    expect(store.entryAtOrBelow(1_000_000)).toBeUndefined();
    expect([...store.rows('registrations')]).toEqual([]);
    expect(store.get('areas', ['0101'])).toBeUndefined();
    expect(store.freeBytes()).toBeGreaterThan(0);
    await store.close();
  });

  test('B2 what was committed is there after closing and opening again', async () => {
    const place = given();
    const store = await place.open();
    await store.commit({
      entry: { index: 1, value: bytes('one') },
      rows: [row('areas', ['0101'], 'area'), row('session', [''], 'session')],
      checkpointed: 0,
    });
    await store.commit({ entry: { index: 4, value: bytes('two') }, rows: [], checkpointed: 3 });
    await store.commit({ rows: [row('areas', ['0101'], 'area again')], checkpointed: 5 });
    await store.close();

    const again = await place.open();
    expect(again.epoch).toBe(2);
    expect(again.checkpointed).toBe(5);
    expect(text(again.get('areas', ['0101']))).toBe('area again');
    expect(text(again.get('session', ['']))).toBe('session');
    expect(Array.from(again.entries(0), ({ index, value }) => [index, text(value)])).toEqual([
      [1, 'one'],
      [4, 'two'],
    ]);
    await again.close();
  });

  test('the journal is read from any index, and looked up at or below one', async () => {
    const store = await given().open();
    for (const index of [1, 4, 300, 70_000, 5_000_000_000])
      await store.commit({
        entry: { index, value: bytes(`entry ${index}`) },
        rows: [],
        checkpointed: 0,
      });
    expect([...store.entries(4)].map(({ index }) => index)).toEqual([
      4, 300, 70_000, 5_000_000_000,
    ]);
    expect([...store.entries(301)].map(({ index }) => index)).toEqual([70_000, 5_000_000_000]);
    expect(store.entryAtOrBelow(0)).toBeUndefined();
    expect(store.entryAtOrBelow(3)?.index).toBe(1);
    expect(store.entryAtOrBelow(4)?.index).toBe(4);
    expect(text(store.entryAtOrBelow(69_999)?.value)).toBe('entry 300');
    await store.close();
  });

  test('rows come in the order of their keys, numbers by value', async () => {
    const store = await given().open();
    const keys: RowKey[] = [
      ['0102', 2],
      ['0101', 256],
      ['0101', 3],
      ['0101', 70_000],
      ['01', 9],
      ['0101', 20],
    ];
    await store.commit({
      rows: keys.map((key) => row('registrations', key, key.join('/'))),
      checkpointed: 0,
    });
    const read = Array.from(store.rows('registrations'), ({ key, value }) => [key, text(value)]);
    expect(read).toEqual([
      [['01', 9], '01/9'],
      [['0101', 3], '0101/3'],
      [['0101', 20], '0101/20'],
      [['0101', 256], '0101/256'],
      [['0101', 70_000], '0101/70000'],
      [['0102', 2], '0102/2'],
    ]);
    const rest = Array.from(store.rows('registrations', ['0101', 21]), ({ key }) => key);
    expect(rest).toEqual([
      ['0101', 256],
      ['0101', 70_000],
      ['0102', 2],
    ]);
    await store.commit({
      rows: ['b', 'a', 'c'].map((key) => row('candidates', [key], key)),
      checkpointed: 0,
    });
    const people = Array.from(store.rows('candidates', ['b']), ({ key }) => key);
    expect(people).toEqual([['b'], ['c']]);
    await store.close();
  });

  test('a long entry comes back whole', async () => {
    const store = await given().open();
    const value = Buffer.alloc(3_000_000, 0x5a);
    await store.commit({ entry: { index: 1, value }, rows: [], checkpointed: 0 });
    expect(Buffer.from(store.entryAtOrBelow(1)?.value ?? []).equals(value)).toBe(true);
    await store.close();
  });

  test('a store whose place was opened by another commits nothing more', async () => {
    const place = given();
    const first = await place.open();
    const second = await place.open();
    expect(second.epoch).toBe(first.epoch + 1);
    const entry = { index: 1, value: bytes('from the first') };
    await expect(first.commit({ entry, rows: [], checkpointed: 0 })).rejects.toThrow(EpochLost);
    await expect(first.commit({ rows: [], checkpointed: 0 })).rejects.toThrow(EpochLost);
    expect(second.entryAtOrBelow(1)).toBeUndefined();
    await second.commit({ rows: [row('areas', ['0101'], 'mine')], checkpointed: 0 });
    expect(text(second.get('areas', ['0101']))).toBe('mine');
    await first.close();
    await second.close();
  });

  test('a place belongs to one partition', async () => {
    const place = given();
    await (await place.open('p0')).close();
    await expect(place.open('p1')).rejects.toThrow(StoreCorrupt);
  });
}
