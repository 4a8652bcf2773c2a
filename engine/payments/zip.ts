/**
 * Reads the files of a small ZIP archive, as providers pack their bills: stored or deflated, not
 * encrypted, within 4 GiB. What claims to be longer than it may be is not unpacked.
 */
import { crc32, inflateRawSync } from 'node:zlib';

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const fileMark = 0x04034b50;
const endLength = 22;
const entryLength = 46;
const headLength = 30;
const commentMax = 0xffff;

export function filesIn(archive: Buffer, bytesMax: number): Buffer[] {
  const end = endOf(archive);
  const count = archive.readUInt16LE(end + 10);
  const files: Buffer[] = [];
  let at = archive.readUInt32LE(end + 16);
  let left = bytesMax;
  for (let entry = 0; entry < count; entry += 1) {
    if (archive.readUInt32LE(at) !== entryMark) throw new Error('the archive’s list is broken');
    const method = archive.readUInt16LE(at + 10);
    const sum = archive.readUInt32LE(at + 16);
    const packed = archive.readUInt32LE(at + 20);
    const length = archive.readUInt32LE(at + 24);
    const place = archive.readUInt32LE(at + 42);
    if (length > left) throw new Error('the archive holds more than a bill does');
    left -= length;
    const bytes = unpacked(archive, place, { method, packed, length });
    if (bytes.length !== length || crc32(bytes) !== sum) {
      throw new Error('a file of the archive is broken');
    }
    files.push(bytes);
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    at += entryLength + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

/** The list stands last, behind it only a comment. */
function endOf(archive: Buffer): number {
  const first = Math.max(0, archive.length - endLength - commentMax);
  for (let at = archive.length - endLength; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === endMark) return at;
  }
  throw new Error('this is no archive');
}

function unpacked(
  archive: Buffer,
  place: number,
  { method, packed, length }: { method: number; packed: number; length: number },
): Buffer {
  if (archive.readUInt32LE(place) !== fileMark) throw new Error('the archive’s list is broken');
  const from =
    place + headLength + archive.readUInt16LE(place + 26) + archive.readUInt16LE(place + 28);
  const bytes = archive.subarray(from, from + packed);
  if (method === 0) return bytes;
  // One more than it claims: longer is then seen as wrong rather than cut off.
  if (method === 8) return inflateRawSync(bytes, { maxOutputLength: length + 1 });
  throw new Error('the archive is packed in a way that nobody uses');
}
