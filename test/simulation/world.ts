/**
 * A small province gone wrong: people and areas in different partitions, a post between them that
 * loses, doubles, delays and reorders, and writers that crash and come back from whatever rows and
 * journal they had on disk. Every answer is compared with the auditor's.
 */
import { type Effect, pendingEffects } from '../../engine/core/effects.ts';
import {
  ask,
  checkInvariants,
  createPartition,
  decide,
  digest,
  dueCommands,
  evolve,
  forgetRow,
  loadRow,
  type Partition,
  present,
  rebuild,
  residentRows,
  rowOfEvent,
  rowsNeeded,
} from '../../engine/core/partition.ts';
import {
  packRow,
  type Row,
  type RowKey,
  rowKey,
  type Table,
  unpackRow,
} from '../../engine/core/rows.ts';
import type { PreparedCommand, Sequenced } from '../../engine/protocol/commands.ts';
import type { RuxiEvent } from '../../engine/protocol/events.ts';
import type { AreaCode, PartitionName, PersonId } from '../../engine/protocol/ids.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { CommandReply } from '../../engine/protocol/replies.ts';
import type { Settings } from '../../engine/protocol/session.ts';
import {
  areaCodes,
  chinaTime,
  givenCalendar,
  givenCatalogue,
  givenEnrolledRecord,
  givenPerson,
  givenPhone,
  givenRecord,
  givenSettings,
  givenTicket,
  givenTicketRecord,
  opaque,
  unitCodes,
} from '../given.ts';
import { Auditor, type Pool, taken } from './auditor.ts';

/** What the runs of a suite came across; a suite that missed something has not tried. */
export type Seen = { kinds: Set<string>; reasons: Set<RefusalReason>; mishaps: Set<string> };

/** One step: which kind, and three numbers that choose among what is there. */
export type Step = { act: number; who: number; what: number; how: number };

export const partitionNames = ['people', 'west', 'east', 'rest'] as const;
const homeOfArea = (area: AreaCode): PartitionName => (area === '0101' ? 'west' : 'east');

const minute = 60_000;
const peopleCount = 4;
const answerWithinMs = 30_000;

type Body<C> = C extends PreparedCommand ? Omit<C, 'id' | 'answerBy' | 'epoch'> : never;
type Letter = { to: PartitionName; command: PreparedCommand; then?: (reply: CommandReply) => void };
type Entry = { index: number; at: number; event: RuxiEvent };

/** A writer's shell around the core, as small as it can be. */
class Writer {
  readonly name: PartitionName;
  partition: Partition;
  epoch = 1;
  private index = 0;
  private readonly disk = new Map<string, { table: Table; key: RowKey; packed: string }>();
  private readonly journal: Entry[] = [];
  private readonly dirty = new Set<Row>();
  /** Lost in a crash, like the real one. */
  private refusedIds = new Map<string, CommandReply>();

  constructor(name: PartitionName) {
    this.name = name;
    this.partition = createPartition(name);
  }

  handle(
    command: PreparedCommand,
    at: number,
    judge: (given: Sequenced, reply: CommandReply) => void,
  ): CommandReply {
    const refused = this.refusedIds.get(command.id);
    if (refused !== undefined) return refused;
    for (const need of rowsNeeded(command)) this.load(need.table, [need.key]);
    const olderEpoch = command.epoch !== 0 && command.epoch < this.epoch;
    const given = { sequence: this.index, at, olderEpoch, command };
    const { reply, events } = decide(this.partition, given);
    for (const event of events) {
      this.index += 1;
      // What recovery will read: nothing shared with the living rows.
      this.journal.push({ index: this.index, at, event: copy(event) });
      this.dirty.add(evolve(this.partition, event, at, this.index));
    }
    const full = present(this.partition, command, reply, at);
    if (full.kind === 'refused') this.refusedIds.set(command.id, full);
    judge(given, full);
    return full;
  }

