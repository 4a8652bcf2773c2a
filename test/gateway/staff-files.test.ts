/** Files at the desk, with a real engine behind them: uploaded, compared, decided, saved. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDeskPort, createImportDesk, importFormats } from '../../engine/import/desk.ts';
import { type ExportKind, type ExportOptions, exportCsv } from '../../engine/import/export.ts';
import type { Query } from '../../engine/protocol/replies.ts';
import type { Decider } from '../../engine/protocol/staff.ts';
import { createEngineClient } from '../../gateway/engine-client.ts';
import { createImportJob } from '../../gateway/staff/files/import-job.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { accountIn, askEngine } from '../harness/holding.ts';
import { givenStaffWorld, type Shown, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const patience = { timeout: 60_000, interval: 20 };
const wide = { burst: 10_000, everyMs: 1 };
let engine: EngineHere;
let world: StaffWorld;
let one: StaffBrowser;
let other: StaffBrowser;
/** The second of them, at another gateway. */
let elsewhere: Decider;
const faults: unknown[] = [];

beforeAll(async () => {
  engine = await startEngineHere();
  world = await givenStaffWorld({ deskAddress: wide, deskAccount: wide });
  one = await world.signedIn('one', ['office']);
  other = await world.signedIn('other', ['office', 'finance']);
  // Accounts stay the world's; what files are asked of is the engine.
  const { bus, config } = engine;
  const real = createEngineClient({ bus, layout: config.layout, now: Date.now });
  await real.whenReady();
  const { client } = world.context.gateway;
  const ofWorld = client.askAt.bind(client);
  client.askAt = ((partition: string, query: Query) =>
    query.kind === 'imports'
      ? real.askAt(partition, query)
      : ofWorld(partition, query)) as typeof client.askAt;
  // The engine looks up who decides: it has the same accounts.
  const asking = await askEngine(engine);
  await accountIn(asking, 'one', ['office']);
  elsewhere = await accountIn(asking, 'other', ['office', 'finance']);
  const port = createDeskPort({ bus, layout: config.layout, now: Date.now });
  const desk = createImportDesk(port, engine.engine.vault);
  Object.assign(world.context, {
    importDesk: desk,
    importJob: createImportJob(desk, (error) => faults.push(error)),
    exportCsv: (kind: ExportKind, options: ExportOptions) => exportCsv(port, kind, options),
  });
});
afterAll(async () => {
  await world.stop();
  await engine.stop();
  expect(faults).toEqual([]);
});

function csv(kind: string, ...lines: string[]): File {
  const columns = importFormats.find((format) => format.kind === kind)?.columns ?? [];
  const text = [columns.map(({ title }) => title).join(','), ...lines, ''].join('\r\n');
  return new File([text], `${kind}.csv`);
}
/** Uploads, and waits until it was compared. */
async function compared(browser: StaffBrowser, kind: string, file: File): Promise<Shown> {
  await browser.get('/desk/import');
  await browser.upload('/desk/import', { kind }, file);
  await vi.waitUntil(
    async () => (await browser.get('/desk/import')).model.work.outcome.kind !== 'running',
    patience,
  );
  return browser.last;
}
const line = (ticket: string) =>
  `居民身份证,99999919850209003X,示例新人,在籍,社会型,有,,,,${ticket},020401,有效,`;

test('S1 candidates are one person’s to bring and another’s to apply', async () => {
  const { model } = await compared(one, 'candidates', csv('candidates', line('880100000001')));
  expect(model.work).toMatchObject({
    ...{ what: 'candidates', by: 'one', file: 'candidates.csv' },
    outcome: { kind: 'staged', difference: { added: 1, changed: 0, same: 0 } },
  });
  const { number } = model.work.outcome;
  expect(model.imports[0]).toMatchObject({ number, state: 'ready', by: 'one' });

  const fields = { number: String(number), reason: '新学期' };
  await one.proved('/desk/import/apply', fields);
  expect(one.last.model.problem).toEqual({ reason: 'second-person-missing' });
  await other.get('/desk/import');
  await other.proved('/desk/import/apply', { ...fields, reason: '' });
  expect(other.last.model.problem).toEqual({ reason: 'reason-missing' });
  await other.proved('/desk/import/apply', fields);
  expect([other.last.model.news, other.last.model.imports[0].state]).toEqual([
    'applied',
    'applied',
  ]);
  const found = await exported('candidates');
  expect(found).toContain('999*************3X');
  expect(found).not.toContain('99999919850209003X');
});

