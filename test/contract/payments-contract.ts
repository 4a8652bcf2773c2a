/**
 * What every payment provider keeps (engine/payments/provider.ts, P1–P5), on the wire: the real
 * client against a server on loopback that checks its signatures, and notices that come over HTTP.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Opening, PaymentProvider, Standing } from '../../engine/payments/provider.ts';
import type { PaymentWay } from '../../engine/protocol/payments.ts';
import { refundNumber } from '../../engine/protocol/payments.ts';
import type { BehaviourChange } from '../../sandbox/behaviour.ts';
import { type NoticeDesk, startNoticeDesk } from '../harness/notice-desk.ts';

/** The provider's own side of the wire, and its payers. */
export type OtherSide = {
  provider: PaymentProvider;
  behave(change: BehaviourChange): Promise<void>;
  /** Somebody pays what was opened. False: it cannot be paid. */
  pay(attempt: string, late?: boolean): Promise<boolean>;
  /** Somebody has scanned, or entered the page, and not paid yet; where that makes a difference. */
  arrive?(attempt: string): Promise<void>;
  stop(): Promise<void>;
};
export type Peculiar = {
  /** What an old notice, sent once more, is: set aside, or the true fact that it always was. */
  replayed: 'stale' | 'same';
  /** A notice of its own for a refund that succeeded, or none that names it. */
  tellsRefunds: boolean;
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const noon = Date.parse('2026-09-08T12:00:00+08:00');
const today = '2026-09-08';
const yesterday = '2026-09-07';
const amountFen = 10_500;
const title = '自学考试报考费 3 门';

export function describeProvider(
  name: string,
  start: (noticesTo: string) => Promise<OtherSide>,
  { replayed, tellsRefunds }: Peculiar,
) {
  describe(name, () => {
    let desk: NoticeDesk;
    let side: OtherSide;
    let provider: PaymentProvider;
    let places = 0;
    beforeEach(async () => {
      // Everybody's clock, and only the clock: sockets and pauses are real.
      vi.useFakeTimers({ toFake: ['Date'], now: noon });
      desk = await startNoticeDesk();
      side = await start(desk.url);
      provider = side.provider;
      desk.readWith(provider);
    });
    afterEach(async () => {
      await side.stop();
      await desk.stop();
      vi.useRealTimers();
    });

    const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
    const newAttempt = (): string => {
      places += 1;
      return `DEMO_0124_17_1_${places}`;
    };
    const opening = (attempt: string, change: Partial<Opening> = {}): Opening => ({
      attempt,
      amountFen,
      title,
      way: 'scan',
      expiresAt: Math.ceil(Date.now() / 1000) * 1000 + 30 * minuteMs,
      returnTo: 'http://127.0.0.1:3000/mine',
      payerAddress: '203.0.113.9',
      payerOpenId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      ...change,
    });
    async function opened(change: Partial<Opening> = {}): Promise<string> {
      const attempt = newAttempt();
      expect(await provider.open(opening(attempt, change))).toMatchObject({ kind: 'opened' });
      return attempt;
    }
    async function paid(): Promise<{ attempt: string; fact: Standing & { kind: 'paid' } }> {
      const attempt = await opened();
      expect(await side.pay(attempt)).toBe(true);
      const fact = await provider.query(attempt);
      if (fact.kind !== 'paid') throw new Error(`paid, and it says ${fact.kind}`);
      return { attempt, fact };
    }
    const refunding = ({ attempt, transaction }: { attempt: string; transaction: string }) => ({
      attempt,
      refund: refundNumber(attempt),
      transaction,
      amountFen,
    });
    const heard = (count: number) =>
      vi.waitFor(() => expect(desk.received.length).toBeGreaterThanOrEqual(count), {
        timeout: 30_000,
      });

    test('F38 an attempt is opened in each way there is, and again with the same numbers', async () => {
      const kinds: Record<PaymentWay, string> = { scan: 'code', page: 'link', inside: 'bridge' };
      for (const way of provider.ways) {
        const asked = opening(newAttempt(), { way });
        for (const time of ['first', 'again']) {
          const answer = await provider.open(asked);
          if (answer.kind !== 'opened') throw new Error(`${way}: ${answer.why}`);
          expect(answer.payable.kind, `${way} ${time}`).toBe(kinds[way]);
        }
        expect(await side.pay(asked.attempt), way).toBe(true);
        expect(await provider.query(asked.attempt)).toMatchObject({ kind: 'paid', amountFen });
      }
    });

    test('F38 a number that was used is refused another amount, and anything once it is paid', async () => {
      const asked = opening(await opened());
      const other = await provider.open({ ...asked, amountFen: amountFen + 3_500 });
      expect(other.kind).toBe('refused');
      await side.pay(asked.attempt);
      expect((await provider.open(asked)).kind).toBe('refused');
      expect(await provider.query(asked.attempt)).toMatchObject({ kind: 'paid', amountFen });
    });

    test('F40 a query says waiting, then who took how much and when, and the same again', async () => {
      const attempt = await opened();
      expect(await provider.query(attempt)).toEqual({ kind: 'waiting' });
      await side.arrive?.(attempt);
      expect(await provider.query(attempt)).toEqual({ kind: 'waiting' });
      const before = Date.now();
      await side.pay(attempt);
      const fact = await provider.query(attempt);
      expect(fact).toMatchObject({ kind: 'paid', attempt, amountFen });
      if (fact.kind !== 'paid') return;
      expect(fact.transaction).toMatch(/\S{8,}/);
      // Real providers tell whole seconds.
      expect(fact.paidAt).toBeGreaterThan(before - 1_000);
      expect(fact.paidAt).toBeLessThanOrEqual(Date.now());
      expect(await provider.query(attempt)).toEqual(fact);
    });

    test('F40 an attempt that the provider never heard of may still come: waiting', async () => {
      expect(await provider.query(newAttempt())).toEqual({ kind: 'waiting' });
    });

    test('D11 a closed attempt takes no money, however often it is closed', async () => {
      const attempt = await opened();
      await side.arrive?.(attempt);
      expect(await provider.close(attempt)).toEqual({ kind: 'closed' });
      expect(await side.pay(attempt)).toBe(false);
      expect(await provider.close(attempt)).toEqual({ kind: 'closed' });
      expect(await provider.query(attempt)).toEqual({ kind: 'closed' });
      expect((await provider.open(opening(attempt))).kind).toBe('refused');
      expect(desk.received).toEqual([]);
    });

    test('D11 closing what is paid says so, and what was never opened is closed', async () => {
      const { attempt, fact } = await paid();
      expect(await provider.close(attempt)).toEqual(fact);
      expect(await provider.close(newAttempt())).toEqual({ kind: 'closed' });
    });

    test('D11 from the moment it expires an attempt takes no money', async () => {
      const attempt = await opened();
      pass(31 * minuteMs);
      expect(await side.pay(attempt)).toBe(false);
      expect(await provider.close(attempt)).toEqual({ kind: 'closed' });
    });

    test('D11 a payment that comes after closing is a fact like any other', async () => {
      const attempt = await opened();
      await provider.close(attempt);
      expect(await side.pay(attempt, true)).toBe(true);
      await heard(1);
      expect(desk.received[0]?.read).toMatchObject({ kind: 'paid', attempt, amountFen });
      expect(await provider.query(attempt)).toMatchObject({ kind: 'paid', attempt, amountFen });
      expect(await provider.close(attempt)).toMatchObject({ kind: 'paid', attempt, amountFen });
    });

    test('F31 a refund succeeds once, says so again, and the attempt was paid all the same', async () => {
      const { attempt, fact } = await paid();
      const first = await provider.refund(refunding(fact));
      expect(first.kind).toBe('succeeded');
      expect(await provider.refund(refunding(fact))).toEqual(first);
      expect(await provider.query(attempt)).toEqual(fact);
      expect(await provider.close(attempt)).toEqual(fact);
    });

    test('F31 what was not paid is not refunded, nor is another amount', async () => {
      const attempt = await opened();
      const unpaid = refunding({ attempt, transaction: '4200000000202609080000000000' });
      expect((await provider.refund(unpaid)).kind).toBe('refused');
      const { fact } = await paid();
      const more = { ...refunding(fact), amountFen: amountFen + 1 };
      expect((await provider.refund(more)).kind).toBe('refused');
    });

    test('F31 a refund that is refused says why in a code, and may succeed later by its number', async () => {
      const { fact } = await paid();
      await side.behave({ refunds: 'refuse' });
      const refused = await provider.refund(refunding(fact));
      expect(refused).toEqual({ kind: 'refused', why: expect.stringMatching(/^[\w.]{3,64}$/) });
      expect(await provider.refund(refunding(fact))).toEqual(refused);
      await side.behave({ refunds: 'succeed' });
      expect((await provider.refund(refunding(fact))).kind).toBe('succeeded');
    });

    test('F31 a refund that is still processing succeeds later, by the same number', async () => {
      const { attempt, fact } = await paid();
      await heard(1);
      await side.behave({ refunds: 'processing' });
      expect(await provider.refund(refunding(fact))).toEqual({ kind: 'processing' });
      expect(await provider.refund(refunding(fact))).toEqual({ kind: 'processing' });
      expect(await provider.query(attempt)).toEqual(fact);
      await side.behave({ refunds: 'succeed' });
      const done = await provider.refund(refunding(fact));
      expect(done.kind).toBe('succeeded');
      if (!tellsRefunds || done.kind !== 'succeeded') return;
      await heard(2);
      expect(desk.received[1]?.read).toEqual({
        kind: 'refunded',
        attempt,
        refund: refundNumber(attempt),
        at: done.at,
      });
    });

    test('D14 a payment is told, and told again until it was taken', async () => {
      desk.take(false);
      const { fact } = await paid();
      await heard(2);
      desk.take(true);
      await heard(3);
      for (const { read } of desk.received) expect(read).toEqual(fact);
    });

    test('D14 a notice that comes twice, or much later, says the same', async () => {
      await side.behave({ noticeCopies: 2 });
      const { fact } = await paid();
      await heard(2);
      expect(desk.received.map(({ read }) => read)).toEqual([fact, fact]);
      await side.behave({ noticeCopies: 1, silent: true });
      const late = await paid();
      expect(desk.received).toHaveLength(2);
      await side.behave({ silent: false });
      await heard(3);
      expect(desk.received[2]?.read).toEqual(late.fact);
    });

    test('D14 a notice once recorded and sent again is recognised or says the same', async () => {
      const { fact } = await paid();
      await heard(1);
      pass(6 * minuteMs);
      const raw = desk.received[0]?.raw;
      if (raw === undefined) throw new Error('one was heard');
      const { attempt } = fact;
      expect(provider.readNotice(raw, Date.now())).toEqual(
        replayed === 'same' ? fact : { kind: 'wrong', why: 'stale', attempt },
      );
    });

    test('D14 a wrong signature or merchant is set aside; the right notice still comes', async () => {
      await side.behave({ wrong: 'signature' });
      const { attempt, fact } = await paid();
      await heard(1);
      expect(desk.received[0]?.read).toMatchObject({ kind: 'wrong', why: 'signature' });
      await side.behave({ wrong: 'merchant' });
      await vi.waitFor(() =>
        expect(desk.received.at(-1)?.read).toEqual({ kind: 'wrong', why: 'merchant', attempt }),
      );
      await side.behave({ wrong: 'nothing' });
      await vi.waitFor(() => expect(desk.received.at(-1)?.read).toEqual(fact));
    });

    test('D14 an amount or an order that is not ours arrives as it was told, for the book to judge', async () => {
      await side.behave({ wrong: 'amount' });
      const { attempt, fact } = await paid();
      await heard(1);
      expect(desk.received[0]?.read).toEqual({ ...fact, amountFen: amountFen + 1 });
      await side.behave({ wrong: 'order' });
      const stranger = attempt.replace(/\d+$/, '999');
      await vi.waitFor(() =>
        expect(desk.received.at(-1)?.read).toEqual({ ...fact, attempt: stranger }),
      );
    });

    test('D14 a byte that was changed never changes what is told, and nonsense is set aside', async () => {
      const { fact } = await paid();
      await heard(1);
      const raw = desk.received[0]?.raw;
      if (raw === undefined) throw new Error('one was heard');
      for (let at = 0; at < raw.rawBody.length; at += 7) {
        const rawBody = raw.rawBody.slice();
        rawBody[at] = (rawBody[at] ?? 0) ^ 1;
        const read = provider.readNotice({ ...raw, rawBody }, Date.now());
        // Base64 writes the last bits of a signature in more than one way.
        if (read.kind !== 'wrong') expect(read, `byte ${at}`).toEqual(fact);
      }
      for (const text of ['', '{}', 'null', '[]', 'a=b&c', '\u0000', '{"a":']) {
        const rawBody = new TextEncoder().encode(text);
        expect(provider.readNotice({ ...raw, rawBody }, Date.now()).kind, text).toBe('wrong');
        expect(provider.readNotice({ headers: new Map(), rawBody }, Date.now()).kind).toBe('wrong');
      }
    });

    if (tellsRefunds) {
      test('D14 a refund that is told before its payment is read all the same', async () => {
        await side.behave({ noticesReversed: 2 });
        const { attempt, fact } = await paid();
        const done = await provider.refund(refunding(fact));
        await heard(2);
        expect(desk.received.map(({ read }) => read)).toEqual([
          {
            kind: 'refunded',
            attempt,
            refund: refundNumber(attempt),
            at: (done as { at: number }).at,
          },
          fact,
        ]);
      });
    }

    test('D14 a provider that is down or answers forged: every call rejects, and nothing is lost', async () => {
      const attempt = await opened();
      const { fact } = await paid();
      for (const bad of [{ down: true }, { answersForged: true }]) {
        await side.behave({ down: false, answersForged: false, ...bad });
        await expect(provider.open(opening(newAttempt()))).rejects.toThrow();
        await expect(provider.query(attempt)).rejects.toThrow();
        await expect(provider.query(fact.attempt)).rejects.toThrow();
        await expect(provider.close(fact.attempt)).rejects.toThrow();
        await expect(provider.refund(refunding(fact))).rejects.toThrow();
        await expect(provider.bill(yesterday)).rejects.toThrow();
      }
      await side.behave({ down: false, answersForged: false });
      expect(await provider.query(attempt)).toEqual({ kind: 'waiting' });
      expect((await provider.refund(refunding(fact))).kind).toBe('succeeded');
      expect((await provider.refund(refunding(fact))).kind).toBe('succeeded');
    });

    test('B7 a day’s bill holds every payment and refund of that day to the fen, once it is over', async () => {
      expect(await provider.bill(today)).toBe('later');
      const first = await paid();
      const second = await paid();
      await opened();
      await provider.refund(refunding(second.fact));
      pass(2 * dayMs);
      const third = await paid();
      const bill = await provider.bill(today);
      if (bill === 'later') throw new Error('two days later it is there');
      const line = ({ attempt, fact: { transaction } }: typeof first) => ({
        attempt,
        transaction,
        amountFen,
      });
      const refund = refundNumber(second.attempt);
      expect([...bill].sort((a, b) => a.attempt.localeCompare(b.attempt))).toEqual([
        { kind: 'payment', ...line(first) },
        { kind: 'payment', ...line(second) },
        { kind: 'refund', refund, ...line(second) },
      ]);
      expect(bill.some(({ attempt }) => attempt === third.attempt)).toBe(false);
    });

    test('B7 a day on which nothing happened has an empty bill', async () => {
      pass(3 * dayMs);
      expect(await provider.bill(today)).toEqual([]);
    });
  });
}
