/**
 * Loaded into a process before anything else: its clock runs ahead of the machine's by what a file of
 * test/harness/clock.ts says, and is put further ahead while it runs; beside that file it says how far
 * it is. Monotonic time stays as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { CLOCK_AHEAD: file = '' } = process.env;
const lookEveryMs = 20;
const machine = Date.now;
let ahead = '0';

function look(): void {
  const said = readFileSync(file, 'utf8');
  if (said === ahead) return;
  ahead = said;
  if (isMainThread) writeFileSync(`${file}.${process.pid}`, ahead);
}
look();
setInterval(look, lookEveryMs).unref();
Date.now = () => machine() + Number(ahead);
