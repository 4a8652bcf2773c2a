/**
 * MessagePack read and checked in one step, and written without an object in between. A `Shape`
 * says what may stand in a place; the reader follows the shape and never the bytes, so there is
 * nothing a sender could make it build: no maps, no extensions, no depth beyond the shape's own.
 * What is written is plain MessagePack that any other decoder reads.
 *
 * M1 A reader never reads past its bytes, and every refusal is a `CodecError`.
 * M2 A list allocates as it reads: a length claimed is not a length believed.
 */

/** The bytes are not what the shape allows, or a value to be written is not. */
export class CodecError extends Error {}

export interface Shape<T> {
  write(to: Writer, value: T): void;
  read(from: Reader): T;
}

const nil = 0xc0;
const firstSize = 16 * 1024;
/** A writer that once grew above this gives the memory back. */
const keptSize = 1024 * 1024;
const twoTo32 = 0x1_0000_0000;

export class Writer {
  at = 0;
  #bytes = Buffer.allocUnsafeSlow(firstSize);

  /** A copy, in a buffer of its own: buses keep what they are given until it is sent. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.at);
    taken.set(this.#bytes.subarray(0, this.at));
    this.at = 0;
    if (this.#bytes.length > keptSize) this.#bytes = Buffer.allocUnsafeSlow(firstSize);
    return taken;
  }

  /** Room for bytes that the caller fills in himself, in what `take` gives. */
  gap(length: number): void {
    this.#reserve(length);
    this.at += length;
  }
  /** Bytes that are MessagePack already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
  nil(): void {
    this.#byte(nil);
  }
  boolean(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }
  /** Whole, not negative, exact. */
  uint(value: number): void {
    if (value >= 0 && value < 0x80 && Number.isInteger(value)) {
      this.#byte(value);
      return;
    }
    if (!Number.isSafeInteger(value) || value < 0) throw new CodecError('not a whole number');
    this.#reserve(9);
    const bytes = this.#bytes;
    if (value < 0x100) {
      bytes[this.at] = 0xcc;
      bytes[this.at + 1] = value;
      this.at += 2;
    } else if (value < 0x1_0000) {
      bytes[this.at] = 0xcd;
      bytes.writeUInt16BE(value, this.at + 1);
      this.at += 3;
    } else if (value < twoTo32) {
      bytes[this.at] = 0xce;
      bytes.writeUInt32BE(value, this.at + 1);
      this.at += 5;
    } else {
      bytes[this.at] = 0xcf;
      bytes.writeUInt32BE(Math.floor(value / twoTo32), this.at + 1);
      bytes.writeUInt32BE(value % twoTo32, this.at + 5);
      this.at += 9;
    }
  }
  float(value: number): void {
    if (!Number.isFinite(value)) throw new CodecError('not a number');
    this.#reserve(9);
    this.#bytes[this.at] = 0xcb;
    this.#bytes.writeDoubleBE(value, this.at + 1);
    this.at += 9;
  }
  array(length: number): void {
    if (length < 16) {
      this.#byte(0x90 | length);
      return;
    }
    this.#reserve(5);
    if (length < 0x1_0000) {
      this.#bytes[this.at] = 0xdc;
      this.#bytes.writeUInt16BE(length, this.at + 1);
      this.at += 3;
    } else {
      this.#bytes[this.at] = 0xdd;
      this.#bytes.writeUInt32BE(length, this.at + 1);
      this.at += 5;
    }
  }
  /** An array whose length is told to `endArray` later, with what this returned. */
  openArray(): number {
    this.#reserve(5);
    const place = this.at;
    this.#bytes[place] = 0xdd;
    this.at += 5;
    return place;
  }
  endArray(place: number, length: number): void {
    this.#bytes.writeUInt32BE(length, place + 1);
  }
  text(value: string): void {
    const length = value.length;
    if (length >= 32) {
      this.#longText(value);
      return;
    }
    this.#reserve(1 + length);
    const bytes = this.#bytes;
    let at = this.at;
    bytes[at++] = 0xa0 | length;
    for (let index = 0; index < length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) {
        this.#longText(value);
        return;
      }
      bytes[at++] = unit;
    }
    this.at = at;
  }

  #longText(value: string): void {
    const length = Buffer.byteLength(value, 'utf8');
    this.#reserve(5 + length);
    const bytes = this.#bytes;
    if (length < 32) {
      bytes[this.at++] = 0xa0 | length;
    } else if (length < 0x100) {
      bytes[this.at++] = 0xd9;
      bytes[this.at++] = length;
    } else if (length < 0x1_0000) {
      bytes[this.at++] = 0xda;
      this.at = bytes.writeUInt16BE(length, this.at);
    } else {
      bytes[this.at++] = 0xdb;
      this.at = bytes.writeUInt32BE(length, this.at);
    }
    bytes.write(value, this.at, length, 'utf8');
    this.at += length;
  }
  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.at] = value;
    this.at += 1;
  }
  #reserve(more: number): void {
    const needed = this.at + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.at);
    this.#bytes = grown;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }
  /** Takes a nil if one stands here. */
  takesNil(): boolean {
    if (this.#bytes[this.at] !== nil) return false;
    this.at += 1;
    return true;
  }
  /** Whether the value that begins here is a text. */
  get standsAtText(): boolean {
    const head = this.#bytes[this.at] ?? 0;
    return (head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb);
  }
  boolean(): boolean {
    const byte = this.#byte();
    if (byte !== 0xc2 && byte !== 0xc3) throw new CodecError('not a yes or no');
    return byte === 0xc3;
  }
  uint(max: number): number {
    const value = this.#uint(this.#byte());
    if (value > max) throw new CodecError('a number too large');
    return value;
  }
  number(): number {
    const head = this.#byte();
    if (head !== 0xcb) return this.#uint(head);
    const value = this.#bytes.readDoubleBE(this.#take(8));
    if (!Number.isFinite(value)) throw new CodecError('not a number');
    return value;
  }
  /** The length of the array that begins here. */
  array(max: number): number {
    const head = this.#byte();
    let length: number;
    if (head >= 0x90 && head <= 0x9f) length = head & 0x0f;
    else if (head === 0xdc) length = this.#bytes.readUInt16BE(this.#take(2));
    else if (head === 0xdd) length = this.#bytes.readUInt32BE(this.#take(4));
    else throw new CodecError('not a list');
    if (length > max) throw new CodecError('a list too long');
    return length;
  }
  /** Text of `min` to `max` characters, all of them marked in `allowed`. */
  ascii(allowed: Uint8Array, min: number, max: number): string {
    const length = this.#textLength();
    if (length < min || length > max) throw new CodecError('a text of the wrong length');
    const start = this.#take(length);
    const end = start + length;
    const bytes = this.#bytes;
    let mixed = length;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (allowed[byte] !== 1) throw new CodecError('a character out of place');
      mixed = (Math.imul(mixed, 31) + byte) | 0;
    }
    return length > sharedLengthMax
      ? bytes.toString('latin1', start, end)
      : shared(bytes, start, end, mixed & sharedMask);
  }
  /** Any well-formed text of up to `max` bytes. */
  text(max: number): string {
    const length = this.#textLength();
    if (length > max) throw new CodecError('a text too long');
    const start = this.#take(length);
    const known = length > lookedAtMax ? undefined : this.#asAscii(start, start + length);
    if (known !== undefined) return known;
    try {
      return utf8.decode(this.#bytes.subarray(start, start + length));
    } catch (cause) {
      throw new CodecError('not UTF-8', { cause });
    }
  }
  /** The text, if it is plain ASCII: most are ids, and a decoder costs more than looking. */
  #asAscii(start: number, end: number): string | undefined {
    const bytes = this.#bytes;
    const length = end - start;
    let mixed = length;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0x80;
      if (byte >= 0x80) return undefined;
      mixed = (Math.imul(mixed, 31) + byte) | 0;
    }
    return length > sharedLengthMax
      ? bytes.toString('latin1', start, end)
      : shared(bytes, start, end, mixed & sharedMask);
  }
  /** Past the value that begins here, whatever it is: by counting, so depth costs nothing. */
  skip(): void {
    for (let values = 1; values > 0; values -= 1) values += this.#skipHead();
  }

  /** Past one head and its bytes; how many values follow as part of it. */
  #skipHead(): number {
    const head = this.#byte();
    if (head < 0x80 || head >= 0xe0) return 0;
    if (head < 0x90) return 2 * (head & 0x0f);
    if (head < 0xa0) return head & 0x0f;
    if (head < 0xc0) return this.#skipBytes(head & 0x1f);
    switch (head) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return 0;
      case 0xc4:
      case 0xd9:
        return this.#skipBytes(this.#byte());
      case 0xc5:
      case 0xda:
        return this.#skipBytes(this.#bytes.readUInt16BE(this.#take(2)));
      case 0xc6:
      case 0xdb:
        return this.#skipBytes(this.#bytes.readUInt32BE(this.#take(4)));
      case 0xc7:
        return this.#skipBytes(this.#byte() + 1);
      case 0xc8:
        return this.#skipBytes(this.#bytes.readUInt16BE(this.#take(2)) + 1);
      case 0xc9:
        return this.#skipBytes(this.#bytes.readUInt32BE(this.#take(4)) + 1);
      case 0xca:
      case 0xce:
      case 0xd2:
        return this.#skipBytes(4);
      case 0xcb:
      case 0xcf:
      case 0xd3:
        return this.#skipBytes(8);
      case 0xcc:
      case 0xd0:
        return this.#skipBytes(1);
      case 0xcd:
      case 0xd1:
        return this.#skipBytes(2);
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#skipBytes(1 + 2 ** (head - 0xd4));
      case 0xdc:
        return this.#bytes.readUInt16BE(this.#take(2));
      case 0xdd:
        return this.#bytes.readUInt32BE(this.#take(4));
      case 0xde:
        return 2 * this.#bytes.readUInt16BE(this.#take(2));
      case 0xdf:
        return 2 * this.#bytes.readUInt32BE(this.#take(4));
      default:
        throw new CodecError('not MessagePack');
    }
  }
  #skipBytes(count: number): 0 {
    this.#take(count);
    return 0;
  }
  #uint(head: number): number {
    if (head < 0x80) return head;
    switch (head) {
      case 0xcc:
        return this.#byte();
      case 0xcd:
        return this.#bytes.readUInt16BE(this.#take(2));
      case 0xce:
        return this.#bytes.readUInt32BE(this.#take(4));
      case 0xcf: {
        const start = this.#take(8);
        const value =
          this.#bytes.readUInt32BE(start) * twoTo32 + this.#bytes.readUInt32BE(start + 4);
        if (!Number.isSafeInteger(value)) throw new CodecError('a number too large');
        return value;
      }
      case 0xcb: {
        // Others write whole numbers above 32 bits so.
        const value = this.#bytes.readDoubleBE(this.#take(8));
        if (!Number.isSafeInteger(value) || value < 0) throw new CodecError('not a whole number');
        return value;
      }
      default:
        throw new CodecError('not a whole number');
    }
  }
  #textLength(): number {
    const head = this.#byte();
    if (head >= 0xa0 && head <= 0xbf) return head & 0x1f;
    if (head === 0xd9) return this.#byte();
    if (head === 0xda) return this.#bytes.readUInt16BE(this.#take(2));
    if (head === 0xdb) return this.#bytes.readUInt32BE(this.#take(4));
    throw new CodecError('not a text');
  }
  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new CodecError('the bytes end too soon');
    this.at += 1;
    return byte;
  }
  /** Where `count` bytes begin that are known to be there. */
  #take(count: number): number {
    const start = this.at;
    if (count > this.left) throw new CodecError('the bytes end too soon');
    this.at = start + count;
    return start;
  }
}

