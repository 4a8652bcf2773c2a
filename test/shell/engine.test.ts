/** A whole engine, its books apart in several partitions, as a gateway sees it. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import { decodeReplies } from '../../engine/protocol/codec.ts';
import type { RegistrationView } from '../../engine/protocol/replies.ts';
import { commandsTo } from '../../engine/protocol/subjects.ts';
import {
  type CommandBody,
  createEngineClient,
  type EngineClient,
} from '../../gateway/engine-client.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';

const area = '0124';
let engine: EngineHere;
let client: EngineClient;
let ids = 0;

beforeAll(async () => {
  engine = await startEngineHere({
    RUXI_SESSION_PARTITION: 's',
    RUXI_AREA_PARTITIONS: 'a0,a1',
    RUXI_PEOPLE_PARTITIONS: 'u0,u1',
    RUXI_PHONE_PARTITIONS: 'n',
  });
  client = createEngineClient({
    bus: engine.bus,
    layout: engine.config.layout,
    now: Date.now,
    timeoutMs: 60_000,
  });
  await client.whenReady();
});
afterAll(async () => {
  await client.close();
  await engine.stop();
});

const send = async (body: CommandBody) => {
  ids += 1;
  const reply = await client.send(body, {
    id: `engine${ids}`.padEnd(22, '-'),
    answerBy: Date.now() + 60_000,
  });
  if (reply.kind !== 'accepted') throw new Error(JSON.stringify(reply));
  return reply;
};
async function registration(person: string): Promise<RegistrationView> {
  const answer = await client.ask({ kind: 'registration', area, person });
  if (answer.kind !== 'registration') throw new Error(JSON.stringify(answer));
  return answer.registration;
}

test('B1 B14 a candidate takes seats across partitions: claim, draft, hold, message, save', async () => {
  const someone = demonstrationSignIns().find(({ password }) => !/^\d{5}[\dX]$/.test(password));
  if (someone === undefined) throw new Error('no new candidate to be');
  const person = engine.engine.vault.personIdOf(someone.documentType, someone.documentNumber);
  const known = await client.ask({ kind: 'candidate', person });
  if (known.kind !== 'candidate' || known.candidate === null) throw new Error('not imported');
  const { tickets, phone } = known.candidate;
  const ticket = tickets[0];
  if (ticket === undefined || phone === undefined) throw new Error('no ticket or no phone');

  const { outcome } = await send({ kind: 'choose-area', person, ticket: ticket.number, area });
  if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
  const from = { area, person, claim: outcome.claim, ticket: ticket.number };
  const session = await client.ask({ kind: 'session' });
  if (session.kind !== 'session' || session.adopted === null) throw new Error('no session');
  const courses = session.adopted.catalogue.courses.filter(
    ({ unit, method }) => method === 'written' && (unit === 'A' || unit === 'C'),
  );
  for (const unit of ['A', 'C']) {
    const course = courses.find((one) => one.unit === unit)?.code ?? '';
    const { revision } = await registration(person);
    const { programme } = ticket;
    await send({ kind: 'choose-course', ...from, revision, programme, course, replace: false });
  }
  const challenge = 'challenge1------------';
  const { revision } = await registration(person);
  const held = await send({ kind: 'hold-seats', ...from, revision, challenge, phone });
  expect(held.outcome).toMatchObject({ kind: 'held', held: ['A', 'C'], full: [] });

  await vi.waitFor(async () => expect((await registration(person)).code?.delivery).toBe('sent'));
  const messages = await client.messages();
  const [message] = Array.isArray(messages) ? messages : [];
  expect(message?.phone).toBe(someone.phone);
  const code = /验证码 (\d{6})/.exec(message?.text ?? '')?.[1] ?? '';
  const now = await registration(person);
  const units = ['A', 'C'];
  const saved = await send({
    kind: 'save-seats',
    ...from,
    revision: now.revision,
    challenge,
    code,
    units,
  });
  expect(saved.outcome).toMatchObject({ kind: 'saved', failed: [] });
  expect(saved.registration?.seats.map(({ state }) => state.kind)).toEqual(['saved', 'saved']);

  for (const partition of engine.config.layout.areas) {
    const balance = await client.askAt(partition, { kind: 'balance' });
    if (balance.kind !== 'balance') throw new Error('no balance');
    for (const pool of balance.pools) {
      expect(pool.capacity).toBe(pool.free + pool.held + pool.saved);
    }
  }
  expect(engine.troubles).toEqual([]);
});

test('a message that cannot be read is answered so, and harms nobody', async () => {
  const [partition = ''] = engine.config.layout.areas;
  const bomb = new Uint8Array(100_000).fill(0x91);
  const answer = await engine.bus.ask(commandsTo(partition), bomb, 60_000);
  expect(decodeReplies(answer)).toEqual([]);
  expect(engine.troubles.splice(0)).toHaveLength(1);
  expect(await client.askAt(partition, { kind: 'status' })).toMatchObject({ kind: 'status' });
});

test('counts reach a gateway after the command that changed them', async () => {
  const heard = new Map<string, number>();
  const leave = client.onCounts((counts) => {
    for (const one of counts) heard.set(one.area, one.version);
  });
  await send({
    kind: 'set-capacity',
    area,
    capacities: ['A', 'B', 'C', 'D'].map((unit) => ({ unit, capacity: 500 })),
  });
  await vi.waitFor(() => expect(heard.has(area)).toBe(true));
  leave();
});
