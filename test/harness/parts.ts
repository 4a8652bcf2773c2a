/**
 * A province in parts: areas, people and the session in partitions of their own, and effects that are
 * carried between them a word at a time, in any order. What an effect has done so far is forgotten in a
 * crash; rows come back from the journal alone.
 */
import { type Effect, pendingEffects } from '../../engine/core/effects.ts';
import { checkInvariants } from '../../engine/core/invariants.ts';
import {
  ask,
  createPartition,
  digest,
  evolve,
  rebuild,
  residentRows,
} from '../../engine/core/partition.ts';
import type { RegistrationRow } from '../../engine/core/rows.ts';
import type { AreaCode, Fen, PartitionName, PersonId } from '../../engine/protocol/ids.ts';
import { type Layout, partitionOfArea, partitionsOf } from '../../engine/protocol/layout.ts';
import type { NewsContent } from '../../engine/protocol/messages.ts';
import { type AttemptNumber, placeOfNumber } from '../../engine/protocol/payments.ts';
import type { CommandReply, Query, QueryAnswer } from '../../engine/protocol/replies.ts';
import { partitionOfBody, type RoutedBody } from '../../engine/protocol/routing.ts';
import { type Act, type ActView, isTwoPeoples } from '../../engine/protocol/staff.ts';
import {
  type Asked,
  accepted,
  acceptInvitation,
  areaCodes,
  Desk,
  deciding,
  givenAdopted,
  givenPerson,
  givenRecord,
  opaque,
  unitCodes,
  Visitor,
} from '../given.ts';

/** Three areas in two partitions, whichever the hash says. */
const layout: Layout = {
  session: 'rest',
  areas: ['east', 'west'],
  people: ['people'],
  phones: ['people'],
};
const partitions = partitionsOf(layout);
/** Phones and bills, which are not what this is about. */
const ignored: readonly Effect['kind'][] = [
  ...(['settle-phone', 'release-phone', 'send-message', 'reconcile'] as const),
];
const passing: readonly string[] = ['session-missing', 'seats-moving'];
const feeFen = 3_500;
const roundsMax = 200;

type Word = { to: PartitionName; body: Asked };
type Job = Generator<Word, void, CommandReply>;

export class Parts {
  readonly desks = new Map<PartitionName, Desk>(partitions.map((name) => [name, new Desk(name)]));
  /** Of the provider: what was paid, and what it gave back. */
  readonly paid = new Map<AttemptNumber, Fen>();
  readonly returned = new Map<AttemptNumber, Fen>();
  /** Attempts that the bank books before it would close them. */
  readonly inFlight = new Set<AttemptNumber>();
  /** The provider takes no refund on while this stands. */
  refusing = false;
  readonly told: { person: PersonId; content: NewsContent }[] = [];
  private readonly jobs = new Map<string, { job: Job; next: Word | undefined }>();

  constructor(capacity: number) {
    const { catalogue, calendar, settings } = givenAdopted();
    accepted(this.send({ kind: 'install-session', catalogue, calendar, settings }));
    this.settle();
    for (const area of areaCodes)
      this.send({
        ...{ kind: 'set-capacity', area },
        capacities: unitCodes.map((unit) => ({ unit, capacity })),
      });
    for (const staff of ['li', 'wang']) {
      const digestOfLink = opaque(`link${staff}`, 1);
      const rest = this.desk('rest');
      accepted(
        rest.send({
          ...({ kind: 'invite-staff', staff, roles: ['office'], anew: false } as const),
          ...{ scope: { kind: 'province' }, digest: digestOfLink, by: 'shell', byGeneration: 0 },
          reason: '示例',
        }),
      );
      acceptInvitation(rest, staff, digestOfLink);
    }
  }

  desk(name: PartitionName): Desk {
    const desk = this.desks.get(name);
    if (desk === undefined) throw new Error(`no partition ${name}`);
    return desk;
  }
  ofArea = (area: AreaCode): Desk => this.desk(partitionOfArea(layout, area));

  set now(at: number) {
    for (const desk of this.desks.values()) desk.now = at;
  }
  get now(): number {
    return this.desk('rest').now;
  }
  wait(ms: number): void {
    for (const desk of this.desks.values()) desk.wait(ms);
  }

  send(body: Asked): CommandReply {
    return this.desk(partitionOfBody(layout, body as RoutedBody)).send(body);
  }

  ask(name: PartitionName, query: Parameters<typeof ask>[1]): QueryAnswer {
    return ask(this.desk(name).partition, query, this.now);
  }
  progress(area: AreaCode, units: string[] = []) {
    const query = { kind: 'withdrawal', area, units } satisfies Query;
    const answer = this.ask(partitionOfArea(layout, area), query);
    if (answer.kind !== 'withdrawal') throw new Error('not a withdrawal');
    return answer.withdrawal;
  }

