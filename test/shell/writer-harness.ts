/**
 * A writer over a disk in memory, with the clock in the test's hand: it may be killed and started
 * again on the same disk as often as a test likes.
 */
import { createHmac } from 'node:crypto';
import { vi } from 'vitest';
import type { Effect } from '../../engine/core/effects.ts';
import type { Command } from '../../engine/protocol/commands.ts';
import type { ChallengeId, PersonId } from '../../engine/protocol/ids.ts';
import { activationDigestOf, personIdOf, phoneIndexOf } from '../../engine/protocol/indices.ts';
import { singleLayout } from '../../engine/protocol/layout.ts';
import type { CommandReply, Query, QueryReply } from '../../engine/protocol/replies.ts';
import { MemoryDisk, openMemoryStore } from '../../engine/store/memory-store.ts';
import type { Store } from '../../engine/store/store.ts';
import type { Vault } from '../../engine/store/vault.ts';
import type {
  Answered,
  Publication,
  Submitted,
  Writer,
  WriterLimits,
} from '../../engine/writer/ports.ts';
import { startWriter } from '../../engine/writer/writer.ts';
import {
  areaCodes,
  chinaTime,
  givenAdopted,
  givenPerson,
  givenPhone,
  givenTicket,
  opaque,
  unitCodes,
} from '../given.ts';

type Envelope = 'id' | 'answerBy' | 'epoch';
type WithoutEnvelope<C> = C extends Command
  ? Omit<C, Envelope> & Partial<Pick<C, Envelope>>
  : never;
export type Asked = WithoutEnvelope<Command>;

/** Keeps the vault's contract without a disk: sealing marks the text instead of hiding it. */
export class FakeVault implements Vault {
  settled = true;
  settles = 0;
  readonly erased = new Set<PersonId>();
  #key = Buffer.alloc(32, 7);

  seal(person: PersonId, text: string): string {
    this.settled = false;
    return `sealed:${person}:${Buffer.from(text).toString('hex')}`;
  }
  open(person: PersonId, sealed: string): string | undefined {
    if (this.erased.has(person)) return undefined;
    if (!sealed.startsWith(`sealed:${person}:`)) return sealed;
    return Buffer.from(sealed.slice(`sealed:${person}:`.length), 'hex').toString();
  }
  async settle(): Promise<void> {
    this.settled = true;
    this.settles += 1;
  }
  async erase(person: PersonId): Promise<void> {
    this.erased.add(person);
  }
  personIdOf = (type: string, number: string) => personIdOf(this.#key, type, number);
  phoneIndexOf = (phone: string) => phoneIndexOf(this.#key, phone);
  activationDigestOf = (person: PersonId, code: string) =>
    activationDigestOf(this.#key, person, code);
  smsCodeOf(challenge: ChallengeId): string {
    const mac = createHmac('sha256', this.#key).update(challenge).digest();
    return String(mac.readUInt32BE(0) % 1_000_000).padStart(6, '0');
  }
  passOf = (words: string): string =>
    createHmac('sha256', this.#key).update(`pass ${words}`).digest('base64url');
  async close(): Promise<void> {}
}

export class WriterDesk {
  readonly disk = new MemoryDisk();
  readonly vault = new FakeVault();
  now = chinaTime(0, 10);
  monotonic = 0;
  publications: Publication[] = [];
  effects: Effect[] = [];
  exits: { code: number; reason: Error }[] = [];
  #store: Store | undefined;
  #writer: Writer | undefined;
  #sent = 0;

  get writer(): Writer {
    if (this.#writer === undefined) throw new Error('the writer was not started');
    return this.#writer;
  }
  get store(): Store {
    if (this.#store === undefined) throw new Error('the writer was not started');
    return this.#store;
  }

  async start(limits: Partial<WriterLimits> = {}): Promise<this> {
    const store = await openMemoryStore(this.disk, 'p0');
    this.#store = store;
    this.effects = [];
    // What an earlier life still says is heard by nobody.
    const mine = <A extends unknown[]>(what: (...args: A) => void) => {
      return (...args: A) => {
        if (this.#store === store) what(...args);
      };
    };
    this.#writer = await startWriter({
      partition: 'p0',
      layout: singleLayout,
      store,
      vault: this.vault,
      clock: { now: () => this.now, monotonic: () => this.monotonic },
      publish: mine((publication) => this.publications.push(publication)),
      onEffects: mine((effects) => this.effects.push(...effects)),
      messages: () => [],
      channels: () => ({ channels: [], waiting: { codes: 0, news: 0 } }),
      money: () => ({ waiting: 0, providers: [] }),
      exit: mine((code, reason) => this.exits.push({ code, reason })),
      limits,
    });
    return this;
  }

  /** Both clocks go on together. */
  pass(ms: number): void {
    this.now += ms;
    this.monotonic += ms;
  }

  /** Resolves with the replies, or never. */
  submit(items: readonly Submitted[]): Promise<Answered[]> {
    return new Promise((resolve) => this.writer.submit(items, resolve));
  }
  command(asked: Asked): Command {
    this.#sent += 1;
    const id = opaque(`command${this.store.epoch}-`, this.#sent);
    return { id, answerBy: this.now + 30_000, epoch: this.store.epoch, ...asked } as Command;
  }
  async send(asked: Asked): Promise<CommandReply> {
    const [reply] = await this.submit([this.command(asked)]);
    return reply as CommandReply;
  }
  async ask(query: Query): Promise<QueryReply> {
    const id = opaque('query', 1);
    const [reply] = await this.submit([{ id, answerBy: this.now + 30_000, query }]);
    return reply as QueryReply;
  }

  /** Session adopted, every pool with `capacity` seats. */
  async open(capacity = 10): Promise<this> {
    await this.send({ kind: 'adopt', adopted: givenAdopted() });
    for (const area of areaCodes)
      await this.send({
        kind: 'set-capacity',
        area,
        capacities: unitCodes.map((unit) => ({ unit, capacity })),
      });
    return this;
  }

  /** Waits until every row is behind the journal. */
  async rowsWritten(): Promise<void> {
    await vi.waitUntil(() => this.writer.status().lag === 0, { timeout: 20_000, interval: 5 });
  }
}

/** Person `number` at area `0101`, at a given revision. */
export const from = (number: number, revision: number, area = '0101') => ({
  area,
  person: givenPerson(number),
  claim: 1,
  revision,
  ticket: givenTicket(number),
});
export const choose = (number: number, revision: number, course: string): Asked => ({
  kind: 'choose-course',
  ...from(number, revision),
  programme: '020301K',
  candidateType: 'open',
  course,
  replace: false,
});
export const hold = (number: number, revision: number): Asked => ({
  kind: 'hold-seats',
  ...from(number, revision),
  challenge: opaque('challenge', number),
  phone: givenPhone(number),
});
export const save = (
  desk: WriterDesk,
  number: number,
  revision: number,
  units: string[],
  code?: string,
): Asked => ({
  kind: 'save-seats',
  ...from(number, revision),
  challenge: opaque('challenge', number),
  code: code ?? desk.vault.smsCodeOf(opaque('challenge', number)),
  units,
});
