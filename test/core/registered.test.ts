/** What the desk and exports read of an area and of a phone. */
import { expect, test } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import type { RegisteredLine } from '../../engine/protocol/replies.ts';
import { accepted, type Desk, givenDesk, givenPhone, Visitor } from '../given.ts';

function page(desk: Desk, from: number) {
  const answer = ask(desk.partition, { kind: 'registrations', area: '0101', from }, desk.now);
  return answer.kind === 'registrations' ? answer : expect.unreachable();
}

test('S4 registrations of an area are read in the order of their numbers, a page at a time', () => {
  const desk = givenDesk();
  const count = 203;
  for (let number = 0; number < count; number += 1)
    accepted(new Visitor(desk, number).choose('11001'));
  const read: RegisteredLine[] = [];
  let from: number | undefined = 0;
  let pages = 0;
  while (from !== undefined) {
    const { lines, next } = page(desk, from);
    read.push(...lines);
    from = next;
    pages += 1;
  }
  expect(pages).toBe(2);
  const numbers = read.map(({ number }) => number);
  expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
  expect(new Set(read.map(({ person }) => person)).size).toBe(count);
  expect(read[0]?.registration.draft).toMatchObject([{ unit: 'A', course: '11001' }]);
});

test('S4 one registration is read by the number that its orders name', () => {
  const desk = givenDesk();
  const visitors = [1, 2].map((number) => new Visitor(desk, number));
  for (const visitor of visitors) {
    accepted(visitor.take('11001'));
    accepted(visitor.confirm());
  }
  const second = page(desk, 2).lines[0];
  expect(second?.person).toBe(visitors[1]?.person);
  expect(second?.registration.orders).toMatchObject([{ number: '202610_0101_2_1' }]);
  expect(page(desk, 3).lines).toEqual([]);
});

test('S4 an area that nobody registered in has no lines', () => {
  expect(page(givenDesk(), 0)).toEqual({ kind: 'registrations', lines: [] });
});

test('S4 whoever may use a phone is found by it, until the place runs out', () => {
  const desk = givenDesk();
  const phone = givenPhone(1).index;
  const people = () => {
    const answer = ask(desk.partition, { kind: 'phone', phone }, desk.now);
    return answer.kind === 'phone' ? answer.people : expect.unreachable();
  };
  const [one, two] = [new Visitor(desk, 1).person, new Visitor(desk, 2).person];
  expect(people()).toEqual([]);
  accepted(desk.send({ kind: 'settle-phone', phone, person: one, binding: 1 }));
  accepted(desk.send({ kind: 'join-phone', phone, person: two }));
  expect(people()).toEqual([one, two]);
  desk.now += 11 * 60_000;
  expect(people()).toEqual([one]);
});
