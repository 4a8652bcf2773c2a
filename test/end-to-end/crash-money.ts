/**
 * Kills engine, gateway, payment sandbox and nats-server with SIGKILL, each a process of its own, at
 * moments nobody chose, while people book, pay, pay twice, pay late and ask for their money back, and
 * while days close over what was not paid; starts them again, and kills them while they start. Then
 * the provider's ledger and the engine's books must agree to the fen and to the seat.
 *
 *   npm run crash -- --money [--rounds 20] [--seed 1] [--divided]
 *
 * A round is one booking day of some seconds, in an installation of its own, and ends with an area that is
 * lost. Choices and moments follow from the seed; how far the machine had got by then does not.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { portOver } from '../../bench/invented-people.ts';
import { generator } from '../../bench/random.ts';
import { connectNatsBus } from '../../engine/bus/nats-bus.ts';
import { layoutOf } from '../../engine/config.ts';
import { chinaDay, chinaMidnight } from '../../engine/core/rules.ts';
import { installSession, setCapacities } from '../../engine/import/apply.ts';
import { recordOf } from '../../engine/import/candidates.ts';
import { type ImportPort, type Sendable, sendAll } from '../../engine/import/send.ts';
import type { Command } from '../../engine/protocol/commands.ts';
import type { EpochMs } from '../../engine/protocol/ids.ts';
import { partitionOfArea, partitionOfPerson, partitionsOf } from '../../engine/protocol/layout.ts';
import type {
  Accepted,
  PaymentCursor,
  PaymentLine,
  PoolBalance,
  Query,
} from '../../engine/protocol/replies.ts';
import { partitionOfBody, type RoutedBody } from '../../engine/protocol/routing.ts';
import type { BookingDay, InstalledSettings, Remedy } from '../../engine/protocol/session.ts';
import type { Act } from '../../engine/protocol/staff.ts';
import { atShell } from '../../engine/shell-acts.ts';
import { loadKeys } from '../../engine/store/keys.ts';
import { openVault, type Vault } from '../../engine/store/vault.ts';
import { createCookies } from '../../gateway/cookies.ts';
import { type AnswerTo, createEngineClient } from '../../gateway/engine-client.ts';
import { type Behaviour, wellBehaved } from '../../sandbox/behaviour.ts';
import type { Order } from '../../sandbox/book.ts';
import { areaCodes, givenCatalogue, givenSettings, opaque, unitCodes } from '../given.ts';
import { runRuxi } from '../harness/engine.ts';
import { type Accounts, differencesIn, inPools, type Sums, sumsOf } from './crash-accounts.ts';
import { type During, Kills } from './crash-kills.ts';
import { newcomers, Payer, type PayerRecord, programme, type World } from './crash-payers.ts';
import { type Installation, install, type Killable, programs } from './crash-processes.ts';

/** `divided`: areas, people and phones in partitions of their own, all in the one engine. */
export type MoneyCrashOptions = {
  rounds: number;
  seed: number;
  divided?: boolean;
  say?: (line: string) => void;
};
export type MoneyCrashReport = Sums & { rounds: number; seed: number; kills: Kills };

/** Less than is wanted: a seat that is sold twice would show. */
const seatsARound = 5;
/** A day is called to its close when the kills before it are over. */
const dayMs = 10 * 60_000;
const closesInMs = 700;
/** Within so many of people's steps, for each of them, a program is killed. */
const stepsBeforeKillMax = 5;
/** Around the close, where most is under way. */
const beforeCloseMs = 100;
const afterCloseMs = 600;
const killsAfterStartShare = 0.3;
const startMs = 900;
const patienceMs = 90_000;
const lookMs = 50;
const answerWithinMs = 60_000;