  /** Somebody on record, in that area. */
  person(number: number, area: AreaCode): Visitor {
    const visitor = new Visitor(this.ofArea(area), number, area);
    const { person } = visitor;
    this.send({ kind: 'import-candidate', person, record: givenRecord(number) });
    this.claims(visitor, area);
    return visitor;
  }
  claims(visitor: Visitor, area: AreaCode): CommandReply {
    const { person, ticket } = visitor;
    const reply = this.send({ kind: 'choose-area', person, ticket, area });
    if (reply.kind === 'accepted' && reply.outcome.kind === 'claimed')
      visitor.claim = reply.outcome.claim;
    return reply;
  }
  /** What the person's book says now, as the next page would know it. */
  follow(visitor: Visitor): Visitor {
    const claim = this.desk('people').partition.candidates.get(visitor.person)?.claim;
    if (claim === undefined) throw new Error('no claim');
    const moved = new Visitor(this.ofArea(claim.area), 0, claim.area);
    Object.assign(moved, { person: visitor.person, ticket: visitor.ticket, claim: claim.number });
    return moved;
  }
  paidFor(number: number, area: AreaCode, ...courses: string[]): Visitor {
    const visitor = this.person(number, area);
    accepted(visitor.take(...courses));
    accepted(visitor.confirm());
    const attempt = visitor.pay();
    this.pays(attempt);
    return visitor;
  }
  pays(attempt: AttemptNumber): void {
    const area = placeOfNumber(attempt)?.area ?? '';
    const amountFen = this.feeOf(attempt);
    this.paid.set(attempt, amountFen);
    accepted(
      this.send({
        ...{ kind: 'note-payment', area, provider: 'sandbox', attempt, amountFen },
        ...{ transaction: `T${attempt}`, paidAt: this.now },
      }),
    );
  }
  private feeOf(attempt: AttemptNumber): Fen {
    const order = this.rows()
      .flatMap(({ orders }) => orders)
      .find(({ number }) => attempt.startsWith(`${number}_`));
    return order?.feeFen ?? 0;
  }

  propose(act: Act, by = 'li'): CommandReply {
    const who = deciding(this.desk('rest'), by);
    const body = { kind: 'propose-act', act, ...who, reason: '示例' } as const;
    return this.send({ ...body, foreseen: [] });
  }
  approve(number: number, by = 'wang'): CommandReply {
    return this.send({ kind: 'approve-act', number, ...deciding(this.desk('rest'), by) });
  }
  /** Decided by two, and not carried anywhere so far. */
  decides(act: Act): number {
    const outcome = accepted(this.propose(act));
    if (outcome.kind !== 'act') throw new Error(outcome.kind);
    if (isTwoPeoples[act.kind]) accepted(this.approve(outcome.number));
    return outcome.number;
  }
  act(number: number): ActView {
    const answer = this.ask('rest', { kind: 'act', number });
    if (answer.kind !== 'act' || answer.act === null) throw new Error('no such act');
    return answer.act;
  }

  rows(): RegistrationRow[] {
    return [...this.desks.values()].flatMap(({ partition }) =>
      [...partition.areas.values()].flatMap((book) => [...book.registrations.values()]),
    );
  }
  rowOf(number: number, area: AreaCode): RegistrationRow | undefined {
    return this.ofArea(area).partition.areas.get(area)?.registrations.get(givenPerson(number));
  }

  // ── Effects ─────────────────────────────────────────────────────────────────────────────────────

  /** One word of one effect: a command, and its answer. False: there is none. */
  step(choose: (count: number) => number = () => 0): boolean {
    for (const [name, { partition }] of this.desks)
      for (const row of residentRows(partition))
        for (const effect of pendingEffects(row, partitions)) this.begin(name, effect);
    const keys = [...this.jobs.keys()];
    const key = keys[choose(keys.length)];
    const running = key === undefined ? undefined : this.jobs.get(key);
    if (key === undefined || running === undefined) return false;
    // The last stands last, so that none is passed over for ever.
    this.jobs.delete(key);
    const word = running.next ?? running.job.next(undefined as never).value;
    if (word === undefined) return true;
    const reply = this.desk(word.to).send(word.body);
    if (reply.kind === 'refused' && passing.includes(reply.reason)) {
      this.jobs.set(key, { ...running, next: word });
      return true;
    }
    const result = running.job.next(reply);
    if (result.done !== true) this.jobs.set(key, { job: running.job, next: result.value });
    return true;
  }

