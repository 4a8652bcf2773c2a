/** What is asked of payment providers, over the wire of the sandbox, with the clock in the test's hand. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chinaMidnight } from '../../engine/core/rules.ts';
import { createMoney, type Money, type MoneyEffect } from '../../engine/effects/money.ts';
import type { PaymentLine, Query, QueryReply } from '../../engine/protocol/replies.ts';
import type { RoutedBody } from '../../engine/protocol/routing.ts';
import { type SandboxHere, startSandboxHere } from '../harness/sandbox.ts';

const attempt = 'DEMO_0124_1_1_1';
const refund = `${attempt}R`;
const amountFen = 7_000;
const waiting = { timeout: 20_000 };

let here: SandboxHere;
let money: Money;
let told: RoutedBody[];
let troubles: string[];
let ours: PaymentLine[];
let answer: 'accepted' | 'payment-unknown' | 'amount-differs';
/** What the area says in which the money was taken (S5). */
let stands: { refundedAt: number; why: string };
let listFull: boolean;
/** Added to the real clocks. */
let ahead: number;

beforeEach(async () => {
  here = await startSandboxHere();
  told = [];
  troubles = [];
  ours = [];
  answer = 'accepted';
  stands = { refundedAt: 0, why: '' };
  listFull = false;
  ahead = 0;
  money = begin();
});
afterEach(async () => {
  await money.stop();
  await here.stop();
});

function begin(): Money {
  return createMoney({
    providers: [here.provider],
    partitions: ['p0', 'p1'],
    clock: {
      now: () => Date.now() + ahead,
      monotonic: () => performance.now() + ahead,
    },
    async tell(body) {
      told.push(body);
      const id = 'id--------------------';
      if (body.kind === 'set-aside' && listFull)
        return { id, kind: 'refused', reason: 'list-full' };
      if (body.kind === 'note-payment' && answer !== 'accepted')
        return { id, kind: 'refused', reason: answer };
      if (body.kind === 'refund-moved')
        return { id, kind: 'accepted', outcome: { kind: 'refund-stands', ...stands } };
      return { id, kind: 'accepted', outcome: { kind: 'done' } };
    },
    ask: async (partition: string, query: Query): Promise<QueryReply> => {
      const id = 'id--------------------';
      if (query.kind !== 'payments') throw new Error(query.kind);
      // Two pages of the first partition, none of the second.
      if (partition === 'p1') return { id, kind: 'payments', payments: [] };
      if (query.after === undefined)
        return { id, kind: 'payments', payments: [], next: { area: '0124', registration: 1 } };
      return { id, kind: 'payments', payments: ours };
    },
    onTrouble: (what) => troubles.push(what),
  });
}

async function open(expiresAt = Date.now() + ahead + 30 * 60_000): Promise<MoneyEffect> {
  const opened = await here.provider.open({
    ...{ attempt, amountFen, title: '自学考试报考费 2 门', way: 'scan', expiresAt },
    returnTo: 'http://127.0.0.1/mine',
  });
  expect(opened.kind).toBe('opened');
  return {
    ...{ kind: 'watch-payment', key: `${attempt}.live`, area: '0124', provider: 'sandbox' },
    ...{ attempt, startedAt: Date.now() + ahead, closesAt: expiresAt },
  };
}
const refundEffect = (transaction: string): MoneyEffect => ({
  ...{ kind: 'refund-payment', key: refund, area: '0124', provider: 'sandbox' },
  ...{ attempt, refund, transaction, amountFen },
});
const sinceToldOf = (kind: RoutedBody['kind']) =>
  vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ kind })), waiting);

test('F40 D14 a payment whose notice is lost is found by asking', async () => {
  await here.sandbox.behave({ silent: true });
  money.take(await open());
  await here.sandbox.pay(attempt);
  ahead += 6_000;
  await sinceToldOf('note-payment');
  expect(told).toMatchObject([
    { kind: 'note-payment', area: '0124', provider: 'sandbox', attempt, amountFen },
  ]);
});

