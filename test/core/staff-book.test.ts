/** Accounts at the desk: who may decide about them, and what is good only once. */
import { describe, expect, test } from 'vitest';
import { ask } from '../../engine/core/partition.ts';
import { invitationMs, type Role, rights, roles } from '../../engine/protocol/staff.ts';
import {
  accepted,
  acceptInvitation,
  type Desk,
  givenDesk,
  givenKeeper,
  opaque,
  refused,
} from '../given.ts';

const reason = '示例';
const shell = { by: 'shell', byGeneration: 0, reason };
const province = { kind: 'province' } as const;
const digest = opaque('digest', 1);

const rowOf = (desk: Desk, staff: string) => desk.partition.staff.get(staff);
const signedIn = (desk: Desk, by: string) => ({
  ...{ by, byGeneration: rowOf(desk, by)?.generation ?? 0, reason },
});

/** An account of these roles, in use. */
function active(desk: Desk, staff: string, held: Role[], scope: object = province): void {
  accepted(desk.send(invitation(staff, held, scope)));
  acceptInvitation(desk, staff, digest);
}
const invitation = (staff: string, held: Role[], scope: object = province) => ({
  ...({ kind: 'invite-staff', staff, roles: held, digest, anew: false, ...shell } as const),
  scope: scope as typeof province,
});

describe('an invitation', () => {
  test('S4 is accepted once, within a day, by whoever has the link', () => {
    const desk = givenDesk();
    accepted(desk.send(invitation('li', ['office'])));
    const accepting = {
      ...({
        kind: 'accept-invitation',
        staff: 'li',
        hash: 'hash',
        sealedSecret: 'sealed',
      } as const),
      ...{ step: 100, recovery: [opaque('way', 1)] },
    };
    const wrong = desk.send({ ...accepting, digest: opaque('digest', 2) });
    expect(refused(wrong).reason).toBe('invitation-over');
    desk.now += invitationMs;
    expect(refused(desk.send({ ...accepting, digest })).reason).toBe('invitation-over');
    desk.now -= 1;
    accepted(desk.send({ ...accepting, digest }));
    expect(rowOf(desk, 'li')).toMatchObject({ state: 'active', hash: 'hash', secret: 'sealed' });
    const again = desk.send({ ...accepting, digest, hash: 'other' });
    expect(refused(again).reason).toBe('invitation-over');
  });

  test('the same one sent again has the same answer, other content under its id has none', () => {
    const desk = givenDesk();
    const id = opaque('command', 1);
    const one = { ...invitation('li', ['office']), id };
    accepted(desk.send(one));
    accepted(desk.send(one));
    expect(rowOf(desk, 'li')?.generation).toBe(1);
    const other = desk.send({ ...one, roles: ['finance'] });
    expect(refused(other).reason).toBe('command-id-reused');
  });

  test('for an account in use it is the way back in: all that was known is void', () => {
    const desk = givenDesk();
    active(desk, 'li', ['office']);
    accepted(desk.send(invitation('li', ['office'])));
    expect(rowOf(desk, 'li')).toMatchObject({
      ...{ state: 'invited', hash: undefined, secret: undefined, recovery: [], generation: 3 },
    });
    const proof = { kind: 'totp', step: 200 } as const;
    const late = { kind: 'record-staff-sign-in', staff: 'li', generation: 2, proof } as const;
    expect(refused(desk.send({ ...late, from: 'door' })).reason).toBe('staff-invited');
  });

  test('a name that was ended is never given anew', () => {
    const desk = givenDesk();
    active(desk, 'li', ['office']);
    accepted(desk.send({ kind: 'end-account', staff: 'li', ...shell }));
    expect(refused(desk.send(invitation('li', ['office']))).reason).toBe('staff-ended');
    expect(rowOf(desk, 'li')).toMatchObject({ hash: undefined, secret: undefined });
  });
});

