/** A backup of an engine that works, taken and restored by the real program. */
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { restore } from '../../engine/backup.ts';
import { Postbox } from '../../engine/bus/postbox.ts';
import { foldersOf } from '../../engine/config.ts';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import type { Command } from '../../engine/protocol/commands.ts';
import { personIdOf } from '../../engine/protocol/indices.ts';
import type { Query } from '../../engine/protocol/replies.ts';
import { type EngineHere, runRuxi, startEngineHere, temporaryFolders } from '../harness/engine.ts';

const elsewhere = temporaryFolders();
const backups = join(dirname(elsewhere.RUXI_DATA_DIR), 'backups');
let here: EngineHere;
let settings: Record<string, string>;
let backup: string;
/** What was acknowledged before the backup was asked for. */
let indexBefore: number;
let answered = 0;

beforeAll(async () => {
  here = await startEngineHere();
  const { dataFolder: RUXI_DATA_DIR, keysFolder: RUXI_KEYS_DIR } = here.config;
  settings = { RUXI_DATA_DIR, RUXI_KEYS_DIR };
  const load = new AbortController();
  const working = signInAgainAndAgain(load.signal);
  indexBefore = (await status()).index;
  const { output } = await ruxi(['backup', backups], settings, 0);
  expect(answered).toBeGreaterThan(100);
  load.abort();
  await working;
  backup = /: (\S+)\. Keys/.exec(output)?.[1] ?? expect.unreachable(output);
}, 120_000);
afterAll(async () => {
  await here?.stop();
  elsewhere.remove();
});

test('it is whole, lists what is in it, and holds no key', async () => {
  const list = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8'));
  expect(list.partitions).toEqual([
    {
      partition: 'p0',
      events: expect.any(Number),
      head: expect.anything(),
      digest: expect.any(String),
    },
  ]);
  expect(list.partitions[0].head.index).toBeGreaterThanOrEqual(indexBefore);
  expect(list.partitions[0].head.index).toBeLessThan((await status()).index);
  expect(readdirSync(backup).sort()).toEqual(['manifest.json', 'p0', 'people']);
  expect(readdirSync(join(backup, 'p0'))).toEqual(['data.mdb']);
  expect(readdirSync(backups)).toHaveLength(1);
});

test('restored, an engine goes on from it, and people can be read', async () => {
  const target = { ...settings, RUXI_DATA_DIR: elsewhere.RUXI_DATA_DIR };
  const { output } = await ruxi(['restore', backup], target, 0);
  expect(output).toContain('Whole and verified');
  await expect(restore(backup, foldersOf(target), () => {})).rejects.toThrow('is not empty');
  const list = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8'));
  const again = await startEngineHere({ ...target, RUXI_DEMO_PROVINCE: 'no' });
  expect((await status(again)).index).toBe(list.partitions[0].head.index);
  const asked = await ask(again, { kind: 'candidate', person: people()[0] ?? '' });
  expect(asked.kind === 'candidate' && asked.candidate?.name).toMatch(/虚构/);
  await again.stop();
});

test.each<[string, RegExp, (copy: string, keys: string) => Promise<void> | void]>([
  [
    'a file that was changed',
    /p0\/data\.mdb is not what was backed up/,
    (copy) => appendFileSync(join(copy, 'p0/data.mdb'), 'x'),
  ],
  [
    'a list that is gone',
    /is no backup/,
    (copy) => renameSync(join(copy, 'manifest.json'), join(copy, 'x')),
  ],
  [
    'a newer program’s',
    /made by a newer Ruxi/,
    (copy) => {
      const path = join(copy, 'manifest.json');
      const list = JSON.parse(readFileSync(path, 'utf8'));
      return writeFile(path, JSON.stringify({ ...list, storeFormat: 99 }));
    },
  ],
  [
    'other keys',
    /are not those of this backup/,
    (_, keys) => writeFile(join(keys, 'master.key'), Buffer.alloc(32, 1)),
  ],
  [
    'no keys',
    /has no master\.key/,
    (_, keys) => renameSync(join(keys, 'master.key'), join(keys, 'x')),
  ],
])('not restored, and nothing left behind: %s', async (what, words, spoil) => {
  const folder = join(dirname(elsewhere.RUXI_DATA_DIR), what.replaceAll(/\W/g, '-'));
  const [copy, keys, data] = ['copy', 'keys', 'data'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(folder);
  cpSync(backup, copy, { recursive: true });
  cpSync(settings.RUXI_KEYS_DIR ?? '', keys, { recursive: true });
  await spoil(copy, keys);
  const folders = foldersOf({ RUXI_DATA_DIR: data, RUXI_KEYS_DIR: keys });
  await expect(restore(copy, folders, () => {})).rejects.toThrow(words);
  expect(existsSync(data)).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(['copy', 'keys']);
});

async function ruxi(
  args: string[],
  environment: Record<string, string>,
  code: number,
  words: string | RegExp = '',
) {
  const child = await runRuxi(args, environment, /\S/);
  const ended = await child.ended;
  expect(ended, child.output()).toBe(code);
  expect(child.output()).toMatch(words);
  return { output: child.output() };
}

function people(): string[] {
  const key = readFileSync(join(settings.RUXI_KEYS_DIR ?? '', 'index.key'));
  return demonstrationSignIns().map(({ documentType, documentNumber }) =>
    personIdOf(key, documentType, documentNumber),
  );
}

const answerBy = () => Date.now() + 60_000;
let sent = 0;
const freshId = () => `backup${++sent}`.padEnd(22, '-');

async function ask(engine: EngineHere, query: Query) {
  const postbox = new Postbox(engine.bus, 60_000);
  return postbox.post('p0', { id: freshId(), answerBy: answerBy(), query });
}
async function status(engine = here) {
  const reply = await ask(engine, { kind: 'status' });
  return reply.kind === 'status' ? reply.status : expect.unreachable('no status');
}

/** One event each, and one row that changes. */
async function signInAgainAndAgain(until: AbortSignal): Promise<void> {
  const postbox = new Postbox(here.bus, 60_000);
  const all = people();
  while (!until.aborted) {
    for (const person of all) {
      const asked = await ask(here, { kind: 'candidate', person });
      const candidate = asked.kind === 'candidate' ? asked.candidate : null;
      const ticket = candidate?.tickets[0]?.number;
      if (candidate === null || ticket === undefined || until.aborted) continue;
      const command: Command = {
        ...{ kind: 'record-sign-in', id: freshId(), answerBy: answerBy(), epoch: 0 },
        ...{ person, ticket, succeeded: true, generation: candidate.generation },
      };
      const reply = await postbox.post('p0', command);
      if (reply.kind === 'accepted') answered += 1;
    }
  }
}
