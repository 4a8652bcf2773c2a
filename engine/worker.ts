/**
 * The engine on a worker thread, as `ruxi start` runs it. It is told to stop by a message, never by
 * a signal, and ends the thread with the code of what befell it; the main thread ends with it.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createEmbeddedBus } from './bus/embedded-bus.ts';
import type { EngineConfig } from './config.ts';
import { logAttempt, logHead, logTo } from './log.ts';
import { importProvince, startEngine } from './main.ts';

export type EngineWorkerData = { config: EngineConfig; port: MessagePort; logLevel: string };
export type FromEngineWorker = { kind: 'ready' } | { kind: 'failed'; why: string };
export type ToEngineWorker = { kind: 'stop' };

if (parentPort === null) throw new Error('engine/worker.ts runs on a worker thread');
const main = parentPort;
const { config, port, logLevel } = workerData as EngineWorkerData;
const log = logTo('ruxi-engine', logLevel);
const tell = (message: FromEngineWorker) => main.postMessage(message);

const bus = createEmbeddedBus(port);
try {
  const engine = await startEngine({
    config,
    bus,
    exit(code, reason) {
      log.fatal({ reason: reason.message }, 'the engine stops: it doubts what it holds');
      process.exit(code);
    },
    onTrouble: (what) => log.warn(what),
    onAttempt: (attempt) => logAttempt(log, attempt),
    onHead: (head) => logHead(log, head),
  });
  if (config.demonstration) await importProvince(engine, config, bus);
  main.once('message', async (_stop: ToEngineWorker) => {
    await engine.stop();
    await bus.close();
    process.exit(0);
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', why: error instanceof Error ? error.message : 'for an unknown reason' });
}
