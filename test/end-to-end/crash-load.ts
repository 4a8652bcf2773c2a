/**
 * The process that is killed: a writer with as much to do as it can carry, and people who tell the
 * test of every save that was acknowledged. `crash-load.ts FOLDER LIFE`.
 */
import { join } from 'node:path';
import type { Command } from '../../engine/protocol/commands.ts';
import { singleLayout } from '../../engine/protocol/layout.ts';
import type { CommandReply } from '../../engine/protocol/replies.ts';
import { loadKeys } from '../../engine/store/keys.ts';
import { openLmdbStore } from '../../engine/store/lmdb-store.ts';
import { openVault } from '../../engine/store/vault.ts';
import { startWriter } from '../../engine/writer/writer.ts';
import { areaCodes, givenAdopted, givenPhone, opaque, unitCodes } from '../given.ts';
import type { Acknowledged, FromLoad } from './crash.ts';

/** Soon fewer seats than people who want them: selling one twice would show. */
const capacity = 3_000;
const peopleAtOnce = 300;
const tellEveryMs = 5;
const courses = ['11001', '12001', '13001', '14001'];

const [folder = '', life = ''] = process.argv.slice(2);
const store = await openLmdbStore(join(folder, 'p0'), 'p0');
const vault = openVault(join(folder, 'keys'), loadKeys(join(folder, 'keys')));
const writer = await startWriter({
  partition: 'p0',
  layout: singleLayout,
  store,
  vault,
  clock: { now: Date.now, monotonic: () => performance.now() },
  publish() {},
  onEffects() {},
  messages: () => [],
  channels: () => ({ channels: [], waiting: { codes: 0, news: 0 } }),
  money: () => ({ waiting: 0, providers: [] }),
  exit(code, reason) {
    console.error(reason);
    process.exit(code);
  },
  // Small, so that every kind of commit is under way at some kill.
  limits: { lagMax: 500, idleMs: 1, residentMax: 100 },
});

const envelope = (id: string) => ({ id, answerBy: Date.now() + 600_000, epoch: store.epoch });
const send = (command: Command): Promise<CommandReply> =>
  new Promise((resolve) => {
    writer.submit([command], ([reply]) => resolve(reply as CommandReply));
  });

if (life === '1') await open();
let people = 0;
let acknowledged: Acknowledged[] = [];
for (let at = 0; at < peopleAtOnce; at += 1) void comeAndGo();
// Also with nothing to tell: once every pool is full nobody is acknowledged any more.
setInterval(() => {
  const message: FromLoad = { acknowledged };
  acknowledged = [];
  process.send?.(message);
}, tellEveryMs);

async function open(): Promise<void> {
  const now = Date.now();
  const calendar = [{ opensAt: now - 3_600_000, closesAt: now + 24 * 3_600_000 }];
  const adopted = givenAdopted({ calendar });
  await send({ kind: 'adopt', ...envelope(opaque('adopt', 1)), adopted });
  for (const area of areaCodes)
    await send({
      kind: 'set-capacity',
      ...envelope(opaque(`capacity${area}`, 1)),
      area,
      capacities: unitCodes.map((unit) => ({ unit, capacity })),
    });
}

/** One person after another: choose, hold, save. */
async function comeAndGo(): Promise<void> {
  for (;;) {
    people += 1;
    const number = people;
    const name = `${life}-${number}-`;
    const person = opaque(`person${name}`, 0);
    const area = areaCodes[number % areaCodes.length] ?? '';
    const ticket = String(100_000_000_000 + number);
    const challenge = opaque(`code${name}`, 0);
    const wanted = courses.slice(0, 1 + (number % 4));
    const on = (revision: number, step: string) => ({
      ...envelope(opaque(`${step}${name}`, 0)),
      ...{ area, person, claim: 1, revision, ticket },
    });
    for (const [revision, course] of wanted.entries())
      await send({
        kind: 'choose-course',
        ...on(revision, `choose${revision}`),
        programme: '020301K',
        candidateType: 'open',
        course,
        replace: false,
      });
    const phone = givenPhone(number);
    await send({ kind: 'hold-seats', ...on(wanted.length, 'hold'), challenge, phone });
    const saved = await send({
      kind: 'save-seats',
      ...on(wanted.length + 1, 'save'),
      challenge,
      code: vault.smsCodeOf(challenge),
      units: unitCodes.slice(0, wanted.length),
    });
    if (saved.kind !== 'accepted' || saved.outcome.kind !== 'saved') continue;
    acknowledged.push({ person, area, units: saved.outcome.saved.map(({ unit }) => unit) });
  }
}
