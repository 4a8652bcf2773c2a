/**
 * The page behind a one-time link: a password of one's own, the authenticator, and the recovery codes.
 * Nothing is kept between showing it and taking it: secret and codes follow from the link, so that a
 * page that is loaded again shows the same QR code, and a repeated click the same recovery codes.
 *
 * I1 A link that was used shows nothing of what follows from it: the secret is the authenticator's now.
 */

import { invitationDigest } from '../../engine/protocol/invitations.ts';
import type { StaffFacts, StaffId } from '../../engine/protocol/staff.ts';
import { staffIdPattern } from '../../engine/protocol/staff.ts';
import type { InvitationReason } from '../../web/desk/wording.ts';
import { formOf } from '../form.ts';
import type { Handler, Reply, Request } from '../http.ts';
import { answerWithinMs } from '../sign-in/send.ts';
import type { StaffContext } from './context.ts';
import { doorPage, waitPage } from './page.ts';
import { hashPassword, newPasswordProblem } from './passwords.ts';
import { recoveryCodesOf, recoveryDigest, stepOfCode, totpAddress, totpSecret } from './totp.ts';

type Link = { staff: StaffId; code: string; secret: string };

export const showInvitation =
  (context: StaffContext): Handler =>
  async (request) => {
    const asked = formOf(request.query);
    const link = linkOf(context, asked?.get('staff') ?? '', asked?.get('code') ?? '');
    const open = await openOf(context, request, link);
    if ('reply' in open) return open.reply;
    return invitationPage(context, request, open.link, 200);
  };

export const acceptInvitation =
  (context: StaffContext): Handler =>
  async (request) => {
    const { cookies, client, now } = context.gateway;
    const { form } = request;
    const link = linkOf(context, form.get('staff'), form.get('code'));
    const open = await openOf(context, request, link);
    if ('reply' in open) return open.reply;
    const { staff, code, secret } = open.link;
    // What a spent link is good for is the answer to a repeated click, never its authenticator.
    const again = (reason: InvitationReason) =>
      open.spent
        ? doorPage(context, request, 422, 'invitationOver', {})
        : invitationPage(context, request, open.link, 422, reason);
    const problem = newPasswordProblem(request, staff);
    if (problem !== undefined) return again(problem);
    const step = stepOfCode(secret, form.get('proof'), now());
    if (step === undefined) return again('code-wrong');
    const hashed = await hashPassword(context, request, code);
    if ('reply' in hashed) return hashed.reply;
    const codes = recoveryCodesOf(cookies, `${staff}~${code}`);
    const recovery = codes.map((one) => recoveryDigest(cookies, staff, one) ?? '');
    const digest = invitationDigest(code);
    const { hash } = hashed;
    const body = {
      kind: 'accept-invitation',
      staff,
      digest,
      hash,
      secret,
      step,
      recovery,
    } as const;
    const id = cookies.keyed('desk acceptance', `${code}~${hash}~${step}`).toString('base64url');
    const reply = await client.send(body, {
      ...{ id: id.slice(0, 22), answerBy: now() + answerWithinMs },
    });
    if (reply.kind === 'accepted') return doorPage(context, request, 200, 'codes', { codes });
    if (reply.kind === 'refused' && reply.reason === 'invitation-over')
      return doorPage(context, request, 422, 'invitationOver', {});
    return waitPage(context, request, 'away');
  };

function linkOf({ gateway }: StaffContext, staff: string, code: string): Link | undefined {
  if (!staffIdPattern.test(staff) || !/^[A-Za-z0-9_-]{22,64}$/.test(code)) return undefined;
  return { staff, code, secret: totpSecret(gateway.cookies, `${staff}~${code}`) };
}

/** Costs the address a try: a link is not to be guessed. */
async function openOf(
  context: StaffContext,
  request: Request,
  link: Link | undefined,
): Promise<{ link: Link; spent: boolean } | { reply: Reply }> {
  const { client, limits, now } = context.gateway;
  const waitMs = limits.take('deskAddress', request.address, now());
  if (waitMs !== undefined) return { reply: waitPage(context, request, 'often', waitMs) };
  const over = { reply: doorPage(context, request, 422, 'invitationOver', {}) };
  if (link === undefined) return over;
  const answer = await client.ask({ kind: 'staff-facts', staff: link.staff });
  if (answer.kind !== 'staff-facts') return { reply: waitPage(context, request, 'away') };
  // Accepted a moment ago by the same form: its kept answer shows the codes once more.
  const posted = request.method === 'POST';
  const spent = !isOpen(answer.facts, link, now());
  return !spent || (posted && answer.facts?.state === 'active') ? { link, spent } : over;
}

const isOpen = (facts: StaffFacts | null, { code }: Link, now: number): boolean =>
  facts?.invitation !== undefined &&
  facts.invitation.digest === invitationDigest(code) &&
  now < facts.invitation.until;

function invitationPage(
  context: StaffContext,
  request: Request,
  { staff, code, secret }: Link,
  status: number,
  reason?: InvitationReason,
): Reply {
  return doorPage(context, request, status, 'invitation', {
    ...{ staff, code, secret, address: totpAddress(staff, secret, hostOf(request)) },
    ...(reason === undefined ? {} : { problem: { reason } }),
  });
}

export const hostOf = ({ origin }: Request): string => origin.replace(/^https?:\/\//, '');