  private begin(from: PartitionName, effect: Effect): void {
    if (ignored.includes(effect.kind) || this.jobs.has(effect.key)) return;
    if (effect.kind === 'refund-payment' && this.refusing) return;
    this.jobs.set(effect.key, { job: this.carry(from, effect), next: undefined });
  }

  private word(body: Asked): Word {
    return { to: partitionOfBody(layout, body as RoutedBody), body };
  }

  private *carry(from: PartitionName, effect: Effect): Job {
    switch (effect.kind) {
      case 'adopt': {
        const { partition, adopted } = effect;
        yield { to: partition, body: { kind: 'adopt', adopted } };
        yield this.word({ kind: 'note-adopted', partition, number: adopted.number });
        return;
      }
      case 'carry-act': {
        const { part, target } = effect;
        const note = { kind: 'note-act-carried', number: part.act, target } as const;
        let changed = 0;
        for (;;) {
          const reply = yield this.word(part);
          if (reply.kind === 'refused') {
            yield this.word({ ...note, refused: reply.reason, changed, left: 0 });
            return;
          }
          const { outcome } = reply;
          if (outcome.kind !== 'carried') throw new Error(outcome.kind);
          changed += outcome.changed;
          if (outcome.more) continue;
          yield this.word({ ...note, changed, left: outcome.left });
          return;
        }
      }
      case 'move-seats': {
        const { key, kind, area, person, to, act, ...moved } = effect;
        const note = { kind: 'note-moved', area, person, act, to } as const;
        const claimed = yield this.word({ kind: 'move-for', person, act, from: area, to });
        if (claimed.kind === 'refused') {
          const came = { kind: 'declined', reason: claimed.reason } as const;
          yield this.word({ ...note, claim: 0, came });
          return;
        }
        const { outcome } = claimed;
        if (outcome.kind !== 'claiming') throw new Error(outcome.kind);
        const { claim } = outcome;
        const asked = { kind: 'receive-seats', area: to, person, claim, act, from: area } as const;
        const reply = yield this.word({ ...asked, ...moved });
        const came =
          reply.kind === 'refused'
            ? ({ kind: 'declined', reason: reply.reason } as const)
            : reply.outcome;
        if (came.kind !== 'declined' && came.kind !== 'received') throw new Error(came.kind);
        yield this.word({ ...note, claim, came });
        return;
      }
      case 'vacate-area': {
        const { person, area, claim } = effect;
        const reply = yield this.word({ kind: 'vacate-area', person, area, claim });
        const vacated = reply.kind === 'accepted';
        yield this.word({ kind: 'note-vacated', person, claim, vacated });
        return;
      }
      case 'watch-payment': {
        const { attempt, area, closesAt } = effect;
        if (this.inFlight.delete(attempt)) this.paid.set(attempt, this.feeOf(attempt));
        const amountFen = this.paid.get(attempt);
        if (amountFen !== undefined)
          yield this.word({
            ...{ kind: 'note-payment', area, provider: 'sandbox', attempt, amountFen },
            ...{ transaction: `T${attempt}`, paidAt: this.now },
          });
        else if (this.now >= closesAt)
          yield this.word({ kind: 'note-attempt-closed', area, attempt });
        return;
      }
      case 'refund-payment': {
        const { attempt, area, amountFen } = effect;
        this.returned.set(attempt, amountFen);
        const came = { outcome: 'succeeded', why: '', refundedAt: this.now } as const;
        yield this.word({ kind: 'note-refund', area, attempt, ...came });
        return;
      }
      case 'refund-moved': {
        const { attempt, area, paidAs } = effect;
        const at = placeOfNumber(paidAs)?.area ?? '';
        const reply = yield this.word({ kind: 'refund-moved', area: at, attempt: paidAs });
        if (reply.kind === 'refused' || reply.outcome.kind !== 'refund-stands') return;
        const { refundedAt, why } = reply.outcome;
        if (refundedAt === 0) return;
        const came = { outcome: 'succeeded', why, refundedAt } as const;
        yield this.word({ kind: 'note-refund', area, attempt, ...came });
        return;
      }
      case 'send-news': {
        const { person, area, news } = effect;
        const reply = yield {
          to: from,
          body: { kind: 'note-news', area, person, news: news.place, outcome: 'sent' },
        };
        if (reply.kind === 'accepted') this.told.push({ person, content: news.content });
        return;
      }
      default:
        throw new Error(`nobody carries ${effect.kind}`);
    }
  }

