/**
 * The door: name and password, then the code of the authenticator or a recovery code.
 *
 * D1 Who is not there, not yet in or ended is answered as a wrong password is, after equal work, and
 *    waits as long after as many.
 * D2 A wrong password and a wrong code count alike, and delay (D3 of the rules); both cost the address
 *    and the name a try before anything is hashed.
 */
import type { EpochMs } from '../../engine/protocol/ids.ts';
import {
  type SignInPlace,
  type StaffFacts,
  type StaffId,
  staffIdPattern,
} from '../../engine/protocol/staff.ts';
import type { DoorReason } from '../../web/desk/wording.ts';
import { newNonce } from '../cookies.ts';
import { type Handler, type Reply, type Request, redirect } from '../http.ts';
import { passwordBytesMax } from '../sign-in/passwords.ts';
import { sendForm } from '../sign-in/send.ts';
import type { StaffContext } from './context.ts';
import type { FormVisit } from './desk.ts';
import { deskSignInMs } from './desk-cookies.ts';
import { doorPage, waitPage } from './page.ts';
import { recordFailure, recordProof } from './proof.ts';

const news = ['idle', 'over', 'ended', 'out', 'changed', 'welcome'] as const;

export const showSignIn =
  (context: StaffContext): Handler =>
  (request) => {
    const said = news.find((one) => one === request.query);
    return doorPage(context, request, 200, 'signIn', said === undefined ? {} : { news: said });
  };

export const takePassword =
  (context: StaffContext): Handler =>
  async (request) => {
    const { hashing, now } = context.gateway;
    const typed = request.form.get('staff').normalize('NFKC').trim().toLowerCase();
    const password = request.form.get('password');
    const again = (reason: DoorReason, at?: EpochMs): Reply =>
      doorPage(context, request, 422, 'signIn', {
        typed: typed.slice(0, 32),
        problem: { reason, ...(at === undefined ? {} : { at }) },
      });
    if (typed === '' || password === '') return again('incomplete');
    const waitMs = tooOften(context, request, typed);
    if (waitMs !== undefined) return waitPage(context, request, 'often', waitMs);
    const asked = await askAbout(context, typed);
    if (asked === 'away') return waitPage(context, request, 'away');
    const { facts } = asked;
    const from = placeOf(context, request, typed, facts);
    const retryAt = facts?.retryAt[from] ?? asked.retryAt;
    if (now() < retryAt) return again('delayed', retryAt);
    const compared = await hashing.first.verify(
      facts?.hash ?? (await nobodysHash(context)),
      bounded(password),
    );
    if (compared.kind === 'busy') return waitPage(context, request, 'busy', compared.waitMs);
    if (compared.kind === 'failed') return waitPage(context, request, 'away');
    if (facts !== undefined && compared.matches) {
      const door = context.cookies.sealDoor({ staff: typed, generation: facts.generation }, now());
      return doorPage(context, request, 200, 'code', { door });
    }
    // No account could be called that.
    if (!staffIdPattern.test(typed)) return again('wrong');
    const recorded = await recordFailure(context, typed, facts?.generation ?? 0, from);
    if (recorded.kind === 'away') return waitPage(context, request, 'away');
    const delayed = recorded.kind === 'wrong' ? recorded.at : undefined;
    return delayed === undefined ? again('wrong') : again('wrong-and-delayed', delayed);
  };

