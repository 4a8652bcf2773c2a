/**
 * The bus: bytes from asker to answerer and back, and bytes from publisher to listeners. It knows
 * subjects and sizes, nothing of what the bytes say. Two implementations keep one contract
 * (test/contract/bus-contract.ts): embedded (one process, engine on a worker thread) and NATS.
 *
 * U1 `ask` settles exactly once: bytes, or one of the errors below. `BusUnanswered` means that the
 *    outcome is unknown: the message may have been carried out. The other two: nothing was sent.
 * U2 At most once: the bus never sends a message again by itself.
 * U3 Bounded: over `inFlightMax` unanswered asks, `ask` rejects with `BusBusy` at once, unsent.
 * U4 A bus hears itself: its own answerers and listeners serve its own asks and publications.
 * U5 Handlers that throw harm nobody else; an answerer that throws has not answered.
 * U6 Asks and publications are at most `payloadMax` bytes: more is a caller's bug (`RangeError`).
 *    Answers may be longer, up to `answerMax`; a carrier that is narrower takes them in parts.
 */
export interface Bus {
  ask(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** One answerer per subject. `reply` may be called once, at any later time, or never. */
  answer(subject: string, handler: (payload: Uint8Array, reply: Reply) => void): Unsubscribe;
  publish(subject: string, payload: Uint8Array): void;
  subscribe(subject: string, handler: (payload: Uint8Array) => void): Unsubscribe;
  /** Called with the present state at once, then on every change. */
  onState(handler: (state: BusState) => void): Unsubscribe;
  /** Lets what is on its way finish, then closes. Later asks reject with `BusAbsent`. */
  close(): Promise<void>;
}

export type Reply = (payload: Uint8Array) => void;
export type Unsubscribe = () => void;
export type BusState = 'connected' | 'reconnecting' | 'closed';

export const payloadMax = 1024 * 1024;
export const answerMax = 64 * 1024 * 1024;

/** Unanswered asks of one bus. The writer's inbox is the bound that counts items. */
export const inFlightMaxDefault = 1024;

/** U6. */
export const tooLarge = (): RangeError => new RangeError('more bytes than a bus message may have');

/** Over the bound: nothing was sent. */
export class BusBusy extends Error {}
/** No answer in time, or the connection broke while waiting: the outcome is unknown. */
export class BusUnanswered extends Error {}
/** Not connected, closed, or nobody answers this subject: nothing was carried out. */
export class BusAbsent extends Error {}
