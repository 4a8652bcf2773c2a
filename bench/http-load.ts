/**
 * Saves over HTTP: gateway, nats-server and engine as three processes, and a load generator beside
 * them on the same machine. Each request is another signed-in person's first and only save; what
 * the client counted is compared with what the books hold afterwards.
 *
 * Closed loop with wrk where it is installed, and with autocannon, each beside a bare server under
 * the same client; then half the reached load with an open-loop client, for latency.
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectNatsBus } from '../engine/bus/nats-bus.ts';
import { installSession, setCapacities } from '../engine/import/apply.ts';
import { catalogueOf } from '../engine/import/calendar.ts';
import { demonstrationSettings } from '../engine/import/demonstration.ts';
import { readProvince, sourceIn } from '../engine/import/province.ts';
import { partitionsOf, singleLayout } from '../engine/protocol/layout.ts';
import { loadKeys } from '../engine/store/keys.ts';
import { openVault } from '../engine/store/vault.ts';
import { createCookies } from '../gateway/cookies.ts';
import { startNats } from '../test/harness/nats.ts';
import {
  askAll,
  countSaved,
  type InventedPerson,
  inventPeople,
  portOver,
  saveRequest,
  untilQuiet,
  type Wanting,
} from './invented-people.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { type Figures, median } from './report.ts';

const runs = 3;
/** Long enough for many checkpoints; every second takes tens of thousands of people to prepare. */
const seconds = 2;
/** People for the first run, which warms the processes up and is not counted. */
const peopleAtFirst = 70_000;
/** More people for the others where the one before was faster: a run that runs out is thrown away. */
const peopleToSpare = 1.5;
const connections = 256;
const wrkThreads = 2;
/** Room for everybody in one pool: only accepted saves are of interest here. */
const capacity = 2_000_000;
const hourMs = 3_600_000;
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

type Product = {
  port: number;
  /** Brings people to the point of saving, and writes their requests into files for clients. */
  prepare(
    seed: number,
    from: number,
    count: number,
    wanting: Wanting,
  ): Promise<{ people: InventedPerson[]; prefix: string }>;
  lag(): Promise<number>;
  /** CPU time so far, in microseconds. */
  cpu(): { gateway: number; engine: number };
  saved(people: readonly InventedPerson[]): Promise<number>;
};
/** `again`: requests are repeated when they run out; for the bare server, which does not mind. */
type Client = (port: number, prefix: string, again: boolean) => Promise<Answered>;
type Answered = { accepted: number; refused: number; milliseconds: number; p99Ms: number };

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
    const { people, prefix } = await product.prepare(seed, from, count, wanting);
    from += count;
    const without = await client(bare.port, prefix, true);
    const lagBefore = await product.lag();
    const before = product.cpu();
    const { accepted, refused, milliseconds, p99Ms } = await client(product.port, prefix, false);
    // The clock stops when as few rows as before are behind the journal.
    const endedAt = performance.now();
    while ((await product.lag()) > lagBefore) await pause(lagLookMs);
    const elapsedMs = milliseconds + performance.now() - endedAt;
    const after = product.cpu();
    if (refused > 0) throw new Error(`${refused} saves were refused, ${accepted} accepted`);
    const saved = await product.saved(people);
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
    const { people, prefix } = await product.prepare(seed, run * count, count, 'spread');
    const client = fork(new URL('open-loop.ts', import.meta.url), [
      ...[product.port, perSecond, connections].map(String),
      `${prefix}.all`,
    ]);
    const [result] = (await once(client, 'message')) as [OpenLoopResult];
    const saved = await product.saved(people);
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

async function runWrk(port: number, prefix: string, again: boolean): Promise<Answered> {
  const output = await outputOf('wrk', [
    ...['-t', String(wrkThreads), '-c', String(connections), '-d', `${seconds}s`],
    ...['-s', new URL('prepared-saves.lua', import.meta.url).pathname],
    ...[`http://127.0.0.1:${port}/`, '--', prefix, again ? 'again' : 'once'],
  ]);
  const line = output.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`wrk said:\n${output}`);
  const { answered, refused, broken, ranOut, microseconds, p99Ms } = JSON.parse(line) as Record<
    'answered' | 'refused' | 'broken' | 'ranOut' | 'microseconds' | 'p99Ms',
    number
  >;
  if (ranOut > 0 || broken > 0) throw new Error(`${ranOut} too few prepared, ${broken} broken`);
  return { accepted: answered - refused, refused, milliseconds: microseconds / 1000, p99Ms };
}

