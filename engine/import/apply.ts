/**
 * Turns checked tables into commands and sends them to the books that own them.
 *
 * A1 The last candidate of a file is sent once everybody else was accepted: whoever finds that
 *    person finds a finished import.
 */
import type { AreaCode, EpochMs } from '../protocol/ids.ts';
import { partitionOfArea, partitionOfPerson } from '../protocol/layout.ts';
import {
  type BookingDay,
  type Catalogue,
  type CourseCap,
  candidateTypes,
  type InstalledSettings,
  type PoolCapacity,
} from '../protocol/session.ts';
import { type CheckedCandidates, readCandidates, recordOf } from './candidates.ts';
import { commandIdOf, type ImportPort, type ImportVault, type Sendable, sendAll } from './send.ts';
import { Problems } from './table.ts';

export type Installation = {
  catalogue: Catalogue;
  calendar: BookingDay[];
  settings: InstalledSettings;
};

/** Imports are not bound to an epoch: their ids derive from content, and a repeat is harmless. */
const anyEpoch = 0;

export async function installSession(
  port: ImportPort,
  installation: Installation,
  answerBy: EpochMs,
): Promise<void> {
  const id = commandIdOf('install-session', JSON.stringify(installation));
  const command = {
    kind: 'install-session',
    id,
    answerBy,
    epoch: anyEpoch,
    ...installation,
  } as const;
  await sendAll(port, [{ partition: port.layout.session, command, origin: 'the session' }]);
}

/** The table says all: a type without a pool in it has none. Answers how many areas there are. */
export async function setCapacities(
  port: ImportPort,
  areas: ReadonlyMap<AreaCode, PoolCapacity[]>,
  answerBy: EpochMs,
): Promise<number> {
  const commands = [...areas].map(([area, capacities]): Sendable => {
    const id = commandIdOf('set-capacity', area, JSON.stringify(capacities));
    const merged = typesWithout(capacities);
    return {
      partition: partitionOfArea(port.layout, area),
      command: { kind: 'set-capacity', id, answerBy, epoch: anyEpoch, area, capacities, merged },
      origin: `capacity of area ${area}`,
    };
  });
  return sendAll(port, commands);
}

/** The table says all here too: an area that is not in it caps nothing. */
export async function setCourseCaps(
  port: ImportPort,
  areas: Iterable<AreaCode>,
  courseCaps: ReadonlyMap<AreaCode, CourseCap[]>,
  answerBy: EpochMs,
): Promise<void> {
  const commands = [...areas].map((area): Sendable => {
    const caps = courseCaps.get(area) ?? [];
    const id = commandIdOf('set-course-caps', area, JSON.stringify(caps));
    return {
      partition: partitionOfArea(port.layout, area),
      command: { kind: 'set-course-caps', id, answerBy, epoch: anyEpoch, area, caps },
      origin: `course caps of area ${area}`,
    };
  });
  await sendAll(port, commands);
}

/** The common pools' units, each with the types that sit in the common pool. */
function typesWithout(capacities: readonly PoolCapacity[]) {
  return capacities
    .filter(({ candidateType }) => candidateType === undefined)
    .flatMap(({ unit }) =>
      candidateTypes
        .filter(
          (type) => !capacities.some((one) => one.unit === unit && one.candidateType === type),
        )
        .map((candidateType) => ({ unit, candidateType })),
    );
}

/** How many candidates were imported; `checked` comes from `checkCandidates` of the same file. */
export async function importCandidates(
  port: ImportPort,
  vault: ImportVault,
  checked: CheckedCandidates,
  answerBy: EpochMs,
): Promise<number> {
  const settledPort: ImportPort = {
    ...port,
    submit: async (partition, commands) => {
      await vault.settle();
      return port.submit(partition, commands);
    },
  };
  let last: Sendable | undefined;
  const allButLast = async function* (): AsyncGenerator<Sendable> {
    for await (const sendable of candidateCommands(port, vault, checked, answerBy)) {
      if (last !== undefined) yield last;
      last = sendable;
    }
  };
  const before = await sendAll(settledPort, allButLast());
  return before + (await sendAll(settledPort, last === undefined ? [] : [last]));
}

/** A1: asks for the one who is sent last. */
export async function candidatesAreImported(
  port: ImportPort,
  vault: ImportVault,
  { last }: CheckedCandidates,
): Promise<boolean> {
  const person = vault.personIdOf(last.documentType, last.number);
  const reply = await port.ask(partitionOfPerson(port.layout, person), {
    kind: 'candidate',
    person,
  });
  if (reply.kind !== 'candidate') throw new Error('the last candidate could not be asked for');
  return reply.candidate !== null;
}

async function* candidateCommands(
  port: ImportPort,
  vault: ImportVault,
  { source, known, digest }: CheckedCandidates,
  answerBy: EpochMs,
): AsyncGenerator<Sendable> {
  const problems = new Problems();
  for await (const candidate of readCandidates(source, known, problems)) {
    const person = vault.personIdOf(candidate.documentType, candidate.number);
    const record = recordOf(candidate, person, vault);
    const id = commandIdOf('import-candidate', digest, person);
    yield {
      partition: partitionOfPerson(port.layout, person),
      command: { kind: 'import-candidate', id, answerBy, epoch: anyEpoch, person, record },
      origin: `${source.name} line ${candidate.line}`,
    };
  }
  // The check found none; the file changed between the two readings.
  problems.refuseIfAny();
}
