/**
 * The second stage of signing in (F6–F8): a ticket from the list and the password.
 *
 * P1 Whatever fails, fails alike: one hash of work, one sentence, the same delays. Nothing says
 *    whether the number, the ticket or the password was wrong, or whether there is such a person.
 * P2 The engine counts before the answer is shown; only what it accepted signs anyone in.
 * P3 The initial password, or the office's activation code, opens an activation sign-in only (D1);
 *    so does a password of one's own until a phone was bound (F9).
 * P4 A device known to the person waits for its own failures only (device.ts).
 */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { Accepted, SignInFacts } from '../../engine/protocol/replies.ts';
import { signInDelayAfter } from '../../engine/protocol/sign-in-delay.ts';
import type { PasswordStepReason } from '../../web/wording.ts';
import type { GatewayContext } from '../context.ts';
import {
  activationMs,
  type FormToken,
  newNonce,
  type SignIn,
  signInMs,
  type TicketHandle,
  type Visitor,
} from '../cookies.ts';
import { type Reply, type Request, redirect } from '../http.ts';
import { awayReply, busyReply, limitReply } from '../waiting.ts';
import { noCaptchaYet } from './captcha-desk.ts';
import { accountKey, deviceOf, retryAtHere } from './device.ts';
import { isFirstSecret } from './first-secret.ts';
import { signInReply, ticketsReply } from './pages.ts';
import { passwordBytesMax } from './passwords.ts';
import { sendForm } from './send.ts';

/** POST /sign-in. */
export type PasswordStep = (request: Request) => Promise<Reply> | Reply;

/**
 * Nobody's hash, of the cost that passwords are hashed with: what a failing sign-in without a hash
 * of its own is compared with. No password is known to match it.
 */
const nobodysHash =
  '$argon2id$v=19$m=19456,p=1,t=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

