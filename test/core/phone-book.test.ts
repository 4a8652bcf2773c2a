import { describe, expect, test } from 'vitest';
import { placeMs } from '../../engine/core/phone-book.ts';
import { accepted, Desk, givenDesk, givenPerson, opaque, refused } from '../given.ts';

const phone = opaque('phone', 1);
const join = (number: number) =>
  ({ kind: 'join-phone', phone, person: givenPerson(number) }) as const;
const settle = (number: number, binding = 1) =>
  ({ kind: 'settle-phone', phone, person: givenPerson(number), binding }) as const;
const release = (number: number, binding = 1) =>
  ({ kind: 'release-phone', phone, person: givenPerson(number), binding }) as const;

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

describe('a phone that is unbound', () => {
  const lasting = (desk: Desk) =>
    desk.partition.phones.get(phone)?.people.filter(({ until }) => until === 0).length ?? 0;

  test('F42 its place runs out, and is free for somebody else', () => {
    const desk = givenDesk();
    for (const number of [1, 2]) accepted(desk.send(settle(number)));
    accepted(desk.send(release(1)));
    expect(lasting(desk)).toBe(1);
    expect(refused(desk.send(join(3))).reason).toBe('phone-people-full');
    desk.wait(placeMs);
    accepted(desk.send(join(3)));
  });

  test.each([
    ['released twice', [settle(1), release(1), release(1)], 0],
    ['released before it was settled', [join(1), release(1), settle(1)], 0],
    ['released before anything was known of it', [release(1), settle(1)], 0],
    ['settled late once more', [settle(1), release(1), settle(1)], 0],
    ['bound again, and released late', [settle(1), settle(1, 2), release(1)], 1],
    ['bound again before the release came', [settle(1), release(1), settle(1, 2), release(1)], 1],
    ['asked for again while it runs out', [settle(1), release(1), join(1), settle(1)], 0],
    ['bound and unbound again', [settle(1), release(1), settle(1, 2), release(1, 2)], 0],
  ] as const)('F42 B2 %s', (_, commands, places) => {
    const desk = givenDesk();
    for (const command of commands) accepted(desk.send(command));
    expect(lasting(desk)).toBe(places);
    const events = desk.journal.length;
    accepted(desk.send(commands.at(-1) ?? release(1)));
    expect(desk.journal.length).toBe(events);
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
