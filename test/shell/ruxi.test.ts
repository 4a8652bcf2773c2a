import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { engineConfigOf } from '../../engine/config.ts';
import { messageKinds } from '../../engine/protocol/messages.ts';
import { runEngine, runRuxi, temporaryFolders } from '../harness/engine.ts';
import { startNats } from '../harness/nats.ts';

const endedWith = async (args: string[], environment: Record<string, string> = {}) => {
  const process = await runRuxi(args, environment, /\S/);
  const how = await process.ended;
  return { how, output: process.output() };
};

const decided = (to: string, reason: string, by: string, andBy: string) => [
  ...['booking-proof', to, '--reason', reason, '--by', by, '--and-by', andBy],
];
const staffInvite = (name: string, roles: string, scope: string) => [
  ...['staff', 'invite', name, '--roles', roles, '--scope', scope],
];

test.each([
  [['bogus'], /unknown command 'bogus'/],
  [['start', '--fast'], /unknown option '--fast'/],
  [['window', 'pause'], /required option '--reason/],
  [['window', 'pause', '--reason', 'x', '--news-by', 'soon'], /"soon" is no time/],
  [['booking-proof'], /Usage: ruxi booking-proof/],
  [['booking-proof', 'fax'], /unknown command 'fax'/],
  [['booking-proof', 'password', '--reason', 'x', '--by', 'one'], /required option '--and-by/],
  [['booking-proof', 'code', '--by', 'one', '--and-by', 'two'], /required option '--reason/],
  [decided('password', ' ', '示例甲', '示例乙'), /--reason is empty/],
  [decided('password', 'x', '示例甲', '示例 甲'), /two different people/],
  [decided('code', 'x', '', '示例乙'), /two different people/],
  [['import'], /Usage: ruxi import/],
  [['import', 'seats', 'a.csv'], /unknown command 'seats'/],
  [['import', 'areas'], /missing required argument 'file'/],
  [['import', 'areas', 'nowhere.csv', '--preview'], /nowhere.csv is not there/],
  [['import', 'areas', 'package.json', '--reason', 'x'], /--reason and --by are needed/],
  [['import', 'candidates', 'package.json', '--reason', 'x', '--by', '甲'], /two different people/],
  [['import', 'drop', 'all'], /"all" is no number/],
  [['export', 'everything'], /Allowed choices are registrations, orders/],
  [['export', 'pools', 'package.json'], /package.json is there already/],
  [['export', 'audit', '--area', '0101'], /audit is the whole province's/],
  [['export', 'pools', '--unit', 'A'], /--unit and --in-full are for an arrangement/],
  [['export', 'arrangement', '--in-full', '--by', '甲'], /needs --reason and --by/],
  [['staff', 'invite', 'li.na', '--roles', 'system'], /required option '--scope/],
  [staffInvite('Li Na', 'system', 'province'), /"Li Na" cannot be an account/],
  [staffInvite('li.na', 'office,root', 'province'), /"root" is no role/],
  [staffInvite('li.na', 'office', 'county:0101'), /"county:0101" is no scope/],
])('wrong arguments %j are answered in words', async (args, words) => {
  const { how, output } = await endedWith(args);
  expect(how).toBe(64);
  expect(output).toMatch(words);
  expect(output).not.toMatch(/\n\s+at /);
});

test('help says what there is, and the codes it ends with', async () => {
  const { how, output } = await endedWith(['--help']);
  expect(how).toBe(0);
  for (const command of [
    'start',
    'serve',
    'engine',
    'gateway',
    'sandbox',
    'verify',
    'backup',
    'restore',
    'doctor',
    'audit-key',
    'window',
    'booking-proof',
    'staff',
    'import',
    'export',
    'channels',
  ]) {
    expect(output).toContain(`  ${command} `);
  }
});

test.each([
  ['tencent', /已保存 \{1\} 门课程的考位/],
  ['alibaba', /已保存 \$\{courses\} 门课程的考位/],
])('the templates to file with %s are told in its own notation', async (carrier, words) => {
  const { how, output } = await endedWith(['channels', 'templates', carrier]);
  expect(how).toBe(0);
  for (const kind of messageKinds) expect(output).toContain(`${kind}\n  `);
  expect(output).toMatch(words);
});

test.each([
  [{ RUXI_INBOX_MAX: 'many' }, 'RUXI_INBOX_MAX: a whole number'],
  [{ RUXI_DEMO_HOURS: '9-22' }, 'RUXI_DEMO_HOURS: hours like 09:00-22:00'],
  [{ RUXI_AREA_PARTITIONS: 'a.>' }, 'RUXI_AREA_PARTITIONS: names'],
  [{ RUXI_PARTITIONS: 'p9' }, 'RUXI_PARTITIONS names p9'],
  [{ RUXI_DEMONSTRATION: 'no' }, 'RUXI_SMS_CHANNELS must name how short messages leave'],
  [{ RUXI_SANDBOX_PORT: 'high' }, 'RUXI_SANDBOX_PORT: a port'],
  [{ RUXI_NATS_URL: 'nats://a', RUXI_NATS_URL_FILE: 'b' }, 'RUXI_NATS_URL_FILE are both set'],
  [{ RUXI_NATS_URL_FILE: '/nowhere' }, 'cannot be read'],
  [{}, 'RUXI_NATS_URL is not set'],
])('settings %j are refused early, in words', async (settings, words) => {
  const { how, output } = await endedWith(['engine'], settings as Record<string, string>);
  expect(how).toBe(78);
  expect(output).toContain(words);
  expect(output).not.toMatch(/\n\s+at /);
});

test('settings are whole and frozen, and absent ones have a value', () => {
  const config = engineConfigOf({ RUXI_AREA_PARTITIONS: 'a0, a1', RUXI_BATCH_MAX: '10' });
  expect(config).toMatchObject({
    dataFolder: 'var/data',
    layout: { session: 'p0', areas: ['a0', 'a1'], people: ['p0'], phones: ['p0'] },
    partitions: ['a0', 'a1', 'p0'],
    limits: { batchMax: 10 },
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('a gateway without the engine’s keys says which files it needs', async () => {
  const nats = await startNats();
  const { remove, ...folders } = temporaryFolders();
  const { how, output } = await endedWith(['gateway'], { ...folders, RUXI_NATS_URL: nats.url });
  expect(how).toBe(78);
  expect(output).toContain('index.key');
  await nats.stop();
  remove();
});

test('S1 the shell imports and exports, over NATS and with the engine stopped', async () => {
  const nats = await startNats();
  const { remove, ...folders } = temporaryFolders();
  const environment = {
    ...{ ...folders, RUXI_NATS_URL: nats.url, RUXI_DEMO_PROVINCE: 'no' },
    RUXI_ENGINE_DESK_PORT: '0',
  };
  mkdirSync(folders.RUXI_KEYS_DIR, { recursive: true });
  const file = (name: string, text: string) => {
    const path = join(folders.RUXI_KEYS_DIR, name);
    writeFileSync(path, text);
    return path;
  };
  const by = ['--reason', '示例', '--by', '示例甲'];
  const engine = await runEngine(environment);
  const head = file(
    'session.csv',
    `考次代码,考次名称,每门课程的费用（元）,准考证打印开始
DEMO,演示考次,35.00,2026-10-20 09:00
`,
  );
  expect(await endedWith(['import', 'session', head, ...by], environment)).toMatchObject({
    how: 0,
  });
  const wrong = file(
    'units.csv',
    `code,name,starts,ends
A,第一单元,2026-10-24 09:00,2026-10-24 08:00
`,
  );
  expect(await endedWith(['import', 'units', wrong, ...by], environment)).toMatchObject({
    how: 1,
    output: expect.stringContaining('units.csv 第 2 行：开考时间要早于结束时间'),
  });
  const units = file(
    'units.csv',
    `code,name,starts,ends
A,第一单元,2026-10-24 09:00,2026-10-24 11:30
`,
  );
  const preview = await endedWith(['import', 'units', units, '--preview'], environment);
  expect(preview).toMatchObject({ how: 0, output: expect.stringContaining('新增 1，更改 0') });
  expect(await endedWith(['import', 'units', units, ...by], environment)).toMatchObject({ how: 0 });
  const areas = file(
    'areas.csv',
    `考区代码,考区名称,市州代码,市州名称,县区代码,办公室,办公室电话,办公时间
0101,演示考区,510100,演示市,,演示自考办,028-00000000,09:00–17:00
`,
  );
  expect(await endedWith(['import', 'areas', areas, ...by], environment)).toMatchObject({ how: 0 });
  const capacities = file(
    'capacities.csv',
    `area,unit,capacity
0101,A,30
`,
  );
  const two = [...by, '--and-by', '示例乙'];
  const done = await endedWith(['import', 'capacities', capacities, ...two], environment);
  expect(done).toMatchObject({ how: 0, output: expect.stringContaining('第 1 次导入完成') });
  expect(await endedWith(['import', 'show'], environment)).toMatchObject({
    output: expect.stringContaining('capacities  capacities.csv  已生效，新增 1'),
  });
  const full = ['export', 'arrangement', '--area', '0101', '--in-full', ...by];
  expect(await endedWith(full, environment)).toMatchObject({
    how: 0,
    output: expect.stringMatching(/考区代码,.*准考证号.*缺考\r\n/),
  });
  const inUse = await endedWith(['export', 'pools', '--stopped'], environment);
  expect(inUse).toMatchObject({
    how: 1,
    output: expect.stringContaining(`process ${engine.child.pid} has`),
  });
  engine.child.kill('SIGTERM');
  expect(await engine.ended).toBe(0);
  const pools = await endedWith(['export', 'pools', '--stopped'], environment);
  expect(pools).toMatchObject({
    how: 0,
    output: expect.stringContaining('"0101\t",演示考区,A,,30,30,0,0,0,0,0\r\n'),
  });
  const audit = await endedWith(['export', 'audit', '--stopped'], environment);
  expect(audit.output).toMatch(/导出完整号码,.*shell 示例甲.*0101/);
  await nats.stop();
  remove();
});

test('an engine over NATS outlives its server, drains on SIGTERM, and finds everything again', async () => {
  const nats = await startNats();
  const { remove, ...folders } = temporaryFolders();
  const environment = {
    ...{ ...folders, RUXI_NATS_URL: nats.url, RUXI_DEMO_PROVINCE: 'no' },
    RUXI_ENGINE_DESK_PORT: '0',
  };
  const first = await runEngine(environment);
  const desk = /Operators look at (http:\S+)\/readyz/.exec(first.output())?.[1];
  const readiness = async () => (await fetch(`${desk}/readyz`)).text();
  expect(await readiness()).toBe('ready\n');
  await nats.stop();
  await vi.waitFor(async () => expect(await readiness()).toBe('bus-away\n'), { timeout: 30_000 });
  await nats.start();
  const pause = ['window', 'open'];
  await vi.waitFor(
    async () => {
      const { output } = await endedWith(pause, environment);
      // No session is there to open; that the engine says so shows that it answers again.
      expect(output).toContain('session-missing');
    },
    { timeout: 30_000, interval: 200 },
  );
  const proof = await endedWith(decided('password', 'x', '示例甲', '示例乙'), environment);
  expect(proof).toMatchObject({ how: 1 });
  expect(proof.output).toContain('session-missing');
  const shown = await endedWith(['channels', 'show'], environment);
  expect(shown).toMatchObject({ how: 0 });
  expect(shown.output).toContain('p0: 0 codes and moves waiting, 0 news');
  expect(shown.output).toContain('demonstration: 0 sent, 0 failed, 0 unknown');
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  const second = await runEngine(environment);
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  await nats.stop();
  remove();
});

test('everything in one process: open, then stopped by one signal, then open again', async () => {
  const { remove, ...folders } = temporaryFolders();
  const environment = { ...folders, RUXI_PORT: '0' };
  for (const life of ['first', 'second']) {
    const ruxi = await runRuxi(['start'], environment, /Ruxi is open: http:\S+\n/);
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(ruxi.output())?.[1]);
    expect(await accepts(port), life).toBe(true);
    expect(ruxi.output()).toContain('Invented people');
    expect(ruxi.output()).toMatch(/Payments are tried out at http:/);
    ruxi.child.kill('SIGTERM');
    expect(await ruxi.ended).toBe(0);
    expect(await accepts(port)).toBe(false);
  }
  remove();
});

test('a life that was ready and was killed is followed by another', async () => {
  const { remove, ...folders } = temporaryFolders();
  const environment = { ...folders, RUXI_PORT: '0', RUXI_DEMO_PROVINCE: 'yes' };
  const ruxi = await runRuxi(['start'], environment, /Ruxi is open/);
  const { pid } = ruxi.child;
  const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  process.kill(Number(child), 'SIGKILL');
  await vi.waitFor(() => expect(ruxi.output()).toMatch(/starting again[\s\S]*Ruxi is open/), {
    timeout: 60_000,
  });
  ruxi.child.kill('SIGTERM');
  expect(await ruxi.ended).toBe(0);
  remove();
});

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
