/**
 * Saves over NATS: this process asks, the engine is a process of its own with its real writer and
 * LMDB, nats-server a third. A save counts once its accepted reply has come back, which is after
 * its flush; the clock stops when as few rows are behind the journal as at the start. Encoding,
 * sending and reading on this side are inside the clock, as they are in a gateway.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectNatsBus } from '../engine/bus/nats-bus.ts';
import { Postbox } from '../engine/bus/postbox.ts';
import { installSession, setCapacities } from '../engine/import/apply.ts';
import { catalogueOf } from '../engine/import/calendar.ts';
import { demonstrationSettings } from '../engine/import/demonstration.ts';
import { readProvince, sourceIn } from '../engine/import/province.ts';
import type { Command } from '../engine/protocol/commands.ts';
import { singleLayout } from '../engine/protocol/layout.ts';
import { loadKeys } from '../engine/store/keys.ts';
import { openVault } from '../engine/store/vault.ts';
import { runEngine } from '../test/harness/engine.ts';
import { startNats } from '../test/harness/nats.ts';
import {
  askAll,
  inventPeople,
  portOver,
  rowsAtRest,
  saveOf,
  untilQuiet,
} from './invented-people.ts';
import { type Figures, median } from './report.ts';

const rounds = 3;
const savesPerRound = 100_000;
/** Saves of one turn of the asker's loop, and how many turns' replies it waits for at a time. */
const perTurn = 256;
const turnsInFlight = 24;
const answerWithinMs = 60_000;
const lookEveryMs = 200;
const hourMs = 3_600_000;
const capacity = 2_000_000;
const { session: partition } = singleLayout;

/** `bus.savesPerSecond`: the median of `rounds`, after one that warms everyone up. */
export async function measureBus(seed: number, saves: number = savesPerRound): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-bench-'));
  const [dataFolder, keysFolder] = [join(folder, 'data'), join(folder, 'keys')];
  const nats = await startNats();
  const engine = await runEngine({
    RUXI_NATS_URL: nats.url,
    RUXI_DATA_DIR: dataFolder,
    RUXI_KEYS_DIR: keysFolder,
    RUXI_DEMO_PROVINCE: 'no',
  });
  const bus = await connectNatsBus({ url: nats.url, name: 'bench' });
  const vault = openVault(dataFolder, loadKeys(keysFolder));
  try {
    const port = portOver(bus, singleLayout);
    const province = await readProvince(sourceIn(new URL('../data/province/', import.meta.url)));
    const calendar = [{ opensAt: Date.now() - hourMs, closesAt: Date.now() + 12 * hourMs }];
    const catalogue = catalogueOf(province, calendar);
    const settings = { ...demonstrationSettings, holdMs: hourMs, holdMaxMs: 2 * hourMs };
    const answerBy = Date.now() + answerWithinMs;
    await installSession(port, { catalogue, calendar, settings }, answerBy);
    const pools = catalogue.units.map((unit) => ({ unit: unit.code, capacity }));
    const areas = new Map(catalogue.areas.map((area) => [area.code, pools]));
    await setCapacities(port, areas, answerBy);

    const lag = async () => {
      const [reply] = await askAll(bus, partition, [{ kind: 'status' }]);
      if (reply?.kind !== 'status') throw new Error('the writer did not say its status');
      return reply.status.lag;
    };
    const speeds: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const from = round * saves;
      const options = { seed, from, count: saves, wanting: 'spread' } as const;
      const people = await inventPeople(port, vault, catalogue, options);
      await untilQuiet(bus, [partition]);
      const commands = people.map((one) => saveOf(one, vault.smsCodeOf(one.challenge)));
      const lagBefore = Math.max(rowsAtRest, await lag());
      const before = performance.now();
      await sendAll(new Postbox(bus, answerWithinMs), commands);
      const answered = (performance.now() - before) / 1_000;
      // Seldom: a writer that is asked does not rest, and rows are written at rest.
      while ((await lag()) > lagBefore) await pause(lookEveryMs);
      const seconds = (performance.now() - before) / 1_000;
      console.log(
        `bus, round ${round}: ${Math.round(saves / answered)} answered, ${Math.round(saves / seconds)} with every row written`,
      );
      if (round > 0) speeds.push(saves / seconds);
    }
    return { 'bus.savesPerSecond': Math.round(median(speeds)) };
  } finally {
    engine.child.kill('SIGTERM');
    await engine.ended;
    await vault.close();
    await bus.close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws unless every single one was accepted. */
async function sendAll(postbox: Postbox, commands: readonly Command[]): Promise<void> {
  let next = 0;
  const turns = Array.from({ length: turnsInFlight }, async () => {
    while (next < commands.length) {
      const some = commands.slice(next, next + perTurn);
      next += perTurn;
      const replies = await Promise.all(some.map((command) => postbox.post(partition, command)));
      for (const reply of replies) {
        const saved = reply.kind === 'accepted' && reply.outcome.kind === 'saved';
        if (!saved) throw new Error(`a save was answered ${JSON.stringify(reply)}`);
      }
    }
  });
  await Promise.all(turns);
}
