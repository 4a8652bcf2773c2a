/**
 * The loop that carries commands through one partition's books, alone. It owns order, durability
 * and memory; the books own every decision; bus, effects and process are the caller's.
 *
 * W1 No reply, count, notice or effect leaves before the batch it speaks of is flushed, nor before
 *    the one it was decided after. Queries pass the same way.
 * W2 Memory runs ahead of the disk by at most the batch being flushed and the one being gathered.
 *    A failed flush or a broken promise of the code ends the process (`failStopCode`): what memory
 *    holds can no longer be trusted, and the disk is read anew.
 * W3 Every change enters as a command and leaves as an event in the journal: timers too.
 */
import { actViewOf } from '../core/acts.ts';
import { contentHash } from '../core/content-hash.ts';
import type { Decision } from '../core/decision.ts';
import { type Effect, pendingEffects } from '../core/effects.ts';
import { keyViewOf } from '../core/key-book.ts';
import {
  ask,
  countsIn,
  decide,
  dueCommands,
  evolve,
  forgetRow,
  nextDeadline,
  present,
  untoldNews,
} from '../core/partition.ts';
import { type RowNeed, rowsNeeded } from '../core/row-needs.ts';
import type { Row } from '../core/rows.ts';
import { staffViewOf } from '../core/staff-book.ts';
import { awaitedRecord, peopleIn, takeover } from '../core/staging.ts';
import type { Command, PreparedCommand, Sequenced } from '../protocol/commands.ts';
import type { RuxiEvent } from '../protocol/events.ts';
import type { AreaCode, EpochMs } from '../protocol/ids.ts';
import { partitionsOf } from '../protocol/layout.ts';
import type { AreaLedger } from '../protocol/ledger.ts';
import type { Notice } from '../protocol/notices.ts';
import type { RefusalReason, Refused } from '../protocol/refusals.ts';
import type {
  AreaCounts,
  AskedQuery,
  CommandReply,
  PartitionStatus,
  QueryReply,
} from '../protocol/replies.ts';
import { encodeEntry } from '../store/journal.ts';
import { candidatePage } from './candidate-pages.ts';
import { DeskStrangers, isNobodys, isTriedAtDoor } from './desk-strangers.ts';
import { ExpiringMap } from './expiring-map.ts';
import { Inbox, type Submission } from './inbox.ts';
import { journalPage } from './journal-pages.ts';
import {
  type Answered,
  failStopCode,
  type Submitted,
  type Writer,
  type WriterLimits,
  type WriterOptions,
} from './ports.ts';
import { isPass, opened, passFor, prepare, withOpenName, withOpenSecret } from './prepare.ts';
import { Recounting } from './recounting.ts';
import { loadNeeded, type Recovered, recover, stagedPersonAt, stagedSliceAt } from './recovery.ts';
import { Sequencer } from './sequencer.ts';
import { isAskedOfStrangers, isOfStrangers, Strangers } from './strangers.ts';
import { Telemetry } from './telemetry.ts';
import { timelineStretch } from './timeline.ts';

export const defaultLimits: WriterLimits = {
  inboxMax: 65_536,
  batchMax: 4_096,
  lagMax: 32_768,
  tailMax: 50_000,
  idleSlice: 2_048,
  idleMs: 50,
  residentMax: 20_000,
  refusalsMax: 200_000,
  spentMax: 200_000,
  freeBytesMin: 128 * 1024 * 1024,
};

const countsEveryMs = 250;
const ledgersEveryMs = 1_000;
const announceEveryMs = 2_000;
const freeBytesEveryMs = 1_000;
const telemetryEveryMs = 1_000;
/** Nothing is remembered for longer, whatever its sender says: the memory is bounded, and full is busy. */
const rememberedMsMax = 60 * 60_000;
/** Timers look again at least this often, whatever the clock did meanwhile. */
const deadlineMaxMs = 1_000;
const deadlineMinMs = 5;
/** Of one batch, as of one slice of a day's close: what a candidate's command waits for at most. */
const timerEventsMax = 200;
/** More than a lane of news takes at a time. */
const untoldEnough = 8_192;
/** Rows looked at in one go when memory is to be given back. */
const forgottenAtOnceMax = 1_024;