  /** Writes some dirty rows behind the journal, and forgets some clean ones. */
  checkpoint(pick: number): void {
    for (const [place, row] of [...this.dirty].entries()) {
      if ((pick >> (place % 8)) % 2 === 0) continue;
      const packed = JSON.stringify(packRow(row));
      this.disk.set(`${row.table}/${rowKey(row).join('/')}`, {
        ...{ table: row.table, key: rowKey(row), packed },
      });
      this.dirty.delete(row);
      if (row.table === 'candidates' || row.table === 'phones')
        forgetRow(this.partition, { table: row.table, key: String(rowKey(row)[0]) });
    }
  }

  crash(): void {
    this.loadAll();
    const before = digest(this.partition);
    this.partition = createPartition(this.name);
    this.dirty.clear();
    this.refusedIds = new Map();
    this.epoch += 1;
    this.loadAll();
    for (const { event, at, index } of this.journal) {
      const row = rowOfEvent(this.partition, event);
      if (row !== undefined && row.lastIndex >= index) continue;
      this.dirty.add(evolve(this.partition, copy(event), at, index));
    }
    rebuild(this.partition);
    if (digest(this.partition) !== before) throw new Error(`${this.name} came back changed`);
  }

  loadAll(): void {
    for (const { table, key } of this.disk.values()) this.load(table, key);
  }

  private load(table: Table, key: RowKey): void {
    const here = [...residentRows(this.partition)];
    if (here.some((row) => row.table === table && rowKey(row).join('/') === key.join('/'))) return;
    const stored = this.disk.get(`${table}/${key.join('/')}`);
    if (stored !== undefined)
      loadRow(this.partition, unpackRow(table, key, JSON.parse(stored.packed)));
  }
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));

export class World {
  now = chinaTime(0, 8, 30);
  private readonly seen: Seen;
  private readonly auditor = new Auditor();
  private readonly writers: Writer[] = partitionNames.map((name) => new Writer(name));
  private readonly post: Letter[] = [];
  private readonly history: Letter[] = [];
  /** Claims as the candidates' pages were told them: a page may be out of date. */
  private readonly claims = new Map<PersonId, { number: number; area: AreaCode }[]>();
  private readonly challenges = new Map<string, string>();
  private readonly proofs = new Map<PersonId, string>();
  /** Ids whose "no" a person has seen. */
  private readonly shownNo = new Map<string, RefusalReason>();
  private readonly capacity: number;
  private sent = 0;

  constructor(seen: Seen, capacity: number) {
    this.seen = seen;
    this.capacity = capacity;
  }

  run(steps: readonly Step[]): void {
    this.open();
    for (const step of steps) {
      this.take(step);
      this.check();
    }
    // Whatever was lost, asking often enough brings every partition to rest.
    for (let round = 0; round < 6; round += 1) {
      for (const writer of this.writers) this.collectEffects(writer);
      while (this.post.length > 0) this.deliver(0);
    }
    this.check();
    this.checkAtRest();
  }

  private writer(name: PartitionName): Writer {
    const found = this.writers.find((one) => one.name === name);
    if (found === undefined) throw new Error('no such partition');
    return found;
  }

  /** The office's work: the first of it may be late too. */
  private open(): void {
    this.send('rest', {
      kind: 'install-session',
      ...{
        catalogue: givenCatalogue(),
        calendar: givenCalendar().slice(0, 2),
        settings: this.settings(),
      },
    });
    this.deliver(0);
    for (const area of areaCodes) {
      const capacities = unitCodes.map((unit) => ({ unit, capacity: this.capacity }));
      this.send(homeOfArea(area), { kind: 'set-capacity', area, capacities });
      this.deliver(0);
    }
    for (let number = 0; number < peopleCount; number += 1) {
      // The last one is not on record yet.
      if (number === peopleCount - 1) continue;
      this.import(number, 0);
      this.deliver(0);
    }
  }

