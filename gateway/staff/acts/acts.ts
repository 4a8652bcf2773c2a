/**
 * Acts at the desk (S2, S4): what an act says and would change before it is proposed, proposing,
 * approving and withdrawing, and the list of all.
 *
 * A1 Nothing is proposed that was not shown: the act is made anew from the form's fields, and is shown
 *    again instead if it has become another.
 * A2 Pausing alone is one step. All else is proposed with a proof by the authenticator.
 * A3 The desk hides what the engine would refuse; the engine decides.
 */
import { partitionsOf } from '../../../engine/protocol/layout.ts';
import type { CommandReply } from '../../../engine/protocol/replies.ts';
import {
  type Act,
  type ActView,
  type ForeseenLine,
  foreseen,
  hasRight,
  isTwoPeoples,
  rightOf,
  scopesOf,
  seesAct,
} from '../../../engine/protocol/staff.ts';
import type { ActReason } from '../../../web/desk/wording.ts';
import type { Unknown } from '../../engine-client.ts';
import { emptyForm, formOf } from '../../form.ts';
import { type Reply, redirect } from '../../http.ts';
import { sendForm } from '../../sign-in/send.ts';
import { deciderOf, type FormVisit, tooOftenFor, type Visit } from '../desk.ts';
import { reasonIn } from '../lines.ts';
import { sessionOf } from '../lookup/parts.ts';
import { deskPage, waitPage } from '../page.ts';
import { type Typed, typedAct } from './typed.ts';
import { foreseenMoves, progressOf } from './withdrawal.ts';

/** GET /desk/acts?before= */
export async function showActs(visit: Visit): Promise<Reply> {
  const { client } = visit.context.gateway;
  const before = numberIn(visit, 'before');
  const by = visit.me.staff;
  const [waiting, all] = await Promise.all([
    client.ask({ kind: 'acts', by, waiting: true }),
    client.ask({ kind: 'acts', by, waiting: false, ...(before === undefined ? {} : { before }) }),
  ]);
  if (waiting.kind !== 'acts' || all.kind !== 'acts') return away(visit);
  return deskPage(visit, 200, 'acts', {
    units: sessionOf(visit)?.units ?? [],
    ...{ waiting: waiting.acts, acts: all.acts, next: all.next },
  });
}

/** GET /desk/act?number= */
export const showAct = (visit: Visit): Promise<Reply> =>
  actPage(visit, 200, numberIn(visit, 'number'));

async function actPage(
  visit: Visit,
  status: number,
  number: number | undefined,
  reason?: ActReason,
): Promise<Reply> {
  const { client } = visit.context.gateway;
  if (number === undefined) return deskPage(visit, 404, 'refused', { why: 'unknown' });
  const answer = await client.ask({ kind: 'act', number });
  if (answer.kind !== 'act') return away(visit);
  const { act } = answer;
  if (act === null || !seesAct(visit.me.roles, visit.within, act.act))
    return deskPage(visit, 404, 'refused', { why: 'unknown' });
  const waits = act.state.kind === 'proposed';
  const tooOften = waits ? tooOftenFor(visit, 'deskDryRuns') : undefined;
  if (tooOften !== undefined) return tooOften;
  const now = waits ? await foreseenNow(visit, act.act) : [];
  if (now === undefined) return away(visit);
  const progress = await progressIfAny(visit, act);
  if (progress === 'away') return away(visit);
  if (progress !== undefined && 'status' in progress) return progress;
  const may = waits && mayDecide(visit, act.act);
  return deskPage(visit, status, 'act', {
    ...{ act, now, token: visit.token(), units: sessionOf(visit)?.units ?? [] },
    ...{ mayApprove: may && act.by !== visit.me.staff, mayWithdraw: may },
    ...(progress === undefined ? {} : { progress }),
    ...(reason === undefined ? {} : { problem: { reason } }),
  });
}

/** S5: how far a withdrawal has come, unless another act has said otherwise of the area since. */
async function progressIfAny(visit: Visit, { act, number, state }: ActView) {
  const session = sessionOf(visit);
  if (act.kind !== 'withdraw-area' || session === undefined) return undefined;
  if (state.kind !== 'decided' && state.kind !== 'done') return undefined;
  const standing = session.adopted.withdrawals?.find((one) => one.area === act.area);
  if (standing?.act !== number || act.remedy.kind === 'reopen' || !visit.within(act.area))
    return undefined;
  const tooOften = tooOftenFor(visit, 'deskWalks');
  if (tooOften !== undefined) return tooOften;
  return (await progressOf(visit, session, act.area, act.units)) ?? 'away';
}

/** POST /desk/acts/preview */
export const previewAct = (visit: FormVisit): Promise<Reply> => preview(visit, 200, typedIn(visit));

async function preview(
  visit: FormVisit,
  status: number,
  typed: Typed,
  reason?: ActReason,
): Promise<Reply> {
  if ('reason' in typed) return unfit(visit, typed.reason);
  const { act } = typed;
  if (!mayDecide(visit, act)) return notTheirs(visit, act);
  const lines = await foreseenNow(visit, act);
  if (lines === undefined) return away(visit);
  const { form } = visit.request;
  const fields = form.entries().filter(([name]) => !ownFields.has(name));
  return deskPage(visit, status, 'actPreview', {
    ...{ act, foreseen: lines, units: sessionOf(visit)?.units ?? [] },
    fields: [...fields, ['seen', seal(visit, act)]],
    ...{ token: form.get('token'), twoPeople: isTwoPeoples[act.kind], reason: reasonIn(form) },
    ...(reason === undefined ? {} : { problem: { reason } }),
  });
}

/** Not of the act itself. */
const ownFields = new Set(['token', 'seen', 'reason', 'proof']);

