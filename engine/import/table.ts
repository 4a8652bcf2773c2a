/**
 * CSV as an import reads it: UTF-8 or GB18030, comma, a header row with the columns' Chinese or English
 * names, in any order. Every fault is collected under its line, so that one reading names them all.
 *
 * T1 A reason never repeats what a cell says: candidate files hold personal data, and reasons are
 *    logged and shown.
 * T2 No cell that a spreadsheet would take for a formula comes in as text: what is exported later, here
 *    or elsewhere, would run.
 */
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { FileFault, textOf } from './encoding.ts';

export type Problem = { file: string; line: number; reason: string };
/** The bytes of one file. A file that is read twice is opened twice. */
export type Source = { name: string; open: () => AsyncIterable<Uint8Array> };

/**
 * One column of a kind of table. `form` says what may stand in a cell and is the reason when something
 * else does; `check` gives the cell as it is kept, undefined if it may not stand there. `optional`: a
 * file may do without the column, its cells are then empty.
 */
export type Column<Name extends string = string> = {
  name: Name;
  title: string;
  form: string;
  check: (cell: string) => string | undefined;
  optional?: true;
  /** All digits, and yet no number: exported so that no spreadsheet makes one of it. */
  id?: true;
};
/** One kind of table. `example`: a line of it, for the documentation. */
export type Format<Name extends string = string> = {
  kind: string;
  title: string;
  columns: readonly Column<Name>[];
  rowsMax: number;
  example: string;
};
export type NamesIn<F> = F extends Format<infer Name> ? Name : never;
/** `lacks`: columns that the file does without. */
export type Row<Name extends string> = {
  line: number;
  whole: boolean;
  lacks: ReadonlySet<string>;
} & Record<Name, string>;

const fileBytesMax = 512 * 1024 * 1024;
const recordBytesMax = 64 * 1024;
const columnsMax = 200;
const problemsMax = 100;

/** Whole file or nothing (S1): nothing was applied. */
export class ImportRefused extends Error {
  readonly problems: readonly Problem[];
  /** All of them, of which `problems` are the first. */
  readonly count: number;
  constructor(problems: readonly Problem[], count: number) {
    const lines = problems.map(({ file, line, reason }) => `${file} 第 ${line} 行：${reason}`);
    const more = count - problems.length;
    super(
      ['没有导入任何内容。', ...lines, ...(more > 0 ? [`还有 ${more} 处问题`] : [])].join('\n'),
    );
    this.name = 'ImportRefused';
    this.problems = problems;
    this.count = count;
  }
}

/** Keeps the first hundred faults and counts the rest. */
export class Problems {
  readonly #kept: Problem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(file: string, line: number, reason: string): void {
    this.#count += 1;
    if (this.#kept.length < problemsMax) this.#kept.push({ file, line, reason });
  }

  refuseIfAny(): void {
    if (this.#count > 0) throw new ImportRefused(this.#kept, this.#count);
  }
}

/**
 * Yields the rows of a table, cells as they are kept; of a row with a fault `whole` is false, and what
 * is wrong in it is empty. A fault in the form of the file ends it early.
 */
export async function* readTable<Name extends string>(
  source: Source,
  format: Format<Name>,
  problems: Problems,
): AsyncGenerator<Row<Name>> {
  const parser = parse({
    info: true,
    max_record_size: recordBytesMax,
    skip_empty_lines: true,
    trim: true,
    relax_column_count: true,
  });
  // What goes wrong on the way in comes out of the parser, where the reader meets it.
  const feeding = pipeline(textOf(source.open(), fileBytesMax), parser).catch(() => undefined);
  const refuse = (line: number, reason: string) => problems.add(source.name, line, reason);
  let header: Header<Name> | undefined;
  let rows = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (header === undefined) {
        header = headerOf(record, format, refuse);
        if (header === undefined) return;
        continue;
      }
      rows += 1;
      if (rows > format.rowsMax) {
        refuse(info.lines, `超过 ${format.rowsMax} 行`);
        return;
      }
      yield rowOf(record, info.lines, header, refuse);
    }
    if (header === undefined) refuse(1, '文件是空的');
    else if (rows === 0) refuse(1, '只有表头，没有内容');
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    refuse(fault.line, fault.reason);
  } finally {
    parser.destroy();
    await feeding;
  }
}

type Place<Name extends string> = { column: Column<Name>; at: number };
type Header<Name extends string> = {
  places: Place<Name>[];
  lacks: ReadonlySet<string>;
  width: number;
};
type Refuse = (line: number, reason: string) => void;

function headerOf<Name extends string>(
  record: readonly string[],
  { columns }: Format<Name>,
  refuse: Refuse,
): Header<Name> | undefined {
  if (record.length > columnsMax) {
    refuse(1, `超过 ${columnsMax} 列`);
    return undefined;
  }
  const places: Place<Name>[] = [];
  const lacks = new Set<string>();
  const missing: string[] = [];
  const twice: string[] = [];
  for (const column of columns) {
    const found = [...record.keys()].filter(
      (at) => record[at] === column.name || record[at] === column.title,
    );
    if (found.length > 1) twice.push(column.title);
    const [at] = found;
    if (at !== undefined) places.push({ column, at });
    else if (column.optional === undefined) missing.push(column.title);
    else lacks.add(column.name);
  }
  if (missing.length > 0) refuse(1, `缺少列：${missing.join('、')}`);
  if (twice.length > 0) refuse(1, `同一列出现两次：${twice.join('、')}`);
  return missing.length + twice.length > 0 ? undefined : { places, lacks, width: record.length };
}

function rowOf<Name extends string>(
  record: readonly string[],
  line: number,
  { places, lacks, width }: Header<Name>,
  refuse: Refuse,
): Row<Name> {
  const row: Record<string, unknown> = { line, whole: true, lacks };
  for (const name of lacks) row[name] = '';
  const wrong = (reason: string) => {
    refuse(line, reason);
    row.whole = false;
  };
  if (record.length !== width) wrong(`有 ${record.length} 格，表头有 ${width} 格`);
  for (const { column, at } of places) {
    // Within quotation marks the parser leaves them; an export ends codes in a tab (export.ts).
    const cell = (record[at] ?? '').trim();
    const kept = column.check(cell);
    row[column.name] = kept ?? '';
    if (kept !== undefined || record.length !== width) continue;
    wrong(`${column.title}：${looksLikeFormula(cell) ? '不能以 = + - @ 开头' : column.form}`);
  }
  return row as Row<Name>;
}

/** T2, full-width signs included: a spreadsheet reads them alike. */
export const looksLikeFormula = (cell: string): boolean => /^\s*[=+\-@＝＋－＠\t\r]/.test(cell);

/** csv-parse's messages quote the cell (T1), so its codes are put in words here. */
const formFaults = new Map([
  ['CSV_MAX_RECORD_SIZE', '这一行太长，可能少了一个引号'],
  ['CSV_QUOTE_NOT_CLOSED', '引号没有闭合'],
  ['INVALID_OPENING_QUOTE', '格子中间有引号，含引号的格子要整格加引号'],
  ['CSV_INVALID_CLOSING_QUOTE', '引号闭合之后还有文字'],
]);

function faultOf(error: unknown): { line: number; reason: string } | undefined {
  if (error instanceof FileFault) return { line: error.line, reason: error.message };
  if (!(error instanceof CsvError)) return undefined;
  const reason = formFaults.get(error.code) ?? '不是规范的 CSV';
  const { lines } = error;
  return { line: typeof lines === 'number' ? lines : 1, reason };
}
