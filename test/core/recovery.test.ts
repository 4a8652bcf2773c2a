import { describe, expect, test } from 'vitest';
import { digestOf } from '../../engine/core/digest.ts';
import {
  createPartition,
  digest,
  evolve,
  forgetRow,
  loadRow,
  type Partition,
  rebuild,
  residentRows,
  rowOfEvent,
} from '../../engine/core/partition.ts';
import { rowsNeeded, rowsOfEvent } from '../../engine/core/row-needs.ts';
import type { Row } from '../../engine/core/rows.ts';
import { decodeRow, encodeRows } from '../../engine/store/rows.ts';
import {
  type Asked,
  accepted,
  actFromShell,
  chinaTime,
  type Desk,
  givenActs,
  givenAside,
  givenCalendar,
  givenCatalogue,
  givenDesk,
  givenEnrolledRecord,
  givenKeeper,
  givenPayment,
  givenPerson,
  givenPhone,
  givenRecord,
  givenSettings,
  givenTicket,
  opaque,
  refused,
  Visitor,
} from '../given.ts';

/** A desk on which every table has rows, in many states. */
function busyDesk(): Desk {
  const desk = givenDesk({ capacity: 2 });
  accepted(
    desk.send({
      kind: 'install-session',
      ...{ catalogue: givenCatalogue(), calendar: givenCalendar(), settings: givenSettings() },
    }),
  );
  accepted(desk.send({ kind: 'note-adopted', partition: 'p0', number: 1 }));
  const saved = new Visitor(desk, 1);
  accepted(saved.take('11001', '12001'));
  accepted(saved.choose('11002', true));
  const waiting = new Visitor(desk, 2);
  accepted(waiting.choose('11003'));
  accepted(waiting.hold());
  refused(waiting.save(['A'], false));
  const asked = new Visitor(desk, 3);
  accepted(asked.choose('11001'));
  accepted(asked.choose('13001'));
  accepted(asked.hold());
  const paid = new Visitor(desk, 5, '0102');
  accepted(paid.take('12001', '13001'));
  accepted(paid.confirm());
  const first = paid.pay();
  accepted(paid.startPayment('wechat'));
  accepted(desk.send(givenPayment(first, 7_000)));
  accepted(paid.requestRefund());
  accepted(desk.send({ kind: 'set-aside', ...givenAside(1) }));
  const own = { unit: 'A', capacity: 1, candidateType: 'applied' } as const;
  accepted(desk.send({ kind: 'set-capacity', area: '0103', capacities: [own] }));
  const caps = [{ course: '11001', cap: 1 }];
  accepted(desk.send({ kind: 'set-course-caps', area: '0103', caps }));
  const applied = new Visitor(desk, 6, '0103');
  applied.candidateType = 'applied';
  accepted(applied.take('11001'));
  actFromShell(desk, { kind: 'set-booking-proof', to: 'password' });
  if (desk.partition.session === undefined) throw new Error('no session');
  accepted(desk.send({ kind: 'adopt', adopted: desk.partition.session.adopted }));
  const unsent = new Visitor(desk, 7, '0103');
  accepted(unsent.choose('12001'));
  accepted(unsent.hold());
  const gone = new Visitor(desk, 4, '0102');
  accepted(desk.send({ kind: 'vacate-area', area: gone.area, person: gone.person, claim: 5 }));
  for (const [number, record] of [givenRecord(1), givenEnrolledRecord(2)].entries()) {
    const person = givenPerson(number + 1);
    accepted(desk.send({ kind: 'import-candidate', person, record }));
  }
  accepted(
    desk.send({
      kind: 'choose-area',
      ...{ person: givenPerson(1), ticket: givenTicket(1), area: '0101' },
    }),
  );
  accepted(
    desk.send({
      kind: 'choose-area',
      ...{ person: givenPerson(1), ticket: givenTicket(1), area: '0102' },
    }),
  );
  accepted(
    desk.send({
      kind: 'request-phone-code',
      ...{ person: givenPerson(2), challenge: opaque('c', 1), phone: givenPhone(2) },
    }),
  );
  const phone = opaque('phone', 2);
  accepted(desk.send({ kind: 'join-phone', phone, person: givenPerson(2) }));
  accepted(desk.send({ kind: 'take-message', phone, key: 'one' }));
  givenKeeper(desk);
  const byShell = { by: 'shell', byGeneration: 0, reason: '示例' };
  const foreseen = [{ what: 'unpaid', count: 1 } as const];
  for (const act of givenActs) desk.send({ kind: 'propose-act', act, ...byShell, foreseen });
  const note = { kind: 'note-act-carried', changed: 1, left: 1 } as const;
  for (const { number, open } of desk.partition.acts.values())
    for (const target of open.slice(1)) accepted(desk.send({ ...note, number, target }));
  const raised = { unit: 'A', capacity: 3 };
  const part = { kind: 'set-capacity', from: [{ unit: 'A', capacity: 2 }], capacities: [raised] };
  accepted(desk.send({ kind: 'act-on-area', area: '0102', act: 9, part } as Asked));
  const person = givenPerson(1);
  const onPerson = { kind: 'act-on-candidate', person, act: 90, area: '0102' } as const;
  desk.send({ ...onPerson, part: 'unbind-phone-for' });
  return desk;
}

