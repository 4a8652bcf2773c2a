/**
 * How fast saves become durable: a whole writer over a real LMDB folder, everything but the bus.
 * Commands arrive in submissions as a bus would bring them; a save counts once its reply came,
 * which is after its flush; the clock stops when as few rows are behind the journal as at the
 * start. Every save is real: its person has chosen, held and been sent a code beforehand, through
 * the same writer. Beside it, measured in turn with it, a plain packed append to LMDB.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from '../engine/protocol/commands.ts';
import type { AreaCode, UnitCode } from '../engine/protocol/ids.ts';
import { singleLayout } from '../engine/protocol/layout.ts';
import type { Adopted } from '../engine/protocol/session.ts';
import { openEnvironment } from '../engine/store/environment.ts';
import { loadKeys } from '../engine/store/keys.ts';
import { openLmdbStore } from '../engine/store/lmdb-store.ts';
import type { Store } from '../engine/store/store.ts';
import { openVault, type Vault } from '../engine/store/vault.ts';
import type { Writer, WriterLimits } from '../engine/writer/ports.ts';
import { startWriter } from '../engine/writer/writer.ts';
import { type Figures, median } from './report.ts';

const rounds = 3;
const savesPerRound = 100_000;
/** People between whose code and save others come and go. */
const peopleTyping = 20_000;
/** Commands of one submission, and how many submissions wait for their replies at a time. */
const perSubmission = 256;
const submissionsInFlight = 32;

const areaCount = 183;
const unitCodes: readonly UnitCode[] = ['A', 'B', 'C', 'D'];
const coursesPerUnit = 50;
const answerWithinMs = 3_600_000;
const capacity = 10_000_000;

type Wanting = 'spread' | 'hot';
type Saver = { number: number; area: AreaCode; units: UnitCode[] };

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

/** What a writer keeps in anonymous memory, in a new process, with candidates and seats on disk. */
export async function measureMemory(
  seed: number,
  seats: number = 750_000,
  candidates: number = 300_000,
): Promise<Figures> {
  return inFolder(async (folder) => {
    await fill(folder, seed, seats, candidates);
    return { 'memory.writerRssAnonBytes': recoverInChild(folder).rssAnonBytes };
  });
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
    const status = readFileSync('/proc/self/status', 'utf8');
    const rssAnonBytes = 1_024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]);
    writeSync(1, JSON.stringify({ recoveryMs, rssAnonBytes }));
  },
};

function recoverInChild(folder: string): { recoveryMs: number; rssAnonBytes: number } {
  return JSON.parse(inChild('recover', folder));
}

// ── A writer to measure ─────────────────────────────────────────────────────────────────────────

type Bench = { writer: Writer; store: Store; vault: Vault; close(): Promise<void> };

async function openBench(folder: string, limits: Partial<WriterLimits> = {}): Promise<Bench> {
  const store = await openLmdbStore(join(folder, 'p0'), 'p0');
  const vault = openVault(join(folder, 'keys'), loadKeys(join(folder, 'keys')));
  const writer = await startWriter({
    partition: 'p0',
    layout: singleLayout,
    store,
    vault,
    clock: { now: Date.now, monotonic: () => performance.now() },
    publish() {},
    // As the sender of messages does: the code is derived when it goes out.
    onEffects(effects) {
      for (const effect of effects)
        if (effect.kind === 'send-message') vault.smsCodeOf(effect.challenge);
    },
    messages: () => [],
    channels: () => ({ channels: [], waiting: { codes: 0, news: 0 } }),
    exit(code, reason) {
      throw new Error(`the writer ended with ${code}`, { cause: reason });
    },
    limits,
  });
  if (writer.status().index === 0) await carryAll(writer, openingCommands());
  return {
    writer,
    store,
    vault,
    async close() {
      await writer.drain();
      await store.close();
      await vault.close();
    },
  };
}

async function carryAll(writer: Writer, commands: readonly Command[]): Promise<void> {
  let next = 0;
  let waiting = 0;
  await new Promise<void>((resolve, reject) => {
    const more = (): void => {
      while (waiting < submissionsInFlight && next < commands.length) {
        const some = commands.slice(next, next + perSubmission);
        next += some.length;
        waiting += 1;
        writer.submit(some, (replies) => {
          waiting -= 1;
          for (const reply of replies)
            if (reply.kind !== 'accepted')
              reject(new Error(`not accepted: ${JSON.stringify(reply)}`));
          if (next === commands.length && waiting === 0) resolve();
          else more();
        });
      }
    };
    more();
  });
}

async function prepare(bench: Bench, savers: readonly Saver[], random: () => number) {
  const commands: Command[] = [];
  for (const saver of savers) {
    for (let step = 0; step < saver.units.length; step += 1)
      commands.push(chooseOf(saver, step, Math.floor(random() * coursesPerUnit)));
    commands.push(holdOf(saver));
  }
  await carryAll(bench.writer, commands);
  while (bench.writer.status().lag > 0) await pause(10);
}

// ── Commands ────────────────────────────────────────────────────────────────────────────────────

/** A text in one piece, as the bus's decoder makes them. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
const opaque = (kind: string, number: number): string =>
  flat(`${kind}${number.toString(36)}`.padEnd(22, '-'));
const areaCode = (place: number): AreaCode => flat(String(place).padStart(4, '0'));
const courseCode = (unit: number, number: number): string =>
  flat(String(10_000 + unit * 1_000 + number));
const envelope = (id: string) => ({ id, answerBy: Date.now() + answerWithinMs, epoch: 0 });

/** Each names one to four units, 2.5 on the mean. */
function invent(from: number, count: number, wanting: Wanting, random: () => number): Saver[] {
  return Array.from({ length: count }, (_, at) => {
    const units = 1 + Math.floor(random() * unitCodes.length);
    const first = Math.floor(random() * unitCodes.length);
    // The most wanted area draws some twenty-seven times what the least wanted draws.
    const place = wanting === 'hot' ? 0 : Math.floor(areaCount * random() ** 2);
    return {
      number: from + at,
      area: areaCode(place),
      units: Array.from({ length: units }, (_, step) => unitCodes[(first + step) % 4] ?? 'A'),
    };
  });
}

