/**
 * How many saves a second the core alone carries: decide and evolve, one thread, nothing around
 * it. Every save is real: its person has chosen, held and been sent a code beforehand, through the
 * same core. Areas are as unequal as a province's.
 */
import { createPartition, decide, evolve, type Partition } from '../engine/core/partition.ts';
import type { PreparedCommand } from '../engine/protocol/commands.ts';
import { generator } from './random.ts';
import { type Figures, median } from './report.ts';
import {
  chooseOf,
  coursesPerUnit,
  envelope,
  holdOf,
  invent,
  onRegistration,
  opaque,
  openingCommands,
  type Saver,
} from './writer-bench.ts';

const rounds = 5;
const savesPerRound = 100_000;
const batchSize = 1_000;

/** The median of the rounds, each on a partition of its own. */
export async function measureCore(seed: number, saves: number = savesPerRound): Promise<Figures> {
  const speeds: number[] = [];
  // One more round than counted: the first also compiles.
  for (let round = 0; round <= rounds; round += 1) {
    const speed = measureRound(seed + round, saves);
    if (round > 0) speeds.push(speed);
  }
  return { 'core.savesPerSecond': Math.round(median(speeds)), 'core.saves': saves };
}

function measureRound(seed: number, saves: number): number {
  const random = generator(seed);
  const partition = createPartition('p0');
  const at = Date.now();
  let index = 0;
  const carry = (command: PreparedCommand): void => {
    const given = { sequence: index, at, olderEpoch: false, command };
    const { reply, events } = decide(partition, given);
    if (reply.kind === 'refused') throw new Error(`refused: ${reply.reason}`);
    for (const event of events) {
      index += 1;
      evolve(partition, event, at, index);
    }
  };

  for (const command of openingCommands()) carry(command as PreparedCommand);
  const savers = invent(0, saves, 'spread', random);
  for (const saver of savers) {
    for (let step = 0; step < saver.units.length; step += 1)
      carry(chooseOf(saver, step, Math.floor(random() * coursesPerUnit)) as PreparedCommand);
    carry(holdOf(saver) as PreparedCommand);
  }
  let ns = 0n;
  for (let first = 0; first < saves; first += batchSize) {
    // A writer's commands come out of the decoder just before; making them is not the core's work.
    const batch = savers.slice(first, first + batchSize).map(preparedSaveOf);
    const before = process.hrtime.bigint();
    for (const command of batch) carry(command);
    ns += process.hrtime.bigint() - before;
  }
  if (savedIn(partition) < saves) throw new Error('not every save took a seat');
  return (saves / Number(ns)) * 1e9;
}

/** The writer has compared the code. */
const preparedSaveOf = (saver: Saver): PreparedCommand => ({
  kind: 'save-seats',
  ...envelope(opaque('save', saver.number)),
  ...onRegistration(saver, saver.units.length + 1),
  challenge: opaque('code', saver.number),
  units: saver.units,
  codeMatches: true,
});

function savedIn(partition: Partition): number {
  let saved = 0;
  for (const book of partition.areas.values()) {
    for (const seats of book.seatBooks.values()) saved += seats.saved;
  }
  return saved;
}
