/**
 * Several channels as one: which goes first, and when the next is asked. It keeps the tally that
 * staff are shown.
 *
 * O1 A message goes to one channel after the other until one says `sent`; then to none any more.
 * O2 A channel that was slow or not heard may have sent: the next is asked all the same. A doubled
 *    message says the same thing twice, the code in it included; one that never comes costs a
 *    candidate the seats that are held for five minutes.
 * O3 A channel at fault several times in a row goes last, and first again only for one message now
 *    and then, until one succeeds. No channel is ever left out: a bad one is better than none.
 * O4 A refusal is the channel's fault only when another took the same message; else it is the
 *    number's, and bad numbers must not push a good channel back.
 */
import { setTimeout } from 'node:timers/promises';
import type { EpochMs } from '../protocol/ids.ts';
import type { MessageKind } from '../protocol/messages.ts';
import type { ChannelName, ChannelStanding } from '../protocol/replies.ts';
import { type Channel, type Message, NotHeard, type Sending } from './channel.ts';

/** One try of one channel, for the log: nothing in it says to whom. */
export type Attempt = {
  channel: ChannelName;
  message: MessageKind;
  outcome: 'sent' | 'failed' | 'unknown';
  ms: number;
  why?: string;
};

export type FailoverOptions = {
  clock: { now(): EpochMs; monotonic(): number };
  onAttempt(attempt: Attempt): void;
  /** Longer than this is slow, and the next channel is asked. */
  slowMs?: number;
};

/** Rejects with `NotHeard` when no channel said `sent` and one may have. */
export type Courier = Pick<Channel, 'send'> & {
  standings(): ChannelStanding[];
};

const slowMsDefault = 4_000;
/** Faults in a row after which a channel goes last. */
const faultsMax = 5;
const retryEveryMs = 30_000;
/** Answers that the percentiles are of. */
const answersKeptMax = 1_000;

type Side = {
  channel: Channel;
  faults: number;
  openSince: EpochMs | undefined;
  /** On the clock that never steps, as all that is measured here. */
  triedAt: number;
  tally: { sent: number; failed: number; unknown: number };
  /** The newest, as a ring. */
  answersMs: number[];
  answers: number;
  lastTrouble: { at: EpochMs; why: string } | undefined;
};

export function createFailover(channels: readonly Channel[], options: FailoverOptions): Courier {
  const { clock, onAttempt, slowMs = slowMsDefault } = options;
  const sides = channels.map(sideOf);

  /** O3: those at fault go last, but for the one message that finds out whether they are back. */
  function order(): Side[] {
    const at = clock.monotonic();
    const good = (side: Side) => side.openSince === undefined || at - side.triedAt >= retryEveryMs;
    return [...sides.filter(good), ...sides.filter((side) => !good(side))];
  }

  async function attempt(side: Side, message: Message): Promise<Sending> {
    side.triedAt = clock.monotonic();
    const answer = ask(side, message);
    const slow = new AbortController();
    const { signal } = slow;
    const tooLong = setTimeout(slowMs, undefined, { signal }).then(() => {
      throw new NotHeard('slow', true);
    });
    // Whichever is last is nobody's any more.
    answer.catch(ignore);
    tooLong.catch(ignore);
    try {
      return await Promise.race([answer, tooLong]);
    } finally {
      slow.abort();
    }
  }

  /** Counted whenever it ends, also when nobody waits for it any more. */
  async function ask(side: Side, message: Message): Promise<Sending> {
    const { channel } = side;
    const since = clock.monotonic();
    const told = (outcome: Attempt['outcome'], why?: string) => {
      const ms = Math.round(clock.monotonic() - since);
      side.tally[outcome] += 1;
      if (outcome !== 'unknown') keep(side, ms);
      if (why !== undefined) side.lastTrouble = { at: clock.now(), why };
      const reason = why === undefined ? {} : { why };
      onAttempt({ channel: channel.name, message: message.content.kind, outcome, ms, ...reason });
    };
    try {
      const sending = await channel.send(message);
      if (sending.kind === 'sent') told('sent');
      else told('failed', sending.why);
      return sending;
    } catch (error) {
      told('unknown', error instanceof NotHeard ? error.why : 'fault');
      throw error;
    }
  }

  function fault(side: Side): void {
    side.faults += 1;
    if (side.faults >= faultsMax) side.openSince ??= clock.now();
  }
  function well(side: Side): void {
    side.faults = 0;
    side.openSince = undefined;
  }

  return {
    async send(message) {
      const refused: Side[] = [];
      let refusal: Sending = { kind: 'failed', why: 'no-channel' };
      let doubt: NotHeard | undefined;
      for (const side of order()) {
        try {
          const sending = await attempt(side, message);
          if (sending.kind === 'sent') {
            well(side);
            refused.forEach(fault);
            return sending;
          }
          refused.push(side);
          refusal = sending;
        } catch (error) {
          fault(side);
          const notHeard = error instanceof NotHeard ? error : new NotHeard('fault', true);
          if (doubt === undefined || notHeard.mayHaveLeft) doubt = notHeard;
        }
      }
      if (doubt !== undefined) throw doubt;
      return refusal;
    },
    standings: () => sides.map(standingOf),
  };
}

const ignore = () => undefined;

const sideOf = (channel: Channel): Side => ({
  channel,
  faults: 0,
  openSince: undefined,
  triedAt: Number.NEGATIVE_INFINITY,
  tally: { sent: 0, failed: 0, unknown: 0 },
  answersMs: [],
  answers: 0,
  lastTrouble: undefined,
});

function keep(side: Side, ms: number): void {
  side.answersMs[side.answers % answersKeptMax] = ms;
  side.answers += 1;
}

function standingOf(side: Side): ChannelStanding {
  const { channel, tally, openSince, lastTrouble } = side;
  const sorted = side.answersMs.toSorted((one, other) => one - other);
  const below = (share: number) => sorted[Math.ceil(sorted.length * share) - 1];
  const [p50Ms, p99Ms] = [below(0.5), below(0.99)];
  return {
    channel: channel.name,
    ...tally,
    ...(p50Ms === undefined || p99Ms === undefined ? {} : { p50Ms, p99Ms }),
    ...(openSince === undefined ? {} : { openSince }),
    ...(lastTrouble === undefined ? {} : { lastTrouble }),
  };
}
