import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { BusUnanswered } from '../../engine/bus/bus.ts';
import { createEmbeddedBus } from '../../engine/bus/embedded-bus.ts';
import { describeBus } from './bus-contract.ts';

describeBus('embedded bus', async (options) => {
  const { port1, port2 } = new MessageChannel();
  const asker = createEmbeddedBus(port1, options);
  const answerer = createEmbeddedBus(port2, options);
  return {
    asker,
    answerer,
    async close() {
      await Promise.all([asker.close(), answerer.close()]);
    },
  };
});

test('U1 when the other end is gone, what waits is unanswered', async () => {
  const { port1, port2 } = new MessageChannel();
  const bus = createEmbeddedBus(port1);
  createEmbeddedBus(port2).answer('ask', () => port2.close());
  const states: string[] = [];
  bus.onState((state) => states.push(state));
  await expect(bus.ask('ask', new Uint8Array(1), 20_000)).rejects.toBeInstanceOf(BusUnanswered);
  expect(states).toEqual(['connected', 'closed']);
});
