/** S2–S4: whatever somebody at the desk sends, the books look up whether they may. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandBody } from '../../engine/protocol/routing.ts';
import { mayComeFromGateway, rightOfCommand, senders } from '../../engine/protocol/senders.ts';
import {
  type Decider,
  hasRight,
  type Role,
  rightOf,
  rights,
  roles,
  type Scope,
} from '../../engine/protocol/staff.ts';
import {
  accepted,
  acceptInvitation,
  Desk,
  deciding,
  givenActs,
  givenCalendar,
  givenCatalogue,
  givenKeeper,
  givenPerson,
  givenSettings,
  opaque,
  refused,
  shellAs,
} from '../given.ts';

type Kind = keyof typeof rightOfCommand;
type Body<K> = K extends Kind ? Omit<Extract<CommandBody, { kind: K }>, keyof Decider> : never;
const reason = '示例';
const province: Scope = { kind: 'province' };
const digest = opaque('link', 9);
const sum = { added: 0, changed: 0, same: 0, removed: 0, columns: [] };
const paying = { kind: 'set-paying', to: 'paused', shown: '示例' } as const;

/** One of each kind, such as whoever has the right may send. */
const samples: { [K in Kind]: Body<K> } = {
  'invite-staff': {
    ...({ kind: 'invite-staff', staff: 'new.one', roles: ['viewer'], scope: province } as const),
    ...{ digest, anew: false, reason },
  },
  'set-roles': { kind: 'set-roles', staff: 'other', roles: ['viewer'], scope: province, reason },
  'end-account': { kind: 'end-account', staff: 'other', reason },
  'make-key': {
    ...({ kind: 'make-key', apiKey: opaque('key', 2), label: '示例', digest } as const),
    ...{ may: ['areas'], scope: province, reason },
  },
  'end-key': { kind: 'end-key', apiKey: opaque('key', 1), reason },
  'install-catalogue': {
    ...({ kind: 'install-catalogue', onto: 1, reason } as const),
    catalogue: { ...givenCatalogue(), title: '改名' },
  },
  'begin-import': {
    ...({ kind: 'begin-import', key: opaque('upload', 1), what: 'grades', source: 'a' } as const),
  },
  'close-import': { kind: 'close-import', import: 1, sum },
  'apply-import': { kind: 'apply-import', import: 1, reason },
  'drop-import': { kind: 'drop-import', import: 1 },
  'show-in-full': { kind: 'show-in-full', person: givenPerson(1), reason },
  'note-export': { kind: 'note-export', what: 'arrangement', scope: province, reason },
  'acknowledge-alarm': {
    ...({ kind: 'acknowledge-alarm', alarm: 'disk-low', level: 'warning' } as const),
    ...{ since: 1, remark: '' },
  },
  'propose-act': { kind: 'propose-act', act: paying, reason, foreseen: [] },
  'approve-act': { kind: 'approve-act', number: 1 },
  'withdraw-act': { kind: 'withdraw-act', number: 1 },
};
const kinds = Object.keys(samples) as Kind[];

let desk: Desk;
function account(staff: string, held: Role[], scope: Scope = province): Decider {
  const link = opaque(`link${staff}`, 1);
  const byShell = { anew: false, ...shellAs('示例'), reason };
  accepted(
    desk.send({ kind: 'invite-staff', staff, roles: held, scope, digest: link, ...byShell }),
  );
  acceptInvitation(desk, staff, link);
  return deciding(desk, staff);
}
const send = (kind: Kind, decider: Decider) =>
  desk.send({ ...samples[kind], ...decider } as CommandBody & { kind: Kind });

/** What the samples are about: a key, an import that is ready, an act that waits. */
beforeEach(() => {
  desk = new Desk();
  const session = { catalogue: givenCatalogue(), calendar: givenCalendar() };
  accepted(desk.send({ kind: 'install-session', ...session, settings: givenSettings() }));
  if (desk.partition.session === undefined) throw new Error('no session');
  accepted(desk.send({ kind: 'adopt', adopted: desk.partition.session.adopted }));
  givenKeeper(desk);
  account('other', ['office', 'finance']);
  const key = { ...samples['make-key'], apiKey: opaque('key', 1) };
  accepted(desk.send({ ...key, ...shellAs('示例甲') }));
  accepted(send('begin-import', shellAs('示例甲')));
  accepted(send('propose-act', shellAs('示例甲')));
});

test('S2 each right has somebody, and each kind of command and of act its own', () => {
  expect(kinds.sort()).toEqual(
    Object.keys(senders)
      .filter((kind) => kind in samples)
      .sort(),
  );
  const asked = new Set(kinds.flatMap((kind) => (rightOfCommand[kind] === 'act' ? [] : [kind])));
  for (const kind of asked) expect(Object.keys(rights)).toContain(rightOfCommand[kind]);
  expect(givenActs.map(({ kind }) => kind).sort()).toEqual(Object.keys(rightOf).sort());
});

