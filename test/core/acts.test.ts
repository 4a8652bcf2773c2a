/** S2, S4: what staff decide, alone or by two, and what it does to the session, areas and people. */
import { describe, expect, test } from 'vitest';
import { actsOfOneMax, actsPerPage } from '../../engine/core/acts.ts';
import { pendingEffects } from '../../engine/core/effects.ts';
import { checkInvariants } from '../../engine/core/invariants.ts';
import { ask } from '../../engine/core/partition.ts';
import type { CommandReply } from '../../engine/protocol/replies.ts';
import {
  type Act,
  type ActView,
  isTwoPeoples,
  proposalMs,
  type Role,
  type Scope,
} from '../../engine/protocol/staff.ts';
import {
  type Asked,
  accepted,
  acceptInvitation,
  chinaTime,
  Desk,
  deciding,
  givenActs,
  givenAdopted,
  givenCalendar,
  givenPayment,
  givenPerson,
  givenRecord,
  givenTicket,
  opaque,
  refused,
  Visitor,
} from '../given.ts';

const minute = 60_000;
const hour = 60 * minute;

/** An area's books, people and the session in one partition, with staff. */
function staffed(capacity = 10): Desk {
  const desk = new Desk();
  const { catalogue, calendar, settings } = givenAdopted();
  accepted(desk.send({ kind: 'install-session', catalogue, calendar, settings }));
  carryEffects(desk);
  for (const area of ['0101', '0102'])
    accepted(
      desk.send({
        kind: 'set-capacity',
        area,
        capacities: ['A', 'B'].map((unit) => ({ unit, capacity })),
      }),
    );
  const offices: [string, Role[], Scope][] = [
    ['li', ['office'], { kind: 'province' }],
    ['wang', ['office'], { kind: 'province' }],
    ['zhao', ['finance'], { kind: 'province' }],
    ['county', ['office'], { kind: 'area', area: '0101' }],
    ['other', ['office'], { kind: 'area', area: '0102' }],
    ['viewer', ['viewer'], { kind: 'province' }],
    ['keeper', ['system'], { kind: 'province' }],
  ];
  for (const [staff, roles, scope] of offices) {
    const digest = opaque(`link${staff}`, 1);
    const shell = { by: 'shell', byGeneration: 0, reason: '示例' };
    accepted(
      desk.send({ kind: 'invite-staff', staff, roles, scope, digest, anew: false, ...shell }),
    );
    acceptInvitation(desk, staff, digest);
  }
  return desk;
}

/** What effects do with what the rows say is due, until nothing is. */
function carryEffects(desk: Desk): void {
  for (;;) {
    const { session, acts } = desk.partition;
    const rows = [...(session === undefined ? [] : [session]), ...acts.values()];
    const effects = rows.flatMap((row) => pendingEffects(row, ['p0']));
    if (effects.length === 0) return;
    for (const effect of effects) {
      if (effect.kind === 'adopt') {
        const { adopted } = effect;
        accepted(desk.send({ kind: 'adopt', adopted }));
        const { number } = adopted;
        accepted(desk.send({ kind: 'note-adopted', partition: 'p0', number }));
      }
      if (effect.kind === 'carry-act') carryAct(desk, effect);
    }
  }
}

function carryAct(
  desk: Desk,
  effect: Extract<ReturnType<typeof pendingEffects>[0], { part: unknown }>,
) {
  const { part, target } = effect;
  const noted = { kind: 'note-act-carried', number: part.act, target } as const;
  let changed = 0;
  for (;;) {
    const reply = desk.send(part);
    if (reply.kind === 'refused') {
      accepted(desk.send({ ...noted, refused: reply.reason, changed, left: 0 }));
      return;
    }
    const { outcome } = reply;
    const slice = outcome.kind === 'carried' ? outcome : { changed: 1, left: 0, more: false };
    changed += slice.changed;
    if (slice.more) continue;
    accepted(desk.send({ ...noted, changed, left: slice.left }));
    return;
  }
}

