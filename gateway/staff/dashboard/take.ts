/** POST /desk/alarms/take: somebody at the desk sees to an alarm (engine/protocol/alarms.ts). */
import { covers, remarkMax, sameAlarmMs } from '../../../engine/protocol/alarms.ts';
import type { AlarmReason } from '../../../web/desk/wording.ts';
import { type Reply, redirect } from '../../http.ts';
import { sendForm } from '../../sign-in/send.ts';
import { deciderOf, type FormVisit } from '../desk.ts';
import { lineIn } from '../lines.ts';
import { deskPage } from '../page.ts';
import { dashboardOf } from './pages.ts';

/** What rings is taken, and only what was seen: one that has come anew or grown is looked at first. */
export async function takeAlarm(visit: FormVisit): Promise<Reply> {
  const { context, form, request } = visit;
  const key = request.form.get('alarm');
  const alarm = context.alarms.ringing(key);
  if (alarm === undefined) return again(visit, 'alarm-ended');
  const level = request.form.get('level') === 'grave' ? 'grave' : 'warning';
  const since = Number(request.form.get('since'));
  const isSame = Math.abs(alarm.since - since) < sameAlarmMs && covers({ level }, alarm.level);
  if (!isSame) return again(visit, 'alarm-changed');
  const remark = lineIn(request.form, 'remark', remarkMax);
  const body = {
    ...({ kind: 'acknowledge-alarm', alarm: key, since: alarm.since, remark } as const),
    ...{ level: alarm.level, ...deciderOf(visit) },
  };
  const reply = await sendForm(context.gateway, form, body, `${key}~${since}~${level}~${remark}`);
  if (reply.kind === 'unknown') return again(visit, 'outcome-unknown');
  if (reply.kind === 'refused') return again(visit, reply.reason);
  // Every gateway is told; whoever has pressed sees it on the very next page.
  const told = await context.gateway.client.ask({ kind: 'alarms' });
  if (told.kind === 'alarms') context.alarms.hear(told);
  return redirect('/desk');
}

const again = (visit: FormVisit, reason: AlarmReason): Reply =>
  deskPage(visit, reason === 'outcome-unknown' ? 503 : 422, 'dashboard', {
    ...dashboardOf(visit),
    problem: { reason },
  });
