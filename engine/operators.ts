/**
 * The operators' port of an engine that runs alone: `/livez`, `/readyz` and `/metrics`, as a gateway's
 * has them. Where engine and gateway are one process, the gateway's shows both.
 *
 * H1 Alive says only that the event loop turns. Ready is said once every partition has recovered, while
 *    the bus is connected, and no longer from the first moment of a stop.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import program from '../package.json' with { type: 'json' };
import { createExposition } from './exposition.ts';
import type { EpochMs, PartitionName } from './protocol/ids.ts';
import { engineFamilies, type Family, gauge, type Reported, sample } from './protocol/metrics.ts';
import type { PartitionTelemetry } from './protocol/telemetry.ts';

export type EngineStanding = 'starting' | 'ready' | 'bus-away' | 'stopping';

export type OperatorsPort = {
  port: number;
  /** A partition's report. */
  hear(telemetry: PartitionTelemetry): void;
  close(): Promise<void>;
};

export async function openOperatorsPort(
  at: { host: string; port: number },
  standing: () => EngineStanding,
  now: () => EpochMs,
): Promise<OperatorsPort> {
  const heard = new Map<PartitionName, Reported>();
  const families = (): Family[] => [
    gauge('ruxi_build_info', 'Which program this is.', [
      sample(1, { version: program.version, node: process.versions.node, part: 'engine' }),
    ]),
    gauge('ruxi_ready', '1 while it answers.', [sample(Number(standing() === 'ready'))]),
    ...engineFamilies([...heard.values()], now()),
  ];
  const exposition = createExposition(families);
  const server = createServer((request, response) => {
    const asked = request.method === 'GET' ? request.url : undefined;
    if (asked === '/livez') return say(response, 200, 'alive');
    if (asked === '/readyz') {
      const stands = standing();
      return say(response, stands === 'ready' ? 200 : 503, stands);
    }
    if (asked !== '/metrics') return say(response, 404, 'not found');
    exposition.text().then(
      (text) => response.writeHead(200, { 'content-type': exposition.contentType }).end(text),
      () => say(response, 500, 'failed'),
    );
  });
  server.listen(at.port, at.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hear(telemetry) {
      heard.set(telemetry.partition, { telemetry, heardAt: now() });
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function say(response: ServerResponse, status: number, line: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${line}\n`);
}
