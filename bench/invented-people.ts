/**
 * People for a load: invented, imported, with an area, courses, seats on hold and a live code —
 * everything before 保存考位, through the same commands as any candidate's. And the requests with
 * which their browsers would save: a signed cookie, a signed form, the code.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '../engine/bus/bus.ts';
import { recordOf } from '../engine/import/candidates.ts';
import { type ImportPort, type Sendable, sendAll } from '../engine/import/send.ts';
import { decodeReplies, encodeAsk } from '../engine/protocol/codec.ts';
import type { Command } from '../engine/protocol/commands.ts';
import type { AreaCode, Fen, PersonId, TicketNumber, UnitCode } from '../engine/protocol/ids.ts';
import { partitionOfArea, partitionOfPerson } from '../engine/protocol/layout.ts';
import type { AttemptNumber } from '../engine/protocol/payments.ts';
import type { Outcome, Query, QueryReply, RegistrationView } from '../engine/protocol/replies.ts';
import type { Catalogue } from '../engine/protocol/session.ts';
import { commandsWithin } from '../engine/protocol/subjects.ts';
import type { Vault } from '../engine/store/vault.ts';
import type { Cookies } from '../gateway/cookies.ts';
import { generator } from './random.ts';

export type InventedPerson = {
  person: PersonId;
  ticket: TicketNumber;
  programme: string;
  area: AreaCode;
  units: UnitCode[];
  challenge: string;
  /** The registration's once the code is out. */
  revision: number;
};
/** `spread`: the most wanted area draws some 27 times what the least wanted does. `hot`: one area. */
export type Wanting = 'spread' | 'hot';

const answerWithinMs = 10 * 60_000;
/** Commands that name no epoch: nothing here is repeated across a restart. */
const anyEpoch = 0;
const noTimeoutMs = 60_000;
const passedCount = 6;
/** Of no password: nobody here signs in by typing one. */
const someHash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

export function portOver(bus: Bus, layout: ImportPort['layout']): ImportPort {
  return {
    layout,
    async submit(partition, commands) {
      const bytes = await bus.ask(commandsWithin(partition), encodeAsk([...commands]), noTimeoutMs);
      return decodeReplies(bytes) as Awaited<ReturnType<ImportPort['submit']>>;
    },
    async ask(partition, query) {
      const [reply] = await askAll(bus, partition, [query]);
      if (reply === undefined) throw new Error('no reply');
      return reply;
    },
  };
}

/** Queries of one partition, in one message. */
export async function askAll(
  bus: Bus,
  partition: string,
  queries: readonly Query[],
): Promise<QueryReply[]> {
  const answerBy = Date.now() + answerWithinMs;
  const asked = queries.map((query, at) => ({ id: opaque('query', at), answerBy, query }));
  const bytes = await bus.ask(commandsWithin(partition), encodeAsk(asked), noTimeoutMs);
  return decodeReplies(bytes) as QueryReply[];
}

/** Invents `count` people, numbered from `from`, and brings each to the point of saving. */
export async function inventPeople(
  port: ImportPort,
  vault: Vault,
  catalogue: Catalogue,
  options: { seed: number; from: number; count: number; wanting: Wanting },
): Promise<InventedPerson[]> {
  const { seed, from, count, wanting } = options;
  const random = generator(seed + from);
  const offered = offeredByUnit(catalogue);
  const programme = catalogue.programmes[0];
  if (programme === undefined) throw new Error('the catalogue has no programme');
  // On file for everybody: it is what pages that are looked up show.
  const { code } = programme;
  const passed = programme.courses
    .slice(0, passedCount)
    .map((course) => ({ course, grade: 75, passedIn: '2025-10' }));
  const answerBy = Date.now() + answerWithinMs;

  const people: InventedPerson[] = [];
  for (let number = from; number < from + count; number += 1) {
    const place = wanting === 'hot' ? 0 : skewed(random(), catalogue.areas.length);
    const area = catalogue.areas[place]?.code ?? '';
    const wanted = 1 + Math.floor(random() * 4);
    const units = shuffled([...offered.keys()], random)
      .slice(0, wanted)
      .sort();
    people.push({
      person: vault.personIdOf('bench', String(number)),
      ticket: String(number).padStart(12, '9'),
      programme: code,
      area,
      units,
      challenge: opaque('challenge', number),
      revision: units.length + 1,
    });
  }

  function* commands(): Generator<Sendable> {
    for (const [at, one] of people.entries()) {
      const { person, ticket, area, units, challenge } = one;
      const origin = `invented person ${from + at}`;
      const envelope = (step: string) => ({
        id: opaque(step, from + at),
        answerBy,
        epoch: anyEpoch,
      });
      const record = recordOf(
        {
          line: from + at,
          documentType: 'resident-id',
          number: String(from + at).padStart(18, '0'),
          name: '压测考生',
          phone: `199${String((from + at) % 1e8).padStart(8, '0')}`,
          kind: 'new',
          candidateType: 'open',
          hasPhoto: true,
          passwordHash: someHash,
          activationCode: '',
          tickets: [{ number: ticket, programme: code, status: 'active', passed }],
        },
        person,
        vault,
      );
      const phone = record.importedPhone;
      if (phone === undefined) throw new Error('an invented person has a phone');
      const toPerson = partitionOfPerson(port.layout, person);
      const toArea = partitionOfArea(port.layout, area);
      const onArea = { area, person, claim: 1, ticket };
      const send = (partition: string, command: Command): Sendable => ({
        partition,
        command,
        origin: `${origin}, ${command.kind}`,
      });
      yield send(toPerson, { kind: 'import-candidate', ...envelope('import'), person, record });
      yield send(toPerson, { kind: 'choose-area', ...envelope('area'), person, ticket, area });
      for (const [revision, unit] of units.entries()) {
        const courses = offered.get(unit) ?? [];
        yield send(toArea, {
          kind: 'choose-course',
          ...envelope(`course${revision}`),
          ...onArea,
          revision,
          programme: code,
          candidateType: 'open',
          course: courses[Math.floor(random() * courses.length)] ?? '',
          replace: false,
        });
      }
      const hold = { ...envelope('hold'), ...onArea, revision: units.length, challenge, phone };
      yield send(toArea, { kind: 'hold-seats', ...hold });
    }
  }
  const settled: ImportPort = {
    ...port,
    async submit(partition, slice) {
      await vault.settle();
      return port.submit(partition, slice);
    },
  };
  await sendAll(settled, commands());
  return people;
}

