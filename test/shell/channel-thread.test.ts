import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ChannelThread, startChannelThread } from '../../engine/effects/channel-thread.ts';
import { messageKinds } from '../../engine/protocol/messages.ts';
import { type Carrier, startTencent, tencentApp, tencentKeys } from '../harness/carriers.ts';
import { contents } from '../harness/contents.ts';

let carrier: Carrier;
let thread: ChannelThread;

beforeAll(async () => {
  carrier = await startTencent();
  thread = await startChannelThread([
    {
      name: 'tencent',
      ...tencentKeys,
      app: tencentApp,
      sign: '入席',
      region: 'ap-guangzhou',
      endpoint: { protocol: 'http', host: new URL(carrier.endpoint).host },
      templates: Object.fromEntries(messageKinds.map((kind) => [kind, kind])) as Record<
        (typeof messageKinds)[number],
        string
      >,
    },
  ]);
});
afterAll(async () => {
  await thread.close();
  await carrier.close();
});

const send = (key: string) =>
  thread.channels[0]?.send({
    key,
    phone: '19900000001',
    content: contents['booking-code'],
    at: 0,
  }) ?? Promise.reject(new Error('no channel'));

test('what was heard comes back across the thread as it is', async () => {
  expect(thread.channels.map(({ name }) => name)).toEqual(['tencent']);
  expect(await send('one')).toEqual({ kind: 'sent' });
  expect(carrier.heard).toMatchObject([{ key: 'one', template: 'booking-code' }]);
  carrier.behaviour = 'refuse';
  expect(await send('two')).toMatchObject({ kind: 'failed' });
  carrier.behaviour = 'throttle';
  await expect(send('three')).rejects.toMatchObject({ mayHaveLeft: false });
});

test('H1 a thread that ends has perhaps sent what it held, and another takes its place', async () => {
  carrier.behaviour = 'silent';
  const held = send('four');
  await vi.waitFor(() => expect(carrier.heard.at(-1)?.key).toBe('four'));
  const gone = thread.thread();
  const ended = once(gone, 'exit');
  void gone.terminate();
  await expect(held).rejects.toMatchObject({ why: 'thread-ended', mayHaveLeft: true });
  await ended;
  await expect(send('five')).rejects.toMatchObject({ why: 'thread-away', mayHaveLeft: false });
  carrier.behaviour = 'take';
  await vi.waitFor(async () => expect(await send('six')).toEqual({ kind: 'sent' }), {
    timeout: 30_000,
  });
});
