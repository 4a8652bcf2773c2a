import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Effect } from '../../engine/core/effects.ts';
import { type Message, NotHeard, type Sending } from '../../engine/effects/channel.ts';
import { createDemonstrationChannel } from '../../engine/effects/demonstration-channel.ts';
import { createEffects, type Effects } from '../../engine/effects/effects.ts';
import type { CodeAddress } from '../../engine/protocol/commands.ts';
import type { Layout } from '../../engine/protocol/layout.ts';
import type { CandidateView, Query } from '../../engine/protocol/replies.ts';
import { givenAdopted, givenPhone } from '../given.ts';
import { accepted, type FakeBooks, fakeBooks } from '../harness/books.ts';

const layout: Layout = { session: 's', areas: ['a'], people: ['u'], phones: ['n'] };
const person = 'person1---------------';
const challenge = 'challenge1------------';
const minute = 60_000;

let books: FakeBooks;
let effects: Effects;
let sent: Message[];
let send: (message: Message) => Promise<Sending>;
let troubles: string[];
let now: number;
let erased: boolean;

let roomAsked = 0;

beforeEach(() => {
  books = fakeBooks(layout);
  sent = [];
  troubles = [];
  erased = false;
  now = 1_000_000_000_000;
  send = async () => ({ kind: 'sent' });
  effects = createEffects({
    bus: books.bus,
    layout,
    vault: {
      open: (_person, sealed) => (erased ? undefined : `19900000000 (${sealed})`),
      smsCodeOf: () => '123456',
    },
    providers: [],
    courier: {
      async send(message) {
        sent.push(message);
        return send(message);
      },
      standings: () => [],
    },
    clock: { now: () => now, monotonic: () => performance.now() },
    onRoomForNews: () => {
      roomAsked += 1;
    },
    onTrouble: (what) => troubles.push(what),
  });
});
afterEach(async () => {
  await effects.stop();
  await books.close();
});

const booking = (): Effect => ({
  kind: 'send-message',
  key: `${challenge}.1`,
  code: 'booking-code',
  person,
  area: '0124',
  challenge,
  attempt: 1,
  phone: givenPhone(1),
  sentAt: now,
});
const kinds = () => books.commands().map(({ kind }) => kind);
const noted = (outcome: string) =>
  vi.waitFor(
    () =>
      expect(books.commands()).toContainEqual(
        expect.objectContaining({ kind: 'note-delivery', outcome }),
      ),
    { timeout: 10_000 },
  );

test('D7 a message is counted at its phone, sent, and noted where it was asked for', async () => {
  effects.run([booking()]);
  await noted('sent');
  expect(kinds()).toEqual(['take-message', 'note-delivery']);
  expect(books.messages.map(({ partition }) => partition)).toEqual(['n', 'a']);
  expect(sent).toEqual([
    {
      key: `${challenge}.1`,
      phone: '19900000000 (sealed-1)',
      content: { kind: 'booking-code', code: '123456' },
      at: now,
    },
  ]);
  const { area, ...binding } = booking() as Extract<Effect, { kind: 'send-message' }>;
  expect(area).toBe('0124');
  effects.run([{ ...binding, code: 'binding-code', key: 'other.1' }]);
  await vi.waitFor(() => expect(books.messages.at(-1)?.partition).toBe('u'));
  expect(sent[1]?.content).toEqual({ kind: 'binding-code', code: '123456' });
});

test('D7 at the phone’s cap nothing is sent, and the book hears why', async () => {
  books.onCommand = (command) =>
    command.kind === 'take-message'
      ? { kind: 'refused', reason: 'phone-messages-used-up' }
      : accepted;
  effects.run([booking()]);
  await noted('phone-messages-used-up');
  expect(sent).toEqual([]);
});

const news = (place: number): Effect => ({
  kind: 'send-news',
  key: `0124.1.news.${place}`,
  person,
  area: '0124',
  news: { place, at: now, content: { kind: 'registration-paid', courses: 3, feeFen: 10_500 } },
});
const somebody: CandidateView = {
  person,
  kind: 'enrolled',
  documentMask: '510*************31',
  name: '王试婷',
  nameMask: '王 * 婷',
  hasPhoto: true,
  candidateType: 'open',
  tickets: [],
  passwordSet: true,
  generation: 1,
};
const withPhone = (phone: CodeAddress | undefined) => (query: Query) => {
  if (query.kind !== 'candidate') return 'lost' as const;
  const candidate = { ...somebody, ...(phone === undefined ? {} : { phone }) };
  return { kind: 'candidate' as const, candidate };
};
const newsNoted = () =>
  books.commands().flatMap((command) => (command.kind === 'note-news' ? [command] : []));