/** What a store would hand back. */
function stored(row: Row): Row {
  const [{ table, key, value } = missing()] = encodeRows([row]);
  return decodeRow(table, key, value);
}
const missing = (): never => {
  throw new Error('not written');
};

function replay(partition: Partition, desk: Desk): void {
  for (const { event, at, index } of desk.journal) {
    const row = rowOfEvent(partition, event);
    if (row === undefined || row.lastIndex < index)
      evolve(partition, JSON.parse(JSON.stringify(event)), at, index);
  }
  rebuild(partition);
}

describe('rows', () => {
  test('W2 every row comes back from the store as it was', () => {
    const desk = busyDesk();
    const rows = [...residentRows(desk.partition)];
    expect(new Set(rows.map((row) => row.table)).size).toBe(9);
    for (const row of rows) {
      const back = stored(row);
      const expected =
        row.table === 'registrations'
          ? { ...row, queuedUntil: Number.POSITIVE_INFINITY, queuedDay: 0 }
          : row;
      expect(back).toEqual(expected);
      expect(Object.keys(back)).toEqual(Object.keys(row));
    }
  });
});

describe('recovery', () => {
  test('P3 from the journal alone, from rows alone, and from rows of any age with the journal', () => {
    const desk = busyDesk();
    const live = digest(desk.partition);
    // A checkpoint of every second row, taken half way.
    const half = createPartition('p0');
    const middle = desk.journal.length >> 1;
    for (const { event, at, index } of desk.journal.slice(0, middle))
      evolve(half, event, at, index);
    rebuild(half);
    const early = [...residentRows(half)].filter((_, place) => place % 2 === 0).map(stored);
    const late = [...residentRows(desk.partition)].map(stored);
    const mixed = late.filter((_, place) => place % 3 === 0);
    for (const rows of [[], early, late, mixed]) {
      const partition = createPartition('p0');
      for (const row of rows) loadRow(partition, stored(row));
      replay(partition, desk);
      expect(digest(partition)).toBe(live);
    }
  });

  test('P3 counts and deadlines are there again: the same command gets the same answer', () => {
    const desk = busyDesk();
    const partition = createPartition('p0');
    for (const row of residentRows(desk.partition)) loadRow(partition, stored(row));
    rebuild(partition);
    desk.partition = partition;
    const visitor = new Visitor(desk, 9);
    accepted(visitor.choose('11001'));
    expect(accepted(visitor.hold())).toMatchObject({ full: [{ unit: 'A' }] });
    for (const [number, type, reason] of [
      [10, 'applied', 'seats-exhausted'],
      [11, 'open', 'course-full'],
    ] as const) {
      const late = new Visitor(desk, number, '0103');
      late.candidateType = type;
      accepted(late.choose('11001'));
      expect(accepted(late.hold())).toMatchObject({ full: [{ reason }] });
    }
    desk.waitUntil(chinaTime(0, 11));
    expect(accepted(visitor.hold())).toMatchObject({ held: ['A'] });
  });

  test('P3 the digest sees every field and no order', () => {
    const desk = busyDesk();
    const rows = [...residentRows(desk.partition)];
    expect(digestOf(rows.toReversed())).toBe(digest(desk.partition));
    expect(digestOf(rows.slice(1))).not.toBe(digest(desk.partition));
    const [first] = rows;
    if (first === undefined) throw new Error('no rows');
    const changed = stored(first);
    changed.lastIndex += 1;
    expect(digestOf([changed, ...rows.slice(1)])).not.toBe(digest(desk.partition));
  });
});

test('P4 candidates and phones are named before a decision and may be forgotten after it', () => {
  const desk = busyDesk();
  const person = givenPerson(1);
  const phone = opaque('phone', 2);
  const envelope = { id: opaque('id', 1), answerBy: 0, epoch: 0 };
  expect(
    rowsNeeded({
      kind: 'note-delivery',
      ...envelope,
      person,
      challenge: '',
      attempt: 1,
      outcome: 'sent',
    }),
  ).toEqual([{ table: 'candidates', key: person }]);
  expect(rowsNeeded({ kind: 'take-message', ...envelope, phone, key: '1' })).toEqual([
    { table: 'phones', key: phone },
  ]);
  expect(rowsNeeded({ kind: 'sign-in-facts', person })).toEqual([
    { table: 'candidates', key: person },
  ]);
  const outcome = { kind: 'outcome', command: '', person, answerBy: 0 } as const;
  expect(rowsNeeded(outcome)).toEqual([{ table: 'candidates', key: person }]);
  expect(rowsNeeded({ ...outcome, area: '0101' })).toEqual([]);
  expect(rowsNeeded({ kind: 'counts' })).toEqual([]);
  for (const { event } of desk.journal) {
    const row = rowOfEvent(desk.partition, event);
    const needs = rowsOfEvent(event);
    expect(row).toBeDefined();
    expect(needs.map((need) => need.table)).toEqual(
      row?.table === 'candidates' || row?.table === 'phones' ? [row.table] : [],
    );
  }
  forgetRow(desk.partition, { table: 'candidates', key: person });
  forgetRow(desk.partition, { table: 'phones', key: phone });
  expect([...residentRows(desk.partition)].filter((row) => row.table === 'phones')).toEqual([]);
  expect(desk.partition.candidates.has(person)).toBe(false);
});
