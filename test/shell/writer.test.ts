import { expect, test, vi } from 'vitest';
import type { AreaCounts } from '../../engine/protocol/replies.ts';
import { decodeEntry } from '../../engine/store/journal.ts';
import { openMemoryStore } from '../../engine/store/memory-store.ts';
import { DeskStrangers } from '../../engine/writer/desk-strangers.ts';
import { failStopCode } from '../../engine/writer/ports.ts';
import { Strangers } from '../../engine/writer/strangers.ts';
import {
  areaCodes,
  givenAdopted,
  givenEnrolledRecord,
  givenPerson,
  givenRecord,
  givenTicket,
  opaque,
  unitCodes,
} from '../given.ts';
import { choose, from, hold, save, WriterDesk } from './writer-harness.ts';

const givenOpen = async (capacity = 10): Promise<WriterDesk> =>
  (await new WriterDesk().start()).open(capacity);

/** All the loop may do without the disk has been done. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('B2 no reply leaves before its batch is flushed', async () => {
  const desk = await givenOpen();
  desk.disk.hold();
  const replied = vi.fn();
  const reply = desk.send(choose(1, 0, '11001')).then(replied);
  await turns();
  expect(replied).not.toHaveBeenCalled();
  desk.disk.release();
  await reply;
  expect(replied).toHaveBeenCalledOnce();
});

test('B2 a query answers after the flush of what it was told', async () => {
  const desk = await givenOpen();
  desk.disk.hold();
  const first = desk.send(choose(1, 0, '11001'));
  await turns();
  const asked = vi.fn();
  const query = desk.ask({ kind: 'registration', area: '0101', person: givenPerson(1) });
  query.then(asked);
  await turns();
  expect(asked).not.toHaveBeenCalled();
  desk.disk.release();
  await first;
  expect(await query).toMatchObject({ registration: { revision: 1 } });
});

test('while one batch flushes the next gathers into one', async () => {
  const desk = await givenOpen();
  desk.disk.hold();
  const before = desk.disk.commits;
  const first = desk.send(choose(1, 0, '11001'));
  await turns();
  const rest = Array.from({ length: 20 }, (_, at) => desk.send(choose(at + 2, 0, '11001')));
  await turns();
  desk.disk.release();
  await Promise.all([first, ...rest]);
  expect(desk.disk.commits - before).toBe(2);
});

test('replies come in the order of the items, the unreadable among them', async () => {
  const desk = await givenOpen();
  const id = opaque('unreadable', 1);
  const replies = await desk.submit([
    desk.command(choose(1, 0, '11001')),
    { kind: 'malformed', id },
    desk.command(choose(2, 0, '99999')),
  ]);
  expect(replies).toMatchObject([
    { kind: 'accepted' },
    { id, kind: 'refused', reason: 'malformed' },
    { kind: 'refused', reason: 'course-unknown' },
  ]);
});

for (const outcome of ['absent', 'kept'] as const)
  test(`B2 after a failed commit (${outcome}) nothing is answered and a new start tells the truth`, async () => {
    const desk = await givenOpen();
    desk.disk.failNext(outcome);
    const replied = vi.fn();
    const command = desk.command(choose(1, 0, '11001'));
    desk.submit([command]).then(replied);
    await vi.waitUntil(() => desk.exits.length > 0);
    desk.submit([desk.command(choose(2, 0, '11001'))]).then(replied);
    await turns();
    expect(desk.exits.map(({ code }) => code)).toEqual([failStopCode]);
    expect(replied).not.toHaveBeenCalled();

    await desk.start();
    const [again] = await desk.submit([command]);
    if (outcome === 'kept')
      expect(again).toMatchObject({ kind: 'accepted', registration: { revision: 1 } });
    else expect(again).toMatchObject({ kind: 'refused', reason: 'ask-again' });
  });

test('a writer whose folder another opened ends, and answers nothing more', async () => {
  const desk = await givenOpen();
  await openMemoryStore(desk.disk, 'p0');
  const replied = vi.fn();
  desk.send(choose(1, 0, '11001')).then(replied);
  await vi.waitUntil(() => desk.exits.length > 0);
  expect(desk.exits[0]?.code).toBe(failStopCode);
  expect(replied).not.toHaveBeenCalled();
});

test('B2 an accepted command repeated after a restart gets its answer, once', async () => {
  const desk = await givenOpen();
  const command = desk.command(choose(1, 0, '11001'));
  const [first] = await desk.submit([command]);
  await desk.start();
  const [again] = await desk.submit([command]);
  expect(again).toEqual(first);
  const [other] = await desk.submit([{ ...command, course: '12001' } as typeof command]);
  expect(other).toMatchObject({ kind: 'refused', reason: 'command-id-reused' });
});

test('B2 a "no" that was shown stays a "no" until its time is over', async () => {
  const desk = await givenOpen(1);
  await desk.send(choose(1, 0, '11001'));
  await desk.send(hold(1, 1));
  await desk.send(choose(2, 0, '11001'));
  const giveUp = desk.command({ kind: 'drop-course', ...from(2, 0), unit: 'A' });
  const [refused] = await desk.submit([giveUp]);
  expect(refused).toMatchObject({ kind: 'refused', reason: 'changed-meanwhile' });
  const outcome = await desk.ask({
    kind: 'outcome',
    command: giveUp.id,
    person: givenPerson(2),
    area: '0101',
    answerBy: giveUp.answerBy,
  });
  expect(outcome).toMatchObject({ state: { kind: 'refused', reason: 'changed-meanwhile' } });

  const [reused] = await desk.submit([{ ...giveUp, unit: 'B' } as typeof giveUp]);
  expect(reused).toMatchObject({ kind: 'refused', reason: 'command-id-reused' });
  desk.pass(30_001);
  const [late] = await desk.submit([giveUp]);
  expect(late).toMatchObject({ kind: 'refused' });
});

test('B2 what cannot be remembered is not shown: a full memory of refusals answers busy', async () => {
  const desk = new WriterDesk();
  await desk.start({ refusalsMax: 3 });
  await desk.open();
  const replies = [];
  for (let at = 0; at < 5; at += 1) replies.push(await desk.send(choose(1, 0, '99999')));
  expect(replies.map((reply) => reply.kind === 'refused' && reply.reason)).toEqual([
    'course-unknown',
    'course-unknown',
    'course-unknown',
    'busy',
    'busy',
  ]);
  // What is accepted needs no memory of refusals.
  expect(await desk.send(choose(1, 0, '11001'))).toMatchObject({ kind: 'accepted' });
  desk.pass(30_001);
  await desk.send(choose(2, 0, '11001'));
  expect(await desk.send(choose(3, 0, '99999'))).toMatchObject({ reason: 'course-unknown' });
});

test('a sender who asks to be remembered for ever does not fill the memory for good', async () => {
  const desk = new WriterDesk();
  await desk.start({ refusalsMax: 1, spentMax: 1 });
  await desk.open();
  const refused = () =>
    desk.send({ kind: 'drop-course', ...from(1, 0), unit: 'A', answerBy: 2 ** 52 });
  const spend = (token: string) => desk.ask({ kind: 'spend-once', token, until: 2 ** 52 });
  expect(await refused()).toMatchObject({ reason: 'unit-empty' });
  expect(await refused()).toMatchObject({ reason: 'busy' });
  expect(await spend('one')).toMatchObject({ unspent: true });
  expect(await spend('two')).toMatchObject({ reason: 'busy' });
  desk.pass(60 * 60_000 + 1);
  // A new batch, a new instant; the one after it forgets.
  await desk.ask({ kind: 'status' });
  expect(await refused()).toMatchObject({ reason: 'unit-empty' });
  expect(await spend('two')).toMatchObject({ unspent: true });
});

test('B2 an id unknown from before the restart is refused ask-again', async () => {
  const desk = await givenOpen();
  const command = desk.command(choose(1, 0, '11001'));
  await desk.start();
  const [reply] = await desk.submit([command]);
  expect(reply).toMatchObject({ kind: 'refused', reason: 'ask-again' });
});

test('over the bound of the inbox the answer is busy, at once', async () => {
  const desk = new WriterDesk();
  await desk.start({ inboxMax: 10 });
  await desk.open();
  const commands = Array.from({ length: 8 }, (_, at) => desk.command(choose(at, 0, '11001')));
  const taken = vi.fn();
  const refused = vi.fn();
  desk.writer.submit(commands, taken);
  desk.writer.submit(commands.slice(0, 3), refused);
  expect(refused).toHaveBeenCalledOnce();
  expect(refused.mock.calls[0]?.[0]).toMatchObject([
    { id: commands[0]?.id, kind: 'refused', reason: 'busy' },
    { reason: 'busy' },
    { reason: 'busy' },
  ]);
  expect(taken).not.toHaveBeenCalled();
  await vi.waitUntil(() => taken.mock.calls.length === 1);
});

test('below the watermark of free space new work is refused, questions are answered', async () => {
  const desk = await givenOpen();
  desk.disk.freeBytes = 1_000;
  await desk.start();
  expect(await desk.send(choose(1, 0, '11001'))).toMatchObject({ reason: 'busy' });
  expect(await desk.ask({ kind: 'balance' })).toMatchObject({ kind: 'balance' });
  desk.disk.freeBytes = Number.MAX_SAFE_INTEGER;
  await vi.waitUntil(async () => (await desk.send(choose(1, 0, '11001'))).kind === 'accepted', {
    timeout: 10_000,
    interval: 50,
  });
});

test('a clock that steps by more than a minute is doubted until the next start', async () => {
  for (const step of [-61_000, 61_000]) {
    const desk = await givenOpen();
    desk.now += step;
    expect(await desk.send(choose(1, 0, '11001'))).toMatchObject({ reason: 'clock-doubted' });
    desk.now -= step;
    expect(await desk.send(choose(1, 0, '11001'))).toMatchObject({ reason: 'clock-doubted' });
    await desk.start();
    expect(await desk.send(choose(1, 0, '11001'))).toMatchObject({ kind: 'accepted' });
  }
});

test('a journal ahead of the wall clock by more than a minute stops new work', async () => {
  const desk = await givenOpen();
  await desk.send(choose(1, 0, '11001'));
  desk.now -= 61_000;
  await desk.start();
  expect(await desk.send(choose(2, 0, '11001'))).toMatchObject({ reason: 'clock-doubted' });
});

test('time never goes back within the journal', async () => {
  const desk = await givenOpen();
  await desk.send(choose(1, 0, '11001'));
  desk.now -= 5_000;
  await desk.send(choose(2, 0, '11001'));
  await desk.start();
  await desk.send(choose(3, 0, '11001'));
  const instants = [...desk.store.entries(0)].map(({ value }) => decodeEntry(value).at);
  expect(instants).toEqual([...instants].sort((one, other) => one - other));
});

test('B1 holds run out by themselves, as journaled commands, and free their seats', async () => {
  const desk = await givenOpen(1);
  await desk.send(choose(1, 0, '11001'));
  await desk.send(hold(1, 1));
  desk.pass(5 * 60_000);
  await vi.waitUntil(
    async () => {
      const reply = await desk.ask({ kind: 'balance' });
      if (reply.kind !== 'balance') return false;
      return reply.pools.every((pool) => pool.held === 0 && pool.free === 1);
    },
    { timeout: 20_000, interval: 20 },
  );
  const kinds = [...desk.store.entries(0)].flatMap(({ value }) =>
    decodeEntry(value).events.map((event) => event.kind),
  );
  expect(kinds.filter((kind) => kind === 'holds-expired')).toEqual(['holds-expired']);
});

test('D7 a typed code is judged before the core and stands nowhere in the journal', async () => {
  const desk = await givenOpen();
  await desk.send(choose(1, 0, '11001'));
  await desk.send(hold(1, 1));
  const right = desk.vault.smsCodeOf(opaque('challenge', 1));
  const wrong = right === '000000' ? '000001' : '000000';
  expect(await desk.send(save(desk, 1, 2, ['A'], wrong))).toMatchObject({ reason: 'code-wrong' });
  expect(await desk.send(save(desk, 1, 2, ['A'], ''))).toMatchObject({ reason: 'code-wrong' });
  expect(await desk.send(save(desk, 1, 2, ['A']))).toMatchObject({
    kind: 'accepted',
    outcome: { kind: 'saved', saved: [{ unit: 'A', course: '11001' }] },
  });
  for (const { value } of desk.store.entries(0))
    expect(Buffer.from(value).includes(right)).toBe(false);
});

test('F10 a phone enters the journal sealed, its key durable first', async () => {
  const desk = await givenOpen();
  const { importedPhone, ...record } = givenRecord(1, { kind: 'enrolled' });
  await desk.send({ kind: 'import-candidate', person: givenPerson(1), record });
  const phone = '19900000001';
  const reply = await desk.send({
    kind: 'request-phone-code',
    person: givenPerson(1),
    challenge: opaque('challenge', 1),
    phone,
  });
  expect(reply).toMatchObject({ kind: 'accepted' });
  expect(desk.vault.settles).toBeGreaterThan(0);
  for (const { value } of desk.store.entries(0))
    expect(Buffer.from(value).includes(phone)).toBe(false);
});

test('a name is opened for its view only, and gone with the key', async () => {
  const desk = await givenOpen();
  const person = givenPerson(1);
  const name = desk.vault.seal(person, '示例');
  await desk.send({ kind: 'import-candidate', person, record: givenRecord(1, { name }) });
  expect(await desk.ask({ kind: 'candidate', person })).toMatchObject({
    candidate: { name: '示例' },
  });
  const chosen = await desk.send({
    kind: 'choose-area',
    person,
    ticket: givenTicket(1),
    area: '0101',
  });
  expect(chosen).toMatchObject({ candidate: { name: '示例' } });
  await desk.vault.erase(person);
  expect(await desk.ask({ kind: 'candidate', person })).toMatchObject({ candidate: { name: '' } });
});

test('D3 a token is spent once, until it would have expired anyway', async () => {
  const desk = new WriterDesk();
  await desk.start({ spentMax: 2 });
  const spend = (token: string) =>
    desk.ask({ kind: 'spend-once', token, until: desk.now + 120_000 });
  expect(await spend('one')).toMatchObject({ unspent: true });
  expect(await spend('one')).toMatchObject({ unspent: false });
  expect(await spend('two')).toMatchObject({ unspent: true });
  expect(await spend('three')).toMatchObject({ kind: 'refused', reason: 'busy' });
  desk.pass(120_001);
  expect(await spend('three')).toMatchObject({ unspent: true });
});

test('D2 D3 nobody is counted and delayed like somebody, whichever gateway asks', async () => {
  const desk = await givenOpen();
  const [somebody, nobody] = [givenPerson(1), givenPerson(2)];
  await desk.send({ kind: 'import-candidate', person: somebody, record: givenRecord(1) });
  const attempt = (person: string) =>
    desk.send({
      ...{ kind: 'record-sign-in', person, ticket: givenTicket(1) },
      ...{ succeeded: false, generation: 1 },
    });
  const retryAt = desk.now + 5_000;
  for (const person of [somebody, nobody]) {
    for (let times = 0; times < 4; times += 1)
      expect(await attempt(person)).toMatchObject({ outcome: { retryAt: desk.now } });
    expect(await attempt(person)).toMatchObject({ outcome: { failures: 5, retryAt } });
  }
  for (const person of [somebody, nobody])
    expect(await attempt(person)).toMatchObject({
      reason: 'sign-in-delayed',
      detail: { at: retryAt },
    });
  expect(await desk.ask({ kind: 'sign-in-facts', person: nobody })).toMatchObject({ retryAt });
});

test('D2 D3 D7 a forgotten password is the same for who has a phone, who has none, and nobody', async () => {
  const desk = await givenOpen();
  const [bound, phoneless, nobody] = [givenPerson(1), givenPerson(2), givenPerson(3)];
  await desk.send({ kind: 'import-candidate', person: bound, record: givenRecord(1) });
  const record = givenEnrolledRecord(2);
  await desk.send({ kind: 'import-candidate', person: phoneless, record });
  const everybody = [bound, phoneless, nobody];
  const challengeOf = (person: string, number: number) => opaque(person.slice(0, 7), number);
  const said: string[] = [];
  /** Everybody asks the same at the same moment, and hears the same. */
  const allHearTheSame = async (asked: (person: string) => Parameters<typeof desk.send>[0]) => {
    const heard = [];
    for (const person of everybody) {
      const { id, ...reply } = await desk.send(asked(person));
      heard.push(JSON.stringify(reply).replaceAll(person.slice(0, 7), 'someone'));
    }
    expect(new Set(heard).size).toBe(1);
    said.push(...heard);
  };
  for (const round of [1, 2, 3, 4]) {
    await allHearTheSame((person) => {
      return { kind: 'request-reset-code', person, challenge: challengeOf(person, round) };
    });
    const mistype = (person: string) => {
      const challenge = challengeOf(person, round);
      const code = desk.vault.smsCodeOf(challenge) === '000000' ? '000001' : '000000';
      return { kind: 'prove-reset-code', person, challenge, code } as const;
    };
    for (let times = 0; times < 2 * round; times += 1) await allHearTheSame(mistype);
    await allHearTheSame((person) => {
      return { kind: 'request-reset-code', person, challenge: challengeOf(person, 9) };
    });
    desk.pass(60_000 + 240_000 * (round % 2));
    await allHearTheSame(mistype);
  }
  for (const reason of ['code-wrong', 'code-tries-used-up', 'code-expired', 'codes-used-up'])
    expect(said.join()).toContain(reason);
  // The right code of what was never sent is as wrong as any other.
  desk.pass(24 * 3_600_000);
  for (const person of [nobody, phoneless]) {
    const challenge = opaque(`right${person.slice(0, 7)}`, 1);
    await desk.send({ kind: 'request-reset-code', person, challenge });
    const code = desk.vault.smsCodeOf(challenge);
    const proof = await desk.send({ kind: 'prove-reset-code', person, challenge, code });
    expect(proof).toMatchObject({ reason: 'code-wrong', detail: { triesLeft: 4 } });
  }
});