test('a provider that answers nobody is away since the first of it, and asked until it answers', async () => {
  const effect = await open();
  const query = here.provider.query;
  let away = true;
  const asked = vi.spyOn(here.provider, 'query').mockImplementation(async (number) => {
    if (away) throw new Error('nobody answers');
    return query.call(here.provider, number);
  });
  const firstAt = Date.now() + ahead;
  money.take(effect);
  await vi.waitFor(() => {
    ahead += 10_000;
    expect(money.standings()[0]?.awaySince).toBeGreaterThanOrEqual(firstAt);
  }, waiting);
  expect(money.standings()).toMatchObject([{ provider: 'sandbox', answered: 0 }]);
  away = false;
  await vi.waitFor(() => {
    ahead += 10_000;
    expect(money.standings()[0]?.answered).toBeGreaterThan(0);
  }, waiting);
  expect(money.standings()[0]).not.toHaveProperty('awaySince');
  asked.mockRestore();
});

test('D11 an attempt that nobody paid is closed at the provider at its end, and only then', async () => {
  money.take(await open());
  ahead += 29 * 60_000;
  // Long enough for a look: it may ask, but nothing has ended.
  await vi.waitFor(async () => expect((await here.provider.query(attempt)).kind).toBe('waiting'));
  expect(told).toEqual([]);
  ahead += 61_000;
  await sinceToldOf('note-attempt-closed');
  expect((await here.provider.query(attempt)).kind).toBe('closed');
});

test('D11 at its end a payment that just came is found instead of a close', async () => {
  await here.sandbox.behave({ silent: true });
  const effect = await open();
  await here.sandbox.pay(attempt);
  ahead += 31 * 60_000;
  money.take(effect);
  await sinceToldOf('note-payment');
  expect(told).toHaveLength(1);
});

test('F38 an attempt that another replaced is closed at once', async () => {
  const effect = await open();
  money.take({ ...effect, key: `${attempt}.stopping`, closesAt: 0 } as MoneyEffect);
  await sinceToldOf('note-attempt-closed');
});

test('D14 a fact that no order takes is set aside', async () => {
  answer = 'amount-differs';
  await here.sandbox.behave({ silent: true });
  const effect = await open();
  await here.sandbox.pay(attempt);
  ahead += 31 * 60_000;
  money.take(effect);
  await sinceToldOf('set-aside');
  expect(told.at(-1)).toMatchObject({ why: 'amount-differs', attempt, amountFen });
});

test('D14 a fact for which the list has no room is told again until it is kept', async () => {
  answer = 'amount-differs';
  listFull = true;
  await here.sandbox.behave({ silent: true });
  const effect = await open();
  await here.sandbox.pay(attempt);
  ahead += 31 * 60_000;
  money.take(effect);
  await sinceToldOf('set-aside');
  listFull = false;
  const asides = () => told.filter(({ kind }) => kind === 'set-aside').length;
  const before = asides();
  ahead += 61_000;
  await vi.waitFor(() => expect(asides()).toBeGreaterThan(before), waiting);
});

test('D11 a provider that is down is asked again until it is back, and told of once', async () => {
  const effect = await open();
  await here.sandbox.behave({ down: true });
  ahead += 31 * 60_000;
  money.take(effect);
  await vi.waitFor(() => expect(troubles).toHaveLength(1), waiting);
  ahead += 3_600_000;
  await here.sandbox.behave({ down: false });
  await sinceToldOf('note-attempt-closed');
  expect(troubles).toHaveLength(1);
});

test('D13 a refund is asked for until it has succeeded; a refusal is noted, and asked again', async () => {
  await open();
  await here.sandbox.pay(attempt);
  const paid = await here.provider.query(attempt);
  if (paid.kind !== 'paid') throw new Error(paid.kind);
  await here.sandbox.behave({ refunds: 'refuse' });
  money.take(refundEffect(paid.transaction));
  await sinceToldOf('note-refund');
  expect(told.at(-1)).toMatchObject({ outcome: 'refused', refundedAt: 0 });
  expect(String(Object(told.at(-1)).why)).not.toBe('');
  await here.sandbox.behave({ refunds: 'processing' });
  ahead += 3_600_000;
  await vi.waitFor(
    async () =>
      expect(
        await here.provider.refund({ attempt, refund, amountFen, transaction: paid.transaction }),
      ).toMatchObject({ kind: 'processing' }),
    waiting,
  );
  await here.sandbox.behave({ refunds: 'succeed' });
  ahead += 3_600_000;
  await vi.waitFor(
    () => expect(told.at(-1)).toMatchObject({ kind: 'note-refund', outcome: 'succeeded', why: '' }),
    waiting,
  );
});