/** Refusals that say nothing about the command's content: the same id may be tried again. */
const notKept: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'busy',
  'clock-doubted',
  'malformed',
  'command-id-reused',
  'too-late',
  'ask-again',
]);

type Kept = { until: EpochMs; contentHash: number; refused: Refused };

/** What was decided and is not flushed yet. */
type Batch = {
  /** `undefined`: the clock is doubted. */
  at: EpochMs | undefined;
  index: number;
  size: number;
  /** Of `size`, those that somebody waits for: they leave the rows behind the journal as they are. */
  commands: number;
  events: RuxiEvent[];
  /** Of `events`, those that timers brought. */
  timerEvents: number;
  changed: Set<Row>;
  notices: Notice[];
  effects: Effect[];
  counts: AreaCounts[];
  ledgers: AreaLedger[];
  answers: { replies: Answered[]; reply: Submission['reply']; receivedMs: number }[];
  /** D2: answered no sooner than if something had been written. */
  mustCommit: boolean;
};

/** Recovers, announces itself and begins. Rejects when what is on disk does not fit together. */
export async function startWriter(options: WriterOptions): Promise<Writer> {
  const partitions = partitionsOf(options.layout);
  const recovered = recover(options.store, partitions, options.clock.now());
  const writer = new PartitionWriter(options, recovered);
  writer.begin(recovered.effects);
  return writer;
}

class PartitionWriter implements Writer {
  readonly #options: WriterOptions;
  readonly #limits: WriterLimits;
  readonly #partitions: readonly string[];
  readonly #partition: Recovered['partition'];
  readonly #checkpoint: Recovered['checkpoint'];
  readonly #sequencer: Sequencer;
  readonly #inbox: Inbox;
  readonly #refusals: ExpiringMap<Kept>;
  readonly #spent: ExpiringMap<{ until: EpochMs }>;
  readonly #strangers = new Strangers();
  readonly #deskStrangers = new DeskStrangers();
  readonly #telemetry: Telemetry;
  readonly #recounting: Recounting;
  readonly #changedAreas = new Set<AreaCode>();
  readonly #intervals: NodeJS.Timeout[] = [];
  #lastHash: string;
  /** The index of the last flushed event, and the hash of its entry. */
  #flushedIndex: number;
  #flushedHash: string;
  #lastAt: EpochMs;
  #sequence = 0;
  #batch: Batch | undefined;
  #flushing = false;
  #settling = false;
  #scheduled = false;
  #failed = false;
  #spaceLow = false;
  #freeBytes = 0;
  #timersDue = false;
  #roomForNews = false;
  /** When a batch with a command last went to the disk, on the monotonic clock. */
  #commandsAt = Number.NEGATIVE_INFINITY;
  #countsAt = Number.NEGATIVE_INFINITY;
  #ledgersAt = Number.NEGATIVE_INFINITY;
  #deadline: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #drained: (() => void) | undefined;
  #draining: Promise<void> | undefined;

