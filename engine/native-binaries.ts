/**
 * Compiled code is the one part of the program that nobody reads. Before any of it is loaded, each
 * binary is compared with the hash recorded when its version was taken in (native-hashes.json,
 * written by ops/record-native-hashes.ts).
 *
 * N1 Imports nothing but Node itself: whatever this file imported would run before the check.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

/** Where npm puts the binaries that a running product may load. */
const nativeFolders = [
  'node_modules/@lmdb',
  'node_modules/@msgpackr-extract',
  'node_modules/argon2/prebuilds',
  'node_modules/uWebSockets.js/dist/bin',
];

/** Path below the project to SHA-256 in hex. */
export type NativeHashes = Record<string, string>;

/** Throws when a binary for this platform is unknown or differs: the program must not start. */
export function checkNativeBinaries(
  folder = root,
  recorded: NativeHashes = readRecorded(),
  platform = `${process.platform}-${process.arch}`,
): void {
  for (const path of nativeBinaries(folder)) {
    if (!isFor(path, platform)) continue;
    if (recorded[path] !== hashOf(join(folder, path))) {
      throw new Error(
        `${path} is not the binary recorded in engine/native-hashes.json. ` +
          'Install again with "npm ci"; if it stays, somebody changed it.',
      );
    }
  }
}

/** Paths below `folder`, in a stable order. */
export function nativeBinaries(folder: string): string[] {
  return nativeFolders
    .filter((native) => existsSync(join(folder, native)))
    .flatMap((native) =>
      readdirSync(join(folder, native), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.node'))
        .map((name) => `${native}/${name.replaceAll('\\', '/')}`),
    )
    .sort();
}

export function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** `linux-x64` in `lmdb-linux-x64/…`, `linux-x64/argon2…`, `uws_linux_x64_127.node`. */
function isFor(path: string, platform: string): boolean {
  return path.replaceAll('_', '-').includes(platform);
}

function readRecorded(): NativeHashes {
  const text = readFileSync(new URL('native-hashes.json', import.meta.url), 'utf8');
  return JSON.parse(text) as NativeHashes;
}
