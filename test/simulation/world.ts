/**
 * A small province gone wrong: people and areas in different partitions, a post between them that
 * loses, doubles, delays and reorders, providers that go away, and writers that crash and come back
 * from whatever rows and journal they had on disk. Every answer is compared with the auditor's.
 */
import { asidesMax } from '../../engine/core/asides.ts';
import { ask, dueCommands } from '../../engine/core/partition.ts';
import type { PreparedCommand, Sequenced } from '../../engine/protocol/commands.ts';
import type { AreaCode, PartitionName, PersonId } from '../../engine/protocol/ids.ts';
import type { RefusalReason } from '../../engine/protocol/refusals.ts';
import type { CommandReply } from '../../engine/protocol/replies.ts';
import type { Settings } from '../../engine/protocol/session.ts';
import type { Act } from '../../engine/protocol/staff.ts';
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
  givenTicketRecord,
  opaque,
  shellAs,
  unitCodes,
} from '../given.ts';
import { type Happening, taken } from './audit-lists.ts';
import { Auditor } from './auditor.ts';
import { Candidates } from './candidates.ts';
import { checkAtRest, checkBooks } from './checks.ts';
import { Effects } from './effects.ts';
import { checkMoney, type Fate } from './money-check.ts';
import { Payments } from './payments.ts';
import { daysBooked, homeOfArea, minute, partitionNames, peopleCount } from './province.ts';
import type { Taking } from './till.ts';
import { copy, Writer } from './writer.ts';

/** What the runs of a suite came across; a suite that missed something has not tried. */
export type Seen = {
  kinds: Set<string>;
  reasons: Set<RefusalReason>;
  mishaps: Set<string>;
  /** Of money that a till took. */
  fates: Set<Fate>;
  /** To attempts and orders. */
  happened: Set<Happening>;
};

/** One step: which kind, and three numbers that choose among what is there. */
export type Step = { act: number; who: number; what: number; how: number };

const answerWithinMs = 30_000;
/** Nothing here may go on for ever: whatever needs more than this never ends. */
const roundsMax = 12;
const lettersMax = 50_000;
const timersMax = 50;

type Body<C> = C extends PreparedCommand ? Omit<C, 'id' | 'answerBy' | 'epoch'> : never;
type Letter = { to: PartitionName; command: PreparedCommand; then?: (reply: CommandReply) => void };

