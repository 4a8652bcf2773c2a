/**
 * The code on a slip: short enough to be typed, and good only while what the slip says is so.
 *
 * C1 It names one order, and signs all that the slip says of it. Whoever checks it asks the engine
 *    what the order says now; only if that is what was signed is the slip good.
 * C2 64 bits of it are the signature, and only asking a gateway tells whether a guess was right: one
 *    in 1.8 × 10^19 is. At the thousand guesses a second that all gateways' limits let through
 *    together that is one in some 500 million years.
 * C3 Without the key it tells nothing: where the order is stands in it enciphered, under a stream
 *    that follows from the signature, so that one order has one code.
 * C4 Any well-formed text reads as some order. So a forged code is worked on and asked about as a
 *    true one is, and only the last comparison tells them apart.
 *
 * Letters and digits are Crockford's 32: no I, L, O or U. Read back, I and L are 1, O is 0; case,
 * spaces and dashes do not matter. Where area codes have up to four characters it has 24 of them,
 * beyond that eight more.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type AreaCode, codePattern } from '../../engine/protocol/ids.ts';
import type { SlipContent } from '../../engine/protocol/slips.ts';

export type OrderPlace = { area: AreaCode; registration: number; place: number };
/** `text`: the code in its one form. */
export type ReadCode = { text: string; order: OrderPlace; signs(content: SlipContent): boolean };

export type SlipCodes = {
  codeOf(order: OrderPlace, content: SlipContent): string;
  /** Undefined: no code at all, whoever made it. */
  read(typed: string): ReadCode | undefined;
};

const signatureBytes = 8;
/** Beside the signature; five bytes more, eight characters, until the order's place fits. */
const placeBytesMin = 7;
const placeBytesMax = 17;
/** What is typed may be spaced out, but not without end. */
const typedMax = 120;

export function createSlipCodes(slipKey: Uint8Array): SlipCodes {
  const keyFor = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', slipKey, '', `ruxi slip 1 ${purpose}`, 32));
  const signatureKey = keyFor('signature');
  const streamKey = keyFor('stream');

  const signatureOf = (order: Buffer, content: SlipContent): Buffer =>
    createHmac('sha256', signatureKey)
      .update(order)
      .update(content)
      .digest()
      .subarray(0, signatureBytes);
  /** Its own undoing. */
  function enciphered(order: Buffer, signature: Buffer): Buffer {
    const stream = createHmac('sha256', streamKey).update(signature).digest();
    return Buffer.from(order.map((byte, at) => byte ^ (stream[at] ?? 0)));
  }

  return {
    codeOf(place, content) {
      const order = bytesOf(place);
      const signature = signatureOf(order, content);
      return charactersOf(Buffer.concat([signature, enciphered(order, signature)]));
    },
    read(typed) {
      const text = plainOf(typed);
      const bytes = bytesIn(text);
      if (bytes === undefined) return undefined;
      const signature = bytes.subarray(0, signatureBytes);
      const order = enciphered(bytes.subarray(signatureBytes), signature);
      return {
        text,
        order: placeIn(order),
        signs: (content) => timingSafeEqual(signatureOf(order, content), signature),
      };
    },
  };
}

// ── An order's place as bytes ───────────────────────────────────────────────────────────────────

/** As order numbers bound them. */
const registrations = 10_000_000n;
const places = 1_000n;
/** An area's code is a number in base 37: no digit is 0, so that its length is told as well. */
const areaDigits = '.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const areaBase = BigInt(areaDigits.length);
/** What is asked about where a forged code names no area that there could be. */
const noArea = '0';

function bytesOf({ area, registration, place }: OrderPlace): Buffer {
  let number = 0n;
  for (const character of area) {
    number = number * areaBase + BigInt(areaDigits.indexOf(character));
  }
  number = (number * registrations + BigInt(registration)) * places + BigInt(place);
  const hex = number.toString(16);
  let length = placeBytesMin;
  while (length * 2 < hex.length) length += 5;
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex');
}

function placeIn(order: Buffer): OrderPlace {
  const number = BigInt(`0x${order.toString('hex')}`);
  let area = '';
  for (let left = number / places / registrations; left > 0n; left /= areaBase) {
    area = areaDigits.charAt(Number(left % areaBase)) + area;
  }
  return {
    area: codePattern.test(area) ? area : noArea,
    registration: Number((number / places) % registrations),
    place: Number(number % places),
  };
}

// ── Bytes as characters ─────────────────────────────────────────────────────────────────────────

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Eight characters for five bytes. */
function charactersOf(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 5) {
    let five = bytes.readUIntBE(at, 5);
    let eight = '';
    for (let count = 0; count < 8; count += 1) {
      eight = alphabet.charAt(five % 32) + eight;
      five = Math.floor(five / 32);
    }
    text += eight;
  }
  return text;
}

/** Full-width letters and digits are what a Chinese keyboard may give. */
function plainOf(typed: string): string {
  const text = typed.slice(0, typedMax).normalize('NFKC').toUpperCase();
  return text
    .replaceAll(/[\s\p{Dash}]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}

function bytesIn(text: string): Buffer | undefined {
  const bytes = (text.length / 8) * 5;
  const length = bytes - signatureBytes;
  if (!Number.isInteger(bytes / 5) || length < placeBytesMin || length > placeBytesMax) {
    return undefined;
  }
  const read = Buffer.alloc(bytes);
  for (let at = 0; at < text.length; at += 8) {
    let five = 0;
    for (const character of text.slice(at, at + 8)) {
      const value = alphabet.indexOf(character);
      if (value < 0) return undefined;
      five = five * 32 + value;
    }
    read.writeUIntBE(five, (at / 8) * 5, 5);
  }
  return read;
}