  private settings(overrides: Partial<Settings> = {}): Settings {
    return givenSettings({
      ...{ codeTriesMax: 1, bookingCodesPerDayMax: 4, accountCodesPerDayMax: 2 },
      ...{ messagesPerPhonePerDayMax: 3, peoplePerPhoneMax: 1, areaMovesPerDayMax: 1 },
      codeResendAfterMs: 20_000,
      // Short enough for holds to end while a code still lives.
      ...{ holdMaxMs: 5 * minute },
      ...overrides,
    });
  }

  private import(number: number, what: number): void {
    const second = givenTicketRecord(50 + number);
    const tickets = [givenTicketRecord(number), second];
    const dead = [givenTicketRecord(number, { status: 'graduated' }), second];
    const { importedPhone, ...phoneless } = givenRecord(number, { tickets });
    const records = [
      number === 0
        ? givenEnrolledRecord(number, { tickets })
        : givenRecord(number, { tickets, importedPhone: givenPhone(number % 2) }),
      givenRecord(number, { tickets: dead }),
      givenRecord(number, { tickets, hasPhoto: false }),
      givenEnrolledRecord(number, { tickets, importedPhone: givenPhone(0) }),
      { ...phoneless, ...(what > 40 ? { importedPhone: givenPhone(0) } : {}) },
      { ...phoneless, ...(importedPhone === undefined ? {} : { tickets: [second] }) },
    ];
    const record = records[what % records.length];
    if (record === undefined) return;
    this.send('people', { kind: 'import-candidate', person: givenPerson(number), record });
  }

  private take({ act, who, what, how }: Step): void {
    const writer = this.writers[who % this.writers.length];
    const chance = act % 100;
    if (chance < 58) {
      this.now += (how % 8) * 1_000;
      this.candidateActs(who % peopleCount, what, how);
      // Mostly the page waits for its answer; now and then the post is slow.
      if (how % 5 > 0) this.deliver(this.post.length - 1);
    } else if (chance < 72) {
      if (this.post.length > 0) this.deliver(what % this.post.length);
    } else if (chance < 74) {
      this.mishap('lost', () => this.post.splice(what % this.post.length, 1));
    } else if (chance < 77) {
      const letter = this.post[what % this.post.length];
      if (letter !== undefined) this.mishap('doubled', () => this.post.push(letter));
    } else if (chance < 80) {
      this.repeatOld(what, how);
    } else if (chance < 87) {
      if (writer !== undefined) this.collectEffects(writer);
    } else if (chance < 89) {
      this.mishap('crashed', () => writer?.crash());
    } else if (chance < 91) {
      writer?.checkpoint(what);
    } else if (chance < 95) {
      const hour = 60 * minute;
      const waits = [1_000, 61_000, 61_000, 61_000, 4 * minute, 5 * minute, 10 * minute];
      if (what % 24 === 12) this.sleepOver(how);
      else if (what % 24 === 0) this.now += (1 + (how % 30)) * hour;
      else this.now += waits[what % waits.length] ?? 0;
      // The timer may be slow as well.
      if (how % 4 > 0) this.runTimers();
    } else if (chance < 97) {
      this.runTimers();
    } else if (chance < 99) {
      this.staffActs(who, what, how);
    } else {
      this.outliveHold(who % peopleCount, how);
    }
  }

  /** An evening, a night, and a morning on which candidates are up before the timers. */
  private sleepOver(how: number): void {
    this.now = Math.max(this.now, chinaTime(0, 19, how % 60));
    this.runTimers();
    this.now = Math.max(this.now, chinaTime(1, 9, how % 60));
    for (let number = 0; number < peopleCount; number += 1) {
      this.candidateActs(number, 25, how);
      this.deliver(this.post.length - 1);
    }
  }

  /** Rare by chance alone: a code that outlives its hold while the last free seats go (D5). */
  private outliveHold(number: number, how: number): void {
    const person = givenPerson(number);
    const claim = this.claims.get(person)?.at(-1);
    if (claim === undefined) return;
    const register = (kind: number): void => {
      this.registers(person, givenTicket(number), claim, kind, how);
      this.deliver(this.post.length - 1);
    };
    register(6);
    this.now += 61_000;
    register(6);
    this.now += 4 * minute;
    this.runTimers();
    this.setCapacity(claim.area, true, how);
    register(14);
  }

