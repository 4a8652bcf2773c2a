/**
 * Writes engine/native-hashes.json for every platform in the lockfile. To be run after the version
 * of a package with compiled code was changed on purpose, and its difference read in review.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf, type NativeHashes, nativeBinaries } from '../engine/native-binaries.ts';

const root = new URL('..', import.meta.url).pathname;
const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version: string; integrity: string }>;
};

const hashes: NativeHashes = {};
const folder = mkdtempSync(join(tmpdir(), 'ruxi-native-'));
record(root);
// The packages of other platforms are not installed here: npm brings them, checked as it does.
for (const [path, { version, integrity }] of Object.entries(lockfile.packages)) {
  if (!/^node_modules\/@(lmdb|msgpackr-extract)\//.test(path)) continue;
  const name = path.slice('node_modules/'.length);
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder, `${name}@${version}`], {
      encoding: 'utf8',
    }),
  ) as { filename: string; integrity: string }[];
  const [archive] = packed;
  if (archive?.integrity !== integrity) throw new Error(`${name} is not what the lockfile names`);
  mkdirSync(join(folder, path), { recursive: true });
  execFileSync('tar', ['-xzf', archive.filename, '--strip-components=1', '-C', path], {
    cwd: folder,
  });
}
record(folder);
rmSync(folder, { recursive: true });

const sorted = Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(join(root, 'engine/native-hashes.json'), `${JSON.stringify(sorted, null, 2)}\n`);

function record(below: string): void {
  for (const path of nativeBinaries(below)) {
    const hash = hashOf(join(below, path));
    if ((hashes[path] ?? hash) !== hash) throw new Error(`${path} is not what npm delivers`);
    hashes[path] = hash;
  }
}
