/**
 * The bus within one process: a MessagePort between the main thread and the engine's worker
 * thread, one `Bus` at each end. An ask is answered at this end if an answerer stands here, else
 * at the other.
 *
 * B1 Messages of one end arrive at the other in order, those sent before `close` included.
 */
import type { MessagePort } from 'node:worker_threads';
import {
  answerMax,
  type Bus,
  BusAbsent,
  BusUnanswered,
  inFlightMaxDefault,
  payloadMax,
  tooLarge,
} from './bus.ts';
import {
  type Answerer,
  attempt,
  Listeners,
  type OnBug,
  once,
  StateTeller,
  throwLater,
} from './listeners.ts';
import { OpenAsks } from './open-asks.ts';

type Carried =
  | { kind: 'ask'; number: number; subject: string; payload: Uint8Array }
  | { kind: 'answer'; number: number; payload: Uint8Array }
  | { kind: 'nobody'; number: number }
  | { kind: 'publish'; subject: string; payload: Uint8Array };

export type EmbeddedBusOptions = { inFlightMax?: number; onBug?: OnBug };

export function createEmbeddedBus(port: MessagePort, options: EmbeddedBusOptions = {}): Bus {
  const { inFlightMax = inFlightMaxDefault, onBug = throwLater } = options;
  const asks = new OpenAsks(inFlightMax);
  const answerers = new Map<string, Answerer>();
  const listeners = new Map<string, Listeners<Uint8Array>>();
  const state = new StateTeller(onBug);
  let closing: Promise<void> | undefined;

  const post = (carried: Carried): void => port.postMessage(carried);

  port.on('message', (carried: Carried) => {
    switch (carried.kind) {
      case 'ask': {
        const { number, subject, payload } = carried;
        const answerer = answerers.get(subject);
        if (answerer === undefined) return post({ kind: 'nobody', number });
        const reply = once((answer) => post({ kind: 'answer', number, payload: alone(answer) }));
        return attempt(() => answerer(payload, reply), onBug);
      }
      case 'answer':
        return asks.settle(carried.number, carried.payload);
      case 'nobody':
        return asks.fail(carried.number, new BusAbsent('nobody answers this subject'));
      case 'publish':
        return listeners.get(carried.subject)?.call(carried.payload);
    }
  });
  port.on('close', () => {
    asks.failAll(new BusUnanswered('the other end is gone'));
    state.set('closed');
  });

  return {
    ask(subject, payload, timeoutMs) {
      if (closing !== undefined || state.state !== 'connected') {
        return Promise.reject(new BusAbsent('the bus is closed'));
      }
      if (payload.length > payloadMax) return Promise.reject(tooLarge());
      return asks.begin(timeoutMs, (number) => {
        const here = answerers.get(subject);
        if (here === undefined) {
          return post({ kind: 'ask', number, subject, payload: alone(payload) });
        }
        const reply = once((answer) => {
          const copy = alone(answer);
          setImmediate(() => asks.settle(number, copy));
        });
        // Later, as from the other end: an answerer never runs inside the asker's call.
        const copy = payload.slice();
        setImmediate(() => attempt(() => here(copy, reply), onBug));
      });
    },
    answer(subject, handler) {
      if (answerers.has(subject)) throw new Error(`${subject} has an answerer`);
      answerers.set(subject, handler);
      return () => {
        if (answerers.get(subject) === handler) answerers.delete(subject);
      };
    },
    publish(subject, payload) {
      if (payload.length > payloadMax) throw tooLarge();
      if (closing !== undefined) return;
      post({ kind: 'publish', subject, payload: alone(payload) });
      const here = listeners.get(subject);
      if (here === undefined) return;
      const copy = payload.slice();
      setImmediate(() => here.call(copy));
    },
    subscribe(subject, handler) {
      const own = listeners.get(subject) ?? new Listeners<Uint8Array>(onBug);
      listeners.set(subject, own);
      const remove = own.add(handler);
      return () => {
        remove();
        if (own.size === 0 && listeners.get(subject) === own) listeners.delete(subject);
      };
    },
    onState: (handler) => state.add(handler),
    close() {
      closing ??= asks.whenEmpty().then(() => {
        port.close();
        state.set('closed');
      });
      return closing;
    },
  };
}

/** In a buffer of its own: a port copies the whole buffer that a view looks into. */
function alone(payload: Uint8Array): Uint8Array {
  if (payload.length > answerMax) throw tooLarge();
  return payload.byteLength === payload.buffer.byteLength ? payload : payload.slice();
}