  /** Until nothing is owed any more, or only what waits for somebody else; `false`: it goes on. */
  settle(): boolean {
    for (let round = 0; round < roundsMax; round += 1) {
      const before = this.state();
      // Everybody in turn, as often as there are jobs.
      for (let turn = 0; turn === 0 || turn < 4 * this.jobs.size; turn += 1)
        if (!this.step()) return true;
      if (before === this.state() && round > 4) return false;
    }
    throw new Error('never at rest');
  }
  private state = (): string =>
    [...this.desks.values()].map(({ partition }) => digest(partition)).join();

  /** Whatever was under way is forgotten; the rows come back from the journal. */
  crash(name?: PartitionName): void {
    this.jobs.clear();
    for (const [one, desk] of this.desks) {
      if (name !== undefined && one !== name) continue;
      const before = digest(desk.partition);
      const partition = createPartition(one);
      for (const { event, at, index } of desk.journal) evolve(partition, event, at, index);
      rebuild(partition);
      if (digest(partition) !== before) throw new Error(`${one} came back as another`);
      desk.partition = partition;
    }
  }

  // ── What must hold at every moment ──────────────────────────────────────────────────────────────

  /** B14 and the core's own invariants; B7: every fen pays seats, or is back, or on its way. */
  check(): void {
    for (const { partition } of this.desks.values()) checkInvariants(partition);
    const claims = this.desk('people').partition.candidates;
    const seated = new Map<PersonId, RegistrationRow>();
    for (const row of this.rows()) {
      const { person, exit, places } = row;
      if (exit?.state === 'going' || !places.some(({ saved }) => saved !== undefined)) continue;
      if (seated.has(person)) throw new Error(`R1: ${person} has seats in two areas`);
      seated.set(person, row);
      const { claim, moving } = claims.get(person) ?? {};
      if (claim?.area !== row.area && moving?.to !== row.area)
        throw new Error(`R1: ${person} has seats where nothing is claimed`);
    }
    this.checkMoney();
  }

  private checkMoney(): void {
    const rows = this.rows();
    let seats = 0;
    for (const row of rows)
      for (const order of row.orders)
        if ((order.state === 'paid' || order.state === 'refunding') && row.exit?.state !== 'going')
          seats += order.feeFen;
    // On its way the order stands here and there, and its money pays it once.
    for (const row of rows) {
      if (row.exit?.state !== 'going') continue;
      const arrived = rows.some(
        (one) => one.area === row.exit?.to && one.person === row.person && one.places.length > 0,
      );
      if (arrived) continue;
      for (const order of row.orders) if (order.state === 'paid') seats += order.feeFen;
    }
    let kept = 0;
    for (const row of rows)
      for (const order of row.orders)
        for (const { state, refund, paidAs } of order.attempts)
          if (state === 'paid' && paidAs === undefined && (refund?.cause ?? 'asked') === 'asked')
            kept += refund === undefined || refund.doneAt === 0 ? order.feeFen : 0;
    // A refund is done where the money is a moment before its seats hear of it.
    let between = 0;
    for (const row of rows)
      for (const order of row.orders)
        for (const { paidAs, refund } of order.attempts)
          if (paidAs !== undefined && refund !== undefined && refund.doneAt === 0)
            between += this.isBack(paidAs) ? order.feeFen : 0;
    if (seats !== kept + between)
      throw new Error(`B7: seats for ${seats} fen, money for ${kept} and ${between}`);
    for (const [attempt, fen] of this.returned)
      if (this.paid.get(attempt) !== fen) throw new Error(`B7: ${attempt} gave back too much`);
  }

  private isBack(attempt: AttemptNumber): boolean {
    return this.rows().some(({ orders }) =>
      orders.some((order) =>
        order.attempts.some(
          ({ place, refund }) =>
            `${order.number}_${place}` === attempt && refund !== undefined && refund.doneAt !== 0,
        ),
      ),
    );
  }

  /** At rest: all that was paid and not given back pays a seat somewhere. */
  checkAtRest(): void {
    this.check();
    const sum = (of: Map<AttemptNumber, Fen>) =>
      [...of.values()].reduce((one, two) => one + two, 0);
    let seats = 0;
    for (const { partition } of this.desks.values()) {
      const answer = ask(partition, { kind: 'balance' }, this.now);
      if (answer.kind === 'balance') for (const { paid } of answer.pools) seats += paid * feeFen;
    }
    if (sum(this.paid) - sum(this.returned) !== seats)
      throw new Error(`B7: ${sum(this.paid)} came, ${sum(this.returned)} went, seats for ${seats}`);
    const going = this.rows().filter(({ exit }) => exit?.state === 'going');
    if (going.length > 0) throw new Error('X2: somebody is still on the way');
    for (const { moving, person } of this.desk('people').partition.candidates.values())
      if (moving !== undefined) throw new Error(`R1: ${person} is still moving`);
  }
}
