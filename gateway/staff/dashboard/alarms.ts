/**
 * What rings at the desk: a closed list, each with its threshold and how long it must hold, and who has
 * taken it (engine/protocol/alarms.ts).
 *
 * A1 An alarm that ended stays for a minute with its end, so that nobody wonders what it was.
 * A2 One that comes back within that minute is the same alarm, since the same time.
 * A3 What is acknowledged rings as soon as it is seen, since the time that was acknowledged: a gateway that
 *    has just begun knows no other.
 * A4 The engine is told that an acknowledged alarm has ended by whoever saw a minute of it: after that it
 *    counts for nothing here, whether or not the engine has answered.
 */
import {
  type Acknowledgement,
  type AlarmKey,
  type AlarmLevel,
  covers,
  sameAlarmMs,
} from '../../../engine/protocol/alarms.ts';
import type { EpochMs } from '../../../engine/protocol/ids.ts';
import type { Alarm, AlarmName, AlarmRow } from '../../../web/desk/dashboard-model.ts';

export type Reading = AlarmRow & {
  /** Undefined: it cannot be told now, and the alarm stays as it is. */
  value: number | undefined;
  /** Since when, where that is known better than by looking. */
  since?: EpochMs | undefined;
  grave?: boolean;
};

/** `graveOver`: beyond it the alarm is grave; absent, it is what the reading says. */
type Threshold = { over: number; graveOver?: number; forMs?: number };
const thresholds: Record<AlarmName, Threshold> = {
  // Milliseconds since the engine was heard; after a minute it does not come back by itself.
  'engine-silent': { over: 3_000, graveOver: 60_000 },
  oversold: { over: 0, graveOver: 0 },
  'ledger-astray': { over: 0, graveOver: 0 },
  'clock-doubted': { over: 0, graveOver: 0 },
  'disk-full': { over: 0, graveOver: 0 },
  'provider-away': { over: 0 },
  // The engine asks too: what both see is the provider's.
  'opening-away': { over: 0, forMs: 15_000 },
  // p99, in milliseconds.
  latency: { over: 50, graveOver: 1_000, forMs: 30_000 },
  // Share of the commands, in per mille.
  failures: { over: 5, graveOver: 50, forMs: 5_000 },
  inbox: { over: 2_000, graveOver: 20_000, forMs: 3_000 },
  checkpoint: { over: 60_000 },
  'messages-waiting': { over: 500, graveOver: 5_000, forMs: 10_000 },
  'channel-failing': { over: 0 },
  'payment-waiting': { over: 1_000, graveOver: 10_000, forMs: 30_000 },
  'bus-waiting': { over: 10_000, forMs: 3_000 },
  'loop-slow': { over: 50, forMs: 10_000 },
  // Mebibytes below 2 GiB: the writer itself refuses far below that.
  'disk-low': { over: 0 },
  'clock-apart': { over: 200, forMs: 10_000 },
};
/** Between two words to the engine about the same end. */
const toldEveryMs = 5_000;

export type Alarms = {
  look(readings: readonly Reading[], now: EpochMs): void;
  /** Those that ring first, of them those that nobody has taken, the newest first. */
  standing(): Alarm[];
  /** What rings, by its key. */
  ringing(key: AlarmKey): Alarm | undefined;
  hear(told: { index: number; acknowledged: readonly Acknowledgement[] }): void;
};

