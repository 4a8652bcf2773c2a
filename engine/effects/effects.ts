/**
 * Carries out what rows say is due: messages to phones, and commands from one book to another. It
 * owns the trying; what is due, and when it is done, the rows say.
 *
 * R1 At least once, each step until it has a lasting answer. A key is worked on once at a time,
 *    and what was sent is not sent again because its note was slow.
 * R2 Completion goes back as a command to the book that asked. Nothing is remembered here: after
 *    a restart the writer hands over what is still due.
 * R3 Codes and what moves between books have a lane of their own: a candidate waits for them. A rush
 *    of news takes none of their places, nor does a file of new candidates with their phones.
 * R4 A phone number is in the clear between the vault and the channel, nowhere else.
 */
import { setTimeout } from 'node:timers/promises';
import type { Bus } from '../bus/bus.ts';
import { Postbox } from '../bus/postbox.ts';
import { unreachable } from '../core/assert.ts';
import type { Effect } from '../core/effects.ts';
import { nameOf } from '../outside-thread.ts';
import type { ProviderCalls } from '../payments/provider.ts';
import type { Command, DeliveryOutcome, NoteMoved } from '../protocol/commands.ts';
import { freshId } from '../protocol/fresh-id.ts';
import type { ChallengeId, EpochMs, PartitionName, PersonId, Sealed } from '../protocol/ids.ts';
import {
  type Layout,
  partitionOfArea,
  partitionOfPerson,
  partitionsOf,
} from '../protocol/layout.ts';
import type { MessageContent } from '../protocol/messages.ts';
import { passingRefusals, type RefusalReason } from '../protocol/refusals.ts';
import type { ChannelsReport, CommandReply, Query, QueryReply } from '../protocol/replies.ts';
import { type CommandBody, partitionOfBody, type RoutedBody } from '../protocol/routing.ts';
import { commandsWithin } from '../protocol/subjects.ts';
import type { ProviderStanding } from '../protocol/telemetry.ts';
import { NotHeard } from './channel.ts';
import type { Courier } from './failover.ts';
import { Lane } from './lane.ts';
import { codeExpiresAt, newsExpiresAt } from './messages.ts';
import { createMoney, type MoneyEffect } from './money.ts';

/** The part of the vault that sending needs. */
export type MessageVault = {
  open(person: PersonId, sealed: Sealed): string | undefined;
  smsCodeOf(challenge: ChallengeId): string;
};

export type EffectsOptions = {
  bus: Bus;
  layout: Layout;
  vault: MessageVault;
  courier: Courier;
  providers: readonly ProviderCalls[];
  clock: { now(): EpochMs; monotonic(): number };
  /** News was left in its rows for want of room, and there is room again. */
  onRoomForNews(): void;
  /** An effect that got an answer nobody foresaw, in words without personal data. */
  onTrouble(what: string): void;
};

export interface Effects {
  /** Any number of times with the same keys. */
  run(effects: readonly Effect[]): void;
  /** How many are waiting or being worked on, by lane. */
  waiting(): ChannelsReport['waiting'];
  /** The same for payment providers, and how they answer. */
  money(): { waiting: number; providers: ProviderStanding[] };
  /** Stops trying; what is not done stays due in its row. */
  stop(): Promise<void>;
}

/** At a time; the others wait their turn. */
const codesRunningMax = 256;
const newsRunningMax = 64;
/** Places at the PhoneBook: an import brings one for every new candidate, and nobody waits for it. */
const phonesRunningMax = 16;
/** Each is a question, a message and a note: a rush of saves is not to be slowed by telling of it. */
const newsPerSecondMax = 300;
/** What more there is waits in its rows, and is asked for when half of this has gone. */
const newsWaitingMax = 4_096;
/** Of withdrawn areas (S5): candidates' own moves are not to wait behind them. */
const movesRunningMax = 32;
const answerWithinMs = 10_000;
/** A message that may have left so often is not tried again: each may be one more of the same. */
const doubtsMax = 3;
const firstPauseMs = 50;
const pauseMaxMs = 10_000;
const anyEpoch = 0;

