/**
 * What is measured, as Prometheus takes it: families of samples, made when somebody asks. Here stand
 * the names, so that engine, gateways, dashboard and alert rules speak of the same things. Units are
 * seconds and bytes; no label names a candidate or a course, and none has more values than there are
 * kinds of command.
 *
 * An engine's figures are the same on its own port and on every gateway that hears it: to add up over
 * instances is wrong, `max by (partition)` is right.
 */
import type { EpochMs } from './ids.ts';
import { type Durations, durationBoundsUs, type PartitionTelemetry } from './telemetry.ts';

export type Labels = Record<string, string>;
export type Sample = { metricName?: string; labels: Labels; value: number };
export type Family = {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  values: Sample[];
};

const usPerSecond = 1_000_000;

export const gauge = (name: string, help: string, values: Sample[]): Family => ({
  ...{ name, help, type: 'gauge', values },
});
export const counter = (name: string, help: string, values: Sample[]): Family => ({
  ...{ name, help, type: 'counter', values },
});
export const sample = (value: number, labels: Labels = {}): Sample => ({ value, labels });

export function histogram(
  name: string,
  help: string,
  of: readonly { labels: Labels; durations: Pick<Durations, 'counts' | 'sumUs'> }[],
): Family {
  const values = of.flatMap(({ labels, durations: { counts, sumUs } }) => {
    let below = 0;
    const buckets = counts.map((count, place) => {
      below += count;
      const bound = durationBoundsUs[place];
      const le = bound === undefined ? '+Inf' : String(bound / usPerSecond);
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sumUs / usPerSecond },
      { metricName: `${name}_count`, labels, value: below },
    ];
  });
  return { name, help, type: 'histogram', values };
}

/** `heardAt`: when the report came; the engine's own is always fresh. */
export type Reported = { telemetry: PartitionTelemetry; heardAt: EpochMs };