test('D2 what is asked of nobody waits for the disk as what is asked of somebody does', async () => {
  const desk = await givenOpen();
  await desk.rowsWritten();
  const nobody = { person: givenPerson(2), challenge: opaque('challenge', 1) };
  const { person } = nobody;
  const ticket = givenTicket(2);
  for (const asked of [
    { kind: 'record-sign-in', person, ticket, succeeded: false, generation: 1 },
    { kind: 'request-reset-code', ...nobody },
    { kind: 'prove-reset-code', ...nobody, code: '000000' },
  ] as const) {
    const before = desk.disk.commits;
    await desk.send(asked);
    expect(desk.disk.commits).toBe(before + 1);
  }
});

test('D2 what nobodies did is bounded: the one who failed longest ago is forgotten', () => {
  const strangers = new Strangers(2);
  let sent = 0;
  const failFiveTimes = (person: string) => {
    for (let times = 0; times < 5; times += 1) {
      sent += 1;
      const envelope = { id: opaque('id', sent), answerBy: 1_000, epoch: 1 };
      const signIn = { person, ticket: givenTicket(9), succeeded: false, generation: 1 };
      const command = { kind: 'record-sign-in', ...envelope, ...signIn } as const;
      const given = { sequence: sent, at: 1_000, olderEpoch: false, command };
      strangers.answer(undefined, given, command);
    }
  };
  for (const person of ['one', 'two', 'three']) failFiveTimes(person);
  expect(['one', 'two', 'three'].map((person) => strangers.retryAt(person))).toEqual([
    0, 6_000, 6_000,
  ]);
});

