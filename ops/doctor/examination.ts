/**
 * `ruxi doctor`: looks at a machine and its settings before opening day, and says of each thing that it
 * is well, what to see to, or what stands in the way, and what to do. It changes nothing. What it cannot
 * see from here it says too.
 *
 * D1 A question that breaks is a finding, never the end of the examination.
 * D2 No finding shows a secret.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { engineConfigOf, foldersOf, natsUrlOf } from '../../engine/config.ts';
import { checkNativeBinaries } from '../../engine/native-binaries.ts';
import type { BookingDay } from '../../engine/protocol/session.ts';
import type { Environment } from '../../engine/settings.ts';
import { decodeEntry } from '../../engine/store/journal.ts';
import { openLmdbReader } from '../../engine/store/lmdb-store.ts';
import { opensPeople, peopleFolder } from '../../engine/store/vault.ts';
import { readRows } from '../../engine/writer/recovery.ts';
import { type GatewayConfig, gatewayConfigOf } from '../../gateway/config.ts';
import { wholeTime } from '../../web/china-time.ts';
import type { Machine } from './machine.ts';

/** `warn`: see to it before a real day. `fail`: it will not work, or not be safe. */
export type Finding = { level: 'ok' | 'warn' | 'fail'; what: string; todo?: string };

const ok = (what: string): Finding => ({ level: 'ok', what });
const warn = (what: string, todo: string): Finding => ({ level: 'warn', what, todo });
const fail = (what: string, todo: string): Finding => ({ level: 'fail', what, todo });

const gigabyte = 1e9;
const freeWanted = 20 * gigabyte;
const freeNeeded = 2 * gigabyte;
const memoryWanted = 3 * gigabyte;
const flushSlowMs = 20;
const flushTooSlowMs = 100;
/** Faster than any disk that keeps a promise: a flash with a battery takes longer. */
const flushDoubtedMs = 0.01;
const stepMsMax = 200;
/** The writer itself refuses beyond a minute. */
const aheadMsMax = 60_000;
const filesBesides = 1_000;
const keyNames = ['index', 'master', 'code', 'cookie', 'slip', 'audit'] as const;
const keyBytes = 32;
const indexMax = 2 ** 48 - 1;
/** File systems in memory, and those of another machine, on which LMDB must not lie. */
const memoryKinds = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);
const networkKinds = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x65735546, 'FUSE'],
]);

export async function examine(environment: Environment, machine: Machine): Promise<Finding[]> {
  const look = async (what: string, question: () => Finding[] | Promise<Finding[]>) => {
    try {
      return await question();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return [fail(`${what}: ${said}`, 'put it right, and ask again')];
    }
  };
  return (
    await Promise.all([
      look('the program', program),
      look('the machine', () => strength(machine)),
      look('the settings', () => settings(environment)),
      look('the data', () => data(environment, machine)),
      look('the keys', () => keys(environment)),
      look('the clock', () => clock(environment, machine)),
      look('open files', () => openFiles(environment, machine)),
      look('the ports', () => ports(environment, machine)),
      look('NATS', () => nats(environment, machine)),
    ])
  ).flat();
}

function program(): Finding[] {
  checkNativeBinaries();
  return [ok(`Node ${process.versions.node}, and every compiled file is the one on record`)];
}

function strength(machine: Machine): Finding[] {
  const cores = machine.cores();
  const memory = machine.memoryBytes();
  const size = `${cores} cores, ${(memory / gigabyte).toFixed(1)} GB of memory`;
  if (cores >= 2 && memory >= memoryWanted) return [ok(size)];
  return [warn(size, 'an engine and a gateway want a core each, and 3 GB together')];
}

// ── Settings ────────────────────────────────────────────────────────────────────────────────────

/** Keys are looked at elsewhere; these only let the other settings be read. */
const anyKeys = { index: new Uint8Array(), cookie: new Uint8Array(), slip: new Uint8Array() };
const gatewayOf = (environment: Environment): GatewayConfig =>
  gatewayConfigOf(environment, anyKeys, foldersOf(environment).layout);

