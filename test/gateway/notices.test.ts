/**
 * Notices of a real sandbox over HTTP into the books: right ones, and wrong in every way. The clock
 * of the books stands; the sandbox and its signatures go by the real one.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import { noticePath } from '../../engine/payments/config.ts';
import type { AsideView, OrderView } from '../../engine/protocol/replies.ts';
import { HttpServer } from '../../gateway/http.ts';
import { createWrongNotices, noticeBytesMax, takeNotice } from '../../gateway/paying/notices.ts';
import { givenPhone } from '../given.ts';
import { type SandboxHere, startSandboxHere } from '../harness/sandbox.ts';
import { type GivenGateway, givenGateway, ticket } from './registering-browser.ts';

let here: SandboxHere;
let gateway: GivenGateway;
let server: HttpServer;
let address: string;
let wrong: ReturnType<typeof createWrongNotices>;
const faults: unknown[] = [];

beforeEach(async () => {
  here = await startSandboxHere();
  gateway = givenGateway({ providers: [here.provider] });
  server = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    trustedProxies: new Set(),
    secure: true,
    failurePage: (status) => `${status}`,
    onFault: (_, error) => faults.push(error),
  });
  wrong = createWrongNotices();
  // The sandbox signs with the time it is.
  const context = { ...gateway.context, now: Date.now };
  server.raw(noticePath('sandbox'), noticeBytesMax, takeNotice(context, here.provider, wrong));
  address = `http://127.0.0.1:${await server.listen()}${noticePath('sandbox')}`;
  here.sandbox.noticesTo(address);
});
afterEach(async () => {
  await server.stop();
  await here.stop();
  expect(faults).toEqual([]);
});

const area = '0124';
const person = 'person-1'.padEnd(22, '-');

/** An order, and an attempt that the sandbox knows. */
async function attempt(): Promise<string> {
  const { desk } = gateway.books;
  gateway.admit(1);
  const from = () => {
    const revision = desk.partition.areas.get(area)?.registrations.get(person)?.revision ?? 0;
    return { area, person, claim: 1, ticket, revision };
  };
  desk.send({ kind: 'choose-area', person, ticket, area });
  const choose = {
    kind: 'choose-course',
    programme: '080901',
    candidateType: 'open',
    replace: false,
  } as const;
  desk.send({ ...choose, ...from(), course: '00023' });
  const challenge = 'challenge'.padEnd(22, '-');
  desk.send({ kind: 'hold-seats', ...from(), challenge, phone: givenPhone(1) });
  desk.send({ kind: 'save-seats', ...from(), challenge, units: ['A'], codeMatches: true });
  desk.send({ kind: 'confirm-registration', ...from() });
  const order = orderOf().number;
  const started = desk.send({
    ...({ kind: 'start-payment', ...from(), order } as const),
    ...({ provider: 'sandbox', way: 'scan' } as const),
  });
  if (started.kind !== 'accepted' || started.outcome.kind !== 'payment-started') {
    return expect.unreachable();
  }
  const { attempt: number, amountFen } = started.outcome;
  await here.provider.open({
    ...({ attempt: number, amountFen, title: '报考费', way: 'scan' } as const),
    ...{ expiresAt: Date.now() + 60_000, returnTo: 'http://ruxi.localhost/mine' },
  });
  return number;
}

function orderOf(): OrderView {
  const { partition, now } = gateway.books.desk;
  const answer = ask(partition, { kind: 'registration', area, person }, now);
  const order = answer.kind === 'registration' ? answer.registration.orders.at(-1) : undefined;
  return order ?? expect.unreachable();
}

function asides(): AsideView[] {
  const { partition, now } = gateway.books.desk;
  const answer = ask(partition, { kind: 'asides' }, now);
  return answer.kind === 'asides' ? answer.asides : expect.unreachable();
}

/** Posts as anybody could: nothing of it is signed. */
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(address, { method: 'POST', body, headers });