describe('whoever may not', () => {
  test.each(kinds)('S2 S4 %s: neither a viewer nor anybody without the right', (kind) => {
    const before = desk.journal.length;
    const asked = rightOfCommand[kind] === 'act' ? rightOf[paying.kind] : rightOfCommand[kind];
    const without = roles.filter((role) => !hasRight([role], asked));
    expect(without).toContain('viewer');
    for (const role of without) {
      const decider = account(`a.${role}`, [role]);
      const invited = desk.journal.length;
      expect(refused(send(kind, decider)).reason).toBe('right-missing');
      expect(desk.journal.length).toBe(invited);
    }
    expect(desk.journal.length).toBe(before + 2 * without.length);
  });

  test.each(kinds)('S2 S4 %s: nor of another scope, or whose account has changed', (kind) => {
    const asked = rightOfCommand[kind] === 'act' ? rightOf[paying.kind] : rightOfCommand[kind];
    const held = [...rights[asked]].slice(0, 1) as Role[];
    const county = account('county', held, { kind: 'area', area: '0101' });
    expect(refused(send(kind, county)).reason).toBe('scope-foreign');
    const has = account('has', held);
    for (const decider of [
      { ...has, byGeneration: has.byGeneration - 1 },
      { ...has, named: '示例甲' },
      { by: 'nobody', byGeneration: 0 },
    ])
      expect(refused(send(kind, decider)).reason).toBe('right-missing');
    if (kind === 'apply-import') accepted(send('close-import', has));
    accepted(send(kind, has));
  });

  test.each(givenActs)('S2 S4 $kind is not a viewer’s to propose', (act) => {
    const viewer = account('viewer', ['viewer', 'audit']);
    const proposed = desk.send({ ...samples['propose-act'], act, ...viewer });
    expect(refused(proposed).reason).toBe('right-missing');
  });
});

describe('two people', () => {
  const applied = () => desk.journal.filter(({ event }) => event.kind === 'import-applied');
  const begin = (decider: Decider) => {
    accepted(send('drop-import', shellAs('示例甲')));
    const body = { ...samples['begin-import'], key: opaque('upload', 2), ...decider };
    accepted(desk.send(body));
    accepted(desk.send({ kind: 'close-import', import: 2, sum, ...decider }));
    return (by: Decider) => desk.send({ kind: 'apply-import', import: 2, reason, ...by });
  };

  test('S1 S2 whoever brought a file applies it under no name of theirs', () => {
    const one = account('one', ['office']);
    const other = account('two', ['office']);
    const apply = begin(one);
    expect(refused(apply(one)).reason).toBe('second-person-missing');
    expect(refused(apply(shellAs(' One'))).reason).toBe('second-person-missing');
    expect(refused(apply({ by: 'shell', byGeneration: 0, named: '' })).reason).toBe(
      'second-person-missing',
    );
    accepted(apply(other));
    expect(applied()).toMatchObject([{ event: { by: 'one', andBy: 'two', reason } }]);
  });

  test('S1 S2 who has lost the right since has brought nothing', () => {
    const one = account('one', ['office']);
    const other = account('two', ['office']);
    const apply = begin(one);
    accepted(desk.send({ ...samples['set-roles'], staff: 'one', ...shellAs('示例') }));
    expect(refused(apply(other)).reason).toBe('right-missing');
    // It stands in nobody's way: they may give it up themselves.
    expect(refused(desk.send({ kind: 'close-import', import: 2, sum, ...one })).reason).toBe(
      'right-missing',
    );
    accepted(desk.send({ kind: 'drop-import', import: 2, ...one }));
  });

  test('S3 the journal has who was at the command line, as they said', () => {
    accepted(begin(shellAs('示例甲'))(shellAs('示例乙')));
    expect(applied()).toMatchObject([{ event: { by: 'shell 示例甲', andBy: 'shell 示例乙' } }]);
    expect(desk.partition.acts.get(1)?.by).toBe('shell 示例甲');
    expect(refused(send('approve-act', shellAs('示例 甲'))).reason).toBe('second-person-missing');
    accepted(send('approve-act', shellAs('示例乙')));
    expect(desk.partition.acts.get(1)).toMatchObject({ state: 'decided', endedBy: 'shell 示例乙' });
  });
});

test('S2 nobody is the command line by a gateway’s word', () => {
  for (const kind of kinds) {
    const asked = { ...samples[kind], id: opaque('gate', 1), answerBy: 1, epoch: 0 };
    const from = (decider: Decider) =>
      mayComeFromGateway({ ...asked, ...decider } as Parameters<typeof mayComeFromGateway>[0]);
    expect([from({ by: 'li.na', byGeneration: 2 }), from(shellAs('示例甲'))]).toEqual([
      true,
      false,
    ]);
  }
});
