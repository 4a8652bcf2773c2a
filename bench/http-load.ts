/**
 * Saves over HTTP: gateway, nats-server and engine as three processes, and a load generator beside
 * them on the same machine. Each request is another signed-in person's first and only save; what
 * the client counted is compared with what the books hold afterwards.
 *
 * Closed loop with wrk where it is installed, and with autocannon, each beside a bare server under
 * the same client; then half the reached load with an open-loop client, for latency.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { partitionsOf, singleLayout } from '../engine/protocol/layout.ts';
import {
  type Client,
  connections,
  hasWrk,
  runAutocannon,
  runWrk,
  writeRequests,
} from './clients.ts';
import {
  countHolding,
  hasSaved,
  type InventedPerson,
  inventPeople,
  rowsAtRest,
  saveRequest,
  untilQuiet,
  type Wanting,
} from './invented-people.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { ended, type Product, withProduct } from './product.ts';
import { type Figures, median } from './report.ts';

const runs = 3;
/** Long enough for many checkpoints; every second takes tens of thousands of people to prepare. */
const seconds = 2;
/** People for the first run, which warms the processes up and is not counted. */
const peopleAtFirst = 70_000;
/** More people for the others where the one before was faster: a run that runs out is thrown away. */
const peopleToSpare = 1.5;
/** The engine writes rows behind the journal when nothing was asked for a while. */
const lagLookMs = 100;

export async function measureHttp(seed: number): Promise<Figures> {
  const figures: Figures = {};
  const bare = await startBare();
  try {
    if (hasWrk()) {
      Object.assign(figures, await closedLoop('http.', runWrk, bare, seed, 'spread'));
      Object.assign(figures, await closedLoop('http.hot', runWrk, bare, seed, 'hot'));
    } else {
      console.log('wrk is not installed: its figures are missing (apt-get install wrk)');
    }
    Object.assign(
      figures,
      await closedLoop('http.autocannon', runAutocannon, bare, seed, 'spread'),
    );
    const reached = figures['http.savesPerSecond'] ?? figures['http.autocannonSavesPerSecond'] ?? 0;
    const half = await withProduct((product) => measureHalfLoad(product, seed, reached / 2));
    figures['http.halfLoadPerSecond'] = reached / 2;
    figures['http.p50AtHalfLoadMs'] = median(half.map((one) => one.p50Ms));
    figures['http.p99AtHalfLoadMs'] = median(half.map((one) => one.p99Ms));
  } finally {
    await bare.stop();
  }
  return figures;
}

async function closedLoop(
  prefix: string,
  client: Client,
  bare: Server,
  seed: number,
  wanting: Wanting,
): Promise<Figures> {
  const runs = await withProduct((product) => measure(product, client, bare, seed, wanting));
  const named = (name: string) =>
    prefix.endsWith('.') ? prefix + name : prefix + name[0]?.toUpperCase() + name.slice(1);
  return {
    [named('savesPerSecond')]: median(runs.map((run) => run.savesPerSecond)),
    [named('barePerSecond')]: median(runs.map((run) => run.barePerSecond)),
    [named('ratio')]: median(runs.map((run) => run.savesPerSecond / run.barePerSecond)),
    [named('p99AtFullLoadMs')]: median(runs.map((run) => run.p99Ms)),
    [named('gatewayCpuMicrosPerSave')]: median(runs.map((run) => run.gatewayMicros)),
    [named('engineCpuMicrosPerSave')]: median(runs.map((run) => run.engineMicros)),
  };
}

type Speed = {
  savesPerSecond: number;
  barePerSecond: number;
  p99Ms: number;
  /** CPU time per save, which a busy machine changes less than the speed. */
  gatewayMicros: number;
  engineMicros: number;
};

