/** Imports of people through a writer: staged unseen, applied by one event, taken over lazily and in slices. */
import { expect, test, vi } from 'vitest';
import type { PlainCandidate, StagingView } from '../../engine/protocol/imports.ts';
import type { CandidateView } from '../../engine/protocol/replies.ts';
import type { StagedMark } from '../../engine/protocol/sittings.ts';
import { decodeEntry } from '../../engine/store/journal.ts';
import { verifyStore } from '../../engine/verify.ts';
import { givenPayment, givenPerson, givenTicket, opaque, shellAs } from '../given.ts';
import { choose, from, hold, save, WriterDesk } from './writer-harness.ts';

const brought = shellAs('示例甲');
const decided = { ...shellAs('示例乙'), reason: '示例' };
const sum = { added: 0, changed: 0, same: 0, removed: 0, columns: [] };

function plain(
  desk: WriterDesk,
  number: number,
  changes: Partial<PlainCandidate> = {},
): PlainCandidate {
  const documentNumber = `999999${String(number).padStart(12, '0')}`;
  return {
    person: desk.vault.personIdOf('resident-id', documentNumber),
    ...{ documentType: 'resident-id', documentNumber, name: `示例${number}` },
    ...{ kind: 'enrolled', candidateType: 'open', hasPhoto: true },
    tickets: [ticket(number)],
    ...changes,
  };
}
const ticket = (number: number): PlainCandidate['tickets'][number] => ({
  number: String(number).padStart(12, '0'),
  ...{ programme: '020401', status: 'active' },
});
const peopleOf = (desk: WriterDesk, from: number, to: number): PlainCandidate[] =>
  Array.from({ length: to - from }, (_, at) => plain(desk, from + at));

async function begin(desk: WriterDesk, key = 1): Promise<number> {
  const reply = await desk.send({
    ...({ kind: 'begin-import', key: opaque('upload', key) } as const),
    ...{ what: 'candidates', source: '考生.csv', ...brought },
  });
  if (reply.kind !== 'accepted' || reply.outcome.kind !== 'import-begun')
    return expect.unreachable(JSON.stringify(reply));
  return reply.outcome.import;
}
const stage = (
  desk: WriterDesk,
  number: number,
  slice: number,
  candidates: PlainCandidate[],
  keep = true,
) => desk.send({ kind: 'stage-candidates', import: number, slice, keep, candidates });
const close = (desk: WriterDesk, number: number) =>
  desk.send({ kind: 'close-import', import: number, sum, ...brought });
const apply = (desk: WriterDesk, number: number) =>
  desk.send({ kind: 'apply-import', import: number, ...decided });
/** What the effects would do. */
async function adopt(desk: WriterDesk, number: number): Promise<void> {
  const due = desk.effects.find((one) => one.kind === 'adopt-import' && one.import === number);
  if (due?.kind !== 'adopt-import') return expect.unreachable('nobody is to be told');
  const { partition, to, capacities } = due;
  expect(await desk.send({ kind: 'adopt-import', import: number, to, capacities })).toMatchObject({
    kind: 'accepted',
  });
  await desk.send({ kind: 'note-import-adopted', import: number, partition });
}
async function view(desk: WriterDesk, number: number): Promise<CandidateView | null> {
  const { person } = plain(desk, number);
  const reply = await desk.ask({ kind: 'candidate', person });
  return reply.kind === 'candidate' ? reply.candidate : expect.unreachable();
}
async function staging(desk: WriterDesk): Promise<StagingView | null> {
  const reply = await desk.ask({ kind: 'imports' });
  return reply.kind === 'imports' ? reply.staging : expect.unreachable();
}
const taken = (desk: WriterDesk) =>
  vi.waitUntil(async () => (await staging(desk))?.state === 'done', { timeout: 20_000 });
const isWhole = async (desk: WriterDesk) => {
  await desk.rowsWritten();
  expect(verifyStore(desk.store).problems).toEqual([]);
};