test('D2 D3 names with which nobody signs in at the desk are counted as an account is, and are in no journal', async () => {
  const desk = await givenOpen();
  await desk.rowsWritten();
  const invited = { roles: ['office' as const], scope: { kind: 'province' as const } };
  const shell = { by: 'shell', byGeneration: 0, reason: '示例' };
  await desk.send({
    ...{ kind: 'invite-staff', staff: 'not.yet', ...invited, digest: opaque('link', 1) },
    ...{ anew: false, ...shell },
  });
  await desk.rowsWritten();
  const stands = desk.writer.status().index;
  for (const staff of ['nobody.here', 'not.yet']) {
    const failed = { kind: 'record-staff-sign-in', staff, generation: 0, from: 'door' } as const;
    const fail = () => desk.send({ ...failed, proof: { kind: 'failed' } });
    for (let failures = 1; failures <= 5; failures += 1) {
      const before = desk.disk.commits;
      const retryAt = failures < 5 ? desk.now : desk.now + 5_000;
      expect(await fail()).toMatchObject({
        outcome: { kind: 'sign-in-failed', failures, retryAt },
      });
      expect(desk.disk.commits).toBe(before + 1);
    }
    const until = desk.now + 5_000;
    expect(await fail()).toMatchObject({ reason: 'sign-in-delayed', detail: { at: until } });
    expect(await desk.ask({ kind: 'staff-facts', staff })).toMatchObject({ retryAt: until });
    // What would have been right is nobody's to say.
    const right = { kind: 'totp', step: 1 } as const;
    expect(await desk.send({ ...failed, proof: right })).toMatchObject({ kind: 'refused' });
  }
  expect(desk.writer.status().index).toBe(stands);
});

