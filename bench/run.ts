/**
 * The benchmark: runs the entries one after another, each in a process of its own so that none
 * inherits another's heap, and prints one table.
 *
 *   npm run bench -- [--only core,http] [--json FILE] [--seed N]
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Figures, reportOf, shortfalls, tableOf } from './report.ts';

/** Every figure is the median of this many measurements. */
const runs = 3;

/** In the order of the path a save takes. An entry measures what it compares in the same run. */
const entries: Record<string, (seed: number) => Promise<Figures>> = {
  core: async (seed) => (await import('./core-speed.ts')).measureCore(seed),
  writer: async (seed) => (await import('./commit-speed.ts')).measureWriter(seed),
  bus: async (seed) => (await import('./bus-speed.ts')).measureBus(seed),
  http: async (seed) => (await import('./http-load.ts')).measureHttp(seed),
  notices: async (seed) => (await import('./notices.ts')).measureNotices(seed),
  dayClose: async (seed) => (await import('./day-close.ts')).measureDayClose(seed),
  import: async (seed) => (await import('./imports.ts')).measureImport(seed),
  pages: async (seed) => (await import('./pages.ts')).measurePages(seed),
  growth: async (seed) => (await import('./commit-speed.ts')).measureGrowth(seed),
  recovery: async (seed) => (await import('./commit-speed.ts')).measureRecovery(seed),
  memory: async (seed) => (await import('./commit-speed.ts')).measureMemory(seed),
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(entries).join(',') },
    json: { type: 'string' },
    seed: { type: 'string', default: '1' },
    /** Set by this program for its own child. */
    entry: { type: 'string' },
  },
});
const seed = Number(values.seed);
if (!Number.isSafeInteger(seed)) throw new Error('--seed takes a whole number');

if (values.entry !== undefined) {
  const measure = entries[values.entry];
  if (measure === undefined) throw new Error(`no entry called ${values.entry}`);
  process.send?.(await measure(seed));
} else {
  await runAll(values.only.split(','));
}

async function runAll(names: string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in entries));
  if (unknown.length > 0) {
    throw new Error(`no entry called ${unknown.join(', ')}; there are ${Object.keys(entries)}`);
  }
  const figures: Figures = {};
  for (const name of names) {
    console.log(`measuring ${name}`);
    Object.assign(figures, await inOwnProcess(name));
  }
  const report = reportOf(figures, seed, runs);
  console.log(`\n${tableOf(report)}`);
  const short = shortfalls(figures);
  if (short.length > 0) console.log(`\nshort of what is wanted: ${short.join(', ')}`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

function inOwnProcess(entry: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    let figures: Figures | undefined;
    const child = fork(new URL(import.meta.url), ['--entry', entry, '--seed', String(seed)], {
      execArgv: ['--expose-gc'],
    });
    child.on('message', (message) => {
      figures = message as Figures;
    });
    child.on('exit', (code) => {
      if (code === 0 && figures !== undefined) resolve(figures);
      else reject(new Error(`${entry} ended with ${code} and measured nothing`));
    });
  });
}