const foreseen = [{ what: 'unpaid', count: 1 }] as const;
function propose(desk: Desk, by: string, act: Act, reason = '示例'): CommandReply {
  const proposal = { kind: 'propose-act', act, ...deciding(desk, by), reason } as const;
  return desk.send({ ...proposal, foreseen: [...foreseen] });
}
function approve(desk: Desk, by: string, number: number): CommandReply {
  return desk.send({ kind: 'approve-act', number, ...deciding(desk, by) });
}
function numberOf(reply: CommandReply): number {
  const outcome = accepted(reply);
  if (outcome.kind !== 'act') throw new Error(outcome.kind);
  return outcome.number;
}
/** Decided by all who are needed, and carried. */
function decided(desk: Desk, act: Act, by = 'li'): ActView {
  const number = numberOf(propose(desk, by, act));
  if (isTwoPeoples[act.kind]) accepted(approve(desk, by === 'li' ? 'wang' : 'li', number));
  carryEffects(desk);
  checkInvariants(desk.partition);
  return viewOf(desk, number);
}
function viewOf(desk: Desk, number: number): ActView {
  const answer = ask(desk.partition, { kind: 'act', number }, desk.now);
  if (answer.kind !== 'act' || answer.act === null) throw new Error('no such act');
  return answer.act;
}
const standing = (desk: Desk) => desk.partition.adopted?.adopted;
const raise = (from: number, capacity: number): Act => ({
  kind: 'set-capacity',
  changes: [
    { area: '0101', from: [{ unit: 'A', capacity: from }], capacities: [{ unit: 'A', capacity }] },
  ],
});
const calendarAct = (change: (days: ReturnType<typeof givenCalendar>) => void): Act => {
  const calendar = givenCalendar();
  change(calendar);
  return { kind: 'set-calendar', from: givenCalendar(), calendar };
};