/**
 * Codes of areas, units and courses come again and again, and end up in rows that live long: one
 * string for each is less to make, to keep, and to fetch from far memory when it is shown.
 */
/** Longer texts go to the decoder unlooked at. */
const lookedAtMax = 64;
const sharedLengthMax = 12;
const sharedMask = 0xfff;
const sharedTexts: string[] = new Array<string>(sharedMask + 1).fill('');

function shared(bytes: Buffer, start: number, end: number, slot: number): string {
  const known = sharedTexts[slot] ?? '';
  if (isSame(known, bytes, start, end)) return known;
  const text = bytes.toString('latin1', start, end);
  sharedTexts[slot] = text;
  return text;
}
function isSame(known: string, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = start; at < end; at += 1) {
    if (known.charCodeAt(at - start) !== bytes[at]) return false;
  }
  return true;
}

/** Single characters and ranges: `0-9A-Z`. */
export function characters(ranges: string): Uint8Array {
  const pattern = new RegExp(`^[${ranges}]$`);
  return Uint8Array.from({ length: 0x80 }, (_, code) =>
    pattern.test(String.fromCharCode(code)) ? 1 : 0,
  );
}

export const boolean: Shape<boolean> = {
  write: (to, value) => to.boolean(value),
  read: (from) => from.boolean(),
};
export const uint = (max = Number.MAX_SAFE_INTEGER): Shape<number> => ({
  write: (to, value) => to.uint(value),
  read: (from) => from.uint(max),
});
/** Any finite number: a grade may be half a point. */
export const number: Shape<number> = {
  write: (to, value) =>
    Number.isSafeInteger(value) && value >= 0 ? to.uint(value) : to.float(value),
  read: (from) => from.number(),
};
export const ascii = (allowed: Uint8Array, min: number, max = min): Shape<string> => ({
  write: (to, value) => to.text(value),
  read: (from) => from.ascii(allowed, min, max),
});
export const text = (max: number): Shape<string> => ({
  write: (to, value) => to.text(value),
  read: (from) => from.text(max),
});
/** One of a closed list, as its place in it: the list may grow at its end only. */
export function choice<const T extends string>(values: readonly T[]): Shape<T> {
  const places = new Map<string, number>(values.map((value, place) => [value, place]));
  return {
    write(to, value) {
      const place = places.get(value);
      if (place === undefined) throw new CodecError('not one of the list');
      to.uint(place);
    },
    read(from) {
      const value = values[from.uint(values.length)];
      if (value === undefined) throw new CodecError('not one of the list');
      return value;
    },
  };
}
/** One of a closed list, in words, for lists that grow anywhere. */
export function word<const T extends string>(values: readonly T[]): Shape<T> {
  const known = new Map<string, T>(values.map((value) => [value, value]));
  return {
    write: (to, value) => to.text(value),
    read(from) {
      const value = known.get(from.ascii(printable, 1, 64));
      if (value === undefined) throw new CodecError('not one of the list');
      return value;
    },
  };
}
const printable = characters(' -~');

