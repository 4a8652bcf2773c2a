/**
 * Which alarms of the desk somebody has taken: one row in the partition that owns the session, with what
 * stands. The journal has every acknowledgement there ever was (S3).
 *
 * N1 Who takes an alarm is checked here as well as at the desk. Alarms are the whole system's, so it is for
 *    accounts of the whole province.
 * N2 The first to take an occurrence has it: taking it again changes nothing, but for one that has become
 *    grave since.
 */
import {
  type Acknowledgement,
  type AlarmKey,
  covers,
  remarkMax,
  sameAlarmMs,
} from '../protocol/alarms.ts';
import type { AcknowledgeAlarm, AlarmCommand, NoteAlarmEnded } from '../protocol/commands.ts';
import type { AlarmEvent } from '../protocol/events.ts';
import type { EpochMs } from '../protocol/ids.ts';
import { rightOfCommand } from '../protocol/senders.ts';
import { signed } from '../protocol/staff.ts';
import { isPlain } from './acts.ts';
import { unreachable } from './assert.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { done } from './kept-answers.ts';
import type { AdoptedRow, AlarmsRow } from './rows.ts';
import { notTheirs, type StaffBook } from './staff-book.ts';

/** More than there are alarms; the oldest goes, and its alarm is nobody's again. */
export const acknowledgedMax = 64;

type Around = {
  alarms: AlarmsRow | undefined;
  staff: StaffBook;
  adopted: AdoptedRow | undefined;
};

export function decideOnAlarm(around: Around, command: AlarmCommand): Decision {
  switch (command.kind) {
    case 'acknowledge-alarm':
      return acknowledge(around, command);
    case 'note-alarm-ended':
      return noteEnded(around, command);
    default:
      return unreachable(command);
  }
}

function acknowledge(around: Around, command: AcknowledgeAlarm): Decision {
  const { alarm, level, since, remark } = command;
  const right = rightOfCommand[command.kind];
  const refusal = notTheirs(around.staff, around.adopted, command, right, [{ kind: 'province' }]);
  if (refusal !== undefined) return refuse(refusal);
  if (!isPlain(remark, remarkMax)) return refuse('act-unfit');
  const standing = of(around.alarms, alarm);
  const isSame =
    standing !== undefined &&
    Math.abs(standing.since - since) < sameAlarmMs &&
    covers(standing, level);
  if (isSame) return accept(done);
  const by = signed(command);
  return accept(done, { kind: 'alarm-acknowledged', alarm, level, since, by, remark });
}

function noteEnded({ alarms }: Around, { alarm, acknowledgedAt }: NoteAlarmEnded): Decision {
  if (of(alarms, alarm)?.at !== acknowledgedAt) return accept(done);
  return accept(done, { kind: 'alarm-ended', alarm });
}

const of = (row: AlarmsRow | undefined, alarm: AlarmKey): Acknowledgement | undefined =>
  row?.acknowledged.find((one) => one.alarm === alarm);

export function evolveAlarms(
  known: AlarmsRow | undefined,
  event: AlarmEvent,
  at: EpochMs,
): AlarmsRow {
  const row: AlarmsRow = known ?? { table: 'alarms', lastIndex: 0, acknowledged: [] };
  const others = row.acknowledged.filter(({ alarm }) => alarm !== event.alarm);
  switch (event.kind) {
    case 'alarm-acknowledged': {
      const { alarm, level, since, by, remark } = event;
      const taken = { alarm, level, since, by, at, remark };
      row.acknowledged = [...others, taken].slice(-acknowledgedMax);
      return row;
    }
    case 'alarm-ended':
      row.acknowledged = others;
      return row;
    default:
      return unreachable(event);
  }
}
