import { describe, expect, test } from 'vitest';
import { contentHash } from '../../engine/core/content-hash.ts';
import { ask } from '../../engine/core/partition.ts';
import type { PreparedCommand } from '../../engine/protocol/commands.ts';
import { accepted, givenDesk, opaque, refused, Visitor } from '../given.ts';

describe('a command is safe to repeat', () => {
  test('B2 the same id with the same content gets its kept answer beside the present state', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    const save = {
      kind: 'save-seats',
      ...{ id: opaque('once', 1), answerBy: desk.now + 1_000, epoch: 1 },
      ...visitor.from(),
      challenge: visitor.challenge,
      units: ['A'],
      codeMatches: true,
    } as const satisfies PreparedCommand;
    const first = desk.carry(save);
    accepted(visitor.giveUp(['A']));
    const events = desk.journal.length;
    // Long after, from an earlier life of the writer, with the code's verdict now the other way.
    desk.wait(3_600_000);
    const again = desk.carry({ ...save, codeMatches: false }, true);
    expect(accepted(again)).toEqual(accepted(first));
    expect(again).toMatchObject({ registration: { seats: [], revision: 4 } });
    expect(desk.journal.length).toBe(events);
  });

  test('B2 the same id with other content is refused', () => {
    const visitor = new Visitor(givenDesk(), 1);
    const id = opaque('once', 1);
    accepted(visitor.choose('11001', false, { id }));
    expect(refused(visitor.choose('12001', false, { id })).reason).toBe('command-id-reused');
  });

  test('B2 the last eight accepted commands are kept, older ones are not known any more', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    const ids = Array.from({ length: 9 }, (_, number) => opaque('kept', number));
    for (const [place, id] of ids.entries())
      accepted(visitor.choose(place % 2 === 0 ? '11001' : '11002', place > 0, { id }));
    const stateOf = (command: string) => {
      const { person, area } = visitor;
      const query = { kind: 'outcome', command, person, area, answerBy: desk.now } as const;
      const answer = ask(desk.partition, query, desk.now + 1);
      return answer.kind === 'outcome' ? answer.state.kind : undefined;
    };
    expect(ids.map(stateOf)).toEqual(['absent', ...Array.from({ length: 8 }, () => 'kept')]);
    // A duplicate of the forgotten one finds a later revision and does nothing.
    const late = visitor.choose('11001', true, { id: ids[0] ?? '', revision: 0 });
    expect(refused(late).reason).toBe('changed-meanwhile');
  });

  test('B2 a late duplicate of giving up cannot take a newer seat away', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    const giveUp = {
      kind: 'give-up-seats',
      ...{ id: opaque('give', 1), answerBy: desk.now + 30_000, epoch: 1 },
      ...visitor.from(),
      units: ['A'],
    } as const satisfies PreparedCommand;
    desk.carry(giveUp);
    accepted(visitor.take('11001'));
    accepted(desk.carry(giveUp));
    expect(visitor.row?.places).toMatchObject([{ saved: { course: '11001' } }]);
  });

  test('B2 after answerBy nothing is done: a shown "no" never becomes a "yes"', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    expect(refused(visitor.choose('11001', false, { answerBy: desk.now - 1 })).reason).toBe(
      'too-late',
    );
    accepted(visitor.choose('11001', false, { answerBy: desk.now }));
  });

  test('B2 an unknown command from before the restart is refused ask-again', () => {
    const visitor = new Visitor(givenDesk(), 1);
    expect(refused(visitor.choose('11001', false, { olderEpoch: true })).reason).toBe('ask-again');
  });

  test('B2 what became of a command can be asked: checking before answerBy, absent after it', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001', false, { id: opaque('known', 1) }));
    const { person, area } = visitor;
    const query = { kind: 'outcome', person, area, answerBy: desk.now } as const;
    expect(ask(desk.partition, { ...query, command: opaque('known', 1) }, desk.now)).toMatchObject({
      state: { kind: 'kept', outcome: { kind: 'done' } },
      registration: { revision: 1 },
    });
    const unknown = { ...query, command: opaque('unknown', 1) };
    expect(ask(desk.partition, unknown, desk.now)).toMatchObject({ state: { kind: 'checking' } });
    expect(ask(desk.partition, unknown, desk.now + 1)).toMatchObject({ state: { kind: 'absent' } });
  });

  test('B2 a command made from an earlier revision is refused and brings the present state', () => {
    const visitor = new Visitor(givenDesk(), 1);
    accepted(visitor.choose('11001'));
    const reply = visitor.choose('12001', false, { revision: 0 });
    expect(refused(reply).reason).toBe('changed-meanwhile');
    expect(reply).toMatchObject({ registration: { revision: 1, draft: [{ course: '11001' }] } });
  });

  test('B2 timers, notes and mistyped codes leave the revision alone', () => {
    const desk = givenDesk();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.choose('11001'));
    accepted(visitor.hold());
    const { person, area, challenge } = visitor;
    refused(visitor.save(['A'], false));
    const note = { kind: 'note-delivery', person, area, challenge } as const;
    accepted(desk.send({ ...note, attempt: 1, outcome: 'sent' }));
    desk.wait(600_000);
    expect(visitor.row).toMatchObject({ revision: 2 });
  });
});

describe('the content hash', () => {
  const save: PreparedCommand = {
    kind: 'save-seats',
    ...{ id: opaque('a', 1), answerBy: 1, epoch: 1, area: '0101', person: opaque('p', 1) },
    ...{ claim: 1, revision: 3, ticket: '010000000001', challenge: opaque('c', 1) },
    units: ['A', 'B'],
    codeMatches: true,
  };
  const hold: PreparedCommand = {
    kind: 'hold-seats',
    ...{ id: opaque('a', 1), answerBy: 1, epoch: 1, area: '0101', person: opaque('p', 1) },
    ...{ claim: 1, revision: 3, ticket: '010000000001', challenge: opaque('c', 1) },
    phone: { sealed: 'one', index: opaque('phone', 1), mask: '138****0000' },
  };

  test('B2 leaves out the envelope, the verdict on a code, and ciphertext', () => {
    const again = { ...save, id: opaque('b', 2), answerBy: 9, epoch: 2, codeMatches: false };
    expect(contentHash(again)).toBe(contentHash(save));
    const sealedAgain = { ...hold, phone: { ...hold.phone, sealed: 'two' } };
    expect(contentHash(sealedAgain)).toBe(contentHash(hold));
  });

  test('B2 takes in everything else, and not the order of fields', () => {
    const others: PreparedCommand[] = [
      { ...save, units: ['A'] },
      { ...save, units: ['B', 'A'] },
      { ...save, revision: 4 },
      { ...save, claim: 2 },
      { ...save, ticket: '010000000002' },
      { ...save, challenge: opaque('c', 2) },
      { ...hold, phone: { ...hold.phone, index: opaque('phone', 2) } },
      { ...hold, revision: 4 },
    ];
    const hashes = [save, hold, ...others].map(contentHash);
    expect(new Set(hashes).size).toBe(hashes.length);
    const turned = Object.fromEntries(Object.entries(hold).reverse()) as PreparedCommand;
    expect(contentHash(turned)).toBe(contentHash(hold));
  });
});
