/**
 * Owns what may be known about a person: seals text under that person's own key, finds people and
 * phones by keyed hash, and derives SMS codes. Keys live apart from the data (keys.ts); what is
 * sealed stands in rows and journal, and stays there unreadable once the person is erased.
 *
 * A1 A key is durable before anything sealed under it may be journaled: whoever hands sealed text
 *    on awaits `settle` first. Keys made meanwhile share one commit, so an import pays once a slice.
 * A2 A person's key is never replaced while it lives: a second process that made another one for
 *    the same person fails in `settle` instead of leaving text that nobody can open.
 * A3 Sealed text opens only for the person it was sealed for.
 * A4 Nothing is removed from the table (see lmdb-store.ts, L1): an erased person leaves an empty
 *    value. The wrapped key may linger in a free page of the file until it is written over; who
 *    must prove more than that replaces the file by a compacted copy.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ChallengeId, PersonId, PhoneIndex, Sealed } from '../protocol/ids.ts';
import { activationDigestOf, personIdOf, phoneIndexOf } from '../protocol/indices.ts';
import { openEnvironment } from './environment.ts';
import type { Keys } from './keys.ts';

export interface Vault {
  /** Makes the person's key if there is none yet; see A1. */
  seal(person: PersonId, text: string): Sealed;
  /** `undefined`: the person was erased. Throws when the text was altered or is another's. */
  open(person: PersonId, sealed: Sealed): string | undefined;
  /** Resolves when every key made so far is durable. `settled` says that nothing waits. */
  settle(): Promise<void>;
  readonly settled: boolean;
  /** Durable when it resolves. Text sealed before can never be opened again. */
  erase(person: PersonId): Promise<void>;
  /** `number` in the one form of protocol/documents.ts. */
  personIdOf(documentType: string, number: string): PersonId;
  phoneIndexOf(phone: string): PhoneIndex;
  /** What of an office's activation code is kept (D16). */
  activationDigestOf(person: PersonId, code: string): string;
  /** Six digits, the same for the same challenge for as long as the code key lives. */
  smsCodeOf(challenge: ChallengeId): string;
  /** Under the same key, which no gateway has: what one engine says, another can check. */
  passOf(words: string): string;
  close(): Promise<void>;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** Keys in memory, about 200 bytes each. Over it the oldest settled one is read again when needed. */
const cachedMax = 20_000;
/** Codes in memory, about 150 bytes each: more than live at once on a busy day. */
const codesMax = 300_000;

/** Beside the partitions' folders. */
export const peopleFolder = 'people';

/** Whether people's keys lie there under this one: asked of the first. */
export async function opensPeople(folder: string, master: Buffer): Promise<boolean> {
  const { environment, table } = openPeople(folder);
  try {
    for (const { key: person, value } of table.getRange())
      if (value.length > 0) return opens(master, person, Buffer.from(value));
    return true;
  } finally {
    await environment.close();
  }
}

function opens(master: Buffer, person: PersonId, wrapped: Buffer): boolean {
  try {
    decrypt(master, wrapAad(person), wrapped);
    return true;
  } catch {
    return false;
  }
}

function openPeople(folder: string) {
  const environment = openEnvironment(join(folder, peopleFolder));
  return { environment, table: environment.openDB<Buffer, string>('keys', { encoding: 'binary' }) };
}

