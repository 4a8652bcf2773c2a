/**
 * What every bus keeps (bus.ts, U1–U6), whichever way it carries. A test gets two buses that reach
 * each other, as a gateway and an engine do, and faults are made between them on purpose.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Bus,
  BusAbsent,
  BusBusy,
  BusUnanswered,
  payloadMax,
  type Reply,
} from '../../engine/bus/bus.ts';
import type { OnBug } from '../../engine/bus/listeners.ts';

export type BusPair = { asker: Bus; answerer: Bus; close(): Promise<void> };
export type PairOptions = { inFlightMax: number; onBug: OnBug };

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const longMs = 20_000;
const shortMs = 60;
const subject = 'ruxi.ask.p0';

export function describeBus(name: string, makePair: (options: PairOptions) => Promise<BusPair>) {
  describe(name, () => {
    let pair: BusPair;
    let bugs: unknown[];
    beforeEach(async () => {
      bugs = [];
      pair = await makePair({ inFlightMax: 8, onBug: (error) => bugs.push(error) });
    });
    afterEach(() => pair.close());

    /** Answerers and listeners reach the other side a moment after they were added. */
    async function standing(on: string = subject): Promise<void> {
      await vi.waitFor(async () => {
        const reply = await pair.asker.ask(on, bytes('are you there'), longMs);
        expect(text(reply)).toBe('ARE YOU THERE');
      });
    }
    const shout = (payload: Uint8Array, reply: Reply) => reply(bytes(text(payload).toUpperCase()));

    test('U1 an ask gets its own answer, whatever the order of answers', async () => {
      const waiting: [string, Reply][] = [];
      let holding = false;
      pair.answerer.answer(subject, (payload, reply) => {
        if (holding) waiting.push([text(payload), reply]);
        else shout(payload, reply);
      });
      await standing();
      holding = true;
      const asked = ['a', 'b', 'c', '考位'].map((one) =>
        pair.asker.ask(subject, bytes(one), longMs),
      );
      await vi.waitFor(() => expect(waiting).toHaveLength(4));
      for (const [one, reply] of waiting.reverse()) reply(bytes(`${one}!`));
      expect((await Promise.all(asked)).map(text)).toEqual(['a!', 'b!', 'c!', '考位!']);
    });

    test('U1 without an answer in time the outcome is unknown, and a late answer changes nothing', async () => {
      let late: Reply | undefined;
      pair.answerer.answer(subject, (payload, reply) => {
        if (text(payload) === 'slow') late = reply;
        else shout(payload, reply);
      });
      await standing();
      await expect(pair.asker.ask(subject, bytes('slow'), shortMs)).rejects.toBeInstanceOf(
        BusUnanswered,
      );
      await vi.waitFor(() => expect(late).toBeDefined());
      late?.(bytes('too late'));
      expect(text(await pair.asker.ask(subject, bytes('next'), longMs))).toBe('NEXT');
    });

    test('U1 a lost ask is unanswered, never answered by another', async () => {
      pair.answerer.answer(subject, (payload, reply) => {
        if (text(payload) !== 'lost') shout(payload, reply);
      });
      await standing();
      const lost = pair.asker.ask(subject, bytes('lost'), shortMs);
      const kept = pair.asker.ask(subject, bytes('kept'), longMs);
      expect(text(await kept)).toBe('KEPT');
      await expect(lost).rejects.toBeInstanceOf(BusUnanswered);
    });

    test('U1 a doubled answer counts once', async () => {
      pair.answerer.answer(subject, (payload, reply) => {
        shout(payload, reply);
        reply(bytes('again'));
      });
      await standing();
      const answers = await Promise.all(
        ['x', 'y'].map((one) => pair.asker.ask(subject, bytes(one), longMs)),
      );
      expect(answers.map(text)).toEqual(['X', 'Y']);
    });

    test('U1 where nobody answers, the asker is told at once that nothing was carried out', async () => {
      await expect(
        pair.asker.ask('ruxi.ask.nobody', bytes('hello'), longMs),
      ).rejects.toBeInstanceOf(BusAbsent);
    });

    test('U1 an answerer that left is nobody', async () => {
      const leave = pair.answerer.answer(subject, shout);
      await standing();
      leave();
      await vi.waitFor(() =>
        expect(pair.asker.ask(subject, bytes('hello'), longMs)).rejects.toBeInstanceOf(BusAbsent),
      );
    });

    test('U2 an unanswered ask is not sent again', async () => {
      const heard: string[] = [];
      pair.answerer.answer(subject, (payload, reply) => {
        heard.push(text(payload));
        if (text(payload) !== 'once') shout(payload, reply);
      });
      await standing();
      heard.length = 0;
      await expect(pair.asker.ask(subject, bytes('once'), shortMs)).rejects.toBeInstanceOf(
        BusUnanswered,
      );
      await pair.asker.ask(subject, bytes('after'), longMs);
      expect(heard).toEqual(['once', 'after']);
    });

    test('U3 over the bound an ask is refused at once, and taken again when one has ended', async () => {
      const replies: Reply[] = [];
      let holding = false;
      pair.answerer.answer(subject, (payload, reply) => {
        if (holding) replies.push(() => shout(payload, reply));
        else shout(payload, reply);
      });
      await standing();
      holding = true;
      const asked = Array.from({ length: 8 }, (_, at) =>
        pair.asker.ask(subject, bytes(`${at}`), longMs),
      );
      await expect(pair.asker.ask(subject, bytes('ninth'), longMs)).rejects.toBeInstanceOf(BusBusy);
      await vi.waitFor(() => expect(replies).toHaveLength(8));
      for (const reply of replies) reply(bytes(''));
      await Promise.all(asked);
      holding = false;
      expect(text(await pair.asker.ask(subject, bytes('ninth'), longMs))).toBe('NINTH');
      expect(replies).toHaveLength(8);
    });

    test('U3 an ask that timed out no longer counts', async () => {
      pair.answerer.answer(subject, (payload, reply) => {
        if (text(payload) !== 'lost') shout(payload, reply);
      });
      await standing();
      for (let round = 0; round < 2; round += 1) {
        const lost = Array.from({ length: 8 }, () =>
          pair.asker.ask(subject, bytes('lost'), shortMs),
        );
        const ends = await Promise.allSettled(lost);
        expect(ends.every((end) => end.status === 'rejected')).toBe(true);
      }
      expect(text(await pair.asker.ask(subject, bytes('then'), longMs))).toBe('THEN');
    });

    test('U4 a bus hears itself, and so does the other side', async () => {
      const heard: string[] = [];
      pair.asker.answer('own', shout);
      expect(text(await pair.asker.ask('own', bytes('mine'), longMs))).toBe('MINE');
      pair.asker.subscribe('news', (payload) => heard.push(`asker ${text(payload)}`));
      pair.answerer.subscribe('news', (payload) => heard.push(`answerer ${text(payload)}`));
      await vi.waitFor(() => {
        pair.answerer.publish('news', bytes('1'));
        expect(new Set(heard)).toEqual(new Set(['asker 1', 'answerer 1']));
      });
    });

    test('U4 what one side publishes arrives in order; other subjects and former listeners hear nothing', async () => {
      const heard: number[] = [];
      const others: string[] = [];
      pair.asker.subscribe('other', (payload) => others.push(text(payload)));
      const leave = pair.asker.subscribe('gone', (payload) => others.push(text(payload)));
      leave();
      let ready = false;
      pair.asker.subscribe('news', (payload) => {
        if (text(payload) === 'ready') ready = true;
        else heard.push(Number(text(payload)));
      });
      await vi.waitFor(() => {
        pair.answerer.publish('news', bytes('ready'));
        expect(ready).toBe(true);
      });
      const numbers = Array.from({ length: 200 }, (_, at) => at);
      for (const one of numbers) {
        pair.answerer.publish('gone', bytes('x'));
        pair.answerer.publish('news', bytes(String(one)));
      }
      await vi.waitFor(() => expect(heard).toHaveLength(numbers.length));
      expect(heard).toEqual(numbers);
      expect(others).toEqual([]);
    });

    test('U4 a subject has one answerer', () => {
      pair.answerer.answer(subject, shout);
      expect(() => pair.answerer.answer(subject, shout)).toThrow();
    });

    test('U5 a handler that throws harms nobody else', async () => {
      const heard: string[] = [];
      pair.answerer.answer(subject, (payload, reply) => {
        if (text(payload) === 'bad') throw new Error('a bug of the answerer');
        shout(payload, reply);
      });
      await standing();
      await expect(pair.asker.ask(subject, bytes('bad'), shortMs)).rejects.toBeInstanceOf(
        BusUnanswered,
      );
      pair.asker.subscribe('news', () => {
        throw new Error('a bug of the listener');
      });
      pair.asker.subscribe('news', (payload) => heard.push(text(payload)));
      await vi.waitFor(() => {
        pair.answerer.publish('news', bytes('still'));
        expect(heard).toContain('still');
      });
      expect(text(await pair.asker.ask(subject, bytes('good'), longMs))).toBe('GOOD');
      expect(bugs.length).toBeGreaterThanOrEqual(2);
    });

    test('U6 the largest ask passes, a larger one is refused, answers may be longer', async () => {
      pair.answerer.answer(subject, (payload, reply) =>
        payload.length === payloadMax
          ? reply(new Uint8Array(3 * payloadMax + 7).fill(payload[0] ?? 0))
          : shout(payload, reply),
      );
      await standing();
      const answer = await pair.asker.ask(subject, new Uint8Array(payloadMax).fill(5), longMs);
      expect(answer.length).toBe(3 * payloadMax + 7);
      expect(answer.every((byte) => byte === 5)).toBe(true);
      const tooLarge = new Uint8Array(payloadMax + 1);
      await expect(pair.asker.ask(subject, tooLarge, longMs)).rejects.toBeInstanceOf(RangeError);
      expect(() => pair.asker.publish('news', tooLarge)).toThrow(RangeError);
    });

    test('U6 a part of a larger buffer travels alone, and stays the sender’s', async () => {
      const whole = bytes('..hello..');
      const part = whole.subarray(2, 7);
      let got: Uint8Array | undefined;
      pair.answerer.answer(subject, (payload, reply) => {
        got = payload;
        shout(payload, reply);
      });
      await standing();
      expect(text(await pair.asker.ask(subject, part, longMs))).toBe('HELLO');
      expect(text(got ?? bytes(''))).toBe('hello');
      expect(text(whole)).toBe('..hello..');
    });

    test('close lets asks on their way finish, then asks are refused unsent', async () => {
      const replies: Reply[] = [];
      pair.answerer.answer(subject, (payload, reply) => {
        if (text(payload) === 'wait') replies.push(() => shout(payload, reply));
        else shout(payload, reply);
      });
      await standing();
      const states: string[] = [];
      pair.asker.onState((state) => states.push(state));
      const asked = pair.asker.ask(subject, bytes('wait'), longMs);
      await vi.waitFor(() => expect(replies).toHaveLength(1));
      const closed = pair.asker.close();
      await expect(pair.asker.ask(subject, bytes('more'), longMs)).rejects.toBeInstanceOf(
        BusAbsent,
      );
      replies[0]?.(bytes(''));
      expect(text(await asked)).toBe('WAIT');
      await closed;
      await expect(pair.asker.ask(subject, bytes('more'), longMs)).rejects.toBeInstanceOf(
        BusAbsent,
      );
      expect(states).toEqual(['connected', 'closed']);
    });

    test('an answer given just before closing still arrives', async () => {
      pair.answerer.answer(subject, (payload, reply) => {
        shout(payload, reply);
        if (text(payload) === 'last') void pair.answerer.close();
      });
      await standing();
      expect(text(await pair.asker.ask(subject, bytes('last'), longMs))).toBe('LAST');
    });
  });
}
