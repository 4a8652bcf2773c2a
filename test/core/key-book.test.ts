/** Keys of other systems: who may make and end them, and that an ended one stays ended. */
import { describe, expect, test } from 'vitest';
import { auditOf } from '../../engine/core/audit.ts';
import { keysMax } from '../../engine/core/key-book.ts';
import { packRow, unpackRow } from '../../engine/core/packed-rows.ts';
import { ask } from '../../engine/core/partition.ts';
import { rowKey } from '../../engine/core/rows.ts';
import { keyDigest, keySecretOf, keySecretPattern } from '../../engine/protocol/keys.ts';
import { type Role, rights, roles } from '../../engine/protocol/staff.ts';
import {
  accepted,
  acceptInvitation,
  type Desk,
  deciding,
  givenDesk,
  givenKeeper,
  opaque,
  refused,
} from '../given.ts';

const reason = '示例';
const digest = keyDigest(keySecretOf(Buffer.alloc(32, 1)));
const province = { kind: 'province' } as const;
const apiKey = opaque('key', 1);
const by = (desk: Desk, staff: string) => ({
  ...deciding(desk, staff),
  reason,
});
const made = (desk: Desk, staff: string, over: object = {}) =>
  desk.send({
    ...({ kind: 'make-key', apiKey, label: '示例系统', digest, may: ['areas'] } as const),
    ...{ scope: province, ...by(desk, staff), ...over },
  });
const ended = (desk: Desk, staff: string, over: object = {}) =>
  desk.send({ kind: 'end-key', apiKey, ...by(desk, staff), ...over });
const listed = (desk: Desk) => {
  const answer = ask(desk.partition, { kind: 'keys' }, desk.now);
  return answer.kind === 'keys' ? answer.keys : [];
};

test('a secret says what it is, and its digest says nothing of it', () => {
  const secret = keySecretOf(Buffer.alloc(32, 7));
  expect(secret).toMatch(keySecretPattern);
  expect(keyDigest(secret)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(secret).not.toContain(keyDigest(secret));
});

describe('a key', () => {
  test('S3 is made and ended with who and why in the journal, and never its digest in the audit', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    accepted(made(desk, 'keeper'));
    expect(listed(desk)).toMatchObject([{ apiKey, state: 'active', madeBy: 'keeper', digest }]);
    accepted(ended(desk, 'keeper'));
    expect(listed(desk)).toMatchObject([{ state: 'ended', endedBy: 'keeper', endedAt: desk.now }]);
    const events = desk.journal
      .map(({ event }) => event)
      .filter(({ kind }) => kind === 'key-made' || kind === 'key-ended');
    expect(events).toMatchObject([
      { kind: 'key-made', by: 'keeper', reason },
      { kind: 'key-ended', by: 'keeper', reason },
    ]);
    const shown = events.map((event) => auditOf(event).details).join();
    expect(shown).toContain('示例系统');
    expect(shown).toContain(apiKey);
    expect(shown).not.toContain(digest);
  });

  test('is made once: the same again changes nothing, another secret under its id is refused', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    accepted(made(desk, 'keeper'));
    const before = desk.journal.length;
    accepted(made(desk, 'keeper'));
    const other = keyDigest(keySecretOf(Buffer.alloc(32, 2)));
    expect(refused(made(desk, 'keeper', { digest: other })).reason).toBe('command-id-reused');
    expect(desk.journal).toHaveLength(before);
    accepted(ended(desk, 'keeper'));
    accepted(ended(desk, 'keeper'));
    // Made again after its end it is what it was: ended.
    accepted(made(desk, 'keeper'));
    expect(listed(desk)).toMatchObject([{ state: 'ended' }]);
    expect(desk.journal).toHaveLength(before + 1);
  });

  test.each(roles)('S4 %s makes one only with the right', (role: Role) => {
    const desk = givenDesk();
    givenKeeper(desk, 'somebody', [role]);
    const may = (rights['keep-keys'] as readonly Role[]).includes(role);
    const reply = made(desk, 'somebody');
    expect(reply.kind === 'refused' ? reply.reason : 'made').toBe(may ? 'made' : 'right-missing');
    if (may) return;
    givenKeeper(desk);
    accepted(made(desk, 'keeper'));
    expect(refused(ended(desk, 'somebody')).reason).toBe('right-missing');
  });

  test('S4 is refused beyond the scope of who makes or ends it, where nothing is, and without a reason', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    const invited = opaque('local', 1);
    const scope = { kind: 'area', area: '0101' } as const;
    accepted(
      desk.send({
        ...({ kind: 'invite-staff', staff: 'local', roles: ['system'], scope } as const),
        ...{ digest: invited, anew: false, by: 'shell', byGeneration: 0, reason },
      }),
    );
    acceptInvitation(desk, 'local', invited);
    expect(refused(made(desk, 'local')).reason).toBe('scope-foreign');
    expect(refused(made(desk, 'keeper', { reason: ' ' })).reason).toBe('reason-missing');
    const nowhere = { scope: { kind: 'area', area: '9999' } };
    expect(refused(made(desk, 'keeper', nowhere)).reason).toBe('area-unknown');
    expect(refused(ended(desk, 'keeper')).reason).toBe('key-unknown');
    accepted(made(desk, 'keeper'));
    expect(refused(ended(desk, 'local')).reason).toBe('scope-foreign');
    accepted(made(desk, 'local', { apiKey: opaque('key', 2), scope }));
  });

  test('is one of a bounded number, ended ones among them', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    for (let number = 0; number < keysMax; number += 1)
      accepted(made(desk, 'keeper', { apiKey: opaque('key', number) }));
    const more = made(desk, 'keeper', { apiKey: opaque('key', keysMax) });
    expect(refused(more).reason).toBe('keys-full');
  });

  test('is the same once its row was packed', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    accepted(made(desk, 'keeper'));
    accepted(ended(desk, 'keeper'));
    const row = desk.partition.keys.get(apiKey);
    if (row === undefined) throw new Error('there is no such row');
    expect(unpackRow('keys', rowKey(row), packRow(row))).toEqual(row);
  });
});
