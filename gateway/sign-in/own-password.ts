/**
 * The password of somebody signed in, typed once more: to change it (F43), or in place of a booking
 * code (D7).
 *
 * O1 It counts as a sign-in from a known device (D3), right or wrong, before anything is shown or
 *    done: whoever has got hold of a sign-in guesses no faster than at the door.
 */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import { signInDelayAfter } from '../../engine/protocol/sign-in-delay.ts';
import type { GatewayContext } from '../context.ts';
import type { FormToken, SignIn } from '../cookies.ts';
import { knownDeviceKey } from './device.ts';
import { passwordBytesMax } from './passwords.ts';
import { sendForm } from './send.ts';

export type OwnPassword =
  | { kind: 'right'; generation: number }
  /** `retryAt`: until when the next try has to wait, if it has to. */
  | { kind: 'wrong'; retryAt: EpochMs | undefined }
  /** Not looked at. */
  | { kind: 'delayed'; until: EpochMs }
  /** Neither was it: this sign-in has asked too often, or hashing has too much to do. */
  | { kind: 'often' | 'busy'; waitMs: number }
  | { kind: 'away' }
  /** This sign-in is over, whatever this gateway has heard. */
  | { kind: 'ended' };

export async function checkOwnPassword(
  context: GatewayContext,
  signIn: SignIn,
  form: FormToken,
  typed: string,
): Promise<OwnPassword> {
  const { client, hashing, limits, now } = context;
  const { person, ticket } = signIn;
  const waitMs = limits.take('signInAccount', knownDeviceKey(signIn), now());
  if (waitMs !== undefined) return { kind: 'often', waitMs };
  const answer = await client.ask({ kind: 'sign-in-facts', person });
  if (answer.kind !== 'sign-in-facts') return { kind: 'away' };
  const { facts } = answer;
  if (facts === null || facts.generation > signIn.generation) return { kind: 'ended' };
  if (facts.password.kind !== 'set') return { kind: 'ended' };
  if (now() < facts.deviceRetryAt) return { kind: 'delayed', until: facts.deviceRetryAt };
  // Longer than any password that could have been set: compared all the same, and wrong.
  const bounded = Buffer.byteLength(typed) <= passwordBytesMax ? typed : '';
  const verdict = await hashing.verify(facts.password.hash, bounded);
  if (verdict.kind === 'busy') return verdict;
  if (verdict.kind === 'failed') return { kind: 'away' };

  const { generation } = facts;
  const counted = { person, ticket, succeeded: verdict.matches, generation, device: generation };
  const body = { kind: 'record-sign-in', ...counted } as const;
  const reply = await sendForm(context, form, body, `${ticket}~${typed}`);
  if (reply.kind === 'unknown') return { kind: 'away' };
  if (reply.kind === 'refused') {
    const { reason, detail } = reply;
    if (reason === 'sign-in-delayed') return { kind: 'delayed', until: detail?.at ?? now() };
    // It was the password, until it was changed a moment ago.
    return { kind: reason === 'changed-meanwhile' ? 'ended' : 'away' };
  }
  if (reply.outcome.kind !== 'sign-in-failed') return { kind: 'right', generation };
  const { failures, retryAt } = reply.outcome;
  return { kind: 'wrong', retryAt: signInDelayAfter(failures) > 0 ? retryAt : undefined };
}
