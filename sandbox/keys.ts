/**
 * Two key pairs in one folder: the sandbox's, which signs answers and notices, and its merchant's,
 * which signs requests. Whichever side starts first makes them all, as if the merchant had signed
 * up; where the two run on different machines, the folder is copied.
 *
 * K1 The folder appears whole or not at all, so two processes that start together agree.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export type SandboxKeys = { sandboxPrivate: KeyObject; merchantPublic: KeyObject };
export type MerchantKeys = { merchantPrivate: KeyObject; sandboxPublic: KeyObject };

/** What the sandbox holds. */
export function sandboxKeysIn(folder: string): SandboxKeys {
  makeUnlessThere(folder);
  return {
    sandboxPrivate: createPrivateKey(read(folder, 'sandbox-private')),
    merchantPublic: createPublicKey(read(folder, 'merchant-public')),
  };
}

/** What its merchant holds. */
export function merchantKeysIn(folder: string): MerchantKeys {
  makeUnlessThere(folder);
  return {
    merchantPrivate: createPrivateKey(read(folder, 'merchant-private')),
    sandboxPublic: createPublicKey(read(folder, 'sandbox-public')),
  };
}

function makeUnlessThere(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const making = mkdtempSync(`${folder}-`);
  for (const owner of ['sandbox', 'merchant']) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(making, `${owner}-private.pem`), secret, { mode: 0o600, flush: true });
    const open = publicKey.export({ type: 'spki', format: 'pem' });
    writeFileSync(join(making, `${owner}-public.pem`), open, { flush: true });
  }
  try {
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true });
    // Somebody else was quicker: theirs are as good.
    if (!existsSync(folder)) throw error;
  }
}

const read = (folder: string, name: string): string =>
  readFileSync(join(folder, `${name}.pem`), 'utf8');
