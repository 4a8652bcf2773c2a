import { describe, expect, test } from 'vitest';
import { placeMs } from '../../engine/core/phone-book.ts';
import { accepted, Desk, givenDesk, givenPerson, opaque, refused } from '../given.ts';

const phone = opaque('phone', 1);
const join = (number: number) =>
  ({ kind: 'join-phone', phone, person: givenPerson(number) }) as const;
const settle = (number: number) =>
  ({ kind: 'settle-phone', phone, person: givenPerson(number) }) as const;

describe('one phone for several people', () => {
  test('D7 the cap counts those with a place; a place that ran out is free again', () => {
    const desk = givenDesk();
    accepted(desk.send(join(1)));
    accepted(desk.send(join(2)));
    expect(refused(desk.send(join(3))).reason).toBe('phone-people-full');
    desk.wait(placeMs - 1);
    expect(refused(desk.send(join(3))).reason).toBe('phone-people-full');
    desk.wait(1);
    accepted(desk.send(join(3)));
    expect(desk.partition.phones.get(phone)?.people.length).toBe(1);
  });

  test('D7 who has a place may ask again, and it begins anew', () => {
    const desk = givenDesk();
    accepted(desk.send(join(1)));
    accepted(desk.send(join(2)));
    desk.wait(placeMs - 1);
    accepted(desk.send(join(1)));
    desk.wait(1);
    accepted(desk.send(join(3)));
    expect(refused(desk.send(join(2))).reason).toBe('phone-people-full');
  });

  test('D7 a proven phone lasts, also when the cap was reached meanwhile', () => {
    const desk = givenDesk();
    for (const number of [1, 2, 3]) accepted(desk.send(settle(number)));
    const events = desk.journal.length;
    accepted(desk.send(settle(1)));
    accepted(desk.send(join(1)));
    expect(desk.journal.length).toBe(events);
    desk.wait(10 * placeMs);
    expect(refused(desk.send(join(4))).reason).toBe('phone-people-full');
  });
});

describe('messages to one phone', () => {
  const take = (key: string) => ({ kind: 'take-message', phone, key }) as const;

  test('D7 so many a day, each key once, and anew the next day', () => {
    const desk = givenDesk();
    for (const key of ['1', '2', '2', '3', '4']) accepted(desk.send(take(key)));
    expect(refused(desk.send(take('5'))).reason).toBe('phone-messages-used-up');
    accepted(desk.send(take('4')));
    desk.wait(24 * 3_600_000);
    accepted(desk.send(take('5')));
    expect(desk.partition.phones.get(phone)?.messages).toEqual(['5']);
  });
});

test('D7 without a session the caps are unknown and nothing is promised', () => {
  const desk = new Desk();
  expect(refused(desk.send(join(1))).reason).toBe('session-missing');
  expect(refused(desk.send({ kind: 'take-message', phone, key: '1' })).reason).toBe(
    'session-missing',
  );
  accepted(desk.send(settle(1)));
  expect(refused(desk.send({ ...join(1), answerBy: desk.now - 1 })).reason).toBe('too-late');
});
