/**
 * Who works at the desk (S4): the list, invitations, roles and scopes, and the end of an account. All
 * of it within the scope of who looks, and never one's own; the engine refuses what these pages hide.
 */

import { invitationDigest, invitationPath } from '../../engine/protocol/invitations.ts';
import type { CommandReply } from '../../engine/protocol/replies.ts';
import {
  invitationMs,
  type Role,
  roles,
  type Scope,
  type StaffId,
  type StaffView,
  scopeOf,
  staffIdPattern,
  textOfScope,
} from '../../engine/protocol/staff.ts';
import type { ScopeChoices, TypedAccount } from '../../web/desk/view-models.ts';
import type { PeopleReason } from '../../web/desk/wording.ts';
import type { Unknown } from '../engine-client.ts';
import { formOf } from '../form.ts';
import { type Reply, redirect } from '../http.ts';
import { sendForm } from '../sign-in/send.ts';
import { deciderOf, type FormVisit, type Visit } from './desk.ts';
import { reasonIn } from './lines.ts';
import { deskPage, waitPage } from './page.ts';

const news = ['roles', 'ended'] as const;

export async function showPeople(visit: Visit): Promise<Reply> {
  const { context, request, me } = visit;
  const answer = await context.gateway.client.ask({ kind: 'staff-list' });
  if (answer.kind !== 'staff-list') return waitPage(context, request, 'away');
  const said = news.find((one) => one === request.query);
  return deskPage(visit, 200, 'people', {
    people: answer.staff
      .filter(({ scope }) => visit.within(scope))
      .map((one) => ({ ...one, own: one.staff === me.staff })),
    ...(said === undefined ? {} : { news: said }),
  });
}

const nothing: TypedAccount = { staff: '', roles: [], scope: '', reason: '' };

export const showInvite = (visit: Visit): Reply => invitePage(visit, 200, visit.token(), nothing);

export function invite(visit: FormVisit): Promise<Reply> {
  const { request } = visit;
  const typed = typedIn(visit);
  const token = request.form.get('token');
  return sendInvitation(visit, typed, false, (reason) =>
    invitePage(visit, reason === 'outcome-unknown' ? 503 : 422, token, typed, reason),
  );
}

export async function showPerson(visit: Visit): Promise<Reply> {
  const found = await personOf(visit, formOf(visit.request.query)?.get('staff') ?? '');
  if ('reply' in found) return found.reply;
  return personPage(visit, 200, visit.token(), found.account);
}

export const setRoles = (visit: FormVisit): Promise<Reply> =>
  forPerson(visit, async ({ account, typed, again }) => {
    const scope = scopeOf(typed.scope);
    if (scope === undefined) return again('scope-missing');
    const { staff } = account;
    const held = [...typed.roles];
    const body = { kind: 'set-roles', staff, roles: held, scope, ...decided(visit) } as const;
    const reply = await sendForm(visit.context.gateway, visit.form, body, saltOf(typed));
    return answerTo(reply, again) ?? redirect('/desk/people?roles');
  });

/** The way back in for who has lost password or authenticator: what was known is void at once. */
export const inviteAnew = (visit: FormVisit): Promise<Reply> =>
  forPerson(visit, ({ account, typed, again }) => {
    const { staff, roles: held, scope } = account;
    const same = { staff, roles: held, scope: textOfScope(scope), reason: typed.reason };
    return sendInvitation(visit, same, true, again);
  });

export const endAccount = (visit: FormVisit): Promise<Reply> =>
  forPerson(visit, async ({ account, typed, again }) => {
    const body = { kind: 'end-account', staff: account.staff, ...decided(visit) } as const;
    const reply = await sendForm(visit.context.gateway, visit.form, body, saltOf(typed));
    return answerTo(reply, again) ?? redirect('/desk/people?ended');
  });

// ── Parts ───────────────────────────────────────────────────────────────────────────────────────

type Again = (reason: PeopleReason) => Reply;

