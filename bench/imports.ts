/**
 * A file of candidates goes in (S1) while others register: `ruxi import candidates` as anybody runs it,
 * beside an engine that is a process of its own over NATS. Measured from the start of the command to
 * the event that applies the whole file, and to the last record that went into its row; and meanwhile
 * what people wait who choose courses, open-loop, each from the instant it was due.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connectNatsBus } from '../engine/bus/nats-bus.ts';
import { Postbox } from '../engine/bus/postbox.ts';
import { installSession, setCapacities } from '../engine/import/apply.ts';
import { catalogueOf } from '../engine/import/calendar.ts';
import { demonstrationSettings } from '../engine/import/demonstration.ts';
import { candidatesFormat } from '../engine/import/formats.ts';
import { readProvince, sourceIn } from '../engine/import/province.ts';
import { singleLayout } from '../engine/protocol/layout.ts';
import type { Catalogue } from '../engine/protocol/session.ts';
import { runEngine } from '../test/harness/engine.ts';
import { startNats } from '../test/harness/nats.ts';
import { portOver } from './invented-people.ts';
import type { Figures } from './report.ts';
import { opaque } from './writer-bench.ts';

const othersPerSecond = 300;
const hourMs = 3_600_000;
const answerWithinMs = 60_000;
const poolSeats = 2_000_000;
/** The engine's own code is cold, and compiles. */
const coldMs = 1_000;

export async function measureImport(_seed: number, candidates: number = 300_000): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-bench-import-'));
  const nats = await startNats();
  const environment = {
    ...{ RUXI_NATS_URL: nats.url, RUXI_DATA_DIR: join(folder, 'data') },
    ...{ RUXI_KEYS_DIR: join(folder, 'keys'), RUXI_DEMO_PROVINCE: 'no' },
    RUXI_ENGINE_DESK_PORT: '0',
  };
  const engine = await runEngine(environment);
  const bus = await connectNatsBus({ url: nats.url, name: 'bench' });
  try {
    const province = await readProvince(sourceIn(new URL('../data/province/', import.meta.url)));
    const calendar = [{ opensAt: Date.now() - hourMs, closesAt: Date.now() + 12 * hourMs }];
    const catalogue = catalogueOf(province, calendar);
    const books = portOver(bus, singleLayout);
    const answerBy = Date.now() + answerWithinMs;
    await installSession(books, { catalogue, calendar, settings: demonstrationSettings }, answerBy);
    const pools = catalogue.units.map(({ code }) => ({ unit: code, capacity: poolSeats }));
    await setCapacities(books, new Map(catalogue.areas.map(({ code }) => [code, pools])), answerBy);
    const file = join(folder, 'candidates.csv');
    await writeCandidates(file, candidates, catalogue);
    const crowd = chooseCourses(new Postbox(bus, answerWithinMs), catalogue);
    const imported = await importFile(file, environment).finally(() => crowd.stop());
    const { appliedMs, doneMs } = imported;
    const waits = await crowd.stop();
    console.log(
      `  import: ${candidates} candidates, ${Math.round(statSync(file).size / 1e6)} MB, applied after ` +
        `${Math.round(appliedMs)} ms, all in their rows after ${Math.round(doneMs)} ms; others waited ` +
        `p50 ${at(waits, 0.5).toFixed(1)}, p99 ${at(waits, 0.99).toFixed(1)}, ` +
        `at most ${at(waits, 1).toFixed(0)} ms, ${waits.length} of them`,
    );
    return {
      'import.ms': appliedMs,
      'import.inRowsMs': doneMs,
      'import.othersP50Ms': at(waits, 0.5),
      'import.othersP99Ms': at(waits, 0.99),
    };
  } finally {
    engine.child.kill('SIGTERM');
    await engine.ended;
    await bus.close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The command's own words tell when it applied the file. */
async function importFile(file: string, environment: Record<string, string>) {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...[new URL('../ruxi.ts', import.meta.url).pathname, 'import', 'candidates', file],
      ...['--reason', '压测', '--by', '压测甲', '--and-by', '压测乙'],
    ],
    { env: { PATH: process.env.PATH ?? '', ...environment }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = once(child, 'exit');
  let appliedMs: number | undefined;
  const said: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    said.push(line);
    if (line.includes('已生效')) appliedMs = performance.now() - startedAt;
  }
  const [code] = (await gone) as [number | null];
  if (code !== 0 || appliedMs === undefined)
    throw new Error(`the import failed: ${said.join('\n')}`);
  return { appliedMs, doneMs: performance.now() - startedAt };
}

