/** The same against a real engine and the hashing process: the switch, the save, and back. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import { partitionOfArea } from '../../engine/protocol/layout.ts';
import { decideFromShell } from '../../engine/shell-acts.ts';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import { startHashing } from '../../gateway/hashing/hashing.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { type Asking, askEngine } from '../harness/holding.ts';
import { Browser, type Gateway, gatewayOver } from './registering-browser.ts';

let here: EngineHere;
let asking: Asking;
let gateway: Gateway;
const hashing = startHashing();
/** A busy machine slows it and fails nothing. */
const patience = { timeout: 60_000 };
const two = { reason: '示例：通道中断', by: '示例甲', andBy: '示例乙' };

beforeAll(async () => {
  // Areas, people and the session apart: the switch has to travel.
  here = await startEngineHere({ RUXI_AREA_PARTITIONS: 'a0,a1', RUXI_PEOPLE_PARTITIONS: 'c0' });
  const catalogue = createCatalogue();
  const availability = createAvailability();
  asking = await askEngine(here);
  const { client } = asking;
  client.onNotice((notice) => {
    if (notice.kind === 'session-changed') catalogue.adopt(notice.adopted);
  });
  const session = await client.ask({ kind: 'session' });
  if (session.kind === 'session' && session.adopted !== null) catalogue.adopt(session.adopted);
  gateway = gatewayOver({ client, catalogue, availability, now: Date.now });
  Object.assign(gateway.context, { hashing });
}, 60_000);
afterAll(async () => {
  await hashing.stop();
  await asking?.close();
  await here?.stop();
});

/** Decided, and heard of by areas and gateway. */
async function decide(to: 'code' | 'password', area: string): Promise<void> {
  const act = { kind: 'set-booking-proof', to } as const;
  const { bus, config } = here;
  expect(await decideFromShell(bus, config.layout, { act, ...two })).toEqual({ kind: 'decided' });
  await vi.waitFor(async () => {
    const heard = gateway.context.catalogue.current()?.adopted.settings.bookingProof;
    const partition = partitionOfArea(asking.client.layout, area);
    const there = await asking.client.askAt(partition, { kind: 'session' });
    const known = there.kind === 'session' && there.adopted?.settings.bookingProof;
    expect([heard, known]).toEqual([to, to]);
  }, patience);
}

type Unit = { unit: { code: string } };
const entry = (browser: Browser, password: string) => ({
  challenge: browser.page.code.challenge,
  units: browser.page.units.map(({ unit }: Unit) => unit.code),
  password,
});

test('D7 D3 B2 two staff switch, the password saves and no message goes out; then codes again', async () => {
  const area = '0104';
  const someone =
    demonstrationSignIns().find(
      ({ phone, password }) => phone !== undefined && !/^\d{5}[\dX]$/.test(password),
    ) ?? expect.unreachable();
  const { documentType, documentNumber, password } = someone;
  const person = here.engine.vault.personIdOf(documentType, documentNumber);
  const { client } = asking;
  const asked = await client.ask({ kind: 'candidate', person });
  const candidate = asked.kind === 'candidate' ? asked.candidate : null;
  const ticket = candidate?.tickets[0]?.number ?? expect.unreachable();
  const { courses } =
    gateway.context.catalogue.current()?.adopted.catalogue ?? expect.unreachable();
  const offered = (unit: string) => courses.find((one) => one.unit === unit)?.code ?? '';
  const browser = new Browser(gateway, person, ticket);

  await decide('password', area);
  await browser.toCourses(area);
  for (const unit of ['A', 'B']) await browser.post('/register/courses', { course: offered(unit) });
  await browser.post('/register/hold');
  expect(browser.page).toMatchObject({ page: 'code', byPassword: true });
  const { page } = browser;
  // A double click on a wrong password: one try, one failure.
  for (let times = 0; times < 2; times += 1) {
    browser.page = page;
    await browser.post('/register/save/password', entry(browser, 'not the password'));
    expect(browser.page.problem).toEqual({ reason: 'password-wrong', triesLeft: 4 });
  }
  await browser.post('/register/save/password', entry(browser, password));
  expect(browser.page).toMatchObject({ page: 'saved', failed: [] });
  expect(browser.page.saved).toHaveLength(2);
  const codes = async () => {
    const messages = await client.messages();
    return Array.isArray(messages) ? messages.filter(({ text }) => /[0-9]{6}/.test(text)) : [];
  };
  expect(await codes()).toEqual([]);

  await decide('code', area);
  await browser.get('/register/courses');
  await browser.post('/register/courses', { course: offered('C') });
  await browser.post('/register/hold');
  expect(browser.page.byPassword).toBeUndefined();
  await vi.waitFor(async () => expect(await codes()).toHaveLength(1), patience);
  await browser.post('/register/save/password', entry(browser, password));
  expect(browser.page).toMatchObject({ page: 'code', problem: { reason: 'password-ended' } });
});
