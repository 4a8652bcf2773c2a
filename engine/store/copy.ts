/**
 * A copy of an LMDB folder as of one moment, while another process goes on writing to it: LMDB copies
 * what one read transaction sees. Pages that nobody uses any more stay behind, and with them what was
 * left of erased keys (vault.ts, A4).
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { openEnvironment } from './environment.ts';

export const storeFile = 'data.mdb';

export async function copyStore(folder: string, to: string): Promise<void> {
  if (!existsSync(join(folder, storeFile))) throw new Error(`there is no store in ${folder}`);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const environment = openEnvironment(folder);
  try {
    await environment.backup(to, true);
  } finally {
    await environment.close();
  }
  makeDurable(join(to, storeFile));
  makeDurable(to);
}

/** A file's bytes, or a folder's names. */
export function makeDurable(path: string): void {
  const open = openSync(path, 'r');
  fsyncSync(open);
  closeSync(open);
}
