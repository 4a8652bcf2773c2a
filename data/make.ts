/**
 * Makes `province/`, the demonstration province, from `evidence/`. Same code, same files: chance is
 * a generator with a fixed seed. What is evidenced and what is invented here: README.md beside it.
 *
 *   node data/make.ts
 *
 * P1 No real person: addresses that no place has, phones of one made-up block, names that say
 *    what they are. Documents carry right check digits all the same, as the sign-in form asks; those
 *    without one begin with 9999 or DEMO, too.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import argon2 from 'argon2';
import { parse } from 'csv-parse/sync';

/** The one password of the invented people who have set one. */
export const demonstrationPassword = 'kaowei-demo-2026';
const candidatesCount = 2400;
const capacityTotal = 900_000;
const roomSeats = 30;

type Row = Record<string, string>;
type Cell = string | number | undefined;

const here = new URL('./', import.meta.url);
const evidence = (name: string): Row[] =>
  parse(readFileSync(new URL(`evidence/${name}`, here)), { columns: true });
const csv = (header: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
function cell(value: Cell): string {
  const text = String(value ?? '');
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
function field(row: Row, name: string): string {
  const value = row[name];
  if (value === undefined) throw new Error(`no column ${name}`);
  return value;
}

/** Mulberry32: small, seeded, the same everywhere. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
function pick<T>(random: () => number, among: readonly T[]): T {
  const chosen = among[Math.floor(random() * among.length)];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}

// Areas ----------------------------------------------------------------------------------------

const units = [
  ['A', '第一单元', 1, '09:00', '11:30'],
  ['B', '第二单元', 1, '14:30', '17:00'],
  ['C', '第三单元', 2, '09:00', '11:30'],
  ['D', '第四单元', 2, '14:30', '17:00'],
] as const;
const afternoon = new Set(['B', 'D']);

type Area = { code: string; name: string; city: string; cityName: string; county: string };

function makeAreas(): { areas: Area[]; rows: Cell[][] } {
  const observed = new Map(
    evidence('exam-areas-observed.csv')
      .filter((row) => field(row, 'gb_county_code') !== '')
      .map((row) => [field(row, 'gb_county_code'), field(row, 'area_code')]),
  );
  const positions = new Map(
    evidence('county-positions.csv').map((row) => [field(row, 'county_code'), row]),
  );
  const rows: Cell[][] = [];
  const areas = evidence('sichuan-divisions.csv').map((row): Area => {
    const county = field(row, 'county_code');
    const area = {
      code: observed.get(county) ?? county.slice(2),
      name: field(row, 'county_name'),
      city: field(row, 'city_code'),
      cityName: field(row, 'city_name'),
      county,
    };
    rows.push([
      area.code,
      area.name,
      area.city,
      area.cityName,
      county,
      `${area.name}自学考试办公室（演示）`,
      `028-0000-${area.code}`,
      '报考期间 09:00–22:00',
      observed.has(county) ? 'observed' : 'gb-digits',
      positions.get(county)?.latitude,
      positions.get(county)?.longitude,
    ]);
    return area;
  });
  return { areas, rows };
}

const centralChengdu = new Set(['510104', '510105', '510106', '510107', '510108']);
const prefectures = /^513[234]/;

/** Seats a unit before scaling; sizes are invented, their order is not (see README). */
function usualSize(area: Area): number {
  // The centre has the people and few rooms to spare: that is where seats go first.
  if (centralChengdu.has(area.county)) return 600;
  if (area.city === '510100') return 2400;
  if (prefectures.test(area.county)) return 700;
  if (area.name.endsWith('区')) return 1800;
  if (area.name.endsWith('市')) return 1600;
  return 1300;
}

function makeCapacities(areas: readonly Area[]): Cell[][] {
  const random = chance(732);
  const left = new Map(
    evidence('exam-areas-observed.csv')
      .filter((row) => field(row, 'rest_a') !== '')
      .map((row) => [
        field(row, 'area_code'),
        new Map(units.map(([unit]) => [unit, Number(field(row, `rest_${unit.toLowerCase()}`))])),
      ]),
  );
  const wished = areas.flatMap((area) => {
    const size = usualSize(area) * (0.8 + 0.4 * random());
    return units.map(([unit]) => ({
      area: area.code,
      unit,
      // The snapshot's remaining seats are the capacity there, so that full pools can be met.
      snapshot: left.get(area.code)?.get(unit),
      size: size * (afternoon.has(unit) ? 0.9 : 1),
    }));
  });
  const fixed = wished.reduce((sum, pool) => sum + (pool.snapshot ?? 0), 0);
  const free = wished.reduce((sum, pool) => sum + (pool.snapshot === undefined ? pool.size : 0), 0);
  const scale = (capacityTotal - fixed) / free;
  return wished.flatMap(({ area, unit, snapshot, size }): Cell[][] => {
    if (snapshot !== undefined) return [[area, unit, snapshot, undefined, 'snapshot-2023']];
    const seats = Math.round((size * scale) / roomSeats) * roomSeats;
    // R5: where host schools are, their candidates have rooms of their own.
    const own = hostSchools.has(area) ? Math.round(seats / 10 / roomSeats) * roomSeats : 0;
    const common = [area, unit, seats - own, undefined, 'invented'];
    return own === 0 ? [common] : [common, [area, unit, own, 'applied', 'invented']];
  });
}

/** 龙泉驿区, 温江区, 涪城区. */
const hostSchools = new Set(['0112', '0123', '0703']);

/** Invented; the first is reached by the first who sits there, so that a full course can be met. */
const courseCaps: Cell[][] = [
  ['0112', '00009', 1],
  ['0112', '00012', 60],
  ['0123', '00023', 30],
];

/** Whole days, so that there is always time to look around. R5: 应用型 is over ten days earlier. */
const bookingDays: Cell[][] = Array.from({ length: 30 }, (_, at) => [
  ...[at + 1, '00:00', '24:00', at < 20 ? undefined : 'open'],
]);

// Courses and programmes -------------------------------------------------------------------------

/** R11: what the plans of 2024 and later have in place of an older code. */
const replacements = new Map([
  ['00015', '13000'],
  ['03708', '15043'],
  ['03709', '15044'],
]);
/** Written courses left out of this session, so that "not offered" can be met. */
const notOffered = new Set(['00065', '00107', '00420', '00467', '02199', '02325']);

function makeCourses(): Cell[][] {
  return evidence('courses.csv').map((row) => {
    const code = field(row, 'code');
    const replacedBy = replacements.get(code);
    const seated = replacedBy === undefined && !notOffered.has(code);
    const basis =
      replacedBy !== undefined ? 'replaced' : seated ? field(row, 'unit_evidence') : 'not-offered';
    return [
      code,
      field(row, 'name'),
      field(row, 'credits'),
      field(row, 'exam_method'),
      seated ? field(row, 'demo_unit') : '',
      replacedBy,
      basis,
      field(row, 'credits_evidenced'),
      field(row, 'evidence'),
    ];
  });
}

/** `choice`: the line that says how many of it are needed. */
type Plan = { programme: string; course: string; choice: Row | undefined };

/** A plan names what can be sat today: a replaced code stands as its replacement, once. */
function makePlans(): Plan[] {
  const choices = new Map(
    evidence('plan-choices.csv').flatMap((row) =>
      field(row, 'courses')
        .split(' ')
        .map((course): [string, Row] => [`${field(row, 'major_code')} ${course}`, row]),
    ),
  );
  const seen = new Set<string>();
  return evidence('major-courses.csv').flatMap((row) => {
    const programme = field(row, 'major_code');
    const old = field(row, 'course_code');
    const course = replacements.get(old) ?? old;
    const key = `${programme} ${course}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ programme, course, choice: choices.get(key) }];
  });
}

function makeProgrammes(): Cell[][] {
  return evidence('majors.csv').map((row) => [
    field(row, 'code'),
    field(row, 'name'),
    // The source leaves two levels unsure; the demonstration takes its guess.
    field(row, 'level').replace('?', ''),
    field(row, 'total_credits'),
    field(row, 'evidence'),
  ]);
}

// People -----------------------------------------------------------------------------------------

type Ticket = {
  number: string;
  programme: string;
  status: 'active' | 'graduated' | 'transferred';
  passed: readonly (readonly [course: string, grade: number, month: string])[];
};
type Person = {
  documentType:
    | 'resident-id'
    | 'residence-permit'
    | 'mainland-permit'
    | 'taiwan-permit'
    | 'passport';
  document: string;
  name: string;
  kind: 'enrolled' | 'new';
  candidateType: 'open' | 'applied';
  photo: boolean;
  phone: string;
  password: boolean;
  /** D16: in place of an initial password. */
  activationCode: string;
  tickets: Ticket[];
};
type Wish = Partial<Omit<Person, 'document' | 'name' | 'phone' | 'activationCode' | 'tickets'>> & {
  hasPhone?: boolean;
  tickets: { programme: string; status?: Ticket['status']; passed?: number }[];
  /** Present: listed at start, with what it is there to show. */
  shows?: string;
};

const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const givenNames = ['示例', '演示', '样例', '虚构', '示范', '试用'];
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** ISO 7064 MOD 11-2. */
function withCheckDigit(seventeen: string): string {
  const sum = weights.reduce((total, weight, at) => total + weight * Number(seventeen[at]), 0);
  return seventeen + '10X98765432'[sum % 11];
}

/** No place has the address code 999999; nobody who sits an exam was born before 1931. */
function documentOf(type: Person['documentType'], index: number): string {
  const running = (digits: number) => String(index).padStart(digits, '0');
  switch (type) {
    case 'mainland-permit':
      return `H9999${running(4)}`;
    case 'taiwan-permit':
      return `9999${running(4)}`;
    case 'passport':
      return `DEMO${running(5)}`;
    default:
      return residentNumber(type === 'residence-permit', index);
  }
}

function residentNumber(permit: boolean, index: number): string {
  const bornFrom = Date.UTC(permit ? 1900 : 1985, 0, 1);
  const born = new Date(bornFrom + ((index * 13) % 8000) * 86_400_000);
  const sequence = String((index % 999) + 1).padStart(3, '0');
  const address = permit ? '830000' : '999999';
  return withCheckDigit(address + born.toISOString().slice(0, 10).replaceAll('-', '') + sequence);
}

const ready = { kind: 'new', password: true, hasPhone: true } as const;

/** The people listed at start: one of every kind, and two more to try two browsers with. */
const listed: readonly Wish[] = [
  {
    ...ready,
    tickets: [{ programme: '080901' }],
    shows: 'new candidate, phone on record: straight to registering',
  },
  { ...ready, tickets: [{ programme: '120201K' }], shows: 'another, for a second browser' },
  {
    ...ready,
    tickets: [{ programme: '101101' }],
    candidateType: 'applied',
    shows: 'another, through a host school (应用型)',
  },
  {
    tickets: [{ programme: '030101K', passed: 4 }],
    shows: 'enrolled, first sign-in: bind a phone, then change the password',
  },
  {
    hasPhone: true,
    tickets: [{ programme: '050101', passed: 6 }],
    shows: 'enrolled, phone on record: only that phone may be bound',
  },
  {
    kind: 'new',
    password: true,
    tickets: [{ programme: '020301K' }],
    shows: 'new candidate without a phone: bind one first',
  },
  {
    ...ready,
    tickets: [{ programme: '080901', passed: 5 }, { programme: '120102' }],
    shows: 'two tickets, the first with passed courses',
  },
  {
    ...ready,
    tickets: [{ programme: '530601', status: 'graduated', passed: 8 }, { programme: '120203K' }],
    shows: 'one ticket graduated (cannot register), one current',
  },
  {
    tickets: [{ programme: '020401', status: 'transferred', passed: 3 }],
    shows: 'the only ticket transferred out: told why',
  },
  {
    ...ready,
    photo: false,
    tickets: [{ programme: '120203K' }],
    shows: 'no photo on file: told why',
  },
  {
    ...ready,
    documentType: 'residence-permit',
    tickets: [{ programme: '050101' }],
    shows: 'residence permit holder (港澳台居民居住证)',
  },
  {
    documentType: 'mainland-permit',
    tickets: [{ programme: '120201K', passed: 2 }],
    shows: 'enrolled, travel permit (港澳居民来往内地通行证): activation code from the office',
  },
  {
    ...ready,
    documentType: 'taiwan-permit',
    tickets: [{ programme: '050101' }],
    shows: 'new candidate, travel permit (台湾居民来往大陆通行证)',
  },
  {
    documentType: 'passport',
    hasPhone: true,
    tickets: [{ programme: '050101', passed: 1 }],
    shows: 'enrolled, passport, phone on record: activation code from the office',
  },
];

/** Shares out of 100 of everybody else. */
function wishOf(random: () => number, programmes: readonly string[]): Wish {
  const programme = pick(random, programmes);
  const passed = Math.floor(random() * 9);
  const candidateType = random() < 0.2 ? ('applied' as const) : ('open' as const);
  const draw = random() * 100;
  const common = { candidateType, tickets: [{ programme, passed }] };
  if (draw < 55) return common;
  if (draw < 67) return { ...common, hasPhone: true };
  if (draw < 82) return { ...ready, candidateType, tickets: [{ programme }] };
  if (draw < 88) return { kind: 'new', password: true, candidateType, tickets: [{ programme }] };
  if (draw < 93) {
    return { ...common, tickets: [{ programme, passed }, { programme: pick(random, programmes) }] };
  }
  if (draw < 95) return { ...common, tickets: [{ programme, passed: 9, status: 'graduated' }] };
  if (draw < 96) return { ...common, tickets: [{ programme, passed, status: 'transferred' }] };
  if (draw < 98) return { ...common, photo: false };
  return { ...ready, candidateType, documentType: 'residence-permit', tickets: [{ programme }] };
}

/** Two sessions a year, three courses passed in each: nobody can sit more than four. */
const monthOf = (at: number): string => {
  const session = Math.floor(at / 3);
  return `${2023 + Math.floor(session / 2)}-${session % 2 === 0 ? '04' : '10'}`;
};

function makePeople(areas: readonly Area[], plans: readonly Plan[]) {
  const random = chance(2026);
  const planned = new Map<string, string[]>();
  for (const { programme, course } of plans) {
    planned.set(programme, [...(planned.get(programme) ?? []), course]);
  }
  // Programmes with a plan on file come three times as often: they show more.
  const programmes = evidence('majors.csv').flatMap((row) => {
    const code = field(row, 'code');
    return planned.has(code) ? [code, code, code] : [code];
  });
  let ticketsMade = 0;
  const ticketOf = (area: string, wish: Wish['tickets'][number]): Ticket => {
    ticketsMade += 1;
    const courses = planned.get(wish.programme) ?? [];
    return {
      number: area + String(ticketsMade).padStart(8, '0'),
      programme: wish.programme,
      status: wish.status ?? 'active',
      passed: courses
        .slice(0, wish.passed ?? 0)
        .map((course, at) => [course, 60 + Math.floor(random() * 36), monthOf(at)] as const),
    };
  };
  const people: Person[] = [];
  const signIns: Cell[][] = [];
  for (let index = 0; index < candidatesCount; index += 1) {
    const wish = listed[index] ?? wishOf(random, programmes);
    const documentType = wish.documentType ?? 'resident-id';
    const kind = wish.kind ?? 'enrolled';
    const numberMakesPassword = ['resident-id', 'residence-permit'].includes(documentType);
    const needsCode = kind === 'enrolled' && !numberMakesPassword;
    const document = documentOf(documentType, index);
    const area = pick(random, areas).code;
    const person: Person = {
      documentType,
      document,
      name: pick(random, surnames) + pick(random, givenNames),
      kind,
      candidateType: wish.candidateType ?? 'open',
      photo: wish.photo ?? true,
      phone: wish.hasPhone ? `1990000${String(index).padStart(4, '0')}` : '',
      password: wish.password ?? false,
      activationCode: needsCode ? `DEMO${String(index).padStart(6, '0')}` : '',
      tickets: wish.tickets.map((ticket) => ticketOf(area, ticket)),
    };
    people.push(person);
    if (wish.shows === undefined) continue;
    signIns.push([
      wish.shows,
      documentType,
      document,
      person.tickets[0]?.number,
      person.password ? demonstrationPassword : person.activationCode || document.slice(-6),
      person.phone,
    ]);
  }
  return { people, signIns };
}

/** Hashing takes a twentieth of a second; a salt of its own for each invented person buys nothing. */
async function sharedHash(): Promise<string> {
  const salt = createHash('sha256').update('demonstration province').digest().subarray(0, 16);
  return argon2.hash(demonstrationPassword, {
    type: argon2.argon2id,
    memoryCost: 19456,
    timeCost: 2,
    parallelism: 1,
    salt,
  });
}

/** Every file of `province/` by name. */
export async function makeProvince(): Promise<Map<string, string>> {
  const { areas, rows: areaRows } = makeAreas();
  const plans = makePlans();
  const { people, signIns } = makePeople(areas, plans);
  const hash = await sharedHash();
  return new Map([
    [
      'session.csv',
      csv(['code', 'title', 'fee_yuan'], [['DEMO', '四川省高等教育自学考试（演示考次）', '35.00']]),
    ],
    ['units.csv', csv(['code', 'name', 'day', 'starts', 'ends'], units)],
    [
      'areas.csv',
      csv(
        [
          ...['code', 'name', 'city_code', 'city_name', 'county_code'],
          ...['office_name', 'office_phone', 'office_hours', 'code_basis', 'latitude', 'longitude'],
        ],
        areaRows,
      ),
    ],
    ['booking-days.csv', csv(['day', 'opens', 'closes', 'candidate_type'], bookingDays)],
    [
      'capacities.csv',
      csv(['area', 'unit', 'capacity', 'candidate_type', 'basis'], makeCapacities(areas)),
    ],
    ['course-caps.csv', csv(['area', 'course', 'cap'], courseCaps)],
    [
      'courses.csv',
      csv(
        [
          ...['code', 'name', 'credits', 'exam_method', 'unit', 'replaced_by'],
          ...['unit_basis', 'credits_evidenced', 'evidence'],
        ],
        makeCourses(),
      ),
    ],
    [
      'programmes.csv',
      csv(['code', 'name', 'level', 'total_credits', 'evidence'], makeProgrammes()),
    ],
    [
      'plans.csv',
      csv(
        ['programme', 'course', 'choice', 'courses_min', 'credits_min'],
        plans.map(({ programme, course, choice }) => [
          ...[programme, course],
          ...['name', 'courses_min', 'credits_min'].map((name) => choice && field(choice, name)),
        ]),
      ),
    ],
    [
      'candidates.csv',
      csv(
        [
          ...['document_type', 'document_number', 'name', 'kind', 'candidate_type', 'photo'],
          ...['phone', 'password_hash', 'activation_code'],
          ...['ticket', 'programme', 'ticket_status', 'passed'],
        ],
        people.flatMap((person) =>
          person.tickets.map((ticket) => [
            person.documentType,
            person.document,
            person.name,
            person.kind,
            person.candidateType,
            person.photo ? 'yes' : 'no',
            person.phone,
            person.password ? hash : '',
            person.activationCode,
            ticket.number,
            ticket.programme,
            ticket.status,
            ticket.passed.map((passed) => passed.join(':')).join(' '),
          ]),
        ),
      ),
    ],
    [
      'sign-ins.csv',
      csv(['shows', 'document_type', 'document_number', 'ticket', 'password', 'phone'], signIns),
    ],
  ]);
}

if (import.meta.main) {
  const folder = new URL('province/', here);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of await makeProvince()) writeFileSync(new URL(name, folder), text);
}