test('D3 of the names tried at the desk the one tried longest ago is forgotten', () => {
  const strangers = new DeskStrangers(2);
  let sent = 0;
  for (const staff of ['one', 'two', 'three'])
    for (let times = 0; times < 5; times += 1) {
      sent += 1;
      const envelope = { id: opaque('id', sent), answerBy: 1_000, epoch: 1 };
      const command = {
        ...({ kind: 'record-staff-sign-in', staff, generation: 0, from: 'door' } as const),
        ...{ ...envelope, proof: { kind: 'failed' } as const },
      };
      strangers.answer({ sequence: sent, at: 1_000, olderEpoch: false, command }, command);
    }
  expect(['one', 'two', 'three'].map((staff) => strangers.retryAt(staff))).toEqual([
    0, 6_000, 6_000,
  ]);
});

test('counts are published after the flush, many changes as one', async () => {
  const desk = await givenOpen();
  const counts = () =>
    desk.publications.flatMap((one): AreaCounts[] => (one.kind === 'counts' ? one.counts : []));
  desk.pass(250);
  await vi.waitUntil(() => counts().length === areaCodes.length);
  desk.publications = [];
  for (let person = 0; person < 5; person += 1) {
    await desk.send(choose(person, 0, '11001'));
    await desk.send(hold(person, 1));
  }
  // The clock in the test's hand stood still: nothing was due yet.
  expect(counts()).toEqual([]);
  desk.pass(250);
  await vi.waitUntil(() => counts().some(({ free }) => free[0] === 5));
  expect(counts().at(-1)).toMatchObject({ area: '0101', capacity: [10, 10, 10, 10] });
});