  private mishap(name: string, happen: () => void): void {
    if (name === 'lost' && this.post.length === 0) return;
    this.seen.mishaps.add(name);
    happen();
  }

  private candidateActs(number: number, what: number, how: number): void {
    const person = givenPerson(number);
    const ticket = givenTicket(how % 7 === 0 ? 50 + number : how % 31 === 0 ? 77 : number);
    const phone = givenPhone(number % 2);
    const known = this.claims.get(person) ?? [];
    const claim = how % 11 === 0 ? known[what % Math.max(1, known.length)] : known.at(-1);
    const kind = what % 44;
    if (kind >= 36) {
      this.caresForAccount(person, kind, how);
    } else if (kind === 0 || (kind < 16 && claim === undefined)) {
      const area = how % 29 === 0 ? '9999' : (areaCodes[how % areaCodes.length] ?? '0101');
      // Mostly the area one has already; going elsewhere is the exception.
      const to = claim !== undefined && how % 2 > 0 ? claim.area : area;
      this.send('people', { kind: 'choose-area', person, ticket, area: to });
    } else if (kind < 16 && claim !== undefined) {
      this.registers(person, ticket, claim, kind, how);
    } else if (kind >= 24 && claim !== undefined) {
      this.registers(person, ticket, claim, this.nextOn(person, claim.area, how), how);
    } else if (kind < 18) {
      const succeeded = how % 9 === 0;
      const generation = this.auditor.generationOf(person) - (how % 7 === 0 ? 1 : 0);
      const attempt = { person, ticket, succeeded, generation };
      const device = how % 4 === 0 ? { device: generation } : {};
      this.send('people', { kind: 'record-sign-in', ...attempt, ...device });
    } else if (kind < 20) {
      const challenge = this.newChallenge(person);
      const to = how % 5 === 0 ? givenPhone(8) : phone;
      this.send('people', { kind: 'request-phone-code', person, challenge, phone: to });
    } else if (kind < 22) {
      const challenge = this.challenges.get(person) ?? opaque('none', 0);
      this.send('people', { kind: 'bind-phone', person, challenge, codeMatches: how % 3 > 0 });
    } else if (kind < 23) {
      this.send('people', { kind: 'set-password', person, hash: '$argon2id$invented' });
    } else if (kind < 24) {
      this.send('rest', { kind: 'join-phone', phone: phone.index, person });
    }
  }

  /** Unbinds the phone, has forgotten the password or changes it, ends sign-ins. */
  private caresForAccount(person: PersonId, kind: number, how: number): void {
    const forgotten = `${person} forgot`;
    const codeMatches = how % 3 > 0;
    // Now and then a page from before the last change.
    const generation = this.auditor.generationOf(person) - (how % 5 === 0 ? 1 : 0);
    const hash = '$argon2id$invented';
    switch (kind) {
      case 36:
        this.send('people', {
          ...{ kind: 'request-unbind-code', person, challenge: this.newChallenge(person) },
        });
        return;
      case 37: {
        const challenge = this.challenges.get(person) ?? opaque('none', 0);
        this.send('people', { kind: 'unbind-phone', person, challenge, codeMatches });
        return;
      }
      case 38:
        this.send('people', {
          ...{ kind: 'request-reset-code', person, challenge: this.newChallenge(forgotten) },
        });
        return;
      case 39: {
        const challenge = this.challenges.get(forgotten) ?? opaque('none', 0);
        this.send('people', { kind: 'prove-reset-code', person, challenge, codeMatches });
        return;
      }
      case 40: {
        const proof = this.proofs.get(person) ?? opaque('none', 0);
        this.send('people', { kind: 'reset-password', person, proof, hash });
        return;
      }
      case 41:
        this.send('people', { kind: 'change-password', person, hash, generation });
        return;
      case 42:
        this.send('people', { kind: 'end-sign-ins', person, generation });
        return;
      default: {
        const until = this.now + (how % 14) * 60 * minute;
        this.send('people', { kind: 'sign-out', person, nonce: opaque('nonce', how % 20), until });
      }
    }
  }