describe('deciding', () => {
  const pause = { kind: 'pause-window', shown: '检修', newsBy: chinaTime(0, 12) } as const;

  test('S2 pausing is one step, and stands in the same decision in the session and in the act', () => {
    const desk = staffed();
    const before = desk.journal.length;
    const number = numberOf(propose(desk, 'li', pause));
    expect(desk.journal.slice(before).map(({ event }) => event.kind)).toEqual([
      ...['act-proposed', 'act-decided', 'session-acted'],
    ]);
    carryEffects(desk);
    expect(standing(desk)?.window).toMatchObject({ state: 'paused', reason: '检修' });
    expect(viewOf(desk, number)).toMatchObject({ by: 'li', state: { kind: 'done' }, foreseen });
    decided(desk, { kind: 'open-window' }, 'wang');
    expect(standing(desk)?.window.state).toBe('open');
  });

  test('S2 what is two people’s waits for another, and both approvals by one are none', () => {
    const desk = staffed();
    const number = numberOf(propose(desk, 'li', raise(10, 12)));
    expect(viewOf(desk, number).state).toEqual({ kind: 'proposed' });
    expect(refused(approve(desk, 'li', number)).reason).toBe('second-person-missing');
    expect(refused(approve(desk, 'zhao', number)).reason).toBe('right-missing');
    expect(refused(approve(desk, 'other', number)).reason).toBe('scope-foreign');
    expect(refused(approve(desk, 'viewer', number)).reason).toBe('right-missing');
    accepted(approve(desk, 'county', number));
    carryEffects(desk);
    expect(desk.partition.areas.get('0101')?.row?.capacities[0]?.capacity).toBe(12);
    expect(viewOf(desk, number)).toMatchObject({ andBy: 'county', state: { kind: 'done' } });
    accepted(approve(desk, 'county', number));
    expect(refused(approve(desk, 'wang', number)).reason).toBe('act-ended');
  });

  test.each(
    (['li', 'zhao', 'county', 'viewer', 'keeper'] as const).flatMap((by) =>
      givenActs.map((act) => ({ by, act, kind: act.kind })),
    ),
  )('S2 S4 nobody proposes beyond their right and scope: $by, $kind', ({ by, act }) => {
    const desk = staffed();
    const reply = propose(desk, by, act);
    const reason = reply.kind === 'refused' ? reply.reason : undefined;
    if (by === 'li') expect(['right-missing', 'scope-foreign']).not.toContain(reason);
    if (by === 'viewer' || by === 'keeper') expect(reason).toBe('right-missing');
    const finance = act.kind === 'set-paying' || act.kind === 'refund-for';
    if (by === 'zhao') expect(reason).toBe(finance ? undefined : 'right-missing');
    const here: Act['kind'][] = [
      ...(['set-capacity', 'set-course-caps', 'open-pools', 'unbind-phone-for'] as const),
      ...(['end-sign-ins-for', 'withdraw-for', 'refund-for'] as const),
    ];
    if (by === 'county') expect(reason).toBe(here.includes(act.kind) ? undefined : 'scope-foreign');
  });

  test('S2 a proposal needs a reason, ends by itself, and can be taken back', () => {
    const desk = staffed();
    expect(refused(propose(desk, 'li', raise(10, 12), ' ')).reason).toBe('reason-missing');
    const late = numberOf(propose(desk, 'li', raise(10, 12)));
    const withdrawn = numberOf(propose(desk, 'li', raise(10, 13)));
    accepted(desk.send({ kind: 'withdraw-act', number: withdrawn, ...deciding(desk, 'li') }));
    expect(refused(approve(desk, 'wang', withdrawn)).reason).toBe('act-ended');
    desk.wait(proposalMs);
    expect(refused(approve(desk, 'wang', late)).reason).toBe('act-expired');
    expect([late, withdrawn].map((number) => viewOf(desk, number).state.kind)).toEqual([
      ...['expired', 'withdrawn'],
    ]);
    expect(ask(desk.partition, { kind: 'acts', by: 'li', waiting: true }, desk.now)).toEqual({
      ...{ kind: 'acts', acts: [] },
    });
  });

  test('S2 S4 what an office may not see takes no place of its own in the list', () => {
    const desk = staffed();
    const own = numberOf(propose(desk, 'county', raise(10, 12)));
    const elsewhere: Act = { kind: 'set-capacity', changes: [] };
    elsewhere.changes = [{ area: '0102', from: [], capacities: [{ unit: 'C', capacity: 1 }] }];
    for (let time = 0; time <= actsPerPage; time += 1) accepted(propose(desk, 'li', elsewhere));
    const about: Act = { kind: 'end-sign-ins-for', person: givenPerson(1), area: '0101' };
    accepted(propose(desk, 'li', about));
    const seenBy = (by: string, waiting: boolean, before?: number) => {
      const query = { kind: 'acts', by, waiting, ...(before && { before }) } as const;
      const answer = ask(desk.partition, query, desk.now);
      if (answer.kind !== 'acts') throw new Error(answer.kind);
      return { numbers: answer.acts.map(({ number }) => number), next: answer.next };
    };
    expect(seenBy('county', true)).toEqual({ numbers: [own], next: undefined });
    expect(seenBy('county', false).numbers).toEqual([own + actsPerPage + 2, own]);
    // Nobody’s name is on a page of who sees no candidates.
    const first = seenBy('viewer', false);
    expect(first.numbers).toHaveLength(actsPerPage);
    expect(first.numbers).not.toContain(own + actsPerPage + 2);
    expect(seenBy('viewer', false, first.next)).toEqual({
      numbers: [own + 1, own],
      next: undefined,
    });
    expect(seenBy('nobody', false).numbers).toEqual([]);
  });

  test('S2 one account fills no list: whoever else pauses still can', () => {
    const desk = staffed();
    for (let time = 0; time < actsOfOneMax; time += 1)
      accepted(propose(desk, 'li', raise(10, 11 + time)));
    expect(refused(propose(desk, 'li', pause)).reason).toBe('list-full');
    accepted(propose(desk, 'wang', pause));
  });

  test('S2 who lost the right between proposing and approving has decided nothing', () => {
    const desk = staffed();
    const number = numberOf(propose(desk, 'li', raise(10, 12)));
    const byShell = { by: 'shell', byGeneration: 0, reason: '示例' };
    accepted(desk.send({ kind: 'end-account', staff: 'li', ...byShell }));
    expect(refused(approve(desk, 'wang', number)).reason).toBe('right-missing');
  });

  test('B2 S2 a proposal that is sent again is the same act; other content under its id is refused', () => {
    const desk = staffed();
    const sent = {
      ...({ kind: 'propose-act', ...deciding(desk, 'li') } as const),
      reason: '示例',
      foreseen: [...foreseen],
    } satisfies Partial<Asked>;
    const id = opaque('again', 1);
    const first = numberOf(desk.send({ ...sent, act: raise(10, 12), id }));
    expect(numberOf(desk.send({ ...sent, act: raise(10, 12), id }))).toBe(first);
    expect(refused(desk.send({ ...sent, act: raise(10, 13), id })).reason).toBe(
      'command-id-reused',
    );
    expect(desk.partition.acts.size).toBe(1);
  });

  test('S2 two operators at once: the second is told that somebody was quicker', () => {
    const desk = staffed();
    const longer = calendarAct((days) => {
      days[0] = { opensAt: chinaTime(0, 9), closesAt: chinaTime(0, 23) };
    });
    const shorter = calendarAct((days) => days.splice(3));
    const [one, other] = [propose(desk, 'li', longer), propose(desk, 'wang', shorter)].map(
      numberOf,
    );
    accepted(approve(desk, 'wang', one ?? 0));
    expect(refused(approve(desk, 'li', other ?? 0)).reason).toBe('changed-meanwhile');
    carryEffects(desk);
    expect(standing(desk)?.calendar).toHaveLength(4);
    // Of pools the area says it, since there it is known.
    const [up, down] = [raise(10, 12), raise(10, 11)].map((act) =>
      numberOf(propose(desk, 'li', act)),
    );
    accepted(approve(desk, 'wang', up ?? 0));
    accepted(approve(desk, 'wang', down ?? 0));
    carryEffects(desk);
    expect(desk.partition.areas.get('0101')?.row?.capacities[0]?.capacity).toBe(12);
    expect(viewOf(desk, down ?? 0).refused).toEqual([
      { where: '0101', reason: 'changed-meanwhile' },
    ]);
  });
});

