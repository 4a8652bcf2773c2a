/**
 * How a person and a phone are found: by a keyed hash of what was typed, under the index key. The
 * engine's vault and every gateway hold that key and must agree on this to the letter.
 */
import { createHmac } from 'node:crypto';
import type { PersonId, PhoneIndex } from './ids.ts';

/** `documentNumber` in the one form of protocol/documents.ts. */
export const personIdOf = (
  indexKey: Uint8Array,
  documentType: string,
  documentNumber: string,
): PersonId => indexOf(indexKey, `person\n${documentType}\n${documentNumber}`);

export const phoneIndexOf = (indexKey: Uint8Array, phone: string): PhoneIndex =>
  indexOf(indexKey, `phone\n${phone}`);

/** D16. `code` in the one form of protocol/documents.ts; the person is in it, so it is good for no other. */
export const activationDigestOf = (indexKey: Uint8Array, person: PersonId, code: string): string =>
  indexOf(indexKey, `activation\n${person}\n${code}`);

/** 22 base64url characters: 132 bits. */
function indexOf(indexKey: Uint8Array, text: string): string {
  return createHmac('sha256', indexKey).update(text).digest('base64url').slice(0, 22);
}
