/**
 * People who book and pay while programs are killed under them. Each does one thing after another,
 * by choice of its own seed: holds, saves, confirms, pays at the provider, pays twice, pays too late,
 * asks for the money back, withdraws, or leaves everything unpaid. Commands go over the bus, as a
 * gateway sends them; the payment page is the gateway's, and the button on it the provider's.
 *
 * P1 A command is sent under one id until its answer is definite (B2). `told` holds what people were
 *    told, and what is there in the end must be that and no more.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { generator } from '../../bench/random.ts';
import type { CodeAddress } from '../../engine/protocol/commands.ts';
import type { AreaCode, EpochMs, PersonId, TicketNumber } from '../../engine/protocol/ids.ts';
import type { AttemptNumber, OrderNumber } from '../../engine/protocol/payments.ts';
import type {
  AttemptView,
  CommandReply,
  OrderView,
  RegistrationView,
} from '../../engine/protocol/replies.ts';
import type { RoutedBody } from '../../engine/protocol/routing.ts';
import type { Cookies } from '../../gateway/cookies.ts';
import type { EngineClient } from '../../gateway/engine-client.ts';
import { opaque, unitCodes } from '../given.ts';

export type Told = {
  /** What was accepted. */
  started: Set<AttemptNumber>;
  refundsAsked: Set<OrderNumber>;
  withdrawn: Set<OrderNumber>;
  /** The provider's own word, read off its page. */
  paid: Set<AttemptNumber>;
};
export type World = {
  client: EngineClient;
  cookies: Cookies;
  smsCodeOf(challenge: string): string;
  gatewayAddress: string;
  sandboxAddress: string;
  told: Told;
  /** When booking closes; it may be far away, and be called nearer. */
  closesAt(): EpochMs;
  /** Resolves once the close is near. */
  closeIsNear(): Promise<void>;
  /** One thing more was done, whatever came of it. */
  onStep(): void;
  /** Throws when nothing more can come of it. */
  check(): void;
};
export type PayerRecord = {
  number: number;
  person: PersonId;
  ticket: TicketNumber;
  area: AreaCode;
  phone: CodeAddress;
};

/** What somebody is in the middle of. `notice`: paid, and the engine has not said so yet. */
export type Activity = 'booking' | 'confirming' | 'paying' | 'notice' | 'refund';

export const programme = '020301K';
/** So many come new each day. */
export const newcomers = 30;
const answerWithinMs = 4_000;
const pageWithinMs = 3_000;
const againMs = 40;
const lookMs = 60;
/** What must come, has come by then even where everybody was killed again and again. */
const patienceMs = 90_000;
/** Just before the close: most of these are in time, and some are not. */
const lastMomentMs = 40;
const lateMs = 900;

export class Payer {
  readonly record: PayerRecord;
  doing: Activity | undefined;
  readonly #world: World;
  readonly #random: () => number;
  #claim = 0;
  #asked = 0;
  #sent = 0;

  constructor(world: World, record: PayerRecord, seed: number) {
    this.#world = world;
    this.record = record;
    this.#random = generator(seed * 1_000_003 + record.number);
  }

  /** From now until nothing more can be done before the close, and what was begun has ended. */
  async spendDay(): Promise<void> {
    this.doing = 'booking';
    await pause(this.#random() * 400);
    let goesOn = this.#claim > 0 || (await this.#chooseArea());
    while (goesOn && Date.now() < this.#world.closesAt())
      goesOn = await this.#step(await this.look());
    this.doing = undefined;
  }

  /** The truth as the engine has it, as soon as it answers. */
  async look(): Promise<RegistrationView> {
    const { area, person } = this.record;
    for (const giveUpAt = Date.now() + patienceMs; ; ) {
      const answer = await this.#world.client.ask({ kind: 'registration', area, person });
      if (answer.kind === 'registration') return answer.registration;
      await this.#wait(giveUpAt, againMs);
    }
  }

  /** False: enough for today. */
  async #step(view: RegistrationView): Promise<boolean> {
    const order = view.orders.find(({ state }) => holding.has(state));
    if (order === undefined) return this.#book(view);
    switch (order.state) {
      case 'confirmed':
        return this.#settle(view, order);
      case 'paid':
        return this.#wantsItBack() && this.#askBack(view, order);
      default:
        this.doing = 'refund';
        await pause(lookMs);
        return true;
    }
  }

  // ── Booking ───────────────────────────────────────────────────────────────────────────────────

  async #chooseArea(): Promise<boolean> {
    this.doing = 'booking';
    const { person, ticket, area } = this.record;
    const reply = await this.#send({ kind: 'choose-area', person, ticket, area });
    if (reply.kind === 'refused') return isAsExpected(reply) && this.#chooseArea();
    if (reply.outcome.kind !== 'claimed') throw new Error('nobody here moves');
    this.#claim = reply.outcome.claim;
    return true;
  }

