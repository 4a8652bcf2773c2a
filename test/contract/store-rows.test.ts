import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf } from '../../engine/core/digest.ts';
import { type Partition, residentRows } from '../../engine/core/partition.ts';
import type { Row } from '../../engine/core/rows.ts';
import { decodeRow, encodeRows, needsAttention } from '../../engine/store/rows.ts';
import { formatVersion, rowTables, StoreCorrupt } from '../../engine/store/store.ts';
import {
  accepted,
  actFromShell,
  type Desk,
  deciding,
  givenActs,
  givenAside,
  givenDesk,
  givenKeeper,
  givenPayment,
  givenPerson,
  givenPhone,
  givenRecord,
  givenTicket,
  markSeats,
  opaque,
  shellAs,
  Visitor,
} from '../given.ts';

/** Rows of every table, in every state a row may be in. */
function givenRows(): Desk {
  const desk = givenDesk({ capacity: 3 });
  const { catalogue, calendar, settings } = desk.partition.adopted?.adopted ?? missing();
  accepted(desk.send({ kind: 'install-session', catalogue, calendar, settings }));
  new Visitor(desk, 1).take('11001', '12001');
  const holding = new Visitor(desk, 2);
  holding.choose('11001');
  holding.choose('13001');
  holding.hold();
  const swapping = new Visitor(desk, 3);
  swapping.take('11001');
  swapping.choose('11002', true);
  const asking = new Visitor(desk, 4);
  asking.choose('11001');
  asking.choose('14001');
  asking.hold();
  const own = { unit: 'A', capacity: 3, candidateType: 'applied' } as const;
  desk.send({ kind: 'set-capacity', area: '0102', capacities: [own] });
  desk.send({ kind: 'set-course-caps', area: '0102', caps: [{ course: '11001', cap: 9 }] });
  const applied = new Visitor(desk, 7, '0102');
  applied.candidateType = 'applied';
  applied.take('11002');
  const paid = new Visitor(desk, 6);
  paid.take('13001', '14001');
  paid.confirm();
  const attempt = paid.pay();
  desk.send(givenPayment(attempt, 7_000));
  paid.requestRefund();
  desk.send({ kind: 'set-aside', ...givenAside(1) });
  const { person: sitting, ticket } = paid;
  const begin = { key: opaque('upload', 1), what: 'arrangement', source: 'a.csv' } as const;
  desk.send({ kind: 'begin-import', ...begin, ...shellAs('示例') });
  markSeats(desk, 1, '0101', [
    {
      ...{ person: sitting, ticket, unit: 'C', course: '13001' },
      mark: { kind: 'desk', desk: { venue: '示例中学', room: '003', deskNumber: '12' } },
    },
    { person: sitting, ticket, unit: 'D', course: '14001', mark: { kind: 'absent' } },
  ]);
  const busy = new Visitor(desk, 5, '0102');
  for (let time = 0; time < 12; time += 1) {
    busy.choose('11001');
    busy.drop('A');
  }
  for (let number = 1; number <= 3; number += 1) {
    const person = givenPerson(number);
    desk.send({ kind: 'import-candidate', person, record: givenRecord(number) });
    desk.send({ kind: 'choose-area', person, ticket: givenTicket(number), area: '0101' });
    desk.send({ kind: 'join-phone', phone: givenPhone(number).index, person });
    const key = opaque('key', number);
    desk.send({ kind: 'take-message', phone: givenPhone(number).index, key });
  }
  actFromShell(desk, { kind: 'set-booking-proof', to: 'password' });
  const unsent = new Visitor(desk, 7, '0103');
  unsent.choose('11001');
  givenKeeper(desk);
  const byKeeper = deciding(desk, 'keeper');
  const alarm = { alarm: 'provider-away:alipay', level: 'warning', since: desk.now } as const;
  accepted(desk.send({ kind: 'acknowledge-alarm', ...alarm, remark: '示例', ...byKeeper }));
  const key = { apiKey: opaque('key', 1), label: '示例系统', digest: opaque('digest', 1) };
  const scope = { kind: 'province' } as const;
  const make = { ...key, may: ['areas' as const], scope, reason: '示例' };
  accepted(desk.send({ kind: 'make-key', ...make, ...byKeeper }));
  const byShell = { by: 'shell', byGeneration: 0, reason: '示例', foreseen: [] };
  for (const act of givenActs) desk.send({ kind: 'propose-act', act, ...byShell });
  const { adopted } = desk.partition.session ?? missing();
  desk.send({ kind: 'adopt', adopted });
  unsent.hold();
  const person = givenPerson(3);
  desk.send({ kind: 'request-unbind-code', person, challenge: 'unbind' });
  desk.send({ kind: 'unbind-phone', person, challenge: 'unbind', codeMatches: true });
  desk.send({ kind: 'release-phone', phone: givenPhone(3).index, person, binding: 1 });
  desk.send({ kind: 'request-reset-code', person, challenge: 'nowhere' });
  const forgetful = { person: givenPerson(2), challenge: 'reset' };
  desk.send({ kind: 'request-reset-code', ...forgetful });
  desk.send({ kind: 'prove-reset-code', ...forgetful, codeMatches: true });
  desk.send({ kind: 'request-reset-code', ...forgetful });
  const until = desk.now + 60_000;
  desk.send({ kind: 'sign-out', person, nonce: opaque('nonce', 1), until });
  const moving = { person: givenPerson(1), ticket: givenTicket(1) };
  desk.send({ kind: 'choose-area', ...moving, area: '0102' });
  return desk;
}
const missing = (): never => {
  throw new Error('not adopted');
};
/** What is derived and set anew by `rebuild`. */
const asStored = (row: Row): Row =>
  row.table === 'registrations'
    ? { ...row, queuedUntil: Number.POSITIVE_INFINITY, queuedDay: 0 }
    : row;
