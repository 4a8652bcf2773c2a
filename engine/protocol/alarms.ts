/**
 * Who has taken an alarm of the desk. What rings is measured and named there (gateway/staff/dashboard);
 * that somebody sees to it is journaled, told to every gateway, and lapses.
 *
 * A1 An occurrence is an alarm's key, for as long as it rings. What comes back within `sameAlarmMs` of its
 *    end is the same occurrence, so two of them never begin closer together than that.
 * A2 An acknowledgement is for one occurrence, up to a level: it lapses once that has ended, and counts for
 *    nothing while the alarm is above it.
 */
import type { EpochMs } from './ids.ts';

/** The alarm's name, and after a colon of what, where there may be several: `provider-away:alipay`. */
export type AlarmKey = string;
export const alarmKeyMax = 96;

/** `grave`: candidates cannot register or pay, or the books themselves are in doubt. */
export const alarmLevels = ['warning', 'grave'] as const;
export type AlarmLevel = (typeof alarmLevels)[number];

export type Acknowledgement = {
  alarm: AlarmKey;
  level: AlarmLevel;
  /** Since when the occurrence stands, as the gateway saw it at which it was taken. */
  since: EpochMs;
  /** As it was signed. */
  by: string;
  at: EpochMs;
  /** Empty: nothing was said. */
  remark: string;
};

/** A2. */
export const covers = (taken: { level: AlarmLevel }, level: AlarmLevel): boolean =>
  taken.level === 'grave' || level === 'warning';

export const sameAlarmMs = 60_000;
export const remarkMax = 60;
