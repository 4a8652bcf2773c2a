import { expect, test } from 'vitest';
import type { CandidateLine } from '../../engine/protocol/replies.ts';
import { candidatesPerPage } from '../../engine/writer/candidate-pages.ts';
import { givenPerson, givenRecord, givenTicket } from '../given.ts';
import { WriterDesk } from './writer-harness.ts';

async function given(count: number): Promise<WriterDesk> {
  const desk = await (await new WriterDesk().start({ idleMs: 2 })).open();
  for (let number = 0; number < count; number += 1) await importOne(desk, number);
  return desk;
}
const importOne = (desk: WriterDesk, number: number) =>
  desk.send({
    ...{ kind: 'import-candidate', person: givenPerson(number) },
    record: givenRecord(number),
  });

async function read(desk: WriterDesk, ticket?: string): Promise<CandidateLine[]> {
  const lines: CandidateLine[] = [];
  let after: string | undefined;
  do {
    const page = await desk.ask({
      kind: 'candidates',
      ...(after === undefined ? {} : { after }),
      ...(ticket === undefined ? {} : { ticket }),
    });
    if (page.kind !== 'candidates') return expect.unreachable();
    lines.push(...page.lines);
    after = page.next;
  } while (after !== undefined);
  return lines;
}
const people = (numbers: number): string[] =>
  Array.from({ length: numbers }, (_, number) => givenPerson(number)).sort();

test('S1 S4 every candidate is listed once, from disk and from memory, in one order', async () => {
  const written = candidatesPerPage + 3;
  const desk = await given(written);
  await desk.rowsWritten();
  const all = await read(desk);
  expect(all.map(({ person }) => person)).toEqual(people(written));

  // Newer than any checkpoint.
  await importOne(desk, written);
  expect((await read(desk)).map(({ person }) => person)).toEqual(people(written + 1));
});

test('S4 whose a ticket is, is found, and nobody for one that is no one’s', async () => {
  const desk = await given(3);
  expect(await read(desk, givenTicket(1))).toMatchObject([{ person: givenPerson(1) }]);
  expect(await read(desk, '000000000000')).toEqual([]);
});

test('S1 a line is masked and without secrets', async () => {
  const desk = await given(1);
  const [line] = await read(desk);
  const { name, document } = givenRecord(0);
  const text = JSON.stringify(line);
  expect(text).not.toContain(name);
  expect(text).not.toContain(document);
  expect(Object.keys(line ?? {})).not.toContain('passwordHash');
});
