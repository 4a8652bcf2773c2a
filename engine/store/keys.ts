/**
 * The keys folder: six secrets of 32 random bytes, made on the first start, outside the data
 * folder, so that a copy of the data alone opens nothing.
 *
 * Y1 A key that exists is never replaced. One of the wrong length is refused, not repaired: data
 *    sealed under a lost key is lost, and silence about it would hide that.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * `index` finds a person from a number, `master` wraps each person's own key, `code` derives SMS
 * codes, `cookie` signs cookies and forms, `slip` signs what is printed and lasts longer than those,
 * `audit` signs the journal's heads.
 */
export type Keys = {
  index: Buffer;
  master: Buffer;
  code: Buffer;
  cookie: Buffer;
  slip: Buffer;
  audit: Buffer;
};

const keyBytes = 32;

/** Any number of processes may do this at once on an empty folder; all get the same keys. */
export function loadKeys(folder: string): Keys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    index: loadKey(folder, 'index'),
    master: loadKey(folder, 'master'),
    code: loadKey(folder, 'code'),
    cookie: loadKey(folder, 'cookie'),
    slip: loadKey(folder, 'slip'),
    audit: loadKey(folder, 'audit'),
  };
}

function loadKey(folder: string, name: string): Buffer {
  const path = join(folder, `${name}.key`);
  const key = readKey(path) ?? createKey(folder, path);
  if (key.length !== keyBytes)
    throw new Error(`the ${name} key is ${key.length} bytes long instead of ${keyBytes}`);
  return key;
}

function readKey(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function createKey(folder: string, path: string): Buffer {
  // Written aside and linked: whoever comes second finds the first one's whole key.
  const aside = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(aside, randomBytes(keyBytes), { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside);
  }
  const directory = openSync(folder, 'r');
  fsyncSync(directory);
  closeSync(directory);
  return readFileSync(path);
}
