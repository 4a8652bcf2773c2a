/** What every channel for short messages keeps, whichever carrier is behind it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Channel, type Message, NotHeard } from '../../engine/effects/channel.ts';
import { textOf } from '../../engine/effects/messages.ts';
import { type MessageKind, messageKinds } from '../../engine/protocol/messages.ts';
import { type Behaviour, behaviours } from '../harness/carriers.ts';
import { contents } from '../harness/contents.ts';

export type ChannelAtTest = {
  channel: Channel;
  /** What stands on the phones now, oldest first. `key`: as the carrier's record has it. */
  received(): { phone: string; text: string; key?: string }[];
  close(): Promise<void>;
};
export type CarriedChannel = ChannelAtTest & {
  behave(behaviour: Behaviour): void;
  /** To the same carrier: soon out of patience, with a key that is not known there, and to nobody. */
  impatient: Channel;
  strange: Channel;
  away: Channel;
};

const phone = '19900000001';
const at = Date.UTC(2026, 8, 8, 4);
let keys = 0;

function message(kind: MessageKind = 'booking-code'): Message {
  keys += 1;
  return { key: `challenge1------------.${keys}`, phone, content: contents[kind], at };
}

export function channelContract(name: string, open: () => Promise<ChannelAtTest>): void {
  describe(`a channel: ${name}`, () => {
    let opened: ChannelAtTest;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test.each(messageKinds)('D7 F30 the phone shows our text, word for word: %s', async (kind) => {
      expect(await opened.channel.send(message(kind))).toEqual({ kind: 'sent' });
      expect(opened.received().at(-1)).toMatchObject({ phone, text: textOf(contents[kind]) });
    });

    test('many at once are each told what became of theirs', async () => {
      const before = opened.received().length;
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => opened.channel.send(message())),
      );
      expect(answers).toEqual(answers.map(() => ({ kind: 'sent' })));
      expect(opened.received().length - before).toBe(40);
    });
  });
}

/** Beyond the contract of all: there is a carrier, and it may misbehave. */
export function carriedContract(name: string, open: () => Promise<CarriedChannel>): void {
  describe(`a channel with a carrier: ${name}`, () => {
    let opened: CarriedChannel;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());
    beforeEach(() => opened.behave('take'));

    test('the key goes along, so that the carrier’s record can be matched with ours', async () => {
      const sent = message();
      await opened.channel.send(sent);
      expect(opened.received().at(-1)?.key).toBe(sent.key);
    });

    test('a carrier that says no is believed, and its code is kept', async () => {
      opened.behave('refuse');
      const answer = await opened.channel.send(message());
      expect(answer).toMatchObject({ kind: 'failed', why: expect.stringMatching(/limit/i) });
    });

    test('a key that the carrier does not know sends nothing', async () => {
      const before = opened.received().length;
      const answer = await opened.strange.send(message());
      expect(answer).toMatchObject({ kind: 'failed', why: expect.stringContaining('Signature') });
      expect(opened.received()).toHaveLength(before);
    });

    const unheard: Partial<Record<Behaviour, { mayHaveLeft: boolean }>> = {
      throttle: { mayHaveLeft: false },
      break: { mayHaveLeft: true },
      garble: { mayHaveLeft: true },
      'hang-up': { mayHaveLeft: true },
      silent: { mayHaveLeft: true },
    };
    test.each(behaviours.filter((behaviour) => behaviour in unheard))(
      'B2 nobody claims to know what was not heard: %s',
      async (behaviour) => {
        opened.behave(behaviour);
        const channel = behaviour === 'silent' ? opened.impatient : opened.channel;
        const error = await errorOf(channel.send(message()));
        expect(error).toMatchObject(unheard[behaviour] ?? {});
        opened.behave('take');
        expect(await opened.channel.send(message())).toEqual({ kind: 'sent' });
      },
    );

    test('a carrier that cannot be reached has taken nothing', async () => {
      expect(await errorOf(opened.away.send(message()))).toMatchObject({
        why: 'ECONNREFUSED',
        mayHaveLeft: false,
      });
    });

    /** It may be logged, so nothing in it says to whom, or what. */
    async function errorOf(sending: Promise<unknown>): Promise<NotHeard> {
      const error: unknown = await sending.catch((reason: unknown) => reason);
      if (!(error instanceof NotHeard)) throw new Error('it was heard of');
      expect(error.cause).toBeUndefined();
      expect(`${error.message} ${error.why}`).not.toMatch(/\d{6}/);
      return error;
    }
  });
}