test('D14 a notice books the payment, and twice the same changes nothing', async () => {
  const number = await attempt();
  await here.sandbox.behave({ noticeCopies: 3 });
  await here.sandbox.pay(number);
  await vi.waitFor(() => expect(orderOf().attempts[0]?.state).toBe('paid'));
  await vi.waitFor(() => expect(gateway.books.sent.length).toBeGreaterThanOrEqual(3));
  expect(new Set(gateway.books.sent.map(({ kind }) => kind))).toEqual(new Set(['note-payment']));
  expect(asides()).toEqual([]);
});

test('D14 what the engine could not keep is not answered as taken, and comes again', async () => {
  const number = await attempt();
  gateway.books.loseNext('before');
  await here.sandbox.pay(number);
  await vi.waitFor(() => expect(orderOf().attempts[0]?.state).toBe('paid'));
});

test('D14 a wrong amount is set aside and taken, and the order stays unpaid', async () => {
  const number = await attempt();
  await here.sandbox.behave({ wrong: 'amount' });
  await here.sandbox.pay(number);
  await vi.waitFor(() => expect(asides()).toHaveLength(1));
  expect(asides()[0]).toMatchObject({
    provider: 'sandbox',
    why: 'amount-differs',
    attempt: number,
  });
  expect(orderOf().state).toBe('confirmed');
});

test('D14 a payment of an order that nobody knows goes to the list', async () => {
  const number = await attempt();
  await here.sandbox.behave({ wrong: 'order' });
  await here.sandbox.pay(number);
  await vi.waitFor(() => expect(asides()[0]?.why).toBe('payment-unknown'));
  expect(orderOf().state).toBe('confirmed');
});

test.each([
  ['signature', 'signature'],
  ['time', 'stale'],
  ['merchant', 'merchant'],
] as const)(
  'D14 a notice with a wrong %s changes nothing and is shown to staff',
  async (how, why) => {
    const number = await attempt();
    await here.sandbox.behave({ wrong: how });
    await here.sandbox.pay(number);
    await vi.waitFor(() => expect(asides()[0]?.why).toBe(why));
    expect(orderOf().state).toBe('confirmed');
    // N1: a right one may follow, and does.
    await here.sandbox.behave({ wrong: 'nothing' });
    if (why === 'merchant') return;
    await vi.waitFor(() => expect(orderOf().state).toBe('paid'));
  },
);

test('D13 D14 a refund that succeeded frees the seats; another number than ours does not', async () => {
  const number = await attempt();
  await here.sandbox.pay(number);
  await vi.waitFor(() => expect(orderOf().state).toBe('paid'));
  const { desk } = gateway.books;
  const row = desk.partition.areas.get(area)?.registrations.get(person);
  desk.send({
    ...({ kind: 'request-refund', area, person, claim: 1, ticket } as const),
    ...{ revision: row?.revision ?? 0, order: orderOf().number },
  });
  const refunding = { attempt: number, transaction: 'any', amountFen: 3500 };
  await here.provider.refund({ ...refunding, refund: `${number}R` });
  await vi.waitFor(() => expect(orderOf().state).toBe('refunded'));
});

test('D14 what nobody signed is refused, costs one line of the list at most, and is counted beyond', async () => {
  for (let times = 0; times < 30; times += 1) {
    const answer = await post(`{"kind":"paid","order":"2610_0124_${times}_1_1"}`);
    expect(answer.status).toBe(503);
  }
  expect(asides()).toMatchObject([{ why: 'signature', attempt: '' }]);
  expect(gateway.books.sent.length).toBeLessThanOrEqual(21);
  const [[what, count] = []] = [...wrong.take()];
  expect([what, (count ?? 0) + gateway.books.sent.length]).toEqual(['sandbox signature', 30]);
  expect(wrong.take().size).toBe(0);
});

test('D14 a notice needs no cookie, origin or type, and is bounded', async () => {
  const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
  expect((await post('{}', headers)).status).toBe(503);
  expect((await post('x'.repeat(noticeBytesMax + 1))).status).toBe(413);
  expect((await fetch(address)).status).toBe(405);
});
