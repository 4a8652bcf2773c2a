/** Quick hashes for telling things apart. Not cryptographic: nothing secret rests on them. */

const start = 0x811c9dc5;
const step = 0x01000193;

export function hashText(text: string): number {
  const { length } = text;
  let hash = start ^ length;
  let at = 0;
  // Four characters a step: codes and ids are ASCII, and others only collide a little more often.
  for (; at + 4 <= length; at += 4) {
    const four =
      text.charCodeAt(at) ^
      (text.charCodeAt(at + 1) << 8) ^
      (text.charCodeAt(at + 2) << 16) ^
      (text.charCodeAt(at + 3) << 24);
    hash = Math.imul(hash ^ four, step);
    hash ^= hash >>> 15;
  }
  for (; at < length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), step);
  return stirred(hash);
}

/**
 * Of texts, numbers, booleans, lists and plain objects. For objects the order of fields is all one, and
 * so is whether one is undefined or not there.
 */
export function hashValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return hashText(value);
    case 'number':
      return hashNumber(value);
    case 'boolean':
      return value ? 0x5bd1e995 : 0x1b873593;
    case 'object':
      if (value === null) return 0x27d4eb2f;
      return Array.isArray(value)
        ? hashList(value)
        : hashFields(value as Readonly<Record<string, unknown>>, nothing);
    default:
      return 0;
  }
}

export function hashFields(
  fields: Readonly<Record<string, unknown>>,
  without: ReadonlySet<string>,
): number {
  let sum = 0;
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined || without.has(name)) continue;
    // Adding makes the order of fields irrelevant; the name's hash keeps two equal values apart.
    sum = (sum + combined(hashText(name), hashValue(value))) | 0;
  }
  return sum;
}

export const combined = (one: number, other: number): number =>
  stirred(Math.imul(one ^ stirred(other), step));

const nothing: ReadonlySet<string> = new Set();

function hashList(list: readonly unknown[]): number {
  let hash = start ^ list.length;
  for (const value of list) hash = combined(hash, hashValue(value));
  return hash;
}

function hashNumber(value: number): number {
  return combined(start ^ (value | 0), Math.floor(value / 0x1_0000_0000) | 0);
}

/** FNV leaves the high bits little changed by the last characters; this brings them all together. */
function stirred(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