test('D13 the same refund handed over twice is asked for once', async () => {
  await open();
  await here.sandbox.pay(attempt);
  const paid = await here.provider.query(attempt);
  if (paid.kind !== 'paid') throw new Error(paid.kind);
  money.take(refundEffect(paid.transaction));
  money.take(refundEffect(paid.transaction));
  await sinceToldOf('note-refund');
  expect(told).toHaveLength(1);
});

test('B7 the bill of a day is compared with all our pages, to the fen, and differences are listed', async () => {
  await here.sandbox.behave({ silent: true, billsEarly: true });
  await open();
  await here.sandbox.pay(attempt);
  const paid = await here.provider.query(attempt);
  if (paid.kind !== 'paid') throw new Error(paid.kind);
  const { transaction, paidAt } = paid;
  const missing = 'DEMO_0124_2_1_1';
  ours = [
    { provider: 'sandbox', attempt, transaction, amountFen: amountFen - 1, paidAt },
    { provider: 'sandbox', attempt: missing, transaction: 'X1', amountFen, paidAt },
  ];
  const day = Math.floor((paidAt + 8 * 3_600_000) / 86_400_000);
  money.take({ kind: 'reconcile', key: `reconcile.${day}`, day });
  await sinceToldOf('note-reconciled');
  expect(told).toMatchObject([
    { kind: 'set-aside', why: 'bill-amount-differs', attempt },
    { kind: 'set-aside', why: 'bill-payment-missing-there', attempt: missing },
    {
      kind: 'note-reconciled',
      day,
      lines: [{ provider: 'sandbox', payments: 1, paidFen: amountFen, differences: 2 }],
    },
  ]);
});

test('B7 a refund that took days is found on the bill of the day that took it on', async () => {
  const day = 20_700;
  const at = chinaMidnight(day) + 3_600_000;
  const asked = { number: refund, requestedAt: at - 5 * 86_400_000, doneAt: at };
  const line = { provider: 'sandbox', attempt, transaction: 'T1', amountFen } as const;
  ours = [{ ...line, paidAt: at - 9 * 86_400_000, refund: asked }];
  // Taken on three days before it succeeded; its provider lists it there.
  const takenOn = new Date((day - 3) * 86_400_000).toISOString().slice(0, 10);
  const bill = vi
    .spyOn(here.provider, 'bill')
    .mockImplementation(async (date) =>
      date === takenOn ? [{ kind: 'refund', attempt, transaction: 'T1', amountFen, refund }] : [],
    );
  money.take({ kind: 'reconcile', key: `reconcile.${day}`, day });
  await sinceToldOf('note-reconciled');
  expect(told).toMatchObject([{ kind: 'note-reconciled', lines: [{ differences: 0 }] }]);
  expect(bill).toHaveBeenCalledTimes(6);
});

test('B7 a bill that is not there yet is waited for', async () => {
  const day = Math.floor((Date.now() + 8 * 3_600_000) / 86_400_000);
  money.take({ kind: 'reconcile', key: `reconcile.${day}`, day });
  await here.sandbox.behave({ billsEarly: true });
  expect(told).toEqual([]);
  ahead += 11 * 60_000;
  await sinceToldOf('note-reconciled');
});

test('S5 B7 money that another area took is asked of that area until it has gone back', async () => {
  const moved = 'DEMO_0125_4_1_1';
  money.take({
    ...{ kind: 'refund-moved', key: `${moved}R`, area: '0125', provider: 'sandbox' },
    ...{ attempt: moved, paidAs: attempt },
  });
  await sinceToldOf('refund-moved');
  expect(told).toEqual([{ kind: 'refund-moved', area: '0124', attempt }]);
  stands = { refundedAt: 0, why: 'NOTENOUGH' };
  ahead += 60_000;
  await sinceToldOf('note-refund');
  expect(told.at(-1)).toMatchObject({ area: '0125', attempt: moved, outcome: 'refused' });
  stands = { refundedAt: 5, why: '' };
  ahead += 60_000;
  await vi.waitFor(
    () =>
      expect(told.at(-1)).toEqual({
        ...{ kind: 'note-refund', area: '0125', attempt: moved, outcome: 'succeeded' },
        ...{ why: '', refundedAt: 5 },
      }),
    waiting,
  );
  expect(money.waiting()).toBe(0);
});