test('S1 nothing staged is seen; from the one event on all of it is, and goes into the rows by itself', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const number = await begin(desk);
  expect(await begin(desk)).toBe(number);
  expect(await stage(desk, number, 0, peopleOf(desk, 0, 64))).toMatchObject({
    outcome: { kind: 'staged', people: Array.from({ length: 64 }, () => ({ how: 'added' })) },
  });
  await stage(desk, number, 1, peopleOf(desk, 64, 100));
  expect(await apply(desk, number)).toMatchObject({ reason: 'import-not-ready' });
  await close(desk, number);
  expect(await view(desk, 3)).toBeNull();
  expect(
    await desk.send({ kind: 'apply-import', import: number, ...decided, ...brought }),
  ).toMatchObject({
    reason: 'second-person-missing',
  });
  expect(await apply(desk, number)).toMatchObject({ kind: 'accepted' });
  expect(await view(desk, 3)).toBeNull();
  await adopt(desk, number);
  // Whoever is asked for is there, whether the timer came to them or not.
  for (const one of [99, 3, 64])
    expect(await view(desk, one)).toMatchObject({ name: `示例${one}` });
  await taken(desk);
  expect(await view(desk, 40)).toMatchObject({ documentMask: '999*************40' });
  expect(await staging(desk)).toEqual({ number, state: 'done', slices: 2, taken: 2 });
  await isWhole(desk);
  expect(desk.exits).toEqual([]);
});

test('S1 a command finds the person as the import has them, before any slice was taken', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const number = await begin(desk);
  await stage(desk, number, 0, peopleOf(desk, 0, 64));
  await close(desk, number);
  await apply(desk, number);
  const { person } = plain(desk, 5);
  const [, asked] = await desk.submit([
    desk.command({ kind: 'adopt-import', import: number, to: 'applied', capacities: [] }),
    desk.command({
      ...({ kind: 'record-sign-in', person, ticket: ticket(5).number } as const),
      ...{ succeeded: true, generation: 1 },
    }),
  ]);
  expect(asked).toMatchObject({ kind: 'accepted', outcome: { kind: 'signed-in' } });
  await taken(desk);
  await isWhole(desk);
});

test('S1 a later import tells what it changes, keeps phone, password and what it does not speak of', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const first = await begin(desk);
  const passed = [{ course: '00009', grade: 70 }];
  const graded = { ...ticket(1), passed };
  await stage(desk, first, 0, [
    plain(desk, 1, { tickets: [graded] }),
    plain(desk, 2),
    plain(desk, 3),
  ]);
  await close(desk, first);
  await apply(desk, first);
  await adopt(desk, first);
  await taken(desk);
  const { person } = plain(desk, 1);
  await desk.send({
    ...({ kind: 'request-phone-code', person, challenge: opaque('challenge', 1) } as const),
    phone: '19900000001',
  });
  const code = desk.vault.smsCodeOf(opaque('challenge', 1));
  await desk.send({ kind: 'bind-phone', person, challenge: opaque('challenge', 1), code });
  await desk.send({ kind: 'set-password', person, hash: '$argon2id$invented' });

  const later = [
    plain(desk, 1, { name: '示例改名', hasPhoto: false }),
    plain(desk, 2),
    plain(desk, 3, { phone: '19900000003', tickets: [{ ...ticket(3), status: 'graduated' }] }),
    plain(desk, 4),
  ];
  const changes = [
    { how: 'changed', columns: ['name', 'photo'] },
    { how: 'same' },
    { how: 'changed', columns: ['phone', 'ticket_status'] },
    { how: 'added' },
  ];
  // A preview tells the same, and leaves nothing behind.
  const before = desk.writer.status().index;
  expect(await stage(desk, 0, 0, later, false)).toMatchObject({ outcome: { people: changes } });
  expect(desk.writer.status().index).toBe(before);
  const second = await begin(desk, 2);
  expect(await stage(desk, second, 0, later)).toMatchObject({ outcome: { people: changes } });
  await close(desk, second);
  await apply(desk, second);
  await adopt(desk, second);
  expect(await view(desk, 1)).toMatchObject({
    ...{ name: '示例改名', hasPhoto: false, passwordSet: true },
    ...{ phone: { mask: '199****0001' }, tickets: [{ passed }] },
  });
  await taken(desk);
  expect(await stage(desk, 0, 0, later, false)).toMatchObject({
    outcome: { people: later.map(() => ({ how: 'same' })) },
  });
  await isWhole(desk);
});