export function openVault(folder: string, keys: Keys): Vault {
  const { environment, table } = openPeople(folder);
  const cached = new Map<PersonId, Buffer>();
  /** Derived once when the message is sent, asked for again when the code is typed. */
  const codes = new Map<ChallengeId, string>();
  let unsettled = new Map<PersonId, Buffer>();
  let writing = new Map<PersonId, Buffer>();
  let settling: Promise<void> = Promise.resolve();

  function keyOf(person: PersonId): Buffer | undefined {
    const known = unsettled.get(person) ?? writing.get(person) ?? cached.get(person);
    if (known !== undefined) return known;
    const wrapped = table.get(person);
    if (wrapped === undefined || wrapped.length === 0) return undefined;
    const key = decrypt(keys.master, wrapAad(person), wrapped);
    remember(cached, cachedMax, person, key);
    return key;
  }
  function makeKey(person: PersonId): Buffer {
    // A copy of its own: what else came from the pool must not live as long.
    const key = Buffer.from(randomOf(keyBytes));
    unsettled.set(person, key);
    return key;
  }
  async function writeKeys(made: ReadonlyMap<PersonId, Buffer>): Promise<void> {
    await environment.transaction(() => {
      for (const person of made.keys())
        if ((table.get(person)?.length ?? 0) > 0)
          throw new Error('another process made a key for the same person');
      for (const [person, key] of made)
        table.put(person, encrypt(keys.master, wrapAad(person), key));
    });
    await environment.flushed;
  }

  return {
    seal(person, text) {
      const key = keyOf(person) ?? makeKey(person);
      return encrypt(key, person, Buffer.from(text, 'utf8')).toString('base64url');
    },
    open(person, sealed) {
      const key = keyOf(person);
      if (key === undefined) return undefined;
      return decrypt(key, person, Buffer.from(sealed, 'base64url')).toString('utf8');
    },
    settle() {
      settling = settling.then(async () => {
        if (unsettled.size === 0) return;
        writing = unsettled;
        unsettled = new Map();
        await writeKeys(writing);
        for (const [person, key] of writing) remember(cached, cachedMax, person, key);
        writing = new Map();
      });
      return settling;
    },
    get settled() {
      return unsettled.size === 0 && writing.size === 0;
    },
    async erase(person) {
      await this.settle();
      await environment.transaction(() => {
        table.put(person, Buffer.alloc(0));
      });
      await environment.flushed;
      cached.delete(person);
    },
    personIdOf: (documentType, number) => personIdOf(keys.index, documentType, number),
    phoneIndexOf: (phone) => phoneIndexOf(keys.index, phone),
    activationDigestOf: (person, code) => activationDigestOf(keys.index, person, code),
    smsCodeOf(challenge) {
      const known = codes.get(challenge);
      if (known !== undefined) return known;
      const mac = createHmac('sha256', keys.code).update(challenge).digest();
      const code = String(mac.readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
      remember(codes, codesMax, challenge, code);
      return code;
    },
    passOf: (words) => createHmac('sha256', keys.code).update(`pass ${words}`).digest('base64url'),
    async close() {
      // Whoever asked to settle was told of a failure.
      await settling.catch(() => {});
      await environment.close();
    },
  };
}

/** A full cache forgets what came in first. */
function remember<K, V>(cache: Map<K, V>, max: number, key: K, value: V): void {
  if (cache.size >= max) {
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  }
  cache.set(key, value);
}

const wrapAad = (person: PersonId): string => `person key\n${person}`;

/** Random bytes by the pool: an import asks for them hundreds of thousands of times. */
function randomOf(size: number): Buffer {
  if (randomAt + size > randomPool.length) {
    randomPool = randomBytes(randomPoolBytes);
    randomAt = 0;
  }
  const taken = randomPool.subarray(randomAt, randomAt + size);
  randomAt += size;
  return taken;
}
const randomPoolBytes = 8 * 1024;
let randomPool = Buffer.alloc(0);
let randomAt = 0;

/** nonce, ciphertext, tag. A person's key seals far fewer texts than random nonces allow. */
function encrypt(key: Buffer, aad: string, plain: Buffer): Buffer {
  const nonce = randomOf(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(aad, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, aad: string, sealed: Buffer): Buffer {
  const nonce = sealed.subarray(0, nonceBytes);
  const body = sealed.subarray(nonceBytes, -tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(aad, 'utf8'));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(body), decipher.final()]);
}
