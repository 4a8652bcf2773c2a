/**
 * The one way an LMDB folder is opened, with the settings whose failure modes are known.
 *
 * V1 `overlappingSync: false`: a commit's promise means flushed, and a failed commit is not
 *    visible. Never `noSync`, `noMetaSync`, `cache` or `useWritemap`.
 * V2 A file that exists is first walked by a child process: on a damaged page LMDB may end the
 *    process with a signal, and it must not be this one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open, type RootDatabase } from 'lmdb';
import { StoreCorrupt } from './store.ts';

/** Fifteen tables are in use (lmdb-store.ts), and no folder can be given another beyond this. */
const tablesMax = 32;
const settings = {
  maxDbs: tablesMax,
  overlappingSync: false,
  safeRestore: true,
  cache: false,
  encoding: 'binary',
} as const;

export type Environment = RootDatabase<Buffer, string>;

export function openEnvironment(folder: string): Environment {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(join(folder, 'data.mdb'))) probe(folder);
  return openUnprobed(folder);
}

/** For the probe itself. Everyone else opens through `openEnvironment`. */
export function openUnprobed(folder: string): Environment {
  return open<Buffer, string>({ path: folder, ...settings });
}

/** Other living processes that have the folder open; whoever only looks at it counts too. */
export function processesWith(folder: string): number[] {
  if (!existsSync(join(folder, 'data.mdb'))) return [];
  const environment = openUnprobed(folder);
  try {
    environment.readerCheck();
    const pids = [...environment.readerList().matchAll(/^\s*(\d+)\s/gm)].map(([, pid]) =>
      Number(pid),
    );
    return [...new Set(pids)].filter((pid) => pid !== process.pid);
  } finally {
    void environment.close();
  }
}

function probe(folder: string): void {
  const script = fileURLToPath(new URL('./probe.ts', import.meta.url));
  const child = spawnSync(process.execPath, ['--no-warnings', script, folder], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  if (child.error !== undefined)
    throw new Error('the store could not be probed', { cause: child.error });
  if (child.status === 0) return;
  const how = child.signal === null ? `code ${child.status}` : `signal ${child.signal}`;
  throw new StoreCorrupt(`the store's file cannot be read (probe ended with ${how})`);
}
