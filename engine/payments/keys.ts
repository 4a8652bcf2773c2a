/**
 * Keys as people paste them into settings: PEM, or the bare base64 that providers' own tools write.
 * All come out as PEM of one kind. Undefined: not such a key.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

export function privateKeyPem(text: string): string | undefined {
  const key = firstOf(text, ['pkcs8', 'pkcs1'] as const, (der, type) =>
    createPrivateKey(der === undefined ? text : { key: der, format: 'der', type }),
  );
  return key?.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function publicKeyPem(text: string): string | undefined {
  const key = firstOf(text, ['spki', 'pkcs1'] as const, (der, type) =>
    createPublicKey(der === undefined ? text : { key: der, format: 'der', type }),
  );
  return key?.export({ type: 'spki', format: 'pem' }).toString();
}

export function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).publicKey.asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function firstOf<Type>(
  text: string,
  types: readonly Type[],
  read: (der: Buffer | undefined, type: Type) => KeyObject,
): KeyObject | undefined {
  const der = text.includes('-----BEGIN') ? undefined : Buffer.from(text, 'base64');
  for (const type of types) {
    try {
      const key = read(der, type);
      if (key.asymmetricKeyType === 'rsa') return key;
    } catch {
      // Perhaps it is of the next type.
    }
  }
  return undefined;
}