describe('who decides about accounts', () => {
  test.each(roles.filter((role) => !(rights['keep-accounts'] as readonly Role[]).includes(role)))(
    'S4 not %s, whatever the desk would let through',
    (role) => {
      const desk = givenDesk();
      givenKeeper(desk);
      active(desk, 'li', ['office']);
      active(desk, 'wang', [role]);
      const by = signedIn(desk, 'wang');
      const refusals = [
        desk.send({ ...invitation('new', ['viewer']), ...by }),
        desk.send({ kind: 'set-roles', staff: 'li', roles: ['viewer'], scope: province, ...by }),
        desk.send({ kind: 'end-account', staff: 'li', ...by }),
      ].map((reply) => refused(reply).reason);
      expect(refusals).toEqual(['right-missing', 'right-missing', 'right-missing']);
      expect(rowOf(desk, 'new')).toBeUndefined();
      expect(rowOf(desk, 'li')).toMatchObject({ state: 'active', roles: ['office'] });
    },
  );

  test('nor whoever was one in an earlier generation, is invited only, or was ended', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    active(desk, 'wang', ['system']);
    const before = signedIn(desk, 'wang');
    const scope = province;
    accepted(desk.send({ kind: 'set-roles', staff: 'wang', roles: ['system'], scope, ...shell }));
    expect(refused(desk.send({ ...invitation('a1', ['viewer']), ...before })).reason).toBe(
      'right-missing',
    );
    accepted(desk.send({ ...invitation('a2', ['viewer']), ...signedIn(desk, 'wang') }));
    accepted(desk.send(invitation('wang', ['system'])));
    expect(
      refused(desk.send({ ...invitation('a3', ['viewer']), ...signedIn(desk, 'wang') })).reason,
    ).toBe('right-missing');
    accepted(desk.send({ kind: 'end-account', staff: 'wang', ...signedIn(desk, 'keeper') }));
    expect(
      refused(desk.send({ ...invitation('a4', ['viewer']), ...signedIn(desk, 'wang') })).reason,
    ).toBe('right-missing');
  });

  test('S4 a city keeps the accounts of its areas, and nobody else’s', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    active(desk, 'city', ['system'], { kind: 'city', city: '01' });
    active(desk, 'far', ['office']);
    const by = signedIn(desk, 'city');
    const area = { kind: 'area', area: '0101' };
    accepted(desk.send({ ...invitation('near', ['office'], area), ...by }));
    expect(refused(desk.send({ ...invitation('wide', ['office']), ...by })).reason).toBe(
      'scope-foreign',
    );
    const narrowed = { kind: 'set-roles' as const, staff: 'far', roles: ['office' as Role] };
    const here = { kind: 'area', area: '0101' } as const;
    expect(refused(desk.send({ ...narrowed, scope: here, ...by })).reason).toBe('scope-foreign');
    expect(refused(desk.send({ kind: 'end-account', staff: 'far', ...by })).reason).toBe(
      'scope-foreign',
    );
    accepted(desk.send({ kind: 'end-account', staff: 'near', ...by }));
  });

  test('S2 never without a reason, never about oneself, never with duties that are apart', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    active(desk, 'other', ['system']);
    const by = signedIn(desk, 'keeper');
    const set = { kind: 'set-roles', staff: 'keeper', scope: province, ...by } as const;
    expect(refused(desk.send({ ...set, roles: ['office'], reason: ' ' })).reason).toBe(
      'reason-missing',
    );
    expect(refused(desk.send({ ...set, roles: ['office'] })).reason).toBe('own-account');
    for (const unfit of [[], ['system', 'office'], ['audit', 'system'], ['viewer', 'viewer']])
      expect(refused(desk.send({ ...set, staff: 'other', roles: unfit as Role[] })).reason).toBe(
        'roles-unfit',
      );
    accepted(desk.send({ ...set, staff: 'other', roles: ['viewer', 'audit'] }));
    const nowhere = { kind: 'area', area: '0999' } as const;
    expect(
      refused(desk.send({ ...set, staff: 'other', roles: ['office'], scope: nowhere })).reason,
    ).toBe('area-unknown');
  });

  test('somebody is always left who keeps all accounts', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    active(desk, 'city', ['system'], { kind: 'city', city: '01' });
    const scope = { kind: 'city', city: '01' } as const;
    for (const reply of [
      desk.send({ kind: 'end-account', staff: 'keeper', ...shell }),
      desk.send({
        kind: 'set-roles',
        staff: 'keeper',
        roles: ['viewer'],
        scope: province,
        ...shell,
      }),
      desk.send({ kind: 'set-roles', staff: 'keeper', roles: ['system'], scope, ...shell }),
    ])
      expect(refused(reply).reason).toBe('last-keeper');
    active(desk, 'other', ['system']);
    accepted(desk.send({ kind: 'end-account', staff: 'keeper', ...signedIn(desk, 'other') }));
    expect(refused(desk.send({ kind: 'end-account', staff: 'other', ...shell })).reason).toBe(
      'last-keeper',
    );
    // Who has the command line may let the last one in again.
    accepted(desk.send(invitation('other', ['system'])));
  });

  test('S3 the journal has who decided it, and why', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    active(desk, 'li', ['office']);
    const by = { ...signedIn(desk, 'keeper'), reason: '示例：换岗' };
    const set = {
      kind: 'set-roles' as const,
      staff: 'li',
      roles: ['finance' as Role],
      scope: province,
    };
    accepted(desk.send({ ...set, ...by }));
    expect(desk.journal.at(-1)?.event).toMatchObject({
      ...{ kind: 'staff-roles-set', staff: 'li', by: 'keeper', reason: '示例：换岗' },
    });
  });
});