  async #book(view: RegistrationView): Promise<boolean> {
    this.doing = 'booking';
    if (view.seats.some(({ state }) => state.kind === 'saved')) {
      // Some are content with that, and find their seats released.
      if (this.#chance(0.08)) return false;
      this.doing = 'confirming';
      const reply = await this.#send({ kind: 'confirm-registration', ...this.#on(view) });
      return isAsExpected(reply);
    }
    if (view.code !== undefined) {
      const { challenge, units } = view.code;
      const code = this.#world.smsCodeOf(challenge);
      const typed = { challenge, units, code };
      return isAsExpected(await this.#send({ kind: 'save-seats', ...this.#on(view), ...typed }));
    }
    if (view.draft.length === 0) {
      const unit = Math.floor(this.#random() * unitCodes.length);
      const course = `1${unit + 1}00${1 + Math.floor(this.#random() * 3)}`;
      return isAsExpected(await this.#choose(view, course));
    }
    // Sometimes one more, in the next unit.
    const [first] = view.draft;
    if (view.draft.length === 1 && first !== undefined && this.#chance(0.3)) {
      const next = (unitCodes.indexOf(first.unit) + 1) % unitCodes.length;
      const reply = await this.#choose(view, `1${next + 1}001`);
      return isAsExpected(reply);
    }
    return this.#hold(view);
  }

  #choose(view: RegistrationView, course: string): Promise<CommandReply> {
    const choice = { programme, candidateType: 'open', course, replace: false } as const;
    return this.#send({ kind: 'choose-course', ...this.#on(view), ...choice });
  }

  /** F26: what is full is cleared; with nothing left somebody looks elsewhere, or gives up. */
  async #hold(view: RegistrationView): Promise<boolean> {
    const { phone } = this.record;
    const challenge = this.#id('code');
    const held = await this.#send({ kind: 'hold-seats', ...this.#on(view), challenge, phone });
    if (held.kind === 'refused' || held.outcome.kind !== 'held') return isAsExpected(held);
    const { full } = held.outcome;
    if (full.length === 0) return true;
    const now = held.registration ?? view;
    if (full.length < now.draft.length) {
      const sent = { kind: 'send-code', ...this.#on(now), challenge, phone } as const;
      return isAsExpected(await this.#send(sent));
    }
    const [{ unit } = { unit: '' }] = full;
    const dropped = await this.#send({ kind: 'drop-course', ...this.#on(now), unit });
    return isAsExpected(dropped) && this.#chance(0.7);
  }

  // ── Paying ────────────────────────────────────────────────────────────────────────────────────

  async #settle(view: RegistrationView, order: OrderView): Promise<boolean> {
    this.doing = 'paying';
    const choice = this.#choice();
    if (choice < 0.08) return this.#withdraw(view, order);
    // Left unpaid, without an attempt.
    if (choice < 0.14) return false;
    if (choice < 0.22) return this.#payAtClose();
    const first = await this.#begin(view, order);
    if (first === undefined) return true;
    if (choice < 0.3) return this.#thinkBetter(first.number);
    // Looks at the code and pays nothing.
    if (choice < 0.36) return false;
    if (choice < 0.44) return this.#payLate(first);
    if (choice < 0.64) return this.#payTwice(first, order);
    await this.#pay(first);
    return this.#hear(first.number);
  }

  async #begin(view: RegistrationView, order: OrderView): Promise<Begun | undefined> {
    const what = { order: order.number, provider: 'sandbox', way: 'page' } as const;
    const reply = await this.#send({ kind: 'start-payment', ...this.#on(view), ...what });
    if (reply.kind === 'refused' || reply.outcome.kind !== 'payment-started') return undefined;
    const { attempt: number, expiresAt } = reply.outcome;
    this.#world.told.started.add(number);
    const link = await this.#openPage(order.number, expiresAt);
    return { number, ...(link !== undefined && { link }) };
  }

  /** The gateway's page, which opens the attempt at the provider and leads there. */
  async #openPage(order: OrderNumber, until: EpochMs): Promise<string | undefined> {
    const { gatewayAddress, cookies } = this.#world;
    const now = Date.now();
    const { person, ticket } = this.record;
    const setCookie = cookies.setSignIn({
      ...{ person, ticket, programme, candidateType: 'open', nameMask: '示 *', kind: 'full' },
      ...{ generation: 1, issuedAt: now, expiresAt: now + 3_600_000 },
      nonce: this.#id('nonce'),
    });
    const cookie = setCookie.slice(0, setCookie.indexOf(';'));
    while (Date.now() < until) {
      const page = await textOf(`${gatewayAddress}/pay/page?order=${order}`, {
        headers: { cookie },
      });
      const link = /href="(http:\/\/127\.0\.0\.1:\d+\/pay\/[0-9a-f]+)"/.exec(page?.text ?? '');
      if (link?.[1] !== undefined) return link[1];
      // It leads away: there is nothing to pay any more.
      if (page?.status === 303) return undefined;
      await this.#wait(now + patienceMs, againMs);
    }
    return undefined;
  }

