/**
 * The bus between processes, over plain NATS. One subscription takes every answer: the ask's
 * number is the last token of its reply subject. NATS says at once when nobody listens.
 *
 * T1 Nothing is sent while the connection is down: what would wait in the client's buffer would
 *    be carried out at a time nobody expects.
 * T2 Connects and reconnects for ever, with jitter, so that a restarted server is not stormed.
 */
import { setTimeout } from 'node:timers/promises';
import { connect, createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import {
  answerMax,
  type Bus,
  BusAbsent,
  BusUnanswered,
  inFlightMaxDefault,
  payloadMax,
  type Reply,
  tooLarge,
} from './bus.ts';
import { attempt, type OnBug, once, StateTeller, throwLater } from './listeners.ts';
import { OpenAsks } from './open-asks.ts';

export type NatsBusOptions = {
  /** One or more `nats://user:password@host:port`, separated by commas; the first one's user counts. */
  url: string;
  /** Shown by the server's own monitoring. */
  name: string;
  inFlightMax?: number;
  onBug?: OnBug;
};

const reconnectWaitMs = 200;
const reconnectJitterMs = 300;
const connectTimeoutMs = 2_000;
/** A server that stopped answering is noticed after this, times the pings that may be missed. */
const pingEveryMs = 5_000;
const pingsMissedMax = 2;
/** What could not be drained by then is given up. */
const drainMs = 2_000;
/** In the reply field of an answer's part: another part follows. */
const moreFollows = 'more';
const nobodyListens = 503;

/** Resolves once connected, however long that takes. */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const { url, name, inFlightMax = inFlightMaxDefault, onBug = throwLater } = options;
  const urls = url.split(',').map((one) => new URL(one.includes('://') ? one : `nats://${one}`));
  const user = urls[0]?.username ?? '';
  const connection = await connect({
    servers: urls.map((one) => one.host),
    ...(user === '' ? {} : { user: decodeURIComponent(user) }),
    ...(user === '' ? {} : { pass: decodeURIComponent(urls[0]?.password ?? '') }),
    name,
    timeout: connectTimeoutMs,
    waitOnFirstConnect: true,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectWaitMs,
    reconnectJitter: reconnectJitterMs,
    reconnectJitterTLS: reconnectJitterMs,
    pingInterval: pingEveryMs,
    maxPingOut: pingsMissedMax,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  });
  return busOver(connection, inFlightMax, onBug);
}

function busOver(connection: NatsConnection, inFlightMax: number, onBug: OnBug): Bus {
  const asks = new OpenAsks(inFlightMax);
  const parts = new Map<number, Uint8Array[]>();
  const state = new StateTeller(onBug);
  const answered = new Set<string>();
  let closing: Promise<void> | undefined;

  const inbox = createInbox();
  connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error !== null) return;
      const number = Number(message.subject.slice(inbox.length + 1));
      if (message.headers?.code === nobodyListens) {
        asks.fail(number, new BusAbsent('nobody answers this subject'));
      } else if (!asks.has(number)) {
        // Too late: whoever asked was told that the outcome is unknown.
      } else if (message.reply === moreFollows) {
        keepPart(number, message.data);
      } else {
        asks.settle(number, whole(number, message.data));
      }
    },
  });
  asks.onEnd = (number) => parts.delete(number);

  function keepPart(number: number, part: Uint8Array): void {
    const kept = parts.get(number) ?? [];
    kept.push(part);
    parts.set(number, kept);
    if (kept.length * part.length > answerMax) asks.fail(number, new BusUnanswered('too long'));
  }
  function whole(number: number, last: Uint8Array): Uint8Array {
    const kept = parts.get(number);
    return kept === undefined ? last : Buffer.concat([...kept, last]);
  }
  function replyTo(subject: string): Reply {
    return once((payload) => {
      if (payload.length > answerMax) throw tooLarge();
      if (state.state !== 'connected' || connection.isClosed()) return;
      const width = connection.info?.max_payload ?? payloadMax;
      let sent = 0;
      for (; payload.length - sent > width; sent += width) {
        connection.publish(subject, payload.subarray(sent, sent + width), { reply: moreFollows });
      }
      connection.publish(subject, payload.subarray(sent));
    });
  }

  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        state.set('reconnecting');
        asks.failAll(new BusUnanswered('the connection broke while waiting'));
      }
      if (status.type === 'reconnect') state.set('connected');
    }
  })();
  void connection.closed().then(() => {
    asks.failAll(new BusUnanswered('the connection was closed while waiting'));
    state.set('closed');
  });

  return {
    ask(subject, payload, timeoutMs) {
      if (closing !== undefined || state.state !== 'connected') {
        return Promise.reject(new BusAbsent('not connected'));
      }
      if (payload.length > payloadMax) return Promise.reject(tooLarge());
      return asks.begin(timeoutMs, (number) =>
        connection.publish(subject, payload, { reply: `${inbox}.${number}` }),
      );
    },
    answer(subject, handler) {
      if (answered.has(subject)) throw new Error(`${subject} has an answerer`);
      answered.add(subject);
      const subscription = connection.subscribe(subject, {
        callback: (error, message: Msg) => {
          const { reply } = message;
          // Whoever says no place for an answer gets none; the client writes that as an empty one too.
          if (error !== null || reply === undefined || reply === '') return;
          attempt(() => handler(message.data, replyTo(reply)), onBug);
        },
      });
      return () => {
        answered.delete(subject);
        // What the server has already sent is still handed over.
        if (!connection.isClosed()) void subscription.drain();
      };
    },
    publish(subject, payload) {
      if (payload.length > payloadMax) throw tooLarge();
      if (closing === undefined && state.state === 'connected') {
        connection.publish(subject, payload);
      }
    },
    subscribe(subject, handler) {
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) attempt(() => handler(message.data), onBug);
        },
      });
      return () => subscription.unsubscribe();
    },
    onState: (handler) => state.add(handler),
    close() {
      closing ??= asks.whenEmpty().then(async () => {
        if (state.state === 'connected') {
          const drained = connection.drain().catch(() => {});
          await Promise.race([drained, setTimeout(drainMs, undefined, { ref: false })]);
        }
        await connection.close();
        state.set('closed');
      });
      return closing;
    },
  };
}