test('gateways are told that the writer is up, of its session, and of ended sign-ins', async () => {
  const desk = await givenOpen();
  const person = givenPerson(1);
  const notices = () =>
    desk.publications.flatMap((one) => (one.kind === 'notices' ? one.notices : []));
  expect(notices()[0]).toEqual({ kind: 'writer-up', partition: 'p0', epoch: 1, index: 0 });
  expect(notices()).toContainEqual(expect.objectContaining({ kind: 'session-changed' }));
  const { passwordHash, ...record } = givenRecord(1, { kind: 'enrolled' });
  await desk.send({ kind: 'import-candidate', person, record });
  const challenge = opaque('challenge', 1);
  const phone = record.importedPhone ?? '';
  await desk.send({ kind: 'request-phone-code', person, challenge, phone });
  const code = desk.vault.smsCodeOf(challenge);
  await desk.send({ kind: 'bind-phone', person, challenge, code });
  const set = await desk.send({ kind: 'set-password', person, hash: '$argon2id$invented' });
  expect(set).toMatchObject({ kind: 'accepted' });
  expect(notices()).toContainEqual(expect.objectContaining({ kind: 'sign-ins-ended', person }));
  const out = { nonce: opaque('nonce', 1), until: desk.now + 60_000 };
  await desk.send({ kind: 'sign-out', person, ...out });
  expect(notices()).toContainEqual({ kind: 'signed-out', person, ...out });
  // A restart still knows it: gateways ask before they are ready.
  await desk.rowsWritten();
  await desk.start();
  const revocations = await desk.ask({ kind: 'revocations' });
  expect(revocations).toMatchObject({
    revocations: [{ person, generation: 2, signedOut: [out] }],
  });
});