  async #pay({ number, link }: Begun): Promise<void> {
    this.doing = 'paying';
    if (link === undefined) return;
    const giveUpAt = Date.now() + patienceMs;
    const press = { method: 'POST', redirect: 'manual' } as const;
    while ((await textOf(link, press)) === undefined) await this.#wait(giveUpAt, againMs);
    for (;;) {
      const page = await textOf(link);
      if (page?.status === 200) {
        if (/付款成功|退款中|已退款/.test(page.text)) this.#world.told.paid.add(number);
        return;
      }
      await this.#wait(giveUpAt, againMs);
    }
  }

  /** A second attempt, and both are paid at once: the first is being closed, which may be too late. */
  async #payTwice(first: Begun, order: OrderView): Promise<boolean> {
    const second = await this.#begin(await this.look(), order);
    const open = first.link !== undefined && this.#chance(0.6);
    const again = open ? this.#payAnyhow(first.number) : this.#pay(first);
    await Promise.all([again, second && this.#pay(second)]);
    await this.#hear(first.number);
    if (second !== undefined) await this.#hear(second.number);
    return true;
  }

  async #payAtClose(): Promise<boolean> {
    const { closeIsNear, closesAt } = this.#world;
    this.doing = undefined;
    await closeIsNear();
    this.doing = 'paying';
    const view = await this.look();
    const order = view.orders.find(({ state }) => state === 'confirmed');
    const begun = order && (await this.#begin(view, order));
    if (begun === undefined) return true;
    await pause(Math.max(0, closesAt() - lastMomentMs - Date.now()));
    await this.#pay(begun);
    return this.#hear(begun.number);
  }

  /** Around the release, and although the attempt is closed: D11. */
  async #payLate({ number, link }: Begun): Promise<boolean> {
    const { closeIsNear, closesAt } = this.#world;
    this.doing = undefined;
    await closeIsNear();
    await pause(Math.max(0, closesAt() + this.#random() * lateMs - Date.now()));
    this.doing = 'paying';
    if (link === undefined) return false;
    await this.#payAnyhow(number);
    return this.#hear(number);
  }

  /** The late success that providers promise never to send, and send. */
  async #payAnyhow(number: AttemptNumber): Promise<void> {
    const { sandboxAddress, told } = this.#world;
    for (const giveUpAt = Date.now() + patienceMs; ; ) {
      const body = JSON.stringify({ pay: { order: number, late: true } });
      const answer = await textOf(`${sandboxAddress}/control`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body },
      });
      if (answer?.status === 200) told.paid.add(number);
      if (answer !== undefined) return;
      await this.#wait(giveUpAt, againMs);
    }
  }

  async #withdraw(view: RegistrationView, { number }: OrderView): Promise<boolean> {
    const reply = await this.#send({ kind: 'withdraw-order', ...this.#on(view), order: number });
    if (reply.kind === 'accepted') this.#world.told.withdrawn.add(number);
    return isAsExpected(reply);
  }

  /** Stops paying and withdraws; and then sometimes the money comes all the same. */
  async #thinkBetter(attempt: AttemptNumber): Promise<boolean> {
    const view = await this.look();
    const order = view.orders.find((one) => one.attempts.some(isNumbered(attempt)));
    if (order === undefined) return true;
    const { number } = order;
    const stopped = await this.#send({ kind: 'stop-payment', ...this.#on(view), order: number });
    if (stopped.kind === 'refused') return isAsExpected(stopped);
    for (const giveUpAt = Date.now() + patienceMs; ; ) {
      const now = await this.look();
      const found = now.orders.find((one) => one.number === number);
      if (found?.state !== 'confirmed') return true;
      if (found.attempts.every(({ state }) => state === 'closed')) {
        const goesOn = await this.#withdraw(now, found);
        if (this.#chance(0.6)) await this.#payAnyhow(attempt);
        return (await this.#hear(attempt)) && goesOn;
      }
      await this.#wait(giveUpAt, lookMs);
    }
  }

  /** Whoever has paid waits until it is said to be so. */
  async #hear(attempt: AttemptNumber): Promise<true> {
    if (!this.#world.told.paid.has(attempt)) return true;
    this.doing = 'notice';
    for (const giveUpAt = Date.now() + patienceMs; ; ) {
      const { orders } = await this.look();
      const found = orders.flatMap(({ attempts }) => attempts).find(isNumbered(attempt));
      if (found?.state === 'paid') return true;
      await this.#wait(giveUpAt, lookMs);
    }
  }

  async #askBack(view: RegistrationView, { number }: OrderView): Promise<boolean> {
    this.doing = 'refund';
    const reply = await this.#send({ kind: 'request-refund', ...this.#on(view), order: number });
    if (reply.kind === 'accepted') this.#world.told.refundsAsked.add(number);
    return isAsExpected(reply);
  }

  // ── Carrying ──────────────────────────────────────────────────────────────────────────────────

  #on({ revision }: RegistrationView) {
    const { area, person, ticket } = this.record;
    return { area, person, ticket, claim: this.#claim, revision };
  }

  /** P1 */
  async #send(body: RoutedBody): Promise<CommandReply> {
    const { client } = this.#world;
    const id = this.#id('command');
    const answerBy = Date.now() + answerWithinMs;
    let epoch: number | undefined;
    for (const giveUpAt = Date.now() + patienceMs; ; ) {
      epoch ??= client.epochOf(body);
      const reply = await client.send(body, {
        id,
        answerBy,
        ...(epoch !== undefined && { epoch }),
      });
      if (reply.kind === 'accepted' || (reply.kind === 'refused' && !unsent.has(reply.reason))) {
        this.#world.onStep();
        return reply;
      }
      await this.#wait(giveUpAt, againMs);
    }
  }

  async #wait(giveUpAt: EpochMs, ms: number): Promise<void> {
    this.#world.check();
    if (Date.now() > giveUpAt) throw new Error(`person ${this.record.number} waits in vain`);
    await pause(ms);
  }

  #id(kind: string): string {
    this.#sent += 1;
    return opaque(`${kind}${this.record.number}-`, this.#sent);
  }
  /** Newcomers choose each another way, so that on every day something of everything happens. */
  #choice(): number {
    this.#asked += 1;
    const { number } = this.record;
    return this.#asked === 1 ? (number % newcomers) / newcomers : this.#random();
  }
  #wantsItBack(): boolean {
    return this.#asked === 1 ? this.record.number % 3 === 0 : this.#chance(0.35);
  }
  #chance(share: number): boolean {
    return this.#random() < share;
  }
}