async function runAutocannon(port: number, prefix: string, again: boolean): Promise<Answered> {
  const client = fork(new URL('autocannon-client.ts', import.meta.url), [
    ...[port, connections, seconds].map(String),
    ...[`${prefix}.all`, again ? 'again' : 'once'],
  ]);
  const [result] = (await once(client, 'message')) as [Answered];
  return result;
}

function hasWrk(): boolean {
  try {
    execFileSync('wrk', ['-v'], { stdio: 'ignore' });
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT';
  }
  return true;
}

async function outputOf(program: string, args: string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  return output;
}

type Server = { port: number; stop(): Promise<void> };

async function startBare(): Promise<Server> {
  const child = fork(new URL('bare-server.ts', import.meta.url));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { port, stop: () => ended(child, 'SIGKILL') };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** A fresh installation: nats-server, engine and gateway, each its own process. */
async function withProduct<T>(use: (product: Product) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-bench-'));
  const [dataFolder, keysFolder] = [join(folder, 'data'), join(folder, 'keys')];
  const nats = await startNats();
  const environment = {
    ...process.env,
    RUXI_NATS_URL: nats.url,
    RUXI_DATA_DIR: dataFolder,
    RUXI_KEYS_DIR: keysFolder,
    RUXI_DEMO_PROVINCE: 'no',
    RUXI_PORT: '0',
    // As behind the proxy, which tells the person's address.
    RUXI_TRUSTED_PROXIES: '127.0.0.1',
  };
  const engine = await startRuxi('engine', environment);
  const bus = await connectNatsBus({ url: nats.url, name: 'bench' });
  const keys = loadKeys(keysFolder);
  const vault = openVault(dataFolder, keys);
  const cookies = createCookies(keys.cookie, false);
  const port = portOver(bus, singleLayout);
  const partitions = partitionsOf(singleLayout);

  const province = await readProvince(sourceIn(new URL('../data/province/', import.meta.url)));
  const calendar = [{ opensAt: Date.now() - hourMs, closesAt: Date.now() + 12 * hourMs }];
  const catalogue = catalogueOf(province, calendar);
  const answerBy = Date.now() + 60_000;
  const settings = { ...demonstrationSettings, holdMs: hourMs, holdMaxMs: 2 * hourMs };
  await installSession(port, { catalogue, calendar, settings }, answerBy);
  const pools = catalogue.units.map((unit) => ({ unit: unit.code, capacity }));
  await setCapacities(port, new Map(catalogue.areas.map((area) => [area.code, pools])), answerBy);
  const gateway = await startRuxi('gateway', environment);

  const status = async () => {
    const [reply] = await askAll(bus, singleLayout.session, [{ kind: 'status' }]);
    if (reply?.kind !== 'status') throw new Error('the writer did not say its status');
    return reply.status;
  };
  try {
    return await use({
      port: gateway.port,
      async prepare(seed, from, count, wanting) {
        const people = await inventPeople(port, vault, catalogue, { seed, from, count, wanting });
        await untilQuiet(bus, partitions);
        const { epoch } = await status();
        const prefix = join(folder, `saves-${from}`);
        const requests = people.map((one, at) => {
          const request = saveRequest(one, epoch, cookies, vault, from + at);
          return String(request.length).padStart(6, '0') + request;
        });
        writeFileSync(`${prefix}.all`, requests.join(''), 'latin1');
        for (let thread = 0; thread < wrkThreads; thread += 1) {
          const share = requests.filter((_, at) => at % wrkThreads === thread);
          writeFileSync(`${prefix}.${thread}`, share.join(''), 'latin1');
        }
        return { people, prefix };
      },
      lag: async () => (await status()).lag,
      cpu: () => ({ gateway: cpuMicros(gateway.child), engine: cpuMicros(engine.child) }),
      saved: (people) => countSaved(bus, singleLayout, people),
    });
  } finally {
    await ended(gateway.child, 'SIGTERM');
    await ended(engine.child, 'SIGTERM');
    await vault.close();
    await bus.close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits for the line that says it is open; a gateway's ends with its address. */
async function startRuxi(
  what: 'engine' | 'gateway',
  environment: NodeJS.ProcessEnv,
): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [new URL('../ruxi.ts', import.meta.url).pathname, what], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.includes('\n')) resolve(text);
    });
    child.on('exit', () => reject(new Error(`ruxi ${what} did not start`)));
  });
  return { child, port: Number(/:(\d+)\s*$/.exec(said)?.[1] ?? 0) };
}

/** User and system time of the process with all its threads, as Linux counts it: in hundredths. */
function cpuMicros({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10_000;
}
