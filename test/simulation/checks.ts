/** What must hold in all the books after every step, and once nothing is owed any more. */

import { checkInvariants } from '../../engine/core/invariants.ts';
import { ask, residentRows } from '../../engine/core/partition.ts';
import type { RegistrationRow } from '../../engine/core/rows.ts';
import { attemptNumber } from '../../engine/protocol/payments.ts';
import { type AuditLists, type Pool, taken } from './audit-lists.ts';
import type { Writer } from './writer.ts';

type Place = { area: string; person: string; unit: string; line: string; saved: boolean };

/** No oversell, B14, R1, and the core's lists are the auditor's. */
export function checkBooks(writers: readonly Writer[], lists: AuditLists, now: number): void {
  const places: Place[] = [];
  const pools: string[] = [];
  const orders: string[] = [];
  for (const { partition } of writers) {
    checkInvariants(partition);
    const answer = ask(partition, { kind: 'balance' }, now);
    if (answer.kind !== 'balance') throw new Error('not a balance');
    for (const { free, ...pool } of answer.pools) {
      if (free < 0) throw new Error(`B14: ${pool.area}${pool.unit} is oversold`);
      if (free + taken(pool) !== pool.capacity) throw new Error('B14: out of balance');
      pools.push(poolLine(pool));
    }
    for (const book of partition.areas.values()) {
      for (const row of book.registrations.values()) {
        places.push(...placesOf(row));
        orders.push(...orderLines(row));
      }
    }
  }
  same('B14: pools', pools, lists.balance().map(poolLine));
  const spots = lists.spots.map((spot) => {
    const { area, person, unit, saved, chosen, hold, order } = spot;
    return [area, person, unit, chosen, saved, hold !== null, order].join();
  });
  same(
    'seats',
    places.map(({ line }) => line),
    spots,
  );
  same('orders', orders, auditedOrders(lists));
  const alarms = writers.flatMap(({ partition }) => partition.alarms?.acknowledged ?? []);
  same('alarms', alarms.map(alarmLine), lists.alarms.map(alarmLine));
  for (const one of places.filter((place) => place.saved)) {
    const elsewhere = places.some(
      (other) => other.saved && other.person === one.person && other.area !== one.area,
    );
    if (elsewhere) throw new Error(`R1: ${one.person} has saved seats in two areas`);
  }
}

function same(what: string, core: string[], auditor: string[]): void {
  const [ours, theirs] = [core.sort().join('\n'), auditor.sort().join('\n')];
  if (ours !== theirs)
    throw new Error(`${what} differ. The core:\n${ours}\nthe auditor:\n${theirs}`);
}

const alarmLine = ({ alarm, since, at }: { alarm: string; since: number; at: number }): string =>
  [alarm, since, at].join();

const poolLine = (pool: Pool): string => {
  const { area, unit, capacity, held, saved, confirmed, paid, refunding } = pool;
  return [area, unit, capacity, held, saved, confirmed, paid, refunding].join();
};

function placesOf(row: RegistrationRow): Place[] {
  const { area, person, places, orders } = row;
  return places.map(({ unit, chosen, saved, hold, order: place }) => {
    const order = orders.find((one) => one.place === place)?.number ?? null;
    const what = [chosen?.course ?? null, saved?.course ?? null, hold !== undefined, order];
    const line = [area, person, unit, ...what].join();
    return { area, person, unit, line, saved: saved !== undefined };
  });
}

function orderLines({ orders, person }: RegistrationRow): string[] {
  return orders.flatMap(({ number, ticket, feeFen, state, attempts }) => [
    [number, person, ticket, feeFen, state].join(),
    ...attempts.map((attempt) => {
      const { place, provider, transaction, refund } = attempt;
      const back = refund && [refund.cause, refund.doneAt !== 0, refund.why !== ''];
      return [attemptNumber(number, place), provider, attempt.state, transaction, back].join();
    }),
  ]);
}

function auditedOrders({ orders, attempts }: AuditLists): string[] {
  return [
    ...orders.map(({ number, person, ticket, fen, state }) =>
      [number, person, ticket, fen, state].join(),
    ),
    ...attempts.map(({ number, provider, state, transaction, refund }) => {
      const back = refund ? [refund.cause, refund.given, refund.stuck] : undefined;
      return [number, provider, state, transaction, back].join();
    }),
  ];
}

/** F30: the last day is over, and nothing stands unpaid. */
function checkReleased(writer: Writer): void {
  const answer = ask(writer.partition, { kind: 'balance' }, 0);
  if (answer.kind !== 'balance') throw new Error('not a balance');
  for (const { area, unit, held, saved, confirmed } of answer.pools) {
    if (held + saved + confirmed > 0) throw new Error(`F30: ${area}${unit} is kept for nobody`);
  }
}

/** F42: whatever came late or twice, a phone has its lasting places for whom it is bound to. */
export function checkAtRest(writers: readonly Writer[]): void {
  const bound: string[] = [];
  const lasting: string[] = [];
  for (const writer of writers) {
    writer.loadAll();
    checkReleased(writer);
    for (const row of residentRows(writer.partition)) {
      if (row.table === 'candidates' && row.phone !== undefined)
        bound.push(`${row.phone.index} ${row.person}`);
      if (row.table !== 'phones') continue;
      for (const { person, until } of row.people)
        if (until === 0) lasting.push(`${row.phone} ${person}`);
    }
  }
  same('phones', bound, lasting);
}
