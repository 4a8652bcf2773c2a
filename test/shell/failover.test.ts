import { beforeEach, expect, test, vi } from 'vitest';
import {
  type Channel,
  type Message,
  NotHeard,
  type Sending,
} from '../../engine/effects/channel.ts';
import { type Attempt, type Courier, createFailover } from '../../engine/effects/failover.ts';
import type { ChannelName } from '../../engine/protocol/replies.ts';
import { contents } from '../harness/contents.ts';

/** `slow`: what it will say stands in `slow` of its channel. */
type Says = 'sent' | 'failed' | 'unknown' | 'away' | 'bug' | 'slow';
type Scripted = Channel & { says: Says; asked: string[]; slow: ((sending: Sending) => void)[] };

const wall = Date.UTC(2026, 8, 8, 4);
const message: Message = {
  key: 'challenge1------------.1',
  phone: '19900000001',
  content: contents['booking-code'],
  at: wall,
};

let first: Scripted;
let second: Scripted;
let courier: Courier;
let attempts: Attempt[];
let passed: number;

beforeEach(() => {
  passed = 0;
  attempts = [];
  first = scripted('tencent');
  second = scripted('alibaba');
  courier = together(first, second);
});

function together(...channels: Scripted[]): Courier {
  return createFailover(channels, {
    clock: { now: () => wall + passed, monotonic: () => passed },
    onAttempt: (attempt) => attempts.push(attempt),
    slowMs: 20,
  });
}

function scripted(name: ChannelName): Scripted {
  const channel: Scripted = {
    name,
    says: 'sent',
    asked: [],
    slow: [],
    async send({ key }) {
      channel.asked.push(key);
      switch (channel.says) {
        case 'sent':
          return { kind: 'sent' };
        case 'failed':
          return { kind: 'failed', why: 'Number.Blocked' };
        case 'unknown':
          throw new NotHeard('timeout', true);
        case 'away':
          throw new NotHeard('ECONNREFUSED', false);
        case 'bug':
          throw new TypeError('of a phone 19900000001');
        case 'slow':
          return new Promise((resolve) => channel.slow.push(resolve));
      }
    },
  };
  return channel;
}

const send = () => courier.send(message);
const asked = () => [first.asked.length, second.asked.length];
const openOnes = () =>
  courier
    .standings()
    .flatMap(({ channel, openSince }) => (openSince === undefined ? [] : [channel]));
async function sendTimes(times: number): Promise<void> {
  for (let sent = 0; sent < times; sent += 1) await send();
}

test('the first channel takes a message, and then nobody else is asked', async () => {
  expect(await send()).toEqual({ kind: 'sent' });
  expect(asked()).toEqual([1, 0]);
});

test.each<Says>(['failed', 'unknown', 'away', 'bug', 'slow'])(
  'D7 when the first is %s the second takes the same message',
  async (says) => {
    first.says = says;
    expect(await send()).toEqual({ kind: 'sent' });
    expect(asked()).toEqual([1, 1]);
    expect(second.asked).toEqual([message.key]);
  },
);

test('a refusal by all is a refusal; a doubt of one is a doubt', async () => {
  first.says = 'failed';
  second.says = 'failed';
  expect(await send()).toEqual({ kind: 'failed', why: 'Number.Blocked' });
  second.says = 'away';
  await expect(send()).rejects.toMatchObject({ why: 'ECONNREFUSED', mayHaveLeft: false });
  first.says = 'unknown';
  await expect(send()).rejects.toMatchObject({ why: 'timeout', mayHaveLeft: true });
});

test('both down: each message is still tried at both, and told as unheard', async () => {
  first.says = 'away';
  second.says = 'away';
  for (let times = 1; times <= 12; times += 1) {
    await expect(send()).rejects.toBeInstanceOf(NotHeard);
    expect(asked()).toEqual([times, times]);
  }
  expect(openOnes()).toEqual(['tencent', 'alibaba']);
});

