/**
 * From the bytes of a file to its text: UTF-8, with or without a byte order mark, or GB18030. Which of
 * the two is decided once, by the first stretch that has anything but ASCII in it, and then holds for
 * the whole file: what is not of it is a fault with its line, never a letter guessed at. After every piece
 * others have their turn, so that no file, whatever is in it, stalls the process that reads it.
 */
import { TextDecoder } from 'node:util';

/** A fault in the form of the file, found while it streams. */
export class FileFault extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/** So much from the first byte beyond ASCII on decides: Chinese text this long passes for one only. */
const decidedByBytes = 64 * 1024;
/** After so much that is only ASCII the rest is taken for UTF-8. */
const plainBytesMax = 8 * 1024 * 1024;

export type Encoding = 'utf-8' | 'gb18030';

/** `bytesMax`: a longer file is refused when the byte too many arrives. */
export async function* textOf(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<string> {
  let bytes = 0;
  let line = 1;
  let head: Buffer[] = [];
  let beyondAscii: number | undefined;
  let decoder: TextDecoder | undefined;
  let encoding: Encoding = 'utf-8';

  const decode = (chunk: Uint8Array | undefined): string => {
    let text: string;
    try {
      text = decoder?.decode(chunk, { stream: chunk !== undefined }) ?? '';
    } catch {
      const reason =
        encoding === 'utf-8'
          ? '文件前面是 UTF-8 编码，这一行不是'
          : '文件既不是 UTF-8 也不是 GB18030 编码';
      throw new FileFault(line + linesBeforeFault(chunk ?? new Uint8Array(), encoding), reason);
    }
    const nothing = text.indexOf('\0');
    if (nothing !== -1) {
      throw new FileFault(line + linesIn(text.slice(0, nothing)), '不是文本文件');
    }
    line += linesIn(text);
    return text;
  };
  /** In the pieces in which it came: a long stretch at once would keep everybody else waiting. */
  function* begin(): Generator<string> {
    const pieces = head;
    head = [];
    const soFar = Buffer.concat(pieces);
    refuseOtherFiles(soFar);
    encoding = encodingOf(soFar);
    decoder = new TextDecoder(encoding, { fatal: true });
    for (const [place, piece] of pieces.entries()) {
      const text = decode(piece);
      // UTF-8's own mark is taken away by its decoder; GB18030 has one too.
      yield place === 0 && text.startsWith('\ufeff') ? text.slice(1) : text;
    }
  }

  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) {
      throw new FileFault(line, `文件超过 ${Math.floor(bytesMax / 1024 / 1024)} MB`);
    }
    if (decoder !== undefined) {
      yield decode(chunk);
      await othersTurn();
      continue;
    }
    if (beyondAscii === undefined) {
      const at = beyondAsciiIn(chunk);
      if (at !== -1) beyondAscii = bytes - chunk.byteLength + at;
    }
    head.push(Buffer.from(chunk));
    const looked = beyondAscii === undefined ? bytes - plainBytesMax : bytes - beyondAscii;
    if (looked >= decidedByBytes) yield* inTurns(begin());
  }
  if (decoder === undefined) yield* inTurns(begin());
  yield decode(undefined);
}

async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await othersTurn();
  }
}

/** Whoever else the process serves comes in between: parsing goes on without ever waiting by itself. */
const othersTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** In both encodings a line's end is never part of a letter. */
function linesBeforeFault(chunk: Uint8Array, encoding: Encoding): number {
  const lineEnd = 0x0a;
  let lines = 0;
  for (let at = chunk.indexOf(lineEnd); at !== -1; ) {
    lines += 1;
    const next = chunk.indexOf(lineEnd, at + 1);
    const text = chunk.subarray(at + 1, next === -1 ? chunk.length : next);
    try {
      new TextDecoder(encoding, { fatal: true }).decode(text, { stream: next === -1 });
    } catch {
      return lines;
    }
    at = next;
  }
  return 0;
}

function beyondAsciiIn(chunk: Uint8Array): number {
  for (let at = 0; at < chunk.length; at += 1) if ((chunk[at] ?? 0) >= 0x80) return at;
  return -1;
}

function refuseOtherFiles(bytes: Buffer): void {
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) {
    throw new FileFault(1, '这是 Excel 工作簿（xlsx），请先另存为 CSV');
  }
  if (bytes.subarray(0, 2).equals(Buffer.from([0xff, 0xfe]))) {
    throw new FileFault(1, '这是 UTF-16 编码（“Unicode 文本”），请另存为 UTF-8 的 CSV');
  }
}

function encodingOf(bytes: Buffer): Encoding {
  try {
    // Streaming: a letter cut off at the end of the stretch is none against it.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}