/** Saves what each of them holds. */
export async function savePeople(
  port: ImportPort,
  vault: Vault,
  people: readonly InventedPerson[],
): Promise<void> {
  await commandEach(port, people, (one) => saveOf(one, vault.smsCodeOf(one.challenge)));
}

const sliceMax = 512;

/** A command to each one's area; what they came to, in the order of the people. All are accepted. */
async function commandEach(
  port: ImportPort,
  people: readonly InventedPerson[],
  commandOf: (one: InventedPerson, at: number) => Command,
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(people.length);
  for (const partition of new Set(people.map(({ area }) => partitionOfArea(port.layout, area)))) {
    const places = [...people.keys()].filter(
      (at) => partitionOfArea(port.layout, people[at]?.area ?? '') === partition,
    );
    for (let from = 0; from < places.length; from += sliceMax) {
      const some = places.slice(from, from + sliceMax);
      const commands = some.map((at) => commandOf(people[at] as InventedPerson, at));
      const replies = await port.submit(partition, commands);
      for (const [index, reply] of replies.entries()) {
        if (reply.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reply)}`);
        outcomes[some[index] ?? 0] = reply.outcome;
      }
    }
  }
  return outcomes;
}

/**
 * Confirms what each has saved and begins to pay at the sandbox: the attempts that are to be told of,
 * and what is to be paid.
 */
export async function beginPaying(
  port: ImportPort,
  people: readonly InventedPerson[],
): Promise<{ attempt: AttemptNumber; amountFen: Fen }[]> {
  const onOwn = (kind: string, one: InventedPerson, revision: number) => ({
    ...{ id: `${kind}-${one.challenge.slice(-17)}`, answerBy: Date.now() + answerWithinMs },
    ...{ epoch: anyEpoch, area: one.area, person: one.person, claim: 1, revision },
    ticket: one.ticket,
  });
  const confirmed = await commandEach(port, people, (one) => ({
    ...{ kind: 'confirm-registration', ...onOwn('conf', one, one.revision + 1) },
  }));
  const begun = await commandEach(port, people, (one, at) => {
    const outcome = confirmed[at];
    if (outcome?.kind !== 'confirmed') throw new Error('what is paid was confirmed');
    const { order } = outcome;
    const what = { order, provider: 'sandbox', way: 'scan' } as const;
    return { kind: 'start-payment', ...onOwn('paid', one, one.revision + 2), ...what };
  });
  return begun.map((outcome) => {
    if (outcome.kind !== 'payment-started') throw new Error('a payment was begun');
    const { attempt, amountFen } = outcome;
    return { attempt, amountFen };
  });
}

export function saveOf(one: InventedPerson, code: string): Command {
  const { area, person, ticket, units, challenge, revision } = one;
  return {
    kind: 'save-seats',
    id: `save-${challenge.slice(-17)}`,
    answerBy: Date.now() + answerWithinMs,
    epoch: anyEpoch,
    ...{ area, person, claim: 1, revision, ticket, challenge, code, units },
  };
}

/** The request of one person's save, as bytes. */
export function saveRequest(
  one: InventedPerson,
  epoch: number,
  cookies: Cookies,
  vault: Vault,
  number: number,
): string {
  const nonce = nonceOf(number);
  const now = Date.now();
  const token = cookies.formToken(`${nonce}~${one.area}~${epoch}`, one.revision, now);
  const body = new URLSearchParams([
    ['token', `${epoch.toString(36)}.${token}`],
    ['challenge', one.challenge],
    ...one.units.map((unit): [string, string] => ['units', unit]),
    ['code', vault.smsCodeOf(one.challenge)],
  ]).toString();
  return [
    'POST /register/save HTTP/1.1',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
    'HX-Request: true',
    ...headOf(one, cookies, number),
    '',
    body,
  ].join('\r\n');
}

/** The request of one person's look at a page, as bytes. */
export const pageRequest = (
  path: string,
  one: InventedPerson,
  cookies: Cookies,
  number: number,
): string => [`GET ${path} HTTP/1.1`, ...headOf(one, cookies, number), '', ''].join('\r\n');

/** Signed in, in an area, and as behind a proxy: every person has an address of their own. */
function headOf(one: InventedPerson, cookies: Cookies, number: number): string[] {
  const now = Date.now();
  const pair = (setCookie: string) => setCookie.slice(0, setCookie.indexOf(';'));
  const signIn = cookies.setSignIn({
    person: one.person,
    ticket: one.ticket,
    programme: one.programme,
    candidateType: 'open',
    nameMask: '压 * 生',
    kind: 'full',
    generation: 1,
    issuedAt: now,
    expiresAt: now + 12 * 3_600_000,
    nonce: nonceOf(number),
  });
  const area = cookies.setArea(one.person, { area: one.area, claim: 1 });
  return [
    'Host: 127.0.0.1',
    `X-Forwarded-For: 10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    `Cookie: ${pair(signIn)}; ${pair(area)}`,
  ];
}

const nonceOf = (number: number): string => opaque('nonce', number);

/** How many of these people stand as `holds` says, asked of the books. */
export async function countHolding(
  bus: Bus,
  layout: ImportPort['layout'],
  people: readonly InventedPerson[],
  holds: (registration: RegistrationView, one: InventedPerson) => boolean,
): Promise<number> {
  let count = 0;
  for (let from = 0; from < people.length; from += 1000) {
    const some = people.slice(from, from + 1000);
    for (const partition of new Set(some.map((one) => partitionOfArea(layout, one.area)))) {
      const among = some.filter((one) => partitionOfArea(layout, one.area) === partition);
      const replies = await askAll(
        bus,
        partition,
        among.map(({ area, person }) => ({ kind: 'registration', area, person })),
      );
      for (const [at, one] of among.entries()) {
        const reply = replies[at];
        if (reply?.kind !== 'registration') throw new Error(`asked, and answered ${reply?.kind}`);
        if (holds(reply.registration, one)) count += 1;
      }
    }
  }
  return count;
}

/** Every one of the person's seats is saved. */
export function hasSaved({ seats }: RegistrationView, { units }: InventedPerson): boolean {
  return (
    seats.length === units.length &&
    seats.every((seat) => seat.state.kind === 'saved' && units.includes(seat.unit))
  );
}

/** News goes out at a pace, and each note of it leaves a row for a moment: that is as quiet as it gets. */
export const rowsAtRest = 64;

/** Waits until codes are sent and what was done stands behind the journal. */
export async function untilQuiet(bus: Bus, partitions: readonly string[]): Promise<void> {
  for (let same = 0; same < 3; ) {
    let quiet = true;
    for (const partition of partitions) {
      const asked = [{ kind: 'status' }, { kind: 'channels' }] as const;
      const [at, channels] = await askAll(bus, partition, asked);
      if (at?.kind !== 'status' || channels?.kind !== 'channels')
        throw new Error('the writer did not say how it is');
      if (at.status.lag > rowsAtRest || channels.waiting.codes > 0) quiet = false;
    }
    same = quiet ? same + 1 : 0;
    await pause(100);
  }
}

function offeredByUnit(catalogue: Catalogue): Map<UnitCode, string[]> {
  const offered = new Map<UnitCode, string[]>(catalogue.units.map((unit) => [unit.code, []]));
  for (const { code, method, unit } of catalogue.courses) {
    if (method === 'written' && unit !== undefined) offered.get(unit)?.push(code);
  }
  return offered;
}

function skewed(uniform: number, count: number): number {
  return Math.min(count - 1, Math.floor(count * uniform * uniform));
}

function shuffled<T>(items: T[], random: () => number): T[] {
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [one, two] = [items[at], items[other]];
    if (one !== undefined && two !== undefined) [items[at], items[other]] = [two, one];
  }
  return items;
}

/** 22 characters that say what they are for. */
const opaque = (kind: string, number: number): string =>
  `${kind}${number.toString(36)}`.padEnd(22, '-').slice(0, 22);