test('effects are told after the flush, and again at every start until they are done', async () => {
  const desk = await givenOpen();
  await desk.send(choose(1, 0, '11001'));
  desk.disk.hold();
  const held = desk.send(hold(1, 1));
  await turns();
  expect(desk.effects).toEqual([]);
  desk.disk.release();
  await held;
  const challenge = opaque('challenge', 1);
  const due = { kind: 'send-message', challenge, attempt: 1, key: `${challenge}.1` };
  expect(desk.effects).toMatchObject([due]);
  await desk.start();
  expect(desk.effects).toMatchObject([due]);
  await desk.rowsWritten();
  await desk.start();
  expect(desk.effects).toMatchObject([due]);
  await desk.send({
    kind: 'note-delivery',
    person: givenPerson(1),
    area: '0101',
    challenge,
    attempt: 1,
    outcome: 'sent',
  });
  await desk.start();
  expect(desk.effects).toEqual([]);
});

test('a candidate whose effect is owed is found at start although nobody asked for him', async () => {
  const desk = await givenOpen();
  const person = givenPerson(1);
  await desk.send({ kind: 'import-candidate', person, record: givenRecord(1) });
  for (const area of areaCodes.slice(0, 2))
    await desk.send({ kind: 'choose-area', person, ticket: givenTicket(1), area });
  await desk.rowsWritten();
  await desk.start();
  expect(desk.effects).toContainEqual(
    expect.objectContaining({ kind: 'vacate-area', person, area: '0101' }),
  );
});

test('draining answers what waits, takes nothing new, and leaves no row behind', async () => {
  const desk = await givenOpen();
  const replies = Promise.all(
    Array.from({ length: 50 }, (_, at) => desk.send(choose(at, 0, '11001'))),
  );
  const drained = desk.writer.drain();
  expect(await desk.send(choose(99, 0, '11001'))).toMatchObject({ reason: 'busy' });
  await drained;
  expect(new Set((await replies).map(({ kind }) => kind))).toEqual(new Set(['accepted']));
  expect(desk.writer.status()).toMatchObject({ lag: 0, inbox: 0 });
  expect(desk.store.checkpointed).toBe(desk.writer.status().index);
});

