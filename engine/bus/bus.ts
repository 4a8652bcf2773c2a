/**
 * The bus: bytes from asker to answerer and back, and bytes from publisher to listeners. It knows
 * subjects and sizes, nothing of what the bytes say. Two implementations keep one contract
 * (test/contract/bus-contract.ts): embedded (one process, engine on a worker thread) and NATS.
 *
 * U1 `ask` settles exactly once: bytes, or one of the errors below. An error other than `BusBusy`
 *    means the outcome is unknown: the message may have been carried out.
 * U2 At most once: the bus never sends a message again by itself.
 * U3 Bounded: over `inFlightMax` unanswered asks, `ask` rejects with `BusBusy` at once, unsent.
 */
export interface Bus {
  ask(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** One answerer per subject. `reply` may be called once, at any later time, or never. */
  answer(subject: string, handler: (payload: Uint8Array, reply: Reply) => void): Unsubscribe;
  publish(subject: string, payload: Uint8Array): void;
  subscribe(subject: string, handler: (payload: Uint8Array) => void): Unsubscribe;
  /** Called with the present state at once, then on every change. */
  onState(handler: (state: BusState) => void): Unsubscribe;
  /** Lets what is on its way finish, then closes. Later asks reject with `BusClosed`. */
  close(): Promise<void>;
}

export type Reply = (payload: Uint8Array) => void;
export type Unsubscribe = () => void;
export type BusState = 'connected' | 'reconnecting' | 'closed';

/** Over the bound: nothing was sent. */
export class BusBusy extends Error {}
/** No answer in time, or the connection broke while waiting: the outcome is unknown. */
export class BusUnanswered extends Error {}
/** The bus is closed or was never connected: nothing was sent. */
export class BusClosed extends Error {}
