/** S4: a number is shown in full to somebody at the desk, and that it was stands in the journal. */
import { expect, test } from 'vitest';
import { decodeEntry } from '../../engine/store/journal.ts';
import { givenPerson, givenRecord } from '../given.ts';
import { FakeVault, WriterDesk } from './writer-harness.ts';

const person = givenPerson(1);
const shown = { kind: 'show-in-full', person, by: 'li.na', reason: '来电核对' } as const;

async function given(): Promise<WriterDesk> {
  const desk = await (await new WriterDesk().start()).open();
  const vault = new FakeVault();
  const record = givenRecord(1, {
    document: vault.seal(person, '99999919850209003X'),
    name: vault.seal(person, '示例一'),
  });
  await desk.send({ kind: 'import-candidate', person, record });
  return desk;
}
const showings = (desk: WriterDesk) =>
  [...desk.disk.image.journal.values()]
    .flatMap((value) => decodeEntry(value).events)
    .filter(({ kind }) => kind === 'shown-in-full');

test('S3 S4 numbers are opened once it is written who saw them and why', async () => {
  const desk = await given();
  expect(await desk.send(shown)).toMatchObject({
    kind: 'accepted',
    outcome: {
      ...{ kind: 'shown-in-full', documentType: 'resident-id' },
      ...{ document: '99999919850209003X', name: '示例一' },
    },
  });
  expect(showings(desk)).toEqual([
    { kind: 'shown-in-full', person, by: 'li.na', reason: '来电核对' },
  ]);
  await desk.send(shown);
  expect(showings(desk)).toHaveLength(2);
});

test('S4 without a reason, or of nobody, nothing is shown', async () => {
  const desk = await given();
  const reasons = [
    await desk.send({ ...shown, reason: '' }),
    await desk.send({ ...shown, person: givenPerson(2) }),
  ];
  expect(reasons).toMatchObject([{ reason: 'reason-missing' }, { reason: 'person-unknown' }]);
  expect(JSON.stringify(reasons)).not.toContain('99999919850209003X');
  expect(showings(desk)).toEqual([]);
});
