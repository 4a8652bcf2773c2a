/** The demonstration through real writers, a real vault and LMDB: what a first and a second start do. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { createEmbeddedBus } from '../../engine/bus/embedded-bus.ts';
import { Postbox } from '../../engine/bus/postbox.ts';
import { engineConfigOf } from '../../engine/config.ts';
import { demonstrationSignIns } from '../../engine/import/demonstration.ts';
import { importProvince, startEngine } from '../../engine/main.ts';
import { partitionOfPerson, partitionsOf } from '../../engine/protocol/layout.ts';
import type { Query } from '../../engine/protocol/replies.ts';

const folder = mkdtempSync(join(tmpdir(), 'ruxi-import-'));
const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

const config = engineConfigOf({
  RUXI_DATA_DIR: join(folder, 'data'),
  RUXI_KEYS_DIR: join(folder, 'keys'),
  RUXI_SESSION_PARTITION: 'desk',
  RUXI_AREA_PARTITIONS: 'areas-1,areas-2',
  RUXI_PEOPLE_PARTITIONS: 'people-1,people-2',
  RUXI_PHONE_PARTITIONS: 'people-1',
});

async function start() {
  const { port1, port2 } = new MessageChannel();
  const bus = createEmbeddedBus(port1);
  const troubles: string[] = [];
  const engine = await startEngine({
    config,
    bus,
    exit: (_code, reason) => troubles.push(reason.message),
    onTrouble: (what) => troubles.push(what),
    onAttempt() {},
    onHead() {},
  });
  const stop = async () => {
    await engine.stop();
    await bus.close();
    port2.close();
    expect(troubles).toEqual([]);
  };
  endings.push(stop);
  const postbox = new Postbox(bus, 20_000);
  let asked = 0;
  const ask = async (partition: string, query: Query) => {
    asked += 1;
    const id = `question${asked}`.padEnd(22, '-');
    return postbox.post(partition, { id, answerBy: Date.now() + 20_000, query });
  };
  return { engine, bus, ask, stop };
}

test('D1 D2 the first start imports, the second finds everything, nothing stands in the clear', async () => {
  const first = await start();
  const done = await importProvince(first.engine, config, first.bus);
  expect(done).toEqual({ kind: 'imported', areas: 183, candidates: 2400 });
  endings.pop();
  await first.stop();

  const second = await start();
  const again = await importProvince(second.engine, config, second.bus);
  expect(again).toEqual({ kind: 'present' });

  for (const { documentType, documentNumber, phone } of demonstrationSignIns()) {
    const person = second.engine.vault.personIdOf(documentType, documentNumber);
    const reply = await second.ask(partitionOfPerson(config.layout, person), {
      kind: 'candidate',
      person,
    });
    const candidate = reply.kind === 'candidate' ? reply.candidate : null;
    expect(candidate?.name).toMatch(/^.(示例|演示|样例|虚构|示范|试用)$/u);
    const mask = candidate?.importedPhoneMask ?? candidate?.phone?.mask;
    expect(mask).toBe(phone && `${phone.slice(0, 3)}****${phone.slice(7)}`);
  }
  let areas = 0;
  for (const partition of partitionsOf(config.layout)) {
    const reply = await second.ask(partition, { kind: 'counts' });
    const counts = reply.kind === 'counts' ? reply.counts : [];
    areas += counts.length;
    for (const { free, capacity } of counts) expect(free).toEqual(capacity);
  }
  expect(areas).toBe(183);
  endings.pop();
  await second.stop();

  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const bytes = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name)));
  // What is there to be found is found: the search below means something.
  expect(bytes.some((file) => file.includes('199****0000'))).toBe(true);
  for (const file of bytes) {
    for (const { documentNumber, phone } of demonstrationSignIns()) {
      expect(file.includes(documentNumber)).toBe(false);
      if (phone !== undefined) expect(file.includes(phone)).toBe(false);
    }
    expect(file.includes('虚构')).toBe(false);
  }
});
