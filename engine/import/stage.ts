/**
 * Sends what a file says to the partitions of whom or what it says it, slice by slice, and gathers what
 * would change. The file is read once, as it comes, and a few slices are on their way at a time.
 *
 * S1 A slice that was not acknowledged is sent again until it was, so what is staged when this returns
 *    is the whole file. With the first fault nothing more is sent: the rest is read for further faults.
 */
import type { PartitionName, PersonId } from '../protocol/ids.ts';
import {
  type ImportNumber,
  type PlainCandidate,
  type PlainGrades,
  type StagedChange,
  sliceMax,
} from '../protocol/imports.ts';
import { partitionOfPerson } from '../protocol/layout.ts';
import { documentMask, nameMask } from '../protocol/masks.ts';
import type { RefusalReason } from '../protocol/refusals.ts';
import { type FileCandidate, type Known, readCandidates, readGrades } from './candidates.ts';
import { type Difference, Differences } from './difference.ts';
import { candidatesFormat } from './formats.ts';
import type { DeskPort } from './port.ts';
import { Problems, type Source } from './table.ts';

/** Finds the person of a number: whoever has the index key does. */
export type PeopleFinder = { personIdOf(documentType: string, number: string): PersonId };
export type Progress = (people: number) => void;
/** `keep` undefined: only compared, and nothing is staged. */
export type Staging = {
  port: DeskPort;
  people: PeopleFinder;
  keep: ImportNumber | undefined;
  onProgress?: Progress;
};

/** Of each partition: they share their flushes, and a candidate waits for no more than these. */
const slicesOnTheirWayMax = 4;

type Entry<Item> = { item: Item; line: number; who: string };
type Slice<Item> = { slice: number; entries: Entry<Item>[] };

/** Throws `ImportRefused` with every fault. */
export async function stageCandidates(
  staging: Staging,
  source: Source,
  known: Known,
): Promise<Difference> {
  const problems = new Problems();
  const carrier = new Carrier<PlainCandidate>(staging, source, problems, (part, items) => ({
    ...{ kind: 'stage-candidates', ...part, candidates: items },
  }));
  for await (const candidate of readCandidates(source, known, problems)) {
    const person = staging.people.personIdOf(candidate.documentType, candidate.number);
    const who = `${nameMask(candidate.name)} ${documentMask(candidate.number)}`;
    await carrier.put({ item: plainOf(candidate, person), line: candidate.line, who });
  }
  return carrier.end();
}

/** The same. A person's grades are put together first: each is judged as a whole. */
export async function stageGrades(
  staging: Staging,
  source: Source,
  known: Known,
): Promise<Difference> {
  const problems = new Problems();
  const carrier = new Carrier<PlainGrades>(staging, source, problems, (part, items) => ({
    ...{ kind: 'stage-grades', ...part, people: items },
  }));
  const people = new Map<PersonId, Entry<PlainGrades>>();
  for await (const { line, documentType, number, ticket, passed } of readGrades(
    source,
    known,
    problems,
  )) {
    const person = staging.people.personIdOf(documentType, number);
    const entry = people.get(person) ?? {
      ...{ line, who: documentMask(number), item: { person, grades: [] } },
    };
    entry.item.grades.push({ ticket, passed });
    if (entry.item.grades.length === gradesMax + 1) {
      problems.add(source.name, line, `一个人超过 ${gradesMax} 条成绩`);
    }
    people.set(person, entry);
  }
  for (const entry of people.values()) await carrier.put(entry);
  return carrier.end();
}

const gradesMax = 1_000;

function plainOf(candidate: FileCandidate, person: PersonId): PlainCandidate {
  const { documentType, number, name, kind, candidateType, hasPhoto, tickets } = candidate;
  const { phone, passwordHash, activationCode } = candidate;
  return {
    ...{ person, documentType, documentNumber: number, name, kind, candidateType, hasPhoto },
    ...(phone !== '' && { phone }),
    ...(passwordHash !== '' && { passwordHash }),
    ...(activationCode !== '' && { activationCode }),
    tickets,
  };
}

type Part = { import: ImportNumber; slice: number; keep: boolean };
type StageBody<Item> = (part: Part, items: Item[]) => Parameters<DeskPort['tell']>[1];

class Carrier<Item extends { person: PersonId }> {
  readonly #staging: Staging;
  readonly #source: Source;
  readonly #problems: Problems;
  readonly #bodyOf: StageBody<Item>;
  readonly #differences = new Differences(candidatesFormat.columns);
  readonly #filling = new Map<PartitionName, Slice<Item>>();
  readonly #onTheirWay = new Map<PartitionName, Set<Promise<void>>>();
  #slices = 0;
  #people = 0;
  #failure: unknown;

  constructor(staging: Staging, source: Source, problems: Problems, bodyOf: StageBody<Item>) {
    this.#staging = staging;
    this.#source = source;
    this.#problems = problems;
    this.#bodyOf = bodyOf;
  }

  async put(entry: Entry<Item>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#problems.count > 0) return;
    const partition = partitionOfPerson(this.#staging.port.layout, entry.item.person);
    let filling = this.#filling.get(partition);
    if (filling === undefined) {
      filling = { slice: this.#slices, entries: [] };
      this.#slices += 1;
      this.#filling.set(partition, filling);
    }
    filling.entries.push(entry);
    if (filling.entries.length === sliceMax) await this.#send(partition, filling);
  }

  async end(): Promise<Difference> {
    if (this.#problems.count === 0) {
      for (const [partition, slice] of this.#filling) await this.#send(partition, slice);
    }
    await Promise.all([...this.#onTheirWay.values()].flatMap((one) => [...one]));
    if (this.#failure !== undefined) throw this.#failure;
    this.#problems.refuseIfAny();
    return this.#differences.sum;
  }

  async #send(partition: PartitionName, slice: Slice<Item>): Promise<void> {
    this.#filling.delete(partition);
    const onTheirWay = this.#onTheirWay.get(partition) ?? new Set();
    this.#onTheirWay.set(partition, onTheirWay);
    while (onTheirWay.size >= slicesOnTheirWayMax) await Promise.race(onTheirWay);
    const running: Promise<void> = this.#carry(partition, slice)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => onTheirWay.delete(running));
    onTheirWay.add(running);
  }

  async #carry(partition: PartitionName, { slice, entries }: Slice<Item>): Promise<void> {
    const { port, keep, onProgress } = this.#staging;
    const part = { import: keep ?? 0, slice, keep: keep !== undefined };
    const items = entries.map(({ item }) => item);
    const reply = await port.tell(partition, this.#bodyOf(part, items));
    if (reply.kind === 'refused') throw new StagingRefused(reply.reason);
    if (reply.outcome.kind !== 'staged') throw new Error('a slice was answered as something else');
    for (const [place, change] of reply.outcome.people.entries()) {
      const entry = entries[place];
      if (entry !== undefined) this.#note(change, entry);
    }
    this.#people += entries.length;
    onProgress?.(this.#people);
  }

  #note(change: StagedChange, { who, line }: Entry<Item>): void {
    switch (change.how) {
      case 'same':
        this.#differences.same();
        return;
      case 'added':
        this.#differences.note('added', who);
        return;
      case 'changed':
        this.#differences.note('changed', who, change.columns);
        return;
      case 'unknown': {
        const words = change.what === 'person' ? '没有这位考生的记录' : '有准考证号不是这位考生的';
        this.#problems.add(this.#source.name, line, words);
      }
    }
  }
}

/** The books would not have the slice: the import was dropped, or keys differ. */
export class StagingRefused extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason) {
    super(`staging was refused: ${reason}`);
    this.reason = reason;
  }
}
