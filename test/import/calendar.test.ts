import { expect, test } from 'vitest';
import { catalogueOf, demonstrationCalendar } from '../../engine/import/calendar.ts';
import { type BookingHours, readProvince, sourceIn } from '../../engine/import/province.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const china = (text: string) => Date.parse(`${text}+08:00`);
/** A Thursday, half an hour before midnight in China. */
const now = china('2026-09-03T23:30:00');

const folder = new URL('../../data/province/', import.meta.url);
const wholeDays = Array.from({ length: 30 }, (_, at): BookingHours => {
  return { day: at + 1, opensMinute: 0, closesMinute: 24 * 60 };
});

test('D9 R5 the demonstration has thirty whole days, the last ten for one type only', async () => {
  const { bookingHours } = await readProvince(sourceIn(folder));
  expect(bookingHours).toEqual(
    wholeDays.map((hours) => (hours.day <= 20 ? hours : { ...hours, candidateType: 'open' })),
  );
});

test('D9 days in China time, the day of the first start included', () => {
  const days = demonstrationCalendar(wholeDays, now);
  expect(days).toHaveLength(30);
  expect(days[0]).toEqual({
    opensAt: china('2026-09-03T00:00:00'),
    closesAt: china('2026-09-04T00:00:00'),
  });
  for (const [at, day] of days.entries()) {
    expect(day.opensAt).toBe(days[0]?.opensAt && days[0].opensAt + at * dayMs);
    // One day closes at the instant the next opens: open <= time < close leaves no gap.
    if (at > 0) expect(day.opensAt).toBe(days[at - 1]?.closesAt);
  }
});

test('D9 a start on the stroke of midnight belongs to the day that begins', () => {
  const midnight = china('2026-09-04T00:00:00');
  expect(demonstrationCalendar(wholeDays, midnight)[0]?.opensAt).toBe(midnight);
  expect(demonstrationCalendar(wholeDays, midnight - 1)[0]?.opensAt).toBe(midnight - dayMs);
});

test('D9 hours narrow every day', () => {
  const days = demonstrationCalendar(wholeDays, now, '09:00-22:00');
  expect(days).toHaveLength(30);
  expect(days[29]).toEqual({
    opensAt: china('2026-10-02T09:00:00'),
    closesAt: china('2026-10-02T22:00:00'),
  });
});

test.each([
  '',
  '9:00-22:00',
  '22:00-09:00',
  '09:00-09:00',
  '09:00-24:01',
  '09:60-10:00',
  'all day',
])('D9 hours that are no hours are refused (%s)', (hours) => {
  expect(() => demonstrationCalendar(wholeDays, now, hours)).toThrow('09:00-22:00');
});

test('D9 exams are on the first Saturday and Sunday at least seven weeks on', async () => {
  const province = await readProvince(sourceIn(folder));
  for (let day = 0; day < 14; day += 1) {
    const calendar = demonstrationCalendar(wholeDays, now + day * dayMs);
    const { units, printFrom } = catalogueOf(province, calendar);
    const first = units[0]?.startsAt ?? 0;
    const lead = first - (calendar[0]?.opensAt ?? 0);
    expect(new Date(first + 8 * hourMs).getUTCDay()).toBe(6);
    expect(lead).toBeGreaterThanOrEqual(49 * dayMs);
    expect(lead).toBeLessThan(56 * dayMs);
    expect(units.map((unit) => unit.startsAt - first)).toEqual([
      0,
      5.5 * hourMs,
      dayMs,
      dayMs + 5.5 * hourMs,
    ]);
    expect(units.map((unit) => unit.endsAt - unit.startsAt)).toEqual(Array(4).fill(2.5 * hourMs));
    expect(first - printFrom).toBe(4 * dayMs);
    expect(printFrom).toBeGreaterThan(calendar[29]?.closesAt ?? Number.POSITIVE_INFINITY);
  }
});
