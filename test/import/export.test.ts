import { expect, test } from 'vitest';
import { auditOf } from '../../engine/core/audit.ts';
import {
  type ExportKind,
  exportCsv,
  exportKinds,
  exportKindsByArea,
} from '../../engine/import/export.ts';
import { absencesFormat, arrangementFormat } from '../../engine/import/formats.ts';
import type { DeskPort } from '../../engine/import/port.ts';
import type { Column } from '../../engine/import/table.ts';
import { singleLayout } from '../../engine/protocol/layout.ts';
import type {
  OrderView,
  Query,
  QueryAnswer,
  RegisteredLine,
} from '../../engine/protocol/replies.ts';
import { givenAdopted, givenPerson, givenPhone, givenRecord, opaque } from '../given.ts';

const at = Date.UTC(2026, 8, 8, 2);
const ticket = '012500000004';
const paid: OrderView = {
  ...{ number: 'DEMO_0101_1_1', ticket, courses: [{ unit: 'A', course: '11001' }] },
  ...{ feeFen: 3505, confirmedAt: at, state: 'refunded', endedAt: at + 60_000 },
  attempts: [
    {
      ...({ number: 'DEMO_0101_1_1_1', provider: 'sandbox', way: 'scan' } as const),
      ...({ startedAt: at, expiresAt: at + 1, state: 'paid', paidAt: at } as const),
      refund: { cause: 'asked', requestedAt: at, doneAt: at + 60_000, stuck: false },
    },
  ],
};
const line = (number: number): RegisteredLine => ({
  number,
  person: givenPerson(number),
  registration: {
    revision: 1,
    seats: [
      ...([
        { unit: 'A', course: '11001', ticket, state: { kind: 'paid', order: paid.number } },
        { unit: 'B', course: '12001', ticket, state: { kind: 'held', until: at } },
      ] as const),
    ],
    draft: [{ unit: 'C', course: '13001', ticket }],
    orders: [paid],
  },
});
const adopted = givenAdopted();
const areas = adopted.catalogue.areas.slice(0, 1);
const courses = adopted.catalogue.courses.map((course) =>
  course.code === '12001' ? { ...course, name: '=HYPERLINK("x")' } : course,
);
const asked: Query[] = [];
const port: DeskPort = {
  layout: singleLayout,
  tell: () => expect.unreachable('an export changes nothing'),
  async ask(_, query: Query): Promise<never> {
    asked.push(query);
    return answerTo(query) as never;
  },
};
function answerTo(query: Query): QueryAnswer {
  if (query.kind === 'session')
    return {
      kind: 'session',
      adopted: { ...adopted, catalogue: { ...adopted.catalogue, areas, courses } },
    };
  if (query.kind !== 'registrations') return expect.unreachable(query.kind);
  const lines = [line(query.from + 1)];
  return { kind: 'registrations', lines, ...(query.from === 0 && { next: 1 }) };
}
async function exported(kind: ExportKind): Promise<{ text: string; rows: number[] }> {
  let text = '';
  const rows: number[] = [];
  const onRows = (count: number) => rows.push(count);
  for await (const piece of exportCsv(port, kind, { onRows })) text += piece;
  return { text, rows };
}

test('S1 registrations leave seat by seat, a page at a time, and no cell is a formula', async () => {
  const { text, rows } = await exported('registrations');
  expect(rows).toEqual([3, 6]);
  expect(asked.filter(({ kind }) => kind === 'registrations')).toHaveLength(2);
  const lines = text.split('\r\n');
  expect(lines).toHaveLength(8);
  const head = `"0101\t",${areas[0]?.name},1,${givenPerson(1).slice(0, 8)},0125******04`;
  const [name] = courses.flatMap(({ code, name }) => (code === '11001' ? [name] : []));
  expect(lines[1]).toBe(`${head},A,"11001\t",${name},已缴费,DEMO_0101_1_1`);
  expect(lines[2]).toBe(`${head},B,"12001\t","'=HYPERLINK(""x"")",暂留,`);
  expect(lines[3]).toContain(',未保存,');
  expect(text).not.toContain(ticket);
});

test('S1 orders leave with their money, by China’s clock', async () => {
  const { text } = await exported('orders');
  expect(text.split('\r\n')[1]).toBe(
    `DEMO_0101_1_1,"0101\t",${givenPerson(1).slice(0, 8)},0125******04,"11001\t",35.05,"2026-09-08 10:00",已退费,"2026-09-08 10:01",1,sandbox,DEMO_0101_1_1_1,"2026-09-08 10:00","2026-09-08 10:01"`,
  );
});

