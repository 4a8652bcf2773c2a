/**
 * The sandbox's own durable record: one line of JSON for each thing that happened, in one file that
 * only grows.
 *
 * L1 `settled` resolves once everything written before it is on the disk; no answer leaves earlier.
 *    While one flush runs the next lines gather.
 * L2 A process that is killed leaves whole lines and at most one torn last one, which nobody was
 *    told of; opening cuts it off.
 * L3 A write that fails is never tried again: from then on `settled` rejects, for good.
 */
import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

const newline = 0x0a;

export interface Ledger<Entry> {
  write(entry: Entry): void;
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Every entry that is there is given to `onEntry`, in order, before this resolves. */
export async function openLedger<Entry>(
  path: string,
  onEntry: (entry: Entry) => void,
): Promise<Ledger<Entry>> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  const whole = await readEntries(file, onEntry);
  await file.truncate(whole);
  await file.sync();
  return ledgerOn(file);
}

/** How many bytes whole lines take. Read piece by piece: a ledger may outgrow a string. */
async function readEntries<Entry>(
  file: FileHandle,
  onEntry: (entry: Entry) => void,
): Promise<number> {
  let whole = 0;
  let rest: Buffer = Buffer.alloc(0);
  const pieces = file.createReadStream({ start: 0, autoClose: false });
  for await (const piece of pieces as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, piece]);
    const end = bytes.lastIndexOf(newline) + 1;
    whole += end;
    rest = bytes.subarray(end);
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      if (line !== '') onEntry(JSON.parse(line) as Entry);
    }
  }
  return whole;
}

function ledgerOn<Entry>(file: FileHandle): Ledger<Entry> {
  let gathered = '';
  let flushing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  /** One flush for all that gather while another runs. */
  function settled(): Promise<void> {
    if (gathered === '') return flushing;
    if (next !== undefined) return next;
    const flush = flushing.then(async () => {
      const lines = gathered;
      gathered = '';
      next = undefined;
      flushing = flush;
      await file.appendFile(lines);
      await file.datasync();
    });
    next = flush;
    // Whoever awaits it hears of the fault; the fault itself must not end the process unheard.
    flush.catch(() => {});
    return flush;
  }

  return {
    write(entry) {
      gathered += `${JSON.stringify(entry)}\n`;
    },
    settled,
    async close() {
      await settled();
      await file.close();
    },
  };
}
