/** The engine's calls to a provider, made on another thread. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ProviderDesk, startProviderThread } from '../../engine/payments/provider-thread.ts';
import { type SandboxHere, startSandboxHere } from '../harness/sandbox.ts';

const attempt = 'DEMO_0124_1_1_1';
const opening = { attempt, amountFen: 3_500, title: '自学考试报考费 1 门', way: 'scan' } as const;
let here: SandboxHere;
let desk: ProviderDesk;

beforeAll(async () => {
  here = await startSandboxHere();
  desk = await startProviderThread({
    returnTo: 'http://127.0.0.1/mine',
    sandbox: {
      ...{ host: '127.0.0.1', port: 0, address: here.sandbox.address, folder: here.folder },
      ...{ keysFolder: `${here.folder}/keys`, merchant: 'ruxi', noticesTo: here.sandbox.address },
    },
  });
});
afterAll(async () => {
  await desk.close();
  await here.stop();
});

const provider = () => {
  const [first] = desk.providers;
  if (first === undefined) throw new Error('no provider');
  return first;
};

test('F40 what the provider says comes back across the thread as it is', async () => {
  expect(desk.providers.map(({ name }) => name)).toEqual(['sandbox']);
  const expiresAt = Date.now() + 600_000;
  await here.provider.open({ ...opening, expiresAt, returnTo: 'http://127.0.0.1/mine' });
  expect(await provider().query(attempt)).toEqual({ kind: 'waiting' });
  await here.sandbox.pay(attempt);
  const paid = await provider().close(attempt);
  if (paid.kind !== 'paid') throw new Error(paid.kind);
  const { transaction, amountFen } = paid;
  const refunding = { attempt, refund: `${attempt}R`, transaction, amountFen };
  expect(await provider().refund(refunding)).toMatchObject({ kind: 'succeeded' });
  await here.sandbox.behave({ billsEarly: true });
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  expect(await provider().bill(today)).toHaveLength(2);
});

test('D11 a provider that is down rejects here as there: nobody knows', async () => {
  await here.sandbox.behave({ down: true });
  await expect(provider().query(attempt)).rejects.toThrow();
  await here.sandbox.behave({ down: false });
  expect(await provider().query(attempt)).toMatchObject({ kind: 'paid' });
});