/** Nil stands for absent; only as a field of a record. */
export const optional = <T>(shape: Shape<T>): Shape<T | undefined> => ({
  write: (to, value) => (value === undefined ? to.nil() : shape.write(to, value)),
  read: (from) => (from.takesNil() ? undefined : shape.read(from)),
});
export const nullable = <T>(shape: Shape<T>): Shape<T | null> => ({
  write: (to, value) => (value === null ? to.nil() : shape.write(to, value)),
  read: (from) => (from.takesNil() ? null : shape.read(from)),
});
/** M2: longer lists grow as they are read. */
const listMadeMax = 64;
export const list = <T>(shape: Shape<T>, max: number): Shape<T[]> => ({
  write(to, values) {
    to.array(values.length);
    for (const value of values) shape.write(to, value);
  },
  read(from) {
    const length = from.array(max);
    // Grown by pushing, a list of two would keep room for seventeen, and many are kept for long.
    const values = new Array<T>(Math.min(length, listMadeMax));
    for (let at = 0; at < length; at += 1) values[at] = shape.read(from);
    return values;
  },
});

/** A shape for each field: the compiler proves that none is missing and none unknown. */
export type Fields<T> = { [K in keyof T]-?: Shape<T[K]> };

/** The fields in their written order, each in its place. */
export function record<T extends object>(fields: Fields<T>): Shape<T> {
  const row = fieldsOf(fields);
  return {
    write(to, value) {
      to.array(row.length);
      row.write(to, value);
    },
    read(from) {
      if (from.array(row.length) !== row.length) throw new CodecError('a field is missing');
      return row.read(from, {});
    },
  };
}