test('S3 an event in the audit says what happened, and nothing that is sealed, secret or whole', () => {
  const record = givenRecord(1, {
    tickets: [{ number: ticket, programme: '020401', status: 'active', passed: [] }],
  });
  const imported = auditOf({ kind: 'candidate-imported', person: givenPerson(1), record });
  expect(imported).toMatchObject({
    kind: 'candidate-imported',
    person: givenPerson(1).slice(0, 8),
  });
  expect(JSON.parse(imported.details)).toMatchObject({
    record: {
      nameMask: '示 *',
      importedPhone: givenPhone(1).mask,
      tickets: [{ number: '0125******04' }],
    },
  });
  expect(imported.details).not.toMatch(/sealed|argon2|passwordHash|012500000004/);
  const staged = auditOf({
    ...({ kind: 'people-staged', import: 3, slice: 1 } as const),
    people: [{ person: givenPerson(1), record }],
  });
  expect(JSON.parse(staged.details)).toEqual({ import: 3, slice: 1, people: 1 });
  const installed = auditOf({
    ...{ kind: 'catalogue-installed' as const, adopted },
    ...{ reason: '示例', by: 'shell 示例甲' },
  });
  expect(JSON.parse(installed.details)).toEqual({
    ...{ session: adopted.number, reason: '示例', by: 'shell 示例甲' },
  });
  const changed = auditOf({
    ...({ kind: 'password-set', person: givenPerson(1), hash: '$argon2id$x' } as const),
    ...{ generation: 2, at },
    answer: { command: opaque('command', 1), contentHash: 1, outcome: { kind: 'done' } },
  });
  expect(JSON.parse(changed.details)).toEqual({ generation: 2, at });
});

test('S1 S4 of some areas, a file has no other area’s line; what names no area is not to be had so', async () => {
  const { areas: all } = adopted.catalogue;
  const balance = { capacity: 9, free: 9, held: 0, saved: 0, confirmed: 0, paid: 0, refunding: 0 };
  const whole: DeskPort = {
    ...port,
    async ask(_, query: Query): Promise<never> {
      if (query.kind === 'session') return { kind: 'session', adopted } as never;
      if (query.kind === 'registrations')
        return { kind: 'registrations', lines: [line(1)] } as never;
      const pools = all.map(({ code }) => ({ area: code, unit: 'A', ...balance }));
      return { kind: 'balance', pools } as never;
    },
  };
  const areasIn = async (kind: ExportKind, areas: ReadonlySet<string> | undefined) => {
    let text = '';
    for await (const piece of exportCsv(whole, kind, { areas })) text += piece;
    const at = kind === 'orders' ? 1 : 0;
    const lines = text.trimEnd().split('\r\n').slice(1);
    return new Set(lines.map((one) => one.split(',')[at]?.replaceAll(/["\t]/g, '')));
  };
  for (const kind of exportKindsByArea) {
    expect(await areasIn(kind, undefined)).toEqual(new Set(all.map(({ code }) => code)));
    expect(await areasIn(kind, new Set(['0102']))).toEqual(new Set(['0102']));
    expect(await areasIn(kind, new Set())).toEqual(new Set());
  }
  for (const kind of exportKinds.filter((one) => !exportKindsByArea.includes(one)))
    await expect(areasIn(kind, new Set(['0102']))).rejects.toThrow('whole province');
});

test('S5 an arrangement has a line for each paid seat, masked or in full, with the columns that come back', async () => {
  const desk = { venue: '示例中学', room: '003', deskNumber: '12' };
  const seats = line(1).registration.seats.map((seat) =>
    seat.unit === 'A' ? { ...seat, sitting: { desk, absent: true } } : seat,
  );
  const [known] = line(1).registration.seats;
  const later = known === undefined ? [] : [{ ...known, unit: 'D', course: '14001' }];
  const whole: DeskPort = {
    ...port,
    async ask(_, query: Query): Promise<never> {
      if (query.kind !== 'registrations') return answerTo(query) as never;
      const registration = { ...line(1).registration, seats: [...seats, ...later] };
      return { kind: 'registrations', lines: [{ ...line(1), registration }] } as never;
    },
  };
  const linesOf = async (options: Parameters<typeof exportCsv>[2]) => {
    let text = '';
    for await (const piece of exportCsv(whole, 'arrangement', options)) text += piece;
    return text.replace('\ufeff', '').trimEnd().split('\r\n');
  };
  const [titles = '', ...rows] = await linesOf({});
  for (const { columns } of [arrangementFormat, absencesFormat])
    for (const { title, optional } of columns as readonly Column[])
      if (optional === undefined) expect(titles.split(',')).toContain(title);
  const cells = rows.map((row) => row.split(',').map((cell) => cell.replaceAll(/["\t]/g, '')));
  expect(cells.map(([, , unit, number]) => [unit, number])).toEqual([
    ['A', '0125******04'],
    ['D', '0125******04'],
  ]);
  expect(cells[0]?.slice(-4)).toEqual(['示例中学', '003', '12', '是']);
  expect(cells[1]?.slice(-4)).toEqual(['', '', '', '否']);
  const [, full = '', ...more] = await linesOf({ inFull: true, unit: 'A' });
  expect(more).toEqual([]);
  expect(full).toContain(`"${ticket}\t"`);
  expect(full).not.toContain('sealed');
});