function settings(environment: Environment): Finding[] {
  const { channels, payments, demonstration } = engineConfigOf(environment);
  const gateway = gatewayOf(environment);
  const found = [ok('every setting can be read')];
  if (channels.kind === 'demonstration') {
    found.push(
      warn(
        'this is a demonstration: no message leaves, and every page says that nothing is real',
        'for a real day: RUXI_DEMONSTRATION=no',
      ),
    );
  } else {
    const names = channels.channels.map(({ name }) => name);
    const words = `short messages leave by ${names.join(', then ')}`;
    const second = 'file with a second carrier: one that fails has nobody to step in for it';
    found.push(names.length > 1 ? ok(words) : warn(words, second));
  }
  if (demonstration) {
    found.push(warn('invented people are imported at the first start', 'RUXI_DEMO_PROVINCE=no'));
  }
  const { alipay, wechat, sandbox } = payments;
  if (sandbox !== undefined) {
    found.push(
      warn(
        'payments go to the sandbox, which takes no money: seats are had for nothing',
        'for a real day: set RUXI_ALIPAY_… or RUXI_WECHAT_…',
      ),
    );
  } else {
    const names = [...(alipay ? ['Alipay'] : []), ...(wechat ? ['WeChat Pay'] : [])];
    found.push(ok(`paid by ${names.join(' and ')}`));
  }
  return [...found, ...publicAddress(gateway, channels.kind === 'real')];
}

