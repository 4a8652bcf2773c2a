/** B14: what is counted anew from the registrations beside the work, and what a writer tells of it. */
import { expect, test, vi } from 'vitest';
import { ledgerOf } from '../../engine/core/ledger.ts';
import { decodeLedgers, encodeLedgers } from '../../engine/protocol/codec.ts';
import type { AreaLedger, LedgerPool } from '../../engine/protocol/ledger.ts';
import { Recounting } from '../../engine/writer/recounting.ts';
import { accepted, areaCodes, type Desk, givenDesk, givenPayment, Visitor } from '../given.ts';
import { choose, hold, save, WriterDesk } from './writer-harness.ts';

const empty = { held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 };

test('B14 a ledger is counted from the registrations, and agrees with the counts that run along', () => {
  const desk = givenDesk({ capacity: 9 });
  new Visitor(desk, 1).choose('11001');
  const holder = new Visitor(desk, 2);
  holder.choose('11001');
  accepted(holder.hold());
  accepted(new Visitor(desk, 3).take('11001', '12001'));
  const confirmer = new Visitor(desk, 4);
  accepted(confirmer.take('11001'));
  accepted(confirmer.confirm());
  const payer = new Visitor(desk, 5);
  accepted(payer.take('11001'));
  accepted(payer.confirm());
  accepted(desk.send(givenPayment(payer.pay(), 3_500)));
  const { area, version, at, pools, people } = ledgerIn(desk);
  expect({ area, at }).toEqual({ area: '0101', at: desk.now });
  expect(version).toBe(desk.journal.length);
  const pool = { unit: 'A', capacity: 9, ...empty, agrees: true };
  expect(pools).toEqual([
    { ...pool, held: 1, saved: 1, confirmed: 1, paid: 1 },
    { ...pool, unit: 'B', saved: 1 },
    { ...pool, unit: 'C' },
    { ...pool, unit: 'D' },
  ]);
  expect(people).toEqual({ entered: 5, saved: 3, confirmed: 2, paying: 1, paid: 1 });
  expect(decodeLedgers(encodeLedgers([ledgerIn(desk)]))).toEqual([ledgerIn(desk)]);
});

test('B14 counts that were led astray are found out, in whichever pool', () => {
  const desk = givenDesk({ capacity: 9 });
  accepted(new Visitor(desk, 1).take('11001'));
  const book = desk.partition.areas.get('0101');
  const [running] = book?.seatBooks ?? [];
  if (book === undefined || running === undefined) throw new Error('no pool');
  running.saved += 1;
  book.seatBooks.push({ ...running, ...empty, unit: 'Z', candidateType: 'applied', paid: 1 });
  const astray = ledgerIn(desk).pools.filter(({ agrees }) => !agrees);
  expect(astray).toEqual([
    { unit: 'A', capacity: 9, ...empty, saved: 1, agrees: false },
    { unit: 'Z', candidateType: 'applied', capacity: 0, ...empty, agrees: false },
  ] satisfies LedgerPool[]);
});

test('C2 every area has its turn, and a slice ends at the area that brings it to its rows', () => {
  const desk = givenDesk();
  for (const number of [1, 2]) new Visitor(desk, number).choose('11001');
  const namesIn = (rows: number) => {
    const recounting = new Recounting(desk.partition, rows);
    return [1, 2, 3].map(() => recounting.slice(desk.now).map(({ area }) => area));
  };
  const [first, second, third] = areaCodes;
  expect(namesIn(2)).toEqual([[first], [second, third], [first]]);
  expect(namesIn(100)).toEqual([areaCodes, areaCodes, areaCodes]);
});

test('B14 a writer tells once a second what it has counted, at rest and among commands', async () => {
  const desk = await (await new WriterDesk().start()).open(3);
  await desk.send(choose(1, 0, '11001'));
  await desk.send(hold(1, 1));
  await desk.send(save(desk, 1, 2, ['A']));
  desk.pass(1_000);
  await told(desk, (pool) => pool.saved === 1);
  desk.pass(1_000);
  desk.publications = [];
  await desk.send(choose(2, 0, '11001'));
  expect(ledgersOf(desk).map(({ area }) => area)).toEqual(areaCodes);
  expect(ledgersOf(desk)[0]?.people).toMatchObject({ entered: 2, saved: 1 });
});

function ledgerIn(desk: Desk): AreaLedger {
  const book = desk.partition.areas.get('0101');
  if (book === undefined) throw new Error('no such area');
  return ledgerOf(book, desk.now);
}

const ledgersOf = (desk: WriterDesk): AreaLedger[] =>
  desk.publications.flatMap((one) => (one.kind === 'ledgers' ? one.ledgers : []));

const told = (desk: WriterDesk, which: (pool: LedgerPool) => boolean): Promise<boolean> =>
  vi.waitUntil(() => ledgersOf(desk).some(({ pools }) => pools.some(which)), { timeout: 20_000 });