  constructor(options: WriterOptions, recovered: Recovered) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#partitions = partitionsOf(options.layout);
    this.#partition = recovered.partition;
    this.#checkpoint = recovered.checkpoint;
    this.#recounting = new Recounting(this.#partition);
    this.#sequencer = new Sequencer(options.clock, recovered.nextIndex, recovered.lastAt);
    this.#lastHash = recovered.lastHash;
    this.#lastAt = recovered.lastAt;
    this.#flushedIndex = recovered.nextIndex - 1;
    this.#flushedHash = recovered.lastHash;
    this.#inbox = new Inbox(this.#limits.inboxMax);
    this.#refusals = new ExpiringMap(this.#limits.refusalsMax);
    this.#spent = new ExpiringMap(this.#limits.spentMax);
    this.#telemetry = new Telemetry(options.clock.now(), options.clock.monotonic());
  }

  begin(effects: readonly Effect[]): void {
    this.#every(announceEveryMs, () => this.#announce());
    this.#every(countsEveryMs, () => this.#publishCountsAtRest());
    this.#every(ledgersEveryMs, () => this.#publishLedgersAtRest());
    this.#every(freeBytesEveryMs, () => this.#lookAtSpace());
    this.#every(telemetryEveryMs, () => this.#report());
    this.#lookAtSpace();
    this.#announce();
    for (const area of this.#partition.areas.keys()) this.#changedAreas.add(area);
    if (effects.length > 0) this.#options.onEffects(effects);
    this.roomForNews();
  }

  submit(items: readonly Submitted[], reply: (replies: Answered[]) => void): void {
    if (this.#failed) return;
    const receivedMs = this.#options.clock.monotonic();
    const taken = this.#draining === undefined && this.#inbox.put({ items, reply, receivedMs });
    // Nothing was done, so nothing has to be flushed before saying so.
    if (!taken) reply(items.map(({ id }) => ({ id, kind: 'refused', reason: 'busy' })));
    else this.#schedule();
  }

  drain(): Promise<void> {
    this.#draining ??= new Promise((resolve) => {
      this.#drained = resolve;
    });
    this.#schedule();
    return this.#draining;
  }

  roomForNews(): void {
    this.#roomForNews = true;
    this.#schedule();
  }

  status(): PartitionStatus {
    return {
      partition: this.#partition.name,
      epoch: this.#options.store.epoch,
      index: this.#flushedIndex,
      lag: this.#checkpoint.lag,
      inbox: this.#inbox.size,
    };
  }

  head(): { index: number; hash: string; at: EpochMs } {
    return { index: this.#flushedIndex, hash: this.#flushedHash, at: this.#lastAt };
  }

  // ── The loop ──────────────────────────────────────────────────────────────────────────────────

  /**
   * One turn: whatever waits is decided at once, also while an earlier batch is being flushed, and
   * joins the batch that is being gathered; the batch is closed when the disk is free for it.
   */
  #turn(): void {
    this.#scheduled = false;
    if (this.#failed) return;
    clearTimeout(this.#idle);
    // 1. Timers first: what they free, those who wait may have.
    this.#carryTimers();
    // 2. The inbox, as far as one batch goes.
    for (;;) {
      if (this.#batch !== undefined && this.#batch.size >= this.#limits.batchMax) break;
      const submission = this.#inbox.take();
      if (submission === undefined) break;
      this.#carry(submission);
    }
    if (this.#deadline === undefined) this.#awaitDeadline();
    if (this.#roomForNews) this.#open();
    // 3. One batch at a time goes to the disk.
    if (this.#flushing) {
      this.#settleAhead();
      return;
    }
    const batch = this.#batch;
    if (batch !== undefined) this.#flush(batch, this.#rowsBehind(batch)).catch(this.#fail);
    else this.#rest();
  }

  /** 4 to 8: every item of a submission, through stamp, memory, rows, decision and change. */
  #carry({ items, reply, receivedMs }: Submission): void {
    const batch = this.#open();
    const replies: Answered[] = [];
    for (const item of items) {
      if ('query' in item) replies.push(this.#answer(item, batch));
      else if (item.kind === 'malformed') replies.push(refusedAs(item.id, 'malformed'));
      else if (item.kind === 'barred') replies.push(refusedAs(item.id, 'right-missing'));
      else replies.push(this.#carryCommand(item, batch));
    }
    batch.size += items.length;
    batch.answers.push({ replies, reply, receivedMs });
  }

  #carryCommand(command: Command, batch: Batch): CommandReply {
    const { id } = command;
    const { at } = batch;
    const { vault, store } = this.#options;
    if (!isWaitedForByNobody(command)) batch.commands += 1;
    if (this.#spaceLow || at === undefined) {
      const reason = this.#spaceLow ? 'busy' : 'clock-doubted';
      this.#telemetry.refused(command.kind, reason);
      return refusedAs(id, reason);
    }
    // 4. Stamp.
    this.#sequence += 1;
    const olderEpoch = command.epoch !== 0 && command.epoch < store.epoch;
    // 5. The rows that the decision needs.
    if (command.kind === 'take-staged') this.#loadSlice(command.slice);
    this.#load(rowsNeeded(command), batch);
    // 6. What the core must not see is replaced.
    const prepared = prepare(
      vault,
      command,
      (person) => this.#partition.candidates.get(person)?.record,
    );
    const given = { sequence: this.#sequence, at, olderEpoch, command: prepared };
    // 7. A "no" that was shown stays a "no"; else the books decide.
    const { reply, events } =
      this.#refusedBefore(prepared) ??
      this.#asSomebody(decide(this.#partition, given), given, batch);
    if (reply.kind === 'refused' && !notKept.has(reply.reason) && !this.#keep(prepared, reply))
      return refusedAs(id, 'busy');
    // 8. What was decided is carried out in memory.
    for (const event of events) this.#evolve(event, at, batch);
    this.#telemetry.decided(this.#partition, prepared, reply, events.length > 0, at);
    return this.#toShow(prepared, present(this.#partition, prepared, reply, at));
  }

  /** 9 to 11: one entry and a slice of rows in one transaction, flushed, then everything it allows. */
  async #flush(batch: Batch, rowsMin: number): Promise<void> {
    const { store, vault } = this.#options;
    this.#batch = undefined;
    this.#flushing = true;
    const { clock } = this.#options;
    const begunMs = clock.monotonic();
    if (batch.commands > 0) this.#commandsAt = begunMs;
    const { partition, epoch } = store;
    const { at, index, events } = batch;
    // 9. Encode. What follows in memory from here on belongs to the next batch.
    const rows = this.#checkpoint.take(rowsMin);
    const lastIndex = this.#sequencer.nextIndex - 1;
    const checkpointed = this.#checkpoint.completeUpTo(lastIndex);
    this.#speakOf(batch);
    if (events.length > 0 && at !== undefined) {
      const prevHash = this.#lastHash;
      const entry = encodeEntry({ partition, epoch, index, prevHash, at, events });
      this.#lastHash = entry.hash;
      // A key is durable before anything sealed under it is.
      if (!vault.settled) await vault.settle();
      // 10. Commit and flush.
      await store.commit({ entry: { index, value: entry.value }, rows, checkpointed });
    } else if (rows.length > 0 || batch.mustCommit) await store.commit({ rows, checkpointed });
    // 11. Now, and only now, it may be told.
    if (this.#failed) return;
    const flushedMs = clock.monotonic();
    if (events.length > 0) this.#telemetry.flushed(batch.size, flushedMs - begunMs);
    this.#checkpoint.written();
    this.#flushedIndex = lastIndex;
    this.#flushedHash = this.#lastHash;
    this.#flushing = false;
    for (const { replies, reply, receivedMs } of batch.answers) {
      reply(replies);
      this.#telemetry.replied(replies.length, flushedMs - receivedMs);
    }
    const { notices, counts, ledgers, effects } = batch;
    if (notices.length > 0) this.#options.publish({ kind: 'notices', notices });
    if (counts.length > 0) this.#options.publish({ kind: 'counts', counts });
    if (ledgers.length > 0) this.#options.publish({ kind: 'ledgers', ledgers });
    if (effects.length > 0) this.#options.onEffects(effects);
    this.#forget();
    this.#turn();
  }

  /** Keys that the batch being gathered needs go to their disk beside the flush that runs. */
  #settleAhead(): void {
    const { vault } = this.#options;
    if (vault.settled || this.#settling) return;
    this.#settling = true;
    const over = () => {
      this.#settling = false;
    };
    // What failed fails again where it counts: before the batch's own commit.
    vault.settle().then(over, over);
  }

  // ── Parts of a turn ───────────────────────────────────────────────────────────────────────────

  #open(): Batch {
    if (this.#batch !== undefined) return this.#batch;
    const at = this.#sequencer.stamp();
    if (at !== undefined) this.#lastAt = at;
    this.#batch = {
      at,
      index: this.#sequencer.nextIndex,
      size: 0,
      commands: 0,
      events: [],
      timerEvents: 0,
      changed: new Set(),
      notices: [],
      effects: [],
      counts: [],
      ledgers: [],
      answers: [],
      mustCommit: false,
    };
    return this.#batch;
  }

  #evolve(event: RuxiEvent, at: EpochMs, batch: Batch): void {
    const index = this.#sequencer.nextIndex;
    const row = evolve(this.#partition, event, at, index);
    this.#sequencer.nextIndex = index + 1;
    this.#checkpoint.mark(row, index);
    batch.events.push(event);
    batch.changed.add(row);
    if (endsSignIns(event)) {
      const { person, generation } = event;
      batch.notices.push({ kind: 'sign-ins-ended', person, generation, at: event.at });
    }
    if (event.kind === 'signed-out') {
      const { person, nonce, until } = event;
      batch.notices.push({ kind: 'signed-out', person, nonce, until });
    }
    if (row.table === 'staff')
      batch.notices.push({ kind: 'staff-changed', staff: staffViewOf(row) });
    if (row.table === 'keys') batch.notices.push({ kind: 'key-changed', key: keyViewOf(row) });
    if (row.table === 'alarms') {
      const { acknowledged } = row;
      batch.notices.push({ kind: 'alarms-acknowledged', index, acknowledged });
    }
    if (event.kind === 'act-decided' && row.table === 'acts')
      batch.notices.push({ kind: 'act-decided', act: actViewOf(row, at) });
    if (event.kind !== 'session-adopted') return;
    batch.notices.push({ kind: 'session-changed', adopted: event.adopted });
    for (const area of this.#partition.areas.keys()) this.#changedAreas.add(area);
  }

  #answer({ id, answerBy, query }: AskedQuery, batch: Batch): QueryReply {
    const at = batch.at ?? this.#lastAt;
    if (answerBy < at) return refusedAs(id, 'too-late');
    switch (query.kind) {
      case 'status':
        return { id, kind: query.kind, status: this.status() };
      case 'messages':
        return { id, kind: query.kind, messages: this.#options.messages() };
      case 'channels':
        return { id, kind: query.kind, ...this.#options.channels() };
      case 'journal':
        return { id, ...journalPage(this.#options.store, query) };
      case 'timeline':
        return { id, ...timelineStretch(this.#options.store, this.#flushedIndex, query) };
      case 'spend-once': {
        this.#spent.forget(at);
        const unspent = this.#spent.get(query.token) === undefined;
        if (unspent && this.#spent.full) return refusedAs(id, 'busy');
        const until = Math.min(query.until, at + rememberedMsMax);
        if (unspent) this.#spent.set(query.token, { until });
        return { id, kind: query.kind, unspent };
      }
      case 'outcome': {
        this.#load(rowsNeeded(query), batch);
        const answer = ask(this.#partition, query, at);
        const kept = this.#refusals.get(query.command);
        if (kept === undefined || answer.kind !== 'outcome' || answer.state.kind === 'kept')
          return { id, ...answer };
        const { reason } = kept.refused;
        return { id, ...answer, state: { kind: 'refused', reason } };
      }
      case 'sign-in-facts': {
        this.#load(rowsNeeded(query), batch);
        const answer = ask(this.#partition, query, at);
        if (answer.kind !== 'sign-in-facts' || answer.facts !== null) return { id, ...answer };
        return { id, ...answer, retryAt: this.#strangers.retryAt(query.person) };
      }
      case 'candidate': {
        this.#load(rowsNeeded(query), batch);
        const answer = ask(this.#partition, query, at);
        if (answer.kind !== 'candidate' || answer.candidate === null) return { id, ...answer };
        const candidate = withOpenName(this.#options.vault, answer.candidate);
        return { id, kind: 'candidate', candidate };
      }
      case 'in-full': {
        const { vault } = this.#options;
        if (query.until < at || !isPass(vault, query)) return refusedAs(id, 'right-missing');
        this.#load(rowsNeeded(query), batch);
        const answer = ask(this.#partition, query, at);
        if (answer.kind !== 'in-full' || answer.shown === null) return { id, ...answer };
        return { id, kind: query.kind, shown: opened(vault, query.person, answer.shown) };
      }
      case 'staff-facts': {
        const answer = ask(this.#partition, query, at);
        if (answer.kind !== 'staff-facts') return { id, ...answer };
        const facts =
          answer.facts && withOpenSecret(this.#options.vault, query.staff, answer.facts);
        if (facts?.state === 'active') return { id, kind: query.kind, facts };
        return { id, kind: query.kind, facts, retryAt: this.#deskStrangers.retryAt(query.staff) };
      }
      case 'candidates':
        return { id, ...candidatePage(this.#options.store, this.#partition, query) };
      default:
        this.#load(rowsNeeded(query), batch);
        return { id, ...ask(this.#partition, query, at) };
    }
  }

  /** Whoever an applied import is about is taken over before anybody looks at them. */
  #load(needs: readonly RowNeed[], batch: Batch): void {
    const { store } = this.#options;
    const { staging, candidates } = this.#partition;
    for (const need of needs) {
      loadNeeded(store, this.#partition, need);
      if (need.table !== 'candidates' || batch.at === undefined) continue;
      const awaited = awaitedRecord(staging, need.key);
      if (awaited === undefined) continue;
      const { record } = stagedPersonAt(store, awaited.index, awaited.place);
      staging.loaded.people.set(need.key, record);
      const event = takeover(staging, candidates, need.key);
      if (event !== undefined) this.#evolve(event, batch.at, batch);
    }
  }
  /** A slice that a timer takes; its people are in memory before it is decided. */
  #loadSlice(index: number): void {
    const { store } = this.#options;
    const slice = stagedSliceAt(store, index);
    this.#partition.staging.loaded.slices.set(index, slice);
    for (const { person } of peopleIn(slice))
      loadNeeded(store, this.#partition, { table: 'candidates', key: person });
  }

  #refusedBefore(command: PreparedCommand) {
    const kept = this.#refusals.get(command.id);
    if (kept === undefined) return undefined;
    const same = kept.contentHash === contentHash(command);
    const reply: Refused = same ? kept.refused : { kind: 'refused', reason: 'command-id-reused' };
    return { reply, events: [] };
  }

  /** D2: nobody is counted, delayed and answered as anybody is, and waits for the disk as they do. */
  #asSomebody(decision: Decision, given: Sequenced, batch: Batch): Decision {
    const { reply } = decision;
    const { command } = given;
    if (reply.kind !== 'refused') return decision;
    let answer: { reply: Decision['reply']; written: boolean };
    if (isTriedAtDoor(command) && isNobodys(reply.reason))
      answer = this.#deskStrangers.answer(given, command);
    else if (isAskedOfStrangers(command) && isOfStrangers(reply.reason))
      answer = this.#strangers.answer(this.#partition.rules, given, command);
    else return decision;
    if (answer.written) batch.mustCommit = true;
    return { reply: answer.reply, events: [] };
  }

  /** Whether there is room to remember it. What cannot be remembered must not be shown. */
  #keep(command: PreparedCommand, refused: Refused): boolean {
    this.#refusals.forget(this.#lastAt);
    if (this.#refusals.full) return false;
    const until = Math.min(command.answerBy, this.#lastAt + rememberedMsMax);
    this.#refusals.set(command.id, { until, contentHash: contentHash(command), refused });
    return true;
  }

  #toShow(command: PreparedCommand, reply: CommandReply): CommandReply {
    if (reply.kind !== 'accepted') return reply;
    const { outcome } = reply;
    if (command.kind === 'show-in-full' && outcome.kind === 'may-be-shown') {
      const { person, area } = command;
      const pass = passFor(this.#options.vault, { person, area, until: outcome.until });
      return { ...reply, outcome: { ...outcome, pass } };
    }
    if (reply.candidate === undefined) return reply;
    return { ...reply, candidate: withOpenName(this.#options.vault, reply.candidate) };
  }

  #carryTimers(): void {
    if (!this.#timersDue) return;
    this.#timersDue = false;
    const now = this.#options.clock.now();
    // What is left comes with the next batch, and those who wait come in between. Of a batch, not of
    // a turn: there are many turns to a slow flush, and what they brought would be one long slice.
    if ((this.#batch?.timerEvents ?? 0) >= timerEventsMax) return;
    for (const due of dueCommands(this.#partition, now)) {
      const id = `timer-${this.#sequence}`.padEnd(22, '-');
      const batch = this.#open();
      const before = batch.events.length;
      this.#carryCommand({ ...due, id, answerBy: Number.MAX_SAFE_INTEGER, epoch: 0 }, batch);
      batch.timerEvents += batch.events.length - before;
      batch.size += 1;
      if (batch.timerEvents >= timerEventsMax) return;
    }
  }

  /**
   * How many rows go with this batch: a slice when nobody commands; else none while few are
   * behind, more than came once many are.
   */
  #rowsBehind(batch: Batch): number {
    if (batch.commands === 0 && this.#idles()) return this.#limits.idleSlice;
    const last = this.#sequencer.nextIndex - 1;
    const tail = last - this.#checkpoint.completeUpTo(last);
    const behind = this.#checkpoint.lag > this.#limits.lagMax || tail > this.#limits.tailMax;
    return behind ? 2 * batch.changed.size + 1 : 0;
  }

  /** What is to be told about a batch is read off memory while memory is just what it made it. */
  #speakOf(batch: Batch): void {
    for (const row of batch.changed) {
      for (const effect of pendingEffects(row, this.#partitions)) batch.effects.push(effect);
      if (row.table === 'registrations' || row.table === 'areas') this.#changedAreas.add(row.area);
    }
    if (this.#roomForNews) {
      this.#roomForNews = false;
      for (const effect of untoldNews(this.#partition, untoldEnough)) batch.effects.push(effect);
    }
    if (this.#countsDue()) batch.counts = this.#takeCounts();
    if (this.#ledgersDue()) batch.ledgers = this.#takeLedgers();
  }

  #countsDue(): boolean {
    const since = this.#options.clock.monotonic() - this.#countsAt;
    return this.#changedAreas.size > 0 && since >= countsEveryMs;
  }
  #takeCounts(): AreaCounts[] {
    const counts: AreaCounts[] = [];
    for (const area of this.#changedAreas) {
      const one = countsIn(this.#partition, area, this.#lastAt);
      if (one !== undefined) counts.push(one);
    }
    this.#changedAreas.clear();
    this.#countsAt = this.#options.clock.monotonic();
    return counts;
  }
  #publishCountsAtRest(): void {
    const atRest = !this.#flushing && this.#batch === undefined;
    if (!atRest || !this.#countsDue()) return;
    const counts = this.#takeCounts();
    if (counts.length > 0) this.#options.publish({ kind: 'counts', counts });
  }

  #ledgersDue(): boolean {
    return this.#options.clock.monotonic() - this.#ledgersAt >= ledgersEveryMs;
  }
  #takeLedgers(): AreaLedger[] {
    this.#ledgersAt = this.#options.clock.monotonic();
    return this.#recounting.slice(this.#options.clock.now());
  }
  #publishLedgersAtRest(): void {
    if (this.#flushing || this.#batch !== undefined) return;
    const ledgers = this.#takeLedgers();
    if (ledgers.length > 0) this.#options.publish({ kind: 'ledgers', ledgers });
  }

  /** Clean rows beyond the cap go, those longest here first. */
  #forget(): void {
    this.#forgetIn('candidates', this.#partition.candidates);
    this.#forgetIn('phones', this.#partition.phones);
  }
  #forgetIn(table: RowNeed['table'], rows: ReadonlyMap<string, Row>): void {
    let looks = Math.min(rows.size - this.#limits.residentMax, forgottenAtOnceMax);
    if (looks <= 0) return;
    for (const [key, row] of rows) {
      if (!this.#checkpoint.isDirty(row)) forgetRow(this.#partition, { table, key });
      looks -= 1;
      if (looks <= 0) return;
    }
  }

  // ── Rest and end ──────────────────────────────────────────────────────────────────────────────

  /** Nothing waits and nothing is on its way. */
  #rest(): void {
    const behind = this.#checkpoint.lag > 0;
    if (!behind && this.#draining !== undefined) this.#finish();
    if (!behind) return;
    // Once begun it goes on, slice by slice, until a command comes.
    const going = this.#draining !== undefined || this.#idles();
    this.#idle = setTimeout(() => this.#writeBehind(), going ? 0 : this.#limits.idleMs);
    if (!going) this.#idle.unref();
  }
  /** Queries and news alone keep no writer busy: rows are written beside them. */
  #idles(): boolean {
    return this.#options.clock.monotonic() - this.#commandsAt >= this.#limits.idleMs;
  }
  #writeBehind(): void {
    if (this.#flushing || this.#failed || this.#batch !== undefined) return;
    this.#flush(this.#open(), this.#limits.idleSlice).catch(this.#fail);
  }
  #finish(): void {
    this.#stopTimers();
    this.#drained?.();
  }

  /** Armed while anything can fall due; never for long, so that an earlier deadline is not missed. */
  #awaitDeadline(): void {
    const next = nextDeadline(this.#partition);
    if (next === undefined || this.#draining !== undefined) return;
    const wait = Math.min(next - this.#options.clock.now(), deadlineMaxMs);
    this.#deadline = setTimeout(
      () => {
        this.#deadline = undefined;
        this.#timersDue = true;
        this.#schedule();
      },
      // What is refused now is refused in five milliseconds too.
      this.#spaceLow || this.#sequencer.doubted ? deadlineMaxMs : Math.max(wait, deadlineMinMs),
    ).unref();
  }

  #schedule(): void {
    if (this.#scheduled || this.#failed) return;
    this.#scheduled = true;
    setImmediate(() => this.#attempt(() => this.#turn()));
  }

  #announce(): void {
    const { partition, epoch, index } = this.status();
    const notices: Notice[] = [{ kind: 'writer-up', partition, epoch, index }];
    this.#options.publish({ kind: 'notices', notices });
  }
  #lookAtSpace(): void {
    this.#freeBytes = this.#options.store.freeBytes();
    this.#spaceLow = this.#freeBytes < this.#limits.freeBytesMin;
  }
  #report(): void {
    const { partition, epoch, index, lag: dirtyRows, inbox } = this.status();
    const { clock, channels, money } = this.#options;
    const { channels: standings, waiting } = channels();
    const { waiting: moneyWaiting, providers } = money();
    const lastIndex = this.#sequencer.nextIndex - 1;
    const telemetry = this.#telemetry.report(this.#partition, {
      ...{ partition, epoch, index, dirtyRows, inbox },
      ...{ at: clock.now(), atMs: clock.monotonic(), freeBytes: this.#freeBytes },
      ...{ spaceLow: this.#spaceLow, clockDoubted: this.#sequencer.doubted },
      ...{ lastIndex, completeUpTo: this.#checkpoint.completeUpTo(lastIndex) },
      waiting: { ...waiting, money: moneyWaiting },
      ...{ channels: standings, providers },
      poolsAstray: this.#recounting.poolsAstray,
    });
    this.#options.publish({ kind: 'telemetry', telemetry });
  }
  #every(ms: number, what: () => void): void {
    // A writer alone keeps no process alive; whoever brings it commands does.
    this.#intervals.push(setInterval(() => this.#attempt(what), ms).unref());
  }
  #stopTimers(): void {
    for (const interval of this.#intervals) clearInterval(interval);
    clearTimeout(this.#deadline);
    clearTimeout(this.#idle);
  }

  #attempt(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.#fail(error);
    }
  }
  /** W2. Called at once when a promise of the disk breaks: nothing may run in between. */
  readonly #fail = (error: unknown): void => {
    if (this.#failed) return;
    this.#failed = true;
    this.#stopTimers();
    const reason = error instanceof Error ? error : new Error(String(error));
    this.#options.exit(failStopCode, reason);
  };
}

/** News of a rush goes out for a long time after it, at a pace: a writer is at rest all the same. */
const isWaitedForByNobody = ({ kind }: Command): boolean => kind === 'note-news';

const endsSignIns = (event: RuxiEvent) =>
  event.kind === 'password-set' ||
  event.kind === 'sign-ins-ended' ||
  event.kind === 'activation-reset';

const refusedAs = (id: string, reason: RefusalReason) => ({ id, kind: 'refused', reason }) as const;
