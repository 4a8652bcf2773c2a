/**
 * Invitations to the desk from the command line, and the first one of all: without an account nobody
 * could invite anybody. Who may run the program on the engine's machine needs no other right.
 */
import { randomBytes } from 'node:crypto';
import type { Bus } from './bus/bus.ts';
import { Postbox } from './bus/postbox.ts';
import { freshId } from './protocol/fresh-id.ts';
import { invitationDigest, invitationPath } from './protocol/invitations.ts';
import type { Layout } from './protocol/layout.ts';
import { hasRight, type Role, type Scope, type StaffId, shell } from './protocol/staff.ts';
import { commandsWithin } from './protocol/subjects.ts';

export type Invited = { staff: StaffId; roles: Role[]; scope: Scope; reason: string };
/** `path`: of the link, on the operators' port. */
export type Invitation = { kind: 'invited'; path: string } | { kind: 'not'; why: string };

const answerWithinMs = 10_000;
/** What the first account is called; whoever has it invites everybody under a name of their own. */
const firstStaff = 'admin';
const fresh = () => ({
  id: freshId(),
  answerBy: Date.now() + answerWithinMs,
});

export async function inviteStaff(bus: Bus, layout: Layout, who: Invited): Promise<Invitation> {
  const secret = randomBytes(24).toString('base64url');
  const reply = await new Postbox(bus, answerWithinMs, commandsWithin).post(layout.session, {
    ...({ kind: 'invite-staff', ...who, digest: invitationDigest(secret) } as const),
    ...{ anew: true, by: shell, byGeneration: 0, ...fresh(), epoch: 0 },
  });
  if (reply.kind === 'accepted')
    return { kind: 'invited', path: invitationPath(who.staff, secret) };
  return { kind: 'not', why: reply.kind === 'refused' ? reply.reason : 'no answer' };
}

/** Undefined: there is somebody who keeps the accounts. An invitation from before is void by this one. */
export async function inviteFirst(bus: Bus, layout: Layout): Promise<Invitation | undefined> {
  const query = { kind: 'staff-list' } as const;
  const reply = await new Postbox(bus, answerWithinMs, commandsWithin).post(layout.session, {
    ...fresh(),
    query,
  });
  if (reply.kind !== 'staff-list') return { kind: 'not', why: 'no answer' };
  const kept = reply.staff.some(
    ({ state, roles }) => state === 'active' && hasRight(roles, 'keep-accounts'),
  );
  if (kept) return undefined;
  return inviteStaff(bus, layout, {
    ...{ staff: firstStaff, roles: ['system'], scope: { kind: 'province' } },
    reason: '首位系统管理员',
  });
}
