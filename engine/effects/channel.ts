/**
 * The way short messages leave. One contract for every channel, and one suite that is run on each.
 *
 * C1 A channel is told one message at a time and says whether its carrier took it. A carrier that
 *    said no is believed; when nobody knows, the promise rejects with `NotHeard`.
 * C2 No carrier knows a message again by its key: what was not heard may be sent twice. The key goes
 *    along so that a carrier's record can be matched with ours.
 * C3 A phone number and a code are neither logged nor kept, except by the demonstration. `why` is
 *    a carrier's own code or a word of ours, never its message, which may quote either.
 */
import type { EpochMs } from '../protocol/ids.ts';
import type { MessageContent } from '../protocol/messages.ts';
import type { ChannelName } from '../protocol/replies.ts';

/** `phone` in the clear: eleven digits. */
export type Message = { key: string; phone: string; content: MessageContent; at: EpochMs };

export type Sending =
  | { kind: 'sent' }
  /** Not taken, for this number or for us. */
  | { kind: 'failed'; why: string };

export interface Channel {
  readonly name: ChannelName;
  /** Rejects with `NotHeard`, within a bounded time. */
  send(message: Message): Promise<Sending>;
}

/** `mayHaveLeft: false`: the carrier has not taken it for certain, so asking again doubles nothing. */
export class NotHeard extends Error {
  readonly why: string;
  readonly mayHaveLeft: boolean;
  constructor(why: string, mayHaveLeft: boolean) {
    super(`a message was not heard of: ${why}`);
    this.why = why;
    this.mayHaveLeft = mayHaveLeft;
  }
}

/** A channel answers or gives up within it. */
export const answerWithinMs = 10_000;

/** Only what looks like a carrier's code is passed on (C3). */
export const whyOf = (code: unknown): string =>
  typeof code === 'string' && /^[\w.:-]{1,64}$/.test(code) ? code : 'unreadable';

/**
 * What a library threw while it spoke with a carrier. Both libraries say in words only whether the
 * carrier was reached at all.
 */
export function notHeard(error: unknown): NotHeard {
  const said = error instanceof Error ? `${error.name} ${error.message}` : '';
  const away = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/.exec(said);
  if (away !== null) return new NotHeard(away[0], false);
  return new NotHeard(/time-?out/i.test(said) ? 'timeout' : 'unreadable', true);
}
