/**
 * Kills a real writer over a real LMDB folder with SIGKILL, under load, at moments nobody chose,
 * as often as asked; each time opens the folder anew and asks it for every seat that was
 * acknowledged.
 *
 *   npm run crash -- [--kills 200] [--seed 1]
 *
 * With `--money` it is the whole product that is killed, while money moves: crash-money.ts.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generator } from '../../bench/random.ts';
import { digest, type Partition } from '../../engine/core/partition.ts';
import type { Head } from '../../engine/store/heads.ts';
import { openLmdbReader } from '../../engine/store/lmdb-store.ts';
import { verifyStore } from '../../engine/verify.ts';
import { recover } from '../../engine/writer/recovery.ts';

export type CrashOptions = { kills: number; seed: number; say?: (line: string) => void };
export type CrashReport = { kills: number; saves: number; seats: number; events: number };

/** Seats whose reply came. */
export type Acknowledged = { person: string; area: string; units: string[] };
/** What the load tells, every few milliseconds. */
export type FromLoad = { acknowledged: Acknowledged[] };

const load = fileURLToPath(new URL('./crash-load.ts', import.meta.url));
/** Killed at most this long after its first acknowledgement. */
const livesMsMax = 400;

export async function crash({ kills, seed, say = () => {} }: CrashOptions): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-crash-'));
  // The moments are the same for the same seed, as far as a machine allows.
  const random = generator(seed);
  const acknowledged: Acknowledged[] = [];
  let head: Head | undefined;
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      await liveAndDie(folder, kill, random() * livesMsMax, (some) => acknowledged.push(...some));
      head = await lookAt(folder, acknowledged, head);
      say(`kill ${kill}: ${acknowledged.length} saves and ${head.index} events, all there`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seats = acknowledged.reduce((sum, { units }) => sum + units.length, 0);
  return { kills, saves: acknowledged.length, seats, events: head?.index ?? 0 };
}

/** One life of the writer: from its start to SIGKILL, `livesMs` after its first word. */
async function liveAndDie(
  folder: string,
  life: number,
  livesMs: number,
  tell: (some: Acknowledged[]) => void,
): Promise<void> {
  const child: ChildProcess = fork(load, [folder, String(life)], { execArgv: ['--no-warnings'] });
  const gone = once(child, 'exit');
  const begun = new Promise<void>((resolve) => {
    child.on('message', (message: FromLoad) => {
      tell(message.acknowledged);
      resolve();
    });
  });
  await Promise.race([begun, gone]);
  await pause(livesMs);
  child.kill('SIGKILL');
  const [code, signal] = await gone;
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself with ${code}`);
}

/**
 * The same load where no file may grow beyond `megabytes`: what a full disk says to a write. The
 * code with which the writer ended, once everything acknowledged by then was found.
 */
export async function fillDisk(megabytes: number): Promise<{ code: number; saves: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-full-'));
  const acknowledged: Acknowledged[] = [];
  try {
    const limited = `trap '' XFSZ; ulimit -f ${megabytes * 2_048}; exec "$0" "$@"`;
    const args = ['-c', limited, process.execPath, '--no-warnings', load, folder, '1'];
    const child = spawn('sh', args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (message: FromLoad) => acknowledged.push(...message.acknowledged));
    const [code] = await once(child, 'exit');
    await lookAt(folder, acknowledged, undefined);
    return { code, saves: acknowledged.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a start would find, and whether it is all that was promised; the journal's head. */
async function lookAt(
  folder: string,
  acknowledged: readonly Acknowledged[],
  known: Head | undefined,
): Promise<Head> {
  const reader = openLmdbReader(join(folder, 'p0'), 'p0');
  try {
    const report = verifyStore(reader, known && [known]);
    if (report.problems.length > 0) throw new Error(report.problems.join('; '));
    const { partition } = recover(reader, ['p0'], Date.now());
    if (digest(partition) !== report.digest) throw new Error('recovery differs from replay');
    for (const one of acknowledged) if (!isThere(partition, one)) throw new Error('a seat is gone');
    for (const { area, seatBooks } of partition.areas.values())
      for (const { capacity, held, saved, unit } of seatBooks.values())
        if (held + saved > capacity) throw new Error(`${area} ${unit} is sold twice`);
    return report.head;
  } finally {
    await reader.close();
  }
}

function isThere(partition: Partition, { person, area, units }: Acknowledged): boolean {
  const row = partition.areas.get(area)?.registrations.get(person);
  return units.every((unit) =>
    row?.places.some((place) => place.unit === unit && place.saved !== undefined),
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      money: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '20' },
      divided: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  if (values.money) {
    const { crashMoney } = await import('./crash-money.ts');
    const { divided } = values;
    const options = { rounds: Number(values.rounds), seed, divided, say: console.log };
    const { kills, ...sums } = await crashMoney(options);
    console.log(sums);
    console.log(kills.table());
  } else {
    console.log(await crash({ kills: Number(values.kills), seed, say: console.log }));
  }
}
