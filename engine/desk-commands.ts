/**
 * `ruxi import` and `ruxi export`: a file in, a file out, from the shell. Reaches the running engine over
 * NATS; with the engine stopped, starts one on the data folder for as long as the command takes.
 *
 * D1 Never two engines on one folder: where any process has it open, none is started (the epoch would
 *    end the other one; this asks first).
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import type { Bus } from './bus/bus.ts';
import { createEmbeddedBus } from './bus/embedded-bus.ts';
import type { EngineConfig, Folders } from './config.ts';
import {
  createDeskPort,
  createImportDesk,
  type DeskPort,
  type Difference,
  type ImportDesk,
  type ImportKind,
  isStagedKind,
  type Source,
} from './import/desk.ts';
import { type ExportKind, exportCsv } from './import/export.ts';
import { type EngineOptions, startEngine } from './main.ts';
import type { AreaCode, UnitCode } from './protocol/ids.ts';
import type { ImportNumber } from './protocol/imports.ts';
import { personIdOf } from './protocol/indices.ts';
import type { Scope } from './protocol/staff.ts';
import { commandsWithin } from './protocol/subjects.ts';
import { atShell } from './shell-acts.ts';
import { processesWith } from './store/environment.ts';

export type Books = { port: DeskPort; desk: ImportDesk; close(): Promise<void> };
type Say = (text: string) => void;

const progressEveryMs = 1_000;
const lookEveryMs = 200;

/** `indexKey` finds people by their numbers, as a gateway does. */
export function booksOver(bus: Bus, { layout }: Folders, indexKey: Buffer): Books {
  const port = createDeskPort({ bus, layout, now: Date.now, door: commandsWithin });
  const people = {
    personIdOf: (type: string, number: string) => personIdOf(indexKey, type, number),
  };
  return { port, desk: createImportDesk(port, people), close: () => bus.close() };
}

/** Throws when any other process has one of the folders open (D1). */
export async function booksOfStopped(
  config: EngineConfig,
  wishes: Pick<EngineOptions, 'exit' | 'onTrouble' | 'onAttempt' | 'onHead'>,
): Promise<Books> {
  for (const partition of config.partitions) {
    const [other] = processesWith(join(config.dataFolder, partition));
    if (other !== undefined) {
      throw new Error(
        `process ${other} has ${config.dataFolder} open: reach its engine over NATS (RUXI_NATS_URL), or stop it first`,
      );
    }
  }
  const { port1, port2 } = new MessageChannel();
  const [near, far] = [createEmbeddedBus(port1), createEmbeddedBus(port2)];
  const engine = await startEngine({ ...wishes, config, bus: far });
  const { layout } = config;
  const port = createDeskPort({ bus: near, layout, now: Date.now, door: commandsWithin });
  return {
    ...{ port, desk: createImportDesk(port, engine.vault) },
    async close() {
      await engine.stop();
      await Promise.all([near.close(), far.close()]);
    },
  };
}

/** `signal`: the file is read no further, and nothing of it stays. */
export type ImportOptions = {
  signal: AbortSignal;
  preview: boolean;
  decided: { reason: string; by: string; andBy?: string };
};

/** What it came to, in words. */
export async function importFile(
  { desk }: Books,
  kind: ImportKind,
  path: string,
  { preview, decided, signal }: ImportOptions,
  say: Say,
): Promise<string> {
  const source: Source = { name: basename(path), open: () => createReadStream(path, { signal }) };
  const { onProgress, end } = progress(say, '人');
  if (preview) {
    const difference = await desk.preview(kind, source, onProgress);
    end();
    return `${inWords(difference)}\n这是预览，没有导入。`;
  }
  const { reason, by, andBy = '' } = decided;
  if (!isStagedKind(kind)) {
    const compared = await desk.previewCatalogue(kind, source);
    await desk.install(compared, { ...atShell(by), reason });
    return `${inWords(compared.difference)}\n已导入。`;
  }
  const { number, difference } = await desk.stage(kind, source, atShell(by), onProgress);
  end();
  say(inWords(difference));
  await desk.apply(number, { ...atShell(andBy), reason });
  say(`第 ${number} 次导入已生效，正在录入。`);
  await takenOver(desk, number, say);
  return `第 ${number} 次导入完成。`;
}

