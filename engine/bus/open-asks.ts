/**
 * The asks of one bus that wait for an answer: numbered, bounded, each with its deadline. Both
 * implementations keep theirs here, so that U1 and U3 hold in one place.
 */
import { BusAbsent, BusBusy, BusUnanswered } from './bus.ts';

type Open = {
  resolve(payload: Uint8Array): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
};

/** Numbers stay exact in 32 bits and are not in use again for days. */
const numbersMax = 2 ** 31;

export class OpenAsks {
  readonly #open = new Map<number, Open>();
  readonly #inFlightMax: number;
  #lastNumber = 0;
  #emptied: (() => void) | undefined;

  constructor(inFlightMax: number) {
    this.#inFlightMax = inFlightMax;
  }

  /** Called with the number of each ask that ended, however it did. */
  onEnd: (number: number) => void = () => {};

  has(number: number): boolean {
    return this.#open.has(number);
  }
  /** `send` is given the ask's number; what it throws rejects the ask as unsent. */
  begin(timeoutMs: number, send: (number: number) => void): Promise<Uint8Array> {
    if (this.#open.size >= this.#inFlightMax) {
      return Promise.reject(new BusBusy('too many unanswered asks'));
    }
    this.#lastNumber = (this.#lastNumber + 1) % numbersMax;
    const number = this.#lastNumber;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(number, new BusUnanswered('no answer in time')),
        timeoutMs,
      );
      this.#open.set(number, { resolve, reject, timer });
      try {
        send(number);
      } catch (cause) {
        this.fail(number, new BusAbsent('the message could not be sent', { cause }));
      }
    });
  }
  /** Late and doubled answers find nothing and change nothing. */
  settle(number: number, payload: Uint8Array): void {
    this.#take(number)?.resolve(payload);
  }
  fail(number: number, error: Error): void {
    this.#take(number)?.reject(error);
  }
  failAll(error: Error): void {
    for (const number of this.#open.keys()) this.fail(number, error);
  }
  /** Every ask has a deadline, so this resolves. */
  whenEmpty(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const earlier = this.#emptied;
      this.#emptied = () => {
        earlier?.();
        resolve();
      };
    });
  }

  #take(number: number): Open | undefined {
    const open = this.#open.get(number);
    if (open === undefined) return undefined;
    this.#open.delete(number);
    clearTimeout(open.timer);
    this.onEnd(number);
    if (this.#open.size === 0) {
      this.#emptied?.();
      this.#emptied = undefined;
    }
    return open;
  }
}