test('news that goes out at a pace keeps no row from being written', async () => {
  const desk = new WriterDesk();
  const idleMs = 2 ** 31 - 1;
  await desk.start({ idleMs });
  await desk.open();
  await desk.send(choose(1, 0, '11001'));
  desk.pass(idleMs);
  expect(desk.writer.status().lag).toBeGreaterThan(0);
  const { area, person } = from(1, 0);
  await desk.send({ kind: 'note-news', area, person, news: 1, outcome: 'sent' });
  expect(desk.writer.status().lag).toBe(0);
});

test('clean candidates beyond the cap leave memory and come back when asked for', async () => {
  const desk = new WriterDesk();
  await desk.start({ residentMax: 5 });
  await desk.open();
  for (let number = 0; number < 40; number += 1)
    await desk.send({
      kind: 'import-candidate',
      person: givenPerson(number),
      record: givenRecord(number),
    });
  await desk.rowsWritten();
  for (let number = 0; number < 40; number += 1) {
    const facts = await desk.ask({ kind: 'sign-in-facts', person: givenPerson(number) });
    expect(facts).toMatchObject({ facts: { tickets: [{ number: givenTicket(number) }] } });
  }
  expect(await desk.ask({ kind: 'sign-in-facts', person: givenPerson(40) })).toMatchObject({
    facts: null,
  });
});

test('B14 the ledger balances through every restart, wherever the checkpoint stands', async () => {
  const desk = new WriterDesk();
  // A row at a time goes behind the journal, so that every restart finds another mixture.
  const limits = { lagMax: 3, idleMs: 2 ** 31 - 1 };
  await desk.start(limits);
  await desk.open(5);
  for (let number = 0; number < 12; number += 1) {
    await desk.send(choose(number, 0, '11001'));
    await desk.send(choose(number, 1, '12001'));
    const held = await desk.send(hold(number, 2));
    if (held.kind === 'accepted' && held.outcome.kind === 'held' && number % 2 === 0)
      if (held.outcome.full.length === 0) await desk.send(save(desk, number, 3, ['A', 'B']));
    const before = await desk.ask({ kind: 'balance' });
    await desk.start(limits);
    const after = await desk.ask({ kind: 'balance' });
    expect(after).toEqual(before);
    if (after.kind !== 'balance') throw new Error('asked for the balance');
    for (const pool of after.pools) expect(pool.free + pool.held + pool.saved).toBe(pool.capacity);
    expect(after.pools.length).toBe(areaCodes.length * unitCodes.length);
  }
});

test('a damaged row or entry is found before anything is served', async () => {
  const spoil = (value: Uint8Array | undefined): void => {
    if (value === undefined) throw new Error('nothing to spoil');
    value[value.length - 40] = (value[value.length - 40] ?? 0) ^ 1;
  };
  const desk = await givenOpen();
  await desk.send(choose(1, 0, '11001'));
  await desk.rowsWritten();
  spoil(desk.store.get('registrations', ['0101', 1]));
  await expect(desk.start()).rejects.toThrow('checksum');

  const other = new WriterDesk();
  await other.start({ idleMs: 2 ** 31 - 1 });
  await other.open();
  spoil(other.store.entryAtOrBelow(2)?.value);
  await expect(other.start()).rejects.toThrow('hash');
});

test('F30 news that was left for want of room is handed over anew, after a flush', async () => {
  const desk = await new WriterDesk().start();
  await desk.open();
  await desk.send(choose(1, 0, '11001'));
  await desk.send(hold(1, 1));
  await desk.send(save(desk, 1, 2, ['A']));
  const isNews = ({ kind }: { kind: string }) => kind === 'send-news';
  const first = desk.effects.filter(isNews);
  expect(first).toHaveLength(1);
  desk.effects = [];
  desk.writer.roomForNews();
  await vi.waitFor(() => expect(desk.effects.filter(isNews)).toEqual(first));
  await desk.send({
    ...{ kind: 'note-news', area: '0101', person: givenPerson(1) },
    ...{ news: 1, outcome: 'sent' },
  });
  desk.effects = [];
  desk.writer.roomForNews();
  await desk.ask({ kind: 'status' });
  expect(desk.effects.filter(isNews)).toEqual([]);
});

