/** What an engine client does when nothing is heard: tests put their books behind `send` and `ask`. */
import { singleLayout } from '../../engine/protocol/layout.ts';
import type { EngineClient } from '../../gateway/engine-client.ts';

const unheard = () => () => {};

export const quietClient: Omit<EngineClient, 'send' | 'ask' | 'askAt' | 'ready'> = {
  messages: async () => [],
  layout: singleLayout,
  epochOf: () => 1,
  onCounts: unheard,
  onLedgers: unheard,
  onNotice: unheard,
  onTelemetry: unheard,
  onState: unheard,
  inFlight: () => 0,
  whenReady: async () => {},
  staffKnown: () => true,
  close: async () => {},
};
