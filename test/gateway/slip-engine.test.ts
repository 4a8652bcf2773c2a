/**
 * A slip and its check through a real gateway with its real pages and a real engine: bus, writer,
 * journal and LMDB. People and areas are in different partitions, so that the question finds its way.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import { personIdOf } from '../../engine/protocol/indices.ts';
import type { RegistrationView } from '../../engine/protocol/replies.ts';
import { gatewayConfigOf } from '../../gateway/config.ts';
import { createCookies, newNonce } from '../../gateway/cookies.ts';
import { createEngineClient, type EngineClient } from '../../gateway/engine-client.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { accepted } from '../given.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';

let here: EngineHere;
let gateway: Gateway;
let other: Gateway;
let client: EngineClient;
const key = (name: string): Buffer => readFileSync(join(here.config.keysFolder, `${name}.key`));

beforeAll(async () => {
  here = await startEngineHere({
    RUXI_AREA_PARTITIONS: 'a0,a1',
    RUXI_PEOPLE_PARTITIONS: 'people0',
  });
  const keys = { index: key('index'), cookie: key('cookie'), slip: key('slip') };
  const config = gatewayConfigOf({ RUXI_PORT: '0' }, keys, here.config.layout);
  gateway = await startGateway(config, here.bus);
  const elsewhere = { RUXI_PORT: '0', RUXI_ORIGIN: 'http://ruxi.example' };
  other = await startGateway(gatewayConfigOf(elsewhere, keys, here.config.layout), here.bus);
  client = createEngineClient({ bus: here.bus, layout: here.config.layout, now: Date.now });
  await client.whenReady();
}, 60_000);
afterAll(async () => {
  await client?.close();
  await Promise.all([gateway?.stop(), other?.stop()]);
  await here?.stop();
});

async function get(path: string, cookie = '', at = gateway) {
  const answer = await fetch(`http://127.0.0.1:${at.port}${path}`, { headers: { cookie } });
  const html = await answer.text();
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? '';
  return { status: answer.status, html, text: main.replaceAll(/<[^>]*>/g, ' ') };
}
const verdictOf = async (code: string, at = gateway): Promise<string> => {
  const { status, html } = await get(`/verify?c=${code}`, '', at);
  expect(status).toBe(200);
  return /<title>([^ ]*) - 查验/.exec(html)?.[1] ?? '';
};

/** A new candidate of the demonstration, whose password and phone are on record, in area 0104. */
async function someone() {
  const ready = demonstrationSignIns().find(({ phone }) => phone !== undefined);
  const { documentType, documentNumber } = ready ?? expect.unreachable();
  const person = personIdOf(key('index'), documentType, documentNumber);
  const asked = await client.ask({ kind: 'candidate', person });
  const candidate = (asked.kind === 'candidate' && asked.candidate) || expect.unreachable();
  const [ticket = expect.unreachable()] = candidate.tickets;
  const phone = candidate.phone ?? expect.unreachable();

  const send = async (body: Parameters<EngineClient['send']>[0]) => {
    const reply = await client.send(body, { id: newNonce(), answerBy: Date.now() + 5_000 });
    return reply.kind === 'unknown' ? expect.unreachable() : accepted(reply);
  };
  const view = async (): Promise<RegistrationView> => {
    const answer = await client.ask({ kind: 'registration', area: '0104', person });
    return answer.kind === 'registration' ? answer.registration : expect.unreachable();
  };
  const on = async () => {
    const { revision } = await view();
    return { person, area: '0104', claim: 1, revision, ticket: ticket.number };
  };
  const issuedAt = Date.now();
  const { candidateType } = candidate;
  const cookie = createCookies(key('cookie'), false).setSignIn({
    candidateType,
    ...({ person, ticket: ticket.number, programme: ticket.programme, kind: 'full' } as const),
    ...{ generation: candidate.generation, nameMask: candidate.nameMask },
    ...{ issuedAt, expiresAt: issuedAt + 3_600_000, nonce: newNonce() },
  });
  return { candidate, ticket, phone, send, view, on, cookie: cookie.split(';')[0] ?? '' };
}

