/** Demonstration mode: nothing leaves; the newest messages stand on a page of their own. */
import type { DemonstrationMessage } from '../protocol/replies.ts';
import type { Channel } from './channel.ts';
import { textOf } from './messages.ts';

const messagesKeptMax = 200;

export type DemonstrationChannel = Channel & {
  /** Newest first. */
  messages(): DemonstrationMessage[];
};

export function createDemonstrationChannel(): DemonstrationChannel {
  const kept = new Map<string, DemonstrationMessage>();
  return {
    name: 'demonstration',
    async send({ key, phone, content, at }) {
      kept.set(key, { at, phone, text: textOf(content) });
      const [oldest] = kept.keys();
      if (kept.size > messagesKeptMax && oldest !== undefined) kept.delete(oldest);
      return { kind: 'sent' };
    },
    messages: () => [...kept.values()].reverse(),
  };
}
