/**
 * Whom a request comes from, for limits. X-Forwarded-For is believed only from a trusted peer, and
 * then only its right-most address that is not itself a trusted proxy: everything further left was
 * written by the client.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** Addresses of proxies, written as `limitKeyOf` writes them. */
export type TrustedProxies = ReadonlySet<string>;

/** `peer` is the socket's address, 4 or 16 bytes. */
export function addressOf(peer: Uint8Array, forwarded: string, trusted: TrustedProxies): string {
  const direct = keyOfBytes(peer);
  if (forwarded === '' || !trusted.has(direct)) return direct;
  const hops = forwarded.split(',');
  for (let at = hops.length - 1; at >= 0; at -= 1) {
    const hop = limitKeyOf((hops[at] ?? '').trim());
    // What is no address was not written by our proxy: go no further left.
    if (hop === undefined) return direct;
    if (!trusted.has(hop)) return hop;
  }
  return direct;
}

/** IPv4 whole; IPv6 by its /64, since one customer has at least that. Undefined: no address. */
export function limitKeyOf(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text)) return undefined;
  return keyOfBytes(bytesOfIPv6(text));
}

function keyOfBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (isMapped(bytes)) return bytes.subarray(12).join('.');
  let key = '';
  for (let at = 0; at < 8; at += 2) {
    key += (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
    key += ':';
  }
  return `${key}:`;
}

/** `::ffff:a.b.c.d` is IPv4 on a socket that takes both. */
function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  );
}

function bytesOfIPv6(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  const withoutZone = text.split('%')[0] ?? '';
  const [head = '', tail] = withoutZone.split('::');
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  for (const [at, group] of front.entries()) put(bytes, at, group);
  for (const [at, group] of back.entries()) put(bytes, 8 - back.length + at, group);
  return bytes;
}

function put(bytes: Uint8Array, at: number, group: number): void {
  bytes[at * 2] = group >> 8;
  bytes[at * 2 + 1] = group & 255;
}

/** A dotted tail (`::ffff:1.2.3.4`) counts as two groups. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
