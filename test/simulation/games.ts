/** Much of one thing on purpose: what chance alone never does often enough to reach its bound. */
import { asidesMax } from '../../engine/core/asides.ts';
import { attemptsMax, ordersMax } from '../../engine/core/orders.ts';
import type { PreparedCommand } from '../../engine/protocol/commands.ts';
import { chinaTime, givenPerson, givenPhone, givenTicket, opaque } from '../given.ts';
import { homeOfArea } from './province.ts';
import type { Seen } from './world.ts';
import { World } from './world.ts';

const number = 1;
const person = givenPerson(number);
const ticket = givenTicket(number);
const area = '0101';
type OnForm = Extract<PreparedCommand, { revision: number }>;
type Said<C> = C extends OnForm
  ? Omit<C, 'id' | 'answerBy' | 'epoch' | 'area' | 'person' | 'claim' | 'revision' | 'ticket'>
  : never;

/** One person with all the codes of the world, at a counter without a queue. */
class Player {
  readonly world: World;
  private codes = 0;

  constructor(seen: Seen) {
    this.world = new World(seen, 2);
    this.world.open();
    this.world.now = chinaTime(0, 9);
    this.world.installSettings({ bookingCodesPerDayMax: 99 });
    this.world.adoptAtOnce();
    this.world.send('people', { kind: 'choose-area', person, ticket, area });
    this.world.deliverLast();
    const chosen = { programme: '020301K', candidateType: 'open', course: '11001' } as const;
    this.says({ kind: 'choose-course', ...chosen, replace: false });
  }

  says(said: Said<OnForm>): void {
    const { world } = this;
    const claim = world.candidates.claimOf(person)?.number ?? 0;
    const revision = world.auditor.revisionOf(area, person);
    const from = { area, person, claim, revision, ticket };
    world.send(homeOfArea(area), { ...from, ...said } as OnForm);
    world.deliverLast();
  }

  confirms(): void {
    this.codes += 1;
    const challenge = opaque('game', this.codes);
    this.says({ kind: 'hold-seats', challenge, phone: givenPhone(number) });
    this.says({ kind: 'save-seats', challenge, codeMatches: true, units: ['A'] });
    this.says({ kind: 'confirm-registration' });
  }

  get order(): string {
    return this.world.candidates.orderOf(person, area)?.number ?? 'NONE_0_0_0';
  }

  begins(): void {
    const { order } = this;
    this.says({ kind: 'start-payment', order, provider: 'sandbox', way: 'scan' });
  }
}

/** Confirms and withdraws until no order more is made. */
export function playWithOrders(seen: Seen): void {
  const player = new Player(seen);
  const { world } = player;
  for (let round = 0; round <= ordersMax; round += 1) {
    player.confirms();
    player.begins();
    player.says({ kind: 'stop-payment', order: player.order });
    world.carryEffects();
    player.says({ kind: 'withdraw-order', order: player.order });
  }
  world.end();
}

/** Begins to pay until no attempt more is made; then pays by two of them. */
export function playWithAttempts(seen: Seen): void {
  const player = new Player(seen);
  const { world } = player;
  player.confirms();
  for (let round = 0; round <= attemptsMax; round += 1) player.begins();
  const { till } = world.payments;
  for (const place of [3, 4]) {
    const attempt = `${player.order}_${place}`;
    till.open('sandbox', attempt, 3_500, world.now + 1_000);
    till.take(attempt, 3_500, world.now, false);
  }
  world.end();
}

/** Nobody looks at what was set aside: the till keeps what cannot be taken any more. */
export function fillTheList(seen: Seen): void {
  const world = new World(seen, 2);
  world.open();
  for (let place = 0; place < asidesMax; place += 1) {
    const fact = { attempt: `X${place}`, transaction: `X${place}`, amountFen: 1 };
    const why = 'payment-unknown';
    world.send('rest', { kind: 'set-aside', key: `x.${place}`, provider: 'alipay', why, ...fact });
    world.deliverLast();
  }
  world.payments.till.enter('alipay', '202610_0101_1_1_1', 3_500, world.now);
  world.end();
}
