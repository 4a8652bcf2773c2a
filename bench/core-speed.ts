/**
 * How many saves a second the core alone carries: decide and evolve, one thread, nothing around
 * it. Every save is real: its person has chosen, held and been sent a code beforehand, through the
 * same core. Areas are as unequal as a province's.
 */
import { createPartition, decide, evolve, type Partition } from '../engine/core/partition.ts';
import type { PreparedCommand } from '../engine/protocol/commands.ts';
import type { AreaCode, EpochMs, UnitCode } from '../engine/protocol/ids.ts';
import type { Adopted } from '../engine/protocol/session.ts';

const areaCount = 183;
const unitCodes: readonly UnitCode[] = ['A', 'B', 'C', 'D'];
const coursesPerUnit = 50;
const batchSize = 1_000;
const opensAt: EpochMs = Date.UTC(2026, 5, 1, 1);

export type CoreSpeedOptions = { seed: number; saves?: number; rounds?: number };

/** Medians over `rounds`, each on a partition of its own. */
export async function measureCore(options: CoreSpeedOptions): Promise<Record<string, number>> {
  const { seed, saves = 100_000, rounds = 5 } = options;
  const speeds: number[] = [];
  // One more round than counted: the first also compiles.
  for (let round = 0; round <= rounds; round += 1) {
    const speed = measureRound(seed + round, saves);
    if (round > 0) speeds.push(speed);
  }
  speeds.sort((one, other) => one - other);
  return {
    'core.savesPerSecond': Math.round(speeds[speeds.length >> 1] ?? 0),
    'core.saves': saves,
  };
}

function measureRound(seed: number, saves: number): number {
  const random = generator(seed);
  const partition = createPartition('p0');
  let index = 0;
  const carry = (command: PreparedCommand): void => {
    const given = { sequence: index, at: opensAt, olderEpoch: false, command };
    const { reply, events } = decide(partition, given);
    if (reply.kind === 'refused') throw new Error(`refused: ${reply.reason}`);
    for (const event of events) {
      index += 1;
      evolve(partition, event, opensAt, index);
    }
  };

  openSession(carry, saves);
  const areas = Array.from({ length: saves }, () => areaCode(skewed(random())));
  const units = areas.map((area, number) => prepare(number, area, random, carry));
  let ns = 0n;
  for (let first = 0; first < saves; first += batchSize) {
    // A writer's commands come out of the decoder just before; making them is not the core's work.
    const batch: PreparedCommand[] = [];
    for (let number = first; number < Math.min(saves, first + batchSize); number += 1)
      batch.push(saveOf(number, areas[number] ?? '', units[number] ?? []));
    const before = process.hrtime.bigint();
    for (const command of batch) carry(command);
    ns += process.hrtime.bigint() - before;
  }
  if (savedIn(partition) < saves) throw new Error('not every save took a seat');
  return (saves / Number(ns)) * 1e9;
}

const envelope = (id: string) => ({ id, answerBy: opensAt + 30_000, epoch: 1 });
const areaCode = (place: number): AreaCode => flat(String(place).padStart(4, '0'));
const courseCode = (unit: number, number: number): string => String(10_000 + unit * 1_000 + number);
const opaque = (kind: string, number: number): string =>
  flat(`${kind}${number.toString(36)}`.padEnd(22, '-'));

/** A text in one piece, as the bus's decoder makes them; joined texts compare several times slower. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

/** The most wanted area draws some twenty-seven times what the least wanted draws. */
function skewed(uniform: number): number {
  return Math.min(areaCount - 1, Math.floor(areaCount * uniform * uniform));
}

function openSession(carry: (command: PreparedCommand) => void, capacity: number): void {
  const adopted: Adopted = {
    number: 1,
    catalogue: {
      code: 'bench',
      title: 'bench',
      feeFen: 3_500,
      printFrom: opensAt,
      units: unitCodes.map((code) => ({ code, name: code, startsAt: opensAt, endsAt: opensAt })),
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
    calendar: [{ opensAt, closesAt: opensAt + 13 * 3_600_000 }],
    settings: {
      foreignCourse: 'warn',
      importedPhoneMustMatch: true,
      holdMs: 300_000,
      holdMaxMs: 600_000,
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
  carry({ kind: 'adopt', ...envelope(opaque('adopt', 0)), adopted });
  for (let place = 0; place < areaCount; place += 1)
    carry({
      kind: 'set-capacity',
      ...envelope(opaque('capacity', place)),
      area: areaCode(place),
      capacities: unitCodes.map((unit) => ({ unit, capacity })),
    });
}

/** Chooses and holds for one person; what comes back are the units to save. */
function prepare(
  number: number,
  area: AreaCode,
  random: () => number,
  carry: (command: PreparedCommand) => void,
): UnitCode[] {
  // One in four names one unit, one in four two, and so on: 2.5 on the mean.
  const count = 1 + Math.floor(random() * unitCodes.length);
  const first = Math.floor(random() * unitCodes.length);
  const units: UnitCode[] = [];
  for (let step = 0; step < count; step += 1) {
    const place = (first + step) % unitCodes.length;
    const course = courseCode(place, Math.floor(random() * coursesPerUnit));
    const id = opaque(`choose${step}-`, number);
    const what = { programme: '020301K', candidateType: 'open' as const, course, replace: false };
    carry({ kind: 'choose-course', ...envelope(id), ...from(number, area, step), ...what });
    units.push(unitCodes[place] ?? 'A');
  }
  const phone = { sealed: 'sealed', index: opaque('phone', number), mask: '138****0000' };
  const challenge = opaque('code', number);
  const id = opaque('hold', number);
  carry({
    kind: 'hold-seats',
    ...{ ...envelope(id), ...from(number, area, count), challenge, phone },
  });
  return units;
}

function saveOf(number: number, area: AreaCode, units: UnitCode[]): PreparedCommand {
  return {
    kind: 'save-seats',
    ...envelope(opaque('save', number)),
    ...from(number, area, units.length + 1),
    challenge: opaque('code', number),
    units,
    codeMatches: true,
  };
}

function from(number: number, area: AreaCode, revision: number) {
  const ticket = String(100_000_000_000 + number);
  return { area, person: opaque('person', number), claim: 1, revision, ticket };
}

function savedIn(partition: Partition): number {
  let saved = 0;
  for (const book of partition.areas.values()) {
    for (const seats of book.seatBooks.values()) saved += seats.saved;
  }
  return saved;
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

if (import.meta.main) console.log(await measureCore({ seed: Number(process.argv[2] ?? 1) }));
