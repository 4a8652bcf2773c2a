/** Importing through a running engine: real writers, a real vault and LMDB, people and areas apart. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { areaRows } from '../../engine/import/catalogue-tables.ts';
import {
  createDeskPort,
  createImportDesk,
  DeskRefused,
  type ImportDesk,
  type ImportKind,
  ImportRefused,
  importFormats,
  uploadedSource,
} from '../../engine/import/desk.ts';
import { type ExportKind, exportCsv } from '../../engine/import/export.ts';
import { partitionOfArea, partitionOfPerson } from '../../engine/protocol/layout.ts';
import { commandsWithin } from '../../engine/protocol/subjects.ts';
import { givenPayment, givenPhone, opaque, shellAs } from '../given.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';

const brought = shellAs('示例甲');
const decided = { ...shellAs('示例乙'), reason: '示例' };
const waiting = { timeout: 20_000 };

/** Lines of its candidates' file: some have two. */
const ticketsOfDemonstration = 2521;

let engine: EngineHere;
let desk: ImportDesk;
let port: ReturnType<typeof createDeskPort>;
beforeAll(async () => {
  engine = await startEngineHere({
    ...{ RUXI_SESSION_PARTITION: 'desk', RUXI_AREA_PARTITIONS: 'areas-1,areas-2' },
    ...{ RUXI_PEOPLE_PARTITIONS: 'people-1,people-2', RUXI_PHONE_PARTITIONS: 'people-1' },
  });
  const { bus, config } = engine;
  port = createDeskPort({ bus, layout: config.layout, now: Date.now, door: commandsWithin });
  desk = createImportDesk(port, engine.engine.vault);
}, 60_000);
afterAll(async () => {
  await engine.stop();
  expect(engine.troubles).toEqual([]);
});

