/**
 * Every key of another system as the engine last told of it, found by the secret that a request brings.
 *
 * K1 What has ended stays ended, however late something else is heard.
 * K2 A secret is looked for by its digest, and the digests are compared in constant time.
 */
import { timingSafeEqual } from 'node:crypto';
import { type KeyView, keyDigest, keySecretPattern } from '../../engine/protocol/keys.ts';

export type KeyRing = {
  hear(key: KeyView): void;
  /** The key of an `Authorization` header; undefined: none that is good. */
  of(authorization: string): KeyView | undefined;
};

export function createKeyRing(): KeyRing {
  const byDigest = new Map<string, KeyView>();
  return {
    hear(key) {
      if (byDigest.get(key.digest)?.state !== 'ended') byDigest.set(key.digest, key);
    },
    of(authorization) {
      const [, secret = ''] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
      if (!keySecretPattern.test(secret)) return undefined;
      const digest = keyDigest(secret);
      const key = byDigest.get(digest);
      if (key?.state !== 'active') return undefined;
      return timingSafeEqual(Buffer.from(key.digest), Buffer.from(digest)) ? key : undefined;
    },
  };
}
