/** GET /metrics: this gateway, and the engine as this gateway hears it, for Prometheus. */
import { createExposition } from '../../engine/exposition.ts';
import {
  counter,
  engineFamilies,
  type Family,
  gauge,
  sample,
} from '../../engine/protocol/metrics.ts';
import program from '../../package.json' with { type: 'json' };
import type { Handler } from '../http.ts';
import type { StaffContext } from './context.ts';

export function showMetrics(context: StaffContext): Handler {
  const { telemetry, meter } = context;
  const { now } = context.gateway;
  const exposition = createExposition(() => [
    ...gatewayFamilies(context),
    ...meter.families(),
    ...engineFamilies(telemetry.partitions(), now()),
  ]);
  return async () => ({
    status: 200,
    body: await exposition.text(),
    contentType: exposition.contentType,
  });
}

function gatewayFamilies({ gateway, readiness, sockets }: StaffContext): Family[] {
  const { client, hashing, payables } = gateway;
  const providers = payables.standings();
  const one = (name: string, help: string, value: number) => gauge(name, help, [sample(value)]);
  return [
    gauge('ruxi_build_info', 'Which program this is.', [
      sample(1, { version: program.version, node: process.versions.node, part: 'gateway' }),
    ]),
    one('ruxi_ready', '1 while candidates should be sent here.', Number(readiness() === 'ready')),
    one('ruxi_ws_connections', 'Open pages that watch live counts.', sockets()),
    one('ruxi_hashing_waiting', 'Passwords waiting to be hashed.', hashing.waiting()),
    one(
      'ruxi_bus_in_flight',
      'Messages to the engine without an answer so far.',
      client.inFlight(),
    ),
    counter(
      'ruxi_payment_openings_total',
      'Attempts opened at payment providers, by provider and by whether they answered.',
      providers.flatMap(({ provider, answered, silent }) => [
        sample(answered, { provider, result: 'answered' }),
        sample(silent, { provider, result: 'silent' }),
      ]),
    ),
    gauge(
      'ruxi_payment_opening_away',
      '1 while a provider has not answered this gateway several times in a row.',
      providers.map(({ provider, awaySince }) =>
        sample(Number(awaySince !== undefined), { provider }),
      ),
    ),
  ];
}
