/** S4: a number is shown in full to somebody at the desk, and that it was stands in the journal. */
import { expect, test } from 'vitest';
import type { ShowInFull } from '../../engine/protocol/commands.ts';
import type { Query } from '../../engine/protocol/replies.ts';
import type { Scope } from '../../engine/protocol/staff.ts';
import { decodeEntry } from '../../engine/store/journal.ts';
import { givenPerson, givenRecord, givenTicket, opaque, shellAs } from '../given.ts';
import { FakeVault, WriterDesk } from './writer-harness.ts';

const person = givenPerson(1);
const reason = '来电核对';
const number = '99999919850209003X';

async function given(): Promise<WriterDesk> {
  const desk = await (await new WriterDesk().start()).open();
  const vault = new FakeVault();
  const record = givenRecord(1, {
    document: vault.seal(person, number),
    name: vault.seal(person, '示例一'),
  });
  await desk.send({ kind: 'import-candidate', person, record });
  await desk.send({ kind: 'choose-area', person, ticket: givenTicket(1), area: '0101' });
  await account(desk, 'li.na', { kind: 'province' });
  return desk;
}
async function account(desk: WriterDesk, staff: string, scope: Scope): Promise<void> {
  const digest = opaque(`link${staff}`, 1);
  const invited = { ...shellAs('示例'), reason, anew: false };
  await desk.send({ kind: 'invite-staff', staff, roles: ['office'], scope, digest, ...invited });
  await desk.send({
    ...({ kind: 'accept-invitation', staff, digest, hash: '$argon2id$invented' } as const),
    ...{ secret: 'A'.repeat(32), step: 1, recovery: [] },
  });
}
type Changes = Partial<Pick<ShowInFull, 'by' | 'byGeneration' | 'reason' | 'area' | 'person'>>;
const show = (desk: WriterDesk, changes: Changes = {}) =>
  desk.send({
    ...({ kind: 'show-in-full', person, by: 'li.na', byGeneration: 2, reason } as const),
    ...changes,
  });
/** What the gateway then asks the person's own book. */
async function allowed(desk: WriterDesk, changes: Changes = {}) {
  const reply = await show(desk, changes);
  if (reply.kind !== 'accepted' || reply.outcome.kind !== 'may-be-shown')
    return expect.unreachable(JSON.stringify(reply));
  const { until, pass } = reply.outcome;
  const { area } = changes;
  return { kind: 'in-full', person, until, pass, ...(area && { area }) } satisfies Query;
}
const showings = (desk: WriterDesk) =>
  [...desk.disk.image.journal.values()]
    .flatMap((value) => decodeEntry(value).events)
    .filter(({ kind }) => kind === 'shown-in-full');

test('S3 S4 numbers are opened once it is written who sees them and why', async () => {
  const desk = await given();
  const asked = await allowed(desk);
  expect(showings(desk)).toMatchObject([{ staff: 'li.na', person, reason }]);
  expect(await desk.ask(asked)).toMatchObject({
    ...{ kind: 'in-full', shown: { documentType: 'resident-id', document: number } },
  });
  await show(desk);
  expect(showings(desk)).toHaveLength(2);
});

test('S4 without a reason, a right or the account it is, nothing is allowed', async () => {
  const desk = await given();
  await account(desk, 'county', { kind: 'area', area: '0101' });
  const refused = [
    await show(desk, { reason: ' ' }),
    await show(desk, { byGeneration: 1 }),
    await show(desk, { by: 'nobody' }),
    await show(desk, { by: 'shell', byGeneration: 0 }),
    await show(desk, { by: 'county' }),
    await show(desk, { by: 'county', area: '0102' }),
  ];
  expect(refused.map((reply) => reply.kind === 'refused' && reply.reason)).toEqual([
    ...['reason-missing', 'right-missing', 'right-missing', 'right-missing'],
    ...['scope-foreign', 'scope-foreign'],
  ]);
  expect(showings(desk)).toEqual([]);
});

test('S4 what was allowed is for that person, by an area they register in, and for a minute', async () => {
  const desk = await given();
  await account(desk, 'county', { kind: 'area', area: '0101' });
  await account(desk, 'other', { kind: 'area', area: '0102' });
  const own = await allowed(desk, { by: 'county', area: '0101' });
  expect(await desk.ask(own)).toMatchObject({ shown: { document: number } });
  const foreign = await allowed(desk, { by: 'other', area: '0102' });
  expect(await desk.ask(foreign)).toMatchObject({ kind: 'in-full', shown: null });
  const { area, ...without } = foreign;
  for (const forged of [
    { ...foreign, area: '0101' },
    without,
    { ...own, person: givenPerson(2) },
    { ...own, until: own.until + 1 },
    { ...own, pass: `${own.pass.slice(0, -1)}_` },
    { ...own, pass: '' },
  ] satisfies Query[])
    expect(await desk.ask(forged)).toMatchObject({ kind: 'refused', reason: 'right-missing' });
  desk.now = own.until + 1;
  desk.monotonic += 61_000;
  expect(await desk.ask(own)).toMatchObject({ kind: 'refused', reason: 'right-missing' });
});
