/** What an enrolled candidate's first sign-in is compared with (F8, D16). It costs no hash. */
import { timingSafeEqual } from 'node:crypto';
import { firstSecretOf, normaliseActivationCode } from '../../engine/protocol/documents.ts';
import type { PersonId } from '../../engine/protocol/ids.ts';
import { activationDigestOf } from '../../engine/protocol/indices.ts';
import type { SignInFacts } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import type { TypedDocument } from '../cookies.ts';
import { isInitialPassword } from './passwords.ts';

/** In constant time. Never once a password was set: the first secret is good for one activation. */
export function isFirstSecret(
  { config }: GatewayContext,
  person: PersonId,
  document: TypedDocument,
  { password }: SignInFacts,
  typed: string,
): boolean {
  switch (password.kind) {
    case 'initial':
      if (firstSecretOf(document.type) !== 'initial-password') return false;
      return isInitialPassword(typed, document.number);
    case 'activation-code': {
      const code = normaliseActivationCode(typed);
      if (code === undefined) return false;
      const digest = activationDigestOf(config.indexKey, person, code);
      return timingSafeEqual(Buffer.from(digest), Buffer.from(password.digest));
    }
    case 'set':
      return false;
  }
}
