/** What the doctor says of settings, data, keys and machines that are well, and of those that are not. */
import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examine, type Finding } from '../../ops/doctor/examination.ts';
import { type Machine, thisMachine } from '../../ops/doctor/machine.ts';
import { runRuxi, startEngineHere, temporaryFolders } from '../harness/engine.ts';
import { freePort } from '../harness/free-port.ts';
import { startNats } from '../harness/nats.ts';

const gigabyte = 1e9;
const wellMachine: Machine = {
  now: Date.now,
  cores: () => 4,
  memoryBytes: () => 8 * gigabyte,
  freeBytes: () => 100 * gigabyte,
  fileSystem: () => 0xef53,
  flushes: () => [1, 1.1, 0.9],
  clockStepMs: async () => 0,
  followsTime: () => true,
  openFilesMax: () => 262_144,
  isPortFree: async () => true,
  livesAt: async () => false,
  natsGreeting: async () => 'INFO {"server_id":"x"}',
};

const { remove, ...folders } = temporaryFolders();
beforeAll(async () => {
  const engine = await startEngineHere(folders);
  await engine.stop();
}, 60_000);
afterAll(remove);

/** Where nothing is yet, for what does not ask for data: to look into those takes a process each. */
const bare = {
  RUXI_DATA_DIR: join(folders.RUXI_DATA_DIR, 'none'),
  RUXI_KEYS_DIR: join(folders.RUXI_KEYS_DIR, 'none'),
};
const look = (settings: Record<string, string> = {}, machine: Partial<Machine> = {}) =>
  examine({ ...folders, ...settings }, { ...wellMachine, ...machine });
const said = (found: readonly Finding[], level: Finding['level']) =>
  found
    .filter((one) => one.level === level)
    .map(({ what, todo }) => `${what} → ${todo}`)
    .join('\n');

test('a demonstration on a machine that is well: nothing fails, and what is pretended is named', async () => {
  const found = await look();
  expect(said(found, 'fail')).toBe('');
  for (const words of ['demonstration', 'invented people', 'sandbox', 'RUXI_ORIGIN'])
    expect(said(found, 'warn')).toContain(words);
  const well = said(found, 'ok');
  for (const words of [
    /p0 can be read/,
    /booking days are to come/,
    /keys .* are whole/,
    /ports 3000, 3001/,
  ])
    expect(well).toMatch(words);
});

test.each<[string, Record<string, string>, Partial<Machine>, Finding['level'], RegExp]>([
  ['a setting that makes no sense', { RUXI_PORT: 'high' }, {}, 'fail', /RUXI_PORT/],
  [
    'a public address without TLS',
    { RUXI_ORIGIN: 'http://a.example' },
    {},
    'warn',
    /not encrypted/,
  ],
  [
    'a proxy that is not known',
    { RUXI_ORIGIN: 'https://a.example' },
    {},
    'warn',
    /TRUSTED_PROXIES/,
  ],
  ['operators in public', { RUXI_DESK_HOST: '0.0.0.0' }, {}, 'warn', /only staff may reach it/],
  [
    'a layout that was changed',
    { ...folders, RUXI_AREA_PARTITIONS: 'a0,a1' },
    {},
    'warn',
    /a1 has no data/,
  ],
  ['data on another machine', {}, { fileSystem: () => 0x6969 }, 'fail', /is on NFS/],
  ['data in memory', {}, { fileSystem: () => 0x01021994 }, 'fail', /is on tmpfs/],
  ['little room', {}, { freeBytes: () => 10 * gigabyte }, 'warn', /10\.0 GB free/],
  ['no room', {}, { freeBytes: () => gigabyte }, 'fail', /1\.0 GB free/],
  ['a slow disk', {}, { flushes: () => [30, 30, 90] }, 'warn', /30\.00 ms, at worst 90/],
  ['a disk that is no use', {}, { flushes: () => [200] }, 'fail', /use another disk/],
  ['a disk that promises too much', {}, { flushes: () => [0.001] }, 'warn', /power cut/],
  ['a clock that steps', {}, { clockStepMs: async () => -900 }, 'fail', /stepped by -900 ms/],
  [
    'a clock that nobody sets',
    {},
    { followsTime: () => false },
    'warn',
    /cannot be seen from here/,
  ],
  [
    'a clock that is behind',
    { ...folders },
    { now: () => 1_600_000_000_000 },
    'fail',
    /ahead of this machine’s clock/,
  ],
  [
    'days that are over',
    { ...folders },
    { now: () => 4_000_000_000_000 },
    'warn',
    /every booking day is over/,
  ],
  ['few files', {}, { openFilesMax: () => 1_024 }, 'warn', /ulimit -n 51000/],
  [
    'a port that is taken',
    {},
    { isPortFree: async (_, port) => port !== 3001 },
    'fail',
    /port 3001 .* operators/,
  ],
  ['a small machine', {}, { cores: () => 1 }, 'warn', /1 cores/],
  [
    'NATS away',
    { RUXI_NATS_URL: 'a.example' },
    { natsGreeting: async () => undefined },
    'fail',
    /no NATS server/,
  ],
  ['NATS for everybody', { RUXI_NATS_URL: 'nats://a.example' }, {}, 'fail', /without a password/],
])('%s is found', async (_, settings, machine, level, words) => {
  expect(said(await look({ ...bare, ...settings }, machine), level)).toMatch(words);
});

