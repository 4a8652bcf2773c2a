import { expect, test } from 'vitest';
import { indexSession } from '../../gateway/catalogue.ts';
import { searchCourses } from '../../gateway/looking-up/search.ts';
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