  /** What a person who wants seats would do now: choose, ask for a code, type it. */
  private nextOn(person: PersonId, area: AreaCode, how: number): number {
    const here = this.auditor.spots.filter((spot) => spot.area === area && spot.person === person);
    const chosen = here.filter((spot) => spot.chosen !== null);
    if (chosen.length < 1 + (how % 3)) return 1;
    if (!this.challenges.has(person + area)) return 6;
    return [6, 11, 14, 14][how % 4] ?? 14;
  }

  private registers(
    person: PersonId,
    ticket: string,
    claim: { number: number; area: AreaCode },
    kind: number,
    how: number,
  ): void {
    const area = how % 41 === 0 ? '9999' : claim.area;
    const to = homeOfArea(area);
    const revision = this.auditor.revisionOf(area, person) - (how % 17 === 0 ? 1 : 0);
    const from = { area, person, claim: claim.number, revision, ticket };
    const here = this.auditor.spots.filter((spot) => spot.area === area && spot.person === person);
    const units = here.flatMap((spot) => (spot.chosen === null ? [] : [spot.unit]));
    const owner = person + area;
    switch (kind) {
      case 1:
      case 2:
      case 3:
      case 4: {
        const unit = how % 4;
        const odd = ['20001', '20002', '20003', '99999', '11003'];
        const course = how % 23 === 0 ? odd[how % odd.length] : `1${unit + 1}00${1 + (how % 3)}`;
        const choice = {
          ...{ programme: '020301K', candidateType: 'open' as const },
          ...{ course: course ?? '', replace: how % 2 === 0 },
        };
        this.send(to, { kind: 'choose-course', ...from, ...choice });
        return;
      }
      case 5:
        this.send(to, { kind: 'drop-course', ...from, unit: unitCodes[how % 4] ?? 'A' });
        return;
      case 6:
      case 7:
      case 8:
        this.send(to, {
          ...{ kind: 'hold-seats', ...from, challenge: this.newChallenge(owner) },
          phone: givenPhone(0),
        });
        return;
      case 9:
      case 10:
        this.send(to, {
          ...{ kind: 'send-code', ...from, challenge: this.newChallenge(owner) },
          phone: givenPhone(0),
        });
        return;
      case 11:
        this.send(to, { kind: 'resend-code', ...from });
        return;
      case 15: {
        const saved = here.flatMap((spot) => (spot.saved === null ? [] : [spot.unit]));
        const named = how % 6 === 0 ? ['A', 'D'] : saved.slice(0, 1 + (how % 2));
        this.send(to, { kind: 'give-up-seats', ...from, units: named });
        return;
      }
      default: {
        const challenge =
          how % 19 === 0 ? opaque('old', 0) : (this.challenges.get(owner) ?? opaque('none', 0));
        const chosen = how % 13 === 0 ? units.slice(1) : units;
        const typed = { ...from, challenge, units: chosen };
        const matches = how % 5 > 0;
        const outage = this.auditor.takesPasswords(to);
        if (outage ? how % 7 > 0 : how % 9 === 0)
          this.send(to, { kind: 'save-by-password', ...typed, passwordMatches: matches });
        else this.send(to, { kind: 'save-seats', ...typed, codeMatches: matches });
      }
    }
  }