async function sendInvitation(
  visit: FormVisit,
  typed: TypedAccount,
  anew: boolean,
  again: Again,
): Promise<Reply> {
  const { context, request, form } = visit;
  const { cookies, now } = context.gateway;
  const { staff } = typed;
  if (!staffIdPattern.test(staff)) return again('name-malformed');
  const scope = scopeOf(typed.scope);
  if (scope === undefined) return again('scope-missing');
  // From the form, so that a double click is one invitation with one link.
  const secret = cookies.keyed('desk invitation', `${form.nonce}~${staff}`).toString('base64url');
  const body = {
    ...{ kind: 'invite-staff' as const, staff, roles: [...typed.roles], scope, anew },
    ...{ digest: invitationDigest(secret), ...decided(visit) },
  };
  const reply = await sendForm(context.gateway, form, body, saltOf(typed));
  return (
    answerTo(reply, again) ??
    deskPage(visit, 200, 'invited', {
      ...{ staff, link: request.origin + invitationPath(staff, secret) },
      until: now() + invitationMs,
    })
  );
}

/** Undefined: it was done. */
function answerTo(reply: CommandReply | Unknown, again: Again): Reply | undefined {
  if (reply.kind === 'unknown') return again('outcome-unknown');
  return reply.kind === 'refused' ? again(reply.reason) : undefined;
}

const decided = (visit: FormVisit) => ({
  ...deciderOf(visit),
  reason: reasonIn(visit.request.form),
});

const saltOf = (typed: TypedAccount): string => JSON.stringify(typed);

function typedIn({ request }: Visit): TypedAccount {
  const { form } = request;
  const isRole = (text: string): text is Role => roles.some((role) => role === text);
  return {
    staff: form.get('staff').normalize('NFKC').trim().toLowerCase().slice(0, 64),
    roles: form.all('role').filter(isRole),
    scope: form.get('scope'),
    reason: reasonIn(form),
  };
}

/** Somebody else's account, within the scope. */
async function personOf(
  visit: Visit,
  staff: StaffId,
): Promise<{ account: StaffView } | { reply: Reply }> {
  const { context, request, me } = visit;
  const answer = await context.gateway.client.ask({ kind: 'staff-list' });
  if (answer.kind !== 'staff-list') return { reply: waitPage(context, request, 'away') };
  const account = answer.staff.find((one) => one.staff === staff);
  if (staff === me.staff) return { reply: redirect('/desk/account') };
  // Whether there is such a one elsewhere is not theirs to know.
  if (account === undefined || !visit.within(account.scope))
    return { reply: deskPage(visit, 403, 'refused', { why: 'scope' }) };
  return { account };
}

async function forPerson(
  visit: FormVisit,
  act: (asked: { account: StaffView; typed: TypedAccount; again: Again }) => Promise<Reply>,
): Promise<Reply> {
  const typed = typedIn(visit);
  const found = await personOf(visit, typed.staff);
  if ('reply' in found) return found.reply;
  const { account } = found;
  const token = visit.request.form.get('token');
  const again: Again = (reason) =>
    personPage(visit, reason === 'outcome-unknown' ? 503 : 422, token, account, { typed, reason });
  return act({ account, typed, again });
}

function invitePage(
  visit: Visit,
  status: number,
  token: string,
  typed: TypedAccount,
  reason?: PeopleReason,
): Reply {
  return deskPage(visit, status, 'invite', {
    ...{ token, typed, choices: choicesOf(visit) },
    ...(reason === undefined ? {} : { problem: { reason } }),
  });
}

function personPage(
  visit: Visit,
  status: number,
  token: string,
  account: StaffView,
  again?: { typed: TypedAccount; reason: PeopleReason },
): Reply {
  const { staff, roles: held, scope } = account;
  const stands = { staff, roles: held, scope: textOfScope(scope), reason: '' };
  // The forms beside that of the roles have a reason only.
  const typed = again !== undefined && again.typed.scope !== '' ? again.typed : stands;
  return deskPage(visit, status, 'person', {
    ...{ token, account, typed, choices: choicesOf(visit) },
    ...(again === undefined ? {} : { problem: { reason: again.reason } }),
  });
}

export function choicesOf(visit: Visit): ScopeChoices {
  const session = visit.context.gateway.catalogue.current();
  const cities = [...(session?.city.values() ?? [])].map(({ code, name }) => ({
    ...{ code, name, whole: visit.within({ kind: 'city', city: code }) },
    areas: (session?.areasOfCity.get(code) ?? []).filter((area) => visit.within(area.code)),
  }));
  const province: Scope = { kind: 'province' };
  return {
    province: visit.within(province),
    cities: cities
      .filter(({ whole, areas }) => whole || areas.length > 0)
      .map((city) => ({
        ...city,
        areas: city.areas.map(({ code, name }) => ({ code, name })),
      })),
  };
}