describe('signing in', () => {
  const attempt = { kind: 'record-staff-sign-in', staff: 'keeper', generation: 2, from: 'door' };
  const send = (desk: Desk, proof: object, more: object = {}) =>
    desk.send({ ...attempt, proof, ...more } as Parameters<Desk['send']>[0]);

  test('D3 a step of the authenticator is good once, and none before it', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    // Accepting the invitation used one.
    expect(refused(send(desk, { kind: 'totp', step: 100 })).reason).toBe('code-spent');
    accepted(send(desk, { kind: 'totp', step: 102 }));
    for (const step of [101, 102])
      expect(refused(send(desk, { kind: 'totp', step })).reason).toBe('code-spent');
    accepted(send(desk, { kind: 'totp', step: 103 }, { from: 'inside' }));
    expect(rowOf(desk, 'keeper')).toMatchObject({ lastSignInAt: desk.now });
  });

  test('D3 a recovery code is good once; a spent one counts as a failure', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    const proof = { kind: 'recovery', digest: opaque('waykeeper', 1) };
    expect(accepted(send(desk, proof)).kind).toBe('signed-in');
    expect(accepted(send(desk, proof))).toMatchObject({ kind: 'sign-in-failed', failures: 1 });
    expect(rowOf(desk, 'keeper')?.recovery).toEqual([opaque('waykeeper', 2)]);
  });

  test('D3 failures delay, right or wrong, and a success forgets them', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    for (let time = 0; time < 5; time += 1) accepted(send(desk, { kind: 'failed' }));
    const delayed = refused(send(desk, { kind: 'totp', step: 200 }));
    expect(delayed).toMatchObject({ reason: 'sign-in-delayed', detail: { at: desk.now + 5_000 } });
    // Nobody is kept waiting by it who is signed in, or has signed in from that browser.
    accepted(send(desk, { kind: 'totp', step: 150 }, { from: 'inside' }));
    accepted(send(desk, { kind: 'totp', step: 151 }, { from: 'known' }));
    // What was proof before the account changed is none.
    const stale = send(desk, { kind: 'failed' }, { from: 'known', generation: 1 });
    expect(refused(stale).reason).toBe('sign-in-delayed');
    desk.now += 5_000;
    accepted(send(desk, { kind: 'totp', step: 200 }));
    expect(rowOf(desk, 'keeper')).toMatchObject({ waits: { door: { failures: 0 } } });
  });

  test.each([
    ['change-staff-password', { hash: 'another' }],
    ['renew-totp', { sealedSecret: 'another', step: 300 }],
    ['end-staff-sign-ins', {}],
    ['set-roles', { roles: ['viewer'], scope: province, ...shell }],
    ['end-account', { ...shell }],
  ])('F43 %s ends every sign-in', (kind, more) => {
    const desk = givenDesk();
    givenKeeper(desk, 'other');
    givenKeeper(desk);
    const command = { kind, staff: 'keeper', generation: 2, ...more };
    accepted(desk.send(command as Parameters<Desk['send']>[0]));
    expect(rowOf(desk, 'keeper')?.generation).toBe(3);
    const late = refused(send(desk, { kind: 'totp', step: 400 })).reason;
    expect(late).toBe(kind === 'end-account' ? 'staff-ended' : 'changed-meanwhile');
  });

  test('new recovery codes void the old ones', () => {
    const desk = givenDesk();
    givenKeeper(desk);
    const recovery = [opaque('fresh', 1)];
    accepted(desk.send({ kind: 'renew-recovery-codes', staff: 'keeper', generation: 2, recovery }));
    const old = { kind: 'recovery', digest: opaque('waykeeper', 1) };
    expect(accepted(send(desk, old)).kind).toBe('sign-in-failed');
  });
});

test('the list and the facts say no more than is needed', () => {
  const desk = givenDesk();
  accepted(desk.send(invitation('li', ['office'])));
  givenKeeper(desk);
  const list = ask(desk.partition, { kind: 'staff-list' }, desk.now);
  expect(list.kind === 'staff-list' && list.staff.map(({ staff }) => staff)).toEqual([
    'keeper',
    'li',
  ]);
  expect(JSON.stringify(list)).not.toMatch(/hash|sealed|digest/);
  const facts = ask(desk.partition, { kind: 'staff-facts', staff: 'keeper' }, desk.now);
  expect(facts).toMatchObject({
    facts: { state: 'active', hash: 'hash of keeper', recoveryLeft: 2, step: 100 },
  });
  expect(ask(desk.partition, { kind: 'staff-facts', staff: 'none' }, desk.now)).toEqual({
    kind: 'staff-facts',
    facts: null,
  });
});
