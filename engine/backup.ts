/**
 * Backups: a folder with a copy of every store and a list of what must be in it. They are taken while
 * an engine runs, and are verified before they count; restoring verifies again before anything is put
 * in place. Keys are never in them: without the keys, kept elsewhere, a backup says nothing about anybody.
 *
 * P1 The keys of people are copied last: whatever the journal sealed is sealed under a key that was
 *    durable before (vault.ts, A1), so it is in the copy.
 * P2 A folder bears its name only once it is whole, verified and durable. So does a restored one.
 * P3 Each partition is copied as of a moment of its own. With several, what books tell each other may
 *    fall between two of them: copies of a running engine are exact with one partition.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import program from '../package.json' with { type: 'json' };
import type { Folders } from './config.ts';
import type { EpochMs } from './protocol/ids.ts';
import { copyStore, makeDurable, storeFile } from './store/copy.ts';
import { formatVersion } from './store/store.ts';
import { opensPeople, peopleFolder } from './store/vault.ts';
import { type VerifyReport, verifyPartition } from './verify.ts';

const manifestFile = 'manifest.json';
const manifest = z.strictObject({
  kind: z.literal('ruxi-backup'),
  /** Of this list. */
  version: z.literal(1),
  ruxi: z.string(),
  storeFormat: z.int(),
  takenAt: z.iso.datetime(),
  partitions: z.array(
    z.strictObject({
      partition: z.string().regex(/^[0-9a-zA-Z-]{1,32}$/),
      events: z.int(),
      head: z.strictObject({ index: z.int(), hash: z.string() }),
      digest: z.string(),
    }),
  ),
  files: z.array(
    z.strictObject({
      path: z.string().regex(/^[0-9a-zA-Z-]{1,32}\/data\.mdb$/),
      bytes: z.int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type Manifest = z.infer<typeof manifest>;

/** What is wrong with a backup, or with the place it is to go to; for whoever asked. */
class BackupRefused extends Error {}

/** Answers the folder's path. `tell` hears of the steps, each of which may take minutes. */
export async function backUp(
  { dataFolder, partitions }: Folders,
  into: string,
  now: EpochMs,
  tell: (step: string) => void,
): Promise<string> {
  const takenAt = new Date(now).toISOString();
  const path = join(into, `ruxi-${takenAt.replaceAll(/[-:]/g, '').slice(0, 15)}Z`);
  const unfinished = `${path}.unfinished`;
  if (existsSync(path)) throw new BackupRefused(`${path} is there already`);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    // P1.
    const names = [...partitions, peopleFolder];
    for (const name of names) {
      tell(`copying ${name}`);
      await copyStore(join(dataFolder, name), join(unfinished, name));
    }
    const reports = [];
    for (const partition of partitions) {
      tell(`verifying ${partition}`);
      reports.push(wholeOf(await verifyPartition(join(unfinished, partition), partition)));
    }
    await dropLocks(unfinished, names);
    const list: Manifest = {
      ...{ kind: 'ruxi-backup', version: 1, ruxi: program.version, storeFormat: formatVersion },
      takenAt,
      partitions: reports.map(({ partition, events, head, digest }) => ({
        ...{ partition, events, head, digest },
      })),
      files: await Promise.all(names.map((name) => fileIn(unfinished, `${name}/${storeFile}`))),
    };
    const listPath = join(unfinished, manifestFile);
    await writeFile(listPath, `${JSON.stringify(list, null, 2)}\n`, { mode: 0o600 });
    for (const each of [listPath, unfinished]) makeDurable(each);
    // P2.
    await rename(unfinished, path);
    makeDurable(into);
    return path;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Puts a backup where an engine will look for its data; the keys must be where it looks for keys. */
export async function restore(
  from: string,
  { dataFolder, keysFolder, partitions }: Folders,
  tell: (step: string) => void,
): Promise<Manifest> {
  const list = readManifest(from);
  if (existsSync(dataFolder) && readdirSync(dataFolder).length > 0) {
    throw new BackupRefused(`${dataFolder} is not empty: nothing is ever restored over data`);
  }
  const held = list.partitions.map(({ partition }) => partition).sort();
  if (held.join() !== [...partitions].sort().join()) {
    throw new BackupRefused(`the backup holds ${held.join(', ')}, and the layout says otherwise`);
  }
  for (const name of ['index', 'master']) {
    if (existsSync(join(keysFolder, `${name}.key`))) continue;
    throw new BackupRefused(
      `${keysFolder} has no ${name}.key: put the keys there first, or the engine makes new ones that open nothing`,
    );
  }
  const unfinished = `${dataFolder}.restoring`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    for (const { path, bytes, sha256 } of list.files) {
      tell(`copying ${path}`);
      await mkdir(dirname(join(unfinished, path)), { recursive: true, mode: 0o700 });
      await copyFile(join(from, path), join(unfinished, path));
      const copied = await fileIn(unfinished, path);
      if (copied.bytes !== bytes || copied.sha256 !== sha256) {
        throw new BackupRefused(`${path} is not what was backed up`);
      }
    }
    for (const known of list.partitions) {
      const { partition } = known;
      tell(`verifying ${partition}`);
      const report = wholeOf(
        await verifyPartition(join(unfinished, partition), partition, [known.head]),
      );
      if (report.digest !== known.digest) {
        throw new BackupRefused(`${partition}: the rows are not those that were backed up`);
      }
    }
    if (!(await opensPeople(unfinished, readFileSync(join(keysFolder, 'master.key'))))) {
      throw new BackupRefused(`the keys in ${keysFolder} are not those of this backup`);
    }
    const names = [...held, peopleFolder];
    await dropLocks(unfinished, names);
    for (const name of names) makeDurable(join(unfinished, name));
    makeDurable(unfinished);
    if (existsSync(dataFolder)) await rmdir(dataFolder);
    await rename(unfinished, dataFolder);
    makeDurable(dirname(dataFolder));
    return list;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

function readManifest(folder: string): Manifest {
  const path = join(folder, manifestFile);
  if (!existsSync(path))
    throw new BackupRefused(`${folder} is no backup: it has no ${manifestFile}`);
  const parsed = manifest.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new BackupRefused(`${path} is not a list that this program knows`);
  if (parsed.data.storeFormat > formatVersion) {
    throw new BackupRefused(`the backup was made by a newer Ruxi (${parsed.data.ruxi})`);
  }
  return parsed.data;
}

function wholeOf(report: VerifyReport): VerifyReport {
  const [problem] = report.problems;
  if (problem === undefined) return report;
  throw new BackupRefused(`${report.partition} is not whole: ${problem}`);
}

/** Made by whoever looks into a store; they belong to one machine. */
async function dropLocks(folder: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => rm(join(folder, name, 'lock.mdb'), { force: true })));
}

async function fileIn(folder: string, path: string): Promise<Manifest['files'][number]> {
  const whole = join(folder, path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(whole), hash);
  makeDurable(whole);
  return { path, bytes: statSync(whole).size, sha256: hash.digest('hex') };
}
