/**
 * The journal's head, signed each minute and kept outside the data folder (S3). A chain of hashes
 * cannot tell that its end was cut off; a head that was kept says what the journal has to hold. The
 * same line goes to the log, for a place that nobody on this machine can write to.
 *
 * D1 A head is signed (Ed25519) under the `audit` key; whoever has the public key can check it.
 * D2 A line is appended whole and flushed. Only the last one may be torn, by a crash.
 */
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify as verifySignature,
} from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { EpochMs, PartitionName } from '../protocol/ids.ts';

/** The index of the last event up to some entry's end, and that entry's hash. */
export type Head = { index: number; hash: string };
export type SignedHead = Head & {
  partition: PartitionName;
  epoch: number;
  at: EpochMs;
  signature: string;
};

const signedHead = z.strictObject({
  partition: z.string(),
  epoch: z.int(),
  index: z.int(),
  hash: z.string(),
  at: z.int(),
  signature: z.base64url(),
});

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in its DER form. */
const derPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** `seed`: the 32 bytes of the `audit` key. */
export const auditKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([derPrefix, seed]), format: 'der', type: 'pkcs8' });
/** In PEM, to be given to whoever is to check heads elsewhere. */
export const publicPemOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();

export function signHead(key: KeyObject, head: Omit<SignedHead, 'signature'>): SignedHead {
  return { ...head, signature: sign(null, signedText(head), key).toString('base64url') };
}

const signedText = ({ partition, epoch, index, hash, at }: Omit<SignedHead, 'signature'>) =>
  Buffer.from(JSON.stringify(['ruxi-head', partition, epoch, index, hash, at]));

const fileOf = (folder: string, partition: PartitionName): string =>
  join(folder, `${partition}.jsonl`);

/** D2. */
export async function keepHead(folder: string, head: SignedHead): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const line = `${JSON.stringify(head)}\n`;
  await appendFile(fileOf(folder, head.partition), line, { mode: 0o600, flush: true });
}

/** Those that can be trusted, and a sentence for each line that cannot. Without a file: none. */
export async function readHeads(
  folder: string,
  partition: PartitionName,
  publicPem: string,
): Promise<{ heads: SignedHead[]; problems: string[] }> {
  let text: string;
  try {
    text = await readFile(fileOf(folder, partition), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { heads: [], problems: [] };
    throw error;
  }
  const key = createPublicKey(publicPem);
  const heads: SignedHead[] = [];
  const problems: string[] = [];
  // What follows the last line break is nothing, or torn.
  for (const [place, line] of text.split('\n').slice(0, -1).entries()) {
    const head = parseHead(line);
    const where = `head in line ${place + 1}`;
    if (head === undefined) problems.push(`${where}: cannot be read`);
    else if (head.partition !== partition) problems.push(`${where}: of ${head.partition}`);
    else if (!isSigned(key, head)) problems.push(`${where}: its signature is wrong`);
    else if (head.index < (heads.at(-1)?.index ?? 0)) problems.push(`${where}: goes back`);
    else heads.push(head);
  }
  return { heads, problems };
}

function parseHead(line: string): SignedHead | undefined {
  try {
    return signedHead.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

const isSigned = (key: KeyObject, head: SignedHead): boolean =>
  verifySignature(null, signedText(head), key, Buffer.from(head.signature, 'base64url'));