const settings: InstalledSettings = {
  ...installable(),
  bookingCodesPerDayMax: 1_000,
  messagesPerPhonePerDayMax: 1_000,
  // Attempts end within a day, at its close and after it.
  paymentMs: 4_000,
  // A provider that is away for longer loses its payers their seats, and their money goes back.
  releaseGraceMs: 700,
};
const apart = {
  RUXI_SESSION_PARTITION: 's0',
  RUXI_AREA_PARTITIONS: 'a0,a1',
  RUXI_PEOPLE_PARTITIONS: 'h0,h1',
  RUXI_PHONE_PARTITIONS: 'f0',
};
/** What a provider does on a bad day; a restart makes it well-behaved again. */
const moods: readonly Partial<Behaviour>[] = [
  {},
  { noticeCopies: 2 },
  { noticeDelayMs: 300 },
  { silent: true },
  { noticesReversed: 3 },
  { refunds: 'processing' },
];

export async function crashMoney({
  rounds,
  seed,
  divided = false,
  say = () => {},
}: MoneyCrashOptions): Promise<MoneyCrashReport> {
  say(`seed ${seed}${divided ? ', divided' : ''}`);
  const kills = new Kills();
  const report: MoneyCrashReport = { ...noSums, rounds, seed, kills };
  for (let round = 1; round <= rounds; round += 1) {
    const installation = await install(divided ? apart : {});
    try {
      const run = await open(installation, seed + round - 1, kills, say);
      try {
        await run.round(round);
        const sums = await run.end();
        for (const name of Object.keys(noSums) as (keyof Sums)[]) report[name] += sums[name];
      } finally {
        await run.close();
      }
    } finally {
      await installation.stop();
    }
  }
  return report;
}

const noSums: Sums = {
  ...{ payments: 0, paidFen: 0, refunds: 0, refundedFen: 0 },
  ...{ seats: 0, released: 0, second: 0, late: 0 },
};