export const takeCode =
  (context: StaffContext): Handler =>
  async (request) => {
    const { cookies, gateway } = context;
    const now = gateway.now();
    const sealed = request.form.get('door');
    const door = cookies.openDoor(sealed, now);
    const startOver = () =>
      doorPage(context, request, 422, 'signIn', { problem: { reason: 'door-closed' } });
    if (door === undefined) return startOver();
    const { staff, generation } = door;
    const waitMs = tooOften(context, request, staff);
    if (waitMs !== undefined) return waitPage(context, request, 'often', waitMs);
    const facts = await factsOf(context, staff);
    if (facts === 'away') return waitPage(context, request, 'away');
    if (facts === undefined || facts.generation !== generation) return startOver();
    const typed = request.form.get('code');
    const from = placeOf(context, request, staff, facts);
    const recorded = await recordProof(context, { staff, facts, typed, from, into: sealed });
    switch (recorded.kind) {
      case 'right': {
        const proved = recorded.byAuthenticator ? now : 0;
        return redirect(recorded.byAuthenticator ? '/desk' : '/desk/account?recovery', [
          cookies.set(
            {
              ...{ staff, generation, nonce: newNonce() },
              ...{ expiresAt: now + deskSignInMs, activeAt: now, provedAt: proved },
            },
            now,
          ),
          cookies.setDevice(request.cookieHeader, staff, generation),
        ]);
      }
      case 'wrong':
        return doorPage(context, request, 422, 'code', { door: sealed, problem: recorded });
      case 'ended':
        return startOver();
      case 'away':
        return waitPage(context, request, 'away');
    }
  };

/** Every sign-in of the account: whoever leaves a desk leaves no other one open by mistake. */
export async function signOut({ context, me, form }: FormVisit): Promise<Reply> {
  const { staff, generation } = me;
  const body = { kind: 'end-staff-sign-ins', staff, generation } as const;
  const reply = await sendForm(context.gateway, form, body, '');
  // This browser's ends in any case; what is left of the others is said where it shows.
  const all =
    reply.kind === 'accepted' || (reply.kind === 'refused' && reply.reason === 'changed-meanwhile');
  return redirect(all ? '/desk/sign-in?out' : '/desk/sign-in', [context.cookies.clear()]);
}

/** A browser of the account's own counts apart: strangers with its name use up nothing of that. */
function tooOften(
  { gateway, cookies, directory }: StaffContext,
  request: Request,
  name: string,
): number | undefined {
  const { limits, now } = gateway;
  const generation = directory.of(name)?.generation;
  const known = generation !== undefined && cookies.isKnown(request.cookieHeader, name, generation);
  return (
    limits.take('deskAddress', request.address, now()) ??
    limits.take('deskAccount', `${known ? 'known' : 'door'} ${name.slice(0, 32)}`, now())
  );
}

/** Somebody of the account has signed in from here before, since it last changed. */
const placeOf = (
  { cookies }: StaffContext,
  { cookieHeader }: Request,
  staff: StaffId,
  facts: StaffFacts | undefined,
): SignInPlace =>
  facts !== undefined && cookies.isKnown(cookieHeader, staff, facts.generation) ? 'known' : 'door';

/** Undefined: nobody who could sign in. */
export async function factsOf(
  context: StaffContext,
  staff: StaffId,
): Promise<StaffFacts | undefined | 'away'> {
  const asked = await askAbout(context, staff);
  return asked === 'away' ? asked : asked.facts;
}

/** `retryAt`: where there are no facts, as long as the name is to wait all the same (D1). */
async function askAbout(
  { gateway }: StaffContext,
  staff: StaffId,
): Promise<{ facts: StaffFacts | undefined; retryAt: EpochMs } | 'away'> {
  if (!staffIdPattern.test(staff)) return { facts: undefined, retryAt: 0 };
  const answer = await gateway.client.ask({ kind: 'staff-facts', staff });
  if (answer.kind !== 'staff-facts') return 'away';
  const { facts, retryAt = 0 } = answer;
  return { facts: facts?.state === 'active' ? facts : undefined, retryAt };
}

/** Longer than any password that could have been set: compared all the same, and wrong. */
export const bounded = (password: string): string =>
  Buffer.byteLength(password) <= passwordBytesMax ? password : '';

/** D1. Made once: the hash of what nobody knows. */
async function nobodysHash({ gateway }: StaffContext): Promise<string> {
  const { cookies, hashing } = gateway;
  const nobody = cookies.keyed('desk nobody', 'password').toString('hex');
  const known = madeOf.get(nobody);
  if (known !== undefined) return known;
  const hashed = await hashing.first.hash(
    nobody,
    cookies.keyed('desk nobody', 'salt').subarray(0, 16),
  );
  if (hashed.kind === 'hashed') madeOf.set(nobody, hashed.hash);
  return hashed.kind === 'hashed' ? hashed.hash : '';
}
const madeOf = new Map<string, string>();
