/**
 * Registering against a real engine, in this process: bus, writer, journal and LMDB, with the
 * demonstration province. Pages come as their models; messages as the demonstration shows them.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import type { TicketNumber } from '../../engine/protocol/ids.ts';
import { personIdOf } from '../../engine/protocol/indices.ts';
import { loadKeys } from '../../engine/store/keys.ts';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import { createEngineClient, type EngineClient } from '../../gateway/engine-client.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { Browser, type Gateway, gatewayOver } from './registering-browser.ts';

let here: EngineHere;
let client: EngineClient;
let gateway: Gateway;

beforeAll(async () => {
  here = await startEngineHere();
  const catalogue = createCatalogue();
  const availability = createAvailability();
  client = createEngineClient({ bus: here.bus, layout: here.config.layout, now: Date.now });
  client.onCounts((counts) => availability.hear(counts));
  client.onNotice((notice) => {
    if (notice.kind === 'session-changed') catalogue.adopt(notice.adopted);
  });
  await client.whenReady();
  gateway = gatewayOver({ client, catalogue, availability, now: Date.now });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await here?.stop();
});

/** A new candidate of the demonstration: password and phone are on record. */
async function someone(which: number): Promise<Browser> {
  const ready = demonstrationSignIns().filter((one) => one.phone !== undefined);
  const { documentType, documentNumber } = ready[which] ?? expect.unreachable();
  const person = personIdOf(loadKeys(here.config.keysFolder).index, documentType, documentNumber);
  const asked = await client.ask({ kind: 'candidate', person });
  const candidate = asked.kind === 'candidate' ? asked.candidate : null;
  const ticket: TicketNumber = candidate?.tickets[0]?.number ?? expect.unreachable();
  return new Browser(gateway, person, ticket, candidate?.candidateType);
}

type Unit = { unit: { code: string }; own: { kind: string; course?: { code: string } } };
const states = (browser: Browser): string[] =>
  browser.page.units.map(({ own }: Unit) => `${own.course?.code ?? ''} ${own.kind}`);

/** One offered course of every unit, in timetable order. */
const offered = (place: number): string[] => {
  const session = gateway.context.catalogue.current() ?? expect.unreachable();
  return session.units.flatMap(
    ({ code }) =>
      session.adopted.catalogue.courses.filter((course) => course.unit === code)[place]?.code ?? [],
  );
};

/** What the telephone shows: the newest message that holds six digits. */
async function codeOf(since: number): Promise<string> {
  return vi.waitFor(async () => {
    const messages = await client.messages();
    const newest = Array.isArray(messages) ? messages.find(({ at }) => at >= since) : undefined;
    return /[0-9]{6}/.exec(newest?.text ?? '')?.[0] ?? expect.unreachable('no message yet');
  });
}

const entry = (browser: Browser, code: string) => ({
  challenge: browser.page.code.challenge,
  units: browser.page.units.map(({ unit }: Unit) => unit.code),
  code,
});

test('F22 F24 F25 F27 F32 F33 D6 B1 from the notice to saved seats, a swap, and back', async () => {
  const browser = await someone(0);
  const { availability } = gateway.context;
  await browser.toCourses('0104');
  expect(browser.page.page).toBe('courses');
  const free = () => availability.counts('0104', 'open')?.free.slice(0, 2) ?? [];
  const [first = 0, second = 0] = free();
  const [a = '', b = '', c = ''] = offered(0);

  await browser.post('/register/courses', { course: a });
  await browser.post('/register/courses', { course: b });
  const since = Date.now();
  await browser.post('/register/hold');
  expect(browser.page.page).toBe('code');
  // Live counts: what is held is gone for everybody at once.
  await vi.waitFor(() => expect(free()).toEqual([first - 1, second - 1]));
  await browser.post('/register/save', entry(browser, await codeOf(since)));
  expect(browser.page.page).toBe('saved');
  expect(states(browser).slice(0, 3)).toEqual([`${a} saved`, `${b} saved`, ' empty']);

  const [other = ''] = offered(1);
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: other, replace: '1' });
  await browser.post('/register/courses', { course: c });
  const later = Date.now();
  await browser.post('/register/hold');
  await browser.post('/register/save', entry(browser, await codeOf(later)));
  expect(states(browser).slice(0, 3)).toEqual([`${other} saved`, `${b} saved`, `${c} saved`]);
  expect(free()[0]).toBe(first - 1);

  await browser.get('/register/give-up');
  await browser.post('/register/give-up', { unit: ['A', 'B', 'C'] });
  expect(states(browser).slice(0, 3)).toEqual([' empty', ' empty', ' empty']);
  await vi.waitFor(() => expect(free()).toEqual([first, second]));
});

test('R1 without saved seats the area changes, and the old one is left', async () => {
  const browser = await someone(1);
  await browser.toCourses('0104');
  await browser.post('/register/courses', { course: offered(0)[0] ?? '' });
  await browser.get('/register/area');
  await browser.post('/register/area', { city: '510100', area: '0105' });
  await vi.waitFor(async () => {
    await browser.get('/register/courses');
    expect([browser.page.page, browser.page.area?.code]).toEqual(['courses', '0105']);
  });
  expect(states(browser).every((state) => state === ' empty')).toBe(true);
});

test('B2 a save sent twice is one save, and its outcome is found again', async () => {
  const browser = await someone(2);
  await browser.toCourses('0104');
  await browser.post('/register/courses', { course: offered(0)[0] ?? '' });
  const since = Date.now();
  await browser.post('/register/hold');
  const page = browser.page;
  const save = entry(browser, await codeOf(since));
  await browser.post('/register/save', save);
  const address = browser.location;
  browser.page = page;
  await browser.post('/register/save', save);
  expect(browser.page.page).toBe('saved');
  expect(new URLSearchParams(browser.location).get('kind')).toBe('save');
  await browser.get(address);
  expect(browser.page.saved).toHaveLength(1);
});