/** In the order in which somebody would look at them. */
export function engineFamilies(reports: readonly Reported[], now: EpochMs): Family[] {
  const of = (value: (telemetry: PartitionTelemetry) => number): Sample[] =>
    reports.map(({ telemetry }) => sample(value(telemetry), { partition: telemetry.partition }));
  const each = (samples: (telemetry: PartitionTelemetry) => [number, Labels][]): Sample[] =>
    reports.flatMap(({ telemetry }) =>
      samples(telemetry).map(([value, labels]) =>
        sample(value, { partition: telemetry.partition, ...labels }),
      ),
    );
  const durationsOf = (durations: (telemetry: PartitionTelemetry) => Durations) =>
    reports.map(({ telemetry }) => ({
      labels: { partition: telemetry.partition },
      durations: durations(telemetry),
    }));
  return [
    gauge(
      'ruxi_engine_report_age_seconds',
      'Since the engine was last heard; it reports once a second.',
      reports.map(({ telemetry: { partition }, heardAt }) =>
        sample(Math.max(0, now - heardAt) / 1_000, { partition }),
      ),
    ),
    gauge(
      'ruxi_oversold_pools',
      'Pools with more seats taken than there are: must be 0.',
      of((one) => one.poolsOversold),
    ),
    gauge(
      'ruxi_astray_pools',
      'Pools whose running counts are not what the rows say: must be 0.',
      of((one) => one.poolsAstray),
    ),
    gauge(
      'ruxi_seats',
      'Seats, by state.',
      each(({ seats: { capacity: _, ...states } }) =>
        Object.entries(states).map(([state, seats]) => [seats, { state }]),
      ),
    ),
    gauge(
      'ruxi_seats_capacity',
      'Seats there are.',
      of((one) => one.seats.capacity),
    ),
    gauge(
      'ruxi_pools',
      'Pools: one exam area in one exam unit.',
      of((one) => one.pools),
    ),
    gauge(
      'ruxi_pools_full',
      'Pools without a free seat.',
      of((one) => one.poolsFull),
    ),
    gauge(
      'ruxi_unmet_demand',
      'Seats wanted in full pools since the booking day opened.',
      of((one) => one.unmet.reduce((sum, { count }) => sum + count, 0)),
    ),
    counter(
      'ruxi_commands_total',
      'Commands, by kind and by what came of them.',
      each(({ commands }) =>
        commands.map(({ kind, outcome, count }) => [count, { kind, result: outcome }]),
      ),
    ),
    counter(
      'ruxi_answers_total',
      'Commands and queries that were answered.',
      of((one) => one.answers),
    ),
    gauge(
      'ruxi_saves_per_second',
      'Saves with at least one seat, in the last second.',
      of((one) => one.savesPerSecond),
    ),
    histogram(
      'ruxi_command_duration_seconds',
      'From the receipt of a command or query to its reply, the flush with it.',
      durationsOf((one) => one.latency),
    ),
    histogram(
      'ruxi_journal_flush_duration_seconds',
      'Commits of events: encoding, writing and flushing.',
      durationsOf((one) => one.flush),
    ),
    gauge(
      'ruxi_batch_size_max',
      'The most commands and queries of one commit in the last second.',
      of((one) => one.largestBatch),
    ),
    gauge(
      'ruxi_inbox_depth',
      'Commands and queries waiting to be taken.',
      of((one) => one.inbox),
    ),
    gauge(
      'ruxi_checkpoint_dirty_rows',
      'Rows that the journal is ahead of.',
      of((one) => one.dirtyRows),
    ),
    gauge(
      'ruxi_checkpoint_events_behind',
      'Events that a start now would have to replay.',
      of((one) => one.eventsBehind),
    ),
    gauge(
      'ruxi_checkpoint_age_seconds',
      'Since the oldest event that no row on disk holds.',
      of((one) => one.behindMs / 1_000),
    ),
    counter(
      'ruxi_journal_index_total',
      'Events in the journal.',
      of((one) => one.index),
    ),
    gauge(
      'ruxi_epoch',
      'Lives of the writer: each start is one more.',
      of((one) => one.epoch),
    ),
    gauge(
      'ruxi_engine_start_time_seconds',
      'When the writer began, in Unix time.',
      of((one) => one.startedAt / 1_000),
    ),
    gauge(
      'ruxi_disk_free_bytes',
      'What the disk of the journal can still take.',
      of((one) => one.freeBytes),
    ),
    gauge(
      'ruxi_work_refused',
      '1 while new work is refused, by why.',
      each((one) => [
        [Number(one.spaceLow), { reason: 'disk' }],
        [Number(one.clockDoubted), { reason: 'clock' }],
      ]),
    ),
    gauge(
      'ruxi_effects_waiting',
      'What is due outside and not done: messages by lane, questions to payment providers.',
      each(({ waiting }) => Object.entries(waiting).map(([lane, count]) => [count, { lane }])),
    ),
    counter(
      'ruxi_sms_total',
      'Tries to send a message, by channel and by what came of them.',
      each(({ channels }) =>
        channels.flatMap(({ channel, sent, failed, unknown }): [number, Labels][] => [
          [sent, { channel, result: 'sent' }],
          [failed, { channel, result: 'failed' }],
          [unknown, { channel, result: 'unknown' }],
        ]),
      ),
    ),
    gauge(
      'ruxi_sms_answer_seconds',
      'How fast a channel answers, by share of its newest thousand answers.',
      each(({ channels }) =>
        channels.flatMap(({ channel, p50Ms, p99Ms }): [number, Labels][] => [
          ...share(channel, '0.5', p50Ms),
          ...share(channel, '0.99', p99Ms),
        ]),
      ),
    ),
    counter(
      'ruxi_payment_calls_total',
      'What payment providers were asked by the engine, by provider and by whether they answered.',
      each(({ providers }) =>
        providers.flatMap(({ provider, answered, silent }): [number, Labels][] => [
          [answered, { provider, result: 'answered' }],
          [silent, { provider, result: 'silent' }],
        ]),
      ),
    ),
    gauge(
      'ruxi_payment_provider_away',
      '1 while a provider has not answered the engine several times in a row.',
      each(({ providers }) =>
        providers.map(({ provider, awaySince }) => [Number(awaySince !== undefined), { provider }]),
      ),
    ),
    gauge(
      'ruxi_sms_channel_last',
      '1 while a channel goes last because it failed several times in a row.',
      each(({ channels }) =>
        channels.map(({ channel, openSince }) => [Number(openSince !== undefined), { channel }]),
      ),
    ),
  ];
}

const share = (channel: string, quantile: string, ms: number | undefined): [number, Labels][] =>
  ms === undefined ? [] : [[ms / 1_000, { channel, quantile }]];