type Begun = { number: AttemptNumber; link?: string };

const holding = new Set<OrderView['state']>(['confirmed', 'paid', 'refunding']);
const unsent = new Set<string>(['engine-away', 'busy']);
/** The day is over, or the world has moved on: whoever hears that looks again. */
const expected = new Set<string>([
  ...['changed-meanwhile', 'ask-again', 'too-late', 'payment-running', 'order-confirmed'],
  ...['order-paid', 'order-refunding', 'order-ended', 'code-expired', 'code-missing'],
]);
const over = new Set<string>(['window-over', 'window-closed', 'release-running']);

/** False: the day is over. */
function isAsExpected(reply: CommandReply): boolean {
  if (reply.kind === 'accepted' || expected.has(reply.reason)) return true;
  if (over.has(reply.reason)) return false;
  throw new Error(`refused, and nobody would think so: ${reply.reason}`);
}

const isNumbered =
  (attempt: AttemptNumber) =>
  ({ number }: AttemptView): boolean =>
    number === attempt;

/** Undefined: nobody answered, and what became of it is not known. */
async function textOf(
  url: string,
  init: RequestInit = {},
): Promise<{ status: number; text: string } | undefined> {
  try {
    const signal = AbortSignal.timeout(pageWithinMs);
    const response = await fetch(url, { redirect: 'manual', ...init, signal });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
