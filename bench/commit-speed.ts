/**
 * How fast saves become durable: a whole writer over a real LMDB folder, everything but the bus.
 * Commands arrive in submissions as a bus would bring them; a save counts once its reply came,
 * which is after its flush; the clock stops when as few rows are behind the journal as at the
 * start. Every save is real: its person has chosen, held and been sent a code beforehand, through
 * the same writer. Beside it, measured in turn with it, a plain packed append to LMDB.
 */
import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openEnvironment } from '../engine/store/environment.ts';
import { startNats } from '../test/harness/nats.ts';
import { anonymousBytes, ended, startRuxi } from './product.ts';
import { generator } from './random.ts';
import { type Figures, median } from './report.ts';
import {
  type Bench,
  carryAll,
  chooseOf,
  importOf,
  inFolder,
  invent,
  jumbled,
  openBench,
  prepare,
  type Saver,
  saveOf,
  settledOf,
  type Wanting,
} from './writer-bench.ts';

const rounds = 3;
const savesPerRound = 100_000;
/** People between whose code and save others come and go. */
const peopleTyping = 20_000;

/** Saves a second spread over the areas, the same with all in one area, and the plain append. */
export async function measureWriter(seed: number, saves: number = savesPerRound): Promise<Figures> {
  const spread: number[] = [];
  const hot: number[] = [];
  const ceiling: number[] = [];
  const bytes: number[] = [];
  // One more round than counted: the first also compiles.
  for (let round = 0; round <= rounds; round += 1) {
    const at = { seed: seed + round, saves };
    const one = await inFolder((folder) => savesPerSecond(folder, { ...at, wanting: 'spread' }));
    const two = await inFolder((folder) => savesPerSecond(folder, { ...at, wanting: 'hot' }));
    const three = await inFolder((folder) => appendsPerSecond(folder, saves, one.bytesPerSave));
    if (round === 0) continue;
    spread.push(one.perSecond);
    hot.push(two.perSecond);
    ceiling.push(three);
    bytes.push(one.bytesPerSave);
  }
  return {
    'writer.savesPerSecond': Math.round(median(spread)),
    'writer.hotSavesPerSecond': Math.round(median(hot)),
    'writer.lmdbCeilingPerSecond': Math.round(median(ceiling)),
    'writer.journalBytesPerSave': Math.round(median(bytes)),
  };
}

/** What a save costs with a million seats taken, against the same with a thousand. */
export async function measureGrowth(
  seed: number,
  many: number = 1_000_000,
  saves: number = 20_000,
): Promise<Figures> {
  const random = generator(seed);
  let number = 0;
  /** Saves the seats of so many people; how many seats, and the milliseconds a save took. */
  const carry = async (bench: Bench, people: number) => {
    const savers = invent(number, people, 'spread', random);
    number += people;
    await prepare(bench, savers, random);
    const msPerSave = (await timed(bench, savers)) / people;
    return { msPerSave, seats: savers.reduce((sum, { units }) => sum + units.length, 0) };
  };
  const few: number[] = [];
  const lots: number[] = [];
  // One more round than counted: the first also compiles.
  for (let round = 0; round <= rounds; round += 1)
    await inFolder(async (folder) => {
      const bench = await openBench(folder);
      await carry(bench, 400);
      const { msPerSave } = await carry(bench, saves);
      if (round > 0) few.push(msPerSave);
      await bench.close();
    });
  await inFolder(async (folder) => {
    const bench = await openBench(folder);
    for (let seats = 0; seats < many; ) seats += (await carry(bench, 100_000)).seats;
    for (let round = 0; round < rounds; round += 1)
      lots.push((await carry(bench, saves)).msPerSave);
    await bench.close();
  });
  return {
    'growth.ratio': median(lots) / median(few),
    'growth.usPerSaveFew': 1_000 * median(few),
    'growth.usPerSaveMany': 1_000 * median(lots),
  };
}

/** From opening the folder to serving, in a new process: many seats, and a tail to replay. */
export async function measureRecovery(
  seed: number,
  seats: number = 750_000,
  tail: number = 50_000,
): Promise<Figures> {
  return inFolder(async (folder) => {
    await fill(folder, seed, seats, 0);
    const ms: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      inChild('tail', folder, tail, round);
      ms.push(recoverInChild(folder).recoveryMs);
    }
    return { 'recovery.ms': median(ms) };
  });
}

/**
 * What is kept in anonymous memory with candidates and seats on disk: by a writer alone, once it has
 * swept, and by engine and gateway as they are some seconds after their start.
 */
export async function measureMemory(
  seed: number,
  seats: number = 750_000,
  candidates: number = 300_000,
): Promise<Figures> {
  return inFolder(async (folder) => {
    await fill(folder, seed, seats, candidates);
    const { rssAnonBytes } = recoverInChild(folder);
    return { 'memory.writerRssAnonBytes': rssAnonBytes, ...(await ofProcesses(folder)) };
  });
}

const settleMs = 5_000;

