/**
 * A province for one morning, as its office would bring it: three areas in two cities, two units, some
 * dozens of candidates. Every table as `docs/importing.md` has it.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { localTime } from '../../web/china-time.ts';
import type { Registering } from './by-http.ts';
import { personWho } from './people.ts';

export const programme = '990001';
export const courses = { first: '99001', second: '99002' };
export const areas = {
  east: { code: '9901', city: '990100', name: '东区', cityName: '示例市' },
  west: { code: '9902', city: '990100', name: '西区', cityName: '示例市' },
  south: { code: '9903', city: '990200', name: '南区', cityName: '演示市' },
};
/** Of the first unit and of the second: fewer than are wanted in the first two areas. */
export const capacities = { east: [12, 40], west: [8, 40], south: [40, 40] } as const;

const day = 24 * 60 * 60_000;
const table = (...rows: (readonly (string | number)[])[]): string =>
  rows.map((cells) => `${cells.join(',')}\r\n`).join('');

/** New candidates with a phone, invented for the demonstration and put into this province. */
export const candidates: readonly Registering[] = (
  parse(readFileSync(new URL('../../data/province/candidates.csv', import.meta.url)), {
    columns: true,
  }) as Record<string, string>[]
)
  .filter(
    ({
      document_type: document,
      kind,
      phone,
      photo,
      candidate_type: type,
      ticket_status: status,
    }) =>
      `${[document, kind, photo, type, status]}` === 'resident-id,new,yes,open,active' &&
      phone !== '',
  )
  // One ticket a person.
  .filter(
    ({ document_number: own }, at, all) =>
      all.findIndex((one) => one.document_number === own) === at,
  )
  .slice(0, 40)
  .map((row) => ({
    ...{ shows: 'new', documentType: row.document_type ?? '', ticket: row.ticket ?? '', programme },
    ...{ documentNumber: row.document_number ?? '', phone: row.phone ?? '' },
    password: personWho('new candidate').password,
  }));
const passwordHash =
  '$argon2id$v=19$m=19456,p=1,t=2$FNdqI8udiUfpjLVp4pFVGQ$Zwwd3C/W56R9xVoN/an/JumKVpKsXjW9klGREc+AdaY';

/** In the order in which a new session needs them. Exams are seven weeks after `now`. */
export function tablesOf(now: number): [kind: string, csv: string][] {
  const exam = now + 49 * day;
  const at = (hour: number, minute = 0) =>
    `${localTime(exam).slice(0, 10)} ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const office = (name: string) => [`${name}自考办（示例）`, '000-00000000', '09:00–22:00'];
  return [
    [
      'session',
      table(
        ['考次代码', '考次名称', '每门课程的费用（元）', '准考证打印开始'],
        ['DAY1', '示例考次', '35.00', localTime(exam - 4 * day).replace('T', ' ')],
      ),
    ],
    [
      'units',
      table(
        ['单元代码', '单元名称', '开考时间', '结束时间'],
        ['A', '第一单元', at(9), at(11, 30)],
        ['B', '第二单元', at(14, 30), at(17)],
      ),
    ],
    [
      'areas',
      table(
        [
          '考区代码',
          '考区名称',
          '市州代码',
          '市州名称',
          '县区代码',
          '办公室',
          '办公室电话',
          '办公时间',
        ],
        ...Object.values(areas).map(({ code, name, city, cityName }) => [
          ...[code, name, city, cityName, ''],
          ...office(name),
        ]),
      ),
    ],
    [
      'courses',
      table(
        ['课程代码', '课程名称', '学分', '考核方式', '单元代码', '替代课程'],
        [courses.first, '示例课程甲', 6, '笔试', 'A', ''],
        [courses.second, '示例课程乙', 4, '笔试', 'B', ''],
      ),
    ],
    [
      'programmes',
      table(['专业代码', '专业名称', '层次', '毕业学分'], [programme, '示例专业', '专升本', 70]),
    ],
    [
      'plans',
      table(
        ['专业代码', '课程代码', '选考组', '至少门数', '至少学分'],
        ...Object.values(courses).map((course) => [programme, course, '', '', '']),
      ),
    ],
    [
      'capacities',
      table(
        ['考区代码', '单元代码', '容量'],
        ...Object.entries(capacities).flatMap(([area, [first, second]]) => {
          const { code } = areas[area as keyof typeof areas];
          return [
            [code, 'A', first],
            [code, 'B', second],
          ];
        }),
      ),
    ],
    [
      'candidates',
      table(
        [
          ...['证件类型', '证件号码', '姓名', '考生类别', '考生类型', '照片', '手机号', '口令散列'],
          ...['激活码', '准考证号', '专业代码', '准考证状态'],
        ],
        ...candidates.map((one) => [
          ...['居民身份证', one.documentNumber, '示例考生', '新生', '社会型', '有', one.phone],
          ...[`"${passwordHash}"`, '', one.ticket, programme, '有效'],
        ]),
      ),
    ],
  ];
}