describe('the session', () => {
  const day = (closes: number, release?: number) => ({
    opensAt: chinaTime(0, 9),
    closesAt: chinaTime(0, closes),
    ...(release === undefined ? {} : { releasesAt: chinaTime(0, release) }),
  });
  test.each([
    ['prolonged', [day(23)], undefined],
    ['closed early', [day(11)], undefined],
    ['closed in the past', [day(10)], 'calendar-unfit'],
    ['released later', [day(22, 23)], undefined],
    ['released after the next opening', [day(22, 33)], 'calendar-unfit'],
    ['released before it closes', [day(22, 21)], 'calendar-unfit'],
    ['over midnight', [day(25)], 'calendar-unfit'],
    ['without the day that runs', [], 'calendar-unfit'],
  ])('S2 D9 the calendar: today %s', (_, today, reason) => {
    const desk = staffed();
    const calendar = [...today, ...givenCalendar().slice(1)];
    const reply = propose(desk, 'li', { kind: 'set-calendar', from: givenCalendar(), calendar });
    expect(reply.kind === 'refused' ? reply.reason : undefined).toBe(reason);
  });

  test('S2 D9 what was released stays; what has closed can still wait for its release', () => {
    const desk = staffed();
    const postponed = decided(
      desk,
      calendarAct((days) => {
        days[0] = day(22, 23);
      }),
    );
    expect(postponed.state.kind).toBe('done');
    const from = standing(desk)?.calendar ?? [];
    desk.waitUntil(chinaTime(0, 22, 30));
    const again = [day(22, 32), ...givenCalendar().slice(1)];
    const later: Act = { kind: 'set-calendar', from, calendar: again };
    decided(desk, later);
    desk.waitUntil(chinaTime(1, 8, 30));
    const reply = propose(desk, 'li', {
      ...{ kind: 'set-calendar', from: again, calendar: [day(23), ...givenCalendar().slice(1)] },
    });
    expect(refused(reply).reason).toBe('calendar-unfit');
  });

  test('S2 F30 postponing the release: nobody is released at the close, all are at the new time', () => {
    const desk = staffed();
    const visitor = new Visitor(desk, 1);
    accepted(visitor.take('11001'));
    decided(
      desk,
      calendarAct((days) => {
        days[0] = day(22, 23);
      }),
    );
    desk.waitUntil(chinaTime(0, 22, 59));
    expect(visitor.row?.places[0]?.saved).toBeDefined();
    desk.waitUntil(chinaTime(0, 23));
    expect(visitor.row?.places[0]?.saved).toBeUndefined();
  });

  test('S2 D11 closing while payments are live: they are waited for, the others go at once', () => {
    const desk = staffed();
    const [paying, unpaid] = [new Visitor(desk, 1), new Visitor(desk, 2)];
    for (const visitor of [paying, unpaid]) {
      accepted(visitor.take('11001'));
      accepted(visitor.confirm());
    }
    const attempt = paying.pay();
    desk.wait(minute);
    decided(
      desk,
      calendarAct((days) => {
        days[0] = { opensAt: chinaTime(0, 9), closesAt: desk.now + minute };
      }),
    );
    desk.wait(minute);
    expect(unpaid.row?.orders[0]?.state).toBe('released');
    expect(paying.row?.orders[0]?.state).toBe('confirmed');
    expect(refused(unpaid.choose('12001')).reason).toBe('window-closed');
    accepted(desk.send(givenPayment(attempt, 3_500)));
    expect(paying.row?.orders[0]?.state).toBe('paid');
  });

  test('S2 paying, notices, holds and areas: each stands in what everybody adopts', () => {
    const desk = staffed();
    decided(desk, { kind: 'set-paying', to: 'paused', shown: '通道故障' }, 'li');
    decided(desk, { kind: 'publish-notice', text: '示例公告', until: desk.now + hour });
    decided(desk, { kind: 'set-hold', holdMs: 8 * minute, holdMaxMs: 15 * minute });
    const pools = [{ area: '0101' }];
    decided(desk, { kind: 'pause-pools', pools, shown: '停电', newsBy: desk.now + hour });
    expect(standing(desk)).toMatchObject({
      payingPaused: { reason: '通道故障' },
      notice: { text: '示例公告', until: desk.now + hour },
      settings: { holdMs: 8 * minute, holdMaxMs: 15 * minute },
      areaPauses: [{ area: '0101', pools: [{ reason: '停电' }] }],
    });
    const visitor = new Visitor(desk, 1);
    expect(refused(visitor.choose('11001')).reason).toBe('area-paused');
    decided(desk, { kind: 'open-pools', pools });
    decided(desk, { kind: 'set-paying', to: 'open', shown: '' });
    decided(desk, { kind: 'publish-notice', text: '', until: 0 });
    expect(standing(desk)).not.toHaveProperty('payingPaused');
    expect(standing(desk)).not.toHaveProperty('notice');
    accepted(visitor.choose('11001'));
  });

  test.each<[string, Act]>([
    ['control characters', { kind: 'publish-notice', text: 'a\u202eb', until: chinaTime(0, 20) }],
    ['a notice that is over', { kind: 'publish-notice', text: '公告', until: chinaTime(0, 10) }],
    ['holds of no time', { kind: 'set-hold', holdMs: 0, holdMaxMs: minute }],
    ['holds for hours', { kind: 'set-hold', holdMs: minute, holdMaxMs: 2 * hour }],
    ['news in the past', { kind: 'pause-window', shown: '检修', newsBy: chinaTime(0, 9) }],
    [
      'a unit that there is not',
      {
        ...raise(10, 12),
        changes: [{ area: '0101', from: [], capacities: [{ unit: 'Z', capacity: 1 }] }],
      } as Act,
    ],
    [
      'a course without a sitting',
      { kind: 'set-course-caps', area: '0101', from: [], caps: [{ course: '99999', cap: 1 }] },
    ],
    [
      'two numbers for one pool, of which one would count',
      {
        kind: 'set-capacity',
        changes: [
          {
            ...{ area: '0101', from: [{ unit: 'A', capacity: 10 }] },
            capacities: [20, 30].map((capacity) => ({ unit: 'A', capacity })),
          },
        ],
      },
    ],
  ])('S2 what cannot be is refused before anybody is asked to approve it: %s', (_, act) => {
    expect(refused(propose(staffed(), 'li', act)).reason).toBe('act-unfit');
  });
});

