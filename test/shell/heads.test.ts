import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Postbox } from '../../engine/bus/postbox.ts';
import {
  auditKeyOf,
  keepHead,
  publicPemOf,
  readHeads,
  type SignedHead,
  signHead,
} from '../../engine/store/heads.ts';
import { loadKeys } from '../../engine/store/keys.ts';
import { verifyPartition, verifyStore } from '../../engine/verify.ts';
import { startEngineHere } from '../harness/engine.ts';
import { choose, hold, WriterDesk } from './writer-harness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ruxi-heads-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = auditKeyOf(Buffer.alloc(32, 7));
const publicPem = publicPemOf(key);
const file = () => join(folder, 'p0.jsonl');
const read = (pem = publicPem) => readHeads(folder, 'p0', pem);
const headAt = (index: number, change: Partial<SignedHead> = {}): SignedHead =>
  signHead(key, {
    ...{ partition: 'p0', epoch: 1, index, hash: `hash-${index}`, at: index * 60_000 },
    ...change,
  });

test('S3 heads that were kept are read again, and whoever has the public key can check them', async () => {
  expect(await read()).toEqual({ heads: [], problems: [] });
  const heads = [headAt(3), headAt(9)];
  for (const head of heads) await keepHead(folder, head);
  expect(await read()).toEqual({ heads, problems: [] });
  // A crash in the middle of a line.
  appendFileSync(file(), '{"partition":"p0","epoch');
  expect(await read()).toEqual({ heads, problems: [] });
});

test.each<[string, (text: string) => string]>([
  ['another index', (text) => text.replace('"index":9', '"index":8')],
  ['another hash', (text) => text.replace('hash-9', 'hash-8')],
  ['another time', (text) => text.replace('"at":540000', '"at":540001')],
  ['another epoch', (text) => text.replace('"epoch":1,"index":9', '"epoch":2,"index":9')],
  ['no signature', (text) => text.replaceAll(/,"signature":"[^"]*"/g, '')],
  ['no sense', (text) => text.replace('{', '')],
  ['another order', (text) => `${text.trimEnd().split('\n').reverse().join('\n')}\n`],
])('S3 a kept head with %s is found', async (_what, spoil) => {
  for (const head of [headAt(3), headAt(9)]) await keepHead(folder, head);
  const whole = readFileSync(file(), 'utf8');
  const spoiled = spoil(whole);
  expect(spoiled).not.toBe(whole);
  writeFileSync(file(), spoiled);
  expect((await read()).problems).not.toEqual([]);
});

test('S3 a head signed by another key, or of another partition, counts for nothing', async () => {
  await keepHead(folder, headAt(3));
  expect(await read(publicPemOf(auditKeyOf(Buffer.alloc(32, 8))))).toEqual({
    heads: [],
    problems: ['head in line 1: its signature is wrong'],
  });
  writeFileSync(file(), `${JSON.stringify(headAt(3, { partition: 'p1' }))}\n`);
  expect(await read()).toEqual({ heads: [], problems: ['head in line 1: of p1'] });
});

test('S3 entries cut off the end of a journal are found by any head that was kept after them', async () => {
  const desk = await (await new WriterDesk().start()).open();
  const heads = [];
  for (let number = 0; number < 4; number += 1) {
    await desk.send(choose(number, 0, '11001'));
    await desk.send(hold(number, 1));
    heads.push(desk.writer.head());
  }
  expect(verifyStore(desk.store, heads).problems).toEqual([]);
  const indices = [...desk.disk.image.journal.keys()].sort((one, other) => one - other);
  for (const index of indices.slice(-3)) desk.disk.image.journal.delete(index);
  const problems = verifyStore(desk.store, heads).problems;
  const lost = heads
    .slice(-2)
    .map(({ index }) => `journal: the known head at index ${index} is not there`);
  expect(problems).toEqual(expect.arrayContaining(lost));
});

test('S3 an engine keeps the head of its journal outside the data folder', async () => {
  const here = await startEngineHere({ RUXI_DEMO_PROVINCE: 'no' });
  const { config } = here;
  const reply = await new Postbox(here.bus, 20_000).post('p0', {
    ...{ id: 'aside'.padEnd(22, '-'), answerBy: Date.now() + 20_000, epoch: 0 },
    ...{ kind: 'set-aside', key: 'one', provider: 'sandbox', why: 'malformed' },
    ...{ attempt: '', transaction: '', amountFen: 0 },
  });
  expect(reply.kind).toBe('accepted');
  await here.engine.stop();
  const pem = publicPemOf(auditKeyOf(loadKeys(config.keysFolder).audit));
  const { heads, problems } = await readHeads(config.headsFolder, 'p0', pem);
  const report = await verifyPartition(join(config.dataFolder, 'p0'), 'p0', heads);
  expect([problems, report.problems]).toEqual([[], []]);
  expect(heads).toMatchObject([report.head]);
  await here.stop();
});