const rowsOf = (partition: Partition): Row[] => [...residentRows(partition)];

test('a row of every table comes back field for field', () => {
  const rows = rowsOf(givenRows().partition);
  expect(new Set(rows.map(({ table }) => table))).toEqual(new Set(rowTables));
  const sittings = rows.flatMap((row) =>
    row.table === 'registrations' ? row.places.flatMap((place) => place.sitting ?? []) : [],
  );
  expect(sittings.map(({ desk, absent }) => [desk?.room, absent])).toEqual([
    ['003', false],
    [undefined, true],
  ]);
  const stored = encodeRows(rows);
  const read = stored.map(({ table, key, value }) => decodeRow(table, key, value));
  for (const [at, row] of rows.entries()) expect(read[at]).toEqual(asStored(row));
  expect(digestOf(read)).toBe(digestOf(rows));
});

test('H2 these rows are these bytes in format 5; other bytes are another format', () => {
  const hash = createHash('sha256');
  for (const { value } of encodeRows(rowsOf(givenRows().partition))) hash.update(value);
  expect([formatVersion, hash.digest('hex').slice(0, 16)]).toEqual([5, '14c751cab3d55e01']);
});

test('a row with a changed byte is refused', () => {
  for (const { table, key, value } of encodeRows(rowsOf(givenRows().partition)))
    for (let at = 0; at < value.length; at += 13) {
      const changed = Buffer.from(value);
      changed[at] = (changed[at] ?? 0) ^ 0x40;
      expect(() => decodeRow(table, key, changed)).toThrow(StoreCorrupt);
      expect(() => decodeRow(table, key, value.subarray(0, at))).toThrow(StoreCorrupt);
    }
});

test('a start looks at candidates to whom something is owed, and at no others', () => {
  const { partition, now } = givenRows();
  const looked = encodeRows(rowsOf(partition)).filter(({ value }) => needsAttention(value, now));
  expect(looked.map(({ table, key }) => [table, key[0]])).toContainEqual([
    'candidates',
    givenPerson(1),
  ]);
  expect(looked.every(({ table }) => table === 'candidates')).toBe(true);
});