test('after five faults in a row a channel goes last, and is tried first only now and then', async () => {
  first.says = 'away';
  await sendTimes(4);
  expect(openOnes()).toEqual([]);
  await sendTimes(1);
  expect(openOnes()).toEqual(['tencent']);
  expect(courier.standings()[0]?.openSince).toBe(wall);
  await sendTimes(20);
  expect(asked()).toEqual([5, 25]);

  passed += 30_000;
  await sendTimes(20);
  expect(asked()).toEqual([6, 45]);
  // Still tried when it is all there is.
  second.says = 'away';
  first.says = 'sent';
  expect(await send()).toEqual({ kind: 'sent' });
  expect(openOnes()).toEqual([]);
});

test('one message that succeeds brings a channel back', async () => {
  first.says = 'unknown';
  await sendTimes(5);
  first.says = 'sent';
  passed += 29_999;
  await sendTimes(1);
  expect(asked()).toEqual([5, 6]);
  passed += 1;
  await sendTimes(3);
  expect(asked()).toEqual([8, 6]);
  expect(openOnes()).toEqual([]);
});

test('faults that are not in a row push nobody back', async () => {
  for (let times = 0; times < 10; times += 1) {
    first.says = 'away';
    await sendTimes(4);
    first.says = 'sent';
    await sendTimes(1);
  }
  expect(openOnes()).toEqual([]);
});

test('O4 numbers that every channel refuses push nobody back; refusals of one channel alone do', async () => {
  first.says = 'failed';
  second.says = 'failed';
  for (let times = 0; times < 20; times += 1) await send();
  expect(openOnes()).toEqual([]);
  second.says = 'sent';
  await sendTimes(5);
  expect(openOnes()).toEqual(['tencent']);
});

test('what a slow channel says at last is counted, and asks nobody anew', async () => {
  first.says = 'slow';
  expect(await send()).toEqual({ kind: 'sent' });
  passed += 6_000;
  for (const say of first.slow) say({ kind: 'sent' });
  await vi.waitFor(() => expect(courier.standings()[0]).toMatchObject({ sent: 1, p99Ms: 6_000 }));
  expect(asked()).toEqual([1, 1]);
});

test('staff are shown what each channel did, how fast, and what went wrong last', async () => {
  expect(courier.standings()).toEqual([
    { channel: 'tencent', sent: 0, failed: 0, unknown: 0 },
    { channel: 'alibaba', sent: 0, failed: 0, unknown: 0 },
  ]);
  await sendTimes(3);
  first.says = 'failed';
  await send();
  passed += 1_000;
  first.says = 'bug';
  await send();
  expect(courier.standings()).toEqual([
    {
      channel: 'tencent',
      sent: 3,
      failed: 1,
      unknown: 1,
      p50Ms: 0,
      p99Ms: 0,
      lastTrouble: { at: wall + 1_000, why: 'fault' },
    },
    { channel: 'alibaba', sent: 2, failed: 0, unknown: 0, p50Ms: 0, p99Ms: 0 },
  ]);
});

test('the percentiles are of the newest thousand answers', async () => {
  courier = together(first);
  first.says = 'slow';
  const answer = async (ms: number) => {
    const sending = send();
    passed += ms;
    first.slow.shift()?.({ kind: 'sent' });
    await sending;
  };
  for (let times = 0; times < 500; times += 1) await answer(9_000);
  for (let times = 0; times < 980; times += 1) await answer(40);
  for (let times = 0; times < 20; times += 1) await answer(700);
  expect(courier.standings()[0]).toMatchObject({ sent: 1_500, p50Ms: 40, p99Ms: 700 });
});

test('every try is told for the log, and none to whom or what', async () => {
  first.says = 'bug';
  await send();
  expect(attempts).toEqual([
    { channel: 'tencent', message: 'booking-code', outcome: 'unknown', ms: 0, why: 'fault' },
    { channel: 'alibaba', message: 'booking-code', outcome: 'sent', ms: 0 },
  ]);
});