test('F41 F31 from a paid order to its slip, to its check by strangers, to a refund that ends it', async () => {
  const { candidate, ticket, phone, send, view, on, cookie } = await someone();
  const { person } = candidate;
  await send({ kind: 'choose-area', person, ticket: ticket.number, area: '0104' });
  const session = await client.ask({ kind: 'session' });
  const offered = session.kind === 'session' ? (session.adopted?.catalogue.courses ?? []) : [];
  const course = offered.find(({ unit }) => unit === 'A')?.code ?? expect.unreachable();
  const { programme } = ticket;
  const { candidateType } = candidate;
  const choice = { programme, candidateType, course, replace: false };
  await send({ kind: 'choose-course', ...(await on()), ...choice });
  const challenge = newNonce();
  const since = Date.now();
  await send({ kind: 'hold-seats', ...(await on()), challenge, phone });
  const code = await vi.waitFor(async () => {
    const messages = await client.messages();
    const newest = Array.isArray(messages) ? messages.find(({ at }) => at >= since) : undefined;
    return /[0-9]{6}/.exec(newest?.text ?? '')?.[0] ?? expect.unreachable('no message yet');
  });
  await send({ kind: 'save-seats', ...(await on()), challenge, code, units: ['A'] });
  await send({ kind: 'confirm-registration', ...(await on()) });
  const [{ number: order, feeFen } = expect.unreachable()] = (await view()).orders;
  expect((await get('/slip', cookie)).text).toContain('还没有缴费');

  const paying = { ...(await on()), order, provider: 'sandbox', way: 'scan' } as const;
  const started = await send({ kind: 'start-payment', ...paying });
  const attempt = started.kind === 'payment-started' ? started.attempt : expect.unreachable();
  await send({
    ...({ kind: 'note-payment', area: '0104', attempt, provider: 'sandbox' } as const),
    ...{ transaction: 'T1', amountFen: feeFen, paidAt: Date.now() },
  });

  const slip = await get('/slip', cookie);
  for (const text of [candidate.name, candidate.documentMask, ticket.number, order, course]) {
    expect(slip.text).toContain(text);
  }
  const printed = /([0-9A-Z]{4}-){5}[0-9A-Z]{4}/.exec(slip.text)?.[0] ?? '';
  // Every gateway says the same; where the public address is not set, the browser's own is printed.
  expect(slip.text).toContain(`http://127.0.0.1:${gateway.port}/verify`);
  const elsewhere = await get('/slip', cookie, other);
  expect(elsewhere.text).toContain('http://ruxi.example/verify');
  expect(elsewhere.text).toContain(printed);

  const checked = await get(`/verify?c=${printed}`);
  expect(checked.text).toContain('有效');
  for (const secret of [candidate.name, candidate.nameMask, ticket.number, order, course, '0104']) {
    expect(checked.html).not.toContain(secret);
  }
  expect(await verdictOf(printed, other)).toBe('有效');
  expect(await verdictOf(printed.toLowerCase().replaceAll('-', ''))).toBe('有效');
  const forged = printed.endsWith('0') ? `${printed.slice(0, -1)}2` : `${printed.slice(0, -1)}0`;
  expect(await verdictOf(forged)).toBe('无效');

  await send({ kind: 'request-refund', ...(await on()), order });
  expect(await verdictOf(printed)).toBe('无效');
  expect((await get('/slip', cookie)).text).toContain('正在退费');
});

test('D2 bad codes give pages of one size, whatever they are', async () => {
  const sizes = new Set<number>();
  for (const code of ['K7QM3F2A9TZX04RB81WDHS6E', '0'.repeat(24), 'Z'.repeat(24)]) {
    sizes.add((await get(`/verify?c=${code}`)).html.length);
  }
  expect(sizes.size).toBe(1);
});