/** A session that is to be installed is waited for too, and who is on the way to another area. */
const passing: ReadonlySet<RefusalReason> = new Set([
  ...passingRefusals,
  ...(['session-missing', 'seats-moving'] as const),
]);

export function createEffects(options: EffectsOptions): Effects {
  const { bus, layout, vault, courier, clock, onRoomForNews, onTrouble } = options;
  const { now } = clock;
  const postbox = new Postbox(bus, answerWithinMs, commandsWithin);
  const known = new Set<string>();
  const codes = new Lane<BookEffect>(codesRunningMax, run);
  const news = new Lane<BookEffect>(newsRunningMax, run, newsPerSecondMax);
  const phones = new Lane<BookEffect>(phonesRunningMax, run);
  const moves = new Lane<BookEffect>(movesRunningMax, run);
  let newsLeft = false;
  const stopping = new AbortController();
  const money = createMoney({
    ...{ providers: options.providers, partitions: partitionsOf(layout), clock, onTrouble },
    ...{ tell: (body: RoutedBody) => tell(body), ask },
  });

  async function run(effect: BookEffect): Promise<void> {
    try {
      await carryOut(effect);
    } catch (error) {
      if (!stopping.signal.aborted) onTrouble(`${effect.kind} failed: ${nameOf(error)}`);
    } finally {
      known.delete(effect.key);
      askForNews();
    }
  }

  function put(effect: BookEffect): void {
    if (known.has(effect.key)) return;
    if (effect.kind === 'send-news' && news.size >= newsWaitingMax) {
      newsLeft = true;
      return;
    }
    known.add(effect.key);
    laneOf(effect).put(effect);
  }

  function laneOf({ kind }: BookEffect): Lane<BookEffect> {
    if (kind === 'send-news') return news;
    if (kind === 'move-seats') return moves;
    return kind === 'settle-phone' || kind === 'release-phone' ? phones : codes;
  }

  function askForNews(): void {
    if (!newsLeft || news.size > newsWaitingMax / 2) return;
    newsLeft = false;
    onRoomForNews();
  }

  async function carryOut(effect: BookEffect): Promise<void> {
    switch (effect.kind) {
      case 'send-message':
        return sendMessage(effect);
      case 'send-news':
        return sendNews(effect);
      case 'vacate-area': {
        const { person, area, claim } = effect;
        const reply = await tell({ kind: 'vacate-area', person, area, claim });
        const vacated = reply.kind === 'accepted';
        if (!vacated && reply.reason !== 'seats-remain') return trouble(effect, reply);
        await settle(effect, { kind: 'note-vacated', person, claim, vacated });
        return;
      }
      case 'fence-area': {
        const { person, area, claim } = effect;
        const reply = await tell({ kind: 'fence-area', person, area, claim });
        if (reply.kind !== 'accepted') return trouble(effect, reply);
        await settle(effect, { kind: 'note-fenced', person, claim });
        return;
      }
      case 'settle-phone': {
        const { person, phone, binding } = effect;
        const reply = await tell({ kind: 'settle-phone', person, phone, binding });
        if (reply.kind !== 'accepted') return trouble(effect, reply);
        await settle(effect, { kind: 'note-phone-settled', person, binding });
        return;
      }
      case 'release-phone': {
        const { person, phone, binding } = effect;
        const reply = await tell({ kind: 'release-phone', person, phone, binding });
        if (reply.kind !== 'accepted') return trouble(effect, reply);
        await settle(effect, { kind: 'note-phone-released', person, binding });
        return;
      }
      case 'carry-act':
        return carryAct(effect);
      case 'move-seats':
        return moveSeats(effect);
      case 'adopt': {
        const { partition, adopted } = effect;
        const reply = await tellAt(partition, { kind: 'adopt', adopted });
        if (reply.kind !== 'accepted' || reply.outcome.kind !== 'adopted') {
          return trouble(effect, reply);
        }
        const { number } = reply.outcome;
        await settle(effect, { kind: 'note-adopted', partition, number });
        return;
      }
      case 'adopt-import': {
        const { partition, import: number, to, capacities } = effect;
        const here = capacities.filter(({ area }) => partitionOfArea(layout, area) === partition);
        const body = { kind: 'adopt-import', import: number, to, capacities: here } as const;
        const reply = await tellAt(partition, body);
        if (reply.kind !== 'accepted') return trouble(effect, reply);
        await settle(effect, { kind: 'note-import-adopted', import: number, partition });
        return;
      }
      default:
        return unreachable(effect);
    }
  }

  /** What is refused is noted too: staff read it beside the act. */
  async function carryAct(effect: Extract<Effect, { kind: 'carry-act' }>): Promise<void> {
    const { part, target } = effect;
    const { act: number } = part;
    let changed = 0;
    let idle = 0;
    for (;;) {
      const reply = await tell(part);
      if (reply.kind === 'refused') {
        const { reason: refused } = reply;
        await settle(effect, {
          kind: 'note-act-carried',
          number,
          target,
          refused,
          changed,
          left: 0,
        });
        return;
      }
      const { outcome } = reply;
      const slice = outcome.kind === 'carried' ? outcome : { changed: 1, left: 0, more: false };
      changed += slice.changed;
      const { left } = slice;
      if (slice.more) {
        // Nothing could be done: others have the word first.
        idle = slice.changed === 0 ? idle + 1 : 0;
        if (idle > 0) await pause(idle);
        continue;
      }
      await settle(effect, { kind: 'note-act-carried', number, target, changed, left });
      return;
    }
  }

  /** S5: the person's book gives the claim, the other area the seats, and the old one lets go. */
  async function moveSeats(effect: Extract<Effect, { kind: 'move-seats' }>): Promise<void> {
    const { person, area, to, act, candidateType, unpaidSince, seats, orders } = effect;
    const note = (claim: number, came: NoteMoved['came']) =>
      settle(effect, { kind: 'note-moved', area, person, act, to, claim, came });
    const claimed = await tell({ kind: 'move-for', person, act, from: area, to });
    if (claimed.kind === 'refused') return note(0, { kind: 'declined', reason: claimed.reason });
    if (claimed.outcome.kind !== 'claiming') return trouble(effect, claimed);
    const { claim } = claimed.outcome;
    const moved = { claim, act, from: area, candidateType, unpaidSince, seats, orders };
    const reply = await tell({ kind: 'receive-seats', area: to, person, ...moved });
    if (reply.kind === 'refused') return note(claim, { kind: 'declined', reason: reply.reason });
    const { outcome } = reply;
    if (outcome.kind !== 'received' && outcome.kind !== 'declined') return trouble(effect, reply);
    return note(claim, outcome);
  }

  async function sendMessage(effect: Extract<Effect, { kind: 'send-message' }>): Promise<void> {
    const { key, person, area, challenge, attempt, phone } = effect;
    const taken = await tell({ kind: 'take-message', phone: phone.index, key });
    let outcome: DeliveryOutcome;
    if (taken.kind === 'accepted') outcome = await deliverCode(effect);
    else if (taken.reason === 'phone-messages-used-up') outcome = taken.reason;
    else return trouble(effect, taken);
    const place = area === undefined ? {} : { area };
    await settle(effect, { kind: 'note-delivery', person, ...place, challenge, attempt, outcome });
  }

  async function sendNews(effect: Extract<Effect, { kind: 'send-news' }>): Promise<void> {
    const { person, area, news } = effect;
    const outcome = await deliverNews(effect);
    await settle(effect, { kind: 'note-news', area, person, news: news.place, outcome });
  }

  /** To the phone that is bound now: the row knows none. Whoever has none is told nothing. */
  async function deliverNews({
    key,
    person,
    news: { content, at },
  }: Extract<Effect, { kind: 'send-news' }>): Promise<'sent' | 'failed'> {
    for (let tries = 0; ; tries += 1) {
      const asked = await ask(partitionOfPerson(layout, person), { kind: 'candidate', person });
      if (asked.kind === 'candidate') {
        const sealed = asked.candidate?.phone?.sealed;
        return deliver(key, person, sealed, content, newsExpiresAt(content, at));
      }
      await pause(tries);
    }
  }

  function deliverCode(effect: Extract<Effect, { kind: 'send-message' }>) {
    const { key, person, code: kind, challenge, sentAt, phone } = effect;
    const content = { kind, code: vault.smsCodeOf(challenge) };
    return deliver(key, person, phone.sealed, content, codeExpiresAt(sentAt));
  }

  /** Until a carrier has answered, or there is no longer anything to tell. */
  async function deliver(
    key: string,
    person: PersonId,
    sealed: Sealed | undefined,
    content: MessageContent,
    expiresAt: EpochMs,
  ): Promise<'sent' | 'failed'> {
    // Erased since: there is nobody to send it to.
    const phone = sealed === undefined ? undefined : vault.open(person, sealed);
    let doubts = 0;
    for (let tries = 0; ; tries += 1) {
      const at = now();
      if (phone === undefined || at >= expiresAt) return 'failed';
      try {
        const { kind: outcome } = await unlessStopped(courier.send({ key, phone, content, at }));
        return outcome;
      } catch (error) {
        if (!(error instanceof NotHeard)) throw error;
        if (error.mayHaveLeft) doubts += 1;
        if (doubts >= doubtsMax) return 'failed';
        await pause(tries);
      }
    }
  }

  async function ask(partition: PartitionName, query: Query): Promise<QueryReply> {
    const id = freshId();
    const answer = await postbox.post(partition, { id, answerBy: now() + answerWithinMs, query });
    if (answer.kind === 'unknown' || answer.kind === 'accepted')
      return { id, kind: 'refused', reason: 'engine-away' };
    return answer;
  }

  const tell = (body: RoutedBody): Promise<CommandReply> =>
    tellAt(partitionOfBody(layout, body), body);

  /** Until there is an answer that does not pass by itself. */
  async function tellAt(partition: PartitionName, body: CommandBody): Promise<CommandReply> {
    for (let tries = 0; ; tries += 1) {
      stopping.signal.throwIfAborted();
      // A fresh id each time: books know these commands again by what they say.
      const command = {
        ...body,
        id: freshId(),
        answerBy: now() + answerWithinMs,
        epoch: anyEpoch,
      } as Command;
      const reply = await postbox.post(partition, command);
      if (reply.kind === 'accepted') return reply;
      if (reply.kind === 'refused' && !passing.has(reply.reason)) return reply;
      await pause(tries);
    }
  }

  /** The book that asked hears of it. A refusal means that it has moved on. */
  async function settle(effect: Effect, body: RoutedBody): Promise<void> {
    const reply = await tell(body);
    if (reply.kind === 'refused' && reply.reason === 'malformed') trouble(effect, reply);
  }

  function trouble(effect: Effect, reply: CommandReply): void {
    const answer = reply.kind === 'refused' ? `refused, ${reply.reason}` : reply.kind;
    onTrouble(`${effect.kind}: ${answer}`);
  }

  /** The end waits for no carrier: what was not noted is due again at the next start. */
  function unlessStopped<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(stopping.signal.reason);
      stopping.signal.addEventListener('abort', stop, { once: true });
      const over = () => stopping.signal.removeEventListener('abort', stop);
      work.then(resolve, reject).finally(over);
    });
  }

  async function pause(tries: number): Promise<void> {
    const longest = Math.min(pauseMaxMs, firstPauseMs * 2 ** tries);
    // Half of it is chance, so that many who wait do not come back together.
    const ms = longest * (0.5 + Math.random() / 2);
    await setTimeout(ms, undefined, { signal: stopping.signal });
  }

  return {
    run(effects) {
      for (const effect of effects) {
        if (isMoney(effect)) money.take(effect);
        else put(effect);
      }
    },
    waiting: () => ({ codes: codes.size + phones.size + moves.size, news: news.size }),
    money: () => ({ waiting: money.waiting(), providers: money.standings() }),
    async stop() {
      stopping.abort();
      await Promise.all([codes.stop(), news.stop(), phones.stop(), moves.stop(), money.stop()]);
    },
  };
}

/** Done with a book or a channel; the others with a payment provider. */
type BookEffect = Exclude<Effect, MoneyEffect>;
const isMoney = (effect: Effect): effect is MoneyEffect =>
  effect.kind === 'watch-payment' ||
  effect.kind === 'refund-payment' ||
  effect.kind === 'refund-moved' ||
  effect.kind === 'reconcile';
