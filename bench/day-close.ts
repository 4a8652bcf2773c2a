/**
 * The end of a booking day (F30): so many registrations, three in ten of them unpaid, and a close that
 * comes. Measured from the close until the last unpaid seat is free, at an engine that is a process
 * of its own over NATS; and meanwhile what people wait whose candidate type has another window (R5):
 * they hold seats in pools of their own, open-loop, each from the instant it was due.
 *
 * The books are filled once, through a writer in this process, and copied for each round: an engine
 * that starts finds them as at the end of a day, with everything still untold that a day leaves behind.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '../engine/bus/bus.ts';
import { connectNatsBus } from '../engine/bus/nats-bus.ts';
import { Postbox } from '../engine/bus/postbox.ts';
import type { Command } from '../engine/protocol/commands.ts';
import { singleLayout } from '../engine/protocol/layout.ts';
import type { Outcome, Query, QueryReply } from '../engine/protocol/replies.ts';
import { commandsWithin } from '../engine/protocol/subjects.ts';
import { runEngine } from '../test/harness/engine.ts';
import { startNats } from '../test/harness/nats.ts';
import { askAll } from './invented-people.ts';
import { generator } from './random.ts';
import { type Figures, median } from './report.ts';
import {
  adoptedAt,
  type Bench,
  carryAll,
  chooseOf,
  envelope,
  holdOf,
  inFolder,
  invent,
  onRegistration,
  opaque,
  openBench,
  poolsOf,
  prepare,
  type Saver,
  saveOf,
} from './writer-bench.ts';

const rounds = 3;
/** Of ten registrations: paid, confirmed and not paid, saved and not confirmed. */
const paidOfTen = 7;
const confirmedOfTen = 9;
const perSlice = 50_000;
/** Commands of the other window a second, and people for as long as a close may last. */
const othersPerSecond = 300;
const othersCount = 20_000;
/** Between the news of the close and the close: the others are on their way by then. */
const closesAfterMs = 2_000;
const lookEveryMs = 50;
const answerWithinMs = 60_000;
const hourMs = 3_600_000;
const { session: partition } = singleLayout;

export async function measureDayClose(
  seed: number,
  registrations: number = 300_000,
): Promise<Figures> {
  const results = await inFolder(async (folder) => {
    const full = join(folder, 'full');
    const others = await fill(full, seed, registrations);
    const results: Closed[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const copy = join(folder, String(round));
      cpSync(full, copy, { recursive: true });
      const result = await closeOnce(copy, others);
      console.log(
        `  day close ${round}: ${Math.round(result.ms)} ms; others waited ` +
          `p50 ${at(result.waits, 0.5).toFixed(1)}, p99 ${at(result.waits, 0.99).toFixed(1)}, ` +
          `at most ${at(result.waits, 1).toFixed(0)} ms, ${result.waits.length} of them`,
      );
      results.push(result);
    }
    return results;
  });
  return {
    'dayClose.ms': median(results.map(({ ms }) => ms)),
    'dayClose.othersP50Ms': median(results.map(({ waits }) => at(waits, 0.5))),
    'dayClose.othersP99Ms': median(results.map(({ waits }) => at(waits, 0.99))),
  };
}

type Closed = { ms: number; waits: number[] };

// ── The day before its close ────────────────────────────────────────────────────────────────────

/** People of the other type, who have chosen and hold nothing yet. */
async function fill(folder: string, seed: number, registrations: number): Promise<Saver[]> {
  const bench = await openBench(folder);
  const random = generator(seed);
  for (let from = 0; from < registrations; from += perSlice) {
    const count = Math.min(perSlice, registrations - from);
    const savers = invent(from, count, 'spread', random);
    await prepare(bench, savers, random);
    const { writer, vault } = bench;
    await carryAll(
      writer,
      savers.map((saver) => saveOf(vault, saver)),
    );
    await confirmAndPay(bench, savers);
  }
  const others = invent(registrations, othersCount, 'spread', random).map((one) => ({
    ...one,
    units: one.units.slice(0, 1),
  }));
  const choices = others.map((one) => chooseOf(one, 0, 0, 'applied'));
  await carryAll(bench.writer, [...poolsOf('applied'), ...choices]);
  await bench.close();
  return others;
}

async function confirmAndPay({ writer }: Bench, savers: readonly Saver[]): Promise<void> {
  const confirming = savers.filter(({ number }) => number % 10 < confirmedOfTen);
  const orders = await outcomesOf(writer, confirming.map(confirmOf));
  const paying = confirming.flatMap((saver, at) => {
    const order = orders[at];
    if (order?.kind !== 'confirmed') throw new Error('it was confirmed');
    return saver.number % 10 < paidOfTen ? [{ saver, order: order.order }] : [];
  });
  const begun = await outcomesOf(
    writer,
    paying.map(({ saver, order }) => startOf(saver, order)),
  );
  const paid = begun.map((outcome, at): Command => {
    const { saver } = paying[at] ?? {};
    if (outcome.kind !== 'payment-started' || saver === undefined) throw new Error('it was begun');
    const { attempt, amountFen } = outcome;
    return {
      kind: 'note-payment',
      ...envelope(opaque('note', saver.number)),
      ...{ area: saver.area, provider: 'sandbox', attempt, transaction: `T${attempt}` },
      ...{ amountFen, paidAt: Date.now() },
    };
  });
  await outcomesOf(writer, paid);
}

