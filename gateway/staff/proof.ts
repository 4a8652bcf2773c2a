/**
 * The proof by the authenticator or a recovery code: at the door, after the password, and once more
 * for what needs it. Whether a code was right is compared here; that each counts once, and how long
 * somebody has to wait after wrong ones, is the engine's to say.
 */
import type { StaffProof } from '../../engine/protocol/commands.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { SignInPlace, StaffFacts, StaffId } from '../../engine/protocol/staff.ts';
import type { ProofReason } from '../../web/desk/wording.ts';
import { newNonce } from '../cookies.ts';
import type { Reply } from '../http.ts';
import { answerWithinMs } from '../sign-in/send.ts';
import type { StaffContext } from './context.ts';
import type { Visit } from './desk.ts';
import { deskPage, waitPage } from './page.ts';
import { recoveryDigest, stepOfCode } from './totp.ts';

export type Recorded =
  | { kind: 'right'; byAuthenticator: boolean }
  | { kind: 'wrong'; reason: ProofReason; at?: EpochMs }
  /** The account has changed meanwhile. */
  | { kind: 'ended' }
  | { kind: 'away' };

export type ProofGiven = {
  staff: StaffId;
  facts: StaffFacts;
  typed: string;
  /** By somebody signed in (`inside`) no recovery code will do. */
  from: SignInPlace;
  /** What it was typed into, so that a double click is one proof. */
  into: string;
};

/** What was typed, as a proof: right, or counted as wrong. */
export async function recordProof(context: StaffContext, given: ProofGiven): Promise<Recorded> {
  const { staff, typed, facts, from } = given;
  if (typed.trim() === '') return { kind: 'wrong', reason: 'code-missing' };
  const proof = proofOf(context, given);
  // The proof as well: what was right may be typed again when it is right no more.
  const into = `${given.into}~${JSON.stringify(proof)}~${typed}`;
  const recorded = await record(context, staff, facts.generation, proof, from, into);
  return recorded.kind === 'right'
    ? { kind: 'right', byAuthenticator: proof.kind === 'totp' }
    : recorded;
}

/** A wrong password is counted with wrong codes. */
export const recordFailure = (
  context: StaffContext,
  staff: StaffId,
  generation: number,
  from: SignInPlace,
): Promise<Exclude<Recorded, { kind: 'right' }> | { kind: 'right' }> =>
  record(context, staff, generation, { kind: 'failed' }, from, newNonce());

function proofOf({ gateway }: StaffContext, { staff, facts, typed, from }: ProofGiven): StaffProof {
  const step =
    facts.secret === undefined ? undefined : stepOfCode(facts.secret, typed, gateway.now());
  if (step !== undefined) return { kind: 'totp', step };
  const digest = from === 'inside' ? undefined : recoveryDigest(gateway.cookies, staff, typed);
  return digest === undefined ? { kind: 'failed' } : { kind: 'recovery', digest };
}

async function record(
  { gateway }: StaffContext,
  staff: StaffId,
  generation: number,
  proof: StaffProof,
  from: SignInPlace,
  into: string,
): Promise<{ kind: 'right' } | Exclude<Recorded, { kind: 'right' }>> {
  const { client, cookies, now } = gateway;
  const body = { kind: 'record-staff-sign-in', staff, generation, proof, from } as const;
  const id = cookies.keyed('desk proof', into).toString('base64url').slice(0, 22);
  const reply = await client.send(body, { id, answerBy: now() + answerWithinMs });
  if (reply.kind === 'unknown') return { kind: 'away' };
  if (reply.kind === 'accepted') {
    if (reply.outcome.kind !== 'sign-in-failed') return { kind: 'right' };
    const { retryAt } = reply.outcome;
    const waits = retryAt > now() ? { at: retryAt } : {};
    return { kind: 'wrong', reason: 'code-wrong', ...waits };
  }
  switch (reply.reason) {
    case 'code-spent':
      return { kind: 'wrong', reason: 'code-spent' };
    case 'sign-in-delayed':
      return { kind: 'wrong', reason: 'delayed', at: reply.detail?.at ?? now() };
    case 'changed-meanwhile':
    case 'staff-unknown':
    case 'staff-invited':
    case 'staff-ended':
      return { kind: 'ended' };
    default:
      return { kind: 'away' };
  }
}

/** The code once more (S2): asked for with the form it interrupts, or with the page. */
export async function proveAgain(
  visit: Visit,
): Promise<{ kind: 'proved' } | { kind: 'not'; reply: Reply }> {
  const { context, request, me } = visit;
  const typed = request.form.has(proofField) ? request.form.get(proofField) : undefined;
  if (typed === undefined) return { kind: 'not', reply: askAgain(visit) };
  const answer = await context.gateway.client.ask({ kind: 'staff-facts', staff: me.staff });
  const away = { kind: 'not', reply: waitPage(context, request, 'away') } as const;
  if (answer.kind !== 'staff-facts' || answer.facts === null) return away;
  const into = `${request.path}~${request.form.get('token')}`;
  const from = 'inside' as const;
  const given = { staff: me.staff, facts: answer.facts, typed, from, into };
  const recorded = await recordProof(context, given);
  switch (recorded.kind) {
    case 'right':
      return { kind: 'proved' };
    case 'wrong':
      return { kind: 'not', reply: askAgain(visit, recorded) };
    default:
      return away;
  }
}

/** Where the code stands beside the fields of the form that it interrupts. */
const proofField = 'proof';

function askAgain(visit: Visit, problem?: { reason: ProofReason; at?: EpochMs }): Reply {
  const { request } = visit;
  const posted = request.method === 'POST';
  const fields = posted
    ? request.form.entries().filter(([name]) => name !== proofField && name !== 'token')
    : [];
  return deskPage(visit, problem === undefined ? 200 : 422, 'prove', {
    action: posted ? request.path : '/desk/prove',
    fields: posted ? fields : [['to', toOf(visit)]],
    token: posted ? request.form.get('token') : visit.token(),
    ...(problem === undefined ? {} : { problem }),
  });
}

const toOf = ({ request }: Visit): string =>
  request.query === '' ? request.path : `${request.path}?${request.query}`;
