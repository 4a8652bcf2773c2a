import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Layout, partitionOfArea } from '../../engine/protocol/layout.ts';
import type { Notice } from '../../engine/protocol/notices.ts';
import { countsFrom } from '../../engine/protocol/subjects.ts';
import {
  type CommandBody,
  createEngineClient,
  type EngineClient,
} from '../../gateway/engine-client.ts';
import { accepted, type FakeBooks, fakeBooks, plainAnswer } from '../harness/books.ts';

const layout: Layout = { session: 's', areas: ['a0', 'a1'], people: ['u0'], phones: ['u0'] };
const answerBy = Date.now() + 60_000;
const id = (number: number) => `command${number}`.padEnd(22, '-');
const person = 'person1---------------';
const choose = (area: string): CommandBody => ({
  kind: 'choose-course',
  area,
  person,
  claim: 1,
  revision: 0,
  ticket: '999900000001',
  programme: '080901',
  candidateType: 'open',
  course: '00023',
  replace: false,
});
const pick: CommandBody = { kind: 'choose-area', person, ticket: '999900000001', area: '0124' };

let books: FakeBooks;
let client: EngineClient;
let notices: Notice[];
beforeEach(() => {
  books = fakeBooks(layout);
  client = createEngineClient({ bus: books.bus, layout, now: Date.now, timeoutMs: 5_000 });
  notices = [];
  client.onNotice((notice) => notices.push(notice));
});
afterEach(async () => {
  await client.close();
  await books.close();
});
const impatient = () =>
  createEngineClient({ bus: books.bus, layout, now: Date.now, timeoutMs: 50 });
/** The first area that lives in this partition. */
function areaIn(partition: string): string {
  for (let number = 0; ; number += 1) {
    const area = String(number).padStart(4, '0');
    if (partitionOfArea(layout, area) === partition) return area;
  }
}

test('one turn sends one message to each partition, and each caller gets its own reply', async () => {
  await client.whenReady();
  books.messages.length = 0;
  books.onCommand = (command) =>
    command.id === id(2) ? { kind: 'refused', reason: 'course-unknown' } : accepted;
  const [one, two, three, four] = await Promise.all([
    client.send(choose(areaIn('a0')), { id: id(1), answerBy }),
    client.send(choose(areaIn('a0')), { id: id(2), answerBy }),
    client.send(choose(areaIn('a1')), { id: id(3), answerBy }),
    client.send(pick, { id: id(4), answerBy }),
  ]);
  expect(one).toMatchObject({ id: id(1), kind: 'accepted' });
  expect(two).toMatchObject({ id: id(2), kind: 'refused', reason: 'course-unknown' });
  expect(three).toMatchObject({ id: id(3), kind: 'accepted' });
  expect(four).toMatchObject({ id: id(4), kind: 'accepted' });
  const sent = books.messages.map(({ partition, items }) => [partition, items.length]);
  expect(sent.sort()).toEqual([
    ['a0', 2],
    ['a1', 1],
    ['u0', 1],
  ]);
});

test('B2 a reply that was lost is unknown, never no; the same id again finds the truth', async () => {
  const hasty = impatient();
  await hasty.whenReady();
  let lost = true;
  books.onCommand = () => (lost ? 'lost' : accepted);
  expect(await hasty.send(pick, { id: id(1), answerBy })).toEqual({ kind: 'unknown' });
  lost = false;
  const epoch = hasty.epochOf(pick) ?? 0;
  expect(await hasty.send(pick, { id: id(1), answerBy, epoch })).toMatchObject({
    kind: 'accepted',
  });
  const [first, second] = books.commands();
  expect(second).toEqual(first);
  await hasty.close();
});

test('B2 an engine that is not there is said to be away, and nothing was sent', async () => {
  await client.whenReady();
  books.leave('u0');
  expect(await client.send(pick, { id: id(1), answerBy })).toEqual({
    id: id(1),
    kind: 'refused',
    reason: 'engine-away',
  });
  books.arrive('u0');
  expect(await client.send(pick, { id: id(1), answerBy })).toMatchObject({ kind: 'accepted' });
  expect(books.commands()).toHaveLength(1);
});

test('before a partition was heard, its engine is away: commands are unsent', async () => {
  const early = await client.send(pick, { id: id(1), answerBy });
  expect(early).toMatchObject({ kind: 'refused', reason: 'engine-away' });
  expect(client.ready()).toBe(false);
  await client.whenReady();
  expect(client.ready()).toBe(true);
  expect(books.commands()).toEqual([]);
});

test('a gateway is ready once every partition was heard, whichever comes last', async () => {
  await client.close();
  await books.close();
  books = fakeBooks(layout);
  books.leave('a1');
  let installed = false;
  books.onQuery = (query, partition) =>
    query.kind === 'session' && !installed
      ? { kind: 'session', adopted: null }
      : plainAnswer(query, partition, books.epoch);
  client = createEngineClient({ bus: books.bus, layout, now: Date.now });
  await vi.waitFor(() => expect(client.epochOf(pick)).toBe(1));
  expect(client.ready()).toBe(false);
  books.arrive('a1');
  await vi.waitFor(() =>
    expect(books.messages.some(({ partition }) => partition === 'a1')).toBe(true),
  );
  expect(client.ready()).toBe(false);
  installed = true;
  await client.whenReady();
});

test('commands bear the epoch they are first sent in; the first sending’s may be given', async () => {
  await client.whenReady();
  await client.send(pick, { id: id(1), answerBy });
  books.epoch = 2;
  books.notify('u0', [{ kind: 'writer-up', partition: 'u0', epoch: 2, index: 5 }]);
  await vi.waitFor(() => expect(client.epochOf(pick)).toBe(2));
  await client.send(pick, { id: id(2), answerBy });
  await client.send(pick, { id: id(3), answerBy, epoch: 1 });
  expect(books.commands().map(({ epoch }) => epoch)).toEqual([1, 2, 1]);
});