test('where Ruxi runs its ports are not free, and that is well', async () => {
  const found = await look(bare, { isPortFree: async () => false, livesAt: async () => true });
  expect(said(found, 'fail')).toBe('');
  expect(said(found, 'ok')).toContain('Ruxi is running here');
});

test('a password in the address of NATS is not shown', async () => {
  const settings = { ...bare, RUXI_NATS_URL: 'nats://ruxi:geheim@10.0.0.1:4333' };
  const found = await look(settings);
  expect(said(found, 'ok')).toContain('10.0.0.1:4333');
  expect(JSON.stringify(found)).not.toContain('geheim');
});

test('keys that others may read, are gone, are others or lie among the data are found', async () => {
  const master = join(folders.RUXI_KEYS_DIR, 'master.key');
  chmodSync(master, 0o644);
  expect(said(await look(), 'fail')).toContain(`chmod 600 ${master}`);
  chmodSync(master, 0o600);
  const aside = join(dirname(folders.RUXI_KEYS_DIR), 'aside');
  renameSync(master, aside);
  expect(said(await look(), 'fail')).toContain('data and no master.key');
  writeFileSync(master, Buffer.alloc(32, 7), { mode: 0o600 });
  expect(said(await look(), 'fail')).toContain('do not open these data');
  writeFileSync(master, 'short', { mode: 0o600 });
  expect(said(await look(), 'fail')).toContain('is not a key');
  renameSync(aside, master);
  const among = { RUXI_KEYS_DIR: join(folders.RUXI_DATA_DIR, 'keys') };
  expect(said(await look(among), 'fail')).toContain('inside the data folder');
});

test('this machine answers every question, and nothing is left behind', async () => {
  const nats = await startNats();
  const port = await freePort();
  const folder = join(dirname(folders.RUXI_DATA_DIR), 'nothing', 'yet');
  expect(thisMachine.flushes(folder).every((ms) => ms > 0)).toBe(true);
  expect(existsSync(dirname(folder))).toBe(false);
  expect(thisMachine.freeBytes(folder)).toBeGreaterThan(0);
  expect(thisMachine.openFilesMax()).toBeGreaterThan(0);
  expect(await thisMachine.isPortFree('127.0.0.1', port)).toBe(true);
  const { hostname, port: natsPort } = new URL(nats.url);
  expect(await thisMachine.isPortFree(hostname, Number(natsPort))).toBe(false);
  expect(await thisMachine.natsGreeting(hostname, Number(natsPort))).toMatch(/^INFO \{/);
  expect(await thisMachine.natsGreeting('127.0.0.1', port)).toBeUndefined();
  expect(await thisMachine.livesAt('127.0.0.1', port)).toBe(false);
  await nats.stop();
});

test('ruxi doctor says it in lines, and ends with 1 when something stands in the way', async () => {
  const settings = {
    ...folders,
    RUXI_PORT: '0',
    RUXI_NATS_URL: `nats://127.0.0.1:${await freePort()}`,
  };
  const doctor = await runRuxi(['doctor'], settings, /\S/);
  expect(await doctor.ended).toBe(1);
  expect(doctor.output()).toMatch(/^ok {4}Node /m);
  expect(doctor.output()).toMatch(/^fail {2}no NATS server answers at .*\n {6}→ systemctl/m);
  expect(doctor.output()).toMatch(/1 things stand in the way/);
});
