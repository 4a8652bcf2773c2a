/**
 * A whole writer over a real LMDB folder, everything but the bus, and the invented people whose
 * commands are carried through it, or through the core alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from '../engine/protocol/commands.ts';
import type { AreaCode, EpochMs, UnitCode } from '../engine/protocol/ids.ts';
import { singleLayout } from '../engine/protocol/layout.ts';
import type { CommandReply } from '../engine/protocol/replies.ts';
import type { Adopted, BookingDay, CandidateType } from '../engine/protocol/session.ts';
import { loadKeys } from '../engine/store/keys.ts';
import { openLmdbStore } from '../engine/store/lmdb-store.ts';
import type { Store } from '../engine/store/store.ts';
import { openVault, type Vault } from '../engine/store/vault.ts';
import type { Writer, WriterLimits } from '../engine/writer/ports.ts';
import { startWriter } from '../engine/writer/writer.ts';
import { generator } from './random.ts';

/** Commands of one submission, and how many submissions wait for their replies at a time. */
const perSubmission = 256;
const submissionsInFlight = 32;

const areaCount = 183;
const unitCodes: readonly UnitCode[] = ['A', 'B', 'C', 'D'];
export const coursesPerUnit = 50;
const answerWithinMs = 3_600_000;
const capacity = 10_000_000;

export type Wanting = 'spread' | 'hot';
export type Saver = { number: number; area: AreaCode; units: UnitCode[] };

// ── A writer to measure ─────────────────────────────────────────────────────────────────────────

export type Bench = { writer: Writer; store: Store; vault: Vault; close(): Promise<void> };

export async function openBench(
  folder: string,
  limits: Partial<WriterLimits> = {},
): Promise<Bench> {
  const store = await openLmdbStore(join(folder, 'p0'), 'p0');
  const vault = openVault(folder, loadKeys(join(folder, 'keys')));
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
    money: () => ({ waiting: 0, providers: [] }),
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

/** The replies in the order of the commands; all of them accepted. */
export async function carryAll(
  writer: Writer,
  commands: readonly Command[],
): Promise<CommandReply[]> {
  const all = new Array<CommandReply>(commands.length);
  let next = 0;
  let waiting = 0;
  await new Promise<void>((resolve, reject) => {
    const more = (): void => {
      while (waiting < submissionsInFlight && next < commands.length) {
        const first = next;
        const some = commands.slice(first, first + perSubmission);
        next += some.length;
        waiting += 1;
        writer.submit(some, (replies) => {
          waiting -= 1;
          for (const [at, reply] of replies.entries()) {
            if (reply.kind !== 'accepted')
              return reject(new Error(`not accepted: ${JSON.stringify(reply)}`));
            all[first + at] = reply;
          }
          if (next === commands.length && waiting === 0) resolve();
          else more();
        });
      }
    };
    more();
  });
  return all;
}

export async function prepare(bench: Bench, savers: readonly Saver[], random: () => number) {
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
export const opaque = (kind: string, number: number): string =>
  flat(`${kind}${number.toString(36)}`.padEnd(22, '-'));
const areaCode = (place: number): AreaCode => flat(String(place).padStart(4, '0'));
const courseCode = (unit: number, number: number): string =>
  flat(String(10_000 + unit * 1_000 + number));
export const envelope = (id: string) => ({ id, answerBy: Date.now() + answerWithinMs, epoch: 0 });

/** Each names one to four units, 2.5 on the mean. */
export function invent(
  from: number,
  count: number,
  wanting: Wanting,
  random: () => number,
): Saver[] {
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

export function onRegistration({ number, area }: Saver, revision: number) {
  const ticket = flat(String(100_000_000_000 + number));
  return { area, person: opaque('person', number), claim: 1, revision, ticket };
}

export function chooseOf(
  saver: Saver,
  step: number,
  course: number,
  candidateType: CandidateType = 'open',
): Command {
  const unit = unitCodes.indexOf(saver.units[step] ?? 'A');
  return {
    kind: 'choose-course',
    ...envelope(opaque(`choose${step}-`, saver.number)),
    ...onRegistration(saver, step),
    programme: '020301K',
    candidateType,
    course: courseCode(unit, course),
    replace: false,
  };
}

export function holdOf(saver: Saver): Command {
  return {
    kind: 'hold-seats',
    ...envelope(opaque('hold', saver.number)),
    ...onRegistration(saver, saver.units.length),
    challenge: opaque('code', saver.number),
    phone: { sealed: 'x'.repeat(52), index: opaque('phone', saver.number), mask: '138****0000' },
  };
}

export function saveOf(vault: Vault, saver: Saver): Command {
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

export function importOf(vault: Vault, number: number): Command {
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
export function settledOf(command: Command): Command {
  if (command.kind !== 'import-candidate') throw new Error('not an import');
  const { id, person } = command;
  return {
    kind: 'note-phone-settled',
    ...envelope(flat(`s${id.slice(0, -1)}`)),
    person,
    binding: 1,
  };
}

/** The session, with these booking days. */
export function adoptedAt(now: EpochMs, calendar: BookingDay[]): Adopted {
  return {
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
    calendar,
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
      bookingProof: 'code',
    },
    window: { state: 'open', pausedMs: 0 },
  };
}

/** A day that is open, and pools that never fill. */
export function openingCommands(): Command[] {
  const now = Date.now();
  const calendar = [{ opensAt: now - 3_600_000, closesAt: now + 12 * 3_600_000 }];
  const adopted = adoptedAt(now, calendar);
  return [{ kind: 'adopt', ...envelope(opaque('adopt', 0)), adopted }, ...poolsOf()];
}

/** In every area and unit: the common pool, or one type's own (R5). */
export function poolsOf(candidateType?: CandidateType): Command[] {
  const whose = candidateType === undefined ? {} : { candidateType };
  return Array.from({ length: areaCount }, (_, place) => ({
    kind: 'set-capacity',
    ...envelope(opaque(`pools-${candidateType ?? ''}`, place)),
    area: areaCode(place),
    capacities: unitCodes.map((unit) => ({ unit, capacity, ...whose })),
  }));
}

// ── Folders, and the order people come in ───────────────────────────────────────────────────────

export async function inFolder<T>(what: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ruxi-bench-'));
  try {
    return await what(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * People save about in the order in which they were sent their codes, each after a while of his
 * own: everyone lands up to `apart` places from where he was.
 */
export function jumbled<T>(items: readonly T[], apart: number): T[] {
  const random = generator(items.length);
  return items
    .map((item, at) => ({ item, at: at + apart * random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
