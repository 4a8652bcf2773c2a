/** The handlers of one bus, by subject: one answerer each, any number of listeners (U5). */
import type { BusState, Reply, Unsubscribe } from './bus.ts';

export type Answerer = (payload: Uint8Array, reply: Reply) => void;

/** What a handler threw is its owner's bug; the bus goes on and says so. */
export type OnBug = (error: unknown) => void;

/** Kept in order of arrival; a handler that unsubscribes within a call is not called again. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();
  readonly #onBug: OnBug;

  constructor(onBug: OnBug) {
    this.#onBug = onBug;
  }
  add(handler: (value: T) => void): Unsubscribe {
    // Wrapped, so that one function added twice is two listeners.
    const own = (value: T) => handler(value);
    this.#all.add(own);
    return () => {
      this.#all.delete(own);
    };
  }
  get size(): number {
    return this.#all.size;
  }
  call(value: T): void {
    for (const handler of this.#all) attempt(() => handler(value), this.#onBug);
  }
}

export function attempt(act: () => void, onBug: OnBug): void {
  try {
    act();
  } catch (error) {
    onBug(error);
  }
}

/** At most one reply leaves, however often it is called. */
export function once(reply: Reply): Reply {
  let replied = false;
  return (payload) => {
    if (replied) return;
    replied = true;
    reply(payload);
  };
}

/** The present state, told to each new listener at once. */
export class StateTeller {
  readonly #listeners: Listeners<BusState>;
  #state: BusState = 'connected';

  constructor(onBug: OnBug) {
    this.#listeners = new Listeners(onBug);
  }
  get state(): BusState {
    return this.#state;
  }
  set(state: BusState): void {
    if (state === this.#state || this.#state === 'closed') return;
    this.#state = state;
    this.#listeners.call(state);
  }
  add(handler: (state: BusState) => void): Unsubscribe {
    const remove = this.#listeners.add(handler);
    handler(this.#state);
    return remove;
  }
}

/** Thrown from a microtask of its own: the process's handler for bugs sees it, the bus goes on. */
export const throwLater: OnBug = (error) => {
  queueMicrotask(() => {
    throw error;
  });
};