  private staffActs(who: number, what: number, how: number): void {
    const area = areaCodes[who % areaCodes.length] ?? '0101';
    switch (what % 6) {
      case 0:
        this.send('rest', {
          kind: 'set-window',
          to: { state: 'paused', reason: `示例${how % 2}`, newsBy: this.now + minute },
        });
        break;
      case 1:
      case 2:
        if (how % 4 > 0) this.send('rest', { kind: 'set-window', to: { state: 'open' } });
        else
          this.send('rest', {
            ...{ kind: 'set-booking-proof', to: how % 12 === 0 ? 'password' : 'code' },
            ...{ reason: how % 11 === 0 ? ' ' : '示例', by: '示例甲' },
            andBy: how % 13 === 0 ? '示例甲' : '示例乙',
          });
        break;
      case 3:
        this.setCapacity(area, how % 3 === 0, how);
        break;
      case 4:
        this.import(who % peopleCount, how);
        break;
      default:
        this.send('rest', {
          ...{
            kind: 'install-session',
            catalogue: givenCatalogue(),
            calendar: givenCalendar().slice(0, 2),
          },
          settings: this.settings({
            foreignCourse: how % 2 === 0 ? 'refuse' : 'warn',
            importedPhoneMustMatch: how % 3 > 0,
            holdMs: how % 5 === 0 ? 8 * minute : 5 * minute,
          }),
        });
    }
    this.deliver(this.post.length - 1);
  }

  /** Either one pool anew, or all free seats of the area are withdrawn. */
  private setCapacity(area: AreaCode, withdraw: boolean, how: number): void {
    const pools = this.auditor.balance().filter((pool) => pool.area === area);
    const least = pools.map((pool) => ({ unit: pool.unit, capacity: taken(pool) }));
    const one = [{ unit: unitCodes[how % 4] ?? 'A', capacity: how % 4 }];
    const capacities = withdraw ? least : one;
    this.send(homeOfArea(area), { kind: 'set-capacity', area, capacities });
    this.deliver(this.post.length - 1);
  }

  private newChallenge(owner: string): string {
    this.sent += 1;
    const challenge = opaque('challenge', this.sent);
    this.challenges.set(owner, challenge);
    return challenge;
  }

  private send(
    to: PartitionName,
    body: Body<PreparedCommand>,
    then?: (reply: CommandReply) => void,
    epoch = this.writer(to).epoch,
  ): void {
    const command = this.enveloped(body, epoch);
    const letter = then === undefined ? { to, command } : { to, command, then };
    this.post.push(letter);
    this.history.push(letter);
  }

  private enveloped(body: Body<PreparedCommand>, epoch: number): PreparedCommand {
    this.sent += 1;
    const id = opaque('command', this.sent);
    return { id, answerBy: this.now + answerWithinMs, epoch, ...body } as PreparedCommand;
  }

  /** A late duplicate of something long past, or its id on another content. */
  private repeatOld(what: number, how: number): void {
    const letter = this.history[this.history.length - 1 - (what % 12)];
    if (letter === undefined) return;
    this.seen.mishaps.add('repeated');
    const { command } = letter;
    if (how % 4 === 0 && command.kind === 'choose-course') {
      const other = { ...command, course: command.course === '11001' ? '12001' : '11001' };
      this.post.push({ to: letter.to, command: other });
    } else {
      this.post.push(letter);
    }
    this.deliver(this.post.length - 1);
  }

  private deliver(place: number): void {
    const [letter] = this.post.splice(place, 1);
    if (letter === undefined) return;
    if (place < this.post.length) this.seen.mishaps.add('reordered');
    const { to, command, then } = letter;
    const reply = this.carry(to, command);
    then?.(reply);
  }

  private carry(to: PartitionName, command: PreparedCommand): CommandReply {
    const reply = this.writer(to).handle(copy(command), this.now, (given, answer) =>
      this.compare(to, given, answer),
    );
    this.note(command, reply);
    return reply;
  }

  private compare(to: PartitionName, given: Sequenced, reply: CommandReply): void {
    const verdict = this.auditor.judge(to, given);
    const expected = JSON.stringify(verdict);
    const answer = reply.kind === 'accepted' ? { yes: reply.outcome } : { no: reply.reason };
    if (JSON.stringify(answer) !== expected)
      throw new Error(
        `${given.command.kind}: the core says ${JSON.stringify(answer)}, the auditor ${expected}`,
      );
  }

