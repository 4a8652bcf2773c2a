/** Packs files as ZIP archives pack them, names in GBK or whatever bytes they are. */
import { crc32, deflateRawSync } from 'node:zlib';

export type Packed = { name: Uint8Array; bytes: Uint8Array; stored?: boolean };

export function zipOf(files: readonly Packed[], comment = ''): Buffer {
  const heads: Buffer[] = [];
  const list: Buffer[] = [];
  let place = 0;
  for (const { name, bytes, stored = false } of files) {
    const packed = stored ? Buffer.from(bytes) : deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const head = Buffer.concat([Buffer.from('504b0304', 'hex'), common, name, packed]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(place, 10);
    list.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), common, entry, name]));
    heads.push(head);
    place += head.length;
  }
  const entries = Buffer.concat(list);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(place, 12);
  end.writeUInt16LE(comment.length, 16);
  const mark = Buffer.from('504b0506', 'hex');
  return Buffer.concat([...heads, entries, mark, end, Buffer.from(comment)]);
}