export class World {
  now = chinaTime(0, 8, 50);
  readonly seen: Seen;
  readonly auditor = new Auditor();
  readonly writers: Writer[] = partitionNames.map((name) => new Writer(name));
  readonly payments = new Payments(this);
  readonly candidates = new Candidates(this, this.payments);
  readonly effects = new Effects(this, this.payments);
  private readonly post: Letter[] = [];
  private readonly history: Letter[] = [];
  /** Ids whose "no" a person has seen. */
  private readonly shownNo = new Map<string, RefusalReason>();
  private readonly capacity: number;
  private sent = 0;
  /** The writers' indices when all was last looked at. */
  private checkedAt = '';

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
    this.end();
  }

  /** Whatever was lost, asking often enough brings every partition to rest; and all days end. */
  end(): void {
    this.settle();
    this.now = Math.max(this.now, chinaTime(daysBooked + 1, 12));
    this.settle();
    this.check();
    checkAtRest(this.writers);
    this.payments.checkAttempts();
    checkMoney(this.writers, this.payments.till, this.seen.fates);
    for (const one of this.auditor.lists.happened) this.seen.happened.add(one);
    this.payments.checkBills();
  }

  writer(name: PartitionName): Writer {
    const found = this.writers.find((one) => one.name === name);
    if (found === undefined) throw new Error('no such partition');
    return found;
  }

  private settle(): void {
    const { till } = this.payments;
    let pending: string[] = [];
    for (let round = 0; round < roundsMax; round += 1) {
      till.comeBack();
      this.runTimers();
      for (const notice of till.unheard) this.payments.tell(notice);
      this.carryEffects();
      const owed = this.writers.flatMap((writer) => this.effects.owedBy(writer));
      const unheard = till.unheard.filter(() => !this.isListFull());
      pending = [
        ...owed.filter((effect) => !this.payments.mayWait(effect)).map(({ key }) => key),
        ...unheard.map(({ kind, taking }) => `${kind} ${taking.attempt}`),
        ...this.writers.flatMap(({ partition }) =>
          [...dueCommands(partition, this.now)].map(({ kind }) => kind),
        ),
      ];
      if (pending.length === 0) return;
    }
    throw new Error(`never at rest: ${pending.join(', ')}`);
  }

  /** All that is owed now is asked for, and comes to an end. */
  carryEffects(): void {
    for (const writer of this.writers) this.effects.collect(writer);
    this.deliverAll();
  }

  private deliverAll(): void {
    for (let count = 0; this.post.length > 0; count += 1) {
      if (count > lettersMax) throw new Error(`the post never ends: ${this.post[0]?.command.kind}`);
      this.deliver(0);
    }
  }

  deliverLast(): void {
    this.deliver(this.post.length - 1);
  }

  /** The office's work: the first of it may be late too. */
  open(): void {
    this.installSettings({});
    for (const area of areaCodes) {
      const capacities = unitCodes.map((unit) => ({ unit, capacity: this.capacity }));
      this.send(homeOfArea(area), { kind: 'set-capacity', area, capacities });
      this.deliver(0);
    }
    for (let number = 0; number < peopleCount; number += 1) {
      // The last one may not be on record yet.
      if (number === peopleCount - 1 && this.capacity === 1) continue;
      this.import(number, 0);
      this.deliver(0);
    }
    // Whether the partitions know of the session before the first candidate is up.
    if (this.capacity !== 1) this.adoptAtOnce();
  }

  installSettings(overrides: Partial<Settings>): void {
    const calendar = givenCalendar().slice(0, daysBooked);
    const settings = this.settings(overrides);
    const session = { catalogue: givenCatalogue(), calendar, settings };
    this.send('rest', { kind: 'install-session', ...session });
    this.deliverLast();
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
    if (chance < 56) {
      this.now += (how % 8) * 1_000;
      this.candidates.act(who % peopleCount, what, how);
      // Mostly the page waits for its answer; now and then the post is slow.
      if (how % 5 > 0) this.deliverLast();
    } else if (chance < 69) {
      if (this.post.length > 0) this.deliver(what % this.post.length);
    } else if (chance < 71) {
      this.mishap('lost', () => this.post.splice(what % this.post.length, 1));
    } else if (chance < 73) {
      const letter = this.post[what % this.post.length];
      if (letter !== undefined) this.mishap('doubled', () => this.post.push(letter));
    } else if (chance < 75) {
      this.cutOff(what % this.post.length);
    } else if (chance < 78) {
      this.repeatOld(what, how);
    } else if (chance < 84) {
      if (writer !== undefined) this.effects.collect(writer);
    } else if (chance < 87) {
      const { till } = this.payments;
      this.payments.tell(till.unheard[what % till.unheard.length]);
    } else if (chance < 88) {
      this.mishap('crashed', () => writer?.crash());
    } else if (chance < 90) {
      writer?.checkpoint(what);
    } else if (chance < 94) {
      this.passTime(what, how);
    } else if (chance < 96) {
      this.runTimers();
    } else if (chance < 98) {
      this.staffActs(who, what, how);
    } else if (chance < 99) {
      this.payments.goWrong(what, how);
    } else {
      this.candidates.outliveHold(who % peopleCount, how);
    }
  }

  private passTime(what: number, how: number): void {
    const hour = 60 * minute;
    const waits = [1_000, 61_000, 61_000, 61_000, 4 * minute, 5 * minute, 10 * minute];
    if (what % 48 === 12) this.sleepOver(how);
    else if (what % 48 === 6) this.payOverTheClose(how);
    else if (what % 48 === 42) this.changeMinds(how);
    else if (what % 24 === 18) this.rush(how);
    else if (what % 48 === 0) this.now += (1 + (how % 30)) * hour;
    else this.now += waits[what % waits.length] ?? 0;
    // The timer may be slow as well.
    if (how % 4 > 0) this.runTimers();
  }

  /** An evening, a night, and a morning on which candidates are up before the timers. */
  private sleepOver(how: number): void {
    const day = this.today();
    this.now = Math.max(this.now, chinaTime(day, 19, how % 60));
    this.runTimers();
    this.now = Math.max(this.now, chinaTime(day + 1, 9, how % 60));
    for (let number = 0; number < peopleCount; number += 1) {
      this.candidates.act(number, 25, how);
      this.deliverLast();
    }
  }

  /** Everybody does what comes next, one after the other, and waits for the answer. */
  private rush(how: number): void {
    if (how % 4 > 0) {
      this.propose({ kind: 'open-window' });
      this.deliverLast();
      this.adoptAtOnce();
    }
    for (let turn = 0; turn < 12 * peopleCount; turn += 1) {
      this.now += 1_000;
      this.candidates.act(turn % peopleCount, 25, how * (turn + 3) + turn);
      this.deliverLast();
    }
  }

  /** D11: money under way at the close, which nobody hears of before the grace is over. */
  private payOverTheClose(how: number): void {
    const day = this.today();
    if (this.now >= chinaTime(day, 22)) return;
    this.rush(how);
    this.now = Math.max(this.now, chinaTime(day, 21, 50));
    const paying = how % 2 === 0 ? [0, 1, 2, 3] : [how % peopleCount];
    for (const number of paying) this.candidates.paysLate(number, how);
    this.now = chinaTime(day, 22, how % 60);
    this.runTimers();
    // Others may have had the seats since: then there are none to be had again.
    const area = areaCodes[how % areaCodes.length];
    if (area !== undefined && how % 5 < 2) this.setCapacity(area, true, how);
    // The till's "closed" may be on its way while the bank still books.
    if (how % 3 === 0) for (const writer of this.writers) this.effects.collect(writer);
    if (how % 6 < 2) this.moveOn(day, paying);
    for (const number of paying) {
      this.candidates.paidLate(number, how);
      this.deliverLast();
    }
  }

  /** The morning after, in another area. */
  private moveOn(day: number, people: readonly number[]): void {
    this.now = chinaTime(day + 1, 9, 5);
    this.runTimers();
    for (const number of people) {
      this.candidates.moves(number);
      this.deliverLast();
    }
    this.carryAtOnce('people');
  }

  /** D15: stopped, closed, withdrawn; and then the bank books after all. */
  private changeMinds(how: number): void {
    this.rush(how);
    const all = Array.from({ length: peopleCount }, (_, number) => number);
    for (const number of all) this.candidates.paysLate(number, how);
    for (const number of all) this.candidates.stops(number);
    for (const { name } of this.writers) this.carryAtOnce(name);
    for (const number of all) {
      this.candidates.withdraws(number);
      this.candidates.paidLate(number, how);
      this.deliverLast();
    }
  }

  /** Counted from the first day of booking. */
  private today(): number {
    return Math.floor((this.now - chinaTime(0, 0)) / (24 * 60 * minute));
  }

  private mishap(name: string, happen: () => void): void {
    if (name === 'lost' && this.post.length === 0) return;
    this.seen.mishaps.add(name);
    happen();
  }

  /** The command is on disk and the writer gone: nobody hears the answer. */
  private cutOff(place: number): void {
    const letter = this.post[place];
    if (letter === undefined) return;
    this.seen.mishaps.add('cut off');
    this.post.splice(place, 1);
    this.carry(letter.to, letter.command);
    this.writer(letter.to).crash();
  }

  /** By the command line: accounts are others' to try. */
  private propose(act: Act, reason = '示例'): void {
    const by = shellAs('示例甲');
    this.send('rest', { kind: 'propose-act', act, reason, foreseen: [], ...by });
  }

  /** Taken, taken once more, or ended: as a gateway tells that looks at it late, or again. */
  private seeToAlarm(how: number): void {
    const alarm = `provider-away:${how % 3}`;
    const standing = this.auditor.lists.alarms.find((one) => one.alarm === alarm);
    if (how % 8 === 7) {
      const acknowledgedAt = (standing?.at ?? this.now) - (how % 5 === 0 ? 1 : 0);
      this.send('rest', { kind: 'note-alarm-ended', alarm, acknowledgedAt });
      return;
    }
    const since = how % 8 > 3 && standing ? standing.since + (how % 7) * 20_000 : this.now - 5_000;
    const level = how % 5 === 0 ? 'grave' : 'warning';
    const taken = { alarm, level, since, remark: '' } as const;
    this.send('rest', { kind: 'acknowledge-alarm', ...taken, ...shellAs('示例甲') });
  }

  private staffActs(who: number, what: number, how: number): void {
    const area = areaCodes[who % areaCodes.length] ?? '0101';
    switch (what % 7) {
      case 0:
        if (how % 2 === 0)
          this.propose({
            ...{ kind: 'pause-window', shown: `示例${how % 2}`, newsBy: this.now + minute },
          });
        else this.seeToAlarm(how);
        break;
      case 1:
      case 2:
        if (how % 4 > 0) this.propose({ kind: 'open-window' });
        else {
          const to = how % 12 === 0 ? 'password' : 'code';
          this.propose({ kind: 'set-booking-proof', to }, how % 11 === 0 ? ' ' : '示例');
          this.deliverLast();
          const by = shellAs(how % 13 === 0 ? '示例甲' : '示例乙');
          const number = Math.max(1, this.auditor.actsProposed);
          const kind = how % 28 === 4 ? 'withdraw-act' : 'approve-act';
          this.send('rest', { kind, number, ...by });
        }
        break;
      case 3:
        this.setCapacity(area, how % 3 === 0, how);
        break;
      case 4:
        this.import(who % peopleCount, how);
        break;
      case 5:
        this.setCourseCaps(area, how);
        break;
      default:
        this.installSettings({
          foreignCourse: how % 2 === 0 ? 'refuse' : 'warn',
          importedPhoneMustMatch: how % 3 > 0,
        });
        this.deliverLast();
        if (how % 5 < 2)
          this.propose({
            ...{ kind: 'set-hold', holdMs: (4 + (how % 5)) * minute, holdMaxMs: 5 * minute },
          });
    }
    this.deliverLast();
    if (how % 3 > 0) this.adoptAtOnce();
  }

  /** Word of the session reaches every partition. */
  adoptAtOnce(): void {
    this.carryAtOnce('rest');
  }

  /** What that writer owes, without the post's moods. */
  private carryAtOnce(name: PartitionName): void {
    const before = this.post.length;
    this.effects.collect(this.writer(name));
    for (let count = 0; this.post.length > before; count += 1) {
      if (count > lettersMax) throw new Error(`the letters of ${name} never end`);
      this.deliver(before);
    }
  }

  /** Either one pool anew, or all free seats of the area are withdrawn. */
  setCapacity(area: AreaCode, withdraw: boolean, how: number): void {
    const pools = this.auditor.lists.balance().filter((pool) => pool.area === area);
    const least = pools.map((pool) => ({ unit: pool.unit, capacity: taken(pool) }));
    const one = [{ unit: unitCodes[how % 4] ?? 'A', capacity: how % 4 }];
    const capacities = withdraw ? least : one;
    this.send(homeOfArea(area), { kind: 'set-capacity', area, capacities });
    this.deliverLast();
  }

  /** As many as on the first day, or as many as are taken; of any course. */
  giveSeatsAgain(area: AreaCode): void {
    const pools = this.auditor.lists.balance().filter((pool) => pool.area === area);
    const capacities = pools.map((pool) => {
      return { unit: pool.unit, capacity: Math.max(taken(pool), this.capacity) };
    });
    this.send(homeOfArea(area), { kind: 'set-capacity', area, capacities });
    this.deliverLast();
    this.send(homeOfArea(area), { kind: 'set-course-caps', area, caps: [] });
    this.deliverLast();
  }

  /** Of no course may there be one seat more. */
  capAtTaken(area: AreaCode): void {
    const { lists } = this.auditor;
    const courses = unitCodes.flatMap((_, place) =>
      [1, 2, 3].map((one) => `1${place + 1}00${one}`),
    );
    const caps = courses.map((course) => ({ course, cap: lists.takenOf(area, course) }));
    this.send(homeOfArea(area), { kind: 'set-course-caps', area, caps });
    this.deliverLast();
  }

  /** Of the favourite course of each unit there may be none, or one, or as many as there are seats. */
  private setCourseCaps(area: AreaCode, how: number): void {
    const caps = unitCodes.flatMap((_, place) => {
      const course = `1${place + 1}001`;
      return (how >> place) % 2 === 0 ? [] : [{ course, cap: how % 3 }];
    });
    this.send(homeOfArea(area), { kind: 'set-course-caps', area, caps });
  }

  send(
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
    this.deliverLast();
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
    if (command.kind === 'prove-reset-code') this.candidates.hasProven(command.person, command.id);
    const { outcome } = reply;
    if (outcome.kind === 'saved')
      for (const { reason: why } of outcome.failed) this.seen.reasons.add(why);
    if (!('person' in command)) return;
    const { candidate } = reply;
    if (candidate?.claim === undefined) return;
    this.candidates.isTold(command.person, candidate.claim);
  }

  /** A page asks where things stand. */
  readClaim(person: PersonId): void {
    const people = this.writer('people');
    people.loadAll();
    const answer = ask(people.partition, { kind: 'candidate', person }, this.now);
    if (answer.kind !== 'candidate' || answer.candidate?.claim === undefined) return;
    this.candidates.isTold(person, answer.candidate.claim);
  }

  runTimers(): void {
    for (const writer of this.writers) {
      for (let round = 0; ; round += 1) {
        const due = [...dueCommands(writer.partition, this.now)];
        if (due.length === 0) break;
        if (round > timersMax)
          throw new Error(`timers never end: ${due.map(({ kind }) => kind).join()}`);
        // A writer's own: they go by no post.
        for (const command of due) this.carry(writer.name, this.enveloped(command, 0));
      }
    }
  }

  /** Whether staff have that money on their list. */
  isSetAside({ attempt, transaction }: Taking): boolean {
    const { asides } = this.writer('rest').partition;
    return [...asides.values()].some(
      (one) =>
        one.attempt === attempt && one.transaction === transaction && !one.why.startsWith('bill-'),
    );
  }

  /** Nobody can set anything aside any more. */
  isListFull(): boolean {
    return this.writer('rest').partition.asides.size >= asidesMax;
  }

  /** After every step in which something happened. */
  private check(): void {
    const indices = this.writers.map(({ index, epoch }) => `${index}.${epoch}`).join();
    if (indices === this.checkedAt) return;
    this.checkedAt = indices;
    checkBooks(this.writers, this.auditor.lists, this.now);
  }
}