function onRegistration({ number, area }: Saver, revision: number) {
  const ticket = flat(String(100_000_000_000 + number));
  return { area, person: opaque('person', number), claim: 1, revision, ticket };
}

function chooseOf(saver: Saver, step: number, course: number): Command {
  const unit = unitCodes.indexOf(saver.units[step] ?? 'A');
  return {
    kind: 'choose-course',
    ...envelope(opaque(`choose${step}-`, saver.number)),
    ...onRegistration(saver, step),
    programme: '020301K',
    course: courseCode(unit, course),
    replace: false,
  };
}

function holdOf(saver: Saver): Command {
  return {
    kind: 'hold-seats',
    ...envelope(opaque('hold', saver.number)),
    ...onRegistration(saver, saver.units.length),
    challenge: opaque('code', saver.number),
    phone: { sealed: 'x'.repeat(52), index: opaque('phone', saver.number), mask: '138****0000' },
  };
}

function saveOf(vault: Vault, saver: Saver): Command {
  const challenge = opaque('code', saver.number);
  return {
    kind: 'save-seats',
    ...envelope(opaque('save', saver.number)),
    ...onRegistration(saver, saver.units.length + 1),
    challenge,
    code: vault.smsCodeOf(challenge),
    units: saver.units,
  };
}

function importOf(vault: Vault, number: number): Command {
  const person = vault.personIdOf('bench', String(number));
  const ticket = flat(String(100_000_000_000 + number));
  return {
    kind: 'import-candidate',
    ...envelope(opaque('import', number)),
    person,
    record: {
      kind: 'new',
      documentType: 'resident-id',
      document: vault.seal(person, String(number).padStart(18, '0')),
      documentMask: '510***********0000',
      name: vault.seal(person, '压测考生'),
      nameMask: '压***',
      candidateType: 'open',
      hasPhoto: true,
      tickets: [{ number: ticket, programme: '020301K', status: 'active', passed: [] }],
      importedPhone: {
        sealed: vault.seal(person, '19900000000'),
        index: opaque('phone', number),
        mask: '199****0000',
      },
    },
  };
}

/** The PhoneBook's answer: nothing is owed to this candidate any more. */
function settledOf(command: Command): Command {
  if (command.kind !== 'import-candidate') throw new Error('not an import');
  const { id, person } = command;
  return {
    kind: 'note-phone-settled',
    ...envelope(flat(`s${id.slice(0, -1)}`)),
    person,
    binding: 1,
  };
}

function openingCommands(): Command[] {
  const now = Date.now();
  const adopted: Adopted = {
    number: 1,
    catalogue: {
      code: 'bench',
      title: 'bench',
      feeFen: 3_500,
      printFrom: now,
      units: unitCodes.map((code) => ({ code, name: code, startsAt: now, endsAt: now })),
      cities: [{ code: '01', name: 'bench' }],
      areas: Array.from({ length: areaCount }, (_, place) => ({
        code: areaCode(place),
        name: 'bench',
        city: '01',
        office: { name: 'bench', phone: '0', hours: '' },
      })),
      courses: unitCodes.flatMap((unit, place) =>
        Array.from({ length: coursesPerUnit }, (_, number) => ({
          code: courseCode(place, number),
          name: 'bench',
          credits: 5,
          method: 'written' as const,
          unit,
        })),
      ),
      programmes: [],
    },
    calendar: [{ opensAt: now - 3_600_000, closesAt: now + 12 * 3_600_000 }],
    settings: {
      foreignCourse: 'warn',
      importedPhoneMustMatch: true,
      holdMs: 3_600_000,
      holdMaxMs: 7_200_000,
      codeTriesMax: 5,
      codeResendAfterMs: 60_000,
      bookingCodesPerDayMax: 10,
      accountCodesPerDayMax: 10,
      messagesPerPhonePerDayMax: 10,
      peoplePerPhoneMax: 3,
      areaMovesPerDayMax: 5,
      paymentMs: 1_800_000,
      releaseGraceMs: 1_800_000,
      remindBeforeMs: [],
      billsAfterMs: 46_800_000,
    },
    window: { state: 'open', pausedMs: 0 },
  };
  return [
    { kind: 'adopt', ...envelope(opaque('adopt', 0)), adopted },
    ...Array.from({ length: areaCount }, (_, place) => ({
      kind: 'set-capacity' as const,
      ...envelope(opaque('capacity', place)),
      area: areaCode(place),
      capacities: unitCodes.map((unit) => ({ unit, capacity })),
    })),
  ];
}

// ── Helpers ─────────────────────────────────────────────────────────────────────────────────────

async function inFolder<T>(what: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-bench-'));
  try {
    return await what(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mulberry32: the run is the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/**
 * People save about in the order in which they were sent their codes, each after a while of his
 * own: everyone lands up to `apart` places from where he was.
 */
function jumbled<T>(items: readonly T[], apart: number): T[] {
  const random = generator(items.length);
  return items
    .map((item, at) => ({ item, at: at + apart * random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

if (import.meta.main) {
  const [task = '', folder = '', ...numbers] = process.argv.slice(2);
  if (task !== 'tail' && task !== 'recover') throw new Error('tail or recover');
  const [first = 0, second = 0] = numbers.map(Number);
  await tasks[task](folder, first, second);
  process.exit(0);
}
