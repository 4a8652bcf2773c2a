/**
 * A device that somebody has signed in from before, with a password of their own (D3): its failures
 * are counted apart, so that whoever only knows a document number cannot keep its owner waiting.
 *
 * V1 The proof is a cookie (gateway/cookies.ts). It signs nobody in, and is none once the person's
 *    generation has moved on: who knew an earlier password is a stranger like any other.
 */
import type { EpochMs, PersonId } from '../../engine/protocol/ids.ts';
import type { SignInFacts } from '../../engine/protocol/replies.ts';
import type { GatewayContext } from '../context.ts';
import type { Request } from '../http.ts';

/** Whose tries count together against the gateway's own limits. */
export function accountKey(context: GatewayContext, request: Request, person: PersonId): string {
  const generation = context.cookies.deviceOf(request.cookieHeader, person);
  return generation === undefined ? person : knownDeviceKey({ person, generation });
}

/** The same of a device that is known, as one is that has a sign-in. */
export const knownDeviceKey = ({
  person,
  generation,
}: {
  person: PersonId;
  generation: number;
}): string => `${person} ${generation}`;

/** What `record-sign-in` is sent with. */
export function deviceOf(
  context: GatewayContext,
  request: Request,
  person: PersonId,
): { device?: number } {
  const device = context.cookies.deviceOf(request.cookieHeader, person);
  return device === undefined ? {} : { device };
}

/** Until when this device has to wait. */
export function retryAtHere(facts: SignInFacts, device: number | undefined): EpochMs {
  return device === facts.generation ? facts.deviceRetryAt : facts.retryAt;
}
