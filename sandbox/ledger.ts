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
  const text = await file.readFile('utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  await file.truncate(Buffer.byteLength(whole));
  await file.sync();
  for (const line of whole.split('\n')) if (line !== '') onEntry(JSON.parse(line) as Entry);
  return ledgerOn(file);
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