async function takenOver(desk: ImportDesk, number: ImportNumber, say: Say): Promise<void> {
  const { onProgress, end } = progress(say, '批');
  for (;;) {
    const { taken, done } = await desk.taken(number);
    onProgress(taken);
    if (done) break;
    await setTimeout(lookEveryMs);
  }
  end();
}

const wholeProvince: Scope = { kind: 'province' };
const scopeOfArea = (area: AreaCode): Scope => ({ kind: 'area', area });
/** `inFull`: once the journal has who took it at the command line, and why. */
export type ExportOrder = {
  path: string | undefined;
  areas: ReadonlySet<AreaCode> | undefined;
  unit: UnitCode | undefined;
  inFull: boolean;
  reason: string;
  by: string;
};

/** To the file, or to standard output. How many rows. */
export async function exportFile(
  { port }: Books,
  kind: ExportKind,
  { path, areas, unit, inFull, reason, by }: ExportOrder,
  say: Say,
): Promise<number> {
  if (inFull) {
    for (const scope of areas === undefined ? [wholeProvince] : [...areas].map(scopeOfArea)) {
      const noted = { kind: 'note-export', what: 'arrangement', scope, reason } as const;
      const reply = await port.tell(port.layout.session, { ...noted, ...atShell(by) });
      if (reply.kind === 'refused')
        throw new Error(`the journal would not have it: ${reply.reason}`);
    }
  }
  let rows = 0;
  const { onProgress, end } = progress(say, '行');
  const onRows = (count: number) => {
    rows = count;
    onProgress(count);
  };
  const csv = exportCsv(port, kind, { areas, unit, inFull, onRows });
  // A file that is there already is somebody's: it is not written over.
  const to =
    path === undefined ? process.stdout : createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await pipeline(Readable.from(csv), to, { end: path !== undefined });
  end();
  return rows;
}

export async function describeImports({ desk }: Books): Promise<string> {
  const words = {
    open: '正在传',
    ready: '等待批准',
    applied: '已生效',
    dropped: '已放弃',
  } as const;
  const lines = (await desk.imports()).map(({ number, what, source, at, state, sum }) => {
    const counts =
      sum && `，新增 ${sum.added}，更改 ${sum.changed}，去掉 ${sum.removed}，不变 ${sum.same}`;
    return `${number}  ${new Date(at).toISOString()}  ${what}  ${source}  ${words[state]}${counts ?? ''}`;
  });
  return lines.length === 0 ? '还没有导入过。' : lines.join('\n');
}

export function inWords({ added, changed, same, removed, columns, examples }: Difference): string {
  const how = { added: '新增', changed: '更改', removed: '去掉' } as const;
  return [
    `新增 ${added}，更改 ${changed}，去掉 ${removed}，不变 ${same}。`,
    ...(columns.length === 0
      ? []
      : [`更改的列：${columns.map(({ title, rows }) => `${title} ${rows}`).join('，')}。`]),
    ...examples.map(({ how: what, who, columns: named }) =>
      [`  ${how[what]} ${who}`, ...(named.length === 0 ? [] : [`（${named.join('、')}）`])].join(
        '',
      ),
    ),
  ].join('\n');
}

/** Once a second, so that somebody who waits sees it move. */
function progress(say: Say, unit: string) {
  let toldAt = performance.now();
  let told = 0;
  let last = 0;
  return {
    onProgress(count: number) {
      last = count;
      if (performance.now() - toldAt < progressEveryMs) return;
      toldAt = performance.now();
      told = count;
      say(`… ${count} ${unit}`);
    },
    end() {
      if (told !== 0 && told !== last) say(`… ${last} ${unit}`);
    },
  };
}