async function open(
  installation: Installation,
  seed: number,
  kills: Kills,
  say: (line: string) => void,
) {
  const { dataFolder, keysFolder, natsUrl, gatewayAddress, sandboxAddress } = installation;
  const random = generator(seed);
  const beganOn = chinaDay(Date.now());
  const all = programs.map((program) => installation[program]);
  const layout = layoutOf(installation.settings);
  const catalogue = givenCatalogue();

  // The engine first: it makes the keys that a gateway needs.
  await installation.nats.start();
  await installation.engine.start();
  const bus = await connectNatsBus({ url: natsUrl, name: 'crash' });
  const keys = loadKeys(keysFolder);
  const vault = openVault(dataFolder, keys);
  const port = portOver(bus, layout);
  const client = createEngineClient({
    ...{ bus, layout, now: Date.now, timeoutMs: 1_500 },
  });
  let closesAt = 0;
  let near = signal();
  let steps = 0;
  let closing = false;
  let bills = false;
  let losing = false;
  let sent = 0;
  async function tell(body: RoutedBody): Promise<Accepted> {
    sent += 1;
    const id = opaque('office', sent);
    const command = { ...body, id, answerBy: Date.now() + answerWithinMs, epoch: 0 } as Command;
    const [reply] = await port.submit(partitionOfBody(layout, body), [command]);
    if (reply?.kind !== 'accepted') throw new Error(JSON.stringify(reply));
    return reply;
  }
  let payers: Payer[] = [];
  const world: World = {
    ...{ client, gatewayAddress, sandboxAddress, cookies: createCookies(keys.cookie, false) },
    smsCodeOf: (challenge) => vault.smsCodeOf(challenge),
    told: {
      ...{ started: new Set(), refundsAsked: new Set(), withdrawn: new Set(), paid: new Set() },
    },
    closesAt: () => closesAt,
    closeIsNear: () => near.given,
    onStep: () => {
      steps += 1;
    },
    check() {
      for (const one of all) one.check();
    },
  };

  closesAt = Date.now() + dayMs;
  await installed({});
  await Promise.all([installation.gateway.start(), installation.sandbox.start()]);

  // ── Days ──────────────────────────────────────────────────────────────────────────────────────

  async function round(number: number): Promise<void> {
    const before = kills.total;
    const records = await admit(port, vault, (number - 1) * newcomers);
    payers = records.map((record) => new Payer(world, record, seed));
    await makeRoom();
    near = signal();
    steps = 0;
    await openDay(dayMs);
    await behave(moods[Math.floor(random() * moods.length)] ?? {});

    const people = Promise.all(payers.map((payer) => payer.spendDay()));
    const day = async () => {
      await killBeforeClose();
      await openDay(closesInMs);
      near.give();
      await Promise.all([killAtClose(), closeDay()]);
      // What the provider was told to keep back, it now tells.
      await behave(wellBehaved);
    };
    await Promise.all([people, day()]);
    const contradictions = [...inPools(await balance())];
    if (contradictions.length > 0) throw new Error(contradictions.join('\n'));
    say(`round ${number}: ${kills.total - before} kills, ${world.told.paid.size} payments so far`);
  }

  /** Areas and pools are known with the first session; a later one keeps its days. */
  async function installed(more: Partial<InstalledSettings>): Promise<void> {
    await knownCloses();
    const calendar = daysUntil(beganOn, closesAt);
    const answerBy = Date.now() + answerWithinMs;
    await installSession(
      port,
      { catalogue, calendar, settings: { ...settings, ...more } },
      answerBy,
    );
    await untilAdopted();
  }

  /** Lasts so much longer, or is called to its close: an act of two, as at the desk. */
  async function openDay(lastsMs: number): Promise<void> {
    await until('the day is decided', async () => {
      const standing = await askAt(layout.session, { kind: 'session' });
      const from = standing.adopted?.calendar ?? [];
      closesAt = Date.now() + lastsMs;
      const calendar = daysUntil(beganOn, closesAt);
      const act = { kind: 'set-calendar', from, calendar } as const;
      // On a busy machine the close may be over before it is decided.
      return (await byTwo(act).catch(() => undefined)) !== undefined;
    });
    await untilAdopted();
  }

  /** By every partition. */
  function untilAdopted(): Promise<void> {
    return until('the day is known', async () => {
      const known = await knownCloses();
      return known.every((one) => one === closesAt);
    });
  }

  /** Of the last day, as each partition has it. */
  function knownCloses(): Promise<(EpochMs | undefined)[]> {
    const asked = partitionsOf(layout).map(async (partition) => {
      const { adopted } = await askAt(partition, { kind: 'session' });
      return adopted?.calendar.at(-1)?.closesAt;
    });
    return Promise.all(asked);
  }

  async function makeRoom(): Promise<void> {
    const pools = await balance();
    const capacities = new Map(
      areaCodes.map((area) => [
        area,
        unitCodes.map((unit) => {
          const pool = pools.find((one) => one.area === area && one.unit === unit);
          return { unit, capacity: seatsARound + (pool ? pool.capacity - pool.free : 0) };
        }),
      ]),
    );
    await setCapacities(port, capacities, Date.now() + answerWithinMs);
  }

  /** From the close until nothing that is unpaid has a seat. */
  async function closeDay(): Promise<void> {
    await pause(Math.max(0, closesAt - Date.now()));
    closing = true;
    await until('what is unpaid is released', async () => {
      const pools = await balance();
      return pools.every((pool) => pool.held + pool.saved + pool.confirmed === 0);
    });
    closing = false;
  }

  // ── Kills ─────────────────────────────────────────────────────────────────────────────────────

  /** Each program once, when people have got so far; ends when all are up again. */
  async function killBeforeClose(): Promise<void> {
    const stepsMax = stepsBeforeKillMax * payers.length;
    const plans = programs.map((program) => ({
      ...{ program, afterSteps: random() * stepsMax, afterMs: random() * lookMs },
      again: random() < killsAfterStartShare ? random() * startMs : undefined,
    }));
    await Promise.all(
      plans.map(async ({ program, afterSteps, afterMs, again }) => {
        await peopleGetOn(afterSteps);
        await pause(afterMs);
        await killAndStart(installation[program], again);
      }),
    );
    await peopleGetOn(stepsMax);
  }

  /** Whoever waits for the close, or for money to come back, does nothing more before it. */
  const peopleGetOn = (to: number): Promise<void> =>
    until(
      'people get on',
      async () => steps >= to || payers.every(({ doing = 'refund' }) => doing === 'refund'),
    );

  /** All but one. */
  async function killAtClose(): Promise<void> {
    const spared = programs[Math.floor(random() * programs.length)];
    const plans = programs
      .filter((program) => program !== spared)
      .map((program) => ({
        ...{ program, at: closesAt - beforeCloseMs + random() * (beforeCloseMs + afterCloseMs) },
      }));
    await Promise.all(
      plans.map(async ({ program, at }) => {
        await pause(Math.max(0, at - Date.now()));
        await killAndStart(installation[program]);
      }),
    );
  }

  async function killForGood(one: Killable): Promise<void> {
    kills.note(one.program, underWay());
    await one.kill();
  }

  /** `again`: killed once more so long after it was started, open by then or not. */
  async function killAndStart(one: Killable, again?: number): Promise<void> {
    await killForGood(one);
    const opened = one.start();
    if (again === undefined) return opened;
    await pause(again);
    await Promise.all([opened, killAndStart(one)]);
  }

  function underWay(): Set<During> {
    const all = new Set<During>(payers.flatMap(({ doing }) => doing ?? []));
    if (closing) all.add('day close');
    if (losing) all.add('lost area');
    if (bills) all.add('bills');
    if (programs.some((program) => installation[program].starting)) all.add('starting');
    return all;
  }

  // ── An area is lost ───────────────────────────────────────────────────────────────────────────

  /**
   * S5: who sits in one area moves to another as far as there is room, and then that one is lost too: the
   * money goes back from where it was taken. The engine is killed in the middle of each.
   */
  async function loseAnArea(): Promise<void> {
    const paid = new Map(areaCodes.map((area) => [area, 0]));
    for (const pool of await balance()) paid.set(pool.area, (paid.get(pool.area) ?? 0) + pool.paid);
    const [area = '', target = ''] = [...areaCodes].sort(
      (one, other) => (paid.get(other) ?? 0) - (paid.get(one) ?? 0),
    );
    const pools = (await balance()).filter((pool) => pool.area === target);
    const room = pools.map(({ unit, capacity, free }) => ({ unit, capacity: capacity - free + 1 }));
    await setCapacities(port, new Map([[target, room]]), Date.now() + answerWithinMs);
    const lose = (lost: string, from: number, remedy: Remedy) =>
      byTwo({ kind: 'withdraw-area', area: lost, units: [], shown: '示例', from, remedy });
    losing = true;
    const first = await lose(area, 0, { kind: 'move', to: [target] });
    await killWhileIt(first);
    const { moved, left } = await stands(area);
    if (moved.length === 0) throw new Error('nobody has moved');
    await killWhileIt(await lose(target, 0, { kind: 'refund' }));
    await killWhileIt(await lose(area, first, { kind: 'refund' }));
    losing = false;
    for (const lost of [area, target])
      await until('all money of the lost areas is back', async () => {
        const { people, letGo, returnedFen } = await stands(lost);
        return people === 0 && letGo.fen === returnedFen;
      });
    // What the office asked back nobody else was told of.
    for (const { exit, orders } of await views())
      for (const { number, attempts } of exit === undefined ? [] : orders)
        if (attempts.some(({ refund }) => refund?.cause === 'asked'))
          world.told.refundsAsked.add(number);
    const [{ people } = { people: 0 }] = moved;
    say(`areas are lost: ${people} moved and ${left.people} had no room`);
  }

  /** Throws what was refused. */
  async function byTwo(act: Act): Promise<number> {
    const reason = '示例';
    const { outcome } = await tell({
      ...{ kind: 'propose-act', act, reason, foreseen: [], ...atShell('示例甲') },
    });
    if (outcome.kind !== 'act') throw new Error(outcome.kind);
    const { number } = outcome;
    await tell({ kind: 'approve-act', number, ...atShell('示例乙') });
    return number;
  }

  /** Once, and then it comes to its end. */
  async function killWhileIt(number: number): Promise<void> {
    await pause(random() * beforeCloseMs);
    await killAndStart(installation.engine);
    await until('the act is done', async () => {
      const { act } = await askAt(layout.session, { kind: 'act', number });
      return act?.state.kind === 'done';
    });
  }

  const stands = async (area: string) =>
    (await askAt(partitionOfArea(layout, area), { kind: 'withdrawal', area, units: [] }))
      .withdrawal;

  // ── The end ───────────────────────────────────────────────────────────────────────────────────

  /** All is up and behaves; what is still on its way arrives, and then both sides are compared. */
  async function end(): Promise<Sums> {
    await loseAnArea();
    let accounts = await gather();
    let differences: string[] = [];
    const settled = until('both sides agree', async () => {
      accounts = await gather();
      differences = differencesIn(accounts);
      return differences.length === 0;
    });
    await settled.catch((cause) => {
      throw new Error(differences.join('\n'), { cause });
    });
    await compareBills(sumsOf(accounts));
    // The judge was killed as well: what it had answered is what it has on disk.
    accounts = await gather();
    differences = differencesIn(accounts);
    if (differences.length > 0) throw new Error(differences.join('\n'));
    await installation.engine.kill();
    await verify();
    return sumsOf(accounts);
  }

  /** B7: the engine finds the same by itself, from the provider's bill, also when it is killed. */
  async function compareBills({ paidFen, refundedFen }: Sums): Promise<void> {
    await installed({ billsAfterMs: 0 });
    bills = true;
    await Promise.all(all.map(killForGood));
    await Promise.all([installation.sandbox.start(), installation.nats.start()]);
    await behave({ billsEarly: true });
    await installation.engine.start();
    const days = daysUntil(beganOn, closesAt).length;
    let lines: AnswerTo<Query & { kind: 'asides' }>['reconciled'] = [];
    await until('the bills are compared', async () => {
      lines = (await askAt(layout.session, { kind: 'asides' })).reconciled;
      return lines.length >= days;
    });
    bills = false;
    const total = (of: 'paidFen' | 'refundedFen' | 'differences') =>
      lines.reduce((sum, line) => sum + line[of], 0);
    const billed = [total('paidFen'), total('refundedFen'), total('differences')].join();
    if (billed !== [paidFen, refundedFen, 0].join()) throw new Error(`the bills say ${billed}`);
  }

  async function verify(): Promise<void> {
    const ruxi = await runRuxi(['verify'], installation.settings, /\n$/);
    if ((await ruxi.ended) !== 0) throw new Error(ruxi.output());
    say(ruxi.output().trimEnd());
  }

  async function gather(): Promise<Accounts> {
    const { orders: ledger } = await control({});
    const { asides } = await askAt(layout.session, { kind: 'asides' });
    const registrations = await views();
    const { told } = world;
    const { feeFen } = catalogue;
    const payments = await paymentLines();
    const pools = await balance();
    return { ledger, payments, pools, registrations, asides: asides.length, told, feeFen };
  }

  async function paymentLines(): Promise<PaymentLine[]> {
    const lines: PaymentLine[] = [];
    const from = chinaMidnight(beganOn);
    const to = Date.now() + answerWithinMs;
    for (const partition of layout.areas) {
      let after: PaymentCursor | undefined;
      do {
        const query = { kind: 'payments', from, to, ...(after && { after }) } as const;
        const page = await askAt(partition, query);
        lines.push(...page.payments);
        after = page.next;
      } while (after !== undefined);
    }
    return lines;
  }

  /** Where they have registered, and where they were moved. */
  const views = async () => {
    const all = payers.map(async (payer) => {
      const { area, person } = payer.record;
      const here = await payer.look();
      const own = [{ ...here, area }];
      const { state, to } = here.exit ?? {};
      if (state !== 'moved' || to === undefined) return own;
      const query = { kind: 'registration', area: to, person } as const;
      const there = await askAt(partitionOfArea(layout, to), query);
      return [...own, { ...there.registration, area: to }];
    });
    return (await Promise.all(all)).flat();
  };
  async function balance(): Promise<PoolBalance[]> {
    const all = layout.areas.map((partition) => askAt(partition, { kind: 'balance' }));
    return (await Promise.all(all)).flatMap(({ pools }) => pools);
  }

  /** Until it is answered: only the engine's own start may stand between. */
  async function askAt<Q extends Query>(partition: string, query: Q): Promise<AnswerTo<Q>> {
    for (const giveUpAt = Date.now() + patienceMs; ; ) {
      const answer = await client.askAt(partition, query);
      if (answer.kind === query.kind) return answer as AnswerTo<Q>;
      world.check();
      if (Date.now() > giveUpAt) throw new Error(`no answer to ${query.kind}`);
      await pause(lookMs);
    }
  }

  /** The provider's control port, asked until it answers. */
  async function control(change: object): Promise<{ orders: Omit<Order, 'token'>[] }> {
    for (const giveUpAt = Date.now() + patienceMs; ; ) {
      try {
        const response = await fetch(`${sandboxAddress}/control`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(change),
        });
        return (await response.json()) as { orders: Omit<Order, 'token'>[] };
      } catch (cause) {
        world.check();
        if (Date.now() > giveUpAt) throw new Error('the sandbox does not answer', { cause });
      }
      await pause(lookMs);
    }
  }
  const behave = (change: Partial<Behaviour>) => control({ behave: change });

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const giveUpAt = Date.now() + patienceMs; !(await holds()); ) {
      world.check();
      if (Date.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
      await pause(lookMs);
    }
  }

  return {
    ...{ kills, round, end },
    async close() {
      await client.close();
      await vault.close();
      await bus.close();
    },
  };
}

