/**
 * The way short messages leave. A channel is told one message at a time and says whether its
 * carrier took it; it is asked again with the same key only when that was not heard.
 */
import type { EpochMs } from '../protocol/ids.ts';
import type { MessageContent } from '../protocol/messages.ts';
import type { DemonstrationMessage } from '../protocol/replies.ts';
import { textOf } from './messages.ts';

/** `phone` in the clear: it is neither logged nor kept, except by the demonstration. */
export type Message = { key: string; phone: string; content: MessageContent; at: EpochMs };
/** Rejects when nobody knows whether the message left. */
export interface Channel {
  send(message: Message): Promise<'sent' | 'failed'>;
}

const messagesKeptMax = 200;

/** Demonstration mode: nothing leaves; the newest messages stand on a page of their own. */
export type DemonstrationChannel = Channel & {
  /** Newest first. */
  messages(): DemonstrationMessage[];
};

export function createDemonstrationChannel(): DemonstrationChannel {
  const kept = new Map<string, DemonstrationMessage>();
  return {
    async send({ key, phone, content, at }) {
      kept.set(key, { at, phone, text: textOf(content) });
      const [oldest] = kept.keys();
      if (kept.size > messagesKeptMax && oldest !== undefined) kept.delete(oldest);
      return 'sent';
    },
    messages: () => [...kept.values()].reverse(),
  };
}