test('S1 grades go to the tickets they name, and strangers are told apart', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const first = await begin(desk);
  await stage(desk, first, 0, [
    plain(desk, 1, { tickets: [{ ...ticket(1), passed: [{ course: '00009', grade: 61 }] }] }),
  ]);
  await close(desk, first);
  await apply(desk, first);
  await adopt(desk, first);
  await taken(desk);
  const second = await begin(desk, 2);
  const { person } = plain(desk, 1);
  const grades = (of: string, course: string, grade: number) => [
    { ticket: of, passed: { course, grade } },
  ];
  const send = (people: { person: string; grades: ReturnType<typeof grades> }[], slice: number) =>
    desk.send({ kind: 'stage-grades', import: second, slice, keep: true, people });
  const number = ticket(1).number;
  expect(
    await send(
      [
        { person, grades: grades(number, '00012', 88) },
        { person: plain(desk, 9).person, grades: grades(number, '00012', 88) },
        { person, grades: grades(ticket(9).number, '00012', 88) },
      ],
      0,
    ),
  ).toMatchObject({
    outcome: {
      people: [
        { how: 'changed', columns: ['passed'] },
        { how: 'unknown', what: 'person' },
        { how: 'unknown', what: 'ticket' },
      ],
    },
  });
  const right = [...grades(number, '00009', 75), ...grades(number, '00012', 88)];
  expect(await send([{ person, grades: right }], 0)).toMatchObject({
    outcome: { people: [{ how: 'changed', columns: ['passed'] }] },
  });
  await close(desk, second);
  await apply(desk, second);
  await adopt(desk, second);
  expect((await view(desk, 1))?.tickets).toMatchObject([
    {
      passed: [
        { course: '00009', grade: 75 },
        { course: '00012', grade: 88 },
      ],
    },
  ]);
  await taken(desk);
});

test('S1 a half-sent import is never seen, is dropped, and its late slices are refused', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const number = await begin(desk);
  await stage(desk, number, 0, peopleOf(desk, 0, 64));
  expect(
    await desk.send({
      ...({ kind: 'begin-import', key: opaque('upload', 9) } as const),
      ...{ what: 'candidates', source: 'b.csv', ...brought },
    }),
  ).toMatchObject({ reason: 'import-open' });
  await desk.send({ kind: 'drop-import', import: number, ...brought });
  await adopt(desk, number);
  expect(await stage(desk, number, 1, peopleOf(desk, 64, 90))).toMatchObject({
    reason: 'import-closed',
  });
  expect(await close(desk, number)).toMatchObject({ reason: 'import-closed' });
  expect(await apply(desk, number)).toMatchObject({ reason: 'import-closed' });
  expect(await view(desk, 3)).toBeNull();
  expect(await begin(desk, 2)).toBe(number + 1);
  await isWhole(desk);
});

test.each([0, 1, 2, 3, 4, 5, 6])(
  'S1 killed after step %i of an import, the next start goes on with it to the same end',
  async (steps) => {
    const desk = await (await new WriterDesk().start()).open();
    let number = 0;
    const all: (() => Promise<unknown>)[] = [
      async () => {
        number = await begin(desk);
      },
      () => stage(desk, number, 0, peopleOf(desk, 0, 64)),
      () => stage(desk, number, 1, peopleOf(desk, 64, 128)),
      () => close(desk, number),
      () => apply(desk, number),
      () => adopt(desk, number),
      () => view(desk, 70),
    ];
    for (const [place, step] of all.entries()) {
      await step();
      if (place !== steps) continue;
      if (place < 5) expect(await view(desk, 70)).toBeNull();
      await desk.start();
      // What was answered is repeated without harm, as by a sender that heard nothing; but what was
      // acknowledged is not due again.
      if (place !== 5) await step();
      else expect(desk.effects.filter(({ kind }) => kind === 'adopt-import')).toEqual([]);
    }
    await taken(desk);
    for (const one of [0, 70, 127])
      expect(await view(desk, one)).toMatchObject({ name: `示例${one}` });
    expect(await view(desk, 128)).toBeNull();
    await isWhole(desk);
    await desk.start();
    expect(await view(desk, 100)).toMatchObject({ name: '示例100' });
  },
);

