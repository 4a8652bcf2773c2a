/**
 * Every bus subject, built by functions. Partition names and codes are validated before they come
 * here: `.`, `*` and `>` in a token would be injection.
 */
import type { PartitionName } from './ids.ts';

const token = /^[0-9a-zA-Z-]{1,32}$/;
function checked(part: string): string {
  if (!token.test(part)) throw new Error('not a subject token');
  return part;
}

/** Gateways ask; the partition's one writer listens. Payload: a batch of commands and queries. */
export const commandsTo = (partition: PartitionName): string => `ruxi.ask.${checked(partition)}`;
/** The same for the house (senders.ts): effects, and the command line. No gateway may publish here. */
export const commandsWithin = (partition: PartitionName): string =>
  `ruxi.within.${checked(partition)}`;
/** The writer publishes after each flush, at most a few times a second; gateways listen. Payload: AreaCounts[]. */
export const countsFrom = (partition: PartitionName): string => `ruxi.counts.${checked(partition)}`;
/** The writer publishes what every gateway must know at once; payload: Notice[]. */
export const noticesFrom = (partition: PartitionName): string =>
  `ruxi.notices.${checked(partition)}`;
/** The writer says once a second how it does; payload: one PartitionTelemetry. */
export const telemetryFrom = (partition: PartitionName): string =>
  `ruxi.telemetry.${checked(partition)}`;
/** The writer tells what it has counted anew, some areas a second; payload: AreaLedger[]. */
export const ledgersFrom = (partition: PartitionName): string =>
  `ruxi.ledgers.${checked(partition)}`;