async function outcomesOf(writer: Bench['writer'], commands: Command[]): Promise<Outcome[]> {
  const replies = await carryAll(writer, commands);
  return replies.map((reply) => {
    if (reply.kind !== 'accepted') throw new Error('all are accepted');
    return reply.outcome;
  });
}

const confirmOf = (saver: Saver): Command => ({
  kind: 'confirm-registration',
  ...envelope(opaque('confirm', saver.number)),
  ...onRegistration(saver, saver.units.length + 2),
});

const startOf = (saver: Saver, order: string): Command => ({
  kind: 'start-payment',
  ...envelope(opaque('start', saver.number)),
  ...onRegistration(saver, saver.units.length + 3),
  ...{ order, provider: 'sandbox', way: 'scan' },
});

// ── The close ───────────────────────────────────────────────────────────────────────────────────

async function closeOnce(folder: string, others: readonly Saver[]): Promise<Closed> {
  const nats = await startNats();
  const engine = await runEngine({
    RUXI_NATS_URL: nats.url,
    RUXI_DATA_DIR: folder,
    RUXI_KEYS_DIR: join(folder, 'keys'),
    RUXI_DEMO_PROVINCE: 'no',
  });
  const bus = await connectNatsBus({ url: nats.url, name: 'bench' });
  try {
    const { free, unpaid } = await standing(bus);
    const postbox = new Postbox(bus, answerWithinMs);
    const closesAt = Date.now() + closesAfterMs;
    const adopted = adoptedAt(Date.now(), [
      { opensAt: Date.now() - hourMs, closesAt, candidateType: 'open' },
      { opensAt: Date.now() - hourMs, closesAt: closesAt + 12 * hourMs, candidateType: 'applied' },
    ]);
    const id = opaque('adopt', 1);
    const changed = await new Postbox(bus, answerWithinMs, commandsWithin).post(partition, {
      ...{ kind: 'adopt', ...envelope(id), adopted: { ...adopted, number: 2 } },
    });
    if (changed.kind !== 'accepted') throw new Error('the close was not taken');
    const crowd = sendHolds(postbox, others, closesAt);
    while ((await freeNow(bus)) < free + unpaid) await pause(lookEveryMs);
    const ms = Date.now() - closesAt;
    return { ms, waits: await crowd.stop() };
  } finally {
    engine.child.kill('SIGTERM');
    await engine.ended;
    await bus.close();
    await nats.stop();
  }
}

/** What is free and what stands unpaid, in pools that are not the other type's. */
async function standing(bus: Bus): Promise<{ free: number; unpaid: number }> {
  const { pools } = await ask(bus, { kind: 'balance' });
  let free = 0;
  let unpaid = 0;
  for (const pool of pools) {
    if (pool.candidateType !== undefined) continue;
    free += pool.free;
    unpaid += pool.saved + pool.confirmed;
  }
  return { free, unpaid };
}

async function freeNow(bus: Bus): Promise<number> {
  const { counts } = await ask(bus, { kind: 'counts' });
  return counts.reduce((sum, { free }) => free.reduce((all, one) => all + one, sum), 0);
}

async function ask<Kind extends 'balance' | 'counts'>(
  bus: Bus,
  query: Query & { kind: Kind },
): Promise<QueryReply & { kind: Kind }> {
  const [reply] = await askAll(bus, partition, [query]);
  if (reply?.kind !== query.kind) throw new Error(`asked for ${query.kind}`);
  return reply as QueryReply & { kind: Kind };
}

/** One hold each, as it is due. What was due before the close is sent and not measured. */
function sendHolds(postbox: Postbox, others: readonly Saver[], closesAt: number) {
  const waits: number[] = [];
  const onTheirWay = new Set<Promise<void>>();
  const startsAt = performance.now();
  const measuredFrom = startsAt + closesAt - Date.now();
  let sent = 0;
  const send = async (one: Saver, due: number): Promise<void> => {
    const answer = await postbox.post(partition, holdOf(one));
    if (answer.kind !== 'accepted') throw new Error(`not held: ${JSON.stringify(answer)}`);
    if (due >= measuredFrom) waits.push(performance.now() - due);
  };
  const sendDue = () => {
    for (;;) {
      const due = startsAt + (sent * 1_000) / othersPerSecond;
      const one = others[sent];
      if (one === undefined || due > performance.now()) return;
      sent += 1;
      const sending: Promise<void> = send(one, due).finally(() => onTheirWay.delete(sending));
      onTheirWay.add(sending);
    }
  };
  const ticking = setInterval(sendDue, 1);
  return {
    async stop(): Promise<number[]> {
      clearInterval(ticking);
      await Promise.all(onTheirWay);
      return waits.sort((a, b) => a - b);
    },
  };
}

/** Of what is sorted. */
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
