/**
 * Tells "the same command again" from "the same id with other content". Not cryptographic: ids are
 * unguessable, this only catches a sender's mistake.
 *
 * H1 Independent of the order of fields. The envelope, the verdict on a typed code and ciphertext
 *    (which differs at each sealing; its index stands for it) do not count.
 */
import type { PreparedCommand } from '../protocol/commands.ts';

const notContent = new Set(['id', 'answerBy', 'epoch', 'code', 'codeMatches', 'sealed']);

export function contentHash(command: PreparedCommand): number {
  return hashFields(command as unknown as Record<string, unknown>);
}

const start = 0x811c9dc5;
const step = 0x01000193;

function hashFields(fields: Record<string, unknown>): number {
  let sum = 0;
  for (const name in fields) {
    if (notContent.has(name)) continue;
    // Adding makes the order of fields irrelevant; the name's hash keeps two equal values apart.
    sum = (sum + Math.imul(hashText(start, name), hashValue(fields[name]) | 1)) | 0;
  }
  return sum;
}

export function hashValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return hashText(start ^ 1, value);
    case 'number':
      return hashNumber(value);
    case 'boolean':
      return value ? 0x5bd1e995 : 0x1b873593;
    case 'object':
      if (value === null) return 0x27d4eb2f;
      if (!Array.isArray(value)) return hashFields(value as Record<string, unknown>);
      return hashList(value);
    default:
      return 0;
  }
}

function hashList(list: readonly unknown[]): number {
  let hash = start ^ list.length;
  for (const value of list) hash = mix(Math.imul(hash ^ hashValue(value), step));
  return hash;
}

function hashNumber(value: number): number {
  const high = Math.floor(value / 0x100000000);
  return mix(Math.imul(mix(Math.imul(start ^ (value | 0), step)) ^ high, step));
}

function hashText(seed: number, text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), step);
  }
  return mix(hash);
}

/** FNV leaves the high bits little changed by the last characters; this stirs them. */
function mix(hash: number): number {
  const stirred = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return stirred ^ (stirred >>> 13);
}
