/**
 * Families of samples as the text that Prometheus reads, with what Node tells of the process beside
 * them: processor, memory, open files, event loop lag, garbage. One for each process.
 */
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Family } from './protocol/metrics.ts';

export type Exposition = { contentType: string; text(): Promise<string> };

export function createExposition(families: () => Family[]): Exposition {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return {
    contentType: ofProcess.contentType,
    async text() {
      const ours = new Registry();
      for (const family of families()) ours.registerMetric(asMetric(family));
      return (await ours.metrics()) + (await ofProcess.metrics());
    },
  };
}

/** The registry asks a metric for its name and its values, and for nothing else. */
const asMetric = (family: Family): Metric =>
  ({ name: family.name, get: async () => family }) as unknown as Metric;