/** Imports people with a phone, who can register at once. */
async function admit(port: ImportPort, vault: Vault, from: number): Promise<PayerRecord[]> {
  const answerBy = Date.now() + answerWithinMs;
  const records: PayerRecord[] = [];
  const commands: Sendable[] = [];
  for (let number = from; number < from + newcomers; number += 1) {
    const documentNumber = String(number).padStart(18, '0');
    const person = vault.personIdOf('resident-id', documentNumber);
    const ticket = String(100_000_000_000 + number);
    const area = areaCodes[number % areaCodes.length] ?? '';
    const record = recordOf(
      {
        ...{ line: number, documentType: 'resident-id', number: documentNumber, name: '示例考生' },
        ...{ phone: `199${String(number).padStart(8, '0')}`, kind: 'new', candidateType: 'open' },
        ...{ hasPhoto: true, passwordHash: '$argon2id$invented', activationCode: '' },
        tickets: [{ number: ticket, programme, status: 'active', passed: [] }],
      },
      person,
      vault,
    );
    const { importedPhone: phone } = record;
    if (phone === undefined) throw new Error('everybody here has a phone');
    records.push({ number, person, ticket, area, phone });
    const id = opaque('import', number);
    const command = { kind: 'import-candidate', id, answerBy, epoch: 0, person, record } as const;
    commands.push({
      partition: partitionOfPerson(port.layout, person),
      command,
      origin: `person ${number}`,
    });
  }
  await vault.settle();
  await sendAll(port, commands);
  return records;
}

function signal(): { given: Promise<void>; give(): void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

/** A day for each midnight in between, so that it may also be night when this runs. */
function daysUntil(first: number, closesAt: EpochMs): BookingDay[] {
  const days: BookingDay[] = [];
  for (let day = first; chinaMidnight(day) < closesAt; day += 1) {
    const opensAt = chinaMidnight(day);
    days.push({ opensAt, closesAt: Math.min(closesAt, chinaMidnight(day + 1)) });
  }
  return days;
}

function installable(): InstalledSettings {
  const { bookingProof: _, ...rest } = givenSettings();
  return rest;
}
