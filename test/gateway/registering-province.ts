/** A small invented province for gateway tests: two cities, three areas, four units. */
import type { Adopted, BookingDay, Window } from '../../engine/protocol/session.ts';

const hour = 3_600_000;
/** 2026-09-07 09:00 in China. */
export const firstOpen = Date.UTC(2026, 8, 7, 1);
const days: BookingDay[] = [0, 1, 2, 3].map((day) => ({
  opensAt: firstOpen + day * 24 * hour,
  closesAt: firstOpen + day * 24 * hour + 13 * hour,
}));

const office = { name: '郫都区招生考试机构', phone: '028-0000-0000', hours: '09:00–22:00' };
const examDay = Date.UTC(2026, 9, 24, 1);

export function province(
  given: { number?: number; calendar?: BookingDay[]; window?: Window } = {},
): Adopted {
  return {
    number: given.number ?? 1,
    catalogue: {
      code: '2610',
      title: '2026年10月自学考试',
      feeFen: 3500,
      printFrom: Date.UTC(2026, 9, 20, 1),
      units: [
        { code: 'A', name: '第一单元', startsAt: examDay, endsAt: examDay + 2.5 * hour },
        { code: 'B', name: '第二单元', startsAt: examDay + 5.5 * hour, endsAt: examDay + 8 * hour },
        {
          code: 'C',
          name: '第三单元',
          startsAt: examDay + 24 * hour,
          endsAt: examDay + 26.5 * hour,
        },
        {
          code: 'D',
          name: '第四单元',
          startsAt: examDay + 29.5 * hour,
          endsAt: examDay + 32 * hour,
        },
      ],
      cities: [
        { code: '01', name: '成都市' },
        { code: '02', name: '绵阳市' },
      ],
      areas: [
        { code: '0124', name: '郫都区', city: '01', county: '510117', office },
        { code: '0105', name: '青羊区', city: '01', county: '510105', office },
        { code: '0201', name: '涪城区', city: '02', county: '510703', office },
      ],
      courses: [
        { code: '00023', name: '高等数学（工本）', credits: 10, method: 'written', unit: 'A' },
        { code: '02331', name: '数据结构', credits: 3, method: 'written', unit: 'B' },
        { code: '00015', name: '英语（二）', credits: 14, method: 'written', unit: 'B' },
        { code: '02324', name: '离散数学', credits: 3, method: 'written', unit: 'C' },
        { code: '04735', name: '数据库系统原理', credits: 4, method: 'written', unit: 'D' },
        { code: '03709', name: '马克思主义基本原理概论', credits: 4, method: 'written', unit: 'D' },
        { code: '02332', name: '数据结构（实践）', credits: 2, method: 'practical' },
        { code: '02142', name: '数据结构导论', credits: 4, method: 'written' },
        {
          code: '03708',
          name: '中国近现代史纲要',
          credits: 2,
          method: 'written',
          replacedBy: ['15043'],
        },
        { code: '15043', name: '中国近现代史纲要', credits: 3, method: 'written', unit: 'A' },
      ],
      programmes: [
        {
          code: '080901',
          name: '计算机科学与技术',
          level: '专升本',
          courses: ['00023', '02331', '02324', '04735', '00015', '02332', '03708', '15043'],
        },
      ],
    },
    calendar: given.calendar ?? [...days],
    settings: {
      foreignCourse: 'warn',
      importedPhoneMustMatch: true,
      holdMs: 300_000,
      holdMaxMs: 600_000,
      codeTriesMax: 5,
      codeResendAfterMs: 60_000,
      bookingCodesPerDayMax: 20,
      accountCodesPerDayMax: 10,
      messagesPerPhonePerDayMax: 30,
      peoplePerPhoneMax: 3,
      areaMovesPerDayMax: 5,
      paymentMs: 1_800_000,
      releaseGraceMs: 1_800_000,
      remindBeforeMs: [],
      billsAfterMs: 46_800_000,
      bookingProof: 'code',
    },
    window: given.window ?? { state: 'open', pausedMs: 0 },
  };
}
