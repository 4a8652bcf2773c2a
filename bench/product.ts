/**
 * A fresh installation to be loaded: nats-server, engine and gateway, each a process of its own, with
 * the demonstration's catalogue and room for everybody in every pool.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '../engine/bus/bus.ts';
import { connectNatsBus } from '../engine/bus/nats-bus.ts';
import { installSession, setCapacities } from '../engine/import/apply.ts';
import { catalogueOf } from '../engine/import/calendar.ts';
import { demonstrationSettings } from '../engine/import/demonstration.ts';
import { readProvince, sourceIn } from '../engine/import/province.ts';
import type { ImportPort } from '../engine/import/send.ts';
import { singleLayout } from '../engine/protocol/layout.ts';
import type { PartitionStatus } from '../engine/protocol/replies.ts';
import type { Catalogue } from '../engine/protocol/session.ts';
import { loadKeys } from '../engine/store/keys.ts';
import { openVault, type Vault } from '../engine/store/vault.ts';
import { type Cookies, createCookies } from '../gateway/cookies.ts';
import { startNats } from '../test/harness/nats.ts';
import { askAll, portOver } from './invented-people.ts';

/** Room for everybody in one pool: only what is accepted is of interest here. */
const capacity = 2_000_000;
const hourMs = 3_600_000;

export type Product = {
  /** The gateway's. */
  port: number;
  /** Goes with the installation; for what clients are to read. */
  folder: string;
  bus: Bus;
  books: ImportPort;
  vault: Vault;
  cookies: Cookies;
  catalogue: Catalogue;
  status(): Promise<PartitionStatus>;
  /** CPU time so far, in microseconds. */
  cpu(): { gateway: number; engine: number };
};

/** `settings`: more of the environment of both processes. */
export async function withProduct<T>(
  use: (product: Product) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
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
    ...settings,
  };
  const engine = await startRuxi('engine', environment);
  const bus = await connectNatsBus({ url: nats.url, name: 'bench' });
  const keys = loadKeys(keysFolder);
  const vault = openVault(dataFolder, keys);
  const books = portOver(bus, singleLayout);
  const catalogue = await openBooking(books);
  const gateway = await startRuxi('gateway', environment);
  try {
    return await use({
      ...{ port: gateway.port, folder, bus, books, vault, catalogue },
      cookies: createCookies(keys.cookie, false),
      async status() {
        const [reply] = await askAll(bus, singleLayout.session, [{ kind: 'status' }]);
        if (reply?.kind !== 'status') throw new Error('the writer did not say its status');
        return reply.status;
      },
      cpu: () => ({ gateway: cpuMicros(gateway.child), engine: cpuMicros(engine.child) }),
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

async function openBooking(books: ImportPort): Promise<Catalogue> {
  const province = await readProvince(sourceIn(new URL('../data/province/', import.meta.url)));
  const calendar = [{ opensAt: Date.now() - hourMs, closesAt: Date.now() + 12 * hourMs }];
  const catalogue = catalogueOf(province, calendar);
  const answerBy = Date.now() + 60_000;
  const settings = { ...demonstrationSettings, holdMs: hourMs, holdMaxMs: 2 * hourMs };
  await installSession(books, { catalogue, calendar, settings }, answerBy);
  const pools = catalogue.units.map((unit) => ({ unit: unit.code, capacity }));
  await setCapacities(books, new Map(catalogue.areas.map((area) => [area.code, pools])), answerBy);
  return catalogue;
}

export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
/** Waits for the line that says it is open; a gateway's, the last it says, ends with its address. */
export async function startRuxi(
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
      if (/(?:is open|The engine answers).*\n/.test(text)) resolve(text);
    });
    child.on('exit', () => reject(new Error(`ruxi ${what} did not start`)));
  });
  return { child, port: Number(/:(\d+)\s*$/.exec(said)?.[1] ?? 0) };
}

/** Memory that is the process's own, not files that are mapped. */
export function anonymousBytes(pid: number | 'self' | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return 1_024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]);
}

/** User and system time of the process with all its threads, as Linux counts it: in hundredths. */
function cpuMicros({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10_000;
}
