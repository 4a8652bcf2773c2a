/**
 * One phone number: how many people it may serve and how many messages it got today (D7).
 *
 * N1 A place is asked for before a code is sent, runs out by itself, and lasts once the code has
 *    proved the phone, until the phone is unbound (F42).
 * N2 A message counts once by its key, however often it is asked for on the day.
 * N3 A person's bindings are numbered. Settling and releasing may come late, twice and in the wrong
 *    order: only a higher number changes a place, and a released one is remembered, as a place that
 *    runs out, for longer than any message can be late.
 */
import type { PhoneCommand, Sequenced } from '../protocol/commands.ts';
import type { PhoneEvent } from '../protocol/events.ts';
import type { EpochMs, PersonId } from '../protocol/ids.ts';
import { unreachable } from './assert.ts';
import { accept, type Decision, outdated, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { PhoneRow } from './rows.ts';
import { chinaDay, type Rules } from './rules.ts';

/** Long enough to type a code, resend included. */
export const placeMs = 10 * 60_000;

export function decideOnPhone(
  rules: Rules | undefined,
  row: PhoneRow | undefined,
  given: Sequenced,
  command: PhoneCommand,
): Decision {
  const { at } = given;
  const early = outdated(given);
  if (early !== undefined) return early;
  const { phone } = command;
  const people = row?.people ?? [];
  if (command.kind === 'settle-phone') {
    const { person, binding } = command;
    // The phone is proven: a cap that was reached meanwhile does not take it away again.
    if (people.some((place) => place.person === person && place.binding >= binding))
      return accept(done);
    return accept(done, { kind: 'phone-joined', phone, person, binding });
  }
  if (command.kind === 'release-phone') {
    const { person, binding } = command;
    const place = people.find((one) => one.person === person);
    const last = place?.binding ?? 0;
    if (last > binding || (last === binding && place?.until !== 0)) return accept(done);
    return accept(done, { kind: 'phone-left', phone, person, binding, until: at + placeMs });
  }
  if (rules === undefined) return refuse('session-missing');
  const { peoplePerPhoneMax, messagesPerPhonePerDayMax } = rules.settings;
  switch (command.kind) {
    case 'join-phone': {
      const { person } = command;
      const others = people.filter((place) => place.person !== person);
      const present = others.filter((place) => place.until === 0 || at < place.until);
      if (people.some((place) => place.person === person && place.until === 0)) return accept(done);
      if (present.length >= peoplePerPhoneMax) return refuse('phone-people-full');
      return accept(done, { kind: 'phone-joined', phone, person, until: at + placeMs });
    }
    case 'take-message': {
      const { key } = command;
      const day = chinaDay(at);
      const messages = row?.day === day ? row.messages : [];
      if (messages.includes(key)) return accept(done);
      if (messages.length >= messagesPerPhonePerDayMax) return refuse('phone-messages-used-up');
      return accept(done, { kind: 'message-taken', phone, key, day });
    }
    default:
      return unreachable(command);
  }
}

export function evolvePhone(known: PhoneRow | undefined, event: PhoneEvent, at: number): PhoneRow {
  const row = known ?? {
    table: 'phones',
    phone: event.phone,
    lastIndex: 0,
    people: [],
    day: 0,
    messages: [],
  };
  switch (event.kind) {
    case 'phone-joined': {
      const { person, until } = event;
      const before = row.people.find((place) => place.person === person);
      const binding = event.binding ?? before?.binding ?? 0;
      take(row, { person, until: until ?? 0, binding }, at);
      return row;
    }
    case 'phone-left': {
      const { person, binding, until } = event;
      take(row, { person, until, binding }, at);
      return row;
    }
    case 'message-taken':
      if (row.day !== event.day) row.messages = [];
      row.day = event.day;
      row.messages.push(event.key);
      return row;
    default:
      return unreachable(event);
  }
}

/** Places that ran out are swept here, so the list stays about as short as the cap. */
function take(row: PhoneRow, taken: PhoneRow['people'][number], at: number): void {
  row.people = row.people.filter(
    ({ person, until }) => person !== taken.person && (until === 0 || at < until),
  );
  row.people.push(taken);
}

/** Who has a place there, lasting or not run out. */
export const peopleOn = (row: PhoneRow | undefined, at: EpochMs): PersonId[] =>
  (row?.people ?? []).filter(({ until }) => until === 0 || at < until).map(({ person }) => person);