// ── The file ────────────────────────────────────────────────────────────────────────────────────

/** Enrolled, with a phone on file and three passed courses. */
async function writeCandidates(path: string, count: number, catalogue: Catalogue): Promise<void> {
  const programme = catalogue.programmes.find(({ courses }) => courses.length >= 3);
  if (programme === undefined) throw new Error('no programme has a plan');
  const passed = programme.courses.slice(0, 3).map((course) => `${course}:75:2025-10`);
  function* lines(): Generator<string> {
    yield `${candidatesFormat.columns.map(({ title }) => title).join(',')}\n`;
    for (let number = 0; number < count; number += 1) {
      const cells = [
        ...['居民身份证', documentOf(number), '压测考生', '在籍', '社会型', '有'],
        ...[
          `199${String(number).padStart(8, '0')}`,
          '',
          '',
          `7${String(number).padStart(11, '0')}`,
        ],
        ...[programme?.code, '有效', passed.join(' ')],
      ];
      yield `${cells.join(',')}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

/** Of an address that no place has, with the right check digit. */
function documentOf(number: number): string {
  const day = Math.floor(number / 1_000);
  const born = new Date(Date.UTC(1960, 0, 1) + day * 24 * hourMs).toISOString().slice(0, 10);
  const body = `999999${born.replaceAll('-', '')}${String(number % 1_000).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, place) => total + weight * Number(body[place]), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}

// ── The others ──────────────────────────────────────────────────────────────────────────────────

/** A new person each time, in another area, as it is due. */
function chooseCourses(postbox: Postbox, catalogue: Catalogue) {
  const course = catalogue.courses.find(({ unit }) => unit !== undefined)?.code ?? '';
  const programme = catalogue.programmes[0]?.code ?? '';
  const waits: number[] = [];
  const onTheirWay = new Set<Promise<void>>();
  const startsAt = performance.now();
  let sent = 0;
  const send = async (number: number, due: number): Promise<void> => {
    const area = catalogue.areas[number % catalogue.areas.length]?.code ?? '';
    const answer = await postbox.post(singleLayout.session, {
      ...{ kind: 'choose-course', id: opaque('choose', number), epoch: 0 },
      ...{ answerBy: Date.now() + answerWithinMs, area, person: opaque('other', number) },
      ...{ claim: 1, revision: 0, ticket: `8${String(number).padStart(11, '0')}`, programme },
      ...{ candidateType: 'open', course, replace: false },
    });
    if (answer.kind !== 'accepted') throw new Error(`not chosen: ${JSON.stringify(answer)}`);
    if (due >= startsAt + coldMs) waits.push(performance.now() - due);
  };
  const ticking = setInterval(() => {
    for (;;) {
      const due = startsAt + (sent * 1_000) / othersPerSecond;
      if (due > performance.now()) return;
      sent += 1;
      const sending: Promise<void> = send(sent, due).finally(() => onTheirWay.delete(sending));
      onTheirWay.add(sending);
    }
  }, 1);
  return {
    async stop(): Promise<number[]> {
      clearInterval(ticking);
      await Promise.all(onTheirWay);
      return waits.sort((one, other) => one - other);
    },
  };
}

/** Of what is sorted. */
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
