import { expect, test } from 'vitest';
import { createAvailability } from '../../gateway/availability.ts';
import { indexSession } from '../../gateway/catalogue.ts';
import { searchCourses } from '../../gateway/looking-up/search.ts';
import { areasWithSeats } from '../../gateway/registering/nearby.ts';
import { province } from './registering-province.ts';

const session = indexSession(province());
const codes = (text: string, unit?: string, programme?: string) =>
  searchCourses(session, { text, unit, programme, page: 1 }).courses.map(
    ({ course }) => course.code,
  );

test('F16 courses are found by code, by name and by unit, in timetable order', () => {
  expect(codes('0233')).toEqual(['02331', '02332']);
  expect(codes('数据')).toEqual(['02331', '04735', '02142', '02332']);
  expect(codes('数据 结构')).toEqual(['02331', '02142', '02332']);
  expect(codes('', 'D')).toEqual(['03709', '04735']);
  expect(codes('０４７３５')).toEqual(['04735']);
  expect(codes('没有这门课')).toEqual([]);
});

test('R10 R11 practical and replaced courses are listed too, after the seated ones', () => {
  expect(codes('').slice(-3)).toEqual(['02142', '02332', '03708']);
});

test('F26 areas of the same city with seats are offered, the most complete first', () => {
  const availability = createAvailability();
  const hear = (area: string, free: number[]) =>
    availability.hear([{ area, version: 1, at: 0, free, capacity: [9, 9, 9, 9] }]);
  const wide = indexSession({
    ...province(),
    catalogue: {
      ...province().catalogue,
      areas: [
        ...province().catalogue.areas,
        ...['0106', '0107'].map((code) => ({
          code,
          name: code,
          city: '01',
          office: { name: '', phone: '', hours: '' },
        })),
      ],
    },
  });
  hear('0124', [0, 0, 0, 0]);
  hear('0105', [5, 0, 3, 9]);
  hear('0106', [1, 2, 3, 4]);
  hear('0107', [0, 0, 9, 0]);
  hear('0201', [9, 9, 9, 9]);
  const offers = areasWithSeats(wide, availability, '0124', ['A', 'B']);
  expect(offers.map((offer) => offer.area.code)).toEqual(['0106', '0105']);
  expect(offers[1]?.units).toEqual([{ unit: 'A', free: 5 }]);
});