export function createAlarms(noteEnded: (ended: Acknowledgement) => void): Alarms {
  const held = new Map<AlarmKey, Held>();
  let acknowledged = new Map<AlarmKey, Watched>();
  let heardIndex = -1;

  function standingFor(key: AlarmKey): Acknowledgement | undefined {
    const watched = acknowledged.get(key);
    return watched?.toldAt === undefined ? watched?.taken : undefined;
  }

  function lookAt(reading: Reading, value: number, now: EpochMs): void {
    const { key, name, provider, since: began } = reading;
    const { over, graveOver, forMs = 0 } = thresholds[name];
    let one = held.get(key);
    if (one === undefined) {
      one = { rings: new Holding(forMs), grave: new Holding(forMs), value };
      held.set(key, one);
    }
    const taken = standingFor(key);
    const rings = value > over;
    const earliest = Math.min(began ?? now, taken?.since ?? now);
    one.rings.look(rings, now, earliest, taken !== undefined);
    const grave = graveOver === undefined ? reading.grave === true : value > graveOver;
    one.grave.look(rings && grave, now);
    if (rings) one.value = value;
    one.row = { key, name, ...(provider === undefined ? {} : { provider }) };
    const watched = acknowledged.get(key);
    if (watched === undefined) return;
    if (rings) watched.quietSince = undefined;
    else watched.quietSince ??= now;
    const isOver = now - (watched.quietSince ?? now) >= sameAlarmMs;
    if (isOver || watched.toldAt !== undefined) lapse(watched, now);
  }

  function lapse(watched: Watched, now: EpochMs): void {
    const { taken, toldAt = 0 } = watched;
    if (now - toldAt < toldEveryMs) return;
    watched.toldAt = now;
    noteEnded(taken);
  }

  function alarmOf({ rings, grave, row, value }: Held): Alarm | undefined {
    const { since, endedAt } = rings;
    if (since === undefined || row === undefined) return undefined;
    const level: AlarmLevel = grave.since === undefined ? 'warning' : 'grave';
    const taken = standingFor(row.key);
    return {
      ...{ ...row, since, level, value },
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(taken === undefined || !covers(taken, level) ? {} : { taken }),
    };
  }

  return {
    look(readings, now) {
      for (const reading of readings)
        if (reading.value !== undefined) lookAt(reading, reading.value, now);
    },
    standing: () =>
      [...held.values()]
        .flatMap((one) => alarmOf(one) ?? [])
        .sort(
          (one, other) =>
            Number(one.endedAt !== undefined) - Number(other.endedAt !== undefined) ||
            Number(one.taken !== undefined) - Number(other.taken !== undefined) ||
            Number(other.level === 'grave') - Number(one.level === 'grave') ||
            other.since - one.since,
        ),
    ringing(key) {
      const one = held.get(key);
      const alarm = one && alarmOf(one);
      return alarm?.endedAt === undefined ? alarm : undefined;
    },
    hear(told) {
      if (told.index < heardIndex) return;
      heardIndex = told.index;
      const before = acknowledged;
      acknowledged = new Map(
        told.acknowledged.map((taken): [AlarmKey, Watched] => {
          const known = before.get(taken.alarm);
          const fresh = { taken, quietSince: undefined, toldAt: undefined };
          return [taken.alarm, known?.taken.at === taken.at ? known : fresh];
        }),
      );
    },
  };
}

type Watched = {
  taken: Acknowledgement;
  /** It has not rung here since then. */
  quietSince: EpochMs | undefined;
  /** A4: when its end was last told; it counts for nothing since. */
  toldAt: EpochMs | undefined;
};
type Held = {
  rings: Holding;
  grave: Holding;
  row?: AlarmRow;
  /** The last that was beyond the threshold. */
  value: number;
};

/** Whether something holds: once it has for `forMs`, and until it has not for a minute (A1, A2). */
class Holding {
  since: EpochMs | undefined;
  endedAt: EpochMs | undefined;
  readonly #forMs: number;
  #beganAt: EpochMs | undefined;

  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  /** `began`: since when, where it is known to be earlier; `atOnce`: it is known to have held. */
  look(holds: boolean, now: EpochMs, began = now, atOnce = false): void {
    if (!holds) {
      this.#beganAt = undefined;
      if (this.since === undefined) return;
      this.endedAt ??= now;
      if (now - this.endedAt >= sameAlarmMs) {
        this.since = undefined;
        this.endedAt = undefined;
      }
      return;
    }
    this.#beganAt ??= now;
    if (this.since === undefined && !atOnce && now - this.#beganAt < this.#forMs) return;
    this.since = Math.min(this.since ?? this.#beganAt, began);
    this.endedAt = undefined;
  }
}
