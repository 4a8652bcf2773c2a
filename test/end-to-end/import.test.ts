/** `ruxi import` against a real engine that is killed while the file goes in, and while it is taken over. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { connectNatsBus } from '../../engine/bus/nats-bus.ts';
import { foldersOf } from '../../engine/config.ts';
import { createDeskPort, createImportDesk } from '../../engine/import/desk.ts';
import { exportCsv } from '../../engine/import/export.ts';
import { singleLayout } from '../../engine/protocol/layout.ts';
import { verifyPartition } from '../../engine/verify.ts';
import { runEngine, temporaryFolders } from '../harness/engine.ts';
import { startNats } from '../harness/nats.ts';

const people = 6_000;
const waiting = { timeout: 60_000, interval: 5 };

/** Of an address that no place has, with the right check digit. */
function documentOf(number: number): string {
  const year = 1960 + Math.floor(number / 1_000);
  const body = `999999${year}0101${String(number % 1_000).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, place) => total + weight * Number(body[place]), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}

test('S1 an engine killed twice during an import has the whole file in the end', async () => {
  const nats = await startNats();
  const { remove, ...folders } = temporaryFolders();
  const environment = { ...folders, RUXI_NATS_URL: nats.url, RUXI_ENGINE_DESK_PORT: '0' };
  let engine = await runEngine(environment);
  const killAndStart = async () => {
    engine.child.kill('SIGKILL');
    await engine.ended;
    engine = await runEngine(environment);
  };
  const bus = await connectNatsBus({ url: nats.url, name: 'test' });
  const port = createDeskPort({ bus, layout: singleLayout, now: Date.now });
  const desk = createImportDesk(port, { personIdOf: () => expect.unreachable() });
  mkdirSync(folders.RUXI_KEYS_DIR, { recursive: true });
  const file = join(folders.RUXI_KEYS_DIR, 'candidates.csv');
  const lines = Array.from({ length: people }, (_, number) => {
    const ticket = `77${String(number).padStart(10, '0')}`;
    return `居民身份证,${documentOf(number)},示例,在籍,社会型,有,,,,${ticket},020401,有效,`;
  });
  const header =
    '证件类型,证件号码,姓名,考生类别,考生类型,照片,手机号,口令散列,激活码,准考证号,专业代码,准考证状态,合格课程';
  writeFileSync(file, [header, ...lines].join('\n'));

  const command = [
    'import',
    'candidates',
    file,
    '--reason',
    '示例',
    '--by',
    '甲',
    '--and-by',
    '乙',
  ];
  const ruxi = spawn(process.execPath, ['ruxi.ts', ...command], {
    cwd: new URL('../..', import.meta.url),
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (chunk: Buffer) => {
    said += chunk.toString('utf8');
  };
  ruxi.stdout.on('data', hear);
  ruxi.stderr.on('data', hear);
  const ended = once(ruxi, 'exit');

  await vi.waitUntil(async () => (await desk.taken(1)).slices > 0, waiting);
  await killAndStart();
  await vi.waitUntil(async () => (await desk.imports())[0]?.state === 'applied', waiting);
  await killAndStart();
  const [code] = (await ended) as [number | null];
  expect({ code, said }).toMatchObject({
    code: 0,
    said: expect.stringContaining('第 1 次导入完成'),
  });

  let text = '';
  for await (const piece of exportCsv(port, 'candidates')) text += piece;
  // The demonstration's have other tickets.
  expect(text.split('\r\n').filter((line) => line.includes(',7700******'))).toHaveLength(people);
  engine.child.kill('SIGTERM');
  expect(await engine.ended).toBe(0);
  await bus.close();
  const { dataFolder } = foldersOf(environment);
  const { problems } = await verifyPartition(join(dataFolder, 'p0'), 'p0');
  expect(problems).toEqual([]);
  await nats.stop();
  remove();
});