test('F30 while a day of many is closed, others are answered between its slices', async () => {
  const desk = await new WriterDesk().start();
  await desk.open(2_000);
  const people = Array.from({ length: 1_200 }, (_, number) => number + 1);
  await desk.submit(people.map((number) => desk.command(choose(number, 0, '11001'))));
  await desk.submit(people.map((number) => desk.command(hold(number, 1))));
  await desk.submit(people.map((number) => desk.command(save(desk, number, 2, ['A']))));
  const savedNow = async () => {
    const answer = await desk.ask({ kind: 'balance' });
    if (answer.kind !== 'balance') throw new Error(answer.kind);
    return answer.pools.find(({ area, unit }) => area === '0101' && unit === 'A')?.saved;
  };
  desk.pass(12 * 60 * 60_000);
  const seen = new Set<number | undefined>();
  await vi.waitFor(
    async () => {
      seen.add(await savedNow());
      expect(seen).toContain(0);
    },
    { timeout: 20_000, interval: 0 },
  );
  for (const saved of seen) expect([1_200, 1_000, 800, 600, 400, 200, 0]).toContain(saved);
  expect(seen.size).toBeGreaterThan(2);
});

test('F30 however long the disk takes, a batch brings one slice of a closed day', async () => {
  const desk = await new WriterDesk().start();
  await desk.open(2_000);
  const people = Array.from({ length: 1_200 }, (_, number) => number + 1);
  await desk.submit(people.map((number) => desk.command(choose(number, 0, '11001'))));
  await desk.submit(people.map((number) => desk.command(hold(number, 1))));
  await desk.submit(people.map((number) => desk.command(save(desk, number, 2, ['A']))));
  await desk.rowsWritten();

  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const commit = desk.store.commit.bind(desk.store);
  const commits = vi.spyOn(desk.store, 'commit').mockImplementation(async (parts) => {
    await released;
    return commit(parts);
  });
  desk.pass(12 * 60 * 60_000);
  await vi.waitUntil(() => commits.mock.calls.length > 0, { timeout: 20_000 });
  // The clock is looked at whenever timers come round.
  const { now } = desk;
  const look = vi.fn(() => now);
  Object.defineProperty(desk, 'now', { get: look });
  await vi.waitUntil(() => look.mock.calls.length > 20, { timeout: 20_000 });
  release();
  await vi.waitUntil(() => slices().reduce((sum, one) => sum + one, 0) === 1_200, {
    timeout: 20_000,
  });
  expect(Math.max(...slices())).toBe(200);

  function slices(): number[] {
    return [...desk.store.entries(1)].map(
      ({ value }) =>
        decodeEntry(value).events.filter(({ kind }) => kind === 'seats-released').length,
    );
  }
});

test('S3 an alarm that was taken is told once it is flushed, and stands after a restart', async () => {
  const desk = await new WriterDesk().start();
  const told = () =>
    desk.publications.flatMap((one) =>
      one.kind === 'notices'
        ? one.notices.flatMap((each) => (each.kind === 'alarms-acknowledged' ? [each] : []))
        : [],
    );
  const take = {
    ...({ kind: 'acknowledge-alarm', alarm: 'disk-low', level: 'warning' } as const),
    ...{ remark: '在看', since: desk.now, by: 'shell', byGeneration: 0 },
  };
  desk.disk.hold();
  const reply = desk.send(take);
  await turns();
  expect(told()).toEqual([]);
  desk.disk.release();
  expect((await reply).kind).toBe('accepted');
  const acknowledged = [
    {
      ...{ alarm: 'disk-low', level: 'warning', since: desk.now, by: 'shell', at: desk.now },
      remark: '在看',
    },
  ];
  expect(told()).toMatchObject([{ acknowledged }]);
  const before = await desk.ask({ kind: 'alarms' });
  expect(before).toMatchObject({ index: told()[0]?.index, acknowledged });
  await desk.start();
  expect(await desk.ask({ kind: 'alarms' })).toEqual(before);
  await desk.send({ kind: 'note-alarm-ended', alarm: 'disk-low', acknowledgedAt: desk.now });
  await desk.rowsWritten();
  await desk.start();
  expect(await desk.ask({ kind: 'alarms' })).toMatchObject({ acknowledged: [] });
});

test('S2 an act is told to every gateway as it is decided', async () => {
  const desk = await new WriterDesk().start();
  const { catalogue, calendar, settings } = givenAdopted();
  await desk.send({ kind: 'install-session', catalogue, calendar, settings });
  const by = { by: 'shell', byGeneration: 0 };
  const act = { kind: 'pause-window', shown: '示例', newsBy: desk.now + 60_000 } as const;
  await desk.send({ kind: 'propose-act', act, ...by, reason: '示例', foreseen: [] });
  const notices = desk.publications.flatMap((one) => (one.kind === 'notices' ? one.notices : []));
  expect(notices.filter(({ kind }) => kind === 'act-decided')).toMatchObject([
    { act: { act, by: 'shell', decidedAt: desk.now } },
  ]);
});
