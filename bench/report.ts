/**
 * What the benchmark says: every figure with its unit and what is wanted of it, where it was
 * measured, and the table. Measuring is the entries' business.
 */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** Figure name to value. Names are stable: they are compared from run to run. */
export type Figures = Record<string, number>;

/** What is wanted of a figure; a figure without a line here is shown beside, for scale. */
const wanted: Record<string, { atLeast: number } | { atMost: number }> = {
  'core.savesPerSecond': { atLeast: 1_000_000 },
  'writer.savesPerSecond': { atLeast: 200_000 },
  'bus.savesPerSecond': { atLeast: 150_000 },
  'http.savesPerSecond': { atLeast: 25_000 },
  'http.ratio': { atLeast: 0.35 },
  'http.p99AtHalfLoadMs': { atMost: 10 },
  'notices.perSecond': { atLeast: 2_000 },
  'dayClose.ms': { atMost: 30_000 },
  'dayClose.othersP99Ms': { atMost: 50 },
  'import.ms': { atMost: 60_000 },
  'import.othersP99Ms': { atMost: 50 },
  'pages.perSecond': { atLeast: 5_000 },
  'growth.ratio': { atMost: 1.3 },
  'recovery.ms': { atMost: 3_000 },
  'memory.rssAnonBytes': { atMost: 1_000_000_000 },
};

/**
 * Taking one seat in other systems: PostgreSQL 15.18 and Redis 7.0.15 from one Node client on a
 * machine like the one in docs/figures.md (2 vCPU AMD EPYC, Debian 12), measured 2026-11-23 as
 * medians of three runs, no HTTP in front. Quoted, not measured by this command.
 */
const peers: readonly (readonly [what: string, perSecond: string])[] = [
  ['PostgreSQL, one hot row', '1,300–2,500'],
  ['PostgreSQL, spread over 732 rows', '5,500–11,500'],
  ['Redis Lua, flushed before every answer', '59,000–68,000'],
  ['Redis Lua, no persistence', '86,000–105,000'],
];

export type Report = {
  at: string;
  machine: ReturnType<typeof machine>;
  commit: string;
  seed: number;
  /** Times each figure was measured; the median is shown. */
  runs: number;
  figures: Figures;
};

export function reportOf(figures: Figures, seed: number, runs: number): Report {
  return {
    at: new Date().toISOString(),
    machine: machine(),
    commit: commit(),
    seed,
    runs,
    figures,
  };
}

export function tableOf(report: Report): string {
  const { machine } = report;
  const rows = Object.entries(report.figures).map(([name, value]) => {
    const { text, verdict } = judged(name, value);
    return [name, shown(name, value), text, verdict];
  });
  return [
    `${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB, ` +
      `Linux ${machine.kernel}, Node ${machine.node}`,
    `commit ${report.commit}, seed ${report.seed}, medians of ${report.runs}, ${report.at}`,
    '',
    ...columns([['figure', 'measured', 'wanted', ''], ...rows]),
    '',
    'for scale, one seat a time, quoted from bench/report.ts:',
    ...columns(peers.map(([what, perSecond]) => [what, `${perSecond} a second`])),
  ].join('\n');
}

/** Figures that fall short of what is wanted. */
export function shortfalls(figures: Figures): string[] {
  return Object.entries(figures)
    .filter(([name, value]) => judged(name, value).verdict === 'short')
    .map(([name]) => name);
}

/** The middle one; of an even number the lower of the two, so that it was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('no values to take the median of');
  return middle;
}

function judged(name: string, value: number): { text: string; verdict: string } {
  const goal = wanted[name];
  if (goal === undefined) return { text: '', verdict: '' };
  const held = 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
  const text =
    'atLeast' in goal ? `≥ ${shown(name, goal.atLeast)}` : `≤ ${shown(name, goal.atMost)}`;
  return { text, verdict: held ? 'held' : 'short' };
}

function shown(name: string, value: number): string {
  if (/Bytes$/.test(name)) return `${Math.round(value / 1e6).toLocaleString('en')} MB`;
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  const text = value.toLocaleString('en', { maximumFractionDigits: digits });
  if (/PerSecond$/.test(name)) return `${text} /s`;
  if (/Micros/.test(name)) return `${text} µs`;
  return /(Ms|\.ms)$/.test(name) ? `${text} ms` : text;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function machine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.versions.node,
  };
}

/** With a plus when the tree holds changes that are not committed. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: new URL('..', import.meta.url), encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') ? '+' : '');
  } catch {
    return 'unknown';
  }
}
