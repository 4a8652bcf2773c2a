/**
 * How every partition does, as last heard: what `/metrics` and the desk show. Numbers grow old when an
 * engine is gone, so how old they are belongs to them.
 *
 * T1 A message of an earlier life, or an older one of the same, changes nothing.
 */
import type { EpochMs, PartitionName } from '../engine/protocol/ids.ts';
import type { PartitionTelemetry } from '../engine/protocol/telemetry.ts';

export type HeardTelemetry = {
  telemetry: PartitionTelemetry;
  /** On this machine's clock. */
  heardAt: EpochMs;
};

export type Telemetry = {
  hear(telemetry: PartitionTelemetry): void;
  /** By name. A partition that was never heard is not there. */
  partitions(): HeardTelemetry[];
  onReport(listener: (heard: HeardTelemetry) => void): void;
};

/** One comes every second. Older is stale: the figures are those of an engine that may be gone. */
export const staleAfterMs = 3_000;

export function createTelemetry(now: () => EpochMs): Telemetry {
  const byPartition = new Map<PartitionName, HeardTelemetry>();
  const listeners: ((heard: HeardTelemetry) => void)[] = [];
  return {
    hear(telemetry) {
      const known = byPartition.get(telemetry.partition)?.telemetry;
      if (known !== undefined && !isNewer(telemetry, known)) return;
      const heard = { telemetry, heardAt: now() };
      byPartition.set(telemetry.partition, heard);
      for (const listener of listeners) listener(heard);
    },
    partitions: () =>
      [...byPartition].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, heard]) => heard),
    onReport(listener) {
      listeners.push(listener);
    },
  };
}

/** Within one life the counts only grow, whatever the engine's clock did. */
function isNewer(one: PartitionTelemetry, known: PartitionTelemetry): boolean {
  if (one.epoch !== known.epoch) return one.epoch > known.epoch;
  return one.answers > known.answers || (one.answers === known.answers && one.at >= known.at);
}