async function measure(
  product: Product,
  client: Client,
  bare: Server,
  seed: number,
  wanting: Wanting,
): Promise<Speed[]> {
  const speeds: Speed[] = [];
  let from = 0;
  let count = peopleAtFirst;
  for (let run = 0; run <= runs; run += 1) {
    const { people, prefix } = await prepare(product, seed, from, count, wanting);
    from += count;
    const load = { prefix, seconds };
    // The bare server does not mind if they are repeated.
    const without = await client({ ...load, port: bare.port, again: true });
    const lag = async () => (await product.status()).lag;
    const lagBefore = Math.max(rowsAtRest, await lag());
    const before = product.cpu();
    const sent = await client({ ...load, port: product.port, again: false });
    const { accepted, refused, milliseconds, p99Ms } = sent;
    // The clock stops when as few rows as before are behind the journal.
    const endedAt = performance.now();
    while ((await lag()) > lagBefore) await pause(lagLookMs);
    const elapsedMs = milliseconds + performance.now() - endedAt;
    const after = product.cpu();
    if (refused > 0) throw new Error(`${refused} saves were refused, ${accepted} accepted`);
    const saved = await countHolding(product.bus, singleLayout, people, hasSaved);
    if (saved < accepted) throw new Error(`${accepted} told to be saved, ${saved} are`);
    const speed = {
      savesPerSecond: (accepted * 1000) / elapsedMs,
      barePerSecond: (without.accepted * 1000) / without.milliseconds,
      p99Ms,
      gatewayMicros: (after.gateway - before.gateway) / accepted,
      engineMicros: (after.engine - before.engine) / accepted,
    };
    console.log(
      `  ${wanting} ${run}: ${Math.round(speed.savesPerSecond)} saves/s, ` +
        `bare ${Math.round(speed.barePerSecond)}/s, p99 ${p99Ms.toFixed(1)} ms, CPU a save: ` +
        `gateway ${speed.gatewayMicros.toFixed(0)}, engine ${speed.engineMicros.toFixed(0)} µs`,
    );
    if (run > 0) speeds.push(speed);
    const expected = (accepted * 1000 * seconds) / milliseconds;
    count = Math.max(peopleAtFirst, Math.round(expected * peopleToSpare));
  }
  return speeds;
}

async function measureHalfLoad(
  product: Product,
  seed: number,
  perSecond: number,
): Promise<OpenLoopResult[]> {
  const results: OpenLoopResult[] = [];
  const count = Math.round(perSecond * (seconds + 1));
  for (let run = 0; run <= runs; run += 1) {
    const { people, prefix } = await prepare(product, seed, run * count, count, 'spread');
    const client = fork(new URL('open-loop.ts', import.meta.url), [
      ...[product.port, perSecond, connections].map(String),
      `${prefix}.all`,
    ]);
    const [result] = (await once(client, 'message')) as [OpenLoopResult];
    const saved = await countHolding(product.bus, singleLayout, people, hasSaved);
    if (saved !== count || result.accepted !== count) {
      throw new Error(`of ${count} saves ${result.accepted} were accepted and ${saved} are saved`);
    }
    console.log(
      `  open loop ${run}: ${Math.round(perSecond)}/s, p50 ${result.p50Ms.toFixed(1)} ms, ` +
        `p99 ${result.p99Ms.toFixed(1)} ms, at most ${result.maxMs.toFixed(0)} ms`,
    );
    if (run > 0) results.push(result);
  }
  return results;
}

/** Brings people to the point of saving, and writes their requests into files for clients. */
async function prepare(
  product: Product,
  seed: number,
  from: number,
  count: number,
  wanting: Wanting,
): Promise<{ people: InventedPerson[]; prefix: string }> {
  const { bus, books, vault, cookies, catalogue, folder } = product;
  const people = await inventPeople(books, vault, catalogue, { seed, from, count, wanting });
  await untilQuiet(bus, partitionsOf(singleLayout));
  const { epoch } = await product.status();
  const prefix = join(folder, `saves-${from}`);
  const requests = people.map((one, at) => saveRequest(one, epoch, cookies, vault, from + at));
  writeRequests(prefix, requests);
  return { people, prefix };
}

type Server = { port: number; stop(): Promise<void> };

async function startBare(): Promise<Server> {
  const child = fork(new URL('bare-server.ts', import.meta.url));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { port, stop: () => ended(child, 'SIGKILL') };
}
