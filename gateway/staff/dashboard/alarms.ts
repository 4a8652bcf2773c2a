/**
 * What rings at the desk: a closed list, each with its threshold and how long it must hold.
 *
 * A1 An alarm that ended stays for a minute with its end, so that nobody wonders what it was.
 * A2 One that comes back within that minute is the same alarm, since the same time.
 */
import type { EpochMs } from '../../../engine/protocol/ids.ts';
import type { Alarm, AlarmName } from '../../../web/desk/dashboard-model.ts';

/** Undefined: it cannot be told now, and an alarm stays as it is. */
export type Measured = Record<AlarmName, number | undefined>;

type Threshold = { over: number; forMs?: number };
export const thresholds: Record<AlarmName, Threshold> = {
  // Milliseconds since the engine was heard.
  'engine-silent': { over: 3_000 },
  oversold: { over: 0 },
  'ledger-astray': { over: 0 },
  'clock-doubted': { over: 0 },
  'disk-full': { over: 0 },
  // p99, in milliseconds.
  latency: { over: 50, forMs: 30_000 },
  // Share of the commands, in per mille.
  failures: { over: 5, forMs: 5_000 },
  inbox: { over: 2_000, forMs: 3_000 },
  checkpoint: { over: 60_000 },
  'messages-waiting': { over: 500, forMs: 10_000 },
  'channel-failing': { over: 0 },
  'payment-waiting': { over: 1_000, forMs: 30_000 },
  'bus-waiting': { over: 10_000, forMs: 3_000 },
  'loop-slow': { over: 50, forMs: 10_000 },
  // Mebibytes below 2 GiB: the writer itself refuses far below that.
  'disk-low': { over: 0 },
  'clock-apart': { over: 200, forMs: 10_000 },
};
const shownAfterMs = 60_000;

export type Alarms = {
  look(measured: Measured, now: EpochMs): void;
  /** Those that ring first, the newest of them first. */
  standing(): Alarm[];
};

export function createAlarms(): Alarms {
  const overSince = new Map<AlarmName, EpochMs>();
  const alarms = new Map<AlarmName, Alarm>();
  return {
    look(measured, now) {
      for (const [name, value] of Object.entries(measured) as [AlarmName, number | undefined][]) {
        if (value === undefined) continue;
        const { over, forMs = 0 } = thresholds[name];
        const known = alarms.get(name);
        if (value <= over) {
          overSince.delete(name);
          if (known === undefined) continue;
          const { endedAt = now } = known;
          if (now - endedAt >= shownAfterMs) alarms.delete(name);
          else alarms.set(name, { ...known, endedAt });
          continue;
        }
        const since = overSince.get(name) ?? now;
        overSince.set(name, since);
        if (known === undefined && now - since < forMs) continue;
        alarms.set(name, { name, since: known?.since ?? since, value });
      }
    },
    standing: () =>
      [...alarms.values()].sort(
        (one, other) =>
          Number(one.endedAt !== undefined) - Number(other.endedAt !== undefined) ||
          other.since - one.since,
      ),
  };
}
