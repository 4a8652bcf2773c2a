import { describe, expect, test } from 'vitest';
import { refusalReasons } from '../../engine/protocol/refusals.ts';
import { clockTime, dayAndWeekday, endTime, timeSpan } from '../../web/china-time.ts';
import {
  areaIsLost,
  type LookupReason,
  type NewPasswordReason,
  type PasswordProofReason,
  type PasswordStepReason,
  type RegisteringReason,
  type Said,
  saveResult,
  sayAccount,
  sayExit,
  sayForgotten,
  sayLookup,
  sayNewPassword,
  sayPasswordStep,
  sayPhone,
  sayRefusal,
  sayRegistering,
  sayWindow,
  seatsAllFull,
  seatsPartlyFull,
  windowClosed,
  yuan,
} from '../../web/wording.ts';

const at = Date.UTC(2026, 8, 7, 1, 9, 30);
const course = { code: '02324', name: '离散数学' };
const unit = { code: 'C', name: '第三单元' };
const detail = { at, course, unit, replacedBy: [course], triesLeft: 3, ticketMask: '0124******07' };

function wellSaid({ text, next }: Said): void {
  for (const sentence of [text, next]) {
    expect(sentence).toMatch(/^[\s\S]+。$/);
    expect(sentence).not.toMatch(/[!！]|占位|交费|你|undefined|NaN/);
  }
}

describe('every reason has a sentence and a next step', () => {
  test.each(refusalReasons)('B2 %s', (reason) => {
    wellSaid(sayRefusal({ reason }));
    wellSaid(sayRefusal({ reason, ...detail }));
    expect(sayRegistering({ reason, ...detail })).toEqual(sayRefusal({ reason, ...detail }));
    if (reason.startsWith('code')) return;
    for (const say of [sayPhone, sayForgotten])
      expect(say({ reason, ...detail })).toEqual(sayRefusal({ reason, ...detail }));
  });

  const lookup: Record<LookupReason, true> = {
    'form-expired': true,
    'cookies-off': true,
    'document-type-unknown': true,
    'document-empty': true,
    'document-length': true,
    'document-character': true,
    'document-prefix': true,
    'document-date': true,
    'document-checksum': true,
    'captcha-missing': true,
    'captcha-wrong': true,
    'captcha-expired': true,
    'sum-missing': true,
    'sum-wrong': true,
    'sum-expired': true,
    'work-missing': true,
    'work-wrong': true,
    'work-expired': true,
    'lookup-expired': true,
  };
  test.each(Object.keys(lookup) as LookupReason[])('F2 %s', (reason) => {
    wellSaid(sayLookup({ reason }));
  });

  const password: Record<PasswordStepReason, true> = {
    'form-expired': true,
    'ticket-missing': true,
    'password-missing': true,
    failed: true,
    delayed: true,
  };
  test.each(Object.keys(password) as PasswordStepReason[])('F6 %s', (reason) => {
    wellSaid(sayPasswordStep({ reason }));
    wellSaid(sayPasswordStep({ reason, at }));
  });

  const fresh: Record<NewPasswordReason, true> = {
    'form-expired': true,
    'first-secret-wrong': true,
    'old-missing': true,
    'old-wrong': true,
    delayed: true,
    unchanged: true,
    'too-short': true,
    'too-long': true,
    common: true,
    personal: true,
    'not-the-same': true,
    'outcome-unknown': true,
  };
  test.each(Object.keys(fresh) as NewPasswordReason[])('D4 %s', (reason) => {
    wellSaid(sayNewPassword({ reason }));
    wellSaid(sayNewPassword({ reason, at }));
  });

  const own = [
    'form-outdated',
    'notice-unticked',
    'area-unchosen',
    'course-malformed',
    'code-malformed',
    'unit-unchosen',
    'no-trace',
  ] as const satisfies readonly RegisteringReason[];
  test.each(own)('F24 %s', (reason) => {
    wellSaid(sayRegistering({ reason }));
  });
  const proof: Record<PasswordProofReason, true> = {
    'password-missing': true,
    'password-wrong': true,
    'password-delayed': true,
    'password-busy': true,
    'password-tries-used-up': true,
    'password-late': true,
    'password-hold-gone': true,
  };
  test.each(Object.keys(proof) as PasswordProofReason[])('D7 %s', (reason) => {
    for (const more of [{}, { at }, { triesLeft: 3 }])
      wellSaid(sayRegistering({ reason, ...more }));
  });
  test.each(['form-expired', 'phone-malformed', 'code-malformed', 'outcome-unknown'] as const)(
    'F10 %s',
    (reason) => {
      wellSaid(sayPhone({ reason }));
    },
  );
  test.each(['form-expired', 'code-malformed', 'proof-expired', 'outcome-unknown'] as const)(
    'D3 %s',
    (reason) => {
      wellSaid(sayForgotten({ reason }));
    },
  );
  test.each(['form-expired', 'outcome-unknown'] as const)('F43 %s', (reason) => {
    wellSaid(sayAccount({ reason }));
  });
  test.each(refusalReasons.filter((reason) => reason.startsWith('code')))(
    'F10 F42 D3 no seat hangs on an account’s code: %s',
    (reason) => {
      for (const said of [sayPhone({ reason }), sayForgotten({ reason })]) {
        wellSaid(said);
        expect(said.text + said.next).not.toMatch(/考位|课程/);
      }
    },
  );
});