export function createPasswordStep(context: GatewayContext): PasswordStep {
  const { client, cookies, hashing, limits, now } = context;

  return function signIn(request) {
    const { form, address } = request;
    const at = now();
    const wait =
      limits.take('signInAddress', address, at) ?? limits.take('signInsTogether', '', at);
    if (wait !== undefined) return limitReply(context, request, wait);

    const visitor = cookies.visitorOf(request.cookieHeader);
    if (visitor === undefined) return redirect('/sign-in');
    const handle = cookies.openHandle(form.get('handle'), visitor, at);
    if (handle === undefined) {
      const shown = { reason: 'lookup-expired', captcha: noCaptchaYet } as const;
      return signInReply(context, request, visitor, 422, shown);
    }
    const token = cookies.readFormToken(form.get('token'), visitor, at);
    const again = (reason: PasswordStepReason) =>
      ticketsReply(context, request, visitor, 422, handle, { reason });
    if (token === undefined) return again('form-expired');
    if (handle.tickets[handle.chosen] === undefined) return again('ticket-missing');
    const password = form.get('password');
    if (password === '') return again('password-missing');
    const account = accountKey(context, request, handle.person);
    const accountWait = limits.take('signInAccount', account, at);
    if (accountWait !== undefined) return limitReply(context, request, accountWait);
    // Longer than any password that could have been set: not worth a hash, yet counted as wrong.
    const bounded = Buffer.byteLength(password) <= passwordBytesMax ? password : '';
    return compare(request, visitor, handle, token, bounded);
  };

  async function compare(
    request: Request,
    visitor: Visitor,
    handle: TicketHandle,
    token: FormToken,
    password: string,
  ): Promise<Reply> {
    const { person } = handle;
    const chosen = handle.tickets[handle.chosen];
    if (chosen === undefined) throw new Error('a handle without a choice was let through');
    const answer = await client.ask({ kind: 'sign-in-facts', person });
    if (answer.kind !== 'sign-in-facts') return awayReply(context, request);
    const held = answer.facts?.tickets.some(({ number }) => number === chosen.ticket) ?? false;
    const facts = held ? answer.facts : null;

    const delayed = (retryAt: number) =>
      ticketsReply(context, request, visitor, 422, handle, { reason: 'delayed', at: retryAt });
    const failed = (nextTry: EpochMs | undefined) =>
      ticketsReply(context, request, visitor, 422, handle, {
        reason: 'failed',
        ...(nextTry === undefined ? {} : { at: nextTry }),
      });
    const known = deviceOf(context, request, person);
    const retryAt = answer.facts ? retryAtHere(answer.facts, known.device) : (answer.retryAt ?? 0);
    if (now() < retryAt) return delayed(retryAt);

    const verdict = await verdictOn(facts, password, handle);
    if (verdict.kind === 'busy') return busyReply(context, request, verdict.waitMs);
    if (verdict.kind === 'failed') return awayReply(context, request);

    const succeeded = verdict.matches;
    const { ticket } = chosen;
    // Sent for strangers too: the engine counts, delays and takes its time for them alike (P1).
    const generation = answer.facts?.generation ?? 1;
    const signIn = { person, ticket, succeeded, generation, ...known };
    const body = { kind: 'record-sign-in', ...signIn } as const;
    const reply = await sendForm(context, token, body, `${ticket}~${password}`);
    if (reply.kind === 'unknown') return awayReply(context, request);
    if (reply.kind === 'accepted' && reply.outcome.kind === 'signed-in' && facts !== null) {
      return signedIn(request, handle, chosen, facts);
    }
    if (reply.kind === 'refused') {
      const { reason, detail } = reply;
      if (reason === 'sign-in-delayed') return delayed(detail?.at ?? now());
      // It was the password, until it was changed a moment ago.
      if (reason === 'changed-meanwhile') return failed(undefined);
      return awayReply(context, request);
    }
    return failed(nextTryAfter(reply));
  }

  /** By the count, not by the clocks: engine's and gateway's differ by what a reply takes. */
  function nextTryAfter({ outcome }: Accepted): EpochMs | undefined {
    if (outcome.kind !== 'sign-in-failed') return undefined;
    return signInDelayAfter(outcome.failures) > 0 ? outcome.retryAt : undefined;
  }

  /** P1: a right first secret is the only answer that costs no hash. */
  async function verdictOn(facts: SignInFacts | null, password: string, handle: TicketHandle) {
    if (facts?.password.kind === 'set') return hashing.verify(facts.password.hash, password);
    const { person, documentType: type, documentNumber: number } = handle;
    if (facts !== null && isFirstSecret(context, person, { type, number }, facts, password)) {
      return { kind: 'verified', matches: true } as const;
    }
    const spent = await hashing.verify(nobodysHash, password);
    return spent.kind === 'verified' ? { ...spent, matches: false } : spent;
  }

  async function signedIn(
    request: Request,
    handle: TicketHandle,
    chosen: TicketHandle['tickets'][number],
    facts: SignInFacts,
  ): Promise<Reply> {
    const { person, documentType: type, documentNumber: number } = handle;
    const { activated: full, generation } = facts;
    // D1: an activation is given no name, so none is asked for.
    const answer = full ? await client.ask({ kind: 'candidate', person }) : undefined;
    if (answer !== undefined && answer.kind !== 'candidate') {
      return awayReply(context, request);
    }
    const at = now();
    const signIn: SignIn = {
      person,
      ticket: chosen.ticket,
      programme: chosen.programme,
      candidateType: facts.candidateType,
      kind: full ? 'full' : 'activation',
      generation,
      nameMask: answer?.candidate?.nameMask ?? '',
      issuedAt: at,
      expiresAt: at + (full ? signInMs : activationMs),
      nonce: newNonce(),
    };
    // An area chosen by whoever sat here before says nothing about this person.
    const set = [
      cookies.setSignIn(signIn),
      cookies.setDocument({ type, number }, signIn),
      cookies.clearArea(),
    ];
    if (facts.password.kind === 'set') {
      set.push(cookies.setDevice(request.cookieHeader, person, generation));
    }
    return redirect(full ? '/' : '/activate', set);
  }
}