test('S1 a file with faults is told line by line, and nothing of it is kept', async () => {
  const { model } = await compared(
    one,
    'candidates',
    csv('candidates', line('880100000002'), line('no ticket'), line('880100000003').slice(3)),
  );
  const { outcome } = model.work;
  expect(outcome.kind).toBe('faults');
  expect(outcome.problems.map(({ line: number }: { line: number }) => number)).toContain(3);
  expect(model.imports[0].state).toBe('dropped');
});

test('S1 a table of the catalogue is compared, and installed by who has seen it', async () => {
  const before = await exported('courses');
  const lines = before.replace('\ufeff', '').trimEnd().split('\r\n').slice(1);
  const same = await compared(one, 'courses', csv('courses', ...lines));
  expect(same.model.work.outcome).toEqual({ kind: 'same' });

  const cells = (lines[0] ?? '').split(',');
  const named = [cells[0], '改名的课程', ...cells.slice(2)].join(',');
  const { model } = await compared(one, 'courses', csv('courses', named, ...lines.slice(1)));
  const { id, difference } = model.work.outcome;
  expect(difference).toMatchObject({ added: 0, changed: 1, removed: 0 });
  await one.proved('/desk/import/install', { id: 'another', reason: '更正名称' });
  expect(one.last.model.problem).toEqual({ reason: 'import-closed' });
  await one.proved('/desk/import/install', { id, reason: '更正名称' });
  expect(one.last.model).toMatchObject({ news: 'installed' });
  expect(await exported('courses')).toContain('改名的课程');
});

test('S1 what waits can be dropped by either, and then nobody applies it', async () => {
  const { model } = await compared(one, 'candidates', csv('candidates', line('880100000004')));
  const number = String(model.work.outcome.number);
  await one.post('/desk/import/drop', { number });
  expect(one.last.model.news).toBe('dropped');
  await other.get('/desk/import');
  await other.proved('/desk/import/apply', { number, reason: '示例' });
  expect(other.last.model.problem).toEqual({ reason: 'import-closed' });
});

test('S1 what was decided at another gateway is shown here as waiting no longer', async () => {
  const { model } = await compared(one, 'candidates', csv('candidates', line('880100000005')));
  const { number } = model.work.outcome;
  await world.context.importDesk.drop(number, elsewhere);
  const { model: after } = await one.get('/desk/import');
  expect([after.work, after.imports[0]]).toMatchObject([undefined, { number, state: 'dropped' }]);
});

test('S1 without a kind or a file nothing is begun', async () => {
  await one.get('/desk/import');
  const without = await one.upload('/desk/import', { kind: 'nothing' }, csv('courses'));
  expect([without.status, without.model.problem]).toEqual([422, { reason: 'file-missing' }]);
  await one.get('/desk/import');
  const empty = await one.upload('/desk/import', { kind: 'courses' }, new File([], 'x.csv'));
  expect([empty.status, empty.model.problem]).toEqual([422, { reason: 'file-missing' }]);
});

test('S1 S4 what is the whole province’s an area’s office neither brings nor saves', async () => {
  const county = await world.signedIn('county', ['office'], { kind: 'area', area: '0101' });
  for (const path of ['/desk/import', '/desk/export/candidates', '/desk/export/areas']) {
    const shown = await county.get(path);
    expect([shown.status, shown.model]).toEqual([403, { why: 'scope' }]);
  }
  // By the head of the request: a file that they never end keeps nobody from bringing one.
  await county.get('/desk');
  const socket = connect(Number(new URL(county.origin).port), '127.0.0.1');
  const cookie = [...county.cookies].map((pair) => pair.join('=')).join('; ');
  const type = 'multipart/form-data; boundary=b';
  const head = ['POST /desk/import HTTP/1.1', 'Host: x', `Cookie: ${cookie}`];
  socket.write(
    [...head, 'Content-Length: 100000', `Content-Type: ${type}`, '', '--b\r\n'].join('\r\n'),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 403 /);
  socket.destroy();
});

/** Saved as a file from the desk. */
async function exported(kind: string): Promise<string> {
  const answer = await one.save(`/desk/export/${kind}`);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*\.csv$/);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