describe('areas', () => {
  test('S2 capacity falls no lower than what is taken, and the act says where it was refused', () => {
    const desk = staffed();
    for (const number of [1, 2, 3]) accepted(new Visitor(desk, number).take('11001'));
    const both: Act = {
      kind: 'set-capacity',
      changes: ['0101', '0102'].map((area) => ({
        area,
        from: [{ unit: 'A', capacity: 10 }],
        capacities: [{ unit: 'A', capacity: 2 }],
      })),
    };
    expect(ask(desk.partition, { kind: 'foresee', act: both }, desk.now)).toMatchObject({
      foreseen: [
        { what: 'seats-added', count: 0 },
        { what: 'seats-removed', count: 16 },
        { what: 'pools-too-small', count: 1 },
      ],
    });
    const act = decided(desk, both);
    expect(act.refused).toEqual([{ where: '0101', reason: 'capacity-below-taken' }]);
    expect(act).toMatchObject({ changed: 1, state: { kind: 'done' } });
    expect(desk.partition.areas.get('0101')?.row?.capacities[0]?.capacity).toBe(10);
    expect(decided(desk, raise(10, 3)).refused).toEqual([]);
  });

  test('S2 an act that is carried twice changes its area once', () => {
    const desk = staffed();
    const number = numberOf(propose(desk, 'li', raise(10, 12)));
    accepted(approve(desk, 'wang', number));
    const row = desk.partition.acts.get(number);
    const [effect] = row === undefined ? [] : pendingEffects(row, []);
    if (effect?.kind !== 'carry-act') throw new Error('nothing is carried');
    expect(accepted(desk.send(effect.part))).toMatchObject({ changed: 1 });
    decided(desk, raise(12, 20));
    expect(accepted(desk.send(effect.part))).toMatchObject({ changed: 0 });
    expect(desk.partition.areas.get('0101')?.row?.capacities[0]?.capacity).toBe(20);
  });

  test('S2 courses are capped, and not below what sits them', () => {
    const desk = staffed();
    for (const number of [1, 2]) accepted(new Visitor(desk, number).take('11001'));
    const cap = (from: number[], to: number): Act => ({
      ...({ kind: 'set-course-caps', area: '0101' } as const),
      from: from.map((one) => ({ course: '11001', cap: one })),
      caps: [{ course: '11001', cap: to }],
    });
    expect(decided(desk, cap([], 1)).refused[0]?.reason).toBe('capacity-below-taken');
    decided(desk, cap([], 2));
    const third = new Visitor(desk, 3);
    accepted(third.choose('11001'));
    expect(third.hold()).toMatchObject({ outcome: { full: [{ reason: 'course-full' }] } });
    expect(decided(desk, cap([3], 5)).refused[0]?.reason).toBe('changed-meanwhile');
  });

  test('S2 D11 release of the unpaid: in those areas, without live payments, and what came later stays', () => {
    const desk = staffed();
    const of = (number: number, area = '0101') => new Visitor(desk, number, area);
    const [saved, confirmed, paying, paid, elsewhere, later] = [
      ...[of(1), of(2), of(3), of(4), of(5, '0102'), of(6)],
    ];
    if (!saved || !confirmed || !paying || !paid || !elsewhere || !later) throw new Error('six');
    for (const visitor of [saved, confirmed, paying, paid, elsewhere])
      accepted(visitor.take('11001', '12001'));
    for (const visitor of [confirmed, paying, paid]) accepted(visitor.confirm());
    paying.pay();
    accepted(desk.send(givenPayment(paid.pay(), 7_000)));
    const act: Act = { kind: 'release-unpaid', areas: ['0101'] };
    expect(ask(desk.partition, { kind: 'foresee', act }, desk.now)).toMatchObject({
      foreseen: [
        { what: 'unpaid', count: 3 },
        { what: 'unpaid-seats', count: 6 },
        { what: 'live-payments', count: 1 },
      ],
    });
    const number = numberOf(propose(desk, 'li', act));
    desk.wait(minute);
    accepted(approve(desk, 'wang', number));
    desk.wait(minute);
    accepted(later.take('11001'));
    carryEffects(desk);
    checkInvariants(desk.partition);
    expect(viewOf(desk, number)).toMatchObject({ changed: 4, left: 1, state: { kind: 'done' } });
    const seats = [saved, confirmed, paying, paid, elsewhere, later].map(
      ({ row }) => row?.places.filter((place) => place.saved !== undefined).length,
    );
    expect(seats).toEqual([0, 0, 2, 2, 2, 1]);
    expect(confirmed.row?.orders[0]?.state).toBe('released');
    expect(saved.row?.news.at(-1)?.content).toMatchObject({
      ...{ kind: 'released-unpaid', bookableFrom: desk.now },
    });
    const act1 = desk.journal.filter(({ event }) => event.kind === 'seats-released');
    expect(act1.map(({ event }) => 'act' in event && event.act)).toEqual([number, number]);
  });

  test('S2 a whole area is released in slices, with others’ commands between', () => {
    const desk = staffed(1_000);
    for (let number = 1; number <= 450; number += 1)
      accepted(new Visitor(desk, number).take('11001'));
    const before = desk.journal.length;
    const act = decided(desk, { kind: 'release-unpaid', areas: ['0101'] });
    expect(act).toMatchObject({ changed: 450, left: 0 });
    const released = desk.journal
      .slice(before)
      .filter(({ event }) => event.kind === 'seats-released');
    expect(released).toHaveLength(450);
  });
});

