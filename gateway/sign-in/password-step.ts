/**
 * The second stage of signing in (F6–F8): a ticket from the list and the password.
 *
 * P1 Whatever fails, fails alike: one hash of work, one sentence, the same delays. Nothing says
 *    whether the number, the ticket or the password was wrong, or whether there is such a person.
 * P2 The engine counts before the answer is shown; only what it accepted signs anyone in.
 * P3 The initial password opens an activation sign-in only (D1); so does a sign-in without a bound
 *    phone, until one is bound (F9).
 */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import type { CommandReply, SignInFacts } from '../../engine/protocol/replies.ts';
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
import { signInReply, ticketsReply } from './pages.ts';
import { isInitialPassword, passwordBytesMax } from './passwords.ts';

/** POST /sign-in. */
export type PasswordStep = (request: Request) => Promise<Reply> | Reply;

/** The engine refuses what comes later; the client has given up by then. */
const answerWithinMs = 8_000;
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
    const accountWait = limits.take('signInAccount', handle.person, at);
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
    const retryAt = answer.facts?.retryAt ?? answer.retryAt ?? 0;
    if (now() < retryAt) return delayed(retryAt);

    const verdict = await verdictOn(facts, password, handle.documentNumber);
    if (verdict.kind === 'busy') return busyReply(context, request, verdict.waitMs);
    if (verdict.kind === 'failed') return awayReply(context, request);

    const at = now();
    const succeeded = verdict.matches;
    // Sent for strangers too: the engine counts, delays and takes its time for them alike (P1).
    const reply = await client.send(
      { kind: 'record-sign-in', person, ticket: chosen.ticket, succeeded },
      {
        id: cookies.commandIdOf(token, `sign-in~${chosen.ticket}~${password}`),
        answerBy: at + answerWithinMs,
      },
    );
    if (reply.kind === 'unknown') return awayReply(context, request);
    if (reply.kind === 'accepted' && reply.outcome.kind === 'signed-in' && facts !== null) {
      const { generation } = reply.outcome;
      return signedIn(request, handle, chosen, facts, generation);
    }
    if (reply.kind === 'refused') {
      const { reason, detail } = reply;
      if (reason === 'sign-in-delayed') return delayed(detail?.at ?? at);
      if (reason !== 'person-unknown' && reason !== 'ticket-unknown') {
        return awayReply(context, request);
      }
    }
    const nextTry = nextTryAfter(reply);
    return ticketsReply(context, request, visitor, 422, handle, {
      reason: 'failed',
      ...(nextTry === undefined ? {} : { at: nextTry }),
    });
  }

  /** By the count, not by the clocks: engine's and gateway's differ by what a reply takes. */
  function nextTryAfter(reply: CommandReply): EpochMs | undefined {
    if (reply.kind === 'refused') return reply.detail?.at;
    if (reply.outcome.kind !== 'sign-in-failed') return undefined;
    const { failures, retryAt } = reply.outcome;
    return signInDelayAfter(failures) > 0 ? retryAt : undefined;
  }

  /** P1: a right initial password is the only answer that costs no hash. */
  async function verdictOn(facts: SignInFacts | null, password: string, documentNumber: string) {
    if (facts?.password.kind === 'set') return hashing.verify(facts.password.hash, password);
    if (facts !== null && isInitialPassword(password, documentNumber)) {
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
    generation: number,
  ): Promise<Reply> {
    const { person, documentNumber } = handle;
    const full = facts.activated;
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
      kind: full ? 'full' : 'activation',
      generation,
      nameMask: answer?.candidate?.nameMask ?? '',
      issuedAt: at,
      expiresAt: at + (full ? signInMs : activationMs),
      nonce: newNonce(),
    };
    // An area chosen by whoever sat here before says nothing about this person.
    const set = [cookies.setSignIn(signIn), cookies.clearArea()];
    if (full) return redirect('/', set);
    return redirect('/activate', [...set, cookies.setActivation(documentNumber, signIn)]);
  }
}