test('S1 of a slice half taken at a kill nobody is taken twice', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const number = await begin(desk);
  for (let slice = 0; slice < 6; slice += 1)
    await stage(desk, number, slice, peopleOf(desk, slice * 64, slice * 64 + 64));
  await close(desk, number);
  await apply(desk, number);
  await adopt(desk, number);
  for (const one of [383, 1, 200]) await view(desk, one);
  await desk.start();
  await taken(desk);
  const imported = [...desk.store.entries(1)]
    .flatMap(({ value }) => [...decodeEntry(value).events])
    .flatMap((event) => (event.kind === 'candidate-imported' ? [event.person] : []));
  expect(imported).toHaveLength(384);
  expect(new Set(imported).size).toBe(384);
  await isWhole(desk);
  for (const one of [0, 1, 200, 383])
    expect(await view(desk, one)).toMatchObject({ name: `示例${one}` });
});

test('S1 ids made with another key than the engine’s are refused, and nobody is sealed for a preview', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const number = await begin(desk);
  const stranger = { ...plain(desk, 1), person: plain(desk, 2).person };
  expect(await stage(desk, number, 0, [stranger])).toMatchObject({ reason: 'person-unknown' });
  desk.vault.settled = true;
  await stage(desk, number, 0, peopleOf(desk, 0, 10), false);
  expect(desk.vault.settled).toBe(true);
});

test.each([0, 1, 2, 3])(
  'S5 desks of two slices are there once and whole, killed after step %i and while they are taken',
  async (kill) => {
    const desk = await (await new WriterDesk().start()).open();
    const people = [1, 2];
    for (const one of people) {
      await desk.send(choose(one, 0, '11001'));
      await desk.send(hold(one, 1));
      await desk.send(save(desk, one, 2, ['A']));
      await desk.send({ kind: 'confirm-registration', ...from(one, 3) });
      const order = `202610_0101_${one}_1`;
      const started = await desk.send({
        ...({ kind: 'start-payment', ...from(one, 4), order } as const),
        ...{ provider: 'sandbox', way: 'scan' },
      });
      if (started.kind !== 'accepted' || started.outcome.kind !== 'payment-started')
        return expect.unreachable(JSON.stringify(started));
      const { attempt } = started.outcome;
      await desk.send({ ...givenPayment(attempt, 3_500), paidAt: desk.now });
    }
    const number = await begin(desk);
    const mark = (one: number, deskNumber: string): StagedMark => ({
      ...{ person: givenPerson(one), ticket: givenTicket(one), unit: 'A', course: '11001' },
      mark: { kind: 'desk', desk: { venue: '', room: '003', deskNumber } },
    });
    const part = { kind: 'stage-marks', import: number, area: '0101' } as const;
    const steps = [
      () => desk.send({ ...part, slice: 0, marks: [mark(1, '1')] }),
      () => desk.send({ ...part, slice: 1, marks: [mark(2, '2')] }),
      () => close(desk, number),
      () => apply(desk, number),
    ];
    for (const [place, step] of steps.entries()) {
      await step();
      if (place === kill) await desk.start();
      // Answered anew by who heard nothing, and staged no second time.
      await step();
    }
    await adopt(desk, number);
    await desk.start();
    await taken(desk);
    for (const one of people) {
      const person = givenPerson(one);
      expect(await desk.ask({ kind: 'registration', area: '0101', person })).toMatchObject({
        registration: { seats: [{ sitting: { desk: { room: '003', deskNumber: String(one) } } }] },
      });
    }
    const events = [...desk.store.entries(1)].flatMap(({ value }) => decodeEntry(value).events);
    expect(events.filter(({ kind }) => kind === 'seats-marked')).toHaveLength(2);
    await isWhole(desk);
    await desk.start();
    expect(await staging(desk)).toMatchObject({ state: 'done', slices: 2, taken: 2 });
  },
);