  private note(command: PreparedCommand, reply: CommandReply): void {
    if (reply.kind === 'refused') {
      this.seen.reasons.add(reply.reason);
      // "Ask again" promises that nothing was done, not that nothing will be.
      if (reply.reason !== 'ask-again') this.shownNo.set(command.id, reply.reason);
      return;
    }
    const shown = this.shownNo.get(command.id);
    if (shown !== undefined) throw new Error(`B2: a "no" (${shown}) that was shown became a "yes"`);
    this.seen.kinds.add(command.kind);
    if (command.kind === 'prove-reset-code') this.proofs.set(command.person, command.id);
    const { outcome } = reply;
    if (outcome.kind === 'saved' && outcome.failed.length > 0)
      this.seen.reasons.add('seats-exhausted');
    if (!('person' in command)) return;
    const { candidate } = reply;
    if (candidate?.claim === undefined) return;
    const known = this.claims.get(command.person) ?? [];
    this.claims.set(command.person, [...known, candidate.claim]);
  }

  /** The effects of a writer's rows, each a letter to the book that completes it. */
  private collectEffects(writer: Writer): void {
    writer.loadAll();
    for (const row of residentRows(writer.partition)) {
      for (const effect of pendingEffects(row, partitionNames)) this.perform(writer.name, effect);
    }
  }