async function ofProcesses(folder: string): Promise<Figures> {
  const nats = await startNats();
  const environment = {
    ...process.env,
    RUXI_NATS_URL: nats.url,
    RUXI_DATA_DIR: folder,
    RUXI_KEYS_DIR: join(folder, 'keys'),
    RUXI_DEMO_PROVINCE: 'no',
    RUXI_PORT: '0',
  };
  const engine = await startRuxi('engine', environment);
  const gateway = await startRuxi('gateway', environment);
  await pause(settleMs);
  const ofEngine = anonymousBytes(engine.child.pid);
  const ofGateway = anonymousBytes(gateway.child.pid);
  for (const { child } of [gateway, engine]) await ended(child, 'SIGKILL');
  await nats.stop();
  return {
    'memory.engineRssAnonBytes': ofEngine,
    'memory.gatewayRssAnonBytes': ofGateway,
    'memory.rssAnonBytes': ofEngine + ofGateway,
  };
}

// ── One round ───────────────────────────────────────────────────────────────────────────────────

async function savesPerSecond(
  folder: string,
  { seed, saves, wanting }: { seed: number; saves: number; wanting: Wanting },
): Promise<{ perSecond: number; bytesPerSave: number }> {
  const bench = await openBench(folder);
  const random = generator(seed);
  const savers = invent(0, saves, wanting, random);
  await prepare(bench, savers, random);
  const before = bench.writer.status().index;
  const ms = await timed(bench, savers);
  let bytes = 0;
  for (const { value } of bench.store.entries(before + 1)) bytes += value.length;
  await bench.close();
  return { perSecond: saves / (ms / 1_000), bytesPerSave: bytes / saves };
}

/** The milliseconds until every save was answered and the checkpoint is where it was. */
async function timed({ writer, vault }: Bench, savers: readonly Saver[]): Promise<number> {
  const saves = jumbled(savers, peopleTyping).map((saver) => saveOf(vault, saver));
  const lag = writer.status().lag;
  // What making the load left behind is not the writer's to sweep.
  globalThis.gc?.();
  const before = performance.now();
  await carryAll(writer, saves);
  while (writer.status().lag > lag) await pause(1);
  return performance.now() - before;
}

/** As many bytes in the journal's table as the saves took, one entry a commit, nothing else. */
async function appendsPerSecond(folder: string, saves: number, bytesPerSave: number) {
  const environment = openEnvironment(folder);
  const table = environment.openDB<Buffer, number>('journal', {
    encoding: 'binary',
    keyEncoding: 'uint32',
  });
  const perEntry = 4_096;
  const entry = Buffer.alloc(Math.ceil(perEntry * bytesPerSave), 0x5a);
  const before = performance.now();
  for (let done = 0; done < saves; done += perEntry) {
    await environment.transaction(() => {
      table.put(done + 1, entry);
    });
    await environment.flushed;
  }
  const ms = performance.now() - before;
  await environment.close();
  return saves / (ms / 1_000);
}

// ── Filling ─────────────────────────────────────────────────────────────────────────────────────

/** Saved seats and imported candidates, every row written behind the journal. */
async function fill(folder: string, seed: number, seats: number, candidates: number) {
  const bench = await openBench(folder);
  const random = generator(seed);
  let number = 0;
  for (let taken = 0; taken < seats; ) {
    const savers = invent(number, 50_000, 'spread', random);
    number += savers.length;
    for (const { units } of savers) taken += units.length;
    await prepare(bench, savers, random);
    await timed(bench, savers);
  }
  for (let first = 0; first < candidates; first += 5_000) {
    const some = Array.from({ length: 5_000 }, (_, at) => importOf(bench.vault, first + at));
    await bench.vault.settle();
    await carryAll(bench.writer, some);
    await carryAll(bench.writer, some.map(settledOf));
  }
  await bench.close();
}

// ── In a process of its own ─────────────────────────────────────────────────────────────────────

const never = { lagMax: Number.MAX_SAFE_INTEGER, idleMs: 2 ** 31 - 1 };

/** Runs one of the tasks below on the folder, in a new process that nothing else has warmed. */
function inChild(task: keyof typeof tasks, folder: string, ...numbers: number[]): string {
  const script = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', script, task, folder, ...numbers.map(String)];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${task} failed: ${child.stderr}`);
  return child.stdout;
}

const tasks = {
  /** Adds events whose rows stay behind, and ends as a killed process would. */
  async tail(folder: string, events: number, round: number): Promise<void> {
    const { writer } = await openBench(folder, { ...never, tailMax: Number.MAX_SAFE_INTEGER });
    const savers = invent(10_000_000 + round * events, events, 'spread', generator(round));
    await carryAll(
      writer,
      savers.map((saver) => chooseOf(saver, 0, 0)),
    );
  },
  /** Says how long opening took, and what the process then keeps in anonymous memory. */
  async recover(folder: string): Promise<void> {
    const before = performance.now();
    await openBench(folder, never);
    const recoveryMs = performance.now() - before;
    globalThis.gc?.();
    const rssAnonBytes = anonymousBytes('self');
    writeSync(1, JSON.stringify({ recoveryMs, rssAnonBytes }));
  },
};

function recoverInChild(folder: string): { recoveryMs: number; rssAnonBytes: number } {
  return JSON.parse(inChild('recover', folder));
}

if (import.meta.main) {
  const [task = '', folder = '', ...numbers] = process.argv.slice(2);
  if (task !== 'tail' && task !== 'recover') throw new Error('tail or recover');
  const [first = 0, second = 0] = numbers.map(Number);
  await tasks[task](folder, first, second);
  process.exit(0);
}
