/**
 * One sender's way to the books: whatever one turn of the event loop posts to a partition leaves
 * as one bus message, so load makes messages larger, not more numerous.
 *
 * X1 No answer is never "no": a lost or late reply is `unknown`, an outcome of its own. Posting
 *    again under the same id, or asking for the `outcome`, finds the truth.
 * X2 `refused busy` (too much is on its way) and `engine-away` (nobody is there), made here, mean
 *    that nothing was sent, `malformed` that nothing was read: no replies at all is an answerer's
 *    word for a message it could not follow.
 */
import {
  type Answered,
  AskBatch,
  type Asked,
  CodecError,
  decodeReplies,
} from '../protocol/codec.ts';
import type { CommandId, PartitionName } from '../protocol/ids.ts';
import { commandsTo, type commandsWithin } from '../protocol/subjects.ts';
import { type Bus, BusAbsent, BusBusy, BusUnanswered } from './bus.ts';

/** The outcome is not known: it may have been carried out. Never shown as "failed". */
export type Unknown = { kind: 'unknown' };

/** A message leaves when it has so much, without waiting for the end of the turn. */
const itemsInMessageMax = 512;
const bytesInMessageMax = 256 * 1024;

const unknown: Unknown = { kind: 'unknown' };

type Door = typeof commandsTo | typeof commandsWithin;

type Waiting = { id: CommandId; resolve: (answer: Answered | Unknown) => void };

export class Postbox {
  readonly #bus: Bus;
  readonly #timeoutMs: number;
  readonly #door: Door;
  readonly #gathered = new Map<PartitionName, { batch: AskBatch; waiting: Waiting[] }>();
  readonly #onTheirWay = new Set<Promise<void>>();
  #gathering = false;

  /** After `timeoutMs` without an answer the outcome is `unknown`. `door`: a gateway's, or the house's. */
  constructor(bus: Bus, timeoutMs: number, door: Door = commandsTo) {
    this.#bus = bus;
    this.#timeoutMs = timeoutMs;
    this.#door = door;
  }

  post(partition: PartitionName, asked: Asked): Promise<Answered | Unknown> {
    let gathered = this.#gathered.get(partition);
    if (gathered === undefined) {
      gathered = { batch: new AskBatch(), waiting: [] };
      this.#gathered.set(partition, gathered);
    }
    const { batch } = gathered;
    if (batch.items >= itemsInMessageMax || batch.size >= bytesInMessageMax) this.#send(partition);
    try {
      batch.add(asked);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return Promise.resolve(refused(asked.id, 'malformed'));
    }
    this.#sendSoon();
    const { waiting } = gathered;
    return new Promise((resolve) => {
      waiting.push({ id: asked.id, resolve });
    });
  }
  /** Messages without an answer so far. */
  get onTheirWay(): number {
    return this.#onTheirWay.size;
  }
  /** Sends what was gathered and waits for every answer, or for the end of its time. */
  async settle(): Promise<void> {
    this.#sendAll();
    await Promise.all(this.#onTheirWay);
  }

  /** After every handler that this turn of the event loop has work for. */
  #sendSoon(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    setImmediate(() => {
      this.#gathering = false;
      this.#sendAll();
    });
  }
  #sendAll(): void {
    for (const partition of this.#gathered.keys()) this.#send(partition);
  }
  #send(partition: PartitionName): void {
    const gathered = this.#gathered.get(partition);
    if (gathered === undefined || gathered.waiting.length === 0) return;
    const sent = gathered.waiting.splice(0);
    const onItsWay = this.#bus
      .ask(this.#door(partition), gathered.batch.take(), this.#timeoutMs)
      .then((bytes) => {
        const replies = decodeReplies(bytes);
        for (const [place, { id, resolve }] of sent.entries()) {
          const none = replies.length === 0 ? refused(id, 'malformed') : unknown;
          resolve(replies[place] ?? none);
        }
      })
      .catch((error: unknown) => {
        for (const { id, resolve } of sent) resolve(answerTo(error, id));
      })
      .finally(() => this.#onTheirWay.delete(onItsWay));
    this.#onTheirWay.add(onItsWay);
  }
}

/** X1, X2. */
function answerTo(error: unknown, id: CommandId): Answered | Unknown {
  if (error instanceof BusBusy) return refused(id, 'busy');
  if (error instanceof BusAbsent) return refused(id, 'engine-away');
  if (error instanceof RangeError) return refused(id, 'malformed');
  if (error instanceof BusUnanswered || error instanceof CodecError) return unknown;
  throw error;
}

const refused = (id: CommandId, reason: 'busy' | 'engine-away' | 'malformed'): Answered => ({
  id,
  kind: 'refused',
  reason,
});