/** POST /desk/acts/propose */
export async function proposeAct(visit: FormVisit): Promise<Reply> {
  const typed = typedIn(visit);
  if ('reason' in typed) return unfit(visit, typed.reason);
  const { form } = visit.request;
  // A1.
  if (form.get('seen') !== seal(visit, typed.act))
    return preview(visit, 422, typed, 'changed-meanwhile');
  const reply = await propose(visit, typed.act, reasonIn(form));
  if (reply.kind === 'unknown') return preview(visit, 503, typed, 'outcome-unknown');
  if (reply.kind === 'refused') return preview(visit, 422, typed, reply.reason);
  return shownAct(reply);
}

/** POST /desk/acts/pause: A2. What candidates read is the reason. */
export async function pauseNow(visit: FormVisit): Promise<Reply> {
  const typed = typedIn(visit);
  if ('reason' in typed) return unfit(visit, typed.reason);
  const { act } = typed;
  if (act.kind !== 'pause-window' && act.kind !== 'pause-pools') return unfit(visit, 'act-unfit');
  const reply = await propose(visit, act, act.shown);
  if (reply.kind === 'unknown') return unfit(visit, 'outcome-unknown');
  if (reply.kind === 'refused') return unfit(visit, reply.reason);
  return shownAct(reply);
}

async function propose(
  visit: FormVisit,
  act: Act,
  reason: string,
): Promise<CommandReply | Unknown> {
  const { context, form } = visit;
  const lines = await foreseenNow(visit, act);
  if (lines === undefined) return { kind: 'unknown' };
  // A double click is one act: what is foreseen may have moved in between, and is no part of it.
  const body = { kind: 'propose-act', act, ...deciderOf(visit), reason, foreseen: lines } as const;
  return sendForm(context.gateway, form, body, JSON.stringify([act, reason]));
}

function shownAct(reply: CommandReply): Reply {
  const number =
    reply.kind === 'accepted' && reply.outcome.kind === 'act' ? reply.outcome.number : undefined;
  return redirect(number === undefined ? '/desk/acts' : `/desk/act?number=${number}`);
}

/** POST /desk/acts/approve, /desk/acts/withdraw */
export const approveAct = (visit: FormVisit): Promise<Reply> => decide(visit, 'approve-act');
export const withdrawAct = (visit: FormVisit): Promise<Reply> => decide(visit, 'withdraw-act');

async function decide(visit: FormVisit, kind: 'approve-act' | 'withdraw-act'): Promise<Reply> {
  const { context, form, request } = visit;
  const number = Number(request.form.get('number'));
  if (!Number.isSafeInteger(number) || number < 1 || number > 0xffff_ffff)
    return deskPage(visit, 404, 'refused', { why: 'unknown' });
  const body = { kind, number, ...deciderOf(visit) };
  const reply = await sendForm(context.gateway, form, body, String(number));
  if (reply.kind === 'unknown') return actPage(visit, 503, number, 'outcome-unknown');
  if (reply.kind === 'refused') return actPage(visit, 422, number, reply.reason);
  return redirect(`/desk/act?number=${number}`);
}

// ── Parts ───────────────────────────────────────────────────────────────────────────────────────

const away = ({ context, request }: Visit): Reply => waitPage(context, request, 'away');

const unfit = (visit: Visit, reason: ActReason): Reply =>
  deskPage(visit, reason === 'outcome-unknown' ? 503 : 422, 'actUnfit', { problem: { reason } });

const notTheirs = (visit: Visit, act: Act): Reply =>
  deskPage(visit, 403, 'refused', {
    why: hasRight(visit.me.roles, rightOf[act.kind]) ? 'scope' : 'right',
  });

/** A3. */
const mayDecide = (visit: Visit, act: Act): boolean =>
  hasRight(visit.me.roles, rightOf[act.kind]) &&
  scopesOf(act).every((scope) => visit.within(scope));

function typedIn(visit: Visit): Typed {
  const session = sessionOf(visit);
  if (session === undefined) return { reason: 'session-missing' };
  const { availability, now } = visit.context.gateway;
  return typedAct(visit.request.form, {
    ...{ session, now: now(), within: (area) => visit.within(area) },
    capsOf: (area) =>
      (availability.counts(area, 'open')?.courses ?? []).map(({ course, cap }) => ({
        course,
        cap,
      })),
  });
}

const seal = ({ context }: Visit, act: Act): string =>
  context.gateway.cookies.keyed('desk act', JSON.stringify(act)).toString('base64url').slice(0, 22);

/** Of all partitions together. */
async function foreseenNow(visit: Visit, act: Act): Promise<ForeseenLine[] | undefined> {
  const { client } = visit.context.gateway;
  const answers = await Promise.all(
    partitionsOf(client.layout).map((partition) =>
      client.askAt(partition, { kind: 'foresee', act }),
    ),
  );
  const moves = act.kind === 'withdraw-area' ? await foreseenMoves(visit, act) : [];
  if (moves === undefined) return undefined;
  const sums = new Map<string, ForeseenLine>();
  for (const answer of answers) {
    if (answer.kind !== 'foresee') return undefined;
    for (const line of answer.foreseen) {
      const name = `${line.what} ${line.unit ?? ''}`;
      sums.set(name, { ...line, count: line.count + (sums.get(name)?.count ?? 0) });
    }
  }
  const lines = [...sums.values(), ...moves].filter(({ count }) => count > 0);
  return lines.sort((one, other) => foreseen.indexOf(one.what) - foreseen.indexOf(other.what));
}

function numberIn({ request }: Visit, name: string): number | undefined {
  const number = Number((formOf(request.query) ?? emptyForm).get(name));
  return Number.isSafeInteger(number) && number > 0 && number <= 0xffff_ffff ? number : undefined;
}
