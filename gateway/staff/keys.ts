/**
 * Keys of other systems for the read-only interface (gateway/api): the list, a new one whose secret is
 * shown once, and its end. All of it within the scope of who looks; the engine refuses what these pages
 * hide.
 */
import {
  type KeyScope,
  type KeyView,
  keyDigest,
  keyLabelMax,
  keyScopes,
  keySecretOf,
} from '../../engine/protocol/keys.ts';
import { scopeOf } from '../../engine/protocol/staff.ts';
import type { TypedKey } from '../../web/desk/view-models.ts';
import type { KeyReason } from '../../web/desk/wording.ts';
import { formOf } from '../form.ts';
import { type Reply, redirect } from '../http.ts';
import { sendForm } from '../sign-in/send.ts';
import { deciderOf, type FormVisit, type Visit } from './desk.ts';
import { lineIn, reasonIn } from './lines.ts';
import { deskPage, waitPage } from './page.ts';
import { choicesOf } from './people.ts';

const nothing: TypedKey = { label: '', may: [], scope: '', reason: '' };

/** GET /desk/keys */
export const showKeys = (visit: Visit): Promise<Reply> =>
  keysPage(visit, 200, visit.token(), nothing);

/** GET /desk/keys/key?key= */
export async function showKey(visit: Visit): Promise<Reply> {
  const key = await keyOf(visit, formOf(visit.request.query)?.get('key') ?? '');
  return 'reply' in key ? key.reply : deskPage(visit, 200, 'key', { token: visit.token(), key });
}

/** POST /desk/keys/make */
export async function makeKey(visit: FormVisit): Promise<Reply> {
  const { context, request, form } = visit;
  const typed = typedIn(visit);
  const { label, may, reason } = typed;
  const again = (why: KeyReason) =>
    keysPage(visit, statusOf(why), request.form.get('token'), typed, why);
  if (label === '') return again('label-missing');
  if (may.length === 0) return again('may-missing');
  const scope = scopeOf(typed.scope);
  if (scope === undefined) return again('scope-missing');
  // From the form, so that a double click is one key, and one whose answer was lost is shown after all.
  const { cookies } = context.gateway;
  const about = `${form.nonce}~${JSON.stringify(typed)}`;
  const secret = keySecretOf(cookies.keyed('key of another system', about));
  const apiKey = cookies.keyed('id of a key', about).toString('base64url').slice(0, 22);
  const body = {
    ...{
      kind: 'make-key' as const,
      apiKey,
      label,
      digest: keyDigest(secret),
      may: [...may],
      scope,
    },
    ...{ ...deciderOf(visit), reason },
  };
  const reply = await sendForm(context.gateway, form, body, about);
  if (reply.kind === 'unknown') return again('outcome-unknown');
  if (reply.kind === 'refused') return again(reply.reason);
  return deskPage(visit, 200, 'keyMade', { label, secret });
}

/** POST /desk/keys/end */
export async function endKey(visit: FormVisit): Promise<Reply> {
  const { context, request, form } = visit;
  const key = await keyOf(visit, request.form.get('key'));
  if ('reply' in key) return key.reply;
  const reason = reasonIn(request.form);
  const { apiKey } = key;
  const body = { kind: 'end-key' as const, apiKey, ...deciderOf(visit), reason };
  const reply = await sendForm(context.gateway, form, body, `${apiKey}~${reason}`);
  if (reply.kind === 'accepted') return redirect('/desk/keys?ended');
  const why = reply.kind === 'unknown' ? 'outcome-unknown' : reply.reason;
  return deskPage(visit, statusOf(why), 'key', {
    ...{ token: request.form.get('token'), key, problem: { reason: why } },
  });
}

const statusOf = (reason: KeyReason): number => (reason === 'outcome-unknown' ? 503 : 422);

function typedIn({ request }: Visit): TypedKey {
  const { form } = request;
  const isScope = (text: string): text is KeyScope => keyScopes.some((one) => one === text);
  return {
    label: lineIn(form, 'label', keyLabelMax),
    may: [...new Set(form.all('may').filter(isScope))],
    scope: form.get('scope'),
    reason: reasonIn(form),
  };
}

async function listed(visit: Visit): Promise<KeyView[] | { reply: Reply }> {
  const { context, request } = visit;
  const { client } = context.gateway;
  const answer = await client.ask({ kind: 'keys' });
  if (answer.kind !== 'keys') return { reply: waitPage(context, request, 'away') };
  return answer.keys.filter(({ scope }) => visit.within(scope));
}

async function keyOf(visit: Visit, apiKey: string): Promise<KeyView | { reply: Reply }> {
  const keys = await listed(visit);
  if ('reply' in keys) return keys;
  const key = keys.find((one) => one.apiKey === apiKey);
  return key ?? { reply: deskPage(visit, 404, 'refused', { why: 'unknown' }) };
}

async function keysPage(
  visit: Visit,
  status: number,
  token: string,
  typed: TypedKey,
  reason?: KeyReason,
): Promise<Reply> {
  const keys = await listed(visit);
  if ('reply' in keys) return keys.reply;
  return deskPage(visit, status, 'keys', {
    ...{ token, keys, typed, choices: choicesOf(visit) },
    ...(visit.request.query === 'ended' && { news: 'ended' }),
    ...(reason !== undefined && { problem: { reason } }),
  });
}
