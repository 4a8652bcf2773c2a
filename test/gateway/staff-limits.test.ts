/** What one busy account may have the engine and its gateway do, and that colleagues wait for none of it. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rights } from '../../engine/protocol/staff.ts';
import { createSlots, exportsAtOnce } from '../../gateway/staff/files/slots.ts';
import { givenStaffWorld, type StaffBrowser, type StaffWorld } from './staff-desk.ts';

const wide = { burst: 10_000, everyMs: 1 };
const few = { burst: 2, everyMs: 60_000 };
let world: StaffWorld;
/** Files that are being read, each as far as its reader has let it. */
const reading: (() => void)[] = [];

beforeAll(async () => {
  world = await givenStaffWorld({
    ...{ deskAddress: wide, deskAccount: wide, deskWalks: few, deskDryRuns: few, deskFinds: few },
  });
  Object.assign(world.context, {
    async *exportCsv() {
      yield 'a'.repeat(1_000);
      await new Promise<void>((resolve) => reading.push(resolve));
    },
  });
});
afterAll(() => world.stop());

test('S2 S4 looking for candidates, audit, timelines, reports and dry runs are limited by account, and say when to come back', async () => {
  const limited = world.routes.filter(({ limit }) => limit !== undefined);
  const paths = limited.map(({ path }) => path);
  for (const { path } of world.routes)
    if (path.startsWith('/desk/reports')) expect(paths).toContain(path);
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['/desk/acts/preview', '/desk/acts/propose', '/desk/audit', '/desk/candidate/timeline'],
      '/desk/candidates',
    ]),
  );
  for (const [place, { method, path, right }] of limited.entries()) {
    if (right === 'nobody') expect.unreachable(path);
    const [role] = rights[right];
    const asks = (browser: StaffBrowser) =>
      method === 'get' ? browser.get(path) : browser.post(path, {});
    const busy = await world.signedIn(`busy.${place}`, [role]);
    const colleague = await world.signedIn(`other.${place}`, [role]);
    await colleague.get('/desk');
    await busy.get('/desk');
    const statuses: number[] = [];
    for (let time = 0; time < 3; time += 1) statuses.push((await asks(busy)).status);
    expect([path, statuses.indexOf(429)]).toEqual([path, 2]);
    expect(busy.last).toMatchObject({ page: 'wait', model: { cause: 'often' } });
    await busy.get('/desk');
    await colleague.get('/desk');
    expect([path, (await asks(colleague)).status]).not.toEqual([path, 429]);
  }
});

test('S1 so many files leave for one account, so many in all, and whoever stops reading makes room', async () => {
  const [one, other] = [
    await world.signedIn('one', ['office']),
    await world.signedIn('two', ['office']),
  ];
  const leaving = await Promise.all([0, 1].map(() => one.save('/desk/export/pools')));
  expect(leaving.map(({ status }) => status)).toEqual([200, 200]);
  const third = await one.get('/desk/export/pools');
  expect([third.status, third.page, third.model.cause]).toEqual([429, 'wait', 'exports']);
  const theirs = await other.save('/desk/export/pools');
  expect(theirs.status).toBe(200);
  // One is read to its end, of another the reader goes away.
  await vi.waitUntil(() => reading.length === 3);
  reading.shift()?.();
  await leaving[0]?.text();
  await vi.waitFor(async () => {
    const again = await one.save('/desk/export/pools');
    expect(again.status).toBe(200);
    leaving.push(again);
  });
  await leaving[1]?.body?.cancel();
  for (const read of reading) read();
  await Promise.all([theirs, leaving[2]].map((answer) => answer?.text()));
  const free = () => {
    const taken = Array.from({ length: exportsAtOnce.each }, () =>
      world.context.exportSlots.take('one'),
    );
    for (const give of taken) give?.();
    return taken.every((give) => give !== undefined);
  };
  await vi.waitUntil(free);
});

test('S1 places are each given back once, and all accounts share what there is', () => {
  const slots = createSlots({ each: 2, all: 3 });
  const taken = [slots.take('a'), slots.take('a'), slots.take('b')];
  expect([slots.take('a'), slots.take('b'), slots.take('c')]).toEqual([
    ...[undefined, undefined, undefined],
  ]);
  taken[0]?.();
  taken[0]?.();
  expect(slots.take('c')).toBeDefined();
  expect(slots.take('b')).toBeUndefined();
});