/** What the tag (`kind`, `state`) may be: each case with the shape of its other fields. */
export type Cases<T, Tag extends keyof T> = {
  [K in T[Tag] & string]: Fields<Omit<Extract<T, { [tag in Tag]: K }>, Tag>>;
};
/** The case's place in the list stands first: the list may grow at its end only. */
export function union<T extends object, Tag extends keyof T & string>(
  tag: Tag,
  cases: Cases<T, Tag>,
): Shape<T> {
  const rows = Object.entries<Fields<object>>(cases).map(([name, fields], place) => ({
    name,
    place,
    fields: fieldsOf(fields),
  }));
  const byName = new Map<unknown, (typeof rows)[number]>(rows.map((row) => [row.name, row]));
  return {
    write(to, value) {
      const row = byName.get(value[tag]);
      if (row === undefined) throw new CodecError('a kind unknown');
      to.array(row.fields.length + 1);
      to.uint(row.place);
      row.fields.write(to, value);
    },
    read(from) {
      const length = from.array(fieldsMax);
      const row = rows[from.uint(fieldsMax)];
      if (row === undefined) throw new CodecError('a kind unknown');
      if (length !== row.fields.length + 1) throw new CodecError('a field is missing');
      return row.fields.read(from, { [tag]: row.name }) as T;
    },
  };
}
const fieldsMax = 255;

function fieldsOf<T extends object>(fields: Fields<T>) {
  const names = Object.keys(fields) as (keyof T)[];
  const shapes = names.map((name) => fields[name]);
  const { length } = names;
  return {
    length,
    write(to: Writer, value: T): void {
      for (let at = 0; at < length; at += 1) {
        const name = names[at] as keyof T;
        (shapes[at] as Shape<T[keyof T]>).write(to, value[name]);
      }
    },
    read(from: Reader, value: Partial<T>): T {
      for (let at = 0; at < length; at += 1) {
        const field = (shapes[at] as Shape<T[keyof T]>).read(from);
        // An absent field is absent, not undefined.
        if (field !== undefined) value[names[at] as keyof T] = field;
      }
      return value as T;
    },
  };
}
