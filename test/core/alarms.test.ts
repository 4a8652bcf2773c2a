/** Alarms that somebody has taken: who may, for which occurrence, and what lapses. */
import { describe, expect, test } from 'vitest';
import { acknowledgedMax } from '../../engine/core/alarms.ts';
import { auditOf } from '../../engine/core/audit.ts';
import { packRow, unpackRow } from '../../engine/core/packed-rows.ts';
import { ask } from '../../engine/core/partition.ts';
import { rowKey } from '../../engine/core/rows.ts';
import { remarkMax, sameAlarmMs } from '../../engine/protocol/alarms.ts';
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

const alarm = 'provider-away:alipay';
const take = (desk: Desk, staff: string, over: object = {}) =>
  desk.send({
    ...({ kind: 'acknowledge-alarm', alarm, level: 'warning', since: desk.now - 5_000 } as const),
    ...{ remark: '', ...deciding(desk, staff), ...over },
  });
const standing = (desk: Desk) => {
  const answer = ask(desk.partition, { kind: 'alarms' }, desk.now);
  return answer.kind === 'alarms' ? answer.acknowledged : [];
};
function givenTwo(): Desk {
  const desk = givenDesk();
  givenKeeper(desk, 'li.na', ['office']);
  givenKeeper(desk, 'wang.wu', ['finance']);
  return desk;
}

describe('an alarm', () => {
  test('S3 is taken by one, with the words and the moment, and stands so in the journal', () => {
    const desk = givenTwo();
    const since = desk.now - 5_000;
    accepted(take(desk, 'li.na', { remark: '已联系支付宝' }));
    const taken = { alarm, level: 'warning', since, by: 'li.na', at: desk.now };
    expect(standing(desk)).toEqual([{ ...taken, remark: '已联系支付宝' }]);
    const last = desk.journal.at(-1)?.event;
    expect(last).toMatchObject({ kind: 'alarm-acknowledged', alarm, by: 'li.na', since });
    if (last === undefined) throw new Error('nothing was journaled');
    expect(auditOf(last).details).toContain('已联系支付宝');
    expect(auditOf(last).details).toContain('li.na');
  });

  test('S3 is its first taker’s: taken again, and by the gateway that saw it begin a moment later, it changes nothing', () => {
    const desk = givenTwo();
    accepted(take(desk, 'li.na'));
    const before = desk.journal.length;
    desk.now += 2_000;
    accepted(take(desk, 'wang.wu', { since: desk.now - 6_000 }));
    expect(standing(desk)).toMatchObject([{ by: 'li.na' }]);
    expect(desk.journal).toHaveLength(before);
  });

  test('S3 that has become grave, or has ended and come back, is taken anew', () => {
    const desk = givenTwo();
    const since = desk.now;
    accepted(take(desk, 'li.na', { since }));
    accepted(take(desk, 'wang.wu', { since, level: 'grave' }));
    expect(standing(desk)).toMatchObject([{ by: 'wang.wu', level: 'grave' }]);
    // Grave covers the lesser.
    accepted(take(desk, 'li.na', { since, level: 'warning' }));
    expect(standing(desk)).toMatchObject([{ by: 'wang.wu' }]);
    desk.now += sameAlarmMs;
    accepted(take(desk, 'li.na', { since: since + sameAlarmMs }));
    expect(standing(desk)).toMatchObject([{ by: 'li.na', level: 'warning' }]);
  });

  test('S3 that is over lapses once, and a late word of it takes nothing from the next one', () => {
    const desk = givenTwo();
    const end = (acknowledgedAt: number) =>
      desk.send({ kind: 'note-alarm-ended', alarm, acknowledgedAt });
    accepted(take(desk, 'li.na'));
    const first = desk.now;
    accepted(end(first - 1));
    expect(standing(desk)).toHaveLength(1);
    accepted(end(first));
    expect(standing(desk)).toEqual([]);
    const after = desk.journal.length;
    // Every gateway says so.
    accepted(end(first));
    expect(desk.journal).toHaveLength(after);
    desk.now += 2 * sameAlarmMs;
    accepted(take(desk, 'wang.wu'));
    accepted(end(first));
    expect(standing(desk)).toMatchObject([{ by: 'wang.wu' }]);
  });

  test.each(roles)('S4 %s takes one only with the right', (role: Role) => {
    const desk = givenDesk();
    givenKeeper(desk, 'somebody', [role]);
    const may = (rights['acknowledge-alarms'] as readonly Role[]).includes(role);
    const reply = take(desk, 'somebody');
    expect(reply.kind === 'refused' ? reply.reason : 'taken').toBe(may ? 'taken' : 'right-missing');
    expect(standing(desk)).toHaveLength(may ? 1 : 0);
  });

  test('S4 is the whole province’s to take, and by a sign-in that has not ended', () => {
    const desk = givenTwo();
    const digest = opaque('local', 1);
    accepted(
      desk.send({
        ...({ kind: 'invite-staff', staff: 'local', roles: ['office'], digest } as const),
        scope: { kind: 'area', area: '0101' },
        ...{ anew: false, by: 'shell', byGeneration: 0, reason: '示例' },
      }),
    );
    acceptInvitation(desk, 'local', digest);
    expect(refused(take(desk, 'local')).reason).toBe('scope-foreign');
    expect(refused(take(desk, 'li.na', { byGeneration: 9 })).reason).toBe('right-missing');
  });

  test.each([['x'.repeat(remarkMax + 1)], ['示例\u202E'], ['a\nb']])(
    'S3 is not taken with words that are long or show other than they are: %j',
    (remark) => {
      const desk = givenTwo();
      expect(refused(take(desk, 'li.na', { remark })).reason).toBe('act-unfit');
    },
  );

  test('S3 is one of a bounded number: the one taken longest ago is nobody’s again', () => {
    const desk = givenTwo();
    for (let number = 0; number <= acknowledgedMax; number += 1)
      accepted(take(desk, 'li.na', { alarm: `loop-slow:gateway-${number}` }));
    expect(standing(desk)).toHaveLength(acknowledgedMax);
    expect(standing(desk)[0]).toMatchObject({ alarm: 'loop-slow:gateway-1' });
  });

  test('S3 is taken as before once the row was packed', () => {
    const desk = givenTwo();
    accepted(take(desk, 'li.na', { remark: '示例' }));
    const row = desk.partition.alarms;
    if (row === undefined) throw new Error('there is no such row');
    expect(unpackRow('alarms', rowKey(row), packRow(row))).toEqual(row);
  });
});