test('D2 a failed sign-in says the number may be mistyped or not on record, and names the office', () => {
  const { text, next } = sayPasswordStep({ reason: 'failed' });
  expect(text).toContain('证件号码有误');
  expect(text).toContain('尚未录入');
  expect(next).toContain('考区');
});

test('R2 a clash across tickets names the other ticket', () => {
  const { text } = sayRefusal({ reason: 'unit-clash', ...detail });
  expect(text).toBe(
    '第三单元已有 02324 离散数学，是用准考证 0124******07 选的。同一单元只能报考一门。',
  );
});

test('F26 the question is the guide’s own, in three parts', () => {
  const said = seatsPartlyFull('成都市郫都区', [{ unit, course } as never], 2);
  expect(said.full).toBe(
    '这些课程没有考位了（已达最大人数）：成都市郫都区，第三单元，02324 离散数学。',
  );
  expect(said.question).toBe('要清空它们，并为其余 2 门发送短信验证码吗？');
  expect(said.otherwise).toBe('选“否”则不发送，填好的课程都留着，可重新选择。');
});

test('F26 D5 a course that an area seats no more of is told from a unit that is full', () => {
  const one = { unit, course } as never;
  const [pool, capped] = (['seats-exhausted', 'course-full'] as const).map((reason) => {
    return { ...(one as object), reason } as never;
  });
  const area = '成都市郫都区';
  expect(seatsAllFull(area, [pool as never])).toContain('没有您所选单元的考位了');
  expect(seatsAllFull(area, [capped as never])).toContain('您可以改报同单元的其他课程，');
  expect(seatsAllFull(area, [pool as never, capped as never])).toContain('您可以改报其他课程，');
  const failed = (of: object, late: boolean) => ({ ...of, late }) as never;
  expect(saveResult([], [failed(capped as never, true)])).toContain(
    '原因：暂留已到时，再保存时这门课程在本考区已达最大人数。',
  );
  const both = saveResult([], [failed(pool as never, false), failed(capped as never, false)]);
  expect(both).toContain(
    '第三单元 02324 离散数学（已达最大人数）、第三单元 02324 离散数学（这门课程在本考区已达最大人数）。',
  );
});

test('R5 a day of one type says so to whoever has not signed in', () => {
  const day = { opensAt: at, closesAt: at + 3_600_000 };
  const window = { state: 'open', day, nextDay: undefined } as const;
  expect(sayWindow(window)).toMatch(/ 可以报考。$/);
  const typed = { ...window, day: { ...day, candidateType: 'applied' as const } };
  expect(sayWindow(typed)).toMatch(/ 应用型考生可以报考。$/);
});

test('D9 times are China time, and an end at midnight is 24:00', () => {
  expect(clockTime(at)).toBe('09:09:30');
  expect(endTime(Date.UTC(2026, 8, 7, 16))).toBe('24:00');
  expect(timeSpan(Date.UTC(2026, 8, 6, 16), Date.UTC(2026, 8, 7, 16))).toBe('00:00–24:00');
  expect(dayAndWeekday(Date.UTC(2026, 9, 24, 1))).toBe('10月24日 周六');
  expect(dayAndWeekday(Date.UTC(2026, 9, 23, 16, 0))).toBe('10月24日 周六');
  expect(windowClosed(Date.UTC(2026, 8, 8, 1))).toContain('下次开放：9月8日 09:00。');
});

test('R7 money is shown to the fen', () => {
  expect(yuan(3500)).toBe('35.00');
  expect(yuan(7005)).toBe('70.05');
  expect(yuan(0)).toBe('0.00');
});

test('S5 what becomes of the seats of a lost area is said with both areas, and what is safe', () => {
  const from = { code: '0124', city: '示例市', name: '甲区' };
  const to = { code: '0105', city: '示例市', name: '乙区' };
  const lost = { reason: '考点被水淹', from };
  const said = [
    sayExit({ kind: 'going', ...lost, to }, '下一步'),
    sayExit({ kind: 'waiting', ...lost, unpaid: false }, '下一步'),
    sayExit({ kind: 'moved', ...lost, to }, '下一步'),
    sayExit({ kind: 'let-go', ...lost, refunding: true }, '下一步'),
    sayExit({ kind: 'let-go', ...lost, refunding: false }, '下一步'),
  ];
  for (const text of said) {
    expect(text).toMatch(/^示例市甲区不能举行本次考试了（考点被水淹）。您的考位/);
    expect(text).not.toContain('！');
  }
  expect(said.map((text) => text.includes('示例市乙区'))).toEqual([
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(said.map((text) => text.includes('下一步'))).toEqual([false, false, false, false, true]);
  expect(said.slice(0, 4).every((text) => /已缴的费用/.test(text))).toBe(true);
  const unpaid = sayExit({ kind: 'waiting', ...lost, unpaid: true }, '下一步');
  expect(unpaid).toContain('现在不能确认和缴费');
  expect(unpaid).toContain('截止时会释放');
  expect(unpaid).not.toContain('已缴的费用');
  expect(areaIsLost('停电', [])).toContain('停电，这个考区不能举行本次考试了');
  expect(areaIsLost('停电', ['第一单元'])).toContain('其他单元照常');
});