const documents = Array.from({ length: 300 }, (_, at) => documentOf(at));
/** A number with a right check digit, of an address that no place has. */
function documentOf(at: number): string {
  const body = `99999919${String(60 + (at % 30)).padStart(2, '0')}0101${String(at).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, place) => total + weight * Number(body[place]), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}
const ticketOf = (at: number): string => `8801${String(at).padStart(8, '0')}`;
const candidateLine = (at: number, name = `示例${at}`): string =>
  `居民身份证,${documents[at]},${name},在籍,社会型,有,,,,${ticketOf(at)},020401,有效,`;

function fileOf(kind: ImportKind, lines: readonly string[]) {
  const columns = importFormats.find((one) => one.kind === kind)?.columns ?? [];
  const text = [columns.map(({ title }) => title).join(','), ...lines, ''].join('\r\n');
  const bytes = new TextEncoder().encode(text);
  return uploadedSource(
    `${kind}.csv`,
    (async function* () {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    })(),
  );
}
const everybody = (name?: (at: number) => string) =>
  documents.map((_, at) => candidateLine(at, name?.(at)));

async function candidate(at: number) {
  const person = engine.engine.vault.personIdOf('resident-id', documents[at] ?? '');
  const partition = partitionOfPerson(port.layout, person);
  return (await port.ask(partition, { kind: 'candidate', person })).candidate;
}
const taken = (number: number) =>
  vi.waitUntil(async () => (await desk.taken(number)).done, waiting);

test('S1 candidates are previewed, staged unseen over two partitions, and there at once when two have decided', async () => {
  const foreseen = await desk.preview('candidates', fileOf('candidates', everybody()));
  expect(foreseen).toMatchObject({ added: 300, changed: 0, same: 0 });
  expect(foreseen.examples[0]?.who).toMatch(/^示 \* \d|^示 \* 0/);
  expect(await desk.imports()).toEqual([]);
  expect(await candidate(7)).toBeNull();

  const heard: number[] = [];
  const { number, difference } = await desk.stage(
    'candidates',
    fileOf('candidates', everybody()),
    brought,
    (people) => heard.push(people),
  );
  expect(difference).toMatchObject({ added: 300, changed: 0, same: 0 });
  expect(heard.at(-1)).toBe(300);
  expect(await candidate(7)).toBeNull();
  await expect(desk.apply(number, { ...decided, ...brought })).rejects.toThrow(
    'second-person-missing',
  );
  await desk.apply(number, decided);
  await vi.waitUntil(async () => (await candidate(7)) !== null, waiting);
  await taken(number);
  for (const at of [0, 150, 299]) expect(await candidate(at)).toMatchObject({ name: `示例${at}` });
  expect((await desk.imports())[0]).toMatchObject({
    number,
    state: 'applied',
    source: 'candidates.csv',
  });

  const again = everybody((at) => (at < 3 ? `改名${at}` : `示例${at}`));
  expect(await desk.preview('candidates', fileOf('candidates', again))).toMatchObject({
    ...{ added: 0, changed: 3, same: 297, columns: [{ title: '姓名', rows: 3 }] },
  });
});

test('S1 grades go in the same way, and one stranger keeps the whole file out', async () => {
  const line = (at: number, course: string, grade: number) =>
    `居民身份证,${documents[at]},${ticketOf(at)},${course},${grade},2026-04`;
  const right = documents.flatMap((_, at) => [line(at, '00009', 61), line(at, '00012', 88)]);
  const stranger = `居民身份证,${documentOf(777)},${ticketOf(777)},00009,70,`;
  await expect(
    desk.stage('grades', fileOf('grades', [...right, stranger]), brought),
  ).rejects.toThrow('grades.csv 第 602 行：没有这位考生的记录');
  expect((await candidate(5))?.tickets[0]?.passed).toEqual([]);
  const { number, difference } = await desk.stage('grades', fileOf('grades', right), brought);
  expect(difference).toMatchObject({ changed: 300, columns: [{ title: '合格课程', rows: 300 }] });
  await desk.apply(number, decided);
  await taken(number);
  expect((await candidate(5))?.tickets[0]?.passed).toEqual([
    { course: '00009', grade: 61, passedIn: '2026-04' },
    { course: '00012', grade: 88, passedIn: '2026-04' },
  ]);
});

test('S1 a half upload and a file with one fault at its end leave nothing behind', async () => {
  const line = (at: number) => candidateLine(at, '新名');
  async function* halfway() {
    const columns = importFormats.find(({ kind }) => kind === 'candidates')?.columns ?? [];
    yield new TextEncoder().encode(columns.map(({ title }) => title).join(','));
    yield new TextEncoder().encode(`\n${documents.map((_, at) => line(at)).join('\n')}\n`);
    throw new Error('the connection was lost');
  }
  const lost = desk.stage('candidates', uploadedSource('half.csv', halfway()), brought);
  await expect(lost).rejects.toThrow('the connection was lost');
  const faulty = [...documents.map((_, at) => line(at)), line(3).replace('有效', '未知')];
  await expect(
    desk.stage('candidates', fileOf('candidates', faulty), brought),
  ).rejects.toBeInstanceOf(ImportRefused);
  const states = (await desk.imports()).slice(0, 2).map(({ state }) => state);
  expect(states).toEqual(['dropped', 'dropped']);
  expect(await candidate(3)).toMatchObject({ name: '示例3' });
});

test('S1 S2 capacities wait for two people, and are never set below what is taken', async () => {
  const pool = async (area: string) => {
    for (const partition of port.layout.areas) {
      const { pools } = await port.ask(partition, { kind: 'balance' });
      const found = pools.find((one) => one.area === area && one.unit === 'B');
      if (found !== undefined) return found;
    }
    return expect.unreachable();
  };
  const lines = ['0104,B,333,', '1133,B,900,'];
  const { number, difference } = await desk.stage(
    'capacities',
    fileOf('capacities', lines),
    brought,
  );
  expect(difference).toMatchObject({ changed: 2, columns: [{ title: '容量', rows: 2 }] });
  await expect(desk.stage('capacities', fileOf('capacities', lines), brought)).rejects.toThrow(
    'import-open',
  );
  expect(await pool('0104')).toMatchObject({ capacity: 660 });
  await desk.apply(number, decided);
  await taken(number);
  expect(await pool('0104')).toMatchObject({ capacity: 333, free: 333 });
  expect(await pool('1133')).toMatchObject({ capacity: 900 });
});

test('S1 a table of the catalogue is installed onto the session it was compared with', async () => {
  const { adopted } = await port.ask(port.layout.session, { kind: 'session' });
  if (adopted === null) return expect.unreachable();
  const [first, ...rest] = areaRows(adopted.catalogue);
  const changed = { ...first, office_phone: '028-99999999' };
  const lines = [changed, ...rest].map((row) => Object.values(row).join(','));
  const preview = await desk.previewCatalogue('areas', fileOf('areas', lines));
  expect(preview.difference).toMatchObject({ changed: 1, same: 182, added: 0, removed: 0 });
  const late = { ...preview, onto: (preview.onto ?? 0) - 1 };
  await expect(desk.install(late, decided)).rejects.toEqual(new DeskRefused('changed-meanwhile'));
  await desk.install(preview, decided);
  // Again, as by somebody who heard no answer.
  await desk.install(preview, decided);
  await vi.waitUntil(async () => {
    const { adopted: now } = await port.ask('areas-1', { kind: 'session' });
    return now?.catalogue.areas[0]?.office.phone === '028-99999999';
  }, waiting);
});

async function exported(kind: ExportKind): Promise<string> {
  let text = '';
  for await (const piece of exportCsv(port, kind)) text += piece;
  return text;
}

test.each(['session', 'units', 'areas', 'courses', 'programmes', 'plans', 'capacities'] as const)(
  'S1 %s that were exported are imported without a change',
  async (kind) => {
    const text = await exported(kind);
    expect(text.startsWith('\ufeff')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    const source = uploadedSource(
      'back.csv',
      (async function* () {
        yield new TextEncoder().encode(text);
      })(),
    );
    const difference = await desk.preview(kind, source);
    expect(difference).toMatchObject({ added: 0, changed: 0, removed: 0 });
    expect(difference.same).toBe(text.split('\r\n').length - 2);
  },
);

test('S1 an export leaves masked, safe for spreadsheets, with codes as text', async () => {
  const candidates = await exported('candidates');
  expect(candidates.split('\r\n')).toHaveLength(ticketsOfDemonstration + 300 + 2);
  expect(candidates).toContain('示 * ');
  expect(candidates).toContain('8801******99');
  const pools = await exported('pools');
  expect(pools).toContain('"0104\t",锦江区,B,,333,333,0,0,0,0,0\r\n');
  const audit = await exported('audit');
  for (const words of ['导入生效', '示例乙', '导入目录', '录入考生', '暂存一批考生'])
    expect(audit).toContain(words);
  for (const text of [candidates, audit]) {
    for (const at of [0, 5, 299]) {
      expect(text).not.toContain(documents[at]);
      expect(text).not.toContain(ticketOf(at));
    }
    expect(text).not.toMatch(/argon2|sealed|示例\d/);
    expect(text).not.toMatch(/(^|,)"?[=+\-@]/m);
  }
});

test('S5 rooms come back to two areas in two partitions, through a running engine, and are there for candidates', async () => {
  const { adopted } = await port.ask(port.layout.session, { kind: 'session' });
  const { areas = [], courses = [] } = adopted?.catalogue ?? {};
  const course = courses.find(({ method, unit }) => method === 'written' && unit !== undefined);
  const apart = areas.filter(
    ({ code }, at) =>
      at === 0 ||
      partitionOfArea(port.layout, code) !== partitionOfArea(port.layout, areas[0]?.code ?? ''),
  );
  const people = apart.slice(0, 2).map(({ code: area }, at) => ({
    ...{ area, person: opaque('sitter', at), claim: 1, ticket: ticketOf(900 + at) },
  }));
  expect(people).toHaveLength(2);
  const { code = '', unit = '' } = course ?? {};
  for (const [at, own] of people.entries()) {
    const partition = partitionOfArea(port.layout, own.area);
    let revision = 0;
    const does = async (body: Parameters<typeof port.tell>[1]) => {
      const reply = await port.tell(partition, body);
      if (reply.kind !== 'accepted') return expect.unreachable(reply.reason);
      revision += 1;
      return reply.outcome;
    };
    const challenge = opaque('sits', at);
    const typed = { programme: '020401', candidateType: 'open', course: code } as const;
    await does({ kind: 'choose-course', ...own, revision, ...typed, replace: false });
    await does({ kind: 'hold-seats', ...own, revision, challenge, phone: givenPhone(900 + at) });
    const sms = engine.engine.vault.smsCodeOf(challenge);
    await does({ kind: 'save-seats', ...own, revision, challenge, code: sms, units: [unit] });
    const confirmed = await does({ kind: 'confirm-registration', ...own, revision });
    const order = confirmed.kind === 'confirmed' ? confirmed.order : expect.unreachable();
    const how = { order, provider: 'sandbox', way: 'scan' } as const;
    const started = await does({ kind: 'start-payment', ...own, revision, ...how });
    if (started.kind !== 'payment-started') return expect.unreachable(started.kind);
    const { attempt, amountFen } = started;
    await does({ ...givenPayment(attempt, amountFen), paidAt: Date.now() });
  }
  const lines = people.map(({ area, ticket }, at) =>
    [area, unit, ticket, code, '示例中学', '003', String(at + 1), '30'].join(','),
  );
  const { number, difference } = await desk.stage(
    'arrangement',
    fileOf('arrangement', lines),
    shellAs('示例甲'),
  );
  expect(difference).toMatchObject({ added: 2, changed: 0, removed: 0 });
  await desk.apply(number, { ...shellAs('示例乙'), reason: '编排完成' });
  await taken(number);
  for (const [at, { area, person }] of people.entries()) {
    const partition = partitionOfArea(port.layout, area);
    const { registration } = await port.ask(partition, { kind: 'registration', area, person });
    const seat = { venue: '示例中学', room: '003', deskNumber: String(at + 1) };
    expect(registration.seats).toMatchObject([{ sitting: { desk: seat, absent: false } }]);
  }
  const rows = (await exported('arrangement')).trimEnd().split('\r\n').slice(1);
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row).toMatch(/,8801\*{6}0[01],/);
});