function publicAddress(
  { origin, secure, trustedProxies, desk, host }: GatewayConfig,
  real: boolean,
): Finding[] {
  const found: Finding[] = [];
  const seriously = real ? fail : warn;
  if (origin === undefined) {
    found.push(
      seriously(
        'RUXI_ORIGIN is not set',
        'set it to the public address: slips and notices need it',
      ),
    );
  } else if (!secure) {
    found.push(seriously(`${origin} is not encrypted`, 'put TLS before it: see ops/nginx.conf'));
  } else found.push(ok(`the public address is ${origin}`));
  if (secure && trustedProxies.size === 0) {
    found.push(
      seriously(
        'RUXI_TRUSTED_PROXIES is empty: behind a proxy all candidates have one address, and one limit',
        'set it to the proxy’s own address, for instance 127.0.0.1',
      ),
    );
  }
  if (!isLoopback(host) && secure) {
    found.push(warn(`RUXI_HOST is ${host}`, 'only the proxy may reach it: see to the firewall'));
  }
  if (!isLoopback(desk.host)) {
    found.push(
      warn(
        `the operators’ port is open at ${desk.host}`,
        'only staff may reach it: see to the firewall',
      ),
    );
  }
  return found;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

// ── Data and keys ───────────────────────────────────────────────────────────────────────────────

async function data(environment: Environment, machine: Machine): Promise<Finding[]> {
  const { dataFolder, partitions, layout } = foldersOf(environment);
  const found: Finding[] = [];
  const kind = machine.fileSystem(dataFolder);
  const network = networkKinds.get(kind);
  if (network !== undefined) {
    found.push(fail(`${dataFolder} is on ${network}`, 'the data need a disk of this machine'));
  }
  const memory = memoryKinds.get(kind);
  if (memory !== undefined) {
    found.push(
      fail(`${dataFolder} is on ${memory}`, 'a power cut would take everything: use a disk'),
    );
  }
  const free = machine.freeBytes(dataFolder);
  const room = `${(free / gigabyte).toFixed(1)} GB free for the data`;
  const makeRoom = 'make room: 20 GB carry a province through its days';
  if (free < freeNeeded) found.push(fail(room, makeRoom));
  else found.push(free < freeWanted ? warn(room, makeRoom) : ok(room));
  found.push(flushing(machine.flushes(dataFolder)));
  const there = partitions.filter((name) => existsSync(join(dataFolder, name, 'data.mdb')));
  if (there.length === 0) {
    return [...found, ok(`${dataFolder} has no data; the engine begins anew`)];
  }
  for (const partition of partitions) {
    if (there.includes(partition)) continue;
    found.push(
      warn(`${partition} has no data and others have`, 'was the layout changed? it never may be'),
    );
  }
  for (const partition of there) {
    const { lastAt, calendar } = await lookInto(join(dataFolder, partition), partition);
    const ahead = lastAt - machine.now();
    found.push(
      ahead > aheadMsMax
        ? fail(
            `${partition}: the journal is ahead of this machine’s clock, at ${wholeTime(lastAt)}`,
            'set the clock right: the engine would refuse new work',
          )
        : ok(`${partition} can be read; its last event is of ${wholeTime(lastAt)}`),
    );
    if (partition === layout.session) found.push(days(calendar, machine.now()));
  }
  return found;
}

async function lookInto(folder: string, partition: string) {
  const reader = openLmdbReader(folder, partition);
  try {
    const last = reader.entryAtOrBelow(indexMax);
    const lastAt = last === undefined ? 0 : decodeEntry(last.value).at;
    let calendar: readonly BookingDay[] = [];
    for (const row of readRows(reader, ['adopted']))
      if (row.table === 'adopted') calendar = row.adopted.calendar;
    return { lastAt, calendar };
  } finally {
    await reader.close();
  }
}

function days(calendar: readonly BookingDay[], now: number): Finding {
  const left = calendar.filter(({ closesAt }) => closesAt > now);
  const [next] = [...left].sort((one, other) => one.opensAt - other.opensAt);
  if (calendar.length === 0) {
    return warn('no session is installed', 'import the office’s tables before opening day');
  }
  if (next === undefined) {
    return warn('every booking day is over', 'import the next session’s calendar');
  }
  const words = next.opensAt > now ? 'booking opens at' : 'booking has been open since';
  return ok(`${left.length} booking days are to come; ${words} ${wholeTime(next.opensAt)}`);
}

function flushing(took: readonly number[]): Finding {
  const sorted = [...took].sort((one, other) => one - other);
  const half = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const worst = sorted.at(-1) ?? 0;
  const words = `a flush to the disk takes ${half.toFixed(2)} ms, at worst ${worst.toFixed(1)} ms`;
  if (half < flushDoubtedMs) {
    return warn(
      words,
      'so fast that it may not be kept in a power cut: ask what the disk promises',
    );
  }
  if (half > flushTooSlowMs) return fail(words, 'every save waits for it: use another disk');
  if (half > flushSlowMs) return warn(words, 'every save waits for it: a solid-state disk takes 1');
  return ok(words);
}

async function keys(environment: Environment): Promise<Finding[]> {
  const { dataFolder, keysFolder, partitions } = foldersOf(environment);
  const found: Finding[] = [];
  const beneath = relative(resolve(dataFolder), resolve(keysFolder));
  if (!beneath.startsWith('..')) {
    found.push(
      fail(
        'the keys are inside the data folder',
        'move them out: a copy of the data would open itself',
      ),
    );
  }
  const paths = keyNames.map((name) => join(keysFolder, `${name}.key`));
  const missing = paths.filter((path) => !existsSync(path));
  const hasData = partitions.some((name) => existsSync(join(dataFolder, name)));
  if (missing.length === paths.length && !hasData) {
    return [...found, ok(`${keysFolder} has no keys; the engine makes them at its first start`)];
  }
  if (missing.length > 0 && hasData) {
    const names = missing.map((path) => relative(keysFolder, path)).join(', ');
    const todo = 'bring them back before any start: new ones open nothing of what is there';
    found.push(fail(`there are data and no ${names}`, todo));
  }
  for (const path of paths.filter((each) => existsSync(each))) {
    const { mode, size } = statSync(path);
    if ((mode & 0o077) !== 0) found.push(fail(`others may read ${path}`, `chmod 600 ${path}`));
    if (size !== keyBytes) {
      found.push(fail(`${path} is not a key`, 'bring the right one back from where keys are kept'));
    }
  }
  const master = join(keysFolder, 'master.key');
  if (existsSync(master) && existsSync(join(dataFolder, peopleFolder, 'data.mdb'))) {
    const opens = await opensPeople(dataFolder, readFileSync(master));
    if (!opens) found.push(fail('these keys do not open these data', 'bring the right ones back'));
  }
  return found.length > 0 ? found : [ok(`the keys in ${keysFolder} are whole and nobody else’s`)];
}

// ── The process and what is around it ───────────────────────────────────────────────────────────

async function clock(_environment: Environment, machine: Machine): Promise<Finding[]> {
  const step = await machine.clockStepMs();
  const now = wholeTime(machine.now());
  if (Math.abs(step) > stepMsMax) {
    return [
      fail(`the clock stepped by ${step} ms while being looked at`, 'follow one source of time'),
    ];
  }
  const words = `the clock says ${now} in China`;
  if (machine.followsTime()) return [ok(`${words}, and follows a source of time`)];
  return [
    warn(
      `${words}; whether it follows a source of time cannot be seen from here`,
      'compare it, and ask chronyc tracking or timedatectl, on every machine',
    ),
  ];
}

function openFiles(environment: Environment, machine: Machine): Finding[] {
  const most = machine.openFilesMax();
  // A socket to the proxy for each open page.
  const wanted = gatewayOf(environment).socketsMax + filesBesides;
  const words = `${most} files and sockets may be open in a process started from here`;
  if (most >= wanted) return [ok(words)];
  return [
    warn(
      words,
      `a gateway wants ${wanted}: the units in ops/ say so; here it is ulimit -n ${wanted}`,
    ),
  ];
}

async function ports(environment: Environment, machine: Machine): Promise<Finding[]> {
  const { host, port, desk } = gatewayOf(environment);
  const engine = engineConfigOf(environment).desk;
  const lives =
    (await machine.livesAt(desk.host, desk.port)) ||
    (engine !== undefined && (await machine.livesAt(engine.host, engine.port)));
  if (lives) return [ok('Ruxi is running here, on its ports')];
  const wanted: [string, { host: string; port: number }][] = [
    ['candidates', { host, port }],
    ['operators', desk],
    ...(engine === undefined ? [] : [['the engine’s operators', engine] as [string, typeof desk]]),
  ];
  const found: Finding[] = [];
  for (const [whose, at] of wanted) {
    if (at.port === 0 || (await machine.isPortFree(at.host, at.port))) continue;
    found.push(
      fail(
        `port ${at.port} at ${at.host}, for ${whose}, is taken or not to be had`,
        `ss -ltnp says by whom; or choose another`,
      ),
    );
  }
  return found.length > 0
    ? found
    : [ok(`the ports ${wanted.map(([, at]) => at.port).join(', ')} are free`)];
}

async function nats(environment: Environment, machine: Machine): Promise<Finding[]> {
  const addresses = natsUrlOf(environment);
  if (addresses === undefined) {
    return [ok('no NATS server is named: everything runs in one process (ruxi start)')];
  }
  const found: Finding[] = [];
  for (const address of addresses.split(',')) {
    const { hostname, port, username } = new URL(
      address.includes('://') ? address : `nats://${address}`,
    );
    const at = `${hostname}:${port || '4222'}`;
    const greeting = await machine.natsGreeting(hostname, Number(port || 4222));
    if (greeting === undefined || !greeting.startsWith('INFO ')) {
      found.push(fail(`no NATS server answers at ${at}`, 'systemctl status nats-server'));
    } else if (username === '' && !isLoopback(hostname)) {
      found.push(
        fail(
          `the NATS server at ${at} is used without a password`,
          'whoever reaches it can act for any candidate: give it a user, a password and a private address',
        ),
      );
    } else found.push(ok(`a NATS server answers at ${at}`));
  }
  return found;
}
