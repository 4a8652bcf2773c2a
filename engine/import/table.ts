/**
 * CSV as an import reads it: UTF-8, comma, a header row, columns in any order. Every fault is
 * collected under its file and line, so that one reading names them all.
 *
 * T1 A reason never repeats what a cell says: candidate files hold personal data, and reasons are
 *    logged and shown.
 */
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { CsvError, parse } from 'csv-parse';

export type Problem = { file: string; line: number; reason: string };
/** The bytes of one file. A file that is read twice is opened twice. */
export type Source = { name: string; open: () => AsyncIterable<Uint8Array> };
export type Row<Column extends string> = { line: number } & Record<Column, string>;

const fileBytesMax = 512 * 1024 * 1024;
const recordBytesMax = 64 * 1024;
const problemsMax = 100;

/** Whole file or nothing (S1): nothing was applied. */
export class ImportRefused extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[], count: number) {
    const lines = problems.map(({ file, line, reason }) => `${file} line ${line}: ${reason}`);
    const more = count - problems.length;
    super(['nothing was imported', ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
    this.name = 'ImportRefused';
    this.problems = problems;
  }
}

/** Keeps the first hundred faults and counts the rest. */
export class Problems {
  readonly #kept: Problem[] = [];
  #count = 0;

  add(file: string, line: number, reason: string): void {
    this.#count += 1;
    if (this.#kept.length < problemsMax) this.#kept.push({ file, line, reason });
  }

  refuseIfAny(): void {
    if (this.#count > 0) throw new ImportRefused(this.#kept, this.#count);
  }
}

/**
 * Yields the rows of a well-formed table; a fault in the form of the file ends it early. A table may
 * do without the `optional` columns: their cells are then empty.
 */
export async function* readTable<Column extends string, Optional extends string = never>(
  source: Source,
  columns: readonly Column[],
  problems: Problems,
  optional: readonly Optional[] = [],
): AsyncGenerator<Row<Column | Optional>> {
  const parser = parse({
    info: true,
    max_record_size: recordBytesMax,
    skip_empty_lines: true,
    trim: true,
  });
  // What goes wrong on the way in comes out of the parser, where the reader meets it.
  const feeding = pipeline(decoded(source), parser).catch(() => undefined);
  let places: { column: Column | Optional; at: number }[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (places === undefined) {
        const missing = columns.filter((column) => !record.includes(column));
        if (missing.length > 0) {
          problems.add(source.name, 1, `column missing: ${missing.join(', ')}`);
          return;
        }
        places = [...columns, ...optional].map((column) => ({
          ...{ column, at: record.indexOf(column) },
        }));
        continue;
      }
      const row: Record<string, string | number> = { line: info.lines };
      for (const { column, at } of places) row[column] = record[at] ?? '';
      yield row as Row<Column | Optional>;
    }
    if (places === undefined) problems.add(source.name, 1, 'the file is empty');
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    problems.add(source.name, fault.line, fault.reason);
  } finally {
    parser.destroy();
    await feeding;
  }
}

/** A fault in the form of the file, found while it streams. */
class FileFault extends Error {}

/** csv-parse's messages quote the cell (T1), so its codes are put in words here. */
const formFaults = new Map([
  ['CSV_RECORD_INCONSISTENT_FIELDS_LENGTH', 'not as many cells as the header'],
  ['CSV_MAX_RECORD_SIZE', 'the line is too long'],
  ['CSV_QUOTE_NOT_CLOSED', 'a quotation mark is not closed'],
  ['INVALID_OPENING_QUOTE', 'a quotation mark within a cell'],
  ['CSV_INVALID_CLOSING_QUOTE', 'text after a closing quotation mark'],
]);

function faultOf(error: unknown): { line: number; reason: string } | undefined {
  if (error instanceof FileFault) return { line: 1, reason: error.message };
  if (!(error instanceof CsvError)) return undefined;
  const reason = formFaults.get(error.code) ?? 'not well-formed CSV';
  const { lines } = error;
  return { line: typeof lines === 'number' ? lines : 1, reason };
}

async function* decoded(source: Source): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new FileFault('the file is not UTF-8');
    }
  };
  let bytes = 0;
  for await (const chunk of source.open()) {
    bytes += chunk.byteLength;
    if (bytes > fileBytesMax) throw new FileFault('the file is too large');
    yield decode(chunk);
  }
  yield decode();
}