describe('one candidate', () => {
  /** Signed up, with an area, a seat, and a phone. */
  function person(desk: Desk): Visitor {
    const visitor = new Visitor(desk, 1);
    const { person: id } = visitor;
    accepted(desk.send({ kind: 'import-candidate', person: id, record: givenRecord(1) }));
    const choose = { kind: 'choose-area', person: id, ticket: givenTicket(1) } as const;
    accepted(desk.send({ ...choose, area: '0101' }));
    accepted(visitor.take('11001', '12001'));
    return visitor;
  }
  const on = { person: givenPerson(1), area: '0101' };

  test('S4 F42 the phone is unbound, the sign-ins stay, and the next one need not be the recorded one', () => {
    const desk = staffed();
    person(desk);
    const generation = desk.partition.candidates.get(on.person)?.generation;
    expect(decided(desk, { kind: 'unbind-phone-for', ...on }, 'county').refused).toEqual([]);
    const row = desk.partition.candidates.get(on.person);
    expect(row).toMatchObject({ phone: undefined, generation, bindings: 1 });
    expect(row?.phonesLeft).toHaveLength(1);
    const again = decided(desk, { kind: 'unbind-phone-for', ...on }, 'county');
    expect(again.refused).toEqual([{ where: on.person, reason: 'phone-missing' }]);
  });

  test('S4 D1 reset to activation: the password is the first one, no phone is bound, every sign-in ends', () => {
    const desk = staffed();
    const visitor = person(desk);
    accepted(
      desk.send({
        ...{ kind: 'change-password', person: on.person, hash: '$argon2id$own', generation: 1 },
      }),
    );
    decided(desk, { kind: 'reset-to-activation', ...on }, 'county');
    expect(desk.partition.candidates.get(on.person)).toMatchObject({
      ...{ passwordHash: givenRecord(1).passwordHash, phone: undefined, generation: 3 },
    });
    // Seats stay; what was signed in before is cut off.
    expect(visitor.row?.places.map(({ saved }) => saved?.course)).toEqual(['11001', '12001']);
    expect(ask(desk.partition, { kind: 'revocations' }, desk.now)).toMatchObject({
      revocations: [{ person: on.person, generation: 3 }],
    });
  });

  test('S4 every sign-in ends, once for one act', () => {
    const desk = staffed();
    person(desk);
    decided(desk, { kind: 'end-sign-ins-for', ...on }, 'county');
    const part = 'end-sign-ins-for';
    accepted(desk.send({ kind: 'act-on-candidate', act: 1, ...on, part }));
    expect(desk.partition.candidates.get(on.person)?.generation).toBe(2);
  });

  test('S4 the claim says whose office it is: the area is compared, and without a claim it is the province’s', () => {
    const desk = staffed();
    person(desk);
    const wrong = decided(desk, { kind: 'end-sign-ins-for', ...on, area: '0102' }, 'other');
    expect(wrong.refused).toEqual([{ where: on.person, reason: 'claim-elsewhere' }]);
    const { person: id } = on;
    expect(refused(propose(desk, 'county', { kind: 'end-sign-ins-for', person: id })).reason).toBe(
      'scope-foreign',
    );
    const none = decided(desk, { kind: 'end-sign-ins-for', person: id });
    expect(none.refused[0]?.reason).toBe('claim-elsewhere');
    expect(desk.partition.candidates.get(id)?.generation).toBe(1);
  });

  test('S4 D15 F31 an order is withdrawn, or its refund asked for, and nothing while a payment is live', () => {
    const desk = staffed();
    const visitor = person(desk);
    accepted(visitor.confirm());
    const attempt = visitor.pay();
    const order = { ...on, order: visitor.order };
    const early = decided(desk, { kind: 'withdraw-for', ...order }, 'county');
    expect(early.refused[0]?.reason).toBe('payment-running');
    accepted(desk.send(givenPayment(attempt, 7_000)));
    expect(decided(desk, { kind: 'withdraw-for', ...order }).refused[0]?.reason).toBe('order-paid');
    const { revision } = visitor.from();
    expect(decided(desk, { kind: 'refund-for', ...order }, 'zhao')).toMatchObject({ changed: 2 });
    expect(visitor.row?.orders[0]?.state).toBe('refunding');
    // A page that is open knows that something has changed.
    expect(visitor.row?.revision).toBe(revision + 1);
    expect(decided(desk, { kind: 'refund-for', ...order })).toMatchObject({
      changed: 0,
      refused: [],
    });
    const other = new Visitor(desk, 2);
    accepted(other.take('11001'));
    accepted(other.confirm());
    const theirs = { person: other.person, area: '0101', order: other.order };
    decided(desk, { kind: 'withdraw-for', ...theirs }, 'county');
    expect(other.row?.orders[0]?.state).toBe('withdrawn');
    // They may not have been there, so they are told; whoever withdraws their own order was.
    expect(other.row?.news.at(-1)?.content).toEqual({
      ...{ kind: 'withdrawn-by-office', courses: 1, bookableFrom: desk.now },
    });
    const alone = new Visitor(desk, 3);
    accepted(alone.take('11001'));
    accepted(alone.confirm());
    const told = alone.row?.news.length;
    accepted(alone.withdraw());
    expect(alone.row?.news.length).toBe(told);
    const strange = { ...theirs, person: on.person };
    expect(decided(desk, { kind: 'withdraw-for', ...strange }).refused[0]?.reason).toBe(
      'order-unknown',
    );
  });
});