test('a writer with a new epoch is asked again for everything it tells', async () => {
  await client.whenReady();
  const ended = { person, generation: 4, at: 9 };
  const out = { nonce: id(9), until: 10 };
  books.epoch = 2;
  books.onQuery = (query, partition) =>
    query.kind === 'revocations'
      ? { kind: 'revocations', revocations: [{ ...ended, signedOut: [out] }] }
      : plainAnswer(query, partition, books.epoch);
  notices.length = 0;
  // Nobody told of the new life: the refusal of an old command does.
  books.onCommand = () => ({ kind: 'refused', reason: 'ask-again' });
  await client.send(pick, { id: id(1), answerBy });
  await vi.waitFor(() => expect(notices).toContainEqual({ kind: 'sign-ins-ended', ...ended }));
  await vi.waitFor(() => expect(notices).toContainEqual({ kind: 'signed-out', person, ...out }));
  expect(client.epochOf(pick)).toBe(2);
});

test('S2 S3 which alarms are taken, and what was decided lately, is asked again with a new epoch', async () => {
  await client.whenReady();
  const acknowledged = [
    {
      ...{ alarm: 'disk-low', level: 'warning' as const, since: 4, at: 5, by: 'li.na' },
      remark: '示例',
    },
  ];
  const act = {
    ...{ at: 5, act: { kind: 'open-window' as const }, by: 'li.na', reason: '示例', foreseen: [] },
    ...{ refused: [], changed: 0, left: 0 },
  };
  const decided = { ...act, number: 7, decidedAt: 6, state: { kind: 'done' as const } };
  const waiting = { ...act, number: 8, state: { kind: 'proposed' as const } };
  books.epoch = 2;
  books.onQuery = (query, partition) => {
    if (query.kind === 'alarms') return { kind: 'alarms', index: 9, acknowledged };
    if (query.kind === 'acts') return { kind: 'acts', acts: [waiting, decided] };
    return plainAnswer(query, partition, books.epoch);
  };
  notices.length = 0;
  books.notify(layout.session, [
    { kind: 'writer-up', partition: layout.session, epoch: 2, index: 9 },
  ]);
  await vi.waitFor(() => expect(notices).toContainEqual({ kind: 'act-decided', act: decided }));
  expect(notices).toContainEqual({ kind: 'alarms-acknowledged', index: 9, acknowledged });
  expect(notices.filter(({ kind }) => kind === 'act-decided')).toHaveLength(1);
});

test('news are passed on, and news that cannot be read are not', async () => {
  await client.whenReady();
  const heard: unknown[] = [];
  client.onCounts((counts) => heard.push(...counts));
  notices.length = 0;
  books.publish(countsFrom('a0'), Uint8Array.of(1, 2, 3));
  const ended = { kind: 'sign-ins-ended', person, generation: 4, at: 9 } as const;
  books.notify('u0', [ended]);
  await vi.waitFor(() => expect(notices).toEqual([ended]));
  expect(heard).toEqual([]);
});

test('what does not fit the schema is malformed here, and harms no neighbour', async () => {
  await client.whenReady();
  const [bad, good] = await Promise.all([
    client.send({ ...choose(areaIn('a0')), revision: -1 } as CommandBody, { id: id(1), answerBy }),
    client.send(choose(areaIn('a0')), { id: id(2), answerBy }),
  ]);
  expect(bad).toMatchObject({ kind: 'refused', reason: 'malformed' });
  expect(good).toMatchObject({ kind: 'accepted' });
});

test('queries go where their book lives, and another query’s answer is none', async () => {
  await client.whenReady();
  books.messages.length = 0;
  books.onQuery = (query) =>
    query.kind === 'candidate'
      ? { kind: 'candidate', candidate: null }
      : { kind: 'counts', counts: [] };
  expect(await client.ask({ kind: 'candidate', person })).toMatchObject({ candidate: null });
  expect(await client.ask({ kind: 'sign-in-facts', person })).toEqual({ kind: 'unknown' });
  await client.ask({ kind: 'registration', area: areaIn('a1'), person });
  expect(books.messages.map(({ partition }) => partition)).toEqual(['u0', 'u0', 'a1']);
});

test('messages of all partitions come newest first', async () => {
  await client.whenReady();
  const at: Record<string, number> = { a0: 5, a1: 9, u0: 7, s: 1 };
  books.onQuery = (_query, partition) => ({
    kind: 'messages',
    messages: [{ at: at[partition] ?? 0, phone: '19900000000', text: partition }],
  });
  const messages = await client.messages();
  expect(Array.isArray(messages) && messages.map(({ text }) => text)).toEqual([
    'a1',
    'u0',
    'a0',
    's',
  ]);
});

test('a large turn leaves as several messages, in order', async () => {
  await client.whenReady();
  const area = areaIn('a0');
  const replies = await Promise.all(
    Array.from({ length: 1_300 }, (_, at) => client.send(choose(area), { id: id(at), answerBy })),
  );
  expect(replies.every((reply) => reply.kind === 'accepted')).toBe(true);
  expect(books.commands().map((command) => command.id)).toEqual(
    Array.from({ length: 1_300 }, (_, at) => id(at)),
  );
});

test('closing waits for what is on its way', async () => {
  await client.whenReady();
  const reply = client.send(pick, { id: id(1), answerBy });
  await client.close();
  expect(await reply).toMatchObject({ kind: 'accepted' });
  expect(await client.send(pick, { id: id(2), answerBy })).toMatchObject({
    reason: 'engine-away',
  });
});