test('F41 news goes to the phone that is bound now, and counts against no cap', async () => {
  books.onQuery = withPhone(givenPhone(2));
  effects.run([news(1)]);
  await vi.waitFor(() => expect(newsNoted()).toHaveLength(1));
  expect(kinds()).toEqual(['note-news']);
  expect(newsNoted()[0]).toMatchObject({ area: '0124', person, news: 1, outcome: 'sent' });
  expect(sent).toMatchObject([
    { phone: '19900000000 (sealed-2)', content: { kind: 'registration-paid' } },
  ]);
});

test('news for nobody’s phone, and news that is none any more, is not sent', async () => {
  books.onQuery = withPhone(undefined);
  effects.run([news(1)]);
  await vi.waitFor(() => expect(newsNoted()).toHaveLength(1));
  books.onQuery = withPhone(givenPhone(2));
  const late = news(2);
  now += 24 * 60 * minute;
  effects.run([late]);
  await vi.waitFor(() => expect(newsNoted()).toHaveLength(2));
  expect(newsNoted().map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  expect(sent).toEqual([]);
});

test('D7 a code overtakes a rush of news that no carrier takes in', async () => {
  books.onQuery = withPhone(givenPhone(2));
  const isCode = ({ content }: Message) => content.kind === 'booking-code';
  send = (message) =>
    isCode(message) ? Promise.resolve({ kind: 'sent' }) : new Promise(() => undefined);
  effects.run(Array.from({ length: 1_000 }, (_, place) => news(place)));
  await vi.waitFor(() => expect(sent).toHaveLength(64));
  effects.run([booking()]);
  await noted('sent');
  expect(sent.filter(isCode)).toHaveLength(1);
  expect(sent).toHaveLength(65);
  await vi.waitFor(() => expect(effects.waiting()).toEqual({ codes: 0, news: 1_000 }));
});

test('S1 a code overtakes the phones of a whole file of new candidates', async () => {
  books.onCommand = ({ kind }) =>
    kind === 'settle-phone' ? { kind: 'refused', reason: 'busy' } : accepted;
  const phone = givenPhone(1).index;
  effects.run(
    Array.from({ length: 1_000 }, (_, place) => {
      return { kind: 'settle-phone', key: `settle ${place}`, person, phone, binding: 1 };
    }),
  );
  effects.run([booking()]);
  await noted('sent');
  await vi.waitFor(() => expect(effects.waiting()).toEqual({ codes: 1_000, news: 0 }));
});

test('news beyond what may wait stays in its rows, and is asked for when there is room', async () => {
  books.onQuery = withPhone(givenPhone(2));
  effects.run(Array.from({ length: 5_000 }, (_, place) => news(place)));
  expect(effects.waiting().news).toBe(4_096);
  await vi.waitFor(() => expect(roomAsked).toBe(1), { timeout: 60_000 });
  const { news: left } = effects.waiting();
  expect(left).toBeLessThanOrEqual(2_048);
  effects.run([news(4_999)]);
  expect(effects.waiting().news).toBe(left + 1);
});

test('a book that is busy, silent or away is asked again until it answers', async () => {
  let tries = 0;
  books.onCommand = (command) => {
    if (command.kind !== 'take-message') return accepted;
    tries += 1;
    if (tries === 1) return { kind: 'refused', reason: 'busy' };
    if (tries === 2) {
      books.leave('n');
      setTimeout(() => books.arrive('n'), 50);
      return { kind: 'refused', reason: 'session-missing' };
    }
    return accepted;
  };
  effects.run([booking()]);
  await noted('sent');
  expect(tries).toBe(3);
  expect(sent).toHaveLength(1);
});

test('R1 what was sent is not sent again because its note was slow', async () => {
  let notes = 0;
  books.onCommand = (command) => {
    if (command.kind !== 'note-delivery') return accepted;
    notes += 1;
    return notes < 4 ? { kind: 'refused', reason: 'busy' } : accepted;
  };
  effects.run([booking()]);
  // The writer hands the same over again while it is being worked on.
  await vi.waitFor(() => {
    effects.run([booking()]);
    expect(notes).toBe(4);
  });
  expect(sent).toHaveLength(1);
});

test('a carrier that fails to say is asked again; one that says no is believed', async () => {
  let tries = 0;
  send = async () => {
    tries += 1;
    if (tries < 3) throw new NotHeard('timeout', true);
    return { kind: 'failed', why: 'Number.Blocked' };
  };
  effects.run([booking()]);
  await noted('failed');
  expect(tries).toBe(3);
});

test('B2 what may have left three times is not sent a fourth time', async () => {
  send = async () => {
    throw new NotHeard('timeout', true);
  };
  effects.run([booking()]);
  await noted('failed');
  expect(sent).toHaveLength(3);
});

test('what has left for certain not at all is tried until its code has run out', async () => {
  send = async () => {
    if (sent.length === 5) now += 5 * minute;
    throw new NotHeard('ECONNREFUSED', false);
  };
  effects.run([booking()]);
  await noted('failed');
  expect(sent).toHaveLength(5);
});

test('the end does not wait for a carrier', async () => {
  send = () => new Promise(() => undefined);
  effects.run([booking()]);
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  await effects.stop();
  expect(kinds()).toEqual(['take-message']);
  expect(troubles).toEqual([]);
});

test('a message whose code has run out is not sent', async () => {
  const late = booking();
  now += 5 * minute;
  effects.run([late]);
  await noted('failed');
  expect(sent).toEqual([]);
});

test('a person who was erased gets no message', async () => {
  erased = true;
  effects.run([booking()]);
  await noted('failed');
  expect(sent).toEqual([]);
});

test('R1 leaving an area: what it answers is brought back to the person', async () => {
  const leave = (claim: number): Effect => ({
    kind: 'vacate-area',
    key: `${person}.vacate.${claim}`,
    person,
    area: '0124',
    claim,
  });
  books.onCommand = (command) =>
    command.kind === 'vacate-area' && command.claim === 2
      ? { kind: 'refused', reason: 'seats-remain' }
      : accepted;
  effects.run([leave(1), leave(2)]);
  await vi.waitFor(() =>
    expect(books.commands().filter(({ kind }) => kind === 'note-vacated')).toHaveLength(2),
  );
  const answers = books
    .commands()
    .flatMap((command) => (command.kind === 'note-vacated' ? [command] : []))
    .map(({ claim, vacated }) => [claim, vacated]);
  expect(answers.sort()).toEqual([
    [1, true],
    [2, false],
  ]);
});

test.each([
  [
    { kind: 'fence-area', key: 'fence', person, area: '0124', claim: 3 },
    'a',
    { kind: 'note-fenced', person, claim: 3 },
    'u',
  ],
  [
    { kind: 'settle-phone', key: 'settle', person, phone: givenPhone(1).index, binding: 1 },
    'n',
    { kind: 'note-phone-settled', person, binding: 1 },
    'u',
  ],
  [
    { kind: 'release-phone', key: 'release', person, phone: givenPhone(1).index, binding: 1 },
    'n',
    { kind: 'note-phone-released', person, binding: 1 },
    'u',
  ],
] as [Effect, string, object, string][])(
  '%o is told to its book and acknowledged',
  async (effect, there, note, back) => {
    effects.run([effect]);
    await vi.waitFor(() => expect(books.messages).toHaveLength(2));
    expect(books.messages.map(({ partition }) => partition)).toEqual([there, back]);
    expect(books.commands()[1]).toMatchObject(note);
  },
);

test('a session goes to the partition by name, and the number it has comes back', async () => {
  books.onCommand = (command) =>
    command.kind === 'adopt'
      ? { kind: 'accepted', outcome: { kind: 'adopted', number: 7 } }
      : accepted;
  effects.run([{ kind: 'adopt', key: 'adopt.1.a', partition: 'a', adopted: givenAdopted() }]);
  await vi.waitFor(() => expect(kinds()).toEqual(['adopt', 'note-adopted']));
  expect(books.messages.map(({ partition }) => partition)).toEqual(['a', 's']);
  expect(books.commands()[1]).toMatchObject({ partition: 'a', number: 7 });
});

test('S1 the end of an import goes to each partition with what is its own, until it was heard', async () => {
  let running = 2;
  books.onCommand = ({ kind }) => {
    if (kind !== 'adopt-import' || running === 0) return accepted;
    running -= 1;
    return { kind: 'refused', reason: 'import-running' };
  };
  const capacities = [{ area: '0124', capacities: [{ unit: 'A', capacity: 30 }] }];
  const end = { kind: 'adopt-import', import: 3, to: 'applied', capacities } as const;
  effects.run([{ ...end, key: 'import.3.applied.a', partition: 'a' }]);
  await vi.waitFor(() => expect(kinds().at(-1)).toBe('note-import-adopted'), { timeout: 10_000 });
  expect(kinds().filter((kind) => kind === 'adopt-import')).toHaveLength(3);
  expect(books.commands()[0]).toMatchObject(end);
  expect(books.commands().at(-1)).toMatchObject({ import: 3, partition: 'a' });
  effects.run([{ ...end, key: 'import.3.applied.u', partition: 'u' }]);
  await vi.waitFor(() => expect(books.commands().at(-1)).toMatchObject({ partition: 'u' }));
  expect(books.commands().at(-2)).toMatchObject({ kind: 'adopt-import', capacities: [] });
});

test('an answer nobody foresaw is told in words, without personal data', async () => {
  books.onCommand = () => ({ kind: 'refused', reason: 'area-unknown' });
  effects.run([{ kind: 'fence-area', key: 'fence', person, area: '0124', claim: 3 }]);
  await vi.waitFor(() => expect(troubles).toEqual(['fence-area: refused, area-unknown']));
});

test('stopping ends every try; what is due stays due in its row', async () => {
  books.onCommand = () => ({ kind: 'refused', reason: 'busy' });
  effects.run([booking()]);
  await vi.waitFor(() => expect(books.messages.length).toBeGreaterThan(0));
  await effects.stop();
  const tries = books.messages.length;
  effects.run([booking()]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(books.messages).toHaveLength(tries);
  expect(troubles).toEqual([]);
});

test('the demonstration keeps the newest two hundred messages, each once', async () => {
  const channel = createDemonstrationChannel();
  const phone = '19900000000';
  const kind = 'binding-code';
  for (let at = 0; at < 250; at += 1) {
    await channel.send({ key: `k${at}`, phone, content: { kind, code: `${100_000 + at}` }, at });
  }
  await channel.send({ key: 'k249', phone, content: { kind, code: '100249' }, at: 249 });
  const messages = channel.messages();
  expect(messages).toHaveLength(200);
  expect(messages[0]?.text).toContain('验证码 100249，');
  expect(messages.at(-1)?.text).toContain('验证码 100050，');
});

const move = (): Effect => ({
  ...({
    kind: 'move-seats',
    key: '0124.1.move.1',
    person,
    area: '0124',
    to: '0125',
    act: 7,
  } as const),
  ...({ candidateType: 'open', unpaidSince: 0, orders: [] } as const),
  seats: [{ unit: 'A', course: '00023', ticket: '999912345637', order: 0 }],
});
const movedNote = (came: object, claim: number) =>
  vi.waitFor(() =>
    expect(books.commands().at(-1)).toMatchObject({
      ...{ kind: 'note-moved', area: '0124', to: '0125', act: 7, person, claim, came },
    }),
  );
const claiming = { kind: 'claiming', claim: 9, from: '0124', to: '0125' } as const;

test('S5 who moves to another area has the claim first, then the seats, then the old area lets go', async () => {
  let busy = 2;
  books.onCommand = (command) => {
    if (command.kind === 'move-for') return { kind: 'accepted', outcome: claiming };
    if (command.kind !== 'receive-seats') return accepted;
    busy -= 1;
    if (busy >= 0) return { kind: 'refused', reason: 'busy' };
    return { kind: 'accepted', outcome: { kind: 'received', orders: [] } };
  };
  effects.run([move(), move()]);
  await movedNote({ kind: 'received', orders: [] }, 9);
  expect(kinds()).toEqual([
    ...['move-for', 'receive-seats', 'receive-seats', 'receive-seats', 'note-moved'],
  ]);
  expect(books.commands()[3]).toMatchObject({ area: '0125', claim: 9, from: '0124' });
});

test('S5 no room, no claim and an area that is gone: the old area hears why', async () => {
  books.onCommand = (command) => {
    if (command.kind === 'move-for') return { kind: 'accepted', outcome: claiming };
    return command.kind === 'receive-seats'
      ? { kind: 'accepted', outcome: { kind: 'declined', reason: 'seats-exhausted' } }
      : accepted;
  };
  effects.run([move()]);
  await movedNote({ kind: 'declined', reason: 'seats-exhausted' }, 9);
  books.onCommand = (command) =>
    command.kind === 'move-for' ? { kind: 'refused', reason: 'area-move-running' } : accepted;
  effects.run([{ ...move(), key: '0124.1.move.2' } as Effect]);
  await movedNote({ kind: 'declined', reason: 'area-move-running' }, 0);
  expect(kinds().filter((kind) => kind === 'receive-seats')).toHaveLength(1);
});

test('S5 an act that waits for others asks again and again, and says the end once', async () => {
  let waits = 3;
  books.onCommand = (command) => {
    if (command.kind !== 'act-on-area') return accepted;
    waits -= 1;
    const outcome = {
      kind: 'carried',
      changed: waits === 2 ? 5 : 0,
      left: 2,
      more: waits >= 0,
    } as const;
    return { kind: 'accepted', outcome };
  };
  const part = {
    kind: 'act-on-area',
    area: '0124',
    act: 7,
    part: { kind: 'withdraw-area' },
  } as const;
  effects.run([{ kind: 'carry-act', key: 'act.7.0124', target: '0124', part }]);
  await vi.waitFor(
    () =>
      expect(books.commands().at(-1)).toMatchObject({
        ...{ kind: 'note-act-carried', number: 7, target: '0124', changed: 5, left: 2 },
      }),
    { timeout: 10_000 },
  );
  expect(kinds()).toEqual([
    ...['act-on-area', 'act-on-area', 'act-on-area', 'act-on-area', 'note-act-carried'],
  ]);
});