  private perform(from: PartitionName, effect: Effect): void {
    switch (effect.kind) {
      case 'vacate-area': {
        const { person, area, claim } = effect;
        const vacate = { kind: 'vacate-area', person, area, claim } as const;
        this.send(
          homeOfArea(area),
          vacate,
          (reply) => {
            // Only these two answers say anything about the area; others are asked for again.
            const remain = reply.kind === 'refused' && reply.reason === 'seats-remain';
            if (reply.kind === 'refused' && !remain) return;
            const note = { kind: 'note-vacated', person, claim, vacated: !remain } as const;
            this.send(from, note, undefined, 0);
            this.readClaim(person);
          },
          0,
        );
        return;
      }
      case 'fence-area': {
        const { person, area, claim } = effect;
        const fence = { kind: 'fence-area', person, area, claim } as const;
        this.send(
          homeOfArea(area),
          fence,
          (reply) => {
            if (reply.kind === 'accepted')
              this.send(from, { kind: 'note-fenced', person, claim }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'settle-phone': {
        const { person, phone, binding } = effect;
        this.send(
          'rest',
          { kind: 'settle-phone', phone, person, binding },
          (reply) => {
            if (reply.kind === 'accepted')
              this.send(from, { kind: 'note-phone-settled', person, binding }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'release-phone': {
        const { person, phone, binding } = effect;
        this.send(
          'rest',
          { kind: 'release-phone', phone, person, binding },
          (reply) => {
            if (reply.kind === 'accepted')
              this.send(from, { kind: 'note-phone-released', person, binding }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'adopt': {
        const { partition, adopted } = effect;
        this.send(
          partition,
          { kind: 'adopt', adopted },
          (reply) => {
            if (reply.kind !== 'accepted' || reply.outcome.kind !== 'adopted') return;
            const { number } = reply.outcome;
            this.send(from, { kind: 'note-adopted', partition, number }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'send-news': {
        const { person, area, news } = effect;
        const note = {
          kind: 'note-news',
          area,
          person,
          news: news.place,
          outcome: 'sent',
        } as const;
        this.send(from, note, undefined, 0);
        return;
      }
      case 'reconcile':
        this.send(from, { kind: 'note-reconciled', day: effect.day, lines: [] }, undefined, 0);
        return;
      case 'send-message': {
        const { person, area, challenge, attempt, phone, key } = effect;
        const take = { kind: 'take-message', phone: phone.index, key } as const;
        this.send(
          'rest',
          take,
          (reply) => {
            const used = reply.kind === 'refused' && reply.reason === 'phone-messages-used-up';
            if (reply.kind === 'refused' && !used) return;
            const outcome = used ? 'phone-messages-used-up' : 'sent';
            const note = { kind: 'note-delivery', person, challenge, attempt, outcome } as const;
            this.send(from, area === undefined ? note : { ...note, area }, undefined, 0);
          },
          0,
        );
        return;
      }
    }
  }

  /** A page asks where things stand. */
  private readClaim(person: PersonId): void {
    const people = this.writer('people');
    people.loadAll();
    const answer = ask(people.partition, { kind: 'candidate', person }, this.now);
    if (answer.kind !== 'candidate' || answer.candidate?.claim === undefined) return;
    const known = this.claims.get(person) ?? [];
    this.claims.set(person, [...known, answer.candidate.claim]);
  }

  private runTimers(): void {
    for (const writer of this.writers) {
      for (let due = [...dueCommands(writer.partition, this.now)]; due.length > 0; ) {
        // A writer's own: they go by no post.
        for (const command of due) this.carry(writer.name, this.enveloped(command, 0));
        due = [...dueCommands(writer.partition, this.now)];
      }
    }
  }

  /** After every step: no oversell, B14, R1, and the core's lists are the auditor's. */
  private check(): void {
    const places: { area: string; person: string; unit: string; saved: boolean; held: boolean }[] =
      [];
    const pools: Pool[] = [];
    for (const { partition } of this.writers) {
      checkInvariants(partition);
      const answer = ask(partition, { kind: 'balance' }, this.now);
      if (answer.kind !== 'balance') throw new Error('not a balance');
      for (const { free, ...pool } of answer.pools) {
        if (free < 0) throw new Error(`B14: ${pool.area}${pool.unit} is oversold`);
        if (free + taken(pool) !== pool.capacity) throw new Error('B14: out of balance');
        pools.push(pool);
      }
      for (const book of partition.areas.values()) {
        for (const { area, person, places: here } of book.registrations.values()) {
          for (const { unit, saved, hold } of here)
            places.push({
              area,
              person,
              unit,
              saved: saved !== undefined,
              held: hold !== undefined,
            });
        }
      }
    }
    const sorted = (list: readonly object[]): string =>
      list
        .map((one) => JSON.stringify(Object.entries(one).sort()))
        .sort()
        .join();
    if (sorted(pools) !== sorted(this.auditor.balance()))
      throw new Error(
        `B14: ${sorted(pools)} but the auditor has ${sorted(this.auditor.balance())}`,
      );
    const spots = this.auditor.spots.map(({ area, person, unit, saved, hold }) => {
      return { area, person, unit, saved: saved !== null, held: hold !== null };
    });
    if (sorted(places) !== sorted(spots)) throw new Error('the auditor has other seats');
    for (const one of places.filter((place) => place.saved)) {
      const elsewhere = places.some(
        (other) => other.saved && other.person === one.person && other.area !== one.area,
      );
      if (elsewhere) throw new Error(`R1: ${one.person} has saved seats in two areas`);
    }
  }

  /** Nothing is owed any more: moves have ended, fences stand, phones are settled, all adopted. */
  private checkAtRest(): void {
    const bound: string[] = [];
    const lasting: string[] = [];
    for (const writer of this.writers) {
      writer.loadAll();
      for (const row of residentRows(writer.partition)) {
        const owed = pendingEffects(row, partitionNames);
        if (owed.length > 0) throw new Error(`still owed: ${owed.map((one) => one.kind).join()}`);
        if (row.table === 'candidates' && row.phone !== undefined)
          bound.push(`${row.phone.index} ${row.person}`);
        if (row.table !== 'phones') continue;
        for (const { person, until } of row.people)
          if (until === 0) lasting.push(`${row.phone} ${person}`);
      }
    }
    // F42: whatever came late or twice, a phone has its lasting places for whom it is bound to.
    if (bound.sort().join() !== lasting.sort().join())
      throw new Error(`bound to ${bound.join()}, but lasting for ${lasting.join()}`);
  }
}
